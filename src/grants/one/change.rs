//! What a statement changes, computed by judging and taken over by applying. Nothing here can fail: whatever could
//! be wrong was refused by the judge, who knew the same state.
//!
//! A step of a case is the case's next [`Core`]; sums of years, counts of open cases and heads follow from it here, so
//! that no kind can forget them.

use std::sync::Arc;

use smallvec::SmallVec;

use super::keys::{KeyNumber, NewKey};
use super::signers::Persons;
use super::state::{Frame, NumberKey, State};
use super::things::{
    Case, Closed, Core, DecreeRef, Duty, Facts, Flag, Official, Org, Paper, PaperRow, PaperStatus, PersonNumber,
    Report, Residue, Trace,
};
use super::years::{Granted, count_decreed};
use super::{from_zero, stages};
use crate::grants::about::{About, AwardId, CaseId, CaseOwner, DecreeId, NoteSigner};
use crate::grants::figures::{Figure, Figures};
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::rules::RuleSet;
use crate::grants::time::{Date, Timestamp};
use crate::grants::zero::keys::Revocation;
use crate::tlog::hash::Hash;

/// An allowed change of one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub(super) index: u64,
    /// The local date of recorded_at.
    pub(super) today: Date,
    /// What the statement leaves in the trace of each case and organisation whose head it moves.
    pub(super) act: Trace,
    /// The things whose head the entry becomes, the statement's own first; after them things that are shown otherwise
    /// from now on.
    pub(super) touches: Abouts,
    /// How many of them the entry becomes the head of.
    pub(super) moved: usize,
    pub(super) edit: Edit,
    pub(super) keys: KeyEdit,
    /// B10: numbers that are used from now on, and numbers that a correction frees.
    pub(super) used: Vec<NumberKey>,
    pub(super) freed: Vec<NumberKey>,
}

/// Things that a statement changes: one or two, but for papers.
pub(super) type Abouts = SmallVec<[About; 2]>;

/// What becomes different of keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct KeyEdit {
    pub(super) admit: Vec<NewKey>,
    pub(super) end: Vec<KeyNumber>,
    pub(super) last: Vec<(KeyNumber, Option<Date>)>,
    pub(super) hold: Option<KeyNumber>,
    pub(super) revoke: Option<(KeyNumber, Revocation)>,
}

/// What becomes different of things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Edit {
    /// Nothing but heads and keys.
    Nothing,
    /// The founding, and whatever roots change.
    Frame(Box<Frame>),
    /// An appointment begins or changes.
    Official(u64, Box<Official>),
    /// An organisation begins or changes.
    Org(u64, Box<Org>),
    /// A case begins.
    Open(CaseId, Box<Core>),
    /// A case moves on.
    Step(CaseId, Box<Core>),
    /// A case moves on, and earlier statements of it read otherwise or are settled.
    Mend(CaseId, Box<Core>, Vec<Trace>),
    /// A case moves on, earlier statements of it read otherwise, and its organisation is barred until this day.
    MendBar(CaseId, Box<Core>, Vec<Trace>, Date),
    /// What is left of a case changes, and its organisation may be barred until a day.
    Archived(CaseId, Box<Residue>, Option<Date>),
    /// An organisation's earlier statements are settled.
    SettleOrg(u64, Vec<Trace>),
    /// An organisation turns out to be the recipient of a past award.
    Claim(AwardId),
    /// A case moves on, and its organisation is barred until this day.
    Bar(CaseId, Box<Core>, Date),
    /// A paper begins.
    Issue(About, Box<Paper>),
    /// Rows of a paper.
    Rows(About, Vec<PaperRow>),
    /// A paper takes effect.
    Seal(About),
    /// A paper is given up.
    Abandon(About),
    /// A sealed decree is taken back; the cases go back to where they were before it.
    RevokeDecree(DecreeId, Vec<CaseId>),
    /// A note, and what it does.
    Note(NoteSigner, NoteEdit),
    /// Something about a fiscal year; the amount was paid outside the rules and without a case.
    Year(u16, Amount),
    /// A past award.
    Migrate(AwardId, u16, Box<Figures>),
}

impl Edit {
    /// The organisation that is barred by it.
    pub(super) fn barred(&self) -> Option<About> {
        match self {
            Edit::Bar(id, ..) | Edit::MendBar(id, ..) | Edit::Archived(id, _, Some(_)) => match id.owner {
                CaseOwner::Org(n) => Some(About::Org(n)),
                CaseOwner::Agency(_) => None,
            },
            _ => None,
        }
    }
}

/// What a note does beside being counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoteEdit {
    /// Nothing.
    None,
    /// A flag begins, and this person inspects its case.
    Flag(About, Flag, Persons),
    /// A flag was answered; these persons spoke for the inspectorate.
    FlagAnswered(About, Persons),
    /// A flag is closed, by these persons.
    FlagClosed(About, Persons),
    /// A citizen's report begins.
    Report(About, Report),
    /// A citizen's report was answered.
    ReportAnswered(About),
    /// The answer was rated: the report is done.
    ReportRated(About),
    /// An objection holds an organisation's replacement.
    Objected(u64),
    /// The refusals of this day are counted.
    Counted(Date),
}

impl Change {
    /// The index of the entry that it was judged for.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Every thing whose head, figures or standing it changes, each once, the statement's own first.
    pub fn touches(&self) -> &[About] {
        &self.touches
    }

    pub(in crate::grants) fn apply(self, state: &mut State, leaf: Hash) {
        let Change { index, today, act, touches, moved, edit, keys, used, freed } = self;
        let new_year = today.year() > state.year_seen;
        state.year_seen = state.year_seen.max(today.year());
        apply_keys(state, keys, index, act.at);
        match (edit, &touches[..moved]) {
            // Nearly all entries are this, so the case is looked up once.
            (Edit::Step(id, core), [_]) => edit_case(state, id, |case| {
                case.core = *core;
                case.head = leaf;
                keep(&mut case.trace, act);
            }),
            (edit, moved) => {
                apply_edit(state, edit, leaf);
                if let [others @ .., last] = moved {
                    others.iter().for_each(|thing| move_head(state, thing, act.clone(), leaf));
                    move_head(state, last, act, leaf);
                }
            }
        }
        freed.iter().for_each(|number| state.numbers.remove(number));
        used.into_iter().for_each(|number| state.numbers.insert(number));
        // Last: the judge saw the cases of closed years whole, and what this entry does to them must not be lost.
        if new_year {
            close_books(state);
        }
        state.size += 1;
    }
}

/// With the first entry of a new year the books of the year before the last are closed: its numbers are forgotten and
/// its closed cases archived.
fn close_books(state: &mut State) {
    let oldest = state.year_seen.saturating_sub(1);
    state.numbers.close_before(oldest);
    let old = |case: &Case| case.core.facts.fiscal_year < oldest && case.core.closed.is_some();
    let ids: Vec<CaseId> = state.cases.iter().filter(|(_, case)| old(case)).map(|(id, _)| id).collect();
    for id in ids {
        if let Some(case) = state.cases.remove(&id)
            && let Some(closed) = case.core.closed
        {
            let residue = Residue {
                head: case.head,
                fiscal_year: case.core.facts.fiscal_year,
                agency: agency_number(state, &case.core.facts.agency),
                closed,
                paid: case.core.figures.get(Figure::Paid),
                refunded: case.core.figures.get(Figure::Refunded),
            };
            state.archive.insert(id, residue);
        }
    }
}

/// The number of an agency in the profile; 0 where the profile has it no more.
fn agency_number(state: &State, code: &str) -> u64 {
    state.profile().and_then(|profile| profile.agency(code)).map_or(0, |agency| agency.n)
}

fn apply_keys(state: &mut State, edit: KeyEdit, index: u64, at: Timestamp) {
    edit.admit.into_iter().for_each(|key| state.keys.admit(key, index, Some(at)));
    edit.end.into_iter().for_each(|key| state.keys.end(key, index));
    edit.last.into_iter().for_each(|(key, last)| state.keys.set_last(key, last));
    edit.hold.into_iter().for_each(|key| state.keys.hold(key));
    if let Some((key, revocation)) = edit.revoke {
        state.keys.revoke(key, revocation);
    }
}

fn apply_edit(state: &mut State, edit: Edit, leaf: Hash) {
    match edit {
        Edit::Nothing => {}
        Edit::Frame(mut frame) => {
            if state.frame.is_none() {
                frame.entry_0 = leaf;
            }
            let before = state.frame.replace(Arc::new(*frame));
            if before.is_some_and(|before| before.rules < RuleSet::One) {
                from_zero::stages_before_are_done(state);
            }
        }
        Edit::Official(n, official) => put_official(state, n, *official),
        Edit::Org(n, org) => {
            state.orgs.insert(n, org);
        }
        Edit::Open(id, core) => open(state, id, *core, leaf),
        Edit::Step(id, core) => put_core(state, id, core),
        Edit::Mend(id, core, trace) => mend(state, id, core, trace),
        Edit::MendBar(id, core, trace, until) => {
            mend(state, id, core, trace);
            if let Some(org) = org_mut(state, id) {
                org.barred_until = Some(until);
            }
        }
        Edit::Archived(id, residue, until) => {
            put_residue(state, id, *residue);
            bar(state, id, until);
        }
        Edit::SettleOrg(n, trace) => {
            if let Some(org) = state.orgs.get_mut(&n) {
                org.trace = trace;
            }
        }
        Edit::Claim(id) => {
            state.claims.insert(id);
        }
        Edit::Bar(id, core, until) => {
            put_core(state, id, core);
            bar(state, id, Some(until));
        }
        Edit::Issue(about, paper) => {
            state.papers.insert(about, *paper);
        }
        Edit::Rows(about, rows) => record_rows(state, about, &rows),
        Edit::Seal(about) => seal(state, about),
        Edit::Abandon(about) => abandon(state, about),
        Edit::RevokeDecree(id, cases) => revoke_decree(state, id, &cases),
        Edit::Note(signer, note) => {
            *state.notes.entry(signer).or_default() += 1;
            apply_note(state, note);
        }
        Edit::Year(year, irregular) => {
            state.years.entry(year).or_default().irregular += i128::from(irregular.minor());
        }
        Edit::Migrate(id, year, figures) => {
            state.awards.entry(id.source).or_default().insert(id.row);
            let year = state.years.entry(year).or_default();
            year.awards += 1;
            year.award_sums.add(&figures);
        }
    }
}

fn put_official(state: &mut State, n: u64, official: Official) {
    let appointments = state.posts.entry(official.person_number).or_default();
    if !appointments.contains(&n) {
        appointments.push(n);
    }
    state.persons.entry(official.person.clone()).or_insert(official.person_number);
    state.officials.insert(n, official);
}

fn open(state: &mut State, id: CaseId, core: Core, leaf: Hash) {
    let year = state.years.entry(core.facts.fiscal_year).or_default();
    year.cases += 1;
    year.case_sums.add(&core.figures);
    count_decreed(year, Granted::of(&core), 1);
    match id.owner {
        CaseOwner::Org(n) => {
            if let Some(org) = state.orgs.get_mut(&n) {
                org.cases += 1;
                org.open_cases += u64::from(core.closed.is_none());
            }
        }
        CaseOwner::Agency(n) => *state.needs.entry(n).or_default() += 1,
    }
    state.cases.insert(id, Case { head: leaf, held_by: None, core, trace: Vec::new() });
}

/// What sums and counts know of a core.
struct Counted {
    facts: Arc<Facts>,
    figures: Figures,
    closed: Option<Closed>,
    revisions: u16,
}

impl Counted {
    fn of(core: &Core) -> Self {
        Counted {
            facts: Arc::clone(&core.facts),
            figures: core.figures,
            closed: core.closed,
            revisions: core.revisions,
        }
    }
}

/// A case's next core, and what follows from it elsewhere.
fn put_core(state: &mut State, id: CaseId, core: Box<Core>) {
    edit_case(state, id, |case| case.core = *core);
}

/// Changes a case, and what follows from its core elsewhere.
fn edit_case(state: &mut State, id: CaseId, edit: impl FnOnce(&mut Case)) {
    let State { cases, orgs, years, year_seen, .. } = state;
    let Some(case) = cases.get_mut(&id) else { return };
    let old = Counted::of(&case.core);
    edit(case);
    let core = &case.core;
    if old.figures != core.figures || old.facts != core.facts || old.closed != core.closed {
        let year = years.entry(old.facts.fiscal_year).or_default();
        year.case_sums.replace(&old.figures, &core.figures);
        let (before, after) = (Granted::told(&old.facts, &old.figures, old.closed), Granted::of(core));
        if before != after {
            count_decreed(year, before, -1);
            count_decreed(year, after, 1);
        }
    }
    let CaseOwner::Org(n) = id.owner else { return };
    if old.closed.is_some() == core.closed.is_some() && old.revisions >= core.revisions {
        return;
    }
    let Some(org) = orgs.get_mut(&n) else { return };
    match (old.closed.is_some(), core.closed.is_some()) {
        (false, true) => org.open_cases = org.open_cases.saturating_sub(1),
        // A correction, a demand or an irregularity has opened it again.
        (true, false) => org.open_cases += 1,
        _ => {}
    }
    if core.revisions > old.revisions {
        // `apply` has made this the year of the entry.
        let year = *year_seen;
        let before = if org.revisions.0 == year { org.revisions.1 } else { 0 };
        org.revisions = (year, before + 1);
    }
}

/// Adds to a trace. Room grows by little at a time, for a large ledger has a million of these in memory.
fn keep(trace: &mut Vec<Trace>, act: Trace) {
    if trace.len() == trace.capacity() {
        trace.reserve_exact((trace.len() / 8).max(2));
    }
    trace.push(act);
}

fn mend(state: &mut State, id: CaseId, core: Box<Core>, trace: Vec<Trace>) {
    put_core(state, id, core);
    if let Some(case) = state.cases.get_mut(&id) {
        case.trace = trace;
    }
}

fn org_mut(state: &mut State, id: CaseId) -> Option<&mut Org> {
    match id.owner {
        CaseOwner::Org(n) => state.orgs.get_mut(&n).map(|org| &mut **org),
        CaseOwner::Agency(_) => None,
    }
}

fn bar(state: &mut State, id: CaseId, until: Option<Date>) {
    if let Some(org) = org_mut(state, id) {
        org.barred_until = org.barred_until.max(until);
    }
}

/// What is left of a case, and its part in the sums of its year.
fn put_residue(state: &mut State, id: CaseId, residue: Residue) {
    let Some(old) = state.archive.get_mut(&id) else { return };
    let (before, after) = (old.figures(), residue.figures());
    *old = residue;
    let year = state.years.entry(old.fiscal_year).or_default();
    year.case_sums.replace(&before, &after);
}

fn record_rows(state: &mut State, about: About, rows: &[PaperRow]) {
    let mut added: Vec<(Arc<Facts>, i128)> = Vec::new();
    for row in rows {
        if let Some(case) = state.cases.get_mut(&row.case) {
            case.held_by = Some(about);
            let more = row.amount.minor() - case.core.amount(Figure::Decreed).minor();
            added.push((Arc::clone(&case.core.facts), i128::from(more)));
        }
    }
    if let Some(paper) = state.papers.get_mut(&about) {
        for (facts, more) in added {
            *paper.added.entry(facts.field.clone()).or_default() += more;
        }
        paper.recorded += rows.len() as u64;
        paper.sum += crate::grants::money::sum(rows.iter().map(|row| row.amount));
        paper.last_row = rows.last().map_or(paper.last_row, |row| row.row);
        paper.rows.extend_from_slice(rows);
    }
}

fn seal(state: &mut State, about: About) {
    let Some(paper) = state.papers.get_mut(&about) else { return };
    paper.status = PaperStatus::Sealed;
    let rows = std::mem::take(&mut paper.rows);
    let (persons, ceilings, year) = (paper.persons.clone(), Arc::clone(&paper.ceilings), paper.fiscal_year);
    let profile = state.frame.as_ref().map(|frame| Arc::clone(&frame.profile));
    for row in rows {
        edit_case(state, row.case, |case| {
            case.held_by = None;
            let core = &mut case.core;
            let kind = match about {
                About::List { .. } => {
                    core.nominated = true;
                    Kind::ListSealed
                }
                About::Budget { .. } => {
                    core.figures.set(Figure::Enacted, row.amount);
                    Kind::BudgetSealed
                }
                _ => {
                    core.figures.set(Figure::Decreed, row.amount);
                    if let About::Decree(decree) = about {
                        core.decree = Some(DecreeRef { decree, row: row.row });
                    }
                    let approved = persons.iter().map(|&person| (person, Duty::Approved));
                    let new: Vec<_> = approved.filter(|duty| !core.duties.contains(duty)).collect();
                    Arc::make_mut(&mut core.duties).extend(new);
                    Kind::DecreeSealed
                }
            };
            core.done.set(kind);
            if let Some(profile) = &profile {
                stages::reach(profile, core);
            }
        });
    }
    if matches!(about, About::Budget { .. }) {
        state.years.entry(year).or_default().ceilings = ceilings;
    }
}

fn abandon(state: &mut State, about: About) {
    let Some(paper) = state.papers.get_mut(&about) else { return };
    paper.status = PaperStatus::Abandoned;
    for row in std::mem::take(&mut paper.rows) {
        if let Some(case) = state.cases.get_mut(&row.case) {
            case.held_by = None;
        }
    }
}

fn revoke_decree(state: &mut State, id: DecreeId, cases: &[CaseId]) {
    if let Some(paper) = state.papers.get_mut(&About::Decree(id)) {
        paper.status = PaperStatus::Revoked;
    }
    let profile = state.frame.as_ref().map(|frame| Arc::clone(&frame.profile));
    for &case in cases {
        edit_case(state, case, |case| {
            let core = &mut case.core;
            if let Some(profile) = &profile {
                stages::go_back(profile, core, Kind::DecreeSealed);
            }
            core.decree = None;
            core.figures.unset(Figure::Decreed);
            Arc::make_mut(&mut core.duties).retain(|(_, duty)| *duty != Duty::Approved);
        });
    }
}

fn apply_note(state: &mut State, note: NoteEdit) {
    match note {
        NoteEdit::None => {}
        NoteEdit::Flag(about, flag, persons) => {
            inspected(state, &flag, &persons);
            state.flags.insert(about, flag);
        }
        NoteEdit::FlagAnswered(about, persons) => {
            if let Some(flag) = state.flags.get_mut(&about) {
                flag.answered = true;
                let flag = flag.clone();
                inspected(state, &flag, &persons);
            }
        }
        NoteEdit::FlagClosed(about, persons) => {
            if let Some(flag) = state.flags.remove(&about) {
                inspected(state, &flag, &persons);
            }
        }
        NoteEdit::Report(about, report) => {
            state.reports.insert(about, report);
        }
        NoteEdit::ReportAnswered(about) => {
            if let Some(report) = state.reports.get_mut(&about) {
                report.answered = true;
            }
        }
        NoteEdit::ReportRated(about) => {
            state.reports.remove(&about);
        }
        NoteEdit::Objected(n) => {
            if let Some(org) = state.orgs.get_mut(&n) {
                org.pending = None;
            }
        }
        NoteEdit::Counted(day) => state.refusals_counted = Some(day),
    }
}

/// Who speaks for the inspectorate on a case may not have considered it (B3); a note moves no head, but this stays.
fn inspected(state: &mut State, flag: &Flag, persons: &[PersonNumber]) {
    let Some(case) = flag.case.and_then(|id| state.cases.get_mut(&id)) else { return };
    for &person in persons {
        if !case.core.duties.contains(&(person, Duty::Inspected)) {
            Arc::make_mut(&mut case.core.duties).push((person, Duty::Inspected));
        }
    }
}

/// The entry becomes the head of the thing; cases and organisations remember it.
fn move_head(state: &mut State, thing: &About, act: Trace, leaf: Hash) {
    match thing {
        About::Ledger => {
            if let Some(frame) = &mut state.frame {
                Arc::make_mut(frame).head = leaf;
            }
        }
        About::Official(n) => {
            if let Some(official) = state.officials.get_mut(n) {
                official.head = leaf;
            }
        }
        About::Org(n) => {
            if let Some(org) = state.orgs.get_mut(n) {
                org.head = leaf;
                keep(&mut org.trace, act);
            }
        }
        About::Case(id) => {
            if let Some(case) = state.cases.get_mut(id) {
                case.head = leaf;
                let figures = &case.core.figures;
                // What a row granted is in the case by now.
                let amount = match act.kind {
                    Kind::BudgetSealed => figures.get(Figure::Enacted),
                    Kind::DecreeSealed => figures.get(Figure::Decreed),
                    _ => act.amount,
                };
                keep(&mut case.trace, Trace { amount, ..act });
            } else if let Some(residue) = state.archive.get_mut(id) {
                residue.head = leaf;
            }
        }
        About::Decree(_) | About::List { .. } | About::Budget { .. } => {
            if let Some(paper) = state.papers.get_mut(thing) {
                paper.head = leaf;
            }
        }
        About::Year(year) => state.years.entry(*year).or_default().head = Some(leaf),
        About::Note { .. } | About::Award(_) => {}
    }
}
