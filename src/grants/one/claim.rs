//! What a statement claims under rule set 1: typed, of the right shape; whether it may be said is not yet known.

use super::bodies::Body;
use crate::grants::claim::Envelope;
use crate::grants::json::Json;
use crate::grants::kinds::Kind;
use crate::grants::rules::Refusal;
use crate::grants::sentence::sentence;
use crate::grants::signer::Vkey;

/// A statement's parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub(super) envelope: Envelope,
    pub(super) body: Body,
}

impl Claim {
    /// Reads the parts of a statement's envelope (formats.md section 1).
    ///
    /// # Errors
    /// A refusal of [`crate::grants::rules::Rule::Form`] that names the part and what it must be.
    pub fn parse(kind: Kind, envelope: Envelope, body: Json<'_>) -> Result<Self, Refusal> {
        if (kind == Kind::LedgerFounded) != envelope.after.is_none() {
            return Err(Refusal::form(sentence!(
                "The after of ledger.founded must be empty, for nothing is before it, and that of every other kind a leaf hash",
                "Nilai after pada ledger.founded harus kosong, karena tidak ada yang mendahuluinya, dan pada jenis lain harus sidik daun; perbaiki after"
            )));
        }
        let body = Body::parse_json(kind, body)?;
        body.about_agrees(envelope.about).map_err(|expected| {
            Refusal::form(sentence!(
                "A statement of {kind} must be about {expected}, not {}; correct about and sign again",
                "Pernyataan {kind:#} harus mengenai {expected:#}, bukan {}; perbaiki about lalu tandatangani lagi",
                envelope.about
            ))
        })?;
        if let Some(vkey) = body.keys_brought().into_iter().find(|vkey| !envelope.signers.contains(vkey.id())) {
            return Err(Refusal::form(sentence!(
                "The key {} that this statement brings must also sign it; add its signature",
                "Kunci {} yang dibawa pernyataan ini harus ikut menandatanganinya; tambahkan tanda tangannya",
                vkey.id()
            )));
        }
        Ok(Claim { envelope, body })
    }

    /// What every statement says beside its body.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// What it says.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The verifier keys that it brings into force and that therefore sign it too.
    pub fn keys_brought(&self) -> Vec<&Vkey> {
        self.body.keys_brought()
    }
}
