//! The present state of a ledger, made of nothing but its entries, whichever rule set is in force.
//!
//! I2: what the rule book refuses is not in the ledger, and replaying the entries from nothing gives this state.
//! [`State::judge`] is pure; [`State::apply`] takes over a change that it found allowed. I8: each rule set has its own
//! state; a statement that brings a rule set into force, the founding or `rules.adopted`, is judged by the set that it
//! names, on the state that the old set leaves.

use super::about::{About, AwardId, CaseId, CaseOwner};
use super::claim::{Claim, VerifiedStatement};
use super::figures::Figures;
use super::json::Json;
use super::kinds::Kind;
use super::money::Currency;
use super::role::Role;
use super::rules::{Refusal, RuleSet};
use super::signer::{SignerId, Vkey};
use super::time::{Date, Timestamp};
use super::{one, zero};
use crate::grants::sentence::sentence;
use crate::tlog::hash::Hash;

/// Where and when a statement is to be recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The index of its entry.
    pub index: u64,
    /// The entry's time.
    pub recorded_at: Timestamp,
}

/// All that the entries so far have made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Under rule set 0, and before the founding.
    Zero(Box<zero::state::State>),
    /// Under rule set 1.
    One(Box<one::state::State>),
}

/// An allowed change of one state. [`State::apply`] takes it over once the entry's leaf hash is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Under rule set 0.
    Zero(Box<zero::state::Change>),
    /// Under rule set 1, or into it.
    One(Box<one::Change>),
}

impl Change {
    /// The index of the entry that it was judged for.
    pub fn index(&self) -> u64 {
        match self {
            Change::Zero(change) => change.index(),
            Change::One(change) => change.index(),
        }
    }

    /// Every thing whose head, figures or standing it changes, each once, the statement's own first.
    pub fn touches(&self) -> &[About] {
        match self {
            Change::Zero(change) => change.touches(),
            Change::One(change) => change.touches(),
        }
    }
}

/// A key of the ledger itself, which signs checkpoints: the founding named it, or a `ledger.rekeyed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerKey {
    /// The verifier key.
    pub vkey: Vkey,
    /// The entry that brought it into force.
    pub since: u64,
    /// The entry that retired it.
    pub ended: Option<u64>,
}

impl LedgerKey {
    /// Whether it must sign the checkpoint of this many entries: a key signs every checkpoint that covers the entry
    /// which brought it and does not cover the entry which retired it; the founding's key signs the empty tree too.
    pub fn signs(&self, size: u64) -> bool {
        self.since < size.max(1) && self.ended.is_none_or(|ended| size <= ended)
    }
}

/// A case as tables and pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// Title, field, agency and year; absent once the case is archived, when they change no more.
    pub facts: Option<CaseFacts>,
    /// The amounts so far; absent once the case is archived.
    pub figures: Option<Figures>,
    /// `open`, `held`, `disputed`, or how it was closed.
    pub status: &'static str,
    /// The last stage that it reached.
    pub stage: Option<Kind>,
    /// What may come next.
    pub next: Vec<Next>,
    /// The numbers of its documents, each with what gave it.
    pub numbers: Vec<(String, Given)>,
    /// By when its use must be reported, as long as money was paid and no report says that it is the last.
    pub report_due: Option<Date>,
}

/// What gave a case the number of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// This entry: a step of the case, or the correction that stands in its place.
    Entry(u64),
    /// The first entry about this paper.
    Paper(About),
    /// Rule set 0 does not keep it.
    Unknown,
}

/// What an application says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFacts {
    /// Its title.
    pub title: String,
    /// The code of its field in the profile.
    pub field: String,
    /// The code of the agency of its field.
    pub agency: String,
    /// The fiscal year for which it asks.
    pub fiscal_year: u16,
    /// Way of the law and form: `grant`, `money`.
    pub way: (&'static str, &'static str),
}

/// A next step of a case and who may take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The kind of statement.
    pub kind: Kind,
    /// The office that signs, if one does.
    pub office: Option<Role>,
    /// Whether the organisation signs.
    pub organisation: bool,
    /// By which day, where the profile sets one.
    pub due: Option<Date>,
}

impl State {
    /// Before entry 0 of the ledger of this origin.
    pub fn new(origin: &str) -> Self {
        State::Zero(Box::new(zero::state::State::new(origin)))
    }

    /// The rule set by which a statement of this kind and body is read and judged: the one in force, or the one that
    /// it brings into force. A number that this program does not have is read as the one in force, which refuses it.
    pub fn rules_for(&self, kind: &str, body: Json<'_>) -> RuleSet {
        let named = || body.as_object()?.get("rules")?.as_u64().and_then(RuleSet::number);
        let brings = match Kind::parse(kind) {
            Some(Kind::LedgerFounded) => self.size() == 0,
            Some(Kind::RulesAdopted) => true,
            _ => false,
        };
        let now = self.rules().unwrap_or(RuleSet::Zero);
        if brings { named().map_or(now, |named| named.max(now)) } else { now }
    }

    /// Judges a statement by the rules in force at its place. Pure: the same state, statement and place give the
    /// same answer.
    ///
    /// # Errors
    /// The first rule that refuses it, in the order that [`super::zero`] and [`super::one`] document.
    pub fn judge(&self, statement: &VerifiedStatement, place: Place) -> Result<Change, Refusal> {
        match (self, statement.claim()) {
            (State::Zero(state), Claim::Zero(claim)) => {
                zero::judge(state, claim, place).map(|change| Change::Zero(Box::new(change)))
            }
            (State::Zero(state), Claim::One(claim)) => {
                let state = one::from_zero(state, place)?;
                one::judge(&state, claim, place).map(|change| Change::One(Box::new(change)))
            }
            (State::One(state), Claim::One(claim)) => {
                one::judge(state, claim, place).map(|change| Change::One(Box::new(change)))
            }
            (State::One(_), Claim::Zero(_)) => Err(Refusal::form(sentence!(
                "The statement was read by rule set 0, which is in force no more; read it again",
                "Pernyataan ini dibaca menurut perangkat aturan 0, yang tidak berlaku lagi; baca lagi"
            ))),
        }
    }

    /// Takes over a change that this state's [`State::judge`] has allowed, now that its entry has this leaf hash.
    ///
    /// # Panics
    /// If the change was judged for another index than the next: a change is of one state only.
    pub fn apply(&mut self, change: Change, leaf: Hash) {
        assert_eq!(change.index(), self.size(), "a change is applied to the state that judged it");
        match (&mut *self, change) {
            (State::Zero(state), Change::Zero(change)) => state.apply(*change, leaf),
            (State::One(state), Change::One(change)) => change.apply(state, leaf),
            (State::Zero(state), Change::One(change)) => {
                let mut state = one::taken_over(state);
                change.apply(&mut state, leaf);
                *self = State::One(Box::new(state));
            }
            (State::One(_), Change::Zero(_)) => unreachable!("rule set 0 judges no state of rule set 1"),
        }
    }

    /// The ledger's origin.
    pub fn origin(&self) -> &str {
        match self {
            State::Zero(state) => state.origin(),
            State::One(state) => state.origin(),
        }
    }

    /// How many entries made this state; the index of the next.
    pub fn size(&self) -> u64 {
        match self {
            State::Zero(state) => state.size(),
            State::One(state) => state.size(),
        }
    }

    /// The rule set in force.
    pub fn rules(&self) -> Option<RuleSet> {
        match self {
            State::Zero(state) => state.rules(),
            State::One(state) => state.frame().map(|_| RuleSet::One),
        }
    }

    /// The verifier key of this name and id, whether or not in force.
    pub fn vkey_of(&self, id: &SignerId) -> Option<&str> {
        match self {
            State::Zero(state) => state.vkey_of(id),
            State::One(state) => state.key(id).map(|key| key.vkey().as_str()),
        }
    }

    /// Every key that ever signed checkpoints, in the order in which they were brought. Those of them that
    /// [`LedgerKey::signs`] names for the present size are [`State::ledger_vkeys`].
    pub fn ledger_keys(&self) -> Vec<LedgerKey> {
        match self {
            State::Zero(state) => {
                let ledger = state.keys().iter().filter(|key| key.holder() == zero::keys::Holder::Ledger);
                ledger.map(|key| LedgerKey { vkey: key.vkey().clone(), since: key.since(), ended: None }).collect()
            }
            State::One(state) => {
                let ledger = state.keys().iter().filter(|key| key.holder() == one::keys::Holder::Ledger);
                let told = |key: &one::keys::Key| LedgerKey {
                    vkey: key.vkey().clone(),
                    since: key.since(),
                    ended: key.ended(),
                };
                ledger.map(told).collect()
            }
        }
    }

    /// The verifier keys that sign checkpoints now, the oldest first.
    pub fn ledger_vkeys(&self) -> Vec<&str> {
        match self {
            State::Zero(state) => state.ledger_vkey().into_iter().collect(),
            State::One(state) => {
                let keys = state.frame().map(|frame| frame.ledger_keys.as_slice()).unwrap_or_default();
                keys.iter().filter_map(|id| self.vkey_of(id)).collect()
            }
        }
    }

    /// Whether the key of this signer may sign a statement that is recorded on this local day.
    ///
    /// # Errors
    /// B2 that says why not.
    pub fn in_force(&self, id: &SignerId, today: Date) -> Result<(), Refusal> {
        match self {
            State::Zero(state) => state.keys().in_force(id, today).map(|_| ()),
            State::One(state) => state.keys().in_force(id, today).map(|_| ()),
        }
    }

    /// The keys of officials that may sign on this day and whose office plays this role.
    pub fn keys_of_role(&self, role: Role, today: Date) -> Vec<SignerId> {
        let keys: Vec<SignerId> = match self {
            State::Zero(state) => {
                let plays = |office: &str| {
                    state.profile().and_then(|profile| profile.office(office)).is_some_and(|office| office.role == role)
                };
                state.officials().filter(|(_, official)| plays(&official.office)).map(|(_, o)| o.key.clone()).collect()
            }
            State::One(state) => {
                let plays = |office: &str| {
                    state.profile().and_then(|profile| profile.office(office)).is_some_and(|office| office.role == role)
                };
                state.officials().filter(|(_, official)| plays(&official.office)).map(|(_, o)| o.key.clone()).collect()
            }
        };
        keys.into_iter().filter(|key| self.in_force(key, today).is_ok()).collect()
    }

    /// The code of the office whose holder has this key; `None` for a key of nobody's office.
    pub fn office_of_key(&self, id: &SignerId) -> Option<&str> {
        match self {
            State::Zero(state) => match state.key(id)?.holder() {
                zero::keys::Holder::Official(n) => state.official(n).map(|official| official.office.as_str()),
                _ => None,
            },
            State::One(state) => match state.key(id)?.holder() {
                one::keys::Holder::Official(n) => state.official(n).map(|official| &*official.office),
                _ => None,
            },
        }
    }

    /// The codes of the offices that may read the vault under the profile in force. Rule set 0 names none.
    pub fn vault_readers(&self) -> Vec<String> {
        match self {
            State::Zero(_) => Vec::new(),
            State::One(state) => {
                let codes = state.profile().map(|profile| profile.vault_readers.as_slice()).unwrap_or_default();
                codes.iter().map(|code| code.0.clone()).collect()
            }
        }
    }

    /// The last day whose refusals are counted on the ledger. Rule set 0 counts none.
    pub fn refusals_counted(&self) -> Option<Date> {
        match self {
            State::Zero(_) => None,
            State::One(state) => state.refusals_counted(),
        }
    }

    /// Every appointment: its number and the office's code.
    pub fn appointments(&self) -> Vec<(u64, &str)> {
        match self {
            State::Zero(state) => state.officials().map(|(n, official)| (n, official.office.as_str())).collect(),
            State::One(state) => state.officials().map(|(n, official)| (n, &*official.office)).collect(),
        }
    }

    /// How many organisations there are.
    pub fn org_count(&self) -> u64 {
        match self {
            State::Zero(state) => state.orgs().count() as u64,
            State::One(state) => state.orgs().count() as u64,
        }
    }

    /// The name of an organisation, and the commitment to its account.
    pub fn org(&self, n: u64) -> Option<(&str, Hash)> {
        match self {
            State::Zero(state) => state.org(n).map(|org| (org.name(), org.account())),
            State::One(state) => state.org(n).map(|org| (&*org.name, org.account)),
        }
    }

    /// The government's local day; UTC before the founding.
    pub fn local_date(&self, at: Timestamp) -> Date {
        match self {
            State::Zero(state) => state.local_date(at),
            State::One(state) => state.local_date(at),
        }
    }

    /// How many days ahead a statement may expire.
    pub fn expires_max_days(&self) -> Option<u64> {
        match self {
            State::Zero(state) => state.profile().map(|profile| profile.expires_max_days),
            State::One(state) => state.profile().map(|profile| profile.expires_max_days),
        }
    }

    /// The one currency of all amounts.
    pub fn currency(&self) -> Option<&Currency> {
        match self {
            State::Zero(state) => state.currency(),
            State::One(state) => state.frame().map(|frame| &frame.currency),
        }
    }

    /// The government's name in Indonesian and in English, by the profile in force.
    pub fn government(&self) -> Option<(String, String)> {
        match self {
            State::Zero(state) => state.profile().map(|profile| {
                let government = &profile.government;
                (government.name_id.0.clone(), government.name_en.0.clone())
            }),
            State::One(state) => state.profile().map(|profile| {
                let government = &profile.government;
                (government.name_id.0.clone(), government.name_en.0.clone())
            }),
        }
    }

    /// Whether this is a ledger for a demonstration or a test.
    pub fn is_trial(&self) -> bool {
        match self {
            State::Zero(state) => state.is_trial(),
            State::One(state) => state.frame().is_some_and(|frame| frame.trial),
        }
    }

    /// The leaf hash of the latest entry about this thing, if there is one.
    pub fn head(&self, about: &About) -> Option<Hash> {
        match self {
            State::Zero(state) => state.head(about),
            State::One(state) => state.head(about),
        }
    }

    /// What a statement about this thing must name as `after`: the thing's own head, else its parent's (a case:
    /// its organisation; others: entry 0). `None` before the founding, and for a case whose organisation is unknown.
    pub fn expected_after(&self, about: &About) -> Option<Hash> {
        match self {
            State::Zero(state) => state.expected_after(about),
            State::One(state) => state.expected_after(about),
        }
    }

    /// The number that the next thing of this thing's series must bear; the number in `about` does not matter.
    pub fn next_number(&self, about: &About) -> u64 {
        match self {
            State::Zero(state) => state.next_number_of(about),
            State::One(state) => state.last_number(about) + 1,
        }
    }

    /// Whether this row was migrated already.
    pub fn has_award(&self, id: &AwardId) -> bool {
        match self {
            State::Zero(state) => state.has_award(id),
            State::One(state) => state.has_award(id),
        }
    }

    /// How many cases there are.
    pub fn case_count(&self) -> u64 {
        match self {
            State::Zero(state) => state.cases().count() as u64,
            State::One(state) => state.case_count(),
        }
    }

    /// How many past awards there are.
    pub fn award_count(&self) -> u64 {
        match self {
            State::Zero(state) => state.awards().count() as u64,
            State::One(state) => state.award_count(),
        }
    }

    /// Cases whose money was paid and whose report was due before this day, with that day.
    pub fn reports_missing(&self, today: Date) -> Vec<(CaseId, Date)> {
        match self {
            State::Zero(_) => Vec::new(),
            State::One(state) => {
                let Some(profile) = state.profile() else { return Vec::new() };
                let due = |(id, case): (CaseId, &one::things::Case)| {
                    Some((id, one::stages::report_waits_until(profile, &case.core)?))
                };
                state.cases().filter_map(due).filter(|(_, due)| *due < today).collect()
            }
        }
    }

    /// A case as tables and pages show it.
    pub fn case_row(&self, id: &CaseId) -> Option<CaseRow> {
        match self {
            State::Zero(state) => zero_row(state, id),
            State::One(state) => state.row(id),
        }
    }
}

fn zero_row(state: &zero::state::State, id: &CaseId) -> Option<CaseRow> {
    use zero::state::Closed;
    let case = state.case(id)?;
    let status = match (case.closed(), case.held_by()) {
        (Some(Closed::Refused), _) => "refused",
        (Some(Closed::Reported), _) => "reported",
        (None, _) if state.is_disputed(id) => "disputed",
        (None, Some(_)) => "held",
        (None, None) => "open",
    };
    let mut numbers: Vec<String> = case.numbers().map(|(_, number)| number.to_owned()).collect();
    if let Some(decree) = case.decree().and_then(|place| state.decree(&place.decree)) {
        numbers.push(decree.number().to_owned());
    }
    let numbers = numbers.into_iter().map(|number| (number, Given::Unknown)).collect();
    let next = |next: zero::state::Next| Next {
        kind: next.kind,
        office: next.office,
        organisation: next.organisation,
        due: None,
    };
    Some(CaseRow {
        facts: Some(CaseFacts {
            title: case.title().to_owned(),
            field: case.field().to_owned(),
            agency: case.agency().to_owned(),
            fiscal_year: case.fiscal_year(),
            way: ("grant", "money"),
        }),
        figures: Some(*case.figures()),
        status,
        stage: state.stage(id),
        next: state.next(id).into_iter().map(next).collect(),
        numbers,
        report_due: None,
    })
}

/// The organisation of a case, where it has one.
pub fn organisation_of(id: &CaseId) -> Option<u64> {
    match id.owner {
        CaseOwner::Org(n) => Some(n),
        CaseOwner::Agency(_) => None,
    }
}
