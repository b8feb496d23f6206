//! Agencies: what was asked of each and what it gave, how soon it was recorded, and what was refused, with the reasons.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde_json::Value;

use super::chart::{Bar, Chart};
use super::narrow::{Narrowed, PAGE_SIZE, escape, page_of};
use super::table::{Column, Datum, Row, Table, Turns, sum};
use super::words::{Lang, Words};
use super::{Frame, Visit, html};
use crate::grants::explain::Topic;
use crate::grants::kinds::Kind;
use crate::grants::time::Date;
use crate::ledger::reader::{Grant, Reader};
use crate::public::Site;
use crate::public::answer::{Fault, Missing};
use crate::public::founding::Founding;
use crate::public::moment::Moment;
use crate::public::pace::{Delays, Pace};
use crate::public::roll::{Line, Roll};
use crate::public::shown::Shown;

const ASKED: usize = 0;
const DECREED: usize = 5;
const PAID: usize = 7;
const REFUSED: &str = "refused";

#[derive(Template)]
#[template(path = "agencies.html", config = "src/public/pages/askama.toml")]
struct List<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    table: Table,
}

/// The middle delay, and the share of what came late.
fn delay_cells(delays: Option<&Delays>, w: &Words) -> [Datum; 2] {
    let median = delays.and_then(Delays::median);
    let share = delays.filter(|delays| delays.count() > 0).map(|delays| delays.late() * 1_000 / delays.count());
    [Datum::or_nothing(median.map(|days| w.days(days))), Datum::or_nothing(share.map(|share| w.per_mille(share)))]
}

/// The list.
pub(super) async fn all(State(site): State<Site>, visit: Visit) -> Result<Response, Fault> {
    let (rolls, paces) = (site.memory.rolls().await?, site.memory.paces().await?);
    let own = Arc::clone(&site.founding);
    let read =
        site.pool.read(move |reader| Ok((rolls.of(reader)?, paces.with(reader, &own, |pace| pace.recording.clone())?)));
    let (roll, recording) = read.await?;
    let (w, lang, founding) = (visit.lang.words(), visit.lang, &site.founding);
    let tallies = roll.grouped(|line| Some(line.counted.agency.clone()));
    let refused = roll.grouped(|line| (line.counted.status == REFUSED).then(|| line.counted.agency.clone()));
    // Those that were asked for something first, the most before the others.
    let mut listed: Vec<String> = roll.agencies(founding).into_iter().collect();
    listed.sort_by_key(|code| std::cmp::Reverse(tallies.get(code).map_or(0, |tally| tally.grants)));
    let rows = listed.into_iter().map(|code| {
        let tally = tallies.get(&code).cloned().unwrap_or_default();
        let mut cells = vec![Datum::text(w.count(tally.grants))];
        cells.extend([ASKED, DECREED, PAID].map(|at| sum(founding, &tally, at)));
        cells.push(Datum::text(w.count(refused.get(&code).map_or(0, |tally| tally.grants))));
        cells.extend(delay_cells(recording.get(&code), w));
        let href = Some(format!("{}/agencies/{}", lang.prefix(), escape(&code)));
        Row { label: founding.agency(&code, lang).to_owned(), href, sub: Vec::new(), cells }
    });
    let mut columns = vec![Column::right(w.nav_grants_count)];
    columns.extend([ASKED, DECREED, PAID].map(|at| Column::right(w.amounts[at])));
    columns.extend([w.column_refused, w.column_delay, w.column_delayed].map(Column::right));
    let rows = rows.collect();
    let table = Table { caption: w.agencies_caption.to_owned(), first: w.agency, columns, rows };
    html(&List { frame: Frame::of(&site, &visit, w.agencies_title.to_owned()), w, table })
}

#[derive(Template)]
#[template(path = "agency.html", config = "src/public/pages/askama.toml")]
struct One<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    title: String,
    sentence: String,
    numbers: Vec<(&'static str, String, String)>,
    chart: Chart,
    steps: Table,
    years: Table,
    statuses: Table,
    refused: Table,
    turns: Turns,
    stays: Table,
    attempts: Table,
    heard: String,
    /// Where those are listed.
    reports: Option<String>,
}

/// A refusal: the grant, when, why, and the entry that says so.
struct Refusal {
    grant: Grant,
    day: Option<Date>,
    reason: Option<String>,
    entry: u64,
}

fn refusals(reader: &Reader, origin: &str, numbers: &[u64]) -> Result<Vec<Refusal>, Fault> {
    let mut found = Vec::new();
    for grant in reader.grants_at(numbers)? {
        let timeline = reader.timeline(&grant.id)?;
        let refused = timeline.into_iter().rev().find(|record| record.kind == Kind::DecisionRefused.name());
        let Some(record) = refused else { continue };
        let Some(statement) = reader.statement(record.index, origin)? else { continue };
        let body = Shown::of(reader, origin, record.index, &statement)?.body;
        found.push(Refusal {
            grant,
            day: Date::parse(&record.event_date),
            reason: body.get("reason").and_then(Value::as_str).map(str::to_owned),
            entry: record.index,
        });
    }
    Ok(found)
}

/// The page of one agency in one language.
struct View<'a> {
    founding: &'a Founding,
    lang: Lang,
    roll: &'a Roll,
    code: &'a str,
    own: &'a Own,
}

impl View<'_> {
    fn own(&self, line: &Line) -> bool {
        line.counted.agency == self.code
    }

    fn sentence(&self) -> String {
        let w = self.lang.words();
        match self.own.delays.as_ref().and_then(|delays| Some((delays.median()?, delays))) {
            None => w.agency_no_entries.to_owned(),
            Some((median, delays)) => w.agency_pace(median, delays.late(), delays.count()),
        }
    }

    fn numbers(&self) -> Vec<(&'static str, String, String)> {
        let w = self.lang.words();
        let all = self.roll.tally(|line| self.own(line));
        let missing = self.roll.tally(|line| {
            self.own(line) && line.counted.report_due.zip(self.roll.day).is_some_and(|(due, day)| due < day)
        });
        let money =
            |at: usize| all.sum(at).map_or_else(|| w.figures_none.to_owned(), |sum| self.founding.money_sum(sum));
        vec![
            (w.amounts[ASKED], money(ASKED), w.grants(all.counts[ASKED])),
            (w.amounts[DECREED], money(DECREED), w.grants(all.counts[DECREED])),
            (w.amounts[PAID], money(PAID), w.grants(all.counts[PAID])),
            (w.report_missing_title, w.count(missing.grants), w.reports_word.to_owned()),
        ]
    }

    fn steps(&self) -> (Chart, Table) {
        let w = self.lang.words();
        let all = self.roll.tally(|line| self.own(line) && !line.counted.migrated);
        let bars = w.amounts.iter().enumerate().map(|(at, label)| Bar {
            label: format!("{label} ({})", w.count(all.counts[at])),
            value: all.sum(at).map_or_else(|| "–".to_owned(), |sum| self.founding.money_sum(sum)),
            note: None,
            length: all.sum(at).unwrap_or(0),
            series: 0,
        });
        let rows = w.amounts.iter().enumerate().map(|(at, label)| Row {
            label: (*label).to_owned(),
            href: None,
            sub: vec![w.amount_from[at].to_owned()],
            cells: vec![Datum::text(w.count(all.counts[at])), sum(self.founding, &all, at)],
        });
        let table = Table {
            caption: w.agency_steps.to_owned(),
            first: w.ladder_column_amount,
            columns: vec![Column::right(w.nav_grants_count), Column::right(w.ladder_column_sum)],
            rows: rows.collect(),
        };
        (Chart::bars("amounts", w.agency_steps.to_owned(), bars.collect()), table)
    }

    fn years(&self) -> Table {
        let w = self.lang.words();
        let shown = [ASKED, DECREED, PAID, 9];
        let by_year = self.roll.grouped(|line| self.own(line).then_some(line.counted.fiscal_year));
        let rows = by_year.into_iter().rev().map(|(year, tally)| {
            let mut cells = vec![Datum::text(w.count(tally.grants))];
            cells.extend(shown.map(|at| sum(self.founding, &tally, at)));
            Row {
                label: year.to_string(),
                href: Some(format!("{}/years/{year}", self.lang.prefix())),
                sub: Vec::new(),
                cells,
            }
        });
        let mut columns = vec![Column::right(w.nav_grants_count)];
        columns.extend(shown.map(|at| Column::right(w.amounts[at])));
        Table { caption: w.agency_years.to_owned(), first: w.fiscal_year, columns, rows: rows.collect() }
    }

    fn statuses(&self) -> Table {
        let w = self.lang.words();
        let by_status: BTreeMap<&str, u64> =
            self.roll.lines().iter().filter(|line| self.own(line)).fold(BTreeMap::new(), |mut counts, line| {
                *counts.entry(line.counted.status.as_str()).or_default() += 1;
                counts
            });
        let narrowed = Narrowed { agency: Some(self.code.to_owned()), page: 1, ..Narrowed::default() };
        let rows = by_status.into_iter().map(|(status, count)| {
            let address = narrowed.with(|n| n.status = Some(status.to_owned())).address();
            Row {
                label: w.status(status).to_owned(),
                href: Some(format!("{}/grants{address}", self.lang.prefix())),
                sub: Vec::new(),
                cells: vec![Datum::text(w.count(count))],
            }
        });
        let columns = vec![Column::right(w.nav_grants_count)];
        Table { caption: w.agency_status.to_owned(), first: w.column_status, columns, rows: rows.collect() }
    }

    /// How long each step with a limit takes.
    fn stays(&self) -> Table {
        let w = self.lang.words();
        let limited = self.own.stays.iter().filter_map(|(kind, days)| Some((kind, days, self.founding.limit(kind)?)));
        let rows = limited.map(|(kind, days, limit)| {
            let over = days.beyond(i64::try_from(limit).unwrap_or(i64::MAX));
            Row {
                label: w.kind(kind).to_owned(),
                href: None,
                sub: Vec::new(),
                cells: vec![
                    Datum::text(w.count(days.count())),
                    Datum::or_nothing(days.median().map(|median| w.days(median))),
                    Datum::text(w.days(i64::try_from(limit).unwrap_or(i64::MAX))),
                    Datum { warns: over > 0, ..Datum::text(w.over_limit(over, days.count())) },
                ],
            }
        });
        Table {
            caption: w.agency_stays.to_owned(),
            first: w.kind,
            columns: [w.column_count, w.column_usual, w.column_limit, w.column_over].map(Column::right).into(),
            rows: rows.collect(),
        }
    }

    /// What the rules refused of its offices, before it could be an entry.
    fn attempts(&self) -> Table {
        let w = self.lang.words();
        let rows = self.own.attempts.iter().map(|(rule, count)| {
            let title = Topic::find(rule).map(|topic| topic.title().in_language(self.lang.explained()).to_owned());
            Row {
                label: rule.clone(),
                href: None,
                sub: title.into_iter().collect(),
                cells: vec![Datum::text(w.count(*count))],
            }
        });
        let rows = rows.collect();
        let columns = vec![Column::right(w.column_count)];
        Table { caption: w.agency_attempts.to_owned(), first: w.column_rule, columns, rows }
    }

    fn refused(&self, refusals: &[Refusal]) -> Table {
        let w = self.lang.words();
        let rows = refusals.iter().map(|refusal| {
            let grant = &refusal.grant;
            let entry = format!("{}/entries/{}", self.lang.prefix(), refusal.entry);
            Row {
                label: w.title_of(&grant.title, grant.migrated),
                href: Some(format!("{}/grants/{}", self.lang.prefix(), grant.id)),
                sub: vec![w.recipient_of(&grant.recipient, grant.organisation, grant.migrated)],
                cells: vec![
                    Datum::text(refusal.reason.clone().unwrap_or_else(|| w.erased_text.to_owned())),
                    Datum::day(refusal.day.map(|day| Moment::day(day, self.lang))),
                    Datum::link(refusal.entry.to_string(), entry),
                ],
            }
        });
        Table {
            caption: w.agency_refused.to_owned(),
            first: w.column_grant,
            columns: vec![Column::left(w.reason), Column::left(w.happened), Column::right(w.entry_heading)],
            rows: rows.collect(),
        }
    }
}

/// What the page of one agency needs of the ledger.
struct Found {
    roll: Arc<Roll>,
    own: Own,
    refusals: Vec<Refusal>,
    refused: u64,
    /// Reports by citizens about its cases: all, and those that are answered.
    heard: (u64, u64),
}

/// What the pace says of one agency.
struct Own {
    delays: Option<Delays>,
    stays: BTreeMap<String, Delays>,
    attempts: BTreeMap<String, u64>,
}

impl Own {
    fn of(pace: &Pace, founding: &Founding, code: &str) -> Self {
        let mut attempts: BTreeMap<String, u64> = BTreeMap::new();
        for (rule, count) in founding.offices_of(code).into_iter().flat_map(|office| pace.attempts(office)) {
            *attempts.entry(rule.to_owned()).or_default() += count;
        }
        Self { delays: pace.recording.get(code).cloned(), stays: pace.stays(code), attempts }
    }
}

/// One agency.
pub(super) async fn one(
    State(site): State<Site>,
    visit: Visit,
    Path(code): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let page = page_of(&pairs)?;
    let (rolls, paces) = (site.memory.rolls().await?, site.memory.paces().await?);
    let (founding, citizens) = (Arc::clone(&site.founding), site.memory.citizens().await?);
    let asked = code.clone();
    let read = site.pool.read(move |reader| {
        let roll = rolls.of(reader)?;
        if !roll.agencies(&founding).contains(&asked) {
            return Err(Fault::missing(Missing::Agency));
        }
        let own = paces.with(reader, &founding, |pace| Own::of(pace, &founding, &asked))?;
        let refused = |line: &&Line| line.counted.agency == asked && line.counted.status == REFUSED;
        let mut lines: Vec<(u64, u64)> =
            roll.lines().iter().filter(refused).map(|line| (line.counted.last_index, line.counted.n)).collect();
        lines.sort_unstable_by(|a, b| b.cmp(a));
        let skip = usize::try_from((page - 1) * PAGE_SIZE).unwrap_or(usize::MAX);
        let numbers: Vec<u64> = lines.iter().skip(skip).take(PAGE_SIZE as usize).map(|(_, n)| *n).collect();
        let refusals = refusals(reader, &founding.origin, &numbers)?;
        let heard = citizens.heard(reader, &founding.origin, &asked)?;
        Ok(Found { refusals, refused: lines.len() as u64, own, roll, heard })
    });
    let found = read.await?;
    let (w, lang) = (visit.lang.words(), visit.lang);
    let own = &found.own;
    let view = View { founding: &site.founding, lang, roll: &found.roll, code: &code, own };
    let title = site.founding.agency(&code, lang).to_owned();
    let (chart, steps) = view.steps();
    let address = format!("{}/agencies/{}", lang.prefix(), escape(&code));
    let page = One {
        frame: Frame::of(&site, &visit, title.clone()),
        w,
        title,
        sentence: view.sentence(),
        numbers: view.numbers(),
        chart,
        steps,
        years: view.years(),
        statuses: view.statuses(),
        refused: view.refused(&found.refusals),
        turns: Turns::of(page, found.refused, lang, |page| format!("{address}?page={page}")),
        stays: view.stays(),
        attempts: view.attempts(),
        heard: w.reports_answered(found.heard.1, found.heard.0),
        reports: (found.heard.0 > 0).then(|| format!("{}/reports?agency={}", lang.prefix(), escape(&code))),
    };
    html(&page)
}
