//! Commitments and their openings: personal data never enters the chain (formats.md section 5).
//!
//! A statement carries `sealed: {"account": "<64 hex>"}`; the value and its salt stay in the hands of whoever may
//! know them. An opening file proves to a third party what was committed to:
//!
//! ```text
//! hibah/opening/v1
//! <statement hash, hex>
//! /body/sealed/account
//! <salt, 64 hex>
//! <value, padded base64>
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::canonical;
use super::form::{FormCode, FormError};
use super::statement::Statement;
use crate::grants::sentence::sentence;
use crate::tlog::hash::{Hash, sha256_parts};

/// The first line of every opening file of this version.
pub const VERSION_LINE: &str = "hibah/opening/v1";

/// A value, its salt, and the commitment in a statement that they open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The statement that holds the commitment.
    pub statement: Hash,
    /// JSON pointer into the statement's fourth line.
    pub pointer: String,
    /// 32 random bytes.
    pub salt: [u8; 32],
    /// The value, in Unicode normal form C.
    pub value: String,
}

/// The commitment to a value at its place: SHA-256 over version, origin, thing, pointer, salt and value.
#[must_use]
pub fn commitment(origin: &str, about: &str, pointer: &str, salt: &[u8; 32], value: &str) -> Hash {
    let place = format!("hibah/sealed/v1\n{origin}\n{about}\n{pointer}\n");
    sha256_parts(&[place.as_bytes(), salt, value.as_bytes()])
}

impl Opening {
    /// Reads an opening file.
    ///
    /// # Errors
    /// `bad-opening`.
    pub fn parse(bytes: &[u8]) -> Result<Self, FormError> {
        Self::split(bytes).ok_or_else(|| {
            FormError::new(
                FormCode::BadOpening,
                sentence!(
                    "the opening is not the five lines version, statement hash, pointer, salt, value: ask its holder for the file again",
                    "berkas pembuka bukan lima baris versi, sidik pernyataan, penunjuk, nilai acak, nilai: minta lagi berkasnya kepada pemegangnya"
                ),
            )
        })
    }

    fn split(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
        let lines: Vec<&str> = text.split('\n').collect();
        let [version, statement, pointer, salt, value] = lines[..] else {
            return None;
        };
        let value = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
        canonical::check_text(&value).ok()?;
        let opening = Self {
            statement: Hash::from_hex(statement).ok()?,
            pointer: pointer.to_owned(),
            salt: *Hash::from_hex(salt).ok()?.as_bytes(),
            value,
        };
        (version == VERSION_LINE).then_some(opening)
    }

    /// The opening file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        format!(
            "{VERSION_LINE}\n{}\n{}\n{}\n{}\n",
            self.statement,
            self.pointer,
            hex::encode(self.salt),
            STANDARD.encode(&self.value)
        )
        .into_bytes()
    }

    /// Checks that this opens a commitment of `statement`, a statement of the ledger `origin`.
    ///
    /// # Errors
    /// `wrong-statement`, `no-such-commitment` or `commitment-differs`.
    pub fn check(&self, statement: &Statement, origin: &str) -> Result<(), FormError> {
        if self.statement != statement.hash() {
            return Err(FormError::new(
                FormCode::WrongStatement,
                sentence!(
                    "the opening is of statement {}, this one is {}",
                    "berkas pembuka untuk pernyataan {}, sedangkan ini {}",
                    self.statement,
                    statement.hash()
                ),
            ));
        }
        let committed = sealed_name(&self.pointer)
            .and_then(|name| statement.body().get("sealed")?.get(name)?.as_str())
            .and_then(|text| Hash::from_hex(text).ok())
            .ok_or_else(|| {
                FormError::new(
                    FormCode::NoSuchCommitment,
                    sentence!(
                        "the statement has no commitment at {}",
                        "pernyataan tidak memiliki komitmen pada {}",
                        self.pointer
                    ),
                )
            })?;
        let opened = commitment(origin, &statement.about().to_string(), &self.pointer, &self.salt, &self.value);
        if opened != committed {
            return Err(FormError::new(
                FormCode::CommitmentDiffers,
                sentence!(
                    "the value and salt make another commitment than the one at {}",
                    "nilai dan nilai acaknya menghasilkan komitmen lain daripada yang pada {}",
                    self.pointer
                ),
            ));
        }
        Ok(())
    }
}

fn sealed_name(pointer: &str) -> Option<&str> {
    pointer.strip_prefix("/body/sealed/").filter(|name| canonical::is_field_name(name))
}
