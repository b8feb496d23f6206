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

/// A connection to each file whose log grows with the entries, from the first time on: most programs that write record
/// little and end.
pub(super) struct Folding {
    dir: PathBuf,
    files: Vec<(PathBuf, Connection)>,
}

impl Folding {
    /// Of the ledger in this folder.
    pub(super) fn of(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), files: Vec::new() }
    }

    /// Folds in what no reader still needs, while others go on writing.
    pub(super) fn fold(&mut self) {
        if let Err(error) = self.open().and_then(|()| self.each()) {
            tracing::warn!("{error}");
        }
    }

    fn open(&mut self) -> Result<(), StoreError> {
        if self.files.is_empty() {
            let open = |name| {
                let path = self.dir.join(name);
                store::open(&path, Access::Write).map(|connection| (path, connection))
            };
            self.files = [ENTRIES_FILE, DERIVED_FILE].into_iter().map(open).collect::<Result<_, _>>()?;
        }
        Ok(())
    }

    fn each(&self) -> Result<(), StoreError> {
        self.files.iter().try_for_each(|(path, connection)| {
            let folded = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
            folded.map_err(|error| StoreError::sql(path, &error))
        })
    }
}
