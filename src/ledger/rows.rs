//! What one entry changes in the derived tables, as the state right after it says. So the tables can be written later, by
//! another thread, when the state has long gone on.

use crate::grants::about::{About, CaseId};
use crate::grants::state::{CaseRow, State};
use crate::grants::time::{Date, Timestamp};

/// What an entry changes.
#[derive(Debug)]
pub(super) struct Rows {
    /// The local day on which it was recorded.
    pub(super) day: Date,
    /// The cases that it touches.
    pub(super) cases: Vec<(CaseId, CaseRow)>,
    /// The organisations that it touches, with their names.
    pub(super) organisations: Vec<(u64, String)>,
}

impl Rows {
    /// Of an entry that touched these things and left this state.
    pub(super) fn of(state: &State, touched: &[About], at: Timestamp) -> Self {
        let mut rows = Self { day: state.local_date(at), cases: Vec::new(), organisations: Vec::new() };
        for thing in touched {
            match thing {
                // A statement that touches a case leaves one; nothing removes cases.
                About::Case(id) => rows.cases.extend(state.case_row(id).map(|row| (*id, row))),
                About::Org(n) => {
                    let name = state.org(*n).map(|(name, _)| name.to_owned()).unwrap_or_default();
                    rows.organisations.push((*n, name));
                }
                _ => {}
            }
        }
        rows
    }
}
