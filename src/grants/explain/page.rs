//! One Markdown page a topic, both languages on it, and the index of all pages.

use serde_json::Value;

use super::sections::{Neighbours, Part, sections};
use super::{Around, Both, Topic};
use crate::grants::shape::Field;

/// The page of a topic.
pub fn page(topic: &Topic, around: Around<'_>) -> String {
    let mut text = String::from(MADE_BY);
    text.push_str(&format!("\n# {}\n\n{}\n", paired(&topic.title()), subtitle(topic)));
    for section in sections(topic, around) {
        text.push_str(&format!("\n## {}\n", paired(&section.heading)));
        for part in &section.parts {
            text.push_str(&format!("\n{}", written(part)));
        }
    }
    text
}

/// The index: every topic with its titles.
pub fn index(topics: &[Topic]) -> String {
    let mut text = String::from(MADE_BY);
    text.push_str(INTRODUCTION);
    for (sort, heading) in [
        ("kind", "Jenis pernyataan · Kinds of statements"),
        ("rule", "Aturan yang menolak · Rules that refuse"),
        ("flag", "Tanda yang ditampilkan · Flags that are shown"),
    ] {
        text.push_str(&format!("\n## {heading}\n\n"));
        for topic in topics.iter().filter(|topic| topic.sort() == sort) {
            text.push_str(&format!("- [{}]({}) {}\n", topic.name(), file_name(topic), paired(&topic.title())));
        }
    }
    text
}

/// The name of a topic's page.
pub fn file_name(topic: &Topic) -> String {
    format!("{}.md", topic.name())
}

const MADE_BY: &str = "<!-- Made by `hibah explain --write docs/rules`: edit schema/explain, not this file. -->\n";

const INTRODUCTION: &str = "
# Buku aturan · The rule book

Setiap jenis pernyataan yang dicatat buku besar, setiap aturan yang menolak, dan setiap tanda yang ditampilkan: satu
halaman masing-masing, dalam bahasa Indonesia dan Inggris. Teks yang sama ditampilkan oleh `hibah explain NAMA`.

Every kind of statement that the ledger records, every rule that refuses, and every flag that is shown: a page each, in
Indonesian and English. `hibah explain NAME` shows the same text.

Urutan tahap adalah yang lazim; yang berlaku ada pada profil setiap pemerintah daerah. Pasal dikutip dari peraturan
tahun 2011 sampai 2014 yang mendasari Sabilulungan; peraturan sesudahnya dapat memindahkannya.

The order of stages is the usual one; the profile of each government has the one in force. Articles are cited from the
regulations of 2011 to 2014 on which Sabilulungan rested; later ones may have moved them.
";

fn subtitle(topic: &Topic) -> String {
    match topic {
        Topic::Kind(_, prose) => {
            let about: Vec<String> = prose.about.iter().map(|about| format!("`{about}`")).collect();
            format!("`{}` · tentang · about {}", topic.name(), about.join(", "))
        }
        Topic::Rule(..) => format!("`{}` · aturan yang menolak · a rule that refuses", topic.name()),
        Topic::Flag(_) => format!("`{}` · tanda, tidak menolak · a flag, refuses nothing", topic.name()),
    }
}

fn paired(both: &Both) -> String {
    if both.id == both.en { both.id.clone() } else { format!("{} · {}", both.id, both.en) }
}

fn written(part: &Part) -> String {
    match part {
        Part::Prose(both) => format!("{}\n\n{}\n", both.id, both.en),
        Part::Topics(topics) => {
            topics.iter().map(|(name, title)| format!("- {} {}\n", link(name), paired(title))).collect()
        }
        Part::Names(names) => names.iter().map(|name| format!("- {name}\n")).collect(),
        Part::Neighbours(told) => neighbours(told),
        Part::Fields(fields) => table(fields),
        Part::Json(text) => format!("```json\n{}\n```\n", in_lines(text)),
    }
}

fn link(name: &str) -> String {
    format!("[`{name}`]({name}.md)")
}

fn neighbours(told: &[Neighbours]) -> String {
    let mut text = String::from("| | sesudah · after | lalu · then |\n|---|---|---|\n");
    for line in told {
        let links = |names: &[String]| names.iter().map(|name| link(name)).collect::<Vec<_>>().join(", ");
        text.push_str(&format!("| {} | {} | {} |\n", paired(&line.when), links(&line.after), links(&line.before)));
    }
    text
}

fn table(fields: &[Field]) -> String {
    let mut text = String::from("| field | | what it is | what it means |\n|---|---|---|---|\n");
    for field in fields {
        let optional = if field.optional { "optional" } else { "" };
        let cell = |text: &str| text.replace('|', "\\|").replace('<', "\\<");
        text.push_str(&format!(
            "| `{}` | {optional} | {} | {} |\n",
            field.name,
            cell(&field.what),
            cell(&field.meaning)
        ));
    }
    text
}

/// Canonical JSON over several lines, for people.
pub fn in_lines(json: &str) -> String {
    serde_json::from_str::<Value>(json).map_or_else(|_| json.to_owned(), |value| format!("{value:#}"))
}
