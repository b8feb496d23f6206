//! Days and times as pages show them: in the government's own offset from UTC, with a machine's form beside the words.

use std::fmt;

use super::pages::words::{Lang, Words};
use crate::grants::time::{Date, Timestamp};

/// A day, or a time of a day, as an HTML `time` element.
///
/// Prints markup. Both texts are made here from parsed dates: digits, month names and zone labels only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    machine: String,
    words: String,
}

impl askama::filters::HtmlSafe for Moment {}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<time datetime=\"{}\">{}</time>", self.machine, self.words)
    }
}

impl Moment {
    /// A day: `20 Januari 2026`.
    pub(crate) fn day(date: Date, lang: Lang) -> Self {
        Self { machine: date.to_string(), words: day_words(date, lang.words()) }
    }

    /// A time: `20 Januari 2026 10:04 WIB`.
    pub(crate) fn time(at: Timestamp, offset_min: i32, lang: Lang) -> Self {
        let day = day_words(at.local_date(offset_min), lang.words());
        Self { machine: at.to_string(), words: format!("{day} {} {}", clock(at, offset_min), zone(offset_min)) }
    }

    /// The words of a day.
    pub(crate) fn day_in_words(date: Date, lang: Lang) -> String {
        day_words(date, lang.words())
    }

    /// The words without markup.
    pub(crate) fn words(&self) -> &str {
        &self.words
    }
}

fn day_words(date: Date, words: &Words) -> String {
    let month = words.months[usize::from(date.month() - 1) % 12];
    format!("{} {month} {}", date.day(), date.year())
}

/// `10:04`, from the one form that a time is printed in.
fn clock(at: Timestamp, offset_min: i32) -> String {
    let text = at.to_string();
    let two = |from: usize| text.as_bytes()[from..from + 2].iter().fold(0, |n, b| n * 10 + i32::from(b - b'0'));
    let minutes = (two(11) * 60 + two(14) + offset_min).rem_euclid(24 * 60);
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `WIB` and its neighbours for Indonesia, `UTC-05:00` for others.
fn zone(offset_min: i32) -> String {
    match offset_min {
        420 => "WIB".to_owned(),
        480 => "WITA".to_owned(),
        540 => "WIT".to_owned(),
        0 => "UTC".to_owned(),
        other => {
            let sign = if other < 0 { '-' } else { '+' };
            format!("UTC{sign}{:02}:{:02}", other.abs() / 60, other.abs() % 60)
        }
    }
}
