//! One edit of each sort, told by the real program.

use hibah::ledger::reader::Reader;
use hibah::ledger::store::{ENTRIES_FILE, LAST_SIGNED_FILE};
use rusqlite::Connection;

use super::rewritten::rewritten;
use crate::cli_shell::Shell;
use crate::ledger_city::{copy, key, year};

/// A folder with the year's ledger in `led`, its exported copy, a receipt with its entry, and the ledger's key.
fn shell() -> Shell {
    let shell = Shell::new();
    copy(year().path(), &shell.path().join("led"));
    shell.write("vkey", format!("{}\n", key().verifier()));
    shell.check(
        "$ hibah verify led --vkey $(cat vkey) --save-checkpoint seen
         The ledger kota.example/hibah holds.
         $ hibah export led copy
         $ hibah show led 20 --verbatim > entry-20",
    );
    let reader = Reader::open(&shell.path().join("led")).expect("opened");
    shell.write("receipt.tlog-proof", reader.receipt(20).expect("read").expect("it is there").to_string());
    shell
}

/// Changes one bit of a file.
fn flip(shell: &Shell, file: &str, at: usize) {
    let path = shell.path().join(file);
    let mut bytes = std::fs::read(&path).expect("a file");
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).expect("changed");
}

fn sql(shell: &Shell, file: &str, statements: &str) {
    let shell = Connection::open(shell.path().join("led").join(file)).expect("a database");
    let triggers: Vec<String> = shell
        .prepare("SELECT 'DROP TRIGGER ' || name FROM sqlite_schema WHERE type = 'trigger'")
        .and_then(|mut select| select.query_map([], |row| row.get(0))?.collect())
        .expect("the triggers");
    shell.execute_batch(&format!("{};{statements}", triggers.join(";"))).expect("done");
}

#[test]
fn the_program_tells_an_edit_of_each_sort() {
    let copied = "hibah verify copy --vkey $(cat vkey)";
    let own = "hibah verify led --vkey $(cat vkey)";
    for (file, at, told) in [
        ("copy/tile/entries/000.p/28", 40_usize, "error: entry 0 *"),
        ("copy/tile/0/000.p/28", 32 * 9 + 5, "error: entry 9 *"),
        ("copy/checkpoint", 30, "error: copy does not hold: the checkpoint does not hold: *"),
    ] {
        let shell = shell();
        flip(&shell, file, at);
        shell.check(&format!("$ {copied}\n? 1\n{told}"));
    }
    for (file, harm, status, told) in [
        (
            ENTRIES_FILE,
            "UPDATE entries SET bytes = CAST(replace(CAST(bytes AS TEXT), '2026-01-', '2026-02-') AS BLOB) WHERE idx = 17",
            1,
            "error: entry 17 *",
        ),
        (ENTRIES_FILE, "UPDATE entries SET leaf = zeroblob(32) WHERE idx = 4", 1, "error: entry 4 *"),
        (ENTRIES_FILE, "DELETE FROM entries WHERE idx = 5", 2, "error: *entry 5 is missing*"),
        (
            ENTRIES_FILE,
            "UPDATE entries SET idx = -1 WHERE idx = 6; UPDATE entries SET idx = 6 WHERE idx = 7; UPDATE entries SET idx = 7 WHERE idx = -1",
            1,
            "error: entry 6 *",
        ),
        (
            ENTRIES_FILE,
            "UPDATE entries SET bytes = (SELECT bytes FROM entries WHERE idx = 7) WHERE idx = 8",
            1,
            "error: entry 8 *",
        ),
        (LAST_SIGNED_FILE, "UPDATE last_signed SET root = zeroblob(32)", 2, "error: *last-signed.db*"),
    ] {
        let shell = shell();
        sql(&shell, file, harm);
        shell.check(&format!("$ {own}\n? {status}\n{told}"));
    }
}

#[test]
fn the_program_tells_a_changed_receipt_and_a_changed_entry() {
    let asked = "hibah verify receipt.tlog-proof --entry entry-20 --vkey $(cat vkey)";
    let whole = shell();
    whole.check(&format!("$ {asked}\nThe receipt holds."));
    for (file, at) in [("receipt.tlog-proof", 60), ("entry-20", 300)] {
        let shell = shell();
        flip(&shell, file, at);
        shell.check(&format!("$ {asked}\n? 1\nerror: *"));
    }
}

#[test]
fn the_program_tells_a_rewritten_ledger_by_the_checkpoint_that_was_kept() {
    let shell = shell();
    rewritten(&shell.path().join("other"));
    shell.check(
        "$ hibah verify other --vkey $(cat vkey)
         The ledger kota.example/hibah holds.
         $ hibah verify other --vkey $(cat vkey) --since seen
         ? 1
         error: other does not hold: *the ledger showed two histories*",
    );
}
