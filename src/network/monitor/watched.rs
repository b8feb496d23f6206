//! Entries that somebody wants to be told of: of an organisation, an agency, a rule that refused, or a kind.

use crate::grants::about::{About, CaseOwner, NoteSigner};
use crate::grants::state::State;
use crate::ledger::replay::Step;
use crate::tlog::decimal::parse_decimal;

/// Which entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// That this organisation signed, or that are about it or one of its cases.
    Org(u64),
    /// That move a case of this agency, by its code in the profile.
    Agency(String),
    /// Counts of refusals that name this rule.
    Rule(String),
    /// Of this kind.
    Kind(String),
}

/// An entry that was wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Its index.
    pub index: u64,
    /// The kind of its statement.
    pub kind: String,
    /// What it is about.
    pub about: String,
    /// When it was recorded, by the operator's clock.
    pub recorded_at: String,
    /// What it was wanted for: `org=12`.
    pub watched: String,
}

impl Watched {
    /// Reads `org=12`, `agency=disdik`, `rule=B6` or `kind=warrant.issued`.
    ///
    /// # Errors
    /// A sentence that says what to write.
    pub fn parse(text: &str) -> Result<Self, String> {
        let unknown = || "write org=NUMBER, agency=CODE, rule=CODE or kind=KIND".to_owned();
        match text.split_once('=').ok_or_else(unknown)? {
            ("org", n) => parse_decimal(n).map(Self::Org).ok_or_else(|| "write org=NUMBER, such as org=12".to_owned()),
            (_, "") => Err(unknown()),
            ("agency", code) => Ok(Self::Agency(code.to_owned())),
            ("rule", code) => Ok(Self::Rule(code.to_owned())),
            ("kind", kind) => Ok(Self::Kind(kind.to_owned())),
            _ => Err(unknown()),
        }
    }

    /// Whether it wants this entry; `state` is the one after it.
    fn wants(&self, step: &Step, state: &State) -> bool {
        let about = || step.touched.iter().chain(std::iter::once(step.statement.about()));
        match self {
            Self::Org(n) => {
                let name = format!("{}/org/{n}", state.origin());
                about().any(|about| org_of(about) == Some(*n))
                    || step.statement.signers().iter().any(|signer| signer.name() == name)
            }
            Self::Agency(code) => about().any(|about| {
                let About::Case(id) = about else { return false };
                state.case_row(id).and_then(|row| row.facts).is_some_and(|facts| facts.agency == *code)
            }),
            Self::Rule(code) => {
                let counts = step.statement.body().get("counts").and_then(|counts| counts.as_array());
                let named = |count: &serde_json::Value| count.get("rule").and_then(|rule| rule.as_str()) == Some(code);
                step.statement.kind() == "refusals.counted" && counts.is_some_and(|counts| counts.iter().any(named))
            }
            Self::Kind(kind) => step.statement.kind() == kind,
        }
    }

    /// The entry, if one of these wants it.
    pub(super) fn noted(all: &[Self], step: &Step, state: &State) -> Option<Noted> {
        let watched = all.iter().find(|watched| watched.wants(step, state))?;
        Some(Noted {
            index: step.index,
            kind: step.statement.kind().to_owned(),
            about: step.statement.about().to_string(),
            recorded_at: step.recorded_at.to_string(),
            watched: watched.to_string(),
        })
    }
}

impl std::fmt::Display for Watched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Org(n) => write!(f, "org={n}"),
            Self::Agency(code) => write!(f, "agency={code}"),
            Self::Rule(code) => write!(f, "rule={code}"),
            Self::Kind(kind) => write!(f, "kind={kind}"),
        }
    }
}

fn org_of(about: &About) -> Option<u64> {
    match about {
        About::Org(n) | About::Note { signer: NoteSigner::Org(n), .. } => Some(*n),
        About::Case(id) => match id.owner {
            CaseOwner::Org(n) => Some(n),
            CaseOwner::Agency(_) => None,
        },
        _ => None,
    }
}
