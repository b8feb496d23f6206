//! What is meant by a number or a fingerprint as people have it: copied from a page, a print or another program.

use std::borrow::Cow;
use std::sync::Arc;

use crate::grants::about::About;
use crate::ledger::documents::Documents;
use crate::ledger::reader::{Grant, Organisation, Reader, Record};
use crate::ledger::search::Matching;
use crate::public::answer::Fault;
use crate::public::api::number;
use crate::public::documents::{Known, known};
use crate::public::founding::Founding;
use crate::public::history::leaf;
use crate::tlog::hash::Hash;

/// How many grants with a number are told; a list has them all.
const MOST_GRANTS: usize = 5;
/// The fewest hex digits that stand for a leaf hash: as many as prints and citations have.
const LEAST_HEX: usize = 16;

/// One thing that was found.
pub(super) enum Found {
    /// An entry, by its number.
    Entry(Record),
    /// An entry, by its leaf hash.
    Leaf(Record),
    /// An entry, by the hash of its statement.
    Statement(Record),
    /// A grant, by its number or a document's.
    Grant(Box<Grant>),
    /// A document that entries name.
    Document(Hash, Known),
    /// The root of the newest checkpoint, and its size.
    Root(u64),
    /// A list, a budget or a decree.
    Paper(String),
    /// An organisation, by its name on the ledger or the number of its licence.
    Organisation(Organisation),
}

/// What was found.
#[derive(Default)]
pub(super) struct Answer {
    pub(super) found: Vec<Found>,
    /// Whether a list of grants has more of it, or may have.
    pub(super) words: bool,
}

/// Reads what was asked for.
struct Asked<'a> {
    reader: &'a Reader,
    founding: &'a Founding,
    documents: &'a Documents,
    found: Vec<Found>,
}

/// What the ledger has of what was asked for.
pub(super) fn answer(
    reader: &Reader,
    founding: &Arc<Founding>,
    documents: &Documents,
    text: &str,
) -> Result<Answer, Fault> {
    let mut asked = Asked { reader, founding, documents, found: Vec::new() };
    let name = &*name_of(text);
    if let Some(index) = grouped(name) {
        asked.entry(index)?;
    }
    let hex = hex_of(name);
    if let Some(hex) = &hex {
        asked.hash(hex)?;
    }
    let is_thing = About::parse(name).is_some();
    if is_thing {
        asked.thing(name)?;
    }
    // Whoever names an entry means no other thing with that number.
    let spelled_out = name.len() < text.trim().len();
    let may_be_hash = hex.is_some_and(|hex| hex.len() == 64 || hex.bytes().any(|byte| byte.is_ascii_alphabetic()));
    let words = !is_thing && !spelled_out && !may_be_hash;
    let all = if words && asked.found.is_empty() { asked.grants(name)? } else { 0 };
    Ok(Answer { words: words && (all == 0 || all > MOST_GRANTS), found: asked.found })
}

impl Asked<'_> {
    fn record(&self, index: u64) -> Result<Option<Record>, Fault> {
        // Tables follow the checkpoint; still, what is not signed is not shown (I4).
        let signed = self.reader.signed()?.size;
        Ok(if index < signed { self.reader.record(index)? } else { None })
    }

    fn entry(&mut self, index: u64) -> Result<(), Fault> {
        self.found.extend(self.record(index)?.map(Found::Entry));
        Ok(())
    }

    /// A hash, or at least the first 16 digits of one.
    fn hash(&mut self, hex: &str) -> Result<(), Fault> {
        let Ok(hash) = Hash::from_hex(&format!("{hex:0<64}")) else { return Ok(()) };
        for index in self.reader.with_leaf_like(&hash)? {
            if leaf(self.reader, index)?.to_hex().starts_with(hex) {
                self.found.extend(self.record(index)?.map(Found::Leaf));
            }
        }
        if hex.len() < 64 {
            return Ok(());
        }
        if let Some(index) = self.reader.index_of_statement(&hash)? {
            self.found.extend(self.record(index)?.map(Found::Statement));
        }
        let known = known(self.reader, self.founding, self.documents, &hash)?;
        if !known.named_by.is_empty() {
            self.found.push(Found::Document(hash, known));
        }
        let signed = self.reader.signed()?;
        if signed.root == hash {
            self.found.push(Found::Root(signed.size));
        }
        Ok(())
    }

    fn thing(&mut self, about: &str) -> Result<(), Fault> {
        if let Some(grant) = self.reader.grant(about)? {
            self.found.push(Found::Grant(Box::new(grant)));
            return Ok(());
        }
        match About::parse(about) {
            Some(About::List { .. } | About::Budget { .. } | About::Decree(_))
                if !self.reader.timeline(about)?.is_empty() =>
            {
                self.found.push(Found::Paper(about.to_owned()));
            }
            Some(About::Org(n)) => self.found.extend(self.reader.organisation(n)?.map(Found::Organisation)),
            _ => {}
        }
        Ok(())
    }

    /// Organisations with a licence of this number, then grants with this number or these words; answers how many grants.
    fn grants(&mut self, words: &str) -> Result<usize, Fault> {
        let licensed = self.reader.licensed(words)?.into_iter().take(MOST_GRANTS);
        self.found.extend(licensed.map(Found::Organisation));
        let Matching { exact, all } = self.reader.matching(words)?.unwrap_or_default();
        let first: Vec<u64> =
            exact.iter().chain(all.iter().filter(|n| !exact.contains(n))).copied().take(MOST_GRANTS).collect();
        let grants = self.reader.grants_at(&first)?;
        self.found.extend(grants.into_iter().map(|grant| Found::Grant(Box::new(grant))));
        Ok(all.len())
    }
}

/// The name in an address of this site, or in what people write around one.
fn name_of(text: &str) -> Cow<'_, str> {
    const FOLDERS: [(&str, &str); 8] = [
        ("/entries/", ""),
        ("/grants/", ""),
        ("/documents/", ""),
        ("/api/v1/receipts/", ""),
        ("/orgs/", "org/"),
        ("/decrees/", "decree/"),
        ("/budgets/", "budget/"),
        ("/lists/", "list/"),
    ];
    let text = text.trim();
    let in_address = FOLDERS.iter().find_map(|(folder, sort)| {
        let (before, rest) = text.split_once(folder)?;
        (before.is_empty() || before.contains("://") || before == "/en").then_some((sort, rest))
    });
    if let Some((sort, rest)) = in_address {
        let name = rest.split(['?', '#']).next().unwrap_or(rest).trim_end_matches('/');
        return if sort.is_empty() { Cow::Borrowed(name) } else { Cow::Owned(format!("{sort}{name}")) };
    }
    let words = ["entri ", "entry ", "sha256:", "sha-256:", "#"];
    let spelled = words.iter().find_map(|word| {
        let begin = text.get(..word.len())?;
        begin.eq_ignore_ascii_case(word).then(|| text[word.len()..].trim())
    });
    Cow::Borrowed(spelled.unwrap_or(text))
}

/// A number as people write it: `8112`, `8.112`, `8,112`.
fn grouped(text: &str) -> Option<u64> {
    let groups: Vec<&str> = text.split(['.', ',']).collect();
    let (first, rest) = groups.split_first()?;
    let whole = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|group| group.len() == 3));
    whole.then(|| number(&groups.concat())).flatten()
}

/// The digits of a hash, as `sha256sum` prints it before a file's name, or with spaces between groups of a print.
fn hex_of(text: &str) -> Option<String> {
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let first = text.split_whitespace().next().unwrap_or_default();
    let joined: String = text.split_whitespace().collect();
    let hex = if first.len() == 64 { first.to_owned() } else { joined };
    (is_hex(&hex) && (LEAST_HEX..=64).contains(&hex.len())).then(|| hex.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{grouped, hex_of, name_of};

    #[test]
    fn names_are_read_as_people_have_them() {
        for (text, name) in [
            (" 12 ", "12"),
            ("Entri 8.112", "8.112"),
            ("ENTRY 12", "12"),
            ("https://kota.example/hibah/en/entries/12?x=1#proof", "12"),
            ("/grants/case/1/1", "case/1/1"),
            ("https://kota.example/en/decrees/2014/1", "decree/2014/1"),
            ("/orgs/12", "org/12"),
            ("https://kota.example/documents/abcd/", "abcd"),
            ("978/Kep.12/2026", "978/Kep.12/2026"),
            ("12/grants/5", "12/grants/5"),
            ("sha256:AB", "AB"),
            ("é", "é"),
        ] {
            assert_eq!(name_of(text), name, "{text}");
        }
    }

    #[test]
    fn numbers_and_hashes_are_told_from_other_texts() {
        let numbers = [("8112", 8112), ("8.112", 8112), ("1,008,112", 1_008_112), ("0", 0)];
        for (text, number) in numbers {
            assert_eq!(grouped(text), Some(number), "{text}");
        }
        for text in ["", "8.11", "8112.5", "1234,567", "978/Kep", "-1", "+1", "007", "0.001", "99999999999999999999"] {
            assert_eq!(grouped(text), None, "{text}");
        }
        let whole = "AB".repeat(32);
        assert_eq!(hex_of(&format!("{whole}  laporan.pdf")), Some("ab".repeat(32)));
        assert_eq!(hex_of("0123 4567 89ab cdef"), Some("0123456789abcdef".to_owned()));
        for text in ["", "0123456789abcde", "0123456789abcdeg", &format!("{whole}0")] {
            assert_eq!(hex_of(text), None, "{text}");
        }
    }
}
