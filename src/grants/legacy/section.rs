//! Strict reading of the map's TOML: no unknown fields, and every error has the line and the field's dotted name.

use std::fmt;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::map::MapError;

/// One table of the map.
pub(super) struct Section<'a> {
    pub(super) text: &'a str,
    /// Dotted name; empty for the whole map.
    pub(super) path: String,
    pub(super) span: Range<usize>,
    pub(super) table: &'a DeTable<'a>,
}

impl<'a> Section<'a> {
    pub(super) fn fault(&self, key: &str, span: &Range<usize>, problem: impl fmt::Display) -> MapError {
        MapError { line: line_of(self.text, span.start), field: self.full(key), problem: problem.to_string() }
    }

    pub(super) fn full(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Refuses every field but these.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), MapError> {
        // In the map's order, so that the first mistake is named first.
        let unknown = self.table.keys().filter(|key| !known.contains(&key.get_ref().as_ref()));
        match unknown.min_by_key(|key| key.span().start) {
            Some(key) => {
                let problem = format!("unknown field; known here: {}", known.join(", "));
                Err(self.fault(key.get_ref(), &key.span(), problem))
            }
            None => Ok(()),
        }
    }

    pub(super) fn required(&self, key: &str) -> Result<&'a Spanned<DeValue<'a>>, MapError> {
        self.table.get(key).ok_or_else(|| self.fault(key, &self.span, "missing; add it"))
    }

    pub(super) fn string(&self, key: &str) -> Result<&'a str, MapError> {
        let value = self.required(key)?;
        value.get_ref().as_str().ok_or_else(|| self.fault(key, &value.span(), "must be a text in quotes"))
    }

    pub(super) fn integer(&self, key: &str, range: RangeInclusive<u32>) -> Result<u32, MapError> {
        let value = self.required(key)?;
        integer(value.get_ref()).filter(|found| range.contains(found)).ok_or_else(|| {
            let problem = format!("must be a whole number from {} to {}", range.start(), range.end());
            self.fault(key, &value.span(), problem)
        })
    }

    pub(super) fn section(&self, key: &str) -> Result<Section<'a>, MapError> {
        self.table_of(key, self.required(key)?)
    }

    pub(super) fn table_of(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Result<Section<'a>, MapError> {
        let table = value.get_ref().as_table();
        let table = table.ok_or_else(|| self.fault(key, &value.span(), "must be a table"))?;
        Ok(Section { text: self.text, path: self.full(key), span: value.span(), table })
    }

    /// A list of texts, each with its place.
    pub(super) fn strings(&self, key: &str) -> Result<Vec<(&'a str, Range<usize>)>, MapError> {
        let value = self.required(key)?;
        let problem = "must be a list of texts, such as [\"Rp\"] or []";
        let items = value.get_ref().as_array().ok_or_else(|| self.fault(key, &value.span(), problem))?;
        let texts = items.iter().map(|item| {
            let text = item.get_ref().as_str().ok_or_else(|| self.fault(key, &item.span(), problem))?;
            Ok((text, item.span()))
        });
        texts.collect()
    }
}

/// A decimal whole number without sign.
fn integer(value: &DeValue<'_>) -> Option<u32> {
    let digits = value.as_integer().filter(|digits| digits.radix() == 10)?.as_str();
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count() + 1
}
