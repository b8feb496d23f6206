//! Following a ledger without missing anything: entries by their place, and grants by the place of their latest change.
//!
//! Both go on from a cursor that names an entry, so what is recorded while a client reads is read in its turn.

use axum::extract::{Query, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::grant::{GrantSummary, summary};
use super::number;
use super::parameters::{Parameter, Takes};
use crate::ledger::reader::{GrantQuery, Record};
use crate::ledger::snapshot::Snapshot;
use crate::ledger::store::StoreError;
use crate::public::Site;
use crate::public::answer::{self, Fault};
use crate::public::pages::narrow::Narrowed;

/// Items of one answer, where a request does not say.
const USUAL_LIMIT: u32 = 100;
/// The most items of one answer.
const MAX_LIMIT: u32 = 500;

/// How many items of one answer.
pub(super) static LIMIT: Parameter = Parameter {
    name: "limit",
    means: "How many at most: 1 to 500, by default 100",
    takes: Takes::Number(1, MAX_LIMIT as u64),
    must: "be a number from 1 to 500",
};

/// Where entries go on.
pub(super) static AFTER_ENTRY: Parameter = Parameter {
    name: "after",
    means: "The place of the last entry that the client has",
    takes: Takes::Number(0, (1 << 53) - 1),
    must: "be the place of an entry, from 0",
};

/// Where changed grants go on.
pub(super) static AFTER_CHANGE: Parameter = Parameter {
    name: "after",
    means: "`after` of the answer before, or the place of an entry",
    takes: Takes::Pattern("^(|(0|[1-9][0-9]{0,14})([.](0|[1-9][0-9]{0,14}))?)$"),
    must: "be `after` of an earlier answer, or the place of an entry",
};

/// What comes after every grant that an entry changed.
const ALL_OF_ENTRY: u64 = i64::MAX.unsigned_abs();

/// What an answer was made from.
#[derive(Serialize, ToSchema)]
struct MadeFrom {
    /// How many entries.
    size: u64,
    /// The Merkle root over them, 64 hex digits.
    root: String,
}

impl MadeFrom {
    fn of(at: &Snapshot) -> Self {
        Self { size: at.size, root: at.root.to_hex() }
    }
}

/// An entry in few words. Its statement is at `/api/v1/entries/{index}`.
#[derive(Serialize, ToSchema)]
struct EntrySummary {
    /// Its place, from 0.
    index: u64,
    /// What kind of statement it is.
    kind: String,
    /// The thing it is about.
    about: String,
    /// When it happened, as claimed, `YYYY-MM-DD`.
    event_date: String,
    /// When the ledger recorded it, by the operator's clock.
    recorded_at: String,
}

/// Entries in order.
#[derive(Serialize, ToSchema)]
struct EntryList {
    /// What this was made from.
    checkpoint: MadeFrom,
    /// The entries, in order.
    entries: Vec<EntrySummary>,
    /// The cursor to go on from, now or once there is more: `after` of the next request.
    after: Option<String>,
    /// The address of what follows; none where nothing does yet.
    next: Option<String>,
}

/// Grants by their latest change.
#[derive(Serialize, ToSchema)]
struct ChangedGrants {
    /// What this was made from.
    checkpoint: MadeFrom,
    /// The grants, the one that changed first before the others.
    grants: Vec<GrantSummary>,
    /// The cursor to go on from, now or once there is more: `after` of the next request.
    after: Option<String>,
    /// The address of what follows; none where nothing does yet.
    next: Option<String>,
}

/// What `read` makes of a parameter that is there.
fn value<T>(
    pairs: &[(String, String)],
    parameter: &Parameter,
    read: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Fault> {
    let given = pairs.iter().rev().find(|(known, value)| known == parameter.name && !value.is_empty());
    given.map(|(_, value)| read(value).ok_or(Fault::parameter(parameter))).transpose()
}

fn limit(pairs: &[(String, String)]) -> Result<u32, Fault> {
    let read = |text: &str| number(text).and_then(|n| u32::try_from(n).ok()).filter(|n| (1..=MAX_LIMIT).contains(n));
    Ok(value(pairs, &LIMIT, read)?.unwrap_or(USUAL_LIMIT))
}

/// The entries after a place, in order; of the first answer those from 0 on.
#[utoipa::path(
    get, path = "/api/v1/entries", tag = "entries",
    responses((status = 200, body = EntryList), (status = 400, content_type = "application/problem+json", body = super::Problem))
)]
pub(in crate::public) async fn entries(
    State(site): State<Site>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let limit = limit(&pairs)?;
    let after = value(&pairs, &AFTER_ENTRY, number)?;
    let read = site.pool.read(move |reader| {
        reader.in_snapshot(|at| {
            let mut entries = Vec::new();
            reader.each_record(after.map_or(0, |after| after + 1), u64::from(limit), |record| {
                let Record { index, kind, about, recorded_at, event_date } = record;
                entries.push(EntrySummary { index, kind, about, event_date, recorded_at });
                Ok::<_, StoreError>(())
            })?;
            let after = entries.last().map(|entry| entry.index).or(after);
            let more = entries.last().is_some_and(|last| last.index + 1 < at.size);
            Ok(EntryList {
                checkpoint: MadeFrom::of(at),
                entries,
                after: after.map(|after| after.to_string()),
                next: after.filter(|_| more).map(|after| format!("/api/v1/entries?after={after}&limit={limit}")),
            })
        })
    });
    Ok(answer::body("application/json", answer::REVALIDATE, answer::json(&read.await?)))
}

/// `<entry>`, or `<entry>.<number of arrival>` within the grants that one entry changed.
fn cursor(text: &str) -> Option<(u64, u64)> {
    match text.split_once('.') {
        Some((entry, n)) => number(entry).zip(number(n)),
        None => number(text).map(|entry| (entry, ALL_OF_ENTRY)),
    }
}

/// The grants that changed after an entry, in the order of their latest change; of the first answer all. A grant that
/// changes while a client reads comes again: nothing is missed. What `q` names exactly comes in the same order here.
#[utoipa::path(
    get, path = "/api/v1/grants/changed", tag = "grants",
    responses((status = 200, body = ChangedGrants), (status = 400, content_type = "application/problem+json", body = super::Problem))
)]
pub(in crate::public) async fn changed(
    State(site): State<Site>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let narrowed = Narrowed::read(&pairs)?;
    let limit = limit(&pairs)?;
    let after = value(&pairs, &AFTER_CHANGE, cursor)?;
    let founding = site.founding.clone();
    let read = site.pool.read(move |reader| {
        reader.in_snapshot(|at| {
            // One more than asked for tells whether there is more.
            let query = GrantQuery { limit: limit + 1, offset: 0, ..narrowed.query() };
            let mut found = reader.grants_changed(&query, after.unwrap_or((0, 0)))?;
            let more = found.len() > limit as usize;
            found.truncate(limit as usize);
            let place =
                |(entry, n): (u64, u64)| if n == ALL_OF_ENTRY { entry.to_string() } else { format!("{entry}.{n}") };
            let after = found.last().map(|(place, _)| *place).or(after).map(place);
            let address = narrowed.address_of_all();
            let joint = if address.is_empty() { '?' } else { '&' };
            let next = after.clone().filter(|_| more);
            Ok(ChangedGrants {
                checkpoint: MadeFrom::of(at),
                grants: found.iter().map(|(_, grant)| summary(&founding, grant)).collect(),
                next: next.map(|after| format!("/api/v1/grants/changed{address}{joint}after={after}&limit={limit}")),
                after,
            })
        })
    });
    Ok(answer::body("application/json", answer::REVALIDATE, answer::json(&read.await?)))
}
