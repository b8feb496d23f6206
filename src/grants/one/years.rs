//! Statements about a whole fiscal year, and what decrees granted in one.

use super::bodies::Body;
use super::change::Edit;
use super::things::{Closed, Core, Facts, Year};
use super::ways::Way;
use super::{Bench, Made, Outcome, refuse};
use crate::grants::about::About;
use crate::grants::figures::{Figure, Figures};
use crate::grants::money::Amount;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::sentence;
use crate::grants::time::Date;

impl Bench<'_> {
    pub(super) fn about_year(&self, year: u16) -> Outcome {
        self.heard()?;
        let irregular = match self.body {
            Body::TreasuryReconciled(body) => {
                self.has_begun(year, body.month.map_or(1, |month| month.0))?;
                Amount::ZERO
            }
            Body::NeedsRecapped(_) => {
                self.has_begun(year, 1)?;
                Amount::ZERO
            }
            Body::IrregularityRecorded(body) => {
                self.has_begun(year, 1)?;
                body.amount.unwrap_or(Amount::ZERO)
            }
            // `Body::about_agrees` has let no other kind pass.
            body => {
                return Err(Refusal::form(sentence!(
                    "A statement of {} is not about a year",
                    "Pernyataan {:#} tidak mengenai tahun anggaran; perbaiki about",
                    body.kind()
                )));
            }
        };
        Ok(Made::of(Edit::Year(year, irregular), About::Year(year)))
    }

    /// B9: nothing has happened yet in a month or year that has not begun.
    fn has_begun(&self, year: u16, month: u8) -> Result<(), Refusal> {
        let first = Date::parse(&format!("{year:04}-{month:02}-01"));
        match first.filter(|&first| first <= self.today) {
            Some(_) => Ok(()),
            None => refuse(
                Rule::B9,
                sentence!(
                    "The time from {year:04}-{month:02} on has not begun on {}; record it once it has",
                    "Masa mulai {year:04}-{month:02} belum dimulai pada {:#}; catat setelah dimulai",
                    self.today
                ),
            ),
        }
    }
}

/// What a decree granted, and what it counts to.
#[derive(PartialEq, Eq)]
pub(super) struct Granted<'a> {
    field: &'a str,
    way: Way,
    amount: Amount,
}

impl<'a> Granted<'a> {
    /// What was given up is granted no more.
    pub(super) fn of(core: &'a Core) -> Option<Self> {
        Granted::told(&core.facts, &core.figures, core.closed)
    }

    pub(super) fn told(facts: &'a Facts, figures: &Figures, closed: Option<Closed>) -> Option<Self> {
        let amount = figures.get(Figure::Decreed)?;
        let stands = matches!(closed, None | Some(Closed::Settled));
        stands.then_some(Granted { field: &facts.field, way: facts.way, amount })
    }
}

/// Counts what a decree granted a case in or out of its field's sum.
pub(super) fn count_decreed(year: &mut Year, granted: Option<Granted<'_>>, sign: i128) {
    let Some(Granted { field, way, amount }) = granted else { return };
    if !year.decreed.contains_key(field) {
        year.decreed.insert(field.into(), [0; 3]);
    }
    if let Some(sums) = year.decreed.get_mut(field) {
        sums[way as usize] += sign * i128::from(amount.minor());
    }
}
