//! What follows a decree: each kind to the file of its subject, and what their steps share.

use super::amounts::{self, Act, Fit};
use super::bodies::{Body, Checklist, Payee};
use super::cases::Step;
use super::change::Edit;
use super::profile::Overdue;
use super::things::{Case, Core};
use super::{Bench, refuse, stages};
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::{Both, sentence};
use crate::grants::shape::Year;
use crate::grants::time::Date;

impl Bench<'_> {
    /// What a kind of the execution asks and does.
    pub(super) fn execute(&self, id: CaseId, case: &Case, step: &mut Step) -> Result<Option<Edit>, Refusal> {
        self.payee_repeats(id)?;
        let core = &mut step.core;
        match self.body {
            Body::DisbursementRequested(_) => self.stage_of_amount(id, core),
            Body::AgreementSigned(body) => self.agreed(id, core, body),
            Body::AgreementAmended(body) => self.agreement_amended(id, core, body),
            Body::IntegrityPledged(_) => self.stage(id, core),
            Body::PaymentRequested(body) => self.payment_requested(id, core, body.fiscal_year),
            Body::PaymentVerified(body) => self.payment_verified(id, core, body.checklist.as_ref()),
            Body::PaymentOrdered(body) => self.payment_ordered(id, core, body.fiscal_year),
            Body::WarrantIssued(body) => self.warranted(id, core, body),
            Body::WarrantCancelled(body) => self.warrant_cancelled(id, case, core, body),
            Body::FundsCredited(_) => self.credited(id, core),
            Body::FundsReturned(_) => self.funds_returned(id, core),
            Body::GoodsHandedOver(_) => {
                self.stage_of_amount(id, core)?;
                self.advance(core);
                Ok(())
            }
            Body::CashPaid(body) => self.cash_paid(id, core, body),
            Body::UseReported(body) => self.use_reported(id, core, body),
            Body::UseReviewed(body) => self.use_reviewed(id, core, body),
            Body::CreditConfirmed(_)
            | Body::CreditDisputed(_)
            | Body::RefundDemanded(_)
            | Body::RefundDeposited(_)
            | Body::IrregularityRecorded(_) => {
                self.amounts(id, core)?;
                self.settle(core);
                Ok(())
            }
            Body::SanctionImposed(body) => {
                self.sanction_holds(id, body)?;
                return Ok(Some(Edit::Bar(id, core.clone(), body.until)));
            }
            // `case_step` and `judge_body` send no other kind here.
            body => Err(Refusal::form(sentence!(
                "A statement of {} is no step of a case",
                "Pernyataan {:#} bukan langkah suatu kasus; pakai jenis pernyataan lain",
                body.kind()
            ))),
        }?;
        Ok(None)
    }

    /// B6, and the amounts after the statement.
    pub(super) fn amounts(&self, id: CaseId, core: &mut Core) -> Result<(), Refusal> {
        let said = amounts::said(self.body);
        let act = Act { kind: self.body.kind(), amount: self.body.amount(), said: &said };
        amounts::take(id, core, act, Fit::Exact)
    }

    /// B1. While a credit is disputed nothing follows it.
    pub(super) fn stage(&self, id: CaseId, core: &mut Core) -> Result<(), Refusal> {
        if core.pay.disputed_credit {
            return refuse(
                Rule::B1,
                sentence!(
                    "The last credit of {id} is disputed; it must be credited anew, returned or confirmed first",
                    "Pencairan terakhir {id} disanggah; harus dicairkan ulang, diretur, atau dinyatakan diterima dulu"
                ),
            );
        }
        self.take_stage(id, core, self.body.kind())
    }

    /// B1, then B6.
    pub(super) fn stage_of_amount(&self, id: CaseId, core: &mut Core) -> Result<(), Refusal> {
        self.stage(id, core)?;
        self.amounts(id, core)
    }

    /// Form: the payee, where there is one, repeats the commitment to the account that is registered now. An agency's
    /// own case has no organisation; the commitment is that of the need.
    pub(super) fn payee_repeats(&self, id: CaseId) -> Result<(), Refusal> {
        let Some(Payee { about, commitment, pointer }) = self.body.payee() else { return Ok(()) };
        let same = match id.owner {
            CaseOwner::Org(n) => {
                let account = self.state.org(n).map(|org| org.account);
                *about == About::Org(n) && account == Some(*commitment) && pointer.0 == "/body/sealed/account"
            }
            CaseOwner::Agency(_) => *about == About::Case(id) && pointer.0.starts_with("/body/sealed/"),
        };
        if same {
            return Ok(());
        }
        let whose = match id.owner {
            CaseOwner::Org(_) => Both("that its organisation registered", "yang didaftarkan lembaganya"),
            CaseOwner::Agency(_) => Both("that its need sealed", "yang disegel dalam kebutuhannya"),
        };
        Err(Refusal::form(sentence!(
            "The payee is not the account of {id} {whose}; repeat that commitment and its place",
            "Penerima pembayaran bukan rekening {id} {whose:#}; ulangi komitmen itu dan tempatnya"
        )))
    }

    /// B1: a payment burdens the fiscal year of its case, or the one after.
    pub(super) fn burdens(&self, id: CaseId, core: &Core, year: Year) -> Result<(), Refusal> {
        let own = core.facts.fiscal_year;
        if year.0 == own || year.0 == own + 1 {
            return Ok(());
        }
        refuse(
            Rule::B1,
            sentence!(
                "{id} is of the fiscal year {own}, so {} may not burden {}; correct fiscal_year",
                "{id} untuk tahun anggaran {own}, sehingga {:#} tidak boleh membebani tahun {}; perbaiki fiscal_year",
                self.body.kind(),
                year.0
            ),
        )
    }

    /// Form: every item that is answered is one of the profile's.
    pub(super) fn items_are_known(&self, checklist: Option<&Checklist>) -> Result<(), Refusal> {
        let lists = [&self.profile.completeness, &self.profile.checklist];
        let known = |code: &str| lists.iter().flat_map(|list| list.iter().flatten()).any(|term| term.code.0 == code);
        match checklist.and_then(|list| list.0.keys().find(|code| !known(code))) {
            None => Ok(()),
            Some(code) => Err(Refusal::form(sentence!(
                "The profile has no item {code} to check; answer its own items only",
                "Profil tidak memuat butir {code} untuk diperiksa; jawab hanya butir dari profil"
            ))),
        }
    }

    /// The stages of payment come again for the next instalment; where none is left the case is settled.
    pub(super) fn advance(&self, core: &mut Core) {
        let list = stages::list(self.profile, core);
        let done = list.iter().all(|&kind| core.done.has(kind));
        match self.first_payment(core).filter(|_| done && self.more_to_pay(core)) {
            Some(first) => stages::go_back(self.profile, core, first),
            None => self.settle(core),
        }
    }

    /// Closes a case whose stages are all done when nothing is left to give back, and opens it again when there is.
    pub(super) fn settle(&self, core: &mut Core) {
        stages::settle(self.profile, core);
    }

    /// The first stage of payment in the case's way.
    pub(super) fn first_payment(&self, core: &Core) -> Option<Kind> {
        stages::list(self.profile, core).iter().copied().find(|kind| stages::PAYMENT.contains(kind))
    }

    /// Whether an instalment is left to be paid.
    pub(super) fn more_to_pay(&self, core: &Core) -> bool {
        self.first_payment(core).is_some() && stages::instalments_left(core)
    }

    /// B8: the recipient has money of which the last report is overdue, on this case or on another.
    pub(super) fn overdue(&self, id: CaseId) -> Result<(), Refusal> {
        let CaseOwner::Org(n) = id.owner else { return Ok(()) };
        if self.profile.report.overdue == Overdue::Flag {
            return Ok(());
        }
        // The newest first, and no further than the organisation has open cases; the first of those that are late is told.
        let mut open = self.state.org(n).map_or(0, |org| org.open_cases);
        let mut late = None;
        let mut cases = self.state.cases_of(n).rev().filter(|(_, case)| case.core.closed.is_none());
        while open > 0
            && let Some((id, case)) = cases.next()
        {
            open -= 1;
            late = self.overdue_since(&case.core).map(|due| (id, due)).or(late);
        }
        match late {
            None => Ok(()),
            Some((late, due)) => refuse(
                Rule::B8,
                sentence!(
                    "The use of {late} was to be reported by {due} and is not; org/{n} must report it first",
                    "Penggunaan dana {late} seharusnya dilaporkan paling lambat {due:#}, tetapi belum dilaporkan; org/{n} harus melaporkannya dulu"
                ),
            ),
        }
    }

    /// The day by which the last report was to be filed, if it is past.
    fn overdue_since(&self, core: &Core) -> Option<Date> {
        let asked = stages::list(self.profile, core).contains(&Kind::UseReported);
        let filed = core.pay.final_report || (core.done.has(Kind::UseReported) && !self.more_to_pay(core));
        if !asked || filed || core.closed.is_some() || core.amount(Figure::Paid) == Amount::ZERO {
            return None;
        }
        let due = stages::report_due(self.profile, core);
        (due < self.today).then_some(due)
    }
}
