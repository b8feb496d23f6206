//! Power loss: the real desk runs over a disk that is watched, and at every point of the trace the power goes. Whatever
//! of the unsynced writes is there then, the ledger opens, goes on, holds, and has what it gave receipts for.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use hibah::tlog::checkpoint::Checkpoint;

use super::cli_shell::{ORIGIN, Shell};
use super::disk::trace::{self, Disk, Fate, Image, Step};
use super::disk::{Answer, Desk, Recovered, Shimmed, chance, every_fault, passing_folder, shim, statement};

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

/// What left the program at one step: a checkpoint, in a receipt or alone.
struct Shown {
    checkpoint: Checkpoint,
    receipt: Option<String>,
}

fn shown(bytes: &[u8]) -> Option<Shown> {
    let text = std::str::from_utf8(bytes).ok()?;
    let at = text.find(&format!("\n{ORIGIN}\n"))? + 1;
    let lines: String = text[at..].split_inclusive('\n').take(3).collect();
    let checkpoint = Checkpoint::parse(&lines).unwrap_or_else(|e| panic!("{e}: {text}"));
    let receipt = text.find("c2sp.org/tlog-proof@v1\n").map(|at| text[at..].to_owned());
    Some(Shown { checkpoint, receipt })
}

/// One disk to recover: what is found, how it came to be, and how much had been shown by then.
struct Loss {
    image: Image,
    what: String,
    shown: usize,
}

/// Ways to lose what is not synced. The first two lose all and nothing.
fn fates(unsynced: &[usize], names: usize, seed: u64, every: bool) -> Vec<(String, usize, Vec<(usize, Fate)>)> {
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
    for back in 1..=unsynced.len().min(if every { 12 } else { 4 }) {
        let at = unsynced.len() - back;
        for fate in &Fate::ALL[1..] {
            rest.push((format!("{fate:?}, {back} from the end"), names, all_but(Fate::Kept, at, *fate)));
        }
        rest.push((format!("only the one {back} from the end"), names, all_but(Fate::Dropped, at, Fate::Kept)));
    }
    for round in 0..if every { 12 } else { 4 } {
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

/// Every disk that the power may leave: before each sync, after each new checkpoint that was shown, and at the end.
fn losses(run: &mut Run, every: bool, take: &mut dyn FnMut(Loss)) -> Vec<Shown> {
    let mut seen: Vec<Shown> = Vec::new();
    let mut met = HashSet::new();
    for at in 0..=run.steps.len() {
        let news = match run.steps.get(at) {
            Some(Step::Left { bytes }) => shown(bytes),
            _ => None,
        };
        // The newest checkpoint is read again and again: once is enough.
        let known = |news: &Shown| seen.iter().any(|seen| seen.checkpoint == news.checkpoint);
        let news = news.filter(|news| news.receipt.is_some() || !known(news));
        let is_new = news.is_some();
        seen.extend(news);
        if is_new || run.steps.get(at).is_none_or(Step::is_sync) {
            let names = run.disk.unsynced_names();
            for (way, names, fates) in fates(&run.disk.unsynced(), names, at as u64, every) {
                let fate = |n: usize| {
                    let found = fates.binary_search_by_key(&n, |(number, _)| *number);
                    found.map_or(Fate::Kept, |found| fates[found].1)
                };
                let image = run.disk.after_power_loss(names, fate);
                let mut digest = DefaultHasher::new();
                (&image, seen.len()).hash(&mut digest);
                if met.insert(digest.finish()) {
                    take(Loss { image, what: format!("step {at}, {way}"), shown: seen.len() });
                }
            }
        }
        if let Some(step) = run.steps.get(at) {
            run.disk.take(step);
        }
    }
    seen
}

/// Recovers one disk; an error says what was lost.
fn recover(loss: &Loss) -> Result<Recovered, String> {
    let dir = passing_folder();
    for (name, bytes) in &loss.image {
        std::fs::write(dir.path().join(name), bytes).expect("written");
    }
    Recovered::of(dir.path(), 1_000_000)
}

/// How many disks were recovered, and which did not keep what was promised.
fn check(mut run: Run, every: bool) -> (usize, Vec<String>) {
    let given = std::mem::take(&mut run.given);
    let (send, receive) = sync_channel::<Loss>(4);
    let receive = Mutex::new(receive);
    let next = |receive: &Mutex<Receiver<Loss>>| receive.lock().expect("no panic").recv().ok();
    let work = || {
        let mut done = Vec::new();
        while let Some(loss) = next(&receive) {
            let recovered = recover(&loss);
            done.push((Loss { image: Image::new(), ..loss }, recovered));
        }
        done
    };
    let (seen, done) = std::thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        let seen = losses(&mut run, every, &mut |loss| send.send(loss).expect("somebody recovers it"));
        drop(send);
        let done: Vec<_> = workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect();
        (seen, done)
    });
    let in_trace: HashSet<&str> = seen.iter().filter_map(|shown| shown.receipt.as_deref()).collect();
    for (_, receipt) in &given {
        assert!(in_trace.contains(&**receipt), "the trace does not have the receipt that a client has:\n{receipt}");
    }
    let statement_of = |receipt: &str| given.iter().find(|(_, given)| given == receipt).map(|(bytes, _)| &**bytes);
    let broken = done.iter().filter_map(|(loss, recovered)| {
        let holds = recovered.as_ref().map_err(Clone::clone).and_then(|recovered| {
            seen[..loss.shown].iter().try_for_each(|shown| {
                recovered.agrees(&shown.checkpoint)?;
                let receipt = shown.receipt.as_deref();
                receipt.map_or(Ok(()), |receipt| recovered.holds(receipt, statement_of(receipt)))
            })
        });
        holds.err().map(|why| format!("{}: {why}", loss.what))
    });
    (done.len(), broken.collect())
}

/// Opened, stopped, opened again, killed, opened again: the logs are made, written, taken over, removed.
#[test]
fn no_receipt_is_lost_with_the_power() {
    if shim().is_none() {
        return;
    }
    let every = every_fault("most of the ways in which a power loss leaves a disk");
    let rows = if every { 30 } else { 6 };
    let life = |n: u64, end| Life { rows: n * rows + 1..(n + 1) * rows + 1, clients: 3, faults: "", end };
    let run = run(&[life(0, End::Stop), life(1, End::Kill), life(2, End::Stop)], true);
    assert_eq!(run.given.len() as u64, 3 * rows);
    let (tried, broken) = check(run, every);
    assert!(tried > if every { 2_000 } else { 60 }, "only {tried} disks were recovered");
    assert!(broken.is_empty(), "{} of {tried} disks:\n{}", broken.len(), broken.join("\n"));
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
    for faults in [
        "sync:ledger.db-wal:2:die",
        "sync:ledger.db-wal:3:die",
        "sync:ledger.db-wal:2:EIO",
        "sync:ledger.db-wal:3:EIO",
        "sync:last-signed.db-wal:2:die",
        "sync:last-signed.db-wal:3:EIO",
    ] {
        let life = |faults, end| Life { rows: 1..4, clients: 1, faults, end };
        let run = run(&[life(faults, End::Fault), life("", End::Kill)], false);
        assert!(run.steps.iter().any(|step| matches!(step, Step::SyncFailed { .. })), "{faults} was not met");
        let (tried, broken) = check(run, false);
        lost.extend(broken.into_iter().map(|broken| format!("{faults}, one of {tried} disks: {broken}")));
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}
