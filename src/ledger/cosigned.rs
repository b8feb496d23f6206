//! What witnesses said of the ledger's checkpoints: the newest that a quorum has seen, how it stands with each witness, and
//! what a person must look at.
//!
//! Nothing here is ground truth. What is shown was signed before (I3): its text and the ledger's lines are those of the
//! last-signed record as it was then, and only lines of witnesses come to it.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::reader::Reader;
use super::store::{self, Access, Signed, StoreError};
use crate::tlog::hash::Hash;

/// File name of what witnesses said.
pub const COSIGNED_FILE: &str = "cosigned.db";

/// A checkpoint that a quorum has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The checkpoint; its note has the lines of witnesses.
    pub signed: Signed,
    /// The time of its newest cosignature, in seconds since 1970; none: the policy asks for none, and it has none.
    pub time_s: Option<u64>,
}

/// How it stands with a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its verifier key.
    pub vkey: String,
    /// Its name in the policy.
    pub name: String,
    /// Size and time, in seconds since 1970, of its newest cosignature.
    pub cosigned: Option<(u64, u64)>,
    /// Why it gave none to the newest checkpoint it was asked for, in a sentence; empty when it did.
    pub problem: String,
}

/// Why a person must look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlarmKind {
    /// A witness saw another history of this ledger.
    Fork,
    /// A witness saw a larger tree than was signed here: entries were lost.
    Lost,
}

/// What a person must look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Why.
    pub kind: AlarmKind,
    /// The verifier key of the witness that told.
    pub vkey: String,
    /// The size of the tree that it saw.
    pub size: u64,
    /// The same in a sentence.
    pub sentence: String,
    /// The checkpoint that it was asked to cosign.
    pub ours: String,
    /// The one that it cosigned last; empty when it does not show it.
    pub theirs: String,
}

/// What a note says, without its signatures.
fn text_of(note: &str) -> Option<&str> {
    note.rsplit_once("\n\n").map(|(text, _)| text)
}

impl AlarmKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::Lost => "lost",
        }
    }
}

/// `cosigned.db`.
pub struct Cosigned {
    path: PathBuf,
    connection: Connection,
}

impl Cosigned {
    /// Opens the file for writing, and makes it when it is not there.
    ///
    /// # Errors
    /// What the file reports.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(COSIGNED_FILE);
        if path.exists() {
            return Ok(Self { connection: store::open(&path, Access::Write)?, path });
        }
        let connection = store::open(&path, Access::Create)?;
        let schema = concat!("BEGIN;", include_str!("../../schema/cosigned.sql"), "COMMIT;");
        connection.execute_batch(schema).map_err(|e| StoreError::sql(&path, &e))?;
        Ok(Self { path, connection })
    }

    /// Opens the file for reading, if there is one; a file that is just being made is none yet.
    ///
    /// # Errors
    /// What the file reports.
    pub fn read(dir: &Path) -> Result<Option<Self>, StoreError> {
        let path = dir.join(COSIGNED_FILE);
        if !path.exists() {
            return Ok(None);
        }
        let cosigned = Self { connection: store::open(&path, Access::Read)?, path };
        let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'alarms')";
        let made: bool = cosigned.connection.query_row(sql, [], |row| row.get(0)).map_err(|e| cosigned.fault(&e))?;
        Ok(made.then_some(cosigned))
    }

    /// The note of this checkpoint of the ledger in `dir`, with the lines of witnesses where a quorum has seen just this one.
    ///
    /// # Errors
    /// What the file reports.
    pub fn note_of(dir: &Path, note: String) -> Result<String, StoreError> {
        let seen = Self::read(dir)?.map(|cosigned| cosigned.seen()).transpose()?.flatten();
        // What is signed is compared, for the columns beside it are only this file's word.
        let same = seen.filter(|seen| text_of(&seen.signed.note) == text_of(&note));
        Ok(same.map_or(note, |seen| seen.signed.note))
    }

    fn fault(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sql(&self.path, error)
    }

    /// A number that changes, for this handle, whenever another one writes.
    pub(super) fn version(&self) -> Result<i64, StoreError> {
        let read = self.connection.prepare_cached("PRAGMA data_version");
        read.and_then(|mut read| read.query_row([], |row| row.get(0))).map_err(|e| self.fault(&e))
    }

    /// The newest checkpoint that a quorum has seen.
    ///
    /// # Errors
    /// What the file reports.
    pub fn seen(&self) -> Result<Option<Seen>, StoreError> {
        let read = |row: &Row<'_>| {
            let signed = Signed { size: row.get(0)?, root: Hash::from_bytes(row.get(1)?), note: row.get(2)? };
            Ok(Seen { signed, time_s: Some(row.get(3)?).filter(|time_s| *time_s > 0) })
        };
        let sql = "SELECT size, root, note, time_s FROM shown";
        let seen = self.connection.prepare_cached(sql).and_then(|mut seen| seen.query_row([], read).optional());
        seen.map_err(|e| self.fault(&e))
    }

    /// Shows a checkpoint from now on, unless a larger one is shown.
    ///
    /// # Errors
    /// What the file reports.
    pub fn show(&self, Seen { signed, time_s }: &Seen) -> Result<(), StoreError> {
        let sql = include_str!("../../schema/show-cosigned.sql");
        let values = params![signed.size, signed.root.as_bytes(), signed.note, time_s.unwrap_or_default()];
        let shown = self.connection.prepare_cached(sql).and_then(|mut show| show.execute(values));
        shown.map(drop).map_err(|e| self.fault(&e))
    }

    /// Notes how it stands with a witness.
    ///
    /// # Errors
    /// What the file reports.
    pub fn note(&self, standing: &Standing) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO witnesses (vkey, name, size, time_s, problem) VALUES (?1, ?2, ?3, ?4, ?5)";
        let (size, time_s) = standing.cosigned.unwrap_or_default();
        let values = params![standing.vkey, standing.name, size, time_s, standing.problem];
        let noted = self.connection.prepare_cached(sql).and_then(|mut note| note.execute(values));
        noted.map(drop).map_err(|e| self.fault(&e))
    }

    /// How it stands with each witness that was asked, by name.
    ///
    /// # Errors
    /// What the file reports.
    pub fn standings(&self) -> Result<Vec<Standing>, StoreError> {
        let read = |row: &Row<'_>| {
            let cosigned: (u64, u64) = (row.get(2)?, row.get(3)?);
            Ok(Standing {
                vkey: row.get(0)?,
                name: row.get(1)?,
                cosigned: Some(cosigned).filter(|(_, time_s)| *time_s > 0),
                problem: row.get(4)?,
            })
        };
        let sql = "SELECT vkey, name, size, time_s, problem FROM witnesses ORDER BY name, vkey";
        let all = self.connection.prepare_cached(sql).and_then(|mut all| all.query_map([], read)?.collect());
        all.map_err(|e| self.fault(&e))
    }

    /// Forgets the witnesses that have none of these keys: they are out of the policy.
    ///
    /// # Errors
    /// What the file reports.
    pub fn keep_only(&self, keys: &[String]) -> Result<(), StoreError> {
        let keys = serde_json::to_string(keys).unwrap_or_default();
        let sql = "DELETE FROM witnesses WHERE vkey NOT IN (SELECT value FROM json_each(?1))";
        self.connection.execute(sql, [keys]).map(drop).map_err(|e| self.fault(&e))
    }

    /// Keeps an alarm; the same again is kept once.
    ///
    /// # Errors
    /// What the file reports.
    pub fn alarm(&self, alarm: &Alarm) -> Result<(), StoreError> {
        let Alarm { kind, vkey, size, sentence, ours, theirs } = alarm;
        let sql = "INSERT INTO alarms (kind, vkey, size, sentence, ours, theirs) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
        let kept = self.connection.execute(sql, params![kind.name(), vkey, size, sentence, ours, theirs]);
        kept.map(drop).map_err(|e| self.fault(&e))
    }

    /// All alarms, the oldest first.
    ///
    /// # Errors
    /// What the file reports.
    pub fn alarms(&self) -> Result<Vec<Alarm>, StoreError> {
        let read = |row: &Row<'_>| {
            let kind: String = row.get(0)?;
            Ok(Alarm {
                kind: if kind == AlarmKind::Lost.name() { AlarmKind::Lost } else { AlarmKind::Fork },
                vkey: row.get(1)?,
                size: row.get(2)?,
                sentence: row.get(3)?,
                ours: row.get(4)?,
                theirs: row.get(5)?,
            })
        };
        let sql = "SELECT kind, vkey, size, sentence, ours, theirs FROM alarms ORDER BY n";
        let all = self.connection.prepare_cached(sql).and_then(|mut all| all.query_map([], read)?.collect());
        all.map_err(|e| self.fault(&e))
    }
}

impl Reader {
    /// The newest checkpoint that a quorum of witnesses has seen, where they were asked; never newer than
    /// [`Reader::signed`].
    ///
    /// # Errors
    /// What the files report.
    pub fn seen(&self) -> Result<Option<Seen>, StoreError> {
        let Some(cosigned) = &self.cosigned else { return Ok(None) };
        let Some(seen) = cosigned.seen()? else { return Ok(None) };
        // It was signed before it was shown; but this reader may hold an older state of the record.
        let signed = self.signed()?;
        Ok((seen.signed.size <= signed.size).then_some(seen))
    }

    /// How it stands with each witness that was asked.
    ///
    /// # Errors
    /// What the files report.
    pub fn standings(&self) -> Result<Vec<Standing>, StoreError> {
        self.cosigned.as_ref().map_or(Ok(Vec::new()), Cosigned::standings)
    }
}
