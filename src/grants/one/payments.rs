//! Payment: request, verification, order, warrant and credit, what undoes them, and cash in their place.

use super::bodies::{CashPaid, Checklist, WarrantCancelled, WarrantIssued};
use super::profile::Instalment;
use super::things::{Case, Core};
use super::ways::Way;
use super::{Bench, refuse, stages};
use crate::grants::about::CaseId;
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::{Both, sentence};
use crate::grants::shape::Year;

impl Bench<'_> {
    pub(super) fn payment_requested(&self, id: CaseId, core: &mut Core, year: Year) -> Result<(), Refusal> {
        self.next_payment(id, core)?;
        self.burdens(id, core, year)?;
        self.amounts(id, core)
    }

    pub(super) fn payment_verified(
        &self,
        id: CaseId,
        core: &mut Core,
        checklist: Option<&Checklist>,
    ) -> Result<(), Refusal> {
        self.items_are_known(checklist)?;
        self.next_payment(id, core)
    }

    pub(super) fn payment_ordered(&self, id: CaseId, core: &mut Core, year: Year) -> Result<(), Refusal> {
        self.next_payment(id, core)?;
        self.burdens(id, core, year)?;
        self.amounts(id, core)
    }

    pub(super) fn warranted(&self, id: CaseId, core: &mut Core, body: &WarrantIssued) -> Result<(), Refusal> {
        self.rests_on_decree(id, core)?;
        // B7 comes before B8, and both before the order of stages.
        self.reported_before_next(id, core)?;
        self.overdue(id)?;
        self.next_payment(id, core)?;
        self.burdens(id, core, body.fiscal_year)?;
        self.amounts(id, core)?;
        self.is_to_report(core);
        Ok(())
    }

    /// B5: a warrant rests on a sealed decree, of a grant on the agreement, and on the pledge where the way has one.
    fn rests_on_decree(&self, id: CaseId, core: &Core) -> Result<(), Refusal> {
        let list = stages::list(self.profile, core);
        let lacks = |kind: Kind| list.contains(&kind) && !core.done.has(kind);
        let missing = if !core.done.has(Kind::DecreeSealed) || core.figures.get(Figure::Decreed).is_none() {
            Both(
                "sealed decree; issue and seal one",
                "keputusan (SK) yang berlaku; terbitkan dan berlakukan keputusan (SK) dulu",
            )
        } else if lacks(Kind::AgreementSigned)
            || (core.facts.way == Way::Grant && core.figures.get(Figure::Agreed).is_none())
        {
            Both("signed agreement; sign it", "NPHD yang ditandatangani; tandatangani NPHD dulu")
        } else if lacks(Kind::IntegrityPledged) {
            Both("integrity pledge; record it", "pakta integritas; catat pakta integritas dulu")
        } else {
            return Ok(());
        };
        refuse(
            Rule::B5,
            sentence!("A warrant of {id} has no {missing} first", "SP2D untuk {id} belum didahului {missing:#}"),
        )
    }

    /// B7 and B1: a stage of payment. The first of the next instalment begins all of them anew.
    fn next_payment(&self, id: CaseId, core: &mut Core) -> Result<(), Refusal> {
        let kind = self.body.kind();
        self.reported_before_next(id, core)?;
        if self.first_payment(core) == Some(kind) && self.filed_is_enough(core) {
            stages::go_back(self.profile, core, kind);
        }
        self.stage(id, core)
    }

    /// B7: no instalment before the report of the one before it.
    fn reported_before_next(&self, id: CaseId, core: &Core) -> Result<(), Refusal> {
        let next = self.first_payment(core) == Some(self.body.kind());
        let credited = core.done.has(Kind::FundsCredited) && self.more_to_pay(core);
        if !next || !credited || self.filed_is_enough(core) {
            return Ok(());
        }
        let needed = match self.profile.report.instalment {
            Instalment::Accepted => Both("accepted", "disetujui"),
            Instalment::Filed => Both("filed", "diajukan"),
        };
        refuse(
            Rule::B7,
            sentence!(
                "The report on instalment {} of {id} must be {needed} before the next is paid",
                "Laporan atas pembayaran tahap {} dari {id} harus {needed:#} sebelum tahap berikutnya dibayar",
                core.pay.settled
            ),
        )
    }

    /// Whether the report of the last instalment is filed, an instalment is left, and the profile asks no more.
    fn filed_is_enough(&self, core: &Core) -> bool {
        let filed = self.profile.report.instalment == Instalment::Filed && core.done.has(Kind::UseReported);
        filed && core.done.has(Kind::FundsCredited) && self.more_to_pay(core)
    }

    /// The day of the report, where no agreement has named one.
    fn is_to_report(&self, core: &mut Core) {
        if core.report_due.is_none() && stages::list(self.profile, core).contains(&Kind::UseReported) {
            core.report_due = Some(self.profile.report_due(Year(core.facts.fiscal_year)));
        }
    }

    pub(super) fn warrant_cancelled(
        &self,
        id: CaseId,
        case: &Case,
        core: &mut Core,
        body: &WarrantCancelled,
    ) -> Result<(), Refusal> {
        self.amounts(id, core)?;
        let last = case.trace.iter().rfind(|trace| trace.kind == Kind::WarrantIssued);
        // A warrant from before the ledger has left no number.
        if let Some(number) = last.and_then(|trace| trace.number())
            && number != body.number.0
        {
            return refuse(
                Rule::B1,
                sentence!(
                    "The last warrant of {id} is {number}, not {}; name that one",
                    "SP2D terakhir {id} bernomor {number}, bukan {}; sebutkan nomor itu",
                    body.number.0
                ),
            );
        }
        core.done.clear(Kind::WarrantIssued);
        stages::reach(self.profile, core);
        Ok(())
    }

    /// The money arrived; of a disputed credit, what arrived in truth.
    pub(super) fn credited(&self, id: CaseId, core: &mut Core) -> Result<(), Refusal> {
        if core.pay.disputed_credit {
            self.amounts(id, core)?;
            self.settle(core);
            return Ok(());
        }
        self.stage_of_amount(id, core)?;
        self.advance(core);
        Ok(())
    }

    /// The bank sent the money back: another warrant may follow on the same order.
    pub(super) fn funds_returned(&self, id: CaseId, core: &mut Core) -> Result<(), Refusal> {
        self.amounts(id, core)?;
        core.done.clear(Kind::WarrantIssued);
        core.done.clear(Kind::FundsCredited);
        core.closed = None;
        stages::reach(self.profile, core);
        Ok(())
    }

    /// Small assistance in cash stands for all stages of its payment.
    pub(super) fn cash_paid(&self, id: CaseId, core: &mut Core, body: &CashPaid) -> Result<(), Refusal> {
        self.stage(id, core)?;
        self.burdens(id, core, body.fiscal_year)?;
        self.within_cash(id, body)?;
        self.amounts(id, core)?;
        for &kind in stages::list(self.profile, core).iter().filter(|kind| stages::PAYMENT.contains(kind)) {
            core.done.set(kind);
        }
        stages::reach(self.profile, core);
        self.is_to_report(core);
        self.advance(core);
        Ok(())
    }

    /// B6: at most what the profile lets a cashier pay in cash.
    pub(super) fn within_cash(&self, id: CaseId, body: &CashPaid) -> Result<(), Refusal> {
        let most = self.profile.limits.cash;
        if body.amount <= most {
            return Ok(());
        }
        refuse(
            Rule::B6,
            sentence!(
                "{} in cash to {id} is more than {most}, the most that is paid so; pay by warrant",
                "Pembayaran tunai {:#} kepada {id} melebihi {most:#}, batas pembayaran tunai; bayar dengan SP2D",
                body.amount
            ),
        )
    }
}
