//! The known answers of `fixtures/vectors/tlog-vectors.txt`, made by two other implementations, and what must hold of
//! every file of these formats: a changed byte is refused, or is another value that prints back as it was read.

use hibah::tlog::checkpoint::{self, Checkpoint, SignedCheckpoint};
use hibah::tlog::cosignature::{self, Cosigner};
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::hash::{EMPTY_ROOT, Hash, leaf_hash, sha256};
use hibah::tlog::merkle::{check_consistency, check_inclusion, prove_consistency, prove_inclusion, root};
use hibah::tlog::note::{Note, NoteSigner, VerifierKey};
use hibah::tlog::policy::Policy;
use hibah::tlog::proof::TlogProof;
use hibah::tlog::tile::{decode_bundle, encode_bundle};

use crate::tlog_merkle::{Memory, leaf};

const VECTORS: &str = include_str!("../../fixtures/vectors/tlog-vectors.txt");
/// The time in the witness's cosignature.
const COSIGNED_AT_S: u64 = 1_700_000_000;

/// The rest of the line that begins with `label`.
fn line(label: &str) -> &'static str {
    let found = VECTORS.split('\n').find_map(|line| line.strip_prefix(label));
    found.unwrap_or_else(|| panic!("the vectors have a line {label:?}"))
}

/// What stands between the line that begins with `--- label` and `end`.
fn section(label: &str, end: &str) -> &'static str {
    let (_, after) = VECTORS.split_once(&format!("--- {label}")).expect(label);
    let (_, body) = after.split_once('\n').expect(label);
    let (body, _) = body.split_once(end).expect(label);
    body
}

pub(crate) fn cosigned_checkpoint() -> &'static str {
    section("cosigned checkpoint", "--- ")
}

fn receipt() -> &'static str {
    section("tlog-proof idx2", "--- ")
}

/// The key of the seed that counts up from `first`.
pub(crate) fn key(first: u8) -> SigningKey {
    SigningKey::from_seed(std::array::from_fn(|place| first + place as u8))
}

pub(crate) fn log() -> NoteSigner {
    NoteSigner::new("log.example/grants", key(0x00)).expect("a key name")
}

pub(crate) fn witness() -> Cosigner {
    Cosigner::new("witness.example/w1", key(0x20)).expect("a key name")
}

fn hash(text: &str) -> Hash {
    Hash::from_base64(text).expect("a hash of the vectors")
}

#[test]
fn verifier_keys_of_seeds() {
    let check = |label: &str, key: &VerifierKey| {
        assert_eq!(key.to_string(), line(label));
        assert_eq!(VerifierKey::parse(line(label)).as_ref(), Ok(key));
    };
    check("log seed 00..1f vkey: ", log().verifier());
    check("witness seed 20..3f vkey: ", witness().verifier());
}

#[test]
fn roots_tile_and_bundle() {
    let memory = Memory::of_size(5);
    assert_eq!(root(3, &memory), Ok(hash(line("root3: "))));
    assert_eq!(root(0, &memory), Ok(hash(line("empty root: "))));
    assert_eq!(EMPTY_ROOT, sha256(b""));
    let leaves: Vec<Vec<u8>> = (0..5).map(leaf).collect();
    let leaves: Vec<&[u8]> = leaves.iter().map(Vec::as_slice).collect();
    let bundle = hex::decode(line("bundle hex: ")).expect("hex");
    assert_eq!(encode_bundle(&leaves).as_ref(), Ok(&bundle));
    assert_eq!(decode_bundle(&bundle, 5), Ok(leaves.clone()));
    let tile: Vec<u8> = leaves.iter().flat_map(|leaf| *leaf_hash(leaf).as_bytes()).collect();
    assert_eq!(sha256(&tile).to_hex(), line("tile0 sha256: "));
}

#[test]
fn the_cosigned_checkpoint_is_made_again() {
    let checkpoint = Checkpoint {
        origin: "log.example/grants".to_owned(),
        size: 5,
        root: root(5, &Memory::of_size(5)).expect("in memory"),
    };
    let note = checkpoint::sign(&checkpoint, &log()).expect("the log's own checkpoint");
    let mut signed = SignedCheckpoint::open(note.to_string().as_bytes(), log().verifier()).expect("just signed");
    let line = witness().cosign(&note.text, COSIGNED_AT_S).expect("a checkpoint");
    cosignature::verify_line(&note.text, &line, witness().verifier()).expect("just signed");
    signed.add_cosignature(line).expect("a cosignature");
    assert_eq!(signed.note().to_string(), cosigned_checkpoint());

    let opened = SignedCheckpoint::open(cosigned_checkpoint().as_bytes(), log().verifier()).expect("a good checkpoint");
    assert_eq!(opened, signed);
    assert_eq!(*opened.checkpoint(), checkpoint);
    let cosigned = cosignature::verify(opened.note(), witness().verifier()).expect("a good cosignature");
    assert_eq!(cosigned.time_s, COSIGNED_AT_S);
}

#[test]
fn the_receipt_is_made_again_and_verifies() {
    let memory = Memory::of_size(5);
    let made = TlogProof {
        index: 2,
        hashes: prove_inclusion(2, 5, &memory).expect("in memory"),
        checkpoint: Note::parse(cosigned_checkpoint().as_bytes()).expect("a note"),
        extra: None,
    };
    assert_eq!(made.to_string(), receipt());
    let read = TlogProof::parse(receipt().as_bytes()).expect("a receipt");
    assert_eq!(read, made);
    let signed = read.verify(&leaf_hash(b"grant-2"), log().verifier()).expect("a good receipt");
    assert_eq!(signed.checkpoint().size, 5);
    assert_eq!(check_inclusion(&read.hashes, 2, &leaf_hash(b"grant-2"), 5, &signed.checkpoint().root), Ok(()));
}

#[test]
fn the_consistency_proof_of_the_witness_request() {
    let body = section("add-checkpoint body", "root3: ");
    let (head, note) = body.split_once("\n\n").expect("a request");
    assert_eq!(note, cosigned_checkpoint().replace(&witness_line(), ""));
    let mut lines = head.split('\n');
    assert_eq!(lines.next(), Some("old 3"));
    let proof: Vec<Hash> = lines.map(hash).collect();
    let memory = Memory::of_size(5);
    assert_eq!(prove_consistency(3, 5, &memory).as_ref(), Ok(&proof));
    let tree = SignedCheckpoint::open(note.as_bytes(), log().verifier()).expect("a good checkpoint");
    let old = hash(line("root3: "));
    assert_eq!(check_consistency(&proof, 3, &old, 5, &tree.checkpoint().root), Ok(()));
}

fn witness_line() -> String {
    let note = Note::parse(cosigned_checkpoint().as_bytes()).expect("a note");
    format!("{}\n", note.signatures[1])
}

/// Every change of `sample` in one byte, every byte left out, every byte doubled.
fn changes(sample: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..sample.len()).flat_map(move |place| {
        let (before, after) = (&sample[..place], &sample[place + 1..]);
        let changed =
            (0..=u8::MAX).filter(move |byte| *byte != sample[place]).map(move |byte| [before, &[byte], after].concat());
        let fewer_and_more = [[before, after].concat(), [before, &[sample[place]; 2], after].concat()];
        changed.chain(fewer_and_more)
    })
}

/// Checks that `print_back` (parse, then print) refuses each change or gives back the bytes it read.
fn check_mutations(sample: &str, print_back: impl Fn(&[u8]) -> Option<String>) {
    assert_eq!(print_back(sample.as_bytes()).as_deref(), Some(sample));
    let mut refused = 0;
    for changed in changes(sample.as_bytes()) {
        match print_back(&changed) {
            None => refused += 1,
            Some(printed) => assert_eq!(printed.as_bytes(), changed, "of {:?}", String::from_utf8_lossy(&changed)),
        }
    }
    assert!(refused > sample.len(), "only {refused} of the changes were refused");
}

#[test]
fn a_changed_note_is_refused_or_prints_back() {
    check_mutations(cosigned_checkpoint(), |bytes| Note::parse(bytes).ok().map(|note| note.to_string()));
    check_mutations("text\n\nmore\n\n", |bytes| Note::parse_draft(bytes).ok().map(|note| note.to_string()));
}

#[test]
fn a_changed_receipt_is_refused_or_prints_back() {
    let print_back = |bytes: &[u8]| TlogProof::parse(bytes).ok().map(|proof| proof.to_string());
    check_mutations(receipt(), print_back);
    let with_extra = receipt().replace("\nindex 2\n", "\nextra YWI=\nindex 2\n");
    check_mutations(&with_extra, print_back);
}

#[test]
fn a_changed_verifier_key_is_refused_or_prints_back() {
    let text = line("log seed 00..1f vkey: ");
    check_mutations(text, |bytes| {
        let text = std::str::from_utf8(bytes).ok()?;
        VerifierKey::parse(text).ok().map(|key| key.to_string())
    });
}

#[test]
fn a_changed_checkpoint_text_is_refused_or_prints_back() {
    let (text, _) = cosigned_checkpoint().split_once("\n\n").expect("a note");
    check_mutations(&format!("{text}\n"), |bytes| {
        let text = std::str::from_utf8(bytes).ok()?;
        Checkpoint::parse(text).ok().map(|checkpoint| checkpoint.to_string())
    });
}

#[test]
fn a_changed_checkpoint_never_verifies() {
    // Lines of keys that are not asked for may change; what is asked for may not.
    let sample = cosigned_checkpoint().replace(&witness_line(), "");
    for bit in 0..8 * sample.len() {
        let mut changed = sample.clone().into_bytes();
        changed[bit / 8] ^= 1 << (bit % 8);
        let opened = SignedCheckpoint::open(&changed, log().verifier());
        assert!(opened.is_err(), "{}", String::from_utf8_lossy(&changed));
    }
}

#[test]
fn a_changed_policy_is_an_error_or_a_policy() {
    let (log, witness) = (log().verifier().to_string(), witness().verifier().to_string());
    let sample = format!("log {log}\nwitness A {witness} https://w\ngroup g 1 A\nquorum g\n");
    let read = |bytes: &[u8]| Policy::parse(bytes).is_ok();
    assert!(read(sample.as_bytes()));
    let (good, bad): (Vec<bool>, Vec<bool>) =
        changes(sample.as_bytes()).map(|changed| read(&changed)).partition(|read| *read);
    assert!(!good.is_empty() && bad.len() > good.len());
}
