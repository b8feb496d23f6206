//! Who somebody is: what the ledger says of the key that they proved to have, asked anew for every page.

use super::store::Fields;
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::kinds::Kind;
use crate::grants::one::keys::{Holder, Key};
use crate::grants::one::offices::may_sign;
use crate::grants::one::parties::{Party, parties, replaces_organisation_key};
use crate::grants::one::profile::{Office, Profile};
use crate::grants::one::stages;
use crate::grants::one::state::State;
use crate::grants::role::Role;
use crate::grants::signer::SignerId;
use crate::grants::time::Date;
use crate::public::pages::words::Lang;
use crate::tlog::decimal::parse_decimal;

/// Whose key it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// An organisation's.
    Organisation {
        /// Its number.
        n: u64,
        /// Its name.
        name: String,
    },
    /// An official's.
    Office {
        /// The code of the office.
        code: String,
        /// Its titles, in Indonesian and English.
        titles: (String, String),
        /// The person's public number.
        person: String,
    },
    /// A root's.
    Root(u64),
    /// No key that the ledger knows: somebody who may ask to be registered, or for a new file in place of one that is lost.
    Nobody,
    /// A key that the ledger knows and that may not sign now.
    Barred(Barred),
}

/// Why a known key may not sign now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Barred {
    /// Why.
    pub why: Why,
    /// Whose it is.
    pub holder: Holder,
}

/// See [`Barred`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is in force from this day on.
    From(Date),
    /// It was in force until this day.
    Until(Date),
    /// Another key took its place by this entry.
    Ended(u64),
    /// It was revoked by this entry.
    Revoked(u64),
    /// The old key objected to it.
    Held,
}

impl Barred {
    /// Why a key may not sign on this day; none where it may.
    #[must_use]
    pub fn of(key: &Key, today: Date) -> Option<Self> {
        let (from, until) = key.days();
        let why = match (key.revoked(), key.ended()) {
            (Some(revoked), _) => Why::Revoked(revoked.index),
            (None, Some(index)) => Why::Ended(index),
            (None, None) if key.held() => Why::Held,
            (None, None) => {
                let from = from.filter(|from| today < *from).map(Why::From);
                from.or(until.filter(|until| today > *until).map(Why::Until))?
            }
        };
        Some(Self { why, holder: key.holder() })
    }

    /// Whether somebody else stands in its place, who alone may see what it began. An official before and after their time
    /// still finds their receipts.
    #[must_use]
    pub fn is_shut_out(&self) -> bool {
        match self.why {
            Why::From(_) => false,
            Why::Until(_) => matches!(self.holder, Holder::Org(_)),
            Why::Ended(_) | Why::Revoked(_) | Why::Held => true,
        }
    }
}

/// Somebody at the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their public key, as a verifier key spells it.
    pub public: String,
    /// Whose key it is now.
    pub who: Who,
    /// The key's name and id; none where the ledger does not know it.
    pub signer: Option<SignerId>,
}

impl Person {
    /// Who has this public key on this day.
    #[must_use]
    pub fn of(state: &State, public: &str, today: Date) -> Self {
        let known = state.keys().iter().find(|key| key.vkey().public_base64() == public);
        let who = known.map_or(Who::Nobody, |key| match (Barred::of(key, today), key.holder()) {
            (_, Holder::Ledger | Holder::Desk) => Who::Nobody,
            (Some(barred), _) => Who::Barred(barred),
            (None, Holder::Org(n)) => match state.org(n) {
                Some(org) => Who::Organisation { n, name: org.name.to_string() },
                None => Who::Nobody,
            },
            (None, Holder::Official(n)) => office_of(state, n).unwrap_or(Who::Nobody),
            (None, Holder::Root(n)) => Who::Root(n),
        });
        let in_force = !matches!(who, Who::Nobody | Who::Barred(_));
        let signer = known.map(|key| key.vkey().id().clone()).filter(|_| in_force);
        Self { public: public.to_owned(), who, signer }
    }

    /// The keys of the same organisation or official in whose place this one stands: what they began at the desk is its own now.
    /// Not one that was revoked or objected to, which may have been somebody else's, nor a root's, whose place another person took.
    #[must_use]
    pub fn predecessors(&self, state: &State, today: Date) -> Vec<String> {
        let Some(own) = self.signer.as_ref().and_then(|signer| state.key(signer)) else { return Vec::new() };
        let stays = matches!(own.holder(), Holder::Org(_) | Holder::Official(_));
        let before = |key: &&Key| stays && key.holder() == own.holder() && key.since() < own.since();
        let left =
            |key: &&Key| Barred::of(key, today).is_some_and(|one| matches!(one.why, Why::Ended(_) | Why::Until(_)));
        let keys = state.keys().iter().filter(before).filter(left);
        keys.map(|key| key.vkey().public_base64().to_owned()).collect()
    }

    /// How they are called.
    #[must_use]
    pub fn name(&self, lang: Lang) -> String {
        match &self.who {
            Who::Organisation { name, .. } => name.clone(),
            Who::Office { titles: (id, en), .. } => lang.pick(id, en).to_owned(),
            Who::Root(n) => format!("{} {n}", lang.pick("Pemegang kunci akar", "Holder of root key")),
            Who::Nobody => lang.pick("Belum terdaftar", "Not registered yet").to_owned(),
            Who::Barred(_) => lang.pick("Berkas yang tidak berlaku", "A file that is not in force").to_owned(),
        }
    }

    /// The code of their office, if they have one.
    #[must_use]
    pub fn office(&self) -> Option<&str> {
        match &self.who {
            Who::Office { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The number of their organisation, if they are one.
    #[must_use]
    pub fn organisation(&self) -> Option<u64> {
        match self.who {
            Who::Organisation { n, .. } => Some(n),
            _ => None,
        }
    }

    /// The kinds that their key may sign, alone or with others, where the stages have come to them.
    #[must_use]
    pub fn kinds(&self, profile: &Profile) -> Vec<Kind> {
        match &self.who {
            Who::Office { code, .. } => {
                profile.office(code).map(|office| may_sign(profile, office)).unwrap_or_default()
            }
            Who::Organisation { .. } => of_organisations().collect(),
            Who::Root(_) => Kind::ALL.iter().copied().filter(|kind| parties(*kind).contains(&Party::Roots)).collect(),
            Who::Nobody | Who::Barred(_) => Vec::new(),
        }
    }
}

fn office_of(state: &State, n: u64) -> Option<Who> {
    let official = state.official(n)?;
    let office = state.profile()?.office(&official.office)?;
    let acting = |title: &str, word: &str| if official.acting { format!("{word} {title}") } else { title.to_owned() };
    Some(Who::Office {
        code: office.code.0.clone(),
        titles: (acting(&office.title_id.0, "Plt."), acting(&office.title_en.0, "Acting")),
        person: official.person.to_string(),
    })
}

/// The kinds that the key of an organisation signs.
fn of_organisations() -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(|kind| {
        let parties = parties(*kind);
        [
            Party::Organisation,
            Party::OrganisationOrCounter,
            Party::OwnerOrCounter,
            Party::OrganisationOrDeed,
            Party::NoteSigner,
        ]
        .iter()
        .any(|party| parties.contains(party))
    })
}

/// A case that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Which case.
    pub case: CaseId,
    /// What it is called.
    pub title: String,
    /// The organisation's name; none for what an agency recorded.
    pub organisation: Option<String>,
    /// What was asked, in minor units.
    pub asked: Option<i64>,
    /// What comes next of those that they may sign; the first is what the case waits for.
    pub kinds: Vec<Kind>,
    /// The day of the last step.
    pub since: Option<Date>,
    /// The last day that the profile allows for it.
    pub due: Option<Date>,
}

/// The open cases that wait for this person, the one whose time is up first at the top, at most so many, and how many there
/// are.
#[must_use]
pub fn tasks(state: &State, person: &Person, most: usize) -> (Vec<Task>, usize) {
    let Some(profile) = state.profile() else { return (Vec::new(), 0) };
    let own = person.kinds(profile);
    let office = person.office().and_then(|code| profile.office(code));
    let waits = |(id, case): (CaseId, &crate::grants::one::things::Case)| {
        if !concerns(person, office, id, &case.core.facts.agency) {
            return None;
        }
        let next = state.next(&id, &case.core);
        let mine = next.iter().filter(|next| {
            let asked = stages::begun_by(next.kind);
            own.contains(&asked) && (person.organisation().is_some() || next.office.is_some())
        });
        let kinds: Vec<Kind> = mine.map(|next| stages::begun_by(next.kind)).collect();
        let first = *kinds.first()?;
        let due = next.iter().find(|next| stages::begun_by(next.kind) == first).and_then(|next| next.due);
        let organisation = state.org_of(&id).map(|org| org.name.to_string());
        let asked = case.core.figures.get(crate::grants::figures::Figure::Asked).map(|amount| amount.minor());
        let since = case.trace.last().map(|trace| trace.event_date);
        let title = case.core.facts.title.to_string();
        Some(Task { case: id, title, organisation, asked, kinds, since, due })
    };
    let mut tasks: Vec<Task> = match person.organisation() {
        Some(n) => state.cases_of(n).filter_map(waits).collect(),
        None => state.cases().filter_map(waits).collect(),
    };
    let count = tasks.len();
    // Those with a last day first, then those that wait longest.
    tasks.sort_by_key(|task| (task.due.is_none(), task.due, task.since, task.case));
    tasks.truncate(most);
    (tasks, count)
}

/// Whether a case is one that this person has to do with at all.
fn concerns(person: &Person, office: Option<&Office>, case: CaseId, agency: &str) -> bool {
    match (&person.who, office) {
        (Who::Organisation { n, .. }, _) => case.owner == CaseOwner::Org(*n),
        (Who::Office { .. }, Some(office)) => {
            office.role != Role::Agency || office.agency.as_ref().is_some_and(|own| own.0 == agency)
        }
        _ => false,
    }
}

/// What a person may write about a case: what comes next, then everything else that their key may sign about cases.
#[must_use]
pub fn acts(state: &State, person: &Person, case: CaseId) -> (Vec<Kind>, Vec<Kind>) {
    let (Some(profile), Some(found)) = (state.profile(), state.case(&case)) else { return (Vec::new(), Vec::new()) };
    let office = person.office().and_then(|code| profile.office(code));
    if !concerns(person, office, case, &found.core.facts.agency) {
        return (Vec::new(), Vec::new());
    }
    let own = person.kinds(profile);
    let next: Vec<Kind> = state.next(&case, &found.core).iter().map(|next| stages::begun_by(next.kind)).collect();
    let first: Vec<Kind> = next.iter().copied().filter(|kind| own.contains(kind) && is_about_a_case(*kind)).collect();
    let stages = stages::list(profile, &found.core);
    let other = own.into_iter().filter(|kind| {
        is_about_a_case(*kind) && !first.contains(kind) && !stages.contains(kind) && super::forms::can_ask(*kind)
    });
    (first.clone(), other.collect())
}

/// Whether statements of this kind are about a case that is there already.
fn is_about_a_case(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ApplicationRevised
            | Kind::ApplicationWithdrawn
            | Kind::CompletenessChecked
            | Kind::CaseRouted
            | Kind::CaseClassified
            | Kind::AmountRecommended
            | Kind::CaseConsidered
            | Kind::BudgetConsidered
            | Kind::DisbursementRequested
            | Kind::AgreementSigned
            | Kind::AgreementAmended
            | Kind::IntegrityPledged
            | Kind::PaymentRequested
            | Kind::PaymentVerified
            | Kind::PaymentOrdered
            | Kind::WarrantIssued
            | Kind::WarrantCancelled
            | Kind::FundsCredited
            | Kind::FundsReturned
            | Kind::CreditConfirmed
            | Kind::CreditDisputed
            | Kind::GoodsHandedOver
            | Kind::CashPaid
            | Kind::UseReported
            | Kind::UseReviewed
            | Kind::RefundDemanded
            | Kind::RefundDeposited
            | Kind::DecisionRefused
            | Kind::CaseReturned
            | Kind::CaseCancelled
            | Kind::IrregularityRecorded
    )
}

/// Who signs a statement of this kind about this thing.
#[must_use]
pub fn parties_about(kind: Kind, about: &About) -> &'static [Party] {
    match (kind, about) {
        (Kind::KeyReplaced, About::Org(_)) => replaces_organisation_key(),
        _ => parties(kind),
    }
}

/// The root key that a statement of this kind ends, as a form names it: who has stolen it would be asked to sign, and could give the
/// statement back.
fn ended_root(state: &State, kind: Kind, fields: &Fields) -> Option<SignerId> {
    let text = |name: &str| fields.get(name).map(|text| text.trim());
    match kind {
        Kind::KeyRevoked => SignerId::parse(text("key")?),
        Kind::RootReplaced => state.frame()?.roots.get(&parse_decimal(text("root")?)?).cloned(),
        _ => None,
    }
}

/// Roots up to the threshold, without one whose key is ended by it: for each that is still needed all that may, each time another one
/// first.
fn other_roots(state: &State, person: &Person, ended: Option<&SignerId>, today: Date) -> Vec<Vec<SignerId>> {
    let Some(frame) = state.frame() else { return Vec::new() };
    let own = person.signer.as_ref();
    let may = |key: &&SignerId| Some(*key) != own && state.keys().in_force(key, today).is_ok();
    let threshold = usize::try_from(frame.threshold).unwrap_or(usize::MAX);
    let missing = threshold.saturating_sub(usize::from(matches!(person.who, Who::Root(_))));
    let all: Vec<SignerId> = frame.roots.values().filter(may).cloned().collect();
    let others: Vec<SignerId> = all.iter().filter(|key| Some(*key) != ended).cloned().collect();
    // Where the others are too few, it is asked all the same: else the statement could never be.
    let roots = if others.len() < missing { all } else { others };
    let turned = |at: usize| {
        let mut roots = roots.clone();
        roots.rotate_left(at);
        roots
    };
    (0..missing.min(roots.len())).map(turned).collect()
}

/// Who signs a statement of this kind, with what was typed of it, beside the person who writes it: for each other party the keys in
/// force that may, of which one is to be named.
#[must_use]
pub fn others(
    state: &State,
    person: &Person,
    (kind, fields): (Kind, &Fields),
    about: &About,
    today: Date,
) -> Vec<Vec<SignerId>> {
    let Some(profile) = state.profile() else { return Vec::new() };
    let case = match about {
        About::Case(id) => Some(*id),
        _ => None,
    };
    let agency = case.and_then(|id| state.case(&id)).map(|case| case.core.facts.agency.to_string());
    let owner = match (case.map(|id| id.owner), about) {
        (Some(CaseOwner::Org(n)), _) => Some(n),
        (None, About::Org(n)) => Some(*n),
        _ => None,
    };
    let own_office = person.office().and_then(|code| profile.office(code));
    let in_office = |roles: &[Role], agency: Option<&str>| -> Vec<SignerId> {
        let fits = |office: &str| {
            profile.office(office).is_some_and(|office| {
                roles.contains(&office.role)
                    && agency.is_none_or(|agency| office.agency.as_ref().is_some_and(|own| own.0 == agency))
            })
        };
        let keys = state.officials().filter(|(_, official)| fits(&official.office)).map(|(_, o)| o.key.clone());
        keys.filter(|key| state.keys().in_force(key, today).is_ok() && Some(key) != person.signer.as_ref()).collect()
    };
    let mut mine = false;
    let mut needed = Vec::new();
    for party in parties_about(kind, about) {
        let roles = profile.roles_of(kind);
        match party {
            Party::Office(default) => {
                // Where two parties are offices, the profile renames the first alone.
                let roles = if needed.is_empty() && !mine { roles } else { default };
                let roles = if roles.is_empty() { default } else { roles };
                let signs = own_office.is_some_and(|office| {
                    roles.contains(&office.role)
                        || profile.delegates(kind).any(|delegate| delegate.office == office.code)
                });
                if signs && !mine {
                    mine = true;
                } else {
                    needed.push(in_office(roles, None));
                }
            }
            Party::CaseAgency => {
                if own_office.is_some_and(|office| office.role == Role::Agency) {
                    mine = true;
                } else {
                    needed.push(in_office(&[Role::Agency], agency.as_deref()));
                }
            }
            Party::OrganisationOrCounter | Party::OrganisationOrDeed if person.organisation().is_none() => {
                // The counter signs for the organisation only where it hands in the paper that was signed there.
                let key = owner.and_then(|n| state.org(n)).map(|org| org.key_on(today).clone());
                needed.push(key.into_iter().collect());
            }
            Party::Second => needed.push(in_office(&[profile.correction_second], None)),
            Party::Roots => {
                needed.extend(other_roots(state, person, ended_root(state, kind, fields).as_ref(), today));
            }
            _ => {}
        }
    }
    needed.retain(|keys| !keys.is_empty());
    needed
}
