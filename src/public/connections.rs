//! The connections of both servers: how many there may be, how long one may stay silent, and how long it may last.
//!
//! Without these bounds a client that opens connections and sends nothing, or reads nothing, uses up the process's
//! files, and then the ledger's own cannot be opened either. When all places are taken, the connection that was silent
//! longest makes room, so that whoever asks something is answered however many others say nothing.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Bytes;
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Request, StatusCode, Uri, Version, header};
use axum::response::Response;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};

pub use super::limits::Bounds;
use super::limits::{
    ACCEPT_PAUSE, FULL_PAUSE, MAX_HEAD_BYTES, MAX_HEADERS, MAX_PATH_BYTES, MAX_QUERY_BYTES, MAX_READ_AHEAD_BYTES,
};

/// How many connections a server has and had.
#[derive(Debug, Default)]
pub struct Count {
    open: AtomicU64,
    accepted: AtomicU64,
    sent_away: AtomicU64,
}

impl Count {
    /// How many there are now.
    pub fn open(&self) -> u64 {
        self.open.load(Ordering::Relaxed)
    }

    /// How many there were since the server began.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// How many were ended to make room for others.
    pub fn sent_away(&self) -> u64 {
        self.sent_away.load(Ordering::Relaxed)
    }
}

/// Serves `router` until `shutdown`; requests under way are answered first. What the system reports of one connection
/// ends that connection only.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>, bounds: Bounds) {
    serve_with(listener, Serving { router, at_once: None, count: Arc::default() }, shutdown, bounds).await;
}

/// The answer to a request without a body that needs no router, if it is such a one.
pub type AtOnce = Arc<dyn Fn(&Parts) -> Option<Response> + Send + Sync>;

/// What is served.
pub struct Serving {
    /// Whoever answers.
    pub router: Router,
    /// Asked first.
    pub at_once: Option<AtOnce>,
    /// Told of each connection.
    pub count: Arc<Count>,
}

/// As [`serve`].
pub async fn serve_with(listener: TcpListener, serving: Serving, shutdown: impl Future<Output = ()>, bounds: Bounds) {
    let Serving { router, at_once, count } = serving;
    let places = Arc::new(Semaphore::new(bounds.connections as usize));
    let seats = Arc::new(Seats { count, ..Seats::default() });
    let (stop, stopped) = watch::channel(false);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.head);
    http.max_header_size(MAX_HEAD_BYTES).max_headers(MAX_HEADERS).max_buf_size(MAX_READ_AHEAD_BYTES);
    let mut shutdown = pin!(shutdown);
    loop {
        let next = async {
            let accepted = listener.accept().await?;
            Ok((accepted, seats.place(&places).await))
        };
        let accepted: io::Result<_> = tokio::select! { next = next => next, () = &mut shutdown => break };
        let ((stream, peer), place) = match accepted {
            Ok(accepted) => accepted,
            // The client's doing, which must not slow the others down.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(error) => {
                tracing::warn!("no connection can be accepted: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Best effort: without it the end of a long answer may come a little later.
        let _ = stream.set_nodelay(true);
        let seat = seats.taken();
        let io = Heard { stream: TokioIo::new(stream), seat: Arc::clone(&seat) };
        let router = TowerToHyperService::new(router.clone());
        let service = Answers { router, at_once: at_once.clone(), seat: Arc::clone(&seat), peer };
        let connection = http.serve_connection(io, service);
        tokio::spawn(keep(connection, seat, bounds, stopped.clone(), place));
    }
    drop(listener);
    stop.send_replace(true);
    // All places are free again once the last connection has ended.
    let _ = places.acquire_many(bounds.connections).await;
}

/// One connection to its end.
async fn keep(
    connection: http1::Connection<Heard, Answers>,
    seat: Arc<Seat>,
    bounds: Bounds,
    mut stopped: watch::Receiver<bool>,
    place: OwnedSemaphorePermit,
) {
    let mut connection = pin!(connection);
    // A client that broke off or stayed silent is no fault of the server.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = tokio::time::sleep(bounds.lifetime) => {}
        () = seat.sent_away.notified() => {
            // It may have asked something in the meantime.
            if !seat.is_answering() { return }
        }
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(bounds.last, connection).await;
    drop(place);
}

/// What is wrong with a request whatever it asks for: a status and a sentence.
pub(crate) fn unfit(uri: &Uri, version: Version, headers: &HeaderMap) -> Option<(StatusCode, &'static str)> {
    if uri.path().len() > MAX_PATH_BYTES || uri.query().is_some_and(|query| query.len() > MAX_QUERY_BYTES) {
        return Some((StatusCode::URI_TOO_LONG, "the address is longer than any of this server: check it"));
    }
    // RFC 9112 section 3.2: one Host, and for HTTP/1.1 not none; two could mean one to a proxy and another here.
    let mut hosts = headers.get_all(header::HOST).iter();
    let one = hosts.next().is_some_and(|host| host.to_str().is_ok_and(is_host));
    let none_needed = version < Version::HTTP_11 && !headers.contains_key(header::HOST);
    if hosts.next().is_some() || !(one || none_needed) {
        return Some((StatusCode::BAD_REQUEST, "a request names its host in one Host field: correct it"));
    }
    None
}

/// The characters of a host and port (RFC 3986 section 3.2.2); a Host field may also be empty.
fn is_host(host: &str) -> bool {
    host.len() <= 255
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'~' | b':' | b'[' | b']'))
}

/// Who is connected.
#[derive(Default)]
struct Seats {
    taken: Mutex<HashMap<u64, Arc<Seat>>>,
    /// Counts whatever is heard of any connection: a clock that only orders.
    ticks: AtomicU64,
    count: Arc<Count>,
}

impl Seats {
    fn map(&self) -> MutexGuard<'_, HashMap<u64, Arc<Seat>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one connection more, made by ending another where all are taken.
    async fn place(&self, places: &Arc<Semaphore>) -> OwnedSemaphorePermit {
        loop {
            if let Ok(place) = Arc::clone(places).try_acquire_owned() {
                return place;
            }
            self.send_away();
            let freed = tokio::time::timeout(FULL_PAUSE, Arc::clone(places).acquire_owned()).await;
            if let Ok(Ok(place)) = freed {
                return place;
            }
        }
    }

    fn taken(self: &Arc<Self>) -> Arc<Seat> {
        let number = self.ticks.fetch_add(1, Ordering::Relaxed);
        let seat = Arc::new(Seat {
            seats: Arc::clone(self),
            heard: AtomicU64::new(number),
            answering: AtomicBool::new(false),
            sent_away: Notify::new(),
            number,
        });
        self.map().insert(number, Arc::clone(&seat));
        self.count.open.fetch_add(1, Ordering::Relaxed);
        self.count.accepted.fetch_add(1, Ordering::Relaxed);
        seat
    }

    /// Ends the connection that was silent longest, of those that wait for nothing from this server.
    fn send_away(&self) {
        let mut taken = self.map();
        let waits = taken.values().filter(|seat| !seat.is_answering());
        let Some(silent) = waits.min_by_key(|seat| seat.heard.load(Ordering::Relaxed)).map(|seat| seat.number) else {
            return;
        };
        if let Some(seat) = taken.remove(&silent) {
            self.count.sent_away.fetch_add(1, Ordering::Relaxed);
            seat.sent_away.notify_one();
        }
    }
}

/// One connection among the others.
struct Seat {
    seats: Arc<Seats>,
    number: u64,
    /// When something was last heard of it, in ticks.
    heard: AtomicU64,
    /// Whether its request is here and the answer is not made yet.
    answering: AtomicBool,
    sent_away: Notify,
}

impl Seat {
    fn is_answering(&self) -> bool {
        self.answering.load(Ordering::Relaxed)
    }

    fn answers(&self, answering: bool) {
        self.answering.store(answering, Ordering::Relaxed);
    }

    fn hear(&self) {
        let tick = self.seats.ticks.fetch_add(1, Ordering::Relaxed);
        self.heard.store(tick, Ordering::Relaxed);
    }
}

/// A client's bytes; each that comes or goes is heard.
struct Heard {
    stream: TokioIo<TcpStream>,
    seat: Arc<Seat>,
}

impl Heard {
    fn heard<T>(&self, done: Poll<T>) -> Poll<T> {
        if done.is_ready() {
            self.seat.hear();
        }
        done
    }
}

impl Drop for Heard {
    /// The connection has ended, and its place is free.
    fn drop(&mut self) {
        self.seat.seats.map().remove(&self.seat.number);
        self.seat.seats.count.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Read for Heard {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.heard(read)
    }
}

impl Write for Heard {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.heard(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.heard(written)
    }
}

/// The router, for one connection.
struct Answers {
    router: TowerToHyperService<Router>,
    at_once: Option<AtOnce>,
    seat: Arc<Seat>,
    peer: SocketAddr,
}

impl Service<Request<Incoming>> for Answers {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        let is_whole = body.is_end_stream();
        if let Some(answer) = self.at_once.as_ref().filter(|_| is_whole).and_then(|at_once| at_once(&head)) {
            return Box::pin(std::future::ready(Ok(answer)));
        }
        head.extensions.insert(ConnectInfo(self.peer));
        let seat = Arc::clone(&self.seat);
        seat.answers(is_whole);
        let answer = self.router.call(Request::from_parts(head, Arriving { body, seat: Arc::clone(&seat) }));
        Box::pin(async move {
            let answer = answer.await;
            seat.answers(false);
            answer
        })
    }
}

/// The body of a request; at its end the client waits for the server and no longer the other way round.
struct Arriving {
    body: Incoming,
    seat: Arc<Seat>,
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.seat.answers(true);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
