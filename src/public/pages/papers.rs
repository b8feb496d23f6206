//! Papers that name many cases, that is nominative lists, budgets and decrees: the lists of them, and one with all its rows,
//! their sum beside the total that it names, and what was said of it later.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde_json::Value;

use super::documents::{Document, Place, with_place};
use super::narrow::{PAGE_SIZE, page_of};
use super::table::{Column, Datum, Row, Table, Turns};
use super::told::{Fact, Said, Teller};
use super::words::sentences::PaperWords;
use super::words::{Lang, Words};
use super::{Frame, Visit, html};
use crate::grants::about::About;
use crate::grants::kinds::Kind;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::reader::{Reader, Record};
use crate::public::Site;
use crate::public::answer::{Fault, Missing};
use crate::public::moment::Moment;
use crate::public::shown::Shown;

/// What the page says in its own words, beside the fields of the first entry.
const TOLD_ELSEWHERE: [&str; 4] = ["total", "rows", "decided_by", "document"];

/// A sort of paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::public) enum Paper {
    List,
    Budget,
    Decree,
}

impl Paper {
    pub(in crate::public) const ALL: [Self; 3] = [Self::List, Self::Budget, Self::Decree];

    /// What the names of its things begin with, before a slash.
    pub(in crate::public) const fn sort(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Budget => "budget",
            Self::Decree => "decree",
        }
    }

    /// Where its list is.
    pub(in crate::public) const fn path(self) -> &'static str {
        match self {
            Self::List => "/lists",
            Self::Budget => "/budgets",
            Self::Decree => "/decrees",
        }
    }

    /// The kind of the statements with its rows.
    const fn rows(self) -> Kind {
        match self {
            Self::List => Kind::ListRows,
            Self::Budget => Kind::BudgetRows,
            Self::Decree => Kind::DecreeRows,
        }
    }

    const fn missing(self) -> Fault {
        Fault::missing(match self {
            Self::List => Missing::List,
            Self::Budget => Missing::Budget,
            Self::Decree => Missing::Decree,
        })
    }

    /// The paper at an address, and its name on the ledger: `/decrees/2026/1` is `decree/2026/1`.
    pub(in crate::public) fn at(path: &str) -> Option<(Self, String)> {
        let named = |paper: &Self| path.strip_prefix(paper.path())?.strip_prefix('/').map(|rest| (*paper, rest));
        let (paper, rest) = Self::ALL.iter().find_map(named)?;
        let about = About::parse(&format!("{}/{rest}", paper.sort()))?;
        Some((paper, about.to_string()))
    }

    /// How the amount of a row reads.
    fn amount(self, w: &'static Words) -> &'static str {
        match self {
            Self::List => w.ladder_column_sum,
            Self::Budget => w.amounts[4],
            Self::Decree => w.amounts[5],
        }
    }
}

#[derive(Template)]
#[template(path = "papers.html", config = "src/public/pages/askama.toml")]
struct List<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    words: PaperWords,
    table: Table,
    turns: Turns,
}

/// A paper as the list has it: its thing, what its first entry says, and the kind of its latest.
struct Listed {
    about: String,
    first: Record,
    body: Value,
    latest: String,
}

fn listed(reader: &Reader, origin: &str, paper: Paper, skip: usize) -> Result<(Vec<Listed>, u64), Fault> {
    let mut things = reader.things(paper.sort())?;
    let total = things.len() as u64;
    things.reverse();
    let mut found = Vec::new();
    for (about, first, latest) in things.into_iter().skip(skip).take(PAGE_SIZE as usize) {
        let Some(statement) = reader.statement(first, origin)? else { continue };
        let body = Shown::of(reader, origin, first, &statement)?.body;
        let (first, latest) = (reader.record(first)?, reader.record(latest)?);
        if let Some((first, latest)) = first.zip(latest) {
            found.push(Listed { about, first, body, latest: latest.kind });
        }
    }
    Ok((found, total))
}

fn number_of(body: &Value, about: &str) -> String {
    body.get("number").and_then(Value::as_str).unwrap_or(about).to_owned()
}

/// The address of a paper's page: `decree/2026/1` is at `/decrees/2026/1`; none of another thing.
pub(super) fn address(about: &str, lang: Lang) -> Option<String> {
    let (sort, rest) = about.split_once('/')?;
    let paper = Paper::ALL.into_iter().find(|paper| paper.sort() == sort)?;
    Some(format!("{}{}/{rest}", lang.prefix(), paper.path()))
}

/// The list of a sort.
pub(super) async fn all(
    paper: Paper,
    State(site): State<Site>,
    visit: Visit,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let page = page_of(&pairs)?;
    let origin = site.founding.origin.clone();
    let skip = usize::try_from((page - 1) * PAGE_SIZE).unwrap_or(usize::MAX);
    let (found, total) = site.pool.read(move |reader| listed(reader, &origin, paper, skip)).await?;
    let (w, lang, founding) = (visit.lang.words(), visit.lang, &site.founding);
    let words = w.paper(paper);
    let rows = found.iter().map(|one| {
        let amount = one.body.get("total").and_then(Value::as_i64).map(|minor| founding.money(minor));
        let count = one.body.get("rows").and_then(Value::as_u64).map(|count| w.count(count));
        let day = Date::parse(&one.first.event_date).map(|day| Moment::day(day, lang));
        Row {
            label: number_of(&one.body, &one.about),
            href: address(&one.about, lang),
            sub: vec![one.about.clone()],
            cells: vec![
                Datum::day(day),
                Datum::text(w.paper_state(&one.latest)),
                Datum::or_nothing(count),
                Datum::or_nothing(amount),
            ],
        }
    });
    let columns = vec![
        Column::left(w.happened),
        Column::left(w.column_status),
        Column::right(w.column_rows),
        Column::right(w.decree_total),
    ];
    let rows = rows.collect();
    let page = List {
        frame: Frame::of(&site, &visit, words.title.to_owned()),
        w,
        table: Table { caption: words.title.to_owned(), first: words.number, columns, rows },
        turns: Turns::of(page, total, lang, |page| format!("{}{}?page={page}", lang.prefix(), paper.path())),
        words,
    };
    html(&page)
}

#[derive(Template)]
#[template(path = "paper.html", config = "src/public/pages/askama.toml")]
struct One<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    words: PaperWords,
    path: &'static str,
    title: String,
    state: String,
    warns: bool,
    facts: Vec<Fact>,
    sum: String,
    sum_told: &'static str,
    table: Table,
    turns: Turns,
    documents: Vec<Document>,
    said: Table,
}

/// A row of a paper with the grant that it names.
struct Decided {
    row: u64,
    case: String,
    amount: Option<i64>,
    /// Title and recipient; none where the grant is not there.
    grant: Option<(String, String)>,
    entry: u64,
}

/// A paper and all that was said of it.
struct Found {
    about: String,
    entries: Vec<Record>,
    first: Record,
    shown: Shown,
    signatures: Vec<crate::public::holders::Signature>,
    rows: Vec<Decided>,
}

fn rows_of(record: &Record, body: &Value) -> Vec<Decided> {
    let rows = body.get("rows").and_then(Value::as_array).into_iter().flatten();
    let one = |row: &Value| Decided {
        row: row.get("row").and_then(Value::as_u64).unwrap_or_default(),
        case: row.get("case").and_then(Value::as_str).unwrap_or_default().to_owned(),
        amount: row.get("amount").and_then(Value::as_i64),
        grant: None,
        entry: record.index,
    };
    rows.map(one).collect()
}

fn find(reader: &Reader, origin: &str, paper: Paper, about: String, lang: Lang) -> Result<Found, Fault> {
    let missing = || paper.missing();
    let entries = reader.timeline(&about)?;
    let first = entries.first().cloned().ok_or_else(missing)?;
    let statement = reader.statement(first.index, origin)?.ok_or_else(missing)?;
    let shown = Shown::of(reader, origin, first.index, &statement)?;
    let signatures = crate::public::holders::Holders::new(reader, origin).of(&statement)?;
    let mut rows = Vec::new();
    for record in entries.iter().filter(|record| record.kind == paper.rows().name()) {
        let Some(statement) = reader.statement(record.index, origin)? else { continue };
        rows.extend(rows_of(record, &Shown::of(reader, origin, record.index, &statement)?.body));
    }
    let w = lang.words();
    for row in &mut rows {
        row.grant = reader.grant(&row.case)?.map(|grant| {
            let recipient = w.recipient_of(&grant.recipient, grant.organisation, grant.migrated);
            (w.title_of(&grant.title, grant.migrated), recipient)
        });
    }
    Ok(Found { about, entries, first, shown, signatures, rows })
}

fn rows_table(paper: Paper, rows: &[Decided], skip: usize, site: &Site, lang: Lang) -> Table {
    let w = lang.words();
    let shown = rows.iter().skip(skip).take(PAGE_SIZE as usize).map(|one| {
        let (title, recipient) = one.grant.clone().unwrap_or_else(|| (one.case.clone(), String::new()));
        let entry = format!("{}/entries/{}", lang.prefix(), one.entry);
        Row {
            label: title,
            href: one.grant.is_some().then(|| format!("{}/grants/{}", lang.prefix(), one.case)),
            sub: vec![recipient, one.case.clone()],
            cells: vec![
                Datum::text(w.count(one.row)),
                Datum::or_nothing(one.amount.map(|minor| site.founding.money(minor))),
                Datum::link(one.entry.to_string(), entry),
            ],
        }
    });
    let rows = shown.collect();
    let columns = vec![Column::right(w.column_row), Column::right(paper.amount(w)), Column::right(w.entry_heading)];
    Table { caption: w.decree_rows.to_owned(), first: w.column_grant, columns, rows }
}

fn said_table(caption: &str, found: &Found, site: &Site, lang: Lang) -> Table {
    let w = lang.words();
    let rows = found.entries.iter().map(|record| {
        let recorded = Timestamp::parse(&record.recorded_at);
        Row {
            label: w.kind(&record.kind).to_owned(),
            href: None,
            sub: Vec::new(),
            cells: vec![
                Datum::day(Date::parse(&record.event_date).map(|day| Moment::day(day, lang))),
                Datum::day(recorded.map(|at| Moment::time(at, site.founding.offset_min, lang))),
                Datum::link(record.index.to_string(), format!("{}/entries/{}", lang.prefix(), record.index)),
            ],
        }
    });
    let rows = rows.collect();
    let columns = vec![Column::left(w.happened), Column::left(w.recorded), Column::right(w.entry_heading)];
    Table { caption: caption.to_owned(), first: w.kind, columns, rows }
}

/// Whether a paper is on the ledger.
pub(in crate::public) fn is_there(reader: &Reader, about: &str) -> Result<(), Fault> {
    let paper = Paper::ALL.into_iter().find(|paper| about.starts_with(paper.sort()));
    let there = !reader.timeline(about)?.is_empty();
    if there { Ok(()) } else { Err(paper.map_or(Fault::missing(Missing::Path), Paper::missing)) }
}

/// One paper.
pub(super) async fn one(
    paper: Paper,
    State(site): State<Site>,
    visit: Visit,
    Path(id): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let page = page_of(&pairs)?;
    let about = About::parse(&format!("{}/{id}", paper.sort())).ok_or(paper.missing())?.to_string();
    let (origin, lang) = (site.founding.origin.clone(), visit.lang);
    let found = site.pool.read(move |reader| find(reader, &origin, paper, about, lang)).await?;
    let (w, founding) = (lang.words(), &site.founding);
    let words = w.paper(paper);
    let teller = Teller { founding, lang };
    let body = &found.shown.body;
    let latest = found.entries.last().map_or("", |record| record.kind.as_str());
    let sum: i128 = found.rows.iter().filter_map(|row| row.amount).map(i128::from).sum();
    let total = body.get("total").and_then(Value::as_i64).map(i128::from);
    let documents = with_place(&site, lang, teller.documents(body, found.first.index)).await?;
    let facts = teller.facts(Said { kind: &found.first.kind, body, erased: &found.shown.erased }, &TOLD_ELSEWHERE);
    let skip = usize::try_from((page - 1) * PAGE_SIZE).unwrap_or(usize::MAX);
    let number = number_of(body, &found.about);
    let href = address(&found.about, lang).unwrap_or_default();
    let page = One {
        frame: Frame::of(&site, &visit, format!("{} {number}", words.word)),
        w,
        path: paper.path(),
        title: format!("{} {number}", words.word),
        state: format!("{}. {}", w.paper_state(latest), w.decree_count(found.rows.len() as u64)),
        warns: !latest.ends_with(".sealed"),
        facts: facts.into_iter().chain(teller.decided(body, &found.signatures)).collect(),
        sum: founding.money_sum(sum),
        sum_told: if total == Some(sum) { w.decree_sum_same } else { w.decree_sum_differs },
        table: rows_table(paper, &found.rows, skip, &site, lang),
        turns: Turns::of(page, found.rows.len() as u64, lang, |page| format!("{href}?page={page}")),
        documents,
        said: said_table(words.said, &found, &site, lang),
        words,
    };
    html(&page)
}
