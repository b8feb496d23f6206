//! The grant agreement (NPHD) as a draft to print and sign by hand: a government's own text, with what the ledger knows put in.
//!
//! A template is lines of text, a paragraph each: `# ` begins a title, `## ` a heading, `% ` a remark that is not printed. `{{name}}`
//! stands for what [`PLACES`] says; [`BLOCKS`] stand alone on their line. What the ledger does not know, such as who signs, is
//! dots to write on: no personal data is in it.

mod spelled;

use std::collections::BTreeMap;

pub use spelled::in_words;

use crate::public::pdf::Block;

/// The text that is used where the operator gives none.
const BUILT_IN: &str = include_str!("default.txt");
/// The most bytes of a template.
pub const MOST_BYTES: usize = 64 * 1024;
/// What the ledger does not know.
pub const DOTS: &str = "………………………………";

/// What stands in a sentence: the name, and what it is.
pub const PLACES: [(&str, &str); 23] = [
    ("alamat_kasus", "address of the case's public page"),
    ("batas_laporan", "by when the use is reported: the draft's day, or the profile's"),
    ("bidang", "the field, as the profile calls it"),
    ("judul", "short name of the undertaking"),
    ("jumlah", "the amount: the draft's, or what was decreed"),
    ("kasus", "the case, such as case/12/1"),
    ("kepala_daerah", "what the head of the region is called"),
    ("keputusan", "number of the decree"),
    ("keputusan_tanggal", "the day of the decree"),
    ("nomor", "number of the agreement, as the draft has it"),
    ("pemberi_jabatan", "office that signs for the government"),
    ("pemerintah", "the government"),
    ("penerima", "name of the organisation"),
    ("penerima_alamat", "its seat"),
    ("penerima_jenis", "its type, as the profile calls it"),
    ("penerima_terdaftar", "its licence"),
    ("skpd", "the agency of the field"),
    ("tahun", "the fiscal year"),
    ("tanggal", "day of the agreement, as the draft has it"),
    ("tempat", "where it happens"),
    ("terbilang", "the amount in words, of whole rupiah"),
    ("titik", "dots, to be written on by hand"),
    ("tujuan", "what the grant is for, as applied for"),
];

/// What stands alone on a line.
pub const BLOCKS: [(&str, &str); 3] = [
    ("rincian", "the budget of the application, and its sum"),
    ("tahapan", "the instalments of the draft, or that it is paid at once"),
    ("tanda_tangan", "room for both signatures"),
];

/// What Permendagri 32/2011, article 13, wants in every agreement.
const NEEDED: [&str; 8] =
    ["pemerintah", "penerima", "tujuan", "jumlah", "rincian", "tahapan", "batas_laporan", "tanda_tangan"];

/// Why a template is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Over [`MOST_BYTES`].
    #[error("the template of the agreement has more than 65,536 bytes: shorten it")]
    TooLong,
    /// A name that stands for nothing.
    #[error(
        "line {line} of the template has {{{{{name}}}}}, which stands for nothing: use one of those that docs/desk.md lists"
    )]
    Unknown {
        /// Which line, from 1.
        line: usize,
        /// The name.
        name: String,
    },
    /// Braces without an end.
    #[error("line {line} of the template has {{{{ without }}}} behind it: close it on the same line")]
    Open {
        /// Which line, from 1.
        line: usize,
    },
    /// A block within a sentence.
    #[error("line {line} of the template has {{{{{name}}}}} within a sentence: give it a line of its own")]
    NotAlone {
        /// Which line, from 1.
        line: usize,
        /// The name.
        name: String,
    },
    /// Something that every agreement has.
    #[error("the template has no {{{{{0}}}}}, which Permendagri 32/2011 article 13 wants in every agreement: add it")]
    Lacks(&'static str),
}

/// A piece of a line.
#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Place(String),
}

#[derive(Clone, Debug)]
enum Line {
    Title(Vec<Piece>),
    Heading(Vec<Piece>),
    Paragraph(Vec<Piece>),
    Block(String),
}

/// A text with places for what a ledger knows.
#[derive(Clone, Debug)]
pub struct Template(Vec<Line>);

/// What an agreement is filled in with.
#[derive(Clone, Debug, Default)]
pub struct Filling {
    /// By the names of [`PLACES`]; what is missing is dots.
    pub places: BTreeMap<&'static str, String>,
    /// What it is spent on, and how much.
    pub budget: Vec<(String, String)>,
    /// The sum of it.
    pub budget_total: String,
    /// From when on, and how much.
    pub instalments: Vec<(String, String)>,
}

impl Template {
    /// The text that is built in.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn built_in() -> Self {
        Self::parse(BUILT_IN).expect("the text that is built in has no fault")
    }

    /// Reads a template.
    ///
    /// # Errors
    /// [`TemplateError`], for the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > MOST_BYTES {
            return Err(TemplateError::TooLong);
        }
        let mut lines = Vec::new();
        // A text editor may begin a file with a mark of its encoding.
        for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('%') {
                continue;
            }
            lines.push(match (line.strip_prefix("## "), line.strip_prefix("# ")) {
                (Some(heading), _) => Line::Heading(pieces(heading, number)?),
                (None, Some(title)) => Line::Title(pieces(title, number)?),
                (None, None) => match alone(line) {
                    Some(block) => Line::Block(block.to_owned()),
                    None => Line::Paragraph(pieces(line, number)?),
                },
            });
        }
        let named = |name: &str| text.contains(&format!("{{{{{name}}}}}"));
        match NEEDED.into_iter().find(|name| !named(name)) {
            Some(name) => Err(TemplateError::Lacks(name)),
            None => Ok(Self(lines)),
        }
    }

    /// The agreement, as it is printed.
    pub(super) fn filled(&self, filling: &Filling) -> Vec<Block> {
        let text = |pieces: &[Piece]| {
            let piece = |piece: &Piece| match piece {
                Piece::Text(text) => text.clone(),
                Piece::Place(name) => filling.of(name).to_owned(),
            };
            pieces.iter().map(piece).collect::<String>()
        };
        let line = |line: &Line| match line {
            Line::Title(pieces) => Block::Centred(text(pieces)),
            Line::Heading(pieces) => Block::Heading(text(pieces)),
            Line::Paragraph(pieces) => Block::Text(text(pieces)),
            Line::Block(name) => filling.block(name),
        };
        self.0.iter().map(line).collect()
    }
}

/// The name of a block that is all that a line has.
fn alone(line: &str) -> Option<&str> {
    let name = line.strip_prefix("{{")?.strip_suffix("}}")?;
    BLOCKS.iter().any(|(known, _)| *known == name).then_some(name)
}

fn pieces(line: &str, number: usize) -> Result<Vec<Piece>, TemplateError> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once("{{") {
        let (name, behind) = behind.split_once("}}").ok_or(TemplateError::Open { line: number })?;
        if BLOCKS.iter().any(|(known, _)| *known == name) {
            return Err(TemplateError::NotAlone { line: number, name: name.to_owned() });
        }
        if !PLACES.iter().any(|(known, _)| *known == name) {
            return Err(TemplateError::Unknown { line: number, name: name.to_owned() });
        }
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(Piece::Place(name.to_owned()));
        rest = behind;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

impl Filling {
    fn of(&self, name: &str) -> &str {
        self.places.get(name).map_or(DOTS, String::as_str)
    }

    fn block(&self, name: &str) -> Block {
        let head = |what: &str| ["No.".to_owned(), what.to_owned(), "Jumlah".to_owned()];
        let rows = |rows: &[(String, String)]| {
            let numbered = (1..).zip(rows).map(|(n, (what, amount))| [format!("{n}."), what.clone(), amount.clone()]);
            numbered.collect::<Vec<_>>()
        };
        match name {
            "rincian" if !self.budget.is_empty() => {
                let mut rows = rows(&self.budget);
                rows.push([String::new(), "Jumlah rincian permohonan".to_owned(), self.budget_total.clone()]);
                Block::Table(head("Uraian"), rows)
            }
            "rincian" => Block::Text(format!("Rincian: {DOTS}{DOTS}")),
            "tahapan" if !self.instalments.is_empty() => Block::Table(head("Tahap"), rows(&self.instalments)),
            "tahapan" => Block::Text(format!("Sekaligus: {}.", self.of("jumlah"))),
            _ => Block::Signatures([
                ("PIHAK KEDUA\n".to_owned() + self.of("penerima"), DOTS.to_owned()),
                ("PIHAK KESATU\n".to_owned() + self.of("pemberi_jabatan"), DOTS.to_owned()),
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BUILT_IN, NEEDED, Template, TemplateError};

    fn check(change: impl Fn(&str) -> String, wrong: &TemplateError, sentence: &str) {
        let told = Template::parse(&change(BUILT_IN)).expect_err(sentence);
        assert_eq!(&told, wrong);
        assert_eq!(told.to_string(), sentence);
    }

    #[test]
    fn templates_that_are_wrong_are_told_with_their_line() {
        assert!(Template::parse(&format!("\u{feff}{}", BUILT_IN.replace('\n', "\r\n"))).is_ok(), "of a text editor");
        let name = || "jumlah_uang".to_owned();
        check(
            |text| format!("{{{{jumlah_uang}}}}\n{text}"),
            &TemplateError::Unknown { line: 1, name: name() },
            "line 1 of the template has {{jumlah_uang}}, which stands for nothing: use one of those that docs/desk.md lists",
        );
        check(
            |text| format!("\n\nA {{{{jumlah\n{text}"),
            &TemplateError::Open { line: 3 },
            "line 3 of the template has {{ without }} behind it: close it on the same line",
        );
        check(
            |text| format!("%\nLihat {{{{rincian}}}}.\n{text}"),
            &TemplateError::NotAlone { line: 2, name: "rincian".to_owned() },
            "line 2 of the template has {{rincian}} within a sentence: give it a line of its own",
        );
        check(
            |text| format!("{}{text}", " ".repeat(65_536)),
            &TemplateError::TooLong,
            "the template of the agreement has more than 65,536 bytes: shorten it",
        );
        for name in NEEDED {
            let without = |text: &str| text.replace(&format!("{{{{{name}}}}}"), "");
            assert_eq!(Template::parse(&without(BUILT_IN)).map(|_| ()), Err(TemplateError::Lacks(name)));
        }
    }
}
