//! JSON Schema (draft 2020-12) from the declarations that read a body, so that both say the same. A schema may take
//! more than its type reads, never less: a regular expression knows neither 2^53-1 nor how long a month is.

use serde_json::{Map, Value, json};

use super::shape::Shape;

/// A word of a vocabulary that the profile holds.
pub const CODE: &str = "[a-z][a-z0-9_]{0,39}";

/// An `<n>` of a series; one above 2^53-1 matches too.
pub const ORDINAL: &str = "[1-9][0-9]{0,15}";

/// A note, by its signer and its number.
pub const NOTE: &str = "note/(desk|(official|org)/[1-9][0-9]{0,15})/[1-9][0-9]{0,15}";

/// A year from 1900 to 9999.
pub const YEAR: &str = "(19|[2-9][0-9])[0-9]{2}";

/// `type/subtype` in lower case.
pub const MEDIA_TYPE: &str = "[a-z0-9][a-z0-9.+_-]{0,126}/[a-z0-9][a-z0-9.+_-]{0,126}";

/// A field in the schema of the object that has it.
pub struct Property {
    name: &'static str,
    schema: Value,
    optional: bool,
}

/// A field of this type; its meaning stands in the schema in place of that of its type.
pub fn property<T: Shape>(name: &'static str, meaning: &str) -> Property {
    Property { name, schema: described(T::schema(), meaning), optional: T::absent().is_some() }
}

/// The schema of an object with these fields and no other.
pub fn object(meaning: &str, properties: impl IntoIterator<Item = Property>) -> Value {
    let (mut fields, mut required) = (Map::new(), Vec::new());
    for property in properties {
        if !property.optional {
            required.push(property.name);
        }
        fields.insert(property.name.to_owned(), property.schema);
    }
    let schema = json!({ "type": "object", "properties": fields, "required": required, "additionalProperties": false });
    described(schema, meaning)
}

/// The schema of an object that must not be empty.
pub fn at_least_one(mut schema: Value) -> Value {
    schema["minProperties"] = Value::from(1);
    schema
}

/// The schema of an object whose fields are named like codes and hold one type each.
pub fn map<T: Shape>(least: usize, most: usize) -> Value {
    json!({
        "type": "object", "propertyNames": { "pattern": format!("^{CODE}$") }, "additionalProperties": T::schema(),
        "minProperties": least, "maxProperties": most,
    })
}

fn described(mut schema: Value, meaning: &str) -> Value {
    if !meaning.is_empty() {
        schema["description"] = Value::from(meaning.trim());
    }
    schema
}

/// The schema of a text that matches a regular expression.
pub fn pattern(expression: &str) -> Value {
    json!({ "type": "string", "pattern": format!("^{expression}$") })
}

/// A text of 1 character to so many.
pub fn text(most: usize) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": most })
}

/// A day; one that its month lacks matches the expression too, and only `format` tells.
pub fn date() -> Value {
    let mut schema = pattern(&day());
    schema["format"] = Value::from("date");
    schema
}

/// A time in UTC with milliseconds.
pub fn time() -> Value {
    let mut schema = pattern(&format!("{}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{{3}}Z", day()));
    schema["format"] = Value::from("date-time");
    schema
}

fn day() -> String {
    format!("{YEAR}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
}

/// A thing that statements are about.
pub fn about() -> Value {
    let parts = [
        "ledger".to_owned(),
        format!("year/{YEAR}"),
        NOTE.to_owned(),
        format!("(official|org|case/a?{ORDINAL}|(decree|list|budget)/{YEAR}|award/[0-9a-f]{{16}})/{ORDINAL}"),
    ];
    pattern(&format!("({})", parts.join("|")))
}
