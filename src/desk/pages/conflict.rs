//! Two who write one draft. What the second changed stands beside what the first wrote, and what only the first wrote stays; the
//! second sees both before it saves.

use std::collections::BTreeSet;

use super::Form;
use super::drafts::{AMOUNT, NOT_KEPT};
use crate::desk::drafting::{EVENT_DATE, WITH};
use crate::desk::forms::{Input, Question, SEALED_FIELD};
use crate::desk::pages::words::Words;
use crate::desk::store::Fields;

/// The field in which a script says what was changed since the page was made: names, with spaces between.
pub(super) const TOUCHED: &str = "touched";
/// What a form keeps of an uploaded file, each in a field of its own.
const OF_A_FILE: [&str; 4] = ["_sha256", "_bytes", "_media_type", "_name"];

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
    let rows = [form.get("remove").to_owned(), format!("{}.0", form.get("add"))];
    let touched = form.get(TOUCHED).split(' ').filter(|name| !NOT_KEPT.contains(name));
    let touched: Vec<&str> = touched.chain(rows.iter().map(String::as_str)).collect();
    let mut fields = there.clone();
    for name in touched.iter().flat_map(|name| whole(name)) {
        match typed.get(&name) {
            Some(text) => drop(fields.insert(name, text.clone())),
            // A tick that was taken away.
            None => drop(fields.remove(&name)),
        }
    }
    // Rows have no names of their own: one more or less, and the same place is another row. So a list is one person's whole.
    let lists: BTreeSet<&str> = touched.iter().filter_map(|name| list_of(name)).collect();
    let of_them = |name: &str| list_of(name).is_some_and(|list| lists.contains(list));
    fields.retain(|name, _| !of_them(name));
    fields.extend(typed.into_iter().filter(|(name, _)| of_them(name)));
    fields
}

/// The list of which this field is in a row.
fn list_of(name: &str) -> Option<&str> {
    let row = |(at, _): &(usize, &str)| name[at + 1..].split('.').next().is_some_and(|n| n.parse::<usize>().is_ok());
    name.match_indices('.').find(row).map(|(at, _)| &name[..at])
}

/// The fields that belong to this one: no document has the digest of one file and the media type of another.
fn whole(name: &str) -> Vec<String> {
    match file_of(name) {
        Some(file) => OF_A_FILE.iter().map(|part| format!("{file}{part}")).collect(),
        None => vec![name.to_owned()],
    }
}

/// The field of the file that this one is a part of.
fn file_of(name: &str) -> Option<&str> {
    OF_A_FILE.iter().find_map(|part| name.strip_suffix(part)).filter(|file| file.ends_with(".file"))
}

/// The fields in which what is saved differs from what is shown, in the words of the form.
pub(super) fn differences(questions: &[Question], shown: &Fields, there: &Fields, w: &Words) -> Vec<Difference> {
    let names: BTreeSet<&String> = shown.keys().chain(there.keys()).collect();
    let text = |fields: &Fields, name: &String| fields.get(name).cloned().unwrap_or_default();
    let mut found: Vec<Difference> = Vec::new();
    for name in names.into_iter().filter(|name| text(shown, name) != text(there, name)) {
        // A document has several; people know it by its name.
        let (shown_as, value) = match file_of(name) {
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
    let ticked = |value: &str| if value == "yes" { w.changed_ticked.to_owned() } else { String::new() };
    let (mut labels, mut input): (Vec<String>, Option<&Input>) = (Vec::new(), None);
    for part in name.split('.') {
        let level = match input {
            None => questions,
            Some(Input::Group(inner)) => inner,
            Some(Input::List(item, _)) => {
                let n = part.parse::<usize>().map_or(0, |at| at.saturating_add(1));
                labels.push(format!("{} {n}", w.row.to_lowercase()));
                input = Some(item);
                continue;
            }
            Some(Input::Document(_)) => {
                labels.push(if part == "file" { w.document_file } else { w.document_title }.to_lowercase());
                break;
            }
            Some(Input::Checklist(items)) => {
                labels.extend(items.iter().find(|item| item.value == part).map(|item| item.title.clone()));
                return (labels.join(", "), ticked(&value));
            }
            Some(_) => break,
        };
        let Some(question) = level.iter().find(|question| question.name == part) else { break };
        labels.push(question.label.clone());
        input = Some(&question.input);
    }
    let value = match input {
        None => return beside(questions, name, value, w),
        Some(Input::Tick) => ticked(&value),
        Some(Input::Choice(choices)) => {
            choices.iter().find(|one| one.value == value).map_or(value, |one| one.title.clone())
        }
        Some(_) => value,
    };
    (labels.join(", "), value)
}

/// The same of a field that the page has beside its questions.
fn beside(questions: &[Question], name: &str, value: String, w: &Words) -> (String, String) {
    let sealed = questions.iter().find_map(|question| match &question.input {
        Input::Sealed(names) => names.iter().find(|one| name.strip_prefix(SEALED_FIELD) == Some(&one.value)),
        _ => None,
    });
    if let Some(one) = sealed {
        // A commitment says nothing to people.
        return (one.title.clone(), if value.is_empty() { value } else { w.sealed_there.to_owned() });
    }
    let label = match name.split('.').next().unwrap_or_default() {
        EVENT_DATE => w.event_date,
        WITH => w.with_whom,
        AMOUNT => w.sheet_amount,
        _ => name,
    };
    (label.to_owned(), value)
}
