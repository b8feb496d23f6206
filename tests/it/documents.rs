//! Documents: what is taken, what is refused, and what a stop after any step leaves.

use std::path::{Path, PathBuf};

use hibah::grants::about::About;
use hibah::ledger::documents::{DOCUMENTS_FOLDER, DocumentError, Documents, Limits, named};
use hibah::ledger::erased::ERASED_FILE;
use hibah::ledger::statement::{Content, Statement};
use hibah::tlog::hash::{Hash, sha256};
use serde_json::{Value, json};

use crate::ledger_city::{day, published_key, signer_id, time};
use crate::public_town::ORIGIN;

const AT: &str = "2026-01-20T03:04:05.678Z";
pub const PDF: &[u8] = b"%PDF-1.7\nmade up\n%%EOF\n";
pub const CSV: &[u8] = b"nama,jumlah\nYayasan Rekaan,75000000\n";

pub fn paper(bytes: &[u8], media_type: &str) -> Value {
    json!({
        "title": "Proposal hibah", "sha256": sha256(bytes).to_hex(), "size": bytes.len().max(1), "media_type": media_type,
    })
}

fn statement(body: Value) -> Statement {
    let content = Content {
        origin: ORIGIN.to_owned(),
        kind: "application.submitted".to_owned(),
        about: About::parse("case/1/1").expect("a case"),
        after: Some(sha256(b"before")),
        body,
        event_date: day("2026-01-20"),
        expires: day("2026-01-30"),
        signers: vec![signer_id(&published_key(ORIGIN, "org/1"))],
    };
    content.draft().expect("our own statement")
}

fn of(papers: &[(&[u8], &str)]) -> Statement {
    let papers: Vec<Value> = papers.iter().map(|(bytes, media_type)| paper(bytes, media_type)).collect();
    statement(json!({"documents": papers}))
}

const SMALL: Limits = Limits { documents: 3, document_bytes: 100, total_bytes: 150 };

fn check(statement: &Statement, limits: Limits, sent: &[&[u8]]) -> Result<(), DocumentError> {
    let dir = tempfile::tempdir().expect("a folder");
    let documents = Documents::open(dir.path()).expect("made");
    let receive = || {
        let mut arrival = documents.begin(limits)?;
        for bytes in sent {
            arrival.receive(*bytes)?;
        }
        documents.check(&arrival, statement)
    };
    let checked = receive();
    assert_eq!(files(dir.path()), Vec::<PathBuf>::new(), "nothing is left behind");
    checked
}

/// Every file and every folder below `arriving` and `pending`, and all documents.
fn files(dir: &Path) -> Vec<PathBuf> {
    let root = dir.join(DOCUMENTS_FOLDER);
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            let place = path.strip_prefix(&root).expect("below").to_owned();
            let empty_door = ["arriving", "pending"].iter().any(|door| place == Path::new(door));
            if !empty_door {
                found.push(place);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn what_does_not_fit_is_refused_and_leaves_nothing() {
    let long = [b'a'; 101];
    let two = of(&[(PDF, "application/pdf"), (CSV, "text/csv")]);
    let taken: [(&Statement, &[&[u8]]); 4] =
        [(&two, &[PDF, CSV]), (&two, &[CSV]), (&two, &[]), (&of(&[(&long[..100], "text/plain")]), &[&long[..100]])];
    for (statement, sent) in taken {
        check(statement, SMALL, sent).unwrap_or_else(|e| panic!("{e}"));
    }
    let mut wrong_size = statement(json!({"document": paper(PDF, "application/pdf")}));
    let mut body = wrong_size.body().clone();
    body["document"]["size"] = json!(7);
    wrong_size = statement(body);
    let (eighty, ninety) = ([b'a'; 80], [b'b'; 90]);
    let refused: [(&str, Statement, &[&[u8]], &str); 11] = [
        ("over one document's bound", of(&[(&long, "text/plain")]), &[&long], "document-too-large"),
        (
            "over the bound of all",
            of(&[(&eighty, "text/plain"), (&ninety, "text/plain")]),
            &[&eighty, &ninety],
            "document-too-large",
        ),
        ("too many", of(&[(PDF, "application/pdf")]), &[PDF, b"b", b"c", b"d"], "too-many-documents"),
        ("twice", two.clone(), &[PDF, PDF], "document-twice"),
        ("not named", two.clone(), &[b"something else"], "document-not-named"),
        ("no documents named", statement(json!({})), &[PDF], "document-not-named"),
        ("a byte more", two.clone(), &[&[PDF, b"\n"].concat()], "document-not-named"),
        ("another size", wrong_size, &[PDF], "document-size"),
        ("a PDF called text", of(&[(PDF, "text/plain")]), &[PDF], "document-type"),
        ("text called a PDF", of(&[(CSV, "application/pdf")]), &[CSV], "document-type"),
        ("the second one", of(&[(PDF, "application/pdf"), (CSV, "image/png")]), &[PDF, CSV], "document-type"),
    ];
    for (what, statement, sent, code) in refused {
        match check(&statement, SMALL, sent) {
            Err(error) => assert_eq!(error.code(), code, "{what}: {error}"),
            Ok(()) => panic!("{what} was taken"),
        }
    }
    // An empty document is named by nothing that a statement may say; its size would be 0.
    assert_eq!(check(&of(&[(b"", "text/plain")]), SMALL, &[b""]).expect_err("empty").code(), "document-size");
}

#[test]
fn the_bytes_tell_the_media_type() {
    let png = [&b"\x89PNG\r\n\x1a\n"[..], &[0; 30]].concat();
    let jpeg = [&b"\xff\xd8\xff\xe0"[..], &[0; 30]].concat();
    let zip = [&b"PK\x03\x04"[..], &[0; 40]].concat();
    let cut = "a\u{e9}".repeat(40_000).into_bytes();
    let html = b"<!DOCTYPE html><script>alert(1)</script>";
    let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    // What it is, what the statement calls it, whether it may.
    let cases: [(&[u8], &str, bool); 24] = [
        (PDF, "application/pdf", true),
        (PDF, "application/json", false),
        (&png, "image/png", true),
        (&png, "image/jpeg", false),
        (&jpeg, "image/jpeg", true),
        (&jpeg, "application/pdf", false),
        (&zip, "application/zip", true),
        (&zip, xlsx, true),
        (&zip, "application/pdf", false),
        (CSV, "text/csv", true),
        (CSV, "text/plain", true),
        (CSV, "application/json", false),
        (b"{\"a\": 1}", "application/json", true),
        (b" [1, 2]", "application/json", true),
        (b"[1, 2]", "text/csv", true),
        (b"{\"a\": 1}", "application/pdf", false),
        (html, "text/plain", false),
        (html, "text/html", true),
        (b"#!/bin/sh\nrm -r x\n", "text/plain", false),
        (b"BMT,1\n", "text/csv", true),
        (&cut, "text/plain", true),
        (&cut[..cut.len() - 1], "text/plain", false),
        (b"a\x00b", "text/plain", false),
        (b"\xff\xfe\x00", "application/octet-stream", false),
    ];
    for (bytes, said, may) in cases {
        let told = check(&of(&[(bytes, said)]), Limits::SERVED, &[bytes]);
        let begin = String::from_utf8_lossy(&bytes[..bytes.len().min(12)]).into_owned();
        match told {
            Ok(()) => assert!(may, "{begin:?} must not be called {said}"),
            Err(error) => {
                assert!(!may, "{begin:?} may be called {said}: {error}");
                assert_eq!(error.code(), "document-type", "{begin:?} {said}");
            }
        }
    }
}

#[test]
fn a_statement_names_documents_wherever_they_stand() {
    let (one, two, three) = (paper(b"1", "text/plain"), paper(b"2", "text/plain"), paper(b"3", "text/plain"));
    let mut more = one.clone();
    more["note"] = json!("five fields are no document");
    let body = json!({
        "counter": {"paper": one}, "documents": [two, three], "other": more,
        "source": {"file_sha256": "ab".repeat(32)}, "title": "x",
    });
    let found: Vec<(String, Hash)> =
        named(&statement(body)).into_iter().map(|named| (named.pointer, named.sha256)).collect();
    let expected = [("/body/counter/paper", b"1"), ("/body/documents/0", b"2"), ("/body/documents/1", b"3")];
    assert_eq!(found, expected.map(|(pointer, bytes)| (pointer.to_owned(), sha256(bytes))));
}

fn read(documents: &Documents, bytes: &[u8]) -> Option<Vec<u8>> {
    use std::io::Read as _;
    let (mut file, size) = documents.read(&sha256(bytes)).expect("read")?;
    let mut read = Vec::new();
    file.read_to_end(&mut read).expect("read");
    assert_eq!(size, read.len() as u64);
    Some(read)
}

/// Received, checked and kept; not in force yet.
fn pend(documents: &Documents, statement: &Statement, sent: &[&[u8]]) -> hibah::ledger::documents::Pending {
    let mut arrival = documents.begin(Limits::SERVED).expect("begun");
    for bytes in sent {
        arrival.receive(*bytes).expect("received");
    }
    documents.check(&arrival, statement).expect("it fits");
    documents.pend(arrival, statement.hash(), time(AT)).expect("kept").expect("there are some")
}

#[test]
fn documents_take_their_place_when_the_statement_does() {
    let dir = tempfile::tempdir().expect("a folder");
    let documents = Documents::open(dir.path()).expect("made");
    let statement = of(&[(PDF, "application/pdf"), (CSV, "text/csv")]);
    let pending = pend(&documents, &statement, &[PDF, CSV]);
    assert_eq!((read(&documents, PDF), read(&documents, CSV)), (None, None), "what waits is not seen");
    assert_eq!(documents.waiting().expect("read"), std::slice::from_ref(&pending));
    documents.settle(&pending).expect("settled");
    assert_eq!((read(&documents, PDF).as_deref(), read(&documents, CSV).as_deref()), (Some(PDF), Some(CSV)));
    assert_eq!(documents.waiting().expect("read"), []);
    assert_eq!(documents.named_by(&sha256(PDF)).expect("read"), [statement.hash()]);
    let hex = sha256(PDF).to_hex();
    assert!(dir.path().join(DOCUMENTS_FOLDER).join(&hex[..2]).join(&hex[2..]).is_file());

    // A second statement that names one of them; twice the same changes nothing.
    let other = of(&[(PDF, "application/pdf")]);
    for _ in 0..2 {
        documents.settle(&pend(&documents, &other, &[PDF])).expect("settled");
    }
    assert_eq!(documents.named_by(&sha256(PDF)).expect("read"), [statement.hash(), other.hash()]);
    // Refused: gone.
    let dropped = pend(&documents, &of(&[(b"{}", "application/json")]), &[b"{}"]);
    let before = files(dir.path());
    documents.drop_pending(&dropped).expect("dropped");
    assert_eq!(read(&documents, b"{}"), None);
    assert!(files(dir.path()).len() < before.len() && documents.waiting().expect("read").is_empty());
}

#[test]
fn a_process_that_dies_leaves_nothing_that_counts() {
    let dir = tempfile::tempdir().expect("a folder");
    let documents = Documents::open(dir.path()).expect("made");
    let statement = of(&[(PDF, "application/pdf"), (CSV, "text/csv")]);
    // At each step on the way; what is forgotten runs no clean-up, as in a process that died.
    let arrival = documents.begin(Limits::SERVED).expect("begun");
    std::mem::forget(arrival);
    let mut arrival = documents.begin(Limits::SERVED).expect("begun");
    arrival.start().expect("begun");
    arrival.write(&PDF[..9]).expect("written");
    std::mem::forget(arrival);
    let mut arrival = documents.begin(Limits::SERVED).expect("begun");
    arrival.receive(PDF).expect("received");
    std::mem::forget(arrival);
    assert!(files(dir.path()).len() >= 5, "{:?}", files(dir.path()));
    let documents = Documents::open(dir.path()).expect("opened");
    assert_eq!(files(dir.path()), Vec::<PathBuf>::new());

    // Some in force, some still waiting, one named and not yet moved.
    let pending = pend(&documents, &statement, &[PDF, CSV]);
    let hex = sha256(PDF).to_hex();
    let place = dir.path().join(DOCUMENTS_FOLDER).join(&hex[..2]);
    std::fs::create_dir(&place).expect("made");
    std::fs::write(place.join(format!("{}.named", &hex[2..])), format!("{}\n", statement.hash())).expect("named");
    let documents = Documents::open(dir.path()).expect("opened");
    assert_eq!(read(&documents, PDF), None);
    assert_eq!(documents.waiting().expect("read"), std::slice::from_ref(&pending));
    documents.settle(&pending).expect("settled");
    assert_eq!(read(&documents, PDF).as_deref(), Some(PDF));
    assert_eq!(documents.named_by(&sha256(PDF)).expect("read"), [statement.hash()]);
    assert_eq!(documents.named_by(&sha256(CSV)).expect("read"), [statement.hash()]);
    // An upload that is dropped in the middle takes all of it along.
    let before = files(dir.path());
    let mut arrival = documents.begin(Limits::SERVED).expect("begun");
    arrival.receive(PDF).expect("received");
    arrival.start().expect("begun");
    arrival.write(b"half").expect("written");
    drop(arrival);
    assert_eq!(files(dir.path()), before);
}

#[test]
fn an_erased_document_stays_erased() {
    let dir = tempfile::tempdir().expect("a folder");
    let documents = Documents::open(dir.path()).expect("made");
    let statement = of(&[(PDF, "application/pdf"), (CSV, "text/csv")]);
    documents.settle(&pend(&documents, &statement, &[PDF, CSV])).expect("settled");
    let waiting = pend(&documents, &statement, &[PDF]);
    assert!(matches!(documents.erase(&sha256(PDF), "", time(AT)), Err(DocumentError::Unreasoned)));
    let erasure = documents.erase(&sha256(PDF), "UU 27/2022", time(AT)).expect("erased");
    assert_eq!(documents.erasure(&sha256(PDF)).expect("read"), Some(erasure.clone()));
    assert_eq!((read(&documents, PDF), read(&documents, CSV).as_deref()), (None, Some(CSV)));
    // One that waited for its statement does not come back.
    documents.settle(&waiting).expect("settled");
    assert_eq!(read(&documents, PDF), None);
    let mut arrival = documents.begin(Limits::SERVED).expect("begun");
    arrival.receive(PDF).expect("received");
    match documents.check(&arrival, &statement) {
        Err(DocumentError::Erased { sha256: which, erasure: told }) => {
            assert_eq!((which, told), (sha256(PDF), erasure))
        }
        other => panic!("{other:?}"),
    }
    drop(arrival);
    // A backup of the folder is restored, with the list kept.
    let hex = sha256(PDF).to_hex();
    let place = dir.path().join(DOCUMENTS_FOLDER).join(&hex[..2]).join(&hex[2..]);
    std::fs::write(&place, PDF).expect("restored");
    assert!(dir.path().join(ERASED_FILE).is_file());
    Documents::open(dir.path()).expect("opened");
    assert!(!place.exists());
}
