//! What is counted of every grant, entry by entry: a reader that keeps it in memory asks for what is new only.
//!
//! A row of `grants` whose figures change gets the entry that changed it as `last_idx`, so everything that changed since an
//! entry is found by index.

use rusqlite::{Row, params};

use super::reader::Reader;
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

/// One entry about a case: whose agency's, on which day it happened as claimed, and when it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The entry.
    pub index: u64,
    /// The agency of the case, by its code.
    pub agency: String,
    /// When it happened, as claimed.
    pub event: Date,
    /// When the ledger recorded it.
    pub recorded: Timestamp,
}

/// A step of a grant that gives it one of the eleven amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// The grant, as [`Counted::n`].
    pub n: u64,
    /// Which amount.
    pub figure: Figure,
    /// When it happened, as claimed.
    pub event: Date,
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

    /// The entries about cases from `since` on.
    ///
    /// # Errors
    /// What the files report.
    pub fn said_since(&self, since: u64) -> Result<Vec<Said>, StoreError> {
        let sql = "SELECT r.idx, g.agency, r.event_date, r.recorded_at FROM records AS r JOIN grants AS g ON g.id = r.about WHERE r.idx >= ?1 AND NOT g.migrated";
        let read = |row: &Row<'_>| {
            let event = Date::parse(&row.get::<_, String>(2)?);
            let recorded = Timestamp::parse(&row.get::<_, String>(3)?);
            let (index, agency) = (row.get(0)?, row.get(1)?);
            Ok(event.zip(recorded).map(|(event, recorded)| Said { index, agency, event, recorded }))
        };
        Ok(self.listed(sql, params![since], read)?.into_iter().flatten().collect())
    }

    /// The steps from entry `since` on that give a case an amount, in order.
    ///
    /// # Errors
    /// What the files report.
    pub fn given_since(&self, since: u64) -> Result<Vec<Given>, StoreError> {
        let kinds = GIVING.map(|(kind, _)| format!("'{kind}'")).join(", ");
        let sql = format!(
            "SELECT g.n, r.kind, r.event_date FROM records AS r JOIN timeline AS t USING (idx) JOIN grants AS g ON g.id = t.about WHERE r.idx >= ?1 AND r.kind IN ({kinds}) ORDER BY r.idx"
        );
        let read = |row: &Row<'_>| {
            let (n, kind, event): (u64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let figure = GIVING.iter().find(|(known, _)| *known == kind).map(|(_, figure)| *figure);
            Ok(figure.zip(Date::parse(&event)).map(|(figure, event)| Given { n, figure, event }))
        };
        Ok(self.listed(&sql, params![since], read)?.into_iter().flatten().collect())
    }
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
