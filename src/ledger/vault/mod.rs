//! The vault: openings of commitments, that is personal data, in a database of its own (formats.md section 5).
//!
//! | file | holds | lost means |
//! |---|---|---|
//! | `vault.db` | the openings, each under a key of its own | restore a backup; what was erased since is erased again |
//! | `keys/vault.key` | the seed of the vault's keys, encrypted | no opening can be read any more |
//! | `erased.list` | what was erased | nothing is opened until it is restored; never from an old backup |
//!
//! Kept here:
//!
//! - Only an opening that agrees with its commitment in the statement is taken (`Opening::check`).
//! - What is stored is bound to its place: moved to another row, it does not open (`seal.rs`).
//! - A reading is logged, and the log line durable, before the value is given out. Only a [`VaultReader`] can ask for
//!   one; [`VaultReader::prove`] makes it for who has the private key here, [`Request::answered`] for who signs from afar.
//! - Erasure: the line in `erased.list` is durable, then the wrapped data key is destroyed together with the opening
//!   and its token, then the file is rebuilt and its write-ahead log cut to nothing. A stop in between is finished when
//!   the vault is opened next.
//!
//! Not kept here: what a backup, a snapshot or a solid-state disk holds of old bytes. They open with the key file only.

mod erasure;
mod kept;
mod reader;
mod reading;
mod request;
mod seal;

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row, Transaction, TransactionBehavior, params};

use super::erased::{ERASED_FILE, ErasedList, Erasure};
use super::form::FormError;
use super::opening::Opening;
use super::statement::Statement;
use super::store::{self, Access, StoreError};
use crate::grants::time::Timestamp;
use crate::tlog::hash::Hash;
pub use kept::{Kept, Reading};
pub use reader::{NotAReader, VaultReader, office_of, readers_of};
pub use reading::{MAX_READ_IN_AN_HOUR, Read};
pub use request::{ANSWER_WITHIN_MS, Granted, MAX_VALUES, NotARequest, NotGranted, REQUEST_LINE, Request, Wanted};
pub use seal::VaultKey;
use seal::{Place, SealError, Sealed};

/// File name of the vault in a ledger's folder.
pub const VAULT_FILE: &str = "vault.db";

/// Why the vault did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A file could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The opening does not open a commitment of the statement.
    #[error("the opening is not taken: {0}")]
    Opening(FormError),
    /// The key file is of another vault.
    #[error("the key is not this vault's: restore the key file that was made together with vault.db")]
    OtherKey,
    /// The vault is of another ledger.
    #[error("the vault is of the ledger {0}: restore the vault.db of this ledger")]
    OtherLedger(String),
    /// There is no such opening.
    #[error("the vault has no opening of {pointer} in the statement {statement}: `hibah vault list` shows what it has")]
    NotKept {
        /// The statement.
        statement: Hash,
        /// The commitment's place in it.
        pointer: String,
    },
    /// It was erased.
    #[error("{pointer} of the statement {statement} was erased at {} under {}: it cannot be read or put back", erasure.at, erasure.basis)]
    Erased {
        /// The statement.
        statement: Hash,
        /// The commitment's place in it.
        pointer: String,
        /// When and why.
        erasure: Erasure,
    },
    /// What is stored does not open: it was altered, or stood in another place.
    #[error(
        "{pointer} of the statement {statement} does not open: it was altered or moved; restore vault.db from a backup"
    )]
    Altered {
        /// The statement.
        statement: Hash,
        /// The commitment's place in it.
        pointer: String,
    },
    /// Over [`MAX_READ_IN_AN_HOUR`].
    #[error(
        "the key {key} may read no more than {MAX_READ_IN_AN_HOUR} values in an hour, and {left} are left of them: choose so many, or go on in an hour"
    )]
    ReadTooMuch {
        /// The key.
        key: String,
        /// How many more it may read now.
        left: usize,
    },
    /// A basis or reason that says nothing.
    #[error("{0} must be one line of 1 to 500 characters: write it out")]
    Unreasoned(&'static str),
    /// The opening is erased, but old bytes may still be in the file.
    #[error(
        "it is erased, but another process reads the vault, so old bytes may still be in its files: run the command again"
    )]
    StillThere,
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: nothing was stored; restart the machine")]
    NoRandom,
}

/// Openings that came with one statement, which may be recorded or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandIn(i64);

/// A hand-in that no process waits for any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub hand_in: HandIn,
    /// The statement that it came with.
    pub statement: Hash,
    /// When it came.
    pub at: Timestamp,
}

/// The vault without its key: what is kept can be listed and erased, but not read.
pub struct Vault {
    path: PathBuf,
    origin: String,
    connection: Connection,
    erased: ErasedList,
}

/// The vault with its key.
pub struct UnlockedVault {
    vault: Vault,
    key: VaultKey,
}

impl Vault {
    /// Whether the ledger in `dir` has a vault.
    #[must_use]
    pub fn exists(dir: &Path) -> bool {
        dir.join(VAULT_FILE).exists()
    }

    /// Makes the vault of the ledger `origin` in its folder, mode 0600.
    ///
    /// # Errors
    /// [`StoreError::Exists`], what the system reports; then there is no vault.
    pub fn create(dir: &Path, origin: &str, key: VaultKey) -> Result<UnlockedVault, VaultError> {
        let path = dir.join(VAULT_FILE);
        if path.exists() {
            return Err(StoreError::Exists(path).into());
        }
        ErasedList::create(dir)?;
        // Made under another name, so that a file of this name is a whole vault.
        let unfinished = dir.join(format!("{VAULT_FILE}.unfinished"));
        let made = Self::fill(&unfinished, origin, &key);
        let placed = made.and_then(|()| {
            std::fs::rename(&unfinished, &path).map_err(|e| VaultError::Store(StoreError::io(&path, &e)))
        });
        for suffix in ["", "-wal", "-shm"] {
            // Best effort: what matters has its own name by now, or the error is being reported.
            let _ = std::fs::remove_file(dir.join(format!("{VAULT_FILE}.unfinished{suffix}")));
        }
        placed?;
        Self::open(dir)?.unlock(key)
    }

    fn fill(path: &Path, origin: &str, key: &VaultKey) -> Result<(), VaultError> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600).open(path).map_err(|e| StoreError::io(path, &e))?;
        let connection = connect(path)?;
        let mark = key.seal(&mark_place(origin), b"").map_err(sealing)?;
        let schema = concat!("BEGIN;", include_str!("../../../schema/vault.sql"), "COMMIT;");
        let sql = "INSERT INTO vault (one, origin, wrapped, sealed) VALUES (1, ?1, ?2, ?3)";
        let filled = connection.execute_batch(schema);
        let filled = filled.and_then(|()| connection.execute(sql, params![origin, mark.wrapped, mark.sealed]));
        filled.map_err(|e| StoreError::sql(path, &e))?;
        // All of it is in the one file before that file gets its name.
        cut_log(&connection, path)?;
        connection.close().map_err(|(_, e)| StoreError::sql(path, &e))?;
        Ok(())
    }

    /// Opens the vault in `dir`, and erases again what `erased.list` says was erased.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when the vault or the list is, [`StoreError::Damaged`], what the system reports.
    pub fn open(dir: &Path) -> Result<Self, VaultError> {
        let (path, list) = (dir.join(VAULT_FILE), dir.join(ERASED_FILE));
        if !path.exists() {
            return Err(StoreError::System {
                file: path,
                what: "there is no vault: make one with `hibah vault init`, or restore it from a backup".to_owned(),
            }
            .into());
        }
        if !list.exists() {
            return Err(StoreError::System {
                file: list,
                what: "it is missing, so nobody knows what must stay erased: restore its newest copy; a ledger that never erased anything has an empty one".to_owned(),
            }
            .into());
        }
        let connection = connect(&path)?;
        // Also in vaults that were made before there were these.
        let indexes = include_str!("../../../schema/vault-later.sql");
        connection.execute_batch(indexes).map_err(|e| StoreError::sql(&path, &e))?;
        let sql = "SELECT origin FROM vault";
        let origin = connection.query_row(sql, [], |row| row.get(0)).map_err(|e| StoreError::sql(&path, &e))?;
        let mut vault = Self { path, origin, connection, erased: ErasedList::read(dir)? };
        vault.erase_again()?;
        Ok(vault)
    }

    /// The ledger that the vault is of.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The vault with its key.
    ///
    /// # Errors
    /// [`VaultError::OtherKey`].
    pub fn unlock(self, key: VaultKey) -> Result<UnlockedVault, VaultError> {
        let read = |row: &Row<'_>| Ok(Sealed { wrapped: row.get(0)?, sealed: row.get(1)? });
        let sql = "SELECT wrapped, sealed FROM vault";
        let mark = self.connection.query_row(sql, [], read).map_err(|e| self.fault(&e))?;
        key.open(&mark_place(&self.origin), &mark).map_err(|_| VaultError::OtherKey)?;
        Ok(UnlockedVault { vault: self, key })
    }

    fn fault(&self, error: &rusqlite::Error) -> VaultError {
        StoreError::sql(&self.path, error).into()
    }

    /// Runs `work` in one durable transaction that no other process writes beside.
    fn write<T>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T, WriteError>) -> Result<T, VaultError> {
        let path = self.path.clone();
        let fault = |error: rusqlite::Error| VaultError::Store(StoreError::sql(&path, &error));
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault)?;
        let done = work(&transaction).map_err(|error| match error {
            WriteError::Sql(error) => fault(error),
            WriteError::Vault(error) => error,
        })?;
        transaction.commit().map_err(fault)?;
        Ok(done)
    }

    /// Hand-ins whose statement was not known to be recorded yet.
    ///
    /// # Errors
    /// What the file reports.
    pub fn waiting(&self) -> Result<Vec<Waiting>, VaultError> {
        let sql = "SELECT n, statement, at FROM handed_in ORDER BY n";
        let mut statement = self.connection.prepare(sql).map_err(|e| self.fault(&e))?;
        let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, Hash::from_bytes(row.get(1)?), row.get::<_, String>(2)?));
        let rows = statement.query_map([], read).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let damaged = || StoreError::Damaged { file: self.path.clone(), what: "a hand-in has no time".to_owned() };
        let rows = rows.map_err(|e| self.fault(&e))?.into_iter().map(|(n, statement, at)| {
            let at = Timestamp::parse(&at).ok_or_else(damaged)?;
            Ok(Waiting { hand_in: HandIn(n), statement, at })
        });
        rows.collect()
    }

    /// Puts a hand-in's openings in force, now that its statement is recorded. Those that are there already are dropped.
    ///
    /// # Errors
    /// What the file reports; then they wait as before.
    pub fn settle(&mut self, hand_in: HandIn) -> Result<(), VaultError> {
        self.write(|transaction| {
            // What was put in force meanwhile is the same, for it opens the same commitment; or it was erased.
            transaction.execute("UPDATE OR IGNORE openings SET handed_in = NULL WHERE handed_in = ?1", [hand_in.0])?;
            forget(transaction, hand_in)
        })
    }

    /// Drops a hand-in whose statement was refused.
    ///
    /// # Errors
    /// What the file reports; then they wait as before.
    pub fn drop_hand_in(&mut self, hand_in: HandIn) -> Result<(), VaultError> {
        self.write(|transaction| forget(transaction, hand_in))
    }
}

impl UnlockedVault {
    /// The vault.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The vault, for what needs no key.
    pub fn vault_mut(&mut self) -> &mut Vault {
        &mut self.vault
    }

    /// Checks that an opening would be taken with this statement, recorded or not.
    ///
    /// # Errors
    /// [`VaultError::Opening`], [`VaultError::Erased`].
    pub fn check(&self, statement: &Statement, opening: &Opening) -> Result<(), VaultError> {
        opening.check(statement, &self.vault.origin).map_err(VaultError::Opening)?;
        self.standing(statement, opening).map(drop)
    }

    /// Whether an opening is kept already. Asked of the file, since another process may have erased it meanwhile.
    fn standing(&self, statement: &Statement, opening: &Opening) -> Result<bool, VaultError> {
        match self.vault.get(&statement.hash(), &opening.pointer) {
            Ok(Kept { erased: None, .. }) => Ok(true),
            Ok(Kept { erased: Some(erasure), statement, pointer, .. }) => {
                Err(VaultError::Erased { statement, pointer, erasure })
            }
            Err(VaultError::NotKept { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Keeps an opening of a recorded statement. Answers whether it is new.
    ///
    /// # Errors
    /// As [`UnlockedVault::check`], and what the file reports.
    pub fn put(&mut self, statement: &Statement, opening: &Opening, at: Timestamp) -> Result<bool, VaultError> {
        opening.check(statement, &self.vault.origin).map_err(VaultError::Opening)?;
        if self.standing(statement, opening)? {
            return Ok(false);
        }
        let row = self.row(statement, opening)?;
        self.vault.write(|transaction| Ok(insert(transaction, None, statement, opening, &row, at)?))?;
        Ok(true)
    }

    /// Keeps many openings of recorded statements, all or none; those that are kept already stay as they are.
    ///
    /// # Errors
    /// As [`UnlockedVault::put`]; then none is kept.
    pub fn put_all(&mut self, puts: &[(Statement, Opening, Timestamp)]) -> Result<(), VaultError> {
        let mut rows = Vec::with_capacity(puts.len());
        for (statement, opening, at) in puts {
            opening.check(statement, &self.vault.origin).map_err(VaultError::Opening)?;
            if !self.standing(statement, opening)? {
                rows.push((statement, opening, self.row(statement, opening)?, *at));
            }
        }
        self.vault.write(|transaction| {
            for (statement, opening, row, at) in &rows {
                insert(transaction, None, statement, opening, row, *at)?;
            }
            Ok(())
        })
    }

    /// Stores the openings that came with a statement, durable but not in force.
    ///
    /// # Errors
    /// As [`UnlockedVault::put`]; then none is stored.
    pub fn hand_in(
        &mut self,
        statement: &Statement,
        openings: &[Opening],
        at: Timestamp,
    ) -> Result<HandIn, VaultError> {
        let mut rows = Vec::with_capacity(openings.len());
        for opening in openings {
            self.check(statement, opening)?;
            rows.push(self.row(statement, opening)?);
        }
        self.vault.write(|transaction| {
            let sql = "INSERT INTO handed_in (statement, at) VALUES (?1, ?2)";
            transaction.execute(sql, params![statement.hash().as_bytes(), at.to_string()])?;
            let hand_in = HandIn(transaction.last_insert_rowid());
            for (opening, row) in openings.iter().zip(&rows) {
                insert(transaction, Some(hand_in), statement, opening, row, at)?;
            }
            Ok(hand_in)
        })
    }

    fn row(&self, statement: &Statement, opening: &Opening) -> Result<(Sealed, Hash), VaultError> {
        let (hash, about) = (statement.hash(), statement.about().to_string());
        let place = Place { origin: &self.vault.origin, about: &about, statement: &hash, pointer: &opening.pointer };
        let sealed = self.key.seal(&place, &opening.to_bytes()).map_err(sealing)?;
        let name = opening.pointer.rsplit('/').next().unwrap_or_default();
        Ok((sealed, self.key.token(name, &opening.value)))
    }
}

enum WriteError {
    Sql(rusqlite::Error),
    Vault(VaultError),
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<VaultError> for WriteError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

fn sealing(error: SealError) -> VaultError {
    match error {
        SealError::NoRandom => VaultError::NoRandom,
        SealError::DoesNotOpen => VaultError::OtherKey,
    }
}

/// Where the mark is that only this vault's key opens.
fn mark_place(origin: &str) -> Place<'_> {
    static NONE: Hash = Hash::from_bytes([0; 32]);
    Place { origin, about: "vault", statement: &NONE, pointer: "" }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = store::open(path, Access::Write)?;
    let set = || {
        // Deleted cells are overwritten, and no temporary file holds what is in the vault.
        connection.pragma_update(None, "secure_delete", true)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.pragma_update(None, "foreign_keys", true)
    };
    set().map_err(|e| StoreError::sql(path, &e))?;
    Ok(connection)
}

/// Moves the write-ahead log into the file and cuts it to nothing. Answers whether no other process kept it.
fn cut_log(connection: &Connection, path: &Path) -> Result<bool, StoreError> {
    let busy: i64 = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .map_err(|e| StoreError::sql(path, &e))?;
    Ok(busy == 0)
}

fn insert(
    transaction: &Transaction<'_>,
    hand_in: Option<HandIn>,
    statement: &Statement,
    opening: &Opening,
    (stored, token): &(Sealed, Hash),
    at: Timestamp,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO openings (handed_in, statement, about, pointer, put_at, wrapped, sealed, token) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let (hash, about) = (statement.hash(), statement.about().to_string());
    let hand_in = hand_in.map(|HandIn(n)| n);
    transaction.execute(
        sql,
        params![
            hand_in,
            hash.as_bytes(),
            about,
            opening.pointer,
            at.to_string(),
            stored.wrapped,
            stored.sealed,
            token.as_bytes()
        ],
    )?;
    Ok(())
}

fn forget(transaction: &Transaction<'_>, hand_in: HandIn) -> Result<(), WriteError> {
    transaction.execute("DELETE FROM openings WHERE handed_in = ?1", [hand_in.0])?;
    transaction.execute("DELETE FROM handed_in WHERE n = ?1", [hand_in.0])?;
    Ok(())
}
