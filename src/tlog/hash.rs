//! SHA-256, and the two ways RFC 6962 hashes with it. The only file that names the hash library.
//!
//! A leaf and a node can never be mistaken for each other, because what is hashed starts differently
//! (RFC 6962 section 2.1):
//!
//! ```text
//! leaf hash = SHA-256(0x00 || entry)
//! node hash = SHA-256(0x01 || left || right)
//! root of the empty tree = SHA-256("")
//! ```
//!
//! Anyone can check a leaf hash with two tools that are on every machine:
//! `(printf '\0'; cat entry) | sha256sum`.
//!
//! ```
//! use hibah::tlog::hash::{leaf_hash, node_hash};
//! let left = leaf_hash(b"grant-0");
//! let right = leaf_hash(b"grant-1");
//! assert_eq!(node_hash(&left, &right).to_base64(), "u1B3C2kWrF05ffR0UiQR7eBy7VBIs1DpZhIVQ/HePBY=");
//! ```

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256, Sha512};

/// Length of a SHA-256 hash in bytes.
pub const HASH_LEN: usize = 32;

/// The root of a tree without leaves: SHA-256 of nothing (RFC 6962 section 2.1).
pub const EMPTY_ROOT: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// The value of each lowercase hex digit; 0xff of any other byte. Replay reads two hashes an entry.
const LOWER_HEX: [u8; 256] = {
    let mut values = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// A SHA-256 hash. Displayed as 64 lowercase hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; HASH_LEN]);

/// Why a text is not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HashTextError {
    /// Not exactly 64 characters of `0-9a-f`.
    #[error("a hash is written as 64 lowercase hex digits; copy it again from its source")]
    Hex,
    /// Not the padded standard base64 of exactly 32 bytes (RFC 4648 section 4).
    #[error("a hash is written as 44 characters of padded base64; copy it again from its source")]
    Base64,
}

impl Hash {
    /// The hash with these bytes.
    pub const fn from_bytes(bytes: [u8; HASH_LEN]) -> Self {
        Hash(bytes)
    }

    /// Its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; HASH_LEN] {
        &self.0
    }

    /// 64 lowercase hex digits.
    pub fn to_hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Reads exactly 64 lowercase hex digits.
    ///
    /// # Errors
    /// [`HashTextError::Hex`] for any other text; upper case too, so that a hash has one spelling.
    pub fn from_hex(text: &str) -> Result<Self, HashTextError> {
        let text: &[u8; 2 * HASH_LEN] = text.as_bytes().try_into().map_err(|_| HashTextError::Hex)?;
        let mut bytes = [0; HASH_LEN];
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            // A digit is below 16, so a set bit above says that one of the two is none.
            let (high, low) = (LOWER_HEX[usize::from(pair[0])], LOWER_HEX[usize::from(pair[1])]);
            if (high | low) > 0x0f {
                return Err(HashTextError::Hex);
            }
            *byte = high << 4 | low;
        }
        Ok(Hash(bytes))
    }

    /// 44 characters of padded standard base64.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Reads the padded standard base64 of 32 bytes, with zero trailing bits.
    ///
    /// # Errors
    /// [`HashTextError::Base64`] for any other text.
    pub fn from_base64(text: &str) -> Result<Self, HashTextError> {
        // The standard engine demands padding and zero trailing bits: one hash, one spelling.
        let bytes = STANDARD.decode(text).map_err(|_| HashTextError::Base64)?;
        bytes.try_into().map(Hash).map_err(|_| HashTextError::Base64)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

/// SHA-256 of `data`.
pub fn sha256(data: &[u8]) -> Hash {
    sha256_parts(&[data])
}

/// HMAC-SHA-256 (RFC 2104) of the parts one after another, under `key`.
pub fn hmac_sha256(key: &[u8; HASH_LEN], parts: &[&[u8]]) -> Hash {
    // A key of any length is taken; this one is of the hash's own.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of 32 bytes");
    for part in parts {
        mac.update(part);
    }
    Hash(mac.finalize().into_bytes().into())
}

/// SHA-256 of the parts one after another.
pub fn sha256_parts(parts: &[&[u8]]) -> Hash {
    let mut stream = Sha256Stream::new();
    for part in parts {
        stream.update(part);
    }
    stream.finish()
}

/// SHA-512 of the parts one after another. Ed25519 alone needs it (RFC 8032 section 5.1).
pub fn sha512_parts(parts: &[&[u8]]) -> [u8; 64] {
    let mut hasher = Sha512::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// SHA-256 of data that arrives in pieces, such as a large file.
#[derive(Clone)]
pub struct Sha256Stream(Sha256);

impl Sha256Stream {
    /// Nothing hashed yet.
    pub fn new() -> Self {
        Sha256Stream(Sha256::new())
    }

    /// Hashes the next piece.
    pub fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    /// The hash of all pieces.
    pub fn finish(self) -> Hash {
        Hash(self.0.finalize().into())
    }
}

impl Default for Sha256Stream {
    fn default() -> Self {
        Sha256Stream::new()
    }
}

impl fmt::Debug for Sha256Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sha256Stream")
    }
}

/// The hash of a leaf: SHA-256(0x00 || data) (RFC 6962 section 2.1).
pub fn leaf_hash(data: &[u8]) -> Hash {
    sha256_parts(&[&[0x00], data])
}

/// The hash of a node: SHA-256(0x01 || left || right) (RFC 6962 section 2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    sha256_parts(&[&[0x01], &left.0, &right.0])
}
