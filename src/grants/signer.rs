//! Names of keys. What a key proves is the ledger's business; here a key is a name, an id and an opaque text.

use std::fmt;

/// Which key signs: `<key name>+<8 lowercase hex key id>`. Ordered by its text, as `signers` must be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignerId {
    // Names hold no `+` and `+` sorts before every character of a name, so this order is the text's.
    name: String,
    key_id: [u8; 4],
}

impl SignerId {
    /// Reads `<key name>+<8 lowercase hex>`; a name is of `[a-z0-9./-]`, 1 to 255 bytes (formats.md section 4).
    pub fn parse(text: &str) -> Option<Self> {
        let (name, id) = text.split_once('+')?;
        SignerId::new(name, key_id(id)?)
    }

    /// The signer of this name and key id.
    pub fn new(name: &str, key_id: [u8; 4]) -> Option<Self> {
        let valid = (1..=255).contains(&name.len())
            && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'/' | b'-'));
        valid.then(|| SignerId { name: name.to_owned(), key_id })
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id.
    pub fn key_id(&self) -> [u8; 4] {
        self.key_id
    }
}

impl fmt::Display for SignerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.name, hex::encode(self.key_id))
    }
}

fn key_id(text: &str) -> Option<[u8; 4]> {
    let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut id = [0; 4];
    (lower && hex::decode_to_slice(text, &mut id).is_ok()).then_some(id)
}

/// A verifier key, `<key name>+<8 hex key id>+<base64>`. Its shape is checked here, its cryptography by the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vkey {
    text: String,
    id: SignerId,
}

impl Vkey {
    /// Reads the three parts; the last is 44 characters of base64, which may hold a `+` itself.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '+');
        let (name, id, public) = (parts.next()?, parts.next()?, parts.next()?);
        let base64 = public.len() == 44
            && public.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
        if !base64 {
            return None;
        }
        Some(Vkey { text: text.to_owned(), id: SignerId::new(name, key_id(id)?)? })
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Name and key id, as a statement's `signers` spell them.
    pub fn id(&self) -> &SignerId {
        &self.id
    }

    /// The base64 part: algorithm and public key. Equal only for the same public key.
    pub fn public_base64(&self) -> &str {
        // `parse` found exactly 44 characters after the second `+`.
        &self.text[self.text.len() - 44..]
    }
}
