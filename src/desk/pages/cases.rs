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
use crate::grants::about::About;
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
}

struct Asked {
    title: String,
    facts: Vec<(String, String)>,
    next: Vec<Kind>,
    other: Vec<Kind>,
    agreement: bool,
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
        let status = state.row(&case).map(|row| lang.words().status(row.status).to_owned());
        let mut told = vec![(w.column_status.to_owned(), status.unwrap_or_default())];
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
        Some(Asked { title: facts.title.to_string(), facts: told, next, other, agreement })
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
    let steps = records.into_iter().map(step).collect();
    let sealed = sealed::section(&entered, &About::Case(case)).await;
    let Asked { title, facts, next, other, agreement } = asked;
    let title = lang.words().title(&titles.remove(&id).unwrap_or(title));
    let frame = entered.framed(&title);
    Ok(html(&CasePage { frame, w, id, title: title.clone(), facts, next, other, agreement, sealed, steps }))
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
