//! Lists beside that of grants: organisations, papers, officials, entries from the newest down.

use rusqlite::{OptionalExtension as _, Row, params};

use super::findings::{MissingReport, Window, missing_report};
use super::reader::{Grant, Organisation, Reader, Record, grant_columns, read_grant, read_record};
use super::search::squeezed;
use super::store::StoreError;

const RECORD: &str = "SELECT idx, kind, about, recorded_at, event_date FROM records";

impl Organisation {
    /// What is read of one.
    pub(super) const COLUMNS: &str = "n, name, idx, licence, licensed";
    /// Whether one is sought: letters of its name, its number, or its licence's, `squeezed` of which is ?2.
    pub(super) const SOUGHT: &str =
        "instr(lower(name), lower(?1)) OR CAST(n AS TEXT) = ?1 OR (?2 <> '' AND squeezed = ?2)";

    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { n: row.get(0)?, name: row.get(1)?, index: row.get(2)?, licence: row.get(3)?, licensed: row.get(4)? })
    }
}

impl Reader {
    /// One entry's row, if the tables have it.
    ///
    /// # Errors
    /// What the files report.
    pub fn record(&self, index: u64) -> Result<Option<Record>, StoreError> {
        Ok(self.listed(&format!("{RECORD} WHERE idx = ?1"), params![index], read_record)?.pop())
    }

    /// Entries before `before`, the newest first.
    ///
    /// # Errors
    /// What the files report.
    pub fn records_before(&self, before: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.listed(&format!("{RECORD} WHERE idx < ?1 ORDER BY idx DESC LIMIT ?2"), params![before, limit], read_record)
    }

    /// The things of a sort, such as `decree`, each with its first and its latest entry, in the order of the first.
    ///
    /// # Errors
    /// What the files report.
    pub fn things(&self, sort: &str) -> Result<Vec<(String, u64, u64)>, StoreError> {
        // `0` follows `/`, so these are the names that begin with the sort and a slash.
        let sql = "SELECT about, min(idx), max(idx) FROM timeline WHERE about > ?1 || '/' AND about < ?1 || '0' GROUP BY about ORDER BY min(idx)";
        self.listed(sql, params![sort], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
    }

    /// Organisations whose name has these letters anywhere, whatever their case, or that have this number, or a licence or deed
    /// of this number, whatever stands between its letters and digits; by name, those without a name last.
    ///
    /// # Errors
    /// What the files report.
    pub fn organisations(&self, letters: &str, window: Window) -> Result<Vec<Organisation>, StoreError> {
        let sql = format!(
            "SELECT {} FROM organisations WHERE {} ORDER BY name = '', name COLLATE NOCASE, n LIMIT ?3 OFFSET ?4",
            Organisation::COLUMNS,
            Organisation::SOUGHT
        );
        self.listed(&sql, params![letters, squeezed(letters), window.limit, window.offset], Organisation::read)
    }

    /// How many organisations [`Reader::organisations`] finds.
    ///
    /// # Errors
    /// What the files report.
    pub fn organisations_count(&self, letters: &str) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) FROM organisations WHERE {}", Organisation::SOUGHT);
        let values = params![letters, squeezed(letters)];
        self.derived.query_row(&sql, values, |row| row.get(0)).map_err(|e| self.fault(&e))
    }

    /// The organisations that have a licence or deed of this number, whatever stands between its letters and digits.
    ///
    /// # Errors
    /// What the files report.
    pub fn licensed(&self, number: &str) -> Result<Vec<Organisation>, StoreError> {
        let sql = format!("SELECT {} FROM organisations WHERE ?1 <> '' AND squeezed = ?1", Organisation::COLUMNS);
        self.listed(&sql, params![squeezed(number)], Organisation::read)
    }

    /// Grants by their numbers in the tables, in the order asked for.
    ///
    /// # Errors
    /// What the files report.
    pub fn grants_at(&self, numbers: &[u64]) -> Result<Vec<Grant>, StoreError> {
        let sql = format!("SELECT {} FROM grants AS g WHERE n = ?1", grant_columns());
        let mut statement = self.derived.prepare_cached(&sql).map_err(|e| self.fault(&e))?;
        let mut grants = Vec::with_capacity(numbers.len());
        for n in numbers {
            let found = statement.query_row(params![n], read_grant).optional();
            grants.extend(found.map_err(|e| self.fault(&e))?);
        }
        Ok(grants)
    }

    /// Reports that are due on this day or later, the next first.
    ///
    /// # Errors
    /// What the files report.
    pub fn reports_coming(&self, window: Window) -> Result<Vec<MissingReport>, StoreError> {
        let sql = "SELECT id, report_due, recipient, title, last_idx, organisation FROM grants, progress WHERE report_due >= progress.day ORDER BY report_due, n LIMIT ?1 OFFSET ?2";
        self.listed(sql, params![window.limit, window.offset], missing_report)
    }
}
