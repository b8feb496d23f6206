//! Bodies of the ledger itself: its founding, its rules, its profile and its own key.

use super::{Currency, LedgerKeys, ProfileJson};
use crate::grants::shape::{Label, Text, record};
use crate::grants::signer::{SignerId, Vkey};

record! {
    /// Entry 0: what the whole ledger stands on.
    pub struct LedgerFounded {
        /// The one currency of all amounts.
        currency: Currency,
        /// The first keys.
        keys: LedgerKeys,
        /// The government's own stages, offices and terms.
        profile: ProfileJson,
        /// The number of the rule set in force from here.
        rules: u64,
        /// Whether this is a ledger for a demonstration or a test.
        trial: bool,
    }
}

record! {
    /// A higher rule set, with a profile in its form, is in force from the next entry on.
    pub struct RulesAdopted {
        /// The number of the rule set, above the one in force.
        rules: u64,
        /// The whole profile in the form of that rule set.
        profile: ProfileJson,
        /// The number of the decree that adopts it.
        decree_number: Label,
        /// Why.
        reason: Text,
    }
}

record! {
    /// Another profile is in force from the next entry on.
    pub struct ProfileAmended {
        /// The whole profile, not only what changes.
        profile: ProfileJson,
        /// The number of the decree that amends it.
        decree_number: Label,
        /// Why.
        reason: Text,
    }
}

record! {
    /// A key for checkpoints is added, or one is retired, or both.
    pub struct LedgerRekeyed {
        /// The key that is added, named like the ledger.
        ledger_key: Option<Vkey>,
        /// The key that is retired.
        retires: Option<SignerId>,
        /// Why.
        reason: Text,
    }
}
