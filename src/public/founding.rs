//! What a ledger stands on, as pages and the API need it: entry 0, which never changes (I1), and the profile and the rule
//! set in force, which roots may change.

use std::path::Path;

use serde_json::Value;

use super::pages::words::Lang;
use crate::grants::figures::{Absent, Figure, Standing};
use crate::grants::kinds::Kind;
use crate::grants::money::{Amount, Currency};
use crate::grants::one::profile::Profile;
use crate::grants::roster::signing;
use crate::grants::time::Date;
use crate::ledger::reader::{Grant, Reader};
use crate::ledger::statement::Statement;
use crate::ledger::store::{ENTRIES_FILE, StoreError};
use crate::tlog::hash::{Hash, leaf_hash};

/// Working days to answer a citizen's report: the site's own measure, since a profile sets deadlines for stages only.
pub(super) const ANSWER_DAYS: u64 = 14;

/// The facts of entry 0, with the profile in force.
pub(super) struct Founding {
    /// The ledger's name for all machines.
    pub(super) origin: String,
    /// The verifier keys of its checkpoints that are in force, the oldest first.
    pub(super) vkeys: Vec<String>,
    /// Leaf hash of entry 0: with the origin, the ledger's identity.
    pub(super) leaf: Hash,
    /// The one currency.
    pub(super) currency: Currency,
    /// Minutes east of UTC.
    pub(super) offset_min: i32,
    /// Whether it is a trial ledger.
    pub(super) trial: bool,
    /// The number of the rule set in force.
    pub(super) rules: u64,
    /// The entry that brought the profile in force, and the one that brought or retired a ledger key last.
    pub(super) newest: (u64, u64),
    /// The profile as rule set 1 reads it; none where another rule set is in force.
    ruled: Option<Profile>,
    profile: Value,
}

/// Whether a step of this kind gives the amount at this place of the eleven to the grant of its row or its `about`. The
/// rows of a budget or decree do; the seal only puts them into effect.
pub(super) fn gives_amount(kind: &str, body: &Value, amount: usize) -> bool {
    let Some(&figure) = Figure::ALL.get(amount) else { return false };
    match Kind::parse(kind) {
        Some(Kind::BudgetRows) => figure == Figure::Enacted,
        Some(Kind::DecreeRows) => figure == Figure::Decreed,
        Some(Kind::BudgetEnacted | Kind::BudgetSealed | Kind::DecreeIssued | Kind::DecreeSealed) => false,
        Some(Kind::ApplicationFiledAtCounter | Kind::ApplicationRevised) => figure == Figure::Asked,
        Some(Kind::AgreementAmended) => figure == Figure::Agreed,
        Some(Kind::CashPaid) => matches!(figure, Figure::Paid | Figure::Credited),
        Some(Kind::IrregularityRecorded) => figure == Figure::Paid && body.get("amount").is_some(),
        Some(Kind::CreditDisputed) => figure == Figure::Credited,
        Some(Kind::CaseAdopted) => body.get("amounts").is_some_and(|amounts| amounts.get(figure.name()).is_some()),
        _ => figure.given_by().contains(&kind),
    }
}

/// The statement of an entry that must be there.
fn statement(reader: &Reader, dir: &Path, index: u64, origin: &str) -> Result<Statement, StoreError> {
    reader.statement(index, origin)?.ok_or_else(|| StoreError::NoLedger(dir.to_owned()))
}

/// What a `ledger.rekeyed` makes of the keys in force.
fn rekey(vkeys: &mut Vec<String>, body: &Value) {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    if let Some(retired) = text("retires") {
        vkeys.retain(|vkey| !vkey.strip_prefix(retired).is_some_and(|rest| rest.starts_with('+')));
    }
    vkeys.extend(text("ledger_key").map(str::to_owned));
}

/// Whether a profile says that documents of this title are for everyone.
fn lists_title(profile: &Value, title: &str) -> bool {
    let titles = profile.get("documents").and_then(Value::as_array);
    titles.is_some_and(|titles| titles.iter().any(|known| known.as_str() == Some(title)))
}

impl Founding {
    pub(super) fn read(reader: &Reader, dir: &Path) -> Result<Self, StoreError> {
        let signed = reader.signed()?;
        let damaged = |what: &str| StoreError::Damaged { file: dir.join(ENTRIES_FILE), what: what.to_owned() };
        let origin = signed.note.split('\n').next().unwrap_or_default().to_owned();
        let bytes = reader.entry(0)?.ok_or_else(|| StoreError::NoLedger(dir.to_owned()))?;
        let founded = statement(reader, dir, 0, &origin)?;
        let body = founded.body();
        let code = body.pointer("/currency/code").and_then(Value::as_str).unwrap_or_default();
        let decimals = body.pointer("/currency/decimals").and_then(Value::as_u64).and_then(|n| u8::try_from(n).ok());
        let currency = decimals.and_then(|decimals| Currency::new(code, decimals));
        let vkey = body.pointer("/keys/ledger").and_then(Value::as_str);
        let mut vkeys = vec![vkey.ok_or_else(|| damaged("entry 0 names no ledger key"))?.to_owned()];
        let newest = (reader.profile_entry()?, reader.rekeying_entry()?);
        let latest = statement(reader, dir, newest.0, &origin)?;
        let profile = latest.body().get("profile").cloned().unwrap_or_default();
        let mut rules = body.get("rules").and_then(Value::as_u64).unwrap_or(0);
        for record in reader.timeline("ledger")? {
            match Kind::parse(&record.kind) {
                Some(Kind::RulesAdopted) => {
                    let adopted = statement(reader, dir, record.index, &origin)?;
                    rules = adopted.body().get("rules").and_then(Value::as_u64).unwrap_or(rules);
                }
                Some(Kind::LedgerRekeyed) => rekey(&mut vkeys, statement(reader, dir, record.index, &origin)?.body()),
                _ => {}
            }
        }
        let offset = profile.get("utc_offset_min").and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok());
        Ok(Self {
            vkeys,
            leaf: leaf_hash(&bytes),
            currency: currency.ok_or_else(|| damaged("entry 0 names no currency"))?,
            offset_min: offset.ok_or_else(|| damaged("entry 0 names no UTC offset"))?,
            trial: body.get("trial").and_then(Value::as_bool).unwrap_or(false),
            rules,
            newest,
            ruled: Profile::from_json(&profile).ok().filter(|_| rules > 0),
            profile,
            origin,
        })
    }

    /// One that stands on nothing but a profile.
    #[cfg(test)]
    pub(super) fn made_up(profile: Value) -> Self {
        Self {
            origin: "kota.example/hibah".to_owned(),
            vkeys: Vec::new(),
            leaf: Hash::from_bytes([0; 32]),
            currency: Currency::new("IDR", 0).expect("rupiah is a currency"),
            offset_min: 420,
            trial: true,
            rules: 1,
            newest: (0, 0),
            ruled: None,
            profile,
        }
    }

    /// The verifier key to check with: the one in force that came last, which stays the longest.
    pub(super) fn vkey(&self) -> &str {
        self.vkeys.last().map_or("", String::as_str)
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

    /// The title of an agency; the code itself where the profile has none.
    pub(super) fn agency<'a>(&'a self, code: &'a str, lang: Lang) -> &'a str {
        match self.titled("agencies", code, lang) {
            // Rule set 0 has the agency's title at its office.
            same if same == code => self.office_of("agency", code, lang),
            title => title,
        }
    }

    /// On which of how many working days a step of this kind is on `day`, when the one before it was on `from`; none where the
    /// profile sets no deadline.
    pub(super) fn working_days(&self, kind: &str, from: Date, day: Date) -> Option<(u64, u64)> {
        let (profile, limit) = (self.ruled.as_ref()?, self.limit(kind)?);
        // A case that lies for years is over in any case.
        let passed = from.days_until(day).clamp(0, 3_660);
        let worked = (1..=passed).filter_map(|days| from.plus_days(days)).filter(|day| profile.is_working_day(*day));
        Some((worked.count() as u64, limit))
    }

    /// Within how many working days a step of this kind must follow the one before it, where the profile says so.
    pub(super) fn limit(&self, kind: &str) -> Option<u64> {
        let mut deadlines = self.ruled.as_ref()?.deadlines.iter().flatten();
        deadlines.find(|deadline| deadline.kind.name() == kind).map(|deadline| deadline.working_days)
    }

    /// The last day to answer a citizen's report that was received on `from`; none where no profile of rule set 1 is in force,
    /// which knows no working days.
    pub(super) fn answer_due(&self, from: Date) -> Option<Date> {
        self.ruled.as_ref()?.working_days_after(from, ANSWER_DAYS)
    }

    /// The codes of the offices of an agency.
    pub(super) fn offices_of(&self, agency: &str) -> Vec<&str> {
        let offices = self.profile.get("offices").and_then(Value::as_array).into_iter().flatten();
        let own = offices.filter(|office| office.get("agency").and_then(Value::as_str) == Some(agency));
        own.filter_map(|office| office.get("code")?.as_str()).collect()
    }

    /// What the key of each office may sign, by the code of the office.
    pub(super) fn signing(&self) -> Vec<(String, Vec<Kind>)> {
        signing(self.rules, &self.profile)
    }

    /// Who holds a root key, where the profile says so.
    pub(super) fn root_holder(&self, n: u64) -> Option<String> {
        let holders = self.profile.get("root_holders").and_then(Value::as_array)?;
        let of_it = holders.iter().find(|one| one.get("root").and_then(Value::as_u64) == Some(n))?;
        of_it.get("holder").and_then(Value::as_str).map(str::to_owned)
    }

    /// The codes of the agencies that the profile names.
    pub(super) fn agencies(&self) -> Vec<String> {
        let list = |name: &str| self.profile.get(name).and_then(Value::as_array).into_iter().flatten();
        let code = |item: &Value, name: &str| item.get(name).and_then(Value::as_str).map(str::to_owned);
        // Rule set 0 names them at their offices only.
        let offices = list("offices").filter_map(|office| code(office, "agency"));
        list("agencies").filter_map(|agency| code(agency, "code")).chain(offices).collect()
    }

    /// The title of an item of the checklists; the code itself where the profile has none.
    pub(super) fn checklist_item<'a>(&'a self, code: &'a str, lang: Lang) -> &'a str {
        match self.titled("checklist", code, lang) {
            same if same == code => self.titled("completeness", code, lang),
            title => title,
        }
    }

    /// What is said of one of the eleven amounts of a grant: `recorded`; `not_recorded` where an old register or a paper
    /// does not say; `not_applicable` where no stage of its way gives it, or it is closed without; else `not_yet`.
    pub(super) fn amount_state(&self, grant: &Grant, at: usize) -> &'static str {
        let Some(&figure) = Figure::ALL.get(at) else { return "not_applicable" };
        if grant.amounts[at].is_some() {
            return "recorded";
        }
        if grant.migrated {
            return "not_recorded";
        }
        let standing = Standing {
            profile: &self.profile,
            way: (&grant.way.0, &grant.way.1),
            status: &grant.status,
            adopted: &grant.adopted,
        };
        match standing.absent(figure) {
            Absent::NotYet => "not_yet",
            Absent::NotApplicable => "not_applicable",
            Absent::NotRecorded => "not_recorded",
        }
    }

    /// The last day for a kind when the stage before it was on `from`, where the profile sets one.
    pub(super) fn deadline(&self, kind: Kind, from: Date) -> Option<Date> {
        Profile::from_json(&self.profile).ok()?.deadline(kind, from)
    }

    /// Whether the document of this title that the entry at `index` names is for everyone: by the profile that was in force
    /// there, whatever a later one says.
    pub(super) fn is_public_title(&self, reader: &Reader, index: u64, title: &str) -> Result<bool, StoreError> {
        let entry = reader.profile_entry_before(index)?;
        if entry == self.newest.0 {
            return Ok(lists_title(&self.profile, title));
        }
        let brought = reader.statement(entry, &self.origin)?;
        let profile = brought.as_ref().and_then(|statement| statement.body().get("profile"));
        Ok(profile.is_some_and(|profile| lists_title(profile, title)))
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
