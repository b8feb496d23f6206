//! A statement's body in words: every field with a label, amounts as money, codes as the profile's titles, commitments as
//! sealed, and what was erased as erased.
//!
//! Which field is an amount is what the kind's declaration says ([`Body::fields`]), so a new kind needs no code here.
// long: one table of labels for every field of every kind, and the few ways in which a value is told.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::documents::is_document;
use super::labels::{label, term};
use super::words::{Lang, Words};
use crate::grants::explain::Topic;
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::one::bodies::Body;
use crate::grants::shape::Shape as _;
use crate::grants::time::{Date, Timestamp};
use crate::public::closed;
use crate::public::founding::Founding;
use crate::public::holders::{Holder, Signature};
use crate::public::moment::Moment;
use crate::public::shown::{Difference, Erased};

/// The most items of a list that are told; the verbatim text has all.
const MAX_ITEMS: usize = 30;
/// How many digits of a hash are shown; the whole of it stands in the title.
pub(super) const SHORT_DIGITS: usize = 16;
/// Amounts where no declaration says so: of rule set 0 alone.
const AMOUNTS: [&str; 3] = ["amount", "total", "sum"];

/// One thing that a field says.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Line {
    /// In words.
    pub(super) text: String,
    /// Whether it is to be compared letter by letter: a hash, a key.
    pub(super) letters: bool,
    /// The whole of what is shown short.
    pub(super) whole: Option<String>,
    /// Where it leads.
    pub(super) href: Option<String>,
}

impl Line {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// One field in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// What it is.
    pub(super) label: String,
    /// What it says: a line, or one an item of a list.
    pub(super) lines: Vec<Line>,
}

impl Fact {
    pub(super) fn plain(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self { label: label.into(), lines: vec![Line::plain(text)] }
    }

    /// With the page of what it names, if that has one.
    pub(super) fn linked(label: impl Into<String>, text: impl Into<String>, href: Option<String>) -> Self {
        Self { label: label.into(), lines: vec![Line { href, ..Line::plain(text) }] }
    }
}

/// What a correction changes in one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) label: String,
    pub(super) before: Vec<Line>,
    pub(super) after: Vec<Line>,
}

/// What is to be told: a body, of which kind, and what was erased of it.
#[derive(Clone, Copy)]
pub(super) struct Said<'a> {
    pub(super) kind: &'a str,
    pub(super) body: &'a Value,
    pub(super) erased: &'a [Erased],
}

/// Tells statements of one ledger in one language.
#[derive(Clone, Copy)]
pub(super) struct Teller<'a> {
    pub(super) founding: &'a Founding,
    pub(super) lang: Lang,
}

/// Where a field stands.
#[derive(Clone, Copy)]
struct Spot<'a> {
    /// The field's name.
    name: &'a str,
    /// The name of the object that it stands in; empty at the top.
    above: &'a str,
    /// As declared: `instalments[].amount`.
    path: &'a str,
}

/// What a kind declares of its fields: place and whether it is an amount.
struct Declared(HashMap<String, (usize, bool)>);

impl Declared {
    fn of(kind: &str) -> Self {
        let fields = Kind::parse(kind).map(Body::fields).unwrap_or_default();
        let amount = Amount::what();
        let one = |(at, field): (usize, crate::grants::shape::Field)| (field.name, (at, field.what == amount));
        Self(fields.into_iter().enumerate().map(one).collect())
    }

    fn place(&self, path: &str) -> usize {
        self.0.get(path).map_or(usize::MAX, |(at, _)| *at)
    }

    fn is_amount(&self, spot: Spot<'_>) -> bool {
        match self.0.get(spot.path) {
            Some((_, amount)) => *amount || spot.above == "amounts",
            None => spot.above == "amounts" || AMOUNTS.contains(&spot.name),
        }
    }
}

/// One telling: the teller and what the kind declares.
struct Telling<'a> {
    teller: Teller<'a>,
    declared: Declared,
    erased: &'a [Erased],
    skip: &'a [&'a str],
    facts: Vec<Fact>,
}

impl<'a> Teller<'a> {
    fn words(&self) -> &'static Words {
        self.lang.words()
    }

    /// Every field, but documents and the fields in `skip`.
    pub(super) fn facts(&self, said: Said<'a>, skip: &'a [&'a str]) -> Vec<Fact> {
        let mut telling =
            Telling { teller: *self, declared: Declared::of(said.kind), erased: said.erased, skip, facts: Vec::new() };
        if let Some(map) = said.body.as_object() {
            telling.object(map, "", "", "/body");
        }
        telling.facts
    }

    /// What a correction changes, field by field.
    pub(super) fn changes(&self, kind: &str, differences: &[Difference]) -> Vec<Changed> {
        let telling =
            Telling { teller: *self, declared: Declared::of(kind), erased: &[], skip: &[], facts: Vec::new() };
        let one = |difference: &Difference| {
            let labels = difference.path.iter().map(|name| self.label(name, ""));
            let is_item = |name: &&String| name.bytes().all(|b| b.is_ascii_digit());
            let names: Vec<&String> = difference.path.iter().filter(|name| !is_item(name)).collect();
            let path = difference.path.iter().fold(String::new(), |path, name| match is_item(&name) {
                true => format!("{path}[]"),
                false if path.is_empty() => name.clone(),
                false => format!("{path}.{name}"),
            });
            let name = names.last().map_or("", |name| name.as_str());
            let above = names.len().checked_sub(2).map_or("", |at| names[at].as_str());
            let side = |value: &Option<Value>| match value {
                Some(value) => telling.lines(Spot { name, above, path: &path }, value),
                None => vec![Line::plain(self.words().absent_field)],
            };
            Changed {
                label: labels.collect::<Vec<_>>().join(", "),
                before: side(&difference.before),
                after: side(&difference.after),
            }
        };
        differences.iter().map(one).collect()
    }

    /// The facts of a flag's finding, in the order in which they explain it.
    pub(super) fn finding(&self, facts: &str) -> Vec<Fact> {
        const ORDER: [&str; 13] = [
            "happened",
            "recorded",
            "due",
            "reported",
            "ordered",
            "dated",
            "predecessor",
            "predecessor_dated",
            "predecessor_entry",
            "number",
            "day",
            "days",
            "tolerated",
        ];
        let read: Map<String, Value> = serde_json::from_str(facts).unwrap_or_default();
        let mut named: Vec<(&String, &Value)> = read.iter().collect();
        named.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()));
        let told = named.into_iter().map(|(name, value)| {
            let text = value.as_str().unwrap_or_default();
            let line = match name.as_str() {
                "predecessor" => Line::plain(self.words().kind(text)),
                "predecessor_entry" => self.entry(text),
                name => self.string(name, "", text),
            };
            Fact { label: self.label(name, ""), lines: vec![line] }
        });
        told.collect()
    }

    fn entry(&self, index: &str) -> Line {
        Line {
            href: Some(format!("{}/entries/{index}", self.lang.prefix())),
            ..Line::plain(format!("{} {index}", self.words().entry_heading.to_lowercase()))
        }
    }

    fn label(&self, name: &str, above: &str) -> String {
        if above == "sealed" && closed::is_original(name) {
            return self.words().original.to_owned();
        }
        if above == "checklist" {
            return self.founding.checklist_item(name, self.lang).to_owned();
        }
        if let (true, Some(at)) = (above == "amounts", Figure::NAMES.iter().position(|amount| *amount == name)) {
            return self.words().amounts[at].to_owned();
        }
        label(name, self.lang).map_or_else(|| name.replace('_', " "), str::to_owned)
    }

    fn string(&self, name: &str, above: &str, text: &str) -> Line {
        if above == "sealed" && is_hash(text) {
            return self.sealed(text, closed::basis(name));
        }
        if let Some(date) = Date::parse(text) {
            return Line::plain(Moment::day(date, self.lang).words());
        }
        if let Some(time) = Timestamp::parse(text) {
            return Line::plain(Moment::time(time, self.founding.offset_min, self.lang).words());
        }
        if let Some(whole) = long_letters(text) {
            return whole;
        }
        if text.starts_with("case/") || text.starts_with("award/") {
            return Line {
                href: Some(format!("{}/grants/{text}", self.lang.prefix())),
                letters: true,
                ..Line::plain(text)
            };
        }
        Line::plain(self.coded(name, text))
    }

    fn coded(&self, name: &str, text: &str) -> String {
        if let Some(word) = term(name, text, self.lang) {
            return word.to_owned();
        }
        match name {
            "field" => self.founding.field(text, self.lang).to_owned(),
            "post" | "office" => self.founding.office(text, self.lang).to_owned(),
            "agency" => self.founding.agency(text, self.lang).to_owned(),
            "recipient_type" => self.founding.recipient_type(text, self.lang).to_owned(),
            "outcome" => self.words().status(text).to_owned(),
            "stage" | "to" | "kind" => self.words().kind(text).to_owned(),
            "rule" | "flag" => match Topic::find(text) {
                Some(Topic::Rule(rule, _)) => {
                    format!("{}: {}", rule.code(), self.lang.pick(rule.title_id(), rule.title_en()))
                }
                Some(topic) if topic.name() == text => topic.title().in_language(self.lang.explained()).to_owned(),
                _ => text.to_owned(),
            },
            _ => text.to_owned(),
        }
    }

    /// A commitment, and the article that closes what it is to.
    fn sealed(&self, commitment: &str, basis: Option<&str>) -> Line {
        let (w, short) = (self.words(), commitment.get(..SHORT_DIGITS).unwrap_or(commitment));
        let closed = basis.map(|basis| format!("; {} {}", w.closed_by, w.article(basis))).unwrap_or_default();
        Line { whole: Some(commitment.to_owned()), ..Line::plain(format!("{} ({short}…){closed}", w.sealed_value)) }
    }

    /// Who decided; and who recorded it, where that is another person (grants.md, "decided_by").
    pub(super) fn decided(&self, body: &Value, signatures: &[Signature]) -> Option<Fact> {
        let decided = body.get("decided_by")?.as_object()?;
        let decider = self.person(decided)?;
        let person = decided.get("person")?.as_str()?;
        let offices: Vec<&Signature> = signatures.iter().filter(|one| one.person().is_some()).collect();
        if offices.is_empty() || offices.iter().any(|one| one.person() == Some(person)) {
            return Some(Fact::plain(self.label("decided_by", ""), decider));
        }
        let recorders = offices.iter().filter_map(|one| match &one.holder {
            Holder::Office { code, person, .. } => {
                Some(format!("{} ({person})", self.founding.office(code, self.lang)))
            }
            _ => None,
        });
        let recorders: Vec<String> = recorders.collect();
        let w = self.words();
        let and = format!(" {} ", w.and);
        Some(Fact::plain(w.decided_and_recorded, w.recorded_by_decided_by(&recorders.join(&and), &decider)))
    }

    fn person(&self, map: &Map<String, Value>) -> Option<String> {
        let text = |field: &str| map.get(field)?.as_str();
        Some(format!("{} ({})", self.founding.office(text("post")?, self.lang), text("person")?))
    }
}

impl Telling<'_> {
    fn words(&self) -> &'static Words {
        self.teller.words()
    }

    fn object(&mut self, map: &Map<String, Value>, above: &str, path: &str, pointer: &str) {
        let inside = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let mut fields: Vec<(&String, &Value, String)> =
            map.iter().map(|(name, value)| (name, value, inside(name))).collect();
        // As the kind declares them; what it does not declare comes last, by name.
        fields.sort_by_key(|(_, _, path)| self.declared.place(path));
        for (name, value, path) in fields {
            if self.skip.contains(&name.as_str()) || is_document(value) || name == "documents" {
                continue;
            }
            let own = self.teller.label(name, above);
            let label = match above {
                "" => own,
                above => format!("{}: {}", self.teller.label(above, ""), lower_first(&own)),
            };
            let pointer = format!("{pointer}/{name}");
            if let Some(erased) = self.erasure(&pointer) {
                self.facts.push(Fact::plain(label, erased));
                continue;
            }
            let spot = Spot { name, above, path: &path };
            match value.as_object() {
                Some(inner) => match self.whole(name, inner) {
                    Some(lines) => self.facts.push(Fact { label, lines }),
                    None => self.object(inner, name, &path, &pointer),
                },
                None => {
                    let lines = self.lines(spot, value);
                    self.facts.push(Fact { label, lines });
                }
            }
        }
    }

    /// `erased on 3 March 2027 under UU 27/2022`.
    fn erasure(&self, pointer: &str) -> Option<String> {
        let erased = self.erased.iter().find(|erased| erased.pointer == pointer)?;
        let day = Date::parse(&erased.day).map(|day| Moment::day(day, self.teller.lang).words().to_owned());
        Some(self.words().erased_on(&day.unwrap_or_default(), &erased.basis))
    }

    /// Objects that read best as one text.
    fn whole(&self, name: &str, map: &Map<String, Value>) -> Option<Vec<Line>> {
        let text = |field: &str| {
            let value = map.get(field)?.as_str()?;
            Some(self.teller.string(field, name, value).text)
        };
        let w = self.words();
        let line = match name {
            "profile" | "body" => w.see_text.to_owned(),
            "counter" => w.at_counter.to_owned(),
            "decided_by" => self.teller.person(map)?,
            "period" => format!("{} – {}", text("from")?, text("until")?),
            "payee" => {
                let commitment = map.get("commitment")?.as_str()?;
                return Some(vec![self.teller.sealed(commitment, closed::basis("account"))]);
            }
            "address" => {
                let parts = ["street", "street2", "ward", "district", "city", "region", "postcode"];
                parts.into_iter().filter_map(text).collect::<Vec<_>>().join(", ")
            }
            "checklist" => {
                let unmet = map.iter().filter(|(_, answer)| **answer == false);
                let no: Vec<String> = unmet.map(|(item, _)| self.teller.label(item, name)).collect();
                let met = format!("{} / {} {}", map.len() - no.len(), map.len(), w.yes);
                if no.is_empty() { met } else { format!("{met}; {}: {}", w.no, no.join(", ")) }
            }
            _ => return None,
        };
        Some(vec![Line::plain(line)])
    }

    fn lines(&self, spot: Spot<'_>, value: &Value) -> Vec<Line> {
        let Value::Array(items) = value else { return vec![self.line(spot, value)] };
        let inside = format!("{}[]", spot.path);
        let mut lines: Vec<Line> = items.iter().take(MAX_ITEMS).map(|item| self.item(spot, &inside, item)).collect();
        if items.len() > MAX_ITEMS {
            let more = (items.len() - MAX_ITEMS) as u64;
            lines.push(Line::plain(self.words().and_more(more)));
        }
        lines
    }

    /// An item of a list; the fields of an object one behind the other, as declared.
    fn item(&self, spot: Spot<'_>, inside: &str, item: &Value) -> Line {
        let Value::Object(map) = item else { return self.line(Spot { path: inside, ..spot }, item) };
        let mut fields: Vec<(&String, &Value, String)> =
            map.iter().map(|(name, value)| (name, value, format!("{inside}.{name}"))).collect();
        fields.sort_by_key(|(_, _, path)| self.declared.place(path));
        let mut href = None;
        let mut texts = Vec::new();
        for (name, value, path) in &fields {
            // What a row follows is in the verbatim text.
            if name.as_str() == "after" || value.is_object() {
                continue;
            }
            let line = self.line(Spot { name, above: spot.name, path }, value);
            href = href.or(line.href);
            texts.push(line.text);
        }
        Line { href, ..Line::plain(texts.join(" · ")) }
    }

    fn line(&self, spot: Spot<'_>, value: &Value) -> Line {
        let w = self.words();
        match value {
            Value::Bool(true) => Line::plain(w.yes),
            Value::Bool(false) => Line::plain(w.no),
            Value::Number(number) => self.number(spot, number),
            Value::String(text) => self.teller.string(spot.name, spot.above, text),
            Value::Null => Line::plain(w.erased_text),
            Value::Object(map) if spot.name == "decided_by" => {
                Line::plain(self.teller.person(map).unwrap_or_else(|| w.see_text.to_owned()))
            }
            Value::Array(_) | Value::Object(_) => Line::plain(w.see_text),
        }
    }

    fn number(&self, spot: Spot<'_>, number: &serde_json::Number) -> Line {
        let plain = Line::plain(number.to_string());
        if self.declared.is_amount(spot) {
            return number.as_i64().map_or(plain, |minor| Line::plain(self.teller.founding.money(minor)));
        }
        match spot.name {
            "entry" | "replacement" => self.teller.entry(&number.to_string()),
            "org" => Line {
                href: Some(format!("{}/grants?org={number}", self.teller.lang.prefix())),
                ..Line::plain(format!("org/{number}"))
            },
            "rating" => Line::plain(format!("{number} / 5")),
            "month" => {
                let month = number.as_u64().and_then(|n| usize::try_from(n).ok()).and_then(|n| n.checked_sub(1));
                let name = month.and_then(|at| self.words().months.get(at));
                name.map_or(plain, |name| Line::plain(*name))
            }
            _ => plain,
        }
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Hashes and keys: short, with the whole beside them.
fn long_letters(text: &str) -> Option<Line> {
    let is_key = text.len() > 20 && text.contains('+') && !text.contains(' ');
    let short = if is_hash(text) {
        format!("{}…", text.get(..SHORT_DIGITS)?)
    } else if is_key {
        // A verifier key is name, id and the key itself; a signer is the first two.
        let mut parts = text.splitn(3, '+');
        format!("{}+{}", parts.next()?, parts.next()?)
    } else {
        return None;
    };
    let whole = (short != text).then(|| text.to_owned());
    Some(Line { letters: true, whole, ..Line::plain(short) })
}

/// For a label behind another: `Recipient: name`. Abbreviations keep their capitals.
fn lower_first(label: &str) -> String {
    let mut chars = label.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(chars).collect(),
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::{Fact, Said, Teller};
    use crate::grants::explain::Topic;
    use crate::grants::kinds::Kind;
    use crate::grants::one::profile;
    use crate::public::founding::Founding;
    use crate::public::pages::words::Lang;

    /// Every kind's example body in both languages: `kind` and what is told of it.
    fn all() -> Vec<(String, Lang, Vec<Fact>)> {
        let profile = profile::named("kota-bandung").expect("it ships").to_json();
        let founding = Founding::made_up(profile);
        let mut told = Vec::new();
        for topic in Topic::all() {
            let Topic::Kind(kind, prose) = topic else { continue };
            let body: Value = serde_json::from_str(prose.example()).expect("an example is JSON");
            for lang in [Lang::Indonesian, Lang::English] {
                let teller = Teller { founding: &founding, lang };
                told.push((
                    kind.name().to_owned(),
                    lang,
                    teller.facts(Said { kind: kind.name(), body: &body, erased: &[] }, &[]),
                ));
            }
        }
        told
    }

    #[test]
    fn every_kind_is_told_in_both_languages() {
        let all = all();
        assert_eq!(all.len(), 2 * Kind::ALL.len());
        // Words that have a title: whoever reads a page must not meet them bare.
        let profile = profile::named("kota-bandung").expect("it ships");
        let offices = profile.offices.iter().map(|one| one.code.0.as_str());
        let fields = profile.fields.iter().map(|one| one.code.0.as_str());
        let types = profile.recipient_types.iter().map(|one| one.code.0.as_str());
        let codes = offices.chain(fields).chain(types).filter(|code| code.contains('_'));
        let codes: BTreeSet<&str> = codes.chain(Kind::ALL.iter().map(|kind| kind.name())).collect();
        for (kind, lang, facts) in &all {
            // A pledge is a document and nothing else, and documents are told apart.
            let empty = kind.ends_with(".sealed") || kind == "integrity.pledged";
            assert_eq!(facts.is_empty(), empty, "{kind}");
            for fact in facts {
                assert!(!fact.label.contains('_') && !fact.label.is_empty(), "{kind}: {}", fact.label);
                for line in &fact.lines {
                    let raw = line.text.split(" · ").find(|part| codes.contains(*part));
                    assert_eq!(raw, None, "{kind} {lang:?} {}: {}", fact.label, line.text);
                    let long = line.text.len() > 60 && !line.text.contains(' ');
                    assert!(!long, "{kind} {}: {}", fact.label, line.text);
                }
            }
        }
    }

    #[test]
    fn amounts_are_money_because_the_kind_declares_them() {
        let all = all();
        let of = |kind: &str, label: &str| -> String {
            let found = all.iter().find(|(name, lang, _)| name == kind && *lang == Lang::English);
            let facts = &found.unwrap_or_else(|| panic!("no {kind}")).2;
            let fact = facts.iter().find(|fact| fact.label == label);
            let fact = fact.unwrap_or_else(|| panic!("{kind} has no {label}: {facts:#?}"));
            fact.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("; ")
        };
        for (kind, label) in [
            ("warrant.issued", "Value"),
            ("treasury.reconciled", "Grants: sum"),
            ("needs.recapped", "Sum"),
            ("decree.issued", "Total"),
        ] {
            assert!(of(kind, label).starts_with("Rp "), "{kind} {label}: {}", of(kind, label));
        }
        assert!(!of("decree.issued", "Rows").contains("Rp"), "a count is no money");
        assert!(of("report.rated", "Rating").ends_with(" / 5"));
    }
}
