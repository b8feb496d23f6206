//! An entry: a statement with its place in the chain (formats.md section 2).
//!
//! ```text
//! hibah/entry/v1
//! 5                                   <- index
//! 6a0f...e1                           <- leaf hash of entry 4; 64 zeros for entry 0
//! 2026-01-20T03:04:05.678Z            <- recorded_at
//!                                     <- empty line
//! <the statement, verbatim>
//! ```
//!
//! The Merkle leaf is exactly these bytes: `(printf '\0'; cat entry) | sha256sum`.

use super::form::{FormCode, FormError};
use crate::grants::sentence::sentence;
use crate::grants::time::Timestamp;
use crate::tlog::decimal::parse_decimal;
use crate::tlog::hash::Hash;

/// The first line of every entry of this version.
pub const VERSION_LINE: &str = "hibah/entry/v1";
/// The largest entry, in bytes: what a bundle's two-byte length can say.
pub const MAX_ENTRY_BYTES: usize = 65_535;
/// What entry 0 names as the entry before it.
pub const NO_PREVIOUS: Hash = Hash::from_bytes([0; 32]);

/// The header of an entry and the statement's bytes behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The place in the log, from 0.
    pub index: u64,
    /// Leaf hash of the entry before.
    pub previous: Hash,
    /// When the ledger recorded it, by the operator's clock.
    pub recorded_at: Timestamp,
    /// The statement, verbatim.
    pub statement: &'a [u8],
}

impl<'a> Entry<'a> {
    /// Splits an entry at its first empty line.
    ///
    /// # Errors
    /// `entry-too-large` or `bad-header`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FormError> {
        if bytes.len() > MAX_ENTRY_BYTES {
            return Err(FormError::new(
                FormCode::EntryTooLarge,
                sentence!(
                    "the entry has {} bytes, at most 65,535 are allowed",
                    "entri berisi {} bita, paling banyak 65.535",
                    bytes.len()
                ),
            ));
        }
        Self::split(bytes).ok_or_else(|| {
            FormError::new(
                FormCode::BadHeader,
                sentence!(
                    "the entry does not begin with the lines version, index, previous hash, time and an empty line",
                    "entri tidak diawali baris versi, nomor, sidik sebelumnya, waktu, dan satu baris kosong"
                ),
            )
        })
    }

    fn split(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes;
        let mut line = || {
            let end = rest.iter().position(|b| *b == b'\n')?;
            let (line, after) = rest.split_at(end);
            rest = &after[1..];
            std::str::from_utf8(line).ok()
        };
        let version = line()?;
        let index = line()?;
        let previous = line()?;
        let recorded_at = line()?;
        let empty = line()?;
        if version != VERSION_LINE || !empty.is_empty() {
            return None;
        }
        Some(Self {
            index: parse_decimal(index)?,
            previous: Hash::from_hex(previous).ok()?,
            recorded_at: Timestamp::parse(recorded_at)?,
            statement: rest,
        })
    }

    /// The bytes of the entry: the Merkle leaf's data.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let header = format!("{VERSION_LINE}\n{}\n{}\n{}\n\n", self.index, self.previous, self.recorded_at);
        [header.as_bytes(), self.statement].concat()
    }

    /// Checks that this entry takes the place after `previous`, recorded at `not_before` or later.
    ///
    /// # Errors
    /// `wrong-index`, `wrong-previous` or `time-goes-back`.
    pub fn check_place(&self, index: u64, previous: &Hash, not_before: Option<Timestamp>) -> Result<(), FormError> {
        if self.index != index {
            return Err(FormError::new(
                FormCode::WrongIndex,
                sentence!(
                    "the entry calls itself {} and stands at {index}",
                    "entri menyebut dirinya {} dan berada di {index}",
                    self.index
                ),
            ));
        }
        if self.previous != *previous {
            return Err(FormError::new(
                FormCode::WrongPrevious,
                sentence!(
                    "the entry follows {}, but the leaf hash before it is {previous}",
                    "entri mengikuti {}, tetapi sidik daun sebelumnya {previous}",
                    self.previous
                ),
            ));
        }
        match not_before {
            Some(before) if self.recorded_at < before => Err(FormError::new(
                FormCode::TimeGoesBack,
                sentence!(
                    "recorded at {}, before the entry before it ({before})",
                    "dicatat pada {}, sebelum entri yang mendahuluinya ({before})",
                    self.recorded_at
                ),
            )),
            _ => Ok(()),
        }
    }
}
