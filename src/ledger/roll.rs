//! What is counted of every grant, entry by entry: a reader that keeps it in memory asks for what is new only.
//!
//! A row of `grants` whose figures change gets the entry that changed it as `last_idx`, so everything that changed since an
//! entry is found by index.

use std::ops::Range;

use rusqlite::{Row, ToSql, params};

use super::reader::{Reader, Record, read_record};
use super::store::StoreError;
use crate::grants::figures::Figure;
use crate::grants::time::{Date, Timestamp};

/// What is counted of one grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Its number in the tables, which stays.
    pub n: u64,
    /// Whether it was taken over from before the ledger.
    pub migrated: bool,
    /// The recipient's number, if it is registered.
    pub organisation: Option<u64>,
    /// The field's code.
    pub field: String,
    /// The agency's code.
    pub agency: String,
    /// The fiscal year.
    pub fiscal_year: u16,
    /// As [`super::reader::Grant::status`].
    pub status: String,
    /// The kind of its last step.
    pub stage: String,
    /// The eleven amounts, in minor units.
    pub amounts: [Option<i64>; 11],
    /// The day by which its use must be reported, as long as it is not.
    pub report_due: Option<Date>,
    /// Its latest entry.
    pub last_index: u64,
}

/// How far the derived tables are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many entries are in.
    pub size: u64,
    /// The local day of the last of them.
    pub day: Option<Date>,
}

/// An entry that concerns a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The case, as [`Counted::n`].
    pub n: u64,
    /// The kind of statement.
    pub kind: String,
    /// The agency of the case, by its code.
    pub agency: String,
    /// The way of the law.
    pub way: String,
    /// Whether it is about the case itself.
    pub own: bool,
    /// Whether it is about a list, a budget or a decree that names the case.
    pub paper: bool,
    /// When it happened, as claimed.
    pub event: Date,
    /// When the ledger recorded it.
    pub recorded: Timestamp,
}

impl Told {
    /// Which of the eleven amounts it gives the case.
    #[must_use]
    pub fn gives(&self) -> Option<Figure> {
        GIVING.iter().find(|(known, _)| *known == self.kind).map(|(_, figure)| *figure)
    }
}

/// The kinds that give an amount to a case, and which; rows give it, the paper around them does not.
const GIVING: [(&str, Figure); 15] = [
    ("application.submitted", Figure::Asked),
    ("application.filed_at_counter", Figure::Asked),
    ("need.recorded", Figure::Asked),
    ("amount.recommended", Figure::Recommended),
    ("case.considered", Figure::Considered),
    ("budget.considered", Figure::Proposed),
    ("budget.rows", Figure::Enacted),
    ("decree.rows", Figure::Decreed),
    ("agreement.signed", Figure::Agreed),
    ("warrant.issued", Figure::Paid),
    ("cash.paid", Figure::Paid),
    ("funds.credited", Figure::Credited),
    ("goods.handed_over", Figure::Credited),
    ("use.reported", Figure::Reported),
    ("refund.deposited", Figure::Refunded),
];

impl Reader {
    /// How far the tables are that everything here is read from.
    ///
    /// # Errors
    /// What the files report.
    pub fn progress(&self) -> Result<Progress, StoreError> {
        let read = |row: &Row<'_>| Ok(Progress { size: row.get(0)?, day: Date::parse(&row.get::<_, String>(1)?) });
        self.derived.query_row("SELECT size, day FROM progress", [], read).map_err(|e| self.fault(&e))
    }

    /// The grants that entry `since` or a later one changed.
    ///
    /// # Errors
    /// What the files report.
    pub fn counted_since(&self, since: u64) -> Result<Vec<Counted>, StoreError> {
        let sql = format!(
            "SELECT n, migrated, organisation, field, agency, fiscal_year, status, stage, report_due, last_idx, {} FROM grants WHERE last_idx >= ?1 ORDER BY n",
            Figure::NAMES.join(", ")
        );
        self.listed(&sql, params![since], counted)
    }

    /// Which grants, by their [`Counted::n`], a flag found something on with entry `since` or a later one.
    ///
    /// # Errors
    /// What the files report.
    pub fn flagged_since(&self, since: u64) -> Result<Vec<(u64, String)>, StoreError> {
        let sql = "SELECT g.n, f.flag FROM findings AS f JOIN grants AS g ON g.id = f.thing WHERE f.idx >= ?1";
        self.listed(sql, params![since], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// The entries of this range that concern cases, those of one case in order.
    ///
    /// # Errors
    /// What the files report, and what `each` says.
    pub fn each_told<E: From<StoreError>>(
        &self,
        entries: Range<u64>,
        mut each: impl FnMut(Told) -> Result<(), E>,
    ) -> Result<(), E> {
        // By the index of changes, then the timeline of each case: whether all are asked for or the newest, nothing else is read.
        let sql = "SELECT g.n, r.kind, g.agency, g.way, r.about, g.id, r.event_date, r.recorded_at FROM grants AS g CROSS JOIN timeline AS t ON t.about = g.id AND t.idx >= ?1 AND t.idx < ?2 CROSS JOIN records AS r ON r.idx = t.idx WHERE g.last_idx >= ?1 AND NOT g.migrated ORDER BY g.last_idx, g.n, t.idx";
        let values: [&dyn ToSql; 2] = [&entries.start, &entries.end];
        self.each(sql, &values, told, |told| told.map_or(Ok(()), &mut each))
    }

    /// The entries of a kind within a range, in order.
    ///
    /// # Errors
    /// What the files report.
    pub fn of_kind(&self, kind: &str, entries: Range<u64>) -> Result<Vec<Record>, StoreError> {
        let sql = "SELECT idx, kind, about, recorded_at, event_date FROM records WHERE idx >= ?1 AND idx < ?2 AND kind = ?3 ORDER BY idx";
        self.listed(sql, params![entries.start, entries.end, kind], read_record)
    }
}

fn told(row: &Row<'_>) -> rusqlite::Result<Option<Told>> {
    let (about, id): (String, String) = (row.get(4)?, row.get(5)?);
    let event = Date::parse(&row.get::<_, String>(6)?);
    let recorded = Timestamp::parse(&row.get::<_, String>(7)?);
    let Some((event, recorded)) = event.zip(recorded) else { return Ok(None) };
    Ok(Some(Told {
        n: row.get(0)?,
        kind: row.get(1)?,
        agency: row.get(2)?,
        way: row.get(3)?,
        own: about == id,
        paper: ["list/", "budget/", "decree/"].iter().any(|sort| about.starts_with(sort)),
        event,
        recorded,
    }))
}

fn counted(row: &Row<'_>) -> rusqlite::Result<Counted> {
    let mut amounts = [None; 11];
    for (at, amount) in amounts.iter_mut().enumerate() {
        *amount = row.get(at + 10)?;
    }
    Ok(Counted {
        n: row.get(0)?,
        migrated: row.get(1)?,
        organisation: row.get(2)?,
        field: row.get(3)?,
        agency: row.get(4)?,
        fiscal_year: row.get(5)?,
        status: row.get(6)?,
        stage: row.get(7)?,
        report_due: row.get::<_, Option<String>>(8)?.and_then(|day| Date::parse(&day)),
        last_index: row.get(9)?,
        amounts,
    })
}
