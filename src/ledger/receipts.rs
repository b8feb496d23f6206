//! Receipts: the place of an entry under a checkpoint, proved from the stored tiles (C2SP tlog-proof).

use super::store::{ENTRIES_FILE, Entries, LAST_SIGNED_FILE, Signed, StoreError};
use crate::tlog::hash::Hash;
use crate::tlog::merkle::{self, HashReader, Newest, ProveError};
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

/// The receipts of entries under one checkpoint, as files. Those of the newest entries are made from memory; of others
/// each tile is read once for all.
pub(super) fn receipts(
    entries: &Entries,
    newest: &Newest,
    signed: &Signed,
    indexes: &[u64],
) -> Result<Vec<String>, StoreError> {
    let held = HeldTileHashes::new(entries, signed.size);
    let receipt = |index: &u64| {
        let hashes = match *index < newest.first() {
            true => prove(&held, signed.size, *index),
            false => prove(newest, signed.size, *index),
        };
        Ok(proof::print(*index, &hashes?, &signed.note))
    };
    indexes.iter().map(receipt).collect()
}

fn prove<R: HashReader>(nodes: &R, size: u64, index: u64) -> Result<Vec<Hash>, StoreError>
where
    ProveError<R::Error>: ToString,
{
    merkle::prove_inclusion(index, size, nodes)
        .map_err(|fault| StoreError::System { file: ENTRIES_FILE.into(), what: fault.to_string() })
}
