//! `cargo bench --bench rules`: what the rule book adds to append and replay, beyond reading a statement.
//!
//! A made-up ledger of rule set 1 is grown in memory to 1,000,000 entries (`HIBAH_BENCH_ENTRIES` for another number):
//! 5,000 organisations, lists, budgets and decrees of 200 rows a statement, cases from application to an accepted
//! report. Its signatures are not checked: here only the rules are measured. Two tables, in one run:
//!
//! - the replay of all entries, and of the last tenth alone, each part timed by itself in one pass: reading (entry,
//!   form, typed body), hashing (leaf, tree), and the rule book. "rules" is judging and applying and nothing beside:
//!   `State::judge` with its search for keys and things, and `State::apply`. Making and dropping what was read is in
//!   "rest". Each part also pays for looking at the clock once, which is measured in the same run; "less clock" is
//!   "rules" without its two looks. The limit is 2 microseconds for that;
//! - criterion: judging one statement of a kind on the state of all entries, reading included and reading alone.
//!
//! On a busy machine the clock runs while others work. Where the system tells how long this thread had a processor, the
//! table says so in "ran".
//!
//! Between the two: how much memory the state took, by the resident size of the process before and after the replay.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;

use hibah::cli::bench::town::{self, Plan, Town};
use hibah::grants::about::CaseId;
use hibah::grants::one::things::{Case, Residue, Trace};
use hibah::grants::rules::RuleSet;
use hibah::grants::state::{Place, State};
use hibah::grants::time::Timestamp;
use hibah::ledger::entry::Entry;
use hibah::ledger::replay::{self, Replay, Signatures};
use hibah::ledger::statement::Statement;
use hibah::tlog::hash::leaf_hash;
use hibah::tlog::merkle::Frontier;

// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let entries: u64 = match std::env::var("HIBAH_BENCH_ENTRIES").map(|text| text.parse()) {
        Ok(Ok(entries)) => entries,
        Ok(Err(_)) => panic!("HIBAH_BENCH_ENTRIES is no number"),
        Err(_) => 1_000_000,
    };
    let began = Instant::now();
    let mut written = Vec::new();
    let mut told = |_: &[u8], entry| written.push(entry);
    let town = Town::grown(Plan { entries, organisations: 5_000, signed: false }, &mut told);
    let (replay, now, next) = (town.replay, town.now, town.next);
    let mean_bytes = written.iter().map(Vec::len).sum::<usize>() / written.len();
    println!("{} entries, {mean_bytes} bytes on average, grown in {:.1?}", written.len(), began.elapsed());
    replayed(&written);
    judged(&replay, now, &next);
}

/// Time for each part, over these entries.
#[derive(Default)]
struct Parts {
    count: u32,
    reading: Duration,
    hashing: Duration,
    judging: Duration,
    applying: Duration,
    rest: Duration,
    all: Duration,
    /// Had by this thread, where the system tells.
    ran: Option<Duration>,
}

fn replayed(written: &[Vec<u8>]) {
    let tail = written.len() - written.len() / 10;
    let (mut state, mut tree) = (State::new(town::ORIGIN), Frontier::new());
    let before = resident_bytes();
    println!(
        "\n{:>9}  {:>8}  {:>8}  {:>8}  {:>8}  {:>8}  {:>8}  {:>8}  {:>8}  {:>10}",
        "entries", "all", "reading", "hashing", "rest", "judge", "apply", "rules", "ran", "less clock"
    );
    for entries in [&written[..tail], &written[tail..]] {
        let (mut parts, ran, began) = (Parts::default(), time_on_processor(), Instant::now());
        for bytes in entries {
            one(&mut parts, &mut state, &mut tree, bytes);
        }
        parts.all = began.elapsed();
        parts.ran = ran.zip(time_on_processor()).map(|(before, after)| after - before);
        print(&parts);
    }
    if let (Some(before), Some(after)) = (before, resident_bytes()) {
        let cases = state.case_count();
        println!(
            "\n{} bytes of memory a case of an open year, with its part in all else ({} MB, {cases} cases, {} organisations)",
            (after - before) / cases,
            (after - before) / 1_000_000,
            state.org_count()
        );
    }
    println!(
        "in itself a case has {} bytes and {} a statement; once archived {} are left of it",
        size_of::<Case>() + size_of::<CaseId>(),
        size_of::<Trace>(),
        size_of::<Residue>() + size_of::<CaseId>()
    );
    assert!(state.size() == written.len() as u64, "every entry was applied");
}

fn one(parts: &mut Parts, state: &mut State, tree: &mut Frontier, bytes: &[u8]) {
    let began = Instant::now();
    let entry = Entry::parse(bytes).expect("an entry of ours");
    let statement = Statement::parse(entry.statement, town::ORIGIN).expect("a statement of ours");
    let verified = replay::to_measure(state, &statement).expect("a claim of ours");
    let read = Instant::now();
    let leaf = leaf_hash(bytes);
    black_box(tree.push(leaf));
    let hashed = Instant::now();
    let place = Place { index: state.size(), recorded_at: entry.recorded_at };
    let change = state.judge(&verified, place).expect("the town keeps the rules");
    let judged = Instant::now();
    state.apply(change, leaf);
    let applied = Instant::now();
    drop((statement, verified));
    parts.rest += applied.elapsed();
    parts.reading += read - began;
    parts.hashing += hashed - read;
    parts.judging += judged - hashed;
    parts.applying += applied - judged;
    parts.count += 1;
}

fn print(parts: &Parts) {
    let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(parts.count);
    let rules = each(parts.judging + parts.applying);
    let share = parts.ran.map(|ran| ran.as_secs_f64() / parts.all.as_secs_f64());
    let told = |value: Option<f64>, unit: &str| value.map_or("-".to_owned(), |value| format!("{value:.2}{unit}"));
    println!(
        "{:>9}  {:>5.2} us  {:>5.2} us  {:>5.2} us  {:>5.2} us  {:>5.2} us  {:>5.2} us  {:>5.2} us  {:>8}  {:>10}",
        parts.count,
        each(parts.all),
        each(parts.reading),
        each(parts.hashing),
        each(parts.rest),
        each(parts.judging),
        each(parts.applying),
        rules,
        told(share, ""),
        told(Some(rules - 2.0 * clock_us()), " us"),
    );
}

/// How long one look at the clock takes.
fn clock_us() -> f64 {
    const LOOKS: u32 = 1_000_000;
    let began = Instant::now();
    for _ in 0..LOOKS {
        black_box(Instant::now());
    }
    began.elapsed().as_secs_f64() * 1e6 / f64::from(LOOKS)
}

/// How long this thread has had a processor, as Linux counts it.
fn time_on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// How much memory of this process is resident, as Linux counts it.
fn resident_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok().map(|kilobytes: u64| kilobytes * 1024)
}

fn judged(replay: &Replay, now: Timestamp, next: &[(String, Vec<u8>)]) {
    let mut criterion = Criterion::default().configure_from_args().sample_size(50);
    for (name, bytes) in next {
        let statement = Statement::parse(bytes, town::ORIGIN).expect("a statement of ours");
        let mut group = criterion.benchmark_group(name.as_str());
        group.bench_function("read", |bench| bench.iter(|| statement.claim(RuleSet::One)));
        group.bench_function("read and judge", |bench| {
            bench.iter(|| replay.judge(&statement, now, Signatures::VerifiedBefore).map(|_| ()))
        });
        group.finish();
    }
    criterion.final_summary();
}
