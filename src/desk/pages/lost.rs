//! A signing file that is lost: a new one is made in the browser, and its holder, who signs in with it as anybody does whom the
//! ledger does not know, says whose it is to be. What they sign waits in the outbox for the offices that may sign it too.
//!
//! An office must know that it is this request and no other that the person before them made. So both compare a code of the new
//! key: on the person's slip it was made in their browser, at the office in the signer's own, from the statement itself.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;

use super::drafts::named;
use super::key_words::{self, KeyWords};
use super::sending::{own_signer, thing};
use super::{Entered, Frame, Page, Stop, Visit, asked_for, holders, html, signing_in};
use crate::desk::Desk;
use crate::desk::code::key_code;
use crate::desk::drafting::{brought, one};
use crate::desk::pages::words::{self, Words};
use crate::desk::persons::Who;
use crate::grants::kinds::Kind;
use crate::grants::one::state::State as One;
use crate::grants::time::Date;
use crate::ledger::statement::Statement;
use crate::public::moment::Moment;
use crate::public::pages::words::Lang;
use crate::tlog::decimal::parse_decimal;

/// How many things a search shows.
const MOST_FOUND: usize = 20;
/// How many letters a name is searched by, at least.
const LEAST_LETTERS: usize = 3;
/// How many drafts, and how many statements that wait, somebody has whom the ledger does not know.
const MOST_OF_STRANGER: usize = 5;
/// What who has no key in force may ask for.
const FOR_STRANGERS: [Kind; 2] = [Kind::OrganisationRegistered, Kind::KeyReplaced];

/// What a search found.
pub(super) struct Found {
    /// `org/12`.
    pub(super) about: String,
    pub(super) title: String,
    pub(super) sub: String,
    /// From when on another key is in force that waits already.
    pub(super) pending: Option<Moment>,
}

#[derive(Template)]
#[template(path = "lost.html", config = "src/desk/pages/askama.toml")]
struct LostPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    k: &'static KeyWords,
    /// Whether somebody is signed in with a key that the ledger does not know.
    new: bool,
    /// Whether they are with one that is in force.
    known: bool,
    /// Why the one that they are with is not.
    barred: Option<String>,
    q: String,
    found: Vec<Found>,
}

/// The page; `?q=` looks for whom the new file is.
pub(super) async fn page(State(desk): State<Desk>, visit: Visit, Query(query): Query<Vec<(String, String)>>) -> Page {
    let (w, k) = (words::of(visit.lang), key_words::of(visit.lang));
    let q = asked_for(query, "q");
    // Somebody whose file is not in force any more begins as who is not signed in.
    let Ok(entered) = desk.enter(visit.clone()).await else {
        let framed = signing_in::framed(&desk, &visit).await?;
        let frame = Frame { scripted: true, ..desk.frame(&visit, &framed, k.lost_title) };
        return Ok(html(&LostPage { frame, w, k, new: false, known: false, barred: None, q, found: Vec::new() }));
    };
    let (asked, lang) = (q.clone(), visit.lang);
    let found =
        entered.ask(move |replay, now| one(replay).map(|state| find(state, &asked, state.local_date(now), lang)));
    let found = found.await?.unwrap_or_default();
    let (new, known) = (entered.person.who == Who::Nobody, entered.person.signer.is_some());
    let barred = match entered.person.who {
        Who::Barred(barred) => Some(k.barred(barred)),
        _ => None,
    };
    Ok(html(&LostPage { frame: entered.framed(k.lost_title), w, k, new, known, barred, q, found }))
}

/// Organisations by number or name, and officials in office by number.
pub(super) fn find(state: &One, q: &str, today: Date, lang: Lang) -> Vec<Found> {
    let q = q.trim().to_lowercase();
    let organisation = |n: u64| {
        let org = state.org(n)?;
        let pending = org.pending_on(today).map(|pending| Moment::day(pending.effective, lang));
        Some(Found { about: format!("org/{n}"), title: org.name.to_string(), sub: format!("org/{n}"), pending })
    };
    let number = parse_decimal(q.strip_prefix("org/").unwrap_or(&q));
    let official = |(n, official): (u64, &crate::grants::one::things::Official)| {
        let asked = q.starts_with("pejabat/") || q.starts_with("official/");
        let named = *official.person == *q || format!("official/{n}") == q;
        let office =
            state.profile()?.office(&official.office).filter(|_| asked && named && today <= official.period.until)?;
        let title = lang.pick(&office.title_id.0, &office.title_en.0).to_owned();
        Some(Found { about: format!("official/{n}"), title, sub: official.person.to_string(), pending: None })
    };
    let named = |(n, org): (u64, &crate::grants::one::things::Org)| {
        let fits = q.chars().count() >= LEAST_LETTERS && org.name.to_lowercase().contains(&q);
        fits.then(|| organisation(n)).flatten()
    };
    let by_number = number.and_then(organisation);
    let others = state.orgs().filter(|(n, _)| Some(*n) != number).filter_map(named);
    by_number.into_iter().chain(state.officials().filter_map(official)).chain(others).take(MOST_FOUND).collect()
}

/// Whether somebody whom the ledger does not know may begin one more draft, of a kind that they can ask for.
pub(super) fn room_for_stranger(entered: &Entered, kind: Kind) -> Result<(), Stop> {
    if entered.person.who != Who::Nobody || !is_for_strangers(kind.name()) {
        return Err(entered.missing());
    }
    let drafts = entered.kept(entered.web()?.store.drafts(&entered.person.public))?;
    if drafts.len() >= MOST_OF_STRANGER {
        return Err(entered.stop(StatusCode::CONFLICT, key_words::of(entered.visit.lang).one_request));
    }
    Ok(())
}

/// Whether who has no key in force may begin a statement of this kind: to be registered, or to have a file replaced. Anything else
/// that brings their key, such as `key.rotated`, would lie in others' work lists with nothing left to do but sign.
pub(super) fn is_for_strangers(kind: &str) -> bool {
    FOR_STRANGERS.iter().any(|one| one.name() == kind)
}

/// Why one more statement of somebody who has no key in force may not wait; none where it may.
pub(super) fn no_room(
    entered: &Entered,
    source: Option<std::net::IpAddr>,
    kind: &str,
) -> Result<Option<&'static str>, Stop> {
    let (web, k) = (entered.web()?, key_words::of(entered.visit.lang));
    if !is_for_strangers(kind) {
        return Ok(Some(k.not_for_strangers));
    }
    if entered.kept(web.store.waiting_of(&entered.person.public))?.len() >= MOST_OF_STRANGER {
        return Ok(Some(k.one_request));
    }
    Ok(web.requests.take(source, None, entered.now).err().map(|full| k.full(full)))
}

/// A request that a code is of.
struct Request {
    hash: String,
    kind: String,
    about: String,
    /// Whom it is about, by name.
    title: Option<String>,
    /// Whether this person is asked to sign it.
    mine: bool,
    /// Whose lines it lacks, by name.
    missing: Vec<String>,
}

#[derive(Template)]
#[template(path = "requests.html", config = "src/desk/pages/askama.toml")]
struct RequestsPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    k: &'static KeyWords,
    requests: Vec<Request>,
}

/// The request of a code; where it is several, or somebody else's to sign, a page that says so.
pub(super) async fn by_code(
    State(desk): State<Desk>,
    visit: Visit,
    Query(query): Query<Vec<(String, String)>>,
) -> Page {
    let entered = desk.enter(visit).await?;
    let typed = asked_for(query, "code");
    let code: String = typed.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase();
    // Strangers have nothing to find here, and all that waits is looked at.
    let found = if entered.person.signer.is_some() { with_code(&entered, &code)? } else { Vec::new() };
    let (person, lang) = (entered.person.clone(), entered.visit.lang);
    let asked = entered.ask(move |replay, _| {
        let state = one(replay)?;
        // What others are asked to sign is shown to those alone who see to keys.
        let sees = holders::is_for(state, &person);
        let request = |(statement, mine): (Statement, bool)| Request {
            hash: statement.hash().to_hex(),
            kind: statement.kind().to_owned(),
            about: statement.about().to_string(),
            title: thing(state, &statement, lang),
            mine,
            missing: statement.missing_signers().into_iter().map(|id| named(state, id, lang)).collect(),
        };
        Some(found.into_iter().filter(|(_, mine)| *mine || sees).map(request).collect::<Vec<_>>())
    });
    let requests = asked.await?.ok_or_else(|| entered.missing())?;
    let k = key_words::of(lang);
    match &requests[..] {
        [] => Err(entered.stop(StatusCode::NOT_FOUND, k.code_unknown)),
        [one] if one.mine => Ok(entered.see(&format!("/waiting/{}", one.hash))),
        _ => Ok(html(&RequestsPage { frame: entered.framed(k.requests_title), w: entered.w, k, requests })),
    }
}

/// What strangers asked for with the key of this code, and whether this person is to sign it.
fn with_code(entered: &Entered, code: &str) -> Result<Vec<(Statement, bool)>, Stop> {
    let (store, origin) = (&entered.web()?.store, entered.desk.sequencer.origin());
    let mut found = Vec::new();
    for kind in FOR_STRANGERS {
        for waiting in entered.kept(store.waiting_of_kind(kind.name()))? {
            let Ok(statement) = Statement::parse_draft(waiting.note.as_bytes(), origin) else { continue };
            if brought(&statement).is_some_and(|new| key_code(new.public_base64()) == code) {
                let mine = own_signer(entered, &statement).is_some();
                found.push((statement, mine));
            }
        }
    }
    Ok(found)
}
