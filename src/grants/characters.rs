//! Which characters a statement may hold (formats.md section 1): a frozen table, since judging never rests on one that a
//! library changes.

/// Unicode general category Zs, which no version after 6.3 changed.
#[must_use]
pub fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

/// Whether `schema/characters-v1.txt` lists the character.
#[must_use]
pub fn is_allowed(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    let ranges = allowed_ranges();
    let code = c as u32;
    let after = ranges.partition_point(|(first, _)| *first <= code);
    after > 0 && code <= ranges[after - 1].1
}

fn allowed_ranges() -> &'static [(u32, u32)] {
    static RANGES: std::sync::OnceLock<Vec<(u32, u32)>> = std::sync::OnceLock::new();
    RANGES.get_or_init(|| {
        include_str!("../../schema/characters-v1.txt")
            .split('\n')
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| {
                let (first, last) = line.split_once(' ').expect("our own file: two numbers a line");
                let hex = |digits| u32::from_str_radix(digits, 16).expect("our own file: hexadecimal");
                (hex(first), hex(last))
            })
            .collect()
    })
}
