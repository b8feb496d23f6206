//! Power loss: the real desk runs over a disk that is watched, and at every point of the trace the power goes. Whatever
//! of the unsynced writes is there then, the ledger opens, goes on, holds, and has what it gave receipts for.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use hibah::tlog::checkpoint::{Checkpoint, SignedCheckpoint};

use super::cli_shell::{ORIGIN, Shell};
use super::disk::trace::{self, Disk, Fate, Image, Step};
use super::disk::{Answer, Desk, Recovered, Shimmed, chance, every_fault, ledger_key, passing_folder, shim, statement};

/// How a part of a run ends.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Stop,
    Kill,
    /// The fault ends it, or makes it answer errors; if it still runs, it is killed.
    Fault,
}

/// One life of the desk: what it is handed by how many clients, and how it ends.
struct Life {
    rows: std::ops::Range<u64>,
    clients: usize,
    faults: &'static str,
    end: End,
}

/// What was done and shown, in order.
struct Run {
    disk: Disk,
    steps: Vec<Step>,
    /// Each receipt that a client has, with its statement.
    given: Vec<(Vec<u8>, String)>,
}

fn run(lives: &[Life], with_public: bool) -> Run {
    let shell = Shell::with_ledger();
    let disk = Disk::of(&shell.path().join("led"));
    let trace = shell.path().join("trace");
    let mut given = Vec::new();
    for life in lives {
        let shimmed = Shimmed { trace: Some(&trace), faults: life.faults, clock: None };
        let desk = Desk::start(shell.path(), shimmed, with_public).unwrap_or_else(|ended| panic!("{ended:?}"));
        given.extend(live(&desk, life));
        let ended = if life.end == End::Stop { desk.stop() } else { desk.kill() };
        assert!(life.end != End::Stop || ended.status == Some(0), "{ended:?}");
        assert!(!ended.said.contains("panicked"), "{}", ended.said);
    }
    Run { disk, steps: trace::read(&trace), given }
}

/// Its clients hand in what there is, while somebody reads the newest checkpoint again and again.
fn live(desk: &Desk, life: &Life) -> Vec<(Vec<u8>, String)> {
    let (next, over) = (AtomicU64::new(life.rows.start), AtomicBool::new(false));
    let client = || {
        let mut given = Vec::new();
        loop {
            let row = next.fetch_add(1, Ordering::SeqCst);
            if row >= life.rows.end {
                return given;
            }
            let statement = statement(row);
            match desk.submit(&statement) {
                Answer::Receipt(receipt) => given.push((statement, receipt)),
                other => assert!(life.end == End::Fault, "{other:?}"),
            }
        }
    };
    std::thread::scope(|scope| {
        if let Some(public) = &desk.public {
            let over = &over;
            scope.spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    let read = ureq::get(&format!("{public}/checkpoint")).call();
                    assert!(read.is_ok_and(|mut read| read.body_mut().read_to_string().is_ok()), "it is served");
                    std::thread::sleep(Duration::from_millis(2));
                }
            });
        }
        let clients: Vec<_> = (0..life.clients).map(|_| scope.spawn(client)).collect();
        let given = clients.into_iter().flat_map(|client| client.join().expect("no panic")).collect();
        over.store(true, Ordering::SeqCst);
        given
    })
}

/// A checkpoint that was signed, at the step where it was written down or left the program.
struct Seen {
    at: usize,
    checkpoint: Checkpoint,
    /// The receipt that it left in.
    receipt: Option<String>,
}

/// Every checkpoint that was signed, and every receipt; one is enough of what is read again and again.
fn seen(steps: &[Step]) -> Vec<Seen> {
    let mut seen: Vec<Seen> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let (Step::Left { bytes } | Step::Wrote { bytes, .. }) = step else { continue };
        let text = std::str::from_utf8(bytes).ok().filter(|_| matches!(step, Step::Left { .. }));
        let receipt = text.and_then(|text| Some(text[text.find("c2sp.org/tlog-proof@v1\n")?..].to_owned()));
        for checkpoint in checkpoints(bytes) {
            if receipt.is_some() || !seen.iter().any(|seen| seen.checkpoint == checkpoint) {
                seen.push(Seen { at, checkpoint, receipt: receipt.clone() });
            }
        }
    }
    seen
}

/// The checkpoints in an answer or in a page of the last-signed record, with the ledger's signature.
fn checkpoints(bytes: &[u8]) -> Vec<Checkpoint> {
    let origin = format!("{ORIGIN}\n").into_bytes();
    let starts = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(&origin));
    let read = |at: usize| {
        // Origin, size, root, an empty line, the signature. Statements have the origin too, and other lines behind it.
        let lines: Vec<&[u8]> = bytes[at..].split_inclusive(|byte| *byte == b'\n').take(5).collect();
        let signed = SignedCheckpoint::open(&lines.concat(), ledger_key().verifier()).ok()?;
        Some(signed.checkpoint().clone())
    };
    starts.filter_map(read).collect()
}

/// One disk to recover: what is found, how it came to be, and how much had been signed and given by then.
struct Loss {
    image: Image,
    what: String,
    seen: usize,
}

/// A way to lose what is not synced: in words, how many of the names are there, and the fate of each change.
type Way = (String, usize, Vec<(usize, Fate)>);

/// Ways to lose what is not synced. The first two lose all and nothing.
fn ways(unsynced: &[usize], names: usize, seed: u64, every: bool) -> Vec<Way> {
    let each = |fate: Fate| unsynced.iter().map(|n| (*n, fate)).collect::<Vec<_>>();
    let all_but = |rest: Fate, at: usize, fate: Fate| {
        let mut fates = each(rest);
        if let Some(one) = fates.get_mut(at) {
            one.1 = fate;
        }
        fates
    };
    let mut ways =
        vec![("all lost".to_owned(), 0, each(Fate::Dropped)), ("nothing lost".to_owned(), names, each(Fate::Kept))];
    let mut rest = Vec::new();
    // A log may be long; its end is where a commit is decided.
    for back in 1..=unsynced.len().min(if every { 8 } else { 4 }) {
        let at = unsynced.len() - back;
        for fate in &Fate::ALL[1..] {
            rest.push((format!("{fate:?}, {back} from the end"), names, all_but(Fate::Kept, at, *fate)));
        }
        rest.push((format!("only the one {back} from the end"), names, all_but(Fate::Dropped, at, Fate::Kept)));
    }
    for round in 0..if every { 8 } else { 4 } {
        let luck = |n: u64| chance(seed ^ chance(round) ^ n);
        let pick = |n: usize| Fate::ALL[usize::try_from(luck(n as u64) % 5).expect("below five")];
        let names = usize::try_from(luck(u64::MAX) % (names as u64 + 1)).expect("at most all of them");
        rest.push((format!("chance {round}"), names, unsynced.iter().map(|n| (*n, pick(*n))).collect()));
    }
    if every {
        ways.extend(rest);
    } else {
        // Two of them, others at each point.
        let step = rest.len().max(1);
        ways.extend((0..2).filter_map(|n| {
            let at = usize::try_from(chance(seed + n)).unwrap_or_default() % step;
            (at < rest.len()).then(|| rest.swap_remove(at))
        }));
    }
    ways
}

/// Every disk that the power may leave: before each sync, once something new has left the program, and at the end.
fn losses(mut disk: Disk, steps: &[Step], seen: &[Seen], every: bool, take: &mut dyn FnMut(Loss)) {
    let mut met = HashSet::new();
    for at in 0..=steps.len() {
        let by_now = seen.partition_point(|seen| seen.at <= at);
        let is_new = by_now > 0 && seen[by_now - 1].at == at;
        if is_new || steps.get(at).is_none_or(Step::is_sync) {
            for (way, names, fates) in ways(&disk.unsynced(), disk.unsynced_names(), at as u64, every) {
                let fate = |n: usize| {
                    let found = fates.binary_search_by_key(&n, |(number, _)| *number);
                    found.map_or(Fate::Kept, |found| fates[found].1)
                };
                let image = disk.after_power_loss(names, fate);
                let mut digest = DefaultHasher::new();
                (&image, by_now).hash(&mut digest);
                if met.insert(digest.finish()) {
                    take(Loss { image, what: format!("step {at}, {way}"), seen: by_now });
                }
            }
        }
        if let Some(step) = steps.get(at) {
            disk.take(step);
        }
    }
}

/// Recovers one disk: what was signed by then is its history, and what was given holds.
fn recover(loss: &Loss, seen: &[Seen], given: &[(Vec<u8>, String)]) -> Result<(), String> {
    let dir = passing_folder();
    for (name, bytes) in &loss.image {
        std::fs::write(dir.path().join(name), bytes).expect("written");
    }
    let recovered = Recovered::of(dir.path(), 1_000_000)?;
    for Seen { checkpoint, receipt, .. } in &seen[..loss.seen] {
        recovered.agrees(checkpoint)?;
        let Some(receipt) = receipt else { continue };
        let statement = given.iter().find(|(_, given)| given == receipt).map(|(bytes, _)| &**bytes);
        recovered.holds(receipt, statement)?;
    }
    Ok(())
}

/// How many disks were recovered, and which did not keep what was promised.
fn check(run: Run, every: bool) -> (usize, Vec<String>) {
    let Run { disk, steps, given } = run;
    let seen = seen(&steps);
    for (_, receipt) in &given {
        let there = seen.iter().any(|seen| seen.receipt.as_ref() == Some(receipt));
        assert!(there, "the trace does not have the receipt that a client has:\n{receipt}");
    }
    let (send, receive) = sync_channel::<Loss>(4);
    let (receive, tried, broken) = (Mutex::new(receive), AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        let next = || receive.lock().expect("no panic").recv().ok();
        while let Some(loss) = next() {
            tried.fetch_add(1, Ordering::SeqCst);
            if let Err(why) = recover(&loss, &seen, &given) {
                broken.lock().expect("no panic").push(format!("{}: {why}", loss.what));
            }
        }
    };
    std::thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        losses(disk, &steps, &seen, every, &mut |loss| send.send(loss).expect("somebody recovers it"));
        drop(send);
        workers.into_iter().for_each(|worker| worker.join().expect("no panic"));
    });
    (tried.into_inner(), broken.into_inner().expect("no panic"))
}

/// As many as one reads.
fn first(broken: &[String]) -> String {
    broken[..broken.len().min(20)].join("\n")
}

/// Opened, stopped, opened again, killed, opened again: the logs are made, written, taken over, removed.
#[test]
fn no_receipt_is_lost_with_the_power() {
    if shim().is_none() {
        return;
    }
    let every = every_fault("most of the ways in which a power loss leaves a disk");
    let rows = if every { 10 } else { 6 };
    let life = |n: u64, end| Life { rows: n * rows + 1..(n + 1) * rows + 1, clients: 3, faults: "", end };
    let run = run(&[life(0, End::Stop), life(1, End::Kill), life(2, End::Stop)], true);
    assert_eq!(run.given.len() as u64, 3 * rows);
    let (tried, broken) = check(run, every);
    assert!(tried > if every { 600 } else { 60 }, "only {tried} disks were recovered");
    assert!(broken.is_empty(), "{} of {tried} disks:\n{}", broken.len(), first(&broken));
}

/// The test can fail: a disk that only says that it synced loses receipts, and that is found.
#[test]
fn a_sync_that_is_left_out_is_found() {
    if shim().is_none() {
        return;
    }
    for (faults, told) in [
        ("sync:ledger.db-wal:1+:skip", "entries were lost"),
        ("sync:ledger.db-wal:1+:skip,sync:last-signed.db-wal:1+:skip", "two histories"),
    ] {
        let run = run(&[Life { rows: 1..5, clients: 1, faults, end: End::Kill }], false);
        assert_eq!(run.given.len(), 4);
        let (_, broken) = check(run, false);
        assert!(broken.iter().any(|broken| broken.contains(told)), "{faults}: {}", broken.join("\n"));
    }
}

/// What a failed sync covered is still read from the page cache, but it is not on the disk, and a sync that succeeds
/// later does not put it there. Nothing that rests on it may be given a receipt, neither by this program nor by the next.
#[test]
fn what_a_failed_sync_covered_gets_no_receipt() {
    if shim().is_none() {
        return;
    }
    let mut lost = Vec::new();
    let mut ways = vec!["sync:ledger.db-wal:2:die", "sync:ledger.db-wal:3:EIO", "sync:last-signed.db-wal:2:die"];
    if every_fault("half of the failed syncs") {
        ways.extend(["sync:ledger.db-wal:3:die", "sync:ledger.db-wal:2:EIO", "sync:last-signed.db-wal:3:EIO"]);
    }
    for faults in ways {
        let life = |faults, end| Life { rows: 1..4, clients: 1, faults, end };
        let run = run(&[life(faults, End::Fault), life("", End::Kill)], false);
        assert!(run.steps.iter().any(|step| matches!(step, Step::SyncFailed { .. })), "{faults} was not met");
        let (tried, broken) = check(run, false);
        lost.extend(broken.into_iter().map(|broken| format!("{faults}, one of {tried} disks: {broken}")));
    }
    assert!(lost.is_empty(), "{} disks:\n{}", lost.len(), first(&lost));
}
