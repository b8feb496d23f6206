//! The first part of the writer: it has the ledger's state in memory, judges statements on it and gives them places.
//!
//! It runs ahead of the disk by the groups that are on their way there; what it judged is told to nobody before
//! [`Committer`](super::committer::Committer) has made it durable. When that fails the process ends: this state is never
//! taken back.
//!
//! Signatures are checked many together and on all processors, of the statements that could be recorded at once: of the
//! right form, following the latest entry about their thing, by keys that the ledger knows. All others, among them those
//! that follow another statement of their group, are judged one by one. The verdict is the same, for it is always
//! [`Replay`]'s; who brings bad signatures is checked one by one from then on (`src/ledger/suspects.rs`).

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::committer::tile_nodes;
use super::crew::{self, Weight};
use super::derived::{self, DERIVED_FILE};
use super::disk;
use super::form::FormError;
use super::ledger_keys::LedgerKeys;
use super::replay::{Ready, Refused, Replay, Signatures, Step};
use super::rows::Rows;
use super::statement::Statement;
use super::store::{self, Access, NewEntry, NewNode, StoreError};
use super::writer::{Clock, Outcome};
use crate::grants::kinds::Kind;
use crate::grants::signer::SignerId;
use crate::grants::state::State;
use crate::grants::time::Timestamp;
use crate::tlog::ed25519::batch::{self, Signed};
use crate::tlog::hash::Hash;
use crate::tlog::merkle::Newest;

/// How far the clock may fall behind the last entry: its time is written then.
const CLOCK_SLACK_MS: i64 = 2_000;
/// How many signatures are checked together: enough that more would save little, and few enough to be shared out.
const PIECE: usize = 64;

/// A statement on its way to the ledger, read.
pub(super) struct Submitted {
    bytes: Vec<u8>,
    read: Result<Statement, FormError>,
}

impl Submitted {
    /// Reads a statement for the ledger `origin`.
    pub(super) fn read(bytes: Vec<u8>, origin: &str) -> Self {
        let read = Statement::parse(&bytes, origin);
        Self { bytes, read }
    }

    /// As it was handed in.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// What became of some statements, not durable yet.
pub(super) struct Group {
    /// In the order in which the statements were given.
    pub(super) outcomes: Vec<Outcome>,
    /// The new entries.
    pub(super) fresh: Vec<NewEntry>,
    /// The tree nodes that they complete.
    pub(super) nodes: Vec<NewNode>,
    /// The part of the tree that they are: their receipts are made from it.
    pub(super) newest: Newest,
    /// What they change in the derived tables.
    pub(super) rows: Vec<Rows>,
    /// The checkpoint over the last of them.
    pub(super) next: Unsigned,
}

/// A checkpoint to be signed.
pub(super) struct Unsigned {
    /// How many entries it covers.
    pub(super) size: u64,
    /// Their root.
    pub(super) root: Hash,
    /// The keys that must sign it.
    pub(super) vkeys: Vec<String>,
}

/// The state of the ledger, and what new statements are judged with.
pub(super) struct Admission {
    dir: PathBuf,
    replay: Replay,
    keys: Arc<LedgerKeys>,
    clock: Box<dyn Clock>,
    recorded: Recorded,
    /// As many check signatures at once.
    threads: usize,
}

impl Admission {
    /// Of a ledger in the folder `dir` with this state; `derived` is how many entries its derived tables have.
    pub(super) fn new(
        dir: &Path,
        replay: Replay,
        keys: Arc<LedgerKeys>,
        clock: Box<dyn Clock>,
        derived: Arc<AtomicU64>,
    ) -> Result<Self, StoreError> {
        let tables = store::open(&dir.join(DERIVED_FILE), Access::Read)?;
        let recorded = Recorded { tables, derived, recent: HashMap::new(), order: VecDeque::new() };
        Ok(Self { dir: dir.to_owned(), replay, keys, clock, recorded, threads: crew::threads() })
    }

    /// The rule book's state after the last entry that was given a place.
    pub(super) fn state(&self) -> &State {
        self.replay.state()
    }

    /// What was replayed.
    pub(super) fn replay(&self) -> &Replay {
        &self.replay
    }

    /// The time that the next entry would be given.
    ///
    /// # Errors
    /// [`StoreError::Clock`].
    pub(super) fn time(&mut self) -> Result<Timestamp, StoreError> {
        let now = self.clock.now().map_err(StoreError::Clock)?;
        match self.replay.last_time() {
            Some(last) if now.ms() < last.ms() - CLOCK_SLACK_MS => Err(StoreError::Clock(format!(
                "the clock says {now}, before the last entry ({last}): nothing is recorded until it is right"
            ))),
            Some(last) => Ok(now.max(last)),
            None => Ok(now),
        }
    }

    /// The place of the entry with this statement, when it was given one.
    ///
    /// # Errors
    /// What the files report.
    pub(super) fn index_of(&self, statement: &Hash) -> Result<Option<u64>, StoreError> {
        self.recorded.index_of(statement)
    }

    /// The hash of the text in this note, and the first signer whose key is in force and whose signature holds.
    pub(super) fn signed_in_force(&self, bytes: &[u8], at: Timestamp) -> Option<(Hash, SignerId)> {
        self.replay.signed_in_force(bytes, at)
    }

    /// Judges each statement on the state that the ones before it leave. The signatures of `together` many are checked
    /// together, those of the rest one by one.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::Clock`]; then nothing was judged.
    pub(super) fn admit(&mut self, group: Vec<Submitted>, together: usize) -> Result<Group, StoreError> {
        disk::check_room(&self.dir, group.iter().map(|submitted| submitted.bytes.len() as u64).sum())?;
        let time = self.time()?;
        self.recorded.forget();
        let mut ready = self.ready(&group[..together.min(group.len())]);
        ready.resize_with(group.len(), || None);
        let mut outcomes = Vec::with_capacity(group.len());
        let (mut fresh, mut nodes, mut rows) = (Vec::new(), Vec::new(), Vec::new());
        let mut newest = Newest::behind(self.replay.tree());
        for (submitted, ready) in group.into_iter().zip(ready) {
            let (outcome, placed) = self.place(submitted, ready, time);
            outcomes.push(outcome);
            if let Some((entry, step)) = placed {
                fresh.push(entry);
                nodes.extend(tile_nodes(std::slice::from_ref(&step)));
                newest.extend(&step.nodes);
                rows.extend(step.rows);
            }
        }
        Ok(Group { outcomes, fresh, nodes, newest, rows, next: self.unsigned() })
    }

    /// The checkpoint over all that was given a place.
    pub(super) fn unsigned(&self) -> Unsigned {
        let vkeys = self.state().ledger_vkeys().iter().map(|vkey| (*vkey).to_owned()).collect();
        Unsigned { size: self.replay.size(), root: self.replay.root(), vkeys }
    }

    fn place(
        &mut self,
        submitted: Submitted,
        ready: Option<Ready>,
        time: Timestamp,
    ) -> (Outcome, Option<(NewEntry, Step)>) {
        let Submitted { bytes, read } = submitted;
        let size = self.replay.size();
        let refusal = |refused: Refused| (Outcome::Refused { refused, size, time }, None);
        let known = |index| (Outcome::Recorded { index, new: false }, None);
        let statement = match read {
            Ok(statement) => statement,
            Err(error) => return refusal(error.into()),
        };
        let hash = statement.hash();
        // What is recorded follows the latest entry about its thing no more.
        let follows = statement.after() == self.state().expected_after(statement.about());
        if !follows && let Some(index) = self.recorded_as(&hash) {
            return known(index);
        }
        let judged = match ready {
            Some(ready) => self.replay.judge_ready(&statement, ready, time),
            None => self.replay.judge(&statement, time, Signatures::Check),
        };
        let judged = match judged {
            Ok(judged) => judged,
            Err(refused) => {
                let index = if follows { self.recorded_as(&hash) } else { None };
                return index.map_or_else(|| refusal(refused), known);
            }
        };
        if let Some(vkey) = self.key_missing(&statement) {
            return (Outcome::KeyMissing { vkey }, None);
        }
        let entry = self.replay.next_entry(&bytes, time);
        let step = self.replay.record(&entry, statement, judged, time);
        self.recorded.note(hash, step.index);
        let outcome = Outcome::Recorded { index: step.index, new: true };
        (outcome, Some((NewEntry { leaf: step.leaf, bytes: entry }, step)))
    }

    /// As [`Admission::index_of`]; who cannot be told that it is recorded is told what now speaks against it.
    fn recorded_as(&self, statement: &Hash) -> Option<u64> {
        self.index_of(statement).unwrap_or_else(|error| {
            tracing::error!("{error}");
            None
        })
    }

    /// Those that could be recorded as things are, and whose signatures hold. What does not hold is left to be judged by
    /// itself, which says what is wrong with it.
    fn ready(&self, group: &[Submitted]) -> Vec<Option<Ready>> {
        let read = |submitted: &Submitted| submitted.read.as_ref().ok().and_then(|read| self.replay.ready(read));
        let mut ready: Vec<Option<Ready>> = group.iter().map(read).collect();
        let mut signed = Vec::new();
        let mut places = Vec::new();
        for (at, (submitted, ready)) in group.iter().zip(&ready).enumerate() {
            let (Ok(statement), Some(ready)) = (&submitted.read, ready) else { continue };
            for ((_, signature), key) in statement.signatures().zip(&ready.keys) {
                let (_, key) = self.replay.key_numbered(*key);
                places.push(at);
                signed.push(Signed { key: key.public(), message: statement.text().as_bytes(), signature });
            }
        }
        let alone: Vec<usize> = self.failing(&signed).into_iter().map(|at| places[at]).collect();
        for at in alone {
            ready[at] = None;
        }
        ready
    }

    /// The places of the signatures that do not hold. Where there are many, other processors help.
    fn failing(&self, signed: &[Signed<'_>]) -> Vec<usize> {
        let check = |piece: &[Signed<'_>]| {
            let mut random = vec![0; piece.len() * batch::RANDOM_BYTES];
            match getrandom::fill(&mut random) {
                Ok(()) => batch::failing(piece, &random),
                // Without random bytes a batch could be cheated.
                Err(_) => (0..piece.len()).collect(),
            }
        };
        let pieces = signed.chunks(PIECE);
        let count = pieces.len();
        crew::led(self.threads.min(count), &check, |crew| {
            pieces.enumerate().for_each(|(n, piece)| crew.give(Weight::Heavy, n, piece));
            let failing = |n| crew.take(Weight::Heavy, &n).into_iter().map(move |at| n * PIECE + at);
            (0..count).flat_map(failing).collect()
        })
    }

    /// The ledger key that a statement brings, if it is not held: its first checkpoint could not be signed.
    fn key_missing(&self, statement: &Statement) -> Option<String> {
        if statement.kind() != Kind::LedgerRekeyed.name() {
            return None;
        }
        let vkey = statement.json().as_object()?.get("ledger_key")?.as_str()?;
        (!self.keys.holds(vkey)).then(|| vkey.to_owned())
    }
}

/// Which statements have a place: those in the derived tables, and the newest ones, which may not be there yet.
struct Recorded {
    tables: rusqlite::Connection,
    derived: Arc<AtomicU64>,
    recent: HashMap<Hash, u64>,
    order: VecDeque<(u64, Hash)>,
}

impl Recorded {
    fn note(&mut self, statement: Hash, index: u64) {
        self.recent.insert(statement, index);
        self.order.push_back((index, statement));
    }

    /// Forgets what the derived tables have by now.
    fn forget(&mut self) {
        let derived = self.derived.load(Ordering::Acquire);
        while let Some((index, statement)) = self.order.front()
            && *index < derived
        {
            self.recent.remove(statement);
            self.order.pop_front();
        }
    }

    fn index_of(&self, statement: &Hash) -> Result<Option<u64>, StoreError> {
        match self.recent.get(statement) {
            Some(index) => Ok(Some(*index)),
            None => derived::index_of_statement(&self.tables, statement),
        }
    }
}
