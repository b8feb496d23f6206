//! `hibah demo --federation`: Kota Bandung and the seven governments of 2018, each with a ledger of its own profile and a witness
//! of two others, and one monitor of them all.
//!
//! ```text
//! DIR/ledgers/<profile>/          a ledger's folder
//! DIR/witnesses/<profile>/        the witness that the same government runs for two others
//! DIR/policies/<profile>.policy   who witnesses the ledger
//! DIR/monitor/                    what the monitor keeps
//! DIR/incident/                   a backup, or a second history
//! ```
//!
//! All of it is one process, with keys that everybody knows: a demonstration and no way to run a ledger.

mod clerk;
mod incident;
pub mod made;
mod running;
pub mod script;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::watch;

pub use self::incident::Incident;
use self::incident::Plot;
use self::running::{Ledger, Witnesses};
use self::script::{Government, Script};
use super::city::published_key;
use crate::cli::{Failure, monitor, output, progress, serve};
use crate::grants::one::profile;
use crate::ledger::store::ENTRIES_FILE;
use crate::tlog::policy::Policy;

/// How long the first checkpoints may take to be seen by their witnesses before the monitor begins all the same.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most governments there are; each has three ports from the monitor's on.
const MOST: u16 = 8;

/// What a federation is told.
pub(super) struct Options<'a> {
    pub(super) dir: &'a Path,
    /// Where the monitor's page is; the others follow.
    pub(super) at: SocketAddr,
    pub(super) incident: Option<Incident>,
    /// How many seconds lie between two checkpoints of a ledger, and between two rounds of the monitor.
    pub(super) every_s: u64,
    /// How many governments.
    pub(super) count: usize,
    pub(super) serves: bool,
}

/// One government's places.
struct Places<'s> {
    government: &'s Government,
    /// Its name in Indonesian.
    name: String,
    ledger: SocketAddr,
    witness: SocketAddr,
}

/// Runs the command.
pub(super) fn run(options: &Options<'_>) -> Result<(), Failure> {
    let script = script::script().map_err(Failure::CouldNot)?;
    let governments = &script.government[..options.count.min(script.government.len())];
    // Taken before anything is made, so that an address in use is said at once.
    let ports = options.serves.then(|| Ports::take(options.at, governments.len())).transpose()?;
    make(options.dir, &script, governments)?;
    let Some(ports) = ports else { return Ok(()) };
    let named = |at: usize| {
        let government = &governments[at];
        let profile = profile::named(&government.profile);
        let name = profile.map_or_else(|| government.profile.clone(), |profile| profile.government.name_id.0);
        let [ledger, witness] = [ports.ledgers[at], ports.witnesses[at]];
        Places { government, name, ledger, witness }
    };
    let places: Vec<Places<'_>> = (0..governments.len()).map(named).collect();
    let (monitor, mirror) = (ports.monitor.try_clone().map_err(Failure::could_not)?, ports.mirror);
    drop(ports);
    let runtime = serve::runtime()?;
    let stop = runtime.block_on(async { serve::stop_signal(false) })?;
    let witnesses = Witnesses::start(options.dir, &places, runtime.handle())?;
    let ledgers = start(options, &places, runtime.handle())?;
    let sources = ledgers.iter().map(Ledger::url);
    let sources: Vec<String> = match options.incident {
        // A second address of the same ledger.
        Some(Incident::Fork) => sources.chain([format!("http://{mirror}")]).collect(),
        _ => sources.collect(),
    };
    let policies = governments.iter().map(|government| policy_file(options.dir, government)).collect();
    let following = monitor::Args {
        source: sources,
        state: options.dir.join("monitor"),
        interval: options.every_s,
        listen: None,
        withheld_after: None,
        desk: Vec::new(),
        once: false,
        vkey: governments.iter().map(|government| published_key(&government.origin(), "").verifier().clone()).collect(),
        policy: policies,
        seen: Vec::new(),
        stale_after: None,
        webhook: None,
        watch: Vec::new(),
        json: false,
        quiet: true,
    };
    let plot = Plot::new(options, mirror, runtime.handle().clone(), &ledgers)?;
    let director = direct(ledgers, plot, Duration::from_secs(options.every_s), stop.clone());
    let followed = runtime.block_on(monitor::show(&following, monitor, stop.clone(), || invite(options, &places)));
    let directed =
        director.join().unwrap_or_else(|_| Err(Failure::could_not("the demo fell by a fault of the program")));
    witnesses.stop(&runtime);
    directed.and(followed)
}

/// Free addresses, taken all at once so that they differ.
struct Ports {
    monitor: TcpListener,
    ledgers: Vec<SocketAddr>,
    witnesses: Vec<SocketAddr>,
    /// Of a second address of a ledger.
    mirror: SocketAddr,
}

impl Ports {
    fn take(first: SocketAddr, count: usize) -> Result<Self, Failure> {
        let monitor = serve::bind(first, "--public")?;
        let mut held = Vec::new();
        let mut take = |next: u16| {
            let port = match first.port() {
                0 => 0,
                port => port.checked_add(next).ok_or_else(|| Failure::could_not("name a lower port with --public"))?,
            };
            let listener = serve::bind(SocketAddr::new(first.ip(), port), "--public")?;
            let at = listener.local_addr().map_err(Failure::could_not)?;
            held.push(listener);
            Ok::<_, Failure>(at)
        };
        let count = u16::try_from(count).unwrap_or(MOST);
        let ledgers = (1..=count).map(&mut take).collect::<Result<_, _>>()?;
        let witnesses = (1..=count).map(|n| take(MOST + n)).collect::<Result<_, _>>()?;
        let mirror = take(2 * MOST + 1)?;
        Ok(Self { monitor, ledgers, witnesses, mirror })
    }
}

/// Makes each ledger that is not there, two at a time.
fn make(dir: &Path, script: &Script, governments: &[Government]) -> Result<(), Failure> {
    let is_missing = |government: &&Government| !ledger_dir(dir, government).join(ENTRIES_FILE).exists();
    let missing: Vec<&Government> = governments.iter().filter(is_missing).collect();
    let is_foreign = || dir.read_dir().is_ok_and(|mut files| files.next().is_some()) && !dir.join("ledgers").is_dir();
    if is_foreign() {
        return Err(Failure::CouldNot(format!("{} holds something else: name a new folder", dir.display())));
    }
    let could_not = |what: &Path, e: std::io::Error| Failure::CouldNot(format!("{}: {e}", what.display()));
    let ledgers = dir.join("ledgers");
    std::fs::create_dir_all(&ledgers).map_err(|e| could_not(&ledgers, e))?;
    let bar = progress::bar("Playing 2017 to 2018");
    bar.set_length(missing.len() as u64);
    let play = |governments: &[&Government]| {
        governments.iter().try_for_each(|government| {
            let there = ledger_dir(dir, government);
            let unfinished = there.with_extension("unfinished");
            if unfinished.exists() {
                std::fs::remove_dir_all(&unfinished).map_err(|e| could_not(&unfinished, e))?;
            }
            made::play(&unfinished, script, government).map_err(Failure::could_not)?;
            bar.inc(1);
            std::fs::rename(&unfinished, &there).map_err(|e| could_not(&there, e))
        })
    };
    let (half, rest) = missing.split_at(missing.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| play(half));
        play(rest)?;
        other.join().unwrap_or_else(|_| Err(Failure::could_not("a ledger could not be made")))
    })?;
    bar.finish_and_clear();
    Ok(())
}

fn ledger_dir(dir: &Path, government: &Government) -> PathBuf {
    dir.join("ledgers").join(&government.profile)
}

fn policy_file(dir: &Path, government: &Government) -> PathBuf {
    dir.join("policies").join(format!("{}.policy", government.profile))
}

/// The two governments that witness the ledger of the one at this place: those after it, in a ring.
fn witnesses_of<'p, 's>(places: &'p [Places<'s>], at: usize) -> [&'p Places<'s>; 2] {
    [1, 2].map(|further| &places[(at + further) % places.len()])
}

/// Writes each ledger's policy and begins to serve it.
fn start(
    options: &Options<'_>,
    places: &[Places<'_>],
    runtime: &tokio::runtime::Handle,
) -> Result<Vec<Ledger>, Failure> {
    let mut ledgers = Vec::new();
    for (at, place) in places.iter().enumerate() {
        let government = place.government;
        let mut text = format!("log {}\n", published_key(&government.origin(), "").verifier());
        let both = witnesses_of(places, at);
        for witness in both {
            let key = running::cosigner(witness.government)?;
            text += &format!("witness {} {} http://{}\n", witness.government.profile, key.verifier(), witness.witness);
        }
        let names = both.map(|witness| witness.government.profile.as_str()).join(" ");
        text += &format!("group both 2 {names}\nquorum both\n");
        let file = policy_file(options.dir, government);
        let folder = file.parent().unwrap_or(options.dir);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&file, &text))
            .map_err(|e| Failure::CouldNot(format!("{}: {e}", file.display())))?;
        let mut ledger = Ledger {
            dir: ledger_dir(options.dir, government),
            name: place.name.clone(),
            origin: government.origin(),
            city: government.city.clone(),
            at: place.ledger,
            policy: Policy::parse(text.as_bytes()).map_err(Failure::could_not)?,
            every: Duration::from_secs(options.every_s),
            runtime: runtime.clone(),
            quiet: false,
            running: None,
        };
        ledger.start()?;
        ledgers.push(ledger);
    }
    // A round before that would find checkpoints that no witness has seen.
    let begun = std::time::Instant::now();
    while begun.elapsed() < PATIENCE && !ledgers.iter().all(Ledger::is_seen) {
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(ledgers)
}

/// Lets the ledgers go on, an entry each in the time between two checkpoints, and the incident happen, until `stop`.
fn direct(
    mut ledgers: Vec<Ledger>,
    mut plot: Plot,
    every: Duration,
    stop: watch::Receiver<bool>,
) -> std::thread::JoinHandle<Result<(), Failure>> {
    std::thread::spawn(move || {
        loop {
            monitor::rest(every, &|| *stop.borrow(), &mut || ());
            if *stop.borrow() {
                break;
            }
            for ledger in ledgers.iter_mut().filter(|ledger| !ledger.quiet) {
                clerk::record(ledger).unwrap_or_else(output::remark);
            }
            plot.go_on(&mut ledgers)?;
        }
        ledgers.iter_mut().for_each(Ledger::stop);
        plot.end();
        Ok(())
    })
}

fn invite(options: &Options<'_>, places: &[Places<'_>]) {
    let hibah = std::env::args().next().unwrap_or_else(|| "hibah".to_owned());
    let longest = places.iter().map(|place| place.name.chars().count()).max().unwrap_or_default();
    let count = places.len();
    output::say(format_args!(
        "\nMade-up ledgers of {count} governments; every key is published, and nothing is real.\n"
    ));
    output::say(format_args!("{:longest$}  {:28}  {:28}  witnessed by", "government", "ledger", "its witness"));
    for (at, place) in places.iter().enumerate() {
        let by = witnesses_of(places, at).map(|witness| witness.government.profile.as_str()).join(", ");
        let [ledger, witness] = [place.ledger, place.witness].map(|at| format!("http://{at}/"));
        output::say(format_args!("{:longest$}  {ledger:28}  {witness:28}  {by}", place.name));
    }
    if let Some(first) = places.first() {
        let policy = policy_file(options.dir, first.government);
        output::say(format_args!("\nCheck     {hibah} verify http://{} --policy {}", first.ledger, policy.display()));
    }
    if let Some(incident) = options.incident {
        output::say(format_args!("Incident  {}", incident.announced()));
    }
    output::say("\nStop with Ctrl-C.");
}
