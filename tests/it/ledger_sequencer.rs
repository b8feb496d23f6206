//! Many submitters at once, one writer.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use hibah::grants::time::Timestamp;
use hibah::ledger::sequencer::{Answer, NotQueued, Sequencer};
use hibah::ledger::store::StoreError;
use hibah::ledger::writer::{Clock, Outcome, Writer};
use hibah::tlog::hash::leaf_hash;
use hibah::tlog::proof::TlogProof;

use super::ledger_city::{Hand, LAST_TIME, audit, awards, entries, key, open, time, year};

const THREADS: usize = 64;
const EACH: usize = 4;

fn submit(
    sequencer: &Sequencer,
    statement: &[u8],
) -> Result<Receiver<Result<Answer, std::sync::Arc<StoreError>>>, NotQueued> {
    let (told, answer) = channel();
    sequencer.submit(statement.to_vec(), Box::new(move |result| told.send(result).expect("the submitter waits")))?;
    Ok(answer)
}

/// Submits again while the queue is full, as its message says.
fn submit_until_taken(sequencer: &Sequencer, statement: &[u8]) -> Answer {
    loop {
        match submit(sequencer, statement) {
            Ok(answer) => return answer.recv().expect("answered").expect("recorded or refused"),
            Err(_) => std::thread::sleep(std::time::Duration::from_millis(5)),
        }
    }
}

#[test]
fn everybody_is_answered_with_a_receipt_that_holds() {
    let dir = year();
    let writer = open(dir.path());
    let first = writer.size();
    let count = (THREADS * EACH) as u64;
    let statements = awards(writer.state(), 1..count + 1);
    // Fewer places than submitters, so that some of them meet a full queue.
    let sequencer = Sequencer::start(writer, THREADS / 2);
    let answers: Vec<(usize, Answer)> = std::thread::scope(|scope| {
        let submitters: Vec<_> = statements
            .chunks(EACH)
            .enumerate()
            .map(|(n, part)| {
                let sequencer = &sequencer;
                scope.spawn(move || {
                    let place = |at: usize| n * EACH + at;
                    let one =
                        |(at, statement): (usize, &Vec<u8>)| (place(at), submit_until_taken(sequencer, statement));
                    part.iter().enumerate().map(one).collect::<Vec<_>>()
                })
            })
            .collect();
        submitters.into_iter().flat_map(|submitter| submitter.join().expect("no panic")).collect()
    });
    drop(sequencer);
    let recorded = entries(dir.path());
    let mut places = BTreeSet::new();
    for (n, answer) in &answers {
        let Outcome::Recorded { index, new: true } = answer.outcome else { panic!("{:?}", answer.outcome) };
        assert!(places.insert(index), "two statements at {index}");
        let entry = &recorded[usize::try_from(index).expect("small")];
        assert!(entry.ends_with(&statements[*n]), "entry {index} is another statement");
        let receipt = answer.receipt.as_ref().expect("it is recorded");
        let receipt = TlogProof::parse(receipt.as_bytes()).expect("a receipt");
        let signed = receipt.verify(&leaf_hash(entry), key().verifier()).expect("it holds");
        let told = (signed.checkpoint().size, signed.checkpoint().root);
        assert_eq!(told, (answer.checkpoint.size, answer.checkpoint.root));
        assert!(index < told.0, "I4: the checkpoint covers it");
    }
    assert_eq!(places, (first..first + count).collect::<BTreeSet<u64>>());
    assert_eq!(audit(dir.path()).unwrap_or_else(|e| panic!("{e}")).checkpoint.size, first + count);
}

#[test]
fn a_full_queue_says_so_and_what_waits_is_recorded_at_the_end() {
    const PLACES: usize = 3;
    let dir = year();
    let writer = open(dir.path());
    let first = writer.size();
    let statements = awards(writer.state(), 1..10);
    let sequencer = Sequencer::start(writer, PLACES);
    // The writer's thread stands still inside the first reply.
    let (inside, entered) = channel();
    let (release, released) = channel::<()>();
    let reply = Box::new(move |_: Result<Answer, std::sync::Arc<StoreError>>| {
        inside.send(()).expect("the test waits");
        released.recv().expect("released");
    });
    sequencer.submit(statements[0].clone(), reply).expect("room");
    entered.recv().expect("the first is recorded");
    let waiting: Vec<_> = statements[1..=PLACES].iter().map(|s| submit(&sequencer, s).expect("room")).collect();
    for statement in &statements[PLACES + 1..] {
        assert!(matches!(submit(&sequencer, statement), Err(NotQueued::Full)));
    }
    let dropping = std::thread::spawn(move || drop(sequencer));
    release.send(()).expect("it waits");
    dropping.join().expect("the writer went");
    for (n, answer) in (1..).zip(waiting) {
        let answer = answer.try_recv().expect("answered before the writer went").expect("recorded");
        assert!(matches!(answer.outcome, Outcome::Recorded { index, new: true } if index == first + n));
    }
    assert_eq!(audit(dir.path()).unwrap_or_else(|e| panic!("{e}")).checkpoint.size, first + 1 + PLACES as u64);
    // The lock went with the writer.
    drop(open(dir.path()));
}

#[test]
fn refusals_come_without_a_receipt() {
    let dir = year();
    let writer = open(dir.path());
    let size = writer.size();
    let good = awards(writer.state(), 1..2).remove(0);
    let sequencer = Sequencer::start(writer, 8);
    let refused = submit_until_taken(&sequencer, b"not a note");
    assert!(matches!(refused.outcome, Outcome::Refused { .. }) && refused.receipt.is_none());
    assert_eq!(refused.checkpoint.size, size);
    let first = submit_until_taken(&sequencer, &good);
    let again = submit_until_taken(&sequencer, &good);
    assert!(matches!(again.outcome, Outcome::Recorded { new: false, .. }));
    assert_eq!(again.receipt, first.receipt, "no entry came between");
}

/// The same statement with a signature that does not hold.
fn spoil(statement: &[u8]) -> Vec<u8> {
    let (mut spoilt, at) = (statement.to_owned(), statement.len() - 20);
    spoilt[at] = if spoilt[at] == b'A' { b'B' } else { b'A' };
    spoilt
}

/// Signatures of a group are checked in pieces: each bad one is found where it is, at the ends of the pieces too.
#[test]
fn a_group_of_several_pieces_is_checked_whole() {
    const BAD: [usize; 7] = [0, 63, 64, 65, 127, 128, 199];
    let dir = year();
    let clock = Hand::at(time(LAST_TIME));
    clock.advance_ms(60_000);
    let mut writer = Writer::open(dir.path(), key(), Box::new(clock)).unwrap_or_else(|e| panic!("{e}"));
    let first = writer.size();
    let mut statements = awards(writer.state(), 1..201);
    BAD.iter().for_each(|at| statements[*at] = spoil(&statements[*at]));
    let outcomes = writer.append(&statements).unwrap_or_else(|e| panic!("{e}"));
    for (at, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Outcome::Recorded { new: true, .. } => assert!(!BAD.contains(&at), "statement {at}"),
            Outcome::Refused { refused, .. } => {
                assert!(BAD.contains(&at) && refused.code() == "bad-signature", "statement {at}: {refused}");
            }
            other => panic!("statement {at}: {other:?}"),
        }
    }
    drop(writer);
    let audited = audit(dir.path()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(audited.checkpoint.size, first + (statements.len() - BAD.len()) as u64);
}

/// A bad signature is refused by itself, and costs those beside it nothing; its sender is heard again, a few at a time.
#[test]
fn who_sends_bad_signatures_waits_apart() {
    let dir = year();
    let gate = Arc::<Mutex<()>>::default();
    let hand = Hand::at(time(LAST_TIME));
    hand.advance_ms(60_000);
    let clock = Gated { gate: Arc::clone(&gate), clock: hand };
    let writer = Writer::open(dir.path(), key(), Box::new(clock)).unwrap_or_else(|e| panic!("{e}"));
    let first = writer.size();
    let statements = awards(writer.state(), 1..301);
    let sequencer = Sequencer::start(writer, 4_096);
    let [honest, bad] = [1, 2].map(|n| Some(IpAddr::from([192, 0, 2, n])));
    let hand_in = |source, bytes: &[u8]| {
        let (told, answer) = channel();
        let reply = Box::new(move |result: Result<Answer, _>| told.send(result).expect("the submitter waits"));
        sequencer.submit_from(source, bytes.to_owned(), reply).expect("there is room");
        answer
    };
    // Together at first: the batch fails, and is taken apart.
    let mixed: Vec<_> = (0..100)
        .map(|n| if n % 2 == 0 { hand_in(honest, &statements[n]) } else { hand_in(bad, &spoil(&statements[n])) })
        .collect();
    let mut suspected = 0;
    for (n, answer) in mixed.into_iter().enumerate() {
        match answer.recv().expect("answered") {
            Ok(answer) if n % 2 == 0 => assert!(matches!(answer.outcome, Outcome::Recorded { new: true, .. })),
            Ok(answer) => {
                let Outcome::Refused { refused, .. } = answer.outcome else { panic!("{:?}", answer.outcome) };
                assert_eq!(refused.code(), "bad-signature");
            }
            Err(error) => panic!("{error}"),
        }
    }
    // Now it is known: of more than may wait, some are sent away, and whoever is honest is not. They come faster than
    // they are judged: nothing is, until all are there.
    let held = gate.lock().expect("nobody panicked");
    let flood: Vec<_> = (0..2_000).map(|n| hand_in(bad, &spoil(&statements[100 + n % 100]))).collect();
    let beside: Vec<_> = statements[200..].iter().map(|bytes| hand_in(honest, bytes)).collect();
    drop(held);
    for answer in beside {
        let answer = answer.recv().expect("answered").expect("recorded");
        assert!(matches!(answer.outcome, Outcome::Recorded { new: true, .. }));
    }
    for answer in flood {
        match answer.recv().expect("answered") {
            Ok(answer) => assert!(matches!(answer.outcome, Outcome::Refused { .. })),
            Err(error) => {
                assert!(matches!(*error, StoreError::Suspected), "{error}");
                suspected += 1;
            }
        }
    }
    assert!(suspected > 0, "somebody was sent away");
    // What a suspect sends is judged all the same.
    let late = hand_in(bad, &statements[1]).recv().expect("answered").expect("recorded");
    assert!(matches!(late.outcome, Outcome::Recorded { new: true, .. }));
    drop(sequencer);
    assert_eq!(audit(dir.path()).unwrap_or_else(|e| panic!("{e}")).checkpoint.size, first + 50 + 100 + 1);
}

/// A clock that tells the time when it may.
struct Gated {
    gate: Arc<Mutex<()>>,
    clock: Hand,
}

impl Clock for Gated {
    fn now(&mut self) -> Result<Timestamp, String> {
        let _may = self.gate.lock().expect("nobody panicked");
        self.clock.now()
    }
}

/// A clock with a fault in it.
struct Broken;

impl Clock for Broken {
    fn now(&mut self) -> Result<Timestamp, String> {
        panic!("a fault of the program, on purpose")
    }
}

/// A writer that a fault has ended is not taken for a full queue: trying again would never help.
#[test]
fn a_writer_that_stopped_says_so() {
    let dir = year();
    let writer = Writer::open(dir.path(), key(), Box::new(Broken)).unwrap_or_else(|e| panic!("{e}"));
    let sequencer = Sequencer::start(writer, 4);
    assert!(!sequencer.has_stopped());
    let answer = submit(&sequencer, b"anything").expect("queued");
    assert!(answer.recv().is_err(), "nobody answers");
    while !sequencer.has_stopped() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(submit(&sequencer, b"anything").err(), Some(NotQueued::Stopped));
}
