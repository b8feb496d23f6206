//! Keys: whose they are, since which entry they are in force, and until which.
//!
//! Kept here (formats.md section 4): a public key or a (name, id) is never admitted twice; a name never passes to
//! another holder; a key has one use; a revoked key never returns. Whether a key is in force is decided by
//! index and recorded_at, never by event_date.

use std::collections::{BTreeMap, BTreeSet};

use super::bodies::Period;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::Sentence;
use crate::grants::shape::Person;
use crate::grants::signer::{SignerId, Vkey};
use crate::grants::time::{Date, Timestamp};

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
}

impl Holder {
    /// The one name that keys of this holder bear on the ledger of this origin.
    pub fn key_name(self, origin: &str) -> String {
        match self {
            Holder::Ledger => origin.to_owned(),
            Holder::Root(n) => format!("{origin}/root/{n}"),
            Holder::Official(n) => format!("{origin}/official/{n}"),
            Holder::Org(n) => format!("{origin}/org/{n}"),
        }
    }
}

/// A key that was admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    vkey: Vkey,
    holder: Holder,
    since: u64,
    period: Option<Period>,
    revoked: Option<Revocation>,
}

/// When a key was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revocation {
    /// The entry from which on it is in force no more.
    pub index: u64,
    /// Its entries recorded at this time or later are disputed.
    pub suspect_since: Timestamp,
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

    /// The first and last day of an official's office.
    pub fn period(&self) -> Option<&Period> {
        self.period.as_ref()
    }

    /// Its revocation, if it was revoked.
    pub fn revoked(&self) -> Option<Revocation> {
        self.revoked
    }

    /// Whether it may sign statements on this local day.
    pub fn in_force(&self, today: Date) -> bool {
        self.revoked.is_none()
            && self.holder != Holder::Ledger
            && self.period.as_ref().is_none_or(|period| period.contains(today))
    }
}

/// A key's place in the ring; small, for it is kept with every act on every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::grants) struct KeyNumber(u32);

/// Every key that was ever admitted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyRing {
    keys: Vec<Key>,
    by_id: BTreeMap<SignerId, KeyNumber>,
    public: BTreeSet<String>,
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
        self.by_id.get(id).copied()
    }

    pub(in crate::grants) fn at(&self, number: KeyNumber) -> &Key {
        // Numbers are made by `admit` alone, and no key is ever taken out.
        &self.keys[number.0 as usize]
    }

    /// The key of this signer, if it may sign on this local day.
    ///
    /// # Errors
    /// B2 that says whether it is unknown, revoked, for checkpoints only, or out of its period.
    pub fn in_force(&self, id: &SignerId, today: Date) -> Result<&Key, Refusal> {
        let refuse = |sentence: String| Err(Refusal::new(Rule::B2, Sentence::only_english(sentence)));
        let Some(key) = self.get(id) else {
            return refuse(format!(
                "The key {id} is not on this ledger; sign with a key that was appointed or registered"
            ));
        };
        if let Some(revoked) = key.revoked {
            return refuse(format!("The key {id} was revoked by entry {}; sign with another key", revoked.index));
        }
        if key.holder == Holder::Ledger {
            return refuse(format!(
                "The key {id} signs checkpoints only; sign with the key of an office or organisation"
            ));
        }
        match &key.period {
            Some(period) if !period.contains(today) => refuse(format!(
                "The key {id} is in force from {} to {}, not on {today}; sign with a key of today's office holder",
                period.from, period.until
            )),
            _ => Ok(key),
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
            let sentence = format!("The key {id} must be named {expected}; make a key of that name");
            return Err(Refusal::new(Rule::B2, Sentence::only_english(sentence)));
        }
        // A number is taken once, so in rule set 0 no second key of one name gets this far; its id is asked all the same.
        if self.by_id.contains_key(id) || self.public.contains(vkey.public_base64()) {
            let sentence = format!("The public key of {id} was admitted before and never is again; make a new key");
            return Err(Refusal::new(Rule::B2, Sentence::only_english(sentence)));
        }
        Ok(())
    }

    /// Admits a key that [`KeyRing::check_new`] has passed.
    pub(in crate::grants) fn admit(&mut self, vkey: Vkey, holder: Holder, since: u64, period: Option<Period>) {
        // An entry brings at most 17 keys and costs a kilobyte, so 2^32 keys are out of reach.
        let number = KeyNumber(u32::try_from(self.keys.len()).unwrap_or(u32::MAX));
        self.by_id.insert(vkey.id().clone(), number);
        self.public.insert(vkey.public_base64().to_owned());
        self.keys.push(Key { vkey, holder, since, period, revoked: None });
    }

    pub(in crate::grants) fn revoke(&mut self, number: KeyNumber, revocation: Revocation) {
        self.keys[number.0 as usize].revoked = Some(revocation);
    }
}

/// An official: who holds which office, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Official {
    /// The code of the office in the profile.
    pub office: String,
    /// The person's public number.
    pub person: Person,
    /// The number of the decree of appointment.
    pub decree_number: String,
    /// The first and last day in office.
    pub period: Period,
    /// The key.
    pub key: SignerId,
}
