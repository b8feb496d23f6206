//! Who may say what: the offices, who holds them, and the keys of roots, desk and organisations, whichever rule set
//! is in force.

use serde_json::Value;

use super::kinds::Kind;
use super::one;
use super::role::Role;
use super::signer::SignerId;
use super::state::State;
use super::time::Date;
use super::zero;

/// Everybody who may sign, as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// The number of the rule set in force.
    pub rules: u64,
    /// The name of the profile in force.
    pub profile: String,
    /// How many roots must sign.
    pub threshold: u64,
    /// The key of each root.
    pub roots: Vec<Root>,
    /// The key of the desk, if it has one that was not revoked.
    pub desk: Option<Standing>,
    /// The keys that sign checkpoints.
    pub ledger: Vec<SignerId>,
    /// The profile's offices in its order, then those that it has no more but somebody was appointed to.
    pub offices: Vec<Office>,
    /// Keys of organisations that are being replaced.
    pub replacements: Vec<Replacement>,
}

/// A key and whether it may sign on the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The key.
    pub key: SignerId,
    /// Why it may not sign on the day, in words that follow "not in force:"; `None` if it may.
    pub why_not: Option<String>,
}

/// A root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its number.
    pub n: u64,
    /// Who holds its key, where the profile says so.
    pub holder: Option<String>,
    /// Its key now.
    pub standing: Standing,
}

/// An office with everybody who was appointed to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Office {
    /// Its code.
    pub code: String,
    /// What it does, and its Indonesian and English titles; absent where the profile has it no more.
    pub described: Option<(Role, String, String)>,
    /// What its key may sign by the profile in force, each in its own case and stage.
    pub kinds: Vec<Kind>,
    /// Its holders, in the order of their appointments.
    pub holders: Vec<Holder>,
}

/// One appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its number.
    pub n: u64,
    /// The person's public number.
    pub person: String,
    /// The number of the decree of appointment.
    pub decree_number: String,
    /// The first and last day in office.
    pub period: (Date, Date),
    /// Acting (Plt.).
    pub acting: bool,
    /// The key now.
    pub standing: Standing,
}

/// The key of an organisation, waiting to take the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The organisation.
    pub org: u64,
    /// The entry that said it.
    pub index: u64,
    /// The new key.
    pub key: SignerId,
    /// The old key.
    pub retires: SignerId,
    /// The first day of the new key.
    pub effective: Date,
}

impl Roster {
    /// Everybody who may sign on this day; `None` before the founding.
    pub fn of(state: &State, today: Date) -> Option<Self> {
        match state {
            State::Zero(state) => of_zero(state, today),
            State::One(state) => of_one(state, today),
        }
    }
}

/// What the key of each office may sign by a profile of this rule set, by the code of the office.
pub fn signing(rules: u64, profile: &Value) -> Vec<(String, Vec<Kind>)> {
    if rules == 0 {
        let read = zero::profile::Profile::from_json(profile);
        return read.map_or_else(
            |_| Vec::new(),
            |profile| {
                let kinds = |role: Role| zero_kinds(&profile, role);
                profile.offices.iter().map(|office| (office.code.0.clone(), kinds(office.role))).collect()
            },
        );
    }
    let read = one::profile::Profile::from_json(profile);
    read.map_or_else(
        |_| Vec::new(),
        |profile| {
            let signs = |office: &one::profile::Office| one::offices::may_sign(&profile, office);
            profile.offices.iter().map(|office| (office.code.0.clone(), signs(office))).collect()
        },
    )
}

fn of_one(state: &one::state::State, today: Date) -> Option<Roster> {
    let frame = state.frame()?;
    let profile = &*frame.profile;
    let standing = |key: &SignerId| Standing {
        key: key.clone(),
        why_not: state.key(key).map_or(Some("never admitted".to_owned()), |key| why_not(key, today)),
    };
    let root = |(&n, key): (&u64, &SignerId)| {
        let holder = profile.root_holders.iter().find(|holder| holder.root == n);
        Root { n, holder: holder.map(|holder| holder.holder.0.clone()), standing: standing(key) }
    };
    let office = |office: &one::profile::Office| Office {
        code: office.code.0.clone(),
        described: Some((office.role, office.title_id.0.clone(), office.title_en.0.clone())),
        kinds: one::offices::may_sign(profile, office),
        holders: Vec::new(),
    };
    let mut offices: Vec<Office> = profile.offices.iter().map(office).collect();
    for (n, official) in state.officials() {
        let holder = Holder {
            n,
            person: official.person.to_string(),
            decree_number: official.decree_number.to_string(),
            period: (official.period.from, official.period.until),
            acting: official.acting,
            standing: standing(&official.key),
        };
        put(&mut offices, &official.office, holder);
    }
    let waiting = |(org, thing): (u64, &one::things::Org)| {
        thing.pending_on(today).map(|pending| Replacement {
            org,
            index: pending.index,
            key: pending.key.clone(),
            retires: pending.retires.clone(),
            effective: pending.effective,
        })
    };
    Some(Roster {
        rules: 1,
        profile: profile.name.0.clone(),
        threshold: frame.threshold,
        roots: frame.roots.iter().map(root).collect(),
        desk: frame.desk.as_ref().map(standing),
        ledger: frame.ledger_keys.clone(),
        offices,
        replacements: state.orgs().filter_map(waiting).collect(),
    })
}

fn why_not(key: &one::keys::Key, today: Date) -> Option<String> {
    let (from, last) = key.days();
    if let Some(revoked) = key.revoked() {
        return Some(format!("revoked by entry {}", revoked.index));
    }
    if let Some(index) = key.ended() {
        return Some(format!("retired by entry {index}"));
    }
    if key.held() {
        return Some("held by an objection".to_owned());
    }
    out_of_days(from, last, today)
}

fn out_of_days(from: Option<Date>, last: Option<Date>, today: Date) -> Option<String> {
    if let Some(from) = from.filter(|&from| today < from) {
        return Some(format!("from {from} on"));
    }
    last.filter(|&last| today > last).map(|last| format!("until {last}"))
}

fn of_zero(state: &zero::state::State, today: Date) -> Option<Roster> {
    let (profile, (threshold, _)) = (state.profile()?, state.root_threshold()?);
    let standing = |key: &zero::keys::Key| {
        let period = key.period();
        let days = || out_of_days(period.map(|period| period.from), period.map(|period| period.until), today);
        let revoked = key.revoked().map(|revoked| format!("revoked by entry {}", revoked.index));
        Standing { key: key.vkey().id().clone(), why_not: revoked.or_else(days) }
    };
    let root = |key: &zero::keys::Key| match key.holder() {
        zero::keys::Holder::Root(n) => Some(Root { n, holder: None, standing: standing(key) }),
        _ => None,
    };
    let ledger = state.keys().iter().filter(|key| key.holder() == zero::keys::Holder::Ledger);
    let office = |office: &zero::profile::Office| Office {
        code: office.code.0.clone(),
        described: Some((office.role, office.title_id.0.clone(), office.title_en.0.clone())),
        kinds: zero_kinds(profile, office.role),
        holders: Vec::new(),
    };
    let mut offices: Vec<Office> = profile.offices.iter().map(office).collect();
    for (n, official) in state.officials() {
        let Some(key) = state.keys().get(&official.key) else { continue };
        let holder = Holder {
            n,
            person: official.person.0.clone(),
            decree_number: official.decree_number.clone(),
            period: (official.period.from, official.period.until),
            acting: false,
            standing: standing(key),
        };
        put(&mut offices, &official.office, holder);
    }
    Some(Roster {
        rules: 0,
        profile: profile.name.0.clone(),
        threshold,
        roots: state.keys().iter().filter_map(root).collect(),
        desk: None,
        ledger: ledger.map(|key| key.vkey().id().clone()).collect(),
        offices,
        replacements: Vec::new(),
    })
}

/// What an office of this role signs under rule set 0. Whoever holds a stage may refuse.
fn zero_kinds(profile: &zero::profile::Profile, role: Role) -> Vec<Kind> {
    let signs = |kind: Kind| profile.office_role(kind) == Some(role);
    let holds_a_stage = profile.stages.iter().any(|&stage| signs(stage));
    let kinds = zero::bodies::KINDS.iter().copied();
    kinds.filter(|&kind| signs(kind) || (kind == Kind::DecisionRefused && holds_a_stage)).collect()
}

fn put(offices: &mut Vec<Office>, code: &str, holder: Holder) {
    match offices.iter_mut().find(|office| office.code == code) {
        Some(office) => office.holders.push(holder),
        None => {
            offices.push(Office { code: code.to_owned(), described: None, kinds: Vec::new(), holders: vec![holder] })
        }
    }
}
