//! One government's year, made up: what comes next on a case is asked of the rule book, under the government's own profile.

use std::path::Path;

use serde_json::{Value, json};

use super::super::bodies;
use super::super::city::{City, CityError, Registration, Saying};
use super::super::script::{chance, day};
use super::script::{Common, Government, Script};
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::money::Currency;
use crate::grants::one::profile::{self, Profile};
use crate::grants::one::stages;
use crate::grants::one::state::State as Book;
use crate::grants::one::things::Core;
use crate::grants::role::Role;
use crate::grants::state::State;
use crate::grants::time::Date;

/// What becomes of an application beside the usual, by the number of its organisation. Those in common come first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Usual,
    Withdrawn,
    Refused,
    /// Nobody goes on with it.
    Waits,
    NoReport,
}

fn fate(org: u64) -> Fate {
    match org {
        5 => Fate::Withdrawn,
        6 => Fate::Refused,
        7 => Fate::Waits,
        8 => Fate::NoReport,
        _ => Fate::Usual,
    }
}

/// A government on its ledger.
struct Place<'s> {
    script: &'s Script,
    government: &'s Government,
    profile: Profile,
    city: City,
}

/// Plays the year of a government in the new folder `dir`.
///
/// # Errors
/// What the script gets wrong or the ledger refuses.
pub fn play(dir: &Path, script: &Script, government: &Government) -> Result<(), CityError> {
    let wrong = CityError::Script;
    let profile = profile::named(&government.profile);
    let profile = profile.ok_or_else(|| wrong(format!("there is no profile {}", government.profile)))?;
    let currency = Currency::new("IDR", 0).ok_or_else(|| wrong("IDR is no currency".to_owned()))?;
    let founded = day(&script.founded).map_err(wrong)?;
    let city = City::found(dir, &government.origin(), &profile, &currency, founded)?;
    let mut place = Place { script, government, profile, city };
    let mut on = place.later(founded, 3);
    place.city.go_to(on)?;
    place.register()?;
    on = day(&script.applications).map_err(wrong)?;
    place.apply(on)?;
    for round in 1.. {
        if !place.move_on(&mut on, round)? && !place.paper(&mut on)? {
            break;
        }
    }
    place.city.flush()
}

impl Place<'_> {
    fn chance(&self, name: &str, limit: u64) -> u64 {
        chance(&self.government.host, name, limit)
    }

    fn book(&self) -> Result<&Book, CityError> {
        match self.city.state() {
            State::One(book) => Ok(book),
            State::Zero(_) => Err(CityError::Script("a federation is of rule set 1".to_owned())),
        }
    }

    fn later(&self, from: Date, working_days: u64) -> Date {
        self.profile.working_days_after(from, working_days).unwrap_or(from)
    }

    fn core(&self, org: u64) -> Result<Option<Core>, CityError> {
        Ok(self.book()?.case(&case(org)).map(|case| case.core.clone()))
    }

    fn register(&mut self) -> Result<(), CityError> {
        let with = |common: &&Common| common.with.contains(&self.government.profile);
        let common: Vec<&Common> = self.script.common.iter().filter(with).collect();
        for n in 1..=self.script.organisations {
            let pick = |list: &[String], what: &str| {
                list[self.chance(&format!("org {n} {what}"), list.len() as u64) as usize].clone()
            };
            let ward = pick(&self.government.wards, "ward");
            let street = format!("Jalan {} {n}", pick(&self.script.streets, "street"));
            let first = self.chance("names", self.script.names.len() as u64) as usize;
            let name = &self.script.names[(first + n as usize) % self.script.names.len()];
            let made = format!("{} {name} {ward}", pick(&self.script.kinds, "kind"));
            let known = usize::try_from(n - 1).ok().and_then(|at| common.get(at));
            let licence = known.and_then(|common| common.licence.as_ref()).map(|number| {
                json!({"type": "AHU", "number": number, "issuer": "Kementerian (rekaan)", "date": "2012-05-02"})
            });
            let name = known.map_or(made, |common| common.name.clone());
            let recipient_type = if name.starts_with("Yayasan") { "foundation" } else { "organisation" };
            let city = &self.government.city;
            let place = Registration { name: &name, recipient_type, street: &street, ward: &ward, city };
            self.city.enrol_licensed(&place, licence)?;
        }
        self.city.flush()
    }

    /// Each organisation applies, over three weeks.
    fn apply(&mut self, from: Date) -> Result<(), CityError> {
        let mut days: Vec<(Date, u64)> = (1..=self.script.organisations)
            .map(|n| (self.later(from, self.chance(&format!("application {n}"), 15)), n))
            .collect();
        days.sort_unstable();
        for (on, n) in days {
            self.city.go_to(on)?;
            let purposes = &self.script.purpose;
            let purpose = &purposes[self.chance(&format!("purpose {n}"), purposes.len() as u64) as usize];
            let fields = &self.profile.fields;
            let field = fields[self.chance(&format!("field {n}"), fields.len() as u64) as usize].code.0.clone();
            let about = About::Case(case(n));
            let body = json!({
                "title": purpose.title, "purpose": purpose.purpose, "field": field, "form": "money", "way": "grant",
                "amount": 5_000_000 * (6 + self.chance(&format!("asked {n}"), 40) as i64),
                "fiscal_year": self.script.fiscal_year,
                "documents": [bodies::document("Proposal hibah", &format!("{}/{about}", self.government.host))],
            });
            let signers = [format!("org/{n}")];
            let kind = Kind::ApplicationSubmitted.name();
            self.city.say(&Saying { kind, about, body, on, signers: &[&signers[0]] })?;
        }
        self.city.flush()
    }

    /// One step of each case that waits for no paper, over a few days; false if there is none.
    fn move_on(&mut self, on: &mut Date, round: u64) -> Result<bool, CityError> {
        let mut steps = Vec::new();
        for org in 1..=self.script.organisations {
            let Some(core) = self.core(org)? else { continue };
            let next = stages::next(&self.profile, &core).first().copied();
            let Some(kind) = next.filter(|kind| !is_paper(*kind)) else { continue };
            let ends = match fate(org) {
                Fate::Waits => kind == Kind::CaseConsidered,
                Fate::NoReport => kind == Kind::UseReported,
                _ => false,
            };
            if !ends {
                let wait = 2 + self.chance(&format!("case {org} round {round}"), 5);
                steps.push((self.later((*on).max(self.city.today()), wait), org, kind));
            }
        }
        steps.sort_unstable_by_key(|(day, org, _)| (*day, *org));
        for (day, org, kind) in &steps {
            self.city.go_to(*day)?;
            self.city.flush()?;
            let Some(core) = self.core(*org)? else { continue };
            self.step(*day, *org, *kind, &core)?;
            *on = *day;
        }
        self.city.flush()?;
        Ok(!steps.is_empty())
    }

    fn step(&mut self, on: Date, org: u64, kind: Kind, core: &Core) -> Result<(), CityError> {
        let (about, owner) = (About::Case(case(org)), format!("org/{org}"));
        let office = self.office_of(kind, core);
        let decided = self.city.decided_by(&office);
        let (kind, body, signer) = match (fate(org), kind) {
            (Fate::Withdrawn, Kind::CaseConsidered) => {
                (Kind::ApplicationWithdrawn, json!({"reason": "Kegiatan dibiayai dari sumber lain."}), owner)
            }
            (Fate::Refused, Kind::CaseConsidered) => {
                let body = json!({"reason": "Belum memenuhi persyaratan; lihat berita acara.", "decided_by": decided});
                (Kind::DecisionRefused, body, office)
            }
            _ => {
                let body = self.body(org, kind, core, decided);
                let signers: Vec<&str> = match kind {
                    Kind::AgreementSigned => vec![&office, &owner],
                    _ if office.is_empty() => vec![&owner],
                    _ => vec![&office],
                };
                return self.city.say(&Saying { kind: kind.name(), about, body, on, signers: &signers });
            }
        };
        self.city.say(&Saying { kind: kind.name(), about, body, on, signers: &[&signer] })
    }

    fn body(&self, org: u64, kind: Kind, core: &Core, decided: Value) -> Value {
        let case = format!("{}/{}", self.government.host, About::Case(case(org)));
        let checklist: Vec<String> = self.profile.checklist.iter().flatten().map(|term| term.code.0.clone()).collect();
        let account = self.city.state().org(org).map(|(_, account)| (format!("org/{org}"), account.to_hex()));
        let year = self.script.fiscal_year;
        bodies::step(
            kind,
            &bodies::About {
                case: &case,
                amount: self.amount(org, kind, core),
                year,
                field: &core.facts.field,
                decided,
                number: format!(
                    "{}/{org:03}/{year}-R",
                    kind.name().split('.').next().unwrap_or_default().to_uppercase()
                ),
                report_due: format!("{}-01-10", year + 1),
                plan: &[],
                payee: account,
                checklist: &checklist,
                form: core.facts.form,
            },
        )
    }

    fn amount(&self, org: u64, kind: Kind, core: &Core) -> i64 {
        let figure = |figure: Figure| core.amount(figure).minor();
        let newest = [Figure::Considered, Figure::Recommended, Figure::Asked];
        let newest = newest.into_iter().find_map(|figure| core.figures.get(figure)).map_or(0, |amount| amount.minor());
        let part = |amount: i64, percent: u64| {
            let percent = i64::try_from(percent).unwrap_or(100);
            (amount * percent / 100 / 500_000 * 500_000).max(500_000)
        };
        let some = |from: u64| from + self.chance(&format!("case {org} {kind} percent"), 30);
        match kind {
            Kind::AmountRecommended => part(newest, some(50)),
            Kind::CaseConsidered | Kind::BudgetConsidered => part(newest, some(70)),
            Kind::PaymentRequested => figure(Figure::Agreed) - figure(Figure::Paid),
            Kind::PaymentOrdered => core.pay.requested.map_or(0, |amount| amount.minor()),
            Kind::WarrantIssued => core.pay.ordered.map_or(0, |amount| amount.minor()),
            Kind::FundsCredited => core.pay.uncredited.map_or(0, |amount| amount.minor()),
            Kind::UseReported => figure(Figure::Paid) - figure(Figure::Reported),
            _ => figure(Figure::Decreed),
        }
    }

    /// The office that signs a kind; none where only the organisation does.
    fn office_of(&self, kind: Kind, core: &Core) -> String {
        let agency = |role: Role| (role == Role::Agency).then_some(&*core.facts.agency);
        let role = self.profile.roles_of(stages::begun_by(kind)).first();
        let office = role.and_then(|role| self.profile.offices_with(*role, agency(*role)).next());
        office.map(|office| office.code.0.clone()).unwrap_or_default()
    }

    /// The list, budget or decree that cases wait for takes all of them on its day; false if none waits.
    fn paper(&mut self, on: &mut Date) -> Result<bool, CityError> {
        let mut rows: Vec<(u64, Core)> = Vec::new();
        let mut paper = None;
        for org in 1..=self.script.organisations {
            let Some(core) = self.core(org)? else { continue };
            let next = stages::next(&self.profile, &core).first().copied().filter(|kind| is_paper(*kind));
            if next.is_some() && (paper.is_none() || paper == next) {
                paper = next;
                rows.push((org, core));
            }
        }
        let Some((kind, (_, first))) = paper.zip(rows.first()) else { return Ok(false) };
        let (family, began, date, titles): (_, _, _, &[&str]) = match kind {
            Kind::ListSealed => ("list", "list.nominated", &self.script.list, &["Daftar nominatif calon penerima"]),
            Kind::BudgetSealed => ("budget", "budget.enacted", &self.script.budget, &["Penjabaran"]),
            _ => ("decree", "decree.issued", &self.script.decree, &["Keputusan wali kota", "Keputusan bupati"]),
        };
        let mut titled = self.profile.documents.iter().map(|title| title.0.clone());
        let title = titled.find(|title| titles.iter().any(|wanted| title.starts_with(wanted))).unwrap_or_default();
        let office = self.office_of(kind, first);
        *on = day(date).map_err(CityError::Script)?.max(self.later(*on, 1));
        self.city.go_to(*on)?;
        let year = self.script.fiscal_year;
        let about = format!("{family}/{year}/1");
        let about = About::parse(&about).ok_or_else(|| CityError::Script(format!("{about} is nothing")))?;
        let amount = |core: &Core| {
            let figures = [Figure::Enacted, Figure::Proposed, Figure::Considered, Figure::Asked];
            figures.into_iter().find_map(|figure| core.figures.get(figure)).map_or(0, |amount| amount.minor())
        };
        let mut body = json!({
            "number": format!("1/{}/{year}-R", family.to_uppercase()), "fiscal_year": year, "rows": rows.len(),
            "total": rows.iter().map(|(_, core)| amount(core)).sum::<i64>(),
            "document": bodies::document(&title, &format!("{}/{about}", self.government.host)),
            "decided_by": self.city.decided_by(&office),
        });
        if kind == Kind::BudgetSealed {
            body["ceilings"] = json!([{"way": "grant", "amount": 9_000_000_000_i64}]);
        } else {
            body["way"] = json!("grant");
        }
        let named = (1..).zip(&rows).map(|(row, (org, core))| {
            let case = About::Case(case(*org));
            let after = self.city.state().head(&case).map(|head| head.to_hex());
            json!({"row": row, "case": case.to_string(), "after": after, "amount": amount(core)})
        });
        let named = json!({"rows": named.collect::<Vec<_>>()});
        let (part, sealed) = (format!("{family}.rows"), kind.name());
        for (kind, body) in [(began, body), (part.as_str(), named), (sealed, json!({}))] {
            self.city.say(&Saying { kind, about, body, on: *on, signers: &[&office] })?;
        }
        self.city.flush()?;
        Ok(true)
    }
}

/// The one case of an organisation.
fn case(org: u64) -> CaseId {
    CaseId { owner: CaseOwner::Org(org), n: 1 }
}

fn is_paper(kind: Kind) -> bool {
    matches!(kind, Kind::ListSealed | Kind::BudgetSealed | Kind::DecreeSealed)
}
