//! The one strict decimal: what C2SP calls "ASCII decimal with no leading zeroes".

/// Reads `0` or `[1-9][0-9]*` up to 2^64-1. `str::parse` would also take `+5` and `007`.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let digits = text.as_bytes();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) || (digits[0] == b'0' && digits.len() > 1) {
        return None;
    }
    text.parse().ok()
}
