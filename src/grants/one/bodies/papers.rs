//! Bodies of documents that name many cases: nominative lists, budgets and decrees. Each begins, has its rows, and is
//! sealed or abandoned.

use super::{DecidedBy, Document, Way};
use crate::grants::about::{CaseId, DecreeId};
use crate::grants::money::Amount;
use crate::grants::shape::{Code, Label, Text, Year, record};
use crate::tlog::hash::Hash;

/// Most rows in one statement, so that it stays within 65,000 bytes.
pub const MAX_ROWS: usize = 200;

record! {
    /// A nominative list begins; it takes effect when sealed.
    pub struct ListNominated {
        /// The list's number.
        number: Label,
        /// Its fiscal year; the one in `about`.
        fiscal_year: Year,
        /// The way of all its cases.
        way: Way,
        /// The sum of all rows.
        total: Amount,
        /// How many rows follow, at least 1.
        rows: u64,
        /// The list's paper.
        document: Document,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// A version of a fiscal year's budget begins; it takes effect when sealed.
    pub struct BudgetEnacted {
        /// The regulation's number.
        number: Label,
        /// Its fiscal year; the one in `about`.
        fiscal_year: Year,
        /// The sum of all rows.
        total: Amount,
        /// How many rows follow; 0 only with ceilings.
        rows: u64,
        /// What may be spent on a way, and of it on a field or by an agency.
        ceilings: Option<Vec<Ceiling>>,
        /// The regulation's paper (Penjabaran APBD, Lampiran III and IV).
        document: Document,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// What may be spent in the fiscal year.
    pub struct Ceiling {
        /// On this way.
        way: Way,
        /// On this field only, a code of the profile.
        field: Option<Code>,
        /// By this agency only, a code of the profile.
        agency: Option<Code>,
        /// How much at most.
        amount: Amount,
    }
}

record! {
    /// A decree begins; it takes effect when sealed.
    pub struct DecreeIssued {
        /// The decree's number.
        number: Label,
        /// Its fiscal year; the one in `about`.
        fiscal_year: Year,
        /// The way of all its cases.
        way: Way,
        /// The sum of all rows.
        total: Amount,
        /// How many rows follow, at least 1.
        rows: u64,
        /// The decree's paper.
        document: Document,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// A decree that changes an earlier one begins; it takes effect when sealed.
    pub struct DecreeAmended {
        /// The decree that it changes, `decree/<year>/<n>`.
        amends: DecreeId,
        /// The new decree's number.
        number: Label,
        /// Its fiscal year; the one in `about`.
        fiscal_year: Year,
        /// The way of all its cases.
        way: Way,
        /// The sum of all its own rows.
        total: Amount,
        /// How many rows follow, at least 1.
        rows: u64,
        /// The decree's paper.
        document: Document,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// A sealed decree is taken back; its cases wait for another.
    pub struct DecreeRevoked {
        /// The number of the decree that revokes it.
        number: Label,
        /// Why.
        reason: Text,
        /// The paper.
        document: Document,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// Some rows of a list, budget or decree, in ascending order of their numbers.
    pub struct Rows {
        /// 1 to 200 rows.
        rows: Vec<Row>,
    }
}

record! {
    /// One row of a list, budget or decree.
    pub struct Row {
        /// Its number on the paper, from 1.
        row: u64,
        /// The case that it decides.
        case: CaseId,
        /// The latest entry about that case.
        after: Hash,
        /// How much.
        amount: Amount,
    }
    const MOST: usize = MAX_ROWS;
}

record! {
    /// All rows are there; the list, budget or decree takes effect.
    pub struct PaperSealed {}
}

record! {
    /// The list, budget or decree is given up before it took effect; its cases are free again.
    pub struct PaperAbandoned {
        /// Why.
        reason: Text,
    }
}
