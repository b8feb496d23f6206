//! The JSON API: every address, every refusal, and the OpenAPI document held against both.

use std::collections::BTreeSet;

use hibah::ledger::reader::Reader;
use hibah::public::{self, Records, api};
use hibah::tlog::hash::leaf_hash;
use hibah::tlog::note::VerifierKey;
use hibah::tlog::proof::TlogProof;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::public_town::{Heard, ORIGIN, Served, TITLE, found, story};

fn town() -> (TempDir, Served) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = found(dir.path());
    story(&mut city);
    let router = public::router(dir.path().to_owned()).unwrap_or_else(|e| panic!("{e}"));
    (dir, Served::start(router))
}

fn ok(served: &Served, path: &str) -> Value {
    let heard = served.get(path);
    assert_eq!(heard.status, 200, "{path}: {}", heard.text());
    assert_eq!(heard.header("content-type"), "application/json", "{path}");
    assert_eq!(heard.header("access-control-allow-origin"), "*", "{path}");
    assert_eq!(heard.header("x-content-type-options"), "nosniff", "{path}");
    heard.json()
}

fn problem(heard: &Heard, status: u16, path: &str) {
    assert_eq!(heard.status, status, "{path}");
    assert_eq!(heard.header("content-type"), "application/problem+json", "{path}");
    assert_eq!(heard.header("access-control-allow-origin"), "*", "{path}");
    let problem = heard.json();
    let names: BTreeSet<&str> = problem.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["detail", "instance", "status", "title", "type"]), "{path}");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["instance"], path.split('?').next().unwrap_or_default());
    assert!(problem["detail"].as_str().is_some_and(|text| text.len() > 20), "{path}: {problem}");
}

#[test]
fn status_says_which_ledger_and_how_far() {
    let (dir, served) = town();
    let signed = Reader::open(dir.path()).expect("a ledger").signed().expect("a checkpoint");
    let status = ok(&served, "/api/v1/status");
    assert_eq!(status["origin"], ORIGIN);
    assert_eq!(status["size"], signed.size);
    assert_eq!(status["root"], signed.root.to_hex());
    assert_eq!(status["checkpoint_time"], "2026-03-02T02:00:00.000Z");
    assert_eq!(status["trial"], true);
    assert_eq!(status["made_up"], false);
    assert_eq!(status["rules"], 0);
    assert_eq!(status["currency"], json!({"code": "IDR", "decimals": 0}));
    assert_eq!(status["government"]["name_en"], "Government of the City of Bandung");
    assert_eq!(status["utc_offset_min"], 420);
    let vkey = VerifierKey::parse(status["vkey"].as_str().expect("a key")).expect("a verifier key");
    assert_eq!(vkey.name(), ORIGIN);
    assert_eq!(status["founding"], ok(&served, "/api/v1/entries/0")["leaf_hash"]);

    let router = public::router_of(dir.path().to_owned(), Records::MadeUp).expect("a ledger");
    assert_eq!(ok(&Served::start(router), "/api/v1/status")["made_up"], true);
}

#[test]
fn an_entry_its_bytes_its_receipt_and_its_statement() {
    let (_dir, served) = town();
    let status = ok(&served, "/api/v1/status");
    let last = status["size"].as_u64().expect("a size") - 1;
    let vkey = VerifierKey::parse(status["vkey"].as_str().expect("a key")).expect("a verifier key");
    let mut previous = "0".repeat(64);
    for index in 0..=last {
        let entry = ok(&served, &format!("/api/v1/entries/{index}"));
        let raw = served.get(&format!("/api/v1/entries/{index}/raw"));
        assert_eq!(raw.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(raw.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(entry["raw"], raw.text());
        let leaf = leaf_hash(&raw.body);
        assert_eq!(entry["leaf_hash"], leaf.to_hex());
        assert_eq!(entry["previous"], previous);
        assert_eq!(entry["index"], index);
        previous = leaf.to_hex();

        let receipt = served.get(&format!("/api/v1/receipts/{index}"));
        let name = format!("attachment; filename=\"entry-{index}.tlog-proof\"");
        assert_eq!(receipt.header("content-disposition"), name);
        assert_eq!(receipt.header("content-type"), "text/plain; charset=utf-8");
        let proof = TlogProof::parse(&receipt.body).expect("a receipt");
        proof.verify(&leaf, &vkey).unwrap_or_else(|e| panic!("receipt {index}: {e}"));

        for signer in entry["signers"].as_array().expect("signers") {
            let key = ok(&served, &format!("/api/v1/keys/{}", signer.as_str().expect("a signer")));
            assert_eq!(key["signer"], *signer);
            assert!(key["brought_by"].as_u64().expect("an entry") <= index, "{key}");
            let brings = served.get(&format!("/api/v1/entries/{}/raw", key["brought_by"]));
            assert!(brings.text().contains(key["vkey"].as_str().expect("a key")), "{key}");
        }

        let hash = entry["statement_hash"].as_str().expect("a hash");
        let place = ok(&served, &format!("/api/v1/statements/{hash}"));
        assert_eq!(place, json!({"statement_hash": hash, "index": index, "receipt": receipt.text()}));
    }
    let text = served.ask("GET", "/api/v1/entries/0", &[("accept", "text/plain")]);
    assert_eq!((text.header("content-type"), text.header("vary")), ("text/plain; charset=utf-8", "accept"));
    assert_eq!(text.body, served.get("/api/v1/entries/0/raw").body);
}

#[test]
fn grants_and_organisations() {
    let (_dir, served) = town();
    let case = ok(&served, "/api/v1/cases/1/1");
    assert_eq!(case["id"], "case/1/1");
    assert_eq!(case["title"], TITLE);
    assert_eq!(case["status"], "reported");
    assert_eq!(case["numbers"], json!(["978/1819", "33/Kep.I/32/2026", "957/0239/2026", "978/Kep.1/2026"]));
    let kinds: Vec<&str> = case["steps"].as_array().expect("steps").iter().filter_map(|s| s["kind"].as_str()).collect();
    let expected = [
        "application.submitted",
        "amount.recommended",
        "decree.rows",
        "decree.sealed",
        "disbursement.requested",
        "agreement.signed",
        "warrant.issued",
        "funds.credited",
        "use.reported",
    ];
    assert_eq!(kinds, expected);
    assert_eq!(case["steps"][2]["body"]["case"], "case/1/1", "of a decree's rows only the one about the case");
    assert_eq!(case["steps"][2]["amount"], 50_000_000);
    let last = case["last_entry"].as_u64().expect("an entry");
    assert_eq!(case["head"], ok(&served, &format!("/api/v1/entries/{last}"))["leaf_hash"]);
}

#[test]
fn an_amount_that_is_not_there_says_why() {
    let (_dir, served) = town();
    let states = |path: &str| -> Vec<String> {
        let grant = ok(&served, path);
        let amounts = grant["amounts"].as_array().expect("amounts").clone();
        assert_eq!(amounts.len(), 11);
        amounts.iter().map(|a| a["state"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let (r, y, n) = ("recorded", "not_yet", "not_applicable");
    assert_eq!(states("/api/v1/cases/1/1"), [r, r, n, n, n, r, r, r, r, r, n]);
    assert_eq!(states("/api/v1/cases/2/1"), [r, n, n, n, n, n, n, n, n, n, n]);
    assert_eq!(states("/api/v1/cases/3/1"), [r, y, n, n, n, y, y, y, y, y, n]);
    let m = "not_recorded";
    assert_eq!(states("/api/v1/awards/cdcdcdcdcdcdcdcd/7"), [m, m, m, m, m, m, m, r, m, m, m]);
}

#[test]
fn what_is_next_and_whose_it_is() {
    let (_dir, served) = town();
    let next = ok(&served, "/api/v1/cases/3/1")["next"].clone();
    assert_eq!(next[0]["kind"], "amount.recommended", "{next}");
    assert_eq!(ok(&served, "/api/v1/cases/2/1")["next"], json!([]));

    let organisation = ok(&served, "/api/v1/orgs/1");
    assert_eq!(organisation["name"], "Yayasan Angklung");
    assert_eq!(organisation["grants"]["grants"][0]["id"], "case/1/1");
    assert_eq!(organisation["years"], json!([{"fiscal_year": "2026", "count": 1}]));
}

/// A list's parameters, and the grants that are in it.
const LISTS: &[(&str, &[&str])] = &[
    ("", &["award/cdcdcdcdcdcdcdcd/7", "case/1/1", "case/2/1", "case/3/1", "case/4/1"]),
    ("?q=angklung", &["case/1/1"]),
    ("?q=ANGK", &["case/1/1"]),
    ("?q=957/0239", &["case/1/1"]),
    ("?q=taman%20tari", &["case/3/1"]),
    ("?q=%22%27*%28", &["award/cdcdcdcdcdcdcdcd/7", "case/1/1", "case/2/1", "case/3/1", "case/4/1"]),
    ("?q=13-1234567", &["award/cdcdcdcdcdcdcdcd/7"]),
    ("?q=131234567", &["award/cdcdcdcdcdcdcdcd/7"]),
    ("?q=131-234567", &["award/cdcdcdcdcdcdcdcd/7"]),
    ("?q=13-1234568", &[]),
    ("?q=13-1234%20lama", &[]),
    ("?q=lama%2013-1234", &["award/cdcdcdcdcdcdcdcd/7"]),
    ("?q=rumah%20war", &["award/cdcdcdcdcdcdcdcd/7"]),
    ("?q=komisi%20gedung", &["award/cdcdcdcdcdcdcdcd/7"]),
    ("?q=tidakada", &[]),
    ("?year=2026", &["case/1/1", "case/2/1", "case/3/1", "case/4/1"]),
    ("?year=2013", &["award/cdcdcdcdcdcdcdcd/7"]),
    ("?status=refused", &["case/2/1"]),
    ("?status=held", &["case/4/1"]),
    ("?status=%27%20OR%201=1", &[]),
    ("?field=pendidikan&status=open", &["case/3/1"]),
    ("?org=4", &["case/4/1"]),
    ("?from=before", &["award/cdcdcdcdcdcdcdcd/7"]),
    ("?from=ledger&has=recommended", &["case/1/1", "case/4/1"]),
    ("?has=paid", &["award/cdcdcdcdcdcdcdcd/7", "case/1/1"]),
    ("?page=2", &[]),
    ("?q=&year=&status=&other=x", &["award/cdcdcdcdcdcdcdcd/7", "case/1/1", "case/2/1", "case/3/1", "case/4/1"]),
];

#[test]
fn the_list_is_narrowed() {
    let (_dir, served) = town();
    for (query, expected) in LISTS {
        let list = ok(&served, &format!("/api/v1/grants{query}"));
        let ids: BTreeSet<&str> =
            list["grants"].as_array().expect("a list").iter().filter_map(|g| g["id"].as_str()).collect();
        assert_eq!(ids, expected.iter().copied().collect(), "{query}");
        if *query != "?page=2" {
            assert_eq!(list["total"], expected.len(), "{query}");
        }
    }
    let list = ok(&served, "/api/v1/grants?from=ledger");
    assert_eq!(list["sums"][0], json!({"name": "asked", "count": 4, "minor": "300000000"}));
    assert_eq!(list["sums"][10], json!({"name": "refunded", "count": 0, "minor": null}));
}

#[test]
fn refusals_are_problems() {
    let (_dir, served) = town();
    let zeros = "0".repeat(64);
    let missing = [
        "/api/",
        "/api/v1",
        "/api/v1/nothing",
        "/api/v1/entries/9999",
        "/api/v1/entries/-1",
        "/api/v1/entries/+1",
        "/api/v1/entries/01",
        "/api/v1/entries/1.0",
        "/api/v1/entries/99999999999999999999",
        "/api/v1/entries/x",
        "/api/v1/entries/9999/raw",
        "/api/v1/receipts/9999",
        "/api/v1/receipts/x",
        "/api/v1/keys/x",
        "/api/v1/keys/town.example/ledger/org/9+00000000",
        "/api/v1/statements/abc",
        &format!("/api/v1/statements/{zeros}"),
        "/api/v1/cases/1/2",
        "/api/v1/cases/x/y",
        "/api/v1/cases/1",
        "/api/v1/awards/cdcdcdcdcdcdcdcd/8",
        "/api/v1/awards/CDCDCDCDCDCDCDCD/7",
        "/api/v1/orgs/5",
        "/api/v1/orgs/x",
        "/tile/0/000",
    ];
    for path in missing {
        problem(&served.get(path), 404, path);
    }
    let wrong = ["year=abc", "year=99999", "org=x", "from=x", "has=x", "page=0", "page=-1", "page=x", "page=1000001"];
    for query in wrong {
        let path = format!("/api/v1/grants?{query}");
        problem(&served.get(&path), 400, &path);
    }
    let long = format!("/api/v1/grants?q={}", "a".repeat(201));
    problem(&served.get(&long), 400, &long);
    problem(&served.get("/api/v1/entries/%ff"), 400, "/api/v1/entries/%ff");
    problem(&served.ask("POST", "/api/v1/status", &[]), 405, "/api/v1/status");
}

#[test]
fn openapi_names_every_address_and_no_other() {
    let (dir, served) = town();
    hibah::cli::dumps::make(dir.path()).unwrap_or_else(|e| panic!("{e:?}"));
    let document = ok(&served, "/api/openapi.json");
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", document["openapi"]);
    let named = document["paths"].as_object().expect("paths");
    let named: BTreeSet<String> = named.keys().cloned().collect();
    assert_eq!(named, api::paths().into_iter().collect());

    let hash = ok(&served, "/api/v1/entries/0")["statement_hash"].as_str().expect("a hash").to_owned();
    let signer = ok(&served, "/api/v1/entries/0")["signers"][0].as_str().expect("a signer").to_owned();
    let document_sha256 = "ab".repeat(32);
    let fill = [
        ("{sha256}", document_sha256.as_str()),
        ("{path}", "entries/000.p/1"),
        ("{index}", "0"),
        ("{hash}", &hash),
        ("{signer}", &signer),
        ("{owner}", "1"),
        ("{n}", "1"),
        ("{source}", "cdcdcdcdcdcdcdcd"),
        ("{row}", "7"),
        ("{name}", "report_late"),
    ];
    // A document and a dump have media types of their own: `tests/it/desk_multipart.rs` and `tests/it/forms` read some.
    for path in named.into_iter().filter(|path| path != "/documents/{sha256}" && path != "/data/{path}") {
        let concrete = fill.iter().fold(path.clone(), |path, (name, value)| path.replace(name, value));
        let heard = served.get(&concrete);
        assert_eq!(heard.status, 200, "{path}");
        let promised = &document["paths"][&path]["get"]["responses"]["200"]["content"];
        let media_type = heard.header("content-type");
        assert!(promised.get(media_type).is_some(), "{path} answers {media_type}, the document says {promised}");
        check_schema(&document, promised, &heard, &path);
    }
}

/// Every field that is answered is in the schema, and every field that the schema requires is answered.
fn check_schema(document: &Value, promised: &Value, heard: &Heard, path: &str) {
    let Some(name) = promised["application/json"]["schema"]["$ref"].as_str() else {
        return;
    };
    let name = name.rsplit('/').next().unwrap_or_default();
    let (mut known, mut required) = (BTreeSet::new(), BTreeSet::new());
    fields(document, &document["components"]["schemas"][name], &mut known, &mut required);
    let answered: BTreeSet<String> = heard.json().as_object().expect("an object").keys().cloned().collect();
    assert!(answered.is_subset(&known), "{path}: {answered:?} beyond {known:?}");
    assert!(required.is_subset(&answered), "{path}: {required:?} beyond {answered:?}");
    assert!(!known.is_empty(), "{path}: the schema {name} has no fields");
}

fn fields(document: &Value, schema: &Value, known: &mut BTreeSet<String>, required: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        fields(document, &document["components"]["schemas"][name], known, required);
    }
    known.extend(schema["properties"].as_object().into_iter().flat_map(|map| map.keys().cloned()));
    required.extend(schema["required"].as_array().into_iter().flatten().filter_map(|n| n.as_str().map(str::to_owned)));
    for part in schema["allOf"].as_array().into_iter().flatten() {
        fields(document, part, known, required);
    }
}
