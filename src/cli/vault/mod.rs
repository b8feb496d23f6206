//! `hibah vault`: the openings of a ledger's commitments, kept, read, erased and listed.

mod erase;
mod open;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::passphrase::VaultPassphrase;
use super::{Failure, clock, files, key_file, output, source};
use crate::ledger::opening::Opening;
use crate::ledger::reader::Reader;
use crate::ledger::statement::Statement;
use crate::ledger::store::StoreError;
use crate::ledger::vault::{Kept, UnlockedVault, VAULT_FILE, Vault, VaultError, VaultKey};
use crate::tlog::hash::Hash;

/// The vault key's place in a ledger's folder.
const VAULT_KEY_FILE: &str = "keys/vault.key";

/// Keep the openings of commitments: personal data that is never on the ledger
#[derive(clap::Args)]
#[command(
    after_help = "An opening is the value behind a commitment, and its salt. The vault keeps each under a key of its\nown; only offices that the ledger's profile names read it, and each reading is logged.\n\nExamples:\n  hibah vault init my-ledger\n  hibah vault put my-ledger org.statement.account.opening\n  hibah vault list my-ledger --same"
)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    Init(Init),
    Put(Put),
    Open(open::Open),
    Erase(erase::Erase),
    List(List),
}

/// Make a ledger's vault and its key file
#[derive(clap::Args)]
#[command(
    after_help = "Keep vault.db in your backups, the key file and its passphrase in another place, and erased.list\nout of every backup: an old one would bring erased data back.\n\nExample:\n  hibah vault init my-ledger"
)]
struct Init {
    /// The ledger's folder
    dir: PathBuf,
    /// Where the vault's key file goes [default: keys/vault.key in the ledger's folder]
    #[arg(long, value_name = "FILE")]
    vault_key: Option<PathBuf>,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    passphrase: VaultPassphrase,
}

/// Put opening files into the vault
#[derive(clap::Args)]
#[command(
    after_help = "An opening is taken when it opens a commitment of a recorded statement. The files stay: destroy\nthem when the vault has them.\n\nExample:\n  hibah vault put my-ledger org.statement.account.opening"
)]
struct Put {
    /// The ledger's folder
    dir: PathBuf,
    /// The opening files, made by `hibah sign --seal`
    #[arg(value_name = "OPENING", required = true)]
    openings: Vec<PathBuf>,
    /// The vault's key file [default: keys/vault.key in the ledger's folder]
    #[arg(long, value_name = "FILE")]
    vault_key: Option<PathBuf>,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    passphrase: VaultPassphrase,
}

/// List what the vault has, without values
#[derive(clap::Args)]
#[command(
    after_help = "Needs no key: equal values are found by tokens that say nothing else.\n\nExamples:\n  hibah vault list my-ledger\n  hibah vault list my-ledger --same\n  hibah vault list my-ledger --readings --json"
)]
struct List {
    /// The ledger's folder
    dir: PathBuf,
    /// Only groups of equal values that belong to more than one organisation
    #[arg(long, conflicts_with = "readings")]
    same: bool,
    /// Who read what, when and why
    #[arg(long)]
    readings: bool,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Opening(_) | VaultError::Erased { .. } => Self::DoesNotHold(error.to_string()),
            _ => Self::could_not(error),
        }
    }
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    match &args.act {
        Act::Init(args) => init(args),
        Act::Put(args) => put(args),
        Act::Open(args) => open::run(args),
        Act::Erase(args) => erase::run(args),
        Act::List(args) => list(args),
    }
}

/// Opens the vault in `dir` with its key.
pub fn unlock(dir: &Path, key: Option<&Path>, passphrase: &VaultPassphrase) -> Result<UnlockedVault, Failure> {
    let vault = Vault::open(dir)?;
    let file = key.map_or_else(|| dir.join(VAULT_KEY_FILE), Path::to_owned);
    if !file.exists() {
        return Err(Failure::CouldNot(format!(
            "{} is not there: name the vault's key file with --vault-key",
            file.display()
        )));
    }
    let passphrase = passphrase.get(&file.display().to_string())?;
    let seed = key_file::read(&file, &passphrase)?.key().seed();
    Ok(vault.unlock(VaultKey::derive(&seed))?)
}

/// The origin of the ledger in a folder.
fn origin(dir: &Path) -> Result<String, Failure> {
    Ok(source::Ledger::folder(dir)?.unverified_checkpoint()?.origin)
}

fn init(args: &Init) -> Result<(), Failure> {
    let origin = origin(&args.dir)?;
    let file = args.vault_key.clone().unwrap_or_else(|| args.dir.join(VAULT_KEY_FILE));
    let vault = args.dir.join(VAULT_FILE);
    if vault.exists() {
        return Err(StoreError::Exists(vault).into());
    }
    if file.exists() {
        return Err(Failure::CouldNot(format!("{} exists already: name a new file", file.display())));
    }
    let passphrase = args.passphrase.choose(&file.display().to_string())?;
    // Its seed is all that counts; it never signs, and no rule admits a key of this name.
    let seed = key_file::generate(&format!("{origin}/vault"))?;
    key_file::write(&file, &seed, &passphrase)?;
    if let Err(error) = Vault::create(&args.dir, &origin, VaultKey::derive(&seed.key().seed())) {
        // Best effort: a key without a vault is of no use, and the error that matters is the one being reported.
        let _ = std::fs::remove_file(&file);
        return Err(error.into());
    }
    if args.json {
        output::json(&json!({ "vault": vault.display().to_string(), "key": file.display().to_string() }));
        return Ok(());
    }
    output::say(format_args!("Made the vault of {origin}: {}", vault.display()));
    output::remark(format_args!(
        "Its key is in {}. Without that file and its passphrase nobody can read what is kept.\nKeep erased.list out of backups, or what was erased would come back with an old one.",
        file.display()
    ));
    Ok(())
}

/// The recorded statement of this hash.
fn statement(reader: &Reader, hash: &Hash, origin: &str) -> Result<(u64, Statement), Failure> {
    let missing = || {
        Failure::CouldNot(format!(
            "the ledger has no statement {hash}: submit it first, or name another ledger's folder"
        ))
    };
    let index = reader.index_of_statement(hash)?.ok_or_else(missing)?;
    Ok((index, reader.statement(index, origin)?.ok_or_else(missing)?))
}

fn put(args: &Put) -> Result<(), Failure> {
    let reader = source::open_reader(&args.dir)?;
    let mut vault = unlock(&args.dir, args.vault_key.as_deref(), &args.passphrase)?;
    let origin = vault.vault().origin().to_owned();
    let mut told = Vec::new();
    for file in &args.openings {
        let opening = Opening::parse(&files::read(file, "an opening file")?)
            .map_err(|fault| Failure::CouldNot(format!("{}: {fault}", file.display())))?;
        let (_, statement) = statement(&reader, &opening.statement, &origin)?;
        let new = vault.put(&statement, &opening, clock::now()?)?;
        if args.json {
            told.push(json!({
                "file": file.display().to_string(), "new": new, "about": statement.about().to_string(),
                "statement": opening.statement.to_hex(), "pointer": opening.pointer,
            }));
            continue;
        }
        let what = if new { "Put into the vault" } else { "Nothing new, it is in the vault" };
        output::say(format_args!("{what}: {} of {}", opening.pointer, statement.about()));
    }
    if args.json {
        output::json(&Value::Array(told));
    }
    Ok(())
}

fn list(args: &List) -> Result<(), Failure> {
    let vault = Vault::open(&args.dir)?;
    if args.readings {
        return readings(&vault, args.json);
    }
    let groups = if args.same { vault.same()? } else { vec![vault.list()?] };
    if args.json {
        let groups: Vec<Value> = groups.iter().map(|group| group.iter().map(kept_json).collect()).collect();
        output::json(&if args.same { Value::Array(groups) } else { groups.into_iter().next().unwrap_or_default() });
        return Ok(());
    }
    if groups.iter().all(Vec::is_empty) {
        output::say(if args.same { "No two organisations have an equal value." } else { "The vault is empty." });
    }
    for (n, group) in (1..).zip(&groups) {
        if args.same {
            let name = group[0].pointer.rsplit('/').next().unwrap_or_default();
            output::say(format_args!("Group {n}: an equal {name}"));
        }
        for kept in group {
            let state = match (&kept.erased, kept.in_force) {
                (Some(erasure), _) => format!("erased {} under {}", erasure.at, erasure.basis),
                (None, true) => format!("kept since {}", kept.put_at),
                (None, false) => format!("waits since {} for its statement to be recorded", kept.put_at),
            };
            output::say(format_args!("  {}  {}  {}  {state}", kept.about, kept.pointer, kept.statement));
        }
    }
    Ok(())
}

fn kept_json(kept: &Kept) -> Value {
    let state = match (&kept.erased, kept.in_force) {
        (Some(_), _) => "erased",
        (None, true) => "kept",
        (None, false) => "waiting",
    };
    json!({
        "about": kept.about, "pointer": kept.pointer, "statement": kept.statement.to_hex(), "put_at": kept.put_at,
        "state": state,
        "erased": kept.erased.as_ref().map(|erasure| json!({ "at": erasure.at.to_string(), "basis": erasure.basis })),
    })
}

fn readings(vault: &Vault, as_json: bool) -> Result<(), Failure> {
    let readings = vault.readings()?;
    if as_json {
        let told = readings.iter().map(|reading| {
            json!({
                "at": reading.at, "office": reading.office, "key": reading.key, "reason": reading.reason,
                "statement": reading.statement.to_hex(), "pointer": reading.pointer,
            })
        });
        output::json(&told.collect());
        return Ok(());
    }
    if readings.is_empty() {
        output::say("Nobody has read anything.");
    }
    for reading in readings {
        output::say(format_args!(
            "  {}  {}  {} of {}  by {}: {}",
            reading.at, reading.office, reading.pointer, reading.statement, reading.key, reading.reason
        ));
    }
    Ok(())
}
