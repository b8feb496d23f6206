//! What a statement changes, computed by judging and taken over by applying. Nothing here can fail: whatever could
//! be wrong was refused by the judge, who knew the same state.

use super::bodies::{DecreeIssued, LedgerFounded, OfficialAppointed, OrganisationRegistered};
use super::keys::{Holder, KeyNumber, Official, Revocation};
use super::state::{Founding, Headed, State, YearTotals};
use super::things::{Act, Award, Case, Closed, Decree, DecreeEntry, DecreeRef, DecreeStatus, Org};
use crate::grants::about::{About, AwardId, CaseId, DecreeId};
use crate::grants::figures::{Figure, Figures};
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::rules::RuleSet;
use crate::grants::signer::SignerId;
use crate::grants::time::{Date, Timestamp};
use crate::tlog::hash::Hash;

/// An allowed change of one state. [`State::apply`] takes it over once the entry's leaf hash is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub(in crate::grants) index: u64,
    pub(in crate::grants) recorded_at: Timestamp,
    pub(in crate::grants) signers: Vec<SignerId>,
    pub(in crate::grants) touches: Vec<About>,
    pub(in crate::grants) edit: Edit,
}

/// What becomes different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::grants) enum Edit {
    Found {
        rules: RuleSet,
        body: Box<LedgerFounded>,
    },
    Appoint {
        n: u64,
        body: Box<OfficialAppointed>,
    },
    /// The cases and organisations are those that become disputed.
    Revoke {
        key: KeyNumber,
        revocation: Revocation,
        about: About,
        disputed: Vec<About>,
    },
    Register {
        n: u64,
        body: Box<OrganisationRegistered>,
    },
    Open {
        id: CaseId,
        case: NewCase,
    },
    Step {
        id: CaseId,
        step: Step,
    },
    IssueDecree {
        id: DecreeId,
        body: Box<DecreeIssued>,
        signer: SignerId,
    },
    RecordRows {
        id: DecreeId,
        rows: Vec<DecreeEntry>,
    },
    /// The stage is the decree's place in the profile's stages.
    SealDecree {
        id: DecreeId,
        stage: u8,
    },
    AbandonDecree {
        id: DecreeId,
    },
    Migrate {
        id: AwardId,
        fiscal_year: u16,
        figures: Figures,
    },
}

/// A case that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::grants) struct NewCase {
    pub(in crate::grants) title: Box<str>,
    pub(in crate::grants) field: Box<str>,
    pub(in crate::grants) agency: Box<str>,
    pub(in crate::grants) fiscal_year: u16,
    pub(in crate::grants) asked: Amount,
}

/// How a case moves on. `None` leaves a thing as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::grants) struct Step {
    pub(in crate::grants) stage: Option<u8>,
    pub(in crate::grants) figure: Option<(Figure, Amount)>,
    pub(in crate::grants) uncredited: Option<Amount>,
    pub(in crate::grants) report_due: Option<Date>,
    pub(in crate::grants) number: Option<(Kind, Box<str>)>,
    pub(in crate::grants) closed: Option<Closed>,
}

impl Change {
    /// The index of the entry that it was judged for.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Every thing whose head, figures or standing it changes, each once, the statement's own first. An application
    /// does not touch its organisation, though that then has a case more; a revocation touches what it disputes,
    /// though only its holder's head moves.
    pub fn touches(&self) -> &[About] {
        &self.touches
    }

    pub(in crate::grants) fn apply(self, state: &mut State, leaf: Hash) {
        let Change { index, recorded_at, signers, touches, edit } = self;
        match edit {
            Edit::Found { rules, body } => found(state, rules, *body, leaf),
            Edit::Appoint { n, body } => appoint(state, n, *body, index),
            Edit::Revoke { key, revocation, about, disputed } => {
                state.keys.revoke(key, revocation);
                dispute(state, &disputed);
                // A dispute is no statement about a case; only the holder's own head moves.
                return move_heads(state, &[about], leaf, &[]);
            }
            Edit::Register { n, body } => register(state, n, *body, index),
            Edit::Open { id, case } => open(state, id, case, leaf),
            Edit::Step { id, step } => take_step(state, id, step),
            Edit::IssueDecree { id, body, signer } => issue(state, id, *body, signer, leaf),
            Edit::RecordRows { id, rows } => record_rows(state, id, &rows),
            Edit::SealDecree { id, stage } => seal(state, id, stage),
            Edit::AbandonDecree { id } => abandon(state, id),
            Edit::Migrate { id, fiscal_year, figures } => {
                state.awards.insert(id, Award { head: leaf, index });
                let year = state.years.entry(fiscal_year).or_default();
                year.awards += 1;
                year.award_sums.add(&figures);
            }
        }
        let acts: Vec<Act> =
            signers.iter().filter_map(|id| state.keys.number(id)).map(|key| Act { key, at: recorded_at }).collect();
        move_heads(state, &touches, leaf, &acts);
    }
}

fn found(state: &mut State, rules: RuleSet, body: LedgerFounded, leaf: Hash) {
    let LedgerFounded { currency, keys, profile, trial, .. } = body;
    state.founding = Some(Founding {
        head: leaf,
        rules,
        trial,
        currency,
        profile,
        ledger_key: keys.ledger.id().clone(),
        threshold: keys.threshold,
        roots: keys.roots.len() as u64,
    });
    state.keys.admit(keys.ledger, Holder::Ledger, 0, None);
    for (n, root) in (1..).zip(keys.roots) {
        state.keys.admit(root, Holder::Root(n), 0, None);
    }
}

fn appoint(state: &mut State, n: u64, body: OfficialAppointed, index: u64) {
    let official = Official {
        office: body.office.0,
        person: body.person,
        decree_number: body.decree_number.0,
        period: body.period.clone(),
        key: body.key.id().clone(),
    };
    state.keys.admit(body.key, Holder::Official(n), index, Some(body.period));
    // The head is moved with those of all that the entry touches.
    state.officials.insert(n, Headed { head: Hash::from_bytes([0; 32]), thing: official });
}

fn register(state: &mut State, n: u64, body: OrganisationRegistered, index: u64) {
    let org = Org {
        head: Hash::from_bytes([0; 32]),
        key: body.key.id().clone(),
        name: body.name.0.into(),
        recipient_type: body.recipient_type.0.into(),
        account: body.sealed.account,
        chair: body.sealed.chair,
        cases: 0,
        acts: Vec::new(),
        disputed: false,
    };
    state.keys.admit(body.key, Holder::Org(n), index, None);
    state.orgs.insert(n, org);
}

fn open(state: &mut State, id: CaseId, new: NewCase, leaf: Hash) {
    let mut figures = Figures::default();
    figures.set(Figure::Asked, new.asked);
    let year = state.years.entry(new.fiscal_year).or_default();
    year.cases += 1;
    year.case_sums.add(&figures);
    let case = Case {
        head: leaf,
        title: new.title,
        field: new.field,
        agency: new.agency,
        fiscal_year: new.fiscal_year,
        stage: 0,
        figures: Box::new(figures),
        uncredited: None,
        report_due: None,
        decree: None,
        held_by: None,
        closed: None,
        disputed: false,
        numbers: Vec::new(),
        acts: Vec::new(),
    };
    state.cases.insert(id, case);
    if let crate::grants::about::CaseOwner::Org(org) = id.owner
        && let Some(org) = state.orgs.get_mut(&org)
    {
        org.cases += 1;
    }
}

fn take_step(state: &mut State, id: CaseId, step: Step) {
    let Some(case) = state.cases.get_mut(&id) else {
        return;
    };
    if let Some(stage) = step.stage {
        case.stage = stage;
        case.uncredited = step.uncredited;
    }
    if let Some((figure, amount)) = step.figure {
        set_figure(&mut state.years, case, figure, amount);
    }
    case.report_due = step.report_due.or(case.report_due);
    case.numbers.extend(step.number);
    case.closed = step.closed.or(case.closed);
}

fn set_figure(
    years: &mut std::collections::BTreeMap<u16, YearTotals>,
    case: &mut Case,
    figure: Figure,
    amount: Amount,
) {
    let year = years.entry(case.fiscal_year).or_default();
    year.case_sums.remove(&case.figures);
    case.figures.set(figure, amount);
    year.case_sums.add(&case.figures);
}

fn issue(state: &mut State, id: DecreeId, body: DecreeIssued, signer: SignerId, leaf: Hash) {
    let decree = Decree {
        head: leaf,
        number: body.number.0.into(),
        total: body.total,
        row_count: body.rows,
        signer,
        status: DecreeStatus::Open,
        rows: Vec::new(),
    };
    state.decrees.insert(id, decree);
}

fn record_rows(state: &mut State, id: DecreeId, rows: &[DecreeEntry]) {
    for row in rows {
        if let Some(case) = state.cases.get_mut(&row.case) {
            case.held_by = Some(id);
        }
    }
    if let Some(decree) = state.decrees.get_mut(&id) {
        decree.rows.extend_from_slice(rows);
    }
}

fn seal(state: &mut State, id: DecreeId, stage: u8) {
    let Some(decree) = state.decrees.get_mut(&id) else {
        return;
    };
    decree.status = DecreeStatus::Sealed;
    for row in &decree.rows {
        if let Some(case) = state.cases.get_mut(&row.case) {
            case.held_by = None;
            case.stage = stage;
            case.decree = Some(DecreeRef { decree: id, row: row.row });
            set_figure(&mut state.years, case, Figure::Decreed, row.amount);
        }
    }
}

fn abandon(state: &mut State, id: DecreeId) {
    let Some(decree) = state.decrees.get_mut(&id) else {
        return;
    };
    decree.status = DecreeStatus::Abandoned;
    for row in &decree.rows {
        if let Some(case) = state.cases.get_mut(&row.case) {
            case.held_by = None;
        }
    }
}

fn dispute(state: &mut State, things: &[About]) {
    for thing in things {
        match thing {
            About::Case(id) => {
                if let Some(case) = state.cases.get_mut(id) {
                    case.disputed = true;
                }
            }
            About::Org(n) => {
                if let Some(org) = state.orgs.get_mut(n) {
                    org.disputed = true;
                }
            }
            _ => {}
        }
    }
}

/// The entry becomes the head of each thing, and its signers are remembered there.
fn move_heads(state: &mut State, things: &[About], leaf: Hash, acts: &[Act]) {
    for thing in things {
        match thing {
            About::Official(n) => {
                if let Some(official) = state.officials.get_mut(n) {
                    official.head = leaf;
                }
            }
            About::Org(n) => {
                if let Some(org) = state.orgs.get_mut(n) {
                    org.head = leaf;
                    remember(&mut org.acts, acts);
                }
            }
            About::Case(id) => {
                if let Some(case) = state.cases.get_mut(id) {
                    case.head = leaf;
                    remember(&mut case.acts, acts);
                }
            }
            About::Decree(id) => {
                if let Some(decree) = state.decrees.get_mut(id) {
                    decree.head = leaf;
                }
            }
            // Entry 0 and awards got their heads when they were made and take no second statement.
            _ => {}
        }
    }
}

/// Only the last act of each key is kept: a revocation asks whether there is one at or after a time.
fn remember(acts: &mut Vec<Act>, new: &[Act]) {
    for act in new {
        match acts.iter_mut().find(|known| known.key == act.key) {
            Some(known) => known.at = act.at,
            None => acts.push(*act),
        }
    }
}
