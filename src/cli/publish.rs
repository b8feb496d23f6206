//! `hibah publish`: the ledger's files in an object store.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::source::Ledger;
use super::{Failure, output, progress, source, verify};
use crate::ledger::cosigned::{Cosigned, Seen};
use crate::ledger::verify::Source as _;
use crate::network::bucket::Bucket;
use crate::network::publish::{self, Outgoing, PublishError, Published, Put};
use crate::tlog::note::Note;
use crate::tlog::policy::Policy;

/// The longest wait between two rounds of which the first failed, in seconds.
const LONGEST_WAIT: u64 = 900;

/// Put a ledger's files into an object store, from which everybody reads
#[derive(clap::Args)]
#[command(
    after_help = "Only what is new is put: tiles and bundles first, the checkpoint last. What is there must be of this\nledger and stays. A stop at any time does no harm; the next run goes on. Credentials come from the\nenvironment: AWS_*, GOOGLE_*, AZURE_*. docs/publishing.md is for operators.\nExit status: 0 done, 1 the store contradicts the ledger, 2 could not be done.\n\nExamples:\n  hibah publish my-ledger s3://hibah-bandung/ledger\n  hibah publish my-ledger gs://hibah-bandung/ledger --every 60"
)]
pub struct Args {
    /// The ledger's folder
    dir: PathBuf,
    /// The place: s3://BUCKET/PLACE, gs://BUCKET/PLACE, az://CONTAINER/PLACE or file:///FOLDER
    #[arg(value_name = "STORE")]
    store: String,
    /// Go on for ever: look for what is new after so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: Option<u64>,
    /// Publish only what a quorum of these witnesses has seen (C2SP tlog-policy), as /checkpoint shows it: the policy of
    /// `hibah serve`, which asks them
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Compare everything that is there, not only what is new
    #[arg(long)]
    all: bool,
    /// Say it for a machine; with --every one object a line
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let bucket = source::open_bucket(&args.store)?;
    let policy = args.policy.as_deref().map(verify::read_policy).transpose()?;
    if policy.is_none() && seen_by_any(&args.dir)?.is_some() {
        output::remark(
            "warning: witnesses are asked for this ledger, and without --policy what goes out need not have been seen by any",
        );
    }
    let Some(every) = args.every else {
        tell(args, &round(args, &bucket, policy.as_ref())?);
        return Ok(());
    };
    let mut wait = every;
    loop {
        match round(args, &bucket, policy.as_ref()) {
            Ok(done) => {
                wait = every;
                // Who goes on for ever says what changed.
                if done.checkpoint == Put::New || done.put > 0 {
                    tell(args, &done);
                }
            }
            // What a person must look at does not pass by itself.
            Err(contradicts @ Failure::DoesNotHold(_)) => return Err(contradicts),
            Err(Failure::CouldNot(sentence)) => {
                output::remark(sentence);
                wait = (wait * 2).min(LONGEST_WAIT.max(every));
            }
        }
        std::thread::sleep(Duration::from_secs(wait));
    }
}

fn round(args: &Args, bucket: &Bucket, policy: Option<&Policy>) -> Result<Published, Failure> {
    let files = Ledger::folder(&args.dir)?;
    let note = match policy {
        Some(policy) => seen(&args.dir, policy)?,
        None => files.checkpoint()?,
    };
    let bar = progress::bar("Publishing");
    let outgoing = Outgoing { files: &files, note, all: args.all };
    let done = publish::publish(&outgoing, bucket, &progress::told(&bar));
    bar.finish_and_clear();
    Ok(done?)
}

fn seen_by_any(dir: &Path) -> Result<Option<Seen>, Failure> {
    Ok(Cosigned::read(dir)?.map(|cosigned| cosigned.seen()).transpose()?.flatten())
}

/// The newest checkpoint that a quorum has seen.
fn seen(dir: &Path, policy: &Policy) -> Result<Vec<u8>, Failure> {
    let note = seen_by_any(dir)?.map(|seen| seen.signed.note.into_bytes());
    let is_seen = |bytes: &Vec<u8>| {
        let report = Note::parse(bytes).ok().and_then(|note| policy.witnessed(&note).ok());
        report.is_some_and(|report| report.quorum_met)
    };
    note.filter(is_seen).ok_or_else(|| {
        Failure::CouldNot(format!(
            "no quorum of the policy's witnesses has seen a checkpoint of {} yet, so nothing goes out: `hibah serve --policy` asks them, with the same file",
            dir.display()
        ))
    })
}

fn tell(args: &Args, done: &Published) {
    if args.json {
        let said = as_json(args, done);
        return if args.every.is_some() { output::say(said) } else { output::json(&said) };
    }
    let (store, entries) = (&args.store, output::count(done.size, "entry", "entries"));
    let files = output::count(done.put, "file", "files");
    let there = if done.there > 0 { format!(", {} there already", output::grouped(done.there)) } else { String::new() };
    output::say(match done.checkpoint {
        Put::New => format!("Published {entries} to {store}: {files} put{there}."),
        Put::Same => format!("Nothing is new: {store} has the checkpoint of {entries}; {files} put{there}."),
        Put::Newer(size) => format!(
            "{store} has a newer checkpoint of this ledger, of {}, which stays; {files} put{there}.",
            output::count(size, "entry", "entries")
        ),
    });
}

fn as_json(args: &Args, done: &Published) -> Value {
    let checkpoint = match done.checkpoint {
        Put::New => "put",
        Put::Same => "same",
        Put::Newer(_) => "newer",
    };
    json!({
        "store": args.store,
        "before": done.before,
        "size": done.size,
        "root": done.root.to_hex(),
        "put": done.put,
        "there": done.there,
        "checkpoint": checkpoint,
    })
}

impl From<PublishError> for Failure {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Refused(sentence) => Self::DoesNotHold(sentence),
            PublishError::Unanswered(error) => error.into(),
        }
    }
}
