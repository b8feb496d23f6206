//! `/data`: files with the whole of the data, made beforehand beside the server and given out as they are.
//!
//! A set of dumps is a folder whose name says the moment that it was made from; its index lists every file with size and
//! SHA-256. A file at an address with such a name never changes. The server only reads: who makes a set is the command line
//! (`src/cli/dumps.rs`), off the way of any request.

use std::io::{Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::{Path as At, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::Site;
use super::answer::{self, Fault, Missing};
use super::api::number;
use super::documents::FileBody;
use super::exports::LICENCE;
use crate::ledger::snapshot::Snapshot;

/// The folder of all sets within a ledger's folder.
pub const DUMPS: &str = "dumps";
/// The version of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The list of a set's files.
pub const INDEX: &str = "index.json";

/// A set of dumps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Set {
    /// Its name: size and the beginning of the root, and the version of the program that made it, which may write the same
    /// entries otherwise than another.
    pub set: String,
    /// What it was made from.
    pub checkpoint: Made,
    /// Under which licence it is given out.
    pub licence: Terms,
    /// Its files.
    pub files: Vec<Dump>,
}

/// The moment of a set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Made {
    /// The ledger's name.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The Merkle root over them, 64 hex digits.
    pub root: String,
    /// When the last of them was recorded.
    pub recorded_at: String,
}

/// A licence.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Terms {
    /// Its short name.
    pub name: String,
    /// Its text.
    pub path: String,
    /// Its name.
    pub title: String,
}

/// A file of a set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dump {
    /// Its name within the set.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, 64 hex digits.
    pub sha256: String,
}

impl Set {
    /// A set without files yet.
    #[must_use]
    pub fn of(at: &Snapshot) -> Self {
        let Snapshot { origin, size, root, recorded_at, .. } = at.clone();
        Self {
            set: format!("{}-{VERSION}", at.short()),
            checkpoint: Made { origin, size, root: root.to_hex(), recorded_at },
            licence: Terms {
                name: LICENCE.name.to_owned(),
                path: LICENCE.path.to_owned(),
                title: LICENCE.title.to_owned(),
            },
            files: Vec::new(),
        }
    }

    /// Whether this version of the program made it.
    #[must_use]
    pub fn is_of_this_version(&self) -> bool {
        parts(&self.set).is_some_and(|(_, version)| version == VERSION)
    }

    /// The set in a folder, if it is whole.
    #[must_use]
    pub fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(folder.join(INDEX)).ok()?).ok()
    }
}

/// The size and the version that a set's name says; none if it is no such name. A set of before names had a version has an
/// empty one.
fn parts(name: &str) -> Option<(u64, &str)> {
    let (size, rest) = name.split_once('-')?;
    let (root, version) = rest.split_once('-').unwrap_or((rest, ""));
    let hex = root.len() == 16 && root.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let plain = version.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.+".contains(&b));
    number(size).filter(|_| hex && plain).map(|size| (size, version))
}

/// The sets in a folder of dumps, the newest first; of one moment, the one that this version made.
#[must_use]
pub fn sets(folder: &Path) -> Vec<Set> {
    let listed = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<(u64, bool, Set)> = listed
        .filter_map(|entry| {
            let (size, version) =
                parts(entry.file_name().to_str()?).map(|(size, version)| (size, version == VERSION))?;
            Some((size, version, Set::read(&entry.path())?))
        })
        .collect();
    found.sort_by_key(|(size, own, _)| std::cmp::Reverse((*size, *own)));
    found.into_iter().map(|(.., set)| set).collect()
}

/// The dumps of a ledger.
#[derive(Clone)]
pub(super) struct Dumps(Arc<PathBuf>);

impl Dumps {
    pub(super) fn of(dir: &Path) -> Self {
        Self(Arc::new(dir.join(DUMPS)))
    }

    /// The newest set.
    pub(super) async fn newest(&self) -> Result<Option<Set>, Fault> {
        let folder = Arc::clone(&self.0);
        let read = tokio::task::spawn_blocking(move || sets(&folder).into_iter().next()).await;
        read.map_err(|panic| Fault::store(&panic))
    }

    /// A file of a set, open, as its index lists it.
    async fn file(&self, set: String, name: String) -> Result<(std::fs::File, Dump), Fault> {
        let folder = Arc::clone(&self.0);
        let read = tokio::task::spawn_blocking(move || {
            parts(&set)?;
            let folder = folder.join(&set);
            // Only what the index names is opened, so a name that leads elsewhere is not there.
            let dump = Set::read(&folder)?.files.into_iter().find(|dump| dump.name == name)?;
            Some((std::fs::File::open(folder.join(&dump.name)).ok()?, dump))
        });
        read.await.map_err(|panic| Fault::store(&panic))?.ok_or(Fault::missing(Missing::Dump))
    }
}

/// The newest set of dumps, for programs.
#[utoipa::path(
    get, path = "/data.json", tag = "data",
    responses(
        (status = 200, content_type = "application/json", body = DumpSet, description = "The newest set; a file is at /data/{set}/{name}"),
        (status = 404, content_type = "application/problem+json", body = super::api::Problem, description = "No set is made yet"),
    )
)]
pub(super) async fn index(State(site): State<Site>) -> Result<Response, Fault> {
    let set = site.dumps.newest().await?.ok_or(Fault::missing(Missing::Dump))?;
    Ok(answer::body("application/json", answer::REVALIDATE, answer::json(&set)))
}

/// What `/data.json` answers.
#[derive(utoipa::ToSchema)]
#[allow(dead_code)] // Only its schema is used: `Set` is read by the command line too, which knows no schema.
pub(super) struct DumpSet {
    /// Its name: how many entries, the first 16 hex digits of their root, and the version of the program that made it.
    set: String,
    /// What it was made from.
    #[schema(value_type = Object)]
    checkpoint: serde_json::Value,
    /// Under which licence it is given out: `name`, `title`, and `path`, its text.
    #[schema(value_type = Object)]
    licence: serde_json::Value,
    /// Its files, each with `name`, `media_type`, `bytes` and `sha256`.
    #[schema(value_type = Vec<Object>)]
    files: serde_json::Value,
}

/// A file of a set; one of the newest set under the name `latest`.
#[utoipa::path(
    get, path = "/data/{path}", tag = "data",
    params(("path" = String, Path, description = "`<set>/<name>` as /data.json lists them, or `latest/<name>`; it contains slashes")),
    responses(
        (status = 200, content_type = "application/octet-stream", body = Vec<u8>, description = "The file, under the media type that /data.json names"),
        (status = 206, content_type = "application/octet-stream", body = Vec<u8>, description = "The part of it that was asked for by Range"),
        (status = 307, description = "Of `latest`: where the file of the newest set is"),
        (status = 404, content_type = "application/problem+json", body = super::api::Problem, description = "No such set or file; only the newest two sets are kept"),
        (status = 416, content_type = "application/problem+json", body = super::api::Problem, description = "The range begins beyond the file"),
    )
)]
pub(super) async fn file(
    State(site): State<Site>,
    At(path): At<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let missing = Fault::missing(Missing::Dump);
    let (set, name) = path.split_once('/').ok_or(missing.clone())?;
    if set == "latest" {
        let newest = site.dumps.newest().await?.ok_or(missing.clone())?;
        let dump = newest.files.iter().find(|dump| dump.name == name).ok_or(missing)?;
        let mut there = Redirect::temporary(&format!("/data/{}/{}", newest.set, dump.name)).into_response();
        there.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(answer::REVALIDATE));
        return Ok(there);
    }
    let (file, dump) = site.dumps.file(set.to_owned(), name.to_owned()).await?;
    sent(file, &dump, set, &headers)
}

/// The part that a request asks for: of several, of other units and of wrong ones the whole (RFC 9110 section 14.2).
fn asked_part(headers: &HeaderMap, tag: &str, bytes: u64) -> Result<Option<(u64, u64)>, Fault> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let same = text(header::IF_RANGE).is_none_or(|known| known == tag);
    let Some(range) = text(header::RANGE).filter(|_| same).and_then(|range| range.strip_prefix("bytes=")) else {
        return Ok(None);
    };
    let part = match range.split_once('-') {
        Some(("", last)) => number(last).map(|last| (bytes.saturating_sub(last), bytes)),
        Some((first, "")) => number(first).map(|first| (first, bytes)),
        Some((first, last)) => {
            number(first).zip(number(last)).filter(|(a, b)| a <= b).map(|(a, b)| (a, bytes.min(b + 1)))
        }
        None => None,
    };
    match part {
        Some((first, end)) if first >= end => Err(Fault::Http(StatusCode::RANGE_NOT_SATISFIABLE)),
        part => Ok(part),
    }
}

fn sent(mut file: std::fs::File, dump: &Dump, set: &str, headers: &HeaderMap) -> Result<Response, Fault> {
    let tag = format!("\"{}\"", dump.sha256);
    let part = asked_part(headers, &tag, dump.bytes)?;
    let (first, end) = part.unwrap_or((0, dump.bytes));
    file.seek(SeekFrom::Start(first)).map_err(|error| Fault::store(&error))?;
    let mut response = Response::new(FileBody::of(file, end - first));
    let made = |text: &str| HeaderValue::from_str(text).map_err(|error| Fault::store(&error));
    let of = response.headers_mut();
    of.insert(header::CONTENT_TYPE, made(&dump.media_type)?);
    of.insert(header::CONTENT_LENGTH, HeaderValue::from(end - first));
    of.insert(header::CACHE_CONTROL, HeaderValue::from_static(answer::FOREVER));
    of.insert(header::ETAG, made(&tag)?);
    of.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if !dump.media_type.starts_with("application/json") {
        let name = dump.name.rsplit('/').next().unwrap_or(&dump.name);
        let name = name.split_once('.').map_or(name.to_owned(), |(stem, ending)| format!("{stem}-{set}.{ending}"));
        of.insert(header::CONTENT_DISPOSITION, made(&format!("attachment; filename=\"{name}\""))?);
    }
    if part.is_some() {
        of.insert(header::CONTENT_RANGE, made(&format!("bytes {first}-{}/{}", end - 1, dump.bytes))?);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}
