//! `hibah publish` to a real S3 server, with what goes wrong on the way: whatever happens, a reader who begins at the
//! store's checkpoint finds the whole ledger, and nothing is ever written over.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hibah::ledger::cosigned::{Cosigned, Seen};
use hibah::ledger::store::{Access, LastSigned};
use hibah::ledger::verify::{Source as _, Trust, Under, verify};
use hibah::network::remote::Remote;
use hibah::tlog::cosignature::Cosigner;
use hibah::tlog::note::{Note, VerifierKey};
use hibah::tlog::tile::{new_tiles, tiles_of_size};

use self::store::{Fault, Store};
use crate::cli_serve::Server;
use crate::cli_shell::{PASSPHRASE, Shell, path};
use crate::tlog_vectors::key;

mod store;

/// The ledger `led` of 18 entries, and files with which it grows.
fn scene() -> Shell {
    let shell = Shell::with_ledger();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import");
    std::fs::copy(fixtures.join("made-up.toml"), shell.path().join("map.toml")).expect("a fixture");
    let text = std::fs::read(fixtures.join("made-up-awards.csv")).expect("a fixture");
    let header = String::from_utf8_lossy(text.split(|byte| *byte == b'\n').next().expect("a header")).into_owned();
    for (name, first, rows) in [("some", 1, 100), ("many", 1001, 600), ("one", 5001, 1), ("other", 7001, 100)] {
        let row = |n| format!("{n};Yayasan Lama {n};C-{n};;;;;2013;;;{n}00000;;;;;;;;\n");
        let rows: String = (first..first + rows).map(row).collect();
        shell.write(&format!("{name}.csv"), format!("{header}\n{rows}"));
    }
    shell
}

/// What publishes to the store.
fn publish(store: &Store, ledger: &str) -> String {
    format!("{} hibah publish {ledger} s3://{}", store.environment(), store::PLACE)
}

/// Readers verify the store over HTTP until the answer is dropped; each of them must find a whole ledger.
struct Readers {
    stop: &'static AtomicBool,
    reading: Option<std::thread::JoinHandle<u32>>,
}

impl Readers {
    fn of(store: &Store, vkey: &str) -> Self {
        let stop: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
        let url = store.public();
        let trust = Trust { vkey: Some(VerifierKey::parse(vkey).expect("a key")), ..Trust::default() };
        let reading = std::thread::spawn(move || {
            let mut held = 0;
            while !stop.load(Ordering::SeqCst) || held == 0 {
                let remote = Remote::new(&url);
                // As every reader: one checkpoint, and all that it covers.
                let held_still = Under { checkpoint: remote.checkpoint().expect("a checkpoint"), source: &remote };
                let verified = verify(&held_still, &trust, &|_, _| ());
                assert!(verified.is_ok(), "a reader found something else than a whole ledger: {:?}", verified.err());
                held += 1;
            }
            held
        });
        Self { stop, reading: Some(reading) }
    }

    fn held(mut self) -> u32 {
        self.stop.store(true, Ordering::SeqCst);
        self.reading.take().expect("it reads").join().expect("every reader found a whole ledger")
    }
}

fn vkey(shell: &Shell) -> String {
    std::fs::read_to_string(shell.path().join("vkey")).expect("a key").trim().to_owned()
}

/// What is published one size after the other is at each of them all that a reader needs.
#[test]
fn the_plans_of_a_growing_ledger_are_whole_at_every_size() {
    let mut sizes = vec![0, 1, 2, 255, 256, 257, 300, 511, 512, 513, 65_535, 65_536, 65_537, 70_000, 131_072];
    for step in 1..=2 {
        let mut there = BTreeSet::new();
        let mut old = 0;
        for &size in &sizes {
            let plan: Vec<_> = new_tiles(old, size).collect();
            assert!(plan.iter().all(|path| path.is_within(size)), "{old} to {size}");
            assert!(plan.iter().all(|path| there.insert(*path)), "{old} to {size}: a file is put twice");
            assert!(tiles_of_size(size).all(|path| there.contains(&path)), "{old} to {size}: a file is lacking");
            old = size;
        }
        // The second time in larger steps.
        sizes = sizes.into_iter().step_by(step * 3).collect();
    }
}

#[test]
fn a_store_serves_what_the_public_server_serves() {
    let (shell, store) = (scene(), Store::start());
    let publish = publish(&store, "led");
    shell.check(&format!(
        "$ {publish}
         Published 18 entries to s3://hibah/ledger: 2 files put.
         $ {publish}
         Nothing is new: s3://hibah/ledger has the checkpoint of 18 entries; 0 files put.
         $ hibah import led some.csv --map map.toml && {publish} --json
         {{
         \"before\": 18,
         \"checkpoint\": \"put\",
         \"put\": 2,
         \"size\": 118,
         \"there\": 0
         $ hibah import led many.csv --map map.toml
         $ {publish}
         Published 718 entries to s3://hibah/ledger: 7 files put.
         $ {publish} --all
         Nothing is new: s3://hibah/ledger has the checkpoint of 718 entries; 0 files put, 7 there already.
         $ hibah verify {url} --vkey $(cat vkey) && hibah monitor {url} led --once
         entries * 718, each linked to the one before it
         hibah.bandung.example/ledger: 718 entries, all verified; *
         $ {environment} hibah verify s3://hibah/ledger/ --vkey $(cat vkey)
         entries * 718, each linked to the one before it
         = led
         $ {environment} hibah restore s3://hibah/ledger copy --vkey $(cat vkey)
         Copied 718 entries to copy, after all of s3://hibah/ledger was verified; nothing was signed.
         $ hibah verify copy --vkey $(cat vkey)
         entries * 718, each linked to the one before it",
        url = store.public(),
        environment = store.environment(),
    ));
    // Partial files of earlier sizes are for whoever has an earlier checkpoint.
    let objects = store.objects();
    let expected: BTreeSet<String> = [(0, 18), (18, 118), (118, 718)]
        .into_iter()
        .flat_map(|(old, new)| new_tiles(old, new))
        .map(|path| path.to_string())
        .chain(["checkpoint".to_owned()])
        .collect();
    assert_eq!(objects.keys().cloned().collect::<BTreeSet<_>>(), expected);

    let mut server = Server::start(&shell, &["--public", "127.0.0.1:0"]);
    let public = server.address("Public server: ");
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let get = |url: &str| {
        let mut answer = agent.get(url).header("accept-encoding", "identity").call().expect("an answer");
        assert_eq!(answer.status(), 200, "{url}");
        let header = |name| answer.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
        let headers = (header("content-type"), header("cache-control"), header("content-encoding"));
        (headers, answer.body_mut().read_to_vec().expect("a body"))
    };
    for path in objects.keys() {
        assert_eq!(get(&format!("{}/{path}", store.public())), get(&format!("{public}/{path}")), "{path}");
    }
    assert!(server.stop());
}

#[test]
fn a_faulty_network_takes_nothing_away() {
    for fault in [Fault::Lost(2), Fault::Lost(1), Fault::Busy(2), Fault::Slow(300)] {
        let (shell, store) = (scene(), Store::start());
        let publish = publish(&store, "led");
        shell.check(&format!("$ {publish}"));
        let readers = Readers::of(&store, &vkey(&shell));
        shell.check("$ hibah import led many.csv --map map.toml");
        store.set(fault);
        shell.check(&format!(
            "$ {publish}
             $ {publish}
             Nothing is new: s3://hibah/ledger has the checkpoint of 618 entries; 0 files put."
        ));
        assert!(store.writes() >= 8, "{fault:?}: seven files and a checkpoint");
        readers.held();
        store.was_always_whole();
        shell.check(&format!("$ hibah verify {} --vkey $(cat vkey)\nentries * 618, *", store.public()));
    }
}

fn start(shell: &Shell, store: &Store, options: &str) -> Child {
    Command::new("sh")
        .args([
            "-c",
            &format!(
                "export {}; exec {} publish led s3://{} {options}",
                store.environment(),
                env!("CARGO_BIN_EXE_hibah"),
                store::PLACE
            ),
        ])
        .current_dir(shell.path())
        .env("HIBAH_PASSPHRASE", PASSPHRASE)
        .stdout(Stdio::null())
        .spawn()
        .expect("sh runs")
}

fn await_that(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..600 {
        if holds() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("it did not come about: {what}");
}

#[test]
fn a_publisher_that_is_killed_goes_on() {
    let (shell, store) = (scene(), Store::start());
    let publish = publish(&store, "led");
    shell.check(&format!("$ {publish} && hibah import led many.csv --map map.toml"));
    let readers = Readers::of(&store, &vkey(&shell));
    // Seven files in all, then the checkpoint.
    for puts in [0, 1, 2, 3, 1, 0] {
        store.set(Fault::Dead(puts));
        let mut publisher = start(&shell, &store, "");
        await_that("the publisher waits", || store.is_waiting());
        publisher.kill().expect("it runs");
        publisher.wait().expect("it ends");
        shell.check(&format!("$ hibah verify {} --vkey $(cat vkey)\nentries * 18, *", store.public()));
    }
    store.set(Fault::None);
    let before = store.objects();
    shell.check(&format!("$ {publish}\nPublished 618 entries to s3://hibah/ledger: * already."));
    let after = store.objects();
    assert!(before.iter().all(|(path, bytes)| path == "checkpoint" || after.get(path) == Some(bytes)));
    assert!(store.writes() < 8, "what was there was put again");
    readers.held();
    store.was_always_whole();
}

/// The checkpoint of a slow one is on its way when another puts a newer one.
#[test]
fn a_publisher_that_comes_late_takes_nothing_back() {
    let (shell, store) = (scene(), Store::start());
    let led = publish(&store, "led");
    shell.check(&format!(
        "$ {led} && hibah import led some.csv --map map.toml && cp -r led older
         $ hibah import led many.csv --map map.toml"
    ));
    let readers = Readers::of(&store, &vkey(&shell));
    store.set(Fault::Held);
    let session = format!("{} > said 2>&1", publish(&store, "older"));
    let mut late = Command::new("sh")
        .args(["-c", &session])
        .current_dir(shell.path())
        .env("PATH", path())
        .spawn()
        .expect("sh runs");
    await_that("its checkpoint is on the way", || store.is_waiting());
    shell.check(&format!("$ {led}\nPublished 718 entries to *"));
    store.set(Fault::None);
    assert_eq!(late.wait().expect("it ends").code(), Some(1));
    let url = store.public();
    shell.check(&format!(
        "$ cat said
         error: s3://hibah/ledger has a checkpoint of 718 entries and only 118 were signed here, *
         $ hibah verify {url} --vkey $(cat vkey)
         entries * 718, *"
    ));
    readers.held();
    store.was_always_whole();
}

#[test]
fn publishers_to_one_place_do_not_meet() {
    let (shell, store) = (scene(), Store::start());
    shell.check(&format!("$ {}", publish(&store, "led")));
    let readers = Readers::of(&store, &vkey(&shell));
    store.set(Fault::Slow(20));
    let mut publishers: Vec<_> = (0..2).map(|_| start(&shell, &store, "--every 1")).collect();
    for list in ["some.csv", "many.csv", "one.csv"] {
        shell.check(&format!("$ hibah import led {list} --map map.toml"));
        let mut once: Vec<_> = (0..2).map(|_| start(&shell, &store, "")).collect();
        assert!(once.iter_mut().all(|publisher| publisher.wait().expect("it ends").success()), "{list}");
    }
    for publisher in &mut publishers {
        assert!(publisher.try_wait().expect("asked").is_none(), "a publisher that goes on for ever has ended");
        publisher.kill().expect("it runs");
        publisher.wait().expect("it ends");
    }
    readers.held();
    store.was_always_whole();
    shell.check(&format!("$ hibah verify {} --vkey $(cat vkey)\nentries * 719, *", store.public()));
}

/// Runs a session whose command is refused: no object of the store changes.
fn refused(shell: &Shell, store: &Store, command: &str, status: u8, sentence: &str) {
    let before = store.objects();
    shell.check(&format!("$ {command}\n? {status}\nerror: {sentence}"));
    assert!(store.objects() == before, "{command}: an object changed");
}

#[test]
fn what_contradicts_the_ledger_is_never_written_over() {
    let (shell, store) = (scene(), Store::start());
    let (led, fork, old) = (publish(&store, "led"), publish(&store, "fork"), publish(&store, "old"));
    shell.check(&format!(
        "$ cp -r led old && cp -r led fork && hibah import fork other.csv --map map.toml
         $ hibah import led some.csv --map map.toml && {led}"
    ));
    let refused = |command: &str, status, sentence: &str| refused(&shell, &store, command, status, sentence);
    let place = "s3://hibah/ledger";
    // Who goes on for ever ends too: a person must look.
    for options in ["", " --all", " --every 1"] {
        let sentence = format!(
            "{place} has a checkpoint of another history: its 118 entries have the root *, the first 118 of this ledger have *; nothing was put; *"
        );
        refused(&format!("{fork}{options}"), 1, &sentence);
    }
    let sentence = format!(
        "{place} has a checkpoint of 118 entries and only 18 were signed here, so this is an old copy or another machine signs for this ledger: *"
    );
    refused(&old, 1, &sentence);

    // Both are signed, and somebody else makes evidence of it.
    shell.check(&format!("$ hibah monitor {} fork --once\n? 1\nerror: *showed two histories of hibah.bandung.example/ledger: two roots of 118 entries are signed; *", store.public()));

    let checkpoint = store.folder().join("checkpoint");
    let signed = std::fs::read_to_string(&checkpoint).expect("a checkpoint");
    let foreign = signed.replace("hibah.bandung.example", "hibah.cimahi.example");
    for (written, sentence) in [
        (
            foreign.as_str(),
            "has another ledger, hibah.cimahi.example/ledger, and this one is hibah.bandung.example/ledger: nothing was put; name another place",
        ),
        ("<html>404</html>", "has a checkpoint that is none (*): nothing was put; look who wrote it"),
        ("", "has a checkpoint that is none (*): nothing was put; look who wrote it"),
    ] {
        std::fs::write(&checkpoint, written).expect("written");
        refused(&led, 1, &format!("{place} {sentence}"));
    }
    // A signature that was changed proves nothing, and is mended.
    let (before, rest) = signed.split_at(signed.len() - 10);
    let other = if rest.starts_with('A') { "B" } else { "A" };
    std::fs::write(&checkpoint, [before, other, &rest[1..]].concat()).expect("written");
    shell.check(&format!(
        "$ hibah verify {url} --vkey $(cat vkey)
         ? 1
         error: *
         $ {led}
         Published 118 entries to {place}: 0 files put.
         $ hibah verify {url} --vkey $(cat vkey)",
        url = store.public()
    ));
    store.was_always_whole();
}

#[test]
fn files_with_other_bytes_are_never_written_over() {
    let (shell, store) = (scene(), Store::start());
    let led = publish(&store, "led");
    let refused_at = |file: &Path, command: &str| {
        for bytes in [&[0; 18 * 32][..], b"", b"short"] {
            std::fs::write(file, bytes).expect("written");
            let before = store.objects();
            shell.check(&format!(
                "$ {command}
                 ? 1
                 error: tile/0/000.p/18 in s3://hibah/ledger has other bytes than this ledger: nothing was written over it and no checkpoint was put; *"
            ));
            // The bundle beside it may be there by now.
            let after = store.objects();
            assert!(before.iter().all(|(path, bytes)| after.get(path) == Some(bytes)), "{command}");
            assert_eq!(before.get("checkpoint"), after.get("checkpoint"), "{command}");
        }
        std::fs::remove_file(file).expect("removed");
    };
    let file = store.folder().join("tile/0/000.p/18");
    std::fs::create_dir_all(file.with_file_name("")).expect("made");
    refused_at(&file, &led);
    shell.check(&format!("$ {led}\nPublished 18 entries to *"));
    // What a checkpoint covers is compared by whoever asks for it.
    std::fs::write(&file, "short").expect("written");
    shell.check(&format!("$ {led}\nNothing is new: *"));
    refused_at(&file, &format!("{led} --all"));
    shell.check(&format!(
        "$ {led} --all
         Nothing is new: s3://hibah/ledger has the checkpoint of 18 entries; 1 file put, 1 there already.
         $ hibah verify {} --vkey $(cat vkey)",
        store.public()
    ));
    store.was_always_whole();
}

#[test]
fn a_damaged_ledger_puts_nothing() {
    let (shell, store) = (scene(), Store::start());
    let led = publish(&store, "led");
    shell.check("$ hibah import led many.csv --map map.toml && cp -r led whole");
    for (damage, sentence) in [
        (
            "UPDATE entries SET bytes = CAST(replace(bytes, 'Lama', 'Baru') AS BLOB) WHERE idx = 300",
            "the ledger is damaged, the entries from 256 on are not those that were signed: *",
        ),
        ("UPDATE entries SET leaf = zeroblob(32) WHERE idx = 300", "the ledger is damaged, *"),
        (
            "UPDATE nodes SET hash = zeroblob(32) WHERE level = 1 AND idx = 1",
            "the ledger is damaged, tile/1/000.p/2 is not of the tiles below it: *",
        ),
    ] {
        shell.check("$ rm -r led && cp -r whole led");
        let file = rusqlite::Connection::open(shell.path().join("led/ledger.db")).expect("opened");
        let triggers = file.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").expect("sql");
        let names: Vec<String> =
            { triggers }.query_map([], |row| row.get(0)).expect("sql").map(|name| name.expect("text")).collect();
        for name in names {
            file.execute_batch(&format!("DROP TRIGGER {name}")).expect("dropped");
        }
        assert!(file.execute(damage, []).expect("sql") > 0, "{damage} changes nothing");
        drop(file);
        shell.check(&format!("$ {led}\n? 1\nerror: {sentence}"));
        assert!(!store.objects().contains_key("checkpoint"), "{damage}");
    }
    shell.check(&format!("$ rm -r led && cp -r whole led && {led}\nPublished 618 entries to *"));
}

#[test]
fn a_store_that_does_not_answer_is_one_sentence() {
    let (shell, store) = (scene(), Store::start());
    let environment = store.environment();
    let wrong = environment.replace("only for tests", "another");
    let gone = environment.replace(&store.url, "http://127.0.0.1:1");
    for (command, sentence) in [
        (
            format!("{wrong} hibah publish led s3://hibah/ledger"),
            "checkpoint could not be read from s3://hibah/ledger (*): check credentials and permissions",
        ),
        (
            format!("{gone} hibah publish led s3://hibah/ledger"),
            "checkpoint could not be read from s3://hibah/ledger (*): check the address, or try again later",
        ),
        (
            format!("{environment} hibah publish led s3://"),
            "s3:// cannot be opened (it names no place): write s3://BUCKET/PLACE, *",
        ),
        ("hibah publish led file://mirror".to_owned(), "file://mirror cannot be opened (it names no place): *"),
        ("hibah publish led mirror".to_owned(), "mirror cannot be opened (it is no address of a store): *"),
        ("hibah publish led ftp://host/place".to_owned(), "ftp://host/place cannot be opened (*): *"),
        (
            format!("{environment} hibah verify s3://hibah/nothing"),
            "s3://hibah/nothing has no checkpoint: check the address, or try again later",
        ),
        (
            format!("{environment} hibah publish led s3://hibah/ledger --policy policy"),
            "no quorum of the policy's witnesses has seen a checkpoint of led yet, so nothing goes out: *",
        ),
    ] {
        shell.write("policy", "quorum none\n");
        shell.check(&format!("$ {command}\n? 2\nerror: {sentence}"));
    }
    assert!(store.objects().is_empty());
}

/// The ledger's newest checkpoint, with the lines of these witnesses, is what a quorum has seen from now on.
fn seen(shell: &Shell, witnesses: &[&Cosigner]) {
    let dir = shell.path().join("led");
    let mut signed = LastSigned::open(&dir, Access::Read).and_then(|record| record.get()).expect("it was signed");
    let mut note = Note::parse(signed.note.as_bytes()).expect("a note");
    note.signatures.extend(witnesses.iter().map(|witness| witness.cosign(&note.text, 1_800_000_000).expect("a line")));
    signed.note = note.to_string();
    Cosigned::open(&dir).expect("opened").show(&Seen { signed, time_s: Some(1_800_000_000) }).expect("shown");
}

#[test]
fn with_a_policy_goes_out_what_the_quorum_has_seen() {
    let (shell, store) = (scene(), Store::start());
    let one = Cosigner::new("one.example/witness", key(1)).expect("a name");
    let two = Cosigner::new("two.example/witness", key(2)).expect("a name");
    let log = vkey(&shell);
    let policy = |quorum: u32| {
        let (one, two) = (one.verifier(), two.verifier());
        format!("log {log}\nwitness one {one}\nwitness two {two}\ngroup all {quorum} one two\nquorum all\n")
    };
    shell.write("policy", policy(1));
    shell.write("strict", policy(2));
    let led = publish(&store, "led");
    let unseen =
        "? 2\nerror: no quorum of the policy's witnesses has seen a checkpoint of led yet, so nothing goes out: *";
    shell.check(&format!("$ {led} --policy policy\n{unseen}"));
    seen(&shell, &[&one]);
    let url = store.public();
    shell.check(&format!(
        "$ hibah import led some.csv --map map.toml
         $ {led} --policy strict
         {unseen}
         $ {led} --policy policy
         Published 18 entries to s3://hibah/ledger: 2 files put.
         $ hibah verify {url} --policy policy
         entries * 18, *
         witnesses * seen by one"
    ));
    seen(&shell, &[&one]);
    shell.check(&format!("$ {led} --policy policy\nPublished 118 entries to s3://hibah/ledger: 2 files put."));
    // One line more of the same tree goes out; one line less stays at home, and so does what fewer have signed.
    seen(&shell, &[&one, &two]);
    shell.check(&format!("$ {led} --policy strict\nPublished 118 entries to s3://hibah/ledger: 0 files put."));
    let whole = store.objects();
    seen(&shell, &[&two]);
    shell.check(&format!(
        "$ {led} --policy policy && {led}
         Nothing is new: s3://hibah/ledger has the checkpoint of 118 entries; 0 files put.
         warning: witnesses are asked for this ledger, and without --policy *
         Nothing is new: s3://hibah/ledger has the checkpoint of 118 entries; 0 files put.
         $ hibah verify {url} --policy strict
         witnesses * seen by one, two"
    ));
    assert!(store.objects() == whole, "an object changed");
    // What was signed since may go out without them; then what they saw is older, and stays at home.
    shell.check(&format!(
        "$ hibah import led one.csv --map map.toml && {led}
         Published 119 entries to s3://hibah/ledger: 2 files put.
         $ {led} --policy policy
         s3://hibah/ledger has a newer checkpoint of this ledger, of 119 entries, which stays; 0 files put."
    ));
    store.was_always_whole();
}

#[test]
fn who_goes_on_for_ever_waits_for_a_store_that_comes_back() {
    let (shell, store) = (scene(), Store::start());
    store.set(Fault::Busy(1));
    let mut publisher = start(&shell, &store, "--every 1 --json > said 2> faults");
    let said = |file: &str| std::fs::read_to_string(shell.path().join(file)).unwrap_or_default();
    await_that("it says what is wrong", || !said("faults").is_empty());
    assert!(store.objects().is_empty());
    store.set(Fault::None);
    await_that("it published", || said("said").contains("\"size\":18"));
    shell.check("$ hibah import led some.csv --map map.toml");
    await_that("it goes on", || said("said").contains("\"size\":118"));
    assert!(publisher.try_wait().expect("asked").is_none());
    publisher.kill().expect("it runs");
    publisher.wait().expect("it ends");
    for line in said("faults").lines() {
        assert!(line.contains(" could not be written to s3://hibah/ledger ("), "{line}");
    }
    for (line, (before, size)) in said("said").lines().zip([(None, 18), (Some(18), 118)]) {
        let said: serde_json::Value = serde_json::from_str(line).expect("an object a line");
        assert_eq!((said["before"].as_u64(), said["size"].as_u64()), (before, Some(size)), "{line}");
        assert_eq!((&said["checkpoint"], &said["put"]), (&"put".into(), &2.into()), "{line}");
    }
    store.was_always_whole();
}

#[test]
fn a_folder_is_a_store_too() {
    let shell = scene();
    let place = format!("file://{}/mirror", shell.path().display());
    shell.check(&format!(
        "$ hibah publish led {place}
         Published 18 entries to {place}: 2 files put.
         $ hibah import led many.csv --map map.toml && hibah publish led {place}/
         Published 618 entries to {place}/: 7 files put.
         $ hibah verify mirror --vkey $(cat vkey) && hibah verify {place} --vkey $(cat vkey)
         entries * 618, *
         entries * 618, *
         $ hibah export led exported && diff -r exported/tile mirror/tile | grep -v ^Only; cmp exported/checkpoint mirror/checkpoint
         $ hibah publish led file://$PWD/half~\\ ä && hibah verify half~\\ ä
         entries * 618, *
         $ cp -r led fork && rm -r led && cp -r fork led && hibah import fork some.csv --map map.toml && hibah import led other.csv --map map.toml
         $ hibah publish led {place}
         $ hibah publish fork {place}
         ? 1
         error: {place} has a checkpoint of another history: *"
    ));
}
