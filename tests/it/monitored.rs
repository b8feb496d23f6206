//! `hibah monitor`: an honest ledger grows without alarm; each lie is named in the first round that sees it, with evidence
//! that `hibah verify` confirms, and refuses once a byte of it is changed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use hibah::ledger::evidence::{Evidence, Finding};
use hibah::ledger::tree::Tree;
use hibah::ledger::verify::VerifyError;
use hibah::tlog::cosignature::Cosigner;
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::hash::leaf_hash;
use hibah::tlog::note::{Note, NoteSignature};
use serde_json::{Value, json};

use super::cli_path::{APPLY, write_bodies};
use super::cli_serve::Server;
use super::cli_shell::Shell;
use super::ledger_city::{LAST_TIME, ORIGIN, award, entries, key, long_year, time, warrant};
use super::ledger_verify::{Served, and, chain, flip_base64, made, replayed, signed, with};

/// The folder of the year's ledger within a monitor's.
const KEPT: &str = "seen/kota.example_hibah";

/// Serves this from now on: the checkpoint last, as an operator does.
pub fn put(shell: &Shell, site: &str, served: &Served) {
    let root = shell.path().join(site);
    for (path, bytes) in &served.files {
        let file = root.join(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
        std::fs::write(file, bytes).expect("written");
    }
    std::fs::write(root.join("checkpoint"), &served.checkpoint).expect("written");
}

/// The year's ledger is followed at `site` and `mirror`, from 20 entries over 24 to all 28: nothing is found.
pub fn followed() -> (Shell, Vec<Vec<u8>>) {
    let (shell, good) = (Shell::new(), made());
    shell.write("vkey", key().verifier().to_string());
    for (size, told) in [
        (20, format!("{ORIGIN}: 20 entries, all verified; its key is {ORIGIN}+*")),
        (24, format!("{ORIGIN}: 4 new entries, 20 to 23, all hold (site)")),
        (28, format!("{ORIGIN}: 4 new entries, 24 to 27, all hold (site)")),
    ] {
        for site in ["site", "mirror"] {
            put(&shell, site, &Served::over(&good[..size]));
        }
        shell.check(&format!("$ hibah monitor site mirror --state seen --once --vkey $(cat vkey)\n{told}"));
    }
    // What it keeps is a mirror like any other, without what only earlier sizes need.
    shell.check(&format!(
        "$ hibah verify {KEPT} --vkey $(cat vkey)
         entries * 28, each linked to the one before it
         $ find {KEPT}/tile -type f | wc -l
         2
         $ hibah monitor site mirror --state seen --once"
    ));
    assert!(!shell.path().join(KEPT).join("evidence").exists());
    (shell, good)
}

/// The only evidence there is.
fn evidence(shell: &Shell) -> PathBuf {
    let listed = std::fs::read_dir(shell.path().join(KEPT).join("evidence")).expect("evidence");
    let folders: Vec<PathBuf> = listed.map(|entry| entry.expect("an entry").path()).collect();
    assert_eq!(folders.len(), 1, "{folders:?}");
    folders[0].clone()
}

/// A round that finds this, with evidence that holds, and does not with any byte changed.
fn found(shell: &Shell, options: &str, finding: Finding, sentence: &str) {
    let (name, command) = (finding.as_str(), format!("hibah monitor {options} --state seen --once"));
    shell.check(&format!("$ {command}\n? 1\n{name} found: {sentence}\nCheck it: hibah verify *\nerror: {sentence} *"));
    let folder = evidence(shell);
    let place = folder.display();
    shell.check(&format!(
        "$ hibah verify {place} --vkey $(cat vkey)
         The evidence holds.
         finding * {name}
         shows * {sentence}
         $ hibah verify {place} --json
         \"finding\": \"{name}\",
         $ cp -r {place} taken && cat taken/evidence.json | tr K k > changed.json
         $ hibah verify changed.json
         ? 1
         error: changed.json: this is no evidence as it was written (*"
    ));
    // A round that sees it again files it no second time; what only growth shows is told once.
    let again = told_again(shell, &command);
    assert!(again.contains(&format!("{name} found again: ")) || finding == Finding::Time, "{again}");
    assert_eq!(evidence(shell), folder, "one thing is filed once");
    every_byte(&shell.path().join("taken"));
}

/// What a command says, however it ends.
fn told_again(shell: &Shell, command: &str) -> String {
    let words = command.split(' ').skip(1);
    let done = Command::new(env!("CARGO_BIN_EXE_hibah")).args(words).current_dir(shell.path()).output();
    String::from_utf8_lossy(&done.expect("the program runs").stderr).into_owned()
}

/// Changes bytes of the evidence, and of the files beside it.
fn every_byte(folder: &Path) {
    let file = folder.join("evidence.json");
    let bytes = std::fs::read(&file).expect("evidence");
    let evidence = Evidence::parse(&bytes).unwrap_or_else(|e| panic!("{e}"));
    evidence.check(Some(key().verifier()), Some(&Tree::new(folder))).unwrap_or_else(|e| panic!("{e}"));
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(Evidence::parse(&changed).is_err(), "byte {at} of {}", String::from_utf8_lossy(&bytes));
    }
    every_field(folder, &evidence);
    if !evidence.has_tree() {
        return;
    }
    let bundle = folder.join("tile/entries/000.p/29");
    let whole = std::fs::read(&bundle).expect("a bundle");
    // The last entry is the one that is refused; any other change hides it.
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        std::fs::remove_file(&bundle).and_then(|()| std::fs::write(&bundle, &changed)).expect("written");
        let checked = evidence.check(None, Some(&Tree::new(folder)));
        assert!(matches!(checked, Err(VerifyError::Wrong(wrong)) if wrong.code == "not-shown"), "byte {at}");
    }
}

/// Who makes the digest anew can change the monitor's word, and nothing else.
fn every_field(folder: &Path, evidence: &Evidence) {
    let value: Value = serde_json::from_str(&evidence.print()).expect("JSON");
    let (mut pointers, mut changed) = (Vec::new(), 0);
    leaves(&value, String::new(), &mut pointers);
    for pointer in pointers {
        let name = pointer.rsplit('/').next().expect("a name");
        if matches!(name, "from" | "at" | "limit_s" | "sha256") {
            continue;
        }
        let mut other = value.clone();
        let leaf = other.pointer_mut(&pointer).expect("a leaf");
        *leaf = match &*leaf {
            Value::Number(number) => json!(number.as_u64().expect("a count") + 1),
            text => {
                let text = text.as_str().expect("a text");
                let mut chars: Vec<char> = text.chars().collect();
                let middle = chars.len() / 2;
                chars[middle] = if chars[middle] == '0' { '1' } else { '0' };
                json!(chars.into_iter().collect::<String>())
            }
        };
        let other: Evidence = serde_json::from_value(other).expect("the same fields");
        let checked = Evidence::parse(other.print().as_bytes()).map(|read| read.check(None, Some(&Tree::new(folder))));
        assert!(!matches!(checked, Ok(Ok(_))), "{pointer} may be anything: {}", other.print());
        changed += 1;
    }
    assert!(changed >= 5, "evidence has more fields than {changed}");
}

fn leaves(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| leaves(value, format!("{pointer}/{name}"), found))
        }
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(at, value)| leaves(value, format!("{pointer}/{at}"), found));
        }
        _ => found.push(pointer),
    }
}

/// Another last entry than the year's.
fn rewritten(good: &[Vec<u8>]) -> Vec<Vec<u8>> {
    with(good, good.len() - 1, |entry| entry.recorded_at = time("2026-03-02T02:00:00.001Z"))
}

#[test]
fn a_history_that_is_taken_back_is_told() {
    let (shell, good) = followed();
    put(&shell, "site", &Served::over(&rewritten(&good)));
    let what = format!(
        "site showed two histories of {ORIGIN}: two roots of 28 entries are signed; entry 27 is there in two versions"
    );
    found(&shell, "site", Finding::Rewrite, &what);
}

#[test]
fn a_larger_tree_that_does_not_contain_what_was_seen_is_told() {
    let (shell, good) = followed();
    let other = rewritten(&good);
    let longer = and(&other, &award(&replayed(&other), 1));
    put(&shell, "mirror", &Served::over(&longer));
    let what = format!(
        "site and mirror showed two histories of {ORIGIN}: the signed tree of 29 entries does not begin with the signed tree of 28; entry 27 is there in two versions"
    );
    // Who never showed the other history is compared with who did.
    shell.check("$ rm seen/kota.example_hibah/seen.json && hibah monitor site --state seen --once");
    found(&shell, "site mirror", Finding::Fork, &what);
}

#[test]
fn what_somebody_else_saw_is_compared() {
    let (shell, good) = followed();
    shell.write("same", Served::over(&good[..25]).checkpoint);
    shell.write("other", Served::over(&rewritten(&good[..25])).checkpoint);
    shell.write("more", signed(ORIGIN, 40, leaf_hash(b"x"), &key()));
    shell.check(
        "$ hibah monitor site --state seen --once --seen same
         $ hibah monitor site --state seen --once --seen more
         ? 2
         more: it has 40 entries, and no source shows more than 28
         error: 1 source could not be judged, *",
    );
    let what = format!(
        "mirror and other showed two histories of {ORIGIN}: the signed tree of 28 entries does not begin with the signed tree of 25"
    );
    found(&shell, "site --seen other", Finding::Fork, &what);
}

#[test]
fn what_somebody_else_saw_earlier_is_told_only_if_it_stays_so() {
    let (shell, _) = followed();
    shell.write("more", signed(ORIGIN, 40, leaf_hash(b"x"), &key()));
    let mut running = Command::new(env!("CARGO_BIN_EXE_hibah"))
        .args(["monitor", "site", "--state", "seen", "--interval", "1s", "--seen", "none", "--seen", "more"])
        .current_dir(shell.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut lines = BufReader::new(running.stderr.take().expect("its output")).lines().map(|line| line.expect("text"));
    // The file that is not there is told in both rounds.
    for expected in ["none: ", "none: ", "more: it has 40 entries, and no source shows more than 28"] {
        let line = lines.next().expect("a line");
        assert!(line.starts_with(expected), "{line}");
    }
    running.kill().and_then(|()| running.wait()).expect("it ran");
}

#[test]
fn a_source_that_shows_less_is_told() {
    let (shell, good) = followed();
    // A copy that falls behind says nothing of the ledger: its owner may have put an old one there.
    put(&shell, "mirror", &Served::over(&good[..24]));
    shell.check(
        "$ hibah monitor site mirror --state seen --once
         ? 2
         mirror: it shows an older state: 24 entries, and 28 were shown before
         error: 1 source could not be judged, *
         $ hibah monitor site mirror --state seen --once --stale-after 99999d
         ? 2",
    );
    assert!(!shell.path().join(KEPT).join("evidence").exists());
    put(&shell, "site", &Served::over(&good[..24]));
    // Whoever convicts himself without end fills no disk.
    let kept = shell.path().join(KEPT).join("evidence");
    (0..100).for_each(|n| std::fs::create_dir_all(kept.join(format!("shrink-{n}"))).expect("made"));
    shell.check(&format!(
        "$ hibah monitor site --state seen --once
         ? 2
         {KEPT}: enough findings of this kind are kept, *
         error: 1 source could not be judged, *"
    ));
    std::fs::remove_dir_all(kept).expect("removed");
    found(&shell, "site", Finding::Shrink, "site showed 28 entries, and then 24");
}

#[test]
fn a_source_speaks_for_one_ledger_only() {
    let (shell, good) = (Shell::with_ledger(), made());
    put(&shell, "site", &Served::over(&good));
    shell.check("$ hibah monitor led site --state both --once");
    // The address of the one ledger shows old notes of the other.
    shell.check("$ mv led gone");
    put(&shell, "led", &Served::over(&good[..24]));
    shell.check(&format!(
        "$ hibah monitor led site --state both --once
         ? 2
         led: it shows the ledger {ORIGIN}, and has been a source of *: it does not count; *
         error: 1 source could not be judged, *
         $ rm both/sources.json && hibah monitor led site --state both --once
         ? 2
         led: it shows the ledger {ORIGIN}, and has been a source of *"
    ));
    shell.write("both/sources.json", "x");
    shell.check("$ hibah monitor site --state both --once\n? 2\nerror: both/sources.json cannot be read (*): *");
}

#[test]
fn a_checkpoint_that_grows_old_is_told() {
    let (shell, _) = followed();
    let what = format!("site showed its checkpoint of 28 entries * s after its newest entry was recorded {LAST_TIME}");
    found(&shell, "site --stale-after 1d", Finding::Stale, &what);
    shell.check("$ hibah monitor site --state seen --once --stale-after 99999d");
}

#[test]
fn what_the_rules_refuse_is_told() {
    type Next = fn(&[Vec<u8>]) -> Vec<u8>;
    let cases: [(Next, &str); 2] = [
        (|good| warrant(&replayed(good), 75_000_001), "recorded and signed what is refused: entry 28 is wrong: *B6*"),
        (|good| flip_base64(&award(&replayed(good), 1)), "recorded and signed what is refused: entry 28 is wrong: *"),
    ];
    for (statement, what) in cases {
        let (shell, good) = followed();
        put(&shell, "site", &Served::over(&and(&good, &statement(&good))));
        found(&shell, "site", Finding::Rule, &format!("{ORIGIN} {what}"));
        shell.check(&format!("$ hibah verify {KEPT}\nentries * 28, each linked to the one before it"));
    }
    // At the first look, too.
    let (shell, good) = (Shell::new(), made());
    shell.write("vkey", key().verifier().to_string());
    put(&shell, "site", &Served::over(&and(&good, &warrant(&replayed(&good), 75_000_001))));
    found(
        &shell,
        "site",
        Finding::Rule,
        &format!("{ORIGIN} recorded and signed what is refused: entry 28 is wrong: *"),
    );
}

#[test]
fn a_time_that_a_witness_contradicts_is_told() {
    let witness = Cosigner::new("witness.example/w1", SigningKey::from_seed([7; 32])).expect("a witness");
    let policy = format!("witness w {}\nquorum w\n", witness.verifier());
    let seen = |served: &Served, at: &str| {
        let mut note = Note::parse(&served.checkpoint).expect("a note");
        let time_s = u64::try_from(time(at).ms() / 1000).expect("after 1970");
        note.signatures.push(witness.cosign(&note.text, time_s).expect("cosigned"));
        Served { checkpoint: note.to_string().into_bytes(), ..served.clone() }
    };
    // A witness saw entry 27 long before the time that it says.
    let (shell, good) = followed();
    shell.write("policy", &policy);
    put(&shell, "site", &seen(&Served::over(&good), "2026-03-02T02:04:00.000Z"));
    shell.check(&format!(
        "$ hibah monitor site --state seen --once --policy policy
         $ grep -c witness.example/w1 {KEPT}/checkpoint
         1"
    ));
    // A stranger's lines, as many as a note may have, are not kept.
    let mut crowded = Served::over(&good);
    let mut note = Note::parse(&crowded.checkpoint).expect("a note");
    let line = note.signatures[0].clone();
    note.signatures.extend((0..90).map(|n| NoteSignature { name: format!("stranger.example/{n}"), ..line.clone() }));
    crowded.checkpoint = note.to_string().into_bytes();
    put(&shell, "site", &crowded);
    shell.check(&format!("$ hibah monitor site --state seen --once\n$ ! grep stranger {KEPT}/checkpoint"));
    let (shell, good) = followed();
    shell.write("policy", &policy);
    put(&shell, "site", &seen(&Served::over(&good), "2026-03-02T01:00:00.000Z"));
    let what = format!(
        "entry 27 of {ORIGIN} says that it was recorded {LAST_TIME}, and witness.example/w1 had seen it 3600 s earlier"
    );
    found(&shell, "site --policy policy", Finding::Time, &what);
    // A witness saw the ledger without entry 28 long after the time that it says.
    let (shell, good) = followed();
    shell.write("policy", &policy);
    put(&shell, "site", &seen(&Served::over(&good), "2026-03-02T03:00:00.000Z"));
    shell.check("$ hibah monitor site --state seen --once --policy policy");
    put(&shell, "site", &Served::over(&and(&good, &award(&replayed(&good), 1))));
    let what = format!(
        "entry 28 of {ORIGIN} says that it was recorded {LAST_TIME}, and 3600 s later witness.example/w1 saw the ledger without it"
    );
    found(&shell, "site --policy policy", Finding::Time, &what);
}

#[test]
fn what_the_ledger_did_not_sign_convicts_nobody() {
    let good = made();
    let state = replayed(&good);
    let longer = Served::over(&and(&good, &award(&state, 1)));
    let refused = Served::over(&and(&good, &warrant(&state, 75_000_001)));
    let other = Served::over(&rewritten(&good));
    let stranger = {
        let signer = hibah::tlog::note::NoteSigner::new(ORIGIN, SigningKey::from_seed([9; 32])).expect("a name");
        move |served: &Served| {
            let text = Note::parse(&served.checkpoint).expect("a note").text;
            let note = Note { signatures: vec![signer.sign(&text).expect("signed")], text };
            Served { checkpoint: note.to_string().into_bytes(), ..served.clone() }
        }
    };
    let mut changed = longer.clone();
    changed.file("tile/entries/000.p/29")[3000] ^= 1;
    for (what, served) in [
        ("a stranger's fork", stranger(&other)),
        ("a stranger's broken rule", stranger(&refused)),
        ("a stranger's old checkpoint", stranger(&Served::over(&good[..24]))),
        ("entries that were changed on the way", changed),
        ("a checkpoint over other entries", Served { files: longer.files.clone(), ..other.clone() }),
        ("no checkpoint", Served { checkpoint: b"hello".to_vec(), ..longer.clone() }),
    ] {
        let (shell, _) = followed();
        if what == "a checkpoint over other entries" {
            // Signed, so it convicts, whatever is beside it.
            put(&shell, "site", &served);
            shell.check("$ hibah monitor site --state seen --once\n? 1\nrewrite found: *");
            continue;
        }
        put(&shell, "site", &served);
        shell.check("$ hibah monitor site --state seen --once\n? 2\nerror: 1 source could not be judged, *");
        assert!(!shell.path().join(KEPT).join("evidence").exists(), "{what}");
        put(&shell, "site", &longer);
        shell.check("$ hibah monitor site --state seen --once\n* 1 new entry, 28 to 28, all hold (site)");
    }
}

#[test]
fn a_monitor_that_runs_tells_each_growth_and_ends_with_the_first_lie() {
    let shell = Shell::new();
    let long = entries(long_year().path());
    put(&shell, "site", &Served::over(&long[..100]));
    let mut running = Command::new(env!("CARGO_BIN_EXE_hibah"))
        .args([
            "monitor",
            "site",
            "--state",
            "seen",
            "--interval",
            "1s",
            "--watch",
            "org=1",
            "--watch",
            "kind=award.migrated",
        ])
        .current_dir(shell.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let mut lines = BufReader::new(running.stdout.take().expect("its output")).lines().map(|line| line.expect("text"));
    assert!(lines.next().expect("a line").starts_with(&format!("{ORIGIN}: 100 entries, all verified; ")));
    for (before, size) in [(100, 101), (101, 255), (255, 256), (256, 257), (257, 328)] {
        put(&shell, "site", &Served::over(&long[..size]));
        let grown = lines.next().expect("a line");
        assert!(grown.ends_with(&format!("{before} to {}, all hold (site)", size - 1)), "{grown}");
        for index in before..size {
            let noted = lines.next().expect("a line");
            assert!(noted.starts_with(&format!("{ORIGIN}: entry {index}, award.migrated about award/")), "{noted}");
        }
    }
    put(&shell, "site", &Served::over(&chain(&rewritten(&long))));
    assert_eq!(running.wait().expect("it ends").code(), Some(1));
    shell.write("vkey", key().verifier().to_string());
    let folder = evidence(&shell);
    shell.check(&format!("$ hibah verify {} --vkey $(cat vkey)\nfinding * rewrite", folder.display()));
}

/// Takes posts, and answers each with the next of these statuses.
pub fn hook(statuses: Vec<u16>) -> (String, Arc<Mutex<Vec<String>>>) {
    answering(statuses.into_iter().map(|status| (status, Vec::new())))
}

/// A server at `/hook` that answers each request with the next of these, and what was posted to it.
pub fn answering<A>(answers: A) -> (String, Arc<Mutex<Vec<String>>>)
where
    A: IntoIterator<Item = (u16, Vec<u8>), IntoIter: Send> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("bound"));
    let taken = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&taken);
    std::thread::spawn(move || {
        let mut answers = answers.into_iter();
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(stream);
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                if let Some(told) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
                    length = told.trim().parse().expect("a length");
                }
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            // What is posted is seen before it is answered.
            kept.lock().expect("whole").push(String::from_utf8(body).expect("text"));
            let Some((status, said)) = answers.next() else {
                kept.lock().expect("whole").pop();
                break;
            };
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", said.len());
            reader.get_mut().write_all(&[head.as_bytes(), &said].concat()).expect("answered");
        }
    });
    (url, taken)
}

#[test]
fn a_monitor_trusts_its_own_folder_no_more_than_a_source() {
    let (shell, _) = followed();
    let bundle = shell.path().join(KEPT).join("tile/entries/000.p/28");
    let mut changed = std::fs::read(&bundle).expect("a bundle");
    let at = changed.windows(10).position(|found| found == b"Taman baca").expect("an application");
    changed[at] = b't';
    std::fs::write(&bundle, changed).expect("written");
    shell.check(&format!(
        "$ hibah monitor site --state seen --once
         ? 2
         site: what the monitor kept in {KEPT} does not hold (*): move the folder to another place and name the checkpoint in it with --seen
         error: 1 source could not be judged, *
         $ mv {KEPT} evidence && hibah monitor site --state seen --once --vkey $(cat vkey) --seen evidence/checkpoint
         {ORIGIN}: 28 entries, all verified; *
         $ touch file && hibah monitor site --state file --once
         ? 2
         error: file cannot keep what is seen *"
    ));
}

#[test]
fn a_webhook_is_told_until_it_takes_it() {
    let (shell, good) = followed();
    let (url, taken) = hook(vec![503, 200, 200]);
    put(&shell, "mirror", &Served::over(&and(&good, &award(&replayed(&good), 1))));
    put(&shell, "site", &Served::over(&good[..24]));
    let command = format!("hibah monitor site mirror --state seen --once --webhook {url} --watch kind=award.migrated");
    shell.check(&format!(
        "$ {command}
         ? 1
         {url} did not take a message (status 503*): it is sent again in the next round
         $ {command}
         ? 1
         shrink found again: *
         $ {command}
         ? 1
         shrink found again: *"
    ));
    let taken = taken.lock().expect("whole");
    let events: Vec<Value> = taken.iter().map(|body| serde_json::from_str(body).expect("JSON")).collect();
    let named: Vec<&str> = events.iter().map(|event| event["event"].as_str().expect("a name")).collect();
    assert_eq!(named, ["found", "entry", "found"], "refused once, taken once; the entry in between");
    assert_eq!(events[1]["index"], 28);
    let posted = events[2]["evidence"].as_str().expect("the evidence");
    let evidence = Evidence::parse(posted.as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    assert!(evidence.check(Some(key().verifier()), None::<&Tree>).is_ok());
}

#[test]
fn a_served_ledger_is_followed() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    let mut server = Server::start(&shell, &["--public", "127.0.0.1:0"]);
    let url = server.address("Public server: ");
    shell.check(&format!("$ hibah monitor {url} --once --vkey $(cat vkey)\n* 18 entries, all verified; *"));
    shell.check(APPLY);
    shell.check(&format!(
        "$ hibah monitor {url} led --once --watch org=1 --json
         *\"event\":\"grown\"*
         *\"about\":\"org/1\",*
         *\"about\":\"case/1/1\",*"
    ));
    assert!(server.stop());
    shell.check(&format!(
        "$ hibah monitor {url} --once
         ? 2
         {url}: {url}/checkpoint could not be read *
         error: 1 source could not be judged, *"
    ));
}
