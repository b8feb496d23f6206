//! Which entry is meant, by what people have in their hands: a leaf hash or its beginning, or a document.

use rusqlite::params;

use super::reader::Reader;
use super::store::StoreError;
use crate::tlog::hash::Hash;

/// How many entries that name one document are told.
const MOST_NAMING: u32 = 20;

/// The first 8 bytes of a leaf hash, 16 hex digits, as the tables have them.
pub(super) fn begins(leaf: &Hash) -> i64 {
    let mut first = [0; 8];
    first.copy_from_slice(&leaf.as_bytes()[..8]);
    i64::from_be_bytes(first)
}

impl Reader {
    /// The entries whose leaf hash begins with the first 16 hex digits of this one; nearly always one or none.
    ///
    /// # Errors
    /// What the files report.
    pub fn with_leaf_like(&self, leaf: &Hash) -> Result<Vec<u64>, StoreError> {
        let sql = "SELECT idx FROM records WHERE leaf = ?1 ORDER BY idx LIMIT 8";
        self.listed(sql, params![begins(leaf)], |row| row.get(0))
    }

    /// The first entries that name a document of this digest, at most 20. What was erased of them is not asked here.
    ///
    /// # Errors
    /// What the files report.
    pub fn naming_document(&self, sha256: &Hash) -> Result<Vec<u64>, StoreError> {
        let sql = "SELECT idx FROM documents WHERE sha256 = ?1 ORDER BY idx LIMIT ?2";
        self.listed(sql, params![sha256.as_bytes(), MOST_NAMING], |row| row.get(0))
    }
}
