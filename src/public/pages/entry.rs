//! One entry: its statement in words, its exact text, its proof, and how to compute it oneself.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::told::{Document, Fact, Teller};
use super::words::{Lang, Words};
use super::{Frame, Signed, Thing, Visit, html};
use crate::ledger::entry::Entry;
use crate::ledger::reader::Reader;
use crate::ledger::statement::Statement;
use crate::ledger::store;
use crate::public::Site;
use crate::public::answer::{Fault, Missing};
use crate::public::api::number;
use crate::public::history::{Holders, Signature};
use crate::public::moment::Moment;
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
}

/// What the page needs of the ledger.
struct Found {
    bytes: Vec<u8>,
    statement: Statement,
    signatures: Vec<Signature>,
    receipt: TlogProof,
    signed: store::Signed,
}

fn find(reader: &Reader, origin: &str, index: u64) -> Result<Found, Fault> {
    let missing = Fault::missing(Missing::Entry);
    let signed = reader.signed()?;
    let statement = reader.statement(index, origin)?.ok_or(missing.clone())?;
    Ok(Found {
        bytes: reader.entry(index)?.ok_or(missing.clone())?,
        signatures: Holders::new(reader, origin).of(&statement)?,
        receipt: reader.receipt(index)?.ok_or(missing)?,
        statement,
        signed,
    })
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
        signed: found.signatures.iter().map(|signature| Signed::of(signature, founding, lang)).collect(),
        facts: teller.facts(statement.body(), &[]),
        documents: teller.documents(statement.body(), index),
        text: String::from_utf8_lossy(&found.bytes).into_owned(),
        leaf: leaf_hash(&found.bytes).to_hex(),
        statement_hash: statement.hash().to_hex(),
        previous: (index > 0).then(|| entry.previous.to_hex()),
        next: index.checked_add(1).filter(|next| *next < found.signed.size),
        size: w.count(found.signed.size),
        root: found.signed.root.to_hex(),
        proof: found.receipt.hashes.iter().map(|hash| hash.to_hex()).collect(),
        base: visit.base(founding),
        vkey: &founding.vkey,
        kind,
    };
    html(&page)
}
