//! A profile as people edit it. TOML becomes the JSON of entry 0 and is read from there, so both refuse the same;
//! a fault's JSON pointer then leads back to the line.

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use unicode_normalization::is_nfc;

use super::{Profile, ProfileError};
use crate::grants::shape::{Fault, Shape};

pub(super) fn read(text: &str) -> Result<Profile, ProfileError> {
    let document = DeTable::parse(text).map_err(|error| ProfileError {
        line: error.span().map(|span| line_at(text, span.start)),
        field: String::new(),
        what: format!("must be TOML: {}", error.message().replace('\n', ", ")),
    })?;
    let profile = table(document.get_ref())
        .and_then(|json| Profile::read(&json))
        .and_then(|profile| profile.validate().map(|()| profile));
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
            .map_err(|_| Fault::here("be a whole number of 64 bits")),
        DeValue::Boolean(truth) => Ok(Value::from(*truth)),
        DeValue::Float(_) => Err(Fault::here("not be a fraction")),
        DeValue::Datetime(_) => Err(Fault::here("not be a date; write it in quotes")),
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
        return Err(Fault::here("be NFC text without control characters and needless spaces"));
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
