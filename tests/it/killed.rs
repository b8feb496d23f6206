//! Real desks killed at a moment of chance, with clients at work or while they start: every receipt given before a kill
//! verifies after it, and all of them are of one history.

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use hibah::ledger::reader::Reader;

use super::cli_shell::Shell;
use super::disk::{Answer, Desk, Recovered, Shimmed, chance, program, statement};
use super::left_out::left_out;

const CLIENTS: usize = 4;
const FEW_ROUNDS: u64 = 4;
/// Of so many rounds one is killed while it starts, and behind so many the whole ledger is audited.
const START_EVERY: u64 = 5;
const AUDIT_EVERY: u64 = 25;

/// Each receipt, with its statement.
type Given = Vec<(Vec<u8>, String)>;

fn rounds() -> u64 {
    let asked = std::env::var("HIBAH_KILL_ROUNDS").ok();
    let rounds = asked.map(|rounds| rounds.parse().expect("HIBAH_KILL_ROUNDS is a number"));
    rounds.unwrap_or_else(|| {
        left_out(&format!("desks are killed {FEW_ROUNDS} times only; HIBAH_KILL_ROUNDS=200 kills more"));
        FEW_ROUNDS
    })
}

/// Clients hand statements in until the desk is gone; it is killed some time after the first receipt.
fn killed_at_work(folder: &Path, next_row: &AtomicU64, after: Duration) -> Given {
    let desk = Desk::start(folder, Shimmed::default(), false).unwrap_or_else(|ended| panic!("{ended:?}"));
    let url = desk.url.clone();
    let (told, first) = channel();
    let client = |told: Sender<()>| {
        let mut given = Given::new();
        loop {
            let statement = statement(next_row.fetch_add(1, Ordering::SeqCst));
            match super::disk::submit(&url, &statement) {
                Answer::Receipt(receipt) => {
                    given.push((statement, receipt));
                    // Only the first of all is waited for.
                    let _ = told.send(());
                }
                Answer::Nothing => return given,
                told @ Answer::Told(..) => panic!("{told:?}"),
            }
        }
    };
    std::thread::scope(|scope| {
        let client = &client;
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let told = told.clone();
                scope.spawn(move || client(told))
            })
            .collect();
        first.recv_timeout(Duration::from_secs(60)).expect("a receipt");
        std::thread::sleep(after);
        let ended = desk.kill();
        assert!(ended.status.is_none() && !ended.said.contains("panicked"), "{ended:?}");
        clients.into_iter().flat_map(|client| client.join().expect("no panic")).collect()
    })
}

/// It is killed while it takes over what the round before left.
fn killed_at_start(folder: &Path, ms: u64) {
    let mut command = program(folder);
    command.args(["serve", "led", "--no-vault", "--desk", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program runs");
    std::thread::sleep(Duration::from_millis(ms));
    child.kill().expect("it runs or waits to be buried");
    child.wait().expect("it ends");
}

#[test]
fn every_receipt_given_before_a_kill_verifies_after_it() {
    let shell = Shell::with_ledger();
    let led = shell.path().join("led");
    let next_row = AtomicU64::new(1);
    let (mut given, rounds) = (Given::new(), rounds());
    for round in 0..rounds {
        if round % START_EVERY == START_EVERY - 1 {
            killed_at_start(shell.path(), chance(round) % 400);
        }
        let now = killed_at_work(shell.path(), &next_row, Duration::from_micros(chance(round) % 60_000));
        // Opened as the next desk will open it, which takes over what is unfinished.
        drop(Desk::start(shell.path(), Shimmed::default(), false).unwrap_or_else(|ended| panic!("{ended:?}")));
        let reader = Reader::open(&led).unwrap_or_else(|e| panic!("round {round}: {e}"));
        for (statement, receipt) in &now {
            let index = receipt.split('\n').find_map(|line| line.strip_prefix("index ")).expect("a receipt");
            let entry = reader.entry(index.parse().expect("a number")).expect("read");
            assert!(entry.is_some_and(|entry| entry.ends_with(statement)), "round {round}: entry {index} is lost");
        }
        given.extend(now);
        if round % AUDIT_EVERY == AUDIT_EVERY - 1 {
            Recovered::audited(&led).unwrap_or_else(|why| panic!("round {round}: {why}"));
        }
    }
    let recovered = Recovered::of(&led, 1_000_000).unwrap_or_else(|why| panic!("{why}"));
    for (statement, receipt) in &given {
        recovered.holds(receipt, Some(statement)).unwrap_or_else(|why| panic!("{why}"));
    }
    assert!(given.len() as u64 >= rounds, "{} receipts of {rounds} rounds are too few to tell", given.len());
    shell.check("$ hibah verify led --vkey $(cat vkey)\nThe ledger hibah.bandung.example/ledger holds.");
}
