//! The third part of the writer: the derived tables follow what was signed.
//!
//! They may fall behind while many submit, for no receipt waits for them; readers see how far they are. What cannot be
//! written is tried again with the next entries; a start brings up what is missing by replay.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::derived::Derived;
use super::rows::Rows;
use super::store::Lock;

/// How many entries wait in memory while the file takes none; beyond that the next start brings the tables up.
const MOST_BEHIND: usize = 65_536;

/// The derived tables, and what they still lack.
pub(super) struct Follower {
    derived: Derived,
    behind: Vec<Rows>,
    /// How many entries the tables have, for the other parts.
    size: Arc<AtomicU64>,
    given_up: bool,
    _lock: Arc<Lock>,
}

impl Follower {
    /// Of these tables.
    pub(super) fn new(derived: Derived, lock: Arc<Lock>) -> Self {
        let size = Arc::new(AtomicU64::new(derived.size()));
        Self { derived, behind: Vec::new(), size, given_up: false, _lock: lock }
    }

    /// How many entries the tables have, as it changes.
    pub(super) fn size(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.size)
    }

    /// Takes in entries that a checkpoint covers.
    pub(super) fn absorb(&mut self, rows: Vec<Rows>) {
        if self.given_up || rows.is_empty() {
            return;
        }
        self.behind.extend(rows);
        let last = self.behind.last().map_or(0, |rows| rows.index + 1);
        match self.derived.take_in(&self.behind) {
            Ok(()) => {
                self.behind.clear();
                self.size.store(last, Ordering::Release);
            }
            Err(error) if self.behind.len() < MOST_BEHIND => tracing::error!("{error}"),
            Err(error) => {
                tracing::error!("{error}; pages stay as they are until the program is started again");
                self.behind = Vec::new();
                self.given_up = true;
            }
        }
    }
}
