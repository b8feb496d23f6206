//! Receipts: the place of an entry under a checkpoint, proved from the stored tiles (C2SP tlog-proof).

use super::store::{ENTRIES_FILE, Entries, LAST_SIGNED_FILE, Signed, StoreError};
use crate::tlog::merkle;
use crate::tlog::note::Note;
use crate::tlog::proof::TlogProof;
use crate::tlog::tile::HeldTileHashes;

/// The receipt of entry `index` under the checkpoint `signed`.
///
/// # Errors
/// What the files report.
pub fn receipt(entries: &Entries, signed: &Signed, index: u64) -> Result<TlogProof, StoreError> {
    // One index, one receipt.
    receipts(entries, signed, &[index]).map(|mut receipts| receipts.remove(0))
}

/// The receipts of entries under one checkpoint; each tile is read once for all of them.
pub(super) fn receipts(entries: &Entries, signed: &Signed, indexes: &[u64]) -> Result<Vec<TlogProof>, StoreError> {
    let held = HeldTileHashes::new(entries, signed.size);
    let checkpoint = Note::parse(signed.note.as_bytes())
        .map_err(|fault| StoreError::Damaged { file: LAST_SIGNED_FILE.into(), what: fault.to_string() })?;
    let receipt = |index: &u64| {
        let hashes = merkle::prove_inclusion(*index, signed.size, &held)
            .map_err(|fault| StoreError::System { file: ENTRIES_FILE.into(), what: fault.to_string() })?;
        Ok(TlogProof { index: *index, hashes, checkpoint: checkpoint.clone(), extra: None })
    };
    indexes.iter().map(receipt).collect()
}
