//! A statement as the rule book sees it: typed, first unverified, then verified.
//!
//! The envelope's bytes and signatures are the ledger's. It hands over a [`Claim`]'s parts, learns which keys the
//! claim needs, checks every signature, and only then may make a [`VerifiedStatement`].

use super::about::About;
use super::json::Json;
use super::kinds::Kind;
use super::rules::{Refusal, RuleSet};
use super::shape::Label;
use super::signer::SignerId;
use super::time::Date;
use super::{one, zero};
use crate::grants::sentence::sentence;
use crate::tlog::hash::Hash;

/// What every statement says beside its body (formats.md section 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The thing that it is about.
    pub about: About,
    /// The latest entry that its signers knew about that thing; `None` only for a founding.
    pub after: Option<Hash>,
    /// When it happened, as claimed.
    pub event_date: Date,
    /// The last local day on which it may be recorded.
    pub expires: Date,
    /// Every key that signs, ascending.
    pub signers: Vec<SignerId>,
}

/// What a statement claims. It has the right shape; who signed it, and whether it may be said, is not yet known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Under rule set 0.
    Zero(zero::claim::Claim),
    /// Under rule set 1.
    One(Box<one::claim::Claim>),
}

impl Claim {
    /// Reads the parts of a statement as the rule set has them.
    ///
    /// # Errors
    /// A refusal of [`super::rules::Rule::Form`] that names the part and what it must be.
    pub fn parse(rules: RuleSet, kind: &str, envelope: Envelope, body: Json<'_>) -> Result<Self, Refusal> {
        let Envelope { about, after, event_date, expires, signers } = &envelope;
        match rules {
            RuleSet::Zero => {
                zero::claim::Claim::parse(kind, *about, *after, body, *event_date, *expires, signers).map(Claim::Zero)
            }
            RuleSet::One => {
                let kind = Kind::parse(kind).ok_or_else(|| unknown_kind(kind))?;
                one::claim::Claim::parse(kind, envelope, body).map(|claim| Claim::One(Box::new(claim)))
            }
        }
    }

    /// Every key that signs, ascending.
    pub fn signers(&self) -> &[SignerId] {
        match self {
            Claim::Zero(claim) => claim.signers(),
            Claim::One(claim) => &claim.envelope().signers,
        }
    }

    /// The verifier keys that it brings into force and that therefore sign it too. The ledger's own key is not
    /// among them: it signs checkpoints, never statements.
    pub fn keys_brought(&self) -> Vec<&str> {
        match self {
            Claim::Zero(claim) => claim.keys_brought(),
            Claim::One(claim) => claim.keys_brought().into_iter().map(super::signer::Vkey::as_str).collect(),
        }
    }
}

/// The refusal of a kind that the rule set does not have.
pub(super) fn unknown_kind(kind: &str) -> Refusal {
    let shown = Label(kind.chars().take(64).collect());
    Refusal::form(sentence!(
        "The rule book has no kind {}; see the list of kinds in the documentation",
        "Buku aturan tidak memuat jenis {}; lihat daftar jenis pernyataan dalam dokumentasi",
        shown.0
    ))
}

/// A claim whose every signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedStatement(Claim);

impl VerifiedStatement {
    /// To be called only after every signer's signature over the statement's text was found to hold under the key that
    /// [`super::state::State::vkey_of`] or [`Claim::keys_brought`] names. Nothing else makes one.
    pub(crate) fn from_verification(claim: Claim) -> Self {
        VerifiedStatement(claim)
    }

    /// What it claims.
    pub fn claim(&self) -> &Claim {
        &self.0
    }
}
