//! `evidence.json`: one object, printed in one way, with a digest over itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::Finding;
use crate::grants::time::Timestamp;
use crate::ledger::verify::SourceError;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::hash::{Hash, sha256};
use crate::tlog::note::{Note, VerifierKey};

/// The file's name in its folder.
pub const EVIDENCE_FILE: &str = "evidence.json";

const FORMAT: &str = "hibah/evidence/v1";

/// Evidence as it is written. What each finding needs of the fields is checked by [`Evidence::check`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    format: String,
    finding: String,
    origin: String,
    /// Verifier keys of the ledger: each checkpoint is signed by one of them.
    pub(super) keys: Vec<String>,
    /// Checkpoints that were seen.
    pub(super) seen: Vec<SeenAt>,
    /// The consistency proof from the smaller tree to the larger one, in hexadecimal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) proof: Vec<String>,
    /// The root that the larger tree had at the size of the smaller one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) root_then: Option<String>,
    /// Entries, each with its proof under one of the checkpoints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) entries: Vec<InTree>,
    /// The verifier key of the witness whose time counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) witness: Option<String>,
    /// How old a checkpoint may be, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) limit_s: Option<u64>,
    /// The entry that is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) wrong: Option<WrongEntry>,
    sha256: String,
}

/// A checkpoint, by whom it was shown, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenAt {
    /// The source: an address or a file.
    pub from: String,
    /// When the monitor saw it, by its own clock.
    pub at: String,
    /// The signed note, verbatim.
    pub checkpoint: String,
}

/// An entry and its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InTree {
    /// Which of the checkpoints, from 0.
    pub seen: usize,
    /// Its index.
    pub index: u64,
    /// Its bytes, in base64.
    pub entry: String,
    /// The inclusion proof, in hexadecimal, from the leaf's sibling up.
    pub proof: Vec<String>,
}

/// The first entry that is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrongEntry {
    /// Its index.
    pub index: u64,
    /// The code of what is wrong: `B6`, `bad-signature`.
    pub code: String,
}

impl SeenAt {
    /// A note that `from` showed at this time.
    #[must_use]
    pub fn new(from: &str, at: Timestamp, note: &Note) -> Self {
        Self { from: from.to_owned(), at: at.to_string(), checkpoint: note.to_string() }
    }

    /// The note.
    ///
    /// # Errors
    /// A sentence.
    pub fn note(&self) -> Result<(Note, Checkpoint), String> {
        let note = Note::parse(self.checkpoint.as_bytes()).map_err(|fault| fault.to_string())?;
        let checkpoint = Checkpoint::parse(&note.text).map_err(|fault| fault.to_string())?;
        Ok((note, checkpoint))
    }

    /// When.
    pub(super) fn time(&self) -> Result<Timestamp, String> {
        Timestamp::parse(&self.at).ok_or_else(|| format!("\"{}\" is no time", self.at))
    }
}

impl InTree {
    /// An entry under the checkpoint of this number.
    #[must_use]
    pub fn new(seen: usize, index: u64, entry: &[u8], proof: &[Hash]) -> Self {
        Self { seen, index, entry: STANDARD.encode(entry), proof: proof.iter().map(Hash::to_hex).collect() }
    }

    pub(super) fn bytes(&self) -> Result<Vec<u8>, String> {
        STANDARD.decode(&self.entry).map_err(|_| format!("entry {} is not base64", self.index))
    }
}

impl Evidence {
    /// Evidence about the ledger that these keys sign for, with these checkpoints.
    #[must_use]
    pub fn new(finding: Finding, origin: &str, keys: &[VerifierKey], seen: Vec<SeenAt>) -> Self {
        Self {
            format: FORMAT.to_owned(),
            finding: finding.as_str().to_owned(),
            origin: origin.to_owned(),
            keys: keys.iter().map(ToString::to_string).collect(),
            seen,
            proof: Vec::new(),
            root_then: None,
            entries: Vec::new(),
            witness: None,
            limit_s: None,
            wrong: None,
            sha256: String::new(),
        }
    }

    /// With the proof that the larger tree began with this root.
    #[must_use]
    pub fn and_proof(mut self, root_then: Hash, proof: &[Hash]) -> Self {
        self.root_then = Some(root_then.to_hex());
        self.proof = proof.iter().map(Hash::to_hex).collect();
        self
    }

    /// With entries.
    #[must_use]
    pub fn and_entries(mut self, entries: Vec<InTree>) -> Self {
        self.entries = entries;
        self
    }

    /// With the witness whose time counts.
    #[must_use]
    pub fn and_witness(mut self, witness: &VerifierKey) -> Self {
        self.witness = Some(witness.to_string());
        self
    }

    /// With how old a checkpoint may be, in seconds.
    #[must_use]
    pub fn and_limit_s(mut self, limit_s: u64) -> Self {
        self.limit_s = Some(limit_s);
        self
    }

    /// With the entry that is refused.
    #[must_use]
    pub fn and_wrong(mut self, index: u64, code: &str) -> Self {
        self.wrong = Some(WrongEntry { index, code: code.to_owned() });
        self
    }

    /// What was found.
    ///
    /// # Errors
    /// A sentence.
    pub fn finding(&self) -> Result<Finding, String> {
        Finding::named(&self.finding).ok_or_else(|| format!("\"{}\" is no finding", self.finding))
    }

    /// The ledger.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The first checkpoint.
    ///
    /// # Panics
    /// If it was made of none.
    #[must_use]
    pub fn first(&self) -> &SeenAt {
        self.seen.first().expect("evidence is made of a checkpoint")
    }

    /// When the last of its checkpoints was seen, by the monitor's clock: before that nothing was found.
    #[must_use]
    pub fn seen_at(&self) -> Option<Timestamp> {
        self.seen.iter().filter_map(|seen| seen.time().ok()).max()
    }

    /// The first entry that differs, where it is at hand.
    #[must_use]
    pub fn differs(&self) -> Option<u64> {
        self.entries.first().map(|entry| entry.index)
    }

    /// Whether the tree of files stands beside it.
    #[must_use]
    pub fn has_tree(&self) -> bool {
        self.wrong.is_some()
    }

    fn digest(&self) -> String {
        let bare = Self { sha256: String::new(), ..self.clone() };
        sha256(format!("{:#}", serde_json::json!(bare)).as_bytes()).to_hex()
    }

    /// The bytes of `evidence.json`.
    #[must_use]
    pub fn print(&self) -> String {
        let whole = Self { sha256: self.digest(), ..self.clone() };
        format!("{:#}\n", serde_json::json!(whole))
    }

    /// Reads `evidence.json`: only bytes that [`Evidence::print`] prints.
    ///
    /// # Errors
    /// A sentence about what is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, SourceError> {
        let changed =
            |what: String| SourceError(format!("this is no evidence as it was written ({what}): get it again"));
        let read: Self = serde_json::from_slice(bytes).map_err(|fault| changed(fault.to_string()))?;
        if read.format != FORMAT {
            return Err(changed(format!("its format is not {FORMAT}")));
        }
        if read.print().as_bytes() != bytes {
            return Err(changed("its bytes do not have the digest that it names".to_owned()));
        }
        Ok(read)
    }
}
