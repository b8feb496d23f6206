//! A step of a case that exists: the checks that all steps share, then the step's own.

use std::sync::Arc;

use super::bodies::Body;
use super::change::Edit;
use super::signers::Persons;
use super::state::{Known, NumberKey};
use super::things::{Case, Closed, Core};
use super::{Bench, Made, Outcome, refuse, stages};
use crate::grants::about::{About, CaseId};
use crate::grants::kinds::Kind;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::{Both, Sentence, sentence};

/// What a step of a case makes, beside the case's next core.
pub(super) struct Step {
    /// The core, to be changed.
    pub(super) core: Box<Core>,
    /// Numbers that are used from now on.
    pub(super) used: Vec<NumberKey>,
    /// Who signed for offices, and who decided.
    pub(super) persons: Persons,
}

/// Kinds that a closed case still takes.
pub(super) fn after_closing(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::RefundDemanded
            | Kind::RefundDeposited
            | Kind::CorrectionRecorded
            | Kind::EntryConfirmed
            | Kind::SanctionImposed
            | Kind::IrregularityRecorded
    )
}

/// A way without a report is settled with its credit, which may still be answered or come back.
fn answers_credit(kind: Kind, core: &Core) -> bool {
    let answers = matches!(kind, Kind::CreditConfirmed | Kind::CreditDisputed | Kind::FundsReturned);
    answers && core.closed == Some(Closed::Settled) && core.pay.last_credit.is_some()
}

/// Kinds that mend a disputed case (formats.md section 4); it takes no others.
pub(super) fn mends_dispute(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::CorrectionRecorded
            | Kind::EntryConfirmed
            | Kind::CaseReturned
            | Kind::CaseCancelled
            | Kind::DecisionRefused
            | Kind::RefundDemanded
            | Kind::RefundDeposited
            | Kind::IrregularityRecorded
            | Kind::SanctionImposed
    )
}

/// Kinds by which a suspended or barred organisation would ask for something or be given something (B14).
pub(super) fn gives_or_asks(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ApplicationSubmitted
            | Kind::ApplicationFiledAtCounter
            | Kind::DecreeRows
            | Kind::DisbursementRequested
            | Kind::AgreementSigned
            | Kind::AgreementAmended
            | Kind::PaymentRequested
            | Kind::PaymentOrdered
            | Kind::WarrantIssued
            | Kind::CashPaid
            | Kind::GoodsHandedOver
    )
}

impl<'a> Bench<'a> {
    pub(super) fn case_step(&self, id: CaseId) -> Outcome {
        let kind = self.body.kind();
        let Some(case) = self.whole(id)? else {
            return self.archived_step(id);
        };
        self.not_held(id)?;
        if !after_closing(kind) && !answers_credit(kind, &case.core) {
            self.not_closed(id)?;
        }
        self.in_good_standing(id, kind)?;
        match self.body {
            // These find out by themselves who must sign.
            Body::CorrectionRecorded(body) => return self.corrected(id, case, body),
            Body::EntryConfirmed(body) => return self.confirmed(About::Case(id), body),
            _ => {}
        }
        let (_, _, persons) = self.said_of(Some((id, &case.core)))?;
        if !mends_dispute(kind) {
            self.undisputed(id)?;
        }
        self.free_of_personal_data()?;
        self.titles_are_known()?;
        self.words_are_known()?;
        let mut step = Step { core: Box::new(case.core.clone()), used: Vec::new(), persons };
        self.new_duty(id, case, kind, &mut step)?;
        self.new_number(id, &case.core, &mut step)?;
        let edit = self.step(id, case, &mut step)?;
        let Step { core, used, .. } = step;
        let edit = edit.unwrap_or(Edit::Step(id, core));
        Ok(Made { used, ..Made::of(edit, About::Case(id)) })
    }

    /// What the kind itself asks and does.
    fn step(&self, id: CaseId, case: &Case, step: &mut Step) -> Result<Option<Edit>, Refusal> {
        match self.body.kind() {
            Kind::ApplicationRevised
            | Kind::ApplicationWithdrawn
            | Kind::CompletenessChecked
            | Kind::CaseRouted
            | Kind::CaseClassified
            | Kind::AmountRecommended
            | Kind::CaseConsidered
            | Kind::BudgetConsidered
            | Kind::DecisionRefused
            | Kind::CaseReturned
            | Kind::CaseCancelled => self.consider(id, case, step),
            _ => self.execute(id, case, step),
        }
    }

    /// The case, whole; `None` when it is archived. B4 when there is none.
    fn whole(&self, id: CaseId) -> Result<Option<&'a Case>, Refusal> {
        match self.known(id) {
            Some(Known::Whole(case)) => Ok(Some(case)),
            Some(Known::Archived(_)) => Ok(None),
            None => refuse(
                Rule::B4,
                sentence!(
                    "No application {id} is on the ledger; the organisation must submit it first",
                    "Permohonan {id} tidak ada di buku besar; lembaga harus mengajukannya dulu"
                ),
            ),
        }
    }

    /// B14: an organisation that is suspended, or barred by a sanction, asks for nothing and is given nothing.
    pub(super) fn in_good_standing(&self, id: CaseId, kind: Kind) -> Result<(), Refusal> {
        let Some(org) = self.state.org_of(&id).filter(|_| gives_or_asks(kind)) else { return Ok(()) };
        if let Some(index) = org.suspended {
            return refuse(
                Rule::B14,
                sentence!(
                    "The organisation of {id} is suspended since entry {index}; it must be reinstated first",
                    "Lembaga pemohon {id} ditangguhkan sejak entri {index}; lembaga itu harus dipulihkan dulu"
                ),
            );
        }
        match org.barred_until.filter(|&until| self.today <= until) {
            Some(until) => refuse(
                Rule::B14,
                sentence!(
                    "The organisation of {id} is barred by a sanction until {until}; wait until that day is over",
                    "Lembaga pemohon {id} dikenai sanksi sampai {until:#}; tunggu sampai hari itu lewat"
                ),
            ),
            None => Ok(()),
        }
    }

    /// B2: a disputed case takes only what mends it.
    pub(super) fn undisputed(&self, id: CaseId) -> Result<(), Refusal> {
        if self.state.is_disputed(&id) {
            return refuse(
                Rule::B2,
                sentence!(
                    "{id} is disputed, for a revoked key has signed about it while suspect; let another key of that office confirm the entry, or correct it",
                    "{id} disengketakan, karena pada masa kuncinya diragukan, sebuah kunci yang kini sudah dicabut menandatangani pernyataan mengenainya; minta kunci lain dari jabatan itu menegaskan entrinya, atau koreksi"
                ),
            );
        }
        Ok(())
    }

    /// B3, and the duty is remembered.
    fn new_duty(&self, id: CaseId, case: &Case, kind: Kind, step: &mut Step) -> Result<(), Refusal> {
        let Some(duty) = Self::duty_of(kind) else { return Ok(()) };
        self.apart(id, case, &step.persons, duty)?;
        for &person in &step.persons {
            if !step.core.duties.contains(&(person, duty)) {
                Arc::make_mut(&mut step.core.duties).push((person, duty));
            }
        }
        Ok(())
    }

    /// B10: the number of an SPP, SPM, SP2D or NPHD is new for its office and fiscal year.
    fn new_number(&self, id: CaseId, core: &Core, step: &mut Step) -> Result<(), Refusal> {
        if let Some(key) = self.number_key(self.body, core) {
            self.number_is_free(id, &key)?;
            step.used.push(key);
        }
        Ok(())
    }

    /// B1: the kind is what comes next by the profile's stages. Marks it as done.
    pub(super) fn take_stage(&self, id: CaseId, core: &mut Core, kind: Kind) -> Result<(), Refusal> {
        let next = stages::next(self.profile, core);
        if !next.contains(&kind) {
            let sentence = sentence!(
                "{id} is at {}, so {kind} is out of order; next is {}",
                "{id} ada pada tahap {:#}, sehingga {kind:#} tidak sesuai urutan; tahap berikutnya {:#}",
                core.stage,
                wording(&next)
            );
            return refuse(Rule::B1, sentence);
        }
        core.done.set(kind);
        stages::reach(self.profile, core);
        Ok(())
    }
}

/// `warrant.issued, or use.reported`.
pub(super) fn wording(next: &[Kind]) -> Sentence {
    if next.is_empty() {
        return Both("nothing", "tidak ada").into();
    }
    let kinds: Vec<Sentence> = next.iter().map(|kind| sentence!("{kind}", "{kind:#}")).collect();
    Sentence::joined(&kinds, Both(", or ", " atau "))
}
