//! B10: the numbers of SPP, SPM, SP2D, NPHD and STS are used once, by kind, office and fiscal year.

use super::bodies::Body;
use super::keys::Holder;
use super::profile::named_by;
use super::signers::Need;
use super::state::NumberKey;
use super::things::Core;
use super::{Bench, refuse};
use crate::grants::about::CaseId;
use crate::grants::kinds::Kind;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::sentence;

impl<'a> Bench<'a> {
    /// The number that a body uses, under the office that signs.
    pub(super) fn number_key(&self, body: &Body, core: &Core) -> Option<NumberKey> {
        self.numbered(body, core.facts.fiscal_year, None)
    }

    /// The number of a deposit on an archived case.
    pub(super) fn deposit_number(&self) -> Option<NumberKey> {
        match self.body {
            Body::RefundDeposited(_) => self.numbered(self.body, 0, None),
            _ => None,
        }
    }

    /// `case_year` is the fiscal year of the case; `office` that of the number that is corrected, else whose key signs.
    pub(super) fn numbered(&self, body: &Body, case_year: u16, office: Option<&str>) -> Option<NumberKey> {
        let (kind, year, number) = match body {
            Body::PaymentRequested(body) => (Kind::PaymentRequested, body.fiscal_year.0, &body.number),
            Body::PaymentOrdered(body) => (Kind::PaymentOrdered, body.fiscal_year.0, &body.number),
            Body::WarrantIssued(body) => (Kind::WarrantIssued, body.fiscal_year.0, &body.number),
            // An addendum takes its number from the same book as the agreement.
            Body::AgreementSigned(body) => (Kind::AgreementSigned, case_year, &body.number),
            Body::AgreementAmended(body) => (Kind::AgreementSigned, case_year, &body.number),
            // A deposit slip is of the year in which the money came in.
            Body::RefundDeposited(body) => (Kind::RefundDeposited, self.envelope.event_date.year(), &body.number),
            _ => return None,
        };
        let office = match office {
            Some(office) => office,
            None => self.signing_office(kind)?,
        };
        Some(NumberKey::new(year, kind, office, &number.0))
    }

    /// The office whose book of numbers the statement takes one from: of the signers the one that the kind belongs to.
    fn signing_office(&self, kind: Kind) -> Option<&'a str> {
        let need = Need::Office { roles: self.profile.roles_of(kind), agency: None, kind: named_by(kind) };
        self.numbers.iter().find_map(|&number| {
            let Holder::Official(n) = self.state.keys.at(number?).holder() else { return None };
            let office = self.profile.office(&self.state.official(n)?.office)?;
            self.plays(office, &need).then_some(office.code.0.as_str())
        })
    }

    /// B10: the fiscal year's books are not closed, and nobody has used the number.
    pub(super) fn number_is_free(&self, id: CaseId, key: &NumberKey) -> Result<(), Refusal> {
        let now = self.today.year();
        if key.year + 1 < now {
            return refuse(
                Rule::B10,
                sentence!(
                    "The books of the fiscal year {} are closed in {now}, so {id} takes no number of it; correct the year",
                    "Buku tahun anggaran {} sudah ditutup pada tahun {now}, sehingga {id} tidak dapat memakai nomor tahun itu; perbaiki tahunnya",
                    key.year
                ),
            );
        }
        if !self.state.numbers.has(key) {
            return Ok(());
        }
        refuse(
            Rule::B10,
            sentence!(
                "The number {} of {} is already used by {} in {}; give {id} its own number, or correct the other entry",
                "Nomor {} dari {:#} sudah dipakai {} pada tahun {}; beri {id} nomor sendiri, atau koreksi entri yang lain itu",
                key.number(),
                key.kind,
                key.office(),
                key.year
            ),
        )
    }
}
