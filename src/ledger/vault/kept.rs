//! What the vault has, as it is listed: no values, no key needed.

use rusqlite::{Connection, OptionalExtension as _, Params, Row, params};

use super::{Sealed, Vault, VaultError};
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::time::Timestamp;
use crate::ledger::erased::Erasure;
use crate::tlog::hash::Hash;

/// Every reading with what it was about, to be narrowed.
const READINGS: &str = include_str!("../../../schema/readings.sql");

/// An opening in the vault, without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The statement with the commitment.
    pub statement: Hash,
    /// What the statement is about.
    pub about: String,
    /// The commitment's place in it.
    pub pointer: String,
    /// When it was put here.
    pub put_at: String,
    /// Whether it is in force: its statement is recorded.
    pub in_force: bool,
    /// When and why it was erased, if it was.
    pub erased: Option<Erasure>,
}

/// One reading of an opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Its number: later ones have greater.
    pub n: i64,
    /// What the statement is about.
    pub about: String,
    /// The statement with the commitment.
    pub statement: Hash,
    /// The commitment's place in it.
    pub pointer: String,
    /// When it was read.
    pub at: String,
    /// The code of the office that read it.
    pub office: String,
    /// The key that proved the office, `<key name>+<8 hex>`.
    pub key: String,
    /// Why.
    pub reason: String,
}

impl Vault {
    /// Everything in the vault, in the order in which it came; no values.
    ///
    /// # Errors
    /// What the file reports.
    pub fn list(&self) -> Result<Vec<Kept>, VaultError> {
        self.kept("", [])
    }

    /// What is in force of these things, such as `org/7`, in the order in which it came; no values.
    ///
    /// # Errors
    /// What the file reports.
    pub fn about(&self, things: &[String]) -> Result<Vec<Kept>, VaultError> {
        let each = things.iter().map(|about| self.kept("WHERE handed_in IS NULL AND about = ?1", [about]));
        Ok(each.collect::<Result<Vec<_>, _>>()?.concat())
    }

    pub(super) fn kept(&self, narrowed: &str, values: impl Params) -> Result<Vec<Kept>, VaultError> {
        let columns = "statement, about, pointer, put_at, handed_in IS NULL, erased_at, basis";
        let sql = format!("SELECT {columns} FROM openings {narrowed} ORDER BY n");
        let mut statement = self.connection.prepare(&sql).map_err(|e| self.fault(&e))?;
        let rows = statement.query_map(values, read_kept).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        rows.map_err(|e| self.fault(&e))
    }

    /// Openings of one name and equal value that belong to more than one organisation (a case belongs to the one that
    /// applied): each group together. What is erased is in no group.
    ///
    /// # Errors
    /// What the file reports.
    pub fn same(&self) -> Result<Vec<Vec<Kept>>, VaultError> {
        let sql = concat!(
            "SELECT statement, about, pointer, put_at, 1, erased_at, basis, token FROM openings ",
            "WHERE handed_in IS NULL AND token IS NOT NULL ORDER BY token, n"
        );
        let mut statement = self.connection.prepare(sql).map_err(|e| self.fault(&e))?;
        let read = |row: &Row<'_>| Ok((row.get::<_, Vec<u8>>(7)?, read_kept(row)?));
        let rows = statement.query_map([], read).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let rows = rows.map_err(|e| self.fault(&e))?;
        let groups = rows.chunk_by(|(one, _), (other, _)| one == other);
        let groups = groups.map(|group| group.iter().map(|(_, kept)| kept.clone()).collect::<Vec<_>>());
        let mut groups: Vec<Vec<Kept>> = groups.filter(|group| has_two_holders(group)).collect();
        // The order of tokens says nothing to anyone; that of arrival does.
        groups.sort_by(|one, other| one[0].put_at.cmp(&other[0].put_at));
        Ok(groups)
    }

    /// Every reading, in order.
    ///
    /// # Errors
    /// What the file reports.
    pub fn readings(&self) -> Result<Vec<Reading>, VaultError> {
        self.read_readings(&format!("{READINGS} ORDER BY r.n"), [])
    }

    /// At most so many readings, the newest first: those before the one with this number, or the last ones; of all things,
    /// or of one organisation and its cases.
    ///
    /// # Errors
    /// What the file reports.
    pub fn newest_readings(
        &self,
        before: Option<i64>,
        org: Option<u64>,
        most: usize,
    ) -> Result<Vec<Reading>, VaultError> {
        let (before, most) = (before.unwrap_or(i64::MAX), i64::try_from(most).unwrap_or(i64::MAX));
        match org {
            None => {
                let newest = format!("{READINGS} WHERE r.n < ?1 ORDER BY r.n DESC LIMIT ?2");
                self.read_readings(&newest, params![before, most])
            }
            Some(org) => {
                let of = include_str!("../../../schema/readings-of.sql");
                self.read_readings(of, params![before, org.to_string(), most])
            }
        }
    }

    fn read_readings(&self, sql: &str, values: impl Params) -> Result<Vec<Reading>, VaultError> {
        let mut statement = self.connection.prepare(sql).map_err(|e| self.fault(&e))?;
        let read = |row: &Row<'_>| {
            Ok(Reading {
                n: row.get(0)?,
                statement: Hash::from_bytes(row.get(1)?),
                pointer: row.get(2)?,
                at: row.get(3)?,
                office: row.get(4)?,
                key: row.get(5)?,
                reason: row.get(6)?,
                about: row.get(7)?,
            })
        };
        let rows = statement.query_map(values, read).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        rows.map_err(|e| self.fault(&e))
    }

    pub(super) fn get(&self, statement: &Hash, pointer: &str) -> Result<Kept, VaultError> {
        let not_kept = || VaultError::NotKept { statement: *statement, pointer: pointer.to_owned() };
        let found = find(&self.connection, statement, pointer).map_err(|e| self.fault(&e))?;
        found.map(|(kept, _)| kept).ok_or_else(not_kept)
    }
}

/// What is in force under this name, and its opening as it is stored: none of what was erased.
pub(super) fn find(
    connection: &Connection,
    statement: &Hash,
    pointer: &str,
) -> rusqlite::Result<Option<(Kept, Option<Sealed>)>> {
    let sql = concat!(
        "SELECT statement, about, pointer, put_at, 1, erased_at, basis, wrapped, sealed FROM openings ",
        "WHERE statement = ?1 AND pointer = ?2 AND handed_in IS NULL"
    );
    let read = |row: &Row<'_>| {
        let (wrapped, sealed): (Option<_>, Option<_>) = (row.get(7)?, row.get(8)?);
        Ok((read_kept(row)?, wrapped.zip(sealed).map(|(wrapped, sealed)| Sealed { wrapped, sealed })))
    };
    connection.query_row(sql, params![statement.as_bytes(), pointer], read).optional()
}

fn read_kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let (at, basis): (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
    let erased = at.as_deref().and_then(Timestamp::parse).zip(basis);
    Ok(Kept {
        statement: Hash::from_bytes(row.get(0)?),
        about: row.get(1)?,
        pointer: row.get(2)?,
        put_at: row.get(3)?,
        in_force: row.get(4)?,
        erased: erased.map(|(at, basis)| Erasure { at, basis }),
    })
}

/// Whether openings of equal value belong to more than one holder.
fn has_two_holders(group: &[Kept]) -> bool {
    let holder = |kept: &Kept| match About::parse(&kept.about) {
        Some(About::Case(CaseId { owner: CaseOwner::Org(n), .. })) => About::Org(n).to_string(),
        _ => kept.about.clone(),
    };
    group.iter().any(|kept| holder(kept) != holder(&group[0]))
}
