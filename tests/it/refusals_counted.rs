//! What the desk refuses is counted, and told on the ledger once its day is over.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use hibah::cli::demo::city::{published_key, signer_id};
use hibah::grants::about::About;
use hibah::grants::time::{Date, Timestamp};
use hibah::ledger::reader::Reader;
use hibah::ledger::refusals::{REFUSALS_FILE, Refusals};
use hibah::ledger::sequencer::Sequencer;
use hibah::ledger::statement::Content;
use hibah::ledger::writer::{Clock, Outcome, Writer};
use hibah::tlog::note::NoteSigner;
use serde_json::{Value, json};

use crate::cli_serve::{Server, addresses};
use crate::cli_shell::Shell;
use crate::ledger_city::audit;
use crate::one_city::{ORIGIN, OneCity};

/// A clock that the test sets.
#[derive(Clone)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn at(text: &str) -> Self {
        let hand = Self(Arc::default());
        hand.set(text);
        hand
    }

    fn set(&self, text: &str) {
        self.0.store(Timestamp::parse(text).expect("a time").ms(), Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&mut self) -> Result<Timestamp, String> {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst)).ok_or_else(|| "a day beyond the calendar".to_owned())
    }
}

/// A ledger with its desk and three organisations.
fn city(dir: &Path) {
    let mut city = OneCity::new(dir);
    city.play_file("standard.txt");
}

/// The ledger's desk at work in this process.
struct Desk {
    sequencer: Sequencer,
    hand: Hand,
}

impl Desk {
    fn open(dir: &Path, hand: &Hand, key: Option<NoteSigner>) -> Self {
        let writer = Writer::open(dir, published_key(ORIGIN, ""), Box::new(hand.clone())).expect("the ledger");
        let refusals = Refusals::open(dir, &writer, key).expect("the counts");
        Self { sequencer: Sequencer::start_counting(writer, refusals, 64), hand: hand.clone() }
    }

    /// Submits, and answers the code of the refusal, or `ok`.
    fn submit(&self, bytes: &[u8]) -> &'static str {
        let (told, answer) = channel();
        let reply = Box::new(move |result| told.send(result).expect("the test waits"));
        self.sequencer.submit(bytes.to_vec(), reply).expect("room");
        match answer.recv().expect("answered").expect("the disk works").outcome {
            Outcome::Recorded { .. } => "ok",
            Outcome::Refused { refused, .. } => refused.code(),
            Outcome::KeyMissing { vkey } => panic!("{vkey} is missing"),
        }
    }

    /// Waits until the ledger has so many entries.
    fn until(&self, dir: &Path, size: u64, when: &str) {
        self.hand.set(when);
        for _ in 0..200 {
            if size_of(dir) >= size {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{} entries, not {size}", size_of(dir));
    }
}

fn size_of(dir: &Path) -> u64 {
    Reader::open(dir).expect("a ledger").signed().expect("signed").size
}

fn desk_key() -> NoteSigner {
    published_key(ORIGIN, "desk")
}

fn after(dir: &Path, about: &str) -> Option<hibah::tlog::hash::Hash> {
    let hand = Hand::at("2026-01-01T00:00:00.000Z");
    let writer = Writer::open(dir, published_key(ORIGIN, ""), Box::new(hand)).expect("nobody else writes");
    writer.state().expected_after(&About::parse(about).expect("a thing"))
}

/// A statement of the keys `by`, on the latest state unless `after` says otherwise.
fn said(dir: &Path, kind: &str, about: &str, by: &[&str], body: Value) -> Vec<u8> {
    let (day, ahead) = (Date::parse("2014-05-05").expect("a day"), Date::parse("2014-05-18").expect("a day"));
    let mut signers: Vec<NoteSigner> = by.iter().map(|name| published_key(ORIGIN, name)).collect();
    signers.sort_by_key(|signer| signer_id(signer).to_string());
    let content = Content {
        origin: ORIGIN.to_owned(),
        kind: kind.to_owned(),
        about: About::parse(about).expect("a thing"),
        after: after(dir, about),
        body,
        event_date: day,
        expires: ahead,
        signers: signers.iter().map(signer_id).collect(),
    };
    let mut statement = content.draft().expect("well formed");
    signers.iter().for_each(|signer| statement.sign(signer).expect("its signer"));
    statement.to_bytes()
}

fn application(amount: u64) -> Value {
    json!({
        "title": "Ruang kelas", "purpose": "Rehabilitasi", "amount": amount, "field": "pendidikan", "form": "money",
        "way": "grant", "fiscal_year": 2014,
        "documents": [{"title": "Proposal hibah", "sha256": "ab".repeat(32), "size": 1000, "media_type": "application/pdf"}],
    })
}

/// The bodies of all `refusals.counted`, in order.
fn told(dir: &Path) -> Vec<Value> {
    let reader = Reader::open(dir).expect("a ledger");
    let size = size_of(dir);
    let statement = |index| reader.statement(index, ORIGIN).expect("read").expect("it is there");
    (0..size).map(statement).filter(|one| one.kind() == "refusals.counted").map(|one| one.body().clone()).collect()
}

/// Refused by B1 (an application in a series that it skips), twice by different organisations, B2, B4 and form.
fn refused(dir: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let reason = json!({ "reason": "Atas permintaan sendiri" });
    vec![
        ("B1", said(dir, "application.submitted", "case/1/7", &["org/1"], application(1))),
        ("B1", said(dir, "application.submitted", "case/2/7", &["org/2"], application(1))),
        ("B2", said(dir, "organisation.suspended", "org/1", &["official/4"], reason.clone())),
        ("B2", said(dir, "organisation.suspended", "org/1", &["official/7"], reason.clone())),
        (
            "B4",
            said(
                dir,
                "case.routed",
                "case/1/1",
                &["official/1"],
                json!({
                    "decided_by": { "person": "pejabat/0001", "post": "wali_kota" },
                }),
            ),
        ),
        ("form", said(dir, "organisation.suspended", "org/1", &["official/5"], json!({ "why": "?" }))),
    ]
}

// long: one day at the desk, refusal by refusal
#[test]
fn refusals_of_a_day_are_one_entry_with_exact_counts() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    city(dir);
    let refused = refused(dir);
    let good = said(dir, "application.submitted", "case/3/1", &["org/3"], application(5));
    let size = size_of(dir);
    // 08:30 on the fifth in Bandung.
    let hand = Hand::at("2014-05-05T01:30:00.000Z");
    let desk = Desk::open(dir, &hand, Some(desk_key()));
    for (code, bytes) in &refused {
        assert_eq!(desk.submit(bytes), *code);
        // The same statement again is one refused statement.
        assert_eq!(desk.submit(bytes), *code);
    }
    assert_eq!(desk.submit(&good), "ok");
    // What nobody signed is refused and not counted; also not what others signed, recorded or with a line too many.
    assert_eq!(desk.submit(b"not a note"), "not-a-note");
    let broken = String::from_utf8(good.clone()).expect("text");
    let (_, line) =
        broken.rsplit_once('\n').map(|(file, _)| file).and_then(|file| file.rsplit_once('\n')).expect("lines");
    assert_eq!(desk.submit(format!("{broken}{line}\n").as_bytes()), "extra-signature");
    let forged = broken.replace("Ruang kelas", "Ruang kerja");
    assert_eq!(desk.submit(forged.as_bytes()), "bad-signature");
    drop(desk);
    // A restart in mid-day keeps the count.
    let desk = Desk::open(dir, &hand, Some(desk_key()));
    hand.set("2014-05-05T09:00:00.000Z");
    assert_eq!(desk.submit(&refused[0].1), "B1");
    // 23:59:59 in Bandung, then the next day.
    hand.set("2014-05-05T16:59:59.000Z");
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(size_of(dir), size + 1, "the day is not over");
    desk.until(dir, size + 2, "2014-05-05T17:01:30.000Z");
    drop(desk);
    let expected = json!({
        "day": "2014-05-05",
        "counts": [
            {"rule": "form", "office": "registrar", "count": 1},
            {"rule": "B1", "office": "org", "count": 2},
            {"rule": "B2", "office": "kuasa_bud", "count": 1},
            {"rule": "B2", "office": "tata_usaha", "count": 1},
            {"rule": "B4", "office": "wali_kota", "count": 1},
        ],
    });
    assert_eq!(told(dir), [expected]);
    audit(dir).unwrap_or_else(|e| panic!("{e}"));
    // A day without a refusal has no entry, and a new start tells no day twice.
    let desk = Desk::open(dir, &hand, Some(desk_key()));
    hand.set("2014-05-07T03:00:00.000Z");
    std::thread::sleep(Duration::from_millis(1_500));
    drop(desk);
    assert_eq!(size_of(dir), size + 2);
}

#[test]
fn a_clock_that_goes_back_and_a_key_that_is_missing_lose_no_count() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    city(dir);
    let refused = refused(dir);
    let size = size_of(dir);
    let hand = Hand::at("2014-05-06T03:00:00.000Z");
    // No key: counted, not recorded.
    let desk = Desk::open(dir, &hand, None);
    assert_eq!(desk.submit(&refused[2].1), "B2");
    // The clock goes back to the day before.
    hand.set("2014-05-05T03:00:00.000Z");
    assert_eq!(desk.submit(&refused[0].1), "B1");
    hand.set("2014-05-08T03:00:00.000Z");
    std::thread::sleep(Duration::from_millis(1_500));
    drop(desk);
    assert_eq!(size_of(dir), size);
    // A key that the ledger does not know is refused, and tried again only later.
    let desk = Desk::open(dir, &hand, Some(other_desk_key()));
    assert_eq!(desk.submit(&refused[1].1), "B1");
    std::thread::sleep(Duration::from_millis(1_500));
    drop(desk);
    assert_eq!(size_of(dir), size);
    // The desk's own key: each day is told, in order; today waits.
    let desk = Desk::open(dir, &hand, Some(desk_key()));
    desk.until(dir, size + 2, "2014-05-08T03:01:00.000Z");
    desk.until(dir, size + 3, "2014-05-08T17:05:00.000Z");
    drop(desk);
    let one = |day: &str, rule: &str, office: &str| json!({ "day": day, "counts": [{ "rule": rule, "office": office, "count": 1 }] });
    assert_eq!(
        told(dir),
        [one("2014-05-05", "B1", "org"), one("2014-05-06", "B2", "kuasa_bud"), one("2014-05-08", "B1", "org")]
    );
    audit(dir).unwrap_or_else(|e| panic!("{e}"));
}

fn other_desk_key() -> NoteSigner {
    let key = hibah::tlog::ed25519::SigningKey::from_seed([7; 32]);
    NoteSigner::new(&format!("{ORIGIN}/desk"), key).expect("a key name")
}

/// What a stop between the entry and the end of its rows leaves is not told again, also after the offset changed.
#[test]
fn a_day_is_told_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    city(dir);
    let refused = refused(dir);
    let size = size_of(dir);
    let hand = Hand::at("2014-05-05T03:00:00.000Z");
    let desk = Desk::open(dir, &hand, Some(desk_key()));
    assert_eq!(desk.submit(&refused[0].1), "B1");
    let kept = std::fs::read(dir.join(REFUSALS_FILE)).expect("the counts");
    let log = std::fs::read(dir.join(format!("{REFUSALS_FILE}-wal"))).expect("its log");
    desk.until(dir, size + 1, "2014-05-06T03:00:00.000Z");
    drop(desk);
    std::fs::write(dir.join(REFUSALS_FILE), kept).expect("as before");
    std::fs::write(dir.join(format!("{REFUSALS_FILE}-wal")), log).expect("as before");
    let desk = Desk::open(dir, &hand, Some(desk_key()));
    hand.set("2014-05-08T03:00:00.000Z");
    std::thread::sleep(Duration::from_millis(1_500));
    drop(desk);
    assert_eq!(size_of(dir), size + 1);
    assert_eq!(told(dir).len(), 1);
}

/// A ledger with its keys in files, for the real program.
fn with_keys() -> Shell {
    let shell = Shell::new();
    let led = shell.path().join("led");
    city(&led);
    std::fs::create_dir(led.join("keys")).expect("a folder");
    shell.write_key("led/keys/ledger.key", &published_key(ORIGIN, ""));
    shell
}

#[test]
fn the_real_desk_counts_and_says_what_it_lacks() {
    let shell = with_keys();
    let led = shell.path().join("led");
    let size = size_of(&led);
    let (code, stale) = refused(&led).remove(0);
    shell.write("stale", &stale);
    let submit = |desk: &str| {
        // Long over by the clock of today.
        shell.check(&format!("$ hibah submit {desk} stale\n? 1\nerror: refused by rule B9: *\n= led"));
    };
    assert_eq!(code, "B1");
    let mut server = Server::start(&shell, &["--desk", "127.0.0.1:0"]);
    let desk = server.address("Desk: ");
    let why = server.address("Refusals are counted but not recorded: ");
    assert_eq!(why, "there is no keys/desk.key; name the desk's key file with --desk-key");
    submit(&desk);
    assert!(server.stop(), "a desk that is asked to stop ends well");

    shell.write_key("led/keys/desk.key", &other_desk_key());
    let mut server = Server::start(&shell, &["--desk", "127.0.0.1:0", "--public", "127.0.0.1:0"]);
    let (desk, _) = addresses(&mut server);
    submit(&desk);
    assert!(server.stop());
    let mut server = Server::start(&shell, &["--desk", "127.0.0.1:0"]);
    let why = server.address("Refusals are counted but not recorded: ");
    assert!(why.starts_with("The key kota.example/hibah/desk+") && why.contains("is not on this ledger"), "{why}");
    assert!(server.stop());

    shell.write_key("other.key", &published_key(ORIGIN, "org/1"));
    shell.check(
        "$ hibah serve led --desk 127.0.0.1:0 --desk-key other.key
         ? 2
         error: the key kota.example/hibah/org/1+* is not this ledger's, which is kota.example/hibah/desk: *
         $ hibah serve led --desk 127.0.0.1:0 --desk-key nothing.key
         ? 2
         error: nothing.key could not be read *",
    );

    // The days are over at the next look of a desk with the right key, of whatever day that may be.
    let hand = Hand::at("2099-01-01T00:00:00.000Z");
    let desk = Desk::open(&led, &hand, Some(desk_key()));
    desk.until(&led, size + 1, "2099-01-01T00:00:00.000Z");
    drop(desk);
    let counts = |body: &Value| body["counts"].clone();
    let one = json!([{"rule": "B9", "office": "org", "count": 1}]);
    assert!(told(&led).iter().map(counts).all(|counts| counts == one), "{:?}", told(&led));
    shell.check("$ hibah verify led\nThe ledger kota.example/hibah holds.");
}
