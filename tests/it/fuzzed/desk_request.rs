// What must hold of any request to the desk. `fuzz/src/lib.rs` includes this file as it stands, like `properties.rs`.
//
// An input is a line with the content type, and the body. It is sent to the real desk over a real ledger, in large pieces
// and in small ones: how a network cuts a body must never matter, and no request is a fault of the program.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode, header};
use hibah::cli::demo::city::{City, Registration, Saying};
use hibah::desk;
use hibah::grants::about::About;
use hibah::grants::money::Currency;
use hibah::grants::time::{Date, Timestamp};
use hibah::grants::zero::profile;
use hibah::ledger::documents::Limits;
use hibah::ledger::enclosures::Enclosures;
use hibah::ledger::sequencer::Sequencer;
use hibah::ledger::vault::{Vault, VaultKey};
use hibah::ledger::writer::Clock;
use hyper::body::Frame;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};

const ORIGIN: &str = "kota.example/hibah";
const NOW: &str = "2026-01-05T02:00:00.000Z";
/// What a document, and all of a request, may have here: small, so that bounds are met.
const LIMITS: Limits = Limits { documents: 3, document_bytes: 300_000, total_bytes: 400_000 };
/// A body comes in pieces of these sizes, one after the other, the last again and again: as a network brings it.
const PLAIN: [usize; 1] = [8192];
/// And as somebody brings it who looks for trouble.
const CUT: [usize; 4] = [1, 7, 100, 1021];

struct Town {
    desk: TowerToHyperService<axum::Router>,
    /// An application that the ledger would record.
    application: Vec<u8>,
    runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

/// One desk for all inputs, one after the other.
static TOWN: LazyLock<Mutex<Town>> = LazyLock::new(|| Mutex::new(town()));

struct Fixed(Timestamp);

impl Clock for Fixed {
    fn now(&mut self) -> Result<Timestamp, String> {
        Ok(self.0)
    }
}

fn clock() -> Box<dyn Clock> {
    Box::new(Fixed(Timestamp::parse(NOW).expect("a time")))
}

fn town() -> Town {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = profile::named("kota-bandung").expect("it ships");
    let currency = Currency::new("IDR", 0).expect("a currency");
    let day = Date::parse("2026-01-05").expect("a day");
    let mut city = City::found(folder.path(), ORIGIN, &profile, &currency, day).expect("it is founded");
    let place = Registration {
        name: "Yayasan Satu",
        recipient_type: "organisation",
        street: "Jalan Contoh 1",
        ward: "Cicadas",
        city: "Bandung",
    };
    city.register(&place).expect("it is registered");
    city.flush().expect("it is recorded");
    let application = application(&city);
    let writer = city.into_writer();
    let vault = Vault::create(folder.path(), ORIGIN, VaultKey::derive(&[1; 32])).expect("a vault");
    let enclosures = Enclosures::open(folder.path(), &writer, Some(vault), clock(), LIMITS).expect("a place for parts");
    let router =
        desk::router_with(Arc::new(Sequencer::start(writer, 64)), Arc::new(enclosures), Duration::from_secs(60));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    Town { desk: TowerToHyperService::new(router), application, runtime, _folder: folder }
}

fn application(city: &City) -> Vec<u8> {
    let paper = json!({
        "title": "Proposal hibah", "sha256": "ab".repeat(32), "size": 1234, "media_type": "application/pdf",
    });
    let body = json!({
        "title": "Taman", "purpose": "Untuk latihan", "amount": 75_000_000, "field": "pendidikan", "form": "money",
        "way": "grant", "fiscal_year": 2026, "documents": [paper],
    });
    let about = About::parse("case/1/1").expect("a case");
    let saying = Saying { kind: "application.submitted", about, body, on: city.today(), signers: &["org/1"] };
    city.statement(&saying).expect("an application")
}

fn with_town<T>(work: impl FnOnce(&Town) -> T) -> T {
    work(&TOWN.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Requests that the desk takes, or nearly: what a corpus begins with.
pub fn requests() -> Vec<Vec<u8>> {
    let application = with_town(|town| town.application.clone());
    let parts = |parts: &[(&str, &[u8])]| {
        let mut bytes = b"multipart/form-data; boundary=b\n".to_vec();
        for (name, content) in parts {
            let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            bytes.extend([head.as_bytes(), content, b"\r\n"].concat());
        }
        bytes.extend(b"--b--\r\n");
        bytes
    };
    let statement = ("statement", &application[..]);
    vec![
        [b"text/plain\n", &application[..]].concat(),
        b"text/plain\nhibah/statement/v1\n".to_vec(),
        parts(&[statement]),
        parts(&[statement, ("document", b"%PDF-1.4\n%%EOF\n")]),
        parts(&[("opening", b"hibah/opening/v1\n"), statement]),
        parts(&[("document", b"%PDF-1.4\n"), ("document", b"a,b\n1,2\n")]),
    ]
}

/// A body that arrives in pieces.
struct Pieces(VecDeque<Bytes>);

impl Pieces {
    fn of(body: &[u8], cuts: &[usize]) -> Self {
        let (mut rest, mut pieces) = (body, VecDeque::new());
        let last = cuts.last().copied().unwrap_or(usize::MAX);
        let mut cuts = cuts.iter().copied().chain(std::iter::repeat(last));
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(cuts.next().unwrap_or(last).min(rest.len()));
            pieces.push_back(Bytes::copy_from_slice(piece));
            rest = after;
        }
        Self(pieces)
    }
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }
}

/// Status and body of the answer.
fn answer(town: &Town, content_type: &[u8], body: &[u8], cuts: &[usize]) -> Option<(StatusCode, Vec<u8>)> {
    let request =
        Request::post("/statements").header(header::HOST, "desk.example").header(header::CONTENT_TYPE, content_type);
    // A header that HTTP does not carry never reaches the desk.
    let request = request.body(Body::new(Pieces::of(body, cuts))).ok()?;
    Some(town.runtime.block_on(async {
        let Ok(response) = town.desk.call(request).await;
        let (head, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1_000_000).await.expect("an answer of a few lines");
        (head.status, bytes.to_vec())
    }))
}

/// Whether the request was read as what it says it is; what the writer makes of the statement is another question.
pub fn desk_request(bytes: &[u8]) -> bool {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (content_type, body) = (&bytes[..end], bytes.get(end + 1..).unwrap_or_default());
    with_town(|town| {
        let Some((status, said)) = answer(town, content_type, body, &PLAIN) else { return false };
        let known = [200, 201, 400, 403, 409, 413, 415, 422].contains(&status.as_u16());
        assert!(known, "{status}: {}", String::from_utf8_lossy(&said));
        let (again, said_again) = answer(town, content_type, body, &CUT).expect("sent before");
        // What is recorded the first time is known the second time.
        let again = if status == StatusCode::CREATED && again == StatusCode::OK { status } else { again };
        let shown = |said: &[u8]| String::from_utf8_lossy(said).into_owned();
        assert_eq!((status, shown(&said)), (again, shown(&said_again)), "in large pieces and in small ones");
        if status.is_success() {
            return true;
        }
        let problem: Value = serde_json::from_slice(&said).expect("a problem is JSON");
        !matches!(problem["rule"].as_str(), None | Some("bad-parts" | "bad-opening" | "not-a-note" | "not-utf8"))
    })
}
