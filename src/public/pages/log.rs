//! The log: the newest checkpoint as it is, the keys, and how to check everything oneself.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::table::{Column, Datum, Row, Table};
use super::words::forms::FormWords;
use super::words::{Lang, Words};
use super::{Frame, Visit, html};
use crate::grants::time::Timestamp;
use crate::ledger::entry::Entry;
use crate::public::Site;
use crate::public::answer::Fault;
use crate::public::moment::Moment;

#[derive(Template)]
#[template(path = "log.html", config = "src/public/pages/askama.toml")]
struct LogPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    checkpoint: String,
    size: String,
    root: String,
    recorded: Option<Moment>,
    f: &'static FormWords,
    seen: Option<Moment>,
    waiting: Option<String>,
    witnesses: Table,
    vkey: &'a str,
    vkeys: &'a [String],
    identity: String,
    rules: u64,
    base: String,
    last: Option<u64>,
}

/// The log.
pub(super) async fn page(State(site): State<Site>, visit: Visit) -> Result<Response, Fault> {
    let witnessed = site.witnessed;
    let read = site.pool.read(move |reader| {
        let newest = reader.signed()?;
        let seen = if witnessed { reader.seen()? } else { None };
        let waiting = seen.as_ref().map_or(0, |seen| newest.size - seen.signed.size);
        let seen_s = seen.as_ref().and_then(|seen| seen.time_s);
        let signed = seen.map_or(newest, |seen| seen.signed);
        let last = signed.size.checked_sub(1);
        let newest = last.map(|index| reader.entry(index)).transpose()?.flatten();
        Ok((signed, last, newest, seen_s, waiting))
    });
    let (signed, last, newest, seen_s, waiting) = read.await?;
    let (w, founding) = (visit.lang.words(), &site.founding);
    let recorded = newest.and_then(|bytes| Entry::parse(&bytes).ok().map(|entry| entry.recorded_at));
    let page = LogPage {
        frame: Frame::of(&site, &visit, w.log_title.to_owned()),
        w,
        size: w.count(signed.size),
        root: signed.root.to_hex(),
        checkpoint: signed.note,
        recorded: recorded.map(|at| Moment::time(at, founding.offset_min, visit.lang)),
        f: visit.lang.forms(),
        seen: seen_s.and_then(of_seconds).map(|at| Moment::time(at, founding.offset_min, visit.lang)),
        witnesses: witnesses(&site, visit.lang),
        waiting: (waiting > 0).then(|| w.count(waiting)),
        vkey: founding.vkey(),
        vkeys: &founding.vkeys,
        identity: founding.leaf.to_hex(),
        rules: founding.rules,
        base: visit.base(founding),
        last,
    };
    html(&page)
}

/// The witnesses that the policy asks, with what each cosigned last.
fn witnesses(site: &Site, lang: Lang) -> Table {
    let (w, f) = (lang.words(), lang.forms());
    let rows = site.witnesses.iter().map(|one| {
        let at = one.cosigned.and_then(|(_, time_s)| of_seconds(time_s));
        let at = at.map(|at| Moment::time(at, site.founding.offset_min, lang).words().to_owned());
        Row {
            label: one.name.clone(),
            href: None,
            sub: vec![one.vkey.clone()],
            cells: vec![Datum::or_nothing(one.cosigned.map(|(size, _)| w.count(size))), Datum::or_nothing(at)],
        }
    });
    Table {
        caption: f.witnesses_caption.to_owned(),
        first: f.witness,
        columns: vec![Column::right(w.size), Column::left(f.seen_by_witnesses)],
        rows: rows.collect(),
    }
}

/// A time in seconds since 1970, as cosignatures have it.
pub(in crate::public) fn of_seconds(time_s: u64) -> Option<Timestamp> {
    Timestamp::from_ms(i64::try_from(time_s).ok()?.checked_mul(1_000)?)
}
