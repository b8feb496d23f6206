//! Ed25519: keys, signatures, key files. The only file that names a signature library.
//!
//! Two libraries may disagree about a signature at the edge of the curve, and then one ledger has two
//! truths. So the rule is written out, and there is no second one (`formats.md` section 4):
//!
//! ```text
//! A key is admitted iff it is the canonical encoding of a point that is not of small order and has no
//! torsion part. A signature R || S over a message M by the key A holds iff
//!     S < L,
//!     R is the canonical encoding of a point that is not of small order, and
//!     [8][S]B = [8]R + [8][k]A    where k = SHA-512(R || A || M) mod L.
//! ```
//!
//! A library without the factor 8 refuses some signatures that this rule takes (R with a torsion part).
//! Only the key's holder can make those, and only on purpose: [`PublicKey::is_cofactorless`] finds them.
//!
//! A key file is PKCS#8 `EncryptedPrivateKeyInfo` (RFC 5958) under PBES2 (RFC 8018): PBKDF2 with
//! HMAC-SHA-256 and 600,000 rounds, then AES-256-CBC. `openssl pkey -in FILE -text` opens it, and a browser can
//! make it with WebCrypto alone:
//!
//! ```
//! use hibah::tlog::ed25519::SigningKey;
//! let file = "\
//! -----BEGIN ENCRYPTED PRIVATE KEY-----
//! MIGkMGAGCSqGSIb3DQEFDTBTMDIGCSqGSIb3DQEFDDAlBBABAQEBAQEBAQEBAQEB
//! AQEBAgMJJ8AwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEAICAgICAgICAgIC
//! AgICAgIEQGhD8WKjsYHuP3qAye/NgCuQ3xzdd1Pf+WV1/Mx7dMd4sP9ueKQFzZh3
//! 7488QLiFZUWohMRc6EMdRAlC3Q8//e4=
//! -----END ENCRYPTED PRIVATE KEY-----
//! ";
//! let key = SigningKey::from_encrypted_pem(file, b"correct horse")?;
//! assert_eq!(*key.seed(), [7; 32]);
//! // Salt and initial vector must be fresh random bytes; these show that nothing else is random.
//! assert_eq!(*key.to_encrypted_pem(b"correct horse", [1; 16], [2; 16]), file);
//! # Ok::<(), hibah::tlog::ed25519::KeyFileError>(())
//! ```

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::Signer as _;
use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::pem::{LineEnding, PemLabel as _};
use pkcs8::pkcs5::{self, pbes2};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{EncryptedPrivateKeyInfoRef, ObjectIdentifier, PrivateKeyInfoRef, SecretDocument};
use zeroize::Zeroizing;

use super::hash::sha512_parts;

pub mod batch;

/// PBKDF2 rounds of a key file we write (OWASP 2023 for HMAC-SHA-256).
pub const KEY_FILE_ROUNDS: u32 = 600_000;

/// PBKDF2 rounds of the slowest key file we open, so that a hostile file cannot hang the program.
const MAX_KEY_FILE_ROUNDS: u32 = 5_000_000;

/// id-Ed25519, without parameters (RFC 8410 section 3).
const ALGORITHM_ID: AlgorithmIdentifierRef<'static> =
    AlgorithmIdentifierRef { oid: ObjectIdentifier::new_unwrap("1.3.101.112"), parameters: None };

/// A private key. Wiped from memory when dropped; never shown.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

/// A public key that passed admission: canonical, not of small order, torsion-free. Compared by its bytes.
#[derive(Clone, Copy)]
pub struct PublicKey {
    bytes: [u8; 32],
    /// What the bytes encode, decoded once.
    point: EdwardsPoint,
}

/// Why 32 bytes are refused as a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No point of the curve, or not its canonical encoding.
    #[error("the public key is not the canonical encoding of a curve point; make a new key")]
    NotCanonical,
    /// One of the eight points of small order: every message has a signature under it.
    #[error("the public key has small order, so anybody could sign for it; make a new key")]
    SmallOrder,
    /// A torsion part: libraries would disagree about its signatures.
    #[error("the public key has a torsion part, so libraries would disagree about it; make a new key")]
    Torsion,
}

impl KeyError {
    /// The stable code of this refusal (`fixtures/vectors/v1/README.md`, signatures.jsonl).
    pub const fn code(self) -> &'static str {
        match self {
            KeyError::NotCanonical => "key-not-canonical",
            KeyError::SmallOrder => "key-small-order",
            KeyError::Torsion => "key-torsion",
        }
    }
}

/// Why a signature does not hold, in the order of the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// S is not below the group order L.
    #[error("the signature's S is not reduced, so it was altered after signing; get the signed original")]
    SNotReduced,
    /// R is no point of the curve, or not its canonical encoding.
    #[error("the signature's R is not the canonical encoding of a curve point; get the signed original")]
    RNotCanonical,
    /// R has small order.
    #[error("the signature's R has small order, which no honest signer makes; sign again")]
    RSmallOrder,
    /// The equation does not hold: another key, another message, or altered bytes.
    #[error("the signature does not hold: the text or the signature was changed, or another key made it")]
    Equation,
}

impl SignatureError {
    /// The stable code of this refusal (`fixtures/vectors/v1/README.md`, signatures.jsonl).
    pub const fn code(self) -> &'static str {
        match self {
            SignatureError::SNotReduced => "s-not-reduced",
            SignatureError::RNotCanonical => "r-not-canonical",
            SignatureError::RSmallOrder => "r-small-order",
            SignatureError::Equation => "equation",
        }
    }
}

/// Why a key file does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// Not an encrypted PKCS#8 file in PEM, or not under the algorithms of the module's documentation, or the key
    /// in it is not Ed25519.
    #[error("this is not an encrypted Ed25519 key file (PKCS#8 PEM, PBES2, AES-256-CBC); name another file")]
    Malformed,
    /// The passphrase does not open it.
    #[error("the passphrase does not open this key file; try again")]
    WrongPassphrase,
}

impl SigningKey {
    /// The key of a 32-byte seed (RFC 8032 section 5.1.5). The seed must come from the system's random source.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = Zeroizing::new(seed);
        SigningKey(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The seed, wiped when dropped.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public key. Always admitted: it is a multiple of the base point.
    pub fn public(&self) -> PublicKey {
        let public = self.0.verifying_key();
        PublicKey { bytes: public.to_bytes(), point: public.to_edwards() }
    }

    /// Signs `message` (RFC 8032 section 5.1.6): R || S, deterministic.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// The key file of this key: PEM text, to be written with mode 0600. `salt` and `iv` must be fresh
    /// random bytes; they are passed in because this room has no source of randomness.
    pub fn to_encrypted_pem(&self, passphrase: &[u8], salt: [u8; 16], iv: [u8; 16]) -> Zeroizing<String> {
        self.encrypt(passphrase, &salt, iv)
            // Lengths and rounds are constants within the library's limits, so no step can fail.
            .expect("a 32-byte seed encrypts under fixed parameters")
    }

    fn encrypt(&self, passphrase: &[u8], salt: &[u8], iv: [u8; 16]) -> pkcs8::Result<Zeroizing<String>> {
        // RFC 8410 section 7: the private key is an OCTET STRING (04 20) within the OCTET STRING. Version 1, without
        // the public key: what WebCrypto writes, and what every OpenSSL reads.
        let mut nested = Zeroizing::new([0; 34]);
        nested[..2].copy_from_slice(&[0x04, 0x20]);
        nested[2..].copy_from_slice(&*self.seed());
        let info = PrivateKeyInfoRef::new(ALGORITHM_ID, OctetStringRef::new(&*nested)?);
        let plain = SecretDocument::encode_msg(&info)?;
        let scheme = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(KEY_FILE_ROUNDS, salt, iv)
            .map_err(pkcs8::Error::EncryptedPrivateKey)?;
        let encrypted = scheme.encrypt(passphrase, plain.as_bytes()).map_err(pkcs8::Error::EncryptedPrivateKey)?;
        let file = SecretDocument::encode_msg(&EncryptedPrivateKeyInfoRef {
            encryption_algorithm: scheme.into(),
            encrypted_data: OctetStringRef::new(&encrypted)?,
        })?;
        Ok(file.to_pem(EncryptedPrivateKeyInfoRef::PEM_LABEL, LineEnding::LF)?)
    }

    /// Opens a key file.
    ///
    /// # Errors
    /// [`KeyFileError::Malformed`] when it is no such file at all, or holds another kind of key;
    /// [`KeyFileError::WrongPassphrase`] when it is one and stays shut.
    pub fn from_encrypted_pem(pem: &str, passphrase: &[u8]) -> Result<Self, KeyFileError> {
        let (label, file) = SecretDocument::from_pem(pem).map_err(|_| KeyFileError::Malformed)?;
        if label != EncryptedPrivateKeyInfoRef::PEM_LABEL {
            return Err(KeyFileError::Malformed);
        }
        let file: EncryptedPrivateKeyInfoRef<'_> = file.decode_msg().map_err(|_| KeyFileError::Malformed)?;
        if !is_known_scheme(&file.encryption_algorithm) {
            return Err(KeyFileError::Malformed);
        }
        // A wrong passphrase shows as bad padding or, one time in 256, as bytes that are no PKCS#8.
        let plain = file.decrypt(passphrase).map_err(|_| KeyFileError::WrongPassphrase)?;
        let info: PrivateKeyInfoRef<'_> = plain.decode_msg().map_err(|_| KeyFileError::WrongPassphrase)?;
        let key = ed25519_dalek::SigningKey::try_from(info).map_err(|_| KeyFileError::Malformed)?;
        Ok(SigningKey(key))
    }
}

/// Whether a key file is under the algorithms of the module's documentation, with rounds that end this minute.
fn is_known_scheme(scheme: &pkcs5::EncryptionScheme) -> bool {
    let Some(scheme) = scheme.pbes2() else {
        return false;
    };
    matches!(scheme.encryption, pbes2::EncryptionScheme::Aes256Cbc { .. })
        && scheme.kdf.pbkdf2().is_some_and(|kdf| {
            kdf.prf == pbes2::Pbkdf2Prf::HmacWithSha256 && (1..=MAX_KEY_FILE_ROUNDS).contains(&kdf.iteration_count)
        })
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {:?})", self.public())
    }
}

/// How a signature holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Libraries without the cofactor take it too.
    Plainly,
    /// They refuse it; only the key's holder can have made it, on purpose.
    ByCofactorOnly,
}

impl PublicKey {
    /// Admits a public key.
    ///
    /// # Errors
    /// [`KeyError`], checked in the order of its variants.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let point = decode_point(bytes).ok_or(KeyError::NotCanonical)?;
        if point.is_small_order() {
            return Err(KeyError::SmallOrder);
        }
        if !point.is_torsion_free() {
            return Err(KeyError::Torsion);
        }
        Ok(PublicKey { bytes: *bytes, point })
    }

    /// Its 32 bytes (RFC 8032 section 5.1.2).
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Whether `signature` over `message` holds under this key, by the rule of the module's documentation.
    ///
    /// # Errors
    /// [`SignatureError`], checked in the order of its variants.
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), SignatureError> {
        self.check(message, signature).map(drop)
    }

    /// As [`verify`](Self::verify), telling from the same computation whether the signature needs the cofactor.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub fn check(&self, message: &[u8], signature: &[u8; 64]) -> Result<Held, SignatureError> {
        self.held(&self.parts(message, signature)?)
    }

    /// As [`check`](Self::check), of a signature whose parts are known.
    fn held(&self, Parts { r, s, k }: &Parts) -> Result<Held, SignatureError> {
        // R - ([S]B - [k]A): of small order iff the cofactored equation holds, the neutral point iff the plain one does.
        let difference = r - EdwardsPoint::vartime_double_scalar_mul_basepoint(k, &-self.point, s);
        if difference == EdwardsPoint::default() {
            Ok(Held::Plainly)
        } else if difference.is_small_order() {
            Ok(Held::ByCofactorOnly)
        } else {
            Err(SignatureError::Equation)
        }
    }

    /// Whether a library without the cofactor accepts this signature too. False for a signature that
    /// [`verify`](Self::verify) refuses. A signature that holds and gives false here is worth a warning: the key's
    /// holder made it on purpose.
    pub fn is_cofactorless(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.check(message, signature) == Ok(Held::Plainly)
    }

    /// What the rule asks of S and R by themselves, and the numbers of its equation.
    fn parts(&self, message: &[u8], signature: &[u8; 64]) -> Result<Parts, SignatureError> {
        let (r_bytes, s_bytes) = split(signature);
        let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(s_bytes)).ok_or(SignatureError::SNotReduced)?;
        let r = decode_point(&r_bytes).ok_or(SignatureError::RNotCanonical)?;
        if r.is_small_order() {
            return Err(SignatureError::RSmallOrder);
        }
        let k = Scalar::from_bytes_mod_order_wide(&sha512_parts(&[&r_bytes, &self.bytes, message]));
        Ok(Parts { r, s, k })
    }
}

/// A signature that the equation may be asked of.
struct Parts {
    r: EdwardsPoint,
    s: Scalar,
    k: Scalar,
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for PublicKey {}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes.cmp(&other.bytes)
    }
}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", hex::encode(self.bytes))
    }
}

/// p = 2^255 - 19, little-endian.
const FIELD_ORDER: [u8; 32] = {
    let mut p = [0xff; 32];
    (p[0], p[31]) = (0xed, 0x7f);
    p
};

/// The point of a canonical encoding. `decompress` alone reads y modulo p and takes a negative zero: x is zero where
/// y is 1 or p - 1. (Encoding the point again would tell too, and takes as long as decoding it.)
fn decode_point(bytes: &[u8; 32]) -> Option<EdwardsPoint> {
    let mut y = *bytes;
    let negative = y[31] & 0x80 != 0;
    y[31] &= 0x7f;
    let is_one = y[0] == 1 && y[1..].iter().all(|&byte| byte == 0);
    let from_p = |less: u8| y[0] == FIELD_ORDER[0] - less && y[1..] == FIELD_ORDER[1..];
    let below_p = y.iter().rev().cmp(FIELD_ORDER.iter().rev()) == Ordering::Less;
    let negative_zero = negative && (is_one || from_p(1));
    if !below_p || negative_zero { None } else { CompressedEdwardsY(*bytes).decompress() }
}

/// R and S.
fn split(signature: &[u8; 64]) -> ([u8; 32], [u8; 32]) {
    let (mut r, mut s) = ([0; 32], [0; 32]);
    r.copy_from_slice(&signature[..32]);
    s.copy_from_slice(&signature[32..]);
    (r, s)
}
