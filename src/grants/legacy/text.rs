//! Texts as a statement may hold them (formats.md section 1).

use unicode_normalization::UnicodeNormalization;

use crate::grants::characters::is_allowed;

/// Longest free text, in characters (formats.md section 5).
const LIMIT: usize = 500;

/// The text in NFC, each run of blanks, line ends and control characters one space, none at the ends.
///
/// # Errors
/// The first character that a statement may not hold. U+0080 to U+009F, but for U+0085, are among them: no text means
/// them, they come from a wrong encoding.
pub(super) fn clean(raw: &str) -> Result<String, char> {
    let mut text = String::with_capacity(raw.len());
    let mut gap = false;
    for found in raw.chars() {
        if found.is_whitespace() || found.is_ascii_control() {
            gap = !text.is_empty();
        } else if is_allowed(found) {
            if gap {
                text.push(' ');
            }
            gap = false;
            text.push(found);
        } else {
            return Err(found);
        }
    }
    if text.is_ascii() { Ok(text) } else { Ok(text.nfc().collect()) }
}

/// The text, or its first 499 characters and "…" when it has over 500; and whether it was cut.
pub(super) fn cut(mut text: String) -> (String, bool) {
    if text.chars().nth(LIMIT).is_none() {
        return (text, false);
    }
    // It has more characters than that, so there is one.
    let end = text.char_indices().nth(LIMIT - 1).map_or(text.len(), |(end, _)| end);
    text.truncate(end);
    text.truncate(text.trim_end_matches(' ').len());
    text.push('…');
    (text, true)
}

/// Four digits, 1900 to 2999.
pub(super) fn year(text: &str) -> Option<u16> {
    let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = text.parse().ok().filter(|_| digits)?;
    (1900..=2999).contains(&year).then_some(year)
}
