//! The made-up city, day by day: what comes next on a case is asked of the rule book itself, who must sign it too;
//! chance from the seed only says when, how much, and which few cases go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::json;

use super::bodies;
use super::city::{City, CityError, Registration, Saying};
use super::events;
use super::golden;
use super::papers;
use super::script::{Script, chance, day};
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::kinds::Kind;
use crate::grants::money::Currency;
use crate::grants::one::profile::{self, Profile};
use crate::grants::one::stages;
use crate::grants::one::state::State as Book;
use crate::grants::one::things::Core;
use crate::grants::one::ways::{Form, Way};
use crate::grants::role::Role;
use crate::grants::state::State;
use crate::grants::time::Date;

/// The month for which the treasury's register lacks a warrant.
pub const DIFFERENT_MONTH: (u16, u8) = (2014, 8);
/// The fiscal year in which a case is left waiting before each stage of each way.
const WAITING_YEAR: u16 = 2015;
/// Pairs of organisations with one account: the second registers with the first's.
const SAME_ACCOUNT: [[u64; 2]; 6] = [[26, 27], [45, 46], [80, 81], [111, 112], [130, 131], [150, 151]];

/// A warrant that was issued or cash that was paid, for the monthly reconciliation and the yearly recapitulation.
pub(super) struct Paid {
    pub(super) id: CaseId,
    pub(super) kind: Kind,
    pub(super) number: String,
    pub(super) on: Date,
    pub(super) way: Way,
    pub(super) amount: i64,
}

/// What an official decided and left to the successor to record.
pub(super) struct LeftBehind {
    pub(super) office: String,
    /// `decided_by` of who decided.
    pub(super) decided: serde_json::Value,
    pub(super) last_day: Date,
    /// How many decisions are still to be recorded.
    pub(super) count: u64,
}

/// A case that is on its way.
#[derive(Clone)]
pub(super) struct Running {
    pub(super) id: CaseId,
    pub(super) name: String,
    /// Where chance stops it, and how.
    pub(super) fate: Fate,
}

/// What becomes of a case beside the usual.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    Usual,
    /// It waits at this step and is never taken on.
    Waits(Kind),
    Refused(Kind),
    Withdrawn(Kind),
    Returned,
    Cancelled,
    LateReport,
    NoReport,
    Unspent,
    Owes,
    Instalments,
    Retur,
    CancelledWarrant,
    DisputedCredit,
    Confirms,
    LateEntry,
    Counter,
    ReportReturned,
}

/// The city and all that is going on in it.
pub struct Town<'s> {
    pub(super) script: &'s Script,
    pub(super) profile: Profile,
    /// Its ledger and keys.
    pub city: City,
    pub(super) cases: Vec<Running>,
    /// Which cases are looked at on which day, by place in `cases`.
    queue: BTreeMap<Date, Vec<usize>>,
    pub(super) paid: Vec<Paid>,
    pub(super) numbers: BTreeMap<(Kind, u16), u64>,
    pub(super) notes: BTreeMap<String, u64>,
    pub(super) returned: BTreeSet<String>,
    /// Sealed papers by their number.
    pub(super) papers: BTreeMap<String, About>,
    /// The number that the next document bears, where it is not the next of its kind.
    pub(super) given: Option<String>,
    /// The appointment for which another person acts now.
    pub(super) acting_for: Option<u64>,
    pub(super) left_behind: Option<LeftBehind>,
    /// Who decided the next step, where it is not who holds the office now.
    pub(super) decider: Option<serde_json::Value>,
    /// The number of the warrant that the treasury's register lacks.
    pub(super) unregistered: Option<String>,
    /// Before which stages of which ways no case waits yet.
    to_wait: BTreeSet<(&'static str, &'static str, Kind)>,
    names: BTreeSet<String>,
}

impl Running {
    /// Whether chance stops the case before this step.
    pub(super) fn waits_at(&self, kind: Kind) -> bool {
        self.fate == Fate::Waits(kind)
    }
}

/// Plays the script in the new folder `dir`; `progress` is told how many days are done, of how many.
///
/// # Errors
/// What the script gets wrong or the ledger refuses.
pub fn play<'s>(dir: &Path, script: &'s Script, progress: &dyn Fn(u64, u64)) -> Result<Town<'s>, CityError> {
    let wrong = CityError::Script;
    let profile =
        profile::named(&script.profile).ok_or_else(|| wrong(format!("there is no profile {}", script.profile)))?;
    let currency = Currency::new("IDR", 0).ok_or_else(|| wrong("IDR is no currency".to_owned()))?;
    let founded = day(&script.founded).map_err(wrong)?;
    let until = day(&script.until).map_err(wrong)?;
    let mut city = City::found(dir, &script.origin, &profile, &currency, founded)?;
    for [first, second] in SAME_ACCOUNT {
        city.share_account(second, first);
    }
    let to_wait = profile
        .ways
        .iter()
        .flat_map(|way| way.stages.iter().skip(1).map(|stage| (way.way.name(), way.form.name(), *stage)));
    let to_wait = to_wait.collect();
    let mut town = Town {
        script,
        profile,
        city,
        cases: Vec::new(),
        queue: BTreeMap::new(),
        paid: Vec::new(),
        numbers: BTreeMap::new(),
        notes: BTreeMap::new(),
        returned: BTreeSet::new(),
        papers: BTreeMap::new(),
        given: None,
        acting_for: None,
        left_behind: None,
        decider: None,
        unregistered: None,
        to_wait,
        names: BTreeSet::new(),
    };
    let mut plan = town.applications().map_err(wrong)?;
    let days = founded.days_until(until);
    for at in 1..=days {
        let on = founded.plus_days(at).ok_or_else(|| wrong("a day beyond the calendar".to_owned()))?;
        let recorded = on.plus_days(1).ok_or_else(|| wrong("a day beyond the calendar".to_owned()))?;
        town.city.go_to(recorded)?;
        golden::on(&mut town, on)?;
        town.register(on)?;
        events::on(&mut town, on)?;
        papers::on(&mut town, on)?;
        for application in plan.remove(&on).unwrap_or_default() {
            town.apply(on, &application)?;
        }
        for case in town.queue.remove(&on).unwrap_or_default() {
            town.take(on, case)?;
        }
        progress(u64::try_from(at).unwrap_or_default(), u64::try_from(days).unwrap_or_default());
    }
    town.city.flush()?;
    Ok(town)
}

/// An application that is to come.
struct Application {
    name: String,
    fiscal_year: u16,
    way: Way,
    form: Form,
}

impl Town<'_> {
    pub(super) fn chance(&self, name: &str, limit: u64) -> u64 {
        chance(&self.script.seed, name, limit)
    }

    pub(super) fn book(&self) -> Result<&Book, CityError> {
        match self.city.state() {
            State::One(book) => Ok(book),
            State::Zero(_) => Err(CityError::Script("the demo is of rule set 1".to_owned())),
        }
    }

    pub(super) fn core(&self, id: &CaseId) -> Result<Option<Core>, CityError> {
        Ok(self.book()?.case(id).map(|case| case.core.clone()))
    }

    /// The day that is so many working days later.
    pub(super) fn later(&self, from: Date, working_days: u64) -> Date {
        let mut day = from;
        let mut left = working_days.max(1);
        while left > 0 {
            day = day.plus_days(1).unwrap_or(day);
            left -= u64::from(self.profile.is_working_day(day));
        }
        day
    }

    /// A case that was taken over from paper goes on as usual.
    pub(super) fn adopt(&mut self, id: CaseId, on: Date) {
        let case = self.cases.len();
        self.cases.push(Running { id, name: About::Case(id).to_string(), fate: Fate::Usual });
        self.wake(case, on);
    }

    pub(super) fn wake(&mut self, case: usize, on: Date) {
        self.queue.entry(on).or_default().push(case);
    }

    /// Every application of every season by its day.
    fn applications(&self) -> Result<BTreeMap<Date, Vec<Application>>, String> {
        let mut plan: BTreeMap<Date, Vec<Application>> = BTreeMap::new();
        for season in &self.script.season {
            let (from, to) = (day(&season.from)?, day(&season.to)?);
            let days = u64::try_from(from.days_until(to)).unwrap_or_default();
            let sorts = [
                (season.grants, Way::Grant, Form::Money),
                (season.goods, Way::Grant, Form::Goods),
                (season.services, Way::Grant, Form::Services),
                (season.assistance, Way::AssistancePlanned, Form::Money),
                (season.needs, Way::AssistanceUnplanned, Form::Money),
            ];
            for (count, way, form) in sorts {
                for n in 1..=count {
                    let name = format!("{} {} {} {n}", season.from, way.name(), form.name());
                    let after = i64::try_from(self.chance(&format!("{name} day"), days)).unwrap_or_default();
                    let on = from.plus_days(after).filter(|on| self.profile.is_working_day(*on)).unwrap_or(from);
                    let application = Application { name, fiscal_year: season.fiscal_year, way, form };
                    plan.entry(on).or_default().push(application);
                }
            }
        }
        Ok(plan)
    }

    /// Organisations register over a year and a half, a few on each working day.
    fn register(&mut self, on: Date) -> Result<(), CityError> {
        if !self.profile.is_working_day(on) {
            return Ok(());
        }
        let count = self.city.next_org() - 1;
        let more = self.chance(&format!("registrations {on}"), 5).min(self.script.organisations.saturating_sub(count));
        for n in count + 1..=count + more {
            let (kinds, names) = (&self.script.kinds, &self.script.names);
            let pick = |list: &[String], what: &str| {
                list[self.chance(&format!("org {n} {what}"), list.len() as u64) as usize].clone()
            };
            let kind = pick(kinds, "kind");
            let community = matches!(kind.as_str(), "Karang Taruna" | "Paguyuban" | "Komunitas" | "Sanggar");
            let recipient_type = if kind == "Yayasan" {
                "foundation"
            } else if community {
                "community"
            } else {
                "organisation"
            };
            let ward = pick(&self.script.wards, "ward");
            let full = |name: &str| format!("{kind} {name} {ward}");
            // No two have one name: where the first is taken, the next of the list that is free.
            let first = self.chance(&format!("org {n} name"), names.len() as u64) as usize;
            let free = names.iter().cycle().skip(first).take(names.len()).map(|name| full(name));
            let name = free.into_iter().find(|name| !self.names.contains(name)).unwrap_or_else(|| full(&n.to_string()));
            let street = format!(
                "Jalan {} {}",
                pick(&self.script.streets, "street"),
                1 + self.chance(&format!("org {n} house"), 180)
            );
            self.names.insert(name.clone());
            self.city.enrol(&Registration {
                name: &name,
                recipient_type,
                street: &street,
                ward: &ward,
                city: "Bandung",
            })?;
        }
        Ok(())
    }

    fn fate(&self, name: &str, way: Way, form: Form) -> Fate {
        let stages = self.profile.stages(way, form).unwrap_or_default();
        let some_stage = |what: &str, from: usize, to: usize| {
            let to = to.min(stages.len());
            stages[from + self.chance(&format!("{name} {what}"), (to - from) as u64) as usize]
        };
        let paid = |fate: Fate| if way == Way::Grant && form == Form::Money { fate } else { Fate::Usual };
        match self.chance(&format!("{name} fate"), 100) {
            0..=2 if way != Way::AssistanceUnplanned => Fate::Withdrawn(some_stage("stage", 1, 6)),
            3..=11 if way != Way::AssistanceUnplanned => Fate::Refused(some_stage("stage", 1, 6)),
            12..=15 if way != Way::AssistanceUnplanned => Fate::Returned,
            16..=23 => Fate::Waits(some_stage("stage", 1, stages.len())),
            24..=25 => Fate::Cancelled,
            26..=30 => paid(Fate::LateReport),
            31..=33 => paid(Fate::NoReport),
            34..=38 => paid(Fate::Unspent),
            39 => paid(Fate::Owes),
            40..=44 => paid(Fate::Instalments),
            45 => paid(Fate::Retur),
            46 => paid(Fate::CancelledWarrant),
            47 => paid(Fate::DisputedCredit),
            48..=53 => paid(Fate::Confirms),
            54..=56 => Fate::LateEntry,
            57..=58 if way != Way::AssistanceUnplanned => Fate::Counter,
            59..=60 => paid(Fate::ReportReturned),
            _ => Fate::Usual,
        }
    }

    fn apply(&mut self, on: Date, application: &Application) -> Result<(), CityError> {
        let Application { name, fiscal_year, way, form } = application;
        let purposes = &self.script.purpose;
        let purpose = &purposes[self.chance(&format!("{name} purpose"), purposes.len() as u64) as usize];
        let agency = self.profile.field(&purpose.field).map(|field| field.agency.0.clone()).unwrap_or_default();
        let Some(owner) = self.owner(on, name, *way, &agency)? else { return Ok(()) };
        let n = self.city.state().next_number(&About::Case(CaseId { owner, n: 1 }));
        let id = CaseId { owner, n };
        let fate = self.fate(name, *way, *form);
        let asked = match way {
            Way::AssistanceUnplanned => 500_000 * (2 + self.chance(&format!("{name} asked"), 16) as i64),
            Way::AssistancePlanned => 1_000_000 * (10 + self.chance(&format!("{name} asked"), 40) as i64),
            Way::Grant => 5_000_000 * (4 + self.chance(&format!("{name} asked"), 90) as i64),
        };
        let mut body = json!({
            "title": purpose.title, "purpose": purpose.purpose, "amount": asked, "field": purpose.field,
            "form": form.name(), "way": way.name(), "fiscal_year": fiscal_year,
            "documents": [bodies::document(
                if *way == Way::Grant { "Proposal hibah" } else { "Proposal bantuan sosial" }, &About::Case(id).to_string())],
        });
        let mut sealed: Vec<(&str, String)> = Vec::new();
        let (kind, signer) = match (owner, fate) {
            (CaseOwner::Agency(_), _) => {
                body["recipient_type"] = json!("family");
                let case = About::Case(id);
                sealed.push(("account", format!("rekening keluarga {case} (rekaan)")));
                sealed.push(("recipient", format!("kepala keluarga {case} (rekaan)")));
                (Kind::NeedRecorded, self.agency_office(&agency))
            }
            (CaseOwner::Org(_), Fate::Counter) => {
                body["paper"] = bodies::document("Berkas bertanda tangan dari loket", &About::Case(id).to_string());
                (Kind::ApplicationFiledAtCounter, "tata_usaha".to_owned())
            }
            (CaseOwner::Org(org), _) => (Kind::ApplicationSubmitted, format!("org/{org}")),
        };
        let saying = Saying { kind: kind.name(), about: About::Case(id), body, on, signers: &[&signer] };
        if sealed.is_empty() {
            self.city.say(&saying)?
        } else {
            self.city.say_sealed(saying, &sealed)?
        }
        let case = self.cases.len();
        self.cases.push(Running { id, name: name.clone(), fate });
        let wait = 1 + self.chance(&format!("{name} wait"), 6);
        self.wake(case, self.later(on, wait));
        Ok(())
    }

    /// An organisation that may apply today, or the agency that records a need.
    fn owner(&mut self, on: Date, name: &str, way: Way, agency: &str) -> Result<Option<CaseOwner>, CityError> {
        if way == Way::AssistanceUnplanned {
            let owner = self.profile.agency(agency).map(|agency| CaseOwner::Agency(agency.n));
            owner.map_or(Ok(()), |owner| self.city.flush_for(owner, |id| id.owner == owner))?;
            return Ok(owner);
        }
        let count = self.book()?.orgs().count() as u64;
        for attempt in 0..40 {
            // The first two are the golden ones: they apply once.
            let n = 3 + self.chance(&format!("{name} org {attempt}"), count.saturating_sub(2).max(1));
            let owner = CaseOwner::Org(n);
            self.city.flush_for(owner, |id| id.owner == owner)?;
            let free = self.book()?.org(n).is_some_and(|org| {
                org.open_cases < 4 && org.suspended.is_none() && org.barred_until.is_none_or(|until| until < on)
            });
            if free && org_sleeps(n) {
                continue;
            }
            if free {
                return Ok(Some(owner));
            }
        }
        Ok(None)
    }

    pub(super) fn agency_office(&self, agency: &str) -> String {
        let office = self.profile.offices_with(Role::Agency, Some(agency)).next();
        office.map(|office| office.code.0.clone()).unwrap_or_default()
    }

    /// A case's turn: what the rule book says comes next, unless chance has something else in mind.
    fn take(&mut self, on: Date, case: usize) -> Result<(), CityError> {
        if !self.profile.is_working_day(on) {
            let next = self.later(on, 1);
            self.wake(case, next);
            return Ok(());
        }
        let Running { id, name, fate } = self.cases[case].clone();
        self.city.flush_for(id.owner, |other| *other == id)?;
        let Some(core) = self.core(&id)? else { return Ok(()) };
        let book = self.book()?;
        let held = book.case(&id).is_some_and(|case| case.held_by.is_some());
        if core.closed.is_some() && stages::left_to_refund(&core) <= 0 {
            return Ok(());
        }
        if held || book.is_disputed(&id) {
            let next = self.later(on, 10);
            self.wake(case, next);
            return Ok(());
        }
        let next = stages::next(&self.profile_now()?, &core);
        let fate = next.first().map_or(fate, |kind| self.left_waiting(case, fate, *kind, &core));
        let said = match next.first().copied() {
            Some(kind) => self.instead(on, &id, &name, fate, kind, &core)?,
            None => self.settle(on, &id, &name, fate, &core)?,
        };
        match (said, next.first().copied()) {
            (Turn::Done, _) | (Turn::Later(0), None) => {}
            (Turn::Later(days), _) => {
                let next = self.later(on, days);
                self.wake(case, next);
            }
            (Turn::Go, Some(kind)) => {
                if self.waits_for_paper(kind) {
                    return Ok(());
                }
                if !self.step(on, &id, &name, fate, kind, &core)? {
                    let next = self.later(on, 5);
                    self.wake(case, next);
                    return Ok(());
                }
                let days = self.days_after(&name, fate, kind);
                let next = self.later(on, days);
                self.wake(case, next);
            }
            (Turn::Go, None) => {}
        }
        Ok(())
    }

    /// The fate of a case that has come before a stage: of each stage of each way one usual case at least waits there.
    fn left_waiting(&mut self, case: usize, fate: Fate, kind: Kind, core: &Core) -> Fate {
        let place = (core.facts.way.name(), core.facts.form.name(), kind);
        let may = fate == Fate::Usual && core.facts.fiscal_year == WAITING_YEAR;
        if (may || fate == Fate::Waits(kind)) && self.to_wait.remove(&place) {
            self.cases[case].fate = Fate::Waits(kind);
        }
        self.cases[case].fate
    }

    /// The treasury's register of a month, as its own program writes it: every warrant but the one that it lacks.
    #[must_use]
    pub fn register_of(&self, (year, month): (u16, u8)) -> String {
        let own = self.warrants(year, month).filter(|paid| self.unregistered.as_ref() != Some(&paid.number));
        let lines = own.map(|paid| format!("{},{},{}\n", paid.number, paid.on, paid.amount));
        std::iter::once("nomor,tanggal,nilai\n".to_owned()).chain(lines).collect()
    }

    /// The warrants of a month that stand.
    pub(super) fn warrants(&self, year: u16, month: u8) -> impl Iterator<Item = &Paid> {
        let within = move |on: Date| on.year() == year && on.month() == month;
        self.paid.iter().filter(move |paid| paid.kind == Kind::WarrantIssued && within(paid.on))
    }

    fn profile_now(&self) -> Result<Profile, CityError> {
        let profile = self.book()?.profile().cloned();
        profile.ok_or_else(|| CityError::Script("the ledger has no profile".to_owned()))
    }

    /// Lists, budgets and decrees come on their days and take all that wait for them.
    fn waits_for_paper(&self, kind: Kind) -> bool {
        matches!(kind, Kind::ListSealed | Kind::BudgetSealed | Kind::DecreeSealed)
    }

    fn days_after(&self, name: &str, fate: Fate, kind: Kind) -> u64 {
        let some = |from: u64, more: u64| from + self.chance(&format!("{name} after {kind}"), more);
        match kind {
            Kind::FundsCredited | Kind::GoodsHandedOver | Kind::CashPaid => match fate {
                Fate::Instalments => some(20, 15),
                _ => some(25, 45),
            },
            Kind::AmountRecommended => some(6, 12),
            Kind::CompletenessChecked => some(2, 8),
            Kind::DisbursementRequested => some(1, 8),
            Kind::PaymentRequested | Kind::PaymentVerified | Kind::PaymentOrdered => some(1, 3),
            Kind::WarrantIssued => some(1, 4),
            Kind::UseReported => some(5, 20),
            _ => some(2, 9),
        }
    }
}

/// What a turn of a case came to.
pub(super) enum Turn {
    /// Nothing more is to come.
    Done,
    /// Look again in so many working days.
    Later(u64),
    /// The usual next step.
    Go,
}

/// Whether an organisation has the account of another.
pub(super) fn shares_account(n: u64) -> bool {
    SAME_ACCOUNT.iter().flatten().any(|org| *org == n)
}

/// Organisations that the events tell of; they do not apply by chance.
fn org_sleeps(n: u64) -> bool {
    events::OWN.contains(&n)
}
