//! A topic as plain text in one language, for a terminal.

use super::page::in_lines;
use super::sections::{Neighbours, Part, sections};
use super::{Around, Language, Topic};
use crate::grants::shape::Field;

/// The text of a topic; no line is wider than `width` characters, unless one word is.
pub fn text(topic: &Topic, around: Around<'_>, language: Language, width: usize) -> String {
    let title = topic.title();
    let mut text = format!("{}: {}\n", topic.name(), title.in_language(language));
    if let Topic::Kind(_, prose) = topic {
        let about = match language {
            Language::Id => "tentang",
            Language::En => "about",
        };
        text.push_str(&filled(&format!("{about} {}", prose.about.join(", ")), 0, 0, width));
    }
    for section in sections(topic, around) {
        text.push_str(&format!("\n{}\n", section.heading.in_language(language)));
        let parts: Vec<String> = section.parts.iter().map(|part| written(part, language, width)).collect();
        text.push_str(&parts.join("\n"));
    }
    text
}

/// The list of all topics, sort by sort.
pub fn list(topics: &[Topic], language: Language, width: usize) -> String {
    let headings = match language {
        Language::Id => ["Jenis pernyataan", "Aturan yang menolak", "Tanda yang ditampilkan"],
        Language::En => ["Kinds of statements", "Rules that refuse", "Flags that are shown"],
    };
    let column = topics.iter().map(|topic| topic.name().len()).max().unwrap_or_default();
    let mut text = String::new();
    for (sort, heading) in ["kind", "rule", "flag"].iter().zip(headings) {
        text.push_str(&format!("{}{heading}\n", if text.is_empty() { "" } else { "\n" }));
        for topic in topics.iter().filter(|topic| topic.sort() == *sort) {
            let line = format!("{:column$}  {}", topic.name(), topic.title().in_language(language));
            text.push_str(&hung(&line, 2, column + 4, width));
        }
    }
    text
}

fn written(part: &Part, language: Language, width: usize) -> String {
    match part {
        Part::Prose(both) => filled(both.in_language(language), 2, 2, width),
        Part::Topics(topics) => {
            let column = topics.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
            let lines = topics.iter().map(|(name, title)| {
                hung(&format!("{name:column$}  {}", title.in_language(language)), 2, column + 4, width)
            });
            lines.collect()
        }
        Part::Names(names) => filled(&names.join("; "), 2, 2, width),
        Part::Neighbours(told) => told.iter().map(|line| neighbours(line, language, width)).collect(),
        Part::Fields(fields) => fields.iter().map(|field| told(field, language, width)).collect(),
        Part::Json(json) => in_lines(json).split('\n').map(|line| format!("  {line}\n")).collect(),
    }
}

fn neighbours(line: &Neighbours, language: Language, width: usize) -> String {
    let (after, then) = match language {
        Language::Id => ("sesudah", "lalu"),
        Language::En => ("after", "then"),
    };
    let side = |word: &str, names: &[String]| {
        (!names.is_empty()).then(|| filled(&format!("{word} {}", names.join(", ")), 4, 4, width))
    };
    let heading = filled(&format!("{}:", line.when.in_language(language)), 2, 2, width);
    [Some(heading), side(after, &line.after), side(then, &line.before)].into_iter().flatten().collect()
}

fn told(field: &Field, language: Language, width: usize) -> String {
    let optional = match (field.optional, language) {
        (false, _) => "",
        (true, Language::Id) => " (boleh tidak ada)",
        (true, Language::En) => " (optional)",
    };
    let said = format!("{}. {}", field.what, field.meaning);
    format!("  {}{optional}\n{}", field.name, filled(said.trim_end(), 6, 6, width))
}

/// A text whose first words are a column: their spaces stay as they are.
fn hung(line: &str, first: usize, others: usize, width: usize) -> String {
    let start: String = line.chars().take(others.saturating_sub(first)).collect();
    let rest: String = line.chars().skip(others.saturating_sub(first)).collect();
    let filled = filled(&rest, others, others, width);
    format!("{:first$}{start}{}", "", filled.trim_start())
}

/// A paragraph: its first line indented by `first`, the others by `others`.
fn filled(text: &str, first: usize, others: usize, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut line = " ".repeat(first);
    let mut is_empty = true;
    for word in text.split(' ') {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut line, " ".repeat(others)));
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push(line);
    lines.iter().map(|line| format!("{line}\n")).collect()
}
