//! A town that keeps the rules, as fast as it can be written: its statements one after another, the state after them,
//! and statements that could come next. Organisations, lists, budgets and decrees of 200 rows a statement, cases from
//! application to an accepted report.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::grants::about::About;
use crate::grants::one::profile;
use crate::grants::signer::SignerId;
use crate::grants::state::State;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::replay::{Replay, Signatures};
use crate::ledger::statement::{Content, Statement};
use crate::tlog::ed25519::{PublicKey, SigningKey};
use crate::tlog::hash::{Hash, sha256};
use crate::tlog::note::{NoteSignature, NoteSigner};

/// Its ledger's origin.
pub const ORIGIN: &str = "bench.example/hibah";
/// Rows in one statement, and cases in one round of list, budget and decree.
const ROWS: usize = 200;
const ROUND: u64 = 2_000;
const OPEN_CASES: u64 = 5;
const YEAR: u16 = 2014;

/// How a town is grown.
pub struct Plan {
    /// How many entries it has at least: a round of cases is always finished.
    pub entries: u64,
    /// How many organisations, each with its key; about 25 offices have theirs.
    pub organisations: u64,
    /// Whether signatures are real. Made-up ones are for whoever does not check them, and take no time.
    pub signed: bool,
}

/// The ledger so far.
pub struct Town<'s> {
    plan: Plan,
    /// The state that its statements make.
    pub replay: Replay,
    /// When all of them are recorded.
    pub now: Timestamp,
    /// A statement that the state of all entries would take, by kind.
    pub next: Vec<(String, Vec<u8>)>,
    keys: BTreeMap<String, NoteSigner>,
    offices: BTreeMap<String, u64>,
    told: &'s mut dyn FnMut(&[u8], Vec<u8>),
}

/// When everything in the town is recorded.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::parse("2014-01-06T02:00:00.000Z").expect("this is a time")
}

/// The key of the ledger itself, which signs checkpoints.
#[must_use]
pub fn ledger_key() -> NoteSigner {
    signer("")
}

/// The public key that a name of this ledger has.
#[must_use]
pub fn public_key(name: &str) -> PublicKey {
    let role = name.strip_prefix(ORIGIN).map_or(name, |role| role.trim_start_matches('/'));
    *signer(role).verifier().public()
}

/// The key of a role, of a seed that everybody can know.
///
/// # Panics
/// If the role is no name of a key.
#[must_use]
pub fn signer(role: &str) -> NoteSigner {
    let name = if role.is_empty() { ORIGIN.to_owned() } else { format!("{ORIGIN}/{role}") };
    let seed = sha256(format!("bench seed {name}").as_bytes());
    NoteSigner::new(&name, SigningKey::from_seed(*seed.as_bytes())).expect("roles are key names")
}

impl<'s> Town<'s> {
    /// Grows a town; `told` is told each statement and the entry that it becomes.
    pub fn grown(plan: Plan, told: &'s mut dyn FnMut(&[u8], Vec<u8>)) -> Self {
        let mut town = Town {
            plan,
            replay: Replay::new(ORIGIN),
            now: now(),
            next: Vec::new(),
            keys: BTreeMap::new(),
            offices: BTreeMap::new(),
            told,
        };
        town.found();
        for n in 1..=town.plan.organisations {
            let key = town.key(&format!("org/{n}"));
            let body = json!({
                "name": format!("Yayasan Contoh {n}"), "recipient_type": "foundation",
                "address": { "street": format!("Jalan Contoh {n}"), "city": "Bandung" }, "key": key,
                "sealed": { "account": hash(&format!("account {n}")), "chair": hash(&format!("chair {n}")) },
            });
            town.say("organisation.registered", &format!("org/{n}"), body, &["registrar", &format!("org/{n}")]);
        }
        let mut first = 0;
        while town.replay.size() < town.plan.entries {
            let cases = town.round(first);
            first = (first + town.round_size()) % town.plan.organisations;
            town.finish(&cases);
        }
        town.leave_some_open(first);
        town
    }

    fn found(&mut self) {
        let profile = profile::named("kota-bandung").expect("the profile ships with us");
        let roots: Vec<String> = (1..=profile.root_holders.len()).map(|n| self.key(&format!("root/{n}"))).collect();
        let ledger = self.key("");
        let body = json!({
            "currency": { "code": "IDR", "decimals": 0 },
            "keys": { "ledger": ledger, "roots": roots, "threshold": 3 },
            "profile": profile.to_json(), "rules": 1, "trial": true,
        });
        let names: Vec<String> = (1..=roots.len()).map(|n| format!("root/{n}")).collect();
        self.say("ledger.founded", "ledger", body, &names.iter().map(String::as_str).collect::<Vec<_>>());
        for (n, office) in (1u64..).zip(&profile.offices) {
            let role = format!("official/{n}");
            let key = self.key(&role);
            self.offices.insert(office.code.0.clone(), n);
            let body = json!({
                "office": office.code.0, "person": format!("pejabat/{n:04}"), "decree_number": "821/1/2013",
                "period": { "from": "2013-01-01", "until": "2033-12-31" }, "key": key,
            });
            self.say("official.appointed", &role, body, &["root/1", "root/2", "root/3", &role]);
        }
    }

    /// Applications to a sealed decree, a case each of the next organisations.
    fn round(&mut self, first: u64) -> Vec<String> {
        let mut cases = Vec::new();
        for at in 0..self.round_size() {
            let org = (first + at) % self.plan.organisations + 1;
            let case = next_case(self.replay.state(), org);
            self.say("application.submitted", &case, application(&case), &[&format!("org/{org}")]);
            for (kind, office) in CONSIDERING {
                let body = considered(kind, &case, &self.decided(office));
                self.say(kind, &case, body, &[office]);
            }
            cases.push(case);
        }
        self.paper("list", "list.nominated", "Daftar nominatif calon penerima", &cases);
        let first_budget =
            self.replay.state().next_number(&About::parse("budget/2014/1").expect("budgets are named so")) == 1;
        let budget = if first_budget { "budget.enacted" } else { "budget.amended" };
        self.paper("budget", budget, "Penjabaran APBD Lampiran III dan IV", &cases);
        self.paper("decree", "decree.issued", "Keputusan wali kota", &cases);
        cases
    }

    /// No organisation has more open cases than the profile allows.
    fn round_size(&self) -> u64 {
        ROUND.min(self.plan.organisations * OPEN_CASES)
    }

    fn paper(&mut self, family: &str, issue: &str, title: &str, cases: &[String]) {
        let first = About::parse(&format!("{family}/{YEAR}/1")).expect("papers are named so");
        let about = format!("{family}/{YEAR}/{}", self.replay.state().next_number(&first));
        let office = if family == "budget" { "sekda" } else { "wali_kota" };
        let mut body = json!({
            "number": format!("978/{about}"), "fiscal_year": YEAR, "way": "grant",
            "total": 75_000_000 * cases.len() as u64, "rows": cases.len(), "document": document(title),
            "decided_by": self.decided(office),
        });
        if family == "budget" {
            body.as_object_mut().expect("this is an object").remove("way");
        }
        self.say(issue, &about, body, &[office]);
        for (part, rows) in cases.chunks(ROWS).enumerate() {
            let row = |(at, case): (usize, &String)| {
                let after = self
                    .replay
                    .state()
                    .head(&About::parse(case).expect("cases are named so"))
                    .expect("the case has a head");
                json!({ "row": part * ROWS + at + 1, "case": case, "after": after.to_hex(), "amount": 75_000_000 })
            };
            let body = json!({ "rows": rows.iter().enumerate().map(row).collect::<Vec<_>>() });
            self.say(&format!("{family}.rows"), &about, body, &[office]);
        }
        self.say(&format!("{family}.sealed"), &about, json!({}), &[office]);
    }

    /// From the request to an accepted report.
    fn finish(&mut self, cases: &[String]) {
        for case in cases {
            for step in STEPS {
                self.step(step, case);
            }
        }
    }

    fn step(&mut self, (kind, office, organisation): &(&str, &str, bool), case: &str) {
        let body = self.body(kind, case, office);
        let org = case.rsplit_once('/').expect("cases are named so").0.replace("case/", "org/");
        let mut signers = Vec::new();
        if !office.is_empty() {
            signers.push(*office);
        }
        if *organisation {
            signers.push(&org);
        }
        self.say(kind, case, body, &signers);
    }

    fn body(&self, kind: &str, case: &str, office: &str) -> Value {
        let (decided, amount) = (self.decided(office), 75_000_000);
        let money = |first: &str| {
            json!({
                "number": format!("{first}/{case}/2014"), "fiscal_year": YEAR, "amount": amount, "decided_by": decided,
            })
        };
        match kind {
            "disbursement.requested" => json!({ "amount": amount, "documents": [document("Permohonan pencairan")] }),
            "agreement.signed" => json!({
                "number": format!("33/{case}/2014"), "amount": amount, "report_due": "2015-01-10",
                "document": document("Naskah perjanjian hibah daerah"), "decided_by": decided,
            }),
            "integrity.pledged" => json!({ "document": document("Pakta integritas") }),
            "payment.requested" => money("991"),
            "payment.verified" => json!({ "decided_by": decided }),
            "payment.ordered" => money("931"),
            "warrant.issued" => money("957"),
            "funds.credited" => json!({ "amount": amount, "document": document("Bukti transfer") }),
            "use.reported" => json!({ "amount": amount, "documents": [document("Laporan penggunaan")] }),
            _ => json!({ "outcome": "accepted", "reason": "Lengkap", "decided_by": decided }),
        }
    }

    /// A case more, stopped before each step, so that one statement of each kind could come next.
    fn leave_some_open(&mut self, first: u64) {
        let cases: Vec<String> = self.round(first);
        for (at, step) in STEPS.iter().enumerate() {
            let case = &cases[at];
            for done in &STEPS[..at] {
                self.step(done, case);
            }
            let (kind, office, organisation) = *step;
            let body = self.body(kind, case, office);
            let org = case.rsplit_once('/').expect("cases are named so").0.replace("case/", "org/");
            let signers: Vec<&str> = [(!office.is_empty()).then_some(office), organisation.then_some(org.as_str())]
                .into_iter()
                .flatten()
                .collect();
            self.next.push((kind.to_owned(), self.statement(kind, case, body, &signers)));
        }
    }

    fn decided(&self, office: &str) -> Value {
        decided(self.offices.get(office).copied().unwrap_or_default(), office)
    }

    /// Makes the key of a role and answers it as bodies name it.
    fn key(&mut self, role: &str) -> String {
        let signer = signer(role);
        let vkey = signer.verifier().to_string();
        self.keys.insert(role.to_owned(), signer);
        vkey
    }

    fn say(&mut self, kind: &str, about: &str, body: Value, signers: &[&str]) {
        let bytes = self.statement(kind, about, body, signers);
        let statement = Statement::parse(&bytes, ORIGIN).expect("statements of ours parse");
        let entry = self.replay.next_entry(&bytes, self.now);
        let judged = self.replay.judge(&statement, self.now, Signatures::VerifiedBefore);
        let judged = judged.unwrap_or_else(|refused| panic!("{kind} {about}: {refused}"));
        self.replay.record(&entry, statement, judged, self.now);
        (self.told)(&bytes, entry);
    }

    fn statement(&self, kind: &str, about: &str, body: Value, signers: &[&str]) -> Vec<u8> {
        let about = About::parse(about).expect("things are named so");
        let role = |role: &str| match self.offices.get(role) {
            Some(n) => format!("official/{n}"),
            None => role.to_owned(),
        };
        let mut keys: Vec<&NoteSigner> = signers.iter().map(|signer| &self.keys[&role(signer)]).collect();
        keys.sort_by_key(|key| (key.name().to_owned(), key.verifier().key_id().0));
        let content = content(kind, about, self.replay.state().expected_after(&about), body, &keys);
        let mut draft = content.draft().expect("the form of these holds");
        if self.plan.signed {
            keys.iter().for_each(|key| draft.sign(key).expect("each key is a signer"));
            return draft.to_bytes();
        }
        let line = |key: &NoteSigner| NoteSignature {
            name: key.name().to_owned(),
            key_id: key.verifier().key_id(),
            bytes: vec![7; 64],
        };
        let lines: String = keys.iter().map(|key| format!("{}\n", line(key))).collect();
        [draft.to_bytes(), lines.into_bytes()].concat()
    }
}

/// A statement of the town, by these keys.
pub(super) fn content(kind: &str, about: About, after: Option<Hash>, body: Value, keys: &[&NoteSigner]) -> Content {
    let id = |key: &&NoteSigner| SignerId::new(key.name(), key.verifier().key_id().0).expect("the key has a name");
    let day = Date::parse("2014-01-06").expect("this is a day");
    Content {
        origin: ORIGIN.to_owned(),
        kind: kind.to_owned(),
        about,
        after,
        body,
        event_date: day,
        expires: day.plus_days(14).expect("this is a day"),
        signers: keys.iter().map(id).collect(),
    }
}

/// Between application and list: kind and office.
pub(super) const CONSIDERING: [(&str, &str); 6] = [
    ("completeness.checked", "tata_usaha"),
    ("case.routed", "wali_kota"),
    ("case.classified", "tim_pertimbangan"),
    ("amount.recommended", "skpd_pendidikan"),
    ("case.considered", "tim_pertimbangan"),
    ("budget.considered", "tapd"),
];

/// The next case of an organisation.
pub(super) fn next_case(state: &State, org: u64) -> String {
    let parsed = About::parse(&format!("case/{org}/1")).expect("cases are named so");
    format!("case/{org}/{}", state.next_number(&parsed))
}

pub(super) fn application(case: &str) -> Value {
    json!({
        "title": format!("Kegiatan {case}"), "purpose": "Kegiatan belajar bagi anak di kelurahan.",
        "amount": 75_000_000, "field": "pendidikan", "form": "money", "way": "grant", "fiscal_year": YEAR,
        "documents": [document("Proposal hibah")],
    })
}

pub(super) fn considered(kind: &str, case: &str, decided: &Value) -> Value {
    match kind {
        "completeness.checked" => json!({ "control_number": format!("978/{case}"), "decided_by": decided }),
        "case.routed" => json!({ "decided_by": decided }),
        "case.classified" => json!({ "field": "pendidikan", "decided_by": decided }),
        _ => json!({ "amount": 75_000_000, "reason": "Layak dan sesuai program daerah.", "decided_by": decided }),
    }
}

/// Who decided for the office that is number `n` of the profile.
pub(super) fn decided(n: u64, office: &str) -> Value {
    json!({ "person": format!("pejabat/{n:04}"), "post": office })
}

/// After the decree: kind, office, whether the organisation signs.
const STEPS: &[(&str, &str, bool)] = &[
    ("disbursement.requested", "", true),
    ("agreement.signed", "ppkd", true),
    ("integrity.pledged", "", true),
    ("payment.requested", "bendahara_ppkd", false),
    ("payment.verified", "ppk_ppkd", false),
    ("payment.ordered", "ppkd", false),
    ("warrant.issued", "kuasa_bud", false),
    ("funds.credited", "kuasa_bud", false),
    ("use.reported", "", true),
    ("use.reviewed", "skpd_pendidikan", false),
];

fn document(title: &str) -> Value {
    json!({ "title": title, "sha256": hash(title), "size": 48_213, "media_type": "application/pdf" })
}

fn hash(text: &str) -> String {
    sha256(text.as_bytes()).to_hex()
}
