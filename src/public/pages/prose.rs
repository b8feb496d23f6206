//! Pages of plain text: what this is, what it keeps of its readers, and how to use it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::words::prose::{Prose, Section};
use super::words::{Lang, Words};
use super::{Frame, Visit, html};
use crate::public::Site;
use crate::public::answer::Fault;

#[derive(Template)]
#[template(path = "prose.html", config = "src/public/pages/askama.toml")]
struct Page<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    lead: &'static str,
    sections: &'static [Section],
}

fn page(site: &Site, visit: &Visit, prose: &'static Prose) -> Result<Response, Fault> {
    let frame = Frame::of(site, visit, prose.title.to_owned());
    html(&Page { frame, w: visit.lang.words(), lead: prose.lead, sections: prose.sections })
}

/// What this site is.
pub(super) async fn about(State(site): State<Site>, visit: Visit) -> Result<Response, Fault> {
    page(&site, &visit, visit.lang.about())
}

/// What it keeps of its readers, and of the people whom it tells of.
pub(super) async fn privacy(State(site): State<Site>, visit: Visit) -> Result<Response, Fault> {
    page(&site, &visit, visit.lang.privacy())
}

/// How to use it.
pub(super) async fn help(State(site): State<Site>, visit: Visit) -> Result<Response, Fault> {
    page(&site, &visit, visit.lang.help())
}
