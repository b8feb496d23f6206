//! `hibah export`: the static tree that the public addresses have.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Failure, files, output, progress, source};
use crate::ledger::reader::Reader;
use crate::ledger::store::StoreError;
use crate::ledger::tree;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::merkle;
use crate::tlog::tile::TileHashReader;

/// Write the files that the public addresses serve; a plain file server of them is a full mirror
#[derive(clap::Args)]
#[command(
    after_help = "OUT may hold an earlier export of the same ledger: only what is new is written.\n\nExample:\n  hibah export my-ledger mirror && hibah verify mirror"
)]
pub struct Args {
    /// The ledger's folder
    dir: PathBuf,
    /// The folder to write
    out: PathBuf,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let reader = source::open_reader(&args.dir)?;
    check_out(&reader, &args.out)?;
    let bar = progress::bar("Exporting");
    let size = tree::export(&reader, &args.out, &progress::told(&bar)).map_err(|error| match error {
        StoreError::DiskFull => {
            Failure::CouldNot(format!("the disk of {} is full: make room and export again", args.out.display()))
        }
        StoreError::System { file, what } if file.starts_with(&args.out) && file != args.out => {
            let why = files::why(&what);
            Failure::CouldNot(format!(
                "{} could not be written ({why}): name a folder that you may write to",
                file.display()
            ))
        }
        other => other.into(),
    })?;
    bar.finish_and_clear();
    if args.json {
        output::json(&json!({ "size": size, "out": args.out.display().to_string() }));
        return Ok(());
    }
    output::say(format_args!("Exported {} to {}.", output::count(size, "entry", "entries"), args.out.display()));
    output::say(format_args!("Check it: hibah verify {}", args.out.display()));
    Ok(())
}

/// What OUT holds already must be an earlier part of this ledger.
fn check_out(reader: &Reader, out: &Path) -> Result<(), Failure> {
    let refuse = |what: &str| {
        Err(Failure::DoesNotHold(format!("{} {what}: nothing was written; name a new folder", out.display())))
    };
    if out.is_file() {
        return refuse("is a file");
    }
    if !out.exists() {
        return Ok(());
    }
    let file = out.join("checkpoint");
    if !file.exists() {
        let listed = std::fs::read_dir(out).map_err(|error| {
            Failure::CouldNot(format!(
                "{} could not be read ({}): name a new folder",
                out.display(),
                files::why(&error)
            ))
        })?;
        // A `tile` folder alone is what an export leaves that was stopped before its checkpoint.
        let foreign = listed.filter_map(Result::ok).any(|entry| entry.file_name() != "tile");
        return if foreign { refuse("holds files that are no export") } else { Ok(()) };
    }
    let text = files::read_text(&file, "an exported folder")?;
    let end = text.find("\n\n").map_or(text.len(), |at| at + 1);
    let Ok(there) = Checkpoint::parse(&text[..end]) else {
        return refuse("holds a checkpoint that cannot be read");
    };
    let signed = reader.signed()?;
    let origin = signed.note.split('\n').next().unwrap_or_default();
    if there.origin != origin {
        return refuse(&format!("holds another ledger, {}", there.origin));
    }
    if there.size > signed.size {
        return refuse(&format!(
            "holds {} entries of this ledger, which has only {}: entries may have been lost here",
            there.size, signed.size
        ));
    }
    let proof = merkle::prove_consistency(there.size, signed.size, &TileHashReader::new(reader, signed.size))
        .map_err(Failure::could_not)?;
    if merkle::check_consistency(&proof, there.size, &there.root, signed.size, &signed.root).is_err() {
        return refuse("holds another history of this ledger; keep it as evidence");
    }
    Ok(())
}
