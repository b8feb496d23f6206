//! The way of one grant: its steps with what was signed, by whom, what the papers it stands in say, what flags found, and
//! what later entries corrected, confirmed or erased.

use serde_json::Value;

use super::answer::{Fault, Missing};
use super::holders::{Holders, Signature};
use super::shown::{Comparison, Shown};
use crate::grants::kinds::Kind;
use crate::grants::time::Date;
use crate::ledger::findings::Finding;
use crate::ledger::reader::{Grant, Reader, Record};
use crate::ledger::statement::Statement;
use crate::tlog::hash::Hash;

/// The list, budget or decree that a step belongs to.
#[derive(Clone, Debug)]
pub(super) struct Paper {
    /// `decree/<yyyy>/<n>`, `list/...` or `budget/...`.
    pub(super) about: String,
    /// Its first entry.
    pub(super) index: u64,
    /// What that entry says: number, total, document and who decided.
    pub(super) body: Value,
}

/// One step of a grant.
pub(super) struct Step {
    /// Its entry.
    pub(super) record: Record,
    /// What was signed.
    pub(super) statement: Statement,
    /// What of it may be shown, and what later entries say of it.
    pub(super) shown: Shown,
    /// Who signed.
    pub(super) signatures: Vec<Signature>,
    /// The paper's row about this grant: `{row, case, after, amount}`.
    pub(super) row: Option<Value>,
    /// The paper, for its rows, its seal and its end.
    pub(super) paper: Option<Paper>,
    /// The entry that revoked a key which signed this while suspect, as long as nobody has settled it.
    pub(super) disputed: Option<u64>,
    /// What flags found with this entry.
    pub(super) findings: Vec<Finding>,
    /// For a correction: what it corrects.
    pub(super) corrects: Option<Comparison>,
}

impl Step {
    /// What the step sets the grant's amount to, if it does.
    pub(super) fn amount(&self) -> Option<i64> {
        let from = self.row.as_ref().unwrap_or_else(|| self.statement.body());
        from.get("amount").and_then(Value::as_i64)
    }

    /// Whether the entry is the grant's head once it is recorded. Notes, and revocations that dispute a grant, are in its
    /// way but move nothing.
    fn moves(&self, id: &str) -> bool {
        self.record.about == id || is_paper(&self.record.about)
    }
}

/// A report that should be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missed {
    /// The day by which it was due, `YYYY-MM-DD`.
    pub(super) due: String,
    /// The day of the ledger on which it is missing.
    pub(super) as_of: String,
}

/// A grant and its way.
pub(super) struct History {
    /// Figures and names.
    pub(super) grant: Grant,
    /// Its steps, first to last.
    pub(super) steps: Vec<Step>,
    /// Leaf hash of the latest entry about it.
    pub(super) head: Hash,
    /// The report that is missing.
    pub(super) missed: Option<Missed>,
    /// The local day of the ledger's newest entry.
    pub(super) day: Option<Date>,
}

impl History {
    /// The grant `id` and its way.
    pub(super) fn read(reader: &Reader, origin: &str, id: &str) -> Result<Self, Fault> {
        let grant = reader.grant(id)?.ok_or(Fault::missing(Missing::Grant))?;
        let mut holders = Holders::new(reader, origin);
        let findings = reader.findings_of_case(id)?;
        let mut steps = Vec::new();
        for record in reader.timeline(id)? {
            // Derived tables may be ahead of the last checkpoint for a moment; what is not signed is not shown (I4).
            // A text that was erased is named by its place among all rows.
            let one_row = record.kind.ends_with(".rows") && reader.mentions(record.index)?.is_empty();
            let statement = match one_row {
                true => reader.statement_about(record.index, origin, id)?,
                false => reader.statement(record.index, origin)?,
            };
            let Some(statement) = statement else { continue };
            let shown = Shown::of(reader, origin, record.index, &statement)?;
            let row = row_of(&shown.body, id);
            let known = steps.iter().rev().find(|step: &&Step| step.record.about == record.about);
            let paper = match known {
                _ if !is_paper(&record.about) => None,
                Some(step) => step.paper.clone(),
                None => paper(reader, origin, &record.about)?,
            };
            let corrects = match Kind::parse(&record.kind) {
                Some(Kind::CorrectionRecorded) => {
                    Comparison::around(reader, origin, record.index, &record.kind)?.into_iter().next()
                }
                _ => None,
            };
            steps.push(Step {
                signatures: holders.of(&statement)?,
                disputed: shown.disputed(&mut holders, &statement, record.index, &record.recorded_at)?,
                findings: findings.iter().filter(|found| found.entry == record.index).cloned().collect(),
                record,
                statement,
                shown,
                row,
                paper,
                corrects,
            });
        }
        let Some(last) = last_said(&steps, id) else {
            return Err(Fault::missing(Missing::Grant));
        };
        let head = leaf(reader, last.record.index)?;
        let as_of = reader.day()?;
        let due = grant.report_due.clone().filter(|due| *due < as_of);
        Ok(Self { day: Date::parse(&as_of), missed: due.map(|due| Missed { due, as_of }), grant, steps, head })
    }

    /// The latest step that is a statement about the grant.
    pub(super) fn last_said(&self) -> Option<&Step> {
        last_said(&self.steps, &self.grant.id)
    }

    /// The step of this kind that counts: the latest.
    pub(super) fn latest(&self, kind: Kind) -> Option<&Step> {
        self.steps.iter().rev().find(|step| step.record.kind == kind.name())
    }
}

fn last_said<'s>(steps: &'s [Step], id: &str) -> Option<&'s Step> {
    steps.iter().rev().find(|step| step.moves(id))
}

fn is_paper(about: &str) -> bool {
    ["decree/", "list/", "budget/"].iter().any(|sort| about.starts_with(sort))
}

/// The leaf hash of an entry that is there.
pub(super) fn leaf(reader: &Reader, index: u64) -> Result<Hash, Fault> {
    let bytes = reader.entry(index)?.ok_or(Fault::missing(Missing::Entry))?;
    Ok(crate::tlog::hash::leaf_hash(&bytes))
}

fn row_of(body: &Value, id: &str) -> Option<Value> {
    let rows = body.get("rows")?.as_array()?;
    rows.iter().find(|row| row.get("case").and_then(Value::as_str) == Some(id)).cloned()
}

fn paper(reader: &Reader, origin: &str, about: &str) -> Result<Option<Paper>, Fault> {
    let Some(first) = reader.timeline(about)?.into_iter().next() else {
        return Ok(None);
    };
    let Some(statement) = reader.statement(first.index, origin)? else { return Ok(None) };
    let body = Shown::of(reader, origin, first.index, &statement)?.body;
    Ok(Some(Paper { about: about.to_owned(), index: first.index, body }))
}
