//! A profile as people edit it. TOML becomes the JSON of entry 0 and is read from there, so both refuse the same;
//! a fault's JSON pointer then leads back to the line.

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use unicode_normalization::is_nfc;

use super::json::Values;
use super::shape::{Fault, Shape};

/// Why a text is not a profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}; correct it and read the profile again", self.text())]
pub struct ProfileError {
    /// The line in the TOML text, from 1; `None` when the profile was read from JSON.
    pub line: Option<usize>,
    /// The field, as a JSON pointer.
    pub field: String,
    /// What is wrong with it.
    pub what: String,
}

impl ProfileError {
    /// The error of a fault.
    pub fn of(fault: Fault, line: Option<usize>) -> Self {
        ProfileError { line, field: fault.pointer, what: format!("must {}", fault.must) }
    }

    fn text(&self) -> String {
        let place = self.line.map_or(String::new(), |line| format!("line {line}: "));
        let field = if self.field.is_empty() { "the profile" } else { &self.field };
        format!("{place}{field} {}", self.what)
    }
}

/// Reads a profile of one rule set's shape, and what its fields say together.
///
/// # Errors
/// A [`ProfileError`] that names line and field.
pub fn read<P: Shape>(text: &str, validate: impl Fn(&P) -> Result<(), Fault>) -> Result<P, ProfileError> {
    let document = DeTable::parse(text).map_err(|error| ProfileError {
        line: error.span().map(|span| line_at(text, span.start)),
        field: String::new(),
        what: format!("must be TOML: {}", error.message().replace('\n', ", ")),
    })?;
    let profile = table(document.get_ref())
        .and_then(|json| P::read(Values::of(&json).root("")))
        .and_then(|profile| validate(&profile).map(|()| profile));
    profile.map_err(|fault| {
        let line = line_at(text, offset(document.get_ref(), &fault.pointer));
        ProfileError::of(fault, Some(line))
    })
}

fn table(table: &DeTable<'_>) -> Result<Value, Fault> {
    let mut object = Map::new();
    for (name, item) in table.iter() {
        let name = name.get_ref().to_string();
        let json = value(item.get_ref()).map_err(|fault| fault.inside(&name))?;
        object.insert(name, json);
    }
    Ok(Value::Object(object))
}

fn value(item: &DeValue<'_>) -> Result<Value, Fault> {
    match item {
        DeValue::String(text) => string(text),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(Value::from)
            .map_err(|_| Fault::in_english("be a whole number of 64 bits")),
        DeValue::Boolean(truth) => Ok(Value::from(*truth)),
        DeValue::Float(_) => Err(Fault::in_english("not be a fraction")),
        DeValue::Datetime(_) => Err(Fault::in_english("not be a date; write it in quotes")),
        DeValue::Array(items) => {
            items.iter().enumerate().map(|(at, item)| value(item.get_ref()).map_err(|fault| fault.inside(at))).collect()
        }
        DeValue::Table(inner) => table(inner),
    }
}

/// The plainest of what the ledger's strict JSON asks of strings, told where it can be mended.
fn string(text: &str) -> Result<Value, Fault> {
    let plain = is_nfc(text) && !text.chars().any(char::is_control) && text.trim() == text && !text.contains("  ");
    if !plain {
        return Err(Fault::in_english("be NFC text without control characters and needless spaces"));
    }
    Ok(Value::from(text))
}

/// Where the value of a pointer begins; where it is absent, where what should hold it does.
fn offset(document: &DeTable<'_>, pointer: &str) -> usize {
    let mut begin = 0;
    let mut parts = pointer.split('/').skip(1);
    let Some(mut item): Option<&Spanned<DeValue<'_>>> = parts.next().and_then(|part| document.get(part)) else {
        return begin;
    };
    begin = item.span().start;
    for part in parts {
        let inner = match item.get_ref() {
            DeValue::Table(table) => table.get(part),
            DeValue::Array(items) => part.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => None,
        };
        let Some(inner) = inner else { break };
        item = inner;
        begin = item.span().start;
    }
    begin
}

fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count() + 1
}
