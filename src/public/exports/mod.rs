//! The whole of a ledger in files for other programs: JSON Lines, a Data Package, a spreadsheet, 360Giving.
//!
//! Each names the moment that it was made from, and has the same bytes whenever it is made from that moment: what is
//! served as a dump is what `hibah export --format` writes. Nothing here opens a file: whoever exports hands in where to
//! write.

mod datapackage;
mod jsonl;
mod spreadsheet;
mod three_sixty;

use std::io::{Seek, Write};
use std::path::Path;

use super::founding::Founding;
use super::memory::Memory;
use super::tables::Origin;
pub use super::tables::TableError;
use crate::ledger::reader::Reader;
use crate::ledger::snapshot::Snapshot;
use crate::tlog::hash::{Hash, Sha256Stream};

/// Under which licence the data is given out.
pub(super) struct Licence {
    pub(super) name: &'static str,
    pub(super) path: &'static str,
    pub(super) title: &'static str,
}

/// Whoever uses the data says where it is from, and may do anything else with it.
pub(super) const LICENCE: Licence = Licence {
    name: "CC-BY-4.0",
    path: "https://creativecommons.org/licenses/by/4.0/",
    title: "Creative Commons Attribution 4.0 International",
};

/// A ledger as it is at one moment.
pub struct Source<'a>(Origin<'a>);

/// Opens a ledger at its present moment for `work`.
///
/// # Errors
/// What the files report, and what the work says.
pub fn at_one_moment<T>(
    reader: &Reader,
    dir: &Path,
    work: impl FnOnce(&Source<'_>) -> Result<T, TableError>,
) -> Result<T, TableError> {
    let founding = Founding::read(reader, dir)?;
    let memory = Memory::default();
    reader.in_snapshot(|at| work(&Source(Origin { reader, founding: &founding, at, memory: &memory })))
}

impl Source<'_> {
    /// The moment.
    #[must_use]
    pub fn moment(&self) -> &Snapshot {
        self.0.at
    }

    /// Writes the entries from `first` on as JSON Lines, and the checkpoint as the last line.
    ///
    /// # Errors
    /// What the files report, and what the sink says.
    pub fn jsonl(&self, first: u64, out: &mut dyn Write) -> Result<(), TableError> {
        jsonl::write(&self.0, first, out)
    }

    /// Whether the lines of the first `size` entries are the same now as they were at that size: no text of them was
    /// erased since.
    ///
    /// # Errors
    /// What the files report.
    pub fn keeps_lines_of(&self, size: u64) -> Result<bool, TableError> {
        Ok(!self.0.reader.hides_since(size)?)
    }

    /// Whether the tree over the first `size` entries has this root, 64 hex digits.
    ///
    /// # Errors
    /// What the files report.
    pub fn keeps_root_of(&self, size: u64, root: &str) -> Result<bool, TableError> {
        Ok(size <= self.0.at.size && self.0.reader.root_of(size)?.to_hex() == root)
    }

    /// Writes a Data Package: `open` gives the sink of each of its files by name, the descriptor last.
    ///
    /// # Errors
    /// What the files report, and what a sink says.
    pub fn datapackage(&self, open: &mut dyn FnMut(&str) -> std::io::Result<Box<dyn Write>>) -> Result<(), TableError> {
        datapackage::write(&self.0, open)
    }

    /// Writes a spreadsheet.
    ///
    /// # Errors
    /// What the files report, and what the sink says.
    pub fn spreadsheet<W: Write + Seek + Send>(&self, out: W) -> Result<(), TableError> {
        spreadsheet::write(&self.0, out)
    }

    /// Writes the awards as 360Giving JSON; answers how many there are. The standard has no file without any.
    ///
    /// # Errors
    /// What the files report, and what the sink says.
    pub fn three_sixty(&self, out: &mut dyn Write) -> Result<u64, TableError> {
        three_sixty::write(&self.0, out)
    }
}

/// A sink that counts and hashes what passes.
pub struct Hashed<W> {
    inner: W,
    bytes: u64,
    digest: Sha256Stream,
}

impl<W> Hashed<W> {
    /// Around a sink.
    pub fn new(inner: W) -> Self {
        Self { inner, bytes: 0, digest: Sha256Stream::new() }
    }

    /// How many bytes passed, their SHA-256, and the sink.
    pub fn finish(self) -> (u64, Hash, W) {
        (self.bytes, self.digest.finish(), self.inner)
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}
