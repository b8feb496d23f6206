//! The connections of both servers: how many there may be, how long one may stay silent, and how long it may last.
//!
//! Without these bounds a client that opens connections and sends nothing, or reads nothing, uses up the process's
//! files, and then the ledger's own cannot be opened either.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

/// How long nothing is accepted after the system could not give a connection: some must end first.
const PAUSE: Duration = Duration::from_millis(200);

/// What a server allows its clients.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The most connections at once; more wait to be accepted.
    pub connections: u32,
    /// How long the head of a request may take to arrive, also from the end of the request before it.
    pub head: Duration,
    /// After how long a connection takes no further request.
    pub lifetime: Duration,
    /// How long its last request and answer may take then.
    pub last: Duration,
}

impl Bounds {
    /// Those of both servers. Half of the files that a process commonly may open; longer than any answer of the desk.
    pub const SERVED: Self = Self {
        connections: 512,
        head: Duration::from_secs(15),
        lifetime: Duration::from_secs(300),
        last: Duration::from_secs(90),
    };
}

/// Serves `router` until `shutdown`; requests under way are answered first. What the system reports of one connection
/// ends that connection only.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()>, bounds: Bounds) {
    let places = Arc::new(Semaphore::new(bounds.connections as usize));
    let (stop, stopped) = watch::channel(false);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.head);
    let mut shutdown = pin!(shutdown);
    loop {
        let next = async {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! { next = next => next, () = &mut shutdown => break };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            // The client's doing, which must not slow the others down.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(error) => {
                tracing::warn!("no connection can be accepted: {error}");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        let mut stopped = stopped.clone();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            // A client that broke off or stayed silent is no fault of the server.
            tokio::select! {
                _ = connection.as_mut() => return,
                () = tokio::time::sleep(bounds.lifetime) => {}
                _ = stopped.wait_for(|stopped| *stopped) => {}
            }
            connection.as_mut().graceful_shutdown();
            let _ = tokio::time::timeout(bounds.last, connection).await;
            drop(place);
        });
    }
    drop(listener);
    stop.send_replace(true);
    // All places are free again once the last connection has ended.
    let _ = places.acquire_many(bounds.connections).await;
}
