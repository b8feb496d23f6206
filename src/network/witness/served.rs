//! A witness over HTTP: `POST /add-checkpoint`, and what it cosigned and kept, for everybody to read.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use http_body_util::LengthLimitError;
use tokio::net::TcpListener;

use super::store::{Evidence, Log};
use super::{NotCosigned, Witness};
use crate::ledger::store::StoreError;
use crate::public::connections::{self, Bounds};
use crate::public::limits::BODY_TIMEOUT;
use crate::tlog::hash::Hash;
use crate::tlog::witness::{MAX_REQUEST_BYTES, Refusal, SIZE_TYPE};

const TEXT: &str = "text/plain; charset=utf-8";

/// Serves a witness until `shutdown`; requests under way are answered first.
pub async fn serve(listener: TcpListener, witness: Arc<Witness>, shutdown: impl Future<Output = ()>) {
    connections::serve(listener, router(witness, BODY_TIMEOUT), shutdown, Bounds::SERVED).await;
}

/// The witness's addresses. A body may take `body_timeout` to arrive.
pub fn router(witness: Arc<Witness>, body_timeout: Duration) -> Router {
    let served = Served { witness, body_timeout };
    Router::new()
        .route("/", get(what_this_is))
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{hash}/checkpoint", get(checkpoint))
        .route("/{hash}/evidence", get(evidence))
        .route("/healthz", get(health))
        .fallback(async || answer(StatusCode::NOT_FOUND, "there is nothing at this address: see /\n"))
        .layer(middleware::from_fn(dress))
        .with_state(served)
}

#[derive(Clone)]
struct Served {
    witness: Arc<Witness>,
    body_timeout: Duration,
}

impl Served {
    /// Runs `work` on a thread that may wait for the disk.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Witness) -> Result<T, Box<Response>> + Send + 'static,
    ) -> Result<T, Box<Response>> {
        let witness = Arc::clone(&self.witness);
        let done = tokio::task::spawn_blocking(move || work(&witness)).await;
        let fell = || answer(StatusCode::SERVICE_UNAVAILABLE, "a fault of the program: ask again\n");
        done.unwrap_or_else(|_| Err(Box::new(fell())))
    }
}

fn answer(status: StatusCode, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(TEXT));
    response
}

async fn add_checkpoint(State(served): State<Served>, request: Request) -> Response {
    let cosigned = async {
        let body = body(request, served.body_timeout).await?;
        served.blocking(move |witness| witness.add_checkpoint(&body).map_err(|error| Box::new(refused(&error)))).await
    };
    cosigned.await.map_or_else(|refused| *refused, |lines| answer(StatusCode::OK, lines))
}

/// C2SP tlog-witness, add-checkpoint: every status has its meaning, and 409 says a size that a program reads.
fn refused(error: &NotCosigned) -> Response {
    let NotCosigned::Refused(refusal) = error else {
        return answer(StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n"));
    };
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let Refusal::OldDiffers(size) = refusal else {
        return answer(status, format!("{refusal}\n"));
    };
    let mut response = answer(status, format!("{size}\n"));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(SIZE_TYPE));
    response
}

/// The whole body, within its bounds of size and time.
async fn body(request: Request, timeout: Duration) -> Result<Vec<u8>, Box<Response>> {
    let too_large = || Box::new(refused(&Refusal::TooLarge.into()));
    let broken = |status, sentence: &'static str| Box::new(answer(status, sentence));
    // What is announced to be too large is refused before it is sent.
    if request.body().size_hint().lower() > MAX_REQUEST_BYTES as u64 {
        return Err(too_large());
    }
    match tokio::time::timeout(timeout, axum::body::to_bytes(request.into_body(), MAX_REQUEST_BYTES)).await {
        Ok(Ok(bytes)) => Ok(bytes.to_vec()),
        Ok(Err(fault)) => Err(match fault.into_inner().is::<LengthLimitError>() {
            true => too_large(),
            false => broken(StatusCode::BAD_REQUEST, "the request broke off: send it again\n"),
        }),
        Err(_) => Err(broken(StatusCode::REQUEST_TIMEOUT, "the request did not arrive in time: send it again\n")),
    }
}

/// The newest checkpoint of a log as it was cosigned (C2SP tlog-witness, monitoring).
async fn checkpoint(State(served): State<Served>, Path(hash): Path<String>) -> Response {
    let missing = || answer(StatusCode::NOT_FOUND, "this witness has cosigned no log whose origin has this hash\n");
    let Ok(hash) = Hash::from_hex(&hash) else { return missing() };
    let read = served.blocking(move |witness| witness.latest(&hash).map_err(|error| unreadable(&error))).await;
    match read {
        Ok(Some(note)) => answer(StatusCode::OK, note),
        Ok(None) => missing(),
        Err(fault) => *fault,
    }
}

/// What a log signed that does not agree with what was cosigned.
async fn evidence(State(served): State<Served>, Path(hash): Path<String>) -> Response {
    let missing = || answer(StatusCode::NOT_FOUND, "nothing that this log signed contradicts what was cosigned\n");
    let Ok(hash) = Hash::from_hex(&hash) else { return missing() };
    let read = served.blocking(|witness| witness.logs().map_err(|error| unreadable(&error))).await;
    match read {
        Ok(logs) => match logs.iter().find(|(log, kept)| log.hash == hash && !kept.is_empty()) {
            Some((log, kept)) => answer(StatusCode::OK, told(log, kept)),
            None => missing(),
        },
        Err(fault) => *fault,
    }
}

/// Both notes of each pair, verbatim, so that anybody can check them.
pub fn told(log: &Log, kept: &[Evidence]) -> String {
    let mut text = String::new();
    for (number, Evidence { proved, at, ours, theirs }) in (1..).zip(kept) {
        let what = match proved {
            true => "the log signed two roots for one size, which proves that it shows two histories",
            false => "the second did not grow from the first by the proof that came with it; a true proof may exist",
        };
        text += &format!(
            "{number} of {} of {}, kept {at}: {what}\n\ncosigned:\n\n{ours}\nasked for:\n\n{theirs}\n",
            kept.len(),
            log.origin
        );
    }
    text
}

async fn what_this_is(State(served): State<Served>) -> Response {
    let vkey = served.witness.verifier().to_string();
    let read = served.blocking(|witness| witness.logs().map_err(|error| unreadable(&error))).await;
    let logs = match read {
        Ok(logs) => logs,
        Err(fault) => return *fault,
    };
    let mut text = format!(
        "This is a witness: it cosigns checkpoints of logs that it knows, as long as they only grow.\n\n{vkey}\n\nPOST /add-checkpoint   C2SP tlog-witness\nGET /HASH/checkpoint   the newest that was cosigned; HASH is the SHA-256 of the log's origin\nGET /HASH/evidence     what a log signed that does not agree with it\n"
    );
    for (log, kept) in logs {
        let forks = kept.iter().filter(|evidence| evidence.proved).count();
        let says = if forks > 0 { "; IT SIGNED TWO HISTORIES, see its evidence" } else { "" };
        let at = log.url.as_deref().unwrap_or("address not told");
        text += &format!("\n{}\n  {at}\n  /{}/checkpoint: size {}{says}\n", log.origin, log.hash, log.last.size);
    }
    answer(StatusCode::OK, text)
}

async fn health(State(served): State<Served>) -> Response {
    if served.witness.fault().is_some() {
        return answer(StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", NotCosigned::Stopped));
    }
    let read = served.blocking(|witness| witness.logs().map_err(|error| unreadable(&error))).await;
    read.map_or_else(|fault| *fault, |_| answer(StatusCode::OK, "ok\n"))
}

fn unreadable(error: &StoreError) -> Box<Response> {
    tracing::error!("{error}");
    let sentence = "the witness's file cannot be read: its operator must look at its log\n";
    Box::new(answer(StatusCode::SERVICE_UNAVAILABLE, sentence))
}

/// Around every handler: what no handler sees, and the headers of all answers.
async fn dress(request: Request, next: Next) -> Response {
    let unfit = connections::unfit(request.uri(), request.version(), request.headers());
    let mut response = match unfit {
        Some((status, sentence)) => answer(status, format!("{sentence}\n")),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
