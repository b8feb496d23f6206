//! `hibah demo --federation`: eight governments with witnesses come up, one monitor tells of all on its page, and each incident
//! is told there, with evidence that `hibah verify` confirms.

use std::path::Path;
use std::sync::OnceLock;

use hibah::cli::demo::federation::{made, script};
use hibah::ledger::reader::Reader;
use hibah::tlog::note::Note;
use serde_json::Value;
use tempfile::TempDir;

use crate::cli_serve::Server;
use crate::cli_shell::{Shell, copy};
use crate::monitor_page::{get, ledgers, standing, state_when};

/// A session with the ledgers of all governments in `federation`, made once.
fn made() -> Shell {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let shell = Shell::new();
        shell.check("$ hibah demo federation --federation --no-serve");
        let kept = tempfile::tempdir().expect("a folder");
        copy(&shell.path().join("federation"), &kept.path().join("federation"));
        kept
    });
    let shell = Shell::new();
    copy(made.path(), shell.path());
    shell
}

fn served(shell: &Shell, options: &[&str]) -> (Server, String) {
    let usual = ["demo", "--federation", "--public", "127.0.0.1:0", "--every", "1"];
    let mut server = Server::of(shell, &[&usual, options].concat());
    let monitor = server.address("Monitor: ");
    (server, monitor)
}

#[test]
fn eight_governments_are_witnessed_and_one_page_tells_of_all() {
    let shell = made();
    let (server, monitor) = served(&shell, &[]);
    let first = state_when(&monitor, "all are read", |state| ledgers(state).len() == 8);
    let size = |state: &Value, at: usize| ledgers(state)[at]["size"].as_u64().expect("a size");
    let state = state_when(&monitor, "all grow and hold", |state| {
        let grew = |at: usize| size(state, at) > size(&first, at) && ledgers(state)[at]["standing"] == "good";
        ledgers(state).len() == 8 && (0..8).all(grew)
    });
    let script = script::script().expect("the script");
    let mut names = std::collections::BTreeSet::new();
    for ledger in ledgers(&state) {
        assert_eq!(ledger["vkey_from_ledger"], false);
        assert_eq!((&ledger["quorum"], &ledger["trial"]), (&true.into(), &true.into()), "{ledger:#}");
        let witnesses = ledger["witnesses"].as_array().expect("witnesses");
        assert!(witnesses.len() == 2 && witnesses.iter().all(|witness| witness["cosigned_at"].is_string()));
        let url = ledger["sources"][0]["from"].as_str().expect("an address");
        let checkpoint = Note::parse(&get(&format!("{url}/checkpoint")).body).expect("a note");
        let lines: Vec<&str> = checkpoint.signatures.iter().map(|line| line.name.as_str()).collect();
        let named = |witness: &Value| lines.contains(&witness["name"].as_str().expect("a name"));
        assert!(lines.len() == 3 && witnesses.iter().all(named), "{lines:?}");
        names.insert(ledger["name_id"].as_str().expect("a name").to_owned());
        assert!(get(&format!("{url}/")).text().contains("bukan hibah nyata"), "its pages say that it is made up");
    }
    assert_eq!(names.len(), script.government.len());
    let url = ledgers(&state)[1]["sources"][0]["from"].as_str().expect("an address");
    shell.check(&format!(
        "$ hibah verify {url} --policy federation/policies/kota-bandung.policy
         witnesses   seen by kab-kerinci, kab-serdang-bedagai"
    ));
    shared(&state);
    page(&monitor, &names);
    assert!(server.stop(), "a federation that is asked to stop ends well");
}

/// What the script has in common: two by their licence, one by its name alone.
fn shared(state: &Value) {
    let shared = state["shared"].as_array().expect("those in common");
    let told = |body: &Value| {
        let on = body["on"].as_array().expect("ledgers");
        assert!(on.iter().all(|on| on["payments"].as_u64() > Some(0)), "{body:#}");
        (on[0]["name"].as_str().expect("a name").to_owned(), body["possible_only"] == true, on.len())
    };
    let told: Vec<_> = shared.iter().map(told).collect();
    let expected =
        [("Yayasan Literasi Nusantara", false, 3), ("Perkumpulan Sehat Kita", false, 2), ("Sanggar Cahaya", true, 3)];
    assert_eq!(told, expected.map(|(name, possible, on)| (name.to_owned(), possible, on)));
    let on = &shared[0]["on"][0];
    let organisation = get(on["url"].as_str().expect("an address"));
    assert!(organisation.text().contains("Yayasan Literasi Nusantara"), "its link leads to its page");
}

fn page(monitor: &str, names: &std::collections::BTreeSet<String>) {
    let (id, en) = (get(&format!("{monitor}/")), get(&format!("{monitor}/en/")));
    for (heard, lang, sentence) in [
        (&id, "id", "8 buku besar diikuti. Semuanya terbaca dan cocok."),
        (&en, "en", "8 ledgers are followed. All of them are read and hold."),
    ] {
        let text = heard.text();
        assert!(text.contains(&format!("<html lang=\"{lang}\">")) && text.contains(sentence), "{text}");
        assert_eq!(text.matches("<h1>").count(), 1);
        assert!(!text.contains("<script") && !text.contains(" style="), "{text}");
        let policy = heard.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    }
    assert!(names.iter().all(|name| id.text().contains(name.as_str())));
    assert!(
        en.text().contains("<code>bandung.federasi.example/hibah</code></span></th>")
            && en.text().contains(">Trial</span>")
    );
    assert!(en.text().contains("Possible") && en.text().contains("only the name is the same"));
    let feed = get(&format!("{monitor}/alarms.atom"));
    let read = roxmltree::Document::parse(feed.text()).expect("XML");
    assert!(!read.descendants().any(|node| node.has_tag_name("entry")), "nothing was found: {}", feed.text());
    for missing in ["/nothing", "/evidence/x/y/evidence.json", "/evidence/x/../../evidence.json", "/style.css"] {
        assert_eq!(get(&format!("{monitor}{missing}")).status, 404, "{missing}");
    }
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let posted = agent.post(&format!("{monitor}/")).send_empty().expect("an answer");
    assert_eq!(posted.status(), 405, "nothing is taken");
}

/// An incident in a federation of three, until its ledger stands so.
fn incident(name: &str, expected: &str, origin: &str) -> (Shell, Server, String, Value) {
    let shell = made();
    let (server, monitor) = served(&shell, &["--governments", "3", "--incident", name]);
    let state = state_when(&monitor, name, |state| standing(state, origin) == expected);
    let others = ledgers(&state).iter().filter(|ledger| ledger["origin"] != origin);
    assert!(others.clone().count() == 2 && others.clone().all(|ledger| ledger["alarms"] == serde_json::json!([])));
    (shell, server, monitor, state)
}

/// The evidence of the ledger's alarm of this sort is served, and convicts.
fn convicts(shell: &Shell, monitor: &str, state: &Value, origin: &str, finding: &str) {
    let of_it = ledgers(state).iter().find(|ledger| ledger["origin"] == origin).expect("the ledger");
    let alarm = of_it["alarms"].as_array().expect("alarms").iter().find(|alarm| alarm["finding"] == finding);
    let alarm = alarm.unwrap_or_else(|| panic!("no {finding}: {of_it:#}"));
    let path = alarm["evidence"].as_str().expect("an address");
    let heard = get(&format!("{monitor}{path}"));
    assert_eq!((heard.status, heard.header("content-type")), (200, "application/json"));
    shell.write("given.json", &heard.body);
    let (sentence, vkey) = (alarm["sentence"].as_str().expect("a sentence"), of_it["vkey"].as_str().expect("a key"));
    shell.check(&format!(
        "$ hibah verify given.json --vkey {vkey}\nThe evidence holds.\nfinding * {finding}\nshows * {sentence}"
    ));
    for (address, lang) in [("/", "id"), ("/en/", "en")] {
        let page = get(&format!("{monitor}{address}"));
        let page = page.text();
        assert!(page.contains(&format!("href=\"{path}\"")), "{lang} has no link to the evidence");
        assert!(page.contains("verdict bad") && page.contains(sentence), "{lang}: {page}");
    }
    let feed = get(&format!("{monitor}/en/alarms.atom"));
    let read = roxmltree::Document::parse(feed.text()).expect("XML");
    assert!(read.descendants().any(|node| node.attribute("href") == Some(path)), "{}", feed.text());
}

#[test]
fn a_ledger_that_is_stopped_is_told() {
    let origin = "bandung.federasi.example/hibah";
    let (_shell, server, monitor, state) = incident("stop", "silent", origin);
    let of_it = ledgers(&state).iter().find(|ledger| ledger["origin"] == origin).expect("the ledger");
    assert!(of_it["silent_since"].is_string() && of_it["answered_at"].is_string(), "{of_it:#}");
    assert!(get(&format!("{monitor}/")).text().contains("Tidak menjawab: 1."));
    let title = format!("({origin}) [Trial]: No answer");
    state_when(&monitor, "a second round without answer is in the feed", |_| {
        get(&format!("{monitor}/en/alarms.atom")).text().contains(&title)
    });
    assert!(!server.stop(), "its status says so");
}

#[test]
fn a_ledger_that_is_put_back_from_a_backup_is_told() {
    let origin = "kerinci.federasi.example/hibah";
    let (shell, server, monitor, state) = incident("rollback", "alarm", origin);
    convicts(&shell, &monitor, &state, origin, "shrink");
    assert!(!server.stop(), "its status says so");
    // Its witnesses know better than its own file, also after a new start.
    shell.check(
        "$ hibah demo --federation --governments 3 --every 1 --public 127.0.0.1:0
         ? 2
         error: witness *: it has cosigned * entries of this ledger, but only * are signed here: entries were lost, *",
    );
}

#[test]
fn a_second_history_is_refused_by_witnesses_and_told() {
    let origin = "serdang-bedagai.federasi.example/hibah";
    let (shell, server, monitor, state) = incident("fork", "alarm", origin);
    // Which of the two it is depends on what the second address showed first.
    let of_it = ledgers(&state).iter().find(|ledger| ledger["origin"] == origin).expect("the ledger");
    let finding = of_it["alarms"][0]["finding"].as_str().expect("a finding").to_owned();
    assert!(["fork", "rewrite"].contains(&finding.as_str()), "{finding}");
    convicts(&shell, &monitor, &state, origin, &finding);
    // The first history goes on with its witnesses once both have refused the second.
    let size = of_it["size"].as_u64();
    state_when(&monitor, "the ledger goes on", |state| {
        ledgers(state).iter().any(|ledger| ledger["origin"] == origin && ledger["size"].as_u64() > size)
    });
    assert!(!server.stop(), "its status says so");
    for witness in ["kota-bandung", "kab-kerinci"] {
        shell.check(&format!(
            "$ hibah witness list federation/witnesses/{witness}
             ? 1
             *of {origin}, kept *: the log signed two roots for one size, *
             error: {origin} signed two roots for one size: publish both notes, *"
        ));
    }
}

#[test]
fn two_runs_make_the_same_ledger() {
    let script = script::script().expect("the script");
    let government = script.government.iter().find(|government| government.is("kab-kerinci")).expect("it is there");
    let root = |dir: &Path| {
        let ledger = dir.join("ledger");
        made::play(&ledger, &script, government).unwrap_or_else(|e| panic!("{e}"));
        let signed = Reader::open(&ledger).expect("a ledger").signed().expect("a checkpoint");
        assert!(signed.size > 200, "{} entries", signed.size);
        signed.root
    };
    let folders = [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
    assert_eq!(root(folders[0].path()), root(folders[1].path()));
}

#[test]
fn a_federation_does_not_write_over_what_is_there() {
    let shell = Shell::with_ledger();
    shell.check(
        "$ hibah demo led --federation --no-serve
         ? 2
         error: led holds something else: name a new folder
         $ hibah demo --incident fork
         ? 2
         error: the following required arguments were not provided:
         $ hibah demo --federation --every 0
         ? 2
         error: invalid value '0' for '--every <SECONDS>': *",
    );
}
