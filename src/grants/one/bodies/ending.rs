//! Bodies that stop a case, send it back, or mend what was recorded about it.

use super::{AnyBody, DecidedBy, Document, RuleCode};
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::shape::{Label, Text, record};
use crate::grants::time::Date;

record! {
    /// Whoever holds the stage refuses.
    pub struct DecisionRefused {
        /// Why.
        reason: Text,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// Whoever holds the stage sends the case back.
    pub struct CaseReturned {
        /// The stage, already done, that is to be done again; absent: to the applicant.
        to: Option<Kind>,
        /// Why.
        reason: Text,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// The government gives the case up.
    pub struct CaseCancelled {
        /// Why.
        reason: Text,
        /// The paper.
        document: Option<Document>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// An earlier entry is corrected; both versions stay visible.
    pub struct CorrectionRecorded {
        /// The index of the entry that is superseded.
        entry: u64,
        /// The corrected body, of the same kind.
        body: AnyBody,
        /// The corrected date of the event; absent if it stays.
        event_date: Option<Date>,
        /// Why.
        reason: Text,
    }
}

record! {
    /// Another key of the office confirms an entry of a revoked key.
    pub struct EntryConfirmed {
        /// The index of the entry.
        entry: u64,
    }
}

record! {
    /// A fact that a rule refuses, but that happened.
    pub struct IrregularityRecorded {
        /// The rule that it breaks.
        rule: RuleCode,
        /// What happened.
        fact: Text,
        /// How much was paid, at least 1; absent if nothing was.
        amount: Option<Amount>,
        /// The number of the paper that it concerns.
        number: Option<Label>,
        /// The evidence.
        documents: Vec<Document>,
    }
}
