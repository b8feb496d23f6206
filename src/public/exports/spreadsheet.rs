//! A spreadsheet (XLSX) for people: a sheet a table, amounts as numbers, texts as texts, so no cell is a formula.
//!
//! Entries and steps are left to the other forms: a sheet has room for 1,048,576 rows. A table that is longer goes on in a
//! further sheet. Its bytes depend on the cells alone: the times within it are those of the checkpoint.

use std::io::{Seek, Write};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::LICENCE;
use crate::public::pages::words::Lang;
use crate::public::tables::{self, Cell, Column, Origin, Sort, Table, TableError, Which};

/// The rows of a sheet, the one of names included.
const ROWS: u32 = 1_048_576;
/// The longest text of a cell, in UTF-16 units.
const TEXT: usize = 32_767;
/// A spreadsheet keeps fifteen digits of a number: longer ones are texts.
const EXACT: i64 = 999_999_999_999_999;

/// Every table but steps and entries, which are too many for a sheet.
fn in_sheets() -> impl Iterator<Item = &'static Table> {
    tables::ALL.into_iter().filter(|table| ![tables::STEPS.name, tables::ENTRIES.name].contains(&table.name))
}

fn failed(error: XlsxError) -> TableError {
    TableError::Sink(match error {
        XlsxError::IoError(error) => error,
        other => std::io::Error::other(other.to_string()),
    })
}

struct Formats {
    head: Format,
    amount: Format,
    plain: Format,
}

fn amount(column: &Column) -> bool {
    crate::grants::figures::Figure::NAMES.contains(&column.name)
}

fn put(sheet: &mut Worksheet, row: u32, at: u16, cell: &Cell, format: &Format) -> Result<(), XlsxError> {
    let text = |sheet: &mut Worksheet, text: &str| -> Result<(), XlsxError> {
        let mut units = 0;
        let cut: String = text
            .chars()
            .take_while(|sign| {
                units += sign.len_utf16();
                units <= TEXT
            })
            .collect();
        sheet.write_string_with_format(row, at, cut, format).map(drop)
    };
    match cell {
        Cell::Nothing => Ok(()),
        Cell::Text(value) => text(sheet, value),
        Cell::Number(number) if number.abs() > EXACT => text(sheet, &number.to_string()),
        // At most fifteen digits: exact.
        Cell::Number(number) => sheet.write_number_with_format(row, at, *number as f64, format).map(drop),
        Cell::Truth(truth) => sheet.write_boolean_with_format(row, at, *truth, format).map(drop),
        Cell::Texts(texts) => text(sheet, &texts.join("\n")),
        Cell::Object(value) => text(sheet, &value.to_string()),
    }
}

/// A sheet with the names of the columns.
fn begin<'w>(
    book: &'w mut Workbook,
    table: &Table,
    part: u32,
    formats: &Formats,
) -> Result<&'w mut Worksheet, XlsxError> {
    let name = if part == 1 { table.name.to_owned() } else { format!("{} {part}", table.name) };
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name(name)?;
    sheet.set_freeze_panes(1, 1)?;
    for (at, column) in (0_u16..).zip(table.columns) {
        let width = match column.sort {
            Sort::Number if amount(column) => 17,
            Sort::Number | Sort::Truth => 12,
            Sort::Day => 11,
            Sort::Time => 25,
            Sort::Text | Sort::Texts | Sort::Object => 24,
        };
        sheet.set_column_width(at, width)?;
        sheet.write_string_with_format(0, at, column.name, &formats.head)?;
    }
    Ok(sheet)
}

fn sheets(book: &mut Workbook, table: &Table, origin: &Origin<'_>, formats: &Formats) -> Result<(), TableError> {
    let (mut part, mut row) = (1, 0);
    begin(book, table, part, formats).map_err(failed)?;
    let mut last = book.worksheets().len() - 1;
    (table.rows)(origin, &Which::default(), &mut |cells| {
        row += 1;
        if row == ROWS {
            (part, row) = (part + 1, 1);
            begin(book, table, part, formats).map_err(failed)?;
            last += 1;
        }
        let sheet = &mut book.worksheets_mut()[last];
        for ((at, cell), column) in (0_u16..).zip(cells).zip(table.columns) {
            let format = if amount(column) { &formats.amount } else { &formats.plain };
            put(sheet, row, at, cell, format).map_err(failed)?;
        }
        Ok(())
    })
}

/// The first sheet: what this is, what it was made from, what the columns mean.
fn about(book: &mut Workbook, origin: &Origin<'_>, formats: &Formats) -> Result<(), XlsxError> {
    let (at, founding) = (origin.at, origin.founding);
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name("about")?;
    sheet.set_column_width(0, 22)?;
    sheet.set_column_width(1, 22)?;
    sheet.set_column_width(2, 90)?;
    let currency = &founding.currency;
    let facts = [
        ("government", founding.government(Lang::Indonesian).to_owned()),
        ("ledger", at.origin.clone()),
        ("entries", at.size.to_string()),
        ("Merkle root", at.root.to_hex()),
        ("newest entry", at.recorded_at.clone()),
        ("check it", format!("https://{}/checkpoint · hibah verify https://{}", at.origin, at.origin)),
        ("licence", format!("{} · {}", LICENCE.title, LICENCE.path)),
        ("amounts", format!("whole minor units of {}, which has {} decimals", currency.code(), currency.decimals())),
        ("empty cell", "tidak ada, bukan nol · not there, and never nought".to_owned()),
    ];
    let mut row = 0;
    for (name, value) in facts {
        sheet.write_string_with_format(row, 0, name, &formats.head)?;
        sheet.write_string(row, 2, value)?;
        row += 1;
    }
    for table in in_sheets() {
        row += 1;
        sheet.write_string_with_format(row, 0, table.name, &formats.head)?;
        sheet.write_string(row, 2, format!("{} · {}", table.about.id, table.about.en))?;
        for column in table.columns {
            row += 1;
            sheet.write_string(row, 1, column.name)?;
            sheet.write_string(row, 2, format!("{} · {}", column.means.id, column.means.en))?;
        }
        row += 1;
    }
    Ok(())
}

pub(super) fn write<W: Write + Seek + Send>(origin: &Origin<'_>, out: W) -> Result<(), TableError> {
    let mut book = Workbook::new();
    let formats =
        Formats { head: Format::new().set_bold(), amount: Format::new().set_num_format("#,##0"), plain: Format::new() };
    let government = origin.founding.government(Lang::Indonesian);
    let mut properties = DocProperties::new()
        .set_title(format!("Hibah: {government}"))
        .set_author(government)
        .set_comment(format!("{} {} {}", origin.at.origin, origin.at.size, origin.at.root.to_hex()));
    if let Some(seconds) = origin.at.recorded_at.get(..19)
        && let Ok(time) = ExcelDateTime::parse_from_str(seconds)
    {
        properties = properties.set_creation_datetime(&time);
    }
    book.set_properties(&properties);
    about(&mut book, origin, &formats).map_err(failed)?;
    for table in in_sheets() {
        sheets(&mut book, table, origin, &formats)?;
    }
    book.save_to_writer(out).map_err(failed)
}
