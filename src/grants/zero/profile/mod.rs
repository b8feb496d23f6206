//! A government's own stages, offices and terms. TOML for editing; JSON in entry 0, which is what counts
//! (formats.md section 4).
//!
//! The fields of both are those of [`Profile`]. Strings are NFC without control characters; the ledger's strict
//! JSON refuses others. `fixtures/profiles/zero/kota-bandung.toml` is a worked example.

mod check;

use serde_json::{Value, json};

use crate::grants::json::Values;
use crate::grants::kinds::Kind;
use crate::grants::shape::{Code, Label, Shape, Text, record};
use crate::grants::toml_text;

pub use crate::grants::role::Role;
pub use crate::grants::toml_text::ProfileError;

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
        /// How many days ahead a statement may expire, 1 to 366.
        expires_max_days: u64,
        /// The stages of a case in order; the decree stands as `decree.sealed`.
        stages: Vec<Kind>,
        /// The offices.
        offices: Vec<Office>,
        /// The fields of grants, each with its agency.
        fields: Vec<Field>,
        /// The types of recipients. None is a person.
        recipient_types: Vec<Term>,
        /// The items that a recommendation answers; none if absent.
        checklist: Option<Vec<Term>>,
        /// The titles that public documents may bear.
        documents: Vec<Text>,
        /// Other offices for kinds that one office signs by default.
        signers: Option<Vec<Signing>>,
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
    /// Another office for a kind.
    pub struct Signing {
        /// The kind.
        kind: Kind,
        /// The role of the office that signs it.
        role: Role,
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

    /// Reads a profile from the JSON of entry 0.
    ///
    /// # Errors
    /// A [`ProfileError`] that names the field.
    pub fn from_json(value: &Value) -> Result<Self, ProfileError> {
        let profile =
            Profile::read(Values::of(value).root("")).and_then(|profile| profile.validate().map(|()| profile));
        profile.map_err(|fault| ProfileError::of(fault, None))
    }

    /// The JSON for entry 0; [`Profile::from_json`] reads back the same profile.
    pub fn to_json(&self) -> Value {
        let mut json = json!({
            "name": self.name.0,
            "government": {
                "name_id": self.government.name_id.0,
                "name_en": self.government.name_en.0,
                "region_code": self.government.region_code.0,
            },
            "utc_offset_min": self.utc_offset_min,
            "head_title": self.head_title.0,
            "expires_max_days": self.expires_max_days,
            "stages": self.stages.iter().map(|stage| stage.name()).collect::<Vec<_>>(),
            "offices": self.offices.iter().map(Office::to_json).collect::<Vec<_>>(),
            "fields": self.fields.iter().map(Field::to_json).collect::<Vec<_>>(),
            "recipient_types": self.recipient_types.iter().map(Term::to_json).collect::<Vec<_>>(),
            "documents": self.documents.iter().map(|title| title.0.as_str()).collect::<Vec<_>>(),
        });
        if let Some(checklist) = &self.checklist {
            json["checklist"] = checklist.iter().map(Term::to_json).collect();
        }
        if let Some(signers) = &self.signers {
            let signing = |signing: &Signing| json!({ "kind": signing.kind.name(), "role": signing.role.name() });
            json["signers"] = signers.iter().map(signing).collect();
        }
        json
    }

    /// The office of this code.
    pub fn office(&self, code: &str) -> Option<&Office> {
        self.offices.iter().find(|office| office.code.0 == code)
    }

    /// The first office that plays this role and, where one is named, is of this agency.
    pub fn office_with(&self, role: Role, agency: Option<&str>) -> Option<&Office> {
        self.offices.iter().find(|office| {
            let own = office.agency.as_ref().map(|agency| agency.0.as_str());
            office.role == role && agency.is_none_or(|agency| own == Some(agency))
        })
    }

    /// The field of this code.
    pub fn field(&self, code: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.code.0 == code)
    }

    /// The recipient type of this code.
    pub fn recipient_type(&self, code: &str) -> Option<&Term> {
        self.recipient_types.iter().find(|term| term.code.0 == code)
    }

    /// Whether the profile has this stage.
    pub fn has_stage(&self, kind: Kind) -> bool {
        self.stages.contains(&kind)
    }

    /// The role of the office that signs this kind, if one does: by default as in grants.md, "The way of a
    /// grant", else as the profile says. A refusal is signed by whoever holds the stage.
    pub fn office_role(&self, kind: Kind) -> Option<Role> {
        let default = default_role(kind)?;
        let other = self.signers.iter().flatten().find(|signing| signing.kind == kind);
        Some(other.map_or(default, |signing| signing.role))
    }
}

fn default_role(kind: Kind) -> Option<Role> {
    match kind {
        Kind::OrganisationRegistered => Some(Role::Registrar),
        Kind::AmountRecommended => Some(Role::Agency),
        Kind::DecreeIssued | Kind::DecreeRows | Kind::DecreeSealed | Kind::DecreeAbandoned => Some(Role::HeadOfRegion),
        Kind::AgreementSigned | Kind::AwardMigrated => Some(Role::FinanceOfficer),
        Kind::WarrantIssued | Kind::FundsCredited => Some(Role::Treasury),
        _ => None,
    }
}

impl Office {
    fn to_json(&self) -> Value {
        let mut json = json!({
            "code": self.code.0,
            "role": self.role.name(),
            "title_id": self.title_id.0,
            "title_en": self.title_en.0,
        });
        if let Some(agency) = &self.agency {
            json["agency"] = Value::from(agency.0.as_str());
        }
        json
    }
}

impl Field {
    fn to_json(&self) -> Value {
        json!({
            "code": self.code.0,
            "title_id": self.title_id.0,
            "title_en": self.title_en.0,
            "agency": self.agency.0,
        })
    }
}

impl Term {
    fn to_json(&self) -> Value {
        json!({ "code": self.code.0, "title_id": self.title_id.0, "title_en": self.title_en.0 })
    }
}

/// The names of the profiles that ship with the program.
pub const NAMES: &[&str] = &["kota-bandung", "nyc-council"];

/// The TOML of a profile that ships with the program; see [`NAMES`].
pub fn named_toml(name: &str) -> Option<&'static str> {
    match name {
        "kota-bandung" => Some(include_str!("../../../../fixtures/profiles/zero/kota-bandung.toml")),
        "nyc-council" => Some(include_str!("../../../../fixtures/profiles/zero/nyc-council.toml")),
        _ => None,
    }
}

/// A profile that ships with the program; see [`NAMES`].
///
/// ```
/// let profile = hibah::grants::zero::profile::named("kota-bandung").expect("it ships");
/// assert_eq!(profile.utc_offset_min, 420);
/// ```
pub fn named(name: &str) -> Option<Profile> {
    // A test reads every one of them, so none is lost here.
    named_toml(name).and_then(|text| Profile::from_toml(text).ok())
}
