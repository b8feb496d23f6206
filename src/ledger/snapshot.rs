//! Lists read to their end, as they are at one moment: what is recorded meanwhile is not in them.
//!
//! A moment is a size of the ledger, so whoever is given a list can hold its size and root against any later checkpoint.

use std::collections::BTreeMap;

use rusqlite::{Row, ToSql, params};

use super::findings::{self, Finding, MissingReport};
use super::reader::{self, Grant, GrantQuery, Organisation, Reader, Record, read_record};
use super::search::squeezed;
use super::store::StoreError;
use crate::tlog::hash::Hash;
use crate::tlog::merkle;
use crate::tlog::tile::TileHashReader;

/// The moment of a list: what a checkpoint says, without its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The ledger's name.
    pub origin: String,
    /// How many entries the list was made from.
    pub size: u64,
    /// The Merkle root over them.
    pub root: Hash,
    /// When the last of them was recorded, `YYYY-MM-DDTHH:MM:SS.mmmZ`.
    pub recorded_at: String,
    /// Its local day, `YYYY-MM-DD`.
    pub day: String,
}

impl Snapshot {
    /// Size and the beginning of the root, for names of files: `23484-1a2b3c4d5e6f7a8b`.
    #[must_use]
    pub fn short(&self) -> String {
        format!("{}-{}", self.size, &self.root.to_hex()[..16])
    }

    /// The three lines that a checkpoint of this size signs.
    #[must_use]
    pub fn checkpoint(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64())
    }
}

/// A step of a grant, from the entries.
#[derive(Clone, Debug)]
pub struct StepRecord {
    /// The grant.
    pub grant: String,
    /// Its entry.
    pub record: Record,
}

/// Where a grant stands in the order of changes: its latest entry, and its number of arrival.
pub type ChangePlace = (u64, u64);

impl Reader {
    /// Does work that reads many rows, all as they are now.
    ///
    /// # Errors
    /// What the files report, and what the work says.
    pub fn in_snapshot<T, E: From<StoreError>>(&self, work: impl FnOnce(&Snapshot) -> Result<T, E>) -> Result<T, E> {
        let fault = |e: rusqlite::Error| E::from(self.fault(&e));
        // Ends, unchanged as it is, when it is dropped. Within [`Reader::still`] there is one already.
        let held = self.derived.is_autocommit().then(|| self.derived.unchecked_transaction());
        let _held = held.transpose().map_err(fault)?;
        let sql = "SELECT p.size, p.day, coalesce(r.recorded_at, '') FROM progress AS p LEFT JOIN records AS r ON r.idx = p.size - 1";
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let (size, day, recorded_at) = self.derived.query_row(sql, [], read).map_err(fault)?;
        // Asked after the tables, which follow the checkpoint: what they have is signed.
        let signed = self.signed()?;
        let root = if size == signed.size { signed.root } else { self.root_of(size)? };
        let origin = signed.note.split('\n').next().unwrap_or_default().to_owned();
        work(&Snapshot { origin, size, root, recorded_at, day })
    }

    /// The root of the tree over the first `size` entries, which a checkpoint covers.
    ///
    /// # Errors
    /// What the files report, or that the tree has not so many.
    pub fn root_of(&self, size: u64) -> Result<Hash, StoreError> {
        merkle::root(size, &TileHashReader::new(self, size)).map_err(|error| self.unreadable(&error))
    }

    /// The grants that match, those that the words name exactly before the others, in the order in which they came, each
    /// handed on as it is read. `limit` and `offset` are not asked.
    ///
    /// # Errors
    /// What the files report, and what `each` says, which ends it.
    pub fn each_grant<E: From<StoreError>>(
        &self,
        query: &GrantQuery,
        each: impl FnMut(Grant) -> Result<(), E>,
    ) -> Result<(), E> {
        let asked = self.asked(query)?;
        let sql = format!("SELECT {} {} ORDER BY {}g.n", reader::grant_columns(), asked.filter(), asked.first());
        self.each(&sql, &asked.values(), reader::read_grant, each)
    }

    /// The grants that changed after the place `(entry, number of arrival)`, the one that changed first before the
    /// others, each with its place. Read on from the last place, nothing is missed: what changes meanwhile comes again.
    ///
    /// # Errors
    /// What the files report.
    pub fn grants_changed(
        &self,
        query: &GrantQuery,
        after: ChangePlace,
    ) -> Result<Vec<(ChangePlace, Grant)>, StoreError> {
        let asked = self.asked(query)?;
        // In the order of changes whatever the words name: a cursor that named anything else would miss some.
        let sql = format!(
            "SELECT {}, g.n {} AND (g.last_idx, g.n) > (?11, ?12) ORDER BY g.last_idx, g.n LIMIT {}",
            reader::grant_columns(),
            asked.filter(),
            query.limit
        );
        let narrowed = asked.values();
        let values: Vec<&dyn ToSql> = narrowed.iter().copied().chain([&after.0 as &dyn ToSql, &after.1]).collect();
        let mut grants = Vec::new();
        let read = |row: &Row<'_>| {
            let grant = reader::read_grant(row)?;
            Ok(((grant.last_index, row.get("n")?), grant))
        };
        self.each(&sql, &values, read, |grant| {
            grants.push(grant);
            Ok::<_, StoreError>(())
        })?;
        Ok(grants)
    }

    /// The entries from `first` on, in order, at most `limit`.
    ///
    /// # Errors
    /// What the files report, and what `each` says.
    pub fn each_record<E: From<StoreError>>(
        &self,
        first: u64,
        limit: u64,
        each: impl FnMut(Record) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT idx, kind, about, recorded_at, event_date FROM records WHERE idx >= ?1 ORDER BY idx LIMIT ?2";
        self.each(sql, &[&first, &limit], read_record, each)
    }

    /// The entries of a kind, in order.
    ///
    /// # Errors
    /// What the files report, and what `each` says.
    pub fn each_of_kind<E: From<StoreError>>(
        &self,
        kind: &str,
        each: impl FnMut(Record) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT idx, kind, about, recorded_at, event_date FROM records WHERE kind = ?1 ORDER BY idx";
        self.each(sql, &[&kind], read_record, each)
    }

    /// The steps of all grants, by grant in the order in which they came.
    ///
    /// # Errors
    /// What the files report, and what `each` says.
    pub fn each_step<E: From<StoreError>>(&self, each: impl FnMut(StepRecord) -> Result<(), E>) -> Result<(), E> {
        let sql = "SELECT r.idx, r.kind, r.about, r.recorded_at, r.event_date, g.id FROM grants AS g JOIN timeline AS t ON t.about = g.id JOIN records AS r USING (idx) ORDER BY g.n, r.idx";
        self.each(sql, &[], |row| Ok(StepRecord { record: read_record(row)?, grant: row.get(5)? }), each)
    }

    /// Findings, of one flag or of all, the newest first, at most `limit`.
    ///
    /// # Errors
    /// What the files report, and what `each` says.
    pub fn each_finding<E: From<StoreError>>(
        &self,
        flag: Option<&str>,
        limit: u64,
        each: impl FnMut(Finding) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "{} WHERE ?1 IS NULL OR f.flag = ?1 ORDER BY f.idx DESC, f.flag, f.thing, f.others LIMIT ?2",
            findings::FINDING
        );
        self.each(&sql, &[&flag, &limit], findings::finding, each)
    }

    /// Reports that are missing, the one that was due last before the others, at most `limit`.
    ///
    /// # Errors
    /// What the files report, and what `each` says.
    pub fn each_missing_report<E: From<StoreError>>(
        &self,
        limit: u64,
        each: impl FnMut(MissingReport) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT id, report_due, recipient, title, last_idx, organisation FROM grants, progress WHERE report_due < progress.day ORDER BY report_due DESC, n DESC LIMIT ?1";
        self.each(sql, &[&limit], findings::missing_report, each)
    }

    /// Reports that are not there yet, late or still to come, the one that is due first before the others.
    ///
    /// # Errors
    /// What the files report, and what `each` says.
    pub fn each_report_due<E: From<StoreError>>(
        &self,
        each: impl FnMut(MissingReport) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT id, report_due, recipient, title, last_idx, organisation FROM grants WHERE report_due IS NOT NULL ORDER BY report_due, n";
        self.each(sql, &[], findings::missing_report, each)
    }

    /// The organisations that [`Reader::organisations`] finds, by number.
    ///
    /// # Errors
    /// What the files report, and what `each` says.
    pub fn each_organisation<E: From<StoreError>>(
        &self,
        letters: &str,
        each: impl FnMut(Organisation) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql =
            format!("SELECT {} FROM organisations WHERE {} ORDER BY n", Organisation::COLUMNS, Organisation::SOUGHT);
        self.each(&sql, &[&letters, &squeezed(letters)], Organisation::read, each)
    }

    /// Every text that is to be hidden, by entry: few, of all the texts that there are.
    ///
    /// # Errors
    /// What the files report.
    pub fn all_hidden(&self) -> Result<BTreeMap<u64, Vec<String>>, StoreError> {
        let mut all: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        self.each("SELECT entry, pointer FROM hidden ORDER BY entry, pointer", params![], read, |(entry, pointer)| {
            all.entry(entry).or_default().push(pointer);
            Ok::<_, StoreError>(())
        })?;
        Ok(all)
    }

    /// Whether a text of the first `size` entries was erased by a later one.
    ///
    /// # Errors
    /// What the files report.
    pub fn hides_since(&self, size: u64) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM hidden WHERE idx >= ?1 AND entry < ?1)";
        self.derived.query_row(sql, [size], |row| row.get(0)).map_err(|e| self.fault(&e))
    }

    pub(super) fn each<T, E: From<StoreError>>(
        &self,
        sql: &str,
        values: &[&dyn ToSql],
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut each: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let fault = |e: rusqlite::Error| E::from(self.fault(&e));
        let mut statement = self.derived.prepare_cached(sql).map_err(fault)?;
        let mut rows = statement.query(values).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            each(read(row).map_err(fault)?)?;
        }
        Ok(())
    }
}
