//! Openings of commitments.

use std::fmt::Write as _;

use base64::Engine as _;
use hibah::ledger::opening::{Opening, commitment};
use hibah::ledger::statement::Statement;
use serde_json::json;

use super::{BASE64, ORIGIN, Shape, keys, note, set_verdict, shape};

// long: one table, a line a case
pub(super) fn vectors(faults: &mut Vec<String>) -> String {
    let keys = keys();
    let org = &keys["org/123"];
    let about = "org/123";
    let (salt, other_salt) = ([0x5a; 32], [0x5b; 32]);
    let sealed = [("account", "1234567890"), ("chair", "Siti Nurhaliza binti Tarudin"), ("e", "é")];
    let fields: Vec<String> = sealed
        .iter()
        .map(|(name, value)| {
            let pointer = format!("/body/sealed/{name}");
            format!("\"{name}\":\"{}\"", commitment(ORIGIN, about, &pointer, &salt, value))
        })
        .collect();
    let body = format!("{{\"sealed\":{{{},\"text\":\"no commitment\"}}}}", fields.join(","));
    let shape = Shape { about: about.into(), body, ..shape(org) };
    let note = note("organisation.registered", &shape.json(), &[org]);
    let statement = Statement::parse(&note, ORIGIN).expect("well formed");
    let opening = |name: &str, value: &str, salt| Opening {
        statement: statement.hash(),
        pointer: format!("/body/sealed/{name}"),
        salt,
        value: value.to_owned(),
    };
    let good = String::from_utf8(opening("account", "1234567890", salt).to_bytes()).expect("UTF-8");
    let hash = statement.hash().to_hex();
    let mut cases: Vec<(String, Vec<u8>, Option<&str>)> = sealed
        .iter()
        .map(|(name, value)| (format!("opens {name}"), opening(name, value, salt).to_bytes(), None))
        .collect();
    for (name, text, code) in [
        ("version 2", good.replacen("v1", "v2", 1), "bad-opening"),
        ("no final newline", good.trim_end().to_owned(), "bad-opening"),
        ("a line too many", format!("{good}\n"), "bad-opening"),
        ("a line missing", good.replacen("/body/sealed/account\n", "", 1), "bad-opening"),
        ("hash in capitals", good.replacen(&hash, &hash.to_uppercase(), 1), "bad-opening"),
        ("salt too short", good.replacen("5a", "", 1), "bad-opening"),
        ("salt not hexadecimal", good.replacen("5a", "zz", 1), "bad-opening"),
        ("value unpadded", good.replacen("MTIzNDU2Nzg5MA==", "MTIzNDU2Nzg5MA", 1), "bad-opening"),
        ("value not UTF-8", good.replacen("MTIzNDU2Nzg5MA==", "/w==", 1), "bad-opening"),
        ("value decomposed", good.replacen("MTIzNDU2Nzg5MA==", &BASE64.encode("e\u{301}"), 1), "bad-opening"),
        ("value with final space", good.replacen("MTIzNDU2Nzg5MA==", &BASE64.encode("1 "), 1), "bad-opening"),
        ("value with newline", good.replacen("MTIzNDU2Nzg5MA==", &BASE64.encode("1\n"), 1), "bad-opening"),
        ("pointer elsewhere", good.replacen("/body/sealed/", "/body/", 1), "no-such-commitment"),
        ("CR LF", good.replace('\n', "\r\n"), "bad-opening"),
        ("another statement", good.replacen(&hash, &"0".repeat(64), 1), "wrong-statement"),
        ("no such name", good.replacen("/account", "/accounts", 1), "no-such-commitment"),
        ("a text that is no commitment", good.replacen("/account", "/text", 1), "no-such-commitment"),
        ("another value", good.replacen("MTIzNDU2Nzg5MA==", &BASE64.encode("1234567891"), 1), "commitment-differs"),
        (
            "the value of another name",
            String::from_utf8(opening("chair", "1234567890", salt).to_bytes()).expect("UTF-8"),
            "commitment-differs",
        ),
        (
            "another salt",
            String::from_utf8(opening("account", "1234567890", other_salt).to_bytes()).expect("UTF-8"),
            "commitment-differs",
        ),
    ] {
        cases.push((name.to_owned(), text.into_bytes(), Some(code)));
    }
    let mut out = String::new();
    for (name, bytes, refusal) in cases {
        let verdict = Opening::parse(&bytes).and_then(|opening| {
            opening.check(&statement, ORIGIN)?;
            assert_eq!(opening.to_bytes(), bytes, "{name}: one value, one spelling");
            Ok(opening.value)
        });
        let mut vector = json!({
            "name": name, "origin": ORIGIN, "note_base64": BASE64.encode(&note), "opening_base64": BASE64.encode(&bytes),
        });
        set_verdict(&mut vector, "value", &name, verdict, refusal, faults);
        writeln!(out, "{vector}").expect("a string takes all");
    }
    out
}
