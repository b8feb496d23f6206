//! Merkle trees (RFC 6962 section 2.1): roots, proofs that a leaf is in a tree, proofs that a tree grew.
//!
//! A tree of `n` leaves is split at the largest power of two below `n`; its root is the node hash of the two
//! sides' roots. The tree of five leaves, with the names of its complete subtrees as `level/index`:
//!
//! ```text
//!                 root
//!               /      \
//!            2/0        \
//!          /     \       \
//!       1/0       1/1     \
//!      /   \     /   \     \
//!    0/0  0/1  0/2  0/3  0/4      level 0: the leaf hashes
//! ```
//!
//! - The inclusion proof of leaf 2 is its siblings from the bottom up: `0/3 1/0 0/4`. From the leaf and these
//!   three anyone computes the root.
//! - The consistency proof from size 3 to size 5 is `0/2 0/3 1/0 0/4`: `0/2` and `1/0` give the old root, all four
//!   the new one. So the first three leaves are the same in both trees.
//!
//! Only complete subtrees are ever read, because only they never change. Everything is computed from one
//! method, [`HashReader::read_hashes`], over a database, over tiles or over memory:
//!
//! ```
//! use hibah::tlog::hash::{Hash, leaf_hash};
//! use hibah::tlog::merkle::{Frontier, HashReader, Node, check_inclusion, prove_inclusion};
//! use std::collections::BTreeMap;
//!
//! struct Memory(BTreeMap<Node, Hash>);
//!
//! impl HashReader for Memory {
//!     type Error = String;
//!     fn read_hashes(&self, nodes: &[Node]) -> Result<Vec<Hash>, String> {
//!         nodes.iter().map(|node| self.0.get(node).copied().ok_or(format!("no {node:?}"))).collect()
//!     }
//! }
//!
//! let mut frontier = Frontier::new();
//! let mut memory = Memory(BTreeMap::new());
//! for grant in ["grant-0", "grant-1", "grant-2", "grant-3", "grant-4"] {
//!     memory.0.extend(frontier.push(leaf_hash(grant.as_bytes())));
//! }
//! let root = frontier.root();
//! assert_eq!(root.to_base64(), "SkdMIOyAeX9yrF2cHgAvanaCVn42erTcmDtM0D2XeBE=");
//! let proof = prove_inclusion(2, 5, &memory)?;
//! check_inclusion(&proof, 2, &leaf_hash(b"grant-2"), 5, &root)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::hash::{EMPTY_ROOT, Hash, node_hash};

/// The root of a complete subtree: it covers the 2^level leaves from `index << level` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// Height above the leaves, which are level 0; at most 63.
    pub level: u8,
    /// Position among the nodes of its level, from the left, from 0.
    pub index: u64,
}

/// Where the hashes of complete subtrees come from: a database, tiles, memory.
pub trait HashReader {
    /// Why hashes cannot be read.
    type Error;

    /// The hashes of `nodes`, in their order, one for each.
    ///
    /// # Errors
    /// The reader's own; also when a node is not there.
    fn read_hashes(&self, nodes: &[Node]) -> Result<Vec<Hash>, Self::Error>;
}

/// Why no root or proof can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E> {
    /// The leaf is not in the tree, or the older tree is larger than the newer one.
    #[error("there is no {what} {asked} in a tree of size {size}; ask for a smaller number")]
    OutOfRange {
        /// `leaf` or `older tree of size`.
        what: &'static str,
        /// The number asked for.
        asked: u64,
        /// The size of the tree.
        size: u64,
    },
    /// The reader failed.
    #[error("the hashes of the tree could not be read: {0}")]
    Reader(E),
    /// The reader gave another number of hashes than it was asked for.
    #[error("the hash reader answered {got} hashes for {asked} nodes; this is a bug of the reader")]
    WrongCount {
        /// Nodes asked for.
        asked: usize,
        /// Hashes given.
        got: usize,
    },
}

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf is not in a tree of that size, or the older tree is larger than the newer one.
    #[error("the proof is about number {asked}, which a tree of size {size} does not have; get another proof")]
    OutOfRange {
        /// Leaf index or older size.
        asked: u64,
        /// Size of the (newer) tree.
        size: u64,
    },
    /// Not as many hashes as such a proof has.
    #[error("the proof has {got} hashes where {expected} belong; get another proof")]
    WrongLength {
        /// How many belong there.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// The proof leads to another root of the (newer) tree.
    #[error("the proof does not lead to the tree's root: what it starts from, the proof or the root is another one")]
    RootDiffers,
    /// The proof leads to another root of the older tree: the log was rewritten, or the proof is wrong.
    /// (When the older size is a power of two, the climb starts at that root, and a wrong one shows as
    /// [`RootDiffers`](Self::RootDiffers).)
    #[error("the proof does not lead to the older tree's root: keep both checkpoints, the log may have been rewritten")]
    OldRootDiffers,
}

/// The root of the first `size` leaves.
///
/// # Errors
/// [`ProveError::Reader`], [`ProveError::WrongCount`].
pub fn root<R: HashReader>(size: u64, reader: &R) -> Result<Hash, ProveError<R::Error>> {
    Ok(Frontier::read(size, reader)?.root())
}

/// The proof that leaf `index` is in the tree of the first `size` leaves, from the leaf's sibling up
/// (RFC 6962 section 2.1.1).
///
/// # Errors
/// [`ProveError`].
pub fn prove_inclusion<R: HashReader>(index: u64, size: u64, reader: &R) -> Result<Vec<Hash>, ProveError<R::Error>> {
    if index >= size {
        return Err(ProveError::OutOfRange { what: "leaf", asked: index, size });
    }
    let mut siblings = Vec::new();
    let (mut low, mut high) = (0, size);
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            siblings.push((middle, high));
            high = middle;
        } else {
            siblings.push((low, middle));
            low = middle;
        }
    }
    siblings.reverse();
    read_ranges(&siblings, reader)
}

/// The proof that the tree of size `old` is a prefix of that of size `new` (RFC 6962 section 2.1.2).
/// Empty when `old` is 0 or `new`.
///
/// # Errors
/// [`ProveError`].
pub fn prove_consistency<R: HashReader>(old: u64, new: u64, reader: &R) -> Result<Vec<Hash>, ProveError<R::Error>> {
    if old > new {
        return Err(ProveError::OutOfRange { what: "older tree of size", asked: old, size: new });
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let mut ranges = Vec::new();
    let (mut low, mut high) = (0, new);
    while old != high {
        let middle = low + split(high - low);
        if old <= middle {
            ranges.push((middle, high));
            high = middle;
        } else {
            ranges.push((low, middle));
            low = middle;
        }
    }
    // What remains ends where the old tree ends. If it is the whole old tree, the reader knows its root.
    if low > 0 {
        ranges.push((low, high));
    }
    ranges.reverse();
    read_ranges(&ranges, reader)
}

/// Checks that the leaf with hash `leaf` is number `index` of the tree of `size` leaves with this root
/// (RFC 6962 section 2.1.1).
///
/// # Errors
/// [`ProofError`].
pub fn check_inclusion(proof: &[Hash], index: u64, leaf: &Hash, size: u64, root: &Hash) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::OutOfRange { asked: index, size });
    }
    let path = Path::new(index, size);
    if proof.len() != path.len() {
        return Err(ProofError::WrongLength { expected: path.len(), got: proof.len() });
    }
    let (inner, border) = proof.split_at(path.inner);
    let computed = climb_border(climb_inner(*leaf, inner, index), border);
    if computed == *root { Ok(()) } else { Err(ProofError::RootDiffers) }
}

/// Checks that the tree of `old_size` is a prefix of the tree of `new_size` (RFC 6962 section 2.1.2).
/// From size 0 the proof is empty and the old root [`EMPTY_ROOT`] (C2SP tlog-witness).
///
/// # Errors
/// [`ProofError`]. [`ProofError::OldRootDiffers`] also when two trees of one size have two roots.
pub fn check_consistency(
    proof: &[Hash],
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
) -> Result<(), ProofError> {
    if old_size > new_size {
        return Err(ProofError::OutOfRange { asked: old_size, size: new_size });
    }
    let has_length = |expected| {
        let got = proof.len();
        if got == expected { Ok(()) } else { Err(ProofError::WrongLength { expected, got }) }
    };
    if old_size == 0 {
        has_length(0)?;
        if *old_root != EMPTY_ROOT {
            return Err(ProofError::OldRootDiffers);
        }
        if new_size == 0 && *new_root != EMPTY_ROOT {
            return Err(ProofError::RootDiffers);
        }
        return Ok(());
    }
    if old_size == new_size {
        has_length(0)?;
        return if old_root == new_root { Ok(()) } else { Err(ProofError::OldRootDiffers) };
    }

    check_growth(proof, old_size, old_root, new_size, new_root)
}

/// [`check_consistency`] of `0 < old_size < new_size`. Both roots are climbed to from the last complete subtree of the
/// old tree. Its hash is the first of the proof, unless it is the whole old tree.
fn check_growth(
    proof: &[Hash],
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
) -> Result<(), ProofError> {
    let shift = old_size.trailing_zeros();
    let path = Path::new(old_size - 1, new_size);
    // No underflow: old_size - 1 ends in `shift` ones and new_size - 1 is larger, so they part ways above.
    let inner = path.inner - shift as usize;
    let given = usize::from(!old_size.is_power_of_two());
    let expected = given + inner + path.border;
    if proof.len() != expected {
        return Err(ProofError::WrongLength { expected, got: proof.len() });
    }
    let start = if given == 1 { proof[0] } else { *old_root };
    let (inner, border) = proof[given..].split_at(inner);
    let turns = (old_size - 1) >> shift;

    let mut old = start;
    for (level, hash) in inner.iter().enumerate() {
        // Siblings on the right are not of the old tree.
        if turns >> level & 1 == 1 {
            old = node_hash(hash, &old);
        }
    }
    if climb_border(old, border) != *old_root {
        return Err(ProofError::OldRootDiffers);
    }
    let new = climb_border(climb_inner(start, inner, turns), border);
    if new == *new_root { Ok(()) } else { Err(ProofError::RootDiffers) }
}

/// The way from a leaf to the root: first `inner` levels with a sibling on either side, then, once the way
/// is along the right edge of the tree, `border` siblings that are all on the left.
struct Path {
    inner: usize,
    border: usize,
}

impl Path {
    /// The way from leaf `index` of `size` leaves.
    fn new(index: u64, size: u64) -> Self {
        let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
        let border = index.checked_shr(inner).unwrap_or(0).count_ones();
        Path { inner: inner as usize, border: border as usize }
    }

    fn len(&self) -> usize {
        self.inner + self.border
    }
}

/// Climbs from `hash`: bit `level` of `turns` says whether it is a right child there.
fn climb_inner(mut hash: Hash, siblings: &[Hash], turns: u64) -> Hash {
    for (level, sibling) in siblings.iter().enumerate() {
        hash = if turns >> level & 1 == 0 { node_hash(&hash, sibling) } else { node_hash(sibling, &hash) };
    }
    hash
}

/// Climbs from `hash` along the right edge.
fn climb_border(hash: Hash, siblings: &[Hash]) -> Hash {
    siblings.iter().fold(hash, |hash, sibling| node_hash(sibling, &hash))
}

/// The largest power of two below `count`, which is at least 2.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// The complete subtrees that leaves `low..high` consist of, from the left. The range must be one that
/// splitting leads to: `low` is then a multiple of every power of two that is needed.
fn cover(mut low: u64, high: u64, nodes: &mut Vec<Node>) {
    while low < high {
        let level = (high - low).ilog2();
        nodes.push(Node { level: level as u8, index: low >> level });
        low += 1 << level;
    }
}

/// The root of complete subtrees side by side, largest first. `None` without any.
fn fold(peaks: &[Hash]) -> Option<Hash> {
    let (last, others) = peaks.split_last()?;
    Some(others.iter().rev().fold(*last, |right, left| node_hash(left, &right)))
}

/// The roots of ranges of leaves, in one read.
fn read_ranges<R: HashReader>(ranges: &[(u64, u64)], reader: &R) -> Result<Vec<Hash>, ProveError<R::Error>> {
    let mut nodes = Vec::new();
    let mut ends = Vec::with_capacity(ranges.len());
    for (low, high) in ranges {
        cover(*low, *high, &mut nodes);
        ends.push(nodes.len());
    }
    let hashes = read(&nodes, reader)?;
    let mut begin = 0;
    let roots = ends.into_iter().filter_map(|end| fold(&hashes[std::mem::replace(&mut begin, end)..end]));
    Ok(roots.collect())
}

/// The hashes of nodes, counted.
fn read<R: HashReader>(nodes: &[Node], reader: &R) -> Result<Vec<Hash>, ProveError<R::Error>> {
    if nodes.is_empty() {
        return Ok(Vec::new());
    }
    let hashes = reader.read_hashes(nodes).map_err(ProveError::Reader)?;
    if hashes.len() != nodes.len() {
        return Err(ProveError::WrongCount { asked: nodes.len(), got: hashes.len() });
    }
    Ok(hashes)
}

/// The right edge of a growing tree: the roots of its complete subtrees, largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The edge of the empty tree.
    pub fn new() -> Self {
        Frontier::default()
    }

    /// The edge of the tree of `size` leaves.
    ///
    /// # Errors
    /// [`ProveError::Reader`], [`ProveError::WrongCount`].
    pub fn read<R: HashReader>(size: u64, reader: &R) -> Result<Self, ProveError<R::Error>> {
        let mut nodes = Vec::new();
        cover(0, size, &mut nodes);
        Ok(Frontier { size, peaks: read(&nodes, reader)? })
    }

    /// Adds a leaf by its leaf hash. Gives every node that this completes, the leaf first: what a store keeps.
    pub fn push(&mut self, leaf: Hash) -> Vec<(Node, Hash)> {
        let mut hash = leaf;
        let mut completed = vec![(Node { level: 0, index: self.size }, hash)];
        // Each low bit set in the size is a peak of that level, which the new leaf closes to a larger one.
        for level in 1..=self.size.trailing_ones() as u8 {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
                completed.push((Node { level, index: self.size >> level }, hash));
            }
        }
        self.peaks.push(hash);
        self.size += 1;
        completed
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the complete subtrees, largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        fold(&self.peaks).unwrap_or(EMPTY_ROOT)
    }
}

/// The newest part of a tree, in memory: its edge as it was at one size, and every node completed since. The proof of a leaf
/// behind that edge needs nothing else, for what is left of it on its way to the root is a peak of the edge.
#[derive(Debug, Clone)]
pub struct Newest {
    first: u64,
    /// By level: which node the first hash is, and the hashes from there on.
    levels: Vec<(u64, Vec<Hash>)>,
}

impl Newest {
    /// The edge itself, before anything is completed.
    pub fn behind(edge: &Frontier) -> Self {
        // Smallest first, as the bits of the size say on which levels they are.
        let mut peaks = edge.peaks.iter().rev();
        let level = |level: u32| {
            let behind = edge.size >> level;
            let peak: Vec<Hash> = peaks.by_ref().take((behind & 1) as usize).copied().collect();
            (behind - peak.len() as u64, peak)
        };
        Newest { first: edge.size, levels: (0..u64::BITS - edge.size.leading_zeros()).map(level).collect() }
    }

    /// Takes over what [`Frontier::push`] gave for the next leaf.
    pub fn extend(&mut self, completed: &[(Node, Hash)]) {
        for (node, hash) in completed {
            let level = usize::from(node.level);
            if level == self.levels.len() {
                self.levels.push((node.index, Vec::new()));
            }
            self.levels[level].1.push(*hash);
        }
    }

    /// The first leaf whose proof can be made.
    pub fn first(&self) -> u64 {
        self.first
    }
}

/// A node that is older than the edge, or not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("node {} of level {} is not among the newest; read it from the tiles", .0.index, .0.level)]
pub struct NotNewest(pub Node);

impl HashReader for Newest {
    type Error = NotNewest;

    fn read_hashes(&self, nodes: &[Node]) -> Result<Vec<Hash>, NotNewest> {
        let read = |node: &Node| {
            let (from, hashes) = self.levels.get(usize::from(node.level))?;
            hashes.get(usize::try_from(node.index.checked_sub(*from)?).ok()?).copied()
        };
        nodes.iter().map(|node| read(node).ok_or(NotNewest(*node))).collect()
    }
}
