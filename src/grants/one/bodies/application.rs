//! Bodies that begin a case or change what is asked: the application and the need.

use super::{BudgetLine, Counter, Document, Form, Sealed, Way};
use crate::grants::money::Amount;
use crate::grants::shape::{Code, Label, Text, Year, record};

/// An application: its fields are the same whoever files it, and what comes besides stands behind them.
macro_rules! application {
    ($(#[doc = $doc:literal])* pub struct $name:ident { $($(#[doc = $own:literal])* $field:ident: $type:ty,)* }) => {
        record! {
            $(#[doc = $doc])*
            pub struct $name {
                /// A short name of the undertaking.
                title: Text,
                /// What it is for.
                purpose: Text,
                /// How much is asked; of goods and services, their value.
                amount: Amount,
                /// A code of the profile's fields.
                field: Code,
                /// Money, goods or services.
                form: Form,
                /// Which way of the law.
                way: Way,
                /// A code of the profile's recipient types, where it is not that of the registration.
                recipient_type: Option<Code>,
                /// The fiscal year in which it is to be paid.
                fiscal_year: Year,
                /// The proposal and its annexes.
                documents: Vec<Document>,
                /// The budget (RAB); adds up to the amount.
                budget_lines: Option<Vec<BudgetLine>>,
                /// Where it is to happen.
                place: Option<Text>,
                /// The council member whose proposal it is (pokir).
                proposer: Option<Label>,
                /// Commitments to what stays in the vault, such as a group's members.
                sealed: Option<Sealed>,
                $($(#[doc = $own])* $field: $type,)*
            }
        }
    };
}

application! {
    /// An organisation asks for a grant or for assistance.
    pub struct ApplicationSubmitted {}
}

application! {
    /// The intake office files an application that was signed by hand.
    pub struct ApplicationFiledAtCounter {
        /// The hand-signed paper.
        paper: Document,
    }
}

record! {
    /// An agency records a need for social assistance.
    pub struct NeedRecorded {
        /// A short name of the need.
        title: Text,
        /// What it is for.
        purpose: Text,
        /// How much is needed; of goods and services, their value.
        amount: Amount,
        /// A code of the profile's fields.
        field: Code,
        /// Money, goods or services.
        form: Form,
        /// `assistance_unplanned` or `assistance_planned`.
        way: Way,
        /// A code of the profile's recipient types.
        recipient_type: Code,
        /// The fiscal year in which it is to be paid.
        fiscal_year: Year,
        /// What shows the need.
        documents: Option<Vec<Document>>,
        /// Where.
        place: Option<Text>,
        /// Commitments to who receives it.
        sealed: Option<Sealed>,
    }
}

record! {
    /// The organisation mends what was returned to it.
    pub struct ApplicationRevised {
        /// The new short name; absent if it stays.
        title: Option<Text>,
        /// The new purpose; absent if it stays.
        purpose: Option<Text>,
        /// How much is asked now.
        amount: Amount,
        /// The proposal and its annexes as they are now.
        documents: Vec<Document>,
        /// The budget (RAB) as it is now; adds up to the amount.
        budget_lines: Option<Vec<BudgetLine>>,
        /// Where it is to happen; absent if it stays.
        place: Option<Text>,
        /// What was mended.
        reason: Text,
        /// The hand-signed paper, where it was handed in at the counter.
        counter: Option<Counter>,
    }
}

record! {
    /// The organisation asks no more.
    pub struct ApplicationWithdrawn {
        /// Why.
        reason: Text,
        /// The hand-signed paper, where it was handed in at the counter.
        counter: Option<Counter>,
    }
}
