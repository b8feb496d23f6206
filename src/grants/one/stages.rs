//! The order of a case's stages, which comes only from the profile in force.

use std::ops::Deref;
use std::sync::Arc;

use super::profile::Profile;
use super::things::{Closed, Core};
use super::ways::Way;
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::shape::Year;
use crate::grants::time::Date;

/// The stages of one payment, in order. They come again for each instalment.
pub(super) const PAYMENT: &[Kind] =
    &[Kind::PaymentRequested, Kind::PaymentVerified, Kind::PaymentOrdered, Kind::WarrantIssued, Kind::FundsCredited];

/// The stages of the case's way; empty where the profile in force has that way no more.
pub fn list<'a>(profile: &'a Profile, core: &Core) -> &'a [Kind] {
    profile.stages(core.facts.way, core.facts.form).unwrap_or(&[])
}

/// A few kinds, in order, without allocating.
#[derive(Debug, Clone, Copy)]
pub struct Few {
    kinds: [Kind; 4],
    count: usize,
}

impl Default for Few {
    fn default() -> Self {
        Few { kinds: [Kind::LedgerFounded; 4], count: 0 }
    }
}

impl Few {
    fn push(&mut self, kind: Kind) {
        self.kinds[self.count] = kind;
        self.count += 1;
    }
}

impl Deref for Few {
    type Target = [Kind];

    fn deref(&self) -> &[Kind] {
        &self.kinds[..self.count]
    }
}

/// What comes next on an open case: one stage, two that may come in either order, or two that exclude one another.
pub fn next(profile: &Profile, core: &Core) -> Few {
    let mut kinds = Few::default();
    if core.closed.is_some() {
        return kinds;
    }
    if core.returned {
        kinds.push(Kind::ApplicationRevised);
        return kinds;
    }
    let mut left = list(profile, core).iter().copied().filter(|&kind| !core.done.has(kind));
    let Some(first) = left.next() else { return kinds };
    kinds.push(first);
    let pair = [Kind::AgreementSigned, Kind::IntegrityPledged];
    if pair.contains(&first)
        && let Some(second) = left.next().filter(|second| pair.contains(second))
    {
        kinds.push(second);
    }
    if first == Kind::PaymentRequested && core.facts.way != Way::Grant && profile.limits.cash > Amount::ZERO {
        kinds.push(Kind::CashPaid);
    }
    // Where a filed report is enough, the next instalment need not wait for its review.
    let again = list(profile, core).contains(&Kind::PaymentRequested) && instalments_left(core);
    if first == Kind::UseReviewed && again && profile.report.instalment == super::profile::Instalment::Filed {
        kinds.push(Kind::PaymentRequested);
    }
    kinds
}

/// Whether the agreement has instalments that are not yet credited.
pub fn instalments_left(core: &Core) -> bool {
    !core.pay.final_report && (core.pay.settled as usize) < core.pay.plan.len().max(1)
}

/// Sets `stage` to the last stage of the way that is done.
pub(super) fn reach(profile: &Profile, core: &mut Core) {
    if let Some(&kind) = list(profile, core).iter().rev().find(|&&kind| core.done.has(kind)) {
        core.stage = kind;
    }
}

/// The stage and all that come after it in the way are to be done again; what they gave is given no more.
pub(super) fn go_back(profile: &Profile, core: &mut Core, to: Kind) {
    let stages = list(profile, core);
    if let Some(at) = stages.iter().position(|&kind| kind == to) {
        for &kind in &stages[at..] {
            if core.done.has(kind) {
                core.done.clear(kind);
                give_back(core, kind);
            }
        }
    }
    reach(profile, core);
}

/// What the stage and all that come after it gave is given no more, whichever of them are done.
pub(super) fn forget(profile: &Profile, core: &mut Core, to: Kind) {
    for &kind in list(profile, core).iter().skip_while(|&&kind| kind != to) {
        give_back(core, kind);
    }
}

/// What a stage gave a case is given no more. Money that moved is not undone by a stage, so those give nothing back.
fn give_back(core: &mut Core, kind: Kind) {
    match kind {
        Kind::AmountRecommended => core.figures.unset(Figure::Recommended),
        Kind::CaseConsidered => core.figures.unset(Figure::Considered),
        Kind::BudgetConsidered => core.figures.unset(Figure::Proposed),
        Kind::ListSealed => core.nominated = false,
        Kind::BudgetSealed => core.figures.unset(Figure::Enacted),
        Kind::DecreeSealed => {
            core.figures.unset(Figure::Decreed);
            core.decree = None;
        }
        Kind::AgreementSigned => {
            core.figures.unset(Figure::Agreed);
            core.report_due = None;
            core.pay.plan = Arc::new([]);
        }
        Kind::PaymentRequested => core.pay.requested = None,
        Kind::PaymentOrdered => core.pay.ordered = None,
        _ => {}
    }
}

/// What is still to be given back: unspent, disallowed or demanded, less what was.
pub fn left_to_refund(core: &Core) -> i64 {
    let paid = core.amount(Figure::Paid).minor();
    let unspent = match core.figures.get(Figure::Reported) {
        Some(reported) => (paid - reported.minor()).max(0),
        None => 0,
    };
    let due = unspent.saturating_add(core.pay.disallowed.minor()).max(core.pay.demanded.minor());
    due.min(paid) - core.amount(Figure::Refunded).minor()
}

/// Closes a case whose stages are all done when nothing is left to give back, and opens it again when there is.
pub(super) fn settle(profile: &Profile, core: &mut Core) {
    let list = list(profile, core);
    let done = !list.is_empty() && list.iter().all(|&kind| core.done.has(kind));
    if done && !core.returned && matches!(core.closed, None | Some(Closed::Settled)) {
        let settled = left_to_refund(core) <= 0 && !core.pay.disputed_credit;
        core.closed = settled.then_some(Closed::Settled);
    }
}

/// By when its use must be reported, as long as money was paid and no report says that it is the last.
pub fn report_waits_until(profile: &Profile, core: &Core) -> Option<Date> {
    let waits = core.closed.is_none()
        && core.amount(Figure::Paid) > Amount::ZERO
        && !core.pay.final_report
        && !core.done.has(Kind::UseReported)
        && list(profile, core).contains(&Kind::UseReported);
    waits.then(|| report_due(profile, core))
}

/// By when the use is to be reported: as agreed, else as the profile says for the year.
pub fn report_due(profile: &Profile, core: &Core) -> Date {
    core.report_due.unwrap_or_else(|| profile.report_due(Year(core.facts.fiscal_year)))
}

/// The kind by whose statement a stage begins: a list, budget or decree is issued before it is sealed.
pub fn begun_by(kind: Kind) -> Kind {
    match kind {
        Kind::ListSealed => Kind::ListNominated,
        Kind::BudgetSealed => Kind::BudgetEnacted,
        Kind::DecreeSealed => Kind::DecreeIssued,
        kind => kind,
    }
}
