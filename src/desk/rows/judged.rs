//! Rows beside the cases that wait for a paper: what fits, and what is wrong with the others.

use std::collections::HashMap;

use super::{Rows, case_of};
use crate::grants::about::CaseId;
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::one::stages;
use crate::grants::one::state::State;
use crate::grants::one::things::Case;
use crate::grants::one::ways::Way;

/// What is to be said of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is taken as it is.
    Fits,
    /// It can be taken; the step before said another amount.
    Differs(Amount),
    /// It names no case of this ledger.
    Unknown,
    /// A day stands where the case should.
    Day,
    /// An earlier row has the case.
    Twice(u64),
    /// The case does not wait for this paper.
    NotWaiting,
    /// Another list, budget or decree has the case already.
    Held,
    /// The case is of another fiscal year.
    OtherYear(u16),
    /// The case goes another way of the law than the first.
    OtherWay,
    /// That is no amount above nought.
    NoAmount,
}

impl Judgement {
    /// Whether the row keeps the whole file from being taken.
    #[must_use]
    pub fn stops(&self) -> bool {
        !matches!(self, Self::Fits | Self::Differs(_))
    }
}

/// One row, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Its number in the file.
    pub line: u64,
    /// As the file has it.
    pub case: String,
    /// The case, where there is one.
    pub id: Option<CaseId>,
    /// How much.
    pub amount: Option<Amount>,
    /// Whether it fits.
    pub judgement: Judgement,
}

/// All rows, and what they leave out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// In the order of the file.
    pub rows: Vec<Judged>,
    /// Cases of the year and way that wait for such a paper, and that no row names.
    pub missing: Vec<CaseId>,
    /// The way of all cases.
    pub way: Option<Way>,
    /// The sum of the rows.
    pub sum: Option<Amount>,
    /// What the file says it is, where that is another: its row, and what it says.
    pub other_sum: Option<(u64, Amount)>,
}

impl Told {
    /// Whether all of it can be taken.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.sum.is_some() && self.other_sum.is_none() && !self.rows.iter().any(|row| row.judgement.stops())
    }
}

/// Judges rows for a paper of this kind and fiscal year; `proposed` is what the step before says of a case.
#[must_use]
pub fn judge(state: &State, kind: Kind, year: u16, rows: &Rows, proposed: impl Fn(&Case) -> Option<Amount>) -> Told {
    let waits =
        |id: &CaseId, case: &Case| state.next(id, &case.core).iter().any(|next| stages::begun_by(next.kind) == kind);
    let mut before: HashMap<CaseId, u64> = HashMap::new();
    let mut way = None;
    let mut judged = Vec::new();
    for row in &rows.rows {
        let id = case_of(&row.case);
        let found = id.and_then(|id| Some((id, state.case(&id)?)));
        let judgement = match (found, row.amount) {
            (None, _) if row.day => Judgement::Day,
            (None, _) => Judgement::Unknown,
            (Some((id, case)), amount) => {
                let (facts, earlier) = (&case.core.facts, before.insert(id, row.line));
                match (earlier, amount) {
                    (Some(line), _) => Judgement::Twice(line),
                    (None, _) if facts.fiscal_year != year => Judgement::OtherYear(facts.fiscal_year),
                    (None, _) if case.held_by.is_some() => Judgement::Held,
                    (None, _) if !waits(&id, case) => Judgement::NotWaiting,
                    (None, _) if kind != Kind::BudgetEnacted && *way.get_or_insert(facts.way) != facts.way => {
                        Judgement::OtherWay
                    }
                    (None, None) => Judgement::NoAmount,
                    (None, Some(amount)) => match proposed(case) {
                        Some(other) if other != amount => Judgement::Differs(other),
                        _ => Judgement::Fits,
                    },
                }
            }
        };
        judged.push(Judged { line: row.line, case: row.case.clone(), id, amount: row.amount, judgement });
    }
    let missing = state.cases().filter(|(id, case)| {
        let facts = &case.core.facts;
        facts.fiscal_year == year
            && way.is_none_or(|way| way == facts.way)
            && case.held_by.is_none()
            && !before.contains_key(id)
            && waits(id, case)
    });
    let missing = missing.map(|(id, _)| id).collect();
    let sum = Amount::checked_sum(judged.iter().filter_map(|row| row.amount));
    let other_sum = rows.total.filter(|(_, total)| Some(*total) != sum);
    Told { rows: judged, missing, way, sum, other_sum }
}
