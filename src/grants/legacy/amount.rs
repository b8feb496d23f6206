//! Amounts as old lists write them: separators, currency marks, two ways to be negative. Never floating point.

/// Largest amount a statement may hold: 2^53 - 1 (formats.md section 1).
const LARGEST: i64 = (1 << 53) - 1;

/// How a file writes amounts.
#[derive(Debug)]
pub(super) struct NumberFormat {
    /// Between groups of three digits; amounts without it are read too.
    pub(super) thousands: Option<char>,
    /// Before the decimals; without it an amount has none.
    pub(super) decimal: Option<char>,
    /// Currency marks to take off either end, longest first.
    pub(super) marks: Vec<String>,
    /// Whether `-1` is negative.
    pub(super) minus: bool,
    /// Whether `(1)` is negative.
    pub(super) parentheses: bool,
}

/// Why a text is no amount.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountFault {
    /// Not written as the map's `number_format` says.
    #[error("it is not written as `number_format` in the map says")]
    Unreadable,
    /// More decimals than the currency has.
    #[error("it has more decimals than the currency, which has {decimals}; correct it, amounts are never rounded")]
    TooFine {
        /// Decimals of the currency.
        decimals: u8,
    },
    /// Beyond 2^53 - 1 minor units.
    #[error("it is larger than 9007199254740991 minor units")]
    TooLarge,
}

impl NumberFormat {
    /// The amount in minor units of a currency with so many decimals.
    ///
    /// More decimals than the currency's are taken only when they are zeros and at most two, as rupiah lists write them
    /// (`75.000,00`): three could be thousands under a wrong map.
    pub(super) fn read(&self, text: &str, decimals: u8) -> Result<i64, AmountFault> {
        let (negative, number) = self.bare(text);
        let (whole, fraction) = match self.decimal.and_then(|point| number.split_once(point)) {
            Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
            Some(_) => return Err(AmountFault::Unreadable),
            None => (number, ""),
        };
        let whole = self.ungrouped(whole).ok_or(AmountFault::Unreadable)?;
        let kept = fraction.len().min(usize::from(decimals));
        let (fraction, beyond) = fraction.split_at(kept);
        if !beyond.is_empty() && (fraction.len() + beyond.len() > 2 || beyond.bytes().any(|digit| digit != b'0')) {
            return Err(AmountFault::TooFine { decimals });
        }
        let zeros = std::iter::repeat_n(b'0', usize::from(decimals) - kept);
        let digits = whole.bytes().chain(fraction.bytes()).chain(zeros);
        let amount = digits.fold(0_i64, |sum, digit| sum.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
        if amount > LARGEST {
            return Err(AmountFault::TooLarge);
        }
        Ok(if negative { -amount } else { amount })
    }

    /// Whether it is negative, and what is left without sign and currency marks. Each may stand outside the other
    /// (`-$5`, `$-5`), and is taken once.
    fn bare<'t>(&self, text: &'t str) -> (bool, &'t str) {
        let mut rest = text;
        let mut negative = false;
        let mut marks: Vec<&str> = self.marks.iter().map(String::as_str).collect();
        loop {
            rest = rest.trim_matches(' ');
            if !negative && let Some(number) = self.unsigned(rest) {
                negative = true;
                rest = number;
                continue;
            }
            let found = marks.iter().enumerate().find_map(|(at, mark)| Some((at, without_mark(rest, mark)?)));
            let Some((at, number)) = found else {
                return (negative, rest);
            };
            marks.remove(at);
            rest = number;
        }
    }

    /// The text without its mark of being negative, if it bears one.
    fn unsigned<'t>(&self, text: &'t str) -> Option<&'t str> {
        let minus = text.strip_prefix('-').filter(|_| self.minus);
        minus.or_else(|| text.strip_prefix('(')?.strip_suffix(')').filter(|_| self.parentheses))
    }

    /// The digits of a whole number, without the separators between its groups of three.
    fn ungrouped(&self, text: &str) -> Option<String> {
        let mut groups = text.split(|found| Some(found) == self.thousands);
        let mut digits = groups.next()?.to_owned();
        let first = digits.len();
        for group in groups {
            if first > 3 || group.len() != 3 {
                return None;
            }
            digits += group;
        }
        let leading_zero = digits.len() > 1 && digits.starts_with('0');
        (first > 0 && is_digits(&digits) && !leading_zero).then_some(digits)
    }
}

/// A mark that ends in a minus (the `,-` of rupiah lists) is looked for at the end only: before a number it is a sign.
fn without_mark<'t>(text: &'t str, mark: &str) -> Option<&'t str> {
    text.strip_suffix(mark).or_else(|| text.strip_prefix(mark).filter(|_| !mark.ends_with('-')))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
