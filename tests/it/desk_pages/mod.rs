//! The desk's pages as a browser without scripts sees them, with what its scripts would do done here: signing in, drafts, checking,
//! signing, the outbox, documents; and what other people and other sites may not.

mod citizens;
mod feeds;
mod key_requests;
mod keys;
mod letters;
mod offices;
mod organisations;
mod printed;
mod scanned;
mod sealed;
mod sheets;
mod signing_in;
mod sink;
mod together;

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hibah::cli::demo::city::published_key;
use hibah::desk::{self, Place, Web};
use hibah::grants::time::Timestamp;
use hibah::ledger::documents::{Documents, Limits};
use hibah::ledger::enclosures::Enclosures;
use hibah::ledger::opening::{Opening, commitment};
use hibah::ledger::reader::Reader;
use hibah::ledger::sequencer::Sequencer;
use hibah::ledger::statement::Statement;
use hibah::ledger::vault::{Vault, VaultKey};
use hibah::ledger::writer::{Clock, Writer};
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::hash::{leaf_hash, sha256};
use hibah::tlog::note::{Note, NoteSigner};
use hibah::tlog::proof::TlogProof;

use crate::one_city::{ORIGIN, OneCity};
use crate::public_town::{Heard, Served};

/// What the city has before anybody comes to the desk.
const BEFORE: &str = "include standard.txt\nat 2014-01-06T02:00:00.000Z";

/// A city whose desk is served with its pages.
fn city(dir: &Path, more: &str) -> Served {
    let mut city = OneCity::new(dir);
    city.play(&format!("{BEFORE}\n{more}"));
    desk_of(dir, city)
}

/// The desk of a city as it is.
fn desk_of(dir: &Path, city: OneCity) -> Served {
    desk_at(dir, city, place_of(dir))
}

/// What the pages of a desk stand on.
fn place_of(dir: &Path) -> Place {
    let web = Web::open_with(dir, Some("https://hibah.example/"), false, Some(key("desk"))).expect("opened");
    Place { dir: dir.to_owned(), witnessed: false, web: Some(web), scanner: None }
}

/// As [`desk_of`], with this place.
fn desk_at(dir: &Path, city: OneCity, place: Place) -> Served {
    let (writer, enclosures) = beside(dir, city);
    Served::start(desk::router_at(Arc::new(Sequencer::start(writer, 64)), Arc::new(enclosures), place))
}

/// The writer of a city, and what takes documents and openings beside it.
fn beside(dir: &Path, city: OneCity) -> (Writer, Enclosures) {
    let writer = city.into_writer();
    let vault = Vault::create(dir, ORIGIN, VaultKey::derive(&[1; 32])).expect("a vault");
    let clock = Box::new(Still(Timestamp::parse("2014-01-06T02:00:00.000Z").expect("a time")));
    let enclosures = Enclosures::open(dir, &writer, Some(vault), clock, Limits::SERVED).expect("opened");
    (writer, enclosures)
}

/// The time does not go on.
struct Still(Timestamp);

impl Clock for Still {
    fn now(&mut self) -> Result<Timestamp, String> {
        Ok(self.0)
    }
}

/// A browser.
pub struct Browser<'s> {
    served: &'s Served,
    cookie: RefCell<String>,
}

pub type Fields<'f> = Vec<(&'f str, String)>;

impl<'s> Browser<'s> {
    fn new(served: &'s Served) -> Self {
        Self { served, cookie: RefCell::default() }
    }

    /// Somebody who has signed in.
    fn of(served: &'s Served, key: &NoteSigner) -> Self {
        let browser = Self::new(served);
        let heard = browser.sign_in(key, |text| text);
        assert_eq!((heard.status, heard.header("location")), (303, "/home"), "{}", heard.text());
        let cookie = heard.header("set-cookie");
        for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        browser.cookie.replace(cookie.split(';').next().unwrap_or_default().to_owned());
        browser
    }

    /// Answers a challenge, after `change` has made something else of its text.
    fn sign_in(&self, key: &NoteSigner, change: impl Fn(String) -> String) -> Heard {
        let page = self.get("/login");
        let text = change(between(page.text(), "<textarea name=\"challenge\" hidden>", "</textarea>").to_owned());
        let mut note = Note { text, signatures: Vec::new() };
        note.signatures.push(key.sign(&note.text).expect("signed"));
        self.answer(key, &note.to_string())
    }

    fn answer(&self, key: &NoteSigner, note: &str) -> Heard {
        use base64::Engine as _;
        let public = base64::engine::general_purpose::STANDARD.encode(key.key().public().as_bytes());
        // A browser ends the lines of a form's fields so.
        let note = note.replace('\n', "\r\n");
        self.post("/login", &vec![("note", note), ("public_key", public)], &[])
    }

    fn get(&self, path: &str) -> Heard {
        let cookie = self.cookie.borrow().clone();
        self.served.ask("GET", path, &[("cookie", &cookie), ("accept", "text/html")])
    }

    fn post(&self, path: &str, fields: &Fields<'_>, headers: &[(&str, &str)]) -> Heard {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields.iter().map(|(name, value)| (*name, value.as_str())));
        self.send("POST", path, form.finish().as_bytes(), headers)
    }

    fn send(&self, method: &str, path: &str, body: &[u8], headers: &[(&str, &str)]) -> Heard {
        let mut request = ureq::http::Request::builder().method(method).uri(self.served.url(path));
        request = request.header("cookie", self.cookie.borrow().as_str());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .into();
        Heard::of(agent.run(request.body(body).expect("a request")).expect("an answer"))
    }

    fn csrf(&self) -> String {
        between(self.get("/home").text(), "name=\"csrf\" value=\"", "\"").to_owned()
    }

    /// Begins a draft and answers its address.
    fn begin(&self, kind: &str, about: &[&str]) -> String {
        let mut fields: Fields<'_> = vec![("csrf", self.csrf()), ("kind", kind.to_owned())];
        let name = if about.len() == 1 { "about" } else { "case" };
        fields.extend(about.iter().map(|about| (name, (*about).to_owned())));
        let heard = self.post("/drafts", &fields, &[]);
        assert_eq!(heard.status, 303, "{}", heard.text());
        heard.header("location").to_owned()
    }

    /// Fills in a draft that nobody else has changed, and goes on to the check.
    fn fill(&self, draft: &str, fields: &[(&str, &str)]) -> Heard {
        let page = self.get(draft);
        let mut all = inputs(page.text());
        for (name, value) in fields {
            all.retain(|(known, _)| known != name);
            all.push(((*name).to_owned(), (*value).to_owned()));
        }
        let mut form: Fields<'_> = all.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        form.push(("check", "1".to_owned()));
        let heard = self.post(draft, &form, &[]);
        assert_eq!(
            (heard.status, heard.header("location")),
            (303, format!("{draft}/check").as_str()),
            "{}",
            heard.text()
        );
        self.get(&format!("{draft}/check"))
    }

    /// Signs every statement of a page with these keys, and sends them.
    fn sign(&self, page: &Heard, at: &str, keys: &[&NoteSigner], openings: &[String]) -> Heard {
        let mut fields: Fields<'_> = vec![("csrf", self.csrf())];
        for text in statements(page.text()) {
            let mut statement =
                Statement::parse_draft(text.as_bytes(), ORIGIN).unwrap_or_else(|e| panic!("{e}: {text}"));
            for key in keys {
                statement.sign(key).unwrap_or_else(|e| panic!("{e}"));
            }
            fields.push(("statement", String::from_utf8(statement.to_bytes()).expect("text")));
        }
        fields.extend(openings.iter().map(|opening| ("opening", opening.clone())));
        self.post(at, &fields, &[])
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap_or_else(|| panic!("no {after} behind {before}")).0
}

fn unescaped(text: &str) -> String {
    let text = text.replace("&#34;", "\"").replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<");
    let text = text.replace("&#60;", "<").replace("&#62;", ">");
    text.replace("&gt;", ">").replace("&#38;", "&").replace("&amp;", "&")
}

/// The statements that a page would sign.
fn statements(page: &str) -> Vec<String> {
    let parts = page.split("<textarea name=\"statement\" hidden").skip(1);
    parts.map(|part| unescaped(between(part, ">", "</textarea>"))).collect()
}

/// The fields of a page's form with what is filled in; a select that is not answered is left out.
fn inputs(page: &str) -> Vec<(String, String)> {
    let form = between(page, "<form method=\"post\" action=\"/drafts/", "</form>");
    let mut fields = Vec::new();
    for tag in form.split('<').filter(|tag| tag.starts_with("input ") || tag.starts_with("textarea ")) {
        let attribute =
            |name: &str| tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split('"').next());
        let (Some(name), kind) = (attribute("name"), attribute("type").unwrap_or_default()) else { continue };
        let value = match tag.starts_with("textarea ") {
            true => tag.split_once('>').map_or("", |(_, text)| text),
            false => attribute("value").unwrap_or_default(),
        };
        if kind != "file" && (kind != "checkbox" || tag.contains(" checked")) {
            fields.push((name.to_owned(), unescaped(value)));
        }
    }
    let selects = form.split("<select").skip(1);
    for select in selects {
        let name = between(select, "name=\"", "\"");
        if let Some(option) = select.split("<option").find(|option| option.contains(" selected")) {
            fields.push((name.to_owned(), unescaped(between(option, "value=\"", "\""))));
        }
    }
    fields
}

fn key(name: &str) -> NoteSigner {
    published_key(ORIGIN, name)
}

/// What an application says that has no fault.
const APPLICATION: [(&str, &str); 11] = [
    ("title", "  Atap   madrasah "),
    ("purpose", "Memperbaiki atap\r\nyang bocor"),
    ("amount", "Rp 75.000.000"),
    ("field", "pendidikan"),
    ("form", "money"),
    ("way", "grant"),
    ("fiscal_year", "2014"),
    ("documents.0.title", "Proposal hibah"),
    ("documents.0.file_bytes", "8"),
    ("documents.0.file_media_type", "text/plain"),
    ("documents.0.file_name", "proposal.txt"),
];

fn application() -> Vec<(&'static str, String)> {
    let mut fields: Vec<(&str, String)> =
        APPLICATION.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    fields.push(("documents.0.file_sha256", sha256(b"proposal").to_hex()));
    fields
}

fn borrowed<'f>(fields: &'f [(&'f str, String)]) -> Vec<(&'f str, &'f str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// An agreement that has no fault.
const AGREEMENT: [(&str, &str); 5] = [
    ("number", "33/Kep"),
    ("report_due", "2015-01-10"),
    ("document.title", "Naskah perjanjian hibah daerah"),
    ("document.file_bytes", "4"),
    ("document.file_media_type", "application/pdf"),
];

/// A draft of it about this case, filled in.
fn agreed(finance: &Browser<'_>, case: &str) -> (String, Heard) {
    let draft = finance.begin("agreement.signed", &[case]);
    let sha256 = sha256(b"nphd").to_hex();
    let fields: Vec<(&str, &str)> = AGREEMENT.into_iter().chain([("document.file_sha256", sha256.as_str())]).collect();
    let page = finance.fill(&draft, &fields);
    assert_eq!(page.status, 200, "{}", page.text());
    (draft, page)
}
