//! The ledgers that the other `ledger_*` tests work on: a small city's year, made once, copied for each test.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

pub use hibah::cli::demo::city::{City, Registration, Saying, published_key, signer_id};
use hibah::grants::about::About;
use hibah::grants::money::Currency;
use hibah::grants::state::State;
use hibah::grants::time::{Date, Timestamp};
use hibah::grants::zero::profile;
use hibah::ledger::reader::Reader;
use hibah::ledger::statement::Content;
use hibah::ledger::verify::{Report, Trust, VerifyError, verify};
use hibah::ledger::writer::{Clock, Writer};
use hibah::tlog::hash::sha256;
use hibah::tlog::note::NoteSigner;
use serde_json::{Value, json};
use tempfile::TempDir;

pub const ORIGIN: &str = "kota.example/hibah";
/// When the year's last entry was recorded: 09:00 in Bandung.
pub const LAST_TIME: &str = "2026-03-02T02:00:00.000Z";
const TODAY: &str = "2026-03-02";

pub fn day(text: &str) -> Date {
    Date::parse(text).expect("our own day")
}

pub fn about(text: &str) -> About {
    About::parse(text).expect("our own thing")
}

pub fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("our own time")
}

pub fn key() -> NoteSigner {
    published_key(ORIGIN, "")
}

/// A city whose only case has reached its agreement, of 75 million.
fn play(dir: &Path, origin: &str) -> City {
    let profile = profile::named("kota-bandung").expect("it ships");
    let rupiah = Currency::new("IDR", 0).expect("a currency");
    let mut city = City::found(dir, origin, &profile, &rupiah, day("2026-01-05")).expect("it is founded");
    for n in 1..=2 {
        let name = format!("Yayasan Rekaan {n}");
        let place = Registration {
            name: &name,
            recipient_type: "foundation",
            street: "Jalan Rekaan 1",
            ward: "Coblong",
            city: "Bandung",
        };
        assert_eq!(city.register(&place).expect("registered"), n);
    }
    city.go_to(day("2026-01-12")).expect("a Monday");
    for n in 1..=2 {
        say(&mut city, "application.submitted", &format!("case/{n}/1"), application(), &[&format!("org/{n}")]);
    }
    let checklist: serde_json::Map<String, Value> =
        profile.checklist.iter().flatten().map(|item| (item.code.0.clone(), json!(true))).collect();
    let decided_by = city.decided_by("skpd_pendidikan");
    let body =
        json!({"amount": 75_000_000, "checklist": checklist, "reason": "Sesuai pagu.", "decided_by": decided_by});
    say(&mut city, "amount.recommended", "case/1/1", body, &["skpd_pendidikan"]);
    let issued = json!({
        "number": "978/Kep.1/2026", "fiscal_year": 2026, "total": 75_000_000, "rows": 1,
        "document": paper("Keputusan wali kota"), "decided_by": city.decided_by("wali_kota"),
    });
    say(&mut city, "decree.issued", "decree/2026/1", issued, &["wali_kota"]);
    city.flush().expect("recorded");
    let after = city.state().head(&about("case/1/1")).expect("it applied").to_hex();
    let rows = json!({"rows": [{"row": 1, "case": "case/1/1", "after": after, "amount": 75_000_000}]});
    say(&mut city, "decree.rows", "decree/2026/1", rows, &["wali_kota"]);
    say(&mut city, "decree.sealed", "decree/2026/1", json!({}), &["wali_kota"]);
    city.go_to(day(TODAY)).expect("a Monday");
    let request = json!({"amount": 75_000_000, "documents": [paper("Permohonan pencairan")]});
    say(&mut city, "disbursement.requested", "case/1/1", request, &["org/1"]);
    let agreement = json!({
        "number": "1/NPHD/2026", "amount": 75_000_000, "document": paper("Naskah perjanjian hibah daerah"),
        "report_due": "2027-01-10", "decided_by": city.decided_by("ppkd"),
    });
    say(&mut city, "agreement.signed", "case/1/1", agreement, &["org/1", "ppkd"]);
    city.flush().expect("recorded");
    city
}

fn say(city: &mut City, kind: &str, thing: &str, body: Value, signers: &[&str]) {
    let on = city.today();
    city.say(&Saying { kind, about: about(thing), body, on, signers }).unwrap_or_else(|e| panic!("{e}"));
}

fn paper(title: &str) -> Value {
    json!({"title": title, "sha256": sha256(title.as_bytes()).to_hex(), "size": 1000, "media_type": "application/pdf"})
}

pub fn application() -> Value {
    json!({
        "title": "Taman baca", "purpose": "Buku dan rak.", "amount": 90_000_000, "field": "perpustakaan",
        "form": "money", "way": "grant", "fiscal_year": 2026, "documents": [paper("Proposal hibah")],
    })
}

/// A warrant for the year's case; its agreement is over 75 million.
pub fn warrant(state: &State, amount: i64) -> Vec<u8> {
    let account = state.org(1).expect("registered").1.to_hex();
    let body = json!({
        "number": "957/1/2026", "amount": amount, "fiscal_year": 2026,
        "decided_by": decided_by("kuasa_bud"),
        "payee": {"about": "org/1", "commitment": account, "pointer": "/body/sealed/account"},
    });
    statement(state, "warrant.issued", "case/1/1", body, &[&role("kuasa_bud")])
}

/// A migrated award: any number of them can be recorded in any order.
pub fn award(state: &State, row: u64) -> Vec<u8> {
    let source = sha256(b"an old register").to_hex();
    let body = json!({
        "recipient": {"name": format!("Yayasan Lama {row}")}, "fiscal_year": 2012, "amounts": {"decreed": 5_000_000 + row},
        "outcome": "awarded", "source": {"file_sha256": source, "row": row, "map_sha256": sha256(b"its map").to_hex()},
    });
    statement(state, "award.migrated", &format!("award/{}/{row}", &source[..16]), body, &[&role("ppkd")])
}

pub fn awards(state: &State, rows: std::ops::Range<u64>) -> Vec<Vec<u8>> {
    rows.map(|row| award(state, row)).collect()
}

/// The number of the official in an office: officials are appointed in the order of the profile.
fn office(code: &str) -> u64 {
    let profile = profile::named("kota-bandung").expect("it ships");
    profile.offices.iter().position(|office| office.code.0 == code).expect("an office") as u64 + 1
}

pub fn decided_by(code: &str) -> Value {
    json!({"person": format!("pejabat/{:04}", office(code)), "post": code})
}

pub fn role(code: &str) -> String {
    format!("official/{}", office(code))
}

/// A statement that follows what the state knows about its thing.
pub fn statement(state: &State, kind: &str, thing: &str, body: Value, roles: &[&str]) -> Vec<u8> {
    statement_after(state.origin(), kind, thing, state.expected_after(&about(thing)), body, roles)
}

pub fn statement_after(
    origin: &str,
    kind: &str,
    thing: &str,
    after: Option<hibah::tlog::hash::Hash>,
    body: Value,
    roles: &[&str],
) -> Vec<u8> {
    let signers: Vec<NoteSigner> = roles.iter().map(|role| published_key(origin, role)).collect();
    let content = Content {
        origin: origin.to_owned(),
        kind: kind.to_owned(),
        about: about(thing),
        after,
        body,
        event_date: day(TODAY),
        expires: day("2026-03-16"),
        signers: signers.iter().map(signer_id).collect(),
    };
    let mut statement = content.draft().unwrap_or_else(|e| panic!("{e}"));
    for signer in &signers {
        statement.sign(signer).unwrap_or_else(|e| panic!("{e}"));
    }
    statement.to_bytes()
}

/// A clock that the test moves by hand.
#[derive(Clone)]
pub struct Hand(Arc<AtomicI64>);

impl Hand {
    pub fn at(time: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(time.ms())))
    }

    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&mut self) -> Result<Timestamp, String> {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst)).ok_or_else(|| "a day beyond the calendar".to_owned())
    }
}

/// The files in a folder that has some.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let listed = std::fs::read_dir(dir).expect("a folder").map(|file| file.expect("a file").path());
    let files: Vec<PathBuf> = listed.collect();
    assert!(!files.is_empty(), "{} is empty", dir.display());
    files
}

/// Copies a ledger's files; the folder may be there.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for file in files(from) {
        std::fs::copy(&file, to.join(file.file_name().expect("a name"))).expect("copied");
    }
}

/// The year's ledger, in a folder of the test's own.
pub fn year() -> TempDir {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    copied(MADE.get_or_init(|| made(ORIGIN, 0)))
}

/// The same with 300 migrated awards behind it: more than one tile.
pub fn long_year() -> TempDir {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    copied(MADE.get_or_init(|| made(ORIGIN, 300)))
}

/// The year of another ledger.
pub fn other_year() -> TempDir {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    copied(MADE.get_or_init(|| made("other.example/hibah", 0)))
}

fn made(origin: &str, awards_count: u64) -> TempDir {
    let dir = folder();
    let mut writer = play(dir.path(), origin).into_writer();
    let group = awards(writer.state(), 1..awards_count + 1);
    let outcomes = writer.append(&group).expect("recorded");
    assert!(
        outcomes.iter().all(|outcome| matches!(outcome, hibah::ledger::writer::Outcome::Recorded { new: true, .. }))
    );
    dir
}

fn copied(from: &TempDir) -> TempDir {
    let dir = folder();
    copy(from.path(), dir.path());
    dir
}

pub fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Opens a copy of the year for writing, a minute after its last entry.
pub fn open(dir: &Path) -> Writer {
    let clock = Hand::at(time(LAST_TIME));
    clock.advance_ms(60_000);
    Writer::open(dir, key(), Box::new(clock)).unwrap_or_else(|e| panic!("{e}"))
}

/// Audits a folder's ledger from nothing, through a reader.
pub fn audit(dir: &Path) -> Result<Report, VerifyError> {
    let reader = Reader::open(dir).unwrap_or_else(|e| panic!("{e}"));
    verify(&reader, &Trust { vkey: Some(key().verifier().clone()), ..Trust::default() }, &|_, _| ())
}

/// Every entry of a folder's ledger, verbatim.
pub fn entries(dir: &Path) -> Vec<Vec<u8>> {
    let reader = Reader::open(dir).unwrap_or_else(|e| panic!("{e}"));
    let size = reader.signed().expect("signed").size;
    (0..size).map(|index| reader.entry(index).expect("read").expect("it is there")).collect()
}
