//! The newest entries, and from each part to the older ones: by the number of an entry, so that nothing is missed or shown
//! twice while the ledger grows.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;

use super::table::{Column, Datum, Row, Table};
use super::words::{Lang, Words};
use super::{Frame, Thing, Visit, html};
use crate::grants::time::{Date, Timestamp};
use crate::public::Site;
use crate::public::answer::Fault;
use crate::public::api::number;
use crate::public::moment::Moment;

/// Entries on one page.
const SHOWN: u32 = 50;

#[derive(Template)]
#[template(path = "changes.html", config = "src/public/pages/askama.toml")]
struct Changes<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    table: Table,
    place: String,
    newer: Option<String>,
    older: Option<String>,
}

/// The page.
pub(super) async fn page(
    State(site): State<Site>,
    visit: Visit,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let before = match pairs.iter().rev().find(|(name, value)| name == "before" && !value.is_empty()) {
        Some((_, value)) => Some(number(value).ok_or(Fault::Parameter("before", "be the number of an entry"))?),
        None => None,
    };
    let read = site.pool.read(move |reader| {
        let size = reader.signed()?.size;
        let records = reader.records_before(before.unwrap_or(size).min(size), SHOWN)?;
        let mut found = Vec::new();
        for record in records {
            let grant = reader.grant(&record.about)?;
            found.push((record, grant));
        }
        Ok((size, found))
    });
    let (size, found) = read.await?;
    let (w, lang, founding) = (visit.lang.words(), visit.lang, &site.founding);
    let rows = found.iter().map(|(record, grant)| {
        let thing = Thing::of(&record.about, lang);
        let (happened, recorded) = (Date::parse(&record.event_date), Timestamp::parse(&record.recorded_at));
        let subject = match grant {
            Some(grant) => w.title_of(&grant.title, grant.migrated),
            None => thing.name.clone(),
        };
        let about = match thing.href {
            Some(href) => Datum::link(subject, href),
            None => Datum::text(subject),
        };
        let sub = grant.as_ref().map(|grant| w.recipient_of(&grant.recipient, grant.organisation, grant.migrated));
        let days = happened.zip(recorded).map(|(day, at)| day.days_until(at.local_date(founding.offset_min)));
        Row {
            label: format!("{} · {}", w.count(record.index), w.kind(&record.kind)),
            href: Some(format!("{}/entries/{}", lang.prefix(), record.index)),
            sub: sub.into_iter().collect(),
            cells: vec![
                about,
                Datum::day(recorded.map(|at| Moment::time(at, founding.offset_min, lang))),
                Datum::text(days.map(|days| w.delay(days)).unwrap_or_default()),
            ],
        }
    });
    let oldest = found.last().map(|(record, _)| record.index);
    let newest = found.first().map(|(record, _)| record.index);
    let range = newest.zip(oldest).map(|(newest, oldest)| format!("{} – {}", w.count(newest), w.count(oldest)));
    let columns = vec![Column::left(w.about), Column::left(w.recorded), Column::left(w.column_delay)];
    let table = Table { caption: w.changes_title.to_owned(), first: w.entry_heading, columns, rows: rows.collect() };
    let page = Changes {
        frame: Frame::of(&site, &visit, w.changes_title.to_owned()),
        w,
        table,
        place: range.unwrap_or_default(),
        newer: newest.is_none_or(|newest| newest + 1 < size).then(|| format!("{}/changes", lang.prefix())),
        older: oldest.filter(|oldest| *oldest > 0).map(|oldest| format!("{}/changes?before={oldest}", lang.prefix())),
    };
    html(&page)
}
