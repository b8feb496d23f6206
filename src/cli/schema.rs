//! `hibah schema`: what each kind of statement says, as JSON Schema.

use std::path::Path;

use super::{Failure, files, output};
use crate::grants::kinds::Kind;
use crate::grants::one::bodies::{Body, KINDS};

/// Print the JSON Schema of a kind's body, or write those of all kinds
#[derive(clap::Args)]
#[command(
    after_help = "The schemas are of rule set 1. They say what a body's fields are; what only the\nledger's state can refuse is not in them.\n\nExamples:\n  hibah schema decree.issued\n  hibah schema schema/statements"
)]
pub struct Args {
    /// A kind of statement, or a folder into which to write one file a kind
    #[arg(value_name = "KIND|DIR")]
    target: String,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    if let Some(kind) = Kind::parse(&args.target).filter(|kind| KINDS.contains(kind)) {
        output::raw(text(kind).as_bytes());
        return Ok(());
    }
    let dir = Path::new(&args.target);
    if !dir.is_dir() {
        return Err(Failure::CouldNot(format!(
            "{} is neither a kind of rule set 1 nor a folder: name a kind such as decree.issued, or a folder that there is",
            args.target
        )));
    }
    for &kind in KINDS {
        files::write(&dir.join(format!("{kind}.json")), text(kind).as_bytes())?;
    }
    output::say(format_args!("Wrote {} schemas to {}.", KINDS.len(), dir.display()));
    Ok(())
}

/// The schema as it is committed: indented, fields in the order of the alphabet, a line's end at its end.
fn text(kind: Kind) -> String {
    format!("{:#}\n", Body::schema(kind))
}
