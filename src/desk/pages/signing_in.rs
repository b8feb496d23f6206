//! The first page, the signing file, and who is who: a challenge that only the key's holder can answer.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::key_words::{self, KeyWords};
use super::quota::Full;
use super::{COOKIE, Form, Frame, Framed, MAX_FORM_BYTES, Page, Stop, Visit, Web, html, see, words};
use crate::desk::challenge::LoginError;
use crate::desk::drafting::{one, public_key};
use crate::desk::persons::{Barred, Person, Who};
use crate::desk::{Desk, sources};
use crate::grants::one::keys::Holder;
use crate::public::pages::words::Lang;
use words::Words;

#[derive(Template)]
#[template(path = "start.html", config = "src/desk/pages/askama.toml")]
struct StartPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    k: &'static KeyWords,
}

#[derive(Template)]
#[template(path = "key.html", config = "src/desk/pages/askama.toml")]
struct KeyPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    k: &'static KeyWords,
    /// What the key is of with which somebody is signed in: `org/12`.
    own: Option<String>,
}

#[derive(Template)]
#[template(path = "login.html", config = "src/desk/pages/askama.toml")]
struct LoginPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    k: &'static KeyWords,
    challenge: String,
    to: String,
    again: bool,
    fault: Option<String>,
}

/// What frames a page for somebody who is not signed in.
pub(super) async fn framed(desk: &Desk, visit: &Visit) -> Result<Framed, Stop> {
    let w = words::of(visit.lang);
    let asked = desk.ask(|replay, _| one(replay).map(Framed::of)).await;
    match asked {
        Some(Some(framed)) => Ok(framed),
        Some(None) => Err(desk.stop(visit, StatusCode::NOT_FOUND, w.fault_rules)),
        None => Err(desk.stop(visit, StatusCode::SERVICE_UNAVAILABLE, w.fault_stopped)),
    }
}

/// The first page.
pub(in crate::desk) async fn start(State(desk): State<Desk>, visit: Visit) -> Page {
    let w = words::of(visit.lang);
    let framed = framed(&desk, &visit).await?;
    let k = key_words::of(visit.lang);
    Ok(html(&StartPage { frame: desk.frame(&visit, &framed, w.start_title), w, k }))
}

/// The signing files that this browser has.
pub(super) async fn key(State(desk): State<Desk>, visit: Visit) -> Page {
    let (w, k) = (words::of(visit.lang), key_words::of(visit.lang));
    let signed_in = desk.enter(visit.clone()).await.ok();
    if let Some(entered) = &signed_in {
        let signer = entered.person.signer.clone();
        let own = entered.ask(move |replay, _| match one(replay)?.key(&signer?)?.holder() {
            Holder::Official(n) => Some(format!("official/{n}")),
            Holder::Org(n) => Some(format!("org/{n}")),
            _ => None,
        });
        let own = own.await?;
        let frame = Frame { scripted: true, ..entered.framed(w.key_title) };
        return Ok(html(&KeyPage { frame, w, k, own }));
    }
    let framed = framed(&desk, &visit).await?;
    let frame = Frame { scripted: true, ..desk.frame(&visit, &framed, w.key_title) };
    Ok(html(&KeyPage { frame, w, k, own: None }))
}

/// Where somebody goes once they are signed in: an address of this site alone.
fn way(query: &str) -> String {
    let to = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to").map(|(_, to)| to.into_owned());
    to.filter(|to| own(to)).unwrap_or_default()
}

/// Whether an address is one of this site. A browser takes two slashes, or a backslash, for another server.
fn own(to: &str) -> bool {
    to.starts_with('/') && !to.starts_with("//") && !to.contains('\\') && to.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The form to sign in with.
pub(super) async fn form(State(desk): State<Desk>, visit: Visit, uri: Uri) -> Page {
    let to = way(uri.query().unwrap_or_default());
    challenge(&desk, &visit, to, None).await
}

async fn challenge(desk: &Desk, visit: &Visit, to: String, fault: Option<String>) -> Page {
    let w = words::of(visit.lang);
    let web = Arc::clone(desk.web(visit)?);
    let framed = framed(desk, visit).await?;
    let origin = desk.sequencer.origin().to_owned();
    let asked = desk.ask(move |_, now| web.sessions.challenge(&origin, now)).await;
    let challenge = asked.and_then(|made| made.inspect_err(|e| tracing::error!("{e}")).ok());
    let stopped = || desk.stop(visit, StatusCode::SERVICE_UNAVAILABLE, w.fault_stopped);
    let challenge = challenge.ok_or_else(stopped)?.text();
    let frame = Frame { scripted: true, ..desk.frame(visit, &framed, w.login_title) };
    let page = LoginPage {
        frame,
        w,
        k: key_words::of(visit.lang),
        challenge,
        again: !to.is_empty(),
        to,
        fault: fault.clone(),
    };
    let mut response = html(&page);
    if fault.is_some() {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    }
    Ok(response)
}

/// Why nobody is signed in.
enum NotIn {
    /// The answer is none.
    Login(LoginError),
    /// A key in whose place another one stands.
    Barred(Barred),
    /// Too many whom the ledger does not know.
    TooMany(Full),
}

/// Signs somebody in.
pub(super) async fn login(State(desk): State<Desk>, visit: Visit, request: Request) -> Page {
    let w = words::of(visit.lang);
    let web = Arc::clone(desk.web(&visit)?);
    let source = sources::of(&request);
    let form = Form::read(request.into_body(), MAX_FORM_BYTES).await;
    let form = form.ok_or_else(|| desk.stop(&visit, StatusCode::PAYLOAD_TOO_LARGE, w.fault_csrf))?;
    let to = Some(form.get("to")).filter(|to| own(to)).unwrap_or_default().to_owned();
    let note = form.get("note").replace("\r\n", "\n");
    // The nonce is the third line of what was asked.
    let nonce = note.split('\n').nth(2).unwrap_or_default().to_owned();
    let public = STANDARD.decode(form.get("public_key")).ok().filter(|key| key.len() == 32);
    let public = public.map(|key| STANDARD.encode([&[1], key.as_slice()].concat()));
    // Who began what waits for the signature of this key.
    let waiting = public.as_deref().map(|public| web.store.waiting_naming(public)).transpose();
    let waiting = waiting.map_err(|error| desk.fault(&visit, &error))?.unwrap_or_default();
    let asked = desk.ask(move |replay, now| {
        let challenge = web.sessions.take_challenge(&nonce).ok_or(NotIn::Login(LoginError::OtherNonce))?;
        let known = public.as_deref().and_then(public_key).ok_or(NotIn::Login(LoginError::OtherKey))?;
        challenge.check(note.as_bytes(), now, &known).map_err(NotIn::Login)?;
        let public = public.unwrap_or_default();
        let who = one(replay).map(|state| {
            let today = state.local_date(now);
            let known = |owner: &str| Person::of(state, owner, today).signer.is_some();
            (Person::of(state, &public, today).who, waiting.iter().any(|one| known(&one.owner)))
        });
        match who {
            Some((Who::Barred(barred), _)) if barred.is_shut_out() => return Err(NotIn::Barred(barred)),
            // Whose signature an office waits for is no stranger, however many of those came.
            Some((Who::Nobody, false)) => {
                web.strangers.take(source, Some(public.as_str()), now).map_err(NotIn::TooMany)?;
            }
            _ => {}
        }
        Ok(web.sessions.begin(&public, now))
    });
    let lang = visit.lang;
    let fault = match asked.await {
        Some(Ok(Ok(token))) => return Ok(signed_in(desk.web(&visit)?, &token, lang, &to)),
        Some(Err(NotIn::Login(fault))) => w.login_fault(fault).to_owned(),
        Some(Err(NotIn::Barred(barred))) => key_words::of(lang).barred(barred),
        Some(Err(NotIn::TooMany(full))) => key_words::of(lang).full(full).to_owned(),
        Some(Ok(Err(fault))) => {
            tracing::error!("{fault}");
            return Err(desk.stop(&visit, StatusCode::SERVICE_UNAVAILABLE, w.fault_stopped));
        }
        None => return Err(desk.stop(&visit, StatusCode::SERVICE_UNAVAILABLE, w.fault_stopped)),
    };
    challenge(&desk, &visit, to, Some(fault)).await
}

/// The cookie goes with requests of this site alone, and no script reads it.
fn signed_in(web: &Web, token: &str, lang: Lang, to: &str) -> Response {
    let home = format!("{}/home", lang.prefix());
    let mut response = see(if to.is_empty() { &home } else { to });
    set_cookie(&mut response, web, token, "");
    response
}

fn set_cookie(response: &mut Response, web: &Web, token: &str, end: &str) {
    let (prefix, secure) = if web.behind_tls { ("__Host-", "; Secure") } else { ("", "") };
    let cookie = format!("{prefix}{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{end}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

/// Signs somebody out.
pub(super) async fn logout(State(desk): State<Desk>, visit: Visit, body: Body) -> Page {
    let (entered, _) = super::entered_form(&desk, visit, body, MAX_FORM_BYTES).await?;
    let web = entered.web()?;
    if let Some(token) = &entered.visit.token {
        web.sessions.end(token);
    }
    let mut response = entered.see("/");
    set_cookie(&mut response, web, "", "; Max-Age=0");
    Ok(response)
}
