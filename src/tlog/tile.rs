//! Tiles: the tree and the entries as files that never change (C2SP tlog-tiles).
//!
//! A hash tile is up to 256 hashes of 32 bytes, side by side. At level 0 they are leaf hashes; at level L each
//! is the root of 256^L leaves, that is of one full tile of the level below. An entry bundle is up to 256 entries,
//! each after its length as two bytes, big-endian. What is not full is partial and says its width.
//! Paths, the leading slash left out:
//!
//! ```text
//! tile/0/000                  the first 256 leaf hashes
//! tile/0/x001/x234/067        tile 1,234,067 of level 0
//! tile/0/273.p/112            a partial tile of 112 hashes
//! tile/entries/273.p/112      the entries under it
//! ```
//!
//! A tree of 70,000 leaves has 273 full tiles of level 0 and `tile/0/273.p/112`, one full tile of level 1 and
//! `tile/1/001.p/17`, and `tile/2/000.p/1`:
//!
//! ```
//! use hibah::tlog::tile::tiles_of_size;
//! let paths: Vec<String> = tiles_of_size(70_000).map(|path| path.to_string()).collect();
//! assert_eq!(paths.len(), 274 + 274 + 2 + 1);
//! assert_eq!(paths[273], "tile/entries/273.p/112");
//! assert_eq!(paths[547..], ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]);
//! ```
//!
//! Entries of the bundle `00 07 grant-0 00 07 grant-1` are read with [`decode_bundle`], which leaves no byte
//! unexplained.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use super::decimal::parse_decimal;
use super::hash::{HASH_LEN, Hash, node_hash};
use super::merkle::{HashReader, Node};

/// Hashes of a full tile, entries of a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// A hash tile: `width` hashes from `index * 256` on, at `level` of tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// 0 to 63; the hashes of level L are roots of 256^L leaves each.
    pub level: u8,
    /// Position within the level.
    pub index: u64,
    /// Number of hashes, 1 to 256; 256 is a full tile.
    pub width: u16,
}

/// What a path under `tile/` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TilePath {
    /// `tile/<L>/<N>[.p/<W>]`
    Hashes(Tile),
    /// `tile/entries/<N>[.p/<W>]`
    Entries {
        /// Position of the bundle: its first entry is `index * 256`.
        index: u64,
        /// Number of entries, 1 to 256.
        width: u16,
    },
}

/// Why a path, a bundle or a tile is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// Not a path of tlog-tiles.
    #[error("this is not the path of a tile; paths look like tile/0/x001/x234/067 or tile/entries/000.p/5")]
    Path,
    /// The bundle ends within an entry, or before its last one.
    #[error("the entry bundle ends within entry {entry} of {width}; fetch it again")]
    BundleShort {
        /// Which entry, from 0.
        entry: u16,
        /// How many belong there.
        width: u16,
    },
    /// Bytes after the last entry.
    #[error("the entry bundle has {extra} bytes after its {width} entries; fetch it again")]
    BundleLong {
        /// How many bytes too many.
        extra: usize,
        /// How many entries belong there.
        width: u16,
    },
    /// No entry, or more than 256, or an entry over 65,535 bytes.
    #[error("a bundle has 1 to 256 entries of at most 65,535 bytes each")]
    BundleLimits,
}

impl TilePath {
    /// Reads a path without leading slash.
    ///
    /// # Errors
    /// [`TileError::Path`] for anything that [`Display`](fmt::Display) would not print.
    pub fn parse(path: &str) -> Result<Self, TileError> {
        let rest = path.strip_prefix("tile/").ok_or(TileError::Path)?;
        let (level, rest) = rest.split_once('/').ok_or(TileError::Path)?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, parse_decimal(width).ok_or(TileError::Path)?),
            None => (rest, u64::from(TILE_WIDTH)),
        };
        // A partial tile is not full and not empty: only the path without `.p` is 256 wide.
        let is_partial = index.len() != rest.len();
        let width = match u16::try_from(width) {
            Ok(width) if (1..TILE_WIDTH).contains(&width) == is_partial => width,
            _ => return Err(TileError::Path),
        };
        let index = parse_index(index).ok_or(TileError::Path)?;
        if level == "entries" {
            return Ok(TilePath::Entries { index, width });
        }
        match parse_decimal(level) {
            Some(level @ 0..=63) => Ok(TilePath::Hashes(Tile { level: level as u8, index, width })),
            _ => Err(TileError::Path),
        }
    }

    /// Whether the tree of `size` leaves has all that this path names. A partial tile of an earlier size is among it.
    pub fn is_within(&self, size: u64) -> bool {
        let (level, index, width) = match *self {
            TilePath::Hashes(tile) => (u32::from(tile.level), tile.index, tile.width),
            TilePath::Entries { index, width } => (0, index, width),
        };
        let present = size.checked_shr(8 * level).unwrap_or(0);
        // In 128 bits, because the index may be any.
        u128::from(index) * u128::from(TILE_WIDTH) + u128::from(width) <= u128::from(present)
    }
}

/// Reads `x001/x234/067`: groups of three digits, all but the last after an `x`, the first not `x000`.
fn parse_index(text: &str) -> Option<u64> {
    let groups: Vec<&str> = text.split('/').collect();
    let (last, others) = groups.split_last()?;
    if others.first() == Some(&"x000") {
        return None;
    }
    let mut index: u64 = 0;
    for group in others.iter().map(|group| group.strip_prefix('x')).chain([Some(*last)]) {
        let digits = group.filter(|group| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit()))?;
        index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    Some(index)
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match self {
            TilePath::Hashes(tile) => {
                write!(f, "tile/{}/", tile.level)?;
                (tile.index, tile.width)
            }
            TilePath::Entries { index, width } => {
                f.write_str("tile/entries/")?;
                (*index, *width)
            }
        };
        let mut groups = Vec::new();
        let mut rest = index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups.iter().rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", index % 1000)?;
        if width < TILE_WIDTH {
            write!(f, ".p/{width}")?;
        }
        Ok(())
    }
}

/// Every tile and bundle that a tree of `size` has: bundles first, then level by level.
pub fn tiles_of_size(size: u64) -> impl Iterator<Item = TilePath> {
    new_tiles(0, size)
}

/// Every tile and bundle of the tree of size `new` that the tree of size `old` does not have.
pub fn new_tiles(old: u64, new: u64) -> impl Iterator<Item = TilePath> {
    let bundles = row(old, new).map(|(index, width)| TilePath::Entries { index, width });
    let tiles = (0..8).flat_map(move |level: u8| {
        row(old >> (8 * level), new >> (8 * level))
            .map(move |(index, width)| TilePath::Hashes(Tile { level, index, width }))
    });
    bundles.chain(tiles)
}

/// The tiles of one level, as index and width, that it has with `new` hashes and does not have with `old`.
fn row(old: u64, new: u64) -> impl Iterator<Item = (u64, u16)> {
    let width = u64::from(TILE_WIDTH);
    let full = (old / width..new / width).map(|index| (index, TILE_WIDTH));
    // Below 256, so the cast loses nothing.
    let rest = (new % width) as u16;
    let partial = (old < new && rest > 0).then_some((new / width, rest));
    full.chain(partial)
}

/// A bundle: each entry after its length as big-endian u16.
///
/// # Errors
/// [`TileError::BundleLimits`].
pub fn encode_bundle(entries: &[&[u8]]) -> Result<Vec<u8>, TileError> {
    if entries.is_empty() || entries.len() > usize::from(TILE_WIDTH) {
        return Err(TileError::BundleLimits);
    }
    let mut bundle = Vec::with_capacity(entries.iter().map(|entry| 2 + entry.len()).sum());
    for entry in entries {
        push_entry(&mut bundle, entry)?;
    }
    Ok(bundle)
}

/// Adds an entry to a bundle, after its length.
///
/// # Errors
/// [`TileError::BundleLimits`] for an entry over 65,535 bytes.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), TileError> {
    let length = u16::try_from(entry.len()).map_err(|_| TileError::BundleLimits)?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// How many of the 256 places of tile `index` a level of `count` nodes fills, where it reaches that tile; a bundle as well.
pub fn width_at(index: u64, count: u64) -> u16 {
    u16::try_from((count - index * 256).min(256)).unwrap_or(256)
}

/// The `width` entries of a bundle.
///
/// # Errors
/// [`TileError`]: every byte must belong to an entry.
pub fn decode_bundle(bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, TileError> {
    if !(1..=TILE_WIDTH).contains(&width) {
        return Err(TileError::BundleLimits);
    }
    let mut rest = bundle;
    let mut entries = Vec::with_capacity(usize::from(width));
    for entry in 0..width {
        let short = TileError::BundleShort { entry, width };
        let Some((length, after)) = rest.split_first_chunk() else {
            return Err(short);
        };
        let Some((data, after)) = after.split_at_checked(usize::from(u16::from_be_bytes(*length))) else {
            return Err(short);
        };
        entries.push(data);
        rest = after;
    }
    if rest.is_empty() { Ok(entries) } else { Err(TileError::BundleLong { extra: rest.len(), width }) }
}

/// Where hash tiles come from: a directory, a mirror, a server.
pub trait TileSource {
    /// Why a tile cannot be had.
    type Error;

    /// The bytes of the tile: 32 for each hash.
    ///
    /// # Errors
    /// The source's own.
    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, Self::Error>;
}

impl<S: TileSource + ?Sized> TileSource for &S {
    type Error = S::Error;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, Self::Error> {
        (**self).hash_tile(tile)
    }
}

/// Why hashes cannot be read from tiles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileReadError<E> {
    /// The source failed.
    #[error("a tile could not be read: {0}")]
    Source(E),
    /// The tile has another length than 32 bytes a hash.
    #[error("{path} has {got} bytes where {expected} belong; fetch it again")]
    WrongLength {
        /// Which tile.
        path: TilePath,
        /// The bytes that belong there.
        expected: usize,
        /// The bytes there are.
        got: usize,
    },
    /// The tree has no such node.
    #[error("node {} of level {} is beyond a tree of size {size}", node.index, node.level)]
    Beyond {
        /// The node asked for.
        node: Node,
        /// The size of the tree.
        size: u64,
    },
}

/// Reads the hashes of a tree of a given size from its tiles, each tile once a call. It takes the tiles as they
/// are: a proof made from wrong ones does not lead to the root, and [`merkle`](super::merkle)'s checks say so.
#[derive(Debug, Clone, Copy)]
pub struct TileHashReader<'a, S> {
    source: &'a S,
    size: u64,
}

impl<'a, S: TileSource> TileHashReader<'a, S> {
    /// A reader of the tiles that a tree of `size` leaves has.
    pub fn new(source: &'a S, size: u64) -> Self {
        TileHashReader { source, size }
    }

    /// The tile that a node is computed from, and which of its hashes: those from the first number on, as many as the
    /// second.
    fn place(&self, node: Node) -> Option<(Tile, usize, usize)> {
        if node.level >= 64 || node.index >= self.size >> node.level {
            return None;
        }
        // Node level 8L + h is h levels above the hashes of tile level L, 2^h of them; they never span two tiles.
        let (level, height) = (node.level / 8, node.level % 8);
        let first = node.index << height;
        let width = u64::from(TILE_WIDTH);
        let index = first / width;
        let present = (self.size >> (8 * level)) - index * width;
        let tile = Tile { level, index, width: present.min(width) as u16 };
        Some((tile, (first % width) as usize, 1 << height))
    }

    fn fetch(&self, tile: Tile) -> Result<Vec<u8>, TileReadError<S::Error>> {
        let bytes = self.source.hash_tile(tile).map_err(TileReadError::Source)?;
        let expected = HASH_LEN * usize::from(tile.width);
        if bytes.len() != expected {
            let path = TilePath::Hashes(tile);
            return Err(TileReadError::WrongLength { path, expected, got: bytes.len() });
        }
        Ok(bytes)
    }
}

impl<S: TileSource> HashReader for TileHashReader<'_, S> {
    type Error = TileReadError<S::Error>;

    fn read_hashes(&self, nodes: &[Node]) -> Result<Vec<Hash>, Self::Error> {
        let mut cache: BTreeMap<Tile, Vec<u8>> = BTreeMap::new();
        let mut hashes = Vec::with_capacity(nodes.len());
        for node in nodes {
            let beyond = TileReadError::Beyond { node: *node, size: self.size };
            let (tile, first, count) = self.place(*node).ok_or(beyond)?;
            let bytes = match cache.entry(tile) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(self.fetch(tile)?),
            };
            hashes.push(subtree_root(&bytes[first * HASH_LEN..(first + count) * HASH_LEN]));
        }
        Ok(hashes)
    }
}

/// As [`TileHashReader`], for many proofs of one tree: each tile is read once, and each node within it computed once.
pub struct HeldTileHashes<'a, S> {
    tiles: TileHashReader<'a, S>,
    /// By tile, its hashes and the complete nodes above them, level by level.
    held: RefCell<BTreeMap<Tile, Vec<Vec<Hash>>>>,
}

impl<'a, S: TileSource> HeldTileHashes<'a, S> {
    /// A reader of the tiles that a tree of `size` leaves has.
    pub fn new(source: &'a S, size: u64) -> Self {
        HeldTileHashes { tiles: TileHashReader::new(source, size), held: RefCell::default() }
    }
}

impl<S: TileSource> HashReader for HeldTileHashes<'_, S> {
    type Error = TileReadError<S::Error>;

    fn read_hashes(&self, nodes: &[Node]) -> Result<Vec<Hash>, Self::Error> {
        let mut held = self.held.borrow_mut();
        let read = |node: &Node| {
            let beyond = TileReadError::Beyond { node: *node, size: self.tiles.size };
            let (tile, first, count) = self.tiles.place(*node).ok_or(beyond)?;
            let levels = match held.entry(tile) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(levels(&self.tiles.fetch(tile)?)),
            };
            Ok(levels[count.ilog2() as usize][first / count])
        };
        nodes.iter().map(read).collect()
    }
}

/// The hashes of a tile, and level by level the complete nodes above them.
fn levels(bytes: &[u8]) -> Vec<Vec<Hash>> {
    let (chunks, _) = bytes.as_chunks::<HASH_LEN>();
    let mut levels: Vec<Vec<Hash>> = vec![chunks.iter().map(|chunk| Hash::from_bytes(*chunk)).collect()];
    while let Some(below) = levels.last().filter(|below| below.len() > 1) {
        let (pairs, _) = below.as_chunks::<2>();
        levels.push(pairs.iter().map(|[left, right]| node_hash(left, right)).collect());
    }
    levels
}

/// The root of a complete subtree from its 2^h hashes.
fn subtree_root(bytes: &[u8]) -> Hash {
    let (chunks, _) = bytes.as_chunks::<HASH_LEN>();
    let mut hashes: Vec<Hash> = chunks.iter().map(|chunk| Hash::from_bytes(*chunk)).collect();
    while hashes.len() > 1 {
        hashes = hashes.chunks(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
    }
    hashes[0]
}
