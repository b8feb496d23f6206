//! The log as C2SP tlog-tiles serves it: the checkpoint, hash tiles, entry bundles.
//!
//! A tile of any width is a fixed sequence of hashes that a signed tree has, so full and partial ones alike are
//! immutable. What the newest checkpoint does not cover, and any other spelling of a path, is 404.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::Site;
use super::answer::{self, Fault, Missing};
use crate::tlog::tile::TilePath;

/// The newest checkpoint, a signed note.
#[utoipa::path(
    get, path = "/checkpoint", tag = "log",
    responses((status = 200, content_type = "text/plain; charset=utf-8", body = String,
        description = "The newest checkpoint, a signed note (C2SP tlog-checkpoint)"))
)]
pub(super) async fn checkpoint(State(site): State<Site>) -> Result<Response, Fault> {
    let signed = site.pool.read(|reader| Ok(reader.signed()?)).await?;
    Ok(answer::body("text/plain; charset=utf-8", answer::BRIEF, signed.note.into_bytes()))
}

/// A hash tile or an entry bundle.
#[utoipa::path(
    get, path = "/tile/{path}", tag = "log",
    params(("path" = String, Path, description = "`<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]` (C2SP tlog-tiles); it contains slashes")),
    responses(
        (status = 200, content_type = "application/octet-stream", body = Vec<u8>, description = "Hashes of 32 bytes, or entries each after its length (big-endian, two bytes)"),
        (status = 404, content_type = "application/problem+json", body = super::api::Problem, description = "Not the path of a tile, or beyond the newest checkpoint"),
    )
)]
pub(super) async fn tile(State(site): State<Site>, uri: Uri) -> Result<Response, Fault> {
    // The path as it was sent: a tile has one spelling, without percent signs.
    let path = uri.path().strip_prefix('/').unwrap_or_default();
    let path = TilePath::parse(path).map_err(|_| Fault::missing(Missing::Tile))?;
    let bytes = site
        .pool
        .read(move |reader| {
            let bytes = match path {
                TilePath::Hashes(tile) => reader.tile(tile)?,
                TilePath::Entries { index, width } => reader.entry_bundle(index, width)?,
            };
            bytes.ok_or(Fault::missing(Missing::Tile))
        })
        .await?;
    Ok(answer::body("application/octet-stream", answer::FOREVER, bytes))
}
