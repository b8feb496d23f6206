//! One entry: its statement in words, its exact text, its proof, and how to compute it oneself.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::beside::{Compared, Found as FlagFound};
use super::documents::{Document, Place, with_place};
use super::told::{Fact, Said, Teller};
use super::words::{Lang, Words};
use super::{Frame, Signed, Thing, Visit, html};
use crate::grants::kinds::Kind;
use crate::grants::time::Date;
use crate::ledger::entry::Entry;
use crate::ledger::reader::Reader;
use crate::ledger::shown::verbatim_shown;
use crate::ledger::statement::Statement;
use crate::ledger::store;
use crate::public::Site;
use crate::public::answer::{Fault, Missing};
use crate::public::api::number;
use crate::public::moment::Moment;
use crate::public::qr::Qr;
use crate::public::shown::{Around, Comparison};
use crate::tlog::hash::leaf_hash;
use crate::tlog::proof::TlogProof;

#[derive(Template)]
#[template(path = "entry.html", config = "src/public/pages/askama.toml")]
struct EntryPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    index: u64,
    kind: String,
    kind_name: &'a str,
    about: Thing,
    happened: Moment,
    recorded: Moment,
    delay: String,
    signed: Vec<Signed>,
    facts: Vec<Fact>,
    documents: Vec<Document>,
    /// What else is to be seen at once, each with the entry that says why.
    marks: Vec<(String, u64)>,
    /// The case is taken over from paper.
    adopted: bool,
    sealed: bool,
    compared: Vec<Compared>,
    found: Vec<FlagFound>,
    /// Whether the text below is not the whole.
    hidden: bool,
    text: String,
    leaf: String,
    statement_hash: String,
    previous: Option<String>,
    next: Option<u64>,
    size: String,
    root: String,
    proof: Vec<String>,
    base: String,
    vkey: &'a str,
    /// What is checked in the browser.
    checked: u64,
    qr: Option<Qr>,
}

/// What the page needs of the ledger.
struct Found {
    bytes: Vec<u8>,
    statement: Statement,
    around: Around,
    receipt: TlogProof,
    signed: store::Signed,
    compared: Vec<Comparison>,
}

fn find(reader: &Reader, origin: &str, index: u64) -> Result<Found, Fault> {
    let missing = Fault::missing(Missing::Entry);
    let signed = reader.signed()?;
    let statement = reader.statement(index, origin)?.ok_or(missing.clone())?;
    let bytes = reader.entry(index)?.ok_or(missing.clone())?;
    Ok(Found {
        around: Around::of(reader, origin, index, &statement, &bytes)?,
        receipt: reader.receipt(index)?.ok_or(missing)?,
        compared: Comparison::around(reader, origin, index, statement.kind())?,
        bytes,
        statement,
        signed,
    })
}

/// What is to be seen at once, each with the entry that says why: disputed, corrected, erased.
pub(super) fn marks(around: &Around, teller: &Teller<'_>) -> Vec<(String, u64)> {
    let w = teller.lang.words();
    let disputed = around.disputed.map(|by| (w.disputed_by(by), by));
    let corrected = around.shown.corrected_by().map(|by| (format!("{} {by}", w.corrected_mark), by));
    let erased = around.shown.erased.first().map(|erased| {
        let day = Date::parse(&erased.day).map(|day| Moment::day(day, teller.lang).words().to_owned());
        let told = w.erased_on(&day.unwrap_or_default(), &erased.basis);
        (format!("{}: {told}", w.erased_mark), erased.entry)
    });
    disputed.into_iter().chain(corrected).chain(erased).collect()
}

/// One entry.
pub(super) async fn page(State(site): State<Site>, visit: Visit, Path(index): Path<String>) -> Result<Response, Fault> {
    let index = number(&index).ok_or(Fault::missing(Missing::Entry))?;
    let origin = site.founding.origin.clone();
    let found = site.pool.read(move |reader| find(reader, &origin, index)).await?;
    let entry = Entry::parse(&found.bytes).map_err(|fault| Fault::store(&fault))?;
    let (w, lang, founding) = (visit.lang.words(), visit.lang, &site.founding);
    let (statement, teller) = (&found.statement, Teller { founding, lang });
    let kind = w.kind(statement.kind()).to_owned();
    let hidden = found.around.shown.hidden_texts(statement);
    let (base, leaf) = (visit.base(founding), leaf_hash(&found.bytes).to_hex());
    let local = entry.recorded_at.local_date(founding.offset_min);
    let page = EntryPage {
        frame: Frame::of(&site, &visit, format!("{} {index}: {kind}", w.entry_heading)),
        w,
        index,
        kind_name: statement.kind(),
        about: Thing::of(&statement.about().to_string(), lang),
        happened: Moment::day(statement.event_date(), lang),
        recorded: Moment::time(entry.recorded_at, founding.offset_min, lang),
        delay: w.delay(statement.event_date().days_until(local)),
        signed: found.around.signatures.iter().map(|signature| Signed::of(signature, founding, lang)).collect(),
        facts: teller
            .facts(
                Said { kind: statement.kind(), body: &found.around.shown.body, erased: &found.around.shown.erased },
                &["decided_by", "body"],
            )
            .into_iter()
            .chain(teller.decided(&found.around.shown.body, &found.around.signatures))
            .collect(),
        documents: with_place(&site, lang, teller.documents(&found.around.shown.body, index)).await?,
        marks: marks(&found.around, &teller),
        adopted: statement.kind() == Kind::CaseAdopted.name(),
        sealed: ["sealed", "payee"].iter().any(|field| statement.body().get(field).is_some()),
        compared: found.compared.iter().map(|comparison| Compared::of(comparison, &teller)).collect(),
        found: found.around.findings.iter().map(|finding| FlagFound::of(finding, &teller)).collect(),
        hidden: !hidden.is_empty(),
        text: verbatim_shown(&String::from_utf8_lossy(&found.bytes), &hidden, w.erased_text),
        qr: Qr::of(&format!("{base}{}/entries/{index}", lang.prefix()), &leaf),
        leaf,
        statement_hash: statement.hash().to_hex(),
        previous: (index > 0).then(|| entry.previous.to_hex()),
        next: index.checked_add(1).filter(|next| *next < found.signed.size),
        size: w.count(found.signed.size),
        root: found.signed.root.to_hex(),
        proof: found.receipt.hashes.iter().map(|hash| hash.to_hex()).collect(),
        base,
        vkey: founding.vkey(),
        checked: index,
        kind,
    };
    html(&page)
}
