//! The questions of a kind of statement, made from the declarations that read it ([`Body::schema`]): a new field is asked
//! here without further code, and no page can ask for what the rule book does not take.
//!
//! A field's name in a form is its way through the body: `budget_lines.0.amount`.

pub mod html;
mod labelled;
mod read;

use std::collections::BTreeSet;

use serde_json::Value;

pub use read::{Fault, amount, read, typed};

use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::one::bodies::Body;
use crate::grants::one::profile::Profile;
use crate::grants::shape::{Code, Field, Shape as _, Text};
use crate::public::pages::labels::{label, term};
use crate::public::pages::words::Lang;

/// Fields that the desk fills in itself: what the ledger knows already, or what only signing makes.
const FILLED_IN: [&str; 2] = ["payee", "after"];
/// Texts of up to so many characters are asked for in one line.
const LINE_CHARS: u64 = 100;
/// Short texts although they may be long.
const LINES: [&str; 13] = [
    "title", "name", "line", "place", "issuer", "source", "street", "street2", "ward", "district", "city", "region",
    "postcode",
];
/// What an organisation seals when it is registered (rule B14).
pub const SEALED: [&str; 2] = ["account", "chair"];

/// How the fields begin that hold commitments: the browser makes them, and names them so.
pub const SEALED_FIELD: &str = "sealed_";

/// A word to choose, and how it reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As signed.
    pub value: String,
    /// As shown.
    pub title: String,
}

/// How a field is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A short text.
    Line,
    /// A longer text, of at most so many characters.
    Text(u64),
    /// An amount of money.
    Money,
    /// A whole number.
    Whole,
    /// A day.
    Day,
    /// A day and its time, on the ledger's clock, which is so many minutes ahead of UTC.
    Time(i32),
    /// The public half of a new signing file.
    NewKey,
    /// Yes or no, by a tick.
    Tick,
    /// One of a few words.
    Choice(Vec<Choice>),
    /// Several questions, each with a tick.
    Checklist(Vec<Choice>),
    /// A document, with one of the titles that the profile allows.
    Document(Vec<String>),
    /// What stays sealed: never kept with the draft.
    Sealed(Vec<Choice>),
    /// Fields that belong together.
    Group(Vec<Question>),
    /// Several of one, each a group or a document; at most so many.
    List(Box<Input>, usize),
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its name in the object that it is a field of.
    pub name: String,
    /// What it is called.
    pub label: String,
    /// What helps to answer it; may be empty.
    pub hint: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// How it is asked for.
    pub input: Input,
}

/// What forms are made for: the profile in force, the language, and whether a counter files for somebody.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The profile in force.
    pub profile: &'a Profile,
    /// The language.
    pub lang: Lang,
    /// Whether the intake office hands in what an organisation signed by hand.
    pub counter: bool,
    /// Whether the new key is somebody else's than the writer's, and so is asked for.
    pub new_key: bool,
}

/// The questions of a kind; none where no page can ask them: a whole profile, another statement's body.
#[must_use]
pub fn questions(kind: Kind, setting: Setting<'_>) -> Option<Vec<Question>> {
    let named = |field: Field| Field { name: field.name.replace("[]", ""), ..field };
    let declared = Body::fields(kind).into_iter().map(named).collect();
    Whole { kind, setting, declared, amount: Amount::what() }.fields(&Body::schema(kind), "")
}

struct Whole<'a> {
    kind: Kind,
    setting: Setting<'a>,
    /// The fields in the order of their declaration, which a schema has lost.
    declared: Vec<Field>,
    /// What the declaration of an amount says.
    amount: String,
}

impl Whole<'_> {
    fn fields(&self, schema: &Value, path: &str) -> Option<Vec<Question>> {
        let properties = schema.get("properties")?.as_object()?;
        let required: BTreeSet<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut questions = Vec::new();
        for name in self.ordered(path, properties.keys()) {
            let counter = name == "counter" && !self.setting.counter;
            let sealed = name == "sealed" && !matches!(self.kind, Kind::OrganisationRegistered);
            if self.filled_in(&name) || counter || sealed {
                continue;
            }
            let within = within(path, &name);
            let optional = !required.contains(name.as_str());
            let Some(input) = self.input(&properties[&name], &name, &within) else {
                if optional {
                    continue;
                }
                return None;
            };
            let lang = self.setting.lang;
            let (label, hint) = labelled::of(self.kind, &within, lang);
            questions.push(Question { label, hint, optional, input, name });
        }
        Some(questions)
    }

    fn filled_in(&self, name: &str) -> bool {
        match name {
            "key" => self.kind != Kind::KeyRevoked && !self.setting.new_key,
            "retires" => matches!(self.kind, Kind::KeyReplaced | Kind::KeyRotated),
            name => FILLED_IN.contains(&name),
        }
    }

    /// The fields of an object as they are declared.
    fn ordered<'n>(&self, path: &str, names: impl Iterator<Item = &'n String>) -> Vec<String> {
        let place = |name: &String| {
            let within = within(path, name);
            self.declared.iter().position(|known| known.name == within).unwrap_or(usize::MAX)
        };
        let mut names: Vec<String> = names.cloned().collect();
        names.sort_by_key(place);
        names
    }

    fn input(&self, schema: &Value, name: &str, path: &str) -> Option<Input> {
        let profile = self.setting.profile;
        let kind_of = schema.get("type").and_then(Value::as_str)?;
        Some(match kind_of {
            "boolean" => Input::Tick,
            "integer" if self.declared.iter().any(|field| field.name == path && field.what == self.amount) => {
                Input::Money
            }
            "integer" => Input::Whole,
            "string" if schema.get("enum").is_some() => Input::Choice(self.vocabulary(schema, name)),
            "string" if schema.get("format").and_then(Value::as_str) == Some("date") => Input::Day,
            "string" if schema.get("format").and_then(Value::as_str) == Some("date-time") => {
                Input::Time(profile.utc_offset_min)
            }
            "string" if name == "key" && self.kind != Kind::KeyRevoked => Input::NewKey,
            "string" => match self.terms(name) {
                Some(terms) => Input::Choice(terms),
                None => match schema.get("maxLength").and_then(Value::as_u64) {
                    Some(most) if most > LINE_CHARS && !LINES.contains(&name) => Input::Text(most),
                    _ => Input::Line,
                },
            },
            "array" => {
                let most = schema.get("maxItems").and_then(Value::as_u64).unwrap_or(1);
                let item = self.input(schema.get("items")?, name, path)?;
                Input::List(Box::new(item), usize::try_from(most).unwrap_or(1))
            }
            "object" if schema.pointer("/properties/media_type").is_some() => {
                Input::Document(profile.documents.iter().map(|title| title.0.clone()).collect())
            }
            "object" if name == "sealed" => Input::Sealed(self.sealed()),
            "object" if name == "checklist" => Input::Checklist(self.checklist()),
            "object" if schema.get("properties").is_some() => Input::Group(self.fields(schema, path)?),
            _ => return None,
        })
    }

    fn vocabulary(&self, schema: &Value, name: &str) -> Vec<Choice> {
        let lang = self.setting.lang;
        let words = schema.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let title = |word: &str| match (term(name, word, lang), Kind::parse(word)) {
            (Some(title), _) => title.to_owned(),
            (None, Some(kind)) => lang.pick(kind.title_id(), kind.title_en()).to_owned(),
            (None, None) => word.to_owned(),
        };
        // Of all kinds only those are stages that a case goes through.
        let stage = |word: &&str| Kind::parse(word).is_none_or(|kind| self.is_stage(kind));
        words.filter(stage).map(|word| Choice { value: word.to_owned(), title: title(word) }).collect()
    }

    fn is_stage(&self, kind: Kind) -> bool {
        self.setting.profile.ways.iter().any(|way| way.stages.contains(&kind))
    }

    /// The words of the profile that a field takes.
    fn terms(&self, name: &str) -> Option<Vec<Choice>> {
        let profile = self.setting.profile;
        let title = |one: (&Code, &Text, &Text)| self.titled(one);
        Some(match name {
            "field" => profile.fields.iter().map(|one| title((&one.code, &one.title_id, &one.title_en))).collect(),
            "recipient_type" => {
                profile.recipient_types.iter().map(|one| title((&one.code, &one.title_id, &one.title_en))).collect()
            }
            "post" | "office" => {
                profile.offices.iter().map(|one| title((&one.code, &one.title_id, &one.title_en))).collect()
            }
            "agency" => profile.agencies.iter().map(|one| title((&one.code, &one.title_id, &one.title_en))).collect(),
            _ => return None,
        })
    }

    fn checklist(&self) -> Vec<Choice> {
        let profile = self.setting.profile;
        let list = match self.kind {
            Kind::AmountRecommended => &profile.checklist,
            _ => &profile.completeness,
        };
        list.iter().flatten().map(|one| self.titled((&one.code, &one.title_id, &one.title_en))).collect()
    }

    fn titled(&self, (code, id, en): (&Code, &Text, &Text)) -> Choice {
        Choice { value: code.0.clone(), title: self.setting.lang.pick(&id.0, &en.0).to_owned() }
    }

    fn sealed(&self) -> Vec<Choice> {
        let lang = self.setting.lang;
        let title =
            |name: &&str| Choice { value: (*name).to_owned(), title: label(name, lang).unwrap_or_default().to_owned() };
        SEALED.iter().map(title).collect()
    }
}

/// The name in a form of a field of the object at this place.
fn within(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// Whether a page can ask for all that statements of this kind say: none can for a whole profile or the body of another one.
#[must_use]
pub fn can_ask(kind: Kind) -> bool {
    let schema = Body::schema(kind);
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    required.filter_map(|name| schema.pointer(&format!("/properties/{name}"))).all(|field| {
        field.get("type").and_then(Value::as_str) != Some("object")
            || field.get("properties").is_some()
            || field.get("additionalProperties").is_some_and(|_| field.get("propertyNames").is_some())
    })
}
