//! Receipts: that an entry is in a log, checkable without a network (C2SP tlog-proof@v1, `.tlog-proof`).
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! index 2
//! ZfMWM8vTwkU45LMwecc36K5Ee/RaiJfol8s/jZqJx7w=
//! u1B3C2kWrF05ffR0UiQR7eBy7VBIs1DpZhIVQ/HePBY=
//! tf2ft2gIQUkFGruya/e0vpCF+WKkkl1Nr2/AE5+BoiA=
//!
//! log.example/grants
//! 5
//! SkdMIOyAeX9yrF2cHgAvanaCVn42erTcmDtM0D2XeBE=
//!
//! — log.example/grants 5NMtFWxsF/Hb8TVUAxoR7bnHLGupX7My9LewEJL8YqpwRTXR8iO/CRhATfeA9D7J/KjWIdP3VcWVERsoSdXiKd0edQE=
//! ```
//!
//! The lines after `index` are the inclusion proof from the leaf's sibling up. A line `extra <base64>` may stand before
//! `index`; nobody vouches for it. After the first empty line comes a [checkpoint](super::checkpoint), verbatim, with
//! whatever cosignatures it has.
//!
//! A receipt proves that the log's key committed to these bytes at this place; with cosignatures, that witnesses saw
//! that tree by that time. That the entry was allowed to be there is another question.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::checkpoint::{CheckpointError, SignedCheckpoint};
use super::decimal::parse_decimal;
use super::hash::Hash;
use super::merkle::{ProofError, check_inclusion};
use super::note::{MAX_NOTE_BYTES, Note, NoteError, VerifierKey};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// An entry's place in a log, its inclusion proof and the checkpoint. Displayed as the bytes of a `.tlog-proof` file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// The entry's index, from 0.
    pub index: u64,
    /// The inclusion proof, from the leaf's sibling up.
    pub hashes: Vec<Hash>,
    /// The checkpoint, not verified yet.
    pub checkpoint: Note,
    /// Whatever an application adds; nobody vouches for it.
    pub extra: Option<Vec<u8>>,
}

/// Why a receipt is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// The receipt is not UTF-8 or over a megabyte.
    #[error("the receipt is not a text of at most 1,000,000 bytes; name a .tlog-proof file")]
    NotText,
    /// A line is not what belongs there.
    #[error("line {line} of the receipt should be {expected}; get the receipt again")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What belongs there.
        expected: &'static str,
    },
    /// The checkpoint is not a note.
    #[error("the checkpoint of the receipt is refused: {0}")]
    Note(#[from] NoteError),
    /// The checkpoint is refused.
    #[error("the checkpoint of the receipt is refused: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The entry is not at that place of that tree.
    #[error("the receipt does not prove this entry: {0}")]
    Inclusion(#[from] ProofError),
}

impl TlogProof {
    /// Reads a receipt. It is not verified.
    ///
    /// # Errors
    /// [`TlogProofError`] for all bytes that [`Display`](fmt::Display) would not print.
    pub fn parse(bytes: &[u8]) -> Result<Self, TlogProofError> {
        let file = match std::str::from_utf8(bytes) {
            Ok(file) if file.len() <= MAX_NOTE_BYTES => file,
            _ => return Err(TlogProofError::NotText),
        };
        // No line of the head is empty, so its end is the first empty line; the checkpoint has its own later.
        let (head, checkpoint) = file
            .split_once("\n\n")
            .ok_or(TlogProofError::Line { line: 1, expected: "followed by an empty line and a checkpoint" })?;
        let mut lines = head.split('\n').zip(1..).peekable();
        if lines.next().is_none_or(|(line, _)| line != FIRST_LINE) {
            return Err(TlogProofError::Line { line: 1, expected: FIRST_LINE });
        }
        let mut extra = None;
        if let Some((text, line)) = lines.next_if(|(line, _)| line.starts_with("extra ")) {
            let expected = "`extra` and padded base64";
            let data = STANDARD.decode(&text["extra ".len()..]);
            extra = Some(data.map_err(|_| TlogProofError::Line { line, expected })?);
        }
        let (text, line) = lines.next().unwrap_or(("", 2));
        let index = text
            .strip_prefix("index ")
            .and_then(parse_decimal)
            .ok_or(TlogProofError::Line { line, expected: "`index` and a decimal number" })?;
        let hashes = lines
            .map(|(text, line)| {
                let expected = "a hash in padded base64";
                Hash::from_base64(text).map_err(|_| TlogProofError::Line { line, expected })
            })
            .collect::<Result<_, _>>()?;
        Ok(TlogProof { index, hashes, checkpoint: Note::parse(checkpoint.as_bytes())?, extra })
    }

    /// Verifies the log's signature and that the leaf is at `index` of its tree. Witnesses are [`super::policy`]'s.
    ///
    /// # Errors
    /// [`TlogProofError`].
    pub fn verify(&self, leaf: &Hash, key: &VerifierKey) -> Result<SignedCheckpoint, TlogProofError> {
        let signed = SignedCheckpoint::open_note(self.checkpoint.clone(), key)?;
        let tree = signed.checkpoint();
        check_inclusion(&self.hashes, self.index, leaf, tree.size, &tree.root)?;
        Ok(signed)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", head(self.extra.as_deref(), self.index, &self.hashes), self.checkpoint)
    }
}

/// The bytes of a `.tlog-proof` file without anything extra, for many entries under one checkpoint: its note is printed
/// once.
#[must_use]
pub fn print(index: u64, hashes: &[Hash], checkpoint: &str) -> String {
    head(None, index, hashes) + checkpoint
}

/// All before the checkpoint.
fn head(extra: Option<&[u8]>, index: u64, hashes: &[Hash]) -> String {
    const LINE: usize = 45;
    let mut head = String::with_capacity(FIRST_LINE.len() + LINE * (hashes.len() + 12));
    head.push_str(FIRST_LINE);
    if let Some(extra) = extra {
        head.push_str("\nextra ");
        STANDARD.encode_string(extra, &mut head);
    }
    head.push_str("\nindex ");
    head.push_str(&index.to_string());
    for hash in hashes {
        head.push('\n');
        STANDARD.encode_string(hash.as_bytes(), &mut head);
    }
    head.push_str("\n\n");
    head
}
