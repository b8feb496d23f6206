//! Notes and verifier keys: what is read, what is refused, what verifies; and that `signed_note` agrees.

use hibah::tlog::ed25519::{KeyError, SignatureError};
use hibah::tlog::note::{
    Algorithm, KeyId, MAX_NOTE_BYTES, Note, NoteError, NoteSignature, NoteSigner, VerifierKey, VerifierKeyError,
    VerifyError,
};

use crate::tlog_vectors::{key, log, witness};

/// The example of C2SP signed-note.
const POEM: &str = "Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
";

#[test]
fn the_specifications_example_is_read_and_printed_back() {
    let note = Note::parse(POEM.as_bytes()).expect("the example");
    assert!(note.text.ends_with("\n\ned è subito sera.\n"));
    assert_eq!(note.signatures.len(), 1);
    assert_eq!(note.signatures[0].name, "quasimodo.example/salvatore");
    assert_eq!(note.signatures[0].key_id.to_string(), "367ba04b");
    assert_eq!(note.signatures[0].bytes.len(), 64);
    assert_eq!(note.to_string(), POEM);
    let theirs = signed_note::Note::from_bytes(POEM.as_bytes()).expect("the example");
    assert_eq!(theirs.text(), note.text.as_bytes());
    assert_eq!(theirs.to_bytes(), POEM.as_bytes());
}

/// Checks a refusal, and that `signed_note` refuses too.
fn check_refused(note: &[u8], expected: NoteError) {
    let shown = String::from_utf8_lossy(note);
    assert_eq!(Note::parse(note), Err(expected), "{shown}");
    assert!(signed_note::Note::from_bytes(note).is_err(), "{shown}");
}

#[test]
fn other_notes_are_refused() {
    let check = check_refused;
    check(b"", NoteError::NoSeparator);
    check(b"text", NoteError::NoSeparator);
    check("text\n— a AAAAAAA=\n".as_bytes(), NoteError::NoSeparator);
    check("\n— a AAAAAAA=\n".as_bytes(), NoteError::NoSeparator);
    check(b"text\n\n", NoteError::NoSignature);
    check("text\n\n— a AAAAAAA=\n\n".as_bytes(), NoteError::NoSignature);
    check("text\n\n— a AAAAAAA=".as_bytes(), NoteError::BadSignatureLine { line: 1 });
    check(b"text\n\n\xff\n", NoteError::NotUtf8);
    for control in [0, 9, 13, 0x1f] {
        let note = format!("te{}xt\n\n— a AAAAAAA=\n", char::from(control));
        check(note.as_bytes(), NoteError::ControlCharacter { code: u32::from(control) });
    }
    check("text\n\n— a AAAAAAA=\r\n".as_bytes(), NoteError::ControlCharacter { code: 13 });
    let many = format!("text\n\n{}", "— a AAAAAAA=\n".repeat(101));
    check(many.as_bytes(), NoteError::TooManySignatures);
    let large = format!("{}\n\n— a AAAAAAA=\n", "x".repeat(MAX_NOTE_BYTES));
    check(large.as_bytes(), NoteError::TooLarge);
}

#[test]
fn other_signature_lines_are_refused() {
    for line in [
        "- a AAAAAAA=",
        "—a AAAAAAA=",
        "—  AAAAAAA=",
        "— a  AAAAAAA=",
        " — a AAAAAAA=",
        "— a AAAAAAA= ",
        "— a",
        "— a ",
        "— a+b AAAAAAA=",
        "— a\u{a0}b AAAAAAA=",
        "— a\u{2003} AAAAAAA=",
        "a AAAAAAA=",
        "— a AAAAAAA",
        "— a AAAAAAB=",
        "— a AAAA",
        "— a AAAAAA==",
        "— a AAAA-_A=",
        "— a AAA AAA=",
        "— a AAAAAAA==",
        "text",
    ] {
        let note = format!("text\n\n— a AAAAAAA=\n{line}\n");
        check_refused(note.as_bytes(), NoteError::BadSignatureLine { line: 2 });
    }
}

#[test]
fn notes_at_the_limits_are_read() {
    let check = |note: &str, text: &str, signatures: usize| {
        let read = Note::parse(note.as_bytes()).expect(text);
        assert_eq!((read.text.as_str(), read.signatures.len()), (text, signatures));
        assert_eq!(read.to_string(), note);
        assert!(signed_note::Note::from_bytes(note.as_bytes()).is_ok());
    };
    check("\n\n— a AAAAAAA=\n", "\n", 1);
    check("a\n\n\n— a AAAAAAA=\n", "a\n\n", 1);
    check("a\n\n— b AAAAAAA=\n\n— a AAAAAAA=\n", "a\n\n— b AAAAAAA=\n", 1);
    check(&format!("a\n\n{}", "— a AAAAAAA=\n".repeat(100)), "a\n", 100);
    let tail = "\n\n— a AAAAAAA=\n";
    let text = "x".repeat(MAX_NOTE_BYTES - tail.len());
    check(&format!("{text}{tail}"), &format!("{text}\n"), 1);
}

#[test]
fn a_draft_may_lack_signatures() {
    let check = |draft: &str, expected: Result<(&str, usize), NoteError>| {
        let read = Note::parse_draft(draft.as_bytes());
        if let Ok(note) = &read {
            assert_eq!(note.to_string(), draft);
        }
        let read = read.map(|note| (note.text, note.signatures.len()));
        assert_eq!(read, expected.map(|(text, count)| (text.to_owned(), count)), "{draft:?}");
    };
    check("text\n\n", Ok(("text\n", 0)));
    check("text\n\n\n", Ok(("text\n\n", 0)));
    check("text\n\n— a AAAAAAA=\n", Ok(("text\n", 1)));
    check("text\n", Err(NoteError::NoSeparator));
    check("text", Err(NoteError::NoSeparator));
    check("text\n\nx", Err(NoteError::BadSignatureLine { line: 1 }));
    assert_eq!(Note::draft("text\n").map(|note| note.to_string()), Ok("text\n\n".to_owned()));
    assert_eq!(Note::draft("text"), Err(NoteError::NoFinalNewline));
    assert_eq!(Note::draft("te\txt\n"), Err(NoteError::ControlCharacter { code: 9 }));
}

#[test]
fn a_key_verifies_its_own_lines_and_ignores_others() {
    let signer = log();
    let stranger = NoteSigner::new("log.example/grants", key(0x40)).expect("a key name");
    let text = "a text\n";
    let (good, strange) = (signer.sign(text).expect("a text"), stranger.sign(text).expect("a text"));
    let wrong = signer.sign("another text\n").expect("a text");
    let short = NoteSignature { bytes: good.bytes[..63].to_vec(), ..good.clone() };
    let renamed = NoteSignature { name: "other.example".to_owned(), ..wrong.clone() };
    let check = |lines: &[&NoteSignature], expected: Result<(), VerifyError>| {
        let signatures = lines.iter().map(|line| (*line).clone()).collect();
        let note = Note { text: text.to_owned(), signatures };
        assert_eq!(signer.verifier().verify(&note), expected);
    };
    let name = || signer.name().to_owned();
    let missing = || Err(VerifyError::Missing { name: name(), key_id: signer.verifier().key_id() });
    let refused = || Err(VerifyError::Signature { name: name(), error: SignatureError::Equation });
    check(&[&good], Ok(()));
    check(&[&strange, &good, &renamed], Ok(()));
    check(&[&good, &good], Ok(()));
    check(&[], missing());
    check(&[&strange, &renamed], missing());
    check(&[&wrong], refused());
    check(&[&good, &wrong], refused());
    check(&[&short], Err(VerifyError::Length { name: name(), expected: 64, got: 63 }));
    let note = Note { text: text.to_owned(), signatures: vec![good.clone()] };
    assert!(signer.verifier().is_cofactorless(&note));
    let name = witness().verifier().name().to_owned();
    assert_eq!(witness().verifier().verify(&note), Err(VerifyError::NotANoteKey { name }));
}

#[test]
fn signed_note_verifies_ours_and_ours_theirs() {
    let signer = log();
    let line = signer.sign("a text\n").expect("a text");
    let note = Note { text: "a text\n".to_owned(), signatures: vec![line] };
    let verifier = signed_note::StandardVerifier::new(&signer.verifier().to_string()).expect("our key is a key");
    let known = signed_note::VerifierList::new(vec![Box::new(verifier)]);
    let theirs = signed_note::Note::from_bytes(note.to_string().as_bytes()).expect("our note is a note");
    assert!(theirs.verify(&known).is_ok_and(|(verified, _)| verified.len() == 1));

    // Their signer, from the same seed, makes the same line.
    let mut blob = vec![Algorithm::Ed25519.byte()];
    blob.extend_from_slice(&*key(0x00).seed());
    let id = signer.verifier().key_id();
    let secret = format!("PRIVATE+KEY+{}+{id}+{}", signer.name(), base64(&blob));
    let their_signer = signed_note::StandardSigner::new(&secret).expect("a private key");
    let mut theirs = signed_note::Note::new(b"a text\n", &[]).expect("a text");
    theirs.add_sigs(&[&their_signer]).expect("it signs");
    assert_eq!(theirs.to_bytes(), note.to_string().as_bytes());
    let read = Note::parse(&theirs.to_bytes()).expect("their note is a note");
    assert_eq!(signer.verifier().verify(&read), Ok(()));
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[test]
fn texts_that_are_not_signed() {
    let check = |text: &str, expected: NoteError| assert_eq!(log().sign(text), Err(expected), "{text:?}");
    check("", NoteError::NoFinalNewline);
    check("text", NoteError::NoFinalNewline);
    check("te\rxt\n", NoteError::ControlCharacter { code: 13 });
    check("cosignature/v1\ntime 5\nlog\n5\n", NoteError::CosignaturePrefix);
}

#[test]
fn verifier_keys_are_read_or_refused() {
    let good = log().verifier().to_string();
    let (name_and_id, blob) = good.split_at(good.len() - 44);
    let check = |text: &str, expected: VerifierKeyError| assert_eq!(VerifierKey::parse(text), Err(expected), "{text}");
    let of = |bytes: &[u8]| format!("{name_and_id}{}", base64(bytes));
    assert_eq!(VerifierKey::parse(&good).map(|key| key.to_string()), Ok(good.clone()));
    for text in [
        "",
        "name",
        "name+00000000",
        "name+0000000+AQ==",
        "name+000000000+AQ==",
        "name+0000000G+AQ==",
        "name+00000000+",
        "name+00000000+A",
        &good.to_uppercase(),
        &good.replace("e4d32d15", "E4D32D15"),
        &good[..good.len() - 1],
        &format!("{good} "),
        &format!("{good}\n"),
        &format!("{good}="),
        &of(&[1; 32]),
        &of(&[1; 34]),
        &of(&[]),
    ] {
        check(text, VerifierKeyError::Shape);
    }
    check(&of(&[2; 33]), VerifierKeyError::Algorithm(2));
    check(&of(&[0; 33]), VerifierKeyError::Algorithm(0));
    let mut small = [0; 33];
    (small[0], small[1]) = (1, 1);
    check(&of(&small), VerifierKeyError::Key(KeyError::SmallOrder));
    let computed = log().verifier().key_id();
    let written = KeyId([0xe4, 0xd3, 0x2d, 0x16]);
    check(&good.replace("e4d32d15", "e4d32d16"), VerifierKeyError::IdDiffers { written, computed });
    let renamed = VerifierKey::parse(&good.replace("log.", "log2."));
    assert!(matches!(renamed, Err(VerifierKeyError::IdDiffers { .. })));
    for name in ["", "a b", "a\u{3000}b", "a\tb", "a\nb"] {
        check(&format!("{name}+e4d32d15+{blob}"), VerifierKeyError::Name);
    }
    for name in ["", "a b", "a+b", "a\nb", "\u{85}", "a\0"] {
        let public = key(0x00).public();
        assert_eq!(VerifierKey::new(name, Algorithm::Ed25519, public), Err(VerifierKeyError::Name));
        assert!(matches!(NoteSigner::new(name, key(0x00)), Err(VerifierKeyError::Name)));
    }
}

#[test]
fn an_id_depends_on_name_algorithm_and_key() {
    let public = key(0x00).public();
    let id = |name, algorithm, public| VerifierKey::new(name, algorithm, public).expect("a key name").key_id();
    let base = id("a", Algorithm::Ed25519, public);
    assert_eq!(base, id("a", Algorithm::Ed25519, public));
    assert_ne!(base, id("b", Algorithm::Ed25519, public));
    assert_ne!(base, id("a", Algorithm::CosignatureV1, public));
    assert_ne!(base, id("a", Algorithm::Ed25519, key(0x20).public()));
    assert_eq!(KeyId::from_hex(&base.to_string()), Some(base));
    for text in ["", "e4d32d1", "e4d32d155", "E4D32D15", "+4d32d15", "g4d32d15"] {
        assert_eq!(KeyId::from_hex(text), None, "{text}");
    }
}
