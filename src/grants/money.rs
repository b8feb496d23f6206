//! Money: whole minor units of the one currency that a ledger names at its founding. Never floating point.

use std::fmt;
use std::num::NonZeroI64;

use super::decimal;

/// An amount in minor units of the ledger's currency (IDR: whole rupiah; USD: cents), between
/// -(2^53-1) and 2^53-1 (formats.md section 1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount {
    /// The minor units and [`ABOVE`]: never zero, so that an amount that is not there yet takes no more room than one that
    /// is. A case has eleven of them, and more.
    above: NonZeroI64,
}

/// More than any amount, so that the sum is above zero.
const ABOVE: i64 = 1 << 60;

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount::within(0);

    /// The largest that can be written, 2^53-1.
    pub const MAX: Amount = Amount::within(decimal::MAX.cast_signed());

    /// This many minor units, if it is within the limits.
    pub fn from_minor(minor: i64) -> Option<Self> {
        (minor.unsigned_abs() <= decimal::MAX).then_some(Amount::within(minor))
    }

    /// This many minor units, which are within the limits.
    const fn within(minor: i64) -> Self {
        Amount { above: NonZeroI64::new(minor + ABOVE).expect("amounts are smaller than this") }
    }

    /// The number of minor units.
    pub fn minor(self) -> i64 {
        self.above.get() - ABOVE
    }

    /// Below zero: a recovery. Only a migrated award may be.
    pub fn is_negative(self) -> bool {
        self.minor() < 0
    }

    /// The sum, if it is within the limits.
    pub fn checked_add(self, other: Amount) -> Option<Amount> {
        Amount::checked_sum([self, other])
    }

    /// The sum of all, added in 128 bits so that no order of adding overflows; `None` if it is not within the limits.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Amount>) -> Option<Amount> {
        i64::try_from(sum(amounts)).ok().and_then(Amount::from_minor)
    }

    /// Reads digits with an optional minus, as JSON spells it: `0`, `75000000`, `-200`.
    pub fn parse_minor(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let value = i64::try_from(decimal::number(digits)?).ok()?;
        match (negative, value) {
            (true, 0) => None,
            (true, value) => Amount::from_minor(-value),
            (false, value) => Amount::from_minor(value),
        }
    }
}

/// The exact sum in minor units. Fewer than 2^64 amounts of 53 bits each cannot overflow 128.
pub fn sum(amounts: impl IntoIterator<Item = Amount>) -> i128 {
    amounts.into_iter().map(|amount| i128::from(amount.minor())).sum()
}

/// A currency: its ISO 4217 code and how many decimal places its minor unit has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Currency {
    code: String,
    decimals: u8,
}

impl Currency {
    /// A currency of three capital letters and at most 4 decimals (ISO 4217).
    pub fn new(code: &str, decimals: u8) -> Option<Self> {
        let valid = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) && decimals <= 4;
        valid.then(|| Currency { code: code.to_owned(), decimals })
    }

    /// Three capital letters, such as `IDR`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Decimal places of the minor unit: 0 for a ledger in whole rupiah, 2 for one in cents.
    pub fn decimals(&self) -> u8 {
        self.decimals
    }

    /// An amount as people read it: `Rp 75.000.000`, `USD 7,500.00`, `-USD 200.00`.
    pub fn display(&self, amount: Amount) -> String {
        self.display_sum(i128::from(amount.minor()))
    }

    /// A sum of minor units as people read it; see [`Currency::display`].
    pub fn display_sum(&self, minor: i128) -> String {
        let (symbol, group, point) = if self.code == "IDR" { ("Rp", '.', ',') } else { (self.code.as_str(), ',', '.') };
        let sign = if minor < 0 { "-" } else { "" };
        let width = usize::from(self.decimals);
        let digits = format!("{:0>1$}", minor.unsigned_abs(), width + 1);
        let (whole, fraction) = digits.split_at(digits.len() - width);
        let mut text = format!("{sign}{symbol} {}", grouped(whole, group));
        if width > 0 {
            text.push(point);
            text.push_str(fraction);
        }
        text
    }

    /// An amount as machines read it: a decimal fraction without grouping, `7500.00` or `-200.00`.
    pub fn plain(&self, minor: i128) -> String {
        let sign = if minor < 0 { "-" } else { "" };
        let width = usize::from(self.decimals);
        let digits = format!("{:0>1$}", minor.unsigned_abs(), width + 1);
        let (whole, fraction) = digits.split_at(digits.len() - width);
        if width == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Amount").field("minor", &self.minor()).finish()
    }
}

/// The digits, as JSON spells them; with `#` as a [`Sum`].
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Sum(i128::from(self.minor())).fmt(f)
    }
}

/// Minor units in a sentence: their digits, and with `#` the digits in threes, as Indonesian sentences have them:
/// `75.000.000`. The rule book's sentences name no currency; where it has a minor unit, this counts that.
#[derive(Clone, Copy)]
pub struct Sum(pub i128);

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return write!(f, "{}", self.0);
        }
        let digits = self.0.unsigned_abs().to_string();
        f.write_str(if self.0 < 0 { "-" } else { "" })?;
        f.write_str(&grouped(&digits, '.'))
    }
}

/// Digits in threes.
fn grouped(digits: &str, group: char) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    text
}
