//! Search: words as beginnings, ids of grants and what begins as one, and document numbers with or without what stands
//! between their digits.

use std::collections::BTreeSet;

use rusqlite::types::ToSqlOutput;
use rusqlite::{ToSql, params};

use super::reader::{GrantQuery, Reader};
use super::store::StoreError;
use crate::grants::about::About;
use crate::grants::figures::Figure;
use crate::tlog::decimal::parse_decimal;

/// Shorter squeezed queries would find too much.
const LEAST_SQUEEZED: usize = 4;
/// Whether a grant is named exactly, for ?10 of [`Asked::filter`].
pub(super) const EXACT: &str = "g.n IN (SELECT value FROM json_each(?10))";
/// What may stand before the number of an entry, as pages have it.
const ENTRY_WORDS: [&str; 3] = ["entri", "entry", "#"];

/// The grants that words find, by their numbers in the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// Those that the words name exactly.
    pub exact: BTreeSet<u64>,
    /// All of them, in order.
    pub all: Vec<u64>,
}

/// What words ask for.
#[derive(Debug, PartialEq, Eq)]
enum Sought {
    /// An FTS5 expression.
    Words(String),
    /// What a grant's id begins with: among a hundred thousand, `case` is a word of all, and the index would read them all.
    Id(String),
}

impl Sought {
    /// None where the words narrow nothing down.
    fn of(words: &str) -> Option<Self> {
        id_beginning(words).map(Self::Id).or_else(|| expression(words).map(Self::Words))
    }

    /// The numbers of the grants, for ?1.
    fn select(&self) -> &'static str {
        match self {
            Self::Words(_) => "SELECT rowid AS n FROM grants_words WHERE grants_words MATCH ?1",
            // A tilde is after all that an id is written with.
            Self::Id(_) => "SELECT n FROM grants WHERE id >= ?1 AND id < ?1 || '~'",
        }
    }
}

impl ToSql for Sought {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let (Self::Words(text) | Self::Id(text)) = self;
        text.to_sql()
    }
}

/// A query as SQL takes it.
pub(super) struct Asked<'q> {
    query: &'q GrantQuery,
    /// None: no word filter.
    sought: Option<Sought>,
    /// The grants that they name exactly, as a JSON array; none where there are none.
    exact: Option<String>,
}

impl Asked<'_> {
    /// FROM and WHERE.
    pub(super) fn filter(&self) -> String {
        let from = match (&self.sought, &self.exact) {
            (None, _) => "FROM grants AS g WHERE ?1 IS NULL AND ?10 IS NULL".to_owned(),
            (Some(sought), None) => {
                format!("FROM ({}) AS found JOIN grants AS g ON g.n = found.n WHERE ?10 IS NULL", sought.select())
            }
            // The number of an entry is none of the words of a grant.
            (Some(sought), Some(_)) => format!(
                "FROM ({} UNION SELECT value FROM json_each(?10)) AS found JOIN grants AS g ON g.n = found.n WHERE 1",
                sought.select()
            ),
        };
        let narrowed = "AND (?2 IS NULL OR g.fiscal_year = ?2) AND (?3 IS NULL OR g.status = ?3) AND (?4 IS NULL OR g.field = ?4) AND (?5 IS NULL OR g.agency = ?5) AND (?6 IS NULL OR g.organisation = ?6) AND (?7 IS NULL OR g.migrated = ?7) AND (?8 IS NULL OR g.stage = ?8) AND (?9 IS NULL OR EXISTS (SELECT 1 FROM findings AS f WHERE f.thing = g.id AND f.flag = ?9) OR (?9 = 'report_missing' AND g.report_due < (SELECT day FROM progress)))";
        let amount = match self.query.amount {
            None => String::new(),
            Some(at) => Figure::NAMES.get(at).map_or("AND 0".to_owned(), |name| format!("AND g.{name} IS NOT NULL")),
        };
        let size = self.query.size.map(|(least, below)| {
            let size = "coalesce(g.paid, g.decreed, g.asked)";
            format!("AND {size} >= {least} AND {size} < {below}")
        });
        format!("{from} {narrowed} {amount} {}", size.unwrap_or_default())
    }

    /// What an ORDER BY begins with, so that what is named exactly comes first.
    pub(super) fn first(&self) -> String {
        self.exact.as_ref().map(|_| format!("{EXACT} DESC, ")).unwrap_or_default()
    }

    /// What ?1 to ?10 stand for.
    pub(super) fn values(&self) -> [&dyn ToSql; 10] {
        let GrantQuery { fiscal_year, status, field, agency, organisation, migrated, stage, flag, .. } = self.query;
        [&self.sought, fiscal_year, status, field, agency, organisation, migrated, stage, flag, &self.exact]
    }
}

impl Reader {
    pub(super) fn asked<'q>(&self, query: &'q GrantQuery) -> Result<Asked<'q>, StoreError> {
        let exact: Vec<String> = self.named_exactly(&query.words)?.iter().map(u64::to_string).collect();
        let exact = (!exact.is_empty()).then(|| format!("[{}]", exact.join(",")));
        Ok(Asked { query, sought: Sought::of(&query.words), exact })
    }

    /// The grants that have these words, or that the words name exactly; none where the words narrow nothing down.
    ///
    /// # Errors
    /// What the files report.
    pub fn matching(&self, words: &str) -> Result<Option<Matching>, StoreError> {
        let Some(sought) = Sought::of(words) else { return Ok(None) };
        let exact = self.named_exactly(words)?;
        let mut all: Vec<u64> = self.listed(sought.select(), params![sought], |row| row.get(0))?;
        all.extend(&exact);
        all.sort_unstable();
        all.dedup();
        Ok(Some(Matching { exact, all }))
    }

    /// The grants, by their numbers in the tables, that this text as a whole is a name of: their id, the number of an entry
    /// about them, or the number of one of their documents or of their recipient's licence. Case does not count, nor what stands between letters and digits
    /// of a document's number, nor space.
    ///
    /// # Errors
    /// What the files report.
    pub fn named_exactly(&self, text: &str) -> Result<BTreeSet<u64>, StoreError> {
        let plain = squeezed(text);
        if !plain.bytes().any(|byte| byte.is_ascii_digit()) {
            return Ok(BTreeSet::new());
        }
        let mut found = BTreeSet::new();
        if let Some(about) = thing(text) {
            let sql = "SELECT n FROM grants WHERE id = ?1";
            found.extend(self.listed(sql, params![about.to_string()], |row| row.get::<_, u64>(0))?);
        }
        if let Some(index) = entry_number(text) {
            let sql = "SELECT g.n FROM records AS r JOIN grants AS g ON g.id = r.about WHERE r.idx = ?1";
            found.extend(self.listed(sql, params![index], |row| row.get::<_, u64>(0))?);
        }
        let sql = "SELECT g.n FROM organisations AS o JOIN grants AS g ON g.organisation = o.n WHERE o.squeezed = ?1";
        found.extend(self.listed(sql, params![plain], |row| row.get::<_, u64>(0))?);
        let parts: Vec<&str> = parts(text).collect();
        let squeezed_out = format!("squeezed : \"{}\"", parts.concat());
        // Of a number with other signs than the tables squeeze out, the parts stand beside each other.
        let beside = (parts.len() > 1).then(|| format!(" OR numbers : \"{}\"", parts.join(" ")));
        let sql =
            "SELECT n, numbers FROM grants WHERE n IN (SELECT rowid FROM grants_words WHERE grants_words MATCH ?1)";
        let expression = format!("{squeezed_out}{}", beside.unwrap_or_default());
        let numbered: Vec<(u64, String)> =
            self.listed(sql, params![expression], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let named = numbered.into_iter().filter(|(_, numbers)| numbers.lines().any(|number| squeezed(number) == plain));
        found.extend(named.map(|(n, _)| n));
        Ok(found)
    }
}

pub(super) fn parts(words: &str) -> impl Iterator<Item = &str> {
    words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Letters and digits alone, in lower case.
pub(super) fn squeezed(text: &str) -> String {
    parts(text).flat_map(str::chars).flat_map(char::to_lowercase).collect()
}

/// The thing that a text names, whatever its case and whatever space is in it: ` Case / 1 / 1` is `case/1/1`.
#[must_use]
pub fn thing(text: &str) -> Option<About> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    About::parse(&plain)
}

/// The entry that a text names: `8112`, or as pages print it, `Entri 8.112`, `entry 8,112`, `#8112`.
#[must_use]
pub fn entry_number(text: &str) -> Option<u64> {
    let plain = text.trim().to_lowercase();
    let number = ENTRY_WORDS.iter().find_map(|word| plain.strip_prefix(word)).unwrap_or(&plain).trim();
    let mark = number.chars().find(|c| matches!(c, '.' | ','));
    let groups: Vec<&str> = mark.map_or_else(|| vec![number], |mark| number.split(mark).collect());
    let grouped = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    grouped.then(|| parse_decimal(&groups.concat())).flatten().filter(|index| *index < 1 << 53)
}

/// Text that is an id of a grant or begins as one, such as `case/12/3`, `case/12` or `award/`.
fn id_beginning(text: &str) -> Option<String> {
    // As it stands in a sentence.
    let plain = text.trim_matches(|c: char| !c.is_alphanumeric() && c != '/').to_lowercase();
    let rest = plain.strip_prefix("case/").or_else(|| plain.strip_prefix("award/"))?;
    rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/').then_some(plain)
}

/// Words of letters and digits, each quoted so that nothing of it is FTS5 syntax. A word may be a beginning; of numbers the
/// last may. A number with hyphens or points, such as a tax number, is also sought as its digits alone, and what has a digit
/// also as a document's number without anything between.
fn expression(words: &str) -> Option<String> {
    let chunks: Vec<(&str, Vec<&str>)> = words
        .split_whitespace()
        .map(|chunk| (chunk, parts(chunk).collect()))
        .filter(|(_, parts): &(&str, Vec<&str>)| !parts.is_empty())
        .collect();
    let last = chunks.len().checked_sub(1)?;
    let sought = chunks.iter().enumerate().map(|(at, (chunk, parts))| {
        let begins = |word: &str| word.starts_with(char::is_alphabetic);
        let quoted = parts.iter().enumerate().map(|(place, part)| {
            let ends = at == last && place + 1 == parts.len();
            format!("\"{part}\"{}", if ends || begins(part) { "*" } else { "" })
        });
        let apart = quoted.collect::<Vec<_>>().join(" AND ");
        let numeric = chunk.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.'));
        let end = if at == last { "*" } else { "" };
        if numeric && parts.len() > 1 { format!("(({apart}) OR \"{}\"{end})", parts.concat()) } else { apart }
    });
    let apart = sought.collect::<Vec<_>>().join(" AND ");
    let squeezed = parts(words).collect::<String>();
    let is_number = squeezed.len() >= LEAST_SQUEEZED && squeezed.bytes().any(|byte| byte.is_ascii_digit());
    Some(if is_number { format!("({apart}) OR squeezed : \"{squeezed}\" *") } else { apart })
}

#[cfg(test)]
mod tests {
    use super::expression;

    #[test]
    fn words_become_an_expression_without_syntax_of_their_own() {
        let cases = [
            ("", None),
            ("\" OR *", Some("\"OR\"*")),
            ("rumah warga", Some("\"rumah\"* AND \"warga\"*")),
            ("12 34", Some("(\"12\" AND \"34\"*) OR squeezed : \"1234\" *")),
            ("13-1234567", Some("(((\"13\" AND \"1234567\"*) OR \"131234567\"*)) OR squeezed : \"131234567\" *")),
            ("SK.9/Kep 1", Some("(\"SK\"* AND \"9\" AND \"Kep\"* AND \"1\"*) OR squeezed : \"SK9Kep1\" *")),
        ];
        for (words, expected) in cases {
            let found = expression(words);
            let found = found.as_deref();
            assert_eq!(found, expected, "{words}");
        }
    }
}
