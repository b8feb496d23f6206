//! The rules by which a statement is refused, and their numbered sets.
//!
//! I8: every entry is judged by the rule set in force at its index; a released rule set never changes. A mend
//! is a new number beside the old ones, dispatched here.

use super::sentence::Sentence;
use crate::tlog::hash::Hash;

macro_rules! rules {
    ($($variant:ident = $code:literal, $id:literal, $en:literal;)*) => {
        /// A rule of grants.md, "Refused at the door", or the shape of a statement.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $en] $variant,)*
        }

        impl Rule {
            /// Every rule, in order.
            pub const ALL: &'static [Rule] = &[$(Rule::$variant),*];

            /// The code as answers and pages show it.
            pub fn code(self) -> &'static str {
                match self { $(Rule::$variant => $code,)* }
            }

            /// The Indonesian title for pages.
            pub fn title_id(self) -> &'static str {
                match self { $(Rule::$variant => $id,)* }
            }

            /// The English title for pages.
            pub fn title_en(self) -> &'static str {
                match self { $(Rule::$variant => $en,)* }
            }
        }
    };
}

rules! {
    Form = "form", "Bentuk pernyataan tidak sesuai", "The statement does not have the right form";
    B1 = "B1", "Tidak sesuai urutan", "Out of order, a stage skipped, or the case is closed";
    B2 = "B2", "Kunci atau jabatan tidak berwenang", "Key not in force, or the office may not say this";
    B3 = "B3", "Satu orang merangkap dua wewenang", "One person in two roles that must be apart";
    B4 = "B4", "Tanpa permohonan", "No application before a recommendation or decree";
    B5 = "B5", "SP2D tanpa SK atau NPHD", "Warrant without decree, agreement or pledge";
    B6 = "B6", "Melebihi plafon", "More than the amount it rests on";
    B7 = "B7", "Tahap berikut sebelum laporan", "Next instalment before the report of the last";
    B8 = "B8", "Laporan terlambat", "Recipient has an overdue report";
    B9 = "B9", "Tanggal tidak dapat diterima", "Date in the future, expired, or expiring too late";
    B10 = "B10", "Nomor dokumen sudah dipakai", "Document number already used";
    B11 = "B11", "Tidak ada dalam daftar nominatif", "Decree row that no list nominated";
    B12 = "B12", "Data pribadi dalam teks", "Personal data in free text";
    B13 = "B13", "Bukan keadaan terakhir", "Not signed on the latest state";
    B14 = "B14", "Lembaga belum terdaftar atau ditangguhkan", "Suspended or unregistered organisation";
    B15 = "B15", "Perorangan bukan penerima hibah", "An individual as grant recipient";
    B16 = "B16", "Terlalu banyak permohonan", "More open cases or revisions than allowed";
}

/// Why a statement is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {sentence}", rule.code())]
pub struct Refusal {
    /// The rule that refuses.
    pub rule: Rule,
    /// One sentence: what is wrong, what was expected, what to do.
    pub sentence: Sentence,
    /// For B13 alone: the latest entry about the thing, on which to sign again.
    pub head: Option<Hash>,
}

impl Refusal {
    /// A refusal by this rule.
    pub fn new(rule: Rule, sentence: Sentence) -> Self {
        Refusal { rule, sentence, head: None }
    }

    /// A refusal because the statement or its body has the wrong shape.
    pub fn form(sentence: Sentence) -> Self {
        Refusal::new(Rule::Form, sentence)
    }
}

/// A numbered set of rules. All that were ever released stay in the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleSet {
    /// Number 0: the first stages, for trial ledgers only.
    Zero,
    /// Number 1: the whole way of a grant.
    One,
}

impl RuleSet {
    /// The rule set of this number, if this program has it.
    pub fn number(number: u64) -> Option<Self> {
        match number {
            0 => Some(RuleSet::Zero),
            1 => Some(RuleSet::One),
            _ => None,
        }
    }

    /// Its number.
    pub fn as_number(self) -> u64 {
        match self {
            RuleSet::Zero => 0,
            RuleSet::One => 1,
        }
    }
}
