//! Dossiers: what one grant is checked with, without a network, as one archive (`src/ledger/dossier.rs` says what is in it).
//!
//! The server and `hibah dossier` make the same bytes of the same ledger at the same size. An entry of which a text was erased
//! is not given out here, as at `/api/v1/entries/{index}/raw`: a dossier is what people hand on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::Path;

use axum::http::{HeaderValue, header};
use axum::response::Response;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::answer::{self, Fault, Missing};
use super::documents::ending;
use super::founding::Founding;
use super::history::{History, leaf};
use super::holders::Holders;
use super::limits::{MAX_DOSSIERS, READER_WAIT};
use super::pages::{reading, verify, words::Lang};
use super::tables::TableError;
use super::{Site, pages};
use crate::ledger::documents::{Documents, Named, named};
use crate::ledger::dossier::{FOR_PEOPLE, Item, MANIFEST, Manifest, Paper, SUMS, VERSION};
use crate::ledger::reader::Reader;
use crate::ledger::snapshot::Snapshot;
use crate::tlog::hash::sha256;

/// The most entries of a grant that a dossier has; a grant commonly has thirty.
const MOST_ENTRIES: usize = 400;
/// What the documents of a dossier may have together, in bytes; the others are named.
const MOST_DOCUMENT_BYTES: u64 = 20_000_000;

/// Those that are being made and sent.
static AT_ONCE: Semaphore = Semaphore::const_new(MAX_DOSSIERS);

/// A dossier that is to be written.
pub(super) struct Dossier {
    /// Name and bytes, in the order of the archive.
    texts: Vec<(String, Vec<u8>)>,
    /// Open, so that what is erased meanwhile is whole or not there.
    documents: Vec<(String, File, u64)>,
}

/// Why there is no dossier.
#[derive(Debug, thiserror::Error)]
pub enum DossierError {
    /// No such grant.
    #[error("the ledger has no grant {0}: name a case or an award, such as case/12/1")]
    NoGrant(String),
    /// The ledger cannot be read; why is in the log.
    #[error("the ledger could not be read: see the line before this one")]
    Unread,
    /// It could not be written.
    #[error("{0}")]
    Unwritten(#[from] io::Error),
}

/// Writes the dossier of grant `id` of the ledger in `dir`: the bytes of `/grants/{id}/dossier.zip`.
///
/// # Errors
/// [`DossierError`].
pub fn write(reader: &Reader, dir: &Path, id: &str, sink: &mut dyn Write) -> Result<(), DossierError> {
    let gathered = reader.still(|reader| {
        let founding = Founding::read(reader, dir)?;
        Dossier::gather(reader, &founding, &Documents::of(dir), id)
    });
    let dossier = match gathered {
        Ok(Ok(dossier)) => dossier,
        Ok(Err(Fault::Missing(Missing::Grant))) => return Err(DossierError::NoGrant(id.to_owned())),
        _ => return Err(DossierError::Unread),
    };
    Ok(dossier.write(sink)?)
}

/// `/grants/{id}/dossier.zip`.
pub(super) async fn answer(site: Site, id: String) -> Result<Response, Fault> {
    let Ok(Ok(permit)) = timeout(READER_WAIT, AT_ONCE.acquire()).await else { return Err(Fault::Busy) };
    let (founding, documents, asked) = (site.founding.clone(), site.documents.clone(), id.clone());
    let dossier = site.pool.read(move |reader| Dossier::gather(reader, &founding, &documents, &asked)).await?;
    let write = move |_: &Reader, _: &Snapshot, sink: &mut dyn Write| {
        let _permit = permit;
        dossier.write(sink).map_err(TableError::Sink)
    };
    let (_, body) = site.streams.start(&site.pool, write).await?;
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(answer::REVALIDATE));
    // The grant is there, so its name is letters, digits and slashes.
    let name = format!("attachment; filename=\"dossier-{}.zip\"", id.replace('/', "-"));
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

impl Dossier {
    /// What the ledger has of grant `id`, as it is now.
    pub(super) fn gather(reader: &Reader, founding: &Founding, documents: &Documents, id: &str) -> Result<Self, Fault> {
        let origin = &founding.origin;
        let history = History::read(reader, origin, id)?;
        let steps = history.steps.iter().map(|step| step.record.index);
        let papers = history.steps.iter().filter_map(|step| Some(step.paper.as_ref()?.index));
        let all: BTreeSet<u64> = steps.chain(papers).collect();
        let own: BTreeSet<u64> = all.iter().copied().take(MOST_ENTRIES).collect();
        let keys = bringers(reader, origin, &own)?;
        let (papers, files) = documents_of(reader, founding, documents, &own)?;
        let manifest = Manifest {
            version: VERSION.to_owned(),
            origin: origin.clone(),
            grant: id.to_owned(),
            entries: items(reader, &own)?,
            keys: items(reader, &keys)?,
            left_out: (all.len() - own.len()) as u64,
            documents: papers,
        };
        let signed = reader.signed()?;
        let mut texts = for_people(founding, &history, &manifest, signed.size)?;
        let mut add = |name: &str, bytes: Vec<u8>| texts.push((name.to_owned(), bytes));
        add(MANIFEST, [answer::json(&manifest), b"\n".to_vec()].concat());
        add("checkpoint", signed.note.clone().into_bytes());
        add("vkey", format!("{}\n", founding.vkey()).into_bytes());
        for item in manifest.entries.iter().chain(&manifest.keys) {
            let missing = Fault::missing(Missing::Entry);
            if !item.erased {
                add(&item.file(), reader.entry(item.index)?.ok_or(missing.clone())?);
            }
            add(&item.receipt(), reader.receipt(item.index)?.ok_or(missing)?.to_string().into_bytes());
        }
        let sums = texts.iter().map(|(name, bytes)| format!("{}  {name}\n", sha256(bytes)));
        let of_documents = manifest.documents.iter().filter_map(|paper| Some((&paper.sha256, paper.file.as_ref()?)));
        let sums: String = sums.chain(of_documents.map(|(sha256, name)| format!("{sha256}  {name}\n"))).collect();
        texts.push((SUMS.to_owned(), sums.into_bytes()));
        Ok(Self { texts, documents: files })
    }

    /// Writes the archive. Its times say nothing, so that the same ledger gives the same bytes.
    pub(super) fn write(self, sink: &mut dyn Write) -> io::Result<()> {
        let mut archive = ZipWriter::new_stream(sink);
        let plain = SimpleFileOptions::default().last_modified_time(DateTime::default()).unix_permissions(0o644);
        for (name, bytes) in &self.texts {
            archive.start_file(name, plain.compression_method(CompressionMethod::Deflated))?;
            archive.write_all(bytes)?;
        }
        for (name, file, size) in self.documents {
            // Scans and office documents are compressed already.
            archive.start_file(name, plain.compression_method(CompressionMethod::Stored))?;
            io::copy(&mut file.take(size), &mut archive)?;
        }
        archive.finish()?;
        Ok(())
    }
}

fn items(reader: &Reader, indexes: &BTreeSet<u64>) -> Result<Vec<Item>, Fault> {
    let item = |index: &u64| {
        let erased = !reader.hidden(*index)?.is_empty();
        Ok(Item { index: *index, leaf: leaf(reader, *index)?.to_hex(), erased })
    };
    indexes.iter().map(item).collect()
}

/// The entries that bring the keys which signed these, and so on back to the founding; without these themselves.
fn bringers(reader: &Reader, origin: &str, own: &BTreeSet<u64>) -> Result<BTreeSet<u64>, Fault> {
    let holders = Holders::new(reader, origin);
    let mut known: BTreeMap<String, Option<u64>> = BTreeMap::new();
    let mut found = BTreeSet::from([0]);
    let mut waiting: Vec<u64> = own.iter().copied().chain([0]).collect();
    while let Some(index) = waiting.pop() {
        let statement = reader.statement(index, origin)?.ok_or(Fault::missing(Missing::Entry))?;
        for signer in statement.signers() {
            let signer = signer.to_string();
            if known.contains_key(&signer) {
                continue;
            }
            let brought = holders.brought(&signer)?.map(|(index, _)| index);
            known.insert(signer, brought);
            waiting.extend(brought.filter(|index| found.insert(*index) && !own.contains(index)));
        }
    }
    Ok(found.difference(own).copied().collect())
}

type DocumentFiles = Vec<(String, File, u64)>;

/// The documents that these entries name, each once, and those of them that are given out.
fn documents_of(
    reader: &Reader,
    founding: &Founding,
    documents: &Documents,
    own: &BTreeSet<u64>,
) -> Result<(Vec<Paper>, DocumentFiles), Fault> {
    let (mut papers, mut files): (Vec<Paper>, DocumentFiles) = (Vec::new(), Vec::new());
    let mut left = MOST_DOCUMENT_BYTES;
    for index in own {
        // What was erased is not told; the whole entry is not here then.
        if !reader.hidden(*index)?.is_empty() {
            continue;
        }
        let statement = reader.statement(*index, &founding.origin)?.ok_or(Fault::missing(Missing::Entry))?;
        for one in named(&statement) {
            let sha256 = one.sha256.to_hex();
            if papers.iter().any(|paper| paper.sha256 == sha256) {
                continue;
            }
            let (file, absent) = match given(reader, founding, documents, *index, &one)? {
                Ok(_) if one.size > left => (None, Some("too_large")),
                Ok(file) => {
                    left -= one.size;
                    let name = format!("documents/{sha256}{}", ending(&one.media_type));
                    files.push((name.clone(), file, one.size));
                    (Some(name), None)
                }
                Err(absent) => (None, Some(absent)),
            };
            let absent = absent.map(str::to_owned);
            let Named { title, size, media_type, .. } = one;
            papers.push(Paper { entry: *index, title, sha256, size, media_type, file, absent });
        }
    }
    Ok((papers, files))
}

/// A document that may be given out, or why it is not.
fn given(
    reader: &Reader,
    founding: &Founding,
    documents: &Documents,
    index: u64,
    named: &Named,
) -> Result<Result<File, &'static str>, Fault> {
    if documents.erasure(&named.sha256)?.is_some() {
        return Ok(Err("erased"));
    }
    let public = founding.is_public_title(reader, index, &named.title)?;
    let kept = if public { documents.read(&named.sha256)? } else { None };
    Ok(kept.filter(|(_, size)| *size == named.size).map(|(file, _)| file).ok_or("not_kept"))
}

/// The files for people, in the order of [`FOR_PEOPLE`].
fn for_people(
    founding: &Founding,
    history: &History,
    manifest: &Manifest,
    size: u64,
) -> Result<Vec<(String, Vec<u8>)>, Fault> {
    let files = [
        pages::words::dossier::readme(&founding.origin, founding.vkey(), manifest).into_bytes(),
        reading::page(founding, history, manifest, size)?,
        verify::saved(founding, Lang::Indonesian)?,
        verify::saved(founding, Lang::English)?,
    ];
    Ok(FOR_PEOPLE.map(str::to_owned).into_iter().zip(files).collect())
}
