//! What a statement claims under rule set 1: typed, of the right shape; whether it may be said is not yet known.

use super::bodies::Body;
use crate::grants::claim::Envelope;
use crate::grants::json::Json;
use crate::grants::kinds::Kind;
use crate::grants::rules::Refusal;
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
            return Err(Refusal::form(
                "The after of ledger.founded must be empty, for nothing is before it, and that of every other kind a leaf hash",
            ));
        }
        let body = Body::parse_json(kind, body)?;
        body.about_agrees(envelope.about).map_err(|expected| {
            Refusal::form(format!(
                "A statement of {kind} must be about {expected}, not {}; correct about and sign again",
                envelope.about
            ))
        })?;
        if let Some(vkey) = body.keys_brought().into_iter().find(|vkey| !envelope.signers.contains(vkey.id())) {
            return Err(Refusal::form(format!(
                "The key {} that this statement brings must also sign it; add its signature",
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
