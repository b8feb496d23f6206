//! How somebody hears of what waits for them: letters to an address that is confirmed, and feeds at a secret address.
//!
//! Confirming and ending take no signing in, only what the letter holds; and a click, since mail programs look at links.

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::signing_in::framed;
use super::{Entered, Form, Frame, MAX_FORM_BYTES, Page, Stop, Visit, entered_form, html};
use crate::desk::Desk;
use crate::desk::letters::kept::{Address, Asked};
use crate::desk::letters::{Farewell, Settings, confirming, farewell, is_address};
use crate::desk::pages::words::{self, Words};
use crate::desk::sessions::token;
use crate::grants::time::Timestamp;
use crate::public::moment::Moment;
use crate::public::pages::words::Lang;

#[derive(Template)]
#[template(path = "notices.html", config = "src/desk/pages/askama.toml")]
struct NoticesPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    /// Whether they are an organisation, which alone is written to.
    organisation: bool,
    /// Whether letters are sent at all.
    posts: bool,
    addresses: Vec<Address>,
    typed: String,
    chosen: Lang,
    fault: Option<&'static str>,
    since: Option<Moment>,
    /// The feeds' addresses, which are shown this once.
    fresh: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "consent.html", config = "src/desk/pages/askama.toml")]
struct ConsentPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    title: &'static str,
    lead: String,
    button: Option<&'static str>,
}

/// What the page is made of beside what is kept.
#[derive(Default)]
struct Told {
    typed: String,
    chosen: Option<Lang>,
    fault: Option<&'static str>,
    fresh: Option<(String, String)>,
}

fn made(entered: &Entered, told: Told) -> Page {
    let (w, lang, web) = (entered.w, entered.visit.lang, entered.web()?);
    let organisation = entered.person.organisation();
    let addresses = match organisation {
        Some(org) => entered.kept(web.store.addresses_of(org))?,
        None => Vec::new(),
    };
    let since = entered.kept(web.store.feed_since(&entered.person.public))?;
    let page = NoticesPage {
        frame: entered.framed(w.notices_title),
        w,
        organisation: organisation.is_some(),
        posts: web.letters.is_some(),
        chosen: told.chosen.or_else(|| addresses.first().map(|address| address.lang)).unwrap_or(lang),
        addresses,
        typed: told.typed,
        since: since.map(|since| Moment::time(since, entered.frame.offset_min, lang)),
        fresh: told.fresh,
        fault: told.fault,
    };
    let mut response = html(&page);
    if page.fault.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// The page.
pub(super) async fn page(State(desk): State<Desk>, visit: Visit) -> Page {
    made(&desk.enter(visit).await?, Told::default())
}

/// Changes what it shows.
pub(super) async fn change(State(desk): State<Desk>, visit: Visit, body: Body) -> Page {
    let (entered, form) = entered_form(&desk, visit, body, MAX_FORM_BYTES).await?;
    let (web, owner) = (entered.web()?, entered.person.public.clone());
    match form.get("do") {
        "renew" => {
            let token = drawn(&entered)?;
            entered.kept(web.store.renew_feed(&owner, &token, entered.now))?;
            let base = format!("{}{}/feeds/{token}", web.base(&entered.visit), entered.visit.lang.prefix());
            let fresh = Some((format!("{base}.atom"), format!("{base}.ics")));
            return made(&entered, Told { fresh, ..Told::default() });
        }
        "end" => entered.kept(web.store.drop_feed(&owner))?,
        "drop" => {
            let settings = web.letters.as_ref().ok_or_else(|| entered.missing())?;
            let org = entered.person.organisation().ok_or_else(|| entered.missing())?;
            let addresses = entered.kept(web.store.addresses_of(org))?;
            if let Some(gone) = addresses.iter().find(|address| address.address == form.get("address")) {
                // Whoever stole a signing file does not end the letters unnoticed.
                let told = farewell(settings, gone, &entered.person.name(gone.lang), Farewell::Ended);
                entered.kept(web.store.drop_address(gone, Some(&told), entered.now))?;
            }
        }
        _ => {
            if let Some(fault) = ask(&entered, &form)? {
                let (typed, chosen) = (form.get("address").to_owned(), Some(chosen(&form)));
                return made(&entered, Told { typed, chosen, fault: Some(fault), ..Told::default() });
            }
        }
    }
    Ok(entered.see("/notices"))
}

fn drawn(entered: &Entered) -> Result<String, Stop> {
    token().map_err(|fault| {
        tracing::error!("{fault}");
        entered.stop(StatusCode::SERVICE_UNAVAILABLE, entered.w.fault_stopped)
    })
}

fn chosen(form: &Form) -> Lang {
    if form.get("lang") == Lang::English.code() { Lang::English } else { Lang::Indonesian }
}

/// Asks at an address whether it may be written to; answers what is wrong with it.
fn ask(entered: &Entered, form: &Form) -> Result<Option<&'static str>, Stop> {
    let (web, w) = (entered.web()?, entered.w);
    let settings = web.letters.as_ref().ok_or_else(|| entered.missing())?;
    let org = entered.person.organisation().ok_or_else(|| entered.missing())?;
    let address = form.get("address").trim();
    if !is_address(address) {
        return Ok(Some(w.mail_bad));
    }
    let lang = chosen(form);
    let (code, stop) = (drawn(entered)?, drawn(entered)?);
    let wanted = Address { org, address: address.to_owned(), lang, confirmed: false, stop };
    let letter = confirming(settings, &wanted, &entered.person.name(lang), &code);
    let day = entered.now.local_date(entered.frame.offset_min).to_string();
    let asked = entered.kept(web.store.ask_address(&wanted, &code, &letter, entered.now, &day))?;
    Ok(match asked {
        Asked::Written | Asked::Known => None,
        Asked::TooOften => Some(w.mail_often),
        Asked::Lately => Some(w.mail_lately),
    })
}

/// What somebody without a session is asked, or told.
async fn consent(desk: &Desk, visit: &Visit, title: &'static str, lead: String, button: Option<&'static str>) -> Page {
    let framed = framed(desk, visit).await?;
    Ok(html(&ConsentPage { frame: desk.frame(visit, &framed, title), w: words::of(visit.lang), title, lead, button }))
}

async fn time(desk: &Desk, visit: &Visit) -> Result<Timestamp, Stop> {
    let stopped = || desk.stop(visit, StatusCode::SERVICE_UNAVAILABLE, words::of(visit.lang).fault_stopped);
    desk.ask(|_, now| now).await.ok_or_else(stopped)
}

/// The time, and how letters are sent.
async fn ground(desk: &Desk, visit: &Visit) -> Result<(Timestamp, std::sync::Arc<Settings>), Stop> {
    let settings = desk.web(visit)?.letters.clone().ok_or_else(|| desk.missing(visit))?;
    Ok((time(desk, visit).await?, settings))
}

/// What the code of a letter would confirm.
async fn of_code(desk: &Desk, visit: &Visit, code: &str, now: Timestamp) -> Result<Address, Stop> {
    let found = desk.web(visit)?.store.address_of_code(code, now).map_err(|error| desk.fault(visit, &error))?;
    found.ok_or_else(|| desk.stop(visit, StatusCode::NOT_FOUND, words::of(visit.lang).mail_old))
}

/// Asks whether an address is to be written to.
pub(super) async fn confirm(State(desk): State<Desk>, visit: Visit, Path(code): Path<String>) -> Page {
    let w = words::of(visit.lang);
    let (now, _) = ground(&desk, &visit).await?;
    let address = of_code(&desk, &visit, &code, now).await?;
    consent(&desk, &visit, w.confirm_title, format!("{} {}", w.confirm_lead, address.address), Some(w.confirm_button))
        .await
}

/// Confirms it.
pub(super) async fn confirmed(State(desk): State<Desk>, visit: Visit, Path(code): Path<String>) -> Page {
    let w = words::of(visit.lang);
    let (now, settings) = ground(&desk, &visit).await?;
    let address = of_code(&desk, &visit, &code, now).await?;
    let org = address.org;
    let name = desk.read(&visit, move |reader| reader.organisation(org)).await?;
    let name = name.map(|organisation| organisation.name).unwrap_or_default();
    let said = desk.web(&visit)?.store.confirm_address(
        &address,
        |old| farewell(&settings, old, &name, Farewell::Replaced),
        now,
    );
    said.map_err(|error| desk.fault(&visit, &error))?;
    consent(&desk, &visit, w.confirm_title, format!("{} {}", w.confirm_done, address.address), None).await
}

/// Asks whether the letters are to end.
pub(super) async fn stop(State(desk): State<Desk>, visit: Visit, Path(_): Path<String>) -> Page {
    // The same whether anybody is written to or not: this tells nobody of an address.
    let w = words::of(visit.lang);
    consent(&desk, &visit, w.stop_title, w.stop_lead.to_owned(), Some(w.stop_button)).await
}

/// Ends them. A mail program's own button comes here too (RFC 8058).
pub(super) async fn stopped(State(desk): State<Desk>, visit: Visit, Path(token): Path<String>) -> Page {
    let w = words::of(visit.lang);
    let now = time(&desk, &visit).await?;
    let store = &desk.web(&visit)?.store;
    let ended = store
        .address_of_stop(&token)
        .and_then(|found| found.map_or(Ok(()), |found| store.drop_address(&found, None, now)));
    ended.and_then(|()| store.wipe()).map_err(|error| desk.fault(&visit, &error))?;
    consent(&desk, &visit, w.stop_title, w.stop_done.to_owned(), None).await
}
