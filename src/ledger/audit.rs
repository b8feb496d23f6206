//! The long part of an audit: all entries, read and checked on every processor and judged in their order.
//!
//! Reading an entry and checking a signature ask nothing of the entries before; judging does. So one thread leads and
//! judges, and a [`Crew`] reads ahead and checks signatures behind it, many together. Judging runs ahead of checking,
//! and what is found is told in the order of the entries all the same: before anything that is wrong with one is told,
//! the signatures of all before it have been checked. What is wrong with an entry that judging refuses, its signatures
//! first, is found by [`Replay::extend`], which takes one entry after another.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::crew::{self, Crew, Weight};
use super::form::FormError;
use super::replay::{KeyNumber, ReadEntry, Refused, Replay, Signatures, Taken};
use super::statement::bad_signature;
use super::verify::{Checking, Source, SourceError, VerifyError, wrong};
use crate::grants::rules::RuleSet;
use crate::grants::signer::SignerId;
use crate::tlog::ed25519::batch::{self, Signed};
use crate::tlog::ed25519::{Held, PublicKey, SignatureError};
use crate::tlog::hash::Hash;
use crate::tlog::merkle::Node;
use crate::tlog::tile::{self, Tile, TilePath};

/// Bundles that are read before they are needed.
const AHEAD: u64 = 8;
/// Bytes of bundles that are read before they are needed, beside the next one.
const MOST_AHEAD_BYTES: usize = 8 << 20;
/// Signatures that are checked together. More are little faster, and each text is in memory until then.
const TOGETHER: usize = 4096;
/// Bytes of bundles whose signatures are checked together, where the entries are large.
const MOST_TOGETHER_BYTES: usize = 8 << 20;
/// Lots that wait for each other thread before the leading one helps; alone it checks each at once.
const WAITING: usize = 1;
/// No rule set is known to be in force.
const UNKNOWN: u64 = u64::MAX;

/// Entries that are replayed, and what is found about them.
pub(super) struct Audit<'a, S> {
    source: &'a S,
    size: u64,
    checking: Checking,
    /// The state that the entries make.
    pub(super) replay: Replay,
    /// By tile level, from 1: the roots of 256^level leaves, as replay makes them.
    nodes: Vec<Vec<Hash>>,
    /// How many signatures were checked.
    pub(super) signatures: u64,
    /// How many hash tiles were compared.
    pub(super) tiles: u64,
    /// What holds but deserves a look.
    pub(super) warnings: Vec<String>,
}

/// Which entries need what, in one undertaking.
struct Asked<'p> {
    /// Whose root is wanted.
    since: Option<u64>,
    /// How many entries have signatures that were checked before.
    verified_before: u64,
    /// Is told how many entries are done, of how many.
    progress: &'p dyn Fn(u64, u64),
}

/// What a piece is called: pieces of one sort are numbered from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    /// The bundle of this number.
    Bundle(u64),
    /// Signatures that are checked together.
    Lot(u64),
}

enum Piece {
    Read { bundle: Result<Vec<u8>, SourceError>, width: u16 },
    Check(Lot),
}

enum Done {
    Read(Result<ReadBundle, VerifyError>),
    /// What does not simply hold, in the order of entries and signers; and the lot, to be filled again.
    Checked(Vec<Told>, Lot),
}

/// An entry that was read, or what is wrong with its form.
type Read = Result<ReadEntry, FormError>;

/// A bundle, and where in it each entry is, with what it says.
struct ReadBundle {
    bytes: Arc<Vec<u8>>,
    entries: Vec<(Range<usize>, Read)>,
}

/// Signatures that are checked together: nothing else is asked any more of the statements. The texts stay where they were
/// read, and a key is there once, for one thread reads them and another lets go of them.
#[derive(Default)]
struct Lot {
    bundles: Vec<Arc<Vec<u8>>>,
    bytes: usize,
    keys: Vec<PublicKey>,
    signed: Vec<Unchecked>,
}

/// A signature, and where its text and its key are in the lot.
struct Unchecked {
    index: u64,
    bundle: usize,
    text: Range<usize>,
    key: usize,
    number: KeyNumber,
    signature: [u8; 64],
}

/// A signature that does not simply hold.
struct Told {
    index: u64,
    number: KeyNumber,
    told: Result<Held, SignatureError>,
}

/// Signatures on their way to be checked.
#[derive(Default)]
struct Lots {
    gathered: Lot,
    /// By the number of a key: where it is in the lot that is gathered.
    places: Vec<Option<usize>>,
    given: u64,
    taken: u64,
    /// Lots that were checked and emptied.
    spare: Vec<Lot>,
}

impl<'a, S: Source> Audit<'a, S> {
    /// Of a ledger with `size` entries.
    pub(super) fn new(source: &'a S, origin: &str, size: u64, checking: Checking) -> Self {
        let replay = Replay::new(origin);
        Self { source, size, checking, replay, nodes: Vec::new(), signatures: 0, tiles: 0, warnings: Vec::new() }
    }

    /// Replays all entries; answers the root over the first `since`, whose signatures are not checked again if they are
    /// `believed`.
    ///
    /// # Errors
    /// The first thing that is wrong, or that the source cannot be read.
    pub(super) fn entries(
        &mut self,
        since: Option<u64>,
        believed: bool,
        progress: &dyn Fn(u64, u64),
    ) -> Result<Hash, VerifyError> {
        let asked = Asked { since, verified_before: since.filter(|_| believed).unwrap_or(0), progress };
        let (origin, rules) = (self.replay.origin().to_owned(), AtomicU64::new(UNKNOWN));
        let checking = self.checking;
        let work = |piece| match piece {
            Piece::Read { bundle, width } => {
                let rules = RuleSet::number(rules.load(Ordering::Relaxed));
                Done::Read(bundle.map_err(VerifyError::from).and_then(|bytes| read(bytes, width, &origin, rules)))
            }
            Piece::Check(lot) => Done::Checked(check(&lot, checking), lot.emptied()),
        };
        crew::led(crew::threads(), &work, |crew| {
            let mut lots = Lots::default();
            let judged = self.in_order(&asked, crew, &rules, &mut lots);
            // The signatures before whatever stopped the judging: an earlier entry may be wrong.
            self.all_checked(crew, &mut lots)?;
            judged
        })
    }

    fn in_order(
        &mut self,
        asked: &Asked<'_>,
        crew: &Crew<'_, Name, Piece, Done>,
        rules: &AtomicU64,
        lots: &mut Lots,
    ) -> Result<Hash, VerifyError> {
        let mut root_then = self.replay.root();
        let (bundles, mut ahead) = (self.size.div_ceil(256), Ahead::default());
        for index in 0..bundles {
            while ahead.given < bundles && ahead.has_room(index) {
                let width = tile::width_at(ahead.given, self.size);
                let bundle = self.source.bundle(ahead.given, width);
                let name = Name::Bundle(ahead.give(bundle.as_ref().map_or(0, Vec::len)));
                crew.give(Weight::Light, name, Piece::Read { bundle, width });
            }
            ahead.take();
            let Done::Read(bundle) = crew.take(Weight::Light, &Name::Bundle(index)) else {
                unreachable!("the name of a bundle is given to reading alone");
            };
            let bundle = bundle.map_err(|error| in_bundle(error, index * 256))?;
            let tile = Tile { level: 0, index, width: tile::width_at(index, self.size) };
            let served = self.source.hash_tile(tile)?;
            let mut leaves = Vec::with_capacity(bundle.entries.len() * 32);
            for (at, read) in bundle.entries {
                let step = self.entry(asked, crew, lots, read, (&bundle.bytes, at))?;
                let (from, leaf) = (leaves.len(), step.leaf.as_bytes());
                leaves.extend_from_slice(leaf);
                // At once, so that an entry is named whose change only the next one's link would show.
                if served.get(from..leaves.len()) != Some(leaf) {
                    return Err(other_leaf(step.index, step.leaf));
                }
                self.keep_nodes(&step.nodes);
                if Some(self.replay.size()) == asked.since {
                    root_then = self.replay.root();
                }
            }
            self.compare(tile, &served, &leaves)?;
            rules.store(self.replay.state().rules().map_or(UNKNOWN, RuleSet::as_number), Ordering::Relaxed);
            self.some_checked(crew, lots)?;
            (asked.progress)(self.replay.size(), self.size);
        }
        Ok(root_then)
    }

    /// Judges the next entry, and gives its signatures to be checked.
    fn entry(
        &mut self,
        asked: &Asked<'_>,
        crew: &Crew<'_, Name, Piece, Done>,
        lots: &mut Lots,
        read: Read,
        (bundle, at): (&Arc<Vec<u8>>, Range<usize>),
    ) -> Result<Placed, VerifyError> {
        let (index, bytes) = (self.replay.size(), &bundle[at.clone()]);
        let check = index >= asked.verified_before;
        let taken = read.map_err(Refused::from).and_then(|read| self.replay.extend_unchecked(read, bytes));
        let Ok(taken) = taken else {
            self.all_checked(crew, lots)?;
            let signatures = if check { Signatures::Check } else { Signatures::VerifiedBefore };
            let step = self.replay.extend(bytes, signatures).map_err(|refused| wrong_entry(index, &refused))?;
            if check {
                self.signatures += step.statement.signers().len() as u64;
            }
            let by_cofactor = step.cofactor_only.iter().map(|signer| cofactor_warning(signer, index));
            self.warnings.extend(by_cofactor);
            return Ok(Placed { index, leaf: step.leaf, nodes: step.nodes });
        };
        if check {
            self.signatures += taken.signatures.len() as u64;
            lots.gather(&self.replay, bundle, at.start, &taken);
            if lots.gathered.signed.len() >= TOGETHER || lots.gathered.bytes >= MOST_TOGETHER_BYTES {
                lots.give(crew);
                while crew.heavy_waiting() > WAITING * (crew::threads() - 1) {
                    crew.help();
                }
            }
        }
        Ok(Placed { index: taken.index, leaf: taken.leaf, nodes: taken.nodes })
    }

    /// Tells of the lots that are done.
    fn some_checked(&mut self, crew: &Crew<'_, Name, Piece, Done>, lots: &mut Lots) -> Result<(), VerifyError> {
        while lots.taken < lots.given
            && let Some(done) = crew.done(&Name::Lot(lots.taken))
        {
            lots.taken += 1;
            self.checked(done, lots)?;
        }
        Ok(())
    }

    /// Waits until every signature that was given is checked.
    fn all_checked(&mut self, crew: &Crew<'_, Name, Piece, Done>, lots: &mut Lots) -> Result<(), VerifyError> {
        lots.give(crew);
        while lots.taken < lots.given {
            let done = crew.take(Weight::Heavy, &Name::Lot(lots.taken));
            lots.taken += 1;
            self.checked(done, lots)?;
        }
        Ok(())
    }

    /// Lots are told in order, and so is what is in one: the first error is that of the first wrong entry.
    fn checked(&mut self, done: Done, lots: &mut Lots) -> Result<(), VerifyError> {
        let Done::Checked(told, lot) = done else { unreachable!("the name of a lot is given to checking alone") };
        lots.spare.push(lot);
        for Told { index, number, told } in told {
            let (signer, _) = self.replay.key_numbered(number);
            match told {
                Ok(_) => self.warnings.push(cofactor_warning(signer, index)),
                Err(fault) => return Err(wrong_entry(index, &bad_signature(signer, fault).into())),
            }
        }
        Ok(())
    }

    fn keep_nodes(&mut self, nodes: &[(Node, Hash)]) {
        for (node, hash) in nodes.iter().filter(|(node, _)| node.level > 0 && node.level % 8 == 0) {
            let level = usize::from(node.level / 8);
            self.nodes.resize_with(self.nodes.len().max(level), Vec::new);
            self.nodes[level - 1].push(*hash);
        }
    }

    fn compare(&mut self, tile: Tile, served: &[u8], expected: &[u8]) -> Result<(), VerifyError> {
        self.tiles += 1;
        if served == expected {
            return Ok(());
        }
        let path = TilePath::Hashes(tile);
        let at = served.iter().zip(expected).take_while(|(a, b)| a == b).count() / 32;
        Err(wrong(None, "wrong-tile", format!("{path} does not hold the hashes of the entries: hash {at} differs")))
    }

    /// Every hash tile above the leaves, against the nodes that replay made.
    ///
    /// # Errors
    /// `wrong-tile`, or that the source cannot be read.
    pub(super) fn upper_tiles(&mut self) -> Result<(), VerifyError> {
        for (level, nodes) in (1..).zip(std::mem::take(&mut self.nodes)) {
            for (index, hashes) in (0..).zip(nodes.chunks(256)) {
                let tile = Tile { level, index, width: tile::width_at(index, nodes.len() as u64) };
                let served = self.source.hash_tile(tile)?;
                self.compare(tile, &served, &hashes.iter().flat_map(|hash| *hash.as_bytes()).collect::<Vec<u8>>())?;
            }
        }
        Ok(())
    }
}

/// What the audit needs of an entry that took its place.
struct Placed {
    index: u64,
    leaf: Hash,
    nodes: Vec<(Node, Hash)>,
}

/// Bundles that were read and not yet needed.
#[derive(Default)]
struct Ahead {
    given: u64,
    /// The lengths of those that wait.
    waiting: VecDeque<usize>,
    bytes: usize,
}

impl Ahead {
    /// Whether one more may be read while this one is needed: it itself always.
    fn has_room(&self, needed: u64) -> bool {
        self.given <= needed || (self.given <= needed + AHEAD && self.bytes < MOST_AHEAD_BYTES)
    }

    /// Answers the number of the bundle that has so many bytes.
    fn give(&mut self, bytes: usize) -> u64 {
        self.waiting.push_back(bytes);
        self.bytes += bytes;
        self.given += 1;
        self.given - 1
    }

    fn take(&mut self) {
        self.bytes -= self.waiting.pop_front().unwrap_or_default();
    }
}

impl Lots {
    /// Adds the signatures of an entry that begins at this byte of the bundle.
    fn gather(&mut self, replay: &Replay, bundle: &Arc<Vec<u8>>, begin: usize, taken: &Taken) {
        let lot = &mut self.gathered;
        if !lot.bundles.last().is_some_and(|last| Arc::ptr_eq(last, bundle)) {
            lot.bundles.push(Arc::clone(bundle));
            lot.bytes += bundle.len();
        }
        for (number, signature) in &taken.signatures {
            if self.places.len() <= number.place() {
                self.places.resize(number.place() + 1, None);
            }
            let key = *self.places[number.place()].get_or_insert_with(|| {
                lot.keys.push(*replay.key_numbered(*number).1.public());
                lot.keys.len() - 1
            });
            let text = begin + taken.text.start..begin + taken.text.end;
            let (index, bundle) = (taken.index, lot.bundles.len() - 1);
            lot.signed.push(Unchecked { index, bundle, text, key, number: *number, signature: *signature });
        }
    }

    /// Gives what is gathered to be checked.
    fn give(&mut self, crew: &Crew<'_, Name, Piece, Done>) {
        if !self.gathered.signed.is_empty() {
            let lot = std::mem::replace(&mut self.gathered, self.spare.pop().unwrap_or_default());
            crew.give(Weight::Heavy, Name::Lot(self.given), Piece::Check(lot));
            self.places.clear();
            self.given += 1;
        }
    }
}

impl Lot {
    /// Without what is in it, but with its memory.
    fn emptied(mut self) -> Self {
        self.bundles.clear();
        self.bytes = 0;
        self.keys.clear();
        self.signed.clear();
        self
    }
}

fn read(bytes: Vec<u8>, width: u16, origin: &str, rules: Option<RuleSet>) -> Result<ReadBundle, VerifyError> {
    let decoded = tile::decode_bundle(&bytes, width).map_err(|error| wrong(None, "bad-bundle", error.to_string()))?;
    let mut from = 0;
    let entries = decoded
        .iter()
        .map(|entry| {
            // Two bytes of length before each.
            let at = from + 2..from + 2 + entry.len();
            from = at.end;
            (at, ReadEntry::read(entry, origin, rules))
        })
        .collect();
    Ok(ReadBundle { entries, bytes: Arc::new(bytes) })
}

fn check(lot: &Lot, checking: Checking) -> Vec<Told> {
    let message = |one: &Unchecked| &lot.bundles[one.bundle][one.text.clone()];
    let signed: Vec<Signed<'_>> = (lot.signed.iter())
        .map(|one| Signed { key: &lot.keys[one.key], message: message(one), signature: &one.signature })
        .collect();
    let told = match checking {
        Checking::Together => {
            let mut random = vec![0; signed.len() * batch::RANDOM_BYTES];
            // Without random bytes a batch could be cheated; one by one needs none.
            match getrandom::fill(&mut random) {
                Ok(()) => batch::check_all(&signed, &random),
                Err(_) => one_by_one(&signed),
            }
        }
        Checking::OneByOne => one_by_one(&signed),
    };
    let named = |(at, told): (usize, Result<Held, SignatureError>)| {
        let Unchecked { index, number, .. } = lot.signed[at];
        Told { index, number, told }
    };
    told.into_iter().map(named).collect()
}

fn one_by_one(signed: &[Signed<'_>]) -> Vec<(usize, Result<Held, SignatureError>)> {
    let told = signed.iter().map(|one| one.key.check(one.message, one.signature));
    told.enumerate().filter(|(_, told)| *told != Ok(Held::Plainly)).collect()
}

fn in_bundle(error: VerifyError, first: u64) -> VerifyError {
    match error {
        VerifyError::Wrong(found) => wrong(
            Some(first),
            found.code,
            format!("the bundle of entries {first} and following is malformed: {}", found.sentence),
        ),
        unchecked => unchecked,
    }
}

fn other_leaf(index: u64, leaf: Hash) -> VerifyError {
    wrong(
        Some(index),
        "wrong-tile",
        format!("entry {index} has the leaf hash {leaf}, the hash tile another: one of them was changed"),
    )
}

fn cofactor_warning(signer: &SignerId, index: u64) -> String {
    format!(
        "the signature of {signer} on entry {index} holds, but libraries without the cofactor refuse it: its holder made it so on purpose"
    )
}

fn wrong_entry(index: u64, refused: &Refused) -> VerifyError {
    wrong(Some(index), refused.code(), format!("entry {index} is wrong: {refused}"))
}
