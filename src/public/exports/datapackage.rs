//! A Data Package (version 2.0 of the standard): every table as CSV with its size and SHA-256, refusals included, and a
//! descriptor that tells each column.

use std::io::Write;

use serde_json::{Value, json};

use super::{Hashed, LICENCE};
use crate::public::pages::words::Lang;
use crate::public::tables::{self, Column, Origin, Sort, Table, TableError, Which, csv};

const PROFILE: &str = "https://datapackage.org/profiles/2.0/datapackage.json";
const RESOURCE: &str = "https://datapackage.org/profiles/2.0/dataresource.json";

fn field(column: &Column) -> Value {
    let (sort, format) = match column.sort {
        Sort::Text | Sort::Texts => ("string", "default"),
        Sort::Number => ("integer", "default"),
        Sort::Truth => ("boolean", "default"),
        Sort::Day => ("date", "default"),
        Sort::Time => ("datetime", "%Y-%m-%dT%H:%M:%S.%fZ"),
        Sort::Object => ("object", "default"),
    };
    let several = if column.sort == Sort::Texts { " · Several, one a line." } else { "" };
    json!({
        "name": column.name,
        "type": sort,
        "format": format,
        "description": format!("{} · {}{several}", column.means.id, column.means.en),
        "constraints": {"required": column.always},
    })
}

fn resource(table: &Table, bytes: u64, sha256: &str) -> Value {
    json!({
        "$schema": RESOURCE,
        "name": table.name,
        "type": "table",
        "title": format!("{} · {}", table.title.id, table.title.en),
        "description": format!("{}\n\n{}", table.about.id, table.about.en),
        "path": format!("{}.csv", table.name),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": bytes,
        "hash": format!("sha256:{sha256}"),
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": "\"", "doubleQuote": true, "header": true},
        "schema": {
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "fields": table.columns.iter().map(field).collect::<Vec<_>>(),
            "missingValues": [""],
            "primaryKey": table.key,
        },
    })
}

fn descriptor(origin: &Origin<'_>, resources: &[Value]) -> Value {
    let (at, founding) = (origin.at, origin.founding);
    let currency = &founding.currency;
    json!({
        "$schema": PROFILE,
        "name": "hibah",
        "id": format!("https://{}/data/{}", at.origin, at.short()),
        "title": format!("Hibah: {} · Grants: {}", founding.government(Lang::Indonesian), founding.government(Lang::English)),
        "description": format!(
            "Made from the first {} entries of the ledger {}, whose Merkle root is {} (C2SP tlog-checkpoint). Amounts are whole minor units of {}, which has {} decimals. An empty cell is not there, and never nought. In CSV an apostrophe stands before =, +, -, @ and their full-width forms where a spreadsheet could begin a formula: at the beginning of a text, and after a semicolon, a tab or a line end in it, spaces and quotation marks passed over. Take that one apostrophe away to have the exact text.",
            at.size, at.origin, at.root.to_hex(), currency.code(), currency.decimals()
        ),
        "version": at.short(),
        "created": at.recorded_at,
        "homepage": format!("https://{}", at.origin),
        "keywords": ["hibah", "grants", "public money", "transparency log"],
        "licenses": [{"name": LICENCE.name, "path": LICENCE.path, "title": LICENCE.title}],
        "contributors": [{"title": founding.government(Lang::Indonesian), "roles": ["publisher"]}],
        "sources": [{"title": format!("{} {} {}", at.origin, at.size, at.root.to_base64()), "path": format!("https://{}/checkpoint", at.origin)}],
        "checkpoint": tables::json::checkpoint(at),
        "currency": {"code": currency.code(), "decimals": currency.decimals()},
        "resources": resources,
    })
}

pub(super) fn write(
    origin: &Origin<'_>,
    open: &mut dyn FnMut(&str) -> std::io::Result<Box<dyn Write>>,
) -> Result<(), TableError> {
    let mut resources = Vec::new();
    for table in tables::ALL {
        let mut sink = Hashed::new(open(&format!("{}.csv", table.name))?);
        csv::write(table, origin, &Which::default(), &mut sink)?;
        let (bytes, sha256, mut sink) = sink.finish();
        sink.flush()?;
        resources.push(resource(table, bytes, &sha256.to_hex()));
    }
    let mut sink = open("datapackage.json")?;
    serde_json::to_writer_pretty(&mut sink, &descriptor(origin, &resources)).map_err(std::io::Error::from)?;
    sink.write_all(b"\n")?;
    sink.flush()?;
    Ok(())
}
