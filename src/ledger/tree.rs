//! The static tree: the files that the public addresses have, so that a plain file server of them is a full mirror.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::reader::Reader;
use super::store::StoreError;
use super::verify::{Source, SourceError};
use crate::tlog::tile::{Tile, TilePath, TileSource, tiles_of_size};

/// The largest file that is read, in bytes: a full bundle of the largest entries has 16.8 million.
const MAX_FILE_BYTES: u64 = 20_000_000;

/// An exported folder.
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// The tree in `root`.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, SourceError> {
        let file = self.root.join(path);
        let unread = |why: &dyn std::fmt::Display| {
            SourceError(format!("{} could not be read ({why}): fetch it again", file.display()))
        };
        let mut bytes = Vec::new();
        let opened = std::fs::File::open(&file).map_err(|error| unread(&error))?;
        opened.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|error| unread(&error))?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(unread(&"it is larger than any file of a ledger"));
        }
        Ok(bytes)
    }
}

impl TileSource for Tree {
    type Error = SourceError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, SourceError> {
        self.read(&TilePath::Hashes(tile).to_string())
    }
}

impl Source for Tree {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        self.read("checkpoint")
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError> {
        self.read(&TilePath::Entries { index, width }.to_string())
    }
}

/// Writes the static tree of a ledger into `out`, the checkpoint last, so that a tree with a checkpoint is whole.
/// Files that are there already and full are not written again. Answers how many entries the tree has.
///
/// # Errors
/// What the ledger's files or the disk report.
pub fn export(ledger: &Reader, out: &Path, progress: &dyn Fn(u64, u64)) -> Result<u64, StoreError> {
    let signed = ledger.signed()?;
    let paths: Vec<TilePath> = tiles_of_size(signed.size).collect();
    for (done, path) in (1u64..).zip(&paths) {
        let bytes = match path {
            TilePath::Hashes(tile) => ledger.tile(*tile)?,
            TilePath::Entries { index, width } => ledger.entry_bundle(*index, *width)?,
        };
        // A tile of a signed size is there; a ledger that lost it is damaged.
        let bytes = bytes.ok_or_else(|| StoreError::System {
            file: out.to_owned(),
            what: format!("the ledger has no {path} although it signed {} entries", signed.size),
        })?;
        write(&out.join(path.to_string()), &bytes)?;
        progress(done, paths.len() as u64);
    }
    let size = signed.size;
    write(&out.join("checkpoint"), ledger.note_of(signed)?.as_bytes())?;
    Ok(size)
}

/// Writes a file whole or not at all.
pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let fault = |error| StoreError::io(file, &error);
    if std::fs::read(file).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(fault)?;
    }
    let unfinished = file.with_extension("unfinished");
    std::fs::write(&unfinished, bytes).map_err(fault)?;
    std::fs::rename(&unfinished, file).map_err(fault)
}
