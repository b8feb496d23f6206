//! `hibah show`: an entry in words and verbatim; a grant with its timeline and amounts.

use std::path::Path;

use serde_json::{Value, json};

use super::source::Ledger;
use super::{Failure, output, source};
use crate::grants::about::About;
use crate::grants::bodies::{Body, DecreeIssued, LedgerFounded};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::money::{Amount, Currency};
use crate::grants::time::Timestamp;
use crate::ledger::entry::Entry;
use crate::ledger::reader::{Grant, GrantQuery, Reader, Record};
use crate::ledger::statement::Statement;
use crate::tlog::decimal::parse_decimal;
use crate::tlog::hash::leaf_hash;

/// Show one entry in words and as it is, or one grant with its timeline and amounts
#[derive(clap::Args)]
#[command(
    after_help = "What is shown is not checked: `hibah verify` does that.\n\nExamples:\n  hibah show my-ledger 17\n  hibah show my-ledger 17 --verbatim > entry-17\n  hibah show my-ledger case/1/1\n  hibah show my-ledger decree/2026/1"
)]
pub struct Args {
    /// A ledger's folder; for an entry also an exported folder or a web address
    source: String,
    /// The number of an entry, or a thing: case/1/1, award/<16 hex>/<row>, org/1, official/2, decree/2026/1
    #[arg(value_name = "INDEX|CASE")]
    what: String,
    /// Write the entry's bytes and nothing else
    #[arg(long, conflicts_with = "json")]
    verbatim: bool,
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
    if args.verbatim {
        return Err(Failure::CouldNot(
            "only an entry has bytes of its own: give its number with --verbatim".to_owned(),
        ));
    }
    thing(args, &about)
}

fn entry(args: &Args, index: u64) -> Result<(), Failure> {
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
    if args.json {
        output::json(&entry_json(&entry, &statement, &bytes));
        return Ok(());
    }
    tell_entry(&ledger, &entry, &statement, &bytes)
}

fn entry_json(entry: &Entry<'_>, statement: &Statement, bytes: &[u8]) -> Value {
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
        "body": statement.body(),
        "verbatim": String::from_utf8_lossy(bytes),
    })
}

fn tell_entry(ledger: &Ledger, entry: &Entry<'_>, statement: &Statement, bytes: &[u8]) -> Result<(), Failure> {
    let ledger_origin = &ledger.unverified_checkpoint()?.origin;
    let founding = founding(ledger)?;
    let offset_min = founding.profile.utc_offset_min;
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
    if statement.about() != &About::Ledger {
        output::say("\nIt says:\n");
        let mut fields = Vec::new();
        flatten("", statement.body(), &founding.currency, &mut fields);
        let rows: Vec<(&str, String)> = fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        output::facts(&rows);
    }
    output::say("\nVerbatim:\n");
    for line in String::from_utf8_lossy(bytes).split_terminator('\n') {
        output::say(format_args!("    {line}"));
    }
    Ok(())
}

/// Every field of a body by its path; amounts as people read them.
fn flatten(path: &str, value: &Value, money: &Currency, fields: &mut Vec<(String, String)>) {
    let inside = |name: &dyn std::fmt::Display| {
        if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| flatten(&inside(name), value, money, fields)),
        Value::Array(items) => {
            (1..).zip(items).for_each(|(n, value): (u64, _)| flatten(&inside(&n), value, money, fields))
        }
        Value::Number(number) => {
            let last = path.rsplit('.').next().unwrap_or_default();
            let is_money = path.starts_with("amounts.") || matches!(last, "amount" | "total");
            let amount = number.as_i64().filter(|_| is_money).and_then(Amount::from_minor);
            fields.push((path.to_owned(), amount.map_or_else(|| number.to_string(), |amount| money.display(amount))));
        }
        Value::String(text) => fields.push((path.to_owned(), text.clone())),
        other => fields.push((path.to_owned(), other.to_string())),
    }
}

/// What entry 0 fixed: currency, UTC offset.
fn founding(ledger: &Ledger) -> Result<LedgerFounded, Failure> {
    let origin = ledger.unverified_checkpoint()?.origin;
    let bytes = ledger.entry(0)?;
    let founding = Entry::parse(&bytes).ok().and_then(|entry| Statement::parse(entry.statement, &origin).ok());
    match founding.and_then(|statement| Body::parse(Kind::LedgerFounded, statement.body()).ok()) {
        Some(Body::LedgerFounded(body)) => Ok(*body),
        _ => Err(Failure::DoesNotHold(format!("entry 0 of {} is no founding: run `hibah verify`", ledger.name()))),
    }
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
    let grant = reader.grant(&id)?;
    let (organisation, decree) = match about {
        About::Org(n) => (organisation(&reader, *n)?, None),
        About::Decree(_) => (None, decree(&reader, &ledger, &timeline)?),
        _ => (None, None),
    };
    if args.json {
        output::json(&json!({
            "about": id,
            "grant": grant.as_ref().map(grant_json),
            "organisation": organisation.as_ref().map(organisation_json),
            "decree": decree.as_ref().map(decree_json),
            "timeline": timeline.iter().map(record_json).collect::<Vec<_>>(),
        }));
        return Ok(());
    }
    let founding = founding(&ledger)?;
    match &grant {
        Some(grant) => tell(grant, &founding),
        None => output::say(format_args!("{id}")),
    }
    if let Some(organisation) = &organisation {
        tell_organisation(organisation);
    }
    if let Some(decree) = &decree {
        tell_decree(decree, &founding);
    }
    output::say("\nTimeline:\n");
    for record in &timeline {
        let title = title(&record.kind);
        let recorded =
            Timestamp::parse(&record.recorded_at).map(|at| at.local_date(founding.profile.utc_offset_min).to_string());
        let late =
            recorded.filter(|day| *day != record.event_date).map_or(String::new(), |day| format!(", recorded {day}"));
        output::say(format_args!("  entry {:<6} {}  {title}{late}", record.index, record.event_date));
    }
    Ok(())
}

/// An organisation and its cases, the one that changed last first.
struct OrganisationShown {
    name: String,
    cases: Vec<Grant>,
}

fn organisation(reader: &Reader, n: u64) -> Result<Option<OrganisationShown>, Failure> {
    let Some(organisation) = reader.organisation(n)? else { return Ok(None) };
    let query = GrantQuery { organisation: Some(n), limit: u32::MAX, ..GrantQuery::default() };
    Ok(Some(OrganisationShown { name: organisation.name, cases: reader.grants(&query)?.grants }))
}

fn tell_organisation(organisation: &OrganisationShown) {
    output::say("");
    output::facts(&[("name", organisation.name.clone())]);
    output::say("\nCases:\n");
    let told = |case: &Grant| format!("{}, {}", case.title, case.status);
    let rows: Vec<(&str, String)> = organisation.cases.iter().map(|case| (case.id.as_str(), told(case))).collect();
    if rows.is_empty() {
        output::say("  none yet");
    }
    output::facts(&rows);
}

fn organisation_json(organisation: &OrganisationShown) -> Value {
    let case = |case: &Grant| json!({ "id": case.id, "title": case.title, "status": case.status });
    json!({ "name": organisation.name, "cases": organisation.cases.iter().map(case).collect::<Vec<_>>() })
}

/// A decree as its own entries tell it.
struct DecreeShown {
    issued: DecreeIssued,
    recorded_rows: usize,
    /// `open`, `sealed` or `abandoned`.
    status: &'static str,
}

fn decree(reader: &Reader, ledger: &Ledger, timeline: &[Record]) -> Result<Option<DecreeShown>, Failure> {
    let origin = ledger.unverified_checkpoint()?.origin;
    let (mut issued, mut recorded_rows, mut status) = (None, 0, "open");
    for record in timeline {
        let Some(kind) = Kind::parse(&record.kind) else { continue };
        let Some(statement) = reader.statement(record.index, &origin)? else { continue };
        match Body::parse(kind, statement.body()) {
            Ok(Body::DecreeIssued(body)) => issued = Some(*body),
            Ok(Body::DecreeRows(body)) => recorded_rows += body.rows.len(),
            Ok(Body::DecreeSealed(_)) => status = "sealed",
            Ok(Body::DecreeAbandoned(_)) => status = "abandoned",
            _ => {}
        }
    }
    Ok(issued.map(|issued| DecreeShown { issued, recorded_rows, status }))
}

fn tell_decree(decree: &DecreeShown, founding: &LedgerFounded) {
    let status = match decree.status {
        "open" => "not sealed yet",
        "sealed" => "sealed: in effect",
        other => other,
    };
    output::say("");
    output::facts(&[
        ("number", decree.issued.number.0.clone()),
        ("fiscal year", decree.issued.fiscal_year.0.to_string()),
        ("total", founding.currency.display(decree.issued.total)),
        ("rows", format!("{}, of which {} recorded", decree.issued.rows, decree.recorded_rows)),
        ("status", status.to_owned()),
    ]);
}

fn decree_json(decree: &DecreeShown) -> Value {
    json!({
        "number": decree.issued.number.0,
        "fiscal_year": decree.issued.fiscal_year.0,
        "total": decree.issued.total.minor(),
        "rows": decree.issued.rows,
        "recorded_rows": decree.recorded_rows,
        "status": decree.status,
    })
}

fn tell(grant: &Grant, founding: &LedgerFounded) {
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
            let told = amount.and_then(Amount::from_minor).map(|amount| founding.currency.display(amount));
            (figure.name(), told.unwrap_or_else(|| absent(*figure, grant, founding).to_owned()))
        })
        .collect();
    output::facts(&amounts);
}

/// Why a case lacks an amount; never 0.
fn absent(figure: Figure, grant: &Grant, founding: &LedgerFounded) -> &'static str {
    let comes = founding.profile.stages.iter().any(|stage| figure.given_by().contains(&stage.name()));
    if comes && grant.status != "refused" { "not yet" } else { "not applicable" }
}

/// `[{"kind":"...","by":[...]}]` in words.
fn next(json: &str) -> String {
    let steps: Vec<Value> = serde_json::from_str(json).unwrap_or_default();
    let words = steps.iter().filter_map(|step| {
        let kind = step.get("kind")?.as_str()?;
        let by: Vec<&str> = step.get("by")?.as_array()?.iter().filter_map(Value::as_str).collect();
        Some(format!("{}, by {}", title(kind), by.join(" and ")))
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
        "first_index": grant.first_index,
        "last_index": grant.last_index,
    })
}
