//! Asking witnesses: each new checkpoint of a ledger goes to the witnesses of a policy, and what a quorum has seen is shown.
//!
//! ```text
//! last-signed.db ──▶ asking ──▶ a thread a witness ──POST /add-checkpoint──▶ witnesses
//!                      ▲  │              │
//!                      │  └▶ cosigned.db │  the newest checkpoint that meets the policy
//!                      └─────────────────┘
//! ```
//!
//! It reads what was signed and never waits for the writer, nor the writer for it. At most one checkpoint an interval goes
//! out, and the next one not before this one was seen by a quorum or had its time: so that witnesses, quick and slow ones,
//! cosign the same. Without new entries the same is cosigned again after an hour, so that the newest cosignature says how
//! long ago the ledger was last seen. The order of writes: a cosignature is verified, then shown.
//!
//! A witness that refuses a tree that it must know saw another history, or this machine lost entries. Neither is tried
//! again: both are alarms, and the second ends the signing ([`Told`](crate::tlog::witness::Told) tells them apart).

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::asked::{self, Answer, Ask, Heard, Outcome};
use crate::ledger::cosigned::{Alarm, AlarmKind, Cosigned, Seen, Standing};
use crate::ledger::store::{self, Access, LastSigned, Lock, Signed, StoreError};
use crate::tlog::note::{Note, NoteError, NoteSignature};
use crate::tlog::policy::{Policy, PolicyWitness};

/// How long witnesses may take for one checkpoint before the next one is sent.
const PATIENCE: Duration = Duration::from_secs(30);
/// After how long the same checkpoint is cosigned again, in seconds.
const AGAIN_S: u64 = 3_600;
/// How far a witness's clock may be ahead, or behind when it was asked, in seconds: a time to come or long past says nothing
/// of when the ledger was seen.
const OFF_S: u64 = 300;
/// How long a witness that could not be understood rests, the first time; twice as long each time after that.
const REST: Duration = Duration::from_secs(5);
/// How long it rests at most, and one that does not know the ledger.
const LONG_REST: Duration = Duration::from_secs(300);

/// Where times come from; the command line alone reads clocks.
pub struct Times {
    /// Seconds since 1970.
    pub now_s: Box<dyn Fn() -> u64 + Send>,
    /// The time that passed since the program began.
    pub passed: Box<dyn Fn() -> Duration + Send>,
}

/// What is asked of whom.
pub struct Task {
    /// The ledger's folder.
    pub dir: PathBuf,
    /// Whose cosignatures are needed. Witnesses without an address are not asked.
    pub policy: Policy,
    /// At most one checkpoint goes out in this time.
    pub every: Duration,
    /// Where times come from.
    pub times: Times,
    /// Told once that entries were lost: nothing more may be signed.
    pub lost: Box<dyn Fn(&str) + Send>,
}

/// The threads that ask; they end with this.
pub struct Asking {
    stop: Option<Sender<Heard>>,
    thread: Option<JoinHandle<()>>,
}

impl Asking {
    /// Begins to ask, or while another process asks for this ledger, to wait until that one ends.
    ///
    /// # Errors
    /// What the files report.
    pub fn start(task: Task) -> Result<Self, StoreError> {
        // Readers look for it when they open the ledger.
        drop(Cosigned::open(&task.dir)?);
        let (stop, heard) = channel();
        let tell = stop.clone();
        let run = move || {
            let Some(_held) = turn(&task, &heard) else { return };
            match Asker::new(task, &tell) {
                Ok(mut asker) => asker.run(&heard),
                Err(error) => tracing::error!("witnesses are not asked: {error}"),
            }
        };
        let thread = std::thread::Builder::new().name("asking".to_owned()).spawn(run);
        let thread = thread.expect("the system gives a few threads at the start");
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

/// Waits until no other process asks. What that one hears of lost entries is heard here too. None: it was stopped.
fn turn(task: &Task, heard: &Receiver<Heard>) -> Option<Lock> {
    loop {
        match take_lock(&task.dir) {
            Ok(Some(lock)) => return Some(lock),
            Ok(None) => {}
            Err(error) => tracing::error!("witnesses are not asked: {error}"),
        }
        match lost(&task.dir, &task.policy) {
            Ok(Some(why)) => (task.lost)(&why),
            Ok(None) => {}
            Err(error) => tracing::error!("{error}"),
        }
        if !matches!(heard.recv_timeout(task.every), Err(RecvTimeoutError::Timeout)) {
            return None;
        }
    }
}

impl Drop for Asking {
    /// Requests under way are not waited for.
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(Heard::Stop);
        }
        if let Some(thread) = self.thread.take() {
            // A panic there was reported there.
            let _ = thread.join();
        }
    }
}

/// One witness, as the one thread that decides sees it.
struct Witness {
    told: PolicyWitness,
    ask: Sender<Ask>,
    /// Whether its answer is awaited.
    busy: bool,
    /// When it was last asked, in seconds since 1970.
    asked_s: u64,
    /// It is not asked before this time.
    rests_until: Duration,
    /// How often in a row it could not be understood.
    failures: u32,
    /// Size and time of its newest cosignature.
    cosigned: Option<(u64, u64)>,
    /// Whether an alarm was raised: it is not asked again.
    alarmed: bool,
}

/// The checkpoint that is out.
struct Target {
    /// Tells targets apart: the same checkpoint goes out again.
    number: u64,
    signed: Signed,
    note: Note,
    begun: Duration,
    begun_s: u64,
    /// Whether a quorum has seen it.
    seen: bool,
    /// Who has cosigned it, by place in the policy.
    by: Vec<bool>,
}

struct Asker {
    task: Task,
    last_signed: LastSigned,
    cosigned: Cosigned,
    witnesses: Vec<Witness>,
    target: Option<Target>,
}

impl Asker {
    fn new(task: Task, tell: &Sender<Heard>) -> Result<Self, StoreError> {
        let last_signed = LastSigned::open(&task.dir, Access::Read)?;
        let cosigned = Cosigned::open(&task.dir)?;
        let keys: Vec<String> = task.policy.witnesses().iter().map(|told| told.key.to_string()).collect();
        cosigned.keep_only(&keys)?;
        let before = cosigned.standings()?;
        let mut witnesses = Vec::new();
        for (place, told) in task.policy.witnesses().iter().enumerate() {
            let (ask, asks) = channel();
            if let Some(url) = &told.url {
                asked::start(&task.dir, url, &told.key, place, asks, tell.clone());
            }
            let told = told.clone();
            let known = before.iter().find(|one| one.vkey == keys[place]);
            witnesses.push(Witness {
                // Nobody listens to what a witness without an address is asked.
                alarmed: told.url.is_none(),
                told,
                ask,
                busy: false,
                asked_s: 0,
                rests_until: Duration::ZERO,
                failures: 0,
                cosigned: known.and_then(|one| one.cosigned),
            });
        }
        Ok(Self { task, last_signed, cosigned, witnesses, target: None })
    }

    fn passed(&self) -> Duration {
        (self.task.times.passed)()
    }

    fn run(&mut self, heard: &Receiver<Heard>) {
        // Nothing rests on what is written here, so what fails is tried again with the next checkpoint.
        let told = |done: Result<(), StoreError>| {
            if let Err(error) = done {
                tracing::error!("what witnesses said could not be kept: {error}");
            }
        };
        loop {
            told(self.send());
            let until = self.passed() + self.task.every;
            loop {
                match heard.recv_timeout(until.saturating_sub(self.passed())) {
                    Ok(Heard::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                    Ok(Heard::Answer(answer)) => told(self.hear(answer)),
                    Err(RecvTimeoutError::Timeout) => break,
                }
            }
        }
    }

    /// Chooses the checkpoint that goes out, and sends it to whoever has not cosigned it and does not rest.
    fn send(&mut self) -> Result<(), StoreError> {
        let (now, now_s) = (self.passed(), (self.task.times.now_s)());
        let newest = self.last_signed.get()?;
        let due = match &self.target {
            None => true,
            Some(out) if newest.size > out.signed.size => out.seen || now.saturating_sub(out.begun) >= PATIENCE,
            Some(out) => now_s.saturating_sub(out.begun_s) >= AGAIN_S,
        };
        if due {
            let number = self.target.as_ref().map_or(0, |out| out.number + 1);
            let note = self.beginning(&newest)?;
            let by = vec![false; self.witnesses.len()];
            self.target = Some(Target { number, signed: newest, note, begun: now, begun_s: now_s, seen: false, by });
            // A policy that asks for no witness is met at once.
            self.show()?;
        }
        let Some(out) = &self.target else { return Ok(()) };
        for (witness, done) in self.witnesses.iter_mut().zip(&out.by) {
            if !(*done || witness.busy || witness.alarmed) && witness.rests_until <= now {
                // Witnesses read short requests: no lines of other witnesses.
                let ask = Ask { number: out.number, size: out.signed.size, note: read(&out.signed)? };
                witness.busy = witness.ask.send(ask).is_ok();
                witness.asked_s = now_s;
            }
        }
        Ok(())
    }

    /// The checkpoint with the lines that witnesses gave it before.
    fn beginning(&self, newest: &Signed) -> Result<Note, StoreError> {
        let mut note = read(newest)?;
        let seen = self.cosigned.seen()?.map(|seen| read(&seen.signed)).transpose()?;
        if let Some(seen) = seen.filter(|seen| seen.text == note.text) {
            let others = seen.signatures.into_iter().filter(|line| !note.signatures.contains(line));
            let others: Vec<NoteSignature> = others.collect();
            note.signatures.extend(others);
        }
        Ok(note)
    }

    fn hear(&mut self, Answer { place, number, size, told }: Answer) -> Result<(), StoreError> {
        let (now, now_s) = (self.passed(), (self.task.times.now_s)());
        let witness = &mut self.witnesses[place];
        witness.busy = false;
        let problem = match told {
            Outcome::Cosigned(_, cosignature) if cosignature.time_s > now_s + OFF_S => {
                witness.rests_until = now + LONG_REST;
                "its clock is ahead of this one by more than five minutes".to_owned()
            }
            Outcome::Cosigned(_, cosignature) if cosignature.time_s.saturating_add(OFF_S) < witness.asked_s => {
                witness.rests_until = now + LONG_REST;
                "its clock is behind this one by more than five minutes".to_owned()
            }
            Outcome::Cosigned(line, cosignature) => {
                witness.failures = 0;
                witness.cosigned = Some((size, cosignature.time_s));
                return self.cosigned_by(place, number, line);
            }
            Outcome::Rests(sentence, rest) => {
                witness.failures += 1;
                let growing = REST.saturating_mul(1 << witness.failures.min(7).saturating_sub(1));
                witness.rests_until = now + rest.unwrap_or(growing).min(LONG_REST);
                sentence
            }
            Outcome::Alarm { kind, size, sentence, ours, theirs } => {
                witness.alarmed = true;
                let named = format!("witness {}: {sentence}", witness.told.name);
                tracing::error!("{named}");
                let vkey = witness.told.key.to_string();
                self.cosigned.alarm(&Alarm { kind, vkey, size, sentence: named.clone(), ours, theirs })?;
                if kind == AlarmKind::Lost {
                    (self.task.lost)(&named);
                }
                sentence
            }
        };
        self.note(place, problem)
    }

    /// A verified cosignature.
    fn cosigned_by(&mut self, place: usize, number: u64, line: NoteSignature) -> Result<(), StoreError> {
        // What comes late is of a checkpoint that is no longer out.
        if let Some(out) = self.target.as_mut().filter(|out| out.number == number) {
            out.by[place] = true;
            let lines = &mut out.note.signatures;
            lines.retain(|old| !(old.name == line.name && old.key_id == line.key_id));
            lines.push(line);
        }
        self.show()?;
        self.note(place, String::new())
    }

    /// Shows the checkpoint that is out, as far as it is cosigned, if the policy takes it so.
    fn show(&mut self) -> Result<(), StoreError> {
        let Some(out) = &mut self.target else { return Ok(()) };
        // Each line was verified when it came.
        let Ok(report) = self.task.policy.witnessed(&out.note) else { return Ok(()) };
        if report.quorum_met {
            out.seen = true;
            let time_s = report.cosigned.iter().map(|seen| seen.time_s).max();
            let signed = Signed { note: out.note.to_string(), ..out.signed.clone() };
            self.cosigned.show(&Seen { signed, time_s })?;
        }
        Ok(())
    }

    fn note(&self, place: usize, problem: String) -> Result<(), StoreError> {
        let Witness { told, cosigned, .. } = &self.witnesses[place];
        if !problem.is_empty() {
            tracing::warn!("witness {}: {problem}", told.name);
        }
        let standing = Standing { vkey: told.key.to_string(), name: told.name.clone(), cosigned: *cosigned, problem };
        self.cosigned.note(&standing)
    }
}

/// Whoever holds it asks; it ends with the file's handle. None: another one holds it.
fn take_lock(dir: &Path) -> Result<Option<Lock>, StoreError> {
    store::take_lock(&dir.join("cosigned.lock"))
}

/// The note of a checkpoint that this ledger signed.
fn read(signed: &Signed) -> Result<Note, StoreError> {
    Note::parse(signed.note.as_bytes()).map_err(|fault: NoteError| StoreError::Damaged {
        file: crate::ledger::store::LAST_SIGNED_FILE.into(),
        what: fault.to_string(),
    })
}

/// Whether a witness saw a larger tree than was signed in this folder: then nothing is signed until what is lacking is
/// back, or the witness is no longer in the policy. The sentence says which.
///
/// # Errors
/// What the files report.
pub fn lost(dir: &Path, policy: &Policy) -> Result<Option<String>, StoreError> {
    let Some(cosigned) = Cosigned::read(dir)? else { return Ok(None) };
    let signed = LastSigned::open(dir, Access::Read)?.get()?;
    let asked = |vkey: &str| policy.witnesses().iter().any(|witness| witness.key.to_string() == vkey);
    let alarms = cosigned.alarms()?;
    let lost = alarms
        .into_iter()
        .find(|alarm| alarm.kind == AlarmKind::Lost && alarm.size > signed.size && asked(&alarm.vkey));
    Ok(lost.map(|alarm| alarm.sentence))
}
