//! Read-only connections, a bounded number of them, each used by one request at a time on a thread that may block.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::answer::Fault;
use super::founding::Founding;
use super::limits::{MAX_READERS, PAGE_CACHE_KIB, READER_WAIT};
use crate::ledger::reader::Reader;
use crate::ledger::store::StoreError;

/// The system keeps the pages of files in memory as well, and once for all readers.
fn open(dir: &Path) -> Result<Reader, StoreError> {
    let reader = Reader::open(dir)?;
    reader.keep_pages(PAGE_CACHE_KIB)?;
    Ok(reader)
}

/// Readers of one ledger.
pub(super) struct Pool {
    dir: PathBuf,
    idle: Mutex<Vec<Reader>>,
    permits: Arc<Semaphore>,
}

impl Pool {
    /// A pool with its first reader open, so that a ledger that cannot be read is known at once.
    pub(super) fn open(dir: PathBuf) -> Result<Self, StoreError> {
        let first = open(&dir)?;
        Ok(Self { dir, idle: Mutex::new(vec![first]), permits: Arc::new(Semaphore::new(MAX_READERS)) })
    }

    /// What entry 0 says.
    pub(super) fn founding(&self) -> Result<Founding, StoreError> {
        let reader = self.take()?;
        let founding = Founding::read(&reader, &self.dir);
        self.put(reader);
        founding
    }

    /// Runs `work` with a reader of one state of the ledger.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Reader) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.glance(|reader| reader.still(work)?).await
    }

    /// Runs `work` with a reader, for the one thing that it asks.
    pub(super) async fn glance<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Reader) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let waited = tokio::time::timeout(READER_WAIT, Arc::clone(&self.permits).acquire_owned()).await;
        let Ok(Ok(permit)) = waited else {
            return Err(Fault::Busy);
        };
        let pool = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            // Held to the end of the work, even when nobody waits for it any more.
            let _permit = permit;
            let reader = pool.take()?;
            let done = work(&reader);
            // After a fault of the files the next request opens them anew.
            if !matches!(done, Err(Fault::Store)) {
                pool.put(reader);
            }
            done
        });
        done.await.unwrap_or_else(|panic| Err(Fault::store(&panic)))
    }

    /// Whether the files can be read now: they are opened anew, since an open file is still read when it is gone.
    pub(super) async fn check(self: &Arc<Self>) -> Result<(), Fault> {
        let dir = self.dir.clone();
        let work = move |_: &Reader| -> Result<(), Fault> {
            Reader::open(&dir)?.signed()?;
            Ok(())
        };
        self.glance(work).await
    }

    fn take(&self) -> Result<Reader, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| open(&self.dir), Ok)
    }

    fn put(&self, reader: Reader) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
    }
}
