// long: every way a write can fail, in one place
//! The only writer: the order of its writes, and a stop or failure after each of them.

use std::path::Path;

use hibah::ledger::derived::{DERIVED_FILE, Derived};
use hibah::ledger::entry::Entry;
use hibah::ledger::reader::{GrantQuery, Reader};
use hibah::ledger::statement::Statement;
use hibah::ledger::store::{Access, ENTRIES_FILE, Entries, LAST_SIGNED_FILE, StoreError};
use hibah::ledger::writer::{Outcome, Writer};
use hibah::tlog::checkpoint::{self, Checkpoint};
use hibah::tlog::hash::{Hash, leaf_hash};
use hibah::tlog::proof::TlogProof;
use rusqlite::Connection;

use super::ledger_city::{
    Hand, LAST_TIME, ORIGIN, application, audit, award, awards, copy, decided_by, entries, files, folder, key, open,
    other_year, published_key, role, statement, statement_after, time, year,
};

/// One line an outcome: `new 5`, `known 5` or the code of the refusal.
fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Recorded { index, new: true } => format!("new {index}"),
        Outcome::Recorded { index, new: false } => format!("known {index}"),
        Outcome::Refused { refused, .. } => refused.code().to_owned(),
        Outcome::KeyMissing { vkey } => format!("no {vkey}"),
    }
}

fn append<S: AsRef<[u8]>>(writer: &mut Writer, group: &[S]) -> Vec<String> {
    writer.append(group).unwrap_or_else(|e| panic!("{e}")).iter().map(told).collect()
}

/// Everything that must hold of a ledger at rest: files, audit, derived tables, receipts of the newest entries.
fn check_whole(dir: &Path) -> (u64, Hash) {
    let report = audit(dir).unwrap_or_else(|e| panic!("{e}"));
    let (size, root) = (report.checkpoint.size, report.checkpoint.root);
    let reader = Reader::open(dir).unwrap_or_else(|e| panic!("{e}"));
    let newest = reader.newest(1).expect("read");
    assert_eq!(newest.first().map(|record| record.index + 1), Some(size), "derived tables and checkpoint");
    for index in [0, size / 2, size - 1] {
        let entry = reader.entry(index).expect("read").expect("it is there");
        let receipt = reader.receipt(index).expect("read").expect("it is covered").to_string();
        let receipt = TlogProof::parse(receipt.as_bytes()).expect("a receipt");
        let signed = receipt.verify(&leaf_hash(&entry), key().verifier()).expect("it holds");
        assert_eq!(signed.checkpoint().size, size);
    }
    (size, root)
}

fn digest(dir: &Path) -> Hash {
    let entries = Entries::open(dir, Access::Read).expect("opened");
    let size = entries.size().expect("read");
    let derived = Derived::open_for(dir, &entries, size).expect("opened");
    assert_eq!(derived.size(), size);
    derived.content_digest().expect("read")
}

#[test]
fn groups_are_answered_one_by_one() {
    let dir = year();
    let mut writer = open(dir.path());
    let first = writer.size();
    let good = awards(writer.state(), 1..6);
    let mut unsigned = good[0].clone();
    let at = unsigned.len() - 10;
    unsigned[at] = if unsigned[at] == b'A' { b'B' } else { b'A' };
    let old_head = Some(leaf_hash(b"the head of another time"));
    let stale = statement_after(ORIGIN, "application.submitted", "case/2/2", old_head, application(), &["org/2"]);
    assert_eq!(append(&mut writer, &[&good[0]]), [format!("new {first}")]);
    let group: [&[u8]; 9] =
        [&good[1], b"not a note", &good[1], &good[0], &stale, &unsigned, &good[2], &good[4], &good[3]];
    let told = append(&mut writer, &group);
    let n = |word: &str, index| format!("{word} {index}");
    assert_eq!(
        told,
        [
            n("new", first + 1),
            "not-a-note".to_owned(),
            n("known", first + 1),
            n("known", first),
            "B13".to_owned(),
            // The text is recorded already, so whatever its signature bytes, it is answered with its entry.
            n("known", first),
            n("new", first + 2),
            n("new", first + 3),
            n("new", first + 4),
        ]
    );
    assert_eq!(append::<&[u8]>(&mut writer, &[]), Vec::<String>::new());
    assert_eq!(writer.checkpoint().size, first + 5);
    drop(writer);
    assert_eq!(check_whole(dir.path()).0, first + 5);
    let recorded = entries(dir.path());
    assert!(recorded[usize::try_from(first).expect("small")].ends_with(&good[0]), "the first signature bytes stay");
}

#[test]
fn a_statement_may_rest_on_one_of_its_group() {
    let dir = year();
    let mut writer = open(dir.path());
    let index = writer.size();
    let now = writer.time().expect("a time");
    let applied = statement(writer.state(), "application.submitted", "case/2/2", application(), &["org/2"]);
    let previous = leaf_hash(entries(dir.path()).last().expect("the last"));
    let entry = Entry { index, previous, recorded_at: now, statement: &applied }.to_bytes();
    let refused = serde_json::json!({"reason": "Proposal tidak lengkap.", "decided_by": decided_by("skpd_pendidikan")});
    let office = role("skpd_pendidikan");
    let next = statement_after(ORIGIN, "decision.refused", "case/2/2", Some(leaf_hash(&entry)), refused, &[&office]);
    let told = append(&mut writer, &[&next, &applied, &next]);
    assert_eq!(told, ["B4".to_owned(), format!("new {index}"), format!("new {}", index + 1)]);
    drop(writer);
    check_whole(dir.path());
}

#[test]
fn checkpoints_grow_and_receipts_lead_to_them() {
    let dir = year();
    let mut writer = open(dir.path());
    let mut last = writer.checkpoint().size;
    for (row, count) in [(1, 1), (2, 3), (10, 7), (20, 1)] {
        let group = awards(writer.state(), row..row + count);
        for outcome in writer.append(&group).expect("recorded") {
            let Outcome::Recorded { index, new: true } = outcome else { panic!("{outcome:?}") };
            let entry =
                Entries::open(dir.path(), Access::Read).expect("opened").entry(index).expect("read").expect("there");
            writer.receipt(index).expect("made").verify(&leaf_hash(&entry), key().verifier()).expect("it holds");
        }
        let now = writer.checkpoint().clone();
        assert_eq!((now.size, now.root), (last + count, writer.root()));
        last = now.size;
        check_whole(dir.path());
    }
}

#[test]
fn founding_leaves_a_ledger_or_nothing() {
    let made = entries(year().path());
    let founding = Entry::parse(&made[0]).expect("an entry").statement.to_vec();
    let clock = || Box::new(Hand::at(time("2026-01-05T02:00:00.000Z")));
    let parent = folder();
    let dir = parent.path().join("ledger");
    let other = published_key("other.example/hibah", "");
    let same_name = published_key(ORIGIN, "root/1");
    let same_name = hibah::tlog::note::NoteSigner::new(
        ORIGIN,
        hibah::tlog::ed25519::SigningKey::from_seed(*same_name.key().seed()),
    )
    .expect("a key");
    let mut bad = founding.clone();
    let at = bad.len() - 10;
    bad[at] = if bad[at] == b'A' { b'B' } else { b'A' };
    for (what, origin, statement, signer) in [
        ("another ledger's key", ORIGIN, &founding, other),
        ("another key of its name", ORIGIN, &founding, same_name),
        ("no statement", ORIGIN, &b"no statement".to_vec(), key()),
        ("a bad signature", ORIGIN, &bad, key()),
        ("another origin", "other.example/hibah", &founding, published_key("other.example/hibah", "")),
    ] {
        let founded = Writer::found(&dir, origin, statement, signer, clock());
        assert!(!matches!(founded, Ok(Ok(_))), "{what} founded a ledger");
        assert!(!dir.exists(), "{what} left a folder behind");
    }
    let writer = Writer::found(&dir, ORIGIN, &founding, key(), clock()).expect("made").expect("allowed");
    assert_eq!((writer.size(), writer.root()), (1, leaf_hash(&made[0])));
    let again = Writer::found(&dir, ORIGIN, &founding, key(), clock());
    assert!(matches!(again, Err(StoreError::Exists(_))), "{:?}", again.err());
    drop(writer);
    check_whole(&dir);
    // A folder with any file of a ledger is not founded in, and keeps it.
    for file in [ENTRIES_FILE, LAST_SIGNED_FILE, DERIVED_FILE] {
        let dir = folder();
        std::fs::write(dir.path().join(file), b"somebody's").expect("written");
        let founded = Writer::found(dir.path(), ORIGIN, &founding, key(), clock());
        assert!(matches!(founded, Err(StoreError::Exists(_))), "{file}: {:?}", founded.err());
        assert_eq!(std::fs::read(dir.path().join(file)).expect("still there"), b"somebody's");
        assert_eq!(files(dir.path()).len(), 1, "{file}");
    }
}

#[test]
fn a_ledger_is_opened_with_its_own_key_only() {
    let root = published_key(ORIGIN, "root/1");
    let same_name =
        hibah::tlog::note::NoteSigner::new(ORIGIN, hibah::tlog::ed25519::SigningKey::from_seed(*root.key().seed()))
            .expect("a key");
    for signer in [root, same_name, published_key("other.example/hibah", "")] {
        let dir = year();
        let before = check_whole(dir.path());
        let opened = Writer::open(dir.path(), signer, Box::new(Hand::at(time(LAST_TIME))));
        assert!(matches!(opened, Err(StoreError::OtherKey { .. })), "{:?}", opened.err());
        assert_eq!(check_whole(dir.path()), before);
    }
}

/// The last checkpoint was signed with a key that entry 0 does not name: not even that key may go on.
#[test]
fn the_key_is_the_one_that_entry_0_names() {
    let dir = year();
    let signed = Reader::open(dir.path()).expect("opened").signed().expect("read");
    let root = published_key(ORIGIN, "root/1");
    let stranger = || {
        hibah::tlog::note::NoteSigner::new(ORIGIN, hibah::tlog::ed25519::SigningKey::from_seed(*root.key().seed()))
            .expect("a key")
    };
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: signed.size, root: signed.root };
    let note = checkpoint::sign(&checkpoint, &stranger()).expect("signed").to_string();
    let shell = Connection::open(dir.path().join(LAST_SIGNED_FILE)).expect("a database");
    shell.execute("UPDATE last_signed SET note = ?1", [note]).expect("the same tree");
    drop(shell);
    let opened = Writer::open(dir.path(), stranger(), Box::new(Hand::at(time(LAST_TIME))));
    assert!(matches!(opened, Err(StoreError::OtherKey { .. })), "{:?}", opened.err());
    let opened = Writer::open(dir.path(), key(), Box::new(Hand::at(time(LAST_TIME))));
    assert!(matches!(opened, Err(StoreError::OtherKey { .. })), "{:?}", opened.err());
}

/// Derived tables ahead of the checkpoint show a reader nothing; they are taken back to it.
#[test]
fn readers_never_see_beyond_the_checkpoint() {
    let (before, after) = (year(), year());
    let mut writer = open(after.path());
    let group = awards(writer.state(), 1..4);
    writer.append(&group).expect("recorded");
    drop(writer);
    std::fs::copy(before.path().join(LAST_SIGNED_FILE), after.path().join(LAST_SIGNED_FILE)).expect("copied");
    assert!(matches!(Reader::open(after.path()), Err(StoreError::TwoHistories(_))));
    hibah::ledger::derived::catch_up(after.path(), ORIGIN).expect("made anew");
    assert_eq!(check_whole(after.path()), check_whole(before.path()));
}

/// Where one file of a stopped ledger comes from: before the group, after it, another history of the same size, gone.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Before,
    After,
    Other,
    Gone,
}

fn check_stop(stages: &[&Path; 3], from: [Stage; 3], expected: &str) {
    let dir = folder();
    for (name, stage) in [ENTRIES_FILE, LAST_SIGNED_FILE, DERIVED_FILE].iter().zip(from) {
        if stage != Stage::Gone {
            std::fs::copy(stages[stage as usize].join(name), dir.path().join(name)).expect("copied");
        }
    }
    let clock = Hand::at(time(LAST_TIME));
    clock.advance_ms(120_000);
    let opened = Writer::open(dir.path(), key(), Box::new(clock));
    let got = match &opened {
        Ok(writer) if writer.root() == open_root(stages[1]) => "after",
        Ok(writer) if writer.root() == open_root(stages[0]) => "before",
        Ok(writer) if writer.root() == open_root(stages[2]) => "other",
        Ok(_) => "a fourth history",
        Err(StoreError::TwoHistories(_)) => "two histories",
        Err(StoreError::Missing(_)) => "missing",
        Err(StoreError::NoLedger(_)) => "no ledger",
        Err(error) => panic!("{from:?}: {error}"),
    };
    assert_eq!(got, expected, "{from:?}");
    if let Ok(mut writer) = opened {
        let (size, _) = check_whole(dir.path());
        assert_eq!(size, writer.size());
        let next = award(writer.state(), 900);
        assert_eq!(append(&mut writer, &[next]), [format!("new {size}")], "{from:?}");
        drop(writer);
        assert_eq!(check_whole(dir.path()).0, size + 1);
        let incremental = digest(dir.path());
        std::fs::remove_file(dir.path().join(DERIVED_FILE)).expect("removed");
        drop(open_later(dir.path()));
        assert_eq!(digest(dir.path()), incremental, "{from:?}");
    }
}

fn open_root(dir: &Path) -> Hash {
    Reader::open(dir).expect("opened").signed().expect("read").root
}

fn open_later(dir: &Path) -> Writer {
    let clock = Hand::at(time(LAST_TIME));
    clock.advance_ms(600_000);
    Writer::open(dir, key(), Box::new(clock)).unwrap_or_else(|e| panic!("{e}"))
}

/// Every write step x {failed, failed but persisted}: a stop leaves each file either before or after its write.
#[test]
fn a_stop_after_any_write_is_mended_or_told() {
    let before = year();
    let (after, other) = (folder(), folder());
    copy(before.path(), after.path());
    copy(before.path(), other.path());
    for (dir, rows) in [(&after, 1..4), (&other, 11..14)] {
        let mut writer = open(dir.path());
        let group = awards(writer.state(), rows);
        writer.append(&group).expect("recorded");
    }
    let stages = [before.path(), after.path(), other.path()];
    use Stage::{After, Before, Gone, Other};
    for (from, expected) in [
        ([Before, Before, Before], "before"),
        // Entries are durable, nothing else.
        ([After, Before, Before], "after"),
        // Derived tables ahead of the checkpoint: no order of ours makes them, a restored file may.
        ([After, Before, After], "after"),
        ([Before, Before, After], "before"),
        // Signed, derived tables behind.
        ([After, After, Before], "after"),
        ([After, After, After], "after"),
        ([After, After, Gone], "after"),
        ([After, After, Other], "after"),
        ([After, Before, Other], "after"),
        // Lost or rewritten history.
        ([Before, After, Before], "two histories"),
        ([Before, After, After], "two histories"),
        ([Other, After, Before], "two histories"),
        ([Other, After, Other], "two histories"),
        ([Other, Before, After], "other"),
        ([After, Gone, After], "missing"),
        ([Before, Gone, Gone], "missing"),
        ([Gone, After, After], "no ledger"),
    ] {
        check_stop(&stages, from, expected);
    }
}

/// What is on the disk while the writer runs, its write-ahead logs cut at any length, is a ledger before or after.
#[test]
fn a_stop_in_the_middle_of_a_write_leaves_one_side() {
    let dir = year();
    let mut writer = open(dir.path());
    let before = writer.root();
    let wal = dir.path().join("ledger.db-wal");
    let length_before = std::fs::metadata(&wal).map_or(0, |data| data.len());
    let group = awards(writer.state(), 1..4);
    writer.append(&group).expect("recorded");
    let after = writer.root();
    let length_after = std::fs::metadata(&wal).expect("there").len();
    assert!(length_after > length_before, "the write-ahead log holds the group");
    let mut seen = std::collections::BTreeSet::new();
    for part in 0..=8 {
        let cut = length_before + (length_after - length_before) * part / 8;
        let stopped = folder();
        copy(dir.path(), stopped.path());
        for name in [
            "last-signed.db-wal",
            "derived.db-wal",
            "ledger.db-shm",
            "last-signed.db-shm",
            "derived.db-shm",
            "ledger.lock",
        ] {
            let _ = std::fs::remove_file(stopped.path().join(name));
        }
        let log = std::fs::read(&wal).expect("read");
        let cut = usize::try_from(cut).expect("small");
        std::fs::write(stopped.path().join("ledger.db-wal"), &log[..cut]).expect("written");
        let mended = open_later(stopped.path());
        assert!([before, after].contains(&mended.root()), "cut at {cut}");
        seen.insert(mended.root() == after);
        check_whole(stopped.path());
    }
    assert_eq!(seen.len(), 2, "both sides were met");
}

/// After a write that failed nothing is tried again: the ledger is opened anew, and is as it was.
#[test]
fn a_full_disk_loses_nothing() {
    let dir = year();
    let mut writer = open(dir.path());
    let (state, root) = (writer.state().clone(), writer.root());
    let group = awards(writer.state(), 1..101);
    writer.refuse_growth(true).expect("set");
    let refused = writer.append(&group);
    assert!(matches!(refused, Err(StoreError::DiskFull)), "{refused:?}");
    writer.refuse_growth(false).expect("set");
    check_stopped(writer, dir.path(), (state.size(), root));
    let mut writer = open(dir.path());
    assert!(*writer.state() == state, "the state is as it was");
    assert!(append(&mut writer, &group).iter().all(|told| told.starts_with("new ")));
    assert_eq!(check_whole(dir.path()).0, state.size() + 100);
}

/// A writer whose write failed records nothing more, and the ledger in the folder is still this one.
fn check_stopped(mut writer: Writer, dir: &Path, whole: (u64, Hash)) {
    let again = writer.append(&[award(writer.state(), 800)]);
    assert!(matches!(again, Err(StoreError::Stopped(_))), "{again:?}");
    assert_eq!(check_whole(dir), whole);
}

/// A trigger of the test's own in one of the files makes one step of a group fail.
fn fail(dir: &Path, file: &str, on: &str) -> Connection {
    let shell = Connection::open(dir.join(file)).expect("a database");
    shell
        .execute_batch(&format!("CREATE TRIGGER fails BEFORE {on} BEGIN SELECT RAISE(ABORT, 'made to fail'); END;"))
        .expect("made");
    shell
}

#[test]
fn entries_that_cannot_be_written_leave_no_trace() {
    let dir = year();
    let mut writer = open(dir.path());
    let (state, root) = (writer.state().clone(), writer.root());
    let group = awards(writer.state(), 1..4);
    let shell = fail(dir.path(), ENTRIES_FILE, "INSERT ON entries");
    assert!(matches!(writer.append(&group), Err(StoreError::System { .. })));
    shell.execute_batch("DROP TRIGGER fails").expect("done");
    check_stopped(writer, dir.path(), (state.size(), root));
    let mut writer = open(dir.path());
    assert!(*writer.state() == state && writer.root() == root);
    assert!(append(&mut writer, &group).iter().all(|told| told.starts_with("new ")));
    check_whole(dir.path());
}

#[test]
fn entries_that_cannot_be_signed_are_shown_to_nobody_until_they_are() {
    let dir = year();
    let mut writer = open(dir.path());
    let size = writer.size();
    let before = check_whole(dir.path());
    let group = awards(writer.state(), 1..4);
    let shell = fail(dir.path(), LAST_SIGNED_FILE, "UPDATE ON last_signed");
    assert!(matches!(writer.append(&group), Err(StoreError::NotYetSigned(_))));
    // I4: they are on the disk, and no reader sees them.
    assert_eq!(Entries::open(dir.path(), Access::Read).expect("opened").size().expect("read"), size + 3);
    let reader = Reader::open(dir.path()).expect("opened");
    assert_eq!(reader.entry(size).expect("read"), None);
    assert_eq!(
        reader.grants(&GrantQuery { words: "lama".to_owned(), limit: 5, ..GrantQuery::default() }).expect("read").total,
        0
    );
    check_stopped(writer, dir.path(), before);
    assert!(matches!(opened(dir.path()), Err(StoreError::System { .. })), "it still cannot sign");
    hibah::ledger::derived::catch_up(dir.path(), ORIGIN).expect("nothing to do");
    assert_eq!(check_whole(dir.path()), before);
    shell.execute_batch("DROP TRIGGER fails").expect("done");
    let mut writer = open(dir.path());
    assert_eq!(check_whole(dir.path()).0, size + 3, "the start signs them");
    let told = append(&mut writer, &group);
    assert_eq!(told, [0, 1, 2].map(|n| format!("known {}", size + n)));
    assert_eq!(check_whole(dir.path()).0, size + 3);
}

fn opened(dir: &Path) -> Result<Writer, StoreError> {
    Writer::open(dir, key(), Box::new(Hand::at(time(LAST_TIME))))
}

#[test]
fn unsigned_entries_are_judged_before_they_are_signed() {
    let dir = year();
    let made = entries(dir.path());
    let writer = open(dir.path());
    let mut forged = award(writer.state(), 1);
    drop(writer);
    let at = forged.len() - 10;
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    let previous = leaf_hash(made.last().expect("the last"));
    let entry =
        Entry { index: made.len() as u64, previous, recorded_at: time(LAST_TIME), statement: &forged }.to_bytes();
    let shell = Connection::open(dir.path().join(ENTRIES_FILE)).expect("a database");
    let leaf = leaf_hash(&entry);
    let values = rusqlite::params![made.len(), leaf.as_bytes(), entry];
    shell.execute("INSERT INTO entries VALUES (?1, ?2, ?3)", values).expect("put there by hand");
    drop(shell);
    let opened = Writer::open(dir.path(), key(), Box::new(Hand::at(time(LAST_TIME))));
    assert!(matches!(opened, Err(StoreError::TwoHistories(_))), "{:?}", opened.err());
    assert_eq!(check_whole(dir.path()).0, made.len() as u64);
}

#[test]
fn derived_tables_that_cannot_be_written_are_brought_up_later() {
    let dir = year();
    let mut writer = open(dir.path());
    let size = writer.size();
    let shell = fail(dir.path(), DERIVED_FILE, "UPDATE ON progress");
    let first = award(writer.state(), 1);
    assert_eq!(append(&mut writer, &[&first]), [format!("new {size}")], "what counts is durable and signed");
    assert_eq!(writer.checkpoint().size, size + 1);
    let reader = Reader::open(dir.path()).expect("opened");
    assert!(reader.receipt(size).expect("read").is_some());
    shell.execute_batch("DROP TRIGGER fails").expect("done");
    let second = award(writer.state(), 2);
    assert_eq!(append(&mut writer, &[&first, &second]), [format!("known {size}"), format!("new {}", size + 1)]);
    check_whole(dir.path());
}

/// Somebody else brought the derived tables up meanwhile: the writer takes them as they are.
#[test]
fn derived_tables_may_be_brought_up_by_another() {
    use hibah::ledger::replay::{Replay, Signatures};
    let dir = year();
    let mut writer = open(dir.path());
    let size = writer.size();
    let shell = fail(dir.path(), DERIVED_FILE, "UPDATE ON progress");
    let first = award(writer.state(), 1);
    assert_eq!(append(&mut writer, &[&first]), [format!("new {size}")]);
    shell.execute_batch("DROP TRIGGER fails").expect("done");
    let mut replay = Replay::for_tables(ORIGIN, 0);
    let made = entries(dir.path());
    let steps: Vec<_> =
        made.iter().map(|bytes| replay.extend(bytes, Signatures::VerifiedBefore).expect("allowed")).collect();
    let files = Entries::open(dir.path(), Access::Read).expect("opened");
    let mut other = Derived::open_for(dir.path(), &files, size + 1).expect("opened");
    other.absorb(&steps).expect("brought up");
    let second = award(writer.state(), 2);
    assert_eq!(append(&mut writer, &[&second]), [format!("new {}", size + 1)]);
    // The other's are behind now: it takes in nothing twice, and nothing before its turn.
    let made = entries(dir.path());
    let next = replay.extend(made.last().expect("the last"), Signatures::VerifiedBefore).expect("allowed");
    other.absorb(&[next]).expect("passed over");
    let third = award(writer.state(), 3);
    assert_eq!(append(&mut writer, &[third]), [format!("new {}", size + 2)]);
    std::fs::remove_file(dir.path().join(DERIVED_FILE)).expect("removed");
    let mut anew = Derived::open_for(dir.path(), &files, size + 3).expect("made anew");
    let made = entries(dir.path());
    let step = replay.extend(made.last().expect("the last"), Signatures::VerifiedBefore).expect("allowed");
    assert!(anew.absorb(&[step]).is_err(), "what comes before is missing");
    drop((writer, anew));
    drop(open(dir.path()));
    check_whole(dir.path());
}

#[test]
fn the_clock_may_be_a_little_behind_and_no_more() {
    let dir = year();
    let clock = Hand::at(time(LAST_TIME));
    let mut writer = Writer::open(dir.path(), key(), Box::new(clock.clone())).expect("opened");
    let mut row = 0;
    for (behind_ms, allowed) in
        [(0, true), (1_000, true), (2_000, true), (2_001, false), (3_000, false), (86_400_000, false)]
    {
        row += 1;
        let statement = award(writer.state(), row);
        let before = writer.root();
        clock.advance_ms(-behind_ms);
        let appended = writer.append(&[statement]);
        clock.advance_ms(behind_ms);
        assert_eq!(appended.is_ok(), allowed, "{behind_ms} ms behind: {appended:?}");
        if !allowed {
            assert!(matches!(appended, Err(StoreError::Clock(_))));
            assert_eq!(writer.root(), before);
            continue;
        }
        let made = entries(dir.path());
        let last = Entry::parse(made.last().expect("the last")).expect("an entry");
        assert_eq!(last.recorded_at, time(LAST_TIME), "{behind_ms} ms behind: the last entry's time is written");
    }
    check_whole(dir.path());
}

#[test]
fn a_second_writer_is_locked_out() {
    let dir = year();
    let writer = open(dir.path());
    for _ in 0..2 {
        let second = Writer::open(dir.path(), key(), Box::new(Hand::at(time(LAST_TIME))));
        assert!(matches!(second, Err(StoreError::Locked(_))), "{:?}", second.err());
    }
    drop(writer);
    drop(open(dir.path()));
}

#[test]
fn two_founders_do_not_meet() {
    let made = entries(year().path());
    let founding = Entry::parse(&made[0]).expect("an entry").statement;
    let dir = folder();
    let lock = std::fs::File::create(dir.path().join("ledger.lock")).expect("made");
    lock.try_lock().expect("nobody else founds");
    let clock = || Box::new(Hand::at(time("2026-01-05T02:00:00.000Z")));
    let founded = Writer::found(dir.path(), ORIGIN, founding, key(), clock());
    assert!(matches!(founded, Err(StoreError::Locked(_))), "{:?}", founded.err());
    assert!(dir.path().join("ledger.lock").exists(), "the other's lock was removed");
    drop(lock);
    drop(Writer::found(dir.path(), ORIGIN, founding, key(), clock()).expect("made").expect("allowed"));
    check_whole(dir.path());
}

#[test]
fn another_ledgers_files_are_told() {
    let (dir, other) = (year(), other_year());
    std::fs::copy(other.path().join(ENTRIES_FILE), dir.path().join(ENTRIES_FILE)).expect("copied");
    let opened = Writer::open(dir.path(), key(), Box::new(Hand::at(time(LAST_TIME))));
    assert!(matches!(opened, Err(StoreError::TwoHistories(_))), "{:?}", opened.err());
}

/// The tables depend on the entries only, not on how many were taken in at once.
#[test]
fn derived_tables_are_the_same_however_they_were_made() {
    use hibah::ledger::replay::{Replay, Signatures};
    let made = entries(super::ledger_city::long_year().path());
    let mut digests = std::collections::BTreeSet::new();
    let mut states = Vec::new();
    for group in [1, 7, made.len()] {
        let dir = folder();
        let mut derived = Derived::create(dir.path()).expect("made");
        let mut replay = Replay::for_tables(ORIGIN, 0);
        for part in made.chunks(group) {
            let signatures = if group == 7 { Signatures::Check } else { Signatures::VerifiedBefore };
            let steps: Vec<_> = part.iter().map(|bytes| replay.extend(bytes, signatures).expect("allowed")).collect();
            derived.absorb(&steps).expect("taken in");
            derived.absorb(&steps).expect("passed over");
        }
        assert_eq!(derived.size(), made.len() as u64);
        digests.insert(derived.content_digest().expect("read").to_hex());
        states.push(replay.state().clone());
    }
    let dir = super::ledger_city::long_year();
    digests.insert(digest(dir.path()).to_hex());
    let mut writer = open(dir.path());
    states.push(writer.state().clone());
    let _ = writer.time();
    assert_eq!(digests.len(), 1, "{digests:?}");
    assert!(states.windows(2).all(|pair| pair[0] == pair[1]), "the states differ");
}

#[test]
fn a_statement_is_found_by_its_hash() {
    let dir = year();
    let reader = Reader::open(dir.path()).expect("opened");
    for (index, entry) in (0..).zip(entries(dir.path())) {
        let statement =
            Statement::parse(Entry::parse(&entry).expect("an entry").statement, ORIGIN).expect("a statement");
        assert_eq!(reader.index_of_statement(&statement.hash()).expect("read"), Some(index));
        assert_eq!(reader.statement(index, ORIGIN).expect("read").expect("there").hash(), statement.hash());
    }
}
