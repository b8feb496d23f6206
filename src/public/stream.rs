//! Answers of any length in bounded memory: made piece by piece while they are sent.
//!
//! What fits into the pieces that may wait is made at once, whoever reads it. Beyond that a reader of the ledger is held
//! until the client has read on, so few such answers are under way at once, and a client that stalls is left.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::Frame;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc, oneshot};

use super::answer::Fault;
use super::limits::{LIST_CHUNK_BYTES, LIST_CHUNKS, LIST_STALL, MAX_LISTS, READER_WAIT};
use super::pool::Pool;
use super::tables::TableError;
use crate::ledger::reader::Reader;
use crate::ledger::snapshot::Snapshot;

/// The answers under way.
pub(super) struct Streams(Arc<Semaphore>);

impl Default for Streams {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_LISTS)))
    }
}

type Piece = io::Result<Bytes>;

impl Streams {
    /// An answer that `work` writes, and the moment that it is made from.
    pub(super) async fn start(
        &self,
        pool: &Arc<Pool>,
        work: impl FnOnce(&Reader, &Snapshot, &mut dyn Write) -> Result<(), TableError> + Send + 'static,
    ) -> Result<(Snapshot, Body), Fault> {
        let waited = tokio::time::timeout(READER_WAIT, Arc::clone(&self.0).acquire_owned()).await;
        let Ok(Ok(permit)) = waited else { return Err(Fault::Busy) };
        let (tell, told) = oneshot::channel();
        let (send, pieces) = mpsc::channel::<Piece>(LIST_CHUNKS);
        let (pool, runtime) = (Arc::clone(pool), Handle::current());
        let made = tokio::spawn(async move {
            let broken = send.clone();
            // Only the tables stand still while a slow reader takes a list.
            let made = pool.glance(move |reader| {
                let _permit = permit;
                let made = reader.in_snapshot(|at| {
                    // Nobody is told when the client is gone already; then the first piece is refused as well.
                    let _ = tell.send(at.clone());
                    let mut sink = Sink { buffer: Vec::with_capacity(LIST_CHUNK_BYTES), send, runtime };
                    work(reader, at, &mut sink)?;
                    Ok::<_, TableError>(sink.flush()?)
                });
                made.map_err(Fault::from)
            });
            let made = made.await;
            if made.is_err() {
                // The client sees a transfer that broke off, never a list that ends too early.
                let _ = broken.send(Err(io::Error::other("the list could not be read to its end"))).await;
            }
            made
        });
        match told.await {
            Ok(at) => Ok((at, Body::new(Pieces(pieces)))),
            Err(_) => match made.await {
                Ok(Err(fault)) => Err(fault),
                other => Err(Fault::store(&format!("a list was not begun: {other:?}"))),
            },
        }
    }
}

impl From<TableError> for Fault {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Store(error) => Self::from(error),
            // Whoever asked is gone.
            TableError::Sink(_) => Self::Busy,
        }
    }
}

/// Gathers what is written into pieces.
struct Sink {
    buffer: Vec<u8>,
    send: mpsc::Sender<Piece>,
    runtime: Handle,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= LIST_CHUNK_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(LIST_CHUNK_BYTES));
        let sent = self.send.send_timeout(Ok(Bytes::from(piece)), LIST_STALL);
        self.runtime.block_on(sent).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

struct Pieces(mpsc::Receiver<Piece>);

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let piece = ready!(self.get_mut().0.poll_recv(cx));
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }
}
