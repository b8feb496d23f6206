//! What is kept in memory of all grants. It is made once, at the start and off the way of any request, since that reads all
//! entries; then it follows the ledger entry by entry. A request that needs it before it is made waits a little, and is then
//! told to come back: it takes no reader of the files meanwhile.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::answer::Fault;
use super::citizens::CitizensCase;
use super::founding::Founding;
use super::limits::MEMORY_WAIT;
use super::pace::PaceCase;
use super::roll::{Roll, RollCase};
use crate::ledger::reader::Reader;
use crate::ledger::spelling::Vocabulary;
use crate::ledger::store::StoreError;

/// How much of it is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Made {
    #[default]
    Nothing,
    Roll,
    All,
}

/// What is kept of one ledger.
#[derive(Default)]
pub(super) struct Memory {
    roll: Arc<RollCase>,
    pace: Arc<PaceCase>,
    citizens: Arc<CitizensCase>,
    words: Arc<WordsCase>,
    made: watch::Sender<Made>,
}

/// Where the words of the ledger are kept.
#[derive(Default)]
pub(super) struct WordsCase(Mutex<Vocabulary>);

impl WordsCase {
    fn bring_up(&self, reader: &Reader) -> Result<MutexGuard<'_, Vocabulary>, StoreError> {
        let mut words = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        words.bring_up(reader)?;
        Ok(words)
    }

    /// These words as they are spelled in this ledger, where that is otherwise and finds something.
    pub(super) fn next_spelling(
        &self,
        reader: &Reader,
        words: &str,
        finds: impl FnOnce(&str) -> Result<bool, StoreError>,
    ) -> Result<Option<String>, StoreError> {
        self.bring_up(reader)?.next_spelling(words, finds)
    }
}

/// Lets whoever waits go on when the making has ended, however it did: a request then reads what is lacking, and tells what
/// is wrong with the files.
struct Making<'m>(&'m Memory);

impl Drop for Making<'_> {
    fn drop(&mut self) {
        self.0.made.send_replace(Made::All);
    }
}

impl Memory {
    /// Makes it of the ledger in this folder, on the thread that asks.
    pub(super) fn make(&self, dir: &Path, founding: &Founding) {
        let _making = Making(self);
        let made = Reader::open(dir).and_then(|reader| {
            // Each at a moment of its own: what is recorded meanwhile is read with the first request.
            reader.still(|reader| self.roll.of(reader))??;
            reader.still(|reader| self.words.bring_up(reader).map(drop))??;
            self.made.send_replace(Made::Roll);
            reader.still(|reader| self.pace.with(reader, founding, |_| ()))??;
            reader.still(|reader| self.citizens.heard(reader, &founding.origin, "").map(drop))?
        });
        if let Err(why) = made {
            tracing::warn!(
                "sums and days of all grants were not read at the start, so the first request reads them: {why}"
            );
        }
    }

    async fn wait(&self, part: Made) -> Result<(), Fault> {
        let mut made = self.made.subscribe();
        let waited = tokio::time::timeout(MEMORY_WAIT, made.wait_for(|made| *made >= part)).await;
        // The sender lives as long as this does.
        waited.map(drop).map_err(|_| Fault::Counting)
    }

    /// Sums and filters.
    pub(super) async fn rolls(&self) -> Result<Arc<RollCase>, Fault> {
        self.wait(Made::Roll).await?;
        Ok(Arc::clone(&self.roll))
    }

    /// The words that are known, for whoever waited for the rolls already.
    pub(super) fn words(&self) -> Arc<WordsCase> {
        Arc::clone(&self.words)
    }

    /// Delays and days.
    pub(super) async fn paces(&self) -> Result<Arc<PaceCase>, Fault> {
        self.wait(Made::All).await?;
        Ok(Arc::clone(&self.pace))
    }

    /// Citizens' reports.
    pub(super) async fn citizens(&self) -> Result<Arc<CitizensCase>, Fault> {
        self.wait(Made::All).await?;
        Ok(Arc::clone(&self.citizens))
    }

    /// Citizens' reports, for a reader that waited for them already.
    pub(super) fn citizens_now(&self) -> &CitizensCase {
        &self.citizens
    }

    /// Sums and filters as they were at this size, for a reader that stands there.
    pub(super) fn roll_at(&self, reader: &Reader, size: u64) -> Result<Arc<Roll>, StoreError> {
        let kept = self.roll.of(reader)?;
        if kept.size == size { Ok(kept) } else { RollCase::default().of(reader) }
    }

    /// Delays and days, for a reader that waited for them already.
    pub(super) fn paces_now(&self) -> &PaceCase {
        &self.pace
    }

    /// Delays and days, where they are made already.
    pub(super) fn paces_made(&self) -> Option<Arc<PaceCase>> {
        (*self.made.borrow() == Made::All).then(|| Arc::clone(&self.pace))
    }
}
