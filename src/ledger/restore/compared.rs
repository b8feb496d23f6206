//! A ledger's folder beside what others have of it: whether all of it is one history, and what the folder lacks.

use std::collections::BTreeSet;
use std::path::Path;

use super::known::{BUNDLE, Held, Known, audited, first_difference};
use super::own::{Own, kept, sync};
use super::{Doing, Given, Progress, RestoreError, refused};
use crate::grants::state::State;
use crate::ledger::ledger_keys::{self, signed_by};
use crate::ledger::replay::{Replay, Signatures};
use crate::ledger::store::{Access, ENTRIES_FILE, Entries, NewEntry};
use crate::ledger::verify::{Report, Source as _};
use crate::tlog::hash::leaf_hash;
use crate::tlog::tile;

/// The folder and what it is compared with.
pub(super) struct Compared<'a> {
    dir: &'a Path,
    pub(super) own: Own,
    mirrors: Vec<Held<'a>>,
    /// The checkpoints of the mirrors, in their order, then those without entries.
    given: Vec<Known>,
    /// The folder's own, where it is there.
    record: Option<Known>,
    /// The place of the mirror with the most entries.
    longest: Option<usize>,
    /// What the audit made of that mirror.
    pub(super) report: Option<Report>,
}

impl<'a> Compared<'a> {
    /// Reads the folder, and audits the mirror with the most entries.
    pub(super) fn new(
        dir: &'a Path,
        (origin, whose): (&str, &str),
        given: &Given<'a>,
        record: Option<&Known>,
        progress: Progress<'_>,
    ) -> Result<Self, RestoreError> {
        let mirrors = given.mirrors.iter().map(Held::fetch).collect::<Result<Vec<_>, _>>()?;
        let read = |(name, bytes): &(String, Vec<u8>)| Known::read(name, bytes);
        let alone = given.checkpoints.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let knowns: Vec<Known> = mirrors.iter().map(|mirror| mirror.known.clone()).chain(alone).collect();
        if let Some(other) = knowns.iter().chain(record).find(|known| known.checkpoint.origin != origin) {
            return Err(refused(format!(
                "{} is of the ledger {}, and {whose} is of {origin}: name one of the same ledger; nothing was written",
                other.name, other.checkpoint.origin
            )));
        }
        let sizes: BTreeSet<u64> = knowns.iter().chain(record).map(Known::size).collect();
        let own = Own::read(dir, &sizes, &|done, of| progress(Doing::Reading, done, of))?;
        // The first of those that have the most.
        let longest = (0..mirrors.len()).rev().max_by_key(|at| mirrors[*at].size());
        let checking = |done, of| progress(Doing::Checking, done, of);
        let audit = |at: usize| audited(&mirrors[at].known.name, &mirrors[at], given.vkey.as_ref(), &checking);
        let report = longest.map(audit).transpose()?;
        Ok(Self { dir, own, mirrors, given: knowns, record: record.cloned(), longest, report })
    }

    fn longest(&self) -> Option<&Held<'a>> {
        self.longest.map(|at| &self.mirrors[at])
    }

    fn own_file(&self) -> String {
        self.dir.join(ENTRIES_FILE).display().to_string()
    }

    /// The checkpoint of the most entries, if it is of more than the record's.
    pub(super) fn newer_than(&self, record: &Known) -> Option<Known> {
        let newest = self.given.iter().rev().max_by_key(|known| known.size());
        newest.filter(|newest| newest.size() > record.size()).cloned()
    }

    /// The checkpoint of the most entries; of several, that of the longest mirror.
    pub(super) fn newest(&self) -> &Known {
        let newest = self.given.iter().rev().max_by_key(|known| known.size());
        newest.expect("who adopts has given something")
    }

    /// Compares all with the record, which is believed. Answers the name of the mirror that has what the folder lacks.
    pub(super) fn lacking_from(&self, record: &Known) -> Result<Option<String>, RestoreError> {
        let (size, root) = (record.size(), record.checkpoint.root);
        if let Some(more) = self.newer_than(record) {
            return Err(self.signed_elsewhere(&more, record)?);
        }
        let whole = self.own.has(size, root);
        let mirror = self.longest().filter(|mirror| (mirror.size(), mirror.known.checkpoint.root) == (size, root));
        for known in &self.given {
            let same = match mirror {
                _ if whole => self.own.has(known.size(), known.checkpoint.root),
                Some(mirror) => mirror.has(known.size(), known.checkpoint.root)?,
                None if known.size() == size => known.checkpoint.root == root,
                // Of fewer entries the record says nothing, but the folder may.
                None if known.size() <= self.own.size() => self.own.has(known.size(), known.checkpoint.root),
                None => self.is_begun_by_own(known)?,
            };
            if !same {
                return Err(self.two_histories(known, &record.name)?);
            }
        }
        match mirror {
            _ if whole => Ok(None),
            None => Err(self.no_mirror(record)),
            Some(mirror) => self.lacks_only(mirror, record).map(|()| Some(mirror.known.name.clone())),
        }
    }

    /// Whether what was given has the folder's entries as its first ones, as far as that can be told.
    fn is_begun_by_own(&self, known: &Known) -> Result<bool, RestoreError> {
        match self.mirrors.iter().find(|mirror| mirror.known.name == known.name) {
            Some(mirror) => mirror.has(self.own.size(), self.own.edge.root()),
            None => Ok(true),
        }
    }

    /// Checks that the folder's entries are the first ones of a mirror that has what was signed.
    fn lacks_only(&self, mirror: &Held<'_>, record: &Known) -> Result<(), RestoreError> {
        let own = self.own.size();
        if own > record.size() || !mirror.has(own, self.own.edge.root())? {
            let first = self.first_of_own(mirror)?.unwrap_or(own);
            return Err(refused(format!(
                "entry {first} in {0} is not the one that was signed, {1} has the one that was: move {0}* to another place and keep them, then run the same command again, which fetches every entry",
                self.own_file(),
                mirror.known.name
            )));
        }
        if self.report.as_ref().is_some_and(|report| !is_signed(record, report.replay.state())) {
            return Err(refused(format!(
                "{} is not signed by a key of this ledger, so it is damaged: move it to another place and run `hibah restore {} --adopt --from {}`",
                record.name,
                self.dir.display(),
                mirror.known.name
            )));
        }
        Ok(())
    }

    fn no_mirror(&self, record: &Known) -> RestoreError {
        let (place, own, size) = (self.dir.display(), self.own.size(), record.size());
        refused(match self.longest() {
            _ if own >= size => format!(
                "the first {size} entries in {} do not have the root that was signed for them: sign nothing, and name a mirror that has {size} entries, which tells the first that differs: hibah restore {place} --from MIRROR",
                self.own_file()
            ),
            None => format!(
                "{place} has {own} entries and {size} were signed: name a mirror that has them all, which is an address, a folder made by `hibah export` or another copy of the ledger's folder: hibah restore {place} --from MIRROR"
            ),
            Some(mirror) => format!(
                "{} has {} entries, {place} has {own} and {size} were signed: name a mirror that has them all; until one is found sign nothing; nothing was written",
                mirror.known.name,
                mirror.size()
            ),
        })
    }

    /// Somebody has a checkpoint of more entries than the record: of one history with it, or not.
    fn signed_elsewhere(&self, more: &Known, record: &Known) -> Result<RestoreError, RestoreError> {
        let longest = self.longest().filter(|mirror| mirror.size() >= record.size());
        if let Some(mirror) = longest
            && !mirror.has(record.size(), record.checkpoint.root)?
        {
            return self.two_histories(&mirror.known, &record.name);
        }
        Ok(refused(format!(
            "{0} has a checkpoint of {1} entries and the last one signed here is of {2}, so {3} is an old copy or another machine signs for this ledger: nothing was written; find out which, stop for good whatever else signs, then add --adopt to this command",
            more.name,
            more.size(),
            record.size(),
            record.name
        )))
    }

    /// Checks that the entries of the newest checkpoint can be had, and that they begin with those of every other
    /// checkpoint, and with the folder's.
    pub(super) fn is_one_history(&self, newest: &Known) -> Result<(), RestoreError> {
        let by_own = self.own.size() >= newest.size();
        let mirror = self.longest().filter(|mirror| !by_own && mirror.size() == newest.size());
        if !by_own && mirror.is_none() {
            let had = self.longest().map_or(0, Held::size).max(self.own.size());
            return Err(refused(format!(
                "{} is a checkpoint of {} entries and only {had} can be had: name a mirror that has them all with --from; who signs without them makes a second history, so nothing was written",
                newest.name,
                newest.size()
            )));
        }
        for known in self.given.iter().chain(&self.record) {
            let (size, root) = (known.size(), known.checkpoint.root);
            let same = mirror.map_or_else(|| Ok(self.own.has(size, root)), |mirror| mirror.has(size, root))?;
            if !same {
                let with = if by_own { self.own_file() } else { newest.name.clone() };
                return Err(self.two_histories(known, &with)?);
            }
        }
        match mirror {
            Some(mirror) if !mirror.has(self.own.size(), self.own.edge.root())? => {
                Err(self.two_histories(&mirror.known, &self.own_file())?)
            }
            _ => Ok(()),
        }
    }

    /// What was given and what it was compared with cannot both be of one history. Says the first entry that differs,
    /// where two are at hand that have it.
    fn two_histories(&self, known: &Known, with: &str) -> Result<RestoreError, RestoreError> {
        let Some(mirror) = self.mirrors.iter().find(|mirror| mirror.known.name == known.name) else {
            return Ok(apart(&known.name, with, None));
        };
        if let Some(first) = self.first_of_own(mirror)? {
            return Ok(apart(&known.name, &self.own_file(), Some(first)));
        }
        for other in &self.mirrors {
            let found = first_difference((mirror, mirror.size()), (other, other.size()));
            if let Some(first) = found.map_err(|error| RestoreError::unread(&known.name, error))? {
                return Ok(apart(&known.name, &other.known.name, Some(first)));
            }
        }
        Ok(apart(&known.name, with, None))
    }

    /// The first entry that differs between the folder and a mirror.
    fn first_of_own(&self, mirror: &Held<'_>) -> Result<Option<u64>, RestoreError> {
        let own = self.own.under(&mirror.known);
        first_difference((&own, self.own.size()), (mirror, mirror.size()))
            .map_err(|error| RestoreError::unread(&mirror.known.name, error))
    }

    /// What the entries of the newest checkpoint make, verified from nothing.
    pub(super) fn replayed(&mut self, newest: &Known, progress: Progress<'_>) -> Result<Replay, RestoreError> {
        let of_longest = self.longest().is_some_and(|mirror| mirror.known.name == newest.name);
        if let Some(report) = self.report.take().filter(|_| of_longest) {
            return Ok(report.replay);
        }
        let checking = |done, of| progress(Doing::Checking, done, of);
        audited(&newest.name, &self.own.under(newest), None, &checking).map(|report| report.replay)
    }

    /// Checks that whatever was given is signed by a key that was in force at its size: what is not proves nothing.
    pub(super) fn all_are_signed(&self, state: &State) -> Result<(), RestoreError> {
        let Some(known) = self.given.iter().chain(&self.record).find(|known| !is_signed(known, state)) else {
            return Ok(());
        };
        Err(refused(format!(
            "{} has a checkpoint that no key of this ledger signed, which proves nothing: leave it out, or get the signed original; nothing was written",
            known.name
        )))
    }

    /// Judges the folder's entries behind the newest checkpoint: the next start signs them.
    pub(super) fn check_behind(&self, replay: &mut Replay) -> Result<(), RestoreError> {
        while replay.size() < self.own.size() {
            let count = BUNDLE.min(self.own.size() - replay.size());
            for bytes in self.own.range(replay.size(), count)? {
                let index = replay.size();
                replay.extend(&bytes, Signatures::Check).map_err(|fault| {
                    refused(format!(
                        "entry {index} in {0} is wrong and no checkpoint covers it: {fault}; move {0}* to another place and keep them, then run the same command again, which fetches the entries before it; nothing was written",
                        self.own_file()
                    ))
                })?;
            }
        }
        Ok(())
    }

    /// Appends what the folder lacks of the longest mirror's entries, which were compared and audited.
    pub(super) fn take_over(&self, progress: Progress<'_>) -> Result<(), RestoreError> {
        let Some(mirror) = self.longest() else { return Ok(()) };
        let access = if self.own.has_file() { Access::Write } else { Access::Create };
        let mut entries = Entries::open(self.dir, access)?;
        sync(self.dir);
        let (mut edge, size) = (self.own.edge.clone(), mirror.size());
        for index in edge.size() / BUNDLE..size.div_ceil(BUNDLE) {
            let first = edge.size();
            let interrupted = |why: String| {
                let (dir, from) = (self.dir.to_owned(), mirror.known.name.clone());
                RestoreError::Interrupted { dir, from, size: first, of: size, why }
            };
            let width = tile::width_at(index, size);
            let bytes = mirror.bundle(index, width).map_err(|error| interrupted(error.to_string()))?;
            let bundle = tile::decode_bundle(&bytes, width).map_err(|fault| interrupted(fault.to_string()))?;
            let (mut fresh, mut nodes) = (Vec::new(), Vec::new());
            for (_, entry) in (index * BUNDLE..).zip(bundle).filter(|(place, _)| *place >= first) {
                let leaf = leaf_hash(entry);
                nodes.extend(kept(&edge.push(leaf)));
                fresh.push(NewEntry { leaf, bytes: entry.to_vec() });
            }
            // The mirror is held to what was audited; this is what was signed, whatever it served.
            if edge.size() == size && edge.root() != mirror.known.checkpoint.root {
                return Err(interrupted(format!("the entries of {} changed meanwhile", mirror.known.name)));
            }
            entries.append(first, &fresh, &nodes).map_err(|error| interrupted(error.to_string()))?;
            progress(Doing::Restoring, edge.size(), size);
        }
        Ok(())
    }
}

/// Whether one of the keys that had to sign a checkpoint did.
fn is_signed(known: &Known, state: &State) -> bool {
    let keys = ledger_keys::signing(state, known.size());
    keys.iter().any(|key| signed_by(&known.note, key) == Ok(true))
}

fn apart(one: &str, other: &str, first: Option<u64>) -> RestoreError {
    refused(match first {
        Some(0) => format!(
            "{one} and {other} have another entry 0 each, so they are two ledgers of one name: name a mirror of this one; nothing was written"
        ),
        Some(first) => format!(
            "{one} and {other} are two histories of one ledger, and entry {first} is the first that differs: nothing was written; keep both, sign nothing, and ask witnesses and other mirrors which of the two they have"
        ),
        None => format!(
            "{one} and {other} are two histories of one ledger: nothing was written; keep both, sign nothing, and ask witnesses and other mirrors which of the two they have"
        ),
    })
}
