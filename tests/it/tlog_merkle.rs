//! Trees against a ten-line model, against other people's implementations, and against corruption.

use std::collections::BTreeMap;
use std::ops::Range;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use hibah::tlog::hash::{EMPTY_ROOT, Hash, leaf_hash, node_hash};
use hibah::tlog::merkle::{
    Frontier, HashReader, Newest, Node, NotNewest, ProofError, ProveError, check_consistency, check_inclusion,
    prove_consistency, prove_inclusion, root,
};
use sha2::Sha256;

/// The largest tree that is tested exhaustively: past two powers of two, and odd.
const SIZES: u64 = 130;

/// Complete subtrees in memory.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) frontier: Frontier,
    pub(crate) nodes: BTreeMap<Node, Hash>,
}

impl Memory {
    pub(crate) fn of_size(size: u64) -> Self {
        let mut memory = Memory::default();
        for index in 0..size {
            memory.nodes.extend(memory.frontier.push(leaf_hash(&leaf(index))));
        }
        memory
    }
}

impl HashReader for Memory {
    type Error = Node;

    fn read_hashes(&self, nodes: &[Node]) -> Result<Vec<Hash>, Node> {
        nodes.iter().map(|node| self.nodes.get(node).copied().ok_or(*node)).collect()
    }
}

pub(crate) fn leaf(index: u64) -> Vec<u8> {
    format!("grant-{index}").into_bytes()
}

fn leaf_hashes() -> Vec<Hash> {
    (0..SIZES).map(|index| leaf_hash(&leaf(index))).collect()
}

/// RFC 6962 section 2.1, as it is written there.
mod model {
    use super::{EMPTY_ROOT, Hash, node_hash};

    fn split(d: &[Hash]) -> usize {
        (1..d.len()).rev().find(|k| k.is_power_of_two()).unwrap_or(1)
    }

    pub(super) fn root(d: &[Hash]) -> Hash {
        match d {
            [] => EMPTY_ROOT,
            [leaf] => *leaf,
            _ => node_hash(&root(&d[..split(d)]), &root(&d[split(d)..])),
        }
    }

    pub(super) fn path(m: usize, d: &[Hash]) -> Vec<Hash> {
        if d.len() <= 1 {
            return Vec::new();
        }
        let (left, right) = d.split_at(split(d));
        if m < left.len() {
            [path(m, left), vec![root(right)]].concat()
        } else {
            [path(m - left.len(), right), vec![root(left)]].concat()
        }
    }

    pub(super) fn subproof(m: usize, d: &[Hash], known: bool) -> Vec<Hash> {
        if m == d.len() {
            return if known { Vec::new() } else { vec![root(d)] };
        }
        let (left, right) = d.split_at(split(d));
        if m <= left.len() {
            [subproof(m, left, known), vec![root(right)]].concat()
        } else {
            [subproof(m - left.len(), right, false), vec![root(left)]].concat()
        }
    }
}

/// Every proof that differs from `proof` in one bit of one hash, one hash less or one hash more.
fn corruptions(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    for place in 0..proof.len() {
        let mut bytes = *proof[place].as_bytes();
        bytes[place % 32] ^= 1 << (place % 8);
        let mut flipped = proof.to_vec();
        flipped[place] = Hash::from_bytes(bytes);
        let mut shorter = proof.to_vec();
        shorter.remove(place);
        let mut doubled = proof.to_vec();
        doubled.insert(place, proof[place]);
        all.extend([flipped, shorter, doubled]);
    }
    all.push([proof, &[EMPTY_ROOT]].concat());
    all.push([&[EMPTY_ROOT], proof].concat());
    all
}

#[test]
fn roots_are_the_models() {
    let (leaves, memory) = (leaf_hashes(), Memory::of_size(SIZES));
    let mut frontier = Frontier::new();
    for size in 0..=SIZES {
        let expected = model::root(&leaves[..size as usize]);
        assert_eq!(root(size, &memory), Ok(expected), "size {size}");
        assert_eq!(frontier.root(), expected, "frontier of size {size}");
        assert_eq!(frontier.size(), size);
        assert_eq!(Frontier::read(size, &memory).as_ref(), Ok(&frontier));
        assert_eq!(frontier.peaks().len(), size.count_ones() as usize);
        if size < SIZES {
            frontier.push(leaves[size as usize]);
        }
    }
}

#[test]
fn every_inclusion_proof_is_the_models_and_corrupted_is_refused() {
    let (leaves, memory) = (leaf_hashes(), Memory::of_size(SIZES));
    for size in 1..=SIZES {
        let tree = &leaves[..size as usize];
        let root = model::root(tree);
        for index in 0..size {
            let place = format!("leaf {index} of {size}");
            let leaf = &leaves[index as usize];
            let proof = prove_inclusion(index, size, &memory).expect(&place);
            assert_eq!(proof, model::path(index as usize, tree), "{place}");
            assert_eq!(check_inclusion(&proof, index, leaf, size, &root), Ok(()), "{place}");
            for bad in corruptions(&proof) {
                let expected = if bad.len() == proof.len() {
                    ProofError::RootDiffers
                } else {
                    ProofError::WrongLength { expected: proof.len(), got: bad.len() }
                };
                assert_eq!(check_inclusion(&bad, index, leaf, size, &root), Err(expected), "{place}");
            }
            let other = &leaves[(index as usize + 1) % leaves.len()];
            assert_eq!(check_inclusion(&proof, index, other, size, &root), Err(ProofError::RootDiffers), "{place}");
            for wrong in (0..size).filter(|wrong| *wrong != index) {
                assert!(check_inclusion(&proof, wrong, leaf, size, &root).is_err(), "{place} at {wrong}");
            }
        }
    }
}

#[test]
fn the_newest_leaves_are_proved_from_what_came_since_and_nothing_else() {
    let (leaves, memory) = (leaf_hashes(), Memory::of_size(SIZES));
    for first in 0..SIZES {
        let mut edge = Memory::of_size(first).frontier;
        let mut newest = Newest::behind(&edge);
        for size in first + 1..=SIZES {
            newest.extend(&edge.push(leaves[size as usize - 1]));
            for index in 0..size {
                let proof = prove_inclusion(index, size, &newest);
                if index >= newest.first() {
                    assert_eq!(
                        proof.ok(),
                        prove_inclusion(index, size, &memory).ok(),
                        "{index} of {size} since {first}"
                    );
                } else if let Ok(proof) = proof {
                    // A peak of the edge may be the leaf's sibling; what it proves is true all the same.
                    assert_eq!(
                        Some(proof),
                        prove_inclusion(index, size, &memory).ok(),
                        "{index} of {size} since {first}"
                    );
                }
            }
        }
    }
    let edge = Memory::of_size(5).frontier;
    let older = Node { level: 0, index: 3 };
    assert_eq!(Newest::behind(&edge).read_hashes(&[older]), Err(NotNewest(older)));
    let later = Node { level: 0, index: 5 };
    assert_eq!(Newest::behind(&edge).read_hashes(&[later]), Err(NotNewest(later)));
    let higher = Node { level: 40, index: 0 };
    assert_eq!(Newest::behind(&edge).read_hashes(&[higher]), Err(NotNewest(higher)));
}

#[test]
fn every_consistency_proof_is_the_models_and_corrupted_is_refused() {
    let (leaves, memory) = (leaf_hashes(), Memory::of_size(SIZES));
    let roots: Vec<Hash> = (0..=SIZES).map(|size| model::root(&leaves[..size as usize])).collect();
    for new in 0..=SIZES {
        for old in 0..=new {
            let place = format!("{old} to {new}");
            let (old_root, new_root) = (&roots[old as usize], &roots[new as usize]);
            let proof = prove_consistency(old, new, &memory).expect(&place);
            let expected = match old {
                0 => Vec::new(),
                _ => model::subproof(old as usize, &leaves[..new as usize], true),
            };
            assert_eq!(proof, expected, "{place}");
            assert_eq!(check_consistency(&proof, old, old_root, new, new_root), Ok(()), "{place}");
            for bad in corruptions(&proof) {
                let verdict = check_consistency(&bad, old, old_root, new, new_root);
                if bad.len() == proof.len() {
                    assert!(
                        matches!(verdict, Err(ProofError::OldRootDiffers | ProofError::RootDiffers)),
                        "{place}: {verdict:?}"
                    );
                } else {
                    let (expected, got) = (proof.len(), bad.len());
                    assert_eq!(verdict, Err(ProofError::WrongLength { expected, got }), "{place}");
                }
            }
            let other = &leaf_hash(b"another");
            let verdict = check_consistency(&proof, old, other, new, new_root);
            // Of a complete old tree the old root is where the climb to the new one starts.
            let expected = match old {
                _ if old < new && old.is_power_of_two() => ProofError::RootDiffers,
                _ => ProofError::OldRootDiffers,
            };
            assert_eq!(verdict, Err(expected), "{place}");
            let verdict = check_consistency(&proof, old, old_root, new, other);
            let expected = match old {
                // From nothing every tree has grown; its root is the checkpoint's word.
                0 if new > 0 => Ok(()),
                0 => Err(ProofError::RootDiffers),
                _ if old == new => Err(ProofError::OldRootDiffers),
                _ => Err(ProofError::RootDiffers),
            };
            assert_eq!(verdict, expected, "{place}");
        }
    }
}

#[test]
fn what_is_not_in_the_tree_is_an_error() {
    let memory = Memory::of_size(5);
    let asked = |what, asked| Err(ProveError::OutOfRange { what, asked, size: 5 });
    assert_eq!(prove_inclusion(5, 5, &memory), asked("leaf", 5));
    assert_eq!(prove_inclusion(u64::MAX, 5, &memory), asked("leaf", u64::MAX));
    assert_eq!(prove_consistency(6, 5, &memory), asked("older tree of size", 6));
    let missing = Node { level: 1, index: 2 };
    assert_eq!(root(6, &memory), Err(ProveError::Reader(missing)));
    assert_eq!(prove_inclusion(0, 6, &memory), Err(ProveError::Reader(missing)));
    let out = |asked| Err(ProofError::OutOfRange { asked, size: 5 });
    assert_eq!(check_inclusion(&[], 5, &EMPTY_ROOT, 5, &EMPTY_ROOT), out(5));
    assert_eq!(check_consistency(&[], 6, &EMPTY_ROOT, 5, &EMPTY_ROOT), out(6));
    let empty = ProofError::OutOfRange { asked: 0, size: 0 };
    assert_eq!(check_inclusion(&[], 0, &EMPTY_ROOT, 0, &EMPTY_ROOT), Err(empty));
}

#[test]
fn numbers_at_the_end_of_the_range_do_not_overflow() {
    for (index, size) in [(u64::MAX - 1, u64::MAX), (0, u64::MAX), (1 << 63, u64::MAX), (1 << 63, (1 << 63) + 1)] {
        let verdict = check_inclusion(&[], index, &EMPTY_ROOT, size, &EMPTY_ROOT);
        assert!(matches!(verdict, Err(ProofError::WrongLength { got: 0, .. })), "{verdict:?}");
        let long = vec![EMPTY_ROOT; 200];
        assert!(check_inclusion(&long, index, &EMPTY_ROOT, size, &EMPTY_ROOT).is_err());
        assert!(check_consistency(&long, index.max(1), &EMPTY_ROOT, size, &EMPTY_ROOT).is_err());
        let nowhere = Memory::default();
        assert!(matches!(prove_inclusion(index, size, &nowhere), Err(ProveError::Reader(_))));
        assert!(matches!(prove_consistency(index.max(1), size, &nowhere), Err(ProveError::Reader(_))));
    }
}

#[test]
fn a_reader_that_miscounts_is_an_error() {
    struct Short;
    impl HashReader for Short {
        type Error = ();
        fn read_hashes(&self, nodes: &[Node]) -> Result<Vec<Hash>, ()> {
            Ok(vec![EMPTY_ROOT; nodes.len() - 1])
        }
    }
    assert_eq!(root(7, &Short), Err(ProveError::WrongCount { asked: 3, got: 2 }));
}

/// A sample of pairs, sizes around powers of two among them.
fn pairs() -> impl Iterator<Item = (Range<u64>, u64)> {
    [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 64, 65, 100, 127, 128, 129, 130].into_iter().map(|size| (0..size, size))
}

#[test]
fn ct_merkle_agrees() {
    let memory = Memory::of_size(SIZES);
    let oracle_root = |size: u64| {
        let hash: [u8; 32] = *root(size, &memory).expect("in memory").as_bytes();
        RootHash::<Sha256>::new(hash.into(), size)
    };
    for (indexes, size) in pairs() {
        let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        indexes.clone().for_each(|index| theirs.push(leaf(index)));
        assert_eq!(theirs.root().as_bytes().as_slice(), oracle_root(size).as_bytes().as_slice());
        for index in indexes {
            let bytes = concat(&prove_inclusion(index, size, &memory).expect("in memory"));
            assert_eq!(theirs.prove_inclusion(index as usize).as_bytes(), bytes, "{index} of {size}");
            let proof = InclusionProof::<Sha256>::from_bytes(bytes);
            oracle_root(size).verify_inclusion(&leaf(index), index, &proof).expect("theirs takes ours");
            // Theirs knows no empty old tree.
            if index > 0 {
                let bytes = concat(&prove_consistency(index, size, &memory).expect("in memory"));
                let proof = theirs.prove_consistency((size - index) as usize);
                assert_eq!(proof.as_bytes(), bytes, "{index} to {size}");
                let proof = ConsistencyProof::<Sha256>::try_from_bytes(bytes).expect("whole hashes");
                oracle_root(size).verify_consistency(&oracle_root(index), &proof).expect("theirs takes ours");
            }
        }
    }
}

#[test]
fn tlog_tiles_agrees() {
    use tlog_tiles::tlog;

    struct Stored(Vec<tlog::Hash>);
    impl tlog::HashReader for Stored {
        fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
            Ok(indexes.iter().map(|index| self.0[*index as usize]).collect())
        }
    }

    let memory = Memory::of_size(SIZES);
    let mut stored = Stored(Vec::new());
    for index in 0..SIZES {
        let new = tlog::stored_hashes(index, &leaf(index), &stored).expect("in memory");
        stored.0.extend(new);
    }
    let ours = |proof: Vec<tlog::Hash>| proof.iter().map(|hash| Hash::from_bytes(hash.0)).collect();
    for (indexes, size) in pairs() {
        let root_hash = root(size, &memory).expect("in memory");
        let theirs = tlog::tree_hash(size, &stored).expect("in memory");
        assert_eq!(theirs.0, *root_hash.as_bytes());
        for index in indexes {
            let proof = tlog::prove_record(size, index, &stored).expect("in memory");
            assert_eq!(prove_inclusion(index, size, &memory), Ok(ours(proof)), "{index} of {size}");
            if index > 0 {
                let proof = tlog::prove_tree(size, index, &stored).expect("in memory");
                assert_eq!(prove_consistency(index, size, &memory), Ok(ours(proof)), "{index} to {size}");
            }
        }
    }
}

fn concat(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| *hash.as_bytes()).collect()
}
