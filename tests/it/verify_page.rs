//! /verify: what is known of a number or a fingerprint, said by the server; and the checker that is saved.

use hibah::ledger::reader::Reader;
use hibah::public::{self, Records};
use hibah::tlog::hash::{leaf_hash, sha256};
use tempfile::TempDir;

use crate::public_pages::check_page;
use crate::public_town::{ORIGIN, Served, found, story};

fn town() -> (TempDir, Served) {
    let dir = tempfile::tempdir().expect("a folder");
    story(&mut found(dir.path()));
    let router = public::router_of(dir.path().to_owned(), Records::Recorded);
    (dir, Served::start(router.unwrap_or_else(|e| panic!("{e}"))))
}

/// An address's query for this text.
fn asked(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn what_is_known_is_found_by_whatever_people_have() {
    let (dir, served) = town();
    let reader = Reader::open(dir.path()).expect("a ledger");
    let application = reader.timeline("case/1/1").expect("read")[0].index;
    let leaf = leaf_hash(&reader.entry(application).expect("read").expect("there")).to_hex();
    let statement = reader.statement(application, ORIGIN).expect("read").expect("there").hash().to_hex();
    let signed = reader.signed().expect("a checkpoint");
    let entry = format!("/en/entries/{application}\"");
    let (paper, root) = ("ab".repeat(32), signed.root.to_hex());
    let unknown = ["Not known here", "may never have been recorded"];
    let cases: Vec<(String, Vec<&str>, Vec<&str>)> = vec![
        (String::new(), vec!["Look up"], vec!["Not known here", "What was found", "hibah verify"]),
        (
            application.to_string(),
            vec!["What was found", &entry, "/grants/case/1/1\"", "hibah verify entry-", "by this server"],
            vec!["Not known"],
        ),
        (format!(" Entry {application} "), vec![&entry], vec![]),
        ("https://kota.example/hibah/entries/0".to_owned(), vec!["/en/entries/0\""], vec![]),
        (leaf.clone(), vec!["Leaf hash of entry", &entry], vec!["Document <"]),
        (leaf[..16].to_ascii_uppercase(), vec!["Leaf hash of entry", &entry], vec![]),
        (format!("{}0", &leaf[..20]), unknown.to_vec(), vec![&entry]),
        (statement, vec!["Statement hash of entry", &entry], vec![]),
        (
            format!("{paper}  proposal.pdf"),
            vec!["Document", "Proposal hibah", "named in entry", &entry],
            vec!["download</a>"],
        ),
        (root, vec!["Root of the tree"], vec![]),
        ("case/1/1".to_owned(), vec!["/en/grants/case/1/1\"", "/grants/case/1/1/dossier.zip"], vec![]),
        ("decree/2026/1".to_owned(), vec!["/en/decrees/2026/1\""], vec![]),
        ("978 / Kep.1 / 2026".to_owned(), vec!["/en/grants/case/1/1\""], vec![]),
        (signed.size.to_string(), unknown.to_vec(), vec![]),
        ("case/9/9".to_owned(), unknown.to_vec(), vec!["Search for these words"]),
        ("00".repeat(32), unknown.to_vec(), vec!["Search for these words"]),
        ("tidakadayangini".to_owned(), vec!["Not known here", "/en/grants?q=tidakadayangini"], vec![]),
        ("\"><script>tidakadayangini</script>".to_owned(), vec!["Not known here"], vec!["<script>tidak"]),
        ("x".repeat(4_000 / 3), vec!["Not known here"], vec![]),
    ];
    for (text, there, absent) in cases {
        let path = format!("/en/verify?q={}", asked(&text));
        let heard = served.get(&path);
        assert_eq!(heard.status, 200, "{text}");
        check_page(&heard, &path);
        // Behind it stand all the sentences that the script may say.
        let said = heard.text().split("<template>").next().unwrap_or_default();
        for part in there {
            assert!(said.contains(part), "{text:?} lacks {part:?}:\n{said}");
        }
        for part in absent {
            assert!(!said.contains(part), "{text:?} has {part:?}");
        }
    }
    let indonesian = served.get("/verify?q=case%2F1%2F1");
    check_page(&indonesian, "/verify");
    assert!(indonesian.text().contains("Yang ditemukan") && indonesian.text().contains("href=\"/grants/case/1/1\""));
}

#[test]
fn what_is_printed_leads_back_to_its_entry() {
    let (dir, served) = town();
    let reader = Reader::open(dir.path()).expect("a ledger");
    let last = reader.timeline("case/1/1").expect("read").last().expect("a step").index;
    let leaf = leaf_hash(&reader.entry(last).expect("read").expect("there")).to_hex();
    for (path, prefix) in [("/grants/case/1/1", ""), ("/en/grants/case/1/1", "/en"), (&format!("/entries/{last}"), "")]
    {
        let heard = served.get(path);
        let address = format!("http://{}{prefix}/entries/{last}#{}", served.address, &leaf[..16]);
        assert!(heard.text().contains(&format!("aria-label=\"QR: {address}\"")), "{path}: {address}");
        // What a camera read is found as well.
        let found = served.get(&format!("/verify?q={}", asked(&address)));
        assert!(found.text().contains(&format!("href=\"/entries/{last}\"")), "{address}");
    }
}

#[test]
fn programs_are_told_which_entries_name_a_document() {
    let (_dir, served) = town();
    let heard = served.get(&format!("/api/v1/documents/{}", "ab".repeat(32))).json();
    assert_eq!((&heard["kept"], &heard["erased"]), (&false.into(), &false.into()));
    let named = heard["named_by"].as_array().expect("a list");
    assert!(named.len() > 5 && named[0]["title"] == "Proposal hibah" && named[0]["size"] == 1234, "{heard}");
    for path in ["00".repeat(32), "x".to_owned()] {
        assert_eq!(served.get(&format!("/api/v1/documents/{path}")).status, 404, "{path}");
    }
}

#[test]
fn the_saved_checker_can_ask_nobody() {
    let (_dir, served) = town();
    for (path, name, words) in [
        ("/verify/offline.html", "periksa.html", "tanpa jaringan"),
        ("/en/verify/offline.html", "check.html", "without a network"),
    ] {
        let heard = served.get(path);
        assert_eq!(heard.header("content-disposition"), format!("attachment; filename=\"{name}\""));
        assert!(heard.header("content-security-policy").contains("sandbox"), "shown by mistake, it runs nothing here");
        let text = heard.text();
        let inside =
            |tag: &str| text.split_once(tag).and_then(|(_, rest)| rest.split_once("</")).expect("it is there").0;
        let hash = |text: &str| sha256(text.as_bytes()).to_base64();
        let policy = text.split_once("http-equiv=\"Content-Security-Policy\" content=\"").expect("a policy").1;
        let policy = policy.split('"').next().expect("an end").replace("&#39;", "'");
        let expected = format!(
            "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            hash(inside("<script>")),
            hash(inside("<style>"))
        );
        assert_eq!(policy, expected, "{path}");
        assert!(text.contains(words) && text.contains(ORIGIN) && text.len() < 250_000, "{path}: {} bytes", text.len());
    }
}
