//! `hibah reconcile`: the ledger's warrants against the treasury's own register.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Failure, files, output, source};
use crate::grants::kinds::Kind;
use crate::grants::money::{Amount, Currency};
use crate::grants::time::Date;
use crate::ledger::replay::Step;

/// Compare the warrants (SP2D) of a ledger with the treasury's register: missing, extra, different
#[derive(clap::Args)]
#[command(
    after_help = "The register is a CSV file with a header. Its columns are found by name, in any order:\n  number  nomor, no_sp2d, number\n  date    tanggal, date              (YYYY-MM-DD or DD/MM/YYYY)\n  amount  nilai, jumlah, amount      (whole units, dots between thousands allowed)\nOther columns are passed over.\n\nExit status: 0 they agree, 1 they differ, 2 it could not be compared.\n\nExample:\n  hibah reconcile my-ledger SP2D-2014.csv --year 2014"
)]
pub struct Args {
    /// A ledger's folder, an exported folder or a web address
    source: String,
    /// The treasury's register
    #[arg(value_name = "CSV")]
    register: PathBuf,
    /// Only warrants dated in this year
    #[arg(long)]
    year: Option<u16>,
    /// Only warrants dated in this month of that year, 1 to 12
    #[arg(long, requires = "year", value_parser = clap::value_parser!(u8).range(1..=12))]
    month: Option<u8>,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

/// One warrant, on the ledger or in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Warrant {
    number: String,
    date: Date,
    amount: Amount,
    /// The case and the entry on the ledger, or the line of the register.
    place: String,
    /// `grants` or `assistance`, as the ledger knows it.
    way: &'static str,
}

/// What the comparison found.
#[derive(Debug, Default)]
struct Differences {
    missing: Vec<Warrant>,
    extra: Vec<Warrant>,
    different: Vec<(Warrant, Warrant)>,
    repeated: Vec<Warrant>,
    same: u64,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let ledger = source::open_ledger(&args.source)?;
    let mut book = Book::default();
    let replay = source::replay(&ledger, None, None, &mut |step| book.take(step))?;
    let currency = replay
        .state()
        .currency()
        .cloned()
        .ok_or_else(|| Failure::could_not("the ledger has no founding: run `hibah verify`"))?;
    let within = |date: Date| {
        args.year.is_none_or(|year| date.year() == year) && args.month.is_none_or(|month| date.month() == month)
    };
    let ours: Vec<Warrant> = book.warrants().filter(|warrant| within(warrant.date)).collect();
    let theirs: Vec<Warrant> =
        register(&args.register, &currency)?.into_iter().filter(|warrant| within(warrant.date)).collect();
    let found = compare(&ours, &theirs);
    if args.json {
        output::json(&report_json(&ours, &theirs, &found));
    } else {
        tell(&ours, &theirs, &found, &currency);
    }
    let agree =
        found.missing.is_empty() && found.extra.is_empty() && found.different.is_empty() && found.repeated.is_empty();
    if agree {
        return Ok(());
    }
    Err(Failure::DoesNotHold(format!(
        "the ledger and {} differ: record what is missing, correct what differs, and ask the treasury about the rest",
        args.register.display()
    )))
}

/// The warrants that entries issued, as later entries left them.
#[derive(Default)]
struct Book {
    by_entry: BTreeMap<u64, (Warrant, String)>,
    ways: BTreeMap<String, &'static str>,
}

impl Book {
    fn take(&mut self, step: &Step) {
        let statement = &step.statement;
        let body = statement.body();
        let case = statement.about().to_string();
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        match Kind::parse(statement.kind()) {
            Some(
                Kind::ApplicationSubmitted | Kind::ApplicationFiledAtCounter | Kind::NeedRecorded | Kind::CaseAdopted,
            ) => {
                let way = if text("way") == "grant" { "grants" } else { "assistance" };
                self.ways.insert(case, way);
            }
            Some(Kind::WarrantIssued) => {
                if let Some(warrant) = self.warrant(&case, step.index, statement.event_date(), body) {
                    self.by_entry.insert(step.index, (warrant, case));
                }
            }
            Some(Kind::WarrantCancelled) => {
                let number = text("number").to_owned();
                self.by_entry.retain(|_, (warrant, of)| *of != case || warrant.number != number);
            }
            Some(Kind::CorrectionRecorded) => {
                let entry = body.get("entry").and_then(Value::as_u64).unwrap_or_default();
                let Some((old, _)) = self.by_entry.get(&entry) else { return };
                let date = Date::parse(text("event_date")).unwrap_or(old.date);
                let corrected = body.get("body").and_then(|body| self.warrant(&case, entry, date, body));
                if let Some(warrant) = corrected {
                    self.by_entry.insert(entry, (warrant, case));
                }
            }
            _ => {}
        }
    }

    fn warrant(&self, case: &str, entry: u64, date: Date, body: &Value) -> Option<Warrant> {
        Some(Warrant {
            number: body.get("number")?.as_str()?.to_owned(),
            date,
            amount: Amount::from_minor(body.get("amount")?.as_i64()?)?,
            place: format!("{case}, entry {entry}"),
            way: self.ways.get(case).copied().unwrap_or("grants"),
        })
    }

    fn warrants(&self) -> impl Iterator<Item = Warrant> + '_ {
        self.by_entry.values().map(|(warrant, _)| warrant.clone())
    }
}

/// Reads the register; every line counts, and a line that cannot be read ends the reading.
fn register(path: &std::path::Path, currency: &Currency) -> Result<Vec<Warrant>, Failure> {
    let text = files::read_text(path, "the treasury's register as CSV")?;
    let fault = |line: u64, what: String| Failure::CouldNot(format!("{}, line {line}: {what}", path.display()));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| fault(1, error.to_string()))?.clone();
    let column = |names: &[&str]| {
        let found = headers.iter().position(|header| names.contains(&header.to_lowercase().as_str()));
        found.ok_or_else(|| fault(1, format!("there is no column {}: name one of its columns so", names.join(" or "))))
    };
    let number = column(&["nomor", "no_sp2d", "number"])?;
    let date = column(&["tanggal", "date"])?;
    let amount = column(&["nilai", "jumlah", "amount"])?;
    let mut warrants = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| {
            fault(error.position().map_or(0, csv::Position::line), "it is not CSV: mend the line".to_owned())
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |at: usize| record.get(at).unwrap_or_default();
        if cell(number).is_empty() {
            return Err(fault(line, "the number is empty: every warrant has one".to_owned()));
        }
        warrants.push(Warrant {
            number: cell(number).to_owned(),
            date: day(cell(date))
                .ok_or_else(|| fault(line, format!("\"{}\" is no day: write YYYY-MM-DD or DD/MM/YYYY", cell(date))))?,
            amount: minor(cell(amount), currency)
                .ok_or_else(|| fault(line, format!("\"{}\" is no amount: write digits", cell(amount))))?,
            place: format!("line {line}"),
            way: "",
        });
    }
    Ok(warrants)
}

fn day(text: &str) -> Option<Date> {
    if let Some(date) = Date::parse(text) {
        return Some(date);
    }
    let parts: Vec<&str> = text.split('/').collect();
    let [day, month, year] = parts[..] else { return None };
    Date::parse(&format!("{year:0>4}-{month:0>2}-{day:0>2}"))
}

/// `75.000.000` or `75000000` in a currency without decimals; `7,500.00` or `7500.00` in one with two.
fn minor(text: &str, currency: &Currency) -> Option<Amount> {
    let (group, point) = if currency.decimals() == 0 || currency.code() == "IDR" { ('.', ',') } else { (',', '.') };
    let (whole, fraction) = text.split_once(point).unwrap_or((text, ""));
    let width = usize::from(currency.decimals());
    let groups: Vec<&str> = whole.split(group).collect();
    let grouped =
        groups.len() == 1 || (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|digits| digits.len() == 3);
    let zeros = fraction.get(width..).is_none_or(|rest| rest.bytes().all(|byte| byte == b'0'));
    if !grouped || !zeros {
        return None;
    }
    let digits = format!("{}{:0<width$}", groups.concat(), &fraction[..fraction.len().min(width)]);
    let digits = digits.trim_start_matches('0');
    // A warrant pays: it is never below zero.
    Amount::parse_minor(if digits.is_empty() { "0" } else { digits }).filter(|amount| !amount.is_negative())
}

fn compare(ours: &[Warrant], theirs: &[Warrant]) -> Differences {
    let mut found = Differences::default();
    let mut left: BTreeMap<&str, Vec<&Warrant>> = BTreeMap::new();
    for warrant in ours {
        left.entry(&warrant.number).or_default().push(warrant);
    }
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for warrant in theirs {
        *seen.entry(&warrant.number).or_default() += 1;
        match left.get_mut(warrant.number.as_str()).and_then(Vec::pop) {
            Some(own) if own.amount == warrant.amount && own.date == warrant.date => found.same += 1,
            Some(own) => found.different.push((own.clone(), warrant.clone())),
            None if seen[warrant.number.as_str()] > 1 => found.repeated.push(warrant.clone()),
            None => found.missing.push(warrant.clone()),
        }
    }
    found.extra = left.into_values().flatten().cloned().collect();
    found
}

fn sum(warrants: &[Warrant]) -> i128 {
    crate::grants::money::sum(warrants.iter().map(|warrant| warrant.amount))
}

fn tell(ours: &[Warrant], theirs: &[Warrant], found: &Differences, currency: &Currency) {
    let total = |warrants: &[Warrant]| {
        let count = output::count(warrants.len() as u64, "warrant", "warrants");
        format!("{count}, {}", currency.display_sum(sum(warrants)))
    };
    output::facts(&[
        ("ledger", total(ours)),
        ("register", total(theirs)),
        ("the same in both", output::grouped(found.same)),
    ]);
    let line = |warrant: &Warrant| {
        format!("  {}  {}  {}  ({})", warrant.number, warrant.date, currency.display(warrant.amount), warrant.place)
    };
    let list = |title: &str, warrants: &[Warrant]| {
        if !warrants.is_empty() {
            output::say(format_args!("\n{title}"));
            warrants.iter().for_each(|warrant| output::say(line(warrant)));
        }
    };
    list("Missing on the ledger: the treasury paid, no entry says so", &found.missing);
    list("Extra on the ledger: an entry says so, the register does not", &found.extra);
    list("Twice in the register", &found.repeated);
    if !found.different.is_empty() {
        output::say("\nDifferent: the ledger above, the register below");
        for (own, other) in &found.different {
            output::say(line(own));
            output::say(line(other));
        }
    }
}

fn report_json(ours: &[Warrant], theirs: &[Warrant], found: &Differences) -> Value {
    let one = |warrant: &Warrant| {
        json!({
            "number": warrant.number, "date": warrant.date.to_string(), "amount": warrant.amount.minor(),
            "place": warrant.place,
        })
    };
    let all = |warrants: &[Warrant]| warrants.iter().map(one).collect::<Vec<_>>();
    let of_way = |way: &str| {
        let own: Vec<Warrant> = ours.iter().filter(|warrant| warrant.way == way).cloned().collect();
        json!({ "count": own.len(), "sum": i64::try_from(sum(&own)).unwrap_or(i64::MAX) })
    };
    json!({
        "ledger": { "count": ours.len(), "sum": sum(ours).to_string(), "grants": of_way("grants"), "assistance": of_way("assistance") },
        "register": { "count": theirs.len(), "sum": sum(theirs).to_string() },
        "same": found.same,
        "missing": all(&found.missing),
        "extra": all(&found.extra),
        "repeated": all(&found.repeated),
        "different": found.different.iter().map(|(own, other)| json!({ "ledger": one(own), "register": one(other) })).collect::<Vec<_>>(),
    })
}
