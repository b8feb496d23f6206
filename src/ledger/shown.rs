//! What may be shown of an entry: its texts without those that a later entry erased.
//!
//! The bytes of an entry never change (I1): a text that an `erasure.recorded` names stays in the log's tiles. Pages, search,
//! exports of them and `hibah show` hide it (formats.md section 5), all by what is here.

use serde_json::Value;

use super::statement::Statement;
use crate::grants::kinds::Kind;

/// What stands in the place of a text that was erased.
pub const ERASED_MARK: &str = "erased";

/// Something of an entry that an erasure covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// Where it stands: a JSON pointer at `/body/...`.
    pub pointer: String,
    /// `sealed`: the opening of a commitment was destroyed; `text`: a text is hidden.
    pub what: String,
    /// The entry of the erasure.
    pub entry: u64,
    /// When it was erased, `YYYY-MM-DD`.
    pub day: String,
    /// Under which law.
    pub basis: String,
}

impl Covered {
    /// Whether it is a text, which is hidden.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.what == "text"
    }
}

/// What the statement of entry `by` erases of entry `index`; nothing if it is no erasure of it.
#[must_use]
pub fn covered_by(statement: &Statement, by: u64, index: u64) -> Vec<Covered> {
    let body = statement.body();
    let of_it = body.get("entry").and_then(Value::as_u64) == Some(index);
    if statement.kind() != Kind::ErasureRecorded.name() || !of_it {
        return Vec::new();
    }
    let text = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
    let pointers = body.get("pointers").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let one = |pointer: &str| Covered {
        pointer: pointer.to_owned(),
        what: text("what").to_owned(),
        entry: by,
        day: statement.event_date().to_string(),
        basis: text("basis").to_owned(),
    };
    pointers.map(one).collect()
}

/// The body without the texts that are covered; in their place is null, which no signed body has.
#[must_use]
pub fn body_shown(body: &Value, covered: &[Covered]) -> Value {
    let texts = covered.iter().filter(|covered| covered.is_text()).map(|covered| &covered.pointer);
    body_without(body, texts)
}

/// The body with null at these pointers, `/body/...`.
#[must_use]
pub fn body_without<'p>(body: &Value, pointers: impl IntoIterator<Item = &'p String>) -> Value {
    let mut body = body.clone();
    for pointer in pointers {
        if let Some(place) = pointer.strip_prefix("/body").and_then(|rest| body.pointer_mut(rest)) {
            *place = Value::Null;
        }
    }
    body
}

/// The texts that are covered, as the statement has them: to be kept out of its verbatim text.
#[must_use]
pub fn texts_hidden<'s>(body: &'s Value, covered: &[Covered]) -> Vec<&'s str> {
    let mut texts = Vec::new();
    for pointer in covered.iter().filter(|covered| covered.is_text()).map(|covered| &covered.pointer) {
        if let Some(value) = pointer.strip_prefix("/body").and_then(|rest| body.pointer(rest)) {
            every_text(value, &mut texts);
        }
    }
    texts
}

fn every_text<'s>(value: &'s Value, texts: &mut Vec<&'s str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| every_text(item, texts)),
        Value::Object(map) => map.values().for_each(|value| every_text(value, texts)),
        _ => {}
    }
}

/// The verbatim text of an entry with a mark in the place of each text that is hidden.
#[must_use]
pub fn verbatim_shown(verbatim: &str, hidden: &[&str], mark: &str) -> String {
    // Canonical JSON has one spelling of a text, so this finds it; the longest first, for one may be in another.
    let mut spelled: Vec<String> = hidden.iter().map(|text| Value::from(*text).to_string()).collect();
    spelled.sort_by_key(|text| std::cmp::Reverse(text.len()));
    spelled.iter().fold(verbatim.to_owned(), |text, one| text.replace(one, &format!("\"[{mark}]\"")))
}
