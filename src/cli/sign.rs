//! `hibah sign`: makes a statement from its kind and body, and adds the holder's line to a draft of several signers.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::passphrase::Passphrase;
use super::{Failure, agent, batch, clock, files, key_file, output, source};
use crate::grants::about::About;
use crate::grants::kinds::Kind;
use crate::grants::one::bodies::Body;
use crate::grants::rules::RuleSet;
use crate::grants::shape::Field;
use crate::grants::signer::SignerId;
use crate::grants::time::Date;
use crate::grants::zero;
use crate::ledger::canonical;
use crate::ledger::documents;
use crate::ledger::form::FormCode;
use crate::ledger::opening::{self, Opening};
use crate::ledger::replay::{Replay, Signatures};
use crate::ledger::statement::Statement;
use crate::ledger::wish::{Wish, fill_rows, resolved};
use crate::tlog::hash::{Hash, sha256};
use crate::tlog::note::VerifierKey;

/// Sign a statement: a new one from its kind and body, or a draft that waits for more signers
#[derive(clap::Args)]
#[command(after_help = after_help(), group = clap::ArgGroup::new("asked").args(["kind", "fields", "batch"]))]
pub struct Args {
    /// A draft to show and, with --key, to sign
    #[arg(required_unless_present_any = ["kind", "fields", "batch"])]
    file: Option<PathBuf>,
    /// Sign up to 200 statements with one look and one passphrase: a JSON object a line, {"kind": ..., "about": ..., "body": {...}}
    /// with event_date, expires and signers if need be, or {"draft": FILE}; --out names the folder for new ones
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "kind"], requires = "key")]
    pub(super) batch: Option<PathBuf>,
    /// Print the fields of this kind's body, one a line, and do nothing else; with --ledger, under its rule set
    #[arg(long, value_name = "KIND", value_parser = kind, conflicts_with_all = ["file", "key", "out", "json"])]
    fields: Option<Kind>,
    /// The kind of a new statement; see the list below
    #[arg(long, conflicts_with = "file", requires = "about", requires = "body")]
    kind: Option<String>,
    /// What it is about: case/1/1, org/3, decree/2026/1 ...; `new` in place of the last number takes the next one
    #[arg(long, requires = "kind")]
    about: Option<String>,
    /// The statement's own fields, a JSON object; - reads standard input
    #[arg(long, value_name = "FILE", requires = "kind")]
    body: Option<PathBuf>,
    /// The ledger to look `after` and the next number up in: its folder, an exported folder or its web address
    #[arg(long, value_name = "LEDGER", requires = "asked")]
    pub(super) ledger: Option<String>,
    /// The ledger's verifier key, to be sure which ledger that is
    #[arg(long, value_name = "KEY", requires = "ledger", value_parser = source::vkey)]
    pub(super) vkey: Option<VerifierKey>,
    /// Leaf hash of the latest entry about it, if no --ledger is at hand
    #[arg(long, value_name = "HEX", requires = "kind")]
    after: Option<String>,
    /// Your key file, or ssh-agent:COMMENT or ssh-agent:SHA256:... for an Ed25519 key that the agent at SSH_AUTH_SOCK holds;
    /// give it again for each key that you hold
    #[arg(long, value_name = "FILE", required_unless_present_any = ["file", "fields"])]
    pub(super) key: Vec<PathBuf>,
    /// Another signer, <key name>+<8 hex digits>, who signs the file later
    #[arg(long, value_name = "ID", requires = "kind", value_parser = signer_id)]
    signer: Vec<SignerId>,
    /// Commit to the text in FILE as sealed.NAME, and keep the opening beside the statement; never on the ledger
    #[arg(long, value_name = "NAME=FILE", requires = "kind", value_parser = seal)]
    seal: Vec<(String, PathBuf)>,
    /// Commit to the SHA-256 of ORIGINAL, which stays closed, beside its version for everyone, PUBLIC, among the documents
    #[arg(long, value_name = "PUBLIC=ORIGINAL", requires = "kind", value_parser = original)]
    original: Vec<(String, PathBuf)>,
    /// When it happened, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE", requires = "kind", value_parser = date)]
    event_date: Option<Date>,
    /// The last day on which it may be recorded, YYYY-MM-DD [default: in 14 days]
    #[arg(long, value_name = "DATE", requires = "kind", value_parser = date)]
    expires: Option<Date>,
    /// Where the statement goes; - is standard output [default: KIND.ABOUT.statement, or the draft itself]
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Say it for a machine
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) passphrase: Passphrase,
}

fn after_help() -> String {
    let kinds: String = Kind::ALL.iter().map(|kind| format!("\n  {:24} {}", kind.name(), kind.title_en())).collect();
    format!(
        "\
Kinds:{kinds}

Amounts are whole units of the currency's smallest part. With --seal and --original the program
fills in `sealed`, with --ledger the `after` of a decree's rows.

Examples:
  hibah sign --fields use.reported --ledger my-ledger
  hibah sign --ledger my-ledger --kind use.reported --about case/1/1 \\
    --body report.json --key org.key
  hibah sign --ledger my-ledger --kind application.submitted \\
    --about case/1/new --body application.json --key org.key
  hibah sign agreement.signed.case-1-1.statement \\
    --key my-ledger/keys/official-3-ppkd.key
  hibah sign --ledger my-ledger --batch decisions.jsonl --out signed \\
    --key my-ledger/keys/official-4-tim_pertimbangan.key"
    )
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::parse(text).ok_or_else(|| "it is not a kind of statement: `hibah sign --help` lists them".to_owned())
}

fn signer_id(text: &str) -> Result<SignerId, String> {
    // People copy verifier keys; the first two parts of one are the signer's name and id.
    let id: Vec<&str> = text.splitn(3, '+').take(2).collect();
    SignerId::parse(&id.join("+"))
        .ok_or_else(|| "write <key name>+<8 hex digits>, as `hibah key show` prints it".to_owned())
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "write a real date as YYYY-MM-DD".to_owned())
}

fn seal(text: &str) -> Result<(String, PathBuf), String> {
    let split = text.split_once('=').filter(|(name, file)| !name.is_empty() && !file.is_empty());
    split
        .map(|(name, file)| (name.to_owned(), file.into()))
        .ok_or_else(|| "write NAME=FILE, such as account=account.txt".to_owned())
}

fn original(text: &str) -> Result<(String, PathBuf), String> {
    seal(text).map_err(|_| "write PUBLIC=ORIGINAL, such as proposal-public.pdf=proposal.pdf".to_owned())
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    if let Some(kind) = args.fields {
        return tell_fields(kind, rules_of(args)?);
    }
    if let Some(file) = &args.batch {
        return batch::run(args, file);
    }
    let Draft { mut statement, replay, openings } = match (&args.file, &args.kind) {
        (Some(file), _) => Draft { statement: read_draft(file)?, replay: None, openings: Vec::new() },
        (None, Some(kind)) => draft(args, kind)?,
        (None, None) => {
            return Err(Failure::CouldNot("name a draft, or --kind with --about and --body".to_owned()));
        }
    };
    show(&statement);
    for key in &args.key {
        sign_all(key, &args.passphrase, &mut [&mut statement]).map_err(|(_, failure)| failure)?;
    }
    let out = place(args, &statement);
    for opening in &openings {
        let file =
            files::with_ending(&out, &format!(".{}.opening", opening.pointer.rsplit('/').next().unwrap_or_default()));
        files::write_private(&file, &opening.to_bytes())?;
        output::remark(format_args!(
            "Opening of {}: {} (keep it from everyone but those who may know)",
            opening.pointer,
            file.display()
        ));
    }
    if !args.key.is_empty() {
        match &args.file {
            Some(file) if *file == out => files::write(&out, &statement.to_bytes())?,
            _ if out == Path::new("-") => output::raw(&statement.to_bytes()),
            _ => files::write_new(&out, &statement.to_bytes())?,
        }
    }
    tell(args, &statement, &out);
    if let Some(replay) = replay {
        foretell(&statement, &replay);
    }
    Ok(())
}

/// Signs all with a key file or an ssh-agent's key; else which could not be signed, and why.
pub(super) fn sign_all(
    key: &Path,
    passphrase: &Passphrase,
    statements: &mut [&mut Statement],
) -> Result<(), (Option<usize>, Failure)> {
    let (held, signer) = match agent::key(key) {
        Some(held) => {
            let held = held.and_then(|held| held.consent(statements.len()).map(|()| held));
            (Some(held.map_err(|failure| (None, failure))?), None)
        }
        None => {
            let opened =
                passphrase.get(&key.display().to_string()).and_then(|passphrase| key_file::read(key, &passphrase));
            (None, Some(opened.map_err(|failure| (None, failure))?))
        }
    };
    for (at, statement) in statements.iter_mut().enumerate() {
        let signed = match (&held, &signer) {
            (Some(held), _) => held.sign(statement),
            (None, Some(signer)) => statement.sign(signer).map_err(Failure::could_not),
            (None, None) => Ok(()),
        };
        signed.map_err(|failure| (Some(at), failure))?;
    }
    Ok(())
}

/// The rule set in force on the ledger that was named; the newest where none is.
fn rules_of(args: &Args) -> Result<RuleSet, Failure> {
    Ok(replayed(args)?.and_then(|replay| replay.state().rules()).unwrap_or(RuleSet::One))
}

/// The state of the ledger that was named, if one was.
pub(super) fn replayed(args: &Args) -> Result<Option<Replay>, Failure> {
    let replay = |named| source::replay(&source::open_ledger(named)?, None, args.vkey.as_ref(), &mut |_| {});
    args.ledger.as_deref().map(replay).transpose()
}

/// That there is such a kind of statement.
pub(super) fn check_kind(kind: &str) -> Result<(), Failure> {
    match Kind::parse(kind) {
        Some(_) => Ok(()),
        None => {
            Err(Failure::CouldNot(format!("\"{kind}\" is not a kind of statement: `hibah sign --help` lists them")))
        }
    }
}

/// The fields of a kind's body, from the declarations that read it.
fn tell_fields(kind: Kind, rules: RuleSet) -> Result<(), Failure> {
    let fields = match rules {
        RuleSet::Zero if !zero::bodies::KINDS.contains(&kind) && kind != Kind::RulesAdopted => {
            return Err(Failure::CouldNot(format!(
                "rule set 0, which is in force on this ledger, has no {kind}: its roots may adopt rule set 1 (rules.adopted)"
            )));
        }
        // What brings rule set 1 into force is read by it.
        RuleSet::Zero if kind != Kind::RulesAdopted => zero::bodies::Body::fields(kind),
        RuleSet::Zero | RuleSet::One => Body::fields(kind),
    };
    if fields.is_empty() {
        output::say(format_args!("The body of {kind} has no fields: write {{}}."));
        return Ok(());
    }
    let width = fields.iter().map(|field| field.name.len()).max().unwrap_or_default();
    for Field { name, what, optional, meaning } in fields {
        let optional = if optional { "optional, " } else { "" };
        let line = format!("{name:width$}  {optional}{what}. {meaning}");
        output::say(line.trim_end());
    }
    Ok(())
}

/// Reads a draft of any ledger: its second line says which.
pub(super) fn read_draft(file: &Path) -> Result<Statement, Failure> {
    let bytes = files::read(file, "a statement file made by `hibah sign`")?;
    let text = String::from_utf8_lossy(&bytes);
    let origin = text.split('\n').nth(1).unwrap_or_default();
    Statement::parse_draft(&bytes, origin)
        .map_err(|fault| Failure::CouldNot(format!("{} is no statement that can be signed: {fault}", file.display())))
}

/// A statement on its way to its signers.
struct Draft {
    statement: Statement,
    /// The ledger it was made for, if one was named.
    replay: Option<Replay>,
    /// What opens its commitments.
    openings: Vec<Opening>,
}

fn draft(args: &Args, kind: &str) -> Result<Draft, Failure> {
    check_kind(kind)?;
    let mut body = read_body(args)?;
    let replay = replayed(args)?;
    let mut signers = args.signer.clone();
    signers.extend(signers_of(&args.key, replay.as_ref())?);
    let about = about(args.about.as_deref().unwrap_or_default(), replay.as_ref())?;
    if let Some(replay) = &replay {
        fill_rows(&mut body, replay);
    }
    let origin = origin(args, replay.as_ref())?;
    let mut openings = sealed(args, &origin, &about, &mut body)?;
    let after = after(args.after.as_deref(), &about, replay.as_ref())?;
    let (event_date, expires) = (args.event_date, args.expires);
    let wish = Wish { origin, kind: kind.to_owned(), about, after, body, event_date, expires, signers };
    let statement = wish.draft(replay.as_ref(), today(replay.as_ref())?).map_err(Failure::could_not)?;
    for opening in &mut openings {
        opening.statement = statement.hash();
    }
    Ok(Draft { statement, replay, openings })
}

/// The local day of a ledger's state, or that of UTC where no ledger is named.
pub(super) fn today(replay: Option<&Replay>) -> Result<Date, Failure> {
    let now = clock::now()?;
    Ok(replay.map_or_else(|| now.local_date(0), |replay| replay.state().local_date(now)))
}

/// The signers whose keys these are.
pub(super) fn signers_of(keys: &[PathBuf], replay: Option<&Replay>) -> Result<Vec<SignerId>, Failure> {
    keys.iter().map(|key| id_of(&public(key, replay)?)).collect()
}

/// The public half of a key file, or of an ssh-agent's key under the name that the ledger has it by.
fn public(key: &Path, replay: Option<&Replay>) -> Result<VerifierKey, Failure> {
    match agent::key(key) {
        Some(held) => held?.on_ledger(replay),
        None => key_file::read_public(key),
    }
}

/// Whether a body of this kind may hold commitments of any name.
fn seals(kind: Kind) -> bool {
    Body::schema(kind).pointer("/properties/sealed").is_some()
}

/// Puts a commitment under `sealed` for each --seal and --original; the openings still lack the statement's hash.
fn sealed(args: &Args, origin: &str, about: &About, body: &mut Value) -> Result<Vec<Opening>, Failure> {
    let mut values = Vec::new();
    for (name, file) in &args.seal {
        let text = files::read_text(file, "a file with the text to seal")?;
        let value = text.trim_end_matches(['\n', '\r']).to_owned();
        canonical::check_text(&value)
            .map_err(|fault| Failure::CouldNot(format!("{} cannot be sealed: {fault}", file.display())))?;
        values.push((name.clone(), value));
    }
    let kind = args.kind.as_deref().and_then(Kind::parse);
    if let Some(kind) = kind.filter(|kind| !args.original.is_empty() && !seals(*kind)) {
        return Err(Failure::CouldNot(format!(
            "a statement of {kind} has no place for commitments, so no original can be sealed in it: leave --original away"
        )));
    }
    for (public, original) in &args.original {
        let digest = |file: &Path, what| Ok::<_, Failure>(sha256(&files::read(file, what)?));
        let public_digest = digest(Path::new(public), "a document for everyone")?;
        if !documents::named_in(body).iter().any(|named| named.sha256 == public_digest) {
            let what = "is not among the statement's documents: name it there by its SHA-256";
            return Err(Failure::CouldNot(format!("{public} {what} {public_digest}")));
        }
        let original = digest(original, "the original of a document")?;
        values.push((documents::original_name(&public_digest), original.to_hex()));
    }
    let mut openings: Vec<Opening> = Vec::new();
    for (name, value) in values {
        if openings.iter().any(|opening| opening.pointer == format!("/body/sealed/{name}")) {
            return Err(Failure::CouldNot(format!("{name} would be sealed twice: seal it once")));
        }
        let mut salt = [0; 32];
        key_file::random(&mut salt)?;
        let pointer = format!("/body/sealed/{name}");
        let commitment = opening::commitment(origin, &about.to_string(), &pointer, &salt, &value);
        // A `sealed` that is no object is refused by the draft's own reading.
        if body.get("sealed").is_none_or(Value::is_object) {
            body["sealed"][name.as_str()] = json!(commitment.to_hex());
        }
        openings.push(Opening { statement: commitment, pointer, salt, value });
    }
    Ok(openings)
}

fn read_body(args: &Args) -> Result<Value, Failure> {
    let Some(file) = &args.body else {
        return Err(Failure::CouldNot("a statement needs its fields: name a JSON file with --body".to_owned()));
    };
    let text = files::read_text(file, "a JSON file with the statement's fields")?;
    read_object(&text)
        .map_err(|what| Failure::CouldNot(format!("{} cannot be the statement's fields: {what}", file.display())))
}

/// Reads a JSON object, or says what is wrong with it. The strict parser says everything but how it is laid out: any
/// layout is taken, and the statement holds the canonical one.
pub(super) fn read_object(text: &str) -> Result<Value, String> {
    match canonical::parse_object(text) {
        Ok(object) => Ok(Value::Object(object)),
        Err(fault) if fault.code == FormCode::NotCanonical => serde_json::from_str(text).map_err(|e| e.to_string()),
        Err(fault) => Err(fault.sentence.english().replace(" of the JSON line", "")),
    }
}

/// The thing that the statement is about; `new` at its end takes the next number of its series.
pub(super) fn about(text: &str, replay: Option<&Replay>) -> Result<About, Failure> {
    let fault = || {
        let (last, others) = About::SPELLINGS.split_last().unwrap_or((&"", &[]));
        Failure::CouldNot(format!(
            "\"{text}\" is nothing that a statement can be about: write {} or {last}",
            others.join(", ")
        ))
    };
    let about = match replay {
        Some(replay) => resolved(text, replay),
        None if text.ends_with("/new") => {
            return Err(Failure::CouldNot(format!(
                "the next number of {text} is known to the ledger only: name it with --ledger"
            )));
        }
        None => About::parse(text),
    };
    about.ok_or_else(fault)
}

pub(super) fn after(given: Option<&str>, about: &About, replay: Option<&Replay>) -> Result<Hash, Failure> {
    if let Some(hex) = given {
        return Hash::from_hex(hex).map_err(|_| {
            Failure::CouldNot(format!("--after \"{hex}\" is no leaf hash: write 64 lowercase hexadecimal digits"))
        });
    }
    let Some(replay) = replay else {
        return Err(Failure::CouldNot(
            "a statement names the latest entry about its subject: say with --ledger where to look it up, or give its leaf hash with --after".to_owned(),
        ));
    };
    replay.state().expected_after(about).ok_or_else(|| {
        Failure::CouldNot(format!("{about} belongs to nothing on this ledger yet: record the organisation first"))
    })
}

/// The ledger's origin: from the ledger, else from the name of the first key, `<origin>/org/<n>` and so on.
fn origin(args: &Args, replay: Option<&Replay>) -> Result<String, Failure> {
    if let Some(replay) = replay {
        return Ok(replay.origin().to_owned());
    }
    let file = args.key.first().ok_or_else(|| Failure::CouldNot("name your key file with --key".to_owned()))?;
    let key = public(file, None)?;
    let place = key.name().rmatch_indices('/').nth(1).map(|(at, _)| at);
    place.map(|at| key.name()[..at].to_owned()).ok_or_else(|| {
        Failure::CouldNot(format!("the key {} is not of a person or organisation: name another with --key", key.name()))
    })
}

fn id_of(key: &VerifierKey) -> Result<SignerId, Failure> {
    SignerId::new(key.name(), key.key_id().0)
        .ok_or_else(|| Failure::CouldNot(format!("the key name {} is not one of a ledger: make a new key", key.name())))
}

/// Shows what is to be signed before a passphrase is asked for.
pub(super) fn show(statement: &Statement) {
    let title = Kind::parse(statement.kind()).map_or("unknown kind", Kind::title_en);
    output::remark(format_args!("{title}, about {}. These are the lines that are signed:\n", statement.about()));
    for line in statement.text().split_terminator('\n') {
        output::remark(format_args!("    {line}"));
    }
    output::remark(format_args!("\nIts fields, one a line:\n\n{}\n", indented(statement.body())));
}

fn indented(body: &Value) -> String {
    let text = format!("{body:#}");
    let lines: Vec<String> = text.split('\n').map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

/// Where the statement is written.
fn place(args: &Args, statement: &Statement) -> PathBuf {
    let made =
        || PathBuf::from(format!("{}.{}.statement", statement.kind(), statement.about().to_string().replace('/', "-")));
    args.out.clone().or_else(|| args.file.clone()).unwrap_or_else(made)
}

fn tell(args: &Args, statement: &Statement, out: &Path) {
    let missing: Vec<String> = statement.missing_signers().iter().map(ToString::to_string).collect();
    if args.json {
        output::json(&json!({
            "file": out.display().to_string(),
            "statement": statement.hash().to_hex(),
            "about": statement.about().to_string(),
            "after": statement.after().map(|hash| hash.to_hex()),
            "missing": missing,
        }));
        return;
    }
    if !args.key.is_empty() && out != Path::new("-") {
        output::say(format_args!("Signed: {}", out.display()));
    }
    let signed = statement.signers().len() - missing.len();
    if missing.is_empty() {
        output::remark(format_args!(
            "It is complete: {}. Submit it before {} ends: hibah submit LEDGER {}",
            output::count(signed as u64, "signature", "signatures"),
            statement.expires(),
            out.display()
        ));
        return;
    }
    output::remark(format_args!("It still needs {}:", output::count(missing.len() as u64, "signature", "signatures")));
    for id in &missing {
        output::remark(format_args!("    {id}"));
    }
    output::remark(format_args!(
        "Hand the file to each holder, who runs: hibah sign {} --key THEIR.key",
        out.display()
    ));
}

/// Says at once what the ledger would say; whoever submits it is told in any case.
pub(super) fn foretell(statement: &Statement, replay: &Replay) {
    if !statement.missing_signers().is_empty() {
        return;
    }
    let Ok(now) = clock::after(replay.last_time()) else {
        return;
    };
    if let Err(refused) = replay.judge(statement, now, Signatures::Check) {
        output::remark(format_args!("warning: the ledger would refuse it now: {refused}"));
    }
}
