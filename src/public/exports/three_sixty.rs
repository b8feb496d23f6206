//! The awards as 360Giving JSON (version 1.4): grants that a decree gave, and awards of old lists.
//!
//! Left out: what is asked and not decided, refused, withdrawn or cancelled, which the standard has no place for; the other
//! forms have it. Names of things begin with the ledger's own name, since no register of organisations in Indonesia is
//! usable here; no 360Giving prefix is minted. An old list often has the year of an award only: its last day then stands
//! for the day.

use std::io::Write;

use serde_json::{Map, Number, Value, json};

use super::LICENCE;
use crate::grants::figures::Figure;
use crate::ledger::reader::{Grant, GrantQuery, Record};
use crate::public::pages::words::Lang;
use crate::public::tables::{Origin, TableError, recorded};

/// How a grant stands that was never given, or is no more.
const NOT_GIVEN: [&str; 4] = ["refused", "withdrawn", "cancelled", "pending"];
/// Of old lists, what an award's amount is taken from: the first that is there.
const GIVEN: [Figure; 4] = [Figure::Decreed, Figure::Agreed, Figure::Enacted, Figure::Paid];
/// Kinds whose statements say what a grant is for.
const PURPOSE: [&str; 6] = [
    "application.submitted",
    "application.filed_at_counter",
    "application.revised",
    "need.recorded",
    "case.adopted",
    "award.migrated",
];
/// Kinds by which a decree gives a grant, the one that says it best first.
const DECREED: [&str; 4] = ["decree.sealed", "decree.rows", "decree.issued", "case.adopted"];

/// What was awarded, in minor units.
fn awarded(grant: &Grant) -> Option<i64> {
    if NOT_GIVEN.contains(&grant.status.as_str()) {
        return None;
    }
    let amount = |figure: Figure| grant.amounts[figure as usize];
    if grant.migrated { GIVEN.into_iter().find_map(amount) } else { amount(Figure::Decreed) }
}

/// An amount in the currency's own unit.
fn number(origin: &Origin<'_>, minor: i64) -> Value {
    let currency = &origin.founding.currency;
    if currency.decimals() == 0 {
        return minor.into();
    }
    // Fifteen digits of it are exact, which is more than any grant has.
    let plain = currency.plain(i128::from(minor)).parse().ok().and_then(Number::from_f64);
    plain.map_or(Value::Null, Value::Number)
}

/// What the statements of a grant say it is for, without what was erased.
fn purpose(origin: &Origin<'_>, way: &[Record]) -> Result<Option<String>, TableError> {
    for record in way.iter().rev().filter(|record| PURPOSE.contains(&record.kind.as_str())) {
        let (_, statement) = recorded::read(origin, record.index)?;
        let body = origin.reader.body_shown(record.index, &statement)?;
        if let Some(text) = body.get("purpose").and_then(Value::as_str) {
            return Ok(Some(text.to_owned()));
        }
    }
    Ok(None)
}

fn award_date(grant: &Grant, way: &[Record]) -> String {
    let decreed = DECREED.iter().find_map(|kind| way.iter().rev().find(|record| record.kind == *kind));
    match decreed {
        Some(record) if !grant.migrated => record.event_date.clone(),
        _ => format!("{:04}-12-31", grant.fiscal_year),
    }
}

fn award(origin: &Origin<'_>, grant: &Grant, minor: i64) -> Result<Value, TableError> {
    let (ledger, founding) = (&origin.at.origin, origin.founding);
    let w = Lang::Indonesian.words();
    let way = origin.reader.timeline(&grant.id)?;
    let title = w.title_of(&grant.title, grant.migrated);
    let recipient = match grant.organisation {
        Some(n) => format!("{ledger}/org/{n}"),
        None => format!("{ledger}/{}/recipient", grant.id),
    };
    let mut award = Map::new();
    let mut set = |name: &str, value: Value| drop(award.insert(name.to_owned(), value));
    set("id", format!("{ledger}/{}", grant.id).into());
    set("description", purpose(origin, &way)?.unwrap_or_else(|| title.clone()).into());
    set("title", title.into());
    set("currency", founding.currency.code().into());
    set("amountAwarded", number(origin, minor));
    set("awardDate", award_date(grant, &way).into());
    for (name, figure) in [("amountAppliedFor", Figure::Asked), ("amountDisbursed", Figure::Paid)] {
        if let Some(minor) = grant.amounts[figure as usize] {
            set(name, number(origin, minor));
        }
    }
    set("url", format!("https://{ledger}/grants/{}", grant.id).into());
    let name = w.recipient_of(&grant.recipient, grant.organisation, grant.migrated);
    set("recipientOrganization", json!([{"id": recipient, "name": name}]));
    let government = founding.government(Lang::Indonesian);
    let mut funding = json!({"id": ledger, "name": government});
    if !grant.agency.is_empty() {
        funding["department"] = founding.agency(&grant.agency, Lang::Indonesian).into();
    }
    set("fundingOrganization", json!([funding]));
    if !grant.field.is_empty() {
        let title = founding.field(&grant.field, Lang::Indonesian);
        set(
            "classifications",
            json!([{"vocabulary": format!("{ledger} fields"), "code": grant.field, "title": title}]),
        );
    }
    if !grant.way.0.is_empty() {
        set("grantProgramme", json!([{"code": grant.way.0, "title": grant.way.0}]));
    }
    if let Some(last) = way.last() {
        set("dateModified", last.recorded_at.clone().into());
    }
    set("dataSource", format!("https://{ledger}/entries/{}", grant.last_index).into());
    Ok(Value::Object(award))
}

pub(super) fn write(origin: &Origin<'_>, out: &mut dyn Write) -> Result<u64, TableError> {
    let (at, founding) = (origin.at, origin.founding);
    let government = founding.government(Lang::Indonesian);
    let head = json!({
        "version": "1.4",
        "identifier": format!("{}/{}", at.origin, at.short()),
        "title": format!("Hibah: {government}"),
        "description": format!(
            "Made from the first {} entries of the ledger {}, whose Merkle root is {}. Refused applications are in the other forms of this data.",
            at.size, at.origin, at.root.to_hex()
        ),
        "issued": at.recorded_at,
        "modified": at.recorded_at,
        "publisher": {"name": government, "website": format!("https://{}", at.origin)},
        "accessURL": format!("https://{}/data", at.origin),
        "license": LICENCE.path,
    });
    let head = head.to_string();
    // The object stays open for the list.
    write!(out, "{},\"grants\":[", &head[..head.len() - 1])?;
    let mut count = 0;
    origin.reader.each_grant(&GrantQuery::default(), |grant| {
        let Some(minor) = awarded(&grant) else { return Ok(()) };
        let award = award(origin, &grant, minor)?;
        write!(out, "{}\n{award}", if count == 0 { "" } else { "," })?;
        count += 1;
        Ok::<_, TableError>(())
    })?;
    out.write_all(b"\n]}\n")?;
    out.flush()?;
    Ok(count)
}
