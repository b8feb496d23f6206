//! One witness that is asked: a thread of its own, so that a slow one keeps no other waiting.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender};
use std::time::Duration;

use crate::ledger::cosigned::AlarmKind;
use crate::ledger::store::{Access, Entries, LastSigned, StoreError};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::cosignature::Cosignature;
use crate::tlog::hash::sha256;
use crate::tlog::merkle::prove_consistency;
use crate::tlog::note::{Note, NoteSignature, VerifierKey};
use crate::tlog::tile::HeldTileHashes;
use crate::tlog::witness::{AddCheckpoint, MAX_ANSWER_BYTES, Told, read_answer};

/// How long a witness may take for one answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How often a witness may name another size than the one it was asked to go on from, for one checkpoint.
const TRIES: u32 = 3;
/// How long one rests that said "later", and one that does not know the ledger.
const LATER: Duration = Duration::from_secs(60);
const UNKNOWN: Duration = Duration::from_secs(300);

/// A checkpoint to be cosigned.
pub(super) struct Ask {
    pub(super) number: u64,
    pub(super) size: u64,
    pub(super) note: Note,
}

/// What the thread that decides is told.
pub(super) enum Heard {
    Answer(Answer),
    Stop,
}

/// What became of one checkpoint at one witness.
pub(super) struct Answer {
    /// The witness's place in the policy.
    pub(super) place: usize,
    pub(super) number: u64,
    pub(super) size: u64,
    pub(super) told: Outcome,
}

/// What a witness said in the end.
pub(super) enum Outcome {
    /// Its line, which holds.
    Cosigned(NoteSignature, Cosignature),
    /// Nothing that helps: why, and how long it is left alone, if that does not depend on how often it was so.
    Rests(String, Option<Duration>),
    /// A person must look.
    Alarm { kind: AlarmKind, size: u64, sentence: String, ours: String, theirs: String },
}

/// Asks one witness, for as long as `asks` lives.
pub(super) fn start(dir: &Path, url: &str, key: &VerifierKey, place: usize, asks: Receiver<Ask>, tell: Sender<Heard>) {
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(concat!("hibah/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let base = url.trim_end_matches('/').to_owned();
    let mut asked = Asked { dir: dir.to_owned(), base, key: key.clone(), agent, last: 0 };
    let run = move || {
        for ask in asks {
            let told = asked.ask(&ask).unwrap_or_else(|error| Outcome::Rests(error.to_string(), None));
            let answer = Answer { place, number: ask.number, size: ask.size, told };
            if tell.send(Heard::Answer(answer)).is_err() {
                return;
            }
        }
    };
    let named = std::thread::Builder::new().name(format!("witness-{place}"));
    named.spawn(run).expect("the system gives a few threads at the start");
}

struct Asked {
    dir: PathBuf,
    base: String,
    key: VerifierKey,
    agent: ureq::Agent,
    /// The size that it cosigned last, as far as is known; it corrects a wrong one.
    last: u64,
}

impl Asked {
    fn ask(&mut self, ask: &Ask) -> Result<Outcome, StoreError> {
        let entries = Entries::open(&self.dir, Access::Read)?;
        for _ in 0..TRIES {
            if self.last > ask.size {
                let sentence = format!("it has cosigned {} entries already", self.last);
                return Ok(Outcome::Rests(sentence, Some(Duration::ZERO)));
            }
            let held = HeldTileHashes::new(&entries, ask.size);
            let proof = prove_consistency(self.last, ask.size, &held)
                .map_err(|fault| StoreError::System { file: self.dir.clone(), what: fault.to_string() })?;
            let request = AddCheckpoint { old_size: self.last, proof, checkpoint: ask.note.clone() };
            let told = match self.post(&request.to_string()) {
                Ok((status, body)) => read_answer(status, &body, &ask.note.text, &self.key),
                Err(error) => return Ok(Outcome::Rests(format!("no answer ({error})"), None)),
            };
            match told {
                Told::Cosigned(line, cosignature) => {
                    self.last = ask.size;
                    return Ok(Outcome::Cosigned(line, cosignature));
                }
                Told::Size(size) if size == self.last => return Ok(self.fork(ask)),
                Told::Size(size) => {
                    let signed = LastSigned::open(&self.dir, Access::Read)?.get()?.size;
                    if size > signed {
                        return Ok(self.lost(ask, size, signed));
                    }
                    self.last = size;
                }
                // No proof of ours is wrong: the tree that it begins at is the one that the witness named.
                Told::Conflict | Told::NotGrown => return Ok(self.fork(ask)),
                Told::UnknownLog => {
                    let sentence = "it does not know this ledger's key: ask its operator to add it".to_owned();
                    return Ok(Outcome::Rests(sentence, Some(UNKNOWN)));
                }
                Told::Later => return Ok(Outcome::Rests("it asks to come back later".to_owned(), Some(LATER))),
                Told::Unclear(sentence) => return Ok(Outcome::Rests(sentence, None)),
            }
        }
        Ok(Outcome::Rests("it names another size each time".to_owned(), None))
    }

    fn post(&self, body: &str) -> Result<(u16, Vec<u8>), ureq::Error> {
        let url = format!("{}/add-checkpoint", self.base);
        let mut answer = self.agent.post(&url).header("content-type", "text/plain; charset=utf-8").send(body)?;
        let read = answer.body_mut().with_config().limit(MAX_ANSWER_BYTES as u64).read_to_vec()?;
        Ok((answer.status().as_u16(), read))
    }

    fn fork(&self, ask: &Ask) -> Outcome {
        let sentence = format!(
            "it saw another history of this ledger, of {} entries: compare with a mirror, and keep both notes",
            self.last
        );
        self.alarm(AlarmKind::Fork, self.last, sentence, ask)
    }

    fn lost(&self, ask: &Ask, size: u64, signed: u64) -> Outcome {
        let sentence = format!(
            "it has cosigned {size} entries of this ledger, but only {signed} are signed here: entries were lost, and nothing more is signed; `hibah restore {} --from MIRROR` brings them back; if the witness is wrong, take it out of the policy",
            self.dir.display()
        );
        self.alarm(AlarmKind::Lost, size, sentence, ask)
    }

    fn alarm(&self, kind: AlarmKind, size: u64, sentence: String, ask: &Ask) -> Outcome {
        let theirs = self.cosigned_last(&ask.note).unwrap_or_default();
        Outcome::Alarm { kind, size, sentence, ours: ask.note.to_string(), theirs }
    }

    /// What it cosigned last of this ledger, where it shows that.
    fn cosigned_last(&self, ours: &Note) -> Option<String> {
        let origin = Checkpoint::parse(&ours.text).ok()?.origin;
        let url = format!("{}/{}/checkpoint", self.base, sha256(origin.as_bytes()));
        let mut answer = self.agent.get(&url).call().ok().filter(|answer| answer.status() == 200)?;
        let bytes = answer.body_mut().with_config().limit(MAX_ANSWER_BYTES as u64).read_to_vec().ok()?;
        let note = Note::parse(&bytes).ok()?;
        let said = Checkpoint::parse_extended(&note.text).ok()?.0;
        (said.origin == origin).then(|| note.to_string())
    }
}
