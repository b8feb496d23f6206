//! What each kind of statement says: the fields of `body`. They are part of signed bytes, so they never change
//! within a rule set. A field marked `?` may be absent; all others must be there, and no other may.
//!
//! | kind | body | rests on |
//! |---|---|---|
//! | `ledger.founded` | `currency {code, decimals}`, `keys {ledger, roots, threshold}`, `profile`, `rules`, `trial` | formats.md 4, 6 |
//! | `official.appointed` | `office`, `person`, `decree_number`, `period {from, until}`, `key` | Permendagri 32/2011 (offices) |
//! | `key.revoked` | `key`, `reason`, `suspect_since` | formats.md 4 |
//! | `organisation.registered` | `name`, `recipient_type`, `address {street?, street2?, ward?, district?, city?, region?, postcode?}`, `registration? {type, number, issuer, date}`, `key`, `sealed {account, chair}` | Permendagri 32/2011 (recipients) |
//! | `application.submitted` | `title`, `purpose`, `amount`, `field`, `agency?`, `form`, `way`, `fiscal_year`, `documents`, `budget_lines? [{line, amount}]`, `place?` | Permendagri 32/2011 (written proposal) |
//! | `amount.recommended` | `amount`, `checklist?`, `reason`, `decided_by {person, post}`, `control_number?` | stage 4 |
//! | `decree.issued` | `number`, `fiscal_year`, `total`, `rows`, `document`, `decided_by` | stage 7 |
//! | `decree.rows` | `rows [{row, case, after, amount}]`, at most 200 | |
//! | `decree.sealed` | nothing | |
//! | `decree.abandoned` | `reason` | |
//! | `disbursement.requested` | `amount`, `documents` | |
//! | `agreement.signed` | `number`, `amount`, `document`, `report_due`, `decided_by` | NPHD |
//! | `warrant.issued` | `number`, `amount`, `fiscal_year`, `decided_by`, `payee? {about, commitment, pointer}` | SP2D |
//! | `funds.credited` | `amount`, `document?` | |
//! | `use.reported` | `amount`, `lines? [{line, amount}]`, `documents`, `note?` | LPJ |
//! | `decision.refused` | `reason`, `decided_by` | |
//! | `award.migrated` | `recipient {name, number?, address?}`, `fiscal_year`, `amounts` (at least one of the eleven, may be below zero), `outcome`, `agency?`, `fund?`, `conduit? {name?, number?}`, `programme?`, `purpose?`, `sponsor?`, `label?`, `numbers?`, `source {file_sha256, row, map_sha256}`, `cut?` | |
//!
//! A document is `{title, sha256, size, media_type}`. Limits: free text 500 characters, numbers and names of
//! documents 100, lists 100 items, rows 200.

mod award;
mod decision;
mod founding;
mod party;
mod payment;

pub use award::{AwardMigrated, Conduit, Cut, MigratedAmounts, Numbers, Outcome, Recipient, Source};
pub use decision::{
    AmountRecommended, Checklist, DecisionRefused, DecreeAbandoned, DecreeIssued, DecreeRow, DecreeRows, DecreeSealed,
};
pub use founding::{KeyRevoked, LedgerFounded, LedgerKeys, OfficialAppointed, Period};
pub use party::{Address, ApplicationSubmitted, Form, OrganisationRegistered, Registration, Sealed, Way};
pub use payment::{AgreementSigned, DisbursementRequested, FundsCredited, Payee, UseReported, WarrantIssued};

use serde_json::Value;

use crate::grants::json::{Json, Values};
use crate::grants::kinds::Kind;
use crate::grants::money::{self, Amount};
use crate::grants::rules::Refusal;
use crate::grants::shape::{Code, Fault, Field, MediaType, Person, Shape, Text, record};
use crate::grants::zero::form;
use crate::tlog::hash::Hash;

/// Most items in any list but the rows of a decree.
pub const MAX_ITEMS: usize = 100;

record! {
    /// A public document, known by its digest; the document itself is never on the ledger.
    pub struct Document {
        /// A title from the profile's list.
        title: Text,
        /// SHA-256 of its bytes.
        sha256: Hash,
        /// Its size in bytes, at least 1.
        size: u64,
        /// Its media type.
        media_type: MediaType,
    }
}

record! {
    /// Who decided, which may be another than who records it.
    pub struct DecidedBy {
        /// The person's public number.
        person: Person,
        /// The code of the office that the person held on the event's date.
        post: Code,
    }
}

record! {
    /// One line of a budget or a report.
    pub struct BudgetLine {
        /// What for.
        line: Text,
        /// How much.
        amount: Amount,
    }
}

macro_rules! bodies {
    ($($kind:ident,)*) => {
        /// A body that has the shape of its kind. What it claims is not yet judged.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Body {
            $(#[doc = concat!("Of [`Kind::", stringify!($kind), "`].")] $kind(Box<$kind>),)*
        }

        /// The kinds that rule set 0 has.
        pub const KINDS: &[Kind] = &[$(Kind::$kind,)*];

        impl Body {
            /// The kind of statement that says this.
            pub fn kind(&self) -> Kind {
                match self { $(Body::$kind(_) => Kind::$kind,)* }
            }

            /// Every field of the body of this kind, from the declarations that read it.
            pub fn fields(kind: Kind) -> Vec<Field> {
                match kind { $(Kind::$kind => $kind::fields(),)* _ => Vec::new() }
            }

            fn read(kind: Kind, value: Json<'_>) -> Result<Self, Fault> {
                Ok(match kind {
                    $(Kind::$kind => Body::$kind(Box::new($kind::read(value)?)),)*
                    _ => return Err(Fault::in_english("not be there: rule set 0 has no such kind")),
                })
            }
        }
    };
}

bodies! {
    LedgerFounded, OfficialAppointed, KeyRevoked, OrganisationRegistered, ApplicationSubmitted, AmountRecommended,
    DecreeIssued, DecreeRows, DecreeSealed, DecreeAbandoned, DisbursementRequested, AgreementSigned, WarrantIssued,
    FundsCredited, UseReported, DecisionRefused, AwardMigrated,
}

impl Body {
    /// Reads the body of a statement of this kind. The value is strict canonical JSON already.
    ///
    /// # Errors
    /// A refusal of [`crate::grants::rules::Rule::Form`] that names the field and what it must be.
    pub fn parse(kind: Kind, value: &Value) -> Result<Self, Refusal> {
        Body::parse_json(kind, Values::of(value).root(""))
    }

    /// The same from values that stand in a text.
    ///
    /// # Errors
    /// As [`Body::parse`].
    pub fn parse_json(kind: Kind, value: Json<'_>) -> Result<Self, Refusal> {
        let sentence = |fault: Fault| {
            form(format!(
                "In a statement of {kind}, body{} must {}; correct it and sign again",
                fault.pointer, fault.must
            ))
        };
        let body = Body::read(kind, value).map_err(sentence)?;
        body.validate().map_err(sentence)?;
        Ok(body)
    }

    /// What no field can tell by itself: lengths of lists, and fields that must agree.
    fn validate(&self) -> Result<(), Fault> {
        match self {
            Body::LedgerFounded(body) => body.validate(),
            Body::OfficialAppointed(body) => body.validate(),
            Body::OrganisationRegistered(body) => body.validate(),
            Body::ApplicationSubmitted(body) => body.validate(),
            Body::AmountRecommended(body) => body.validate(),
            Body::DecreeIssued(body) => body.validate(),
            Body::DecreeRows(body) => body.validate(),
            Body::DisbursementRequested(body) => documents(&body.documents),
            Body::AgreementSigned(body) => document(&body.document).map_err(|fault| fault.inside("document")),
            Body::WarrantIssued(body) => body.validate(),
            Body::FundsCredited(body) => body.validate(),
            Body::UseReported(body) => body.validate(),
            Body::AwardMigrated(body) => body.validate(),
            Body::KeyRevoked(_) | Body::DecreeSealed(_) | Body::DecreeAbandoned(_) | Body::DecisionRefused(_) => Ok(()),
        }
    }

    /// The decision's author, where the kind is a decision.
    pub fn decided_by(&self) -> Option<&DecidedBy> {
        match self {
            Body::AmountRecommended(body) => Some(&body.decided_by),
            Body::DecreeIssued(body) => Some(&body.decided_by),
            Body::AgreementSigned(body) => Some(&body.decided_by),
            Body::WarrantIssued(body) => Some(&body.decided_by),
            Body::DecisionRefused(body) => Some(&body.decided_by),
            _ => None,
        }
    }

    /// Every public document that the body names.
    pub fn documents(&self) -> Vec<&Document> {
        match self {
            Body::ApplicationSubmitted(body) => body.documents.iter().collect(),
            Body::DecreeIssued(body) => vec![&body.document],
            Body::DisbursementRequested(body) => body.documents.iter().collect(),
            Body::AgreementSigned(body) => vec![&body.document],
            Body::FundsCredited(body) => body.document.iter().collect(),
            Body::UseReported(body) => body.documents.iter().collect(),
            _ => Vec::new(),
        }
    }
}

fn document(document: &Document) -> Result<(), Fault> {
    if document.size == 0 {
        return Err(Fault::in_english("be at least 1").inside("size"));
    }
    Ok(())
}

fn documents(list: &[Document]) -> Result<(), Fault> {
    at_most(list, MAX_ITEMS, "documents")?;
    list.iter()
        .enumerate()
        .try_for_each(|(at, item)| document(item).map_err(|fault| fault.inside(at).inside("documents")))
}

fn at_most<T>(list: &[T], limit: usize, name: &str) -> Result<(), Fault> {
    if list.len() > limit {
        return Err(Fault::in_english(format!("have at most {limit} items")).inside(name));
    }
    Ok(())
}

/// The lines, where there are any, add up to the amount.
fn lines_add_up(lines: Option<&Vec<BudgetLine>>, amount: Amount, name: &str) -> Result<(), Fault> {
    let Some(lines) = lines else { return Ok(()) };
    at_most(lines, MAX_ITEMS, name)?;
    let sum = money::sum(lines.iter().map(|line| line.amount));
    if sum != i128::from(amount.minor()) {
        return Err(Fault::in_english(format!("add up to the amount {amount} (they add up to {sum})")).inside(name));
    }
    Ok(())
}
