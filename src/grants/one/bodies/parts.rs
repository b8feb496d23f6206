//! Parts that several bodies of rule set 1 share, beside those that it takes from rule set 0.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::Document;
use crate::grants::about::{About, NoteSigner};
use crate::grants::json::Json;
use crate::grants::json_schema;
use crate::grants::rules::Rule;
use crate::grants::sentence::{Both, Sentence, sentence};
use crate::grants::shape::{self, Fault, Label, Shape, Text, record};
use crate::grants::time::Date;
use crate::tlog::hash::Hash;

/// What refuses a statement: its form, or a rule by its code.
impl Shape for Rule {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        let known = |rule: &Rule| value.as_str() == Some(rule.code());
        Rule::ALL.iter().copied().find(known).ok_or_else(|| Fault::here(one_of(&codes())))
    }

    fn schema() -> Value {
        json!({ "type": "string", "enum": codes() })
    }
}

/// A rule of grants.md, "Refused at the door": any but the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleCode(pub Rule);

impl Shape for RuleCode {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        match Rule::read(value) {
            Ok(rule) if rule != Rule::Form => Ok(Self(rule)),
            _ => Err(Fault::here(one_of(&codes()[1..]))),
        }
    }

    fn schema() -> Value {
        json!({ "type": "string", "enum": codes()[1..] })
    }
}

/// Every code, the form's first.
fn codes() -> Vec<&'static str> {
    Rule::ALL.iter().map(|rule| rule.code()).collect()
}

fn one_of(codes: &[&str]) -> Sentence {
    sentence!("be one of {}", "salah satu dari {}", codes.join(" "))
}

record! {
    /// A hand-signed paper that an organisation handed in at the counter; the intake office signs in its place.
    pub struct Counter {
        /// The paper.
        paper: Document,
    }
}

record! {
    /// A licence as a register of licences shows it.
    pub struct Licence {
        /// What it is, such as `SIOP`.
        r#type: Label,
        /// Its number.
        number: Label,
        /// Who issued it.
        issuer: Text,
        /// The last day on which it is valid; absent: without end.
        valid_until: Option<Date>,
        /// The day on which the register was asked.
        checked_at: Date,
        /// Which register was asked.
        source: Text,
    }
}

record! {
    /// A commitment made earlier and the place it comes from, so that anyone sees whether the payee changed.
    pub struct Payee {
        /// The thing whose statement holds the commitment, such as `org/<n>`.
        about: About,
        /// The commitment to the account.
        commitment: Hash,
        /// Where it stands in that statement, such as `/body/sealed/account`.
        pointer: Label,
    }
}

/// Commitments to personal data that stays in the vault (formats.md section 5), by name; 1 to 20.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(pub BTreeMap<String, Hash>);

impl Sealed {
    /// The commitment of this name.
    pub fn get(&self, name: &str) -> Option<Hash> {
        self.0.get(name).copied()
    }
}

impl Shape for Sealed {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        let object = value.as_object().filter(|object| (1..=MOST_SEALED).contains(&object.len()));
        let object = object.ok_or_else(|| {
            Fault::here(Both("be an object of 1 to 20 commitments", "berupa objek berisi 1 sampai 20 komitmen"))
        })?;
        let commitments = object.iter().map(|(name, commitment)| {
            shape::code(name)
                .ok_or_else(|| Fault::here(Both("be named like a code", "bernama seperti kode")).inside(name))?;
            Ok((name.to_owned(), Hash::read(commitment).map_err(|fault| fault.inside(name))?))
        });
        commitments.collect::<Result<_, Fault>>().map(Sealed)
    }

    fn schema() -> Value {
        json_schema::map::<Hash>(1, MOST_SEALED)
    }
}

const MOST_SEALED: usize = 20;

/// Names a note: who wrote it, and its number among the notes of that signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoteId {
    /// Who wrote it.
    pub signer: NoteSigner,
    /// The number, from 1.
    pub n: u64,
}

impl NoteId {
    /// The note as a thing that statements are about.
    pub fn about(self) -> About {
        About::Note { signer: self.signer, n: self.n }
    }
}

impl fmt::Display for NoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.about().fmt(f)
    }
}

impl Shape for NoteId {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        match value.as_str().and_then(About::parse) {
            Some(About::Note { signer, n }) => Ok(NoteId { signer, n }),
            _ => Err(Fault::here(Both(
                "be a note, note/<signer>/<number>",
                "berupa catatan, note/<penanda tangan>/<nomor>",
            ))),
        }
    }

    fn schema() -> Value {
        json_schema::pattern(json_schema::NOTE)
    }
}

/// A month of a year, 1 to 12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(pub u8);

impl Shape for Month {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        within(value, 12)
            .map(Month)
            .ok_or_else(|| Fault::here(Both("be a month from 1 to 12", "berupa bulan dari 1 sampai 12")))
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 1, "maximum": 12 })
    }
}

/// What a citizen thinks of an answer, 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rating(pub u8);

impl Shape for Rating {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        within(value, 5)
            .map(Rating)
            .ok_or_else(|| Fault::here(Both("be a rating from 1 to 5", "berupa nilai dari 1 sampai 5")))
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 1, "maximum": 5 })
    }
}

fn within(value: Json<'_>, most: u8) -> Option<u8> {
    let number = value.as_u64().and_then(|number| u8::try_from(number).ok());
    number.filter(|number| (1..=most).contains(number))
}

/// A profile as it stands on the ledger, an object; the rule set reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileJson(pub Value);

/// The body of another statement, an object; it is read as the body of the kind of the entry that it corrects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyBody(pub Value);

impl Shape for ProfileJson {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        any_object(value).map(ProfileJson)
    }

    fn schema() -> Value {
        json!({ "type": "object" })
    }
}

impl Shape for AnyBody {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        any_object(value).map(AnyBody)
    }

    fn schema() -> Value {
        json!({ "type": "object" })
    }
}

fn any_object(value: Json<'_>) -> Result<Value, Fault> {
    let object = value.as_object().ok_or_else(|| Fault::here(Both("be an object", "berupa objek")))?;
    Ok(Value::Object(object.to_map()))
}
