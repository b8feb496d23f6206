//! The grant agreement (NPHD) as a draft to print: what the ledger knows of the case, and what a draft of `agreement.signed` has so
//! far, in the government's own text ([`crate::desk::nphd`]).

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::home::money;
use super::{Entered, Page, Stop, Visit};
use crate::desk::Desk;
use crate::desk::drafting::{EVENT_DATE, one};
use crate::desk::forms;
use crate::desk::forms::html::rows;
use crate::desk::nphd::{DOTS, Filling, in_words};
use crate::desk::persons::{self, Person};
use crate::desk::store::Fields;
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::money::{Amount, Currency};
use crate::grants::one::bodies::Body;
use crate::grants::one::state::State as One;
use crate::grants::shape::Year;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::reader::{Reader, Record};
use crate::ledger::store::StoreError;
use crate::public::moment::Moment;
use crate::public::pages::words::Lang;
use crate::public::pdf::Paper;

/// Agreements are in Indonesian: it is the language of the law.
const LANG: Lang = Lang::Indonesian;

/// The draft that it is for, if one is begun.
#[derive(Deserialize)]
pub(super) struct Asked {
    draft: Option<String>,
}

/// Whether this person has to do with the agreement of a case now: the offices that sign it, and the organisation.
pub(super) fn may_draft(state: &One, person: &Person, case: CaseId) -> bool {
    let decreed = state.case(&case).is_some_and(|case| case.core.decree.is_some() && case.core.closed.is_none());
    let (next, other) = persons::acts(state, person, case);
    let kinds = [Kind::AgreementSigned, Kind::AgreementAmended];
    let office = person.office().is_some() && next.iter().chain(&other).any(|kind| kinds.contains(kind));
    decreed && (office || person.organisation().is_some_and(|n| case.owner == CaseOwner::Org(n)))
}

/// The draft as a PDF.
pub(super) async fn page(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Page {
    let entered = desk.enter(visit).await?;
    let Some(About::Case(case)) = About::parse(&id) else { return Err(entered.missing()) };
    let fields = fields(&entered, &id, asked.draft.as_deref())?;
    let person = entered.person.clone();
    let asked = entered.ask(move |replay, _| {
        let state = one(replay)?;
        may_draft(state, &person, case).then(|| filled(state, &person, case, &fields)).flatten()
    });
    let (mut filling, decree, currency) = asked.await?.ok_or_else(|| entered.missing())?;
    let (origin, about) = (desk.sequencer.origin().to_owned(), id.clone());
    let web = Arc::clone(entered.web()?);
    let made = entered.print(move |reader| {
        let at = put_in(reader, &origin, &about, decree, &currency, &mut filling)?;
        let base = web.public.clone().unwrap_or_else(|| format!("https://{origin}"));
        filling.places.insert("alamat_kasus", format!("{base}/grants/{about}"));
        let (title, foot) = (format!("NPHD {about}"), format!("Konsep · {origin} · {about}"));
        Ok(Paper { title, lang: LANG, at, foot, blocks: web.agreement.filled(&filling) }.to_pdf())
    });
    let bytes = made.await?.map_err(|fault| {
        tracing::error!("{fault}");
        entered.stop(StatusCode::SERVICE_UNAVAILABLE, entered.w.fault_stopped)
    })?;
    let named = format!("attachment; filename=\"nphd-{}.pdf\"", id.replace('/', "-"));
    // The case is there, so its name is letters, digits and slashes.
    let named = HeaderValue::from_str(&named).map_err(|_| entered.missing())?;
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")), (header::CONTENT_DISPOSITION, named)];
    Ok((headers, bytes).into_response())
}

/// What somebody's draft about this case has so far; nothing where none is named.
fn fields(entered: &Entered, id: &str, draft: Option<&str>) -> Result<Fields, Stop> {
    let Some(draft) = draft else { return Ok(Fields::new()) };
    let found = entered.kept(entered.web()?.store.draft(&entered.person.public, draft))?;
    let found = found.filter(|draft| draft.kind == Kind::AgreementSigned.name() && draft.about == id);
    found.map(|draft| draft.fields).ok_or_else(|| entered.missing())
}

/// What the state knows of a case, and what the draft has; with the decree, and the currency.
fn filled(state: &One, person: &Person, case: CaseId, fields: &Fields) -> Option<(Filling, Option<About>, Currency)> {
    let (found, profile) = (state.case(&case)?, state.profile()?);
    let (facts, currency) = (&found.core.facts, state.frame()?.currency.clone());
    let decree = found.core.decree.map(|row| About::Decree(row.decree));
    let mut filling = Filling::default();
    let mut put = |name: &'static str, text: Option<String>| {
        filling.places.extend(text.filter(|text| !text.trim().is_empty()).map(|text| (name, text)));
    };
    let typed = |name: &str| fields.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let day = |text: String| Date::parse(&text).map(|day| Moment::day_in_words(day, LANG));
    let read = |text: &str| forms::amount(text, currency.decimals()).and_then(Amount::from_minor);
    let decreed = found.core.figures.get(Figure::Decreed);
    // What was typed and cannot be read is dots, not what was decreed.
    let amount = typed("amount").map_or(decreed, |text| read(&text));
    let post = typed("decided_by.post").or_else(|| person.office().map(str::to_owned));
    put("pemerintah", Some(profile.government.name_id.0.clone()));
    put("kepala_daerah", Some(profile.head_title.0.clone()));
    put("kasus", Some(About::Case(case).to_string()));
    put("tahun", Some(facts.fiscal_year.to_string()));
    put("bidang", profile.field(&facts.field).map(|field| field.title_id.0.clone()));
    put("skpd", profile.agency(&facts.agency).map(|agency| agency.title_id.0.clone()));
    put("pemberi_jabatan", post.and_then(|code| Some(profile.office(&code)?.title_id.0.clone())));
    put("nomor", typed("number"));
    put("tanggal", typed(EVENT_DATE).and_then(day));
    let due = typed("report_due").map_or(Some(profile.report_due(Year(facts.fiscal_year))), |text| Date::parse(&text));
    put("batas_laporan", due.map(|due| Moment::day_in_words(due, LANG)));
    put("jumlah", amount.map(|amount| money(state, Some(amount.minor()))));
    let whole = amount.filter(|_| currency.code() == "IDR" && currency.decimals() == 0);
    put(
        "terbilang",
        whole.and_then(|amount| Some(format!("{} rupiah", in_words(u64::try_from(amount.minor()).ok()?)))),
    );
    put("titik", Some(DOTS.to_owned()));
    put("keputusan", decree.and_then(|about| Some(state.paper(&about)?.number.to_string())));
    let kind = state.org_of(&case).and_then(|org| profile.recipient_type(&org.recipient_type));
    put("penerima_jenis", kind.map(|kind| kind.title_id.0.clone()));
    for at in 0..rows(fields, "instalments", most_instalments()) {
        let (amount, due) = (typed(&format!("instalments.{at}.amount")), typed(&format!("instalments.{at}.due")));
        if amount.is_none() && due.is_none() {
            continue;
        }
        let dots = || DOTS.to_owned();
        let amount = amount.and_then(|text| read(&text)).map_or_else(dots, |amount| money(state, Some(amount.minor())));
        let stage = format!("Tahap {}", filling.instalments.len() + 1);
        let from = due.map(|due| format!("{stage}, mulai {}", day(due).unwrap_or_else(dots)));
        filling.instalments.push((from.unwrap_or(stage), amount));
    }
    Some((filling, decree, currency))
}

/// The most instalments that an agreement may have.
fn most_instalments() -> usize {
    let most = Body::schema(Kind::AgreementSigned).pointer("/properties/instalments/maxItems").and_then(Value::as_u64);
    most.and_then(|most| usize::try_from(most).ok()).unwrap_or_default()
}

/// Puts in what only the entries have, without what was erased, and says when the newest of it was recorded.
fn put_in(
    reader: &Reader,
    origin: &str,
    case: &str,
    decree: Option<About>,
    currency: &Currency,
    filling: &mut Filling,
) -> Result<Timestamp, StoreError> {
    let mut at = Timestamp::from_ms(0);
    if let Some(grant) = reader.grant(case)? {
        filling.places.insert("judul", LANG.words().title_of(&grant.title, grant.migrated));
        filling
            .places
            .insert("penerima", LANG.words().recipient_of(&grant.recipient, grant.organisation, grant.migrated));
        if let Some(n) = grant.organisation {
            let (said, newest) =
                said(reader, origin, &format!("org/{n}"), &[Kind::OrganisationRegistered, Kind::OrganisationAmended])?;
            at = at.max(newest);
            filling.places.extend(seat(&said).map(|text| ("penerima_alamat", text)));
            filling.places.extend(licence(&said).map(|text| ("penerima_terdaftar", text)));
        }
    }
    let (said, newest) = said(reader, origin, case, &ASKED)?;
    at = at.max(newest);
    let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
    filling.places.extend(text("purpose").map(|text| ("tujuan", text)));
    filling.places.extend(text("place").map(|text| ("tempat", text)));
    let lines = said.get("budget_lines").and_then(Value::as_array);
    let mut total = 0;
    for line in lines.into_iter().flatten() {
        let minor = line.get("amount").and_then(Value::as_i64).unwrap_or_default();
        let what = line.get("line").and_then(Value::as_str).unwrap_or(DOTS);
        total += i128::from(minor);
        filling.budget.push((what.to_owned(), currency.display_sum(i128::from(minor))));
    }
    filling.budget_total = currency.display_sum(total);
    if let Some(decree) = decree {
        let issued = reader.timeline(&decree.to_string())?;
        if let Some(record) = issued.first() {
            let day = Date::parse(&record.event_date).map(|day| Moment::day_in_words(day, LANG));
            filling.places.extend(day.map(|day| ("keputusan_tanggal", day)));
        }
        at = at.max(issued.last().and_then(|record| Timestamp::parse(&record.recorded_at)));
    }
    // A case that is decreed has entries.
    Ok(at.unwrap_or_else(|| Timestamp::from_ms(0).expect("1970 is a time")))
}

/// The kinds that say what a case asks for.
pub(super) const ASKED: [Kind; 3] =
    [Kind::ApplicationSubmitted, Kind::ApplicationFiledAtCounter, Kind::ApplicationRevised];

/// What statements of these kinds say of a thing by now: each field as the newest that has it says, a correction in place of what it
/// corrects. With the time of the newest.
pub(super) fn said(
    reader: &Reader,
    origin: &str,
    about: &str,
    kinds: &[Kind],
) -> Result<(Map<String, Value>, Option<Timestamp>), StoreError> {
    let of_these = |record: &Record| kinds.iter().any(|kind| kind.name() == record.kind);
    let corrects = |record: &Record| record.kind == Kind::CorrectionRecorded.name();
    // By the entry that stands now.
    let mut bodies: Vec<(u64, Map<String, Value>)> = Vec::new();
    let mut at = None;
    for record in reader.timeline(about)?.into_iter().filter(|record| of_these(record) || corrects(record)) {
        let Some(statement) = reader.statement(record.index, origin)? else { continue };
        let Value::Object(mut body) = reader.body_shown(record.index, &statement)? else { continue };
        if of_these(&record) {
            bodies.push((record.index, body));
        } else {
            let entry = body.get("entry").and_then(Value::as_u64);
            let Some(corrected) = bodies.iter_mut().find(|(index, _)| Some(*index) == entry) else { continue };
            let Some(Value::Object(body)) = body.remove("body") else { continue };
            *corrected = (record.index, body);
        }
        at = Timestamp::parse(&record.recorded_at);
    }
    let mut all = Map::new();
    for (_, body) in bodies {
        // A budget adds up to the amount that it came with, so it does not outlive it.
        if body.contains_key("amount") {
            all.remove("budget_lines");
        }
        all.extend(body);
    }
    Ok((all, at))
}

fn seat(said: &Map<String, Value>) -> Option<String> {
    let address = said.get("address")?.as_object()?;
    let parts = ["street", "street2", "ward", "district", "city", "region", "postcode"];
    let parts: Vec<&str> = parts.iter().filter_map(|name| address.get(*name)?.as_str()).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn licence(said: &Map<String, Value>) -> Option<String> {
    let text = |name: &str| said.get("registration")?.get(name)?.as_str();
    let day = text("date").and_then(Date::parse).map(|day| Moment::day_in_words(day, LANG));
    let day = day.map(|day| format!(" tanggal {day}")).unwrap_or_default();
    Some(format!("{} nomor {}{day}, {}", text("type")?, text("number")?, text("issuer")?))
}
