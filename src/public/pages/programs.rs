//! `/api`: how programs read, with examples on this very ledger.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::words::forms::FormWords;
use super::words::{Lang, Words};
use super::{Frame, Visit, html};
use crate::ledger::reader::GrantQuery;
use crate::public::answer::Fault;
use crate::public::{Site, lists};

struct Example {
    says: &'static str,
    path: String,
}

#[derive(Template)]
#[template(path = "programs.html", config = "src/public/pages/askama.toml")]
struct ApiPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    f: &'static FormWords,
    examples: Vec<Example>,
    rules: [&'static str; 4],
    base: String,
}

/// How programs read.
pub(super) async fn page(State(site): State<Site>, visit: Visit) -> Result<Response, Fault> {
    let read = site.pool.read(|reader| {
        let newest = reader.grants(&GrantQuery { limit: 1, ..GrantQuery::default() })?.grants.into_iter().next();
        Ok((reader.signed()?.size, newest))
    });
    let (size, newest) = read.await?;
    let (w, f) = (visit.lang.words(), visit.lang.forms());
    let last = size.saturating_sub(1);
    let one = |says, path: &str| Example { says, path: path.to_owned() };
    let mut examples = vec![
        one(f.api_status, "/api/v1/status"),
        one(f.api_entries, "/api/v1/entries?limit=5"),
        one(f.api_entry, &format!("/api/v1/entries/{last}")),
        one(f.api_receipt, &format!("/api/v1/receipts/{last}")),
        one(f.api_grants, "/api/v1/grants?status=refused"),
        one(f.api_changed, &format!("/api/v1/grants/changed?after={}&limit=5", last.saturating_sub(50))),
    ];
    if let Some(there) = newest.and_then(|grant| lists::in_api(&grant.id)) {
        examples.push(one(f.api_grant, &there));
    }
    examples.extend([
        one(f.api_flags, "/api/v1/flags"),
        one(f.api_list, "/grants.csv?status=refused"),
        one(f.api_checkpoint, "/checkpoint"),
    ]);
    html(&ApiPage {
        frame: Frame::of(&site, &visit, f.api_title.to_owned()),
        w,
        f,
        examples,
        rules: [f.api_paging, f.api_caching, f.api_problems, f.api_amounts],
        base: visit.base(&site.founding),
    })
}
