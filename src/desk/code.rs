//! The code by which people compare a public key at a counter, whatever name it bears.

use crate::public::pages::receipt::in_fours;
use crate::tlog::hash::sha256;

/// The hex digits of a code: 80 bits, more than anybody finds another key for, and few enough to be read aloud.
pub const DIGITS: usize = 20;

/// The code of a public key, given as the last part of a verifier key: [`DIGITS`] hex digits of SHA-256 over
/// `hibah/key-code/v1\n<base64>\n`. `src/desk/browser/keyfile.js` makes the same, and shows it in groups of four.
#[must_use]
pub fn key_code(public: &str) -> String {
    let mut digest = sha256(format!("hibah/key-code/v1\n{public}\n").as_bytes()).to_hex();
    digest.truncate(DIGITS);
    digest
}

/// A code as people read it: `0efe e399 4ede be70 d7ef`.
#[must_use]
pub fn grouped(code: &str) -> String {
    in_fours(code).join(" ")
}

#[cfg(test)]
mod tests {
    use super::{grouped, key_code};

    #[test]
    fn the_code_is_the_one_that_the_browser_makes() {
        // `tests/browser/desk.mjs` has the same.
        let code = key_code("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB");
        assert_eq!(code, "0efee3994edebe70d7ef");
        assert_eq!(grouped(&code), "0efe e399 4ede be70 d7ef");
    }
}
