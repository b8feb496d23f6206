//! Citizens' reports: when each was received, answered and rated, by the ledger's clock. Kept in memory and brought up to the
//! ledger when it is asked for. What a citizen wrote is sealed and nowhere on the public side; the text of an answer is read
//! when its page is shown, since it may be erased.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::answer::Fault;
use super::founding::Founding;
use super::pages::narrow::Narrowed;
use crate::grants::kinds::Kind;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::reader::{Reader, Record};
use crate::ledger::statement::Statement;
use crate::ledger::store::StoreError;

/// When something was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entered {
    /// Its entry.
    pub(super) index: u64,
    pub(super) at: Timestamp,
}

/// An answer to a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) entered: Entered,
    /// The code of the office that answered; empty where its appointment does not say.
    pub(super) office: String,
}

/// How a report stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Not answered, and the day for it is not over.
    Open,
    /// Not answered, and the day for it is over.
    Overdue,
    Answered,
}

impl State {
    pub(super) const ALL: [Self; 3] = [Self::Open, Self::Overdue, Self::Answered];

    /// As addresses and data files have it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Answered => "answered",
        }
    }
}

/// A citizen's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Report {
    /// Of `note/desk/<n>`.
    pub(super) n: u64,
    pub(super) received: Entered,
    /// The case that it is about, if it names one.
    pub(super) case: Option<String>,
    /// The code of the agency of that case.
    pub(super) agency: String,
    /// In order; a report may be answered again until it is rated.
    pub(super) answers: Vec<Answer>,
    /// From 1 to 5.
    pub(super) rated: Option<(Entered, u64)>,
}

impl Report {
    /// The day by which it must be answered, where the rules set one.
    pub(super) fn due(&self, founding: &Founding) -> Option<Date> {
        founding.answer_due(self.received.at.local_date(founding.offset_min))
    }

    /// How it stands on a day.
    pub(super) fn state(&self, founding: &Founding, day: Option<Date>) -> State {
        let over = || self.due(founding).zip(day).is_some_and(|(due, day)| due < day);
        match self.answers.is_empty() {
            false => State::Answered,
            true if over() => State::Overdue,
            true => State::Open,
        }
    }

    /// How many days it waited for its first answer.
    pub(super) fn waited(&self, offset_min: i32) -> Option<i64> {
        let first = self.answers.first()?;
        Some(self.received.at.local_date(offset_min).days_until(first.entered.at.local_date(offset_min)))
    }

    /// Its entries, in order.
    pub(super) fn entries(&self) -> Vec<u64> {
        let answers = self.answers.iter().map(|answer| answer.entered.index);
        let rated = self.rated.map(|(entered, _)| entered.index);
        std::iter::once(self.received.index).chain(answers).chain(rated).collect()
    }

    /// As it was when the ledger had so many entries.
    fn at(&self, size: u64) -> Option<Self> {
        let there = |entered: &Entered| entered.index < size;
        there(&self.received).then(|| Self {
            answers: self.answers.iter().filter(|answer| there(&answer.entered)).cloned().collect(),
            rated: self.rated.filter(|(entered, _)| there(entered)),
            ..self.clone()
        })
    }
}

/// Which reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) state: Option<State>,
    /// The code of an agency.
    pub(super) agency: Option<String>,
}

impl Wanted {
    /// Of `status` and `agency`.
    pub(super) fn of(status: Option<&str>, agency: Option<&str>) -> Option<Self> {
        let state = match status {
            None => None,
            Some(name) => Some(State::ALL.into_iter().find(|state| state.name() == name)?),
        };
        Some(Self { state, agency: agency.map(str::to_owned) })
    }

    pub(super) fn takes(&self, report: &Report, state: State) -> bool {
        self.state.is_none_or(|wanted| wanted == state)
            && self.agency.as_deref().is_none_or(|agency| agency == report.agency)
    }
}

/// What an address of the list narrows it to: nothing but `status` and `agency`, and a page.
pub(super) fn narrowed(pairs: &[(String, String)]) -> Result<Narrowed, Fault> {
    let Narrowed { status, agency, page, .. } = Narrowed::read(pairs)?;
    if Wanted::of(status.as_deref(), None).is_none() {
        return Err(Fault::Parameter("status", "be open, overdue or answered"));
    }
    Ok(Narrowed { status, agency, page, ..Narrowed::default() })
}

#[derive(Debug, Default)]
struct Known {
    size: u64,
    reports: BTreeMap<u64, Report>,
}

fn text<'s>(statement: &'s Statement, field: &str) -> Option<&'s str> {
    statement.body().get(field).and_then(Value::as_str)
}

/// The number of `note/desk/<n>`.
pub(super) fn number_of(about: &str) -> Option<u64> {
    super::api::number(about.strip_prefix("note/desk/")?)
}

/// The office of the official whose note this is.
fn office(reader: &Reader, origin: &str, about: &str) -> Result<String, StoreError> {
    let official =
        about.strip_prefix("note/").and_then(|rest| rest.rsplit_once('/')).map_or("", |(official, _)| official);
    let Some(appointed) = reader.timeline(official)?.into_iter().next() else { return Ok(String::new()) };
    let appointed = reader.statement(appointed.index, origin)?;
    Ok(appointed.as_ref().and_then(|statement| text(statement, "office")).unwrap_or_default().to_owned())
}

impl Known {
    fn bring_up(&mut self, reader: &Reader, origin: &str) -> Result<(), StoreError> {
        // Derived tables may be ahead of the checkpoint, or behind it.
        let size = reader.progress()?.size.min(reader.signed()?.size);
        if size <= self.size {
            return Ok(());
        }
        // An answer comes after its report and a rating after an answer, so each kind finds what it is about.
        let read = [Kind::ReportReceived, Kind::ReportAnswered, Kind::ReportRated].into_iter().try_for_each(|kind| {
            let records = reader.of_kind(kind.name(), self.size..size)?;
            records.iter().try_for_each(|record| self.take(reader, origin, kind, record))
        });
        match read {
            Ok(()) => self.size = size,
            // Half of it must not be taken twice.
            Err(_) => *self = Self::default(),
        }
        read
    }

    fn take(&mut self, reader: &Reader, origin: &str, kind: Kind, record: &Record) -> Result<(), StoreError> {
        let statement = reader.statement(record.index, origin)?;
        let Some((statement, at)) = statement.zip(Timestamp::parse(&record.recorded_at)) else { return Ok(()) };
        let entered = Entered { index: record.index, at };
        if kind == Kind::ReportReceived {
            let Some(n) = number_of(&record.about) else { return Ok(()) };
            let case = text(&statement, "case").map(str::to_owned);
            let grant = case.as_deref().map(|case| reader.grant(case)).transpose()?.flatten();
            let agency = grant.map(|grant| grant.agency).unwrap_or_default();
            self.reports.insert(n, Report { n, received: entered, case, agency, answers: Vec::new(), rated: None });
            return Ok(());
        }
        let of = text(&statement, "report").and_then(number_of);
        let Some(report) = of.and_then(|n| self.reports.get_mut(&n)) else { return Ok(()) };
        if kind == Kind::ReportAnswered {
            report.answers.push(Answer { entered, office: office(reader, origin, &record.about)? });
        } else {
            report.rated = statement.body().get("rating").and_then(Value::as_u64).map(|rating| (entered, rating));
        }
        Ok(())
    }
}

/// Where the reports are kept.
#[derive(Default)]
pub(super) struct CitizensCase(Mutex<Known>);

impl CitizensCase {
    fn with<T>(&self, reader: &Reader, origin: &str, work: impl FnOnce(&Known) -> T) -> Result<T, StoreError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.bring_up(reader, origin)?;
        Ok(work(&known))
    }

    /// All, the newest first, as they were when the ledger had `size` entries.
    pub(super) fn all(&self, reader: &Reader, origin: &str, size: u64) -> Result<Vec<Report>, StoreError> {
        self.with(reader, origin, |known| known.reports.values().rev().filter_map(|one| one.at(size)).collect())
    }

    /// The one of this number, as it is now.
    pub(super) fn one(&self, reader: &Reader, origin: &str, n: u64) -> Result<Option<Report>, StoreError> {
        self.with(reader, origin, |known| known.reports.get(&n).cloned())
    }

    /// How many about cases of an agency were received, and how many of them are answered.
    pub(super) fn heard(&self, reader: &Reader, origin: &str, agency: &str) -> Result<(u64, u64), StoreError> {
        self.with(reader, origin, |known| {
            let own = known.reports.values().filter(|report| report.agency == agency);
            own.fold((0, 0), |(all, answered), report| (all + 1, answered + u64::from(!report.answers.is_empty())))
        })
    }
}
