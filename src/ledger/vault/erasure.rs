//! Erasure: what the list says was erased is destroyed, and stays so.

use rusqlite::{Transaction, params};

use super::{Kept, Vault, VaultError, cut_log};
use crate::grants::time::Timestamp;
use crate::ledger::erased::{Erased, Erasure, is_reason};
use crate::tlog::hash::Hash;

impl Vault {
    /// Destroys an opening's data key, the opening and its token. Erasing it again does the last steps again.
    ///
    /// # Errors
    /// [`VaultError::NotKept`]; [`VaultError::StillThere`], when it is erased but its bytes may still be in the files.
    pub fn erase(
        &mut self,
        statement: &Hash,
        pointer: &str,
        basis: &str,
        at: Timestamp,
    ) -> Result<Erasure, VaultError> {
        if !is_reason(basis) {
            return Err(VaultError::Unreasoned("the basis of an erasure"));
        }
        let kept = self.get(statement, pointer)?;
        let erasure = kept.erased.unwrap_or(Erasure { at, basis: basis.to_owned() });
        let erased = Erased::Opening { statement: *statement, pointer: pointer.to_owned(), about: kept.about };
        // 1. On the list, durable: from here on a restored backup does not bring it back.
        self.erased.add(erased, erasure)?;
        // 2. and 3. Destroyed, and the files freed of old bytes: by the code that finishes after a stop.
        self.erase_again()?;
        self.clear_files()?;
        let kept = self.get(statement, pointer)?;
        kept.erased.ok_or(VaultError::StillThere)
    }

    /// Brings the vault and the list to say the same: what either calls erased is erased in both.
    pub(super) fn erase_again(&mut self) -> Result<(), VaultError> {
        for kept in self.kept("WHERE erased_at IS NOT NULL", [])? {
            let Kept { statement, pointer, about, erased, .. } = kept;
            if let Some(erasure) = erased {
                self.erased.add(Erased::Opening { statement, pointer, about }, erasure)?;
            }
        }
        let listed = self.erased.iter().map(|(erased, erasure)| (erased.clone(), erasure.clone()));
        let listed: Vec<(Erased, Erasure)> = listed.collect();
        if listed.is_empty() {
            return Ok(());
        }
        let changed = self.write(|transaction| {
            let mut changed = 0;
            for (erased, erasure) in &listed {
                if let Erased::Opening { statement, pointer, about } = erased {
                    changed += destroy(transaction, statement, pointer, about, erasure)?;
                }
            }
            Ok(changed)
        })?;
        if changed > 0 { self.clear_files() } else { Ok(()) }
    }

    /// Frees the files of what was deleted. `secure_delete` overwrites a deleted cell, but a page that was split since
    /// may hold a copy of it in its unused part: so the file is rebuilt. Then the write-ahead log is cut to nothing.
    fn clear_files(&self) -> Result<(), VaultError> {
        self.connection.execute_batch("VACUUM").map_err(|e| self.fault(&e))?;
        if cut_log(&self.connection, &self.path)? { Ok(()) } else { Err(VaultError::StillThere) }
    }
}

/// Erases an opening wherever it is, in force or waiting, and keeps that it was. Answers how many rows changed.
fn destroy(
    transaction: &Transaction<'_>,
    statement: &Hash,
    pointer: &str,
    about: &str,
    erasure: &Erasure,
) -> Result<usize, rusqlite::Error> {
    let (hash, at) = (statement.as_bytes(), erasure.at.to_string());
    let sql = "DELETE FROM openings WHERE statement = ?1 AND pointer = ?2 AND handed_in IS NOT NULL";
    let waiting = transaction.execute(sql, params![hash, pointer])?;
    let sql = concat!(
        "UPDATE openings SET wrapped = NULL, sealed = NULL, token = NULL, erased_at = ?3, basis = ?4 ",
        "WHERE statement = ?1 AND pointer = ?2 AND erased_at IS NULL"
    );
    let in_force = transaction.execute(sql, params![hash, pointer, at, erasure.basis])?;
    // A backup from before it was put here: that it was erased is kept all the same.
    let sql = concat!(
        "INSERT OR IGNORE INTO openings (statement, about, pointer, put_at, erased_at, basis) ",
        "VALUES (?1, ?2, ?3, ?4, ?4, ?5)"
    );
    let told = transaction.execute(sql, params![hash, about, pointer, at, erasure.basis])?;
    Ok(waiting + in_force + told)
}
