//! The log: the newest checkpoint as it is, the keys, and how to check everything oneself.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::words::{Lang, Words};
use super::{Frame, Visit, html};
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
    vkey: &'a str,
    vkeys: &'a [String],
    identity: String,
    rules: u64,
    base: String,
    last: Option<u64>,
}

/// The log.
pub(super) async fn page(State(site): State<Site>, visit: Visit) -> Result<Response, Fault> {
    let read = site.pool.read(|reader| {
        let signed = reader.signed()?;
        let last = signed.size.checked_sub(1);
        let newest = last.map(|index| reader.entry(index)).transpose()?.flatten();
        Ok((signed, last, newest))
    });
    let (signed, last, newest) = read.await?;
    let (w, founding) = (visit.lang.words(), &site.founding);
    let recorded = newest.and_then(|bytes| Entry::parse(&bytes).ok().map(|entry| entry.recorded_at));
    let page = LogPage {
        frame: Frame::of(&site, &visit, w.log_title.to_owned()),
        w,
        size: w.count(signed.size),
        root: signed.root.to_hex(),
        checkpoint: signed.note,
        recorded: recorded.map(|at| Moment::time(at, founding.offset_min, visit.lang)),
        vkey: founding.vkey(),
        vkeys: &founding.vkeys,
        identity: founding.leaf.to_hex(),
        rules: founding.rules,
        base: visit.base(founding),
        last,
    };
    html(&page)
}
