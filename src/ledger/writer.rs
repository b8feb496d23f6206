//! The only writer of a ledger: it admits statements, appends entries and signs checkpoints.
//!
//! The order of writes, for a group of statements:
//!
//! 1. each statement is judged on the state that the ones before it leave;
//! 2. the entries are committed to `ledger.db` (durable);
//! 3. the new checkpoint is signed and committed to `last-signed.db` (durable);
//! 4. derived tables follow; then, and only then, the receipts are given (I3, I4).
//!
//! A stop between 2 and 3 leaves entries that no checkpoint covers yet: [`Writer::open`] signs them, by the same code
//! that signs after every group, and only then takes them into the derived tables, which readers see. A stop between 3
//! and 4 leaves derived tables that are behind: they are brought up. A stop before 2 leaves nothing. Entries fewer than
//! were signed, or other ones, are a lost or rewritten history: nothing is signed and the operator is told.
//!
//! Each checkpoint is signed by every ledger key in force at its size ([`LedgerKeys`]). A statement that brings a key which
//! the writer does not hold is not recorded, for no checkpoint could cover it. A last checkpoint that lacks a line, as a
//! program that knew one key only left it, is given the line behind those that it has; its text never changes.
//!
//! A write that fails may have reached the disk all the same. So after every failure memory is taken from the files
//! again, by the code that opens a ledger.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::derived::{self, Derived};
use super::ledger_keys::LedgerKeys;
use super::replay::{Refused, Replay, Signatures, Step};
use super::statement::Statement;
use super::store::{Access, Entries, LastSigned, NewEntry, NewNode, Signed, StoreError};
use crate::grants::kinds::Kind;
use crate::grants::signer::SignerId;
use crate::grants::state::State;
use crate::grants::time::Timestamp;
use crate::tlog::checkpoint::SignedCheckpoint;
use crate::tlog::hash::{EMPTY_ROOT, Hash};
use crate::tlog::merkle;
use crate::tlog::note::{Note, NoteSigner};
use crate::tlog::proof::TlogProof;
use crate::tlog::tile::{Tile, TileHashReader, TileSource};

const LOCK_FILE: &str = "ledger.lock";
/// How far the clock may fall behind the last entry: its time is written then.
const CLOCK_SLACK_MS: i64 = 2_000;

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
    entries: Entries,
    last_signed: LastSigned,
    derived: Derived,
    replay: Replay,
    keys: LedgerKeys,
    clock: Box<dyn Clock>,
    dir: PathBuf,
    /// False after a failure, until memory is taken from the files again.
    in_step: bool,
    _lock: File,
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
        let files = [super::store::ENTRIES_FILE, super::store::LAST_SIGNED_FILE, super::derived::DERIVED_FILE];
        let exists = |name: &&str| dir.join(name).exists();
        if files.iter().any(exists) {
            return Err(StoreError::Exists(dir.to_owned()));
        }
        let lock = take_lock(dir)?;
        // Once more, now that nobody else founds here: from now on the files are ours to remove.
        if files.iter().any(exists) {
            return Err(StoreError::Exists(dir.to_owned()));
        }
        // A second handle, so that the lock outlives a writer that fails.
        let held = lock.try_clone().map_err(|e| StoreError::io(dir, &e))?;
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
        lock: File,
    ) -> Result<Result<Self, Refused>, StoreError> {
        let entries = Entries::open(dir, Access::Create)?;
        let keys = LedgerKeys::from(signer);
        let empty = keys.sign_empty(origin, EMPTY_ROOT);
        let last_signed = LastSigned::create(dir, &empty)?;
        let derived = Derived::create(dir)?;
        let replay = Replay::with_flags(origin);
        let mut writer = Self {
            entries,
            last_signed,
            derived,
            replay,
            keys,
            clock,
            dir: dir.to_owned(),
            in_step: true,
            _lock: lock,
        };
        let outcome = writer.append(&[founding])?.remove(0);
        // The files' names are as durable as what is in them, where folders can be synced.
        if let Ok(folder) = File::open(dir) {
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
        let lock = take_lock(dir)?;
        let last_signed = LastSigned::open(dir, Access::Write)?;
        let signed = last_signed.get()?;
        check_note(dir, &signed, &keys)?;
        check_size(dir, &entries, &signed)?;
        let derived = Derived::open_for(dir, &entries, signed.size)?;
        let replay = Replay::with_flags(keys.name());
        let mut writer = Self {
            entries,
            last_signed,
            derived,
            replay,
            keys,
            clock,
            dir: dir.to_owned(),
            in_step: true,
            _lock: lock,
        };
        writer.reload()?;
        Ok(writer)
    }

    /// The rule book's state after the last entry.
    #[must_use]
    pub fn state(&self) -> &State {
        self.replay.state()
    }

    /// The ledger's origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.replay.origin()
    }

    /// How many entries there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.replay.size()
    }

    /// The Merkle root over them.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.replay.root()
    }

    /// The time that the next entry would be given.
    ///
    /// # Errors
    /// [`StoreError::Clock`].
    pub fn time(&mut self) -> Result<Timestamp, StoreError> {
        let now = self.clock.now().map_err(StoreError::Clock)?;
        match self.replay.last_time() {
            Some(last) if now.ms() < last.ms() - CLOCK_SLACK_MS => Err(StoreError::Clock(format!(
                "the clock says {now}, before the last entry ({last}): nothing is recorded until it is right"
            ))),
            Some(last) => Ok(now.max(last)),
            None => Ok(now),
        }
    }

    /// Records a group of statements: one transaction, one checkpoint. Outcomes are in the order of `group`.
    ///
    /// # Errors
    /// When the group could not be made durable; then none of it was recorded, but for
    /// [`StoreError::NotYetSigned`].
    pub fn append<S: AsRef<[u8]>>(&mut self, group: &[S]) -> Result<Vec<Outcome>, StoreError> {
        if !self.in_step {
            self.reload()?;
        }
        let before = self.size();
        let mut steps = Vec::new();
        let appended = self.admit(group, &mut steps).and_then(|(outcomes, fresh)| {
            self.commit(&fresh, &steps)?;
            Ok(outcomes)
        });
        let Err(error) = appended else { return appended };
        if steps.is_empty() {
            return Err(error);
        }
        // The state ran ahead of the disk: take it back to what is there, by the code that opens a ledger.
        self.in_step = false;
        if let Err(again) = self.reload() {
            tracing::error!("{again}");
            return Err(error);
        }
        match error {
            // It failed and reached the disk all the same; by now it is signed, too.
            error if self.size() > before && !matches!(error, StoreError::NotYetSigned(_)) => {
                Err(StoreError::NotYetSigned(Box::new(error)))
            }
            error => Err(error),
        }
    }

    /// Judges each statement on the state that the ones before it leave.
    fn admit<S: AsRef<[u8]>>(
        &mut self,
        group: &[S],
        steps: &mut Vec<Step>,
    ) -> Result<(Vec<Outcome>, Vec<NewEntry>), StoreError> {
        let recorded_at = self.time()?;
        let mut fresh = Vec::new();
        let mut in_group: HashMap<Hash, u64> = HashMap::new();
        let mut outcomes = Vec::with_capacity(group.len());
        for bytes in group {
            let statement = match Statement::parse(bytes.as_ref(), self.origin()) {
                Ok(statement) => statement,
                Err(error) => {
                    outcomes.push(self.refusal(error.into(), recorded_at));
                    continue;
                }
            };
            let hash = statement.hash();
            let known = match in_group.get(&hash) {
                Some(index) => Some(*index),
                None => self.derived.index_of_statement(&hash)?,
            };
            if let Some(index) = known {
                outcomes.push(Outcome::Recorded { index, new: false });
                continue;
            }
            match self.replay.judge(&statement, recorded_at, Signatures::Check) {
                Err(refused) => outcomes.push(self.refusal(refused, recorded_at)),
                Ok(judged) => {
                    if let Some(vkey) = self.key_missing(&statement) {
                        outcomes.push(Outcome::KeyMissing { vkey });
                        continue;
                    }
                    let entry = self.replay.next_entry(bytes.as_ref(), recorded_at);
                    let step = self.replay.record(&entry, statement, judged, recorded_at);
                    in_group.insert(hash, step.index);
                    outcomes.push(Outcome::Recorded { index: step.index, new: true });
                    fresh.push(NewEntry { leaf: step.leaf, bytes: entry });
                    steps.push(step);
                }
            }
        }
        Ok((outcomes, fresh))
    }

    /// The ledger key that a statement brings, if it is not held: its first checkpoint could not be signed.
    fn key_missing(&self, statement: &Statement) -> Option<String> {
        let brings = statement.kind() == Kind::LedgerRekeyed.name();
        let vkey = statement.body().get("ledger_key").filter(|_| brings)?.as_str()?;
        (!self.keys.holds(vkey)).then(|| vkey.to_owned())
    }

    fn refusal(&self, refused: Refused, time: Timestamp) -> Outcome {
        Outcome::Refused { refused, size: self.size(), time }
    }

    fn commit(&mut self, fresh: &[NewEntry], steps: &[Step]) -> Result<(), StoreError> {
        let Some(first) = steps.first() else { return Ok(()) };
        self.entries.append(first.index, fresh, &tile_nodes(steps))?;
        self.sign_newest().map_err(|error| StoreError::NotYetSigned(Box::new(error)))?;
        if let Err(error) = self.derived.absorb(self.replay.state(), steps) {
            // What counts is durable and signed; the derived file is brought up again before the next group.
            tracing::error!("{error}");
            self.in_step = false;
        }
        Ok(())
    }

    fn sign_newest(&mut self) -> Result<(), StoreError> {
        let signed = self.keys.sign(self.replay.state(), self.replay.size(), self.replay.root())?;
        self.last_signed.advance(&signed)
    }

    /// Takes everything in memory from the files, and signs entries that no checkpoint covers.
    fn reload(&mut self) -> Result<(), StoreError> {
        let signed = self.last_signed.get()?;
        check_size(&self.dir, &self.entries, &signed)?;
        self.derived = Derived::open_for(&self.dir, &self.entries, signed.size)?;
        let mut replay = Replay::with_flags(self.keys.name());
        derived::replay_into(&self.entries, &mut self.derived, &mut replay, signed.size)?;
        check_root(&self.dir, &replay, &signed)?;
        // What no checkpoint covers is judged as if it were new, signatures too. Readers see what derived tables hold,
        // so it is signed first.
        let size = self.entries.size()?;
        let mut steps = Vec::new();
        while replay.size() < size {
            let unsigned = size - replay.size();
            steps.extend(derived::replay_group(&self.entries, &mut replay, unsigned, Signatures::Check)?);
        }
        self.replay = replay;
        self.keys.check_held(self.replay.state())?;
        if steps.is_empty() {
            self.complete(&signed)?;
        } else {
            self.sign_newest()?;
            self.derived.absorb(self.replay.state(), &steps)?;
        }
        self.in_step = true;
        Ok(())
    }

    /// Gives the last checkpoint the lines that it lacks, behind those that it has.
    fn complete(&mut self, signed: &Signed) -> Result<(), StoreError> {
        let damaged = |what| StoreError::Damaged { file: self.dir.join(super::store::LAST_SIGNED_FILE), what };
        match self.keys.complete(self.replay.state(), signed)?.map_err(damaged)? {
            Some(completed) => self.last_signed.advance(&completed),
            None => Ok(()),
        }
    }

    /// The place of the entry with this statement, when it is recorded.
    ///
    /// # Errors
    /// What the files report.
    pub fn index_of(&self, statement: &Hash) -> Result<Option<u64>, StoreError> {
        self.derived.index_of_statement(statement)
    }

    /// [`Replay::signed_in_force`] after the last entry.
    #[must_use]
    pub fn signed_in_force(&self, bytes: &[u8], at: Timestamp) -> Option<(Hash, SignerId)> {
        self.replay.signed_in_force(bytes, at)
    }

    /// Lets a test find the disk full, and room made again.
    #[doc(hidden)]
    pub fn refuse_growth(&self, refuse: bool) -> Result<(), StoreError> {
        self.entries.refuse_growth(refuse)
    }

    /// The newest checkpoint.
    ///
    /// # Errors
    /// What the files report.
    pub fn checkpoint(&self) -> Result<Signed, StoreError> {
        self.last_signed.get()
    }

    /// The receipt of an entry, from the newest checkpoint (C2SP tlog-proof).
    ///
    /// # Errors
    /// What the files report.
    ///
    /// # Panics
    /// Never for an `index` that an [`Outcome`] named.
    pub fn receipt(&self, index: u64) -> Result<TlogProof, StoreError> {
        receipt(&self.entries, &self.last_signed.get()?, index)
    }

    /// The receipts of entries under the checkpoint `signed`; each tile is read once for all of them.
    ///
    /// # Errors
    /// What the files report.
    pub(super) fn receipts(&self, signed: &Signed, indexes: &[u64]) -> Result<Vec<TlogProof>, StoreError> {
        let held = HeldTiles { entries: &self.entries, tiles: RefCell::default() };
        indexes.iter().map(|index| receipt_from(&held, signed, *index)).collect()
    }
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
    let damaged = |what: String| StoreError::Damaged { file: dir.join(super::store::LAST_SIGNED_FILE), what };
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

/// The receipt of entry `index` under the checkpoint `signed`.
///
/// # Errors
/// What the files report.
pub fn receipt(entries: &Entries, signed: &Signed, index: u64) -> Result<TlogProof, StoreError> {
    receipt_from(entries, signed, index)
}

/// Tiles of one tree size, each read once.
struct HeldTiles<'a> {
    entries: &'a Entries,
    tiles: RefCell<HashMap<Tile, Vec<u8>>>,
}

impl TileSource for HeldTiles<'_> {
    type Error = StoreError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, StoreError> {
        if let Some(bytes) = self.tiles.borrow().get(&tile) {
            return Ok(bytes.clone());
        }
        let bytes = self.entries.hash_tile(tile)?;
        self.tiles.borrow_mut().insert(tile, bytes.clone());
        Ok(bytes)
    }
}

fn receipt_from<S: TileSource<Error = StoreError>>(
    source: &S,
    signed: &Signed,
    index: u64,
) -> Result<TlogProof, StoreError> {
    let reader = TileHashReader::new(source, signed.size);
    let hashes = merkle::prove_inclusion(index, signed.size, &reader)
        .map_err(|fault| StoreError::System { file: super::store::ENTRIES_FILE.into(), what: fault.to_string() })?;
    let checkpoint = Note::parse(signed.note.as_bytes()).map_err(|fault| StoreError::Damaged {
        file: super::store::LAST_SIGNED_FILE.into(),
        what: fault.to_string(),
    })?;
    Ok(TlogProof { index, hashes, checkpoint, extra: None })
}

/// The completed nodes that the store keeps: those on tile levels above the leaves.
pub(super) fn tile_nodes(steps: &[Step]) -> Vec<NewNode> {
    let completed = steps.iter().flat_map(|step| &step.nodes);
    completed
        .filter(|(node, _)| node.level > 0 && node.level % 8 == 0)
        .map(|(node, hash)| NewNode { level: node.level / 8, index: node.index, hash: *hash })
        .collect()
}

/// Whoever holds it may write to the ledger's files; it ends with the file's handle.
pub(super) fn take_lock(dir: &Path) -> Result<File, StoreError> {
    let path = dir.join(LOCK_FILE);
    let file = File::create(&path).map_err(|e| StoreError::io(&path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Locked(dir.to_owned())),
        Err(std::fs::TryLockError::Error(error)) => Err(StoreError::io(&path, &error)),
    }
}
