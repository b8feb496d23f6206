//! Where a draft begins: what it is about, what the page that leads to it and the ledger know already.

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;

use super::drafts::{MOST_FIELD_BYTES, batch_field};
use super::{Entered, MAX_FORM_BYTES, Page, Stop, Visit, entered_form, lost, papers, revising};
use crate::desk::drafting::one;
use crate::desk::persons::Person;
use crate::desk::store::{Draft, Fields};
use crate::desk::{Desk, forms, sessions};
use crate::grants::about::{About, CaseId};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::one::state::State as One;
use crate::grants::time::Date;
use crate::ledger::replay::Replay;
use crate::ledger::wish::resolved;
use crate::tlog::decimal::parse_decimal;

/// The most cases in one decision.
const MOST_CASES: usize = 200;
/// The most fields that a page fills in for a person.
const MOST_KNOWN: usize = 20;

/// Begins a draft.
pub(super) async fn begin(State(desk): State<Desk>, visit: Visit, body: Body) -> Page {
    let (entered, form) = entered_form(&desk, visit, body, MAX_FORM_BYTES).await?;
    let kind = Kind::parse(form.get("kind")).filter(|kind| forms::can_ask(*kind)).ok_or_else(|| entered.missing())?;
    let cases: Vec<String> = form.all("case").take(MOST_CASES).map(str::to_owned).collect();
    let named = Some(form.get("about").to_owned()).filter(|about| !about.is_empty());
    // The counter names an organisation; its next case is meant.
    let org = form.has("org").then(|| form.get("org").trim().trim_start_matches("org/"));
    let named = named.or_else(|| org.map(|org| format!("case/{org}/new")));
    let abouts = named.map_or(cases, |about| vec![about]);
    let (person, asked) = (entered.person.clone(), abouts.clone());
    let at_counter = org.map(parse_decimal);
    let begun = entered.ask(move |replay, now| {
        let state = one(replay)?;
        if let Some(org) = at_counter {
            state.org(org?)?;
        }
        begun(state, replay, &person, kind, &asked, state.local_date(now))
    });
    let unknown = || match org {
        Some(_) => entered.stop(StatusCode::NOT_FOUND, entered.w.counter_unknown),
        None => entered.missing(),
    };
    let begun = begun.await?.ok_or_else(unknown)?;
    if entered.person.signer.is_none() {
        lost::room_for_stranger(&entered, kind)?;
    }
    let known_of_it = revising::known(&entered, kind, &abouts).await?;
    let mut first = None;
    // What an answer is to, and what else the page that leads here knows already.
    let answers = ["report", "flag"].map(|name| (name, form.get(name)));
    let known = form.0.iter().filter_map(|(name, text)| Some((name.strip_prefix("known.")?, text.as_str())));
    let answers = answers
        .into_iter()
        .chain(known.take(MOST_KNOWN))
        .filter(|(_, text)| !text.is_empty() && text.len() <= MOST_FIELD_BYTES && entered.person.signer.is_some());
    for Begun { kind, about, mut fields } in begun {
        fields.extend(known_of_it.clone());
        fields.extend(answers.clone().map(|(name, note)| (name.to_owned(), note.to_owned())));
        let id = keep(&entered, kind, about, fields)?;
        first.get_or_insert(id);
    }
    let first = first.ok_or_else(|| entered.missing())?;
    Ok(entered.see(&format!("/drafts/{first}")))
}

/// Keeps a new draft, and says where.
fn keep(entered: &Entered, kind: Kind, about: String, fields: Fields) -> Result<String, Stop> {
    let draft = new(entered, kind, about, fields)?;
    let (owner, stranger) = (&entered.person.public, entered.person.signer.is_none());
    if !entered.kept(entered.web()?.store.begin(owner, stranger, &draft))? {
        return Err(entered.stop(StatusCode::CONFLICT, entered.w.fault_too_many));
    }
    Ok(draft.id)
}

/// A draft that is kept nowhere yet.
pub(super) fn new(entered: &Entered, kind: Kind, about: String, fields: Fields) -> Result<Draft, Stop> {
    let id = sessions::random::<8>().map(hex::encode).map_err(|error| {
        tracing::error!("{error}");
        entered.stop(StatusCode::SERVICE_UNAVAILABLE, entered.w.fault_stopped)
    })?;
    Ok(Draft { id, kind: kind.name().to_owned(), about, fields, version: 1, changed: entered.now })
}

/// A new draft: what it is about, and what is filled in already.
struct Begun {
    kind: Kind,
    about: String,
    fields: Fields,
}

/// The drafts that are begun, in the order in which they are signed; `None` where nothing can be written about it.
fn begun(
    state: &One,
    replay: &Replay,
    person: &Person,
    kind: Kind,
    abouts: &[String],
    today: Date,
) -> Option<Vec<Begun>> {
    let cases: Vec<CaseId> = abouts.iter().filter_map(|about| case_of(about)).collect();
    if let Some(series) = papers::series(kind).filter(|_| !cases.is_empty()) {
        let year = state.case(cases.first()?)?.core.facts.fiscal_year;
        let about = resolved(&format!("{series}/{year}/new"), replay)?.to_string();
        let amount = |id: &CaseId| Some((*id, papers::amount(kind, state.case(id)?)?));
        let named: Vec<_> = cases.iter().map(amount).collect::<Option<_>>()?;
        let plan = papers::planned(state, person, kind, &named)?.into_iter();
        return Some(plan.map(|(kind, fields)| Begun { kind, about: about.clone(), fields }).collect());
    }
    let resolved: Vec<About> = abouts.iter().map(|about| resolved(about, replay)).collect::<Option<_>>()?;
    let first = *resolved.first()?;
    let mut fields = papers::decided_by(person);
    fields.insert("fiscal_year".to_owned(), today.year().to_string());
    if let Some(agency) = person.office().and_then(|code| state.profile()?.office(code)?.agency.as_ref()) {
        fields.insert("agency".to_owned(), agency.0.clone());
    }
    for (at, about) in resolved.iter().enumerate() {
        let About::Case(id) = about else { continue };
        let Some(amount) = state.case(id).and_then(|case| proposed(kind, |figure| case.core.figures.get(figure)))
        else {
            continue;
        };
        let name = if resolved.len() == 1 { "amount".to_owned() } else { batch_field(at) };
        fields.insert(name, forms::typed(&state.frame()?.currency, amount));
    }
    // What is only in the form's own way is not sent; a number of a series is given when it is begun where others are
    // sealed or signed for it.
    let about = match (kind, first) {
        (Kind::OrganisationRegistered, about) => about.to_string(),
        (_, About::List { .. } | About::Budget { .. } | About::Decree(_)) => first.to_string(),
        _ if abouts.len() > 1 => abouts.join(" "),
        _ => abouts.first()?.clone(),
    };
    Some(vec![Begun { kind, about, fields }])
}

fn case_of(about: &str) -> Option<CaseId> {
    match About::parse(about)? {
        About::Case(id) => Some(id),
        _ => None,
    }
}

/// The amount that a step starts from: the newest one before it.
pub(super) fn proposed<A>(kind: Kind, amount: impl Fn(Figure) -> Option<A>) -> Option<A> {
    let before: &[Figure] = match kind {
        Kind::AmountRecommended => &[Figure::Asked],
        Kind::CaseConsidered => &[Figure::Recommended],
        Kind::BudgetConsidered => &[Figure::Considered, Figure::Recommended],
        Kind::ListNominated | Kind::BudgetEnacted => &[Figure::Proposed, Figure::Considered, Figure::Recommended],
        Kind::DecreeIssued => &[Figure::Enacted, Figure::Proposed, Figure::Considered],
        Kind::DisbursementRequested | Kind::AgreementSigned => &[Figure::Decreed],
        Kind::PaymentRequested | Kind::PaymentOrdered | Kind::WarrantIssued => &[Figure::Agreed, Figure::Decreed],
        Kind::FundsCredited => &[Figure::Paid],
        Kind::CreditConfirmed | Kind::UseReported => &[Figure::Credited, Figure::Paid],
        _ => &[],
    };
    before.iter().find_map(|figure| amount(*figure))
}
