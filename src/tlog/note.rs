//! Signed notes: a text with its signatures, as one text file (C2SP signed-note v1.0.0).
//!
//! ```text
//! log.example/grants
//! 5
//! SkdMIOyAeX9yrF2cHgAvanaCVn42erTcmDtM0D2XeBE=
//!
//! — log.example/grants 5NMtFWxsF/Hb8TVUAxoR7bnHLGupX7My9LewEJL8YqpwRTXR8iO/CRhATfeA9D7J/KjWIdP3VcWVERsoSdXiKd0edQE=
//! ```
//!
//! The text ends in a newline and may have empty lines; the last empty line of the file parts it from the
//! signature lines. A line is an em dash, a space, the key's name, a space, and the base64 of key id and signature.
//! The key id tells keys of one name apart, and what a key is used for:
//!
//! ```text
//! key id       = SHA-256(name || 0x0A || type || public key)[:4]
//! verifier key = <name>+<8 hex digits of the key id>+<base64(type || public key)>
//!                log.example/grants+e4d32d15+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4
//! ```
//!
//! Whoever verifies ignores lines of keys it does not know. A line with a known name and id must hold, or the note is
//! refused.
//!
//! One value has one spelling: what [`Note::parse`] takes, it prints back byte for byte. So base64 is padded with
//! zero trailing bits, newline is the only control character, and there is nothing before, between or after.
//!
//! ```
//! use hibah::tlog::ed25519::SigningKey;
//! use hibah::tlog::note::{Note, NoteSigner};
//!
//! let signer = NoteSigner::new("log.example/grants", SigningKey::from_seed(std::array::from_fn(|i| i as u8)))?;
//! let mut note = Note::draft("a text of one line\n")?;
//! note.signatures.push(signer.sign(&note.text)?);
//! let read = Note::parse(note.to_string().as_bytes())?;
//! signer.verifier().verify(&read)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use smallvec::SmallVec;

use super::ed25519::{KeyError, PublicKey, SignatureError, SigningKey};
use super::hash::sha256_parts;

/// What a signature line begins with: em dash and space.
const LINE_START: &str = "\u{2014} ";

/// Bytes of the largest note that is read.
pub const MAX_NOTE_BYTES: usize = 1_000_000;
/// Base64 of a key id and the longest signature of a known algorithm.
const USUAL_BLOB: usize = 104;
/// Bytes that are looked through together.
const BLOCK: usize = 256;
/// Signature lines of the largest note that is read.
pub const MAX_SIGNATURES: usize = 100;

/// First bytes of a hash over name, algorithm and key: tells keys of one name apart. Displayed as 8 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

/// What a key signs, and how (the "signature type" of C2SP signed-note).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// 0x01: Ed25519 over the note's text.
    Ed25519,
    /// 0x04: cosignature/v1, Ed25519 over a time and the text (C2SP tlog-cosignature).
    CosignatureV1,
}

/// A text and its signature lines. Displayed as the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Ends in a newline.
    pub text: String,
    /// In the order of the note.
    pub signatures: Vec<NoteSignature>,
}

/// One signature line: `— <name> <base64(key id || bytes)>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// The key's name.
    pub name: String,
    /// The key's id.
    pub key_id: KeyId,
    /// The signature; 64 bytes under [`Algorithm::Ed25519`], 72 under [`Algorithm::CosignatureV1`].
    pub bytes: Vec<u8>,
}

/// Why bytes are not a note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Over [`MAX_NOTE_BYTES`].
    #[error("the note is over 1,000,000 bytes, more than any note of a log has; fetch it again")]
    TooLarge,
    /// Not UTF-8.
    #[error("the note is not UTF-8; fetch it again, byte for byte")]
    NotUtf8,
    /// A character below U+0020 other than newline.
    #[error("the note has the control character U+{code:04X}; lines end in a newline alone, so remove it")]
    ControlCharacter {
        /// Its code point.
        code: u32,
    },
    /// No empty line between text and signatures, or no text before it.
    #[error("the note has no empty line between a text and its signatures; get the whole file")]
    NoSeparator,
    /// No signature line.
    #[error("the note has no signature line after its last empty line; sign it first")]
    NoSignature,
    /// Over [`MAX_SIGNATURES`].
    #[error("the note has more than 100 signature lines; remove those nobody asks for")]
    TooManySignatures,
    /// The line is not `— <name> <base64>` with a newline.
    #[error(
        "signature line {line} of the note is not `— <key name> <padded base64>` and a newline; get the signed original"
    )]
    BadSignatureLine {
        /// Which line, from 1.
        line: usize,
    },
    /// The text does not end in a newline.
    #[error("the text of a note ends in a newline; add it")]
    NoFinalNewline,
    /// The text begins with `cosignature/`, which would make the signature one of a witness.
    #[error("a text that begins with `cosignature/` is not signed: the signature could pass for a witness's")]
    CosignaturePrefix,
}

/// Why a key name or a verifier key is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifierKeyError {
    /// Empty, or with a space, a plus or a control character.
    #[error("a key name is not empty and has no space, plus or control character; choose another")]
    Name,
    /// Not `<name>+<8 hex>+<base64>`.
    #[error("a verifier key looks like <name>+<8 hex digits>+<base64>; copy it again from its source")]
    Shape,
    /// An algorithm that is not 0x01 or 0x04.
    #[error("the verifier key has the algorithm {0:#04x}; only 0x01 and 0x04 (Ed25519) are known")]
    Algorithm(u8),
    /// The id is not that of name and key.
    #[error(
        "the verifier key's id {written} is not the id {computed} of its name and key; copy it again from its source"
    )]
    IdDiffers {
        /// As written.
        written: KeyId,
        /// As computed.
        computed: KeyId,
    },
    /// The public key is refused.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Why a note does not verify under a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// No line of this name and id.
    #[error("the note has no signature of {name}+{key_id}; check that this is the right key")]
    Missing {
        /// The key's name.
        name: String,
        /// The key's id.
        key_id: KeyId,
    },
    /// A line of this name and id that is not of the algorithm's length.
    #[error("the signature of {name} has {got} bytes where {expected} belong; get the signed original")]
    Length {
        /// The key's name.
        name: String,
        /// What belongs there.
        expected: usize,
        /// What is there.
        got: usize,
    },
    /// A line of this name and id whose signature does not hold.
    #[error("the signature of {name} is refused: {error}")]
    Signature {
        /// The key's name.
        name: String,
        /// Why.
        error: SignatureError,
    },
    /// A cosignature key, whose lines [`super::cosignature::verify`] reads.
    #[error("{name} is a witness's key, which signs no notes of its own; name the log's key")]
    NotANoteKey {
        /// The key's name.
        name: String,
    },
}

/// A key to verify notes with: name, id, algorithm and admitted public key.
/// Displayed as `<name>+<8 hex>+<base64(type || key)>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerifierKey {
    name: String,
    key_id: KeyId,
    algorithm: Algorithm,
    public: PublicKey,
}

/// A name and a private key that sign notes under [`Algorithm::Ed25519`].
#[derive(Debug, Clone)]
pub struct NoteSigner {
    verifier: VerifierKey,
    key: SigningKey,
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl KeyId {
    /// Reads exactly 8 lowercase hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut id = [0; 4];
        hex::decode_to_slice(text, &mut id).ok()?;
        let id = KeyId(id);
        // The library takes upper case too; an id has one spelling.
        (id.to_string() == text).then_some(id)
    }
}

impl Algorithm {
    /// Its byte in key ids and verifier keys.
    pub const fn byte(self) -> u8 {
        match self {
            Algorithm::Ed25519 => 0x01,
            Algorithm::CosignatureV1 => 0x04,
        }
    }

    /// The algorithm of a byte.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Algorithm::Ed25519),
            0x04 => Some(Algorithm::CosignatureV1),
            _ => None,
        }
    }
}

impl Note {
    /// An unsigned draft of `text`.
    ///
    /// # Errors
    /// [`NoteError`]: no final newline, a control character.
    pub fn draft(text: &str) -> Result<Self, NoteError> {
        check_text(text)?;
        Ok(Note { text: text.to_owned(), signatures: Vec::new() })
    }

    /// Reads a note of at least one signature line. It is not verified.
    ///
    /// # Errors
    /// [`NoteError`] for all bytes that [`Display`](fmt::Display) would not print.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        let note = Note::parse_draft(bytes)?;
        if note.signatures.is_empty() { Err(NoteError::NoSignature) } else { Ok(note) }
    }

    /// Reads a note that may still lack signatures: the text, an empty line, and as many lines as there are.
    ///
    /// # Errors
    /// As [`Note::parse`], but for [`NoteError::NoSignature`].
    pub fn parse_draft(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLarge);
        }
        let parts = NoteParts::split(std::str::from_utf8(bytes).map_err(|_| NoteError::NotUtf8)?)?;
        let signatures = parts.lines().map(|line| line.map(SignatureLine::into_owned)).collect::<Result<_, _>>()?;
        Ok(Note { text: parts.text.to_owned(), signatures })
    }
}

/// A note where it stands.
#[derive(Debug, Clone, Copy)]
pub struct NoteParts<'n> {
    /// Ends in a newline.
    pub text: &'n str,
    lines: &'n str,
}

/// One signature line where it stands.
#[derive(Debug, Clone)]
pub struct SignatureLine<'n> {
    /// The key's name.
    pub name: &'n str,
    /// The key's id.
    pub key_id: KeyId,
    /// The signature, which takes no allocation under an [`Algorithm`] that is known.
    pub bytes: SmallVec<[u8; 72]>,
}

impl<'n> NoteParts<'n> {
    /// Splits a note that may still lack signatures.
    ///
    /// # Errors
    /// [`NoteError`], but for what [`lines`](Self::lines) tells.
    pub fn split(file: &'n str) -> Result<Self, NoteError> {
        if file.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLarge);
        }
        check_characters(file)?;
        let newlines = |pair: &[u8]| pair == b"\n\n";
        let separator = file.as_bytes().windows(2).rposition(newlines).ok_or(NoteError::NoSeparator)?;
        Ok(NoteParts { text: &file[..separator + 1], lines: &file[separator + 2..] })
    }

    /// The signature lines, in order.
    ///
    /// # Errors
    /// [`NoteError::TooManySignatures`] and [`NoteError::BadSignatureLine`].
    pub fn lines(self) -> impl Iterator<Item = Result<SignatureLine<'n>, NoteError>> {
        self.lines.split_inclusive('\n').enumerate().map(|(position, line)| {
            if position == MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            let line = line.strip_suffix('\n').and_then(SignatureLine::parse);
            line.ok_or(NoteError::BadSignatureLine { line: position + 1 })
        })
    }
}

impl<'n> SignatureLine<'n> {
    /// Reads one signature line, without its newline.
    pub fn parse(line: &'n str) -> Option<Self> {
        let (name, blob) = line.strip_prefix(LINE_START)?.split_once(' ')?;
        // Room for the key's id and 72 bytes, and for what the library asks beyond.
        let mut few;
        let many;
        let blob = if blob.len() <= USUAL_BLOB {
            few = [0; 80];
            let len = STANDARD.decode_slice(blob, &mut few).ok()?;
            &few[..len]
        } else {
            many = STANDARD.decode(blob).ok()?;
            &many[..]
        };
        let (key_id, bytes) = blob.split_first_chunk()?;
        (is_key_name(name) && !bytes.is_empty()).then(|| SignatureLine {
            name,
            key_id: KeyId(*key_id),
            bytes: SmallVec::from_slice(bytes),
        })
    }

    /// The same on its own.
    pub fn into_owned(self) -> NoteSignature {
        NoteSignature { name: self.name.to_owned(), key_id: self.key_id, bytes: self.bytes.into_vec() }
    }
}

/// Whether this is the text of a note: no control character but newline, and a newline at its end.
fn check_text(text: &str) -> Result<(), NoteError> {
    check_characters(text)?;
    if text.ends_with('\n') { Ok(()) } else { Err(NoteError::NoFinalNewline) }
}

fn check_characters(text: &str) -> Result<(), NoteError> {
    // In UTF-8 a byte below 0x20 is that character, never a part of another.
    let is_control = |byte: &u8| *byte < b' ' && *byte != b'\n';
    // A block without a branch in it: that is many bytes in one step.
    let none = |block: &[u8]| !block.iter().fold(false, |any, byte| any | is_control(byte));
    if text.as_bytes().chunks(BLOCK).all(none) {
        return Ok(());
    }
    match text.bytes().find(is_control) {
        Some(control) => Err(NoteError::ControlCharacter { code: u32::from(control) }),
        None => Ok(()),
    }
}

/// Whether this is a key name: not empty, no Unicode space, no plus, no control character.
fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c < ' ')
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            writeln!(f, "{signature}")?;
        }
        Ok(())
    }
}

impl fmt::Display for NoteSignature {
    /// The line without its newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blob = STANDARD.encode([&self.key_id.0[..], &self.bytes].concat());
        write!(f, "{LINE_START}{} {blob}", self.name)
    }
}

impl NoteSignature {
    /// Reads one signature line, without its newline.
    pub fn parse(line: &str) -> Option<Self> {
        SignatureLine::parse(line).map(SignatureLine::into_owned)
    }
}

impl VerifierKey {
    /// The verifier key of a name and a public key.
    ///
    /// # Errors
    /// [`VerifierKeyError::Name`].
    pub fn new(name: &str, algorithm: Algorithm, public: PublicKey) -> Result<Self, VerifierKeyError> {
        if !is_key_name(name) {
            return Err(VerifierKeyError::Name);
        }
        let hash = sha256_parts(&[name.as_bytes(), b"\n", &[algorithm.byte()], public.as_bytes()]);
        let [a, b, c, d, ..] = *hash.as_bytes();
        Ok(VerifierKey { name: name.to_owned(), key_id: KeyId([a, b, c, d]), algorithm, public })
    }

    /// The Ed25519 key under this name, where that gives it this id.
    #[must_use]
    pub fn with_id(name: &str, key_id: [u8; 4], public: PublicKey) -> Option<Self> {
        Self::new(name, Algorithm::Ed25519, public).ok().filter(|key| key.key_id == KeyId(key_id))
    }

    /// Reads `<name>+<8 hex>+<base64(type || key)>`.
    ///
    /// # Errors
    /// [`VerifierKeyError`].
    pub fn parse(text: &str) -> Result<Self, VerifierKeyError> {
        // Base64 may have a plus, a name may not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(blob)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VerifierKeyError::Shape);
        };
        let written = KeyId::from_hex(id).ok_or(VerifierKeyError::Shape)?;
        let blob = STANDARD.decode(blob).map_err(|_| VerifierKeyError::Shape)?;
        let (type_byte, key) = blob.split_first().ok_or(VerifierKeyError::Shape)?;
        let algorithm = Algorithm::from_byte(*type_byte).ok_or(VerifierKeyError::Algorithm(*type_byte))?;
        let key = key.try_into().map_err(|_| VerifierKeyError::Shape)?;
        let key = VerifierKey::new(name, algorithm, PublicKey::from_bytes(key)?)?;
        if key.key_id != written {
            return Err(VerifierKeyError::IdDiffers { written, computed: key.key_id });
        }
        Ok(key)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id.
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// The algorithm.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public key.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Checks every line of this key's name and id; lines of other keys are ignored.
    ///
    /// # Errors
    /// [`VerifyError`]: no such line, or one that does not hold.
    pub fn verify(&self, note: &Note) -> Result<(), VerifyError> {
        if self.algorithm != Algorithm::Ed25519 {
            return Err(VerifyError::NotANoteKey { name: self.name.clone() });
        }
        let mut found = false;
        for line in self.lines_of(note) {
            let signature = line.bytes.as_slice().try_into().map_err(|_| VerifyError::Length {
                name: self.name.clone(),
                expected: 64,
                got: line.bytes.len(),
            })?;
            self.public
                .verify(note.text.as_bytes(), signature)
                .map_err(|error| VerifyError::Signature { name: self.name.clone(), error })?;
            found = true;
        }
        if found { Ok(()) } else { Err(VerifyError::Missing { name: self.name.clone(), key_id: self.key_id }) }
    }

    /// Whether a library without the cofactor takes every line of this key too. False of a note that
    /// [`verify`](Self::verify) takes is a reason to warn, not to refuse.
    pub fn is_cofactorless(&self, note: &Note) -> bool {
        self.lines_of(note).all(|line| {
            let signature = line.bytes.as_slice().try_into();
            signature.is_ok_and(|signature| self.public.is_cofactorless(note.text.as_bytes(), signature))
        })
    }

    /// The lines of this key's name and id.
    pub(super) fn lines_of<'n>(&self, note: &'n Note) -> impl Iterator<Item = &'n NoteSignature> {
        note.signatures.iter().filter(|line| line.key_id == self.key_id && line.name == self.name)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let blob = STANDARD.encode([&[self.algorithm.byte()], &self.public.as_bytes()[..]].concat());
        write!(f, "{}+{}+{blob}", self.name, self.key_id)
    }
}

impl NoteSigner {
    /// A signer.
    ///
    /// # Errors
    /// [`VerifierKeyError::Name`].
    pub fn new(name: &str, key: SigningKey) -> Result<Self, VerifierKeyError> {
        let verifier = VerifierKey::new(name, Algorithm::Ed25519, key.public())?;
        Ok(NoteSigner { verifier, key })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.verifier.name
    }

    /// The signing key, for key files.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The verifier key.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The signature line over `text`.
    ///
    /// # Errors
    /// [`NoteError`]: not a note's text.
    pub fn sign(&self, text: &str) -> Result<NoteSignature, NoteError> {
        check_text(text)?;
        if text.starts_with("cosignature/") {
            return Err(NoteError::CosignaturePrefix);
        }
        Ok(NoteSignature {
            name: self.verifier.name.clone(),
            key_id: self.verifier.key_id,
            bytes: self.key.sign(text.as_bytes()).to_vec(),
        })
    }
}
