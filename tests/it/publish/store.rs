//! A real server of the S3 protocol (s3s-fs over a folder), and what goes wrong before it: answers that are lost, slow and
//! refused requests, an end in the middle. Reading needs no signature, writing does, as in a public bucket.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hibah::tlog::checkpoint::Checkpoint;
use hibah::tlog::note::Note;
use hibah::tlog::tile::tiles_of_size;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;

/// The bucket, and the place in it.
pub const PLACE: &str = "hibah/ledger";

/// What goes wrong, of the requests that write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Every n-th is done, and no answer comes.
    Lost(u64),
    /// Every n-th is answered 503 and not done.
    Busy(u64),
    /// Each takes so many milliseconds.
    Slow(u64),
    /// After so many, none is answered any more; nor is one done.
    Dead(u64),
    /// The first checkpoint is on its way until something else goes wrong.
    Held,
}

/// A running store.
pub struct Store {
    shared: Arc<Shared>,
    /// Where it listens.
    pub url: String,
    // Ends with it.
    _runtime: tokio::runtime::Runtime,
}

struct Shared {
    root: tempfile::TempDir,
    signed: S3Service,
    open: S3Service,
    fault: Mutex<Fault>,
    /// Requests that write since the fault was set.
    writes: AtomicU64,
    /// Whether one waits.
    waits: AtomicBool,
    /// S3 compares and writes at once; the server over a folder needs help with it.
    order: tokio::sync::RwLock<()>,
    /// What must never be seen.
    seen: Mutex<Vec<String>>,
}

impl Store {
    /// A store with an empty bucket.
    pub fn start() -> Self {
        let root = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(root.path().join("hibah")).expect("a bucket");
        let files = || FileSystem::new(root.path()).expect("the bucket's server");
        let mut signed = S3ServiceBuilder::new(files());
        signed.set_auth(SimpleAuth::from_single("publisher", "only for tests"));
        let open = S3ServiceBuilder::new(files()).build();
        let shared = Arc::new(Shared {
            signed: signed.build(),
            open,
            root,
            fault: Mutex::new(Fault::None),
            writes: AtomicU64::new(0),
            waits: AtomicBool::new(false),
            order: tokio::sync::RwLock::new(()),
            seen: Mutex::default(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let serving = Arc::clone(&shared);
        runtime.spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.expect("a connection");
                let shared = Arc::clone(&serving);
                let answer = hyper::service::service_fn(move |request| {
                    let shared = Arc::clone(&shared);
                    async move { shared.answer(request).await }
                });
                let served =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(connection), answer);
                // Some end without an answer: that is what is tested.
                tokio::spawn(async move { drop(served.await) });
            }
        });
        Self { shared, url, _runtime: runtime }
    }

    /// What `hibah publish` needs in its environment.
    pub fn environment(&self) -> String {
        format!(
            "AWS_ENDPOINT={} AWS_ALLOW_HTTP=true AWS_REGION=test AWS_ACCESS_KEY_ID=publisher AWS_SECRET_ACCESS_KEY='only for tests'",
            self.url
        )
    }

    /// Where readers find the ledger.
    pub fn public(&self) -> String {
        format!("{}/{PLACE}", self.url)
    }

    /// The folder of the ledger's objects.
    pub fn folder(&self) -> PathBuf {
        self.shared.root.path().join(PLACE)
    }

    /// Lets something go wrong from now on.
    pub fn set(&self, fault: Fault) {
        self.shared.writes.store(0, Ordering::SeqCst);
        self.shared.waits.store(false, Ordering::SeqCst);
        *self.shared.fault.lock().expect("whole") = fault;
    }

    /// Whether a request waits ([`Fault::Dead`], [`Fault::Held`]).
    pub fn is_waiting(&self) -> bool {
        self.shared.waits.load(Ordering::SeqCst)
    }

    /// How many requests wrote, or should have, since the last [`Store::set`].
    pub fn writes(&self) -> u64 {
        self.shared.writes.load(Ordering::SeqCst)
    }

    /// Fails if a checkpoint was ever put before all its files, or a file was put again with other bytes.
    pub fn was_always_whole(&self) {
        let seen = self.shared.seen.lock().expect("whole");
        assert!(seen.is_empty(), "{seen:?}");
    }

    /// Every object, by its path.
    pub fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        let mut objects = BTreeMap::new();
        collect(&self.folder(), &self.folder(), &mut objects);
        objects
    }
}

fn collect(root: &Path, folder: &Path, objects: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, objects);
        } else {
            let name = path.strip_prefix(root).expect("below").to_string_lossy().into_owned();
            objects.insert(name, std::fs::read(&path).expect("an object"));
        }
    }
}

impl Shared {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, std::io::Error> {
        let broken = || std::io::Error::other("no answer");
        let refused = |status| {
            let mut answer = Response::new(Body::empty());
            *answer.status_mut() = status;
            answer
        };
        let service = if request.headers().contains_key("authorization") { &self.signed } else { &self.open };
        if matches!(*request.method(), Method::GET | Method::HEAD) {
            let _order = self.order.read().await;
            return service.call(request.map(Body::from)).await.map_err(|_| broken());
        }
        if !request.headers().contains_key("authorization") {
            return Ok(refused(StatusCode::FORBIDDEN));
        }
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| broken())?.to_bytes();
        let nth = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        let fault = *self.fault.lock().expect("whole");
        match fault {
            Fault::Busy(every) if nth.is_multiple_of(every) => return Ok(refused(StatusCode::SERVICE_UNAVAILABLE)),
            Fault::Slow(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
            Fault::Dead(after) if nth > after => {
                self.waits.store(true, Ordering::SeqCst);
                std::future::pending::<()>().await;
            }
            Fault::Held if head.uri.path().ends_with("/checkpoint") && !self.waits.swap(true, Ordering::SeqCst) => {
                while *self.fault.lock().expect("whole") == Fault::Held {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
            _ => {}
        }
        let order = self.order.write().await;
        self.look(head.uri.path(), &body);
        let answer = service.call(Request::from_parts(head, Body::from(body))).await.map_err(|_| broken())?;
        drop(order);
        match fault {
            Fault::Lost(every) if nth.is_multiple_of(every) => Err(broken()),
            _ => Ok(answer),
        }
    }

    /// What is about to be put must not break what readers rely on.
    fn look(&self, path: &str, body: &[u8]) {
        let object = self.root.path().join(path.trim_start_matches('/'));
        let wrong = if path.ends_with("/checkpoint") {
            let note = Note::parse(body).expect("a note");
            let size = Checkpoint::parse(&note.text).expect("a checkpoint").size;
            let folder = object.with_file_name("");
            tiles_of_size(size)
                .find(|tile| !folder.join(tile.to_string()).is_file())
                .map(|tile| format!("{size} before {tile}"))
        } else {
            let there = std::fs::read(&object).ok();
            there.filter(|there| there != body).map(|_| format!("{path} again, with other bytes"))
        };
        self.seen.lock().expect("whole").extend(wrong);
    }
}
