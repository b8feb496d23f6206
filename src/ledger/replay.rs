//! Replay: the entries through the rule book from nothing.
//!
//! I2: whatever the rule book refuses is not in the ledger, and replaying the entries gives the present state. The
//! server admits a statement with [`Replay::judge`], the auditor repeats it with [`Replay::extend`]: the same code.

use std::collections::HashMap;
use std::ops::Range;

use smallvec::SmallVec;

use super::entry::{Entry, NO_PREVIOUS};
use super::form::{FormCode, FormError};
use super::rows::Rows;
use super::statement::{Parsed, SignatureBytes, Statement, unknown_key};
use crate::grants::about::About;
use crate::grants::claim::{Claim, VerifiedStatement};
use crate::grants::flags::{Finding, Flags};
use crate::grants::rules::Refusal;
use crate::grants::rules::RuleSet;
use crate::grants::sentence::{Both, Sentence, sentence};
use crate::grants::signer::SignerId;
use crate::grants::state::{Change, Place, State};
use crate::grants::time::Timestamp;
use crate::tlog::hash::{Hash, leaf_hash, sha256};
use crate::tlog::merkle::{Frontier, Node};
use crate::tlog::note::{Algorithm, Note, VerifierKey};

/// Why a statement is not, or should not have been, recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Its bytes, or its signatures.
    #[error(transparent)]
    Form(#[from] FormError),
    /// The rule book.
    #[error(transparent)]
    Rule(#[from] Refusal),
}

impl Refused {
    /// `bad-signature`, `B13` and so on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Form(error) => error.code.as_str(),
            Self::Rule(refusal) => refusal.rule.code(),
        }
    }

    /// What is wrong, where, and what to do.
    #[must_use]
    pub fn sentence(&self) -> &Sentence {
        match self {
            Self::Form(error) => &error.sentence,
            Self::Rule(refusal) => &refusal.sentence,
        }
    }

    /// For a stale `after`: the latest entry about the thing, which the author must look at and sign again.
    #[must_use]
    pub fn head(&self) -> Option<Hash> {
        match self {
            Self::Form(_) => None,
            Self::Rule(refusal) => refusal.head,
        }
    }
}

/// Whether the signatures of an entry are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signatures {
    /// Each of them.
    Check,
    /// Not again: this program verified them when it recorded the entry, or in an audit up to a checkpoint that is
    /// proved consistent.
    VerifiedBefore,
}

/// The state after some entries, and what the next one must continue.
pub struct Replay {
    origin: String,
    state: State,
    tree: Frontier,
    last_leaf: Hash,
    last_time: Option<Timestamp>,
    keys: Keys,
    tables: Option<Tables>,
}

/// What derived tables need beside the state.
#[derive(Default)]
struct Tables {
    flags: Flags,
    /// They have the entries before this one already.
    from: u64,
}

/// A statement that could be the next entry as things are: what it claims, and the keys that its signatures must hold
/// under. Whether they do was checked by whoever hands this to [`Replay::judge_ready`].
pub(super) struct Ready {
    rules: RuleSet,
    claim: Claim,
    /// In the order of the signers.
    pub(super) keys: SmallVec<[KeyNumber; 2]>,
}

/// Every key that was brought, by its signer and by its number, in the order in which they came.
#[derive(Default)]
struct Keys {
    numbers: HashMap<SignerId, KeyNumber>,
    brought: Vec<(SignerId, VerifierKey)>,
}

/// Numbers the keys of a replay in the order in which they were brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyNumber(u32);

impl KeyNumber {
    /// From 0.
    pub(super) fn place(self) -> usize {
        self.0 as usize
    }
}

impl Keys {
    fn get(&self, id: &SignerId) -> Option<&VerifierKey> {
        self.numbers.get(id).map(|number| &self.brought[number.place()].1)
    }

    fn bring(&mut self, brought: Vec<(SignerId, VerifierKey)>) {
        for (id, key) in brought {
            // An entry brings at most as many as it has signers, and a ledger has fewer entries than keys have numbers.
            self.numbers.insert(id.clone(), KeyNumber(u32::try_from(self.brought.len()).unwrap_or(u32::MAX)));
            self.brought.push((id, key));
        }
    }
}

/// A statement that was found good, and what it does; only for the state that judged it.
pub struct Judged {
    change: Change,
    verified: VerifiedStatement,
    brought: Vec<(SignerId, VerifierKey)>,
    cofactor_only: Vec<SignerId>,
}

/// One entry that took its place.
#[derive(Debug)]
pub struct Step {
    /// Its place.
    pub index: u64,
    /// Its leaf hash.
    pub leaf: Hash,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The statement in it.
    pub statement: Statement,
    /// Every thing whose head or figures changed.
    pub touched: Vec<About>,
    /// The tree nodes that its leaf completes, the leaf first.
    pub nodes: Vec<(Node, Hash)>,
    /// What flags say of it; nothing where they are not asked ([`Replay::for_tables`]).
    pub findings: Vec<Finding>,
    /// What it changes in the derived tables, where they are kept up.
    pub(super) rows: Option<Rows>,
    /// The signers whose signature holds, but not for libraries without the cofactor; empty where none was checked.
    pub cofactor_only: Vec<SignerId>,
}

impl Replay {
    /// Before entry 0 of the ledger `origin`.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            state: State::new(origin),
            tree: Frontier::new(),
            last_leaf: NO_PREVIOUS,
            last_time: None,
            keys: Keys::default(),
            tables: None,
        }
    }

    /// The same, asking every flag of each entry. Judging needs no flag: an audit goes without.
    #[must_use]
    pub fn with_flags(origin: &str) -> Self {
        Self::for_tables(origin, u64::MAX)
    }

    /// The same, for derived tables that have the entries before `from` already: what an entry changes
    /// in them comes with its step.
    #[must_use]
    pub fn for_tables(origin: &str, from: u64) -> Self {
        Self { tables: Some(Tables { from, ..Tables::default() }), ..Self::new(origin) }
    }

    /// The ledger's origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The rule book's state.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// How many entries were replayed.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.tree.size()
    }

    /// The Merkle root over them.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// The edge of the tree over them.
    #[must_use]
    pub fn tree(&self) -> &Frontier {
        &self.tree
    }

    /// When the last of them was recorded.
    #[must_use]
    pub fn last_time(&self) -> Option<Timestamp> {
        self.last_time
    }

    /// Judges a statement as the next entry, recorded at `recorded_at`.
    ///
    /// # Errors
    /// The first thing that speaks against it.
    pub fn judge(
        &self,
        statement: &Statement,
        recorded_at: Timestamp,
        signatures: Signatures,
    ) -> Result<Judged, Refused> {
        let claim = statement.claim(self.state.rules_for(statement.kind(), statement.json()))?;
        let brought = admit_keys(&claim)?;
        let (verified, cofactor_only) = match signatures {
            Signatures::VerifiedBefore => (Statement::verified_before(claim), Vec::new()),
            Signatures::Check => statement.verify(claim, |id| self.key(&brought, id))?,
        };
        let place = Place { index: self.size(), recorded_at };
        Ok(Judged { change: self.state.judge(&verified, place)?, verified, brought, cofactor_only })
    }

    /// What can be said of a statement before its signatures are checked, together with others: none if it brings keys of
    /// its own, names one that is not known, does not follow the latest entry about its thing, or is of the wrong form.
    pub(super) fn ready(&self, statement: &Statement) -> Option<Ready> {
        if statement.after() != self.state.expected_after(statement.about()) {
            return None;
        }
        let keys = statement.signers().iter().map(|id| self.keys.numbers.get(id).copied()).collect::<Option<_>>()?;
        let rules = self.state.rules_for(statement.kind(), statement.json());
        let claim = statement.claim(rules).ok()?;
        claim.keys_brought().is_empty().then_some(Ready { rules, claim, keys })
    }

    /// As [`Replay::judge`], of a statement whose signatures hold under the keys of `ready`.
    ///
    /// # Errors
    /// The rule that speaks against it.
    pub(super) fn judge_ready(
        &self,
        statement: &Statement,
        ready: Ready,
        recorded_at: Timestamp,
    ) -> Result<Judged, Refused> {
        // Another rule set may have come into force meanwhile.
        let rules = self.state.rules_for(statement.kind(), statement.json());
        let claim = if ready.rules == rules { ready.claim } else { statement.claim(rules)? };
        let verified = Statement::verified_before(claim);
        let place = Place { index: self.size(), recorded_at };
        let change = self.state.judge(&verified, place)?;
        Ok(Judged { change, verified, brought: Vec::new(), cofactor_only: Vec::new() })
    }

    /// The key that a signer's signature must hold under: one that the statement brings, or one of the ledger.
    fn key<'k>(&'k self, brought: &'k [(SignerId, VerifierKey)], id: &SignerId) -> Option<&'k VerifierKey> {
        let new = brought.iter().find(|(name, _)| name == id).map(|(_, key)| key);
        new.or_else(|| self.keys.get(id))
    }

    /// Takes the next entry as [`Replay::extend`] does, except that its signatures are not checked: whoever calls this
    /// checks them under the keys that it answers, in the order of the signers, and lets nothing of this state out
    /// before they were found to hold. `bytes` are those that were read.
    ///
    /// # Errors
    /// That something is wrong with the entry; the state is unchanged. What is wrong with it first, only
    /// [`Replay::extend`] can say, for it checks the signatures before the rules.
    pub(super) fn extend_unchecked(&mut self, read: ReadEntry, bytes: &[u8]) -> Result<Taken, Refused> {
        let ReadEntry { index, previous, recorded_at, leaf, claim, text, signatures } = read;
        let place = Entry { index, previous, recorded_at, statement: &[] };
        place.check_place(self.size(), &self.last_leaf, self.last_time)?;
        let claim = match claim {
            Some((under, claim)) if Some(under) == self.state.rules() => claim,
            _ => {
                let statement = Statement::parse(&bytes[text.start..], &self.origin)?;
                statement.claim(self.state.rules_for(statement.kind(), statement.json()))?
            }
        };
        let brought = admit_keys(&claim)?;
        let (verified, place) = (Statement::verified_before(claim), Place { index, recorded_at });
        if let Some(unknown) = verified.claim().signers().iter().find(|id| self.key(&brought, id).is_none()) {
            return Err(unknown_key(unknown).into());
        }
        let change = self.state.judge(&verified, place)?;
        self.state.apply(change, leaf);
        self.keys.bring(brought);
        let keys = verified.claim().signers().iter().filter_map(|id| self.keys.numbers.get(id).copied());
        let signatures = keys.zip(signatures).collect();
        let nodes = self.place_leaf(leaf, recorded_at);
        Ok(Taken { index, leaf, nodes, text, signatures })
    }

    /// The key of this number, and whose it is.
    pub(super) fn key_numbered(&self, number: KeyNumber) -> (&SignerId, &VerifierKey) {
        let (id, key) = &self.keys.brought[number.place()];
        (id, key)
    }

    /// The hash of the text in this note, with the first of its signers whose key is in force at this time and whose
    /// signature holds; whether or not the note is a statement.
    #[must_use]
    pub fn signed_in_force(&self, bytes: &[u8], at: Timestamp) -> Option<(Hash, SignerId)> {
        let note = Note::parse(bytes).ok()?;
        let today = self.state.local_date(at);
        let signer = note.signatures.iter().find_map(|line| {
            let id = SignerId::new(&line.name, line.key_id.0)?;
            let key = self.keys.get(&id).filter(|_| self.state.in_force(&id, today).is_ok())?;
            let signature = line.bytes.as_slice().try_into().ok()?;
            key.public().check(note.text.as_bytes(), signature).is_ok().then_some(id)
        })?;
        Some((sha256(note.text.as_bytes()), signer))
    }

    /// The bytes of the next entry with this statement in it.
    #[must_use]
    pub fn next_entry(&self, statement: &[u8], recorded_at: Timestamp) -> Vec<u8> {
        Entry { index: self.size(), previous: self.last_leaf, recorded_at, statement }.to_bytes()
    }

    /// Moves on over an entry that was judged.
    pub fn record(&mut self, entry: &[u8], statement: Statement, judged: Judged, recorded_at: Timestamp) -> Step {
        let (index, leaf) = (self.size(), leaf_hash(entry));
        let touched = judged.change.touches().to_vec();
        self.state.apply(judged.change, leaf);
        let mut findings = Vec::new();
        if let Some(tables) = &mut self.tables {
            let place = Place { index, recorded_at };
            findings = tables.flags.see(&self.state, judged.verified.claim(), &touched, place);
        }
        self.keys.bring(judged.brought);
        let nodes = self.place_leaf(leaf, recorded_at);
        let cofactor_only = judged.cofactor_only;
        let mut step =
            Step { index, leaf, recorded_at, statement, touched, nodes, findings, rows: None, cofactor_only };
        if self.tables.as_ref().is_some_and(|tables| index >= tables.from) {
            step.rows = Some(Rows::of(&self.state, &step));
        }
        step
    }

    fn place_leaf(&mut self, leaf: Hash, recorded_at: Timestamp) -> Vec<(Node, Hash)> {
        self.last_leaf = leaf;
        self.last_time = Some(recorded_at);
        self.tree.push(leaf)
    }

    /// Takes the next entry of a ledger that somebody else wrote: place, form, signatures, rules.
    ///
    /// # Errors
    /// The first thing that is wrong with the entry; the state is unchanged.
    pub fn extend(&mut self, bytes: &[u8], signatures: Signatures) -> Result<Step, Refused> {
        let entry = Entry::parse(bytes)?;
        entry.check_place(self.size(), &self.last_leaf, self.last_time)?;
        let statement = Statement::parse(entry.statement, &self.origin)?;
        let judged = self.judge(&statement, entry.recorded_at, signatures)?;
        Ok(self.record(bytes, statement, judged, entry.recorded_at))
    }
}

/// What can be told of an entry without those before it.
pub(super) struct ReadEntry {
    index: u64,
    previous: Hash,
    recorded_at: Timestamp,
    leaf: Hash,
    /// What it claims under the rules that whoever read it took to be in force.
    claim: Option<(RuleSet, Claim)>,
    /// Where in the entry the text stands that is signed.
    text: Range<usize>,
    signatures: SignatureBytes,
}

/// An entry that took its place before its signatures were checked.
pub(super) struct Taken {
    pub(super) index: u64,
    pub(super) leaf: Hash,
    /// The tree nodes that its leaf completes, the leaf first.
    pub(super) nodes: Vec<(Node, Hash)>,
    /// Where in the entry the text stands that is signed.
    pub(super) text: Range<usize>,
    /// Under which key which signature must hold, in the order of the signers.
    pub(super) signatures: SmallVec<[(KeyNumber, [u8; 64]); 2]>,
}

impl ReadEntry {
    /// Reads an entry of the ledger `origin`. Its claim is read ahead for a rule set that is likely in force.
    ///
    /// # Errors
    /// The first rule of the format that it breaks.
    pub(super) fn read(bytes: &[u8], origin: &str, rules: Option<RuleSet>) -> Result<Self, FormError> {
        let Entry { index, previous, recorded_at, statement } = Entry::parse(bytes)?;
        let parsed = Parsed::complete(statement, origin)?;
        let from = bytes.len() - statement.len();
        let text = from..from + parsed.text().len();
        let signatures = parsed.signatures();
        let rules = rules.filter(|_| !parsed.may_bring_rules());
        let claim = rules.and_then(|rules| Some((rules, parsed.into_claim(rules).ok()?)));
        Ok(Self { index, previous, recorded_at, leaf: leaf_hash(bytes), claim, text, signatures })
    }
}

/// The statement as the rule book of this state judges it, signatures unchecked: for a bench that measures judging and
/// applying by themselves, on a state of its own. What it answers reaches no ledger, for [`Replay`] takes none.
///
/// # Errors
/// The first thing that is wrong with its form.
#[doc(hidden)]
pub fn to_measure(state: &State, statement: &Statement) -> Result<VerifiedStatement, Refused> {
    let claim = statement.claim(state.rules_for(statement.kind(), statement.json()))?;
    Ok(Statement::verified_before(claim))
}

/// The keys that a statement brings into force: each must be one that everybody's verifier can use.
fn admit_keys(claim: &Claim) -> Result<Vec<(SignerId, VerifierKey)>, Refused> {
    claim
        .keys_brought()
        .into_iter()
        .map(|text| {
            let bad = |what: Sentence| {
                let sentence = sentence!(
                    "the key \"{text}\" is not admissible ({what}): make one with `hibah key new`",
                    "kunci \"{text}\" tidak dapat diterima ({what:#}): buat kunci dengan `hibah key new`"
                );
                FormError::new(FormCode::UnknownKey, sentence)
            };
            let key = VerifierKey::parse(text).map_err(|fault| bad(Sentence::only_english(fault.to_string())))?;
            if key.algorithm() != Algorithm::Ed25519 {
                return Err(bad(Both(
                    "it is a witness's, 0x04, and statements are signed with 0x01",
                    "milik saksi, 0x04, sedangkan pernyataan ditandatangani dengan 0x01",
                )
                .into())
                .into());
            }
            let id = SignerId::parse(&format!("{}+{}", key.name(), key.key_id())).ok_or_else(|| {
                bad(Both("its name is not one that a ledger uses", "namanya tidak dipakai buku besar").into())
            })?;
            Ok((id, key))
        })
        .collect()
}
