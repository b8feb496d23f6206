//! What search and pages need, made from the entries by replay (formats.md section 7).
//!
//! A file of its own, disposable: when it is missing, or was made from other entries, it is made anew. Rows depend on
//! the entries only, so two builds hold the same (`content_digest`).

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use rusqlite::{CachedStatement, Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use serde_json::json;

use super::committer::tile_nodes;
use super::grant_row::{GrantRow, GrantSql, lines, next_steps};
use super::hidden::Hiding;
use super::replay::{Replay, Signatures, Step};
use super::rows::Rows;
use super::search::squeezed;
use super::sought::begins;
use super::store::{self, Access, Entries, LastSigned, StoreError};
use super::writer;
use crate::grants::about::{About, AwardId, CaseId};
use crate::grants::figures::Figure;
use crate::grants::flags::Finding;
use crate::grants::money::Amount;
use crate::grants::state::{CaseRow, organisation_of};
use crate::tlog::hash::{Hash, Sha256Stream, sha256};

/// File name of the derived tables.
pub const DERIVED_FILE: &str = "derived.db";
/// How much of the file the writing connection keeps in memory, in KiB: its rows go to many places.
const CACHE_KIB: u32 = 64 * 1_024;
/// How many entries are read at once.
const GROUP: u64 = 4_096;

/// What a file of this version of the program says in `user_version`: another version's is made anew.
fn version() -> i32 {
    let made_by = concat!(env!("CARGO_PKG_VERSION"), include_str!("../../schema/derived.sql"));
    let [a, b, c, d, ..] = *sha256(made_by.as_bytes()).as_bytes();
    i32::from_be_bytes([a, b, c, d])
}

/// Disposable, so a commit need not wait for the disk; what a crash loses is derived again.
fn writes_lightly(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    store::keep_pages(connection, CACHE_KIB)
}

/// Whether the tables are those that this version of the program makes.
pub(super) fn check_version(path: &Path, connection: &Connection) -> Result<(), StoreError> {
    let made_by: rusqlite::Result<i32> = connection.pragma_query_value(None, "user_version", |row| row.get(0));
    if made_by.map_err(|e| StoreError::sql(path, &e))? == version() {
        return Ok(());
    }
    let what =
        "it was made by another version of the program: stop what writes to the ledger and start it in this version";
    Err(StoreError::System { file: path.to_owned(), what: what.to_owned() })
}

/// `derived.db`, open for writing.
pub struct Derived {
    path: PathBuf,
    connection: Connection,
    size: u64,
    leaf: Hash,
}

impl Derived {
    /// Makes the file.
    ///
    /// # Errors
    /// [`StoreError::Exists`] and what the system reports.
    pub fn create(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(DERIVED_FILE);
        let connection = store::open(&path, Access::Create)?;
        let fault = |e: rusqlite::Error| StoreError::sql(&path, &e);
        writes_lightly(&connection).map_err(fault)?;
        let mut connection = connection;
        let transaction = connection.transaction().map_err(fault)?;
        transaction.execute_batch(include_str!("../../schema/derived.sql")).map_err(fault)?;
        let start = params![super::entry::NO_PREVIOUS.as_bytes()];
        transaction
            .execute("INSERT INTO progress (one, size, leaf, day) VALUES (1, 0, ?1, '')", start)
            .map_err(fault)?;
        transaction.pragma_update(None, "user_version", version()).map_err(fault)?;
        transaction.commit().map_err(fault)?;
        Ok(Self { path, connection, size: 0, leaf: super::entry::NO_PREVIOUS })
    }

    /// Opens the file for a ledger of these entries, `signed` of them covered by a checkpoint. One that is missing,
    /// damaged, foreign, of another version or ahead of the checkpoint is made anew. The caller holds the lock.
    ///
    /// # Errors
    /// What the system reports.
    pub fn open_for(dir: &Path, entries: &Entries, signed: u64) -> Result<Self, StoreError> {
        if let Ok(derived) = Self::open(dir)
            && derived.size <= signed
            && (derived.size == 0 || entries.leaf(derived.size - 1)? == Some(derived.leaf))
        {
            return Ok(derived);
        }
        for suffix in ["", "-wal", "-shm"] {
            let file = dir.join(format!("{DERIVED_FILE}{suffix}"));
            match std::fs::remove_file(&file) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StoreError::io(&file, &error));
                }
                _ => {}
            }
        }
        Self::create(dir)
    }

    fn open(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(DERIVED_FILE);
        let connection = store::open(&path, Access::Write)?;
        let fault = |e: rusqlite::Error| StoreError::sql(&path, &e);
        writes_lightly(&connection).map_err(fault)?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, Hash::from_bytes(row.get(1)?)));
        let (size, leaf) = connection.query_row("SELECT size, leaf FROM progress", [], read).map_err(fault)?;
        check_version(&path, &connection)?;
        Ok(Self { path, connection, size, leaf })
    }

    /// How many entries are in the tables.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The place of the entry with this statement.
    ///
    /// # Errors
    /// What the file reports.
    pub fn index_of_statement(&self, hash: &Hash) -> Result<Option<u64>, StoreError> {
        index_of_statement(&self.connection, hash)
    }

    /// Takes in entries; those that are in already are passed over.
    ///
    /// # Errors
    /// What the file reports, or that an entry is missing before these; then none of them is in.
    pub fn absorb<'s>(&mut self, steps: impl IntoIterator<Item = &'s Step>) -> Result<(), StoreError> {
        let mut rows = Vec::new();
        for step in steps {
            match &step.rows {
                Some(told) => rows.push(told),
                None if step.index < self.size => {}
                None => return Err(self.lacks(step.index)),
            }
        }
        self.take_in(rows)
    }

    fn lacks(&self, index: u64) -> StoreError {
        let what = format!("it has {} entries and would be given entry {index}: open the ledger again", self.size);
        StoreError::System { file: self.path.clone(), what }
    }

    /// As [`Derived::absorb`], from what the entries change.
    pub(super) fn take_in<'s>(&mut self, rows: impl IntoIterator<Item = &'s Rows>) -> Result<(), StoreError> {
        let path = self.path.clone();
        let fault = |e: rusqlite::Error| StoreError::sql(&path, &e);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault)?;
        // Another program may have brought them up meanwhile.
        self.size = transaction.query_row("SELECT size FROM progress", [], |row| row.get(0)).map_err(fault)?;
        let fresh: Vec<&Rows> = rows.into_iter().filter(|rows| rows.index >= self.size).collect();
        let (Some(first), Some(last)) = (fresh.first(), fresh.last()) else { return Ok(()) };
        if first.index != self.size {
            drop(transaction);
            return Err(self.lacks(first.index));
        }
        let day = last.day.to_string();
        let (size, leaf) = (last.index + 1, last.leaf);
        let hiding = Hiding::so_far(&transaction).map_err(fault)?;
        let last_of = last_touched(&fresh);
        let sql = Sql::of(&transaction).map_err(fault)?;
        let mut writing = Writing { transaction: &transaction, sql, hiding, last: last_of, written: HashSet::new() };
        for rows in fresh {
            writing.entry(rows).map_err(fault)?;
        }
        drop(writing);
        transaction
            .execute("UPDATE progress SET size = ?1, leaf = ?2, day = ?3", params![size, leaf.as_bytes(), day])
            .map_err(fault)?;
        transaction.commit().map_err(fault)?;
        (self.size, self.leaf) = (size, leaf);
        Ok(())
    }

    /// SHA-256 over all rows in a fixed order: the same for the same entries, however they were taken in.
    ///
    /// # Errors
    /// What the file reports.
    pub fn content_digest(&self) -> Result<Hash, StoreError> {
        let fault = |e: rusqlite::Error| StoreError::sql(&self.path, &e);
        let mut digest = Sha256Stream::new();
        for table in [
            "progress",
            "records",
            "documents",
            "timeline",
            "organisations",
            "mentions",
            "hidden",
            "grants",
            "findings",
        ] {
            // `grants.n` is the order of arrival, which depends on the entries only.
            let mut statement =
                self.connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).map_err(fault)?;
            let columns = statement.column_count();
            let mut rows = statement.query([]).map_err(fault)?;
            while let Some(row) = rows.next().map_err(fault)? {
                for column in 0..columns {
                    let value: rusqlite::types::Value = row.get(column).map_err(fault)?;
                    digest.update(format!("{value:?}\n").as_bytes());
                }
            }
        }
        Ok(digest.finish())
    }
}

/// Brings the derived tables of the ledger in `dir` up to its newest checkpoint, without a key: what a reader does
/// first. Where a writer has the ledger open, it keeps them up itself.
///
/// # Errors
/// What the files report, or an entry that the rule book refuses.
pub fn catch_up(dir: &Path, origin: &str) -> Result<(), StoreError> {
    let entries = Entries::open(dir, Access::Read)?;
    let _lock = match writer::take_lock(dir) {
        Err(StoreError::Locked(_)) => return Ok(()),
        lock => lock?,
    };
    let signed = LastSigned::open(dir, Access::Read)?.get()?;
    writer::check_size(dir, &entries, &signed)?;
    let mut derived = Derived::open_for(dir, &entries, signed.size)?;
    if derived.size() == signed.size {
        return Ok(());
    }
    let mut replay = Replay::for_tables(origin, derived.size());
    replay_into(&entries, &mut derived, &mut replay, signed.size)?;
    writer::check_root(dir, &replay, &signed)
}

/// Replays stored entries up to `size`, which a checkpoint covers (I4).
pub(super) fn replay_into(
    entries: &Entries,
    derived: &mut Derived,
    replay: &mut Replay,
    size: u64,
) -> Result<(), StoreError> {
    while replay.size() < size {
        let count = GROUP.min(size - replay.size());
        let steps = replay_group(entries, replay, count, Signatures::VerifiedBefore)?;
        derived.absorb(&steps)?;
    }
    Ok(())
}

/// Replays the next stored entries, `count` of them, and compares the hashes that are stored beside them.
pub(super) fn replay_group(
    entries: &Entries,
    replay: &mut Replay,
    count: u64,
    signatures: Signatures,
) -> Result<Vec<Step>, StoreError> {
    let mut steps = Vec::new();
    for (leaf, bytes) in entries.rows(replay.size(), count)? {
        let index = replay.size();
        let step = replay.extend(&bytes, signatures).map_err(|refused| {
            StoreError::TwoHistories(format!(
                "entry {index} is not one that was recorded ({refused}): sign nothing; `hibah restore` with a mirror tells how to go on"
            ))
        })?;
        entries.check_hashes(index, (&leaf, &step.leaf), &tile_nodes(std::slice::from_ref(&step)))?;
        steps.push(step);
    }
    Ok(steps)
}

/// The place of the entry with this statement, in the tables of this connection.
pub(super) fn index_of_statement(tables: &Connection, hash: &Hash) -> Result<Option<u64>, StoreError> {
    let sql = "SELECT idx FROM records WHERE statement = ?1";
    let found = tables
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row([hash.as_bytes()], |row| row.get(0)).optional());
    found.map_err(|error| StoreError::sql(Path::new(DERIVED_FILE), &error))
}

/// The last of these entries that touches each case, of those that are not archived.
fn last_touched(entries: &[&Rows]) -> HashMap<CaseId, u64> {
    let touched = entries.iter().flat_map(|rows| rows.cases.iter().map(move |case| (rows.index, case)));
    touched.filter(|(_, (_, row))| row.facts.is_some()).map(|(index, (id, _))| (*id, index)).collect()
}

/// What is executed for nearly every entry, found once.
struct Sql<'t> {
    record: CachedStatement<'t>,
    document: CachedStatement<'t>,
    follow: CachedStatement<'t>,
    name: CachedStatement<'t>,
    grant: GrantSql<'t>,
}

impl<'t> Sql<'t> {
    fn of(transaction: &'t Transaction<'t>) -> rusqlite::Result<Self> {
        let sql = "INSERT INTO records (idx, kind, about, recorded_at, event_date, statement, leaf) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        Ok(Self {
            record: transaction.prepare_cached(sql)?,
            document: transaction.prepare_cached("INSERT OR IGNORE INTO documents (sha256, idx) VALUES (?1, ?2)")?,
            follow: transaction.prepare_cached("INSERT OR IGNORE INTO timeline (about, idx) VALUES (?1, ?2)")?,
            name: transaction.prepare_cached("SELECT name FROM organisations WHERE n = ?1")?,
            grant: GrantSql::of(transaction)?,
        })
    }
}

/// Entries on their way into the tables, in one transaction.
struct Writing<'t> {
    transaction: &'t Transaction<'t>,
    sql: Sql<'t>,
    hiding: Hiding<'t>,
    /// By case: the last of these entries that touches it. Only then, and when the case is new, is its row written.
    last: HashMap<CaseId, u64>,
    written: HashSet<CaseId>,
}

impl Writing<'_> {
    fn entry(&mut self, rows: &Rows) -> rusqlite::Result<()> {
        let about = rows.about.to_string();
        self.sql.record.execute(params![
            rows.index,
            rows.kind,
            about,
            rows.recorded_at.to_string(),
            rows.event_date.to_string(),
            rows.statement.as_bytes(),
            begins(&rows.leaf)
        ])?;
        for sha256 in &rows.documents {
            self.sql.document.execute(params![sha256.as_bytes(), rows.index])?;
        }
        self.sql.follow.execute(params![about, rows.index])?;
        for finding in &rows.findings {
            put_finding(self.transaction, finding)?;
        }
        for thing in rows.touched.iter().filter(|thing| **thing != rows.about) {
            self.sql.follow.execute(params![thing.to_string(), rows.index])?;
        }
        for (n, name) in &rows.organisations {
            self.organisation(*n, name, rows)?;
        }
        for (id, row) in &rows.cases {
            self.case(id, row, rows)?;
        }
        for thing in &rows.touched {
            if let About::Award(id) = thing {
                self.award(id, rows)?;
            }
        }
        self.hiding.put_mention(rows)
    }

    /// The row of a case, unless a later one of these entries writes it anew.
    fn case(&mut self, id: &CaseId, row: &CaseRow, rows: &Rows) -> rusqlite::Result<()> {
        let anew = self.last.get(id).is_some_and(|last| *last > rows.index);
        if anew && self.written.contains(id) && !rows.gives(id) {
            return Ok(());
        }
        self.written.insert(*id);
        self.put_case(id, row, rows)
    }

    fn put_case(&mut self, id: &CaseId, case: &CaseRow, rows: &Rows) -> rusqlite::Result<()> {
        let (transaction, hiding) = (self.transaction, &self.hiding);
        let (index, own, name) = (rows.index, rows.about == About::Case(*id), About::Case(*id).to_string());
        let amount = |figure| case.figures.and_then(|figures| figures.get(figure)).map(Amount::minor);
        let Some(facts) = &case.facts else {
            let sql = "UPDATE grants SET refunded = coalesce(?2, refunded), last_idx = ?3 WHERE id = ?1";
            return transaction
                .prepare_cached(sql)?
                .execute(params![name, amount(Figure::Refunded), index])
                .map(|_| ());
        };
        let organisation = organisation_of(id);
        let titled = (own && rows.gives_title).then_some(index);
        let title = if hiding.hides_title(&name, titled)? { "" } else { facts.title.as_str() };
        let numbers = hiding.numbers_shown(&case.numbers)?;
        let recipient: Option<String> = self.sql.name.query_row([organisation], |row| row.get(0)).optional()?;
        self.sql.grant.put(&GrantRow {
            id: name,
            migrated: false,
            recipient: recipient.as_deref().unwrap_or_default(),
            organisation,
            title,
            field: &facts.field,
            agency: &facts.agency,
            fiscal_year: facts.fiscal_year,
            status: case.status,
            stage: case.stage.map(crate::grants::kinds::Kind::name).unwrap_or_default(),
            next: next_steps(&case.next),
            numbers: lines(numbers.iter().map(|(number, _)| number)),
            numbered: lines(numbers.iter().map(|(_, entry)| entry)),
            // A case's purpose is in its statement only; the state that this row is made from does not keep it.
            words: String::new(),
            report_due: case.report_due.map(|day| day.to_string()),
            amounts: std::array::from_fn(|at| amount(Figure::ALL[at])),
            index,
            titled,
            way: facts.way,
            adopted: rows.adopted.as_deref().filter(|_| own),
        })
    }

    /// An award is recorded once; an organisation may claim it later.
    fn award(&mut self, id: &AwardId, rows: &Rows) -> rusqlite::Result<()> {
        if let About::Org(n) = rows.about {
            let sql = "UPDATE grants SET organisation = ?2, last_idx = ?3 WHERE id = ?1";
            return self
                .transaction
                .prepare_cached(sql)?
                .execute(params![About::Award(*id).to_string(), n, rows.index])
                .map(|_| ());
        }
        let Some(body) = &rows.body else { return Ok(()) };
        let text = |pointer: &str| body.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default();
        let number = |pointer: &str| body.pointer(pointer).and_then(serde_json::Value::as_i64);
        let named = body.pointer("/numbers").and_then(serde_json::Value::as_object);
        let numbers: Vec<&str> = named.into_iter().flat_map(|map| map.values()).filter_map(|v| v.as_str()).collect();
        // A number is found whether it is written with hyphens or without (`reader::fts_expression`).
        let digits: String = text("/recipient/number").chars().filter(char::is_ascii_alphanumeric).collect();
        self.sql.grant.put(&GrantRow {
            id: About::Award(*id).to_string(),
            migrated: true,
            recipient: text("/recipient/name"),
            organisation: None,
            title: [text("/purpose"), text("/programme")].into_iter().find(|text| !text.is_empty()).unwrap_or_default(),
            field: text("/fund"),
            agency: text("/agency"),
            fiscal_year: number("/fiscal_year").and_then(|year| u16::try_from(year).ok()).unwrap_or_default(),
            status: text("/outcome"),
            stage: &rows.kind,
            next: "[]".to_owned(),
            numbers: numbers.join("\n"),
            numbered: lines(numbers.iter().map(|_| rows.index.to_string())),
            words: [digits.as_str(), text("/recipient/number"), text("/programme"), text("/sponsor")].join("\n"),
            report_due: None,
            amounts: Figure::NAMES.map(|name| number(&format!("/amounts/{name}"))),
            index: rows.index,
            titled: Some(rows.index),
            way: ("", ""),
            adopted: None,
        })
    }

    fn organisation(&self, n: u64, name: &str, rows: &Rows) -> rusqlite::Result<()> {
        let transaction = self.transaction;
        let gives_name = rows.about == About::Org(n) && rows.gives_name;
        let before: Option<u64> = transaction
            .prepare_cached("SELECT named FROM organisations WHERE n = ?1")?
            .query_row([n], |row| row.get(0))
            .optional()?;
        let named = before.filter(|_| !gives_name).unwrap_or(rows.index);
        let name = if self.hiding.hides(named, "name")? { "" } else { name };
        let sql = "INSERT INTO organisations (n, name, named, idx, licence, squeezed) VALUES (?1, ?2, ?3, ?4, '', '') ON CONFLICT (n) DO UPDATE SET name = excluded.name, named = excluded.named";
        transaction.prepare_cached(sql)?.execute(params![n, name, named, rows.index])?;
        if let (true, Some(licence)) = (rows.about == About::Org(n), &rows.licence) {
            let licence = if self.hiding.hides_licence(rows.index)? { "" } else { licence };
            let sql = "UPDATE organisations SET licence = ?2, squeezed = ?3, licensed = ?4 WHERE n = ?1";
            transaction.prepare_cached(sql)?.execute(params![n, licence, squeezed(licence), rows.index])?;
        }
        let sql = "UPDATE grants SET recipient = ?2 WHERE organisation = ?1 AND NOT migrated AND recipient <> ?2";
        transaction.prepare_cached(sql)?.execute(params![n, name]).map(|_| ())
    }
}

fn put_finding(transaction: &Transaction<'_>, finding: &Finding) -> rusqlite::Result<()> {
    let others: Vec<String> = finding.others.iter().map(|id| About::Case(*id).to_string()).collect();
    let facts: serde_json::Map<_, _> =
        finding.facts.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let sql = "INSERT INTO findings (flag, thing, idx, others, facts) VALUES (?1, ?2, ?3, ?4, ?5)";
    transaction.prepare_cached(sql)?.execute(params![
        finding.flag.name(),
        About::Case(finding.case).to_string(),
        finding.entry,
        others.join(" "),
        serde_json::Value::Object(facts).to_string()
    ])?;
    Ok(())
}
