//! Statements that are refused for a field of the envelope, or for their signatures.

use base64::Engine as _;
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::note::NoteSigner;
use serde_json::{Value, json};

use super::notes::{decode, with_base64};
use super::signatures::add_order;
use super::{BASE64, Case, ORIGIN, Shape, id, keys, line, note, shape};

// long: one table, a line a case
pub(super) fn refused(cases: &mut Vec<Case>) {
    let keys = keys();
    let org = &keys["org/123"];
    let base = || shape(org);
    let json = base().json();
    let mut refuse = |name: String, json: String, code| {
        cases.push((name, note("application.submitted", &json, &[org]), Some(code)));
    };
    refuse("unknown field".into(), json.replacen(",\"expires\"", ",\"evil\":1,\"expires\"", 1), "unknown-field");
    for field in ["about", "after", "body", "event_date", "expires", "signers"] {
        let mut value: Value = serde_json::from_str(&json).expect("our own line");
        value.as_object_mut().expect("an object").remove(field);
        refuse(format!("{field} missing"), value.to_string(), "missing-field");
        let mut value: Value = serde_json::from_str(&json).expect("our own line");
        value[field] = json!(5);
        refuse(format!("{field} is a number"), value.to_string(), "wrong-type");
    }
    refuse("a number among the signers".into(), json.replacen("\"signers\":[", "\"signers\":[1,", 1), "wrong-type");
    refuse("body is an array".into(), Shape { body: "[]".into(), ..base() }.json(), "wrong-type");
    for about in [
        "",
        "case",
        "case/1",
        "case/1/",
        "case/01/1",
        "case/0/1",
        "case/1/0",
        "case/+1/1",
        "case/1/1/1",
        "case/b1/1",
        "case/9007199254740992/1",
        "Case/1/1",
        "year/26",
        "year/1899",
        "year/20260",
        "official/",
        "org/-1",
        "ledger/1",
        "decree/2014",
        "decree/1899/1",
        "award/0123456789ABCDEF/1",
        "award/0123456789abcde/1",
        "award/0123456789abcdef/0",
        "note/root/1/1",
        "note/desk/1/1",
        "note/org/1",
        "need/1",
        " ledger",
    ] {
        let code = if about.starts_with(' ') { "bad-spaces" } else { "bad-about" };
        refuse(format!("about \"{about}\""), Shape { about: about.into(), ..base() }.json(), code);
    }
    for (name, after) in [
        ("after empty", String::new()),
        ("after in capitals", "AB".repeat(32)),
        ("after too short", "1".repeat(63)),
        ("after too long", "1".repeat(65)),
        ("after not hexadecimal", "g".repeat(64)),
    ] {
        refuse(name.into(), Shape { after, ..base() }.json(), "bad-after");
    }
    for date in [
        "2026-02-30",
        "2026-13-01",
        "2026-1-20",
        "2026-00-01",
        "2025-02-29",
        "20260120",
        "2026-01-20T00:00:00Z",
        "1899-12-31",
        "0000-01-01",
        "2026/01/20",
        "",
        "+2026-01-2",
    ] {
        refuse(format!("event date \"{date}\""), Shape { event_date: date.into(), ..base() }.json(), "bad-date");
    }
    refuse("expires on no day".into(), Shape { expires: "2026-04-31".into(), ..base() }.json(), "bad-date");
    let many: Vec<String> = (1..=17).map(|n| format!("{ORIGIN}/org/{n}+0000000{}", n % 10)).collect();
    let mut seventeen = many;
    seventeen.sort();
    let own = id(org);
    for (name, signers) in [
        ("no signers", vec![]),
        ("seventeen signers", seventeen),
        ("signer twice", vec![own.clone(), own.clone()]),
        ("signers unsorted", vec![own.clone(), id(&keys["desk"])]),
        ("signer of another ledger", vec![own.replacen("vectors", "victors", 1)]),
        ("signer is the origin", vec![format!("{ORIGIN}+00000000")]),
        ("signer without id", vec![format!("{ORIGIN}/org/123")]),
        ("signer id in capitals", vec![format!("{ORIGIN}/org/123+ABCDEF00")]),
        ("signer id too short", vec![format!("{ORIGIN}/org/123+abcdef0")]),
        ("signer of no role", vec![format!("{ORIGIN}/mayor/1+00000000")]),
        ("signer number with zero", vec![format!("{ORIGIN}/org/0123+00000000")]),
        ("numbered desk", vec![format!("{ORIGIN}/desk/1+00000000")]),
    ] {
        refuse(name.into(), Shape { signers, ..base() }.json(), "bad-signers");
    }
    let founded = Shape { about: "ledger".into(), ..base() }.json();
    cases.push(("founding with an after".into(), note("ledger.founded", &founded, &[org]), Some("bad-after")));
}

pub(super) fn refused_signatures(cases: &mut Vec<Case>) {
    let keys = keys();
    let (org, official, desk) = (&keys["org/123"], &keys["official/1"], &keys["desk"]);
    let two = Shape { signers: vec![id(official), id(org)], ..shape(org) }.json();
    let kind = "agreement.signed";
    let mut refuse = |name: &str, bytes: Vec<u8>, code| cases.push((name.to_owned(), bytes, Some(code)));
    refuse("second signer missing", note(kind, &two, &[official]), "missing-signature");
    refuse("first signer missing", note(kind, &two, &[org]), "missing-signature");
    refuse("a draft without lines", note(kind, &two, &[]), "not-a-note");
    refuse("a line too many", note(kind, &two, &[official, org, desk]), "extra-signature");
    refuse("another's line for the signer's", note(kind, &shape(org).json(), &[official]), "missing-signature");
    refuse("a line twice", note(kind, &two, &[official, org, org]), "extra-signature");
    refuse("lines out of order", note(kind, &two, &[org, official]), "signature-order");
    let stranger = NoteSigner::new(&format!("{ORIGIN}/org/77"), SigningKey::from_seed([7; 32])).expect("a plain name");
    refuse("a key nobody knows", note(kind, &shape(&stranger).json(), &[&stranger]), "unknown-key");
    let impostor = NoteSigner::new(org.name(), SigningKey::from_seed([8; 32])).expect("a plain name");
    refuse("the name with another key", note(kind, &shape(&impostor).json(), &[&impostor]), "unknown-key");
    let good = note(kind, &shape(org).json(), &[org]);
    let text = String::from_utf8(good.clone()).expect("UTF-8");
    let forged = |change: fn(&mut Vec<u8>)| {
        with_base64(&text, |b| {
            let mut bytes = decode(b);
            change(&mut bytes);
            BASE64.encode(bytes)
        })
        .into_bytes()
    };
    refuse("a bit of R changed", forged(|b| b[4] ^= 1), "bad-signature");
    refuse("a bit of S changed", forged(|b| b[36] ^= 1), "bad-signature");
    refuse("signature of zeros", forged(|b| b[4..].fill(0)), "bad-signature");
    refuse("S plus the group order", forged(add_order), "bad-signature");
    refuse("amount changed after signing", text.replace("75000000", "75000001").into_bytes(), "bad-signature");
    refuse("kind changed after signing", text.replace(kind, "warrant.issued").into_bytes(), "bad-signature");
    let late = [line(org, b"another text"), String::new()].concat();
    let unsigned = text.split("\n\n").next().unwrap_or_default();
    refuse("signature of another text", format!("{unsigned}\n\n{late}").into_bytes(), "bad-signature");
}
