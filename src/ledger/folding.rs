//! SQLite writes into a log beside each file and folds the log into the file now and then, which waits for the disk
//! several times. Here that is done on a thread of its own, over connections of its own, so that no answer waits for it.
//!
//! It changes nothing that a file says, and nothing rests on it: where it fails, the log goes on growing until the
//! connection that writes folds it in itself.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::derived::DERIVED_FILE;
use super::store::{self, Access, ENTRIES_FILE, StoreError};

/// After how many entries it is worth while.
pub(super) const EVERY: usize = 2_048;

/// A connection to each file whose log grows with the entries.
pub(super) struct Folding {
    files: Vec<(PathBuf, Connection)>,
}

impl Folding {
    /// Of the ledger in this folder.
    ///
    /// # Errors
    /// What the system reports.
    pub(super) fn of(dir: &Path) -> Result<Self, StoreError> {
        let open = |name| {
            let path = dir.join(name);
            let connection = store::open(&path, Access::Write)?;
            Ok((path, connection))
        };
        Ok(Self { files: [ENTRIES_FILE, DERIVED_FILE].into_iter().map(open).collect::<Result<_, _>>()? })
    }

    /// Folds in what no reader still needs, while others go on writing.
    pub(super) fn fold(&self) {
        for (path, connection) in &self.files {
            if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
                tracing::warn!("{}", StoreError::sql(path, &error));
            }
        }
    }
}
