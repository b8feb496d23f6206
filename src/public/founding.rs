//! What entry 0 fixed for the whole ledger, as pages and the API need it. Entry 0 never changes (I1).

use std::path::Path;

use serde_json::Value;

use super::pages::words::Lang;
use crate::grants::figures::Figure;
use crate::grants::money::{Amount, Currency};
use crate::ledger::reader::Reader;
use crate::ledger::store::{ENTRIES_FILE, StoreError};
use crate::tlog::hash::{Hash, leaf_hash};

/// The facts of entry 0.
pub(super) struct Founding {
    /// The ledger's name for all machines.
    pub(super) origin: String,
    /// The verifier key of its checkpoints.
    pub(super) vkey: String,
    /// Leaf hash of entry 0: with the origin, the ledger's identity.
    pub(super) leaf: Hash,
    /// The one currency.
    pub(super) currency: Currency,
    /// Minutes east of UTC.
    pub(super) offset_min: i32,
    /// Whether it is a trial ledger.
    pub(super) trial: bool,
    /// The number of its rule set.
    pub(super) rules: u64,
    profile: Value,
}

fn given_by(amount: usize) -> &'static [&'static str] {
    Figure::ALL.get(amount).map_or(&[], |figure| figure.given_by())
}

/// Whether a step of this kind gives the amount at this place of the eleven. A decree's row does when it is `decree.rows`
/// about the grant; the seal only puts it into effect.
pub(super) fn gives_amount(kind: &str, has_row: bool, amount: usize) -> bool {
    let kinds = given_by(amount);
    if kinds.contains(&"decree.issued") { has_row } else { kinds.contains(&kind) }
}

impl Founding {
    pub(super) fn read(reader: &Reader, dir: &Path) -> Result<Self, StoreError> {
        let signed = reader.signed()?;
        let damaged = |what: &str| StoreError::Damaged { file: dir.join(ENTRIES_FILE), what: what.to_owned() };
        let origin = signed.note.split('\n').next().unwrap_or_default().to_owned();
        let bytes = reader.entry(0)?.ok_or_else(|| StoreError::NoLedger(dir.to_owned()))?;
        let statement = reader.statement(0, &origin)?.ok_or_else(|| StoreError::NoLedger(dir.to_owned()))?;
        let body = statement.body();
        let code = body.pointer("/currency/code").and_then(Value::as_str).unwrap_or_default();
        let decimals = body.pointer("/currency/decimals").and_then(Value::as_u64).and_then(|n| u8::try_from(n).ok());
        let currency = decimals.and_then(|decimals| Currency::new(code, decimals));
        let vkey = body.pointer("/keys/ledger").and_then(Value::as_str);
        let profile = body.get("profile").cloned().unwrap_or_default();
        let offset = profile.get("utc_offset_min").and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok());
        Ok(Self {
            vkey: vkey.ok_or_else(|| damaged("entry 0 names no ledger key"))?.to_owned(),
            leaf: leaf_hash(&bytes),
            currency: currency.ok_or_else(|| damaged("entry 0 names no currency"))?,
            offset_min: offset.ok_or_else(|| damaged("entry 0 names no UTC offset"))?,
            trial: body.get("trial").and_then(Value::as_bool).unwrap_or(false),
            rules: body.get("rules").and_then(Value::as_u64).unwrap_or(0),
            profile,
            origin,
        })
    }

    /// The government's name.
    pub(super) fn government(&self, lang: Lang) -> &str {
        let name = self.profile.pointer(lang.pick("/government/name_id", "/government/name_en"));
        name.and_then(Value::as_str).unwrap_or(&self.origin)
    }

    /// The government's region code.
    pub(super) fn region_code(&self) -> &str {
        self.profile.pointer("/government/region_code").and_then(Value::as_str).unwrap_or_default()
    }

    fn titled<'a>(&'a self, list: &str, code: &'a str, lang: Lang) -> &'a str {
        let found = self
            .profile
            .get(list)
            .and_then(Value::as_array)
            .and_then(|items| items.iter().find(|item| item.get("code").and_then(Value::as_str) == Some(code)));
        found.and_then(|item| item.get(lang.pick("title_id", "title_en"))).and_then(Value::as_str).unwrap_or(code)
    }

    /// The title of an office; the code itself where the profile has none.
    pub(super) fn office<'a>(&'a self, code: &'a str, lang: Lang) -> &'a str {
        self.titled("offices", code, lang)
    }

    /// The title of the office with this role; of agencies, the one of this agency.
    pub(super) fn office_of<'a>(&'a self, role: &'a str, agency: &'a str, lang: Lang) -> &'a str {
        let is = |office: &&Value, name: &str, value: &str| office.get(name).and_then(Value::as_str) == Some(value);
        let found = self.profile.get("offices").and_then(Value::as_array).and_then(|offices| {
            offices.iter().find(|office| is(office, "role", role) && (role != "agency" || is(office, "agency", agency)))
        });
        let unnamed = if role == "agency" { agency } else { role };
        found
            .and_then(|office| office.get(lang.pick("title_id", "title_en")))
            .and_then(Value::as_str)
            .unwrap_or(unnamed)
    }

    /// The title of a field of grants; the code itself where the profile has none.
    pub(super) fn field<'a>(&'a self, code: &'a str, lang: Lang) -> &'a str {
        self.titled("fields", code, lang)
    }

    /// The title of a type of recipients; the code itself where the profile has none.
    pub(super) fn recipient_type<'a>(&'a self, code: &'a str, lang: Lang) -> &'a str {
        self.titled("recipient_types", code, lang)
    }

    /// The title of an item of the checklist; the code itself where the profile has none.
    pub(super) fn checklist_item<'a>(&'a self, code: &'a str, lang: Lang) -> &'a str {
        self.titled("checklist", code, lang)
    }

    /// Whether a case can ever have this one of the eleven amounts: a stage of the profile gives it.
    pub(super) fn gives(&self, amount: usize) -> bool {
        let stages = self.profile.get("stages").and_then(Value::as_array);
        let kinds = given_by(amount);
        stages.is_some_and(|stages| stages.iter().any(|stage| stage.as_str().is_some_and(|kind| kinds.contains(&kind))))
    }

    /// Whether a document of this title is for everyone.
    pub(super) fn is_public_title(&self, title: &str) -> bool {
        let titles = self.profile.get("documents").and_then(Value::as_array);
        titles.is_some_and(|titles| titles.iter().any(|known| known.as_str() == Some(title)))
    }

    /// An amount for people.
    pub(super) fn money(&self, minor: i64) -> String {
        Amount::from_minor(minor)
            .map_or_else(|| self.currency.display_sum(i128::from(minor)), |amount| self.currency.display(amount))
    }

    /// A sum for people.
    pub(super) fn money_sum(&self, minor: i128) -> String {
        self.currency.display_sum(minor)
    }
}
