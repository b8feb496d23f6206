//! Every list as CSV, JSON and Atom, at the address of its page with `.csv`, `.json` or `.atom`, its search included.
//!
//! CSV and JSON hold the whole list as it is at one moment, which the file's name, the header `Hibah-Checkpoint` and the
//! JSON itself say: how many entries, and the Merkle root over them. Atom has the newest of it.

use std::io::Write;
use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderValue, Uri, header};
use axum::response::Response;

use super::Site;
use super::answer::{self, Fault, Missing};
use super::api::flags::REPORT_MISSING;
use super::citizens;
use super::feed;
use super::pages::Visit;
use super::pages::narrow::Narrowed;
use super::pages::papers::{self, Paper};
use super::pages::words::Lang;
use super::tables::{self, Origin, Table, TableError, Which, csv, json};
use crate::grants::about::About;
use crate::grants::flags::Flag;
use crate::ledger::snapshot::Snapshot;
use crate::tlog::hash::sha256;

/// The form of a list or a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Csv,
    Json,
    Atom,
    /// Deadlines, of one case.
    Ics,
}

impl Form {
    /// The form that an address ends in, and the address without it.
    pub(super) fn split(path: &str) -> Option<(&str, Self)> {
        let (rest, ending) = path.rsplit_once('.')?;
        let form = [Self::Csv, Self::Json, Self::Atom, Self::Ics].into_iter().find(|form| form.ending() == ending)?;
        (!rest.is_empty()).then_some((rest, form))
    }

    /// What it ends in.
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Atom => "atom",
            Self::Ics => "ics",
        }
    }

    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Json => "application/json",
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Ics => "text/calendar; charset=utf-8",
        }
    }
}

/// The lists that have all forms at fixed addresses, without ending; those of single flags and papers are told by [`named`].
pub(super) const LISTS: [&str; 12] = [
    "/grants",
    "/orgs",
    "/agencies",
    "/years",
    "/decrees",
    "/budgets",
    "/lists",
    "/officials",
    "/overdue",
    "/reports",
    "/flags",
    "/changes",
];

/// The other forms of a page, by its path without language: their endings and what to call them.
pub(super) fn forms_of(path: &str) -> &'static [(&'static str, Form)] {
    const LIST: &[(&str, Form)] = &[("CSV", Form::Csv), ("JSON", Form::Json), ("Atom", Form::Atom)];
    const GRANT: &[(&str, Form)] = &[("Atom", Form::Atom), ("iCalendar", Form::Ics), ("JSON", Form::Json)];
    let flag = path.strip_prefix("/flags/").is_some_and(|name| name == REPORT_MISSING || Flag::parse(name).is_some());
    if LISTS.contains(&path) || flag || Paper::at(path).is_some() {
        return LIST;
    }
    let grant = path.strip_prefix("/grants/").and_then(About::parse);
    if matches!(grant, Some(About::Case(_) | About::Award(_))) { GRANT } else { &[] }
}

/// Where programs read a grant: `case/1/1` at `/api/v1/cases/1/1`.
pub(super) fn in_api(id: &str) -> Option<String> {
    // Only a name that is a grant's goes into an address.
    match About::parse(id)? {
        About::Case(_) => Some(format!("/api/v1/{}", id.replacen("case/", "cases/", 1))),
        About::Award(_) => Some(format!("/api/v1/{}", id.replacen("award/", "awards/", 1))),
        _ => None,
    }
}

/// What of a list an address asks for.
struct Asked {
    table: &'static Table,
    which: Which,
    narrowed: Narrowed,
}

/// The list at this address.
fn named(path: &str, pairs: &[(String, String)]) -> Result<Asked, Fault> {
    let narrowed = match path {
        "/grants" => Narrowed::read(pairs)?,
        "/reports" => citizens::narrowed(pairs)?,
        "/orgs" => Narrowed { words: Narrowed::read(pairs)?.words, ..Narrowed::read(&[])? },
        _ => Narrowed::read(&[])?,
    };
    let mut which = Which { grants: narrowed.query(), letters: narrowed.words.clone(), ..Which::default() };
    let table = match path {
        "/grants" => &tables::GRANTS,
        "/orgs" => &tables::ORGANISATIONS,
        "/agencies" => &tables::AGENCIES,
        "/years" => &tables::YEARS,
        "/decrees" => &tables::DECREES,
        "/budgets" => &tables::BUDGETS,
        "/lists" => &tables::LISTS,
        "/officials" => &tables::OFFICIALS,
        "/overdue" => &tables::REPORTS_DUE,
        "/reports" => &tables::CITIZENS,
        "/flags" => &tables::FLAGS,
        "/changes" => &tables::ENTRIES,
        _ => match path.strip_prefix("/flags/") {
            Some(REPORT_MISSING) => &tables::MISSING_REPORTS,
            Some(name) if Flag::parse(name).is_some() => {
                which.flag = Some(name.to_owned());
                &tables::FINDINGS
            }
            Some(_) => return Err(Fault::missing(Missing::Flag)),
            None => {
                let (_, about) = Paper::at(path).ok_or(Fault::missing(Missing::Path))?;
                which.paper = about;
                &tables::ROWS
            }
        },
    };
    Ok(Asked { table, which, narrowed })
}

/// A list in the form that its address ends in.
pub(super) async fn list(
    State(site): State<Site>,
    uri: Uri,
    visit: Visit,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let (_, path) = Lang::of(uri.path());
    let (path, form) = Form::split(path).ok_or(Fault::missing(Missing::Path))?;
    let asked = named(path, &pairs)?;
    if !asked.which.paper.is_empty() {
        let about = asked.which.paper.clone();
        site.pool.read(move |reader| papers::is_there(reader, &about)).await?;
    }
    if matches!(path, "/agencies" | "/years") {
        // What they are made of is then brought up, never read whole.
        site.memory.rolls().await?;
    }
    if path == "/agencies" {
        site.memory.paces().await?;
    }
    if path == "/reports" {
        site.memory.citizens().await?;
    }
    match form {
        Form::Csv | Form::Json => whole(site, path.to_owned(), asked, form).await,
        Form::Atom => feed::of_list(site, &visit, path.to_owned(), asked.narrowed).await,
        Form::Ics => Err(Fault::missing(Missing::Path)),
    }
}

async fn whole(site: Site, path: String, asked: Asked, form: Form) -> Result<Response, Fault> {
    let Asked { table, which, narrowed } = asked;
    let address = format!("{path}{}", narrowed.address_of_all());
    let (founding, memory, printed) = (site.founding.clone(), Arc::clone(&site.memory), address.clone());
    let work = move |reader: &_, at: &Snapshot, out: &mut dyn Write| -> Result<(), TableError> {
        let origin = Origin { reader, founding: &founding, at, memory: &memory };
        match form {
            Form::Json => json::write(table, &printed, &origin, &which, out),
            _ => csv::write(table, &origin, &which, out),
        }
    };
    let (at, body) = site.streams.start(&site.pool, work).await?;
    let ending = form.ending();
    let name = path.trim_start_matches('/').replace('/', "-");
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    // Of digits, letters and a few signs.
    let made = |text: String| HeaderValue::try_from(text).map_err(|error| Fault::store(&error));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(form.media_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(answer::REVALIDATE));
    headers.insert(header::ETAG, made(tag(&site, &at, &format!("{address}.{ending}")))?);
    headers.insert("hibah-checkpoint", made(format!("{} {} {}", at.origin, at.size, at.root.to_base64()))?);
    let manner = if form == Form::Json { "inline" } else { "attachment" };
    let disposition = format!("{manner}; filename=\"{name}-{}.{ending}\"", at.short());
    headers.insert(header::CONTENT_DISPOSITION, made(disposition)?);
    Ok(response)
}

/// One list at one moment of one ledger, made by one version of the program under one profile, has the same bytes.
fn tag(site: &Site, at: &Snapshot, address: &str) -> String {
    let made_from = format!(
        "{} {} {} {:?} {address}",
        env!("CARGO_PKG_VERSION"),
        site.founding.leaf,
        at.checkpoint(),
        site.founding.newest
    );
    format!("\"{}\"", &sha256(made_from.as_bytes()).to_hex()[..32])
}

/// An answer made whole, in its form.
pub(super) fn formed(form: Form, bytes: Vec<u8>) -> Response {
    answer::body(form.media_type(), answer::REVALIDATE, bytes)
}
