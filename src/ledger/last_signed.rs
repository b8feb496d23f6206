//! The last checkpoint that was signed, in a file of its own: what proves that this program signs one history.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, params};

use super::store::{Access, LAST_SIGNED_FILE, Signed, StoreError, keep_pages, open};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::hash::Hash;
use crate::tlog::note::Note;

/// Where the file says whose it is: [`OWN`] or [`COPIED`].
const WHOSE: &str = "user_version";
/// The record of who signs.
const OWN: i64 = 0;
/// The record of a copy: what somebody else signed.
const COPIED: i64 = 1;

/// `last-signed.db`.
///
/// It is changed by compare and swap: who opened it for writing knows what it says, and what this handle wrote since.
/// When it says something else by then, a second program signs for this ledger, or somebody put an old file back.
pub struct LastSigned {
    path: PathBuf,
    connection: Connection,
    /// What this handle read when it was opened for writing, or wrote since.
    believed: Option<(u64, Hash)>,
    /// Device and number of the file that is open: another one of its name is not ours.
    file: (u64, u64),
}

impl LastSigned {
    /// Makes the file, with the checkpoint of the empty tree in it.
    ///
    /// # Errors
    /// [`StoreError::Exists`] and what the system reports.
    pub fn create(dir: &Path, empty: &Signed) -> Result<Self, StoreError> {
        Self::made(dir, empty, OWN)
    }

    /// Makes the file for a copy of a ledger: it says where readers end, and cannot be opened for writing.
    ///
    /// # Errors
    /// As [`LastSigned::create`].
    pub fn create_copy(dir: &Path, signed: &Signed) -> Result<Self, StoreError> {
        Self::made(dir, signed, COPIED)
    }

    fn made(dir: &Path, empty: &Signed, whose: i64) -> Result<Self, StoreError> {
        let path = dir.join(LAST_SIGNED_FILE);
        let mut connection = open(&path, Access::Create)?;
        let fault = |e: rusqlite::Error| StoreError::sql(&path, &e);
        let transaction = connection.transaction().map_err(fault)?;
        transaction.execute_batch(include_str!("../../schema/last-signed.sql")).map_err(fault)?;
        let insert = "INSERT INTO last_signed (one, size, root, note) VALUES (1, ?1, ?2, ?3)";
        transaction.execute(insert, params![empty.size, empty.root.as_bytes(), empty.note]).map_err(fault)?;
        transaction.pragma_update(None, WHOSE, whose).map_err(fault)?;
        transaction.commit().map_err(fault)?;
        let file = identity(&path)?;
        Ok(Self { path, connection, believed: Some((empty.size, empty.root)), file })
    }

    /// Opens the file; it is never made anew.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Damaged`]; [`StoreError::Copy`] where a copy would be written to.
    pub fn open(dir: &Path, access: Access) -> Result<Self, StoreError> {
        let record = Self::open_any(dir, access)?;
        if access == Access::Write && record.is_copy()? {
            return Err(StoreError::Copy(dir.to_owned()));
        }
        Ok(record)
    }

    /// Moves the record of a copy on to a checkpoint of more entries.
    ///
    /// # Errors
    /// As [`LastSigned::advance`].
    pub fn follow_copy(dir: &Path, next: &Signed) -> Result<Self, StoreError> {
        let mut record = Self::open_any(dir, Access::Write)?;
        // Of one size the note may have other lines of witnesses; the first stays.
        if record.believed != Some((next.size, next.root)) {
            record.advance(next)?;
        }
        Ok(record)
    }

    /// Makes the record of a copy the ledger's own, under this checkpoint. A stop before the end leaves a copy.
    ///
    /// # Errors
    /// As [`LastSigned::advance`].
    pub fn adopt_copy(dir: &Path, next: &Signed) -> Result<(), StoreError> {
        let record = Self::follow_copy(dir, next)?;
        record.connection.pragma_update(None, WHOSE, OWN).map_err(|e| StoreError::sql(&record.path, &e))
    }

    /// Whether it is the record of a copy, which signs nothing.
    ///
    /// # Errors
    /// What the file reports.
    pub fn is_copy(&self) -> Result<bool, StoreError> {
        let whose = self.connection.pragma_query_value(None, WHOSE, |row| row.get::<_, i64>(0));
        whose.map(|whose| whose == COPIED).map_err(|e| StoreError::sql(&self.path, &e))
    }

    fn open_any(dir: &Path, access: Access) -> Result<Self, StoreError> {
        let path = dir.join(LAST_SIGNED_FILE);
        let connection = open(&path, access)?;
        let file = identity(&path)?;
        if access == Access::Write {
            has_one_name(&path)?;
        }
        let mut record = Self { path, connection, believed: None, file };
        if access == Access::Write {
            let signed = record.get()?;
            record.believed = Some((signed.size, signed.root));
        }
        Ok(record)
    }

    pub(super) fn keep_pages(&self, kib: u32) -> Result<(), StoreError> {
        keep_pages(&self.connection, kib).map_err(|e| StoreError::sql(&self.path, &e))
    }

    /// Reads the file as it is now until what is answered is dropped.
    pub(super) fn hold(&self) -> Result<Transaction<'_>, StoreError> {
        let held = self.connection.unchecked_transaction().map_err(|e| StoreError::sql(&self.path, &e))?;
        self.get()?;
        Ok(held)
    }

    /// A number that changes, for this handle, whenever another one writes.
    pub(super) fn version(&self) -> Result<i64, StoreError> {
        let read = self.connection.prepare_cached("PRAGMA data_version");
        read.and_then(|mut read| read.query_row([], |row| row.get(0))).map_err(|e| StoreError::sql(&self.path, &e))
    }

    /// The last checkpoint signed.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the record is not there.
    pub fn get(&self) -> Result<Signed, StoreError> {
        let fault = |e: rusqlite::Error| match e {
            rusqlite::Error::QueryReturnedNoRows => {
                StoreError::Damaged { file: self.path.clone(), what: "its only row is missing".to_owned() }
            }
            other => StoreError::sql(&self.path, &other),
        };
        let sql = "SELECT size, root, note FROM last_signed";
        let mut statement = self.connection.prepare_cached(sql).map_err(fault)?;
        statement
            .query_row([], |row| {
                Ok(Signed { size: row.get(0)?, root: Hash::from_bytes(row.get(1)?), note: row.get(2)? })
            })
            .map_err(fault)
    }

    /// The last checkpoint signed, as an audit reads it: size and root, which say where readers end, must be its own.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when they are not, and as [`LastSigned::get`].
    pub fn checkpoint(&self) -> Result<String, StoreError> {
        let Signed { size, root, note } = self.get()?;
        let said = Note::parse(note.as_bytes()).ok().and_then(|note| Checkpoint::parse(&note.text).ok());
        match said {
            Some(said) if (said.size, said.root) != (size, root) => {
                let what = "its size and root are not those of its note".to_owned();
                Err(StoreError::Damaged { file: self.path.clone(), what })
            }
            // What is no checkpoint at all, the audit tells by itself.
            _ => Ok(note),
        }
    }

    /// Records a checkpoint before anybody sees it. The rule is inside the one statement: the record says what this handle
    /// read or wrote last, and the tree grows, or the note stays and at most gains lines behind those that it has.
    ///
    /// # Errors
    /// [`StoreError::TwoHistories`] when another root or a larger size was signed before, or when the record is not the one
    /// that this handle left.
    pub fn advance(&mut self, next: &Signed) -> Result<(), StoreError> {
        let Some((size, root)) = self.believed else {
            let what = "it is open for reading only".to_owned();
            return Err(StoreError::System { file: self.path.clone(), what });
        };
        // What is written to a file that is no longer at its place is lost with the program's end.
        if identity(&self.path).ok() != Some(self.file) {
            return Err(StoreError::TwoHistories(format!(
                "{} was removed or replaced while the ledger was open: nothing is signed; put back the file that was there and start the program again",
                self.path.display()
            )));
        }
        let sql = include_str!("../../schema/advance-last-signed.sql");
        let values = params![next.size, next.root.as_bytes(), next.note, size, root.as_bytes()];
        let changed = self.connection.execute(sql, values).map_err(|e| StoreError::sql(&self.path, &e))?;
        if changed == 1 {
            self.believed = Some((next.size, next.root));
            return Ok(());
        }
        let there = self.get()?;
        Err(StoreError::TwoHistories(if (there.size, there.root) == (size, root) {
            format!(
                "a checkpoint of another history was signed before: size {} with root {} must not be signed; stop and compare with a mirror",
                next.size, next.root
            )
        } else {
            format!(
                "{} says size {} where this program left size {size}: another program signs for this ledger, or the file was put back; nothing is signed, stop both and compare with a mirror",
                self.path.display(),
                there.size
            )
        }))
    }
}

/// SQLite keeps the newest record beside the name that a file was opened by, so under two names (hard links) two programs
/// would not see what each other signed.
fn has_one_name(path: &Path) -> Result<(), StoreError> {
    let names = std::fs::metadata(path).map_err(|error| StoreError::io(path, &error))?.nlink();
    if names == 1 {
        return Ok(());
    }
    Err(StoreError::TwoHistories(format!(
        "{} has {names} names (hard links), so another program may sign by another one: nothing is signed; find them with `find -samefile`, stop what uses them, and remove all but this one",
        path.display()
    )))
}

/// Device and number of a file.
fn identity(path: &Path) -> Result<(u64, u64), StoreError> {
    let about = std::fs::metadata(path).map_err(|error| StoreError::io(path, &error))?;
    Ok((about.dev(), about.ino()))
}
