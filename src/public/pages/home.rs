//! The first page: one sentence, one search box, four numbers, the newest records, the ledger's state.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::words::{Lang, Words};
use super::{Frame, Visit, html, narrow::Narrowed};
use crate::grants::time::Timestamp;
use crate::ledger::reader::{Facet, Grant, GrantPage, GrantQuery, Reader, Record};
use crate::ledger::store::Signed;
use crate::public::Site;
use crate::public::answer::Fault;
use crate::public::founding::Founding;
use crate::public::moment::Moment;

/// How many of the newest records are shown.
const NEWEST: u32 = 8;
/// The amounts of the four numbers, as places in [`crate::grants::figures::Figure`]: decreed, paid, reported.
const SHOWN: [usize; 3] = [5, PAID, 9];
const PAID: usize = 7;

struct Number {
    label: &'static str,
    value: String,
    note: String,
    href: String,
}

struct Year {
    year: u16,
    numbers: Vec<Number>,
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
    /// Fiscal years with their sums, newest first.
    years: Vec<(u16, GrantPage)>,
    /// Whether those are of awards from before the ledger.
    migrated: bool,
    before: u64,
    newest: Vec<(Record, Option<Grant>)>,
}

fn find(reader: &Reader) -> Result<Found, Fault> {
    let mut newest = Vec::new();
    let signed = reader.signed()?;
    for record in reader.newest(NEWEST)? {
        if record.index >= signed.size {
            continue;
        }
        let grant = reader.grant(&record.about)?;
        newest.push((record, grant));
    }
    let before = reader.grants(&GrantQuery { migrated: Some(true), ..GrantQuery::default() })?.total;
    let (migrated, years) = newest_years(reader)?;
    Ok(Found { signed, years, migrated, before, newest })
}

/// The newest fiscal year with cases, or with awards from before the ledger where there are no cases; and while nothing
/// is paid of it yet, the year before it too.
fn newest_years(reader: &Reader) -> Result<(bool, Vec<(u16, GrantPage)>), Fault> {
    for migrated in [false, true] {
        let query = GrantQuery { migrated: Some(migrated), ..GrantQuery::default() };
        let counts = reader.facet(&query, Facet::FiscalYear)?;
        let years = counts.iter().filter_map(|year| crate::public::api::number(&year.value));
        let mut years: Vec<u16> = years.filter_map(|year| u16::try_from(year).ok()).collect();
        years.sort_unstable_by(|a, b| b.cmp(a));
        let mut found = Vec::new();
        for year in years.into_iter().take(2) {
            let sums = reader.grants(&GrantQuery { fiscal_year: Some(year), ..query.clone() })?;
            let paid = sums.counts[PAID] > 0;
            found.push((year, sums));
            if paid || migrated {
                break;
            }
        }
        if !found.is_empty() {
            return Ok((migrated, found));
        }
    }
    Ok((false, Vec::new()))
}

fn numbers(founding: &Founding, lang: Lang, year: u16, migrated: bool, page: &GrantPage) -> Vec<Number> {
    let w = lang.words();
    let narrowed = Narrowed { year: Some(year), migrated: Some(migrated), page: 1, ..Narrowed::default() };
    let href = |narrowed: &Narrowed| format!("{}/grants{}", lang.prefix(), narrowed.address());
    let asked = page.sums[0].map(|sum| format!("{} {}", w.amounts[0], founding.money_sum(sum))).unwrap_or_default();
    let applications = Number {
        label: if migrated { w.before_heading } else { w.figures_applications },
        value: w.count(page.total),
        note: asked,
        href: href(&narrowed),
    };
    let amounts = SHOWN.iter().filter(|at| !migrated || page.sums[**at].is_some()).map(|at| Number {
        label: w.amounts[*at],
        value: page.sums[*at].map_or_else(|| w.figures_none.to_owned(), |sum| founding.money_sum(sum)),
        note: w.grants(page.counts[*at]),
        href: href(&narrowed.with(|n| n.has = Some(*at))),
    });
    std::iter::once(applications).chain(amounts).collect()
}

/// The first page.
pub(super) async fn page(State(site): State<Site>, visit: Visit) -> Result<Response, Fault> {
    let found = site.pool.read(find).await?;
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
    let years = found
        .years
        .iter()
        .map(|(year, sums)| Year { year: *year, numbers: numbers(founding, lang, *year, found.migrated, sums) });
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
