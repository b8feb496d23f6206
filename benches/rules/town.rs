//! A town that keeps the rules, as fast as it can be written: its entries, the state after them, and statements that
//! could come next.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use hibah::grants::about::About;
use hibah::grants::one::profile;
use hibah::grants::signer::SignerId;
use hibah::grants::time::{Date, Timestamp};
use hibah::ledger::replay::{Replay, Signatures};
use hibah::ledger::statement::{Content, Statement};
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::hash::sha256;
use hibah::tlog::note::NoteSigner;

pub const ORIGIN: &str = "bench.example/hibah";
const ORGANISATIONS: u64 = 5_000;
/// Rows in one statement, and cases in one round of list, budget and decree.
const ROWS: usize = 200;
const ROUND: usize = 2_000;
const YEAR: u16 = 2014;
/// Made-up signatures: nobody checks them here, and making a million would measure something else.
const SIGNATURE_BYTES: usize = 64;

/// The ledger so far.
pub struct Town {
    pub entries: Vec<Vec<u8>>,
    pub replay: Replay,
    pub now: Timestamp,
    /// A statement that the state of all entries would take, by kind.
    pub next: Vec<(String, Vec<u8>)>,
    keys: BTreeMap<String, NoteSigner>,
    offices: BTreeMap<String, u64>,
}

impl Town {
    /// Grows a town to this many entries, or a few more: a round is always finished.
    pub fn grown(entries: u64) -> Self {
        let now = Timestamp::parse("2014-01-06T02:00:00.000Z").expect("a time");
        let mut town = Town {
            entries: Vec::new(),
            replay: Replay::new(ORIGIN),
            now,
            next: Vec::new(),
            keys: BTreeMap::new(),
            offices: BTreeMap::new(),
        };
        town.found();
        for n in 1..=ORGANISATIONS {
            let key = town.key(&format!("org/{n}"));
            let body = json!({
                "name": format!("Yayasan Contoh {n}"), "recipient_type": "foundation",
                "address": { "street": format!("Jalan Contoh {n}"), "city": "Bandung" }, "key": key,
                "sealed": { "account": hash(&format!("account {n}")), "chair": hash(&format!("chair {n}")) },
            });
            town.say("organisation.registered", &format!("org/{n}"), body, &["registrar", &format!("org/{n}")]);
        }
        let mut first = 0;
        while (town.entries.len() as u64) < entries {
            let cases = town.round(first);
            first = (first + ROUND as u64) % ORGANISATIONS;
            town.finish(&cases);
        }
        town.leave_some_open(first);
        town
    }

    pub fn mean_bytes(&self) -> usize {
        self.entries.iter().map(Vec::len).sum::<usize>() / self.entries.len()
    }

    fn found(&mut self) {
        let profile = profile::named("kota-bandung").expect("it ships");
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
        for at in 0..ROUND as u64 {
            let org = (first + at) % ORGANISATIONS + 1;
            let parsed = About::parse(&format!("case/{org}/1")).expect("a case");
            let case = format!("case/{org}/{}", self.replay.state().next_number(&parsed));
            self.apply_for(&case, org);
            for (kind, office) in [
                ("completeness.checked", "tata_usaha"),
                ("case.routed", "wali_kota"),
                ("case.classified", "tim_pertimbangan"),
                ("amount.recommended", "skpd_pendidikan"),
                ("case.considered", "tim_pertimbangan"),
                ("budget.considered", "tapd"),
            ] {
                let body = self.considered(kind, &case, office);
                self.say(kind, &case, body, &[office]);
            }
            cases.push(case);
        }
        self.paper("list", "list.nominated", "Daftar nominatif calon penerima", &cases);
        let first_budget = self.replay.state().next_number(&About::parse("budget/2014/1").expect("a budget")) == 1;
        let budget = if first_budget { "budget.enacted" } else { "budget.amended" };
        self.paper("budget", budget, "Penjabaran APBD Lampiran III dan IV", &cases);
        self.paper("decree", "decree.issued", "Keputusan wali kota", &cases);
        cases
    }

    fn apply_for(&mut self, case: &str, org: u64) {
        let body = json!({
            "title": format!("Kegiatan {case}"), "purpose": "Kegiatan belajar bagi anak di kelurahan.",
            "amount": 75_000_000, "field": "pendidikan", "form": "money", "way": "grant", "fiscal_year": YEAR,
            "documents": [document("Proposal hibah")],
        });
        self.say("application.submitted", case, body, &[&format!("org/{org}")]);
    }

    fn considered(&self, kind: &str, case: &str, office: &str) -> Value {
        let decided = self.decided(office);
        match kind {
            "completeness.checked" => json!({ "control_number": format!("978/{case}"), "decided_by": decided }),
            "case.routed" => json!({ "decided_by": decided }),
            "case.classified" => json!({ "field": "pendidikan", "decided_by": decided }),
            _ => json!({ "amount": 75_000_000, "reason": "Layak dan sesuai program daerah.", "decided_by": decided }),
        }
    }

    fn paper(&mut self, family: &str, issue: &str, title: &str, cases: &[String]) {
        let first = About::parse(&format!("{family}/{YEAR}/1")).expect("a paper");
        let about = format!("{family}/{YEAR}/{}", self.replay.state().next_number(&first));
        let office = if family == "budget" { "sekda" } else { "wali_kota" };
        let mut body = json!({
            "number": format!("978/{about}"), "fiscal_year": YEAR, "way": "grant",
            "total": 75_000_000 * cases.len() as u64, "rows": cases.len(), "document": document(title),
            "decided_by": self.decided(office),
        });
        if family == "budget" {
            body.as_object_mut().expect("an object").remove("way");
        }
        self.say(issue, &about, body, &[office]);
        for (part, rows) in cases.chunks(ROWS).enumerate() {
            let row = |(at, case): (usize, &String)| {
                let after = self.replay.state().head(&About::parse(case).expect("a case")).expect("it has a head");
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
        let org = case.rsplit_once('/').expect("a case").0.replace("case/", "org/");
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
            let org = case.rsplit_once('/').expect("a case").0.replace("case/", "org/");
            let signers: Vec<&str> = [(!office.is_empty()).then_some(office), organisation.then_some(org.as_str())]
                .into_iter()
                .flatten()
                .collect();
            self.next.push((kind.to_owned(), self.statement(kind, case, body, &signers)));
        }
    }

    fn decided(&self, office: &str) -> Value {
        let n = self.offices.get(office).copied().unwrap_or_default();
        json!({ "person": format!("pejabat/{n:04}"), "post": office })
    }

    /// Makes the key of a role and answers it as bodies name it.
    fn key(&mut self, role: &str) -> String {
        let name = if role.is_empty() { ORIGIN.to_owned() } else { format!("{ORIGIN}/{role}") };
        let seed = sha256(format!("bench seed {name}").as_bytes());
        let signer = NoteSigner::new(&name, SigningKey::from_seed(*seed.as_bytes())).expect("a key name");
        let vkey = signer.verifier().to_string();
        self.keys.insert(role.to_owned(), signer);
        vkey
    }

    fn say(&mut self, kind: &str, about: &str, body: Value, signers: &[&str]) {
        let bytes = self.statement(kind, about, body, signers);
        let statement = Statement::parse(&bytes, ORIGIN).expect("a statement of ours");
        let entry = self.replay.next_entry(&bytes, self.now);
        let judged = self.replay.judge(&statement, self.now, Signatures::VerifiedBefore);
        let judged = judged.unwrap_or_else(|refused| panic!("{kind} {about}: {refused}"));
        self.replay.record(&entry, statement, judged, self.now);
        self.entries.push(entry);
    }

    fn statement(&self, kind: &str, about: &str, body: Value, signers: &[&str]) -> Vec<u8> {
        let about = About::parse(about).expect("a thing");
        let role = |role: &str| match self.offices.get(role) {
            Some(n) => format!("official/{n}"),
            None => role.to_owned(),
        };
        let mut keys: Vec<&NoteSigner> = signers.iter().map(|signer| &self.keys[&role(signer)]).collect();
        keys.sort_by_key(|key| (key.name().to_owned(), key.verifier().key_id().0));
        let id = |key: &&NoteSigner| SignerId::new(key.name(), key.verifier().key_id().0).expect("a key name");
        let day = Date::parse("2014-01-06").expect("a day");
        let content = Content {
            origin: ORIGIN.to_owned(),
            kind: kind.to_owned(),
            about,
            after: self.replay.state().expected_after(&about),
            body,
            event_date: day,
            expires: day.plus_days(14).expect("a day"),
            signers: keys.iter().map(id).collect(),
        };
        let mut bytes = content.draft().expect("the form holds").to_bytes();
        for key in keys {
            let mut line = key.verifier().key_id().0.to_vec();
            line.extend([7; SIGNATURE_BYTES]);
            let base64 = base64(&line);
            bytes.extend_from_slice(format!("— {} {base64}\n", key.name()).as_bytes());
        }
        bytes
    }
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

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
