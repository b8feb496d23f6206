//! The audit: everything that a ledger's source serves, replayed from nothing and compared.
//!
//! The source is not trusted. From its checkpoint, entry bundles and hash tiles the audit rebuilds the chain, the
//! tree, every signature and every decision of the rule book, and names the first entry that is wrong.
//!
//! An earlier checkpoint ([`Trust::since`]) spares the signatures before it, which are most of the work, and no more: the
//! rules ask the state that all entries made, nobody signs a snapshot of it, and the root over the entries that the earlier
//! checkpoint covers, made anew, is compared with the one it names, which says what a consistency proof says.

use super::audit::Audit;
use super::ledger_keys::{self, signed_by};
use super::replay::Replay;
use crate::grants::state::State;
use crate::grants::time::Timestamp;
use crate::tlog::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use crate::tlog::cosignature;
use crate::tlog::hash::Hash;
use crate::tlog::note::{Note, VerifierKey, VerifyError as KeyError};
use crate::tlog::policy::{Policy, QuorumReport};
use crate::tlog::tile::{self, Tile, TileSource};

use super::entry::Entry;
use super::statement::Statement;

/// How far a cosignature's time may be from the newest entry's before the audit reports it, in seconds.
pub const COSIGNATURE_SLACK_S: i64 = 300;

/// Why a source could not be read: no verdict about the ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(pub String);

/// What a ledger serves, wherever it is: its own files, an exported folder, a web address.
pub trait Source: TileSource<Error = SourceError> {
    /// The newest checkpoint, a signed note.
    ///
    /// # Errors
    /// When it cannot be had.
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError>;

    /// The entry bundle `index` with `width` entries, as C2SP tlog-tiles frames it.
    ///
    /// # Errors
    /// When it cannot be had.
    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError>;
}

impl<S: Source + ?Sized> Source for &S {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        (**self).checkpoint()
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError> {
        (**self).bundle(index, width)
    }
}

/// A source under a checkpoint that is held still: it may grow meanwhile, or have none yet.
pub struct Under<'a, S> {
    /// Where tiles and bundles are.
    pub source: &'a S,
    /// The signed note.
    pub checkpoint: Vec<u8>,
}

impl<S: Source> TileSource for Under<'_, S> {
    type Error = SourceError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, SourceError> {
        self.source.hash_tile(tile)
    }
}

impl<S: Source> Source for Under<'_, S> {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        Ok(self.checkpoint.clone())
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError> {
        self.source.bundle(index, width)
    }
}

/// What the auditor knows beforehand.
#[derive(Clone, Default)]
pub struct Trust {
    /// A verifier key of the ledger; without it, the key that entry 0 names is taken and the report says so.
    pub vkey: Option<VerifierKey>,
    /// Witnesses that must have cosigned.
    pub policy: Option<Policy>,
    /// A checkpoint seen before: the ledger must contain it, and its entries' signatures are not checked again if the key
    /// that is trusted signed it.
    pub since: Option<Vec<u8>>,
    /// How signatures are checked.
    pub signatures: Checking,
}

/// How an audit checks signatures. Both are one rule and give one verdict on each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Checking {
    /// Many together, grouped by key.
    #[default]
    Together,
    /// Each by itself: slower, for comparison and for whoever trusts no batch.
    OneByOne,
}

/// A ledger that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Wrong {
    /// The first wrong entry, when it is an entry that is wrong.
    pub index: Option<u64>,
    /// A stable code: `wrong-root`, `bad-signature`, `B13` and so on.
    pub code: &'static str,
    /// What is wrong with it.
    pub sentence: String,
}

/// The end of an audit that did not go through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The ledger does not hold.
    #[error(transparent)]
    Wrong(#[from] Wrong),
    /// It could not be checked.
    #[error(transparent)]
    Unchecked(#[from] SourceError),
}

pub(super) fn wrong(index: Option<u64>, code: &'static str, sentence: impl Into<String>) -> VerifyError {
    VerifyError::Wrong(Wrong { index, code, sentence: sentence.into() })
}

/// What an audit found, when everything holds.
pub struct Report {
    /// The checkpoint that was checked.
    pub checkpoint: Checkpoint,
    /// The verifier key that the ledger is known by: the auditor's, or else the one that entry 0 names.
    pub vkey: VerifierKey,
    /// Whether the key came from the ledger itself, not from the auditor.
    pub vkey_from_ledger: bool,
    /// The keys in force, the oldest first: each of them signed the checkpoint.
    pub in_force: Vec<VerifierKey>,
    /// When the newest entry was recorded.
    pub last_recorded_at: Timestamp,
    /// How many statement signatures were checked.
    pub signatures: u64,
    /// How many hash tiles were compared.
    pub tiles: u64,
    /// Which witnesses cosigned, when a policy was given.
    pub quorum: Option<QuorumReport>,
    /// The size of the earlier checkpoint that this one contains, when one was given.
    pub since: Option<u64>,
    /// Whether the signatures on its entries were taken as checked before.
    pub since_believed: bool,
    /// What holds but deserves a look.
    pub warnings: Vec<String>,
    /// The state that the entries make.
    pub replay: Replay,
}

/// Audits a ledger. `progress` is told how many entries are done, of how many.
///
/// # Errors
/// [`VerifyError::Wrong`] with the first thing that is wrong; [`VerifyError::Unchecked`] when the source cannot be read.
pub fn verify<S: Source>(source: &S, trust: &Trust, progress: &dyn Fn(u64, u64)) -> Result<Report, VerifyError> {
    let opened = open_checkpoint(source, trust.vkey.as_ref())?;
    let Checkpoint { origin, size, root } = opened.checkpoint.clone();
    if size == 0 {
        return Err(wrong(None, "empty", "the ledger has no entry yet"));
    }
    let since = trust.since.as_ref().map(|bytes| Earlier::read(bytes, &opened.vkey, size)).transpose()?;
    let mut audit = Audit::new(source, &origin, size, trust.signatures);
    // Only a key that is trusted beforehand vouches for signatures: those in force later are known by these entries.
    let believed = since.as_ref().filter(|old| old.by_trusted);
    let root_then = audit.entries(since.as_ref().map(|old| old.checkpoint.size), believed.is_some(), progress)?;
    let (checkpoint, in_force) = opened.confirm(audit.replay.state())?;
    if audit.replay.root() != root {
        return Err(wrong(
            None,
            "wrong-root",
            format!(
                "the entries have the root {}, the signed checkpoint says {root}: entries were changed after signing",
                audit.replay.root()
            ),
        ));
    }
    if let Some(old) = &since {
        old.confirm(audit.replay.state(), root_then)?;
    }
    audit.upper_tiles()?;
    let mut warnings: Vec<String> = in_force.iter().filter_map(|key| cofactor_warning(&checkpoint, key)).collect();
    if trust.vkey.is_some() {
        // A checkpoint of a size from 1 on commits its signer to entry 0, which names the roots that name later keys.
        let vouched = believed.is_some_and(|old| old.checkpoint.size > 0);
        warnings.extend(opened.retired(audit.replay.state(), vouched));
    }
    audit.warnings.splice(0..0, warnings);
    let last_recorded_at =
        audit.replay.last_time().ok_or_else(|| wrong(None, "empty", "the ledger has no entry yet"))?;
    let quorum =
        trust.policy.as_ref().map(|policy| check_policy(policy, &checkpoint, last_recorded_at, &mut audit.warnings));
    Ok(Report {
        checkpoint: opened.checkpoint,
        vkey_from_ledger: trust.vkey.is_none(),
        vkey: opened.vkey,
        in_force,
        last_recorded_at,
        signatures: audit.signatures,
        tiles: audit.tiles,
        quorum: quorum.transpose()?,
        since_believed: believed.is_some(),
        since: since.as_ref().map(|old| old.checkpoint.size),
        warnings: audit.warnings,
        replay: audit.replay,
    })
}

fn cofactor_warning(checkpoint: &SignedCheckpoint, key: &VerifierKey) -> Option<String> {
    let strict = key.is_cofactorless(checkpoint.note());
    (!strict).then(|| "the checkpoint's signature holds, but libraries without the cofactor refuse it".to_owned())
}

/// A checkpoint as it was served, before the entries say which keys must have signed it.
pub struct Opened {
    /// Its three lines.
    pub checkpoint: Checkpoint,
    /// The key that the ledger is known by: the auditor's, or else the one that entry 0 names.
    pub vkey: VerifierKey,
    /// Whether that key signed it; a key that was retired did not.
    pub by_trusted: bool,
    note: Note,
}

impl Opened {
    /// Checks the checkpoint against the keys that its entries brought: the key that the ledger is known by is or was one
    /// of them, and every one in force signed.
    ///
    /// # Errors
    /// `other-key` and `bad-checkpoint`.
    pub fn confirm(&self, state: &State) -> Result<(SignedCheckpoint, Vec<VerifierKey>), VerifyError> {
        let vkey = self.vkey.to_string();
        if !state.ledger_keys().iter().any(|key| key.vkey.as_str() == vkey) {
            let named = state.ledger_vkeys().join(", ");
            return Err(wrong(
                Some(0),
                "other-key",
                format!(
                    "entry 0 names another key than {vkey}, and no later entry brings it: checkpoints are signed by {named}"
                ),
            ));
        }
        let in_force = ledger_keys::signing(state, self.checkpoint.size);
        let mut signed = None;
        for key in &in_force {
            let opened = SignedCheckpoint::open_note(self.note.clone(), key).map_err(|e| match e {
                CheckpointError::Signature(KeyError::Missing { name, key_id }) => bad_checkpoint(&format!(
                    "the ledger key {name}+{key_id} is in force at its size and did not sign it; fetch it again, or ask the operator"
                )),
                e => bad_checkpoint(&e),
            });
            signed = Some(opened?);
        }
        let signed = signed.ok_or_else(|| bad_checkpoint(&"no key of the ledger is in force"))?;
        Ok((signed, in_force))
    }

    /// What somebody must know who gave a key that signs no more. It is `vouched` for entry 0 where the key signed a
    /// checkpoint that was given beside it.
    pub fn retired(&self, state: &State, vouched: bool) -> Option<String> {
        let (keys, vkey) = (state.ledger_keys(), self.vkey.to_string());
        let own = keys.iter().find(|key| key.vkey.as_str() == vkey)?;
        let retired = own.ended.filter(|_| !own.signs(self.checkpoint.size))?;
        let now: Vec<String> =
            ledger_keys::signing(state, self.checkpoint.size).iter().map(ToString::to_string).collect();
        let now = now.join(" and ");
        Some(match vouched || self.by_trusted {
            true => format!(
                "the key that you gave was retired by entry {retired}; by the roots of entry 0, which it signed for, the ledger's key now is {now}: give that with --vkey from now on"
            ),
            false => format!(
                "the key that you gave was retired by entry {retired} and did not sign this checkpoint, so it proves no more than a key that the ledger names itself; the ledger's key now is {now}: compare that with one published elsewhere, then give it with --vkey"
            ),
        })
    }
}

fn bad_checkpoint(what: &dyn std::fmt::Display) -> VerifyError {
    wrong(None, "bad-checkpoint", format!("the checkpoint does not hold: {what}"))
}

/// Fetches the checkpoint and checks the signature of the key that the auditor gave or that entry 0 names. If that key did
/// not sign, it may have been retired: [`Opened::confirm`] tells once the entries are replayed.
///
/// # Errors
/// As [`verify`].
pub fn open_checkpoint<S: Source>(source: &S, given: Option<&VerifierKey>) -> Result<Opened, VerifyError> {
    let bytes = source.checkpoint()?;
    let note = Note::parse(&bytes).map_err(|e| bad_checkpoint(&e))?;
    let vkey = match given {
        Some(key) => key.clone(),
        None => key_of_entry_0(source, &note)?,
    };
    let (checkpoint, extensions) = Checkpoint::parse_extended(&note.text).map_err(|e| bad_checkpoint(&e))?;
    if !extensions.is_empty() {
        return Err(bad_checkpoint(&"it has extension lines, which a hibah ledger does not write"));
    }
    let by_trusted = match SignedCheckpoint::open_note(note.clone(), &vkey) {
        Ok(_) => true,
        // Without a line under the ledger's name nothing that the entries say can make it hold.
        Err(CheckpointError::Signature(KeyError::Missing { .. }))
            if note.signatures.iter().any(|line| line.name == checkpoint.origin) =>
        {
            false
        }
        Err(e) => return Err(bad_checkpoint(&e)),
    };
    Ok(Opened { checkpoint, vkey, by_trusted, note })
}

fn key_of_entry_0<S: Source>(source: &S, note: &Note) -> Result<VerifierKey, VerifyError> {
    let bad = |what: &str| wrong(Some(0), "bad-founding", format!("entry 0 is not a founding: {what}"));
    let checkpoint = Checkpoint::parse(&note.text).map_err(|e| bad_checkpoint(&e))?;
    if checkpoint.size == 0 {
        return Err(wrong(None, "empty", "the ledger has no entry yet"));
    }
    let bundle = source.bundle(0, tile::width_at(0, checkpoint.size))?;
    let entries = tile::decode_bundle(&bundle, tile::width_at(0, checkpoint.size)).map_err(|e| bad(&e.to_string()))?;
    let entry = Entry::parse(entries[0]).map_err(|e| bad(e.sentence.english()))?;
    let statement = Statement::parse(entry.statement, &checkpoint.origin).map_err(|e| bad(e.sentence.english()))?;
    let key = statement.body().pointer("/keys/ledger").and_then(serde_json::Value::as_str);
    VerifierKey::parse(key.unwrap_or_default()).map_err(|e| bad(&e.to_string()))
}

/// A checkpoint seen before.
struct Earlier {
    checkpoint: Checkpoint,
    /// Whether the key that is trusted beforehand signed it.
    by_trusted: bool,
    note: Note,
    /// How many entries the ledger has now.
    size: u64,
}

impl Earlier {
    /// Reads a checkpoint seen before, of a ledger that now has `size` entries.
    fn read(bytes: &[u8], vkey: &VerifierKey, size: u64) -> Result<Self, VerifyError> {
        let note = Note::parse(bytes).map_err(|e| not_of_this(&e))?;
        let (checkpoint, _) = Checkpoint::parse_extended(&note.text).map_err(|e| not_of_this(&e))?;
        if checkpoint.origin != vkey.name() {
            return Err(not_of_this(&format!("it is of {}", checkpoint.origin)));
        }
        let by_trusted = signed_by(&note, vkey).map_err(|e| not_of_this(&e))?;
        let earlier = Self { checkpoint, by_trusted, note, size };
        if by_trusted { earlier.check_size().map(|()| earlier) } else { Ok(earlier) }
    }

    fn check_size(&self) -> Result<(), VerifyError> {
        if self.checkpoint.size > self.size {
            return Err(fork(&format!("the ledger shrank from {} to {} entries", self.checkpoint.size, self.size)));
        }
        Ok(())
    }

    /// Checks it against the ledger as it is now: every key in force at its size signed it, and `root_then` is its root.
    fn confirm(&self, state: &State, root_then: Hash) -> Result<(), VerifyError> {
        // Of a ledger that shrank, those in force now: who came after them is not known.
        for key in ledger_keys::signing(state, self.checkpoint.size) {
            key.verify(&self.note).map_err(|e| not_of_this(&e))?;
        }
        self.check_size()?;
        // The entries are those of the new checkpoint. So if the old one was over others, both are signed, and
        // contradict.
        if self.checkpoint.root != root_then {
            return Err(fork(&format!(
                "the earlier checkpoint of size {} is not part of this one",
                self.checkpoint.size
            )));
        }
        Ok(())
    }
}

fn not_of_this(what: &dyn std::fmt::Display) -> VerifyError {
    SourceError(format!("the earlier checkpoint is not one of this ledger: {what}")).into()
}

fn fork(what: &str) -> VerifyError {
    wrong(None, "fork", format!("{what}: the ledger showed two histories; keep both checkpoints as evidence"))
}

fn check_policy(
    policy: &Policy,
    checkpoint: &SignedCheckpoint,
    last: Timestamp,
    warnings: &mut Vec<String>,
) -> Result<QuorumReport, VerifyError> {
    let report = policy.check(checkpoint).map_err(|e| wrong(None, "policy", e.to_string()))?;
    if !report.quorum_met {
        return Err(wrong(
            None,
            "no-quorum",
            format!(
                "{} of the policy's witnesses cosigned this checkpoint, which is no quorum: ask again later, or the ledger hides it from them",
                report.cosigned.len()
            ),
        ));
    }
    for witness in
        policy.witnesses().iter().filter(|witness| !cosignature::is_cofactorless(checkpoint.note(), &witness.key))
    {
        warnings
            .push(format!("the cosignature of {} holds, but libraries without the cofactor refuse it", witness.name));
    }
    for witness in &report.cosigned {
        let seen_s = i64::try_from(witness.time_s).unwrap_or(i64::MAX);
        let ahead_s = (last.ms() / 1000).saturating_sub(seen_s);
        if ahead_s > COSIGNATURE_SLACK_S {
            warnings.push(format!(
                "the newest entry says {last}, but {} had seen it {ahead_s} s earlier: the ledger's clock is wrong",
                witness.name
            ));
        }
    }
    Ok(report)
}
