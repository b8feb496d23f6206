//! The way of one grant: its steps with what was signed, by whom, and what the decree it stands in says.

use std::collections::HashMap;

use serde_json::Value;

use super::answer::{Fault, Missing};
use crate::grants::kinds::Kind;
use crate::ledger::reader::{Grant, Reader, Record};
use crate::ledger::statement::Statement;
use crate::tlog::hash::Hash;

/// Who a key speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// An official, by the code of the office.
    Office(String),
    /// An organisation, by its name and number.
    Organisation(String, u64),
    /// A root key, by its number.
    Root(String),
    /// The server's own desk.
    Desk,
    /// A name that says nothing more.
    Other,
}

/// One signature of a statement.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    /// `<key name>+<8 hex>`.
    pub(super) key: String,
    /// Who that is.
    pub(super) holder: Holder,
}

/// The decree that a step belongs to.
#[derive(Clone, Debug)]
pub(super) struct Decree {
    /// `decree/<yyyy>/<n>`.
    pub(super) about: String,
    /// Its first entry.
    pub(super) index: u64,
    /// What its first entry says: number, total, document and who decided.
    pub(super) body: Value,
}

/// One step of a grant.
pub(super) struct Step {
    /// Its entry.
    pub(super) record: Record,
    /// What was signed.
    pub(super) statement: Statement,
    /// Who signed.
    pub(super) signatures: Vec<Signature>,
    /// The decree's row about this grant: `{row, case, after, amount}`.
    pub(super) row: Option<Value>,
    /// The decree, for its rows and its seal.
    pub(super) decree: Option<Decree>,
}

impl Step {
    /// What the step sets the grant's amount to, if it does.
    pub(super) fn amount(&self) -> Option<i64> {
        let from = self.row.as_ref().unwrap_or_else(|| self.statement.body());
        from.get("amount").and_then(Value::as_i64)
    }
}

/// A grant and its way.
pub(super) struct History {
    /// Figures and names.
    pub(super) grant: Grant,
    /// Its steps, first to last.
    pub(super) steps: Vec<Step>,
    /// Leaf hash of the latest entry about it.
    pub(super) head: Hash,
}

impl History {
    /// The grant `id` and its way.
    pub(super) fn read(reader: &Reader, origin: &str, id: &str) -> Result<Self, Fault> {
        let grant = reader.grant(id)?.ok_or(Fault::missing(Missing::Grant))?;
        let mut holders = Holders::new(reader, origin);
        let mut steps = Vec::new();
        for record in reader.timeline(id)? {
            // Derived tables may be ahead of the last checkpoint for a moment; what is not signed is not shown (I4).
            let Some(statement) = reader.statement(record.index, origin)? else {
                continue;
            };
            let signatures = holders.of(&statement)?;
            let row = row_of(statement.body(), id);
            let decree = match record.about.starts_with("decree/") {
                true => decree(reader, origin, &record.about)?,
                false => None,
            };
            steps.push(Step { record, statement, signatures, row, decree });
        }
        let Some(last) = last_said(&steps) else {
            return Err(Fault::missing(Missing::Grant));
        };
        let head = leaf(reader, last.record.index)?;
        Ok(Self { grant, steps, head })
    }

    /// The latest step that is a statement about the grant.
    pub(super) fn last_said(&self) -> Option<&Step> {
        last_said(&self.steps)
    }
}

/// A revocation that disputes a grant is in its way, but says nothing about it and is not its head.
fn last_said(steps: &[Step]) -> Option<&Step> {
    steps.iter().rev().find(|step| step.record.kind != Kind::KeyRevoked.name())
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

fn decree(reader: &Reader, origin: &str, about: &str) -> Result<Option<Decree>, Fault> {
    let Some(first) = reader.timeline(about)?.into_iter().next() else {
        return Ok(None);
    };
    let statement = reader.statement(first.index, origin)?;
    Ok(statement.map(|s| Decree { about: about.to_owned(), index: first.index, body: s.body().clone() }))
}

/// Looks up who keys speak for, each once.
pub(super) struct Holders<'a> {
    reader: &'a Reader,
    origin: &'a str,
    known: HashMap<String, Holder>,
}

impl<'a> Holders<'a> {
    pub(super) fn new(reader: &'a Reader, origin: &'a str) -> Self {
        Self { reader, origin, known: HashMap::new() }
    }

    /// The signatures of a statement.
    pub(super) fn of(&mut self, statement: &Statement) -> Result<Vec<Signature>, Fault> {
        let mut signatures = Vec::new();
        for signer in statement.signers() {
            signatures.push(Signature { key: signer.to_string(), holder: self.holder(signer.name())? });
        }
        Ok(signatures)
    }

    fn holder(&mut self, name: &str) -> Result<Holder, Fault> {
        if let Some(holder) = self.known.get(name) {
            return Ok(holder.clone());
        }
        let role = name.strip_prefix(self.origin).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
        let holder = match role.split_once('/') {
            Some(("official", _)) => self.office(role)?.map_or(Holder::Other, Holder::Office),
            Some(("org", n)) => self.organisation(n)?,
            Some(("root", n)) => Holder::Root(n.to_owned()),
            None if role == "desk" => Holder::Desk,
            _ => Holder::Other,
        };
        self.known.insert(name.to_owned(), holder.clone());
        Ok(holder)
    }

    fn office(&self, about: &str) -> Result<Option<String>, Fault> {
        let Some(first) = self.reader.timeline(about)?.into_iter().next() else {
            return Ok(None);
        };
        let appointment = self.reader.statement(first.index, self.origin)?;
        let office = appointment.and_then(|s| s.body().get("office").and_then(Value::as_str).map(str::to_owned));
        Ok(office)
    }

    fn organisation(&self, n: &str) -> Result<Holder, Fault> {
        let Some(n) = super::api::number(n) else {
            return Ok(Holder::Other);
        };
        let found = self.reader.organisation(n)?;
        Ok(found.map_or(Holder::Other, |organisation| Holder::Organisation(organisation.name, n)))
    }
}
