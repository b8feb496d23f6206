//! Both servers, as the real program, under load that means no good: odd requests, thousands of silent clients, readers
//! that take nothing, and a stop in the middle of it all.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hibah::cli::demo::city::{City, Saying, published_key};
use hibah::desk;
use hibah::grants::about::About;
use hibah::grants::money::Currency;
use hibah::grants::time::{Date, Timestamp};
use hibah::grants::zero::profile;
use hibah::ledger::entry::Entry;
use hibah::ledger::reader::Reader;
use hibah::ledger::sequencer::Sequencer;
use hibah::ledger::writer::{Clock, Writer};
use hibah::public;
use hibah::public::limits::{LIST_CHUNK_BYTES, LIST_CHUNKS, MAX_LISTS};
use serde_json::Value;

use super::cli_serve::{Server, addresses};
use super::cli_shell::Shell;
use super::left_out::left_out;
use super::public_town::{Heard, ORIGIN, Served, application, found, register};

/// Sends bytes to an address and reads what comes until the head of an answer is whole, or the end.
fn answer(address: &str, sent: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a timeout");
    // A server that has heard enough answers and closes before all is sent.
    let _ = stream.write_all(sent);
    let (mut heard, mut part) = (Vec::new(), [0; 4096]);
    while !heard.windows(4).any(|four| four == b"\r\n\r\n") {
        match stream.read(&mut part) {
            Ok(read @ 1..) => heard.extend_from_slice(&part[..read]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}

fn status(heard: &str) -> u16 {
    heard
        .strip_prefix("HTTP/1.1 ")
        .or_else(|| heard.strip_prefix("HTTP/1.0 "))
        .map_or(0, |rest| rest.split(' ').next().and_then(|code| code.parse().ok()).expect("a status is a number"))
}

fn is_well(address: &str) -> bool {
    status(&answer(address, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")) == 200
}

/// What is sent to the public server, and the status of its answer; 0 is an end without one.
// long: a table.
fn at_the_public_server() -> Vec<(&'static str, Vec<u8>, u16)> {
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").into_bytes();
    let with = |field: &str| format!("GET / HTTP/1.1\r\nHost: a\r\n{field}\r\n\r\n").into_bytes();
    let method = |method: &str| format!("{method} / HTTP/1.1\r\nHost: a\r\n\r\n").into_bytes();
    let many: String = (0..80).map(|n| format!("x-{n}: 1\r\n")).collect();
    vec![
        ("as it should be", get("/healthz"), 200),
        ("HTTP/1.0 needs no host", b"GET /healthz HTTP/1.0\r\n\r\n".to_vec(), 200),
        ("HTTP/0.9", b"GET /\r\n\r\n".to_vec(), 400),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), 0),
        ("HTTP/1.9", b"GET / HTTP/1.9\r\nHost: a\r\n\r\n".to_vec(), 400),
        ("no HTTP at all", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(), 400),
        ("no host", b"GET / HTTP/1.1\r\n\r\n".to_vec(), 400),
        ("two hosts", with("Host: b"), 400),
        ("a host that is a path", b"GET / HTTP/1.1\r\nHost: a/../b\r\n\r\n".to_vec(), 400),
        ("a host with a user", b"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n".to_vec(), 400),
        ("a host that is not UTF-8", b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n".to_vec(), 400),
        ("a host of 300 letters", format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", "a".repeat(300)).into_bytes(), 400),
        ("another server's address", get("http://evil.example/healthz"), 200),
        ("up and up", get("/../../../../etc/passwd"), 404),
        ("up, escaped", get("/%2e%2e/%2e%2e/etc/passwd"), 404),
        ("up, slashes escaped", get("/assets/..%2f..%2fkeys%2fledger.key"), 404),
        ("up from the assets", get("/assets/x/../../keys/ledger.key"), 404),
        ("up from the documents", get("/documents/..%2fledger.db"), 404),
        ("backslashes", get("/..\\..\\keys"), 404),
        ("a zero byte, escaped", get("/documents/%00"), 404),
        ("a zero byte in a number", get("/entries/0%00"), 404),
        ("a zero byte", get("/entries/\0"), 400),
        ("double slashes", get("//entries//0"), 404),
        ("no path", get(""), 400),
        ("a fragment", get("/healthz#x"), 200),
        ("a number too large", get("/entries/99999999999999999999999999"), 404),
        ("bad UTF-8, escaped", get("/grants/case/%ff/%fe"), 400),
        ("bad UTF-8 in a query", get("/grants?q=%ff%fe%00"), 200),
        ("bad UTF-8", b"GET /\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(), 400),
        ("half an escape", get("/entries/%"), 404),
        ("a path of 3,000 bytes", get(&format!("/{}", "a".repeat(3_000))), 414),
        ("a path of 60,000 bytes", get(&format!("/{}", "a".repeat(60_000))), 431),
        ("a query of 5,000 bytes", get(&format!("/grants?q={}", "a".repeat(5_000))), 414),
        ("a field of 20,000 bytes", with(&format!("X: {}", "a".repeat(20_000))), 431),
        ("a field name of 20,000 bytes", with(&format!("{}: x", "a".repeat(20_000))), 431),
        ("80 fields", format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n").into_bytes(), 431),
        ("a field without a name", with(": x"), 400),
        ("a space before the colon", with("X : y"), 400),
        ("a folded field", with("X: a\r\n b"), 400),
        ("a zero byte in a field", with("X: a\0b"), 400),
        ("lines that end in LF only", b"GET /healthz HTTP/1.1\nHost: a\n\n".to_vec(), 200),
        ("a lone CR", with("X: a\rY: b"), 400),
        ("a method to write", method("POST"), 405),
        ("TRACE", method("TRACE"), 405),
        ("OPTIONS for all", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(), 405),
        ("a tunnel", b"CONNECT evil.example:443 HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(), 405),
        ("small letters", method("get"), 405),
        ("a method of 200 letters", method(&"A".repeat(200)), 405),
        ("a zero byte in a method", method("G\0T"), 400),
        ("a length that is no number", with("Content-Length: +5"), 400),
        ("a negative length", with("Content-Length: -1"), 400),
        ("two lengths", with("Content-Length: 1\r\nContent-Length: 2"), 400),
        ("a length beyond all", with("Content-Length: 99999999999999999999999"), 400),
        ("a body that never comes", with("Content-Length: 1000000000"), 200),
        ("an unknown transfer", with("Transfer-Encoding: gzip"), 400),
        ("chunked in HTTP/1.0", b"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(), 400),
    ]
}

/// The same for the desk.
fn at_the_desk() -> Vec<(&'static str, Vec<u8>, u16)> {
    let post = |fields: &str, body: &str| {
        format!("POST /statements HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n{body}").into_bytes()
    };
    let chunked = "Transfer-Encoding: chunked";
    let endless = format!("5\r\nhello\r\n1;{}", "x".repeat(100_000));
    vec![
        ("no statement", post("Content-Length: 2", "a\n"), 400),
        ("announced too large", post("Content-Length: 300000", ""), 413),
        ("announced too large, on condition", post("Content-Length: 300000\r\nExpect: 100-continue", ""), 413),
        ("too large without a word", post(chunked, &format!("493e0\r\n{}\r\n0\r\n\r\n", "a".repeat(300_000))), 413),
        ("chunks", post(chunked, "1\r\na\r\n1\r\n\n\r\n0\r\n\r\n"), 400),
        ("a chunk beyond all", post(chunked, "fffffffffffffffff\r\na"), 400),
        ("a negative chunk", post(chunked, "-1\r\na\r\n0\r\n\r\n"), 400),
        ("a chunk that is no number", post(chunked, "zz\r\na\r\n"), 400),
        ("a chunk's endless extension", post(chunked, &endless), 400),
        ("a length and chunks", post(&format!("Content-Length: 5\r\n{chunked}"), "0\r\n\r\n"), 400),
        ("chunked twice", post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n"), 400),
        ("compressed", post("Content-Encoding: gzip\r\nContent-Length: 2", "\x1f\x0b"), 400),
        ("parts without a boundary", post("Content-Type: multipart/form-data\r\nContent-Length: 2", "--"), 400),
        ("two hosts", post("Host: b\r\nContent-Length: 2", "a\n"), 400),
        ("another address", b"POST /statements/.. HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n".to_vec(), 404),
        ("to be read", b"GET /statements HTTP/1.1\r\nHost: a\r\n\r\n".to_vec(), 405),
    ]
}

#[test]
fn every_odd_request_is_answered_and_harms_nobody() {
    let shell = Shell::with_ledger();
    let mut server = Server::start(&shell, &["--public", "127.0.0.1:0", "--desk", "127.0.0.1:0"]);
    let (desk, public) = addresses(&mut server);
    let [desk, public] = [&desk, &public].map(|url| url.strip_prefix("http://").expect("an address").to_owned());
    let before = Reader::open(&shell.path().join("led")).expect("a ledger").signed().expect("a checkpoint");
    let mut wrong = Vec::new();
    for (address, table) in [(&public, at_the_public_server()), (&desk, at_the_desk())] {
        for (what, sent, expected) in table {
            let heard = answer(address, &sent);
            if status(&heard) != expected {
                wrong.push(format!("{what}: {expected} expected, but {}", heard.lines().next().unwrap_or("the end")));
            }
            assert!(!heard.contains("root:") && !heard.contains("PRIVATE KEY"), "{what}: {heard}");
        }
        assert!(is_well(&public) && is_well(&desk));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Many requests at once on one connection are answered one after another.
    let mut stream = TcpStream::connect(&public).expect("a connection");
    let last = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    stream
        .write_all(["GET /checkpoint HTTP/1.1\r\nHost: a\r\n\r\n".repeat(200), last.to_owned()].concat().as_bytes())
        .expect("sent");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("the server ends the connection");
    assert_eq!((text.matches("HTTP/1.1 200 OK").count(), text.ends_with("ok\n")), (201, true));
    assert!(server.stop(), "it ends well");
    assert_eq!(Reader::open(&shell.path().join("led")).expect("a ledger").signed().expect("a checkpoint"), before);
}

/// How many files this process may open.
fn may_open() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[test]
fn ten_thousand_silent_clients_keep_nobody_out() {
    let silent = may_open().saturating_sub(1_000).min(10_000);
    if silent < 2_000 {
        return left_out("ten thousand silent clients: this process may open too few files (ulimit -n)");
    }
    let shell = Shell::with_ledger();
    let mut server = Server::start(&shell, &["--public", "127.0.0.1:0", "--desk", "127.0.0.1:0"]);
    let (desk, public) = addresses(&mut server);
    let [desk, public] = [&desk, &public].map(|url| url.strip_prefix("http://").expect("an address").to_owned());
    let mut held = Vec::new();
    for n in 0..silent {
        let address = if n % 2 == 0 { &desk } else { &public };
        let mut stream = TcpStream::connect(address).expect("a connection");
        // Some say nothing at all, some begin and never end.
        if n % 3 == 0 {
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nX-Slow: ");
        }
        held.push(stream);
        if n % 1_000 == 999 {
            assert!(is_well(&public) && is_well(&desk), "after {n} silent clients");
        }
    }
    let numbers = numbers(&desk);
    let count = |name: &str| numbers[name];
    assert!(count("hibah_desk_connections") <= 512.0, "{numbers:?}");
    assert!(count("hibah_desk_connections_accepted_total") > silent as f64 / 2.0, "{numbers:?}");
    assert!(count("hibah_desk_connections_sent_away_total") > 0.0, "{numbers:?}");
    drop(held);
    assert!(server.stop(), "it ends well");
}

/// The samples of `/metrics`, each under its name and labels; the text is checked on the way.
fn numbers(desk: &str) -> BTreeMap<String, f64> {
    let heard = ureq::get(format!("http://{desk}/metrics")).call().map(Heard::of).expect("an answer");
    assert_eq!(heard.header("content-type"), "application/openmetrics-text; version=1.0.0; charset=utf-8");
    samples(heard.text()).unwrap_or_else(|line| panic!("no line of OpenMetrics: {line}\n{}", heard.text()))
}

/// OpenMetrics 1.0 as far as the desk uses it: each family is described before its samples, a counter's end in `_total`,
/// a histogram's buckets grow and end in all, and the text ends in `# EOF`.
fn samples(text: &str) -> Result<BTreeMap<String, f64>, String> {
    let (mut found, mut types, mut bucket) = (BTreeMap::new(), BTreeMap::new(), 0.0);
    let body = text.strip_suffix("# EOF\n").ok_or("no end")?;
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.split(' ');
            let (word, name) = (words.next().unwrap_or_default(), words.next().ok_or(line)?);
            match word {
                "TYPE" => drop(types.insert(name.to_owned(), words.next().ok_or(line)?.to_owned())),
                "HELP" if words.next().is_some() => {}
                "UNIT" if words.next().is_some_and(|unit| name.ends_with(unit)) => {}
                _ => return Err(line.to_owned()),
            }
            continue;
        }
        let (name, value) = line.rsplit_once(' ').ok_or(line)?;
        let value: f64 = value.parse().map_err(|_| line)?;
        let plain = name.split('{').next().unwrap_or_default();
        let family = types.iter().filter(|(family, _)| plain.starts_with(family.as_str())).max_by_key(|f| f.0.len());
        let (family, kind) = family.ok_or(line)?;
        match (kind.as_str(), plain.strip_prefix(family.as_str()).unwrap_or_default()) {
            ("gauge", "") | ("counter", "_total") | ("histogram", "_sum" | "_count") => {}
            ("histogram", "_bucket") => {
                let first = found.keys().all(|known: &String| !known.starts_with(&format!("{plain}{{")));
                if !first && value < bucket {
                    return Err(line.to_owned());
                }
                bucket = value;
            }
            _ => return Err(line.to_owned()),
        }
        if found.insert(name.to_owned(), value).is_some() {
            return Err(line.to_owned());
        }
    }
    for family in types.iter().filter(|(_, kind)| *kind == "histogram").map(|(family, _)| family) {
        if found.get(&format!("{family}_count")) != found.get(&format!("{family}_bucket{{le=\"+Inf\"}}")) {
            return Err(format!("{family} counts another number than its buckets"));
        }
    }
    Ok(found)
}

#[test]
fn a_text_that_is_not_open_metrics_is_refused() {
    let good = "# HELP a_seconds x\n# TYPE a_seconds histogram\n# UNIT a_seconds seconds\na_seconds_bucket{le=\"1\"} 1\na_seconds_bucket{le=\"+Inf\"} 2\na_seconds_sum 3\na_seconds_count 2\n# TYPE b counter\nb_total 4\n# EOF\n";
    assert_eq!(samples(good).map(|found| found["b_total"]), Ok(4.0));
    for (from, to) in [
        ("# EOF\n", ""),
        ("# TYPE b counter\n", ""),
        ("b_total 4", "b 4"),
        ("b_total 4", "b_total four"),
        ("b_total 4", "b_total 4\nb_total 4"),
        ("+Inf\"} 2", "+Inf\"} 0"),
        ("_count 2", "_count 3"),
        ("# HELP", "# HALP"),
    ] {
        assert!(samples(&good.replace(from, to)).is_err(), "{from:?} made {to:?}");
    }
}

/// A ledger at `led` that was founded yesterday, with `count` statements that are good today, each about another case.
fn ledger_of_today(shell: &Shell, count: u64) -> Vec<Vec<u8>> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let now = Timestamp::from_ms(i64::try_from(since.as_millis()).expect("a time")).expect("a year we know");
    let day: Date = now.local_date(0).plus_days(-2).expect("a day");
    let profile = profile::named("kota-bandung").expect("it ships");
    let currency = Currency::new("IDR", 0).expect("a currency");
    let led = shell.path().join("led");
    let mut city = City::found(&led, ORIGIN, &profile, &currency, day).unwrap_or_else(|e| panic!("{e}"));
    for n in 0..count {
        register(&mut city, &format!("Yayasan {n}"));
    }
    city.flush().expect("registered");
    let mut body = application("Taman", 5);
    body["fiscal_year"] = Value::from(day.to_string()[..4].parse::<u16>().expect("a year"));
    let statement = |n: u64| {
        let about = About::parse(&format!("case/{n}/1")).expect("a case");
        let own = format!("org/{n}");
        let saying =
            Saying { kind: "application.submitted", about, body: body.clone(), on: city.today(), signers: &[&own] };
        city.statement(&saying).unwrap_or_else(|e| panic!("{e}"))
    };
    let statements = (1..=count).map(statement).collect();
    drop(city.into_writer());
    std::fs::create_dir_all(led.join("keys")).expect("a folder");
    shell.write_key("led/keys/ledger.key", &published_key(ORIGIN, ""));
    statements
}

fn posted(desk: &str, statement: &[u8]) -> Option<(u16, u64)> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into();
    let heard = Heard::of(agent.post(format!("{desk}/statements")).send(statement).ok()?);
    Some((heard.status, heard.header("hibah-index").parse().unwrap_or(u64::MAX)))
}

#[test]
fn a_stop_under_load_finishes_what_it_took() {
    const STATEMENTS: u64 = 240;
    let shell = Shell::new();
    let statements = ledger_of_today(&shell, STATEMENTS);
    let led = shell.path().join("led");
    let first = Reader::open(&led).expect("a ledger").signed().expect("a checkpoint").size;
    let mut server = Server::start(&shell, &["--desk", "127.0.0.1:0"]);
    let desk = server.address("Desk: ");
    let answered = AtomicUsize::new(0);
    let told: Vec<(usize, u16, u64)> = std::thread::scope(|scope| {
        let submitters: Vec<_> = (0..16)
            .map(|at| {
                let (statements, desk, answered) = (&statements, &desk, &answered);
                scope.spawn(move || {
                    let mut told = Vec::new();
                    for n in (at..statements.len()).step_by(16) {
                        // After the stop nobody listens any more.
                        let Some((status, index)) = posted(desk, &statements[n]) else { break };
                        answered.fetch_add(1, Ordering::SeqCst);
                        told.push((n, status, index));
                    }
                    told
                })
            })
            .collect();
        while answered.load(Ordering::SeqCst) < 20 {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(server.stop(), "a desk that is asked to stop under load ends well");
        submitters.into_iter().flat_map(|submitter| submitter.join().expect("no panic")).collect()
    });
    let reader = Reader::open(&led).expect("the ledger is whole");
    for (n, status, index) in &told {
        assert_eq!(*status, 201, "{index}");
        let entry = reader.entry(*index).expect("read").expect("it is covered by a checkpoint");
        assert_eq!(Entry::parse(&entry).expect("an entry").statement, statements[*n], "entry {index}");
    }
    drop(reader);

    // Whoever heard nothing submits again, and nothing is recorded twice.
    let mut server = Server::start(&shell, &["--public", "127.0.0.1:0", "--desk", "127.0.0.1:0"]);
    let (desk, public) = addresses(&mut server);
    let places: BTreeMap<u64, u16> =
        statements.iter().map(|bytes| posted(&desk, bytes).expect("an answer")).map(|(s, index)| (index, s)).collect();
    assert_eq!(places.keys().copied().collect::<Vec<_>>(), (first..first + STATEMENTS).collect::<Vec<_>>());
    let known = places.values().filter(|status| **status == 200).count();
    assert!(known >= told.len(), "{known} of {}", told.len());
    assert_eq!(posted(&desk, b"no statement").map(|(status, _)| status), Some(400));
    let numbers = numbers(desk.strip_prefix("http://").expect("an address"));
    for (name, expected) in [
        ("hibah_entries_recorded_total", STATEMENTS as f64 - known as f64),
        ("hibah_statements_known_total", known as f64),
        ("hibah_statements_refused_total{rule=\"not-a-note\"}", 1.0),
        ("hibah_group_statements_sum", STATEMENTS as f64 + 1.0),
        ("hibah_group_seconds_count", STATEMENTS as f64 + 1.0),
        ("hibah_checkpoint_entries", (first + STATEMENTS) as f64),
        ("hibah_tables_behind", 0.0),
        ("hibah_waiting_statements", 0.0),
        ("hibah_desk_answers_total{status=\"400\"}", 1.0),
    ] {
        assert_eq!(numbers.get(name).copied().unwrap_or(0.0), expected, "{name}: {numbers:?}");
    }
    assert!((0.0..2_000.0).contains(&numbers["hibah_checkpoint_age_seconds"]), "{numbers:?}");
    tiles_from_memory(public.strip_prefix("http://").expect("an address"));
    assert!(server.stop(), "it ends well");
}

/// The whole answer to a request of these lines.
fn whole(address: &str, lines: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).expect("a connection");
    write!(stream, "{lines}\r\nHost: a\r\nConnection: close\r\n\r\n").expect("sent");
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).expect("an answer");
    let end = heard.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&heard[..end]).to_lowercase();
    // The only field that differs with the second it is sent in.
    let mut kept: Vec<&str> = head.lines().filter(|line| !line.starts_with("date: ")).collect();
    kept[1..].sort_unstable();
    (kept.join("\n"), heard[end + 4..].to_vec())
}

/// What is answered from memory is what was answered from the files.
fn tiles_from_memory(public: &str) {
    for (path, gzip) in [("/tile/0/000", false), ("/tile/entries/000", false), ("/tile/entries/000", true)] {
        let accept = if gzip { "\r\nAccept-Encoding: br, gzip" } else { "" };
        let first = whole(public, &format!("GET {path} HTTP/1.1{accept}"));
        assert!(first.0.starts_with("http/1.1 200"), "{}", first.0);
        assert!(first.0.contains("cache-control: public, max-age=31536000, immutable"), "{}", first.0);
        assert_eq!(first.0.contains("content-encoding: gzip"), gzip, "{}", first.0);
        assert_eq!(first.0.contains("vary: accept-encoding"), path.contains("entries"), "{}", first.0);
        let again = whole(public, &format!("GET {path} HTTP/1.1{accept}"));
        assert_eq!(again.0, first.0, "{path} again");
        assert!(again.1 == first.1, "{path} again");
        let (head, body) = whole(public, &format!("HEAD {path} HTTP/1.1{accept}"));
        assert_eq!((head, body.len()), (first.0.clone(), 0), "{path}");
        let tag = first.0.lines().find_map(|line| line.strip_prefix("etag: ")).expect("a tag");
        let (head, body) = whole(public, &format!("GET {path} HTTP/1.1{accept}\r\nIf-None-Match: {tag}"));
        assert!(head.starts_with("http/1.1 304") && body.is_empty(), "{head}");
        assert!(whole(public, &format!("POST {path} HTTP/1.1{accept}")).0.starts_with("http/1.1 405"), "{path}");
        if gzip {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(&first.1[..]).read_to_end(&mut plain).expect("it unpacks");
            assert!(plain == whole(public, &format!("GET {path} HTTP/1.1")).1, "{path}");
            assert!(first.1.len() < plain.len(), "{} of {}", first.1.len(), plain.len());
        }
    }
}

/// Registers until the ledger has so many entries.
fn grow(city: &mut City, size: u64) {
    while city.state().size() < size {
        for _ in 0..100 {
            register(city, "Yayasan Contoh");
        }
        city.flush().expect("registered");
    }
}

/// A client that asks for a path so often, and reads no more than that an answer begins.
fn stuck(mut stream: TcpStream, path: &str, times: usize) -> TcpStream {
    let requests = format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n").repeat(times);
    stream.write_all(requests.as_bytes()).expect("sent");
    let mut first = [0; 16];
    stream.read_exact(&mut first).expect("an answer begins");
    stream
}

/// The write-ahead log of a file can be cut, within so many tenths of a second: nobody reads what stood before.
fn can_be_cut(dir: &Path, file: &str, tries: u32) {
    let connection = rusqlite::Connection::open(dir.join(file)).expect("it opens");
    let cut = (0..tries).any(|_| {
        let busy: i64 =
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).expect("it answers");
        if busy != 0 {
            std::thread::sleep(Duration::from_millis(100));
        }
        busy == 0
    });
    assert!(cut, "{file}: somebody still reads");
    let log = std::fs::metadata(dir.join(format!("{file}-wal"))).expect("a log");
    assert_eq!(log.len(), 0, "{file}");
}

/// A read transaction that stays open would keep the write-ahead log from being cut.
#[test]
fn a_reader_that_takes_nothing_does_not_hold_the_writer() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = found(dir.path());
    grow(&mut city, 300);
    let served = Served::start(public::router(dir.path().to_owned()).unwrap_or_else(|e| panic!("{e}")));
    let paths = ["/tile/entries/000", "/tile/entries/000.p/255", "/tile/0/000.p/255", "/log", "/grants", "/entries/7"];
    // More than the buffers of both ends hold.
    let open = || TcpStream::connect(served.address).expect("a connection");
    let stuck: Vec<TcpStream> = paths.iter().map(|path| stuck(open(), path, 400)).collect();
    let size = city.state().size() + 1_000;
    grow(&mut city, size);
    assert!(Reader::open(dir.path()).expect("a ledger").signed().expect("a checkpoint").size >= size);
    for file in ["ledger.db", "last-signed.db", "derived.db"] {
        can_be_cut(dir.path(), file, 50);
    }
    drop(stuck);
}

/// Clients that ask for lists of any length and read nothing of them, more than have a place: the ledger grows, pages answer,
/// and after the time that such a client is given nobody reads the files for it any more.
#[test]
fn lists_that_nobody_reads_hold_nothing_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = found(dir.path());
    // So many that a list does not fit into the pieces that may wait.
    grow(&mut city, 1_300);
    let served = Served::start(public::router(dir.path().to_owned()).unwrap_or_else(|e| panic!("{e}")));
    let whole = served.get("/changes.json").body.len();
    assert!(whole > LIST_CHUNKS * LIST_CHUNK_BYTES, "{whole} bytes");
    let open = || TcpStream::connect(served.address).expect("a connection");
    let lists = ["/changes.json", "/changes.csv", "/orgs.json", "/orgs.csv"];
    let stuck: Vec<TcpStream> = lists.iter().cycle().take(2 * MAX_LISTS).map(|list| stuck(open(), list, 60)).collect();
    let size = city.state().size() + 200;
    grow(&mut city, size);
    assert!(Reader::open(dir.path()).expect("a ledger").signed().expect("a checkpoint").size >= size);
    for path in ["/", "/en/orgs", "/changes", "/api/v1/status", "/agencies"] {
        assert_eq!(served.get(path).status, 200, "{path}");
    }
    for file in ["ledger.db", "last-signed.db", "derived.db"] {
        can_be_cut(dir.path(), file, 50);
    }
    assert_eq!(served.get("/changes.json").status, 200);
    drop(stuck);
}

/// A clock with a fault in it, which ends the writer.
struct Broken;

impl Clock for Broken {
    fn now(&mut self) -> Result<Timestamp, String> {
        panic!("a fault of the program, on purpose")
    }
}

fn ill(served: &Served, told: &str) {
    let heard = served.get("/healthz");
    assert_eq!((heard.status, heard.header("content-type")), (503, "application/problem+json"), "{}", heard.text());
    assert!(heard.json()["detail"].as_str().is_some_and(|text| text.contains(told)), "{}", heard.text());
}

#[test]
fn a_server_that_cannot_serve_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(found(dir.path()));
    let served = Served::start(public::router(dir.path().to_owned()).unwrap_or_else(|e| panic!("{e}")));
    let well = served.get("/healthz");
    assert_eq!((well.status, well.text(), well.header("cache-control")), (200, "ok\n", "no-store"));
    let move_away = |from: &Path, to: &Path| std::fs::rename(from, to).expect("moved");
    for file in ["ledger.db", "last-signed.db", "derived.db"] {
        let (there, away) = (dir.path().join(file), dir.path().join("away"));
        move_away(&there, &away);
        ill(&served, "cannot be read here at the moment");
        move_away(&away, &there);
        assert_eq!(served.get("/healthz").status, 200, "{file} is back");
    }
    let writer = Writer::open(dir.path(), published_key(ORIGIN, ""), Box::new(Broken));
    let sequencer = Arc::new(Sequencer::start(writer.unwrap_or_else(|e| panic!("{e}")), 8));
    let desk = Served::start(desk::router(Arc::clone(&sequencer)));
    assert_eq!(desk.get("/healthz").status, 200);
    assert!(matches!(posted(&desk.url(""), b"anything"), Some((503, _))));
    while !sequencer.has_stopped() {
        std::thread::sleep(Duration::from_millis(5));
    }
    ill(&desk, "the writer has stopped");
}
