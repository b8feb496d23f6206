//! `/data`: dumps are made beside the server, listed, and given out byte for byte as `hibah export --format` writes them.

use std::path::Path;

use hibah::cli::dumps;
use hibah::ledger::reader::Reader;
use hibah::public::{self, Records};
use hibah::tlog::hash::sha256;
use serde_json::Value;

use super::city;
use crate::one_city::OneCity;
use crate::public_town::{Heard, Served};

fn made(dir: &Path) -> Option<String> {
    dumps::make(dir).unwrap_or_else(|e| panic!("{e:?}")).map(|set| set.set)
}

fn ok(served: &Served, path: &str) -> Heard {
    let heard = served.get(path);
    assert_eq!(heard.status, 200, "{path}: {}", String::from_utf8_lossy(&heard.body));
    heard
}

/// Each file of a set, fetched: it is what the index says.
fn check_set(served: &Served, set: &Value) {
    let name = set["set"].as_str().expect("a name");
    for file in set["files"].as_array().expect("files") {
        let path = format!("/data/{name}/{}", file["name"].as_str().expect("a name"));
        let heard = ok(served, &path);
        assert_eq!(heard.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        assert_eq!(heard.header("content-type"), file["media_type"].as_str().expect("a type"), "{path}");
        assert_eq!(heard.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(sha256(&heard.body).to_hex(), file["sha256"].as_str().expect("a digest"), "{path}");
        assert_eq!(heard.body.len() as u64, file["bytes"].as_u64().expect("a size"), "{path}");
        let again = served.ask("GET", &path, &[("if-none-match", heard.header("etag"))]);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
    }
}

// long: one ledger as it grows, set by set
#[test]
fn dumps_follow_the_ledger_and_are_what_export_writes() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = city(dir.path());
    let served = Served::start(public::router_of(dir.path().to_owned(), Records::Recorded).expect("a ledger"));
    assert_eq!(served.get("/data.json").status, 404);
    assert!(ok(&served, "/en/data").text().contains("No data files are made"), "before the first making");

    let first = made(dir.path()).expect("the first set");
    assert_eq!(made(dir.path()), None, "a set is made once");
    let set = ok(&served, "/data.json").json();
    let signed = Reader::open(dir.path()).expect("a ledger").signed().expect("a checkpoint");
    assert_eq!(set["set"], first.as_str());
    assert_eq!(
        (&set["checkpoint"]["size"], &set["checkpoint"]["root"]),
        (&signed.size.into(), &signed.root.to_hex().into())
    );
    check_set(&served, &set);
    let page = ok(&served, "/en/data");
    for file in set["files"].as_array().expect("files") {
        let (name, sha256) = (file["name"].as_str().expect("a name"), file["sha256"].as_str().expect("a digest"));
        assert!(
            page.text().contains(&format!("href=\"/data/{first}/{name}\"")) && page.text().contains(sha256),
            "{name}"
        );
    }
    assert!(page.text().contains(&signed.root.to_hex()) && page.text().contains("Creative Commons"));
    let early = ok(&served, &format!("/data/{first}/entries.jsonl")).body;

    // The ledger goes on: the lines so far are copied, and all is as if made anew.
    city.play("application.submitted case/2/3 by org/2 amount=70 fiscal_year=2016");
    let second = made(dir.path()).expect("a second set");
    let set = ok(&served, "/data.json").json();
    assert_eq!(set["set"], second.as_str());
    check_set(&served, &set);
    let later = ok(&served, &format!("/data/{second}/entries.jsonl")).body;
    let lines = early[..early.len() - 1].iter().rposition(|byte| *byte == b'\n').expect("lines") + 1;
    assert!(later.starts_with(&early[..lines]) && later.len() > early.len());
    for (form, name) in [("jsonl", "entries.jsonl"), ("xlsx", "hibah.xlsx"), ("360giving", "360giving.json")] {
        let out = dir.path().join(name);
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_hibah"))
            .args(["export", "--format", form])
            .args([dir.path(), &out])
            .output()
            .expect("it runs");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let exported = std::fs::read(out).expect("a file");
        assert!(exported == ok(&served, &format!("/data/{second}/{name}")).body, "{name} has other bytes than export");
        let latest = served.get(&format!("/data/latest/{name}"));
        assert_eq!((latest.status, latest.header("location")), (307, format!("/data/{second}/{name}").as_str()));
    }
    // Who began with the set before can go on; the one before that is gone.
    ok(&served, &format!("/data/{first}/SHA256SUMS"));
    city.play("application.submitted case/2/4 by org/2 amount=70 fiscal_year=2016");
    made(dir.path()).expect("a third set");
    assert_eq!(served.get(&format!("/data/{first}/SHA256SUMS")).status, 404);
    ok(&served, &format!("/data/{second}/SHA256SUMS"));
}

#[test]
fn another_version_of_the_program_makes_them_anew() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(city(dir.path()));
    let own = made(dir.path()).expect("a set");
    let (moment, version) = own.rsplit_once('-').expect("a moment and a version");
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
    // As an earlier version left it, which wrote other lines.
    let (folder, old) = (dir.path().join("dumps"), format!("{moment}-0.0.1"));
    std::fs::rename(folder.join(&own), folder.join(&old)).expect("renamed");
    let index = std::fs::read_to_string(folder.join(&old).join("index.json")).expect("an index").replace(&own, &old);
    std::fs::write(folder.join(&old).join("index.json"), index).expect("written");
    let lines = std::fs::read_to_string(folder.join(&old).join("entries.jsonl")).expect("lines");
    std::fs::write(folder.join(&old).join("entries.jsonl"), lines.replacen("\"index\":1", "\"INDEX\":1", 1))
        .expect("written");

    let served = Served::start(public::router_of(dir.path().to_owned(), Records::Recorded).expect("a ledger"));
    assert_eq!(ok(&served, "/data.json").json()["set"], old.as_str(), "until the new one is made");
    assert_eq!(made(dir.path()), Some(own.clone()), "it is made anew at the same checkpoint");
    assert_eq!(made(dir.path()), None, "and once");
    let set = ok(&served, "/data.json").json();
    assert_eq!(set["set"], own.as_str());
    check_set(&served, &set);
    assert_eq!(
        ok(&served, &format!("/data/{own}/entries.jsonl")).text(),
        lines,
        "no line of the other version is copied"
    );
    ok(&served, &format!("/data/{old}/SHA256SUMS"));
}

#[test]
fn an_erasure_reaches_the_lines_that_were_copied_before_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = OneCity::new(dir.path());
    city.play_file("golden_case.txt");
    city.play("at 2015-02-02T02:00:00.000Z\napplication.submitted case/1/1 by org/1 amount=75 fiscal_year=2015 title=\"Rumah Budi\"");
    let jsonl =
        |set: &str| std::fs::read_to_string(dir.path().join("dumps").join(set).join("entries.jsonl")).expect("lines");
    assert!(jsonl(&made(dir.path()).expect("a set")).contains("Rumah Budi"));
    let entry = city.last_entry("case/1/1", "application.submitted");
    let reader = Reader::open(dir.path()).expect("a ledger");
    let hash = reader.statement(entry, crate::one_city::ORIGIN).expect("read").expect("there").hash().to_hex();
    city.play(&format!(
        "erasure.recorded note/official/5/1 by registrar entry={entry} statement={hash} pointers=[\"/body/title\"] what=text basis=\"UU 27/2022 Pasal 8\" case=case/1/1"
    ));
    assert!(!jsonl(&made(dir.path()).expect("a set")).contains("Rumah Budi"));
}

#[test]
fn a_file_is_given_in_parts_and_nothing_else_is() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(city(dir.path()));
    let set = made(dir.path()).expect("a set");
    std::fs::write(dir.path().join("dumps").join(&set).join("other"), "other").expect("a file");
    let served = Served::start(public::router_of(dir.path().to_owned(), Records::Recorded).expect("a ledger"));
    let path = format!("/data/{set}/360giving.json");
    let whole = ok(&served, &path);
    let size = whole.body.len();
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let tag = whole.header("etag").to_owned();
    for (range, condition, status, part) in [
        ("bytes=0-9", None, 206, 0..10),
        ("bytes=10-", None, 206, 10..size),
        ("bytes=-5", None, 206, size - 5..size),
        ("bytes=5-99999999", None, 206, 5..size),
        ("bytes=10-", Some(tag.as_str()), 206, 10..size),
        ("bytes=10-", Some("\"other\""), 200, 0..size),
        ("bytes=0-1,4-5", None, 200, 0..size),
        ("lines=0-1", None, 200, 0..size),
        ("bytes=5-4", None, 200, 0..size),
        ("bytes=99999999-", None, 416, 0..0),
    ] {
        let mut headers = vec![("range", range)];
        headers.extend(condition.map(|tag| ("if-range", tag)));
        let heard = served.ask("GET", &path, &headers);
        assert_eq!(heard.status, status, "{range} {condition:?}");
        if status != 416 {
            assert!(heard.body == whole.body[part.clone()], "{range} {condition:?}");
        }
        if status == 206 {
            let said = format!("bytes {}-{}/{size}", part.start, part.end - 1);
            assert_eq!(heard.header("content-range"), said, "{range}");
        }
    }
    for path in [
        format!("/data/{set}/other"),
        format!("/data/{set}/../../ledger.db"),
        format!("/data/{set}/..%2f..%2fledger.db"),
        "/data/..%2f/ledger.db".to_owned(),
        "/data/latest/other".to_owned(),
        "/data/1-0123456789abcdef/entries.jsonl".to_owned(),
        "/data/x".to_owned(),
    ] {
        let (status, text) = served.raw(&path);
        assert_eq!(status, 404, "{path}");
        assert!(text.contains("application/problem+json"), "{path}: {text}");
    }
}
