//! Ledgers and witnesses that run in this process, and can be stopped and started one by one.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Places;
use super::script::Government;
use crate::cli::clock::{self, SystemClock};
use crate::cli::demo::city::published_key;
use crate::cli::{Failure, serve, source};
use crate::ledger::cosigned::Cosigned;
use crate::ledger::sequencer::Sequencer;
use crate::ledger::store::{Access, LastSigned, WITNESS_FILE};
use crate::ledger::writer::Writer;
use crate::network::asking::{self, Asking, Task, Times};
use crate::network::witness::store::Store;
use crate::network::witness::{Witness, served};
use crate::public::limits::{GRACE, MAX_QUEUE};
use crate::public::{Manner, Records};
use crate::tlog::cosignature::Cosigner;
use crate::tlog::policy::Policy;

/// A government's ledger: its writer, who asks its witnesses, and its public pages.
pub(super) struct Ledger {
    pub(super) dir: PathBuf,
    pub(super) name: String,
    pub(super) origin: String,
    pub(super) city: String,
    pub(super) at: SocketAddr,
    pub(super) policy: Policy,
    /// How much time lies between two checkpoints that go to the witnesses.
    pub(super) every: Duration,
    pub(super) runtime: Handle,
    /// Nothing new is recorded for now.
    pub(super) quiet: bool,
    pub(super) running: Option<Parts>,
}

/// What ends when a ledger is stopped.
pub(super) struct Parts {
    pub(super) sequencer: Sequencer,
    asking: Asking,
    pages: Pages,
}

impl Ledger {
    /// Its address.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.at)
    }

    /// Starts it as it is in its folder.
    pub(super) fn start(&mut self) -> Result<(), Failure> {
        // Brought up to date here, since pages only read.
        drop(source::open_reader(&self.dir)?);
        if let Some(lost) = asking::lost(&self.dir, &self.policy)? {
            return Err(Failure::CouldNot(lost));
        }
        let writer = Writer::open(&self.dir, published_key(&self.origin, ""), Box::new(SystemClock::new()))?;
        let sequencer = Sequencer::start(writer, MAX_QUEUE);
        let halt = sequencer.halt();
        let asking = ask(&self.dir, &self.policy, self.every, move |why| halt.because(why))?;
        let pages = Pages::start(&self.runtime, self.at, &self.dir, true)?;
        self.running = Some(Parts { sequencer, asking, pages });
        Ok(())
    }

    /// Stops all of it: nobody listens at its address any more.
    pub(super) fn stop(&mut self) {
        let Some(Parts { sequencer, asking, pages }) = self.running.take() else { return };
        pages.stop(&self.runtime);
        drop(asking);
        drop(sequencer);
    }

    /// The size of the newest checkpoint that was signed.
    pub(super) fn size(&self) -> Result<u64, Failure> {
        Ok(LastSigned::open(&self.dir, Access::Read)?.get()?.size)
    }

    /// Whether its witnesses have seen a checkpoint.
    pub(super) fn is_seen(&self) -> bool {
        let seen = Cosigned::read(&self.dir).ok().flatten().and_then(|cosigned| cosigned.seen().ok());
        seen.flatten().is_some()
    }
}

/// Begins to ask the witnesses of a policy for the ledger in `dir`.
pub(super) fn ask(
    dir: &Path,
    policy: &Policy,
    every: Duration,
    lost: impl Fn(&str) + Send + 'static,
) -> Result<Asking, Failure> {
    let started = Instant::now();
    let now_s = || clock::now().map_or(0, |now| u64::try_from(now.ms() / 1_000).unwrap_or_default());
    let times = Times { now_s: Box::new(now_s), passed: Box::new(move || started.elapsed()) };
    Ok(Asking::start(Task { dir: dir.to_owned(), policy: policy.clone(), every, times, lost: Box::new(lost) })?)
}

/// The public pages of a folder.
pub(super) struct Pages {
    stop: watch::Sender<bool>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Pages {
    /// Serves them; `witnessed`: `/checkpoint` shows only what a quorum has seen.
    pub(super) fn start(runtime: &Handle, at: SocketAddr, dir: &Path, witnessed: bool) -> Result<Self, Failure> {
        let listener = serve::bind(at, "--public")?;
        let (stop, stopped) = watch::channel(false);
        let manner = Manner { records: Records::MadeUp, behind_tls: false, witnessed, desk: None };
        let dir = dir.to_owned();
        let served = runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            crate::public::serve(listener, dir, manner, serve::asked(stopped)).await
        });
        Ok(Self { stop, served })
    }

    pub(super) fn stop(self, runtime: &Handle) {
        self.stop.send_replace(true);
        // Who reads slowly is cut off.
        let _ = runtime.block_on(async { tokio::time::timeout(GRACE, self.served).await });
    }
}

/// Every government's witness.
pub(super) struct Witnesses {
    stop: watch::Sender<bool>,
    served: Vec<JoinHandle<()>>,
}

impl Witnesses {
    /// Makes those that are not there, and serves all.
    pub(super) fn start(dir: &Path, places: &[Places<'_>], runtime: &Handle) -> Result<Self, Failure> {
        let (stop, stopped) = watch::channel(false);
        let mut served = Vec::new();
        for (at, place) in places.iter().enumerate() {
            let dir = dir.join("witnesses").join(&place.government.profile);
            let cosigner = cosigner(place.government)?;
            if !dir.join(WITNESS_FILE).exists() {
                std::fs::create_dir_all(&dir).map_err(Failure::could_not)?;
                Store::create(&dir, cosigner.verifier())?;
            }
            let mut store = Store::open(&dir, Access::Write)?;
            for before in [1, 2] {
                let log = &places[(at + places.len() - before) % places.len()];
                let key = published_key(&log.government.origin(), "");
                store.add_log(key.verifier(), Some(&format!("http://{}", log.ledger)))?;
            }
            drop(store);
            let witness = Arc::new(Witness::open(&dir, cosigner, Box::new(SystemClock::new()))?);
            let (listener, stopped) = (serve::bind(place.witness, "--public")?, stopped.clone());
            served.push(runtime.spawn(async move {
                if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
                    served::serve(listener, witness, serve::asked(stopped)).await;
                }
            }));
        }
        Ok(Self { stop, served })
    }

    /// Ends all, and waits for them, but not for long.
    pub(super) fn stop(self, runtime: &Runtime) {
        self.stop.send_replace(true);
        for served in self.served {
            let _ = runtime.block_on(async { tokio::time::timeout(GRACE, served).await });
        }
    }
}

/// The key of the witness that a government runs, which is published as all of a demo.
pub(super) fn cosigner(government: &Government) -> Result<Cosigner, Failure> {
    let name = government.witness();
    Cosigner::new(&name, published_key(&name, "").key().clone()).map_err(Failure::could_not)
}
