//! Money is ordered in the last days of the year, when budgets would lapse.

use super::{Finding, Flag, Seen};
use crate::grants::one::bodies::Body;

/// A warrant dated in December, from the profile's day on.
pub(super) fn see(seen: &Seen<'_>) -> Vec<Finding> {
    let date = seen.envelope.event_date;
    let from = seen.profile.tolerances.year_end_from_day;
    if !matches!(seen.body, Body::WarrantIssued(_)) || date.month() != 12 || u64::from(date.day()) < from {
        return Vec::new();
    }
    let finding = |id| Finding {
        flag: Flag::YearEndRush,
        case: id,
        entry: seen.index,
        others: Vec::new(),
        facts: vec![("ordered", date.to_string()), ("from", format!("{}-12-{from:02}", date.year()))],
    };
    seen.steps().map(|(id, ..)| finding(id)).collect()
}
