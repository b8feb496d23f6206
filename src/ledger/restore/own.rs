//! What a ledger's folder itself has: entries, and the last-signed record. Files are opened for reading only, so that a
//! refusal leaves them byte for byte as they were.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use super::RestoreError;
use super::known::{BUNDLE, Known};
use crate::ledger::store::{Access, ENTRIES_FILE, Entries, LAST_SIGNED_FILE, LastSigned, NewNode, Signed, StoreError};
use crate::ledger::verify::{Source, SourceError};
use crate::tlog::hash::{EMPTY_ROOT, Hash, leaf_hash};
use crate::tlog::merkle::{Frontier, Node};
use crate::tlog::tile::{self, Tile, TileSource};

/// How many entries are read at once.
const GROUP: u64 = 4_096;

/// The entries of a folder: read once, each compared with the hashes that are stored beside it.
pub(super) struct Own {
    entries: Option<Entries>,
    /// The right edge of the tree over them.
    pub(super) edge: Frontier,
    roots: BTreeMap<u64, Hash>,
}

impl Own {
    /// Reads the entries, and keeps the roots over the first ones of each of `sizes`. A folder without them has none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] and what the system reports.
    pub(super) fn read(dir: &Path, sizes: &BTreeSet<u64>, progress: &dyn Fn(u64, u64)) -> Result<Self, StoreError> {
        let file = dir.join(ENTRIES_FILE);
        let there = file.exists();
        if !there && dir.join(format!("{ENTRIES_FILE}-wal")).exists() {
            // A new file of that name would end what is left of the lost one.
            return Err(StoreError::Missing(file));
        }
        let entries = there.then(|| Entries::open(dir, Access::Read)).transpose()?;
        let roots = BTreeMap::from([(0, EMPTY_ROOT)]);
        let mut own = Self { entries, edge: Frontier::new(), roots };
        let Some(entries) = &own.entries else { return Ok(own) };
        let size = entries.size()?;
        while own.edge.size() < size {
            for (stored, bytes) in entries.rows(own.edge.size(), GROUP.min(size - own.edge.size()))? {
                let (index, leaf) = (own.edge.size(), leaf_hash(&bytes));
                entries.check_hashes(index, (&stored, &leaf), &kept(&own.edge.push(leaf)))?;
                if sizes.contains(&own.edge.size()) {
                    own.roots.insert(own.edge.size(), own.edge.root());
                }
            }
            progress(own.edge.size(), size);
        }
        own.roots.insert(size, own.edge.root());
        Ok(own)
    }

    /// How many entries there are.
    pub(super) fn size(&self) -> u64 {
        self.edge.size()
    }

    /// Whether the first `size` entries are there and have this root. The size is one of those asked for.
    pub(super) fn has(&self, size: u64, root: Hash) -> bool {
        self.roots.get(&size) == Some(&root)
    }

    /// Whether there is a file of entries.
    pub(super) fn has_file(&self) -> bool {
        self.entries.is_some()
    }

    /// The folder's entries as a source, under a checkpoint that somebody else has.
    pub(super) fn under<'a>(&'a self, known: &'a Known) -> Under<'a> {
        Under { own: self, note: known.note.to_string() }
    }

    /// Entries from `first`, at most `count`, verbatim.
    ///
    /// # Errors
    /// What the file reports.
    pub(super) fn range(&self, first: u64, count: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let Some(entries) = &self.entries else { return Ok(Vec::new()) };
        entries.range(first, count)
    }
}

/// The files' names are as durable as what is in them, where folders can be synced.
pub(super) fn sync(dir: &Path) {
    if let Ok(folder) = File::open(dir) {
        let _ = folder.sync_all();
    }
}

/// The tree hashes of completed nodes that `ledger.db` keeps: those on tile levels above the leaves.
pub(super) fn kept(nodes: &[(Node, Hash)]) -> Vec<NewNode> {
    let kept = nodes.iter().filter(|(node, _)| node.level > 0 && node.level % 8 == 0);
    kept.map(|(node, hash)| NewNode { level: node.level / 8, index: node.index, hash: *hash }).collect()
}

/// A folder's entries under a checkpoint.
pub(super) struct Under<'a> {
    own: &'a Own,
    note: String,
}

impl TileSource for Under<'_> {
    type Error = SourceError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, SourceError> {
        let Some(entries) = &self.own.entries else { return Ok(Vec::new()) };
        entries.hash_tile(tile).map_err(|error| SourceError(error.to_string()))
    }
}

impl Source for Under<'_> {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        Ok(self.note.clone().into_bytes())
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError> {
        let entries =
            self.own.range(index * BUNDLE, u64::from(width)).map_err(|error| SourceError(error.to_string()))?;
        let slices: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        tile::encode_bundle(&slices).map_err(|fault| SourceError(fault.to_string()))
    }
}

/// The last-signed record of a folder.
pub(super) enum Record {
    /// There is no such file.
    Missing,
    /// It cannot be read any more, or contradicts itself.
    Damaged(String),
    /// It is there.
    There(Known),
    /// It is there, in a copy: somebody else signed what it says.
    Copied(Known),
}

impl Record {
    /// Reads it.
    ///
    /// # Errors
    /// What the system reports, such as a file that nobody may read.
    pub(super) fn read(dir: &Path) -> Result<Self, RestoreError> {
        let file = dir.join(LAST_SIGNED_FILE);
        let read = LastSigned::open(dir, Access::Read).and_then(|record| Ok((record.get()?, record.is_copy()?)));
        match read {
            Ok((signed, copied)) => Ok(match Self::of(&file, &signed) {
                Self::There(known) if copied => Self::Copied(known),
                record => record,
            }),
            Err(StoreError::Missing(_)) => Ok(Self::Missing),
            Err(StoreError::Damaged { what, .. }) => Ok(Self::Damaged(what)),
            Err(error) => Err(error.into()),
        }
    }

    fn of(file: &Path, signed: &Signed) -> Self {
        match Known::read(&file.display().to_string(), signed.note.as_bytes()) {
            Err(fault) => Self::Damaged(fault.to_string()),
            Ok(known) if (known.checkpoint.size, known.checkpoint.root) != (signed.size, signed.root) => {
                Self::Damaged(format!("its columns say size {}, its note says {}", signed.size, known.checkpoint.size))
            }
            Ok(known) => Self::There(known),
        }
    }
}
