//! What may be shown of an entry: its body without what was erased, and what later entries say of it.
//!
//! The bytes of an entry never change. A text that an erasure names stays in the log's tiles; pages, search and exports
//! hide it (formats.md section 5).

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::answer::{Fault, Missing};
use super::holders::{Holders, Signature};
use crate::grants::kinds::Kind;
use crate::ledger::entry::Entry;
use crate::ledger::findings::Finding;
use crate::ledger::reader::Reader;
use crate::ledger::shown::{Covered, body_shown, covered_by, texts_hidden};
use crate::ledger::statement::Statement;

/// The most corrections of one entry that are told.
const MAX_CORRECTIONS: usize = 20;

/// Something that was erased of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Erased {
    /// Where it stands: a JSON pointer at `/body/...`.
    pub(super) pointer: String,
    /// `sealed`: the opening of a commitment was destroyed; `text`: a text is hidden.
    pub(super) what: String,
    /// The entry of the erasure.
    pub(super) entry: u64,
    /// When it was erased, `YYYY-MM-DD`.
    pub(super) day: String,
    /// Under which law.
    pub(super) basis: String,
}

impl From<Covered> for Erased {
    fn from(covered: Covered) -> Self {
        let Covered { pointer, what, entry, day, basis } = covered;
        Self { pointer, what, entry, day, basis }
    }
}

/// A later entry that names this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) index: u64,
    pub(super) kind: String,
}

/// An entry as it may be shown.
pub(super) struct Shown {
    /// Its body; a text that was erased is null, which no signed body has.
    pub(super) body: Value,
    /// What was erased of it.
    pub(super) erased: Vec<Erased>,
    /// Later entries that name it, in order.
    pub(super) mentions: Vec<Mention>,
    covered: Vec<Covered>,
}

impl Shown {
    pub(super) fn of(reader: &Reader, origin: &str, index: u64, statement: &Statement) -> Result<Self, Fault> {
        let mut shown = Self { body: Value::Null, erased: Vec::new(), mentions: Vec::new(), covered: Vec::new() };
        for by in reader.mentions(index)? {
            let Some(mention) = reader.statement(by, origin)? else { continue };
            // An erasure may itself have been named by another: then its basis is not told.
            let basis_hidden = reader.hidden(by)?.iter().any(|(pointer, _)| pointer == "/body/basis");
            let covered = covered_by(&mention, by, index).into_iter();
            shown.covered.extend(
                covered.map(|one| Covered { basis: if basis_hidden { String::new() } else { one.basis }, ..one }),
            );
            shown.mentions.push(Mention { index: by, kind: mention.kind().to_owned() });
        }
        shown.body = body_shown(statement.body(), &shown.covered);
        shown.erased = shown.covered.iter().cloned().map(Erased::from).collect();
        Ok(shown)
    }

    /// The correction that replaces what the entry says.
    pub(super) fn corrected_by(&self) -> Option<u64> {
        let correction = |mention: &&Mention| mention.kind == Kind::CorrectionRecorded.name();
        self.mentions.iter().find(correction).map(|mention| mention.index)
    }

    /// The revocation that puts the entry in doubt; a confirmation or a correction settles it.
    pub(super) fn disputed(
        &self,
        holders: &mut Holders<'_>,
        statement: &Statement,
        index: u64,
        recorded_at: &str,
    ) -> Result<Option<u64>, Fault> {
        let settles = [Kind::EntryConfirmed.name(), Kind::CorrectionRecorded.name()];
        if self.mentions.iter().any(|mention| settles.contains(&mention.kind.as_str())) {
            return Ok(None);
        }
        holders.revoked_since(statement, index, recorded_at)
    }

    /// The texts that are hidden, as the statement has them: to be kept out of its verbatim text.
    pub(super) fn hidden_texts<'s>(&self, statement: &'s Statement) -> Vec<&'s str> {
        texts_hidden(statement.body(), &self.covered)
    }
}

/// An entry with all that stands beside it.
pub(super) struct Around {
    pub(super) shown: Shown,
    /// Who signed.
    pub(super) signatures: Vec<Signature>,
    /// What flags found with it.
    pub(super) findings: Vec<Finding>,
    /// The entry that revoked a key which signed it while suspect, as long as nobody has settled it.
    pub(super) disputed: Option<u64>,
}

impl Around {
    pub(super) fn of(
        reader: &Reader,
        origin: &str,
        index: u64,
        statement: &Statement,
        bytes: &[u8],
    ) -> Result<Self, Fault> {
        let recorded_at = Entry::parse(bytes).map_err(|fault| Fault::store(&fault))?.recorded_at.to_string();
        let shown = Shown::of(reader, origin, index, statement)?;
        let mut holders = Holders::new(reader, origin);
        Ok(Self {
            disputed: shown.disputed(&mut holders, statement, index, &recorded_at)?,
            signatures: holders.of(statement)?,
            findings: reader.findings_of_entry(index)?,
            shown,
        })
    }
}

/// One version of what an entry says.
pub(super) struct Version {
    /// Its entry.
    pub(super) index: u64,
    /// What it says, without what was erased.
    pub(super) body: Value,
    /// When it happened, as claimed.
    pub(super) event_date: String,
}

/// A correction beside what it corrects: both stay visible for ever.
pub(super) struct Comparison {
    /// The kind of statement that is corrected.
    pub(super) kind: String,
    /// What was said.
    pub(super) before: Version,
    /// What is said instead.
    pub(super) after: Version,
    /// Why; none where the reason was erased.
    pub(super) reason: Option<String>,
}

/// A field that a correction changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// The names of the fields on the way to it; items of a list by their place, from 1.
    pub(super) path: Vec<String>,
    /// What was said; none where it was absent.
    pub(super) before: Option<Value>,
    /// What is said instead; none where it is absent.
    pub(super) after: Option<Value>,
}

impl Comparison {
    /// The correction at `index` beside what it corrects.
    fn of(reader: &Reader, origin: &str, index: u64) -> Result<Self, Fault> {
        let correction = statement(reader, origin, index)?;
        let shown = Shown::of(reader, origin, index, &correction)?;
        let named = correction.body().get("entry").and_then(Value::as_u64).ok_or(Fault::missing(Missing::Entry))?;
        let old = statement(reader, origin, named)?;
        let old_shown = Shown::of(reader, origin, named, &old)?;
        let (mut kind, mut event_date) = (old.kind().to_owned(), old.event_date().to_string());
        let mut body = old_shown.body;
        if old.kind() == Kind::CorrectionRecorded.name() {
            let first = Self::of(reader, origin, named)?;
            (kind, event_date, body) = (first.kind, first.after.event_date, first.after.body);
        }
        let text = |field: &str| shown.body.get(field).and_then(Value::as_str).map(str::to_owned);
        let corrected_date = text("event_date").unwrap_or_else(|| event_date.clone());
        Ok(Self {
            kind,
            before: Version { index: named, body, event_date },
            after: Version {
                index,
                body: shown.body.get("body").cloned().unwrap_or_default(),
                event_date: corrected_date,
            },
            reason: text("reason"),
        })
    }

    /// Every correction that has to do with an entry: what it corrects itself, and what corrects it, in order.
    pub(super) fn around(reader: &Reader, origin: &str, index: u64, kind: &str) -> Result<Vec<Self>, Fault> {
        let is_correction = kind == Kind::CorrectionRecorded.name();
        let mut found = Vec::new();
        if is_correction {
            found.push(Self::of(reader, origin, index)?);
        }
        let mut at = index;
        while let Some(by) = correction_of(reader, origin, at)? {
            found.push(Self::of(reader, origin, by)?);
            at = by;
            if found.len() >= MAX_CORRECTIONS {
                break;
            }
        }
        Ok(found)
    }

    /// The fields that differ, in the order of their names.
    pub(super) fn differences(&self) -> Vec<Difference> {
        let mut found = Vec::new();
        differ(&mut Vec::new(), Some(&self.before.body), Some(&self.after.body), &mut found);
        if self.before.event_date != self.after.event_date {
            found.push(Difference {
                path: vec!["event_date".to_owned()],
                before: Some(Value::from(self.before.event_date.as_str())),
                after: Some(Value::from(self.after.event_date.as_str())),
            });
        }
        found
    }
}

fn statement(reader: &Reader, origin: &str, index: u64) -> Result<Statement, Fault> {
    reader.statement(index, origin)?.ok_or(Fault::missing(Missing::Entry))
}

/// The correction that names this entry; the rules take one at most.
fn correction_of(reader: &Reader, origin: &str, index: u64) -> Result<Option<u64>, Fault> {
    for by in reader.mentions(index)? {
        let mention = reader.statement(by, origin)?;
        if mention.is_some_and(|mention| mention.kind() == Kind::CorrectionRecorded.name()) {
            return Ok(Some(by));
        }
    }
    Ok(None)
}

fn differ(path: &mut Vec<String>, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    let inner = |value: Option<&Value>| -> Option<Vec<(String, Value)>> {
        match value {
            Some(Value::Object(map)) => Some(map.iter().map(|(name, value)| (name.clone(), value.clone())).collect()),
            Some(Value::Array(items)) if items.iter().any(Value::is_object) => {
                Some((1..).zip(items).map(|(n, item): (u64, _)| (n.to_string(), item.clone())).collect())
            }
            _ => None,
        }
    };
    let (old, new) = (inner(before), inner(after));
    // A part that is new or gone is told field by field too.
    if old.is_none() && new.is_none() || (before.is_some() && old.is_none()) || (after.is_some() && new.is_none()) {
        found.push(Difference { path: path.clone(), before: before.cloned(), after: after.cloned() });
        return;
    }
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let mut names: Vec<&String> = old.iter().map(|(name, _)| name).collect();
    names.extend(new.iter().map(|(name, _)| name).filter(|name| !old.iter().any(|(known, _)| known == *name)));
    for name in names {
        let of =
            |list: &[(String, Value)]| list.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        path.push(name.clone());
        differ(path, of(&old).as_ref(), of(&new).as_ref(), found);
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Comparison, Version};

    #[test]
    fn a_correction_names_each_field_that_differs() {
        let version = |body, event_date: &str| Version { index: 0, body, event_date: event_date.to_owned() };
        let before = json!({"amount": 5, "reason": "x", "documents": [{"title": "a", "size": 1}], "due": "2026-01-01"});
        let after = json!({"amount": 6, "reason": "x", "documents": [{"title": "b", "size": 1}, {"title": "c"}]});
        let compared = Comparison {
            kind: "use.reported".to_owned(),
            before: version(before, "2026-02-01"),
            after: version(after, "2026-02-02"),
            reason: None,
        };
        let told: Vec<String> = compared
            .differences()
            .iter()
            .map(|one| {
                let text =
                    |value: &Option<serde_json::Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
                format!("{} {} {}", one.path.join("."), text(&one.before), text(&one.after))
            })
            .collect();
        let expected = [
            "amount 5 6",
            "documents.1.title \"a\" \"b\"",
            "documents.2.title - \"c\"",
            "due \"2026-01-01\" -",
            "event_date \"2026-02-01\" \"2026-02-02\"",
        ];
        assert_eq!(told, expected);
    }
}
