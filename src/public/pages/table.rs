//! Tables, as most pages have them: a caption, a heading for each column and each row, sums to the right; and the way from one
//! part of a long list to the next.

use super::narrow::PAGE_SIZE;
use super::words::{Lang, Words};
use crate::public::founding::Founding;
use crate::public::moment::Moment;
use crate::public::roll::Tally;

/// What stands where there is nothing to say.
const NOTHING: &str = "–";

/// What a cell says.
#[derive(Clone, Debug, Default)]
pub(super) struct Datum {
    pub(super) text: String,
    pub(super) href: Option<String>,
    pub(super) moment: Option<Moment>,
    /// Whether it is to be seen at once.
    pub(super) warns: bool,
}

impl Datum {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A text, or the mark of nothing.
    pub(super) fn or_nothing(text: Option<String>) -> Self {
        Self::text(text.unwrap_or_else(|| NOTHING.to_owned()))
    }

    pub(super) fn link(text: impl Into<String>, href: String) -> Self {
        Self { text: text.into(), href: Some(href), ..Self::default() }
    }

    pub(super) fn day(day: Option<Moment>) -> Self {
        Self { moment: day, ..Self::default() }
    }

    /// A count, which is to be seen at once when it is not zero.
    pub(super) fn alarm(count: u64, w: &Words) -> Self {
        Self { text: w.count(count), warns: count > 0, ..Self::default() }
    }
}

/// A heading of a column.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) label: String,
    /// Whether what stands in it is compared from the right: sums and counts.
    pub(super) right: bool,
}

impl Column {
    pub(super) fn left(label: &str) -> Self {
        Self { label: label.to_owned(), right: false }
    }

    pub(super) fn right(label: impl Into<String>) -> Self {
        Self { label: label.into(), right: true }
    }
}

/// A row: what it is about, and a cell for each column.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) href: Option<String>,
    pub(super) sub: Vec<String>,
    pub(super) cells: Vec<Datum>,
}

/// A table; `table.html` prints it.
pub(super) struct Table {
    pub(super) caption: String,
    /// The heading of what the rows are about.
    pub(super) first: &'static str,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Row>,
}

impl Table {
    /// The rows with their columns beside them, as narrow screens show them.
    pub(super) fn cells<'t>(&'t self, row: &'t Row) -> impl Iterator<Item = (&'t Column, &'t Datum)> {
        self.columns.iter().zip(&row.cells)
    }
}

/// A sum of an amount, or the mark of nothing.
pub(super) fn sum(founding: &Founding, tally: &Tally, at: usize) -> Datum {
    Datum::or_nothing(tally.sum(at).map(|sum| founding.money_sum(sum)))
}

/// The way from one part of a long list to the next; `turns.html` prints it.
pub(super) struct Turns {
    pub(super) place: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

impl Turns {
    /// Page `number` of a list of so many, whose pages are at `address`.
    pub(super) fn of(number: u32, total: u64, lang: Lang, address: impl Fn(u32) -> String) -> Self {
        let w = lang.words();
        let pages = total.div_ceil(u64::from(PAGE_SIZE)).max(1);
        Self {
            place: format!("{} / {}", w.count(u64::from(number)), w.count(pages)),
            before: (number > 1).then(|| address(number - 1)),
            after: (u64::from(number) < pages).then(|| address(number + 1)),
        }
    }
}
