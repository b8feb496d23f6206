//! The present state of a ledger, made of nothing but its entries.
//!
//! I2: what the rule book refuses is not in the ledger, and replaying the entries from nothing gives this state.
//! [`State::judge`] is pure; [`State::apply`] takes over a change that it found allowed.
//!
//! A thing's head is the leaf hash of the latest entry about it, which the next statement's `after` must be. The
//! rows, the seal and the abandonment of a decree move the heads of all its cases.

use std::collections::BTreeMap;

use super::claim::Claim;
use super::keys::{Key, KeyRing, Official};
use super::profile::Profile;
use crate::grants::about::{About, AwardId, CaseId, CaseOwner, DecreeId};
use crate::grants::figures::Sums;
use crate::grants::kinds::Kind;
use crate::grants::money::Currency;
use crate::grants::rules::{Refusal, RuleSet};
use crate::grants::signer::SignerId;
use crate::grants::time::{Date, Timestamp};
use crate::tlog::hash::Hash;

pub use super::change::Change;
pub(in crate::grants) use super::things::Act;
pub use super::things::{Award, Case, Closed, Decree, DecreeEntry, DecreeRef, DecreeStatus, Next, Org};
pub use crate::grants::state::Place;

/// A series of numbers, each the next of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Series {
    /// `official/<n>`.
    Officials,
    /// `org/<n>`.
    Orgs,
    /// `case/<owner>/<n>`.
    Cases(CaseOwner),
    /// `decree/<year>/<n>`.
    Decrees(u16),
}

/// All that the entries so far have made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub(in crate::grants) origin: String,
    pub(in crate::grants) size: u64,
    pub(in crate::grants) founding: Option<Founding>,
    pub(in crate::grants) keys: KeyRing,
    pub(in crate::grants) officials: BTreeMap<u64, Headed<Official>>,
    pub(in crate::grants) orgs: BTreeMap<u64, Org>,
    pub(in crate::grants) cases: BTreeMap<CaseId, Case>,
    pub(in crate::grants) decrees: BTreeMap<DecreeId, Decree>,
    pub(in crate::grants) awards: BTreeMap<AwardId, Award>,
    pub(in crate::grants) years: BTreeMap<u16, YearTotals>,
}

/// What entry 0 fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::grants) struct Founding {
    pub(in crate::grants) head: Hash,
    pub(in crate::grants) rules: RuleSet,
    pub(in crate::grants) trial: bool,
    pub(in crate::grants) currency: Currency,
    pub(in crate::grants) profile: Profile,
    pub(in crate::grants) ledger_key: SignerId,
    pub(in crate::grants) threshold: u64,
    pub(in crate::grants) roots: u64,
}

/// A thing with its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::grants) struct Headed<T> {
    pub(in crate::grants) head: Hash,
    pub(in crate::grants) thing: T,
}

/// Counts and sums of one fiscal year. Cases and migrated awards are never added together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct YearTotals {
    /// How many cases name this year.
    pub cases: u64,
    /// Their amounts.
    pub case_sums: Sums,
    /// How many migrated awards name this year.
    pub awards: u64,
    /// Their amounts; recoveries count as less.
    pub award_sums: Sums,
}

impl State {
    /// Before entry 0 of the ledger of this origin.
    pub fn new(origin: &str) -> Self {
        State {
            origin: origin.to_owned(),
            size: 0,
            founding: None,
            keys: KeyRing::default(),
            officials: BTreeMap::new(),
            orgs: BTreeMap::new(),
            cases: BTreeMap::new(),
            decrees: BTreeMap::new(),
            awards: BTreeMap::new(),
            years: BTreeMap::new(),
        }
    }

    /// Judges a statement by the rules of this set.
    ///
    /// # Errors
    /// The first rule that refuses it, in the order that [`super`] documents.
    pub fn judge(&self, claim: &Claim, place: Place) -> Result<Change, Refusal> {
        super::judge(self, claim, place)
    }

    /// Takes over a change that this state's [`State::judge`] has allowed, now that its entry has this leaf hash.
    ///
    /// # Panics
    /// If the change was judged for another index than the next: a change is of one state only.
    pub fn apply(&mut self, change: Change, leaf: Hash) {
        assert_eq!(change.index(), self.size, "a change is applied to the state that judged it");
        change.apply(self, leaf);
        self.size += 1;
    }

    /// The ledger's origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many entries made this state; the index of the next.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The key of this name and id, whether or not in force.
    pub fn key(&self, id: &SignerId) -> Option<&Key> {
        self.keys.get(id)
    }

    /// The verifier key of this name and id, whether or not in force.
    pub fn vkey_of(&self, id: &SignerId) -> Option<&str> {
        self.keys.get(id).map(|key| key.vkey().as_str())
    }

    /// Every key that was ever admitted.
    pub fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// The key of this signer, if it may sign a statement that is recorded at this time.
    ///
    /// # Errors
    /// B2 that says why not.
    pub fn in_force(&self, id: &SignerId, recorded_at: Timestamp) -> Result<&Key, Refusal> {
        self.keys.in_force(id, self.local_date(recorded_at))
    }

    /// The government's local day; UTC before the founding.
    pub fn local_date(&self, at: Timestamp) -> Date {
        at.local_date(self.profile().map_or(0, |profile| profile.utc_offset_min))
    }

    /// The leaf hash of the latest entry about this thing, if there is one.
    pub fn head(&self, about: &About) -> Option<Hash> {
        match about {
            About::Ledger => self.founding.as_ref().map(|founding| founding.head),
            About::Official(n) => self.officials.get(n).map(|official| official.head),
            About::Org(n) => self.orgs.get(n).map(|org| org.head),
            About::Case(id) => self.cases.get(id).map(|case| case.head),
            About::Decree(id) => self.decrees.get(id).map(|decree| decree.head),
            About::Award(id) => self.awards.get(id).map(|award| award.head),
            About::Year(_) | About::List { .. } | About::Budget { .. } | About::Note { .. } => None,
        }
    }

    /// What a statement about this thing must name as `after`: the thing's own head, else its parent's (a case:
    /// its organisation; others: entry 0). `None` before the founding, and for a case whose organisation is unknown.
    pub fn expected_after(&self, about: &About) -> Option<Hash> {
        self.head(about).or_else(|| match about {
            About::Case(CaseId { owner: CaseOwner::Org(org), .. }) => self.head(&About::Org(*org)),
            _ => self.head(&About::Ledger),
        })
    }

    /// The number that the next thing of this series must bear.
    pub fn next_number(&self, series: Series) -> u64 {
        let last = match series {
            Series::Officials => self.officials.last_key_value().map(|(&n, _)| n),
            Series::Orgs => self.orgs.last_key_value().map(|(&n, _)| n),
            Series::Cases(CaseOwner::Org(org)) => self.orgs.get(&org).map(|org| org.cases),
            // Rule set 0 has no needs recorded by agencies.
            Series::Cases(CaseOwner::Agency(_)) => None,
            Series::Decrees(year) => {
                let year = DecreeId { year, n: 0 }..=DecreeId { year, n: u64::MAX };
                self.decrees.range(year).next_back().map(|(id, _)| id.n)
            }
        };
        last.unwrap_or(0) + 1
    }

    /// The number that the next thing of this thing's series must bear; 1 for what this rule set has not.
    pub fn next_number_of(&self, about: &About) -> u64 {
        match *about {
            About::Official(_) => self.next_number(Series::Officials),
            About::Org(_) => self.next_number(Series::Orgs),
            About::Case(id) => self.next_number(Series::Cases(id.owner)),
            About::Decree(id) => self.next_number(Series::Decrees(id.year)),
            _ => 1,
        }
    }

    /// The profile in force.
    pub fn profile(&self) -> Option<&Profile> {
        self.founding.as_ref().map(|founding| &founding.profile)
    }

    /// The one currency of all amounts.
    pub fn currency(&self) -> Option<&Currency> {
        self.founding.as_ref().map(|founding| &founding.currency)
    }

    /// Whether this is a ledger for a demonstration or a test.
    pub fn is_trial(&self) -> bool {
        self.founding.as_ref().is_some_and(|founding| founding.trial)
    }

    /// The rule set in force.
    pub fn rules(&self) -> Option<RuleSet> {
        self.founding.as_ref().map(|founding| founding.rules)
    }

    /// The verifier key for checkpoints.
    pub fn ledger_vkey(&self) -> Option<&str> {
        self.founding.as_ref().and_then(|founding| self.vkey_of(&founding.ledger_key))
    }

    /// How many roots must sign, and how many there are.
    pub fn root_threshold(&self) -> Option<(u64, u64)> {
        self.founding.as_ref().map(|founding| (founding.threshold, founding.roots))
    }

    /// Every official by number of appointment.
    pub fn officials(&self) -> impl Iterator<Item = (u64, &Official)> {
        self.officials.iter().map(|(&n, official)| (n, &official.thing))
    }

    /// The official of this number.
    pub fn official(&self, n: u64) -> Option<&Official> {
        self.officials.get(&n).map(|official| &official.thing)
    }

    /// Every organisation by number.
    pub fn orgs(&self) -> impl Iterator<Item = (u64, &Org)> {
        self.orgs.iter().map(|(&n, org)| (n, org))
    }

    /// The organisation of this number.
    pub fn org(&self, n: u64) -> Option<&Org> {
        self.orgs.get(&n)
    }

    /// Every case by owner and number.
    pub fn cases(&self) -> impl Iterator<Item = (CaseId, &Case)> {
        self.cases.iter().map(|(&id, case)| (id, case))
    }

    /// The cases of one organisation.
    pub fn cases_of(&self, org: u64) -> impl Iterator<Item = (CaseId, &Case)> {
        let owner = CaseOwner::Org(org);
        self.cases.range(CaseId { owner, n: 0 }..=CaseId { owner, n: u64::MAX }).map(|(&id, case)| (id, case))
    }

    /// The case of this name.
    pub fn case(&self, id: &CaseId) -> Option<&Case> {
        self.cases.get(id)
    }

    /// Every decree by year and number.
    pub fn decrees(&self) -> impl Iterator<Item = (DecreeId, &Decree)> {
        self.decrees.iter().map(|(&id, decree)| (id, decree))
    }

    /// The decree of this name.
    pub fn decree(&self, id: &DecreeId) -> Option<&Decree> {
        self.decrees.get(id)
    }

    /// Every migrated award by source and row.
    pub fn awards(&self) -> impl Iterator<Item = (AwardId, &Award)> {
        self.awards.iter().map(|(&id, award)| (id, award))
    }

    /// The migrated award of this name.
    pub fn award(&self, id: &AwardId) -> Option<&Award> {
        self.awards.get(id)
    }

    /// Whether this row was migrated already.
    pub fn has_award(&self, id: &AwardId) -> bool {
        self.awards.contains_key(id)
    }

    /// Counts and sums by fiscal year.
    pub fn totals_by_year(&self) -> impl Iterator<Item = (u16, &YearTotals)> {
        self.years.iter().map(|(&year, totals)| (year, totals))
    }

    /// Counts and sums of all years.
    pub fn totals(&self) -> YearTotals {
        self.years.values().fold(YearTotals::default(), |mut sum, year| {
            sum.cases += year.cases;
            sum.case_sums.add_sums(&year.case_sums);
            sum.awards += year.awards;
            sum.award_sums.add_sums(&year.award_sums);
            sum
        })
    }

    /// Whether a key that was revoked since has signed, while suspect, about the case or its organisation: it takes a
    /// refusal only (formats.md section 4).
    pub fn is_disputed(&self, id: &CaseId) -> bool {
        let owner = match id.owner {
            CaseOwner::Org(n) => self.org(n),
            CaseOwner::Agency(_) => None,
        };
        self.case(id).is_some_and(Case::disputed) || owner.is_some_and(Org::disputed)
    }

    /// What may come next on a case and from whom, by the stages of the profile. Empty when it is closed, disputed or
    /// unknown, or when a decree holds it. A refusal by whoever holds the stage is not listed.
    pub fn next(&self, id: &CaseId) -> Vec<Next> {
        match &self.founding {
            _ if self.is_disputed(id) => Vec::new(),
            Some(founding) => super::next(&founding.profile, self.cases.get(id)),
            None => Vec::new(),
        }
    }

    /// The kind of the last stage that a case has reached.
    pub fn stage(&self, id: &CaseId) -> Option<Kind> {
        let case = self.cases.get(id)?;
        self.profile()?.stages.get(usize::from(case.stage)).copied()
    }
}
