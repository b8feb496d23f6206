//! Pages that are kept for a second: compressed for whoever takes it, never older than the ledger, one for each who asks
//! in another way.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};

use std::path::Path;

use tempfile::TempDir;

use super::public_town::{Served, found, register, story};

fn serve(dir: &Path) -> Served {
    Served::start(hibah::public::router(dir.to_owned()).unwrap_or_else(|e| panic!("{e}")))
}

fn town() -> (TempDir, Served) {
    let dir = tempfile::tempdir().expect("a folder");
    story(&mut found(dir.path()));
    let served = serve(dir.path());
    (dir, served)
}

/// An answer as it came over the wire: its head in small letters, and its body.
struct Wire {
    head: String,
    body: Vec<u8>,
}

fn ask(served: &Served, method: &str, path: &str, fields: &str) -> Wire {
    let mut stream = TcpStream::connect(served.address).expect("a connection");
    let host = if fields.contains("host:") { String::new() } else { format!("host: {}\r\n", served.address) };
    write!(stream, "{method} {path} HTTP/1.1\r\n{host}{fields}connection: close\r\n\r\n").expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head ends") + 4;
    let head = String::from_utf8(answer[..end].to_vec()).expect("a head is ASCII").to_ascii_lowercase();
    Wire { head, body: answer[end..].to_vec() }
}

impl Wire {
    fn field(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn unpacked(&self) -> String {
        let mut text = String::new();
        match self.field("content-encoding") {
            Some(coding) => {
                assert_eq!(coding, "gzip");
                flate2::read::GzDecoder::new(&*self.body).read_to_string(&mut text).expect("it is gzip")
            }
            None => (&*self.body).read_to_string(&mut text).expect("it is text"),
        };
        text
    }
}

/// While all grants are being counted after a start, a page that needs it says so; a grant and an entry are there at once.
#[test]
fn pages_say_that_they_wait_for_what_is_counted_at_the_start() {
    let dir = tempfile::tempdir().expect("a folder");
    story(&mut found(dir.path()));
    let made = hibah::public::router_uncounted(dir.path().to_owned(), hibah::public::Manner::default());
    let (router, count) = made.unwrap_or_else(|e| panic!("{e}"));
    let served = Served::start(router);
    for (path, text) in [("/agencies", "masih menghitung semua hibah"), ("/en/years/2026", "still counting all grants")]
    {
        let heard = served.get(path);
        assert_eq!((heard.status, heard.header("retry-after")), (503, "1"), "{path}");
        assert_eq!(heard.header("cache-control"), "no-store", "{path}");
        assert!(heard.text().contains(text), "{path}: {}", heard.text());
    }
    for path in ["/grants/case/1/1", "/entries/3", "/checkpoint", "/api/v1/grants", "/grants.csv", "/changes"] {
        assert_eq!(served.get(path).status, 200, "{path}");
    }
    count();
    for path in ["/agencies", "/en/years/2026", "/", "/agencies.csv"] {
        assert_eq!(served.get(path).status, 200, "{path}");
    }
}

#[test]
fn text_is_compressed_for_whoever_takes_it() {
    let (_dir, served) = town();
    for path in ["/", "/en/grants", "/grants/case/1/1", "/entries/3", "/api/v1/entries/3", "/api/v1/entries/3/raw"] {
        // Twice: made, and kept.
        for _ in 0..2 {
            let (plain, packed) =
                (ask(&served, "GET", path, ""), ask(&served, "GET", path, "accept-encoding: br, gzip\r\n"));
            assert_eq!(plain.field("content-encoding"), None, "{path}");
            assert_eq!(packed.field("content-encoding"), Some("gzip"), "{path}");
            assert_eq!(packed.unpacked(), plain.unpacked(), "{path}");
            assert!(packed.body.len() < plain.body.len(), "{path}: {} {}", packed.body.len(), plain.body.len());
            for answer in [&plain, &packed] {
                assert!(answer.head.lines().any(|line| line == "vary: accept-encoding"), "{path}: {}", answer.head);
                let length = answer.field("content-length").and_then(|length| length.parse().ok());
                assert_eq!(length, Some(answer.body.len()), "{path}");
                let head = ask(
                    &served,
                    "HEAD",
                    path,
                    if answer.field("content-encoding").is_some() { "accept-encoding: gzip\r\n" } else { "" },
                );
                assert_eq!((head.field("content-length"), head.body.len()), (answer.field("content-length"), 0));
                assert_eq!(head.field("etag"), answer.field("etag"), "{path}");
                let tag = answer.field("etag").expect("a tag");
                let fields = format!(
                    "if-none-match: {tag}\r\n{}",
                    if tag.contains("-gz") { "accept-encoding: gzip\r\n" } else { "" }
                );
                let again = ask(&served, "GET", path, &fields);
                assert!(again.head.starts_with("http/1.1 304") && again.body.is_empty(), "{path}: {}", again.head);
            }
            assert_ne!(plain.field("etag"), packed.field("etag"), "{path}");
        }
    }
}

#[test]
fn what_is_kept_is_of_the_newest_state() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = found(dir.path());
    let served = serve(dir.path());
    let mut before = String::new();
    for n in 1..=12 {
        register(&mut city, &format!("Yayasan {n}"));
        city.flush().expect("registered");
        let told = ask(&served, "GET", "/api/v1/status", "").unpacked();
        assert_ne!(told, before, "the status tells of registration {n} at once");
        assert!(ask(&served, "GET", "/en/", "").unpacked().contains(&format!("/en/entries/{}", entries(&told) - 1)));
        before = told;
    }
}

fn entries(status: &str) -> u64 {
    let status: serde_json::Value = serde_json::from_str(status).expect("the status is JSON");
    status["size"].as_u64().expect("it has a size")
}

#[test]
fn who_asks_in_another_way_gets_another_answer() {
    let (_dir, served) = town();
    let own = ask(&served, "GET", "/log", "host: localhost:8080\r\n").unpacked();
    let far = ask(&served, "GET", "/log", "host: example.com\r\n").unpacked();
    let again = ask(&served, "GET", "/log", "host: localhost:8080\r\n").unpacked();
    assert_eq!(own, again);
    assert!(own.contains("http://localhost:8080") && !far.contains("localhost"), "each is told the name that it used");
    let json = ask(&served, "GET", "/api/v1/entries/0", "accept: application/json\r\n");
    let text = ask(&served, "GET", "/api/v1/entries/0", "accept: text/plain\r\n");
    assert!(json.unpacked().starts_with('{') && text.unpacked().starts_with("hibah/entry/"), "{}", text.unpacked());
    let asked = |query: &str| ask(&served, "GET", &format!("/api/v1/grants?{query}"), "").unpacked();
    assert_ne!(asked("status=open"), asked("status=refused"));
}

#[test]
fn many_who_ask_at_once_are_answered_alike() {
    let (_dir, served) = town();
    let expected = ask(&served, "GET", "/grants/case/1/1", "").unpacked();
    let (right, missing) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for n in 0..64 {
            let (served, expected, right, missing) = (&served, &expected, &right, &missing);
            scope.spawn(move || {
                let found =
                    ask(served, "GET", "/grants/case/1/1", if n % 2 == 0 { "accept-encoding: gzip\r\n" } else { "" });
                right.fetch_add(usize::from(found.unpacked() == *expected), Ordering::Relaxed);
                // Nothing that is missing is kept, and each is told so.
                let lost = ask(served, "GET", "/grants/case/1/999", "");
                let told = lost.head.starts_with("http/1.1 404") && lost.unpacked().contains("<h1");
                missing.fetch_add(usize::from(told), Ordering::Relaxed);
            });
        }
    });
    assert_eq!((right.into_inner(), missing.into_inner()), (64, 64));
}
