//! Keys of rule set 1: whose they are, since which entry they are in force, and until which.
//!
//! Kept here (formats.md section 4): a public key or a (name, id) is never admitted twice; a name never passes to
//! another holder; a key has one use; a revoked key never returns. Whether a key is in force is decided by the
//! entry's place and time, never by a claimed date.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::{Sentence, sentence};
use crate::grants::signer::{SignerId, Vkey};
use crate::grants::time::{Date, Timestamp};
use crate::grants::zero::keys::Revocation;

/// Whose a key is. This also is its one use: the ledger's signs checkpoints, all others statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// The ledger itself; checkpoints only.
    Ledger,
    /// A root, by its number.
    Root(u64),
    /// An official, by the number of the appointment.
    Official(u64),
    /// An organisation.
    Org(u64),
    /// The server's desk.
    Desk,
}

impl Holder {
    /// The one name that keys of this holder bear on the ledger of this origin.
    pub fn key_name(self, origin: &str) -> String {
        match self {
            Holder::Ledger => origin.to_owned(),
            Holder::Root(n) => format!("{origin}/root/{n}"),
            Holder::Official(n) => format!("{origin}/official/{n}"),
            Holder::Org(n) => format!("{origin}/org/{n}"),
            Holder::Desk => format!("{origin}/desk"),
        }
    }
}

/// A key that was admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub(in crate::grants) vkey: Vkey,
    pub(in crate::grants) holder: Holder,
    /// The entry that admitted it.
    pub(in crate::grants) since: u64,
    /// When that entry was recorded; unknown of keys that rule set 0 admitted.
    pub(in crate::grants) admitted: Option<Timestamp>,
    /// The first and last day on which it may sign, where there is one.
    pub(in crate::grants) from: Option<Date>,
    pub(in crate::grants) last: Option<Date>,
    /// A replacement to which the old key objected: it is not in force.
    pub(in crate::grants) held: bool,
    /// The entry from which on another key stands in its place.
    pub(in crate::grants) ended: Option<u64>,
    pub(in crate::grants) revoked: Option<Revocation>,
}

impl Key {
    /// The verifier key.
    pub fn vkey(&self) -> &Vkey {
        &self.vkey
    }

    /// Whose it is.
    pub fn holder(&self) -> Holder {
        self.holder
    }

    /// The entry that admitted it.
    pub fn since(&self) -> u64 {
        self.since
    }

    /// The entry from which on it was retired, rotated or replaced.
    pub fn ended(&self) -> Option<u64> {
        self.ended
    }

    /// Its revocation, if it was revoked.
    pub fn revoked(&self) -> Option<Revocation> {
        self.revoked
    }

    /// The first and last day on which it may sign, where there is one.
    pub fn days(&self) -> (Option<Date>, Option<Date>) {
        (self.from, self.last)
    }

    /// Whether an objection holds it.
    pub fn held(&self) -> bool {
        self.held
    }
}

/// A key to be admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::grants) struct NewKey {
    pub(in crate::grants) vkey: Vkey,
    pub(in crate::grants) holder: Holder,
    pub(in crate::grants) from: Option<Date>,
    pub(in crate::grants) last: Option<Date>,
}

/// A key's place in the ring; small, for it is kept with every act on every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::grants) struct KeyNumber(NonZeroU32);

impl KeyNumber {
    /// Its place in the ring; numbers begin with 1.
    fn at(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// Every key that was ever admitted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyRing {
    keys: Vec<Key>,
    /// By key id: a number is compared faster than a name.
    by_id: BTreeMap<u32, KeyNumber>,
    /// Keys whose id another key had before; the name decides.
    same_id: Vec<KeyNumber>,
    public: BTreeSet<String>,
    revoked: usize,
}

impl KeyRing {
    /// The key of this name and id, whether or not in force.
    pub fn get(&self, id: &SignerId) -> Option<&Key> {
        self.number(id).map(|number| self.at(number))
    }

    /// Every key, in the order in which they were admitted.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }

    pub(in crate::grants) fn number(&self, id: &SignerId) -> Option<KeyNumber> {
        let first = *self.by_id.get(&u32::from_be_bytes(id.key_id()))?;
        let mut numbers = std::iter::once(first).chain(self.same_id.iter().copied());
        numbers.find(|&number| self.at(number).vkey.id() == id)
    }

    pub(in crate::grants) fn at(&self, number: KeyNumber) -> &Key {
        // Numbers are made by `admit` alone, and no key is ever taken out.
        &self.keys[number.at()]
    }

    /// Whether any key was ever revoked; as long as none was, nothing is disputed.
    pub(in crate::grants) fn any_revoked(&self) -> bool {
        self.revoked > 0
    }

    /// Whether what this key signed at this time is disputed.
    pub(in crate::grants) fn suspect(&self, number: KeyNumber, at: Timestamp) -> bool {
        self.any_revoked() && self.at(number).revoked.is_some_and(|revoked| at >= revoked.suspect_since)
    }

    /// The key of this signer, if it may sign on this local day.
    ///
    /// # Errors
    /// B2 that says why it may not.
    pub fn in_force(&self, id: &SignerId, today: Date) -> Result<&Key, Refusal> {
        let refuse = |sentence: Sentence| Err(Refusal::new(Rule::B2, sentence));
        let Some(number) = self.number(id) else {
            return refuse(sentence!(
                "The key {id} is not on this ledger; sign with a key that was appointed or registered",
                "Kunci {id} tidak ada di buku besar ini; tandatangani dengan kunci yang sudah diangkat atau didaftarkan"
            ));
        };
        self.numbered_in_force(number, today)
    }

    /// The key of this number, if it may sign on this local day.
    ///
    /// # Errors
    /// B2 that says why it may not.
    pub(in crate::grants) fn numbered_in_force(&self, number: KeyNumber, today: Date) -> Result<&Key, Refusal> {
        let refuse = |sentence: Sentence| Err(Refusal::new(Rule::B2, sentence));
        let key = self.at(number);
        let id = key.vkey.id();
        if let Some(revoked) = key.revoked {
            return refuse(sentence!(
                "The key {id} was revoked by entry {}; sign with another key",
                "Kunci {id} dicabut oleh entri {}; tandatangani dengan kunci lain",
                revoked.index
            ));
        }
        if let Some(index) = key.ended {
            return refuse(sentence!(
                "The key {id} was retired by entry {index}; sign with the key that came after it",
                "Kunci {id} dihentikan oleh entri {index}; tandatangani dengan kunci penggantinya"
            ));
        }
        if key.holder == Holder::Ledger {
            return refuse(sentence!(
                "The key {id} signs checkpoints only; sign with the key of an office or organisation",
                "Kunci {id} hanya menandatangani titik periksa; tandatangani dengan kunci jabatan atau lembaga"
            ));
        }
        if key.held {
            return refuse(sentence!(
                "The key {id} is held by an objection of the old key; settle it, then replace the key again",
                "Kunci {id} tertahan oleh keberatan kunci lama; selesaikan keberatan itu, lalu ganti kuncinya lagi"
            ));
        }
        if let Some(from) = key.from.filter(|&from| today < from) {
            return refuse(sentence!(
                "The key {id} is in force from {from} on, not on {today}; wait, or sign with another",
                "Kunci {id} berlaku mulai {from:#}, bukan pada {today:#}; tunggu, atau tandatangani dengan kunci lain"
            ));
        }
        match key.last.filter(|&last| today > last) {
            Some(last) => refuse(sentence!(
                "The key {id} was in force until {last}, not on {today}; sign with a key of today's holder",
                "Kunci {id} berlaku sampai {last:#}, bukan pada {today:#}; tandatangani dengan kunci pejabat yang sekarang"
            )),
            None => Ok(key),
        }
    }

    /// Checks that a key may be admitted for this holder.
    ///
    /// # Errors
    /// B2 if its name is not the holder's, or its public key or (name, id) was admitted before.
    pub(in crate::grants) fn check_new(&self, vkey: &Vkey, holder: Holder, origin: &str) -> Result<(), Refusal> {
        let expected = holder.key_name(origin);
        let id = vkey.id();
        if id.name() != expected {
            let sentence = sentence!(
                "The key {id} must be named {expected}; make a key of that name",
                "Kunci {id} harus bernama {expected}; buat kunci dengan nama itu"
            );
            return Err(Refusal::new(Rule::B2, sentence));
        }
        if self.number(id).is_some() || self.public.contains(vkey.public_base64()) {
            let sentence = sentence!(
                "The public key of {id} was admitted before and never is again; make a new key",
                "Kunci publik {id} sudah pernah dipakai dan tidak dapat dipakai lagi; buat kunci baru"
            );
            return Err(Refusal::new(Rule::B2, sentence));
        }
        Ok(())
    }

    /// Admits a key that [`KeyRing::check_new`] has passed, by the entry of this index and time.
    pub(in crate::grants) fn admit(&mut self, new: NewKey, since: u64, admitted: Option<Timestamp>) {
        // An entry brings at most 17 keys and costs a kilobyte, so 2^32 keys are out of reach.
        let count = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        let number = KeyNumber(NonZeroU32::MIN.saturating_add(count));
        let NewKey { vkey, holder, from, last } = new;
        match self.by_id.entry(u32::from_be_bytes(vkey.id().key_id())) {
            Entry::Vacant(free) => drop(free.insert(number)),
            Entry::Occupied(_) => self.same_id.push(number),
        }
        self.public.insert(vkey.public_base64().to_owned());
        self.keys.push(Key { vkey, holder, since, admitted, from, last, held: false, ended: None, revoked: None });
    }

    pub(in crate::grants) fn revoke(&mut self, number: KeyNumber, revocation: Revocation) {
        self.keys[number.at()].revoked = Some(revocation);
        self.revoked += 1;
    }

    /// Another key stands in its place from this entry on.
    pub(in crate::grants) fn end(&mut self, number: KeyNumber, index: u64) {
        self.keys[number.at()].ended = Some(index);
    }

    /// The last day on which it may sign; `None` lifts a day that was set.
    pub(in crate::grants) fn set_last(&mut self, number: KeyNumber, last: Option<Date>) {
        self.keys[number.at()].last = last;
    }

    /// An objection holds the key.
    pub(in crate::grants) fn hold(&mut self, number: KeyNumber) {
        self.keys[number.at()].held = true;
    }
}
