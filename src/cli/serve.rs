//! `hibah serve`: the public read-only server, and the desk when asked for.
//!
//! I5: no key is in the public server's process. When both are asked for, the public server runs in a child process
//! that gets neither key nor passphrase and ends when this one does, because its standard input closes then.

use std::io::Read as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::clock::{self, SystemClock};
use super::passphrase::{Passphrase, VaultPassphrase};
use super::{Failure, dumps, files, key_file, letter, output, source, submit, vault, verify};
use crate::desk::letters::{Mailer, Post};
use crate::desk::nphd::Template;
use crate::desk::scanner::Scanner;
use crate::desk::{Place, Web};
use crate::grants::signer::SignerId;
use crate::grants::time::Timestamp;
use crate::ledger::cosigned::Cosigned;
use crate::ledger::documents::Limits;
use crate::ledger::enclosures::Enclosures;
use crate::ledger::reader::Reader;
use crate::ledger::refusals::Refusals;
use crate::ledger::sequencer::Sequencer;
use crate::ledger::vault::{UnlockedVault, Vault};
use crate::ledger::writer::Writer;
use crate::network::asking::{self, Asking, Task, Times};
use crate::public::limits::{GRACE, MAX_QUEUE};
use crate::public::{Manner, Records};
use crate::tlog::hash::Hash;
use crate::tlog::note::NoteSigner;
use crate::tlog::policy::Policy;

/// Where the public server listens if neither address is given.
const DEFAULT_PUBLIC: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
/// How many seconds dumps rest at least.
const DUMPS_EVERY: u64 = 60;
/// How many seconds lie between two checkpoints that go to the witnesses.
const WITNESSES_EVERY: u64 = 5;
/// The desk's own key's place in a ledger's folder.
const DESK_KEY_FILE: &str = "keys/desk.key";

/// Serve a ledger to everyone, read-only; with --desk also take statements
#[derive(clap::Args)]
#[command(
    after_help = "Without an address: the public server on 127.0.0.1:8080. The desk runs only when\nasked for and needs the ledger key. With the desk's own key it\nrecords each day how many signed statements were refused, by rule and office.\nPut a web server with TLS before both.\nCtrl-C stops; statements that wait are recorded first.\n\nExamples:\n  hibah serve my-ledger\n  hibah serve my-ledger --public 127.0.0.1:8080 --desk 127.0.0.1:8081"
)]
pub struct Args {
    /// The ledger's folder
    dir: PathBuf,
    /// Address and port of the public server
    #[arg(long, value_name = "ADDR", value_parser = address)]
    public: Option<SocketAddr>,
    /// Address and port of the desk, which takes statements
    #[arg(long, value_name = "ADDR", value_parser = address)]
    desk: Option<SocketAddr>,
    /// A key file of the ledger, for the desk; give it again for each key in force
    /// [default: keys/ledger.key and keys/ledger-<n>.key in the ledger's folder, as far as they are there]
    #[arg(long, value_name = "FILE", requires = "desk")]
    ledger_key: Vec<PathBuf>,
    /// How many seconds the files at /data rest at least before they are made anew for a ledger that has gone on; 0: none
    /// are made
    #[arg(long, value_name = "SECONDS", default_value_t = DUMPS_EVERY)]
    dumps_every: u64,
    /// Witnesses to ask for cosignatures, at the addresses in this file (C2SP tlog-policy); /checkpoint shows only what a
    /// quorum of them has seen
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// At most one checkpoint goes to the witnesses in so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = WITNESSES_EVERY, requires = "policy",
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    witnesses_every: u64,
    /// Where readers find the public server, for links on the desk's pages [default: its own address, if --public gives one]
    #[arg(long, value_name = "URL", requires = "desk")]
    public_url: Option<String>,
    /// Where people find the desk, for links on the public pages [default: its own address, if --desk gives one and no proxy is told of]
    #[arg(long, value_name = "URL", value_parser = site)]
    desk_url: Option<String>,
    /// How letters to organisations are sent: a file that names the mail server (see `hibah letter --help`); its password is
    /// in a file that it names or in HIBAH_SMTP_PASSWORD [default: no letters]
    #[arg(long, value_name = "FILE", requires = "desk")]
    smtp: Option<PathBuf>,
    /// The text of grant agreements (NPHD) that offices print: docs/desk.md says what stands for what [default: a text by
    /// Permendagri 32/2011]
    #[arg(long, value_name = "FILE", requires = "desk")]
    nphd: Option<PathBuf>,
    /// Where clamd listens, which looks at every document before it is taken: a path such as /run/clamav/clamd.ctl, or a host
    /// and port [default: nothing looks]
    #[arg(long, value_name = "PATH|ADDR", requires = "desk")]
    clamd: Option<Scanner>,
    /// Every reader comes by HTTPS, which a proxy before this server ends: browsers are told to use nothing else
    #[arg(long)]
    behind_tls: bool,
    /// Stop when standard input closes
    #[arg(long, hide = true)]
    until_stdin_closes: bool,
    /// Every page says that the records are made up
    #[arg(long, hide = true)]
    made_up: bool,
    #[command(flatten)]
    passphrase: Passphrase,
    /// The vault's key file, for the desk [default: keys/vault.key in the ledger's folder]
    #[arg(long, value_name = "FILE", requires = "desk")]
    vault_key: Option<PathBuf>,
    /// Leave the vault shut, so that the desk takes no openings
    #[arg(long, requires = "desk", conflicts_with = "vault_key")]
    no_vault: bool,
    #[command(flatten)]
    vault_passphrase: VaultPassphrase,
    /// The desk's own key file, which signs how many statements were refused each day
    /// [default: keys/desk.key in the ledger's folder, if it is there]
    #[arg(long, value_name = "FILE", requires = "desk")]
    desk_key: Option<PathBuf>,
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write an address and a port, such as 127.0.0.1:8080 or [::1]:8080".to_owned())
}

/// Where a site is, without a slash at the end.
fn site(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]%".contains(c);
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fits = rest.is_some_and(|rest| !rest.trim_matches('/').is_empty() && rest.chars().all(fits));
    if fits {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("write an address such as https://loket.bandung.example".to_owned())
    }
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    match (args.public, args.desk) {
        (None, None) => serve_public(args, DEFAULT_PUBLIC),
        (Some(public), None) => serve_public(args, public),
        (public, Some(desk)) => serve_desk(args, desk, public),
    }
}

pub(super) fn bind(address: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    listener.map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::AddrInUse => "another program listens there".to_owned(),
            _ => error.to_string(),
        };
        Failure::CouldNot(format!(
            "{address} cannot be served at ({why}): stop that program, or name another address with {option}"
        ))
    })
}

fn serve_public(args: &Args, address: SocketAddr) -> Result<(), Failure> {
    // Made anew or brought up to date here, since the server itself cannot write.
    drop(source::open_reader(&args.dir)?);
    let policy = policy(args)?;
    let listener = bind(address, "--public")?;
    // Beside a desk, that one asks.
    let policy = policy.filter(|_| !args.until_stdin_closes);
    let _asking = policy.map(|policy| ask(args, policy, Box::new(|_| {}))).transpose()?;
    if args.dumps_every > 0 {
        dumps::keep(args.dir.clone(), Duration::from_secs(args.dumps_every));
    }
    let at = listener.local_addr().map_err(Failure::could_not)?;
    runtime()?.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(Failure::could_not)?;
        let stop = stop_signal(args.until_stdin_closes)?;
        if !args.made_up {
            output::say(format_args!("Public server: http://{at}/"));
        }
        if !args.until_stdin_closes {
            output::say(format_args!("Check it from anywhere: hibah verify http://{at}\nCtrl-C stops it."));
        }
        let records = if args.made_up { Records::MadeUp } else { Records::Recorded };
        let desk = args.desk_url.as_deref().map(Arc::from);
        let manner = Manner { records, behind_tls: args.behind_tls, witnessed: args.policy.is_some(), desk };
        let served = crate::public::serve(listener, args.dir.clone(), manner, asked(stop.clone()));
        in_time(served, stop).await
    })
}

fn serve_desk(args: &Args, desk: SocketAddr, public: Option<SocketAddr>) -> Result<(), Failure> {
    if let Some(public) = public {
        // Found out here, so that an address in use is said once and before a passphrase is asked for.
        drop(bind(public, "--public")?);
    }
    let listener = bind(desk, "--desk")?;
    let at = listener.local_addr().map_err(Failure::could_not)?;
    let policy = policy(args)?;
    if let Some(policy) = &policy
        && let Some(lost) = asking::lost(&args.dir, policy)?
    {
        return Err(Failure::CouldNot(lost));
    }
    let agreement = args.nphd.as_deref().map(agreement).transpose()?;
    let mut writer = submit::open_writer(&args.dir, &args.ledger_key, &args.passphrase)?;
    let vault = match Vault::exists(&args.dir) && !args.no_vault {
        true => Some(vault::unlock(&args.dir, args.vault_key.as_deref(), &args.vault_passphrase)?),
        false => None,
    };
    let public_url = args.public_url.clone().or_else(|| public.map(|at| format!("http://{at}")));
    let desk_key = desk_key(args)?;
    // What the desk says itself: counts of refusals, and what citizens report.
    let says = desk_key.as_ref().map(|key| NoteSigner::new(key.name(), key.key().clone()));
    let says = says.transpose().map_err(Failure::could_not)?;
    let mut web = Web::open_with(&args.dir, public_url.as_deref(), args.behind_tls, says)?;
    if let Some(file) = &args.smtp {
        web = web.with_letters(Arc::new(letter::read(file, public_url.as_deref())?));
    }
    if let Some(text) = agreement {
        web = web.with_agreement(text);
    }
    let enclosures = enclosures(&args.dir, &writer, vault, &web)?;
    let unrecorded = unrecorded(&mut writer, desk_key.as_ref());
    let refusals = Refusals::open(&args.dir, &writer, desk_key)?;
    let child = public.map(|public| PublicChild::start(&args.dir, public, &options(args, at))).transpose()?;
    let sequencer = Sequencer::start_counting(writer, refusals, MAX_QUEUE);
    let halt = sequencer.halt();
    let _asking = policy.map(|policy| ask(args, policy, Box::new(move |why| halt.because(why)))).transpose()?;
    let place =
        Place { dir: args.dir.clone(), witnessed: args.policy.is_some(), web: Some(web), scanner: args.clamd.clone() };
    take_statements(listener, place, sequencer, enclosures, child, || {
        output::say(format_args!("Desk: http://{at}/"));
        if let Some(why) = unrecorded {
            output::say(format_args!("Refusals are counted but not recorded: {why}"));
        }
        output::say(format_args!("Hand in a statement: hibah submit http://{at} FILE\nCtrl-C stops it."));
    })
}

/// The government's own text of agreements.
fn agreement(file: &Path) -> Result<Template, Failure> {
    let text = files::read_text(file, "the text of agreements, saved as UTF-8")?;
    Template::parse(&text).map_err(|fault| Failure::CouldNot(format!("{}: {fault}", file.display())))
}

/// The witnesses to ask, looked at before anything is signed or served.
fn policy(args: &Args) -> Result<Option<Policy>, Failure> {
    let Some(file) = &args.policy else { return Ok(None) };
    let policy = verify::read_policy(file)?;
    let wrong = |what: String| Err(Failure::CouldNot(format!("{}: {what}", file.display())));
    let origin = source::Ledger::folder(&args.dir)?.unverified_checkpoint()?.origin;
    if !policy.logs().is_empty() && !policy.logs().iter().any(|log| log.key.name() == origin) {
        return wrong(format!("it is for other logs: add a log line with the verifier key of {origin}"));
    }
    if !policy.can_be_met(|witness| witness.url.is_some()) {
        return wrong("too few witnesses have an address to reach the quorum: add it behind their keys".to_owned());
    }
    // The public server looks for it when it starts.
    drop(Cosigned::open(&args.dir)?);
    Ok(Some(policy))
}

/// Begins to ask the witnesses.
fn ask(args: &Args, policy: Policy, lost: Box<dyn Fn(&str) + Send>) -> Result<Asking, Failure> {
    let started = Instant::now();
    let now_s = || clock::now().map_or(0, |now| u64::try_from(now.ms() / 1_000).unwrap_or_default());
    let times = Times { now_s: Box::new(now_s), passed: Box::new(move || started.elapsed()) };
    let every = Duration::from_secs(args.witnesses_every);
    Ok(Asking::start(Task { dir: args.dir.clone(), policy, every, times, lost })?)
}

/// What the public server's own process is told of how to serve.
fn options(args: &Args, desk: SocketAddr) -> Vec<String> {
    let mut options = vec![format!("--dumps-every={}", args.dumps_every)];
    // An address that listens everywhere is no place to go to, nor is the one behind a proxy.
    let own = (!desk.ip().is_unspecified() && !args.behind_tls).then(|| format!("http://{desk}"));
    options.extend(args.desk_url.clone().or(own).map(|url| format!("--desk-url={url}")));
    options.extend(args.policy.as_ref().map(|file| format!("--policy={}", file.display())));
    options.extend(args.made_up.then(|| "--made-up".to_owned()));
    options.extend(args.behind_tls.then(|| "--behind-tls".to_owned()));
    options
}

/// The desk's own key, where there is one.
fn desk_key(args: &Args) -> Result<Option<NoteSigner>, Failure> {
    let usual = args.dir.join(DESK_KEY_FILE);
    let file = match &args.desk_key {
        Some(file) => file,
        None if usual.exists() => &usual,
        None => return Ok(None),
    };
    let passphrase = args.passphrase.get(&file.display().to_string())?;
    key_file::read(file, &passphrase).map(Some)
}

/// Why no count of refusals can be recorded now, if so.
fn unrecorded(writer: &mut Writer, desk: Option<&NoteSigner>) -> Option<String> {
    let Some(desk) = desk else {
        return Some(format!("there is no {DESK_KEY_FILE}; name the desk's key file with --desk-key"));
    };
    let today = writer.time().ok().map(|now| writer.state().local_date(now))?;
    let id = SignerId::new(desk.name(), desk.verifier().key_id().0)?;
    writer.state().in_force(&id, today).err().map(|refusal| refusal.sentence.to_string())
}

/// What takes openings and documents beside the writer of a folder.
fn enclosures(dir: &Path, writer: &Writer, vault: Option<UnlockedVault>, web: &Web) -> Result<Enclosures, Failure> {
    let (clock, awaited) = (Box::new(SystemClock::new()), |statement: &Hash| web.awaits(statement));
    Enclosures::open_awaiting(dir, writer, vault, clock, Limits::SERVED, &awaited).map_err(Failure::could_not)
}

/// Whether both addresses can be served at, said before a demo is made.
pub fn check_free(public: SocketAddr, desk: SocketAddr) -> Result<(), Failure> {
    bind(public, "--public").and(bind(desk, "--desk")).map(drop)
}

/// Serves a demo: its public pages from a child process, its desk from this one. `invite` is called once both listen.
pub fn demo(
    dir: &Path,
    public: SocketAddr,
    desk: SocketAddr,
    signer: NoteSigner,
    vault: Option<UnlockedVault>,
    invite: impl FnOnce(),
) -> Result<(), Failure> {
    let listener = bind(desk, "--desk")?;
    let writer = Writer::open(dir, signer, Box::new(SystemClock::new()))?;
    let web = Web::open(dir, Some(&format!("http://{public}")), false)?;
    let enclosures = enclosures(dir, &writer, vault, &web)?;
    let child = PublicChild::start(dir, public, &["--made-up".to_owned()])?;
    let place = Place { dir: dir.to_owned(), witnessed: false, web: Some(web), scanner: None };
    take_statements(listener, place, Sequencer::start(writer, MAX_QUEUE), enclosures, Some(child), invite)
}

fn take_statements(
    listener: TcpListener,
    place: Place,
    sequencer: Sequencer,
    enclosures: Enclosures,
    child: Option<PublicChild>,
    greet: impl FnOnce(),
) -> Result<(), Failure> {
    keep_time(&place.dir, &sequencer)?;
    let sequencer = Arc::new(sequencer);
    let letters = place.web.as_ref().and_then(Web::letters).cloned();
    let mailer = letters.map(|letters| Mailer::open(place.dir.clone(), Arc::clone(&sequencer), letters)).transpose()?;
    let post = mailer.map(Post::start);
    let served = runtime()?.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(Failure::could_not)?;
        let stop = stop_signal(false)?;
        greet();
        let ended = child.as_ref().map(|child| child.ended.clone());
        let watched = Arc::clone(&sequencer);
        let stop_or_ended = either(either(stop, ended), Some(stopped(move || watched.has_stopped())));
        let served = crate::desk::serve_with(
            listener,
            Arc::clone(&sequencer),
            Arc::new(enclosures),
            place,
            asked(stop_or_ended.clone()),
        );
        in_time(served, stop_or_ended).await
    });
    let fell = sequencer.has_stopped();
    let fault = sequencer.fault().map(str::to_owned);
    drop(post);
    // The last handle: what waits is recorded before the writer goes.
    drop(sequencer);
    match child.map(PublicChild::finish) {
        Some(Err(failure)) if fault.is_none() => Err(failure),
        _ if fault.is_some() => Err(Failure::CouldNot(format!(
            "{}; the desk was stopped, and whoever had no answer submits again: mend the cause and start it again, which reads the newest entries anew before it signs",
            fault.unwrap_or_default()
        ))),
        _ if fell => Err(Failure::CouldNot(
            "the writer stopped by a fault of the program, so the desk was stopped too: keep the lines before this one, report them, and start it again".to_owned(),
        )),
        _ => served,
    }
}

/// Lets the writer's numbers tell how long things take, and how old the newest checkpoint is.
fn keep_time(dir: &Path, sequencer: &Sequencer) -> Result<(), Failure> {
    let reader = Reader::open(dir)?;
    // A checkpoint bears no time: it is signed at once after its last entry.
    let newest = reader.newest(1)?.pop().and_then(|record| Timestamp::parse(&record.recorded_at));
    let age_ms = newest.map_or(0, |newest| clock::now().map_or(0, |now| now.ms() - newest.ms()));
    let age = Duration::from_millis(u64::try_from(age_ms).unwrap_or_default());
    let started = Instant::now();
    sequencer.metrics().keep_time(Box::new(move || started.elapsed() + age), reader.signed()?.size, age);
    Ok(())
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::could_not)
}

/// Turns true once the server shall stop: Ctrl-C, SIGTERM, or standard input that closes.
pub(super) fn stop_signal(until_stdin_closes: bool) -> Result<watch::Receiver<bool>, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let (tell, stop) = watch::channel(false);
    let mut terminated = signal(SignalKind::terminate()).map_err(Failure::could_not)?;
    let mut interrupted = signal(SignalKind::interrupt()).map_err(Failure::could_not)?;
    let by_signal = tell.clone();
    tokio::spawn(async move {
        tokio::select! { _ = terminated.recv() => {}, _ = interrupted.recv() => {} }
        by_signal.send_replace(true);
    });
    if until_stdin_closes {
        std::thread::spawn(move || {
            // Whatever ends the reading, the parent is gone or wants an end.
            let _ = std::io::stdin().lock().read_to_end(&mut Vec::new());
            tell.send_replace(true);
        });
    }
    Ok(stop)
}

pub(super) async fn asked(mut stop: watch::Receiver<bool>) {
    // An error means that nobody is left to ask, which does not happen while signals are watched.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Turns true once `ended` is: of a writer or a witness that would refuse everything from then on.
pub(super) fn stopped(ended: impl Fn() -> bool + Send + 'static) -> watch::Receiver<bool> {
    let (tell, stopped) = watch::channel(false);
    tokio::spawn(async move {
        while !ended() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        tell.send_replace(true);
    });
    stopped
}

/// True once one of the two is.
pub(super) fn either(first: watch::Receiver<bool>, second: Option<watch::Receiver<bool>>) -> watch::Receiver<bool> {
    let Some(second) = second else { return first };
    let (tell, both) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! { () = asked(first) => {}, () = asked(second) => {} }
        tell.send_replace(true);
    });
    both
}

/// Waits for the server; once it was asked to stop, not longer than the grace.
pub(super) async fn in_time(
    served: impl Future<Output = std::io::Result<()>>,
    stop: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let late = async {
        asked(stop).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = served => served.map_err(Failure::could_not),
        () = late => Ok(()),
    }
}

/// The public server in a process of its own.
struct PublicChild {
    stdin: ChildStdin,
    ended: watch::Receiver<bool>,
    waiting: std::thread::JoinHandle<std::io::Result<ExitStatus>>,
}

impl PublicChild {
    fn start(dir: &Path, address: SocketAddr, options: &[String]) -> Result<Self, Failure> {
        let fault = |error: std::io::Error| {
            Failure::CouldNot(format!("the public server could not be started: {}", files::why(&error)))
        };
        let mut child: Child = Command::new(std::env::current_exe().map_err(fault)?)
            .arg("serve")
            .arg(dir)
            .args(["--public", &address.to_string(), "--until-stdin-closes"])
            .args(options)
            .env_remove("HIBAH_PASSPHRASE")
            .env_remove("HIBAH_VAULT_PASSPHRASE")
            .env_remove(letter::PASSWORD)
            .stdin(Stdio::piped())
            .spawn()
            .map_err(fault)?;
        let stdin = child.stdin.take().ok_or_else(|| Failure::could_not("the public server has no standard input"))?;
        let (tell, ended) = watch::channel(false);
        let waiting = std::thread::spawn(move || {
            let status = child.wait();
            tell.send_replace(true);
            status
        });
        Ok(Self { stdin, ended, waiting })
    }

    /// Lets the child end and tells how it did.
    fn finish(self) -> Result<(), Failure> {
        drop(self.stdin);
        match self.waiting.join() {
            Ok(Ok(status)) if status.success() => Ok(()),
            // It said itself what was wrong.
            _ => Err(Failure::CouldNot(
                "the public server stopped, so the desk was stopped too: see the line before this one".to_owned(),
            )),
        }
    }
}
