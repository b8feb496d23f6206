//! `erased.list`: what was erased, a line each, outside the databases and their backups.
//!
//! ```text
//! 2026-01-20T03:04:05.678Z opening <statement hash> /body/sealed/account org/7 UU 27/2022 article 8
//! 2026-01-20T03:04:06.000Z document <sha256> UU 27/2022 article 8
//! ```
//!
//! A line is on the disk before anything is destroyed. A backup that is restored knows nothing of later erasures; the
//! list is applied again whenever the vault or the documents are opened, and must not be restored with them.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use super::canonical;
use super::store::StoreError;
use crate::grants::about::About;
use crate::grants::time::Timestamp;
use crate::tlog::hash::Hash;

/// File name of the list in a ledger's folder.
pub const ERASED_FILE: &str = "erased.list";
/// The longest basis of an erasure, in characters.
pub const MAX_BASIS: usize = 500;

/// What an erasure destroyed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Erased {
    /// The opening of a commitment.
    Opening {
        /// The statement with the commitment.
        statement: Hash,
        /// The commitment's place in it.
        pointer: String,
        /// What the statement is about.
        about: String,
    },
    /// A document.
    Document(Hash),
}

/// When something was erased, and why it had to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// When.
    pub at: Timestamp,
    /// The law that it is based on.
    pub basis: String,
}

/// The list, read whole: erasures are rare.
#[derive(Debug)]
pub struct ErasedList {
    path: PathBuf,
    lines: BTreeMap<Erased, Erasure>,
}

impl ErasedList {
    /// Reads the list of the ledger in `dir`; no file is an empty list.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a line is none; what the system reports.
    pub fn read(dir: &Path) -> Result<Self, StoreError> {
        let path = dir.join(ERASED_FILE);
        let mut list = Self { path, lines: BTreeMap::new() };
        let text = match std::fs::read_to_string(&list.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(list),
            Err(error) => return Err(StoreError::io(&list.path, &error)),
        };
        // What has no line end was cut off while it was written: nothing was destroyed for it.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        for (number, line) in (1..).zip(whole.split('\n').filter(|line| !line.is_empty())) {
            let (erased, erasure) = split(line).ok_or_else(|| StoreError::Damaged {
                file: list.path.clone(),
                what: format!("line {number} is no erasure"),
            })?;
            list.lines.insert(erased, erasure);
        }
        Ok(list)
    }

    /// Makes an empty list if there is none.
    pub(super) fn create(dir: &Path) -> Result<(), StoreError> {
        let path = dir.join(ERASED_FILE);
        let made = OpenOptions::new().append(true).create(true).open(&path);
        made.and_then(|file| file.sync_all()).map_err(|error| StoreError::io(&path, &error))
    }

    /// Every erasure.
    pub fn iter(&self) -> impl Iterator<Item = (&Erased, &Erasure)> {
        self.lines.iter()
    }

    /// The erasure of this, if it was erased.
    #[must_use]
    pub fn get(&self, erased: &Erased) -> Option<&Erasure> {
        self.lines.get(erased)
    }

    /// Adds a line and waits until it is on the disk. What is on the list already stays as it is.
    ///
    /// # Errors
    /// What the system reports; then nothing may be destroyed.
    pub(super) fn add(&mut self, erased: Erased, erasure: Erasure) -> Result<(), StoreError> {
        if self.lines.contains_key(&erased) {
            return Ok(());
        }
        let line = print(&erased, &erasure);
        append(&self.path, &line).map_err(|error| StoreError::io(&self.path, &error))?;
        self.lines.insert(erased, erasure);
        Ok(())
    }
}

/// Whether a text can stand as the basis of an erasure, or the reason of a reading: one line of 1 to 500 characters.
#[must_use]
pub fn is_reason(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= MAX_BASIS && canonical::check_text(text).is_ok()
}

fn append(path: &Path, line: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    file.lock()?;
    // A line that a stop cut off is taken away, so that it does not run into this one.
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    if !text.is_empty() && !text.ends_with('\n') {
        file.set_len(text.rfind('\n').map_or(0, |end| end + 1) as u64)?;
        file.seek(std::io::SeekFrom::End(0))?;
    }
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    // The file's name is as durable as its lines, where folders can be synced.
    if let Some(folder) = path.parent().and_then(|folder| File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn print(erased: &Erased, erasure: &Erasure) -> String {
    let Erasure { at, basis } = erasure;
    match erased {
        Erased::Opening { statement, pointer, about } => {
            format!("{at} opening {statement} {pointer} {about} {basis}\n")
        }
        Erased::Document(sha256) => format!("{at} document {sha256} {basis}\n"),
    }
}

fn split(line: &str) -> Option<(Erased, Erasure)> {
    let (at, rest) = line.split_once(' ')?;
    let (word, rest) = rest.split_once(' ')?;
    let (hash, rest) = rest.split_once(' ')?;
    let hash = Hash::from_hex(hash).ok()?;
    let (erased, basis) = match word {
        "opening" => {
            let (pointer, rest) = rest.split_once(' ')?;
            let (about, basis) = rest.split_once(' ')?;
            About::parse(about)?;
            (Erased::Opening { statement: hash, pointer: pointer.to_owned(), about: about.to_owned() }, basis)
        }
        "document" => (Erased::Document(hash), rest),
        _ => return None,
    };
    let erasure = Erasure { at: Timestamp::parse(at)?, basis: basis.to_owned() };
    is_reason(basis).then_some((erased, erasure))
}
