//! Flags: what is worth a question, and what is missing. Two lists, never one score; a page each with how it is found.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::beside::{Found, flag_title};
use super::narrow::{PAGE_SIZE, page_of};
use super::told::Teller;
use super::words::{Lang, Words};
use super::{Frame, Visit, html};
use crate::grants::explain::sections::{Part, Section, sections};
use crate::grants::explain::{Around, Topic};
use crate::grants::flags::Flag;
use crate::grants::time::Date;
use crate::ledger::findings::{Finding, MissingReport, Window};
use crate::public::Site;
use crate::public::answer::{Fault, Missing};
use crate::public::api::flags::REPORT_MISSING;
use crate::public::founding::Founding;
use crate::public::moment::Moment;

/// A line of either list.
struct Listed {
    title: String,
    href: String,
    count: String,
    sentence: String,
}

#[derive(Template)]
#[template(path = "flags.html", config = "src/public/pages/askama.toml")]
struct All<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    worth: Vec<Listed>,
    missing: Vec<Listed>,
    as_of: Option<Moment>,
}

/// A part of how a flag is found.
struct Told {
    heading: String,
    paragraphs: Vec<String>,
}

/// A report that is missing.
struct Overdue {
    case: String,
    grant: String,
    recipient: String,
    due: Option<Moment>,
    days: String,
}

#[derive(Template)]
#[template(path = "flag.html", config = "src/public/pages/askama.toml")]
struct One<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    title: String,
    told: Vec<Told>,
    missing_page: bool,
    total: String,
    found: Vec<Found>,
    overdue: Vec<Overdue>,
    place: String,
    before: Option<String>,
    after: Option<String>,
}

/// The first sentence of how a flag is found.
fn sentence(name: &str, lang: Lang) -> String {
    let told = Topic::find(name).map(|topic| told(&topic, lang)).unwrap_or_default();
    let method = told.first().and_then(|part| part.paragraphs.first()).cloned().unwrap_or_default();
    method.find(". ").map_or(method.clone(), |end| method[..=end].to_owned())
}

fn told(topic: &Topic, lang: Lang) -> Vec<Told> {
    let around = Around { ways: &[], fields: &[] };
    sections(topic, around).iter().map(|section| part(section, lang)).collect()
}

fn part(section: &Section, lang: Lang) -> Told {
    let paragraph = |part: &Part| match part {
        Part::Prose(text) => Some(text.in_language(lang.explained()).to_owned()),
        Part::Names(names) => Some(names.join("; ")),
        Part::Topics(_) | Part::Neighbours(_) | Part::Fields(_) | Part::Json(_) => None,
    };
    Told {
        heading: section.heading.in_language(lang.explained()).to_owned(),
        paragraphs: section.parts.iter().filter_map(paragraph).collect(),
    }
}

/// Both lists.
pub(super) async fn all(State(site): State<Site>, visit: Visit) -> Result<Response, Fault> {
    let read = site.pool.read(|reader| Ok((reader.finding_counts()?, reader.missing_reports_count()?, reader.day()?)));
    let (counts, missing, day) = read.await?;
    let (w, lang) = (visit.lang.words(), visit.lang);
    let count = |name: &str| counts.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| *count);
    let worth = Flag::ALL.iter().map(|flag| Listed {
        title: flag_title(flag.name(), lang),
        href: format!("{}/flags/{}", lang.prefix(), flag.name()),
        count: w.count(count(flag.name())),
        sentence: sentence(flag.name(), lang),
    });
    let page = All {
        frame: Frame::of(&site, &visit, w.flags_title.to_owned()),
        w,
        worth: worth.collect(),
        missing: vec![Listed {
            title: w.report_missing_title.to_owned(),
            href: format!("{}/flags/{REPORT_MISSING}", lang.prefix()),
            count: w.count(missing),
            sentence: w.report_missing_sentence.to_owned(),
        }],
        as_of: Date::parse(&day).map(|day| Moment::day(day, lang)),
    };
    html(&page)
}

/// What the page of one flag needs of the ledger.
struct Read {
    total: u64,
    findings: Vec<Finding>,
    missing: Vec<MissingReport>,
    day: String,
}

/// One flag with its findings, or the list of reports that are missing.
pub(super) async fn one(
    State(site): State<Site>,
    visit: Visit,
    Path(name): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let missing_page = name == REPORT_MISSING;
    if !missing_page && Flag::parse(&name).is_none() {
        return Err(Fault::missing(Missing::Flag));
    }
    let number = page_of(&pairs)?;
    let window = Window { offset: (number - 1) * PAGE_SIZE, limit: PAGE_SIZE };
    let asked = name.clone();
    let read = site.pool.read(move |reader| {
        let (findings, missing, total) = if missing_page {
            (Vec::new(), reader.missing_reports(window)?, reader.missing_reports_count()?)
        } else {
            let counts = reader.finding_counts()?;
            let total = counts.iter().find(|(flag, _)| *flag == asked).map_or(0, |(_, count)| *count);
            (reader.findings_of_flag(&asked, window)?, Vec::new(), total)
        };
        Ok(Read { total, findings, missing, day: reader.day()? })
    });
    let read = read.await?;
    let (w, lang) = (visit.lang.words(), visit.lang);
    let pages = read.total.div_ceil(u64::from(PAGE_SIZE)).max(1);
    let turned = |page: u32| format!("{}/flags/{name}?page={page}", lang.prefix());
    let title = if missing_page { w.report_missing_title.to_owned() } else { flag_title(&name, lang) };
    let page = One {
        frame: Frame::of(&site, &visit, title.clone()),
        w,
        told: if missing_page {
            missing_told(w)
        } else {
            Topic::find(&name).map(|t| told(&t, lang)).unwrap_or_default()
        },
        total: if missing_page { w.count(read.total) } else { w.findings(read.total) },
        missing_page,
        found: found(&read.findings, &site.founding, lang),
        overdue: read.missing.iter().map(|one| overdue(one, &read.day, lang)).collect(),
        place: format!("{} / {}", w.count(u64::from(number)), w.count(pages)),
        before: (number > 1).then(|| turned(number - 1)),
        after: (u64::from(number) < pages).then(|| turned(number + 1)),
        title,
    };
    html(&page)
}

fn found(findings: &[Finding], founding: &Founding, lang: Lang) -> Vec<Found> {
    let teller = Teller { founding, lang };
    findings.iter().map(|finding| Found::of(finding, &teller)).collect()
}

fn missing_told(w: &Words) -> Vec<Told> {
    let heading = w.report_missing_title.to_owned();
    let paragraphs = [w.report_missing_sentence, w.report_missing_method, w.report_missing_not];
    vec![Told { heading, paragraphs: paragraphs.map(str::to_owned).to_vec() }]
}

fn overdue(missing: &MissingReport, day: &str, lang: Lang) -> Overdue {
    let w = lang.words();
    let due = Date::parse(&missing.due);
    let days = due.zip(Date::parse(day)).map(|(due, day)| due.days_until(day));
    Overdue {
        case: missing.case.clone(),
        grant: w.title_of(&missing.title, false),
        recipient: w.recipient_of(&missing.recipient, missing.organisation, false),
        due: due.map(|due| Moment::day(due, lang)),
        days: days.map(|days| w.days(days)).unwrap_or_default(),
    }
}
