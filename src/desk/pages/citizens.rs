//! Citizens report, without a script, a key or a name: what they write is sealed, the desk's key says that it came, and a code that
//! only they have lets them read the answer and rate it.
//!
//! The code is the only secret. The salt of its commitment is made from it, so whoever has the code can show that it is theirs, and
//! nobody needs the vault for it.

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::sending::{gather, recorded};
use super::{Form, Frame, Framed, MAX_FORM_BYTES, Page, Stop, Visit, asked_for, html, see, words};
use crate::desk::drafting::one as ruled;
use crate::desk::{Desk, sessions, sources};
use crate::grants::about::{About, NoteSigner as Whose};
use crate::grants::rules::Rule;
use crate::grants::signer::SignerId;
use crate::grants::time::Timestamp;
use crate::ledger::canonical;
use crate::ledger::opening::{Opening, commitment};
use crate::ledger::reader::Reader;
use crate::ledger::replay::{Refused, Replay};
use crate::ledger::statement::Statement;
use crate::ledger::store::StoreError;
use crate::ledger::wish::{Wish, resolved};
use crate::ledger::writer::Outcome;
use crate::public::moment::Moment;
use crate::public::pages::words::Lang;
use crate::tlog::hash::{Hash, sha256};
use crate::tlog::note::NoteSigner;
use words::Words;

/// The longest report, in characters.
const MOST_CHARS: usize = 4_000;
/// How often a number is taken anew, when somebody else's report took it first.
const TRIES: u32 = 5;
/// The letters of codes: none is taken for another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

#[derive(Template)]
#[template(path = "report.html", config = "src/desk/pages/askama.toml")]
struct ReportPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    /// Whether reports are taken here at all.
    taken: bool,
    fault: Option<&'static str>,
    case: String,
    text: String,
    identity: String,
}

#[derive(Template)]
#[template(path = "reported.html", config = "src/desk/pages/askama.toml")]
struct ReportedPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    n: u64,
    code: String,
    new: bool,
    index: u64,
    received: Moment,
    case: Option<String>,
    /// The answers: their day, and what they say.
    answers: Vec<(Moment, String)>,
    rating: Option<u64>,
}

async fn framed(desk: &Desk, visit: &Visit) -> Result<(Framed, Timestamp), Stop> {
    let w = words::of(visit.lang);
    let asked = desk.ask(|replay, now| ruled(replay).map(|state| (Framed::of(state), now))).await;
    let stopped = || desk.stop(visit, StatusCode::SERVICE_UNAVAILABLE, w.fault_stopped);
    asked.ok_or_else(stopped)?.ok_or_else(|| desk.stop(visit, StatusCode::NOT_FOUND, w.fault_rules))
}

/// The form; `?case=` names the grant that it is about.
pub(super) async fn form(State(desk): State<Desk>, visit: Visit, Query(query): Query<Vec<(String, String)>>) -> Page {
    let case = asked_for(query, "case");
    shown(&desk, &visit, None, [case, String::new(), String::new()], StatusCode::OK).await
}

async fn shown(
    desk: &Desk,
    visit: &Visit,
    fault: Option<&'static str>,
    [case, text, identity]: [String; 3],
    status: StatusCode,
) -> Page {
    let w = words::of(visit.lang);
    let (framed, _) = framed(desk, visit).await?;
    let taken = desk.web(visit)?.desk_key.is_some() && desk.enclosures.as_ref().is_some_and(|kept| kept.has_vault());
    let frame = desk.frame(visit, &framed, w.report_title);
    let mut response = html(&ReportPage { frame, w, taken, fault, case, text, identity });
    *response.status_mut() = status;
    Ok(response)
}

/// Takes a report.
pub(super) async fn report(State(desk): State<Desk>, visit: Visit, request: Request) -> Page {
    let w = words::of(visit.lang);
    let source = sources::of(&request);
    let form = Form::read(request.into_body(), MAX_FORM_BYTES).await;
    let form = form.ok_or_else(|| desk.stop(&visit, StatusCode::PAYLOAD_TOO_LARGE, w.report_too_long))?;
    let [case, text, identity] = ["case", "text", "identity"].map(|name| canonical::tidied(form.get(name)));
    let typed = || ["case", "text", "identity"].map(|name| form.get(name).to_owned());
    let id = match About::parse(&case) {
        Some(About::Case(id)) => Some(id),
        _ => None,
    };
    let fault = match () {
        () if text.is_empty() => Some(w.report_empty),
        () if text.chars().count() > MOST_CHARS || identity.chars().count() > MOST_CHARS => Some(w.report_too_long),
        () if canonical::check_text(&text).or(canonical::check_text(&identity)).is_err() => Some(w.report_characters),
        () if !case.is_empty() && id.is_none() => Some(w.report_case),
        () => None,
    };
    if fault.is_some() {
        return shown(&desk, &visit, fault, typed(), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let web = Arc::clone(desk.web(&visit)?);
    let (_, now) = framed(&desk, &visit).await?;
    if web.reports.take(source, None, now).is_err() {
        return shown(&desk, &visit, Some(w.report_many), typed(), StatusCode::TOO_MANY_REQUESTS).await;
    }
    let code = code().map_err(|error| {
        tracing::error!("{error}");
        desk.stop(&visit, StatusCode::SERVICE_UNAVAILABLE, w.fault_stopped)
    })?;
    let said = Said { case: id.map(|_| case), text, identity, code: code.clone() };
    match received(&desk, &visit, source, &said).await? {
        Ok(n) => Ok(see(&format!("{}/lapor/{n}?code={code}&new", visit.lang.prefix()))),
        Err(()) => shown(&desk, &visit, Some(w.report_refused), typed(), StatusCode::UNPROCESSABLE_ENTITY).await,
    }
}

/// What a citizen says.
struct Said {
    case: Option<String>,
    text: String,
    identity: String,
    code: String,
}

/// A code of 128 bits in groups of four letters, such as `K7QM-...`.
fn code() -> Result<String, sessions::NoRandom> {
    let bits = u128::from_be_bytes(sessions::random::<16>()?);
    let letter = |at: u32| char::from(LETTERS[usize::try_from(bits >> (5 * at) & 31).unwrap_or(0)]);
    let letters: Vec<char> = (0..26).map(letter).collect();
    Ok(letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// The salt of a code's commitment.
fn salt_of(code: &str) -> [u8; 32] {
    *sha256(format!("hibah/report-code/v1\n{code}\n").as_bytes()).as_bytes()
}

fn receipt_of(origin: &str, about: &str, code: &str) -> Hash {
    commitment(origin, about, "/body/sealed/receipt", &salt_of(code), code)
}

/// Records that a report came; its number, or that the rules refuse it.
async fn received(desk: &Desk, visit: &Visit, source: Option<IpAddr>, said: &Said) -> Result<Result<u64, ()>, Stop> {
    let w = words::of(visit.lang);
    let stopped = || desk.stop(visit, StatusCode::SERVICE_UNAVAILABLE, w.fault_stopped);
    let salts = [(); 2].map(|()| sessions::random::<32>());
    let [Ok(text_salt), Ok(identity_salt)] = salts else { return Err(stopped()) };
    for _ in 0..TRIES {
        let mut sealed =
            vec![("receipt", said.code.clone(), salt_of(&said.code)), ("text", said.text.clone(), text_salt)];
        if !said.identity.is_empty() {
            sealed.push(("identity", said.identity.clone(), identity_salt));
        }
        let case = said.case.clone();
        let drafted = spoken(desk, visit, "report.received", move |origin, about| {
            let hex = |(name, value, salt): &(&str, String, [u8; 32])| {
                let pointer = format!("/body/sealed/{name}");
                ((*name).to_owned(), json!(commitment(origin, about, &pointer, salt, value).to_hex()))
            };
            let mut body = json!({ "sealed": sealed.iter().map(hex).collect::<serde_json::Map<_, _>>() });
            if let Some(case) = case {
                body["case"] = json!(case);
            }
            let openings =
                sealed.iter().map(|(name, value, salt)| (format!("/body/sealed/{name}"), *salt, value.clone()));
            (body, openings.collect())
        });
        let Some((statement, openings)) = drafted.await? else { return Ok(Err(())) };
        let About::Note { n, .. } = *statement.about() else { return Err(stopped()) };
        match hand_in(desk, visit, source, statement, openings).await? {
            Ok(()) => return Ok(Ok(n)),
            // Somebody else's report took the number.
            Err(Some(Rule::B1 | Rule::B13)) => {}
            Err(_) => return Ok(Err(())),
        }
    }
    Err(stopped())
}

/// What opens a commitment: its pointer, its salt, its value.
type Opens = (String, [u8; 32], String);

/// A statement that the desk's key has signed; none where it cannot be made.
async fn spoken(
    desk: &Desk,
    visit: &Visit,
    kind: &'static str,
    body: impl FnOnce(&str, &str) -> (Value, Vec<Opens>) + Send + 'static,
) -> Result<Option<(Statement, Vec<Opens>)>, Stop> {
    let w = words::of(visit.lang);
    let web = Arc::clone(desk.web(visit)?);
    let asked = desk.ask(move |replay: &Replay, now| {
        let key: &NoteSigner = web.desk_key.as_ref()?;
        let about = resolved("note/desk/new", replay)?;
        let (body, opens) = body(replay.origin(), &about.to_string());
        let after = replay.state().expected_after(&about)?;
        let (origin, kind) = (replay.origin().to_owned(), kind.to_owned());
        let signers = SignerId::new(key.name(), key.verifier().key_id().0).into_iter().collect();
        let wish = Wish { origin, kind, about, after, body, event_date: None, expires: None, signers };
        let mut statement = wish.draft(Some(replay), replay.state().local_date(now)).ok()?;
        statement.sign(key).ok()?;
        Some((statement, opens))
    });
    asked.await.ok_or_else(|| desk.stop(visit, StatusCode::SERVICE_UNAVAILABLE, w.fault_stopped))
}

/// Hands a statement in with what opens it; the rule that refuses it, if one does.
async fn hand_in(
    desk: &Desk,
    visit: &Visit,
    source: Option<IpAddr>,
    statement: Statement,
    opens: Vec<Opens>,
) -> Result<Result<(), Option<Rule>>, Stop> {
    let w = words::of(visit.lang);
    let hash = statement.hash();
    let openings = opens.into_iter().map(|(pointer, salt, value)| Opening { statement: hash, pointer, salt, value });
    let openings: Vec<String> =
        openings.map(|opening| String::from_utf8_lossy(&opening.to_bytes()).into_owned()).collect();
    let stopped = || desk.stop(visit, StatusCode::SERVICE_UNAVAILABLE, w.fault_stopped);
    let Some(enclosures) = desk.enclosures.clone() else { return Err(stopped()) };
    let gathered = tokio::task::spawn_blocking(move || gather(&enclosures, Vec::new(), &openings)).await;
    let enclosed = gathered.map_err(|_| stopped())?.map_err(|_| stopped())?;
    let answer = recorded(desk, source, statement, enclosed).await.map_err(|problem| {
        tracing::error!("{}", problem.sentence(Lang::English));
        stopped()
    })?;
    Ok(match answer.outcome {
        Outcome::Recorded { .. } => Ok(()),
        Outcome::Refused { refused: Refused::Rule(refusal), .. } => Err(Some(refusal.rule)),
        Outcome::Refused { .. } | Outcome::KeyMissing { .. } => Err(None),
    })
}

/// Leads to a report by its number and code.
pub(super) async fn find(visit: Visit, Query(query): Query<Vec<(String, String)>>) -> Page {
    let text = |name: &str| query.iter().find(|(known, _)| known == name).map(|(_, text)| text.trim().to_owned());
    let n: String = text("n").unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    let code = text("code").unwrap_or_default().to_ascii_uppercase();
    let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let n = if n.is_empty() { "0".to_owned() } else { n };
    Ok(see(&format!("{}/lapor/{n}?code={code}", visit.lang.prefix())))
}

/// What the ledger has of one report.
struct Found {
    index: u64,
    received: Timestamp,
    case: Option<String>,
    answers: Vec<(Timestamp, String)>,
    rating: Option<u64>,
}

/// A report and its answers; none where the code is not that of the report.
fn read(reader: &Reader, origin: &str, n: u64, code: &str) -> Result<Option<Found>, StoreError> {
    let about = About::Note { signer: Whose::Desk, n }.to_string();
    let Some(record) = reader.timeline(&about)?.into_iter().find(|record| record.kind == "report.received") else {
        return Ok(None);
    };
    let Some(statement) = reader.statement(record.index, origin)? else { return Ok(None) };
    let kept = statement.body().pointer("/sealed/receipt").and_then(Value::as_str).map(str::to_owned);
    if kept != Some(receipt_of(origin, &about, code).to_hex()) {
        return Ok(None);
    }
    let at = |text: &str| Timestamp::parse(text);
    let Some(received) = at(&record.recorded_at) else { return Ok(None) };
    let case = statement.body().get("case").and_then(Value::as_str).map(str::to_owned);
    let mut found = Found { index: record.index, received, case, answers: Vec::new(), rating: None };
    let mut of_it: Vec<(&str, u64, String)> = Vec::new();
    for kind in ["report.answered", "report.rated"] {
        reader.each_of_kind(kind, |record| {
            of_it.push((kind, record.index, record.recorded_at));
            Ok::<_, StoreError>(())
        })?;
    }
    for (kind, index, recorded_at) in of_it {
        let Some(statement) = reader.statement(index, origin)? else { continue };
        let body = reader.body_shown(index, &statement)?;
        if body.get("report").and_then(Value::as_str) != Some(&about) {
            continue;
        }
        match (kind, at(&recorded_at)) {
            ("report.answered", Some(at)) => {
                found.answers.push((at, body.get("answer").and_then(Value::as_str).unwrap_or_default().to_owned()));
            }
            _ => found.rating = body.get("rating").and_then(Value::as_u64).or(found.rating),
        }
    }
    Ok(Some(found))
}

async fn look(desk: &Desk, visit: &Visit, n: u64, code: &str) -> Result<Found, Stop> {
    let (origin, code) = (desk.sequencer.origin().to_owned(), code.to_owned());
    let found = desk.read(visit, move |reader| read(reader, &origin, n, &code)).await?;
    found.ok_or_else(|| desk.stop(visit, StatusCode::NOT_FOUND, words::of(visit.lang).report_unknown))
}

/// One report, for whoever has its code.
pub(super) async fn one(
    State(desk): State<Desk>,
    visit: Visit,
    Path(n): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
) -> Page {
    let w = words::of(visit.lang);
    let code = query.iter().find(|(name, _)| name == "code").map(|(_, code)| code.clone()).unwrap_or_default();
    let n = n.parse().unwrap_or(0);
    let found = look(&desk, &visit, n, &code).await?;
    let (framed, _) = framed(&desk, &visit).await?;
    let moment = |at: Timestamp| Moment::time(at, framed.offset_min, visit.lang);
    let page = ReportedPage {
        frame: desk.frame(&visit, &framed, w.reported_title),
        w,
        n,
        new: query.iter().any(|(name, _)| name == "new"),
        code,
        index: found.index,
        received: moment(found.received),
        case: found.case,
        answers: found.answers.into_iter().map(|(at, text)| (moment(at), text)).collect(),
        rating: found.rating,
    };
    Ok(html(&page))
}

/// Takes a rating of the answer.
pub(super) async fn rate(State(desk): State<Desk>, visit: Visit, Path(n): Path<String>, request: Request) -> Page {
    let w = words::of(visit.lang);
    let source = sources::of(&request);
    let form = Form::read(request.into_body(), MAX_FORM_BYTES).await;
    let form = form.ok_or_else(|| desk.stop(&visit, StatusCode::PAYLOAD_TOO_LARGE, w.report_refused))?;
    let (code, n) = (form.get("code").to_owned(), n.parse().unwrap_or(0));
    let rating: u64 = form.get("rating").parse().unwrap_or(0);
    look(&desk, &visit, n, &code).await?;
    let report = About::Note { signer: Whose::Desk, n }.to_string();
    let refused = || desk.stop(&visit, StatusCode::UNPROCESSABLE_ENTITY, w.report_refused);
    let body = move |_: &str, _: &str| (json!({ "report": report, "rating": rating }), Vec::new());
    let (statement, opens) = spoken(&desk, &visit, "report.rated", body).await?.ok_or_else(refused)?;
    match hand_in(&desk, &visit, source, statement, opens).await? {
        Ok(()) => Ok(see(&format!("{}/lapor/{n}?code={code}", visit.lang.prefix()))),
        Err(_) => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::{LETTERS, code};

    #[test]
    fn codes_have_letters_that_nobody_confuses() {
        let (one, two) = (code().expect("random numbers"), code().expect("random numbers"));
        assert_ne!(one, two);
        assert_eq!((one.len(), one.matches('-').count()), (32, 6), "{one}");
        assert!(one.bytes().all(|byte| byte == b'-' || LETTERS.contains(&byte)), "{one}");
    }
}
