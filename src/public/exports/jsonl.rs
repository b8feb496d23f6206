//! The entries as JSON Lines: a line an entry, in order, with its exact bytes; the last line is the checkpoint, so a file
//! that was cut off is seen to be.
//!
//! A line depends on its entry alone and on what was erased of it, so a later file begins with an earlier one as long as
//! nothing was erased in between.

use std::io::Write;

use serde_json::json;

use crate::ledger::entry::Entry;
use crate::ledger::shown::body_without;
use crate::ledger::snapshot::Snapshot;
use crate::ledger::store::StoreError;
use crate::public::tables::{Origin, TableError, json, recorded};
use crate::tlog::hash::leaf_hash;

fn last_line(at: &Snapshot) -> String {
    let mut line = json::checkpoint(at);
    line["type"] = "checkpoint".into();
    format!("{line}\n")
}

pub(super) fn write(origin: &Origin<'_>, first: u64, out: &mut dyn Write) -> Result<(), TableError> {
    let hidden = origin.reader.all_hidden()?;
    for index in first..origin.at.size {
        let (bytes, statement) = recorded::read(origin, index)?;
        let entry = Entry::parse(&bytes).map_err(|fault| StoreError::TwoHistories(fault.to_string()))?;
        let pointers = hidden.get(&index).map_or(&[][..], Vec::as_slice);
        let raw = pointers.is_empty().then(|| String::from_utf8_lossy(&bytes));
        let line = json!({
            "type": "entry",
            "index": index,
            "leaf_hash": leaf_hash(&bytes).to_hex(),
            "previous": entry.previous.to_hex(),
            "recorded_at": entry.recorded_at.to_string(),
            "statement_hash": statement.hash().to_hex(),
            "kind": statement.kind(),
            "about": statement.about().to_string(),
            "after": statement.after().map(|hash| hash.to_hex()),
            "event_date": statement.event_date().to_string(),
            "expires": statement.expires().to_string(),
            "signers": statement.signers().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "body": body_without(statement.body(), pointers),
            "erased": pointers,
            "raw": raw,
        });
        writeln!(out, "{line}")?;
    }
    out.write_all(last_line(origin.at).as_bytes())?;
    out.flush()?;
    Ok(())
}
