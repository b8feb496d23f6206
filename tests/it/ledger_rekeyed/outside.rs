//! What others are told of the ledger's own keys: submitters, readers of pages, the second implementation, and whoever runs
//! the program.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use hibah::ledger::reader::Reader;
use hibah::ledger::sequencer::Sequencer;
use hibah::ledger::tree;
use hibah::ledger::writer::Outcome;

use super::{adds, city, official, retires, shortened, story};
use crate::cli_shell::Shell;
use crate::ledger_city::{entries, folder};
use crate::left_out::left_out;
use crate::one_city::OneCity;
use crate::public_town::{Heard, Served};

#[test]
fn submitters_are_told_which_key_is_missing() {
    let dir = folder();
    let city = city(dir.path());
    let statements = [city.statement(&official(1)), city.statement(&adds("ledger:b"))];
    let missing = city.key("ledger:b").verifier().to_string();
    let sequencer = Sequencer::start(city.into_writer(), 8);
    let (tell, told) = std::sync::mpsc::channel();
    for statement in statements {
        let tell = tell.clone();
        sequencer.submit(statement, Box::new(move |answer| tell.send(answer).expect("heard"))).expect("queued");
    }
    let recorded = told.recv().expect("told").unwrap_or_else(|e| panic!("{e}"));
    assert!(matches!(recorded.outcome, Outcome::Recorded { index: 1, .. }), "{:?}", recorded.outcome);
    let error = told.recv().expect("told").err().expect("no key").to_string();
    assert!(error.contains(&missing) && error.contains("--ledger-key"), "{error}");
}

#[test]
fn the_desk_says_that_its_operator_must_act() {
    let dir = folder();
    let city = city(dir.path());
    let (brings, missing) = (city.statement(&adds("ledger:b")), city.key("ledger:b").verifier().to_string());
    let desk = hibah::desk::router(Arc::new(Sequencer::start(city.into_writer(), 8)));
    let served = Served::start(desk);
    let config =
        ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(30)));
    let agent: ureq::Agent = config.build().into();
    let heard = Heard::of(agent.post(served.url("/statements")).send(&brings[..]).expect("an answer"));
    assert_eq!(heard.status, 503);
    let detail = heard.json()["detail"].as_str().expect("a sentence").to_owned();
    assert!(detail.contains(&missing) && detail.contains("--ledger-key"), "{detail}");
    assert_eq!(entries(dir.path()).len(), 1);
}

#[test]
fn pages_and_status_show_the_keys_in_force() {
    let dir = folder();
    let mut city = city(dir.path());
    let router = hibah::public::router(dir.path().to_owned()).unwrap_or_else(|e| panic!("{e}"));
    let served = Served::start(router);
    let key = |city: &OneCity, key: &str| city.key(key).verifier().to_string();
    let (old, new) = (key(&city, "ledger"), key(&city, "ledger:b"));
    let check = |in_force: &[&String], gone: &[&String]| {
        let status = served.get("/api/v1/status").json();
        assert_eq!(status["vkeys"], serde_json::json!(in_force));
        assert_eq!(status["vkey"], **in_force.last().expect("one"));
        let log = served.get("/en/log");
        // An address is escaped for HTML where it has a plus.
        let text = log.text().replace("&#43;", "+");
        in_force.iter().for_each(|vkey| assert!(text.contains(vkey.as_str()), "{text}"));
        gone.iter().for_each(|vkey| assert!(!text.contains(vkey.as_str()), "{text}"));
    };
    check(&[&old], &[&new]);
    city.hold(&["ledger", "ledger:b"]).unwrap_or_else(|e| panic!("{e}"));
    city.play(&adds("ledger:b"));
    check(&[&old, &new], &[]);
    city.play(&retires("ledger"));
    check(&[&new], &[&old]);
}

/// Runs the second implementation over an exported ledger; `None` where there is no Python.
fn second_implementation(dir: &Path) -> Option<(bool, String)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/check.py");
    let done = match Command::new("python3").arg(script).arg("ledger").arg(dir).output() {
        Ok(done) => done,
        Err(_) => {
            left_out("the second implementation needs python3, which is not installed");
            return None;
        }
    };
    let told = [done.stdout, done.stderr].concat();
    Some((done.status.success(), String::from_utf8_lossy(&told).into_owned()))
}

/// The client in Go, built from `tests/interop`; `None` where it cannot be built.
fn client_in_go(into: &Path) -> Option<PathBuf> {
    let client = into.join("interop");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&client)
        .arg(".")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop"))
        .env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("go-cache"))
        .env("GOPROXY", "off")
        .env("GOFLAGS", "")
        .output();
    if built.is_ok_and(|built| built.status.success()) {
        return Some(client);
    }
    left_out("the client in tests/interop needs Go and golang-golang-x-mod-dev, which are not installed");
    None
}

#[test]
fn the_client_in_go_agrees() {
    let place = folder();
    let Some(client) = client_in_go(place.path()) else { return };
    let story = story();
    let at = shortened(story.dir.path(), 4, &story.notes[3]);
    let cases: [(&Path, usize, &[&str], &str, &str); 7] = [
        (story.dir.path(), 8, &["ledger:c"], "ledger:c", "checkpoint: signature of"),
        (story.dir.path(), 8, &["ledger:c"], "ledger", "warning: entry 4 retired the key"),
        (story.dir.path(), 8, &["ledger:b"], "ledger:b", "interop: checkpoint: the signature of"),
        (story.dir.path(), 8, &["ledger:d"], "ledger:d", "interop: checkpoint: the ledger never named the key"),
        (at.path(), 4, &["ledger", "ledger:b"], "ledger", "checkpoint: signature of"),
        (at.path(), 4, &["ledger"], "ledger", "interop: checkpoint: the signature of"),
        (at.path(), 4, &["ledger:b"], "ledger:b", "interop: checkpoint: the signature of"),
    ];
    for (dir, size, signers, vkey, expected) in cases {
        let out = folder();
        tree::export(&Reader::open(dir).expect("opened"), out.path(), &|_, _| ()).expect("exported");
        std::fs::write(out.path().join("checkpoint"), story.note(size, signers)).expect("written");
        let done = Command::new(&client).arg(out.path()).arg(story.key(vkey).to_string()).output().expect("it runs");
        let told = String::from_utf8([done.stdout, done.stderr].concat()).expect("text");
        assert!(told.contains(expected), "size {size} by {signers:?}, checked with {vkey}: {told}");
        assert_eq!(done.status.success(), !expected.starts_with("interop"), "{told}");
    }
}

#[test]
fn the_second_implementation_agrees() {
    let story = story();
    let at = shortened(story.dir.path(), 4, &story.notes[3]);
    for (dir, size, good, lacking) in [
        (story.dir.path(), 8, &["ledger:c"][..], &["ledger:b"][..]),
        (at.path(), 4, &["ledger", "ledger:b"], &["ledger:b"]),
    ] {
        let out = folder();
        tree::export(&Reader::open(dir).expect("opened"), out.path(), &|_, _| ()).expect("exported");
        let Some((holds, told)) = second_implementation(out.path()) else { return };
        assert!(holds && told.contains(&format!("{} checkpoint signature(s)", good.len())), "{told}");
        std::fs::write(out.path().join("checkpoint"), story.note(size, lacking)).expect("written");
        let (holds, told) = second_implementation(out.path()).expect("it ran before");
        assert!(!holds && told.contains("not signed by every key of the ledger that is in force"), "{told}");
    }
}

#[test]
fn a_ledger_is_rekeyed_from_the_command_line() {
    let shell = Shell::new();
    let origin = crate::cli_shell::ORIGIN;
    shell.write("retire.json", b"");
    shell.check(&format!(
        "$ hibah init led --origin {origin} --profile kota-bandung
         $ hibah key show led/keys/ledger.key > old
         $ hibah key new ledger-2.key --name {origin} > new
         $ printf '{{\"ledger_key\":\"%s\",\"reason\":\"Kunci baru\"}}' \"$(cat new)\" > add.json
         $ hibah sign --ledger led --kind ledger.rekeyed --about ledger --body add.json --key led/keys/root-1.key --key led/keys/root-2.key --key led/keys/root-3.key --out add
         $ hibah submit led add
         ? 2
         error: the ledger key {origin}+* must sign the next checkpoint and is not here: give its key file with --ledger-key
         = led
         $ hibah verify led --vkey $(cat old) --save-checkpoint seen
         $ hibah submit led add --ledger-key led/keys/ledger.key --ledger-key ledger-2.key
         Recorded as entry *
         $ hibah verify led --vkey $(cat old) --save-checkpoint both
         keys * {origin}+*
         (the one that you gave)
         {origin}+*
         (named by the ledger)
         $ grep -c '^— ' both
         2
         $ hibah verify led --vkey $(cat new) --since seen
         earlier * signatures before it were checked again*"
    ));
    shell.check(&format!(
        "$ printf '{{\"retires\":\"%s\",\"reason\":\"Kunci lama\"}}' \"$(cut -d+ -f1,2 old)\" > retire.json
         $ hibah sign --ledger led --vkey $(cat new) --kind ledger.rekeyed --about ledger --body retire.json --key led/keys/root-1.key --key led/keys/root-2.key --key led/keys/root-3.key --out retire
         $ hibah submit led retire
         ? 2
         error: the ledger key {origin}+* must sign the next checkpoint and is not here: *
         = led
         $ mv ledger-2.key led/keys/ledger-2.key
         $ hibah submit led retire
         Recorded as entry *
         # the retired key's file is not needed any more
         $ mv led/keys/ledger.key retired.key
         $ hibah submit led retire
         Nothing new: it was recorded before, *
         $ hibah submit led retire --ledger-key retired.key
         ? 2
         error: the key {origin}+* is not this ledger's, *
         $ hibah verify led --vkey $(cat new) --since both
         key * {origin}+*
         (the one that you gave)
         $ hibah verify led --vkey $(cat old)
         (named by the ledger)
         warning: the key that you gave was retired by entry * and did not sign this checkpoint, *
         $ hibah verify led --vkey $(cat old) --since both
         warning: the key that you gave was retired by entry *; by the roots of entry 0, *
         $ hibah verify led
         warning: the key came from the ledger itself, *
         $ hibah check retire led --vkey $(cat old)
         warning: the key that you gave was retired by entry *
         $ printf 'log %s\\nlog %s\\nquorum none\\n' $(cat old) $(cat new) > policy
         $ hibah verify led --policy policy > told && ! grep retired told
         $ hibah officials led --at 3
         $ hibah export led tree"
    ));
    if let Some((holds, told)) = second_implementation(&shell.path().join("tree")) {
        assert!(holds, "{told}");
    }
}
