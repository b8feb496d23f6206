//! A dossier: all that one grant's entries are checked with, without a network. An archive of these files:
//!
//! | file | holds |
//! |---|---|
//! | `dossier.json` | what is in it, see [`Manifest`]; a list of contents, which proves nothing by itself |
//! | `checkpoint` | the signed checkpoint that all receipts are under (formats.md section 3) |
//! | `vkey` | the verifier key that signed it |
//! | `entries/<index>.txt` | an entry of the grant, or one that brings a key which signed; its exact bytes |
//! | `receipts/<index>.tlog-proof` | its receipt (C2SP tlog-proof) |
//! | `documents/<sha256>...` | a public document that an entry names |
//! | `SHA256SUMS` | for `sha256sum -c` |
//! | `README.txt`, `baca.html`, `periksa.html`, `check.html` | for people: what this is, the grant on a page, checkers for browsers |
//!
//! An entry of which a text was erased is not in it (formats.md section 5): its leaf hash and receipt are, which prove that it
//! is there and that no other stands in its place.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::documents::{Named, named};
use super::entry::Entry;
use super::form::FormError;
use super::statement::Statement;
use crate::tlog::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::tlog::hash::{Hash, leaf_hash, sha256};
use crate::tlog::note::{Note, VerifierKey};
use crate::tlog::proof::TlogProof;

/// What the first field of the list of contents says.
pub const VERSION: &str = "hibah/dossier/v1";
/// The list of contents.
pub const MANIFEST: &str = "dossier.json";
/// The digests of all other files.
pub const SUMS: &str = "SHA256SUMS";
/// Files for people, which prove nothing.
pub const FOR_PEOPLE: [&str; 4] = ["README.txt", "baca.html", "periksa.html", "check.html"];

/// The list of contents.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`VERSION`].
    pub version: String,
    /// The ledger's name.
    pub origin: String,
    /// The grant: `case/<org>/<n>` or `award/<hex>/<row>`.
    pub grant: String,
    /// The entries of the grant, in order.
    pub entries: Vec<Item>,
    /// Other entries, which bring the keys that signed those, back to the founding.
    pub keys: Vec<Item>,
    /// How many later entries of the grant are left out, because there are too many.
    pub left_out: u64,
    /// Every document that the entries of the grant name.
    pub documents: Vec<Paper>,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its place.
    pub index: u64,
    /// Its leaf hash.
    pub leaf: String,
    /// Whether a text of it was erased, so that its bytes are not here.
    pub erased: bool,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// The entry that names it.
    pub entry: u64,
    /// Its title.
    pub title: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type.
    pub media_type: String,
    /// Its file; none where its bytes are not here.
    pub file: Option<String>,
    /// Why they are not: `too_large`, `not_kept`, `erased`.
    pub absent: Option<String>,
}

impl Item {
    /// Where its bytes are.
    #[must_use]
    pub fn file(&self) -> String {
        format!("entries/{}.txt", self.index)
    }

    /// Where its receipt is.
    #[must_use]
    pub fn receipt(&self) -> String {
        format!("receipts/{}.tlog-proof", self.index)
    }
}

/// The verifier keys that a statement with this body brings into force; a revocation names one without its bytes.
pub fn keys_brought(body: &Value) -> impl Iterator<Item = VerifierKey> + '_ {
    let roots = body.pointer("/keys/roots").and_then(Value::as_array).into_iter().flatten();
    let named = body.get("key").into_iter().chain(roots).filter_map(Value::as_str);
    named.filter_map(|vkey| VerifierKey::parse(vkey).ok())
}

/// The leaf hash of the entry that moved the grant before this one, as the statement names it; none if it moves it not.
fn after(statement: &Statement, grant: &str) -> Option<Hash> {
    if statement.about().to_string() == grant {
        return statement.after();
    }
    let rows = statement.body().get("rows")?.as_array()?;
    let row = rows.iter().find(|row| row.get("case").and_then(Value::as_str) == Some(grant))?;
    Hash::from_hex(row.get("after")?.as_str()?).ok()
}

/// What a dossier holds, checked.
#[derive(Debug)]
pub struct Checked {
    /// What it says of itself.
    pub manifest: Manifest,
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The key that signed it.
    pub vkey: VerifierKey,
    /// Entries whose signatures could not be checked, since an entry that brings a key was erased.
    pub unsigned: Vec<u64>,
    /// How many documents are in it.
    pub documents: usize,
}

/// What does not hold: a sentence that says what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Wrong(String);

fn wrong<T>(what: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong(what.into()))
}

/// The files of an archive, by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// An entry that is in the tree.
struct Held {
    leaf: Hash,
    /// None where a text of it was erased.
    statement: Option<Statement>,
}

/// Checks a dossier with a verifier key of its ledger; without one, with that which it brings.
///
/// # Errors
/// [`Wrong`]: the first thing that does not hold.
pub fn check(files: &Files, vkey: Option<&VerifierKey>) -> Result<Checked, Wrong> {
    check_sums(files)?;
    let manifest: Manifest = serde_json::from_slice(file(files, MANIFEST)?)
        .map_err(|fault| Wrong(format!("{MANIFEST} is not the list of a dossier ({fault}): get the dossier again")))?;
    if manifest.version != VERSION {
        return wrong(format!("{MANIFEST} is of version {}, not {VERSION}: use a newer hibah", manifest.version));
    }
    check_names(files, &manifest)?;
    let brought = String::from_utf8_lossy(file(files, "vkey")?).trim_end().to_owned();
    let brought = VerifierKey::parse(&brought)
        .map_err(|fault| Wrong(format!("the file vkey holds no key ({fault}): get the dossier again")))?;
    let vkey = vkey.cloned().unwrap_or(brought);
    let note = Note::parse(file(files, "checkpoint")?).map_err(|fault| Wrong(format!("the checkpoint: {fault}")))?;
    let signed = SignedCheckpoint::open_note(note, &vkey).map_err(|fault| Wrong(format!("the checkpoint: {fault}")))?;
    let checkpoint = signed.checkpoint().clone();
    if checkpoint.origin != manifest.origin {
        return wrong(format!(
            "the checkpoint is of {}, not of {}: get the dossier again",
            checkpoint.origin, manifest.origin
        ));
    }
    let mut held = BTreeMap::new();
    for item in manifest.entries.iter().chain(&manifest.keys) {
        held.insert(item.index, in_the_tree(files, item, &manifest.origin, &vkey)?);
    }
    let unsigned = check_signatures(&held)?;
    if let Some(index) = unsigned.first().filter(|_| held.values().all(|entry| entry.statement.is_some())) {
        return wrong(format!(
            "an entry that brings a key which signed entry {index} is missing: get the dossier again"
        ));
    }
    check_chain(&held, &manifest)?;
    let documents = check_documents(files, &held, &manifest)?;
    Ok(Checked { manifest, checkpoint, vkey, unsigned, documents })
}

fn file<'f>(files: &'f Files, name: &str) -> Result<&'f [u8], Wrong> {
    files
        .get(name)
        .map(Vec::as_slice)
        .ok_or_else(|| Wrong(format!("the file {name} is missing: get the dossier again")))
}

/// Every file is as it was when the dossier was made; whoever changes one can change the sums too.
fn check_sums(files: &Files) -> Result<(), Wrong> {
    let sums = String::from_utf8_lossy(file(files, SUMS)?);
    let mut named = BTreeSet::from([SUMS]);
    for line in sums.lines() {
        let Some((hex, name)) = line.split_once("  ") else {
            return wrong(format!("a line of {SUMS} is not a digest and a name: get the dossier again"));
        };
        if sha256(file(files, name)?).to_hex() != hex {
            return wrong(format!("the file {name} was changed: its SHA-256 is not that of {SUMS}"));
        }
        named.insert(name);
    }
    match files.keys().find(|name| !named.contains(name.as_str())) {
        Some(name) => wrong(format!("the file {name} was added: {SUMS} does not name it")),
        None => Ok(()),
    }
}

/// No file is there of which nothing is said.
fn check_names(files: &Files, manifest: &Manifest) -> Result<(), Wrong> {
    let mut known: BTreeSet<String> = [MANIFEST, SUMS, "checkpoint", "vkey"].map(str::to_owned).into();
    known.extend(FOR_PEOPLE.map(str::to_owned));
    for item in manifest.entries.iter().chain(&manifest.keys) {
        known.insert(item.receipt());
        if !item.erased {
            known.insert(item.file());
        }
    }
    known.extend(manifest.documents.iter().filter_map(|paper| paper.file.clone()));
    match files.keys().find(|name| !known.contains(*name)) {
        Some(name) => wrong(format!("the file {name} is none of a dossier, and nothing vouches for it: take it out")),
        None => Ok(()),
    }
}

fn in_the_tree(files: &Files, item: &Item, origin: &str, vkey: &VerifierKey) -> Result<Held, Wrong> {
    let index = item.index;
    let of_it = |fault: &dyn std::fmt::Display| Wrong(format!("entry {index}: {fault}"));
    let bytes = if item.erased { None } else { Some(file(files, &item.file())?) };
    let leaf = match bytes {
        Some(bytes) => leaf_hash(bytes),
        None => Hash::from_hex(&item.leaf).map_err(|fault| of_it(&fault))?,
    };
    if leaf.to_hex() != item.leaf {
        return wrong(format!("entry {index} was changed: its leaf hash is not that of {MANIFEST}"));
    }
    let receipt = file(files, &item.receipt())?;
    let receipt = TlogProof::parse(receipt).map_err(|fault| of_it(&fault))?;
    if receipt.index != index || receipt.checkpoint.to_string().as_bytes() != file(files, "checkpoint")? {
        return wrong(format!("the receipt of entry {index} is of another entry or checkpoint: get the dossier again"));
    }
    receipt.verify(&leaf, vkey).map_err(|fault| of_it(&fault))?;
    let read = |bytes| -> Result<Statement, FormError> {
        let entry = Entry::parse(bytes)?;
        Statement::parse(entry.statement, origin)
    };
    let statement = bytes.map(read).transpose().map_err(|fault| of_it(&fault))?;
    match bytes.map(Entry::parse) {
        Some(Ok(entry)) if entry.index != index => wrong(format!("entry {index} calls itself {}", entry.index)),
        _ => Ok(Held { leaf, statement }),
    }
}

/// Every signature holds, under a key that an entry which is here brings. Answers the entries for which one is not here.
fn check_signatures(held: &BTreeMap<u64, Held>) -> Result<Vec<u64>, Wrong> {
    let mut unsigned = Vec::new();
    // In order, so that only what came before an entry, or itself, brings its keys.
    let mut keys: BTreeMap<String, VerifierKey> = BTreeMap::new();
    for (index, entry) in held {
        let Some(statement) = &entry.statement else { continue };
        for key in keys_brought(statement.body()) {
            keys.entry(format!("{}+{}", key.name(), hex::encode(key.key_id().0))).or_insert(key);
        }
        if statement.signers().iter().any(|signer| !keys.contains_key(&signer.to_string())) {
            unsigned.push(*index);
            continue;
        }
        statement
            .check_signatures(|signer| keys.get(&signer.to_string()))
            .map_err(|fault| Wrong(format!("entry {index}: {fault}")))?;
    }
    Ok(unsigned)
}

/// Each statement about the grant names the one before it, so none between them is missing.
fn check_chain(held: &BTreeMap<u64, Held>, manifest: &Manifest) -> Result<(), Wrong> {
    let leaves: BTreeSet<Hash> = held.values().map(|entry| entry.leaf).collect();
    // The first one names what its parent was at then, which is no step of this grant.
    for item in manifest.entries.iter().skip(1) {
        let statement = held.get(&item.index).and_then(|entry| entry.statement.as_ref());
        let before = statement.and_then(|statement| after(statement, &manifest.grant));
        if before.is_some_and(|before| !leaves.contains(&before)) {
            return wrong(format!("a step before entry {} is missing: get the dossier again", item.index));
        }
    }
    Ok(())
}

/// Every document that the grant's entries name is told of, and each that is here is the one. Answers how many are.
fn check_documents(files: &Files, held: &BTreeMap<u64, Held>, manifest: &Manifest) -> Result<usize, Wrong> {
    let statements = manifest.entries.iter().filter_map(|item| held.get(&item.index)?.statement.as_ref());
    let all: Vec<Named> = statements.flat_map(named).collect();
    for named in &all {
        if !manifest.documents.iter().any(|paper| paper.sha256 == named.sha256.to_hex()) {
            return wrong(format!("the document {} is named by an entry and left out of {MANIFEST}", named.sha256));
        }
    }
    let mut here = 0;
    for paper in &manifest.documents {
        let is_it = |named: &&Named| named.sha256.to_hex() == paper.sha256 && named.size == paper.size;
        if !all.iter().any(|named| is_it(&named)) {
            return wrong(format!("the document {} is named by no entry that is here", paper.sha256));
        }
        let Some(name) = &paper.file else { continue };
        let bytes = file(files, name)?;
        if sha256(bytes).to_hex() != paper.sha256 || bytes.len() as u64 != paper.size {
            return wrong(format!("the document {name} is not the one that entry {} names", paper.entry));
        }
        here += 1;
    }
    Ok(here)
}
