//! `bring CASE STAGE AMOUNT`: plays what comes next on a case, by whoever must sign it, until the stage is done.

use super::Play;
use crate::grants::about::{About, CaseId, CaseOwner, NoteSigner};
use crate::grants::kinds::Kind;
use crate::grants::one::parties::{Party, parties, replaces_organisation_key};
use crate::grants::one::stages;
use crate::grants::role::Role;
use crate::grants::state::State;

impl Play {
    pub(super) fn bring(&mut self, rest: &str) {
        let words: Vec<&str> = rest.split_whitespace().collect();
        let [case, stage, amount] = words[..] else { self.fail("bring CASE STAGE AMOUNT") };
        let stage = Kind::parse(stage).unwrap_or_else(|| self.fail(format!("{stage} is no kind")));
        let id = CaseId::parse(case).unwrap_or_else(|| self.fail(format!("{case} is no case")));
        for _ in 0..40 {
            let core = self.book().case(&id).map(|case| case.core.clone());
            let next = core.as_ref().map(|core| stages::next(self.book().profile().unwrap(), core));
            let kind = match next.as_deref() {
                None if matches!(id.owner, CaseOwner::Agency(_)) => Kind::NeedRecorded,
                None => Kind::ApplicationSubmitted,
                Some([]) => self.fail(format!("nothing comes next on {case}")),
                Some([kind, ..]) => *kind,
            };
            self.play_next(case, kind, amount);
            if kind == stage {
                return;
            }
        }
        self.fail(format!("{case} never comes to {stage}"));
    }

    fn play_next(&mut self, case: &str, kind: Kind, amount: &str) {
        let before = self.failures.len();
        match kind {
            Kind::ListSealed | Kind::BudgetSealed | Kind::DecreeSealed => self.play_paper(case, kind, amount),
            Kind::CompletenessChecked
            | Kind::CaseRouted
            | Kind::CaseClassified
            | Kind::IntegrityPledged
            | Kind::PaymentVerified
            | Kind::UseReviewed => self.statement(&format!("{kind} {case} by auto => ok")),
            _ => self.statement(&format!("{kind} {case} by auto amount={amount} => ok")),
        }
        if self.failures.len() > before {
            let failures = self.failures.join("\n");
            self.fail(failures);
        }
    }

    fn play_paper(&mut self, case: &str, sealed: Kind, amount: &str) {
        let core = &self.book().case(&CaseId::parse(case).unwrap()).unwrap().core;
        let (year, way) = (core.facts.fiscal_year, core.facts.way.name());
        let (issue, rows, first) = match sealed {
            Kind::ListSealed => (Kind::ListNominated, Kind::ListRows, format!("list/{year}/1")),
            Kind::BudgetSealed => (Kind::BudgetEnacted, Kind::BudgetRows, format!("budget/{year}/1")),
            _ => (Kind::DecreeIssued, Kind::DecreeRows, format!("decree/{year}/1")),
        };
        let n = self.state.next_number(&About::parse(&first).unwrap());
        let issue = if sealed == Kind::BudgetSealed && n > 1 { Kind::BudgetAmended } else { issue };
        let about = format!("{}/{n}", first.rsplit_once('/').unwrap().0);
        let way = if sealed == Kind::BudgetSealed { String::new() } else { format!(" way={way}") };
        self.statement(&format!("{issue} {about} by auto total={amount} rows=1 fiscal_year={year}{way} => ok"));
        self.statement(&format!("{rows} {about} by auto row=1:{case}:{amount} => ok"));
        self.statement(&format!("{sealed} {about} by auto => ok"));
    }

    /// The keys that sign this kind by the rule book's own table: the first of each office.
    pub(super) fn signers_for(&self, kind: &str, about: &str) -> Vec<String> {
        let kind = Kind::parse(kind).unwrap_or_else(|| self.fail(format!("{kind} is no kind")));
        let thing = About::parse(about).unwrap_or_else(|| self.fail(format!("{about} is nothing")));
        let parties = match thing {
            About::Org(_) if kind == Kind::KeyReplaced => replaces_organisation_key(),
            _ => parties(kind),
        };
        parties.iter().flat_map(|party| self.keys_of(*party, about, thing)).collect()
    }

    fn keys_of(&self, party: Party, about: &str, thing: About) -> Vec<String> {
        let office = |role: Role, agency: Option<&str>| vec![self.official_of(role, agency)];
        match party {
            Party::Roots => ["root/1", "root/2", "root/3"].map(str::to_owned).to_vec(),
            Party::AllRoots => (1..=5).map(|n| format!("root/{n}")).collect(),
            Party::Office(roles) => {
                let agency = match (roles, thing) {
                    ([Role::Agency], About::Case(id)) => self.agency_of(&id),
                    _ => None,
                };
                office(roles[0], agency.as_deref())
            }
            Party::CaseAgency => match thing {
                About::Case(id) => office(Role::Agency, self.agency_of(&id).as_deref()),
                _ => self.fail("only a case has an agency"),
            },
            Party::Organisation | Party::OrganisationOrCounter | Party::OwnerOrCounter | Party::OrganisationOrDeed => {
                match thing {
                    About::Org(n)
                    | About::Case(CaseId { owner: CaseOwner::Org(n), .. })
                    | About::Note { signer: NoteSigner::Org(n), .. } => vec![format!("org/{n}")],
                    About::Case(id) => office(Role::Agency, self.agency_of(&id).as_deref()),
                    _ => self.fail(format!("{about} has no organisation")),
                }
            }
            Party::NewKey => vec![match thing {
                About::Ledger => "desk".to_owned(),
                _ => about.to_owned(),
            }],
            Party::Desk => vec!["desk".to_owned()],
            Party::SameKey => vec![self.issuer_of(&thing)],
            _ => self.fail(format!("by auto is not for {party:?}; name the keys")),
        }
    }

    fn agency_of(&self, id: &CaseId) -> Option<String> {
        if let Some(case) = self.book().case(id) {
            return Some(case.core.facts.agency.to_string());
        }
        match id.owner {
            CaseOwner::Agency(n) => self.book().profile()?.agency_number(n).map(|agency| agency.code.0.clone()),
            CaseOwner::Org(_) => None,
        }
    }

    fn official_of(&self, role: Role, agency: Option<&str>) -> String {
        let profile = self.book().profile().unwrap();
        let plays = |office: &str| profile.offices_with(role, agency).any(|own| own.code.0 == office);
        let found = self.book().officials().find(|(_, official)| official.retired.is_none() && plays(&official.office));
        match found {
            Some((n, _)) => format!("official/{n}"),
            None => self.fail(format!("no official plays {} {agency:?}", role.name())),
        }
    }

    /// The key that issued a paper, as the tables call it.
    fn issuer_of(&self, about: &About) -> String {
        let State::One(book) = &self.state else { self.fail("rule set 1 is not in force") };
        let paper = book.paper(about).unwrap_or_else(|| self.fail(format!("no {about}")));
        let name = paper.signer.name();
        name.strip_prefix(&format!("{}/", self.state.origin())).unwrap_or(name).to_owned()
    }
}
