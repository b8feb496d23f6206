//! The desk's pages as a browser without scripts sees them, with what its scripts would do done here: signing in, drafts, checking,
//! signing, the outbox, documents; and what other people and other sites may not.

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
use hibah::ledger::writer::Clock;
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
    let writer = city.into_writer();
    let vault = Vault::create(dir, ORIGIN, VaultKey::derive(&[1; 32])).expect("a vault");
    let clock = Box::new(Still(Timestamp::parse("2014-01-06T02:00:00.000Z").expect("a time")));
    let web = Web::open_with(dir, Some("https://hibah.example/"), false, Some(key("desk"))).expect("opened");
    let enclosures = Enclosures::open(dir, &writer, Some(vault), clock, Limits::SERVED).expect("opened");
    let place = Place { dir: dir.to_owned(), witnessed: false, web: Some(web) };
    Served::start(desk::router_at(Arc::new(Sequencer::start(writer, 64)), Arc::new(enclosures), place))
}

/// The time does not go on.
struct Still(Timestamp);

impl Clock for Still {
    fn now(&mut self) -> Result<Timestamp, String> {
        Ok(self.0)
    }
}

/// A browser.
struct Browser<'s> {
    served: &'s Served,
    cookie: RefCell<String>,
}

type Fields<'f> = Vec<(&'f str, String)>;

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

#[test]
fn whoever_holds_a_key_signs_in_and_nobody_else() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let browser = Browser::of(&served, &key("org/1"));
    assert!(browser.get("/home").text().contains("Ajukan permohonan hibah"));

    let stranger = Browser::new(&served);
    let first = stranger.get("/home");
    assert_eq!((first.status, first.header("location")), (303, "/login?to=%2Fhome"));
    let script = served.ask("GET", "/home", &[("sec-fetch-mode", "cors")]);
    assert_eq!(script.status, 401, "a script is not sent to another page");

    // Every way in which an answer is not one.
    let refused = |heard: &Heard, why: &str| {
        assert_eq!(heard.status, 401, "{why}");
        assert!(heard.text().contains("role=\"alert\""), "{why}");
        assert_eq!(heard.header("set-cookie"), "", "{why}");
    };
    let other = |from: &'static str, to: &'static str| move |text: String| text.replace(from, to);
    refused(&stranger.sign_in(&key("org/1"), other("login v1", "login v2")), "another version");
    refused(&stranger.sign_in(&key("org/1"), other(ORIGIN, "other.example/hibah")), "another ledger");
    refused(&stranger.sign_in(&key("org/1"), |text| text.replacen(['a', '1', '7'], "0", 1)), "another nonce");
    let page = stranger.get("/login");
    let text = between(page.text(), "<textarea name=\"challenge\" hidden>", "</textarea>").to_owned();
    let mut note = Note { text: text.clone(), signatures: Vec::new() };
    note.signatures.push(key("org/1").sign(&text).expect("signed"));
    refused(&stranger.answer(&key("org/2"), &note.to_string()), "another key");
    refused(&stranger.answer(&key("org/1"), &note.to_string()), "a nonce is good for one answer, also a wrong one");
    let page = stranger.get("/login");
    let text = between(page.text(), "<textarea name=\"challenge\" hidden>", "</textarea>").to_owned();
    let mut note = Note { text: text.clone(), signatures: Vec::new() };
    note.signatures.push(key("org/1").sign(&text).expect("signed"));
    assert_eq!(stranger.answer(&key("org/1"), &note.to_string()).status, 303);
    refused(&stranger.answer(&key("org/1"), &note.to_string()), "replayed");

    // Signing out ends it, whoever kept the cookie.
    let heard = browser.post("/logout", &vec![("csrf", browser.csrf())], &[]);
    assert_eq!(heard.status, 303);
    assert_eq!(browser.get("/home").header("location"), "/login?to=%2Fhome");
}

#[test]
fn another_site_sends_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let browser = Browser::of(&served, &key("org/1"));
    let form = |csrf: String| {
        vec![("csrf", csrf), ("kind", "application.submitted".to_owned()), ("about", "case/1/new".to_owned())]
    };
    let own = browser.csrf();
    let host = served.address.to_string();
    let check = |csrf: &str, headers: &[(&str, &str)], status: u16| {
        let heard = browser.post("/drafts", &form(csrf.to_owned()), headers);
        assert_eq!(heard.status, status, "{headers:?}");
    };
    check(&own, &[("sec-fetch-site", "cross-site")], 403);
    check(&own, &[("sec-fetch-site", "same-site")], 403);
    check(&own, &[("origin", "https://evil.example")], 403);
    check(&own, &[("origin", "null")], 403);
    check("", &[], 403);
    check(&"0".repeat(64), &[("sec-fetch-site", "same-origin")], 403);
    let other = Browser::of(&served, &key("org/2"));
    check(&other.csrf(), &[], 403);
    assert!(!browser.get("/home").text().contains("/drafts/"), "nothing was begun");
    check(&own, &[("sec-fetch-site", "same-origin"), ("origin", &format!("http://{host}"))], 303);
    let page = browser.get("/home");
    let policy = page.header("content-security-policy");
    for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert_eq!((page.header("cache-control"), page.header("x-content-type-options")), ("no-store", "nosniff"));
}

#[test]
fn an_application_is_drafted_checked_signed_and_proved() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let browser = Browser::of(&served, &key("org/1"));
    let draft = browser.begin("application.submitted", &["case/1/new"]);

    // What is missing is told field by field, and nothing is lost.
    let page = browser.fill(&draft, &[("title", "Atap <madrasah>"), ("amount", "7,5 juta"), ("fiscal_year", "2014")]);
    assert_eq!(page.status, 422);
    for part in [
        "href=\"#f-amount\"",
        "href=\"#f-purpose\"",
        "href=\"#f-documents-0-file\"",
        "Tulis jumlah rupiah",
        "Atap &lt;madrasah&gt;",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }

    // The document comes in pieces, and goes on where it stopped.
    let address = format!("/uploads/{}", sha256(b"proposal"));
    let csrf = browser.csrf();
    let token = [("x-hibah-csrf", csrf.as_str())];
    assert_eq!(browser.send("HEAD", &address, b"", &[]).header("hibah-offset"), "0");
    assert_eq!(browser.send("PUT", &format!("{address}?at=0"), b"prop", &[]).status, 403, "without the token");
    assert_eq!(browser.send("PUT", &format!("{address}?at=0"), b"prop", &token).header("hibah-offset"), "4");
    assert_eq!(browser.send("HEAD", &address, b"", &[]).header("hibah-offset"), "4");
    let again = browser.send("PUT", &format!("{address}?at=0"), b"prop", &token);
    assert_eq!((again.status, again.header("hibah-offset")), (409, "4"));
    let other = Browser::of(&served, &key("org/2"));
    assert_eq!(other.send("HEAD", &address, b"", &[]).header("hibah-offset"), "0", "it is the other organisation's");
    let far = format!("{address}?at={}", Limits::SERVED.document_bytes);
    assert_eq!(browser.send("PUT", &far, b"x", &token).status, 413);
    assert_eq!(browser.send("PUT", &format!("{address}?at=4"), b"osal", &token).header("hibah-offset"), "8");

    let fields = application();
    let page = browser.fill(&draft, &borrowed(&fields));
    assert_eq!(page.status, 200, "{}", page.text());
    let texts = statements(page.text());
    let [text] = &texts[..] else { panic!("one statement: {texts:?}") };
    for part in [
        "\"title\":\"Atap madrasah\"",
        "\"purpose\":\"Memperbaiki atap yang bocor\"",
        "\"amount\":75000000",
        "\"about\":\"case/1/1\"",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(other.get(&draft).status, 404, "another organisation's draft");
    assert_eq!(other.get(&format!("{draft}/check")).status, 404);

    // Not signed, or by another: nothing happens.
    let at = format!("{draft}/check");
    assert_eq!(browser.sign(&page, &at, &[], &[]).status, 422);
    let stolen =
        browser.post(&at, &vec![("csrf", browser.csrf()), ("statement", text.replace("75000000", "95000000"))], &[]);
    assert_eq!(stolen.status, 422, "a session cannot sign");

    let sent = browser.sign(&page, &at, &[&key("org/1")], &[]);
    let there = sent.header("location").to_owned();
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert!(there.starts_with("/sent/"), "{there}");
    let page = browser.get(&there);
    assert!(
        page.text().contains("Unduh tanda terima") && page.text().contains("https://hibah.example/entries/"),
        "{}",
        page.text()
    );
    assert_eq!(other.get(&there).status, 404);
    let receipt = browser.get(&format!("{there}/receipt"));
    let proof = TlogProof::parse(&receipt.body).expect("a receipt");
    let reader = Reader::open(dir.path()).expect("opened");
    let entry = reader.entry(proof.index).expect("read").expect("recorded");
    proof.verify(&leaf_hash(&entry), key("").verifier()).unwrap_or_else(|e| panic!("{e}"));
    assert!(Documents::of(dir.path()).read(&sha256(b"proposal")).expect("read").is_some(), "the document is there");
    assert_eq!(browser.get(&draft).status, 404, "the draft is done");
    assert!(browser.get("/home").text().contains("Atap madrasah"));
    assert_eq!(browser.get("/cases/case/1/1").status, 200);
}

#[test]
fn of_two_who_write_one_draft_the_second_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let (one, two) = (Browser::of(&served, &key("org/1")), Browser::of(&served, &key("org/1")));
    let draft = one.begin("application.submitted", &["case/1/new"]);
    let save = |browser: &Browser<'_>, version: &str, title: &str, auto: bool| {
        let mut form = vec![("csrf", browser.csrf()), ("version", version.to_owned()), ("title", title.to_owned())];
        if auto {
            form.push(("autosave", "1".to_owned()));
        }
        browser.post(&draft, &form, &[])
    };
    let saved = save(&one, "1", "Dari yang pertama", true);
    assert_eq!((saved.status, saved.json()["version"].as_u64()), (200, Some(2)));
    assert_eq!(save(&two, "1", "Dari yang kedua", true).status, 409);
    let told = save(&two, "1", "Dari yang kedua", false);
    assert_eq!(told.status, 409);
    assert!(
        told.text().contains("Dari yang pertama") && told.text().contains("value=\"Dari yang kedua\""),
        "{}",
        told.text()
    );
    assert_eq!(between(told.text(), "name=\"version\" value=\"", "\""), "2");
    assert_eq!(save(&two, "2", "Dari yang kedua", false).status, 303);
    assert!(one.get(&draft).text().contains("value=\"Dari yang kedua\""));

    // Rows come and go, and what was typed stays with its row.
    let row = |fields: Vec<(&'static str, &str)>, version: &str| {
        let mut form: Fields<'_> = vec![("csrf", one.csrf()), ("version", version.to_owned())];
        form.extend(fields.into_iter().map(|(name, value)| (name, value.to_owned())));
        one.post(&draft, &form, &[])
    };
    assert_eq!(row(vec![("budget_lines.0.line", "Genteng"), ("add", "budget_lines")], "3").status, 303);
    let page = one.get(&draft);
    assert!(page.text().contains("name=\"budget_lines.1.line\""), "a row more");
    let two_rows =
        vec![("budget_lines.0.line", "Genteng"), ("budget_lines.1.line", "Kayu"), ("remove", "budget_lines.0")];
    assert_eq!(row(two_rows, "4").status, 303);
    let page = one.get(&draft);
    assert!(
        page.text().contains("name=\"budget_lines.0.line\" value=\"Kayu\"") && !page.text().contains("Genteng"),
        "{}",
        page.text()
    );
    assert_eq!(one.post(&format!("{draft}/drop"), &vec![("csrf", one.csrf())], &[]).status, 303);
    assert_eq!(two.get(&draft).status, 404);
}

#[test]
fn a_registration_waits_for_the_registrar_and_its_seals_go_to_the_vault() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let seed = SigningKey::from_seed([7; 32]);
    let named = |name: &str| NoteSigner::new(&format!("{ORIGIN}/{name}"), seed.clone()).expect("a key name");
    let applicant = Browser::of(&served, &named("org/new"));
    let home = applicant.get("/home");
    assert!(home.text().contains("Minta pendaftaran lembaga"), "{}", home.text());
    let draft = applicant.begin("organisation.registered", &["org/new"]);
    let sealed = |name: &str, value: &str, salt: u8| {
        let pointer = format!("/body/sealed/{name}");
        (commitment(ORIGIN, "org/4", &pointer, &[salt; 32], value), pointer, [salt; 32], value.to_owned())
    };
    let seals = [sealed("account", "0012345678 BJB", 1), sealed("chair", "Siti Contoh", 2)];
    let hex: Vec<String> = seals.iter().map(|(commitment, ..)| commitment.to_hex()).collect();
    let page = applicant.get(&draft);
    assert!(page.text().contains("data-about=\"org/4\""), "{}", page.text());
    // What is sealed has no name, so no form can send it.
    assert!(
        !page.text().contains("name=\"account\"") && page.text().contains("data-seal=\"account\""),
        "{}",
        page.text()
    );
    let missing = applicant
        .fill(&draft, &[("name", "Yayasan Baru"), ("recipient_type", "foundation"), ("address.city", "Bandung")]);
    assert_eq!(missing.status, 422);
    assert!(missing.text().contains("href=\"#f-sealed_account\""), "{}", missing.text());
    let page = applicant.fill(&draft, &[("sealed_account", &hex[0]), ("sealed_chair", &hex[1])]);
    assert_eq!(page.status, 200, "{}", page.text());
    let text = statements(page.text()).remove(0);
    let statement = Statement::parse_draft(text.as_bytes(), ORIGIN).expect("a draft");
    let openings: Vec<String> = seals
        .into_iter()
        .map(|(_, pointer, salt, value)| Opening { statement: statement.hash(), pointer, salt, value })
        .map(|opening| String::from_utf8(opening.to_bytes()).expect("text"))
        .collect();
    let sent = applicant.sign(&page, &format!("{draft}/check"), &[&named("org/4")], &openings);
    let waiting = format!("/waiting/{}", statement.hash());
    assert_eq!((sent.status, sent.header("location")), (303, waiting.as_str()), "{}", sent.text());
    let vault = || Vault::open(dir.path()).expect("opened").list().expect("read");
    assert_eq!(vault().iter().filter(|kept| kept.in_force).count(), 0, "nothing is in force before it is recorded");

    // Nobody but the two sees it.
    assert_eq!(Browser::of(&served, &key("org/1")).get(&waiting).status, 404);
    let registrar = Browser::of(&served, &key("official/5"));
    assert!(registrar.get("/home").text().contains(&waiting), "it is on the registrar's page");
    let page = registrar.get(&waiting);
    assert!(page.text().contains("Belum menandatangani"), "{}", page.text());
    let sent = registrar.sign(&page, &waiting, &[&key("official/5")], &[]);
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert!(sent.header("location").starts_with("/sent/"), "{}", sent.header("location"));
    assert_eq!(vault().iter().filter(|kept| kept.in_force).count(), 2);
    let home = applicant.get("/home");
    assert!(home.text().contains("Yayasan Baru") && home.text().contains("Ajukan permohonan hibah"), "{}", home.text());
    assert!(home.text().contains(sent.header("location")), "who signed first has the receipt too");
    assert_eq!(applicant.get(&waiting).status, 404);
}

#[test]
fn what_waits_can_be_taken_back_by_those_who_sign_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(
        dir.path(),
        "application.submitted case/1/1 by org/1\nbring case/1/1 decree.sealed 50\ndisbursement.requested case/1/1 by org/1 amount=50",
    );
    let finance = Browser::of(&served, &key("official/3"));
    let page = finance.get("/cases/case/1/1");
    assert!(page.text().contains("value=\"agreement.signed\""), "{}", page.text());
    let draft = finance.begin("agreement.signed", &["case/1/1"]);
    let sha256 = sha256(b"nphd").to_hex();
    let page = finance.fill(
        &draft,
        &[
            ("number", "33/Kep"),
            ("report_due", "2015-01-10"),
            ("document.title", "Naskah perjanjian hibah daerah"),
            ("document.file_sha256", &sha256),
            ("document.file_bytes", "4"),
            ("document.file_media_type", "application/pdf"),
        ],
    );
    assert_eq!(page.status, 200, "{}", page.text());
    let sent = finance.sign(&page, &format!("{draft}/check"), &[&key("official/3")], &[]);
    let waiting = sent.header("location").to_owned();
    assert!(waiting.starts_with("/waiting/"), "{waiting} {}", sent.text());
    let organisation = Browser::of(&served, &key("org/1"));
    assert!(organisation.get("/home").text().contains(&waiting));
    let drop =
        |browser: &Browser<'_>| browser.post(&format!("{waiting}/drop"), &vec![("csrf", browser.csrf())], &[]).status;
    assert_eq!(drop(&Browser::of(&served, &key("org/2"))), 404);
    assert_eq!(drop(&organisation), 303);
    assert_eq!(finance.get(&waiting).status, 404);
}

#[test]
fn many_cases_are_decided_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let apply = |org: u64| format!("application.submitted case/{org}/1 by org/{org}\n");
    let served = city(dir.path(), &(1..=3).map(apply).collect::<String>());
    let intake = Browser::of(&served, &key("official/7"));
    let home = intake.get("/home");
    assert!(home.text().contains("name=\"case\" value=\"case/3/1\""), "{}", home.text());
    let draft = intake.begin("completeness.checked", &["case/1/1", "case/3/1"]);
    let page = intake.fill(&draft, &[("control_number", "978/1819")]);
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(statements(page.text()).len(), 2);
    let results = intake.sign(&page, &format!("{draft}/check"), &[&key("official/7")], &[]);
    assert_eq!(results.status, 200, "{}", results.text());
    assert_eq!(results.text().matches(">dicatat</a>").count(), 2, "{}", results.text());
    let home = intake.get("/home");
    assert!(!home.text().contains("value=\"case/1/1\"") && home.text().contains("case/2/1"), "{}", home.text());
}

#[test]
fn a_list_is_made_of_chosen_cases() {
    let dir = tempfile::tempdir().expect("a folder");
    let more = "application.submitted case/1/1 by org/1\nbring case/1/1 budget.considered 40\napplication.submitted case/2/1 by org/2\nbring case/2/1 budget.considered 30";
    let served = city(dir.path(), more);
    let mayor = Browser::of(&served, &key("official/1"));
    let draft = mayor.begin("list.nominated", &["case/1/1", "case/2/1"]);
    let sha256 = sha256(b"list").to_hex();
    let page = mayor.fill(
        &draft,
        &[
            ("number", "DNC-1"),
            ("document.title", "Daftar nominatif calon penerima"),
            ("document.file_sha256", &sha256),
            ("document.file_bytes", "4"),
            ("document.file_media_type", "application/pdf"),
        ],
    );
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(statements(page.text())[0].contains("\"total\":70"), "{}", page.text());
    assert_eq!(mayor.sign(&page, &format!("{draft}/check"), &[&key("official/1")], &[]).status, 303);
    for _ in ["rows", "seal"] {
        let home = mayor.get("/home");
        let id = between(home.text(), "href=\"/drafts/", "\"").to_owned();
        // The newest change stands first: of the two that are left either may, and only one can be signed now.
        let ids: Vec<String> = home
            .text()
            .split("href=\"/drafts/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap_or_default().to_owned())
            .collect();
        assert!(ids.contains(&id));
        let signed = ids.iter().any(|id| {
            let page = mayor.fill(&format!("/drafts/{id}"), &[]);
            page.status == 200
                && !page.text().contains("class=\"summary\"")
                && mayor.sign(&page, &format!("/drafts/{id}/check"), &[&key("official/1")], &[]).status == 303
        });
        assert!(signed, "{}", home.text());
    }
    assert!(!mayor.get("/home").text().contains("href=\"/drafts/"), "all three are recorded");
}

#[test]
fn a_citizen_reports_reads_the_answer_and_rates_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "application.submitted case/1/1 by org/1");
    let citizen = Browser::new(&served);
    let form = citizen.get("/lapor?case=case%2F1%2F1");
    assert!(
        form.text().contains("name=\"case\" class=\"short\" autocomplete=\"off\" value=\"case/1/1\""),
        "{}",
        form.text()
    );
    let send = |case: &str, text: &str| {
        citizen.post(
            "/lapor",
            &vec![("case", case.to_owned()), ("text", text.to_owned()), ("identity", "Budi, 0812".to_owned())],
            &[],
        )
    };
    assert_eq!(send("case/1/1", "  ").status, 422);
    assert_eq!(send("taman", "Atap belum ada").status, 422);
    assert_eq!(send("case/1/9", "Atap belum ada").status, 422, "there is no such case");
    assert_eq!(send("case/1/1", &"x".repeat(4_001)).status, 422);
    let cross = [("sec-fetch-site", "cross-site")];
    assert_eq!(citizen.post("/lapor", &vec![("text", "Atap belum ada".to_owned())], &cross).status, 403);
    let sent = send("case/1/1", "Atap belum ada, nomor KTP 3273010101800001 ada pada saya");
    let there = sent.header("location").to_owned();
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert!(there.starts_with("/lapor/1?code=") && there.ends_with("&new"), "{there}");
    let page = citizen.get(&there);
    assert!(
        page.text().contains("Laporan Anda sudah dicatat") && page.text().contains("Belum dijawab"),
        "{}",
        page.text()
    );
    let code = between(&there, "code=", "&").to_owned();
    let kept: Vec<String> = Vault::open(dir.path())
        .expect("opened")
        .list()
        .expect("read")
        .into_iter()
        .filter(|kept| kept.in_force)
        .map(|kept| kept.pointer)
        .collect();
    assert_eq!(kept.len(), 3, "text, identity and receipt are in the vault: {kept:?}");
    let reader = Reader::open(dir.path()).expect("opened");
    let size = reader.signed().expect("signed").size;
    let entry = String::from_utf8(reader.entry(size - 1).expect("read").expect("recorded")).expect("text");
    assert!(entry.contains("report.received") && !entry.contains("Atap") && !entry.contains(&code), "{entry}");

    // Another code, another number, a rating before the answer: nothing.
    let other = code.replacen(|c: char| c.is_ascii_alphabetic(), if code.starts_with('A') { "B" } else { "A" }, 1);
    assert_eq!(citizen.get(&format!("/lapor/1?code={other}")).status, 404);
    assert_eq!(citizen.get(&format!("/lapor/2?code={code}")).status, 404);
    let found = citizen.get(&format!("/lapor/find?n=+1&code={}+", code.to_lowercase()));
    assert_eq!((found.status, found.header("location")), (303, format!("/lapor/1?code={code}").as_str()));
    let rate = |rating: &str| {
        citizen.post("/lapor/1", &vec![("code", code.clone()), ("rating", rating.to_owned())], &[]).status
    };
    assert_eq!(rate("4"), 422, "there is no answer yet");

    let office = Browser::of(&served, &key("official/6"));
    let home = office.get("/home");
    assert!(home.text().contains("value=\"note/desk/1\""), "{}", home.text());
    let form = vec![
        ("csrf", office.csrf()),
        ("kind", "report.answered".to_owned()),
        ("about", "note/official/6/new".to_owned()),
        ("report", "note/desk/1".to_owned()),
    ];
    let draft = office.post("/drafts", &form, &[]).header("location").to_owned();
    let page = office.fill(&draft, &[("answer", "Kami periksa pekan ini")]);
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(office.sign(&page, &format!("{draft}/check"), &[&key("official/6")], &[]).status, 303);
    assert!(!office.get("/home").text().contains("value=\"note/desk/1\""), "it is answered");
    assert!(citizen.get(&format!("/lapor/1?code={code}")).text().contains("Kami periksa pekan ini"));
    assert_eq!(rate("6"), 422);
    assert_eq!(rate("4"), 303);
    assert_eq!(rate("5"), 422, "once");
    assert!(citizen.get(&format!("/en/lapor/1?code={code}")).text().contains("<strong>4</strong> / 5"));
}

#[test]
fn the_counter_files_for_who_comes_with_paper() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let intake = Browser::of(&served, &key("official/7"));
    assert!(intake.get("/home").text().contains("Catat permohonan di loket"));
    let form =
        vec![("csrf", intake.csrf()), ("kind", "application.filed_at_counter".to_owned()), ("org", "3".to_owned())];
    let draft = intake.post("/drafts", &form, &[]).header("location").to_owned();
    let mut fields = application();
    let paper = sha256(b"paper").to_hex();
    fields.extend([
        ("paper.title", "Berkas bertanda tangan dari loket".to_owned()),
        ("paper.file_sha256", paper),
        ("paper.file_bytes", "5".to_owned()),
        ("paper.file_media_type", "application/pdf".to_owned()),
    ]);
    let page = intake.fill(&draft, &borrowed(&fields));
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(!page.text().contains("class=\"summary\""), "{}", page.text());
    let sent = intake.sign(&page, &format!("{draft}/check"), &[&key("official/7")], &[]);
    assert!(sent.header("location").starts_with("/sent/"), "{}", sent.text());
    // The organisation finds it among its own.
    assert!(Browser::of(&served, &key("org/3")).get("/home").text().contains("Atap madrasah"));
}

#[test]
fn a_case_is_returned_and_mended_or_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let apply = |org: u64| format!("application.submitted case/{org}/1 by org/{org}\n");
    let served = city(dir.path(), &(1..=2).map(apply).collect::<String>());
    let intake = Browser::of(&served, &key("official/7"));
    let say = |case: &str, kind: &str, fields: &[(&str, &str)]| {
        let page = intake.get(&format!("/cases/{case}"));
        assert!(page.text().contains(&format!("value=\"{kind}\"")), "{kind}: {}", page.text());
        let draft = intake.begin(kind, &[case]);
        let page = intake.fill(&draft, fields);
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(!page.text().contains("class=\"summary\""), "{}", page.text());
        intake.sign(&page, &format!("{draft}/check"), &[&key("official/7")], &[]).status
    };
    assert_eq!(say("case/1/1", "case.returned", &[("reason", "Proposal belum ditandatangani")]), 303);
    assert_eq!(say("case/2/1", "decision.refused", &[("reason", "Di luar wilayah kota")]), 303);
    let organisation = Browser::of(&served, &key("org/1"));
    let page = organisation.get("/cases/case/1/1");
    assert!(
        page.text().contains("Proposal belum ditandatangani") && page.text().contains("value=\"application.revised\""),
        "{}",
        page.text()
    );
    let refused = Browser::of(&served, &key("org/2")).get("/cases/case/2/1");
    assert!(refused.text().contains("Di luar wilayah kota"), "{}", refused.text());
    let fields = application();
    let mended: Vec<(&str, &str)> = borrowed(&fields)
        .into_iter()
        .filter(|(name, _)| name.starts_with("documents") || ["amount", "purpose"].contains(name))
        .chain([("reason", "Sudah ditandatangani")])
        .collect();
    let draft = organisation.begin("application.revised", &["case/1/1"]);
    let page = organisation.fill(&draft, &mended);
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(!page.text().contains("class=\"summary\""), "{}", page.text());
    assert_eq!(organisation.sign(&page, &format!("{draft}/check"), &[&key("org/1")], &[]).status, 303);
}
