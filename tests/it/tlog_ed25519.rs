//! Keys and signatures at the edge of the curve, RFC 8032's own examples, and key files.

use std::process::Command;

use crate::left_out::left_out;
use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use hibah::tlog::ed25519::{KeyError, KeyFileError, PublicKey, SignatureError, SigningKey};
use hibah::tlog::hash::sha512_parts;

/// L, little-endian (RFC 8032 section 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];
pub(crate) const SEED: [u8; 32] = [7; 32];
pub(crate) const MESSAGE: &[u8] = b"warrant 12";

pub(crate) fn bytes<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).expect("hex of the right length");
    bytes
}

/// RFC 8032 section 7.1: TEST 1, 2, 3 and SHA(abc).
#[test]
fn rfc_8032_examples() {
    let check = |seed: &str, public: &str, message: &str, signature: &str| {
        let key = SigningKey::from_seed(bytes(seed));
        let message = hex::decode(message).expect("hex");
        assert_eq!(*key.seed(), bytes(seed));
        assert_eq!(*key.public().as_bytes(), bytes(public));
        assert_eq!(key.sign(&message), bytes(signature));
        let public = PublicKey::from_bytes(&bytes(public)).expect("an honest key");
        assert_eq!(public.verify(&message, &bytes(signature)), Ok(()));
        assert!(public.is_cofactorless(&message, &bytes(signature)));
        let other = [&message[..], b"x"].concat();
        assert_eq!(public.verify(&other, &bytes(signature)), Err(SignatureError::Equation));
        assert!(!public.is_cofactorless(&other, &bytes(signature)));
    };
    check(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
    check(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
    check(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    );
    check(
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    );
}

#[test]
fn keys_are_admitted_or_refused() {
    let check = |encoding: [u8; 32], expected: KeyError, code: &str| {
        let verdict = PublicKey::from_bytes(&encoding);
        assert_eq!(verdict, Err(expected), "{}", hex::encode(encoding));
        assert_eq!(expected.code(), code);
    };
    let not_canonical = |text| check(bytes(text), KeyError::NotCanonical, "key-not-canonical");
    // y = 2 is no point. y = p, p + 1, p + 3 are 0, 1, 3 again.
    not_canonical("0200000000000000000000000000000000000000000000000000000000000000");
    not_canonical("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
    not_canonical("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
    not_canonical("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
    not_canonical("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    // x = 0 with its sign bit set: y = 1 and y = -1.
    not_canonical("0100000000000000000000000000000000000000000000000000000000000080");
    not_canonical("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    for torsion in EIGHT_TORSION {
        check(torsion.compress().to_bytes(), KeyError::SmallOrder, "key-small-order");
    }
    for torsion in &EIGHT_TORSION[1..] {
        let mixed = ED25519_BASEPOINT_POINT + torsion;
        check(mixed.compress().to_bytes(), KeyError::Torsion, "key-torsion");
    }
    assert!(PublicKey::from_bytes(&ED25519_BASEPOINT_POINT.compress().to_bytes()).is_ok());
}

/// The private scalar of [`SEED`] (RFC 8032 section 5.1.5).
fn private_scalar() -> Scalar {
    let mut low = [0; 32];
    low.copy_from_slice(&sha512_parts(&[&SEED])[..32]);
    Scalar::from_bytes_mod_order(clamp_integer(low))
}

/// A signature with an R of the signer's choice: S = r + k a, whatever else is in R.
pub(crate) fn sign_with(r: Scalar, r_bytes: [u8; 32]) -> [u8; 64] {
    let public = SigningKey::from_seed(SEED).public();
    let k = Scalar::from_bytes_mod_order_wide(&sha512_parts(&[&r_bytes, public.as_bytes(), MESSAGE]));
    joined(r_bytes, (r + k * private_scalar()).to_bytes())
}

fn joined(r: [u8; 32], s: [u8; 32]) -> [u8; 64] {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r);
    signature[32..].copy_from_slice(&s);
    signature
}

/// S + L: the same number modulo L, another spelling.
pub(crate) fn with_s_plus_order(signature: [u8; 64]) -> [u8; 64] {
    let (mut sum, mut carry) = (signature, 0);
    for (place, order_byte) in ORDER.iter().enumerate() {
        carry += u16::from(signature[32 + place]) + u16::from(*order_byte);
        sum[32 + place] = carry as u8;
        carry >>= 8;
    }
    assert_eq!(carry, 0);
    sum
}

#[test]
fn signatures_hold_or_are_refused_in_the_order_of_the_rule() {
    let key = SigningKey::from_seed(SEED);
    let public = key.public();
    let refused = |signature: [u8; 64], expected: SignatureError, code: &str| {
        assert_eq!(public.verify(MESSAGE, &signature), Err(expected), "{}", hex::encode(signature));
        assert!(!public.is_cofactorless(MESSAGE, &signature));
        assert_eq!(expected.code(), code);
    };
    let honest = key.sign(MESSAGE);
    let r = Scalar::from(12_345_u64);
    let r_point = EdwardsPoint::mul_base(&r);
    assert_eq!(public.verify(MESSAGE, &sign_with(r, r_point.compress().to_bytes())), Ok(()));

    refused(with_s_plus_order(honest), SignatureError::SNotReduced, "s-not-reduced");
    refused(joined(r_point.compress().to_bytes(), ORDER), SignatureError::SNotReduced, "s-not-reduced");
    // y = 2 is no point; y = p + 1 is the neutral point, spelled wrong: with r = 0 the equation itself holds.
    let no_point = bytes("0200000000000000000000000000000000000000000000000000000000000000");
    refused(sign_with(r, no_point), SignatureError::RNotCanonical, "r-not-canonical");
    let wrong_spelling = bytes("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
    refused(sign_with(Scalar::ZERO, wrong_spelling), SignatureError::RNotCanonical, "r-not-canonical");
    let negative_zero = bytes("0100000000000000000000000000000000000000000000000000000000000080");
    refused(sign_with(Scalar::ZERO, negative_zero), SignatureError::RNotCanonical, "r-not-canonical");
    for torsion in EIGHT_TORSION {
        // The equation holds for each of them.
        let signature = sign_with(Scalar::ZERO, torsion.compress().to_bytes());
        refused(signature, SignatureError::RSmallOrder, "r-small-order");
    }
    refused(sign_with(r + Scalar::ONE, r_point.compress().to_bytes()), SignatureError::Equation, "equation");

    // Several faults: the first of the rule counts.
    let both = with_s_plus_order(sign_with(Scalar::ZERO, wrong_spelling));
    refused(both, SignatureError::SNotReduced, "s-not-reduced");
    let both = joined(EIGHT_TORSION[1].compress().to_bytes(), [1; 32].map(|b: u8| b & 0x0f));
    refused(both, SignatureError::RSmallOrder, "r-small-order");
}

#[test]
fn an_r_with_torsion_holds_and_is_flagged() {
    let public = SigningKey::from_seed(SEED).public();
    let r = Scalar::from(12_345_u64);
    for torsion in &EIGHT_TORSION[1..] {
        let mixed = EdwardsPoint::mul_base(&r) + torsion;
        let signature = sign_with(r, mixed.compress().to_bytes());
        assert_eq!(public.verify(MESSAGE, &signature), Ok(()));
        assert!(!public.is_cofactorless(MESSAGE, &signature));
        assert!(!library_accepts(&public, &signature));
    }
    let honest = SigningKey::from_seed(SEED).sign(MESSAGE);
    assert!(public.is_cofactorless(MESSAGE, &honest));
    assert!(library_accepts(&public, &honest));
}

/// A library without the cofactor.
fn library_accepts(public: &PublicKey, signature: &[u8; 64]) -> bool {
    use ed25519_dalek::Verifier as _;
    let key = ed25519_dalek::VerifyingKey::from_bytes(public.as_bytes()).expect("an admitted key");
    key.verify(MESSAGE, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
}

#[test]
fn every_changed_bit_of_a_signature_is_refused() {
    let key = SigningKey::from_seed(SEED);
    let signature = key.sign(MESSAGE);
    for bit in 0..512 {
        let mut changed = signature;
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(key.public().verify(MESSAGE, &changed).is_err(), "bit {bit}");
    }
}

#[test]
fn a_private_key_is_never_shown() {
    let shown = format!("{:?}", SigningKey::from_seed(SEED));
    assert!(!shown.contains(&hex::encode(SEED)) && !shown.contains("7, 7"), "{shown}");
    assert!(shown.contains(&hex::encode(SigningKey::from_seed(SEED).public().as_bytes())));
}

/// Made with `openssl genpkey -algorithm ed25519 -aes-256-cbc -pass pass:correct-horse`.
const OPENSSL_FILE: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjSpmQzvz4+WAICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEA70jsED+aqhO4sNDLfXkqQEQDZ8
VRsQIMLm2AnruHuTjFN2dBr50tK7MIXSutP7B5tEPvGs4YNHAgTwYPFd2j3QIRjV
8T6EOY08nUJgqlfcqyo=
-----END ENCRYPTED PRIVATE KEY-----
";

#[test]
fn a_key_file_of_openssl_opens() {
    let key = SigningKey::from_encrypted_pem(OPENSSL_FILE, b"correct-horse").expect("the passphrase is right");
    let seed = "379b3f7b6bc97d71633655e610a497b10d09b24f29376722af3a259e1a01467e";
    assert_eq!(*key.seed(), bytes(seed));
    for wrong in [&b""[..], b"correct-horsf", b"correct-horse\n"] {
        let verdict = SigningKey::from_encrypted_pem(OPENSSL_FILE, wrong).map(|_| ());
        assert_eq!(verdict, Err(KeyFileError::WrongPassphrase));
    }
}

#[test]
fn a_key_file_opens_with_its_passphrase_alone() {
    let key = SigningKey::from_seed(SEED);
    let file = key.to_encrypted_pem("kata sandi é".as_bytes(), [1; 16], [2; 16]);
    let read = SigningKey::from_encrypted_pem(&file, "kata sandi é".as_bytes()).expect("the passphrase is right");
    assert_eq!(*read.seed(), SEED);
    let verdict = SigningKey::from_encrypted_pem(&file, b"kata sandi e").map(|_| ());
    assert_eq!(verdict, Err(KeyFileError::WrongPassphrase));
    assert_ne!(*file, *key.to_encrypted_pem("kata sandi é".as_bytes(), [3; 16], [2; 16]));
    assert!(file.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    assert!(file.ends_with("-----END ENCRYPTED PRIVATE KEY-----\n"));
}

#[test]
fn a_key_file_has_600000_rounds_and_one_of_millions_is_refused() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    let file = SigningKey::from_seed(SEED).to_encrypted_pem(b"x", [1; 16], [2; 16]);
    let lines: Vec<&str> = file.split('\n').filter(|line| !line.starts_with('-')).collect();
    let mut der = STANDARD.decode(lines.concat()).expect("base64");
    // INTEGER of three bytes: 600,000 and 8,388,607.
    let (rounds, many) = ([0x02, 0x03, 0x09, 0x27, 0xc0], [0x02, 0x03, 0x7f, 0xff, 0xff]);
    let place = der.windows(5).position(|window| window == rounds).expect("the rounds");
    der[place..place + 5].copy_from_slice(&many);
    let body = STANDARD.encode(&der);
    let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    let label = "ENCRYPTED PRIVATE KEY";
    let hostile = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"));
    let verdict = SigningKey::from_encrypted_pem(&hostile, b"x").map(|_| ());
    assert_eq!(verdict, Err(KeyFileError::Malformed));
}

#[test]
fn other_files_are_no_key_files() {
    let unencrypted = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIEyFPJ3JUWeJViWdCBUvZ9Ia0A6EJg83qTcAJyYR3vqy
-----END PRIVATE KEY-----
";
    let elliptic = "-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgaeFt1ARhnRwICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEELJMBwFiRpFi4msuR8CwrMkEgZDO
apB6+oYdh4/1BGHQfmeBpvK3l8N7Z28ayy6nNoukSPzK2juC+wiU80M0mNQYhJLH
k3Pw3cTE4lx0d7gGYmFIGz4mkWzmLZAyVh6kbxNRQ+kmupSRRynpZrt5yYKVO60X
kKwaUxqU/+6O9uWJ4LlzEJBz+36dCaHvbdWRgq6EqOV0AuaDpF3NKjW+DEejsbU=
-----END ENCRYPTED PRIVATE KEY-----
";
    let scrypt = "-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGTME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAieXYjJaRVhyQICQAAC
AQgCAQEwHQYJYIZIAWUDBAEqBBD1wmzS1Iq07Alw7lB0p+GUBEAWYQ4WFnmRIEGi
P9bIvYHQlI+psqg/PQlV+Aka/BJEXBSfkifGcFunPD9CPxHkkBFNAbo2pG5WHM4m
cdsUrFmU
-----END ENCRYPTED PRIVATE KEY-----
";
    let aes_128 = "-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhAvKnbbOaKhgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEOPoSBi/9xhFu7xGfUrVdjgEQLKr
PiT+7C1OM49y0FIpJ2Ske/wGJsS36SpyaW4wEN3XugMIlklsTuue0LCgeL7FlqUv
A+7DeJ0cq8Zp3+fGGCM=
-----END ENCRYPTED PRIVATE KEY-----
";
    let truncated = &OPENSSL_FILE[..200];
    for text in ["", "key", unencrypted, elliptic, scrypt, aes_128, truncated] {
        let verdict = SigningKey::from_encrypted_pem(text, b"x").map(|_| ());
        assert_eq!(verdict, Err(KeyFileError::Malformed), "{text}");
    }
}

/// OpenSSL is on the machines that build this; where it is not, the fixed file above still holds the format.
#[test]
fn openssl_opens_our_key_file() {
    if Command::new("openssl").arg("version").output().is_err() {
        return left_out("openssl, which should open a key file of ours, is not installed");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("key.pem");
    let key = SigningKey::from_seed(SEED);
    std::fs::write(&path, key.to_encrypted_pem(b"x", [1; 16], [2; 16]).as_bytes()).expect("it is writable");
    let run = |passphrase: &str| {
        let mut command = Command::new("openssl");
        command.arg("pkey").arg("-in").arg(&path).args(["-passin", passphrase, "-noout", "-text"]);
        command.output().expect("openssl runs")
    };
    let output = run("pass:x");
    let digits: String = String::from_utf8_lossy(&output.stdout).chars().filter(char::is_ascii_hexdigit).collect();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(digits.contains(&hex::encode(SEED)), "{digits}");
    assert!(digits.contains(&hex::encode(key.public().as_bytes())), "{digits}");
    assert!(!run("pass:y").status.success());
}
