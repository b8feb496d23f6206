//! Bodies of the ledger itself, its officials and its keys.

use super::Code;
use crate::grants::json::Json;
use crate::grants::money::Currency;
use crate::grants::sentence::{Both, sentence};
use crate::grants::shape::{self, Fault, Field, Label, Person, Shape, Text, record};
use crate::grants::signer::{SignerId, Vkey};
use crate::grants::time::{Date, Timestamp};
use crate::grants::zero::profile::Profile;
use serde_json::{Value, json};

record! {
    /// Entry 0: what the whole ledger stands on.
    pub struct LedgerFounded {
        /// The one currency of all amounts.
        currency: Currency,
        /// The first keys.
        keys: LedgerKeys,
        /// The government's own stages, offices and terms.
        profile: Profile,
        /// The number of the rule set in force from here.
        rules: u64,
        /// Whether this is a ledger for a demonstration or a test.
        trial: bool,
    }
}

record! {
    /// The keys of a founding.
    pub struct LedgerKeys {
        /// Signs checkpoints; its name is the origin.
        ledger: Vkey,
        /// Appoint officials and revoke keys.
        roots: Vec<Vkey>,
        /// How many roots must sign.
        threshold: u64,
    }
}

impl LedgerFounded {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        self.profile.validate().map_err(|fault| fault.inside("profile"))?;
        let roots = u64::try_from(self.keys.roots.len()).unwrap_or(u64::MAX);
        // A statement has at most 16 signers, and every root signs the founding.
        if roots > 16 {
            return Err(Fault::here(Both("have at most 16 items", "memuat paling banyak 16 butir"))
                .inside("roots")
                .inside("keys"));
        }
        if !(1..=roots).contains(&self.keys.threshold) {
            return Err(Fault::here(sentence!("be from 1 to {roots}", "dari 1 sampai {roots}"))
                .inside("threshold")
                .inside("keys"));
        }
        Ok(())
    }
}

impl Shape for Currency {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        let object = shape::object(value, &["code", "decimals"])?;
        let code: Label = shape::field(object, "code")?;
        let decimals: u64 = shape::field(object, "decimals")?;
        let decimals = u8::try_from(decimals).ok();
        let currency = decimals.and_then(|decimals| Currency::new(&code.0, decimals));
        currency.ok_or_else(|| {
            Fault::here(Both(
                "be a code of three capital letters and 0 to 4 decimals",
                "berupa kode tiga huruf kapital dan 0 sampai 4 desimal",
            ))
        })
    }

    fn fields() -> Vec<Field> {
        let code = shape::declared::<Label>("code", "Three capital letters (ISO 4217), such as IDR.");
        let decimals = shape::declared::<u64>("decimals", "How many decimals its amounts have, 0 to 4.");
        [code, decimals].concat()
    }

    fn schema() -> Value {
        let code = json!({ "type": "string", "pattern": "^[A-Z]{3}$" });
        let decimals = json!({ "type": "integer", "minimum": 0, "maximum": 4 });
        json!({
            "type": "object", "properties": { "code": code, "decimals": decimals }, "required": ["code", "decimals"],
            "additionalProperties": false,
        })
    }
}

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
        /// The key, named `<origin>/official/<n>`.
        key: Vkey,
    }
}

record! {
    /// Days from the first to the last, both included.
    pub struct Period {
        /// The first day.
        from: Date,
        /// The last day.
        until: Date,
    }
}

impl Period {
    /// Whether the day is within.
    pub fn contains(&self, day: Date) -> bool {
        (self.from..=self.until).contains(&day)
    }
}

impl OfficialAppointed {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        if self.period.until < self.period.from {
            return Err(Fault::here(Both("not be before from", "sama dengan atau sesudah from"))
                .inside("until")
                .inside("period"));
        }
        Ok(())
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
