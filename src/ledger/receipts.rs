//! Receipts: the place of an entry under a checkpoint, proved from the stored tiles (C2SP tlog-proof).

use super::store::{ENTRIES_FILE, Entries, LAST_SIGNED_FILE, Signed, StoreError};
use crate::tlog::hash::Hash;
use crate::tlog::merkle;
use crate::tlog::note::Note;
use crate::tlog::proof::{self, TlogProof};
use crate::tlog::tile::HeldTileHashes;

/// The receipt of entry `index` under the checkpoint `signed`.
///
/// # Errors
/// What the files report.
pub fn receipt(entries: &Entries, signed: &Signed, index: u64) -> Result<TlogProof, StoreError> {
    let checkpoint = Note::parse(signed.note.as_bytes())
        .map_err(|fault| StoreError::Damaged { file: LAST_SIGNED_FILE.into(), what: fault.to_string() })?;
    let hashes = prove(&HeldTileHashes::new(entries, signed.size), signed.size, index)?;
    Ok(TlogProof { index, hashes, checkpoint, extra: None })
}

/// The receipts of entries under one checkpoint, as files; each tile is read once for all of them.
pub(super) fn receipts(entries: &Entries, signed: &Signed, indexes: &[u64]) -> Result<Vec<String>, StoreError> {
    let held = HeldTileHashes::new(entries, signed.size);
    let receipt = |index: &u64| Ok(proof::print(*index, &prove(&held, signed.size, *index)?, &signed.note));
    indexes.iter().map(receipt).collect()
}

fn prove(held: &HeldTileHashes<'_, Entries>, size: u64, index: u64) -> Result<Vec<Hash>, StoreError> {
    merkle::prove_inclusion(index, size, held)
        .map_err(|fault| StoreError::System { file: ENTRIES_FILE.into(), what: fault.to_string() })
}
