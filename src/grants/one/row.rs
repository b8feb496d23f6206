//! A case as tables and pages show it.

use super::parties::{Party, parties};
use super::stages;
use super::state::{Known, State};
use super::things::{Core, Trace};
use crate::grants::about::{About, CaseId};
use crate::grants::kinds::Kind;
use crate::grants::state::{CaseFacts, CaseRow, Given, Next};

impl State {
    /// A case as tables and pages show it.
    pub fn row(&self, id: &CaseId) -> Option<CaseRow> {
        match self.known(id)? {
            Known::Archived(residue) => Some(CaseRow {
                facts: None,
                figures: Some(residue.figures()),
                status: residue.closed.name(),
                stage: None,
                next: Vec::new(),
                numbers: Vec::new(),
                report_due: None,
            }),
            Known::Whole(case) => {
                let core = &case.core;
                let status = match core.closed {
                    Some(closed) => closed.name(),
                    None if self.is_disputed(id) => "disputed",
                    None if case.held_by.is_some() => "held",
                    None if core.returned => "returned",
                    None => "open",
                };
                let of_step = |trace: &Trace| {
                    let given = Given::Entry(trace.superseded().unwrap_or(trace.index));
                    trace.number().map(|number| (number.to_string(), given))
                };
                let mut numbers: Vec<(String, Given)> = case.trace.iter().filter_map(of_step).collect();
                let decree = core.decree.map(|place| About::Decree(place.decree));
                let of_paper = |about| Some((self.paper(&about)?.number.to_string(), Given::Paper(about)));
                numbers.extend(decree.and_then(of_paper));
                Some(CaseRow {
                    facts: Some(CaseFacts {
                        title: core.facts.title.to_string(),
                        field: core.facts.field.to_string(),
                        agency: core.facts.agency.to_string(),
                        fiscal_year: core.facts.fiscal_year,
                        way: (core.facts.way.name(), core.facts.form.name()),
                    }),
                    figures: Some(core.figures),
                    status,
                    stage: Some(core.stage),
                    next: self.next(id, core),
                    numbers,
                    report_due: self.profile().and_then(|profile| stages::report_waits_until(profile, core)),
                })
            }
        }
    }

    /// What may come next on a case, and from whom. Empty when it is closed, disputed or held by a paper.
    pub fn next(&self, id: &CaseId, core: &Core) -> Vec<Next> {
        let held = self.case(id).is_some_and(|case| case.held_by.is_some());
        let Some(profile) = self.profile().filter(|_| !held && !self.is_disputed(id)) else { return Vec::new() };
        let since = self.case(id).and_then(|case| case.trace.last()).map(|trace| trace.event_date);
        let step = |kind: Kind| {
            let asked = stages::begun_by(kind);
            let office = parties(asked).iter().find_map(|party| match party {
                Party::Office(_) | Party::CaseAgency => profile.roles_of(asked).first().copied(),
                _ => None,
            });
            let organisation = parties(asked).iter().any(|party| {
                matches!(
                    party,
                    Party::Organisation
                        | Party::OrganisationOrCounter
                        | Party::OwnerOrCounter
                        | Party::OrganisationOrDeed
                )
            });
            let due = since.and_then(|since| profile.deadline(kind, since));
            Next { kind, office, organisation, due }
        };
        stages::next(profile, core).iter().copied().map(step).collect()
    }
}
