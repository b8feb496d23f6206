//! What others have of a ledger: checkpoints, and mirrors with entries behind them.

use std::collections::HashMap;
use std::sync::Mutex;

use super::RestoreError;
use crate::ledger::store::Signed;
use crate::ledger::verify::{self, Report, Source, SourceError, Trust, VerifyError};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::hash::{Hash, sha256};
use crate::tlog::merkle;
use crate::tlog::note::{Note, VerifierKey};
use crate::tlog::tile::{self, Tile, TileHashReader, TileSource};

/// Entries in a full bundle.
pub(super) const BUNDLE: u64 = 256;

/// A copy of the ledger somewhere else.
pub struct Mirror<'a> {
    /// What the user named.
    pub name: String,
    /// Where it is read.
    pub source: &'a dyn Source,
}

/// A checkpoint that somebody has.
#[derive(Clone)]
pub(super) struct Known {
    /// Whose it is, for a sentence.
    pub(super) name: String,
    pub(super) checkpoint: Checkpoint,
    pub(super) note: Note,
}

impl Known {
    /// Reads a signed note; its signatures are checked later, when the entries have told by whom they must be.
    pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Self, RestoreError> {
        let none = |why: &dyn std::fmt::Display| RestoreError::Refused(format!("{name} has no checkpoint: {why}"));
        let note = Note::parse(bytes).map_err(|fault| none(&fault))?;
        let checkpoint = Checkpoint::parse(&note.text).map_err(|fault| none(&fault))?;
        Ok(Self { name: name.to_owned(), checkpoint, note })
    }

    pub(super) fn size(&self) -> u64 {
        self.checkpoint.size
    }

    /// As the last-signed record keeps it.
    pub(super) fn signed(&self) -> Signed {
        Signed { size: self.size(), root: self.checkpoint.root, note: self.note.to_string() }
    }
}

/// A mirror that is held still: its checkpoint was fetched once, and whatever bundle it served once, it must serve again.
/// So what was verified is what is written, without keeping it all meanwhile.
pub(super) struct Held<'a> {
    source: &'a dyn Source,
    pub(super) known: Known,
    served: Mutex<HashMap<u64, Hash>>,
}

impl<'a> Held<'a> {
    pub(super) fn fetch(mirror: &Mirror<'a>) -> Result<Self, RestoreError> {
        let note = mirror.source.checkpoint().map_err(|error| RestoreError::unread(&mirror.name, error))?;
        let known = Known::read(&mirror.name, &note)?;
        Ok(Self { source: mirror.source, known, served: Mutex::default() })
    }

    pub(super) fn size(&self) -> u64 {
        self.known.size()
    }

    /// Whether the tree of the first `size` entries has this root, by a proof that needs no belief in the mirror.
    pub(super) fn has(&self, size: u64, root: Hash) -> Result<bool, RestoreError> {
        let Checkpoint { size: newest, root: newest_root, .. } = self.known.checkpoint;
        let reader = TileHashReader::new(self, newest);
        let proof = merkle::prove_consistency(size, newest, &reader)
            .map_err(|fault| RestoreError::unread(&self.known.name, SourceError(fault.to_string())))?;
        Ok(merkle::check_consistency(&proof, size, &root, newest, &newest_root).is_ok())
    }
}

impl TileSource for Held<'_> {
    type Error = SourceError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, SourceError> {
        self.source.hash_tile(tile)
    }
}

impl Source for Held<'_> {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        Ok(self.known.note.to_string().into_bytes())
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError> {
        let bytes = self.source.bundle(index, width)?;
        let digest = sha256(&bytes);
        // Whoever panicked while holding it left whole digests.
        let mut served = self.served.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *served.entry(index).or_insert(digest) == digest {
            return Ok(bytes);
        }
        Err(SourceError(format!(
            "the entries from {} on are not those that were served a moment ago: name another mirror",
            index * BUNDLE
        )))
    }
}

/// Audits a source from nothing: entries, links, tree, signatures, rules, and the checkpoint's own signatures.
pub(super) fn audited<S: Source>(
    name: &str,
    source: &S,
    vkey: Option<&VerifierKey>,
    progress: &dyn Fn(u64, u64),
) -> Result<Report, RestoreError> {
    let trust = Trust { vkey: vkey.cloned(), ..Trust::default() };
    verify::verify(source, &trust, progress).map_err(|error| match error {
        VerifyError::Wrong(wrong) => RestoreError::Refused(match wrong.index {
            Some(index) if !wrong.sentence.starts_with("entry ") => {
                format!("{name} does not hold, entry {index} is wrong: {}; nothing was written", wrong.sentence)
            }
            _ => format!("{name} does not hold: {}; nothing was written", wrong.sentence),
        }),
        VerifyError::Unchecked(error) => RestoreError::unread(name, error),
    })
}

/// The first entry that two sources of so many entries do not both have, among those that both should have.
pub(super) fn first_difference(one: (&dyn Source, u64), other: (&dyn Source, u64)) -> Result<Option<u64>, SourceError> {
    for index in 0..one.1.min(other.1).div_ceil(BUNDLE) {
        let [one, other] = [one, other].map(|(source, size)| {
            let width = tile::width_at(index, size);
            let bytes = source.bundle(index, width)?;
            let entries = tile::decode_bundle(&bytes, width).map_err(|fault| SourceError(fault.to_string()))?;
            Ok::<_, SourceError>(entries.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>())
        });
        if let Some(at) = one?.iter().zip(&other?).position(|(one, other)| one != other) {
            return Ok(Some(index * BUNDLE + at as u64));
        }
    }
    Ok(None)
}
