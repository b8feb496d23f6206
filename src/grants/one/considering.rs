//! The stages from the papers to the amount that the budget team proposes, and whatever else one statement about one
//! case does before money moves.

use std::sync::Arc;

use super::Bench;
use super::bodies::{Body, Checklist};
use super::cases::Step;
use super::change::Edit;
use super::profile::Term;
use super::things::{Case, Facts};
use crate::grants::about::CaseId;
use crate::grants::figures::Figure;
use crate::grants::money::Amount;
use crate::grants::rules::Refusal;
use crate::grants::sentence::{Both, Sentence, sentence};
use crate::grants::shape::Code;

impl Bench<'_> {
    /// What the kind itself asks and does; an edit, where the case's next core is not all.
    pub(super) fn consider(&self, id: CaseId, case: &Case, step: &mut Step) -> Result<Option<Edit>, Refusal> {
        match self.body {
            Body::ApplicationRevised(body) => self.revised(id, step, body)?,
            Body::ApplicationWithdrawn(_) => self.withdrawn(id, step)?,
            Body::CompletenessChecked(_) | Body::CaseRouted(_) => {
                self.take_stage(id, &mut step.core, self.body.kind())?;
            }
            Body::CaseClassified(body) => self.classified(id, step, &body.field)?,
            Body::AmountRecommended(body) => self.amounts_to(id, step, Figure::Recommended, body.amount)?,
            Body::CaseConsidered(body) => self.amounts_to(id, step, Figure::Considered, body.amount)?,
            Body::BudgetConsidered(body) => self.amounts_to(id, step, Figure::Proposed, body.amount)?,
            Body::DecisionRefused(_) => self.refused(id, step)?,
            Body::CaseReturned(body) => return self.returned(id, case, step, body),
            Body::CaseCancelled(_) => self.cancelled(id, step)?,
            _ => {
                return Err(Refusal::form(sentence!(
                    "A statement of {} considers no case",
                    "Pernyataan {:#} tidak mempertimbangkan kasus; pakai jenis pernyataan lain",
                    self.body.kind()
                )));
            }
        }
        Ok(None)
    }

    /// The stage is done and gives its amount. Zero is an amount: it advises to give nothing.
    fn amounts_to(&self, id: CaseId, step: &mut Step, figure: Figure, amount: Amount) -> Result<(), Refusal> {
        self.take_stage(id, &mut step.core, self.body.kind())?;
        step.core.figures.set(figure, amount);
        Ok(())
    }

    fn classified(&self, id: CaseId, step: &mut Step, code: &Code) -> Result<(), Refusal> {
        let field = self.known_field(code)?;
        self.take_stage(id, &mut step.core, self.body.kind())?;
        let facts = &step.core.facts;
        if *facts.field != *field.code.0 || *facts.agency != *field.agency.0 {
            let (field, agency) = (field.code.0.as_str().into(), field.agency.0.as_str().into());
            step.core.facts = Arc::new(Facts { field, agency, ..(**facts).clone() });
        }
        Ok(())
    }

    /// Form: a step's words are those of the profile.
    pub(super) fn words_are_known(&self) -> Result<(), Refusal> {
        match self.body {
            Body::CaseClassified(body) => self.known_field(&body.field).map(|_| ()),
            Body::CompletenessChecked(body) => {
                checklist_is_answered(body.checklist.as_ref(), self.profile.completeness.as_deref())
            }
            Body::AmountRecommended(body) => {
                checklist_is_answered(body.checklist.as_ref(), self.profile.checklist.as_deref())
            }
            _ => Ok(()),
        }
    }
}

/// A checklist, where there is one, answers exactly the profile's items.
fn checklist_is_answered(checklist: Option<&Checklist>, items: Option<&[Term]>) -> Result<(), Refusal> {
    let Some(answers) = checklist else { return Ok(()) };
    let mut items: Vec<&str> = items.unwrap_or_default().iter().map(|term| term.code.0.as_str()).collect();
    items.sort_unstable();
    if answers.0.keys().map(String::as_str).eq(items.iter().copied()) {
        return Ok(());
    }
    let items =
        if items.is_empty() { Sentence::from(Both("none", "tidak ada")) } else { Sentence::name(&items.join(", ")) };
    Err(Refusal::form(sentence!(
        "The checklist must answer exactly the profile's items, {items}; correct it and sign again",
        "Daftar periksa harus menjawab persis butir dari profil, {items:#}; perbaiki lalu tandatangani lagi"
    )))
}
