//! Restoring: what an old backup lacks is fetched from a mirror and verified before anything is written; and a lost
//! last-signed record begins again with the newest checkpoint that anybody has.
//!
//! | the folder has | asked | done |
//! |---|---|---|
//! | the record, and fewer entries than it says | [`restore`] | the entries are fetched and appended |
//! | the record, and somebody has a checkpoint of more | [`restore`] | refused: it was signed elsewhere, or the record is old |
//! | the same | [`adopt`] | the record moves on to that checkpoint, by compare and swap |
//! | no record, or a damaged one | [`adopt`] | a new one begins with the newest checkpoint given |
//! | nothing | [`copy`] | a copy of a mirror, to be read; nothing is signed in it until it is adopted |
//! | a copy, and somebody has a checkpoint of more | [`restore`] | its record follows, and stays that of a copy |
//! | a copy | [`adopt`] | its record becomes one to sign with, at the newest checkpoint given or its own |
//!
//! Nothing is signed here (I3). What is believed is the last-signed record, and where that is lost, that the newest
//! checkpoint given is the newest that was signed: who adopts it is told what that risks. All else is verified: a mirror
//! from nothing, as `hibah verify` does; that a checkpoint is of the same history, by a proof or by the folder's own
//! entries. Until then nothing is written, and files are open for reading only.
//!
//! A record is adopted first. Then entries are appended a bundle a transaction, in their order. So a stop at any time leaves
//! a true ledger with fewer entries than were signed: nothing is signed in it, and [`restore`] goes on.

use std::path::{Path, PathBuf};

use self::compared::Compared;
use self::known::Known;
pub use self::known::Mirror;
use self::own::{Record, sync};
use super::derived;
use super::ledger_keys::LedgerKeys;
use super::store::{Access, ENTRIES_FILE, LAST_SIGNED_FILE, LastSigned, StoreError};
use super::verify::SourceError;
use super::writer::take_lock;
use crate::tlog::hash::Hash;
use crate::tlog::note::VerifierKey;

mod compared;
mod known;
mod own;

/// What a folder is compared with.
#[derive(Default)]
pub struct Given<'a> {
    /// Copies of the ledger.
    pub mirrors: Vec<Mirror<'a>>,
    /// Checkpoints without entries: what the user named, and the signed note.
    pub checkpoints: Vec<(String, Vec<u8>)>,
    /// A verifier key of the ledger that a mirror is checked with, from a place that is trusted; without it, the one that
    /// the mirror's entry 0 names.
    pub vkey: Option<VerifierKey>,
}

/// What takes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// The folder's own entries are read.
    Reading,
    /// A mirror is checked from nothing.
    Checking,
    /// Entries are appended.
    Restoring,
}

/// Is told how many entries are done, of how many.
pub type Progress<'p> = &'p dyn Fn(Doing, u64, u64);

/// What a folder has after restoring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// How many entries it had before.
    pub before: u64,
    /// How many entries the last-signed record covers.
    pub size: u64,
    /// Their root.
    pub root: Hash,
    /// How many entries there are behind those, which the next start signs.
    pub unsigned: u64,
    /// Who had the newest checkpoint, or the entries that were lacking.
    pub from: Option<String>,
    /// Where the files of a damaged record went.
    pub moved: Vec<PathBuf>,
}

/// What a copy was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// What it has.
    pub restored: Restored,
    /// The verifier key that the mirror was checked with.
    pub vkey: VerifierKey,
    /// What holds but deserves a look.
    pub warnings: Vec<String>,
}

/// Why nothing, or not everything, was restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// What is there or was given speaks against it: nothing was written.
    #[error("{0}")]
    Refused(String),
    /// A mirror cannot be read: nothing was written.
    #[error("{name} could not be read, and nothing was written: {why}")]
    Unread {
        /// What the user named.
        name: String,
        /// What was reported.
        why: String,
    },
    /// Entries were appended, but not all.
    #[error(
        "{size} of {of} entries are in {} and durable, then it ended ({why}): run `hibah restore {} --from {from}`, which goes on from there", dir.display(), dir.display()
    )]
    Interrupted {
        /// The folder.
        dir: PathBuf,
        /// What the user named.
        from: String,
        /// How many there are.
        size: u64,
        /// How many there shall be.
        of: u64,
        /// What was reported.
        why: String,
    },
    /// The folder's files.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RestoreError {
    fn unread(name: &str, error: SourceError) -> Self {
        Self::Unread { name: name.to_owned(), why: error.0 }
    }
}

fn refused(sentence: impl Into<String>) -> RestoreError {
    RestoreError::Refused(sentence.into())
}

/// Fetches what the ledger in `dir` lacks of the entries that were signed, or says that it lacks nothing.
///
/// # Errors
/// [`RestoreError::Refused`] when the record is lost, or the folder and what was given are not one history; and what the
/// files and mirrors report.
pub fn restore(dir: &Path, given: &Given<'_>, progress: Progress<'_>) -> Result<Restored, RestoreError> {
    if !dir.join(ENTRIES_FILE).exists() && !dir.join(LAST_SIGNED_FILE).exists() {
        return Err(StoreError::NoLedger(dir.to_owned()).into());
    }
    let lock = take_lock(dir)?;
    let place = dir.display();
    let there = Record::read(dir)?;
    let is_copy = matches!(there, Record::Copied(_));
    let lost = match there {
        Record::There(record) | Record::Copied(record) => Ok(record),
        Record::Missing => Err("is missing".to_owned()),
        Record::Damaged(what) => Err(format!("is damaged ({what})")),
    };
    let mut record = lost.map_err(|lost| {
        refused(format!(
            "{place}/{LAST_SIGNED_FILE} {lost}, so nothing tells what was signed: put back the file itself, never an old copy, or if it is lost run `hibah restore {place} --adopt --from MIRROR`, which begins a new one with the newest checkpoint that anybody has"
        ))
    })?;
    let origin = record.checkpoint.origin.clone();
    let mut compared = Compared::new(dir, (&origin, &record.name), given, Some(&record), progress)?;
    if let Some(newest) = compared.newer_than(&record).filter(|_| is_copy) {
        compared.is_one_history(&newest)?;
        let replay = compared.replayed(&newest, progress)?;
        compared.all_are_signed(replay.state())?;
        LastSigned::follow_copy(dir, &newest.signed())?;
        record = newest;
    }
    let from = compared.lacking_from(&record)?;
    let before = compared.own.size();
    if from.is_some() {
        compared.take_over(progress)?;
    }
    // Derived tables are made under a lock of their own.
    drop(lock);
    derived::catch_up(dir, &origin)?;
    let (size, root) = (record.size(), record.checkpoint.root);
    Ok(Restored { before, size, root, unsigned: before.saturating_sub(size), from, moved: Vec::new() })
}

/// Begins the last-signed record of the ledger in `dir` again, with the newest checkpoint given, and fetches the entries
/// that it covers. The only maker of such a file but founding.
///
/// # Errors
/// [`RestoreError::Refused`] when a record is there and nothing given is newer, when not all that was given is one history
/// that can be had, or when nothing was given; [`StoreError::OtherKey`] and [`StoreError::KeyMissing`] when `keys` are not
/// those in force; and what the files and mirrors report.
pub fn adopt(
    dir: &Path,
    given: &Given<'_>,
    keys: &LedgerKeys,
    progress: Progress<'_>,
) -> Result<Restored, RestoreError> {
    if given.mirrors.is_empty() && given.checkpoints.is_empty() {
        return Err(refused(
            "there is nothing to compare with: name at least one mirror with --from, or the newest checkpoint that anybody has with --checkpoint",
        ));
    }
    keys.check_names()?;
    // A folder that is not there yet is made once all is verified.
    let mut lock = dir.exists().then(|| take_lock(dir)).transpose()?;
    let record = Record::read(dir)?;
    let there = if let Record::There(known) | Record::Copied(known) = &record { Some(known) } else { None };
    let mut compared = Compared::new(dir, (keys.name(), "the ledger key given"), given, there, progress)?;
    let newest = compared.newest().clone();
    if let Record::Copied(copied) = &record {
        // A copy is adopted at its own checkpoint too.
        if copied.size() > newest.size() {
            return Err(refused(format!(
                "{} is a copy of {} entries and nothing that was given has as many: name a newer mirror; nothing was written",
                dir.display(),
                copied.size()
            )));
        }
    } else if let Some(there) = there.filter(|there| there.size() >= newest.size()) {
        return Err(refused(format!(
            "{} is there, it covers {} entries and nothing that was given is newer: it is the one to go on with, so run `hibah restore {}` without --adopt",
            there.name,
            there.size(),
            dir.display()
        )));
    }
    compared.is_one_history(&newest)?;
    let mut replay = compared.replayed(&newest, progress)?;
    // Asked before the entries behind the checkpoint, which may bring keys: those in force at its size signed it.
    keys.check_held(replay.state())?;
    compared.all_are_signed(replay.state())?;
    compared.check_behind(&mut replay)?;
    if lock.is_none() {
        std::fs::create_dir_all(dir).map_err(|error| StoreError::io(dir, &error))?;
        lock = Some(take_lock(dir)?);
    }
    let before = compared.own.size();
    let moved = put_record(dir, &record, &newest)?;
    if before < newest.size() {
        compared.take_over(progress)?;
    }
    drop(lock);
    derived::catch_up(dir, keys.name())?;
    let (size, root, unsigned) = (newest.size(), newest.checkpoint.root, before.saturating_sub(newest.size()));
    Ok(Restored { before, size, root, unsigned, from: Some(newest.name), moved })
}

/// Makes a copy of a ledger in `dir`, a new folder, from a mirror that is verified whole first. It is there to be read, and
/// to be adopted if the ledger is ever lost: nothing is signed in it before.
///
/// # Errors
/// [`RestoreError::Refused`] when the folder holds something or the mirror does not hold; and what the files and the mirror
/// report.
pub fn copy(
    dir: &Path,
    mirror: Mirror<'_>,
    vkey: Option<VerifierKey>,
    progress: Progress<'_>,
) -> Result<Copied, RestoreError> {
    let unread = |error| StoreError::io(dir, &error);
    if dir.exists() && std::fs::read_dir(dir).map_err(unread)?.next().is_some() {
        return Err(refused(format!(
            "{0} holds something already: name a new folder, or bring back what the ledger in {0} lacks with `hibah restore {0} --from {1}`; nothing was written",
            dir.display(),
            mirror.name
        )));
    }
    let note = mirror.source.checkpoint().map_err(|error| RestoreError::unread(&mirror.name, error))?;
    let origin = Known::read(&mirror.name, &note)?.checkpoint.origin;
    let given = Given { mirrors: vec![mirror], vkey, ..Given::default() };
    let mut compared = Compared::new(dir, (&origin, "what it had a moment ago"), &given, None, progress)?;
    let newest = compared.newest().clone();
    let report = compared.report.take().ok_or_else(|| refused("nothing was verified"))?;
    std::fs::create_dir_all(dir).map_err(unread)?;
    let lock = take_lock(dir)?;
    LastSigned::create_copy(dir, &newest.signed())?;
    sync(dir);
    compared.take_over(progress)?;
    drop(lock);
    derived::catch_up(dir, &origin)?;
    let restored = Restored {
        before: 0,
        size: newest.size(),
        root: newest.checkpoint.root,
        unsigned: 0,
        from: Some(newest.name),
        moved: Vec::new(),
    };
    Ok(Copied { restored, vkey: report.vkey, warnings: report.warnings })
}

/// Writes the last-signed record. Answers where the files of a damaged one went.
fn put_record(dir: &Path, record: &Record, newest: &Known) -> Result<Vec<PathBuf>, StoreError> {
    let signed = newest.signed();
    match record {
        // What moves it on compares with what it says, as after every group of entries.
        Record::There(_) => return LastSigned::open(dir, Access::Write)?.advance(&signed).map(|()| Vec::new()),
        Record::Copied(_) => return LastSigned::adopt_copy(dir, &signed).map(|()| Vec::new()),
        Record::Missing | Record::Damaged(_) => {}
    }
    let moved = move_aside(dir)?;
    LastSigned::create(dir, &signed)?;
    sync(dir);
    Ok(moved)
}

/// Gives what is left of a damaged record another name: it is evidence.
fn move_aside(dir: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut moved = Vec::new();
    for suffix in ["", "-wal", "-shm"] {
        let file = dir.join(format!("{LAST_SIGNED_FILE}{suffix}"));
        let names = (1u64..).map(|n| dir.join(format!("{LAST_SIGNED_FILE}.damaged-{n}{suffix}")));
        let Some(free) = names.into_iter().find(|name| !name.exists()).filter(|_| file.exists()) else { continue };
        std::fs::rename(&file, &free).map_err(|error| StoreError::io(&file, &error))?;
        moved.push(free);
    }
    Ok(moved)
}
