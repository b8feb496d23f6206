//! What a reader asks beside grants: findings of flags, reports that are missing, and what later entries say of an
//! entry. All of it is in the derived tables; nothing is asked of a state.

use rusqlite::{OptionalExtension as _, Row, ToSql, params};
use serde_json::Value;

use super::reader::Reader;
use super::shown::body_without;
use super::statement::Statement;
use super::store::StoreError;

/// One answer of a flag, as it was found when its entry was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The flag's name.
    pub flag: String,
    /// The case.
    pub case: String,
    /// The entry that shows it.
    pub entry: u64,
    /// Other cases that it is about.
    pub others: Vec<String>,
    /// What was found, by name, as a JSON object of texts.
    pub facts: String,
    /// The recipient of the case; empty where it is sealed or erased.
    pub recipient: String,
    /// The recipient's number on the ledger, if it is registered.
    pub organisation: Option<u64>,
    /// The title of the case; empty where it was erased.
    pub title: String,
}

/// A report that should be there and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingReport {
    /// The case.
    pub case: String,
    /// The day by which the use had to be reported, `YYYY-MM-DD`.
    pub due: String,
    /// The recipient of the case; empty where it is sealed or erased.
    pub recipient: String,
    /// The recipient's number on the ledger, if it is registered.
    pub organisation: Option<u64>,
    /// The title of the case; empty where it was erased.
    pub title: String,
    /// The latest entry of the case.
    pub last_index: u64,
}

/// A part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many to skip.
    pub offset: u32,
    /// How many at most.
    pub limit: u32,
}

pub(super) const FINDING: &str = "SELECT f.flag, f.thing, f.idx, f.others, f.facts, coalesce(g.recipient, ''), coalesce(g.title, ''), g.organisation FROM findings AS f LEFT JOIN grants AS g ON g.id = f.thing";

impl Reader {
    /// How many findings each flag has, in the order of their names; flags without any are not among them.
    ///
    /// # Errors
    /// What the files report.
    pub fn finding_counts(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let sql = "SELECT flag, count(*) FROM findings GROUP BY flag ORDER BY flag";
        self.listed(sql, params![], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Findings of a flag, the newest first.
    ///
    /// # Errors
    /// What the files report.
    pub fn findings_of_flag(&self, flag: &str, window: Window) -> Result<Vec<Finding>, StoreError> {
        let sql = format!("{FINDING} WHERE f.flag = ?1 ORDER BY f.idx DESC, f.thing, f.others LIMIT ?2 OFFSET ?3");
        self.listed(&sql, params![flag, window.limit, window.offset], finding)
    }

    /// Findings on a case, by entry.
    ///
    /// # Errors
    /// What the files report.
    pub fn findings_of_case(&self, case: &str) -> Result<Vec<Finding>, StoreError> {
        let sql = format!("{FINDING} WHERE f.thing = ?1 ORDER BY f.idx, f.flag, f.others");
        self.listed(&sql, params![case], finding)
    }

    /// Findings that an entry gave, on whichever case.
    ///
    /// # Errors
    /// What the files report.
    pub fn findings_of_entry(&self, index: u64) -> Result<Vec<Finding>, StoreError> {
        let sql = format!("{FINDING} WHERE f.idx = ?1 ORDER BY f.thing, f.flag, f.others");
        self.listed(&sql, params![index], finding)
    }

    /// The local day of the newest entry, `YYYY-MM-DD`: what is missing is missing on this day.
    ///
    /// # Errors
    /// What the files report.
    pub fn day(&self) -> Result<String, StoreError> {
        let day =
            self.derived.prepare_cached("SELECT day FROM progress").and_then(|mut s| s.query_row([], |row| row.get(0)));
        day.map_err(|e| self.fault(&e))
    }

    /// How many reports are missing.
    ///
    /// # Errors
    /// What the files report.
    pub fn missing_reports_count(&self) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM grants, progress WHERE report_due < progress.day";
        self.derived.query_row(sql, [], |row| row.get(0)).map_err(|e| self.fault(&e))
    }

    /// Reports that are missing, the one that was due first before the others.
    ///
    /// # Errors
    /// What the files report.
    pub fn missing_reports(&self, window: Window) -> Result<Vec<MissingReport>, StoreError> {
        let sql = "SELECT id, report_due, recipient, title, last_idx, organisation FROM grants, progress WHERE report_due < progress.day ORDER BY report_due, n LIMIT ?1 OFFSET ?2";
        self.listed(sql, params![window.limit, window.offset], missing_report)
    }

    /// Entries that name this one: corrections, confirmations, objections, erasures; in order.
    ///
    /// # Errors
    /// What the files report.
    pub fn mentions(&self, entry: u64) -> Result<Vec<u64>, StoreError> {
        self.listed("SELECT idx FROM mentions WHERE entry = ?1 ORDER BY idx", params![entry], |row| row.get(0))
    }

    /// Texts of an entry that are to be hidden: JSON pointers at `/body/...`, each with the entry of the erasure.
    ///
    /// # Errors
    /// What the files report.
    pub fn hidden(&self, entry: u64) -> Result<Vec<(String, u64)>, StoreError> {
        let sql = "SELECT pointer, idx FROM hidden WHERE entry = ?1 ORDER BY pointer";
        self.listed(sql, params![entry], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// The body of the statement of an entry without the texts that are to be hidden.
    ///
    /// # Errors
    /// What the files report.
    pub fn body_shown(&self, entry: u64, statement: &Statement) -> Result<Value, StoreError> {
        let hidden: Vec<String> = self.hidden(entry)?.into_iter().map(|(pointer, _)| pointer).collect();
        Ok(body_without(statement.body(), &hidden))
    }

    /// The entry that brought the profile in force: the founding, or the latest that changed it.
    ///
    /// # Errors
    /// What the files report.
    pub fn profile_entry(&self) -> Result<u64, StoreError> {
        self.profile_entry_before(i64::MAX.unsigned_abs())
    }

    /// The entry that brought the profile by which the entry at `index` was judged.
    ///
    /// # Errors
    /// What the files report.
    pub fn profile_entry_before(&self, index: u64) -> Result<u64, StoreError> {
        let sql = "SELECT max(r.idx) FROM timeline AS t JOIN records AS r USING (idx) WHERE t.about = 'ledger' AND r.idx < ?1 AND r.kind IN ('ledger.founded', 'rules.adopted', 'profile.amended')";
        let found = self.derived.prepare_cached(sql).and_then(|mut s| s.query_row([index], |row| row.get(0)));
        let found: Option<Option<u64>> = found.optional().map_err(|e| self.fault(&e))?;
        Ok(found.flatten().unwrap_or(0))
    }

    /// The latest entry that brought or retired a ledger key.
    ///
    /// # Errors
    /// What the files report.
    pub fn rekeying_entry(&self) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(max(r.idx), 0) FROM timeline AS t JOIN records AS r USING (idx) WHERE t.about = 'ledger' AND r.kind IN ('ledger.founded', 'ledger.rekeyed')";
        let found = self.derived.prepare_cached(sql).and_then(|mut s| s.query_row([], |row| row.get(0)));
        found.map_err(|e| self.fault(&e))
    }

    pub(super) fn listed<T>(
        &self,
        sql: &str,
        values: &[&dyn ToSql],
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let fault = |e: rusqlite::Error| self.fault(&e);
        let mut statement = self.derived.prepare_cached(sql).map_err(fault)?;
        let rows = statement.query_map(values, |row| read(row)).map_err(fault)?;
        rows.collect::<Result<_, _>>().map_err(fault)
    }
}

/// A row of id, report_due, recipient, title, last_idx, organisation.
pub(super) fn missing_report(row: &Row<'_>) -> rusqlite::Result<MissingReport> {
    Ok(MissingReport {
        case: row.get(0)?,
        due: row.get(1)?,
        recipient: row.get(2)?,
        title: row.get(3)?,
        last_index: row.get(4)?,
        organisation: row.get(5)?,
    })
}

pub(super) fn finding(row: &Row<'_>) -> rusqlite::Result<Finding> {
    let others: String = row.get(3)?;
    Ok(Finding {
        flag: row.get(0)?,
        case: row.get(1)?,
        entry: row.get(2)?,
        others: others.split_whitespace().map(str::to_owned).collect(),
        facts: row.get(4)?,
        recipient: row.get(5)?,
        title: row.get(6)?,
        organisation: row.get(7)?,
    })
}
