//! The vault's cryptography. The only file that names a library for encryption.
//!
//! From the seed in the vault's key file two keys are derived by HMAC-SHA-256: one wraps data keys, one makes the
//! tokens by which equal values are found. Each opening has a random data key of its own:
//!
//! ```text
//! sealed  = nonce || XChaCha20-Poly1305(data key, opening file, associated data)
//! wrapped = nonce || XChaCha20-Poly1305(wrapping key, data key, associated data)
//! associated data = "hibah/vault/v1\n" purpose "\n" origin "\n" about "\n" statement hash "\n" pointer
//! token = HMAC-SHA-256(token key, name "\n" value)
//! ```
//!
//! So bytes that were moved to another row, or are from another vault, do not open. Whoever destroys `wrapped` has
//! destroyed the opening. Nonces are 192 random bits, so none is ever used twice, not even after a backup was restored.

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::tlog::hash::{Hash, hmac_sha256};

const NONCE_LEN: usize = 24;
const KEY_LEN: usize = 32;

/// Why bytes could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SealError {
    /// The system gives no random numbers.
    NoRandom,
    /// Another key made them, they were altered, or they stood in another place.
    DoesNotOpen,
}

/// The place that sealed bytes are bound to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) origin: &'a str,
    pub(super) about: &'a str,
    pub(super) statement: &'a Hash,
    pub(super) pointer: &'a str,
}

impl Place<'_> {
    fn bytes(&self, purpose: &str) -> Vec<u8> {
        let Self { origin, about, statement, pointer } = self;
        format!("hibah/vault/v1\n{purpose}\n{origin}\n{about}\n{statement}\n{pointer}").into_bytes()
    }
}

/// An opening as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sealed {
    /// The data key, under the vault's key.
    pub(super) wrapped: Vec<u8>,
    /// The opening file, under the data key.
    pub(super) sealed: Vec<u8>,
}

/// The vault's keys. Wiped from memory when dropped; never shown.
#[derive(Clone)]
pub struct VaultKey {
    wrapping: Zeroizing<[u8; KEY_LEN]>,
    tokens: Zeroizing<[u8; KEY_LEN]>,
}

impl VaultKey {
    /// The keys of the seed in a key file, 32 bytes from the system's random source.
    #[must_use]
    pub fn derive(seed: &[u8; KEY_LEN]) -> Self {
        let key =
            |purpose: &str| Zeroizing::new(*hmac_sha256(seed, &[b"hibah/vault/v1\n", purpose.as_bytes()]).as_bytes());
        Self { wrapping: key("wrapping key"), tokens: key("token key") }
    }

    /// Seals `plain` for a place, under a data key that nothing else is sealed with.
    pub(super) fn seal(&self, place: &Place<'_>, plain: &[u8]) -> Result<Sealed, SealError> {
        let mut data_key = Zeroizing::new([0; KEY_LEN]);
        getrandom::fill(&mut *data_key).map_err(|_| SealError::NoRandom)?;
        Ok(Sealed {
            wrapped: encrypt(&self.wrapping, &*data_key, &place.bytes("key"))?,
            sealed: encrypt(&data_key, plain, &place.bytes("opening"))?,
        })
    }

    /// Opens what was sealed for this place.
    pub(super) fn open(&self, place: &Place<'_>, stored: &Sealed) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let data_key = decrypt(&self.wrapping, &stored.wrapped, &place.bytes("key"))?;
        let data_key = data_key.first_chunk().filter(|_| data_key.len() == KEY_LEN).ok_or(SealError::DoesNotOpen)?;
        decrypt(data_key, &stored.sealed, &place.bytes("opening"))
    }

    /// The same for equal values under one name, such as `account`; without the key it says nothing.
    pub(super) fn token(&self, name: &str, value: &str) -> Hash {
        hmac_sha256(&self.tokens, &[name.as_bytes(), b"\n", value.as_bytes()])
    }
}

impl std::fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VaultKey")
    }
}

fn encrypt(key: &[u8; KEY_LEN], plain: &[u8], aad: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(|_| SealError::NoRandom)?;
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    // The library refuses only what is longer than 256 GB.
    let text = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad }).map_err(|_| SealError::DoesNotOpen)?;
    Ok([nonce.as_slice(), &text].concat())
}

fn decrypt(key: &[u8; KEY_LEN], bytes: &[u8], aad: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (nonce, text) = bytes.split_first_chunk::<NONCE_LEN>().ok_or(SealError::DoesNotOpen)?;
    let cipher = XChaCha20Poly1305::new(&(*key).into());
    let plain = cipher.decrypt(&XNonce::from(*nonce), Payload { msg: text, aad });
    plain.map(Zeroizing::new).map_err(|_| SealError::DoesNotOpen)
}
