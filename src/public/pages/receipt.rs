//! A receipt on paper: what was recorded, in words, on one page, and how whoever is shown it checks it. The same receipt in the same
//! language gives the same bytes. What was erased of the entry is not on it.

use std::path::Path;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde_json::{Map, Value};

use super::entry::marks;
use super::told::{Fact, Said, Teller};
use super::words::Lang;
use super::{Signed, Visit};
use crate::grants::about::About;
use crate::grants::time::Timestamp;
use crate::ledger::entry::Entry;
use crate::ledger::reader::Reader;
use crate::ledger::statement::Statement;
use crate::public::Site;
use crate::public::answer::{self, Fault, Missing};
use crate::public::api::number;
use crate::public::founding::Founding;
use crate::public::moment::Moment;
use crate::public::pdf::{Block, Paper};
use crate::public::qr::Qr;
use crate::public::shown::Around;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::hash::leaf_hash;
use crate::tlog::proof::TlogProof;

/// What of a body stands on a receipt, where it is there: what a clerk looks for. The entry has all.
const SAID: [&str; 11] =
    ["name", "number", "amount", "total", "rows", "outcome", "purpose", "fiscal_year", "report_due", "way", "reason"];
/// The most characters of one line of it: the first that has room on one page.
const MOST_CHARS: [usize; 3] = [200, 90, 40];
/// The most lines of one field.
const MOST_LINES: usize = 4;

/// Why there is no receipt on paper.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// No such entry is signed.
    #[error("the ledger has no entry {0} that a checkpoint covers: name one of those that `hibah show` tells")]
    NoEntry(u64),
    /// The ledger cannot be read; why is in the log.
    #[error("the ledger could not be read: see the line before this one")]
    Unread,
}

/// The receipt of entry `index` of the ledger in `dir`, as a PDF. `base` is what the addresses of its public pages begin with,
/// where that is known.
///
/// # Errors
/// [`ReceiptError`].
pub fn pdf(reader: &Reader, dir: &Path, index: u64, lang: Lang, base: Option<&str>) -> Result<Vec<u8>, ReceiptError> {
    let made = reader.still(|reader| {
        let founding = Founding::read(reader, dir)?;
        let base = base.map_or_else(|| format!("https://{}", founding.origin), str::to_owned);
        made(reader, &founding, index, lang, &base)
    });
    match made {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(Fault::Missing(_))) => Err(ReceiptError::NoEntry(index)),
        _ => Err(ReceiptError::Unread),
    }
}

/// `/entries/{index}/receipt.pdf`.
pub(super) async fn page(
    axum::extract::State(site): axum::extract::State<Site>,
    visit: Visit,
    axum::extract::Path(index): axum::extract::Path<String>,
) -> Result<Response, Fault> {
    let index = number(&index).ok_or(Fault::missing(Missing::Entry))?;
    let (founding, lang, base) = (site.founding.clone(), visit.lang, visit.base(&site.founding));
    let bytes = site.pool.read(move |reader| made(reader, &founding, index, lang, &base)).await?;
    let mut response = answer::body("application/pdf", answer::REVALIDATE, bytes);
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"entry-{index}.pdf\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// What a receipt is made of.
struct Sheet<'a> {
    founding: &'a Founding,
    lang: Lang,
    index: u64,
    base: &'a str,
    leaf: String,
    receipt: TlogProof,
    /// Whether a text of the entry was erased, so that nobody gets its bytes.
    erased: bool,
}

fn made(reader: &Reader, founding: &Founding, index: u64, lang: Lang, base: &str) -> Result<Vec<u8>, Fault> {
    let missing = || Fault::missing(Missing::Entry);
    let receipt = reader.receipt(index)?.ok_or_else(missing)?;
    let bytes = reader.entry(index)?.ok_or_else(missing)?;
    let statement = reader.statement(index, &founding.origin)?.ok_or_else(missing)?;
    let entry = Entry::parse(&bytes).map_err(|fault| Fault::store(&fault))?;
    let around = Around::of(reader, &founding.origin, index, &statement, &bytes)?;
    let leaf = leaf_hash(&bytes).to_hex();
    let erased = around.shown.erased.iter().any(|erased| erased.what == "text");
    let sheet = Sheet { founding, lang, index, base, leaf, receipt, erased };
    let told = Told {
        facts: facts(reader, founding, lang, &statement, &entry, &around)?,
        marks: marks(&around, &Teller { founding, lang }),
        at: entry.recorded_at,
    };
    let mut paper = sheet.paper(&told, MOST_CHARS[0])?;
    for most in &MOST_CHARS[1..] {
        if paper.pages() > 1 {
            paper = sheet.paper(&told, *most)?;
        }
    }
    paper.to_pdf().map_err(|fault| Fault::store(&fault))
}

impl Sheet<'_> {
    fn paper(&self, told: &Told, most: usize) -> Result<Paper, Fault> {
        let Self { founding, lang, index, .. } = *self;
        let (w, r) = (lang.words(), lang.receipt());
        let mut blocks = vec![Block::Small(founding.government(lang).to_owned()), Block::Title(r.title.to_owned())];
        if founding.trial {
            blocks.push(Block::Text(format!("{}. {}", w.banner_trial_title, w.banner_trial)));
        }
        blocks.extend(told.marks.iter().map(|(text, _)| Block::Marked(text.clone())));
        let witnesses = self.witnesses();
        blocks.push(Block::Text(if witnesses.is_empty() { r.lead_alone } else { r.lead }.to_owned()));
        let short = |(label, lines): &(String, Vec<String>)| {
            (label.clone(), few(lines, MOST_LINES, r.more).iter().map(|line| clipped(line, most)).collect())
        };
        blocks.push(Block::Facts(told.facts.iter().map(short).collect()));
        blocks.push(Block::Heading(r.proof.to_owned()));
        blocks.push(Block::Facts(self.proof(&witnesses)?));
        blocks.push(Block::Heading(r.check.to_owned()));
        blocks.extend(self.check());
        blocks.push(Block::Small(r.note.to_owned()));
        let title = format!("{}: {} {index}", r.title, w.entry_heading);
        let foot = format!("{} · {} {index}", founding.origin, w.entry_heading);
        Ok(Paper { title, lang, at: told.at, foot, blocks })
    }

    /// Who has seen the checkpoint.
    fn witnesses(&self) -> Vec<String> {
        let seen = self.receipt.checkpoint.signatures.iter().map(|line| line.name.clone());
        seen.filter(|name| *name != self.founding.origin).collect()
    }

    /// Where it stands in the log.
    fn proof(&self, witnesses: &[String]) -> Result<Facts, Fault> {
        let (w, r) = (self.lang.words(), self.lang.receipt());
        let checkpoint = Checkpoint::parse(&self.receipt.checkpoint.text).map_err(|fault| Fault::store(&fault))?;
        let witnesses = match witnesses {
            [] => vec![r.no_witness.to_owned()],
            some => few(some, 2 * MOST_LINES, r.more),
        };
        let size = format!("{} {}", w.count(checkpoint.size), r.entries);
        Ok(vec![
            (w.leaf_hash.to_owned(), fours(&self.leaf)),
            (r.checkpoint.to_owned(), vec![checkpoint.origin, size]),
            (r.key.to_owned(), vec![self.founding.vkey().to_owned()]),
            (r.witnesses.to_owned(), witnesses),
        ])
    }

    /// How whoever is shown it checks it.
    fn check(&self) -> Vec<Block> {
        let Self { lang, index, base, .. } = *self;
        let (r, address) = (lang.receipt(), format!("{base}{}/entries/{index}", lang.prefix()));
        let mut beside = vec![format!("{} {address}", r.scan), r.compare.to_owned()];
        // Nobody is given the bytes of an entry of which a text was erased.
        if !self.erased {
            let files = format!("entry-{index}.tlog-proof --entry entry-{index}.txt");
            beside.extend([
                format!("{} {base}/api/v1/entries/{index}/raw.", r.files),
                format!("{} {base}{}/verify, {}:", r.choose, lang.prefix(), r.run),
                format!("hibah verify {files} --vkey {}", r.key_here),
                r.compare_key.to_owned(),
            ]);
        }
        match Qr::of(&address, &self.leaf) {
            Some(qr) => vec![Block::Qr(qr, beside)],
            None => beside.into_iter().map(Block::Text).collect(),
        }
    }
}

/// The first lines of some, and how many more there are.
fn few(lines: &[String], most: usize, more: fn(usize) -> String) -> Vec<String> {
    let mut few: Vec<String> = lines.iter().take(most).cloned().collect();
    few.extend(lines.len().checked_sub(most).filter(|left| *left > 0).map(more));
    few
}

/// What the sheet says of the entry.
struct Told {
    facts: Facts,
    marks: Vec<(String, u64)>,
    at: Timestamp,
}

type Facts = Vec<(String, Vec<String>)>;

/// What was recorded.
fn facts(
    reader: &Reader,
    founding: &Founding,
    lang: Lang,
    statement: &Statement,
    entry: &Entry<'_>,
    around: &Around,
) -> Result<Facts, Fault> {
    let (w, r, about) = (lang.words(), lang.receipt(), statement.about().to_string());
    let mut facts = vec![(r.what.to_owned(), vec![w.kind(statement.kind()).to_owned()])];
    let one = |label: &str, text: String| (label.to_owned(), vec![text]);
    let said = |name: &str| around.shown.body.get(name).and_then(Value::as_str).map(str::to_owned);
    match (statement.about(), reader.grant(&about)?) {
        (About::Case(_), Some(grant)) => {
            // What the entry says itself stands as it was said; all else as it is at the checkpoint.
            match said("title") {
                Some(title) => facts.push((r.case.to_owned(), vec![about, title])),
                None => {
                    facts.push(one(r.case, about));
                    facts.push(one(r.title_now, w.title_of(&grant.title, grant.migrated)));
                }
            }
            let recipient = w.recipient_of(&grant.recipient, grant.organisation, grant.migrated);
            facts.push(one(r.recipient_now, recipient));
        }
        _ => facts.push(one(w.about, about)),
    }
    let body: Map<String, Value> = around.shown.body.as_object().map(chosen).unwrap_or_default();
    let (teller, body) = (Teller { founding, lang }, Value::Object(body));
    let said = Said { kind: statement.kind(), body: &body, erased: &around.shown.erased };
    facts.extend(teller.facts(said, &[]).into_iter().map(lines_of));
    let signed: Vec<String> =
        around.signatures.iter().map(|signature| Signed::of(signature, founding, lang).who).collect();
    facts.push(one(w.happened, Moment::day_in_words(statement.event_date(), lang)));
    facts.push((w.signed_by.to_owned(), signed));
    let recorded = Moment::time(entry.recorded_at, founding.offset_min, lang).words().to_owned();
    facts.push(one(w.recorded, format!("{recorded} ({})", entry.recorded_at)));
    facts.push(one(w.entry_heading, entry.index.to_string()));
    Ok(facts)
}

fn chosen(body: &Map<String, Value>) -> Map<String, Value> {
    let short = |value: &Value| !value.is_array() && !value.is_object();
    let said = body.iter().filter(|(name, value)| SAID.contains(&name.as_str()) && short(value));
    said.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn lines_of(fact: Fact) -> (String, Vec<String>) {
    (fact.label, fact.lines.into_iter().map(|line| line.text).collect())
}

fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

/// What people compare, in groups of four.
pub(crate) fn in_fours(hex: &str) -> Vec<&str> {
    (0..hex.len()).step_by(4).filter_map(|at| hex.get(at..hex.len().min(at + 4))).collect()
}

/// Digits in groups of four, eight groups a line, as people compare them.
fn fours(hex: &str) -> Vec<String> {
    in_fours(hex).chunks(8).map(|line| line.join(" ")).collect()
}
