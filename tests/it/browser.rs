//! The code that checks records in a browser, run by Node.js against the golden vectors and against lies.

use std::process::Command;

use crate::left_out::left_out;

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
