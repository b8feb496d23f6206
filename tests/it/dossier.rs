//! Dossiers: the same bytes from the server and the command line, what they prove, and every lie in one.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use hibah::ledger::documents::DOCUMENTS_FOLDER;
use hibah::ledger::dossier::{self, Files, MANIFEST, SUMS};
use hibah::ledger::reader::{GrantQuery, Reader};
use hibah::ledger::store::StoreError;
use hibah::public::{self, Records};
use hibah::tlog::hash::sha256;
use serde_json::Value;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::documents::{CSV, PDF};
use crate::one_city::{ORIGIN, OneCity};
use crate::public_town::Served;

const GRANT: &str = "case/1/1";
const ERASED: &str = "Taman baca Budi Rekaan";

struct Made {
    dir: TempDir,
    /// The dossier of [`GRANT`], as the command wrote it.
    archive: Vec<u8>,
}

/// Puts a document in force, as the desk does when its statement is recorded.
fn keep(dir: &Path, bytes: &[u8]) {
    let hex = sha256(bytes).to_hex();
    let folder = dir.join(DOCUMENTS_FOLDER).join(&hex[..2]);
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(&hex[2..]), bytes).expect("a document");
}

fn named(at: usize, bytes: &[u8], media_type: &str) -> String {
    let (hex, size) = (sha256(bytes).to_hex(), bytes.len());
    format!("documents.{at}.sha256={hex} documents.{at}.size={size} documents.{at}.media_type={media_type}")
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a folder");
        let mut city = OneCity::new(dir.path());
        city.play_file("golden_case.txt");
        let large = vec![b'x'; 20_000_001];
        for bytes in [PDF, CSV, &large] {
            keep(dir.path(), bytes);
        }
        city.play(&format!(
            "at 2015-02-02T02:00:00.000Z
             application.submitted case/1/1 by org/1 amount=75 fiscal_year=2015 {}
             bring case/1/1 disbursement.requested 75
             application.submitted case/2/1 by org/2 amount=75 fiscal_year=2015 title=\"{ERASED}\"
             completeness.checked case/2/1 by intake
             application.submitted case/3/1 by org/3 fiscal_year=2015 {}",
            named(0, PDF, "application/pdf"),
            named(0, &large, "text/plain"),
        ));
        let application = city.last_entry("case/2/1", "application.submitted");
        let reader = Reader::open(dir.path()).expect("a ledger");
        let hash = reader.statement(application, ORIGIN).expect("read").expect("there").hash().to_hex();
        city.play(&format!(
            "at 2016-03-03T02:00:00.000Z
             erasure.recorded note/official/5/1 by registrar entry={application} statement={hash} pointers=[\"/body/title\"] what=text basis=\"UU 27/2022 Pasal 8\" case=case/2/1"
        ));
        drop(city);
        let archive = written(dir.path(), GRANT);
        Made { dir, archive }
    })
}

fn hibah(args: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hibah")).args(args).current_dir(folder).output().expect("the program runs")
}

fn written(dir: &Path, grant: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let done = hibah(&["dossier", &dir.display().to_string(), grant, "-o", "made.zip"], folder.path());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    std::fs::read(folder.path().join("made.zip")).expect("it was written")
}

fn unfolded(archive: &[u8]) -> Files {
    let mut archive = ZipArchive::new(Cursor::new(archive)).expect("an archive");
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).expect("a file");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("its bytes");
        files.insert(file.name().expect("a name").into_owned(), bytes);
    }
    files
}

fn folded(files: &Files) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(name, SimpleFileOptions::default()).expect("a file");
        archive.write_all(bytes).expect("its bytes");
    }
    archive.finish().expect("an archive").into_inner()
}

/// The sums of whoever changed a file.
fn sum_again(files: &mut Files) {
    files.remove(SUMS);
    let sums: String = files.iter().map(|(name, bytes)| format!("{}  {name}\n", sha256(bytes))).collect();
    files.insert(SUMS.to_owned(), sums.into_bytes());
}

/// What `hibah verify` says of an archive, and its exit status.
fn verified(archive: &[u8], options: &[&str]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("d.zip"), archive).expect("written");
    let done = hibah(&[&["verify", "d.zip"], options].concat(), folder.path());
    (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
}

fn manifest(files: &Files) -> Value {
    serde_json::from_slice(&files[MANIFEST]).expect("JSON")
}

#[test]
fn the_server_and_the_command_make_the_same_bytes() {
    let made = made();
    assert_eq!(written(made.dir.path(), GRANT), made.archive, "twice");
    let router =
        public::router_of(made.dir.path().to_owned(), Records::MadeUp).unwrap_or_else(|e: StoreError| panic!("{e}"));
    let served = Served::start(router);
    let heard = served.get(&format!("/grants/{GRANT}/dossier.zip"));
    assert_eq!((heard.status, heard.header("content-type")), (200, "application/zip"));
    assert_eq!(heard.header("content-disposition"), "attachment; filename=\"dossier-case-1-1.zip\"");
    assert!(heard.body == made.archive, "{} bytes, not {}", heard.body.len(), made.archive.len());
    assert!(served.get(&format!("/en/grants/{GRANT}/dossier.zip")).body == made.archive, "in English");
    assert_eq!(served.get("/grants/case/9/9/dossier.zip").status, 404);
    assert!(
        served.get(&format!("/grants/{GRANT}")).text().contains("/grants/case/1/1/dossier.zip\""),
        "the page links it"
    );
    let none = hibah(&["dossier", &made.dir.path().display().to_string(), "case/9/9"], made.dir.path());
    assert_eq!(none.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&none.stderr).contains("no grant case/9/9"));
}

#[test]
fn a_dossier_holds_and_says_what_it_proves() {
    let made = made();
    let vkey = String::from_utf8(unfolded(&made.archive)["vkey"].clone()).expect("text");
    let (status, said) = verified(&made.archive, &["--vkey", vkey.trim_end()]);
    assert_eq!(status, Some(0), "{said}");
    for part in
        ["The dossier of case/1/1 holds.", "1 of ", "the one that you gave", "no step between them is missing", "not "]
    {
        assert!(said.contains(part), "{part:?}: {said}");
    }
    assert!(!said.contains("warning"), "{said}");
    let (status, said) = verified(&made.archive, &[]);
    assert!(status == Some(0) && said.contains("warning: the key came from the dossier itself"), "{said}");
    let (status, said) = verified(&made.archive, &["--json"]);
    let told: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(
        (status, &told["holds"], &told["grant"], &told["documents"]),
        (Some(0), &Value::from(true), &Value::from(GRANT), &Value::from(1))
    );
    let other = "kota.example/hibah+eb9ed1a4+AcVjVLUyVQRxWGdj1HKBlRuU1aqXYdLI0rZAqdpsr2bs";
    assert_ne!(verified(&made.archive, &["--vkey", other]).0, Some(0), "another key");
    let (status, said) = verified(&made.archive, &["--since", "x"]);
    assert!(status == Some(2) && said.contains("nothing but --vkey"), "{said}");
    let (status, said) = verified(&made.archive[..made.archive.len() - 30], &[]);
    assert!(status == Some(2) && said.contains("is not a dossier"), "{said}");
}

#[test]
fn every_grant_of_every_story_has_a_dossier_that_holds() {
    let mut grants = 0;
    for dir in [made().dir.path(), crate::one_pages::folder()] {
        let reader = Reader::open(dir).expect("a ledger");
        let page = reader.grants(&GrantQuery { limit: 100, ..GrantQuery::default() }).expect("read");
        for grant in page.grants {
            let mut archive = Vec::new();
            public::dossier::write(&reader, dir, &grant.id, &mut archive)
                .unwrap_or_else(|e| panic!("{}: {e}", grant.id));
            let checked = dossier::check(&unfolded(&archive), None).unwrap_or_else(|e| panic!("{}: {e}", grant.id));
            assert!(checked.unsigned.is_empty() && !checked.manifest.entries.is_empty(), "{}", grant.id);
            grants += 1;
        }
    }
    assert!(grants >= 9, "{grants}");
}

#[test]
fn what_was_erased_is_in_no_file_and_what_is_too_large_is_named() {
    let dir = made().dir.path();
    let archive = written(dir, "case/2/1");
    for (name, bytes) in unfolded(&archive) {
        let there = bytes.windows(ERASED.len()).any(|window| window == ERASED.as_bytes());
        assert!(!there, "{name} has what was erased");
    }
    let (status, said) = verified(&archive, &[]);
    assert!(status == Some(0) && said.contains("a text was erased: their places are proved"), "{said}");
    let archive = written(dir, "case/3/1");
    assert!(archive.len() < 2_000_000, "{} bytes", archive.len());
    assert_eq!(manifest(&unfolded(&archive))["documents"][0]["absent"], "too_large");
    let (status, said) = verified(&archive, &[]);
    assert!(status == Some(0) && said.contains("0 of 1 named"), "{said}");
}

#[test]
fn each_changed_file_is_told() {
    let files = unfolded(&made().archive);
    assert!(files.len() > 30, "{}", files.len());
    for name in files.keys() {
        let mut other = files.clone();
        let bytes = other.get_mut(name).expect("it is there");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        assert!(dossier::check(&other, None).is_err(), "{name} was changed");
        let mut other = files.clone();
        other.remove(name);
        assert!(dossier::check(&other, None).is_err(), "{name} was taken out");
    }
    let mut other = files.clone();
    other.insert("entries/x.txt".to_owned(), Vec::new());
    assert!(dossier::check(&other, None).unwrap_err().to_string().contains("was added"));
}

/// Changes a dossier, with sums that fit, and says what must be said of it; nothing where it holds all the same.
type Lie = (&'static str, fn(&mut Files), &'static str);

fn of(files: &Files, list: &str, at: usize) -> u64 {
    manifest(files)[list][at]["index"].as_u64().expect("an index")
}

fn change_manifest(files: &mut Files, change: impl FnOnce(&mut Value)) {
    let mut manifest = manifest(files);
    change(&mut manifest);
    files.insert(MANIFEST.to_owned(), manifest.to_string().into_bytes());
}

fn flip(files: &mut Files, name: &str, from_end: usize) {
    let bytes = files.get_mut(name).unwrap_or_else(|| panic!("no {name}"));
    let at = bytes.len() - from_end;
    bytes[at] ^= 1;
}

fn take_out(files: &mut Files, list: &str, at: usize) {
    let index = of(files, list, at);
    files.remove(&format!("entries/{index}.txt"));
    files.remove(&format!("receipts/{index}.tlog-proof"));
    change_manifest(files, |manifest| drop(manifest[list].as_array_mut().expect("a list").remove(at)));
}

const LIES: [Lie; 16] = [
    ("nothing", |_| {}, ""),
    (
        "the page to read, which proves nothing",
        |files| drop(files.insert("baca.html".to_owned(), b"<p>Rp 0".to_vec())),
        "",
    ),
    (
        "an entry",
        |files| {
            let name = format!("entries/{}.txt", of(files, "entries", 1));
            flip(files, &name, 20);
        },
        "its leaf hash is not that of dossier.json",
    ),
    (
        "an entry and its leaf hash",
        |files| {
            let index = of(files, "entries", 1);
            flip(files, &format!("entries/{index}.txt"), 20);
            let leaf = hibah::tlog::hash::leaf_hash(&files[&format!("entries/{index}.txt")]).to_hex();
            change_manifest(files, |manifest| manifest["entries"][1]["leaf"] = Value::from(leaf));
        },
        "the receipt does not prove this entry",
    ),
    (
        "an entry that is called erased, with another leaf hash",
        |files| {
            let index = of(files, "entries", 1);
            files.remove(&format!("entries/{index}.txt"));
            change_manifest(files, |manifest| {
                manifest["entries"][1]["erased"] = Value::from(true);
                manifest["entries"][1]["leaf"] = Value::from("00".repeat(32));
            });
        },
        "the receipt does not prove this entry",
    ),
    (
        "a receipt",
        |files| {
            let (one, other) = (of(files, "entries", 1), of(files, "entries", 2));
            let bytes = files[&format!("receipts/{other}.tlog-proof")].clone();
            files.insert(format!("receipts/{one}.tlog-proof"), bytes);
        },
        "is of another entry or checkpoint",
    ),
    ("the checkpoint's signature", |files| flip(files, "checkpoint", 8), "the checkpoint"),
    (
        "the checkpoint's root",
        |files| {
            let text = String::from_utf8(files["checkpoint"].clone()).expect("text");
            let root = text.lines().nth(2).expect("a root").to_owned();
            let other = sha256(b"another root").to_base64();
            files.insert("checkpoint".to_owned(), text.replace(&root, &other).into_bytes());
        },
        "the checkpoint",
    ),
    (
        "the key",
        |files| drop(files.insert("vkey".to_owned(), b"kota.example/hibah+eb9ed1a4\n".to_vec())),
        "the file vkey holds no key",
    ),
    (
        "a document",
        |files| {
            let name = manifest(files)["documents"][0]["file"].as_str().expect("it is there").to_owned();
            flip(files, &name, 3);
        },
        "is not the one that entry",
    ),
    (
        "a document that is left out",
        |files| {
            change_manifest(files, |manifest| {
                drop(manifest["documents"].as_array_mut().expect("a list").remove(1));
            })
        },
        "left out of dossier.json",
    ),
    (
        "a document that nobody names",
        |files| {
            let digest = sha256(b"nobody names this").to_hex();
            change_manifest(files, |manifest| {
                let mut other = manifest["documents"][0].clone();
                (other["sha256"], other["file"]) = (Value::from(digest), Value::Null);
                manifest["documents"].as_array_mut().expect("a list").push(other);
            });
        },
        "is named by no entry",
    ),
    ("a step that is left out", |files| take_out(files, "entries", 2), "a step before entry"),
    ("a key that is left out", |files| take_out(files, "keys", 0), "a key which signed entry"),
    (
        "a file that is added",
        |files| drop(files.insert("documents/x.pdf".to_owned(), Vec::new())),
        "is none of a dossier",
    ),
    (
        "a later version",
        |files| change_manifest(files, |manifest| manifest["version"] = Value::from("hibah/dossier/v2")),
        "use a newer hibah",
    ),
];

#[test]
fn lies_with_sums_that_fit_are_told() {
    let files = unfolded(&made().archive);
    for (what, lie, expected) in LIES {
        let mut other = files.clone();
        lie(&mut other);
        sum_again(&mut other);
        match dossier::check(&other, None) {
            Ok(_) => assert!(expected.is_empty(), "{what} was believed"),
            Err(wrong) => {
                assert!(!expected.is_empty() && wrong.to_string().contains(expected), "{what}: {wrong}");
            }
        }
    }
    // As the command says it.
    let mut other = files.clone();
    LIES[9].1(&mut other);
    sum_again(&mut other);
    let (status, said) = verified(&folded(&other), &[]);
    assert!(status == Some(1) && said.contains("d.zip does not hold: the document documents/"), "{said}");
}
