//! The rows of a list, budget or decree as an office has them in a spreadsheet: which case gets how much. Read from CSV or XLSX, and
//! judged against the cases that wait for the paper. Nothing is taken here; an office looks at it first.

mod judged;
mod spreadsheet;

pub use judged::{Judged, Judgement, Told, judge};
pub use spreadsheet::{MOST_BYTES, read};

use crate::grants::about::{About, CaseId};
use crate::grants::money::{Amount, Currency};
use crate::public::pages::words::Lang;

/// The most rows of one paper that are taken from a spreadsheet.
pub const MOST_ROWS: usize = 5_000;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Letters.
    Text(String),
    /// A number; of a formula, what it came to when the file was saved.
    Number(f64),
    /// A day or a time: programs make one of `12/1`.
    Day,
}

/// A row as the file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number in the spreadsheet, from 1; of CSV, its line.
    pub line: u64,
    /// What stands in the column of cases.
    pub case: String,
    /// Whether that is a day, so that nobody can tell which case was meant.
    pub day: bool,
    /// How much; none where that is no amount.
    pub amount: Option<Amount>,
}

/// The rows of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// In their order.
    pub rows: Vec<Row>,
    /// What the file says they come to, and where.
    pub total: Option<(u64, Amount)>,
}

/// Why a file has no rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// No file came.
    None,
    /// Over [`MOST_BYTES`], or it unfolds to more than a list needs.
    TooLarge,
    /// Neither CSV nor XLSX, or damaged.
    Unknown,
    /// No row names both columns.
    NoColumns,
    /// Two columns may be meant.
    Twice {
        /// Where the columns are named.
        line: u64,
        /// Both names.
        names: [String; 2],
    },
    /// A row of CSV has cells beyond the last column that has a name, as an amount with commas has: which.
    Beyond(u64),
    /// Two rows have the sum.
    Totals([u64; 2]),
    /// Over [`MOST_ROWS`].
    TooMany,
    /// Columns, and no row below them.
    Empty,
}

impl Unread {
    /// In words: what is wrong, and what to do.
    #[must_use]
    pub fn words(&self, lang: Lang) -> String {
        let (id, en) = match self {
            Self::None => ("Pilih berkas lembar sebar dulu.", "Choose a spreadsheet file first."),
            Self::TooLarge => (
                "Berkas ini lebih besar daripada daftar mana pun: simpan hanya lembar daftarnya, paling banyak 4 MB.",
                "This file is larger than any list: save the sheet with the list alone, 4 MB at most.",
            ),
            Self::Unknown => (
                "Berkas ini bukan CSV atau XLSX yang utuh: simpan lagi sebagai CSV (UTF-8) atau XLSX tanpa kata sandi.",
                "This file is no whole CSV or XLSX: save it again as CSV (UTF-8) or as XLSX without a password.",
            ),
            Self::NoColumns => (
                "Kolomnya tidak ditemukan: beri judul \"Kasus\" dan \"Jumlah\" pada satu baris, di 20 baris pertama.",
                "The columns are not found: name them \"Case\" and \"Amount\" in one row, among the first 20.",
            ),
            Self::Twice { line, names: [one, two] } => {
                let (one, two) = (one.trim(), two.trim());
                return match lang {
                    Lang::Indonesian => format!(
                        "Baris {line}: kolom \"{one}\" dan \"{two}\" dapat berarti sama. Hapus atau beri nama lain salah satunya."
                    ),
                    Lang::English => format!(
                        "Row {line}: the columns \"{one}\" and \"{two}\" may mean the same. Remove or rename one of them."
                    ),
                };
            }
            Self::Beyond(line) => {
                return match lang {
                    Lang::Indonesian => format!(
                        "Baris {line}: ada isi di luar kolom terakhir yang berjudul. Bila jumlahnya ditulis dengan koma, apit dengan tanda kutip, misalnya \"75,000,000\", atau simpan dengan titik koma."
                    ),
                    Lang::English => format!(
                        "Row {line}: something stands beyond the last column that has a name. Put amounts with commas into quotes, as in \"75,000,000\", or save with semicolons."
                    ),
                };
            }
            Self::Totals([one, two]) => {
                return match lang {
                    Lang::Indonesian => {
                        format!("Baris {one} dan {two}: keduanya baris jumlah. Sisakan satu, untuk seluruh daftar.")
                    }
                    Lang::English => {
                        format!("Rows {one} and {two}: both are rows of sums. Leave one, that of the whole list.")
                    }
                };
            }
            Self::TooMany => (
                "Ada lebih dari 5.000 baris: bagi menjadi beberapa keputusan.",
                "There are more than 5,000 rows: divide them among several papers.",
            ),
            Self::Empty => ("Tidak ada baris di bawah judul kolom.", "No row stands below the names of the columns."),
        };
        lang.pick(id, en).to_owned()
    }
}

/// The case that somebody means: `case/12/1`; `12/1` where no program made a day of it.
#[must_use]
pub fn case_of(text: &str) -> Option<CaseId> {
    let text = text.trim().to_lowercase();
    let text = text.strip_prefix("case/").or_else(|| text.strip_prefix("kasus/")).unwrap_or(&text);
    match About::parse(&format!("case/{text}"))? {
        About::Case(id) => Some(id),
        _ => None,
    }
}

/// The amount in a cell.
fn amount_of(cell: &Cell, currency: &Currency) -> Option<Amount> {
    let minor = match cell {
        Cell::Text(text) => super::forms::amount(text, currency.decimals())?,
        Cell::Number(number) => {
            let minor = number * 10_f64.powi(i32::from(currency.decimals()));
            // Whole minor units, as far as a spreadsheet's numbers are exact.
            let whole = (0.0..=9_007_199_254_740_991.0).contains(&minor) && (minor - minor.round()).abs() < 1e-6;
            whole.then_some(minor.round() as i64)?
        }
        Cell::Day => return None,
    };
    Amount::from_minor(minor).filter(|amount| amount.minor() > 0)
}
