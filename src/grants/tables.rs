//! What the text tables of every rule set share: words, values, keys that sign nothing, and verdicts. What a line means is
//! told in `fixtures/workflow/README.md`; how a rule set plays it, in its own `workflow_tests`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::about::About;
use super::claim;
use super::kinds::Kind;
use super::rules::{Refusal, Rule};
use super::sentence::Sentence;
use super::signer::SignerId;
use super::time::{Date, MONTHS_ID};
use crate::tlog::hash::{Hash, sha256};

/// What tables have shown.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) statements: usize,
    pub(super) refusals: BTreeSet<Rule>,
    /// Each statement with what became of it: `ok`, or the code of the rule.
    pub(super) verdicts: Vec<String>,
    pub(super) accepted: BTreeSet<Kind>,
}

impl Seen {
    /// Plays every table of a folder, in the order of their names.
    pub(super) fn of_all(folder: &Path, check: impl Fn(&str) -> Seen) -> Seen {
        let names = names(folder);
        assert!(names.len() >= 6, "the tables of {} are missing", folder.display());
        let mut all = Seen::default();
        for seen in names.iter().map(|name| check(name)) {
            all.statements += seen.statements;
            all.refusals.extend(seen.refusals);
            all.verdicts.extend(seen.verdicts);
            all.accepted.extend(seen.accepted);
        }
        all
    }

    /// SHA-256 over every statement of the tables, in order, with its verdict.
    pub(super) fn digest(&self) -> String {
        sha256(self.verdicts.join("\n").as_bytes()).to_hex()
    }

    /// Notes what became of a statement, and answers it where the table expects that it is accepted.
    ///
    /// # Errors
    /// What the table says otherwise.
    pub(super) fn verdict<T>(
        &mut self,
        said: &str,
        result: Result<T, Refusal>,
        expected: &str,
    ) -> Result<Option<T>, String> {
        self.statements += 1;
        let verdict = result.as_ref().err().map_or("ok", |refusal| refusal.rule.code());
        self.verdicts.push(format!("{said} => {verdict}"));
        let expected = expected.trim();
        match (result, expected.split_once(' ').unwrap_or((expected, ""))) {
            (Ok(accepted), ("ok", "")) => Ok(Some(accepted)),
            (Err(refusal), (code, part)) if refusal.rule.code() == code && !part.is_empty() => {
                self.refusals.insert(refusal.rule);
                let head = refusal.head.is_some() == (refusal.rule == Rule::B13);
                match head && refusal.sentence.english().contains(part) {
                    true => Ok(None),
                    false => Err(format!("expected {part:?} in: {refusal}")),
                }
            }
            (Ok(_), _) => Err(format!("accepted, expected {expected}")),
            (Err(refusal), _) => Err(format!("expected {expected}, refused by {refusal}")),
        }
    }
}

/// That a refusal is told in Indonesian too, and names the same numbers, days, ids and amounts there.
///
/// # Errors
/// What one of the two lacks.
pub(super) fn in_both_languages(refusal: &Refusal) -> Result<(), String> {
    let (english, indonesian) = (refusal.sentence.english(), refusal.sentence.indonesian());
    if indonesian.is_empty() || english == indonesian {
        return Err(format!("not in Indonesian: {refusal}"));
    }
    let [english_named, indonesian_named] = [digits_joined(english), digits_joined(&days_written(indonesian))];
    let [first, second] = [named(&english_named), named(&indonesian_named)];
    match first.symmetric_difference(&second).next() {
        Some(lacking) => Err(format!("{lacking} is in one alone of \"{english}\" and \"{indonesian}\"")),
        None => Ok(()),
    }
}

/// The numbers, days, ids and amounts in a sentence.
fn named(sentence: &str) -> BTreeSet<&str> {
    let part = |c: char| !(c.is_ascii_alphanumeric() || "/_+-.".contains(c));
    let words = sentence.split(part).map(|word| word.trim_end_matches('.'));
    // The name of a paper is none of them.
    words.filter(|word| *word != "SP2D" && word.bytes().any(|byte| byte.is_ascii_digit())).collect()
}

/// `75.000.000` as `75000000`.
fn digits_joined(text: &str) -> String {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let dot = |at: usize| bytes[at] == b'.' && digit(at.checked_sub(1)) && digit(Some(at + 1));
    text.char_indices().filter(|(at, _)| !dot(*at)).map(|(_, c)| c).collect()
}

/// `31 Desember 2026` as `2026-12-31`.
fn days_written(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let month = words.get(at + 1).and_then(|word| MONTHS_ID.iter().position(|month| month == word));
        match (words[at].parse::<u8>(), month, words.get(at + 2)) {
            (Ok(day), Some(month), Some(year)) if year.len() >= 4 && year.is_char_boundary(4) => {
                let (year, rest) = year.split_at(4);
                out.push(format!("{year}-{:02}-{day:02}{rest}", month + 1));
                at += 3;
            }
            _ => {
                out.push(words[at].to_owned());
                at += 1;
            }
        }
    }
    out.join(" ")
}

#[test]
fn what_the_indonesian_lacks_is_told() {
    let told = |english: &str, indonesian: &str| {
        in_both_languages(&Refusal::form(Sentence::of(english.to_owned(), indonesian.to_owned()))).is_ok()
    };
    assert!(told(
        "case/1/7 over 75000000 on 2026-01-31; wait",
        "case/1/7 sebesar 75.000.000 pada 31 Januari 2026; tunggu"
    ));
    assert!(!told("case/1/7 over 75000000", "case/1/7 sebesar 7.500.000"));
    assert!(!told("wait until 2026-01-31", "tunggu sampai 30 Januari 2026"));
    assert!(!told("entry 12 is wrong", "entri itu salah"));
    assert!(!told("wait", "wait") && !told("wait", ""));
}

/// The tables of a folder, in order, without the one that others include.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".txt") && name != "standard.txt")
        .collect();
    names.sort();
    names
}

/// The strings of an envelope, as a line leaves them.
pub(super) struct Envelope {
    pub(super) after: String,
    pub(super) event: String,
    pub(super) expires: String,
}

impl Envelope {
    /// What the ledger room hands over once it has read the envelope's strings.
    pub(super) fn read(&self, kind: &str, about: &str, signers: &[String]) -> Result<claim::Envelope, Refusal> {
        let form =
            || Refusal::form(Sentence::only_english(format!("the envelope of {kind} about {about} does not parse")));
        let after = match self.after.as_str() {
            "" => None,
            hash => Some(Hash::from_hex(hash).map_err(|_| form())?),
        };
        let signers: Option<Vec<SignerId>> = signers.iter().map(|signer| SignerId::parse(signer)).collect();
        Ok(claim::Envelope {
            about: About::parse(about).ok_or_else(form)?,
            after,
            event_date: Date::parse(&self.event).ok_or_else(form)?,
            expires: Date::parse(&self.expires).ok_or_else(form)?,
            signers: signers.ok_or_else(form)?,
        })
    }
}

/// `org/1` is a key of that name, `org/1:b` another of the same name, `org/1~org/2` one of that name with the public key
/// of `org/2`; `ledger` has the origin as its name. Answers name, id and public part.
pub(super) fn made_up_key(origin: &str, key: &str) -> (String, String, String) {
    let name = match key.split([':', '~']).next().unwrap_or_default() {
        "ledger" => origin.to_owned(),
        name => format!("{origin}/{name}"),
    };
    let hash = sha256(key.as_bytes());
    let public_of = key.split_once('~').map_or(hash, |(_, other)| sha256(other.as_bytes()));
    let mut public = vec![1];
    public.extend_from_slice(public_of.as_bytes());
    (name, hash.to_hex()[..8].to_owned(), STANDARD.encode(public))
}

/// `12_000`, JSON, or a text as it stands.
pub(super) fn literal(text: &str) -> Value {
    let number = text.replace('_', "");
    let json = if number.bytes().all(|byte| byte.is_ascii_digit()) { &number } else { text };
    serde_json::from_str(json).unwrap_or_else(|_| Value::from(text))
}

/// Words are split at spaces outside of double quotes.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in text.chars() {
        quoted ^= character == '"';
        match character {
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Sets the field at this dotted path, `None` removes it. A number is a place in a list, which then ends there.
pub(super) fn set(body: &mut Value, path: &str, value: Option<Value>) {
    let mut parts: Vec<&str> = path.split('.').collect();
    let last = parts.pop().unwrap();
    let holder = parts.into_iter().fold(body, |holder, part| match part.parse::<usize>() {
        Ok(at) => &mut holder[at],
        Err(_) => {
            if holder.get(part).is_none() {
                holder[part] = Value::Object(Map::new());
            }
            &mut holder[part]
        }
    });
    match (value, holder) {
        (Some(value), Value::Array(items)) => {
            let at = last.parse().unwrap();
            items.truncate(at);
            items.push(value);
        }
        (None, Value::Array(items)) => items.truncate(last.parse().unwrap()),
        (Some(value), holder) => holder[last] = value,
        (None, holder) => {
            holder.as_object_mut().unwrap().remove(last);
        }
    }
}
