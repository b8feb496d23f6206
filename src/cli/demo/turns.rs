//! The turns of a case: the usual step, and what chance puts in its place.

use serde_json::{Value, json};

use super::bodies;
use super::city::{CityError, Saying};
use super::town::{Fate, Paid, Town, Turn};
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::one::stages;
use crate::grants::one::things::Core;
use crate::grants::one::ways::Way;
use crate::grants::role::Role;
use crate::grants::shape::Year;
use crate::grants::time::Date;

impl Town<'_> {
    /// What happens instead of the usual step, if something does.
    pub(super) fn instead(
        &mut self,
        on: Date,
        id: &CaseId,
        name: &str,
        fate: Fate,
        kind: Kind,
        core: &Core,
    ) -> Result<Turn, CityError> {
        match fate {
            Fate::Waits(at) if at == kind => Ok(Turn::Done),
            Fate::Withdrawn(at) if at == kind => {
                let body = json!({"reason": "Kegiatan dibiayai dari sumber lain."});
                self.end(on, id, Kind::ApplicationWithdrawn, body, &self.owner_role(id, core))
            }
            Fate::Refused(at) if at == kind => {
                let office = self.office_of(kind, core);
                let body = json!({
                    "reason": "Belum memenuhi persyaratan; lihat berita acara.", "decided_by": self.city.decided_by(&office),
                });
                self.end(on, id, Kind::DecisionRefused, body, &office)
            }
            Fate::Returned if kind == Kind::AmountRecommended && self.returned.insert(name.to_owned()) => {
                let office = self.office_of(kind, core);
                let body = json!({
                    "reason": "Rencana anggaran biaya belum dirinci.", "decided_by": self.city.decided_by(&office),
                });
                self.end(on, id, Kind::CaseReturned, body, &office)?;
                Ok(Turn::Later(4))
            }
            Fate::Cancelled if kind == Kind::AgreementSigned => {
                let body = json!({
                    "reason": "Penerima tidak melengkapi berkas pencairan.", "decided_by": self.city.decided_by("ppkd"),
                });
                self.end(on, id, Kind::CaseCancelled, body, "ppkd")
            }
            Fate::NoReport if kind == Kind::UseReported => Ok(Turn::Done),
            Fate::LateReport if kind == Kind::UseReported => {
                let due = core.report_due.unwrap_or(on);
                let late = 2 + self.chance(&format!("{name} late"), 40) as i64;
                let day = due.plus_days(late).unwrap_or(due);
                if on < day { Ok(Turn::Later((on.days_until(day) as u64 * 5 / 7).max(1))) } else { Ok(Turn::Go) }
            }
            _ => self.detour(on, id, name, fate, kind, core),
        }
    }

    /// Money that does not arrive as it should.
    fn detour(
        &mut self,
        on: Date,
        id: &CaseId,
        name: &str,
        fate: Fate,
        kind: Kind,
        core: &Core,
    ) -> Result<Turn, CityError> {
        let first = |town: &mut Self, what: &str| town.returned.insert(format!("{name} {what}"));
        match (fate, kind) {
            (Fate::Retur, Kind::FundsCredited) if first(self, "retur") => {
                self.say(on, id, Kind::FundsReturned, core, core.pay.uncredited.map_or(0, |a| a.minor()))?;
                Ok(Turn::Later(5))
            }
            (Fate::CancelledWarrant, Kind::FundsCredited) if first(self, "cancelled") => {
                let numbers = self.book()?.case(id).map(|case| {
                    let warrants = case.numbers().filter(|(kind, _)| *kind == Kind::WarrantIssued);
                    warrants.map(|(_, number)| number.to_owned()).last().unwrap_or_default()
                });
                let body = json!({
                    "number": numbers.unwrap_or_default(), "reason": "Salah kode rekening.",
                    "decided_by": self.city.decided_by("kuasa_bud"),
                });
                let own = |paid: &Paid| paid.id == *id && paid.kind == Kind::WarrantIssued;
                if let Some(last) = self.paid.iter().rposition(own) {
                    self.paid.remove(last);
                }
                self.end(on, id, Kind::WarrantCancelled, body, "kuasa_bud")?;
                Ok(Turn::Later(3))
            }
            // It happens soon and is written down weeks later, as offices do.
            (Fate::LateEntry, Kind::CaseConsidered | Kind::FundsCredited) if first(self, kind.name()) => {
                Ok(Turn::Later(18))
            }
            (Fate::DisputedCredit, Kind::UseReported) if first(self, "disputed") => {
                let less = core.amount(Figure::Credited).minor() * 9 / 10;
                self.say(on, id, Kind::CreditDisputed, core, less)?;
                Ok(Turn::Later(6))
            }
            (Fate::DisputedCredit, Kind::UseReported) if core.pay.disputed_credit => {
                self.say(on, id, Kind::CreditConfirmed, core, core.amount(Figure::Credited).minor())?;
                Ok(Turn::Later(20))
            }
            (Fate::Confirms, Kind::UseReported) if first(self, "confirmed") => {
                self.say(on, id, Kind::CreditConfirmed, core, core.amount(Figure::Credited).minor())?;
                Ok(Turn::Later(25))
            }
            (Fate::ReportReturned, Kind::UseReviewed) if first(self, "report returned") => {
                let office = self.office_of(kind, core);
                let body = json!({
                    "outcome": "returned", "reason": "Bukti pengeluaran belum lengkap.",
                    "decided_by": self.city.decided_by(&office),
                });
                self.end(on, id, Kind::UseReviewed, body, &office)?;
                Ok(Turn::Later(8))
            }
            _ => Ok(Turn::Go),
        }
    }

    /// A case with nothing next: what is left to refund is demanded and deposited, unless it never is.
    pub(super) fn settle(
        &mut self,
        on: Date,
        id: &CaseId,
        name: &str,
        fate: Fate,
        core: &Core,
    ) -> Result<Turn, CityError> {
        let left = stages::left_to_refund(core);
        if left <= 0 {
            return Ok(Turn::Done);
        }
        if fate == Fate::Owes {
            if self.returned.insert(format!("{name} demanded")) {
                self.say(on, id, Kind::RefundDemanded, core, left)?;
            }
            return Ok(Turn::Done);
        }
        self.say(on, id, Kind::RefundDeposited, core, left)?;
        Ok(Turn::Done)
    }

    /// Signs a step that ends or turns a case.
    pub(super) fn end(
        &mut self,
        on: Date,
        id: &CaseId,
        kind: Kind,
        body: Value,
        signer: &str,
    ) -> Result<Turn, CityError> {
        self.city.say(&Saying { kind: kind.name(), about: About::Case(*id), body, on, signers: &[signer] })?;
        Ok(Turn::Done)
    }

    /// The usual next step; false when it must wait: the recipient has an overdue report.
    pub(super) fn step(
        &mut self,
        on: Date,
        id: &CaseId,
        name: &str,
        fate: Fate,
        kind: Kind,
        core: &Core,
    ) -> Result<bool, CityError> {
        if matches!(kind, Kind::AgreementSigned | Kind::WarrantIssued) && self.is_overdue(id)? {
            return Ok(false);
        }
        if kind == Kind::ApplicationRevised {
            let body = json!({
                "amount": core.amount(Figure::Asked).minor(), "reason": "Rencana anggaran biaya sudah dirinci.",
                "documents": [bodies::document("Rencana anggaran biaya", name)],
            });
            self.end(on, id, kind, body, &self.owner_role(id, core))?;
            return Ok(true);
        }
        let small = core.amount(Figure::Decreed).minor() <= self.profile.limits.cash.minor();
        let kind = match kind {
            Kind::PaymentRequested
                if core.facts.way != Way::Grant && small && self.chance(&format!("{name} cash"), 3) == 0 =>
            {
                Kind::CashPaid
            }
            kind => kind,
        };
        let on = match fate {
            Fate::LateEntry if matches!(kind, Kind::CaseConsidered | Kind::FundsCredited) => {
                self.late(on, id, name, kind)?
            }
            _ => self.before_leaving(id, kind, core)?.unwrap_or(on),
        };
        let amount = self.amount(name, fate, kind, core);
        self.say(on, id, kind, core, amount)?;
        Ok(true)
    }

    /// When it happened that is written down weeks later: for most not before what came before it.
    fn late(&self, on: Date, id: &CaseId, name: &str, kind: Kind) -> Result<Date, CityError> {
        let day = on.plus_days(-24).unwrap_or(on);
        let before = self.last_date(id)?.unwrap_or(day);
        let careless = self.chance(&format!("{name} {kind} before its predecessor"), 6) == 0;
        Ok(if careless { before.plus_days(-3).unwrap_or(before) } else { day.max(before) })
    }

    /// The day of a recommendation that the successor records and the predecessor decided, who then decides it.
    fn before_leaving(&mut self, id: &CaseId, kind: Kind, core: &Core) -> Result<Option<Date>, CityError> {
        if kind != Kind::AmountRecommended {
            return Ok(None);
        }
        let (office, before) = (self.office_of(kind, core), self.last_date(id)?);
        let Some(left) = self.left_behind.as_mut().filter(|left| left.office == office && left.count > 0) else {
            return Ok(None);
        };
        let last_day = left.last_day;
        if before.is_none_or(|before| before > last_day) {
            return Ok(None);
        }
        left.count -= 1;
        self.decider = Some(left.decided.clone());
        Ok(Some(last_day))
    }

    /// When the latest step of a case happened.
    fn last_date(&self, id: &CaseId) -> Result<Option<Date>, CityError> {
        Ok(self.book()?.case(id).and_then(|case| case.trace.last()).map(|trace| trace.event_date))
    }

    fn amount(&self, name: &str, fate: Fate, kind: Kind, core: &Core) -> i64 {
        let round = |amount: i64| (amount / 500_000 * 500_000).max(500_000);
        let part =
            |figure: Figure, percent: u64| core.amount(figure).minor() * i64::try_from(percent).unwrap_or(100) / 100;
        let some = |from: u64, more: u64| from + self.chance(&format!("{name} {kind} percent"), more);
        match kind {
            Kind::AmountRecommended => round(part(Figure::Asked, some(40, 45))),
            Kind::CaseConsidered => round(part(Figure::Recommended, some(80, 21))),
            Kind::BudgetConsidered => round(part(Figure::Considered, some(60, 41))),
            Kind::PaymentRequested => self.instalment(core),
            Kind::PaymentOrdered => core.pay.requested.map_or(0, |amount| amount.minor()),
            Kind::WarrantIssued => core.pay.ordered.map_or(0, |amount| amount.minor()),
            Kind::FundsCredited => core.pay.uncredited.map_or(0, |amount| amount.minor()),
            Kind::UseReported => {
                let open = core.amount(Figure::Paid).minor().max(core.handed_over.map_or(0, |a| a.minor()))
                    - core.amount(Figure::Reported).minor();
                if matches!(fate, Fate::Unspent | Fate::Owes) { open * 9 / 10 } else { open }
            }
            _ => core.amount(Figure::Decreed).minor(),
        }
    }

    fn instalment(&self, core: &Core) -> i64 {
        let planned = core.pay.plan.get(core.pay.settled as usize).map(|amount| amount.minor());
        let limit = if core.facts.way == Way::Grant { Figure::Agreed } else { Figure::Decreed };
        planned.unwrap_or_else(|| core.amount(limit).minor() - core.amount(Figure::Paid).minor())
    }

    /// Says one step of a case: body, number and signers as its kind needs them.
    pub(super) fn say(&mut self, on: Date, id: &CaseId, kind: Kind, core: &Core, amount: i64) -> Result<(), CityError> {
        let office = self.office_of(kind, core);
        let case = About::Case(*id).to_string();
        let year = core.facts.fiscal_year;
        let org = match id.owner {
            CaseOwner::Org(n) => Some(n),
            CaseOwner::Agency(_) => None,
        };
        let account = org.and_then(|n| self.city.state().org(n)).map(|(_, account)| account.to_hex());
        let instalments = self.cases.iter().any(|case| case.id == *id && case.fate == Fate::Instalments);
        let plan = if instalments { vec![amount * 6 / 10, amount - amount * 6 / 10] } else { Vec::new() };
        let checklist: Vec<String> = self.profile.checklist.iter().flatten().map(|term| term.code.0.clone()).collect();
        let about = bodies::About {
            case: &case,
            amount,
            year,
            field: &core.facts.field,
            decided: self.decider.take().unwrap_or_else(|| self.city.decided_by(&office)),
            number: self.given.clone().unwrap_or_else(|| self.number(kind, year, on)),
            report_due: format!("{}-01-10", year + 1),
            plan: &plan,
            payee: org.zip(account).map(|(n, account)| (format!("org/{n}"), account)),
            checklist: &checklist,
            form: core.facts.form,
        };
        let body = bodies::step(kind, &about);
        let owner = self.owner_role(id, core);
        let signers: Vec<&str> = match kind {
            Kind::AgreementSigned | Kind::GoodsHandedOver => vec![&office, &owner],
            _ if office.is_empty() => vec![&owner],
            _ => vec![&office],
        };
        if matches!(kind, Kind::WarrantIssued | Kind::CashPaid) {
            let number = about.number.clone();
            self.paid.push(Paid { id: *id, kind, number, on, way: core.facts.way, amount });
        }
        self.city.say(&Saying { kind: kind.name(), about: About::Case(*id), body, on, signers: &signers })
    }

    /// The number of a document, each the next of its kind and year, in the form that Bandung's bear.
    pub(super) fn number(&mut self, kind: Kind, year: u16, on: Date) -> String {
        let n = self.numbers.entry((kind, year)).or_insert(0);
        // The golden cases have numbers of the source; what is made up keeps away from them.
        *n += 1;
        let n = *n;
        match kind {
            Kind::CompletenessChecked => format!("978/{}/{}", 3000 + n, on.year()),
            Kind::AgreementSigned => format!("{}/Kep.R/{n}/{year}", 400 + n % 300),
            Kind::PaymentRequested => format!("991/{:04}/1.20.06.01/LS/HB/{year}-R", n),
            Kind::PaymentOrdered => format!("931/{:04}/1.20.06.01/LS/HB/{year}-R", n),
            Kind::WarrantIssued => format!("957/{:04}/1.20.06.01/BTL/{year}-R", n),
            Kind::CashPaid => format!("TU/{:03}/{year}-R", n),
            Kind::RefundDeposited => format!("STS/{:03}/{year}-R", n),
            _ => String::new(),
        }
    }

    /// Whether the recipient has a report that is overdue on the day on which this is recorded.
    pub(super) fn is_overdue(&self, id: &CaseId) -> Result<bool, CityError> {
        let CaseOwner::Org(n) = id.owner else { return Ok(false) };
        let today = self.city.today();
        let due = |core: &Core| {
            let filed = core.done.has(Kind::UseReported) && !stages::instalments_left(core);
            let waits = core.closed.is_none() && core.amount(Figure::Paid).minor() > 0 && !filed;
            let due = || core.report_due.unwrap_or_else(|| self.profile.report_due(Year(core.facts.fiscal_year)));
            waits && due() < today
        };
        Ok(self.book()?.cases_of(n).any(|(_, case)| due(&case.core)))
    }

    /// Who signs for a case's owner.
    pub(super) fn owner_role(&self, id: &CaseId, core: &Core) -> String {
        match id.owner {
            CaseOwner::Org(n) => format!("org/{n}"),
            CaseOwner::Agency(_) => self.agency_office(&core.facts.agency),
        }
    }

    /// The office that signs a kind; none where only the organisation does.
    pub(super) fn office_of(&self, kind: Kind, core: &Core) -> String {
        let roles = self.profile.roles_of(stages::begun_by(kind));
        match roles.first() {
            Some(Role::Agency) => self.agency_office(&core.facts.agency),
            Some(role) => {
                let office = self.profile.offices_with(*role, None).next();
                office.map(|office| office.code.0.clone()).unwrap_or_default()
            }
            None => String::new(),
        }
    }
}
