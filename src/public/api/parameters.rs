//! The parameters in queries: each stands here, or beside what it narrows, once. Handlers read addresses by them, and the
//! OpenAPI document is made from them.

use serde_json::{Map, Value, json};

use super::following::{AFTER_CHANGE, AFTER_ENTRY, LIMIT};
use crate::public::pages::narrow::{NARROWINGS, PAGE, SORT};

/// The longest value of a parameter, in characters.
pub(in crate::public) const MAX_VALUE_CHARS: usize = 200;

/// A parameter of an address. An empty one is as if absent, since that is what forms send.
#[derive(Clone, Copy, Debug)]
pub(in crate::public) struct Parameter {
    pub(in crate::public) name: &'static str,
    /// What it does, for programs.
    pub(in crate::public) means: &'static str,
    pub(in crate::public) takes: Takes,
    /// What a fault says that its value must do.
    pub(in crate::public) must: &'static str,
}

/// Which values a parameter takes.
#[derive(Clone, Copy, Debug)]
pub(in crate::public) enum Takes {
    /// Any text of at most [`MAX_VALUE_CHARS`].
    Text,
    /// A whole number from the first to the second.
    Number(u64, u64),
    /// One of these.
    OneOf(&'static [&'static str]),
    /// What this regular expression matches.
    Pattern(&'static str),
}

impl Parameter {
    /// As OpenAPI has it.
    fn described(&self) -> Value {
        let schema = match self.takes {
            Takes::Text => json!({"type": "string", "maxLength": MAX_VALUE_CHARS}),
            Takes::Number(least, most) => {
                let number = json!({"type": "integer", "minimum": least, "maximum": most});
                json!({"anyOf": [number, {"const": "", "type": "string"}]})
            }
            Takes::OneOf(values) => {
                let values: Vec<&str> = [""].into_iter().chain(values.iter().copied()).collect();
                json!({"type": "string", "enum": values})
            }
            Takes::Pattern(pattern) => json!({"type": "string", "pattern": pattern}),
        };
        json!({"name": self.name, "in": "query", "required": false, "description": self.means, "schema": schema})
    }
}

/// The parameters of each address that has some, under the names of the document's components.
fn taken() -> Vec<(&'static str, Vec<(&'static str, &'static Parameter)>)> {
    let narrowings: Vec<_> = NARROWINGS.iter().map(|one| (one.parameter.name, &one.parameter)).collect();
    let grants = [("sort", &SORT.parameter), ("page", &PAGE)];
    let changed = [("after_change", &AFTER_CHANGE), ("limit", &LIMIT)];
    vec![
        ("/api/v1/grants", narrowings.iter().copied().chain(grants).collect()),
        ("/api/v1/grants/changed", narrowings.into_iter().chain(changed).collect()),
        ("/api/v1/entries", vec![("after_entry", &AFTER_ENTRY), ("limit", &LIMIT)]),
        ("/api/v1/flags/{name}", vec![("page", &PAGE)]),
    ]
}

/// Writes them into an OpenAPI document: each once, and at each address a reference to it.
pub(super) fn write(document: &mut Value) {
    let mut described = Map::new();
    for (path, parameters) in taken() {
        let references = parameters.iter().map(|(key, _)| json!({"$ref": format!("#/components/parameters/{key}")}));
        let references: Vec<Value> = references.collect();
        let own = &mut document["paths"][path]["get"]["parameters"];
        match own.as_array_mut() {
            Some(own) => own.extend(references),
            None => *own = Value::Array(references),
        }
        described.extend(parameters.into_iter().map(|(key, one)| (key.to_owned(), one.described())));
    }
    document["components"]["parameters"] = Value::Object(described);
}
