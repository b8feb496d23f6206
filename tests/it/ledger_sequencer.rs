//! Many submitters at once, one writer.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, channel};

use hibah::grants::time::Timestamp;
use hibah::ledger::sequencer::{Answer, NotQueued, Sequencer};
use hibah::ledger::store::StoreError;
use hibah::ledger::writer::{Clock, Outcome, Writer};
use hibah::tlog::hash::leaf_hash;
use hibah::tlog::proof::TlogProof;

use super::ledger_city::{audit, awards, entries, key, open, year};

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
