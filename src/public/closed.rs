//! What stays sealed, and the article that closes it; and the original of a document that is public in a redacted version.
//!
//! The articles are those of national laws, the same for every government: UU 14/2008 (public information) art. 17 letter h, of
//! which 3 names accounts; UU 27/2022 (personal data) art. 4.

use serde_json::Value;

use crate::ledger::documents::original_name;
use crate::tlog::hash::Hash;

/// What the names begin with under which originals are sealed.
const ORIGINAL: &str = "original_";

/// The article that closes what is sealed under this name; none of a name that nobody agreed on.
pub(super) fn basis(name: &str) -> Option<&'static str> {
    Some(match name {
        "account" => "UU 14/2008 pasal 17 huruf h angka 3",
        "chair" | "identity" | "members" => "UU 14/2008 pasal 17 huruf h, UU 27/2022 pasal 4 ayat (3)",
        name if name.starts_with(ORIGINAL) => "UU 14/2008 pasal 17 huruf h",
        _ => return None,
    })
}

/// Whether an original is sealed under this name.
pub(super) fn is_original(name: &str) -> bool {
    name.starts_with(ORIGINAL)
}

/// Of a public version that this body names: under which name the same body seals the original, and the commitment.
pub(super) fn original_of<'b>(body: &'b Value, sha256: &Hash) -> Option<(String, &'b str)> {
    let name = original_name(sha256);
    // What a correction says instead stands one body deeper.
    let mut places = [format!("/sealed/{name}"), format!("/body/sealed/{name}")].into_iter();
    let commitment = places.find_map(|place| body.pointer(&place)?.as_str())?;
    Some((name, commitment))
}
