//! Answers: what went wrong as a value, problem+json (RFC 9457), entity tags, and the headers that all answers have.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::api::parameters::Parameter;
use super::pages::words::Lang;
use crate::ledger::store::StoreError;
use crate::tlog::hash::sha256;

/// Bytes that never change at their address.
pub(super) const FOREVER: &str = "public, max-age=31536000, immutable";
/// What may change with the next entry: kept, but asked for again with its entity tag.
pub(super) const REVALIDATE: &str = "public, no-cache";
/// The checkpoint: fresh for as long as one group of statements takes.
pub(super) const BRIEF: &str = "public, max-age=1";

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// The address.
    Path,
    /// A tile or bundle that the signed tree does not have.
    Tile,
    /// An entry beyond the newest checkpoint.
    Entry,
    /// A case or award.
    Grant,
    /// A statement.
    Statement,
    /// A key.
    Key,
    /// An organisation.
    Organisation,
    /// An agency.
    Agency,
    /// A fiscal year without grants.
    Year,
    /// A nominative list.
    List,
    /// A version of a budget.
    Budget,
    /// A decree.
    Decree,
    /// A flag.
    Flag,
    /// A dump: none of this set and name is there.
    Dump,
    /// A citizen's report.
    Report,
    /// A document: none of this digest is here, or no entry names it.
    Document,
}

/// Why a request is not answered with what it asked for.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// 404.
    Missing(Missing),
    /// 400: which parameter, and what it must be.
    Parameter(&'static str, &'static str),
    /// 400 and the like, found before a handler saw the request.
    Http(StatusCode),
    /// 410: a text in these bytes was erased.
    Hidden,
    /// 410: the document was erased.
    Erased,
    /// 405.
    Method,
    /// 503: every reader is busy.
    Busy,
    /// 503: what is counted of all grants is not read yet, after a start.
    Counting,
    /// 503: no quorum of witnesses has seen a checkpoint yet.
    Unseen,
    /// 503: the files cannot be read. Why is in the operator's log only.
    Store,
}

impl Fault {
    /// A value that a parameter does not take.
    pub(super) const fn parameter(parameter: &Parameter) -> Self {
        Self::Parameter(parameter.name, parameter.must)
    }

    pub(super) const fn missing(what: Missing) -> Self {
        Self::Missing(what)
    }

    /// What keeps the ledger from being read; the sentence goes to the operator's log.
    pub(super) fn store(why: &dyn std::fmt::Display) -> Self {
        tracing::error!("{why}");
        Self::Store
    }

    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::Missing(_) => StatusCode::NOT_FOUND,
            Self::Parameter(..) => StatusCode::BAD_REQUEST,
            Self::Http(status) => *status,
            Self::Hidden => StatusCode::GONE,
            Self::Erased => StatusCode::GONE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Busy | Self::Counting | Self::Unseen | Self::Store => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::store(&error)
    }
}

impl IntoResponse for Fault {
    /// Only a mark: the body is made where the language and the kind of address are known.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The fault that a response stands for, whoever made it.
pub(super) fn fault_of(response: &Response) -> Option<Fault> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let told = response.extensions().get::<Fault>().cloned();
    Some(told.unwrap_or(if status == StatusCode::METHOD_NOT_ALLOWED { Fault::Method } else { Fault::Http(status) }))
}

/// What of a request its answer's headers depend on.
pub(super) struct Asked {
    method: Method,
    /// The path as it was sent.
    pub(super) path: String,
    /// `?` and the query, or nothing.
    pub(super) query: String,
    if_none_match: Option<HeaderValue>,
}

impl Asked {
    pub(super) fn of(request: &Parts) -> Self {
        Self {
            method: request.method.clone(),
            path: request.uri.path().to_owned(),
            query: request.uri.query().map(|query| format!("?{query}")).unwrap_or_default(),
            if_none_match: request.headers.get(header::IF_NONE_MATCH).cloned(),
        }
    }

    pub(super) fn is_reading(&self) -> bool {
        self.method == Method::GET || self.method == Method::HEAD
    }

    /// What other people's pages may show in a frame.
    fn is_for_frames(&self) -> bool {
        let (_, path) = Lang::of(&self.path);
        path.starts_with("/embed/")
    }

    fn is_under(&self, root: &str) -> bool {
        self.path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Addresses whose answers depend on no profile: the signed tree, what never changes, and health.
    pub(super) fn is_of_the_log(&self) -> bool {
        ["/tile", "/checkpoint", "/assets", "/healthz"].iter().any(|root| self.is_under(root))
    }

    /// Addresses of the log, of the API and of lists in the forms of programs answer programs, all others people.
    pub(super) fn wants_problem(&self) -> bool {
        (self.is_under("/api") && self.path != "/api")
            || ["/tile", "/checkpoint", "/documents", "/healthz"].iter().any(|root| self.is_under(root))
            || self.path.starts_with("/data/")
            || super::lists::Form::split(&self.path).is_some()
    }
}

/// RFC 9457.
pub(super) fn problem(fault: &Fault, asked: &Asked) -> Response {
    let status = fault.status();
    let problem = super::api::Problem {
        r#type: "about:blank".to_owned(),
        title: status.canonical_reason().unwrap_or("Error").to_owned(),
        status: status.as_u16(),
        detail: Lang::English.words().fault(fault),
        instance: asked.path.clone(),
    };
    let mut response = body("application/problem+json", "no-store", json(&problem));
    *response.status_mut() = status;
    response
}

/// A value as JSON bytes.
pub(super) fn json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    // Our own types have string keys and no map that could fail to print.
    serde_json::to_vec(value).expect("our own answers print as JSON")
}

/// An answer with its entity tag.
pub(super) fn body(media_type: &'static str, caching: &'static str, bytes: Vec<u8>) -> Response {
    let tag = format!("\"{}\"", &sha256(&bytes).to_hex()[..32]);
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// The headers of all answers, and 304 for what the client has.
pub(super) fn finish(mut response: Response, asked: &Asked) -> Response {
    if response.status() == StatusCode::OK && asked.has_already(response.headers()) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        // They are of a body, and none is sent (RFC 9110 section 15.4.5).
        for of_body in [header::CONTENT_LENGTH, header::CONTENT_ENCODING] {
            response.headers_mut().remove(of_body);
        }
    }
    let status = response.status();
    let headers = response.headers_mut();
    // A document is other people's bytes and brings a stricter policy of its own.
    let sandboxed = headers.contains_key(header::CONTENT_SECURITY_POLICY);
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if !sandboxed {
        set(header::CONTENT_SECURITY_POLICY, POLICY);
    }
    // For browsers that do not know `frame-ancestors`; what is for frames says so in a policy of its own.
    if !asked.is_for_frames() {
        set(header::X_FRAME_OPTIONS, "DENY");
    }
    if asked.wants_problem() {
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    match status {
        StatusCode::METHOD_NOT_ALLOWED => drop(set(header::ALLOW, "GET, HEAD")),
        StatusCode::SERVICE_UNAVAILABLE => drop(set(header::RETRY_AFTER, "1")),
        _ => {}
    }
    response
}

/// As [`finish`]ed, for clients that reach this server by TLS: they shall not try without it for a year.
pub(super) fn over_tls(mut response: Response) -> Response {
    let year = HeaderValue::from_static("max-age=31536000");
    response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    response
}

impl Asked {
    /// If-None-Match (RFC 9110 section 13.1.2), compared weakly.
    fn has_already(&self, headers: &HeaderMap) -> bool {
        let named = self.if_none_match.as_ref().and_then(|value| value.to_str().ok());
        let tag = headers.get(header::ETAG).and_then(|value| value.to_str().ok());
        match (named, tag) {
            (Some(named), Some(tag)) => {
                named.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
            }
            _ => false,
        }
    }
}
