//! The way from rule set 0: its whole state as rule set 1 knows it.
//!
//! What rule set 0 did not keep cannot be made up here. Of a statement about a case or an organisation it kept which
//! key signed and when, not its index nor its kind: such a trace has the index [`UNKNOWN`], which no statement can
//! name, so it is neither confirmed nor corrected. A case has done the stages that rule set 0 asked of it; those that the
//! new profile has before the last of them are asked no more, and count as done. Which persons decided was not kept;
//! who signed was, and counts for B3.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::keys::{Holder, KeyNumber, KeyRing, NewKey};
use super::profile::{
    Agency, Class, Field, Government, Instalment, Limits, Office, Overdue, Profile, RecipientType, ReportTerms, Role,
    Stages, Tolerances,
};
use super::state::{Frame, NumberKey, State};
use super::things::{
    Base, Case, Closed, Core, DecreeRef, Done, Duty, Facts, More, Official, Org, Paper, PaperStatus, Pay, PersonNumber,
    Trace, Year,
};
use super::ways::{Form, Way};
use super::{refuse, stages};
use crate::grants::about::About;
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::money::{self, Amount};
use crate::grants::rules::{Refusal, Rule, RuleSet};
use crate::grants::sentence::sentence;
use crate::grants::shape::Code;
use crate::grants::signer::SignerId;
use crate::grants::state::Place;
use crate::grants::zero;
use crate::grants::zero::state::{DecreeStatus, Founding};

/// The index of a trace whose entry rule set 0 did not keep; no number of a statement reaches it.
pub const UNKNOWN: u64 = u64::MAX;

/// The state that rule set 0 leaves to rule set 1, if it can be left there now.
///
/// # Errors
/// B1 while a decree is open, for its rows hold cases and rule set 1 counts them in another way.
pub(in crate::grants) fn from_zero(state: &zero::state::State, _place: Place) -> Result<State, Refusal> {
    let open = state.decrees().find(|(_, decree)| decree.status() == DecreeStatus::Open);
    match open {
        Some((id, _)) => refuse(
            Rule::B1,
            sentence!(
                "{id} is open under rule set 0; seal or abandon it, then adopt the new rules",
                "{id} masih terbuka menurut perangkat aturan 0; berlakukan atau batalkan, lalu tetapkan aturan baru"
            ),
        ),
        None => Ok(taken_over(state)),
    }
}

/// The state that rule set 0 leaves to rule set 1. Before the founding there is nothing to leave.
pub(in crate::grants) fn taken_over(state: &zero::state::State) -> State {
    let mut new = State::new(state.origin());
    let Some(founding) = &state.founding else { return new };
    new.size = state.size();
    take_keys(&mut new.keys, state);
    new.frame = Some(Arc::new(frame(&new.keys, founding)));
    take_officials(&mut new, state);
    take_orgs(&mut new, state);
    take_cases(&mut new, state, founding);
    take_decrees(&mut new, state);
    for (id, _) in state.awards() {
        new.awards.entry(id.source).or_default().insert(id.row);
    }
    take_years(&mut new, state);
    new
}

/// A case goes on from where rule set 0 has left it: what the new profile has before that stage is not asked any more.
pub(super) fn stages_before_are_done(state: &mut State) {
    let Some(profile) = state.frame.as_ref().map(|frame| Arc::clone(&frame.profile)) else { return };
    for case in state.cases.values_mut() {
        let stages = stages::list(&profile, &case.core);
        let last = stages.iter().rposition(|&kind| case.core.done.has(kind));
        let before = last.map_or(&[][..], |last| &stages[..last]);
        before.iter().for_each(|&kind| case.core.done.set(kind));
        stages::reach(&profile, &mut case.core);
    }
}

/// Every key at the same place in the ring, admitted and revoked by the same entries.
fn take_keys(ring: &mut KeyRing, state: &zero::state::State) {
    for key in state.keys().iter() {
        let holder = match key.holder() {
            zero::keys::Holder::Ledger => Holder::Ledger,
            zero::keys::Holder::Root(n) => Holder::Root(n),
            zero::keys::Holder::Official(n) => Holder::Official(n),
            zero::keys::Holder::Org(n) => Holder::Org(n),
        };
        let (from, last) = (key.period().map(|period| period.from), key.period().map(|period| period.until));
        ring.admit(NewKey { vkey: key.vkey().clone(), holder, from, last }, key.since(), None);
        if let (Some(revocation), Some(number)) = (key.revoked(), ring.number(key.vkey().id())) {
            ring.revoke(number, revocation);
        }
    }
}

fn frame(ring: &KeyRing, founding: &Founding) -> Frame {
    let root = |key: &super::keys::Key| match key.holder() {
        Holder::Root(n) => Some((n, key.vkey().id().clone())),
        _ => None,
    };
    Frame {
        entry_0: founding.head,
        head: founding.head,
        rules: RuleSet::Zero,
        trial: founding.trial,
        currency: founding.currency.clone(),
        profile: Arc::new(profile(&founding.profile)),
        ledger_keys: vec![founding.ledger_key.clone()],
        threshold: founding.threshold,
        roots: ring.iter().filter_map(root).collect(),
        desk: None,
    }
}

/// Numbers persons in the order of their first appointments, as rule set 1 does.
fn take_officials(new: &mut State, state: &zero::state::State) {
    for (&n, headed) in &state.officials {
        let official = &headed.thing;
        let person_number = new.person_number(&official.person.0);
        let office: Box<str> = official.office.as_str().into();
        new.posts.entry(person_number).or_default().push(n);
        new.persons.entry(official.person.0.as_str().into()).or_insert(person_number);
        let taken = Official {
            head: headed.head,
            office,
            person: official.person.0.as_str().into(),
            person_number,
            decree_number: official.decree_number.as_str().into(),
            period: official.period.clone(),
            acting: false,
            key: official.key.clone(),
            retired: None,
        };
        new.officials.insert(n, taken);
    }
}

fn take_orgs(new: &mut State, state: &zero::state::State) {
    for (n, org) in state.orgs() {
        let taken = Org {
            head: org.head,
            name: org.name.clone(),
            recipient_type: org.recipient_type.clone(),
            account: org.account,
            chair: org.chair,
            key: org.key.clone(),
            pending: None,
            suspended: None,
            barred_until: None,
            cases: org.cases,
            open_cases: state.cases_of(n).filter(|(_, case)| case.closed.is_none()).count() as u64,
            revisions: (0, 0),
            trace: traces(new, state, &org.acts, Kind::OrganisationRegistered),
        };
        new.orgs.insert(n, Box::new(taken));
    }
}

/// One trace of each key that signed something, with the time of the last that it signed.
fn traces(new: &State, state: &zero::state::State, acts: &[zero::state::Act], kind: Kind) -> Vec<Trace> {
    let offset = state.profile().map_or(0, |profile| profile.utc_offset_min);
    let trace = |act: &zero::state::Act| Trace {
        keys: [new.keys.number(state.keys.at(act.key).vkey().id()), None, None],
        ..Trace::new(UNKNOWN, act.at, act.at.local_date(offset), kind)
    };
    acts.iter().map(trace).collect()
}

fn take_cases(new: &mut State, state: &zero::state::State, founding: &Founding) {
    for (id, case) in state.cases() {
        let old = &founding.profile.stages;
        let mut trace = traces(new, state, &case.acts, Kind::ApplicationSubmitted);
        let last = trace.last().cloned();
        // Numbers have traces of their own, after those of the keys.
        for (kind, number) in &case.numbers {
            let of = last.iter().map(|last| {
                let more = More { number: Some(number.clone()), ..More::default() };
                Trace { kind: *kind, keys: [None; 3], ..last.clone() }.with(more)
            });
            trace.extend(of);
            let office = office_of(new, &trace, founding.profile.office_role(*kind));
            if let (true, Some(office)) = (matches!(kind, Kind::AgreementSigned | Kind::WarrantIssued), office) {
                new.numbers.insert(NumberKey::new(case.fiscal_year, *kind, &office, number));
            }
        }
        let mut done = Done::default();
        old.iter().take(usize::from(case.stage) + 1).for_each(|&kind| done.set(kind));
        let facts = Facts {
            title: case.title.clone(),
            field: case.field.clone(),
            agency: case.agency.clone(),
            way: Way::Grant,
            form: Form::Money,
            fiscal_year: case.fiscal_year,
            began: Kind::ApplicationSubmitted,
        };
        let core = Core {
            facts: Arc::new(facts),
            done,
            stage: old.get(usize::from(case.stage)).copied().unwrap_or(Kind::ApplicationSubmitted),
            returned: false,
            figures: *case.figures,
            handed_over: None,
            pay: pay(case),
            report_due: case.report_due,
            decree: case.decree.map(|place| DecreeRef { decree: place.decree, row: place.row }),
            nominated: false,
            irregular: Amount::ZERO,
            closed: case.closed.map(|closed| match closed {
                zero::state::Closed::Refused => Closed::Refused,
                zero::state::Closed::Reported => Closed::Settled,
            }),
            duties: Arc::new(duties(new, case, &trace, founding)),
            revisions: 0,
        };
        // What came before is known by its sums alone.
        if let Some(last) = trace.last_mut() {
            last.more().base = Some(Box::new(Base::of(&core)));
        }
        new.cases.insert(id, Case { head: case.head, held_by: None, core, trace });
    }
}

/// The office with this role whose key is in a trace.
fn office_of(new: &State, trace: &[Trace], role: Option<Role>) -> Option<Box<str>> {
    let profile = new.profile()?;
    let plays = |office: &Official| profile.office(&office.office).is_some_and(|office| Some(office.role) == role);
    signers(new, trace).find(|official| plays(official)).map(|official| official.office.clone())
}

fn signers<'a>(new: &'a State, trace: &'a [Trace]) -> impl Iterator<Item = &'a Official> {
    let keys = trace.iter().flat_map(|trace| trace.keys.iter().flatten());
    keys.filter_map(|&key: &KeyNumber| match new.keys.at(key).holder() {
        Holder::Official(n) => new.official(n),
        _ => None,
    })
}

/// B3 asks who recommended, approved and paid: whose key of that office is in the trace of a case that got so far.
fn duties(new: &State, case: &zero::state::Case, trace: &[Trace], founding: &Founding) -> Vec<(PersonNumber, Duty)> {
    let of = |kind, duty, there: bool| founding.profile.office_role(kind).filter(|_| there).map(|role| (role, duty));
    let roles = [
        of(Kind::AmountRecommended, Duty::Recommended, case.figures.get(Figure::Recommended).is_some()),
        of(Kind::DecreeSealed, Duty::Approved, case.decree.is_some()),
        of(Kind::WarrantIssued, Duty::Paid, case.figures.get(Figure::Paid).is_some()),
    ];
    let mut duties = Vec::new();
    for official in signers(new, trace) {
        let role = founding.profile.office(&official.office).map(|office| office.role);
        for (_, duty) in roles.iter().flatten().filter(|(of, _)| Some(*of) == role) {
            if !duties.contains(&(official.person_number, *duty)) {
                duties.push((official.person_number, *duty));
            }
        }
    }
    duties
}

/// Where the payment is. Rule set 0 knew no plan of instalments: what is agreed and not yet paid is one more.
fn pay(case: &zero::state::Case) -> Pay {
    let amount = |figure| case.figures.get(figure).unwrap_or(Amount::ZERO);
    let (paid, agreed) = (amount(Figure::Paid), amount(Figure::Agreed));
    let rest = Amount::from_minor(agreed.minor() - paid.minor()).filter(|rest| *rest > Amount::ZERO);
    let plan = match rest {
        Some(rest) if paid > Amount::ZERO => vec![paid, rest],
        _ => Vec::new(),
    };
    Pay {
        plan: plan.into(),
        settled: u32::from(paid > Amount::ZERO && case.uncredited.is_none()),
        requested: None,
        ordered: None,
        uncredited: case.uncredited,
        warranted: case.uncredited,
        last_credit: None,
        disputed_credit: false,
        last_report: None,
        final_report: case.closed == Some(zero::state::Closed::Reported),
        disallowed: Amount::ZERO,
        demanded: Amount::ZERO,
    }
}

fn take_decrees(new: &mut State, state: &zero::state::State) {
    for (id, decree) in state.decrees() {
        let person = |signer: &SignerId| match new.keys.get(signer).map(|key| key.holder()) {
            Some(Holder::Official(n)) => new.official(n).map(|official| official.person_number),
            _ => None,
        };
        let paper = Paper {
            head: decree.head,
            number: decree.number.clone(),
            fiscal_year: id.year,
            way: Some(Way::Grant),
            total: decree.total,
            row_count: decree.row_count,
            sum: money::sum(decree.rows.iter().map(|row| row.amount)),
            recorded: decree.rows.len() as u64,
            last_row: decree.rows.last().map_or(0, |row| row.row),
            signer: decree.signer.clone(),
            persons: person(&decree.signer).into_iter().collect(),
            // None is open: `from_zero` has refused that.
            status: match decree.status {
                DecreeStatus::Sealed => PaperStatus::Sealed,
                DecreeStatus::Open | DecreeStatus::Abandoned => PaperStatus::Abandoned,
            },
            rows: Vec::new(),
            added: BTreeMap::new(),
            amends: None,
            ceilings: Arc::default(),
        };
        new.papers.insert(About::Decree(id), paper);
    }
}

fn take_years(new: &mut State, state: &zero::state::State) {
    for (year, totals) in state.totals_by_year() {
        let (cases, case_sums) = (totals.cases, totals.case_sums);
        let (awards, award_sums) = (totals.awards, totals.award_sums);
        new.years.insert(year, Year { cases, case_sums, awards, award_sums, ..Year::default() });
    }
    let mut decreed: BTreeMap<(u16, Box<str>), i128> = BTreeMap::new();
    for (_, case) in state.cases() {
        if let Some(amount) = case.figures.get(Figure::Decreed) {
            *decreed.entry((case.fiscal_year, case.field.clone())).or_default() += i128::from(amount.minor());
        }
    }
    for ((year, field), sum) in decreed {
        let sums = new.years.entry(year).or_default().decreed.entry(field).or_insert([0; 3]);
        sums[Way::Grant as usize] += sum;
    }
}

/// The profile of rule set 0 in the shape of this one. It judges the adoption and nothing else, and the adoption
/// brings another.
fn profile(old: &zero::profile::Profile) -> Profile {
    let mut agencies: Vec<Agency> = Vec::new();
    for office in &old.offices {
        if let Some(code) = &office.agency
            && !agencies.iter().any(|agency| agency.code == *code)
        {
            let (title_id, title_en) = (office.title_id.clone(), office.title_en.clone());
            agencies.push(Agency { n: agencies.len() as u64 + 1, code: code.clone(), title_id, title_en });
        }
    }
    let office = |office: &zero::profile::Office| Office {
        code: office.code.clone(),
        role: office.role,
        title_id: office.title_id.clone(),
        title_en: office.title_en.clone(),
        agency: office.agency.clone(),
    };
    let field = |field: &zero::profile::Field| Field {
        code: field.code.clone(),
        title_id: field.title_id.clone(),
        title_en: field.title_en.clone(),
        agency: field.agency.clone(),
    };
    let recipient = |term: &zero::profile::Term| RecipientType {
        code: term.code.clone(),
        title_id: term.title_id.clone(),
        title_en: term.title_en.clone(),
        class: Class::Body,
    };
    Profile {
        name: old.name.clone(),
        government: Government {
            name_id: old.government.name_id.clone(),
            name_en: old.government.name_en.clone(),
            region_code: old.government.region_code.clone(),
        },
        utc_offset_min: old.utc_offset_min,
        head_title: old.head_title.clone(),
        languages: vec![Code("id".to_owned()), Code("en".to_owned())],
        expires_max_days: old.expires_max_days,
        agencies,
        offices: old.offices.iter().map(office).collect(),
        fields: old.fields.iter().map(field).collect(),
        recipient_types: old.recipient_types.iter().map(recipient).collect(),
        ways: vec![Stages { way: Way::Grant, form: Form::Money, stages: old.stages.clone() }],
        completeness: None,
        checklist: None,
        documents: old.documents.clone(),
        root_holders: Vec::new(),
        signers: None,
        delegates: None,
        limits: Limits { open_cases: 1, revisions_a_year: 0, cash: Amount::ZERO },
        deadlines: None,
        report: ReportTerms {
            due_month: 1,
            due_day: 10,
            rolls: false,
            instalment: Instalment::Accepted,
            overdue: Overdue::Refuse,
        },
        tolerances: Tolerances { late_entry_days: 0, year_end_from_day: 15 },
        replacement_days: 1,
        adoption_until: None,
        holidays: None,
        elections: None,
        correction_second: Role::Inspectorate,
        vault_readers: Vec::new(),
    }
}
