//! `about`: the thing that a statement is about (formats.md section 1).
//!
//! | spelling | thing |
//! |---|---|
//! | `ledger` | the ledger itself |
//! | `year/2026` | a fiscal year |
//! | `official/<n>` | an official |
//! | `org/<n>` | a registered organisation |
//! | `case/<org n>/<n>` | an application of an organisation |
//! | `case/a<agency n>/<n>` | a need recorded by an agency |
//! | `decree/2026/<n>` | a decree of that year |
//! | `list/2026/<n>` | a nominative list of that year |
//! | `budget/2026/<version>` | a version of that year's budget |
//! | `note/<signer>/<n>` | a note; signer is `official/<n>`, `org/<n>` or `desk` |
//! | `award/<16 hex>/<row>` | one row of an old register; the first 16 hex digits of its SHA-256 |
//!
//! Every `<n>` is 1 to 2^53-1 without leading zero: one thing, one spelling.

use std::fmt;

use super::decimal;

/// A thing that statements are about. Ordered by kind of thing, then by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// The ledger itself.
    Ledger,
    /// A fiscal year.
    Year(u16),
    /// An official, by the number of the appointment.
    Official(u64),
    /// A registered organisation.
    Org(u64),
    /// One grant from application to report.
    Case(CaseId),
    /// A decree.
    Decree(DecreeId),
    /// A nominative list.
    List {
        /// The fiscal year.
        year: u16,
        /// The number within the year.
        n: u64,
    },
    /// A budget.
    Budget {
        /// The fiscal year.
        year: u16,
        /// 1 for the first, then one for each amendment.
        version: u64,
    },
    /// A note, which moves no head.
    Note {
        /// Who writes it.
        signer: NoteSigner,
        /// The number within the signer's notes.
        n: u64,
    },
    /// A past award from an old register.
    Award(AwardId),
}

/// Names a case by its owner and its number with that owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId {
    /// Whose series the number is from.
    pub owner: CaseOwner,
    /// The number, from 1.
    pub n: u64,
}

/// Whose a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseOwner {
    /// The organisation that applied.
    Org(u64),
    /// The agency that recorded a need.
    Agency(u64),
}

/// Names a decree by its year and its number within the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecreeId {
    /// The fiscal year.
    pub year: u16,
    /// The number within the year, from 1.
    pub n: u64,
}

/// Names a past award by its place in the register it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AwardId {
    /// The first 8 bytes of the SHA-256 of the register's file.
    pub source: [u8; 8],
    /// The row, from 1.
    pub row: u64,
}

/// Who may write notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteSigner {
    /// An official.
    Official(u64),
    /// An organisation.
    Org(u64),
    /// The server's desk key.
    Desk,
}

/// Parts of the longest spelling.
const MOST_PARTS: usize = 4;

impl About {
    /// Every spelling, as people are told it.
    pub const SPELLINGS: [&str; 13] = [
        "ledger",
        "year/<year>",
        "official/<n>",
        "org/<n>",
        "case/<org>/<n>",
        "case/a<agency>/<n>",
        "decree/<year>/<n>",
        "list/<year>/<n>",
        "budget/<year>/<version>",
        "note/official/<n>/<n>",
        "note/org/<n>/<n>",
        "note/desk/<n>",
        "award/<16 hex>/<row>",
    ];

    /// Whether things of this sort are numbered in a series, each the next of the last.
    pub fn has_series(&self) -> bool {
        !matches!(self, About::Ledger | About::Year(_) | About::Award(_))
    }

    /// Reads one of the spellings above; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 100 {
            return None;
        }
        let mut split = text.split('/');
        let mut parts = [""; MOST_PARTS];
        let count = parts.iter_mut().zip(&mut split).map(|(part, text)| *part = text).count();
        if split.next().is_some() {
            return None;
        }
        Some(match parts[..count] {
            ["ledger"] => About::Ledger,
            ["year", y] => About::Year(year(y)?),
            ["official", n] => About::Official(decimal::ordinal(n)?),
            ["org", n] => About::Org(decimal::ordinal(n)?),
            ["case", owner, n] => {
                let owner = match owner.strip_prefix('a') {
                    Some(agency) => CaseOwner::Agency(decimal::ordinal(agency)?),
                    None => CaseOwner::Org(decimal::ordinal(owner)?),
                };
                About::Case(CaseId { owner, n: decimal::ordinal(n)? })
            }
            ["decree", y, n] => About::Decree(DecreeId { year: year(y)?, n: decimal::ordinal(n)? }),
            ["list", y, n] => About::List { year: year(y)?, n: decimal::ordinal(n)? },
            ["budget", y, version] => About::Budget { year: year(y)?, version: decimal::ordinal(version)? },
            ["note", "desk", n] => About::Note { signer: NoteSigner::Desk, n: decimal::ordinal(n)? },
            ["note", "official", of, n] => {
                About::Note { signer: NoteSigner::Official(decimal::ordinal(of)?), n: decimal::ordinal(n)? }
            }
            ["note", "org", of, n] => {
                About::Note { signer: NoteSigner::Org(decimal::ordinal(of)?), n: decimal::ordinal(n)? }
            }
            ["award", source, row] => {
                About::Award(AwardId { source: source_bytes(source)?, row: decimal::ordinal(row)? })
            }
            _ => return None,
        })
    }
}

impl CaseId {
    /// Reads `case/<org n>/<n>` or `case/a<agency n>/<n>`.
    pub fn parse(text: &str) -> Option<Self> {
        match About::parse(text)? {
            About::Case(id) => Some(id),
            _ => None,
        }
    }
}

fn year(text: &str) -> Option<u16> {
    let year = decimal::number(text).and_then(|year| u16::try_from(year).ok())?;
    (1900..=9999).contains(&year).then_some(year)
}

fn source_bytes(text: &str) -> Option<[u8; 8]> {
    let lower = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut source = [0; 8];
    (lower && hex::decode_to_slice(text, &mut source).is_ok()).then_some(source)
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            About::Ledger => f.write_str("ledger"),
            About::Year(year) => write!(f, "year/{year}"),
            About::Official(n) => write!(f, "official/{n}"),
            About::Org(n) => write!(f, "org/{n}"),
            About::Case(id) => id.fmt(f),
            About::Decree(id) => id.fmt(f),
            About::List { year, n } => write!(f, "list/{year}/{n}"),
            About::Budget { year, version } => write!(f, "budget/{year}/{version}"),
            About::Note { signer: NoteSigner::Official(of), n } => write!(f, "note/official/{of}/{n}"),
            About::Note { signer: NoteSigner::Org(of), n } => write!(f, "note/org/{of}/{n}"),
            About::Note { signer: NoteSigner::Desk, n } => write!(f, "note/desk/{n}"),
            About::Award(id) => id.fmt(f),
        }
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.owner {
            CaseOwner::Org(org) => write!(f, "case/{org}/{}", self.n),
            CaseOwner::Agency(agency) => write!(f, "case/a{agency}/{}", self.n),
        }
    }
}

impl fmt::Display for DecreeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "decree/{}/{}", self.year, self.n)
    }
}

impl fmt::Display for AwardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "award/{}/{}", hex::encode(self.source), self.row)
    }
}

#[cfg(test)]
mod tests {
    use super::{About, AwardId, CaseId, CaseOwner, DecreeId, NoteSigner};

    /// What people are told is what is read, and nothing is left out.
    #[test]
    fn every_spelling_is_told() {
        let n = 3;
        let note = |signer| About::Note { signer, n };
        let all = [
            About::Ledger,
            About::Year(2026),
            About::Official(n),
            About::Org(n),
            About::Case(CaseId { owner: CaseOwner::Org(n), n }),
            About::Case(CaseId { owner: CaseOwner::Agency(n), n }),
            About::Decree(DecreeId { year: 2026, n }),
            About::List { year: 2026, n },
            About::Budget { year: 2026, version: n },
            note(NoteSigner::Official(n)),
            note(NoteSigner::Org(n)),
            note(NoteSigner::Desk),
            About::Award(AwardId { source: [0xab; 8], row: n }),
        ];
        let told: Vec<String> = About::SPELLINGS
            .iter()
            .map(|spelling| {
                let named = [("<16 hex>", "abababababababab"), ("<year>", "2026")];
                let spelling =
                    named.iter().fold((*spelling).to_owned(), |text, (name, value)| text.replace(name, value));
                ["<n>", "<org>", "<agency>", "<version>", "<row>"]
                    .iter()
                    .fold(spelling, |text, name| text.replace(name, "3"))
            })
            .collect();
        assert_eq!(told, all.map(|about| about.to_string()));
        // A sort of thing that is new breaks this match, and then the list above.
        for about in all {
            match about {
                About::Ledger | About::Year(_) | About::Official(_) | About::Org(_) | About::Case(_) => {}
                About::Decree(_) | About::List { .. } | About::Budget { .. } | About::Note { .. } | About::Award(_) => {
                }
            }
            assert_eq!(About::parse(&about.to_string()), Some(about));
        }
    }
}
