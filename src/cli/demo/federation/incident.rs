//! What goes wrong in a federation, on purpose: each is what an operator could do, done to one ledger with its real key.
//!
//! | incident | what happens | who notices |
//! |---|---|---|
//! | `stop` | a ledger's server ends | the monitor: no answer |
//! | `rollback` | a ledger is put back from a backup, its last-signed record too | its witnesses know more entries, so its writer stops; the monitor: `shrink` |
//! | `fork` | readers of a second address are shown another history, signed with the ledger's key | its witnesses refuse it and keep both notes; the monitor: `fork` |

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tokio::runtime::Handle;

use super::running::{Ledger, Pages, ask};
use super::{Options, clerk};
use crate::cli::clock::{self, SystemClock};
use crate::cli::demo::city::published_key;
use crate::cli::{Failure, output};
use crate::ledger::cosigned::Cosigned;
use crate::ledger::ledger_keys::LedgerKeys;
use crate::ledger::writer::{Outcome, Writer};
use crate::network::asking::Asking;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::Note;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Incident {
    /// A ledger no longer answers
    Stop,
    /// A ledger is put back from a backup
    Rollback,
    /// A ledger shows some readers a second history
    Fork,
}

impl Incident {
    /// The place of the ledger that it happens to.
    const fn to(self) -> usize {
        match self {
            Self::Stop => 0,
            Self::Rollback => 1,
            Self::Fork => 2,
        }
    }

    /// What is said at the start.
    pub(super) const fn announced(self) -> &'static str {
        match self {
            Self::Stop => "after a few checkpoints one ledger will no longer answer",
            Self::Rollback => "after a few checkpoints one ledger will be put back from a backup",
            Self::Fork => "after a few checkpoints a second address of one ledger will show another history",
        }
    }
}

/// How far an incident is.
enum Stage {
    /// Nothing was done yet.
    Before,
    /// A backup is there, of so many entries; it is put back once witnesses and monitor have seen more.
    BackedUp(u64),
    /// The second history waits for the first to be as long.
    Forked {
        size: u64,
    },
    /// The second history is shown.
    Shown(Asking),
    Over,
}

/// An incident under way.
pub(super) struct Plot {
    incident: Option<Incident>,
    stage: Stage,
    /// Where a backup or a second history is.
    beside: PathBuf,
    /// What the monitor keeps, by ledger.
    monitor: PathBuf,
    runtime: Handle,
    mirror: SocketAddr,
    /// What is served at the second address.
    pages: Option<Pages>,
    checkpoints: u64,
}

impl Plot {
    /// Prepares the incident: for a fork, the second address shows the same history at first.
    pub(super) fn new(
        options: &Options<'_>,
        mirror: SocketAddr,
        runtime: Handle,
        ledgers: &[Ledger],
    ) -> Result<Self, Failure> {
        let beside = options.dir.join("incident");
        if beside.exists() {
            fs::remove_dir_all(&beside).map_err(Failure::could_not)?;
        }
        let pages = match options.incident {
            Some(Incident::Fork) => Some(Pages::start(&runtime, mirror, &ledgers[Incident::Fork.to()].dir, true)?),
            _ => None,
        };
        Ok(Self {
            incident: options.incident,
            stage: Stage::Before,
            beside,
            monitor: options.dir.join("monitor"),
            runtime,
            mirror,
            pages,
            checkpoints: 0,
        })
    }

    /// What happens next, asked once an interval.
    pub(super) fn go_on(&mut self, ledgers: &mut [Ledger]) -> Result<(), Failure> {
        self.checkpoints += 1;
        let Some(incident) = self.incident else { return Ok(()) };
        let ledger = &mut ledgers[incident.to()];
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        self.stage = match (incident, stage) {
            (Incident::Stop, Stage::Before) if self.checkpoints >= 3 => {
                ledger.stop();
                self.tell(ledger, "its server was stopped");
                Stage::Over
            }
            (Incident::Rollback, Stage::Before) if self.knows(ledger) => self.back_up(ledger)?,
            (Incident::Rollback, Stage::BackedUp(size)) if self.known(ledger) > size => self.put_back(ledger)?,
            (Incident::Fork, Stage::Before) if self.knows(ledger) => self.fork(ledger)?,
            (Incident::Fork, Stage::Forked { size }) if self.known(ledger) == size => self.show(ledger)?,
            (Incident::Fork, Stage::Shown(asking)) => self.refused(ledger, asking)?,
            (_, stage) => stage,
        };
        Ok(())
    }

    /// Ends what is served at the second address.
    pub(super) fn end(&mut self) {
        if let Some(pages) = self.pages.take() {
            pages.stop(&self.runtime);
        }
    }

    fn tell(&self, ledger: &Ledger, what: &str) {
        output::say(format_args!("Incident: {}: {what}", ledger.name));
    }

    /// How many entries the monitor has verified.
    fn known(&self, ledger: &Ledger) -> u64 {
        let kept = self.monitor.join(ledger.origin.replace('/', "_")).join("checkpoint");
        let note = fs::read(kept).ok().and_then(|bytes| Note::parse(&bytes).ok());
        note.and_then(|note| Checkpoint::parse(&note.text).ok()).map_or(0, |checkpoint| checkpoint.size)
    }

    /// Whether the monitor follows it, some checkpoints long.
    fn knows(&self, ledger: &Ledger) -> bool {
        self.checkpoints >= 2 && self.known(ledger) > 0
    }

    /// A backup of everything, made as it should be: with the ledger stopped.
    fn back_up(&self, ledger: &mut Ledger) -> Result<Stage, Failure> {
        ledger.stop();
        let size = ledger.size()?;
        copy(&ledger.dir, &self.beside.join("backup"))?;
        ledger.start()?;
        self.tell(ledger, &format!("a backup was made, of {size} entries"));
        Ok(Stage::BackedUp(size))
    }

    /// What nobody should do: the last-signed record comes from the backup too.
    fn put_back(&self, ledger: &mut Ledger) -> Result<Stage, Failure> {
        ledger.stop();
        let newest = ledger.size()?;
        fs::rename(&ledger.dir, self.beside.join("lost")).map_err(Failure::could_not)?;
        copy(&self.beside.join("backup"), &ledger.dir)?;
        // Its witnesses know better, and end its writer before it signs anything.
        ledger.quiet = true;
        ledger.start()?;
        let size = ledger.size()?;
        self.tell(ledger, &format!("it had {newest} entries and was put back from its backup of {size}"));
        Ok(Stage::Over)
    }

    /// Two histories of one size: an organisation registers, under another name in each.
    fn fork(&self, ledger: &mut Ledger) -> Result<Stage, Failure> {
        ledger.stop();
        ledger.quiet = true;
        let second = self.beside.join("second-history");
        copy(&ledger.dir, &second)?;
        // What the witnesses said of the first history is no part of the second.
        for name in ["cosigned.db", "cosigned.db-wal", "cosigned.db-shm"] {
            let file = second.join(name);
            if file.exists() {
                fs::remove_file(file).map_err(Failure::could_not)?;
            }
        }
        let mut size = 0;
        for (dir, kind) in [(&ledger.dir, "Lembaga"), (&second, "Forum")] {
            let keys: LedgerKeys = published_key(&ledger.origin, "").into();
            let mut writer = Writer::open(dir, keys, Box::new(SystemClock::new()))?;
            // Where an application comes next, it would be the same in both.
            loop {
                let statement = clerk::statement(writer.state(), clock::now()?, &ledger.city, kind);
                let statement = statement.map_err(Failure::CouldNot)?;
                let registers = String::from_utf8_lossy(&statement).contains("organisation.registered");
                match writer.append(&[statement])?.pop() {
                    Some(Outcome::Recorded { index, .. }) => size = index + 1,
                    _ => return Err(Failure::could_not("the entry of the incident was refused")),
                }
                if registers {
                    break;
                }
            }
        }
        ledger.start()?;
        Ok(Stage::Forked { size })
    }

    /// The second address shows the second history, and the witnesses are asked for it.
    fn show(&mut self, ledger: &Ledger) -> Result<Stage, Failure> {
        let second = self.beside.join("second-history");
        self.end();
        drop(crate::cli::source::open_reader(&second)?);
        self.pages = Some(Pages::start(&self.runtime, self.mirror, &second, false)?);
        let asking = ask(&second, &ledger.policy, ledger.every, |_| ())?;
        self.tell(ledger, &format!("another history of it is shown at http://{}/", self.mirror));
        Ok(Stage::Shown(asking))
    }

    /// Once both witnesses have refused the second history, the first goes on.
    fn refused(&self, ledger: &mut Ledger, asking: Asking) -> Result<Stage, Failure> {
        let alarms = match Cosigned::read(&self.beside.join("second-history"))? {
            Some(cosigned) => cosigned.alarms()?,
            None => Vec::new(),
        };
        if alarms.len() < ledger.policy.witnesses().len() {
            return Ok(Stage::Shown(asking));
        }
        for alarm in alarms {
            self.tell(ledger, &alarm.sentence);
        }
        ledger.quiet = false;
        Ok(Stage::Over)
    }
}

/// Copies a folder of files and folders.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let could_not = |file: &Path, e: std::io::Error| Failure::CouldNot(format!("{}: {e}", file.display()));
    fs::create_dir_all(to).map_err(|e| could_not(to, e))?;
    for entry in fs::read_dir(from).map_err(|e| could_not(from, e))? {
        let path = entry.map_err(|e| could_not(from, e))?.path();
        let there = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &there)?;
        } else {
            fs::copy(&path, &there).map_err(|e| could_not(&path, e))?;
        }
    }
    Ok(())
}
