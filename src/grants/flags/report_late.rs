//! The use of money is reported late. A report that is missing is no entry: it is asked for by the day, with
//! [`crate::grants::one::stages::report_waits_until`].

use super::{Finding, Flag, Seen};
use crate::grants::one::bodies::Body;
use crate::grants::one::stages::report_due;

/// A report whose event_date is after the day by which it was due: as agreed, else as the profile says.
pub(super) fn see(seen: &Seen<'_>) -> Vec<Finding> {
    if !matches!(seen.body, Body::UseReported(_)) {
        return Vec::new();
    }
    let late = seen.steps().filter_map(|(id, case, trace, _)| {
        let due = Some(report_due(seen.profile, &case.core)).filter(|&due| due < trace.event_date)?;
        Some(Finding {
            flag: Flag::ReportLate,
            case: id,
            entry: seen.index,
            others: Vec::new(),
            facts: vec![
                ("due", due.to_string()),
                ("reported", trace.event_date.to_string()),
                ("days", due.days_until(trace.event_date).to_string()),
            ],
        })
    });
    late.collect()
}
