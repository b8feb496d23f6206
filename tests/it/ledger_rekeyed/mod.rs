//! The ledger's own keys come and go by `ledger.rekeyed`: who must sign the checkpoint of which size, told alike by the
//! writer, the audit, the pages and the second implementation.

mod outside;

use std::path::Path;

use hibah::grants::state::{LedgerKey, State};
use hibah::ledger::ledger_keys;
use hibah::ledger::reader::Reader;
use hibah::ledger::replay::{Replay, Signatures};
use hibah::ledger::store::{ENTRIES_FILE, LAST_SIGNED_FILE, StoreError};
use hibah::ledger::verify::{Report, Source, SourceError, Trust, VerifyError, verify};
use hibah::ledger::writer::Outcome;
use hibah::tlog::checkpoint::Checkpoint;
use hibah::tlog::hash::{EMPTY_ROOT, Hash};
use hibah::tlog::note::{Note, VerifierKey};
use hibah::tlog::tile::{Tile, TileSource};
use tempfile::TempDir;

use crate::ledger_city::{copy, entries, folder};
use crate::one_city::{ORIGIN, OneCity};

const ROOTS: &str = "root/1,root/2,root/3";

fn adds(key: &str) -> String {
    format!("ledger.rekeyed ledger by {ROOTS} ledger_key=vkey:{key} reason=\"Kunci baru\"")
}

fn retires(key: &str) -> String {
    format!("ledger.rekeyed ledger by {ROOTS} retires=signer:{key} reason=\"Kunci lama\"")
}

/// A founded city; the founding's key is `ledger`, later ones are `ledger:b` and so on.
fn city(dir: &Path) -> OneCity {
    let mut city = OneCity::new(dir);
    city.play(&format!("at 2013-01-03T02:00:00.000Z\nledger.founded ledger by {ROOTS},root/4,root/5"));
    city
}

/// Something else that may be recorded at any time.
fn official(n: u64) -> String {
    format!("official.appointed official/{n} by {ROOTS},official/{n} office=sekda person=pejabat/{n:04}")
}

/// A ledger with its checkpoints of each size, from 1 on:
///
/// | entry | says |
/// |---|---|
/// | 0 | founding, with `ledger` |
/// | 1 | an official |
/// | 2 | `ledger:b` is added |
/// | 3 | an official |
/// | 4 | `ledger` is retired |
/// | 5 | an official |
/// | 6 | `ledger:c` is added, `ledger:b` retired |
/// | 7 | an official |
struct Story {
    dir: TempDir,
    notes: Vec<String>,
    city: OneCity,
}

fn story() -> Story {
    let dir = folder();
    let mut city = city(dir.path());
    city.hold(&["ledger:c", "ledger", "ledger:b"]).unwrap_or_else(|e| panic!("{e}"));
    let mut notes = vec![city.writer().checkpoint().note.clone()];
    let both = format!("{} retires=signer:ledger:b", adds("ledger:c"));
    for said in [official(1), adds("ledger:b"), official(2), retires("ledger"), official(3), both, official(4)] {
        city.play(&said);
        notes.push(city.writer().checkpoint().note.clone());
    }
    Story { dir, notes, city }
}

impl Story {
    fn key(&self, key: &str) -> VerifierKey {
        self.city.key(key).verifier().clone()
    }

    /// The ledger's files under another checkpoint.
    fn under(&self, note: &str) -> Under {
        Under { reader: Reader::open(self.dir.path()).expect("opened"), note: note.to_owned() }
    }

    /// The checkpoint of this size with the lines of these keys.
    fn note(&self, size: usize, keys: &[&str]) -> String {
        let mut note = Note::parse(self.notes[size - 1].as_bytes()).expect("a note");
        note.signatures = keys.iter().map(|key| self.city.key(key).sign(&note.text).expect("signed")).collect();
        note.to_string()
    }
}

struct Under {
    reader: Reader,
    note: String,
}

impl TileSource for Under {
    type Error = SourceError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, SourceError> {
        self.reader.hash_tile(tile)
    }
}

impl Source for Under {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        Ok(self.note.clone().into_bytes())
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError> {
        self.reader.bundle(index, width)
    }
}

/// Which keys must sign which size, 1 to 8; size 0 is the founding key's alone.
const SIGNERS: [&[&str]; 8] = [
    &["ledger"],
    &["ledger"],
    &["ledger", "ledger:b"],
    &["ledger", "ledger:b"],
    &["ledger:b"],
    &["ledger:b"],
    &["ledger:c"],
    &["ledger:c"],
];

fn audit(source: &impl Source, vkey: Option<VerifierKey>, since: Option<&str>) -> Result<Report, VerifyError> {
    let since = since.map(|note| note.as_bytes().to_vec());
    verify(source, &Trust { vkey, since, ..Trust::default() }, &|_, _| ())
}

fn code(audited: &Result<Report, VerifyError>) -> &'static str {
    match audited {
        Ok(_) => "holds",
        Err(VerifyError::Wrong(wrong)) => wrong.code,
        Err(VerifyError::Unchecked(_)) => "unchecked",
    }
}

#[test]
fn a_key_signs_from_the_entry_that_brings_it_to_the_one_that_retires_it() {
    let city = OneCity::new(Path::new("."));
    let vkey = hibah::grants::signer::Vkey::parse(&city.key("ledger").verifier().to_string()).expect("a key");
    for (since, ended, sizes) in [
        (0, None, [true, true, true, true, true, true]),
        (0, Some(1), [true, true, false, false, false, false]),
        (0, Some(4), [true, true, true, true, true, false]),
        (1, None, [false, false, true, true, true, true]),
        (2, Some(3), [false, false, false, true, false, false]),
        (2, Some(4), [false, false, false, true, true, false]),
    ] {
        let key = LedgerKey { vkey: vkey.clone(), since, ended };
        for (size, expected) in (0..).zip(sizes) {
            assert_eq!(key.signs(size), expected, "from {since} to {ended:?} at size {size}");
        }
    }
}

#[test]
fn every_key_in_force_signs_and_no_other() {
    let story = story();
    let mut replay = Replay::new(ORIGIN);
    for (entry, (note, keys)) in entries(story.dir.path()).iter().zip(story.notes.iter().zip(SIGNERS)) {
        replay.extend(entry, Signatures::Check).unwrap_or_else(|e| panic!("{e}"));
        let expected: Vec<VerifierKey> = keys.iter().map(|key| story.key(key)).collect();
        let note = Note::parse(note.as_bytes()).expect("a note");
        let text = Checkpoint { origin: ORIGIN.to_owned(), size: replay.size(), root: replay.root() }.to_string();
        assert_eq!(note.text, text);
        let lines: Vec<_> = note.signatures.iter().map(|line| (line.name.as_str(), line.key_id)).collect();
        let named: Vec<_> = expected.iter().map(|key| (key.name(), key.key_id())).collect();
        assert_eq!(lines, named, "size {}", replay.size());
        expected.iter().for_each(|key| key.verify(&note).unwrap_or_else(|e| panic!("{e}")));
        assert_eq!(ledger_keys::signing(replay.state(), replay.size()), expected);
        let now: Vec<String> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(replay.state().ledger_vkeys(), now, "both tell the same keys in force");
    }
    check_past(&story, replay.state());
}

/// The last state tells who signed at each size before.
fn check_past(story: &Story, state: &State) {
    for (size, keys) in (1..).zip(SIGNERS) {
        let expected: Vec<VerifierKey> = keys.iter().map(|key| story.key(key)).collect();
        assert_eq!(ledger_keys::signing(state, size), expected, "size {size}");
    }
    assert_eq!(ledger_keys::signing(state, 0), [story.key("ledger")]);
    let told: Vec<_> = state.ledger_keys().iter().map(|key| (key.since, key.ended)).collect();
    assert_eq!(told, [(0, Some(4)), (2, Some(6)), (6, None)]);
}

#[test]
fn the_audit_asks_every_key_in_force() {
    let story = story();
    for (size, keys) in (1..).zip(SIGNERS) {
        let served = story.note(size, keys);
        assert_eq!(served, story.notes[size - 1], "signatures have one spelling");
        for vkey in std::iter::once(None).chain(keys.iter().map(|key| Some(story.key(key)))) {
            let report = audit(&story.under(&served), vkey, None).unwrap_or_else(|e| panic!("{size}: {e}"));
            assert_eq!(report.in_force.len(), keys.len());
            assert!(report.warnings.is_empty(), "{size}: {:?}", report.warnings);
        }
    }
    let cases: [(usize, &[&str], Option<&str>, &str); 12] = [
        (4, &["ledger"], None, "bad-checkpoint"),
        (4, &["ledger"], Some("ledger"), "bad-checkpoint"),
        (4, &["ledger:b"], Some("ledger:b"), "bad-checkpoint"),
        (4, &["ledger:b", "ledger"], Some("ledger:b"), "holds"),
        (5, &["ledger"], Some("ledger"), "bad-checkpoint"),
        (5, &["ledger"], None, "bad-checkpoint"),
        (5, &["ledger", "ledger:b"], Some("ledger"), "holds"),
        (2, &["ledger:b"], Some("ledger:b"), "other-key"),
        (2, &["ledger", "ledger:b"], Some("ledger"), "holds"),
        (8, &["ledger:b"], Some("ledger:b"), "bad-checkpoint"),
        (8, &["ledger:c"], Some("ledger:d"), "other-key"),
        (8, &["ledger:d"], Some("ledger:d"), "other-key"),
    ];
    for (size, signers, vkey, expected) in cases {
        let audited = audit(&story.under(&story.note(size, signers)), vkey.map(|key| story.key(key)), None);
        assert_eq!(code(&audited), expected, "size {size} by {signers:?}, checked with {vkey:?}");
    }
    // A line that is there and does not hold is no missing line.
    let mut note = Note::parse(story.notes[3].as_bytes()).expect("a note");
    *note.signatures[1].bytes.last_mut().expect("a signature") ^= 1;
    assert_eq!(code(&audit(&story.under(&note.to_string()), Some(story.key("ledger")), None)), "bad-checkpoint");
}

#[test]
fn a_retired_key_is_told_and_proves_what_it_signed() {
    let story = story();
    let newest = story.under(&story.notes[7]);
    let now = story.key("ledger:c").to_string();
    for retired in ["ledger", "ledger:b"] {
        let report = audit(&newest, Some(story.key(retired)), None).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(report.in_force, [story.key("ledger:c")]);
        let [warning] = &report.warnings[..] else { panic!("{:?}", report.warnings) };
        assert!(warning.contains("retired by entry") && warning.contains(&now), "{warning}");
        assert!(warning.contains("did not sign this checkpoint"), "{warning}");
    }
    // What the retired key signed names the roots that name the key of today.
    let report = audit(&newest, Some(story.key("ledger")), Some(&story.notes[1])).unwrap_or_else(|e| panic!("{e}"));
    let [warning] = &report.warnings[..] else { panic!("{:?}", report.warnings) };
    assert!(warning.contains(&now) && !warning.contains("did not sign"), "{warning}");
    let told = audit(&newest, None, None).unwrap_or_else(|e| panic!("{e}"));
    assert!(told.vkey_from_ledger && told.warnings.is_empty(), "{:?}", told.warnings);
}

#[test]
fn an_earlier_checkpoint_is_checked_with_the_keys_of_its_size() {
    let story = story();
    let newest = story.under(&story.notes[7]);
    for (size, keys) in (1..).zip(SIGNERS) {
        for vkey in ["ledger", "ledger:b", "ledger:c"] {
            let since = &story.notes[size - 1];
            let report = audit(&newest, Some(story.key(vkey)), Some(since)).unwrap_or_else(|e| panic!("{size}: {e}"));
            let whole = audit(&newest, Some(story.key(vkey)), None).unwrap_or_else(|e| panic!("{e}"));
            // Only the key that is trusted vouches for what was checked before.
            assert_eq!(report.since, Some(size as u64));
            assert_eq!(report.since_believed, keys.contains(&vkey), "size {size}, checked with {vkey}");
            assert_eq!(report.signatures < whole.signatures, report.since_believed);
        }
    }
    let empty = Checkpoint { origin: ORIGIN.to_owned(), size: 0, root: EMPTY_ROOT };
    let empty = hibah::tlog::checkpoint::sign(&empty, &story.city.key("ledger")).expect("signed").to_string();
    let fork = Checkpoint { origin: ORIGIN.to_owned(), size: 4, root: Hash::from_bytes([7; 32]) };
    let forked = |keys: [&str; 2]| {
        let mut note = hibah::tlog::checkpoint::sign(&fork, &story.city.key(keys[0])).expect("signed");
        note.signatures.push(story.city.key(keys[1]).sign(&note.text).expect("signed"));
        note.to_string()
    };
    let key = |key| Some(story.key(key));
    for (what, vkey, since, expected) in [
        ("the empty tree", key("ledger:c"), empty, "holds"),
        ("one of two signatures", key("ledger:c"), story.note(4, &["ledger"]), "unchecked"),
        ("one of two, by the trusted key", key("ledger"), story.note(4, &["ledger"]), "unchecked"),
        ("by a key that came later", key("ledger:c"), story.note(4, &["ledger:c"]), "unchecked"),
        ("by the retired key only", None, story.note(6, &["ledger"]), "unchecked"),
        ("another history", key("ledger:c"), forked(["ledger", "ledger:b"]), "fork"),
        ("another history, half signed", key("ledger:c"), forked(["ledger", "ledger"]), "unchecked"),
    ] {
        assert_eq!(code(&audit(&newest, vkey, Some(&since))), expected, "{what}");
    }
    let earlier = story.under(&story.notes[6]);
    for (vkey, expected) in [("ledger:c", "fork"), ("ledger", "fork")] {
        let shrunk = audit(&earlier, Some(story.key(vkey)), Some(&story.notes[7]));
        assert_eq!(code(&shrunk), expected, "a ledger that shrank, checked with {vkey}");
    }
}

/// Entries and last-signed note, of which nothing may change by what is not recorded.
fn state_of(dir: &Path) -> (Vec<Vec<u8>>, String) {
    (entries(dir), Reader::open(dir).expect("opened").signed().expect("read").note)
}

#[test]
fn a_key_that_is_not_held_is_not_brought_into_force() {
    let dir = folder();
    let mut city = city(dir.path());
    let before = state_of(dir.path());
    let brings = city.statement(&adds("ledger:b"));
    let other = city.statement(&official(1));
    let missing = city.key("ledger:b").verifier().to_string();
    let outcomes = city.writer().append(&[&brings]).expect("judged");
    assert!(matches!(&outcomes[..], [Outcome::KeyMissing { vkey }] if *vkey == missing), "{outcomes:?}");
    assert_eq!(state_of(dir.path()), before);
    // The rule book speaks first, and what stands beside it is recorded.
    let refused = city.statement(&adds("ledger"));
    let outcomes = city.writer().append(&[&refused, &brings, &other]).expect("judged");
    assert!(
        matches!(
            &outcomes[..],
            [Outcome::Refused { .. }, Outcome::KeyMissing { .. }, Outcome::Recorded { index: 1, new: true }]
        ),
        "{outcomes:?}"
    );
    city.hold(&["ledger"]).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!((city.writer().size(), city.state().ledger_vkeys().len()), (2, 1));
    // Once the key is held, the same statement is recorded.
    city.hold(&["ledger", "ledger:b"]).unwrap_or_else(|e| panic!("{e}"));
    let outcomes = city.writer().append(&[&brings]).expect("judged");
    assert!(matches!(outcomes[..], [Outcome::Recorded { index: 2, new: true }]), "{outcomes:?}");
    let report = audit(&Reader::open(dir.path()).expect("opened"), None, None).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(report.in_force.len(), 2);
}

#[test]
fn a_ledger_is_opened_with_every_key_in_force() {
    let Story { dir, notes, mut city } = story();
    // `Other`: none of these was ever the ledger's; `Missing`: one is, but not all in force.
    for (size, keys, expected) in [
        (2, &["ledger"][..], "opened"),
        (4, &["ledger:b", "ledger"], "opened"),
        (4, &["ledger"], "missing ledger:b"),
        (4, &["ledger:b"], "missing ledger"),
        (5, &["ledger:b"], "opened"),
        (5, &["ledger:b", "ledger", "ledger:d"], "opened"),
        (5, &["ledger"], "other"),
        (5, &["ledger:d"], "other"),
        (8, &["ledger:c"], "opened"),
        (8, &["ledger", "ledger:b"], "other"),
        (4, &["ledger", "ledger:b", "root/1"], "other"),
    ] {
        let at = shortened(dir.path(), size, &notes[size - 1]);
        let before = state_of(at.path());
        city.dir = at.path().to_owned();
        let told = match city.hold(keys) {
            Ok(()) => "opened".to_owned(),
            Err(StoreError::OtherKey { .. }) => "other".to_owned(),
            Err(StoreError::KeyMissing { vkey }) => {
                let known = ["ledger", "ledger:b"].into_iter().find(|key| city.key(key).verifier().to_string() == vkey);
                format!("missing {}", known.expect("one in force"))
            }
            Err(error) => panic!("{error}"),
        };
        assert_eq!(told, expected, "size {size} with {keys:?}");
        assert_eq!(state_of(at.path()), before, "size {size} with {keys:?}");
    }
}

/// The story's ledger as it was at this size.
fn shortened(from: &Path, size: usize, note: &str) -> TempDir {
    let dir = folder();
    copy(from, dir.path());
    let entries = rusqlite::Connection::open(dir.path().join(ENTRIES_FILE)).expect("a database");
    entries
        .execute_batch(&format!(
            "DROP TRIGGER entries_never_go; DELETE FROM entries WHERE idx >= {size};
             CREATE TRIGGER entries_never_go BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'an entry is never removed'); END;"
        ))
        .expect("cut");
    let root = Checkpoint::parse(&Note::parse(note.as_bytes()).expect("a note").text).expect("a checkpoint").root;
    let signed = rusqlite::Connection::open(dir.path().join(LAST_SIGNED_FILE)).expect("a database");
    signed.execute_batch("DROP TRIGGER last_signed_grows").expect("done");
    signed
        .execute("UPDATE last_signed SET size = ?1, root = ?2, note = ?3", (size, root.as_bytes(), note))
        .expect("taken back");
    drop((entries, signed));
    std::fs::remove_file(dir.path().join(hibah::ledger::derived::DERIVED_FILE)).expect("removed");
    hibah::ledger::derived::catch_up(dir.path(), ORIGIN).expect("made anew");
    dir
}

/// A stop between entries and checkpoint, where the entry brings or retires a key.
#[test]
fn what_a_stop_left_unsigned_is_signed_by_the_keys_of_its_size() {
    let Story { dir, notes, mut city } = story();
    for (size, keys, expected) in [
        (3, &["ledger"][..], false),
        (3, &["ledger", "ledger:b"], true),
        (5, &["ledger", "ledger:b"], true),
        (5, &["ledger:b"], true),
        (5, &["ledger"], false),
        (7, &["ledger:b", "ledger:c"], true),
        (7, &["ledger:b"], false),
    ] {
        let at = shortened(dir.path(), size, &notes[size - 1]);
        let before = shortened(dir.path(), size - 1, &notes[size - 2]);
        std::fs::copy(before.path().join(LAST_SIGNED_FILE), at.path().join(LAST_SIGNED_FILE)).expect("copied");
        city.dir = at.path().to_owned();
        let opened = city.hold(keys);
        let left = hibah::ledger::store::LastSigned::open(at.path(), hibah::ledger::store::Access::Read)
            .and_then(|signed| signed.get())
            .expect("read");
        if expected {
            opened.unwrap_or_else(|e| panic!("size {size} with {keys:?}: {e}"));
            assert_eq!(left.note, notes[size - 1], "size {size} with {keys:?}");
        } else {
            assert!(matches!(opened, Err(StoreError::KeyMissing { .. })), "size {size}: {:?}", opened.err());
            assert_eq!(left.note, notes[size - 2], "nothing was signed");
        }
    }
}

/// A last checkpoint of a program that knew one key only: it gains the line that it lacks, behind those that it has.
#[test]
fn a_checkpoint_that_lacks_a_line_is_completed() {
    let story = story();
    for (lines, keys) in [(["ledger"], ["ledger", "ledger:b"]), (["ledger:b"], ["ledger:b", "ledger"])] {
        let half = story.note(4, &lines);
        let at = shortened(story.dir.path(), 4, &half);
        assert_eq!(code(&audit(&Reader::open(at.path()).expect("opened"), None, None)), "bad-checkpoint");
        let mut city = OneCity::new(at.path());
        city.hold(&keys).unwrap_or_else(|e| panic!("{e}"));
        let completed = city.writer().checkpoint().note.clone();
        assert!(completed.starts_with(&half) && completed.len() > half.len(), "{completed}");
        assert_eq!(completed, story.note(4, &keys));
        assert_eq!(code(&audit(&Reader::open(at.path()).expect("opened"), None, None)), "holds");
    }
}

/// The record refuses a note of the same tree that is not the old one with lines added.
#[test]
fn the_record_of_a_size_only_gains_lines() {
    let story = story();
    let at = shortened(story.dir.path(), 4, &story.note(4, &["ledger"]));
    let mut record =
        hibah::ledger::store::LastSigned::open(at.path(), hibah::ledger::store::Access::Write).expect("it");
    let now = record.get().expect("read");
    let with = |keys: &[&str]| hibah::ledger::store::Signed { note: story.note(4, keys), ..now.clone() };
    for (keys, taken) in [
        (&["ledger:b"][..], false),
        (&["ledger:b", "ledger"], false),
        (&["ledger"], true),
        (&["ledger", "ledger:b"], true),
        (&["ledger"], false),
    ] {
        assert_eq!(record.advance(&with(keys)).is_ok(), taken, "{keys:?}");
    }
    assert_eq!(record.get().expect("read").note, story.notes[3]);
}
