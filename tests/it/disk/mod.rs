//! The real program over a disk that is watched, and fails when it is told to (`tests/faults/disk.c`).

pub mod trace;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use hibah::cli::clock::{self, SystemClock};
use hibah::cli::demo::city::signer_id;
use hibah::grants::about::About;
use hibah::grants::time::Date;
use hibah::ledger::entry::Entry;
use hibah::ledger::reader::Reader;
use hibah::ledger::statement::Content;
use hibah::ledger::store::StoreError;
use hibah::ledger::verify::{Trust, verify};
use hibah::ledger::writer::{Outcome, Writer};
use hibah::tlog::checkpoint::Checkpoint;
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::hash::{Hash, leaf_hash, sha256};
use hibah::tlog::merkle::Frontier;
use hibah::tlog::note::NoteSigner;
use hibah::tlog::proof::TlogProof;
use serde_json::json;

use super::cli_shell::{ORIGIN, PASSPHRASE, Shell};
use super::left_out::left_out;

/// An old register, whose rows the statements of these tests take over.
const REGISTER: &[u8] = b"an old register";

/// The shim, built once by the system's compiler. Without one the test that asks is left out.
pub fn shim() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        Command::new("cc").arg("--version").output().is_ok_and(|told| told.status.success()).then(|| {
            let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/disk.c");
            let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("disk-{}.so", std::process::id()));
            let told = Command::new("cc")
                .args(["-std=gnu11", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-pthread", "-o"])
                .args([&library, &source])
                .arg("-ldl")
                .output()
                .expect("cc runs");
            assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
            library
        })
    });
    if built.is_none() {
        left_out("no C compiler (cc) is here, so no disk can be made to fail; install one");
    }
    built.as_deref()
}

/// Whether each fault is tried, as in `.ci/run`, or only some of them, so that the tests stay quick.
pub fn every_fault(left: &str) -> bool {
    let every = std::env::var_os("HIBAH_EVERY_FAULT").is_some();
    if !every {
        left_out(&format!("{left}; HIBAH_EVERY_FAULT=1 tries them all"));
    }
    every
}

/// Who says the statements of these tests, and the ledger's own key; each key file is opened once.
struct Keys {
    ledger: NoteSigner,
    office: NoteSigner,
    today: Date,
    /// What a statement about something new follows.
    after: Option<Hash>,
}

fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| {
        let shell = Shell::with_ledger();
        let ledger = shell.key("led/keys/ledger.key");
        let writer = Writer::open(&shell.path().join("led"), again(&ledger), Box::new(SystemClock::new()));
        let now = clock::now().unwrap_or_else(|_| panic!("the system's clock is beyond the calendar"));
        let writer = writer.unwrap_or_else(|e| panic!("{e}"));
        let today = writer.state().local_date(now);
        let after = writer.state().expected_after(&award(1));
        Keys { ledger, office: shell.key("led/keys/official-3-ppkd.key"), today, after }
    })
}

/// Of what a row's statement is about.
fn award(row: u64) -> About {
    let register = sha256(REGISTER).to_hex();
    About::parse(&format!("award/{}/{row}", &register[..16])).expect("an award")
}

fn again(signer: &NoteSigner) -> NoteSigner {
    NoteSigner::new(signer.name(), SigningKey::from_seed(*signer.key().seed())).expect("a signer")
}

/// The key of the ledger of [`Shell::with_ledger`].
pub fn ledger_key() -> NoteSigner {
    again(&keys().ledger)
}

/// The statement of a row, from 1: each can be recorded whatever the others are.
pub fn statement(row: u64) -> Vec<u8> {
    let keys = keys();
    let content = Content {
        origin: ORIGIN.to_owned(),
        kind: "award.migrated".to_owned(),
        about: award(row),
        after: keys.after,
        body: json!({
            "recipient": {"name": format!("Yayasan Lama {row}")}, "fiscal_year": 2012, "amounts": {"decreed": 5_000_000 + row},
            "outcome": "awarded",
            "source": {"file_sha256": sha256(REGISTER).to_hex(), "row": row, "map_sha256": sha256(b"its map").to_hex()},
        }),
        event_date: keys.today,
        expires: keys.today.plus_days(14).expect("a day"),
        signers: vec![signer_id(&keys.office)],
    };
    let mut statement = content.draft().unwrap_or_else(|e| panic!("{e}"));
    statement.sign(&keys.office).unwrap_or_else(|e| panic!("{e}"));
    statement.to_bytes()
}

/// What a client was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Receipt(String),
    /// An error, in words.
    Told(u16, String),
    /// The connection ended, or was refused.
    Nothing,
}

/// How the program ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit status, none after a signal.
    pub status: Option<i32>,
    /// What it wrote to standard error.
    pub said: String,
}

/// `hibah serve led --desk`, running.
pub struct Desk {
    child: Child,
    said: Option<JoinHandle<String>>,
    /// Where statements go.
    pub url: String,
    /// Where everybody reads, when that was asked for.
    pub public: Option<String>,
}

/// What the shim shall do.
#[derive(Clone, Copy, Default)]
pub struct Shimmed<'a> {
    pub trace: Option<&'a Path>,
    pub faults: &'a str,
    pub clock: Option<&'a Path>,
}

impl Shimmed<'_> {
    /// Puts a program over the shim, if it is asked to do anything.
    pub fn dress(&self, command: &mut Command) {
        if self.trace.is_none() && self.faults.is_empty() && self.clock.is_none() {
            return;
        }
        command.env("LD_PRELOAD", shim().expect("whoever asks for it has it"));
        for (name, value) in [("HIBAH_DISK_TRACE", self.trace), ("HIBAH_DISK_CLOCK", self.clock)] {
            value.map(|path| command.env(name, path));
        }
        if !self.faults.is_empty() {
            command.env("HIBAH_DISK_FAULTS", self.faults);
        }
    }
}

impl Desk {
    /// Starts it on the ledger `led` of a folder.
    ///
    /// # Errors
    /// How it ended, when it did before it listened.
    pub fn start(folder: &Path, shimmed: Shimmed<'_>, with_public: bool) -> Result<Self, Ended> {
        let mut command = program(folder);
        command.args(["serve", "led", "--no-vault", "--desk", "127.0.0.1:0"]);
        if with_public {
            command.args(["--public", "127.0.0.1:0"]);
        }
        shimmed.dress(&mut command);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
        let mut stderr = child.stderr.take().expect("its errors");
        let said = std::thread::spawn(move || {
            let mut said = Vec::new();
            // What it could not say is not said.
            let _ = stderr.read_to_end(&mut said);
            String::from_utf8_lossy(&said).into_owned()
        });
        let out = child.stdout.take().expect("its output");
        let mut desk = Self { child, said: Some(said), url: String::new(), public: None };
        let mut lines = BufReader::new(out).lines();
        while desk.url.is_empty() || (with_public && desk.public.is_none()) {
            let Some(Ok(line)) = lines.next() else {
                return Err(desk.end());
            };
            let address = |what: &str| line.strip_prefix(what).map(|at| at.trim_end_matches('/').to_owned());
            if let Some(address) = address("Desk: ") {
                desk.url = format!("{address}/statements");
            }
            desk.public = desk.public.take().or_else(|| address("Public server: "));
        }
        // Its other lines are read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(desk)
    }

    /// Hands a statement in.
    pub fn submit(&self, statement: &[u8]) -> Answer {
        submit(&self.url, statement)
    }

    /// Ends it at once, as a crash does.
    pub fn kill(mut self) -> Ended {
        // It may have ended by itself.
        let _ = self.child.kill();
        self.end()
    }

    /// Asks it to stop.
    pub fn stop(mut self) -> Ended {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(asked.success(), "it runs");
        self.end()
    }

    fn end(&mut self) -> Ended {
        let status = self.child.wait().expect("it ends").code();
        let said = self.said.take().expect("it ends once");
        Ended { status, said: said.join().expect("its errors are read") }
    }
}

impl Drop for Desk {
    /// A test that failed leaves no desk behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program in a folder, with the passphrase of its keys.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hibah"));
    command.current_dir(folder).env("HIBAH_PASSPHRASE", PASSPHRASE).env_remove("HIBAH_LOG").stdin(Stdio::null());
    command
}

/// Hands a statement in at an address.
pub fn submit(url: &str, statement: &[u8]) -> Answer {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into();
    let Ok(mut answer) = agent.post(url).send(statement) else { return Answer::Nothing };
    let status = answer.status().as_u16();
    match answer.body_mut().read_to_string() {
        Ok(text) if matches!(status, 200 | 201) => Answer::Receipt(text),
        Ok(text) => Answer::Told(status, text),
        Err(_) => Answer::Nothing,
    }
}

/// Opens a ledger for writing. A program that another test starts holds our locks too, until it is itself: that is waited
/// for.
fn open(dir: &Path) -> Result<Writer, String> {
    let begun = Instant::now();
    loop {
        match Writer::open(dir, ledger_key(), Box::new(SystemClock::new())) {
            Err(StoreError::Locked(_)) if begun.elapsed() < Duration::from_secs(20) => {
                std::thread::sleep(Duration::from_millis(5));
            }
            opened => return opened.map_err(|error| format!("it does not open: {error}")),
        }
    }
}

/// A ledger that was opened again after whatever befell it, and went on.
pub struct Recovered {
    /// Its entries, with the one that was recorded to see that it goes on.
    pub entries: Vec<Vec<u8>>,
    /// The root of each size.
    roots: Vec<Hash>,
}

impl Recovered {
    /// Opens a ledger for writing, records one statement more, and audits everything.
    ///
    /// # Errors
    /// What does not hold, in words.
    pub fn of(dir: &Path, next_row: u64) -> Result<Self, String> {
        let mut writer = open(dir)?;
        let size = writer.size();
        let told = writer.append(&[statement(next_row)]).map_err(|error| format!("it does not go on: {error}"))?;
        let [Outcome::Recorded { index, new: true }] = told[..] else { return Err(format!("{told:?}")) };
        if index != size {
            return Err(format!("entry {index} was recorded behind {size} entries"));
        }
        drop(writer);
        Self::audited(dir)
    }

    /// Audits a ledger as it is.
    ///
    /// # Errors
    /// What does not hold, in words.
    pub fn audited(dir: &Path) -> Result<Self, String> {
        let reader = Reader::open(dir).map_err(|error| format!("it is not read: {error}"))?;
        let trust = Trust { vkey: Some(keys().ledger.verifier().clone()), ..Trust::default() };
        let report = verify(&reader, &trust, &|_, _| ()).map_err(|error| format!("the audit: {error}"))?;
        let mut frontier = Frontier::new();
        let (mut entries, mut roots) = (Vec::new(), vec![frontier.root()]);
        for index in 0..report.checkpoint.size {
            let entry = reader.entry(index).ok().flatten().ok_or_else(|| format!("entry {index} is missing"))?;
            frontier.push(leaf_hash(&entry));
            roots.push(frontier.root());
            entries.push(entry);
        }
        assert_eq!(roots.last(), Some(&report.checkpoint.root), "the audit compared it");
        Ok(Self { entries, roots })
    }

    /// A checkpoint that somebody saw is this ledger's.
    ///
    /// # Errors
    /// A second history, or a lost end.
    pub fn agrees(&self, seen: &Checkpoint) -> Result<(), String> {
        let root = usize::try_from(seen.size).ok().and_then(|size| self.roots.get(size));
        match root {
            Some(root) if *root == seen.root => Ok(()),
            Some(root) => Err(format!("two histories: size {} has root {root} and had {}", seen.size, seen.root)),
            None => Err(format!("{} of {} entries that were shown are left", self.roots.len() - 1, seen.size)),
        }
    }

    /// A receipt holds: its entry is there, with its statement if that is known, and its checkpoint is this ledger's.
    ///
    /// # Errors
    /// What was lost, in words.
    pub fn holds(&self, receipt: &str, statement: Option<&[u8]>) -> Result<(), String> {
        let receipt = TlogProof::parse(receipt.as_bytes()).map_err(|error| error.to_string())?;
        let index = receipt.index;
        let entry = usize::try_from(index).ok().and_then(|index| self.entries.get(index));
        let entry = entry.ok_or_else(|| format!("entry {index}, whose receipt was given, is lost"))?;
        let recorded = Entry::parse(entry).map_err(|error| error.to_string())?.statement;
        if statement.is_some_and(|statement| statement != recorded) {
            return Err(format!("entry {index} is another statement than its receipt was given for"));
        }
        let signed = receipt.verify(&leaf_hash(entry), keys().ledger.verifier());
        self.agrees(signed.map_err(|error| format!("the receipt of entry {index}: {error}"))?.checkpoint())
    }
}

/// Hands rows in once more, to the ledger in a folder: each is recorded, by now or before.
///
/// # Errors
/// What was said instead.
pub fn taken_again(dir: &Path, rows: std::ops::Range<u64>) -> Result<(), String> {
    let mut writer = open(dir)?;
    let group: Vec<Vec<u8>> = rows.map(statement).collect();
    let told = writer.append(&group).map_err(|error| format!("it does not go on: {error}"))?;
    let all = told.iter().all(|outcome| matches!(outcome, Outcome::Recorded { .. }));
    if all { Ok(()) } else { Err(format!("{told:?}")) }
}

/// Numbers that look random and are the same each time (splitmix64).
pub fn chance(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A folder of the test's own; in memory where the system has a place for that, since nothing in it must last.
pub fn passing_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder")
}
