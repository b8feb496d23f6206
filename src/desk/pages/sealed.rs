//! Sealed values, for offices that the profile names: what there is, the reading that is signed for, the values, and who read what.
//!
//! A session shows names alone. Each reading is signed by itself ([`Request`]): its text names the very values and the reason, and
//! is kept here until it is answered, once. The vault logs the reading before it gives the values out; they are the answer to that
//! one form, stand in no address, and are kept by no cache.

use std::collections::HashMap;

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::sealed_words::{self, SealedWords};
use super::{Entered, Form, Frame, MAX_FORM_BYTES, Page, Stop, Visit, asked_for, entered_form, html, see};
use crate::desk::drafting::one;
use crate::desk::pages::words::Words;
use crate::desk::persons::Person;
use crate::desk::{Desk, sessions};
use crate::grants::about::{About, CaseOwner, NoteSigner as Whose};
use crate::grants::one::profile::Office;
use crate::grants::one::state::State as One;
use crate::grants::role::Role;
use crate::grants::signer::SignerId;
use crate::grants::time::Timestamp;
use crate::ledger::canonical;
use crate::ledger::enclosures::Enclosures;
use crate::ledger::vault::{Kept, NotAReader, Read, Reading, Request, VaultError, Wanted, office_of, readers_of};
use crate::public::moment::Moment;
use crate::public::pages::words::Lang;
use crate::tlog::decimal::parse_decimal;

/// How many readings a page lists.
const READINGS_A_PAGE: usize = 50;

/// Something that the vault has, without its value.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) whose: String,
    pub(super) put: Moment,
    pub(super) erased: Option<(Moment, String)>,
    /// What its tick says: the statement and the place in it.
    tick: String,
    ticked: bool,
}

/// What the vault has of a thing, for who may read it.
pub(super) struct Section {
    pub(super) s: &'static SealedWords,
    /// Whether there is a vault at all.
    pub(super) vault: bool,
    pub(super) rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "sealed.html", config = "src/desk/pages/askama.toml")]
struct SealedPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    title: String,
    about: String,
    section: Section,
    reason: String,
    fault: Option<String>,
}

#[derive(Template)]
#[template(path = "sealed_check.html", config = "src/desk/pages/askama.toml")]
struct CheckPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    s: &'static SealedWords,
    about: String,
    text: String,
}

/// A value that was read, or why it was not.
struct Shown {
    name: String,
    whose: String,
    value: Result<String, String>,
}

#[derive(Template)]
#[template(path = "unsealed.html", config = "src/desk/pages/askama.toml")]
struct UnsealedPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    s: &'static SealedWords,
    about: String,
    shown: Vec<Shown>,
}

/// Who read what.
struct ReadingRow {
    at: Moment,
    name: String,
    whose: String,
    office: String,
    key: String,
    /// None for organisations.
    reason: Option<String>,
}

#[derive(Template)]
#[template(path = "readings.html", config = "src/desk/pages/askama.toml")]
struct ReadingsPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    s: &'static SealedWords,
    vault: bool,
    own: bool,
    rows: Vec<ReadingRow>,
    newest: bool,
    older: Option<i64>,
}

/// Whether this person's office reads sealed values.
pub(super) fn reads(state: &One, person: &Person) -> bool {
    let readers = state.profile().map(|profile| profile.vault_readers.as_slice()).unwrap_or_default();
    person.office().is_some_and(|office| readers.iter().any(|code| code.0 == office))
}

/// Whether this person sees who read what: the offices that read, the inspectorate, and organisations of their own.
pub(super) fn sees_readings(state: &One, person: &Person) -> bool {
    let role = |code: &str| Some(state.profile()?.office(code)?.role);
    reads(state, person)
        || person.organisation().is_some()
        || person.office().and_then(role) == Some(Role::Inspectorate)
}

/// What may be read of a thing, and by which key.
struct Offered {
    key: SignerId,
    now: Timestamp,
    /// The names of organisations, by what they are on the ledger.
    names: HashMap<String, String>,
    /// None where there is no vault.
    kept: Option<Vec<Kept>>,
}

/// The things whose values belong to a page: a case's are its own and those of the organisation that applied.
fn things_of(about: &About) -> Vec<About> {
    match about {
        About::Case(case) => match case.owner {
            CaseOwner::Org(n) => vec![*about, About::Org(n)],
            _ => vec![*about],
        },
        _ => vec![*about],
    }
}

/// The receipt code of a citizen's report is theirs alone: whoever has it reads and rates the answer in their place.
fn is_offered(kept: &Kept) -> bool {
    let of_report = matches!(About::parse(&kept.about), Some(About::Note { signer: Whose::Desk, .. }));
    !(of_report && kept.pointer.ends_with("/receipt"))
}

/// Runs the vault's work away from the threads that answer, and from the one that judges; none where there is no vault.
async fn vaulted<T: Send + 'static>(
    entered: &Entered,
    work: impl FnOnce(&Enclosures) -> Result<Option<T>, VaultError> + Send + 'static,
) -> Result<Option<T>, Stop> {
    let Some(enclosures) = entered.desk.enclosures.clone() else { return Ok(None) };
    let stopped = || entered.stop(StatusCode::SERVICE_UNAVAILABLE, entered.w.fault_stopped);
    let done = tokio::task::spawn_blocking(move || work(&enclosures)).await.map_err(|_| stopped())?;
    done.map_err(|fault| match fault {
        VaultError::ReadTooMuch { .. } => {
            let sentence = sealed_words::of(entered.visit.lang).unread(&fault);
            entered.stop(StatusCode::TOO_MANY_REQUESTS, &sentence)
        }
        fault => {
            tracing::error!("{fault}");
            stopped()
        }
    })
}

/// What may be read of a thing by whoever asks; why they may not.
async fn offered(entered: &Entered, about: &About) -> Result<Result<Offered, Option<NotAReader>>, Stop> {
    let (signer, things) = (entered.person.signer.clone(), things_of(about));
    let asked = entered.ask(move |replay, now| {
        let key = signer.ok_or(None)?;
        office_of(replay.state(), &key, now, &readers_of(replay.state())).map_err(Some)?;
        let name = |about: &About| match about {
            About::Org(n) => Some((about.to_string(), one(replay)?.org(*n)?.name.to_string())),
            _ => None,
        };
        let names: HashMap<String, String> = things.iter().filter_map(name).collect();
        Ok((key, now, names, things.iter().map(About::to_string).collect::<Vec<_>>()))
    });
    let (key, now, names, things) = match asked.await? {
        Ok(asked) => asked,
        Err(refused) => return Ok(Err(refused)),
    };
    let kept = vaulted(entered, move |enclosures| enclosures.sealed(&things)).await?;
    let kept = kept.map(|kept| kept.into_iter().filter(is_offered).collect());
    Ok(Ok(Offered { key, now, names, kept }))
}

/// As [`offered`], for an address that refuses everybody else.
async fn entitled(entered: &Entered, id: &str) -> Result<(About, Offered), Stop> {
    let about = About::parse(id).ok_or_else(|| entered.missing())?;
    let refused = |refused: Option<NotAReader>| {
        let sentence = sealed_words::of(entered.visit.lang).not_a_reader(refused.as_ref());
        entered.stop(StatusCode::FORBIDDEN, &sentence)
    };
    Ok((about, offered(entered, &about).await?.map_err(refused)?))
}

/// What the vault has of a case, for its page; none for who may not read. A vault that cannot be read keeps nobody from the case.
pub(super) async fn section(entered: &Entered, about: &About) -> Option<Section> {
    let offered = offered(entered, about).await.ok()?.ok()?;
    Some(section_of(entered, &offered, &[]))
}

fn section_of(entered: &Entered, offered: &Offered, ticks: &[String]) -> Section {
    let (lang, offset_min) = (entered.visit.lang, entered.frame.offset_min);
    let s = sealed_words::of(lang);
    let row = |kept: &Kept| {
        let tick = format!("{} {}", kept.statement.to_hex(), kept.pointer);
        Row {
            name: s.name(&kept.pointer),
            whose: whose(s, &kept.about, &offered.names),
            put: moment(&kept.put_at, offset_min, lang),
            erased: kept.erased.as_ref().map(|one| (Moment::time(one.at, offset_min, lang), one.basis.clone())),
            ticked: ticks.contains(&tick),
            tick,
        }
    };
    let rows = offered.kept.iter().flatten().map(row).collect();
    Section { s, vault: offered.kept.is_some(), rows }
}

/// What a value belongs to, for people.
fn whose(s: &SealedWords, about: &str, names: &HashMap<String, String>) -> String {
    match (names.get(about), About::parse(about)) {
        (Some(name), _) => format!("{name} ({about})"),
        (None, Some(About::Note { signer: Whose::Desk, n })) => format!("{} {n}", s.report),
        _ => about.to_owned(),
    }
}

fn moment(at: &str, offset_min: i32, lang: Lang) -> Moment {
    // It was written by the program.
    let at = Timestamp::parse(at).or_else(|| Timestamp::from_ms(0));
    Moment::time(at.expect("1970 is a time"), offset_min, lang)
}

/// What there is of one thing.
pub(super) async fn page(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Page {
    let entered = desk.enter(visit).await?;
    let (about, offered) = entitled(&entered, &id).await?;
    Ok(listed(&entered, about, &offered, &Form(Vec::new()), None))
}

fn listed(entered: &Entered, about: About, offered: &Offered, typed: &Form, fault: Option<String>) -> Response {
    let ticks: Vec<String> = typed.all("opening").map(str::to_owned).collect();
    let section = section_of(entered, offered, &ticks);
    let about = about.to_string();
    let title = format!("{}: {}", section.s.heading, whose(section.s, &about, &offered.names));
    let (frame, reason) = (entered.framed(&title), typed.get("reason").to_owned());
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut response = html(&SealedPage { frame, w: entered.w, title, about, section, reason, fault });
    *response.status_mut() = status;
    response
}

/// Makes of what was chosen the text to sign.
pub(super) async fn ask(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>, body: Body) -> Page {
    let (entered, form) = entered_form(&desk, visit, body, MAX_FORM_BYTES).await?;
    let (about, offered) = entitled(&entered, &id).await?;
    let s = sealed_words::of(entered.visit.lang);
    let ticks: Vec<&str> = form.all("opening").collect();
    let readable = offered.kept.iter().flatten().filter(|kept| kept.erased.is_none());
    let chosen =
        readable.filter(|kept| ticks.contains(&format!("{} {}", kept.statement.to_hex(), kept.pointer).as_str()));
    let wanted: Vec<Wanted> = chosen
        .map(|kept| Wanted { about: kept.about.clone(), statement: kept.statement, pointer: kept.pointer.clone() })
        .collect();
    if wanted.len() != ticks.len() {
        return Ok(listed(&entered, about, &offered, &form, Some(s.gone.to_owned())));
    }
    let nonce = sessions::random().map_err(|fault| {
        tracing::error!("{fault}");
        entered.stop(StatusCode::SERVICE_UNAVAILABLE, entered.w.fault_stopped)
    })?;
    let made = (desk.sequencer.origin(), nonce, offered.now);
    let request = match Request::new(made, offered.key.clone(), &canonical::tidied(form.get("reason")), wanted) {
        Ok(request) => request,
        Err(fault) => return Ok(listed(&entered, about, &offered, &form, Some(s.not_a_request(fault)))),
    };
    let text = request.text();
    entered.web()?.asked.keep(request, offered.now);
    let frame = Frame { scripted: true, ..entered.framed(s.check_title) };
    Ok(html(&CheckPage { frame, w: entered.w, s, about: about.to_string(), text }))
}

/// The address of values that were opened has nothing for who goes there again.
pub(super) async fn closed(visit: Visit) -> Response {
    see(&format!("{}/home", visit.lang.prefix()))
}

/// Opens what was signed for.
pub(super) async fn open(State(desk): State<Desk>, visit: Visit, body: Body) -> Page {
    let (entered, form) = entered_form(&desk, visit, body, MAX_FORM_BYTES).await?;
    let s = sealed_words::of(entered.visit.lang);
    let about = About::parse(form.get("about")).ok_or_else(|| entered.missing())?;
    let note = form.get("note").replace("\r\n", "\n");
    // The nonce is the third line of what was asked. Whoever's it is, it is gone now.
    let request = entered.web()?.asked.take(note.split('\n').nth(2).unwrap_or_default());
    let refused = |status, sentence: String| entered.stop(status, &sentence);
    let request = request.ok_or_else(|| refused(StatusCode::UNPROCESSABLE_ENTITY, s.not_granted(None)))?;
    if entered.person.signer.as_ref() != Some(request.key()) {
        return Err(refused(StatusCode::FORBIDDEN, s.not_a_reader(None)));
    }
    let asked = entered.ask(move |replay, now| (request.answered(note.as_bytes(), replay.state(), now), now));
    let (answered, now) = asked.await?;
    let granted = answered.map_err(|fault| refused(StatusCode::UNPROCESSABLE_ENTITY, s.not_granted(Some(&fault))))?;
    // A task of its own: what is logged is logged to its end, also when the browser went away.
    let read = vaulted(&entered, move |enclosures| enclosures.read(granted, now)).await?;
    let read = read.ok_or_else(|| refused(StatusCode::SERVICE_UNAVAILABLE, s.no_vault.to_owned()))?;
    let show = |(wanted, value): Read| Shown {
        name: s.name(&wanted.pointer),
        whose: whose(s, &wanted.about, &HashMap::new()),
        value: value.map(|opening| opening.value).map_err(|fault| {
            if !matches!(fault, VaultError::Erased { .. }) {
                tracing::error!("{fault}");
            }
            s.unread(&fault)
        }),
    };
    let shown = read.into_iter().map(show).collect();
    let frame = Frame { scripted: true, ..entered.framed(s.opened_title) };
    Ok(html(&UnsealedPage { frame, w: entered.w, s, about: about.to_string(), shown }))
}

/// Who read what; `?before=` goes on to older readings.
pub(super) async fn readings(
    State(desk): State<Desk>,
    visit: Visit,
    Query(query): Query<Vec<(String, String)>>,
) -> Page {
    let entered = desk.enter(visit).await?;
    let (lang, person) = (entered.visit.lang, entered.person.clone());
    let s = sealed_words::of(lang);
    let asked = entered.ask(move |replay, now| {
        let state = one(replay).ok_or(None)?;
        if !sees_readings(state, &person) {
            let key = person.signer.as_ref().ok_or(None)?;
            return Err(office_of(replay.state(), key, now, &readers_of(replay.state())).err());
        }
        let offices = state.profile().map(|profile| profile.offices.as_slice()).unwrap_or_default();
        let title =
            |office: &Office| (office.code.0.clone(), lang.pick(&office.title_id.0, &office.title_en.0).to_owned());
        Ok(offices.iter().map(title).collect::<HashMap<String, String>>())
    });
    let titles =
        asked.await?.map_err(|refused| entered.stop(StatusCode::FORBIDDEN, &s.not_a_reader(refused.as_ref())))?;
    let before = parse_decimal(&asked_for(query, "before")).and_then(|n| i64::try_from(n).ok());
    let org = entered.person.organisation();
    let read = vaulted(&entered, move |enclosures| enclosures.newest_readings(before, org, READINGS_A_PAGE + 1));
    let read = read.await?;
    let (vault, mut read) = (read.is_some(), read.unwrap_or_default());
    let more = read.len() > READINGS_A_PAGE;
    read.truncate(READINGS_A_PAGE);
    let older = read.last().filter(|_| more).map(|reading| reading.n);
    let row = |reading: Reading| ReadingRow {
        at: moment(&reading.at, entered.frame.offset_min, lang),
        name: s.name(&reading.pointer),
        whose: whose(s, &reading.about, &HashMap::new()),
        office: titles.get(&reading.office).cloned().unwrap_or(reading.office),
        key: reading.key,
        reason: org.is_none().then_some(reading.reason),
    };
    let rows = read.into_iter().map(row).collect();
    let (frame, newest) = (entered.framed(s.readings_title), before.is_none());
    Ok(html(&ReadingsPage { frame, w: entered.w, s, vault, own: org.is_some(), rows, newest, older }))
}
