//! Asking witnesses: real witnesses, one that is down, one that answers garbage, one that never answers; what is shown
//! meanwhile; and what witnesses tell of a ledger that forked or lost entries.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hibah::ledger::cosigned::{Alarm, AlarmKind, Cosigned};
use hibah::ledger::statement::Statement;
use hibah::network::asking::{Asking, Task, Times};
use hibah::tlog::checkpoint::Checkpoint;
use hibah::tlog::cosignature::Cosigner;
use hibah::tlog::note::Note;
use hibah::tlog::policy::Policy;
use hibah::tlog::proof::TlogProof;

use crate::cli_path::write_bodies;
use crate::cli_serve::{Server, addresses};
use crate::cli_shell::{ORIGIN, Shell};
use crate::public_town::Heard;
use crate::tlog_vectors::key;

/// Signs a registration; only the numbers of organisations and entries differ.
const REGISTER: &str = "hibah sign --ledger LED --kind organisation.registered --about org/new --body org.json --key LED/keys/official-5-registrar.key --key org.key --seal account=account.txt --seal chair=chair.txt --out OUT";

/// How long what comes soon is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(200);

/// A witness of its own in the session's folder, which knows the ledger.
pub fn witness(shell: &Shell, name: &str) -> (Server, String, String) {
    shell.check(&format!(
        "$ hibah witness init {name} --name {name}.example/witness > {name}.vkey
         $ hibah witness add-log {name} $(cat vkey)
         Added: *"
    ));
    let (server, url) = served(shell, name, "127.0.0.1:0");
    let vkey = std::fs::read_to_string(shell.path().join(format!("{name}.vkey"))).expect("a key");
    let vkey = vkey.lines().next().expect("a line").to_owned();
    (server, url, vkey)
}

fn served(shell: &Shell, name: &str, at: &str) -> (Server, String) {
    let mut server = Server::of(shell, &["witness", "serve", name, "--listen", at]);
    let url = server.address("Witness: ");
    (server, url)
}

/// A server that does something to each connection.
fn strange(answer: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || listener.incoming().flatten().for_each(answer));
    url
}

fn get(url: &str) -> Heard {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    Heard::of(agent.get(url).call().expect("an answer"))
}

/// The size that `/checkpoint` shows; none while it shows none.
fn shown(public: &str) -> Option<u64> {
    let heard = get(&format!("{public}/checkpoint"));
    match heard.status {
        200 => {
            let note = Note::parse(&heard.body).expect("a note");
            Some(Checkpoint::parse(&note.text).expect("a checkpoint").size)
        }
        503 => None,
        other => panic!("status {other}: {}", heard.text()),
    }
}

fn await_that(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..PATIENCE.as_millis() / LOOK.as_millis() {
        if holds() {
            return;
        }
        std::thread::sleep(LOOK);
    }
    panic!("{what}: not within {PATIENCE:?}");
}

fn strange_key(first: u8) -> String {
    Cosigner::new("strange.example/witness", key(first)).expect("a name").verifier().to_string()
}

pub fn write_policy(shell: &Shell, quorum: u32, witnesses: &[(&str, &str)]) {
    let vkey = std::fs::read_to_string(shell.path().join("vkey")).expect("a key");
    let mut policy = format!("log {vkey}\n");
    for (number, (vkey, url)) in witnesses.iter().enumerate() {
        policy += &format!("witness W{number} {vkey} {url}\n");
    }
    let names: Vec<String> = (0..witnesses.len()).map(|number| format!("W{number}")).collect();
    policy += &format!("group all-of-them {quorum} {}\nquorum all-of-them\n", names.join(" "));
    Policy::parse(policy.as_bytes()).unwrap_or_else(|e| panic!("{e}\n{policy}"));
    shell.write("policy", policy);
}

pub fn sign(led: &str, out: &str) -> String {
    REGISTER.replace("LED", led).replace("OUT", out)
}

fn a_note_of_another_checkpoint_is_not_taken(shell: &Shell) {
    shell.check("$ cp -r led lying; cp mirror/checkpoint whole");
    let file = rusqlite::Connection::open(shell.path().join("lying/cosigned.db")).expect("a database");
    let note: String = file.query_row("SELECT note FROM shown", [], |row| row.get(0)).expect("a note");
    file.execute_batch("DROP TRIGGER shown_grows").expect("dropped");
    let changed = note.replacen("\n20\n", "\n19\n", 1);
    assert_ne!(changed, note);
    file.execute("UPDATE shown SET note = ?1", [&changed]).expect("changed");
    shell.check(
        "$ hibah export lying other
         Exported 20 entries to other.
         $ grep -q example/witness mirror/checkpoint
         $ ! grep -q example/witness other/checkpoint",
    );
}

// long: one ledger and its witnesses, from the first checkpoint to the last
#[test]
fn a_quorum_is_asked_and_shown() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    let (one, url_one, vkey_one) = witness(&shell, "one");
    let (two, url_two, vkey_two) = witness(&shell, "two");
    let down = { TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address") };
    let garbage = strange(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\nConnection: close\r\n\r\n<html></html>\n");
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let silent = strange(std::mem::forget);
    let (down, keys) = (format!("http://{down}/"), [strange_key(0x40), strange_key(0x60), strange_key(0x80)]);
    write_policy(
        &shell,
        2,
        &[(&vkey_one, &url_one), (&keys[0], &down), (&keys[1], &garbage), (&keys[2], &silent), (&vkey_two, &url_two)],
    );
    let options = ["--public", "127.0.0.1:0", "--desk", "127.0.0.1:0", "--policy", "policy", "--witnesses-every", "1"];
    let mut server = Server::start(&shell, &options);
    let (desk, public) = addresses(&mut server);
    await_that("the founding is seen", || shown(&public) == Some(18));
    shell.check(&format!(
        "$ hibah verify {public} --policy policy
         entries     18, each linked to the one before it
         witnesses   seen by W0, W4
         $ {}
         # a desk whose receipts wait for witnesses: the command waits too
         $ hibah submit {desk} first
         Recorded as entry 18; the ledger has 19 entries.
         $ hibah show {public} 18 --verbatim > entry; hibah verify first.tlog-proof --entry entry --policy policy
         The receipt holds.
         witnesses   seen by W0, W4
         $ hibah verify {public} --policy policy
         entries     19, each linked to the one before it
         $ hibah witness list one
         cosigned  19 entries, at *",
        sign("led", "first"),
    ));
    // One of the two that answer goes.
    assert!(two.stop(), "a witness that is asked to stop ends well");
    let submit = held_back(&shell, &desk, &public);
    // It comes back at the same address, and what it missed is seen.
    let (two, _) = served(&shell, "two", url_two.trim_start_matches("http://"));
    await_that("the quorum is back", || shown(&public) == Some(20));
    let seen = submit();
    assert_eq!((seen.status, seen.header("hibah-index")), (200, "19"), "{}", seen.text());
    assert_eq!(TlogProof::parse(&seen.body).expect("a receipt").checkpoint.signatures.len(), 3);
    shell.check(&format!(
        "$ hibah verify {public} --policy policy --vkey $(cat vkey)
         witnesses   seen by W0, W4
         # the folder itself, and a copy of it as files
         $ hibah verify led --policy policy
         witnesses   seen by W0, W4
         $ hibah export led mirror
         $ hibah verify mirror --policy policy
         witnesses   seen by W0, W4"
    ));
    // A note that is not of the newest checkpoint is not taken for it, whatever stands beside it.
    a_note_of_another_checkpoint_is_not_taken(&shell);
    let metrics = get(&format!("{desk}/metrics"));
    for expected in ["hibah_seen_entries 20\n", "hibah_witness_alarms 0\n", "hibah_seen_time_seconds 1"] {
        assert!(metrics.text().contains(expected), "{expected}: {}", metrics.text());
    }
    let told = get(&format!("{public}/en/log"));
    assert!(told.text().contains("Last seen by witnesses") && !told.text().contains("Entries that wait"));
    for expected in ["What each witness cosigned last", "W0", &vkey_one, "seen by 2 witnesses"] {
        assert!(told.text().contains(expected), "{expected}: {}", told.text());
    }
    let entry = get(&format!("{public}/entries/19"));
    assert!(entry.text().contains(&format!("data-witnesses=\"{vkey_one} ")), "{}", entry.text());
    let status = get(&format!("{public}/api/v1/status")).json();
    assert_eq!((&status["seen_size"], &status["size"]), (&20.into(), &20.into()));
    let standings = || {
        let cosigned = Cosigned::read(&shell.path().join("led")).expect("opened").expect("there");
        cosigned.standings().expect("read")
    };
    await_that("how it stands with each is told", || standings().len() == 5);
    assert!(server.stop() && one.stop() && two.stop());
    let problems: Vec<String> = standings().into_iter().map(|standing| standing.problem).collect();
    assert_eq!((problems[0].as_str(), problems[4].as_str()), ("", ""));
    assert!(problems[1].starts_with("no answer (") && problems[3].starts_with("no answer ("), "{problems:?}");
    assert_eq!(problems[2], "its answer is not lines of signatures");
}

/// Submits a second statement, which too few witnesses see: it is held back, and all else is served. Answers what submits
/// it again.
fn held_back(shell: &Shell, desk: &str, public: &str) -> impl Fn() -> Heard {
    shell.check("$ hibah sign --ledger led --kind application.submitted --about case/1/new --body application.json --key org.key --out second");
    let statement = std::fs::read(shell.path().join("second")).expect("a statement");
    let address = format!("{desk}/statements");
    let submit = move || {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        Heard::of(agent.post(&address).send(&statement[..]).expect("an answer"))
    };
    let waits = submit();
    assert_eq!((waits.status, waits.header("hibah-index")), (202, "19"), "{}", waits.text());
    let parsed = Statement::parse(&std::fs::read(shell.path().join("second")).expect("a statement"), ORIGIN);
    assert_eq!(waits.text(), format!("{}\n", parsed.expect("a statement").hash()), "the statement's hash");
    assert_eq!(submit().status, 202, "the same again waits too");
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(shown(public), Some(19), "a checkpoint without a quorum is held back");
    assert_eq!(get(&format!("{public}/api/v1/entries/19")).status, 200, "it is recorded, and read");
    let receipt = |index: u64| {
        let heard = get(&format!("{public}/api/v1/receipts/{index}"));
        TlogProof::parse(&heard.body).expect("a receipt").checkpoint.signatures.len()
    };
    assert_eq!((receipt(18), receipt(19)), (3, 1), "cosignatures, as soon as there are some");
    let told = get(&format!("{public}/en/log"));
    assert!(told.text().contains("Entries that wait for witnesses"), "{}", told.text());
    submit
}

fn alarms(shell: &Shell, led: &str) -> Vec<Alarm> {
    let Some(cosigned) = Cosigned::read(&shell.path().join(led)).expect("opened") else { return Vec::new() };
    cosigned.alarms().expect("read")
}

#[test]
fn a_witness_that_saw_more_ends_the_signing_and_one_that_saw_another_history_is_told() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    let (one, url, vkey) = witness(&shell, "one");
    write_policy(&shell, 1, &[(&vkey, &url)]);
    shell.check(&format!(
        "$ cp -r led old; cp -r led other
         $ {}
         $ hibah submit led first
         Recorded as entry 18; *
         $ {}
         $ hibah submit other forked
         Recorded as entry 18; *",
        sign("led", "first"),
        sign("other", "forked"),
    ));
    let seen = |led: &str| {
        let options = ["serve", led, "--public", "127.0.0.1:0", "--policy", "policy", "--witnesses-every", "1"];
        Server::of(&shell, &options)
    };
    let mut server = seen("led");
    let public = server.address("Public server: ");
    await_that("it is seen", || shown(&public) == Some(19));
    assert!(server.stop());

    // Another history of the same size: both notes are kept, at both ends, and it is never shown.
    let mut server = seen("other");
    let public = server.address("Public server: ");
    await_that("the fork is told", || !alarms(&shell, "other").is_empty());
    assert_eq!(shown(&public), None);
    assert!(server.stop());
    let told = &alarms(&shell, "other")[0];
    assert_eq!((told.kind, told.size), (AlarmKind::Fork, 19));
    let size_and_root = |note: &str| {
        let read = Checkpoint::parse(&Note::parse(note.as_bytes()).expect("a note").text).expect("a checkpoint");
        (read.size, read.root)
    };
    let (ours, theirs) = (size_and_root(&told.ours), size_and_root(&told.theirs));
    assert!(ours.0 == theirs.0 && ours.1 != theirs.1, "{told:?}");
    shell.check(
        "$ hibah witness list one
         ? 1
         1 of 1 of hibah.bandung.example/ledger, kept *: the log signed two roots for one size, *
         error: hibah.bandung.example/ledger signed two roots for one size: publish both notes, *",
    );

    // A copy from before: what was signed since is lost, and a desk signs nothing over it.
    let options = ["serve", "old", "--desk", "127.0.0.1:0", "--policy", "policy", "--witnesses-every", "1"];
    let server = Server::of(&shell, &options);
    await_that("the loss is told", || !alarms(&shell, "old").is_empty());
    assert_eq!((alarms(&shell, "old")[0].kind, alarms(&shell, "old")[0].size), (AlarmKind::Lost, 19));
    assert!(!server.ends(), "the desk ends by itself, and not well");
    shell.check(
        "$ hibah serve old --desk 127.0.0.1:0 --policy policy
         ? 2
         error: witness W0: it has cosigned 19 entries of this ledger, but only 18 are signed here: entries were lost, *
         = old",
    );
    assert!(one.stop());
}

#[test]
fn one_process_asks_and_another_takes_over() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    let (one, url, vkey) = witness(&shell, "one");
    write_policy(&shell, 1, &[(&vkey, &url)]);
    let options = ["--policy", "policy", "--witnesses-every", "1"];
    let mut first = Server::start(&shell, &[&["--public", "127.0.0.1:0"], &options[..]].concat());
    let public = first.address("Public server: ");
    await_that("it is seen", || shown(&public) == Some(18));
    let mut second = Server::start(&shell, &[&["--desk", "127.0.0.1:0"], &options[..]].concat());
    let desk = second.address("Desk: ");
    assert!(first.stop(), "the first ends well");
    shell.check(&format!(
        "$ {}
         $ hibah submit {desk} first
         Recorded as entry 18; the ledger has 19 entries.
         $ hibah witness list one
         cosigned  19 entries, at *",
        sign("led", "first"),
    ));
    assert!(second.stop() && one.stop());
}

#[test]
fn a_policy_that_cannot_be_met_is_refused_at_the_start() {
    let shell = Shell::with_ledger();
    let vkey = strange_key(0x40);
    shell.write("nowhere", format!("witness a {vkey}\nquorum a\n"));
    let log = "log.example/grants+e4d32d15+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
    shell.write("other", format!("log {log}\nquorum none\n"));
    shell.check(
        "$ hibah serve led --policy nowhere
         ? 2
         error: nowhere: too few witnesses have an address to reach the quorum: *
         $ hibah serve led --policy other
         ? 2
         error: other: it is for other logs: add a log line with the verifier key of hibah.bandung.example/ledger
         $ hibah serve led --policy vkey
         ? 2
         error: vkey: line 1 of the policy: *",
    );
}

/// A ledger without new entries is stale by its newest cosignature, so the same checkpoint goes out again after an hour. A
/// witness whose clock is an hour behind does not count, until it goes right.
#[test]
fn the_same_checkpoint_is_cosigned_again_after_an_hour() {
    let shell = Shell::with_ledger();
    let (_witness, url, vkey) = witness(&shell, "one");
    write_policy(&shell, 1, &[(&vkey, &url)]);
    let dir = shell.path().join("led");
    let policy = std::fs::read(shell.path().join("policy")).expect("a policy");
    let begun = Instant::now();
    let real = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let later = Arc::new(AtomicU64::new(0));
    let (clock, rested) = (Arc::clone(&later), Arc::new(AtomicU64::new(0)));
    let rest = Arc::clone(&rested);
    let times = Times {
        now_s: Box::new(move || real + clock.load(Ordering::SeqCst)),
        passed: Box::new(move || begun.elapsed() + Duration::from_secs(rest.load(Ordering::SeqCst))),
    };
    let _asking = Asking::start(Task {
        dir: dir.clone(),
        policy: Policy::parse(&policy).expect("a policy"),
        every: Duration::from_millis(50),
        times,
        lost: Box::new(|why| panic!("{why}")),
    })
    .expect("it asks");
    let cosigned = || {
        let kept = Cosigned::read(&dir).expect("opened").expect("there");
        let seen = kept.seen().expect("read");
        seen.map_or((0, 0), |seen| (seen.signed.size, seen.time_s.expect("a cosignature has a time")))
    };
    await_that("the founding is seen", || cosigned().0 == 18);
    let (_, first) = cosigned();
    // The witness has its own clock, which counts seconds.
    std::thread::sleep(Duration::from_millis(1_500));
    later.store(3_598, Ordering::SeqCst);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(cosigned(), (18, first), "not before the hour is over");
    later.store(3_700, Ordering::SeqCst);
    let kept = || Cosigned::read(&dir).expect("opened").expect("there").standings().expect("read");
    let problem = || kept().iter().map(|standing| standing.problem.clone()).collect::<String>();
    await_that("it goes out again", || problem().contains("its clock is behind this one"));
    assert_eq!(cosigned(), (18, first), "an hour ago is not now");
    later.store(0, Ordering::SeqCst);
    rested.store(600, Ordering::SeqCst);
    await_that("it is cosigned again", || cosigned().1 > first);
    assert_eq!(cosigned().0, 18);
}
