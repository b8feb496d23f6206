//! Following ledgers: each new checkpoint is judged against all that was seen before, and whoever does not keep his word is
//! convicted by evidence that needs no belief in the monitor ([`crate::ledger::evidence`]).
//!
//! Of each ledger the monitor's folder has a mirror, grown entry by entry and checked before its checkpoint moves. In
//! memory is the state that the entries make, no entry. After a stop it is replayed from the mirror.
//!
//! | a source shows | what follows |
//! |---|---|
//! | a larger tree that contains the known one | the entries are fetched, compared with the signed root, and judged |
//! | a tree that does not contain it, or is not contained in it | `fork` or `rewrite` |
//! | an entry that is refused | `rule`: the mirror stays before it |
//! | fewer entries than the same source did before | `shrink` |
//! | a checkpoint or files that no key of the ledger signed for | trouble, told each round: it proves nothing about the ledger |

mod followed;
mod kept;
mod watched;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use self::followed::Followed;
pub use self::kept::Filed;
use self::kept::Kept;
pub use self::watched::{Noted, Watched};
use crate::grants::time::Timestamp;
use crate::ledger::evidence::{Evidence, Shown, View};
use crate::ledger::verify::{Source, SourceError};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::{Note, VerifierKey};

/// What a monitor is told beforehand, and the time of the round.
pub struct Settings<'a> {
    /// Verifier keys of ledgers, from a place that is trusted.
    pub vkeys: Vec<VerifierKey>,
    /// Keys of witnesses whose times count.
    pub witnesses: Vec<VerifierKey>,
    /// How long a checkpoint may be shown, in seconds.
    pub stale_after_s: Option<u64>,
    /// Entries to be told of.
    pub watched: Vec<Watched>,
    /// Whether another round follows, which tells what may only be late in this one.
    pub goes_on: bool,
    /// The monitor's clock, at the beginning of the round.
    pub at: Timestamp,
    /// Is told how far the first look at a ledger is.
    pub progress: &'a dyn Fn(u64, u64),
}

impl Settings<'_> {
    fn vkey(&self, origin: &str) -> Option<&VerifierKey> {
        self.vkeys.iter().find(|key| key.name() == origin)
    }
}

/// What a round tells.
pub enum Event {
    /// A ledger is followed from now on.
    First {
        /// Its name.
        origin: String,
        /// How many entries it has.
        size: u64,
        /// The key that it is known by.
        vkey: String,
        /// Whether that key came from the ledger itself.
        from_ledger: bool,
    },
    /// A ledger grew, and all that is new holds.
    Grown {
        /// Its name.
        origin: String,
        /// How many entries it had.
        before: u64,
        /// How many it has.
        size: u64,
        /// Who showed them.
        from: String,
    },
    /// An entry that somebody wanted.
    Noted {
        /// The ledger.
        origin: String,
        /// The entry.
        noted: Noted,
    },
    /// Evidence.
    Found {
        /// Where it is.
        filed: Filed,
        /// What it shows.
        shown: Box<Shown>,
        /// The evidence itself.
        evidence: Box<Evidence>,
    },
    /// Something could not be read, or proves nothing.
    Trouble {
        /// Who.
        from: String,
        /// What, in a sentence.
        sentence: String,
    },
}

/// A checkpoint to be looked at.
pub struct Shower<'a> {
    /// An address or a file.
    pub from: &'a str,
    /// What it shows: a signed note, or why there is none.
    pub checkpoint: Result<Vec<u8>, SourceError>,
    /// The files under it, where it serves them.
    pub files: Option<&'a dyn Source>,
}

/// Follows ledgers in a folder.
pub struct Monitor {
    dir: PathBuf,
    ledgers: BTreeMap<String, Followed>,
    /// Those that were convicted at the first look.
    broken: Vec<String>,
    /// Held as long as this monitor runs: two would move one mirror.
    _lock: File,
}

impl Monitor {
    /// A monitor that keeps what it knows in `dir`.
    ///
    /// # Errors
    /// That the folder cannot be written, or another monitor keeps it.
    pub fn open(dir: &Path) -> Result<Self, SourceError> {
        let place = dir.display();
        let fault = |why: &dyn std::fmt::Display| {
            SourceError(format!("{place} cannot keep what is seen ({why}): name another folder with --state"))
        };
        std::fs::create_dir_all(dir).map_err(|error| fault(&error))?;
        let lock = File::create(dir.join("monitor.lock")).map_err(|error| fault(&error))?;
        lock.try_lock().map_err(|error| match error {
            std::fs::TryLockError::WouldBlock => fault(&"another monitor keeps it"),
            std::fs::TryLockError::Error(error) => fault(&error),
        })?;
        Ok(Self { dir: dir.to_owned(), ledgers: BTreeMap::new(), broken: Vec::new(), _lock: lock })
    }

    /// Looks at what one source shows.
    pub fn look(&mut self, settings: &Settings<'_>, shower: &Shower<'_>, tell: &mut dyn FnMut(Event)) {
        if let Err(SourceError(sentence)) = self.see(settings, shower, tell) {
            tell(Event::Trouble { from: shower.from.to_owned(), sentence });
        }
    }

    fn see(
        &mut self,
        settings: &Settings<'_>,
        shower: &Shower<'_>,
        tell: &mut dyn FnMut(Event),
    ) -> Result<(), SourceError> {
        let bytes = shower.checkpoint.clone()?;
        let none = |fault: &dyn std::fmt::Display| SourceError(format!("it shows no checkpoint: {fault}"));
        let note = Note::parse(&bytes).map_err(|fault| none(&fault))?;
        let checkpoint = Checkpoint::parse(&note.text).map_err(|fault| none(&fault))?;
        let origin = checkpoint.origin.clone();
        let view =
            View { from: shower.from, at: settings.at, note: &note, checkpoint: &checkpoint, files: shower.files };
        if self.broken.contains(&origin) {
            return Ok(());
        }
        let mut was_broken = false;
        if let Some(followed) = self.ledgers.get_mut(&origin) {
            if !followed.is_ahead {
                return followed.see(settings, view, tell);
            }
            was_broken = followed.is_broken;
            self.ledgers.remove(&origin);
        }
        let kept = || Kept::of(&self.dir, &origin);
        std::fs::create_dir_all(kept()?.dir).map_err(|error| SourceError(error.to_string()))?;
        let Some(mut followed) = Followed::open(kept()?, settings.vkey(&origin))? else {
            match Followed::first(kept()?, settings, view, tell)? {
                Some(followed) => drop(self.ledgers.insert(origin, followed)),
                None => self.broken.push(origin),
            }
            return Ok(());
        };
        followed.is_broken = was_broken;
        self.ledgers.entry(origin).or_insert(followed).see(settings, view, tell)
    }

    /// Ends a round: what was shown for too long is told.
    pub fn end_round(&mut self, settings: &Settings<'_>, tell: &mut dyn FnMut(Event)) {
        for (origin, followed) in &mut self.ledgers {
            if let Err(SourceError(sentence)) = followed.age(settings, tell) {
                tell(Event::Trouble { from: origin.clone(), sentence });
            }
        }
    }
}
