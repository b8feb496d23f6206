//! What an operator asks of the desk: whether it can serve, and its numbers.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::letters::Standing;
use super::refusal::Problem;
use super::scanner::{PING, Unfit};
use super::{Desk, plain};
use crate::ledger::cosigned::Cosigned;
use crate::ledger::metrics::Metrics;
use crate::ledger::reader::Reader;
use crate::ledger::store::StoreError;
use crate::public::connections::Count;

/// The media type of the text format, as Prometheus asks for it.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The numbers of one desk.
pub(super) struct Watch {
    /// The ledger's folder, when the desk is told.
    dir: Option<PathBuf>,
    writer: Arc<Metrics>,
    connections: Arc<Count>,
    open: Gauge,
    accepted: Counter,
    sent_away: Counter,
    answers: Family<[(&'static str, u16); 1], Counter>,
    seen_size: Gauge,
    seen_time: Gauge,
    alarms: Gauge,
    letters_waiting: Gauge,
    letters_oldest: Gauge,
    letters_given_up: Gauge,
    scans: Family<[(&'static str, &'static str); 1], Counter>,
    scanner_up: Gauge,
    registry: Registry,
}

impl Watch {
    pub(super) fn new(writer: &Arc<Metrics>, connections: Arc<Count>, dir: Option<PathBuf>, witnessed: bool) -> Self {
        let mut watch = Self {
            dir,
            writer: Arc::clone(writer),
            connections,
            open: Gauge::default(),
            accepted: Counter::default(),
            sent_away: Counter::default(),
            answers: Family::default(),
            seen_size: Gauge::default(),
            seen_time: Gauge::default(),
            alarms: Gauge::default(),
            letters_waiting: Gauge::default(),
            letters_oldest: Gauge::default(),
            letters_given_up: Gauge::default(),
            scans: Family::default(),
            scanner_up: Gauge::default(),
            registry: Registry::default(),
        };
        let registry = &mut watch.registry;
        writer.register(registry);
        registry.register("hibah_desk_connections", "Connections to the desk", watch.open.clone());
        registry.register(
            "hibah_desk_connections_accepted",
            "Connections since the desk began",
            watch.accepted.clone(),
        );
        registry.register(
            "hibah_desk_connections_sent_away",
            "Silent connections that were ended to make room",
            watch.sent_away.clone(),
        );
        registry.register("hibah_desk_answers", "Answers of the desk, by status", watch.answers.clone());
        if witnessed {
            let what = "Entries under the newest checkpoint that a quorum of witnesses has seen";
            registry.register("hibah_seen_entries", what, watch.seen_size.clone());
            let what = "When a witness saw it last, since 1970";
            registry.register_with_unit("hibah_seen_time", what, Unit::Seconds, watch.seen_time.clone());
            let what = "What witnesses told that a person must look at";
            registry.register("hibah_witness_alarms", what, watch.alarms.clone());
        }
        watch
    }

    /// With the numbers of letters, where letters are sent.
    pub(super) fn with_letters(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register(
            "hibah_letters_waiting",
            "Letters that wait for the mail server",
            self.letters_waiting.clone(),
        );
        let what = "When the oldest letter that waits was made, since 1970; 0: none waits";
        registry.register_with_unit("hibah_letters_oldest", what, Unit::Seconds, self.letters_oldest.clone());
        registry.register("hibah_letters_given_up", "Letters that never went", self.letters_given_up.clone());
        self
    }

    /// With the numbers of the virus scanner, where documents are looked at.
    pub(super) fn with_scanner(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register("hibah_documents_scanned", "Documents that were looked at, by result", self.scans.clone());
        registry.register("hibah_scanner_up", "Whether the virus scanner answers", self.scanner_up.clone());
        self
    }

    pub(super) fn scanned(&self, found: &Result<(), Unfit>) {
        let result = match found {
            Ok(()) => "clean",
            Err(Unfit::Found(_)) => "found",
            Err(Unfit::TooLarge) => "too_large",
            Err(Unfit::Unscanned(_)) => "unscanned",
        };
        self.scans.get_or_create(&[("result", result)]).inc();
    }

    /// Takes over how letters stand.
    fn letters(&self, standing: Standing) {
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.letters_waiting.set(count(standing.waiting));
        self.letters_oldest.set(standing.oldest.map_or(0, |oldest| oldest.ms() / 1_000));
        self.letters_given_up.set(count(standing.given_up));
    }

    pub(super) fn answered(&self, status: StatusCode) {
        self.answers.get_or_create(&[("status", status.as_u16())]).inc();
    }

    /// Reads what witnesses said.
    fn ask_witnesses(&self, dir: &Path) -> Result<(), StoreError> {
        let Some(cosigned) = Cosigned::read(dir)? else { return Ok(()) };
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        if let Some(seen) = cosigned.seen()? {
            self.seen_size.set(count(seen.signed.size));
            self.seen_time.set(count(seen.time_s.unwrap_or_default()));
        }
        self.alarms.set(count(cosigned.alarms()?.len() as u64));
        Ok(())
    }

    fn text(&self) -> String {
        self.writer.look();
        self.open.set(i64::try_from(self.connections.open()).unwrap_or(i64::MAX));
        let up_to = |counter: &Counter, now: u64| {
            counter.inner().store(now, Ordering::Relaxed);
        };
        up_to(&self.accepted, self.connections.accepted());
        up_to(&self.sent_away, self.connections.sent_away());
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// The numbers in the text format of OpenMetrics.
pub(super) async fn metrics(State(desk): State<Desk>) -> Response {
    if let Some(dir) = desk.witnessed.clone() {
        let watch = Arc::clone(&desk.watch);
        let asked = super::parts::blocking(move || watch.ask_witnesses(&dir)).await;
        if let Ok(Err(error)) = asked {
            tracing::error!("{error}");
        }
    }
    if let Some(web) = desk.web.clone().filter(|web| web.letters().is_some()) {
        let asked = super::parts::blocking(move || web.store.letters_standing()).await;
        match asked {
            Ok(Ok(standing)) => desk.watch.letters(standing),
            Ok(Err(error)) => tracing::error!("{error}"),
            Err(_) => {}
        }
    }
    if let Some(scans) = desk.scans.clone() {
        // Looking up a name has no bound of its own.
        let up = tokio::time::timeout(PING, super::parts::blocking(move || scans.scanner.ping().is_ok())).await;
        desk.watch.scanner_up.set(i64::from(matches!(up, Ok(Ok(true)))));
    }
    let mut response = plain(desk.watch.text());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(OPEN_METRICS));
    response
}

/// Whether the desk can serve: 200, or 503 with a sentence.
pub(super) async fn health(State(desk): State<Desk>) -> Response {
    let problem = |sentence: &str| Problem::new(StatusCode::SERVICE_UNAVAILABLE, sentence).answer();
    if desk.sequencer.has_stopped() {
        return problem("the writer has stopped: the operator must look at its log and start it again");
    }
    let Some(dir) = desk.watch.dir.clone() else { return plain("ok\n".to_owned()) };
    let read = super::parts::blocking(move || Reader::open(&dir).and_then(|reader| reader.signed())).await;
    match read {
        Ok(Ok(_)) => plain("ok\n".to_owned()),
        Ok(Err(error)) => {
            tracing::error!("{error}");
            problem("the ledger's files cannot be read here at the moment: the operator must look at the desk's log")
        }
        Err(fault) => fault.answer(),
    }
}
