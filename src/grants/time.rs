//! Days and moments. A day is local to a government, whose UTC offset is fixed in its profile, so no
//! time-zone database is ever asked (formats.md section 2).

use std::fmt;

use jiff::{ToSpan as _, civil};

use super::decimal;

const MS_PER_MIN: i64 = 60_000;
const MS_PER_DAY: i64 = 86_400_000;
/// Days from 1970-01-01 to 1900-01-01, the first that can be written.
const FIRST_DAY: i64 = -25_567;
/// Days from 1970-01-01 to 9999-12-31, the last that can be written.
const LAST_DAY: i64 = 2_932_896;

/// The months, as people read them in English.
pub const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The months, as people read them in Indonesian.
pub const MONTHS_ID: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

/// A calendar day from 1900-01-01 to 9999-12-31, written `YYYY-MM-DD`. Ordered by time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1970-01-01.
    day: i32,
}

impl Date {
    /// Reads exactly `YYYY-MM-DD`; `None` for any other text and for a day that does not exist.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' || !text.is_ascii() {
            return None;
        }
        let part = |from: usize, to: usize| decimal::fixed(&text[from..to]);
        Date::from_days(days_from_civil(part(0, 4)?, part(5, 7)?, part(8, 10)?)?)
    }

    /// The day `days` after 1970-01-01, if it can be written.
    pub fn from_days(days: i64) -> Option<Self> {
        if !(FIRST_DAY..=LAST_DAY).contains(&days) {
            return None;
        }
        i32::try_from(days).ok().map(|day| Date { day })
    }

    /// The day `days` later (earlier if negative), if it can be written.
    pub fn plus_days(self, days: i64) -> Option<Self> {
        Date::from_days(i64::from(self.day).checked_add(days)?)
    }

    /// How many days from this day until `later`; negative if it is earlier.
    pub fn days_until(self, later: Date) -> i64 {
        i64::from(later.day) - i64::from(self.day)
    }

    /// The calendar year, 1900 to 9999.
    pub fn year(self) -> u16 {
        self.civil().year().unsigned_abs()
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u8 {
        self.civil().month().unsigned_abs()
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u8 {
        self.civil().day().unsigned_abs()
    }

    fn civil(self) -> civil::Date {
        civil_from_days(i64::from(self.day))
    }
}

/// `2026-01-31`; with `#` as Indonesian sentences have it, `31 Januari 2026`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            return write!(f, "{} {} {}", self.day(), MONTHS_ID[usize::from(self.month() - 1)], self.year());
        }
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Date({self})")
    }
}

/// A moment in milliseconds since 1970-01-01T00:00:00Z, within the years 1900 to 9999.
/// Written exactly `YYYY-MM-DDTHH:MM:SS.mmmZ`; there is no second 60.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    ms: i64,
}

impl Timestamp {
    /// The moment `ms` milliseconds after 1970-01-01T00:00:00Z, if it can be written.
    pub fn from_ms(ms: i64) -> Option<Self> {
        (FIRST_DAY..=LAST_DAY).contains(&ms.div_euclid(MS_PER_DAY)).then_some(Timestamp { ms })
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn ms(self) -> i64 {
        self.ms
    }

    /// Reads exactly `YYYY-MM-DDTHH:MM:SS.mmmZ`; `None` for any other text and any time that does not exist.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let marks = [(10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (23, b'Z')];
        if bytes.len() != 24 || !text.is_ascii() || marks.iter().any(|&(at, mark)| bytes[at] != mark) {
            return None;
        }
        let date = Date::parse(&text[0..10])?;
        let part = |from: usize, to: usize, limit: u64| {
            decimal::fixed(&text[from..to]).filter(|&n| n < limit).and_then(|n| i64::try_from(n).ok())
        };
        let (hour, minute) = (part(11, 13, 24)?, part(14, 16, 60)?);
        let (second, ms) = (part(17, 19, 60)?, part(20, 23, 1000)?);
        let seconds = (hour * 60 + minute) * 60 + second;
        Timestamp::from_ms(i64::from(date.day) * MS_PER_DAY + seconds * 1000 + ms)
    }

    /// The calendar day at a fixed offset from UTC, in minutes (WIB: 420).
    pub fn local_date(self, offset_min: i32) -> Date {
        let local_ms = self.ms.saturating_add(i64::from(offset_min) * MS_PER_MIN);
        let day = local_ms.div_euclid(MS_PER_DAY).clamp(FIRST_DAY, LAST_DAY);
        // Clamped to the days that a date can hold, all of which fit.
        Date { day: i32::try_from(day).unwrap_or_default() }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = civil_from_days(self.ms.div_euclid(MS_PER_DAY));
        let (year, month, day) = (date.year(), date.month(), date.day());
        let in_day = self.ms.rem_euclid(MS_PER_DAY);
        let (seconds, ms) = (in_day / 1000, in_day % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

const EPOCH: civil::Date = civil::date(1970, 1, 1);

/// Days since 1970-01-01 of a day of the proleptic Gregorian calendar; `None` if the calendar has no such day.
fn days_from_civil(year: u64, month: u64, day: u64) -> Option<i64> {
    let date = civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    EPOCH.until(date).ok().map(|span| i64::from(span.get_days()))
}

/// The inverse of [`days_from_civil`], for days of the years 1900 to 9999.
fn civil_from_days(days: i64) -> civil::Date {
    // Both types hold no other days than those of 1900 to 9999, all of which the library has.
    EPOCH.checked_add(days.days()).expect("a day of the years 1900 to 9999")
}
