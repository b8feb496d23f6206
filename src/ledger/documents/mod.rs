//! Public documents: files beside the ledger, found by their SHA-256; never on the chain.
//!
//! | place below `documents/` | holds |
//! |---|---|
//! | `ab/cdef...` | a document whose SHA-256 is `abcdef...`, in force: a recorded statement names it |
//! | `ab/cdef....named` | the hashes of the statements that it came with, a line each |
//! | `pending/<statement hash>.<time>.<n>/` | whole documents of a statement that is not known to be recorded yet |
//! | `arriving/<n>/` | documents that are being received; whatever a start of the writer finds there is removed |
//!
//! A document is written to a file in `arriving`, hashed on its way, bounded in size, and compared with what its
//! statement says: digest, size, and the media type that its first bytes show. It is on the disk before it moves on, and
//! it moves by renaming. So a place holds a whole document or nothing.
//!
//! What the bytes show, and what a statement may call it:
//!
//! | the bytes | the statement's media type |
//! |---|---|
//! | a signature that the library `infer` knows | that type; for `application/zip` also an office document, which is one |
//! | else UTF-8 text without control characters, beginning with `{` or `[` | `application/json`, `text/csv`, `text/plain` |
//! | else UTF-8 text without control characters | `text/csv`, `text/plain` |
//! | anything else | none: it is refused |

mod arrival;
mod shown;

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::erased::{Erased, ErasedList, Erasure, is_reason};
use super::statement::Statement;
use super::store::StoreError;
use crate::grants::time::Timestamp;
use crate::tlog::decimal::parse_decimal;
use crate::tlog::hash::Hash;
use arrival::Arrived;
pub use arrival::{Arrival, Limits};

/// The documents' folder in a ledger's folder.
pub const DOCUMENTS_FOLDER: &str = "documents";

/// Why a document was not taken; nothing of it is left.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The system's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Over the bound of one document.
    #[error("a document has more than {0} bytes: scan it smaller, or split it")]
    TooLarge(u64),
    /// Over the bound of all documents together.
    #[error("the documents have more than {0} bytes together: submit some of them with another statement")]
    TotalTooLarge(u64),
    /// Over the bound of their number.
    #[error("more than {0} documents: submit some of them with another statement")]
    TooMany(usize),
    /// The same document twice.
    #[error("the document {0} was sent twice: send it once")]
    Twice(Hash),
    /// The statement does not name it.
    #[error("the statement names no document with the SHA-256 {0}: send only what it names, byte for byte")]
    NotNamed(Hash),
    /// The statement says another size.
    #[error("the document {sha256} has {size} bytes, the statement says {said}: make the statement anew")]
    Size {
        /// Which document.
        sha256: Hash,
        /// Its size.
        size: u64,
        /// What the statement says.
        said: u64,
    },
    /// The bytes show another media type.
    #[error("the document {sha256} is {shown}, the statement says {said}: make the statement anew, or the document")]
    MediaType {
        /// Which document.
        sha256: Hash,
        /// What its bytes show.
        shown: String,
        /// What the statement says.
        said: String,
    },
    /// It was erased.
    #[error("the document {sha256} was erased at {} under {}: it is not taken again", erasure.at, erasure.basis)]
    Erased {
        /// Which document.
        sha256: Hash,
        /// When and why.
        erasure: Erasure,
    },
    /// A basis that says nothing.
    #[error("the basis of an erasure must be one line of 1 to 500 characters: write it out")]
    Unreasoned,
}

impl DocumentError {
    /// A stable code for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Store(_) => "store",
            Self::TooLarge(_) | Self::TotalTooLarge(_) => "document-too-large",
            Self::TooMany(_) => "too-many-documents",
            Self::Twice(_) => "document-twice",
            Self::NotNamed(_) => "document-not-named",
            Self::Size { .. } => "document-size",
            Self::MediaType { .. } => "document-type",
            Self::Erased { .. } => "document-erased",
            Self::Unreasoned => "no-basis",
        }
    }
}

/// A document as a statement's body names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// JSON pointer into the statement's fourth line.
    pub pointer: String,
    /// Its title.
    pub title: String,
    /// SHA-256 of its bytes.
    pub sha256: Hash,
    /// Its size in bytes.
    pub size: u64,
    /// Its media type.
    pub media_type: String,
}

/// Under which name a statement seals the SHA-256 of the original of a document that it names in a version for everyone:
/// `original_` and the first 16 digits of that version's SHA-256. So the two are tied, and the original stays closed.
#[must_use]
pub fn original_name(public: &Hash) -> String {
    format!("original_{}", &public.to_hex()[..16])
}

/// Every document that a statement's body names, wherever it stands: an object with exactly the four fields of one.
#[must_use]
pub fn named(statement: &Statement) -> Vec<Named> {
    named_in(statement.body())
}

/// As [`named`], of a body.
#[must_use]
pub fn named_in(body: &Value) -> Vec<Named> {
    let mut found = Vec::new();
    // A body has at most 8 levels.
    let mut open = vec![("/body".to_owned(), body)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Object(object) => match document(&pointer, value) {
                Some(document) => found.push(document),
                None => open.extend(object.iter().map(|(name, value)| (format!("{pointer}/{name}"), value))),
            },
            Value::Array(items) => {
                open.extend(items.iter().enumerate().map(|(at, value)| (format!("{pointer}/{at}"), value)));
            }
            _ => {}
        }
    }
    found.sort_by(|one, other| one.pointer.cmp(&other.pointer));
    found
}

fn document(pointer: &str, value: &Value) -> Option<Named> {
    let text = |name: &str| value.get(name)?.as_str();
    let four = value.as_object()?.len() == 4;
    four.then_some(Named {
        pointer: pointer.to_owned(),
        title: text("title")?.to_owned(),
        sha256: Hash::from_hex(text("sha256")?).ok()?,
        size: value.get("size")?.as_u64()?,
        media_type: text("media_type")?.to_owned(),
    })
}

/// The documents of a ledger.
#[derive(Clone, Debug)]
pub struct Documents {
    dir: PathBuf,
    root: PathBuf,
}

/// Whole documents that wait for their statement to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    folder: PathBuf,
    /// The statement that they came with.
    pub statement: Hash,
    /// When.
    pub at: Timestamp,
}

impl Documents {
    /// The documents of the ledger in `dir`, to read only.
    #[must_use]
    pub fn of(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), root: dir.join(DOCUMENTS_FOLDER) }
    }

    /// The documents of the ledger in `dir`, for its one writer: the folders are made, what a process that died left
    /// half received is removed, and what `erased.list` says was erased is erased again.
    ///
    /// # Errors
    /// What the system reports.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        let documents = Self::of(dir);
        for folder in ["arriving", "pending"].map(|name| documents.root.join(name)) {
            DirBuilder::new().recursive(true).mode(0o755).create(&documents.root).map_err(io_at(&documents.root))?;
            DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(io_at(&folder))?;
        }
        let arriving = documents.root.join("arriving");
        for entry in fs::read_dir(&arriving).map_err(io_at(&arriving))? {
            let left = entry.map_err(io_at(&arriving))?.path();
            fs::remove_dir_all(&left).map_err(io_at(&left))?;
        }
        for (erased, _) in ErasedList::read(dir)?.iter() {
            if let Erased::Document(sha256) = erased {
                documents.destroy(sha256)?;
            }
        }
        Ok(documents)
    }

    fn place(&self, sha256: &Hash) -> PathBuf {
        let hex = sha256.to_hex();
        self.root.join(&hex[..2]).join(&hex[2..])
    }

    fn names(&self, sha256: &Hash) -> PathBuf {
        with_ending(&self.place(sha256), ".named")
    }

    /// The document of this digest, open for reading, and its size; none if it is not here.
    ///
    /// # Errors
    /// What the system reports.
    pub fn read(&self, sha256: &Hash) -> Result<Option<(File, u64)>, StoreError> {
        let path = self.place(sha256);
        match File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file))) {
            Ok((size, file)) => Ok(Some((file, size))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io(&path, &error)),
        }
    }

    /// The statements that the document of this digest came with.
    ///
    /// # Errors
    /// What the system reports.
    pub fn named_by(&self, sha256: &Hash) -> Result<Vec<Hash>, StoreError> {
        let path = self.names(sha256);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.split('\n').filter_map(|line| Hash::from_hex(line).ok()).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(StoreError::io(&path, &error)),
        }
    }

    /// When and why the document of this digest was erased, if it was.
    ///
    /// # Errors
    /// What the system reports, and a damaged list.
    pub fn erasure(&self, sha256: &Hash) -> Result<Option<Erasure>, StoreError> {
        Ok(ErasedList::read(&self.dir)?.get(&Erased::Document(*sha256)).cloned())
    }

    /// Begins to receive the documents of one submission.
    ///
    /// # Errors
    /// What the system reports.
    pub fn begin(&self, limits: Limits) -> Result<Arrival, StoreError> {
        let folder = new_folder(|n| self.root.join("arriving").join(n.to_string()))?;
        Ok(Arrival::new(folder, limits))
    }

    /// Checks what arrived against the statement that it came with.
    ///
    /// # Errors
    /// [`DocumentError`], the first in the order of arrival.
    pub fn check(&self, arrival: &Arrival, statement: &Statement) -> Result<(), DocumentError> {
        if arrival.arrived.is_empty() {
            return Ok(());
        }
        let named = named(statement);
        let erased = ErasedList::read(&self.dir)?;
        for (at, Arrived { sha256, size, shown, .. }) in arrival.arrived.iter().enumerate() {
            let sha256 = *sha256;
            if arrival.arrived[..at].iter().any(|earlier| earlier.sha256 == sha256) {
                return Err(DocumentError::Twice(sha256));
            }
            if let Some(erasure) = erased.get(&Erased::Document(sha256)).cloned() {
                return Err(DocumentError::Erased { sha256, erasure });
            }
            let mut of_it = named.iter().filter(|named| named.sha256 == sha256).peekable();
            if of_it.peek().is_none() {
                return Err(DocumentError::NotNamed(sha256));
            }
            for said in of_it {
                if said.size != *size {
                    return Err(DocumentError::Size { sha256, size: *size, said: said.size });
                }
                if !shown.may_be_called(&said.media_type) {
                    let (shown, said) = (shown.words(), said.media_type.clone());
                    return Err(DocumentError::MediaType { sha256, shown, said });
                }
            }
        }
        Ok(())
    }

    /// Keeps what arrived, durable, until its statement is recorded or refused. None, when nothing arrived.
    ///
    /// # Errors
    /// What the system reports; then nothing is kept.
    pub fn pend(&self, arrival: Arrival, statement: Hash, at: Timestamp) -> Result<Option<Pending>, StoreError> {
        if arrival.arrived.is_empty() {
            return Ok(None);
        }
        for arrived in &arrival.arrived {
            let target = arrival.folder.join(arrived.sha256.to_hex());
            fs::rename(&arrived.path, &target).map_err(io_at(&target))?;
        }
        sync(&arrival.folder)?;
        // An empty folder takes the name first; one that is renamed takes its place in one step.
        let root = self.root.join("pending");
        let folder = new_folder(|n| root.join(format!("{statement}.{}.{n}", at.ms())))?;
        fs::rename(&arrival.folder, &folder).map_err(io_at(&folder))?;
        sync(&root)?;
        Ok(Some(Pending { folder, statement, at }))
    }

    /// What waits for its statement.
    ///
    /// # Errors
    /// What the system reports.
    pub fn waiting(&self) -> Result<Vec<Pending>, StoreError> {
        let root = self.root.join("pending");
        let mut waiting = Vec::new();
        for entry in fs::read_dir(&root).map_err(io_at(&root))? {
            let folder = entry.map_err(io_at(&root))?.path();
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let mut parts = name.split('.');
            let statement = parts.next().and_then(|hex| Hash::from_hex(hex).ok());
            let at = parts.next().and_then(parse_decimal).and_then(|ms| Timestamp::from_ms(i64::try_from(ms).ok()?));
            // A folder of another name is not ours.
            if let Some((statement, at)) = statement.zip(at) {
                waiting.push(Pending { folder, statement, at });
            }
        }
        waiting.sort_by(|one, other| one.folder.cmp(&other.folder));
        Ok(waiting)
    }

    /// Puts documents in force, now that their statement is recorded. Those that are there already stay.
    ///
    /// # Errors
    /// What the system reports; then those that are not in force yet wait as before.
    pub fn settle(&self, pending: &Pending) -> Result<(), StoreError> {
        let erased = ErasedList::read(&self.dir)?;
        for entry in fs::read_dir(&pending.folder).map_err(io_at(&pending.folder))? {
            let from = entry.map_err(io_at(&pending.folder))?.path();
            let name = from.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Ok(sha256) = Hash::from_hex(name) else { continue };
            if erased.get(&Erased::Document(sha256)).is_some() {
                continue;
            }
            let place = self.place(&sha256);
            let folder = place.parent().unwrap_or(&self.root);
            DirBuilder::new().recursive(true).mode(0o755).create(folder).map_err(io_at(folder))?;
            // Named first: a stop in between is finished by the next start, which finds the document still waiting.
            self.add_name(&sha256, pending.statement)?;
            fs::rename(&from, &place).map_err(io_at(&place))?;
            sync(folder)?;
        }
        sync(&self.root)?;
        self.drop_pending(pending)
    }

    fn add_name(&self, sha256: &Hash, statement: Hash) -> Result<(), StoreError> {
        let mut names = self.named_by(sha256)?;
        if names.contains(&statement) {
            return Ok(());
        }
        names.push(statement);
        let text: String = names.iter().map(|name| format!("{name}\n")).collect();
        let path = self.names(sha256);
        let unfinished = with_ending(&path, ".unfinished");
        let written = File::create(&unfinished).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        });
        written.map_err(io_at(&path))
    }

    /// Drops documents whose statement was refused.
    ///
    /// # Errors
    /// What the system reports.
    pub fn drop_pending(&self, pending: &Pending) -> Result<(), StoreError> {
        fs::remove_dir_all(&pending.folder).map_err(io_at(&pending.folder))
    }

    /// Erases the document of this digest, from here and from every backup that is restored with `erased.list` kept.
    ///
    /// # Errors
    /// [`DocumentError::Unreasoned`]; what the system reports.
    pub fn erase(&self, sha256: &Hash, basis: &str, at: Timestamp) -> Result<Erasure, DocumentError> {
        if !is_reason(basis) {
            return Err(DocumentError::Unreasoned);
        }
        let erased = Erased::Document(*sha256);
        let mut list = ErasedList::read(&self.dir)?;
        list.add(erased.clone(), Erasure { at, basis: basis.to_owned() })?;
        self.destroy(sha256)?;
        Ok(list.get(&erased).cloned().unwrap_or(Erasure { at, basis: basis.to_owned() }))
    }

    fn destroy(&self, sha256: &Hash) -> Result<(), StoreError> {
        let place = self.place(sha256);
        for path in [&self.names(sha256), &place] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(StoreError::io(path, &error)),
                _ => {}
            }
        }
        match place.parent() {
            Some(folder) if folder.is_dir() => sync(folder),
            _ => Ok(()),
        }
    }
}

/// Makes the first folder of a series that is not there yet.
fn new_folder(place: impl Fn(u64) -> PathBuf) -> Result<PathBuf, StoreError> {
    let mut n = 0;
    loop {
        let folder = place(n);
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => n += 1,
            Err(error) => return Err(StoreError::io(&folder, &error)),
        }
    }
}

/// Waits until a folder's names are on the disk, where folders can be synced.
fn sync(folder: &Path) -> Result<(), StoreError> {
    match File::open(folder).and_then(|opened| opened.sync_all()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(StoreError::io(folder, &error)),
        _ => Ok(()),
    }
}

fn io_at(path: &Path) -> impl Fn(io::Error) -> StoreError + '_ {
    move |error| StoreError::io(path, &error)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
