//! Organisations: the list with a search, and the page of one: money in by year, reports due and late, its grants, the awards
//! that it claimed from before the ledger, every name that it had.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde_json::Value;

use super::chart::{Bar, Chart};
use super::narrow::{PAGE_SIZE, escape, page_of};
use super::table::{Column, Datum, Row, Table, Turns, sum};
use super::words::{Lang, Words};
use super::{Frame, Visit, html};
use crate::grants::kinds::Kind;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::findings::Window;
use crate::ledger::reader::{Grant, Organisation, Reader, Record};
use crate::public::Site;
use crate::public::answer::{Fault, Missing};
use crate::public::api::number;
use crate::public::founding::Founding;
use crate::public::moment::Moment;
use crate::public::roll::{Line, Roll, Tally};
use crate::public::shown::Shown;

/// The amounts of the tables, as places in [`crate::grants::figures::Figure`].
const ASKED: usize = 0;
const DECREED: usize = 5;
const PAID: usize = 7;
const REPORTED: usize = 9;
const REFUNDED: usize = 10;
/// The most grants, awards and entries that the page of one organisation shows.
const MOST: usize = 25;

#[derive(Template)]
#[template(path = "orgs.html", config = "src/public/pages/askama.toml")]
struct List<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    letters: String,
    total: String,
    /// The next spelling, where nothing is found: the words, and the list of them.
    spelled: Option<(String, String)>,
    table: Table,
    turns: Turns,
}

/// Whether a report of the grant is missing on the roll's day.
fn is_late(line: &Line, roll: &Roll) -> bool {
    line.counted.report_due.zip(roll.day).is_some_and(|(due, day)| due < day)
}

/// The organisations of one page of the list, with what each got and owes.
fn listed(found: &[Organisation], roll: &Roll, founding: &Founding, lang: Lang) -> Table {
    let w = lang.words();
    let shown: BTreeMap<u64, &Organisation> = found.iter().map(|one| (one.n, one)).collect();
    let tallies = roll.grouped(|line| line.counted.organisation.filter(|n| shown.contains_key(n)));
    let mut late: BTreeMap<u64, u64> = BTreeMap::new();
    for line in roll.lines().iter().filter(|line| is_late(line, roll)) {
        *late.entry(line.counted.organisation.unwrap_or_default()).or_default() += 1;
    }
    let rows = found.iter().map(|one| {
        let tally = tallies.get(&one.n).cloned().unwrap_or_default();
        Row {
            label: w.recipient_of(&one.name, Some(one.n), false),
            href: Some(format!("{}/orgs/{}", lang.prefix(), one.n)),
            sub: vec![format!("org/{}", one.n)],
            cells: vec![
                Datum::text(w.count(tally.grants)),
                sum(founding, &tally, DECREED),
                sum(founding, &tally, PAID),
                Datum::alarm(late.get(&one.n).copied().unwrap_or_default(), w),
            ],
        }
    });
    Table {
        caption: w.orgs_caption.to_owned(),
        first: w.organisation_of,
        columns: vec![
            Column::right(w.nav_grants_count),
            Column::right(w.amounts[DECREED]),
            Column::right(w.amounts[PAID]),
            Column::right(w.column_late),
        ],
        rows: rows.collect(),
    }
}

/// The list.
pub(super) async fn all(
    State(site): State<Site>,
    visit: Visit,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let page = page_of(&pairs)?;
    let letters = pairs.iter().find(|(name, _)| name == "q").map(|(_, value)| value.trim()).unwrap_or_default();
    let letters: String = letters.chars().take(100).collect();
    let (asked, rolls, words) = (letters.clone(), site.memory.rolls().await?, site.memory.words());
    let read = site.pool.read(move |reader| {
        let window = Window { offset: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE };
        let (found, total) = (reader.organisations(&asked, window)?, reader.organisations_count(&asked)?);
        let finds = |words: &str| Ok(reader.organisations_count(words)? > 0);
        let spelled = if total == 0 { words.next_spelling(reader, &asked, finds)? } else { None };
        Ok((found, total, spelled, rolls.of(reader)?))
    });
    let (found, total, spelled, roll) = read.await?;
    let (w, lang) = (visit.lang.words(), visit.lang);
    let query = if letters.is_empty() { String::new() } else { format!("q={}&", escape(&letters)) };
    let page = List {
        frame: Frame::of(&site, &visit, w.orgs_title.to_owned()),
        w,
        total: w.organisations(total),
        spelled: spelled.map(|words| {
            let href = format!("{}/orgs?q={}", lang.prefix(), escape(&words));
            (words, href)
        }),
        table: listed(&found, &roll, &site.founding, lang),
        turns: Turns::of(page, total, lang, |page| format!("{}/orgs?{query}page={page}", lang.prefix())),
        letters,
    };
    html(&page)
}

#[derive(Template)]
#[template(path = "org.html", config = "src/public/pages/askama.toml")]
struct One<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    n: u64,
    name: String,
    /// The entry that suspended it, as long as nothing reinstated it.
    suspended: Option<u64>,
    sentence: String,
    chart: Chart,
    years: Table,
    reports: Table,
    grants: Table,
    past: Table,
    names: Table,
    said: Table,
}

/// What the page of one organisation needs of the ledger.
struct Found {
    organisation: Organisation,
    roll: Arc<Roll>,
    grants: Vec<Grant>,
    past: Vec<Grant>,
    due: Vec<Grant>,
    said: Vec<Record>,
    names: Vec<(Record, Option<String>)>,
}

fn find(reader: &Reader, roll: Arc<Roll>, origin: &str, n: u64) -> Result<Found, Fault> {
    let organisation = reader.organisation(n)?.ok_or(Fault::missing(Missing::Organisation))?;
    let mut own: Vec<&Line> = roll.lines().iter().filter(|line| line.counted.organisation == Some(n)).collect();
    own.sort_by_key(|line| std::cmp::Reverse((line.counted.last_index, line.counted.n)));
    let numbers = |chosen: &dyn Fn(&Line) -> bool| -> Vec<u64> {
        own.iter().filter(|line| chosen(line)).take(MOST).map(|line| line.counted.n).collect()
    };
    let said = reader.timeline(&format!("org/{n}"))?;
    let mut names = Vec::new();
    for record in &said {
        let naming = [Kind::OrganisationRegistered.name(), Kind::OrganisationAmended.name()];
        if !naming.contains(&record.kind.as_str()) {
            continue;
        }
        let Some(statement) = reader.statement(record.index, origin)? else { continue };
        if statement.body().get("name").is_none() {
            continue;
        }
        let body = Shown::of(reader, origin, record.index, &statement)?.body;
        names.push((record.clone(), body.get("name").and_then(Value::as_str).map(str::to_owned)));
    }
    let mut due = reader.grants_at(&numbers(&|line| line.counted.report_due.is_some()))?;
    due.sort_by(|a, b| a.report_due.cmp(&b.report_due));
    Ok(Found {
        grants: reader.grants_at(&numbers(&|line| !line.counted.migrated))?,
        past: reader.grants_at(&numbers(&|line| line.counted.migrated))?,
        due,
        organisation,
        said,
        names,
        roll,
    })
}

/// A page of one organisation in one language.
struct View<'a> {
    founding: &'a Founding,
    lang: Lang,
    found: &'a Found,
}

impl View<'_> {
    fn words(&self) -> &'static Words {
        self.lang.words()
    }

    fn by_year(&self) -> BTreeMap<u16, Tally> {
        let n = self.found.organisation.n;
        self.found.roll.grouped(|line| (line.counted.organisation == Some(n)).then_some(line.counted.fiscal_year))
    }

    fn sentence(&self) -> String {
        let n = self.found.organisation.n;
        let own = |line: &Line| line.counted.organisation == Some(n);
        let all = self.found.roll.tally(own);
        let late = self.found.roll.tally(|line| own(line) && is_late(line, &self.found.roll)).grants;
        let paid =
            all.sum(PAID).map_or_else(|| self.words().figures_none.to_lowercase(), |sum| self.founding.money_sum(sum));
        self.words().org_sentence(all.grants, &paid, late)
    }

    fn chart(&self) -> Chart {
        let bars = self.by_year().into_iter().map(|(year, tally)| Bar {
            label: year.to_string(),
            value: tally.sum(PAID).map_or_else(|| "–".to_owned(), |sum| self.founding.money_sum(sum)),
            note: None,
            length: tally.sum(PAID).unwrap_or(0),
            series: 0,
        });
        Chart::bars("paid", self.words().chart_org_paid.to_owned(), bars.collect())
    }

    fn years(&self) -> Table {
        let w = self.words();
        let columns = [ASKED, DECREED, PAID, REPORTED, REFUNDED];
        let mut headings = vec![Column::right(w.nav_grants_count)];
        headings.extend(columns.map(|at| Column::right(w.amounts[at])));
        let rows = self.by_year().into_iter().rev().map(|(year, tally)| {
            let mut cells = vec![Datum::text(w.count(tally.grants))];
            cells.extend(columns.map(|at| sum(self.founding, &tally, at)));
            let href = Some(format!("{}/years/{year}", self.lang.prefix()));
            Row { label: year.to_string(), href, sub: Vec::new(), cells }
        });
        Table { caption: w.org_money.to_owned(), first: w.fiscal_year, columns: headings, rows: rows.collect() }
    }

    fn reports(&self) -> Table {
        let w = self.words();
        let row = |grant: &Grant| {
            let due = grant.report_due.as_deref().and_then(Date::parse);
            let days = due.zip(self.found.roll.day).map(|(due, day)| due.days_until(day));
            let late = days.filter(|days| *days > 0);
            let state = match late {
                Some(days) => Datum { text: w.late_by(days), warns: true, ..Datum::default() },
                None => Datum::text(w.not_due_yet),
            };
            let cells = vec![Datum::day(due.map(|due| Moment::day(due, self.lang))), state];
            Row { cells, ..self.grant_row(grant, &[]) }
        };
        Table {
            caption: w.org_reports.to_owned(),
            first: w.column_case,
            columns: vec![Column::left(w.column_due), Column::left(w.column_status)],
            rows: self.found.due.iter().map(row).collect(),
        }
    }

    fn grant_row(&self, grant: &Grant, amounts: &[usize]) -> Row {
        let w = self.words();
        let mut cells = vec![Datum::text(grant.fiscal_year.to_string()), Datum::text(w.status(&grant.status))];
        cells.extend(amounts.iter().map(|at| match grant.amounts[*at] {
            Some(minor) => Datum::text(self.founding.money(minor)),
            None => Datum::text(w.absent(self.founding.amount_state(grant, *at))),
        }));
        Row {
            label: w.title_of(&grant.title, grant.migrated),
            href: Some(format!("{}/grants/{}", self.lang.prefix(), grant.id)),
            sub: vec![grant.id.clone()],
            cells,
        }
    }

    fn grants(&self, grants: &[Grant], caption: &str, amounts: &[usize]) -> Table {
        let w = self.words();
        let mut columns = vec![Column::left(w.column_year), Column::left(w.column_status)];
        columns.extend(amounts.iter().map(|at| Column::right(w.amounts[*at])));
        let rows = grants.iter().map(|grant| self.grant_row(grant, amounts)).collect();
        Table { caption: caption.to_owned(), first: w.column_grant, columns, rows }
    }

    fn entry(&self, record: &Record) -> Vec<Datum> {
        let at = Timestamp::parse(&record.recorded_at);
        let recorded = at.map(|at| Moment::day(at.local_date(self.founding.offset_min), self.lang));
        let href = format!("{}/entries/{}", self.lang.prefix(), record.index);
        vec![Datum::day(recorded), Datum::link(record.index.to_string(), href)]
    }

    fn entry_columns(&self) -> Vec<Column> {
        let w = self.words();
        vec![Column::left(w.recorded), Column::right(w.entry_heading)]
    }

    fn names(&self) -> Table {
        let w = self.words();
        let rows = self.found.names.iter().rev().map(|(record, name)| Row {
            label: name.clone().unwrap_or_else(|| w.erased_title.to_owned()),
            href: None,
            sub: Vec::new(),
            cells: self.entry(record),
        });
        let rows = rows.collect();
        Table { caption: w.org_names.to_owned(), first: w.column_name, columns: self.entry_columns(), rows }
    }

    fn said(&self) -> Table {
        let w = self.words();
        let rows = self.found.said.iter().rev().take(MOST).map(|record| Row {
            label: w.kind(&record.kind).to_owned(),
            href: None,
            sub: Vec::new(),
            cells: self.entry(record),
        });
        let rows = rows.collect();
        Table { caption: w.org_said.to_owned(), first: w.kind, columns: self.entry_columns(), rows }
    }

    fn suspended(&self) -> Option<u64> {
        let turns = [Kind::OrganisationSuspended.name(), Kind::OrganisationReinstated.name()];
        let last = self.found.said.iter().rev().find(|record| turns.contains(&record.kind.as_str()))?;
        (last.kind == turns[0]).then_some(last.index)
    }
}

/// One organisation.
pub(super) async fn one(State(site): State<Site>, visit: Visit, Path(n): Path<String>) -> Result<Response, Fault> {
    let n = number(&n).ok_or(Fault::missing(Missing::Organisation))?;
    let (origin, rolls) = (site.founding.origin.clone(), site.memory.rolls().await?);
    let found = site.pool.read(move |reader| find(reader, rolls.of(reader)?, &origin, n)).await?;
    let view = View { founding: &site.founding, lang: visit.lang, found: &found };
    let w = visit.lang.words();
    let name = w.recipient_of(&found.organisation.name, Some(n), false);
    let page = One {
        frame: Frame::of(&site, &visit, name.clone()),
        w,
        n,
        name,
        suspended: view.suspended(),
        sentence: view.sentence(),
        chart: view.chart(),
        years: view.years(),
        reports: view.reports(),
        grants: view.grants(&found.grants, w.org_grants, &[ASKED, DECREED, PAID]),
        past: view.grants(&found.past, w.org_past, &[PAID]),
        names: view.names(),
        said: view.said(),
    };
    html(&page)
}
