//! The page of the key ceremony: one file that makes signing files on a machine without a network. It is served to be saved only, and
//! `hibah key ceremony` writes it where no desk is yet.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse as _;

use super::key_words::{self, KeyWords};
use super::{Page, STYLE, Visit};
use crate::desk::{Desk, browser};
use crate::public::pages::words::Lang;
use crate::tlog::hash::sha256;

#[derive(Template)]
#[template(path = "ceremony.html", config = "src/desk/pages/askama.toml")]
struct CeremonyPage<'a> {
    lang: Lang,
    k: &'static KeyWords,
    origin: &'a str,
    sentences: Vec<(&'static str, &'static str)>,
    style: &'a str,
    script: &'a str,
    script_hash: String,
    style_hash: String,
}

/// The page, for a ledger of this origin, which can be changed in it. Its policy lets nothing in it ask a network.
///
/// # Panics
/// Never: a text is written into memory.
#[must_use]
pub(crate) fn page(origin: &str, lang: Lang) -> String {
    let (script, style) = (browser::OFFLINE.as_str(), STYLE.1.as_str());
    let page = CeremonyPage {
        lang,
        k: key_words::of(lang),
        origin,
        sentences: browser::WORDS.iter().map(|(name, id, en)| (*name, lang.pick(id, en))).collect(),
        style,
        script,
        script_hash: sha256(script.as_bytes()).to_base64(),
        style_hash: sha256(style.as_bytes()).to_base64(),
    };
    page.render().expect("a text is written into memory")
}

/// The page, to be saved.
pub(super) async fn saved(State(desk): State<Desk>, visit: Visit) -> Page {
    let name =
        visit.lang.pick("attachment; filename=\"upacara-kunci.html\"", "attachment; filename=\"key-ceremony.html\"");
    let disposition = (header::CONTENT_DISPOSITION, HeaderValue::from_static(name));
    let media_type = (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Ok(([disposition, media_type], page(desk.sequencer.origin(), visit.lang)).into_response())
}
