//! `hibah vault erase`: destroys an opening or a document, and prints what the registrar records of it.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::{Failure, clock, output, source};
use super::statement;
use crate::grants::about::About;
use crate::ledger::documents::{self, Documents};
use crate::ledger::vault::Vault;
use crate::tlog::hash::Hash;

/// Destroy an opening, or a document, for ever
#[derive(clap::Args)]
#[command(
    after_help = "Nothing brings it back, an old backup neither: erased.list is applied again whenever the vault is\nopened. The ledger goes on verifying. What is printed is the body of the statement\nerasure.recorded, which the registrar signs.\n\nExample:\n  hibah vault erase my-ledger --statement HASH \\\n    --pointer /body/sealed/account --basis UU-27/2022 > erasure.json"
)]
pub(super) struct Erase {
    /// The ledger's folder
    dir: PathBuf,
    /// The hash of the statement, as `hibah vault list` shows it
    #[arg(long, value_name = "HASH")]
    statement: String,
    /// The place in the statement: /body/sealed/account, or of a document /body/documents/0
    #[arg(long, value_name = "POINTER")]
    pointer: String,
    /// The law that asks for it; kept for ever
    #[arg(long, value_name = "TEXT")]
    basis: String,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Erase) -> Result<(), Failure> {
    let hash = Hash::from_hex(&args.statement).map_err(|fault| Failure::CouldNot(format!("--statement: {fault}")))?;
    let reader = source::open_reader(&args.dir)?;
    let (index, statement) = statement(&reader, &hash, &super::origin(&args.dir)?)?;
    let document = documents::named(&statement).into_iter().find(|named| named.pointer == args.pointer);
    let now = clock::now()?;
    let (erasure, what) = match &document {
        Some(document) => {
            let erased = Documents::of(&args.dir).erase(&document.sha256, &args.basis, now);
            (erased.map_err(Failure::could_not)?, "text")
        }
        None => (Vault::open(&args.dir)?.erase(&hash, &args.pointer, &args.basis, now)?, "sealed"),
    };
    let mut body = json!({
        "entry": index, "statement": hash.to_hex(), "pointers": [args.pointer], "what": what, "basis": erasure.basis,
    });
    if let About::Case(_) = statement.about() {
        body["case"] = Value::from(statement.about().to_string());
    }
    if args.json {
        let of = document.map(|document| document.sha256.to_hex());
        output::json(&json!({ "erased_at": erasure.at.to_string(), "document": of, "body": body }));
        return Ok(());
    }
    output::json(&body);
    output::remark(format_args!(
        "{} of {} was erased {}. Nothing brings it back.\nThe lines above are the body of erasure.recorded: let the registrar sign and submit it.",
        args.pointer,
        statement.about(),
        erasure.at
    ));
    Ok(())
}
