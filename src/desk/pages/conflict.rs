//! Two who write one draft. What the second changed stands beside what the first wrote, and what only the first wrote stays; the
//! second sees both before it saves.

use std::collections::BTreeSet;

use super::Form;
use super::drafts::NOT_KEPT;
use crate::desk::forms::{Input, Question};
use crate::desk::pages::words::Words;
use crate::desk::store::Fields;

/// The field in which a script says what was changed since the page was made: names, with spaces between.
pub(super) const TOUCHED: &str = "touched";

/// A field of which two versions are there.
pub(super) struct Difference {
    /// Its name in the form.
    pub(super) name: String,
    /// What it is called.
    pub(super) label: String,
    /// What is saved.
    pub(super) there: String,
}

/// What the second is shown, of what it typed and what is saved. Without a script nobody knows what it changed: then all of it stays.
pub(super) fn merged(form: &Form, typed: Fields, there: &Fields) -> Fields {
    if !form.has(TOUCHED) {
        return typed;
    }
    let touched: BTreeSet<&str> = form.get(TOUCHED).split(' ').filter(|name| !NOT_KEPT.contains(name)).collect();
    let mut fields = there.clone();
    for name in touched {
        match typed.get(name) {
            Some(text) => drop(fields.insert(name.to_owned(), text.clone())),
            // A tick that was taken away, a row that was removed.
            None => drop(fields.remove(name)),
        }
    }
    fields
}

/// The fields in which what is saved differs from what is shown, in the words of the form.
pub(super) fn differences(questions: &[Question], shown: &Fields, there: &Fields, w: &Words) -> Vec<Difference> {
    let names: BTreeSet<&String> = shown.keys().chain(there.keys()).collect();
    let text = |fields: &Fields, name: &String| fields.get(name).cloned().unwrap_or_default();
    let mut found: Vec<Difference> = Vec::new();
    for name in names.into_iter().filter(|name| text(shown, name) != text(there, name)) {
        // A document has several; people know it by its name.
        let part = ["_sha256", "_bytes", "_media_type"].iter().find_map(|part| name.strip_suffix(part));
        let (shown_as, value) = match part.or_else(|| name.strip_suffix("_name")) {
            Some(file) => (file.to_owned(), text(there, &format!("{file}_name"))),
            None => (name.clone(), text(there, name)),
        };
        if found.iter().any(|known| known.name == shown_as) {
            continue;
        }
        let (label, there) = told(questions, &shown_as, value, w);
        let there = if there.trim().is_empty() { w.changed_empty.to_owned() } else { there };
        found.push(Difference { name: shown_as, label, there });
    }
    // As the form has them.
    let place =
        |one: &Difference| questions.iter().position(|question| one.name.split('.').next() == Some(&question.name));
    found.sort_by_key(|one| place(one).unwrap_or(usize::MAX));
    found
}

/// What the field of this name is called, with the rows that it is in, and what is saved in it as people read it.
fn told(questions: &[Question], name: &str, value: String, w: &Words) -> (String, String) {
    let (mut labels, mut level, mut choices): (Vec<String>, _, _) = (Vec::new(), Some(questions), None);
    let mut input: Option<&Input> = None;
    for part in name.split('.') {
        match input {
            Some(Input::List(item, _)) if part.bytes().all(|byte| byte.is_ascii_digit()) => {
                let n = part.parse::<usize>().map_or(0, |at| at.saturating_add(1));
                labels.push(format!("{} {n}", w.row.to_lowercase()));
                input = Some(&**item);
                level = inner(item);
                continue;
            }
            Some(Input::Document(_)) => {
                labels.push(if part == "file" { w.document_file } else { w.document_title }.to_lowercase());
                break;
            }
            Some(Input::Checklist(items)) => {
                labels.extend(items.iter().find(|item| item.value == part).map(|item| item.title.clone()));
                return (labels.join(", "), ticked(&value, w));
            }
            _ => {}
        }
        let Some(question) = level.and_then(|all| all.iter().find(|question| question.name == part)) else { break };
        labels.push(question.label.clone());
        input = Some(&question.input);
        level = inner(&question.input);
        choices = match &question.input {
            Input::Choice(choices) => Some(choices),
            _ => None,
        };
    }
    if labels.is_empty() {
        let label = if name == crate::desk::drafting::EVENT_DATE { w.event_date } else { name };
        return (label.to_owned(), value);
    }
    if matches!(input, Some(Input::Tick)) {
        return (labels.join(", "), ticked(&value, w));
    }
    let chosen = choices.and_then(|all| all.iter().find(|one| one.value == value)).map(|one| one.title.clone());
    (labels.join(", "), chosen.unwrap_or(value))
}

fn inner(input: &Input) -> Option<&[Question]> {
    match input {
        Input::Group(questions) => Some(questions),
        _ => None,
    }
}

fn ticked(value: &str, w: &Words) -> String {
    if value == "yes" { w.changed_ticked } else { w.changed_empty }.to_owned()
}
