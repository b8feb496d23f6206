//! The last-signed record is changed by compare and swap: a second program, or a file put back, is found out.

use std::path::Path;

use hibah::ledger::store::{Access, LAST_SIGNED_FILE, LastSigned, Signed, StoreError};
use hibah::tlog::hash::Hash;

use super::ledger_city::{award, entries, open, year};

fn next(record: &LastSigned, fill: u8) -> Signed {
    let size = record.get().expect("read").size + 1;
    Signed { size, root: Hash::from_bytes([fill; 32]), note: format!("note {size} {fill}") }
}

/// What was refused, in words; the record must be as it was.
fn refused(record: &mut LastSigned, dir: &Path, next: &Signed) -> String {
    let there = || LastSigned::open(dir, Access::Read).and_then(|record| record.get()).ok();
    let before = there();
    let Err(StoreError::TwoHistories(sentence)) = record.advance(next) else { panic!("{next:?} was signed") };
    assert_eq!(there(), before, "the record changed");
    sentence
}

#[test]
fn a_second_program_that_signs_is_found_out() {
    let dir = year();
    let mut first = LastSigned::open(dir.path(), Access::Write).expect("opened");
    let mut second = LastSigned::open(dir.path(), Access::Write).expect("opened");
    second.advance(&next(&second, 1)).expect("nobody signed meanwhile");
    // It would grow what is there, and still it is not what this handle left.
    let grown = next(&first, 2);
    assert!(refused(&mut first, dir.path(), &grown).contains("another program signs for this ledger"));
    assert!(refused(&mut first, dir.path(), &grown).contains("another program signs for this ledger"));
    second.advance(&next(&second, 3)).expect("the one that the record knows goes on");
}

#[test]
fn a_record_that_was_replaced_or_removed_is_found_out() {
    for what in ["replaced", "removed"] {
        let dir = year();
        let mut record = LastSigned::open(dir.path(), Access::Write).expect("opened");
        let grown = next(&record, 1);
        let file = dir.path().join(LAST_SIGNED_FILE);
        let old = std::fs::read(&file).expect("read");
        // A copy beside it stands for the backup; renaming puts it in place as a restoring program does.
        std::fs::write(dir.path().join("old"), old).expect("written");
        match what {
            "replaced" => std::fs::rename(dir.path().join("old"), &file).expect("renamed"),
            _ => std::fs::remove_file(&file).expect("removed"),
        }
        let sentence = refused(&mut record, dir.path(), &grown);
        assert!(sentence.contains("was removed or replaced while the ledger was open"), "{what}: {sentence}");
    }
}

/// The lock's file was removed, so two writers are open: one records, the other signs nothing.
#[test]
fn two_writers_make_no_second_history() {
    let dir = year();
    let mut first = open(dir.path());
    std::fs::remove_file(dir.path().join("ledger.lock")).expect("removed");
    let mut second = open(dir.path());
    let (one, other) = (award(first.state(), 1), award(second.state(), 2));
    first.append(&[one]).expect("recorded");
    let (made, signed) = (entries(dir.path()), first.checkpoint().clone());
    let told = second.append(&[other]);
    assert!(told.is_err(), "{told:?}");
    // Nothing of the second is there, and what was signed is still what the first signed.
    assert_eq!(entries(dir.path()), made);
    assert_eq!(*first.checkpoint(), signed);
}
