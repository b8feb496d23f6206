//! `hibah submit`: hands a signed statement to a ledger and keeps the receipt.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::clock::SystemClock;
use super::passphrase::{Passphrase, VaultPassphrase};
use super::{Failure, files, key_file, output, source, vault};
use crate::ledger::documents::Limits;
use crate::ledger::enclosures::{EnclosureError, Enclosures};
use crate::ledger::ledger_keys::LedgerKeys;
use crate::ledger::replay::Refused;
use crate::ledger::statement::Statement;
use crate::ledger::store::{ENTRIES_FILE, LAST_SIGNED_FILE, StoreError};
use crate::ledger::vault::Vault;
use crate::ledger::writer::{Outcome, Writer};
use crate::network::remote::{Remote, With};
use crate::tlog::decimal::parse_decimal;
use crate::tlog::proof::TlogProof;

/// The place of the founding's ledger key in a ledger's folder.
pub const LEDGER_KEY_FILE: &str = "keys/ledger.key";

/// Hand a signed statement to a ledger and keep the receipt
#[derive(clap::Args)]
#[command(
    after_help = "LEDGER is a ledger's folder, opened with its ledger key, or the address of a desk.\nThe same statement is never recorded twice: submitting it again gives its receipt again.\nOpenings and documents are taken with the statement or not at all; those of a statement that is\nrecorded already are taken too.\n\nExamples:\n  hibah submit my-ledger application.statement\n  hibah submit http://127.0.0.1:8081 application.statement \\\n    --receipt application.receipt\n  hibah submit my-ledger signed/001.statement signed/002.statement\n  hibah submit my-ledger org.statement \\\n    --opening org.statement.account.opening --document deed.pdf"
)]
pub struct Args {
    /// The ledger's folder, or the address of its desk
    #[arg(value_name = "LEDGER")]
    ledger: String,
    /// The statement file, signed by all its signers; several are handed in one after another
    #[arg(required = true)]
    file: Vec<PathBuf>,
    /// Where the receipt goes [default: FILE.tlog-proof]
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    /// A key file of the ledger; give it again for each key in force
    /// [default: keys/ledger.key and keys/ledger-<n>.key in the ledger's folder, as far as they are there]
    #[arg(long, value_name = "FILE")]
    ledger_key: Vec<PathBuf>,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    passphrase: Passphrase,
    /// An opening for the vault, which opens a commitment of the statement; give it again for each
    #[arg(long, value_name = "FILE")]
    opening: Vec<PathBuf>,
    /// A document that the statement names by its SHA-256; give it again for each
    #[arg(long, value_name = "FILE")]
    document: Vec<PathBuf>,
    /// The vault's key file, for openings into a folder [default: keys/vault.key in the ledger's folder]
    #[arg(long, value_name = "FILE", requires = "opening")]
    vault_key: Option<PathBuf>,
    #[command(flatten)]
    vault_passphrase: VaultPassphrase,
}

/// How often, and how long apart, a desk is asked whether its witnesses have seen a statement.
const WITNESS_TRIES: u32 = 60;
/// See [`WITNESS_TRIES`].
const WITNESS_PAUSE: Duration = Duration::from_secs(1);

/// What the ledger answered, wherever it is.
enum Answer {
    Recorded { index: u64, new: bool, size: u64, receipt: String },
    Refused { code: String, sentence: String, head: Option<String>, size: Option<u64>, time: Option<String> },
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let [file] = &args.file[..] else { return several(args) };
    let statement = read(file)?;
    let answer = if source::is_url(&args.ledger) { to_desk(args, &statement)? } else { to_folder(args, &statement)? };
    match answer {
        Answer::Recorded { index, new, size, receipt } => {
            let kept = args.receipt.clone().unwrap_or_else(|| files::with_ending(file, ".tlog-proof"));
            files::write(&kept, receipt.as_bytes())?;
            recorded(args, index, new, size, &kept);
            Ok(())
        }
        Answer::Refused { code, sentence, head, size, time } => {
            if args.json {
                output::json(&json!({
                    "recorded": false, "rule": code, "sentence": sentence, "head": head, "size": size, "time": time,
                }));
            }
            let mut text = format!("refused by rule {code}: {}", without_code(&sentence, &code));
            if let Some(head) = head {
                text.push_str(&format!(
                    "\n  The latest entry about it now has the leaf hash {head}.\n  Look at what changed, then sign anew (`hibah sign --ledger` finds the hash itself)."
                ));
            }
            if let (Some(size), Some(time)) = (size, time) {
                text.push_str(&format!(
                    "\n  Judged after {} at {time}; the judgement is repeated from public data by:\n  hibah check {} LEDGER --at {size} --time {time}",
                    output::count(size, "entry", "entries"), file.display()
                ));
            }
            Err(Failure::DoesNotHold(text))
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    files::read(file, "a statement file made by `hibah sign`")
}

/// Hands in one after another; what is refused keeps none of the others back.
fn several(args: &Args) -> Result<(), Failure> {
    if args.receipt.is_some() || !args.opening.is_empty() || !args.document.is_empty() {
        return Err(Failure::could_not(
            "--receipt, --opening and --document are of one statement: submit those that need them one by one",
        ));
    }
    let statements = args.file.iter().map(|file| Ok((file, read(file)?))).collect::<Result<Vec<_>, Failure>>()?;
    let mut writer = match source::is_url(&args.ledger) {
        true => None,
        false => Some(open_writer(Path::new(&args.ledger), &args.ledger_key, &args.passphrase)?),
    };
    let (mut told, mut refused) = (Vec::new(), 0);
    for (file, statement) in statements {
        let answer = match &mut writer {
            Some(writer) => recorded_in(writer, &statement)?,
            None => to_desk(args, &statement)?,
        };
        match answer {
            Answer::Recorded { index, new, receipt, .. } => {
                let kept = files::with_ending(file, ".tlog-proof");
                files::write(&kept, receipt.as_bytes())?;
                told.push(json!({ "file": file.display().to_string(), "recorded": true, "index": index, "new": new, "receipt": kept.display().to_string() }));
                if !args.json {
                    let before = if new { "" } else { " (recorded before)" };
                    output::say(format_args!("Entry {index}{before}: {}", file.display()));
                }
            }
            Answer::Refused { code, sentence, head, .. } => {
                refused += 1;
                if !args.json {
                    let sentence = without_code(&sentence, &code);
                    output::say(format_args!("Refused by rule {code}: {}: {sentence}", file.display()));
                }
                told.push(json!({ "file": file.display().to_string(), "recorded": false, "rule": code, "sentence": sentence, "head": head }));
            }
        }
    }
    if args.json {
        output::json(&json!({ "statements": told }));
    }
    if refused == 0 {
        return Ok(());
    }
    Err(Failure::DoesNotHold(format!(
        "{refused} of {} were refused and the others recorded: look at what changed, and sign those anew",
        output::count(args.file.len() as u64, "statement", "statements")
    )))
}

/// The rule book's sentences begin with their rule, which is said already.
fn without_code<'a>(sentence: &'a str, code: &str) -> &'a str {
    sentence.strip_prefix(code).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(sentence)
}

fn recorded(args: &Args, index: u64, new: bool, size: u64, file: &Path) {
    if args.json {
        output::json(&json!({
            "recorded": true, "index": index, "new": new, "size": size, "receipt": file.display().to_string(),
        }));
        return;
    }
    let what = if new { "Recorded as entry" } else { "Nothing new: it was recorded before, as entry" };
    output::say(format_args!("{what} {index}; the ledger has {}.", output::count(size, "entry", "entries")));
    output::say(format_args!("Receipt: {}", file.display()));
}

/// Opens the ledger in `dir` for writing. Its keys and their passphrases are asked for first.
pub fn open_writer(dir: &Path, keys: &[PathBuf], passphrase: &Passphrase) -> Result<Writer, Failure> {
    if !dir.join(ENTRIES_FILE).exists() && !dir.join(LAST_SIGNED_FILE).exists() {
        return Err(StoreError::NoLedger(dir.to_owned()).into());
    }
    let held = held_keys(dir, keys, passphrase)?;
    Ok(Writer::open(dir, held, Box::new(SystemClock::new()))?)
}

/// Opens the key files that were named, or else those in the ledger's folder.
pub fn held_keys(dir: &Path, keys: &[PathBuf], passphrase: &Passphrase) -> Result<LedgerKeys, Failure> {
    let mut held: Option<LedgerKeys> = None;
    for file in ledger_key_files(dir, keys) {
        if !file.exists() {
            return Err(Failure::CouldNot(format!(
                "{} is not there: name the ledger's key file with --ledger-key; who has none submits to the address of the desk",
                file.display()
            )));
        }
        let passphrase = passphrase.get(&file.display().to_string())?;
        let signer = key_file::read(&file, &passphrase)?;
        held = Some(match held {
            Some(held) => held.and(signer),
            None => signer.into(),
        });
    }
    held.ok_or_else(|| Failure::could_not("no key file of the ledger was named: give --ledger-key"))
}

/// The key files that were named, or else those at their places in the ledger's folder: `ledger.key`, the founding's, and
/// `ledger-<n>.key` for what came after it. A retired key's file may be gone.
fn ledger_key_files(dir: &Path, named: &[PathBuf]) -> Vec<PathBuf> {
    if !named.is_empty() {
        return named.to_vec();
    }
    let first = dir.join(LEDGER_KEY_FILE);
    let listed = first.parent().and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten();
    let numbered = |path: PathBuf| {
        let n = path.file_name()?.to_str()?.strip_prefix("ledger-")?.strip_suffix(".key").and_then(parse_decimal)?;
        Some((n, path))
    };
    let mut later: Vec<(u64, PathBuf)> = listed.flatten().filter_map(|entry| numbered(entry.path())).collect();
    later.sort();
    let mut files: Vec<PathBuf> = later.into_iter().map(|(_, path)| path).collect();
    // Where there is none at all, the first is the one to be missed.
    if files.is_empty() || first.exists() {
        files.insert(0, first);
    }
    files
}

fn to_folder(args: &Args, statement: &[u8]) -> Result<Answer, Failure> {
    let dir = Path::new(&args.ledger);
    let mut writer = open_writer(dir, &args.ledger_key, &args.passphrase)?;
    if args.opening.is_empty() && args.document.is_empty() {
        return recorded_in(&mut writer, statement);
    }
    let vault = match args.opening.is_empty() {
        false if Vault::exists(dir) => Some(vault::unlock(dir, args.vault_key.as_deref(), &args.vault_passphrase)?),
        _ => None,
    };
    let clock = Box::new(SystemClock::new());
    let enclosures = Enclosures::open(dir, &writer, vault, clock, Limits::SERVED).map_err(Failure::could_not)?;
    let parsed = match Statement::parse(statement, writer.origin()) {
        Ok(parsed) => parsed,
        // The writer says what is wrong with it, as it does of one that comes alone.
        Err(_) => return recorded_in(&mut writer, statement),
    };
    let mut enclosed = enclosures.begin().map_err(Failure::could_not)?;
    for bytes in openings(args)? {
        if let Err(error) = enclosed.add_opening(&bytes) {
            return not_taken(&error);
        }
    }
    for document in documents(args)? {
        if let Err(error) = enclosed.documents.receive(document) {
            return not_taken(&error.into());
        }
    }
    let held = match enclosures.hold(enclosed, &parsed) {
        Ok(held) => held,
        Err(error) => return not_taken(&error),
    };
    // When it fails, the statement may be recorded all the same: what was held waits for the next start to find out.
    let answer = recorded_in(&mut writer, statement)?;
    let ended = match answer {
        Answer::Recorded { .. } => enclosures.settle(held),
        Answer::Refused { .. } => enclosures.discard(held),
    };
    if let Err(error) = ended {
        output::remark(format_args!(
            "warning: what came with the statement waits and is finished by the next `hibah serve --desk`: {error}"
        ));
    }
    Ok(answer)
}

/// One statement in, one outcome out.
fn recorded_in(writer: &mut Writer, statement: &[u8]) -> Result<Answer, Failure> {
    let outcome = writer.append(&[statement])?.remove(0);
    Ok(match outcome {
        Outcome::Recorded { index, new } => {
            Answer::Recorded { index, new, size: writer.size(), receipt: writer.receipt(index)?.to_string() }
        }
        Outcome::Refused { refused, size, time } => refusal(&refused, size, time.to_string()),
        Outcome::KeyMissing { vkey } => return Err(StoreError::KeyMissing { vkey }.into()),
    })
}

fn openings(args: &Args) -> Result<Vec<Vec<u8>>, Failure> {
    args.opening.iter().map(|file| files::read(file, "an opening file")).collect()
}

fn documents(args: &Args) -> Result<Vec<std::fs::File>, Failure> {
    let open = |file: &PathBuf| {
        let why = |why: &dyn std::fmt::Display| {
            Failure::CouldNot(format!("{} could not be read ({}): name a document", file.display(), files::why(why)))
        };
        let opened = std::fs::File::open(file).map_err(|e| why(&e))?;
        if opened.metadata().map_err(|e| why(&e))?.is_dir() {
            return Err(why(&"it is a folder"));
        }
        Ok(opened)
    };
    args.document.iter().map(open).collect()
}

/// What came with the statement does not fit it: a refusal like the others. All else could not be done.
fn not_taken(error: &EnclosureError) -> Result<Answer, Failure> {
    let Some(code) = error.code() else { return Err(Failure::could_not(error)) };
    Ok(Answer::Refused { code: code.to_owned(), sentence: error.to_string(), head: None, size: None, time: None })
}

fn refusal(refused: &Refused, size: u64, time: String) -> Answer {
    Answer::Refused {
        code: refused.code().to_owned(),
        sentence: refused.to_string(),
        head: refused.head().map(|head| head.to_hex()),
        size: Some(size),
        time: Some(time),
    }
}

fn to_desk(args: &Args, statement: &[u8]) -> Result<Answer, Failure> {
    let desk = Remote::new(&args.ledger);
    let with = With { openings: openings(args)?, documents: documents(args)? };
    let mut answer = desk.submit(statement, with)?;
    let waited = answer.status == 202;
    for _ in 0..WITNESS_TRIES {
        if answer.status != 202 {
            break;
        }
        std::thread::sleep(WITNESS_PAUSE);
        // The same again is never recorded twice.
        answer = desk.submit(statement, With::default())?;
    }
    if answer.status == 202 {
        return Err(Failure::CouldNot(format!(
            "{} recorded it, but too few witnesses have seen it so far: submit the same file again later for the receipt",
            args.ledger
        )));
    }
    if matches!(answer.status, 200 | 201) {
        let receipt = TlogProof::parse(&answer.body).map_err(|fault| {
            Failure::CouldNot(format!("{} answered no receipt ({fault}): name the address of a desk", args.ledger))
        })?;
        let mut lines = receipt.checkpoint.text.split('\n');
        let (origin, size) = (lines.next().unwrap_or_default(), lines.next().and_then(parse_decimal).unwrap_or(0));
        // A statement names its ledger in the second line. The signature is `hibah verify`'s to check, with a key.
        if statement.split(|byte| *byte == b'\n').nth(1) != Some(origin.as_bytes()) || receipt.index >= size {
            return Err(Failure::CouldNot(format!(
                "{} answered a receipt of {origin} that cannot be this statement's: name the desk of its ledger",
                args.ledger
            )));
        }
        return Ok(Answer::Recorded {
            index: receipt.index,
            new: waited || answer.status == 201,
            size,
            receipt: receipt.to_string(),
        });
    }
    let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |name: &str| problem.get(name).and_then(Value::as_str).map(str::to_owned);
    let sentence = text("detail").or_else(|| text("title"));
    match (answer.status, text("rule"), sentence) {
        (400..=499, Some(code), Some(sentence)) => Ok(Answer::Refused {
            code,
            sentence,
            head: text("head"),
            size: problem.pointer("/judged_at/size").and_then(Value::as_u64),
            time: problem.pointer("/judged_at/time").and_then(Value::as_str).map(str::to_owned),
        }),
        (status, _, sentence) => Err(Failure::CouldNot(format!(
            "{} answered status {status}: {}",
            args.ledger,
            sentence.unwrap_or_else(|| "name the address of a desk, or try again later".to_owned())
        ))),
    }
}
