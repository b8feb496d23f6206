//! Reading for everyone: the log to the letter of C2SP tlog-tiles, a JSON API, and pages.
//!
//! I5: the public side cannot write. Its connections are read-only, no key is in the process, and only GET and HEAD
//! are answered. I7: nothing served needs to be trusted; all that a reader needs to check a claim is served too.

mod answer;
pub mod api;
mod appointments;
pub(crate) mod browser;
pub(crate) mod calendar;
mod citizens;
mod closed;
pub mod connections;
mod coverage;
mod documents;
pub mod dossier;
pub mod dumps;
pub mod exports;
pub(crate) mod feed;
mod founding;
mod fresh;
mod history;
mod holders;
pub mod limits;
mod lists;
mod log;
mod memory;
pub(crate) mod moment;
mod pace;
pub(crate) mod pages;
pub(crate) mod pdf;
mod pool;
mod qr;
mod roll;
mod shelf;
mod shown;
mod stream;
mod tables;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};

use crate::grants::time::Timestamp;
use crate::ledger::cosigned::Standing as Witness;
use crate::ledger::documents::Documents;
use crate::ledger::reader::Reader;
use crate::ledger::store::StoreError;
use crate::tlog::note::Note;
use answer::Fault;
use connections::{AtOnce, Bounds, Serving};
use dumps::Dumps;
use founding::Founding;
use fresh::Fresh;
use memory::Memory;
use pool::Pool;
use shelf::Shelves;
use stream::Streams;

/// What the records of a ledger are, where they are not those of a government.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Records {
    /// As recorded; a trial ledger is still marked as one on every page.
    #[default]
    Recorded,
    /// Made up for a demonstration: every page says so.
    MadeUp,
}

/// How a ledger is served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// What its records are.
    pub records: Records,
    /// Whether every client reaches this server by TLS, which a proxy before it ends: then browsers are told to use
    /// nothing else (HSTS). Nothing in a request proves it, so whoever runs the server must say it.
    pub behind_tls: bool,
    /// Whether `/checkpoint` shows only what a quorum of witnesses has seen.
    pub witnessed: bool,
    /// Where people find the desk, without a slash at its end: pages link it.
    pub desk: Option<Arc<str>>,
}

impl From<Records> for Manner {
    fn from(records: Records) -> Self {
        Self { records, ..Self::default() }
    }
}

/// What the server keeps between requests.
#[derive(Clone)]
struct Kept {
    pool: Arc<Pool>,
    /// As the newest profile has it; see [`Kept::refresh`].
    founding: Arc<RwLock<Arc<Founding>>>,
    manner: Manner,
    standing: Arc<RwLock<Standing>>,
    witnesses: Arc<RwLock<Arc<[Witness]>>>,
    documents: Documents,
    dumps: Dumps,
    shelves: Arc<Shelves>,
    fresh: Arc<Fresh>,
    streams: Arc<Streams>,
    memory: Arc<Memory>,
}

/// How far the ledger is, as every page says it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Standing {
    /// How many entries are signed.
    size: u64,
    /// When the last of them was recorded.
    recorded: Option<Timestamp>,
    /// How many witnesses have cosigned the checkpoint over all of them; 0 as long as a quorum has not.
    seen_by: usize,
}

impl Standing {
    fn read(reader: &Reader) -> Result<Self, Fault> {
        let size = reader.signed()?.size;
        let last = size.checked_sub(1).map(|last| reader.record(last)).transpose()?.flatten();
        Ok(Self { size, recorded: last.and_then(|last| Timestamp::parse(&last.recorded_at)), seen_by: 0 })
    }
}

/// What one request may use.
#[derive(Clone)]
struct Site {
    pool: Arc<Pool>,
    founding: Arc<Founding>,
    standing: Standing,
    /// Those that the policy asks; none without one.
    witnesses: Arc<[Witness]>,
    records: Records,
    /// See [`Manner::witnessed`].
    witnessed: bool,
    /// See [`Manner::desk`].
    desk: Option<Arc<str>>,
    documents: Documents,
    dumps: Dumps,
    shelves: Arc<Shelves>,
    streams: Arc<Streams>,
    memory: Arc<Memory>,
}

impl FromRef<Kept> for Site {
    fn from_ref(kept: &Kept) -> Self {
        let founding = Arc::clone(&kept.founding.read().unwrap_or_else(PoisonError::into_inner));
        Self {
            pool: Arc::clone(&kept.pool),
            founding,
            records: kept.manner.records,
            witnessed: kept.manner.witnessed,
            desk: kept.manner.desk.clone(),
            witnesses: Arc::clone(&kept.witnesses.read().unwrap_or_else(PoisonError::into_inner)),
            standing: *kept.standing.read().unwrap_or_else(PoisonError::into_inner),
            documents: kept.documents.clone(),
            dumps: kept.dumps.clone(),
            shelves: Arc::clone(&kept.shelves),
            streams: Arc::clone(&kept.streams),
            memory: Arc::clone(&kept.memory),
        }
    }
}

impl Kept {
    /// Of the ledger in `dir`, with nothing in memory yet.
    fn open(dir: PathBuf, manner: Manner) -> Result<Self, StoreError> {
        let (documents, dumps, fresh) = (Documents::of(&dir), Dumps::of(&dir), Fresh::new(dir.clone()));
        let pool = Pool::open(dir)?;
        let founding = pool.founding()?;
        Ok(Self {
            pool: Arc::new(pool),
            founding: Arc::new(RwLock::new(Arc::new(founding))),
            standing: Arc::default(),
            witnesses: Arc::default(),
            manner,
            documents,
            dumps,
            shelves: Arc::default(),
            fresh: Arc::new(fresh),
            streams: Arc::default(),
            memory: Arc::default(),
        })
    }

    /// What counts all grants of the ledger in `dir`.
    fn count(&self, dir: PathBuf) -> impl FnOnce() + Send + use<> {
        let (memory, founding) = (Arc::clone(&self.memory), Site::from_ref(self).founding);
        move || memory.make(&dir, &founding)
    }

    /// Takes over how far the ledger is, and a profile or a ledger key that was changed on it since it was last read.
    async fn refresh(&self) -> Result<(), Fault> {
        let (other, state) = self.fresh.may_be_other();
        if !other {
            return Ok(());
        }
        let known = Site::from_ref(self).founding.newest;
        let witnessed = self.manner.witnessed;
        let read = self.pool.read(move |reader| {
            let mut standing = Standing::read(reader)?;
            let witnesses = if witnessed { reader.standings()? } else { Vec::new() };
            // Of the entry that pages name as the newest, and of no earlier one.
            let seen = if witnessed { reader.seen()? } else { None };
            if let Some(seen) = seen.filter(|seen| seen.signed.size == standing.size) {
                let note = Note::parse(seen.signed.note.as_bytes()).map_err(|fault| Fault::store(&fault))?;
                let signs = |one: &&Witness| {
                    note.signatures.iter().any(|line| one.vkey.starts_with(&format!("{}+{}+", line.name, line.key_id)))
                };
                standing.seen_by = witnesses.iter().filter(signs).count();
            }
            Ok((standing, witnesses, (reader.profile_entry()?, reader.rekeying_entry()?)))
        });
        let (standing, witnesses, newest) = read.await?;
        *self.witnesses.write().unwrap_or_else(PoisonError::into_inner) = witnesses.into();
        *self.standing.write().unwrap_or_else(PoisonError::into_inner) = standing;
        let changed = newest != known;
        if changed {
            let pool = Arc::clone(&self.pool);
            let read = tokio::task::spawn_blocking(move || pool.founding()).await;
            let founding = read.map_err(|panic| Fault::store(&panic))??;
            *self.founding.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(founding);
        }
        self.fresh.profile_is_of(state);
        Ok(())
    }
}

/// The read-only server of the ledger in `dir`.
///
/// # Errors
/// What keeps the ledger from being read: no ledger there, a file missing or damaged.
pub fn router(dir: PathBuf) -> Result<Router, StoreError> {
    router_of(dir, Records::Recorded)
}

/// As [`router`], in a manner of its own.
///
/// # Errors
/// As [`router`].
pub fn router_of(dir: PathBuf, manner: impl Into<Manner>) -> Result<Router, StoreError> {
    let (router, count) = router_uncounted(dir, manner.into())?;
    std::thread::spawn(count);
    Ok(router)
}

/// As [`router_of`], before anything is counted of all grants, and what counts it on the thread that calls it. Until that has
/// ended, pages that need it wait [`limits::MEMORY_WAIT`] and then answer 503.
///
/// # Errors
/// As [`router`].
pub fn router_uncounted(dir: PathBuf, manner: Manner) -> Result<(Router, impl FnOnce() + Send + 'static), StoreError> {
    let kept = Kept::open(dir.clone(), manner)?;
    let count = kept.count(dir);
    Ok((routed(kept), count))
}

/// The router, and before it the way to tiles that are in memory.
fn serving(dir: PathBuf, manner: Manner) -> Result<Serving, StoreError> {
    let behind_tls = manner.behind_tls;
    let kept = Kept::open(dir.clone(), manner)?;
    std::thread::spawn(kept.count(dir));
    let shelves = Arc::clone(&kept.shelves);
    let at_once: AtOnce = Arc::new(move |request| {
        let answer = log::at_once(&shelves, request)?;
        Some(if behind_tls { answer::over_tls(answer) } else { answer })
    });
    Ok(Serving { router: routed(kept), at_once: Some(at_once), count: Arc::default() })
}

fn routed(kept: Kept) -> Router {
    let mut router = pages::routes();
    for (path, handler) in api::routes() {
        router = router.route(path, handler);
    }
    router
        .route("/healthz", axum::routing::get(health))
        .fallback(async || Fault::missing(answer::Missing::Path))
        .layer(middleware::from_fn_with_state(kept.clone(), fresh::answer))
        .layer(middleware::from_fn_with_state(kept.clone(), dress))
        .with_state(kept)
}

/// Serves the ledger in `dir` until `shutdown`; requests under way are answered first.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn serve(
    listener: tokio::net::TcpListener,
    dir: PathBuf,
    manner: Manner,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let serving = serving(dir, manner).map_err(std::io::Error::other)?;
    connections::serve_with(listener, serving, shutdown, Bounds::SERVED).await;
    Ok(())
}

/// Whether this server can serve: 200, or 503 with a sentence.
async fn health(State(site): State<Site>) -> Result<Response, Fault> {
    site.pool.check().await?;
    Ok(answer::body("text/plain; charset=utf-8", "no-store", b"ok\n".to_vec()))
}

/// Around every handler: the method, faults made readable, what a client has already, and the headers of all answers.
async fn dress(State(kept): State<Kept>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let asked = answer::Asked::of(&head);
    let unfit = connections::unfit(&head.uri, head.version, &head.headers).map(|(status, _)| Fault::Http(status));
    let request = Request::from_parts(head, body);
    // The log's own addresses need no profile.
    let profile = if asked.is_of_the_log() || unfit.is_some() { Ok(()) } else { kept.refresh().await };
    let response = match profile {
        _ if !asked.is_reading() => Fault::Method.into_response(),
        Ok(()) if let Some(fault) = unfit => fault.into_response(),
        Ok(()) => next.run(request).await,
        Err(fault) => fault.into_response(),
    };
    let site = Site::from_ref(&kept);
    let response = match answer::fault_of(&response) {
        Some(fault) if asked.wants_problem() => answer::problem(&fault, &asked),
        Some(fault) => pages::fault(&site, &fault, &asked),
        None => response,
    };
    let response = answer::finish(response, &asked);
    if kept.manner.behind_tls { answer::over_tls(response) } else { response }
}
