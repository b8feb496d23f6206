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
//! | fewer entries than the same source did before | `shrink`, at the ledger's own source; at any other, a mark on that source |
//! | another ledger than it did before | trouble of its own ledger: a source is bound to the first that it showed |
//! | a checkpoint or files that no key of the ledger signed for | trouble, told each round: it proves nothing about the ledger |

mod followed;
mod kept;
pub mod page;
pub mod picture;
pub mod recipients;
mod watched;
pub mod withheld;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::followed::Followed;
pub use self::kept::Filed;
use self::kept::{Bound, Kept};
use self::picture::{Alarm, LedgerSeen, Picture, SourceSeen, Standing};
use self::recipients::{Recipients, Shared};
pub use self::watched::{Noted, Watched};
use self::withheld::{Fate, Handed, NotTaken, Statements, Takes, Told};
use crate::grants::state::State;
use crate::grants::time::Timestamp;
use crate::ledger::evidence::{Evidence, Finding, Shown, View};
use crate::ledger::verify::{Source, SourceError};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::{Note, VerifierKey};
use crate::tlog::policy::Policy;

/// How long a newest checkpoint may lack its quorum where nothing says how old one may be, in seconds.
const UNWITNESSED_S: u64 = 3_600;

/// What a monitor is told beforehand, and the time of the round.
pub struct Settings<'a> {
    /// The sources' names, in the order in which they were given.
    pub sources: Vec<String>,
    /// Verifier keys of ledgers, from a place that is trusted.
    pub vkeys: Vec<VerifierKey>,
    /// Witnesses whose times count: those of policies that name the ledger, or name none.
    pub policies: Vec<Policy>,
    /// How long a checkpoint may be shown, in seconds.
    pub stale_after_s: Option<u64>,
    /// Entries to be told of.
    pub watched: Vec<Watched>,
    /// Whether and how statements are taken that a ledger would not record.
    pub takes: Option<Takes>,
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

    /// The ledger's own source: the one at the address that its origin names, or else the first that shows it.
    fn own_source(&self, bound: &Bound, origin: &str) -> Option<&str> {
        let find = |is_own: &dyn Fn(&str) -> bool| self.sources.iter().map(String::as_str).find(|from| is_own(from));
        let at_home = |from: &str| picture::is_at_home(from, origin);
        // One that was never read may be another ledger's on the same host.
        find(&|from| at_home(from) && bound.of(from) == Some(origin))
            .or_else(|| find(&|from| at_home(from) && bound.of(from).is_none()))
            .or_else(|| find(&|from| bound.of(from) == Some(origin)))
    }

    fn policies<'s>(&'s self, origin: &'s str) -> impl Iterator<Item = &'s Policy> {
        let is_for = move |policy: &&Policy| {
            policy.logs().is_empty() || policy.logs().iter().any(|log| log.key.name() == origin)
        };
        self.policies.iter().filter(is_for)
    }

    fn witnesses(&self, origin: &str) -> Vec<VerifierKey> {
        self.policies(origin).flat_map(Policy::witnesses).map(|witness| witness.key.clone()).collect()
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
    /// What tells it from other monitors.
    id: String,
    ledgers: BTreeMap<String, Followed>,
    /// Those that were convicted at the first look.
    broken: Vec<String>,
    /// Each source, in the order in which they are looked at.
    heard: Vec<SourceSeen>,
    /// The ledger of each source, for ever.
    bound: Bound,
    /// What was ever found, by ledger and folder.
    alarms: BTreeMap<String, BTreeMap<PathBuf, Alarm>>,
    recipients: Recipients,
    shared: Arc<Shared>,
    /// Since when too few witnesses have seen the newest checkpoint, by ledger.
    unwitnessed: BTreeMap<String, Timestamp>,
    /// What was handed in, by ledger.
    statements: BTreeMap<String, Statements>,
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
        let mut own = Self {
            dir: dir.to_owned(),
            id: kept::id(dir)?,
            ledgers: BTreeMap::new(),
            broken: Vec::new(),
            heard: Vec::new(),
            bound: Bound::open(dir)?,
            alarms: BTreeMap::new(),
            recipients: Recipients::default(),
            shared: Arc::default(),
            unwitnessed: BTreeMap::new(),
            statements: BTreeMap::new(),
            _lock: lock,
        };
        for folder in std::fs::read_dir(dir).map_err(|error| fault(&error))?.flatten() {
            own.remember(&Kept::at(&folder.path()));
        }
        Ok(own)
    }

    /// What was found of the ledger of a folder.
    fn remember(&mut self, kept: &Kept) {
        for (folder, evidence, shown) in kept.filed() {
            let Some(at) = evidence.seen_at() else { continue };
            let alarm = Alarm::new(&shown, folder.clone(), at, at);
            self.alarms.entry(shown.origin).or_default().insert(folder, alarm);
        }
    }

    /// Looks at what one source shows.
    pub fn look(&mut self, settings: &Settings<'_>, shower: &Shower<'_>, tell: &mut dyn FnMut(Event)) {
        let seen = self.telling(settings, tell, |own, tell| own.see(settings, shower, tell));
        let seen = seen.and_then(|origin| self.bound.bind(&self.dir, shower.from, &origin).map(|()| origin));
        let place = self.heard.iter().position(|heard| heard.from == shower.from);
        // What somebody else keeps of a checkpoint is no source of the ledger.
        if shower.files.is_some() || shower.checkpoint.is_err() {
            let place = place.unwrap_or_else(|| {
                self.heard.push(SourceSeen { from: shower.from.to_owned(), ..SourceSeen::default() });
                self.heard.len() - 1
            });
            let heard = &mut self.heard[place];
            match &seen {
                Ok(origin) => {
                    (heard.origin, heard.answered) = (Some(origin.clone()), Some(settings.at));
                    heard.trouble = None;
                }
                Err(SourceError(sentence)) => {
                    let since = heard.trouble.take().map_or(settings.at, |(since, _)| since);
                    heard.trouble = Some((since, sentence.clone()));
                    heard.origin = self.bound.of(shower.from).map(str::to_owned);
                }
            }
        } else if let Some(place) = place {
            self.heard.remove(place);
        }
        if let Err(SourceError(sentence)) = seen {
            tell(Event::Trouble { from: shower.from.to_owned(), sentence });
        }
    }

    /// Does something that tells of events, and keeps what was found.
    fn telling<T>(
        &mut self,
        settings: &Settings<'_>,
        tell: &mut dyn FnMut(Event),
        act: impl FnOnce(&mut Self, &mut dyn FnMut(Event)) -> T,
    ) -> T {
        let mut found = Vec::new();
        let done = act(self, &mut |event| {
            if let Event::Found { filed, shown, evidence } = &event {
                let first = evidence.seen_at().unwrap_or(settings.at);
                found.push((shown.origin.clone(), Alarm::new(shown, filed.folder.clone(), first, settings.at)));
            }
            tell(event);
        });
        for (origin, alarm) in found {
            self.alarms.entry(origin).or_default().insert(alarm.folder.clone(), alarm);
        }
        done
    }

    fn see(
        &mut self,
        settings: &Settings<'_>,
        shower: &Shower<'_>,
        tell: &mut dyn FnMut(Event),
    ) -> Result<String, SourceError> {
        let bytes = shower.checkpoint.clone()?;
        let none = |fault: &dyn std::fmt::Display| SourceError(format!("it shows no checkpoint: {fault}"));
        let note = Note::parse(&bytes).map_err(|fault| none(&fault))?;
        let checkpoint = Checkpoint::parse(&note.text).map_err(|fault| none(&fault))?;
        let origin = checkpoint.origin.clone();
        self.bound.allows(&self.dir, shower.from, &origin)?;
        let own_source = settings.own_source(&self.bound, &origin);
        let view =
            View { from: shower.from, at: settings.at, note: &note, checkpoint: &checkpoint, files: shower.files };
        if self.broken.contains(&origin) {
            return Ok(origin);
        }
        let mut was_broken = false;
        if let Some(followed) = self.ledgers.get_mut(&origin) {
            if !followed.is_ahead {
                return followed.see(settings, view, own_source, tell).map(|()| origin);
            }
            was_broken = followed.is_broken;
            self.ledgers.remove(&origin);
        }
        let kept = || Kept::of(&self.dir, &origin);
        std::fs::create_dir_all(kept()?.dir).map_err(|error| SourceError(error.to_string()))?;
        let Some(mut followed) = Followed::open(kept()?, settings.vkey(&origin))? else {
            match Followed::first(kept()?, settings, view, tell)? {
                Some(followed) => drop(self.ledgers.insert(origin.clone(), followed)),
                None => self.broken.push(origin.clone()),
            }
            return Ok(origin);
        };
        followed.is_broken = was_broken;
        let seen = self.ledgers.entry(origin.clone()).or_insert(followed).see(settings, view, own_source, tell);
        seen.map(|()| origin)
    }

    /// Ends a round: what was shown for too long is told.
    pub fn end_round(&mut self, settings: &Settings<'_>, tell: &mut dyn FnMut(Event)) {
        self.telling(settings, tell, |own, tell| {
            for (origin, followed) in &mut own.ledgers {
                let own_source = settings.own_source(&own.bound, origin);
                if let Err(SourceError(sentence)) = followed.age(settings, own_source, tell) {
                    tell(Event::Trouble { from: origin.clone(), sentence });
                }
            }
        });
        if let Some(takes) = &settings.takes {
            self.follow_statements(settings, takes, tell);
        }
    }

    /// Keeps a statement that a ledger would not record, handed in at this time.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn hand_in(&mut self, settings: &Settings<'_>, at: Timestamp, bytes: &[u8]) -> Result<Handed, NotTaken> {
        let refused = |what: &str| NotTaken::Refused(what.to_owned());
        let text = std::str::from_utf8(bytes).map_err(|_| refused("it is not text"))?;
        let origin = text.split('\n').nth(1).ok_or_else(|| refused("it is no statement"))?;
        let followed = self.ledgers.get(origin).ok_or_else(|| refused("this monitor follows no such ledger"))?;
        if followed.is_ahead || followed.is_broken {
            return Err(NotTaken::Later("this ledger cannot be judged now".to_owned()));
        }
        let statements = self.statements.entry(origin.to_owned());
        statements.or_insert_with(|| Statements::open(&followed.kept.dir)).take(followed, settings, at, bytes)
    }

    /// Looks for what was handed in among the new entries, and hands the rest to the desks.
    fn follow_statements(&mut self, settings: &Settings<'_>, takes: &Takes, tell: &mut dyn FnMut(Event)) {
        let reads: Vec<_> = self.ledgers.keys().map(|origin| self.read_at(settings, origin)).collect();
        for ((origin, followed), read) in self.ledgers.iter().zip(reads) {
            let statements = self.statements.entry(origin.clone());
            let statements = statements.or_insert_with(|| Statements::open(&followed.kept.dir));
            let desk = takes.desks.get(origin);
            let looked = read.map_or(Ok(()), |read| statements.look(followed, read, takes.after_s));
            let done = looked
                .and_then(|()| desk.map_or(Ok(()), |desk| statements.forward(desk, &followed.keys(), settings.at)));
            if let Err(SourceError(sentence)) = done {
                tell(Event::Trouble { from: origin.clone(), sentence });
            }
        }
    }

    /// What is known after a round, for readers: each new entry is taken in here for what governments have in common.
    ///
    /// # Errors
    /// What the mirrors' files report.
    pub fn picture(&mut self, settings: &Settings<'_>, every_s: u64) -> Result<Picture, SourceError> {
        self.unwitnessed(settings);
        let mut grown = false;
        for (origin, followed) in &self.ledgers {
            let size = followed.checkpoint.size;
            grown |= self.recipients.take_in(origin, self.ledgers.len(), followed.kept.mirror.tree(), size)?;
        }
        if grown {
            self.shared = Arc::new(self.recipients.shared());
        }
        let heard = self.heard.iter().filter_map(|source| source.origin.as_ref());
        let origins: BTreeSet<&String> = self.ledgers.keys().chain(self.alarms.keys()).chain(heard).collect();
        let ledgers = origins.into_iter().map(|origin| self.ledger(settings, origin)).collect();
        let unread = self.heard.iter().filter(|source| source.origin.is_none()).cloned().collect();
        Ok(Picture {
            at: Some(settings.at),
            ended: None,
            id: self.id.clone(),
            every_s,
            watches_growth: settings.stale_after_s.is_some(),
            ledgers,
            unread,
            shared: Arc::clone(&self.shared),
        })
    }

    /// What was handed in and is told.
    fn told(&self, settings: &Settings<'_>, origin: &str) -> Vec<Told> {
        let read = self.read_at(settings, origin);
        let kept = settings.takes.as_ref().zip(self.statements.get(origin));
        kept.map_or_else(Vec::new, |(takes, kept)| kept.told((read, settings.at), takes.after_s))
    }

    /// When the ledger's own source was last read: a mirror that lags shows no newer statement, and withholds none.
    fn read_at(&self, settings: &Settings<'_>, origin: &str) -> Option<Timestamp> {
        let own_source = settings.own_source(&self.bound, origin)?;
        self.heard.iter().find(|source| source.from == own_source).and_then(|source| source.answered)
    }

    /// Since when the newest checkpoint lacks its quorum in each round; none: it has it, or needs none.
    fn unwitnessed(&mut self, settings: &Settings<'_>) {
        for (origin, followed) in &self.ledgers {
            if followed.quorum(settings) == Some(false) {
                self.unwitnessed.entry(origin.clone()).or_insert(settings.at);
            } else {
                self.unwitnessed.remove(origin);
            }
        }
    }

    /// How many entries the mirror has of a ledger that was not read since the start.
    fn kept_size(&self, origin: &str) -> u64 {
        let kept = Kept::of(&self.dir, origin).ok().and_then(|kept| kept.mirror.checkpoint().ok().flatten());
        let note = kept.and_then(|bytes| Note::parse(&bytes).ok());
        note.and_then(|note| Checkpoint::parse(&note.text).ok()).map_or(0, |checkpoint| checkpoint.size)
    }

    fn ledger(&self, settings: &Settings<'_>, origin: &str) -> LedgerSeen {
        let of_it = |source: &&SourceSeen| source.origin.as_deref() == Some(origin);
        let followed = self.ledgers.get(origin);
        let mark = |source: &SourceSeen| {
            let older = followed.and_then(|followed| followed.older.get(&source.from).copied());
            SourceSeen { older, ..source.clone() }
        };
        let sources: Vec<SourceSeen> = self.heard.iter().filter(of_it).map(mark).collect();
        let mut alarms: Vec<Alarm> = self.alarms.get(origin).into_iter().flat_map(BTreeMap::values).cloned().collect();
        alarms.sort_by_key(Alarm::order);
        let quorum = followed.and_then(|followed| followed.quorum(settings));
        let handed = self.told(settings, origin);
        let silent = sources.iter().all(|source| source.trouble.is_some());
        let standing = if alarms.iter().any(|alarm| alarm.finding != Finding::Stale) {
            Standing::Alarm
        } else if silent {
            let since = sources.iter().filter_map(|source| source.trouble.as_ref()).map(|(since, _)| *since);
            Standing::Silent(since.max().unwrap_or(settings.at))
        } else if alarms.iter().any(|alarm| alarm.last == settings.at) {
            Standing::Stale
        } else if handed.iter().any(|told| told.fate == Fate::Withheld) {
            Standing::Withheld
        } else if let Some(since) = self.unwitnessed.get(origin).copied() {
            let for_s = u64::try_from((settings.at.ms() - since.ms()) / 1_000).unwrap_or_default();
            Standing::Unwitnessed { since, too_long: for_s >= settings.stale_after_s.unwrap_or(UNWITNESSED_S) }
        } else {
            Standing::Good
        };
        let state = followed.map(|followed| followed.replay().state());
        LedgerSeen {
            origin: origin.to_owned(),
            name: state.and_then(|state| state.government()),
            trial: state.is_some_and(State::is_trial),
            vkey: followed.map(|followed| followed.vkey().to_string()),
            vkey_given: settings.vkey(origin).is_some(),
            size: followed.map_or_else(|| self.kept_size(origin), |followed| followed.checkpoint.size),
            recorded: followed.and_then(|followed| followed.replay().last_time()),
            witnesses: followed.map(|followed| followed.witnesses(settings)).unwrap_or_default(),
            quorum,
            sources,
            standing,
            alarms,
            handed,
        }
    }
}
