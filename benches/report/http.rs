//! Statements handed in over HTTP: the desk and a plain client of many connections, on the same processors.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hibah::cli::bench::caseload::Caseload;
use hibah::cli::bench::{Still, town};
use hibah::desk;
use hibah::ledger::sequencer::Sequencer;
use hibah::ledger::store::{Access, Entries};
use hibah::ledger::writer::Writer;
use hibah::public::connections::{self, Bounds};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// How many connections hand in at once.
const CONNECTIONS: usize = 256;
/// The application, and some steps of each case after it.
const WAVES: usize = 3;
/// What is asked of the desk, a second.
const ASKED: f64 = 10_000.0;

/// A wave of statements on its way.
struct Wave {
    desk: SocketAddr,
    statements: Vec<Vec<u8>>,
    next: AtomicUsize,
    /// The entry that each became.
    entries: Vec<AtomicU64>,
}

/// The row of the table: these organisations' next cases, by as many submitters as there are connections.
pub fn row(ledger: &Path, organisations: std::ops::RangeInclusive<u64>) {
    let writer = Writer::open(ledger, town::ledger_key(), Box::new(Still)).expect("the town's ledger opens");
    let cases = Caseload::of(writer.state(), organisations);
    let sequencer = Arc::new(Sequencer::start(writer, 4 * CONNECTIONS));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
    let desk = listener.local_addr().expect("an address");
    let router = desk::router(Arc::clone(&sequencer));
    runtime.spawn(connections::serve(listener, router, std::future::pending(), Bounds::SERVED));
    let (mut recorded, mut time, mut heads) = (0, Duration::ZERO, Vec::new());
    for wave in 0..WAVES {
        let statements = cases.wave(wave, &heads);
        let entries = statements.iter().map(|_| AtomicU64::new(0)).collect();
        let wave = Arc::new(Wave { desk, statements, next: AtomicUsize::new(0), entries });
        let start = Instant::now();
        runtime.block_on(async {
            let hand_in = |_| tokio::spawn(Arc::clone(&wave).hand_in());
            for client in (0..CONNECTIONS).map(hand_in).collect::<Vec<_>>() {
                client.await.expect("every statement is recorded");
            }
        });
        time += start.elapsed();
        recorded += wave.statements.len();
        let files = Entries::open(ledger, Access::Read).expect("the entries open");
        let leaf = |entry: &AtomicU64| files.leaf(entry.load(Ordering::Relaxed)).expect("read").expect("there");
        heads = wave.entries.iter().map(leaf).collect();
    }
    let rate = recorded as f64 / time.as_secs_f64();
    println!(
        "{:<34} {recorded:>9} {rate:>10.0} {ASKED:>10.0} {:>7.2}   asked",
        format!("{CONNECTIONS} connections over HTTP"),
        rate / ASKED
    );
}

impl Wave {
    /// One connection: a statement, its answer, the next statement.
    async fn hand_in(self: Arc<Self>) {
        let mut stream = TcpStream::connect(self.desk).await.expect("the desk listens");
        stream.set_nodelay(true).expect("a socket has options");
        let (mut request, mut answer) = (Vec::new(), Vec::new());
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(statement) = self.statements.get(at) else { return };
            request.clear();
            let head =
                format!("POST /statements HTTP/1.1\r\nhost: desk\r\ncontent-length: {}\r\n\r\n", statement.len());
            request.extend_from_slice(head.as_bytes());
            request.extend_from_slice(statement);
            stream.write_all(&request).await.expect("the desk takes it");
            answer.clear();
            self.entries[at].store(recorded_at(&mut stream, &mut answer).await, Ordering::Relaxed);
        }
    }
}

/// Reads one answer; it says which entry the statement became.
async fn recorded_at(stream: &mut TcpStream, answer: &mut Vec<u8>) -> u64 {
    loop {
        let read = stream.read_buf(answer).await.expect("the desk answers");
        assert!(read > 0, "the desk ended the connection");
        let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = std::str::from_utf8(&answer[..end]).expect("a head is ASCII");
        assert!(head.starts_with("HTTP/1.1 201"), "{head}");
        let field = |name: &str| -> u64 {
            let line = head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{head}"));
            line.trim().parse().expect("a number")
        };
        if answer.len() as u64 == end as u64 + 4 + field("content-length:") {
            return field("hibah-index:");
        }
    }
}
