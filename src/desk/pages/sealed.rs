//! Sealed values, for offices that the profile names: what there is, the reading that is signed for, the values, and who read what.
//!
//! A session shows names alone. Each reading is signed by itself ([`Request`]): its text names the very values and the reason, and
//! is kept here until it is answered, once. The vault logs the reading before it gives the values out; they are the answer to that
//! one form, stand in no address, and are kept by no cache.

use std::collections::{BTreeSet, HashMap, HashSet};

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::key_words;
use super::sealed_words::{self, SealedWords};
use super::{Entered, Form, Frame, MAX_FORM_BYTES, Page, Stop, Visit, asked_for, entered_form, html, see};
use crate::desk::drafting::one;
use crate::desk::pages::words::Words;
use crate::desk::persons::{Person, Who};
use crate::desk::{Desk, sessions};
use crate::grants::about::{About, CaseOwner, NoteSigner as Whose};
use crate::grants::one::profile::Office;
use crate::grants::one::state::State as One;
use crate::grants::role::Role;
use crate::grants::signer::SignerId;
use crate::grants::time::Timestamp;
use crate::ledger::canonical;
use crate::ledger::enclosures::Enclosures;
use crate::ledger::vault::{
    Kept, NotAReader, NotGranted, Read, Reading, Request, VaultError, Wanted, office_of, readers_of,
};
use crate::public::moment::Moment;
use crate::public::pages::words::Lang;
use crate::tlog::decimal::parse_decimal;
use crate::tlog::hash::Hash;

/// How many readings a page lists.
const READINGS_A_PAGE: usize = 50;

/// Something that the vault has, without its value.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) whose: String,
    pub(super) put: Moment,
    pub(super) erased: Option<(Moment, String)>,
    /// Whether the organisation has another one in its place by now.
    pub(super) replaced: bool,
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
    /// Whose values they are, as the text that is signed does not say it: by name.
    whose: BTreeSet<String>,
    text: String,
}

/// What was asked for, and its value or why it is not there. What was erased is told by its row.
type Shown = (Row, Result<String, String>);

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
    about: String,
    office: String,
    /// The key and the reason; none for organisations.
    told: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "readings.html", config = "src/desk/pages/askama.toml")]
struct ReadingsPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    s: &'static SealedWords,
    vault: bool,
    own: bool,
    /// Whether they read values themselves.
    reads: bool,
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
    /// The ticks of what was replaced.
    replaced: HashSet<String>,
}

/// What its form's tick says of a value.
fn tick(statement: &Hash, pointer: &str) -> String {
    format!("{} {pointer}", statement.to_hex())
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
    done.map_err(|fault| {
        tracing::error!("{fault}");
        entered.stop(StatusCode::SERVICE_UNAVAILABLE, sealed_words::of(entered.visit.lang).unread_now)
    })
}

/// What may be read of these things by whoever asks; why they may not.
async fn offered(entered: &Entered, things: Vec<About>) -> Result<Result<Offered, Option<NotAReader>>, Stop> {
    let signer = entered.person.signer.clone();
    let asked = entered.ask(move |replay, now| {
        let key = signer.ok_or(None)?;
        office_of(replay.state(), &key, now, &readers_of(replay.state())).map_err(Some)?;
        let state = one(replay).ok_or(None)?;
        let present = |about: &About| match about {
            About::Org(n) => {
                let of = |name: &str, now: Hash| ((about.to_string(), format!("/body/sealed/{name}")), now.to_hex());
                state.org(*n).map(|org| [of("account", org.account), of("chair", org.chair)])
            }
            _ => None,
        };
        let present: Present = things.iter().filter_map(present).flatten().collect();
        let things: Vec<String> = things.iter().map(About::to_string).collect();
        Ok((key, now, names_of(state, &things), present, things))
    });
    let (key, now, names, present, things) = match asked.await? {
        Ok(asked) => asked,
        Err(refused) => return Ok(Err(refused)),
    };
    let kept = vaulted(entered, move |enclosures| enclosures.sealed(&things)).await?;
    let kept: Option<Vec<Kept>> = kept.map(|kept| kept.into_iter().filter(is_offered).collect());
    let replaced = replaced(entered, kept.clone().unwrap_or_default(), present).await?;
    Ok(Ok(Offered { key, now, names, kept, replaced }))
}

/// The commitments of organisations that are in force, by the organisation and their place.
type Present = HashMap<(String, String), String>;

/// The ticks of what an organisation has another one of by now: both stay in the vault, and only one is paid to.
async fn replaced(entered: &Entered, kept: Vec<Kept>, present: Present) -> Result<HashSet<String>, Stop> {
    let origin = entered.desk.sequencer.origin().to_owned();
    let read = entered.read(move |reader| {
        let mut replaced = HashSet::new();
        for Kept { statement, about, pointer, .. } in kept {
            let Some(now) = present.get(&(about, pointer.clone())) else { continue };
            let Some(index) = reader.index_of_statement(&statement)? else { continue };
            let Some(committed) = reader.statement(index, &origin)? else { continue };
            let then = committed.body().pointer(pointer.trim_start_matches("/body")).and_then(Value::as_str);
            if then.is_some_and(|then| then != now) {
                replaced.insert(tick(&statement, &pointer));
            }
        }
        Ok(replaced)
    });
    read.await
}

/// The names of the organisations among these things.
fn names_of(state: &One, things: &[String]) -> HashMap<String, String> {
    let name = |about: &String| match About::parse(about)? {
        About::Org(n) => Some((about.clone(), state.org(n)?.name.to_string())),
        _ => None,
    };
    things.iter().filter_map(name).collect()
}

/// Refuses who may not read: a file that is not in force is told why.
fn not_a_reader(entered: &Entered, refused: Option<&NotAReader>) -> Stop {
    let lang = entered.visit.lang;
    let sentence = match entered.person.who {
        Who::Barred(barred) => key_words::of(lang).barred(barred),
        _ => sealed_words::of(lang).not_a_reader(refused),
    };
    entered.stop(StatusCode::FORBIDDEN, &sentence)
}

/// As [`offered`], for an address that refuses everybody else.
async fn entitled(entered: &Entered, id: &str) -> Result<(About, Offered), Stop> {
    let about = About::parse(id).ok_or_else(|| entered.missing())?;
    let offered = offered(entered, things_of(&about)).await?;
    Ok((about, offered.map_err(|refused| not_a_reader(entered, refused.as_ref()))?))
}

/// What the vault has of a case, for its page; none for who may not read. A vault that cannot be read keeps nobody from the case.
pub(super) async fn section(entered: &Entered, about: &About) -> Option<Section> {
    let offered = offered(entered, things_of(about)).await.ok()?.ok()?;
    Some(section_of(entered, &offered, &[]))
}

fn section_of(entered: &Entered, offered: &Offered, ticks: &[String]) -> Section {
    let (lang, offset_min) = (entered.visit.lang, entered.frame.offset_min);
    let s = sealed_words::of(lang);
    let row = |kept: &Kept| {
        let tick = tick(&kept.statement, &kept.pointer);
        Row {
            name: s.name(&kept.pointer),
            whose: whose(s, &kept.about, &offered.names),
            put: moment(&kept.put_at, offset_min, lang),
            erased: kept.erased.as_ref().map(|one| (Moment::time(one.at, offset_min, lang), one.basis.clone())),
            replaced: offered.replaced.contains(&tick),
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

/// The list again, as it was filled in, with what is wrong.
async fn again(entered: &Entered, about: &str, typed: &Form, status: StatusCode, fault: String) -> Page {
    let (about, offered) = entitled(entered, about).await?;
    let mut response = listed(entered, about, &offered, typed, Some(fault));
    *response.status_mut() = status;
    Ok(response)
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
    let chosen = readable.filter(|kept| ticks.contains(&tick(&kept.statement, &kept.pointer).as_str()));
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
    let whose = request.wanted().iter().map(|one| whose(s, &one.about, &offered.names)).collect();
    let text = request.text();
    entered.web()?.asked.keep(&entered.session.csrf, request, offered.now);
    let frame = Frame { scripted: true, ..entered.framed(s.check_title) };
    Ok(html(&CheckPage { frame, w: entered.w, s, about: about.to_string(), whose, text }))
}

/// The address of values that were opened has nothing for who goes there again; `?report=` leads to a citizen's report.
pub(super) async fn closed(visit: Visit, Query(query): Query<Vec<(String, String)>>) -> Response {
    let to = match parse_decimal(&asked_for(query, "report")) {
        Some(n) => format!("sealed/note/desk/{n}"),
        None => "home".to_owned(),
    };
    see(&format!("{}/{to}", visit.lang.prefix()))
}

/// Opens what was signed for.
pub(super) async fn open(State(desk): State<Desk>, visit: Visit, body: Body) -> Page {
    let (entered, form) = entered_form(&desk, visit, body, MAX_FORM_BYTES).await?;
    let s = sealed_words::of(entered.visit.lang);
    let about = form.get("about");
    let note = form.get("note").replace("\r\n", "\n");
    // The nonce is the third line of what was asked. Whoever's it is, it is gone now.
    let request = entered.web()?.asked.take(note.split('\n').nth(2).unwrap_or_default());
    let Some((session, request)) = request else {
        let fault = s.not_granted(None);
        return again(&entered, about, &Form(Vec::new()), StatusCode::UNPROCESSABLE_ENTITY, fault).await;
    };
    if session != entered.session.csrf {
        return Err(entered.stop(StatusCode::FORBIDDEN, s.other_session));
    }
    let mut typed: Vec<_> =
        request.wanted().iter().map(|one| ("opening".to_owned(), tick(&one.statement, &one.pointer))).collect();
    typed.push(("reason".to_owned(), request.reason().to_owned()));
    let typed = Form(typed);
    let asked = entered.ask(move |replay, now| (request.answered(note.as_bytes(), replay.state(), now), now));
    let (answered, now) = asked.await?;
    let granted = match answered {
        Ok(granted) => granted,
        Err(NotGranted::NotAReader(refused)) => return Err(not_a_reader(&entered, Some(&refused))),
        Err(fault) => {
            let fault = s.not_granted(Some(&fault));
            return again(&entered, about, &typed, StatusCode::UNPROCESSABLE_ENTITY, fault).await;
        }
    };
    // A task of its own: what is logged is logged to its end, also when the browser went away.
    let read = vaulted(&entered, move |enclosures| match enclosures.read(granted, now) {
        Err(fault @ VaultError::ReadTooMuch { .. }) => Ok(Some(Err(fault))),
        read => Ok(read?.map(Ok)),
    });
    match read.await? {
        None => Err(entered.stop(StatusCode::SERVICE_UNAVAILABLE, s.no_vault)),
        Some(Err(fault)) => again(&entered, about, &typed, StatusCode::TOO_MANY_REQUESTS, s.unread(&fault)).await,
        Some(Ok(read)) => unsealed(&entered, about, read).await,
    }
}

/// The values, each with what the list says of it.
async fn unsealed(entered: &Entered, about: &str, read: Vec<Read>) -> Page {
    let s = sealed_words::of(entered.visit.lang);
    let things: BTreeSet<&str> = read.iter().map(|(wanted, _)| wanted.about.as_str()).collect();
    let things = things.into_iter().filter_map(About::parse).collect();
    let offered = offered(entered, things).await?.map_err(|refused| not_a_reader(entered, refused.as_ref()))?;
    let mut rows = section_of(entered, &offered, &[]).rows;
    let show = |(wanted, value): Read| {
        let tick = tick(&wanted.statement, &wanted.pointer);
        let at = rows.iter().position(|row| row.tick == tick)?;
        let value = value.map(|opening| opening.value).map_err(|fault| {
            if !matches!(fault, VaultError::Erased { .. }) {
                tracing::error!("{fault}");
            }
            s.unread(&fault)
        });
        Some((rows.swap_remove(at), value))
    };
    // The vault forgets no row, so each has one.
    let shown = read.into_iter().filter_map(show).collect();
    let frame = Frame { scripted: true, ..entered.framed(s.opened_title) };
    Ok(html(&UnsealedPage { frame, w: entered.w, s, about: about.to_owned(), shown }))
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
        Ok((offices.iter().map(title).collect::<HashMap<String, String>>(), reads(state, &person)))
    });
    let (titles, reads) = asked.await?.map_err(|refused| not_a_reader(&entered, refused.as_ref()))?;
    let before = parse_decimal(&asked_for(query, "before")).and_then(|n| i64::try_from(n).ok());
    let org = entered.person.organisation();
    let read = vaulted(&entered, move |enclosures| enclosures.newest_readings(before, org, READINGS_A_PAGE + 1));
    let read = read.await?;
    let (vault, mut read) = (read.is_some(), read.unwrap_or_default());
    let more = read.len() > READINGS_A_PAGE;
    read.truncate(READINGS_A_PAGE);
    let older = read.last().filter(|_| more).map(|reading| reading.n);
    let things: Vec<String> = read.iter().map(|reading| reading.about.clone()).collect();
    let names = entered.ask(move |replay, _| one(replay).map(|state| names_of(state, &things)).unwrap_or_default());
    let names = names.await?;
    let row = |reading: Reading| ReadingRow {
        at: moment(&reading.at, entered.frame.offset_min, lang),
        name: s.name(&reading.pointer),
        whose: whose(s, &reading.about, &names),
        about: reading.about,
        office: titles.get(&reading.office).cloned().unwrap_or(reading.office),
        told: org.is_none().then_some((reading.key, reading.reason)),
    };
    let rows = read.into_iter().map(row).collect();
    let (frame, newest) = (entered.framed(s.readings_title), before.is_none());
    Ok(html(&ReadingsPage { frame, w: entered.w, s, vault, own: org.is_some(), reads, rows, newest, older }))
}
