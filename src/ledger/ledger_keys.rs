//! The ledger's own keys: which must sign the checkpoint of which size, and those that the writer holds.
//!
//! Who must sign is what replay says ([`LedgerKey::signs`](crate::grants::state::LedgerKey::signs)): in an overlap every
//! key in force signs, and the note has a line of each, the oldest key's first.

use super::admission::Unsigned;
use super::store::{Signed, StoreError};
use crate::grants::state::State;
use crate::tlog::checkpoint::{self, Checkpoint};
use crate::tlog::hash::Hash;
use crate::tlog::note::{Note, NoteSigner, VerifierKey, VerifyError};

/// The keys that must sign the checkpoint of the first `size` entries of the ledger with this state.
#[must_use]
pub fn signing(state: &State, size: u64) -> Vec<VerifierKey> {
    let keys = state.ledger_keys();
    // Replay admits no key that this does not read.
    keys.iter().filter(|key| key.signs(size)).filter_map(|key| VerifierKey::parse(key.vkey.as_str()).ok()).collect()
}

/// Whether a key signed the note.
///
/// # Errors
/// When there is a line of the key that does not hold.
pub fn signed_by(note: &Note, key: &VerifierKey) -> Result<bool, VerifyError> {
    match key.verify(note) {
        Ok(()) => Ok(true),
        Err(VerifyError::Missing { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The private keys of one ledger that its writer holds: all in force, and those that a `ledger.rekeyed` will bring.
#[derive(Debug)]
pub struct LedgerKeys {
    first: NoteSigner,
    others: Vec<NoteSigner>,
}

impl From<NoteSigner> for LedgerKeys {
    fn from(first: NoteSigner) -> Self {
        Self { first, others: Vec::new() }
    }
}

impl LedgerKeys {
    /// These keys and another one.
    #[must_use]
    pub fn and(mut self, other: NoteSigner) -> Self {
        if self.find(&other.verifier().to_string()).is_none() {
            self.others.push(other);
        }
        self
    }

    /// The name of the first, which is the ledger's origin.
    pub(super) fn name(&self) -> &str {
        self.first.name()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &NoteSigner> {
        std::iter::once(&self.first).chain(&self.others)
    }

    fn find(&self, vkey: &str) -> Option<&NoteSigner> {
        self.iter().find(|signer| signer.verifier().to_string() == vkey)
    }

    pub(super) fn holds(&self, vkey: &str) -> bool {
        self.find(vkey).is_some()
    }

    /// Their verifier keys, for a sentence.
    pub(super) fn named(&self) -> String {
        let named: Vec<String> = self.iter().map(|signer| signer.verifier().to_string()).collect();
        named.join(" and ")
    }

    /// Every key has the ledger's name.
    pub(super) fn check_names(&self) -> Result<(), StoreError> {
        match self.others.iter().find(|signer| signer.name() != self.name()) {
            None => Ok(()),
            Some(other) => Err(StoreError::OtherKey {
                given: other.verifier().to_string(),
                named: format!("named {}", self.name()),
            }),
        }
    }

    /// All that must sign now are held.
    pub(super) fn check_held(&self, state: &State) -> Result<(), StoreError> {
        let named = state.ledger_vkeys();
        let Some(missing) = named.iter().find(|vkey| !self.holds(vkey)) else { return Ok(()) };
        // A key that once was this ledger's is the right key at the wrong time; any other is another ledger's.
        if state.ledger_keys().iter().any(|key| self.holds(key.vkey.as_str())) {
            return Err(StoreError::KeyMissing { vkey: (*missing).to_owned() });
        }
        Err(StoreError::OtherKey { given: self.named(), named: named.join(", ") })
    }

    /// Signs the empty tree, with the key that the founding will name.
    pub(super) fn sign_empty(&self, origin: &str, root: Hash) -> Signed {
        self.signed(origin, 0, root, &[&self.first])
    }

    /// Signs a checkpoint with every key that must.
    ///
    /// # Errors
    /// [`StoreError::KeyMissing`].
    pub(super) fn sign(&self, next: &Unsigned) -> Result<Signed, StoreError> {
        let signers = self.named_by(&next.vkeys)?;
        Ok(self.signed(self.name(), next.size, next.root, &signers))
    }

    /// A note signed before, with the lines of these keys that it lacks after those that it has; `None` when it has them
    /// all.
    ///
    /// # Errors
    /// [`StoreError::KeyMissing`], or a sentence about the line that does not hold.
    pub(super) fn complete(
        &self,
        vkeys: &[String],
        signed: &Signed,
    ) -> Result<Result<Option<Signed>, String>, StoreError> {
        let signers = self.named_by(vkeys)?;
        Ok(completed(signed, &signers))
    }

    fn named_by(&self, vkeys: &[String]) -> Result<Vec<&NoteSigner>, StoreError> {
        let held = |vkey: &String| self.find(vkey).ok_or_else(|| StoreError::KeyMissing { vkey: vkey.clone() });
        vkeys.iter().map(held).collect()
    }

    fn signed(&self, origin: &str, size: u64, root: Hash, signers: &[&NoteSigner]) -> Signed {
        let checkpoint = Checkpoint { origin: origin.to_owned(), size, root };
        let (first, others) = signers.split_first().map_or((&self.first, &[][..]), |(first, others)| (*first, others));
        // The signers' name is the origin, and an origin that founded a ledger prints as a note.
        let mut note = checkpoint::sign(&checkpoint, first).expect("a ledger key signs for its own name");
        let lines = others.iter().map(|signer| signer.sign(&note.text).expect("a text that was signed just now"));
        let lines: Vec<_> = lines.collect();
        note.signatures.extend(lines);
        Signed { size, root, note: note.to_string() }
    }
}

fn completed(signed: &Signed, signers: &[&NoteSigner]) -> Result<Option<Signed>, String> {
    let mut note = Note::parse(signed.note.as_bytes()).map_err(|fault| fault.to_string())?;
    let mut lacking = Vec::new();
    for signer in signers {
        if !signed_by(&note, signer.verifier()).map_err(|fault| fault.to_string())? {
            lacking.push(signer.sign(&note.text).map_err(|fault| fault.to_string())?);
        }
    }
    if lacking.is_empty() {
        return Ok(None);
    }
    note.signatures.extend(lacking);
    Ok(Some(Signed { note: note.to_string(), ..signed.clone() }))
}
