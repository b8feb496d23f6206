//! The things that entries make in rule set 1. Changed by applying a judged change alone.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::Arc;

use super::keys::KeyNumber;
use super::state::NumberKey;
use super::ways::{Form, Way};
use crate::grants::about::{About, CaseId, DecreeId};
use crate::grants::figures::{Figure, Figures, Sums};
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::sentence::Both;
use crate::grants::signer::SignerId;
use crate::grants::time::{Date, Timestamp};
use crate::grants::zero::bodies::Period;
use crate::tlog::hash::Hash;

/// A person's public number as the ledger first met it: small, for it is kept with every decision on every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::grants) struct PersonNumber(pub(super) u32);

/// One appointment: who holds which office, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Official {
    pub(super) head: Hash,
    /// The code of the office in the profile.
    pub office: Box<str>,
    /// The person's public number, `pejabat/0042`.
    pub person: Box<str>,
    pub(super) person_number: PersonNumber,
    /// The number of the decree of appointment.
    pub decree_number: Box<str>,
    /// The first and last day in office, as it stands after a retirement.
    pub period: Period,
    /// Acting (Plt.).
    pub acting: bool,
    /// The key now.
    pub key: SignerId,
    /// The entry of the retirement.
    pub retired: Option<u64>,
}

/// A registered organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Org {
    pub(super) head: Hash,
    /// Its name.
    pub name: Box<str>,
    /// The code of its recipient type in the profile.
    pub recipient_type: Box<str>,
    /// The commitment to its account, and the pointer of the statement that made it.
    pub account: Hash,
    /// The commitment to its chair's identity.
    pub chair: Hash,
    /// The key, unless a replacement has come into force since; see [`Org::key_on`].
    pub(super) key: SignerId,
    /// A replacement; see [`Org::pending_on`].
    pub(super) pending: Option<Pending>,
    /// The entry that suspended it.
    pub suspended: Option<u64>,
    /// The last day of a sanction.
    pub barred_until: Option<Date>,
    /// How many cases it has opened; the last one's number.
    pub cases: u64,
    /// How many of them are open.
    pub open_cases: u64,
    /// The calendar year of the last revision, and how many there were in it.
    pub revisions: (u16, u64),
    pub(super) trace: Vec<Trace>,
}

/// A lost key's replacement, waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The entry that said it.
    pub index: u64,
    /// The new key.
    pub key: SignerId,
    /// The old key.
    pub retires: SignerId,
    /// The first day on which the new key signs.
    pub effective: Date,
}

/// A recorded statement about a thing: what a correction, a confirmation or a dispute asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The entry.
    pub index: u64,
    /// When it was recorded.
    pub at: Timestamp,
    /// When it happened, as claimed; as corrected.
    pub event_date: Date,
    /// What it said.
    pub kind: Kind,
    pub(super) keys: [Option<KeyNumber>; 3],
    /// Its amount; as corrected.
    pub amount: Option<Amount>,
    /// Another key of the office has confirmed it, or a correction has replaced it: its signer is disputed no more.
    pub settled: bool,
    // Apart, for most statements have nothing of it, and a million of them are in memory.
    pub(super) more: Option<Box<More>>,
}

/// What few recorded statements have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct More {
    /// Its document's number, where `used` does not tell it; as corrected.
    pub(super) number: Option<Box<str>>,
    /// The correction in its place, which is never entry 0.
    pub(super) superseded: Option<NonZeroU64>,
    /// The number that it uses (B10); as corrected.
    pub(super) used: Option<NumberKey>,
    /// What the amounts after it rest on beside its own amount; as corrected.
    pub(super) said: Said,
    /// The amounts before it, where no earlier statement of the trace tells them: a case begins or is taken over.
    pub(super) base: Option<Box<Base>>,
}

/// What a statement says, beside its amount, that later amounts rest on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Said {
    /// Nothing more.
    #[default]
    Nothing,
    /// Of an agreement.
    Terms { plan: Arc<[Amount]>, report_due: Date },
    /// Of a review.
    Review { accepted: bool, disallowed: Amount },
    /// Of a report: whether it says that it is the last.
    Final(bool),
    /// Of a return: to which stage.
    Returned(Option<Kind>),
    /// Of a sanction: its last day.
    Until(Date),
}

/// The amounts of a case where its trace begins to tell them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) figures: Figures,
    pub(super) handed_over: Option<Amount>,
    pub(super) pay: Pay,
    pub(super) report_due: Option<Date>,
    pub(super) irregular: Amount,
}

impl Trace {
    /// A statement of this kind, of which nothing more is known yet.
    pub(super) fn new(index: u64, at: Timestamp, event_date: Date, kind: Kind) -> Self {
        Trace { index, at, event_date, kind, keys: [None; 3], amount: None, settled: false, more: None }
    }

    /// Its document's number; as corrected.
    pub fn number(&self) -> Option<&str> {
        let more = self.more.as_deref()?;
        more.number.as_deref().or_else(|| more.used.as_ref().map(NumberKey::number))
    }

    /// The correction in its place.
    pub fn superseded(&self) -> Option<u64> {
        self.more.as_ref()?.superseded.map(NonZeroU64::get)
    }

    pub(super) fn used(&self) -> Option<&NumberKey> {
        self.more.as_ref()?.used.as_ref()
    }

    pub(super) fn said(&self) -> &Said {
        self.more.as_ref().map_or(&Said::Nothing, |more| &more.said)
    }

    pub(super) fn base(&self) -> Option<&Base> {
        self.more.as_ref()?.base.as_deref()
    }

    /// What few have, to be changed.
    pub(super) fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// With this, where it says anything.
    pub(super) fn with(mut self, more: More) -> Self {
        self.more = (more != More::default()).then(|| Box::new(more));
        self
    }
}

impl More {
    /// The number of the document, and as what it is used.
    pub(super) fn numbered(number: Option<&str>, used: Option<NumberKey>) -> Self {
        let number = number.filter(|&number| used.as_ref().is_none_or(|used| used.number() != number));
        More { number: number.map(Into::into), used, ..More::default() }
    }
}

impl Base {
    /// The amounts as they are now.
    pub(super) fn of(core: &Core) -> Self {
        Base {
            figures: core.figures,
            handed_over: core.handed_over,
            pay: core.pay.clone(),
            report_due: core.report_due,
            irregular: core.irregular,
        }
    }
}

/// Kinds that a case has done, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Done(u128);

impl Done {
    /// Whether the kind is done.
    pub fn has(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }

    /// Marks the kind as done.
    pub fn set(&mut self, kind: Kind) {
        self.0 |= 1 << kind as u32;
    }

    /// Marks the kind as not done.
    pub fn clear(&mut self, kind: Kind) {
        self.0 &= !(1 << kind as u32);
    }
}

const _: () = assert!(Kind::ALL.len() <= 128);

/// What an application says and a later step rarely changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// A short name.
    pub title: Box<str>,
    /// The code of the field.
    pub field: Box<str>,
    /// The code of the agency of the field.
    pub agency: Box<str>,
    /// The way of the law.
    pub way: Way,
    /// What is asked for.
    pub form: Form,
    /// The fiscal year.
    pub fiscal_year: u16,
    /// By which kind it began.
    pub began: Kind,
}

/// One grant. Everything that a step may change is in [`Core`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    pub(super) head: Hash,
    /// The list, budget or decree whose recorded rows name it and that is neither sealed nor abandoned.
    pub held_by: Option<About>,
    /// The state.
    pub core: Core,
    /// Its statements, in order.
    pub trace: Vec<Trace>,
}

/// What a step may change. A judged step is the case's next core.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Core {
    /// Title, field, way.
    pub facts: Arc<Facts>,
    /// The stages that are done.
    pub done: Done,
    /// The last stage that was reached.
    pub stage: Kind,
    /// Returned to the applicant, who must revise it.
    pub returned: bool,
    /// The eleven amounts.
    pub figures: Figures,
    /// The value of goods handed over.
    pub handed_over: Option<Amount>,
    /// Where the payment is.
    pub pay: Pay,
    /// By when the use must be reported.
    pub report_due: Option<Date>,
    /// The row of the sealed decree that decided it; the latest where it was amended.
    pub decree: Option<DecreeRef>,
    /// A sealed list nominated it.
    pub nominated: bool,
    /// Paid outside the rules, as irregularity.recorded says; part of paid.
    pub irregular: Amount,
    /// Why it is closed.
    pub closed: Option<Closed>,
    /// Which persons acted in which duty (B3).
    pub(super) duties: Arc<Vec<(PersonNumber, Duty)>>,
    /// How many revisions it had.
    pub revisions: u16,
}

/// Where the payment of a case is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pay {
    /// The amounts of the agreement's instalments; empty: one for all.
    pub plan: Arc<[Amount]>,
    /// How many instalments are credited.
    pub settled: u32,
    /// The amount of the request (SPP) that is on its way.
    pub requested: Option<Amount>,
    /// The amount of the order (SPM) that is on its way.
    pub ordered: Option<Amount>,
    /// The amount of the warrant that no credit has answered.
    pub uncredited: Option<Amount>,
    /// The amount of the last warrant, as long as it may be cancelled or its money returned.
    pub warranted: Option<Amount>,
    /// The amount of the last credit, as long as it may be disputed or returned.
    pub last_credit: Option<Amount>,
    /// The organisation disputes the last credit.
    pub disputed_credit: bool,
    /// The amount of the last report, as long as its review may return it.
    pub last_report: Option<Amount>,
    /// A report said that it is the last.
    pub final_report: bool,
    /// To be given back beside what is unspent: disallowed by reviews.
    pub disallowed: Amount,
    /// To be given back as demanded.
    pub demanded: Amount,
}

/// The row of a sealed decree that decided a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecreeRef {
    /// The decree.
    pub decree: DecreeId,
    /// The number of its row.
    pub row: u64,
}

/// Why a case is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It was refused.
    Refused,
    /// The organisation withdrew it.
    Withdrawn,
    /// The government cancelled it.
    Cancelled,
    /// The report was accepted and nothing is left to refund.
    Settled,
}

/// What a person may not do twice on one case (B3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::grants) enum Duty {
    Recommended,
    Approved,
    Ordered,
    Paid,
    Considered,
    Inspected,
}

/// What is left in memory of a closed case of a fiscal year whose books are closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residue {
    pub(super) head: Hash,
    /// Its fiscal year.
    pub fiscal_year: u16,
    /// The number of its agency in the profile; 0 where the profile has it no more.
    pub agency: u64,
    /// Why it is closed.
    pub closed: Closed,
    /// Paid, if anything was.
    pub paid: Option<Amount>,
    /// Given back, if anything was.
    pub refunded: Option<Amount>,
}

/// A list, a budget or a decree: a document that names many cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    pub(super) head: Hash,
    /// Its number.
    pub number: Box<str>,
    /// Its fiscal year.
    pub fiscal_year: u16,
    /// The way that it is for; none for a budget.
    pub way: Option<Way>,
    /// The sum of all rows, as issued.
    pub total: Amount,
    /// How many rows it has, as issued.
    pub row_count: u64,
    /// The sum of the rows recorded so far.
    pub sum: i128,
    /// How many rows are recorded so far.
    pub recorded: u64,
    pub(super) last_row: u64,
    pub(super) signer: SignerId,
    pub(super) persons: Vec<PersonNumber>,
    /// How far it is.
    pub status: PaperStatus,
    /// The rows recorded so far; dropped when it is sealed or abandoned.
    pub(super) rows: Vec<PaperRow>,
    /// By how much its rows would raise what decrees grant, by field; of a decree.
    pub(super) added: BTreeMap<Box<str>, i128>,
    /// The decree that it amends.
    pub amends: Option<DecreeId>,
    /// Ceilings of a budget.
    pub ceilings: Arc<[Ceiling]>,
}

/// One recorded row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaperRow {
    /// The number of the row on the paper.
    pub row: u64,
    /// The case.
    pub case: CaseId,
    /// The amount.
    pub amount: Amount,
}

/// How far a paper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperStatus {
    /// Rows may follow.
    Open,
    /// In effect.
    Sealed,
    /// Given up before it took effect.
    Abandoned,
    /// Taken back after it took effect.
    Revoked,
}

/// The most that decrees of a fiscal year may grant on a way, in all, for a field or through an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ceiling {
    /// The way.
    pub way: Way,
    /// A field only.
    pub field: Option<Box<str>>,
    /// An agency only.
    pub agency: Option<Box<str>>,
    /// The most.
    pub amount: Amount,
}

/// What is known of a fiscal year.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Year {
    pub(super) head: Option<Hash>,
    /// How many cases name this year.
    pub cases: u64,
    /// Their amounts.
    pub case_sums: Sums,
    /// How many migrated awards name this year.
    pub awards: u64,
    /// Their amounts; recoveries count as less.
    pub award_sums: Sums,
    /// What decrees granted, by field and way.
    pub(super) decreed: BTreeMap<Box<str>, [i128; 3]>,
    /// The ceilings of the budget's latest version.
    pub(super) ceilings: Arc<[Ceiling]>,
    /// Paid outside the rules and without a case.
    pub irregular: i128,
}

/// A flag that the inspectorate raised and has not closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The case that it concerns.
    pub case: Option<CaseId>,
    /// The organisation that it concerns.
    pub org: Option<u64>,
    /// Whether somebody answered.
    pub answered: bool,
}

/// A citizen's report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The case that it is about.
    pub case: Option<CaseId>,
    /// Whether an office answered.
    pub answered: bool,
    /// Whether the citizen rated the answer.
    pub rated: bool,
}

impl Org {
    /// Its key on this day. A replacement comes into force by its day alone, without an entry; whoever changes the
    /// organisation next writes that down (`Org::settle`), and until then this tells it.
    pub fn key_on(&self, today: Date) -> &SignerId {
        self.pending.as_ref().filter(|pending| pending.effective <= today).map_or(&self.key, |pending| &pending.key)
    }

    /// The replacement that is not yet in force on this day.
    pub fn pending_on(&self, today: Date) -> Option<&Pending> {
        self.pending.as_ref().filter(|pending| today < pending.effective)
    }

    /// A replacement that has come into force is a replacement no more.
    pub(super) fn settle(&mut self, today: Date) {
        if let Some(pending) = self.pending.take_if(|pending| pending.effective <= today) {
            self.key = pending.key;
        }
    }
}

impl Core {
    /// The amount of a figure; zero where there is none.
    pub fn amount(&self, figure: Figure) -> Amount {
        self.figures.get(figure).unwrap_or(Amount::ZERO)
    }

    /// What was paid and not given back, in minor units.
    pub fn outstanding(&self) -> i64 {
        self.amount(Figure::Paid).minor() - self.amount(Figure::Refunded).minor()
    }
}

impl Residue {
    /// The amounts that may still change.
    pub fn figures(&self) -> Figures {
        let mut figures = Figures::default();
        for (figure, amount) in [(Figure::Paid, self.paid), (Figure::Refunded, self.refunded)] {
            if let Some(amount) = amount {
                figures.set(figure, amount);
            }
        }
        figures
    }
}

impl Org {
    /// What was said about it, in order.
    pub fn trace(&self) -> &[Trace] {
        &self.trace
    }
}

impl Case {
    /// The numbers of its documents, by the kind of statement that named them, in order.
    pub fn numbers(&self) -> impl Iterator<Item = (Kind, &str)> {
        self.trace.iter().filter_map(|trace| Some((trace.kind, trace.number()?)))
    }
}

impl Closed {
    /// What happened to the case, in words that follow its name.
    pub fn words(self) -> Both {
        match self {
            Closed::Refused => Both("was refused", "sudah ditolak"),
            Closed::Withdrawn => Both("was withdrawn", "sudah ditarik pemohon"),
            Closed::Cancelled => Both("was cancelled", "sudah dibatalkan"),
            Closed::Settled => Both("is settled", "sudah selesai"),
        }
    }

    /// The word for programs.
    pub fn name(self) -> &'static str {
        match self {
            Closed::Refused => "refused",
            Closed::Withdrawn => "withdrawn",
            Closed::Cancelled => "cancelled",
            Closed::Settled => "settled",
        }
    }
}
