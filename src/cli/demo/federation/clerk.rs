//! New entries while a federation is served: an organisation registers, then it applies.

use std::sync::mpsc;
use std::time::Duration;

use serde_json::json;

use super::running::Ledger;
use crate::cli::demo::bodies;
use crate::cli::demo::city::published_key;
use crate::cli::demo::openings::Openings;
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::role::Role;
use crate::grants::signer::SignerId;
use crate::grants::state::State;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::sequencer::Sequencer;
use crate::ledger::statement::Content;
use crate::ledger::writer::Outcome;

/// How long the writer's answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Records the next entry. A sentence if it could not be.
pub(super) fn record(ledger: &Ledger) -> Result<(), String> {
    let Some(running) = &ledger.running else { return Ok(()) };
    let city = ledger.city.clone();
    let statement = asked(&running.sequencer, move |state, now| statement(state, now, &city, "Lembaga"))??;
    let (tell, told) = mpsc::channel();
    let reply = Box::new(move |answer| drop(tell.send(answer)));
    let named = |what: &dyn std::fmt::Display| format!("{}: {what}", ledger.name);
    running.sequencer.submit(statement, reply).map_err(|fault| named(&fault))?;
    match told.recv_timeout(PATIENCE) {
        Ok(Ok(answer)) => match answer.outcome {
            Outcome::Recorded { .. } => Ok(()),
            Outcome::Refused { refused, .. } => Err(named(&refused)),
            Outcome::KeyMissing { vkey } => Err(named(&format_args!("{vkey} is missing"))),
        },
        Ok(Err(fault)) => Err(named(&fault)),
        Err(_) => Err(named(&"the writer has stopped")),
    }
}

/// Asks the state by which statements are judged.
fn asked<T: Send + 'static>(
    sequencer: &Sequencer,
    question: impl FnOnce(&State, Timestamp) -> T + Send + 'static,
) -> Result<T, String> {
    let (tell, told) = mpsc::channel();
    let put = sequencer.ask(Box::new(move |replay, now| drop(tell.send(question(replay.state(), now)))));
    put.map_err(|fault| fault.to_string())?;
    told.recv_timeout(PATIENCE).map_err(|_| "the writer has stopped".to_owned())
}

/// What comes next: the newest organisation applies, or if it has, another registers, whose name begins with `kind`.
pub(super) fn statement(state: &State, now: Timestamp, city: &str, kind: &str) -> Result<Vec<u8>, String> {
    let today = state.local_date(now);
    let next = state.next_number(&About::Org(1));
    let newest = CaseOwner::Org(next.saturating_sub(1));
    if next > 1 && state.next_number(&About::Case(CaseId { owner: newest, n: 1 })) == 1 {
        application(state, today, newest)
    } else {
        registration(state, today, next, city, kind)
    }
}

fn registration(state: &State, today: Date, n: u64, city: &str, kind: &str) -> Result<Vec<u8>, String> {
    let (origin, about) = (state.origin(), About::Org(n));
    let seal = |name: &str| Openings::default().seal(origin, &about, name, &format!("{name} {n} (rekaan)")).0.to_hex();
    let key = published_key(origin, &format!("org/{n}"));
    let body = json!({
        "name": format!("{kind} Harapan {city} {n}"), "recipient_type": "organisation",
        "address": {"street": format!("Jalan Merdeka {n}"), "city": city},
        "key": key.verifier().to_string(), "sealed": {"account": seal("account"), "chair": seal("chair")},
    });
    let registrar = state.keys_of_role(Role::Registrar, today);
    let registrar = registrar.first().ok_or("there is no registrar")?.name().to_owned();
    said(state, today, "organisation.registered", about, body, &[&registrar, key.name()])
}

fn application(state: &State, today: Date, owner: CaseOwner) -> Result<Vec<u8>, String> {
    let CaseOwner::Org(n) = owner else { return Err("only an organisation applies".to_owned()) };
    let about = About::Case(CaseId { owner, n: 1 });
    let body = json!({
        "title": "Pelatihan pengurus", "purpose": "Pelatihan dua hari bagi pengurus lembaga.", "field": "pendidikan",
        "form": "money", "way": "grant", "amount": 25_000_000, "fiscal_year": today.year() + 1,
        "documents": [bodies::document("Proposal hibah", &format!("{}/{about}", state.origin()))],
    });
    let signer = format!("{}/org/{n}", state.origin());
    said(state, today, "application.submitted", about, body, &[&signer])
}

/// A statement that is signed with the published keys of these names.
fn said(
    state: &State,
    today: Date,
    kind: &str,
    about: About,
    body: serde_json::Value,
    signers: &[&str],
) -> Result<Vec<u8>, String> {
    let keys = signers.iter().map(|name| published_key(name, ""));
    let keys: Vec<_> = keys.collect();
    let ids = keys.iter().map(|key| SignerId::new(key.name(), key.verifier().key_id().0));
    let content = Content {
        origin: state.origin().to_owned(),
        kind: kind.to_owned(),
        about,
        after: state.expected_after(&about),
        body,
        event_date: today,
        expires: today.plus_days(14).ok_or("a day beyond the calendar")?,
        signers: ids.collect::<Option<_>>().ok_or("a name that is none of a key")?,
    };
    let mut statement = content.draft().map_err(|fault| fault.to_string())?;
    for key in &keys {
        statement.sign(key).map_err(|fault| fault.to_string())?;
    }
    Ok(statement.to_bytes())
}
