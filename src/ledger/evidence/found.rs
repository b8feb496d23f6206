//! Finding: from what two sources show, the proof that they contradict each other, or that they do not.

use super::{Evidence, Finding, InTree, SeenAt};
use crate::grants::time::Timestamp;
use crate::ledger::entry::Entry;
use crate::ledger::verify::{COSIGNATURE_SLACK_S, Source, SourceError};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::cosignature;
use crate::tlog::merkle;
use crate::tlog::note::{Note, VerifierKey};
use crate::tlog::tile::{self, Tile, TileHashReader};

/// A signed checkpoint, who showed it, and the files under it where they are served.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// An address or a file.
    pub from: &'a str,
    /// When it was shown.
    pub at: Timestamp,
    /// The signed note.
    pub note: &'a Note,
    /// What it says.
    pub checkpoint: &'a Checkpoint,
    /// The files under it.
    pub files: Option<&'a dyn Source>,
}

impl View<'_> {
    /// As it is kept.
    #[must_use]
    pub fn seen(&self) -> SeenAt {
        SeenAt::new(self.from, self.at, self.note)
    }

    /// An entry under it, with its proof.
    ///
    /// # Errors
    /// That the files cannot be read, or are not those under the checkpoint.
    pub fn entry(&self, seen: usize, index: u64) -> Result<(InTree, Vec<u8>), SourceError> {
        let unread = |fault: &dyn std::fmt::Display| SourceError(format!("{}: {fault}", self.from));
        let files = self.files.ok_or_else(|| unread(&"its entries are not at hand"))?;
        let size = self.checkpoint.size;
        let width = tile::width_at(index / 256, size);
        let bundle = files.bundle(index / 256, width)?;
        let entries = tile::decode_bundle(&bundle, width).map_err(|fault| unread(&fault))?;
        // The remainder is below 256.
        let bytes = entries.get(usize::try_from(index % 256).unwrap_or(0)).ok_or_else(|| unread(&"no such entry"))?;
        let proof =
            merkle::prove_inclusion(index, size, &TileHashReader::new(&files, size)).map_err(|fault| unread(&fault))?;
        Ok((InTree::new(seen, index, bytes, &proof), bytes.to_vec()))
    }
}

/// Compares two views of one ledger, whose signatures were checked: `None` when the larger one contains the smaller.
///
/// # Errors
/// That the larger one's files cannot be read, or are not those under its checkpoint: then nothing is proved.
pub fn fork(
    (one, other): (View<'_>, View<'_>),
    origin: &str,
    keys: &[VerifierKey],
) -> Result<Option<Evidence>, SourceError> {
    let finding = if one.from == other.from { Finding::Rewrite } else { Finding::Fork };
    let seen = || vec![one.seen(), other.seen()];
    let (small, large) = if one.checkpoint.size <= other.checkpoint.size { (one, other) } else { (other, one) };
    let (size, newest) = (small.checkpoint.size, large.checkpoint.size);
    let (root, newest_root) = (&small.checkpoint.root, &large.checkpoint.root);
    let evidence = if size == newest {
        if root == newest_root {
            return Ok(None);
        }
        Evidence::new(finding, origin, keys, seen())
    } else {
        let unread = |fault: &dyn std::fmt::Display| SourceError(format!("{}: {fault}", large.from));
        let files = large.files.ok_or_else(|| unread(&"its hash tiles are not at hand"))?;
        let reader = TileHashReader::new(&files, newest);
        let proof = merkle::prove_consistency(size, newest, &reader).map_err(|fault| unread(&fault))?;
        if merkle::check_consistency(&proof, size, root, newest, newest_root).is_ok() {
            return Ok(None);
        }
        // What the larger tree began with, by its own tiles: the proof holds for that, or the tiles are not its own.
        let root_then = merkle::root(size, &reader).map_err(|fault| unread(&fault))?;
        merkle::check_consistency(&proof, size, &root_then, newest, newest_root)
            .map_err(|fault| unread(&format!("its hash tiles are not those under its checkpoint ({fault})")))?;
        Evidence::new(finding, origin, keys, seen()).and_proof(root_then, &proof)
    };
    // Both proofs or none: without the entries it convicts as well.
    let versions = difference(one, other).ok().flatten().and_then(|index| {
        let ((ours, a), (theirs, b)) = (one.entry(0, index).ok()?, other.entry(1, index).ok()?);
        (a != b).then(|| vec![ours, theirs])
    });
    Ok(Some(evidence.and_entries(versions.unwrap_or_default())))
}

/// The first entry that differs, found from the top of the trees down.
fn difference(one: View<'_>, other: View<'_>) -> Result<Option<u64>, SourceError> {
    let (Some(files), Some(others)) = (one.files, other.files) else { return Ok(None) };
    // The first node of the level that may differ.
    let mut first = 0u64;
    for level in (0..8u8).rev() {
        let index = first / 256;
        let width = |view: View<'_>| {
            let nodes = view.checkpoint.size >> (8 * u32::from(level));
            (nodes > index * 256).then(|| tile::width_at(index, nodes))
        };
        if let (Some(ours), Some(theirs)) = (width(one), width(other)) {
            let a = files.hash_tile(Tile { level, index, width: ours })?;
            let b = others.hash_tile(Tile { level, index, width: theirs })?;
            let common = usize::from(ours.min(theirs));
            let same = a.chunks(32).zip(b.chunks(32)).take(common).take_while(|(a, b)| a == b).count();
            first = index * 256 + same as u64;
            if level == 0 {
                return Ok((same < common).then_some(first));
            }
        }
        first = first.saturating_mul(256);
    }
    Ok(None)
}

/// Whether the time of a witness contradicts that of an entry. Where both are one checkpoint, its newest entry says a later
/// time than that at which the witness saw it; where `newest` has more, the first of those says an earlier time than that at
/// which the witness saw the ledger without it.
///
/// # Errors
/// That the files of `newest` cannot be read.
pub fn contradicted_time(
    (cosigned, newest): (View<'_>, View<'_>),
    witnesses: &[VerifierKey],
    origin: &str,
    keys: &[VerifierKey],
) -> Result<Option<Evidence>, SourceError> {
    let (size, all) = (cosigned.checkpoint.size, newest.checkpoint.size);
    for witness in witnesses {
        let Ok(seen) = cosignature::verify(cosigned.note, witness) else { continue };
        let seen_s = i64::try_from(seen.time_s).unwrap_or(i64::MAX);
        let behind = size < all;
        let newest_index = if behind { Some(size) } else { size.checked_sub(1) };
        let Some(index) = newest_index else { continue };
        let (entry, bytes) = newest.entry(usize::from(behind), index)?;
        let Ok(read) = Entry::parse(&bytes) else { continue };
        let apart_s = read.recorded_at.ms() / 1000 - seen_s;
        let wrong_by_s = if behind { -apart_s } else { apart_s };
        if wrong_by_s > COSIGNATURE_SLACK_S {
            let seen = std::iter::once(cosigned).chain(behind.then_some(newest));
            let evidence = Evidence::new(Finding::Time, origin, keys, seen.map(|view| view.seen()).collect());
            return Ok(Some(evidence.and_witness(witness).and_entries(vec![entry])));
        }
    }
    Ok(None)
}

/// Whether a checkpoint was shown for longer than `limit_s` seconds after it was new: by the latest of these witnesses that
/// cosigned it, or else by its newest entry.
///
/// # Errors
/// That the files under it cannot be read.
pub fn stale(
    shown: View<'_>,
    limit_s: u64,
    witnesses: &[VerifierKey],
    origin: &str,
    keys: &[VerifierKey],
) -> Result<Option<Evidence>, SourceError> {
    let evidence = Evidence::new(Finding::Stale, origin, keys, vec![shown.seen()]).and_limit_s(limit_s);
    let times = witnesses.iter().filter_map(|key| Some((cosignature::verify(shown.note, key).ok()?.time_s, key)));
    let (since_s, evidence) = match times.max_by_key(|(time_s, _)| *time_s) {
        Some((time_s, witness)) => (i64::try_from(time_s).unwrap_or(i64::MAX), evidence.and_witness(witness)),
        None => {
            let newest = shown.checkpoint.size.saturating_sub(1);
            let (entry, bytes) = shown.entry(0, newest)?;
            let read = Entry::parse(&bytes).map_err(|fault| SourceError(fault.to_string()))?;
            (read.recorded_at.ms() / 1000, evidence.and_entries(vec![entry]))
        }
    };
    let age_s = shown.at.ms() / 1000 - since_s;
    Ok((age_s > i64::try_from(limit_s).unwrap_or(i64::MAX)).then_some(evidence))
}
