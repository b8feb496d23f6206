//! Grants: cases and migrated awards, and organisations.

use crate::grants::figures::Figure;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::flags::FindingRead;
use super::number;
use crate::ledger::reader::{Facet, Grant, GrantPage, GrantQuery};
use crate::public::answer::{self, Fault, Missing};
use crate::public::history::{History, Step};
use crate::public::pages::narrow::{Narrowed, PAGE_SIZE};
use crate::public::shown::Erased;
use crate::public::{Site, founding::Founding};

/// A grant in few words.
#[derive(Serialize, ToSchema)]
pub(super) struct GrantSummary {
    /// `case/<organisation>/<n>`, or `award/<16 hex>/<row>`.
    id: String,
    /// Whether it was taken over from before the ledger: one signed row of an old register.
    migrated: bool,
    /// The recipient's name.
    recipient: String,
    /// The recipient's number on the ledger, if it is registered.
    organisation: Option<u64>,
    /// What it is for.
    title: String,
    /// The field's code.
    field: String,
    /// The agency's code, or for a migrated award its name.
    agency: String,
    /// The fiscal year.
    fiscal_year: u16,
    /// `open`, `held` (in a list, budget or decree that is not complete), `returned`, `disputed`, `refused`, `withdrawn`,
    /// `cancelled`, `reported`, `settled`, or a migrated award's outcome.
    status: String,
    /// The way of the law: `grant`, `assistance_planned`, `assistance_unplanned`; none for a migrated award.
    way: Option<String>,
    /// `money`, `goods` or `services`; none for a migrated award. Goods and services are handed over, never paid.
    form: Option<String>,
    /// The stage at which it was taken over from paper; earlier steps are not signed.
    adopted_at: Option<String>,
    /// The kind of its last step.
    stage: String,
    /// The eleven amounts, in the order of its way.
    amounts: Vec<AmountRead>,
    /// Its first entry.
    first_entry: u64,
    /// Its latest entry.
    last_entry: u64,
}

/// One of the eleven amounts.
#[derive(Serialize, ToSchema)]
struct AmountRead {
    /// `asked`, `recommended` and so on.
    name: &'static str,
    /// Whole minor units; none unless `state` is `recorded`.
    minor: Option<i64>,
    /// `recorded`, `not_yet`, `not_applicable` (no stage of the case's way gives it, or the case is closed without), or
    /// `not_recorded` (the old register, or the paper that the case was taken over from, does not say).
    state: &'static str,
}

/// A grant with its way.
#[derive(Serialize, ToSchema)]
struct GrantRead {
    /// Names and amounts.
    #[serde(flatten)]
    summary: GrantSummary,
    /// What may come next, and who may do it.
    next: Vec<NextStep>,
    /// The numbers of its documents.
    numbers: Vec<String>,
    /// Its steps, first to last.
    steps: Vec<StepRead>,
    /// What flags found, by entry: what is allowed and still worth a question.
    findings: Vec<FindingRead>,
    /// The report that should be there and is not: the day by which it was due, `YYYY-MM-DD`.
    report_missing_since: Option<String>,
    /// Leaf hash of the latest entry about it: `after` of the next statement about it.
    head: String,
}

/// What may come next.
#[derive(Serialize, ToSchema)]
struct NextStep {
    /// The kind of statement.
    kind: String,
    /// The role of the office that signs, if one does.
    office: Option<String>,
    /// Whether the organisation signs.
    organisation: bool,
}

/// One step of a grant.
#[derive(Serialize, ToSchema)]
struct StepRead {
    /// The place of its entry: `/api/v1/entries/{entry}`, `/api/v1/receipts/{entry}`.
    entry: u64,
    /// The kind of statement.
    kind: String,
    /// What the statement is about: the grant, the paper that names it, or a note about it.
    about: String,
    /// When it happened, as claimed.
    event_date: String,
    /// When the ledger recorded it.
    recorded_at: String,
    /// Who signed: `<key name>+<8 hex key id>`.
    signers: Vec<String>,
    /// The amount that the step gives this grant, in minor units.
    amount: Option<i64>,
    /// The statement's body; of the rows of a list, budget or decree, this grant's row only. A text that was erased is
    /// null.
    #[schema(value_type = Object)]
    body: Value,
    /// The entry whose correction replaces it; both versions stay.
    corrected_by: Option<u64>,
    /// The entry that revoked a key which signed this while suspect, as long as nobody has settled it.
    disputed_by: Option<u64>,
    /// What was erased of it.
    erased: Vec<Erased>,
}

/// A page of grants.
#[derive(Serialize, ToSchema)]
struct GrantList {
    /// How many match.
    total: u64,
    /// Which page this is, from 1.
    page: u32,
    /// How many pages there are.
    pages: u64,
    /// How many of all that match `q` names exactly, by their id, the number of an entry about them, or the number of one of their
    /// documents: they come first, whatever the order.
    exact: u64,
    /// The sums of each amount over all that match, exact, as decimal digits of minor units.
    sums: Vec<SumRead>,
    /// This page's grants, in the order asked for after those that `q` names exactly.
    grants: Vec<GrantSummary>,
}

/// An exact sum.
#[derive(Serialize, ToSchema)]
struct SumRead {
    /// `asked`, `recommended` and so on.
    name: &'static str,
    /// How many grants have it.
    count: u64,
    /// Their sum in minor units, as text since it may be beyond 2^53; none where no grant has it.
    minor: Option<String>,
}

/// An organisation and its grants.
#[derive(Serialize, ToSchema)]
struct OrganisationRead {
    /// Its number.
    n: u64,
    /// Its name.
    name: String,
    /// The entry that registered it.
    entry: u64,
    /// Its newest grants; all of them by `/api/v1/grants?org=<n>`.
    grants: GrantList,
    /// How many grants it has by fiscal year.
    years: Vec<YearCount>,
}

/// How many grants a year has.
#[derive(Serialize, ToSchema)]
struct YearCount {
    /// The fiscal year.
    fiscal_year: String,
    /// How many.
    count: u64,
}

fn there(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

pub(super) fn summary(founding: &Founding, grant: &Grant) -> GrantSummary {
    let amounts = Figure::NAMES.iter().enumerate().map(|(at, name)| AmountRead {
        name,
        minor: grant.amounts[at],
        state: founding.amount_state(grant, at),
    });
    GrantSummary {
        id: grant.id.clone(),
        migrated: grant.migrated,
        recipient: grant.recipient.clone(),
        organisation: grant.organisation,
        title: grant.title.clone(),
        field: grant.field.clone(),
        agency: grant.agency.clone(),
        fiscal_year: grant.fiscal_year,
        status: grant.status.clone(),
        way: there(&grant.way.0),
        form: there(&grant.way.1),
        adopted_at: there(&grant.adopted),
        stage: grant.stage.clone(),
        amounts: amounts.collect(),
        first_entry: grant.first_index,
        last_entry: grant.last_index,
    }
}

fn step(step: &Step) -> StepRead {
    StepRead {
        entry: step.record.index,
        kind: step.record.kind.clone(),
        about: step.record.about.clone(),
        event_date: step.record.event_date.clone(),
        recorded_at: step.record.recorded_at.clone(),
        signers: step.signatures.iter().map(|signature| signature.key.clone()).collect(),
        amount: step.amount(),
        body: step.row.clone().unwrap_or_else(|| step.shown.body.clone()),
        corrected_by: step.shown.corrected_by(),
        disputed_by: step.disputed,
        erased: step.shown.erased.clone(),
    }
}

fn next_steps(grant: &Grant) -> Vec<NextStep> {
    let next: Vec<Value> = serde_json::from_str(&grant.next).unwrap_or_default();
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    next.iter()
        .filter_map(|value| {
            Some(NextStep {
                kind: text(value, "kind")?,
                office: text(value, "office"),
                organisation: value.get("organisation").and_then(Value::as_bool).unwrap_or(false),
            })
        })
        .collect()
}

async fn grant(site: Site, id: String) -> Result<Response, Fault> {
    let founding = site.founding.clone();
    let history = site.pool.read(move |reader| History::read(reader, &founding.origin, &id)).await?;
    let read = GrantRead {
        summary: summary(&site.founding, &history.grant),
        next: next_steps(&history.grant),
        numbers: history.grant.numbers.split('\n').filter(|n| !n.is_empty()).map(str::to_owned).collect(),
        steps: history.steps.iter().map(step).collect(),
        findings: history.steps.iter().flat_map(|step| &step.findings).map(FindingRead::of).collect(),
        report_missing_since: history.missed.as_ref().map(|missed| missed.due.clone()),
        head: history.head.to_hex(),
    };
    Ok(answer::body("application/json", answer::REVALIDATE, answer::json(&read)))
}

/// A case with its way.
#[utoipa::path(
    get, path = "/api/v1/cases/{owner}/{n}", tag = "grants",
    params(
        ("owner" = String, Path, description = "The organisation's number, or `a` and an agency's"),
        ("n" = u64, Path, description = "The case's number with its owner"),
    ),
    responses((status = 200, body = GrantRead), (status = 404, content_type = "application/problem+json", body = super::Problem))
)]
pub(in crate::public) async fn case(
    State(site): State<Site>,
    Path((owner, n)): Path<(String, String)>,
) -> Result<Response, Fault> {
    grant(site, format!("case/{owner}/{n}")).await
}

/// A migrated award.
#[utoipa::path(
    get, path = "/api/v1/awards/{source}/{row}", tag = "grants",
    params(
        ("source" = String, Path, description = "The first 16 hex digits of the old register's SHA-256"),
        ("row" = u64, Path, description = "The row of the register, from 1"),
    ),
    responses((status = 200, body = GrantRead), (status = 404, content_type = "application/problem+json", body = super::Problem))
)]
pub(in crate::public) async fn award(
    State(site): State<Site>,
    Path((source, row)): Path<(String, String)>,
) -> Result<Response, Fault> {
    grant(site, format!("award/{source}/{row}")).await
}

fn list(founding: &Founding, page: u32, found: &GrantPage) -> GrantList {
    let sums = Figure::NAMES.iter().enumerate().map(|(at, name)| SumRead {
        name,
        count: found.counts[at],
        minor: found.sums[at].map(|sum| sum.to_string()),
    });
    GrantList {
        total: found.total,
        exact: found.exact,
        page,
        pages: found.total.div_ceil(u64::from(PAGE_SIZE)),
        sums: sums.collect(),
        grants: found.grants.iter().map(|grant| summary(founding, grant)).collect(),
    }
}

/// The grants that match, 25 a page, latest change first.
#[utoipa::path(
    get, path = "/api/v1/grants", tag = "grants",
    responses((status = 200, body = GrantList), (status = 400, content_type = "application/problem+json", body = super::Problem))
)]
pub(in crate::public) async fn grants(
    State(site): State<Site>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let narrowed = Narrowed::read(&pairs)?;
    let query = narrowed.query();
    let found = site.pool.read(move |reader| Ok(reader.grants(&query)?)).await?;
    let list = list(&site.founding, narrowed.page, &found);
    Ok(answer::body("application/json", answer::REVALIDATE, answer::json(&list)))
}

/// An organisation and its grants.
#[utoipa::path(
    get, path = "/api/v1/orgs/{n}", tag = "grants",
    params(("n" = u64, Path, description = "The organisation's number")),
    responses((status = 200, body = OrganisationRead), (status = 404, content_type = "application/problem+json", body = super::Problem))
)]
pub(in crate::public) async fn organisation(
    State(site): State<Site>,
    Path(n): Path<String>,
) -> Result<Response, Fault> {
    let missing = Fault::missing(Missing::Organisation);
    let n = number(&n).ok_or(missing.clone())?;
    let query = GrantQuery { organisation: Some(n), limit: PAGE_SIZE, ..GrantQuery::default() };
    let read = site.pool.read(move |reader| {
        let organisation = reader.organisation(n)?.ok_or(missing)?;
        let years = reader.facet(&query, Facet::FiscalYear)?;
        Ok((organisation, reader.grants(&query)?, years))
    });
    let (organisation, found, years) = read.await?;
    let read = OrganisationRead {
        n,
        name: organisation.name,
        entry: organisation.index,
        grants: list(&site.founding, 1, &found),
        years: years.into_iter().map(|year| YearCount { fiscal_year: year.value, count: year.count }).collect(),
    };
    Ok(answer::body("application/json", answer::REVALIDATE, answer::json(&read)))
}
