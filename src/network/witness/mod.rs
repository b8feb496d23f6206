//! Being a witness: cosigning the checkpoints of other people's logs (C2SP tlog-witness).
//!
//! A witness keeps the newest tree of each log that it cosigned, and cosigns only what grew from it. So a log that shows
//! two histories to two readers cannot have both cosigned. It has one key, knows some logs, and sees no entry of any.
//!
//! The order of writes, for one request:
//!
//! 1. [`Witness::check`] reads what was cosigned last and checks the log's signature and the proof from there;
//! 2. [`Witness::commit`] makes the cosignature, and commits the tree, if what was cosigned last is still that of 1 (durable);
//! 3. then, and only then, the cosignature is given out.
//!
//! Between 1 and 2 other requests may come and go: the one SQL statement of 2 compares and swaps, so a request that was
//! slow is refused and rolls nothing back. A write that fails may have reached the disk all the same, so nothing is
//! tried again: the witness refuses everything and ends, and the next start takes everything from the file.
//!
//! A log that signs two roots for one size has proved that it lies. Both notes are kept and shown to everybody, whatever
//! the request is answered.

pub mod served;
pub mod store;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::grants::time::Timestamp;
use crate::ledger::store::{Access, StoreError};
use crate::ledger::writer::Clock;
use crate::tlog::checkpoint::SignedCheckpoint;
use crate::tlog::cosignature::Cosigner;
use crate::tlog::hash::Hash;
use crate::tlog::note::{Note, VerifierKey};
use crate::tlog::witness::{AddCheckpoint, Head, Refusal};
use store::{Evidence, Log, Store};

/// How far the clock may be behind the newest cosignature of a log: that one's time is used then.
const BEHIND_S: u64 = 2;

/// Why nothing was cosigned.
#[derive(Debug, thiserror::Error)]
pub enum NotCosigned {
    /// The request is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The clock cannot be right.
    #[error("the witness's clock cannot be right, so it cosigns nothing: {0}")]
    Clock(String),
    /// The file could not be read or written; the operator's log says why.
    #[error("the witness has stopped: its operator must look at its log and start it again")]
    Stopped,
}

/// A witness at work.
pub struct Witness {
    cosigner: Cosigner,
    store: Mutex<Store>,
    clock: Mutex<Box<dyn Clock>>,
    /// Why it cosigns nothing any more.
    fault: OnceLock<String>,
}

/// A checkpoint that may be cosigned, as long as nothing else of its log is in the meantime.
pub struct Checked {
    opened: SignedCheckpoint,
    log: Log,
}

impl Witness {
    /// The witness in this folder.
    ///
    /// # Errors
    /// [`StoreError::OtherKey`] when the file is of another key; what the file reports.
    pub fn open(dir: &Path, cosigner: Cosigner, clock: Box<dyn Clock>) -> Result<Self, StoreError> {
        let store = Store::open(dir, Access::Write)?;
        let (named, given) = (store.vkey()?, cosigner.verifier());
        if named != *given {
            return Err(StoreError::OtherKey { given: given.to_string(), named: named.to_string() });
        }
        store.settle()?;
        Ok(Self { cosigner, store: Mutex::new(store), clock: Mutex::new(clock), fault: OnceLock::new() })
    }

    /// Its verifier key.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        self.cosigner.verifier()
    }

    /// What keeps it from cosigning anything, once a write has failed.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.fault.get().map(String::as_str)
    }

    /// From the bytes of a request to those of an answer: the lines of the cosignature.
    ///
    /// # Errors
    /// [`NotCosigned`].
    pub fn add_checkpoint(&self, request: &[u8]) -> Result<String, NotCosigned> {
        self.commit(self.check(request)?)
    }

    /// Checks a request against what was cosigned last. Nothing is cosigned yet.
    ///
    /// # Errors
    /// [`NotCosigned`]; two notes that do not agree are kept by then.
    pub fn check(&self, request: &[u8]) -> Result<Checked, NotCosigned> {
        if self.fault.get().is_some() {
            return Err(NotCosigned::Stopped);
        }
        let request = AddCheckpoint::parse(request)?;
        let origin = request.claimed()?.origin;
        let log = self.known(&origin)?;
        let opened = request.opened(&log.keys)?;
        match request.grows(opened.checkpoint(), &log.last) {
            Ok(()) => Ok(Checked { opened, log }),
            Err(refusal) => {
                self.keep_evidence(&log, &opened, matches!(refusal, Refusal::NotGrown { .. }))?;
                Err(refusal.into())
            }
        }
    }

    /// Cosigns what was checked: durable before it is answered.
    ///
    /// # Errors
    /// [`NotCosigned`]: [`Refusal::OldDiffers`] when something else was cosigned since the check.
    pub fn commit(&self, checked: Checked) -> Result<String, NotCosigned> {
        let Checked { mut opened, log } = checked;
        let time_s = self.time_s(&log)?;
        let next = Head { size: opened.checkpoint().size, root: opened.checkpoint().root };
        // Who asks for the same many times a second has the disk written once.
        if next == log.last
            && log.time_s == Some(time_s)
            && let Some(line) = self.line_in(&log.note)
        {
            return Ok(line);
        }
        let text = opened.note().text.clone();
        let line = self.cosigner.cosign(&text, time_s).map_err(|error| NotCosigned::Clock(error.to_string()))?;
        let answer = format!("{line}\n");
        opened.add_cosignature(line).map_err(Refusal::Checkpoint)?;
        let note = opened.note().to_string();
        let advanced = self.store().advance(&log.origin, &log.last, &next, time_s, &note);
        if advanced.map_err(|error| self.stop(&error))? {
            return Ok(answer);
        }
        let now = self.known(&log.origin)?;
        self.keep_evidence(&now, &opened, false)?;
        Err(Refusal::OldDiffers(now.last.size).into())
    }

    /// The newest checkpoint of a log as it was cosigned, by the hash of the log's origin.
    ///
    /// # Errors
    /// What the file reports.
    pub fn latest(&self, hash: &Hash) -> Result<Option<String>, StoreError> {
        let log = self.store().log_at(hash)?;
        Ok(log.map(|log| log.note).filter(|note| !note.is_empty()))
    }

    /// The logs, and what of each does not agree.
    ///
    /// # Errors
    /// What the file reports.
    pub fn logs(&self) -> Result<Vec<(Log, Vec<Evidence>)>, StoreError> {
        let store = self.store();
        store.logs()?.into_iter().map(|log| Ok((log.clone(), store.evidence(&log.origin)?))).collect()
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, origin: &str) -> Result<Log, NotCosigned> {
        let log = self.store().log(origin).map_err(|error| self.stop(&error))?;
        Ok(log.ok_or_else(|| Refusal::UnknownLog(origin.to_owned()))?)
    }

    fn stop(&self, error: &StoreError) -> NotCosigned {
        tracing::error!("{error}");
        // The first is the one that matters.
        let _ = self.fault.set(error.to_string());
        NotCosigned::Stopped
    }

    fn now(&self) -> Result<Timestamp, NotCosigned> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner).now().map_err(NotCosigned::Clock)
    }

    /// The time of a cosignature: never before the one that the log had last, or the witness would contradict itself.
    fn time_s(&self, log: &Log) -> Result<u64, NotCosigned> {
        let now_s = u64::try_from(self.now()?.ms() / 1_000).unwrap_or_default();
        let last_s = log.time_s.unwrap_or_default();
        if now_s == 0 || last_s.saturating_sub(now_s) > BEHIND_S {
            return Err(NotCosigned::Clock(format!("it is {now_s} s, and something was cosigned at {last_s} s")));
        }
        Ok(now_s.max(last_s))
    }

    /// The cosignature in a note that was cosigned before.
    fn line_in(&self, note: &str) -> Option<String> {
        let key = self.verifier();
        let note = Note::parse(note.as_bytes()).ok()?;
        let line = note.signatures.iter().find(|line| line.name == key.name() && line.key_id == key.key_id())?;
        Some(format!("{line}\n"))
    }

    /// Keeps what was cosigned last and what was asked for: when they prove a fork, or else when `unproved` says that the
    /// second did not grow from the first as far as one sees.
    fn keep_evidence(&self, log: &Log, asked: &SignedCheckpoint, unproved: bool) -> Result<(), NotCosigned> {
        let proved = log.last.contradicts(asked.checkpoint());
        if log.note.is_empty() || !(proved || unproved) {
            return Ok(());
        }
        if proved {
            tracing::error!("the log {} signed two roots for size {}: both notes are kept", log.origin, log.last.size);
        }
        let at = self.now()?.to_string();
        let evidence = Evidence { proved, at, ours: log.note.clone(), theirs: asked.note().to_string() };
        self.store().keep(&log.origin, &evidence).map_err(|error| self.stop(&error))
    }
}
