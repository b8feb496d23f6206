//! The next spelling where a search finds nothing, by how Indonesian was and is written, among the words of this ledger.

use std::collections::BTreeMap;
use std::ops::Bound;

use rusqlite::params;

use super::reader::Reader;
use super::search::parts;
use super::store::StoreError;

/// The most words of a query that a next spelling is sought for.
const MAX_WORDS: usize = 6;

/// The words of a ledger, as far as its tables were when they were read: of titles, recipients' names, and what else is sought
/// of awards from before. About 100 bytes a word.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    size: u64,
    words: BTreeMap<String, Known>,
}

#[derive(Clone, Debug)]
struct Known {
    /// In how many grants and names it was when they were new.
    times: u64,
    sound: String,
    letters: usize,
    signs: u64,
}

impl Vocabulary {
    /// Takes in what is new in the tables. A word stays that is nowhere any more; whoever offers it looks whether it finds
    /// something.
    ///
    /// # Errors
    /// What the files report; then it is as before, or has some of the new words.
    pub fn bring_up(&mut self, reader: &Reader) -> Result<(), StoreError> {
        let size = reader.progress()?.size;
        // A request that began earlier may see less than is in already.
        if size <= self.size {
            return Ok(());
        }
        for (text, new) in reader.texts_since(self.size)? {
            for word in parts(&text) {
                self.add(&word.to_lowercase(), new);
            }
        }
        self.size = size;
        Ok(())
    }

    fn add(&mut self, word: &str, new: bool) {
        if let Some(known) = self.words.get_mut(word) {
            known.times += u64::from(new);
            return;
        }
        let sound = sound(word);
        let (letters, signs) = (sound.chars().count(), signs(&sound));
        self.words.insert(word.to_owned(), Known { times: 1, sound, letters, signs });
    }

    /// These words as they are spelled in this ledger, where that is otherwise and `finds` something.
    ///
    /// # Errors
    /// What `finds` reports.
    pub fn next_spelling<E>(
        &self,
        words: &str,
        finds: impl FnOnce(&str) -> Result<bool, E>,
    ) -> Result<Option<String>, E> {
        let asked: Vec<String> = parts(words).take(MAX_WORDS).map(str::to_lowercase).collect();
        let spelled: Option<Vec<&str>> = asked.iter().map(|word| self.nearest(word)).collect();
        let spelled = spelled.map(|words| words.join(" ")).filter(|spelled| *spelled != asked.join(" "));
        match spelled {
            Some(spelled) if finds(&spelled)? => Ok(Some(spelled)),
            _ => Ok(None),
        }
    }

    /// The word itself where one begins with it; else the known one that sounds like it, or is spelled nearly so; of several,
    /// the one that most grants have.
    fn nearest<'w>(&'w self, word: &'w str) -> Option<&'w str> {
        let mut after = self.words.range::<str, _>((Bound::Included(word), Bound::Unbounded));
        if after.next().is_some_and(|(known, _)| known.starts_with(word)) {
            return Some(word);
        }
        let sounds = sound(word);
        let (letters, of_it) = (sounds.chars().count(), signs(&sounds));
        let allowed = match letters {
            0..=3 => 0,
            4..=6 => 1,
            _ => 2,
        };
        let ranked = self.words.iter().filter_map(|(word, known)| {
            // Each change of a letter changes two signs at most, so most words need no closer look.
            let far =
                known.letters.abs_diff(letters) > allowed || (known.signs ^ of_it).count_ones() as usize > 2 * allowed;
            let rank = if far { usize::MAX } else { distance(&sounds, &known.sound) };
            (rank <= allowed).then_some((rank, std::cmp::Reverse(known.times), word.as_str()))
        });
        ranked.min().map(|(.., word)| word)
    }
}

impl Reader {
    /// The texts that words are known from, of grants and organisations that entry `since` or a later one changed, and whether
    /// they are new since.
    fn texts_since(&self, since: u64) -> Result<Vec<(String, bool)>, StoreError> {
        let sql = "SELECT recipient || ' ' || title || ' ' || words, first_idx >= ?1 FROM grants WHERE last_idx >= ?1 UNION ALL SELECT name, idx >= ?1 FROM organisations WHERE named >= ?1";
        self.listed(sql, params![since], |row| Ok((row.get(0)?, row.get(1)?)))
    }
}

/// Which letters a word has, a bit each.
fn signs(word: &str) -> u64 {
    word.chars().fold(0, |signs, letter| signs | 1 << (u32::from(letter) % 64))
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
    use super::{Vocabulary, distance, sound};

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
        let mut known = Vocabulary::default();
        for (word, times) in
            [("yayasan", 90), ("angklung", 3), ("sanggar", 40), ("seni", 60), ("tani", 5), ("senin", 1)]
        {
            (0..times).for_each(|_| known.add(word, true));
        }
        for (word, expected) in [
            ("jajasan", Some("yayasan")),
            ("anklung", Some("angklung")),
            ("angkulng", Some("angklung")),
            ("angk", Some("angk")),
            ("sengar", Some("sanggar")),
            ("zzzzzz", None),
            ("ta", Some("ta")),
        ] {
            assert_eq!(known.nearest(word), expected, "{word}");
        }
    }
}
