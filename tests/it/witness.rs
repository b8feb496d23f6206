//! Being a witness: what is cosigned, what never is, what is kept of a log that lies, and the same by its addresses.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hibah::ledger::store::{Access, StoreError};
use hibah::network::witness::store::Store;
use hibah::network::witness::{NotCosigned, Witness, served};
use hibah::tlog::checkpoint::SignedCheckpoint;
use hibah::tlog::cosignature::{Cosigner, verify};
use hibah::tlog::hash::sha256;
use hibah::tlog::note::NoteSigner;
use hibah::tlog::witness::{AddCheckpoint, MAX_REQUEST_BYTES, Refusal, SIZE_TYPE, Told, read_answer};

use crate::cli_shell::Shell;
use crate::ledger_city::{Hand, time};
use crate::public_town::{Heard, Served};
use crate::tlog_vectors::{key, log, witness as cosigner};
use crate::tlog_witness::{HONEST, request};

/// Seconds since 1970 of 2026-03-02T02:00:00Z, when the tests begin.
const BEGIN_S: u64 = 1_772_416_800;

/// A second log.
fn other_log() -> NoteSigner {
    NoteSigner::new("other.example/log", key(0x60)).expect("a key name")
}

fn clock() -> Hand {
    Hand::at(time("2026-03-02T02:00:00.000Z"))
}

/// A folder of a witness that knows both logs.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    Store::create(dir.path(), cosigner().verifier()).unwrap_or_else(|e| panic!("{e}"));
    let mut store = Store::open(dir.path(), Access::Write).expect("just made");
    for log in [log(), other_log()] {
        assert!(store.add_log(log.verifier(), None).expect("added"));
        assert!(!store.add_log(log.verifier(), Some("https://log.example/")).expect("known"));
    }
    dir
}

fn open(dir: &Path, clock: &Hand) -> Witness {
    Witness::open(dir, cosigner(), Box::new(clock.clone())).unwrap_or_else(|e| panic!("{e}"))
}

/// Asks, and checks the cosignature; answers its time.
fn cosigned(witness: &Witness, request: &AddCheckpoint) -> u64 {
    let answer = witness.add_checkpoint(request.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    match read_answer(200, answer.as_bytes(), &request.checkpoint.text, cosigner().verifier()) {
        Told::Cosigned(_, cosignature) => cosignature.time_s,
        other => panic!("{other:?}"),
    }
}

/// Asks, and must be refused; answers the refusal.
fn refused(witness: &Witness, request: &AddCheckpoint) -> Refusal {
    match witness.add_checkpoint(request.to_string().as_bytes()) {
        Err(NotCosigned::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// The newest checkpoint of a log as monitors read it, whose lines all hold.
fn latest(witness: &Witness, log: &NoteSigner) -> Option<u64> {
    let note = witness.latest(&sha256(log.name().as_bytes())).expect("read")?;
    let opened = SignedCheckpoint::open(note.as_bytes(), log.verifier()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(opened.note().signatures.len(), 2, "the log's line and the witness's");
    verify(opened.note(), cosigner().verifier()).unwrap_or_else(|e| panic!("{e}"));
    Some(opened.checkpoint().size)
}

#[test]
fn a_log_that_only_grows_is_cosigned() {
    let (dir, clock) = (folder(), clock());
    let witness = open(dir.path(), &clock);
    assert_eq!(latest(&witness, &log()), None);
    assert_eq!(refused(&witness, &request(&log(), 3, 5, HONEST)), Refusal::OldDiffers(0));
    assert_eq!(cosigned(&witness, &request(&log(), 0, 0, HONEST)), BEGIN_S);
    assert_eq!(cosigned(&witness, &request(&log(), 0, 3, HONEST)), BEGIN_S);
    clock.advance_ms(2_500);
    assert_eq!(cosigned(&witness, &request(&log(), 3, 5, HONEST)), BEGIN_S + 2);
    assert_eq!(refused(&witness, &request(&log(), 3, 5, HONEST)), Refusal::OldDiffers(5), "it is recorded already");
    assert_eq!(cosigned(&witness, &request(&log(), 5, 5, HONEST)), BEGIN_S + 2, "the same again, in the same second");
    clock.advance_ms(3_600_000);
    assert_eq!(cosigned(&witness, &request(&log(), 5, 5, HONEST)), BEGIN_S + 3602, "the same again, an hour later");
    // Each log has its own place.
    assert_eq!(latest(&witness, &other_log()), None);
    cosigned(&witness, &request(&other_log(), 0, 9, 2));
    assert_eq!((latest(&witness, &log()), latest(&witness, &other_log())), (Some(5), Some(9)));
    let stranger = NoteSigner::new("new.example/log", key(0x80)).expect("a key name");
    assert_eq!(refused(&witness, &request(&stranger, 0, 1, HONEST)).status(), 404);
    drop(witness);
    let witness = open(dir.path(), &clock);
    assert_eq!(latest(&witness, &log()), Some(5), "a restart forgets nothing");
    assert_eq!(refused(&witness, &request(&log(), 0, 3, HONEST)), Refusal::OldDiffers(5));
    assert!(witness.logs().expect("read").iter().all(|(_, kept)| kept.is_empty()));
}

#[test]
fn a_request_that_was_stalled_rolls_nothing_back() {
    let (dir, clock) = (folder(), clock());
    let witness = open(dir.path(), &clock);
    cosigned(&witness, &request(&log(), 0, 3, HONEST));
    let check = |request: &AddCheckpoint| witness.check(request.to_string().as_bytes()).expect("it grew");
    // The race of C2SP tlog-witness: A is checked, B is checked and cosigned, and only then A goes on.
    let slow = check(&request(&log(), 3, 5, HONEST));
    let fork = check(&request(&log(), 3, 8, 3));
    cosigned(&witness, &request(&log(), 3, 8, HONEST));
    for stalled in [slow, fork] {
        match witness.commit(stalled) {
            Err(NotCosigned::Refused(Refusal::OldDiffers(8))) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(latest(&witness, &log()), Some(8));
    let logs = witness.logs().expect("read");
    let (_, kept) = logs.iter().find(|(known, _)| known.origin == log().name()).expect("it is known");
    assert_eq!(kept.len(), 1, "the fork is kept, the slow one is none");
    assert!(kept[0].proved);

    // Cosigning the same again is a step too: what was checked before it is checked in vain.
    let slow = check(&request(&log(), 8, 9, HONEST));
    let other = open(dir.path(), &clock);
    cosigned(&other, &request(&log(), 8, 10, HONEST));
    assert!(
        matches!(witness.commit(slow), Err(NotCosigned::Refused(Refusal::OldDiffers(10)))),
        "another process did it"
    );
}

#[test]
fn of_two_histories_one_is_cosigned_however_they_race() {
    let (dir, clock) = (folder(), clock());
    let witness = open(dir.path(), &clock);
    let taken = |forked: u64| {
        let mut taken = Vec::new();
        for size in 1..=24 {
            for old in (0..size).rev() {
                if witness.add_checkpoint(request(&log(), old, size, forked).to_string().as_bytes()).is_ok() {
                    taken.push(size);
                    break;
                }
            }
        }
        taken
    };
    let (first, second) = std::thread::scope(|scope| {
        let racing = scope.spawn(|| taken(HONEST));
        (taken(1), racing.join().expect("no panic"))
    });
    // The first leaf is the same in both; from the first tree that is not, one history is alone.
    let beyond = |taken: &[u64]| taken.iter().filter(|size| **size > 1).count();
    assert!(beyond(&first) == 0 || beyond(&second) == 0, "{first:?} and {second:?}");
    assert!(beyond(&first) + beyond(&second) > 0, "nothing was cosigned");
}

#[test]
fn notes_that_do_not_agree_are_kept() {
    let (dir, clock) = (folder(), clock());
    let witness = open(dir.path(), &clock);
    let kept = |witness: &Witness| {
        let logs = witness.logs().expect("read");
        logs.into_iter().find(|(known, _)| known.origin == log().name()).expect("it is known").1
    };
    cosigned(&witness, &request(&log(), 0, 5, HONEST));
    refused(&witness, &request(&log(), 4, 6, HONEST));
    assert!(kept(&witness).is_empty(), "another old size proves nothing");
    assert_eq!(refused(&witness, &request(&log(), 5, 7, 2)).status(), 422);
    assert_eq!(kept(&witness).iter().map(|kept| kept.proved).collect::<Vec<_>>(), [false]);
    // One size with two roots is told whatever the old size is.
    assert_eq!(refused(&witness, &request(&log(), 2, 5, 1)).status(), 409);
    assert_eq!(refused(&witness, &request(&log(), 5, 5, 2)).status(), 422);
    assert_eq!(refused(&witness, &request(&log(), 5, 5, 2)).status(), 422);
    let both = kept(&witness);
    assert_eq!(both.iter().map(|kept| kept.proved).collect::<Vec<_>>(), [true, true, false]);
    for evidence in &both {
        let open = |note: &str| SignedCheckpoint::open(note.as_bytes(), log().verifier()).expect("the log signed it");
        let (ours, theirs) = (open(&evidence.ours), open(&evidence.theirs));
        assert_eq!(ours.checkpoint().size == theirs.checkpoint().size, evidence.proved);
        assert_ne!(ours.checkpoint().root, theirs.checkpoint().root);
    }
    // Whoever has no key of the log leaves nothing here.
    let stranger = NoteSigner::new(log().name(), key(0x80)).expect("a key name");
    assert_eq!(refused(&witness, &request(&stranger, 5, 5, 1)).status(), 403);
    // It goes on with the history that it saw first, and does not fill the disk.
    for size in 6..60 {
        assert_eq!(refused(&witness, &request(&log(), 5, size, 1)).status(), 422);
    }
    for size in 6..=12 {
        cosigned(&witness, &request(&log(), size - 1, size, HONEST));
        refused(&witness, &request(&log(), size - 1, size, 0));
    }
    drop(witness);
    let witness = open(dir.path(), &clock);
    let proofs = kept(&witness).iter().filter(|kept| kept.proved).count();
    assert_eq!((proofs, kept(&witness).len() - proofs), (2 + 7, 16));
}

#[test]
fn a_clock_that_goes_back_makes_no_contradiction() {
    let (dir, clock) = (folder(), clock());
    let witness = open(dir.path(), &clock);
    cosigned(&witness, &request(&log(), 0, 3, HONEST));
    clock.advance_ms(-2_000);
    assert_eq!(cosigned(&witness, &request(&log(), 3, 4, HONEST)), BEGIN_S);
    clock.advance_ms(-1_000);
    let late = witness.add_checkpoint(request(&log(), 4, 5, HONEST).to_string().as_bytes());
    assert!(matches!(late, Err(NotCosigned::Clock(_))), "{late:?}");
    assert_eq!(latest(&witness, &log()), Some(4));
}

#[test]
fn the_file_refuses_what_no_witness_may_do() {
    let dir = folder();
    cosigned(&open(dir.path(), &clock()), &request(&log(), 0, 5, HONEST));
    let file = rusqlite::Connection::open(dir.path().join("witness.db")).expect("a file");
    for sql in [
        "UPDATE logs SET size = 4 WHERE size = 5",
        "UPDATE logs SET root = zeroblob(32) WHERE size = 5",
        "DELETE FROM logs",
        "INSERT OR REPLACE INTO logs SELECT origin, hash, url, 0, root, 0, '' FROM logs",
    ] {
        assert!(file.execute(sql, []).is_err(), "{sql}");
    }
    drop(file);
    let other = Cosigner::new("other.example/w", key(0x40)).expect("a name");
    let opened = Witness::open(dir.path(), other, Box::new(clock()));
    assert!(matches!(opened, Err(StoreError::OtherKey { .. })), "one key a witness");
    std::fs::remove_file(dir.path().join("witness.db")).expect("removed");
    let opened = Witness::open(dir.path(), cosigner(), Box::new(clock()));
    let sentence = opened.err().expect("it is never made anew").to_string();
    assert!(sentence.contains("make a new witness with a new key"), "{sentence}");
}

fn post(served: &Served, body: &[u8]) -> Heard {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    Heard::of(agent.post(served.url("/add-checkpoint")).send(body).expect("an answer"))
}

#[test]
fn the_addresses_answer_as_the_specification_says() {
    let dir = folder();
    let witness = Arc::new(open(dir.path(), &clock()));
    let served = Served::start(served::router(witness, Duration::from_secs(5)));
    let ask = |request: &AddCheckpoint| post(&served, request.to_string().as_bytes());
    let hash = sha256(log().name().as_bytes());
    let (latest, evidence) = (format!("/{hash}/checkpoint"), format!("/{hash}/evidence"));
    assert_eq!(served.get(&latest).status, 404, "it was never cosigned");
    let first = ask(&request(&log(), 0, 3, HONEST));
    assert_eq!((first.status, first.header("cache-control")), (200, "no-store"), "{}", first.text());
    assert!(first.text().starts_with("\u{2014} witness.example/w1 ") && first.text().ends_with('\n'));
    let conflict = ask(&request(&log(), 0, 5, HONEST));
    assert_eq!((conflict.status, conflict.header("content-type"), conflict.text()), (409, SIZE_TYPE, "3\n"));
    let stranger = NoteSigner::new("new.example/log", key(0x80)).expect("a key name");
    let impostor = NoteSigner::new(log().name(), key(0x80)).expect("a key name");
    for (what, heard, status) in [
        ("an unknown log", ask(&request(&stranger, 0, 1, HONEST)), 404),
        ("an unknown key", ask(&request(&impostor, 3, 5, HONEST)), 403),
        ("old above new", ask(&request(&log(), 6, 5, HONEST)), 400),
        ("no request", post(&served, b"hello"), 400),
        ("another history", ask(&request(&log(), 3, 5, 1)), 422),
        ("one size, two roots", ask(&request(&log(), 3, 3, 1)), 422),
        ("too much", post(&served, &vec![b'x'; MAX_REQUEST_BYTES + 1]), 413),
        ("reading", served.get("/add-checkpoint"), 405),
        ("no hash", served.get("/abc/checkpoint"), 404),
        ("no address", served.get("/x"), 404),
    ] {
        assert_eq!(heard.status, status, "{what}: {}", heard.text());
        assert_ne!(heard.header("content-type"), SIZE_TYPE, "{what}");
    }
    assert_eq!(ask(&request(&log(), 3, 5, HONEST)).status, 200);
    let newest = served.get(&latest);
    assert_eq!(newest.status, 200);
    let opened = SignedCheckpoint::open(&newest.body, log().verifier()).expect("the log signed it");
    assert_eq!(opened.checkpoint().size, 5);
    verify(opened.note(), cosigner().verifier()).unwrap_or_else(|e| panic!("{e}"));
    let kept = served.get(&evidence);
    assert!(kept.text().starts_with("1 of 2 of log.example/grants, kept "), "{}", kept.text());
    assert_eq!(kept.text().matches("\u{2014} log.example/grants ").count(), 4, "both notes of each, verbatim");
    let told = served.get("/");
    assert!(told.text().contains(&cosigner().verifier().to_string()) && told.text().contains("TWO HISTORIES"));
    assert_eq!(served.get("/healthz").status, 200);
}

#[test]
fn the_command_makes_one_and_tells_of_it() {
    let shell = Shell::with_ledger();
    shell.check(
        "$ hibah witness init w --name university.example/witness
         university.example/witness+*
         Next: hibah witness add-log w VKEY
         $ hibah witness init w --name university.example/witness
         ? 2
         error: w/witness.key exists already: name a new folder
         $ hibah witness init v --name 'a b'
         ? 2
         error: \"a b\" is no name of a witness: *
         $ hibah witness list w
         university.example/witness+*
         $ hibah witness add-log w $(cat vkey) --url https://hibah.bandung.example
         Added: hibah.bandung.example/ledger
         $ hibah witness add-log w $(cat vkey)
         It was known: hibah.bandung.example/ledger
         $ hibah witness add-log w $(hibah key show w/witness.key)
         ? 2
         error: university.example/witness is the key of a witness: name the key of a log
         $ hibah witness list w
         hibah.bandung.example/ledger
         cosigned  never
         at        https://hibah.bandung.example
         $ hibah witness list w --json
         \"size\": 0,
         $ hibah witness list led
         ? 2
         error: led/witness.db is missing: *
         # a witness's key signs no statements, and a log's cosigns nothing
         $ hibah sign --ledger led --kind organisation.suspended --about org/1 --body /dev/null --key w/witness.key
         ? 2
         error: *
         $ cp led/keys/ledger.key w/witness.key; hibah witness serve w --listen 127.0.0.1:0
         ? 2
         error: w/witness.key is not the key of a witness: make one with `hibah witness init`",
    );
}
