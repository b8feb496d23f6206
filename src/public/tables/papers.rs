//! The tables of papers that name many cases: nominative lists, budgets and decrees, and the rows of one.

use serde_json::Value;

use super::recorded::{number_at, read, shown, text_at};
use super::{Both, Cell, Column, Origin, Sort, Table, TableError, Take, Which, column};
use crate::ledger::shown::body_without;

/// The columns of each list of papers, but for the first.
const fn columns(first: &'static str) -> [Column; 8] {
    [
        column(first, Sort::Text, true, "Nama pada buku besar", "Its name on the ledger"),
        column("number", Sort::Text, false, "Nomornya; kosong bila dihapus", "Its number; empty where erased"),
        column("fiscal_year", Sort::Number, false, "Tahun anggaran", "The fiscal year"),
        column("event_date", Sort::Day, true, "Tanggalnya, menurut pernyataan", "Its day, as claimed"),
        column("total", Sort::Number, false, "Jumlah semua baris", "The sum of all rows"),
        column("rows", Sort::Number, false, "Banyaknya baris", "How many rows"),
        column("first_entry", Sort::Number, true, "Entri pertamanya", "Its first entry"),
        column("last_entry", Sort::Number, true, "Entri terakhirnya", "Its latest entry"),
    ]
}

static DECREE_COLUMNS: [Column; 8] = columns("decree");
static BUDGET_COLUMNS: [Column; 8] = columns("budget");
static LIST_COLUMNS: [Column; 8] = columns("list");

pub(in crate::public) static DECREES: Table = Table {
    name: "decrees",
    title: Both { id: "Keputusan (SK)", en: "Decrees" },
    about: Both {
        id: "Satu baris untuk tiap keputusan, seperti dimulai; baris-barisnya ada pada alamatnya sendiri dan pada steps.csv.",
        en: "A row for each decree, as it was begun; its rows are at an address of its own and in steps.csv.",
    },
    columns: &DECREE_COLUMNS,
    key: &["decree"],
    rows: |origin, _, take| papers("decree", origin, take),
};

pub(in crate::public) static BUDGETS: Table = Table {
    name: "budgets",
    title: Both { id: "Anggaran (APBD)", en: "Budgets" },
    about: Both {
        id: "Satu baris untuk tiap versi anggaran, seperti dimulai; baris-barisnya ada pada alamatnya sendiri dan pada steps.csv.",
        en: "A row for each version of a budget, as it was begun; its rows are at an address of its own and in steps.csv.",
    },
    columns: &BUDGET_COLUMNS,
    key: &["budget"],
    rows: |origin, _, take| papers("budget", origin, take),
};

pub(in crate::public) static LISTS: Table = Table {
    name: "lists",
    title: Both { id: "Daftar nominatif", en: "Nominative lists" },
    about: Both {
        id: "Satu baris untuk tiap daftar nominatif, seperti dimulai; baris-barisnya ada pada alamatnya sendiri dan pada steps.csv.",
        en: "A row for each nominative list, as it was begun; its rows are at an address of its own and in steps.csv.",
    },
    columns: &LIST_COLUMNS,
    key: &["list"],
    rows: |origin, _, take| papers("list", origin, take),
};

fn papers(sort: &str, origin: &Origin<'_>, take: &mut Take<'_>) -> Result<(), TableError> {
    let hidden = origin.reader.all_hidden()?;
    for (about, first, last) in origin.reader.things(sort)? {
        let (_, statement) = read(origin, first)?;
        let body = body_without(statement.body(), hidden.get(&first).map_or(&[][..], Vec::as_slice));
        take(&[
            Cell::text(&about),
            text_at(&body, "/number"),
            number_at(&body, "/fiscal_year"),
            Cell::text(&statement.event_date().to_string()),
            number_at(&body, "/total"),
            number_at(&body, "/rows"),
            Cell::count(first),
            Cell::count(last),
        ])?;
    }
    Ok(())
}

pub(in crate::public) static ROWS: Table = Table {
    name: "rows",
    title: Both { id: "Baris suatu daftar, anggaran, atau keputusan", en: "The rows of a list, budget or decree" },
    about: Both {
        id: "Semua baris yang tercatat dari satu daftar nominatif, anggaran, atau keputusan, dengan penerima dan judul seperti sekarang.",
        en: "All rows recorded of one nominative list, budget or decree, with recipient and title as they are now.",
    },
    columns: &[
        column("paper", Sort::Text, true, "Daftar, anggaran, atau keputusannya", "The list, budget or decree"),
        column("row", Sort::Number, true, "Nomor barisnya", "The number of the row"),
        column("case", Sort::Text, true, "Kasusnya", "The case"),
        column(
            "recipient",
            Sort::Text,
            false,
            "Penerima; kosong bila tersegel atau dihapus",
            "The recipient; empty where sealed or erased",
        ),
        column("title", Sort::Text, false, "Judul kasus itu", "The title of the case"),
        column("amount", Sort::Number, false, "Jumlah baris itu", "The amount of the row"),
        column("entry", Sort::Number, true, "Entri yang memuatnya", "The entry that has it"),
    ],
    key: &["paper", "row", "entry"],
    rows,
};

fn rows(origin: &Origin<'_>, which: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    let hidden = origin.reader.all_hidden()?;
    for record in origin.reader.timeline(&which.paper)?.iter().filter(|record| record.kind.ends_with(".rows")) {
        let body = shown(origin, record, &hidden)?;
        for row in body.get("rows").and_then(Value::as_array).into_iter().flatten() {
            let case = row.get("case").and_then(Value::as_str).unwrap_or_default();
            let grant = origin.reader.grant(case)?;
            let text = |text: fn(&crate::ledger::reader::Grant) -> &str| {
                grant.as_ref().map_or(Cell::Nothing, |grant| Cell::text(text(grant)))
            };
            take(&[
                Cell::text(&which.paper),
                number_at(row, "/row"),
                Cell::text(case),
                text(|grant| &grant.recipient),
                text(|grant| &grant.title),
                number_at(row, "/amount"),
                Cell::count(record.index),
            ])?;
        }
    }
    Ok(())
}
