//! Every edit of a ledger is found: each byte of what is exported, of the rows that a ledger's folder holds and of a
//! receipt is changed, one after the other; rows go, come, change places and come twice; and a whole other history is
//! signed with the ledger's own key. The audit must say so, and name the first wrong entry where an entry is wrong.
//!
//! By default some bytes stand for those beside them. `HIBAH_EVERY_BYTE` changes each.

mod copies;
mod rewritten;
mod rows;
mod sessions;

use std::collections::BTreeMap;
use std::path::Path;

use hibah::ledger::reader::Reader;
use hibah::ledger::tree;
use hibah::ledger::verify::{Report, Source, SourceError, Trust, VerifyError, verify};
use hibah::tlog::tile::{Tile, TilePath, TileSource};

use crate::ledger_city::{folder, key};
use crate::left_out::left_out;

/// Of so many bytes of entries, or of hashes under a short tree, one is changed by default: a prime, so that every place
/// of a line and every bit has its turn.
const STEP: usize = 97;
/// The same of hashes above 328 entries, each of which takes an audit of them all.
const STEP_OF_UPPER: usize = 13;

/// An exported copy, in memory: its files by their path.
#[derive(Clone)]
struct Exported(BTreeMap<String, Vec<u8>>);

impl Exported {
    fn of(ledger: &Path) -> Self {
        let out = folder();
        tree::export(&Reader::open(ledger).expect("opened"), out.path(), &|_, _| ()).expect("exported");
        let (mut files, mut folders) = (BTreeMap::new(), vec![out.path().to_owned()]);
        while let Some(folder) = folders.pop() {
            for path in crate::ledger_city::files(&folder) {
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(out.path()).expect("below it").to_string_lossy().into_owned();
                    files.insert(name, std::fs::read(&path).expect("a file"));
                }
            }
        }
        Self(files)
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, SourceError> {
        self.0.get(path).cloned().ok_or_else(|| SourceError(format!("no {path}")))
    }
}

impl TileSource for Exported {
    type Error = SourceError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, SourceError> {
        self.file(&TilePath::Hashes(tile).to_string())
    }
}

impl Source for Exported {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        self.file("checkpoint")
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError> {
        self.file(&TilePath::Entries { index, width }.to_string())
    }
}

fn trust() -> Trust {
    Trust { vkey: Some(key().verifier().clone()), ..Trust::default() }
}

fn audited(source: &impl Source) -> Result<Report, VerifyError> {
    verify(source, &trust(), &|_, _| ())
}

/// What must be told of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// That this entry is the first that is wrong.
    Entry(u64),
    /// That the ledger does not hold; no entry is wrong.
    Something,
    /// That the row of this entry is not there.
    Missing(u64),
    /// At least that the ledger cannot be checked: what should be read is not there.
    NotWhole,
}

/// What is wrong with a verdict, if anything is.
fn missed(what: &str, result: &Result<Report, VerifyError>, told: Told) -> Option<String> {
    let right = match (result, told) {
        (Err(VerifyError::Wrong(wrong)), Told::Entry(index)) => wrong.index == Some(index),
        (Err(VerifyError::Unchecked(why)), Told::Missing(index)) => {
            why.to_string().contains(&format!("entry {index} is missing"))
        }
        (Err(VerifyError::Wrong(_)), _) | (Err(VerifyError::Unchecked(_)), Told::NotWhole) => true,
        _ => false,
    };
    let said = || result.as_ref().map_or_else(|error| format!("{error:?}"), |_| "it holds".to_owned());
    (!right).then(|| format!("{what}: {told:?} expected, but {}", said()))
}

fn none_missed(edits: usize, missed: &[String]) {
    assert!(edits > 0, "nothing was changed");
    let first: Vec<&str> = missed.iter().take(20).map(String::as_str).collect();
    assert!(missed.is_empty(), "{} of {edits} edits are not found:\n{}", missed.len(), first.join("\n"));
}

fn every_byte() -> bool {
    std::env::var_os("HIBAH_EVERY_BYTE").is_some()
}

/// Whether this byte is changed, where many stand for each other.
fn has_its_turn(at: usize, step: usize) -> bool {
    at.is_multiple_of(step) || every_byte()
}

/// Another byte in its place: one bit flipped, each bit in its turn.
fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[at] ^= 1 << (at % 8);
    changed
}

/// Says what a default run leaves out.
fn tell_sampling() {
    if !every_byte() {
        left_out(&format!("only every {STEP}th byte of a ledger is changed: set HIBAH_EVERY_BYTE to change each"));
    }
}
