//! Statements that a ledger would not record, as their signers hand them to a monitor.
//!
//! One is kept only if the rule book accepts it after the newest checkpoint, and a quorum of the ledger's witnesses has seen
//! that one: so nobody fills the disk who cannot sign for the ledger, and no signer keeps others out. It is handed to the
//! ledger's desk, and told as withheld if the desk answered and it is not recorded in the hours that the monitor allows.
//! Whoever has the ledger repeats the judgement: `hibah check FILE SOURCE --at SIZE --time TIME`. That it was handed in then,
//! and what the desk said, is the monitor's word; a receipt is the desk's.
//!
//! | statement | is told as |
//! |---|---|
//! | no desk has given an answer that counts | [`Fate::NotHandedOn`]: this shows nothing against the ledger |
//! | the desk answered, and the hours are over that the ledger was read in | [`Fate::Withheld`] |
//! | the same, and then what the ledger recorded made it void | [`Fate::Lapsed`] |
//! | void before its hours were over | nothing |
//! | with a receipt of the desk | never void: it must be there |
//!
//! Each is a folder below the ledger's own: `statements/<hash>/statement`, `receipt` if the desk gave one, and `kept.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Settings;
use super::followed::Followed;
use super::kept::write;
use super::recipients::each_entry;
use crate::grants::time::Timestamp;
use crate::ledger::entry::Entry;
use crate::ledger::form::FormCode;
use crate::ledger::replay::Signatures;
use crate::ledger::statement::Statement;
use crate::ledger::verify::SourceError;
use crate::network::remote::{Remote, With};
use crate::tlog::checkpoint::SignedCheckpoint;
use crate::tlog::note::VerifierKey;
use crate::tlog::proof::TlogProof;

/// The most statements of a ledger that wait at once.
const MOST_WAITING: usize = 1_000;
/// The most that one signer has among them.
const MOST_OF_SIGNER: usize = 20;
/// The most that are told of those that can no longer be recorded.
const MOST_LAPSED: usize = 100;
/// How much of a desk's answer is kept, in characters.
const MOST_ANSWER: usize = 500;
const STATEMENT_FILE: &str = "statement";
const RECEIPT_FILE: &str = "receipt";
const KEPT_FILE: &str = "kept.json";

/// How statements are taken.
#[derive(Clone, Debug, Default)]
pub struct Takes {
    /// After how many seconds one that is not recorded is told as withheld.
    pub after_s: u64,
    /// The desk of each ledger, by origin.
    pub desks: BTreeMap<String, String>,
}

/// Why a statement is not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// Nobody could record it.
    #[error("{0}: nothing was kept")]
    Refused(String),
    /// It may be kept later.
    #[error("{0}: nothing was kept, hand it in again later")]
    Later(String),
}

/// A statement that is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handed {
    /// Its hash, in hexadecimal.
    pub hash: String,
    /// Its kind.
    pub kind: String,
    /// What it is about.
    pub about: String,
    /// When it was handed in, by the monitor's clock: the rule book accepts it as recorded then.
    pub received_at: String,
    /// After how many entries.
    pub size: u64,
    /// The checkpoint over those, with the cosignatures of a quorum.
    pub checkpoint: String,
    /// What the desk answered.
    pub desk: Option<String>,
    /// The entry that it became.
    pub entry: Option<u64>,
    /// Who signed it.
    #[serde(default)]
    pub signers: Vec<String>,
    /// When the desk answered, by the monitor's clock: its hours begin here.
    #[serde(default)]
    pub answered_at: Option<String>,
    /// Whether the desk gave a receipt: it says then that it is recorded.
    #[serde(default)]
    pub receipt: bool,
    /// After how many entries the rules no longer take it, and why.
    #[serde(default)]
    pub lapsed: Option<(u64, String)>,
}

/// What became of a statement that is not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Its hours are over.
    Withheld,
    /// No desk has given an answer that counts.
    NotHandedOn,
    /// Its hours were over, and now the rules no longer take it.
    Lapsed,
}

/// What is told of a statement that is not recorded.
#[derive(Clone, Debug)]
pub struct Told {
    /// The statement.
    pub handed: Handed,
    /// What became of it.
    pub fate: Fate,
    /// The file of its bytes.
    pub statement: PathBuf,
    /// The file of the desk's receipt.
    pub receipt: Option<PathBuf>,
}

impl Handed {
    /// When it was handed in.
    #[must_use]
    pub fn received(&self) -> Option<Timestamp> {
        Timestamp::parse(&self.received_at)
    }

    /// Whether the desk answered so long before `read` that it should have been recorded by then.
    fn is_over(&self, read: Timestamp, after_s: u64) -> bool {
        let over = |since: Timestamp| (read.ms() - since.ms()) / 1_000 >= i64::try_from(after_s).unwrap_or(i64::MAX);
        self.answered_at.as_deref().and_then(Timestamp::parse).is_some_and(over)
    }

    /// In the order of arrival.
    fn order(&self) -> (&str, &str) {
        (&self.received_at, &self.hash)
    }
}

/// What a desk's answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    /// It has taken the statement, which waits for witnesses.
    Taken,
    /// It says that the statement is recorded.
    Receipt,
    /// It does not take it.
    Refused,
    /// Nothing that counts: a failure, or what another server at this address says. A page that answers everybody with 200
    /// must not make a ledger one that withholds.
    Nothing,
}

/// What an answer to this statement says, of a ledger that has had these keys.
fn heard(status: u16, body: &[u8], handed: &Handed, keys: &[VerifierKey]) -> Heard {
    let is_receipt = || {
        let proof = TlogProof::parse(body).ok()?;
        let opened = |key| SignedCheckpoint::open_note(proof.checkpoint.clone(), key).ok();
        let signed = keys.iter().find_map(opened)?;
        // What the rules take after so many entries is none of them.
        Some((handed.size..signed.checkpoint().size).contains(&proof.index))
    };
    match status {
        200 | 201 if is_receipt() == Some(true) => Heard::Receipt,
        202 if body.trim_ascii() == handed.hash.as_bytes() => Heard::Taken,
        400..500 if is_refusal(body) => Heard::Refused,
        _ => Heard::Nothing,
    }
}

/// Whether these are the words of a desk that has judged a statement of its own ledger: they name the rule, and where it stood.
fn is_refusal(body: &[u8]) -> bool {
    let Ok(problem) = serde_json::from_slice::<serde_json::Value>(body) else { return false };
    let rule = problem["rule"].as_str();
    rule.is_some_and(|rule| rule != FormCode::WrongOrigin.as_str())
        && problem["judged_at"].is_object()
        && problem["checkpoint"].is_object()
}

/// Those of one ledger.
pub(super) struct Statements {
    dir: PathBuf,
    /// Those that are not recorded, by hash.
    waiting: BTreeMap<String, Handed>,
    /// Those that should have been, and no longer can be.
    lapsed: Vec<Handed>,
    /// Up to which entry it was looked for them.
    looked: u64,
    /// In which order they were handed on last, since the start.
    tried: BTreeMap<String, u64>,
}

impl Statements {
    /// Those that are kept in a ledger's folder.
    pub(super) fn open(ledger: &Path) -> Self {
        let dir = ledger.join("statements");
        let folders = fs::read_dir(&dir).into_iter().flatten().flatten();
        let read = |folder: fs::DirEntry| {
            serde_json::from_slice::<Handed>(&fs::read(folder.path().join(KEPT_FILE)).ok()?).ok()
        };
        let unrecorded = folders.filter_map(read).filter(|handed| handed.entry.is_none());
        let (mut lapsed, waiting): (Vec<_>, Vec<_>) = unrecorded.partition(|handed| handed.lapsed.is_some());
        lapsed.retain(|handed| handed.answered_at.is_some());
        lapsed.sort_by(|one, other| one.order().cmp(&other.order()));
        let looked = waiting.iter().map(|handed| handed.size).min().unwrap_or_default();
        let waiting = waiting.into_iter().map(|handed| (handed.hash.clone(), handed)).collect();
        Self { dir, waiting, lapsed, looked, tried: BTreeMap::new() }
    }

    /// Where the bytes of one are.
    fn file(&self, handed: &Handed) -> PathBuf {
        self.dir.join(&handed.hash).join(STATEMENT_FILE)
    }

    /// Whether these signers may have one more about this thing: no key keeps others out.
    fn has_room(&self, signers: &[String], about: &str) -> Result<(), NotTaken> {
        let later = |what: &str| Err(NotTaken::Later(what.to_owned()));
        if self.waiting.len() >= MOST_WAITING {
            return later("too many statements of this ledger wait");
        }
        for signer in signers {
            let of_it = || self.waiting.values().filter(|handed| handed.signers.contains(signer));
            // What is new has no number yet: two of those are two things.
            if !about.ends_with("/new") && of_it().any(|handed| handed.about == about) {
                return later("another statement of this signer about the same thing waits");
            }
            if of_it().count() >= MOST_OF_SIGNER {
                return later("too many statements of this signer wait");
            }
        }
        Ok(())
    }

    /// Keeps a statement, handed in at this time; one that is kept already is answered as it is.
    pub(super) fn take(
        &mut self,
        followed: &Followed,
        settings: &Settings<'_>,
        at: Timestamp,
        bytes: &[u8],
    ) -> Result<Handed, NotTaken> {
        let (replay, origin) = (followed.replay(), followed.origin());
        let refused = |fault: &dyn std::fmt::Display| NotTaken::Refused(fault.to_string());
        let statement = Statement::parse(bytes, origin).map_err(|fault| refused(&fault))?;
        let hash = statement.hash().to_hex();
        if let Some(handed) = self.waiting.get(&hash) {
            return Ok(handed.clone());
        }
        match followed.quorum(settings) {
            Some(true) => {}
            Some(false) => return Err(NotTaken::Later("too few witnesses have seen the newest checkpoint".to_owned())),
            None => return Err(NotTaken::Refused(format!("this monitor has no policy of witnesses for {origin}"))),
        }
        let signers: Vec<String> = statement.signers().iter().map(ToString::to_string).collect();
        self.has_room(&signers, &statement.about().to_string())?;
        let time = replay.last_time().map_or(at, |last| last.max(at));
        replay.judge(&statement, time, Signatures::Check).map_err(|fault| refused(&fault))?;
        let handed = Handed {
            hash: hash.clone(),
            kind: statement.kind().to_owned(),
            about: statement.about().to_string(),
            received_at: time.to_string(),
            size: replay.size(),
            checkpoint: followed.note().to_string(),
            desk: None,
            entry: None,
            signers,
            answered_at: None,
            receipt: false,
            lapsed: None,
        };
        let kept = self.keep(&handed, Some(bytes));
        kept.map_err(|SourceError(sentence)| NotTaken::Later(sentence))?;
        if self.waiting.is_empty() {
            self.looked = handed.size;
        }
        self.waiting.insert(hash, handed.clone());
        Ok(handed)
    }

    fn keep(&self, handed: &Handed, bytes: Option<&[u8]>) -> Result<(), SourceError> {
        let folder = self.dir.join(&handed.hash);
        fs::create_dir_all(&folder).map_err(|error| SourceError(error.to_string()))?;
        if let Some(bytes) = bytes {
            write(&folder.join(STATEMENT_FILE), bytes)?;
        }
        // What makes it count is the last that is written.
        write(&folder.join(KEPT_FILE), format!("{:#}\n", serde_json::json!(handed)).as_bytes())
    }

    /// Looks for them among the entries that are new, and judges those again that are not there.
    pub(super) fn look(&mut self, followed: &Followed, read: Timestamp, after_s: u64) -> Result<(), SourceError> {
        let size = followed.checkpoint.size;
        if self.waiting.is_empty() || size <= self.looked {
            return Ok(());
        }
        let mut found = Vec::new();
        each_entry(followed.kept.mirror.tree(), self.looked, size, |index, bytes| {
            let entry = Entry::parse(bytes).map_err(|fault| SourceError(fault.to_string()))?;
            let statement = Statement::parse(entry.statement, followed.origin());
            let statement = statement.map_err(|fault| SourceError(fault.to_string()))?;
            found.push((statement.hash().to_hex(), index));
            Ok(())
        })?;
        for (hash, index) in found {
            if let Some(handed) = self.waiting.remove(&hash) {
                self.tried.remove(&hash);
                self.keep(&Handed { entry: Some(index), ..handed }, None)?;
            }
        }
        self.looked = size;
        if followed.is_ahead || followed.is_broken {
            return Ok(());
        }
        self.judge_again(followed, read, after_s)
    }

    /// Takes out what the rules no longer take after the newest entry. What has a receipt should be there all the same.
    fn judge_again(&mut self, followed: &Followed, read: Timestamp, after_s: u64) -> Result<(), SourceError> {
        let replay = followed.replay();
        let mut void = Vec::new();
        for handed in self.waiting.values().filter(|handed| !handed.receipt) {
            let bytes = fs::read(self.file(handed)).map_err(|error| SourceError(error.to_string()))?;
            let received = handed.received().unwrap_or(read);
            let time = replay.last_time().map_or(received, |last| last.max(received));
            let parsed = Statement::parse(&bytes, followed.origin()).map_err(|fault| SourceError(fault.to_string()))?;
            if let Err(refused) = replay.judge(&parsed, time, Signatures::Check) {
                void.push((handed.hash.clone(), refused.to_string()));
            }
        }
        for (hash, why) in void {
            let Some(handed) = self.waiting.remove(&hash) else { continue };
            self.tried.remove(&hash);
            let was_over = handed.is_over(read, after_s);
            let lapsed = Handed { lapsed: Some((replay.size(), why)), ..handed };
            // One that had its time left is no matter of anybody.
            let told = if was_over { lapsed } else { Handed { answered_at: None, ..lapsed } };
            self.keep(&told, None)?;
            if was_over {
                self.lapsed.push(told);
            }
        }
        Ok(())
    }

    /// The one whose turn it is: what the desk did not answer lets all others pass before it is tried again.
    fn next(&self) -> Option<&Handed> {
        let unanswered = self.waiting.values().filter(|handed| handed.answered_at.is_none());
        unanswered.min_by_key(|handed| (self.tried.get(&handed.hash), handed.order()))
    }

    fn note_tried(&mut self, hash: &str) {
        let last = self.tried.values().max().copied().unwrap_or_default();
        self.tried.insert(hash.to_owned(), last + 1);
    }

    /// Hands the next one that no desk has answered to this desk, in the order of arrival; one a round, for a desk may be slow.
    pub(super) fn forward(&mut self, desk: &str, keys: &[VerifierKey], at: Timestamp) -> Result<(), SourceError> {
        let Some(mut next) = self.next().cloned() else { return Ok(()) };
        self.note_tried(&next.hash);
        let bytes = fs::read(self.file(&next)).map_err(|error| SourceError(error.to_string()))?;
        let answer = match Remote::new(desk).submit(&bytes, With::default()) {
            Ok(answer) => answer,
            Err(SourceError(sentence)) => {
                next.desk = Some(sentence.chars().take(MOST_ANSWER).collect());
                self.keep(&next, None)?;
                self.waiting.insert(next.hash.clone(), next);
                return Err(SourceError(sentence));
            }
        };
        let heard = heard(answer.status, &answer.body, &next, keys);
        let said = String::from_utf8_lossy(&answer.body);
        let said: String = said.chars().take(MOST_ANSWER).collect();
        next.desk = Some(match heard {
            // The entry is found where it stands.
            Heard::Taken | Heard::Receipt => format!("status {}", answer.status),
            Heard::Refused | Heard::Nothing => format!("status {}: {}", answer.status, said.trim()),
        });
        // Whatever else a desk says may be otherwise the next time.
        if heard != Heard::Nothing {
            next.answered_at = Some(at.to_string());
        }
        if heard == Heard::Receipt {
            write(&self.dir.join(&next.hash).join(RECEIPT_FILE), &answer.body)?;
            next.receipt = true;
        }
        self.keep(&next, None)?;
        self.waiting.insert(next.hash.clone(), next);
        Ok(())
    }

    /// Those that are told, the oldest of each sort first: the ledger was read last at `read`, and it is `at`.
    pub(super) fn told(&self, (read, at): (Option<Timestamp>, Timestamp), after_s: u64) -> Vec<Told> {
        let over = |since: Option<Timestamp>| {
            since.is_some_and(|since| (at.ms() - since.ms()) / 1_000 >= i64::try_from(after_s).unwrap_or(i64::MAX))
        };
        let fate = |handed: &Handed| {
            if handed.lapsed.is_some() {
                Some(Fate::Lapsed)
            } else if handed.answered_at.is_none() {
                over(handed.received()).then_some(Fate::NotHandedOn)
            } else {
                read.is_some_and(|read| handed.is_over(read, after_s)).then_some(Fate::Withheld)
            }
        };
        let lapsed = self.lapsed.iter().rev().take(MOST_LAPSED);
        let told = self.waiting.values().chain(lapsed).filter_map(|handed| Some((fate(handed)?, handed)));
        let mut told: Vec<Told> = told
            .map(|(fate, handed)| Told {
                fate,
                statement: self.file(handed),
                receipt: handed.receipt.then(|| self.dir.join(&handed.hash).join(RECEIPT_FILE)),
                handed: handed.clone(),
            })
            .collect();
        told.sort_by(|one, other| one.handed.order().cmp(&other.handed.order()));
        told
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{BTreeMap, Fate, Handed, Heard, MOST_OF_SIGNER, Statements, Timestamp, heard};
    use crate::tlog::checkpoint::{Checkpoint, sign};
    use crate::tlog::ed25519::SigningKey;
    use crate::tlog::hash::sha256;
    use crate::tlog::note::NoteSigner;
    use crate::tlog::proof::print;

    fn at(minute: u32) -> Timestamp {
        Timestamp::parse(&format!("2026-01-01T00:{minute:02}:00.000Z")).expect("a time")
    }

    fn handed(hash: &str, signer: &str, answered: Option<u32>) -> Handed {
        Handed {
            hash: hash.to_owned(),
            kind: "application.submitted".to_owned(),
            about: format!("case/1/{hash}"),
            received_at: at(0).to_string(),
            size: 1,
            checkpoint: String::new(),
            desk: None,
            entry: None,
            signers: vec![signer.to_owned()],
            answered_at: answered.map(|minute| at(minute).to_string()),
            receipt: false,
            lapsed: None,
        }
    }

    fn statements(all: Vec<Handed>) -> Statements {
        let (lapsed, waiting): (Vec<_>, Vec<_>) = all.into_iter().partition(|handed| handed.lapsed.is_some());
        let waiting: BTreeMap<_, _> = waiting.into_iter().map(|handed| (handed.hash.clone(), handed)).collect();
        Statements { dir: "nowhere".into(), waiting, lapsed, looked: 0, tried: BTreeMap::new() }
    }

    #[test]
    fn only_hours_after_an_answer_in_which_the_ledger_was_read_count() {
        for (answered, read, expected) in [
            (None, Some(30), Some(Fate::NotHandedOn)),
            (None, None, Some(Fate::NotHandedOn)),
            (Some(10), Some(30), Some(Fate::Withheld)),
            (Some(10), Some(20), Some(Fate::Withheld)),
            (Some(10), Some(19), None),
            (Some(25), Some(30), None),
            (Some(10), None, None),
        ] {
            let told = statements(vec![handed("a", "k", answered)]).told((read.map(at), at(30)), 600);
            assert_eq!(told.first().map(|told| told.fate), expected, "{answered:?} {read:?}");
        }
        let void = Handed { lapsed: Some((9, "B9".to_owned())), ..handed("b", "k", Some(1)) };
        let told = statements(vec![void, handed("a", "k", Some(1))]).told((Some(at(30)), at(30)), 600);
        assert_eq!(told.iter().map(|told| told.fate).collect::<Vec<_>>(), [Fate::Withheld, Fate::Lapsed]);
    }

    #[test]
    fn only_what_a_desk_of_this_ledger_says_counts() {
        let signer =
            |seed: u8| NoteSigner::new("log.example/grants", SigningKey::from_seed([seed; 32])).expect("a name");
        let own = [1, 2].map(|seed| signer(seed).verifier().clone());
        let handed = handed(&sha256(b"a statement").to_hex(), "k", None);
        let checkpoint = Checkpoint { origin: "log.example/grants".to_owned(), size: 2, root: sha256(b"a root") };
        let receipt =
            |index: u64, seed: u8| print(index, &[], &sign(&checkpoint, &signer(seed)).expect("signed").to_string());
        let refusal = |rule: &str| json!({ "rule": rule, "judged_at": { "size": 2 }, "checkpoint": {} }).to_string();
        for (status, body, expected) in [
            (200, receipt(1, 1), Heard::Receipt),
            (201, receipt(1, 2), Heard::Receipt),
            // Of an entry from before it was handed in, of none, and by another key.
            (200, receipt(0, 1), Heard::Nothing),
            (200, receipt(2, 1), Heard::Nothing),
            (200, receipt(1, 3), Heard::Nothing),
            (200, "<h1>Welcome</h1>".to_owned(), Heard::Nothing),
            (202, format!("{}\n", handed.hash), Heard::Taken),
            (202, String::new(), Heard::Nothing),
            (202, sha256(b"another").to_hex(), Heard::Nothing),
            (409, refusal("B13"), Heard::Refused),
            (422, refusal("B6"), Heard::Refused),
            (403, refusal("B2"), Heard::Refused),
            (422, refusal("wrong-origin"), Heard::Nothing),
            (422, "{\"detail\":\"Unprocessable\"}".to_owned(), Heard::Nothing),
            (409, String::new(), Heard::Nothing),
            (429, String::new(), Heard::Nothing),
            (503, refusal("B6"), Heard::Nothing),
            (503, receipt(1, 1), Heard::Nothing),
        ] {
            assert_eq!(heard(status, body.as_bytes(), &handed, &own), expected, "{status} {body}");
        }
    }

    #[test]
    fn what_no_desk_answers_keeps_no_others_waiting() {
        let mut statements = statements(["a", "b", "c"].map(|hash| handed(hash, "k", None)).into());
        for expected in ["a", "b", "c", "a", "b", "c"] {
            let next = statements.next().expect("three wait").hash.clone();
            assert_eq!(next, expected);
            statements.note_tried(&next);
        }
    }

    #[test]
    fn no_signer_keeps_others_out() {
        let many = (0..MOST_OF_SIGNER).map(|n| handed(&n.to_string(), "one", None)).collect();
        let statements = statements(many);
        let has_room = |signer: &str, about: &str| statements.has_room(&[signer.to_owned()], about).is_ok();
        assert!(!has_room("one", "case/1/99") && has_room("two", "case/1/99") && has_room("two", "case/1/1"));
        let one = self::statements(vec![handed("1", "one", None)]);
        let has_room = |about: &str| one.has_room(&["two".to_owned(), "one".to_owned()], about).is_ok();
        assert!(!has_room("case/1/1") && has_room("case/1/2") && has_room("org/new"));
    }
}
