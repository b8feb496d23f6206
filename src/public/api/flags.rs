//! Flags: what is worth a question, and what is missing. Two lists, never one score.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::grants::explain::Topic;
use crate::grants::flags::Flag;
use crate::ledger::findings::{Finding, MissingReport, Window};
use crate::public::Site;
use crate::public::answer::{self, Fault, Missing};
use crate::public::pages::narrow::{PAGE_SIZE, page_of};

/// The list of reports that should be there and are not.
pub(in crate::public) const REPORT_MISSING: &str = "report_missing";

/// Both lists, each line with its count.
#[derive(Serialize, ToSchema)]
struct FlagLists {
    /// The local day of the newest entry: what is missing is missing on this day.
    as_of: String,
    /// What is allowed and still worth a question.
    suspicious: Vec<FlagCount>,
    /// What should be there and is not.
    missing: Vec<FlagCount>,
}

/// A flag and how often it was found.
#[derive(Serialize, ToSchema)]
struct FlagCount {
    /// Its name: `/api/v1/flags/{name}`.
    name: &'static str,
    /// Its Indonesian title.
    title_id: String,
    /// Its English title.
    title_en: String,
    /// How many findings.
    count: u64,
}

/// One flag with a page of its findings.
#[derive(Serialize, ToSchema)]
struct FlagRead {
    /// Its name.
    name: String,
    /// How many findings, or reports that are missing.
    total: u64,
    /// Which page this is, from 1.
    page: u32,
    /// How many pages there are.
    pages: u64,
    /// The findings of this page, the newest first.
    findings: Vec<FindingRead>,
    /// For `report_missing` alone: the reports of this page, the one due first before the others.
    missing: Vec<MissingRead>,
}

/// One answer of a flag.
#[derive(Serialize, ToSchema)]
pub(in crate::public) struct FindingRead {
    /// The flag.
    flag: String,
    /// The case.
    case: String,
    /// The entry that shows it.
    entry: u64,
    /// Other cases that it is about.
    others: Vec<String>,
    /// What was found, by name: days are `YYYY-MM-DD`, counts are digits.
    facts: BTreeMap<String, String>,
}

/// A report that should be there and is not.
#[derive(Serialize, ToSchema)]
struct MissingRead {
    /// The case.
    case: String,
    /// The day by which it was due, `YYYY-MM-DD`.
    due: String,
    /// The latest entry of the case.
    last_entry: u64,
}

impl FindingRead {
    pub(in crate::public) fn of(finding: &Finding) -> Self {
        Self {
            flag: finding.flag.clone(),
            case: finding.case.clone(),
            entry: finding.entry,
            others: finding.others.clone(),
            // The derived tables hold what `Finding::facts` made: an object of texts.
            facts: serde_json::from_str(&finding.facts).unwrap_or_default(),
        }
    }
}

impl MissingRead {
    fn of(missing: &MissingReport) -> Self {
        Self { case: missing.case.clone(), due: missing.due.clone(), last_entry: missing.last_index }
    }
}

fn named(name: &'static str, count: u64) -> FlagCount {
    let title = Topic::find(name).map(|topic| topic.title());
    let (title_id, title_en) = title.map(|both| (both.id, both.en)).unwrap_or_default();
    FlagCount { name, title_id, title_en, count }
}

/// Both lists: what is worth a question, and what is missing.
#[utoipa::path(get, path = "/api/v1/flags", tag = "flags", responses((status = 200, body = FlagLists)))]
pub(in crate::public) async fn flags(State(site): State<Site>) -> Result<Response, Fault> {
    let read = site.pool.read(|reader| Ok((reader.finding_counts()?, reader.missing_reports_count()?, reader.day()?)));
    let (counts, missing, as_of) = read.await?;
    let count = |name: &str| counts.iter().find(|(known, _)| known == name).map_or(0, |(_, count)| *count);
    let lists = FlagLists {
        as_of,
        suspicious: Flag::ALL.iter().map(|flag| named(flag.name(), count(flag.name()))).collect(),
        missing: vec![FlagCount {
            name: REPORT_MISSING,
            title_id: "Laporan belum ada".to_owned(),
            title_en: "Report missing".to_owned(),
            count: missing,
        }],
    };
    Ok(answer::body("application/json", answer::REVALIDATE, answer::json(&lists)))
}

/// One flag with its findings, 25 a page; `report_missing` lists reports that should be there and are not.
#[utoipa::path(
    get, path = "/api/v1/flags/{name}", tag = "flags",
    params(("name" = String, Path, description = "The flag's name, as /api/v1/flags lists it")),
    responses(
        (status = 200, body = FlagRead),
        (status = 400, content_type = "application/problem+json", body = super::Problem),
        (status = 404, content_type = "application/problem+json", body = super::Problem),
    )
)]
pub(in crate::public) async fn flag(
    State(site): State<Site>,
    Path(name): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let is_missing = name == REPORT_MISSING;
    if !is_missing && Flag::parse(&name).is_none() {
        return Err(Fault::missing(Missing::Flag));
    }
    let page = page_of(&pairs)?;
    let window = Window { offset: (page - 1) * PAGE_SIZE, limit: PAGE_SIZE };
    let read = site.pool.read(move |reader| {
        let (mut findings, mut missing) = (Vec::new(), Vec::new());
        let total = if is_missing {
            missing = reader.missing_reports(window)?;
            reader.missing_reports_count()?
        } else {
            findings = reader.findings_of_flag(&name, window)?;
            let counts = reader.finding_counts()?;
            counts.iter().find(|(flag, _)| *flag == name).map_or(0, |(_, count)| *count)
        };
        Ok(FlagRead {
            name,
            total,
            page,
            pages: total.div_ceil(u64::from(PAGE_SIZE)),
            findings: findings.iter().map(FindingRead::of).collect(),
            missing: missing.iter().map(MissingRead::of).collect(),
        })
    });
    Ok(answer::body("application/json", answer::REVALIDATE, answer::json(&read.await?)))
}
