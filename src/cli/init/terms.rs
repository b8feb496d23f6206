//! What a founding takes from a profile, of either rule set.

use std::path::Path;

use serde_json::Value;

use crate::cli::{Failure, files};
use crate::grants::{one, zero};

/// How many roots a ledger of rule set 0 has: its profiles name no holders.
const ROOTS_OF_ZERO: usize = 5;

/// What a founding takes from a profile.
pub(super) struct Terms {
    /// The number of the rule set.
    pub(super) rules: u64,
    /// The profile as entry 0 holds it.
    pub(super) json: Value,
    /// Its name and whose it is, in English.
    pub(super) title: String,
    pub(super) utc_offset_min: i32,
    /// The codes of the offices.
    pub(super) offices: Vec<String>,
    /// Who holds the root keys; empty names under rule set 0.
    pub(super) holders: Vec<String>,
}

impl Terms {
    /// Reads a profile that ships with the program, or a TOML file.
    pub(super) fn read(rules: u64, named: &str) -> Result<Self, Failure> {
        if rules == 0 {
            let read = |text: &str| zero::profile::Profile::from_toml(text);
            return profile(named, zero::profile::named_toml(named), read).map(|profile| Self::of_zero(&profile));
        }
        let read = |text: &str| one::profile::Profile::from_toml(text);
        profile(named, one::profile::named_toml(named), read).map(|profile| Self::of_one(&profile))
    }

    fn of_zero(profile: &zero::profile::Profile) -> Self {
        Terms {
            rules: 0,
            json: profile.to_json(),
            title: format!("{}, {}", profile.name.0, profile.government.name_en.0),
            utc_offset_min: profile.utc_offset_min,
            offices: profile.offices.iter().map(|office| office.code.0.clone()).collect(),
            holders: vec![String::new(); ROOTS_OF_ZERO],
        }
    }

    fn of_one(profile: &one::profile::Profile) -> Self {
        Terms {
            rules: 1,
            json: profile.to_json(),
            title: format!("{}, {}", profile.name.0, profile.government.name_en.0),
            utc_offset_min: profile.utc_offset_min,
            offices: profile.offices.iter().map(|office| office.code.0.clone()).collect(),
            holders: profile.root_holders.iter().map(|root| root.holder.0.clone()).collect(),
        }
    }
}

fn profile<P>(
    named: &str,
    shipped: Option<&str>,
    read: impl Fn(&str) -> Result<P, crate::grants::toml_text::ProfileError>,
) -> Result<P, Failure> {
    let file = Path::new(named);
    let text = match shipped {
        Some(text) => text.to_owned(),
        None if file.exists() => files::read_text(file, "a profile in TOML")?,
        None => {
            return Err(Failure::CouldNot(format!(
                "there is no profile \"{named}\" and no file of that name: `hibah profile list` names those that ship, others are TOML files"
            )));
        }
    };
    read(&text).map_err(|fault| Failure::CouldNot(format!("{named} is no profile: {fault}")))
}
