//! A submission in parts (multipart/form-data, RFC 7578): `statement` once, `opening` and `document` any number of times.
//!
//! Memory is bounded whatever a client sends: the library that splits the parts is fed one piece at a time, and a head
//! that goes on and on ends the request. Documents go to the disk as they come.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::{StatusCode, header};
use hyper::body::Frame;

use super::refusal::{self, Problem};
use crate::ledger::enclosures::{Enclosed, EnclosureError, Enclosures, MAX_OPENING_BYTES};
use crate::ledger::statement::MAX_STATEMENT_BYTES;
use crate::public::limits::{MAX_PARTS_HEAD_BYTES, MAX_PARTS_OTHER_BYTES};

/// A submission, whole.
pub(super) struct Parts {
    /// The statement's bytes.
    pub(super) statement: Vec<u8>,
    /// What comes with it.
    pub(super) enclosed: Enclosed,
}

/// Whether a request comes in parts.
pub(super) fn is_in_parts(request: &Request) -> bool {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.trim_start().get(.."multipart/".len()).is_some_and(|begin| begin.eq_ignore_ascii_case("multipart/"))
}

/// Reads a submission within its bounds; no two of its pieces may lie further apart than `pause`. After a refusal the
/// rest of the body is read and thrown away, as far as the bounds go: a client that is cut off while it sends never
/// hears why.
pub(super) async fn read(
    request: Request,
    enclosures: &Arc<Enclosures>,
    pause: Duration,
) -> Result<Parts, Box<Problem>> {
    let limit = enclosures.limits().total_bytes + MAX_PARTS_OTHER_BYTES;
    // What is announced to go on and on is refused before it is sent.
    if request.body().size_hint().lower() > limit {
        return Err(too_large(enclosures));
    }
    let (mut head, body) = request.into_parts();
    let flow = Flow { body, since_progress: 0, room: limit, gave: false, over: false };
    let meter = Meter(Arc::new(Mutex::new(flow)));
    head.extensions.insert(DefaultBodyLimit::disable());
    let metered = Request::from_parts(head, Body::new(meter.clone()));
    let reading = Reading { enclosures, meter: &meter, pause };
    let read = reading.parts(metered).await;
    if read.is_err() {
        // Best effort, and not for long.
        let _ = tokio::time::timeout(pause, meter.drain()).await;
    }
    read
}

fn too_large(enclosures: &Enclosures) -> Box<Problem> {
    let most = enclosures.limits().total_bytes;
    let sentence =
        format!("the documents have more than {most} bytes together: submit some of them with another statement");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, &sentence).with_rule("document-too-large")
}

fn malformed(sentence: &str) -> Box<Problem> {
    Problem::new(StatusCode::BAD_REQUEST, sentence).with_rule("bad-parts")
}

struct Reading<'a> {
    enclosures: &'a Arc<Enclosures>,
    meter: &'a Meter,
    pause: Duration,
}

impl Reading<'_> {
    async fn parts(&self, request: Request) -> Result<Parts, Box<Problem>> {
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|_| malformed("the parts have no boundary: send multipart/form-data with its boundary"))?;
        let enclosures = Arc::clone(self.enclosures);
        let mut enclosed =
            blocking(move || enclosures.begin()).await?.map_err(|error| refusal::of_enclosure(&error))?;
        let mut statement = None;
        while let Some(part) = self.within(parts.next_field()).await? {
            match part.name() {
                Some("statement") if statement.is_some() => {
                    return Err(malformed("two statements in one submission: submit them one by one"));
                }
                Some("statement") => {
                    statement = Some(self.bounded(part, MAX_STATEMENT_BYTES, refusal::too_large).await?)
                }
                Some("opening") => {
                    let too_large = || {
                        let sentence =
                            "an opening has more than 16,384 bytes: it is five lines, made by `hibah sign --seal`";
                        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, sentence).with_rule("bad-opening")
                    };
                    let bytes = self.bounded(part, MAX_OPENING_BYTES, too_large).await?;
                    enclosed.add_opening(&bytes).map_err(|error| refusal::of_enclosure(&error))?;
                }
                Some("document") => enclosed = self.document(part, enclosed).await?,
                _ => {
                    return Err(malformed("a part is named neither statement, opening nor document: name it so"));
                }
            }
        }
        let statement = statement
            .ok_or_else(|| malformed("no part is named statement: send the statement that the others come with"))?;
        Ok(Parts { statement, enclosed })
    }

    /// The next of something that the client sends, in time.
    async fn within<T>(
        &self,
        next: impl Future<Output = Result<T, axum::extract::multipart::MultipartError>>,
    ) -> Result<T, Box<Problem>> {
        match tokio::time::timeout(self.pause, next).await {
            Ok(Ok(next)) => {
                self.meter.progress();
                Ok(next)
            }
            Ok(Err(_)) if self.meter.is_over() => Err(too_large(self.enclosures)),
            Ok(Err(_)) => Err(malformed("the parts broke off or are no multipart/form-data: submit them again")),
            Err(_) => {
                Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the parts did not arrive in time: submit them again"))
            }
        }
    }

    async fn bounded(
        &self,
        mut part: Field<'_>,
        most: usize,
        too_large: impl Fn() -> Box<Problem>,
    ) -> Result<Vec<u8>, Box<Problem>> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.within(part.chunk()).await? {
            if bytes.len() + piece.len() > most {
                return Err(too_large());
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// Writes a document to the disk, piece by piece, on threads that may block.
    async fn document(&self, mut part: Field<'_>, enclosed: Enclosed) -> Result<Enclosed, Box<Problem>> {
        let mut enclosed = step(enclosed, |enclosed| enclosed.documents.start()).await?;
        while let Some(piece) = self.within(part.chunk()).await? {
            enclosed = step(enclosed, move |enclosed| enclosed.documents.write(&piece)).await?;
        }
        step(enclosed, |enclosed| enclosed.documents.finish()).await
    }
}

async fn step<E: Into<EnclosureError> + Send + 'static>(
    mut enclosed: Enclosed,
    work: impl FnOnce(&mut Enclosed) -> Result<(), E> + Send + 'static,
) -> Result<Enclosed, Box<Problem>> {
    let done = blocking(move || work(&mut enclosed).map(|()| enclosed)).await?;
    done.map_err(|error| refusal::of_enclosure(&error.into()))
}

/// Runs what waits for the disk where waiting holds up no other request.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Box<Problem>> {
    tokio::task::spawn_blocking(work).await.map_err(|panic| {
        tracing::error!("{panic}");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "a fault of the program: nothing was recorded; submit again")
    })
}

/// A body that is counted, and given out one piece at a time.
#[derive(Clone)]
struct Meter(Arc<Mutex<Flow>>);

struct Flow {
    body: Body,
    /// Bytes since the reader got anything out of them.
    since_progress: usize,
    /// Bytes that may still come.
    room: u64,
    /// Whether the last poll gave a piece: the reader would take all that is there before it looks at any of it.
    gave: bool,
    over: bool,
}

impl Meter {
    fn flow(&self) -> MutexGuard<'_, Flow> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn progress(&self) {
        self.flow().since_progress = 0;
    }

    fn is_over(&self) -> bool {
        self.flow().over
    }

    async fn drain(&self) {
        let mut meter = self.clone();
        loop {
            self.progress();
            let next = std::future::poll_fn(|cx| Pin::new(&mut meter).poll_frame(cx)).await;
            if !matches!(next, Some(Ok(_))) {
                return;
            }
        }
    }
}

impl HttpBody for Meter {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let mut flow = self.flow();
        if std::mem::take(&mut flow.gave) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = Pin::new(&mut flow.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &next {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            flow.gave = true;
            flow.since_progress += bytes;
            match flow.room.checked_sub(bytes as u64) {
                Some(room) => flow.room = room,
                None => flow.over = true,
            }
            if flow.over || flow.since_progress > MAX_PARTS_HEAD_BYTES {
                return Poll::Ready(Some(Err(axum::Error::new(std::io::Error::other("more than the bounds allow")))));
            }
        }
        next
    }
}
