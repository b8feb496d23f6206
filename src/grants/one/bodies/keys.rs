//! Bodies of officials, of the desk, of root holders and of their keys.

use super::Period;
use crate::grants::shape::{Code, Label, Person, Text, record};
use crate::grants::signer::{SignerId, Vkey};
use crate::grants::time::{Date, Timestamp};

record! {
    /// A person holds an office for a period and brings a key.
    pub struct OfficialAppointed {
        /// The code of the office in the profile.
        office: Code,
        /// The person's public number.
        person: Person,
        /// The number of the decree of appointment.
        decree_number: Label,
        /// The first and last day in office.
        period: Period,
        /// Whether the person acts for a holder who is away (Plt.).
        acting: Option<bool>,
        /// The key, named `<origin>/official/<n>`.
        key: Vkey,
    }
}

record! {
    /// An official leaves the office before the period ends.
    pub struct OfficialRetired {
        /// The number of the decree.
        decree_number: Label,
        /// The last day in office.
        last_day: Date,
        /// Why.
        reason: Text,
    }
}

record! {
    /// The server's desk has a key; it retires the one before it.
    pub struct DeskAppointed {
        /// The number of the decree.
        decree_number: Label,
        /// The key, named `<origin>/desk`.
        key: Vkey,
    }
}

record! {
    /// Another holder, with a new key, takes the place of a root.
    pub struct RootReplaced {
        /// Which root, from 1.
        root: u64,
        /// Who holds the new key.
        holder: Text,
        /// The number of the decree.
        decree_number: Label,
        /// Why.
        reason: Text,
        /// The new key, named `<origin>/root/<n>`.
        key: Vkey,
    }
}

record! {
    /// A holder takes a new key and retires the old one; both sign.
    pub struct KeyRotated {
        /// The new key, named like the old one.
        key: Vkey,
        /// The old key.
        retires: SignerId,
    }
}

record! {
    /// A key that is lost or forgotten is replaced without its signature.
    pub struct KeyReplaced {
        /// The new key, named like the old one.
        key: Vkey,
        /// The lost key.
        retires: SignerId,
        /// Why.
        reason: Text,
    }
}

record! {
    /// The old key objects to its replacement, which holds it.
    pub struct ReplacementObjected {
        /// The index of the entry that replaces the key.
        replacement: u64,
        /// Why.
        reason: Text,
    }
}

record! {
    /// A key is in force no more, from this entry on.
    pub struct KeyRevoked {
        /// The key.
        key: SignerId,
        /// Why.
        reason: Text,
        /// Entries by the key from this time on are disputed.
        suspect_since: Timestamp,
    }
}
