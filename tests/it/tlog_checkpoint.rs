//! Checkpoints, cosignatures, receipts and hashes: every refusal.

use hibah::tlog::checkpoint::{self, Checkpoint, CheckpointError, SignedCheckpoint};
use hibah::tlog::cosignature::{self, Cosignature, CosignatureError, Cosigner};
use hibah::tlog::ed25519::SignatureError;
use hibah::tlog::hash::{EMPTY_ROOT, Hash, HashTextError, Sha256Stream, leaf_hash, sha256, sha256_parts, sha512_parts};
use hibah::tlog::merkle::{ProofError, prove_inclusion};
use hibah::tlog::note::{Note, NoteError, NoteSignature, NoteSigner, VerifyError};
use hibah::tlog::proof::{TlogProof, TlogProofError};

use crate::tlog_merkle::Memory;
use crate::tlog_vectors::{cosigned_checkpoint, key, log, witness};

const ROOT: &str = "SkdMIOyAeX9yrF2cHgAvanaCVn42erTcmDtM0D2XeBE=";

fn opened() -> SignedCheckpoint {
    SignedCheckpoint::open(cosigned_checkpoint().as_bytes(), log().verifier()).expect("a good checkpoint")
}

#[test]
fn hashes_have_one_spelling() {
    let hash = sha256(b"abc");
    // FIPS 180-2 appendix B.1 and C.1.
    let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!((hash.to_hex().as_str(), hash.to_string().as_str()), (hex, hex));
    assert_eq!(format!("{hash:?}"), format!("Hash({hex})"));
    assert!(hex::encode(sha512_parts(&[b"a", b"bc"])).starts_with("ddaf35a193617abacc417349ae204131"));
    assert_eq!(sha256_parts(&[b"a", b"", b"bc"]), hash);
    let mut stream = Sha256Stream::new();
    stream.update(b"ab");
    stream.update(b"c");
    assert_eq!(stream.finish(), hash);
    assert_eq!(Hash::from_hex(hex), Ok(hash));
    assert_eq!(Hash::from_base64(&hash.to_base64()), Ok(hash));
    assert_eq!(Hash::from_bytes(*hash.as_bytes()), hash);
    for text in ["", &hex[1..], &hex.to_uppercase(), &format!("{hex}0"), &format!(" {}", &hex[1..]), &"é".repeat(32)] {
        assert_eq!(Hash::from_hex(text), Err(HashTextError::Hex), "{text}");
    }
    let base64 = hash.to_base64();
    for text in [
        "",
        &base64[..43],
        &format!("{base64}="),
        &base64.replace("rQ=", "rR="),
        "AAAA",
        &format!("{base64}\n"),
        &base64.replace('/', "_"),
    ] {
        if text != base64 {
            assert_eq!(Hash::from_base64(text), Err(HashTextError::Base64), "{text}");
        }
    }
}

#[test]
fn checkpoint_texts_are_read_or_refused() {
    let check = |text: &str, line: usize| {
        assert_eq!(Checkpoint::parse(text), Err(CheckpointError::Text { line }), "{text:?}");
        assert_eq!(Checkpoint::parse_extended(text), Err(CheckpointError::Text { line }), "{text:?}");
    };
    check("", 1);
    check("\n5\n", 1);
    check("log", 1);
    check("log\n", 2);
    for size in ["", "05", "+5", "-5", "5 ", " 5", "five", "0x5", "5.0", "18446744073709551616", "٥"] {
        check(&format!("log\n{size}\n{ROOT}\n"), 2);
    }
    check("log\n5\n", 3);
    for root in ["", &ROOT[..43], &format!("{ROOT}="), &ROOT.replace("BE=", "BF="), "AAAA", &format!(" {ROOT}")] {
        check(&format!("log\n5\n{root}\n"), 3);
    }
    check(&format!("log\n5\n{ROOT}"), 3);
    check(&format!("log\n5\n{ROOT}\n\n"), 4);
    check(&format!("log\n5\n{ROOT}\next\n\n"), 5);
    check(&format!("log\n5\n{ROOT}\next"), 4);
    let extended = format!("log with space\n0\n{ROOT}\next 1\next 2\n");
    assert_eq!(Checkpoint::parse(&extended), Err(CheckpointError::Extensions));
    let (read, extensions) = Checkpoint::parse_extended(&extended).expect("extensions are allowed here");
    assert_eq!((read.origin.as_str(), read.size), ("log with space", 0));
    assert_eq!(extensions, ["ext 1", "ext 2"]);
    let largest = format!("log\n18446744073709551615\n{ROOT}\n");
    assert_eq!(Checkpoint::parse(&largest).map(|read| (read.size, read.to_string())), Ok((u64::MAX, largest)));
}

#[test]
fn checkpoints_of_others_are_opened_with_their_extensions() {
    let text = format!("log.example/grants\n5\n{ROOT}\next 1\n");
    let line = log().sign(&text).expect("a text");
    let note = Note { text, signatures: vec![line] };
    let opened = SignedCheckpoint::open(note.to_string().as_bytes(), log().verifier()).expect("a good checkpoint");
    assert_eq!(opened.extensions(), ["ext 1"]);
    let line = witness().cosign(&note.text, 7).expect("extensions are cosigned too");
    assert!(cosignature::verify_line(&note.text, &line, witness().verifier()).is_ok());
}

#[test]
fn checkpoints_that_do_not_open() {
    let good = cosigned_checkpoint();
    let check = |bytes: &[u8], expected: CheckpointError| {
        assert_eq!(SignedCheckpoint::open(bytes, log().verifier()), Err(expected));
    };
    check(b"", CheckpointError::Note(NoteError::NoSeparator));
    check("log\n\n— a AAAAAAA=\n".as_bytes(), CheckpointError::Text { line: 2 });
    let name = || log().name().to_owned();
    let origin_differs =
        |origin: &str, key: &str| CheckpointError::OriginDiffers { origin: origin.to_owned(), key: key.to_owned() };
    check(good.replacen("log.example/grants\n", "log.example\n", 1).as_bytes(), origin_differs("log.example", &name()));
    let refused = VerifyError::Signature { name: name(), error: SignatureError::Equation };
    check(good.replacen("\n5\n", "\n6\n", 1).as_bytes(), refused.into());
    let missing = VerifyError::Missing { name: name(), key_id: log().verifier().key_id() };
    check(
        good.replace("5NMtFW", "5NMtFX").as_bytes(),
        CheckpointError::Signature(VerifyError::Signature { name: name(), error: SignatureError::Equation }),
    );
    check(good.replace("5NMtF", "6NMtF").as_bytes(), missing.into());
    // A witness's key opens nothing, whatever it is named.
    let named_as_log = Cosigner::new("log.example/grants", key(0x20)).expect("a key name");
    let verdict = SignedCheckpoint::open(good.as_bytes(), named_as_log.verifier());
    assert_eq!(verdict, Err(VerifyError::NotANoteKey { name: name() }.into()));
    let verdict = SignedCheckpoint::open(good.as_bytes(), witness().verifier());
    assert_eq!(verdict, Err(origin_differs(&name(), "witness.example/w1")));
}

#[test]
fn checkpoints_that_are_not_signed() {
    let check = |origin: &str, expected: CheckpointError| {
        let checkpoint = Checkpoint { origin: origin.to_owned(), size: 0, root: EMPTY_ROOT };
        assert_eq!(checkpoint::sign(&checkpoint, &log()), Err(expected));
    };
    let key = log().name().to_owned();
    let origin = "other.example".to_owned();
    check(&origin, CheckpointError::OriginDiffers { origin: origin.clone(), key });
    let signer = NoteSigner::new("cosignature/v1", crate::tlog_vectors::key(0)).expect("a key name");
    let checkpoint = Checkpoint { origin: "cosignature/v1".to_owned(), size: 0, root: EMPTY_ROOT };
    let verdict = checkpoint::sign(&checkpoint, &signer);
    assert_eq!(verdict, Err(NoteError::CosignaturePrefix.into()));
    let empty = Checkpoint { origin: log().name().to_owned(), size: 0, root: EMPTY_ROOT };
    let note = checkpoint::sign(&empty, &log()).expect("size 0 has a checkpoint too");
    assert_eq!(SignedCheckpoint::open_note(note, log().verifier()).map(|s| s.checkpoint().clone()), Ok(empty));
}

#[test]
fn cosignatures_are_added_and_replaced() {
    let mut signed = opened();
    let before = signed.note().clone();
    let later = witness().cosign(&before.text, 1_800_000_000).expect("a checkpoint");
    signed.add_cosignature(later.clone()).expect("a cosignature");
    assert_eq!(signed.note().text, before.text);
    assert_eq!(signed.note().signatures, [before.signatures[0].clone(), later]);
    let other = Cosigner::new("witness.example/w2", key(0x60)).expect("a key name");
    let line = other.cosign(&before.text, 5).expect("a checkpoint");
    signed.add_cosignature(line.clone()).expect("a cosignature");
    assert_eq!(signed.note().signatures.len(), 3);

    let mut refused = |line: NoteSignature, expected: CheckpointError| {
        let before = signed.clone();
        assert_eq!(signed.add_cosignature(line), Err(expected));
        assert_eq!(signed, before);
    };
    refused(NoteSignature { name: log().name().to_owned(), ..line.clone() }, CheckpointError::NotACosignature);
    refused(NoteSignature { bytes: vec![0; 64], ..line.clone() }, CheckpointError::NotACosignature);
    let mut full = opened();
    for number in 0..98 {
        let line = NoteSignature { name: format!("w{number}"), ..line.clone() };
        full.add_cosignature(line).expect("there is room");
    }
    let verdict = full.add_cosignature(line);
    assert_eq!(verdict, Err(NoteError::TooManySignatures.into()));
    assert!(Note::parse(full.note().to_string().as_bytes()).is_ok());
}

#[test]
fn cosignatures_are_verified_or_refused() {
    let note = opened().note().clone();
    let good = note.signatures[1].clone();
    let check = |lines: Vec<NoteSignature>, expected: Result<u64, CosignatureError>| {
        let note = Note { text: note.text.clone(), signatures: lines };
        let verdict = cosignature::verify(&note, witness().verifier());
        assert_eq!(verdict.map(|cosignature| cosignature.time_s), expected);
    };
    let name = || "witness.example/w1".to_owned();
    let refused = || Err(CosignatureError::Signature { name: name(), error: SignatureError::Equation });
    let missing = || Err(CosignatureError::Missing { name: name(), key_id: witness().verifier().key_id() });
    let at = |time_s| witness().cosign(&note.text, time_s).expect("a checkpoint");
    check(vec![good.clone()], Ok(1_700_000_000));
    check(vec![at(9), good.clone(), at(8)], Ok(8));
    check(vec![at(0)], Ok(0));
    check(vec![at(i64::MAX as u64)], Ok(i64::MAX as u64));
    check(vec![], missing());
    check(vec![NoteSignature { name: "w".to_owned(), ..good.clone() }], missing());
    let mut earlier = good.clone();
    earlier.bytes[6] -= 1;
    check(vec![earlier.clone()], refused());
    check(vec![good.clone(), earlier], refused());
    for bytes in [vec![], good.bytes[..71].to_vec(), [&good.bytes[..], &[0]].concat()] {
        check(vec![NoteSignature { bytes, ..good.clone() }], Err(CosignatureError::Malformed));
    }
    let mut too_late = good.clone();
    too_late.bytes[0] = 0x80;
    check(vec![too_late], Err(CosignatureError::Malformed));
}

#[test]
fn what_is_no_cosignature_and_what_is_not_cosigned() {
    let note = opened().note().clone();
    let name = log().name().to_owned();
    let verdict = cosignature::verify(&note, log().verifier());
    assert_eq!(verdict, Err(CosignatureError::NotAWitnessKey { name }));
    let verdict = cosignature::verify_line(&note.text, &note.signatures[0], witness().verifier());
    let (name, key_id) = ("witness.example/w1".to_owned(), witness().verifier().key_id());
    assert_eq!(verdict, Err(CosignatureError::Missing { name, key_id }));
    assert_eq!(witness().cosign("a text\n", 5), Err(CosignatureError::NotACheckpoint));
    assert_eq!(witness().cosign(&note.text, 1 << 63), Err(CosignatureError::Malformed));
    let bytes = &note.signatures[1].bytes;
    let read = Cosignature::from_bytes(bytes).expect("72 bytes");
    assert_eq!(read.to_bytes(), *bytes);
    assert!(cosignature::is_cofactorless(&note, witness().verifier()));
}

fn receipt(index: u64) -> TlogProof {
    let hashes = prove_inclusion(index, 5, &Memory::of_size(5)).expect("in memory");
    TlogProof { index, hashes, checkpoint: opened().note().clone(), extra: None }
}

#[test]
fn receipts_are_read_and_printed_back() {
    for (index, extra) in [(0, None), (4, Some(vec![])), (3, Some(b"anything\0".to_vec()))] {
        let made = TlogProof { extra, ..receipt(index) };
        let read = TlogProof::parse(made.to_string().as_bytes()).expect("just printed");
        assert_eq!(read, made);
        let leaf = leaf_hash(format!("grant-{index}").as_bytes());
        assert_eq!(read.verify(&leaf, log().verifier()), Ok(opened()));
    }
    let single = TlogProof { hashes: vec![], ..receipt(0) }.to_string();
    assert!(single.starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example/grants\n"));
    assert_eq!(TlogProof::parse(single.as_bytes()).map(|read| read.hashes), Ok(vec![]));
}

#[test]
fn other_receipts_are_refused() {
    let good = receipt(2).to_string();
    let check = |from: &str, to: &str, line: usize| {
        assert!(good.contains(from), "{from}");
        let verdict = TlogProof::parse(good.replacen(from, to, 1).as_bytes());
        assert!(matches!(verdict, Err(TlogProofError::Line { line: l, .. }) if l == line), "{to}: {verdict:?}");
    };
    check("tlog-proof@v1", "tlog-proof@v2", 1);
    check("c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\r\n", 1);
    check("c2sp.org/tlog-proof@v1\n", "", 1);
    check("\nindex 2\n", "\n\nindex 2\n", 2);
    for index in ["index 02", "index +2", "index  2", "index 2 ", "index", "Index 2", "index 18446744073709551616"] {
        check("index 2", index, 2);
    }
    check("\nindex 2\n", "\nindex 2\nindex 2\n", 3);
    check("\nindex 2\n", "\nextra YQ\nindex 2\n", 2);
    check("\nindex 2\n", "\nextra YQ==\nextra YQ==\nindex 2\n", 3);
    check("\nindex 2\n", "\nindex 2\nextra YQ==\n", 3);
    check("\nindex 2\n", "\nextra YQ==\n", 3);
    check("BoiA=\n", "BoiB=\n", 5);
    check("BoiA=\n", "BoiA\n", 5);
    let refused = |bytes: &[u8], expected: TlogProofError| assert_eq!(TlogProof::parse(bytes), Err(expected));
    refused(b"\xff", TlogProofError::NotText);
    refused(&vec![b'a'; 1_000_001], TlogProofError::NotText);
    let (head, _) = good.split_once("\n\n").expect("a receipt");
    let verdict = TlogProof::parse(format!("{head}\n").as_bytes());
    assert!(matches!(verdict, Err(TlogProofError::Line { .. })), "{verdict:?}");
    refused(format!("{head}\n\n").as_bytes(), NoteError::NoSeparator.into());
    refused(format!("{head}\n\nlog\n5\n").as_bytes(), NoteError::NoSeparator.into());
}

#[test]
fn receipts_that_prove_nothing() {
    let check = |proof: TlogProof, expected: TlogProofError| {
        let verdict = proof.verify(&leaf_hash(b"grant-2"), log().verifier());
        assert_eq!(verdict, Err(expected));
    };
    let good = receipt(2);
    check(TlogProof { index: 3, ..good.clone() }, ProofError::RootDiffers.into());
    check(TlogProof { index: 5, ..good.clone() }, ProofError::OutOfRange { asked: 5, size: 5 }.into());
    check(receipt(1), ProofError::RootDiffers.into());
    let short = TlogProof { hashes: good.hashes[..2].to_vec(), ..good.clone() };
    check(short, ProofError::WrongLength { expected: 3, got: 2 }.into());
    let mut unsigned = good;
    let line = unsigned.checkpoint.signatures.remove(0);
    let missing = VerifyError::Missing { name: line.name, key_id: line.key_id };
    check(unsigned, CheckpointError::Signature(missing).into());
}
