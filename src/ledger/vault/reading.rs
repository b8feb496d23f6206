//! Reading: who and why is on the disk before any value is given out.

use rusqlite::{Transaction, params};

use super::kept::find;
use super::request::{Granted, Wanted};
use super::{Kept, Place, Sealed, UnlockedVault, VaultError, VaultReader, WriteError};
use crate::grants::time::Timestamp;
use crate::ledger::erased::is_reason;
use crate::ledger::opening::Opening;
use crate::tlog::hash::Hash;

/// How many values one official reads in an hour by requests that they sign. Whoever has stolen a signing file and its passphrase
/// takes so many before the list of readings is looked at.
pub const MAX_READ_IN_AN_HOUR: usize = 100;

/// A value that was asked for, or why it is not given.
pub type Read = (Wanted, Result<Opening, VaultError>);

/// An opening that is not erased, as it is stored.
type Found = (Kept, Sealed);

const HOUR_MS: i64 = 3_600_000;

impl UnlockedVault {
    /// Reads one opening for an office. The reading is on the disk before the value is given out.
    ///
    /// # Errors
    /// [`VaultError::Unreasoned`], [`VaultError::NotKept`], [`VaultError::Erased`], [`VaultError::Altered`].
    pub fn read(
        &mut self,
        statement: &Hash,
        pointer: &str,
        reader: &VaultReader,
        reason: &str,
        at: Timestamp,
    ) -> Result<Opening, VaultError> {
        if !is_reason(reason) {
            return Err(VaultError::Unreasoned("the reason of a reading"));
        }
        let found = self.vault.write(|transaction| {
            let found = readable(transaction, statement, pointer)??;
            log(transaction, &found.0, reader, reason, at)?;
            Ok(found)
        })?;
        self.opened(&found)
    }

    /// Reads what an office has signed for. All readings are on the disk before any value is given out; what was erased, or
    /// is not there, is not logged, for it is not read.
    ///
    /// # Errors
    /// [`VaultError::ReadTooMuch`], what the file reports; then nothing was read. Of each value, as [`UnlockedVault::read`].
    pub fn read_granted(&mut self, granted: Granted, at: Timestamp) -> Result<Vec<Read>, VaultError> {
        let Granted { reader, reason, wanted } = granted;
        // One transaction looks and logs, so that no erasure comes between; nothing is given out before it is committed.
        let found = self.vault.write(|transaction| {
            let look = |one: &Wanted| readable(transaction, &one.statement, &one.pointer);
            let found = wanted.iter().map(look).collect::<Result<Vec<_>, _>>()?;
            let left = MAX_READ_IN_AN_HOUR.saturating_sub(read_lately(transaction, &reader, at)?);
            if found.iter().flatten().count() > left {
                return Err(VaultError::ReadTooMuch { key: reader.key().to_string(), left }.into());
            }
            for (kept, _) in found.iter().flatten() {
                log(transaction, kept, &reader, &reason, at)?;
            }
            Ok(found)
        })?;
        let open = |found: Result<Found, VaultError>| found.and_then(|found| self.opened(&found));
        Ok(wanted.into_iter().zip(found.into_iter().map(open)).collect())
    }

    /// Opens what is kept; its reading is logged.
    fn opened(&self, (kept, stored): &Found) -> Result<Opening, VaultError> {
        let Kept { statement, pointer, about, .. } = kept;
        let altered = || VaultError::Altered { statement: *statement, pointer: pointer.clone() };
        let place = Place { origin: &self.vault.origin, about, statement, pointer };
        let plain = self.key.open(&place, stored).map_err(|_| altered())?;
        let opening = Opening::parse(&plain).map_err(|_| altered())?;
        if opening.statement == *statement && opening.pointer == *pointer { Ok(opening) } else { Err(altered()) }
    }
}

/// What is kept under this name, unless it was erased.
fn readable(
    transaction: &Transaction<'_>,
    statement: &Hash,
    pointer: &str,
) -> rusqlite::Result<Result<Found, VaultError>> {
    let (statement, pointer) = (*statement, pointer.to_owned());
    let found = find(transaction, &statement, &pointer)?;
    Ok(match found {
        None => Err(VaultError::NotKept { statement, pointer }),
        Some((Kept { erased: Some(erasure), .. }, _)) => Err(VaultError::Erased { statement, pointer, erasure }),
        Some((kept, stored)) => stored.map(|stored| (kept, stored)).ok_or(VaultError::Altered { statement, pointer }),
    })
}

/// How many values an official has read in the hour before, by whichever key: a new one in place of the old has the same name,
/// and reads no more.
fn read_lately(transaction: &Transaction<'_>, reader: &VaultReader, at: Timestamp) -> Result<usize, WriteError> {
    // Times are written at one length, so their order is that of their texts.
    let since = Timestamp::from_ms(at.ms() - HOUR_MS).unwrap_or(at).to_string();
    // The character behind the plus is the comma: all keys of the name, and of no other.
    let sql = "SELECT count(*) FROM readings WHERE key > ?1 || '+' AND key < ?1 || ',' AND at > ?2";
    let count: i64 = transaction.query_row(sql, params![reader.key().name(), since], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

fn log(
    transaction: &Transaction<'_>,
    kept: &Kept,
    reader: &VaultReader,
    reason: &str,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO readings (statement, pointer, at, office, key, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (hash, key) = (kept.statement.as_bytes(), reader.key().to_string());
    transaction.execute(sql, params![hash, kept.pointer, at.to_string(), reader.office(), key, reason])?;
    Ok(())
}
