//! Keys: the entry that brought each, so that anybody can follow where it comes from.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::public::Site;
use crate::public::answer::{self, Fault, Missing};
use crate::public::holders::Holders;

/// A key that signs statements.
#[derive(Serialize, ToSchema)]
struct KeyRead {
    /// `<key name>+<8 hex key id>`, as statements name it.
    signer: String,
    /// The verifier key, `<name>+<8 hex>+<base64>`.
    vkey: String,
    /// The entry that brought it into force.
    brought_by: u64,
    /// The entry that revoked it.
    revoked_by: Option<u64>,
}

/// The entry that brought a key, and the one that revoked it.
#[utoipa::path(
    get, path = "/api/v1/keys/{signer}", tag = "entries",
    params(("signer" = String, Path, description = "`<key name>+<8 hex key id>`, as statements name their signers; it contains slashes")),
    responses(
        (status = 200, body = KeyRead),
        (status = 404, content_type = "application/problem+json", body = super::Problem, description = "No entry brings such a key"),
    )
)]
pub(in crate::public) async fn key(State(site): State<Site>, Path(signer): Path<String>) -> Result<Response, Fault> {
    let origin = site.founding.origin.clone();
    let read = site.pool.read(move |reader| {
        let holders = Holders::new(reader, &origin);
        let (brought_by, vkey) = holders.brought(&signer)?.ok_or(Fault::missing(Missing::Key))?;
        Ok(KeyRead { revoked_by: holders.revoked(&signer)?, signer, vkey, brought_by })
    });
    Ok(answer::body("application/json", answer::REVALIDATE, answer::json(&read.await?)))
}
