//! Documents that are being received: written to a file, hashed on their way, bounded.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use super::shown::{Shown, TextCheck};
use super::{DocumentError, io_at};
use crate::ledger::store::StoreError;
use crate::tlog::hash::{Hash, Sha256Stream};

/// How many bytes are read at once.
const CHUNK_BYTES: usize = 64 * 1024;
/// How many bytes the media type is told by.
const HEAD_BYTES: usize = 8 * 1024;

/// The most that one submission may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Documents.
    pub documents: usize,
    /// Bytes of one document.
    pub document_bytes: u64,
    /// Bytes of all documents.
    pub total_bytes: u64,
}

impl Limits {
    /// A hundred documents, as many as a body may list; 100 MB each, 500 MB together.
    pub const SERVED: Self = Self { documents: 100, document_bytes: 100_000_000, total_bytes: 500_000_000 };
}

/// Documents that are being received. Dropped, it takes what it wrote with it.
#[derive(Debug)]
pub struct Arrival {
    pub(super) folder: PathBuf,
    limits: Limits,
    total: u64,
    writing: Option<Writing>,
    pub(super) arrived: Vec<Arrived>,
}

#[derive(Debug)]
struct Writing {
    file: File,
    path: PathBuf,
    stream: Sha256Stream,
    size: u64,
    head: Vec<u8>,
    text: TextCheck,
}

#[derive(Debug)]
pub(super) struct Arrived {
    pub(super) path: PathBuf,
    pub(super) sha256: Hash,
    pub(super) size: u64,
    pub(super) shown: Shown,
}

impl Arrival {
    pub(super) fn new(folder: PathBuf, limits: Limits) -> Self {
        Self { folder, limits, total: 0, writing: None, arrived: Vec::new() }
    }

    /// Begins the next document.
    ///
    /// # Errors
    /// [`DocumentError::TooMany`]; what the system reports.
    pub fn start(&mut self) -> Result<(), DocumentError> {
        if self.arrived.len() >= self.limits.documents {
            return Err(DocumentError::TooMany(self.limits.documents));
        }
        let path = self.folder.join(format!("part-{}", self.arrived.len()));
        let file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(io_at(&path))?;
        let stream = Sha256Stream::new();
        self.writing = Some(Writing { file, path, stream, size: 0, head: Vec::new(), text: TextCheck::default() });
        Ok(())
    }

    /// Writes the next bytes of the document that was begun.
    ///
    /// # Errors
    /// [`DocumentError::TooLarge`], [`DocumentError::TotalTooLarge`]; what the system reports.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), DocumentError> {
        let Some(writing) = &mut self.writing else { return Ok(()) };
        writing.size += bytes.len() as u64;
        self.total += bytes.len() as u64;
        if writing.size > self.limits.document_bytes {
            return Err(DocumentError::TooLarge(self.limits.document_bytes));
        }
        if self.total > self.limits.total_bytes {
            return Err(DocumentError::TotalTooLarge(self.limits.total_bytes));
        }
        writing.stream.update(bytes);
        writing.text.take(bytes);
        let room = HEAD_BYTES - writing.head.len();
        writing.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        writing.file.write_all(bytes).map_err(io_at(&writing.path))?;
        Ok(())
    }

    /// Ends the document that was begun: it is on the disk, and its digest known.
    ///
    /// # Errors
    /// What the system reports.
    pub fn finish(&mut self) -> Result<(), DocumentError> {
        let Some(Writing { file, path, stream, size, head, text }) = self.writing.take() else { return Ok(()) };
        file.sync_all().map_err(io_at(&path))?;
        self.arrived.push(Arrived { path, sha256: stream.finish(), size, shown: Shown::of(&head, &text) });
        Ok(())
    }

    /// Receives a whole document from a reader.
    ///
    /// # Errors
    /// As [`Arrival::start`] and [`Arrival::write`].
    pub fn receive(&mut self, mut from: impl Read) -> Result<(), DocumentError> {
        self.start()?;
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            match from.read(&mut chunk) {
                Ok(0) => return self.finish(),
                Ok(read) => self.write(&chunk[..read])?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(StoreError::io(&self.folder, &error).into()),
            }
        }
    }

    /// The documents that are whole: where each lies for now, and its digest.
    pub fn whole(&self) -> impl Iterator<Item = (&Path, Hash)> {
        self.arrived.iter().map(|arrived| (arrived.path.as_path(), arrived.sha256))
    }

    /// How many documents are whole.
    #[must_use]
    pub fn count(&self) -> usize {
        self.arrived.len()
    }
}

impl Drop for Arrival {
    fn drop(&mut self) {
        // Gone already when it was kept; else best effort: the next start of the writer removes what is left.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
