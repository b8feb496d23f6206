//! Disks that are full, read-only or broken, clocks that are wrong, files that are gone or cut: a clear sentence, no
//! false receipt, no second history.

use std::path::Path;

use super::cli_shell::Shell;
use super::disk::{Answer, Desk, Recovered, Shimmed, program, shim, statement, taken_again};
use super::ledger_city::files;
use super::left_out::left_out;

const ROWS: std::ops::Range<u64> = 1..5;

/// Hands the rows in; the receipts, and everything that was said.
fn hand_in(desk: &Desk, rows: std::ops::Range<u64>) -> (Vec<(Vec<u8>, String)>, Vec<String>) {
    let (mut given, mut told) = (Vec::new(), Vec::new());
    for row in rows {
        let statement = statement(row);
        match desk.submit(&statement) {
            Answer::Receipt(receipt) => given.push((statement, receipt)),
            Answer::Told(status, text) => {
                assert!(status >= 500, "an operator must look: {status} {text}");
                told.push(text);
            }
            Answer::Nothing => {}
        }
    }
    (given, told)
}

/// All that was handed in is recorded once it is handed in again, and every receipt holds.
fn check_whole(shell: &Shell, given: &[(Vec<u8>, String)], rows: std::ops::Range<u64>) {
    let led = shell.path().join("led");
    taken_again(&led, rows).unwrap_or_else(|why| panic!("{why}"));
    let recovered = Recovered::of(&led, 1_000_000).unwrap_or_else(|why| panic!("{why}"));
    for (statement, receipt) in given {
        recovered.holds(receipt, Some(statement)).unwrap_or_else(|why| panic!("{why}"));
    }
}

/// The disk fails under a desk that runs.
#[test]
fn a_disk_that_fails_under_a_desk_is_told() {
    if shim().is_none() {
        return;
    }
    for (what, faults, told) in [
        ("full", "write:ledger.db-wal:9+:ENOSPC", "the disk is full"),
        ("full where checkpoints are kept", "write:last-signed.db-wal:6+:ENOSPC", "the disk is full"),
        ("full within a write", "write:ledger.db-wal:9:short,write:ledger.db-wal:10+:ENOSPC", "the disk is full"),
        ("read-only from now on", "any:*:40+:EROFS", "I/O error"),
        ("a sync of the entries fails", "sync:ledger.db-wal:2:EIO", "I/O error"),
        ("a sync of the checkpoint fails", "sync:last-signed.db-wal:2:EIO", "I/O error"),
        ("a write fails once", "write:ledger.db-wal:9:EIO", "I/O error"),
    ] {
        let shell = Shell::with_ledger();
        let desk = Desk::start(shell.path(), Shimmed { faults, ..Shimmed::default() }, false);
        let desk = desk.unwrap_or_else(|ended| panic!("{what}: {ended:?}"));
        let (given, mut answers) = hand_in(&desk, ROWS);
        answers.push(desk.kill().said);
        let answers = answers.join("\n");
        assert!((given.len() as u64) < ROWS.end - ROWS.start, "{what}: the fault was not met");
        assert!(answers.contains(told), "{what}: {answers}");
        assert!(!answers.contains("panicked"), "{what}: {answers}");
        check_whole(&shell, &given, ROWS);
    }
}

/// The system may write less than it was asked to; the rest is written then, and nobody hears of it.
#[test]
fn a_short_write_is_no_error() {
    if shim().is_none() {
        return;
    }
    let shell = Shell::with_ledger();
    let desk = Desk::start(shell.path(), Shimmed { faults: "write:*:1+:short", ..Shimmed::default() }, false);
    let desk = desk.unwrap_or_else(|ended| panic!("{ended:?}"));
    let (given, told) = hand_in(&desk, ROWS);
    assert_eq!(given.len() as u64, ROWS.end - ROWS.start, "{told:?}");
    drop(desk.kill());
    check_whole(&shell, &given, ROWS);
}

/// Needs root or a user namespace, as every mount does.
#[test]
fn a_read_only_disk_is_told() {
    let shell = Shell::with_ledger();
    shell.write("good", statement(1));
    shell.write(
        "read-only.sh",
        "set -e
         mkdir disk
         mount -t tmpfs -o size=10m tmpfs disk
         cp -r led disk/led
         mount -o remount,ro disk
         if hibah submit disk/led good; then exit 7; else echo status $?; fi
         if hibah serve disk/led --desk 127.0.0.1:0 --no-vault; then exit 7; else echo status $?; fi\n",
    );
    let root = std::process::Command::new("sh").args(["-c", "unshare -rm true"]).status().expect("sh runs");
    if !root.success() {
        return left_out("no user namespaces here, so no disk can be mounted read-only; run the tests as root");
    }
    shell.check(
        "$ unshare -rm sh read-only.sh > told 2>&1; sed 's/^error: /told: /' told
         told: disk/led/*
         status 2
         told: disk/led/*
         status 2
         $ test ! -e good.tlog-proof
         $ hibah submit led good
         Recorded as entry 18; the ledger has 19 entries.",
    );
}

/// What an inspector is handed on a disk that cannot be written, and with a name that SQLite would read as a question.
#[test]
fn a_copy_on_a_read_only_disk_is_verified() {
    let shell = Shell::with_ledger();
    let logs = std::fs::read_dir(shell.path().join("led")).expect("read").flatten();
    assert!(logs.into_iter().all(|file| !file.path().to_string_lossy().ends_with("-wal")), "nothing writes to it");
    shell.write(
        "read-once.sh",
        "set -e
         mkdir disk
         mount -t tmpfs -o size=10m tmpfs disk
         cp -r led 'disk/led 100%25?#'
         mount -o remount,ro disk
         hibah verify 'disk/led 100%25?#' --json | grep root
         hibah show 'disk/led 100%25?#' 3 | head -n 1
         hibah export 'disk/led 100%25?#' copy | head -n 1
         hibah verify copy --json | grep root\n",
    );
    let root = std::process::Command::new("sh").args(["-c", "unshare -rm true"]).status().expect("sh runs");
    if !root.success() {
        return left_out("no user namespaces here, so no disk can be mounted read-only; run the tests as root");
    }
    shell.check(
        "$ unshare -rm sh read-once.sh > told; grep -v root told; grep -c root told; test $(grep root told | sort -u | wc -l) = 1
         Entry 3: *
         Exported *
         2",
    );
}

#[test]
fn a_wrong_clock_is_told_and_nothing_is_recorded() {
    if shim().is_none() {
        return;
    }
    let shell = Shell::with_ledger();
    let clock = shell.path().join("clock");
    // Renamed into place, for the clock may be read at any moment.
    let set = |seconds: &str| {
        shell.write("set", seconds);
        std::fs::rename(shell.path().join("set"), &clock).expect("renamed");
    };
    set("0");
    let shimmed = Shimmed { clock: Some(&clock), ..Shimmed::default() };
    let desk = Desk::start(shell.path(), shimmed, false).unwrap_or_else(|ended| panic!("{ended:?}"));
    let mut given = Vec::new();
    for (row, seconds, told) in [
        (1, "0", ""),
        (2, "7200", "the system's clock jumped ahead by more than an hour"),
        (3, "-86400", "before the last entry"),
        (4, "0", ""),
    ] {
        set(seconds);
        let (receipts, answers) = hand_in(&desk, row..row + 1);
        assert_eq!(receipts.len(), usize::from(told.is_empty()), "{seconds} s: {answers:?}");
        assert!(answers.iter().all(|answer| answer.contains(told)), "{seconds} s: {answers:?}");
        given.extend(receipts);
    }
    drop(desk.stop());
    // Set back before the program starts.
    set("-86400");
    shell.write("late", statement(5));
    let (status, text) = ran(shell.path(), &["submit", "led", "late"], shimmed);
    assert_eq!(status, Some(2), "{text}");
    assert!(text.contains("error: the clock says ") && text.contains("before the last entry"), "{text}");
    check_whole(&shell, &given, 1..6);
}

fn ran(folder: &Path, args: &[&str], shimmed: Shimmed<'_>) -> (Option<i32>, String) {
    let mut command = program(folder);
    shimmed.dress(command.args(args));
    let done = command.output().expect("the program runs");
    let text = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(!text.contains("panicked"), "{args:?}: {text}");
    (done.status.code(), text)
}

/// Takes something from a file, in a folder.
type Harm = fn(&Path);

fn cut_to_half(file: &Path) {
    let bytes = std::fs::read(file).expect("read");
    std::fs::write(file, &bytes[..bytes.len() / 2]).expect("written");
}

fn flip_in_the_middle(file: &Path) {
    let mut bytes = std::fs::read(file).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    std::fs::write(file, bytes).expect("written");
}

/// What a crash leaves: the shared memory is not among it.
fn copy_databases(from: &Path, to: &Path) {
    for file in files(from).iter().filter(|file| file.extension().is_some_and(|end| end == "db" || end == "db-wal")) {
        std::fs::copy(file, to.join(file.file_name().expect("a name"))).expect("copied");
    }
}

fn remove(file: &Path) {
    std::fs::remove_file(file).expect("removed");
}

/// A desk was killed; before the next start something of its files is lost. Refused with a sentence, or whole.
#[test]
fn files_that_are_cut_or_gone_are_told() {
    let killed = Shell::with_ledger();
    let desk = Desk::start(killed.path(), Shimmed::default(), false).unwrap_or_else(|ended| panic!("{ended:?}"));
    let (given, told) = hand_in(&desk, ROWS);
    assert_eq!(given.len() as u64, ROWS.end - ROWS.start, "{told:?}");
    drop(desk.kill());
    let lost = "were signed: entries were lost and nothing is signed; `hibah restore led --from MIRROR`";
    let damaged = "is damaged (";
    let cases: [(&str, Harm, Option<&str>); 9] = [
        ("ledger.db-wal", cut_to_half, Some(lost)),
        ("ledger.db-wal", flip_in_the_middle, Some(lost)),
        ("ledger.db-wal", remove, Some(lost)),
        ("ledger.db", cut_to_half, Some(damaged)),
        ("ledger.db", remove, Some("ledger.db is missing: nothing is signed")),
        // The entries tell what was signed: it is signed again, and is the same.
        ("last-signed.db-wal", cut_to_half, None),
        ("last-signed.db-wal", remove, None),
        ("last-signed.db", remove, Some("is missing: it proves what was signed")),
        ("derived.db", remove, None),
    ];
    for (file, harm, expected) in cases {
        let shell = Shell::with_ledger();
        copy_databases(&killed.path().join("led"), &shell.path().join("led"));
        harm(&shell.path().join("led").join(file));
        shell.write("next", statement(9));
        let (status, text) = ran(shell.path(), &["submit", "led", "next"], Shimmed::default());
        match expected {
            Some(told) => {
                assert!(status == Some(2) && text.contains(told), "{file}: {status:?} {text}");
                assert!(!shell.path().join("next.tlog-proof").exists(), "{file}: a receipt");
                let (_, again) = ran(shell.path(), &["submit", "led", "next"], Shimmed::default());
                assert!(again.contains(told), "{file}: another sentence the second time: {again}");
            }
            None => {
                assert_eq!(status, Some(0), "{file}: {text}");
                check_whole(&shell, &given, ROWS);
            }
        }
    }
}
