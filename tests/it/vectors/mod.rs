//! The golden vectors: `fixtures/vectors/v1/*.jsonl` are exactly what the cases below make, and the library judges each
//! as it says. `HIBAH_WRITE_VECTORS=1 cargo test vectors` writes them anew; `tests/vectors/check.py` is the second judge.

mod entries;
mod envelopes;
mod json_lines;
mod notes;
mod openings;
mod signatures;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hibah::grants::signer::SignerId;
use hibah::ledger::form::FormError;
use hibah::ledger::statement::Statement;
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::hash::{Hash, sha256};
use hibah::tlog::note::{NoteSigner, VerifierKey};
use serde_json::{Value, json};

const ORIGIN: &str = "vectors.example/ledger";
const AFTER: &str = "1111111111111111111111111111111111111111111111111111111111111111";

/// The keys of the vectors: the seed is SHA-256 of the name.
fn keys() -> BTreeMap<String, NoteSigner> {
    ["root/1", "root/2", "official/1", "official/2", "org/1", "org/123", "desk"]
        .iter()
        .map(|role| {
            let name = format!("{ORIGIN}/{role}");
            let seed = *sha256(format!("hibah vector key {name}").as_bytes()).as_bytes();
            let signer = NoteSigner::new(&name, SigningKey::from_seed(seed)).expect("a plain name");
            ((*role).to_owned(), signer)
        })
        .collect()
}

fn id(signer: &NoteSigner) -> String {
    format!("{}+{}", signer.name(), signer.verifier().key_id())
}

/// A signature line over any bytes, whether or not they are a note's text.
fn line(signer: &NoteSigner, text: &[u8]) -> String {
    let mut bytes = signer.verifier().key_id().0.to_vec();
    bytes.extend_from_slice(&signer.key().sign(text));
    format!("\u{2014} {} {}\n", signer.name(), BASE64.encode(bytes))
}

/// The JSON line of a well-formed statement, to be changed by the cases.
struct Shape {
    about: String,
    after: String,
    body: String,
    event_date: String,
    expires: String,
    signers: Vec<String>,
}

impl Shape {
    fn json(&self) -> String {
        let signers = self.signers.iter().map(|s| format!("\"{s}\"")).collect::<Vec<_>>().join(",");
        format!(
            r#"{{"about":"{}","after":"{}","body":{},"event_date":"{}","expires":"{}","signers":[{signers}]}}"#,
            self.about, self.after, self.body, self.event_date, self.expires
        )
    }
}

fn shape(signer: &NoteSigner) -> Shape {
    Shape {
        about: "case/123/7".into(),
        after: AFTER.into(),
        body: r#"{"amount":75000000}"#.into(),
        event_date: "2026-01-20".into(),
        expires: "2026-02-03".into(),
        signers: vec![id(signer)],
    }
}

/// A complete note over version, origin, kind and the JSON line, signed by `signers`.
fn note(kind: &str, json: &str, signers: &[&NoteSigner]) -> Vec<u8> {
    signed_text(&format!("hibah/statement/v1\n{ORIGIN}\n{kind}\n{json}\n"), signers)
}

fn signed_text(text: &str, signers: &[&NoteSigner]) -> Vec<u8> {
    let lines: String = signers.iter().map(|signer| line(signer, text.as_bytes())).collect();
    format!("{text}\n{lines}").into_bytes()
}

type Case = (String, Vec<u8>, Option<&'static str>);

fn statement_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    notes::accepted(&mut cases);
    notes::refused(&mut cases);
    json_lines::refused(&mut cases);
    envelopes::refused(&mut cases);
    envelopes::refused_signatures(&mut cases);
    cases
}

fn judge_statement(bytes: &[u8], known: &BTreeMap<String, VerifierKey>) -> Result<Hash, FormError> {
    let statement = Statement::parse(bytes, ORIGIN)?;
    statement.check_signatures(|id: &SignerId| known.get(&id.to_string()))?;
    Ok(statement.hash())
}

fn known_keys() -> BTreeMap<String, VerifierKey> {
    keys().values().map(|signer| (id(signer), signer.verifier().clone())).collect()
}

fn statement_vectors(faults: &mut Vec<String>) -> String {
    let known = known_keys();
    let mut out = String::new();
    for (name, bytes, refusal) in statement_cases() {
        let verdict = judge_statement(&bytes, &known);
        let mut vector = json!({"name": name, "origin": ORIGIN, "note_base64": BASE64.encode(&bytes)});
        set_verdict(&mut vector, "hash", &name, verdict.map(|hash| hash.to_hex()), refusal, faults);
        writeln!(out, "{vector}").expect("a string takes all");
    }
    out
}

/// Writes the library's verdict into the vector; one that is not what the case expects is kept in `faults`.
fn set_verdict(
    vector: &mut Value,
    field: &str,
    name: &str,
    verdict: Result<String, FormError>,
    refusal: Option<&str>,
    faults: &mut Vec<String>,
) {
    let seen = verdict.as_ref().err().map(|error| error.code.as_str());
    if seen != refusal {
        faults.push(format!("{name}: {refusal:?} expected, {seen:?} seen ({verdict:?})"));
    }
    match (verdict, refusal) {
        (_, Some(code)) => {
            vector["expect"] = json!("refused");
            vector["refusal"] = json!(code);
        }
        (verdict, None) => {
            vector["expect"] = json!("accepted");
            vector[field] = json!(verdict.unwrap_or_default());
        }
    }
}

fn key_vectors() -> String {
    let mut out = String::new();
    for signer in keys().values() {
        let vector = json!({"name": signer.name(), "seed": hex::encode(*signer.key().seed()), "vkey": signer.verifier().to_string()});
        writeln!(out, "{vector}").expect("a string takes all");
    }
    out
}

#[test]
fn vectors_are_as_committed() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/vectors/v1");
    let mut counts = [0; 2];
    let mut faults = Vec::new();
    for (file, made) in [
        ("keys.jsonl", key_vectors()),
        ("statements.jsonl", statement_vectors(&mut faults)),
        ("entries.jsonl", entries::vectors(&mut faults)),
        ("openings.jsonl", openings::vectors(&mut faults)),
        ("signatures.jsonl", signatures::vectors(&mut faults)),
    ] {
        counts[0] += made.matches("\"expect\":\"accepted\"").count();
        counts[1] += made.matches("\"expect\":\"refused\"").count();
        let path = folder.join(file);
        if std::env::var_os("HIBAH_WRITE_VECTORS").is_some() {
            std::fs::write(&path, &made).expect("the vectors can be written");
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(committed, made, "{file} differs: signed bytes may never change");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(counts[0] >= 40 && counts[1] >= 120, "{counts:?} accepted and refused, at least 40 and 120 belong here");
}
