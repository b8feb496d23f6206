//! The second part of the writer: what was judged is made durable, then signed, then told.
//!
//! The order of writes, for a group of statements that [`Admission`](super::admission::Admission) gave places to:
//!
//! 1. the entries are committed to `ledger.db` (durable);
//! 2. the new checkpoint is signed and committed to `last-signed.db` (durable);
//! 3. then, and only then, the receipts are made (I3, I4).
//!
//! A write that fails may have reached the disk all the same, and after a failed fsync the system may have dropped what
//! it still held. So nothing is tried again: the process answers nobody and ends, and the next start takes everything
//! from the files ([`Writer::open`](super::writer::Writer::open)).

use std::sync::Arc;

use super::admission::{Group, Unsigned};
use super::ledger_keys::LedgerKeys;
use super::receipts;
use super::replay::Step;
use super::store::{Entries, LastSigned, Lock, NewNode, Signed, StoreError};
use crate::tlog::merkle::Newest;
use crate::tlog::proof::TlogProof;

/// The files that are ground truth, and the keys that sign.
pub(super) struct Committer {
    pub(super) entries: Entries,
    last_signed: LastSigned,
    keys: Arc<LedgerKeys>,
    newest: Signed,
    /// Why nothing is written any more.
    stopped: Option<String>,
    _lock: Arc<Lock>,
}

impl Committer {
    /// Over these files; `newest` is what the last-signed record says.
    pub(super) fn new(
        entries: Entries,
        last_signed: LastSigned,
        keys: Arc<LedgerKeys>,
        newest: Signed,
        lock: Arc<Lock>,
    ) -> Self {
        Self { entries, last_signed, keys, newest, stopped: None, _lock: lock }
    }

    /// The newest checkpoint.
    pub(super) fn newest(&self) -> &Signed {
        &self.newest
    }

    /// Makes a group durable and signs it.
    ///
    /// # Errors
    /// Then nobody may be told of it, and every later group fails with [`StoreError::Stopped`].
    pub(super) fn commit(&mut self, group: &Group) -> Result<(), StoreError> {
        if let Some(why) = &self.stopped {
            return Err(StoreError::Stopped(why.clone()));
        }
        if group.fresh.is_empty() {
            return Ok(());
        }
        let first = group.next.size - group.fresh.len() as u64;
        let written = self.entries.append(first, &group.fresh, &group.nodes);
        let signed =
            written.and_then(|()| self.sign(&group.next).map_err(|error| StoreError::NotYetSigned(Box::new(error))));
        if let Err(error) = &signed {
            self.stopped = Some(error.to_string());
        }
        signed
    }

    /// Signs the checkpoint over entries that are durable. The one way to a checkpoint: after every group, and when a
    /// start finds entries that none covers.
    ///
    /// # Errors
    /// [`StoreError::KeyMissing`], [`StoreError::TwoHistories`], or what the file reports.
    pub(super) fn sign(&mut self, next: &Unsigned) -> Result<(), StoreError> {
        let signed = self.keys.sign(next)?;
        self.last_signed.advance(&signed)?;
        self.newest = signed;
        Ok(())
    }

    /// Gives the last checkpoint the lines that it lacks, behind those that it has.
    ///
    /// # Errors
    /// As [`Committer::sign`], or a line that does not hold.
    pub(super) fn complete(&mut self, vkeys: &[String]) -> Result<(), StoreError> {
        let damaged = |what| StoreError::Damaged { file: super::store::LAST_SIGNED_FILE.into(), what };
        if let Some(completed) = self.keys.complete(vkeys, &self.newest)?.map_err(damaged)? {
            self.last_signed.advance(&completed)?;
            self.newest = completed;
        }
        Ok(())
    }

    /// The receipt of an entry under the newest checkpoint.
    ///
    /// # Errors
    /// What the files report.
    pub(super) fn receipt(&self, index: u64) -> Result<TlogProof, StoreError> {
        receipts::receipt(&self.entries, &self.newest, index)
    }

    /// The receipts of entries under the newest checkpoint, as files; `newest` is the part of the tree that it covers first.
    ///
    /// # Errors
    /// What the files report.
    pub(super) fn receipts(&self, newest: &Newest, indexes: &[u64]) -> Result<Vec<String>, StoreError> {
        receipts::receipts(&self.entries, newest, &self.newest, indexes)
    }
}

/// The completed nodes that the store keeps: those on tile levels above the leaves.
pub(super) fn tile_nodes(steps: &[Step]) -> Vec<NewNode> {
    let completed = steps.iter().flat_map(|step| &step.nodes);
    completed
        .filter(|(node, _)| node.level > 0 && node.level % 8 == 0)
        .map(|(node, hash)| NewNode { level: node.level / 8, index: node.index, hash: *hash })
        .collect()
}
