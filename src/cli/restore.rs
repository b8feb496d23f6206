//! `hibah restore`: brings back what an old backup lacks, and begins a lost last-signed record again.

use std::path::{Path, PathBuf};

use super::passphrase::Passphrase;
use super::{Failure, files, output, progress, source, submit};
use crate::ledger::restore::{self, Copied, Doing, Given, Mirror, RestoreError, Restored};
use crate::tlog::note::VerifierKey;
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
    allow_missing_positional = true,
    after_help = "A backup of ledger.db is older than last-signed.db, which stays outside of backups. What was\nsigned since is fetched from a mirror and verified before anything is written. Nothing is signed.\nWith --adopt, a lost or damaged last-signed.db begins again with the newest checkpoint given: ask\nevery witness and mirror for theirs first. docs/restoring.md tells what to do when.\nWith SOURCE, DIR is a new folder and becomes a copy of that mirror, which is verified whole first:\nto be read and served, and to be adopted if the ledger is lost.\nExit status: 0 done, 1 refused, 2 could not be done.\n\nExamples:\n  hibah restore s3://hibah-bandung/ledger copy \\\n    --vkey $(cat vkey)\n  hibah restore my-ledger --from https://hibah.bandung.example/ledger\n  hibah restore my-ledger --adopt \\\n    --from mirror --checkpoint seen.txt"
)]
pub struct Args {
    /// A mirror to make a copy of: an address, a store such as s3://BUCKET/PLACE, an exported folder, another copy
    #[arg(conflicts_with_all = ["from", "checkpoint", "adopt"])]
    source: Option<String>,
    /// The ledger's folder; with SOURCE a new one
    dir: PathBuf,
    /// A mirror: an address, a store such as s3://BUCKET/PLACE, an exported folder or another copy of the ledger's folder;
    /// give it again for each
    #[arg(long, value_name = "SOURCE")]
    from: Vec<String>,
    /// A checkpoint that somebody kept, or a receipt, which has one; give it again for each
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// A verifier key of the ledger, from a place that you trust, to check the mirror with [default: the one that it names
    /// itself]
    #[arg(long, value_name = "KEY", value_parser = source::vkey)]
    vkey: Option<VerifierKey>,
    /// Go on from the newest checkpoint given, where last-signed.db is lost, damaged or older, or DIR is a copy; needs the
    /// ledger key
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
    let given = Given { mirrors, checkpoints, vkey: args.vkey.clone() };
    let bar = progress::bar("Reading");
    let told = |doing, done, of| {
        bar.set_message(match doing {
            Doing::Reading => "Reading",
            Doing::Checking => "Checking",
            Doing::Restoring => "Restoring",
        });
        progress::told(&bar)(done, of);
    };
    if let Some(named) = &args.source {
        let source = mirror(&args.dir, named)?;
        let mirror = Mirror { name: source.name(), source: &source };
        let copied = restore::copy(&args.dir, mirror, args.vkey.clone(), &told);
        bar.finish_and_clear();
        tell_copy(args, &copied?);
        return Ok(());
    }
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

fn tell_copy(args: &Args, done: &Copied) {
    let (dir, restored) = (args.dir.display(), &done.restored);
    let from = restored.from.as_deref().unwrap_or_default();
    let entries = output::count(restored.size, "entry", "entries");
    output::say(format_args!("Copied {entries} to {dir}, after all of {from} was verified; nothing was signed.\n"));
    output::facts(&[("signed", entries), ("root", restored.root.to_hex()), ("key", done.vkey.to_string())]);
    output::say(format_args!(
        "\nIt can be read and served. Nothing can be recorded in it before `hibah restore {dir} --adopt --from MIRROR`,\nwhich is for when the ledger itself is lost.\n\nCheck it: hibah verify {dir}"
    ));
    for warning in &done.warnings {
        output::remark(format_args!("warning: {warning}"));
    }
    if args.vkey.is_none() {
        output::remark(
            "warning: the key came from the mirror itself, so another ledger of the same name would hold too; compare the key with one published elsewhere, then give it with --vkey",
        );
    }
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
