//! Documents on their way: pieces of one file, named by the digest that the browser made of it, so that a dropped network goes on
//! where it stopped. They lie outside everything that is served, and are compared with their digest when they are signed.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path as FilePath, PathBuf};

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::{Entered, Page, Stop, Visit};
use crate::desk::Desk;
use crate::desk::scanner::Unfit;
use crate::desk::store::upload_name;
use crate::grants::time::Timestamp;
use crate::ledger::documents::Limits;
use crate::ledger::store::StoreError;
use crate::tlog::hash::Hash;

/// The folder of documents that no statement names yet.
const FOLDER: &str = "desk-uploads";
/// The most bytes of one piece.
const MAX_PIECE_BYTES: usize = 2 * 1024 * 1024;
/// The most documents that one key has on their way.
const MOST_UPLOADS: u64 = 200;
/// After how many days a document that nobody touched is dropped.
const UPLOAD_DAYS: i64 = 30;

/// Where a document of this owner lies.
pub(super) fn place(dir: &FilePath, owner: &str, sha256: &Hash) -> PathBuf {
    dir.join(FOLDER).join(upload_name(owner, sha256))
}

/// What an earlier key of the same holder had on its way is this one's.
pub(super) fn inherit(entered: &Entered, uploads: Vec<(String, String)>) -> Result<(), Stop> {
    let (dir, owner) = (&entered.web()?.dir, &entered.person.public);
    for (earlier, sha256) in uploads {
        if let Ok(sha256) = Hash::from_hex(&sha256) {
            // One that is gone is uploaded again.
            let _ = std::fs::rename(place(dir, &earlier, &sha256), place(dir, owner, &sha256));
        }
    }
    Ok(())
}

/// How much of a document is here.
pub(super) async fn head(State(desk): State<Desk>, visit: Visit, Path(sha256): Path<String>) -> Page {
    let entered = desk.enter(visit).await?;
    let there = place_of(&entered, &sha256)?;
    let size = tokio::task::spawn_blocking(move || there.metadata().map(|found| found.len()).ok()).await;
    Ok(offset(StatusCode::OK, size.ok().flatten().unwrap_or(0)))
}

fn place_of(entered: &Entered, sha256: &str) -> Result<PathBuf, Stop> {
    let hash = Hash::from_hex(sha256).map_err(|_| entered.missing())?;
    Ok(place(&entered.web()?.dir, &entered.person.public, &hash))
}

fn offset(status: StatusCode, size: u64) -> Response {
    (status, [("hibah-offset", HeaderValue::from(size))]).into_response()
}

/// Takes the next piece: `?at=` is where it begins, which must be where the document ends so far; `&of=` how large the document
/// is, so that what is whole is looked at while the person is there. It is looked at again when it is signed.
pub(super) async fn put(
    State(desk): State<Desk>,
    visit: Visit,
    Path(sha256): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
    body: Body,
) -> Page {
    let entered = desk.enter(visit).await?;
    let token = headers.get("x-hibah-csrf").and_then(|value| value.to_str().ok());
    if token != Some(&entered.session.csrf) {
        return Err(entered.stop(StatusCode::FORBIDDEN, entered.w.fault_csrf));
    }
    // Nothing that a stranger can ask for has documents.
    if entered.person.signer.is_none() {
        return Err(entered.stop(StatusCode::FORBIDDEN, entered.w.not_found));
    }
    let there = place_of(&entered, &sha256)?;
    let number = |name: &str| query.iter().find(|(known, _)| known == name).and_then(|(_, n)| n.parse::<u64>().ok());
    let Some(at) = number("at") else { return Err(entered.stop(StatusCode::BAD_REQUEST, entered.w.fault_upload)) };
    let piece = axum::body::to_bytes(body, MAX_PIECE_BYTES).await;
    let too_large = || entered.stop(StatusCode::PAYLOAD_TOO_LARGE, entered.w.fault_upload);
    let piece = piece.map_err(|_| too_large())?;
    if at.saturating_add(piece.len() as u64) > Limits::SERVED.document_bytes {
        return Err(too_large());
    }
    let (web, owner, now) = (entered.web()?, &entered.person.public, entered.now);
    if entered.kept(web.store.uploads_besides(owner, &sha256))? >= MOST_UPLOADS {
        return Err(entered.stop(StatusCode::CONFLICT, entered.w.fault_too_many));
    }
    // Noted before there is a file, so that none is forgotten.
    entered.kept(web.store.touch_upload(owner, &sha256, now))?;
    forget(&entered, now)?;
    let grows = !piece.is_empty();
    let written = tokio::task::spawn_blocking(move || append(&there, at, &piece)).await;
    let stopped = || entered.stop(StatusCode::SERVICE_UNAVAILABLE, entered.w.fault_stopped);
    match entered.kept(written.map_err(|_| stopped())?)? {
        (true, size) => {
            // One that is whole already and sent again is as it was.
            if grows && number("of") == Some(size) {
                look_at(&entered, &sha256).await?;
            }
            Ok(offset(StatusCode::NO_CONTENT, size))
        }
        (false, size) => Ok(offset(StatusCode::CONFLICT, size)),
    }
}

/// Refuses a document that the virus scanner does not let through.
async fn look_at(entered: &Entered, sha256: &str) -> Result<(), Stop> {
    let Some(scans) = &entered.desk.scans else { return Ok(()) };
    let looked = scans.look_at(place_of(entered, sha256)?, std::sync::Arc::clone(&entered.desk.watch));
    let Err(unfit) = looked.await else { return Ok(()) };
    if let Ok(sha256) = Hash::from_hex(sha256) {
        turn_away(entered, &sha256, &unfit);
    }
    let status = match unfit {
        Unfit::Found(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Unfit::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        // What waits is looked at before it is taken.
        Unfit::Unscanned(_) => return Ok(()),
    };
    Err(entered.stop(status, &entered.w.unfit(&unfit)))
}

/// Deletes what the virus scanner did not let through; what it could not look at stays, to be tried again.
pub(super) fn turn_away(entered: &Entered, sha256: &Hash, unfit: &Unfit) {
    if let (Unfit::Found(_) | Unfit::TooLarge, Ok(web)) = (unfit, entered.web()) {
        // One that is gone already is turned away too.
        let _ = std::fs::remove_file(place(&web.dir, &entered.person.public, sha256));
    }
}

/// Whether the piece fits behind what is there, and how much is there now.
fn append(file: &FilePath, at: u64, piece: &[u8]) -> Result<(bool, u64), StoreError> {
    let fault = |error: std::io::Error| StoreError::io(file, &error);
    let folder = file.parent().unwrap_or(file);
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(fault)?;
    let mut there =
        OpenOptions::new().create(true).append(false).write(true).truncate(false).open(file).map_err(fault)?;
    let size = there.metadata().map_err(fault)?.len();
    if size != at {
        return Ok((false, size));
    }
    there.seek(SeekFrom::Start(at)).map_err(fault)?;
    there.write_all(piece).map_err(fault)?;
    Ok((true, at + piece.len() as u64))
}

/// Drops documents that nobody touched for long.
fn forget(entered: &Entered, now: Timestamp) -> Result<(), Stop> {
    let web = entered.web()?;
    let Some(before) = Timestamp::from_ms(now.ms() - UPLOAD_DAYS * 86_400_000) else { return Ok(()) };
    for (owner, sha256) in entered.kept(web.store.forget_uploads(before))? {
        if let Ok(sha256) = Hash::from_hex(&sha256) {
            // One that is gone already is forgotten too.
            let _ = std::fs::remove_file(place(&web.dir, &owner, &sha256));
        }
    }
    Ok(())
}
