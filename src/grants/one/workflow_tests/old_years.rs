//! Memory grows with open cases and the two open years, not with the years that a ledger has lived.

use super::*;
use crate::grants::about::CaseId;
use crate::grants::one::state::Known;

/// The verdicts on what is left are the table's own lines.
#[test]
fn closed_cases_and_used_numbers_of_old_years_leave() {
    let mut play = Play::new("refunds.txt");
    play.read("refunds.txt");
    let book = play.book();
    let archived = |case: &str| matches!(book.known(&CaseId::parse(case).unwrap()), Some(Known::Archived(_)));
    assert!(archived("case/1/1") && archived("case/2/1"));
    assert!(book.cases().all(|(_, case)| case.core.closed.is_none() || case.core.facts.fiscal_year >= 2015));
    let mut play = Play::new("numbers.txt");
    play.read("numbers.txt");
    assert_eq!(play.book().numbers.oldest_year(), Some(2015));
}
