//! The only writer of a ledger: it admits statements, appends entries and signs checkpoints.
//!
//! It has three parts, which [`Sequencer`](super::sequencer::Sequencer) runs side by side, each on a thread of its own
//! and at most a group apart, and [`Writer::append`] one after another:
//!
//! 1. `Admission` judges each statement of a group on the state that the ones before it leave;
//! 2. `Committer` makes the entries durable in `ledger.db`, then the new signed checkpoint in `last-signed.db`, and
//!    then, and only then, makes the receipts (I3, I4);
//! 3. `Follower` brings up the derived tables, which readers see.
//!
//! A stop between the two writes of 2 leaves entries that no checkpoint covers yet: [`Writer::open`] reads them again,
//! judges and hashes them anew and signs them, by the code that signs after every group, and only then takes them into
//! the derived tables. A stop before 3 leaves derived tables that are behind: they are brought up. A stop before 2
//! leaves nothing. Entries fewer than were signed, or other ones, are a lost or rewritten history: nothing is signed and
//! the operator is told.
//!
//! Each checkpoint is signed by every ledger key in force at its size ([`LedgerKeys`]). A statement that brings a key which
//! the writer does not hold is not recorded, for no checkpoint could cover it. A last checkpoint that lacks a line, as a
//! program that knew one key only left it, is given the line behind those that it has; its text never changes.
//!
//! A write that fails may have reached the disk all the same. So after a failure nothing is written or told any more,
//! and the ledger is opened anew.

use std::path::Path;
use std::sync::Arc;

use super::admission::{Admission, Submitted};
use super::committer::Committer;
use super::derived::{self, Derived};
use super::disk;
use super::folding::Folding;
use super::follower::Follower;
use super::ledger_keys::LedgerKeys;
use super::replay::{Refused, Replay, Signatures};
use super::statement::Statement;
use super::store::{self, Access, Entries, LastSigned, Lock, Signed, StoreError};
use crate::grants::state::State;
use crate::grants::time::Timestamp;
use crate::tlog::checkpoint::SignedCheckpoint;
use crate::tlog::hash::{EMPTY_ROOT, Hash};
use crate::tlog::note::{Note, NoteSigner};
use crate::tlog::proof::TlogProof;

const LOCK_FILE: &str = "ledger.lock";

/// Where the writer's time comes from; the system's clock is read by the command line only.
pub trait Clock: Send {
    /// The present time.
    ///
    /// # Errors
    /// A sentence, when the clock cannot be right.
    fn now(&mut self) -> Result<Timestamp, String>;
}

/// What became of one statement.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is entry `index`; `new` is false when it was recorded before.
    Recorded {
        /// The place of the entry.
        index: u64,
        /// Whether this call recorded it.
        new: bool,
    },
    /// It was refused; the ledger is as it was.
    Refused {
        /// Why.
        refused: Refused,
        /// After how many entries it was judged: with the time, all that a second judge needs.
        size: u64,
        /// The time it would have been recorded at.
        time: Timestamp,
    },
    /// The rules allow it, but it brings a ledger key that this writer does not hold: the ledger is as it was.
    KeyMissing {
        /// The verifier key.
        vkey: String,
    },
}

/// The ledger, open for writing.
pub struct Writer {
    pub(super) admission: Admission,
    pub(super) committer: Committer,
    pub(super) follower: Follower,
    pub(super) folding: Folding,
}

impl Writer {
    /// Founds a ledger in the new folder `dir`: the empty tree is signed, then `founding` recorded as entry 0.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::OtherKey`] when `signer` is not the key that the founding names, what the
    /// system reports, or inside the outcome the refusal of the founding; after any of them there is no ledger, and no
    /// folder that was not there before.
    pub fn found(
        dir: &Path,
        origin: &str,
        founding: &[u8],
        signer: NoteSigner,
        clock: Box<dyn Clock>,
    ) -> Result<Result<Self, Refused>, StoreError> {
        check_founding_key(origin, founding, &signer)?;
        let folder_is_new = !dir.exists();
        std::fs::create_dir_all(dir).map_err(|e| StoreError::io(dir, &e))?;
        let files = [store::ENTRIES_FILE, store::LAST_SIGNED_FILE, super::derived::DERIVED_FILE];
        let exists = |name: &&str| dir.join(name).exists();
        if files.iter().any(exists) {
            return Err(StoreError::Exists(dir.to_owned()));
        }
        let lock = Arc::new(take_lock(dir)?);
        // Once more, now that nobody else founds here: from now on the files are ours to remove.
        if files.iter().any(exists) {
            return Err(StoreError::Exists(dir.to_owned()));
        }
        // Held here too, so that the lock outlives a writer that fails.
        let held = Arc::clone(&lock);
        let made = Self::found_in(dir, origin, founding, signer, clock, lock);
        if !matches!(made, Ok(Ok(_))) {
            // Best effort: the error that matters is the one being reported.
            for name in files.into_iter().chain([LOCK_FILE]) {
                for suffix in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(dir.join(format!("{name}{suffix}")));
                }
            }
            if folder_is_new {
                let _ = std::fs::remove_dir(dir);
            }
        }
        drop(held);
        made
    }

    fn found_in(
        dir: &Path,
        origin: &str,
        founding: &[u8],
        signer: NoteSigner,
        clock: Box<dyn Clock>,
        lock: Arc<Lock>,
    ) -> Result<Result<Self, Refused>, StoreError> {
        let entries = Entries::open(dir, Access::Create)?;
        let keys = LedgerKeys::from(signer);
        let empty = keys.sign_empty(origin, EMPTY_ROOT);
        let last_signed = LastSigned::create(dir, &empty)?;
        let derived = Derived::create(dir)?;
        let files = Files { entries, last_signed, derived, newest: empty, lock };
        let mut writer = Self::over(dir, files, Replay::for_tables(origin, 0), keys, clock)?;
        let outcome = writer.append(&[founding])?.remove(0);
        // The files' names are as durable as what is in them, where folders can be synced.
        if let Ok(folder) = std::fs::File::open(dir) {
            let _ = folder.sync_all();
        }
        Ok(match outcome {
            Outcome::Recorded { .. } => Ok(writer),
            Outcome::Refused { refused, .. } => Err(refused),
            Outcome::KeyMissing { vkey } => return Err(StoreError::KeyMissing { vkey }),
        })
    }

    /// Opens a ledger for writing, signing what a stop left unsigned.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process writes; [`StoreError::OtherKey`] when none of `keys` is the ledger's
    /// key; [`StoreError::KeyMissing`] when a key in force is not among them; [`StoreError::TwoHistories`] when the
    /// entries are not those that were signed; what the files report.
    pub fn open(dir: &Path, keys: impl Into<LedgerKeys>, clock: Box<dyn Clock>) -> Result<Self, StoreError> {
        let keys = keys.into();
        let entries = Entries::open(dir, Access::Write)?;
        let lock = Arc::new(take_lock(dir)?);
        for file in [store::ENTRIES_FILE, store::LAST_SIGNED_FILE] {
            disk::settle(&dir.join(file))?;
        }
        let last_signed = LastSigned::open(dir, Access::Write)?;
        let newest = last_signed.get()?;
        check_note(dir, &newest, &keys)?;
        check_size(dir, &entries, &newest)?;
        let mut derived = Derived::open_for(dir, &entries, newest.size)?;
        let mut replay = Replay::for_tables(keys.name(), derived.size());
        derived::replay_into(&entries, &mut derived, &mut replay, newest.size)?;
        check_root(dir, &replay, &newest)?;
        // What no checkpoint covers is judged as if it were new, signatures too. Readers see what derived tables hold,
        // so it is signed first.
        let unsigned = entries.size()?.saturating_sub(newest.size);
        let steps = derived::replay_group(&entries, &mut replay, unsigned, Signatures::Check)?;
        keys.check_held(replay.state())?;
        let files = Files { entries, last_signed, derived, newest, lock };
        let mut writer = Self::over(dir, files, replay, keys, clock)?;
        let next = writer.admission.unsigned();
        if steps.is_empty() {
            writer.committer.complete(&next.vkeys)?;
        } else {
            writer.committer.sign(&next)?;
            writer.follower.absorb(steps.into_iter().filter_map(|step| step.rows).collect());
        }
        Ok(writer)
    }

    fn over(
        dir: &Path,
        files: Files,
        replay: Replay,
        keys: LedgerKeys,
        clock: Box<dyn Clock>,
    ) -> Result<Self, StoreError> {
        let Files { entries, last_signed, derived, newest, lock } = files;
        let keys = Arc::new(keys);
        let follower = Follower::new(derived, Arc::clone(&lock));
        let admission = Admission::new(dir, replay, Arc::clone(&keys), clock, follower.size())?;
        let committer = Committer::new(entries, last_signed, keys, newest, lock);
        Ok(Self { admission, committer, follower, folding: Folding::of(dir) })
    }

    /// The rule book's state after the last entry.
    #[must_use]
    pub fn state(&self) -> &State {
        self.admission.state()
    }

    /// The ledger's origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.admission.replay().origin()
    }

    /// How many entries there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.admission.replay().size()
    }

    /// The Merkle root over them.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.admission.replay().root()
    }

    /// The time that the next entry would be given.
    ///
    /// # Errors
    /// [`StoreError::Clock`].
    pub fn time(&mut self) -> Result<Timestamp, StoreError> {
        self.admission.time()
    }

    /// Records a group of statements: one transaction, one checkpoint. Outcomes are in the order of `group`.
    ///
    /// # Errors
    /// When the group could not be made durable and signed. Then nobody may be told of it, and nothing more is recorded
    /// until the ledger is opened anew: [`StoreError::Stopped`]. [`StoreError::Clock`] stops nothing.
    pub fn append<S: AsRef<[u8]>>(&mut self, group: &[S]) -> Result<Vec<Outcome>, StoreError> {
        let read = |bytes: &S| Submitted::read(bytes.as_ref().to_owned(), self.origin());
        let group = group.iter().map(read).collect();
        let group = self.admission.admit(group, usize::MAX)?;
        self.committer.commit(&group)?;
        self.follower.absorb(group.rows);
        Ok(group.outcomes)
    }

    /// The place of the entry with this statement, when it is recorded.
    ///
    /// # Errors
    /// What the files report.
    pub fn index_of(&self, statement: &Hash) -> Result<Option<u64>, StoreError> {
        self.admission.index_of(statement)
    }

    /// Lets a test find the disk full.
    #[doc(hidden)]
    pub fn refuse_growth(&self, refuse: bool) -> Result<(), StoreError> {
        self.committer.entries.refuse_growth(refuse)
    }

    /// The newest checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> &Signed {
        self.committer.newest()
    }

    /// The receipt of an entry, from the newest checkpoint (C2SP tlog-proof).
    ///
    /// # Errors
    /// What the files report.
    pub fn receipt(&self, index: u64) -> Result<TlogProof, StoreError> {
        self.committer.receipt(index)
    }
}

/// A ledger's files, open for writing, and what the last-signed record says.
struct Files {
    entries: Entries,
    last_signed: LastSigned,
    derived: Derived,
    newest: Signed,
    lock: Arc<Lock>,
}

/// The key that a founding names is the one that will sign; what is wrong with the founding otherwise is the rule
/// book's to say.
fn check_founding_key(origin: &str, founding: &[u8], signer: &NoteSigner) -> Result<(), StoreError> {
    let given = signer.verifier().to_string();
    if signer.name() != origin {
        return Err(StoreError::OtherKey { given, named: format!("named {origin}") });
    }
    let statement = Statement::parse(founding, origin).ok();
    let named = statement.as_ref().and_then(|statement| statement.body().pointer("/keys/ledger")?.as_str());
    match named {
        Some(named) if named != given => Err(StoreError::OtherKey { given, named: named.to_owned() }),
        _ => Ok(()),
    }
}

/// The last-signed note is signed by one of these keys, and says what the columns beside it say.
fn check_note(dir: &Path, signed: &Signed, keys: &LedgerKeys) -> Result<(), StoreError> {
    keys.check_names()?;
    let damaged = |what: String| StoreError::Damaged { file: dir.join(store::LAST_SIGNED_FILE), what };
    let note = Note::parse(signed.note.as_bytes()).map_err(|fault| damaged(fault.to_string()))?;
    let signed_by = keys
        .iter()
        .map(NoteSigner::verifier)
        .find(|key| note.signatures.iter().any(|line| line.name == key.name() && line.key_id == key.key_id()));
    let Some(key) = signed_by else {
        let named: Vec<String> = note.signatures.iter().map(|line| format!("{}+{}", line.name, line.key_id)).collect();
        return Err(StoreError::OtherKey { given: keys.named(), named: named.join(" or ") });
    };
    let opened = SignedCheckpoint::open_note(note.clone(), key).map_err(|fault| damaged(fault.to_string()))?;
    let told = opened.checkpoint();
    if (told.size, told.root) == (signed.size, signed.root) {
        Ok(())
    } else {
        Err(damaged(format!("its columns say size {}, its note says {}", signed.size, told.size)))
    }
}

/// No entry that a checkpoint covers is missing.
pub(super) fn check_size(dir: &Path, entries: &Entries, signed: &Signed) -> Result<(), StoreError> {
    let size = entries.size()?;
    if size >= signed.size {
        return Ok(());
    }
    Err(StoreError::TwoHistories(format!(
        "{0} holds {size} entries but {1} were signed: entries were lost and nothing is signed; `hibah restore {0} --from MIRROR` brings them back",
        dir.display(),
        signed.size
    )))
}

/// The entries that were replayed are those that were signed.
pub(super) fn check_root(dir: &Path, replay: &Replay, signed: &Signed) -> Result<(), StoreError> {
    if (replay.size(), replay.root()) == (signed.size, signed.root) {
        return Ok(());
    }
    Err(StoreError::TwoHistories(format!(
        "the first {0} entries of {1} do not have the root that was signed for them: nothing is signed; `hibah restore {1} --from MIRROR` tells the first that differs, and how to go on",
        signed.size,
        dir.display()
    )))
}

/// Whoever holds it may write to the ledger's files; it ends with the file's handle.
pub(super) fn take_lock(dir: &Path) -> Result<Lock, StoreError> {
    store::take_lock(&dir.join(LOCK_FILE))?.ok_or_else(|| StoreError::Locked(dir.to_owned()))
}
