//! Entries that later entries name, and texts that an erasure hides from pages, search and exports.
//!
//! The bytes of an entry never change (I1): a text that was erased stays in the log's tiles. What is made from the
//! entries shows it no more (formats.md section 5).

use rusqlite::{OptionalExtension as _, Transaction, params};
use serde_json::Value;

use super::rows::Rows;
use crate::grants::kinds::Kind;
use crate::grants::state::Given;

/// The field of a body that names an earlier entry.
pub(super) fn naming(kind: Option<Kind>) -> Option<&'static str> {
    match kind? {
        Kind::CorrectionRecorded | Kind::EntryConfirmed | Kind::ErasureRecorded => Some("entry"),
        Kind::ReplacementObjected => Some("replacement"),
        _ => None,
    }
}

/// What entries hide. Most ledgers hide nothing, and then no row is looked up.
pub(super) struct Hiding<'t> {
    transaction: &'t Transaction<'t>,
    any: bool,
}

impl<'t> Hiding<'t> {
    /// As the tables say now.
    pub(super) fn so_far(transaction: &'t Transaction<'t>) -> rusqlite::Result<Self> {
        let any = transaction.query_row("SELECT EXISTS (SELECT 1 FROM hidden)", [], |row| row.get(0))?;
        Ok(Self { transaction, any })
    }

    /// Whether an erasure hides this text of the entry: its field of the body, or of the body that a correction carries.
    pub(super) fn hides(&self, entry: u64, field: &str) -> rusqlite::Result<bool> {
        if !self.any {
            return Ok(false);
        }
        let sql = "SELECT EXISTS (SELECT 1 FROM hidden WHERE entry = ?1 AND pointer IN ('/body', '/body/body', '/body/' || ?2, '/body/body/' || ?2))";
        self.transaction.prepare_cached(sql)?.query_row(params![entry, field], |row| row.get(0))
    }

    /// Whether the title of a case is hidden, which this entry gave, or else the one that the tables name.
    pub(super) fn hides_title(&self, id: &str, given: Option<u64>) -> rusqlite::Result<bool> {
        if !self.any {
            return Ok(false);
        }
        let known = |id| {
            let mut titled = self.transaction.prepare_cached("SELECT titled FROM grants WHERE id = ?1")?;
            titled.query_row([id], |row| row.get(0)).optional()
        };
        match given.map_or_else(|| known(id), |entry| Ok(Some(entry)))? {
            Some(entry) => self.hides(entry, "title"),
            None => Ok(false),
        }
    }

    /// Whether an erasure hides the licence that this entry gave.
    pub(super) fn hides_licence(&self, entry: u64) -> rusqlite::Result<bool> {
        Ok(self.hides(entry, "registration")? || self.hides(entry, "registration/number")?)
    }

    /// The numbers of a case that may be shown, each with the entry that gave it.
    pub(super) fn numbers_shown(&self, numbers: &[(String, Given)]) -> rusqlite::Result<Vec<(String, String)>> {
        let mut shown = Vec::with_capacity(numbers.len());
        for (number, given) in numbers {
            let entry = match given {
                Given::Entry(entry) => Some(*entry),
                Given::Paper(about) => self
                    .transaction
                    .prepare_cached("SELECT min(idx) FROM timeline WHERE about = ?1")?
                    .query_row([about.to_string()], |row| row.get(0))?,
                Given::Unknown => None,
            };
            match entry {
                Some(entry) if self.hides(entry, "number")? => {}
                Some(entry) => shown.push((number.clone(), entry.to_string())),
                None => shown.push((number.clone(), "-".to_owned())),
            }
        }
        Ok(shown)
    }

    /// Notes the entry that a statement names, and hides what it erased.
    pub(super) fn put_mention(&mut self, rows: &Rows) -> rusqlite::Result<()> {
        let (transaction, kind) = (self.transaction, Kind::parse(&rows.kind));
        let (Some(field), Some(body)) = (naming(kind), &rows.body) else { return Ok(()) };
        let Some(entry) = body.get(field).and_then(Value::as_u64) else { return Ok(()) };
        let sql = "INSERT INTO mentions (entry, idx) VALUES (?1, ?2)";
        transaction.prepare_cached(sql)?.execute(params![entry, rows.index])?;
        if kind != Some(Kind::ErasureRecorded) || body.get("what").and_then(Value::as_str) != Some("text") {
            return Ok(());
        }
        let pointers = body.get("pointers").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        for pointer in pointers {
            let sql = "INSERT OR IGNORE INTO hidden (entry, pointer, idx) VALUES (?1, ?2, ?3)";
            transaction.prepare_cached(sql)?.execute(params![entry, pointer, rows.index])?;
            hide(transaction, entry, pointer)?;
        }
        self.any = true;
        Ok(())
    }
}

/// Takes a text out of what is searched. A title, a name and a number have the entry that gave them beside them; an award's
/// texts are all from its one entry.
fn hide(transaction: &Transaction<'_>, entry: u64, pointer: &str) -> rusqlite::Result<()> {
    // What a correction says instead stands one body deeper.
    let field = pointer.strip_prefix("/body").map(|rest| rest.strip_prefix("/body").unwrap_or(rest));
    let Some(field) = field else { return Ok(()) };
    let all = field.is_empty();
    let of_award = |column: &str| format!("UPDATE grants SET {column} = '' WHERE first_idx = ?1 AND migrated");
    let mut sql: Vec<String> = Vec::new();
    if all || field == "/title" {
        sql.push("UPDATE grants SET title = '' WHERE titled = ?1".to_owned());
    }
    if all || field == "/name" {
        sql.push("UPDATE grants SET recipient = '' WHERE NOT migrated AND organisation IN (SELECT n FROM organisations WHERE named = ?1)".to_owned());
        sql.push("UPDATE organisations SET name = '' WHERE named = ?1".to_owned());
    }
    if all || matches!(field, "/registration" | "/registration/number") {
        sql.push("UPDATE organisations SET licence = '', squeezed = '' WHERE licensed = ?1".to_owned());
    }
    if all || matches!(field, "/recipient" | "/recipient/name") {
        sql.push(of_award("recipient"));
    }
    if all || matches!(field, "/purpose" | "/programme") {
        sql.push(of_award("title"));
    }
    if all || matches!(field, "/purpose" | "/programme" | "/sponsor" | "/recipient" | "/recipient/number") {
        sql.push(of_award("words"));
    }
    if all || field == "/numbers" || field.starts_with("/numbers/") {
        sql.push(of_award("numbers"));
        sql.push(of_award("numbered"));
    }
    for sql in sql {
        transaction.prepare_cached(&sql)?.execute([entry])?;
    }
    if all || field == "/number" { hide_number(transaction, entry) } else { Ok(()) }
}

/// Takes the number that this entry gave out of every grant. An erasure is rare; so all grants are looked at.
fn hide_number(transaction: &Transaction<'_>, entry: u64) -> rusqlite::Result<()> {
    let entry = entry.to_string();
    let sql = "SELECT n, numbers, numbered FROM grants WHERE instr(char(10) || numbered || char(10), char(10) || ?1 || char(10))";
    let found: Vec<(i64, String, String)> = transaction
        .prepare(sql)?
        .query_map([&entry], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (n, numbers, numbered) in found {
        let kept = numbers.split('\n').zip(numbered.split('\n')).filter(|(_, by)| *by != entry);
        let (numbers, numbered): (Vec<&str>, Vec<&str>) = kept.unzip();
        let sql = "UPDATE grants SET numbers = ?2, numbered = ?3 WHERE n = ?1";
        transaction.prepare_cached(sql)?.execute(params![n, numbers.join("\n"), numbered.join("\n")])?;
    }
    Ok(())
}
