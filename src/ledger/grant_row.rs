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

/// A row of `grants` as `schema/upsert-grant.sql` takes it, and in part `schema/move-grant.sql`.
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
        if moved(&mut self.step, row)? {
            return Ok(());
        }
        let [asked, recommended, considered, proposed, enacted, decreed, agreed, paid, credited, reported, refunded] =
            row.amounts;
        self.upsert.execute(params![
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
        ])?;
        Ok(())
    }
}

/// Whether the row was there and the entry is a step alone, which is then in it.
fn moved(step: &mut CachedStatement<'_>, row: &GrantRow<'_>) -> rusqlite::Result<bool> {
    if row.titled.is_some() || row.adopted.is_some() {
        return Ok(false);
    }
    let [asked, recommended, considered, proposed, enacted, decreed, agreed, paid, credited, reported, refunded] =
        row.amounts;
    let changed = step.execute(params![
        row.id,
        row.status,
        row.stage,
        row.next,
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
        row.report_due,
        row.index,
        row.recipient,
        row.title,
        row.field,
        row.agency,
        row.fiscal_year,
        row.numbers,
        row.numbered,
        row.words,
        row.way.0,
        row.way.1,
    ])?;
    Ok(changed == 1)
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
