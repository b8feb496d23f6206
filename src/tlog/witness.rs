//! How a log asks a witness for its cosignature, and what the witness checks first (C2SP tlog-witness, add-checkpoint).
//!
//! The log posts the size that the witness cosigned last, a proof that the tree only grew since, and the checkpoint:
//!
//! ```text
//! old 3
//! 5Avxl/C3PRfrDIvcWGTfFHwXj/fRGcDCSSWZRK6/CoA=
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
//! The witness answers with signature lines, its
//! [cosignatures](super::cosignature), or refuses. The checks, in this order:
//!
//! | status | refusal |
//! |---|---|
//! | 400 | no such request |
//! | 404 | the witness does not know a log of that origin |
//! | 403 | no key of that log signed the checkpoint, or a line of one does not hold |
//! | 400 | the old size is above the checkpoint's |
//! | 409 | the old size is not the one cosigned last; that one is the body, in decimal and a newline |
//! | 422 | the tree did not grow from the one cosigned last: the proof does not hold, or one size has two roots |
//!
//! What was cosigned last must change only from what these checks saw, in one step: that is the witness's to keep
//! (`src/network/witness/`).

use std::fmt;

use super::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use super::cosignature::{self, Cosignature};
use super::decimal::parse_decimal;
use super::hash::{EMPTY_ROOT, Hash};
use super::merkle::{ProofError, check_consistency};
use super::note::{Note, NoteError, NoteSignature, VerifierKey, VerifyError};

/// Proof lines of the longest request.
pub const MAX_PROOF_LINES: usize = 63;
/// Bytes of the largest request that our witness reads. Ours are below 5,000, for other witnesses read 10 KiB.
pub const MAX_REQUEST_BYTES: usize = 16 * 1024;
/// Bytes of the largest answer that is read.
pub const MAX_ANSWER_BYTES: usize = 16 * 1024;
/// The media type of a size in an answer of status 409.
pub const SIZE_TYPE: &str = "text/x.tlog.size";
/// The largest size that a witness can keep.
const MAX_SIZE: u64 = i64::MAX as u64;

/// A request: cosign this checkpoint, which grew from the tree of this size. Displayed as the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the witness cosigned last.
    pub old_size: u64,
    /// The consistency proof from there, at most [`MAX_PROOF_LINES`] hashes.
    pub proof: Vec<Hash>,
    /// The checkpoint, not verified yet.
    pub checkpoint: Note,
}

/// A tree that a witness cosigned. Of a log that it never cosigned it is the empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of leaves.
    pub size: u64,
    /// The root.
    pub root: Hash,
}

/// Why a witness does not cosign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Over [`MAX_REQUEST_BYTES`].
    #[error("the request is over 16,384 bytes: send the checkpoint with its log's signature alone")]
    TooLarge,
    /// The lines before the checkpoint are wrong.
    #[error("line {line} of the request should be {expected}: see C2SP tlog-witness")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What belongs there.
        expected: &'static str,
    },
    /// What follows the empty line is no checkpoint.
    #[error("the checkpoint is refused: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// A size that no witness can keep.
    #[error("a tree of {0} leaves is larger than any: check the checkpoint")]
    Size(u64),
    /// The old size is above the checkpoint's.
    #[error("the old size {old} is above the checkpoint's, {new}: trees only grow")]
    OldAbove {
        /// The old size.
        old: u64,
        /// The checkpoint's.
        new: u64,
    },
    /// No log of this origin is known.
    #[error("this witness does not know a log named {0}: ask its operator to add it")]
    UnknownLog(String),
    /// None of the log's known keys signed.
    #[error("the checkpoint is signed by no key of that log which this witness knows: ask its operator to add the key")]
    NotSigned,
    /// The line of a known key does not hold.
    #[error("the log's signature is refused: {0}")]
    Signature(VerifyError),
    /// Another size was cosigned last.
    #[error("the size cosigned last is {0}: prove that the tree grew from there")]
    OldDiffers(u64),
    /// The tree did not grow from the one cosigned last.
    #[error("the tree did not grow from the one of {size} leaves that was cosigned last: {error}")]
    NotGrown {
        /// The size cosigned last.
        size: u64,
        /// Why.
        error: ProofError,
    },
}

impl Refusal {
    /// The HTTP status of this refusal.
    pub const fn status(&self) -> u16 {
        match self {
            Self::TooLarge => 413,
            Self::Line { .. } | Self::Checkpoint(_) | Self::Size(_) | Self::OldAbove { .. } => 400,
            Self::UnknownLog(_) => 404,
            Self::NotSigned | Self::Signature(_) => 403,
            Self::OldDiffers(_) => 409,
            Self::NotGrown { .. } => 422,
        }
    }
}

impl AddCheckpoint {
    /// Reads a request. Nothing of it is verified.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`], [`Refusal::Line`], [`Refusal::Checkpoint`] for all bytes that
    /// [`Display`](fmt::Display) would not print.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > MAX_REQUEST_BYTES {
            return Err(Refusal::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| CheckpointError::Note(NoteError::NotUtf8))?;
        // No line before the checkpoint is empty, so the first empty line parts the two.
        let (head, note) = text
            .split_once("\n\n")
            .ok_or(Refusal::Line { line: 1, expected: "followed by an empty line and a checkpoint" })?;
        let mut lines = (1..).zip(head.split('\n'));
        let old_size = lines
            .next()
            .and_then(|(_, line)| line.strip_prefix("old "))
            .and_then(parse_decimal)
            .ok_or(Refusal::Line { line: 1, expected: "`old` and a size in decimal" })?;
        let mut proof = Vec::new();
        for (line, text) in lines {
            if proof.len() == MAX_PROOF_LINES {
                return Err(Refusal::Line { line, expected: "empty: a proof has at most 63 hashes" });
            }
            let hash = Hash::from_base64(text);
            proof.push(hash.map_err(|_| Refusal::Line { line, expected: "a hash in padded base64" })?);
        }
        let checkpoint = Note::parse(note.as_bytes()).map_err(CheckpointError::Note)?;
        Ok(Self { old_size, proof, checkpoint })
    }

    /// What the checkpoint says, whoever signed it.
    ///
    /// # Errors
    /// [`Refusal::Checkpoint`], [`Refusal::Size`].
    pub fn claimed(&self) -> Result<Checkpoint, Refusal> {
        let (checkpoint, _) = Checkpoint::parse_extended(&self.checkpoint.text)?;
        if checkpoint.size > MAX_SIZE { Err(Refusal::Size(checkpoint.size)) } else { Ok(checkpoint) }
    }

    /// The checkpoint with the lines of the log's known keys, each of which holds; all other lines are left out.
    ///
    /// # Errors
    /// [`Refusal::NotSigned`], [`Refusal::Signature`], and as [`AddCheckpoint::claimed`].
    pub fn opened(&self, keys: &[VerifierKey]) -> Result<SignedCheckpoint, Refusal> {
        self.claimed()?;
        let known =
            |line: &&NoteSignature| keys.iter().any(|key| line.name == key.name() && line.key_id == key.key_id());
        let signatures = self.checkpoint.signatures.iter().filter(known).cloned().collect();
        let note = Note { text: self.checkpoint.text.clone(), signatures };
        let mut signed = Err(Refusal::NotSigned);
        for key in keys {
            match SignedCheckpoint::open_note(note.clone(), key) {
                Ok(opened) => signed = Ok(opened),
                Err(CheckpointError::Signature(VerifyError::Missing { .. })) => {}
                Err(CheckpointError::Signature(error)) => return Err(Refusal::Signature(error)),
                Err(error) => return Err(error.into()),
            }
        }
        signed
    }

    /// Whether the tree of `opened`, this request's checkpoint, grew from the one that was cosigned last.
    ///
    /// # Errors
    /// [`Refusal::OldAbove`], [`Refusal::OldDiffers`], [`Refusal::NotGrown`].
    pub fn grows(&self, opened: &Checkpoint, last: &Head) -> Result<(), Refusal> {
        if self.old_size > opened.size {
            return Err(Refusal::OldAbove { old: self.old_size, new: opened.size });
        }
        if self.old_size != last.size {
            return Err(Refusal::OldDiffers(last.size));
        }
        check_consistency(&self.proof, last.size, &last.root, opened.size, &opened.root)
            .map_err(|error| Refusal::NotGrown { size: last.size, error })
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old_size)?;
        for hash in &self.proof {
            writeln!(f, "{}", hash.to_base64())?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl Head {
    /// What every log begins with.
    pub const EMPTY: Self = Self { size: 0, root: EMPTY_ROOT };

    /// Whether the log signed two roots for one size: `signed` and this, which it signed too.
    pub fn contradicts(&self, signed: &Checkpoint) -> bool {
        self.size == signed.size && self.root != signed.root
    }
}

/// What a witness's answer says to the log that asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It cosigned: the line, and what it says.
    Cosigned(NoteSignature, Cosignature),
    /// It cosigned another size last.
    Size(u64),
    /// 409 without a size: witnesses of the first version say so of one size with two roots.
    Conflict,
    /// 422: the tree did not grow from what it cosigned last.
    NotGrown,
    /// 404, or 403: it does not know the log or its key.
    UnknownLog,
    /// 429 or 503: later.
    Later,
    /// Anything else; a sentence.
    Unclear(String),
}

/// Reads the answer to a request to cosign a checkpoint of `text`. Lines of other keys are ignored.
pub fn read_answer(status: u16, body: &[u8], text: &str, key: &VerifierKey) -> Told {
    match status {
        200 => read_lines(body, text, key),
        409 => {
            let size = std::str::from_utf8(body).ok().and_then(|body| parse_decimal(body.strip_suffix('\n')?));
            size.map_or(Told::Conflict, Told::Size)
        }
        422 => Told::NotGrown,
        // Some witnesses do not tell an unknown log from an unknown key.
        403 | 404 => Told::UnknownLog,
        429 | 503 => Told::Later,
        other => Told::Unclear(format!("it answered status {other}")),
    }
}

fn read_lines(body: &[u8], text: &str, key: &VerifierKey) -> Told {
    let unclear = |what: &str| Told::Unclear(what.to_owned());
    let Ok(body) = std::str::from_utf8(body) else { return unclear("its answer is not UTF-8") };
    let Some(body) = body.strip_suffix('\n').filter(|_| body.len() <= MAX_ANSWER_BYTES) else {
        return unclear("its answer is not lines of signatures");
    };
    let mut told = unclear("its answer has no line of its key");
    for line in body.split('\n') {
        let Some(line) = NoteSignature::parse(line) else { return unclear("its answer is not lines of signatures") };
        if line.name != key.name() || line.key_id != key.key_id() {
            continue;
        }
        told = match cosignature::verify_line(text, &line, key) {
            // A cosignature without a time says nothing of when (C2SP tlog-witness, add-checkpoint).
            Ok(cosignature) if cosignature.time_s == 0 => return unclear("its cosignature has no time"),
            Ok(cosignature) => Told::Cosigned(line, cosignature),
            Err(error) => return unclear(&error.to_string()),
        };
    }
    told
}
