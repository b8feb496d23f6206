//! Bodies of the stages of one case, from its papers to the amount that the budget team proposes.

use super::{Checklist, DecidedBy, Document, Licence};
use crate::grants::money::Amount;
use crate::grants::shape::{Code, Label, Text, record};

record! {
    /// The intake office finds the papers complete.
    pub struct CompletenessChecked {
        /// The number under which the application is filed.
        control_number: Label,
        /// The profile's items, each yes or no.
        checklist: Option<Checklist>,
        /// The applicant's licence as its register shows it.
        licence: Option<Licence>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// The head of the region sends the case on its way.
    pub struct CaseRouted {
        /// The instruction.
        note: Option<Text>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// The advisory team names the field and so the agency.
    pub struct CaseClassified {
        /// A code of the profile's fields; may be another than the application's.
        field: Code,
        /// Why.
        reason: Option<Text>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// The agency of the field recommends an amount.
    pub struct AmountRecommended {
        /// How much.
        amount: Amount,
        /// The profile's items, each yes or no.
        checklist: Option<Checklist>,
        /// Why.
        reason: Text,
        /// The recommendation's paper.
        document: Option<Document>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// The advisory team considers the recommendation.
    pub struct CaseConsidered {
        /// How much it advises.
        amount: Amount,
        /// Why.
        reason: Text,
        /// The paper.
        document: Option<Document>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// The budget team proposes an amount.
    pub struct BudgetConsidered {
        /// How much it proposes.
        amount: Amount,
        /// Why.
        reason: Text,
        /// The paper.
        document: Option<Document>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}
