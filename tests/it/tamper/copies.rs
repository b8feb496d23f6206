//! Exported copies and receipts: every byte of every file.

use std::thread;

use hibah::ledger::entry::Entry;
use hibah::ledger::reader::Reader;
use hibah::tlog::hash::leaf_hash;
use hibah::tlog::proof::TlogProof;
use hibah::tlog::tile::encode_bundle;

use super::{Exported, STEP, STEP_OF_UPPER, Told, audited, flipped, has_its_turn, missed, none_missed, tell_sampling};
use crate::ledger_city::{entries, key, long_year, other_year, year};

/// One change of a copy, and what must be told of it.
struct Edit {
    what: String,
    path: String,
    bytes: Vec<u8>,
    told: Told,
}

/// Audits the copy with each of the edits in its place.
fn check(whole: &Exported, edits: &[Edit]) {
    let halves = edits.chunks(edits.len().div_ceil(2).max(1));
    let missed: Vec<String> = thread::scope(|scope| {
        let work = |half: &'_ [Edit]| {
            let mut copy = whole.clone();
            let mut told = Vec::new();
            for edit in half {
                let kept = copy.0.insert(edit.path.clone(), edit.bytes.clone()).expect("a file of the copy");
                assert_ne!(kept, edit.bytes, "{} changes nothing", edit.what);
                told.extend(missed(&edit.what, &audited(&copy), edit.told));
                copy.0.insert(edit.path.clone(), kept);
            }
            told
        };
        let running: Vec<_> = halves.map(|half| scope.spawn(move || work(half))).collect();
        running.into_iter().flat_map(|half| half.join().expect("the half went to its end")).collect()
    });
    none_missed(edits.len(), &missed);
}

/// Every byte of a bundle, and the entry that it is in; that of a length is in none.
fn bundle_edits(path: &str, bundle: &[u8], first: u64) -> Vec<Edit> {
    let mut edits = Vec::new();
    let (mut at, mut index) = (0, first);
    while at < bundle.len() {
        let length = usize::from(u16::from_be_bytes([bundle[at], bundle[at + 1]]));
        for place in at..at + 2 + length {
            let in_entry = place >= at + 2;
            if !in_entry || has_its_turn(place, STEP) {
                let bytes = flipped(bundle, place);
                // A wrong length shifts all behind it: the bundle is malformed, or its entries are.
                let told = if in_entry { Told::Entry(index) } else { Told::Something };
                edits.push(Edit { what: format!("byte {place} of {path}"), path: path.to_owned(), bytes, told });
            }
        }
        at += 2 + length;
        index += 1;
    }
    edits
}

fn edits_of(path: &str, bytes: &[u8], step: usize, told: impl Fn(usize) -> Told) -> Vec<Edit> {
    let edit = |at| Edit {
        what: format!("byte {at} of {path}"),
        path: path.to_owned(),
        bytes: flipped(bytes, at),
        told: told(at),
    };
    (0..bytes.len()).filter(|at| has_its_turn(*at, step)).map(edit).collect()
}

#[test]
fn every_byte_of_an_exported_copy_counts() {
    tell_sampling();
    let whole = Exported::of(year().path());
    assert_eq!(whole.0.len(), 3, "a checkpoint, a hash tile and a bundle: {:?}", whole.0.keys());
    assert!(audited(&whole).is_ok(), "as it was exported it holds");
    let mut edits = Vec::new();
    for (path, bytes) in &whole.0 {
        edits.extend(match path.as_str() {
            "checkpoint" => edits_of(path, bytes, 1, |_| Told::Something),
            "tile/0/000.p/28" => edits_of(path, bytes, STEP, |at| Told::Entry(at as u64 / 32)),
            _ => bundle_edits(path, bytes, 0),
        });
    }
    check(&whole, &edits);
}

/// Where there is more than one tile: the tiles above the leaves, and what stands in the second of each sort.
#[test]
fn every_byte_of_upper_tiles_counts() {
    let whole = Exported::of(long_year().path());
    let upper = "tile/1/000.p/1";
    let mut edits = edits_of(upper, &whole.0[upper], STEP_OF_UPPER, |_| Told::Something);
    let second = "tile/0/001.p/72";
    let hashes = edits_of(second, &whole.0[second], STEP_OF_UPPER, |at| Told::Entry(256 + at as u64 / 32));
    edits.extend(hashes.into_iter().step_by(19));
    let bundle = "tile/entries/001.p/72";
    edits.extend(bundle_edits(bundle, &whole.0[bundle], 256).into_iter().step_by(53));
    check(&whole, &edits);
}

/// Entries in another number or order than was signed, in a bundle that is well formed.
#[test]
fn entries_of_a_copy_that_go_come_or_move_are_named() {
    let ledger = year();
    let whole = Exported::of(ledger.path());
    let (good, others) = (entries(ledger.path()), entries(other_year().path()));
    let path = "tile/entries/000.p/28";
    let bundle = |entries: &[Vec<u8>]| {
        let slices: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        encode_bundle(&slices).expect("few entries")
    };
    let mut edits = Vec::new();
    let mut edit = |what: String, entries: Vec<Vec<u8>>, told| {
        edits.push(Edit { what, path: path.to_owned(), bytes: bundle(&entries), told });
    };
    for index in 0..good.len() {
        let named = Told::Entry(index as u64);
        let (before, after) = good.split_at(index);
        // With one too few or too many the bundle is not of its width.
        edit(format!("{index} deleted"), [before, &after[1..]].concat(), Told::Something);
        edit(format!("{index} twice"), [before, &after[..1], after].concat(), Told::Something);
        edit(format!("a stranger at {index}"), [before, &others[index..=index], after].concat(), Told::Something);
        edit(format!("a stranger for {index}"), [before, &others[index..=index], &after[1..]].concat(), named);
        // The same with the number of entries kept.
        let last = &good[good.len() - 1..];
        if index + 1 < good.len() {
            edit(format!("{index} deleted, the last twice"), [before, &after[1..], last].concat(), named);
            let twice = [before, &after[..1], &after[..after.len() - 1]].concat();
            edit(format!("{index} twice, the last deleted"), twice, Told::Entry(index as u64 + 1));
            let mut swapped = good.clone();
            swapped.swap(index, index + 1);
            edit(format!("{index} and the next swapped"), swapped, named);
        }
    }
    check(&whole, &edits);
}

/// What `hibah verify RECEIPT --entry FILE` asks.
fn proves(receipt: &[u8], entry: &[u8]) -> bool {
    TlogProof::parse(receipt).is_ok_and(|proof| {
        proof.verify(&leaf_hash(entry), key().verifier()).is_ok()
            && Entry::parse(entry).is_ok_and(|entry| entry.index == proof.index)
    })
}

#[test]
fn every_byte_of_a_receipt_and_of_its_entry_counts() {
    let ledger = year();
    let reader = Reader::open(ledger.path()).expect("opened");
    let good = entries(ledger.path());
    let (mut count, mut missed) = (0, Vec::new());
    for (index, entry) in (0..).zip(&good) {
        let receipt = reader.receipt(index).expect("read").expect("it is there").to_string().into_bytes();
        assert!(proves(&receipt, entry), "the receipt of entry {index} as it was given");
        let of_receipt = (0..receipt.len())
            .map(|at| (format!("byte {at} of receipt {index}"), flipped(&receipt, at), entry.clone()));
        let of_entry = (0..entry.len()).filter(|at| has_its_turn(*at, 7));
        let of_entry = of_entry.map(|at| (format!("byte {at} of entry {index}"), receipt.clone(), flipped(entry, at)));
        for (what, receipt, entry) in of_receipt.chain(of_entry) {
            count += 1;
            if proves(&receipt, &entry) {
                missed.push(what);
            }
        }
    }
    none_missed(count, &missed);
}
