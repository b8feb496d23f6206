//! `hibah vault open`: an office reads openings; each reading is logged first.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::passphrase::{Passphrase, VaultPassphrase};
use super::super::{Failure, clock, files, key_file, output, source};
use super::unlock;
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::ledger::opening::Opening;
use crate::ledger::vault::{Kept, VaultReader, readers_of};

/// Read openings, as an office that the profile lets
#[derive(clap::Args)]
#[command(
    after_help = "The office proves itself by its key file: the key must be in force on the ledger now, and its office\namong those that the profile names (vault_readers). The reading, with office, key and reason, is\nwritten down before anything is shown.\n\nExamples:\n  hibah vault open my-ledger --case case/1/1 \\\n    --as inspector.key --reason Audit-2026\n  hibah vault open my-ledger --about org/1 --name account \\\n    --as inspector.key --reason Audit-2026 --out account.opening"
)]
pub(super) struct Open {
    /// The ledger's folder
    dir: PathBuf,
    /// Openings of this case and of the organisation that applied
    #[arg(long, value_name = "CASE", required_unless_present = "about", value_parser = case)]
    case: Option<CaseId>,
    /// Openings of this thing alone: org/1, case/1/1, note/desk/1 ...
    #[arg(long, value_name = "THING", conflicts_with = "case", value_parser = thing)]
    about: Option<About>,
    /// Only commitments of this name, such as account
    #[arg(long)]
    name: Option<String>,
    /// The key file of the office that reads
    #[arg(long, value_name = "FILE")]
    r#as: PathBuf,
    /// Why it is read; kept with the reading
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Write the opening file, which `hibah verify RECEIPT --entry E --opening FILE` proves; show no value
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    passphrase: Passphrase,
    /// The vault's key file [default: keys/vault.key in the ledger's folder]
    #[arg(long, value_name = "FILE")]
    vault_key: Option<PathBuf>,
    #[command(flatten)]
    vault_passphrase: VaultPassphrase,
}

fn case(text: &str) -> Result<CaseId, String> {
    CaseId::parse(text).ok_or_else(|| "write a case as case/<organisation>/<number>".to_owned())
}

fn thing(text: &str) -> Result<About, String> {
    About::parse(text).ok_or_else(|| "write a thing on the ledger, such as org/1 or case/1/1".to_owned())
}

impl Open {
    /// Whether an opening is among those that were asked for.
    fn asks_for(&self, kept: &Kept) -> bool {
        let about = About::parse(&kept.about);
        let of_case = |case: &CaseId| match (about, case.owner) {
            (Some(About::Case(other)), _) => other == *case,
            (Some(About::Org(other)), CaseOwner::Org(n)) => other == n,
            _ => false,
        };
        let thing = self.case.as_ref().is_some_and(of_case) || (self.about.is_some() && self.about == about);
        let name = kept.pointer.rsplit('/').next().unwrap_or_default();
        kept.in_force && thing && self.name.as_deref().is_none_or(|asked| asked == name)
    }
}

pub(super) fn run(args: &Open) -> Result<(), Failure> {
    if let Some(out) = args.out.as_ref().filter(|out| out.exists()) {
        return Err(Failure::CouldNot(format!("{} exists already: name a new file with --out", out.display())));
    }
    let passphrase = args.passphrase.get(&args.r#as.display().to_string())?;
    let signer = key_file::read(&args.r#as, &passphrase)?;
    let replay = source::replay(&source::Ledger::folder(&args.dir)?, None, None, &mut |_| {})?;
    let now = clock::after(replay.last_time())?;
    let reader = VaultReader::prove(replay.state(), &signer, now, &readers_of(replay.state()))
        .map_err(|refused| Failure::DoesNotHold(refused.to_string()))?;
    let mut vault = unlock(&args.dir, args.vault_key.as_deref(), &args.vault_passphrase)?;
    let asked: Vec<Kept> = vault.vault().list()?.into_iter().filter(|kept| args.asks_for(kept)).collect();
    let (erased, kept): (Vec<Kept>, Vec<Kept>) = asked.into_iter().partition(|kept| kept.erased.is_some());
    for (kept, erasure) in erased.iter().filter_map(|kept| kept.erased.as_ref().map(|erasure| (kept, erasure))) {
        output::remark(format_args!(
            "{} of {} was erased {} under {}.",
            kept.pointer, kept.about, erasure.at, erasure.basis
        ));
    }
    if kept.is_empty() {
        let sentence = "the vault has nothing to read there: `hibah vault list` shows what it has".to_owned();
        return Err(Failure::DoesNotHold(sentence));
    }
    if args.out.is_some() && kept.len() > 1 {
        let names: Vec<String> = kept.iter().map(|kept| format!("{} of {}", kept.pointer, kept.about)).collect();
        return Err(Failure::CouldNot(format!(
            "--out takes one opening, and there are {}: choose with --about and --name",
            names.join(", ")
        )));
    }
    let mut read = Vec::with_capacity(kept.len());
    for kept in kept {
        let opening = vault.read(&kept.statement, &kept.pointer, &reader, &args.reason, now)?;
        read.push((kept, opening));
    }
    tell(args, &read)
}

fn tell(args: &Open, read: &[(Kept, Opening)]) -> Result<(), Failure> {
    if let (Some(out), Some((kept, opening))) = (&args.out, read.first()) {
        files::write_private(out, &opening.to_bytes())?;
        if args.json {
            output::json(&json!({ "opening": out.display().to_string() }));
        } else {
            output::say(format_args!("Opening of {} of {}: {}", kept.pointer, kept.about, out.display()));
        }
        return Ok(());
    }
    if args.json {
        let told = read.iter().map(|(kept, opening)| {
            json!({
                "about": kept.about, "pointer": kept.pointer, "statement": kept.statement.to_hex(),
                "value": opening.value,
            })
        });
        output::json(&told.collect::<Value>());
        return Ok(());
    }
    for (kept, opening) in read {
        output::say(format_args!("{} of {}: {}", kept.pointer, kept.about, opening.value));
    }
    Ok(())
}
