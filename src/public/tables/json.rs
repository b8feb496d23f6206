//! A table as one JSON object: the moment that it was made from, and its rows, each an object by the names of columns.

use std::io::Write;

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::json;

use super::{Cell, Column, Origin, Table, TableError, Which};
use crate::ledger::snapshot::Snapshot;

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Nothing => serializer.serialize_none(),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Number(number) => serializer.serialize_i64(*number),
            Cell::Truth(truth) => serializer.serialize_bool(*truth),
            Cell::Texts(texts) => texts.serialize(serializer),
            Cell::Object(value) => value.serialize(serializer),
        }
    }
}

struct Row<'a>(&'a [Column], &'a [Cell]);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (column, cell) in self.0.iter().zip(self.1) {
            map.serialize_entry(column.name, cell)?;
        }
        map.end()
    }
}

/// The moment as all forms name it.
pub(in crate::public) fn checkpoint(at: &Snapshot) -> serde_json::Value {
    json!({ "origin": at.origin, "size": at.size, "root": at.root.to_hex(), "recorded_at": at.recorded_at })
}

/// Writes a table; `asked` is the address that it answers.
pub(in crate::public) fn write(
    table: &Table,
    asked: &str,
    origin: &Origin<'_>,
    which: &Which,
    out: &mut dyn Write,
) -> Result<(), TableError> {
    let failed = |error: serde_json::Error| TableError::Sink(error.into());
    let (asked, at) = (json!(asked), checkpoint(origin.at));
    write!(out, "{{\"list\":\"{}\",\"asked\":{asked},\"checkpoint\":{at},\"rows\":[", table.name)?;
    let mut first = true;
    (table.rows)(origin, which, &mut |cells| {
        out.write_all(if first { b"\n" } else { b",\n" })?;
        first = false;
        serde_json::to_writer(&mut *out, &Row(table.columns, cells)).map_err(failed)
    })?;
    out.write_all(b"\n]}\n")?;
    Ok(())
}
