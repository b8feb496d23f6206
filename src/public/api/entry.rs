//! Entries, receipts and statements.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::flags::FindingRead;
use super::number;
use crate::ledger::entry::Entry;
use crate::public::Site;
use crate::public::answer::{self, Fault, Missing};
use crate::public::shown::{Around, Erased};
use crate::tlog::hash::{Hash, leaf_hash};

const TEXT: &str = "text/plain; charset=utf-8";

/// One entry, read. Its exact bytes are at `/api/v1/entries/{index}/raw`.
#[derive(Serialize, ToSchema)]
struct EntryRead {
    /// Its place, from 0.
    index: u64,
    /// SHA-256 over a zero byte and the entry's bytes: the Merkle leaf.
    leaf_hash: String,
    /// Leaf hash of the entry before; 64 zeros for entry 0.
    previous: String,
    /// When the ledger recorded it, by the operator's clock.
    recorded_at: String,
    /// SHA-256 of the statement's text without signatures.
    statement_hash: String,
    /// What kind of statement it is.
    kind: String,
    /// The thing it is about.
    about: String,
    /// Leaf hash of the entry that its author had before their eyes; none in entry 0.
    after: Option<String>,
    /// When it happened, as claimed, `YYYY-MM-DD`.
    event_date: String,
    /// The last local date on which it could be recorded.
    expires: String,
    /// Who signed: `<key name>+<8 hex key id>`.
    signers: Vec<String>,
    /// The kind's own fields. A text that was erased is null.
    #[schema(value_type = Object)]
    body: Value,
    /// The entry's exact bytes: header, statement, signatures. None where a text was erased: the log's tiles have them.
    raw: Option<String>,
    /// What was erased of it.
    erased: Vec<Erased>,
    /// The entry whose correction replaces it; both versions stay.
    corrected_by: Option<u64>,
    /// The entry that revoked a key which signed this while suspect, as long as nobody has settled it.
    disputed_by: Option<u64>,
    /// What flags found with it: what is allowed and still worth a question.
    findings: Vec<FindingRead>,
}

fn place(text: &str) -> Result<u64, Fault> {
    number(text).ok_or(Fault::missing(Missing::Entry))
}

/// The exact bytes, unless a text in them was erased.
async fn bytes_of(site: &Site, index: u64) -> Result<Vec<u8>, Fault> {
    let read = site.pool.read(move |reader| {
        let bytes = reader.entry(index)?.ok_or(Fault::missing(Missing::Entry))?;
        match reader.hidden(index)?.first() {
            Some(_) => Err(Fault::Hidden),
            None => Ok(bytes),
        }
    });
    read.await
}

fn raw_answer(bytes: Vec<u8>) -> Response {
    answer::body(TEXT, answer::FOREVER, bytes)
}

/// One entry, read; its exact bytes when text/plain is asked for.
#[utoipa::path(
    get, path = "/api/v1/entries/{index}", tag = "entries",
    params(("index" = u64, Path, description = "The entry's place, from 0")),
    responses(
        (status = 200, content((EntryRead = "application/json"), (String = "text/plain"))),
        (status = 404, content_type = "application/problem+json", body = super::Problem),
    )
)]
pub(in crate::public) async fn entry(
    State(site): State<Site>,
    Path(index): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let index = place(&index)?;
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut response = if accept.split(',').next().is_some_and(|first| first.trim().starts_with("text/plain")) {
        raw_answer(bytes_of(&site, index).await?)
    } else {
        let origin = site.founding.origin.clone();
        let read = site.pool.read(move |reader| {
            let statement = reader.statement(index, &origin)?.ok_or(Fault::missing(Missing::Entry))?;
            let bytes = reader.entry(index)?.ok_or(Fault::missing(Missing::Entry))?;
            let around = Around::of(reader, &origin, index, &statement, &bytes)?;
            Ok((statement, bytes, around))
        });
        let (statement, bytes, around) = read.await?;
        let entry = Entry::parse(&bytes).map_err(|fault| Fault::store(&fault))?;
        let hidden = around.shown.erased.iter().any(|erased| erased.what == "text");
        let read = EntryRead {
            index,
            leaf_hash: leaf_hash(&bytes).to_hex(),
            previous: entry.previous.to_hex(),
            recorded_at: entry.recorded_at.to_string(),
            statement_hash: statement.hash().to_hex(),
            kind: statement.kind().to_owned(),
            about: statement.about().to_string(),
            after: statement.after().map(|hash| hash.to_hex()),
            event_date: statement.event_date().to_string(),
            expires: statement.expires().to_string(),
            signers: statement.signers().iter().map(ToString::to_string).collect(),
            corrected_by: around.shown.corrected_by(),
            disputed_by: around.disputed,
            findings: around.findings.iter().map(FindingRead::of).collect(),
            body: around.shown.body,
            erased: around.shown.erased,
            raw: (!hidden).then(|| String::from_utf8_lossy(&bytes).into_owned()),
        };
        // Its bytes never change, but later entries correct, dispute and erase.
        answer::body("application/json", answer::REVALIDATE, answer::json(&read))
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// The exact bytes of an entry: `(printf '\0'; cat FILE) | sha256sum` is its leaf hash.
#[utoipa::path(
    get, path = "/api/v1/entries/{index}/raw", tag = "entries",
    params(("index" = u64, Path, description = "The entry's place, from 0")),
    responses(
        (status = 200, content_type = "text/plain; charset=utf-8", body = String),
        (status = 404, content_type = "application/problem+json", body = super::Problem),
        (status = 410, content_type = "application/problem+json", body = super::Problem, description = "A text in it was erased; the log's tiles have the exact bytes"),
    )
)]
pub(in crate::public) async fn raw(State(site): State<Site>, Path(index): Path<String>) -> Result<Response, Fault> {
    let index = place(&index)?;
    Ok(attached(raw_answer(bytes_of(&site, index).await?), &format!("entry-{index}.txt"), false))
}

/// The receipt of an entry under the newest checkpoint (C2SP tlog-proof).
#[utoipa::path(
    get, path = "/api/v1/receipts/{index}", tag = "entries",
    params(("index" = u64, Path, description = "The entry's place, from 0")),
    responses(
        (status = 200, content_type = "text/plain; charset=utf-8", body = String),
        (status = 404, content_type = "application/problem+json", body = super::Problem),
    )
)]
pub(in crate::public) async fn receipt(State(site): State<Site>, Path(index): Path<String>) -> Result<Response, Fault> {
    let index = place(&index)?;
    let receipt = site.pool.read(move |reader| reader.receipt(index)?.ok_or(Fault::missing(Missing::Entry))).await?;
    let response = answer::body(TEXT, answer::REVALIDATE, receipt.to_string().into_bytes());
    Ok(attached(response, &format!("entry-{index}.tlog-proof"), true))
}

fn attached(mut response: Response, name: &str, attached: bool) -> Response {
    let manner = if attached { "attachment" } else { "inline" };
    if let Ok(value) = HeaderValue::from_str(&format!("{manner}; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Where a statement stands, and its receipt.
#[derive(Serialize, ToSchema)]
struct StatementPlace {
    /// The statement's hash, as asked for.
    statement_hash: String,
    /// The place of its entry.
    index: u64,
    /// The receipt file (C2SP tlog-proof).
    receipt: String,
}

/// Where a statement stands, and its receipt; for every one of its signers.
#[utoipa::path(
    get, path = "/api/v1/statements/{hash}", tag = "entries",
    params(("hash" = String, Path, description = "SHA-256 of the statement's text without signatures, 64 hex digits")),
    responses(
        (status = 200, body = StatementPlace),
        (status = 404, content_type = "application/problem+json", body = super::Problem),
    )
)]
pub(in crate::public) async fn statement(
    State(site): State<Site>,
    Path(hash): Path<String>,
) -> Result<Response, Fault> {
    let missing = Fault::missing(Missing::Statement);
    let hash = Hash::from_hex(&hash).map_err(|_| missing.clone())?;
    let read = site.pool.read(move |reader| {
        let index = reader.index_of_statement(&hash)?.ok_or(missing.clone())?;
        let receipt = reader.receipt(index)?.ok_or(missing)?;
        Ok(StatementPlace { statement_hash: hash.to_hex(), index, receipt: receipt.to_string() })
    });
    Ok(answer::body("application/json", answer::REVALIDATE, answer::json(&read.await?)))
}
