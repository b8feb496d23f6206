//! `hibah export`: the static tree that the public addresses have.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::dumps::{self, Form};
use super::{Failure, files, output, progress, source};
use crate::ledger::reader::Reader;
use crate::ledger::store::StoreError;
use crate::ledger::tree;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::merkle;
use crate::tlog::tile::TileHashReader;

/// Write the files that the public addresses serve, a full mirror; with --format the data for other programs
#[derive(clap::Args)]
#[command(
    after_help = "Without --format OUT may hold an earlier export of the same ledger: only what is new\nis written. With it OUT is written anew: a file, or for datapackage a folder. The same\nledger gives the same bytes each time, and they are those at /data of its public server.\n\nExamples:\n  hibah export my-ledger mirror && hibah verify mirror\n  hibah export my-ledger grants.xlsx --format xlsx"
)]
pub struct Args {
    /// The ledger's folder
    dir: PathBuf,
    /// The folder to write, or the file
    out: PathBuf,
    /// Write the data in this form
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let reader = source::open_reader(&args.dir)?;
    if let Some(form) = args.format {
        return data(args, &reader, form);
    }
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
    if let Some(seen) = reader.seen()?.filter(|seen| seen.signed.size < size) {
        let why = "no quorum of witnesses has seen this checkpoint yet";
        output::remark(format_args!(
            "{why}, only that of {}: export again in a while",
            output::count(seen.signed.size, "entry", "entries")
        ));
    }
    output::say(format_args!("Check it: hibah verify {}", args.out.display()));
    Ok(())
}

/// Writes the data in a form for other programs.
fn data(args: &Args, reader: &Reader, form: Form) -> Result<(), Failure> {
    let replaces = args.out.is_dir();
    let package = form == Form::Datapackage && (args.out.join("datapackage.json").is_file() || is_empty(&args.out));
    if replaces && !package {
        let why = "is a folder that holds something else: nothing was written; name a new place";
        return Err(Failure::DoesNotHold(format!("{} {why}", args.out.display())));
    }
    let set = dumps::export(reader, &args.dir, form, &args.out)?;
    if set.files.is_empty() {
        return Err(Failure::DoesNotHold(
            "nothing was awarded on this ledger yet, and 360Giving has no file without an award: nothing was written"
                .to_owned(),
        ));
    }
    if args.json {
        output::json(
            &json!({ "checkpoint": set.checkpoint, "files": set.files, "out": args.out.display().to_string() }),
        );
        return Ok(());
    }
    let (size, root) = (set.checkpoint.size, &set.checkpoint.root);
    output::say(format_args!("Exported {} to {}.", output::count(size, "entry", "entries"), args.out.display()));
    output::say(format_args!("\n  checkpoint  {size} {root}\n"));
    for file in &set.files {
        output::say(format_args!("  {}  {}", file.sha256, file.name));
    }
    Ok(())
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut listed| listed.next().is_none())
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
