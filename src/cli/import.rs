//! `hibah import`: award lists from before the ledger, each row signed by the finance officer.

use crate::grants::figures::Figure;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::passphrase::Passphrase;
use super::{Failure, clock, files, key_file, output, progress, source, submit};
use crate::grants::about::{About, AwardId};
use crate::grants::legacy::{self, Map, Reading, Row};
use crate::grants::money::Currency;
use crate::grants::role::Role;
use crate::grants::signer::SignerId;
use crate::grants::state::State;
use crate::grants::time::Date;
use crate::ledger::replay::Refused;
use crate::ledger::statement::Content;
use crate::ledger::store::StoreError;
use crate::ledger::writer::{Outcome, Writer};
use crate::tlog::hash::Hash;
use crate::tlog::note::NoteSigner;

/// Rows in one transaction with one checkpoint.
const GROUP: usize = 1_000;
/// How many rejects are listed on the terminal.
const LISTED: usize = 10;
/// How many days ahead the statements expire; they are recorded at once.
const EXPIRES_DAYS: i64 = 1;

macro_rules! about {
    () => {
        "Every row is either imported, there already, or rejected with line and reason;\na second run adds nothing. The map is TOML; --help shows one.\nExit status: 0 all rows are on the ledger, 1 some were rejected, 2 nothing could be imported.\n\nExample:\n  hibah import my-ledger awards.csv \\\n    --map awards.toml --rejects rejects.csv"
    };
}

/// Take over an award list from before the ledger: a CSV file and a map of its columns
#[derive(clap::Args)]
#[command(after_help = about!(), after_long_help = concat!(about!(), "\n\nA map, with every part that one may have:\n\n", include_str!("../../fixtures/import/made-up.toml")))]
pub struct Args {
    /// The ledger's folder
    dir: PathBuf,
    /// The award list
    file: PathBuf,
    /// What its columns, encoding and numbers mean
    #[arg(long, value_name = "FILE")]
    map: PathBuf,
    /// The finance officer's key file [default: the one in the ledger's folder]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// A key file of the ledger; give it again for each key in force
    /// [default: keys/ledger.key and keys/ledger-<n>.key in the ledger's folder, as far as they are there]
    #[arg(long, value_name = "FILE")]
    ledger_key: Vec<PathBuf>,
    /// Where rows that cannot be imported are listed, as CSV with line and reason
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Read and report, but record nothing; needs no key
    #[arg(long)]
    dry_run: bool,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// A row that cannot be imported.
struct Reject {
    line: u64,
    row: u64,
    reason: String,
}

/// What became of the rows.
struct Tally {
    imported: u64,
    there: u64,
    /// Refused by the ledger; those that the reader refused are in the reading.
    refused: Vec<Reject>,
    size: u64,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let file = files::read(&args.file, "an award list in CSV")?;
    let text = files::read_text(&args.map, "a map in TOML")?;
    let map = Map::from_toml(&text).map_err(|fault| Failure::CouldNot(format!("{}: {fault}", args.map.display())))?;
    if args.dry_run {
        let ledger = source::open_ledger(&args.dir.display().to_string())?;
        let replay = source::replay(&ledger, None, None, &mut |_| {})?;
        let (reading, currency) = read(args, &file, &map, replay.state())?;
        let there = reading.rows.iter().filter(|row| replay.state().has_award(&award(&reading, row))).count() as u64;
        let imported = reading.rows.len() as u64 - there;
        return report(args, &reading, &Tally { imported, there, refused: Vec::new(), size: replay.size() }, &currency);
    }
    let mut writer = submit::open_writer(&args.dir, &args.ledger_key, &args.passphrase)?;
    let (reading, currency) = read(args, &file, &map, writer.state())?;
    let signer = finance_officer(args, writer.state())?;
    let tally = record(&mut writer, &reading, &signer)?;
    report(args, &reading, &tally, &currency)
}

fn read(args: &Args, file: &[u8], map: &Map, state: &State) -> Result<(Reading, Currency), Failure> {
    let currency = state
        .currency()
        .cloned()
        .ok_or_else(|| Failure::could_not("the ledger has no founding: run `hibah verify`"))?;
    let fault = |fault: legacy::LegacyError| Failure::CouldNot(format!("{}: {fault}", args.file.display()));
    map.check_currency(currency.code(), currency.decimals()).map_err(fault)?;
    Ok((legacy::read(file, map, currency.decimals()).map_err(fault)?, currency))
}

/// The place of a row on the ledger: `award/<16 hex of the file's SHA-256>/<row>`.
fn award(reading: &Reading, row: &Row) -> AwardId {
    let mut source = [0; 8];
    source.copy_from_slice(&reading.file_sha256.as_bytes()[..8]);
    AwardId { source, row: row.row }
}

/// The key of an official in force whose office is the finance officer's.
fn finance_officer(args: &Args, state: &State) -> Result<NoteSigner, Failure> {
    let today = state.local_date(clock::now()?);
    let allowed = state.keys_of_role(Role::FinanceOfficer, today);
    if allowed.is_empty() {
        return Err(Failure::CouldNot(
            "this ledger has no finance officer in office, who alone signs past awards: record an official.appointed first".to_owned(),
        ));
    }
    let id = |file: &Path| {
        let vkey = key_file::read_public(file)?;
        Ok::<_, Failure>(SignerId::new(vkey.name(), vkey.key_id().0))
    };
    let file = match &args.key {
        Some(file) if id(file)?.is_some_and(|id| allowed.contains(&id)) => file.clone(),
        Some(file) => {
            return Err(Failure::CouldNot(format!(
                "{} is not the key of the finance officer, who alone signs past awards: use the key of {}",
                file.display(),
                allowed[0]
            )));
        }
        None => {
            let folder = args.dir.join("keys");
            let found = key_file::in_folder(&folder)?
                .into_iter()
                .find(|file| id(file).ok().flatten().is_some_and(|id| allowed.contains(&id)));
            found.ok_or_else(|| {
                Failure::CouldNot(format!(
                    "{} does not hold the key of the finance officer, {}: name its file with --key",
                    folder.display(),
                    allowed[0]
                ))
            })?
        }
    };
    let passphrase = args.passphrase.get(&file.display().to_string())?;
    key_file::read(&file, &passphrase)
}

fn record(writer: &mut Writer, reading: &Reading, signer: &NoteSigner) -> Result<Tally, Failure> {
    let mut tally = Tally { imported: 0, there: 0, refused: Vec::new(), size: writer.size() };
    let bar = progress::bar("Importing");
    bar.set_length(reading.rows.len() as u64);
    for rows in reading.rows.chunks(GROUP) {
        let today = writer.state().local_date(clock::now()?);
        let mut waiting = Vec::new();
        let mut statements = Vec::new();
        for row in rows {
            let about = About::Award(award(reading, row));
            if writer.state().has_award(&award(reading, row)) {
                tally.there += 1;
                continue;
            }
            let after = writer.state().expected_after(&about);
            match statement(writer.origin(), row, about, after, today, signer) {
                Ok(bytes) => {
                    waiting.push(row);
                    statements.push(bytes);
                }
                Err(reason) => tally.refused.push(Reject { line: row.line, row: row.row, reason }),
            }
        }
        for (row, outcome) in waiting.iter().zip(writer.append(&statements)?) {
            match outcome {
                Outcome::Recorded { .. } => tally.imported += 1,
                Outcome::Refused { refused, .. } if speaks_of_the_row(&refused) => {
                    tally.refused.push(Reject { line: row.line, row: row.row, reason: refused.to_string() });
                }
                Outcome::KeyMissing { vkey } => return Err(StoreError::KeyMissing { vkey }.into()),
                Outcome::Refused { refused, .. } => {
                    return Err(Failure::DoesNotHold(format!("the ledger refuses past awards by this key: {refused}")));
                }
            }
        }
        bar.inc(rows.len() as u64);
    }
    bar.finish_and_clear();
    tally.size = writer.size();
    Ok(tally)
}

/// Whether another row might be taken: a refusal of the shape is of this row, one of key or dates is of all.
fn speaks_of_the_row(refused: &Refused) -> bool {
    match refused {
        Refused::Form(fault) => !matches!(fault.code.as_str(), "unknown-key" | "bad-signature"),
        Refused::Rule(refusal) => !matches!(refusal.rule.code(), "B2" | "B9" | "B13"),
    }
}

fn statement(
    origin: &str,
    row: &Row,
    about: About,
    after: Option<Hash>,
    today: Date,
    signer: &NoteSigner,
) -> Result<Vec<u8>, String> {
    let id =
        SignerId::new(signer.name(), signer.verifier().key_id().0).ok_or("the key's name is not one of a ledger")?;
    let content = Content {
        origin: origin.to_owned(),
        kind: "award.migrated".to_owned(),
        about,
        after,
        body: row.body.clone(),
        event_date: today,
        expires: today.plus_days(EXPIRES_DAYS).unwrap_or(today),
        signers: vec![id],
    };
    let mut statement = content.draft().map_err(|fault| fault.to_string())?;
    statement.sign(signer).map_err(|fault| fault.to_string())?;
    Ok(statement.to_bytes())
}

fn report(args: &Args, reading: &Reading, tally: &Tally, currency: &Currency) -> Result<(), Failure> {
    let rejects = rejects(reading, tally);
    if let Some(file) = &args.rejects {
        files::write(file, &rejects_csv(reading, tally))?;
    }
    let refused: HashSet<u64> = tally.refused.iter().map(|reject| reject.row).collect();
    let sums: Vec<(&str, i128)> = Figure::NAMES
        .iter()
        .filter_map(|name| {
            let rows = reading.rows.iter().filter(|row| !refused.contains(&row.row));
            let amounts: Vec<i128> =
                rows.filter_map(|row| row.body["amounts"][*name].as_i64()).map(i128::from).collect();
            (!amounts.is_empty()).then(|| (*name, amounts.iter().sum()))
        })
        .collect();
    let read = (reading.rows.len() + reading.rejects.len()) as u64;
    if args.json {
        let sums: serde_json::Map<_, _> =
            sums.iter().map(|(name, sum)| ((*name).to_owned(), json!(currency.plain(*sum)))).collect();
        output::json(&json!({
            "read": read,
            "imported": tally.imported,
            "there": tally.there,
            "rejected": rejects.len(),
            "sums": sums,
            "currency": currency.code(),
            "file_sha256": reading.file_sha256.to_hex(),
            "size": tally.size,
            "dry_run": args.dry_run,
            "rejects": rejects.iter().map(|r| json!({ "line": r.line, "row": r.row, "reason": r.reason })).collect::<Vec<_>>(),
        }));
    } else {
        tell(args, read, tally, &rejects, &sums, currency);
    }
    if rejects.is_empty() {
        return Ok(());
    }
    let how = match &args.rejects {
        Some(file) => format!("they are listed in {}", file.display()),
        None => "list them all with --rejects FILE".to_owned(),
    };
    Err(Failure::DoesNotHold(format!(
        "{} be imported, {how}: mend them in a file of their own and import that",
        output::count(rejects.len() as u64, "row cannot", "rows cannot")
    )))
}

fn tell(args: &Args, read: u64, tally: &Tally, rejects: &[Reject], sums: &[(&str, i128)], currency: &Currency) {
    for reject in rejects.iter().take(LISTED) {
        output::remark(format_args!("line {}, row {}: {}", reject.line, reject.row, reject.reason));
    }
    if rejects.len() > LISTED {
        output::remark(format_args!("... and {} more", rejects.len() - LISTED));
    }
    let imported = if args.dry_run { "to import" } else { "imported" };
    output::say(format_args!("{}", args.file.display()));
    let mut rows = vec![
        ("read", output::count(read, "row", "rows")),
        (imported, output::grouped(tally.imported)),
        ("there already", output::grouped(tally.there)),
        ("rejected", output::grouped(rejects.len() as u64)),
    ];
    let names: Vec<String> = sums.iter().map(|(name, _)| format!("sum {name}")).collect();
    rows.extend(names.iter().map(String::as_str).zip(sums).map(|(name, (_, sum))| (name, currency.display_sum(*sum))));
    rows.push(("ledger", output::count(tally.size, "entry", "entries")));
    output::facts(&rows);
    if args.dry_run {
        output::say("Nothing was recorded: this was a dry run.");
    }
}

/// Every row that is not on the ledger, in the file's order.
fn rejects(reading: &Reading, tally: &Tally) -> Vec<Reject> {
    let mut rejects: Vec<Reject> = reading
        .rejects
        .iter()
        .map(|reject| Reject { line: reject.line, row: reject.row, reason: reject.reason.to_string() })
        .collect();
    rejects.extend(tally.refused.iter().map(|r| Reject { line: r.line, row: r.row, reason: r.reason.clone() }));
    rejects.sort_by_key(|reject| reject.row);
    rejects
}

/// The reader's rejects with their raw fields, then the ledger's refusals with line, row and reason.
fn rejects_csv(reading: &Reading, tally: &Tally) -> Vec<u8> {
    let mut bytes = legacy::rejects_csv(reading);
    for reject in &tally.refused {
        let reason = reject.reason.replace('"', "\"\"");
        bytes.extend_from_slice(format!("{},{},\"{reason}\"\n", reject.line, reject.row).as_bytes());
    }
    bytes
}
