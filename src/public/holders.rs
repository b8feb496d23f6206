//! Who a key speaks for, and whether a later revocation puts what it signed in doubt.

use std::collections::HashMap;

use serde_json::Value;

use super::answer::Fault;
use crate::grants::kinds::Kind;
use crate::ledger::reader::Reader;
use crate::ledger::statement::Statement;

/// Who a key speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// An official.
    Office {
        /// The code of the office.
        code: String,
        /// The person's public number.
        person: String,
        /// Acting (Plt.).
        acting: bool,
    },
    /// An organisation, by its name and number.
    Organisation(String, u64),
    /// A root key, by its number.
    Root(String),
    /// The server's own desk.
    Desk,
    /// A name that says nothing more.
    Other,
}

/// One signature of a statement.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    /// `<key name>+<8 hex>`.
    pub(super) key: String,
    /// Who that is.
    pub(super) holder: Holder,
    /// The entry that brought the key into force; what it signs is after that.
    pub(super) since: Option<u64>,
    /// The entry that revoked it, as far as the ledger is now.
    pub(super) revoked: Option<u64>,
}

impl Signature {
    /// The public number of the person who signed, for an office.
    pub(super) fn person(&self) -> Option<&str> {
        match &self.holder {
            Holder::Office { person, .. } => Some(person),
            _ => None,
        }
    }
}

/// The entry that revoked a key, and the time from which what it signed is in doubt.
#[derive(Clone, Debug)]
struct Revocation {
    index: u64,
    suspect_since: String,
}

/// Looks up who keys speak for, each once.
pub(super) struct Holders<'a> {
    reader: &'a Reader,
    origin: &'a str,
    known: HashMap<String, Holder>,
    since: HashMap<String, Option<u64>>,
    revoked: HashMap<String, Option<Revocation>>,
}

impl<'a> Holders<'a> {
    pub(super) fn new(reader: &'a Reader, origin: &'a str) -> Self {
        Self { reader, origin, known: HashMap::new(), since: HashMap::new(), revoked: HashMap::new() }
    }

    /// The signatures of a statement.
    pub(super) fn of(&mut self, statement: &Statement) -> Result<Vec<Signature>, Fault> {
        let mut signatures = Vec::new();
        for signer in statement.signers() {
            let key = signer.to_string();
            let since = self.since(&key)?;
            let revoked = self.revocation_of(signer.name(), &key)?.map(|revocation| revocation.index);
            signatures.push(Signature { holder: self.holder(signer.name())?, key, since, revoked });
        }
        Ok(signatures)
    }

    /// The entry that revoked a key which signed entry `index` at `recorded_at` while it was already suspect (formats.md
    /// section 4). Whether somebody has settled it since is not asked here.
    pub(super) fn revoked_since(
        &mut self,
        statement: &Statement,
        index: u64,
        recorded_at: &str,
    ) -> Result<Option<u64>, Fault> {
        for signer in statement.signers() {
            let key = signer.to_string();
            let revoked = self.revocation_of(signer.name(), &key)?;
            // Times of one form are in order as texts.
            let suspect = |by: &Revocation| index < by.index && by.suspect_since.as_str() <= recorded_at;
            if let Some(by) = revoked.filter(suspect) {
                return Ok(Some(by.index));
            }
        }
        Ok(None)
    }

    /// The entry that brought this key into force; looked up once.
    fn since(&mut self, key: &str) -> Result<Option<u64>, Fault> {
        if let Some(known) = self.since.get(key) {
            return Ok(*known);
        }
        let found = self.brought(key)?.map(|(index, _)| index);
        self.since.insert(key.to_owned(), found);
        Ok(found)
    }

    /// What revoked this key; looked up once.
    fn revocation_of(&mut self, name: &str, key: &str) -> Result<Option<Revocation>, Fault> {
        if !self.revoked.contains_key(key) {
            let found = self.revocation(name, key)?;
            self.revoked.insert(key.to_owned(), found);
        }
        Ok(self.revoked.get(key).cloned().flatten())
    }

    /// The entry that brought this key into force, and the verifier key.
    pub(super) fn brought(&self, signer: &str) -> Result<Option<(u64, String)>, Fault> {
        let Some((name, _)) = signer.rsplit_once('+') else { return Ok(None) };
        for record in self.reader.timeline(self.thread(name))? {
            let Some(statement) = self.reader.statement(record.index, self.origin)? else { continue };
            let body = statement.body();
            let roots = body.pointer("/keys/roots").and_then(Value::as_array).into_iter().flatten();
            // A revocation names the key without its bytes.
            let mut vkeys = body.get("key").into_iter().chain(roots).filter_map(Value::as_str);
            let is_its = |vkey: &&str| vkey.strip_prefix(signer).is_some_and(|rest| rest.starts_with('+'));
            if let Some(vkey) = vkeys.find(is_its) {
                return Ok(Some((record.index, vkey.to_owned())));
            }
        }
        Ok(None)
    }

    /// The entry that revoked this key.
    pub(super) fn revoked(&self, signer: &str) -> Result<Option<u64>, Fault> {
        let Some((name, _)) = signer.rsplit_once('+') else { return Ok(None) };
        Ok(self.revocation(name, signer)?.map(|revocation| revocation.index))
    }

    /// The thing whose entries bring and revoke the keys of this name.
    fn thread<'n>(&self, name: &'n str) -> &'n str {
        let role = name.strip_prefix(self.origin).and_then(|rest| rest.strip_prefix('/')).unwrap_or_default();
        if role.starts_with("official/") || role.starts_with("org/") { role } else { "ledger" }
    }

    fn revocation(&self, name: &str, key: &str) -> Result<Option<Revocation>, Fault> {
        for record in
            self.reader.timeline(self.thread(name))?.iter().filter(|record| record.kind == Kind::KeyRevoked.name())
        {
            let Some(statement) = self.reader.statement(record.index, self.origin)? else { continue };
            let text = |field: &str| statement.body().get(field).and_then(Value::as_str).unwrap_or_default();
            if text("key") == key {
                return Ok(Some(Revocation { index: record.index, suspect_since: text("suspect_since").to_owned() }));
            }
        }
        Ok(None)
    }

    fn holder(&mut self, name: &str) -> Result<Holder, Fault> {
        if let Some(holder) = self.known.get(name) {
            return Ok(holder.clone());
        }
        let role = name.strip_prefix(self.origin).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
        let holder = match role.split_once('/') {
            Some(("official", _)) => self.office(role)?.unwrap_or(Holder::Other),
            Some(("org", n)) => self.organisation(n)?,
            Some(("root", n)) => Holder::Root(n.to_owned()),
            None if role == "desk" => Holder::Desk,
            _ => Holder::Other,
        };
        self.known.insert(name.to_owned(), holder.clone());
        Ok(holder)
    }

    fn office(&self, about: &str) -> Result<Option<Holder>, Fault> {
        let Some(first) = self.reader.timeline(about)?.into_iter().next() else {
            return Ok(None);
        };
        let Some(appointment) = self.reader.statement(first.index, self.origin)? else { return Ok(None) };
        let text = |field: &str| appointment.body().get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let acting = appointment.body().get("acting").and_then(Value::as_bool).unwrap_or(false);
        Ok(Some(Holder::Office { code: text("office"), person: text("person"), acting }))
    }

    fn organisation(&self, n: &str) -> Result<Holder, Fault> {
        let Some(n) = super::api::number(n) else {
            return Ok(Holder::Other);
        };
        let found = self.reader.organisation(n)?;
        Ok(found.map_or(Holder::Other, |organisation| Holder::Organisation(organisation.name, n)))
    }
}
