//! `/embed/grants/{id}`: a grant in few words for other people's pages. The only pages that may be shown in a frame: they
//! have no script and no form, and what they say leads to the record.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::words::Words;
use super::words::forms::FormWords;
use super::{Visit, html, style_name};
use crate::public::Site;
use crate::public::answer::Fault;
use crate::public::history::History;

/// In any page's frame; nothing but our own style.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *";
/// The amounts that are shown: asked, decreed, paid.
const SHOWN: [usize; 3] = [0, 5, 7];

#[derive(Template)]
#[template(path = "embed.html", config = "src/public/pages/askama.toml")]
struct EmbedPage<'a> {
    lang: &'static str,
    w: &'static Words,
    f: &'static FormWords,
    style: &'a str,
    government: &'a str,
    banner: Option<&'static str>,
    title: String,
    recipient: String,
    status: String,
    amounts: Vec<(&'static str, String)>,
    href: String,
    id: String,
    last: u64,
}

/// A grant in few words.
pub(super) async fn page(State(site): State<Site>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let founding = site.founding.clone();
    let history = site.pool.read(move |reader| History::read(reader, &founding.origin, &id)).await?;
    let (grant, founding, w) = (&history.grant, &site.founding, visit.lang.words());
    let amount = |at: usize| match grant.amounts[at] {
        Some(minor) => founding.money(minor),
        None => w.absent(founding.amount_state(grant, at)).to_owned(),
    };
    let banner = match (site.records, founding.trial) {
        (crate::public::Records::MadeUp, _) => Some(w.banner_made_up_title),
        (_, true) => Some(w.banner_trial_title),
        _ => None,
    };
    let page = EmbedPage {
        lang: visit.lang.code(),
        w,
        f: visit.lang.forms(),
        style: style_name(),
        government: founding.government(visit.lang),
        banner,
        title: w.title_of(&grant.title, grant.migrated),
        recipient: w.recipient_of(&grant.recipient, grant.organisation, grant.migrated),
        status: w.status(&grant.status).to_owned(),
        amounts: SHOWN.iter().map(|at| (w.amounts[*at], amount(*at))).collect(),
        href: format!("{}/grants/{}", visit.lang.prefix(), grant.id),
        id: grant.id.clone(),
        last: history.steps.last().map_or(grant.last_index, |step| step.record.index),
    };
    let mut response = html(&page)?;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    Ok(response)
}
