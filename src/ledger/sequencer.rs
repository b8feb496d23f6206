//! Many submitters, one writer: a bounded queue, and groups as large as what waits.
//!
//! No timer for statements: a lone one is recorded at once, and while one group is being made durable the next one
//! gathers and is judged. Three threads work a group apart, and one more keeps the files' logs short (`Folding`):
//!
//! ```text
//! submitters ──▶ judging ──▶ committing ──▶ receipts
//!                  (Admission)   (Committer)  └▶ following (Follower)
//! ```
//!
//! 1. Judging takes all that waits as one group. It is a group ahead of the disk at most: the next group is handed over
//!    when committing has ended the one before.
//! 2. Committing makes the entries durable, then the signed checkpoint, then the receipts, and answers.
//! 3. Following takes the group into the derived tables, so that pages come after the answer; when they are far behind,
//!    committing waits. While few submit, committing does it itself before it answers, so that who reads then finds it.
//!
//! When a write fails, committing ends and answers nobody, for what failed may be on the disk all the same; so do the
//! others, and the handle says so ([`Sequencer::has_stopped`]). Only of a full disk it is sure that nothing was recorded.
//! That there is room is looked at before a group is judged.
//!
//! Whoever brought a bad signature waits apart (`src/ledger/suspects.rs`). Where refusals are counted, judging also looks whether a
//! day is over.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::admission::{Admission, Group, Submitted};
use super::committer::Committer;
use super::folding;
use super::follower::Follower;
use super::form::FormCode;
use super::metrics::Metrics;
use super::refusals::Refusals;
use super::replay::{Refused, Replay};
use super::rows::Rows;
use super::store::{Signed, StoreError};
use super::suspects::Suspects;
use super::writer::{Outcome, Writer};
use crate::grants::time::Timestamp;
use crate::tlog::merkle::Newest;

/// The most statements in one transaction.
const MAX_GROUP: usize = 1_024;
/// How long the judging thread waits for a statement before it asks the clock whether a day is over.
const LOOK: Duration = Duration::from_secs(1);
/// As few new entries as an answer waits for until they are in the derived tables.
const FEW: usize = 64;
/// How many entries the derived tables may be behind: each takes some 1 kB of memory meanwhile.
const MOST_BEHIND: usize = 32_768;
/// How many entries the derived tables take in at once: the more, the fewer pages of their file are written again.
const MOST_AT_ONCE: usize = 8_192;
/// How long they wait for more before they take in what there is, unless somebody waits for it.
const GATHER: Duration = Duration::from_millis(20);
/// How far threads that nobody waits for stand back behind the others, as `nice` counts: as far as there is. They get what
/// the others leave, and when the tables are [`MOST_BEHIND`] entries behind the others wait, so they get all of it.
const BACK: i32 = 19;

/// What a submitter is told.
pub struct Answer {
    /// What became of the statement.
    pub outcome: Outcome,
    /// The newest checkpoint, signed after it.
    pub checkpoint: Arc<Signed>,
    /// The receipt file, when it is recorded.
    pub receipt: Option<String>,
}

/// Called once with the answer, on the writer's thread; dropped when the writer stops before it can answer.
pub type Reply = Box<dyn FnOnce(Result<Answer, Arc<StoreError>>) + Send>;

/// A question to the state in memory, and to what time it is now.
///
/// The state has all that was judged, also what is not durable yet: what is answered from it may help to write a
/// statement, and proves nothing.
pub type Question = Box<dyn FnOnce(&Replay, Timestamp) + Send>;

/// What comes to the first thread.
// Questions are few: a box would cost every statement an allocation.
#[allow(clippy::large_enum_variant)]
enum Asked {
    Statement(Submission),
    Question(Question),
}

struct Submission {
    submitted: Submitted,
    source: Option<IpAddr>,
    asker: Asker,
}

/// Who waits for an answer, and the place in the queue that it takes.
struct Asker {
    reply: Reply,
    place: Place,
}

impl Asker {
    fn answer(self, answer: Result<Answer, Arc<StoreError>>) {
        drop(self.place);
        (self.reply)(answer);
    }
}

/// One of the places of the queue; free again once it is dropped.
struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Why a statement was not queued; nothing was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotQueued {
    /// Try again a little later.
    #[error("too many statements are waiting: nothing was recorded; submit again in a second")]
    Full,
    /// A write that failed, or a fault of the program, ended the writer.
    #[error("the writer has stopped: nothing was recorded; the operator must look at its log and start it again")]
    Stopped,
}

/// A handle to the writer's threads.
pub struct Sequencer {
    origin: String,
    queue: Option<Sender<Asked>>,
    taken: Arc<AtomicUsize>,
    capacity: usize,
    threads: Vec<JoinHandle<()>>,
    fault: Arc<OnceLock<String>>,
    halt: Halt,
    metrics: Arc<Metrics>,
}

/// Ends the signing from elsewhere: what is being written is written, and nothing after it.
#[derive(Clone, Default)]
pub struct Halt(Arc<OnceLock<String>>);

impl Halt {
    /// Nothing more is signed; `why` is a sentence. Only the first counts.
    pub fn because(&self, why: &str) {
        let _ = self.0.set(why.to_owned());
    }

    fn check(&self) -> Result<(), StoreError> {
        self.0.get().map_or(Ok(()), |why| Err(StoreError::TwoHistories(why.clone())))
    }
}

impl Sequencer {
    /// Starts the writer on threads of its own; at most `capacity` statements wait for their answers.
    #[must_use]
    pub fn start(writer: Writer, capacity: usize) -> Self {
        Self::start_with(writer, None, capacity)
    }

    /// As [`Sequencer::start`]; what is refused is counted, and recorded once its day is over.
    #[must_use]
    pub fn start_counting(writer: Writer, refusals: Refusals, capacity: usize) -> Self {
        Self::start_with(writer, Some(refusals), capacity)
    }

    fn start_with(writer: Writer, refusals: Option<Refusals>, capacity: usize) -> Self {
        let origin = writer.origin().to_owned();
        let Writer { admission, mut committer, follower, mut folding } = writer;
        let follower = Arc::new(Mutex::new(follower));
        let (queue, waiting) = channel();
        // No room between them: a group is handed over when the one before is done.
        let (judged, to_commit) = sync_channel(0);
        let (signed, to_follow) = channel();
        let (absorbed, followed) = channel();
        // Who is asked to fold while folding is asked once.
        let (grown, to_fold) = sync_channel(1);
        let tables = Arc::clone(&follower);
        let mut behind = Behind { tables, signed, followed, entries: 0, grown, unfolded: 0 };
        let fault = Arc::new(OnceLock::new());
        let told = Arc::clone(&fault);
        let halt = Halt::default();
        let halted = halt.clone();
        let metrics = Arc::<Metrics>::default();
        let [measured, queued, seen] = [(); 3].map(|()| Arc::clone(&metrics));
        let following = thread("following", move || {
            stand_back();
            follow(&follower, &to_follow, &absorbed, &seen);
        });
        let folding = thread("folding", move || {
            stand_back();
            to_fold.iter().for_each(|()| folding.fold());
        });
        let committing = thread("committing", move || {
            if let Err(error) = commit_all(&mut committer, &to_commit, &mut behind, &measured, &halted) {
                tracing::error!("{error}");
                let _ = told.set(error.to_string());
            }
        });
        let judging = thread("judging", move || {
            Judging { admission, refusals, waiting, suspects: Suspects::none(), judged, metrics: queued }.run();
        });
        let threads = vec![judging, committing, following, folding];
        Self { origin, queue: Some(queue), taken: Arc::default(), capacity, threads, fault, halt, metrics }
    }

    /// Queues a statement; `reply` is called when it is durable or refused.
    ///
    /// # Errors
    /// [`NotQueued`]; then `reply` is not called.
    pub fn submit(&self, bytes: Vec<u8>, reply: Reply) -> Result<(), NotQueued> {
        self.submit_from(None, bytes, reply)
    }

    /// As [`Sequencer::submit`], from an address: who sends signatures that do not hold waits apart.
    ///
    /// # Errors
    /// As [`Sequencer::submit`].
    pub fn submit_from(&self, source: Option<IpAddr>, bytes: Vec<u8>, reply: Reply) -> Result<(), NotQueued> {
        let Some(queue) = &self.queue else { return Err(NotQueued::Stopped) };
        let taken = self.taken.fetch_add(1, Ordering::AcqRel);
        let place = Place(Arc::clone(&self.taken));
        if taken >= self.capacity {
            return Err(NotQueued::Full);
        }
        let submitted = Submitted::read(bytes, &self.origin);
        let submission = Submission { submitted, source, asker: Asker { reply, place } };
        // Before it is sent, since the writer may take it at once.
        self.metrics.waits(1);
        queue.send(Asked::Statement(submission)).map_err(|_| {
            self.metrics.waits(-1);
            NotQueued::Stopped
        })
    }

    /// Asks the state between two groups; `question` runs on the thread that judges, so it is short. It is dropped unasked
    /// where the clock cannot be right.
    ///
    /// # Errors
    /// [`NotQueued::Stopped`].
    pub fn ask(&self, question: Question) -> Result<(), NotQueued> {
        let queue = self.queue.as_ref().ok_or(NotQueued::Stopped)?;
        queue.send(Asked::Question(question)).map_err(|_| NotQueued::Stopped)
    }

    /// The ledger's origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What the writer's threads tell of their work.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// What ends the signing from elsewhere.
    #[must_use]
    pub fn halt(&self) -> Halt {
        self.halt.clone()
    }

    /// Whether the writer has ended, which only a failed write, a fault of the program or a [`Halt`] does while this handle
    /// lives.
    #[must_use]
    pub fn has_stopped(&self) -> bool {
        self.halt.check().is_err() || self.threads.iter().any(JoinHandle::is_finished)
    }

    /// What ended the writer: a write that failed, or why it was halted.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.halt.0.get().or(self.fault.get()).map(String::as_str)
    }
}

impl Drop for Sequencer {
    /// Statements that wait are recorded before the writer goes.
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // A panic on one of its threads was reported there.
            let _ = thread.join();
        }
    }
}

/// A thread that a debugger and the system show by its name.
fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).expect("the system gives a few threads at the start")
}

/// Lets the threads go first that somebody waits for. Where the system does not allow it, all are alike.
fn stand_back() {
    let _ = rustix::process::nice(BACK);
}

/// A judged group, and those who wait for its outcomes.
struct Judged {
    group: Group,
    askers: Vec<Asker>,
    /// When it was taken from the queue.
    begun: Duration,
}

/// The writer has stopped: there is nobody to hand a group to.
struct Ended;

/// The first thread.
struct Judging {
    admission: Admission,
    refusals: Option<Refusals>,
    waiting: Receiver<Asked>,
    suspects: Suspects<Submission>,
    judged: SyncSender<Judged>,
    metrics: Arc<Metrics>,
}

impl Judging {
    fn run(mut self) {
        loop {
            self.record_due();
            match self.next() {
                Ok(first) => {
                    if self.take(first).is_err() {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// The first statement of a group; none where only suspects wait.
    fn next(&mut self) -> Result<Option<Asked>, RecvTimeoutError> {
        if self.suspects.is_waiting() {
            return match self.waiting.try_recv() {
                Ok(first) => Ok(Some(first)),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => Ok(None),
            };
        }
        match self.refusals {
            Some(_) => self.waiting.recv_timeout(LOOK).map(Some),
            None => self.waiting.recv().map(Some).map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    /// Judges the group that begins with `first`, and hands it on.
    fn take(&mut self, first: Option<Asked>) -> Result<(), Ended> {
        let begun = self.metrics.now();
        let (mut taken, mut questions) = (Vec::new(), Vec::new());
        for asked in first.into_iter().chain(self.waiting.try_iter().take(MAX_GROUP - 1)) {
            match asked {
                Asked::Statement(submission) => taken.push(submission),
                Asked::Question(question) => questions.push(question),
            }
        }
        let now = match self.admission.time() {
            Ok(now) => now,
            Err(error) => {
                let waiting: Vec<Submission> = self.suspects.join(0).collect();
                self.refuse(taken.into_iter().chain(waiting).map(|submission| submission.asker), error);
                return Ok(());
            }
        };
        for question in questions {
            question(self.admission.replay(), now);
        }
        if taken.is_empty() && !self.suspects.is_waiting() {
            return Ok(());
        }
        let (group, together) = self.part(taken, now);
        let sources: Vec<Option<IpAddr>> = group.iter().map(|submission| submission.source).collect();
        let (submitted, askers): (Vec<_>, Vec<_>) =
            group.into_iter().map(|submission| (submission.submitted, submission.asker)).unzip();
        // What is refused is counted by its bytes.
        let bytes: Vec<Vec<u8>> = match self.refusals {
            Some(_) => submitted.iter().map(|submitted| submitted.bytes().to_owned()).collect(),
            None => Vec::new(),
        };
        let group = match self.admission.admit(submitted, together) {
            Ok(group) => group,
            Err(error) => {
                self.refuse(askers.into_iter(), error);
                return Ok(());
            }
        };
        self.suspect(&sources, &group.outcomes, now);
        if let Some(refusals) = &mut self.refusals {
            refusals.count(&self.admission, bytes.iter().map(Vec::as_slice).zip(&group.outcomes));
        }
        self.judged.send(Judged { group, askers, begun }).map_err(|_| Ended)
    }

    /// Those whose signatures are checked together, how many they are, and behind them a few of the suspects'.
    fn part(&mut self, taken: Vec<Submission>, now: Timestamp) -> (Vec<Submission>, usize) {
        let mut group = Vec::with_capacity(taken.len());
        for submission in taken {
            if !submission.source.is_some_and(|source| self.suspects.is_suspect(source, now)) {
                group.push(submission);
            } else if let Err(submission) = self.suspects.wait(submission) {
                self.metrics.waits(-1);
                submission.asker.answer(Err(Arc::new(StoreError::Suspected)));
            }
        }
        let together = group.len();
        group.extend(self.suspects.join(together));
        (group, together)
    }

    /// Nothing can be judged now.
    fn refuse(&self, askers: impl Iterator<Item = Asker>, error: StoreError) {
        tracing::error!("{error}");
        let error = Arc::new(error);
        for asker in askers {
            self.metrics.waits(-1);
            asker.answer(Err(Arc::clone(&error)));
        }
    }

    fn suspect(&mut self, sources: &[Option<IpAddr>], outcomes: &[Outcome], now: Timestamp) {
        for (source, outcome) in sources.iter().zip(outcomes) {
            if let (Some(source), Outcome::Refused { refused: Refused::Form(error), .. }) = (source, outcome)
                && error.code == FormCode::BadSignature
            {
                self.suspects.suspect(*source, now);
            }
        }
    }

    /// Records the refusals of days that are over.
    fn record_due(&mut self) {
        let Some(refusals) = &mut self.refusals else { return };
        let (judged, metrics) = (&self.judged, &self.metrics);
        refusals.record_due(&mut self.admission, |admission, statement| {
            let submitted = Submitted::read(statement, admission.replay().origin());
            let group = admission.admit(vec![submitted], 0)?;
            let (told, answer) = channel();
            let reply: Reply = Box::new(move |answer| drop(told.send(answer)));
            let place = Place(Arc::new(AtomicUsize::new(1)));
            let stopped = || StoreError::Stopped("a write failed before".to_owned());
            metrics.waits(1);
            let judged_now = Judged { group, askers: vec![Asker { reply, place }], begun: metrics.now() };
            judged.send(judged_now).map_err(|_| stopped())?;
            // It counts once it is durable.
            match answer.recv() {
                Ok(Ok(answer)) => Ok(answer.outcome),
                Ok(Err(_)) | Err(_) => Err(stopped()),
            }
        });
    }
}

/// New entries for the derived tables, and whether somebody waits until they are in.
struct Signing {
    rows: Vec<Rows>,
    waits: bool,
}

/// What follows committing: the derived tables, and the files' logs.
struct Behind {
    tables: Arc<Mutex<Follower>>,
    signed: Sender<Signing>,
    followed: Receiver<usize>,
    /// How many entries the tables lack.
    entries: usize,
    grown: SyncSender<()>,
    /// How many entries came since the logs were folded in last.
    unfolded: usize,
}

impl Behind {
    /// Takes entries into the tables when they are few and nothing waits for the tables, or else hands them on; waits where
    /// the tables are far behind.
    fn take(&mut self, rows: Vec<Rows>, metrics: &Metrics) {
        self.entries -= self.followed.try_iter().sum::<usize>();
        self.unfolded += rows.len();
        if self.unfolded >= folding::EVERY && self.grown.try_send(()).is_ok() {
            self.unfolded = 0;
        }
        let new = rows.len();
        if self.entries == 0 && new <= FEW {
            // The third thread has nothing to do: handing over would take longer than the few rows.
            return absorb(&self.tables, rows);
        }
        metrics.lag(count(new));
        self.entries += new;
        let waits = self.entries > MOST_BEHIND;
        // Tables that nobody follows any more are brought up by the next start.
        let _ = self.signed.send(Signing { rows, waits });
        while self.entries > MOST_BEHIND
            && let Ok(absorbed) = self.followed.recv()
        {
            self.entries -= absorbed;
        }
    }
}

/// What is half taken in is taken back by the file, so that a panic leaves the tables as they should be.
fn absorb(tables: &Mutex<Follower>, rows: Vec<Rows>) {
    tables.lock().unwrap_or_else(PoisonError::into_inner).absorb(rows);
}

/// The second thread.
fn commit_all(
    committer: &mut Committer,
    groups: &Receiver<Judged>,
    behind: &mut Behind,
    metrics: &Metrics,
    halt: &Halt,
) -> Result<(), StoreError> {
    for Judged { group, askers, begun } in groups {
        if let Err(error) = halt.check().and_then(|()| committer.commit(&group)) {
            metrics.took(begun, askers.len(), None::<std::slice::Iter<'_, Result<Answer, StoreError>>>);
            // That much is sure: what did not fit was not committed.
            if matches!(error, StoreError::DiskFull) {
                askers.into_iter().for_each(|asker| asker.answer(Err(Arc::new(StoreError::DiskFull))));
            }
            return Err(error);
        }
        let answers = answers(committer, &group.newest, group.outcomes)?;
        if !group.rows.is_empty() {
            behind.take(group.rows, metrics);
        }
        metrics.took(begun, askers.len(), Some(answers.iter()));
        askers.into_iter().zip(answers).for_each(|(asker, answer)| asker.answer(answer.map_err(Arc::new)));
    }
    Ok(())
}

/// The third thread.
fn follow(follower: &Mutex<Follower>, signed: &Receiver<Signing>, absorbed: &Sender<usize>, metrics: &Metrics) {
    while let Ok(Signing { mut rows, mut waits }) = signed.recv() {
        while rows.len() < MOST_AT_ONCE
            && let Ok(next) = signed.recv_timeout(if waits { Duration::ZERO } else { GATHER })
        {
            rows.extend(next.rows);
            waits |= next.waits;
        }
        let taken = rows.len();
        absorb(follower, rows);
        metrics.lag(-count(taken));
        // At the end nobody counts any more.
        let _ = absorbed.send(taken);
    }
}

fn count(entries: usize) -> i64 {
    i64::try_from(entries).expect("memory holds fewer entries than that")
}

/// An answer to each; one that brings a ledger key which is not here has an error of its own.
fn answers(
    committer: &Committer,
    newest: &Newest,
    outcomes: Vec<Outcome>,
) -> Result<Vec<Result<Answer, StoreError>>, StoreError> {
    let place = |outcome: &Outcome| match outcome {
        Outcome::Recorded { index, .. } => Some(*index),
        Outcome::Refused { .. } | Outcome::KeyMissing { .. } => None,
    };
    let places: Vec<u64> = outcomes.iter().filter_map(place).collect();
    let mut receipts = committer.receipts(newest, &places)?.into_iter();
    let checkpoint = Arc::new(committer.newest().clone());
    let answer = |outcome: Outcome| {
        let receipt = place(&outcome).and_then(|_| receipts.next());
        match outcome {
            Outcome::KeyMissing { vkey } => Err(StoreError::KeyMissing { vkey }),
            outcome => Ok(Answer { outcome, checkpoint: Arc::clone(&checkpoint), receipt }),
        }
    };
    Ok(outcomes.into_iter().map(answer).collect())
}
