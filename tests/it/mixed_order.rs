//! Signatures and keys with a part of small order, which only the key's holder can make, or nobody.

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::hash::sha512_parts;

/// Signs so that the cofactored equation holds and the cofactorless one does not.
pub fn sign(key: &SigningKey, message: &[u8]) -> [u8; 64] {
    let mut low = [0; 32];
    low.copy_from_slice(&sha512_parts(&[&*key.seed()])[..32]);
    let private = Scalar::from_bytes_mod_order(clamp_integer(low));
    let nonce = Scalar::from(54_321_u64);
    let r = (EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[4]).compress().to_bytes();
    let k = Scalar::from_bytes_mod_order_wide(&sha512_parts(&[&r, key.public().as_bytes(), message]));
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r);
    signature[32..].copy_from_slice((nonce + k * private).as_bytes());
    signature
}

/// Public keys that are no holder's: the base point plus a point of small order.
pub fn torsion_keys() -> [[u8; 32]; 3] {
    [1, 2, 4].map(|at| (ED25519_BASEPOINT_POINT + EIGHT_TORSION[at]).compress().to_bytes())
}
