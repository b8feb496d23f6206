//! CSV (RFC 4180, UTF-8, a line of column names first) that a spreadsheet may open: no cell of it is a formula.
//!
//! Where a spreadsheet could begin a formula, an apostrophe stands before the sign that begins it. Such places are the
//! beginning of a text and what follows a semicolon, a tab or a line end in it, spaces and quotation marks passed over;
//! such signs are `=`, `+`, `-`, `@` and their full-width forms. Nothing is lost: to have the exact text, take away the one
//! apostrophe right before such a sign in such a place ([`exact`]). Numbers are written as they are.

use std::borrow::Cow;
use std::io::Write;

use super::{Cell, Origin, Table, TableError, Which};

/// Whether a formula may begin with it.
const fn begins_formula(sign: char) -> bool {
    matches!(sign, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
}

/// The places right before a sign that a spreadsheet could take for the beginning of a formula, and whether an apostrophe
/// stands there already.
fn places(text: &str) -> impl Iterator<Item = (usize, bool)> {
    // Whether a formula could begin here, and whether the last character was an apostrophe.
    let (mut open, mut apostrophe) = (true, false);
    text.char_indices().filter_map(move |(at, sign)| {
        let found = (open && begins_formula(sign)).then_some((at, apostrophe));
        open = match sign {
            ';' | '\t' | '\r' | '\n' => true,
            ' ' | '"' | '\'' | '\u{a0}' => open,
            _ => false,
        };
        apostrophe = sign == '\'';
        found
    })
}

/// A text as a cell has it.
pub(in crate::public) fn guarded(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut done = 0;
    for (at, _) in places(text) {
        out.push_str(&text[done..at]);
        out.push('\'');
        done = at;
    }
    if done == 0 && out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// The exact text of a cell.
#[cfg(test)]
fn exact(cell: &str) -> String {
    let mut out = String::new();
    let mut done = 0;
    for (at, apostrophe) in places(cell) {
        assert!(apostrophe, "no cell has a sign in such a place without an apostrophe: {cell:?}");
        out.push_str(&cell[done..at - 1]);
        done = at;
    }
    out + &cell[done..]
}

fn printed(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Nothing => Cow::Borrowed(""),
        Cell::Text(text) => guarded(text),
        Cell::Number(number) => Cow::Owned(number.to_string()),
        Cell::Truth(truth) => Cow::Borrowed(if *truth { "true" } else { "false" }),
        Cell::Texts(texts) => Cow::Owned(guarded(&texts.join("\n")).into_owned()),
        Cell::Object(value) => Cow::Owned(guarded(&value.to_string()).into_owned()),
    }
}

/// Writes a table.
pub(in crate::public) fn write(
    table: &Table,
    origin: &Origin<'_>,
    which: &Which,
    out: &mut dyn Write,
) -> Result<(), TableError> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(out);
    let failed = |error: ::csv::Error| TableError::Sink(error.into());
    writer.write_record(table.columns.iter().map(|column| column.name)).map_err(failed)?;
    (table.rows)(origin, which, &mut |cells| {
        for cell in cells {
            writer.write_field(printed(cell).as_bytes()).map_err(failed)?;
        }
        writer.write_record(None::<&[u8]>).map_err(failed)
    })?;
    writer.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{exact, guarded};

    #[test]
    fn no_cell_is_a_formula_and_nothing_is_lost() {
        for (text, cell) in [
            ("Taman baca", "Taman baca"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("'=1", "''=1"),
            ("'", "'"),
            ("'ain", "'ain"),
            ("+62", "'+62"),
            ("-", "'-"),
            ("@a", "'@a"),
            ("＝1", "'＝1"),
            ("  =1", "  '=1"),
            ("\t=1", "\t'=1"),
            ("\"=1", "\"'=1"),
            ("\u{a0}@x", "\u{a0}'@x"),
            ("a;=1", "a;'=1"),
            ("a; \"'=1", "a; \"''=1"),
            ("a\n-b", "a\n'-b"),
            ("a\r\n@b;-c", "a\r\n'@b;'-c"),
            ("Rp 75.000.000,-", "Rp 75.000.000,-"),
            ("a=b", "a=b"),
            ("a - b", "a - b"),
            ("==", "'=="),
            ("x;;=", "x;;'="),
        ] {
            assert_eq!(guarded(text), cell, "{text:?}");
            assert_eq!(exact(&guarded(text)), text, "{text:?}");
        }
    }

    #[test]
    fn every_short_text_comes_back() {
        let signs = ['=', '-', '\'', ';', ' ', '"', '\n', 'a', '＠'];
        let mut texts = vec![String::new()];
        for _ in 0..5 {
            texts = texts.iter().flat_map(|text| signs.map(|sign| format!("{text}{sign}"))).collect();
            let cells: std::collections::BTreeSet<String> = texts.iter().map(|t| guarded(t).into_owned()).collect();
            assert_eq!(cells.len(), texts.len(), "two texts share a cell");
            assert!(texts.iter().all(|text| exact(&guarded(text)) == *text), "a text did not come back");
        }
    }
}
