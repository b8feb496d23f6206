//! The log as C2SP tlog-tiles serves it: the checkpoint, hash tiles, entry bundles.
//!
//! A tile of any width is a fixed sequence of hashes that a signed tree has, so full and partial ones alike are
//! immutable. What the newest checkpoint does not cover, and any other spelling of a path, is 404. Full ones are kept in
//! memory ([`Shelves`]) and answered from there before anything else is asked. Bundles are compressed for whoever takes
//! gzip; hashes do not compress.

use std::io::Write as _;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::answer::{self, Asked, Fault, Missing};
use super::shelf::{Coding, Kept, Shelves};
use super::{Site, connections};
use crate::tlog::hash::Hash;
use crate::tlog::tile::TilePath;

/// The newest checkpoint, a signed note.
#[utoipa::path(
    get, path = "/checkpoint", tag = "log",
    responses((status = 200, content_type = "text/plain; charset=utf-8", body = String,
        description = "The newest checkpoint, a signed note (C2SP tlog-checkpoint); where witnesses are asked, the newest that a quorum of them has seen"),
    (status = 503, content_type = "application/problem+json", body = super::api::Problem,
        description = "No quorum of witnesses has seen a checkpoint yet"))
)]
pub(super) async fn checkpoint(State(site): State<Site>) -> Result<Response, Fault> {
    let witnessed = site.witnessed;
    let read = site.pool.glance(move |reader| match witnessed {
        true => Ok(reader.seen()?.ok_or(Fault::Unseen)?.signed),
        false => Ok(reader.signed()?),
    });
    let signed = read.await?;
    Ok(answer::body("text/plain; charset=utf-8", answer::BRIEF, signed.note.into_bytes()))
}

/// A hash tile or an entry bundle.
#[utoipa::path(
    get, path = "/tile/{path}", tag = "log",
    params(("path" = String, Path, description = "`<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]` (C2SP tlog-tiles); it contains slashes")),
    responses(
        (status = 200, content_type = "application/octet-stream", body = Vec<u8>, description = "Hashes of 32 bytes, or entries each after its length (big-endian, two bytes); entries compressed for whoever accepts gzip"),
        (status = 404, content_type = "application/problem+json", body = super::api::Problem, description = "Not the path of a tile, or beyond the newest checkpoint"),
    )
)]
pub(super) async fn tile(State(site): State<Site>, uri: Uri, headers: HeaderMap) -> Result<Response, Fault> {
    let path = tile_path(&uri).ok_or(Fault::missing(Missing::Tile))?;
    let coding = coding(path, &headers);
    if let Some(kept) = site.shelves.get(path, coding) {
        return Ok(sent(path, coding, kept));
    }
    let tag = tag(&site.founding.leaf, path, coding);
    let read = site.pool.glance(move |reader| {
        let bytes = match path {
            TilePath::Hashes(tile) => reader.tile(tile)?,
            TilePath::Entries { index, width } => reader.entry_bundle(index, width)?,
        };
        let bytes = bytes.ok_or(Fault::missing(Missing::Tile))?;
        Ok(match coding {
            Coding::Identity => bytes,
            Coding::Gzip => compressed(&bytes, FAST).map_err(|error| Fault::store(&error))?,
        })
    });
    let kept = Kept { bytes: Bytes::from(read.await?), tag };
    site.shelves.keep(path, coding, &kept);
    Ok(sent(path, coding, kept))
}

/// The answer to a request for what is kept in memory; none when another way must be asked.
pub(super) fn at_once(shelves: &Shelves, request: &Parts) -> Option<Response> {
    let reads = request.method == Method::GET || request.method == Method::HEAD;
    if !reads || connections::unfit(&request.uri, request.version, &request.headers).is_some() {
        return None;
    }
    let path = tile_path(&request.uri)?;
    let coding = coding(path, &request.headers);
    let kept = shelves.get(path, coding)?;
    Some(answer::finish(sent(path, coding, kept), &Asked::of(request)))
}

/// The path as it was sent: a tile has one spelling, without percent signs.
fn tile_path(uri: &Uri) -> Option<TilePath> {
    let path = uri.path().strip_prefix('/').filter(|path| path.starts_with("tile/"))?;
    TilePath::parse(path).ok()
}

fn coding(path: TilePath, headers: &HeaderMap) -> Coding {
    match path {
        TilePath::Entries { .. } => Coding::taken(headers),
        TilePath::Hashes(_) => Coding::Identity,
    }
}

impl Coding {
    /// The best that whoever asks takes.
    pub(super) fn taken(headers: &HeaderMap) -> Self {
        let named = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        if named.flat_map(|value| value.split(',')).any(takes_gzip) { Self::Gzip } else { Self::Identity }
    }
}

/// `gzip`, unless its weight is nought (RFC 9110 section 12.5.3).
fn takes_gzip(offer: &str) -> bool {
    let mut parts = offer.split(';').map(str::trim);
    let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    named && weight.is_none_or(|weight| weight.bytes().any(|digit| (b'1'..=b'9').contains(&digit)))
}

/// The level for bundles: half of an entry is hashes and signatures, which no level makes smaller.
const FAST: u32 = 1;

/// As gzip has it, at a level from 1 to 9.
pub(super) fn compressed(bytes: &[u8], level: u32) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::new(level));
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// A tile never changes within one ledger, so its address and the ledger's founding are tag enough.
fn tag(founding: &Hash, path: TilePath, coding: Coding) -> HeaderValue {
    let gzip = if coding == Coding::Gzip { "-gz" } else { "" };
    let tag = format!("\"{}-{path}{gzip}\"", &founding.to_hex()[..16]);
    // Hex digits, and the characters of a tile's path.
    HeaderValue::try_from(tag).expect("a tile's path is a header value")
}

fn sent(path: TilePath, coding: Coding, kept: Kept) -> Response {
    let mut response = Response::new(Body::from(kept.bytes));
    let headers = response.headers_mut();
    headers.reserve(12);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(answer::FOREVER));
    headers.insert(header::ETAG, kept.tag);
    if matches!(path, TilePath::Entries { .. }) {
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if coding == Coding::Gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::takes_gzip;

    #[test]
    fn gzip_is_sent_to_whoever_takes_it() {
        for (offer, takes) in [
            ("gzip", true),
            (" GZIP ;q=0.5", true),
            ("gzip; q=1", true),
            ("gzip;q=0", false),
            ("gzip;q=0.000", false),
            ("gzip;Q=0", false),
            ("br", false),
            ("identity", false),
            ("*", false),
            ("xgzip", false),
            ("", false),
        ] {
            assert_eq!(takes_gzip(offer), takes, "{offer}");
        }
    }
}
