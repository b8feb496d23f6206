//! Statements about a whole fiscal year.

use super::bodies::Body;
use super::change::Edit;
use super::{Bench, Made, Outcome, refuse};
use crate::grants::about::About;
use crate::grants::money::Amount;
use crate::grants::rules::{Refusal, Rule};
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
            body => return Err(Refusal::form(format!("A statement of {} is not about a year", body.kind()))),
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
                format!("The time from {year:04}-{month:02} on has not begun on {}; record it once it has", self.today),
            ),
        }
    }
}
