//! Statements on their way from signer to signer, with some of their lines.

use super::form::{FormCode, FormError};
use super::statement::{Statement, bad_signature, is_line_of, unknown_key};
use crate::grants::sentence::sentence;
use crate::grants::signer::SignerId;
use crate::tlog::note::{NoteSignature, VerifierKey};

impl Statement {
    /// Checks the lines that are there, also where others are missing still.
    ///
    /// # Errors
    /// As [`Statement::check_signatures`].
    pub fn check_lines(&self, key_of: impl Fn(&SignerId) -> Option<VerifierKey>) -> Result<(), FormError> {
        for line in &self.note.signatures {
            // A draft has no line but those of its signers.
            let Some(id) = self.signers().iter().find(|id| is_line_of(line, id)) else { continue };
            let key = key_of(id).ok_or_else(|| unknown_key(id))?;
            let unfit = || {
                FormError::new(
                    FormCode::BadSignature,
                    sentence!("the line of {id} holds no signature", "baris {id} tidak berisi tanda tangan"),
                )
            };
            let signature = line.bytes.as_slice().try_into().map_err(|_| unfit())?;
            key.public().check(self.note.text.as_bytes(), signature).map_err(|fault| bad_signature(id, fault))?;
        }
        Ok(())
    }

    /// Takes over the lines that another copy of the same statement has and this one lacks.
    pub fn join(&mut self, other: &Self) {
        if self.note.text != other.note.text {
            return;
        }
        let all: Vec<NoteSignature> = self.note.signatures.iter().chain(&other.note.signatures).cloned().collect();
        let of = |id: &SignerId| all.iter().find(|line| is_line_of(line, id)).cloned();
        self.note.signatures = self.signers().iter().filter_map(of).collect();
    }
}
