// long: one town, and all that comes with its statements
//! The desk: a statement with its openings and documents in one request, all or nothing; and who reads them then.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hibah::cli::demo::city::{City, Saying, published_key, signer_id};
use hibah::desk;
use hibah::grants::about::About;
use hibah::grants::time::Timestamp;
use hibah::ledger::documents::{Documents, Limits};
use hibah::ledger::enclosures::Enclosures;
use hibah::ledger::opening::{Opening, commitment};
use hibah::ledger::sequencer::Sequencer;
use hibah::ledger::statement::{Content, Statement};
use hibah::ledger::vault::{UnlockedVault, Vault, VaultKey};
use hibah::ledger::writer::{Clock, Writer};
use hibah::tlog::hash::sha256;
use serde_json::{Value, json};

use crate::documents::{CSV, PDF, paper};
use crate::public_town::{Heard, ORIGIN, Served, application, found, register};

const BOUNDARY: &str = "a-boundary-of-the-test";
/// When the town's statements are recorded.
const NOW: &str = "2026-01-05T02:00:00.000Z";

struct Fixed(Timestamp);

impl Clock for Fixed {
    fn now(&mut self) -> Result<Timestamp, String> {
        Ok(self.0)
    }
}

fn clock(text: &str) -> Box<dyn Clock> {
    Box::new(Fixed(Timestamp::parse(text).expect("a time")))
}

fn vault(dir: &Path) -> UnlockedVault {
    let key = VaultKey::derive(&[1; 32]);
    if Vault::exists(dir) {
        return Vault::open(dir).and_then(|vault| vault.unlock(key)).unwrap_or_else(|e| panic!("{e}"));
    }
    Vault::create(dir, ORIGIN, key).unwrap_or_else(|e| panic!("{e}"))
}

fn enclosures(dir: &Path, writer: &Writer, with_vault: bool, limits: Limits) -> Enclosures {
    Enclosures::open(dir, writer, with_vault.then(|| vault(dir)), clock(NOW), limits).unwrap_or_else(|e| panic!("{e}"))
}

const SMALL: Limits = Limits { documents: 3, document_bytes: 300_000, total_bytes: 400_000 };

fn serve_within(dir: &Path, writer: Writer, with_vault: bool, limits: Limits) -> Served {
    let enclosures = Arc::new(enclosures(dir, &writer, with_vault, limits));
    let sequencer = Arc::new(Sequencer::start(writer, 64));
    Served::start(desk::router_with(sequencer, enclosures, Duration::from_millis(500)))
}

fn serve(dir: &Path, city: City) -> Served {
    serve_within(dir, city.into_writer(), true, SMALL)
}

/// A body in parts: name and content of each.
fn parts(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, content) in parts {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend([head.as_bytes(), content, b"\r\n"].concat());
    }
    body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

fn post_body(served: &Served, body: &[u8]) -> Heard {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into();
    let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let request = agent.post(served.url("/statements")).header("content-type", media_type);
    Heard::of(request.send(body).expect("an answer"))
}

fn post(served: &Served, list: &[(&str, &[u8])]) -> Heard {
    post_body(served, &parts(list))
}

fn town(dir: &Path) -> City {
    let mut city = found(dir);
    register(&mut city, "Yayasan Satu");
    city.flush().expect("registered");
    city
}

/// An application of org/1 that names these documents.
fn apply(city: &City, papers: Vec<Value>) -> Vec<u8> {
    let mut body = application("Taman", 75_000_000);
    body["documents"] = Value::Array(papers);
    let about = About::parse("case/1/1").expect("a case");
    let saying = Saying { kind: "application.submitted", about, body, on: city.today(), signers: &["org/1"] };
    city.statement(&saying).unwrap_or_else(|e| panic!("{e}"))
}

/// The registration of org/2, and the openings of its account and its chair.
fn registration(city: &City) -> (Vec<u8>, [Vec<u8>; 2]) {
    let own = published_key(ORIGIN, "org/2");
    let registrar = city.key("registrar").expect("a key");
    let openings = ["account", "chair"].map(|name| {
        let salt = *sha256(name.as_bytes()).as_bytes();
        let value = format!("{name} of org/2");
        Opening { statement: sha256(b"not yet"), pointer: format!("/body/sealed/{name}"), salt, value }
    });
    let sealed = |o: &Opening| commitment(ORIGIN, "org/2", &o.pointer, &o.salt, &o.value).to_hex();
    let about = About::parse("org/2").expect("an organisation");
    let content = Content {
        origin: ORIGIN.to_owned(),
        kind: "organisation.registered".to_owned(),
        about,
        after: city.state().expected_after(&about),
        body: json!({
            "name": "Yayasan Dua", "recipient_type": "organisation", "address": {"city": "Bandung"},
            "key": own.verifier().to_string(),
            "sealed": {"account": sealed(&openings[0]), "chair": sealed(&openings[1])},
        }),
        event_date: city.today(),
        expires: city.today().plus_days(14).expect("a day"),
        signers: vec![signer_id(registrar), signer_id(&own)],
    };
    let mut statement = content.draft().expect("our own statement");
    statement.sign(registrar).expect("signed");
    statement.sign(&own).expect("signed");
    let hash = statement.hash();
    (statement.to_bytes(), openings.map(|opening| Opening { statement: hash, ..opening }.to_bytes()))
}

fn size(dir: &Path) -> u64 {
    hibah::ledger::reader::Reader::open(dir).expect("a ledger").signed().expect("a checkpoint").size
}

/// What is on the disk beside the ledger: rows of the vault, documents in force, documents that wait or arrive.
fn beside(dir: &Path) -> (usize, usize, usize) {
    let rows = if Vault::exists(dir) { Vault::open(dir).expect("opened").list().expect("read").len() } else { 0 };
    let root = dir.join("documents");
    let count = |folder: &Path| std::fs::read_dir(folder).map_or(0, Iterator::count);
    let hashed = std::fs::read_dir(&root)
        .expect("made")
        .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.file_name().len() == 2));
    let documents = hashed.map(|entry| count(&entry.expect("an entry").path())).sum::<usize>() / 2;
    (rows, documents, count(&root.join("arriving")) + count(&root.join("pending")))
}

#[test]
fn a_statement_is_taken_with_all_that_comes_with_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = town(dir.path());
    let (statement, [account, chair]) = registration(&city);
    let application = apply(&city, vec![paper(PDF, "application/pdf"), paper(CSV, "text/csv")]);
    let served = serve(dir.path(), city);
    let before = size(dir.path());
    let heard = post(&served, &[("opening", &account), ("statement", &statement), ("opening", &chair)]);
    assert_eq!(heard.status, 201, "{}", heard.text());
    assert_eq!(heard.header("hibah-index"), before.to_string());
    assert_eq!(beside(dir.path()), (2, 0, 0));
    let kept = Vault::open(dir.path()).expect("opened").list().expect("read");
    assert!(kept.iter().all(|kept| kept.in_force && kept.about == "org/2" && kept.put_at == NOW));
    let heard = post(&served, &[("document", PDF), ("document", CSV), ("statement", &application)]);
    assert_eq!(heard.status, 201, "{}", heard.text());
    assert_eq!((beside(dir.path()), size(dir.path())), ((2, 2, 0), before + 2));
    // The same again: known, and nothing twice.
    let again = post(&served, &[("statement", &application), ("document", PDF)]);
    assert_eq!((again.status, again.body), (200, heard.body));
    let again = post(&served, &[("statement", &statement), ("opening", &account)]);
    assert_eq!((again.status, beside(dir.path())), (200, (2, 2, 0)));
}

#[test]
fn what_was_left_out_is_brought_later() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = town(dir.path());
    let application = apply(&city, vec![paper(PDF, "application/pdf"), paper(CSV, "text/csv")]);
    let served = serve(dir.path(), city);
    let agent: ureq::Agent = ureq::Agent::new_with_defaults();
    let plain = Heard::of(agent.post(served.url("/statements")).send(&application[..]).expect("an answer"));
    assert_eq!((plain.status, plain.header("content-type")), (201, "text/plain; charset=utf-8"));
    let heard = post(&served, &[("statement", &application), ("document", CSV)]);
    assert_eq!((heard.status, beside(dir.path())), (200, (0, 1, 0)), "{}", heard.text());
    assert_eq!(post(&served, &[("statement", &application)]).status, 200, "in parts, and alone");
}

/// What is wrong, the parts, the status and the code of the refusal.
type Refused<'a> = (&'a str, Vec<(&'a str, &'a [u8])>, u16, &'a str);

#[test]
// long: a table.
fn every_refusal_leaves_nothing_behind() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = town(dir.path());
    let (registered, [account, chair]) = registration(&city);
    let large = vec![b'a'; 300_001];
    let (half, other_half) = (vec![b'b'; 250_000], vec![b'c'; 250_000]);
    let papers = vec![
        paper(PDF, "application/pdf"),
        paper(CSV, "application/pdf"),
        paper(&large, "text/plain"),
        paper(&half, "text/plain"),
        paper(&other_half, "text/plain"),
    ];
    let applied = apply(&city, papers);
    let mut unsigned = applied.clone();
    let at = unsigned.len() - 10;
    unsigned[at] = if unsigned[at] == b'A' { b'B' } else { b'A' };
    let foreign = String::from_utf8(applied.clone()).expect("text").replace(ORIGIN, "lain.example/hibah").into_bytes();
    let parsed = Opening::parse(&account).expect("an opening");
    let wrong_value = Opening { value: "another".to_owned(), ..parsed.clone() }.to_bytes();
    let wrong_place = Opening { pointer: "/body/sealed/phone".to_owned(), ..parsed.clone() }.to_bytes();
    let traversal = Opening { pointer: "/body/sealed/../../etc".to_owned(), ..parsed }.to_bytes();
    let long_opening = vec![b'a'; 16_385];
    let long_statement = vec![b'a'; 65_001];
    let s: (&str, &[u8]) = ("statement", &applied);
    let r: (&str, &[u8]) = ("statement", &registered);
    let many: Vec<(&str, &[u8])> = std::iter::once(r).chain((0..21).map(|_| ("opening", &account[..]))).collect();
    let cases: Vec<Refused<'_>> = vec![
        ("no statement", vec![("document", PDF)], 400, "bad-parts"),
        ("two statements", vec![s, s], 400, "bad-parts"),
        ("an unknown part", vec![s, ("../../etc/passwd", b"x")], 400, "bad-parts"),
        ("nothing", vec![], 400, "bad-parts"),
        ("too large a statement", vec![("statement", &long_statement)], 413, "too-large"),
        ("no note", vec![("statement", b"hello\n"), ("document", PDF)], 400, "not-a-note"),
        ("a bad signature", vec![("statement", &unsigned), ("document", PDF)], 403, "bad-signature"),
        ("another ledger's", vec![("statement", &foreign), ("document", PDF)], 422, "wrong-origin"),
        (
            "a document that is not named",
            vec![s, ("document", PDF), ("document", b"unnamed")],
            422,
            "document-not-named",
        ),
        ("the same document twice", vec![s, ("document", PDF), ("document", PDF)], 422, "document-twice"),
        ("another type", vec![s, ("document", PDF), ("document", CSV)], 422, "document-type"),
        ("too large a document", vec![s, ("document", PDF), ("document", &large)], 413, "document-too-large"),
        ("too large all together", vec![s, ("document", &half), ("document", &other_half)], 413, "document-too-large"),
        (
            "too many documents",
            vec![s, ("document", b"1"), ("document", b"2"), ("document", b"3"), ("document", b"4")],
            413,
            "too-many-documents",
        ),
        ("no opening", vec![r, ("opening", b"hello\n")], 400, "bad-opening"),
        ("too large an opening", vec![r, ("opening", &long_opening)], 413, "bad-opening"),
        (
            "an opening of another value",
            vec![r, ("opening", &chair), ("opening", &wrong_value)],
            422,
            "commitment-differs",
        ),
        ("an opening of no commitment", vec![r, ("opening", &wrong_place)], 422, "no-such-commitment"),
        ("a pointer that climbs", vec![r, ("opening", &traversal)], 422, "no-such-commitment"),
        ("an opening of another statement", vec![s, ("opening", &account)], 422, "wrong-statement"),
        ("the same opening twice", vec![r, ("opening", &account), ("opening", &account)], 422, "opening-twice"),
        ("too many openings", many, 413, "too-many-openings"),
    ];
    let served = serve(dir.path(), city);
    let before = size(dir.path());
    for (what, list, status, rule) in cases {
        let heard = post(&served, &list);
        let problem = heard.json();
        assert_eq!((heard.status, problem["rule"].as_str()), (status, Some(rule)), "{what}: {problem}");
        assert_eq!(heard.header("content-type"), "application/problem+json", "{what}");
        assert_eq!(
            (problem["status"].as_u64(), problem["instance"].as_str()),
            (Some(status.into()), Some("/statements"))
        );
        assert!(problem["detail"].as_str().is_some_and(|text| text.len() > 20), "{what}: {problem}");
        if ["document-type", "document-too-large", "too-many-documents"].contains(&rule) {
            let [english, indonesian] = ["detail", "detail_id"].map(|name| problem[name].as_str().unwrap_or_default());
            assert_ne!(english, indonesian, "{what}");
            assert_eq!(digits(english), digits(indonesian), "{what}: {english}: {indonesian}");
        }
        assert!(!heard.text().contains("of org/2"), "{what}: a refusal never repeats a value");
        assert_eq!((beside(dir.path()), size(dir.path())), ((0, 0, 0), before), "{what}");
    }
    // Afterwards the same statements are taken.
    assert_eq!(post(&served, &[s, ("document", PDF)]).status, 201);
    assert_eq!(post(&served, &[r, ("opening", &chair), ("opening", &account)]).status, 201);
}

/// The digests and numbers that a sentence names.
fn digits(sentence: &str) -> String {
    sentence.chars().filter(char::is_ascii_digit).collect()
}

#[test]
fn bodies_that_are_no_parts_or_never_end_are_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = serve(dir.path(), town(dir.path()));
    let host = served.address;
    let media_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let head = |length: usize, media_type: &str| {
        format!(
            "POST /statements HTTP/1.1\r\nHost: {host}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let ask = |bytes: &[u8]| {
        let mut stream = TcpStream::connect(host).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
        // The other end may close before all is sent.
        let _ = stream.write_all(bytes);
        let mut part = [0; 4096];
        let read = stream.read(&mut part).expect("an answer");
        String::from_utf8_lossy(&part[..read]).into_owned()
    };
    let announced = ask(head(99_000_000, &media_type).as_bytes());
    assert!(announced.starts_with("HTTP/1.1 413") && announced.contains("document-too-large"), "{announced}");
    let unbounded = ask([head(5, "multipart/form-data").as_bytes(), b"hello"].concat().as_slice());
    assert!(unbounded.starts_with("HTTP/1.1 400") && unbounded.contains("bad-parts"), "{unbounded}");
    for body in [&b"hello"[..], b"", format!("--{BOUNDARY}\r\n\r\n").as_bytes()] {
        let told = ask(&[head(body.len(), &media_type).as_bytes(), body].concat());
        assert!(told.starts_with("HTTP/1.1 400") && told.contains("bad-parts"), "{told}");
    }
    // A part that stops arriving; a head that goes on and on.
    let begun = parts(&[("document", PDF)]);
    let stalled = ask(&[head(begun.len() + 10, &media_type).as_bytes(), &begun[..begun.len() - 40]].concat());
    assert!(stalled.starts_with("HTTP/1.1 408"), "{stalled}");
    let endless = [format!("--{BOUNDARY}\r\nX-Long: ").as_bytes(), &vec![b'x'; 600_000]].concat();
    let told = ask(&[head(endless.len(), &media_type).as_bytes(), &endless].concat());
    assert!(told.starts_with("HTTP/1.1 400"), "{told}");
    assert_eq!(beside(dir.path()), (0, 0, 0));
}

#[test]
fn without_a_vault_openings_are_refused_and_documents_taken() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = town(dir.path());
    let (registered, [account, _]) = registration(&city);
    let applied = apply(&city, vec![paper(PDF, "application/pdf")]);
    let served = serve_within(dir.path(), city.into_writer(), false, SMALL);
    let heard = post(&served, &[("statement", &registered), ("opening", &account)]);
    let problem = heard.json();
    assert_eq!((heard.status, problem["rule"].as_str()), (422, Some("no-vault")));
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("has no vault")), "{problem}");
    assert_eq!(post(&served, &[("statement", &applied), ("document", PDF)]).status, 201);
    assert_eq!(post(&served, &[("statement", &registered)]).status, 201);
    // A desk over nothing but a writer takes statements alone.
    let other = tempfile::tempdir().expect("a folder");
    let city = town(other.path());
    let applied = apply(&city, vec![paper(PDF, "application/pdf")]);
    let served = Served::start(desk::router(Arc::new(Sequencer::start(city.into_writer(), 8))));
    let heard = post(&served, &[("statement", &applied), ("document", PDF)]);
    assert_eq!((heard.status, heard.json()["rule"].as_str()), (415, Some("bad-parts")));
}

/// One submission up to a step, after which the process dies.
fn die_at(dir: &Path, step: u8) -> (Vec<u8>, Vec<u8>) {
    let city = town(dir);
    let (registered, [account, _]) = registration(&city);
    let applied = apply(&city, vec![paper(PDF, "application/pdf")]);
    let mut writer = city.into_writer();
    let enclosures = enclosures(dir, &writer, true, SMALL);
    for (bytes, openings, documents) in [(&registered, vec![&account], vec![]), (&applied, vec![], vec![PDF])] {
        let statement = Statement::parse(bytes, ORIGIN).expect("our own");
        let mut enclosed = enclosures.begin().expect("begun");
        openings.iter().for_each(|opening| enclosed.add_opening(opening).expect("read"));
        documents.iter().for_each(|document| enclosed.documents.receive(*document).expect("received"));
        if step == 0 {
            std::mem::forget(enclosed);
            continue;
        }
        let held = enclosures.hold(enclosed, &statement).expect("held");
        if step >= 2 {
            writer.append(&[bytes]).expect("recorded");
        }
        if step >= 3 {
            enclosures.settle(held).expect("settled");
        }
    }
    (registered, applied)
}

#[test]
fn a_stop_between_any_two_steps_loses_nothing_and_takes_nothing_twice() {
    // Step, rows, documents and what waits: right after, after a start, after a start more than a day later.
    let table = [
        (0, (0, 0, 2), (0, 0, 0), (0, 0, 0)),
        (1, (1, 0, 1), (1, 0, 1), (0, 0, 0)),
        (2, (1, 0, 1), (1, 1, 0), (1, 1, 0)),
        (3, (1, 1, 0), (1, 1, 0), (1, 1, 0)),
    ];
    for (step, left, started, later) in table {
        let dir = tempfile::tempdir().expect("a folder");
        let (registered, applied) = die_at(dir.path(), step);
        assert_eq!(beside(dir.path()), left, "right after step {step}");
        let start = |at: &str| {
            let writer = Writer::open(dir.path(), published_key(ORIGIN, ""), clock(at)).expect("opened");
            Enclosures::open(dir.path(), &writer, Some(vault(dir.path())), clock(at), SMALL).expect("opened");
        };
        start(NOW);
        assert_eq!(beside(dir.path()), started, "a start after step {step}");
        let in_force = Vault::open(dir.path()).expect("opened").list().expect("read").iter().all(|kept| kept.in_force);
        assert_eq!(in_force, step != 1, "step {step}");
        start("2026-01-06T02:00:00.001Z");
        assert_eq!(beside(dir.path()), later, "a late start after step {step}");
        // The sender submits all of it again.
        let writer = Writer::open(dir.path(), published_key(ORIGIN, ""), clock(NOW)).expect("opened");
        let served = serve_within(dir.path(), writer, true, SMALL);
        let (_, [account, _]) = registration(&town(tempfile::tempdir().expect("a folder").path()));
        let told = [
            post(&served, &[("statement", &registered), ("opening", &account)]).status,
            post(&served, &[("statement", &applied), ("document", PDF)]).status,
        ];
        assert_eq!(told, if step >= 2 { [200, 200] } else { [201, 201] }, "step {step}");
        assert_eq!(beside(dir.path()), (1, 1, 0), "step {step}");
    }
}

/// A clock that tells no time until it is let.
struct Gate(std::sync::mpsc::Receiver<()>);

impl Clock for Gate {
    fn now(&mut self) -> Result<Timestamp, String> {
        // Once the other end is gone, everything passes.
        let _ = self.0.recv();
        clock(NOW).now()
    }
}

#[test]
fn a_client_that_goes_away_takes_nothing_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = town(dir.path());
    let applied = apply(&city, vec![paper(PDF, "application/pdf")]);
    drop(city.into_writer());
    let (open, gate) = std::sync::mpsc::channel();
    let writer = Writer::open(dir.path(), published_key(ORIGIN, ""), Box::new(Gate(gate))).expect("opened");
    let served = serve_within(dir.path(), writer, true, SMALL);
    // Dropped before the server, which waits for its writer, also when the test fails.
    let open = open;
    let before = size(dir.path());
    let body = parts(&[("statement", &applied), ("document", PDF)]);
    let head = format!(
        "POST /statements HTTP/1.1\r\nHost: {}\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
        served.address,
        body.len()
    );
    let mut stream = TcpStream::connect(served.address).expect("a connection");
    stream.write_all(&[head.as_bytes(), &body].concat()).expect("sent");
    let until = |what: &str, reached: &dyn Fn() -> bool| {
        let begun = std::time::Instant::now();
        while !reached() {
            assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    until("it waits for the writer", &|| {
        beside(dir.path()) == (0, 0, 1) && Documents::of(dir.path()).waiting().is_ok_and(|w| w.len() == 1)
    });
    drop(stream);
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!((size(dir.path()), beside(dir.path())), (before, (0, 0, 1)));
    drop(open);
    until("it is recorded, and the document in its place", &|| {
        (size(dir.path()), beside(dir.path())) == (before + 1, (0, 1, 0))
    });
}

#[test]
fn a_full_queue_keeps_nothing_of_what_came() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = town(dir.path());
    let applied = apply(&city, vec![paper(PDF, "application/pdf")]);
    let (registered, [account, _]) = registration(&city);
    drop(city.into_writer());
    let (open, gate) = std::sync::mpsc::channel();
    let writer = Writer::open(dir.path(), published_key(ORIGIN, ""), Box::new(Gate(gate))).expect("opened");
    let enclosures = Arc::new(enclosures(dir.path(), &writer, true, SMALL));
    let sequencer = Arc::new(Sequencer::start(writer, 1));
    // The writer waits at the gate with the first; the second takes the only place behind it.
    let nonsense = || sequencer.submit(b"no statement".to_vec(), Box::new(|_| {})).is_ok();
    loop {
        while nonsense() {}
        std::thread::sleep(Duration::from_millis(100));
        if !nonsense() {
            break;
        }
    }
    let served = Served::start(desk::router_with(Arc::clone(&sequencer), enclosures, Duration::from_millis(500)));
    // Dropped before the sequencer, which waits for its writer, also when the test fails.
    let open = open;
    let sent: [&[(&str, &[u8])]; 2] =
        [&[("statement", &applied), ("document", PDF)], &[("statement", &registered), ("opening", &account)]];
    for list in sent {
        let heard = post(&served, list);
        assert_eq!((heard.status, heard.header("retry-after")), (503, "1"), "{}", heard.text());
        assert_eq!(beside(dir.path()), (0, 0, 0));
    }
    drop(open);
    for list in sent {
        let begun = std::time::Instant::now();
        while post(&served, list).status != 201 {
            assert!(begun.elapsed() < Duration::from_secs(10), "a little later");
        }
    }
    assert_eq!(beside(dir.path()), (1, 1, 0));
}

#[test]
fn only_so_many_bring_documents_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = town(dir.path());
    let applied = apply(&city, vec![paper(PDF, "application/pdf")]);
    let writer = city.into_writer();
    let enclosures = Arc::new(enclosures(dir.path(), &writer, false, SMALL));
    let sequencer = Arc::new(Sequencer::start(writer, 64));
    let served = Served::start(desk::router_with(sequencer, enclosures, Duration::from_secs(2)));
    let begin = format!(
        "POST /statements HTTP/1.1\r\nHost: {}\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: 999\r\n\r\n--{BOUNDARY}\r\n",
        served.address
    );
    let silent: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = TcpStream::connect(served.address).expect("a connection");
            stream.write_all(begin.as_bytes()).expect("sent");
            stream
        })
        .collect();
    let arriving = || std::fs::read_dir(dir.path().join("documents/arriving")).map_or(0, Iterator::count);
    while arriving() < 8 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let send = || post(&served, &[("statement", &applied), ("document", PDF)]);
    let full = send();
    assert_eq!((full.status, full.header("retry-after")), (503, "1"), "{}", full.text());
    drop(silent);
    let begun = std::time::Instant::now();
    while send().status != 201 {
        assert!(begun.elapsed() < Duration::from_secs(10), "places are free again");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(beside(dir.path()), (0, 1, 0));
}

#[test]
fn a_refused_statement_takes_what_came_with_it_along() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = town(dir.path());
    let first = apply(&city, vec![paper(PDF, "application/pdf")]);
    let second = apply(&city, vec![paper(CSV, "text/csv")]);
    let served = serve(dir.path(), city);
    assert_eq!(post(&served, &[("statement", &first), ("document", PDF)]).status, 201);
    // The loser of a race: another application took the place.
    let lost = post(&served, &[("statement", &second), ("document", CSV)]);
    assert!(lost.status == 409 || lost.status == 422, "{}", lost.text());
    assert!(lost.json()["judged_at"]["size"].is_u64());
    assert_eq!(beside(dir.path()), (0, 1, 0));
}

#[test]
fn the_public_side_serves_what_an_entry_names_until_it_is_erased() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = town(dir.path());
    let long = "Laporan rekaan. ".repeat(20_000).into_bytes();
    let applied = apply(&city, vec![paper(PDF, "application/pdf"), paper(CSV, "text/csv"), paper(&long, "text/plain")]);
    let desk = serve_within(dir.path(), city.into_writer(), true, Limits::SERVED);
    let public = Served::start(hibah::public::router(dir.path().to_owned()).expect("a ledger"));
    let address = |bytes: &[u8]| format!("/documents/{}", sha256(bytes));
    assert_eq!(public.get(&address(PDF)).status, 404, "before it is there");
    let heard = post(&desk, &[("statement", &applied), ("document", PDF), ("document", CSV), ("document", &long)]);
    assert_eq!(heard.status, 201, "{}", heard.text());
    for (bytes, media_type, ending) in [
        (PDF, "application/pdf", ".pdf"),
        (CSV, "text/csv; charset=utf-8", ".csv"),
        (&long, "text/plain; charset=utf-8", ".txt"),
    ] {
        let heard = public.get(&address(bytes));
        assert_eq!((heard.status, heard.header("content-type")), (200, media_type));
        assert!(heard.body == bytes, "{media_type}");
        let name = format!("attachment; filename=\"{}{ending}\"", &sha256(bytes).to_hex()[..16]);
        assert_eq!(heard.header("content-disposition"), name);
        assert_eq!(heard.header("x-content-type-options"), "nosniff");
        assert_eq!(heard.header("content-length"), bytes.len().to_string());
        assert!(heard.header("content-security-policy").contains("sandbox"));
        assert_eq!(heard.header("cache-control"), "public, no-cache");
        let held = public.ask("GET", &address(bytes), &[("if-none-match", heard.header("etag"))]);
        assert_eq!((held.status, held.body.len()), (304, 0));
        let head = public.ask("HEAD", &address(bytes), &[]);
        assert_eq!((head.status, head.body.len()), (200, 0));
    }
    // Only hashes are addresses, and only what an entry names is given out.
    let hex = sha256(PDF).to_hex();
    let stray = dir.path().join("documents").join("ab").join("cd".repeat(31));
    std::fs::create_dir_all(stray.parent().expect("a folder")).expect("made");
    std::fs::write(&stray, b"stray").expect("written");
    for path in [
        format!("/documents/ab{}", "cd".repeat(31)),
        format!("/documents/{}", hex.to_uppercase()),
        format!("/documents/{}/{}", &hex[..2], &hex[2..]),
        "/documents/..%2Fvault.db".to_owned(),
        "/documents/../vault.db".to_owned(),
        "/documents/%2e%2e%2f%2e%2e%2fvault.db".to_owned(),
        "/documents/pending".to_owned(),
        format!("/documents/{hex}.named"),
        "/documents/".to_owned(),
        "/vault.db".to_owned(),
        "/erased.list".to_owned(),
    ] {
        assert_eq!(public.raw(&path).0, 404, "{path}");
    }
    let missing = public.get(&format!("/documents/{}", sha256(b"none")));
    assert_eq!((missing.status, missing.header("content-type")), (404, "application/problem+json"));
    // A note beside a document that names a statement which does not name it, or none that is recorded.
    for note in [Statement::parse(&applied, ORIGIN).expect("our own").hash(), sha256(b"no statement")] {
        std::fs::write(stray.with_extension("named"), format!("{note}\n")).expect("written");
        assert_eq!(public.get(&format!("/documents/ab{}", "cd".repeat(31))).status, 404);
    }
    let at = Timestamp::parse(NOW).expect("a time");
    Documents::of(dir.path()).erase(&sha256(PDF), "UU 27/2022", at).expect("erased");
    let gone = public.get(&address(PDF));
    assert_eq!((gone.status, gone.header("content-type")), (410, "application/problem+json"));
    assert_eq!(public.get(&address(CSV)).status, 200);
    let again = post(&desk, &[("statement", &applied), ("document", PDF)]);
    assert_eq!((again.status, again.json()["rule"].as_str()), (422, Some("document-erased")));
}
