//! The desk's pages: what organisations and offices do without a terminal. Made on the server, in both languages; a script only
//! where a person signs, for their key never comes here.
//!
//! A page that changes something answers POST from a form of this site alone ([`Entered::check_form`]).
// long: every address for people in one table, and what each page begins with.

mod agreements;
mod cases;
mod ceremony;
mod citizens;
mod conflict;
mod drafts;
mod feeds;
mod holders;
mod home;
mod key_words;
mod lost;
mod notices;
mod papers;
mod quota;
mod revising;
mod sealed;
mod sealed_words;
mod sending;
mod sheets;
mod signing_in;
mod starting;
mod together;
mod uploads;
mod visit;
pub mod words;

use std::sync::{Arc, LazyLock};

use askama::Template;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Router, middleware};
use tokio::sync::{Semaphore, oneshot};

use super::Desk;
use super::asked::Asked;
use super::browser;
use super::letters::Settings;
use super::nphd::Template as Agreement;
use super::persons::{Person, Who};
use super::sessions::{Session, Sessions};
use super::store::Store;
use crate::grants::one::profile::Profile;
use crate::grants::one::state::State as One;
use crate::grants::time::Timestamp;
use crate::ledger::reader::Reader;
use crate::ledger::replay::Replay;
use crate::ledger::store::StoreError;
use crate::public::pages::STYLE as READERS_STYLE;
use crate::public::pages::words::Lang;
use crate::tlog::hash::Sha256Stream;
use crate::tlog::note::NoteSigner;
use quota::Quota;
pub(super) use visit::Visit;
use words::Words;

const OWN_STYLE: &str = include_str!("style.css");
/// The cookie that holds the token of a session.
const COOKIE: &str = "hibah-desk";
/// The most bytes of a form: that of a decree's rows.
const MAX_FORM_BYTES: usize = 512 * 1024;
/// The most bytes of a form with signed statements: 200 of them.
const MAX_SIGNED_BYTES: usize = 16 * 1024 * 1024;

/// The style sheet: that of the pages for readers, and what only forms need.
static STYLE: LazyLock<(String, String)> = LazyLock::new(|| {
    let text = format!("{READERS_STYLE}{OWN_STYLE}");
    let mut digest = Sha256Stream::new();
    digest.update(text.as_bytes());
    (format!("desk-{}.css", &digest.finish().to_hex()[..16]), text)
});

/// What the pages stand on, beside what the desk has.
pub struct Web {
    /// Drafts and what waits.
    pub store: Store,
    /// The ledger's folder.
    pub dir: std::path::PathBuf,
    /// Where the pages for readers are, without a slash at its end.
    pub public: Option<String>,
    /// Whether every request comes by TLS.
    pub behind_tls: bool,
    /// Who is signed in.
    pub sessions: Sessions,
    /// The desk's own key, which says what citizens report; none: reports are not taken.
    desk_key: Option<NoteSigner>,
    /// How much citizens have reported lately.
    reports: Quota,
    /// How many have signed in lately whom the ledger does not know.
    strangers: Quota,
    /// How many statements of theirs began to wait lately.
    requests: Quota,
    /// How letters are sent; none: they are not.
    letters: Option<Arc<Settings>>,
    /// Readings of sealed values that wait for a signature.
    asked: Asked,
    /// What agreements say.
    agreement: Agreement,
}

impl Web {
    /// Opens what the pages keep in a ledger's folder; `public` is where the pages for readers are.
    ///
    /// # Errors
    /// What the files report.
    pub fn open(dir: &std::path::Path, public: Option<&str>, behind_tls: bool) -> Result<Self, StoreError> {
        Self::open_with(dir, public, behind_tls, None)
    }

    /// As [`Web::open`]; with the desk's own key, citizens report.
    ///
    /// # Errors
    /// As [`Web::open`].
    pub fn open_with(
        dir: &std::path::Path,
        public: Option<&str>,
        behind_tls: bool,
        desk_key: Option<NoteSigner>,
    ) -> Result<Self, StoreError> {
        let public = public.map(|public| public.trim_end_matches('/').to_owned());
        let store = Store::open(dir)?;
        Ok(Self {
            store,
            dir: dir.to_owned(),
            public,
            behind_tls,
            sessions: Sessions::default(),
            desk_key,
            reports: Quota::new(5, 500),
            strangers: Quota::new(60, 2_000),
            requests: Quota::new(20, 500),
            letters: None,
            asked: Asked::default(),
            agreement: Agreement::built_in(),
        })
    }

    /// With letters to organisations that ask for them.
    #[must_use]
    pub fn with_letters(self, settings: Arc<Settings>) -> Self {
        Self { letters: Some(settings), ..self }
    }

    /// With a text of the government's own for agreements.
    #[must_use]
    pub fn with_agreement(self, agreement: Agreement) -> Self {
        Self { agreement, ..self }
    }

    /// How letters are sent, where they are.
    #[must_use]
    pub fn letters(&self) -> Option<&Arc<Settings>> {
        self.letters.as_ref()
    }

    /// What the desk's own addresses begin with: as its letters say, or as the browser asked.
    fn base(&self, visit: &Visit) -> String {
        let asked = || format!("{}://{}", if self.behind_tls { "https" } else { "http" }, visit.host);
        self.letters.as_ref().map_or_else(asked, |settings| settings.desk.clone())
    }

    /// Whether a statement waits for more signers.
    #[must_use]
    pub fn awaits(&self, statement: &crate::tlog::hash::Hash) -> bool {
        // Where the file cannot say, what came with it is kept.
        self.store.waiting(&statement.to_hex()).map_or(true, |waiting| waiting.is_some())
    }
}

/// Every address for people.
pub(super) fn routes(desk: Desk) -> Router<Desk> {
    let mut router = Router::new()
        .route("/assets/{name}", get(style))
        .route("/assets/{folder}/{*file}", get(browser::file))
        .route("/uploads/{sha256}", put(uploads::put).head(uploads::head).get(uploads::head));
    for lang in [Lang::Indonesian, Lang::English] {
        let at = |path: &str| format!("{}{path}", lang.prefix());
        if lang == Lang::English {
            router = router.route("/en/", get(signing_in::start));
        }
        router = router
            .route(&at("/lapor"), get(citizens::form).post(citizens::report))
            .route(&at("/lapor/find"), get(citizens::find))
            .route(&at("/lapor/{n}"), get(citizens::one).post(citizens::rate))
            .route(&at("/key"), get(signing_in::key))
            .route(&at("/key/ceremony"), get(ceremony::saved))
            .route(&at("/lost"), get(lost::page))
            .route(&at("/keys"), get(holders::page))
            .route(&at("/keys/find"), get(lost::by_code))
            .route(&at("/login"), get(signing_in::form).post(signing_in::login))
            .route(&at("/logout"), post(signing_in::logout))
            .route(&at("/home"), get(home::page))
            .route(&at("/notices"), get(notices::page).post(notices::change))
            .route(&at("/notices/confirm/{code}"), get(notices::confirm).post(notices::confirmed))
            .route(&at("/notices/stop/{token}"), get(notices::stop).post(notices::stopped))
            .route(&at("/feeds/{file}"), get(feeds::feed))
            .route(&at("/cases/{*id}"), get(cases::page))
            .route(&at("/sealed"), get(sealed::closed).post(sealed::open))
            .route(&at("/sealed/{*about}"), get(sealed::page).post(sealed::ask))
            .route(&at("/readings"), get(sealed::readings))
            .route(&at("/nphd/{*id}"), get(agreements::page))
            .route(&at("/drafts"), post(starting::begin))
            .route(&at("/drafts/{id}"), get(drafts::page).post(drafts::save))
            .route(&at("/drafts/{id}/drop"), post(drafts::drop_it))
            .route(&at("/drafts/{id}/rows"), post(sheets::look))
            .route(&at("/drafts/{id}/rows/take"), post(sheets::take))
            .route(&at("/drafts/{id}/check"), get(drafts::check).post(sending::sign))
            .route(&at("/together"), post(together::check))
            .route(&at("/together/sign"), post(together::sign))
            .route(&at("/waiting/{hash}"), get(sending::waiting).post(sending::sign))
            .route(&at("/waiting/{hash}/drop"), post(sending::drop_it))
            .route(&at("/sent/{hash}"), get(sending::sent))
            .route(&at("/sent/{hash}/receipt"), get(sending::receipt))
            .route(&at("/sent/{hash}/receipt.pdf"), get(sending::printed));
    }
    router.layer(middleware::from_fn_with_state(desk, guard))
}

/// Whether a request at `/` is a browser's, which gets a page; programs are told what this address is.
pub(super) fn is_browser(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

pub(super) use cases::titles_of;
pub(crate) use ceremony::page as ceremony;
pub(super) use signing_in::start;

async fn style(axum::extract::Path(name): axum::extract::Path<String>) -> Response {
    let (known, text) = &*STYLE;
    if name != *known {
        return StatusCode::NOT_FOUND.into_response();
    }
    let caching = (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    let media_type = (header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    ([caching, media_type], text.as_str()).into_response()
}

/// Before every page: what another site sent is refused before anything reads it.
async fn guard(State(_): State<Desk>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && !is_own(request.headers()) {
        let (lang, _) = Lang::of(request.uri().path());
        return (StatusCode::FORBIDDEN, words::of(lang).fault_csrf).into_response();
    }
    next.run(request).await
}

/// Whether a request that changes something comes from a page of this site, as far as its head says. Old browsers say
/// nothing; their forms carry the session's token all the same.
fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match text("origin") {
        Some(origin) => origin.split_once("://").map(|(_, host)| host) == text("host"),
        None => true,
    }
}

/// Why there is no page.
pub(super) enum Stop {
    /// Somebody must sign in first; then they go on to this address.
    SignIn(Lang, String),
    /// A page that says why not.
    Page(Box<Response>),
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(lang, to) => {
                let to = percent_encoding::utf8_percent_encode(&to, percent_encoding::NON_ALPHANUMERIC);
                see(&format!("{}/login?to={to}", lang.prefix()))
            }
            Self::Page(response) => *response,
        }
    }
}

/// A page, or why there is none.
pub(super) type Page = Result<Response, Stop>;

/// What a page begins with: the state that was asked, and who asks.
pub(super) struct Entered {
    pub(super) desk: Desk,
    pub(super) visit: Visit,
    pub(super) w: &'static Words,
    pub(super) session: Session,
    pub(super) person: Person,
    pub(super) now: Timestamp,
    frame: Framed,
}

/// What frames a page, of the ledger.
#[derive(Clone, Debug, Default)]
struct Framed {
    government: (String, String),
    currency: String,
    offset_min: i32,
    /// What the profile's words are called: the field that takes them and the word, in Indonesian and English.
    terms: Vec<(String, String, String)>,
}

impl Framed {
    fn of(state: &One) -> Self {
        let profile = state.profile();
        let names = profile.map(|p| (p.government.name_id.0.clone(), p.government.name_en.0.clone()));
        let currency = state.frame().map(|frame| format!("{} {}", frame.currency.code(), frame.currency.decimals()));
        Self {
            government: names.unwrap_or_default(),
            currency: currency.unwrap_or_default(),
            offset_min: profile.map_or(0, |profile| profile.utc_offset_min),
            terms: profile.map(terms_of).unwrap_or_default(),
        }
    }
}

fn terms_of(profile: &Profile) -> Vec<(String, String, String)> {
    let mut terms = Vec::new();
    macro_rules! titled {
        ($field:literal, $list:expr) => {
            terms.extend(
                $list.map(|one| {
                    (format!("term-{}-{}", $field, one.code.0), one.title_id.0.clone(), one.title_en.0.clone())
                }),
            )
        };
    }
    titled!("field", profile.fields.iter());
    titled!("recipient_type", profile.recipient_types.iter());
    titled!("post", profile.offices.iter());
    titled!("office", profile.offices.iter());
    titled!("agency", profile.agencies.iter());
    titled!("checklist", profile.checklist.iter().flatten().chain(profile.completeness.iter().flatten()));
    terms
}

/// What surrounds every page.
struct Frame<'a> {
    lang: Lang,
    government: String,
    origin: &'a str,
    currency: String,
    title: String,
    style: &'static str,
    folder: &'static str,
    /// Whether the page has work for the scripts.
    scripted: bool,
    path: String,
    query: String,
    person: Option<String>,
    csrf: String,
    public: Option<&'a str>,
    terms: &'a [(String, String, String)],
}

impl Frame<'_> {
    fn href(&self, path: &str) -> String {
        format!("{}{path}", self.lang.prefix())
    }

    fn other(&self) -> String {
        let path = self.path.trim_start_matches(['/', '\\']);
        format!("{}/{path}{}", self.lang.other().prefix(), self.query)
    }

    fn current(&self, path: &str) -> &'static str {
        if self.path == path { "page" } else { "false" }
    }

    /// What the scripts say, in the page's language.
    fn sentences(&self) -> Vec<(String, String)> {
        let terms = self.terms.iter().map(|(name, id, en)| (name.clone(), self.lang.pick(id, en).to_owned()));
        browser::sentences(self.lang).into_iter().chain(terms).collect()
    }
}

impl Desk {
    /// Asks the state in memory. `None` where the writer has stopped.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Replay, Timestamp) -> T + Send + 'static,
    ) -> Option<T> {
        let (told, answer) = oneshot::channel();
        let ask = Box::new(move |replay: &Replay, now| drop(told.send(question(replay, now))));
        self.sequencer.ask(ask).ok()?;
        answer.await.ok()
    }

    fn frame<'a>(&'a self, visit: &Visit, framed: &'a Framed, title: &str) -> Frame<'a> {
        let (id, en) = &framed.government;
        Frame {
            lang: visit.lang,
            government: visit.lang.pick(id, en).to_owned(),
            origin: self.sequencer.origin(),
            currency: framed.currency.clone(),
            title: title.to_owned(),
            style: STYLE.0.as_str(),
            folder: browser::FOLDER.as_str(),
            scripted: false,
            path: visit.path.clone(),
            query: visit.query.clone(),
            person: None,
            csrf: String::new(),
            public: self.web.as_ref().and_then(|web| web.public.as_deref()),
            terms: &framed.terms,
        }
    }

    /// The pages' own, which are there wherever the pages are routed.
    pub(super) fn web(&self, visit: &Visit) -> Result<&Arc<Web>, Stop> {
        self.web.as_ref().ok_or_else(|| self.missing(visit))
    }

    /// A page that says why not.
    pub(super) fn stop(&self, visit: &Visit, status: StatusCode, sentence: &str) -> Stop {
        let w = words::of(visit.lang);
        FaultPage { frame: self.frame(visit, &Framed::default(), w.fault_title), w, sentence }.stop(status)
    }

    /// The page of an address where nothing is.
    pub(super) fn missing(&self, visit: &Visit) -> Stop {
        self.stop(visit, StatusCode::NOT_FOUND, words::of(visit.lang).not_found)
    }

    /// What the files report.
    pub(super) fn fault(&self, visit: &Visit, error: &StoreError) -> Stop {
        tracing::error!("{error}");
        self.stop(visit, StatusCode::SERVICE_UNAVAILABLE, words::of(visit.lang).fault_stopped)
    }

    /// Reads the ledger's files, away from the threads that answer.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        visit: &Visit,
        work: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Stop> {
        let dir = self.web(visit)?.dir.clone();
        let read = tokio::task::spawn_blocking(move || Reader::open(&dir).and_then(|reader| work(&reader))).await;
        let fell = |_| self.stop(visit, StatusCode::SERVICE_UNAVAILABLE, words::of(visit.lang).fault_stopped);
        read.map_err(fell)?.map_err(|error| self.fault(visit, &error))
    }

    /// Lets in who is signed in.
    pub(super) async fn enter(&self, visit: Visit) -> Result<Entered, Stop> {
        let w = words::of(visit.lang);
        let web = Arc::clone(self.web(&visit)?);
        let token = visit.token.clone().unwrap_or_default();
        let asked = self.ask(move |replay, now| {
            let session = web.sessions.get(&token, now);
            let of = session.zip(super::drafting::one(replay));
            of.map(|(session, state)| {
                let person = Person::of(state, &session.public, state.local_date(now));
                (session, person, now, Framed::of(state))
            })
        });
        let asked = asked.await.ok_or_else(|| self.stop(&visit, StatusCode::SERVICE_UNAVAILABLE, w.fault_stopped))?;
        let Some((session, person, now, frame)) = asked else {
            if visit.fetched {
                return Err(Stop::Page(Box::new(StatusCode::UNAUTHORIZED.into_response())));
            }
            return Err(Stop::SignIn(visit.lang, format!("{}{}{}", visit.lang.prefix(), visit.path, visit.query)));
        };
        if let Who::Barred(barred) = person.who
            && barred.is_shut_out()
        {
            return Err(self.stop(&visit, StatusCode::FORBIDDEN, &key_words::of(visit.lang).barred(barred)));
        }
        Ok(Entered { desk: self.clone(), visit, w, session, person, now, frame })
    }
}

impl Entered {
    fn framed(&self, title: &str) -> Frame<'_> {
        Frame {
            person: Some(self.person.name(self.visit.lang)),
            csrf: self.session.csrf.clone(),
            ..self.desk.frame(&self.visit, &self.frame, title)
        }
    }

    fn web(&self) -> Result<&Arc<Web>, Stop> {
        self.desk.web(&self.visit)
    }

    /// What the files report, as a page.
    fn kept<T>(&self, read: Result<T, StoreError>) -> Result<T, Stop> {
        read.map_err(|error| self.desk.fault(&self.visit, &error))
    }

    fn stop(&self, status: StatusCode, sentence: &str) -> Stop {
        FaultPage { frame: self.framed(self.w.fault_title), w: self.w, sentence }.stop(status)
    }

    fn missing(&self) -> Stop {
        self.stop(StatusCode::NOT_FOUND, self.w.not_found)
    }

    /// Asks the state in memory.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Replay, Timestamp) -> T + Send + 'static,
    ) -> Result<T, Stop> {
        let asked = self.desk.ask(question).await;
        asked.ok_or_else(|| self.stop(StatusCode::SERVICE_UNAVAILABLE, self.w.fault_stopped))
    }

    /// That a form was made for this session: no other site knows its token.
    fn check_form(&self, form: &Form) -> Result<(), Stop> {
        if form.get("csrf") == self.session.csrf {
            return Ok(());
        }
        Err(self.stop(StatusCode::FORBIDDEN, self.w.fault_csrf))
    }

    /// As [`Desk::read`].
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Stop> {
        self.desk.read(&self.visit, work).await
    }

    /// As [`Entered::read`], for PDFs: few are made at a time, however many ask.
    async fn print<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Stop> {
        static PRESSES: Semaphore = Semaphore::const_new(2);
        let press = PRESSES.acquire().await;
        // Whoever goes away leaves the work running, so the permit is the work's.
        self.read(move |reader| {
            let _press = press;
            work(reader)
        })
        .await
    }

    fn see(&self, path: &str) -> Response {
        see(&format!("{}{path}", self.visit.lang.prefix()))
    }
}

/// The fields of a form, in the order in which they came.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a form of at most so many bytes.
    async fn read(body: Body, most: usize) -> Option<Self> {
        let bytes: Bytes = axum::body::to_bytes(body, most).await.ok()?;
        Some(Self(form_urlencoded::parse(&bytes).into_owned().collect()))
    }

    /// The first field of this name; empty where there is none.
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str()).unwrap_or_default()
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, text)| text.as_str())
    }
}

/// The form of somebody who is signed in, made for them.
pub(super) async fn entered_form(desk: &Desk, visit: Visit, body: Body, most: usize) -> Result<(Entered, Form), Stop> {
    let entered = desk.enter(visit).await?;
    let form = Form::read(body, most).await;
    let form = form.ok_or_else(|| entered.stop(StatusCode::PAYLOAD_TOO_LARGE, entered.w.fault_csrf))?;
    entered.check_form(&form)?;
    Ok((entered, form))
}

/// What a query says under this name; nothing where it says nothing.
fn asked_for(query: Vec<(String, String)>, name: &str) -> String {
    query.into_iter().find(|(known, _)| known == name).map(|(_, value)| value).unwrap_or_default()
}

fn see(address: &str) -> Response {
    let Ok(location) = HeaderValue::from_str(address) else { return StatusCode::BAD_REQUEST.into_response() };
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

fn html<T: Template>(page: &T) -> Response {
    match page.render() {
        Ok(text) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(fault) => {
            tracing::error!("a page could not be made: {fault}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[derive(Template)]
#[template(path = "fault.html", config = "src/desk/pages/askama.toml")]
struct FaultPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    sentence: &'a str,
}

impl FaultPage<'_> {
    fn stop(&self, status: StatusCode) -> Stop {
        let mut response = html(self);
        *response.status_mut() = status;
        Stop::Page(Box::new(response))
    }
}

/// What the pages' answers carry: nothing but this site's own files runs in them, and nothing of them is kept.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Whether an address is that of a file that may be kept for ever.
pub(super) fn is_asset(path: &str) -> bool {
    path.starts_with("/assets/")
}
