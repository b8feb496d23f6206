//! The lists of a ledger as tables: each declared once, with what its columns mean, and given as CSV, JSON, a spreadsheet
//! and a data package from that.
//!
//! Rows are handed on one by one, so a list of any length takes the memory of a row.

mod citizens;
mod counted;
pub(super) mod csv;
pub(super) mod json;
mod listed;
mod papers;
pub(super) mod recorded;

use serde_json::Value;

use super::founding::Founding;
use super::memory::Memory;
use crate::ledger::reader::{GrantQuery, Reader};
use crate::ledger::snapshot::Snapshot;
use crate::ledger::store::StoreError;

/// A text in both languages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Both {
    pub(super) id: &'static str,
    pub(super) en: &'static str,
}

/// What the cells of a column hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    /// A whole number within 2^53.
    Number,
    Truth,
    /// `YYYY-MM-DD`.
    Day,
    /// `YYYY-MM-DDTHH:MM:SS.mmmZ`.
    Time,
    /// Several texts, none of which has a line end.
    Texts,
    /// A JSON object.
    Object,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) sort: Sort,
    /// Whether every row has it.
    pub(super) always: bool,
    pub(super) means: Both,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Not there, which is never nought.
    Nothing,
    Text(String),
    Number(i64),
    Truth(bool),
    Texts(Vec<String>),
    Object(Value),
}

impl Cell {
    /// A text; an empty one is none.
    fn text(text: &str) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Text(text.to_owned()) }
    }

    /// An index, a count or a number of the ledger: all are below 2^53.
    fn count(count: u64) -> Self {
        i64::try_from(count).map_or(Self::Nothing, Self::Number)
    }
}

impl From<Option<i64>> for Cell {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Nothing, Self::Number)
    }
}

/// Why a table is not read to its end.
#[derive(Debug)]
pub enum TableError {
    /// The ledger's files.
    Store(StoreError),
    /// Whoever takes the rows: a client that is gone, a disk that is full.
    Sink(std::io::Error),
}

impl From<StoreError> for TableError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<std::io::Error> for TableError {
    fn from(error: std::io::Error) -> Self {
        Self::Sink(error)
    }
}

/// What rows are made from.
pub(super) struct Origin<'a> {
    pub(super) reader: &'a Reader,
    pub(super) founding: &'a Founding,
    pub(super) at: &'a Snapshot,
    pub(super) memory: &'a Memory,
}

/// Which rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Which {
    pub(super) grants: GrantQuery,
    /// One flag.
    pub(super) flag: Option<String>,
    /// Letters of an organisation's name, or its number.
    pub(super) letters: String,
    /// The name of a list, budget or decree.
    pub(super) paper: String,
}

/// Takes a row.
pub(super) type Take<'t> = dyn FnMut(&[Cell]) -> Result<(), TableError> + 't;

/// A list.
pub(super) struct Table {
    /// Of the file, the address and the sheet.
    pub(super) name: &'static str,
    pub(super) title: Both,
    /// What it lists, and what a reader must know of it.
    pub(super) about: Both,
    pub(super) columns: &'static [Column],
    /// The columns that tell a row from all others.
    pub(super) key: &'static [&'static str],
    pub(super) rows: fn(&Origin<'_>, &Which, &mut Take<'_>) -> Result<(), TableError>,
}

pub(super) use citizens::CITIZENS;
pub(super) use counted::{AGENCIES, OFFICIALS, YEARS};
pub(super) use listed::{FINDINGS, FLAGS, GRANTS, MISSING_REPORTS, ORGANISATIONS, REPORTS_DUE};
pub(super) use papers::{BUDGETS, DECREES, LISTS, ROWS};
pub(super) use recorded::{ENTRIES, REFUSALS, REFUSED_STATEMENTS, STEPS};

/// Every table, in the order in which a package lists them.
pub(super) static ALL: [&Table; 17] = [
    &GRANTS,
    &STEPS,
    &ORGANISATIONS,
    &AGENCIES,
    &YEARS,
    &LISTS,
    &BUDGETS,
    &DECREES,
    &OFFICIALS,
    &REFUSALS,
    &REFUSED_STATEMENTS,
    &CITIZENS,
    &FLAGS,
    &FINDINGS,
    &MISSING_REPORTS,
    &REPORTS_DUE,
    &ENTRIES,
];

const fn column(name: &'static str, sort: Sort, always: bool, id: &'static str, en: &'static str) -> Column {
    Column { name, sort, always, means: Both { id, en } }
}
