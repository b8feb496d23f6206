//! A ledger's own files: every byte of every row, and rows that go, come, move and come twice.

use std::path::Path;
use std::thread;

use hibah::ledger::reader::Reader;
use hibah::ledger::store::{ENTRIES_FILE, LAST_SIGNED_FILE};
use hibah::ledger::writer::Writer;
use rusqlite::{Connection, params};

use super::{STEP, STEP_OF_UPPER, Told, audited, flipped, has_its_turn, missed, none_missed, tell_sampling};
use crate::ledger_city::{Hand, LAST_TIME, entries, key, long_year, other_year, time, year};

/// The file as somebody opens it who means harm: without what guards it, and in no hurry to be durable.
fn unguarded(dir: &Path, file: &str) -> Connection {
    let shell = Connection::open(dir.join(file)).expect("a database");
    let names: Vec<String> = shell
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .and_then(|mut select| select.query_map([], |row| row.get(0))?.collect())
        .expect("the triggers");
    for name in names {
        shell.execute_batch(&format!("DROP TRIGGER {name}")).expect("dropped");
    }
    shell.execute_batch("PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON").expect("set");
    shell
}

/// A column, and how many of its bytes stand for each other.
struct Column {
    file: &'static str,
    table: &'static str,
    name: &'static str,
    step: usize,
}

/// Changes every byte of a column of the year, row by row, and audits each time: on two copies, half of the bytes each.
fn flip_column(column: &Column, told: fn(u64) -> Told) {
    let halves = thread::scope(|scope| {
        let running = [0, 1].map(|half| scope.spawn(move || flip_half(column, half, told)));
        running.map(|half| half.join().expect("the half went to its end"))
    });
    let count = halves.iter().map(|(count, _)| count).sum();
    let wrong: Vec<String> = halves.into_iter().flat_map(|(_, wrong)| wrong).collect();
    none_missed(count, &wrong);
}

fn flip_half(Column { file, table, name, step }: &Column, half: usize, told: fn(u64) -> Told) -> (usize, Vec<String>) {
    let dir = year();
    let shell = unguarded(dir.path(), file);
    let reader = Reader::open(dir.path()).expect("opened");
    // A note is text, all else a blob.
    let kind = if *name == "note" { "TEXT" } else { "BLOB" };
    let rows: Vec<(u64, Vec<u8>)> = shell
        .prepare(&format!("SELECT _rowid_, CAST({name} AS BLOB) FROM {table} ORDER BY 1"))
        .and_then(|mut select| select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .expect("the rows");
    let update = format!("UPDATE {table} SET {name} = CAST(?1 AS {kind}) WHERE _rowid_ = ?2");
    let mut update = shell.prepare(&update).expect("SQL");
    let (mut count, mut wrong) = (0, Vec::new());
    for (row, bytes) in &rows {
        let turns = (0..bytes.len()).filter(|at| has_its_turn(*at, *step));
        for at in turns.skip(half).step_by(2) {
            update.execute(params![flipped(bytes, at), row]).expect("changed");
            count += 1;
            wrong.extend(missed(&format!("byte {at} of {name} {row}"), &audited(&reader), told(*row)));
        }
        update.execute(params![bytes, row]).expect("changed back");
    }
    assert!(audited(&reader).is_ok(), "all is as it was");
    (count, wrong)
}

#[test]
fn every_byte_of_an_entrys_row_counts() {
    tell_sampling();
    flip_column(&Column { file: ENTRIES_FILE, table: "entries", name: "bytes", step: STEP }, Told::Entry);
}

#[test]
fn every_byte_of_a_stored_hash_counts() {
    flip_column(&Column { file: ENTRIES_FILE, table: "entries", name: "leaf", step: 15 }, Told::Entry);
}

/// The only tree hash above the leaves of 328 entries; its table has no row numbers.
#[test]
fn every_byte_of_a_tree_hash_counts() {
    let dir = long_year();
    let shell = unguarded(dir.path(), ENTRIES_FILE);
    let reader = Reader::open(dir.path()).expect("opened");
    let hash: Vec<u8> = shell.query_row("SELECT hash FROM nodes", [], |row| row.get(0)).expect("one row");
    let mut wrong = Vec::new();
    for at in (0..hash.len()).filter(|at| has_its_turn(*at, STEP_OF_UPPER)) {
        shell.execute("UPDATE nodes SET hash = ?1", params![flipped(&hash, at)]).expect("changed");
        wrong.extend(missed(&format!("byte {at} of the tree hash"), &audited(&reader), Told::Something));
    }
    shell.execute("DELETE FROM nodes", []).expect("deleted");
    wrong.extend(missed("the tree hash deleted", &audited(&reader), Told::NotWhole));
    none_missed(hash.len() + 1, &wrong);
}

#[test]
fn every_byte_of_the_last_signed_record_counts() {
    let dir = year();
    // A note that is no text any more cannot be read at all, nor is a record believed that contradicts itself.
    for name in ["note", "root"] {
        flip_column(&Column { file: LAST_SIGNED_FILE, table: "last_signed", name, step: 1 }, |_| Told::NotWhole);
    }
    let shell = unguarded(dir.path(), LAST_SIGNED_FILE);
    let reader = Reader::open(dir.path()).expect("opened");
    let mut wrong = Vec::new();
    for size in [0, 1, 27, 29, 28 + 256, i64::MAX] {
        shell.execute("UPDATE last_signed SET size = ?1", [size]).expect("changed");
        wrong.extend(missed(&format!("size {size}"), &audited(&reader), Told::NotWhole));
    }
    shell.execute("DELETE FROM last_signed", []).expect("deleted");
    wrong.extend(missed("no record", &audited(&reader), Told::NotWhole));
    none_missed(7, &wrong);
}

/// Makes room at `index`, from the last row down.
fn shift_up(shell: &Connection, index: i64) {
    shell.execute("UPDATE entries SET idx = -1 - idx WHERE idx >= ?1", [index]).expect("out of the way");
    shell.execute("UPDATE entries SET idx = -idx WHERE idx < 0", []).expect("one further");
}

#[test]
fn rows_that_go_come_move_or_come_twice_are_found() {
    let dir = year();
    let shell = unguarded(dir.path(), ENTRIES_FILE);
    let reader = Reader::open(dir.path()).expect("opened");
    let others = entries(other_year().path());
    let count = entries(dir.path()).len();
    let last = count as i64 - 1;
    let (mut edits, mut wrong) = (0, Vec::new());
    let mut check = |what: String, told: Told, harm: &dyn Fn(i64)| {
        let index: i64 = what.split(' ').next().and_then(|word| word.parse().ok()).expect("an index comes first");
        shell.execute_batch("SAVEPOINT whole").expect("begun");
        harm(index);
        shell.execute_batch("RELEASE whole").expect("done");
        edits += 1;
        wrong.extend(missed(&what, &audited(&reader), told));
    };
    let kept: Vec<(i64, Vec<u8>, Vec<u8>)> = shell
        .prepare("SELECT idx, leaf, bytes FROM entries")
        .and_then(|mut select| select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect())
        .expect("the rows");
    let restore = || {
        shell.execute("DELETE FROM entries", []).expect("emptied");
        for (idx, leaf, bytes) in &kept {
            shell.execute("INSERT INTO entries VALUES (?1, ?2, ?3)", params![idx, leaf, bytes]).expect("put back");
        }
    };
    for index in 0..=last {
        let named = Told::Entry(index as u64);
        check(format!("{index} deleted"), Told::Missing(index as u64), &|index| {
            shell.execute("DELETE FROM entries WHERE idx = ?1", [index]).expect("deleted");
        });
        restore();
        // Its successors moved up, and the last again, so that no number is missing.
        if index < last {
            check(format!("{index} deleted, and the others moved up"), named, &|index| {
                shell.execute("DELETE FROM entries WHERE idx = ?1", [index]).expect("deleted");
                shell.execute("UPDATE entries SET idx = -idx WHERE idx > ?1", [index]).expect("out of the way");
                shell.execute("UPDATE entries SET idx = -idx - 1 WHERE idx < 0", []).expect("moved");
                shell
                    .execute("INSERT INTO entries SELECT idx + 1, leaf, bytes FROM entries WHERE idx = ?1", [last - 1])
                    .expect("again");
            });
            restore();
            check(format!("{index} twice"), Told::Entry(index as u64 + 1), &|index| {
                shift_up(&shell, index + 1);
                shell
                    .execute("INSERT INTO entries SELECT idx + 1, leaf, bytes FROM entries WHERE idx = ?1", [index])
                    .expect("again");
            });
            restore();
            check(format!("{index} and the next swapped"), named, &|index| {
                shell.execute("UPDATE entries SET idx = -1 WHERE idx = ?1", [index]).expect("moved");
                shell.execute("UPDATE entries SET idx = ?1 WHERE idx = ?1 + 1", [index]).expect("moved");
                shell.execute("UPDATE entries SET idx = ?1 + 1 WHERE idx = -1", [index]).expect("moved");
            });
            restore();
        }
        check(format!("{index} inserted"), named, &|index| {
            shift_up(&shell, index);
            let stranger = &others[usize::try_from(index).expect("from 0")];
            let leaf = hibah::tlog::hash::leaf_hash(stranger);
            shell
                .execute("INSERT INTO entries VALUES (?1, ?2, ?3)", params![index, leaf.as_bytes(), stranger])
                .expect("inserted");
        });
        restore();
    }
    none_missed(edits, &wrong);
    assert!(audited(&reader).is_ok(), "all is as it was");
}

/// Rows that no reader is shown: behind the checkpoint, before the first, above the tree. They change nothing that
/// anybody is told, so the audit, which reads what readers are shown, holds. The writer refuses to sign over them.
#[test]
fn rows_that_nobody_reads_are_never_signed() {
    let stranger = &entries(other_year().path())[5];
    let leaf = hibah::tlog::hash::leaf_hash(stranger);
    for index in [-1_i64, 28] {
        let dir = year();
        let shell = unguarded(dir.path(), ENTRIES_FILE);
        shell
            .execute("INSERT INTO entries VALUES (?1, ?2, ?3)", params![index, leaf.as_bytes(), stranger])
            .expect("inserted");
        shell.execute("INSERT INTO nodes VALUES (1, 7, ?1)", [leaf.as_bytes()]).expect("inserted");
        drop(shell);
        let reader = Reader::open(dir.path()).expect("opened");
        let report = audited(&reader).unwrap_or_else(|e| panic!("a row at {index} that nobody reads: {e}"));
        assert_eq!(report.checkpoint.size, 28);
        assert_eq!(reader.entry(28).expect("read"), None, "what is not signed is shown to nobody");
        let opened = Writer::open(dir.path(), key(), Box::new(Hand::at(time(LAST_TIME))));
        assert_eq!(opened.is_err(), index == 28, "the writer judges what it has not signed yet: row {index}");
    }
}
