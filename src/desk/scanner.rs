//! Documents looked at by ClamAV before they are taken, where the operator runs it: clamd's `INSTREAM` (clamd(8)), over a
//! socket of this machine or TCP.
//!
//! Where a scanner is named, nothing is taken that it has not seen.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use tokio::sync::Semaphore;

use super::watch::Watch;

/// How many bytes go at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// The longest answer that is read.
const ANSWER_BYTES: u64 = 4 * 1024;
/// How long it may take to be reached.
const CONNECT: Duration = Duration::from_secs(5);
/// How long its answer to a PING may take.
pub(super) const PING: Duration = Duration::from_secs(3);
/// How many documents it looks at, at once.
const MOST_AT_ONCE: usize = 4;
/// How long it may be silent: longer than clamd's own `MaxScanTime`, 120 seconds, after which it answers.
const PATIENCE: Duration = Duration::from_secs(150);

/// Where the scanner listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scanner {
    /// At a socket of this machine.
    Socket(PathBuf),
    /// At a host and port.
    Tcp(String),
}

/// Why a document is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Something was found in it.
    #[error("the virus scanner found {0} in a document: nothing was recorded; send another file in its place")]
    Found(String),
    /// It is larger, or goes on for longer, than the scanner looks.
    #[error(
        "a document is more than the virus scanner here looks through: nothing was recorded; send a smaller one, or ask the operator to raise clamd's limits"
    )]
    TooLarge,
    /// Nobody knows what is in it.
    #[error("the virus scanner does not answer ({0}): nothing was recorded; submit again in some minutes")]
    Unscanned(String),
}

impl std::str::FromStr for Scanner {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with('/') {
            return Ok(Self::Socket(PathBuf::from(text)));
        }
        let port = text.rsplit_once(':').filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
        match port {
            Some(_) => Ok(Self::Tcp(text.to_owned())),
            None => {
                Err("write a path such as /run/clamav/clamd.ctl, or a host and port such as 127.0.0.1:3310".to_owned())
            }
        }
    }
}

/// A connection, whichever way.
trait Line: Read + Write {}

impl<T: Read + Write> Line for T {}

impl Scanner {
    fn connect(&self, connect: Duration, patience: Duration) -> io::Result<Box<dyn Line>> {
        match self {
            Self::Socket(path) => {
                let line = at_socket(path, connect)?;
                line.set_read_timeout(Some(patience))?;
                line.set_write_timeout(Some(patience))?;
                Ok(Box::new(line))
            }
            Self::Tcp(address) => {
                let address = address.to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
                let line = TcpStream::connect_timeout(&address, connect)?;
                line.set_read_timeout(Some(patience))?;
                line.set_write_timeout(Some(patience))?;
                Ok(Box::new(line))
            }
        }
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// What the system reports.
    pub fn ping(&self) -> io::Result<()> {
        let mut line = self.connect(PING, PING)?;
        line.write_all(b"zPING\0")?;
        match answer(&mut *line)?.as_str() {
            "PONG" => Ok(()),
            other => Err(io::Error::other(format!("it answers {other:?} to PING"))),
        }
    }

    /// Looks at a file.
    ///
    /// # Errors
    /// [`Unfit`].
    pub fn look_at(&self, file: &Path) -> Result<(), Unfit> {
        let asked = File::open(file).and_then(|file| self.ask(file));
        let said = asked.map_err(|error| Unfit::Unscanned(error.kind().to_string()))?;
        // `stream: OK`, `stream: <name> FOUND`, or what went wrong.
        if let Some(name) = said.strip_suffix(" FOUND") {
            let name = name.strip_prefix("stream: ").unwrap_or(name);
            // No virus: it stopped looking (`AlertExceedsMax`).
            if name.starts_with("Heuristics.Limits.Exceeded") {
                return Err(Unfit::TooLarge);
            }
            return Err(Unfit::Found(name.chars().filter(char::is_ascii_graphic).take(100).collect()));
        }
        match said.as_str() {
            "stream: OK" => Ok(()),
            _ if said.contains("size limit exceeded") => Err(Unfit::TooLarge),
            _ => {
                tracing::error!("the virus scanner answers {said:?}");
                Err(Unfit::Unscanned("an error of its own".to_owned()))
            }
        }
    }

    fn ask(&self, mut from: impl Read) -> io::Result<String> {
        let mut line = self.connect(CONNECT, PATIENCE)?;
        let sent = (|| {
            line.write_all(b"zINSTREAM\0")?;
            let mut chunk = vec![0; CHUNK_BYTES];
            loop {
                let read = from.read(&mut chunk)?;
                line.write_all(&u32::try_from(read).unwrap_or_default().to_be_bytes())?;
                line.write_all(&chunk[..read])?;
                if read == 0 {
                    return line.flush();
                }
            }
        })();
        // Of what is too large it stops reading and says so.
        match (sent, answer(&mut *line)) {
            (Ok(()) | Err(_), Ok(said)) => Ok(said),
            (Err(fault), Err(_)) => Err(fault),
            (Ok(()), Err(fault)) => Err(fault),
        }
    }
}

/// Connects to a socket of this machine; where more wait than its queue takes, no longer than so.
fn at_socket(path: &Path, connect: Duration) -> io::Result<UnixStream> {
    let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    // The time for sending bounds connecting too (socket(7)).
    set_socket_timeout(&socket, Timeout::Send, Some(connect))?;
    rustix::net::connect(&socket, &SocketAddrUnix::new(path)?)?;
    Ok(socket.into())
}

/// The scanner of a desk: a few documents at once, whoever sends how many.
pub(super) struct Scans {
    pub(super) scanner: Scanner,
    places: Arc<Semaphore>,
    under_way: Mutex<HashSet<PathBuf>>,
}

/// A file while it is looked at.
struct Turn(Arc<Scans>, PathBuf);

impl Scans {
    pub(super) fn new(scanner: Scanner) -> Arc<Self> {
        Arc::new(Self { scanner, places: Arc::new(Semaphore::new(MOST_AT_ONCE)), under_way: Mutex::default() })
    }

    fn under_way(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at a file, once there is a place; one that is being looked at is not looked at a second time.
    pub(super) async fn look_at(self: &Arc<Self>, file: PathBuf, watch: Arc<Watch>) -> Result<(), Unfit> {
        let unscanned = |why: &str| Unfit::Unscanned(why.to_owned());
        if !self.under_way().insert(file.clone()) {
            return Err(unscanned("it looks at it already"));
        }
        let turn = Turn(Arc::clone(self), file);
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await;
        let Ok(Ok(place)) = place else { return Err(unscanned("too many documents wait for it")) };
        let looked = tokio::task::spawn_blocking(move || {
            let found = turn.0.scanner.look_at(&turn.1);
            watch.scanned(&found);
            // Both end here, also when whoever asked went away.
            drop((turn, place));
            found
        });
        looked.await.unwrap_or_else(|panic| {
            tracing::error!("{panic}");
            Err(unscanned("a fault of the program"))
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.under_way().remove(&self.1);
    }
}

/// What it says, up to the zero at its end; an answer without it is none.
fn answer(line: &mut dyn Line) -> io::Result<String> {
    let mut said = Vec::new();
    let mut room = ANSWER_BYTES;
    let mut byte = [0];
    while room > 0 {
        match line.read(&mut byte) {
            Ok(0) => break,
            Ok(_) if byte[0] == 0 => return Ok(String::from_utf8_lossy(&said).into_owned()),
            Ok(_) => said.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        room -= 1;
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}
