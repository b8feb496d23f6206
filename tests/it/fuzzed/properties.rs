// What must hold of any bytes at all, for each format that somebody else may send. `fuzz/src/lib.rs` includes this file
// as it stands, so that a fuzzer and the tests ask the same; therefore it uses nothing but the library's public side.
//
// A property answers whether the bytes were taken, and panics where something does not hold: what was taken prints
// back byte for byte where a value has one spelling, and is read the same a second time where it has not.

use std::fmt::{Debug, Display};
use std::sync::LazyLock;

use hibah::grants::about::About;
use hibah::grants::legacy::{self, LegacyError, Map};
use hibah::grants::rules::RuleSet;
use hibah::grants::signer::SignerId;
use hibah::grants::time::Date;
use hibah::grants::{one, zero};
use hibah::ledger::canonical;
use hibah::ledger::entry::{Entry, MAX_ENTRY_BYTES};
use hibah::ledger::opening::Opening;
use hibah::ledger::statement::{Content, MAX_SIGNERS, MAX_STATEMENT_BYTES, Statement};
use hibah::tlog::checkpoint::{self, Checkpoint, SignedCheckpoint};
use hibah::tlog::cosignature::{self, Cosignature};
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::hash::{EMPTY_ROOT, Hash, leaf_hash};
use hibah::tlog::note::{MAX_NOTE_BYTES, MAX_SIGNATURES, Note, NoteSignature, NoteSigner, VerifierKey};
use hibah::tlog::policy::Policy;
use hibah::tlog::proof::TlogProof;
use hibah::tlog::tile::{TilePath, decode_bundle, encode_bundle};
use hibah::tlog::witness::{AddCheckpoint, Head, MAX_PROOF_LINES, MAX_REQUEST_BYTES};
use serde_json::Value;

use super::desk_request::desk_request;

/// Whether the bytes were taken.
pub type Property = fn(&[u8]) -> bool;

/// Every target by its name: that of `fuzz/fuzz_targets/<name>.rs` and of its corpus.
pub const TARGETS: [(&str, Property); 18] = [
    ("add_checkpoint", add_checkpoint),
    ("bundle", bundle),
    ("checkpoint", checkpoint),
    ("cosignature", cosignature),
    ("desk_request", desk_request),
    ("entry", entry),
    ("import_csv", import_csv),
    ("import_map", import_map),
    ("json", json_line),
    ("note", note),
    ("opening", opening),
    ("policy", policy),
    ("profile_json", profile_json),
    ("profile_toml", profile_toml),
    ("proof", proof),
    ("statement", statement),
    ("tile_path", tile_path),
    ("vkey", vkey),
];

/// What parts the map from the list in an input of `import_csv`.
pub const PARTING: &str = "\n%%%\n";

/// Verifies against a key, so that the code behind reading is reached too: the example's of `src/tlog/note.rs`.
static LOG: LazyLock<NoteSigner> = LazyLock::new(|| {
    NoteSigner::new("log.example/grants", SigningKey::from_seed(std::array::from_fn(|i| i as u8))).expect("a key name")
});

/// The witness's key of the example in `src/tlog/checkpoint.rs`.
static WITNESS: LazyLock<VerifierKey> = LazyLock::new(|| {
    VerifierKey::parse("witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X").expect("a key")
});

fn prints_back(printed: &impl Display, bytes: &[u8]) {
    same(printed.to_string().as_bytes(), bytes);
}

fn same(printed: &[u8], bytes: &[u8]) {
    assert!(
        printed == bytes,
        "what was read prints otherwise:\n{}\n---\n{}",
        String::from_utf8_lossy(printed),
        String::from_utf8_lossy(bytes)
    );
}

/// Reads twice; both must come to the same, whatever it is.
fn twice<T: Debug, E: Debug>(read: impl Fn() -> Result<T, E>) -> Option<T> {
    let (first, second) = (read(), read());
    assert_eq!(format!("{first:?}"), format!("{second:?}"), "read twice, and not the same");
    first.ok()
}

fn statement(bytes: &[u8]) -> bool {
    // The origin is whatever the second line says: which ledger it is for is not the question here.
    let origin = bytes.split(|byte| *byte == b'\n').nth(1).and_then(|line| std::str::from_utf8(line).ok());
    let origin = origin.unwrap_or_default();
    let complete = Statement::parse(bytes, origin);
    let Ok(draft) = Statement::parse_draft(bytes, origin) else {
        assert!(complete.is_err(), "a complete statement is a draft that lacks nothing");
        return false;
    };
    assert!(bytes.len() <= MAX_STATEMENT_BYTES && draft.signers().len() <= MAX_SIGNERS);
    same(&draft.to_bytes(), bytes);
    assert_eq!(complete.is_ok(), draft.missing_signers().is_empty());
    let content = Content {
        origin: origin.to_owned(),
        kind: draft.kind().to_owned(),
        about: *draft.about(),
        after: draft.after(),
        body: draft.body().clone(),
        event_date: draft.event_date(),
        expires: draft.expires(),
        signers: draft.signers().to_vec(),
    };
    let again = content.draft().unwrap_or_else(|fault| panic!("its own parts make no draft: {fault}"));
    same(again.text().as_bytes(), draft.text().as_bytes());
    assert_eq!(again.hash(), draft.hash());
    // The rule book reads the body by itself. Whether it takes it is its own question; that it answers is this one.
    for rules in [RuleSet::Zero, RuleSet::One] {
        let _ = draft.claim(rules);
    }
    true
}

fn entry(bytes: &[u8]) -> bool {
    let Ok(entry) = Entry::parse(bytes) else { return false };
    assert!(bytes.len() <= MAX_ENTRY_BYTES);
    same(&entry.to_bytes(), bytes);
    let placed = entry.check_place(entry.index, &entry.previous, Some(entry.recorded_at));
    assert!(placed.is_ok(), "an entry stands where it says: {placed:?}");
    true
}

fn opening(bytes: &[u8]) -> bool {
    let Ok(opening) = Opening::parse(bytes) else { return false };
    same(&opening.to_bytes(), bytes);
    true
}

fn json_line(bytes: &[u8]) -> bool {
    let Some(object) = std::str::from_utf8(bytes).ok().and_then(|text| canonical::parse_object(text).ok()) else {
        return false;
    };
    same(canonical::print(&Value::Object(object)).as_bytes(), bytes);
    true
}

fn note(bytes: &[u8]) -> bool {
    let complete = Note::parse(bytes);
    let Ok(draft) = Note::parse_draft(bytes) else {
        assert!(complete.is_err(), "a note is a draft with a signature");
        return false;
    };
    assert!(bytes.len() <= MAX_NOTE_BYTES && draft.signatures.len() <= MAX_SIGNATURES);
    assert_eq!(complete.is_ok(), !draft.signatures.is_empty());
    prints_back(&draft, bytes);
    for line in &draft.signatures {
        assert_eq!(NoteSignature::parse(&line.to_string()).as_ref(), Some(line));
    }
    let _ = (LOG.verifier().verify(&draft), cosignature::verify(&draft, &WITNESS));
    true
}

fn vkey(bytes: &[u8]) -> bool {
    let Some(key) = std::str::from_utf8(bytes).ok().and_then(|text| VerifierKey::parse(text).ok()) else {
        return false;
    };
    prints_back(&key, bytes);
    true
}

fn checkpoint(bytes: &[u8]) -> bool {
    let signed = SignedCheckpoint::open(bytes, LOG.verifier());
    if let Ok(signed) = &signed {
        prints_back(signed.note(), bytes);
    }
    let note = Note::parse(bytes).ok();
    let Some(text) = note.as_ref().map(|note| note.text.as_str()).or(std::str::from_utf8(bytes).ok()) else {
        return false;
    };
    let Ok((checkpoint, extensions)) = Checkpoint::parse_extended(text) else {
        assert!(signed.is_err(), "what is signed is a checkpoint");
        return false;
    };
    let lines: String = extensions.iter().map(|line| format!("{line}\n")).collect();
    same(format!("{checkpoint}{lines}").as_bytes(), text.as_bytes());
    assert_eq!(Checkpoint::parse(text).ok(), extensions.is_empty().then_some(checkpoint));
    true
}

/// A request to a witness that has cosigned nothing of the log: whatever it takes is signed and as large as it says.
fn add_checkpoint(bytes: &[u8]) -> bool {
    let Ok(request) = AddCheckpoint::parse(bytes) else { return false };
    prints_back(&request, bytes);
    assert!(bytes.len() <= MAX_REQUEST_BYTES && request.proof.len() <= MAX_PROOF_LINES);
    let Ok(opened) = request.opened(&[LOG.verifier().clone()]) else { return true };
    assert_eq!(request.claimed().as_ref(), Ok(opened.checkpoint()));
    assert!(LOG.verifier().verify(opened.note()).is_ok(), "what is opened is signed");
    if request.grows(opened.checkpoint(), &Head::EMPTY).is_ok() {
        assert!(request.old_size == 0 && request.proof.is_empty(), "from nothing every tree grew, without a proof");
    }
    true
}

fn proof(bytes: &[u8]) -> bool {
    let Ok(proof) = TlogProof::parse(bytes) else { return false };
    prints_back(&proof, bytes);
    if let Ok(signed) = proof.verify(&leaf_hash(b"grant-2"), LOG.verifier()) {
        assert!(proof.index < signed.checkpoint().size, "what is proved is in the tree");
    }
    true
}

fn cosignature(bytes: &[u8]) -> bool {
    const CHECKPOINT: &str = "log.example/grants\n5\nSkdMIOyAeX9yrF2cHgAvanaCVn42erTcmDtM0D2XeBE=\n";
    let Some(line) = std::str::from_utf8(bytes).ok().and_then(NoteSignature::parse) else { return false };
    prints_back(&line, bytes);
    let Ok(cosignature) = Cosignature::from_bytes(&line.bytes) else { return false };
    same(&cosignature.to_bytes(), &line.bytes);
    if let Ok(held) = cosignature::verify_line(CHECKPOINT, &line, &WITNESS) {
        assert_eq!(held, cosignature);
    }
    true
}

fn tile_path(bytes: &[u8]) -> bool {
    let Some(path) = std::str::from_utf8(bytes).ok().and_then(|text| TilePath::parse(text).ok()) else {
        return false;
    };
    prints_back(&path, bytes);
    assert!(!path.is_within(0), "an empty tree has no tiles");
    let within = [1, 255, 256, 70_000, 1 << 40, u64::MAX].map(|size| path.is_within(size));
    assert!(within.is_sorted(), "a tree that grows keeps its tiles");
    true
}

/// The first byte is the width, less one.
fn bundle(bytes: &[u8]) -> bool {
    let Some((width, bundle)) = bytes.split_first() else { return false };
    let Ok(entries) = decode_bundle(bundle, u16::from(*width) + 1) else { return false };
    same(&encode_bundle(&entries).expect("as many entries as were read"), bundle);
    true
}

/// A policy is written by people, with any spaces and remarks: without them it says the same.
fn policy(bytes: &[u8]) -> bool {
    let Some(policy) = twice(|| Policy::parse(bytes)) else { return false };
    let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| {
        let words: Vec<&[u8]> =
            line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty()).collect();
        let says = words.first().is_some_and(|word| !word.starts_with(b"#"));
        says.then(|| [&words.join(&b' ')[..], b"\n"].concat())
    });
    let plain: Vec<u8> = lines.flatten().collect();
    assert_eq!(Policy::parse(&plain).as_ref(), Ok(&policy), "spaces and remarks say nothing");
    let tree = Checkpoint { origin: LOG.name().to_owned(), size: 0, root: EMPTY_ROOT };
    let note = checkpoint::sign(&tree, &LOG).expect("the log's own");
    let signed = SignedCheckpoint::open_note(note, LOG.verifier()).expect("just signed");
    let _ = policy.check(&signed);
    true
}

/// A profile as text for people: what the ledger gets of it reads back as the same.
fn profile_toml(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let of_one = twice(|| one::profile::Profile::from_toml(text));
    if let Some(profile) = &of_one {
        assert_eq!(one::profile::Profile::from_json(&profile.to_json()).as_ref(), Ok(profile));
    }
    let of_zero = twice(|| zero::profile::Profile::from_toml(text));
    if let Some(profile) = &of_zero {
        assert_eq!(zero::profile::Profile::from_json(&profile.to_json()).as_ref(), Ok(profile));
    }
    of_one.is_some() || of_zero.is_some()
}

/// A profile as the ledger has it: the one spelling of its JSON.
fn profile_json(bytes: &[u8]) -> bool {
    let Some(object) = std::str::from_utf8(bytes).ok().and_then(|text| canonical::parse_object(text).ok()) else {
        return false;
    };
    let value = Value::Object(object);
    let of_one = one::profile::Profile::from_json(&value);
    if let Ok(profile) = &of_one {
        same(canonical::print(&profile.to_json()).as_bytes(), bytes);
    }
    let of_zero = zero::profile::Profile::from_json(&value);
    if let Ok(profile) = &of_zero {
        same(canonical::print(&profile.to_json()).as_bytes(), bytes);
    }
    of_one.is_ok() || of_zero.is_ok()
}

fn import_map(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    twice(|| Map::from_toml(text)).is_some()
}

/// A map, [`PARTING`], and the list. Every record is a row or a reject, and every row can be stated.
fn import_csv(bytes: &[u8]) -> bool {
    let parting = PARTING.as_bytes();
    let Some(at) = bytes.windows(parting.len()).position(|window| window == parting) else { return false };
    let (map, list) = (&bytes[..at], &bytes[at + parting.len()..]);
    let Some(map) = std::str::from_utf8(map).ok().and_then(|text| Map::from_toml(text).ok()) else { return false };
    let fits = |decimals: &u8| !matches!(legacy::read(list, &map, *decimals), Err(LegacyError::Currency { .. }));
    let decimals = (0..=4).find(fits).expect("a map names 0 to 4 decimals");
    let Some(reading) = twice(|| legacy::read(list, &map, decimals)) else { return false };
    let mut numbers: Vec<u64> = reading.rows.iter().map(|row| row.row).collect();
    numbers.extend(reading.rejects.iter().map(|reject| reject.row));
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(1..=numbers.len() as u64), "a record is a row or a reject: {numbers:?}");
    let printed = legacy::rejects_csv(&reading);
    let mut records = csv::ReaderBuilder::new().flexible(true).from_reader(&printed[..]);
    let mut told = 0;
    for (record, reject) in records.records().zip(&reading.rejects) {
        let record = record.expect("our own CSV");
        assert!(record.iter().skip(3).eq(reject.fields.iter().map(String::as_str)), "{record:?} {reject:?}");
        told += 1;
    }
    assert_eq!(told, reading.rejects.len());
    for row in &reading.rows {
        can_be_stated(&reading.file_sha256, row);
    }
    true
}

fn can_be_stated(file: &Hash, row: &legacy::Row) {
    let about = format!("award/{}/{}", &file.to_hex()[..16], row.row);
    let day = Date::parse("2026-01-20").expect("a day");
    let content = Content {
        origin: "kota.example/hibah".to_owned(),
        kind: "award.migrated".to_owned(),
        about: About::parse(&about).expect("an award"),
        after: Some(EMPTY_ROOT),
        body: row.body.clone(),
        event_date: day,
        expires: day,
        signers: vec![SignerId::parse("kota.example/hibah/official/1+00000000").expect("a signer")],
    };
    let draft = content.draft().unwrap_or_else(|fault| panic!("row {} cannot be stated: {fault}", row.row));
    for rules in [RuleSet::Zero, RuleSet::One] {
        let claim = draft.claim(rules);
        assert!(claim.is_ok(), "row {} is no award of rule set {}: {:?}", row.row, rules.as_number(), claim.err());
    }
}
