//! `hibah dossier`: all that one grant is checked with, as one file; and what `hibah verify` says of such a file.

use std::io::{Cursor, Read as _};
use std::path::PathBuf;

use serde_json::json;
use zip::ZipArchive;

use super::{Failure, files, output, source};
use crate::ledger::dossier::{Checked, Files, check};
use crate::public::dossier::{DossierError, write};
use crate::tlog::note::VerifierKey;

/// No dossier has more files, and none unfolds to more bytes: an archive is other people's.
const MOST_FILES: usize = 4_000;
const MOST_BYTES: u64 = 256_000_000;

/// Write all that one grant is checked with, without a network, to one file
#[derive(clap::Args)]
#[command(
    after_help = "The file holds the grant's entries, their receipts, the entries that bring the keys which\nsigned, its public documents, a page to print, and a checker for browsers. The same ledger\ngives the same bytes, and they are those at /grants/GRANT/dossier.zip of its public server.\n\nExamples:\n  hibah dossier my-ledger case/12/1\n  hibah verify dossier-case-12-1.zip --vkey $(cat vkey)"
)]
pub struct Args {
    /// The ledger's folder
    dir: PathBuf,
    /// The grant: a case or an award, such as case/12/1
    grant: String,
    /// The file to write [default: dossier-<grant>.zip]
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let reader = source::open_reader(&args.dir)?;
    let mut bytes = Vec::new();
    write(&reader, &args.dir, &args.grant, &mut bytes).map_err(|error| match error {
        DossierError::NoGrant(_) => Failure::DoesNotHold(error.to_string()),
        _ => Failure::could_not(error),
    })?;
    let named = || PathBuf::from(format!("dossier-{}.zip", args.grant.replace('/', "-")));
    let out = args.out.clone().unwrap_or_else(named);
    files::write(&out, &bytes)?;
    output::say(format_args!("Wrote {}, {} bytes.", out.display(), output::grouped(bytes.len() as u64)));
    output::say(format_args!("Check it: hibah verify {}", out.display()));
    Ok(())
}

/// Whether these are the bytes of an archive.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Checks a dossier and says what it proves.
pub fn verify(name: &str, bytes: &[u8], vkey: Option<&VerifierKey>, as_json: bool) -> Result<(), Failure> {
    let files =
        unfolded(bytes).map_err(|why| Failure::CouldNot(format!("{name} is not a dossier: {why}; get it again")))?;
    match check(&files, vkey) {
        Ok(checked) if as_json => output::json(&told_to_machines(&checked, vkey.is_some())),
        Ok(checked) => tell(&checked, vkey.is_some()),
        Err(wrong) => {
            if as_json {
                output::json(&json!({ "holds": false, "sentence": wrong.to_string() }));
            }
            return Err(Failure::DoesNotHold(format!("{name} does not hold: {wrong}")));
        }
    }
    Ok(())
}

fn unfolded(bytes: &[u8]) -> Result<Files, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|fault| fault.to_string())?;
    if archive.len() > MOST_FILES {
        return Err(format!("it has {} files", archive.len()));
    }
    let mut left = MOST_BYTES;
    let mut files = Files::new();
    for at in 0..archive.len() {
        let file = archive.by_index(at).map_err(|fault| fault.to_string())?;
        let name = file.name().map_err(|fault| fault.to_string())?.into_owned();
        if file.is_dir() {
            continue;
        }
        let mut inside = Vec::new();
        // One byte more than may be, to see that there is more; what it says of its own size is not believed.
        file.take(left + 1)
            .read_to_end(&mut inside)
            .map_err(|fault| format!("its file {name} is damaged ({fault})"))?;
        left = left.checked_sub(inside.len() as u64).ok_or("it unfolds to more than 256 MB")?;
        if files.insert(name.clone(), inside).is_some() {
            return Err(format!("it has two files named {name}"));
        }
    }
    Ok(files)
}

fn warnings(checked: &Checked, given: bool) -> Vec<String> {
    let manifest = &checked.manifest;
    let mut warnings = Vec::new();
    if !given {
        warnings.push("the key came from the dossier itself, so another ledger of the same name would hold too; compare the key with one published elsewhere, then give it with --vkey".to_owned());
    }
    let all = || manifest.entries.iter().chain(&manifest.keys);
    let erased: Vec<String> = all().filter(|item| item.erased).map(|item| item.index.to_string()).collect();
    if !erased.is_empty() {
        warnings.push(format!(
            "of entries {} a text was erased: their places are proved, not what they say",
            erased.join(", ")
        ));
    }
    if !checked.unsigned.is_empty() {
        let unsigned: Vec<String> = checked.unsigned.iter().map(ToString::to_string).collect();
        warnings.push(format!(
            "who signed entries {} could not be checked: the entry that brings a key was erased",
            unsigned.join(", ")
        ));
    }
    if manifest.left_out > 0 {
        warnings.push(format!(
            "{} are left out, for there are too many",
            output::count(manifest.left_out, "later entry", "later entries")
        ));
    }
    warnings
}

fn tell(checked: &Checked, given: bool) {
    let manifest = &checked.manifest;
    let named = manifest.documents.len() as u64;
    output::say(format_args!("The dossier of {} holds.\n", manifest.grant));
    output::facts(&[
        ("ledger", manifest.origin.clone()),
        ("entries", format!("{}, in the signed tree of {}, each step linked to the one before it", manifest.entries.len(), output::count(checked.checkpoint.size, "entry", "entries"))),
        ("signatures", format!("every one holds; the keys are followed through {} back to the founding", output::count(manifest.keys.len() as u64, "more entry", "more entries"))),
        ("documents", format!("{} of {} named are here, byte for byte", checked.documents, output::grouped(named))),
        ("key", format!("{}\n({})", checked.vkey, if given { "the one that you gave" } else { "brought by the dossier" })),
        ("proves", "these entries were signed and recorded exactly so, and no step between them is missing".to_owned()),
        ("not", "that the rules were kept, or that no step came later: for that check the whole ledger with `hibah verify`; the pages in it are for reading and prove nothing".to_owned()),
    ]);
    let warnings = warnings(checked, given);
    if !warnings.is_empty() {
        output::say("");
    }
    for warning in warnings {
        output::say(format_args!("warning: {warning}"));
    }
}

fn told_to_machines(checked: &Checked, given: bool) -> serde_json::Value {
    let manifest = &checked.manifest;
    json!({
        "holds": true,
        "grant": manifest.grant,
        "origin": manifest.origin,
        "size": checked.checkpoint.size,
        "root": checked.checkpoint.root.to_hex(),
        "vkey": checked.vkey.to_string(),
        "vkey_from_dossier": !given,
        "entries": manifest.entries.iter().map(|item| item.index).collect::<Vec<_>>(),
        "keys": manifest.keys.iter().map(|item| item.index).collect::<Vec<_>>(),
        "documents": checked.documents,
        "unsigned": checked.unsigned,
        "warnings": warnings(checked, given),
    })
}
