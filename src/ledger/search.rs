//! Search: words as beginnings, document numbers with or without what stands between their digits, and the next spelling
//! where nothing is found, by how Indonesian was and is written.

use rusqlite::params;

use super::reader::Reader;
use super::store::StoreError;

/// Shorter squeezed queries would find too much.
const LEAST_SQUEEZED: usize = 4;
/// The most words of a query that a next spelling is sought for.
const MAX_WORDS: usize = 6;

impl Reader {
    /// The grants that have these words, by their numbers in the tables; none where the words narrow nothing down.
    ///
    /// # Errors
    /// What the files report.
    pub fn matching(&self, words: &str) -> Result<Option<Vec<u64>>, StoreError> {
        let Some(expression) = expression(words) else { return Ok(None) };
        let sql = "SELECT rowid FROM grants_words WHERE grants_words MATCH ?1";
        self.listed(sql, params![expression], |row| row.get(0)).map(Some)
    }

    /// These words as they are spelled in this ledger, where they find nothing and another spelling finds something.
    ///
    /// # Errors
    /// What the files report.
    pub fn next_spelling(&self, words: &str) -> Result<Option<String>, StoreError> {
        let asked: Vec<String> = parts(words).take(MAX_WORDS).map(str::to_lowercase).collect();
        let sql = "SELECT term, sum(doc) FROM grants_terms WHERE col IN ('recipient', 'title', 'words') GROUP BY term";
        let known: Vec<(String, u64)> = self.listed(sql, params![], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let spelled: Option<Vec<&str>> = asked.iter().map(|word| nearest(word, &known)).collect();
        let Some(spelled) = spelled.map(|words| words.join(" ")).filter(|spelled| *spelled != asked.join(" ")) else {
            return Ok(None);
        };
        let found = self.matching(&spelled)?.is_some_and(|found| !found.is_empty());
        Ok(found.then_some(spelled))
    }
}

fn parts(words: &str) -> impl Iterator<Item = &str> {
    words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Words of letters and digits, each quoted so that nothing of it is FTS5 syntax. A word may be a beginning; of numbers the
/// last may. A number with hyphens or points, such as a tax number, is also sought as its digits alone, and what has a digit
/// also as a document's number without anything between.
pub(super) fn expression(words: &str) -> Option<String> {
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

/// The known word that is this one, begins with it, sounds like it, or else is spelled nearly so; of several, the one that most
/// grants have.
fn nearest<'k>(word: &str, known: &'k [(String, u64)]) -> Option<&'k str> {
    let sounds = sound(word);
    let letters = sounds.chars().count();
    let allowed = match letters {
        0..=3 => 0,
        4..=6 => 1,
        _ => 2,
    };
    let ranked = known.iter().filter_map(|(term, grants)| {
        let rank = if term.starts_with(word) {
            0
        } else {
            let other = sound(term);
            if other.chars().count().abs_diff(letters) > allowed {
                return None;
            }
            1 + distance(&sounds, &other)
        };
        (rank <= 1 + allowed).then_some((rank, std::cmp::Reverse(*grants), term.as_str()))
    });
    // A beginning stays what it is.
    let (rank, _, term) = ranked.min()?;
    (rank > 0 || term.len() == word.len()).then_some(term).or_else(|| {
        known.iter().find(|(term, _)| term.starts_with(word)).map(|(term, _)| term.get(..word.len()).unwrap_or(term))
    })
}

/// One spelling for words that are written in several ways: the old spelling (`oe`, `tj`, `dj`, `nj`, `sj`, `ch`, and `j` for
/// `y`), letters that take each other's place (`f`, `v`, `p`; `z`, `j`), doubled letters, a last `h`.
fn sound(word: &str) -> String {
    const PAIRS: [(&str, &str); 13] = [
        ("oe", "u"),
        ("tj", "c"),
        ("dj", "j"),
        ("nj", "ny"),
        ("sj", "s"),
        ("sy", "s"),
        ("sh", "s"),
        ("ch", "h"),
        ("kh", "h"),
        ("th", "t"),
        ("dh", "d"),
        ("ph", "p"),
        ("x", "ks"),
    ];
    let lower = word.to_lowercase();
    let joined = PAIRS.iter().fold(lower, |text, (old, new)| text.replace(old, new));
    let mut out = String::new();
    for letter in joined.chars() {
        let letter = match letter {
            'f' | 'v' => 'p',
            'z' | 'y' => 'j',
            'q' => 'k',
            other => other,
        };
        if !out.ends_with(letter) {
            out.push(letter);
        }
    }
    if out.len() > 3 && out.ends_with('h') {
        out.pop();
    }
    out
}

/// How many letters are to be put in, taken out, replaced or swapped with the next.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::{distance, expression, nearest, sound};

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

    #[test]
    fn old_and_new_spelling_sound_alike() {
        for (old, new) in [
            ("jajasan", "yayasan"),
            ("poesat", "pusat"),
            ("pemoeda", "pemuda"),
            ("tjikutra", "cikutra"),
            ("djakarta", "jakarta"),
            ("achir", "akhir"),
            ("aktip", "aktif"),
            ("sekola", "sekolah"),
            ("masjarakat", "masyarakat"),
        ] {
            assert!(distance(&sound(old), &sound(new)) <= 1, "{old} {} {new} {}", sound(old), sound(new));
        }
        assert_eq!(sound("jajasan"), sound("yayasan"));
    }

    #[test]
    fn the_nearest_word_is_found_and_a_far_one_is_not() {
        let known: Vec<(String, u64)> = [("yayasan", 90), ("angklung", 3), ("sanggar", 40), ("seni", 60), ("tani", 5)]
            .map(|(word, grants)| (word.to_owned(), grants))
            .into();
        for (word, expected) in [
            ("jajasan", Some("yayasan")),
            ("anklung", Some("angklung")),
            ("angkulng", Some("angklung")),
            ("angk", Some("angk")),
            ("sengar", Some("sanggar")),
            ("zzzzzz", None),
            ("ta", Some("ta")),
        ] {
            assert_eq!(nearest(word, &known), expected, "{word}");
        }
    }
}
