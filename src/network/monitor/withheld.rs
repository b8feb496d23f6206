//! Statements that a ledger would not record, as their signers hand them to a monitor.
//!
//! One is kept only if the rule book accepts it after the newest checkpoint, and a quorum of the ledger's witnesses has seen
//! that one: so nobody fills the disk who cannot sign for the ledger. It is handed to the ledger's desk, and told as withheld
//! if it is not recorded in the hours that the monitor allows. Whoever has the ledger repeats the judgement: `hibah check FILE
//! SOURCE --at SIZE --time TIME`. That it was handed in then, and what the desk said, is the monitor's word.
//!
//! Each is a folder below the ledger's own: `statements/<hash>/statement`, and `kept.json`.

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
use crate::ledger::replay::Signatures;
use crate::ledger::statement::Statement;
use crate::ledger::verify::SourceError;
use crate::network::remote::{Remote, With};

/// The most statements of a ledger that wait at once.
const MOST_WAITING: usize = 1_000;
/// How much of a desk's answer is kept, in characters.
const MOST_ANSWER: usize = 500;
const STATEMENT_FILE: &str = "statement";
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
}

impl Handed {
    /// When it was handed in.
    #[must_use]
    pub fn received(&self) -> Option<Timestamp> {
        Timestamp::parse(&self.received_at)
    }

    /// Whether it should have been recorded by now.
    fn is_over(&self, at: Timestamp, after_s: u64) -> bool {
        let over =
            |received: Timestamp| (at.ms() - received.ms()) / 1_000 >= i64::try_from(after_s).unwrap_or(i64::MAX);
        self.received().is_some_and(over)
    }
}

/// Those of one ledger.
pub(super) struct Statements {
    dir: PathBuf,
    /// Those that are not recorded, by hash.
    waiting: BTreeMap<String, Handed>,
    /// Up to which entry it was looked for them.
    looked: u64,
}

impl Statements {
    /// Those that are kept in a ledger's folder.
    pub(super) fn open(ledger: &Path) -> Self {
        let dir = ledger.join("statements");
        let folders = fs::read_dir(&dir).into_iter().flatten().flatten();
        let read = |folder: fs::DirEntry| {
            serde_json::from_slice::<Handed>(&fs::read(folder.path().join(KEPT_FILE)).ok()?).ok()
        };
        let waiting = folders.filter_map(read).filter(|handed| handed.entry.is_none());
        let waiting: BTreeMap<_, _> = waiting.map(|handed| (handed.hash.clone(), handed)).collect();
        let looked = waiting.values().map(|handed| handed.size).min();
        Self { dir, waiting, looked: looked.unwrap_or_default() }
    }

    /// Where the bytes of one are.
    pub(super) fn file(&self, handed: &Handed) -> PathBuf {
        self.dir.join(&handed.hash).join(STATEMENT_FILE)
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
        if self.waiting.len() >= MOST_WAITING {
            return Err(NotTaken::Later("too many statements of this ledger wait".to_owned()));
        }
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

    /// Looks for them among the entries that are new.
    pub(super) fn look(&mut self, followed: &Followed) -> Result<(), SourceError> {
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
                self.keep(&Handed { entry: Some(index), ..handed }, None)?;
            }
        }
        self.looked = size;
        Ok(())
    }

    /// Hands the next one that no desk has answered to this desk; one a round, for a desk may be slow.
    pub(super) fn forward(&mut self, desk: &str) -> Result<(), SourceError> {
        let Some(mut next) = self.waiting.values().find(|handed| handed.desk.is_none()).cloned() else { return Ok(()) };
        let bytes = fs::read(self.file(&next)).map_err(|error| SourceError(error.to_string()))?;
        let answer = Remote::new(desk).submit(&bytes, With::default())?;
        let said = String::from_utf8_lossy(&answer.body);
        let said: String = said.chars().take(MOST_ANSWER).collect();
        next.desk = Some(match answer.status {
            // A receipt; the entry is found where it stands.
            200 | 202 => format!("status {}", answer.status),
            status => format!("status {status}: {}", said.trim()),
        });
        self.keep(&next, None)?;
        self.waiting.insert(next.hash.clone(), next);
        Ok(())
    }

    /// Those that should have been recorded by now, the oldest first.
    pub(super) fn withheld(&self, at: Timestamp, after_s: u64) -> Vec<Handed> {
        let mut withheld: Vec<Handed> =
            self.waiting.values().filter(|handed| handed.is_over(at, after_s)).cloned().collect();
        withheld.sort_by(|one, other| one.received_at.cmp(&other.received_at));
        withheld
    }
}
