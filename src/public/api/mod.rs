//! The JSON API, and the OpenAPI 3.1 document that is made from its code.
//!
//! `routes` is the one list of addresses that programs use; a test holds it against the document, both ways.

mod document;
mod entry;
pub(super) mod flags;
mod following;
pub(super) mod grant;
mod key;
pub(super) mod parameters;
mod status;

use axum::routing::{MethodRouter, get};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::{OpenApi, ToSchema};

use super::answer::{self, Fault};
use super::{Kept, documents, dumps, log};

/// A problem (RFC 9457).
#[derive(Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says what kind of problem it is.
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What is wrong, where, and what to do.
    pub detail: String,
    /// The path that was asked for.
    pub instance: String,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "hibah: public ledger of grants",
        description = "Read-only. Nothing here needs to be trusted: every answer can be checked against the log at /checkpoint and /tile (C2SP tlog-tiles). Amounts are whole minor units of the ledger's one currency (see /api/v1/status).",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        log::checkpoint,
        log::tile,
        document,
        status::status,
        following::entries,
        following::changed,
        entry::entry,
        entry::raw,
        entry::receipt,
        entry::statement,
        document::naming,
        key::key,
        grant::case,
        grant::award,
        grant::organisation,
        grant::grants,
        flags::flags,
        flags::flag,
        documents::document,
        dumps::index,
        dumps::file,
    ),
    components(schemas(Problem))
)]
struct Document;

/// Every address for programs, as axum spells it.
pub(super) fn routes() -> Vec<(&'static str, MethodRouter<Kept>)> {
    vec![
        ("/checkpoint", get(log::checkpoint)),
        ("/tile/{*path}", get(log::tile)),
        ("/api/openapi.json", get(document)),
        ("/api/v1/status", get(status::status)),
        ("/api/v1/entries", get(following::entries)),
        ("/api/v1/entries/{index}", get(entry::entry)),
        ("/api/v1/entries/{index}/raw", get(entry::raw)),
        ("/api/v1/receipts/{index}", get(entry::receipt)),
        ("/api/v1/statements/{hash}", get(entry::statement)),
        ("/api/v1/documents/{sha256}", get(document::naming)),
        ("/api/v1/keys/{*signer}", get(key::key)),
        ("/api/v1/cases/{owner}/{n}", get(grant::case)),
        ("/api/v1/awards/{source}/{row}", get(grant::award)),
        ("/api/v1/orgs/{n}", get(grant::organisation)),
        ("/api/v1/grants", get(grant::grants)),
        ("/api/v1/grants/changed", get(following::changed)),
        ("/api/v1/flags", get(flags::flags)),
        ("/api/v1/flags/{name}", get(flags::flag)),
        ("/documents/{sha256}", get(documents::document)),
        ("/data.json", get(dumps::index)),
        ("/data/{*path}", get(dumps::file)),
    ]
}

/// Every address for programs, as OpenAPI spells it.
#[must_use]
pub fn paths() -> Vec<String> {
    routes().into_iter().map(|(path, _)| path.replace("{*", "{")).collect()
}

/// The OpenAPI document of these addresses.
#[must_use]
pub fn openapi() -> Value {
    // Our own types print as JSON; see `answer::json`.
    let mut document = serde_json::to_value(Document::openapi()).expect("our own document prints as JSON");
    let operations = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut);
    for operation in operations.filter_map(|path| path.get_mut("get")) {
        operation["responses"]["default"] = json!({
            "description": "Why there is no such answer (RFC 9457)",
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        });
        operation["responses"]["304"] = json!({
            "description": "What the client has already, by its If-None-Match",
        });
    }
    parameters::write(&mut document);
    document
}

/// This document.
#[utoipa::path(
    get, path = "/api/openapi.json", tag = "about",
    responses((status = 200, content_type = "application/json", description = "This OpenAPI document"))
)]
async fn document() -> Result<axum::response::Response, Fault> {
    Ok(answer::body("application/json", answer::REVALIDATE, answer::json(&openapi())))
}

/// Reads `0` or digits without leading zero, at most 2^53-1.
pub(super) fn number(text: &str) -> Option<u64> {
    let plain = text == "0" || (text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0'));
    // At most 16 digits, all of which a u64 holds.
    let value = (plain && (1..=16).contains(&text.len()))
        .then(|| text.bytes().fold(0_u64, |value, digit| value * 10 + u64::from(digit - b'0')))?;
    (value < 1 << 53).then_some(value)
}
