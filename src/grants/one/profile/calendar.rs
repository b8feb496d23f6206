//! Working days, deadlines and the day on which a report is due. Pure: the profile's own days, no clock.

use super::{Profile, ReportTerms};
use crate::grants::kinds::Kind;
use crate::grants::shape::Year;
use crate::grants::time::Date;

impl Profile {
    /// Whether offices work on that day: Monday to Friday, without the profile's holidays.
    pub fn is_working_day(&self, day: Date) -> bool {
        let holiday = || self.holidays.as_ref().is_some_and(|days| days.binary_search(&day).is_ok());
        weekday(day) < 5 && !holiday()
    }

    /// The day that is so many working days after `from`, which does not count itself; `None` beyond the year 9999.
    pub fn working_days_after(&self, from: Date, working_days: u64) -> Option<Date> {
        let mut day = from;
        let mut left = working_days;
        while left > 0 {
            day = day.plus_days(1)?;
            if self.is_working_day(day) {
                left -= 1;
            }
        }
        Some(day)
    }

    /// The last day for a kind when the stage before it was on `from`; `None` where the profile sets no deadline.
    pub fn deadline(&self, kind: Kind, from: Date) -> Option<Date> {
        let deadline = self.deadlines.iter().flatten().find(|deadline| deadline.kind == kind)?;
        self.working_days_after(from, deadline.working_days)
    }

    /// The day on which the report on the money of a fiscal year is due, if the agreement does not say another: a day
    /// of the year after. No day after 9999-12-31 can be written; that day then stands for it.
    pub fn report_due(&self, fiscal_year: Year) -> Date {
        let ReportTerms { due_month, due_day, .. } = &self.report;
        let day = Date::parse(&format!("{:04}-{due_month:02}-{due_day:02}", u32::from(fiscal_year.0) + 1));
        match day {
            Some(day) if self.report.rolls => self.rolled(day),
            Some(day) => day,
            // The last that can be written; see `Date`.
            None => Date::parse("9999-12-31").expect("the last day that can be written"),
        }
    }

    /// The day itself or the next working day after it.
    pub fn rolled(&self, day: Date) -> Date {
        if self.is_working_day(day) { day } else { self.working_days_after(day, 1).unwrap_or(day) }
    }
}

/// 0 on a Monday to 6 on a Sunday.
fn weekday(day: Date) -> i64 {
    // 1970-01-05 was a Monday; the day can be written, as every one within the years 1900 to 9999.
    let monday = Date::from_days(4).expect("a day of 1970 exists");
    monday.days_until(day).rem_euclid(7)
}
