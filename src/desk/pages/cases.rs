//! One case: where it is, what this person can do about it now, and what happened so far.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};

use super::home::money;
use super::sealed::{self, Section};
use super::{Frame, Page, Visit, agreements, html};
use crate::desk::Desk;
use crate::desk::drafting::one;
use crate::desk::pages::words::Words;
use crate::desk::persons;
use crate::grants::about::{About, CaseOwner};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::reader::{Reader, Record};
use crate::ledger::store::StoreError;
use crate::public::moment::Moment;
use crate::public::pages::words::Lang;

struct Step {
    kind: String,
    happened: Moment,
    index: u64,
    reason: Option<String>,
}

#[derive(Template)]
#[template(path = "case.html", config = "src/desk/pages/askama.toml")]
struct CasePage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    id: String,
    title: String,
    facts: Vec<(String, String)>,
    next: Vec<Kind>,
    other: Vec<Kind>,
    /// Whether the agreement can be printed for them.
    agreement: bool,
    /// What is sealed, for who may read it.
    sealed: Option<Section>,
    steps: Vec<Step>,
    /// How it ended before its time, or that it was sent back: the reason stands above all else.
    outcome: Option<Outcome>,
    closed: bool,
    /// What the organisation may begin in place of what was refused.
    begin: Option<String>,
}

/// What somebody has to read first.
struct Outcome {
    heading: &'static str,
    happened: Moment,
    reason: Option<String>,
    now: Option<&'static str>,
}

impl Outcome {
    /// Of a case in this status, with these steps; none where it goes on.
    fn of(status: &str, steps: &[Step], own: bool, w: &'static Words) -> Option<Self> {
        let (kind, heading, now) = match status {
            "returned" if own => (Kind::CaseReturned, w.case_returned, Some(w.case_returned_now)),
            "refused" => (Kind::DecisionRefused, w.case_refused, own.then_some(w.case_refused_now)),
            "cancelled" => (Kind::CaseCancelled, w.case_cancelled, None),
            _ => return None,
        };
        let kind = w.kind(&kind);
        let step = steps.iter().rev().find(|step| step.kind == kind)?;
        Some(Self { heading, happened: step.happened.clone(), reason: step.reason.clone(), now })
    }
}

struct Asked {
    title: String,
    facts: Vec<(String, String)>,
    next: Vec<Kind>,
    other: Vec<Kind>,
    agreement: bool,
    status: String,
    closed: bool,
    /// Whether they read what is sealed.
    reads: bool,
}

/// The page.
pub(super) async fn page(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Page {
    let entered = desk.enter(visit).await?;
    let about = About::parse(&id);
    let Some(About::Case(case)) = about else { return Err(entered.missing()) };
    let (person, lang, w) = (entered.person.clone(), entered.visit.lang, entered.w);
    let asked = entered.ask(move |replay, _| {
        let state = one(replay)?;
        let found = state.case(&case)?;
        let (profile, facts) = (state.profile()?, &found.core.facts);
        let field = profile.field(&facts.field).map(|f| lang.pick(&f.title_id.0, &f.title_en.0).to_owned());
        let agency = profile.agency(&facts.agency);
        let agency = agency.map(|a| lang.pick(&a.title_id.0, &a.title_en.0).to_owned());
        let status = state.row(&case).map(|row| row.status.to_owned()).unwrap_or_default();
        let mut told = vec![(w.column_status.to_owned(), lang.words().status(&status).to_owned())];
        told.extend(state.org_of(&case).map(|org| (lang.words().recipient.to_owned(), org.name.to_string())));
        told.push((lang.words().field.to_owned(), field.unwrap_or_default()));
        told.push((lang.words().agency.to_owned(), agency.unwrap_or_default()));
        for (at, &figure) in Figure::ALL.iter().enumerate() {
            let minor = found.core.figures.get(figure).map(|amount| amount.minor());
            if minor.is_some() {
                told.push((lang.words().amounts[at].to_owned(), money(state, minor)));
            }
        }
        let (next, other) = persons::acts(state, &person, case);
        let agreement = agreements::may_draft(state, &person, case);
        let closed = found.core.closed.is_some();
        let reads = sealed::reads(state, &person);
        Some(Asked { title: facts.title.to_string(), facts: told, next, other, agreement, status, closed, reads })
    });
    let asked = asked.await?.ok_or_else(|| entered.missing())?;
    let origin = desk.sequencer.origin().to_owned();
    let about = id.clone();
    let records = entered.read(move |reader| {
        let records = reader.timeline(&about)?;
        let of = |record: Record| {
            let statement = reader.statement_about(record.index, &origin, &about)?;
            let body = statement.map(|statement| reader.body_shown(record.index, &statement)).transpose()?;
            let reason = body.as_ref().and_then(|body| body.get("reason")?.as_str()).map(str::to_owned);
            Ok((record, reason))
        };
        let steps = records.into_iter().map(of).collect::<Result<Vec<_>, StoreError>>()?;
        Ok((steps, titles_of(reader, &[about])?))
    });
    let offset_min = entered.frame.offset_min;
    let step = |(record, reason): (Record, Option<String>)| Step {
        kind: w.kind_named(&record.kind),
        happened: happened(&record.event_date, &record.recorded_at, offset_min, lang),
        index: record.index,
        reason,
    };
    let (records, mut titles) = records.await?;
    let steps: Vec<Step> = records.into_iter().map(step).collect();
    let Asked { title, facts, next, other, agreement, status, closed, reads } = asked;
    let sealed = if reads { sealed::section(&entered, &About::Case(case)).await } else { None };
    let own = entered.person.organisation().filter(|n| case.owner == CaseOwner::Org(*n));
    let outcome = Outcome::of(&status, &steps, own.is_some(), w);
    let begin = own.filter(|_| status == "refused").map(|n| format!("case/{n}/new"));
    let title = lang.words().title(&titles.remove(&id).unwrap_or(title));
    let frame = entered.framed(&title);
    let title = title.clone();
    Ok(html(&CasePage { frame, w, id, title, facts, next, other, agreement, sealed, steps, outcome, closed, begin }))
}

/// The titles of these cases as pages show them: one that was erased is empty, though the state still has it. A case that the
/// tables do not have yet is missing.
pub(in crate::desk) fn titles_of(reader: &Reader, cases: &[String]) -> Result<HashMap<String, String>, StoreError> {
    let found = cases.iter().filter_map(|case| reader.grant(case).transpose());
    found.map(|grant| grant.map(|grant| (grant.id, grant.title))).collect()
}

fn happened(day: &str, recorded: &str, offset_min: i32, lang: Lang) -> Moment {
    let day = Date::parse(day).or_else(|| Timestamp::parse(recorded).map(|at| at.local_date(offset_min)));
    // Both were written by the program.
    Moment::day(day.unwrap_or_else(|| Date::from_days(0).expect("a day of 1970")), lang)
}
