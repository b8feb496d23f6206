//! Pages and answers of the API, kept for a second: when many ask for one case at once, it is told once.
//!
//! What is kept is of one state of the ledger's files, so whoever reads after a receipt finds what it is for; and no
//! older than a second, since pages also tell the time. It is compressed here, once for all who take it so.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use moka::future::Cache;

use super::limits::{FRESH, FRESH_SHELF_BYTES, MAX_FRESH_BYTES};
use super::pages::words::Lang;
use super::shelf::Coding;
use super::{Kept, log, pages};
use crate::ledger::reader::Reader;

/// Between speed and size: a page is a quarter of its size then.
const LEVEL: u32 = 4;

/// What an answer depends on.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    /// Path and query.
    address: String,
    /// The name of the reader's own machine, which pages print.
    own_machine: Option<String>,
    /// The media types that are asked for, where some of the API's addresses have two.
    accept: Option<HeaderValue>,
    coding: Coding,
    state: Version,
}

/// The state of the ledger's files, as one reader counts it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Version {
    /// Which reader counts: each counts from where it likes.
    reader: u64,
    files: [i64; 3],
}

/// An answer as it is sent.
struct Whole {
    headers: HeaderMap,
    bytes: Bytes,
}

/// An answer that is not kept, for the first who takes it.
type Alone = Mutex<Option<Response>>;

/// The answers of the last second.
pub(super) struct Fresh {
    dir: PathBuf,
    watching: Mutex<(u64, Option<Reader>)>,
    /// The state at which the profile was looked for last.
    profiled: Mutex<Option<Version>>,
    answers: Cache<Key, Arc<Whole>>,
}

impl Fresh {
    /// Of the ledger in this folder.
    pub(super) fn new(dir: PathBuf) -> Self {
        let weight = |key: &Key, whole: &Arc<Whole>| {
            let bytes = key.address.len() + whole.headers.len() * 64 + whole.bytes.len();
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let answers = Cache::builder().max_capacity(FRESH_SHELF_BYTES).weigher(weight).time_to_live(FRESH).build();
        Self { dir, watching: Mutex::new((0, None)), profiled: Mutex::default(), answers }
    }

    /// Whether profile and keys of the ledger may have changed since [`Fresh::profile_is_of`] was told; and the state now.
    pub(super) fn may_be_other(&self) -> (bool, Option<Version>) {
        let now = self.version();
        let then = *self.profiled.lock().unwrap_or_else(PoisonError::into_inner);
        (now.is_none() || now != then, now)
    }

    /// Profile and keys are known as they were at this state, or later.
    pub(super) fn profile_is_of(&self, state: Option<Version>) {
        *self.profiled.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// The state of the files now; none where they cannot be read, which the one who is asked tells.
    fn version(&self) -> Option<Version> {
        let mut watching: MutexGuard<'_, (u64, Option<Reader>)> =
            self.watching.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, reader) = &mut *watching;
        if reader.is_none() {
            *reader = Reader::open(&self.dir).ok();
            *number += 1;
        }
        let files = reader.as_ref()?.version();
        if files.is_err() {
            *reader = None;
        }
        Some(Version { reader: *number, files: files.ok()? })
    }
}

/// Answers from what is kept, or keeps what is answered.
pub(super) async fn answer(State(kept): State<Kept>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let reads = parts.method == Method::GET || parts.method == Method::HEAD;
    let keeps = reads && is_kept(parts.uri.path());
    let Some(state) = keeps.then(|| kept.fresh.version()).flatten() else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let key = Key {
        address: parts.uri.to_string(),
        own_machine: pages::own_machine_of(&parts.headers),
        accept: parts.headers.get(header::ACCEPT).cloned(),
        coding: Coding::taken(&parts.headers),
        state,
    };
    // What is kept has its body, which is not sent to whoever asks for the head.
    parts.method = Method::GET;
    let coding = key.coding;
    let made = make(parts.clone(), next.clone(), coding);
    let alone = match kept.fresh.answers.try_get_with(key, made).await {
        Ok(whole) => return whole.sent(),
        Err(alone) => alone.lock().unwrap_or_else(PoisonError::into_inner).take(),
    };
    match alone {
        Some(response) => response,
        // Somebody else asked for it first and took it.
        None => next.run(Request::from_parts(parts, Body::empty())).await,
    }
}

/// Whether answers at this address are kept here: not what is large, has a shelf of its own, or tells of other files than
/// the ledger's.
fn is_kept(path: &str) -> bool {
    let first = Lang::of(path).1.split(['/', '.']).nth(1).unwrap_or_default();
    !matches!(first, "tile" | "checkpoint" | "healthz" | "documents" | "data")
}

async fn make(parts: Parts, next: Next, coding: Coding) -> Result<Arc<Whole>, Alone> {
    let response = next.run(Request::from_parts(parts, Body::empty())).await;
    let small = response.body().size_hint().exact().is_some_and(|bytes| bytes <= MAX_FRESH_BYTES);
    let storable = response.headers().get(header::CACHE_CONTROL).is_none_or(|value| value != "no-store");
    if response.status() != StatusCode::OK || !small || !storable {
        return Err(Mutex::new(Some(response)));
    }
    let (head, body) = response.into_parts();
    let size = usize::try_from(MAX_FRESH_BYTES).unwrap_or(usize::MAX);
    let Ok(bytes) = axum::body::to_bytes(body, size).await else {
        // A body of known size is in memory already.
        return Err(Mutex::new(None));
    };
    Ok(Arc::new(Whole::new(head.headers, bytes, coding)))
}

impl Whole {
    fn new(mut headers: HeaderMap, bytes: Bytes, coding: Coding) -> Self {
        if !is_text(&headers) {
            return Self { headers, bytes };
        }
        // It is the length of what is sent, which is known then.
        headers.remove(header::CONTENT_LENGTH);
        headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
        let packed = if coding == Coding::Gzip { log::compressed(&bytes, LEVEL).ok() } else { None };
        let Some(packed) = packed.filter(|packed| packed.len() < bytes.len()) else {
            return Self { headers, bytes };
        };
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(|tag| tag.trim_matches('"'));
        if let Some(tag) = tag.and_then(|tag| HeaderValue::try_from(format!("\"{tag}-gz\"")).ok()) {
            headers.insert(header::ETAG, tag);
        }
        Self { headers, bytes: packed.into() }
    }

    fn sent(&self) -> Response {
        let mut response = Response::new(Body::from(self.bytes.clone()));
        *response.headers_mut() = self.headers.clone();
        response
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    named.starts_with("text/") || ["json", "xml", "javascript"].iter().any(|part| named.contains(part))
}
