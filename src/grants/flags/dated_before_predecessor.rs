//! A step bears an earlier date than the step that it rests on.

use super::{Finding, Flag, Seen};

/// The event_date of a step is before that of the step before it.
pub(super) fn see(seen: &Seen<'_>) -> Vec<Finding> {
    let earlier = seen.steps().filter_map(|(id, _, trace, before)| {
        let before = before.filter(|before| trace.event_date < before.event_date)?;
        Some(Finding {
            flag: Flag::DatedBeforePredecessor,
            case: id,
            entry: seen.index,
            others: Vec::new(),
            facts: vec![
                ("dated", trace.event_date.to_string()),
                ("predecessor", before.kind.name().to_owned()),
                ("predecessor_dated", before.event_date.to_string()),
                ("predecessor_entry", before.index.to_string()),
            ],
        })
    });
    earlier.collect()
}
