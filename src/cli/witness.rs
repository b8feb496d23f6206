//! `hibah witness`: a witness of its own, which cosigns checkpoints of other people's logs.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::clock::SystemClock;
use super::passphrase::Passphrase;
use super::{Failure, files, key, key_file, output, serve, source};
use crate::grants::time::Timestamp;
use crate::ledger::store::{Access, WITNESS_FILE};
use crate::network::witness::store::{Evidence, Log, Store};
use crate::network::witness::{Witness, served};
use crate::tlog::cosignature::Cosigner;
use crate::tlog::note::{Algorithm, VerifierKey};

/// The key's place in a witness's folder.
const KEY_FILE: &str = "witness.key";

/// Be a witness: cosign checkpoints of logs that only grow
#[derive(clap::Args)]
#[command(
    after_help = "A witness knows nothing of what a ledger says: it proves that everybody is shown the same one.\nRun it on another machine than the ledger's, by other people.\n\nExamples:\n  hibah witness init my-witness --name university.example/witness\n  hibah witness add-log my-witness $(cat vkey)\n  hibah witness serve my-witness --listen 127.0.0.1:8090"
)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    Init(Init),
    AddLog(AddLog),
    List(List),
    Serve(Serve),
}

/// Make a witness's folder with its one key
#[derive(clap::Args)]
#[command(
    after_help = "The verifier key that is printed is what ledgers and readers put into their policies.\n\nExample:\n  hibah witness init my-witness --name university.example/witness"
)]
struct Init {
    /// The new folder
    dir: PathBuf,
    /// The witness's name, an address without https://, such as university.example/witness
    #[arg(long)]
    name: String,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// Cosign this log from now on, or also with this further key of it
#[derive(clap::Args)]
#[command(
    after_help = "A running witness takes it up at once.\n\nExample:\n  hibah witness add-log my-witness $(cat vkey) \\\n    --url https://hibah.bandung.example"
)]
struct AddLog {
    /// The witness's folder
    dir: PathBuf,
    /// The log's verifier key, from a place that you trust
    #[arg(value_parser = source::vkey)]
    vkey: VerifierKey,
    /// Where the log is, for whoever reads the list
    #[arg(long)]
    url: Option<String>,
}

/// Show the logs, what was cosigned of each, and what they signed that does not agree with it
#[derive(clap::Args)]
#[command(
    after_help = "Exit status 1: a log signed two roots for one size; both notes are shown.\n\nExample:\n  hibah witness list my-witness"
)]
struct List {
    /// The witness's folder
    dir: PathBuf,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

/// Take checkpoints and cosign them (C2SP tlog-witness)
#[derive(clap::Args)]
#[command(
    after_help = "Put a web server with TLS before it. Ctrl-C stops it.\nNever put back witness.db from a copy: a witness that forgets what it cosigned\nmay cosign another history.\n\nExample:\n  hibah witness serve my-witness --listen 127.0.0.1:8090"
)]
struct Serve {
    /// The witness's folder
    dir: PathBuf,
    /// Address and port to listen at
    #[arg(long, value_name = "ADDR", value_parser = serve::address, default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    match &args.act {
        Act::Init(init) => make(init),
        Act::AddLog(add) => add_log(add),
        Act::List(list) => tell(list),
        Act::Serve(serve) => listen(serve),
    }
}

fn make(args: &Init) -> Result<(), Failure> {
    if !key::is_key_name(&args.name) {
        return Err(Failure::CouldNot(format!(
            "\"{}\" is no name of a witness: use small letters, digits, dots, hyphens and slashes, such as university.example/witness",
            args.name
        )));
    }
    let file = args.dir.join(KEY_FILE);
    for there in [&file, &args.dir.join(WITNESS_FILE)] {
        if there.exists() {
            return Err(Failure::CouldNot(format!("{} exists already: name a new folder", there.display())));
        }
    }
    let passphrase = args.passphrase.choose(&file.display().to_string())?;
    let secret = key_file::new_key()?;
    let cosigner = Cosigner::new(&args.name, secret.clone()).map_err(Failure::could_not)?;
    key_file::write_key(&file, cosigner.verifier(), &secret, &passphrase)?;
    Store::create(&args.dir, cosigner.verifier())?;
    let vkey = cosigner.verifier().to_string();
    if args.json {
        output::json(&json!({ "dir": args.dir.display().to_string(), "vkey": vkey }));
        return Ok(());
    }
    output::say(&vkey);
    output::remark(format_args!(
        "The line above is the witness's public half: ledgers and readers put it into their policies.\nNext: hibah witness add-log {} VKEY",
        args.dir.display()
    ));
    Ok(())
}

fn add_log(args: &AddLog) -> Result<(), Failure> {
    let key = &args.vkey;
    if key.algorithm() != Algorithm::Ed25519 {
        return Err(Failure::CouldNot(format!("{} is the key of a witness: name the key of a log", key.name())));
    }
    let mut store = Store::open(&args.dir, Access::Write)?;
    if store.vkey()?.public() == key.public() {
        return Err(Failure::CouldNot(
            "the log has the witness's own key: a key signs checkpoints or cosigns them, never both".to_owned(),
        ));
    }
    let new = store.add_log(key, args.url.as_deref())?;
    output::say(format_args!("{} {}", if new { "Added:" } else { "It was known:" }, key.name()));
    Ok(())
}

fn tell(args: &List) -> Result<(), Failure> {
    let store = Store::open(&args.dir, Access::Read)?;
    let mut logs = Vec::new();
    for log in store.logs()? {
        let kept = store.evidence(&log.origin)?;
        logs.push((log, kept));
    }
    if args.json {
        let shown = logs.iter().map(|(log, kept)| as_json(log, kept)).collect::<Vec<_>>();
        output::json(&json!({ "vkey": store.vkey()?.to_string(), "logs": shown }));
    } else {
        output::say(store.vkey()?);
        for (log, kept) in &logs {
            show(log, kept);
        }
    }
    match logs.iter().find(|(_, kept)| kept.iter().any(|evidence| evidence.proved)) {
        Some((log, _)) => Err(Failure::DoesNotHold(format!(
            "{} signed two roots for one size: publish both notes, they prove that it shows two histories",
            log.origin
        ))),
        None => Ok(()),
    }
}

fn show(log: &Log, kept: &[Evidence]) {
    output::say(format_args!("\n{}", log.origin));
    let cosigned = match cosigned_at(log) {
        Some(at) => format!("{}, at {at}", output::count(log.last.size, "entry", "entries")),
        None => "never".to_owned(),
    };
    let keys: Vec<String> = log.keys.iter().map(ToString::to_string).collect();
    let mut rows = vec![("cosigned", cosigned), ("keys", keys.join("\n"))];
    rows.extend(log.url.clone().map(|url| ("at", url)));
    output::facts(&rows);
    if !kept.is_empty() {
        output::say(format_args!("\n{}", served::told(log, kept)));
    }
}

fn cosigned_at(log: &Log) -> Option<Timestamp> {
    Timestamp::from_ms(i64::try_from(log.time_s?).ok()?.checked_mul(1_000)?)
}

fn as_json(log: &Log, kept: &[Evidence]) -> serde_json::Value {
    let evidence: Vec<_> = kept
        .iter()
        .map(|kept| json!({ "proved": kept.proved, "at": kept.at, "ours": kept.ours, "theirs": kept.theirs }))
        .collect();
    json!({
        "origin": log.origin,
        "hash": log.hash.to_hex(),
        "url": log.url,
        "vkeys": log.keys.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "size": log.last.size,
        "root": log.last.root.to_hex(),
        "cosigned_at": cosigned_at(log).map(|at| at.to_string()),
        "evidence": evidence,
    })
}

/// The witness's key, out of its folder.
fn cosigner(dir: &Path, passphrase: &Passphrase) -> Result<Cosigner, Failure> {
    let file = dir.join(KEY_FILE);
    let passphrase = passphrase.get(&file.display().to_string())?;
    let (vkey, key) = key_file::read_key(&file, &passphrase)?;
    let cosigner = Cosigner::new(vkey.name(), key).map_err(Failure::could_not)?;
    if *cosigner.verifier() == vkey {
        return Ok(cosigner);
    }
    Err(Failure::CouldNot(format!(
        "{} is not the key of a witness: make one with `hibah witness init`",
        file.display()
    )))
}

fn listen(args: &Serve) -> Result<(), Failure> {
    let listener = serve::bind(args.listen, "--listen")?;
    let at = listener.local_addr().map_err(Failure::could_not)?;
    let cosigner = cosigner(&args.dir, &args.passphrase)?;
    let witness = Arc::new(Witness::open(&args.dir, cosigner, Box::new(SystemClock::new()))?);
    let watched = Arc::clone(&witness);
    serve::runtime()?.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(Failure::could_not)?;
        let stop = serve::stop_signal(false)?;
        output::say(format_args!("Witness: http://{at}/\nCtrl-C stops it."));
        let ended = serve::stopped(move || watched.fault().is_some());
        let stop = serve::either(stop, Some(ended));
        let served = async {
            served::serve(listener, Arc::clone(&witness), serve::asked(stop.clone())).await;
            Ok(())
        };
        serve::in_time(served, stop.clone()).await
    })?;
    match witness.fault() {
        Some(fault) => Err(Failure::CouldNot(format!(
            "{}; nothing more was cosigned: mend the cause and start the witness again",
            files::why(&fault)
        ))),
        None => Ok(()),
    }
}
