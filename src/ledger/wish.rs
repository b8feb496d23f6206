//! New statements: what one is to say, made into its four lines on the ledger's present state.

use serde_json::{Value, json};

use super::replay::Replay;
use super::statement::{Content, Statement};
use crate::grants::about::About;
use crate::grants::rules::RuleSet;
use crate::grants::sentence::Sentence;
use crate::grants::signer::SignerId;
use crate::grants::time::Date;
use crate::tlog::hash::Hash;

/// How many days ahead a statement expires if not told (formats.md section 1).
const EXPIRES_DAYS: i64 = 14;

/// What a new statement is to say.
pub struct Wish {
    /// The ledger's origin.
    pub origin: String,
    /// Its kind.
    pub kind: String,
    /// What it is about.
    pub about: About,
    /// The leaf hash of the latest entry about it.
    pub after: Hash,
    /// Its own fields.
    pub body: Value,
    /// When it happened; none: today.
    pub event_date: Option<Date>,
    /// The last day on which it may be recorded; none: in 14 days, or as soon as the profile wants.
    pub expires: Option<Date>,
    /// Who signs.
    pub signers: Vec<SignerId>,
}

/// Why no statement can be made of a wish.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the statement cannot be made: {0}")]
pub struct Unmade(pub Sentence);

impl Wish {
    /// The statement, without signatures; of a ledger's state, if it is known.
    ///
    /// # Errors
    /// [`Unmade`]: a text that no statement may hold, a field that its kind does not have.
    pub fn draft(self, replay: Option<&Replay>, today: Date) -> Result<Statement, Unmade> {
        let expires_days = replay
            .and_then(|replay| i64::try_from(replay.state().expires_max_days()?).ok())
            .map_or(EXPIRES_DAYS, |limit| limit.min(EXPIRES_DAYS));
        let mut signers = self.signers;
        signers.sort();
        signers.dedup();
        let content = Content {
            origin: self.origin,
            kind: self.kind,
            about: self.about,
            after: Some(self.after),
            body: self.body,
            event_date: self.event_date.unwrap_or(today),
            // A date of this century has one two weeks later.
            expires: self.expires.or_else(|| today.plus_days(expires_days)).unwrap_or(today),
            signers,
        };
        let statement = content.draft().map_err(|fault| Unmade(fault.sentence))?;
        // Without the ledger it is not known which rule set is in force: one of them must take it.
        let rules = match replay {
            Some(replay) => vec![replay.state().rules_for(statement.kind(), statement.json())],
            None => vec![RuleSet::Zero, RuleSet::One],
        };
        let read = rules.into_iter().map(|rules| statement.claim(rules)).reduce(|first, second| first.or(second));
        match read {
            Some(Err(refusal)) => Err(Unmade(refusal.sentence)),
            _ => Ok(statement),
        }
    }
}

/// The thing that a statement is about; `new` at its end takes the next number of its series. None where nothing can be
/// about it.
#[must_use]
pub fn resolved(about: &str, replay: &Replay) -> Option<About> {
    let Some(parent) = about.strip_suffix("/new") else { return About::parse(about) };
    // Any number will do to learn which series it is.
    let of_series = About::parse(&format!("{parent}/1")).filter(|about| about.has_series())?;
    About::parse(&format!("{parent}/{}", replay.state().next_number(&of_series)))
}

/// Each row of a decree names the latest entry about its case; where it is left out, the ledger knows it.
pub fn fill_rows(body: &mut Value, replay: &Replay) {
    for row in body.get_mut("rows").and_then(Value::as_array_mut).into_iter().flatten() {
        let case = row.get("case").and_then(Value::as_str).and_then(About::parse);
        let head = case.and_then(|case| replay.state().head(&case));
        if let (Some(row), Some(head)) = (row.as_object_mut(), head) {
            row.entry("after").or_insert_with(|| json!(head.to_hex()));
        }
    }
}
