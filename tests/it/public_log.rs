//! The log over HTTP, to the letter of C2SP tlog-tiles.

use std::path::Path;

use hibah::cli::demo::city::{City, published_key};
use hibah::grants::time::Timestamp;
use hibah::ledger::entry::Entry;
use hibah::ledger::reader::Reader;
use hibah::ledger::verify::{Trust, verify};
use hibah::ledger::writer::{Clock, Writer};
use hibah::network::remote::Remote;
use hibah::public;
use hibah::tlog::hash::leaf_hash;
use hibah::tlog::tile::{TilePath, decode_bundle, tiles_of_size};

use crate::public_town::{ORIGIN, Served, found, register};

struct Standing(Timestamp);

impl Clock for Standing {
    fn now(&mut self) -> Result<Timestamp, String> {
        Ok(self.0)
    }
}

fn serve(dir: &Path) -> Served {
    Served::start(public::router(dir.to_owned()).unwrap_or_else(|e| panic!("{e}")))
}

fn grow(city: &mut City, size: u64) {
    while city.state().size() < size {
        register(city, "Yayasan");
        city.flush().expect("registered");
    }
}

const SIZES: [u64; 4] = [1, 255, 256, 257];

/// Path, and which of [`SIZES`] have it.
const TILES: &[(&str, [bool; 4])] = &[
    ("tile/0/000.p/1", [true, true, true, true]),
    ("tile/0/000.p/2", [false, true, true, true]),
    ("tile/0/000.p/255", [false, true, true, true]),
    ("tile/0/000", [false, false, true, true]),
    ("tile/0/001.p/1", [false, false, false, true]),
    ("tile/0/001.p/2", [false, false, false, false]),
    ("tile/0/001", [false, false, false, false]),
    ("tile/1/000.p/1", [false, false, true, true]),
    ("tile/1/000.p/2", [false, false, false, false]),
    ("tile/1/000", [false, false, false, false]),
    ("tile/2/000.p/1", [false, false, false, false]),
    ("tile/63/000.p/1", [false, false, false, false]),
    ("tile/0/273.p/112", [false, false, false, false]),
    ("tile/0/x001/x234/067", [false, false, false, false]),
    ("tile/entries/000.p/1", [true, true, true, true]),
    ("tile/entries/000.p/255", [false, true, true, true]),
    ("tile/entries/000", [false, false, true, true]),
    ("tile/entries/001.p/1", [false, false, false, true]),
    ("tile/entries/001", [false, false, false, false]),
    ("tile/entries/273.p/112", [false, false, false, false]),
];

fn check_tiles(served: &Served, at: usize) {
    let size = SIZES[at];
    assert!(served.get("/checkpoint").text().starts_with(&format!("{ORIGIN}\n{size}\n")));
    for (path, there) in TILES {
        let heard = served.get(&format!("/{path}"));
        let expected = if there[at] { 200 } else { 404 };
        assert_eq!(heard.status, expected, "{path} at size {size}");
        assert_eq!(heard.header("access-control-allow-origin"), "*", "{path}");
        if there[at] {
            assert_eq!(heard.header("content-type"), "application/octet-stream", "{path}");
            assert_eq!(heard.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        } else {
            assert_eq!(heard.header("content-type"), "application/problem+json", "{path}");
            assert_eq!(heard.header("cache-control"), "no-store", "{path}");
        }
    }
    for path in tiles_of_size(size) {
        let heard = served.get(&format!("/{path}"));
        assert_eq!(heard.status, 200, "{path} at size {size}");
        match path {
            TilePath::Hashes(tile) => {
                assert_eq!(heard.body.len(), usize::from(tile.width) * 32, "{path}")
            }
            TilePath::Entries { index, width } => {
                let hashes = served.get(&format!("/{}", path.to_string().replace("entries", "0")));
                let entries = decode_bundle(&heard.body, width).expect("a bundle");
                for (at, entry) in entries.iter().enumerate() {
                    let read = Entry::parse(entry).expect("an entry");
                    assert_eq!(read.index, index * 256 + at as u64);
                    assert_eq!(leaf_hash(entry).as_bytes()[..], hashes.body[at * 32..at * 32 + 32]);
                }
            }
        }
    }
}

#[test]
fn tiles_at_the_sizes_where_they_become_full() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = found(dir.path());
    let served = serve(dir.path());
    for (at, size) in SIZES.into_iter().enumerate().skip(1) {
        grow(&mut city, size);
        check_tiles(&served, at);
    }
    let remote = Remote::new(&served.url(""));
    let report = verify(&remote, &Trust::default(), &|_, _| ()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(report.checkpoint.size, 257);
    assert_eq!(report.checkpoint.origin, ORIGIN);
}

#[test]
fn tiles_of_a_ledger_that_was_just_founded() {
    let [whole, dir] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    drop(found(whole.path()));
    let bytes = Reader::open(whole.path()).expect("a ledger").entry(0).expect("read").expect("entry 0");
    let entry = Entry::parse(&bytes).expect("an entry");
    let clock = Box::new(Standing(entry.recorded_at));
    let founded = Writer::found(dir.path(), ORIGIN, entry.statement, published_key(ORIGIN, ""), clock);
    drop(founded.expect("written").unwrap_or_else(|e| panic!("{e}")));
    let served = serve(dir.path());
    check_tiles(&served, 0);
    let heard = served.get("/");
    assert_eq!(heard.status, 200);
    assert!(heard.text().contains("belum memuat hibah"), "an empty ledger says why");
    assert_eq!(served.get("/grants").status, 200);
    assert_eq!(served.get("/entries/0").status, 200);
    assert_eq!(served.get("/entries/1").status, 404);
}

#[test]
fn paths_that_are_no_tiles() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(found(dir.path()));
    let served = serve(dir.path());
    assert_eq!(served.raw("/tile/0/000.p/5").0, 200, "the spelling that is right");
    let wrong = [
        "/tile",
        "/tile/",
        "/tile/0",
        "/tile/0/",
        "/tile/0/0",
        "/tile/0/00",
        "/tile/0/0000",
        "/tile/0/000/",
        "/tile//0/000",
        "/tile/0//000",
        "/tile/0/000.p",
        "/tile/0/000.p/",
        "/tile/0/000.p/0",
        "/tile/0/000.p/05",
        "/tile/0/000.p/+5",
        "/tile/0/000.p/256",
        "/tile/0/000.P/5",
        "/tile/0/000.p/5/",
        "/tile/00/000.p/5",
        "/tile/+0/000.p/5",
        "/tile/64/000.p/5",
        "/tile/-1/000.p/5",
        "/tile/0/x000/000.p/5",
        "/tile/0/X001/000.p/5",
        "/tile/0/%3000.p/5",
        "/tile/0/000%2Ep/5",
        "/tile/0/%ff",
        "/tile/entries/0",
        "/tile/entries/000.p/257",
        "/tile/entries/x000/000.p/1",
        "/tile/0/x999/x999/x999/x999/x999/x999/999",
        "/TILE/0/000.p/5",
        "/checkpoint/",
        "/Checkpoint",
        "/tile/0/../0/000.p/5",
    ];
    for path in wrong {
        let (status, text) = served.raw(path);
        assert_eq!(status, 404, "{path}");
        if path.starts_with("/tile") {
            assert!(text.contains("application/problem+json"), "{path}: {text}");
        }
    }
}

#[test]
fn the_checkpoint_and_the_headers_of_all() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = found(dir.path());
    let served = serve(dir.path());
    let first = served.get("/checkpoint");
    assert_eq!(first.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(first.header("cache-control"), "public, max-age=1");
    assert_eq!(first.header("x-content-type-options"), "nosniff");
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 10, "{tag}");
    for named in [tag.as_str(), "*", &format!("\"other\", W/{tag}")] {
        let again = served.ask("GET", "/checkpoint", &[("if-none-match", named)]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{named}");
        assert_eq!(again.header("etag"), tag);
    }
    assert_eq!(served.ask("GET", "/checkpoint", &[("if-none-match", "\"other\"")]).status, 200);
    register(&mut city, "Yayasan");
    city.flush().expect("registered");
    let newer = served.ask("GET", "/checkpoint", &[("if-none-match", &tag)]);
    assert_eq!(newer.status, 200);
    assert_ne!(newer.body, first.body);

    for path in ["/checkpoint", "/tile/0/000.p/3", "/api/v1/status", "/", "/en/grants", "/entries/0", "/nothing"] {
        let (got, head) = (served.get(path), served.ask("HEAD", path, &[]));
        assert_eq!((head.status, head.body.len()), (got.status, 0), "{path}");
        for name in ["content-type", "cache-control", "etag", "content-length", "access-control-allow-origin"] {
            assert_eq!(head.header(name), got.header(name), "{name} of {path}");
        }
        for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let heard = served.ask(method, path, &[]);
            assert_eq!((heard.status, heard.header("allow")), (405, "GET, HEAD"), "{method} {path}");
        }
    }
}

#[test]
fn a_folder_without_a_ledger_is_not_served() {
    let dir = tempfile::tempdir().expect("a folder");
    let error = public::router(dir.path().to_owned()).expect_err("no ledger");
    assert!(error.to_string().contains("holds no ledger"), "{error}");
}

#[test]
fn files_that_cannot_be_read_are_503_both_ways() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(found(dir.path()));
    let served = serve(dir.path());
    assert_eq!(served.get("/api/v1/status").status, 200);
    std::fs::write(dir.path().join("ledger.db"), "not a database any more").expect("written");
    std::fs::write(dir.path().join("last-signed.db"), "not a database any more").expect("written");
    for path in ["/checkpoint", "/api/v1/status", "/tile/0/000.p/3"] {
        let heard = served.get(path);
        assert_eq!((heard.status, heard.header("retry-after")), (503, "1"), "{path}: {}", heard.text());
        assert_eq!(heard.header("content-type"), "application/problem+json", "{path}");
        assert!(!heard.text().contains(dir.path().to_str().expect("UTF-8")), "no path of the server is told");
    }
    let page = served.get("/en/");
    assert_eq!((page.status, page.header("content-type")), (503, "text/html; charset=utf-8"));
    assert!(page.text().contains("The ledger cannot be read here at the moment"));
}
