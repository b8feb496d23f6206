//! An audit of a whole ledger.
//!
//! A ledger of rule set 1 is filled by `hibah bench fill` (`HIBAH_BENCH_ENTRIES` entries, or 1,000,000), once with few
//! organisations so that about 30 keys sign, once with 5,000 whose keys sign two statements of five. Then the program
//! itself audits it. Its limits:
//!
//! - "batch": checking the same signatures in batches and nothing else, on every processor;
//! - "parts": reading, hashing, parsing, the rules and the batches, each measured alone on one processor, added up and
//!   divided by the number of processors;
//! - "one by one": the same audit with `--one-by-one`.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hibah::cli::bench::town;
use hibah::grants::state::{Place, State};
use hibah::ledger::entry::Entry;
use hibah::ledger::reader::Reader;
use hibah::ledger::replay;
use hibah::ledger::statement::Statement;
use hibah::ledger::verify::Source as _;
use hibah::tlog::ed25519::PublicKey;
use hibah::tlog::ed25519::batch::{self, Signed};
use hibah::tlog::hash::leaf_hash;
use hibah::tlog::merkle::Frontier;
use hibah::tlog::note::Note;
use hibah::tlog::tile;

/// As many signatures as the audit checks together.
const TOGETHER: usize = 4096;

/// The rows of the table.
pub fn table(entries: &str, cores: usize) {
    crate::heading("audit of a whole ledger");
    for (keys, organisations) in [("30 keys", "5"), ("30 keys and 5,000 organisations", "5000")] {
        audit(keys, entries, organisations, cores);
    }
}

fn audit(keys: &str, entries: &str, organisations: &str, cores: usize) {
    let folder = tempfile::tempdir().expect("a folder for the ledger");
    let ledger = filled(folder.path(), "ledger", entries, organisations);
    let dir = ledger.display().to_string();
    let (ours, peak_bytes) = hibah(&["verify", &dir]);
    let (single, _) = hibah(&["verify", &dir, "--one-by-one"]);
    let parts = Parts::measure(&ledger);
    let batch = parts.batched(cores);
    let line = |name: &str, limit: Duration, what: &str| {
        println!(
            "{name:<34} {:>9} {:>9.2}s {:>9.2}s {:>7.2}   {what}",
            parts.entries,
            ours.as_secs_f64(),
            limit.as_secs_f64(),
            ours.as_secs_f64() / limit.as_secs_f64()
        );
    };
    line(keys, batch, "batch");
    line("", parts.sum() / u32::try_from(cores).expect("few processors"), "parts");
    line("", single, "one by one");
    let each = |time: Duration| time.as_secs_f64() * 1e6 / parts.entries as f64;
    println!(
        "  an entry, us on one processor: read {:.2}, hash {:.2}, parse {:.2}, rules {:.2}, batch {:.2} ({:.2} a signature); peak memory {} MB",
        each(parts.read),
        each(parts.hash),
        each(parts.parse),
        each(parts.rules),
        each(parts.batch),
        parts.batch.as_secs_f64() * 1e6 / parts.signatures as f64,
        peak_bytes / 1_000_000
    );
}

/// A town's ledger of so many entries, with so many organisations.
pub fn filled(folder: &Path, name: &str, entries: &str, organisations: &str) -> PathBuf {
    let ledger = folder.join(name);
    hibah(&["bench", "fill", &ledger.display().to_string(), entries, "--organisations", organisations]);
    ledger
}

/// The parts of an audit, each alone on one processor.
#[derive(Default)]
struct Parts {
    entries: u64,
    signatures: usize,
    read: Duration,
    hash: Duration,
    parse: Duration,
    rules: Duration,
    batch: Duration,
    signed: Vec<(PublicKey, Vec<u8>, [u8; 64])>,
    keys: BTreeMap<String, PublicKey>,
}

impl Parts {
    fn measure(ledger: &Path) -> Self {
        let reader = Reader::open(ledger).expect("the ledger opens");
        let checkpoint = String::from_utf8(reader.checkpoint().expect("a checkpoint")).expect("text");
        let entries: u64 = checkpoint.lines().nth(1).expect("a size").parse().expect("a number");
        let mut parts = Parts { entries, ..Parts::default() };
        let (mut state, mut tree) = (State::new(town::ORIGIN), Frontier::new());
        for index in 0..entries.div_ceil(256) {
            let width = u16::try_from((entries - index * 256).min(256)).expect("a width");
            let bundle = timed(&mut parts.read, || reader.bundle(index, width).expect("a bundle"));
            for bytes in tile::decode_bundle(&bundle, width).expect("a bundle") {
                parts.entry(&mut state, &mut tree, bytes);
            }
        }
        let mut batch = Duration::ZERO;
        for lot in parts.signed.chunks(TOGETHER) {
            timed(&mut batch, || checked(lot));
        }
        parts.batch = batch;
        parts
    }

    fn entry(&mut self, state: &mut State, tree: &mut Frontier, bytes: &[u8]) {
        let leaf = timed(&mut self.hash, || {
            let leaf = leaf_hash(bytes);
            black_box(tree.push(leaf));
            leaf
        });
        let (entry, verified) = timed(&mut self.parse, || {
            let entry = Entry::parse(bytes).expect("an entry");
            let statement = Statement::parse(entry.statement, town::ORIGIN).expect("a statement");
            let verified = replay::to_measure(state, &statement).expect("a claim");
            (entry, verified)
        });
        timed(&mut self.rules, || {
            let place = Place { index: state.size(), recorded_at: entry.recorded_at };
            let change = state.judge(&verified, place).expect("the town keeps the rules");
            state.apply(change, leaf);
        });
        let note = Note::parse(entry.statement).expect("a note");
        for line in &note.signatures {
            // The town's keys are of seeds that everybody can know.
            let key = *self.keys.entry(line.name.clone()).or_insert_with(|| town::public_key(&line.name));
            let signature = line.bytes.as_slice().try_into().expect("64 bytes");
            self.signed.push((key, note.text.clone().into_bytes(), signature));
        }
        self.signatures = self.signed.len();
    }

    fn sum(&self) -> Duration {
        self.read + self.hash + self.parse + self.rules + self.batch
    }

    /// The batches alone, on every processor.
    fn batched(&self, cores: usize) -> Duration {
        let next = std::sync::atomic::AtomicUsize::new(0);
        let lots: Vec<_> = self.signed.chunks(TOGETHER).collect();
        let mut all = Duration::ZERO;
        timed(&mut all, || {
            std::thread::scope(|scope| {
                for _ in 0..cores {
                    scope.spawn(|| {
                        while let Some(lot) = lots.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                            checked(lot);
                        }
                    });
                }
            });
        });
        all
    }
}

fn checked(lot: &[(PublicKey, Vec<u8>, [u8; 64])]) {
    let signed: Vec<Signed<'_>> =
        lot.iter().map(|(key, message, signature)| Signed { key, message, signature }).collect();
    let mut random = vec![0; signed.len() * batch::RANDOM_BYTES];
    getrandom::fill(&mut random).expect("random bytes");
    assert!(batch::check_all(&signed, &random).is_empty(), "every signature holds");
}

pub fn timed<T>(sum: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    *sum += start.elapsed();
    done
}

/// Runs the program; answers how long it took, and the most memory that it had resident, as Linux counts it.
pub fn hibah(arguments: &[&str]) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_hibah"))
        .args(arguments)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program runs");
    let mut peak = 0;
    loop {
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            assert!(status.success(), "hibah {}", arguments.join(" "));
            return (start.elapsed(), peak);
        }
        peak = resident_peak(child.id()).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The most memory that a process had resident.
pub fn resident_peak(process: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok().map(|kilobytes: u64| kilobytes * 1024)
}
