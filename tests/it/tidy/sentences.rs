//! What people are told is in both languages (`src/grants/sentence.rs`).

use std::collections::BTreeSet;

use super::{Fault, House, check, fault};

/// Where a sentence may be in English only: what defines that, rule set 0, profiles, which operators write, and what the
/// log's own errors say of keys and signatures.
const IN_ENGLISH: [&str; 8] = [
    "src/grants/sentence.rs",
    "src/grants/shape.rs",
    "src/grants/zero/",
    "src/grants/one/profile/",
    "src/grants/toml_text.rs",
    "src/grants/tables.rs",
    "src/ledger/statement.rs",
    "src/ledger/replay.rs",
];

/// The values that a format takes: those with a name, and how many have none.
fn values(format: &str) -> (BTreeSet<&str>, usize) {
    let (mut named, mut unnamed) = (BTreeSet::new(), 0);
    let format = format.split("{{").flat_map(|part| part.split('{').skip(1));
    for value in format.filter_map(|rest| rest.split(['}', ':']).next()) {
        if value.is_empty() {
            unnamed += 1;
        } else {
            named.insert(value);
        }
    }
    (named, unnamed)
}

fn one_language(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in house.program() {
        let allowed = IN_ENGLISH.iter().any(|path| source.path.starts_with(path));
        for (at, word) in source.words() {
            if !allowed && matches!(word, "only_english" | "in_english") {
                faults.push(fault(source, at, "people meet this at the desk: say it in Indonesian too."));
            }
            if word != "sentence" || !source.code[at..].starts_with("sentence!(") {
                continue;
            }
            let mut literals = source.strings.iter().filter(|range| range.start > at);
            let (Some(english), Some(indonesian)) = (literals.next(), literals.next()) else { continue };
            let (english, indonesian) = (&source.text[english.clone()], &source.text[indonesian.clone()]);
            if english == indonesian {
                faults.push(fault(source, at, "both languages say the same words: put one of them into Indonesian."));
            } else if values(english) != values(indonesian) {
                faults.push(fault(source, at, "the two languages name other values: name the same in both."));
            }
        }
    }
    faults
}

#[test]
fn sentences_are_in_both_languages() {
    let (one, other) = ("src/grants/one/cases.rs", "src/grants/one/profile/check.rs");
    check(
        one_language,
        &[
            (one, "//! x\nfn f() { sentence!(\"{id} is closed\", \"{id} is closed\") }", 2),
            (one, "//! x\n\nfn f() { sentence!(\"{id} has {}\", \"{id:#} memiliki\", 1) }", 3),
            (one, "fn f() { sentence!(\n\"{a} is {b}\",\n\"{a} adalah {c:#}\") }", 1),
            (one, "//! x\nfn f() { Sentence::only_english(\"x\") }", 2),
            ("src/desk/mod.rs", "//! x\nfn f() { Fault::in_english(\"x\") }", 2),
        ],
        &[
            (one, "fn f() { sentence!(\"{id} has {} of {}\", \"{id} memiliki {:#} dari {}\", 1, 2) }"),
            (other, "fn f() { Fault::in_english(\"be there\") }"),
        ],
    );
}
