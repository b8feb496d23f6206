//! `witness.db`: what a witness cosigned last of each log, and what a log signed that does not agree with it.
//!
//! It is changed by compare and swap, inside one SQL statement: a row goes on only from the tree that the proof began at
//! (`schema/advance-witnessed.sql`).

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::ledger::store::{self, Access, StoreError, WITNESS_FILE};
use crate::tlog::hash::{Hash, sha256};
use crate::tlog::note::VerifierKey;
use crate::tlog::witness::Head;

/// How many pairs of notes are kept of one log, of each of the two sorts.
const MAX_EVIDENCE: u64 = 16;

/// A log that the witness knows.
#[derive(Clone, Debug)]
pub struct Log {
    /// Its origin.
    pub origin: String,
    /// SHA-256 of the origin: its address for monitors.
    pub hash: Hash,
    /// Where it is, if told.
    pub url: Option<String>,
    /// Its keys; at least one.
    pub keys: Vec<VerifierKey>,
    /// The tree that was cosigned last.
    pub last: Head,
    /// The time of the newest cosignature, in seconds since 1970; none: it was never cosigned.
    pub time_s: Option<u64>,
    /// The checkpoint as it was cosigned last: the log's lines, and the cosignature. Empty: it never was.
    pub note: String,
}

/// Two notes of one log that do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Whether they give one size two roots. Otherwise the proof between them did not hold, and a true one may exist.
    pub proved: bool,
    /// When the second was seen.
    pub at: String,
    /// What was cosigned.
    pub ours: String,
    /// What was asked for.
    pub theirs: String,
}

/// The file, open.
pub struct Store {
    path: PathBuf,
    connection: Connection,
}

impl Store {
    /// Makes the file of the witness with this key.
    ///
    /// # Errors
    /// [`StoreError::Exists`] and what the system reports.
    pub fn create(dir: &Path, vkey: &VerifierKey) -> Result<(), StoreError> {
        let path = dir.join(WITNESS_FILE);
        let mut connection = store::open(&path, Access::Create)?;
        let made = (|| {
            let transaction = connection.transaction()?;
            transaction.execute_batch(include_str!("../../../schema/witness.sql"))?;
            transaction.execute("INSERT INTO witness (one, vkey) VALUES (1, ?1)", [vkey.to_string()])?;
            transaction.commit()
        })();
        made.map_err(|e| StoreError::sql(&path, &e))
    }

    /// Opens the file; it is never made anew.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Damaged`].
    pub fn open(dir: &Path, access: Access) -> Result<Self, StoreError> {
        let path = dir.join(WITNESS_FILE);
        let store = Self { connection: store::open(&path, access)?, path };
        store.vkey()?;
        Ok(store)
    }

    /// Writes anew what a failed sync may have left in the system's memory only, before anything rests on it: what is in
    /// the log beside the file goes into the file.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process holds the file; what the file reports.
    pub fn settle(&self) -> Result<(), StoreError> {
        let folded = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        let busy: bool = folded.map_err(|e| self.fault(&e))?;
        if busy { Err(StoreError::Locked(self.path.clone())) } else { Ok(()) }
    }

    fn fault(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sql(&self.path, error)
    }

    fn damaged(&self, what: impl ToString) -> StoreError {
        StoreError::Damaged { file: self.path.clone(), what: what.to_string() }
    }

    /// The witness's verifier key.
    ///
    /// # Errors
    /// What the file reports.
    pub fn vkey(&self) -> Result<VerifierKey, StoreError> {
        let read = self.connection.query_row("SELECT vkey FROM witness", [], |row| row.get(0));
        let text: String = read.map_err(|e| self.fault(&e))?;
        VerifierKey::parse(&text).map_err(|fault| self.damaged(fault))
    }

    /// Adds a log by its verifier key, or another key of a log that is known. Answers whether the key is new.
    ///
    /// # Errors
    /// What the file reports.
    pub fn add_log(&mut self, key: &VerifierKey, url: Option<&str>) -> Result<bool, StoreError> {
        let path = self.path.clone();
        let added = (|| {
            let transaction = self.connection.transaction()?;
            let (origin, hash) = (key.name(), sha256(key.name().as_bytes()));
            let Head { size, root } = Head::EMPTY;
            let known = "SELECT EXISTS (SELECT 1 FROM logs WHERE origin = ?1)";
            if !transaction.query_row(known, [origin], |row| row.get(0))? {
                let sql =
                    "INSERT INTO logs (origin, hash, url, size, root, time_s, note) VALUES (?1, ?2, '', ?3, ?4, 0, '')";
                transaction.execute(sql, params![origin, hash.as_bytes(), size, root.as_bytes()])?;
            }
            if let Some(url) = url {
                transaction.execute("UPDATE logs SET url = ?2 WHERE origin = ?1", params![origin, url])?;
            }
            let sql = "INSERT INTO keys (vkey, origin) VALUES (?1, ?2) ON CONFLICT (vkey) DO NOTHING";
            let new = transaction.execute(sql, params![key.to_string(), origin])? == 1;
            transaction.commit()?;
            Ok(new)
        })();
        added.map_err(|e| StoreError::sql(&path, &e))
    }

    /// The log of this origin.
    ///
    /// # Errors
    /// What the file reports.
    pub fn log(&self, origin: &str) -> Result<Option<Log>, StoreError> {
        self.found("SELECT origin, hash, url, size, root, time_s, note FROM logs WHERE origin = ?1", origin)
    }

    /// The log whose origin has this hash.
    ///
    /// # Errors
    /// What the file reports.
    pub fn log_at(&self, hash: &Hash) -> Result<Option<Log>, StoreError> {
        self.found("SELECT origin, hash, url, size, root, time_s, note FROM logs WHERE hash = ?1", hash.as_bytes())
    }

    fn found(&self, sql: &str, value: impl rusqlite::ToSql) -> Result<Option<Log>, StoreError> {
        let found = self.connection.prepare_cached(sql).and_then(|mut one| one.query_row([value], read_log).optional());
        found.map_err(|e| self.fault(&e))?.map(|log| self.with_keys(log)).transpose()
    }

    /// All logs, by origin.
    ///
    /// # Errors
    /// What the file reports.
    pub fn logs(&self) -> Result<Vec<Log>, StoreError> {
        let sql = "SELECT origin, hash, url, size, root, time_s, note FROM logs ORDER BY origin";
        let read = self.connection.prepare_cached(sql).and_then(|mut all| all.query_map([], read_log)?.collect());
        let logs: Vec<Log> = read.map_err(|e| self.fault(&e))?;
        logs.into_iter().map(|log| self.with_keys(log)).collect()
    }

    fn with_keys(&self, mut log: Log) -> Result<Log, StoreError> {
        let sql = "SELECT vkey FROM keys WHERE origin = ?1 ORDER BY n";
        let read = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut keys| keys.query_map([&log.origin], |row| row.get(0))?.collect());
        let vkeys: Vec<String> = read.map_err(|e| self.fault(&e))?;
        let parse = |vkey: &String| VerifierKey::parse(vkey).map_err(|fault| self.damaged(fault));
        log.keys = vkeys.iter().map(parse).collect::<Result<_, _>>()?;
        Ok(log)
    }

    /// Goes on from `last` to `next`, cosigned as `note` says. False: something else was cosigned in the meantime, and
    /// nothing is changed.
    ///
    /// # Errors
    /// What the file reports; then nobody may be told of the cosignature.
    pub fn advance(&self, origin: &str, last: &Head, next: &Head, time_s: u64, note: &str) -> Result<bool, StoreError> {
        let sql = include_str!("../../../schema/advance-witnessed.sql");
        let values = params![origin, next.size, next.root.as_bytes(), time_s, last.size, last.root.as_bytes(), note];
        let changed = self.connection.prepare_cached(sql).and_then(|mut advance| advance.execute(values));
        changed.map(|changed| changed == 1).map_err(|e| self.fault(&e))
    }

    /// Keeps two notes that do not agree: of those that prove a fork the first few, of others the newest.
    ///
    /// # Errors
    /// What the file reports.
    pub fn keep(&mut self, origin: &str, evidence: &Evidence) -> Result<(), StoreError> {
        let path = self.path.clone();
        let kept = (|| {
            let transaction = self.connection.transaction()?;
            let count = "SELECT count(*) FROM evidence WHERE origin = ?1 AND proved";
            let proofs: u64 = transaction.query_row(count, [origin], |row| row.get(0))?;
            if !evidence.proved || proofs < MAX_EVIDENCE {
                let Evidence { proved, at, ours, theirs } = evidence;
                let sql = include_str!("../../../schema/keep-evidence.sql");
                transaction.execute(sql, params![origin, proved, at, ours, theirs])?;
            }
            let sql = "DELETE FROM evidence WHERE origin = ?1 AND NOT proved AND n NOT IN
                 (SELECT n FROM evidence WHERE origin = ?1 AND NOT proved ORDER BY n DESC LIMIT ?2)";
            transaction.execute(sql, params![origin, MAX_EVIDENCE])?;
            transaction.commit()
        })();
        kept.map_err(|e| StoreError::sql(&path, &e))
    }

    /// The notes of a log that do not agree, those that prove a fork first.
    ///
    /// # Errors
    /// What the file reports.
    pub fn evidence(&self, origin: &str) -> Result<Vec<Evidence>, StoreError> {
        let sql = "SELECT proved, at, ours, theirs FROM evidence WHERE origin = ?1 ORDER BY proved DESC, n";
        let read = |row: &Row<'_>| {
            Ok(Evidence { proved: row.get(0)?, at: row.get(1)?, ours: row.get(2)?, theirs: row.get(3)? })
        };
        let kept = self.connection.prepare_cached(sql).and_then(|mut kept| kept.query_map([origin], read)?.collect());
        kept.map_err(|e| self.fault(&e))
    }
}

fn read_log(row: &Row<'_>) -> rusqlite::Result<Log> {
    let time_s: u64 = row.get(5)?;
    Ok(Log {
        origin: row.get(0)?,
        hash: Hash::from_bytes(row.get(1)?),
        url: Some(row.get(2)?).filter(|url: &String| !url.is_empty()),
        keys: Vec::new(),
        last: Head { size: row.get(3)?, root: Hash::from_bytes(row.get(4)?) },
        time_s: Some(time_s).filter(|time_s| *time_s > 0),
        note: row.get(6)?,
    })
}
