//! /verify: what this ledger knows of a number or a fingerprint, and the checker of files, here and to be saved.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;

use super::asked::{self, Answer, Found};
use super::words::checking::CheckingWords;
use super::words::{Lang, Words};
use super::{Frame, STYLE, Thing, Visit, html};
use crate::grants::time::Timestamp;
use crate::ledger::reader::{Grant, Organisation, Record};
use crate::public::answer::{self, Fault};
use crate::public::browser;
use crate::public::founding::Founding;
use crate::public::moment::Moment;
use crate::public::{Site, documents};
use crate::tlog::hash::sha256;

/// More of what was asked for is no number any more.
const MAX_ASKED_CHARS: usize = 200;
/// As that of documents: whatever a browser does with it but save, nothing of it runs on this site.
const SAVED_POLICY: &str = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// One thing that was found.
struct Hit {
    what: &'static str,
    name: String,
    href: Option<String>,
    said: String,
    /// What is beside it: the grant that it is of, or a file.
    beside: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "verify.html", config = "src/public/pages/askama.toml")]
struct VerifyPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    c: &'static CheckingWords,
    asked: String,
    hits: Vec<Hit>,
    /// The list of grants with these words.
    more: Option<String>,
    /// How to check what was found first without this server.
    command: Option<String>,
    sentences: Vec<(String, &'static str)>,
}

/// Turns what was found into words.
struct Telling<'a> {
    founding: &'a Founding,
    lang: Lang,
}

impl Telling<'_> {
    fn entry(&self, what: &'static str, found: &Record) -> Hit {
        let w = self.lang.words();
        let at = Timestamp::parse(&found.recorded_at);
        let at = at.map(|at| Moment::time(at, self.founding.offset_min, self.lang).words().to_owned());
        let thing = Thing::of(&found.about, self.lang);
        Hit {
            what,
            name: w.count(found.index),
            href: Some(format!("{}/entries/{}", self.lang.prefix(), found.index)),
            said: format!(
                "{}, {}, {} {}",
                w.kind(&found.kind),
                found.about,
                w.recorded.to_lowercase(),
                at.unwrap_or_default()
            ),
            beside: thing.href.map(|href| (thing.name, href)),
        }
    }

    fn document(&self, known: &documents::Known, by: &documents::Naming, sha256: &str) -> Hit {
        let (w, c) = (self.lang.words(), self.lang.checking());
        let erased = if known.erased { format!("; {}", c.erased_here) } else { String::new() };
        Hit {
            what: c.is_document,
            name: by.named.title.clone(),
            href: Some(format!("{}/entries/{}", self.lang.prefix(), by.index)),
            said: format!("{} {} ({}, {}){erased}", c.named_in, w.count(by.index), w.kind(&by.kind), by.about),
            beside: known.kept.then(|| (c.kept_here.to_owned(), format!("/documents/{sha256}"))),
        }
    }

    fn grant(&self, grant: &Grant) -> Hit {
        let w = self.lang.words();
        let recipient = w.recipient_of(&grant.recipient, grant.organisation, grant.migrated);
        Hit {
            what: self.lang.checking().is_grant,
            name: grant.id.clone(),
            href: Some(format!("{}/grants/{}", self.lang.prefix(), grant.id)),
            said: format!("{}, {recipient}, {}", w.title_of(&grant.title, grant.migrated), w.status(&grant.status)),
            beside: None,
        }
    }

    fn organisation(&self, one: &Organisation) -> Hit {
        let (w, c) = (self.lang.words(), self.lang.checking());
        let licence = if one.licence.is_empty() { String::new() } else { format!(", {} {}", c.licence, one.licence) };
        Hit {
            what: c.is_organisation,
            name: w.recipient_of(&one.name, Some(one.n), false),
            href: Some(format!("{}/orgs/{}", self.lang.prefix(), one.n)),
            said: format!("org/{}{licence}", one.n),
            beside: None,
        }
    }

    fn hits(&self, answer: &Answer) -> Vec<Hit> {
        let c = self.lang.checking();
        let one = |found: &Found| match found {
            Found::Entry(entry) => vec![self.entry(c.is_entry, entry)],
            Found::Leaf(entry) => vec![self.entry(c.is_leaf, entry)],
            Found::Statement(entry) => vec![self.entry(c.is_statement, entry)],
            Found::Grant(grant) => vec![self.grant(grant)],
            Found::Document(sha256, known) => {
                known.named_by.iter().map(|by| self.document(known, by, &sha256.to_hex())).collect()
            }
            Found::Root(size) => vec![Hit {
                what: c.is_root,
                name: self.lang.words().count(*size),
                href: Some(format!("{}/log", self.lang.prefix())),
                said: String::new(),
                beside: None,
            }],
            Found::Paper(about) => {
                let thing = Thing::of(about, self.lang);
                let what = match about.split_once('/') {
                    Some(("list", _)) => c.is_list,
                    Some(("budget", _)) => c.is_budget,
                    _ => c.is_decree,
                };
                vec![Hit { what, name: thing.name, href: thing.href, said: String::new(), beside: None }]
            }
            Found::Organisation(one) => vec![self.organisation(one)],
        };
        answer.found.iter().flat_map(one).collect()
    }

    /// One line that checks what was found without this server.
    fn command(&self, found: &Found, base: &str) -> String {
        let vkey = self.founding.vkey();
        match found {
            Found::Entry(Record { index, .. })
            | Found::Leaf(Record { index, .. })
            | Found::Statement(Record { index, .. }) => receipt_command(base, *index, vkey),
            Found::Document(_, known) => match known.named_by.first() {
                Some(by) => receipt_command(base, by.index, vkey),
                None => whole_command(base, vkey),
            },
            Found::Grant(grant) => dossier_command(base, &grant.id, vkey),
            Found::Organisation(one) => {
                let licensed = one.licensed.filter(|_| !one.licence.is_empty());
                receipt_command(base, licensed.unwrap_or(one.index), vkey)
            }
            Found::Root(_) | Found::Paper(_) => whole_command(base, vkey),
        }
    }
}

fn whole_command(base: &str, vkey: &str) -> String {
    format!("hibah verify {base} --vkey '{vkey}'")
}

fn dossier_command(base: &str, id: &str, vkey: &str) -> String {
    format!("curl -s {base}/grants/{id}/dossier.zip -o dossier.zip && hibah verify dossier.zip --vkey '{vkey}'")
}

fn receipt_command(base: &str, index: u64, vkey: &str) -> String {
    format!(
        "hibah show {base} {index} --verbatim > entry-{index}.txt && curl -s {base}/api/v1/receipts/{index} -o entry-{index}.tlog-proof && hibah verify entry-{index}.tlog-proof --entry entry-{index}.txt --vkey '{vkey}'"
    )
}

/// The page, with an answer to `q`.
pub(super) async fn page(
    State(site): State<Site>,
    visit: Visit,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let asked = pairs.into_iter().find(|(name, _)| name == "q").map(|(_, value)| value).unwrap_or_default();
    let asked: String = asked.trim().chars().take(MAX_ASKED_CHARS).collect();
    let (sought, founding, kept) = (asked.clone(), site.founding.clone(), site.documents.clone());
    let answer = if asked.is_empty() {
        Answer::default()
    } else {
        site.pool.read(move |reader| asked::answer(reader, &founding, &kept, &sought)).await?
    };
    let (lang, telling) = (visit.lang, Telling { founding: &site.founding, lang: visit.lang });
    let base = visit.base(&site.founding);
    let search = super::narrow::Narrowed { words: asked.clone(), ..Default::default() };
    let page = VerifyPage {
        frame: Frame::of(&site, &visit, lang.checking().title.to_owned()),
        w: lang.words(),
        c: lang.checking(),
        hits: telling.hits(&answer),
        more: answer.words.then(|| format!("{}/grants{}", lang.prefix(), search.address())),
        command: answer.found.first().map(|found| telling.command(found, &base)),
        sentences: lang.words().verify_sentences(),
        asked,
    };
    html(&page)
}

#[derive(Template)]
#[template(path = "offline.html", config = "src/public/pages/askama.toml")]
struct SavedPage<'a> {
    lang: Lang,
    c: &'static CheckingWords,
    origin: &'a str,
    identity: String,
    vkeys: String,
    sentences: Vec<(String, &'static str)>,
    style: &'static str,
    script: &'static str,
    characters: &'static str,
    script_hash: String,
    style_hash: String,
}

/// The checker as one file. Its policy lets nothing in it ask a network.
pub(in crate::public) fn saved(founding: &Founding, lang: Lang) -> Result<Vec<u8>, Fault> {
    let script = browser::OFFLINE.as_str();
    let page = SavedPage {
        lang,
        c: lang.checking(),
        origin: &founding.origin,
        identity: founding.leaf.to_hex(),
        vkeys: founding.vkeys.join("\n"),
        sentences: lang.words().verify_sentences(),
        style: STYLE,
        script,
        characters: browser::CHARACTERS,
        script_hash: sha256(script.as_bytes()).to_base64(),
        style_hash: sha256(STYLE.as_bytes()).to_base64(),
    };
    page.render().map(String::into_bytes).map_err(|fault| Fault::store(&fault))
}

/// The checker, to be saved.
pub(super) async fn offline(State(site): State<Site>, visit: Visit) -> Result<Response, Fault> {
    let mut response = answer::body("text/html; charset=utf-8", answer::REVALIDATE, saved(&site.founding, visit.lang)?);
    let name = visit.lang.pick("attachment; filename=\"periksa.html\"", "attachment; filename=\"check.html\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SAVED_POLICY));
    Ok(response)
}
