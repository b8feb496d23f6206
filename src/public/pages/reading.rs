//! A grant on one page, to be printed: in Indonesian, without a script, for a dossier. It shows what the grant's page shows, so
//! what was erased is not on it.

use askama::Template;

use super::STYLE;
use super::grant::{Rung, Stop, View};
use super::words::checking::CheckingWords;
use super::words::{Lang, Words};
use crate::ledger::dossier::{Manifest, Paper};
use crate::public::answer::Fault;
use crate::public::founding::Founding;
use crate::public::history::History;
use crate::public::qr::Qr;
use crate::tlog::hash::sha256;

#[derive(Template)]
#[template(path = "reading.html", config = "src/public/pages/askama.toml")]
struct Reading<'a> {
    w: &'static Words,
    c: &'static CheckingWords,
    origin: &'a str,
    vkey: &'a str,
    trial: bool,
    grant: &'a str,
    title: String,
    recipient: String,
    status: String,
    agency: Option<String>,
    year: u16,
    numbers: Vec<&'a str>,
    where_now: String,
    rungs: Vec<Rung>,
    stops: Vec<Stop>,
    /// Each with where it is.
    documents: Vec<(&'a Paper, String)>,
    size: String,
    qr: Option<Qr>,
    style: &'static str,
    style_hash: String,
}

/// The page of a grant under a checkpoint of this size.
pub(in crate::public) fn page(
    founding: &Founding,
    history: &History,
    manifest: &Manifest,
    size: u64,
) -> Result<Vec<u8>, Fault> {
    let lang = Lang::Indonesian;
    let (w, c, grant) = (lang.words(), lang.checking(), &history.grant);
    let view = View { founding, lang, history, usual: None };
    let told = |paper: &Paper| match (&paper.file, paper.absent.as_deref()) {
        (Some(file), _) => file.clone(),
        (None, Some("too_large")) => c.paper_too_large.to_owned(),
        (None, Some("erased")) => c.erased_here.to_owned(),
        _ => c.paper_not_kept.to_owned(),
    };
    let page = Reading {
        w,
        c,
        origin: &founding.origin,
        vkey: founding.vkey(),
        trial: founding.trial,
        grant: &grant.id,
        title: w.title_of(&grant.title, grant.migrated),
        recipient: view.recipient(),
        status: w.status(&grant.status).to_owned(),
        agency: (!grant.agency.is_empty()).then(|| founding.agency(&grant.agency, lang).to_owned()),
        year: grant.fiscal_year,
        numbers: grant.numbers.split('\n').filter(|number| !number.is_empty()).collect(),
        where_now: view.where_now(),
        rungs: view.rungs().into_iter().filter(|rung| rung.there).collect(),
        stops: history.steps.iter().map(|step| view.stop(step)).collect(),
        documents: manifest.documents.iter().map(|paper| (paper, told(paper))).collect(),
        size: w.count(size),
        qr: Qr::of_latest(history, &format!("https://{}", founding.origin)),
        style: STYLE,
        style_hash: sha256(STYLE.as_bytes()).to_base64(),
    };
    page.render().map(String::into_bytes).map_err(|fault| Fault::store(&fault))
}
