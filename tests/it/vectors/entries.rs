//! Entries and their places.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use hibah::grants::time::Timestamp;
use hibah::ledger::entry::{Entry, NO_PREVIOUS};
use hibah::ledger::form::FormError;
use hibah::tlog::hash::{Hash, leaf_hash, sha256};
use hibah::tlog::note::VerifierKey;
use serde_json::json;

use super::{BASE64, ORIGIN, judge_statement, keys, known_keys, note, set_verdict, shape};

struct EntryCase {
    name: &'static str,
    index: u64,
    previous: Hash,
    not_before: &'static str,
    bytes: Vec<u8>,
    refusal: Option<&'static str>,
}

// long: one table, a line a case
fn entry_cases() -> Vec<EntryCase> {
    let keys = keys();
    let org = &keys["org/123"];
    let statement = note("application.submitted", &shape(org).json(), &[org]);
    let previous = sha256(b"the entry before");
    let at = "2026-01-20T03:04:05.678Z";
    let entry = |header: String| [header.into_bytes(), statement.clone()].concat();
    let good = format!("hibah/entry/v1\n5\n{previous}\n{at}\n\n");
    let case = |name, bytes: Vec<u8>, refusal| EntryCase { name, index: 5, previous, not_before: at, bytes, refusal };
    let mut cases = vec![case("plain", entry(good.clone()), None)];
    cases.push(EntryCase {
        name: "no entry before",
        index: 0,
        previous: NO_PREVIOUS,
        not_before: "",
        bytes: entry(format!("hibah/entry/v1\n0\n{NO_PREVIOUS}\n{at}\n\n")),
        refusal: None,
    });
    cases.push(EntryCase {
        not_before: "2026-01-20T03:04:05.677Z",
        ..case("a millisecond later", entry(good.clone()), None)
    });
    cases.push(EntryCase {
        index: u64::pow(2, 53) - 1,
        ..case("largest index", entry(good.replacen("\n5\n", "\n9007199254740991\n", 1)), None)
    });
    let headers: [(&str, String, &str); 18] = [
        ("version 2", good.replacen("v1", "v2", 1), "bad-header"),
        ("index with sign", good.replacen("\n5\n", "\n+5\n", 1), "bad-header"),
        ("index with zero", good.replacen("\n5\n", "\n05\n", 1), "bad-header"),
        ("index empty", good.replacen("\n5\n", "\n\n", 1), "bad-header"),
        ("index with space", good.replacen("\n5\n", "\n5 \n", 1), "bad-header"),
        ("previous in capitals", good.replacen(&previous.to_hex(), &previous.to_hex().to_uppercase(), 1), "bad-header"),
        ("previous too short", good.replacen(&previous.to_hex(), &previous.to_hex()[1..], 1), "bad-header"),
        ("no milliseconds", good.replacen(".678Z", "Z", 1), "bad-header"),
        ("microseconds", good.replacen(".678Z", ".678000Z", 1), "bad-header"),
        ("offset for Z", good.replacen("678Z", "678+00:00", 1), "bad-header"),
        ("small t", good.replacen("20T03", "20t03", 1), "bad-header"),
        ("second 60", good.replacen("04:05", "04:60", 1), "bad-header"),
        ("hour 24", good.replacen("T03", "T24", 1), "bad-header"),
        ("30 February", good.replacen("01-20T", "02-30T", 1), "bad-header"),
        ("CR LF header", good.replace('\n', "\r\n"), "bad-header"),
        ("no empty line", good[..good.len() - 1].to_owned(), "bad-header"),
        ("a line too many", good.replacen("Z\n\n", "Z\nx\n\n", 1), "bad-header"),
        ("previous and time swapped", format!("hibah/entry/v1\n5\n{at}\n{previous}\n\n"), "bad-header"),
    ];
    cases.extend(headers.map(|(name, header, code)| case(name, entry(header), Some(code))));
    cases.push(EntryCase { index: 6, ..case("index of another place", entry(good.clone()), Some("wrong-index")) });
    cases.push(EntryCase {
        previous: sha256(b"x"),
        ..case("another entry before", entry(good.clone()), Some("wrong-previous"))
    });
    cases.push(EntryCase {
        previous: NO_PREVIOUS,
        ..case("an entry before the first", entry(good.clone()), Some("wrong-previous"))
    });
    cases.push(EntryCase {
        not_before: "2026-01-20T03:04:05.679Z",
        ..case("a millisecond earlier", entry(good.clone()), Some("time-goes-back"))
    });
    cases.push(EntryCase {
        not_before: "2026-01-21T00:00:00.000Z",
        ..case("a day earlier", entry(good.clone()), Some("time-goes-back"))
    });
    cases.push(case("empty", Vec::new(), Some("bad-header")));
    cases.push(case("header alone", good.clone().into_bytes(), Some("not-a-note")));
    cases.push(case("too large", [good.clone().into_bytes(), vec![b'a'; 65_535]].concat(), Some("entry-too-large")));
    cases.push(case(
        "statement too large",
        [good.clone().into_bytes(), vec![b'a'; 65_001]].concat(),
        Some("too-large"),
    ));
    let mut changed = entry(good.clone());
    let at = changed.windows(8).position(|w| w == b"75000000").expect("the amount");
    changed[at] = b'9';
    cases.push(case("statement changed", changed, Some("bad-signature")));
    cases.push(case(
        "space before the statement",
        [good.into_bytes(), b" ".to_vec(), statement.clone()].concat(),
        Some("wrong-version"),
    ));
    cases
}

fn judge_entry(case: &EntryCase, known: &BTreeMap<String, VerifierKey>) -> Result<Hash, FormError> {
    let entry = Entry::parse(&case.bytes)?;
    let not_before = (!case.not_before.is_empty()).then(|| Timestamp::parse(case.not_before).expect("our own time"));
    entry.check_place(case.index, &case.previous, not_before)?;
    judge_statement(entry.statement, known)?;
    assert_eq!(entry.to_bytes(), case.bytes, "{}: one value, one spelling", case.name);
    Ok(leaf_hash(&case.bytes))
}

pub(super) fn vectors(faults: &mut Vec<String>) -> String {
    let known = known_keys();
    let mut out = String::new();
    for case in entry_cases() {
        let mut vector = json!({
            "name": case.name, "origin": ORIGIN, "index": case.index, "previous": case.previous.to_hex(),
            "not_before": case.not_before, "entry_base64": BASE64.encode(&case.bytes),
        });
        let verdict = judge_entry(&case, &known).map(|leaf| leaf.to_hex());
        set_verdict(&mut vector, "leaf", case.name, verdict, case.refusal, faults);
        writeln!(out, "{vector}").expect("a string takes all");
    }
    out
}
