//! Signing in without a password: a challenge that the person's own key signs, in the browser.
//!
//! A C2SP signed note of four lines. The first keeps it from being taken for a statement, whose first line is another; the
//! second makes it worthless at another ledger; the third is 32 random bytes that are used once; the fourth ends it.
//!
//! ```text
//! hibah desk login v1
//! hibah.bandung.example/ledger
//! <32 random bytes, 64 lowercase hex>
//! 2026-01-20T03:04:05.678Z
//!
//! — hibah.bandung.example/ledger/org/123 <base64(key id || signature)>
//! ```
//!
//! Before an organisation is registered, its key is named `<origin>/org/new`: whose key it is follows from the key alone.

use crate::grants::time::Timestamp;
use crate::tlog::ed25519::PublicKey;
use crate::tlog::note::{Algorithm, Note, VerifierKey};

/// The first line of every challenge of this version.
pub const VERSION_LINE: &str = "hibah desk login v1";

/// How long after it was made a challenge may be answered: enough to look for a passphrase on paper.
pub const VALID_FOR_MS: i64 = 10 * 60 * 1000;

/// What a browser is asked to sign. Whoever keeps it takes each from its place before it is checked, so that none is
/// answered twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The ledger's origin.
    pub origin: String,
    /// 32 bytes from the system's random source.
    pub nonce: [u8; 32],
    /// When it was made.
    pub made: Timestamp,
}

/// Why an answer signs nobody in, in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginError {
    /// No signed note.
    #[error("the answer is no signed note: sign in again")]
    NotANote,
    /// A note of another kind, such as a statement.
    #[error("what was signed is not a request to sign in: sign in again")]
    NotAChallenge,
    /// For another ledger.
    #[error("the answer is for another ledger: sign in at the page of this one")]
    OtherOrigin,
    /// Not the challenge that was given: made up, or used before.
    #[error("this request to sign in was used before or was never made here: sign in again")]
    OtherNonce,
    /// Its time is over, or is not the one that was given.
    #[error("the time to sign in is over: sign in again")]
    Expired,
    /// Not one signature line, or one under a name of another ledger.
    #[error("the answer must be signed by one key of this ledger: choose one signing file")]
    Signers,
    /// Of another key than the one that is known.
    #[error("another key signed than the one that is known here: choose the other signing file")]
    OtherKey,
    /// The signature does not hold.
    #[error("the signature does not hold: sign in again")]
    BadSignature,
}

impl Challenge {
    /// The text to sign, its last newline included.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{VERSION_LINE}\n{}\n{}\n{}\n", self.origin, hex::encode(self.nonce), self.made)
    }

    /// Checks the answer to this challenge, given at `now` by the holder of `public`. Answers the key under the name that
    /// it signed with.
    ///
    /// # Errors
    /// [`LoginError`]. Forms send lines that end in CR LF: they are to be mended before.
    pub fn check(&self, answer: &[u8], now: Timestamp, public: &PublicKey) -> Result<VerifierKey, LoginError> {
        let note = Note::parse(answer).map_err(|_| LoginError::NotANote)?;
        let lines: Vec<&str> = note.text.split('\n').collect();
        let [VERSION_LINE, origin, nonce, made, ""] = lines[..] else {
            return Err(LoginError::NotAChallenge);
        };
        if origin != self.origin {
            return Err(LoginError::OtherOrigin);
        }
        if nonce != hex::encode(self.nonce) {
            return Err(LoginError::OtherNonce);
        }
        let age_ms = now.ms() - self.made.ms();
        if made != self.made.to_string() || !(0..=VALID_FOR_MS).contains(&age_ms) {
            return Err(LoginError::Expired);
        }
        let [line] = &note.signatures[..] else {
            return Err(LoginError::Signers);
        };
        if !line.name.strip_prefix(&self.origin).is_some_and(|rest| rest.starts_with('/')) {
            return Err(LoginError::Signers);
        }
        let key = VerifierKey::new(&line.name, Algorithm::Ed25519, *public).map_err(|_| LoginError::Signers)?;
        if key.key_id() != line.key_id {
            return Err(LoginError::OtherKey);
        }
        key.verify(&note).map_err(|_| LoginError::BadSignature)?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::{Challenge, LoginError, VALID_FOR_MS};
    use crate::grants::time::Timestamp;
    use crate::tlog::ed25519::SigningKey;
    use crate::tlog::note::{Note, NoteSigner};

    const ORIGIN: &str = "hibah.example/ledger";
    const MADE_MS: i64 = 1_767_000_000_000;

    fn at(after_ms: i64) -> Timestamp {
        Timestamp::from_ms(MADE_MS + after_ms).expect("a time within the years that are written")
    }

    fn challenge() -> Challenge {
        Challenge { origin: ORIGIN.to_owned(), nonce: [7; 32], made: at(0) }
    }

    fn signer(name: &str, seed: u8) -> NoteSigner {
        NoteSigner::new(name, SigningKey::from_seed([seed; 32])).expect("a key's name")
    }

    fn signed(text: &str, signers: &[NoteSigner]) -> String {
        let mut note = Note::draft(text).expect("the text of a note");
        note.signatures = signers.iter().map(|signer| signer.sign(text).expect("a note's text")).collect();
        note.to_string()
    }

    /// What the ledger says of an answer after `after_ms` by somebody whose key has seed 1.
    fn told(answer: &str, after_ms: i64) -> Result<String, LoginError> {
        let known = SigningKey::from_seed([1; 32]).public();
        challenge().check(answer.as_bytes(), at(after_ms), &known).map(|key| key.name().to_owned())
    }

    #[test]
    fn an_answer_holds_for_its_challenge_alone() {
        let own = || [signer("hibah.example/ledger/org/1", 1)];
        let text = challenge().text();
        let with = |change: fn(&mut Challenge)| {
            let mut other = challenge();
            change(&mut other);
            signed(&other.text(), &own())
        };
        let statement = text.replace("hibah desk login v1", "hibah/statement/v1");
        let good = signed(&text, &own());
        let name = || Ok("hibah.example/ledger/org/1".to_owned());
        let cases = [
            (good.clone(), 0, name()),
            (good.clone(), VALID_FOR_MS, name()),
            (good.clone(), VALID_FOR_MS + 1, Err(LoginError::Expired)),
            (good.clone(), -1, Err(LoginError::Expired)),
            (
                signed(&text, &[signer("hibah.example/ledger/org/new", 1)]),
                0,
                Ok("hibah.example/ledger/org/new".to_owned()),
            ),
            (text.clone(), 0, Err(LoginError::NotANote)),
            (format!("{text}\n"), 0, Err(LoginError::NotANote)),
            (good.replace('\n', "\r\n"), 0, Err(LoginError::NotANote)),
            (signed(&statement, &own()), 0, Err(LoginError::NotAChallenge)),
            (signed(&format!("{text}more\n"), &own()), 0, Err(LoginError::NotAChallenge)),
            (with(|other| other.origin = "other.example/ledger".to_owned()), 0, Err(LoginError::OtherOrigin)),
            // Of an earlier sign-in: its nonce is not the one that is waited for.
            (with(|other| other.nonce = [6; 32]), 0, Err(LoginError::OtherNonce)),
            (with(|other| other.made = at(1)), 1, Err(LoginError::Expired)),
            (
                signed(&text, &[signer("hibah.example/ledger/org/1", 1), signer("hibah.example/ledger/org/2", 2)]),
                0,
                Err(LoginError::Signers),
            ),
            (signed(&text, &[signer("other.example/ledger/org/1", 1)]), 0, Err(LoginError::Signers)),
            (signed(&text, &[signer("hibah.example/ledgers/org/1", 1)]), 0, Err(LoginError::Signers)),
            (signed(&text, &[signer("hibah.example/ledger/org/1", 2)]), 0, Err(LoginError::OtherKey)),
            // The signature of another challenge under this text.
            (
                with(|other| other.nonce = [6; 32]).replace(&"06".repeat(32), &"07".repeat(32)),
                0,
                Err(LoginError::BadSignature),
            ),
        ];
        for (answer, after_ms, expected) in cases {
            assert_eq!(told(&answer, after_ms), expected, "{answer}");
        }
    }
}
