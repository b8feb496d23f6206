//! Cosignatures: a witness's word that it saw a log grow to a checkpoint (C2SP tlog-cosignature v1.0.1, the form
//! cosignature/v1).
//!
//! A cosignature is a signature line on a [checkpoint](super::checkpoint), by a key of type 0x04. After the key id
//! come 8 bytes of time, big-endian seconds since 1970, and 64 bytes of Ed25519 signature over:
//!
//! ```text
//! cosignature/v1
//! time 1700000000
//! log.example/grants
//! 5
//! SkdMIOyAeX9yrF2cHgAvanaCVn42erTcmDtM0D2XeBE=
//! ```
//!
//! that is, two lines and then the checkpoint's whole text. It says: as of this time, this is the largest tree of this
//! log that the witness has seen, and it grew from all that it saw before.

use super::checkpoint::Checkpoint;
use super::ed25519::{SignatureError, SigningKey};
use super::note::{Algorithm, KeyId, Note, NoteSignature, VerifierKey, VerifierKeyError};

/// The latest time there is: 2^63-1 seconds (C2SP tlog-cosignature, Format).
const MAX_TIME_S: u64 = i64::MAX as u64;

/// What a cosignature line says: the time and the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cosignature {
    /// Seconds since 1970-01-01T00:00:00Z, at most 2^63-1.
    pub time_s: u64,
    /// R || S.
    pub signature: [u8; 64],
}

/// Why a cosignature does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureError {
    /// No line of this name and id.
    #[error("the checkpoint has no cosignature of {name}+{key_id}; ask that witness for one")]
    Missing {
        /// The witness's name.
        name: String,
        /// The key's id.
        key_id: KeyId,
    },
    /// Not 8 bytes of time and 64 of signature, or a time over 2^63-1.
    #[error("a cosignature is 8 bytes of time (at most 2^63-1) and 64 of signature; ask the witness again")]
    Malformed,
    /// It does not hold.
    #[error("the cosignature of {name} is refused: {error}")]
    Signature {
        /// The witness's name.
        name: String,
        /// Why.
        error: SignatureError,
    },
    /// The key is a log's (0x01), not a witness's (0x04).
    #[error("the key of {name} is not a witness's, whose algorithm is 0x04; name the witness's key")]
    NotAWitnessKey {
        /// The key's name.
        name: String,
    },
    /// What should be cosigned is not a checkpoint.
    #[error("only checkpoints are cosigned; this text is not one")]
    NotACheckpoint,
}

/// A witness: a name and a private key.
#[derive(Debug, Clone)]
pub struct Cosigner {
    verifier: VerifierKey,
    key: SigningKey,
}

impl Cosignature {
    /// Reads the bytes of a signature line after the key id.
    ///
    /// # Errors
    /// [`CosignatureError::Malformed`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CosignatureError> {
        let malformed = CosignatureError::Malformed;
        let (time, signature) = bytes.split_first_chunk().ok_or(malformed.clone())?;
        let signature = signature.try_into().map_err(|_| malformed.clone())?;
        match u64::from_be_bytes(*time) {
            time_s @ 0..=MAX_TIME_S => Ok(Cosignature { time_s, signature }),
            _ => Err(malformed),
        }
    }

    /// Its 72 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.time_s.to_be_bytes()[..], &self.signature].concat()
    }
}

/// The cosignature of `key` on a checkpoint. Every line of that key must hold; the earliest is given.
///
/// # Errors
/// [`CosignatureError`].
pub fn verify(note: &Note, key: &VerifierKey) -> Result<Cosignature, CosignatureError> {
    let mut earliest: Option<Cosignature> = None;
    for line in key.lines_of(note) {
        let cosignature = verify_line(&note.text, line, key)?;
        if earliest.is_none_or(|earliest| cosignature.time_s < earliest.time_s) {
            earliest = Some(cosignature);
        }
    }
    earliest.ok_or_else(|| missing(key))
}

/// The cosignature in one line over a checkpoint's text, as a witness answers it.
///
/// # Errors
/// [`CosignatureError`]; [`CosignatureError::Missing`] when the line is another key's.
pub fn verify_line(
    checkpoint_text: &str,
    line: &NoteSignature,
    key: &VerifierKey,
) -> Result<Cosignature, CosignatureError> {
    if key.algorithm() != Algorithm::CosignatureV1 {
        return Err(CosignatureError::NotAWitnessKey { name: key.name().to_owned() });
    }
    if line.name != key.name() || line.key_id != key.key_id() {
        return Err(missing(key));
    }
    let cosignature = Cosignature::from_bytes(&line.bytes)?;
    let message = message(checkpoint_text, cosignature.time_s);
    match key.public().verify(message.as_bytes(), &cosignature.signature) {
        Ok(()) => Ok(cosignature),
        Err(error) => Err(CosignatureError::Signature { name: key.name().to_owned(), error }),
    }
}

/// Whether a library without the cofactor takes every line of this key too. False of a note that [`verify`] takes is a
/// reason to warn, not to refuse.
pub fn is_cofactorless(note: &Note, key: &VerifierKey) -> bool {
    key.lines_of(note).all(|line| {
        Cosignature::from_bytes(&line.bytes).is_ok_and(|cosignature| {
            let message = message(&note.text, cosignature.time_s);
            key.public().is_cofactorless(message.as_bytes(), &cosignature.signature)
        })
    })
}

fn missing(key: &VerifierKey) -> CosignatureError {
    CosignatureError::Missing { name: key.name().to_owned(), key_id: key.key_id() }
}

/// What is signed.
fn message(checkpoint_text: &str, time_s: u64) -> String {
    format!("cosignature/v1\ntime {time_s}\n{checkpoint_text}")
}

impl Cosigner {
    /// A witness.
    ///
    /// # Errors
    /// [`VerifierKeyError::Name`].
    pub fn new(name: &str, key: SigningKey) -> Result<Self, VerifierKeyError> {
        let verifier = VerifierKey::new(name, Algorithm::CosignatureV1, key.public())?;
        Ok(Cosigner { verifier, key })
    }

    /// The verifier key (0x04).
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The cosignature line over a checkpoint's text. The caller has checked the log's signature and that the tree
    /// grew from the last one cosigned.
    ///
    /// # Errors
    /// [`CosignatureError::NotACheckpoint`], [`CosignatureError::Malformed`] for a time over 2^63-1.
    pub fn cosign(&self, checkpoint_text: &str, time_s: u64) -> Result<NoteSignature, CosignatureError> {
        if Checkpoint::parse_extended(checkpoint_text).is_err() {
            return Err(CosignatureError::NotACheckpoint);
        }
        if time_s > MAX_TIME_S {
            return Err(CosignatureError::Malformed);
        }
        let signature = self.key.sign(message(checkpoint_text, time_s).as_bytes());
        Ok(NoteSignature {
            name: self.verifier.name().to_owned(),
            key_id: self.verifier.key_id(),
            bytes: Cosignature { time_s, signature }.to_bytes(),
        })
    }
}
