//! Checkpoints: a log's signed word on its size and root (C2SP tlog-checkpoint v1.0.0).
//!
//! ```text
//! log.example/grants                                 the origin: which log
//! 5                                                  the number of leaves
//! SkdMIOyAeX9yrF2cHgAvanaCVn42erTcmDtM0D2XeBE=       the root of the tree of these leaves
//!
//! — log.example/grants 5NMtFWxsF/Hb8TVUAxoR7bnHLGupX7My9LewEJL8YqpwRTXR8iO/CRhATfeA9D7J/KjWIdP3VcWVERsoSdXiKd0edQE=
//! — witness.example/w1 IDJKvgAAAABlU/EALIrN6larUUDqzE0lKrhxj9f88HAe5fbPkxjDCzbRUSwyx/k2q3MLrcL/FZ2IfeemZCVgIgyf1exGS2gUAYf5Aw==
//! ```
//!
//! (The remarks are not part of it.) It is a [signed note](super::note) whose first signature is the log's, under a key
//! named as the origin; witnesses add [cosignatures](super::cosignature). Lines of the text after the third are
//! extensions: other logs may have them, ours does not.

use std::fmt;

use super::cosignature::Cosignature;
use super::decimal::parse_decimal;
use super::hash::Hash;
use super::note::{MAX_SIGNATURES, Note, NoteError, NoteSignature, NoteSigner, VerifierKey, VerifyError};

/// A tree head: which log, how many leaves, which root. Displayed as the text of its note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's identity.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// The root of the tree of that size.
    pub root: Hash,
}

/// A checkpoint whose log signature holds, with the note it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    extensions: Vec<String>,
    note: Note,
}

/// Why a checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text is not origin, size and root.
    #[error("line {line} of the checkpoint is wrong; its lines are origin, size (decimal) and root (base64)")]
    Text {
        /// Which line, from 1.
        line: usize,
    },
    /// Lines after the third, where none may be.
    #[error("the checkpoint has lines after the root, which our ledgers never write; do not trust it")]
    Extensions,
    /// The log's signature is missing or wrong.
    #[error(transparent)]
    Signature(#[from] VerifyError),
    /// The key is named otherwise than the origin.
    #[error("the checkpoint is of {origin}, the key is of {key}; name the key of that log")]
    OriginDiffers {
        /// The checkpoint's origin.
        origin: String,
        /// The key's name.
        key: String,
    },
    /// A line under the log's own name, or of another length than a cosignature's.
    #[error("this is no witness's line (72 bytes, under a name other than the log's); only those can be added")]
    NotACosignature,
}

impl Checkpoint {
    /// Reads the text of a checkpoint without extension lines.
    ///
    /// # Errors
    /// [`CheckpointError::Text`], [`CheckpointError::Extensions`].
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        match Checkpoint::parse_extended(text)? {
            (checkpoint, extensions) if extensions.is_empty() => Ok(checkpoint),
            _ => Err(CheckpointError::Extensions),
        }
    }

    /// Reads the text of any log's checkpoint: the checkpoint and its extension lines.
    ///
    /// # Errors
    /// [`CheckpointError::Text`].
    pub fn parse_extended(text: &str) -> Result<(Self, Vec<String>), CheckpointError> {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let line = |number: usize| {
            let line = lines.get(number - 1).and_then(|line| line.strip_suffix('\n'));
            line.filter(|line| !line.is_empty()).ok_or(CheckpointError::Text { line: number })
        };
        let origin = line(1)?.to_owned();
        let size = parse_decimal(line(2)?).ok_or(CheckpointError::Text { line: 2 })?;
        let root = Hash::from_base64(line(3)?).map_err(|_| CheckpointError::Text { line: 3 })?;
        let extensions = (4..=lines.len()).map(|number| line(number).map(str::to_owned)).collect::<Result<_, _>>()?;
        Ok((Checkpoint { origin, size, root }, extensions))
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root.to_base64())
    }
}

impl SignedCheckpoint {
    /// Reads a checkpoint and verifies the log's signature. Lines of unknown keys are ignored.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn open(bytes: &[u8], key: &VerifierKey) -> Result<Self, CheckpointError> {
        SignedCheckpoint::open_note(Note::parse(bytes)?, key)
    }

    /// As [`open`](Self::open), of a note already read.
    ///
    /// # Errors
    /// [`CheckpointError`].
    pub fn open_note(note: Note, key: &VerifierKey) -> Result<Self, CheckpointError> {
        let (checkpoint, extensions) = Checkpoint::parse_extended(&note.text)?;
        check_name(&checkpoint, key.name())?;
        key.verify(&note)?;
        Ok(SignedCheckpoint { checkpoint, extensions, note })
    }

    /// What was signed.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Extension lines; always empty for our own ledgers.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// The note, whose printed bytes are what is served.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a witness's line, or puts it in place of that key's earlier one. Text and log signature never change.
    /// The caller has [verified](super::cosignature::verify_line) the line.
    ///
    /// # Errors
    /// [`CheckpointError::NotACosignature`], [`NoteError::TooManySignatures`].
    pub fn add_cosignature(&mut self, line: NoteSignature) -> Result<(), CheckpointError> {
        if line.name == self.checkpoint.origin || Cosignature::from_bytes(&line.bytes).is_err() {
            return Err(CheckpointError::NotACosignature);
        }
        let lines = &mut self.note.signatures;
        match lines.iter().position(|old| old.name == line.name && old.key_id == line.key_id) {
            Some(place) => lines[place] = line,
            None if lines.len() < MAX_SIGNATURES => lines.push(line),
            None => return Err(NoteError::TooManySignatures.into()),
        }
        Ok(())
    }
}

/// Signs a checkpoint as its log: a note with one line. That no other root of this size was ever signed is the
/// caller's to know. While two keys of a log overlap, the second's [`NoteSigner::sign`] line goes after this one.
///
/// # Errors
/// [`CheckpointError::OriginDiffers`], [`NoteError::CosignaturePrefix`].
pub fn sign(checkpoint: &Checkpoint, signer: &NoteSigner) -> Result<Note, CheckpointError> {
    // A key name is one line without spaces, so an origin that equals one is too.
    check_name(checkpoint, signer.name())?;
    let text = checkpoint.to_string();
    let line = signer.sign(&text)?;
    Ok(Note { text, signatures: vec![line] })
}

fn check_name(checkpoint: &Checkpoint, key: &str) -> Result<(), CheckpointError> {
    if checkpoint.origin == key {
        return Ok(());
    }
    Err(CheckpointError::OriginDiffers { origin: checkpoint.origin.clone(), key: key.to_owned() })
}
