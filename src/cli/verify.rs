//! `hibah verify`: checks a whole ledger from nothing, one receipt, the dossier of one grant, or a monitor's evidence.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::source::{Ledger, Opened};
use super::{Failure, dossier, files, output, progress, source};
use crate::ledger::entry::Entry;
use crate::ledger::evidence::Evidence;
use crate::ledger::opening::Opening;
use crate::ledger::statement::Statement;
use crate::ledger::tree::Tree;
use crate::ledger::verify::{self, Checking, Report, Source as _, SourceError, Trust, Under, VerifyError, Wrong};
use crate::tlog::checkpoint::SignedCheckpoint;
use crate::tlog::hash::leaf_hash;
use crate::tlog::note::{Note, NoteSignature, VerifierKey};
use crate::tlog::policy::{Policy, QuorumReport};
use crate::tlog::proof::TlogProof;

/// Check a whole ledger from nothing, what a receipt or a dossier proves, or what evidence shows
#[derive(clap::Args)]
#[command(
    after_help = "A ledger is read entry by entry: links, tree, signatures and every decision of the rule book are\nworked out again. The first wrong entry is named.\nExit status: 0 it holds, 1 it does not, 2 it could not be checked.\n\nExamples:\n  hibah verify https://hibah.bandung.example/ledger \\\n    --save-checkpoint seen.txt\n  hibah verify my-ledger --since seen.txt\n  hibah verify application.statement.tlog-proof \\\n    --entry entry-17 --vkey $(cat vkey)"
)]
pub struct Args {
    /// A ledger's folder, an exported folder, a web address, a store such as s3://BUCKET/PLACE, a receipt, a dossier, or a
    /// folder of evidence from `hibah monitor`
    source: String,
    /// The entry that a receipt is for, as `hibah show LEDGER INDEX --verbatim` writes it
    #[arg(long, value_name = "FILE")]
    entry: Option<PathBuf>,
    /// An opening: the value behind a commitment in that entry, and its salt
    #[arg(long, value_name = "FILE", requires = "entry")]
    opening: Option<PathBuf>,
    /// A verifier key of the ledger, from a place that you trust [default for a ledger: the one that it names itself]
    #[arg(long, value_name = "KEY", value_parser = source::vkey)]
    vkey: Option<VerifierKey>,
    /// Witnesses that must have seen the checkpoint (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A checkpoint that --save-checkpoint kept: this ledger must contain it; signatures before it are not checked again
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    /// Check each signature by itself, which takes about twice as long; the verdict is the same
    #[arg(long)]
    one_by_one: bool,
    /// Where to keep the checkpoint for the next --since, when everything holds
    #[arg(long, value_name = "FILE")]
    save_checkpoint: Option<PathBuf>,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    match source::open(&args.source)? {
        Opened::Ledger(_) if args.entry.is_some() => {
            Err(Failure::CouldNot("--entry belongs to a receipt: name a receipt, or leave --entry out".to_owned()))
        }
        Opened::Ledger(ledger) => whole(args, &ledger),
        Opened::Receipt(_) if args.since.is_some() || args.save_checkpoint.is_some() => Err(Failure::CouldNot(
            "a receipt is not compared with other checkpoints: leave --since and --save-checkpoint out, or name a ledger".to_owned(),
        )),
        Opened::Receipt(bytes) => receipt(args, &bytes),
        Opened::Evidence(bytes, folder) => evidence(args, &bytes, &folder),
        Opened::Dossier(_) if args.entry.is_some() || args.policy.is_some() || args.since.is_some() || args.save_checkpoint.is_some() => {
            Err(Failure::CouldNot("a dossier brings its entries and is of one checkpoint: give nothing but --vkey with it".to_owned()))
        }
        Opened::Dossier(bytes) => dossier::verify(&args.source, &bytes, args.vkey.as_ref(), args.json),
    }
}

/// What a monitor kept. It is checked as if the monitor could lie.
fn evidence(args: &Args, bytes: &[u8], folder: &Path) -> Result<(), Failure> {
    if args.entry.is_some() || args.policy.is_some() || args.since.is_some() || args.save_checkpoint.is_some() {
        return Err(Failure::CouldNot("evidence is checked by itself: only --vkey and --json belong to it".to_owned()));
    }
    let refused = |fault: SourceError| Failure::DoesNotHold(format!("{}: {fault}", args.source));
    let evidence = Evidence::parse(bytes).map_err(refused)?;
    let shown = evidence.check(args.vkey.as_ref(), Some(&Tree::new(folder)))?;
    let keys: Vec<String> = shown.keys.iter().map(ToString::to_string).collect();
    if args.json {
        output::json(&json!({
            "holds": true,
            "finding": shown.finding.as_str(),
            "origin": shown.origin,
            "sentence": shown.sentence,
            "vkeys": keys,
            "witness": shown.witness.map(|key| key.to_string()),
            "word_of_the_monitor": shown.word,
        }));
        return Ok(());
    }
    output::say("The evidence holds.\n");
    let mut rows =
        vec![("finding", shown.finding.as_str().to_owned()), ("shows", shown.sentence), ("signed by", keys.join("\n"))];
    rows.extend(shown.witness.map(|key| ("seen by", key.to_string())));
    rows.extend(shown.word.map(|word| ("not proved", format!("{word}: that is the monitor's word"))));
    output::facts(&rows);
    if args.vkey.is_none() {
        tell_warnings(&[
            "the keys came from the evidence itself; compare them with those published elsewhere".to_owned()
        ]);
    }
    Ok(())
}

fn policy(args: &Args) -> Result<Option<Policy>, Failure> {
    args.policy.as_deref().map(read_policy).transpose()
}

/// Reads a policy file.
pub fn read_policy(file: &Path) -> Result<Policy, Failure> {
    let bytes = files::read(file, "a policy file")?;
    Policy::parse(&bytes).map_err(|fault| Failure::CouldNot(format!("{}: {fault}", file.display())))
}

/// The key to check with: the given one, else the one that the policy names for this origin; of several, as a ledger that
/// was rekeyed has them, one that signed.
fn vkey(args: &Args, policy: Option<&Policy>, origin: &str, lines: &[NoteSignature]) -> Option<VerifierKey> {
    let named = || {
        let keys: Vec<&VerifierKey> =
            policy?.logs().iter().map(|log| &log.key).filter(|key| key.name() == origin).collect();
        let signed = keys.iter().find(|key| lines.iter().any(|line| line.key_id == key.key_id()));
        signed.or(keys.first()).map(|key| (*key).clone())
    };
    args.vkey.clone().or_else(named)
}

fn whole(args: &Args, ledger: &Ledger) -> Result<(), Failure> {
    let policy = policy(args)?;
    let origin = ledger.unverified_checkpoint()?.origin;
    let since = args.since.as_deref().map(|file| files::read(file, "a checkpoint saved before")).transpose()?;
    // Fetched once: what is saved is what was checked.
    let held = Under { source: ledger, checkpoint: ledger.checkpoint()? };
    let lines = Note::parse(&held.checkpoint).map(|note| note.signatures).unwrap_or_default();
    let signatures = if args.one_by_one { Checking::OneByOne } else { Checking::Together };
    let trust = Trust { vkey: vkey(args, policy.as_ref(), &origin, &lines), policy, since, signatures };
    let bar = progress::bar("Checking");
    let verified = verify::verify(&held, &trust, &progress::told(&bar));
    bar.finish_and_clear();
    match verified {
        Ok(report) => {
            if let Some(file) = &args.save_checkpoint {
                files::write(file, &held.checkpoint)?;
            }
            let unsigned = match ledger {
                Ledger::Folder(folder) => folder.unsigned()?,
                _ => 0,
            };
            if args.json {
                output::json(&report_json(&report, unsigned))
            } else {
                tell(&report, unsigned)
            }
            Ok(())
        }
        Err(VerifyError::Wrong(wrong)) => {
            if args.json {
                output::json(
                    &json!({ "holds": false, "index": wrong.index, "code": wrong.code, "sentence": wrong.sentence }),
                );
            }
            Err(Failure::DoesNotHold(sentence(&wrong, ledger)))
        }
        Err(VerifyError::Unchecked(error)) => Err(error.into()),
    }
}

fn sentence(wrong: &Wrong, ledger: &Ledger) -> String {
    match wrong.index {
        Some(index) if !wrong.sentence.starts_with("entry ") => {
            format!("entry {index} is wrong: {}", wrong.sentence)
        }
        Some(_) => wrong.sentence.clone(),
        None => format!("{} does not hold: {}", ledger.name(), wrong.sentence),
    }
}

fn tell(report: &Report, unsigned: u64) {
    let state = report.replay.state();
    let (cases, awards) = (state.case_count(), state.award_count());
    output::say(format_args!("The ledger {} holds.\n", report.checkpoint.origin));
    let how = if report.vkey_from_ledger { "named by the ledger itself" } else { "the one that you gave" };
    let keys: Vec<String> = report
        .in_force
        .iter()
        .map(
            |key| if *key == report.vkey { format!("{key}\n({how})") } else { format!("{key}\n(named by the ledger)") },
        )
        .collect();
    let word = if keys.len() == 1 { "key" } else { "keys" };
    let mut rows = vec![
        ("entries", format!("{}, each linked to the one before it", output::grouped(report.checkpoint.size))),
        (
            "grants",
            format!("{} on this ledger, {} taken over from before it", output::grouped(cases), output::grouped(awards)),
        ),
        ("rules", "every decision was worked out again; nothing is there that a rule refuses".to_owned()),
        (
            "signatures",
            format!("{} on statements, and the ledger's own on the checkpoint", output::grouped(report.signatures)),
        ),
        (
            "tree",
            format!("{} rebuilt from the entries and compared", output::count(report.tiles, "hash tile", "hash tiles")),
        ),
        ("root", report.checkpoint.root.to_hex()),
        ("newest", format!("recorded {} by the operator's clock", report.last_recorded_at)),
        (word, keys.join("\n")),
    ];
    if let Some(quorum) = &report.quorum {
        rows.push(("witnesses", witnesses(quorum)));
    }
    if let Some(size) = report.since {
        rows.push((
            "earlier",
            format!(
                "the checkpoint of {} that you kept is part of it; signatures before it were {}",
                output::count(size, "entry", "entries"),
                if report.since_believed { "not checked again" } else { "checked again, for another key signed it" }
            ),
        ));
    }
    output::facts(&rows);
    tell_warnings(&warnings(report, unsigned));
}

fn tell_warnings(warnings: &[String]) {
    if !warnings.is_empty() {
        output::say("");
    }
    for warning in warnings {
        output::say(format_args!("warning: {warning}"));
    }
}

fn witnesses(quorum: &QuorumReport) -> String {
    let names: Vec<&str> = quorum.cosigned.iter().map(|witness| witness.name.as_str()).collect();
    if names.is_empty() { "none asked for by the policy".to_owned() } else { format!("seen by {}", names.join(", ")) }
}

fn warnings(report: &Report, unsigned: u64) -> Vec<String> {
    let mut warnings = report.warnings.clone();
    if report.vkey_from_ledger {
        warnings.push("the key came from the ledger itself, so another ledger of the same name would hold too; compare the key with one published elsewhere, then give it with --vkey".to_owned());
    }
    if report.replay.state().is_trial() {
        warnings.push("this is a trial ledger: its grants are no real ones, or not yet binding".to_owned());
    }
    if unsigned > 0 {
        warnings.push(format!(
            "{} after this checkpoint not signed yet and not checked; the next `hibah submit` or `hibah serve --desk` signs",
            output::count(unsigned, "entry is", "entries are")
        ));
    }
    warnings
}

fn report_json(report: &Report, unsigned: u64) -> Value {
    let state = report.replay.state();
    json!({
        "holds": true,
        "origin": report.checkpoint.origin,
        "vkey": report.vkey.to_string(),
        "vkey_from_ledger": report.vkey_from_ledger,
        "vkeys": report.in_force.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "size": report.checkpoint.size,
        "root": report.checkpoint.root.to_hex(),
        "last_recorded_at": report.last_recorded_at.to_string(),
        "cases": state.case_count(),
        "awards": state.award_count(),
        "signatures": report.signatures,
        "tiles": report.tiles,
        "witnesses": report.quorum.as_ref().map(|quorum| {
            quorum.cosigned.iter().map(|witness| json!({ "name": witness.name, "time_s": witness.time_s })).collect::<Vec<_>>()
        }),
        "since": report.since,
        "since_believed": report.since.map(|_| report.since_believed),
        "unsigned": unsigned,
        "trial": state.is_trial(),
        "warnings": warnings(report, unsigned),
    })
}

fn receipt(args: &Args, bytes: &[u8]) -> Result<(), Failure> {
    let proof = TlogProof::parse(bytes)
        .map_err(|fault| Failure::DoesNotHold(format!("{} is not a receipt as it was given: {fault}", args.source)))?;
    let Some(file) = &args.entry else {
        return Err(Failure::CouldNot(format!(
            "a receipt proves something of an entry: write entry {0} to a file with `hibah show LEDGER {0} --verbatim`, then name it with --entry",
            proof.index
        )));
    };
    let entry_bytes = files::read(file, "the entry that the receipt is for")?;
    let policy = policy(args)?;
    let origin = proof.checkpoint.text.split('\n').next().unwrap_or_default().to_owned();
    let vkey = vkey(args, policy.as_ref(), &origin, &proof.checkpoint.signatures).ok_or_else(|| {
        Failure::CouldNot(format!(
            "whose signature is it: give the verifier key of {origin}, from a place that you trust, with --vkey"
        ))
    })?;
    let wrong = |what: String| Failure::DoesNotHold(format!("the receipt does not hold: {what}"));
    let checkpoint = proof.verify(&leaf_hash(&entry_bytes), &vkey).map_err(|fault| wrong(fault.to_string()))?;
    let entry = Entry::parse(&entry_bytes).map_err(|fault| wrong(fault.to_string()))?;
    if entry.index != proof.index {
        return Err(wrong(format!("the entry calls itself {}, the receipt says {}", entry.index, proof.index)));
    }
    let statement = Statement::parse(entry.statement, &origin).map_err(|fault| wrong(fault.to_string()))?;
    let quorum = policy.map(|policy| quorum(&policy, &checkpoint)).transpose()?;
    let opening = args.opening.as_deref().map(|file| opened(file, &statement, &origin)).transpose()?;
    let shown = Shown { size: checkpoint.checkpoint().size, entry, statement, vkey, quorum, opening };
    if args.json {
        shown.json()
    } else {
        shown.tell()
    }
    Ok(())
}

/// What the policy's witnesses say of the receipt's checkpoint.
fn quorum(policy: &Policy, checkpoint: &SignedCheckpoint) -> Result<QuorumReport, Failure> {
    let wrong = |what: &str| Failure::DoesNotHold(format!("the receipt does not hold: {what}"));
    let report = policy.check(checkpoint).map_err(|fault| wrong(&fault.to_string()))?;
    if !report.quorum_met {
        return Err(wrong("too few of the policy's witnesses saw its checkpoint; ask the ledger for a newer receipt"));
    }
    Ok(report)
}

fn opened(file: &Path, statement: &Statement, origin: &str) -> Result<Opening, Failure> {
    let bytes = files::read(file, "an opening file")?;
    let opening = Opening::parse(&bytes).map_err(|fault| Failure::CouldNot(format!("{}: {fault}", file.display())))?;
    opening
        .check(statement, origin)
        .map_err(|fault| Failure::DoesNotHold(format!("{} does not open this entry: {fault}", file.display())))?;
    Ok(opening)
}

/// What a receipt that holds is about.
struct Shown<'a> {
    size: u64,
    entry: Entry<'a>,
    statement: Statement,
    vkey: VerifierKey,
    quorum: Option<QuorumReport>,
    opening: Option<Opening>,
}

impl Shown<'_> {
    fn tell(&self) {
        output::say("The receipt holds.\n");
        let mut rows = vec![
            (
                "entry",
                format!(
                    "{}, {} about {}, recorded {}",
                    self.entry.index,
                    self.statement.kind(),
                    self.statement.about(),
                    self.entry.recorded_at
                ),
            ),
            (
                "proves",
                format!(
                    "the holder of the key below committed to exactly these bytes\nas number {} of {}, and cannot deny it",
                    self.entry.index,
                    output::count(self.size, "entry", "entries")
                ),
            ),
            ("key", self.vkey.to_string()),
        ];
        if let Some(quorum) = &self.quorum {
            rows.push(("witnesses", witnesses(quorum)));
        }
        if let Some(opening) = &self.opening {
            rows.push(("sealed", format!("{} is \"{}\"", opening.pointer, opening.value)));
        }
        rows.push(("not proved", "that the rules allowed it and its signers' keys were in force:\n`hibah verify` of the whole ledger proves that by replay".to_owned()));
        if self.quorum.is_none() {
            rows.push(("", "that everybody is shown the same ledger: witnesses prove that, see --policy".to_owned()));
        }
        output::facts(&rows);
    }

    fn json(&self) {
        output::json(&json!({
            "holds": true,
            "index": self.entry.index,
            "size": self.size,
            "recorded_at": self.entry.recorded_at.to_string(),
            "kind": self.statement.kind(),
            "about": self.statement.about().to_string(),
            "statement": self.statement.hash().to_hex(),
            "vkey": self.vkey.to_string(),
            "witnesses": self.quorum.as_ref().map(|quorum| {
                quorum.cosigned.iter().map(|witness| witness.name.clone()).collect::<Vec<_>>()
            }),
            "opening": self.opening.as_ref().map(|opening| json!({ "pointer": opening.pointer, "value": opening.value })),
        }));
    }
}
