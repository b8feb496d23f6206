//! The desk: statements in, receipts or refusals out, bounds of size, time and queue.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use hibah::cli::demo::city::{City, Saying, published_key};
use hibah::desk;
use hibah::grants::about::About;
use hibah::grants::time::{Date, Timestamp};
use hibah::ledger::entry::Entry;
use hibah::ledger::reader::Reader;
use hibah::ledger::sequencer::Sequencer;
use hibah::ledger::writer::{Clock, Writer};
use hibah::tlog::hash::leaf_hash;
use hibah::tlog::proof::TlogProof;
use serde_json::{Value, json};

use crate::public_town::{Heard, ORIGIN, Served, application, found, register};

fn post(served: &Served, body: &[u8]) -> Heard {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into();
    Heard::of(agent.post(served.url("/statements")).send(body).expect("an answer"))
}

/// The bytes of a statement that is good now.
fn statement(city: &City, kind: &str, about: &str, body: Value, on: Date, signers: &[&str]) -> Vec<u8> {
    let about = About::parse(about).expect("a thing");
    city.statement(&Saying { kind, about, body, on, signers }).unwrap_or_else(|e| panic!("{e}"))
}

fn apply(city: &City, n: u64, amount: i64) -> Vec<u8> {
    let own = format!("org/{n}");
    statement(
        city,
        "application.submitted",
        &format!("case/{n}/1"),
        application("Taman", amount),
        city.today(),
        &[&own],
    )
}

fn town(dir: &Path) -> City {
    let mut city = found(dir);
    for name in ["Yayasan Satu", "Yayasan Dua", "Yayasan Tiga"] {
        register(&mut city, name);
    }
    city.flush().expect("registered");
    city
}

fn serve(city: City) -> Served {
    Served::start(desk::router(Arc::new(Sequencer::start(city.into_writer(), 64))))
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    assert!(text.contains(from), "{from}");
    text.replace(from, to).into_bytes()
}

#[test]
fn a_statement_is_recorded_once_and_its_receipt_holds() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = town(dir.path());
    let size = city.state().size();
    let bytes = apply(&city, 1, 75_000_000);
    let served = serve(city);
    let first = post(&served, &bytes);
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(first.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(first.header("hibah-index"), size.to_string());
    assert_eq!(first.header("cache-control"), "no-store");
    let receipt = TlogProof::parse(&first.body).expect("a receipt");
    let reader = Reader::open(dir.path()).expect("a ledger");
    let entry = reader.entry(size).expect("read").expect("it is covered by a checkpoint");
    assert_eq!(Entry::parse(&entry).expect("an entry").statement, bytes);
    receipt.verify(&leaf_hash(&entry), published_key(ORIGIN, "").verifier()).unwrap_or_else(|e| panic!("{e}"));

    let again = post(&served, &bytes);
    assert_eq!((again.status, again.header("hibah-index")), (200, first.header("hibah-index")));
    assert_eq!(again.body, first.body);
    assert_eq!(reader.signed().expect("a checkpoint").size, size + 1);
}

/// What is posted, the status and the rule of its refusal.
// long: a table.
fn refusals(city: &City) -> Vec<(&'static str, Vec<u8>, u16, &'static str)> {
    let good = apply(city, 1, 75_000_000);
    let (today, later) = (city.today(), city.today().plus_days(3).expect("a day"));
    let tomorrow = statement(city, "application.submitted", "case/1/1", application("Taman", 1), later, &["org/1"]);
    let early = json!({"reason": "Belum", "decided_by": city.decided_by("skpd_pendidikan")});
    let fraction = replaced(&good, "\"amount\":75000000", "\"amount\":7.5");
    let mut bytes = good.clone();
    bytes[0] = 0xff;
    vec![
        ("nothing", Vec::new(), 400, "not-a-note"),
        ("no note", b"hello\n".to_vec(), 400, "not-a-note"),
        ("no UTF-8", bytes, 400, "not-utf8"),
        ("another version", replaced(&good, "hibah/statement/v1", "hibah/statement/v2"), 400, "wrong-version"),
        ("a fraction", fraction, 400, "not-an-integer"),
        ("not canonical", replaced(&good, "{\"about\"", "{ \"about\""), 400, "not-canonical"),
        ("an unknown field", replaced(&good, "{\"about\"", "{\"aa\":1,\"about\""), 400, "unknown-field"),
        ("another ledger", replaced(&good, "\nkota.example/hibah\n", "\nlain.example/hibah\n"), 422, "wrong-origin"),
        ("an unknown kind", replaced(&good, "application.submitted", "application.dreamt"), 422, "form"),
        ("changed after signing", replaced(&good, "\"amount\":75000000", "\"amount\":75000001"), 403, "bad-signature"),
        (
            "the key of another",
            statement(city, "application.submitted", "case/1/1", application("Taman", 1), today, &["org/2"]),
            403,
            "B2",
        ),
        (
            "the shape of its body",
            statement(city, "application.submitted", "case/1/1", json!({}), today, &["org/1"]),
            422,
            "form",
        ),
        ("a date to come", tomorrow, 422, "B9"),
        ("a case that is not there", statement_of_refusal(city, early), 422, "B4"),
    ]
}

fn statement_of_refusal(city: &City, body: Value) -> Vec<u8> {
    let made = city.statement(&Saying {
        kind: "decision.refused",
        about: About::parse("case/1/1").expect("a case"),
        body,
        on: city.today(),
        signers: &["skpd_pendidikan"],
    });
    made.unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn refusals_say_which_rule_and_where_it_was_judged() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = town(dir.path());
    let refusals = refusals(&city);
    let size = city.state().size();
    let served = serve(city);
    let signed = Reader::open(dir.path()).expect("a ledger").signed().expect("a checkpoint");
    for (what, bytes, status, rule) in refusals {
        let heard = post(&served, &bytes);
        let problem = heard.json();
        assert_eq!((heard.status, problem["rule"].as_str()), (status, Some(rule)), "{what}: {problem}");
        assert_eq!(heard.header("content-type"), "application/problem+json", "{what}");
        assert_eq!(problem["status"], status, "{what}");
        assert_eq!(problem["type"], "about:blank");
        assert_eq!(problem["instance"], "/statements");
        assert!(problem["detail"].as_str().is_some_and(|text| text.len() > 20), "{what}: {problem}");
        // The envelope is told in Indonesian too; this ledger's rules are those of rule set 0, in English only.
        let of_rules = rule.starts_with('B') || what == "the shape of its body";
        let indonesian = problem.get("detail_id").and_then(Value::as_str);
        let told = indonesian.is_some_and(|text| text.len() > 20 && problem["detail"] != text);
        assert!(told != of_rules, "{what}: {problem}");
        assert_eq!(problem["judged_at"], json!({"size": size, "time": "2026-01-05T02:00:00.000Z"}), "{what}");
        assert_eq!(problem["checkpoint"], json!({"size": size, "root": signed.root.to_hex()}), "{what}");
        assert_eq!(problem.get("head"), None, "{what}");
    }
    assert_eq!(Reader::open(dir.path()).expect("a ledger").signed().expect("a checkpoint"), signed);
}

#[test]
fn the_loser_of_a_race_gets_409_and_the_new_head() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = town(dir.path());
    crate::public_town::say(&mut city, "application.submitted", "case/1/1", application("Taman", 9), &["org/1"]);
    let recommend = |amount: i64| {
        let body = json!({"amount": amount, "reason": "Sesuai", "decided_by": city.decided_by("skpd_pendidikan")});
        statement(&city, "amount.recommended", "case/1/1", body, city.today(), &["skpd_pendidikan"])
    };
    let (winner, loser) = (recommend(7), recommend(8));
    let served = serve(city);
    let won = post(&served, &winner);
    assert_eq!(won.status, 201, "{}", won.text());
    let lost = post(&served, &loser);
    let problem = lost.json();
    assert_eq!((lost.status, problem["rule"].as_str()), (409, Some("B13")), "{problem}");
    let index = won.header("hibah-index").parse().expect("an index");
    let entry = Reader::open(dir.path()).expect("a ledger").entry(index).expect("read").expect("recorded");
    assert_eq!(problem["head"], leaf_hash(&entry).to_hex());
}

#[test]
fn bodies_are_bounded_in_size_and_time() {
    let dir = tempfile::tempdir().expect("a folder");
    let sequencer = Arc::new(Sequencer::start(town(dir.path()).into_writer(), 64));
    let served = Served::start(desk::router_within(sequencer, Duration::from_millis(300)));
    assert_eq!(post(&served, &vec![b'a'; 65_000]).json()["rule"], "not-a-note");
    for bytes in [65_001, 70_000, 200_000] {
        let heard = post(&served, &vec![b'a'; bytes]);
        assert_eq!((heard.status, heard.json()["rule"].as_str()), (413, Some("too-large")), "{bytes}");
    }
    // Announced and never sent; of unannounced size; begun and never ended.
    let host = served.address;
    let announced = format!("POST /statements HTTP/1.1\r\nHost: {host}\r\nContent-Length: 9999999\r\n\r\n");
    assert!(answer(&served, announced.as_bytes()).starts_with("HTTP/1.1 413"), "announced");
    let mut chunked =
        format!("POST /statements HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
    for _ in 0..17 {
        chunked.extend_from_slice(b"4000\r\n");
        chunked.extend_from_slice(&[b'a'; 0x4000]);
        chunked.extend_from_slice(b"\r\n");
    }
    assert!(answer(&served, &chunked).starts_with("HTTP/1.1 413"), "chunked");
    let stalled = format!("POST /statements HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n\r\nhalf");
    let begun = Instant::now();
    let text = answer(&served, stalled.as_bytes());
    assert!(text.starts_with("HTTP/1.1 408") && text.contains("application/problem+json"), "{text}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}

/// Sends bytes and reads the first part of an answer.
fn answer(served: &Served, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(served.address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
    stream.write_all(bytes).expect("sent");
    let mut part = [0; 4096];
    let read = stream.read(&mut part).expect("an answer");
    String::from_utf8_lossy(&part[..read]).into_owned()
}

#[test]
fn other_addresses_and_methods() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = serve(town(dir.path()));
    let home = served.get("/");
    assert_eq!((home.status, home.header("content-type")), (200, "text/plain; charset=utf-8"));
    assert!(home.text().contains("POST /statements"));
    let nothing = served.get("/nothing");
    assert_eq!((nothing.status, nothing.header("content-type")), (404, "application/problem+json"));
    assert_eq!(nothing.json()["instance"], "/nothing");
    for method in ["GET", "PUT", "DELETE"] {
        let heard = served.ask(method, "/statements", &[]);
        assert_eq!((heard.status, heard.header("allow")), (405, "POST"), "{method}");
        assert_eq!(heard.header("content-type"), "application/problem+json", "{method}");
    }
    assert_eq!(served.ask("POST", "/", &[]).status, 405);
}

/// A clock that tells no time until it is let.
struct Gate {
    asked: Sender<()>,
    let_through: Receiver<()>,
    now: Timestamp,
}

impl Clock for Gate {
    fn now(&mut self) -> Result<Timestamp, String> {
        self.asked.send(()).map_err(|e| e.to_string())?;
        // Once the other end is gone, everything passes.
        let _ = self.let_through.recv();
        Ok(self.now)
    }
}

/// A writer that holds the first statement until the gate opens: the desk over it, when it is asked, the gate.
fn gated(dir: &Path, capacity: usize) -> (Arc<Sequencer>, Vec<Vec<u8>>, Receiver<()>, Sender<()>) {
    let city = town(dir);
    let statements = (1..=3).map(|n| apply(&city, n, 1_000)).collect();
    drop(city.into_writer());
    let ((asked, is_asked), (open, let_through)) = (channel(), channel());
    let now = Timestamp::parse("2026-01-05T03:00:00.000Z").expect("a time");
    let clock = Box::new(Gate { asked, let_through, now });
    let writer = Writer::open(dir, published_key(ORIGIN, ""), clock).unwrap_or_else(|e| panic!("{e}"));
    (Arc::new(Sequencer::start(writer, capacity)), statements, is_asked, open)
}

#[test]
fn a_full_queue_answers_503_and_loses_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let (sequencer, statements, is_asked, open) = gated(dir.path(), 2);
    let served = Served::start(desk::router(Arc::clone(&sequencer)));
    std::thread::scope(|scope| {
        let first = scope.spawn(|| post(&served, &statements[0]));
        is_asked.recv_timeout(Duration::from_secs(10)).expect("the writer holds the first");
        // The second takes the last place, straight at the sequencer so that it is known to be there.
        let (told, tell) = channel();
        let reply = Box::new(move |answer: Result<_, _>| told.send(answer.is_ok()).expect("the test waits"));
        sequencer.submit(statements[1].clone(), reply).expect("there is a place");
        let third = post(&served, &statements[2]);
        assert_eq!((third.status, third.header("retry-after")), (503, "1"), "{}", third.text());
        assert_eq!(third.header("content-type"), "application/problem+json");
        drop(open);
        assert_eq!(first.join().expect("answered").status, 201);
        assert!(tell.recv_timeout(Duration::from_secs(10)).expect("answered"));
        assert_eq!(post(&served, &statements[2]).status, 201, "a little later");
    });
}

#[test]
fn what_is_queued_is_answered_before_the_desk_ends() {
    let dir = tempfile::tempdir().expect("a folder");
    let (sequencer, statements, is_asked, open) = gated(dir.path(), 8);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
    let url = format!("http://{}/statements", listener.local_addr().expect("an address"));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = runtime.spawn(desk::serve(listener, sequencer, async move { drop(stopped.await) }));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| ureq::post(&url).send(&statements[0][..]).map(Heard::of));
        is_asked.recv_timeout(Duration::from_secs(10)).expect("the writer holds it");
        stop.send(()).expect("the desk runs");
        std::thread::sleep(Duration::from_millis(100));
        drop(open);
        let heard = waiting.join().expect("no panic").expect("an answer");
        assert_eq!(heard.status, 201, "{}", heard.text());
    });
    runtime.block_on(server).expect("no panic").expect("it ends without an error");
}

#[test]
fn a_clock_that_cannot_be_right_is_503_with_a_sentence() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = town(dir.path());
    let bytes = apply(&city, 1, 5);
    drop(city.into_writer());
    let ((asked, _is_asked), (_, let_through)) = (channel(), channel());
    let now = Timestamp::parse("2025-12-31T00:00:00.000Z").expect("a time");
    let clock = Box::new(Gate { asked, let_through, now });
    let writer = Writer::open(dir.path(), published_key(ORIGIN, ""), clock).unwrap_or_else(|e| panic!("{e}"));
    let served = Served::start(desk::router(Arc::new(Sequencer::start(writer, 8))));
    let heard = post(&served, &bytes);
    assert_eq!((heard.status, heard.header("retry-after")), (503, "300"));
    assert!(heard.json()["detail"].as_str().is_some_and(|text| text.contains("clock")), "{}", heard.text());
}

#[test]
fn a_full_disk_is_507_and_nothing_is_recorded() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = town(dir.path());
    // A hundred papers, so that the file must grow for it.
    let mut body = application("Taman", 5);
    body["documents"] = json!(vec![body["documents"][0].clone(); 100]);
    let large = statement(&city, "application.submitted", "case/1/1", body, city.today(), &["org/1"]);
    let size = city.state().size();
    let writer = city.into_writer();
    writer.refuse_growth(true).expect("the test's own hook");
    let served = Served::start(desk::router(Arc::new(Sequencer::start(writer, 8))));
    let heard = post(&served, &large);
    assert_eq!(heard.status, 507, "{}", heard.text());
    let detail = "the disk is full: nothing was recorded; make room and submit again";
    assert_eq!(heard.json()["detail"], detail);
    let reader = Reader::open(dir.path()).expect("the ledger is whole");
    assert_eq!(reader.signed().expect("read").size, size);
}
