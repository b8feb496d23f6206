//! Evidence: what a monitor keeps of a ledger that does not keep its word, so that others can check it without believing
//! the monitor.
//!
//! | finding | is shown by | the monitor's word is |
//! |---|---|---|
//! | `fork`, `rewrite` | two checkpoints, both signed; of two sizes, a proof that the larger tree began with another root; where it is at hand, the first entry that differs, in each | from which source each came |
//! | `rule` | a signed checkpoint and every entry under it: one of them is refused | nothing |
//! | `time` | a witness's cosignature, and an entry whose time it contradicts, with its proof | nothing |
//! | `shrink` | two checkpoints, both signed, the smaller one shown later by the same source | that it was later |
//! | `stale` | the newest checkpoint shown, and what tells its age; or a newer one that somebody else showed | how long it was shown |
//!
//! `fork` is two sources, or two answers of one size; `rewrite` is one source that took back what it had shown. It is one
//! proof. Evidence is a folder: `evidence.json`, and for `rule` the tree of files beside it.

mod file;
mod found;
mod shown;

pub use file::{EVIDENCE_FILE, Evidence, InTree, SeenAt, WrongEntry};
pub use found::{View, contradicted_time, fork, stale};
pub use shown::Shown;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Two histories, shown by two sources, or of one size.
    Fork,
    /// A later checkpoint that does not contain an earlier one of the same source.
    Rewrite,
    /// An entry that is refused: by the rules, or for its form, place or signatures.
    Rule,
    /// An entry whose time a cosignature contradicts.
    Time,
    /// A source that showed fewer entries than before.
    Shrink,
    /// A checkpoint that was shown for too long.
    Stale,
}

impl Finding {
    const ALL: [Self; 6] = [Self::Fork, Self::Rewrite, Self::Rule, Self::Time, Self::Shrink, Self::Stale];

    /// Its name in files and addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::Rewrite => "rewrite",
            Self::Rule => "rule",
            Self::Time => "time",
            Self::Shrink => "shrink",
            Self::Stale => "stale",
        }
    }

    /// Reads a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|finding| finding.as_str() == name)
    }
}
