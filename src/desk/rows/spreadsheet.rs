//! Spreadsheets of other people: bounded before anything is believed of them.

use std::io::{Cursor, Read as _};

use calamine::{DataRef, Reader as _, Xlsx};
use zip::ZipArchive;

use super::{Cell, MOST_ROWS, Row, Rows, Unread, amount_of};
use crate::grants::money::Currency;

/// The most bytes of a file.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;
/// What an XLSX may unfold to: the largest list takes a tenth of it.
const MOST_UNFOLDED: u64 = 48 * 1024 * 1024;
/// The most files in an XLSX.
const MOST_FILES: usize = 500;
/// The most columns that are looked at, bytes of a cell, and rows above the names of the columns.
const MOST_COLUMNS: usize = 64;
const MOST_CELL_BYTES: usize = 1_000;
const MOST_ABOVE: usize = 20;
/// The most bytes of all cells together, as they are kept: many cells may name one text of the file.
const MOST_KEPT: usize = 8 * 1024 * 1024;
/// What the columns may be called, without spaces and signs.
const CASES: [&str; 9] =
    ["kasus", "nomorkasus", "nokasus", "idkasus", "kodekasus", "case", "casenumber", "caseno", "caseid"];
const AMOUNTS: [&str; 11] = [
    "jumlah",
    "jumlahrp",
    "jumlahhibah",
    "besaran",
    "besaranhibah",
    "besaranrp",
    "nilai",
    "nilairp",
    "nilaihibah",
    "amount",
    "amountrp",
];
/// The first word of the row with the sum.
const TOTALS: [&str; 3] = ["jumlah", "total", "sum"];

struct Line {
    number: u64,
    cells: Vec<(usize, Cell)>,
}

impl Line {
    fn at(&self, column: usize) -> Option<&Cell> {
        self.cells.iter().find(|(at, _)| *at == column).map(|(_, cell)| cell)
    }

    fn text(&self, column: usize) -> String {
        match self.at(column) {
            Some(Cell::Text(text)) => text.trim().to_owned(),
            Some(Cell::Number(number)) => number.to_string(),
            Some(Cell::Day) | None => String::new(),
        }
    }

    /// Whether it begins as the row with the sum does.
    fn is_total(&self) -> bool {
        let first = self.cells.iter().map(|(at, _)| self.text(*at)).find(|text| !plain(text).is_empty());
        let first = first.unwrap_or_default().to_lowercase();
        let mut words = first.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.next().is_some_and(|word| TOTALS.contains(&word))
    }
}

/// The rows of a file of at most [`MOST_BYTES`].
///
/// # Errors
/// [`Unread`].
pub fn read(bytes: &[u8], currency: &Currency) -> Result<Rows, Unread> {
    if bytes.is_empty() {
        return Err(Unread::None);
    }
    if bytes.len() > MOST_BYTES {
        return Err(Unread::TooLarge);
    }
    match bytes.starts_with(b"PK") {
        true => rows(&xlsx(bytes)?, currency, false),
        false => rows(&csv(bytes)?, currency, true),
    }
}

fn csv(bytes: &[u8]) -> Result<Vec<Line>, Unread> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Unread::Unknown)?;
    if text.contains('\0') {
        return Err(Unread::Unknown);
    }
    // The reader counts lines by their line feeds.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    // Spreadsheets in Indonesian save with semicolons. The sign is the first with which both columns are found.
    let found = |sign: &u8| {
        let head = lines(&text, *sign, MOST_ABOVE).and_then(|head| columns(&head));
        !matches!(head, Err(Unread::NoColumns | Unread::Unknown))
    };
    let sign = [b';', b'\t', b','].into_iter().find(found).ok_or(Unread::NoColumns)?;
    lines(&text, sign, usize::MAX)
}

/// The first lines of a CSV whose cells are parted by this sign.
fn lines(text: &str, sign: u8, most: usize) -> Result<Vec<Line>, Unread> {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).flexible(true).delimiter(sign).from_reader(text.as_bytes());
    let mut lines = Vec::new();
    for record in reader.records().take(most) {
        let record = record.map_err(|_| Unread::Unknown)?;
        let cells = record.iter().take(MOST_COLUMNS).enumerate().filter(|(_, cell)| !cell.trim().is_empty());
        let cells = cells.map(|(at, cell)| (at, Cell::Text(cut(cell)))).collect();
        push(&mut lines, Line { number: record.position().map_or(0, csv::Position::line), cells })?;
    }
    Ok(lines)
}

fn xlsx(bytes: &[u8]) -> Result<Vec<Line>, Unread> {
    bounded(bytes)?;
    let unknown = |_| Unread::Unknown;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unknown)?;
    let first = book.sheet_names().first().cloned().ok_or(Unread::Unknown)?;
    // Cell by cell: a sheet's own word on how large it is is never believed.
    let mut cells = book.worksheet_cells_reader(&first).map_err(unknown)?;
    let (mut lines, mut kept): (Vec<Line>, usize) = (Vec::new(), 0);
    while let Some(cell) = cells.next_cell().map_err(unknown)? {
        let (row, column) = cell.get_position();
        let held = match cell.get_value() {
            DataRef::String(text) => Cell::Text(cut(text)),
            DataRef::SharedString(text) => Cell::Text(cut(text)),
            DataRef::Float(number) => Cell::Number(*number),
            DataRef::Int(number) => Cell::Number(*number as f64),
            DataRef::DateTime(_) | DataRef::DateTimeIso(_) => Cell::Day,
            _ => continue,
        };
        let (number, column) = (u64::from(row) + 1, column as usize);
        if column >= MOST_COLUMNS || matches!(&held, Cell::Text(text) if text.trim().is_empty()) {
            continue;
        }
        if let Cell::Text(text) = &held {
            kept += text.len();
        }
        if kept > MOST_KEPT {
            return Err(Unread::TooLarge);
        }
        match lines.last_mut().filter(|line| line.number == number) {
            // No program writes a cell twice.
            Some(line) if line.at(column).is_some() => return Err(Unread::Unknown),
            Some(line) => line.cells.push((column, held)),
            None => push(&mut lines, Line { number, cells: vec![(column, held)] })?,
        }
    }
    Ok(lines)
}

/// Unfolds it once, counting, before anything keeps what is in it.
fn bounded(bytes: &[u8]) -> Result<(), Unread> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unread::Unknown)?;
    if archive.len() > MOST_FILES {
        return Err(Unread::TooLarge);
    }
    let mut left = MOST_UNFOLDED;
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(|_| Unread::Unknown)?;
        let size = std::io::copy(&mut file.take(left + 1), &mut std::io::sink()).map_err(|_| Unread::Unknown)?;
        left = left.checked_sub(size).ok_or(Unread::TooLarge)?;
    }
    Ok(())
}

fn push(lines: &mut Vec<Line>, line: Line) -> Result<(), Unread> {
    if lines.len() > MOST_ROWS + MOST_ABOVE {
        return Err(Unread::TooMany);
    }
    lines.push(line);
    Ok(())
}

fn cut(text: &str) -> String {
    let end = (0..=MOST_CELL_BYTES.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[..end].to_owned()
}

/// A column's name without what people write around it.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The column of one of these names.
fn column(line: &Line, names: &[&str]) -> Result<Option<usize>, Unread> {
    let mut found =
        line.cells.iter().filter(|(_, cell)| matches!(cell, Cell::Text(text) if names.contains(&&*plain(text))));
    match (found.next(), found.next()) {
        (Some((one, _)), Some((two, _))) => {
            Err(Unread::Twice { line: line.number, names: [line.text(*one), line.text(*two)] })
        }
        (one, _) => Ok(one.map(|(at, _)| *at)),
    }
}

/// The line that names both columns, and where they are.
fn columns(lines: &[Line]) -> Result<(usize, usize, usize), Unread> {
    for (at, line) in lines.iter().enumerate().take(MOST_ABOVE) {
        if let (Some(case), Some(amount)) = (column(line, &CASES)?, column(line, &AMOUNTS)?) {
            return Ok((at, case, amount));
        }
    }
    Err(Unread::NoColumns)
}

/// `parted`: cells are parted by a sign that an amount may hold too.
fn rows(lines: &[Line], currency: &Currency, parted: bool) -> Result<Rows, Unread> {
    let (head, case, amount) = columns(lines)?;
    let last = lines[head].cells.last().map_or(0, |(at, _)| *at);
    let mut found = Rows::default();
    for line in &lines[head + 1..] {
        let (text, value) = (line.text(case), line.at(amount).and_then(|cell| amount_of(cell, currency)));
        // Signatures and remarks below a table name neither.
        if text.is_empty() && line.at(amount).is_none() {
            continue;
        }
        if parted && line.cells.last().is_some_and(|(at, _)| *at > last) {
            return Err(Unread::Beyond(line.number));
        }
        match value {
            Some(total) if super::case_of(&text).is_none() && line.is_total() => {
                if let Some((earlier, _)) = found.total.replace((line.number, total)) {
                    return Err(Unread::Totals([earlier, line.number]));
                }
            }
            amount => {
                let day = line.at(case) == Some(&Cell::Day);
                found.rows.push(Row { line: line.number, case: text, day, amount });
            }
        }
    }
    match found.rows.len() {
        0 => Err(Unread::Empty),
        rows if rows > MOST_ROWS => Err(Unread::TooMany),
        _ => Ok(found),
    }
}
