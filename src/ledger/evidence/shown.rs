//! Checking evidence: nothing of it is believed but, where it says so, when the monitor saw what.

use super::{Evidence, Finding};
use crate::grants::time::Timestamp;
use crate::ledger::entry::Entry;
use crate::ledger::verify::{self, COSIGNATURE_SLACK_S, Source, Trust, Under, VerifyError, wrong};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::cosignature;
use crate::tlog::hash::{Hash, leaf_hash};
use crate::tlog::merkle::{self, Frontier};
use crate::tlog::note::{Note, VerifierKey};
use crate::tlog::tile;

/// What evidence shows, once it was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What was found.
    pub finding: Finding,
    /// The ledger.
    pub origin: String,
    /// What happened, in a sentence.
    pub sentence: String,
    /// The keys that signed the checkpoints, the oldest first.
    pub keys: Vec<VerifierKey>,
    /// The witness whose time counts.
    pub witness: Option<VerifierKey>,
    /// What is the monitor's word; nothing where the evidence proves all of it.
    pub word: Option<&'static str>,
}

/// A checkpoint of the evidence, read.
struct Read {
    note: Note,
    checkpoint: Checkpoint,
    from: String,
    at: Timestamp,
}

fn not_shown(what: impl std::fmt::Display) -> VerifyError {
    wrong(None, "not-shown", format!("the evidence does not hold: {what}"))
}

impl Evidence {
    /// Checks all that it says. With `trusted`, every checkpoint must be signed by that key; without it, by those that the
    /// evidence names, which are to be compared. `tree` is what stands beside a `rule`.
    ///
    /// # Errors
    /// [`VerifyError::Wrong`] with the code `not-shown` when it does not show what it says; [`VerifyError::Unchecked`] when
    /// the tree cannot be read or another key is needed.
    pub fn check<S: Source>(&self, trusted: Option<&VerifierKey>, tree: Option<&S>) -> Result<Shown, VerifyError> {
        let finding = self.finding().map_err(not_shown)?;
        let (seen, keys) = self.signed(trusted)?;
        let witness = self.witness.as_deref().map(VerifierKey::parse).transpose().map_err(not_shown)?;
        let sentence = match (finding, seen.as_slice()) {
            (Finding::Fork | Finding::Rewrite, [one, other]) => self.two_histories(finding, one, other)?,
            (Finding::Rule, [one]) => self.refused(one, tree)?,
            (Finding::Time, [cosigned, others @ ..]) if others.len() < 2 => {
                self.contradicted(cosigned, others.first(), witness.as_ref())?
            }
            (Finding::Shrink, [before, after]) => shrank(before, after)?,
            (Finding::Stale, [shown, newer @ ..]) if newer.len() < 2 => {
                self.stale(shown, newer.first(), witness.as_ref())?
            }
            _ => return Err(not_shown("it has another number of checkpoints than its finding needs")),
        };
        let word = match finding {
            Finding::Fork | Finding::Rewrite => Some("from which source each checkpoint came, and when"),
            Finding::Rule | Finding::Time => None,
            Finding::Shrink => Some("that the smaller one was shown after the larger one"),
            Finding::Stale => Some("when it was shown, and that no newer one was"),
        };
        Ok(Shown { finding, origin: self.origin().to_owned(), sentence, keys, witness, word })
    }

    /// The checkpoints, each of this ledger and signed.
    fn signed(&self, trusted: Option<&VerifierKey>) -> Result<(Vec<Read>, Vec<VerifierKey>), VerifyError> {
        let named = self.keys.iter().map(|key| VerifierKey::parse(key)).collect::<Result<Vec<_>, _>>();
        let named = named.map_err(not_shown)?;
        if let Some(other) = named.iter().find(|key| key.name() != self.origin()) {
            return Err(not_shown(format_args!("the key {other} is not one of {}", self.origin())));
        }
        let mut seen = Vec::new();
        for one in &self.seen {
            let (note, checkpoint) = one.note().map_err(not_shown)?;
            if checkpoint.origin != self.origin() {
                return Err(not_shown(format_args!("a checkpoint is of {}, another ledger", checkpoint.origin)));
            }
            if !named.iter().any(|key| key.verify(&note).is_ok()) {
                return Err(not_shown(format_args!(
                    "none of its keys signed the checkpoint of {} entries",
                    checkpoint.size
                )));
            }
            if let Some(key) = trusted
                && key.verify(&note).is_err()
            {
                return Err(verify::SourceError(format!(
                    "the checkpoint of {} entries is not signed by the key that you gave, but by {}: if that is the ledger's key too, give it with --vkey",
                    checkpoint.size,
                    self.keys.join(" and ")
                ))
                .into());
            }
            seen.push(Read { note, checkpoint, from: one.from.clone(), at: one.time().map_err(not_shown)? });
        }
        Ok((seen, named))
    }

    /// The entry in this place, under its checkpoint.
    fn entry(&self, place: usize, seen: &[&Read]) -> Result<(u64, Vec<u8>), VerifyError> {
        let entry = self.entries.get(place).ok_or_else(|| not_shown("it lacks an entry"))?;
        let under = seen.get(entry.seen).ok_or_else(|| not_shown("an entry is under no checkpoint of it"))?;
        let (bytes, proof) = (entry.bytes().map_err(not_shown)?, hashes(&entry.proof)?);
        let Checkpoint { size, root, .. } = under.checkpoint;
        merkle::check_inclusion(&proof, entry.index, &leaf_hash(&bytes), size, &root).map_err(|fault| {
            not_shown(format_args!("entry {} is not under the checkpoint of {size}: {fault}", entry.index))
        })?;
        Ok((entry.index, bytes))
    }

    fn two_histories(&self, finding: Finding, one: &Read, other: &Read) -> Result<String, VerifyError> {
        if (one.from == other.from) != (finding == Finding::Rewrite) {
            return Err(not_shown("a rewrite is shown by one source, a fork by two"));
        }
        let (small, large) = if one.checkpoint.size <= other.checkpoint.size { (one, other) } else { (other, one) };
        let (size, newest) = (small.checkpoint.size, large.checkpoint.size);
        let root_then = match &self.root_then {
            None if size == newest => large.checkpoint.root,
            None => return Err(not_shown("two checkpoints of two sizes do not contradict each other by themselves")),
            Some(hex) => Hash::from_hex(hex).map_err(not_shown)?,
        };
        merkle::check_consistency(&hashes(&self.proof)?, size, &root_then, newest, &large.checkpoint.root)
            .map_err(|fault| not_shown(format_args!("its proof does not lead from {size} to {newest}: {fault}")))?;
        if root_then == small.checkpoint.root {
            return Err(not_shown("the larger tree contains the smaller one"));
        }
        let who = if one.from == other.from { one.from.clone() } else { format!("{} and {}", one.from, other.from) };
        let how = format!("{who} showed two histories of {}", self.origin());
        let what = if size == newest {
            format!("two roots of {size} entries are signed")
        } else {
            format!("the signed tree of {newest} entries does not begin with the signed tree of {size}")
        };
        if self.entries.is_empty() {
            return Ok(format!("{how}: {what}"));
        }
        let ((index, ours), (theirs_at, theirs)) = (self.entry(0, &[one, other])?, self.entry(1, &[one, other])?);
        let apart = self.entries.iter().map(|entry| entry.seen).eq([0, 1]) && self.entries.len() == 2;
        if !apart || index != theirs_at || ours == theirs {
            return Err(not_shown("its two entries are not two versions of one"));
        }
        Ok(format!("{how}: {what}; entry {index} is there in two versions"))
    }

    /// Every entry is under the checkpoint, and one of them is refused.
    fn refused<S: Source>(&self, one: &Read, tree: Option<&S>) -> Result<String, VerifyError> {
        let named = self.wrong.as_ref().ok_or_else(|| not_shown("it names no entry"))?;
        let tree = tree.ok_or_else(|| {
            verify::SourceError("the entries are not beside it: name the whole folder of the evidence".to_owned())
        })?;
        let Checkpoint { size, root, .. } = one.checkpoint;
        let mut edge = Frontier::new();
        for index in 0..size.div_ceil(256) {
            let width = tile::width_at(index, size);
            let bundle = tree.bundle(index, width)?;
            let entries = tile::decode_bundle(&bundle, width).map_err(not_shown)?;
            entries.iter().for_each(|entry| drop(edge.push(leaf_hash(entry))));
        }
        if edge.root() != root {
            return Err(not_shown("the entries beside it are not those under its checkpoint"));
        }
        let under = Under { source: tree, checkpoint: one.note.to_string().into_bytes() };
        let trust = Trust { vkey: self.keys.first().and_then(|key| VerifierKey::parse(key).ok()), ..Trust::default() };
        match verify::verify(&under, &trust, &|_, _| ()) {
            Err(VerifyError::Wrong(found)) if found.index == Some(named.index) && found.code == named.code => {
                Ok(format!("{} recorded and signed what is refused: {}", self.origin(), found.sentence))
            }
            Err(VerifyError::Wrong(found)) => Err(not_shown(format_args!(
                "it names entry {} and {}, and what is found is another thing: {}",
                named.index, named.code, found.sentence
            ))),
            Err(unchecked) => Err(unchecked),
            Ok(_) => Err(not_shown("all of its entries hold")),
        }
    }

    fn contradicted(
        &self,
        cosigned: &Read,
        later: Option<&Read>,
        witness: Option<&VerifierKey>,
    ) -> Result<String, VerifyError> {
        let witness = witness.ok_or_else(|| not_shown("it names no witness"))?;
        let seen: Vec<&Read> = std::iter::once(cosigned).chain(later).collect();
        let (index, bytes) = self.entry(0, &seen)?;
        let seen_s = cosigned_s(&cosigned.note, witness)?;
        let recorded_at = Entry::parse(&bytes).map_err(not_shown)?.recorded_at;
        let (size, apart_s) = (cosigned.checkpoint.size, recorded_at.ms() / 1000 - seen_s);
        let name = witness.name();
        if self.entries[0].seen == 0 && apart_s > COSIGNATURE_SLACK_S {
            return Ok(format!(
                "entry {index} of {} says that it was recorded {recorded_at}, and {name} had seen it {apart_s} s earlier",
                self.origin()
            ));
        }
        if self.entries[0].seen == 1 && index >= size && -apart_s > COSIGNATURE_SLACK_S {
            return Ok(format!(
                "entry {index} of {} says that it was recorded {recorded_at}, and {} s later {name} saw the ledger without it",
                self.origin(),
                -apart_s
            ));
        }
        Err(not_shown("the cosignature does not contradict the entry's time"))
    }

    fn stale(&self, shown: &Read, newer: Option<&Read>, witness: Option<&VerifierKey>) -> Result<String, VerifyError> {
        let limit_s = self.limit_s.ok_or_else(|| not_shown("it names no limit"))?;
        let size = shown.checkpoint.size;
        let (since_s, what) = match (newer, witness) {
            (Some(newer), _) if newer.checkpoint.size > size => {
                (newer.at.ms() / 1000, format!("{} had shown {} before", newer.from, newer.checkpoint.size))
            }
            (Some(_), _) => return Err(not_shown("the other checkpoint is no newer one")),
            (None, Some(witness)) => {
                (cosigned_s(&shown.note, witness)?, format!("{} cosigned it last", witness.name()))
            }
            (None, None) => {
                let (index, bytes) = self.entry(0, &[shown])?;
                if index + 1 != size {
                    return Err(not_shown("its entry is not the newest one"));
                }
                let recorded_at = Entry::parse(&bytes).map_err(not_shown)?.recorded_at;
                (recorded_at.ms() / 1000, format!("its newest entry was recorded {recorded_at}"))
            }
        };
        let age_s = shown.at.ms() / 1000 - since_s;
        if age_s <= i64::try_from(limit_s).unwrap_or(i64::MAX) {
            return Err(not_shown(format_args!("it was {age_s} s old, which is within {limit_s} s")));
        }
        Ok(format!("{} showed its checkpoint of {size} entries {age_s} s after {what}", shown.from))
    }
}

fn shrank(before: &Read, after: &Read) -> Result<String, VerifyError> {
    let (was, is) = (before.checkpoint.size, after.checkpoint.size);
    if before.from != after.from || was <= is || before.at > after.at {
        return Err(not_shown("no source showed fewer entries than before"));
    }
    Ok(format!("{} showed {was} entries, and then {is}", after.from))
}

fn cosigned_s(note: &Note, witness: &VerifierKey) -> Result<i64, VerifyError> {
    let seen = cosignature::verify(note, witness).map_err(not_shown)?;
    Ok(i64::try_from(seen.time_s).unwrap_or(i64::MAX))
}

fn hashes(hex: &[String]) -> Result<Vec<Hash>, VerifyError> {
    hex.iter().map(|hash| Hash::from_hex(hash).map_err(not_shown)).collect()
}
