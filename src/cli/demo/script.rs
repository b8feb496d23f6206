//! What the demo plays is in `fixtures/demo/kota-bandung.toml`: names, purposes, dates of papers, and how many of what.
//! Everything else follows from the seed there: two runs make the same ledger, byte for byte.

use serde::Deserialize;

use crate::grants::time::Date;
use crate::tlog::hash::sha256;

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub(super) origin: String,
    pub(super) profile: String,
    pub(super) seed: String,
    pub(super) founded: String,
    pub(super) until: String,
    pub(super) organisations: u64,
    pub(super) golden: Vec<Golden>,
    pub(super) season: Vec<Season>,
    pub(super) paper: Vec<Paper>,
    pub(super) kinds: Vec<String>,
    pub(super) names: Vec<String>,
    pub(super) streets: Vec<String>,
    pub(super) wards: Vec<String>,
    pub(super) purpose: Vec<Purpose>,
}

impl Script {
    /// The origin of the demo's ledger.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

/// One of the two cases that follow a real trail; dates that the source lacks are in its comments.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Golden {
    pub(super) name: String,
    pub(super) street: String,
    pub(super) control_number: String,
    pub(super) asked: i64,
    pub(super) recommended: i64,
    pub(super) considered: i64,
    pub(super) granted: i64,
    /// The row of the decree.
    pub(super) row: u64,
    pub(super) agreement_number: String,
    pub(super) request_number: String,
    pub(super) order_number: String,
    pub(super) warrant_number: String,
    /// Kind and day, in the order in which they are said.
    pub(super) steps: Vec<(String, String)>,
}

/// The applications of a fiscal year.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Season {
    pub(super) fiscal_year: u16,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) grants: u64,
    pub(super) goods: u64,
    #[serde(default)]
    pub(super) services: u64,
    pub(super) assistance: u64,
    pub(super) needs: u64,
}

/// A list, a budget or a decree on its day: it takes the cases that wait for it, at most so many.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paper {
    pub(super) date: String,
    pub(super) family: String,
    #[serde(default)]
    pub(super) way: String,
    pub(super) fiscal_year: u16,
    pub(super) number: String,
    pub(super) rows: usize,
    /// `abandoned` after its rows, `revoked` on another day, `amends` the decree of that number.
    #[serde(default)]
    pub(super) end: String,
    #[serde(default)]
    pub(super) amends: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Purpose {
    pub(super) field: String,
    pub(super) title: String,
    pub(super) purpose: String,
}

/// The script that ships with the program.
///
/// # Errors
/// What is wrong with it, for it is a file that people edit.
pub fn script() -> Result<Script, String> {
    toml::from_str(include_str!("../../../fixtures/demo/kota-bandung.toml"))
        .map_err(|fault| format!("fixtures/demo/kota-bandung.toml: {fault}"))
}

/// A day as the file writes it.
///
/// # Errors
/// That it is none.
pub(super) fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| format!("\"{text}\" is no day: write YYYY-MM-DD"))
}

/// Chance from the seed and a name: the same number each time, below `limit`.
pub(super) fn chance(seed: &str, name: &str, limit: u64) -> u64 {
    let hash = sha256(format!("{seed} {name}").as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_be_bytes(bytes) % limit.max(1)
}
