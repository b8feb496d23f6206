//! Rows of `grants`: a case, or an award of the past, as lists and search need it.

use rusqlite::{CachedStatement, Transaction, params};

use crate::grants::state::Next;

/// What makes rows of grants and brings them up, found once for many.
pub(super) struct GrantSql<'t> {
    /// A step of a grant that changes nothing by which it is found, but the order of changes: no index and no words.
    step: CachedStatement<'t>,
    upsert: CachedStatement<'t>,
}

impl<'t> GrantSql<'t> {
    pub(super) fn of(transaction: &'t Transaction<'t>) -> rusqlite::Result<Self> {
        Ok(Self {
            step: transaction.prepare_cached(include_str!("../../schema/move-grant.sql"))?,
            upsert: transaction.prepare_cached(include_str!("../../schema/upsert-grant.sql"))?,
        })
    }
}

/// A row of `grants` as `schema/upsert-grant.sql` and `schema/move-grant.sql` take it.
pub(super) struct GrantRow<'a> {
    pub(super) id: String,
    pub(super) migrated: bool,
    pub(super) recipient: &'a str,
    pub(super) organisation: Option<u64>,
    pub(super) title: &'a str,
    pub(super) field: &'a str,
    pub(super) agency: &'a str,
    pub(super) fiscal_year: u16,
    pub(super) status: &'a str,
    pub(super) stage: &'a str,
    pub(super) next: String,
    pub(super) numbers: String,
    pub(super) numbered: String,
    pub(super) words: String,
    pub(super) report_due: Option<String>,
    pub(super) amounts: [Option<i64>; 11],
    pub(super) index: u64,
    /// The entry, where it gives the title; else the row keeps the one that it names, and so the stage in `adopted`.
    pub(super) titled: Option<u64>,
    pub(super) way: (&'a str, &'a str),
    pub(super) adopted: Option<&'a str>,
}

impl GrantSql<'_> {
    /// Makes the row, or brings it up.
    pub(super) fn put(&mut self, row: &GrantRow<'_>) -> rusqlite::Result<()> {
        let [asked, recommended, considered, proposed, enacted, decreed, agreed, paid, credited, reported, refunded] =
            row.amounts;
        let values = params![
            row.id,
            row.migrated,
            row.recipient,
            row.organisation,
            row.title,
            row.field,
            row.agency,
            row.fiscal_year,
            row.status,
            row.stage,
            row.next,
            row.numbers,
            row.words,
            asked,
            recommended,
            considered,
            proposed,
            enacted,
            decreed,
            agreed,
            paid,
            credited,
            reported,
            refunded,
            row.index,
            row.report_due,
            row.titled,
            row.way.0,
            row.way.1,
            row.adopted,
            row.numbered,
        ];
        // Where the row is new, or found by something else from now on, no row moves.
        if self.step.execute(values)? == 0 {
            self.upsert.execute(values)?;
        }
        Ok(())
    }
}

pub(super) fn lines(parts: impl Iterator<Item = impl AsRef<str>>) -> String {
    parts.map(|part| part.as_ref().to_owned()).collect::<Vec<_>>().join("\n")
}

/// JSON, with nothing in it that needs an escape.
pub(super) fn next_steps(next: &[Next]) -> String {
    let step = |step: &Next| {
        let due = step.due.map(|day| format!("\"due\":\"{day}\",")).unwrap_or_default();
        let office = step.office.map_or("null".to_owned(), |role| format!("\"{}\"", role.name()));
        format!("{{{due}\"kind\":\"{}\",\"office\":{office},\"organisation\":{}}}", step.kind.name(), step.organisation)
    };
    format!("[{}]", next.iter().map(step).collect::<Vec<_>>().join(","))
}
