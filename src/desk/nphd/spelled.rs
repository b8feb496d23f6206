//! Amounts in Indonesian words, as contracts repeat them.

const UNITS: [&str; 12] =
    ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas"];
const LARGE: [(u64, &str); 4] =
    [(1_000_000_000_000, "triliun"), (1_000_000_000, "miliar"), (1_000_000, "juta"), (1_000, "ribu")];

/// A number in words: `tujuh puluh lima juta`.
#[must_use]
pub fn in_words(n: u64) -> String {
    let joined = |words: String, rest: u64| if rest == 0 { words } else { format!("{words} {}", in_words(rest)) };
    if let Some((size, name)) = LARGE.into_iter().find(|(size, _)| n >= *size) {
        let count = n / size;
        let words =
            if (count, name) == (1, "ribu") { "seribu".to_owned() } else { format!("{} {name}", in_words(count)) };
        return joined(words, n % size);
    }
    let small = |n: u64| UNITS.get(usize::try_from(n).unwrap_or(usize::MAX)).copied().unwrap_or_default();
    match n {
        0..=11 => small(n).to_owned(),
        12..=19 => format!("{} belas", small(n - 10)),
        20..=99 => joined(format!("{} puluh", small(n / 10)), n % 10),
        100..=199 => joined("seratus".to_owned(), n % 100),
        _ => joined(format!("{} ratus", small(n / 100)), n % 100),
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn numbers_are_spelled_as_contracts_have_them() {
        for (n, words) in [
            (0, "nol"),
            (11, "sebelas"),
            (12, "dua belas"),
            (20, "dua puluh"),
            (21, "dua puluh satu"),
            (100, "seratus"),
            (110, "seratus sepuluh"),
            (999, "sembilan ratus sembilan puluh sembilan"),
            (1_000, "seribu"),
            (1_001, "seribu satu"),
            (11_500, "sebelas ribu lima ratus"),
            (100_000, "seratus ribu"),
            (1_000_000, "satu juta"),
            (75_000_000, "tujuh puluh lima juta"),
            (1_001_000_000, "satu miliar satu juta"),
            (
                9_007_199_254_740_991,
                "sembilan ribu tujuh triliun seratus sembilan puluh sembilan miliar dua ratus lima puluh empat juta tujuh ratus empat puluh ribu sembilan ratus sembilan puluh satu",
            ),
        ] {
            assert_eq!(in_words(n), words);
        }
    }
}
