//! A reading that an office asks for from afar: it signs what it reads and why, and nothing else is opened by that signature.
//!
//! A C2SP signed note. Its first line is that of no statement, checkpoint, cosignature or request to sign in; the second makes it
//! worthless at another ledger; the third is 32 random bytes that are used once. Then the time, the key, the reason, and a line
//! for each value: the statement that commits to it, the commitment's place in it, and what the statement is about.
//!
//! ```text
//! hibah vault reading v1
//! hibah.bandung.example/ledger
//! <32 random bytes, 64 lowercase hex>
//! 2026-01-20T03:04:05.678Z
//! hibah.bandung.example/ledger/official/6+1a2b3c4d
//! Audit 2026
//! <statement hash, 64 lowercase hex> /body/sealed/account org/7
//!
//! — hibah.bandung.example/ledger/official/6 <base64(key id || signature)>
//! ```

use super::reader::{NotAReader, VaultReader, office_of, readers_of};
use crate::grants::signer::SignerId;
use crate::grants::state::State;
use crate::grants::time::Timestamp;
use crate::ledger::erased::is_reason;
use crate::tlog::hash::Hash;
use crate::tlog::note::{Note, VerifierKey};

/// The first line of every request of this version.
pub const REQUEST_LINE: &str = "hibah vault reading v1";

/// The most values that one signature opens.
pub const MAX_VALUES: usize = 20;

/// How long after it was made a request may be answered: enough to look for a passphrase on paper.
pub const ANSWER_WITHIN_MS: i64 = 10 * 60 * 1000;

/// One value that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What the statement is about.
    pub about: String,
    /// The statement with the commitment.
    pub statement: Hash,
    /// The commitment's place in it.
    pub pointer: String,
}

/// Why a request cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARequest {
    /// No value is named.
    #[error("no value is chosen: choose at least one")]
    Nothing,
    /// Over [`MAX_VALUES`].
    #[error("more than 20 values are chosen: read 20 at a time")]
    TooMany,
    /// The reason says nothing, or is not one line.
    #[error("the reason of a reading must be one line of 1 to 500 characters: write it out")]
    Unreasoned,
}

/// Why an answer opens nothing, in the order of the checks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotGranted {
    /// No signed note.
    #[error("the answer is no signed note: begin the reading anew")]
    NotANote,
    /// Another text was signed: other values, another reason, another ledger.
    #[error("what was signed is not what was asked: begin the reading anew")]
    OtherText,
    /// Its time is over.
    #[error("the time to sign is over: begin the reading anew")]
    Expired,
    /// The key may not read now.
    #[error(transparent)]
    NotAReader(#[from] NotAReader),
    /// Not one signature of the key that asked.
    #[error("it is not signed by the key that asked, and by it alone: choose the signing file that you signed in with")]
    OtherKey,
    /// The signature does not hold.
    #[error("the signature does not hold: begin the reading anew")]
    BadSignature,
}

/// What an office is asked to sign before it reads. Whoever keeps it takes it from its place before it is answered, so that
/// none is answered twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    origin: String,
    nonce: [u8; 32],
    made: Timestamp,
    key: SignerId,
    reason: String,
    wanted: Vec<Wanted>,
}

/// A reading that an office has signed for: these values, this reason, once. Nothing but [`Request::answered`] makes one.
#[derive(Debug)]
pub struct Granted {
    pub(super) reader: VaultReader,
    pub(super) reason: String,
    pub(super) wanted: Vec<Wanted>,
}

impl Request {
    /// Asks for values of the ledger `origin` in the name of a key; `nonce` is from the system's random source.
    ///
    /// # Errors
    /// [`NotARequest`].
    pub fn new(
        (origin, nonce, made): (&str, [u8; 32], Timestamp),
        key: SignerId,
        reason: &str,
        wanted: Vec<Wanted>,
    ) -> Result<Self, NotARequest> {
        match wanted.len() {
            0 => return Err(NotARequest::Nothing),
            1..=MAX_VALUES => {}
            _ => return Err(NotARequest::TooMany),
        }
        if !is_reason(reason) {
            return Err(NotARequest::Unreasoned);
        }
        Ok(Self { origin: origin.to_owned(), nonce, made, key, reason: reason.to_owned(), wanted })
    }

    /// What names it among others: its third line.
    #[must_use]
    pub fn nonce(&self) -> String {
        hex::encode(self.nonce)
    }

    /// The key that asks.
    #[must_use]
    pub fn key(&self) -> &SignerId {
        &self.key
    }

    /// When it was made.
    #[must_use]
    pub fn made(&self) -> Timestamp {
        self.made
    }

    /// Why its values are read.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The values that it asks for.
    #[must_use]
    pub fn wanted(&self) -> &[Wanted] {
        &self.wanted
    }

    /// Whether it can no longer be answered at this time.
    fn is_late(&self, now: Timestamp) -> bool {
        !(0..=ANSWER_WITHIN_MS).contains(&(now.ms() - self.made.ms()))
    }

    /// The text to sign, its last newline included.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { origin, made, key, reason, wanted, .. } = self;
        let line =
            |Wanted { about, statement, pointer }: &Wanted| format!("{} {pointer} {about}\n", statement.to_hex());
        let wanted: String = wanted.iter().map(line).collect();
        format!("{REQUEST_LINE}\n{origin}\n{}\n{made}\n{key}\n{reason}\n{wanted}", self.nonce())
    }

    /// Checks the answer, given at `now`: the key that asked has signed this very text, is in force, and its office may read
    /// under the profile in force.
    ///
    /// # Errors
    /// [`NotGranted`]. Forms send lines that end in CR LF: they are to be mended before.
    pub fn answered(self, answer: &[u8], state: &State, now: Timestamp) -> Result<Granted, NotGranted> {
        let note = Note::parse(answer).map_err(|_| NotGranted::NotANote)?;
        if note.text != self.text() {
            return Err(NotGranted::OtherText);
        }
        if self.is_late(now) {
            return Err(NotGranted::Expired);
        }
        let office = office_of(state, &self.key, now, &readers_of(state))?;
        let [line] = &note.signatures[..] else { return Err(NotGranted::OtherKey) };
        let vkey = state.vkey_of(&self.key).and_then(|vkey| VerifierKey::parse(vkey).ok());
        let vkey = vkey.filter(|vkey| vkey.name() == line.name && vkey.key_id() == line.key_id);
        vkey.ok_or(NotGranted::OtherKey)?.verify(&note).map_err(|_| NotGranted::BadSignature)?;
        Ok(Granted { reader: VaultReader::proved(office, self.key), reason: self.reason, wanted: self.wanted })
    }
}
