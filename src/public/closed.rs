//! What stays sealed, and the usual ground for it; and the original of a document that is public in a redacted version.
//!
//! The grounds are in national laws, the same for every government: UU 14/2008 (public information) art. 17 (h), of which 3
//! names bank accounts of persons; UU 27/2022 (personal data) art. 4. Who sealed something decided that; pages name the ground
//! that such things usually have.

use serde_json::Value;

use crate::ledger::documents::original_name;
use crate::tlog::hash::Hash;

/// What the names begin with under which originals are sealed.
const ORIGINAL: &str = "original_";

/// The usual ground for sealing what has this name; none of a name that nobody agreed on.
pub(super) fn basis(name: &str) -> Option<&'static str> {
    Some(match name {
        "account" => "UU 14/2008 art. 17 (h) 3",
        "chair" | "identity" | "members" => "UU 14/2008 art. 17 (h), UU 27/2022 art. 4 (3)",
        _ => return None,
    })
}

/// The usual ground for closing an original beside its public version.
pub(super) const ORIGINALS: &str = "UU 14/2008 art. 17 (h)";

/// Whether a name is one under which originals are sealed.
pub(super) fn is_original(name: &str) -> bool {
    name.starts_with(ORIGINAL)
}

/// Pages of both languages name articles alike, but for the words.
pub(super) fn in_indonesian(basis: &str) -> String {
    basis
        .replace("art. ", "pasal ")
        .replace(" (h)", " huruf h")
        .replace("huruf h 3", "huruf h angka 3")
        .replace("pasal 4 (3)", "pasal 4 ayat (3)")
}

/// Of a public version that this body names: under which name the same body seals the original, and the commitment.
pub(super) fn original_of<'b>(body: &'b Value, sha256: &Hash) -> Option<(String, &'b str)> {
    let name = original_name(sha256);
    // What a correction says instead stands one body deeper.
    let mut places = [format!("/sealed/{name}"), format!("/body/sealed/{name}")].into_iter();
    let commitment = places.find_map(|place| body.pointer(&place)?.as_str())?;
    Some((name, commitment))
}
