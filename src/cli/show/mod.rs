//! `hibah show`: an entry in words and verbatim; a grant with its timeline, amounts and notes; an organisation, an official,
//! a list, budget or decree with its rows. Under whichever rule set: what is told is read from the statements' JSON.

mod erased;
mod things;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use self::erased::Erasures;
use super::source::Ledger;
use super::{Failure, files, output, source};
use crate::grants::about::About;
use crate::grants::figures::{Absent, Figure, Standing};
use crate::grants::kinds::Kind;
use crate::grants::money::{Amount, Currency};
use crate::grants::one::bodies::Body;
use crate::grants::shape::Shape as _;
use crate::grants::time::Timestamp;
use crate::ledger::entry::Entry;
use crate::ledger::reader::{Grant, Reader, Record};
use crate::ledger::shown::{Covered, ERASED_MARK, body_shown, texts_hidden, verbatim_shown};
use crate::ledger::statement::Statement;
use crate::public::pages::receipt;
use crate::public::pages::words::Lang;
use crate::tlog::decimal::parse_decimal;
use crate::tlog::hash::leaf_hash;

/// Show one entry in words and as it is, or one grant with its timeline and amounts
#[derive(clap::Args)]
#[command(
    after_help = "What is shown is not checked: `hibah verify` does that. A text that was erased is not shown, but for\n--verbatim, whose bytes a check needs; of a web address only the entry itself is read, so see its\npages for what was erased later.\n\nExamples:\n  hibah show my-ledger 17\n  hibah show my-ledger 17 --verbatim > entry-17\n  hibah show my-ledger case/1/1\n  hibah show my-ledger decree/2026/1\n  hibah show my-ledger official/3"
)]
pub struct Args {
    /// A ledger's folder; for an entry also an exported folder or a web address
    source: String,
    /// The number of an entry, or a thing: case/1/1, award/<16 hex>/<row>, org/1, official/2, decree/2026/1, list/2026/1,
    /// budget/2026/1, note/desk/1
    #[arg(value_name = "INDEX|CASE")]
    what: String,
    /// Write the entry's bytes and nothing else
    #[arg(long, conflicts_with = "json")]
    verbatim: bool,
    /// Write the entry's receipt to FILE as a page to print (PDF), and nothing else; of a ledger's folder
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "verbatim"])]
    pdf: Option<PathBuf>,
    /// The page to print is in English
    #[arg(long, requires = "pdf")]
    english: bool,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    if let Some(index) = parse_decimal(&args.what) {
        return entry(args, index);
    }
    let about = About::parse(&args.what).ok_or_else(|| {
        Failure::CouldNot(format!(
            "\"{}\" is neither the number of an entry nor a thing on a ledger: write 17, case/1/1, award/<16 hex>/<row>, org/1, official/2 or decree/2026/1",
            args.what
        ))
    })?;
    if args.verbatim || args.pdf.is_some() {
        return Err(Failure::CouldNot(
            "only an entry has bytes and a receipt of its own: give its number with --verbatim or --pdf".to_owned(),
        ));
    }
    thing(args, &about)
}

fn entry(args: &Args, index: u64) -> Result<(), Failure> {
    if let Some(file) = &args.pdf {
        let dir = Path::new(&args.source);
        let lang = if args.english { Lang::English } else { Lang::Indonesian };
        let pdf = receipt::pdf(&source::open_reader(dir)?, dir, index, lang, None).map_err(Failure::could_not)?;
        return files::write(file, &pdf);
    }
    let ledger = source::open_ledger(&args.source)?;
    let bytes = ledger.entry(index)?;
    if args.verbatim {
        output::raw(&bytes);
        return Ok(());
    }
    let fault = |fault: crate::ledger::form::FormError| {
        Failure::DoesNotHold(format!("entry {index} of {} is wrong: {fault}", ledger.name()))
    };
    let entry = Entry::parse(&bytes).map_err(fault)?;
    let origin = ledger.unverified_checkpoint()?.origin;
    let statement = Statement::parse(entry.statement, &origin).map_err(fault)?;
    // What later entries say is in the tables of a ledger's own folder; without them the entry is told all the same.
    let reader = match ledger {
        Ledger::Folder(_) => source::open_reader(Path::new(&args.source)).ok(),
        _ => None,
    };
    let covered = Erasures { ledger: &ledger, reader: reader.as_ref(), origin: &origin }.of(index)?;
    if args.json {
        output::json(&entry_json(&entry, &statement, &bytes, &covered));
        return Ok(());
    }
    tell_entry(&ledger, reader.as_ref(), &entry, &statement, &bytes, &covered)
}

fn entry_json(entry: &Entry<'_>, statement: &Statement, bytes: &[u8], covered: &[Covered]) -> Value {
    let hidden = covered.iter().any(Covered::is_text);
    json!({
        "index": entry.index,
        "leaf": leaf_hash(bytes).to_hex(),
        "previous": entry.previous.to_hex(),
        "recorded_at": entry.recorded_at.to_string(),
        "kind": statement.kind(),
        "about": statement.about().to_string(),
        "after": statement.after().map(|hash| hash.to_hex()),
        "event_date": statement.event_date().to_string(),
        "expires": statement.expires().to_string(),
        "signers": statement.signers().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "statement": statement.hash().to_hex(),
        "body": body_shown(statement.body(), covered),
        "erased": erased::json(covered),
        "verbatim": (!hidden).then(|| String::from_utf8_lossy(bytes)),
    })
}

fn tell_entry(
    ledger: &Ledger,
    reader: Option<&Reader>,
    entry: &Entry<'_>,
    statement: &Statement,
    bytes: &[u8],
    covered: &[Covered],
) -> Result<(), Failure> {
    let ledger_origin = &ledger.unverified_checkpoint()?.origin;
    let frame = Frame::of(ledger, reader)?;
    let offset_min = frame.offset_min;
    let signers = statement.signers().iter().map(|id| {
        let holder = id.name().strip_prefix(ledger_origin).and_then(|rest| rest.strip_prefix('/')).unwrap_or(id.name());
        format!("{holder}, key {}", hex::encode(id.key_id()))
    });
    output::say(format_args!("Entry {}: {}\n", entry.index, title(statement.kind())));
    output::facts(&[
        ("kind", statement.kind().to_owned()),
        ("about", statement.about().to_string()),
        ("happened", format!("{}, as its signers claim", statement.event_date())),
        (
            "recorded",
            format!(
                "{} by the operator's clock, {} local date",
                entry.recorded_at,
                entry.recorded_at.local_date(offset_min)
            ),
        ),
        ("signed by", signers.collect::<Vec<_>>().join("\n")),
        ("leaf hash", leaf_hash(bytes).to_hex()),
    ]);
    if let Some(reader) = reader {
        tell_later(reader, ledger_origin, entry.index)?;
    }
    if !covered.is_empty() {
        output::facts(&erased::told(covered));
    }
    if statement.about() != &About::Ledger {
        output::say("\nIt says:\n");
        tell_body(statement.kind(), &body_shown(statement.body(), covered), &frame);
    }
    output::say("\nVerbatim:\n");
    let hidden = texts_hidden(statement.body(), covered);
    for line in verbatim_shown(&String::from_utf8_lossy(bytes), &hidden, ERASED_MARK).split_terminator('\n') {
        output::say(format_args!("    {line}"));
    }
    Ok(())
}

/// What later entries say of this one: that they correct, confirm or erase.
fn tell_later(reader: &Reader, origin: &str, index: u64) -> Result<(), Failure> {
    for by in reader.mentions(index)? {
        let Some(mention) = reader.statement(by, origin)? else { continue };
        output::say(format_args!("  later      entry {by}: {}", title(mention.kind())));
    }
    Ok(())
}

/// Every field of a statement, with amounts as people read them.
fn tell_body(kind: &str, body: &Value, frame: &Frame) {
    let declared = Kind::parse(kind).map(Body::fields).unwrap_or_default();
    let amount = Amount::what();
    let amounts: Vec<String> =
        declared.into_iter().filter(|field| field.what == amount).map(|field| field.name).collect();
    let mut fields = Vec::new();
    flatten(("", ""), body, &frame.currency, &amounts, &mut fields);
    let rows: Vec<(&str, String)> = fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    output::facts(&rows);
}

/// Every field of a body by its path: as shown, `rows.1.amount`, and as declared, `rows[].amount`.
fn flatten(
    (path, declared): (&str, &str),
    value: &Value,
    money: &Currency,
    amounts: &[String],
    fields: &mut Vec<(String, String)>,
) {
    let inside = |path: &str, name: &dyn std::fmt::Display| {
        if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| {
            flatten((&inside(path, name), &inside(declared, name)), value, money, amounts, fields);
        }),
        Value::Array(items) => (1..).zip(items).for_each(|(n, value): (u64, _)| {
            flatten((&inside(path, &n), &format!("{declared}[]")), value, money, amounts, fields);
        }),
        Value::Number(number) => {
            let last = path.rsplit('.').next().unwrap_or_default();
            let named = path.starts_with("amounts.") || matches!(last, "amount" | "total");
            let is_money = named || amounts.iter().any(|known| known == declared);
            let amount = number.as_i64().filter(|_| is_money).and_then(Amount::from_minor);
            fields.push((path.to_owned(), amount.map_or_else(|| number.to_string(), |amount| money.display(amount))));
        }
        Value::String(text) => fields.push((path.to_owned(), text.clone())),
        // No signed body has one.
        Value::Null => fields.push((path.to_owned(), format!("[{ERASED_MARK}]"))),
        other => fields.push((path.to_owned(), other.to_string())),
    }
}

/// What a ledger stands on: its currency from entry 0, the profile from the latest entry that changed it.
struct Frame {
    currency: Currency,
    offset_min: i32,
    profile: Value,
}

impl Frame {
    fn of(ledger: &Ledger, reader: Option<&Reader>) -> Result<Self, Failure> {
        let no_founding =
            || Failure::DoesNotHold(format!("entry 0 of {} is no founding: run `hibah verify`", ledger.name()));
        let founding = body_of(ledger, 0)?.ok_or_else(no_founding)?;
        let latest = reader.map_or(Ok(0), Reader::profile_entry)?;
        let profile = body_of(ledger, latest)?.and_then(|body| body.get("profile").cloned());
        let code = founding.pointer("/currency/code").and_then(Value::as_str);
        let decimals = founding.pointer("/currency/decimals").and_then(Value::as_u64);
        let currency = code.zip(decimals.and_then(|decimals| u8::try_from(decimals).ok()));
        let currency = currency.and_then(|(code, decimals)| Currency::new(code, decimals));
        let profile = profile.ok_or_else(no_founding)?;
        let offset = profile.get("utc_offset_min").and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok());
        Ok(Self { currency: currency.ok_or_else(no_founding)?, offset_min: offset.ok_or_else(no_founding)?, profile })
    }

    fn money(&self, minor: i64) -> String {
        Amount::from_minor(minor).map_or_else(|| minor.to_string(), |amount| self.currency.display(amount))
    }

    /// The English title of an office; its code where the profile has none.
    fn office<'a>(&'a self, code: &'a str) -> &'a str {
        let offices = self.profile.get("offices").and_then(Value::as_array).into_iter().flatten();
        let is = |office: &&Value| office.get("code").and_then(Value::as_str) == Some(code);
        let title = offices.into_iter().find(is).and_then(|office| office.get("title_en"));
        title.and_then(Value::as_str).unwrap_or(code)
    }
}

/// The body of an entry's statement; none where the entry is not one.
fn body_of(ledger: &Ledger, index: u64) -> Result<Option<Value>, Failure> {
    let origin = ledger.unverified_checkpoint()?.origin;
    let bytes = ledger.entry(index)?;
    let read = Entry::parse(&bytes).and_then(|entry| Statement::parse(entry.statement, &origin));
    Ok(read.ok().map(|statement| statement.body().clone()))
}

fn thing(args: &Args, about: &About) -> Result<(), Failure> {
    if source::is_url(&args.source) {
        return Err(Failure::CouldNot(format!(
            "a web address shows its grants as pages: open {}, or name a ledger's folder",
            args.source
        )));
    }
    let ledger = source::open_ledger(&args.source)?;
    if !matches!(ledger, Ledger::Folder(_)) {
        return Err(Failure::CouldNot(format!(
            "{} is an export, which has entries only: name an entry's number, or the ledger's own folder",
            args.source
        )));
    }
    let reader = source::open_reader(Path::new(&args.source))?;
    let id = about.to_string();
    let timeline = reader.timeline(&id)?;
    if timeline.is_empty() {
        return Err(Failure::CouldNot(format!(
            "{} has nothing about {id}: look at its entries, or search its pages",
            args.source
        )));
    }
    let frame = Frame::of(&ledger, Some(&reader))?;
    let grant = reader.grant(&id)?;
    let shown = things::shown(&ledger, &reader, about, &timeline)?;
    if args.json {
        let mut told = json!({
            "about": id,
            "grant": grant.as_ref().map(grant_json),
            "timeline": timeline.iter().map(record_json).collect::<Vec<_>>(),
        });
        if let Some((name, value)) = shown.as_ref().map(things::Shown::json) {
            told[name] = value;
        }
        output::json(&told);
        return Ok(());
    }
    match &grant {
        Some(grant) => tell(grant, &frame),
        None => output::say(format_args!("{id}")),
    }
    if let Some(shown) = &shown {
        shown.tell(&frame);
    }
    output::say("\nTimeline:\n");
    for record in &timeline {
        let title = title(&record.kind);
        let recorded = Timestamp::parse(&record.recorded_at).map(|at| at.local_date(frame.offset_min).to_string());
        let late =
            recorded.filter(|day| *day != record.event_date).map_or(String::new(), |day| format!(", recorded {day}"));
        let note = if record.about.starts_with("note/") { format!(", {}", record.about) } else { String::new() };
        output::say(format_args!("  entry {:<6} {}  {title}{note}{late}", record.index, record.event_date));
    }
    Ok(())
}

fn tell(grant: &Grant, frame: &Frame) {
    output::say(format_args!("{}\n", grant.id));
    let mut rows = vec![("recipient", grant.recipient.clone())];
    if let Some(n) = grant.organisation {
        rows[0].1.push_str(&format!(" (org/{n})"));
    }
    let mut add = |name, value: &str| {
        if !value.is_empty() {
            rows.push((name, value.to_owned()));
        }
    };
    add("for", &grant.title);
    add("field", &grant.field);
    add("agency", &grant.agency);
    add("fiscal year", &grant.fiscal_year.to_string());
    add("status", &grant.status);
    if !grant.way.0.is_empty() {
        add("way", &format!("{}, {}", grant.way.0.replace('_', " "), grant.way.1));
    }
    if !grant.adopted.is_empty() {
        add("from paper", &format!("taken over at {}; earlier steps are not signed", title(&grant.adopted)));
    }
    add("report due", grant.report_due.as_deref().unwrap_or_default());
    add("last step", &title(&grant.stage));
    add("next", &next(&grant.next));
    add("numbers", &grant.numbers);
    if grant.migrated {
        add("source", "an old register, taken over as it stood; its steps are not signed");
    }
    output::facts(&rows);
    output::say("\nAmounts:\n");
    let amounts: Vec<(&str, String)> = Figure::ALL
        .iter()
        .zip(grant.amounts)
        .filter(|(_, amount)| amount.is_some() || !grant.migrated)
        .map(|(figure, amount)| {
            let told = amount.map(|minor| frame.money(minor));
            (figure.name(), told.unwrap_or_else(|| absent(*figure, grant, frame).to_owned()))
        })
        .collect();
    output::facts(&amounts);
}

/// Why a case lacks an amount; never 0.
fn absent(figure: Figure, grant: &Grant, frame: &Frame) -> &'static str {
    let standing = Standing {
        profile: &frame.profile,
        way: (&grant.way.0, &grant.way.1),
        status: &grant.status,
        adopted: &grant.adopted,
    };
    match standing.absent(figure) {
        Absent::NotYet => "not yet",
        Absent::NotApplicable => "not applicable",
        Absent::NotRecorded => "not recorded",
    }
}

/// The next steps, from their JSON, in words.
fn next(json: &str) -> String {
    let steps: Vec<Value> = serde_json::from_str(json).unwrap_or_default();
    let words = steps.iter().filter_map(|step| {
        let kind = step.get("kind")?.as_str()?;
        let office = step.get("office").and_then(Value::as_str).map(|role| role.replace('_', " "));
        let organisation = step.get("organisation").and_then(Value::as_bool).unwrap_or(false);
        let by: Vec<String> = office.into_iter().chain(organisation.then(|| "the organisation".to_owned())).collect();
        let due = step.get("due").and_then(Value::as_str).map_or(String::new(), |due| format!(", until {due}"));
        Some(format!("{}, by {}{due}", title(kind), by.join(" and ")))
    });
    words.collect::<Vec<_>>().join("\n")
}

/// The English title of a kind; a kind that this program does not know keeps its name.
fn title(kind: &str) -> String {
    Kind::parse(kind).map_or_else(|| kind.to_owned(), |kind| kind.title_en().to_owned())
}

fn record_json(record: &Record) -> Value {
    json!({
        "index": record.index,
        "kind": record.kind,
        "about": record.about,
        "recorded_at": record.recorded_at,
        "event_date": record.event_date,
    })
}

fn grant_json(grant: &Grant) -> Value {
    let amounts: serde_json::Map<String, Value> =
        Figure::NAMES.iter().zip(grant.amounts).map(|(name, amount)| ((*name).to_owned(), json!(amount))).collect();
    json!({
        "id": grant.id,
        "migrated": grant.migrated,
        "recipient": grant.recipient,
        "organisation": grant.organisation,
        "title": grant.title,
        "field": grant.field,
        "agency": grant.agency,
        "fiscal_year": grant.fiscal_year,
        "status": grant.status,
        "stage": grant.stage,
        "next": serde_json::from_str::<Value>(&grant.next).unwrap_or_default(),
        "numbers": grant.numbers.split_terminator('\n').collect::<Vec<_>>(),
        "amounts": amounts,
        "way": grant.way.0,
        "form": grant.way.1,
        "adopted_at": grant.adopted,
        "report_due": grant.report_due,
        "first_index": grant.first_index,
        "last_index": grant.last_index,
    })
}
