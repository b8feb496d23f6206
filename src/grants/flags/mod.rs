//! Flags: what is recorded and allowed, and still worth a question. One file a flag, and a page each.
//!
//! A flag never refuses. It reads what the judge has let through, under the profile in force at that entry, and
//! answers with findings that name the entry. What should be there and is
//! not, such as a report, is asked of the state, not of an entry: two lists, and never one score.

mod consecutive_control_numbers;
mod dated_before_predecessor;
mod late_entry;
mod report_late;
mod year_end_rush;

use super::about::{About, CaseId};
use super::claim::{Claim, Envelope};
use super::kinds::Kind;
use super::one::bodies::Body;
use super::one::profile::Profile;
use super::one::state::State as Book;
use super::one::things::{Case, Trace};
use super::shape::vocabulary;
use super::state::{Place, State};
use super::time::Date;

vocabulary! {
    /// The flags, each with a page of its own.
    pub enum Flag {
        /// The use of money was reported after the day that the agreement names, or is not reported yet.
        ReportLate = "report_late",
        /// Two applicants on one street got consecutive control numbers on one day.
        ConsecutiveControlNumbers = "consecutive_control_numbers",
        /// Money was ordered in the last days of the year.
        YearEndRush = "year_end_rush",
        /// A step is dated before the step that it rests on.
        DatedBeforePredecessor = "dated_before_predecessor",
        /// An event was recorded long after it happened.
        LateEntry = "late_entry",
    }
}

/// One answer of a flag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Which flag.
    pub flag: Flag,
    /// The case.
    pub case: CaseId,
    /// The entry that shows it.
    pub entry: u64,
    /// Other cases that it is about.
    pub others: Vec<CaseId>,
    /// What was found, by name, as text: `due` 2015-01-10, `reported` 2015-01-12, `days` 2.
    pub facts: Vec<(&'static str, String)>,
}

/// An entry that was just applied, as flags see it.
pub(super) struct Seen<'a> {
    book: &'a Book,
    profile: &'a Profile,
    envelope: &'a Envelope,
    body: &'a Body,
    index: u64,
    /// The local date of recorded_at.
    recorded: Date,
    /// The cases whose head the entry became.
    cases: &'a [CaseId],
}

impl<'a> Seen<'a> {
    /// Each case that the entry moved, with what this entry left in its trace, and what it follows there. The rows of a
    /// paper are no step of their own: the seal is.
    fn steps(&self) -> impl Iterator<Item = (CaseId, &'a Case, &'a Trace, Option<&'a Trace>)> {
        self.cases.iter().filter_map(|&id| {
            let case = self.book.case(&id)?;
            let mut steps = case.trace.iter().rev().filter(|trace| !is_rows(trace.kind));
            let last = steps.next().filter(|last| last.index == self.index)?;
            Some((id, case, last, steps.next()))
        })
    }
}

fn is_rows(kind: Kind) -> bool {
    matches!(kind, Kind::ListRows | Kind::BudgetRows | Kind::DecreeRows)
}

/// The memory of all flags, over all entries so far.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    control_numbers: consecutive_control_numbers::Numbers,
}

impl Flags {
    /// What the entry shows that `change` has just made of `state`. Entries under rule set 0 show nothing.
    pub fn see(&mut self, state: &State, claim: &Claim, touched: &[About], place: Place) -> Vec<Finding> {
        let (State::One(book), Claim::One(claim)) = (state, claim) else { return Vec::new() };
        let Some(profile) = book.profile() else { return Vec::new() };
        let cases: Vec<CaseId> = touched.iter().filter_map(case_of).collect();
        let seen = Seen {
            book,
            profile,
            envelope: claim.envelope(),
            body: claim.body(),
            index: place.index,
            recorded: book.local_date(place.recorded_at),
            cases: &cases,
        };
        let mut found = report_late::see(&seen);
        found.extend(self.control_numbers.see(&seen));
        found.extend(year_end_rush::see(&seen));
        found.extend(dated_before_predecessor::see(&seen));
        found.extend(late_entry::see(&seen));
        found.sort();
        found
    }
}

fn case_of(about: &About) -> Option<CaseId> {
    match about {
        About::Case(id) => Some(*id),
        _ => None,
    }
}
