//! What follows payment: the report of use, its review, refunds and sanctions; and what an archived case still takes.

use super::bodies::{Body, Review, SanctionImposed, UseReported, UseReviewed};
use super::change::Edit;
use super::state::Known;
use super::things::{Core, Residue};
use super::{Bench, Made, Outcome, amounts, refuse, stages};
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::sentence;
use crate::grants::time::Date;

impl Bench<'_> {
    pub(super) fn use_reported(&self, id: CaseId, core: &mut Core, body: &UseReported) -> Result<(), Refusal> {
        self.stage_of_amount(id, core)?;
        core.pay.final_report = body.r#final == Some(true) || !self.more_to_pay(core);
        self.advance(core);
        Ok(())
    }

    pub(super) fn use_reviewed(&self, id: CaseId, core: &mut Core, body: &UseReviewed) -> Result<(), Refusal> {
        let returns = body.outcome == Review::Returned;
        if returns && body.disallowed.is_some_and(|disallowed| disallowed > Amount::ZERO) {
            return Err(Refusal::form(sentence!(
                "A report that is returned has no disallowed amount; leave it out",
                "Laporan yang dikembalikan tidak memuat jumlah yang tidak diakui (disallowed); kosongkan"
            )));
        }
        self.stage_of_amount(id, core)?;
        if returns {
            core.pay.final_report = false;
            stages::go_back(self.profile, core, Kind::UseReported);
        } else {
            self.advance(core);
        }
        Ok(())
    }

    /// Form: only an organisation is barred, and not for days that are over.
    pub(super) fn sanction_holds(&self, id: CaseId, body: &SanctionImposed) -> Result<(), Refusal> {
        if let CaseOwner::Agency(_) = id.owner {
            return Err(Refusal::form(sentence!(
                "{id} is an agency's own, so there is no organisation to bar; correct about",
                "{id} milik SKPD sendiri, sehingga tidak ada lembaga yang dapat dikenai larangan; perbaiki about"
            )));
        }
        if body.until < self.envelope.event_date {
            return Err(Refusal::form(sentence!(
                "The sanction's last day {} is before its first, {}; correct until",
                "Hari terakhir sanksi {:#} sebelum hari pertamanya, {:#}; perbaiki until",
                body.until,
                self.envelope.event_date
            )));
        }
        Ok(())
    }

    /// A closed case of a year whose books are closed: what is left of it takes refunds, sanctions and irregularities.
    pub(super) fn archived_step(&self, id: CaseId) -> Outcome {
        let Some(Known::Archived(residue)) = self.state.known(&id) else {
            return refuse(
                Rule::B4,
                sentence!(
                    "No application {id} is on the ledger; the organisation must submit it first",
                    "Permohonan {id} tidak ada di buku besar; lembaga harus mengajukannya dulu"
                ),
            );
        };
        let kind = self.body.kind();
        match kind {
            Kind::RefundDemanded | Kind::RefundDeposited | Kind::SanctionImposed | Kind::IrregularityRecorded => {}
            Kind::CorrectionRecorded | Kind::EntryConfirmed => return self.books_closed(id, residue),
            _ => {
                self.not_closed(id)?;
            }
        }
        self.said()?;
        self.free_of_personal_data()?;
        self.titles_are_known()?;
        let number = self.deposit_number();
        if let Some(key) = &number {
            self.number_is_free(id, key)?;
        }
        let (residue, until) = self.residue(id, residue)?;
        let edit = Edit::Archived(id, Box::new(residue), until);
        Ok(Made { used: number.into_iter().collect(), ..Made::of(edit, About::Case(id)) })
    }

    pub(super) fn books_closed<T>(&self, id: CaseId, residue: &Residue) -> Result<T, Refusal> {
        refuse(
            Rule::B1,
            sentence!(
                "The books of {}, the fiscal year of {id}, are closed, so it takes no {}; record an irregularity",
                "Buku tahun anggaran {} untuk {id} sudah ditutup, sehingga {id} tidak menerima {:#}; catat sebagai kejadian di luar ketentuan",
                residue.fiscal_year,
                self.body.kind()
            ),
        )
    }

    fn residue(&self, id: CaseId, residue: &Residue) -> Result<(Residue, Option<Date>), Refusal> {
        let mut residue = residue.clone();
        let paid = residue.paid.unwrap_or(Amount::ZERO);
        let too_large = || {
            Refusal::new(
                Rule::B6,
                sentence!(
                    "The amounts of {id} are more than an amount can hold; correct it",
                    "Jumlah-jumlah {id} melebihi batas yang dapat dicatat; perbaiki jumlahnya"
                ),
            )
        };
        match self.body {
            Body::RefundDemanded(body) if body.amount > paid => amounts::demands(id, body.amount, paid)?,
            Body::RefundDeposited(body) => {
                let sum = residue.refunded.unwrap_or(Amount::ZERO).checked_add(body.amount).ok_or_else(too_large)?;
                if sum > paid {
                    return amounts::refunds(id, sum, paid.minor());
                }
                residue.refunded = Some(sum);
            }
            Body::IrregularityRecorded(body) => {
                if let Some(amount) = body.amount {
                    residue.paid = Some(paid.checked_add(amount).ok_or_else(too_large)?);
                }
            }
            Body::SanctionImposed(body) => {
                self.sanction_holds(id, body)?;
                return Ok((residue, Some(body.until)));
            }
            _ => {}
        }
        Ok((residue, None))
    }
}
