//! A whole other history under the ledger's own key: only somebody who kept an earlier checkpoint can tell.

use std::path::Path;

use hibah::cli::demo::city::City;
use hibah::ledger::reader::Reader;
use hibah::ledger::verify::{Source as _, Trust, VerifyError, verify};

use super::trust;
use crate::ledger_city::{ORIGIN, awards, folder, open, year};
use crate::public_town::{found, register};

/// The ledger of another world: the same origin, founding, offices and keys, and other organisations. The real writer
/// made and signed it.
pub fn rewritten(dir: &Path) {
    let mut city: City = found(dir);
    for n in 1..=15 {
        register(&mut city, &format!("Yayasan Lain {n}"));
    }
    city.flush().expect("recorded");
    let writer = city.into_writer();
    assert!(writer.origin() == ORIGIN && writer.size() > 28, "{} entries: longer than the true one", writer.size());
}

fn verdict(dir: &Path, trust: &Trust) -> String {
    match verify(&Reader::open(dir).expect("opened"), trust, &|_, _| ()) {
        Ok(_) => "holds".to_owned(),
        Err(VerifyError::Wrong(wrong)) => wrong.code.to_owned(),
        Err(VerifyError::Unchecked(error)) => format!("unchecked: {error}"),
    }
}

fn checkpoint(dir: &Path) -> Vec<u8> {
    Reader::open(dir).expect("opened").checkpoint().expect("signed")
}

#[test]
fn a_rewritten_ledger_is_told_by_an_earlier_checkpoint() {
    let (dir, other) = (year(), folder());
    let kept = Trust { since: Some(checkpoint(dir.path())), ..trust() };
    rewritten(other.path());
    // Every signature holds, and the rules refuse nothing: by itself it is a ledger like another.
    assert_eq!(verdict(other.path(), &trust()), "holds");
    assert_eq!(verdict(other.path(), &kept), "fork");
    let of_the_other = Trust { since: Some(checkpoint(other.path())), ..trust() };
    assert_eq!(verdict(dir.path(), &of_the_other), "fork", "and the other way round, shorter than what was signed");
}

/// The past stays, and what came since is another: signed again from an old copy of all files.
#[test]
fn a_fork_from_an_old_copy_is_told_by_an_earlier_checkpoint() {
    let (dir, old) = (year(), year());
    let (mut one, mut other) = (open(dir.path()), open(old.path()));
    let [first, second] = [1..3, 3..6].map(|rows| awards(one.state(), rows));
    one.append(&first).expect("recorded");
    let shown = checkpoint(dir.path());
    other.append(&second).expect("recorded");
    drop((one, other));
    assert_eq!(verdict(old.path(), &trust()), "holds");
    assert_eq!(verdict(old.path(), &Trust { since: Some(shown), ..trust() }), "fork");
    // A checkpoint from before they parted shows nothing: whoever keeps one keeps the newest.
    assert_eq!(verdict(old.path(), &Trust { since: Some(checkpoint(year().path())), ..trust() }), "holds");
}
