//! A monitor's page: how each ledger stands, evidence that is served whole, and what is remembered over a new start.

use std::sync::mpsc;
use std::time::Duration;

use hibah::ledger::statement::Statement;
use hibah::tlog::cosignature::Cosigner;
use serde_json::Value;

use crate::cli_path::write_bodies;
use crate::cli_serve::{Server, addresses};
use crate::cli_shell::{self, Shell};
use crate::cosigned::{await_that, sign, witness, write_policy};
use crate::ledger_city::{ORIGIN, warrant};
use crate::ledger_verify::{Served, and, replayed};
use crate::monitored::{answering, followed, put};
use crate::public_town::Heard;
use crate::tlog_vectors::key;

/// How long what comes soon is waited for.
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(200);

pub fn get(url: &str) -> Heard {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    Heard::of(agent.get(url).call().expect("an answer"))
}

/// What a monitor tells programs, once it is so.
pub fn state_when(monitor: &str, what: &str, mut holds: impl FnMut(&Value) -> bool) -> Value {
    let mut state = Value::Null;
    for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
        state = get(&format!("{monitor}/state.json")).json();
        if holds(&state) {
            return state;
        }
        std::thread::sleep(LOOK);
    }
    panic!("{what}: not within {PATIENCE:?}: {state:#}");
}

pub fn ledgers(state: &Value) -> &[Value] {
    state["ledgers"].as_array().map(Vec::as_slice).unwrap_or_default()
}

pub fn standing<'s>(state: &'s Value, origin: &str) -> &'s str {
    let of_it = |ledger: &&Value| ledger["origin"] == origin;
    ledgers(state).iter().find(of_it).and_then(|ledger| ledger["standing"].as_str()).unwrap_or_default()
}

/// A monitor of these sources, with its page.
fn monitor(shell: &Shell, options: &[&str]) -> (Server, String) {
    let usual = ["monitor", "--state", "seen", "--interval", "1s", "--listen", "127.0.0.1:0"];
    let mut server = Server::of(shell, &[&usual, options].concat());
    let page = server.address("Monitor: ");
    (server, page)
}

#[test]
fn a_monitor_of_ones_own_shows_a_page_and_remembers() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    let mut ledger = Server::start(&shell, &["--public", "127.0.0.1:0"]);
    let url = ledger.address("Public server: ");
    let follow = || monitor(&shell, &[&url]);
    let (watching, page) = follow();
    let origin = cli_shell::ORIGIN;
    let state = state_when(&page, "it is read", |state| standing(state, origin) == "good");
    assert_eq!(ledgers(&state)[0]["vkey_from_ledger"], true);
    assert!(get(&format!("{page}/en/")).text().contains("The ledger named this key itself"));
    assert_eq!((&ledgers(&state)[0]["quorum"], &state["shared"]), (&Value::Null, &serde_json::json!([])));
    assert!(watching.stop(), "a monitor that found nothing ends well");
    assert!(ledger.stop());
    // After a new start it knows from whom it had the ledger, and how far.
    let (watching, page) = follow();
    let state = state_when(&page, "it is silent", |state| standing(state, origin) == "silent");
    assert_eq!((&ledgers(&state)[0]["size"], &state["unread"]), (&18.into(), &serde_json::json!([])), "{state:#}");
    assert!(!watching.stop(), "its status says that nothing was read");
    shell.check(
        "$ hibah monitor nowhere --listen 127.0.0.1:0 --once
         ? 2
         error: the argument '--listen <ADDR>' cannot be used with '--once'",
    );
}

/// A monitor of the year's ledger with these options says that it stands so, on its page too; answers what it tells.
fn stands(shell: &Shell, options: &[&str], expected: &str, word: &str) -> (Value, bool) {
    let (server, page) = monitor(shell, options);
    let state = state_when(&page, expected, |state| standing(state, ORIGIN) == expected);
    let shown = get(&format!("{page}/en/"));
    assert!(shown.text().contains(&format!(">{word}</span>")), "{expected}: {}", shown.text());
    (state, server.stop())
}

#[test]
fn a_ledger_stands_as_the_worst_that_holds() {
    let (shell, good) = followed();
    let witness = Cosigner::new("witness.example/w1", key(7)).expect("a witness");
    shell.write("policy", format!("witness w {}\nquorum w\n", witness.verifier()));
    let other = "log log.example/grants+e4d32d15+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n";
    shell.write("other", format!("{other}witness w {}\nquorum w\n", witness.verifier()));
    let (_, well) = stands(&shell, &["site", "mirror"], "good", "Good");
    assert!(well);
    // A copy that falls behind is marked, and is no alarm of the ledger.
    put(&shell, "mirror", &Served::over(&good[..24]));
    let (state, well) = stands(&shell, &["site", "mirror"], "good", "Good");
    let older = |at: usize| &ledgers(&state)[0]["sources"][at]["older"];
    assert!(well && older(0).is_null() && older(1)["size"] == 24 && older(1)["known"] == 28, "{state:#}");
    put(&shell, "mirror", &Served::over(&good));
    // What asks for another log's witnesses asks nothing of this one.
    let (state, _) = stands(&shell, &["site", "--policy", "other"], "good", "Good");
    assert_eq!(
        (&ledgers(&state)[0]["quorum"], &ledgers(&state)[0]["witnesses"]),
        (&Value::Null, &Value::Array(vec![]))
    );
    let (state, well) = stands(&shell, &["site", "--policy", "policy"], "unwitnessed", "Waits for witnesses");
    assert_eq!(ledgers(&state)[0]["witnesses"][0]["name"], "witness.example/w1");
    assert!(well, "to wait for witnesses is no alarm");
    let (state, well) = stands(&shell, &["site", "--stale-after", "1d"], "stale", "Stale");
    assert_eq!(ledgers(&state)[0]["alarms"][0]["finding"], "stale");
    assert!(!well);
    // What no longer is so is no longer told so; its evidence stays.
    let (state, _) = stands(&shell, &["mirror"], "good", "Good");
    assert_eq!(ledgers(&state)[0]["alarms"][0]["finding"], "stale");
    shell.check("$ mv site gone");
    let (state, well) = stands(&shell, &["site"], "silent", "No answer");
    assert_eq!(ledgers(&state)[0]["size"], 28);
    assert!(!well);
    // One source that answers is enough, and the other is told.
    let (state, _) = stands(&shell, &["site", "mirror"], "good", "Good");
    let troubles = ledgers(&state)[0]["sources"].as_array().expect("sources");
    assert_eq!(troubles.iter().filter(|source| source["trouble"].is_string()).count(), 1);
}

#[test]
fn evidence_is_served_with_all_that_it_needs_and_nothing_else() {
    let (shell, good) = followed();
    put(&shell, "site", &Served::over(&and(&good, &warrant(&replayed(&good), 75_000_001))));
    let (server, page) = monitor(&shell, &["site", "<b>nowhere</b>"]);
    let state = state_when(&page, "alarm", |state| standing(state, ORIGIN) == "alarm");
    let alarm = &ledgers(&state)[0]["alarms"][0];
    let folder = alarm["evidence"].as_str().expect("an address").trim_end_matches("/evidence.json");
    shell.check(&format!(
        "$ hibah verify {page}{folder}
         ? 1
         *entry 28 is wrong: *B6*"
    ));
    for file in ["seen.json", "vkey", "../../seen.json", "told", "tile/../checkpoint", "tile/entries/001"] {
        assert_eq!(get(&format!("{page}{folder}/{file}")).status, 404, "{file}");
    }
    let shown = get(&format!("{page}/"));
    let text = shown.text();
    assert!(
        text.contains("Dicatat yang ditolak aturan") && text.contains(&format!("hibah verify …{folder}")),
        "{text}"
    );
    assert!(!text.contains("<b>nowhere") && text.contains("b&#62;nowhere"), "{text}");
    assert_eq!(state["unread"][0]["from"], "<b>nowhere</b>");
    assert!(!server.stop(), "its status says so");
}

fn hand_in(page: &str, bytes: &[u8]) -> Heard {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    Heard::of(agent.post(format!("{page}/statements")).send(bytes).expect("an answer"))
}

/// What is told of statements as this, once there are so many.
fn told(page: &str, fate: &str, count: usize) -> Vec<Value> {
    let of_it = |state: &Value| ledgers(state).first().and_then(|ledger| ledger[fate].as_array().cloned());
    let all = |state: &Value| of_it(state).unwrap_or_default();
    let state = state_when(page, fate, |state| ledgers(state).len() == 1 && all(state).len() == count);
    all(&state)
}

/// Whether the feed of alarms leads there.
fn feed_has(page: &str, path: &str) -> bool {
    let feed = get(&format!("{page}/en/alarms.atom"));
    let read = roxmltree::Document::parse(feed.text()).expect("XML");
    read.descendants().any(|node| node.attribute("href") == Some(path))
}

/// What is no statement that this ledger could record is answered with why, and not kept.
fn nobody_takes(page: &str, first: &[u8]) {
    let mut changed = first.to_vec();
    *changed.last_mut().expect("bytes") = b' ';
    for (bytes, why) in [
        (&b"nothing"[..], "it is no statement"),
        (&b"hibah/statement/v1\nother.example/ledger\n"[..], "this monitor follows no such ledger"),
        (&changed[..], ""),
    ] {
        let heard = hand_in(page, bytes);
        assert!(heard.status == 422 && heard.text().contains(why), "{} {}", heard.status, heard.text());
    }
    let large = hand_in(page, &vec![b'x'; 70_000]);
    assert_eq!(large.status, 400, "{}", large.text());
}

/// What a desk calls a statement that it has taken.
fn hash_of(statement: &[u8]) -> String {
    format!("{}\n", Statement::parse(statement, cli_shell::ORIGIN).expect("a statement").hash())
}

/// A desk that answers and records nothing withholds it; one that cannot answer now is asked again.
fn with_a_silent_desk(shell: &Shell, options: &[&str], path: &str, first: &[u8]) {
    // Who says welcome to everybody is no desk.
    let answers = [(503, ""), (429, ""), (200, "<h1>Welcome</h1>"), (202, "welcome"), (202, &hash_of(first))];
    let (silent_desk, taken) = answering(answers.map(|(status, said)| (status, said.as_bytes().to_vec())));
    let known = format!("{}={}", cli_shell::ORIGIN, silent_desk.trim_end_matches("/hook"));
    let (watching, page) = monitor(shell, &[options, &["--desk", &known]].concat());
    let held = told(&page, "withheld", 1).remove(0);
    assert_eq!((&held["desk"], &held["receipt"]), (&"status 202".into(), &Value::Null));
    assert!(taken.lock().expect("whole").iter().all(|given| given.as_bytes() == first), "its very bytes");
    let shown = get(&format!("{page}/"));
    assert!(shown.text().contains("Ditahan") && shown.text().contains("Menahan pernyataan: 1."), "{}", shown.text());
    assert!(feed_has(&page, path));
    assert_eq!(get(&format!("{page}/statements/hibah.bandung.example_ledger/{}", "0".repeat(64))).status, 404);
    assert!(watching.stop());
}

/// A ledger and the witness whom it asks; the addresses of its desk and its public side.
fn witnessed(shell: &Shell) -> ([Server; 2], String, String) {
    write_bodies(shell);
    let (one, url, vkey) = witness(shell, "one");
    write_policy(shell, 1, &[(&vkey, &url)]);
    let options = ["--public", "127.0.0.1:0", "--desk", "127.0.0.1:0", "--policy", "policy", "--witnesses-every", "1"];
    let mut ledger = Server::start(shell, &options);
    let (desk, public) = addresses(&mut ledger);
    ([ledger, one], desk, public)
}

#[test]
fn what_is_void_by_then_is_withheld_no_more_and_a_receipt_for_what_never_appears_is_shown() {
    let shell = Shell::with_ledger();
    let (servers, desk, public) = witnessed(&shell);
    let file = |name: &str| std::fs::read(shell.path().join(name)).expect("a statement");
    shell.check(&format!("$ {}\n$ {}", sign("led", "first"), sign("led", "other")));
    let (says, answers) = mpsc::channel();
    let (lying_desk, taken) = answering(answers);
    says.send((202, hash_of(&file("first")).into())).expect("it listens");
    let known = format!("{}={}", cli_shell::ORIGIN, lying_desk.trim_end_matches("/hook"));
    let (watching, page) =
        monitor(&shell, &[&public, "--policy", "policy", "--withheld-after", "2s", "--desk", &known]);
    state_when(&page, "it is seen", |state| standing(state, cli_shell::ORIGIN) == "good");
    assert_eq!(hand_in(&page, &file("first")).status, 202);
    told(&page, "withheld", 1);
    // Another registration by the same key: the rules take whichever comes first.
    shell.check(&format!("$ hibah submit {desk} other\nRecorded as entry 18; *"));
    let lapsed = told(&page, "lapsed", 1).remove(0);
    assert_eq!(lapsed["lapsed_after_entries"], 19, "{lapsed:#}");
    assert!(lapsed["lapsed_because"].as_str().is_some_and(|why| why.contains("org/1")), "{lapsed:#}");
    told(&page, "withheld", 0);
    let shown = get(&format!("{page}/en/"));
    assert!(shown.text().contains("No longer recordable after entries 19"), "{}", shown.text());
    let apply = |body: &str, name: &str| {
        format!(
            "$ hibah sign --ledger led --kind application.submitted --about case/1/new --body {body} --key org.key --out {name}"
        )
    };
    shell.check("$ sed 's/Ruang kelas/Ruang baca/' application.json > reading.json");
    shell.check(&format!("{}\n{}", apply("application.json", "second"), apply("reading.json", "third")));
    assert_eq!(hand_in(&page, &file("second")).status, 202);
    // While the desk thinks it over, another becomes the entry of which it then gives the receipt.
    await_that("it is handed on", || taken.lock().expect("whole").len() > 1);
    shell.check(&format!("$ hibah submit {desk} third\nRecorded as entry 19; *"));
    let receipt = || get(&format!("{public}/api/v1/receipts/19"));
    await_that("its witnesses have seen it", || receipt().status == 200);
    let receipt = receipt().body;
    says.send((200, receipt.clone())).expect("it listens");
    let held = told(&page, "withheld", 1).remove(0);
    let given = get(&format!("{page}{}", held["receipt"].as_str().expect("an address")));
    assert_eq!((given.status, &given.body), (200, &receipt), "{held:#}");
    assert!(watching.stop() && servers.into_iter().all(Server::stop));
}

#[test]
fn a_statement_that_is_not_recorded_is_told_as_withheld_until_it_is() {
    let shell = Shell::with_ledger();
    let (servers, desk, public) = witnessed(&shell);
    let taking = ["--policy", "policy", "--withheld-after", "2s"];
    let (watching, page) = monitor(&shell, &[&[public.as_str()], &taking[..]].concat());
    state_when(&page, "it is seen", |state| standing(state, cli_shell::ORIGIN) == "good");
    shell.check(&format!("$ {}", sign("led", "first")));
    let first = std::fs::read(shell.path().join("first")).expect("a statement");
    nobody_takes(&page, &first);
    let heard = hand_in(&page, &first);
    assert_eq!((heard.status, &heard.json()["kind"]), (202, &"organisation.registered".into()), "{}", heard.text());
    assert_eq!(hand_in(&page, &first).json(), heard.json(), "it is kept once");
    // Nobody knows of it but this monitor, so the ledger withholds nothing.
    let waits = told(&page, "not_handed_on", 1).remove(0);
    let path = waits["statement"].as_str().expect("an address");
    let given = get(&format!("{page}{path}"));
    assert_eq!(given.body, first, "its very bytes");
    shell.write("given", &given.body);
    let (size, time) = (&waits["accepted_after_entries"], waits["received_at"].as_str().expect("a time"));
    shell.check(&format!("$ hibah check given {public} --at {size} --time {time}\nIt would be recorded: *"));
    let shown = get(&format!("{page}/"));
    assert!(
        shown.text().contains(&format!("href=\"{path}\"")) && !shown.text().contains("Ditahan"),
        "{}",
        shown.text()
    );
    assert!(shown.text().contains("Semuanya terbaca dan cocok.") && !feed_has(&page, path), "{}", shown.text());
    assert!(watching.stop());
    with_a_silent_desk(&shell, &[&[public.as_str()], &taking[..]].concat(), path, &first);
    // It is remembered over a new start; once recorded, it is withheld no more.
    let (watching, page) = monitor(&shell, &[&[public.as_str()], &taking[..]].concat());
    told(&page, "withheld", 1);
    shell.check(&format!("$ hibah submit {desk} first\nRecorded as entry 18; the ledger has 19 entries."));
    told(&page, "withheld", 0);
    assert!(watching.stop());
    // A monitor that knows the desk hands it on.
    let known = format!("{}={desk}", cli_shell::ORIGIN);
    let (watching, page) = monitor(&shell, &[&[public.as_str(), "--desk", &known], &taking[..]].concat());
    state_when(&page, "it is seen", |state| standing(state, cli_shell::ORIGIN) == "good");
    shell.check("$ hibah sign --ledger led --kind application.submitted --about case/1/new --body application.json --key org.key --out second");
    let heard = hand_in(&page, &std::fs::read(shell.path().join("second")).expect("a statement"));
    assert_eq!(heard.status, 202, "{}", heard.text());
    state_when(&page, "it is recorded", |state| ledgers(state)[0]["size"] == 20);
    told(&page, "withheld", 0);
    assert!(watching.stop() && servers.into_iter().all(Server::stop));
    // Without the option nothing is taken.
    let (watching, page) = monitor(&shell, &["led"]);
    assert_eq!(hand_in(&page, &first).status, 404);
    assert!(watching.stop());
    shell.check(
        "$ hibah monitor led --listen 127.0.0.1:0 --withheld-after 1h --desk nowhere
         ? 2
         error: invalid value 'nowhere' for '--desk <ORIGIN=URL>': write a ledger's origin and its desk's address: *",
    );
}
