//! Statements that are accepted, and bytes that are no statement as a note.

use base64::Engine as _;
use hibah::tlog::note::NoteSigner;

use super::{BASE64, Case, ORIGIN, Shape, id, keys, note, shape, signed_text};

pub(super) fn accepted(cases: &mut Vec<Case>) {
    let keys = keys();
    let org = &keys["org/123"];
    let mut accept = |name: &str, bytes: Vec<u8>| cases.push((name.to_owned(), bytes, None));
    accept("plain", note("application.submitted", &shape(org).json(), &[org]));
    for about in [
        "ledger",
        "year/2026",
        "official/1",
        "org/9007199254740991",
        "case/1/1",
        "case/a12/3",
        "decree/2014/161",
        "list/2014/1",
        "budget/2014/2",
        "note/official/1/4",
        "note/org/123/1",
        "note/desk/9",
        "award/0123456789abcdef/13100",
    ] {
        let shape = Shape { about: about.into(), ..shape(org) };
        accept(&format!("about {about}"), note("application.submitted", &shape.json(), &[org]));
    }
    for (name, body) in [
        ("empty body", "{}"),
        ("zero", r#"{"amount":0}"#),
        ("negative", r#"{"amount":-200}"#),
        ("largest number", r#"{"amount":9007199254740991}"#),
        ("smallest number", r#"{"amount":-9007199254740991}"#),
        ("booleans", r#"{"a":true,"b":false}"#),
        ("empty string", r#"{"text":""}"#),
        ("empty array and object", r#"{"list":[],"map":{}}"#),
        ("accents", r#"{"text":"Façade Ñandú é"}"#),
        ("javanese", r#"{"text":"ꦱꦧꦶꦭꦸꦭꦸꦔꦤ꧀"}"#),
        ("arabic", r#"{"text":"منحة"}"#),
        ("beyond the basic plane", r#"{"text":"𐐷𝒜🏛"}"#),
        ("escapes that RFC 8785 keeps", r#"{"text":"a \"quoted\" back\\slash / solidus"}"#),
        ("no-break space inside", "{\"text\":\"a\u{a0}b\"}"),
        ("field names with digits and underscores", r#"{"a_1":1,"a__":2,"z9":3}"#),
        ("deepest nesting", r#"{"a":[[[[[[1]]]]]]}"#),
        ("long array", r#"{"rows":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}"#),
        ("unicode 14 character", "{\"text\":\"\u{1df1e}\"}"),
    ] {
        let shape = Shape { body: body.into(), ..shape(org) };
        accept(name, note("application.submitted", &shape.json(), &[org]));
    }
    let founded = Shape {
        about: "ledger".into(),
        after: String::new(),
        signers: vec![id(&keys["root/1"]), id(&keys["root/2"])],
        ..shape(org)
    };
    accept("founding, empty after", note("ledger.founded", &founded.json(), &[&keys["root/1"], &keys["root/2"]]));
    let mut all: Vec<&NoteSigner> = keys.values().collect();
    all.sort_by_key(|signer| id(signer));
    let everyone = Shape { signers: all.iter().map(|s| id(s)).collect(), ..shape(org) };
    accept("seven signers", note("agreement.signed", &everyone.json(), &all));
    let desk = Shape { signers: vec![id(&keys["desk"])], about: "note/desk/1".into(), ..shape(org) };
    accept("desk key", note("report.received", &desk.json(), &[&keys["desk"]]));
    for kind in ["a.b", "organisation.name_amended", "application.filed_at_counter"] {
        accept(&format!("kind {kind}"), note(kind, &shape(org).json(), &[org]));
    }
    let leap = Shape { event_date: "2024-02-29".into(), expires: "2100-02-28".into(), ..shape(org) };
    accept("leap day", note("application.submitted", &leap.json(), &[org]));
    let edge = Shape { event_date: "1900-01-01".into(), expires: "9999-12-31".into(), ..shape(org) };
    accept("first and last date", note("application.submitted", &edge.json(), &[org]));
    accept("largest statement", sized(org, 65_000));
}

/// A statement of exactly `bytes` bytes.
fn sized(org: &NoteSigner, bytes: usize) -> Vec<u8> {
    let with = |count: usize| {
        let shape = Shape { body: format!(r#"{{"text":"{}"}}"#, "a".repeat(count)), ..shape(org) };
        note("application.submitted", &shape.json(), &[org])
    };
    with(bytes - with(0).len())
}

// long: one table, a line a case
pub(super) fn refused(cases: &mut Vec<Case>) {
    let keys = keys();
    let org = &keys["org/123"];
    let plain = note("application.submitted", &shape(org).json(), &[org]);
    let text = String::from_utf8(plain.clone()).expect("UTF-8");
    let json = shape(org).json();
    let mut refuse = |name: &str, bytes: Vec<u8>, code| cases.push((name.to_owned(), bytes, Some(code)));
    refuse("one byte too large", sized(org, 65_001), "too-large");
    refuse("70 kB", sized(org, 70_000), "too-large");
    refuse("not UTF-8", [&plain[..40], b"\xff", &plain[40..]].concat(), "not-utf8");
    refuse("overlong UTF-8", [&plain[..40], b"\xc0\xaf", &plain[40..]].concat(), "not-utf8");
    refuse("UTF-8 surrogate", [&plain[..40], b"\xed\xa0\x80", &plain[40..]].concat(), "not-utf8");
    for (name, changed) in [
        ("empty", String::new()),
        ("no signature block", text.split("\n\n").next().unwrap_or_default().to_owned() + "\n"),
        ("no final newline", text.trim_end().to_owned()),
        ("two final newlines", format!("{text}\n")),
        ("CR LF", text.replace('\n', "\r\n")),
        ("hyphen for the dash", text.replace('\u{2014}', "-")),
        ("two spaces before base64", text.replace("/org/123 ", "/org/123  ")),
        ("no base64", format!("{}\n\n\u{2014} {ORIGIN}/org/123\n", text.split("\n\n").next().unwrap_or_default())),
        ("unpadded base64", text.replace("=\n", "\n")),
        ("base64 with URL alphabet", with_base64(&text, |b| b.replace(['+', '/'], "-"))),
        ("base64 with trailing bits", with_base64(&text, trailing_bits)),
        ("base64 of 67 bytes", with_base64(&text, |b| BASE64.encode(&decode(b)[..67]))),
        ("base64 of 69 bytes", with_base64(&text, |b| BASE64.encode([decode(b), vec![0]].concat()))),
        ("base64 of 4 bytes", with_base64(&text, |b| BASE64.encode(&decode(b)[..4]))),
        ("a tab in the text", text.replacen("case/123/7", "case\t123/7", 1)),
        ("a null byte in the text", text.replacen("case/123/7", "case\u{0}123/7", 1)),
        ("text after the signatures", format!("{text}hello\n")),
        ("signature without name", text.replace(&format!("\u{2014} {ORIGIN}/org/123 "), "\u{2014} ")),
    ] {
        refuse(name, changed.into_bytes(), "not-a-note");
    }
    let texts = [
        ("three lines", format!("hibah/statement/v1\n{ORIGIN}\n{json}\n"), "wrong-line-count"),
        (
            "five lines",
            format!("hibah/statement/v1\n{ORIGIN}\napplication.submitted\n{json}\n{json}\n"),
            "wrong-line-count",
        ),
        (
            "empty line inside",
            format!("hibah/statement/v1\n\n{ORIGIN}\napplication.submitted\n{json}\n"),
            "wrong-line-count",
        ),
        ("version 2", format!("hibah/statement/v2\n{ORIGIN}\napplication.submitted\n{json}\n"), "wrong-version"),
        (
            "version with space",
            format!("hibah/statement/v1 \n{ORIGIN}\napplication.submitted\n{json}\n"),
            "wrong-version",
        ),
        (
            "an entry for a statement",
            format!("hibah/entry/v1\n{ORIGIN}\napplication.submitted\n{json}\n"),
            "wrong-version",
        ),
        (
            "other origin",
            format!("hibah/statement/v1\nother.example/ledger\napplication.submitted\n{json}\n"),
            "wrong-origin",
        ),
        (
            "origin with final slash",
            format!("hibah/statement/v1\n{ORIGIN}/\napplication.submitted\n{json}\n"),
            "wrong-origin",
        ),
        (
            "origin in capitals",
            format!("hibah/statement/v1\nVectors.example/ledger\napplication.submitted\n{json}\n"),
            "wrong-origin",
        ),
    ];
    for (name, text, code) in texts {
        refuse(name, signed_text(&text, &[org]), code);
    }
    let long = format!("{}.a", "a".repeat(63));
    for kind in [
        "Application.submitted",
        "application",
        "application.",
        ".submitted",
        "a.b.c",
        "a b.c",
        "a1.b",
        "a__b.c",
        "_a.b",
        "a.b_",
        "a-b.c",
        "",
        &long,
    ] {
        refuse(&format!("kind \"{kind}\""), note(kind, &json, &[org]), "unknown-kind");
    }
}

pub(super) fn decode(base64: &str) -> Vec<u8> {
    BASE64.decode(base64).expect("our own line")
}

pub(super) fn with_base64(text: &str, change: impl Fn(&str) -> String) -> String {
    let (before, base64) = text.trim_end().rsplit_once(' ').expect("a signature line");
    format!("{before} {}\n", change(base64))
}

/// 68 bytes end in one padded group of two bytes: its last letter has two bits that must be zero.
fn trailing_bits(base64: &str) -> String {
    let (kept, last) = base64.split_at(base64.len() - 2);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let at = alphabet.find(&last[..1]).expect("base64") + 1;
    format!("{kept}{}=", &alphabet[at..=at])
}
