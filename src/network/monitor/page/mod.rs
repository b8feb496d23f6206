//! A monitor's page: what it knows of each ledger for people (`/`, `/en/`) and programs (`/state.json`), its alarms as a feed
//! (`/alarms.atom`), and the evidence of each, which `hibah verify` checks.
//!
//! It is made from what the last round left and reads nothing but evidence and statements from the disk. Statements that a
//! ledger would not record are taken where the monitor does (`POST /statements`); all else is only read.

mod view;
mod words;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, RwLock};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::picture::Picture;
use super::withheld::{Handed, NotTaken, Told};
use crate::grants::time::Timestamp;
use crate::ledger::evidence::EVIDENCE_FILE;
use crate::ledger::statement::MAX_STATEMENT_BYTES;
use crate::public::connections::{self, Bounds};
use crate::public::limits::BODY_TIMEOUT;
use crate::public::pages::STYLE;
use crate::public::pages::words::Lang;
use crate::tlog::hash::sha256;
use crate::tlog::tile::TilePath;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The most statements that wait for the monitor to look at them.
const MOST_HANDED: usize = 64;
/// How long whoever hands one in is kept waiting; a round may take longer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a round may take beside three intervals, in milliseconds.
const LATE_MS: i64 = 60_000;
const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// The look of the ledgers' own pages, and what a monitor's has beside.
static SHEET: LazyLock<(String, String)> = LazyLock::new(|| {
    let sheet = format!("{STYLE}{}", include_str!("style.css"));
    (format!("style-{}.css", &sha256(sheet.as_bytes()).to_hex()[..16]), sheet)
});

/// The time, where it can be read; the command line alone reads clocks.
pub type Now = Box<dyn Fn() -> Option<Timestamp> + Send + Sync>;

/// Where a monitor puts what it knows, and its page takes it from; and where a page puts what people hand in.
pub struct Board {
    picture: RwLock<Arc<Picture>>,
    takes: bool,
    now: Now,
    hand_in: SyncSender<Handing>,
    handed: Mutex<Receiver<Handing>>,
}

/// A statement on its way to the monitor, and who waits for the answer.
struct Handing {
    bytes: Vec<u8>,
    reply: oneshot::Sender<Result<Handed, NotTaken>>,
}

impl Board {
    /// An empty one; `takes`: people may hand in statements.
    #[must_use]
    pub fn new(takes: bool, now: Now) -> Self {
        let (hand_in, handed) = sync_channel(MOST_HANDED);
        Self { picture: RwLock::default(), takes, now, hand_in, handed: Mutex::new(handed) }
    }

    /// Shows this from now on: a round has ended.
    pub fn show(&self, picture: Picture) {
        let picture = Picture { ended: (self.now)(), ..picture };
        *self.picture.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(picture);
    }

    /// What is shown.
    pub fn picture(&self) -> Arc<Picture> {
        Arc::clone(&self.picture.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// When the last whole round ended, if that is longer ago than a few intervals: what is shown may be so no more.
    fn late(&self) -> Option<Timestamp> {
        let picture = self.picture();
        let ended = picture.ended?;
        let rounds_ms = i64::try_from(picture.every_s.saturating_mul(3_000)).unwrap_or(i64::MAX);
        ((self.now)()?.ms() - ended.ms() > rounds_ms.saturating_add(LATE_MS)).then_some(ended)
    }

    /// Gives what was handed in to the monitor.
    pub fn take(&self, take: &mut dyn FnMut(&[u8]) -> Result<Handed, NotTaken>) {
        let handed = self.handed.lock().unwrap_or_else(PoisonError::into_inner);
        // Not until none is left: whoever hands in without end must not keep the monitor from its round.
        for Handing { bytes, reply } in handed.try_iter().take(MOST_HANDED) {
            // Who no longer waits hands it in again.
            let _ = reply.send(take(&bytes));
        }
    }
}

/// Serves the page until `shutdown`; requests under way are answered first.
pub async fn serve(listener: TcpListener, board: Arc<Board>, shutdown: impl Future<Output = ()>) {
    connections::serve(listener, router(board), shutdown, Bounds::SERVED).await;
}

/// The page's addresses.
pub fn router(board: Arc<Board>) -> Router {
    let page = |lang: Lang| {
        async move |State(board): State<Arc<Board>>| {
            answer("text/html; charset=utf-8", view::page(&board.picture(), board.late(), lang, &SHEET.0))
        }
    };
    let feed = |lang: Lang| {
        async move |State(board): State<Arc<Board>>| {
            answer("application/atom+xml; charset=utf-8", view::feed(&board.picture(), lang))
        }
    };
    Router::new()
        .route("/", get(page(Lang::Indonesian)))
        .route("/en", get(async || Redirect::permanent("/en/")))
        .route("/en/", get(page(Lang::English)))
        .route("/alarms.atom", get(feed(Lang::Indonesian)))
        .route("/en/alarms.atom", get(feed(Lang::English)))
        .route("/state.json", get(async |State(board): State<Arc<Board>>| state(&board)))
        .route("/evidence/{ledger}/{evidence}/{*file}", get(evidence))
        .route("/statements", post(hand_in))
        .route("/statements/{ledger}/{hash}", get(statement))
        .route("/statements/{ledger}/{hash}/receipt", get(receipt))
        .route("/healthz", get(async || answer(TEXT, "ok\n")))
        .route("/{style}", get(style))
        .fallback(async || missing())
        .layer(middleware::from_fn(dress))
        .with_state(board)
}

fn answer(media_type: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

fn missing() -> Response {
    let mut response = answer(TEXT, "tidak ada apa-apa di alamat ini / there is nothing at this address: /\n");
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn state(board: &Board) -> Response {
    let mut response = answer(JSON, format!("{:#}\n", view::state(&board.picture(), board.late())));
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

async fn style(Path(name): Path<String>) -> Response {
    if name != SHEET.0 {
        return missing();
    }
    let mut response = answer("text/css; charset=utf-8", SHEET.1.as_str());
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, forever);
    response
}

/// A file of evidence that was found: the names are compared with those of what is shown, and no other path is read.
async fn evidence(State(board): State<Arc<Board>>, Path(named): Path<(String, String, String)>) -> Response {
    let (ledger, evidence, file) = named;
    let picture = board.picture();
    let mut alarms = picture.ledgers.iter().flat_map(|ledger| &ledger.alarms);
    let found = alarms.find(|alarm| alarm.place() == (ledger.as_str(), evidence.as_str()));
    let media_type = match file.as_str() {
        EVIDENCE_FILE => JSON,
        "checkpoint" => TEXT,
        tile if TilePath::parse(tile).is_ok() => "application/octet-stream",
        _ => return missing(),
    };
    let Some(path) = found.map(|alarm| alarm.folder.join(&file)) else { return missing() };
    let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
    match read {
        Ok(Ok(bytes)) => answer(media_type, bytes),
        _ => missing(),
    }
}

/// A statement that a ledger would not record; the answer comes when the monitor has judged it, between two rounds.
async fn hand_in(State(board): State<Arc<Board>>, request: Request) -> Response {
    let said = |status: StatusCode, sentence: &str| (status, format!("{sentence}\n")).into_response();
    if !board.takes {
        return said(StatusCode::NOT_FOUND, "this monitor takes no statements");
    }
    let read = tokio::time::timeout(BODY_TIMEOUT, axum::body::to_bytes(request.into_body(), MAX_STATEMENT_BYTES)).await;
    let Ok(Ok(bytes)) = read else {
        return said(StatusCode::BAD_REQUEST, "the statement is too large, or broke off: hand it in again");
    };
    let (reply, answer) = oneshot::channel();
    let later = || said(StatusCode::SERVICE_UNAVAILABLE, "the monitor is busy: hand it in again later");
    if board.hand_in.try_send(Handing { bytes: bytes.to_vec(), reply }).is_err() {
        return later();
    }
    match tokio::time::timeout(ANSWER_TIMEOUT, answer).await {
        Ok(Ok(Ok(handed))) => (StatusCode::ACCEPTED, Json(view::handed(&handed))).into_response(),
        Ok(Ok(Err(fault @ NotTaken::Refused(_)))) => said(StatusCode::UNPROCESSABLE_ENTITY, &fault.to_string()),
        Ok(Ok(Err(fault @ NotTaken::Later(_)))) => said(StatusCode::SERVICE_UNAVAILABLE, &fault.to_string()),
        Ok(Err(_)) | Err(_) => later(),
    }
}

/// What is told of this statement.
fn told(board: &Board, (ledger, hash): &(String, String)) -> Option<Told> {
    let picture = board.picture();
    let of_it = picture.ledgers.iter().filter(|seen| seen.origin.replace('/', "_") == *ledger);
    of_it.flat_map(|seen| &seen.handed).find(|told| told.handed.hash == *hash).cloned()
}

/// The bytes of a statement that is told.
async fn statement(State(board): State<Arc<Board>>, Path(place): Path<(String, String)>) -> Response {
    text(told(&board, &place).map(|told| told.statement)).await
}

/// The desk's receipt for one.
async fn receipt(State(board): State<Arc<Board>>, Path(place): Path<(String, String)>) -> Response {
    text(told(&board, &place).and_then(|told| told.receipt)).await
}

async fn text(path: Option<PathBuf>) -> Response {
    let Some(path) = path else { return missing() };
    match tokio::task::spawn_blocking(move || std::fs::read(path)).await {
        Ok(Ok(bytes)) => answer(TEXT, bytes),
        _ => missing(),
    }
}

/// Around every handler: what no handler sees, and the headers of all answers.
async fn dress(request: Request, next: Next) -> Response {
    let unfit = connections::unfit(request.uri(), request.version(), request.headers());
    let mut response = match unfit {
        Some((status, sentence)) => (status, format!("{sentence}\n")).into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "strict-origin-when-cross-origin");
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_FRAME_OPTIONS, "DENY");
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    response
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::{Board, Picture, Timestamp, view};
    use crate::public::pages::words::Lang;

    #[test]
    fn a_monitor_that_no_longer_finishes_its_rounds_says_so() {
        let clock = Arc::new(AtomicI64::new(1_800_000_000_000));
        let now = || Timestamp::from_ms(clock.load(Ordering::SeqCst));
        let (own, begun) = (Arc::clone(&clock), now());
        let board = Board::new(false, Box::new(move || Timestamp::from_ms(own.load(Ordering::SeqCst))));
        let is_late = || {
            let state = view::state(&board.picture(), board.late());
            let page = view::page(&board.picture(), board.late(), Lang::English, "");
            assert_eq!(page.contains("has not finished a round since"), state["is_late"] == true);
            state["is_late"] == true
        };
        assert!(!is_late(), "before the first round");
        board.show(Picture { at: begun, every_s: 10, ..Picture::default() });
        for (passed_ms, expected) in [(90_000, false), (1, true)] {
            clock.fetch_add(passed_ms, Ordering::SeqCst);
            assert_eq!(is_late(), expected);
        }
        board.show(Picture { at: begun, every_s: 10, ..Picture::default() });
        assert!(!is_late(), "a round ended");
    }
}
