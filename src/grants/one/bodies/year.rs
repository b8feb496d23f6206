//! Bodies about a whole fiscal year.

use super::{Document, Month};
use crate::grants::money::Amount;
use crate::grants::shape::record;

record! {
    /// What the treasury's own system holds of a month or of the whole year.
    pub struct TreasuryReconciled {
        /// The month; absent: the whole year.
        month: Option<Month>,
        /// Warrants of grants (hibah).
        grants: CountAndSum,
        /// Warrants of assistance (bansos).
        assistance: CountAndSum,
        /// The treasury's register.
        register: Document,
    }
}

record! {
    /// How many warrants, and what they add up to.
    pub struct CountAndSum {
        /// How many.
        count: u64,
        /// Their sum.
        sum: Amount,
    }
}

record! {
    /// The yearly account of unplanned assistance.
    pub struct NeedsRecapped {
        /// How many needs were paid.
        count: u64,
        /// What they add up to.
        sum: Amount,
        /// The account's paper.
        document: Document,
    }
}
