//! What stands between decree and payment: the agreement, which may be amended, and the day of its report.

use super::bodies::{AgreementAmended, AgreementSigned};
use super::things::Core;
use super::{Bench, refuse, stages};
use crate::grants::about::CaseId;
use crate::grants::kinds::Kind;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::sentence;
use crate::grants::time::Date;

impl Bench<'_> {
    pub(super) fn agreed(&self, id: CaseId, core: &mut Core, body: &AgreementSigned) -> Result<(), Refusal> {
        self.due_after_signing(body.report_due)?;
        self.overdue(id)?;
        self.stage_of_amount(id, core)
    }

    /// An addendum, at any time after the agreement and before the last report is filed.
    pub(super) fn agreement_amended(
        &self,
        id: CaseId,
        core: &mut Core,
        body: &AgreementAmended,
    ) -> Result<(), Refusal> {
        self.due_after_signing(body.report_due)?;
        if !core.done.has(Kind::AgreementSigned) {
            return refuse(
                Rule::B1,
                sentence!(
                    "{id} has no agreement that could be amended; sign one first",
                    "{id} belum memiliki NPHD yang dapat diubah; tandatangani NPHD dulu"
                ),
            );
        }
        let filed = core.done.has(Kind::UseReported) && !self.more_to_pay(core);
        if core.pay.final_report || filed {
            return refuse(
                Rule::B1,
                sentence!(
                    "The last report of {id} is filed, so its agreement stays as it is; demand a refund instead",
                    "Laporan terakhir {id} sudah diajukan, sehingga NPHD-nya tetap; buat tagihan pengembalian sebagai gantinya"
                ),
            );
        }
        let more = self.more_to_pay(core);
        self.amounts(id, core)?;
        // The next instalment was awaited, and the addendum gives it up: the reports so far are the last.
        let awaited = self.first_payment(core).is_some_and(|first| !core.done.has(first)) && core.pay.settled > 0;
        if awaited && more && !self.more_to_pay(core) {
            core.pay.final_report = true;
            for &kind in stages::list(self.profile, core) {
                core.done.set(kind);
            }
            stages::reach(self.profile, core);
            self.settle(core);
        }
        Ok(())
    }

    /// Form: the use is not reported before the agreement is signed.
    pub(super) fn due_after_signing(&self, report_due: Date) -> Result<(), Refusal> {
        let signed = self.envelope.event_date;
        if report_due >= signed {
            return Ok(());
        }
        Err(Refusal::form(sentence!(
            "The report_due {report_due} is before the agreement's own day, {signed}; correct it",
            "Batas laporan (report_due) {report_due:#} sebelum tanggal NPHD sendiri, {signed:#}; perbaiki"
        )))
    }
}
