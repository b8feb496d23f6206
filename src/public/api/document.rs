//! Documents: the entries that name one, so that a file in somebody's hands can be told by its digest.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::public::Site;
use crate::public::answer::{self, Fault, Missing};
use crate::public::documents::{Naming, known};
use crate::tlog::hash::Hash;

/// What the ledger knows of a document.
#[derive(Serialize, ToSchema)]
struct DocumentRead {
    /// SHA-256 of its bytes, as asked for.
    sha256: String,
    /// Whether its bytes can be had at `/documents/{sha256}`.
    kept: bool,
    /// Whether it was erased.
    erased: bool,
    /// The first entries that name it, at most 20, in order.
    named_by: Vec<NamingRead>,
}

/// An entry that names a document.
#[derive(Serialize, ToSchema)]
struct NamingRead {
    /// The entry's place.
    index: u64,
    /// The kind of its statement.
    kind: String,
    /// The thing that it is about.
    about: String,
    /// The document's title.
    title: String,
    /// Its size in bytes.
    size: u64,
    /// Its media type.
    media_type: String,
    /// Of a public version: the original, which the same entry seals.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_version_of: Option<OriginalRead>,
}

/// The original of a public version: whoever has it proves it with the opening.
#[derive(Serialize, ToSchema)]
struct OriginalRead {
    /// The name under which its SHA-256 is sealed: `original_` and the first 16 digits of this document's.
    sealed: String,
    /// The commitment, 64 hex digits.
    commitment: String,
}

impl From<Naming> for NamingRead {
    fn from(Naming { index, kind, about, named, original }: Naming) -> Self {
        let public_version_of = original.map(|(sealed, commitment)| OriginalRead { sealed, commitment });
        let (title, size, media_type) = (named.title, named.size, named.media_type);
        Self { index, kind, about, title, size, media_type, public_version_of }
    }
}

/// The entries that name a document.
#[utoipa::path(
    get, path = "/api/v1/documents/{sha256}", tag = "entries",
    params(("sha256" = String, Path, description = "SHA-256 of the document's bytes, 64 hex digits")),
    responses(
        (status = 200, body = DocumentRead),
        (status = 404, content_type = "application/problem+json", body = super::Problem, description = "No entry names it"),
    )
)]
pub(in crate::public) async fn naming(State(site): State<Site>, Path(sha256): Path<String>) -> Result<Response, Fault> {
    let missing = Fault::missing(Missing::Document);
    let hash = Hash::from_hex(&sha256).map_err(|_| missing.clone())?;
    let (founding, documents) = (site.founding.clone(), site.documents.clone());
    let known = site.pool.read(move |reader| known(reader, &founding, &documents, &hash)).await?;
    if known.named_by.is_empty() {
        return Err(missing);
    }
    let named_by = known.named_by.into_iter().map(NamingRead::from).collect();
    let read = DocumentRead { sha256, kept: known.kept, erased: known.erased, named_by };
    Ok(answer::body("application/json", answer::REVALIDATE, answer::json(&read)))
}
