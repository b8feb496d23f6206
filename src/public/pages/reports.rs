//! Citizens' reports: those that wait, that are overdue, that are answered; and the way of one.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde_json::Value;

use super::narrow::{Narrowed, PAGE_SIZE};
use super::table::{Column, Datum, Row, Table, Turns};
use super::words::citizens::CitizenWords;
use super::words::{Lang, Words};
use super::{Frame, Signed, Visit, html};
use crate::grants::time::Date;
use crate::ledger::reader::{Grant, Reader};
use crate::public::Site;
use crate::public::answer::{Fault, Missing};
use crate::public::api::number;
use crate::public::citizens::{self, Entered, Report, State as Stands, Wanted};
use crate::public::founding::Founding;
use crate::public::moment::Moment;
use crate::public::pace::Delays;
use crate::public::shown::Around;

/// A number above the list; those of a state lead to the reports that it counts.
struct Number {
    label: &'static str,
    value: String,
    note: &'static str,
    href: Option<String>,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "reports.html", config = "src/public/pages/askama.toml")]
struct Reports<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    c: &'static CitizenWords,
    as_of: Option<Moment>,
    /// How many there are in all, whatever is asked for.
    total: usize,
    agency: Option<String>,
    numbers: Vec<Number>,
    heading: &'static str,
    count: String,
    /// Where the reports of every state are, when those of one are shown.
    whole: Option<String>,
    table: Table,
    turns: Turns,
    rule: String,
}

/// What the list's page needs of the ledger.
struct Listed {
    day: Option<Date>,
    total: usize,
    /// How many stand so, in the order of [`Stands::ALL`], and how long the answered ones waited.
    counts: [u64; 3],
    waited: Delays,
    /// How many the page is a part of, and the part, with the grants.
    count: u64,
    shown: Vec<(Report, Option<Grant>)>,
}

fn grant_of(reader: &Reader, report: &Report) -> Result<Option<Grant>, Fault> {
    Ok(report.case.as_deref().map(|case| reader.grant(case)).transpose()?.flatten())
}

fn listed(reader: &Reader, founding: &Founding, all: Vec<Report>, narrowed: &Narrowed) -> Result<Listed, Fault> {
    let wanted = Wanted::of(narrowed.status.as_deref(), narrowed.agency.as_deref()).unwrap_or_default();
    let of_agency = Wanted { state: None, ..wanted.clone() };
    let day = reader.progress()?.day;
    let mut listed =
        Listed { day, total: all.len(), counts: [0; 3], waited: Delays::default(), count: 0, shown: Vec::new() };
    let first = u64::from(narrowed.page - 1) * u64::from(PAGE_SIZE);
    for report in all {
        let state = report.state(founding, day);
        if of_agency.takes(&report, state) {
            listed.counts[state as usize] += 1;
            report.waited(founding.offset_min).into_iter().for_each(|days| listed.waited.add(days));
        }
        if wanted.takes(&report, state) {
            if (first..first + u64::from(PAGE_SIZE)).contains(&listed.count) {
                let grant = grant_of(reader, &report)?;
                listed.shown.push((report, grant));
            }
            listed.count += 1;
        }
    }
    Ok(listed)
}

/// Days and words of reports.
struct View<'a> {
    founding: &'a Founding,
    lang: Lang,
    day: Option<Date>,
}

impl View<'_> {
    fn time(&self, entered: Entered) -> Moment {
        Moment::time(entered.at, self.founding.offset_min, self.lang)
    }

    fn office<'c>(&'c self, code: &'c str) -> &'c str {
        self.founding.office(code, self.lang)
    }

    /// The title and the recipient of a grant.
    fn names(&self, grant: &Grant) -> (String, String) {
        let w = self.lang.words();
        (w.title_of(&grant.title, grant.migrated), w.recipient_of(&grant.recipient, grant.organisation, grant.migrated))
    }

    fn table(&self, shown: &[(Report, Option<Grant>)]) -> Table {
        let c = self.lang.citizens();
        let row = |(report, grant): &(Report, Option<Grant>)| {
            let state = report.state(self.founding, self.day);
            let about = match grant {
                Some(grant) => {
                    let (title, _) = self.names(grant);
                    Datum::link(title, format!("{}/grants/{}", self.lang.prefix(), grant.id))
                }
                None => Datum::text(c.no_grant),
            };
            let office = match report.answers.first() {
                Some(answer) => self.office(&answer.office),
                None => self.founding.agency(&report.agency, self.lang),
            };
            let received = report.received.at.local_date(self.founding.offset_min);
            Row {
                label: format!("{} {}", c.report, report.n),
                href: Some(format!("{}/reports/{}", self.lang.prefix(), report.n)),
                sub: Some(office.to_owned()).filter(|office| !office.is_empty()).into_iter().collect(),
                cells: vec![
                    about,
                    Datum::day(Some(Moment::day(received, self.lang))),
                    Datum::day(report.due(self.founding).map(|due| Moment::day(due, self.lang))),
                    Datum { warns: state == Stands::Overdue, ..Datum::text(c.state(state)) },
                    Datum::or_nothing(report.waited(self.founding.offset_min).map(|days| c.after(days))),
                    Datum::or_nothing(report.rated.map(|(_, rating)| c.rated(rating))),
                ],
            }
        };
        let columns = vec![
            Column::left(c.about),
            Column::left(c.received),
            Column::left(c.due),
            Column::left(self.lang.words().column_status),
            Column::left(c.answer_after),
            Column::left(c.rating),
        ];
        Table { caption: c.title.to_owned(), first: c.report, columns, rows: shown.iter().map(row).collect() }
    }
}

/// The list.
pub(super) async fn all(
    State(site): State<Site>,
    visit: Visit,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let narrowed = citizens::narrowed(&pairs)?;
    let (kept, founding, asked) = (site.memory.citizens().await?, site.founding.clone(), narrowed.clone());
    let read = site.pool.read(move |reader| {
        let all = kept.all(reader, &founding.origin, u64::MAX)?;
        listed(reader, &founding, all, &asked)
    });
    let listed = read.await?;
    let (w, c, lang) = (visit.lang.words(), visit.lang.citizens(), visit.lang);
    let view = View { founding: &site.founding, lang, day: listed.day };
    let chosen = Wanted::of(narrowed.status.as_deref(), None).and_then(|wanted| wanted.state);
    let address = |narrowed: Narrowed| format!("{}/reports{}", lang.prefix(), narrowed.address());
    let of_state = |state: Stands| Number {
        label: c.state(state),
        value: w.count(listed.counts[state as usize]),
        note: [c.open_note, c.overdue_note, c.answered_note][state as usize],
        href: Some(address(narrowed.with(|n| n.status = Some(state.name().to_owned())))),
        chosen: chosen == Some(state),
    };
    let median = listed.waited.median();
    let median = Number {
        label: c.median,
        value: median.map_or_else(|| "–".to_owned(), |days| c.days(days)),
        note: if median.is_some() { c.median_note } else { c.median_none },
        href: None,
        chosen: false,
    };
    let page = Reports {
        frame: Frame::of(&site, &visit, c.title.to_owned()),
        w,
        c,
        as_of: listed.day.map(|day| Moment::day(day, lang)),
        total: listed.total,
        agency: narrowed.agency.as_deref().map(|code| site.founding.agency(code, lang).to_owned()),
        numbers: Stands::ALL.into_iter().map(of_state).chain([median]).collect(),
        heading: chosen.map_or(c.all, |state| c.state(state)),
        count: w.count(listed.count),
        whole: chosen.map(|_| address(narrowed.with(|n| n.status = None))),
        table: view.table(&listed.shown),
        turns: Turns::of(narrowed.page, listed.count, lang, |page| address(Narrowed { page, ..narrowed.clone() })),
        rule: c.rule(),
    };
    html(&page)
}

/// One step of a report.
struct Stop {
    title: String,
    index: u64,
    happened: Moment,
    recorded: Moment,
    /// After how many days of waiting.
    delay: Option<String>,
    signed: Vec<Signed>,
    /// What the office answers.
    text: Option<String>,
    /// The entry that erased it.
    erased: Option<u64>,
    /// The entry that corrects what it says.
    corrected: Option<u64>,
    /// The entry that revoked a key which signed it.
    disputed: Option<u64>,
}

#[derive(Template)]
#[template(path = "report.html", config = "src/public/pages/askama.toml")]
struct One<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    c: &'static CitizenWords,
    heading: String,
    stands: String,
    state: &'static str,
    received: Moment,
    /// The grant's title, its recipient and its page.
    about: Option<(String, String, String)>,
    agency: Option<String>,
    due: Option<Moment>,
    rating: String,
    stops: Vec<Stop>,
    rule: String,
    checked: String,
    command: String,
}

/// What is shown of one entry of a report.
struct Step {
    index: u64,
    kind: String,
    happened: Date,
    around: Around,
}

fn steps(reader: &Reader, origin: &str, report: &Report) -> Result<Vec<Step>, Fault> {
    let mut steps = Vec::new();
    for index in report.entries() {
        let missing = || Fault::missing(Missing::Entry);
        let statement = reader.statement(index, origin)?.ok_or_else(missing)?;
        let bytes = reader.entry(index)?.ok_or_else(missing)?;
        let around = Around::of(reader, origin, index, &statement, &bytes)?;
        steps.push(Step { index, kind: statement.kind().to_owned(), happened: statement.event_date(), around });
    }
    Ok(steps)
}

impl View<'_> {
    fn stop(&self, report: &Report, step: &Step) -> Stop {
        let (w, c, offset) = (self.lang.words(), self.lang.citizens(), self.founding.offset_min);
        let answer = report.answers.iter().find(|answer| answer.entered.index == step.index);
        let rated = report.rated.filter(|(entered, _)| entered.index == step.index);
        let entered = answer.map(|answer| answer.entered).or(rated.map(|(entered, _)| entered));
        let entered = entered.unwrap_or(report.received);
        let since = report.received.at.local_date(offset).days_until(entered.at.local_date(offset));
        let kind = w.kind(&step.kind);
        let title = match (answer, rated) {
            (Some(answer), _) if !answer.office.is_empty() => format!("{kind}: {}", self.office(&answer.office)),
            (_, Some((_, rating))) => format!("{kind}: {}", c.rated(rating)),
            _ => kind.to_owned(),
        };
        let shown = &step.around.shown;
        Stop {
            title,
            index: step.index,
            happened: Moment::day(step.happened, self.lang),
            recorded: self.time(entered),
            delay: answer.map(|_| c.answered_after(since)),
            signed: step.around.signatures.iter().map(|one| Signed::of(one, self.founding, self.lang)).collect(),
            text: shown.body.get("answer").and_then(Value::as_str).map(str::to_owned),
            erased: shown.erased.iter().find(|erased| erased.pointer == "/body/answer").map(|erased| erased.entry),
            corrected: shown.corrected_by(),
            disputed: step.around.disputed,
        }
    }
}

/// One report.
pub(super) async fn one(State(site): State<Site>, visit: Visit, Path(n): Path<String>) -> Result<Response, Fault> {
    let n = number(&n).ok_or(Fault::missing(Missing::Report))?;
    let (kept, founding) = (site.memory.citizens().await?, site.founding.clone());
    let read = site.pool.read(move |reader| {
        let report = kept.one(reader, &founding.origin, n)?.ok_or(Fault::missing(Missing::Report))?;
        let steps = steps(reader, &founding.origin, &report)?;
        Ok((grant_of(reader, &report)?, steps, report, reader.progress()?.day))
    });
    let (grant, steps, report, day) = read.await?;
    let (w, c, lang, founding) = (visit.lang.words(), visit.lang.citizens(), visit.lang, &site.founding);
    let view = View { founding, lang, day };
    let (state, heading) = (report.state(founding, day), format!("{} {n}", c.report));
    let due = report.due(founding).map(|due| Moment::day(due, lang));
    let page = One {
        frame: Frame::of(&site, &visit, format!("{heading}: {}", c.state(state))),
        w,
        c,
        heading,
        stands: c.stands(state, due.as_ref().map(Moment::words), report.waited(founding.offset_min)),
        state: c.state(state),
        received: view.time(report.received),
        about: grant.as_ref().map(|grant| {
            let (title, recipient) = view.names(grant);
            (title, recipient, format!("{}/grants/{}", lang.prefix(), grant.id))
        }),
        agency: (!report.agency.is_empty()).then(|| founding.agency(&report.agency, lang).to_owned()),
        due,
        rating: report.rated.map_or_else(|| c.not_rated.to_owned(), |(_, rating)| c.rated(rating)),
        stops: steps.iter().map(|step| view.stop(&report, step)).collect(),
        rule: c.rule(),
        checked: report.entries().iter().map(u64::to_string).collect::<Vec<_>>().join(" "),
        command: format!("hibah verify {} --vkey '{}'", visit.base(founding), founding.vkey()),
    };
    html(&page)
}
