//! What stands beside a step: what flags found with it, and the two versions of a correction. Shared by the page of a
//! grant, of an entry and of a flag.

use super::told::{Changed, Fact, Teller};
use super::words::Lang;
use crate::grants::explain::Topic;
use crate::ledger::findings::Finding;
use crate::public::shown::Comparison;

/// A finding of a flag.
pub(super) struct Found {
    /// The flag's title.
    pub(super) title: String,
    /// The flag's page.
    pub(super) href: String,
    /// The case.
    pub(super) case: String,
    /// Its title and recipient.
    pub(super) grant: String,
    pub(super) recipient: String,
    pub(super) entry: u64,
    /// Other cases that it is about.
    pub(super) others: Vec<String>,
    pub(super) facts: Vec<Fact>,
}

impl Found {
    pub(super) fn of(finding: &Finding, teller: &Teller<'_>) -> Self {
        let (w, lang) = (teller.lang.words(), teller.lang);
        Self {
            title: flag_title(&finding.flag, lang),
            href: format!("{}/flags/{}", lang.prefix(), finding.flag),
            case: finding.case.clone(),
            grant: w.title_of(&finding.title, false),
            recipient: w.recipient_of(&finding.recipient, finding.organisation, false),
            entry: finding.entry,
            others: finding.others.clone(),
            facts: teller.finding(&finding.facts),
        }
    }
}

/// The title of a flag.
pub(super) fn flag_title(name: &str, lang: Lang) -> String {
    let topic = Topic::find(name).filter(|topic| topic.sort() == "flag");
    topic.map_or_else(|| name.replace('_', " "), |topic| topic.title().in_language(lang.explained()).to_owned())
}

/// A correction beside what it corrects.
pub(super) struct Compared {
    /// The kind that is corrected, in words.
    pub(super) kind: String,
    /// The entry that is corrected.
    pub(super) before: u64,
    /// The entry that corrects.
    pub(super) after: u64,
    pub(super) reason: Option<String>,
    pub(super) changes: Vec<Changed>,
}

impl Compared {
    pub(super) fn of(comparison: &Comparison, teller: &Teller<'_>) -> Self {
        Self {
            kind: teller.lang.words().kind(&comparison.kind).to_owned(),
            before: comparison.before.index,
            after: comparison.after.index,
            reason: comparison.reason.clone(),
            changes: teller.changes(&comparison.kind, &comparison.differences()),
        }
    }
}
