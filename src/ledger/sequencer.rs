//! Many submitters, one writer: a bounded queue, and groups as large as what waits.
//!
//! No timer for statements: a lone one is recorded at once, and while one group is being made durable the next one
//! gathers. Where refusals are counted, the thread also looks whether a day is over.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::metrics::Metrics;
use super::refusals::Refusals;
use super::store::{Signed, StoreError};
use super::writer::{Outcome, Writer};

/// The most statements in one transaction.
const MAX_GROUP: usize = 1_024;
/// How long the thread waits for a statement before it asks the clock whether a day is over.
const LOOK: Duration = Duration::from_secs(1);

/// What a submitter is told.
pub struct Answer {
    /// What became of the statement.
    pub outcome: Outcome,
    /// The newest checkpoint, signed after it.
    pub checkpoint: Signed,
    /// The receipt file, when it is recorded.
    pub receipt: Option<String>,
}

/// Called once with the answer, on the writer's thread.
pub type Reply = Box<dyn FnOnce(Result<Answer, Arc<StoreError>>) + Send>;

struct Submission {
    bytes: Vec<u8>,
    reply: Reply,
}

/// Why a statement was not queued; nothing was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotQueued {
    /// Try again a little later.
    #[error("too many statements are waiting: nothing was recorded; submit again in a second")]
    Full,
    /// A fault of the program ended the writer's thread.
    #[error("the writer has stopped: nothing was recorded; the operator must look at its log and start it again")]
    Stopped,
}

/// A handle to the writer's thread.
pub struct Sequencer {
    queue: Option<SyncSender<Submission>>,
    thread: Option<JoinHandle<()>>,
    metrics: Arc<Metrics>,
}

impl Sequencer {
    /// Starts the writer on a thread of its own; at most `capacity` statements wait.
    #[must_use]
    pub fn start(mut writer: Writer, capacity: usize) -> Self {
        let (queue, waiting) = sync_channel(capacity);
        let metrics = Arc::<Metrics>::default();
        let told = Arc::clone(&metrics);
        let thread = std::thread::spawn(move || {
            while let Ok(first) = waiting.recv() {
                take(&mut writer, None, &waiting, first, &told);
            }
        });
        Self { queue: Some(queue), thread: Some(thread), metrics }
    }

    /// As [`Sequencer::start`]; what is refused is counted, and recorded once its day is over.
    #[must_use]
    pub fn start_counting(mut writer: Writer, mut refusals: Refusals, capacity: usize) -> Self {
        let (queue, waiting) = sync_channel(capacity);
        let metrics = Arc::<Metrics>::default();
        let told = Arc::clone(&metrics);
        let thread = std::thread::spawn(move || {
            loop {
                refusals.record_due(&mut writer);
                match waiting.recv_timeout(LOOK) {
                    Ok(first) => take(&mut writer, Some(&mut refusals), &waiting, first, &told),
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        });
        Self { queue: Some(queue), thread: Some(thread), metrics }
    }

    /// Queues a statement; `reply` is called when it is durable or refused.
    ///
    /// # Errors
    /// [`NotQueued`]; then `reply` is not called.
    pub fn submit(&self, bytes: Vec<u8>, reply: Reply) -> Result<(), NotQueued> {
        let Some(queue) = &self.queue else { return Err(NotQueued::Stopped) };
        // Before it is sent, since the writer may take it at once.
        self.metrics.waits(1);
        let sent = queue.try_send(Submission { bytes, reply });
        sent.map_err(|error| {
            self.metrics.waits(-1);
            match error {
                TrySendError::Full(_) => NotQueued::Full,
                TrySendError::Disconnected(_) => NotQueued::Stopped,
            }
        })
    }

    /// What the writer's thread tells of its work.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Whether the writer's thread has ended, which only a fault of the program does while this handle lives.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Sequencer {
    /// Statements that wait are recorded before the writer goes.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // A panic on the writer's thread was reported there.
            let _ = thread.join();
        }
    }
}

/// Records the group that begins with `first`, and answers it.
fn take(
    writer: &mut Writer,
    refusals: Option<&mut Refusals>,
    waiting: &Receiver<Submission>,
    first: Submission,
    metrics: &Metrics,
) {
    let begun = metrics.now();
    let mut group = vec![first];
    group.extend(waiting.try_iter().take(MAX_GROUP - 1));
    let (statements, replies): (Vec<_>, Vec<_>) = group.into_iter().map(|s| (s.bytes, s.reply)).unzip();
    let answers = answers(writer, &statements);
    metrics.took(begun, statements.len(), answers.as_ref().ok().map(|answers| answers.iter()));
    match answers {
        Ok(answers) => {
            if let Some(refusals) = refusals {
                let judged = statements.iter().zip(&answers);
                refusals.count(
                    writer,
                    judged.filter_map(|(bytes, answer)| Some((&**bytes, &answer.as_ref().ok()?.outcome))),
                );
            }
            replies.into_iter().zip(answers).for_each(|(reply, answer)| reply(answer.map_err(Arc::new)));
        }
        Err(error) => {
            tracing::error!("{error}");
            let error = Arc::new(error);
            replies.into_iter().for_each(|reply| reply(Err(Arc::clone(&error))));
        }
    }
}

/// An answer to each; one that brings a ledger key which is not here has an error of its own.
fn answers(writer: &mut Writer, statements: &[Vec<u8>]) -> Result<Vec<Result<Answer, StoreError>>, StoreError> {
    let outcomes = writer.append(statements)?;
    let checkpoint = writer.checkpoint()?;
    let place = |outcome: &Outcome| match outcome {
        Outcome::Recorded { index, .. } => Some(*index),
        Outcome::Refused { .. } | Outcome::KeyMissing { .. } => None,
    };
    let places: Vec<u64> = outcomes.iter().filter_map(place).collect();
    let mut receipts = writer.receipts(&checkpoint, &places)?.into_iter();
    let answer = |outcome: Outcome| {
        let receipt = place(&outcome).and_then(|_| receipts.next()).map(|receipt| receipt.to_string());
        match outcome {
            Outcome::KeyMissing { vkey } => Err(StoreError::KeyMissing { vkey }),
            outcome => Ok(Answer { outcome, checkpoint: checkpoint.clone(), receipt }),
        }
    };
    Ok(outcomes.into_iter().map(answer).collect())
}
