//! Papers that name many cases: the list, the budget, the decree. Chosen cases become its statement, its rows and its seal, each a
//! draft of its own, for each follows the entry of the one before.

use super::starting::proposed;
use crate::desk::forms::typed;
use crate::desk::persons::{Person, Who};
use crate::desk::store::Fields;
use crate::grants::about::CaseId;
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::money::{Amount, Currency};
use crate::grants::one::bodies::MAX_ROWS;
use crate::grants::one::state::State as One;
use crate::grants::one::things::Case;

/// The kinds of papers, each with that of its rows and of its seal.
pub(super) const PAPERS: [(Kind, Kind, Kind, &str); 3] = [
    (Kind::ListNominated, Kind::ListRows, Kind::ListSealed, "list"),
    (Kind::BudgetEnacted, Kind::BudgetRows, Kind::BudgetSealed, "budget"),
    (Kind::DecreeIssued, Kind::DecreeRows, Kind::DecreeSealed, "decree"),
];

/// The series of a kind of paper; none of another kind.
pub(super) fn series(kind: Kind) -> Option<&'static str> {
    PAPERS.iter().find(|(paper, ..)| *paper == kind).map(|(.., series)| *series)
}

/// What is signed one after another for a paper that gives these cases so much: the kinds, and what is filled in already.
pub(super) fn planned(
    state: &One,
    person: &Person,
    kind: Kind,
    named: &[(CaseId, Amount)],
) -> Option<Vec<(Kind, Fields)>> {
    let (_, rows, seal, _) = PAPERS.into_iter().find(|(paper, ..)| *paper == kind)?;
    let currency = &state.frame()?.currency;
    let (first, _) = named.first()?;
    let first = state.case(first)?;
    let total = Amount::checked_sum(named.iter().map(|(_, amount)| *amount))?;
    let mut issue = decided_by(person);
    issue.insert("fiscal_year".to_owned(), first.core.facts.fiscal_year.to_string());
    issue.insert("way".to_owned(), first.core.facts.way.name().to_owned());
    issue.insert("rows".to_owned(), named.len().to_string());
    issue.insert("total".to_owned(), typed(currency, total));
    let mut plan = vec![(kind, issue)];
    for (at, part) in named.chunks(MAX_ROWS).enumerate() {
        plan.push((rows, rows_of(part, at * MAX_ROWS, currency)));
    }
    plan.push((seal, Fields::new()));
    Some(plan)
}

fn rows_of(part: &[(CaseId, Amount)], before: usize, currency: &Currency) -> Fields {
    let mut fields = Fields::new();
    for (at, (case, amount)) in part.iter().enumerate() {
        fields.insert(format!("rows.{at}.row"), (before + at + 1).to_string());
        fields.insert(format!("rows.{at}.case"), crate::grants::about::About::Case(*case).to_string());
        fields.insert(format!("rows.{at}.amount"), typed(currency, *amount));
    }
    fields
}

/// The newest amount of a case before this paper.
pub(super) fn amount(kind: Kind, case: &Case) -> Option<Amount> {
    let figures = case.core.figures;
    proposed(kind, |figure| figures.get(figure)).or_else(|| figures.get(Figure::Asked))
}

/// Who decides, as a form begins: the official themselves.
pub(super) fn decided_by(person: &Person) -> Fields {
    let mut fields = Fields::new();
    if let Who::Office { code, person, .. } = &person.who {
        fields.insert("decided_by.person".to_owned(), person.clone());
        fields.insert("decided_by.post".to_owned(), code.clone());
    }
    fields
}
