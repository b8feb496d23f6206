//! What one entry changes in the derived tables, as the state right after it says. So the tables can be written later, by
//! another thread, when the state has long gone on and the statement is gone.

use serde_json::Value;

use super::hidden;
use super::replay::Step;
use crate::grants::about::{About, CaseId};
use crate::grants::flags::Finding;
use crate::grants::json::{Json, Object};
use crate::grants::kinds::Kind;
use crate::grants::state::{CaseRow, State};
use crate::grants::time::{Date, Timestamp};
use crate::tlog::hash::Hash;

/// What an entry changes.
#[derive(Debug)]
pub struct Rows {
    pub(super) index: u64,
    pub(super) leaf: Hash,
    pub(super) recorded_at: Timestamp,
    /// The local day on which it was recorded.
    pub(super) day: Date,
    pub(super) event_date: Date,
    pub(super) kind: String,
    pub(super) about: About,
    /// The hash of its statement.
    pub(super) statement: Hash,
    pub(super) touched: Vec<About>,
    pub(super) findings: Vec<Finding>,
    /// The documents that it names.
    pub(super) documents: Vec<Hash>,
    /// The cases that it touches.
    pub(super) cases: Vec<(CaseId, CaseRow)>,
    /// The organisations that it touches, with their names.
    pub(super) organisations: Vec<(u64, String)>,
    /// Whether it gives what it is about a title, and a name.
    pub(super) gives_title: bool,
    pub(super) gives_name: bool,
    /// The number of the licence or deed that it gives an organisation.
    pub(super) licence: Option<String>,
    /// At which stage it takes the case that it is about over from paper.
    pub(super) adopted: Option<String>,
    /// Its body, where rows are made of more of it: an old award, or a statement that names an earlier entry.
    pub(super) body: Option<Value>,
}

impl Rows {
    /// Of an entry that left this state.
    pub(super) fn of(state: &State, step: &Step) -> Self {
        let statement = &step.statement;
        let (mut cases, mut organisations) = (Vec::new(), Vec::new());
        for thing in &step.touched {
            match thing {
                // A statement that touches a case leaves one; nothing removes cases.
                About::Case(id) => cases.extend(state.case_row(id).map(|row| (*id, row))),
                About::Org(n) => {
                    let name = state.org(*n).map(|(name, _)| name.to_owned()).unwrap_or_default();
                    organisations.push((*n, name));
                }
                _ => {}
            }
        }
        let fields = statement.json().as_object();
        // What a correction says instead stands one body deeper.
        let corrected = fields.and_then(|fields| fields.get("body")).and_then(Json::as_object);
        let is_text = |object: Object<'_>, name: &str| object.get(name).is_some_and(|value| value.as_str().is_some());
        let kind = Kind::parse(statement.kind());
        let stage = fields.filter(|_| kind == Some(Kind::CaseAdopted)).and_then(|fields| fields.get("stage"));
        let licence = [fields, corrected].into_iter().flatten().find_map(|fields| {
            let registration = fields.get("registration").and_then(Json::as_object)?;
            registration.get("number")?.as_str().map(str::to_owned)
        });
        let whole = hidden::naming(kind).is_some() || step.touched.iter().any(|thing| matches!(thing, About::Award(_)));
        Self {
            index: step.index,
            leaf: step.leaf,
            recorded_at: step.recorded_at,
            day: state.local_date(step.recorded_at),
            event_date: statement.event_date(),
            kind: statement.kind().to_owned(),
            about: *statement.about(),
            statement: statement.hash(),
            touched: step.touched.clone(),
            findings: step.findings.clone(),
            documents: documents_in(statement.text()),
            cases,
            organisations,
            gives_title: [fields, corrected].into_iter().flatten().any(|object| is_text(object, "title")),
            gives_name: fields.is_some_and(|fields| fields.has("name")),
            licence,
            adopted: stage.and_then(|stage| stage.as_str().map(str::to_owned)),
            body: whole.then(|| statement.body().clone()),
        }
    }

    /// Whether it gives the row of this case what only its statement says.
    pub(super) fn gives(&self, id: &CaseId) -> bool {
        self.about == About::Case(*id) && (self.gives_title || self.adopted.is_some())
    }
}

/// The digests of the documents that a statement names. What looks like a field's name between quotes is never part of a
/// text, for there quotes are escaped.
fn documents_in(text: &str) -> Vec<Hash> {
    let begins = text.split("\"sha256\":\"").skip(1);
    begins.filter_map(|rest| Hash::from_hex(rest.get(..64)?).ok()).collect()
}
