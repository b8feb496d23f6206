//! A copy of a ledger as files that grows with it: what `hibah export` writes, taken from another source.
//!
//! The checkpoint is the last that is written, after all under it is on the disk: whatever stands beyond it is not there
//! for a reader, and is written again. Hash tiles are made of the entries, never fetched.

use std::fs;
use std::path::{Path, PathBuf};

use super::store::StoreError;
use super::tree::{self, Tree};
use super::verify::{Source, SourceError};
use crate::tlog::hash::{HASH_LEN, leaf_hash};
use crate::tlog::merkle::Frontier;
use crate::tlog::tile::{self, Tile, TileHashReader, TilePath, TileSource as _};

/// Hashes of a full tile, in bytes.
const FULL: usize = 256 * HASH_LEN;

/// Why a mirror did not grow.
#[derive(Debug, thiserror::Error)]
pub enum GrowError {
    /// The source cannot be read, or does not serve bundles.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The source has other entries than the mirror, in a bundle that both have.
    #[error("the entries from {first} on are others than before")]
    Differs {
        /// The first of the bundle.
        first: u64,
    },
    /// The mirror's own files.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A folder with the files of a ledger.
pub struct Mirror {
    root: PathBuf,
    tree: Tree,
}

impl Mirror {
    /// The mirror in `root`, which may be empty or not there.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), tree: Tree::new(root) }
    }

    /// What it holds, as a source.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Its checkpoint, where it has one.
    ///
    /// # Errors
    /// What the disk reports.
    pub fn checkpoint(&self) -> Result<Option<Vec<u8>>, SourceError> {
        if self.root.join("checkpoint").exists() { self.tree.checkpoint().map(Some) } else { Ok(None) }
    }

    /// Takes over the entries from `old`, the size of its checkpoint, to `size`. Answers the edge of the tree over all of
    /// them, which the caller compares with a signed root before [`Mirror::settle`].
    ///
    /// # Errors
    /// [`GrowError`]; what is under the mirror's checkpoint stays as it is.
    pub fn grow<S: Source>(
        &self,
        (old, size): (u64, u64),
        source: &S,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Frontier, GrowError> {
        let unread = |fault: &dyn std::fmt::Display| SourceError(fault.to_string());
        let mut edge = Frontier::read(old, &TileHashReader::new(&self.tree, old)).map_err(|fault| unread(&fault))?;
        let mut rows = self.rows(old)?;
        for index in old / 256..size.div_ceil(256) {
            let width = tile::width_at(index, size);
            let bundle = source.bundle(index, width)?;
            let entries = tile::decode_bundle(&bundle, width).map_err(|fault| unread(&fault))?;
            // Of the first bundle some entries are here already.
            let known = usize::try_from(old.saturating_sub(index * 256)).unwrap_or(0).min(256);
            if let Some(known @ 1..) = u16::try_from(known).ok()
                && !bundle.starts_with(&self.tree.bundle(index, known)?)
            {
                return Err(GrowError::Differs { first: index * 256 });
            }
            for entry in &entries[known..] {
                for (node, hash) in edge.push(leaf_hash(entry)).iter().filter(|(node, _)| node.level % 8 == 0) {
                    let level = node.level / 8;
                    let row = &mut rows[usize::from(level)];
                    row.extend_from_slice(hash.as_bytes());
                    if row.len() == FULL {
                        let path = TilePath::Hashes(Tile { level, index: node.index / 256, width: tile::TILE_WIDTH });
                        self.write(&path, row)?;
                        row.clear();
                    }
                }
            }
            self.write(&TilePath::Entries { index, width }, &bundle)?;
            progress(edge.size(), size);
        }
        for (level, row) in (0..).zip(&rows).filter(|(_, row)| !row.is_empty()) {
            let nodes = size >> (8 * u32::from(level));
            let width = tile::width_at(nodes / 256, nodes);
            self.write(&TilePath::Hashes(Tile { level, index: nodes / 256, width }), row)?;
        }
        Ok(edge)
    }

    /// By tile level: the hashes of the tile that is not full yet, in a tree of `size`.
    fn rows(&self, size: u64) -> Result<Vec<Vec<u8>>, SourceError> {
        (0..8u8)
            .map(|level| {
                let nodes = size >> (8 * u32::from(level));
                if nodes.is_multiple_of(256) {
                    return Ok(Vec::new());
                }
                let index = nodes / 256;
                self.tree.hash_tile(Tile { level, index, width: tile::width_at(index, nodes) })
            })
            .collect()
    }

    fn write(&self, path: &TilePath, bytes: &[u8]) -> Result<(), StoreError> {
        tree::write(&self.root.join(path.to_string()), bytes)
    }

    /// Makes the first `size` entries the mirror's, under this signed note; `old` is the size of the one before.
    ///
    /// # Errors
    /// What the disk reports.
    pub fn settle(&self, note: &str, (old, size): (u64, u64)) -> Result<(), StoreError> {
        fs::create_dir_all(&self.root).map_err(|error| StoreError::io(&self.root, &error))?;
        let folder = fs::File::open(&self.root).map_err(|error| StoreError::io(&self.root, &error))?;
        // All at once: a sync of each of many thousand files takes far longer.
        rustix::fs::syncfs(&folder).map_err(|error| StoreError::io(&self.root, &error.into()))?;
        tree::write(&self.root.join("checkpoint"), note.as_bytes())?;
        // Whoever reads by this checkpoint needs the partial files of its size only.
        for path in superseded(old, size) {
            let file = self.root.join(path.to_string());
            let _ = fs::remove_file(&file);
            // Empty once the tile is full.
            let _ = file.parent().map(fs::remove_dir);
        }
        Ok(())
    }
}

/// The partial files of the tree of size `old` that the tree of size `new` has wider or full.
fn superseded(old: u64, new: u64) -> impl Iterator<Item = TilePath> {
    let partial = |path: &TilePath| match path {
        TilePath::Hashes(tile) => tile.width < tile::TILE_WIDTH,
        TilePath::Entries { width, .. } => *width < tile::TILE_WIDTH,
    };
    let now: std::collections::BTreeSet<TilePath> = edge(new).collect();
    edge(old).filter(partial).filter(move |path| !now.contains(path))
}

/// The last file of each row of a tree.
fn edge(size: u64) -> impl Iterator<Item = TilePath> {
    let last = |nodes: u64| (nodes > 0).then(|| ((nodes - 1) / 256, tile::width_at((nodes - 1) / 256, nodes)));
    let bundle = last(size).map(|(index, width)| TilePath::Entries { index, width });
    let row = move |level: u8| {
        last(size >> (8 * u32::from(level))).map(|(index, width)| TilePath::Hashes(Tile { level, index, width }))
    };
    bundle.into_iter().chain((0..8).filter_map(row))
}
