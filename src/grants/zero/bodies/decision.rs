//! Bodies of decisions: a recommendation, a decree with its rows, a refusal.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{DecidedBy, Document, MAX_ITEMS, document};
use crate::grants::about::CaseId;
use crate::grants::json::Json;
use crate::grants::json_schema;
use crate::grants::money::Amount;
use crate::grants::sentence::{Both, sentence};
use crate::grants::shape::{self, Fault, Label, Shape, Text, Year, record};
use crate::tlog::hash::Hash;

/// Most rows in one statement, so that it stays within 65,000 bytes.
pub const MAX_ROWS: usize = 200;

record! {
    /// The agency of the field recommends an amount.
    pub struct AmountRecommended {
        /// How much.
        amount: Amount,
        /// The profile's items, each yes or no.
        checklist: Option<Checklist>,
        /// Why.
        reason: Text,
        /// Who decided.
        decided_by: DecidedBy,
        /// The number under which the proposal is filed.
        control_number: Option<Label>,
    }
}

/// Answers to the items of the profile's checklist, by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist(pub BTreeMap<String, bool>);

impl Shape for Checklist {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        let object = value.as_object().ok_or_else(|| Fault::here(Both("be an object", "berupa objek")))?;
        let answers = object.iter().map(|(code, answer)| {
            shape::code(code)
                .ok_or_else(|| Fault::here(Both("be named like a code", "bernama seperti kode")).inside(code))?;
            Ok((code.to_owned(), bool::read(answer).map_err(|fault| fault.inside(code))?))
        });
        answers.collect::<Result<_, Fault>>().map(Checklist)
    }

    fn schema() -> Value {
        json_schema::map::<bool>(0, Self::MOST)
    }
}

impl AmountRecommended {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        match &self.checklist {
            Some(list) if list.0.len() > MAX_ITEMS => {
                Err(Fault::here(Both("have at most 100 items", "memuat paling banyak 100 butir")).inside("checklist"))
            }
            _ => Ok(()),
        }
    }
}

record! {
    /// A decree begins; it takes effect when sealed.
    pub struct DecreeIssued {
        /// The decree's number.
        number: Label,
        /// Its fiscal year; the one in `about`.
        fiscal_year: Year,
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

impl DecreeIssued {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        if self.rows == 0 {
            return Err(Fault::here(Both("be at least 1", "sedikitnya 1")).inside("rows"));
        }
        document(&self.document).map_err(|fault| fault.inside("document"))
    }
}

record! {
    /// Some rows of a decree, in ascending order of their numbers.
    pub struct DecreeRows {
        /// 1 to 200 rows.
        rows: Vec<DecreeRow>,
    }
}

record! {
    /// One row of a decree.
    pub struct DecreeRow {
        /// Its number on the paper, from 1.
        row: u64,
        /// The case that it decides.
        case: CaseId,
        /// The latest entry about that case.
        after: Hash,
        /// How much is granted.
        amount: Amount,
    }
}

impl DecreeRows {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        super::at_most(&self.rows, MAX_ROWS, "rows")?;
        let mut last = 0;
        for (at, row) in self.rows.iter().enumerate() {
            if row.row <= last {
                let must = sentence!("be above {last}, for rows ascend", "di atas {last}, karena nomor baris menaik");
                return Err(Fault::here(must).inside("row").inside(at).inside("rows"));
            }
            last = row.row;
        }
        Ok(())
    }
}

record! {
    /// All rows are there; the decree takes effect.
    pub struct DecreeSealed {}
}

record! {
    /// The decree is given up; its cases are free again.
    pub struct DecreeAbandoned {
        /// Why.
        reason: Text,
    }
}

record! {
    /// Whoever holds the stage refuses.
    pub struct DecisionRefused {
        /// Why.
        reason: Text,
        /// Who decided.
        decided_by: DecidedBy,
    }
}
