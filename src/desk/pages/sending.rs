//! From a signed statement to the ledger, or to the outbox while others have not signed; and what became of it.
//!
//! The outbox is not the ledger: what waits there is recorded once all have signed, and can be taken back until then. Its
//! documents and openings wait as those of any submission do (`src/ledger/enclosures.rs`).

use std::net::IpAddr;
use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::drafts::{CheckPage, named, refusal};
use super::{
    Entered, Form, Frame, MAX_FORM_BYTES, MAX_SIGNED_BYTES, Page, Stop, Visit, entered_form, html, key_words, lost,
    uploads,
};
use crate::desk::drafting::{brought, one, public_key};
use crate::desk::pages::words::{Words, as_sentence};
use crate::desk::refusal::{Problem, of_enclosure, of_store};
use crate::desk::store::{Sent, Waiting};
use crate::desk::{Desk, handed_over, in_time, judged, sources};
use crate::grants::about::About;
use crate::grants::kinds::Kind;
use crate::grants::one::state::State as One;
use crate::grants::signer::{SignerId, Vkey};
use crate::ledger::documents::named as documents_of;
use crate::ledger::enclosures::{Enclosed, Enclosures};
use crate::ledger::replay::{Refused, Signatures};
use crate::ledger::sequencer::Answer;
use crate::ledger::statement::Statement;
use crate::ledger::store::StoreError;
use crate::ledger::writer::Outcome;
use crate::public::moment::Moment;
use crate::public::pages::receipt as on_paper;
use crate::public::pages::words::Lang;
use crate::tlog::hash::Hash;
use crate::tlog::note::VerifierKey;

/// The most statements that are signed at once.
pub(super) const MOST_STATEMENTS: usize = 200;
/// How often a statement is joined anew with what others signed meanwhile: more than a statement has signers.
const MOST_TRIES: usize = 20;

/// What became of one statement.
enum Told {
    Recorded { hash: String, index: u64 },
    Waits { hash: String },
    Refused { title: String, sentence: String },
}

pub(super) struct ResultRow {
    kind: String,
    about: String,
    outcome: Told,
}

impl ResultRow {
    /// The hash of a statement that is recorded, or waits for others.
    pub(super) fn gone(&self) -> Option<&str> {
        match &self.outcome {
            Told::Recorded { hash, .. } | Told::Waits { hash } => Some(hash),
            Told::Refused { .. } => None,
        }
    }
}

#[derive(Template)]
#[template(path = "results.html", config = "src/desk/pages/askama.toml")]
struct ResultsPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    results: Vec<ResultRow>,
}

#[derive(Template)]
#[template(path = "sent.html", config = "src/desk/pages/askama.toml")]
struct SentPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    kind: String,
    about: String,
    index: u64,
    at: Moment,
    hash: String,
    /// Whether the receipt is there: where witnesses are asked, once they have seen it.
    ready: bool,
    /// What was sealed in it: the browser need not keep the values any more.
    commitments: String,
}

/// Takes signed statements of a form.
pub(super) async fn sign(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>, request: Request) -> Page {
    let source = sources::of(&request);
    let drafted = visit.path.starts_with("/drafts/");
    let (entered, form) = entered_form(&desk, visit, request.into_body(), MAX_SIGNED_BYTES).await?;
    let results = sign_all(&entered, source, &form).await?;
    if drafted && !results.is_empty() && results.iter().all(|one| one.gone().is_some()) {
        entered.kept(entered.web()?.store.drop_draft(&entered.person.public, &id))?;
    }
    self::results(&entered, results)
}

/// Takes each signed statement of a form.
pub(super) async fn sign_all(entered: &Entered, source: Option<IpAddr>, form: &Form) -> Result<Vec<ResultRow>, Stop> {
    let notes: Vec<String> =
        form.all("statement").take(MOST_STATEMENTS).map(|note| note.replace("\r\n", "\n")).collect();
    let openings: Vec<String> = form.all("opening").map(|opening| opening.replace("\r\n", "\n")).collect();
    let mut results = Vec::new();
    for note in &notes {
        let statement = read(entered, note)?;
        let (kind, about) = (entered.w.kind_named(statement.kind()), statement.about().to_string());
        let outcome = take(entered, source, statement, &openings).await?;
        results.push(ResultRow { kind, about, outcome });
    }
    Ok(results)
}

/// What became of them: of one its own page, of several a list.
pub(super) fn results(entered: &Entered, results: Vec<ResultRow>) -> Page {
    match &results[..] {
        [] => Err(entered.stop(StatusCode::BAD_REQUEST, entered.w.fault_signature)),
        [ResultRow { outcome: Told::Recorded { hash, .. }, .. }] => Ok(entered.see(&format!("/sent/{hash}"))),
        [ResultRow { outcome: Told::Waits { hash }, .. }] => Ok(entered.see(&format!("/waiting/{hash}"))),
        _ => {
            let frame = entered.framed(entered.w.results_title);
            Ok(html(&ResultsPage { frame, w: entered.w, results }))
        }
    }
}

/// The statement of a note that this person has signed.
fn read(entered: &Entered, note: &str) -> Result<Statement, Stop> {
    let unsigned = || entered.stop(StatusCode::UNPROCESSABLE_ENTITY, entered.w.fault_signature);
    let origin = entered.desk.sequencer.origin();
    // A note that is pasted may have lost the newline at its end.
    let note = if note.ends_with('\n') { note.to_owned() } else { format!("{note}\n") };
    let statement = Statement::parse_draft(note.as_bytes(), origin).map_err(|_| unsigned())?;
    let own = own_signer(entered, &statement).ok_or_else(unsigned)?;
    if statement.missing_signers().contains(&&own) {
        return Err(unsigned());
    }
    Ok(statement)
}

/// The signer of a statement whose key this person has.
pub(super) fn own_signer(entered: &Entered, statement: &Statement) -> Option<SignerId> {
    let public = public_key(&entered.person.public)?;
    let own = |id: &&SignerId| VerifierKey::with_id(id.name(), id.key_id(), public).is_some();
    statement.signers().iter().find(own).cloned()
}

/// Takes a statement that this person has signed: to the ledger once the lines of others make it whole, else to the outbox. Others
/// may sign meanwhile; then it is joined with theirs again, so that no line is lost and the last two do not wait for each other.
async fn take(entered: &Entered, source: Option<IpAddr>, own: Statement, openings: &[String]) -> Result<Told, Stop> {
    let hash = own.hash();
    let (mut gathered, mut there) = (None, false);
    for _ in 0..MOST_TRIES {
        let waiting = entered.kept(entered.web()?.store.waiting(&hash.to_hex()))?;
        let mut statement = own.clone();
        let origin = entered.desk.sequencer.origin();
        if let Some(waiting) = &waiting
            && let Ok(waiting) = Statement::parse_draft(waiting.note.as_bytes(), origin)
        {
            statement.join(&waiting);
        }
        let complete = statement.missing_signers().is_empty();
        if let Some(refused) = refused(entered, &statement, complete).await? {
            let (title, sentence) = refusal(&refused, entered.visit.lang);
            return Ok(Told::Refused { title, sentence });
        }
        if there && waiting.is_none() {
            // Whoever began it took it back.
            return Err(entered.missing());
        }
        there = waiting.is_some();
        if !complete
            && waiting.is_none()
            && entered.person.signer.is_none()
            && let Some(sentence) = lost::no_room(entered, source, statement.kind())?
        {
            return Ok(Told::Refused { title: entered.w.fault_title.to_owned(), sentence: sentence.to_owned() });
        }
        if gathered.is_none() {
            gathered = match enclosed(entered, &statement, openings).await? {
                Ok(enclosed) => Some(enclosed),
                Err(sentence) => return Ok(unfit(entered, sentence)),
            };
        }
        // What is held once stays where it is until the last has signed.
        let enclosed = gathered.as_mut().and_then(Option::take);
        if complete {
            return record(entered, source, statement, enclosed).await;
        }
        if let Err(problem) = hold(entered, &statement, enclosed).await {
            return Ok(unfit(entered, as_sentence(problem.sentence(entered.visit.lang))));
        }
        let (web, owner) = (entered.web()?, &entered.person.public);
        entered.kept(web.store.forget_waiting(entered.now.local_date(entered.frame.offset_min)))?;
        let known = waiting.as_ref().map(|waiting| waiting.note.as_str());
        if entered.kept(web.store.wait(owner, &statement, known, entered.now))? {
            return Ok(Told::Waits { hash: hash.to_hex() });
        }
    }
    Err(entered.stop(StatusCode::SERVICE_UNAVAILABLE, entered.w.fault_stopped))
}

fn unfit(entered: &Entered, sentence: String) -> Told {
    Told::Refused { title: entered.w.fault_upload.to_owned(), sentence }
}

/// Holds what comes with a statement until the last has signed.
async fn hold(entered: &Entered, statement: &Statement, enclosed: Option<Enclosed>) -> Result<(), Box<Problem>> {
    let Some((enclosures, enclosed)) = entered.desk.enclosures.clone().zip(enclosed) else { return Ok(()) };
    let of = statement.clone();
    let held = tokio::task::spawn_blocking(move || enclosures.hold(enclosed, &of).map(drop));
    match held.await {
        Ok(Err(error)) => Err(of_enclosure(&error)),
        Ok(Ok(())) | Err(_) => Ok(()),
    }
}

/// Hands a complete statement to the ledger, and notes it for who signed first and who signed last.
async fn record(
    entered: &Entered,
    source: Option<IpAddr>,
    statement: Statement,
    enclosed: Option<Enclosed>,
) -> Result<Told, Stop> {
    let hash = statement.hash();
    let (kind, about) = (statement.kind().to_owned(), statement.about().to_string());
    let answer = match recorded(&entered.desk, source, statement, enclosed).await {
        Ok(answer) => answer,
        Err(problem) => {
            let sentence = as_sentence(problem.sentence(entered.visit.lang));
            return Ok(Told::Refused { title: entered.w.fault_title.to_owned(), sentence });
        }
    };
    match answer.outcome {
        Outcome::Recorded { index, .. } => {
            let sent = Sent { hash: hash.to_hex(), kind, about, index, at: entered.now };
            let web = entered.web()?;
            let first = entered.kept(web.store.waiting(&sent.hash))?.map(|waiting| waiting.owner);
            for owner in first.iter().chain([&entered.person.public]) {
                entered.kept(web.store.keep_sent(owner, &sent))?;
            }
            entered.kept(web.store.drop_waiting(&sent.hash))?;
            Ok(Told::Recorded { hash: sent.hash, index })
        }
        Outcome::Refused { refused, .. } => {
            let (title, sentence) = refusal(&refused, entered.visit.lang);
            Ok(Told::Refused { title, sentence })
        }
        Outcome::KeyMissing { .. } => Err(entered.stop(StatusCode::SERVICE_UNAVAILABLE, entered.w.fault_stopped)),
    }
}

/// Why it would be refused, before anything is kept of it. Of one that lacks lines, those that are there are checked.
async fn refused(entered: &Entered, statement: &Statement, complete: bool) -> Result<Option<Refused>, Stop> {
    if complete {
        // The writer says so itself.
        return Ok(None);
    }
    let statement = statement.clone();
    entered
        .ask(move |replay, now| {
            let brought = brought(&statement);
            let key = |id: &SignerId| {
                let new = brought.as_ref().filter(|vkey| vkey.id() == id).map(Vkey::as_str);
                new.or_else(|| replay.state().vkey_of(id)).and_then(|vkey| VerifierKey::parse(vkey).ok())
            };
            if let Err(error) = statement.check_lines(key) {
                return Some(Refused::Form(error));
            }
            replay.judge(&statement, now, Signatures::VerifiedBefore).err()
        })
        .await
}

/// What goes with a statement: its documents, as far as this person has sent them, and openings of its commitments.
async fn enclosed(
    entered: &Entered,
    statement: &Statement,
    openings: &[String],
) -> Result<Result<Option<Enclosed>, String>, Stop> {
    let Some(enclosures) = entered.desk.enclosures.clone() else { return Ok(Ok(None)) };
    let dir = entered.web()?.dir.clone();
    let mut digests: Vec<Hash> = documents_of(statement).into_iter().map(|named| named.sha256).collect();
    digests.sort();
    digests.dedup();
    let owner = entered.person.public.clone();
    let of_it = format!("\n{}\n", statement.hash());
    let openings: Vec<String> = openings.iter().filter(|opening| opening.contains(&of_it)).cloned().collect();
    let gathered = tokio::task::spawn_blocking(move || {
        let files = digests.iter().map(|sha256| uploads::place(&dir, &owner, sha256)).filter(|file| file.is_file());
        gather(&enclosures, files.collect(), &openings)
    });
    let stopped = || entered.stop(StatusCode::SERVICE_UNAVAILABLE, entered.w.fault_stopped);
    let enclosed = match gathered.await.map_err(|_| stopped())? {
        Ok(Some(enclosed)) => enclosed,
        Ok(None) => return Ok(Ok(None)),
        Err(problem) => return Ok(Err(as_sentence(problem.sentence(entered.visit.lang)))),
    };
    match entered.desk.looked_at(enclosed).await.map_err(|_| stopped())? {
        Ok(enclosed) => Ok(Ok(Some(enclosed))),
        Err((sha256, unfit)) => {
            uploads::turn_away(entered, &sha256, &unfit);
            Ok(Err(entered.w.unfit(&unfit)))
        }
    }
}

pub(super) fn gather(
    enclosures: &Arc<Enclosures>,
    files: Vec<std::path::PathBuf>,
    openings: &[String],
) -> Result<Option<Enclosed>, Box<Problem>> {
    if files.is_empty() && openings.is_empty() {
        return Ok(None);
    }
    let mut enclosed = enclosures.begin().map_err(|error| of_enclosure(&error))?;
    for file in files {
        let opened = std::fs::File::open(&file).map_err(|error| of_store(&StoreError::io(&file, &error)))?;
        enclosed.documents.receive(opened).map_err(|error| of_enclosure(&error.into()))?;
    }
    for opening in openings {
        enclosed.add_opening(opening.as_bytes()).map_err(|error| of_enclosure(&error))?;
    }
    Ok(Some(enclosed))
}

/// Hands a complete statement to the writer, with what comes with it and what came with earlier signatures.
pub(super) async fn recorded(
    desk: &Desk,
    source: Option<IpAddr>,
    statement: Statement,
    enclosed: Option<Enclosed>,
) -> Result<Answer, Box<Problem>> {
    let (sequencer, enclosures) = (Arc::clone(&desk.sequencer), desk.enclosures.clone());
    let bytes = statement.to_bytes();
    match enclosures {
        Some(enclosures) => {
            handed_over(sequencer, enclosures, source, bytes, move |enclosures| {
                let mut held = enclosures.waiting_for(&statement.hash())?;
                if let Some(enclosed) = enclosed {
                    held.push(enclosures.hold(enclosed, &statement)?);
                }
                Ok(held)
            })
            .await
        }
        None => in_time(judged(&sequencer, source, bytes))
            .await
            .and_then(|told| told.map_err(|unanswered| unanswered.problem)),
    }
}

/// A statement of the outbox. Only who signs it, or signed first, sees it before it is recorded.
fn awaited(entered: &Entered, hash: &str) -> Result<(Waiting, Statement), Stop> {
    let waiting = entered.kept(entered.web()?.store.waiting(hash))?.ok_or_else(|| entered.missing())?;
    let statement = Statement::parse_draft(waiting.note.as_bytes(), entered.desk.sequencer.origin());
    let statement = statement.map_err(|_| entered.missing())?;
    if waiting.owner != entered.person.public && own_signer(entered, &statement).is_none() {
        return Err(entered.missing());
    }
    Ok((waiting, statement))
}

/// A statement of the outbox that lacks this person's signature.
pub(super) fn to_sign(entered: &Entered, hash: &str) -> Result<Statement, Stop> {
    let (_, statement) = awaited(entered, hash)?;
    let own = own_signer(entered, &statement).ok_or_else(|| entered.missing())?;
    if statement.missing_signers().contains(&&own) { Ok(statement) } else { Err(entered.missing()) }
}

/// A statement that waits for signatures: to sign, or to give back.
pub(super) async fn waiting(State(desk): State<Desk>, visit: Visit, Path(hash): Path<String>) -> Page {
    let entered = desk.enter(visit).await?;
    let (waiting, statement) = awaited(&entered, &hash)?;
    let own = waiting.owner == entered.person.public;
    let (lang, signers) = (entered.visit.lang, statement.signers().to_vec());
    let missing: Vec<SignerId> = statement.missing_signers().into_iter().cloned().collect();
    let judged = statement.clone();
    let asked = entered.ask(move |replay, now| {
        let state = one(replay)?;
        // Who is being registered has no name on the ledger yet, and a new key no holder.
        let of = thing(state, &judged, lang);
        let registers = judged.kind() == Kind::OrganisationRegistered.name();
        let file = |of: &String| if registers { of.clone() } else { format!("{}: {of}", key_words::of(lang).new_file) };
        let new = of.as_ref().map(file);
        let name = |id: &SignerId| {
            let new = new.clone().filter(|_| state.key(id).is_none());
            (missing.contains(id), new.unwrap_or_else(|| named(state, id, lang)))
        };
        let refused = replay.judge(&judged, now, Signatures::VerifiedBefore).err();
        Some((signers.iter().map(name).collect::<Vec<_>>(), refused, of))
    });
    let (names, refused, of) = asked.await?.ok_or_else(|| entered.missing())?;
    let (missing, signed): (Vec<_>, Vec<_>) = names.into_iter().partition(|(missing, _)| *missing);
    let only = |names: Vec<(bool, String)>| names.into_iter().map(|(_, name)| name).collect();
    let at = format!("/waiting/{hash}");
    let refusals = refused.map(|refused| {
        let (title, sentence) = refusal(&refused, lang);
        (waiting.about.clone(), title, sentence)
    });
    let frame = Frame { scripted: true, ..entered.framed(entered.w.waiting_title) };
    Ok(html(&CheckPage {
        frame,
        refusals: refusals.into_iter().collect(),
        signed: only(signed),
        compare: compare(&entered, &statement, of),
        missing: only(missing),
        until: Moment::day_in_words(statement.expires(), lang),
        drop: Some(format!("{}{at}/drop", lang.prefix())),
        own,
        ..CheckPage::new(&entered, vec![waiting.note.clone()], &at, "/home")
    }))
}

/// Whose the key is that a statement brings, by name: an organisation, an office, the holder of a root key. Who is being registered
/// is named by the statement alone.
pub(super) fn thing(state: &One, statement: &Statement, lang: Lang) -> Option<String> {
    let text = |name: &str| statement.body().get(name).and_then(|text| text.as_str()).map(str::to_owned);
    match statement.about() {
        About::Org(n) => state.org(*n).map(|org| org.name.to_string()).or_else(|| text("name")),
        About::Official(n) => {
            let known = state.official(*n);
            let (office, person) = match known {
                Some(official) => (official.office.to_string(), official.person.to_string()),
                None => (text("office")?, text("person")?),
            };
            let office = state.profile()?.office(&office)?;
            Some(format!("{}, {person}", lang.pick(&office.title_id.0, &office.title_en.0)))
        }
        _ => text("holder"),
    }
}

/// What is to be compared before a statement is signed that brings a key.
pub(super) struct Compare {
    pub(super) heading: &'static str,
    pub(super) text: &'static str,
    /// Whose the key is to be: `org/12`, and by name.
    pub(super) whose: (String, Option<String>),
}

/// Whether somebody with a key in force compares before they sign a statement of this kind, which brings another's key.
pub(super) fn compares(entered: &Entered, kind: &str) -> bool {
    let brings = [
        Kind::KeyReplaced,
        Kind::KeyRotated,
        Kind::OfficialAppointed,
        Kind::OrganisationRegistered,
        Kind::RootReplaced,
    ];
    entered.person.signer.is_some() && brings.iter().any(|one| one.name() == kind)
}

/// What this person does before they sign for a key; `of` is whose it is to be, by name.
fn compare(entered: &Entered, statement: &Statement, of: Option<String>) -> Option<Compare> {
    if !compares(entered, statement.kind()) {
        return None;
    }
    let k = key_words::of(entered.visit.lang);
    let kind = Kind::parse(statement.kind())?;
    let brought = brought(statement);
    let missing = statement.missing_signers();
    let signed = |id: &&SignerId| !missing.contains(id) && brought.as_ref().is_none_or(|new| new.id() != *id);
    // Who comes with slip and papers meets the office that signs first; roots and the second office hear the code.
    let text = match (kind, statement.about()) {
        (Kind::KeyRotated, _) => k.compare_own,
        (Kind::OrganisationRegistered, _) => k.compare_registered,
        (Kind::KeyReplaced, About::Org(_)) if !statement.signers().iter().any(|id| signed(&id)) => k.compare_text,
        _ => k.compare_heard,
    };
    Some(Compare { heading: k.compare_heading, text, whose: (statement.about().to_string(), of) })
}

/// Takes a statement out of the outbox: who signed it first takes it back, whose signature it waits for gives it back.
pub(super) async fn drop_it(State(desk): State<Desk>, visit: Visit, Path(hash): Path<String>, body: Body) -> Page {
    let (entered, _) = entered_form(&desk, visit, body, MAX_FORM_BYTES).await?;
    let (_, statement) = awaited(&entered, &hash)?;
    entered.kept(entered.web()?.store.drop_waiting(&hash))?;
    if let Some(enclosures) = desk.enclosures.clone() {
        let dropped = tokio::task::spawn_blocking(move || {
            enclosures.waiting_for(&statement.hash())?.into_iter().try_for_each(|held| enclosures.discard(held))
        });
        if let Ok(Err(error)) = dropped.await {
            // The next start drops it.
            tracing::error!("{error}");
        }
    }
    Ok(entered.see("/home"))
}

fn find(entered: &Entered, hash: &str) -> Result<Sent, Stop> {
    let sent = entered.kept(entered.web()?.store.sent_one(&entered.person.public, hash))?;
    sent.ok_or_else(|| entered.missing())
}

/// What was recorded: this page may be kept as a bookmark.
pub(super) async fn sent(State(desk): State<Desk>, visit: Visit, Path(hash): Path<String>) -> Page {
    let entered = desk.enter(visit).await?;
    let sent = find(&entered, &hash)?;
    let ready = receipt_text(&entered, sent.index).await?.is_some();
    let (index, origin) = (sent.index, desk.sequencer.origin().to_owned());
    let statement = entered.read(move |reader| reader.statement(index, &origin)).await?;
    let sealed = statement.as_ref().and_then(|statement| statement.body().get("sealed")?.as_object());
    let commitments: Vec<&str> =
        sealed.into_iter().flat_map(|sealed| sealed.values().filter_map(|hex| hex.as_str())).collect();
    let w = entered.w;
    Ok(html(&SentPage {
        commitments: commitments.join(" "),
        frame: Frame { scripted: !commitments.is_empty(), ..entered.framed(w.sent_title) },
        w,
        kind: w.kind_named(&sent.kind),
        about: sent.about.clone(),
        index: sent.index,
        at: Moment::time(sent.at, entered.frame.offset_min, entered.visit.lang),
        hash,
        ready,
    }))
}

async fn receipt_text(entered: &Entered, index: u64) -> Result<Option<String>, Stop> {
    let witnessed = entered.desk.witnessed.is_some();
    entered
        .read(move |reader| {
            let covers = !witnessed || reader.seen()?.is_some_and(|seen| index < seen.signed.size);
            Ok(if covers { reader.receipt(index)?.map(|receipt| receipt.to_string()) } else { None })
        })
        .await
}

/// The receipt, as a file.
pub(super) async fn receipt(State(desk): State<Desk>, visit: Visit, Path(hash): Path<String>) -> Page {
    let entered = desk.enter(visit).await?;
    let sent = find(&entered, &hash)?;
    let text = receipt_text(&entered, sent.index).await?.ok_or_else(|| entered.missing())?;
    let response: Response =
        ([(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))], text).into_response();
    Ok(response)
}

/// The receipt on paper, as soon as the receipt is there.
pub(super) async fn printed(State(desk): State<Desk>, visit: Visit, Path(hash): Path<String>) -> Page {
    let entered = desk.enter(visit).await?;
    let index = find(&entered, &hash)?.index;
    receipt_text(&entered, index).await?.ok_or_else(|| entered.missing())?;
    let (web, lang) = (Arc::clone(entered.web()?), entered.visit.lang);
    let made =
        entered.print(move |reader| Ok(on_paper::pdf(reader, &web.dir, index, lang, web.public.as_deref()))).await?;
    let bytes = made.map_err(|error| {
        tracing::error!("{error}");
        entered.stop(StatusCode::SERVICE_UNAVAILABLE, entered.w.fault_stopped)
    })?;
    Ok(([(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"))], bytes).into_response())
}
