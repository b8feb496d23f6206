//! What roots decide about the ledger itself: its rules, its profile, its desk, its root holders, its own keys.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::bodies::{DeskAppointed, LedgerRekeyed, ProfileAmended, ProfileJson, RootReplaced, RulesAdopted};
use super::change::{Edit, KeyEdit};
use super::founding::{holders_match, read_profile};
use super::keys::{Holder, NewKey};
use super::profile::Profile;
use super::state::Frame;
use super::{Bench, Made, Outcome, refuse};
use crate::grants::about::About;
use crate::grants::rules::{Refusal, Rule, RuleSet};
use crate::grants::sentence::{Both, sentence};
use crate::grants::signer::{SignerId, Vkey};

impl Bench<'_> {
    /// A higher rule set is in force from the next entry on. It has a number that this program knows, which is why a
    /// ledger of this set has none to adopt yet.
    pub(super) fn adopted(&self, body: &RulesAdopted) -> Outcome {
        self.heard()?;
        let now = self.frame.rules;
        let Some(rules) = RuleSet::number(body.rules).filter(|&rules| rules > now) else {
            return Err(Refusal::form(sentence!(
                "This program has no rule set {} above number {}, which is in force; name a higher number that it has",
                "Program ini tidak memiliki perangkat aturan {} di atas nomor {} yang berlaku; sebutkan nomor lebih tinggi yang dimilikinya",
                body.rules,
                now.as_number()
            )));
        };
        let profile = self.next_profile(&body.profile)?;
        Ok(self.framed(Frame { rules, profile: Arc::new(profile), ..self.frame.clone() }, KeyEdit::default()))
    }

    /// Another profile is in force from the next entry on. Open papers do not block it: each entry is judged by the
    /// profile then in force.
    pub(super) fn amended(&self, body: &ProfileAmended) -> Outcome {
        self.heard()?;
        let profile = self.next_profile(&body.profile)?;
        self.agencies_keep_their_numbers(&profile)?;
        Ok(self.framed(Frame { profile: Arc::new(profile), ..self.frame.clone() }, KeyEdit::default()))
    }

    fn framed(&self, frame: Frame, keys: KeyEdit) -> Made {
        Made { keys, ..Made::of(Edit::Frame(Box::new(frame)), About::Ledger) }
    }

    /// Form: a whole profile that fits what is there already.
    fn next_profile(&self, json: &ProfileJson) -> Result<Profile, Refusal> {
        let profile = read_profile(json, self.body.kind())?;
        let (old, new) = (self.profile.utc_offset_min, profile.utc_offset_min);
        if old != new {
            return Err(Refusal::form(sentence!(
                "The profile's utc_offset_min is {new} and was {old}; every date rests on it, so leave it as it was",
                "utc_offset_min profil adalah {new}, sebelumnya {old}; semua tanggal bergantung padanya, jadi biarkan seperti semula"
            )));
        }
        holders_match(&profile, self.frame.roots.len() as u64)?;
        match self.missing(&profile) {
            None => Ok(profile),
            Some((what, code, user)) => Err(Refusal::form(sentence!(
                "The profile has no {what} {code}, which {user} uses; keep it until nothing in force uses it",
                "Profil tidak memuat {what:#} {code}, yang dipakai {user}; pertahankan sampai tidak ada lagi yang memakainya"
            ))),
        }
    }

    /// A word that something in force uses and the profile does not have.
    fn missing(&self, profile: &Profile) -> Option<(Both, &str, About)> {
        let state = self.state;
        let mut officials = state.officials().filter(|(_, official)| self.today <= official.period.until);
        if let Some((n, official)) = officials.find(|(_, official)| profile.office(&official.office).is_none()) {
            return Some((Both("office", "jabatan"), &official.office, About::Official(n)));
        }
        for (n, org) in state.orgs() {
            if profile.recipient_type(&org.recipient_type).is_none() {
                return Some((Both("recipient type", "jenis penerima"), &org.recipient_type, About::Org(n)));
            }
        }
        for (id, case) in state.cases().filter(|(_, case)| case.core.closed.is_none()) {
            let facts = &case.core.facts;
            if profile.field(&facts.field).is_none() {
                return Some((Both("field", "bidang"), &facts.field, About::Case(id)));
            }
            if profile.agency(&facts.agency).is_none() {
                return Some((Both("agency", "SKPD"), &facts.agency, About::Case(id)));
            }
        }
        None
    }

    /// Form: an agency's number names its own cases for ever, so it goes to no other agency.
    fn agencies_keep_their_numbers(&self, profile: &Profile) -> Result<(), Refusal> {
        for old in &self.profile.agencies {
            let same_code = profile.agency(&old.code.0).filter(|new| new.n != old.n);
            let same_number = profile.agency_number(old.n).filter(|new| new.code != old.code);
            if let Some(new) = same_code.or(same_number) {
                return Err(Refusal::form(sentence!(
                    "The profile gives agency {} the number {}, and number {} was of agency {}; a number names an agency's cases, so keep both",
                    "Profil memberi SKPD {} nomor {}, sedangkan nomor {} milik SKPD {}; nomor menamai kasus SKPD, jadi pertahankan keduanya",
                    new.code.0,
                    new.n,
                    old.n,
                    old.code.0
                )));
            }
        }
        // A number that has cases may not be given away later either.
        let lost = self.state.needs.keys().find(|&&n| profile.agency_number(n).is_none());
        match lost {
            None => Ok(()),
            Some(n) => Err(Refusal::form(sentence!(
                "The profile has no agency number {n}, which cases are named by; keep that agency",
                "Profil tidak memuat SKPD nomor {n}, yang menamai kasus; pertahankan SKPD itu"
            ))),
        }
    }

    pub(super) fn desk_appointed(&self, body: &DeskAppointed) -> Outcome {
        self.heard()?;
        let keys = self.replacing(&body.key, Holder::Desk, self.frame.desk.as_ref())?;
        Ok(self.framed(Frame { desk: Some(body.key.id().clone()), ..self.frame.clone() }, keys))
    }

    pub(super) fn root_replaced(&self, body: &RootReplaced) -> Outcome {
        self.heard()?;
        let Some(old) = self.frame.roots.get(&body.root) else {
            return refuse(
                Rule::B1,
                sentence!(
                    "The ledger has no root {}, only {}; correct root",
                    "Buku besar tidak memiliki kunci akar {}, hanya {}; perbaiki root",
                    body.root,
                    self.frame.roots.len()
                ),
            );
        };
        let keys = self.replacing(&body.key, Holder::Root(body.root), Some(old))?;
        let mut frame = self.frame.clone();
        frame.roots.insert(body.root, body.key.id().clone());
        let mut profile = self.profile.clone();
        for holder in profile.root_holders.iter_mut().filter(|holder| holder.root == body.root) {
            holder.holder = body.holder.clone();
        }
        frame.profile = Arc::new(profile);
        Ok(self.framed(frame, keys))
    }

    /// B2: the new key may be admitted. It takes the place of the old one from this entry on.
    fn replacing(&self, vkey: &Vkey, holder: Holder, old: Option<&SignerId>) -> Result<KeyEdit, Refusal> {
        self.state.keys.check_new(vkey, holder, self.state.origin())?;
        let new = NewKey { vkey: vkey.clone(), holder, from: None, last: None };
        let end = old.and_then(|old| self.state.keys.number(old)).into_iter().collect();
        Ok(KeyEdit { admit: vec![new], end, ..KeyEdit::default() })
    }

    /// In an overlap both keys sign checkpoints. One must stay.
    pub(super) fn rekeyed(&self, body: &LedgerRekeyed) -> Outcome {
        self.heard()?;
        let mut frame = self.frame.clone();
        let mut keys = KeyEdit::default();
        if let Some(vkey) = &body.ledger_key {
            keys = self.replacing(vkey, Holder::Ledger, None)?;
        }
        if let Some(retires) = &body.retires {
            let Some(at) = frame.ledger_keys.iter().position(|key| key == retires) else {
                return refuse(
                    Rule::B1,
                    sentence!(
                        "The key {retires} signs no checkpoints now; name one of the ledger's own keys",
                        "Kunci {retires} sekarang tidak menandatangani titik periksa; sebutkan salah satu kunci buku besar sendiri"
                    ),
                );
            };
            frame.ledger_keys.remove(at);
            keys.end.extend(self.state.keys.number(retires));
        }
        frame.ledger_keys.extend(body.ledger_key.as_ref().map(|vkey| vkey.id().clone()));
        if frame.ledger_keys.is_empty() {
            return refuse(
                Rule::B1,
                sentence!(
                    "The ledger would have no key for checkpoints; add another in the same statement",
                    "Buku besar tidak akan memiliki kunci untuk titik periksa; tambahkan kunci lain dalam pernyataan yang sama"
                ),
            );
        }
        Ok(self.framed(frame, keys))
    }

    /// B1: as many roots as must sign are left when this key is revoked.
    pub(super) fn roots_are_left(&self, revoked: &SignerId) -> Result<(), Refusal> {
        let left: BTreeSet<u64> = self
            .frame
            .roots
            .iter()
            .filter(|(_, key)| *key != revoked && self.state.key(key).is_some_and(|key| key.revoked().is_none()))
            .map(|(&n, _)| n)
            .collect();
        let (left, threshold) = (left.len() as u64, self.frame.threshold);
        if left < threshold {
            return refuse(
                Rule::B1,
                sentence!(
                    "{left} root keys would be left and {threshold} must sign; replace the root instead, or another first",
                    "Kunci akar akan tersisa {left} dan {threshold} harus menandatangani; ganti pemegangnya saja, atau ganti yang lain dulu"
                ),
            );
        }
        Ok(())
    }
}
