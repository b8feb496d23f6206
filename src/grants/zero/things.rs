//! The things that entries make: organisations, cases, decrees, past awards. Read by pages, changed by
//! [`super::state::State::apply`] alone.

use super::keys::KeyNumber;
use super::profile::Role;
use crate::grants::about::{CaseId, DecreeId};
use crate::grants::figures::Figures;
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::signer::SignerId;
use crate::grants::time::{Date, Timestamp};
use crate::tlog::hash::Hash;

/// A registered organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Org {
    pub(in crate::grants) head: Hash,
    pub(in crate::grants) key: SignerId,
    pub(in crate::grants) name: Box<str>,
    pub(in crate::grants) recipient_type: Box<str>,
    pub(in crate::grants) account: Hash,
    pub(in crate::grants) chair: Hash,
    pub(in crate::grants) cases: u64,
    pub(in crate::grants) acts: Vec<Act>,
    pub(in crate::grants) disputed: bool,
}

/// Who signed something about a thing, and when: what a revocation may dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::grants) struct Act {
    pub(in crate::grants) key: KeyNumber,
    pub(in crate::grants) at: Timestamp,
}

/// One grant from application to report. Compact: ledgers of 10^7 entries hold half a million.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub(in crate::grants) head: Hash,
    pub(in crate::grants) title: Box<str>,
    pub(in crate::grants) field: Box<str>,
    pub(in crate::grants) agency: Box<str>,
    pub(in crate::grants) fiscal_year: u16,
    /// The place of the last stage reached in the profile's stages.
    pub(in crate::grants) stage: u8,
    pub(in crate::grants) figures: Box<Figures>,
    /// What the last warrant ordered and no credit has answered.
    pub(in crate::grants) uncredited: Option<Amount>,
    pub(in crate::grants) report_due: Option<Date>,
    pub(in crate::grants) decree: Option<DecreeRef>,
    pub(in crate::grants) held_by: Option<DecreeId>,
    pub(in crate::grants) closed: Option<Closed>,
    pub(in crate::grants) disputed: bool,
    pub(in crate::grants) numbers: Vec<(Kind, Box<str>)>,
    pub(in crate::grants) acts: Vec<Act>,
}

// With its amounts, texts and signers a case takes about 900 bytes of memory; 10^7 entries hold some 330,000.
const _: () = assert!(size_of::<Case>() <= 304);

/// The row of a sealed decree that decided a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecreeRef {
    /// The decree.
    pub decree: DecreeId,
    /// The number of its row.
    pub row: u64,
}

/// Why a case takes nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It was refused.
    Refused,
    /// Its use was reported. Rule set 0 has no review of reports.
    Reported,
}

/// A next step of a case and who may take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The kind of statement.
    pub kind: Kind,
    /// The office that signs, if one does.
    pub office: Option<Role>,
    /// Whether the organisation signs.
    pub organisation: bool,
}

/// A decree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decree {
    pub(in crate::grants) head: Hash,
    pub(in crate::grants) number: Box<str>,
    pub(in crate::grants) total: Amount,
    pub(in crate::grants) row_count: u64,
    pub(in crate::grants) signer: SignerId,
    pub(in crate::grants) status: DecreeStatus,
    pub(in crate::grants) rows: Vec<DecreeEntry>,
}

/// One recorded row of a decree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecreeEntry {
    /// The number of the row on the paper.
    pub row: u64,
    /// The case that it decides.
    pub case: CaseId,
    /// How much it grants.
    pub amount: Amount,
}

/// How far a decree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecreeStatus {
    /// Rows may follow.
    Open,
    /// In effect.
    Sealed,
    /// Given up before it took effect.
    Abandoned,
}

/// A past award: only its place, for the entry says the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Award {
    pub(in crate::grants) head: Hash,
    pub(in crate::grants) index: u64,
}

impl Org {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The code of its recipient type in the profile.
    pub fn recipient_type(&self) -> &str {
        &self.recipient_type
    }

    /// Its key.
    pub fn key(&self) -> &SignerId {
        &self.key
    }

    /// The commitment to its account.
    pub fn account(&self) -> Hash {
        self.account
    }

    /// The commitment to its chair's identity.
    pub fn chair(&self) -> Hash {
        self.chair
    }

    /// How many cases it has opened.
    pub fn case_count(&self) -> u64 {
        self.cases
    }

    /// Whether it was registered by a key that was suspect then.
    pub fn disputed(&self) -> bool {
        self.disputed
    }
}

impl Case {
    /// Its title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The code of its field in the profile.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// The code of the agency of its field.
    pub fn agency(&self) -> &str {
        &self.agency
    }

    /// The fiscal year for which it asks.
    pub fn fiscal_year(&self) -> u16 {
        self.fiscal_year
    }

    /// The amounts so far.
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// By when its use must be reported, once agreed.
    pub fn report_due(&self) -> Option<Date> {
        self.report_due
    }

    /// The sealed decree and row that decided it.
    pub fn decree(&self) -> Option<DecreeRef> {
        self.decree
    }

    /// The decree whose rows name it and that is neither sealed nor abandoned.
    pub fn held_by(&self) -> Option<DecreeId> {
        self.held_by
    }

    /// Why it takes nothing more.
    pub fn closed(&self) -> Option<Closed> {
        self.closed
    }

    /// Whether a key that was suspect then has signed something about it.
    pub fn disputed(&self) -> bool {
        self.disputed
    }

    /// The numbers of its documents, by the kind of statement that named them, in order.
    pub fn numbers(&self) -> impl Iterator<Item = (Kind, &str)> {
        self.numbers.iter().map(|(kind, number)| (*kind, &**number))
    }
}

impl Decree {
    /// Its number.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The sum of all its rows, as issued.
    pub fn total(&self) -> Amount {
        self.total
    }

    /// How many rows it has, as issued.
    pub fn row_count(&self) -> u64 {
        self.row_count
    }

    /// How far it is.
    pub fn status(&self) -> DecreeStatus {
        self.status
    }

    /// The rows recorded so far.
    pub fn rows(&self) -> &[DecreeEntry] {
        &self.rows
    }
}

impl Award {
    /// The entry that says it.
    pub fn index(&self) -> u64 {
        self.index
    }
}
