//! Bodies of what follows payment: the report of use, its review, refunds, monitoring, warnings and sanctions.

use super::{BudgetLine, Counter, DecidedBy, Document};
use crate::grants::about::CaseId;
use crate::grants::money::Amount;
use crate::grants::shape::{Label, Text, record, vocabulary};
use crate::grants::time::Date;

record! {
    /// How the money or the goods were used (LPJ).
    pub struct UseReported {
        /// How much was used.
        amount: Amount,
        /// What for; adds up to the amount.
        lines: Option<Vec<BudgetLine>>,
        /// The report and its receipts.
        documents: Vec<Document>,
        /// Whether it is the last report of the case.
        r#final: Option<bool>,
        /// A remark.
        note: Option<Text>,
        /// The hand-signed paper, where it was handed in at the counter.
        counter: Option<Counter>,
    }
}

vocabulary! {
    /// What the agency says to a report.
    pub enum Review {
        /// It is taken.
        Accepted = "accepted",
        /// The organisation must mend it.
        Returned = "returned",
    }
}

record! {
    /// The agency accepts the report or returns it.
    pub struct UseReviewed {
        /// `accepted` or `returned`.
        outcome: Review,
        /// How much of the use is not accepted.
        disallowed: Option<Amount>,
        /// Why.
        reason: Text,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// Money is to be given back.
    pub struct RefundDemanded {
        /// How much, at least 1.
        amount: Amount,
        /// Why.
        reason: Text,
        /// By when.
        due: Option<Date>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// Money was given back.
    pub struct RefundDeposited {
        /// The deposit slip's number (STS).
        number: Label,
        /// How much of the grant, at least 1.
        amount: Amount,
        /// The interest beside it.
        interest: Option<Amount>,
        /// The deposit slip.
        document: Document,
    }
}

record! {
    /// An office looked at the undertaking.
    pub struct MonitoringRecorded {
        /// The case.
        case: CaseId,
        /// What it found.
        finding: Text,
        /// Its papers.
        documents: Option<Vec<Document>>,
    }
}

record! {
    /// An office warns the recipient.
    pub struct WarningIssued {
        /// The case.
        case: CaseId,
        /// What about.
        reason: Text,
        /// Its papers.
        documents: Option<Vec<Document>>,
    }
}

record! {
    /// The recipient is barred from grants until a day.
    pub struct SanctionImposed {
        /// The last day on which it is barred.
        until: Date,
        /// Why.
        reason: Text,
        /// The paper.
        document: Option<Document>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}
