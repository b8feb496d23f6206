//! What was erased of an entry, wherever a ledger's files are.

use serde_json::{Value, json};

use super::super::Failure;
use super::super::source::Ledger;
use crate::grants::kinds::Kind;
use crate::ledger::entry::Entry;
use crate::ledger::reader::Reader;
use crate::ledger::shown::{Covered, covered_by};
use crate::ledger::statement::Statement;

/// Erasures of a ledger: from its tables, else from its later entries. A web address is not read to its end for it.
pub(super) struct Erasures<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) reader: Option<&'a Reader>,
    pub(super) origin: &'a str,
}

impl Erasures<'_> {
    /// What later entries erased of entry `index`.
    pub(super) fn of(&self, index: u64) -> Result<Vec<Covered>, Failure> {
        let mut covered = self.named(index)?;
        // The reason of an erasure is a text that can be erased too.
        for one in &mut covered {
            if self.named(one.entry)?.iter().any(|later| later.is_text() && later.pointer == "/body/basis") {
                one.basis.clear();
            }
        }
        Ok(covered)
    }

    fn named(&self, index: u64) -> Result<Vec<Covered>, Failure> {
        let mut covered = Vec::new();
        if let Some(reader) = self.reader {
            for by in reader.mentions(index)? {
                let erasure = reader.statement(by, self.origin)?;
                covered.extend(erasure.iter().flat_map(|erasure| covered_by(erasure, by, index)));
            }
        } else if !matches!(self.ledger, Ledger::Remote(..) | Ledger::Bucket(..)) {
            self.ledger.entries_after(index, &mut |by, bytes| {
                covered.extend(erasure(bytes, self.origin).iter().flat_map(|erasure| covered_by(erasure, by, index)));
            })?;
        }
        Ok(covered)
    }
}

/// The erasure in this entry, if it is one. Most are not, and are told by their third line alone.
fn erasure(bytes: &[u8], origin: &str) -> Option<Statement> {
    let entry = Entry::parse(bytes).ok()?;
    let kind = entry.statement.split(|byte| *byte == b'\n').nth(2)?;
    if kind != Kind::ErasureRecorded.name().as_bytes() {
        return None;
    }
    Statement::parse(entry.statement, origin).ok()
}

/// In words, for a list of facts.
pub(super) fn told(covered: &[Covered]) -> Vec<(&'static str, String)> {
    let one = |one: &Covered| {
        let what = if one.is_text() { String::new() } else { "the opening of ".to_owned() };
        let basis = if one.basis.is_empty() { String::new() } else { format!(" under {}", one.basis) };
        ("erased", format!("{what}{}, erased on {}{basis} (entry {})", one.pointer, one.day, one.entry))
    };
    covered.iter().map(one).collect()
}

/// For a machine.
pub(super) fn json(covered: &[Covered]) -> Value {
    let one = |one: &Covered| {
        json!({
            "pointer": one.pointer, "what": one.what, "entry": one.entry, "day": one.day, "basis": one.basis,
        })
    };
    covered.iter().map(one).collect()
}
