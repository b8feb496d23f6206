//! A case is refused, sent back, or given up.

use super::applications::nothing_given;
use super::bodies::CaseReturned;
use super::cases::Step;
use super::change::Edit;
use super::things::{Case, Closed, Core, Trace};
use super::{Bench, refuse, stages};
use crate::grants::about::CaseId;
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::money::{Amount, Sum};
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::{Both, sentence};

/// Stages that are done by one statement about the case alone, and that can be done again: not the application, for
/// which a case is returned without naming a stage; not a list, budget or decree; not what moves money or goods.
const AGAIN: &[Kind] = &[
    Kind::CompletenessChecked,
    Kind::CaseRouted,
    Kind::CaseClassified,
    Kind::AmountRecommended,
    Kind::CaseConsidered,
    Kind::BudgetConsidered,
    Kind::DisbursementRequested,
    Kind::AgreementSigned,
    Kind::IntegrityPledged,
    Kind::PaymentRequested,
    Kind::PaymentVerified,
    Kind::PaymentOrdered,
];

/// What the payments of a case rest on: not done again once something was paid.
const BASE: &[Kind] = &[Kind::DisbursementRequested, Kind::AgreementSigned, Kind::IntegrityPledged];

impl Bench<'_> {
    pub(super) fn refused(&self, id: CaseId, step: &mut Step) -> Result<(), Refusal> {
        nothing_given(id, &step.core, Both("refused", "ditolak"))?;
        step.core.closed = Some(Closed::Refused);
        Ok(())
    }

    pub(super) fn cancelled(&self, id: CaseId, step: &mut Step) -> Result<(), Refusal> {
        let left = step.core.outstanding();
        if left != 0 {
            let left = Sum(i128::from(left));
            return refuse(
                Rule::B1,
                sentence!(
                    "{id} cannot be cancelled while {left} is paid and not given back; demand the refund first",
                    "{id} tidak dapat dibatalkan selama {left:#} sudah dibayar dan belum dikembalikan; tagih pengembaliannya dulu"
                ),
            );
        }
        if step.core.done.has(Kind::GoodsHandedOver) {
            return refuse(
                Rule::B1,
                sentence!(
                    "{id} cannot be cancelled, for it was handed over; review its report",
                    "{id} tidak dapat dibatalkan, karena sudah diserahkan; periksa laporannya"
                ),
            );
        }
        step.core.closed = Some(Closed::Cancelled);
        Ok(())
    }

    /// What is to be done again is settled: a suspect key that did it is asked no more.
    pub(super) fn returned(
        &self,
        id: CaseId,
        case: &Case,
        step: &mut Step,
        body: &CaseReturned,
    ) -> Result<Option<Edit>, Refusal> {
        let before = step.core.done;
        match body.to {
            None => self.to_the_applicant(id, &mut step.core)?,
            Some(to) => {
                self.can_be_done_again(id, &step.core, to)?;
                stages::go_back(self.profile, &mut step.core, to);
            }
        }
        let again = |trace: &Trace| match trace.kind {
            Kind::ApplicationSubmitted
            | Kind::ApplicationFiledAtCounter
            | Kind::NeedRecorded
            | Kind::ApplicationRevised => body.to.is_none(),
            kind => before.has(kind) && !step.core.done.has(kind),
        };
        let settle = |trace: &Trace| Trace { settled: trace.settled || again(trace), ..trace.clone() };
        let trace = case.trace.iter().map(settle).collect();
        Ok(Some(Edit::Mend(id, step.core.clone(), trace)))
    }

    /// B1: to the applicant only before a decree. All stages after the application are to be done again.
    fn to_the_applicant(&self, id: CaseId, core: &mut Core) -> Result<(), Refusal> {
        if core.done.has(Kind::DecreeSealed) {
            return refuse(
                Rule::B1,
                sentence!(
                    "{id} has a sealed decree and is not returned to its applicant; name a stage after the decree",
                    "{id} sudah memiliki keputusan (SK) yang berlaku dan tidak dikembalikan kepada pemohon; sebutkan tahap sesudah keputusan (SK)"
                ),
            );
        }
        if let Some(&second) = stages::list(self.profile, core).get(1) {
            stages::go_back(self.profile, core, second);
        }
        core.returned = true;
        Ok(())
    }

    /// B1.
    fn can_be_done_again(&self, id: CaseId, core: &Core, to: Kind) -> Result<(), Refusal> {
        let list = stages::list(self.profile, core);
        let place = |kind: Kind| list.iter().position(|&stage| stage == kind);
        let Some(at) = place(to).filter(|_| core.done.has(to)) else {
            return refuse(
                Rule::B1,
                sentence!(
                    "{id} has not done {to}, so it cannot be returned to it; name a stage that is done",
                    "{id} belum melewati {to:#}, sehingga tidak dapat dikembalikan ke sana; sebutkan tahap yang sudah selesai"
                ),
            );
        };
        if !AGAIN.contains(&to) {
            return refuse(
                Rule::B1,
                sentence!(
                    "{to} is not done again by returning {id}; name another stage, or none to return it to the applicant",
                    "{to:#} tidak diulang dengan mengembalikan {id}; sebutkan tahap lain, atau kosongkan untuk mengembalikannya kepada pemohon"
                ),
            );
        }
        if core.done.has(Kind::DecreeSealed) && place(Kind::DecreeSealed).is_some_and(|decree| at < decree) {
            return refuse(
                Rule::B1,
                sentence!(
                    "{id} has a sealed decree and is not returned to {to}, which is before it; revoke the decree first",
                    "{id} sudah memiliki keputusan (SK) yang berlaku dan tidak dikembalikan ke {to:#} yang mendahuluinya; cabut dulu keputusan (SK)-nya"
                ),
            );
        }
        let moved = [Kind::WarrantIssued, Kind::FundsCredited, Kind::GoodsHandedOver];
        if let Some(kind) = list[at..].iter().find(|&&kind| moved.contains(&kind) && core.done.has(kind)) {
            return refuse(
                Rule::B1,
                sentence!(
                    "{id} has done {kind} and is not returned to {to}; cancel the warrant first",
                    "{id} sudah melewati {kind:#} dan tidak dikembalikan ke {to:#}; batalkan dulu SP2D itu"
                ),
            );
        }
        if BASE.contains(&to) && core.amount(Figure::Paid) > Amount::ZERO {
            return refuse(
                Rule::B1,
                sentence!(
                    "{id} was paid in part and is not returned to {to}; name a stage of the payment",
                    "{id} sudah dibayar sebagian dan tidak dikembalikan ke {to:#}; sebutkan tahap pembayaran"
                ),
            );
        }
        Ok(())
    }
}
