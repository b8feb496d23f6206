//! Where somebody is: the page, its language, and the session that their browser names.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::COOKIE;
use crate::public::pages::words::Lang;

/// Where somebody is.
#[derive(Clone, Debug)]
pub(in crate::desk) struct Visit {
    pub(super) lang: Lang,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) token: Option<String>,
    /// Whether a script asks, which cannot sign anybody in.
    pub(super) fetched: bool,
    /// What it calls this server.
    pub(super) host: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let (lang, path) = Lang::of(parts.uri.path());
        let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let mode = parts.headers.get("sec-fetch-mode").and_then(|value| value.to_str().ok());
        let fetched = mode.is_some_and(|mode| mode != "navigate");
        let host = parts.headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        Ok(Self { lang, path: path.to_owned(), query, token: token_of(&parts.headers), fetched, host })
    }
}

fn token_of(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let ours = pairs.filter(|(name, value)| name.trim_start_matches("__Host-") == COOKIE && value.len() == 64);
    ours.map(|(_, value)| value.to_owned()).next()
}
