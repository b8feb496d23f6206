//! An event is recorded long after it happened.

use super::{Finding, Flag, Seen};

/// More days than the profile tolerates lie between event_date and the local date of recorded_at.
pub(super) fn see(seen: &Seen<'_>) -> Vec<Finding> {
    let days = seen.envelope.event_date.days_until(seen.recorded);
    let tolerated = i64::try_from(seen.profile.tolerances.late_entry_days).unwrap_or(i64::MAX);
    if days <= tolerated {
        return Vec::new();
    }
    let finding = |id| Finding {
        flag: Flag::LateEntry,
        case: id,
        entry: seen.index,
        others: Vec::new(),
        facts: vec![
            ("happened", seen.envelope.event_date.to_string()),
            ("recorded", seen.recorded.to_string()),
            ("days", days.to_string()),
            ("tolerated", tolerated.to_string()),
        ],
    };
    seen.steps().map(|(id, ..)| finding(id)).collect()
}
