//! What a federation plays is in `fixtures/demo/federation.toml`.

use serde::Deserialize;

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub(super) founded: String,
    pub(super) fiscal_year: u16,
    pub(super) applications: String,
    pub(super) list: String,
    pub(super) budget: String,
    pub(super) decree: String,
    pub(super) organisations: u64,
    pub(super) kinds: Vec<String>,
    pub(super) names: Vec<String>,
    pub(super) streets: Vec<String>,
    /// Kota Bandung and the seven of 2018.
    pub government: Vec<Government>,
    pub(super) common: Vec<Common>,
    pub(super) purpose: Vec<Purpose>,
}

/// A government with its own ledger.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Government {
    /// Its profile, which its folder is named after.
    pub(super) profile: String,
    /// What its origin and its witness's name begin with.
    pub(super) host: String,
    pub(super) city: String,
    pub(super) wards: Vec<String>,
}

impl Government {
    /// Whether it has this profile.
    #[must_use]
    pub fn is(&self, profile: &str) -> bool {
        self.profile == profile
    }

    /// Its ledger.
    pub(super) fn origin(&self) -> String {
        format!("{}/hibah", self.host)
    }

    /// The witness that it runs for others.
    pub(super) fn witness(&self) -> String {
        format!("{}/saksi", self.host)
    }
}

/// An organisation that registers with several governments.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Common {
    pub(super) name: String,
    pub(super) licence: Option<String>,
    pub(super) with: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Purpose {
    pub(super) title: String,
    pub(super) purpose: String,
}

/// The script that ships with the program.
///
/// # Errors
/// What is wrong with it, for it is a file that people edit.
pub fn script() -> Result<Script, String> {
    toml::from_str(include_str!("../../../../fixtures/demo/federation.toml"))
        .map_err(|fault| format!("fixtures/demo/federation.toml: {fault}"))
}
