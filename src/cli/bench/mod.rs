//! `hibah bench`: ledgers as large as one likes, for measuring.

use std::path::PathBuf;

use clap::Subcommand;

use self::town::{Plan, Town};
use super::{Failure, progress};
use crate::grants::time::Timestamp;
use crate::ledger::writer::{Clock, Outcome, Writer};

pub mod caseload;
pub mod town;

/// Statements that are recorded together.
const GROUP: usize = 4_096;

/// Make what measuring needs; nothing here is for a ledger that anybody uses
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  hibah bench fill big 1000000\n  hibah verify big")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Fill(Fill),
}

/// Fill a new ledger with N entries or a few more, by keys that everybody can know
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  hibah bench fill big 1000000\n  hibah bench fill few 100000 --organisations 5")]
struct Fill {
    /// The folder of the new ledger
    dir: PathBuf,
    /// How many entries
    entries: u64,
    /// How many organisations; about 25 offices have keys beside them
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    organisations: u64,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::Fill(fill) => filled(fill),
    }
}

/// The clock of a town: all of it is recorded at one time, the same whenever it is filled.
pub struct Still;

impl Clock for Still {
    fn now(&mut self) -> Result<Timestamp, String> {
        Ok(town::now())
    }
}

fn filled(fill: &Fill) -> Result<(), Failure> {
    let bar = progress::bar("Filling");
    let mut ledger = Filling { fill, writer: None, group: Vec::new(), failed: None };
    let plan = Plan { entries: fill.entries, organisations: fill.organisations, signed: true };
    let mut told = |statement: &[u8], _| {
        ledger.say(statement);
        bar.set_length(fill.entries);
        bar.inc(1);
    };
    let town = Town::grown(plan, &mut told);
    let (size, root) = (town.replay.size(), town.replay.root());
    ledger.flush();
    bar.finish_and_clear();
    if let Some(failure) = ledger.failed {
        return Err(failure);
    }
    println!("{size} entries in {}, root {root}", fill.dir.display());
    Ok(())
}

struct Filling<'f> {
    fill: &'f Fill,
    writer: Option<Writer>,
    group: Vec<Vec<u8>>,
    /// What ended it; the town goes on and nothing more is recorded.
    failed: Option<Failure>,
}

impl Filling<'_> {
    fn say(&mut self, statement: &[u8]) {
        if self.failed.is_some() {
            return;
        }
        if self.writer.is_none() {
            match Writer::found(&self.fill.dir, town::ORIGIN, statement, town::ledger_key(), Box::new(Still)) {
                Ok(Ok(writer)) => self.writer = Some(writer),
                Ok(Err(refused)) => self.failed = Some(Failure::could_not(refused)),
                Err(error) => self.failed = Some(error.into()),
            }
            return;
        }
        self.group.push(statement.to_vec());
        if self.group.len() == GROUP {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let group = std::mem::take(&mut self.group);
        let Some(writer) = &mut self.writer else { return };
        match writer.append(&group) {
            Ok(outcomes) => {
                let refused = outcomes.iter().find(|outcome| !matches!(outcome, Outcome::Recorded { new: true, .. }));
                self.failed = refused.map(|outcome| Failure::CouldNot(format!("a statement of the town: {outcome:?}")));
            }
            Err(error) => self.failed = Some(error.into()),
        }
    }
}
