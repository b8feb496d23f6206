//! Organisations that more than one government paid, found in entries that were verified.
//!
//! Ledgers know each other's organisations only by what registrars wrote: the licence's kind, number and issuer, and the name.
//! One licence on two ledgers is most likely one body; one name may be chance, and is told as possible only.
//!
//! In memory is each registered organisation, about 300 bytes, and nothing of a case; [`MOST`] of all ledgers together, and of
//! each its share.
//! After a start it is read anew from the mirrors.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::grants::about::{About, CaseOwner};
use crate::grants::kinds::Kind;
use crate::grants::money::Currency;
use crate::ledger::entry::Entry;
use crate::ledger::shown;
use crate::ledger::statement::Statement;
use crate::ledger::tree::Tree;
use crate::ledger::verify::{Source as _, SourceError};
use crate::tlog::tile;

/// The most organisations that are kept of all ledgers together; 150 MB of memory.
pub const MOST: usize = 500_000;
/// The most that are told of those in common.
pub const MOST_TOLD: usize = 1_000;

/// The most places that are told of one body.
const MOST_PLACES: usize = 20;
/// A number of fewer digits is no number of a licence, but a page or a place of one.
const FEWEST_DIGITS: usize = 4;

/// All organisations of all ledgers.
#[derive(Default)]
pub struct Recipients {
    ledgers: BTreeMap<String, OfLedger>,
    count: usize,
    left_out: bool,
}

#[derive(Default)]
struct OfLedger {
    /// How many entries were taken in.
    taken: u64,
    currency: Option<Currency>,
    orgs: BTreeMap<u64, Org>,
}

/// What is known of an organisation. Empty texts are not known, or were erased.
#[derive(Default)]
struct Org {
    name: String,
    licence: Licence,
    /// The entries that name and licence are from, for an erasure names those.
    named_by: u64,
    licensed_by: u64,
    paid: i64,
    times: u64,
    years: BTreeSet<u16>,
}

/// A licence, as a registrar wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Licence {
    /// Its kind, such as `AHU`.
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Who gave it.
    pub issuer: String,
}

impl Licence {
    /// What is compared; none where it names no licence.
    fn key(&self) -> Option<Self> {
        let is_number = self.number.chars().filter(char::is_ascii_digit).count() >= FEWEST_DIGITS;
        let key = || Self { kind: plain(&self.kind), number: plain(&self.number), issuer: plain(&self.issuer) };
        is_number.then(key)
    }
}

/// Those in common.
#[derive(Default)]
pub struct Shared {
    /// Each body, the surest first.
    pub bodies: Vec<Body>,
    /// How many more there are than are told.
    pub more: usize,
    /// Whether organisations were left out because there are too many.
    pub left_out: bool,
}

/// What seems to be one body on several ledgers.
pub struct Body {
    /// Why it seems so.
    pub by: By,
    /// Its name on the first of them.
    pub name: String,
    /// On each ledger, in the order of origins.
    pub on: Vec<OnLedger>,
    /// In how many more places than are told.
    pub more: usize,
}

/// Why organisations of several ledgers seem to be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// They have one licence.
    Licence(Licence),
    /// They have one name, which proves nothing.
    Name,
}

/// An organisation that was paid.
#[derive(Clone)]
pub struct OnLedger {
    /// The ledger's origin.
    pub origin: String,
    /// Its number there.
    pub n: u64,
    /// Its name there.
    pub name: String,
    /// What was credited, paid in cash or handed over, before corrections and refunds, with its currency.
    pub paid: String,
    /// In how many payments.
    pub times: u64,
    /// In which years they happened.
    pub years: Vec<u16>,
}

impl Recipients {
    /// Takes in the entries of a mirror that are new, of `size`; there are so many ledgers. Answers whether there were any.
    ///
    /// # Errors
    /// What the mirror's files report.
    pub(super) fn take_in(
        &mut self,
        origin: &str,
        ledgers: usize,
        tree: &Tree,
        size: u64,
    ) -> Result<bool, SourceError> {
        let ledger = self.ledgers.entry(origin.to_owned()).or_default();
        let from = ledger.taken;
        each_entry(tree, from, size, |index, bytes| {
            let unread = |fault: &dyn std::fmt::Display| SourceError(format!("{origin}: {fault}"));
            let entry = Entry::parse(bytes).map_err(|fault| unread(&fault))?;
            let statement = Statement::parse(entry.statement, origin).map_err(|fault| unread(&fault))?;
            let is_full = self.count >= MOST || ledger.orgs.len() >= MOST / ledgers.max(1);
            let new = ledger.take(index, &statement, is_full);
            self.count += usize::from(new == Taken::New);
            self.left_out |= new == Taken::LeftOut;
            ledger.taken = index + 1;
            Ok(())
        })?;
        Ok(size > from)
    }

    /// Those that more than one ledger paid.
    #[must_use]
    pub fn shared(&self) -> Shared {
        // With the licence as the first of them has it.
        let mut by_licence: BTreeMap<Licence, (By, Vec<OnLedger>)> = BTreeMap::new();
        let mut by_name: BTreeMap<String, Vec<OnLedger>> = BTreeMap::new();
        for (origin, ledger) in &self.ledgers {
            for (n, org) in ledger.orgs.iter().filter(|(_, org)| org.times > 0) {
                let on = || org.on(origin, *n, ledger.currency.as_ref());
                if let Some(licence) = org.licence.key() {
                    let by = || By::Licence(org.licence.clone());
                    by_licence.entry(licence).or_insert_with(|| (by(), Vec::new())).1.push(on());
                }
                let name = plain(&org.name);
                if !name.is_empty() {
                    by_name.entry(name).or_default().push(on());
                }
            }
        }
        let licensed: Vec<_> = by_licence.into_values().filter(|(_, on)| of_several(on)).collect();
        let place = |on: &OnLedger| (on.origin.clone(), on.n);
        let sure = licensed.iter().enumerate().flat_map(|(body, (_, on))| on.iter().map(move |on| (place(on), body)));
        let sure: BTreeMap<_, _> = sure.collect();
        // A name says nothing new of those whose licence says it already.
        let new = |on: &[OnLedger]| {
            let body = |on: &OnLedger| sure.get(&place(on));
            of_several(on) && (body(&on[0]).is_none() || on.iter().any(|other| body(other) != body(&on[0])))
        };
        let body = |by: By, on: Vec<OnLedger>| {
            let (name, count) = (on[0].name.clone(), on.len());
            let on = told(on);
            Body { by, name, more: count - on.len(), on }
        };
        let licensed = licensed.into_iter().map(|(by, on)| body(by, on));
        let named = by_name.into_iter().filter(|(_, on)| new(on));
        let named = named.map(|(_, on)| body(By::Name, on));
        let mut bodies: Vec<Body> = licensed.chain(named).collect();
        let more = bodies.len().saturating_sub(MOST_TOLD);
        bodies.truncate(MOST_TOLD);
        Shared { bodies, more, left_out: self.left_out }
    }
}

/// Reads the entries of a mirror from one index to another.
pub(super) fn each_entry(
    tree: &Tree,
    from: u64,
    to: u64,
    mut each: impl FnMut(u64, &[u8]) -> Result<(), SourceError>,
) -> Result<(), SourceError> {
    for index in from / 256..to.div_ceil(256) {
        let width = tile::width_at(index, to);
        let bundle = tree.bundle(index, width)?;
        let entries = tile::decode_bundle(&bundle, width).map_err(|fault| SourceError(fault.to_string()))?;
        for (place, bytes) in (index * 256..).zip(entries).filter(|(place, _)| *place >= from) {
            each(place, bytes)?;
        }
    }
    Ok(())
}

/// What became of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// A new organisation is kept.
    New,
    /// A new organisation is not kept, for there are too many.
    LeftOut,
    Other,
}

impl OfLedger {
    fn take(&mut self, index: u64, statement: &Statement, is_full: bool) -> Taken {
        let body = statement.body();
        match (Kind::parse(statement.kind()), statement.about()) {
            (Some(Kind::LedgerFounded), _) => {
                let currency = body.get("currency");
                let field = |name: &str| currency.and_then(|currency| currency.get(name));
                let decimals =
                    field("decimals").and_then(Value::as_u64).and_then(|decimals| u8::try_from(decimals).ok());
                let code = field("code").and_then(Value::as_str);
                self.currency = code.zip(decimals).and_then(|(code, decimals)| Currency::new(code, decimals));
            }
            (Some(Kind::OrganisationRegistered), About::Org(_)) if is_full => return Taken::LeftOut,
            (Some(Kind::OrganisationRegistered), About::Org(n)) => {
                self.orgs.entry(*n).or_default().name(index, body);
                return Taken::New;
            }
            (Some(Kind::OrganisationAmended), About::Org(n)) => {
                self.orgs.get_mut(n).into_iter().for_each(|org| org.name(index, body));
            }
            (Some(Kind::FundsCredited | Kind::CashPaid | Kind::GoodsHandedOver), About::Case(id)) => {
                let CaseOwner::Org(n) = id.owner else { return Taken::Other };
                if let Some(org) = self.orgs.get_mut(&n) {
                    org.paid = org.paid.saturating_add(body.get("amount").and_then(Value::as_i64).unwrap_or_default());
                    org.times += 1;
                    org.years.insert(statement.event_date().year());
                }
            }
            (Some(Kind::ErasureRecorded), _) => self.erase(index, statement),
            _ => {}
        }
        Taken::Other
    }

    /// A text that was erased is compared and shown no more.
    fn erase(&mut self, by: u64, statement: &Statement) {
        let Some(index) = statement.body().get("entry").and_then(Value::as_u64) else { return };
        let covered = shown::covered_by(statement, by, index);
        let hides = |place: &str| {
            let within = |pointer: &str| {
                place.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            covered.iter().any(|covered| covered.is_text() && within(&covered.pointer))
        };
        for org in self.orgs.values_mut() {
            if org.named_by == index && hides("/body/name") {
                org.name.clear();
            }
            let licence = ["number", "type", "issuer"].map(|field| format!("/body/registration/{field}"));
            if org.licensed_by == index && licence.iter().any(|place| hides(place)) {
                org.licence = Default::default();
            }
        }
    }
}

impl Org {
    /// Takes over the name and licence that an entry gives it.
    fn name(&mut self, index: u64, body: &Value) {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        if let Some(name) = text(body.get("name")) {
            (self.name, self.named_by) = (name, index);
        }
        if let Some(licence) = body.get("registration") {
            let field = |name: &str| text(licence.get(name)).unwrap_or_default();
            self.licence = Licence { kind: field("type"), number: field("number"), issuer: field("issuer") };
            self.licensed_by = index;
        }
    }

    fn on(&self, origin: &str, n: u64, currency: Option<&Currency>) -> OnLedger {
        let name = if self.name.is_empty() { format!("org/{n}") } else { self.name.clone() };
        let paid = currency.map_or_else(|| self.paid.to_string(), |currency| currency.display_sum(self.paid.into()));
        let years = self.years.iter().copied().collect();
        OnLedger { origin: origin.to_owned(), n, name, paid, times: self.times, years }
    }
}

/// Those that are told: of each ledger one, then of each a second, so that one with many hides no other.
fn told(on: Vec<OnLedger>) -> Vec<OnLedger> {
    let mut turn = 0;
    let mut turns = Vec::new();
    for (place, one) in on.iter().enumerate() {
        turn = if place > 0 && on[place - 1].origin == one.origin { turn + 1 } else { 0 };
        turns.push(turn);
    }
    let mut on: Vec<(usize, OnLedger)> = turns.into_iter().zip(on).collect();
    on.sort_by_key(|(turn, _)| *turn);
    on.truncate(MOST_PLACES);
    on.sort_by(|(_, one), (_, other)| (&one.origin, one.n).cmp(&(&other.origin, other.n)));
    on.into_iter().map(|(_, one)| one).collect()
}

fn of_several(on: &[OnLedger]) -> bool {
    on.iter().any(|other| other.origin != on[0].origin)
}

/// What is compared: words of letters and digits in capitals, one space between.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_uppercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{By, Licence, MOST_PLACES, OfLedger, Org, Recipients, Taken, plain};
    use crate::grants::about::About;
    use crate::grants::time::Date;
    use crate::ledger::statement::{Content, Statement};

    /// A statement of `body` about `about`, which nobody needs to sign to be read.
    fn said(kind: &str, about: &str, body: serde_json::Value) -> Statement {
        let day = Date::parse("2018-03-01").expect("a day");
        let content = Content {
            origin: "kota.example/hibah".to_owned(),
            kind: kind.to_owned(),
            about: About::parse(about).expect("a thing"),
            after: Some(crate::tlog::hash::Hash::from_bytes([1; 32])),
            body,
            event_date: day,
            expires: day,
            signers: vec![crate::grants::signer::SignerId::new("kota.example/hibah/desk", [0; 4]).expect("an id")],
        };
        content.draft().expect("a statement")
    }

    fn licence(number: &str) -> serde_json::Value {
        json!({"type": "AHU", "number": number, "issuer": "x", "date": "2012-05-02"})
    }

    #[test]
    fn names_and_licences_are_those_in_force_and_not_erased() {
        let mut ledger = OfLedger::default();
        let mut take = |index, kind: &str, about: &str, body| ledger.take(index, &said(kind, about, body), false);
        let org = json!({"name": "Yayasan A", "registration": licence("1")});
        assert!(take(1, "organisation.registered", "org/1", org) == Taken::New);
        take(2, "organisation.amended", "org/1", json!({"name": "Yayasan B", "reason": "x"}));
        take(3, "funds.credited", "case/1/1", json!({"amount": 5}));
        take(4, "funds.credited", "case/a1/1", json!({"amount": 7}));
        take(5, "warrant.issued", "case/1/1", json!({"amount": 9}));
        let erased =
            |entry: u64, pointer: &str, what: &str| json!({"entry": entry, "pointers": [pointer], "what": what});
        take(6, "erasure.recorded", "ledger", erased(1, "/body/name", "text"));
        take(7, "erasure.recorded", "ledger", erased(1, "/body/registration/number", "sealed"));
        let told = |org: &Org| (org.name.clone(), org.licence.number.clone(), org.paid, org.times);
        assert_eq!(told(&ledger.orgs[&1]), ("Yayasan B".to_owned(), "1".to_owned(), 5, 1));
        ledger.take(8, &said("erasure.recorded", "ledger", erased(2, "/body", "text")), false);
        ledger.take(9, &said("erasure.recorded", "ledger", erased(1, "/body/registration", "text")), false);
        assert_eq!(told(&ledger.orgs[&1]), (String::new(), String::new(), 5, 1));
        assert_eq!(ledger.orgs[&1].on("x", 1, None).name, "org/1");
        let full = said("organisation.registered", "org/2", json!({"name": "Yayasan C"}));
        assert!(ledger.take(10, &full, true) == Taken::LeftOut && ledger.orgs.len() == 1);
    }

    /// An organisation: ledger, number, name, licence, and how often it was paid.
    type Paid<'t> = (&'t str, u64, &'t str, &'t str, u64);
    /// Those in common: by which licence, or by name, and where.
    type Told<'t> = (Option<&'t str>, &'t [(&'t str, u64)]);

    fn check(orgs: &[Paid<'_>], expected: &[Told<'_>]) {
        let mut all = Recipients::default();
        for (ledger, n, name, number, times) in orgs {
            let (number, issuer) = number.split_once(' ').unwrap_or((number, "x"));
            let licence = Licence { kind: "AHU".to_owned(), number: number.to_owned(), issuer: issuer.to_owned() };
            let org = Org { name: (*name).to_owned(), licence, times: *times, ..Org::default() };
            all.ledgers.entry((*ledger).to_owned()).or_default().orgs.insert(*n, org);
        }
        let shared = all.shared();
        let told: Vec<_> = shared
            .bodies
            .iter()
            .map(|body| {
                let number = if let By::Licence(licence) = &body.by { Some(licence.number.as_str()) } else { None };
                (number, body.on.iter().map(|on| (on.origin.as_str(), on.n)).collect::<Vec<_>>())
            })
            .collect();
        let expected: Vec<_> = expected.iter().map(|(number, on)| (*number, on.to_vec())).collect();
        assert_eq!(told, expected, "{orgs:?}");
    }

    #[test]
    fn only_those_that_several_paid_are_told_and_a_name_only_where_it_says_more() {
        check(&[("a", 1, "X", "1001", 1), ("b", 4, "Y", "1001", 1)], &[(Some("1001"), &[("a", 1), ("b", 4)])]);
        check(&[("a", 1, "X", "1001", 1), ("b", 4, "X", "1001", 2)], &[(Some("1001"), &[("a", 1), ("b", 4)])]);
        check(&[("a", 1, "X", "", 1), ("b", 4, "x.", "1002", 1)], &[(None, &[("a", 1), ("b", 4)])]);
        check(&[("a", 1, "X", "1001", 1), ("b", 4, "X", "1001", 0)], &[]);
        check(&[("a", 1, "X", "1001", 1), ("a", 2, "X", "1001", 1)], &[]);
        check(&[("a", 1, "", "", 1), ("b", 1, "", "", 1)], &[]);
        check(&[("a", 1, "X", "1001", 1), ("b", 1, "X", "1002", 1)], &[(None, &[("a", 1), ("b", 1)])]);
        check(
            &[("a", 1, "X", "1001", 1), ("b", 1, "X", "1001", 1), ("c", 1, "X", "", 1)],
            &[(Some("1001"), &[("a", 1), ("b", 1)]), (None, &[("a", 1), ("b", 1), ("c", 1)])],
        );
        // A number of three digits, or of another issuer, makes nobody the same.
        check(&[("a", 1, "X", "101", 1), ("b", 1, "Y", "101", 1)], &[]);
        check(&[("a", 1, "X", "1001 one", 1), ("b", 1, "X", "1001 two", 1)], &[(None, &[("a", 1), ("b", 1)])]);
        check(&[("a", 1, "X", "1001 one", 1), ("b", 1, "Y", "1001 One.", 1)], &[(Some("1001"), &[("a", 1), ("b", 1)])]);
        // Whoever registers one body often hides nobody else who paid it.
        let mut many: Vec<Paid<'_>> = (0..90).map(|n| ("a", n, "X", "1001", 1)).collect();
        many.push(("b", 7, "X", "1001", 1));
        let mut told: Vec<(&str, u64)> = (0..MOST_PLACES as u64 - 1).map(|n| ("a", n)).collect();
        told.push(("b", 7));
        check(&many, &[(Some("1001"), &told)]);
    }

    #[test]
    fn what_is_compared_has_one_spelling() {
        for (text, expected) in [
            ("Yayasan Melati", "YAYASAN MELATI"),
            ("  YAYASAN  \"Melati\".", "YAYASAN MELATI"),
            ("AHU-0012345.AH.01.04", "AHU 0012345 AH 01 04"),
            ("ahu 0012345/AH/01/04", "AHU 0012345 AH 01 04"),
            ("Yayasan Melati 2", "YAYASAN MELATI 2"),
            ("…", ""),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }
}
