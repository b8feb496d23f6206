//! `hibah restore`: brings back what an old backup lacks, and begins a lost last-signed record again.

use std::path::{Path, PathBuf};

use super::passphrase::Passphrase;
use super::{Failure, files, output, progress, source, submit};
use crate::ledger::restore::{self, Doing, Given, Mirror, RestoreError, Restored};
use crate::tlog::proof::TlogProof;

/// What is beside the log in a ledger's folder, and what is lost with it.
const BESIDE: [(&str, &str); 5] = [
    ("keys", "the ledger's, the desk's and the vault's key files"),
    ("vault.db", "what opens commitments"),
    ("erased.list", "what was erased; its newest copy, or the vault stays shut"),
    ("documents", "public documents; those who named them have them"),
    ("refusals.db", "today's count of refusals"),
];

/// Bring back from mirrors what an old backup lacks, or a lost last-signed record
#[derive(clap::Args)]
#[command(
    after_help = "A backup of ledger.db is older than last-signed.db, which stays outside of backups. What was\nsigned since is fetched from a mirror and verified before anything is written. Nothing is signed.\nWith --adopt, a lost or damaged last-signed.db begins again with the newest checkpoint given: ask\nevery witness and mirror for theirs first. docs/restoring.md tells what to do when.\nExit status: 0 done, 1 refused, 2 could not be done.\n\nExamples:\n  hibah restore my-ledger --from https://hibah.bandung.example/ledger\n  hibah restore my-ledger --adopt \\\n    --from mirror --checkpoint seen.txt"
)]
pub struct Args {
    /// The ledger's folder
    dir: PathBuf,
    /// A mirror: an address, an exported folder or another copy of the ledger's folder; give it again for each
    #[arg(long, value_name = "SOURCE")]
    from: Vec<String>,
    /// A checkpoint that somebody kept, or a receipt, which has one; give it again for each
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// Go on from the newest checkpoint given, where last-signed.db is lost, damaged or older; needs the ledger key
    #[arg(long)]
    adopt: bool,
    /// A key file of the ledger, for --adopt; give it again for each key in force
    /// [default: keys/ledger.key and keys/ledger-<n>.key in the ledger's folder, as far as they are there]
    #[arg(long, value_name = "FILE", requires = "adopt")]
    ledger_key: Vec<PathBuf>,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let opened = args.from.iter().map(|named| mirror(&args.dir, named)).collect::<Result<Vec<_>, _>>()?;
    let mirrors = opened.iter().map(|ledger| Mirror { name: ledger.name(), source: ledger }).collect();
    let checkpoints = args.checkpoint.iter().map(|file| checkpoint(file)).collect::<Result<Vec<_>, _>>()?;
    let given = Given { mirrors, checkpoints };
    let bar = progress::bar("Reading");
    let told = |doing, done, of| {
        bar.set_message(match doing {
            Doing::Reading => "Reading",
            Doing::Checking => "Checking",
            Doing::Restoring => "Restoring",
        });
        progress::told(&bar)(done, of);
    };
    let done = if args.adopt {
        let keys = submit::held_keys(&args.dir, &args.ledger_key, &args.passphrase)?;
        restore::adopt(&args.dir, &given, &keys, &told)
    } else {
        restore::restore(&args.dir, &given, &told)
    };
    bar.finish_and_clear();
    tell(args, &done?);
    Ok(())
}

fn mirror(dir: &Path, named: &str) -> Result<source::Ledger, Failure> {
    let whole = |path: &Path| path.canonicalize().ok();
    if !source::is_url(named) && whole(dir).is_some_and(|dir| whole(Path::new(named)) == Some(dir)) {
        return Err(Failure::CouldNot(format!(
            "{named} is the folder that shall be restored: name a copy of the ledger in another place with --from"
        )));
    }
    source::open_ledger(named)
}

/// A note as it was kept, or the one in a receipt.
fn checkpoint(file: &Path) -> Result<(String, Vec<u8>), Failure> {
    let bytes = files::read(file, "a checkpoint or a receipt")?;
    let note = TlogProof::parse(&bytes).map(|receipt| receipt.checkpoint.to_string().into_bytes());
    Ok((file.display().to_string(), note.unwrap_or(bytes)))
}

fn tell(args: &Args, done: &Restored) {
    let dir = args.dir.display();
    let entries = |n| output::count(n, "entry", "entries");
    let fetched = done.size.saturating_sub(done.before);
    let from = done.from.as_deref().unwrap_or_default();
    if fetched > 0 {
        output::say(format_args!(
            "Restored {}, {} to {}, after all of {from} was verified.",
            entries(fetched),
            done.before,
            done.size - 1
        ));
    } else if !args.adopt {
        output::say(format_args!("Nothing is lacking: {dir} has what was signed."));
    }
    if args.adopt {
        output::say(format_args!(
            "Adopted the checkpoint of {} that {from} has; nothing was signed.",
            entries(done.size)
        ));
    }
    output::say("");
    let mut rows = vec![("signed", entries(done.size)), ("root", done.root.to_hex())];
    if done.unsigned > 0 {
        rows.push(("behind", format!("{}, which the next start signs", entries(done.unsigned))));
    }
    output::facts(&rows);
    for file in &done.moved {
        output::say(format_args!("  The damaged file was kept as {}.", file.display()));
    }
    output::say("\nNot on the log, so not brought back; put back the newest copy of each:\n");
    let there = |name: &str| if args.dir.join(name).exists() { "there" } else { "not there" };
    let beside: Vec<_> = BESIDE.iter().map(|(name, what)| (*name, format!("{}: {what}", there(name)))).collect();
    output::facts(&beside);
    if args.adopt {
        output::say(format_args!(
            "\nAt risk: if a checkpoint of more than {} was ever signed, the next entry makes a second history, and\nwhoever has both proves it. Before anything is recorded ask every witness and every mirror for its newest\ncheckpoint, and whoever handed in a statement lately for the receipt; name what is newer with\n`hibah restore {dir} --adopt --from MIRROR` or `--checkpoint FILE`.",
            entries(done.size)
        ));
    }
    output::say(format_args!("\nCheck it: hibah verify {dir}"));
}

impl From<RestoreError> for Failure {
    fn from(error: RestoreError) -> Self {
        match error {
            RestoreError::Refused(sentence) => Self::DoesNotHold(sentence),
            other => Self::could_not(other),
        }
    }
}
