//! One ledger that is followed: what is known of it, and each new checkpoint judged against that.

use std::collections::{BTreeMap, BTreeSet};

use super::kept::{Kept, SeenBySource};
use super::picture::{Older, WitnessSeen};
use super::watched::Watched;
use super::{Event, Settings};
use crate::grants::state::State;
use crate::grants::time::Timestamp;
use crate::ledger::evidence::{self, Evidence, Finding, SeenAt, View};
use crate::ledger::ledger_keys;
use crate::ledger::mirror::GrowError;
use crate::ledger::replay::{Replay, Signatures};
use crate::ledger::tree::Tree;
use crate::ledger::verify::{self, Source, SourceError, Trust, Under, VerifyError};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::cosignature;
use crate::tlog::note::{Note, NoteSignature, VerifierKey};
use crate::tlog::policy::Policy;
use crate::tlog::tile;

/// Entries that are fetched although no known key signed for them: they may bring the key that did. More would let a
/// stranger fill the disk.
const MOST_UNSIGNED: u64 = 1_000_000;

/// A ledger as far as it was verified.
pub(super) struct Followed {
    pub(super) kept: Kept,
    vkey: VerifierKey,
    note: Note,
    pub(super) checkpoint: Checkpoint,
    replay: Replay,
    seen: SeenBySource,
    /// Who showed the newest checkpoint last, and when.
    shown: Option<(String, Timestamp)>,
    /// Who answered in this round.
    answered: BTreeSet<String>,
    /// Sources that are not the ledger's own and show an older state.
    pub(super) older: BTreeMap<String, Older>,
    /// The replay is beyond the checkpoint: it is built anew from the mirror before anything else.
    pub(super) is_ahead: bool,
    /// An entry was refused, and what follows it is judged no more.
    pub(super) is_broken: bool,
}

/// What comes of seeing a checkpoint: events, or why nothing can be said.
pub(super) type Seen = Result<(), SourceError>;

fn unread(fault: impl std::fmt::Display) -> SourceError {
    SourceError(fault.to_string())
}

/// The keys in force that signed this checkpoint, as far as the entries of `state` tell.
fn signers(state: &State, note: &Note, size: u64) -> Vec<VerifierKey> {
    let keys = ledger_keys::signing(state, size.min(state.size()));
    keys.into_iter().filter(|key| key.verify(note).is_ok()).collect()
}

fn joined(mut keys: Vec<VerifierKey>, others: &[VerifierKey]) -> Vec<VerifierKey> {
    for key in others {
        if !keys.contains(key) {
            keys.push(key.clone());
        }
    }
    keys
}

impl Followed {
    /// What a monitor kept, replayed from its own mirror; `None` before the first look.
    pub(super) fn open(kept: Kept, given: Option<&VerifierKey>) -> Result<Option<Self>, SourceError> {
        let Some(bytes) = kept.mirror.checkpoint()? else { return Ok(None) };
        let named = kept.vkey().and_then(|vkey| VerifierKey::parse(&vkey).ok());
        // The signatures were checked when the mirror grew, and the checkpoint is over these entries or it does not hold.
        let trust = Trust { vkey: given.cloned().or(named), since: Some(bytes.clone()), ..Trust::default() };
        let report = verify::verify(kept.mirror.tree(), &trust, &|_, _| ()).map_err(|fault| {
            SourceError(format!(
                "what the monitor kept in {} does not hold ({fault}): move the folder to another place and name the checkpoint in it with --seen",
                kept.dir.display()
            ))
        })?;
        let note = Note::parse(&bytes).map_err(unread)?;
        Ok(Some(Self::at(kept, report.vkey, note, report.checkpoint, report.replay)))
    }

    fn at(kept: Kept, vkey: VerifierKey, note: Note, checkpoint: Checkpoint, replay: Replay) -> Self {
        let seen = kept.seen();
        let (shown, answered, older) = (None, BTreeSet::new(), BTreeMap::new());
        Self { kept, vkey, note, checkpoint, replay, seen, shown, answered, older, is_ahead: false, is_broken: false }
    }

    /// The first look at a ledger: all of it is fetched and verified. `None` when it is convicted at once.
    pub(super) fn first(
        kept: Kept,
        settings: &Settings<'_>,
        view: View<'_>,
        tell: &mut dyn FnMut(Event),
    ) -> Result<Option<Self>, SourceError> {
        let Some(files) = view.files else { return Err(unread("no source of this ledger was read yet")) };
        let origin = &view.checkpoint.origin;
        let kept_vkey = kept.vkey().and_then(|vkey| VerifierKey::parse(&vkey).ok());
        let given = settings.vkey(origin).cloned();
        let from_ledger = given.is_none() && kept_vkey.is_none();
        let served = Under { source: &files, checkpoint: view.note.to_string().into_bytes() };
        let opened = verify::open_checkpoint(&served, given.or(kept_vkey).as_ref()).map_err(unread)?;
        let size = view.checkpoint.size;
        if !opened.by_trusted && size > MOST_UNSIGNED {
            return Err(unread(
                "its checkpoint is not signed by the key that is known: give the newest one with --vkey",
            ));
        }
        grown(&kept, (0, size), view)?;
        let held = Under { source: kept.mirror.tree(), checkpoint: served.checkpoint };
        let trust = Trust { vkey: Some(opened.vkey.clone()), ..Trust::default() };
        let report = match verify::verify(&held, &trust, settings.progress) {
            Ok(report) => report,
            Err(VerifyError::Wrong(wrong)) if opened.by_trusted && wrong.index.is_some() => {
                let index = wrong.index.unwrap_or_default();
                let broken = Evidence::new(Finding::Rule, origin, &[opened.vkey], vec![view.seen()]);
                file(&kept, &broken.and_wrong(index, wrong.code), &format!("{index} {}", wrong.code), tell)?;
                return Ok(None);
            }
            Err(fault) => return Err(unread(fault)),
        };
        kept.mirror.settle(&view.note.to_string(), (0, size)).map_err(unread)?;
        kept.keep_vkey(&report.vkey.to_string())?;
        tell(Event::First { origin: origin.clone(), size, vkey: report.vkey.to_string(), from_ledger });
        let mut followed = Self::at(kept, report.vkey, view.note.clone(), view.checkpoint.clone(), report.replay);
        followed.keep(view)?;
        followed.time_of_newest(settings, tell)?;
        Ok(Some(followed))
    }

    /// Judges a checkpoint of this ledger that somebody showed. Only its own source can go back on what it showed: any other
    /// is a copy, and its owner could show an old one to speak ill of the ledger.
    pub(super) fn see(
        &mut self,
        settings: &Settings<'_>,
        view: View<'_>,
        own_source: Option<&str>,
        tell: &mut dyn FnMut(Event),
    ) -> Seen {
        let (size, known) = (view.checkpoint.size, self.checkpoint.size);
        let signed = signers(self.replay.state(), view.note, size);
        let not_signed =
            || unread("its checkpoint is not signed by a key of the ledger that is in force, so it proves nothing");
        if signed.is_empty() && size <= known {
            return Err(not_signed());
        }
        // What somebody keeps of a checkpoint may stay as it is.
        if view.files.is_some() {
            self.answered.insert(view.from.to_owned());
        }
        let before = self.seen.0.get(view.from).cloned();
        // A witness sees a checkpoint before the ledger shows it: that may take until the next round.
        let late = !settings.goes_on || before.as_ref().is_some_and(|before| size_of(before) > known);
        match before.filter(|before| size_of(before) > size && !signed.is_empty()) {
            Some(before) if own_source == Some(view.from) => {
                let subject = format!("{} {} {}", view.from, before.checkpoint, view.note.text);
                let keys = self.keys_of(&before, &signed);
                let shrank = Evidence::new(Finding::Shrink, self.origin(), &keys, vec![before, view.seen()]);
                file(&self.kept, &shrank, &subject, tell)?;
            }
            Some(before) => {
                let since = self.older.get(view.from).map_or(view.at, |older| older.since);
                self.mark(view.from, Older { since, size, known: size_of(&before) }, tell);
            }
            None => drop(self.older.remove(view.from)),
        }
        if view.files.is_none() && size > known {
            if signed.is_empty() {
                return Err(not_signed());
            }
            self.keep(view)?;
            let told = || unread(format_args!("it has {size} entries, and no source shows more than {known}"));
            return if late { Err(told()) } else { Ok(()) };
        }
        let (own, keys) = (self.own(view.from, view.at), self.own_keys(&signed));
        if let Some(forked) = evidence::fork((own.view(self), view), self.origin(), &keys)? {
            if signed.is_empty() {
                return Err(not_signed());
            }
            let differs = forked.differs().map_or_else(|| view.note.text.clone(), |index| index.to_string());
            return file(&self.kept, &forked, &format!("{} {differs}", view.from), tell);
        }
        if signed.is_empty() && (self.is_broken || size - known > MOST_UNSIGNED) {
            return Err(not_signed());
        }
        if size > known && !self.is_broken {
            self.grow(settings, view, tell)?;
        } else if size == known {
            self.shown = Some((view.from.to_owned(), view.at));
            self.add_lines(view.note, &settings.witnesses(self.origin()))?;
            self.time_of_newest(settings, tell)?;
        }
        self.keep(view)
    }

    pub(super) fn origin(&self) -> &str {
        &self.checkpoint.origin
    }

    /// What the entries make, as far as they were judged.
    pub(super) fn replay(&self) -> &Replay {
        &self.replay
    }

    /// The newest checkpoint, with the lines of witnesses.
    pub(super) fn note(&self) -> &Note {
        &self.note
    }

    /// Every key that the ledger has had, as far as is known here.
    pub(super) fn keys(&self) -> Vec<VerifierKey> {
        let named = self.replay.state().ledger_keys();
        let named: Vec<VerifierKey> =
            named.iter().filter_map(|key| VerifierKey::parse(key.vkey.as_str()).ok()).collect();
        joined(vec![self.vkey.clone()], &named)
    }

    /// The key that it is known by.
    pub(super) fn vkey(&self) -> &VerifierKey {
        &self.vkey
    }

    /// Whether the newest checkpoint has the cosignatures that each policy for this ledger asks for.
    pub(super) fn quorum(&self, settings: &Settings<'_>) -> Option<bool> {
        let met = |policy: &Policy| policy.witnessed(&self.note).is_ok_and(|report| report.quorum_met);
        settings.policies(self.origin()).map(met).reduce(|one, other| one && other)
    }

    /// The witnesses of its policies, and when each saw the newest checkpoint.
    pub(super) fn witnesses(&self, settings: &Settings<'_>) -> Vec<WitnessSeen> {
        let cosigned = |key: &VerifierKey| {
            let time_s = cosignature::verify(&self.note, key).ok()?.time_s;
            Timestamp::from_ms(i64::try_from(time_s).ok()?.checked_mul(1_000)?)
        };
        let seen = |key: VerifierKey| WitnessSeen { cosigned: cosigned(&key), name: key.name().to_owned() };
        settings.witnesses(self.origin()).into_iter().map(seen).collect()
    }

    /// Marks a source that shows an older state.
    fn mark(&mut self, from: &str, older: Older, tell: &mut dyn FnMut(Event)) {
        self.older.insert(from.to_owned(), older);
        let Older { size, known, .. } = older;
        let sentence = format!("it shows an older state: {size} entries, and {known} were shown before");
        tell(Event::Trouble { from: from.to_owned(), sentence });
    }

    /// Who showed the known checkpoint: this source, if it did.
    fn own(&self, from: &str, at: Timestamp) -> Own {
        let same = |seen: &&SeenAt| seen.checkpoint.starts_with(&self.note.text);
        let seen = self.seen.0.get(from).filter(same).or_else(|| self.seen.0.values().find(same));
        let time = |seen: &SeenAt| Timestamp::parse(&seen.at);
        Own {
            from: seen.map_or_else(|| self.kept.dir.display().to_string(), |seen| seen.from.clone()),
            at: seen.and_then(time).unwrap_or(at),
        }
    }

    /// The keys that signed the known checkpoint, and these.
    fn own_keys(&self, signed: &[VerifierKey]) -> Vec<VerifierKey> {
        joined(signers(self.replay.state(), &self.note, self.checkpoint.size), signed)
    }

    /// The keys that signed what was seen, and these.
    fn keys_of(&self, seen: &SeenAt, signed: &[VerifierKey]) -> Vec<VerifierKey> {
        let of = |(note, checkpoint): (Note, Checkpoint)| signers(self.replay.state(), &note, checkpoint.size);
        joined(seen.note().map(of).unwrap_or_default(), signed)
    }

    /// Keeps the largest checkpoint that a source showed.
    fn keep(&mut self, view: View<'_>) -> Seen {
        if self.seen.0.get(view.from).is_none_or(|before| size_of(before) < view.checkpoint.size) {
            self.seen.0.insert(view.from.to_owned(), view.seen());
            self.kept.keep_seen(&self.seen)?;
        }
        Ok(())
    }

    /// Witnesses' lines that come later are kept, one of each witness. Other lines say nothing, and could be any number.
    fn add_lines(&mut self, note: &Note, witnesses: &[VerifierKey]) -> Seen {
        let time_s = |note: &Note, key| cosignature::verify(note, key).map(|seen| seen.time_s).ok();
        let mut changed = false;
        for key in witnesses {
            let of_key = |line: &NoteSignature| line.name == key.name() && line.key_id == key.key_id();
            if time_s(note, key) > time_s(&self.note, key) {
                self.note.signatures.retain(|line| !of_key(line));
                self.note.signatures.extend(note.signatures.iter().filter(|line| of_key(line)).take(1).cloned());
                changed = true;
            }
        }
        let (text, size) = (self.note.to_string(), self.checkpoint.size);
        if changed && Note::parse(text.as_bytes()).is_ok() {
            return self.kept.mirror.settle(&text, (size, size)).map_err(unread);
        }
        Ok(())
    }

    /// Takes over what is new under a checkpoint that contains the known one, and judges each entry.
    fn grow(&mut self, settings: &Settings<'_>, view: View<'_>, tell: &mut dyn FnMut(Event)) -> Seen {
        let (known, size) = (self.checkpoint.size, view.checkpoint.size);
        grown(&self.kept, (known, size), view)?;
        self.is_ahead = true;
        let mut noted = Vec::new();
        for index in known / 256..size.div_ceil(256) {
            let width = tile::width_at(index, size);
            let bundle = self.kept.mirror.tree().bundle(index, width)?;
            let entries = tile::decode_bundle(&bundle, width).map_err(unread)?;
            for (place, bytes) in (index * 256..).zip(entries).filter(|(place, _)| *place >= known) {
                let step = match self.replay.extend(bytes, Signatures::Check) {
                    Ok(step) => step,
                    Err(refused) => {
                        // The entries before it may have brought the key that signed.
                        let keys = signers(self.replay.state(), view.note, size);
                        if keys.is_empty() {
                            return Err(unread(format_args!(
                                "entry {place} is wrong ({refused}), and no key of the ledger signed for it"
                            )));
                        }
                        let broken = Evidence::new(Finding::Rule, self.origin(), &keys, vec![view.seen()]);
                        self.is_broken = true;
                        let code = refused.code();
                        return file(&self.kept, &broken.and_wrong(place, code), &format!("{place} {code}"), tell);
                    }
                };
                noted.extend(Watched::noted(&settings.watched, &step, self.replay.state()));
            }
        }
        let held = Under { source: self.kept.mirror.tree(), checkpoint: view.note.to_string().into_bytes() };
        let opened = verify::open_checkpoint(&held, Some(&self.vkey)).map_err(unread)?;
        opened.confirm(self.replay.state()).map_err(unread)?;
        // Before the checkpoint moves: after a stop it is asked again.
        self.time_behind(settings, view, tell)?;
        self.kept.mirror.settle(&view.note.to_string(), (known, size)).map_err(unread)?;
        (self.note, self.checkpoint) = (view.note.clone(), view.checkpoint.clone());
        self.is_ahead = false;
        self.shown = Some((view.from.to_owned(), view.at));
        tell(Event::Grown { origin: self.origin().to_owned(), before: known, size, from: view.from.to_owned() });
        for noted in noted {
            tell(Event::Noted { origin: self.origin().to_owned(), noted });
        }
        self.keep(view)?;
        self.time_of_newest(settings, tell)
    }

    /// Whether the first entry behind the known checkpoint says an earlier time than a witness of that checkpoint.
    fn time_behind(&self, settings: &Settings<'_>, view: View<'_>, tell: &mut dyn FnMut(Event)) -> Seen {
        let own = self.own(view.from, view.at);
        let (then, now) = (own.view(self), View { files: Some(self.kept.mirror.tree()), ..view });
        let keys = self.own_keys(&signers(self.replay.state(), view.note, view.checkpoint.size));
        let found = evidence::contradicted_time((then, now), &settings.witnesses(self.origin()), self.origin(), &keys)?;
        found.map_or(Ok(()), |found| file(&self.kept, &found, &self.note.text, tell))
    }

    /// Whether the newest entry says a later time than a witness that saw it.
    fn time_of_newest(&self, settings: &Settings<'_>, tell: &mut dyn FnMut(Event)) -> Seen {
        let (from, at) = self.shown.clone().unwrap_or_else(|| (self.kept.dir.display().to_string(), settings.at));
        let own = Own { from, at };
        let view = own.view(self);
        let keys = self.own_keys(&[]);
        let found =
            evidence::contradicted_time((view, view), &settings.witnesses(self.origin()), self.origin(), &keys)?;
        found.map_or(Ok(()), |found| file(&self.kept, &found, &self.note.text, tell))
    }

    /// What was shown for too long, at the end of a round.
    pub(super) fn age(
        &mut self,
        settings: &Settings<'_>,
        own_source: Option<&str>,
        tell: &mut dyn FnMut(Event),
    ) -> Seen {
        let answered = std::mem::take(&mut self.answered);
        let Some(limit_s) = settings.stale_after_s else { return Ok(()) };
        if let Some((from, at)) = self.shown.clone().filter(|(from, _)| answered.contains(from)) {
            let own = Own { from, at };
            let keys = self.own_keys(&[]);
            let found =
                evidence::stale(own.view(self), limit_s, &settings.witnesses(self.origin()), self.origin(), &keys)?;
            if let Some(stale) = found {
                file(&self.kept, &stale, &self.note.text, tell)?;
            }
        }
        // Who stays behind what another showed long ago.
        let Some(newest) = self.seen.0.values().max_by_key(|seen| size_of(seen)).cloned() else { return Ok(()) };
        let (newest, known) = (&newest, size_of(&newest));
        let since = Timestamp::parse(&newest.at).unwrap_or(settings.at);
        let is_over = (settings.at.ms() - since.ms()) / 1000 > i64::try_from(limit_s).unwrap_or(i64::MAX);
        let behind = |seen: &&SeenAt| is_over && answered.contains(&seen.from) && size_of(seen) < known;
        let behind: Vec<SeenAt> = self.seen.0.values().filter(behind).cloned().collect();
        for seen in &behind {
            if own_source != Some(seen.from.as_str()) {
                if !self.older.contains_key(&seen.from) {
                    self.mark(&seen.from, Older { since, size: size_of(seen), known }, tell);
                }
                continue;
            }
            let shown = SeenAt { at: settings.at.to_string(), ..seen.clone() };
            let keys = self.keys_of(seen, &self.keys_of(newest, &[]));
            let stale = Evidence::new(Finding::Stale, self.origin(), &keys, vec![shown, newest.clone()]);
            let subject = format!("{} {}", seen.from, seen.checkpoint);
            file(&self.kept, &stale.and_limit_s(limit_s), &subject, tell)?;
        }
        Ok(())
    }
}

/// From whom a monitor has what it knows.
struct Own {
    from: String,
    at: Timestamp,
}

impl Own {
    fn view<'a>(&'a self, followed: &'a Followed) -> View<'a> {
        View {
            from: &self.from,
            at: self.at,
            note: &followed.note,
            checkpoint: &followed.checkpoint,
            files: Some(followed.kept.mirror.tree()),
        }
    }
}

fn size_of(seen: &SeenAt) -> u64 {
    seen.note().map_or(0, |(_, checkpoint)| checkpoint.size)
}

/// Fetches what is new into the mirror; it is under the signed root, or nothing is believed of it.
fn grown(kept: &Kept, (known, size): (u64, u64), view: View<'_>) -> Seen {
    let files = view.files.ok_or_else(|| unread("its entries are not at hand"))?;
    let other = || unread("it serves other entries than those under its checkpoint");
    match kept.mirror.grow((known, size), &files, &|_, _| ()) {
        Ok(edge) if edge.root() == view.checkpoint.root => Ok(()),
        Ok(_) | Err(GrowError::Differs { .. }) => Err(other()),
        Err(fault) => Err(unread(fault)),
    }
}

/// Files evidence and tells of it, once it convicts by itself.
fn file(kept: &Kept, evidence: &Evidence, subject: &str, tell: &mut dyn FnMut(Event)) -> Seen {
    let Some(filed) = kept.file(evidence, subject)? else {
        let from = kept.dir.display().to_string();
        let sentence =
            "enough findings of this kind are kept, and one more was found: read those in evidence".to_owned();
        tell(Event::Trouble { from, sentence });
        return Ok(());
    };
    // What was filed first is what is told.
    let bytes = std::fs::read(filed.folder.join(evidence::EVIDENCE_FILE)).map_err(unread)?;
    let evidence = Evidence::parse(&bytes)?;
    let shown = evidence.check(None, Some(&Tree::new(&filed.folder))).map_err(unread)?;
    tell(Event::Found { filed, shown: Box::new(shown), evidence: Box::new(evidence) });
    Ok(())
}
