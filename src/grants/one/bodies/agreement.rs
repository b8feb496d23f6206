//! Bodies of what stands between decree and payment: the request for the money, the agreement and the pledge.

use super::{Counter, DecidedBy, Document, Payee};
use crate::grants::money::Amount;
use crate::grants::shape::{Label, Text, record};
use crate::grants::time::Date;

record! {
    /// The organisation asks for what was decreed.
    pub struct DisbursementRequested {
        /// How much.
        amount: Amount,
        /// The request and its annexes.
        documents: Vec<Document>,
        /// The account's commitment, repeated.
        payee: Option<Payee>,
        /// The hand-signed paper, where it was handed in at the counter.
        counter: Option<Counter>,
    }
}

record! {
    /// The grant agreement (NPHD) between finance officer and organisation.
    pub struct AgreementSigned {
        /// The agreement's number.
        number: Label,
        /// How much is agreed, at most what was decreed.
        amount: Amount,
        /// The agreement's paper.
        document: Document,
        /// By when the use must be reported.
        report_due: Date,
        /// In which parts it is paid; absent: at once. They add up to the amount.
        instalments: Option<Vec<Instalment>>,
        /// Who decided for the government.
        decided_by: DecidedBy,
        /// The hand-signed paper, where it was handed in at the counter.
        counter: Option<Counter>,
    }
}

record! {
    /// One part of what is agreed.
    pub struct Instalment {
        /// How much, at least 1.
        amount: Amount,
        /// From which day on it may be paid.
        due: Option<Date>,
    }
}

record! {
    /// An addendum: the agreement as it is from now on.
    pub struct AgreementAmended {
        /// The addendum's number.
        number: Label,
        /// How much is agreed now, in all.
        amount: Amount,
        /// The addendum's paper.
        document: Document,
        /// By when the use must be reported.
        report_due: Date,
        /// In which parts it is paid; absent: at once. They add up to the amount.
        instalments: Option<Vec<Instalment>>,
        /// Who decided for the government.
        decided_by: DecidedBy,
        /// Why.
        reason: Text,
        /// The hand-signed paper, where it was handed in at the counter.
        counter: Option<Counter>,
    }
}

record! {
    /// The organisation pledges to use the money as agreed.
    pub struct IntegrityPledged {
        /// The pledge's paper.
        document: Document,
        /// The hand-signed paper, where it was handed in at the counter.
        counter: Option<Counter>,
    }
}
