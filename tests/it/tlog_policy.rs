//! Policies: what is read, every refusal with its line, and when a quorum is met.

use hibah::tlog::checkpoint::{self, Checkpoint, SignedCheckpoint};
use hibah::tlog::cosignature::{CosignatureError, Cosigner};
use hibah::tlog::ed25519::SignatureError;
use hibah::tlog::hash::EMPTY_ROOT;
use hibah::tlog::note::{NoteSigner, VerifyError};
use hibah::tlog::policy::{Policy, PolicyError};

use crate::tlog_vectors::{key, log};

/// Witness `number`, from 1.
fn witness(number: u8) -> Cosigner {
    Cosigner::new(&format!("witness.example/w{number}"), key(0x20 * number)).expect("a key name")
}

/// Puts keys in place of `$log`, `$log2`, `$1` to `$4`.
fn filled(policy: &str) -> String {
    let other = NoteSigner::new("log.example/grants", key(0xa0)).expect("a key name");
    let mut text = policy.replace("$log2", &other.verifier().to_string());
    text = text.replace("$log", &log().verifier().to_string());
    for number in 1..=4 {
        text = text.replace(&format!("${number}"), &witness(number).verifier().to_string());
    }
    text
}

/// A checkpoint of the log, cosigned by witnesses at times.
fn cosigned(witnesses: &[(u8, u64)]) -> SignedCheckpoint {
    let checkpoint = Checkpoint { origin: log().name().to_owned(), size: 0, root: EMPTY_ROOT };
    let note = checkpoint::sign(&checkpoint, &log()).expect("the log's own");
    let mut signed = SignedCheckpoint::open_note(note, log().verifier()).expect("just signed");
    for (number, time_s) in witnesses {
        let line = witness(*number).cosign(&signed.note().text, *time_s).expect("a checkpoint");
        signed.add_cosignature(line).expect("a cosignature");
    }
    signed
}

#[test]
fn the_example_of_the_module_is_read() {
    let example = include_str!("../../src/tlog/policy.rs");
    let (_, example) = example.split_once("//! ```text\n").expect("an example");
    let (example, _) = example.split_once("//! ```").expect("an example");
    let lines = example.split_inclusive('\n').map(|line| line.trim_start_matches("//!").trim_start_matches(' '));
    let lines: String = lines.collect();
    let press = Cosigner::new("press.example/w1", key(0x40)).expect("a key name");
    assert!(lines.contains(&press.verifier().to_string()), "{}", press.verifier());
    let policy = Policy::parse(lines.as_bytes()).expect("the example is a policy");
    assert_eq!(policy.logs().len(), 1);
    assert_eq!(policy.logs()[0].key, *log().verifier());
    let names: Vec<&str> = policy.witnesses().iter().map(|witness| witness.name.as_str()).collect();
    assert_eq!(names, ["university", "press"]);
    assert_eq!(policy.witnesses()[0].url.as_deref(), Some("https://witness.example/"));
    assert_eq!(policy.witnesses()[1].url, None);
}

#[test]
fn quorums_are_met_or_not() {
    let head = "log $log\nwitness A $1\nwitness B $2\nwitness C $3\nwitness D $4\n";
    let check = |rest: &str, witnesses: &[(u8, u64)], met: bool, by_s: Option<u64>| {
        let policy = Policy::parse(filled(&format!("{head}{rest}")).as_bytes()).expect(rest);
        let report = policy.check(&cosigned(witnesses)).expect(rest);
        assert_eq!((report.quorum_met, report.quorum_by_s), (met, by_s), "{rest} {witnesses:?}");
        let mut expected: Vec<(String, u64)> = witnesses
            .iter()
            .map(|(number, time_s)| (["A", "B", "C", "D"][usize::from(*number) - 1].to_owned(), *time_s))
            .collect();
        expected.sort();
        let got: Vec<(String, u64)> = report.cosigned.into_iter().map(|seen| (seen.name, seen.time_s)).collect();
        assert_eq!(got, expected);
    };
    check("quorum none\n", &[], true, None);
    check("quorum none\n", &[(2, 5)], true, None);
    check("quorum A\n", &[], false, None);
    check("quorum A\n", &[(2, 5)], false, None);
    check("quorum A\n", &[(2, 5), (1, 7)], true, Some(7));
    check("group g any A B\nquorum g\n", &[(3, 5)], false, None);
    check("group g any A B\nquorum g\n", &[(2, 6), (1, 5)], true, Some(5));
    check("group g all A B\nquorum g\n", &[(2, 6)], false, None);
    check("group g all A B\nquorum g\n", &[(2, 6), (1, 5)], true, Some(6));
    check("group g 2 A B C\nquorum g\n", &[(1, 9)], false, None);
    check("group g 2 A B C\nquorum g\n", &[(1, 9), (2, 3), (3, 4)], true, Some(4));
    check("group g 1 A\nquorum g\n", &[(1, 9)], true, Some(9));
    let nested = "group x 2 A B C\ngroup y all x D\nquorum y\n";
    check(nested, &[(1, 1), (2, 2), (3, 3)], false, None);
    check(nested, &[(1, 1), (4, 9)], false, None);
    check(nested, &[(1, 1), (2, 2), (4, 1)], true, Some(2));
    check(nested, &[(1, 1), (2, 2), (4, 9)], true, Some(9));
}

#[test]
fn spaces_comments_and_bytes_are_as_specified() {
    for text in [
        "quorum none\n",
        "\n \t \n#\n# comment\n \t# comment\n\t quorum \t none \n\n",
        "# the next is a witness named as a keyword\nwitness any $1 https://w.example/\ngroup all any any\nquorum all\n",
        "witness # $1\nquorum #\n",
        "log $log https://log.example/\nlog $log2\nquorum none\n",
    ] {
        assert!(Policy::parse(filled(text).as_bytes()).is_ok(), "{text}");
    }
    // A letter K and a Kelvin sign are two names; so are bytes that are no UTF-8. A comment may be any.
    let text = filled(
        "# caf\u{1}\nwitness K $1\nwitness \u{212a} $2\nwitness \u{2} $3\ngroup g all K \u{212a} \u{2}\nquorum g\n",
    );
    let bytes: Vec<u8> = text.bytes().map(|byte| if byte < 3 { 0xe9 + byte } else { byte }).collect();
    assert_eq!(Policy::parse(&bytes).map(|policy| policy.witnesses().len()), Ok(3));
}

/// Checks that the policy is refused at `line` with a sentence that has `about` in it.
fn check_refused(policy: &str, line: usize, about: &str) {
    match Policy::parse(filled(policy).as_bytes()) {
        Err(PolicyError::Line { line: at, problem }) => {
            assert_eq!(at, line, "{policy}: {problem}");
            assert!(problem.contains(about), "{policy}: {problem}");
        }
        other => panic!("{policy}: {other:?}"),
    }
}

#[test]
fn lines_of_another_form_are_refused() {
    let check = check_refused;
    check("quorum none", 1, "newline");
    check("quorum none\r\n", 1, "0x0d");
    check("quorum no\x7fne\n", 1, "0x7f");
    check("\n\nquorum\n", 3, "none of");
    check("quorum none none\n", 1, "none of");
    check("Quorum none\n", 1, "none of");
    check("logs $log\n", 1, "none of");
    check("log\n", 1, "none of");
    check("witness A\n", 1, "none of");
    check("group g\n", 1, "none of");
    check("group g any\n", 1, "at least one member");
    check("log $log u v\n", 1, "after the URL");
    check("witness A $1 u v\n", 1, "after the URL");
    check("log vkey\n", 1, "verifier key");
    check("log caf\u{e9}+00000000+AQ==\n", 1, "verifier key");
    check("log $1\n", 1, "0x04");
    check("witness A $log\n", 1, "0x01");
    let not_utf8 = Policy::parse(b"log \xff+00000000+AQ==\n");
    assert!(matches!(not_utf8, Err(PolicyError::Line { line: 1, .. })));
    assert_eq!(Policy::parse(b""), Err(PolicyError::NoQuorum));
    let without = filled("witness A $1\n");
    assert_eq!(Policy::parse(without.as_bytes()), Err(PolicyError::NoQuorum));
}

#[test]
fn names_that_are_taken_or_unknown_are_refused() {
    let check = check_refused;
    check("log $log\nlog $log\n", 2, "listed already");
    check("witness A $1\nwitness B $1\n", 2, "listed already");
    check("witness A $1\nwitness A $2\n", 2, "the name A is taken");
    check("witness none $1\n", 1, "the name none is taken");
    check("witness A $1\ngroup A any A\n", 2, "the name A is taken");
    check("witness A $1\ngroup none any A\n", 2, "the name none is taken");
    check("quorum A\nwitness A $1\n", 1, "A is no witness");
    check("witness A $1\nquorum a\n", 2, "a is no witness");
    check("witness A $1\ngroup g any A B\n", 2, "B is no witness");
    check("group g any g\n", 1, "g is no witness");
    check("witness A $1\ngroup g any A none\n", 2, "none is no witness");
    check("witness A $1\ngroup g any A A\n", 2, "A is a member already");
    check("witness A $1\nwitness B $2\ngroup g any A\ngroup h any A B\n", 4, "A is a member already");
    for count in ["0", "3", "01", "+1", "-1", "ALL", "1.0", "18446744073709551616"] {
        check(&format!("witness A $1\nwitness B $2\ngroup g {count} A B\n"), 3, "from 1 to 2");
    }
    check("quorum none\nquorum none\n", 2, "already");
    let duplicate = format!(
        "{}log {}\n",
        filled("log $log\n"),
        NoteSigner::new("other.example", key(0)).expect("a key name").verifier()
    );
    check(&duplicate, 2, "listed already");
}

#[test]
fn checkpoints_that_a_policy_refuses() {
    let parse = |text: &str| Policy::parse(filled(text).as_bytes()).expect(text);
    let origin = log().name().to_owned();
    // Any log when none is listed; of those listed, one must have signed.
    assert!(parse("quorum none\n").check(&cosigned(&[])).is_ok());
    assert!(parse("log $log2\nlog $log\nquorum none\n").check(&cosigned(&[])).is_ok());
    let verdict = parse("log $log2\nquorum none\n").check(&cosigned(&[]));
    assert_eq!(verdict, Err(PolicyError::UnknownLog { origin: origin.clone() }));
    let elsewhere = NoteSigner::new("other.example", key(0)).expect("a key name");
    let verdict = parse(&format!("log {}\nquorum none\n", elsewhere.verifier())).check(&cosigned(&[]));
    assert_eq!(verdict, Err(PolicyError::UnknownLog { origin: origin.clone() }));

    // Nor does it help that another log of the policy signed: its name is not the origin.
    let mut note = cosigned(&[]).note().clone();
    note.signatures.push(elsewhere.sign(&note.text).expect("a text"));
    let signed = SignedCheckpoint::open_note(note, log().verifier()).expect("the first line is good");
    let verdict = parse(&format!("log {}\nquorum none\n", elsewhere.verifier())).check(&signed);
    assert_eq!(verdict, Err(PolicyError::UnknownLog { origin: origin.clone() }));
}

#[test]
fn a_known_keys_line_must_hold_even_where_it_is_not_needed() {
    let parse = |text: &str| Policy::parse(filled(text).as_bytes()).expect(text);
    let origin = log().name().to_owned();
    let mut bad = witness(1).cosign(&cosigned(&[]).note().text, 5).expect("a checkpoint");
    bad.bytes[20] ^= 1;
    let mut signed = cosigned(&[(2, 6)]);
    signed.add_cosignature(bad).expect("its form is right");
    let verdict = parse("witness A $1\nwitness B $2\nquorum B\n").check(&signed);
    assert!(matches!(
        verdict,
        Err(PolicyError::Cosignature { ref name, error: CosignatureError::Signature { .. } }) if name == "A"
    ));
    assert!(parse("witness B $2\nquorum B\n").check(&signed).is_ok_and(|report| report.quorum_met));

    let second = NoteSigner::new("log.example/grants", key(0xa0)).expect("a key name");
    let mut note = cosigned(&[]).note().clone();
    note.signatures.push(second.sign("another text\n").expect("a text"));
    let signed = SignedCheckpoint::open_note(note, log().verifier()).expect("the first line is good");
    let verdict = parse("log $log\nlog $log2\nquorum none\n").check(&signed);
    let refused = VerifyError::Signature { name: origin, error: SignatureError::Equation };
    assert_eq!(verdict, Err(PolicyError::LogSignature(refused)));
}
