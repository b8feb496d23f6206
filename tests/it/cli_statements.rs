//! Bad statements: the server's judgement and the auditor's name the same rule, and nothing is recorded.

use hibah::grants::time::Timestamp;
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::note::{Algorithm, Note, NoteSignature, NoteSigner, VerifierKey};

use super::cli_path::{APPLY, write_bodies};
use super::cli_shell::{ORIGIN, Shell};

/// The parts of a statement, each of which a case below spoils.
#[derive(Clone)]
struct Parts {
    origin: String,
    kind: String,
    about: String,
    after: String,
    body: String,
    event_date: String,
    expires: String,
    signers: Vec<String>,
}

impl Parts {
    fn text(&self) -> String {
        let signers: Vec<String> = self.signers.iter().map(|id| format!("\"{id}\"")).collect();
        format!(
            "hibah/statement/v1\n{}\n{}\n{{\"about\":\"{}\",\"after\":\"{}\",\"body\":{},\"event_date\":\"{}\",\"expires\":\"{}\",\"signers\":[{}]}}\n",
            self.origin,
            self.kind,
            self.about,
            self.after,
            self.body,
            self.event_date,
            self.expires,
            signers.join(",")
        )
    }
}

fn id(key: &NoteSigner) -> String {
    format!("{}+{}", key.name(), key.verifier().key_id())
}

fn note(text: &str, keys: &[&NoteSigner]) -> Vec<u8> {
    let signatures = keys.iter().map(|key| key.sign(text).expect("a note's text")).collect();
    Note { text: text.to_owned(), signatures }.to_string().into_bytes()
}

fn today(days: i64) -> String {
    let ms = std::time::UNIX_EPOCH.elapsed().expect("after 1970").as_millis();
    let now = Timestamp::from_ms(i64::try_from(ms).expect("before the year 9999")).expect("the same");
    now.local_date(420).plus_days(days).expect("a day").to_string()
}

const BODY: &str = r#"{"amount":600000000,"documents":[{"media_type":"application/pdf","sha256":"abababababababababababababababababababababababababababababababab","size":1000,"title":"Proposal hibah"}],"field":"pendidikan","fiscal_year":2026,"form":"money","purpose":"Buku","title":"Buku","way":"grant"}"#;

/// The leaf hash of an entry, as `hibah show` tells it.
fn leaf(shell: &Shell, index: u64) -> String {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_hibah"))
        .args(["show", "led", &index.to_string(), "--json"])
        .current_dir(shell.path())
        .output()
        .expect("the program runs");
    let shown: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
    shown["leaf"].as_str().expect("a leaf hash").to_owned()
}

/// A ledger with one organisation, and a statement of it that nothing speaks against.
struct Desk {
    shell: Shell,
    org: NoteSigner,
    good: Parts,
}

impl Desk {
    fn open() -> Self {
        let shell = Shell::with_ledger();
        write_bodies(&shell);
        shell.check(APPLY);
        let org = shell.key("org.key");
        let good = Parts {
            origin: ORIGIN.to_owned(),
            kind: "application.submitted".to_owned(),
            about: "case/1/2".to_owned(),
            after: leaf(&shell, 18),
            body: BODY.to_owned(),
            event_date: today(0),
            expires: today(14),
            signers: vec![id(&org)],
        };
        Self { shell, org, good }
    }

    fn check(&self, what: &str, bytes: &[u8], refusal: &str) {
        check(&self.shell, what, bytes, refusal);
    }

    /// The good statement with one part spoilt, signed as it then stands.
    fn bad(&self, what: &str, spoil: &dyn Fn(&mut Parts), refusal: &str) {
        let mut parts = self.good.clone();
        spoil(&mut parts);
        self.check(what, &note(&parts.text(), &[&self.org]), refusal);
    }
}

/// Submits and checks one bad statement: both say the same rule, and nothing is recorded.
fn check(shell: &Shell, what: &str, bytes: &[u8], refusal: &str) {
    let name = what.replace(' ', "-");
    shell.write(&name, bytes);
    shell.check(&format!(
        "$ hibah submit led {name}
         ? 1
         error: refused by rule {refusal}
         = led
         $ hibah check {name} led
         ? 1
         error: it would be refused by rule {refusal}
         = led"
    ));
}

#[test]
fn bad_statements_are_refused_and_nothing_is_recorded() {
    let desk = Desk::open();
    envelopes(&desk);
    bodies(&desk);
    signatures(&desk);
    // The one that is refused for its `after` alone says what it should have been.
    desk.shell.check(&format!(
        "$ hibah submit led stale-after
         ? 1
         The latest entry about it now has the leaf hash {}.
         Look at what changed, then sign anew (*
         = led",
        leaf(&desk.shell, 18)
    ));
    // What nothing speaks against is recorded: the cases above are refused for what was spoilt.
    desk.shell.write("good", note(&desk.good.text(), &[&desk.org]));
    desk.shell.check("$ hibah submit led good\nRecorded as entry 20; the ledger has 21 entries.");
    revoked(&desk);
}

fn envelopes(desk: &Desk) {
    desk.bad("unknown kind", &|p| p.kind = "grant.given".into(), "form: The rule book has no kind grant.given; *");
    desk.bad("no kind", &|p| p.kind = "Grant".into(), "unknown-kind: line 3 is not the name of a kind: *");
    desk.bad(
        "wrong origin",
        &|p| p.origin = "other.example".into(),
        "wrong-origin: the statement is for another ledger: line 2 must be *",
    );
    desk.bad("expired", &|p| p.expires = today(-1), "B9: The statement expired on * sign it again");
    desk.bad("expires too late", &|p| p.expires = today(61), "B9: The statement expires 61 days ahead, *");
    desk.bad("future", &|p| p.event_date = today(2), "B9: The event_date * is after today, *");
    desk.bad("no date", &|p| p.event_date = "2026-02-30".into(), "bad-date: \"event_date\" is not a real date *");
}

fn bodies(desk: &Desk) {
    desk.bad("not canonical", &|p| p.body = p.body.replace("\":6", "\": 6"), "not-canonical: *");
    desk.bad(
        "repeated field",
        &|p| p.body = p.body.replacen('{', "{\"amount\":1,", 1),
        "repeated-field: field \"amount\" stands twice *",
    );
    desk.bad(
        "fraction",
        &|p| p.body = p.body.replace("600000000", "600000000.5"),
        "not-an-integer: a number must be whole: *",
    );
    desk.bad(
        "not NFC",
        &|p| p.body = p.body.replace("Buku", "Cafe\u{301}"),
        "not-nfc: text is not in Unicode normal form C: *",
    );
    desk.bad(
        "too large",
        &|p| p.body = p.body.replace("Buku", &"a".repeat(35_000)),
        "too-large: the statement has 70* bytes, at most 65,000 are allowed: *",
    );
    desk.bad("stale after", &|p| p.after = "0".repeat(64), "B13: *");
    desk.bad("unknown field", &|p| p.body = p.body.replacen('{', "{\"aim\":1,", 1), "form: *aim*");
    desk.bad("number taken", &|p| p.about = "case/1/7".into(), "B1: *");
}

fn signatures(desk: &Desk) {
    let seed = SigningKey::from_seed([7; 32]);
    let stranger = NoteSigner::new(&format!("{ORIGIN}/org/1"), seed).expect("a signer");
    let text = desk.good.text();
    desk.check("unsigned", format!("{text}\n").as_bytes(), "not-a-note: * sign it first");
    desk.check(
        "extra line",
        &note(&text, &[&desk.org, &desk.shell.key("led/keys/official-1-wali_kota.key")]),
        "extra-signature: *",
    );
    desk.check("same name other key", &note(&text, &[&stranger]), "missing-signature: *");
    let mut unknown = desk.good.clone();
    unknown.signers = vec![id(&stranger)];
    desk.check(
        "unknown key",
        &note(&unknown.text(), &[&stranger]),
        "unknown-key: the key * is not known to this ledger: *",
    );
    let altered = String::from_utf8(note(&text, &[&desk.org])).expect("text").replace("600000000", "600000001");
    desk.check("wrong signature", altered.as_bytes(), "bad-signature: the signature of * does not hold *");
    desk.check("binary", &[0xff, 0xfe, 0, 1], "not-utf8: *");
    desk.check("empty", b"", "not-a-note: *");
}

fn revoked(desk: &Desk) {
    let Desk { shell, org, good } = desk;
    shell.write(
        "revocation.json",
        format!(r#"{{"key":"{}","reason":"Kunci hilang","suspect_since":"2026-01-01T00:00:00.000Z"}}"#, id(org)),
    );
    shell.check(
        "$ hibah sign --ledger led --kind key.revoked --about org/1 --body revocation.json --key led/keys/root-1.key --key led/keys/root-2.key --key led/keys/root-4.key --out revocation
         It is complete: 3 signatures. *
         $ hibah submit led revocation",
    );
    let mut late = good.clone();
    late.about = "case/1/3".to_owned();
    late.after = leaf(shell, 21);
    desk.check(
        "revoked key",
        &note(&late.text(), &[org]),
        "B2: The key * was revoked by entry 21; sign with another key",
    );
}

/// formats.md sections 1 and 4: statements are signed under 0x01, and a public key has one use and is admitted once. A
/// key of a witness, 0x04, would be the same public key under another id.
#[test]
fn a_witness_key_brings_no_organisation() {
    let shell = Shell::with_ledger();
    let (registrar, org) = (shell.key("led/keys/official-5-registrar.key"), shell.key("org.key"));
    let witness = VerifierKey::new(org.name(), Algorithm::CosignatureV1, *org.verifier().public()).expect("a key");
    let (account, chair) = ("ab".repeat(32), "cd".repeat(32));
    let parts = Parts {
        origin: ORIGIN.to_owned(),
        kind: "organisation.registered".to_owned(),
        about: "org/1".to_owned(),
        after: leaf(&shell, 0),
        body: format!(
            r#"{{"address":{{"city":"Bandung","street":"Jl. Rekaan 1"}},"key":"{witness}","name":"Yayasan Rekaan","recipient_type":"foundation","sealed":{{"account":"{account}","chair":"{chair}"}}}}"#
        ),
        event_date: today(0),
        expires: today(14),
        signers: vec![id(&registrar), format!("{}+{}", witness.name(), witness.key_id())],
    };
    let signed = |parts: &Parts, key: &VerifierKey| {
        let text = parts.text();
        let line = NoteSignature { key_id: key.key_id(), ..org.sign(&text).expect("a note's text") };
        let signatures = vec![registrar.sign(&text).expect("a note's text"), line];
        Note { text, signatures }.to_string().into_bytes()
    };
    check(
        &shell,
        "witness",
        &signed(&parts, &witness),
        "unknown-key: the key * is not admissible (it is a witness's, *",
    );
    // The same with the key as it should be is recorded.
    let mut good = parts.clone();
    good.body = parts.body.replace(&witness.to_string(), &org.verifier().to_string());
    good.signers[1] = id(&org);
    shell.write("good", signed(&good, org.verifier()));
    shell.check("$ hibah submit led good\nRecorded as entry 18; the ledger has 19 entries.");
}
