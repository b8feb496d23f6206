//! Pages for people: HTML made on the server, one style sheet; a script only for who wants a record checked in the browser. Indonesian at `/...`, English at `/en/...`.

mod agencies;
mod asked;
mod beside;
mod changes;
mod chart;
mod data;
mod documents;
mod embed;
mod entry;
mod flags;
mod grant;
mod home;
pub(crate) mod labels;
mod list;
pub(super) mod log;
pub(super) mod narrow;
mod officials;
mod orgs;
mod overdue;
pub(super) mod papers;
mod programs;
mod prose;
pub(super) mod reading;
pub(crate) mod receipt;
mod reports;
mod table;
mod told;
pub(super) mod verify;
pub(crate) mod words;
pub(super) mod years;

use std::convert::Infallible;
use std::sync::LazyLock;

use askama::Template;
use axum::Router;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;

use super::answer::{self, Asked, Fault, Missing};
use super::founding::Founding;
use super::holders::{Holder, Signature};
use super::lists::{self, Form};
use super::moment::Moment;
use super::{Kept, Records, Site, browser, calendar, dossier, feed};
use crate::tlog::hash::sha256;
use papers::Paper;
use words::{Lang, Words};

/// What a query says.
type Pairs = Query<Vec<(String, String)>>;

/// The style sheet of the pages.
pub(crate) const STYLE: &str = include_str!("style.css");

/// The style sheet's file name: its content's hash is in it, so it may be kept forever.
static STYLE_NAME: LazyLock<String> =
    LazyLock::new(|| format!("style-{}.css", &sha256(STYLE.as_bytes()).to_hex()[..16]));

/// The style sheet's file name.
fn style_name() -> &'static str {
    &STYLE_NAME
}

/// Every address for people.
pub(super) fn routes() -> Router<Kept> {
    let mut router = Router::new()
        .route("/assets/{name}", get(style))
        .route("/assets/{folder}/{*file}", get(browser::file))
        .route("/en", get(async || Redirect::permanent("/en/")));
    for lang in [Lang::Indonesian, Lang::English] {
        let at = |path: &str| format!("{}{path}", lang.prefix());
        router = router
            .route(&at("/"), get(home::page))
            .route(&at("/grants"), get(list::page))
            .route(&at("/grants/{*id}"), get(grant_or_form))
            .route(&at("/entries/{index}"), get(entry::page))
            .route(&at("/entries/{index}/receipt.pdf"), get(receipt::page))
            .route(&at("/flags"), get(flags::all))
            .route(&at("/flags/{name}"), get(flag_or_form))
            .route(&at("/orgs"), get(orgs::all))
            .route(&at("/orgs/{n}"), get(orgs::one))
            .route(&at("/agencies"), get(agencies::all))
            .route(&at("/agencies/{code}"), get(agencies::one))
            .route(&at("/years"), get(years::all))
            .route(&at("/years/{year}"), get(years::one))
            .route(&at("/officials"), get(officials::page))
            .route(&at("/overdue"), get(overdue::page))
            .route(&at("/reports"), get(reports::all))
            .route(&at("/reports/{n}"), get(reports::one))
            .route(&at("/changes"), get(changes::page))
            .route(&at("/about"), get(prose::about))
            .route(&at("/privacy"), get(prose::privacy))
            .route(&at("/help"), get(prose::help))
            .route(&at("/log"), get(log::page))
            .route(&at("/verify"), get(verify::page))
            .route(&at("/verify/offline.html"), get(verify::offline))
            .route(&at("/data"), get(data::page))
            .route(&at("/api"), get(programs::page))
            .route(&at("/embed/grants/{*id}"), get(embed::page));
        for paper in Paper::ALL {
            let all =
                async move |site: State<Site>, visit: Visit, pairs: Pairs| papers::all(paper, site, visit, pairs).await;
            let one = async move |site: State<Site>, uri: Uri, visit: Visit, id: Path<String>, pairs: Pairs| {
                match Form::split(&id) {
                    None => papers::one(paper, site, visit, id, pairs).await,
                    Some(_) => lists::list(site, uri, visit, pairs).await,
                }
            };
            router =
                router.route(&at(paper.path()), get(all)).route(&at(&format!("{}/{{*id}}", paper.path())), get(one));
        }
        for list in lists::LISTS {
            for form in ["csv", "json", "atom"] {
                router = router.route(&at(&format!("{list}.{form}")), get(lists::list));
            }
        }
    }
    router
}

/// A grant's page; with `.atom` its feed, with `.ics` its deadlines, with `.json` what programs read.
async fn grant_or_form(site: State<Site>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    if let Some(id) = id.strip_suffix("/dossier.zip") {
        return dossier::answer(site.0, id.to_owned()).await;
    }
    match Form::split(&id) {
        None => grant::page(site, visit, Path(id)).await,
        Some((id, Form::Atom)) => feed::of_grant(site.0, &visit, id.to_owned()).await,
        Some((id, Form::Ics)) => calendar::of_grant(site.0, &visit, id.to_owned()).await,
        Some((id, Form::Json)) => {
            let there = lists::in_api(id).ok_or(Fault::missing(Missing::Grant))?;
            Ok(Redirect::permanent(&there).into_response())
        }
        Some((_, Form::Csv)) => Err(Fault::missing(Missing::Path)),
    }
}

/// A flag's page, or its list in another form.
async fn flag_or_form(
    site: State<Site>,
    uri: Uri,
    visit: Visit,
    Path(name): Path<String>,
    pairs: Pairs,
) -> Result<Response, Fault> {
    match Form::split(&name) {
        None => flags::one(site, visit, Path(name), pairs).await,
        Some(_) => lists::list(site, uri, visit, pairs).await,
    }
}

async fn style(Path(name): Path<String>) -> Result<Response, Fault> {
    if name != *STYLE_NAME {
        return Err(Fault::missing(Missing::Path));
    }
    Ok(answer::body("text/css; charset=utf-8", answer::FOREVER, STYLE.as_bytes().to_vec()))
}

/// Where a reader is: the language, the address without it, and under which name they reach this server.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) lang: Lang,
    path: String,
    query: String,
    /// `http://127.0.0.1:8080` for a server on the reader's own machine; none elsewhere.
    own_machine: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let (lang, path) = Lang::of(parts.uri.path());
        let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        Ok(Self { lang, path: path.to_owned(), query, own_machine: own_machine_of(&parts.headers) })
    }
}

/// Under which name the reader's own machine is asked, if it is.
pub(super) fn own_machine_of(headers: &HeaderMap) -> Option<String> {
    own_machine(headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default())
}

/// A host that only the reader's own machine answers to. No other name that a request brings is ever printed.
fn own_machine(host: &str) -> Option<String> {
    let rest = ["127.0.0.1", "localhost", "[::1]"].iter().find_map(|name| host.strip_prefix(name))?;
    let port = rest.strip_prefix(':').is_some_and(|port| super::api::number(port).is_some());
    (rest.is_empty() || port).then(|| format!("http://{host}"))
}

impl Visit {
    /// What addresses in commands begin with.
    pub(super) fn base(&self, founding: &Founding) -> String {
        self.own_machine.clone().unwrap_or_else(|| format!("https://{}", founding.origin))
    }
}

/// A page in another form.
struct FormLink {
    title: &'static str,
    media_type: &'static str,
    href: String,
}

/// What surrounds every page.
struct Frame<'a> {
    lang: Lang,
    government: &'a str,
    origin: &'a str,
    title: String,
    style: &'static str,
    /// The folder of the code that checks records in a browser.
    browser: &'static str,
    /// The ledger's verifier keys in force, with spaces between, and the leaf hash of its entry 0.
    vkeys: String,
    identity: String,
    /// The verifier keys of the witnesses that the policy asks, with spaces between.
    witnesses: String,
    /// How many of them have cosigned the checkpoint that is shown, in words; empty: none.
    seen_by: String,
    banner: Option<(&'static str, &'static str)>,
    /// What the desk's addresses begin with, in this language; none where nobody said where it is.
    desk: Option<String>,
    /// What whole addresses of this site begin with.
    base: String,
    path: String,
    query: String,
    /// The newest entry: its number, the same in words, and when it was recorded.
    newest: Option<Newest>,
}

/// The newest entry, as the foot of every page names it.
struct Newest {
    index: u64,
    number: String,
    recorded: Option<Moment>,
}

impl<'a> Frame<'a> {
    fn new(site: &'a Site, lang: Lang, path: &str, query: &str, title: String) -> Self {
        let w = lang.words();
        let banner = match (site.records, site.founding.trial) {
            (Records::MadeUp, _) => Some((w.banner_made_up_title, w.banner_made_up)),
            (Records::Recorded, true) => Some((w.banner_trial_title, w.banner_trial)),
            (Records::Recorded, false) => None,
        };
        Self {
            lang,
            government: site.founding.government(lang),
            desk: site.desk.as_ref().map(|desk| format!("{desk}{}", lang.prefix())),
            origin: &site.founding.origin,
            title,
            style: STYLE_NAME.as_str(),
            browser: browser::FOLDER.as_str(),
            vkeys: site.founding.vkeys.join(" "),
            identity: site.founding.leaf.to_hex(),
            witnesses: site.witnesses.iter().map(|one| one.vkey.as_str()).collect::<Vec<_>>().join(" "),
            seen_by: w.seen_by(site.standing.seen_by),
            banner,
            base: format!("https://{}", site.founding.origin),
            path: path.to_owned(),
            query: query.to_owned(),
            newest: site.standing.size.checked_sub(1).map(|index| Newest {
                index,
                number: w.count(index),
                recorded: site.standing.recorded.map(|at| Moment::time(at, site.founding.offset_min, lang)),
            }),
        }
    }

    fn of(site: &'a Site, visit: &Visit, title: String) -> Self {
        let base = visit.base(&site.founding);
        Self { base, ..Self::new(site, visit.lang, &visit.path, &visit.query, title) }
    }

    /// An address in this page's language.
    fn href(&self, path: &str) -> String {
        format!("{}{path}", self.lang.prefix())
    }

    /// This page in a language. A path that begins with two slashes would be another server's address to a browser,
    /// which takes a backslash for a slash.
    fn here_in(&self, lang: Lang) -> String {
        let path = self.path.trim_start_matches(['/', '\\']);
        format!("{}/{path}{}", lang.prefix(), self.query)
    }

    /// This page in the other language.
    fn other(&self) -> String {
        self.here_in(self.lang.other())
    }

    /// This page in other forms; of pages that have none, the feed of the newest entries.
    fn forms(&self) -> Vec<FormLink> {
        let one = |title: &'static str, form: Form, path: &str, query: &str| FormLink {
            title,
            media_type: form.media_type(),
            href: format!("{}{path}.{}{query}", self.lang.prefix(), form.ending()),
        };
        let forms = lists::forms_of(&self.path);
        if forms.is_empty() {
            return vec![one(self.lang.forms().newest_entries, Form::Atom, "/changes", "")];
        }
        let grant = self.path.strip_prefix("/grants/");
        let of = |(title, form): &(&'static str, Form)| match grant.and_then(lists::in_api) {
            Some(href) if *form == Form::Json => FormLink { title, media_type: form.media_type(), href },
            Some(_) => one(title, *form, &self.path, ""),
            None => one(title, *form, &self.path, &self.query),
        };
        forms.iter().map(of).collect()
    }

    fn has_forms(&self) -> bool {
        !lists::forms_of(&self.path).is_empty()
    }

    fn forms_label(&self) -> &'static str {
        let f = self.lang.forms();
        if self.path.starts_with("/grants/") { f.this_grant } else { f.this_list }
    }

    /// `aria-current` of a link of the header.
    fn current(&self, path: &str) -> &'static str {
        let here = if path == "/" { self.path == "/" } else { self.path.starts_with(path) };
        if here { "page" } else { "false" }
    }
}

fn html<T: Template>(page: &T) -> Result<Response, Fault> {
    let text = page.render().map_err(|fault| Fault::store(&fault))?;
    Ok(answer::body("text/html; charset=utf-8", answer::REVALIDATE, text.into_bytes()))
}

#[derive(Template)]
#[template(path = "fault.html", config = "src/public/pages/askama.toml")]
struct FaultPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    sentence: String,
    status: u16,
}

/// A fault as a page.
pub(super) fn fault(site: &Site, fault: &Fault, asked: &Asked) -> Response {
    let (lang, path) = Lang::of(&asked.path);
    let w = lang.words();
    let status = fault.status();
    let title = w.fault_title(status.as_u16()).to_owned();
    let frame = Frame::new(site, lang, path, &asked.query, title);
    let page = FaultPage { frame, w, sentence: w.fault(fault), status: status.as_u16() };
    let Ok(mut response) = html(&page) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    *response.status_mut() = status;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().remove(header::ETAG);
    response
}

/// A thing on the ledger: its name, and its page if it has one.
struct Thing {
    name: String,
    href: Option<String>,
}

impl Thing {
    fn of(about: &str, lang: Lang) -> Self {
        let page = match about.split_once('/') {
            Some(("case" | "award", _)) => Some(format!("/grants/{about}")),
            Some(("org", n)) => Some(format!("/orgs/{n}")),
            Some(("list" | "budget" | "decree", _)) => papers::address(about, Lang::Indonesian),
            Some(("official", _)) => Some("/officials".to_owned()),
            _ => None,
        };
        Self { name: about.to_owned(), href: page.map(|page| format!("{}{page}", lang.prefix())) }
    }
}

/// One signature as a page shows it.
struct Signed {
    who: String,
    href: Option<String>,
    key: String,
    /// The entry that brought the key into force.
    since: Option<u64>,
    /// The entry that revoked it later.
    revoked: Option<u64>,
}

impl Signed {
    fn of(signature: &Signature, founding: &Founding, lang: Lang) -> Self {
        let (_, key) = signature.key.rsplit_once('+').unwrap_or_default();
        let (who, href) = match &signature.holder {
            Holder::Office { code, acting: true, .. } => {
                (format!("{} {}", lang.pick("Plt.", "Acting"), founding.office(code, lang)), None)
            }
            Holder::Office { code, .. } => (founding.office(code, lang).to_owned(), None),
            Holder::Organisation(name, n) => {
                (lang.words().recipient_of(name, Some(*n), false), Some(format!("{}/orgs/{n}", lang.prefix())))
            }
            Holder::Root(n) => (format!("{} {n}", lang.words().office_root), None),
            Holder::Desk => (lang.words().office_desk.to_owned(), None),
            Holder::Other => (signature.key.clone(), None),
        };
        Self { who, href, key: key.to_owned(), since: signature.since, revoked: signature.revoked }
    }
}
