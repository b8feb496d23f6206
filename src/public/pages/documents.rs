//! Documents that statements name, and whether they can be had here.

use serde_json::Value;

use super::told::{SHORT_DIGITS, Teller};
use super::words::Lang;
use crate::public::Site;
use crate::public::answer::Fault;
use crate::public::closed;
use crate::public::moment::Moment;
use crate::tlog::hash::Hash;

/// A document that a statement names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) title: String,
    pub(super) size: String,
    pub(super) sha256: String,
    pub(super) media_type: String,
    /// The entry that names it.
    pub(super) index: u64,
    /// Of a public version: what is said of the original.
    pub(super) original: Option<String>,
    /// Whether it can be had here, as [`with_place`] finds out.
    pub(super) place: Place,
}

/// Whether a document can be had here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is not kept here.
    Elsewhere,
    /// At `/documents/<sha256>`.
    Kept,
    /// It was erased: when, and under which law.
    Erased(String),
}

impl Document {
    /// The first digits of its digest.
    pub(super) fn short(&self) -> &str {
        self.sha256.get(..SHORT_DIGITS).unwrap_or(&self.sha256)
    }
}

impl Teller<'_> {
    /// Every document that `body` names, wherever it stands.
    pub(super) fn documents(&self, body: &Value, index: u64) -> Vec<Document> {
        let mut found = Vec::new();
        self.collect(body, index, &mut found);
        for document in &mut found {
            document.original = self.original(body, &document.sha256);
        }
        found
    }

    /// What a public version says of its original, which is sealed in the same statement.
    fn original(&self, body: &Value, sha256: &str) -> Option<String> {
        let (_, commitment) = closed::original_of(body, &Hash::from_hex(sha256).ok()?)?;
        let short = commitment.get(..SHORT_DIGITS).unwrap_or(commitment);
        Some(self.lang.words().public_version(short))
    }

    fn collect(&self, value: &Value, index: u64, found: &mut Vec<Document>) {
        match value {
            value if is_document(value) => found.push(self.document(value, index)),
            Value::Object(map) => map.values().for_each(|value| self.collect(value, index, found)),
            Value::Array(items) => items.iter().for_each(|value| self.collect(value, index, found)),
            _ => {}
        }
    }

    fn document(&self, value: &Value, index: u64) -> Document {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let size = value.get("size").and_then(Value::as_u64).unwrap_or_default();
        Document {
            title: text("title"),
            size: format!("{} {}", self.lang.words().count(size), self.lang.words().bytes),
            sha256: text("sha256"),
            media_type: text("media_type"),
            index,
            original: None,
            place: Place::Elsewhere,
        }
    }
}

/// Finds out which documents can be had here.
pub(super) async fn with_place(site: &Site, lang: Lang, documents: Vec<Document>) -> Result<Vec<Document>, Fault> {
    let (kept, founding) = (site.documents.clone(), site.founding.clone());
    let read = site.pool.read(move |reader| {
        let mut documents = documents;
        for document in &mut documents {
            let Ok(sha256) = Hash::from_hex(&document.sha256) else { continue };
            if let Some(erasure) = kept.erasure(&sha256)? {
                let day = Moment::day(erasure.at.local_date(founding.offset_min), lang);
                document.place = Place::Erased(lang.words().erased_on(day.words(), &erasure.basis));
            } else if founding.is_public_title(reader, document.index, &document.title)?
                && kept.read(&sha256)?.is_some()
            {
                document.place = Place::Kept;
            }
        }
        Ok(documents)
    });
    read.await
}

pub(super) fn is_document(value: &Value) -> bool {
    ["title", "sha256", "size"].iter().all(|name| value.get(name).is_some())
}
