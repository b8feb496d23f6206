//! The first page: one sentence, one search box, four numbers, the newest records, the ledger's state.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::words::{Lang, Words};
use super::years::coverage_told;
use super::{Frame, Visit, html, narrow::Narrowed};
use crate::grants::time::Timestamp;
use crate::ledger::reader::{Grant, Reader, Record};
use crate::ledger::store::Signed;
use crate::public::Site;
use crate::public::answer::Fault;
use crate::public::api::flags::REPORT_MISSING;
use crate::public::coverage::Coverage;
use crate::public::founding::Founding;
use crate::public::moment::Moment;
use crate::public::roll::{Line, Roll, Tally};

/// How many of the newest records are shown.
const NEWEST: u32 = 8;
/// The amounts among the four numbers, as places in [`crate::grants::figures::Figure`]: decreed, paid.
const SHOWN: [usize; 2] = [5, PAID];
const PAID: usize = 7;

struct Number {
    label: &'static str,
    value: String,
    note: String,
    href: String,
}

struct Year {
    year: u16,
    href: String,
    numbers: Vec<Number>,
    /// How much of what the treasury paid is here.
    coverage: Option<String>,
}

struct Newest {
    index: u64,
    kind: &'static str,
    subject: Option<(String, String)>,
    about: String,
    recorded: Option<Moment>,
}

/// The ledger's last entry, as the line about its state names it.
struct Latest {
    index: u64,
    entry: String,
    recorded: Option<Moment>,
}

#[derive(Template)]
#[template(path = "home.html", config = "src/public/pages/askama.toml")]
struct Home<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    sentence: &'static str,
    years: Vec<Year>,
    before: Option<(String, String)>,
    newest: Vec<Newest>,
    latest: Option<Latest>,
}

/// What the page needs of the ledger.
struct Found {
    signed: Signed,
    roll: Arc<Roll>,
    /// The fiscal years that are shown, newest first, with what the treasury says.
    years: Vec<(u16, Coverage)>,
    /// Whether those are of awards from before the ledger.
    migrated: bool,
    before: u64,
    newest: Vec<(Record, Option<Grant>)>,
}

fn find(reader: &Reader, roll: Arc<Roll>, origin: &str) -> Result<Found, Fault> {
    let mut newest = Vec::new();
    let signed = reader.signed()?;
    for record in reader.newest(NEWEST)? {
        if record.index >= signed.size {
            continue;
        }
        let grant = reader.grant(&record.about)?;
        newest.push((record, grant));
    }
    let (migrated, shown) = newest_years(&roll);
    let mut years = Vec::new();
    for year in shown {
        years.push((year, Coverage::read(reader, origin, year)?));
    }
    let before = roll.tally(|line| line.counted.migrated).grants;
    Ok(Found { signed, roll, years, migrated, before, newest })
}

/// The grants of a fiscal year, on the ledger or from before it.
fn of_year(roll: &Roll, year: u16, migrated: bool) -> Tally {
    roll.tally(|line| line.counted.fiscal_year == year && line.counted.migrated == migrated)
}

/// The newest fiscal year with cases, or with awards from before the ledger where there are no cases; and while nothing
/// is paid of it yet, the year before it too.
fn newest_years(roll: &Roll) -> (bool, Vec<u16>) {
    for migrated in [false, true] {
        let own = |line: &Line| (line.counted.migrated == migrated).then_some(line.counted.fiscal_year);
        let mut shown = Vec::new();
        for (year, tally) in roll.grouped(own).into_iter().rev().take(2) {
            shown.push(year);
            if tally.counts[PAID] > 0 || migrated {
                break;
            }
        }
        if !shown.is_empty() {
            return (migrated, shown);
        }
    }
    (false, Vec::new())
}

fn numbers(founding: &Founding, lang: Lang, year: u16, migrated: bool, roll: &Roll) -> Vec<Number> {
    let tally = of_year(roll, year, migrated);
    let w = lang.words();
    let narrowed = Narrowed { year: Some(year), migrated: Some(migrated), page: 1, ..Narrowed::default() };
    let href = |narrowed: &Narrowed| format!("{}/grants{}", lang.prefix(), narrowed.address());
    let asked = tally.sum(0).map(|sum| format!("{} {}", w.amounts[0], founding.money_sum(sum))).unwrap_or_default();
    let applications = Number {
        label: if migrated { w.before_heading } else { w.figures_applications },
        value: w.count(tally.grants),
        note: asked,
        href: href(&narrowed),
    };
    let amounts = SHOWN.iter().filter(|at| !migrated || tally.sum(**at).is_some()).map(|at| Number {
        label: w.amounts[*at],
        value: tally.sum(*at).map_or_else(|| w.figures_none.to_owned(), |sum| founding.money_sum(sum)),
        note: w.grants(tally.counts[*at]),
        href: href(&narrowed.with(|n| n.has = Some(*at))),
    });
    let missing = |line: &Line| line.counted.report_due.zip(roll.day).is_some_and(|(due, day)| due < day);
    let late = roll.tally(|line| line.counted.fiscal_year == year && !line.counted.migrated && missing(line));
    let late = Number {
        label: w.figures_late,
        value: w.count(late.grants),
        note: w.report_missing_title.to_owned(),
        href: href(&narrowed.with(|n| n.flag = Some(REPORT_MISSING.to_owned()))),
    };
    std::iter::once(applications).chain(amounts).chain((!migrated).then_some(late)).collect()
}

/// The first page.
pub(super) async fn page(State(site): State<Site>, visit: Visit) -> Result<Response, Fault> {
    let (rolls, origin) = (site.memory.rolls().await?, site.founding.origin.clone());
    let found = site.pool.read(move |reader| find(reader, rolls.of(reader)?, &origin)).await?;
    let (founding, lang) = (&site.founding, visit.lang);
    let w = lang.words();
    let time = |at: &str| Timestamp::parse(at).map(|at| Moment::time(at, founding.offset_min, lang));
    let latest = found.signed.size.checked_sub(1).map(|index| Latest {
        index,
        entry: w.count(index),
        recorded: found.newest.first().and_then(|(record, _)| time(&record.recorded_at)),
    });
    let newest = found.newest.into_iter().map(|(record, grant)| Newest {
        index: record.index,
        kind: kind_title(w, &record.kind),
        subject: grant.map(|grant| {
            let recipient = w.recipient_of(&grant.recipient, grant.organisation, grant.migrated);
            (w.title_of(&grant.title, grant.migrated), recipient)
        }),
        recorded: time(&record.recorded_at),
        about: record.about,
    });
    let before = Narrowed { migrated: Some(true), page: 1, ..Narrowed::default() };
    let years = found.years.iter().map(|(year, coverage)| {
        let paid = of_year(&found.roll, *year, found.migrated).sum(PAID);
        Year {
            year: *year,
            href: format!("{}/years/{year}", lang.prefix()),
            numbers: numbers(founding, lang, *year, found.migrated, &found.roll),
            coverage: (!found.migrated).then(|| coverage_told(*coverage, paid, founding, lang).0),
        }
    });
    let page = Home {
        frame: Frame::of(&site, &visit, w.home_title.to_owned()),
        w,
        sentence: if found.migrated { w.home_sentence_before } else { w.home_sentence },
        years: years.collect(),
        before: (found.before > 0 && !found.migrated)
            .then(|| (w.grants(found.before), format!("{}/grants{}", lang.prefix(), before.address()))),
        newest: newest.collect(),
        latest,
    };
    html(&page)
}

fn kind_title(w: &Words, name: &str) -> &'static str {
    use crate::grants::kinds::Kind;
    let title = Kind::parse(name).map(|kind| match w.lang {
        Lang::Indonesian => kind.title_id(),
        Lang::English => kind.title_en(),
    });
    title.unwrap_or("-")
}
