//! The ledger's files (house.md: one function opens a connection and sets every pragma).
//!
//! | file | holds | lost means |
//! |---|---|---|
//! | `ledger.db` | the entries: ground truth | restore a copy; the last-signed record tells what it lacks ([`super::restore`]) |
//! | `last-signed.db` | the last checkpoint signed: ground truth | nothing is signed until the newest checkpoint is adopted |
//! | `derived.db` | what search and pages need | rebuilt by replay |
//! | `ledger.lock` | nothing; held by the one writer | made anew |

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, Transaction, ffi, params};
use rustix::fs::StatVfsMountFlags;

pub use super::last_signed::LastSigned;
use crate::tlog::hash::Hash;
use crate::tlog::tile::{self, Tile, TileSource};

/// File name of the entries.
pub const ENTRIES_FILE: &str = "ledger.db";
/// File name of the last-signed record.
pub const LAST_SIGNED_FILE: &str = "last-signed.db";

/// File name of what a witness keeps (`src/network/witness/`).
pub const WITNESS_FILE: &str = "witness.db";
/// What people at the desk have not finished; nothing of it is on the ledger.
pub const DESK_FILE: &str = "desk.db";

/// How many prepared statements a connection keeps: as many as a page needs.
const KEPT_STATEMENTS: usize = 64;
/// How many pages the log beside a file may have before the connection that writes folds it in: more than are there when
/// it is done elsewhere ([`super::folding`]).
const LOG_PAGES: u32 = 8_192;
/// What an entry has in bytes, with its length before it; a guess that spares copies.
const USUAL_ENTRY_BYTES: usize = 1_024;

/// Why the ledger's files could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder holds no ledger.
    #[error("{}", no_ledger(.0))]
    NoLedger(PathBuf),
    /// There is one already.
    #[error("{0} exists already: name a new folder")]
    Exists(PathBuf),
    /// A file of the ledger is missing.
    #[error("{} is missing: {}", .0.display(), mending(.0))]
    Missing(PathBuf),
    /// A file is truncated or not what it should be.
    #[error("{} is damaged ({what}): {}", file.display(), mending(file))]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What was seen.
        what: String,
    },
    /// A copy, in which nothing is signed until it is adopted.
    #[error(
        "{0} is a copy of a ledger that is written elsewhere, so nothing is signed in it; to go on with it in that ledger's place, run `hibah restore {0} --adopt --from MIRROR` with the ledger key"
    )]
    Copy(PathBuf),
    /// The disk is full.
    #[error("the disk is full: nothing was recorded; make room and submit again")]
    DiskFull,
    /// Another process writes.
    #[error("another hibah process is writing to {0}: stop it, or submit to the address of its desk")]
    Locked(PathBuf),
    /// The entries and the last-signed record contradict each other.
    #[error("{0}")]
    TwoHistories(String),
    /// The entries are durable, but their checkpoint is not signed yet; the writer signs it as soon as it can.
    #[error(
        "the statement is on the disk but its checkpoint could not be signed yet ({0}): submit it again for the receipt"
    )]
    NotYetSigned(Box<StoreError>),
    /// The key is not one that the ledger names and the last checkpoint was signed with.
    #[error(
        "the key {given} is not this ledger's, which is {named}: nothing was signed; open the ledger with its own key"
    )]
    OtherKey {
        /// The verifier key of the key that was given.
        given: String,
        /// The ledger's verifier key.
        named: String,
    },
    /// A key in force is not held, or one that a statement brings.
    #[error("the ledger key {vkey} must sign the next checkpoint and is not here: give its key file with --ledger-key")]
    KeyMissing {
        /// The verifier key.
        vkey: String,
    },
    /// A write failed before, so this process writes nothing more.
    #[error("the writer has stopped ({0}): nothing more is recorded until the program is started again")]
    Stopped(String),
    /// Too many statements wait from addresses that sent signatures which do not hold.
    #[error(
        "an address like this one sent signatures that do not hold, and too many statements from there wait: nothing was recorded; submit again in ten minutes"
    )]
    Suspected,
    /// The clock cannot be right.
    #[error("{0}")]
    Clock(String),
    /// Anything else that SQLite or the system reports.
    #[error("{file}: {what}")]
    System {
        /// Which file.
        file: PathBuf,
        /// What was reported.
        what: String,
    },
}

/// A folder without entries is no ledger's, or one that lost them.
fn no_ledger(dir: &Path) -> String {
    let lost = dir.join(ENTRIES_FILE);
    match dir.join(LAST_SIGNED_FILE).exists() {
        true => format!("{} is missing: {}", lost.display(), mending(&lost)),
        false => format!("{} holds no ledger: name a folder made by `hibah init` or `hibah demo`", dir.display()),
    }
}

/// How to go on without a file.
fn mending(file: &Path) -> String {
    let dir = file.parent().unwrap_or(file).display();
    match file.file_name().and_then(|name| name.to_str()) {
        Some(ENTRIES_FILE) => format!(
            "nothing is signed; move what is left of it to another place and keep it, then `hibah restore {dir} --from MIRROR` brings every entry back"
        ),
        Some(LAST_SIGNED_FILE) => format!(
            "it proves what was signed, so nothing is signed without it; put back the file itself, never an old copy, or if it is lost run `hibah restore {dir} --adopt --from MIRROR`"
        ),
        Some(WITNESS_FILE) => "it says what was cosigned, so nothing is cosigned without it; put back the file itself, never an old copy, or if it is lost make a new witness with a new key, with `hibah witness init`".to_owned(),
        _ => "stop writing and restore it from a backup".to_owned(),
    }
}

impl StoreError {
    pub(crate) fn sql(file: &Path, error: &rusqlite::Error) -> Self {
        let (fault, what) = match error {
            rusqlite::Error::SqliteFailure(fault, _) => (Some(fault), error.to_string()),
            rusqlite::Error::SqlInputError { error, msg, .. } => (Some(error), msg.clone()),
            // A value that no writer of ours stores: another type, length or range.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => {
                return Self::Damaged { file: file.to_owned(), what: error.to_string() };
            }
            _ => (None, error.to_string()),
        };
        let file = file.to_owned();
        match fault.map(|fault| (fault.code, fault.extended_code)) {
            // A full disk is also met where the shared memory of the write-ahead log grows.
            Some((ErrorCode::DiskFull, _) | (_, ffi::SQLITE_IOERR_SHMSIZE)) => Self::DiskFull,
            Some((ErrorCode::CannotOpen, _)) if !file.exists() => Self::Missing(file),
            Some((ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) | (_, ffi::SQLITE_IOERR_SHORT_READ)) => {
                Self::Damaged { file, what }
            }
            // A database, but not one of ours any more: no such table, no such column.
            Some((_, ffi::SQLITE_ERROR)) if what.starts_with("no such") => Self::Damaged { file, what },
            _ => Self::System { file, what },
        }
    }

    pub(crate) fn io(file: &Path, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::System { file: file.to_owned(), what: error.to_string() },
        }
    }
}

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It must not exist yet.
    Create,
    /// It must exist; reads and writes.
    Write,
    /// It must exist; the connection cannot write.
    Read,
    /// The same, for one who reads once and ends: a copy on a read-only disk is read as it lies there.
    ReadOnce,
}

/// Opens one SQLite file with every pragma that the ledger relies on.
pub(crate) fn open(path: &Path, access: Access) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX
        | match access {
            Access::Create => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Access::Read | Access::ReadOnce => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
    let fault = |error| StoreError::sql(path, &error);
    match (access, path.exists()) {
        (Access::Create, true) => return Err(StoreError::Exists(path.to_owned())),
        (Access::Write | Access::Read | Access::ReadOnce, false) => return Err(StoreError::Missing(path.to_owned())),
        _ => {}
    }
    let opened = match access {
        Access::ReadOnce if lies_still(path) => {
            Connection::open_with_flags(unchanging(path), flags | OpenFlags::SQLITE_OPEN_URI)
        }
        _ => Connection::open_with_flags(path, flags),
    };
    let connection = opened.map_err(fault)?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(KEPT_STATEMENTS);
    if matches!(access, Access::Read | Access::ReadOnce) {
        connection.pragma_update(None, "query_only", true).map_err(fault)?;
    } else {
        connection.pragma_update(None, "journal_mode", "WAL").map_err(fault)?;
        // FULL: a commit is on the disk before it is acknowledged.
        connection.pragma_update(None, "synchronous", "FULL").map_err(fault)?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES).map_err(fault)?;
    }
    connection.pragma_update(None, "trusted_schema", false).map_err(fault)?;
    connection.pragma_update(None, "cell_size_check", true).map_err(fault)?;
    Ok(connection)
}

/// Whether a file lies on a read-only disk without a log: SQLite would make one to read it. Who follows a ledger while
/// others may write to it must not ask, for a disk may be read-only to him alone.
fn lies_still(path: &Path) -> bool {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let disk = rustix::fs::statvfs(folder);
    !beside(path, "-wal").exists() && disk.is_ok_and(|disk| disk.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// A file as SQLite names one that nobody changes (SQLite, "Uniform Resource Identifiers", `immutable`).
fn unchanging(path: &Path) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_');
    let name = path.as_os_str().as_encoded_bytes().iter();
    let spelled = name.map(|byte| if plain(byte) { char::from(*byte).to_string() } else { format!("%{byte:02x}") });
    format!("file:{}?immutable=1", spelled.collect::<String>())
}

/// The file of this name with that behind it.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// A lock that this process holds.
///
/// Given back as such, not by the end of its handle alone: a child that another thread is starting has the handle too until its
/// own program begins, and would hold the lock on.
#[derive(Debug)]
pub struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // What cannot be given back ends with the handle.
        let _ = self.0.unlock();
    }
}

/// Takes the lock that this file is. None: another process holds it.
///
/// # Errors
/// What the system reports.
pub fn take_lock(path: &Path) -> Result<Option<Lock>, StoreError> {
    let file = File::create(path).map_err(|error| StoreError::io(path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(StoreError::io(path, &error)),
    }
}

/// Lets SQLite keep at most this much of a file in memory, in KiB.
pub(super) fn keep_pages(connection: &Connection, kib: u32) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -i64::from(kib))
}

/// One entry on its way into the store.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The entry's leaf hash.
    pub leaf: Hash,
    /// The entry, verbatim.
    pub bytes: Vec<u8>,
}

/// A tree hash on its way into the store: the root of 256^level leaves.
#[derive(Clone, Copy, Debug)]
pub struct NewNode {
    /// Tile level, from 1.
    pub level: u8,
    /// Place on that level.
    pub index: u64,
    /// The hash.
    pub hash: Hash,
}

/// `ledger.db`.
pub struct Entries {
    path: PathBuf,
    connection: Connection,
}

impl Entries {
    /// Makes the file, or opens it.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::Missing`], [`StoreError::Damaged`].
    pub fn open(dir: &Path, access: Access) -> Result<Self, StoreError> {
        let path = dir.join(ENTRIES_FILE);
        if access != Access::Create && !path.exists() {
            return Err(StoreError::NoLedger(dir.to_owned()));
        }
        let connection = open(&path, access)?;
        let entries = Self { path, connection };
        if access == Access::Create {
            // In one transaction: a file never has the tables without the triggers that guard them.
            let schema = concat!("BEGIN;", include_str!("../../schema/ledger.sql"), "COMMIT;");
            entries.connection.execute_batch(schema).map_err(|e| entries.fault(&e))?;
        }
        entries.size()?;
        Ok(entries)
    }

    fn fault(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sql(&self.path, error)
    }

    fn damaged(&self, what: impl Into<String>) -> StoreError {
        StoreError::Damaged { file: self.path.clone(), what: what.into() }
    }

    /// How many entries there are.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and what the system reports.
    pub fn size(&self) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(max(idx) + 1, 0) FROM entries";
        let size = self.connection.prepare_cached(sql).and_then(|mut size| size.query_row([], |row| row.get(0)));
        size.map_err(|e| self.fault(&e))
    }

    /// The bytes of entry `index`, when there is one.
    ///
    /// # Errors
    /// As [`Entries::size`].
    pub fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Ok(index) = i64::try_from(index) else { return Ok(None) };
        let mut statement =
            self.connection.prepare_cached("SELECT bytes FROM entries WHERE idx = ?1").map_err(|e| self.fault(&e))?;
        statement.query_row([index], |row| row.get(0)).optional().map_err(|e| self.fault(&e))
    }

    /// The leaf hash of entry `index`, when there is one.
    ///
    /// # Errors
    /// As [`Entries::size`].
    pub fn leaf(&self, index: u64) -> Result<Option<Hash>, StoreError> {
        let Ok(index) = i64::try_from(index) else { return Ok(None) };
        let sql = "SELECT leaf FROM entries WHERE idx = ?1";
        let found = self.connection.prepare_cached(sql).and_then(|mut leaf| leaf.query_row([index], |row| row.get(0)));
        let found = found.optional();
        found.map(|leaf| leaf.map(Hash::from_bytes)).map_err(|e| self.fault(&e))
    }

    /// The entries from `first`, at most `count`, in order; none may be missing.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when there are fewer.
    pub fn range(&self, first: u64, count: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        self.column("SELECT bytes FROM entries WHERE idx >= ?1 AND idx < ?2 ORDER BY idx", first, count, |row| {
            row.get(0)
        })
    }

    /// The bundle of `width` entries at `index`, without an allocation for each entry.
    ///
    /// # Errors
    /// As [`Entries::range`].
    pub fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, StoreError> {
        let mut bundle = Vec::with_capacity(usize::from(width) * USUAL_ENTRY_BYTES);
        let mut too_long = false;
        let add = |row: &rusqlite::Row<'_>| {
            too_long |= tile::push_entry(&mut bundle, row.get_ref(0)?.as_blob()?).is_err();
            Ok(())
        };
        let sql = "SELECT bytes FROM entries WHERE idx >= ?1 AND idx < ?2 ORDER BY idx";
        self.column(sql, index.saturating_mul(256), u64::from(width), add)?;
        if too_long { Err(self.damaged("an entry is over 65,535 bytes")) } else { Ok(bundle) }
    }

    /// The entries from `first`, at most `count`, in order, each with the leaf hash stored for it.
    pub(super) fn rows(&self, first: u64, count: u64) -> Result<Vec<(Hash, Vec<u8>)>, StoreError> {
        let sql = "SELECT leaf, bytes FROM entries WHERE idx >= ?1 AND idx < ?2 ORDER BY idx";
        self.column(sql, first, count, |row| Ok((Hash::from_bytes(row.get(0)?), row.get(1)?)))
    }

    pub(super) fn keep_pages(&self, kib: u32) -> Result<(), StoreError> {
        keep_pages(&self.connection, kib).map_err(|e| self.fault(&e))
    }

    /// Reads the file as it is now until what is answered is dropped.
    pub(super) fn hold(&self) -> Result<Transaction<'_>, StoreError> {
        let held = self.connection.unchecked_transaction().map_err(|e| self.fault(&e))?;
        self.size()?;
        Ok(held)
    }

    /// Compares what replay made of entry `index` with what is stored for it beside its bytes.
    pub(super) fn check_hashes(&self, index: u64, leaf: (&Hash, &Hash), nodes: &[NewNode]) -> Result<(), StoreError> {
        if leaf.0 != leaf.1 {
            return Err(self.damaged(format!("the leaf hash stored for entry {index} is not that of its bytes")));
        }
        for node in nodes {
            let sql = "SELECT hash FROM nodes WHERE level = ?1 AND idx = ?2";
            let mut statement = self.connection.prepare_cached(sql).map_err(|e| self.fault(&e))?;
            let found = statement.query_row(params![node.level, node.index], |row| row.get(0)).optional();
            if found.map_err(|e| self.fault(&e))?.map(Hash::from_bytes) != Some(node.hash) {
                return Err(self
                    .damaged(format!("tree hash {} of level {} is not that of its entries", node.index, node.level)));
            }
        }
        Ok(())
    }

    fn column<T>(
        &self,
        sql: &str,
        first: u64,
        count: u64,
        mut read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let fault = |e| self.fault(&e);
        // Beyond what SQLite can count there are no rows.
        let [from, end] = [first, first.saturating_add(count)].map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        let rows = statement.query_map(params![from, end], |row| read(row)).map_err(fault)?;
        let values = rows.collect::<Result<Vec<T>, _>>().map_err(fault)?;
        if values.len() as u64 != count {
            return Err(self.damaged(match self.first_missing(from, end)? {
                Some(index) => format!("entry {index} is missing"),
                None => format!("{count} tree hashes from {first} expected, {} found", values.len()),
            }));
        }
        Ok(values)
    }

    /// The first of these places that has no entry.
    fn first_missing(&self, from: i64, end: i64) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT idx FROM entries WHERE idx >= ?1 AND idx < ?2 ORDER BY idx";
        let mut statement = self.connection.prepare_cached(sql).map_err(|e| self.fault(&e))?;
        let mut rows = statement.query(params![from, end]).map_err(|e| self.fault(&e))?;
        let mut next = from;
        while let Some(row) = rows.next().map_err(|e| self.fault(&e))? {
            if row.get::<_, i64>(0).map_err(|e| self.fault(&e))? != next {
                break;
            }
            next += 1;
        }
        Ok((next < end).then_some(next))
    }

    /// Appends entries and the tree hashes they complete, in one durable transaction.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] and the rest; then nothing was appended.
    pub fn append(&mut self, first: u64, entries: &[NewEntry], nodes: &[NewNode]) -> Result<(), StoreError> {
        let path = self.path.clone();
        let fault = |error: rusqlite::Error| StoreError::sql(&path, &error);
        let transaction = self.connection.transaction().map_err(fault)?;
        {
            let mut insert = transaction
                .prepare_cached("INSERT INTO entries (idx, leaf, bytes) VALUES (?1, ?2, ?3)")
                .map_err(fault)?;
            for (index, entry) in (first..).zip(entries) {
                insert.execute(params![index, entry.leaf.as_bytes(), entry.bytes]).map_err(fault)?;
            }
            let mut insert = transaction
                .prepare_cached("INSERT INTO nodes (level, idx, hash) VALUES (?1, ?2, ?3)")
                .map_err(fault)?;
            for node in nodes {
                insert.execute(params![node.level, node.index, node.hash.as_bytes()]).map_err(fault)?;
            }
        }
        transaction.commit().map_err(fault)
    }

    /// Lets a test find the disk full, and room made again: SQLite refuses to grow the file.
    #[doc(hidden)]
    pub fn refuse_growth(&self, refuse: bool) -> Result<(), StoreError> {
        // SQLite takes 1 as the size that the file has now, and no limit above its own.
        let pages = if refuse { 1 } else { i64::from(u32::MAX) - 1 };
        self.connection.pragma_update(None, "max_page_count", pages).map_err(|e| self.fault(&e))
    }
}

impl TileSource for Entries {
    type Error = StoreError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, StoreError> {
        let (first, count) = (tile.index.saturating_mul(256), u64::from(tile.width));
        let read = |row: &rusqlite::Row<'_>| row.get::<_, [u8; 32]>(0);
        let hashes = if tile.level == 0 {
            self.column("SELECT leaf FROM entries WHERE idx >= ?1 AND idx < ?2 ORDER BY idx", first, count, read)?
        } else {
            // The level is a number of ours, at most 7; it keeps the two bound places the same for both queries.
            let sql =
                format!("SELECT hash FROM nodes WHERE level = {} AND idx >= ?1 AND idx < ?2 ORDER BY idx", tile.level);
            self.column(&sql, first, count, read)?
        };
        Ok(hashes.concat())
    }
}

/// The last checkpoint that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// How many entries it covers.
    pub size: u64,
    /// The tree's root.
    pub root: Hash,
    /// The signed note.
    pub note: String,
}
