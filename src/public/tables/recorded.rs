//! The tables that are read from the entries themselves: entries, the steps of grants, refusals, refused statements. What
//! was erased is left out of them, as pages do.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Both, Cell, Column, Origin, Sort, Table, TableError, Take, Which, column};
use crate::grants::kinds::Kind;
use crate::ledger::entry::Entry;
use crate::ledger::reader::Record;
use crate::ledger::shown::body_without;
use crate::ledger::statement::Statement;
use crate::ledger::store::StoreError;
use crate::tlog::hash::leaf_hash;

/// The bytes and the statement of an entry that is there, since the derived tables name it.
pub(in crate::public) fn read(origin: &Origin<'_>, index: u64) -> Result<(Vec<u8>, Statement), TableError> {
    let bytes = origin.reader.entry(index)?.ok_or_else(|| lost(origin, index))?;
    let entry = Entry::parse(&bytes).and_then(|entry| Statement::parse(entry.statement, &origin.at.origin));
    let statement = entry.map_err(|_| lost(origin, index))?;
    Ok((bytes, statement))
}

fn lost(origin: &Origin<'_>, index: u64) -> TableError {
    StoreError::TwoHistories(format!("{} lacks entry {index}, which its derived tables name", origin.at.origin)).into()
}

pub(super) fn text_at(body: &Value, pointer: &str) -> Cell {
    body.pointer(pointer).and_then(Value::as_str).map_or(Cell::Nothing, Cell::text)
}

pub(super) fn number_at(body: &Value, pointer: &str) -> Cell {
    body.pointer(pointer).and_then(Value::as_i64).into()
}

pub(in crate::public) static ENTRIES: Table = Table {
    name: "entries",
    title: Both { id: "Entri", en: "Entries" },
    about: Both {
        id: "Semua entri buku besar menurut urutan. Sidik daun adalah daun pohon Merkle: SHA-256 atas satu bita nol dan bita entri. Isi lengkapnya ada pada entries.jsonl dan pada /tile.",
        en: "All entries of the ledger, in order. The leaf hash is the leaf of the Merkle tree: SHA-256 over a zero byte and the entry's bytes. Their whole content is in entries.jsonl and at /tile.",
    },
    columns: &[
        column("index", Sort::Number, true, "Tempatnya, dari 0", "Its place, from 0"),
        column("kind", Sort::Text, true, "Jenis pernyataan", "The kind of statement"),
        column("about", Sort::Text, true, "Tentang apa", "What it is about"),
        column("event_date", Sort::Day, true, "Kapan terjadi, menurut pernyataan", "When it happened, as claimed"),
        column(
            "recorded_at",
            Sort::Time,
            true,
            "Kapan dicatat, menurut jam operator",
            "When it was recorded, by the operator's clock",
        ),
        column("signers", Sort::Texts, true, "Kunci yang menandatangani", "The keys that signed"),
        column(
            "statement_hash",
            Sort::Text,
            true,
            "SHA-256 teks pernyataan tanpa tanda tangan",
            "SHA-256 of the statement's text without signatures",
        ),
        column("leaf_hash", Sort::Text, true, "Sidik daun", "The leaf hash"),
    ],
    key: &["index"],
    rows: entries,
};

fn entries(origin: &Origin<'_>, _: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    origin.reader.each_record(0, origin.at.size, |record| {
        let (bytes, statement) = read(origin, record.index)?;
        take(&[
            Cell::count(record.index),
            Cell::text(&record.kind),
            Cell::text(&record.about),
            Cell::text(&record.event_date),
            Cell::text(&record.recorded_at),
            Cell::Texts(statement.signers().iter().map(ToString::to_string).collect()),
            Cell::text(&statement.hash().to_hex()),
            Cell::text(&leaf_hash(&bytes).to_hex()),
        ])
    })
}

pub(in crate::public) static STEPS: Table = Table {
    name: "steps",
    title: Both { id: "Langkah tiap hibah", en: "Steps of each grant" },
    about: Both {
        id: "Satu baris untuk tiap entri pada jalannya suatu hibah, termasuk baris daftar, anggaran, dan keputusan yang menyebutnya.",
        en: "A row for each entry in the way of a grant, also for the rows of lists, budgets and decrees that name it.",
    },
    columns: &[
        column("grant", Sort::Text, true, "Hibahnya", "The grant"),
        column("entry", Sort::Number, true, "Entrinya", "The entry"),
        column("kind", Sort::Text, true, "Jenis pernyataan", "The kind of statement"),
        column(
            "about",
            Sort::Text,
            true,
            "Tentang apa: hibah itu, atau surat yang menyebutnya",
            "What it is about: the grant, or the paper that names it",
        ),
        column("event_date", Sort::Day, true, "Kapan terjadi, menurut pernyataan", "When it happened, as claimed"),
        column("recorded_at", Sort::Time, true, "Kapan dicatat", "When it was recorded"),
        column("amount", Sort::Number, false, "Jumlah bagi hibah ini", "The amount for this grant"),
        column("number", Sort::Text, false, "Nomor dokumen", "The document's number"),
        column("reason", Sort::Text, false, "Alasan", "The reason"),
    ],
    key: &["grant", "entry"],
    rows: steps,
};

fn steps(origin: &Origin<'_>, _: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    let hidden = origin.reader.all_hidden()?;
    origin.reader.each_step(|step| {
        let (record, grant) = (step.record, step.grant);
        // A text that was erased is named by its place among all rows.
        let body = if record.kind.ends_with(".rows") && !hidden.contains_key(&record.index) {
            let read = origin.reader.statement_about(record.index, &origin.at.origin, &grant)?;
            read.ok_or_else(|| lost(origin, record.index))?.body().clone()
        } else {
            shown(origin, &record, &hidden)?
        };
        let row = body
            .get("rows")
            .and_then(Value::as_array)
            .and_then(|rows| rows.iter().find(|row| row.get("case").and_then(Value::as_str) == Some(&grant)).cloned());
        let said = row.unwrap_or(body);
        take(&[
            Cell::text(&grant),
            Cell::count(record.index),
            Cell::text(&record.kind),
            Cell::text(&record.about),
            Cell::text(&record.event_date),
            Cell::text(&record.recorded_at),
            number_at(&said, "/amount"),
            text_at(&said, "/number"),
            text_at(&said, "/reason"),
        ])
    })
}

/// The body of an entry without what was erased.
pub(super) fn shown(
    origin: &Origin<'_>,
    record: &Record,
    hidden: &BTreeMap<u64, Vec<String>>,
) -> Result<Value, TableError> {
    let (_, statement) = read(origin, record.index)?;
    let pointers = hidden.get(&record.index).map_or(&[][..], Vec::as_slice);
    Ok(body_without(statement.body(), pointers))
}

pub(in crate::public) static REFUSALS: Table = Table {
    name: "refusals",
    title: Both { id: "Permohonan yang ditolak", en: "Applications that were refused" },
    about: Both {
        id: "Satu baris untuk tiap penolakan permohonan, dengan alasan dan kantor yang memutuskan.",
        en: "A row for each application that was refused, with the reason and the office that decided.",
    },
    columns: &[
        column("case", Sort::Text, true, "Kasusnya", "The case"),
        column("entry", Sort::Number, true, "Entrinya", "The entry"),
        column("event_date", Sort::Day, true, "Kapan ditolak, menurut pernyataan", "When it was refused, as claimed"),
        column("recorded_at", Sort::Time, true, "Kapan dicatat", "When it was recorded"),
        column("reason", Sort::Text, false, "Alasan; kosong bila dihapus", "The reason; empty where erased"),
        column("office", Sort::Text, false, "Kantor yang memutuskan", "The office that decided"),
    ],
    key: &["entry"],
    rows: refusals,
};

fn refusals(origin: &Origin<'_>, _: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    let hidden = origin.reader.all_hidden()?;
    origin.reader.each_of_kind(Kind::DecisionRefused.name(), |record| {
        let body = shown(origin, &record, &hidden)?;
        take(&[
            Cell::text(&record.about),
            Cell::count(record.index),
            Cell::text(&record.event_date),
            Cell::text(&record.recorded_at),
            text_at(&body, "/reason"),
            text_at(&body, "/decided_by/post"),
        ])
    })
}

const REFUSED_COLUMNS: &[Column] = &[
    column("day", Sort::Day, true, "Harinya", "The day"),
    column("rule", Sort::Text, true, "Aturan yang menolak", "The rule that refused"),
    column("office", Sort::Text, true, "Kode kantor; org untuk organisasi", "The office's code; org for organisations"),
    column("count", Sort::Number, true, "Berapa pernyataan", "How many statements"),
    column("entry", Sort::Number, true, "Entri yang mencatatnya", "The entry that records it"),
];

pub(in crate::public) static REFUSED_STATEMENTS: Table = Table {
    name: "refused-statements",
    title: Both { id: "Pernyataan yang ditolak mesin", en: "Statements that the machine refused" },
    about: Both {
        id: "Berapa pernyataan bertanda tangan sah yang ditolak aturan, per hari, aturan, dan kantor. Hitungannya adalah perkataan operator.",
        en: "How many statements with valid signatures the rules refused, by day, rule and office. The count is the operator's word.",
    },
    columns: REFUSED_COLUMNS,
    key: &["entry", "rule", "office"],
    rows: refused,
};

fn refused(origin: &Origin<'_>, _: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    origin.reader.each_of_kind(Kind::RefusalsCounted.name(), |record| {
        let (_, statement) = read(origin, record.index)?;
        let body = statement.body();
        for one in body.get("counts").and_then(Value::as_array).into_iter().flatten() {
            let (rule, office, count) = (text_at(one, "/rule"), text_at(one, "/office"), number_at(one, "/count"));
            take(&[text_at(body, "/day"), rule, office, count, Cell::count(record.index)])?;
        }
        Ok(())
    })
}
