//! Every step that a desk takes on the disk x {failed, failed but persisted, torn, killed before, killed behind}: no false
//! receipt, and the next start takes everything over.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::cli_shell::Shell;
use super::disk::trace::{self, Step};
use super::disk::{Answer, Desk, Recovered, Shimmed, every_fault, shim, statement};

const ROWS: std::ops::Range<u64> = 1..3;
const HOWS: [&str; 5] = ["EIO", "late", "torn", "kill", "killed"];
/// How many cells are tried by default.
const SOME: usize = 20;

/// One cell: what fails, and how.
struct Cell {
    faults: String,
    /// What clients heard and the program said, for when the cell does not hold.
    told: Vec<String>,
    given: Vec<(Vec<u8>, String)>,
}

/// Hands the statements in and stops the desk, whatever happens.
fn life(shell: &Shell, shimmed: Shimmed<'_>) -> (Vec<(Vec<u8>, String)>, Vec<String>) {
    let (mut given, mut told) = (Vec::new(), Vec::new());
    let ended = match Desk::start(shell.path(), shimmed, false) {
        Err(ended) => ended,
        Ok(desk) => {
            for row in ROWS {
                let statement = statement(row);
                match desk.submit(&statement) {
                    Answer::Receipt(receipt) => given.push((statement, receipt)),
                    other => told.push(format!("{other:?}")),
                }
            }
            desk.stop()
        }
    };
    told.push(format!("{ended:?}"));
    (given, told)
}

/// How many steps of a life without a fault there are, by file.
fn steps() -> BTreeMap<String, usize> {
    let shell = Shell::with_ledger();
    let trace = shell.path().join("trace");
    let mut names = trace::inodes(&shell.path().join("led"));
    let (given, told) = life(&shell, Shimmed { trace: Some(&trace), ..Shimmed::default() });
    assert_eq!(given.len() as u64, ROWS.end - ROWS.start, "{told:?}");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for step in trace::read(&trace) {
        let name = match &step {
            Step::Made { inode, name } => {
                names.insert(*inode, name.clone());
                name
            }
            Step::Unlinked { name } => name,
            Step::Wrote { inode, .. } | Step::Cut { inode, .. } | Step::Synced { inode } => &names[inode],
            Step::SyncFailed { .. } | Step::Failed => panic!("{told:?}"),
            Step::FolderSynced { .. } | Step::Left { .. } => continue,
        };
        *counts.entry(name.clone()).or_default() += 1;
    }
    counts
}

fn cells(every: bool) -> Vec<String> {
    let counts = steps();
    let truth = ["ledger.db", "ledger.db-wal", "last-signed.db", "last-signed.db-wal"];
    assert!(truth.iter().all(|name| counts.get(*name).is_some_and(|count| *count > 2)), "{counts:?}");
    // What is derived is many pages; some of them stand for the rest.
    let step = |name: &str| if truth.contains(&name) { 1 } else { 13 };
    let all = counts.iter().flat_map(|(name, count)| {
        let numbers = (1..=*count).step_by(step(name));
        numbers.flat_map(move |n| HOWS.map(|how| format!("any:{name}:{n}:{how}")))
    });
    let all: Vec<String> = all.collect();
    // A stride that is prime to the number of ways takes each of them.
    let stride = if every { 1 } else { (all.len() / SOME / HOWS.len() * HOWS.len() + 1).max(1) };
    all.into_iter().step_by(stride).collect()
}

fn check(faults: &str) -> Result<(), String> {
    let shell = Shell::with_ledger();
    let (given, told) = life(&shell, Shimmed { faults, ..Shimmed::default() });
    let cell = Cell { faults: faults.to_owned(), told, given };
    let holds = || {
        if cell.told.iter().any(|told| told.contains("panicked")) {
            return Err("it panicked".to_owned());
        }
        let led = shell.path().join("led");
        super::disk::taken_again(&led, ROWS)?;
        let recovered = Recovered::of(&led, 1_000_000)?;
        cell.given.iter().try_for_each(|(statement, receipt)| recovered.holds(receipt, Some(statement)))
    };
    holds().map_err(|why| format!("{}: {why}\n  {}", cell.faults, cell.told.join("\n  ")))
}

#[test]
fn every_step_may_fail() {
    if shim().is_none() {
        return;
    }
    let cells = cells(every_fault("most steps are not made to fail"));
    assert!(cells.len() >= SOME, "{cells:?}");
    let (count, rest, broken) = (cells.len(), Mutex::new(cells), Mutex::new(Vec::new()));
    let work = || {
        let next = || rest.lock().expect("no panic").pop();
        while let Some(faults) = next() {
            if let Err(why) = check(&faults) {
                broken.lock().expect("no panic").push(why);
            }
        }
    };
    std::thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    let broken = broken.into_inner().expect("no panic");
    assert!(broken.is_empty(), "{} of {count} cells:\n{}", broken.len(), broken.join("\n"));
}
