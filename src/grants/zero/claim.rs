//! A statement as the rule book sees it: typed, first unverified, then verified.
//!
//! The envelope's bytes and signatures are the ledger's. It hands over a [`Claim`]'s parts, learns which keys the
//! claim needs, checks every signature, and only then may make a [`crate::grants::claim::VerifiedStatement`].

use super::bodies::{Body, KINDS};
use super::form;
use crate::grants::about::About;
use crate::grants::claim::unknown_kind;
use crate::grants::json::Json;
use crate::grants::kinds::Kind;
use crate::grants::rules::Refusal;
use crate::grants::signer::{SignerId, Vkey};
use crate::grants::time::Date;
use crate::tlog::hash::Hash;

/// What a statement claims. It has the right shape; who signed it, and whether it may be said, is not yet known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    about: About,
    after: Option<Hash>,
    body: Body,
    event_date: Date,
    expires: Date,
    signers: Vec<SignerId>,
}

impl Claim {
    /// Reads the parts of a statement's envelope (formats.md section 1).
    ///
    /// # Errors
    /// A refusal of [`crate::grants::rules::Rule::Form`] that names the part and what it must be.
    pub fn parse(
        kind: &str,
        about: About,
        after: Option<Hash>,
        body: Json<'_>,
        event_date: Date,
        expires: Date,
        signers: &[SignerId],
    ) -> Result<Self, Refusal> {
        let kind = Kind::parse(kind).filter(|kind| KINDS.contains(kind)).ok_or_else(|| unknown_kind(kind))?;
        if (kind == Kind::LedgerFounded) != after.is_none() {
            return Err(form(
                "The after of ledger.founded must be empty, for nothing is before it, and that of every other kind a leaf hash",
            ));
        }
        let claim =
            Claim { about, after, event_date, expires, signers: signers.to_vec(), body: Body::parse_json(kind, body)? };
        claim.about_agrees()?;
        claim.keys_sign()?;
        Ok(claim)
    }

    /// What kind of statement it is.
    pub fn kind(&self) -> Kind {
        self.body.kind()
    }

    /// The thing that it is about.
    pub fn about(&self) -> About {
        self.about
    }

    /// The latest entry that its signers knew about that thing; `None` only for a founding.
    pub fn after(&self) -> Option<Hash> {
        self.after
    }

    /// What it says.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// When it happened, as claimed.
    pub fn event_date(&self) -> Date {
        self.event_date
    }

    /// The last local day on which it may be recorded.
    pub fn expires(&self) -> Date {
        self.expires
    }

    /// Every key that signs, ascending.
    pub fn signers(&self) -> &[SignerId] {
        &self.signers
    }

    /// The verifier keys that it brings into force and that therefore sign it too. The ledger's own key is not
    /// among them: it signs checkpoints, never statements.
    pub fn keys_brought(&self) -> Vec<&str> {
        self.vkeys_brought().into_iter().map(Vkey::as_str).collect()
    }

    /// The verifier key that it brings for this signer, if it brings one.
    pub fn vkey_brought(&self, id: &SignerId) -> Option<&str> {
        let vkey = self.vkeys_brought().into_iter().find(|vkey| vkey.id() == id);
        vkey.map(Vkey::as_str)
    }

    pub(in crate::grants) fn vkeys_brought(&self) -> Vec<&Vkey> {
        match &self.body {
            Body::LedgerFounded(body) => body.keys.roots.iter().collect(),
            Body::OfficialAppointed(body) => vec![&body.key],
            Body::OrganisationRegistered(body) => vec![&body.key],
            _ => Vec::new(),
        }
    }

    /// `about` is of the sort that the kind needs, and says the same as the body where both say it.
    fn about_agrees(&self) -> Result<(), Refusal> {
        let kind = self.kind();
        let expected = match (&self.body, self.about) {
            (Body::LedgerFounded(_), About::Ledger)
            | (Body::OfficialAppointed(_), About::Official(_))
            | (Body::KeyRevoked(_), About::Official(_) | About::Org(_))
            | (Body::OrganisationRegistered(_), About::Org(_))
            | (Body::DecreeRows(_) | Body::DecreeSealed(_) | Body::DecreeAbandoned(_), About::Decree(_)) => {
                return Ok(());
            }
            (Body::DecreeIssued(body), About::Decree(id)) if body.fiscal_year.0 == id.year => {
                return Ok(());
            }
            (Body::DecreeIssued(body), _) => format!("decree/{}/<number>, the year of its body", body.fiscal_year.0),
            (Body::AwardMigrated(body), About::Award(id)) if body.source.award() == id => {
                return Ok(());
            }
            (Body::AwardMigrated(body), _) => {
                format!("{}, the source of its body", body.source.award())
            }
            (Body::LedgerFounded(_), _) => "ledger".to_owned(),
            (Body::OfficialAppointed(_), _) => "official/<number>".to_owned(),
            (Body::KeyRevoked(_), _) => "the key's holder, official/<number> or org/<number>".to_owned(),
            (Body::OrganisationRegistered(_), _) => "org/<number>".to_owned(),
            (Body::DecreeRows(_) | Body::DecreeSealed(_) | Body::DecreeAbandoned(_), _) => {
                "decree/<year>/<number>".to_owned()
            }
            (_, About::Case(_)) => return Ok(()),
            _ => "case/<organisation>/<number>".to_owned(),
        };
        Err(form(format!(
            "A statement of {kind} must be about {expected}, not {}; correct about and sign again",
            self.about
        )))
    }

    fn keys_sign(&self) -> Result<(), Refusal> {
        match self.vkeys_brought().into_iter().find(|vkey| !self.signers.contains(vkey.id())) {
            None => Ok(()),
            Some(vkey) => Err(form(format!(
                "The key {} that this statement brings must also sign it; add its signature",
                vkey.id()
            ))),
        }
    }
}
