//! A monitor's page: what it knows of each ledger for people (`/`, `/en/`) and programs (`/state.json`), its alarms as a feed
//! (`/alarms.atom`), and the evidence of each, which `hibah verify` checks.
//!
//! It is made from what the last round left and reads nothing but evidence from the disk. Only GET and HEAD are answered.

mod view;
mod words;

use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use super::picture::Picture;
use crate::ledger::evidence::EVIDENCE_FILE;
use crate::public::connections::{self, Bounds};
use crate::public::pages::STYLE;
use crate::public::pages::words::Lang;
use crate::tlog::hash::sha256;
use crate::tlog::tile::TilePath;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// The look of the ledgers' own pages, and what a monitor's has beside.
static SHEET: LazyLock<(String, String)> = LazyLock::new(|| {
    let sheet = format!("{STYLE}{}", include_str!("style.css"));
    (format!("style-{}.css", &sha256(sheet.as_bytes()).to_hex()[..16]), sheet)
});

/// Where a monitor puts what it knows, and its page takes it from.
#[derive(Default)]
pub struct Board(RwLock<Arc<Picture>>);

impl Board {
    /// Shows this from now on.
    pub fn show(&self, picture: Picture) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(picture);
    }

    /// What is shown.
    pub fn picture(&self) -> Arc<Picture> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
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
            answer("text/html; charset=utf-8", view::page(&board.picture(), lang, &SHEET.0))
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
    let mut response = answer(JSON, format!("{:#}\n", view::state(&board.picture())));
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
