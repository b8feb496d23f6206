//! What is told of a topic, section by section, under fixed headings.

use super::{Around, Both, FlagProse, KindProse, RuleProse, Topic, Way, rules_of};
use crate::grants::shape::Field;

/// A section: its heading and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The heading.
    pub heading: Both,
    /// What stands below it, in order.
    pub parts: Vec<Part>,
}

/// Something in a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Some sentences.
    Prose(Both),
    /// Names of topics, each with its title.
    Topics(Vec<(String, Both)>),
    /// Names that are the same in both languages: regulations.
    Names(Vec<String>),
    /// What comes before and after, one line a case.
    Neighbours(Vec<Neighbours>),
    /// The fields of a body.
    Fields(Vec<Field>),
    /// JSON, to be shown in lines of its own.
    Json(String),
}

/// What comes before and after a kind, in some ways of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbours {
    /// In which ways.
    pub when: Both,
    /// Topics that come before.
    pub after: Vec<String>,
    /// Topics that come then.
    pub before: Vec<String>,
}

/// The sections of a topic.
pub fn sections(topic: &Topic, around: Around<'_>) -> Vec<Section> {
    match topic {
        Topic::Kind(_, prose) => of_kind(prose, around),
        Topic::Rule(_, prose) => of_rule(prose),
        Topic::Flag(prose) => of_flag(prose),
    }
}

fn of_kind(prose: &KindProse, around: Around<'_>) -> Vec<Section> {
    let rules = rules_of(&prose.kind).iter().map(|rule| rule.code().to_owned()).collect();
    vec![
        section("Apa ini", "What it is", vec![Part::Prose(prose.what())]),
        section("Siapa yang menandatangani", "Who signs", vec![Part::Prose(prose.who())]),
        section("Sebelum dan sesudah", "Before and after", vec![before_and_after(prose, around.ways)]),
        section("Isi", "Body", vec![body(around.fields)]),
        section("Aturan yang dapat menolak", "Rules that may refuse it", vec![topics(rules)]),
        law(&prose.law, prose.law_says()),
        section("Contoh", "Example", vec![Part::Json(prose.example.clone())]),
    ]
}

fn of_rule(prose: &RuleProse) -> Vec<Section> {
    let refused = if prose.is_for_all() {
        Part::Prose(Both::new("Dapat menolak setiap jenis pernyataan.", "It may refuse every kind of statement."))
    } else {
        topics(prose.kinds.clone())
    };
    vec![
        section("Apa yang ditolak", "What is refused", vec![Part::Prose(prose.what()), refused]),
        section("Mengapa", "Why", vec![Part::Prose(prose.why())]),
        section("Contoh", "Example", vec![Part::Prose(prose.example())]),
        section("Apa yang harus dilakukan", "What to do", vec![Part::Prose(prose.remedy())]),
        section("Pengecualian", "Exceptions", vec![Part::Prose(prose.exceptions())]),
        law(&prose.law, prose.law_says()),
    ]
}

fn of_flag(prose: &FlagProse) -> Vec<Section> {
    vec![
        section("Cara menemukan", "Method", vec![Part::Prose(prose.method())]),
        section("Contoh", "Example", vec![Part::Prose(prose.example())]),
        section("Mengapa", "Why", vec![Part::Prose(prose.why())]),
        law(&prose.law, prose.law_says()),
        section("Data", "Data", vec![Part::Prose(prose.data())]),
        section("Pengecualian", "Exceptions", vec![Part::Prose(prose.exceptions())]),
    ]
}

fn section(id: &str, en: &str, parts: Vec<Part>) -> Section {
    Section { heading: Both::new(id, en), parts }
}

fn law(regulations: &[String], says: Option<Both>) -> Section {
    let names = (!regulations.is_empty()).then(|| Part::Names(regulations.to_vec()));
    section("Dasar hukum", "Law", names.into_iter().chain(says.map(Part::Prose)).collect())
}

fn topics(names: Vec<String>) -> Part {
    let titled = names.into_iter().filter_map(|name| Topic::find(&name).map(|topic| (name, topic.title())));
    Part::Topics(titled.collect())
}

fn body(fields: &[Field]) -> Part {
    if !fields.is_empty() {
        return Part::Fields(fields.to_vec());
    }
    Part::Prose(Both::new("Isinya kosong: {}.", "The body is empty: {}."))
}

/// From the ways that have the kind as a stage, else from what its prose names.
fn before_and_after(prose: &KindProse, ways: &[Way]) -> Part {
    let mut told: Vec<Neighbours> = Vec::new();
    for way in ways {
        let Some(at) = way.stages.iter().position(|stage| *stage == prose.kind) else { continue };
        let after = at.checked_sub(1).and_then(|at| way.stages.get(at)).cloned().into_iter().collect();
        let before = way.stages.get(at + 1).cloned().into_iter().collect();
        let when = in_words(way);
        match told.iter_mut().find(|known| known.after == after && known.before == before) {
            Some(known) => {
                known.when =
                    Both::new(format!("{}; {}", known.when.id, when.id), format!("{}; {}", known.when.en, when.en));
            }
            None => told.push(Neighbours { when, after, before }),
        }
    }
    if !prose.after.is_empty() || !prose.before.is_empty() {
        let when =
            if told.is_empty() { Both::new("Pada umumnya", "In general") } else { Both::new("Selain itu", "Besides") };
        told.push(Neighbours { when, after: prose.after.clone(), before: prose.before.clone() });
    }
    if told.is_empty() {
        return Part::Prose(Both::new(
            "Bukan bagian dari urutan tahap: dapat dicatat bila terjadi.",
            "It is not part of the order of stages: it can be recorded when it happens.",
        ));
    }
    Part::Neighbours(told)
}

/// A way in words; one that has none is told as the profile spells it.
fn in_words(way: &Way) -> Both {
    let (id, en) = match way.way.as_str() {
        "grant" => ("hibah", "grant"),
        "assistance_planned" => ("bansos terencana", "planned assistance"),
        "assistance_unplanned" => ("bansos tidak terencana", "unplanned assistance"),
        other => (other, other),
    };
    let (form_id, form_en) = match way.form.as_str() {
        "money" => ("uang", "money"),
        "goods" => ("barang", "goods"),
        "services" => ("jasa", "services"),
        other => (other, other),
    };
    Both::new(format!("{id}, {form_id}"), format!("{en}, {form_en}"))
}
