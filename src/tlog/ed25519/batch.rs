//! Many signatures at once, by the one rule of the module above.
//!
//! For signatures R_i || S_i over M_i by keys A_i, with k_i as in the rule, and random z_i of 128 bits, the sum
//!
//! ```text
//! D = sum of z_i R_i  +  for each key A: (sum of its z_i k_i) A  -  (sum of z_i S_i) B
//! ```
//!
//! has `[8]D = 0` when every equation holds, and with probability at most 2^-125 when one does not. The other demands of
//! the rule (S, R) are checked of each signature by itself. Whoever makes signatures must not know the z_i beforehand.
//! Signatures of one key cost one term together, which is why keys are grouped.
//!
//! Whether a signature needs the cofactor is seen from R alone: keys have no torsion, so its equation leaves a rest
//! exactly if R has one. D shows such a rest at least every second time; eight sums over random halves of the R_i,
//! which one more random byte chooses, leave at most 2^-9 that it is missed. It is a warning about the key's holder,
//! not a verdict.
//!
//! A batch that does not hold is split until what is wrong stands alone, so that the answer never depends on what else
//! was in the batch.

use std::collections::BTreeMap;

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{IsIdentity as _, VartimeMultiscalarMul as _};

use super::{Held, Parts, PublicKey, SignatureError};

/// Random bytes that one signature takes: 16 of its coefficient, and one that chooses sums.
pub const RANDOM_BYTES: usize = 17;

/// As few as are checked one by one rather than split further.
const FEW: usize = 8;

/// A signature to be checked.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// Whose it should be.
    pub key: &'a PublicKey,
    /// What is signed.
    pub message: &'a [u8],
    /// R || S.
    pub signature: &'a [u8; 64],
}

/// Checks all of them. Answers those that do not simply hold, by their place, ascending: with an error, or
/// [`Held::ByCofactorOnly`]. An empty answer says that all hold, for libraries without the cofactor too.
///
/// `random` must be [`RANDOM_BYTES`] fresh bytes of the system's random source for each signature.
///
/// # Panics
/// If `random` has another length.
pub fn check_all(signed: &[Signed<'_>], random: &[u8]) -> Vec<(usize, Result<Held, SignatureError>)> {
    check(signed, random, Asked::Cofactor)
}

/// The same for those who need the verdict alone: answers the places of those that do not hold, ascending. Without the
/// eight sums, which only tell of the cofactor.
///
/// # Panics
/// As [`check_all`].
pub fn failing(signed: &[Signed<'_>], random: &[u8]) -> Vec<usize> {
    let answer = check(signed, random, Asked::Verdict);
    answer.into_iter().filter(|(_, told)| told.is_err()).map(|(at, _)| at).collect()
}

/// What is asked of a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// Whether the signatures hold.
    Verdict,
    /// That, and whether any needs the cofactor.
    Cofactor,
}

fn check(signed: &[Signed<'_>], random: &[u8], asked: Asked) -> Vec<(usize, Result<Held, SignatureError>)> {
    assert_eq!(random.len(), signed.len() * RANDOM_BYTES, "the caller brings random bytes for each signature");
    let mut answer = Vec::new();
    let mut terms = Vec::with_capacity(signed.len());
    for (at, (one, random)) in signed.iter().zip(random.chunks_exact(RANDOM_BYTES)).enumerate() {
        match one.key.parts(one.message, one.signature) {
            Err(error) => answer.push((at, Err(error))),
            Ok(parts) => terms.push(Term::new(at, one.key, parts, random)),
        }
    }
    split(&terms, asked, &mut answer);
    answer.sort_unstable_by_key(|(at, _)| *at);
    answer
}

/// One signature's part of the sum.
struct Term<'a> {
    /// Its place among those to be checked.
    at: usize,
    key: &'a PublicKey,
    parts: Parts,
    z: Scalar,
    /// Of which of the eight sums it is part, as bits.
    halves: usize,
}

impl<'a> Term<'a> {
    fn new(at: usize, key: &'a PublicKey, parts: Parts, random: &[u8]) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&random[..16]);
        Term { at, key, parts, z: Scalar::from(u128::from_le_bytes(bytes)), halves: usize::from(random[16]) }
    }
}

fn split(terms: &[Term<'_>], asked: Asked, answer: &mut Vec<(usize, Result<Held, SignatureError>)>) {
    if terms.len() <= FEW {
        for term in terms {
            match term.key.held(&term.parts) {
                Ok(Held::Plainly) => {}
                told => answer.push((term.at, told)),
            }
        }
    } else if !holds(terms, asked) {
        let (left, right) = terms.split_at(terms.len() / 2);
        split(left, asked, answer);
        split(right, asked, answer);
    }
}

fn holds(terms: &[Term<'_>], asked: Asked) -> bool {
    match asked {
        Asked::Verdict => sum(terms).is_small_order(),
        Asked::Cofactor => sum(terms).is_identity() && without_torsion(terms),
    }
}

/// D of the module's documentation.
fn sum(terms: &[Term<'_>]) -> EdwardsPoint {
    let mut keys: BTreeMap<&PublicKey, Scalar> = BTreeMap::new();
    let mut base = Scalar::ZERO;
    for term in terms {
        *keys.entry(term.key).or_insert(Scalar::ZERO) += term.z * term.parts.k;
        base -= term.z * term.parts.s;
    }
    let (mut scalars, mut points) = (Vec::new(), Vec::new());
    for (scalar, point) in (terms.iter().map(|term| (term.z, term.parts.r)))
        .chain(keys.into_iter().map(|(key, scalar)| (scalar, key.point)))
        .chain([(base, ED25519_BASEPOINT_POINT)])
    {
        scalars.push(scalar);
        points.push(point);
    }
    EdwardsPoint::vartime_multiscalar_mul(&scalars, &points)
}

/// Whether none of eight sums over random halves of the R has a torsion part.
fn without_torsion(terms: &[Term<'_>]) -> bool {
    // One addition a signature: those that are in the same sums are added first.
    let mut alike = vec![EdwardsPoint::default(); 256];
    for term in terms {
        alike[term.halves] += term.parts.r;
    }
    (0..8).all(|bit| {
        let half = alike.iter().enumerate().filter(|(halves, _)| halves >> bit & 1 == 1);
        half.map(|(_, sum)| sum).sum::<EdwardsPoint>().is_torsion_free()
    })
}
