//! Reading typed values out of a statement's JSON: every field named, none unknown, and a fault that says where.
//!
//! The ledger has already refused what is not strict canonical JSON (formats.md section 1). Here a value gets its
//! type or a [`Fault`]. The profile in TOML is read by the same code, so both say the same of the same mistake.

// long: every type that a field may have is read and described here.

use std::any::Any;
use std::fmt;

use serde_json::{Value, json};

use super::about::{About, AwardId, CaseId, DecreeId};
use super::decimal;
use super::json::{Json, Object};
use super::json_schema::{self, ORDINAL, YEAR};
use super::kinds::Kind;
use super::money::Amount;
use super::sentence::{Both, Sentence, sentence};
use super::signer::{SignerId, Vkey};
use super::time::{Date, Timestamp};
use crate::tlog::hash::Hash;

/// What is wrong with a value, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer (RFC 6901) from the value that was read; "" is the value itself.
    pub pointer: String,
    /// What it must be, in words that follow "must": `be a whole number`.
    pub must: Sentence,
}

impl Fault {
    /// A fault of the value itself: `must` is what it must be or do.
    pub fn here(must: impl Into<Sentence>) -> Self {
        Fault { pointer: String::new(), must: must.into() }
    }

    /// A fault that nobody meets at the desk, told in English only: of a profile, which operators write, or of rule set 0.
    pub fn in_english(must: impl Into<String>) -> Self {
        Fault::here(Sentence::only_english(must))
    }

    /// The same fault seen from the value that holds this field or place.
    pub fn inside(mut self, part: impl std::fmt::Display) -> Self {
        self.pointer = format!("/{part}{}", self.pointer);
        self
    }
}

/// A type that can be read from JSON.
pub trait Shape: Sized + 'static {
    /// How many of these one list holds at most. Rule set 0 counts its lists itself.
    const MOST: usize = 100;

    /// Reads the value.
    ///
    /// # Errors
    /// A [`Fault`] with the place and what the value there must be.
    fn read(value: Json<'_>) -> Result<Self, Fault>;

    /// What an absent field of this type is; `None` where the field must be there.
    fn absent() -> Option<Self> {
        None
    }

    /// What a value is, in words: `a whole number`. They are those of its fault.
    fn what() -> String {
        let must = Self::read(Json::NULL).err().map(|fault| fault.must.to_string()).unwrap_or_default();
        must.strip_prefix("be ").unwrap_or(&must).to_owned()
    }

    /// The fields of a value that is an object, in the order of their declaration, or of each item of a list.
    fn fields() -> Vec<Field> {
        Vec::new()
    }

    /// The JSON Schema (draft 2020-12) of a value. It may take more than [`Shape::read`], never less: it knows no two
    /// fields that must agree. A type that says nothing here takes anything.
    fn schema() -> Value {
        json!({})
    }

    /// Visits this value, which stands at this place, and after it every value inside it.
    fn parts<'v>(&'v self, place: Place, visit: &mut Visit<'_, 'v>) {
        visit(place, Part::Value(self));
    }
}

/// Is told of each value inside another, and where it stands.
pub type Visit<'f, 'v> = dyn FnMut(Place, Part<'v>) + 'f;

/// Where a value stands inside another; shown as a JSON pointer. Nothing is allocated until it is.
#[derive(Clone, Copy)]
pub struct Place<'p>(Option<(&'p Place<'p>, Step)>);

#[derive(Clone, Copy)]
enum Step {
    Field(&'static str),
    Item(usize),
}

impl Place<'_> {
    /// The outermost value, "".
    pub const TOP: Place<'static> = Place(None);

    /// The field of this name in the object that stands here.
    pub fn field(&self, name: &'static str) -> Place<'_> {
        Place(Some((self, Step::Field(name))))
    }

    fn item(&self, at: usize) -> Place<'_> {
        Place(Some((self, Step::Item(at))))
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => Ok(()),
            Some((outer, Step::Field(name))) => write!(f, "{outer}/{name}"),
            Some((outer, Step::Item(at))) => write!(f, "{outer}/{at}"),
        }
    }
}

/// A value inside another.
#[derive(Clone, Copy)]
pub enum Part<'v> {
    /// A value of any type but a list.
    Value(&'v dyn Any),
    /// A list; its items are visited after it.
    List {
        /// How many items it has.
        items: usize,
        /// How many it may have, see [`Shape::MOST`].
        most: usize,
    },
}

impl<'v> Part<'v> {
    /// The value, if it has this type.
    pub fn of<T: Shape>(self) -> Option<&'v T> {
        match self {
            Part::Value(value) => value.downcast_ref(),
            Part::List { .. } => None,
        }
    }
}

/// A field as it is declared, for those who write a body by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name; in an object inside, the path to it: `document.title`, `rows[].case`.
    pub name: String,
    /// What its value is: `a whole number from 0 to 2^53-1`.
    pub what: String,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it means, a sentence.
    pub meaning: String,
}

/// A field of this type and, after it, the fields inside it.
pub fn declared<T: Shape>(name: &str, meaning: &str) -> Vec<Field> {
    let what = T::what();
    let joint = if what.starts_with("a list") { "[]." } else { "." };
    let inner = T::fields().into_iter().map(|field| Field { name: format!("{name}{joint}{}", field.name), ..field });
    let optional = T::absent().is_some();
    let outer = Field { name: name.to_owned(), what, optional, meaning: meaning.trim().to_owned() };
    std::iter::once(outer).chain(inner).collect()
}

/// The fault of a field that is missing, told together with the other fields that the same object lacks.
pub fn with_missing(mut fault: Fault, object: Object<'_>, fields: &[Field]) -> Fault {
    let Some(first) = fault.pointer.strip_prefix('/').filter(|name| !name.contains('/')) else { return fault };
    if fault.must.english() != ABSENT.0 || object.has(first) {
        return fault;
    }
    let own = fields.iter().filter(|field| !field.optional && !field.name.contains('.') && field.name != first);
    let others: Vec<&str> = own.map(|field| field.name.as_str()).filter(|name| !object.has(name)).collect();
    if !others.is_empty() {
        fault.must = sentence!("{ABSENT}, and so must {}", "{ABSENT:#}, begitu juga {}", others.join(", "));
    }
    fault
}

/// What a missing field must.
const ABSENT: Both = Both("be there", "ada");

/// Reads one field of an object.
pub fn field<T: Shape>(object: Object<'_>, name: &str) -> Result<T, Fault> {
    match object.get(name) {
        Some(value) => T::read(value).map_err(|fault| fault.inside(name)),
        None => T::absent().ok_or_else(|| Fault::here(ABSENT).inside(name)),
    }
}

/// The value as an object with no field but these.
pub fn object<'v>(value: Json<'v>, fields: &[&str]) -> Result<Object<'v>, Fault> {
    let object = value.as_object().ok_or_else(|| Fault::here(Both("be an object", "berupa objek")))?;
    match object.names().find(|name| !fields.contains(name)) {
        None => Ok(object),
        Some(unknown) => {
            let none = || Both("nothing", "tidak ada").into();
            let known = if fields.is_empty() { none() } else { Sentence::name(&fields.join(", ")) };
            Err(Fault::here(sentence!(
                "not be there (the fields here are {known})",
                "tidak ada (kolom di sini: {known:#})"
            ))
            .inside(unknown))
        }
    }
}

/// The JSON name of a Rust field: `r#type` is `type`.
pub fn json_name(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// Declares a record and how it is read: every field by its own type, no other field.
macro_rules! record {
    (
        $(#[doc = $doc:literal])* $vis:vis struct $name:ident { $($(#[doc = $fdoc:literal])* $field:ident: $type:ty,)* }
        $(const MOST: usize = $most:expr;)?
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        $vis struct $name { $($(#[doc = $fdoc])* pub $field: $type,)* }

        impl $crate::grants::shape::Shape for $name {
            $(const MOST: usize = $most;)?

            fn read(value: $crate::grants::json::Json<'_>) -> Result<Self, $crate::grants::shape::Fault> {
                #[allow(unused_variables)]
                let object = $crate::grants::shape::object(value, &[$($crate::grants::shape::json_name(stringify!($field))),*])?;
                #[allow(unused_variables)]
                let told = |fault| $crate::grants::shape::with_missing(fault, object, &Self::fields());
                Ok($name {
                    $($field: $crate::grants::shape::field(object, $crate::grants::shape::json_name(stringify!($field)))
                        .map_err(told)?,)*
                })
            }

            fn fields() -> Vec<$crate::grants::shape::Field> {
                let fields: [Vec<$crate::grants::shape::Field>; _] = [$($crate::grants::shape::declared::<$type>(
                    $crate::grants::shape::json_name(stringify!($field)),
                    concat!($($fdoc),*),
                ),)*];
                fields.concat()
            }

            fn schema() -> serde_json::Value {
                let properties: [$crate::grants::json_schema::Property; _] = [$($crate::grants::json_schema::property::<$type>(
                    $crate::grants::shape::json_name(stringify!($field)),
                    concat!($($fdoc),*),
                ),)*];
                $crate::grants::json_schema::object(concat!($($doc),*), properties)
            }

            fn parts<'v>(&'v self, place: $crate::grants::shape::Place, visit: &mut $crate::grants::shape::Visit<'_, 'v>) {
                visit(place, $crate::grants::shape::Part::Value(self));
                $($crate::grants::shape::Shape::parts(
                    &self.$field,
                    place.field($crate::grants::shape::json_name(stringify!($field))),
                    visit,
                );)*
            }
        }
    };
}
pub(super) use record;

/// Declares a closed vocabulary and how it is read.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $vis:vis enum $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word as it is signed.
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// The variant of this exact word.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)* _ => None }
            }
        }

        impl $crate::grants::shape::Shape for $name {
            fn read(value: $crate::grants::json::Json<'_>) -> Result<Self, $crate::grants::shape::Fault> {
                value.as_str().and_then($name::parse).ok_or_else(|| {
                    $crate::grants::shape::Fault::here($crate::grants::sentence::Both(
                        concat!("be one of", $(" ", $text),*),
                        concat!("salah satu dari", $(" ", $text),*),
                    ))
                })
            }

            fn schema() -> serde_json::Value {
                serde_json::json!({ "type": "string", "enum": [$($text),*] })
            }
        }
    };
}
pub(super) use vocabulary;

impl<T: Shape> Shape for Option<T> {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        T::read(value).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn what() -> String {
        T::what()
    }

    fn fields() -> Vec<Field> {
        T::fields()
    }

    fn schema() -> Value {
        T::schema()
    }

    fn parts<'v>(&'v self, place: Place, visit: &mut Visit<'_, 'v>) {
        if let Some(value) = self {
            value.parts(place, visit);
        }
    }
}

/// A list of at least one.
impl<T: Shape> Shape for Vec<T> {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        let items = value.as_list().filter(|items| items.len() > 0);
        let items = items
            .ok_or_else(|| Fault::here(Both("be a list of at least one", "berupa daftar berisi sedikitnya satu")))?;
        items.enumerate().map(|(at, item)| T::read(item).map_err(|fault| fault.inside(at))).collect()
    }

    fn what() -> String {
        format!("a list of at least one, each {}", T::what())
    }

    fn fields() -> Vec<Field> {
        T::fields()
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema(), "minItems": 1, "maxItems": T::MOST })
    }

    fn parts<'v>(&'v self, place: Place, visit: &mut Visit<'_, 'v>) {
        visit(place, Part::List { items: self.len(), most: T::MOST });
        for (at, item) in self.iter().enumerate() {
            item.parts(place.item(at), visit);
        }
    }
}

impl Shape for bool {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        value.as_bool().ok_or_else(|| Fault::here(Both("be true or false", "true atau false")))
    }

    fn schema() -> Value {
        json!({ "type": "boolean" })
    }
}

impl Shape for u64 {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        let number = value.as_u64().filter(|&number| number <= decimal::MAX);
        number.ok_or_else(|| {
            Fault::here(Both("be a whole number from 0 to 2^53-1", "bilangan bulat dari 0 sampai 2^53-1"))
        })
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 0, "maximum": decimal::MAX })
    }
}

impl Shape for i32 {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        let number = value.as_i64().and_then(|number| i32::try_from(number).ok());
        number.ok_or_else(|| Fault::here(Both("be a whole number of 32 bits", "bilangan bulat 32 bit")))
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX })
    }
}

impl Shape for Kind {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        value
            .as_str()
            .and_then(Kind::parse)
            .ok_or_else(|| Fault::here(Both("be the name of a kind", "nama jenis pernyataan")))
    }

    fn schema() -> Value {
        json!({ "type": "string", "enum": Kind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>() })
    }
}

/// An amount of zero or more. Where recoveries are allowed, [`SignedAmount`] is read instead.
impl Shape for Amount {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        let amount = value.as_i64().and_then(Amount::from_minor).filter(|amount| !amount.is_negative());
        amount.ok_or_else(|| {
            Fault::here(Both(
                "be a whole number of minor units from 0 to 2^53-1",
                "bilangan bulat dalam satuan terkecil mata uang, dari 0 sampai 2^53-1",
            ))
        })
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 0, "maximum": decimal::MAX })
    }
}

/// An amount that may be below zero: a recovery of a migrated award.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedAmount(pub Amount);

impl Shape for SignedAmount {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        let amount = value.as_i64().and_then(Amount::from_minor);
        amount.map(SignedAmount).ok_or_else(|| {
            Fault::here(Both(
                "be a whole number of minor units within 2^53-1 either way",
                "bilangan bulat dalam satuan terkecil mata uang, paling banyak 2^53-1, boleh minus",
            ))
        })
    }

    fn schema() -> Value {
        let most = Amount::MAX.minor();
        json!({ "type": "integer", "minimum": -most, "maximum": most })
    }
}

/// A calendar year, 1900 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Year(pub u16);

impl Shape for Year {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        let year = value.as_u64().and_then(|year| u16::try_from(year).ok());
        let year = year.filter(|year| (1900..=9999).contains(year));
        year.map(Year).ok_or_else(|| Fault::here(Both("be a year from 1900 to 9999", "tahun dari 1900 sampai 9999")))
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 1900, "maximum": 9999 })
    }
}

macro_rules! from_text {
    ($type:ty, $must:expr, $parse:expr, $schema:expr) => {
        impl Shape for $type {
            fn read(value: Json<'_>) -> Result<Self, Fault> {
                value.as_str().and_then($parse).ok_or_else(|| Fault::here($must))
            }

            fn schema() -> Value {
                $schema
            }
        }
    };
}

/// Free text of 1 to 500 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub String);

/// A document's number as its paper bears it, or a short name: 1 to 100 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label(pub String);

/// A word of a vocabulary that the profile holds: `[a-z][a-z0-9_]*`, at most 40 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code(pub String);

/// A media type, `type/subtype` in lower case without parameters (RFC 6838 section 4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType(pub String);

/// The public number of a person, theirs for life: `pejabat/` and 4 to 9 digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Person(pub String);

from_text!(
    Text,
    Both("be text of 1 to 500 characters", "berupa teks 1 sampai 500 karakter"),
    |text| text_of(text, 500).map(Text),
    json_schema::text(500)
);
from_text!(
    Label,
    Both("be text of 1 to 100 characters", "berupa teks 1 sampai 100 karakter"),
    |text| text_of(text, 100).map(Label),
    json_schema::text(100)
);
from_text!(
    Code,
    Both(
        "be a word of a-z, 0-9 and _, at most 40 characters",
        "berupa kata dari a-z, 0-9, dan _, paling banyak 40 karakter"
    ),
    code,
    json_schema::pattern(json_schema::CODE)
);
from_text!(
    MediaType,
    Both("be a media type such as application/pdf", "berupa jenis media seperti application/pdf"),
    media_type,
    json_schema::pattern(json_schema::MEDIA_TYPE)
);
from_text!(
    Person,
    Both("be a person's public number such as pejabat/0042", "berupa nomor publik orang seperti pejabat/0042"),
    person,
    json_schema::pattern("pejabat/[0-9]{4,9}")
);
from_text!(
    Date,
    Both("be a day written YYYY-MM-DD", "berupa tanggal yang ditulis YYYY-MM-DD"),
    Date::parse,
    json_schema::date()
);
from_text!(
    Timestamp,
    Both("be a time written YYYY-MM-DDTHH:MM:SS.mmmZ", "berupa waktu yang ditulis YYYY-MM-DDTHH:MM:SS.mmmZ"),
    Timestamp::parse,
    json_schema::time()
);
from_text!(
    Vkey,
    Both("be a verifier key, <name>+<8 hex>+<base64>", "berupa kunci pemeriksa, <nama>+<8 heksadesimal>+<base64>"),
    Vkey::parse,
    json_schema::pattern(r"[a-z0-9./-]{1,255}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")
);
from_text!(
    SignerId,
    Both("be <key name>+<8 lowercase hex>", "berupa <nama kunci>+<8 heksadesimal huruf kecil>"),
    SignerId::parse,
    json_schema::pattern(r"[a-z0-9./-]{1,255}\+[0-9a-f]{8}")
);
from_text!(
    CaseId,
    Both("be a case, case/<organisation>/<number>", "berupa kasus, case/<lembaga>/<nomor>"),
    CaseId::parse,
    json_schema::pattern(&format!("case/a?{ORDINAL}/{ORDINAL}"))
);
from_text!(
    About,
    Both(
        "be a thing that statements are about, such as org/<number>",
        "berupa hal yang dapat dinyatakan, seperti org/<nomor>"
    ),
    About::parse,
    json_schema::about()
);
from_text!(
    DecreeId,
    Both("be a decree, decree/<year>/<number>", "berupa keputusan, decree/<tahun>/<nomor>"),
    decree_id,
    json_schema::pattern(&format!("decree/{YEAR}/{ORDINAL}"))
);
from_text!(
    AwardId,
    Both("be a past award, award/<16 hex>/<row>", "berupa hibah terdahulu, award/<16 heksadesimal>/<baris>"),
    award_id,
    json_schema::pattern(&format!("award/[0-9a-f]{{16}}/{ORDINAL}"))
);
from_text!(
    Hash,
    Both("be 64 lowercase hex digits", "berupa 64 angka heksadesimal huruf kecil"),
    |text| Hash::from_hex(text).ok(),
    json_schema::pattern("[0-9a-f]{64}")
);

fn decree_id(text: &str) -> Option<DecreeId> {
    match About::parse(text)? {
        About::Decree(id) => Some(id),
        _ => None,
    }
}

fn award_id(text: &str) -> Option<AwardId> {
    match About::parse(text)? {
        About::Award(id) => Some(id),
        _ => None,
    }
}

fn text_of(text: &str, limit: usize) -> Option<String> {
    (!text.is_empty() && text.chars().count() <= limit).then(|| text.to_owned())
}

/// The word of a vocabulary that the profile holds.
pub fn code(text: &str) -> Option<Code> {
    let valid = text.len() <= 40
        && text.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    valid.then(|| Code(text.to_owned()))
}

fn media_type(text: &str) -> Option<MediaType> {
    let part = |part: &str| {
        (1..=127).contains(&part.len())
            && part.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
            && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'+' | b'-' | b'_'))
    };
    let (kind, subtype) = text.split_once('/')?;
    (part(kind) && part(subtype)).then(|| MediaType(text.to_owned()))
}

fn person(text: &str) -> Option<Person> {
    let digits = text.strip_prefix("pejabat/")?;
    let valid = (4..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| Person(text.to_owned()))
}
