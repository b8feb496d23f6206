//! The code that checks records in a browser, run by Node.js against the golden vectors and against lies.

use std::process::Command;

use hibah::grants::about::About;
use hibah::grants::kinds::Kind;
use hibah::grants::one::bodies::KINDS;
use hibah::grants::signer::SignerId;
use hibah::grants::time::Date;
use hibah::ledger::statement::Content;
use hibah::tlog::hash::sha256;

use crate::left_out::left_out;
use crate::one_samples::sample;

fn check(script: &str, options: &[&str], told: &str) {
    let run = Command::new("node").arg(format!("tests/browser/{script}")).args(options).output();
    let run = match run {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return left_out("Node.js is not installed: the code for browsers is not checked");
        }
        run => run.expect("Node.js runs"),
    };
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{script} {options:?}:\n{out}{err}");
    assert!(out.contains(told), "{script} {options:?} does not say \"{told}\":\n{out}");
}

#[test]
fn the_golden_vectors_are_judged_as_everywhere() {
    for options in [&[][..], &["--no-webcrypto"]] {
        check("vectors.mjs", options, "statements: 41 accepted, 207 refused");
    }
}

#[test]
fn records_hold_and_lies_are_told() {
    check("record.mjs", &[], "478 changed receipts refused; 40 records hold; 10 lies told");
}

#[test]
fn files_that_a_reader_brings_are_told_apart_and_checked() {
    check("given.mjs", &[], "14 heaps of files told apart; 919 changed bytes told; 7 documents; 5 archives");
}

/// A draft of a statement of this kind, with every field that it has.
fn draft(kind: Kind) -> String {
    let date = |text| Date::parse(text).expect("a day");
    let content = Content {
        origin: "hibah.example/ledger".to_owned(),
        kind: kind.to_string(),
        about: About::parse("case/1/1").expect("a case"),
        after: (kind != Kind::LedgerFounded).then(|| sha256(b"before")),
        body: sample(kind),
        event_date: date("2026-01-20"),
        expires: date("2026-02-03"),
        signers: vec![SignerId::parse("hibah.example/ledger/org/1+1a2b3c4d").expect("a signer")],
    };
    String::from_utf8(content.draft().expect("a draft").to_bytes()).expect("text")
}

#[test]
fn what_a_browser_signs_at_the_desk_is_what_the_program_signs() {
    let drafts: Vec<String> = KINDS.iter().map(|&kind| serde_json::json!(draft(kind)).to_string()).collect();
    let dir = tempfile::tempdir().expect("a folder");
    let samples = dir.path().join("samples.jsonl");
    std::fs::write(&samples, drafts.join("\n")).expect("the samples are written");
    let given = [env!("CARGO_BIN_EXE_hibah"), &samples.to_string_lossy()];
    for options in [&given[..], &[given[0], given[1], "--no-ed25519"]] {
        check("desk.mjs", options, "41 golden statements signed; 83 kinds");
    }
}

#[test]
fn a_recovery_sheet_leads_back_to_its_signing_file() {
    for program in ["zbarimg", "pdftoppm", "pdftotext"] {
        if Command::new(program).arg("--help").output().is_err() {
            return left_out(&format!("{program} is not installed: recovery sheets are not read back"));
        }
    }
    check("sheet.mjs", &[], "80 QR codes of 40 versions read; 2 sheets restored");
}
