//! `hibah restore`: what an old backup lacks comes from a mirror that holds, and a lost record begins with a checkpoint
//! that all that is known leads to. After each success the ledger goes on; after each refusal its files are as before.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock, mpsc};

use hibah::ledger::reader::Reader;
use hibah::ledger::tree;
use hibah::tlog::hash::leaf_hash;
use rusqlite::Connection;

use super::cli_serve::Server;
use super::cli_shell::{ORIGIN, Shell};
use super::ledger_city::other_year;

/// Entries of the ledger when it was lost.
pub const NEW: u64 = 318;

/// Old awards to import, from row `first` on.
fn list(first: u64, rows: u64) -> String {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import/made-up-awards.csv");
    let text = std::fs::read(fixture).expect("a fixture");
    let header = text.split(|byte| *byte == b'\n').next().expect("a header");
    let mut list = format!("{}\n", String::from_utf8_lossy(header));
    for row in first..first + rows {
        list.push_str(&format!("{row};Yayasan Lama {row};C-{row};;;;;2013;;;{row}00000;;;;;;;;\n"));
    }
    list
}

/// What happened before each test: `led` has 318 entries; `back` is its folder with the backup of the first 18 put back
/// beside the record; `mirror` and `short` were exported of 318 and of 18; `forked` has other entries from 18 on, under
/// the same key; `again` is another ledger of the same name and key, `foreign` one of another name. `seen` and `old` are
/// checkpoints of 318 and 18.
pub fn scene() -> Shell {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let shell = Shell::with_ledger();
        let map = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import/made-up.toml");
        std::fs::copy(map, shell.path().join("map.toml")).expect("a fixture");
        shell.write("lost.csv", list(1, 300));
        shell.write("other.csv", list(1001, 300));
        shell.write("next.csv", list(2001, 1));
        shell.check(&format!(
            "$ hibah verify led --save-checkpoint old && cp -r led backup && cp -r led fork && hibah export led short
             $ hibah import led lost.csv --map map.toml
             ledger * {NEW} entries
             $ hibah import fork other.csv --map map.toml
             ledger * {NEW} entries
             $ hibah verify led --save-checkpoint seen && hibah export led mirror && hibah export fork forked
             $ hibah init anew --rules 0 --origin {ORIGIN} --profile kota-bandung --keys led/keys && hibah export anew again
             $ cp -r led back && rm back/ledger.db* back/derived.db* && cp backup/ledger.db back"
        ));
        let other = Reader::open(other_year().path()).expect("opened");
        tree::export(&other, &shell.path().join("foreign"), &|_, _| ()).expect("exported");
        let kept = tempfile::tempdir().expect("a folder").keep();
        copy(shell.path(), &kept);
        kept
    });
    let shell = Shell::new();
    copy(made, shell.path());
    shell
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-r").arg(from.join(".")).arg(to).status().expect("cp runs");
    assert!(done.success());
}

/// Every file of a folder that means something: what SQLite and the lock leave beside them does not.
fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let listed: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry")).collect();
    for path in listed.into_iter().map(|entry| entry.path()) {
        if path.is_dir() {
            files.extend(bytes(&path));
            continue;
        }
        let read = std::fs::read(&path).expect("a file");
        let name = path.to_string_lossy();
        let empty_log = name.ends_with("-wal") && read.is_empty();
        let beside = empty_log || name.ends_with("-shm") || name.ends_with("/ledger.lock");
        if !beside {
            files.insert(path, read);
        }
    }
    files
}

/// Runs a session whose command is refused: the folder `back` is byte for byte as before.
fn refused(shell: &Shell, command: &str, status: u8, sentence: &str) {
    let before = bytes(&shell.path().join("back"));
    shell.check(&format!("$ {command}\n? {status}\nerror: {sentence}"));
    let after = bytes(&shell.path().join("back"));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&after), names(&before), "{command}");
    assert!(after == before, "{command}: a file changed");
}

/// `back` holds as many entries as `led` did, the derived tables with them, and goes on.
fn goes_on(shell: &Shell) {
    shell.check(&format!(
        "$ hibah verify back --vkey $(cat vkey) --since seen
         entries * {NEW}, each linked to the one before it
         $ hibah show back {last} --verbatim > entry && hibah show mirror {last} --verbatim | cmp - entry
         $ hibah import back lost.csv --map map.toml
         imported * 0
         there already * 300
         = back
         $ hibah import back next.csv --map map.toml
         imported * 1
         ledger * {} entries
         $ hibah verify back --vkey $(cat vkey) --since seen
         entries * {0}, each linked to the one before it",
        NEW + 1,
        last = NEW - 1
    ));
}

#[test]
fn an_old_backup_is_restored_from_an_exported_mirror() {
    let shell = scene();
    refused(
        &shell,
        "hibah import back lost.csv --map map.toml",
        2,
        "back holds 18 entries but 318 were signed: entries were lost and nothing is signed; `hibah restore back --from MIRROR` brings them back",
    );
    refused(
        &shell,
        "hibah restore back",
        1,
        "back has 18 entries and 318 were signed: name a mirror *: hibah restore back --from MIRROR",
    );
    shell.check(
        "$ env -u HIBAH_PASSPHRASE hibah restore back --from mirror --checkpoint seen --checkpoint old
         Restored 300 entries, 18 to 317, after all of mirror was verified.
         signed * 318 entries
         vault.db * not there: what opens commitments
         Check it: hibah verify back",
    );
    goes_on(&shell);
    shell.check(
        "$ hibah restore led --from mirror --from short
         Nothing is lacking: led has what was signed.
         signed * 318 entries
         = led",
    );
}

#[test]
fn all_entries_come_back_where_none_are_left() {
    let shell = scene();
    shell.check(
        "$ rm back/ledger.db
         $ hibah restore back --from led
         Restored 318 entries, 0 to 317, after all of led was verified.",
    );
    goes_on(&shell);
}

#[test]
fn an_old_backup_is_restored_from_a_served_ledger() {
    let shell = scene();
    let mut server = Server::start(&shell, &["--public", "127.0.0.1:0"]);
    let url = server.address("Public server: ");
    shell.check(&format!(
        "$ hibah restore back --from {url}\nRestored 300 entries, 18 to 317, after all of {url} was verified."
    ));
    assert!(server.stop());
    goes_on(&shell);
}

/// What a server does when the second bundle is asked for again, after it was verified.
#[derive(Clone, Copy, PartialEq)]
pub enum Then {
    Fails,
    Lies,
    Hangs,
}

/// Serves an exported folder until then, and tells when it came to it.
pub fn serve(folder: PathBuf, then: Then) -> (String, mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let asked = Arc::new(std::sync::atomic::AtomicU64::new(0));
        for stream in listener.incoming().map_while(Result::ok) {
            let (folder, tell, asked) = (folder.clone(), tell.clone(), Arc::clone(&asked));
            std::thread::spawn(move || answer(stream, &folder, then, &tell, &asked));
        }
    });
    (url, told)
}

fn answer(
    mut stream: TcpStream,
    folder: &Path,
    then: Then,
    tell: &mpsc::Sender<()>,
    asked: &std::sync::atomic::AtomicU64,
) {
    let (mut request, mut byte) = (Vec::new(), [0]);
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        request.push(byte[0]);
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let path = request.split(' ').nth(1).unwrap_or("/").trim_start_matches('/').to_owned();
    let mut found = std::fs::read(folder.join(&path)).ok();
    let again = path.starts_with("tile/entries/001") && asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0;
    if again {
        tell.send(()).expect("heard");
        match then {
            Then::Fails => found = None,
            Then::Lies => found.iter_mut().for_each(|bytes| bytes[100] ^= 1),
            Then::Hangs => std::thread::sleep(std::time::Duration::from_secs(120)),
        }
    }
    let status = if found.is_some() { "200 OK" } else { "404 Not Found" };
    let body = found.unwrap_or_default();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // Whoever asked may be gone by now.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}

/// A stop leaves a true ledger with fewer entries, which nothing is recorded in, and the same command goes on.
fn is_continued(shell: &Shell) {
    shell.check(
        "$ hibah import back next.csv --map map.toml
         ? 2
         error: back holds 256 entries but 318 were signed: *
         = back
         $ hibah restore back --from mirror
         Restored 62 entries, 256 to 317, after all of mirror was verified.",
    );
    goes_on(shell);
}

#[test]
fn a_mirror_that_ends_in_the_middle_leaves_a_beginning() {
    for (then, adopt, why) in [
        (Then::Fails, "", "* answered status 404*"),
        (Then::Fails, "--adopt", "* answered status 404*"),
        (Then::Lies, "", "*not those that were served a moment ago*"),
    ] {
        let shell = scene();
        if !adopt.is_empty() {
            shell.check("$ rm back/last-signed.db*");
        }
        let (url, _told) = serve(shell.path().join("mirror"), then);
        shell.check(&format!(
            "$ hibah restore back {adopt} --from {url}
             ? 2
             error: 256 of 318 entries are in back and durable, then it ended ({why}): run `hibah restore back --from {url}`, which goes on from there"
        ));
        is_continued(&shell);
    }
}

#[test]
fn a_kill_in_the_middle_leaves_a_beginning() {
    let shell = scene();
    let (url, told) = serve(shell.path().join("mirror"), Then::Hangs);
    let mut running = Command::new(env!("CARGO_BIN_EXE_hibah"))
        .args(["restore", "back", "--from", &url])
        .current_dir(shell.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program runs");
    told.recv().expect("it came to the second bundle");
    running.kill().expect("killed");
    running.wait().expect("it ended");
    is_continued(&shell);
}

/// Somebody with a database shell changes an entry and all that is stored beside it.
fn change_entry(file: &Path, index: u64) {
    let shell = Connection::open(file).expect("a database");
    let bytes: Vec<u8> =
        shell.query_row("SELECT bytes FROM entries WHERE idx = ?1", [index], |row| row.get(0)).expect("an entry");
    let text = String::from_utf8(bytes).expect("text").replace("T", "U");
    shell.execute_batch("DROP TRIGGER entries_never_change").expect("dropped");
    let changed = shell
        .execute(
            "UPDATE entries SET bytes = ?2, leaf = ?3 WHERE idx = ?1",
            rusqlite::params![index, text.as_bytes(), leaf_hash(text.as_bytes()).as_bytes()],
        )
        .expect("changed");
    assert_eq!(changed, 1);
}

#[test]
fn mirrors_that_do_not_fit_are_refused() {
    let shell = scene();
    shell.check("$ cp -r mirror bad && chmod -R u+w bad && cp -r mirror cut && rm cut/tile/entries/001.p/62");
    let bundle = shell.path().join("bad/tile/entries/000");
    let mut changed = std::fs::read(&bundle).expect("a bundle");
    let at = changed.windows(16).position(|found| found == b"Yayasan Lama 100").expect("entry 117");
    changed[at] = b'y';
    std::fs::write(&bundle, changed).expect("written");
    for (options, status, sentence) in [
        (
            "--from short",
            1,
            "short has 18 entries, back has 18 and 318 were signed: name a mirror that has them all; *",
        ),
        ("--from bad", 1, "bad does not hold: entry 117 is wrong: *; nothing was written"),
        ("--from cut", 2, "cut could not be read, and nothing was written: *cut/tile/entries/001.p/62*"),
        ("--from nowhere", 2, "nowhere does not exist: *"),
        ("--from back", 2, "back is the folder that shall be restored: *"),
        (
            "--from foreign",
            1,
            "foreign is of the ledger other.example/hibah, and *back/last-signed.db is of hibah.bandung.example/ledger: *",
        ),
        (
            "--from again",
            1,
            "again and *back/ledger.db have another entry 0 each, so they are two ledgers of one name: *",
        ),
        (
            "--from forked",
            1,
            "forked and *back/last-signed.db are two histories of one ledger: nothing was written; keep both, sign nothing, *",
        ),
        (
            "--from mirror --from forked",
            1,
            "forked and mirror are two histories of one ledger, and entry 18 is the first that differs: *",
        ),
        ("--from mirror --checkpoint org.key", 1, "org.key has no checkpoint: *"),
    ] {
        refused(&shell, &format!("hibah restore back {options}"), status, sentence);
    }
    // The whole ledger is compared with a mirror, too.
    shell.check(
        "$ hibah restore led --from forked
         ? 1
         error: forked and *led/ledger.db are two histories of one ledger, and entry 18 is the first that differs: *
         = led",
    );
}

#[test]
fn a_folder_that_is_not_what_was_signed_is_told_and_replaced() {
    let shell = scene();
    change_entry(&shell.path().join("back/ledger.db"), 7);
    refused(
        &shell,
        "hibah restore back --from mirror",
        1,
        "entry 7 in *back/ledger.db is not the one that was signed, mirror has the one that was: move *back/ledger.db* to another place *",
    );
    shell.check("$ mkdir evidence && mv back/ledger.db* evidence && hibah restore back --from mirror\nRestored 318 entries, 0 to 317, *");
    goes_on(&shell);
    // A tree hash that is stored tells it before any mirror does.
    shell.check("$ rm -r back && cp -r led back");
    change_entry(&shell.path().join("back/ledger.db"), 100);
    refused(
        &shell,
        "hibah restore back --from mirror",
        2,
        "back/ledger.db is damaged (tree hash 0 of level 1 is not that of its entries): *",
    );
    // The same where no entry is lacking: the writer says where to look, and the mirror tells.
    shell.check("$ rm -r back && cp -r led back");
    change_entry(&shell.path().join("back/ledger.db"), 317);
    refused(
        &shell,
        "hibah restore back",
        1,
        "the first 318 entries in *back/ledger.db do not have the root that was signed for them: *",
    );
    refused(
        &shell,
        "hibah restore back --from mirror",
        1,
        "entry 317 in *back/ledger.db is not the one that was signed, *",
    );
}

#[test]
fn who_signed_elsewhere_is_told() {
    let shell = scene();
    // The whole folder was put back, the record with it; and the fork went on from there, too.
    shell.check("$ rm -r back && cp -r backup back");
    refused(
        &shell,
        "hibah restore back --from mirror",
        1,
        "mirror has a checkpoint of 318 entries and the last one signed here is of 18, so *back/last-signed.db is an old copy or another machine signs for this ledger: nothing was written; *",
    );
    refused(&shell, "hibah restore back --checkpoint seen", 1, "seen has a checkpoint of 318 entries and *");
    refused(
        &shell,
        "hibah restore back --adopt --checkpoint seen",
        1,
        "seen is a checkpoint of 318 entries and only 18 can be had: *",
    );
    refused(
        &shell,
        "hibah restore back --adopt --from short",
        1,
        "*back/last-signed.db is there, it covers 18 entries and nothing that was given is newer: *",
    );
    shell.check(
        "$ hibah restore back --adopt --from mirror
         Restored 300 entries, 18 to 317, after all of mirror was verified.
         Adopted the checkpoint of 318 entries that mirror has; nothing was signed.
         At risk: if a checkpoint of more than 318 entries was ever signed, *",
    );
    goes_on(&shell);
    // What this machine signed itself is on one side of the fork.
    shell.check("$ rm -r back && cp -r fork back && hibah import back next.csv --map map.toml");
    refused(
        &shell,
        "hibah restore back --from mirror",
        1,
        "mirror and *back/ledger.db are two histories of one ledger, and entry 18 is the first that differs: *",
    );
    refused(
        &shell,
        "hibah restore back --adopt --from mirror",
        1,
        "*back/last-signed.db is there, it covers 319 entries *",
    );
}

#[test]
fn a_lost_record_begins_with_the_newest_checkpoint() {
    let shell = scene();
    shell.check(&format!(
        "$ rm back/last-signed.db*
         $ hibah key new strange.key --name {ORIGIN}
         $ (head -4 old; echo '— witness.example/w AAAAAAAA') > unsigned"
    ));
    let missing = "back/last-signed.db is missing, so nothing tells what was signed: put back the file itself, never an old copy, or *`hibah restore back --adopt --from MIRROR`*";
    refused(&shell, "hibah restore back --from mirror", 1, missing);
    refused(
        &shell,
        "hibah import back next.csv --map map.toml",
        2,
        "back/last-signed.db is missing: it proves what was signed, *",
    );
    for (options, status, sentence) in [
        ("", 1, "there is nothing to compare with: *"),
        ("--checkpoint seen", 1, "seen is a checkpoint of 318 entries and only 18 can be had: *"),
        ("--from short --checkpoint seen", 1, "seen is a checkpoint of 318 entries and only 18 can be had: *"),
        (
            "--from mirror --from forked",
            1,
            "forked and mirror are two histories of one ledger, and entry 18 is the first that differs: *",
        ),
        ("--from foreign", 1, "foreign is of the ledger other.example/hibah, *"),
        ("--from again", 1, "*back/ledger.db* two ledgers of one name*"),
        ("--from mirror --ledger-key strange.key", 2, "the key * is not this ledger's, *"),
        ("--from mirror --checkpoint unsigned", 1, "unsigned has a checkpoint that no key of this ledger signed, *"),
    ] {
        refused(&shell, &format!("hibah restore back --adopt {options}"), status, sentence);
    }
    shell.check(
        "$ hibah restore back --adopt --from short --from mirror --checkpoint old --checkpoint seen
         Restored 300 entries, 18 to 317, after all of mirror was verified.
         Adopted the checkpoint of 318 entries that mirror has; nothing was signed.
         signed * 318 entries
         At risk: *",
    );
    refused(
        &shell,
        "hibah restore back --adopt --from mirror",
        1,
        "*back/last-signed.db is there, it covers 318 entries and nothing that was given is newer: *",
    );
    goes_on(&shell);
}

#[test]
fn a_damaged_record_is_kept_aside() {
    let shell = scene();
    for damage in
        ["echo nonsense > back/last-signed.db", ": > back/last-signed.db", "truncate -s 5000 back/last-signed.db"]
    {
        shell.check(&format!(
            "$ rm -rf back && cp -r led back && rm -f back/last-signed.db-* && {damage} && cp back/last-signed.db was"
        ));
        refused(
            &shell,
            "hibah restore back --from mirror",
            1,
            "back/last-signed.db is damaged (*), so nothing tells what was signed: *",
        );
        shell.check(
            "$ hibah restore back --adopt --from mirror
             Adopted the checkpoint of 318 entries that mirror has; nothing was signed.
             The damaged file was kept as back/last-signed.db.damaged-1.
             $ cmp was back/last-signed.db.damaged-1",
        );
        goes_on(&shell);
    }
}

/// The entries are all there and only the record is lost: what is behind the newest checkpoint is judged, and signed by
/// the next start.
#[test]
fn entries_behind_the_newest_checkpoint_are_kept() {
    let shell = scene();
    shell.check(
        "$ rm -r back && cp -r led back && rm back/last-signed.db*
         $ hibah restore back --adopt --checkpoint old
         Adopted the checkpoint of 18 entries that old has; nothing was signed.
         behind * 300 entries, which the next start signs
         $ hibah verify back
         entries * 18, each linked to the one before it
         warning: 300 entries are after this checkpoint not signed yet *
         # those that were signed before are signed again: the same ones, under the same root
         $ hibah import back next.csv --map map.toml
         ledger * 319 entries
         $ hibah verify back --vkey $(cat vkey) --since seen
         entries * 319, each linked to the one before it",
    );
    shell.check("$ rm -r back && cp -r led back && rm back/last-signed.db*");
    change_entry(&shell.path().join("back/ledger.db"), 300);
    refused(
        &shell,
        "hibah restore back --adopt --checkpoint old",
        1,
        "entry 300 in *back/ledger.db is wrong and no checkpoint covers it: *",
    );
    refused(
        &shell,
        "hibah restore back --adopt --from mirror",
        1,
        "mirror and *back/ledger.db are two histories of one ledger, and entry 300 is the first that differs: *",
    );
}

/// Nothing is left but the key file and a mirror.
#[test]
fn a_lost_machine_is_replaced() {
    let shell = scene();
    shell.check(
        "$ mv back lost && hibah restore back --adopt --from mirror --ledger-key org.key
         ? 1
         error: mirror is of the ledger hibah.bandung.example/ledger, and the ledger key given is of hibah.bandung.example/ledger/org/1: *
         $ test ! -e back
         $ hibah restore back --adopt --from mirror --ledger-key nowhere.key
         ? 2
         error: nowhere.key is not there: name the ledger's key file with --ledger-key; *
         $ hibah restore back --from mirror
         ? 2
         error: back holds no ledger: *
         $ test ! -e back
         $ hibah restore back --adopt --from mirror --ledger-key led/keys/ledger.key
         Restored 318 entries, 0 to 317, after all of mirror was verified.
         keys * not there: *
         $ cp -r led/keys back",
    );
    goes_on(&shell);
}

/// While another process writes, nothing is restored.
#[test]
fn a_running_writer_is_left_alone() {
    let shell = scene();
    let lock = std::fs::File::create(shell.path().join("back/ledger.lock")).expect("a lock");
    lock.lock().expect("nobody else locks it");
    refused(&shell, "hibah restore back --from mirror", 2, "another hibah process is writing to back: *");
    refused(&shell, "hibah restore back --adopt --from mirror", 2, "another hibah process is writing to back: *");
}
