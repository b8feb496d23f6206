//! `hibah check`: judges a statement from public data, as the ledger would.

use std::path::PathBuf;

use serde_json::json;

use super::{Failure, clock, files, output, source};
use crate::grants::time::Timestamp;
use crate::ledger::replay::{Refused, Replay, Signatures};
use crate::ledger::statement::Statement;
use crate::tlog::note::VerifierKey;

/// Judge a statement as the ledger would, from what the ledger shows to everyone
#[derive(clap::Args)]
#[command(
    after_help = "A desk's refusal names the size and time that it judged at: --at and --time repeat that judgement.\nExit status: 0 it would be recorded, 1 it would be refused, 2 it could not be judged.\n\nExamples:\n  hibah check application.statement my-ledger\n  hibah check application.statement https://hibah.bandung.example/ledger \\\n    --at 35 --time 2026-01-20T03:04:05.678Z"
)]
pub struct Args {
    /// The statement file
    file: PathBuf,
    /// A ledger's folder, an exported folder or a web address
    source: String,
    /// Judge after this many entries [default: all]
    #[arg(long, value_name = "SIZE", value_parser = source::number)]
    at: Option<u64>,
    /// Judge as recorded at this time, YYYY-MM-DDTHH:MM:SS.mmmZ [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    time: Option<Timestamp>,
    /// The ledger's verifier key [default: the one that the ledger names itself]
    #[arg(long, value_name = "KEY", value_parser = source::vkey)]
    vkey: Option<VerifierKey>,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "write it as 2026-01-20T03:04:05.678Z".to_owned())
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let bytes = files::read(&args.file, "a statement file made by `hibah sign`")?;
    let ledger = source::open_ledger(&args.source)?;
    let origin = ledger.unverified_checkpoint()?.origin;
    let parsed = Statement::parse(&bytes, &origin);
    let mut known = None;
    let replay = source::replay(&ledger, args.at, args.vkey.as_ref(), &mut |step| {
        if parsed.as_ref().is_ok_and(|statement| statement.hash() == step.statement.hash()) {
            known = Some(step.index);
        }
    })?;
    let time = match args.time {
        Some(time) => time,
        None => clock::after(replay.last_time())?,
    };
    match (parsed, known) {
        (_, Some(index)) => recorded(args, index),
        (Err(fault), None) => return refused(args, &Refused::from(fault), &replay, time),
        (Ok(statement), None) => match replay.judge(&statement, time, Signatures::Check) {
            Ok(_) => accepted(args, &statement, &replay, time),
            Err(refusal) => return refused(args, &refusal, &replay, time),
        },
    }
    Ok(())
}

fn recorded(args: &Args, index: u64) {
    if args.json {
        output::json(&json!({ "allowed": true, "index": index }));
    } else {
        output::say(format_args!(
            "It is on the ledger already, as entry {index}; submitting it again gives its receipt."
        ));
    }
}

fn accepted(args: &Args, statement: &Statement, replay: &Replay, time: Timestamp) {
    if args.json {
        output::json(&json!({
            "allowed": true, "statement": statement.hash().to_hex(), "size": replay.size(), "time": time.to_string(),
        }));
        return;
    }
    output::say(format_args!(
        "It would be recorded: {} about {}, as entry {} at {time}.",
        statement.kind(),
        statement.about(),
        replay.size()
    ));
    output::say("Every signature holds and no rule speaks against it.");
}

fn refused(args: &Args, refusal: &Refused, replay: &Replay, time: Timestamp) -> Result<(), Failure> {
    if args.json {
        output::json(&json!({
            "allowed": false,
            "rule": refusal.code(),
            "sentence": refusal.to_string(),
            "head": refusal.head().map(|head| head.to_hex()),
            "size": replay.size(),
            "time": time.to_string(),
        }));
    }
    let code = refusal.code();
    let sentence = refusal.to_string();
    let sentence = sentence.strip_prefix(code).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(&sentence);
    Err(Failure::DoesNotHold(format!(
        "it would be refused by rule {code}: {sentence}\n  Judged after {} at {time}.",
        output::count(replay.size(), "entry", "entries")
    )))
}
