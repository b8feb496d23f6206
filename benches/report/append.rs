//! Statements recorded by the only writer, durable before each answer.
//!
//! A town's ledger (`hibah bench fill`, 10,000 entries and 10,000 organisations, or as many as `HIBAH_BENCH_GROWN` says)
//! is opened, and each organisation's next case goes from application to the nominative list in seven waves of 10,000
//! statements: by 10,000 organisations, then by six offices. The next wave is signed between, off the clock. The limits:
//!
//! - "batch + insert": processors / (checking the same signatures together + inserting the same entries, in processor
//!   time an entry, each alone at the size of group that was seen);
//! - "commits": what a lone submitter waits for, against three commits of one entry, each alone;
//! - "asked": the same over HTTP, desk and clients on the same processors;
//! - "without": honest submitters beside as many who hand in bad signatures, against the honest ones alone;
//! - "unasked": the same while three witnesses on the same processors are asked each second, against nobody asked.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use hibah::cli::bench::caseload::{Caseload, WAVES};
use hibah::cli::bench::{Still, town};
use hibah::ledger::cosigned::Cosigned;
use hibah::ledger::entry::Entry;
use hibah::ledger::sequencer::Sequencer;
use hibah::ledger::statement::Statement;
use hibah::ledger::store::{Access, Entries, LastSigned, NewEntry};
use hibah::ledger::writer::{Clock as _, Outcome, Writer};
use hibah::network::asking::{Asking, Task, Times};
use hibah::network::witness::store::Store;
use hibah::network::witness::{Witness, served};
use hibah::tlog::cosignature::Cosigner;
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::ed25519::batch::{self, Signed};
use hibah::tlog::hash::{Hash, leaf_hash};
use hibah::tlog::policy::Policy;
use rustix::time::ClockId;

use crate::audit::{filled, timed};

const ORGANISATIONS: u64 = 10_000;
/// How many wait for an answer at once.
const SUBMITTERS: usize = 512;
/// From how many addresses bad signatures come.
const ADDRESSES: u8 = 64;
/// The writer's threads.
const WRITER: [&str; 4] = ["judging", "committing", "following", "folding"];
/// How many statements a lone submitter hands in.
const LONE: usize = 1_000;

/// The rows of the table.
pub fn table(cores: usize) {
    crate::heading("append, a second");
    let folder = tempfile::tempdir().expect("a folder for the ledger");
    let grown = std::env::var("HIBAH_BENCH_GROWN").unwrap_or_else(|_| "10000".to_owned());
    let ledger = filled(folder.path(), "ledger", &grown, &ORGANISATIONS.to_string());
    let mut load = Load::of(&ledger, 1..=ORGANISATIONS);
    let mut all = Told::default();
    let mut statements = Vec::new();
    for wave in 0..WAVES {
        let told = load.wave(wave, SUBMITTERS, 0);
        all.add(&told);
        statements.extend(load.statements.iter().cloned());
    }
    let group = (all.recorded / all.groups.max(1)).max(1);
    let entry = cost_of_an_entry(folder.path(), &ledger, &statements, group as usize);
    let (rate, limit) = (all.rate(), cores as f64 / entry);
    row("512 submitters, 10,000 cases", all.recorded, rate, limit, "batch + insert");
    row("  until search and pages show them", all.recorded, all.shown(), limit, "batch + insert");
    let of_an_entry = |name: &&str| {
        let time = all.busy.get(*name).copied().unwrap_or_default();
        format!("{name} {:.1}", time.as_secs_f64() * 1e6 / all.recorded as f64)
    };
    println!(
        "  processor time, us: {}; of the whole process until all were answered {:.1}",
        WRITER.iter().map(of_an_entry).collect::<Vec<_>>().join(", "),
        all.process.as_secs_f64() * 1e6 / all.recorded as f64
    );
    println!(
        "  groups of {group}; an entry has {} bytes and costs {:.1} us to check and insert",
        all.bytes / all.recorded,
        entry * 1e6
    );
    drop(load);
    lone(folder.path(), &ledger);
    attacked(&ledger);
    crate::http::row(&ledger, 1_001..=ORGANISATIONS);
    size(&ledger);
    witnessed(folder.path());
}

fn row(name: &str, entries: u64, ours: f64, limit: f64, what: &str) {
    println!("{name:<34} {entries:>9} {ours:>10.0} {limit:>10.0} {:>7.2}   {what}", ours / limit);
}

/// A ledger under load.
pub(crate) struct Load {
    dir: PathBuf,
    cases: Caseload,
    sequencer: Arc<Sequencer>,
    statements: Vec<Vec<u8>>,
    heads: Vec<Hash>,
}

/// What came of one wave.
#[derive(Default, Clone)]
pub(crate) struct Told {
    recorded: u64,
    groups: u64,
    bytes: u64,
    /// Until all were answered, and until search and pages had them too.
    time: Duration,
    followed: Duration,
    /// Processor time of the writer's threads, by name.
    busy: BTreeMap<String, Duration>,
    /// Processor time of all threads, those that hand in and those that come and go included, until all were answered.
    process: Duration,
}

impl Told {
    pub(crate) fn add(&mut self, other: &Self) {
        self.recorded += other.recorded;
        self.groups += other.groups;
        self.bytes += other.bytes;
        self.time += other.time;
        self.followed += other.followed;
        self.process += other.process;
        for (name, time) in &other.busy {
            *self.busy.entry(name.clone()).or_default() += *time;
        }
    }

    pub(crate) fn rate(&self) -> f64 {
        self.recorded as f64 / self.time.as_secs_f64()
    }

    /// Until search and pages show them.
    pub(crate) fn shown(&self) -> f64 {
        self.recorded as f64 / self.followed.as_secs_f64()
    }
}

impl Load {
    pub(crate) fn of(dir: &Path, organisations: std::ops::RangeInclusive<u64>) -> Self {
        let writer = Writer::open(dir, town::ledger_key(), Box::new(Still)).expect("the town's ledger opens");
        let cases = Caseload::of(writer.state(), organisations);
        let sequencer = Arc::new(Sequencer::start(writer, 4 * SUBMITTERS));
        Self { dir: dir.to_owned(), cases, sequencer, statements: Vec::new(), heads: Vec::new() }
    }

    /// Hands in a wave by so many submitters, each of whom waits for its answer, beside as many others as `bad` says whose
    /// signatures do not hold.
    pub(crate) fn wave(&mut self, wave: usize, submitters: usize, bad: usize) -> Told {
        self.statements = self.cases.wave(wave, &self.heads);
        let spoilt: Vec<Vec<u8>> =
            if bad > 0 { self.statements.iter().map(|bytes| spoil(bytes)).collect() } else { Vec::new() };
        let (told, answers) = channel();
        let hand_in = |honest: bool, at: usize| {
            let told = told.clone();
            let bytes = if honest { self.statements[at].clone() } else { spoilt[at % spoilt.len()].clone() };
            let last = if honest { 0 } else { 1 + u8::try_from(at % usize::from(ADDRESSES)).expect("few addresses") };
            let source = IpAddr::V4(Ipv4Addr::new(192, 0, 2, last));
            let reply = Box::new(move |answer| drop(told.send((honest, at, answer))));
            self.sequencer.submit_from(Some(source), bytes, reply).expect("there is room");
        };
        let mut left: VecDeque<usize> = (0..self.statements.len()).collect();
        let mut heads = vec![0; self.statements.len()];
        let mut checkpoints = std::collections::BTreeSet::new();
        let before = busy();
        let spent = spent_by(ClockId::ProcessCPUTime);
        let start = Instant::now();
        left.drain(..submitters.min(self.statements.len())).for_each(|at| hand_in(true, at));
        (0..bad).for_each(|at| hand_in(false, at));
        let mut recorded = 0;
        while recorded < self.statements.len() {
            let (honest, at, answer) = answers.recv().expect("the writer answers");
            if !honest {
                hand_in(false, at + bad);
                continue;
            }
            let answer: hibah::ledger::sequencer::Answer = answer.unwrap_or_else(|error| panic!("{error}"));
            let Outcome::Recorded { index, new: true } = answer.outcome else { panic!("{:?}", answer.outcome) };
            heads[at] = index;
            checkpoints.insert(answer.checkpoint.size);
            recorded += 1;
            if let Some(next) = left.pop_front() {
                hand_in(true, next);
            }
        }
        let time = start.elapsed();
        let process = spent_by(ClockId::ProcessCPUTime) - spent;
        while self.sequencer.metrics().behind() > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let followed = start.elapsed();
        let busy = busy()
            .into_iter()
            .map(|(name, time)| (name.clone(), time - before.get(&name).copied().unwrap_or_default()));
        let busy = busy.collect();
        let files = Entries::open(&self.dir, Access::Read).expect("the entries open");
        let leaf = |index: &u64| files.leaf(*index).expect("read").expect("it is recorded");
        self.heads = heads.iter().map(leaf).collect();
        let bytes = heads.iter().map(|index| files.entry(*index).expect("read").expect("there").len() as u64).sum();
        Told { recorded: recorded as u64, groups: checkpoints.len() as u64, bytes, time, followed, busy, process }
    }
}

/// The processor time so far of the writer's threads, by name.
fn busy() -> BTreeMap<String, Duration> {
    let threads = std::fs::read_dir("/proc/self/task").expect("Linux shows the threads");
    let read = |thread: std::io::Result<std::fs::DirEntry>| {
        let dir = thread.ok()?.path();
        let name = std::fs::read_to_string(dir.join("comm")).ok()?.trim().to_owned();
        let nanoseconds = std::fs::read_to_string(dir.join("schedstat")).ok()?.split(' ').next()?.parse().ok()?;
        WRITER.contains(&name.as_str()).then(|| (name, Duration::from_nanos(nanoseconds)))
    };
    threads.filter_map(read).collect()
}

/// The same statement with a signature that does not hold.
fn spoil(bytes: &[u8]) -> Vec<u8> {
    let mut spoilt = bytes.to_vec();
    let at = spoilt.len() - 20;
    spoilt[at] = if spoilt[at] == b'A' { b'B' } else { b'A' };
    spoilt
}

/// Processor time of one entry, in seconds: signatures checked together, and entries inserted, both in groups.
fn cost_of_an_entry(folder: &Path, ledger: &Path, statements: &[Vec<u8>], group: usize) -> f64 {
    let read: Vec<Statement> =
        statements.iter().map(|bytes| Statement::parse(bytes, town::ORIGIN).expect("a statement")).collect();
    let signatures: Vec<(hibah::tlog::ed25519::PublicKey, [u8; 64])> = statements
        .iter()
        .zip(&read)
        .map(|(bytes, statement)| {
            let note = hibah::tlog::note::Note::parse(bytes).expect("a note");
            let signature = note.signatures[0].bytes.as_slice().try_into().expect("64 bytes");
            (town::public_key(statement.signers()[0].name()), signature)
        })
        .collect();
    let signed: Vec<Signed<'_>> = read
        .iter()
        .zip(&signatures)
        .map(|(statement, (key, signature))| Signed { key, message: statement.text().as_bytes(), signature })
        .collect();
    let checking = processor_time(|| {
        for lot in signed.chunks(group) {
            let mut random = vec![0; lot.len() * batch::RANDOM_BYTES];
            getrandom::fill(&mut random).expect("random bytes");
            assert!(batch::failing(lot, &random).is_empty(), "every signature holds");
        }
    });
    let files = Entries::open(ledger, Access::Read).expect("the entries open");
    let last = files.size().expect("read");
    let first = last - statements.len() as u64;
    let alone = folder.join(format!("alone-{group}"));
    std::fs::create_dir(&alone).expect("made");
    let mut into = Entries::open(&alone, Access::Create).expect("made");
    let entries: Vec<NewEntry> = (first..last)
        .map(|index| files.entry(index).expect("read").expect("there"))
        .map(|bytes| NewEntry { leaf: leaf_hash(&bytes), bytes })
        .collect();
    let inserting = processor_time(|| {
        for (at, lot) in (0..).zip(entries.chunks(group)) {
            into.append(at * group as u64, lot, &[]).expect("appended");
        }
    });
    (checking + inserting).as_secs_f64() / statements.len() as f64
}

/// Processor time that this thread took.
fn processor_time(work: impl FnOnce()) -> Duration {
    let before = spent_by(ClockId::ThreadCPUTime);
    work();
    spent_by(ClockId::ThreadCPUTime) - before
}

fn spent_by(clock: ClockId) -> Duration {
    let time = rustix::time::clock_gettime(clock);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).expect("under a second"))
}

/// One who hands in a statement after another, against three commits of one entry.
fn lone(folder: &Path, ledger: &Path) {
    let mut load = Load::of(ledger, 1..=LONE as u64);
    load.statements = load.cases.wave(0, &[]);
    let mut waits: Vec<Duration> = Vec::new();
    for bytes in load.statements.clone() {
        let (told, answer) = channel();
        let start = Instant::now();
        load.sequencer
            .submit(bytes, Box::new(move |answer| told.send(answer.is_ok()).expect("the submitter waits")))
            .expect("there is room");
        assert!(answer.recv().expect("answered"), "it is recorded");
        waits.push(start.elapsed());
    }
    drop(load);
    let files = Entries::open(ledger, Access::Read).expect("the entries open");
    let last = files.size().expect("read");
    let alone = folder.join("alone");
    std::fs::create_dir(&alone).expect("made");
    let mut into = Entries::open(&alone, Access::Create).expect("made");
    let mut commits = Vec::new();
    for (at, index) in (0..).zip(last - LONE as u64..last) {
        let bytes = files.entry(index).expect("read").expect("there");
        let entry = NewEntry { leaf: leaf_hash(&bytes), bytes };
        let mut time = Duration::ZERO;
        timed(&mut time, || into.append(at, &[entry], &[]).expect("appended"));
        commits.push(time);
    }
    for (name, part) in [("a lone submitter waits, median", 50), ("a lone submitter waits, p99", 99)] {
        let [wait, commit] = [&mut waits, &mut commits].map(|times| {
            times.sort_unstable();
            times[times.len() * part / 100].as_secs_f64() * 1e3
        });
        println!(
            "{name:<34} {LONE:>9} {wait:>8.2}ms {:>8.2}ms {:>7.2}   three commits",
            3.0 * commit,
            wait / (3.0 * commit)
        );
    }
}

/// Honest submitters beside as many who hand in bad signatures.
fn attacked(ledger: &Path) {
    let honest = SUBMITTERS / 2;
    let mut load = Load::of(ledger, 1_001..=ORGANISATIONS);
    let mut alone = Told::default();
    let mut beside = Told::default();
    for wave in 0..WAVES {
        let told = load.wave(wave, honest, if wave % 2 == 1 { honest } else { 0 });
        if wave % 2 == 1 {
            beside.add(&told)
        } else if wave > 0 {
            alone.add(&told)
        }
    }
    row("256 beside 256 with bad signatures", beside.recorded, beside.rate(), alone.rate(), "without them");
}

/// The same submitters while nobody is asked and while two of three witnesses must cosign, on a ledger of their own: an
/// organisation may have five open cases at once, and those of the other have them.
fn witnessed(folder: &Path) {
    let ledger = filled(folder, "witnessed", "10000", &ORGANISATIONS.to_string());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let policy = witnesses(folder, &runtime);
    let seen = || Cosigned::read(&ledger).expect("opens").and_then(|kept| kept.seen().expect("read"));
    let (mut alone, mut beside) = (Told::default(), Told::default());
    // Each organisation has one case asked and one unasked.
    let [one, other] = [1..=ORGANISATIONS / 2, ORGANISATIONS / 2 + 1..=ORGANISATIONS];
    for (asked, half) in [(false, &one), (true, &one), (true, &other), (false, &other)] {
        let before = Entries::open(&ledger, Access::Read).and_then(|files| files.size()).expect("read");
        let asking = asked.then(|| Asking::start(task(&ledger, &policy)).expect("it begins"));
        let mut load = Load::of(&ledger, half.clone());
        for wave in 0..WAVES {
            let told = load.wave(wave, SUBMITTERS, 0);
            if asked { &mut beside } else { &mut alone }.add(&told);
        }
        drop(asking);
        let grew = seen().is_some_and(|seen| seen.signed.size > before);
        assert_eq!(grew, asked, "a quorum sees what is recorded, when it is asked");
    }
    row("512 with 2 of 3 witnesses", beside.recorded, beside.rate(), alone.rate(), "unasked");
}

/// Three witnesses that know the ledger, and the policy that asks for two of them.
fn witnesses(folder: &Path, runtime: &tokio::runtime::Runtime) -> String {
    let mut policy = String::new();
    for number in 1..=3_u8 {
        let key = SigningKey::from_seed([number; 32]);
        let cosigner = Cosigner::new(&format!("w{number}.example/witness"), key).expect("a name");
        let vkey = cosigner.verifier().clone();
        let dir = folder.join(format!("witness-{number}"));
        std::fs::create_dir(&dir).expect("made");
        Store::create(&dir, &vkey).expect("made");
        let added =
            Store::open(&dir, Access::Write).and_then(|mut store| store.add_log(town::ledger_key().verifier(), None));
        assert!(added.expect("added"), "it is new");
        let witness = Arc::new(Witness::open(&dir, cosigner, Box::new(Still)).expect("opens"));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        policy += &format!("witness w{number} {vkey} http://{}\n", listener.local_addr().expect("an address"));
        runtime.spawn(served::serve(listener, witness, std::future::pending()));
    }
    policy + "group two 2 w1 w2 w3\nquorum two\n"
}

fn task(ledger: &Path, policy: &str) -> Task {
    let started = Instant::now();
    let now_s = || Still.now().map_or(0, |now| now.ms().unsigned_abs() / 1_000);
    Task {
        dir: ledger.to_owned(),
        policy: Policy::parse(policy.as_bytes()).unwrap_or_else(|e| panic!("{e}")),
        every: Duration::from_secs(1),
        times: Times { now_s: Box::new(now_s), passed: Box::new(move || started.elapsed()) },
        lost: Box::new(|why| panic!("{why}")),
    }
}

/// What the ledger's file has for each byte of its entries.
fn size(ledger: &Path) {
    let files = Entries::open(ledger, Access::Read).expect("the entries open");
    let size = files.size().expect("read");
    let mut bytes = 0;
    for first in (0..size).step_by(4_096) {
        let count = (size - first).min(4_096);
        let part = files.range(first, count).expect("read");
        bytes += part.iter().map(|entry| Entry::parse(entry).map_or(0, |_| entry.len() as u64)).sum::<u64>();
    }
    // A last handle that can write folds the log into the file.
    drop(LastSigned::open(ledger, Access::Read).expect("opens"));
    let file = std::fs::metadata(ledger.join("ledger.db")).expect("there").len();
    println!(
        "{:<34} {size:>9} {:>8}MB {:>8}MB {:>7.2}   entry bytes",
        "ledger.db",
        file / 1_000_000,
        bytes / 1_000_000,
        file as f64 / bytes as f64
    );
}
