//! A small city under rule set 1, played from the lines of a workflow table (fixtures/workflow/README.md) through the real
//! writer, with keys whose seed is published. What a line leaves out is right as far as it can be.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use hibah::cli::demo::city::{published_key, signer_id};
use hibah::grants::about::{About, CaseId, CaseOwner};
use hibah::grants::kinds::Kind;
use hibah::grants::one::profile;
use hibah::grants::one::state::State as Book;
use hibah::grants::state::State;
use hibah::grants::time::{Date, Timestamp};
use hibah::ledger::ledger_keys::LedgerKeys;
use hibah::ledger::statement::Content;
use hibah::ledger::store::StoreError;
use hibah::ledger::writer::{Clock, Outcome, Writer};
use hibah::tlog::hash::sha256;
use hibah::tlog::note::NoteSigner;
use serde_json::{Map, Value, json};

/// The city's ledger.
pub const ORIGIN: &str = "kota.example/hibah";

#[derive(Clone)]
struct Hand(Arc<AtomicI64>);

impl Clock for Hand {
    fn now(&mut self) -> Result<Timestamp, String> {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst)).ok_or_else(|| "a day beyond the calendar".to_owned())
    }
}

/// A city that says what a table says.
pub struct OneCity {
    pub dir: PathBuf,
    writer: Option<Writer>,
    hand: Hand,
    names: BTreeMap<String, String>,
}

impl OneCity {
    /// A city in a new folder, before its founding.
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), writer: None, hand: Hand(Arc::new(AtomicI64::new(0))), names: BTreeMap::new() }
    }

    /// Plays a table of `fixtures/workflow`.
    pub fn play_file(&mut self, name: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workflow").join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        self.play(&text);
    }

    /// Plays the lines of a table; every statement is recorded, or the test fails.
    pub fn play(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            match word {
                "at" => {
                    let at = Timestamp::parse(rest).unwrap_or_else(|| panic!("{line}: a time"));
                    self.hand.0.store(at.ms(), Ordering::SeqCst);
                }
                "let" => {
                    let (name, key) = rest.split_once(" = ").expect("let NAME = KEY");
                    self.names.insert(name.to_owned(), key.to_owned());
                }
                "include" => self.play_file(rest),
                "bring" => self.bring(rest),
                "expect" | "flags" | "touched" => {}
                _ => self.say(line.strip_suffix("=> ok").unwrap_or(line)),
            }
        }
    }

    /// The writer of what is recorded.
    pub fn writer(&mut self) -> &mut Writer {
        self.writer.as_mut().expect("the city is founded")
    }

    /// What the city's clock says, in milliseconds since 1970; whoever has it sets it.
    pub fn clock(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.hand.0)
    }

    /// The writer itself.
    pub fn into_writer(self) -> Writer {
        self.writer.expect("the city is founded")
    }

    /// The state after what is recorded.
    pub fn state(&self) -> &State {
        self.writer.as_ref().expect("the city is founded").state()
    }

    pub fn book(&self) -> &Book {
        match self.state() {
            State::One(book) => book,
            State::Zero(_) => panic!("rule set 1 is not in force"),
        }
    }

    /// The key that a line calls so.
    pub fn key(&self, key: &str) -> NoteSigner {
        let key = self.names.get(key).map_or(key, String::as_str);
        match key {
            "ledger" => published_key(ORIGIN, ""),
            // Another key of the same name.
            key if key.contains(':') => {
                let (name, other) = key.split_once(':').expect("it has one");
                let seed = sha256(format!("another seed {key} {other}").as_bytes());
                let key = hibah::tlog::ed25519::SigningKey::from_seed(*seed.as_bytes());
                let name = if name == "ledger" { ORIGIN.to_owned() } else { format!("{ORIGIN}/{name}") };
                NoteSigner::new(&name, key).expect("a key name")
            }
            key => published_key(ORIGIN, key),
        }
    }

    /// The rule that refuses the statement of this line, which is judged and not recorded; none if it is recorded.
    pub fn refusal(&mut self, said: &str) -> Option<&'static str> {
        let bytes = self.statement(said);
        let writer = self.writer.as_mut().expect("the city is founded");
        match writer.append(&[bytes]).unwrap_or_else(|e| panic!("{said}: {e}")).remove(0) {
            Outcome::Recorded { .. } => None,
            Outcome::Refused { refused, .. } => Some(refused.code()),
            Outcome::KeyMissing { vkey } => panic!("{said}: {vkey} is missing"),
        }
    }

    fn say(&mut self, said: &str) {
        let statement = self.statement(said);
        self.record(said, &statement);
    }

    /// The statement of a line, signed by those whom the line names.
    pub fn statement(&self, said: &str) -> Vec<u8> {
        let words = words(said);
        let mut words = words.iter().map(String::as_str);
        let (kind, about) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        assert_eq!(words.next(), Some("by"), "{said}");
        let keys: Vec<String> = words
            .next()
            .unwrap_or_default()
            .split(',')
            .map(|key| self.names.get(key).cloned().unwrap_or_else(|| key.to_owned()))
            .collect();
        let mut body = self.default_body(kind, about, &keys);
        let today = self.today();
        let (mut event, mut expires) = (today, today.plus_days(14).expect("a day"));
        for word in words {
            let (path, text) = word.split_once('=').unwrap_or_else(|| panic!("{word} is no NAME=VALUE"));
            match path {
                "@event" => event = Date::parse(text).unwrap_or_else(|| panic!("{text} is no day")),
                "@expires" => expires = Date::parse(text).unwrap_or_else(|| panic!("{text} is no day")),
                "row" => self.add_row(&mut body, text),
                "corrects" => {
                    body["entry"] = json!(self.last_entry(about, text));
                    body["body"] = self.default_body(text, about, &keys);
                }
                "entry" if !text.starts_with(|first: char| first.is_ascii_digit()) => {
                    body["entry"] = json!(self.last_entry(about, text));
                }
                _ => set(&mut body, path, self.value(text)),
            }
        }
        let about = About::parse(about).unwrap_or_else(|| panic!("{about} is nothing"));
        let mut signers: Vec<NoteSigner> = keys.iter().map(|key| self.key(key)).collect();
        signers.sort_by_key(|signer| signer_id(signer).to_string());
        let content = Content {
            origin: ORIGIN.to_owned(),
            kind: kind.to_owned(),
            about,
            after: self.writer.as_ref().and_then(|writer| writer.state().expected_after(&about)),
            body,
            event_date: event,
            expires,
            signers: signers.iter().map(signer_id).collect(),
        };
        let mut statement = content.draft().unwrap_or_else(|e| panic!("{said}: {e}"));
        for signer in &signers {
            statement.sign(signer).unwrap_or_else(|e| panic!("{said}: {e}"));
        }
        statement.to_bytes()
    }

    /// The ledger is opened anew by a writer that holds these keys.
    pub fn hold(&mut self, keys: &[&str]) -> Result<(), StoreError> {
        self.writer = None;
        for _ in 0..500 {
            let mut signers = keys.iter().map(|key| self.key(key));
            let first = LedgerKeys::from(signers.next().expect("a key"));
            let held = signers.fold(first, LedgerKeys::and);
            match Writer::open(&self.dir, held, Box::new(self.hand.clone())) {
                // A program that another test starts at this moment has the lock until it runs.
                Err(StoreError::Locked(_)) => std::thread::sleep(Duration::from_millis(10)),
                opened => {
                    self.writer = Some(opened?);
                    return Ok(());
                }
            }
        }
        panic!("{} stays locked", self.dir.display())
    }

    fn record(&mut self, said: &str, bytes: &[u8]) {
        match self.outcome(said, bytes) {
            None | Some(Outcome::Recorded { .. }) => {}
            Some(Outcome::Refused { refused, .. }) => panic!("{said}: {refused}"),
            Some(Outcome::KeyMissing { vkey }) => panic!("{said}: {vkey} is not held"),
        }
    }

    /// What became of it; `None` for a founding, which is recorded.
    fn outcome(&mut self, said: &str, bytes: &[u8]) -> Option<Outcome> {
        let Some(writer) = &mut self.writer else {
            let found = Writer::found(&self.dir, ORIGIN, bytes, published_key(ORIGIN, ""), Box::new(self.hand.clone()));
            let found = found.unwrap_or_else(|e| panic!("{said}: {e}"));
            self.writer = Some(found.unwrap_or_else(|e| panic!("{said}: {e}")));
            return None;
        };
        Some(writer.append(&[bytes]).unwrap_or_else(|e| panic!("{said}: {e}")).remove(0))
    }

    fn today(&self) -> Date {
        let at = Timestamp::from_ms(self.hand.0.load(Ordering::SeqCst)).expect("a time");
        self.writer.as_ref().map_or_else(|| at.local_date(420), |writer| writer.state().local_date(at))
    }

    /// Plays what comes next on a case, by whoever must sign it, until the stage is done.
    fn bring(&mut self, rest: &str) {
        let words: Vec<&str> = rest.split_whitespace().collect();
        let [case, stage, amount] = words[..] else { panic!("bring CASE STAGE AMOUNT") };
        let id = CaseId::parse(case).expect("a case");
        for _ in 0..40 {
            let row = self.state().case_row(&id).unwrap_or_else(|| panic!("{case} is not there"));
            let next = row.next.first().copied().unwrap_or_else(|| panic!("nothing comes next on {case}"));
            let agency = self.book().case(&id).map(|case| case.core.facts.agency.to_string());
            let mut keys = Vec::new();
            if let Some(role) = next.office {
                let own = (role == hibah::grants::role::Role::Agency).then_some(agency).flatten();
                let offices: Vec<String> = self
                    .book()
                    .profile()
                    .expect("a profile")
                    .offices_with(role, own.as_deref())
                    .map(|office| office.code.0.clone())
                    .collect();
                let official = self.book().officials().find(|(_, one)| offices.contains(&one.office.to_string()));
                keys.push(format!("official/{}", official.expect("somebody plays the role").0));
            }
            if let (true, CaseOwner::Org(n)) = (next.organisation, id.owner) {
                keys.push(format!("org/{n}"));
            }
            let by = keys.join(",");
            match next.kind {
                Kind::ListSealed | Kind::BudgetSealed | Kind::DecreeSealed => self.paper(case, next.kind, amount, &by),
                Kind::CompletenessChecked
                | Kind::CaseRouted
                | Kind::CaseClassified
                | Kind::IntegrityPledged
                | Kind::PaymentVerified
                | Kind::UseReviewed => self.say(&format!("{} {case} by {by}", next.kind)),
                kind => self.say(&format!("{kind} {case} by {by} amount={amount}")),
            }
            if next.kind.name() == stage {
                return;
            }
        }
        panic!("{case} never comes to {stage}");
    }

    fn paper(&mut self, case: &str, sealed: Kind, amount: &str, by: &str) {
        let row = self.state().case_row(&CaseId::parse(case).expect("a case")).and_then(|row| row.facts);
        let facts = row.expect("it is whole");
        let (sort, issue) = match sealed {
            Kind::ListSealed => ("list", "list.nominated"),
            Kind::BudgetSealed => ("budget", "budget.enacted"),
            _ => ("decree", "decree.issued"),
        };
        let year = facts.fiscal_year;
        let n = self.state().next_number(&About::parse(&format!("{sort}/{year}/1")).expect("a paper"));
        let issue = if sort == "budget" && n > 1 { "budget.amended" } else { issue };
        let about = format!("{sort}/{year}/{n}");
        let way = if sort == "budget" { String::new() } else { format!(" way={}", facts.way.0) };
        self.say(&format!("{issue} {about} by {by} total={amount} rows=1 fiscal_year={year}{way}"));
        self.say(&format!("{sort}.rows {about} by {by} row=1:{case}:{amount}"));
        self.say(&format!("{sealed} {about} by {by}"));
    }

    /// The index of the last entry of this kind about a case.
    pub fn last_entry(&self, about: &str, kind: &str) -> u64 {
        let id = CaseId::parse(about).unwrap_or_else(|| panic!("{about} is no case"));
        let case = self.book().case(&id).unwrap_or_else(|| panic!("no {about}"));
        let last = case.trace.iter().rfind(|trace| trace.kind.name() == kind);
        last.unwrap_or_else(|| panic!("no {kind} about {about}")).index
    }

    fn value(&self, text: &str) -> Option<Value> {
        if text == "-" {
            return None;
        }
        if let Some(key) = text.strip_prefix("signer:") {
            return Some(json!(signer_id(&self.key(key)).to_string()));
        }
        if let Some(key) = text.strip_prefix("vkey:") {
            return Some(json!(self.key(key).verifier().to_string()));
        }
        let number = text.replace('_', "");
        let json = if number.bytes().all(|byte| byte.is_ascii_digit()) { &number } else { text };
        Some(serde_json::from_str(json).unwrap_or_else(|_| Value::from(text)))
    }

    fn add_row(&self, body: &mut Value, text: &str) {
        let parts: Vec<&str> = text.split(':').collect();
        let [row, case, amount] = parts[..] else { panic!("row=ROW:CASE:AMOUNT") };
        let head = self.state().head(&About::parse(case).expect("a case")).expect("it has a head").to_hex();
        let row = json!({ "row": self.value(row), "case": case, "after": head, "amount": self.value(amount) });
        match body["rows"].as_array_mut() {
            Some(rows) => rows.push(row),
            None => body["rows"] = json!([row]),
        }
    }

    fn decided_by(&self, keys: &[String]) -> Value {
        let official = keys.iter().find_map(|key| match About::parse(key.split(':').next()?) {
            Some(About::Official(n)) => self.book().official(n),
            _ => None,
        });
        let official = official.map(|one| (one.person.to_string(), one.office.to_string()));
        let (person, post) = official.unwrap_or(("pejabat/0001".to_owned(), "wali_kota".to_owned()));
        json!({ "person": person, "post": post })
    }

    fn default_body(&self, kind: &str, about: &str, keys: &[String]) -> Value {
        if kind == "ledger.founded" {
            let roots: Vec<String> = keys.iter().map(|key| self.key(key).verifier().to_string()).collect();
            return json!({
                "currency": { "code": "IDR", "decimals": 0 },
                "keys": { "ledger": self.key("ledger").verifier().to_string(), "roots": roots, "threshold": 3 },
                "profile": profile::named("kota-bandung").expect("it ships").to_json(), "rules": 1, "trial": true,
            });
        }
        let decided = self.decided_by(keys);
        let new = keys.last().map(|key| self.key(key).verifier().to_string());
        let mut body = match Kind::parse(kind).unwrap_or_else(|| panic!("{kind} is no kind")) {
            Kind::OfficialAppointed
            | Kind::DeskAppointed
            | Kind::OrganisationRegistered
            | Kind::KeyReplaced
            | Kind::KeyRevoked => of_keys(kind, about, new),
            Kind::ProfileAmended => json!({
                "profile": self.book().profile().expect("a profile").to_json(), "decree_number": "180/2/2013",
                "reason": "Perubahan peraturan",
            }),
            Kind::ListNominated
            | Kind::BudgetEnacted
            | Kind::BudgetAmended
            | Kind::DecreeIssued
            | Kind::ListSealed
            | Kind::BudgetSealed
            | Kind::DecreeSealed
            | Kind::ListRows
            | Kind::BudgetRows
            | Kind::DecreeRows => of_papers(kind, about),
            _ => self.of_cases(kind, about),
        };
        if DECIDED.contains(&kind) {
            body["decided_by"] = decided;
        }
        body
    }
}

impl OneCity {
    /// The body of a step of a case, for the case's own fiscal year.
    fn of_cases(&self, kind: &str, about: &str) -> Value {
        let case = CaseId::parse(about).and_then(|id| self.state().case_row(&id)).and_then(|row| row.facts);
        let mut body = of_cases(kind, about, self.state().size());
        if let (Some(facts), Some(year)) = (case, body.get_mut("fiscal_year")) {
            *year = json!(facts.fiscal_year);
        }
        if let Some(due) = body.get_mut("report_due") {
            *due = json!(format!("{}-01-10", self.today().year() + 1));
        }
        body
    }
}

/// Kinds whose body says who decided.
const DECIDED: [&str; 27] = [
    "completeness.checked",
    "case.routed",
    "case.classified",
    "amount.recommended",
    "case.considered",
    "budget.considered",
    "list.nominated",
    "budget.enacted",
    "budget.amended",
    "decree.issued",
    "agreement.signed",
    "agreement.amended",
    "payment.requested",
    "payment.verified",
    "payment.ordered",
    "warrant.issued",
    "warrant.cancelled",
    "goods.handed_over",
    "cash.paid",
    "use.reviewed",
    "refund.demanded",
    "sanction.imposed",
    "decision.refused",
    "case.returned",
    "case.cancelled",
    "flag.raised",
    "flag.closed",
];

fn document(title: &str) -> Value {
    json!({ "title": title, "sha256": "ab".repeat(32), "size": 1000, "media_type": "application/pdf" })
}

fn of_keys(kind: &str, about: &str, new: Option<String>) -> Value {
    match kind {
        "official.appointed" => json!({
            "office": "wali_kota", "person": "pejabat/0001", "decree_number": "821/1/2013",
            "period": { "from": "2013-01-01", "until": "2018-12-31" }, "key": new,
        }),
        "desk.appointed" => json!({ "decree_number": "555/1/2013", "key": new }),
        "organisation.registered" => json!({
            "name": format!("Yayasan {about}"), "recipient_type": "foundation", "address": { "city": "Bandung" },
            "key": new, "sealed": { "account": "aa".repeat(32), "chair": "cc".repeat(32) },
        }),
        "key.replaced" => json!({ "reason": "Kunci hilang", "key": new }),
        _ => json!({ "reason": "Kunci hilang" }),
    }
}

fn of_papers(kind: &str, about: &str) -> Value {
    let year: u64 = about.split('/').nth(1).and_then(|year| year.parse().ok()).unwrap_or(2014);
    let issued = |title: &str| {
        json!({
            "number": format!("978/{about}"), "fiscal_year": year, "way": "grant", "total": 75, "rows": 1,
            "document": document(title),
        })
    };
    match kind {
        "list.nominated" => issued("Daftar nominatif calon penerima"),
        "decree.issued" => issued("Keputusan wali kota"),
        "budget.enacted" | "budget.amended" => {
            let mut body = issued("Penjabaran APBD Lampiran III dan IV");
            body.as_object_mut().expect("an object").remove("way");
            body
        }
        _ => json!({}),
    }
}

fn of_cases(kind: &str, about: &str, size: u64) -> Value {
    let own = about.replace("case/", "");
    let application = json!({
        "title": format!("Kegiatan {own}"), "purpose": "Kegiatan belajar", "amount": 600, "field": "pendidikan",
        "form": "money", "way": "grant", "fiscal_year": 2014, "documents": [document("Proposal hibah")],
    });
    let money = |first: &str| json!({ "number": format!("{first}/{own}/{size}"), "fiscal_year": 2014, "amount": 75 });
    match kind {
        "application.submitted" => application,
        "application.filed_at_counter" => {
            with(application, json!({ "paper": document("Berkas bertanda tangan dari loket") }))
        }
        "completeness.checked" => json!({ "control_number": format!("978/{own}") }),
        "case.classified" => json!({ "field": "pendidikan" }),
        "amount.recommended" | "case.considered" | "budget.considered" => json!({ "amount": 150, "reason": "Layak" }),
        "disbursement.requested" => json!({ "amount": 75, "documents": [document("Permohonan pencairan")] }),
        "agreement.signed" => json!({
            "number": format!("33/{own}/{size}"), "amount": 75, "document": document("Naskah perjanjian hibah daerah"),
            "report_due": "2015-01-10",
        }),
        "integrity.pledged" => json!({ "document": document("Pakta integritas") }),
        "payment.requested" => money("991"),
        "payment.ordered" => money("931"),
        "warrant.issued" => money("957"),
        "funds.credited" => json!({ "amount": 75, "document": document("Bukti transfer") }),
        "goods.handed_over" => json!({ "amount": 75, "document": document("Berita acara serah terima") }),
        "use.reported" => json!({ "amount": 75, "documents": [document("Laporan penggunaan")] }),
        "use.reviewed" => json!({ "outcome": "accepted", "reason": "Lengkap" }),
        "irregularity.recorded" => json!({
            "rule": "B5", "fact": "Dibayar tanpa NPHD", "amount": 10, "documents": [document("Bukti transfer")],
        }),
        "case.adopted" => json!({
            "title": format!("Kegiatan {own}"), "purpose": "Kegiatan belajar", "field": "pendidikan",
            "form": "money", "way": "grant", "fiscal_year": 2014, "stage": "decree.sealed",
            "amounts": { "asked": 600, "decreed": 75 }, "document": document("Proposal hibah"),
        }),
        "organisation.suspended"
        | "warrant.cancelled"
        | "key.revoked"
        | "case.returned"
        | "decision.refused"
        | "case.cancelled"
        | "application.withdrawn"
        | "correction.recorded" => {
            json!({ "reason": "Tidak sesuai" })
        }
        _ => json!({}),
    }
}

/// Both objects in one.
fn with(mut one: Value, more: Value) -> Value {
    let (Value::Object(object), Value::Object(more)) = (&mut one, more) else { panic!("both are objects") };
    object.extend(more);
    one
}

fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in text.chars() {
        quoted ^= character == '"';
        match character {
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("there is one").push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Sets the field at this dotted path; `None` removes it.
fn set(body: &mut Value, path: &str, value: Option<Value>) {
    let mut parts: Vec<&str> = path.split('.').collect();
    let last = parts.pop().expect("a path has a part");
    let holder = parts.into_iter().fold(body, |holder, part| match part.parse::<usize>() {
        Ok(at) => &mut holder[at],
        Err(_) => {
            if holder.get(part).is_none() {
                holder[part] = Value::Object(Map::new());
            }
            &mut holder[part]
        }
    });
    match value {
        Some(value) => holder[last] = value,
        None => drop(holder.as_object_mut().expect("an object").remove(last)),
    }
}
