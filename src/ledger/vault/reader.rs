//! Who may read the vault: offices that the profile names, proved by a key that is in force.

use crate::grants::signer::SignerId;
use crate::grants::state::State;
use crate::grants::time::Timestamp;
use crate::tlog::note::NoteSigner;

/// Why somebody may not read the vault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAReader {
    /// The profile names nobody.
    #[error(
        "the ledger's profile names no office that may read the vault, so nobody may: amend the profile's vault_readers"
    )]
    NobodyMay,
    /// The key is not on the ledger, revoked, or out of its period.
    #[error("{0}")]
    NotInForce(String),
    /// The key file holds another key than the ledger knows under this name.
    #[error("the key {0} is not the one that the ledger knows by this name: name the key file of the office")]
    OtherKey(SignerId),
    /// The key is not an office's.
    #[error("the key {0} is not the key of an office: only offices that the profile names read the vault")]
    NoOffice(SignerId),
    /// The office is not among those that may.
    #[error("the office {office} may not read the vault; these may: {may}")]
    OtherOffice {
        /// Which office asked.
        office: String,
        /// Which may, separated by commas.
        may: String,
    },
}

/// An office that may read the vault, proved by its key. Nothing but [`VaultReader::prove`] and a signed
/// [`Request`](super::Request) make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultReader {
    office: String,
    key: SignerId,
}

/// The codes of the offices that may read the vault under the profile in force. Rule set 0 names none.
#[must_use]
pub fn readers_of(state: &State) -> Vec<String> {
    state.vault_readers()
}

/// The code of the office that this key is of, if it may read the vault at `now`. Says nothing of who has the key.
///
/// # Errors
/// [`NotAReader`].
pub fn office_of(state: &State, key: &SignerId, now: Timestamp, may: &[String]) -> Result<String, NotAReader> {
    if may.is_empty() {
        return Err(NotAReader::NobodyMay);
    }
    let today = state.local_date(now);
    state.in_force(key, today).map_err(|refusal| NotAReader::NotInForce(refusal.sentence.to_string()))?;
    let office = state.office_of_key(key).ok_or_else(|| NotAReader::NoOffice(key.clone()))?;
    if !may.iter().any(|code| code == office) {
        return Err(NotAReader::OtherOffice { office: office.to_owned(), may: may.join(", ") });
    }
    Ok(office.to_owned())
}

impl VaultReader {
    /// Proves an office by its key: whoever holds `signer` holds the private key. It must be in force at `now`, and its
    /// office among those that may read (see [`readers_of`]).
    ///
    /// # Errors
    /// [`NotAReader`].
    pub fn prove(state: &State, signer: &NoteSigner, now: Timestamp, may: &[String]) -> Result<Self, NotAReader> {
        let vkey = signer.verifier();
        let id = SignerId::parse(&format!("{}+{}", vkey.name(), vkey.key_id()));
        let id = id.ok_or_else(|| NotAReader::NotInForce(format!("The key {vkey} has a name that no ledger knows")))?;
        let office = office_of(state, &id, now, may)?;
        if state.vkey_of(&id) == Some(&vkey.to_string()) {
            Ok(Self::proved(office, id))
        } else {
            Err(NotAReader::OtherKey(id))
        }
    }

    /// For who has seen that the key's holder asks, and that [`office_of`] names this office.
    pub(super) fn proved(office: String, key: SignerId) -> Self {
        Self { office, key }
    }

    /// The code of the office.
    #[must_use]
    pub fn office(&self) -> &str {
        &self.office
    }

    /// The key that proved it.
    #[must_use]
    pub fn key(&self) -> &SignerId {
        &self.key
    }
}
