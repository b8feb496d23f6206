//! Reading: who and why is on the disk before any value is given out.

use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::request::{Granted, Wanted};
use super::{Kept, Place, Sealed, UnlockedVault, VaultError, VaultReader, WriteError};
use crate::grants::time::Timestamp;
use crate::ledger::erased::is_reason;
use crate::ledger::opening::Opening;
use crate::tlog::hash::Hash;

/// How many values one key reads in an hour by requests that it signs. Whoever has stolen a signing file and its passphrase
/// takes so many before the list of readings is looked at.
pub const MAX_READ_IN_AN_HOUR: usize = 100;

/// A value that was asked for, or why it is not given.
pub type Read = (Wanted, Result<Opening, VaultError>);

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
        let kept = self.readable(statement, pointer)?;
        self.vault.write(|transaction| Ok(log(transaction, &kept, reader, reason, at)?))?;
        self.opened(&kept)
    }

    /// Reads what an office has signed for. All readings are on the disk before any value is given out; what was erased, or
    /// is not there, is not logged, for it is not read.
    ///
    /// # Errors
    /// [`VaultError::ReadTooMuch`], what the file reports; then nothing was read. Of each value, as [`UnlockedVault::read`].
    pub fn read_granted(&mut self, granted: Granted, at: Timestamp) -> Result<Vec<Read>, VaultError> {
        let Granted { reader, reason, wanted } = granted;
        let look = |wanted: Wanted| {
            let kept = self.readable(&wanted.statement, &wanted.pointer);
            (wanted, kept)
        };
        let looked: Vec<_> = wanted.into_iter().map(look).collect();
        let readable = looked.iter().filter_map(|(_, kept)| kept.as_ref().ok());
        self.vault.write(|transaction| {
            if read_lately(transaction, &reader, at)? + readable.clone().count() > MAX_READ_IN_AN_HOUR {
                return Err(VaultError::ReadTooMuch { key: reader.key().to_string() }.into());
            }
            for kept in readable {
                log(transaction, kept, &reader, &reason, at)?;
            }
            Ok(())
        })?;
        let read =
            |(wanted, kept): (Wanted, Result<Kept, VaultError>)| (wanted, kept.and_then(|kept| self.opened(&kept)));
        Ok(looked.into_iter().map(read).collect())
    }

    /// What is kept under this name, unless it was erased.
    fn readable(&self, statement: &Hash, pointer: &str) -> Result<Kept, VaultError> {
        let mut kept = self.vault.get(statement, pointer)?;
        match kept.erased.take() {
            None => Ok(kept),
            Some(erasure) => Err(VaultError::Erased { statement: *statement, pointer: pointer.to_owned(), erasure }),
        }
    }

    /// Opens what is kept; its reading is logged.
    fn opened(&self, kept: &Kept) -> Result<Opening, VaultError> {
        let Kept { statement, pointer, about, .. } = kept;
        let altered = || VaultError::Altered { statement: *statement, pointer: pointer.to_owned() };
        let sql = concat!(
            "SELECT wrapped, sealed FROM openings WHERE statement = ?1 AND pointer = ?2 ",
            "AND handed_in IS NULL AND erased_at IS NULL"
        );
        let read = |row: &Row<'_>| Ok(Sealed { wrapped: row.get(0)?, sealed: row.get(1)? });
        let stored = self.vault.connection.query_row(sql, params![statement.as_bytes(), pointer], read).optional();
        // Erased between the two looks, by another process.
        let stored = stored.map_err(|e| self.vault.fault(&e))?.ok_or_else(altered)?;
        let place = Place { origin: &self.vault.origin, about, statement, pointer };
        let plain = self.key.open(&place, &stored).map_err(|_| altered())?;
        let opening = Opening::parse(&plain).map_err(|_| altered())?;
        if opening.statement == *statement && opening.pointer == *pointer { Ok(opening) } else { Err(altered()) }
    }
}

/// How many values the key of an office has read in the hour before.
fn read_lately(transaction: &Transaction<'_>, reader: &VaultReader, at: Timestamp) -> Result<usize, WriteError> {
    // Times are written at one length, so their order is that of their texts.
    let since = Timestamp::from_ms(at.ms() - HOUR_MS).unwrap_or(at).to_string();
    let sql = "SELECT count(*) FROM readings WHERE key = ?1 AND at > ?2";
    let count: i64 = transaction.query_row(sql, params![reader.key().to_string(), since], |row| row.get(0))?;
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
