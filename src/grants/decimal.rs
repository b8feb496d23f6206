//! The one strict decimal of the rule book: `0` or a digit 1-9 and more digits, at most 2^53-1.
//!
//! `str::parse::<u64>` also takes `+5` and `007`; here one value has one spelling (formats.md section 1).

/// The largest whole number that JSON carries safely: 2^53-1 (RFC 8785 section 3.2.2.3).
pub const MAX: u64 = (1 << 53) - 1;

/// Reads `0` or a number without sign and leading zero, at most [`MAX`].
pub fn number(text: &str) -> Option<u64> {
    let digits = text.as_bytes();
    let canonical = !digits.is_empty()
        && digits.len() <= 16
        && digits.iter().all(u8::is_ascii_digit)
        && (digits[0] != b'0' || digits.len() == 1);
    if !canonical {
        return None;
    }
    let value = fixed(text)?;
    (value <= MAX).then_some(value)
}

/// Reads a number of 1 and more, such as an `<n>` of a series.
pub fn ordinal(text: &str) -> Option<u64> {
    number(text).filter(|&n| n > 0)
}

/// Reads at most 18 digits, leading zeros allowed: a field of fixed width, such as a month.
pub fn fixed(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > 18 {
        return None;
    }
    text.bytes().try_fold(0u64, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u64::from(byte - b'0')))
}
