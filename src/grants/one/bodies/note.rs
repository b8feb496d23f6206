//! Bodies of notes, which move no head: citizens' reports, flags, counts of refusals, erasures.

use super::{DecidedBy, Document, NoteId, Rating, Sealed};
use crate::grants::about::CaseId;
use crate::grants::rules::Rule;
use crate::grants::shape::{Code, Label, Text, record, vocabulary};
use crate::grants::time::Date;
use crate::tlog::hash::Hash;

record! {
    /// A citizen reported something.
    pub struct ReportReceived {
        /// The case, if the report names one.
        case: Option<CaseId>,
        /// Commitments to what the citizen wrote and left.
        sealed: ReportSealed,
    }
}

record! {
    /// Commitments to a citizen's report.
    pub struct ReportSealed {
        /// To the text.
        text: Hash,
        /// To the receipt code that the citizen keeps.
        receipt: Hash,
        /// To who the citizen is, if that was left.
        identity: Option<Hash>,
    }
}

record! {
    /// The office concerned answers a citizen.
    pub struct ReportAnswered {
        /// The report, `note/desk/<n>`.
        report: NoteId,
        /// The answer.
        answer: Text,
    }
}

record! {
    /// The citizen rates the answer.
    pub struct ReportRated {
        /// The report, `note/desk/<n>`.
        report: NoteId,
        /// From 1 (bad) to 5 (good).
        rating: Rating,
    }
}

record! {
    /// The inspectorate found something.
    pub struct FlagRaised {
        /// The case that it concerns.
        case: Option<CaseId>,
        /// The number of the organisation that it concerns.
        org: Option<u64>,
        /// A code of the kind of finding.
        flag: Code,
        /// What was found.
        fact: Text,
        /// The evidence.
        documents: Option<Vec<Document>>,
        /// Commitments to what stays in the vault.
        sealed: Option<Sealed>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// Whom a flag concerns answers it.
    pub struct FlagAnswered {
        /// The flag, `note/official/<n>/<n>`.
        flag: NoteId,
        /// The answer.
        answer: Text,
        /// Its papers.
        documents: Option<Vec<Document>>,
    }
}

vocabulary! {
    /// What became of a flag.
    pub enum FlagOutcome {
        /// It is as the flag says.
        Confirmed = "confirmed",
        /// It is not.
        Cleared = "cleared",
    }
}

record! {
    /// The inspectorate confirms or clears a flag.
    pub struct FlagClosed {
        /// The flag, `note/official/<n>/<n>`.
        flag: NoteId,
        /// `confirmed` or `cleared`.
        outcome: FlagOutcome,
        /// Why.
        reason: Text,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// How many signed statements the rules refused on a day.
    pub struct RefusalsCounted {
        /// The local day.
        day: Date,
        /// One count a rule and office, ascending; absent: none was refused.
        counts: Option<Vec<RefusalCount>>,
    }
}

record! {
    /// How many statements of an office one rule refused.
    pub struct RefusalCount {
        /// The rule.
        rule: Rule,
        /// The code of the office; `org` for organisations.
        office: Code,
        /// How many, at least 1.
        count: u64,
    }
}

vocabulary! {
    /// What was erased.
    pub enum Erased {
        /// The opening of a commitment.
        Sealed = "sealed",
        /// A text, which pages, search and exports hide from now on.
        Text = "text",
    }
}

record! {
    /// Personal data was erased.
    pub struct ErasureRecorded {
        /// The index of the entry that held it.
        entry: u64,
        /// The hash of that entry's statement.
        statement: Hash,
        /// JSON pointers to what was erased, such as `/body/sealed/chair`.
        pointers: Vec<Label>,
        /// `sealed` or `text`.
        what: Erased,
        /// Under which law.
        basis: Text,
        /// The case, if it concerns one.
        case: Option<CaseId>,
    }
}
