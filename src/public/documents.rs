//! Public documents, byte for byte as an entry names them.
//!
//! They are other people's files: whatever is in one, a browser saves it and runs nothing of it. Only what an entry
//! names under a title for everyone is given out, and what was erased is gone.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead as _, ReadBuf};

use super::Site;
use super::answer::{self, Fault, Missing};
use super::closed;
use super::founding::Founding;
use super::shown::Shown;
use crate::ledger::documents::{Documents, Named, named, named_in};
use crate::ledger::reader::Reader;
use crate::tlog::hash::Hash;

/// How many bytes are read and sent at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// No script, no form, no frame, an origin of its own.
const POLICY: &str = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// An entry that names a document.
pub(super) struct Naming {
    pub(super) index: u64,
    pub(super) kind: String,
    pub(super) about: String,
    pub(super) named: Named,
    /// Of a public version: under which name the entry seals the original, and the commitment.
    pub(super) original: Option<(String, String)>,
}

/// What the ledger knows of a document.
pub(super) struct Known {
    /// The entries that name it, in order; what was erased of them is not told.
    pub(super) named_by: Vec<Naming>,
    /// Whether it can be had here.
    pub(super) kept: bool,
    /// Whether it was erased.
    pub(super) erased: bool,
}

/// What the ledger knows of the document of this digest.
pub(super) fn known(
    reader: &Reader,
    founding: &Founding,
    documents: &Documents,
    sha256: &Hash,
) -> Result<Known, Fault> {
    let mut named_by = Vec::new();
    let mut public = false;
    for index in reader.naming_document(sha256)? {
        let Some(statement) = reader.statement(index, &founding.origin)? else { continue };
        let body = Shown::of(reader, &founding.origin, index, &statement)?.body;
        let Some(named) = named_in(&body).into_iter().find(|named| named.sha256 == *sha256) else { continue };
        public = public || founding.is_public_title(reader, index, &named.title)?;
        let (kind, about) = (statement.kind().to_owned(), statement.about().to_string());
        let original = closed::original_of(&body, sha256).map(|(name, commitment)| (name, commitment.to_owned()));
        named_by.push(Naming { index, kind, about, named, original });
    }
    let erased = documents.erasure(sha256)?.is_some();
    Ok(Known { kept: public && !erased && documents.read(sha256)?.is_some(), erased, named_by })
}

/// A public document; `sha256sum` of what arrives is the address.
#[utoipa::path(
    get, path = "/documents/{sha256}", tag = "entries",
    params(("sha256" = String, Path, description = "SHA-256 of the document's bytes, 64 hex digits, as an entry names it")),
    responses(
        (status = 200, content_type = "application/octet-stream", body = Vec<u8>, description = "The document, under the media type that the entry names"),
        (status = 404, content_type = "application/problem+json", body = super::api::Problem, description = "Not kept here, or named by no entry"),
        (status = 410, content_type = "application/problem+json", body = super::api::Problem, description = "Erased, as the law demands"),
    )
)]
pub(super) async fn document(State(site): State<Site>, Path(sha256): Path<String>) -> Result<Response, Fault> {
    let missing = Fault::missing(Missing::Document);
    let sha256 = Hash::from_hex(&sha256).map_err(|_| missing.clone())?;
    let (documents, founding) = (site.documents.clone(), site.founding.clone());
    let found = site.pool.read(move |reader| {
        if documents.erasure(&sha256)?.is_some() {
            return Err(Fault::Erased);
        }
        let Some((file, size)) = documents.read(&sha256)? else { return Err(missing) };
        for statement in documents.named_by(&sha256)? {
            // The note beside the document only says where to look; what counts is in the entry.
            let Some(index) = reader.index_of_statement(&statement)? else { continue };
            let Some(statement) = reader.statement(index, &founding.origin)? else { continue };
            let of_it = named(&statement).into_iter().filter(|named| named.sha256 == sha256);
            for named in of_it {
                if !founding.is_public_title(reader, index, &named.title)? {
                    continue;
                }
                if named.size != size {
                    return Err(Fault::store(&format!("the document {sha256} has {size} bytes, not {}", named.size)));
                }
                return Ok((file, named));
            }
        }
        Err(missing)
    });
    let (file, named) = found.await?;
    Ok(sent(file, &named))
}

fn sent(file: std::fs::File, named: &Named) -> Response {
    let mut response = Response::new(FileBody::of(file, named.size));
    let headers = response.headers_mut();
    let name = format!("attachment; filename=\"{}{}\"", &named.sha256.to_hex()[..16], ending(&named.media_type));
    let tag = format!("\"{}\"", named.sha256);
    let fixed = HeaderValue::from_static;
    // A media type has the characters of a header value (`grants::shape::MediaType`), and the rest is ours.
    let made = |text: &str| HeaderValue::from_str(text).unwrap_or(fixed("application/octet-stream"));
    let media_type = if named.media_type.starts_with("text/") {
        format!("{}; charset=utf-8", named.media_type)
    } else {
        named.media_type.clone()
    };
    headers.insert(header::CONTENT_TYPE, made(&media_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(named.size));
    headers.insert(header::CONTENT_DISPOSITION, made(&name));
    headers.insert(header::ETAG, made(&tag));
    // Asked for again each time, since it can be erased.
    headers.insert(header::CACHE_CONTROL, fixed(answer::REVALIDATE));
    headers.insert(header::CONTENT_SECURITY_POLICY, fixed(POLICY));
    response
}

/// What a saved file's name ends in, for the types that papers commonly have.
pub(super) fn ending(media_type: &str) -> &'static str {
    match media_type {
        "application/pdf" => ".pdf",
        "application/json" => ".json",
        "application/zip" => ".zip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => ".xlsx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => ".docx",
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "text/csv" => ".csv",
        "text/plain" => ".txt",
        _ => "",
    }
}

/// A file, sent piece by piece.
pub(super) struct FileBody {
    file: tokio::fs::File,
    left: u64,
    chunk: Vec<u8>,
}

impl FileBody {
    /// So many bytes of a file from where it stands.
    pub(super) fn of(file: std::fs::File, bytes: u64) -> Body {
        Body::new(Self { file: tokio::fs::File::from_std(file), left: bytes, chunk: vec![0; CHUNK_BYTES] })
    }
}

impl HttpBody for FileBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        if this.left == 0 {
            return Poll::Ready(None);
        }
        let most = usize::try_from(this.left).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
        let mut chunk = ReadBuf::new(&mut this.chunk[..most]);
        ready!(Pin::new(&mut this.file).poll_read(cx, &mut chunk))?;
        let bytes = Bytes::copy_from_slice(chunk.filled());
        if bytes.is_empty() {
            return Poll::Ready(Some(Err(std::io::Error::other("the file became shorter while it was sent"))));
        }
        this.left -= bytes.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
