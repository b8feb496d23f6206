//! Writing over HTTP: where organisations and officials submit signed statements.
//!
//! The desk needs no trust from its users: a statement is worth what its signatures are, and the receipt proves what
//! became of it: 201 when it is recorded now, 200 when it was before. Whoever stops waiting loses nothing, for the same
//! statement again answers the same receipt. Where witnesses are asked, a receipt is given once a quorum of them has seen
//! the entry: until then the answer is 202 with the statement's hash, also to the same statement again.
//!
//! What comes with a statement comes with it in one request, in parts, and is taken with it or not at all
//! (`src/ledger/enclosures.rs` tells the order of writes).

mod asked;
pub mod browser;
pub mod challenge;
pub mod code;
mod drafting;
mod forms;
pub mod letters;
pub mod nphd;
mod pages;
mod parts;
mod persons;
mod refusal;
mod rows;
pub mod scanner;
mod sessions;
mod sources;
mod store;
mod watch;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http_body_util::LengthLimitError;
use tokio::sync::{Semaphore, oneshot};

use crate::ledger::enclosures::{Enclosed, EnclosureError, Enclosures, Held};
use crate::ledger::reader::Reader;
use crate::ledger::sequencer::{Answer, Sequencer};
use crate::ledger::statement::{MAX_STATEMENT_BYTES, Statement};
use crate::ledger::store::StoreError;
use crate::ledger::writer::Outcome;
use crate::public::connections::{self, Bounds, Count, Serving};
use crate::public::limits::{ANSWER_TIMEOUT, BODY_TIMEOUT, MAX_IN_PARTS, MAX_STATEMENT_READ_BYTES, PARTS_TIMEOUT};
use crate::tlog::hash::{Hash, sha256};
use crate::tlog::note::NoteParts;
use crate::tlog::proof::TlogProof;
pub use pages::Web;
pub(crate) use pages::ceremony;
use refusal::Problem;
use scanner::{Scanner, Scans, Unfit};
use watch::Watch;

/// After how many seconds a submission that waits for witnesses is worth another try.
const WITNESSES_RETRY_S: u32 = 2;

/// The desk over the only writer: `POST /statements`, and at `/` what this address is. It takes statements alone.
pub fn router(sequencer: Arc<Sequencer>) -> Router {
    router_within(sequencer, BODY_TIMEOUT)
}

/// As [`router`], with another time for a body to arrive in.
pub fn router_within(sequencer: Arc<Sequencer>, body_timeout: Duration) -> Router {
    router_of(sequencer, None, body_timeout, None, None, Arc::default())
}

/// As [`router_within`]; what comes with a statement is taken too. No two pieces of a submission in parts may lie
/// further apart than `body_timeout`.
pub fn router_with(sequencer: Arc<Sequencer>, enclosures: Arc<Enclosures>, body_timeout: Duration) -> Router {
    router_of(sequencer, Some(enclosures), body_timeout, None, None, Arc::default())
}

/// As [`router_with`]; with the pages for people where `place` has what they stand on.
pub fn router_at(sequencer: Arc<Sequencer>, enclosures: Arc<Enclosures>, mut place: Place) -> Router {
    let web = place.web.take().map(Arc::new);
    router_of(sequencer, Some(enclosures), BODY_TIMEOUT, Some(place), web, Arc::default())
}

fn router_of(
    sequencer: Arc<Sequencer>,
    enclosures: Option<Arc<Enclosures>>,
    body_timeout: Duration,
    place: Option<Place>,
    web: Option<Arc<pages::Web>>,
    connections: Arc<Count>,
) -> Router {
    let witnessed = place.as_ref().filter(|place| place.witnessed).map(|place| place.dir.clone());
    let (dir, scanner) = place.map(|place| (place.dir, place.scanner)).unzip();
    let scans = scanner.flatten().map(Scans::new);
    let watch = Watch::new(sequencer.metrics(), connections, dir, witnessed.is_some());
    let posts = web.as_ref().is_some_and(|web| web.letters().is_some());
    let watch = if posts { watch.with_letters() } else { watch };
    let watch = Arc::new(if scans.is_some() { watch.with_scanner() } else { watch });
    let places = Arc::new(Semaphore::new(MAX_IN_PARTS));
    let desk = Desk { sequencer, enclosures, places, body_timeout, watch, witnessed, web, scans };
    let router = match &desk.web {
        Some(_) => pages::routes(desk.clone()).route("/", get(first_page)),
        None => Router::new().route("/", get(what_this_is)),
    };
    router
        .route("/statements", post(submit))
        .route("/healthz", get(watch::health))
        .route("/metrics", get(watch::metrics))
        .fallback(nothing)
        .layer(middleware::from_fn_with_state(desk.clone(), dress))
        .with_state(desk)
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

/// The ledger's folder, asked whether it can be read.
pub struct Place {
    /// The folder.
    pub dir: PathBuf,
    /// Whether receipts are given only for what a quorum of witnesses has seen.
    pub witnessed: bool,
    /// What the pages for people stand on, where they are served.
    pub web: Option<Web>,
    /// What looks at documents before they are taken; none: nothing does.
    pub scanner: Option<Scanner>,
}

/// As [`serve`]; what comes with a statement is taken too.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with(
    listener: tokio::net::TcpListener,
    sequencer: Arc<Sequencer>,
    enclosures: Arc<Enclosures>,
    mut place: Place,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let count = Arc::<Count>::default();
    let web = place.web.take().map(Arc::new);
    let router = router_of(sequencer, Some(enclosures), BODY_TIMEOUT, Some(place), web, Arc::clone(&count));
    connections::serve_with(listener, Serving { router, at_once: None, count }, shutdown, Bounds::SERVED).await;
    Ok(())
}

#[derive(Clone)]
struct Desk {
    sequencer: Arc<Sequencer>,
    enclosures: Option<Arc<Enclosures>>,
    places: Arc<Semaphore>,
    body_timeout: Duration,
    watch: Arc<Watch>,
    /// The ledger's folder, where receipts wait for witnesses.
    witnessed: Option<PathBuf>,
    /// What the pages for people stand on, where they are served.
    web: Option<Arc<pages::Web>>,
    /// What looks at documents before they are taken.
    scans: Option<Arc<Scans>>,
}

impl Desk {
    /// What came with a statement, once all of its documents were looked at; or why it is not taken.
    async fn looked_at(&self, enclosed: Enclosed) -> Result<Result<Enclosed, (Hash, Unfit)>, Box<Problem>> {
        let Some(scans) = &self.scans else { return Ok(Ok(enclosed)) };
        let whole: Vec<_> = enclosed.documents.whole().map(|(file, sha256)| (file.to_owned(), sha256)).collect();
        for (file, sha256) in whole {
            if let Err(unfit) = scans.look_at(file, Arc::clone(&self.watch)).await {
                // Its files go with it.
                parts::blocking(move || drop(enclosed)).await?;
                return Ok(Err((sha256, unfit)));
            }
        }
        Ok(Ok(enclosed))
    }
}

/// A browser gets the first page, a program what this address is.
async fn first_page(desk: State<Desk>, visit: pages::Visit, headers: HeaderMap) -> Response {
    if pages::is_browser(&headers) { pages::start(desk, visit).await.into_response() } else { what_this_is().await }
}

/// At an address where nothing is: a page for a browser, a problem for a program.
async fn nothing(State(desk): State<Desk>, visit: pages::Visit, headers: HeaderMap) -> Response {
    match &desk.web {
        Some(_) if pages::is_browser(&headers) => desk.missing(&visit).into_response(),
        _ => Problem::new(StatusCode::NOT_FOUND, "there is nothing at this address: submit with POST /statements")
            .answer(),
    }
}

async fn what_this_is() -> Response {
    let text = "This is the desk of a hibah ledger: it takes signed statements.\n\nPOST /statements   the statement, at most 65,000 bytes; answers its receipt,\n                   or 202 while witnesses are asked: submit the same again;\n                   as multipart/form-data with the parts statement, opening, document\n\nTo sign and submit: hibah sign FILE, then hibah submit URL FILE\nFor operators: GET /healthz, GET /metrics\nReading is at the public server's address.\n";
    plain(text.to_owned())
}

fn plain(text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    let value = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    response
}

async fn submit(State(desk): State<Desk>, request: Request) -> Response {
    let taken =
        if parts::is_in_parts(&request) { take_parts(&desk, request).await } else { take(&desk, request).await };
    match (taken, &desk.witnessed) {
        (Ok((Answer { outcome: Outcome::Recorded { index, new }, .. }, statement)), Some(dir)) => {
            let dir = dir.clone();
            // What was recorded just now nobody has seen.
            let read = if new { Ok(Ok(None)) } else { parts::blocking(move || seen(&dir, index)).await };
            match read.and_then(|read| read.map_err(|error| refusal::of_store(&error))) {
                Ok(receipt) => witnessed(index, receipt, statement),
                Err(problem) => problem.answer(),
            }
        }
        (Ok((answer, _)), _) => answered(answer),
        (Err(problem), _) => problem.answer(),
    }
}

/// What became of a statement, and its hash where it is one.
type Taken = (Answer, Option<Hash>);

/// SHA-256 of the text without signatures.
fn hash_of(statement: &[u8]) -> Option<Hash> {
    let parts = NoteParts::split(std::str::from_utf8(statement).ok()?).ok()?;
    Some(sha256(parts.text.as_bytes()))
}

async fn take(desk: &Desk, request: Request) -> Result<Taken, Box<Problem>> {
    let source = sources::of(&request);
    let bytes = body(request, desk.body_timeout).await?;
    let hash = hash_of(&bytes);
    let answer = in_time(judged(&desk.sequencer, source, bytes)).await?.map_err(|unanswered| unanswered.problem)?;
    Ok((answer, hash))
}

/// A statement and what comes with it: all or nothing.
async fn take_parts(desk: &Desk, request: Request) -> Result<Taken, Box<Problem>> {
    let Some(enclosures) = desk.enclosures.clone() else {
        let sentence = "this desk takes statements alone: send the statement as text/plain";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, sentence).with_rule("bad-parts"));
    };
    let Ok(_place) = desk.places.try_acquire() else {
        let sentence =
            "too many submissions with documents arrive at once: nothing was recorded; submit again in a second";
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, sentence));
    };
    let source = sources::of(&request);
    let reading = parts::read(request, &enclosures, desk.body_timeout);
    let read = tokio::time::timeout(PARTS_TIMEOUT, reading).await.map_err(|_| {
        Problem::new(StatusCode::REQUEST_TIMEOUT, "the parts did not arrive in time: submit fewer of them at once")
    })?;
    let parts::Parts { statement: bytes, enclosed } = read?;
    let hash = hash_of(&bytes);
    let Ok(statement) = Statement::parse(&bytes, enclosures.origin()) else {
        // The writer says what is wrong with it, as it does of a statement that comes alone.
        parts::blocking(move || drop(enclosed)).await?;
        let answer = in_time(judged(&desk.sequencer, source, bytes)).await?.map_err(|unanswered| unanswered.problem)?;
        return Ok((answer, hash));
    };
    let enclosed = desk.looked_at(enclosed).await?.map_err(|(_, unfit)| refusal::of_scanner(&unfit))?;
    let sequencer = Arc::clone(&desk.sequencer);
    let hold = move |enclosures: &Enclosures| Ok(vec![enclosures.hold(enclosed, &statement)?]);
    let answer = handed_over(sequencer, enclosures, source, bytes, hold).await?;
    Ok((answer, hash))
}

/// Hands a statement to the writer once what comes with it is held.
async fn handed_over(
    sequencer: Arc<Sequencer>,
    enclosures: Arc<Enclosures>,
    source: Option<IpAddr>,
    bytes: Vec<u8>,
    hold: impl FnOnce(&Enclosures) -> Result<Vec<Held>, EnclosureError> + Send + 'static,
) -> Result<Answer, Box<Problem>> {
    // A task of its own: from here on it goes to its end, also when the client went away.
    let task = tokio::spawn(async move {
        let holder = Arc::clone(&enclosures);
        let held = parts::blocking(move || hold(&holder)).await?;
        let held = held.map_err(|error| refusal::of_enclosure(&error))?;
        let told = judged(&sequencer, source, bytes).await;
        let ended =
            parts::blocking(move || held.into_iter().fold(told, |told, held| end(&enclosures, held, told))).await?;
        ended.map_err(|unanswered| unanswered.problem)
    });
    let fell = |_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "a fault of the program: submit again");
    in_time(task).await?.map_err(fell)?
}

/// What came with a statement takes its place or goes, as the statement does.
fn end(enclosures: &Enclosures, held: Held, told: Result<Answer, Unanswered>) -> Result<Answer, Unanswered> {
    let ended = match &told {
        Ok(Answer { outcome: Outcome::Recorded { .. }, .. }) => enclosures.settle(held),
        Ok(Answer { outcome: Outcome::Refused { .. } | Outcome::KeyMissing { .. }, .. })
        | Err(Unanswered { recorded: false, .. }) => enclosures.discard(held),
        // It may be recorded or not: the next start finds out.
        Err(Unanswered { recorded: true, .. }) => Ok(()),
    };
    if let Err(error) = ended {
        // It is on the disk all the same, and the next start finishes what could not be done now.
        tracing::error!("{error}");
    }
    told
}

/// Why the writer gave no answer.
struct Unanswered {
    problem: Box<Problem>,
    /// Whether the statement may be recorded all the same.
    recorded: bool,
}

/// What the writer makes of a statement, however long it takes.
async fn judged(sequencer: &Sequencer, source: Option<IpAddr>, bytes: Vec<u8>) -> Result<Answer, Unanswered> {
    let (reply, answer) = oneshot::channel();
    // Nobody listens any more when the client went away; the statement is recorded all the same.
    let told = Box::new(move |result| drop(reply.send(result)));
    sequencer.submit_from(source, bytes, told).map_err(|full| Unanswered {
        problem: Problem::new(StatusCode::SERVICE_UNAVAILABLE, &full.to_string()),
        recorded: false,
    })?;
    match answer.await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            let recorded = !matches!(*error, StoreError::KeyMissing { .. } | StoreError::Suspected);
            Err(Unanswered { problem: refusal::of_store(&error), recorded })
        }
        Err(_) => Err(Unanswered {
            problem: Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the writer stopped before it answered: submit again, a statement is never recorded twice",
            ),
            recorded: true,
        }),
    }
}

async fn in_time<T>(answer: impl Future<Output = T>) -> Result<T, Box<Problem>> {
    tokio::time::timeout(ANSWER_TIMEOUT, answer).await.map_err(|_| {
        Problem::new(
            StatusCode::GATEWAY_TIMEOUT,
            "the ledger did not answer in time: submit again, a statement is never recorded twice",
        )
    })
}

/// The whole body, within its bounds of size and time.
async fn body(request: Request, timeout: Duration) -> Result<Vec<u8>, Box<Problem>> {
    // What is announced to go on and on is refused before it is sent.
    if request.body().size_hint().lower() > MAX_STATEMENT_READ_BYTES as u64 {
        return Err(refusal::too_large());
    }
    match tokio::time::timeout(timeout, axum::body::to_bytes(request.into_body(), MAX_STATEMENT_READ_BYTES)).await {
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

/// The receipt of an entry that a quorum of witnesses has seen.
fn seen(dir: &Path, index: u64) -> Result<Option<TlogProof>, StoreError> {
    let reader = Reader::open(dir)?;
    let covers = reader.seen()?.is_some_and(|seen| index < seen.signed.size);
    if covers { reader.receipt(index) } else { Ok(None) }
}

/// A receipt with cosignatures, or the hash of a statement that is recorded and waits for them.
fn witnessed(index: u64, receipt: Option<TlogProof>, statement: Option<Hash>) -> Response {
    let mut response = match (receipt, statement) {
        (Some(receipt), _) => plain(receipt.to_string()),
        (None, hash) => {
            let mut waits = plain(hash.map(|hash| format!("{hash}\n")).unwrap_or_default());
            *waits.status_mut() = StatusCode::ACCEPTED;
            waits.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(WITNESSES_RETRY_S));
            waits
        }
    };
    response.headers_mut().insert("hibah-index", HeaderValue::from(index));
    response
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
        (Outcome::KeyMissing { vkey }, _) => refusal::of_store(&StoreError::KeyMissing { vkey: vkey.clone() }).answer(),
        // The sequencer makes a receipt for whatever is recorded (I4).
        (Outcome::Recorded { .. }, None) => {
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "recorded, but the receipt could not be made: submit again")
                .answer()
        }
    }
}

/// Around every handler: what the router itself refuses made a problem, and the headers of all answers.
async fn dress(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = match connections::unfit(request.uri(), request.version(), request.headers()) {
        Some((status, sentence)) => Problem::new(status, sentence).answer(),
        None => next.run(request).await,
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = response.headers().get(header::ALLOW).cloned();
        response = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "submit statements with POST /statements").answer();
        response.headers_mut().extend(allowed.map(|allowed| (header::ALLOW, allowed)));
    }
    response = refusal::at(response, &path);
    desk.watch.answered(response.status());
    let policy = if desk.web.is_some() { pages::POLICY } else { "default-src 'none'; frame-ancestors 'none'" };
    let headers = response.headers_mut();
    if !pages::is_asset(&path) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    if desk.web.as_ref().is_some_and(|web| web.behind_tls) {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    }
    response
}
