//! Writing over HTTP: where organisations and officials submit signed statements.
//!
//! The desk needs no trust from its users: a statement is worth what its signatures are, and the receipt proves what
//! became of it: 201 when it is recorded now, 200 when it was before. Whoever stops waiting loses nothing, for the same statement again answers the same receipt.

mod refusal;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use http_body_util::LengthLimitError;
use tokio::sync::oneshot;

use crate::ledger::sequencer::{Answer, Sequencer};
use crate::ledger::statement::MAX_STATEMENT_BYTES;
use crate::ledger::writer::Outcome;
use crate::public::connections::{self, Bounds};
use refusal::Problem;

/// What is read of a body that is too large, in bytes: a client that is cut off while it sends never hears why.
const MAX_READ_BYTES: usize = 256 * 1024;
/// How long the body of a request may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);
/// How long an answer may take: the disk is slow, not the judgement. The statement may be recorded all the same.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// The desk over the only writer: `POST /statements`, and at `/` what this address is.
pub fn router(sequencer: Arc<Sequencer>) -> Router {
    router_within(sequencer, BODY_TIMEOUT)
}

/// As [`router`], with another time for a body to arrive in.
pub fn router_within(sequencer: Arc<Sequencer>, body_timeout: Duration) -> Router {
    Router::new()
        .route("/", get(what_this_is))
        .route("/statements", post(submit))
        .fallback(async || {
            Problem::new(StatusCode::NOT_FOUND, "there is nothing at this address: submit with POST /statements")
                .answer()
        })
        .layer(middleware::from_fn(dress))
        .with_state(Desk { sequencer, body_timeout })
}

/// Serves the desk until `shutdown`; what is queued is recorded and answered first.
///
/// # Errors
/// None so far; what one connection reports ends that connection only.
pub async fn serve(
    listener: tokio::net::TcpListener,
    sequencer: Arc<Sequencer>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    connections::serve(listener, router(sequencer), shutdown, Bounds::SERVED).await;
    Ok(())
}

#[derive(Clone)]
struct Desk {
    sequencer: Arc<Sequencer>,
    body_timeout: Duration,
}

async fn what_this_is() -> Response {
    let text = "This is the desk of a hibah ledger: it takes signed statements.\n\nPOST /statements   the statement, at most 65,000 bytes; answers its receipt\n\nTo sign and submit: hibah sign FILE, then hibah submit URL FILE\nReading is at the public server's address.\n";
    plain(text.to_owned())
}

fn plain(text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    let value = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    response
}

async fn submit(State(desk): State<Desk>, request: Request) -> Response {
    match take(&desk, request).await {
        Ok(answer) => answered(answer),
        Err(problem) => problem.answer(),
    }
}

async fn take(desk: &Desk, request: Request) -> Result<Answer, Box<Problem>> {
    let bytes = body(request, desk.body_timeout).await?;
    let (reply, answer) = oneshot::channel();
    // Nobody listens any more when the client went away; the statement is recorded all the same.
    let told = Box::new(move |result| drop(reply.send(result)));
    desk.sequencer
        .submit(bytes, told)
        .map_err(|full| Problem::new(StatusCode::SERVICE_UNAVAILABLE, &full.to_string()))?;
    match tokio::time::timeout(ANSWER_TIMEOUT, answer).await {
        Ok(Ok(Ok(answer))) => Ok(answer),
        Ok(Ok(Err(error))) => Err(refusal::of_store(&error)),
        Ok(Err(_)) => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the writer stopped before it answered: submit again, a statement is never recorded twice",
        )),
        Err(_) => Err(Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "the ledger did not answer in time: submit again, a statement is never recorded twice",
        )),
    }
}

/// The whole body, within its bounds of size and time.
async fn body(request: Request, timeout: Duration) -> Result<Vec<u8>, Box<Problem>> {
    // What is announced to go on and on is refused before it is sent.
    if request.body().size_hint().lower() > MAX_READ_BYTES as u64 {
        return Err(refusal::too_large());
    }
    match tokio::time::timeout(timeout, axum::body::to_bytes(request.into_body(), MAX_READ_BYTES)).await {
        Ok(Ok(bytes)) if bytes.len() <= MAX_STATEMENT_BYTES => Ok(bytes.to_vec()),
        Ok(Ok(_)) => Err(refusal::too_large()),
        Ok(Err(fault)) => Err(match fault.into_inner().is::<LengthLimitError>() {
            true => refusal::too_large(),
            false => Problem::new(StatusCode::BAD_REQUEST, "the statement broke off: submit it again"),
        }),
        Err(_) => {
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the statement did not arrive in time: submit it again"))
        }
    }
}

fn answered(answer: Answer) -> Response {
    match (&answer.outcome, answer.receipt) {
        (Outcome::Recorded { index, new }, Some(receipt)) => {
            let mut response = plain(receipt);
            *response.status_mut() = if *new { StatusCode::CREATED } else { StatusCode::OK };
            response.headers_mut().insert("hibah-index", HeaderValue::from(*index));
            response
        }
        (Outcome::Refused { refused, size, time }, _) => {
            refusal::of_statement(refused, *size, *time, &answer.checkpoint).answer()
        }
        // The sequencer makes a receipt for whatever is recorded (I4).
        (Outcome::Recorded { .. }, None) => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "recorded, but the receipt could not be made: submit again")
                .answer()
        }
    }
}

/// Around every handler: what the router itself refuses made a problem, and the headers of all answers.
async fn dress(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = response.headers().get(header::ALLOW).cloned();
        response = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "submit statements with POST /statements").answer();
        response.headers_mut().extend(allowed.map(|allowed| (header::ALLOW, allowed)));
    }
    response = refusal::at(response, &path);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    );
    response
}
