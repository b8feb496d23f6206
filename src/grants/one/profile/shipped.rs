//! The profiles that ship with the program.

use super::Profile;

macro_rules! shipped {
    ($($name:literal,)*) => {
        /// The names of the profiles that ship with the program.
        pub const NAMES: &[&str] = &[$($name),*];

        /// The TOML of a profile that ships with the program; see [`NAMES`].
        pub fn named_toml(name: &str) -> Option<&'static str> {
            match name {
                $($name => Some(include_str!(concat!("../../../../fixtures/profiles/", $name, ".toml"))),)*
                _ => None,
            }
        }
    };
}

shipped! {
    "kota-bandung",
    "kab-kerinci",
    "kab-serdang-bedagai",
    "kab-sarolangun",
    "kab-mempawah",
    "kab-tasikmalaya",
    "kota-tanjungpinang",
    "kab-aceh-tengah",
    "nyc-council",
}

/// A profile that ships with the program; see [`NAMES`].
///
/// ```
/// let profile = hibah::grants::one::profile::named("kota-bandung").expect("it ships");
/// assert_eq!(profile.fields.len(), 22);
/// ```
pub fn named(name: &str) -> Option<Profile> {
    // A test reads every one of them, so none is lost here.
    named_toml(name).and_then(|text| Profile::from_toml(text).ok())
}
