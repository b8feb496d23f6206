//! The desk's pages under load: applicants who save drafts and upload their proposals while officials sign, each with a browser of
//! their own, on the same processors as the desk. They wait between two requests as people do.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hibah::cli::bench::caseload::Caseload;
use hibah::cli::bench::{Still, town};
use hibah::desk::{self, Place, Web};
use hibah::ledger::documents::Limits;
use hibah::ledger::enclosures::Enclosures;
use hibah::ledger::sequencer::Sequencer;
use hibah::ledger::statement::Statement;
use hibah::ledger::vault::{Vault, VaultKey};
use hibah::ledger::writer::{Outcome, Writer};
use hibah::public::connections::{self, Bounds};
use hibah::tlog::hash::sha256;
use hibah::tlog::note::{Note, NoteSigner};
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

/// As many as `hibah bench fill` makes.
const ORGANISATIONS: u64 = 5_000;
const APPLICANTS: u64 = 200;
const OFFICIALS: u64 = 20;
/// What each official signs, one by one.
const CASES_EACH: usize = 10;
/// Of an applicant's proposal, and of a piece of it, as the desk's own script cuts it.
const PROPOSAL_BYTES: usize = 5_000_000;
const PIECE_BYTES: usize = 1_000_000;
/// How often an applicant saves between two pieces.
const SAVES: usize = 3;
/// How long people wait between two requests, at least and at most.
const WAIT_MS: (u64, u64) = (500, 2_500);
/// How long a page may take for all but one of a hundred requests.
const PAGE_MS: f64 = 300.0;
/// The office that takes in applications.
const INTAKE: &str = "tata_usaha";

/// The rows of the table.
pub fn table() {
    crate::heading("the desk, milliseconds");
    let folder = tempfile::tempdir().expect("a folder for the ledger");
    let ledger = folder.path().join("ledger");
    crate::audit::hibah(&["bench", "fill", &ledger.display().to_string(), "20000"]);
    // The last ones have no open case yet.
    let first = ORGANISATIONS - APPLICANTS;
    let (runtime, url, cases) = served(&ledger, first - OFFICIALS * CASES_EACH as u64..=first - 1);
    let (done, pages) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let came = |person: &mut Person, what: &dyn Fn(&mut Person)| {
        what(person);
        pages.lock().expect("whole").append(&mut person.pages);
        done.fetch_add(1, Ordering::Relaxed);
    };
    std::thread::scope(|scope| {
        for n in first..first + APPLICANTS {
            let (url, came) = (&url, &came);
            scope.spawn(move || came(&mut Person::new(url, n), &|person| person.applies(n)));
        }
        for (n, cases) in (1..).zip(cases.chunks(CASES_EACH)) {
            let (url, came) = (&url, &came);
            scope.spawn(move || came(&mut Person::new(url, n), &|person| person.signs(cases)));
        }
    });
    assert_eq!(done.into_inner() as u64, APPLICANTS + OFFICIALS, "somebody met an error, see above");
    drop(runtime);
    let pages = pages.into_inner().expect("whole");
    for what in [What::Page, What::Save, What::Piece, What::Signature] {
        let mut times: Vec<Duration> = pages.iter().filter(|(of, _)| *of == what).map(|(_, time)| *time).collect();
        times.sort_unstable();
        let at = |part: f64| times[(times.len() as f64 * part) as usize].as_secs_f64() * 1e3;
        println!(
            "{:<34} {:>9} {:>10.1} {PAGE_MS:>10.0} {:>7.2}   99 of 100 sooner; median {:.1}",
            what.name(),
            times.len(),
            at(0.99),
            at(0.99) / PAGE_MS,
            at(0.5)
        );
    }
}

/// The desk of this ledger; the new cases of these organisations, which wait for the first office.
fn served(
    ledger: &Path,
    organisations: std::ops::RangeInclusive<u64>,
) -> (tokio::runtime::Runtime, String, Vec<String>) {
    let mut writer = Writer::open(ledger, town::ledger_key(), Box::new(Still)).expect("the town's ledger opens");
    let cases = Caseload::of(writer.state(), organisations);
    let outcomes = writer.append(&cases.wave(0, &[])).expect("appended");
    let refused = outcomes.iter().find(|outcome| !matches!(outcome, Outcome::Recorded { .. }));
    assert!(refused.is_none(), "{refused:?}");
    let named = cases.names();
    let vault = Vault::create(ledger, town::ORIGIN, VaultKey::derive(&[1; 32])).expect("a vault");
    let enclosures = Enclosures::open(ledger, &writer, Some(vault), Box::new(Still), Limits::SERVED).expect("opened");
    let web = Web::open_with(ledger, Some("https://hibah.example/"), false, None).expect("opened");
    let place = Place { dir: ledger.to_owned(), witnessed: false, web: Some(web), scanner: None };
    let sequencer = Arc::new(Sequencer::start(writer, 1_024));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let router = desk::router_at(sequencer, Arc::new(enclosures), place);
    runtime.spawn(connections::serve(listener, router, std::future::pending(), Bounds::SERVED));
    (runtime, url, named)
}

/// What somebody waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Page,
    Save,
    Piece,
    Signature,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            What::Page => "a page, 220 people at once",
            What::Save => "a draft is saved",
            What::Piece => "1 MB of a document is taken",
            What::Signature => "what is signed is recorded",
        }
    }
}

/// Somebody with a browser.
struct Person {
    agent: Agent,
    url: String,
    cookie: String,
    csrf: String,
    random: u64,
    pages: Vec<(What, Duration)>,
}

impl Person {
    fn new(url: &str, seed: u64) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let (url, cookie, csrf) = (url.to_owned(), String::new(), String::new());
        Self { agent, url, cookie, csrf, random: seed, pages: Vec::new() }
    }

    /// Waits as people do: the same times in each run.
    fn wait(&mut self) {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (least, most) = WAIT_MS;
        std::thread::sleep(Duration::from_millis(least + (self.random >> 33) % (most - least)));
    }

    /// Asks, and answers what came: anything else than this status is an error.
    fn ask(&mut self, what: What, method: &str, path: &str, body: &[u8], expected: u16) -> (Response<Body>, String) {
        self.wait();
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        request = request.header("cookie", &self.cookie).header("x-hibah-csrf", &self.csrf);
        if method == "POST" {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        let start = Instant::now();
        let mut answer = self.agent.run(request.body(body).expect("a request")).expect("an answer");
        let text = answer.body_mut().read_to_string().expect("text");
        self.pages.push((what, start.elapsed()));
        assert_eq!(answer.status(), expected, "{method} {path}: {text}");
        (answer, text)
    }

    fn page(&mut self, path: &str) -> String {
        self.ask(What::Page, "GET", path, b"", 200).1
    }

    /// Sends a form, and answers where it leads.
    fn form(&mut self, what: What, path: &str, fields: &[(&str, &str)]) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("csrf", &self.csrf).extend_pairs(fields);
        let (answer, _) = self.ask(what, "POST", path, form.finish().as_bytes(), 303);
        answer.headers()["location"].to_str().expect("an address").to_owned()
    }

    fn signs_in(&mut self, key: &NoteSigner) -> String {
        let login = self.page("/login");
        let text = between(&login, "<textarea name=\"challenge\" hidden>", "</textarea>").to_owned();
        let signature = key.sign(&text).expect("signed");
        let note = Note { text, signatures: vec![signature] }.to_string();
        let public = STANDARD.encode(key.key().public().as_bytes());
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("note", &note).append_pair("public_key", &public);
        let (answer, _) = self.ask(What::Page, "POST", "/login", form.finish().as_bytes(), 303);
        let cookie = answer.headers()["set-cookie"].to_str().expect("a cookie");
        self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let home = self.page("/home");
        self.csrf = between(&home, "name=\"csrf\" value=\"", "\"").to_owned();
        home
    }

    /// An organisation begins an application, writes on it and uploads its proposal.
    fn applies(&mut self, n: u64) {
        self.signs_in(&town::signer(&format!("org/{n}")));
        let about = format!("case/{n}/new");
        let draft = self.form(What::Save, "/drafts", &[("kind", "application.submitted"), ("about", &about)]);
        let mut version = between(&self.page(&draft), "name=\"version\" value=\"", "\"").to_owned();
        let proposal = n.to_le_bytes().repeat(PROPOSAL_BYTES / 8);
        let upload = format!("/uploads/{}", sha256(&proposal));
        for (at, piece) in proposal.chunks(PIECE_BYTES).enumerate() {
            let address = format!("{upload}?at={}&of={PROPOSAL_BYTES}", at * PIECE_BYTES);
            self.ask(What::Piece, "PUT", &address, piece, 204);
            for save in 0..SAVES {
                let mut form = form_urlencoded::Serializer::new(String::new());
                form.append_pair("csrf", &self.csrf).append_pair("version", &version).append_pair("autosave", "1");
                form.append_pair("title", &format!("Atap madrasah {at} {save}"));
                form.append_pair("purpose", &"Memperbaiki atap yang bocor. ".repeat(20));
                let (_, saved) = self.ask(What::Save, "POST", &draft, form.finish().as_bytes(), 200);
                version = between(&saved, "\"version\":", "}").to_owned();
            }
            self.page(&draft);
        }
        self.page("/home");
    }

    /// An official opens cases one after another, and signs that each is complete.
    fn signs(&mut self, cases: &[String]) {
        let key = Caseload::office(INTAKE);
        self.signs_in(&key);
        for case in cases {
            let page = self.page(&format!("/cases/{case}"));
            assert!(page.contains("value=\"completeness.checked\""), "{case} waits for this office: {page}");
            let draft = self.form(What::Save, "/drafts", &[("kind", "completeness.checked"), ("about", case)]);
            let page = self.page(&draft);
            let given = ["version", "decided_by.person"];
            let given = given.map(|name| (name, between(&page, &format!("name=\"{name}\" value=\""), "\"")));
            let fields =
                [&[("control_number", "978/1819"), ("decided_by.post", INTAKE), ("check", "1")], &given[..]].concat();
            let check = self.form(What::Save, &draft, &fields);
            let page = self.page(&check);
            let text = between(&page, "<textarea name=\"statement\" hidden", "</textarea>");
            let text = text.split_once('>').expect("the end of a tag").1.replace("&#34;", "\"").replace("&quot;", "\"");
            let mut statement = Statement::parse_draft(text.as_bytes(), town::ORIGIN).expect("a draft");
            statement.sign(&key).expect("signed");
            let signed = String::from_utf8(statement.to_bytes()).expect("text");
            let sent = self.form(What::Signature, &check, &[("statement", &signed)]);
            self.page(&sent);
            self.page("/home");
        }
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap_or_else(|| panic!("no {after} behind {before}")).0
}
