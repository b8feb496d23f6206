//! The deadlines of a case as iCalendar (RFC 5545): what an office must do next, and when the use must be reported.
//!
//! Days only, in the government's own calendar; an event says which entry or rule it comes from.

use axum::response::Response;

use super::Site;
use super::answer::Fault;
use super::founding::Founding;
use super::history::History;
use super::lists::{self, Form};
use super::pages::Visit;
use super::pages::words::Lang;
use crate::grants::kinds::Kind;
use crate::grants::time::Date;
use serde_json::Value;

/// The most octets of a line.
const LINE: usize = 75;

struct Event {
    /// What tells it from the case's other events.
    name: String,
    day: Date,
    title: String,
}

/// A day of a calendar.
pub(crate) struct Day {
    /// What tells it from all others, for ever.
    pub(crate) uid: String,
    /// When it was made, as [`stamp`] has it.
    pub(crate) stamp: String,
    /// Grows when it changes.
    pub(crate) sequence: u64,
    /// Which day.
    pub(crate) day: Date,
    /// What is on it.
    pub(crate) title: String,
    /// Where that comes from.
    pub(crate) note: String,
    /// Its page.
    pub(crate) address: String,
}

/// A calendar of this name.
pub(crate) fn calendar(name: &str, lang: Lang, days: &[Day]) -> String {
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        format!("PRODID:-//hibah//{}//{}", env!("CARGO_PKG_VERSION"), lang.code().to_uppercase()),
        "CALSCALE:GREGORIAN".to_owned(),
        format!("X-WR-CALNAME:{}", escaped(name)),
    ];
    for day in days {
        let end = day.day.plus_days(1).unwrap_or(day.day);
        lines.extend([
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}", day.uid),
            format!("DTSTAMP:{}", day.stamp),
            format!("SEQUENCE:{}", day.sequence),
            format!("DTSTART;VALUE=DATE:{}", basic(day.day)),
            format!("DTEND;VALUE=DATE:{}", basic(end)),
            format!("SUMMARY:{}", escaped(&day.title)),
            format!("DESCRIPTION:{}", escaped(&day.note)),
            format!("URL:{}", day.address),
            "TRANSP:TRANSPARENT".to_owned(),
            "END:VEVENT".to_owned(),
        ]);
    }
    lines.push("END:VCALENDAR".to_owned());
    let mut text = String::new();
    lines.iter().for_each(|line| folded(line, &mut text));
    text
}

/// A text as iCalendar has it (RFC 5545 section 3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\\' | ';' | ',' => out.extend(['\\', sign]),
            '\n' => out.push_str("\\n"),
            sign if sign.is_control() => {}
            sign => out.push(sign),
        }
    }
    out
}

/// A line, folded between characters where it is long (section 3.1).
fn folded(line: &str, out: &mut String) {
    let mut length = 0;
    for sign in line.chars() {
        if length + sign.len_utf8() > LINE {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(sign);
        length += sign.len_utf8();
    }
    out.push_str("\r\n");
}

/// What is to be done, and by when.
fn events(history: &History, founding: &Founding, lang: Lang) -> Vec<Event> {
    let (grant, w, f) = (&history.grant, lang.words(), lang.forms());
    let next: Vec<Value> = serde_json::from_str(&grant.next).unwrap_or_default();
    let kinds = next.iter().filter_map(|one| one.get("kind").and_then(Value::as_str)).filter_map(Kind::parse);
    let last = history.last_said().and_then(|step| Date::parse(&step.record.event_date));
    let mut events: Vec<Event> = kinds
        .filter_map(|kind| {
            let day = founding.deadline(kind, last?)?;
            let title = format!("{}: {}", f.deadline, w.kind(kind.name()));
            Some(Event { name: kind.name().to_owned(), day, title })
        })
        .collect();
    events.extend(grant.report_due.as_deref().and_then(Date::parse).map(|day| Event {
        name: "report".to_owned(),
        day,
        title: f.report_due.to_owned(),
    }));
    events
}

/// A time as iCalendar has it.
pub(crate) fn stamp(text: &str) -> String {
    // `2026-03-02T02:00:00.000Z` as `20260302T020000Z`.
    let digits: String =
        text.chars().take_while(|sign| *sign != '.').filter(|sign| !matches!(sign, '-' | ':')).collect();
    format!("{digits}Z")
}

fn basic(day: Date) -> String {
    day.to_string().replace('-', "")
}

/// The deadlines of a case.
pub(super) async fn of_grant(site: Site, visit: &Visit, id: String) -> Result<Response, Fault> {
    let founding = site.founding.clone();
    let history = site.pool.read(move |reader| History::read(reader, &founding.origin, &id)).await?;
    let (founding, lang) = (&site.founding, visit.lang);
    let (grant, w) = (&history.grant, lang.words());
    let address = format!("{}{}/grants/{}", visit.base(founding), lang.prefix(), grant.id);
    let title = w.title_of(&grant.title, grant.migrated);
    let changed = history.steps.last().map(|step| stamp(&step.record.recorded_at)).unwrap_or_default();
    let days: Vec<Day> = events(&history, founding, lang)
        .into_iter()
        .map(|event| Day {
            uid: format!("{}/{}@{}", grant.id, event.name, founding.origin),
            stamp: changed.clone(),
            sequence: grant.last_index,
            day: event.day,
            title: format!("{} · {title} ({})", event.title, grant.id),
            note: format!("{} {}", w.entry_heading, grant.last_index),
            address: address.clone(),
        })
        .collect();
    let text = calendar(&format!("{} ({title})", grant.id), lang, &days);
    Ok(lists::formed(Form::Ics, text.into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{escaped, folded};

    #[test]
    fn lines_fold_between_characters_and_unfold_to_themselves() {
        for text in ["short", &"é".repeat(200), &"a".repeat(75), &"a".repeat(76), ""] {
            let mut out = String::new();
            folded(text, &mut out);
            assert!(out.split("\r\n").all(|line| line.len() <= 75), "{out}");
            assert_eq!(out.strip_suffix("\r\n").expect("a line end").replace("\r\n ", ""), text);
        }
    }

    #[test]
    fn texts_are_escaped() {
        assert_eq!(escaped("a;b,c\\d\ne\rf"), "a\\;b\\,c\\\\d\\nef");
    }
}
