//! Bodies from the request for money to the report of its use.

use super::{BudgetLine, DecidedBy, Document, document, documents, lines_add_up};
use crate::grants::money::Amount;
use crate::grants::sentence::Both;
use crate::grants::shape::{Fault, Label, Text, Year, record};
use crate::grants::time::Date;
use crate::tlog::hash::Hash;

record! {
    /// The organisation asks for the money that was decreed.
    pub struct DisbursementRequested {
        /// How much.
        amount: Amount,
        /// At least one document.
        documents: Vec<Document>,
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
        /// Who decided for the government.
        decided_by: DecidedBy,
    }
}

record! {
    /// The treasury's order to the bank (SP2D).
    pub struct WarrantIssued {
        /// The warrant's number.
        number: Label,
        /// How much, at most what is agreed and not yet paid.
        amount: Amount,
        /// The fiscal year that it burdens.
        fiscal_year: Year,
        /// Who decided.
        decided_by: DecidedBy,
        /// The account's commitment, repeated from the registration.
        payee: Option<Payee>,
    }
}

record! {
    /// A commitment made earlier and the place it comes from, so that anyone sees whether the payee changed.
    pub struct Payee {
        /// The organisation, `org/<n>`.
        about: Label,
        /// The commitment to its account.
        commitment: Hash,
        /// `/body/sealed/account`.
        pointer: Label,
    }
}

record! {
    /// The money has arrived.
    pub struct FundsCredited {
        /// How much, at most what the last warrant ordered.
        amount: Amount,
        /// The proof of transfer.
        document: Option<Document>,
    }
}

impl WarrantIssued {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        at_least_one(self.amount)
    }
}

impl FundsCredited {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        at_least_one(self.amount)?;
        self.document.as_ref().map_or(Ok(()), |paper| document(paper).map_err(|fault| fault.inside("document")))
    }
}

record! {
    /// How the money was used (LPJ).
    pub struct UseReported {
        /// How much was used.
        amount: Amount,
        /// What for; adds up to the amount.
        lines: Option<Vec<BudgetLine>>,
        /// At least one document.
        documents: Vec<Document>,
        /// A remark.
        note: Option<Text>,
    }
}

impl UseReported {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        documents(&self.documents)?;
        lines_add_up(self.lines.as_ref(), self.amount, "lines")
    }
}

/// Money that moves is not nothing: a warrant or credit of zero would be a step without an event.
fn at_least_one(amount: Amount) -> Result<(), Fault> {
    if amount == Amount::ZERO {
        return Err(Fault::here(Both("be at least 1", "sedikitnya 1")).inside("amount"));
    }
    Ok(())
}
