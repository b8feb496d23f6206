//! Servers and folders that lie, clients that stay silent: nothing is believed, nothing hangs, nothing steers a terminal.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use hibah::cli::demo::city::{published_key, signer_id};
use hibah::ledger::reader::Reader;
use hibah::ledger::tree::Tree;
use hibah::ledger::verify::Source as _;
use hibah::public::connections::{self, Bounds};
use hibah::public::{self, Records};
use hibah::tlog::checkpoint::{self, Checkpoint};
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::hash::EMPTY_ROOT;
use hibah::tlog::note::{Note, NoteSigner};
use hibah::tlog::proof::TlogProof;
use hibah::tlog::tile::{decode_bundle, encode_bundle};
use serde_json::json;
use tempfile::TempDir;

use super::ledger_city::about;
use super::public_town::{ORIGIN, Served, found, say, story};

/// A server that answers whatever it likes to each path.
fn liar(answer: impl Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut request = Vec::new();
            let mut part = [0; 4096];
            // Every request of these tests fits a few packets; its body, where there is one, ends in a newline.
            while !request.ends_with(b"\n") || !request.windows(4).any(|four| four == b"\r\n\r\n") {
                match stream.read(&mut part) {
                    Ok(read @ 1..) => request.extend_from_slice(&part[..read]),
                    _ => break,
                }
            }
            let text = String::from_utf8_lossy(&request).into_owned();
            // A client that has heard enough goes away.
            let _ = answer(text.split(' ').nth(1).unwrap_or_default(), &mut stream);
        }
    });
    format!("http://{address}")
}

fn answered(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn signed(size: u64) -> Note {
    let signer = NoteSigner::new(ORIGIN, SigningKey::from_seed([5; 32])).expect("a signer");
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root: EMPTY_ROOT };
    checkpoint::sign(&checkpoint, &signer).expect("signed")
}

/// Runs the program; it ends by itself, without a panic and without a byte that steers a terminal.
fn check(dir: &TempDir, args: &[&str], status: i32, told: &str) -> Output {
    let begun = Instant::now();
    let out = Command::new(env!("CARGO_BIN_EXE_hibah")).args(args).current_dir(dir.path()).output().expect("it runs");
    let text = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert_eq!(out.status.code(), Some(status), "{args:?}: {text}");
    assert!(text.contains(told), "{args:?}: {text}");
    let steers =
        |c: char| c.is_control() && c != '\n' || matches!(c, '\u{200e}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert!(!text.contains(steers), "{args:?}: {text:?}");
    assert!(begun.elapsed() < Duration::from_secs(30), "{args:?} took {:?}", begun.elapsed());
    out
}

fn statement(dir: &TempDir) {
    std::fs::write(dir.path().join("paper"), format!("hibah/statement/v1\n{ORIGIN}\nuse.reported\n{{}}\n\n"))
        .expect("written");
}

#[test]
fn a_desk_that_lies_is_not_believed() {
    let dir = tempfile::tempdir().expect("a folder");
    statement(&dir);
    let receipt =
        |index: u64, note: Note| TlogProof { index, hashes: Vec::new(), checkpoint: note, extra: None }.to_string();
    let other = Note { text: signed(1).text.replace(ORIGIN, "other.example/hibah"), ..signed(1) };
    let problem = r#"{"detail":"no\u001b[2J\u001b]0;x\u0007\u009b1A\u202egood\r","rule":"B1\u001b[8m","judged_at":{"size":35,"time":"then"}}"#;
    let steering = ["HTTP/1.1 200 OK\r\n\r\nc2sp.org/tlog-proof@v1\nindex 0\n\n\u{9b}2J\n"].concat();
    for (answer, status, told) in [
        (
            answered("201 Created", receipt(0, other).as_bytes()),
            2,
            "a receipt of other.example/hibah that cannot be this statement's",
        ),
        (answered("201 Created", receipt(1, signed(1)).as_bytes()), 2, "that cannot be this statement's"),
        (answered("201 Created", receipt(0, signed(0)).as_bytes()), 2, "that cannot be this statement's"),
        (answered("201 Created", b"yes"), 2, "answered no receipt"),
        (answered("422 Unprocessable", problem.as_bytes()), 1, "refused by rule B1\u{fffd}[8m: no\u{fffd}[2J"),
        (answered("500 Oops", problem.as_bytes()), 2, "answered status 500: no\u{fffd}[2J"),
        (steering.into_bytes(), 2, "answered no receipt"),
        (answered("201 Created", receipt(0, signed(1)).as_bytes()), 0, "Recorded as entry 0; the ledger has 1 entry."),
    ] {
        let url = liar(move |_, stream| stream.write_all(&answer));
        check(&dir, &["submit", &url, "paper"], status, told);
        assert_eq!(dir.path().join("paper.tlog-proof").exists(), status == 0, "{told}");
    }
}

/// What a second judge needs (`hibah check --at --time`) is handed on.
#[test]
fn a_refusal_of_a_desk_says_where_and_when_it_was_judged() {
    let dir = tempfile::tempdir().expect("a folder");
    statement(&dir);
    let problem =
        r#"{"detail":"no","rule":"B1\u009b\u202e","judged_at":{"size":35,"time":"2026-01-20T03:04:05.678Z"}}"#;
    let url = liar(move |_, stream| stream.write_all(&answered("422 Unprocessable", problem.as_bytes())));
    let out = check(&dir, &["submit", &url, "paper", "--json"], 1, "\"size\": 35");
    let told: serde_json::Value = serde_json::from_slice(&out.stdout).expect("JSON");
    assert_eq!((&told["size"], &told["time"]), (&35.into(), &"2026-01-20T03:04:05.678Z".into()));
    assert_eq!(told["rule"], "B1\u{9b}\u{202e}", "a machine gets it unchanged");
}

#[test]
fn a_ledger_that_lies_is_neither_believed_nor_waited_for() {
    let dir = tempfile::tempdir().expect("a folder");
    let endless = |stream: &mut TcpStream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\n")?;
        loop {
            stream.write_all(&[0; 1 << 16])?;
        }
    };
    let url = liar(move |_, stream| endless(stream));
    check(&dir, &["verify", &url], 2, "broke off");
    let url = liar(|path, stream| {
        write!(stream, "HTTP/1.1 302 Found\r\nlocation: {path}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    });
    check(&dir, &["verify", &url], 2, "could not be read");
    for (note, bundle, status, told) in [
        (signed(u64::MAX).to_string(), vec![0; 512], 1, "entry 0 is not a founding"),
        (signed(u64::MAX).to_string(), vec![0xff; 19_000_000], 1, "entry 0 is not a founding"),
        (signed(1 << 63).to_string(), Vec::new(), 1, "the entry bundle ends within entry 0 of 256"),
        (signed(1).to_string(), vec![0, 0, 0], 1, "has 1 bytes after its 1 entries"),
        (signed(0).to_string(), Vec::new(), 1, "the ledger has no entry yet"),
        (signed(7).text.replace('7', "18446744073709551616"), Vec::new(), 2, "line 2 of the checkpoint is wrong"),
        (signed(7).to_string(), vec![0; 14], 1, "entry 0 is not a founding"),
        (String::new(), Vec::new(), 2, "line 1 of the checkpoint is wrong"),
    ] {
        let url = liar(move |path, stream| match path {
            "/checkpoint" => stream.write_all(&answered("200 OK", note.as_bytes())),
            _ => stream.write_all(&answered("200 OK", &bundle)),
        });
        check(&dir, &["verify", &url], status, told);
    }
}

#[test]
fn a_receipt_does_not_steer_the_terminal() {
    let dir = tempfile::tempdir().expect("a folder");
    statement(&dir);
    let receipt = TlogProof { index: 0, hashes: Vec::new(), checkpoint: signed(1), extra: None }.to_string();
    std::fs::write(dir.path().join("receipt"), receipt.replace(ORIGIN, "\u{9b}2J\u{202e}")).expect("written");
    check(&dir, &["verify", "receipt", "--entry", "paper"], 2, "give the verifier key of \u{fffd}2J\u{fffd}");
}

#[test]
fn a_folder_with_a_file_too_large_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = std::fs::File::create(dir.path().join("checkpoint")).expect("a file");
    file.set_len(20_000_000).expect("a length");
    assert_eq!(Tree::new(dir.path()).checkpoint().map(|bytes| bytes.len()), Ok(20_000_000));
    file.set_len(20_000_001).expect("a length");
    let refused = Tree::new(dir.path()).checkpoint().map(|bytes| bytes.len()).expect_err("too large");
    assert!(refused.0.contains("it is larger than any file of a ledger"), "{refused}");
}

/// Reads to the end of the connection: what was answered, and how long it took.
fn heard(mut stream: TcpStream) -> (String, Duration) {
    let begun = Instant::now();
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("the server ends the connection");
    (text, begun.elapsed())
}

#[test]
fn silent_clients_are_sent_away_and_leave_room_for_others() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().route("/", get(async || "here")).route("/long", get(async || vec![b'a'; 50_000_000]));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let asked = async move { drop(stopped.await) };
    let ms = Duration::from_millis;
    // Long enough for a busy machine to read a request that is there, or it would be reset as a silent one's.
    let bounds = Bounds { connections: 3, head: ms(1_500), lifetime: ms(2_000), last: ms(500) };
    let server = runtime.spawn(connections::serve(listener, router, asked, bounds));
    let connect = |sent: &str| {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.write_all(sent.as_bytes()).expect("sent");
        stream
    };
    for _ in 0..2 {
        // One says nothing, one does not finish, one does not read: all places are taken.
        let quiet = [
            connect(""),
            connect("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: "),
            connect("GET /long HTTP/1.1\r\nHost: a\r\n\r\n"),
        ];
        std::thread::sleep(ms(50));
        // They are answered once places are free, and sent away when they say nothing more.
        let patient: Vec<TcpStream> = (0..3).map(|_| connect("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).collect();
        for stream in patient {
            let (text, took) = heard(stream);
            assert!(text.starts_with("HTTP/1.1 200 OK") && text.ends_with("here"), "{text}");
            assert!(took < Duration::from_secs(10), "{took:?}");
        }
        // By then whoever reads nothing was sent away too, by others that came or by its time.
        std::thread::sleep(ms(3_000));
        let [silent, slow, long] = quiet;
        for stream in [silent, slow] {
            let (text, took) = heard(stream);
            assert!(!text.contains("200 OK") && took < Duration::from_secs(10), "{took:?}: {text}");
        }
        // What was sent before is still to be read, but not all of it.
        let mut part = Vec::new();
        let _ = std::io::Read::take(long, 60_000_000).read_to_end(&mut part);
        assert!(part.len() < 50_000_000, "{}", part.len());
    }
    stop.send(()).expect("the server runs");
    runtime.block_on(server).expect("it ends when it is asked to");
}

/// `//evil.example/` is another server's address in a link.
#[test]
fn no_page_links_to_another_server() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(found(dir.path()));
    let router = public::router_of(dir.path().to_owned(), Records::Recorded).unwrap_or_else(|e| panic!("{e}"));
    let served = Served::start(router);
    // A page names itself in both languages whole.
    let own = [format!("http://{}/", served.address), "https://kota.example/hibah/".to_owned()];
    for target in [
        "//evil.example/",
        "/en//evil.example/",
        "/en/\\evil.example/",
        "/\\/evil.example/",
        "/en///evil.example?q=//evil.example",
    ] {
        let (status, text) = served.raw(target);
        assert!(matches!(status, 400 | 404), "{target}: {status}");
        for link in text.split("href=\"").skip(1) {
            let whole = link.starts_with("//") || link.starts_with("/\\") || link.starts_with("http");
            let other = whole && !own.iter().any(|own| link.starts_with(own));
            assert!(!other, "{target}: {}", link.split('"').next().unwrap_or_default());
        }
    }
}

/// formats.md section 4: what a key signed while suspect is shown as disputed. A revocation moves no case's head, and its
/// reason is not the reason of a refusal before it.
#[test]
fn a_revocation_shows_what_it_disputes_and_moves_no_head() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = found(dir.path());
    story(&mut city);
    let heads: Vec<_> =
        (1..=4).map(|n| city.state().head(&about(&format!("case/{n}/1"))).expect("a head").to_hex()).collect();
    let key = signer_id(city.key("skpd_pendidikan").expect("appointed")).to_string();
    let body = json!({"key": key, "reason": "Kunci dicuri", "suspect_since": "2026-01-20T00:00:00.000Z"});
    say(&mut city, "key.revoked", "official/10", body, &["root/1", "root/2", "root/3"]);
    let key = signer_id(city.key("org/3").expect("registered")).to_string();
    let body = json!({"key": key, "reason": "Kunci hilang", "suspect_since": "2026-01-01T00:00:00.000Z"});
    say(&mut city, "key.revoked", "org/3", body, &["root/1", "root/2", "root/3"]);
    let router = public::router_of(dir.path().to_owned(), Records::Recorded).unwrap_or_else(|e| panic!("{e}"));
    let served = Served::start(router);
    for (n, status, told) in [
        (1, "reported", "Finished: the use of the money was reported"),
        (2, "refused", "Reason: Tidak &#60;b&#62;lengkap"),
        (3, "disputed", "Disputed since 2 March 2026: a key that was revoked has signed."),
        (4, "disputed", "Disputed since 2 March 2026: a key that was revoked has signed."),
    ] {
        let case = served.get(&format!("/api/v1/cases/{n}/1")).json();
        assert_eq!((&case["status"], &case["head"]), (&json!(status), &json!(heads[n - 1])), "case/{n}/1");
        assert_eq!(case["next"], json!([]), "case/{n}/1");
        let page = served.get(&format!("/en/grants/case/{n}/1"));
        assert!(page.text().contains(told), "case/{n}/1: {}", page.text());
    }
}

/// Without --vkey the key is the one that entry 0 names: a server must not show one entry 0 for the key and another for
/// the rest.
#[test]
fn two_foundings_for_one_judgement_are_seen() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(found(dir.path()));
    let reader = Reader::open(dir.path()).unwrap_or_else(|e| panic!("{e}"));
    let real = reader.signed().unwrap_or_else(|e| panic!("{e}"));
    let width = u16::try_from(real.size).expect("a small ledger");
    let bundle = reader.bundle(0, width).expect("there");
    let entries = decode_bundle(&bundle, width).expect("a bundle");
    let signer = NoteSigner::new(ORIGIN, SigningKey::from_seed([5; 32])).expect("a signer");
    let (named, own) = (published_key(ORIGIN, "").verifier().to_string(), signer.verifier().to_string());
    let founding = String::from_utf8(entries[0].to_vec()).expect("text").replace(&named, &own);
    let forged = [&[founding.as_bytes()][..], &entries[1..]].concat();
    let forged = encode_bundle(&forged).expect("a bundle");
    let text = Checkpoint { origin: ORIGIN.to_owned(), size: real.size, root: real.root };
    let note = checkpoint::sign(&text, &signer).expect("signed").to_string();
    let paper = entries[1].windows(2).position(|two| two == b"\n\n").expect("an entry") + 2;
    std::fs::write(dir.path().join("paper"), &entries[1][paper..]).expect("written");
    let honest = bundle.clone();
    let asked = std::sync::atomic::AtomicBool::new(false);
    let url = liar(move |path, stream| {
        let bundle = if asked.load(Ordering::SeqCst) { &honest } else { &forged };
        asked.fetch_or(path.starts_with("/tile/entries"), Ordering::SeqCst);
        stream.write_all(&answered("200 OK", if path == "/checkpoint" { note.as_bytes() } else { bundle }))
    });
    check(&dir, &["check", "paper", &url], 1, "entry 0 names another key than");
}
