//! What is printed: A4 pages as PDF/A-2a and PDF/UA-1, which archives take and screen readers read. The same content gives the
//! same bytes.
//!
//! Text is set glyph by glyph from left to right, which is right for Latin, Greek and Cyrillic letters; a character that the font
//! lacks is printed as `?`.

mod layout;
mod typeface;
mod written;

use super::pages::words::Lang;
use super::qr::Qr;
use crate::grants::time::Timestamp;

/// Pages to be printed.
pub(crate) struct Paper {
    /// What the document is called; no page shows it.
    pub(crate) title: String,
    /// Of all that is in it.
    pub(crate) lang: Lang,
    /// When what it says was so.
    pub(crate) at: Timestamp,
    /// At the bottom of each page, before its number.
    pub(crate) foot: String,
    /// From top to bottom.
    pub(crate) blocks: Vec<Block>,
}

/// A part of a page.
pub(crate) enum Block {
    /// What the document is, once.
    Title(String),
    /// Of a part.
    Heading(String),
    /// In the middle of the line.
    Centred(String),
    Text(String),
    /// A sentence that nobody should overlook.
    Marked(String),
    /// In small print.
    Small(String),
    /// What they are, and what they say, a line each.
    Facts(Vec<(String, Vec<String>)>),
    /// What the columns are, the last of them to the right; then its rows.
    Table([String; 3], Vec<[String; 3]>),
    /// With words beside it.
    Qr(Qr, Vec<String>),
    /// Who signs by hand: what they are, and their name; two beside each other.
    Signatures([(String, String); 2]),
}

impl Paper {
    /// How many pages it takes.
    pub(crate) fn pages(&self) -> usize {
        layout::pages(self).pages.len()
    }

    /// As bytes.
    ///
    /// # Errors
    /// A sentence: what of it no archive takes. None is known that these blocks can hold.
    pub(crate) fn to_pdf(&self) -> Result<Vec<u8>, String> {
        written::pdf(self, &layout::pages(self))
    }
}
