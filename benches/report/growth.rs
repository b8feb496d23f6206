//! What a ledger costs as it grows: appending to it, proving an entry's place, searching its grants. Each size is made by
//! `hibah bench fill`, with 10,000 organisations; `HIBAH_BENCH_SIZES` names others than those of the table.

use std::time::{Duration, Instant};

use hibah::ledger::reader::{GrantQuery, Reader};

use crate::append::{Load, Told};
use crate::audit::filled;

const ORGANISATIONS: u64 = 10_000;
const SUBMITTERS: usize = 512;
/// How many proofs and searches are timed.
const PROOFS: u64 = 2_000;
const SEARCHES: u64 = 20;
/// A step that visits entries in no order of the disk: a prime, larger than most tiles.
const STRIDE: u64 = 7_919;

/// What one size costs.
struct Cost {
    size: u64,
    /// Entries a second: until they are answered, until they are shown.
    append: [f64; 2],
    proof: Duration,
    search: Duration,
}

/// The rows of the table: each size against the first.
pub fn table() {
    let sizes = std::env::var("HIBAH_BENCH_SIZES").unwrap_or_else(|_| "10000,100000,1000000".to_owned());
    println!(
        "\n{:<12} {:>11} {:>6} {:>11} {:>6} {:>10} {:>6} {:>10} {:>6}",
        "growth", "appended/s", "times", "shown/s", "times", "proof", "times", "search", "times"
    );
    let mut first: Option<Cost> = None;
    for size in sizes.split(',') {
        let cost = cost(size);
        let base = first.as_ref().unwrap_or(&cost);
        let slower = |of: fn(&Cost) -> f64| of(&cost) / of(base);
        println!(
            "{:<12} {:>11.0} {:>6.2} {:>11.0} {:>6.2} {:>8.1}us {:>6.2} {:>8.2}ms {:>6.2}",
            cost.size,
            cost.append[0],
            slower(|cost| 1.0 / cost.append[0]),
            cost.append[1],
            slower(|cost| 1.0 / cost.append[1]),
            cost.proof.as_secs_f64() * 1e6,
            slower(|cost| cost.proof.as_secs_f64()),
            cost.search.as_secs_f64() * 1e3,
            slower(|cost| cost.search.as_secs_f64()),
        );
        first.get_or_insert(cost);
    }
}

fn cost(entries: &str) -> Cost {
    let folder = tempfile::tempdir().expect("a folder for the ledger");
    let ledger = filled(folder.path(), "ledger", entries, &ORGANISATIONS.to_string());
    let mut load = Load::of(&ledger, 1..=ORGANISATIONS);
    let reader = Reader::open(&ledger).expect("the ledger opens");
    let size = reader.signed().expect("a checkpoint").size;
    let mut told = Told::default();
    for wave in 0..3 {
        let wave = load.wave(wave, SUBMITTERS, 0);
        told.add(&wave);
    }
    drop(load);
    let start = Instant::now();
    for proof in 0..PROOFS {
        let receipt = reader.receipt(proof * STRIDE % size).expect("the tiles are read");
        assert!(receipt.is_some(), "a checkpoint covers it");
    }
    let proof = start.elapsed() / u32::try_from(PROOFS).expect("few proofs");
    let start = Instant::now();
    for n in 0..SEARCHES {
        // Names are numbered, so each search finds the cases of one organisation.
        let words = format!("Yayasan Contoh {}", 1 + n * STRIDE % ORGANISATIONS);
        let found = reader.grants(&GrantQuery { words, limit: 20, ..GrantQuery::default() }).expect("it is searched");
        assert!(found.total > 0, "each organisation has a case");
    }
    let search = start.elapsed() / u32::try_from(SEARCHES).expect("few searches");
    Cost { size, append: [told.rate(), told.shown()], proof, search }
}
