//! The verifiable log. Knows nothing of grants. Pure: no I/O, no clock, no async.
//!
//! A log is a list of entries that only grows. Whoever has its key signs, again and again, how many entries there are
//! and the root of a Merkle tree over them; from then on no entry can change, vanish or move without a signature that
//! proves it. Everything here is public specification, so that clients, witnesses and auditors written by others work
//! with our logs: RFC 6962 section 2.1 for the tree, C2SP for all that is written down.
//!
//! ```text
//!             entries ──── leaf hashes ──── tree ──── root
//!                │              │             │          │
//!   [tile]    bundles       hash tiles     [merkle]  [checkpoint]  a signed [note]
//!                                             │          │
//!                                           proofs   [cosignature]s of witnesses
//!                                              \       /      │
//!                                              [proof]     [policy]: whose are needed
//! ```
//!
//! From the bottom up: [`hash`] and [`ed25519`] are the only files that name a library of cryptography; [`merkle`]
//! makes and checks proofs over a one-method reader; [`tile`] is that tree as files; [`note`] is a text with
//! signatures, and [`checkpoint`], [`cosignature`], [`proof`] and [`policy`] are what logs write with it. The
//! documentation of each file is its format, with a real example.
//!
//! What holds here:
//! - What a parser takes, it prints back byte for byte. (A policy is written by people: it is only read.)
//! - Bad input is an error value. Nothing panics on it.
//! - Time and randomness come from the caller.
//! - A [`checkpoint::SignedCheckpoint`] and a [`ed25519::PublicKey`] exist only verified.

pub mod checkpoint;
pub mod cosignature;
pub(crate) mod decimal;
pub mod ed25519;
pub mod hash;
pub mod merkle;
pub mod note;
pub mod policy;
pub mod proof;
pub mod tile;
pub mod witness;
