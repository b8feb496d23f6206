//! A government's own stages, offices and terms in rule set 1. TOML for editing; JSON on the ledger, which is what
//! counts (formats.md section 4).
//!
//! The fields of both are those of [`Profile`]. Strings are NFC without control characters; the ledger's strict
//! JSON refuses others. `fixtures/profiles/kota-bandung.toml` is a worked example with a comment at every part.

mod calendar;
mod check;
mod json;
mod shipped;
mod signers;
mod walk;

use serde_json::Value;

use super::ways::{Form, Way};
use crate::grants::json::Values;
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::shape::{Code, Label, Shape, Text, record, vocabulary};
use crate::grants::time::Date;
use crate::grants::toml_text;

pub use crate::grants::role::Role;
pub use crate::grants::toml_text::ProfileError;
pub use check::MAX_BYTES;
pub use shipped::{NAMES, named, named_toml};
pub use signers::{default_roles, named_by, signed_together};
pub use walk::STAGES;

record! {
    /// A government's own stages, offices and terms.
    pub struct Profile {
        /// A short name, such as `kota-bandung`.
        name: Label,
        /// Whose it is.
        government: Government,
        /// Minutes east of UTC, -720 to 840 (WIB: 420).
        utc_offset_min: i32,
        /// What the head of the region is called.
        head_title: Text,
        /// The languages of the pages, the first before the others: `id`, `en`.
        languages: Vec<Code>,
        /// How many days ahead a statement may expire, 1 to 60.
        expires_max_days: u64,
        /// The agencies, numbered from 1; a number names an agency's own cases, `case/a<n>/<m>`.
        agencies: Vec<Agency>,
        /// The offices.
        offices: Vec<Office>,
        /// The fields of grants, each with its agency.
        fields: Vec<Field>,
        /// The types of recipients.
        recipient_types: Vec<RecipientType>,
        /// The stages of each way and form, in order. A list, budget or decree stands as its seal.
        ways: Vec<Stages>,
        /// The items that the check of completeness answers; none if absent.
        completeness: Option<Vec<Term>>,
        /// The items that a recommendation answers; none if absent.
        checklist: Option<Vec<Term>>,
        /// The titles that public documents may bear.
        documents: Vec<Text>,
        /// Who holds the root keys, in their order.
        root_holders: Vec<RootHolder>,
        /// Other offices for kinds that an office signs by default.
        signers: Option<Vec<Signing>>,
        /// Offices that sign a kind on behalf of its own (a.n.).
        delegates: Option<Vec<Delegate>>,
        /// How much of something there may be.
        limits: Limits,
        /// How long an office may take; none if absent.
        deadlines: Option<Vec<Deadline>>,
        /// When the use of money is reported, and what a report is needed for.
        report: ReportTerms,
        /// From when on something is flagged.
        tolerances: Tolerances,
        /// How many days a replaced key waits in public before it is in force, 1 to 366.
        replacement_days: u64,
        /// The last day on which a running case may be taken over from paper; absent: none may.
        adoption_until: Option<Date>,
        /// Days that are no working days, besides Saturdays and Sundays; sorted.
        holidays: Option<Vec<Date>>,
        /// Days of elections; sorted.
        elections: Option<Vec<Date>>,
        /// The second office that signs a correction.
        correction_second: Role,
        /// The offices that may open what is sealed.
        vault_readers: Vec<Code>,
    }
}

record! {
    /// Whose the profile is.
    pub struct Government {
        /// The Indonesian name.
        name_id: Text,
        /// The English name.
        name_en: Text,
        /// The code of the region.
        region_code: Label,
    }
}

record! {
    /// An agency (SKPD, OPD, SKPK).
    pub struct Agency {
        /// Its number, for its own cases.
        n: u64,
        /// Its code, as offices and fields name it.
        code: Code,
        /// The Indonesian title.
        title_id: Text,
        /// The English title.
        title_en: Text,
    }
}

record! {
    /// An office.
    pub struct Office {
        /// Its code, as appointments name it.
        code: Code,
        /// What it does.
        role: Role,
        /// The Indonesian title.
        title_id: Text,
        /// The English title.
        title_en: Text,
        /// Which agency it is of; there exactly if its role is `agency`.
        agency: Option<Code>,
    }
}

record! {
    /// A field of grants.
    pub struct Field {
        /// Its code, as applications name it.
        code: Code,
        /// The Indonesian title.
        title_id: Text,
        /// The English title.
        title_en: Text,
        /// The agency that recommends.
        agency: Code,
    }
}

record! {
    /// A type of recipients.
    pub struct RecipientType {
        /// Its code, as registrations name it.
        code: Code,
        /// The Indonesian title.
        title_id: Text,
        /// The English title.
        title_en: Text,
        /// What sort of recipient it is.
        class: Class,
    }
}

vocabulary! {
    /// What sort of recipient a type is.
    pub enum Class {
        /// A central or another regional government.
        Government = "government",
        /// A company that the state or a region owns.
        Company = "company",
        /// A registered body: a foundation, an association, an ormas.
        Body = "body",
        /// A community without legal form.
        Community = "community",
        /// A person or family; never of a grant (B15).
        Individual = "individual",
    }
}

record! {
    /// The stages of a way and form.
    pub struct Stages {
        /// The way.
        way: Way,
        /// The form.
        form: Form,
        /// The stages, in order.
        stages: Vec<Kind>,
    }
}

record! {
    /// A word of a vocabulary with its titles.
    pub struct Term {
        /// The word as it is signed.
        code: Code,
        /// The Indonesian title.
        title_id: Text,
        /// The English title.
        title_en: Text,
    }
}

record! {
    /// Who holds a root key.
    pub struct RootHolder {
        /// The number of the root, from 1.
        root: u64,
        /// Who or which body holds its key: a public name of a body or a post, no person's name.
        holder: Text,
        /// Whether the holder is outside the government.
        outside: bool,
    }
}

record! {
    /// Another office for a kind.
    pub struct Signing {
        /// The kind.
        kind: Kind,
        /// The role of the office that signs it.
        role: Role,
    }
}

record! {
    /// An office that signs on behalf of the one that a kind belongs to (a.n.).
    pub struct Delegate {
        /// The kind.
        kind: Kind,
        /// The office.
        office: Code,
        /// The number of the decree that delegates.
        decree_number: Label,
    }
}

record! {
    /// How much of something there may be.
    pub struct Limits {
        /// Most cases of an organisation that are open at a time (B16).
        open_cases: u64,
        /// Most revisions of an organisation in a calendar year (B16).
        revisions_a_year: u64,
        /// Most money that is paid in cash in one case; 0: none is.
        cash: Amount,
    }
}

record! {
    /// How long an office may take for a kind, from the stage before it.
    pub struct Deadline {
        /// The kind.
        kind: Kind,
        /// The working days, 1 to 366.
        working_days: u64,
    }
}

record! {
    /// When the use of money is reported, and what a report is needed for.
    pub struct ReportTerms {
        /// The month of the year after the fiscal year, 1 to 12.
        due_month: u64,
        /// The day of that month.
        due_day: u64,
        /// Whether a due day that is no working day moves to the next that is one.
        rolls: bool,
        /// What the report of an instalment must be before the next one is paid (B7).
        instalment: Instalment,
        /// What happens to a recipient whose report is overdue (B8).
        overdue: Overdue,
    }
}

vocabulary! {
    /// What the report of an instalment must be before the next one is paid (B7).
    pub enum Instalment {
        /// The agency accepted it.
        Accepted = "accepted",
        /// The recipient filed it.
        Filed = "filed",
    }
}

vocabulary! {
    /// What happens to a recipient whose report is overdue (B8).
    pub enum Overdue {
        /// No new decree, agreement or warrant.
        Refuse = "refuse",
        /// It is shown.
        Flag = "flag",
    }
}

record! {
    /// From when on something is flagged.
    pub struct Tolerances {
        /// An event recorded more than so many days after it happened is late, 0 to 366.
        late_entry_days: u64,
        /// The first day of December whose warrants are a rush at the end of the year, 1 to 31.
        year_end_from_day: u64,
    }
}

impl Profile {
    /// Reads a profile from TOML.
    ///
    /// # Errors
    /// A [`ProfileError`] that names line and field.
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        toml_text::read(text, Profile::validate)
    }

    /// Reads a profile from the JSON of the ledger.
    ///
    /// # Errors
    /// A [`ProfileError`] that names the field.
    pub fn from_json(value: &Value) -> Result<Self, ProfileError> {
        let profile =
            Profile::read(Values::of(value).root("")).and_then(|profile| profile.validate().map(|()| profile));
        profile.map_err(|fault| ProfileError::of(fault, None))
    }

    /// The office of this code.
    pub fn office(&self, code: &str) -> Option<&Office> {
        self.offices.iter().find(|office| office.code.0 == code)
    }

    /// The offices that play this role and, where one is named, are of this agency.
    pub fn offices_with<'p>(&'p self, role: Role, agency: Option<&'p str>) -> impl Iterator<Item = &'p Office> {
        self.offices.iter().filter(move |office| {
            let own = office.agency.as_ref().map(|agency| agency.0.as_str());
            office.role == role && agency.is_none_or(|agency| own == Some(agency))
        })
    }

    /// The agency of this code.
    pub fn agency(&self, code: &str) -> Option<&Agency> {
        self.agencies.iter().find(|agency| agency.code.0 == code)
    }

    /// The agency of this number.
    pub fn agency_number(&self, n: u64) -> Option<&Agency> {
        self.agencies.iter().find(|agency| agency.n == n)
    }

    /// The field of this code.
    pub fn field(&self, code: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.code.0 == code)
    }

    /// The recipient type of this code.
    pub fn recipient_type(&self, code: &str) -> Option<&RecipientType> {
        self.recipient_types.iter().find(|term| term.code.0 == code)
    }

    /// The stages of a way and form, if the profile has them.
    pub fn stages(&self, way: Way, form: Form) -> Option<&[Kind]> {
        self.ways.iter().find(|list| list.way == way && list.form == form).map(|list| list.stages.as_slice())
    }
}
