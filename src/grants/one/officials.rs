//! Officials, and the keys of officials, organisations, roots and the desk.
//!
//! Decisions that the text of the rules leaves open: an official's key is in force within the period of the
//! appointment, which a retirement shortens; a key that is rotated or replaced hands its days on to the new one; an
//! organisation's replaced key signs until the day before the new one is in force, and an objection gives it back its
//! time; while a replacement is pending the key is neither rotated nor replaced; a revocation of the pending key ends
//! the replacement as an objection does.

use super::bodies::{KeyReplaced, KeyRevoked, KeyRotated, OfficialAppointed, OfficialRetired};
use super::change::{Edit, KeyEdit};
use super::keys::{Holder, KeyNumber, NewKey};
use super::state::Frame;
use super::things::{Official, Org, Pending, Trace};
use super::{Bench, Made, Outcome, refuse};
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::sentence;
use crate::grants::signer::SignerId;
use crate::grants::time::{Date, Timestamp};
use crate::grants::zero::keys::Revocation;

impl Bench<'_> {
    pub(super) fn appointed(&self, n: u64, body: &OfficialAppointed) -> Outcome {
        self.heard()?;
        self.state.keys.check_new(&body.key, Holder::Official(n), self.state.origin())?;
        let office = &body.office.0;
        if self.profile.office(office).is_none() {
            return Err(Refusal::form(sentence!(
                "The profile has no office {office}; name one of its offices",
                "Profil tidak memuat jabatan {office}; sebutkan salah satu jabatan dari profil"
            )));
        }
        let person = body.person.0.as_str();
        let official = Official {
            // The entry becomes the head when it is applied.
            head: self.frame.entry_0,
            office: office.as_str().into(),
            person: person.into(),
            person_number: self.state.person_number(person),
            decree_number: body.decree_number.0.as_str().into(),
            period: body.period.clone(),
            acting: body.acting.unwrap_or(false),
            key: body.key.id().clone(),
            retired: None,
        };
        let (from, last) = (Some(body.period.from), Some(body.period.until));
        let new = NewKey { vkey: body.key.clone(), holder: Holder::Official(n), from, last };
        let keys = KeyEdit { admit: vec![new], ..KeyEdit::default() };
        Ok(Made { keys, ..Made::of(Edit::Official(n, Box::new(official)), About::Official(n)) })
    }

    pub(super) fn retired(&self, n: u64, body: &OfficialRetired) -> Outcome {
        self.heard()?;
        let mut official = self.official(n)?.clone();
        if let Some(index) = official.retired {
            return refuse(
                Rule::B1,
                sentence!(
                    "official/{n} was already retired by entry {index}; nothing is left to do",
                    "official/{n} sudah diberhentikan oleh entri {index}; tidak ada lagi yang perlu dilakukan"
                ),
            );
        }
        if !official.period.contains(body.last_day) {
            return refuse(
                Rule::B1,
                sentence!(
                    "The last_day {} is not within the period of official/{n}, {} to {}; name a day in office",
                    "Hari terakhir (last_day) {:#} di luar masa jabatan official/{n}, {:#} sampai {:#}; sebutkan hari dalam masa jabatan",
                    body.last_day,
                    official.period.from,
                    official.period.until
                ),
            );
        }
        official.period.until = body.last_day;
        official.retired = Some(self.place.index);
        let last = self.state.keys.number(&official.key).map(|key| (key, Some(body.last_day)));
        let keys = KeyEdit { last: last.into_iter().collect(), ..KeyEdit::default() };
        Ok(Made { keys, ..Made::of(Edit::Official(n, Box::new(official)), About::Official(n)) })
    }

    fn official(&self, n: u64) -> Result<&Official, Refusal> {
        match self.state.official(n) {
            Some(official) => Ok(official),
            None => refuse(
                Rule::B1,
                sentence!(
                    "There is no official/{n} on the ledger; correct about and sign again",
                    "official/{n} tidak ada di buku besar; perbaiki about lalu tandatangani lagi"
                ),
            ),
        }
    }

    /// The organisation, with a replacement that has come into force written down.
    pub(super) fn settled_org(&self, n: u64) -> Result<Org, Refusal> {
        let Some(org) = self.state.org(n) else {
            return refuse(
                Rule::B14,
                sentence!(
                    "org/{n} is not registered; the registrar must register it first",
                    "org/{n} belum terdaftar; pendaftar lembaga harus mendaftarkannya dulu"
                ),
            );
        };
        let mut org = org.clone();
        org.settle(self.today);
        Ok(org)
    }

    /// The holder signs with the old key and the new one.
    pub(super) fn rotated(&self, about: About, body: &KeyRotated) -> Outcome {
        self.heard()?;
        self.is_key_of(about, &body.retires)?;
        let end: Vec<KeyNumber> = self.state.keys.number(&body.retires).into_iter().collect();
        let new = |holder, from, last| NewKey { vkey: body.key.clone(), holder, from, last };
        let (edit, new) = match about {
            About::Official(n) => {
                let mut official = self.official(n)?.clone();
                official.key = body.key.id().clone();
                let (from, last) = (Some(official.period.from), Some(official.period.until));
                (Edit::Official(n, Box::new(official)), new(Holder::Official(n), from, last))
            }
            About::Org(n) => {
                let mut org = self.settled_org(n)?;
                self.no_replacement_pending(n, &org)?;
                org.key = body.key.id().clone();
                (Edit::Org(n, Box::new(org)), new(Holder::Org(n), None, None))
            }
            // `Body::about_agrees` has let no other thing pass.
            about => {
                return Err(Refusal::form(sentence!(
                    "{about} has no key that rotates; correct about",
                    "{about} tidak memiliki kunci yang dapat diganti pemegangnya; perbaiki about"
                )));
            }
        };
        self.state.keys.check_new(&body.key, new.holder, self.state.origin())?;
        let keys = KeyEdit { admit: vec![new], end, ..KeyEdit::default() };
        Ok(Made { keys, ..Made::of(edit, about) })
    }

    /// B1: the key is of this thing, and the one that it has now.
    fn is_key_of(&self, about: About, key: &SignerId) -> Result<(), Refusal> {
        let now = match about {
            About::Official(n) => self.state.official(n).map(|official| &official.key),
            About::Org(n) => self.state.org(n).map(|org| org.key_on(self.today)),
            _ => None,
        };
        match now {
            Some(now) if now == key => Ok(()),
            Some(now) => refuse(
                Rule::B1,
                sentence!(
                    "The key of {about} is {now}, not {key}; name the key that it has now",
                    "Kunci {about} adalah {now}, bukan {key}; sebutkan kuncinya yang sekarang"
                ),
            ),
            None => refuse(
                Rule::B1,
                sentence!(
                    "{about} has no key; correct about and sign again",
                    "{about} tidak memiliki kunci; perbaiki about lalu tandatangani lagi"
                ),
            ),
        }
    }

    fn no_replacement_pending(&self, n: u64, org: &Org) -> Result<(), Refusal> {
        match org.pending_on(self.today) {
            None => Ok(()),
            Some(pending) => refuse(
                Rule::B1,
                sentence!(
                    "The key of org/{n} is being replaced since entry {}, in force on {}; wait for that day, or object with the old key",
                    "Kunci org/{n} sedang diganti sejak entri {}, berlaku pada {:#}; tunggu hari itu, atau ajukan keberatan dengan kunci lama",
                    pending.index,
                    pending.effective
                ),
            ),
        }
    }

    pub(super) fn replaced(&self, about: About, body: &KeyReplaced) -> Outcome {
        self.heard()?;
        self.is_key_of(about, &body.retires)?;
        match about {
            About::Official(n) => self.official_replaced(n, body),
            About::Org(n) => self.org_replaced(n, body),
            // `Body::about_agrees` has let no other thing pass.
            about => Err(Refusal::form(sentence!(
                "{about} has no key that could be replaced; correct about",
                "{about} tidak memiliki kunci yang dapat digantikan; perbaiki about"
            ))),
        }
    }

    /// Roots replace an official's key at once.
    fn official_replaced(&self, n: u64, body: &KeyReplaced) -> Outcome {
        let mut official = self.official(n)?.clone();
        self.state.keys.check_new(&body.key, Holder::Official(n), self.state.origin())?;
        if official.period.until < self.today {
            return refuse(
                Rule::B1,
                sentence!(
                    "official/{n} was in office until {} and needs no key; leave it",
                    "official/{n} menjabat sampai {:#} dan tidak memerlukan kunci; biarkan",
                    official.period.until
                ),
            );
        }
        official.key = body.key.id().clone();
        let (from, last) = (Some(official.period.from), Some(official.period.until));
        let new = NewKey { vkey: body.key.clone(), holder: Holder::Official(n), from, last };
        let end = self.state.keys.number(&body.retires).into_iter().collect();
        let keys = KeyEdit { admit: vec![new], end, ..KeyEdit::default() };
        Ok(Made { keys, ..Made::of(Edit::Official(n, Box::new(official)), About::Official(n)) })
    }

    /// An organisation's new key waits in public, so that whoever still has the old one may object.
    fn org_replaced(&self, n: u64, body: &KeyReplaced) -> Outcome {
        let mut org = self.settled_org(n)?;
        self.no_replacement_pending(n, &org)?;
        self.state.keys.check_new(&body.key, Holder::Org(n), self.state.origin())?;
        let (day_before, effective) = self.replacement_days()?;
        org.pending = Some(Pending {
            index: self.place.index,
            key: body.key.id().clone(),
            retires: body.retires.clone(),
            effective,
        });
        let new = NewKey { vkey: body.key.clone(), holder: Holder::Org(n), from: Some(effective), last: None };
        let last = self.state.keys.number(&body.retires).map(|key| (key, Some(day_before)));
        let keys = KeyEdit { admit: vec![new], last: last.into_iter().collect(), ..KeyEdit::default() };
        Ok(Made { keys, ..Made::of(Edit::Org(n, Box::new(org)), About::Org(n)) })
    }

    /// The last day of the old key and the first of the new one.
    fn replacement_days(&self) -> Result<(Date, Date), Refusal> {
        let days = i64::try_from(self.profile.replacement_days).unwrap_or(i64::MAX);
        match (self.today.plus_days(days - 1), self.today.plus_days(days)) {
            (Some(before), Some(effective)) => Ok((before, effective)),
            _ => refuse(
                Rule::B9,
                sentence!(
                    "No day {days} days after {} can be written; lower replacement_days",
                    "Hari ke-{days} sesudah {:#} tidak dapat ditulis; turunkan replacement_days",
                    self.today
                ),
            ),
        }
    }

    pub(super) fn revoked(&self, about: About, body: &KeyRevoked) -> Outcome {
        self.heard()?;
        let id = &body.key;
        let number = self.state.keys.number(id).filter(|&number| is_of(self.state.keys.at(number).holder(), about));
        let Some(number) = number else {
            return refuse(
                Rule::B1,
                sentence!(
                    "{about} has no key {id}; correct about or key and sign again",
                    "{about} tidak memiliki kunci {id}; perbaiki about atau key lalu tandatangani lagi"
                ),
            );
        };
        let key = self.state.keys.at(number);
        if let Some(revoked) = key.revoked() {
            return refuse(
                Rule::B1,
                sentence!(
                    "The key {id} was already revoked by entry {}; nothing is left to do",
                    "Kunci {id} sudah dicabut oleh entri {}; tidak ada lagi yang perlu dilakukan",
                    revoked.index
                ),
            );
        }
        self.suspect_since_is_possible(id, key.admitted, body.suspect_since)?;
        if let Holder::Root(_) = key.holder() {
            self.roots_are_left(id)?;
        }
        let revocation = Revocation { index: self.place.index, suspect_since: body.suspect_since };
        let mut keys = KeyEdit { revoke: Some((number, revocation)), ..KeyEdit::default() };
        let edit = match about {
            About::Org(n) => self.without_pending(n, id, &mut keys)?,
            About::Ledger if self.frame.desk.as_ref() == Some(id) => {
                Edit::Frame(Box::new(Frame { desk: None, ..self.frame.clone() }))
            }
            _ => Edit::Nothing,
        };
        let shown = self.disputed_by(number, body.suspect_since).into_iter().filter(|&thing| thing != about).collect();
        Ok(Made { keys, shown, ..Made::of(edit, about) })
    }

    /// B9: the time is neither in the future nor before the key was there.
    fn suspect_since_is_possible(
        &self,
        id: &SignerId,
        admitted: Option<Timestamp>,
        since: Timestamp,
    ) -> Result<(), Refusal> {
        if since > self.place.recorded_at {
            return refuse(
                Rule::B9,
                sentence!(
                    "The time suspect_since {since} is in the future; name when the key's entries became suspect",
                    "Waktu suspect_since {since} masih akan datang; sebutkan sejak kapan entri kunci itu diragukan"
                ),
            );
        }
        match admitted.filter(|&admitted| since < admitted) {
            None => Ok(()),
            Some(admitted) => refuse(
                Rule::B9,
                sentence!(
                    "The time suspect_since {since} is before {id} was admitted, {admitted}; name a time from then on",
                    "Waktu suspect_since {since} sebelum {id} diterima, {admitted}; sebutkan waktu sejak saat itu"
                ),
            ),
        }
    }

    /// A replacement whose new key is revoked is none; the old key has its time back.
    fn without_pending(&self, n: u64, revoked: &SignerId, keys: &mut KeyEdit) -> Result<Edit, Refusal> {
        let mut org = self.settled_org(n)?;
        if let Some(pending) = org.pending.take_if(|pending| pending.key == *revoked) {
            keys.last.extend(self.state.keys.number(&pending.retires).map(|old| (old, None)));
        }
        Ok(Edit::Org(n, Box::new(org)))
    }

    /// The organisations and cases that the key has signed something about since then, and those organisations' cases.
    fn disputed_by(&self, key: KeyNumber, since: Timestamp) -> Vec<About> {
        let suspect = |traces: &[Trace]| {
            traces.iter().any(|trace| !trace.settled && trace.at >= since && trace.keys.contains(&Some(key)))
        };
        let orgs = self.state.orgs().filter(|(_, org)| suspect(&org.trace));
        let owner = |id: &CaseId| match id.owner {
            CaseOwner::Org(n) => self.state.org(n),
            CaseOwner::Agency(_) => None,
        };
        let cases = self
            .state
            .cases()
            .filter(|(id, case)| suspect(&case.trace) || owner(id).is_some_and(|org| suspect(&org.trace)));
        orgs.map(|(n, _)| About::Org(n)).chain(cases.map(|(id, _)| About::Case(id))).collect()
    }
}

/// Whose keys a revocation about this thing may name.
fn is_of(holder: Holder, about: About) -> bool {
    match holder {
        Holder::Official(n) => about == About::Official(n),
        Holder::Org(n) => about == About::Org(n),
        Holder::Root(_) | Holder::Desk => about == About::Ledger,
        // A checkpoint key is retired by ledger.rekeyed only.
        Holder::Ledger => false,
    }
}
