//! The only money type: whole cents. Never a float, on no path.
//!
//! Rounding happens while reading (more than two decimals) and while dividing, half away from zero both times.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::ser::{Serialize, Serializer};

use crate::decimal::Decimal;

/// An amount of money in cents. Debits are negative where a sign has a meaning.
///
/// One amount of a payload has at most 16 digits before the point (`AmountString`), so it fits in 60 bits; the 128 bits leave
/// room for more rows than any payload can hold, and a sum cannot overflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(i128);

/// An amount as it was read, and whether reading it lost a fraction of a cent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadAmount {
    /// The amount, rounded half away from zero to the cent.
    pub cents: Cents,
    /// True when a digit after the second decimal was not zero.
    pub rounded: bool,
}

/// Most digits before the decimal point (`AmountString`: `^-?\d{1,16}\.\d{2,}$`).
const MAX_INTEGER_DIGITS: usize = 16;

impl Cents {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// An amount of so many cents.
    #[must_use]
    pub const fn new(cents: i128) -> Self {
        Self(cents)
    }

    /// The number of cents.
    #[must_use]
    pub const fn get(self) -> i128 {
        self.0
    }

    /// The amount without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// True for an amount below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// True for an amount above zero.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// True for no money.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// `self × numerator ÷ denominator`, rounded half away from zero; `None` when the denominator is 0.
    #[must_use]
    pub fn mul_div(self, numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let product = self.0.checked_mul(numerator)?;
        let (product, denominator) = if denominator < 0 { (-product, -denominator) } else { (product, denominator) };
        let half = denominator / 2;
        let (quotient, rest) = (product / denominator, product % denominator);
        let up = rest.unsigned_abs() > half.unsigned_abs() || (denominator % 2 == 0 && rest.unsigned_abs() == half.unsigned_abs());
        Some(Self(if up { quotient + product.signum() } else { quotient }))
    }

    /// Reads an `AmountString` of the Data Standards: an optional minus, 1 to 16 digits, a point and two or more decimals.
    /// `None` for anything else.
    #[must_use]
    pub fn parse_amount_string(text: &str) -> Option<ReadAmount> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.')?;
        if fraction.len() < 2 || whole.len() > MAX_INTEGER_DIGITS {
            return None;
        }
        Self::from_parts(digits.len() != text.len(), whole, fraction)
    }

    /// Reads a JSON number from its text, exactly (`12`, `12.5`, `1.25e1`). `None` when it has more than 16 digits before the
    /// point, or is not a JSON number.
    #[must_use]
    pub fn parse_json_number(text: &str) -> Option<ReadAmount> {
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let Some(at) = unsigned.find(['e', 'E']) else {
            let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
            return Self::from_parts(negative, whole, fraction);
        };
        let (mantissa, exponent) = (&unsigned[..at], &unsigned[at + 1..]);
        let exponent: i32 = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
        if !(-400..=400).contains(&exponent) || mantissa.len() > 400 {
            return None;
        }
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let point = i32::try_from(whole.len()).ok()? + exponent;
        let mut digits = format!("{whole}{fraction}");
        let lead = usize::try_from(-point).unwrap_or(0);
        digits.insert_str(0, &"0".repeat(lead));
        let point = usize::try_from(point).unwrap_or(0);
        while digits.len() < point {
            digits.push('0');
        }
        let (whole, fraction) = digits.split_at(point);
        Self::from_parts(negative, if whole.is_empty() { "0" } else { whole }, fraction)
    }

    fn from_parts(negative: bool, whole: &str, fraction: &str) -> Option<ReadAmount> {
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let significant = whole.trim_start_matches('0');
        if significant.len() > MAX_INTEGER_DIGITS {
            return None;
        }
        let digit = |at: usize| i128::from(fraction.as_bytes().get(at).map_or(0, |byte| byte - b'0'));
        let mut cents = significant.bytes().fold(0_i128, |sum, byte| sum * 10 + i128::from(byte - b'0')) * 100;
        cents += digit(0) * 10 + digit(1);
        if digit(2) >= 5 {
            cents += 1;
        }
        let rounded = fraction.bytes().skip(2).any(|byte| byte != b'0');
        Some(ReadAmount { cents: Self(if negative { -cents } else { cents }), rounded })
    }
}

/// Dollars and two decimals: `-12.30`.
impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Decimal::new(self.0, 2).as_str())
    }
}

/// A JSON number with exactly two decimals.
impl Serialize for Cents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Decimal::new(self.0, 2).serialize(serializer)
    }
}

impl Add for Cents {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}
impl AddAssign for Cents {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}
impl Sub for Cents {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}
impl SubAssign for Cents {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}
impl Neg for Cents {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}
impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(i128, bool)> {
        Cents::parse_amount_string(text).map(|read| (read.cents.get(), read.rounded))
    }

    #[test]
    fn amount_strings_are_read_to_the_cent() {
        assert_eq!(read("12.30"), Some((1230, false)));
        assert_eq!(read("-0.01"), Some((-1, false)));
        assert_eq!(read("0.005"), Some((1, true)));
        assert_eq!(read("-0.005"), Some((-1, true)));
        assert_eq!(read("1.004999"), Some((100, true)));
        assert_eq!(read("1.0000"), Some((100, false)));
        assert_eq!(read("9999999999999999.99"), Some((999_999_999_999_999_999, false)));
    }

    #[test]
    fn what_is_no_amount_string_is_refused() {
        for text in [
            "",
            "-",
            "1",
            "1.",
            "1.5",
            ".50",
            "+1.00",
            "1,000.00",
            "1.00 ",
            " 1.00",
            "1e3",
            "NaN",
            "10000000000000000.00",
            "--1.00",
            "1.0a",
            "١.٠٠",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn json_numbers_are_read_from_their_text() {
        let read = |text| Cents::parse_json_number(text).map(|read| (read.cents.get(), read.rounded));
        assert_eq!(read("12"), Some((1200, false)));
        assert_eq!(read("-12.5"), Some((-1250, false)));
        assert_eq!(read("1.25e1"), Some((1250, false)));
        assert_eq!(read("125E-1"), Some((1250, false)));
        assert_eq!(read("5e-3"), Some((1, true)));
        assert_eq!(read("1e-30"), Some((0, true)));
        assert_eq!(read("1e15"), Some((100_000_000_000_000_000, false)));
        assert_eq!(read("1e16"), None);
        assert_eq!(read("1e999999999999"), None);
        assert_eq!(read("0.1"), Some((10, false)), "0.1 has no exact float");
    }

    #[test]
    fn division_rounds_half_away_from_zero() {
        let div = |cents, denominator| Cents::new(cents).mul_div(1, denominator).map(Cents::get);
        assert_eq!(div(5, 2), Some(3));
        assert_eq!(div(-5, 2), Some(-3));
        assert_eq!(div(4, 3), Some(1));
        assert_eq!(div(5, 3), Some(2));
        assert_eq!(div(-5, 3), Some(-2));
        assert_eq!(div(7, 0), None);
    }

    #[test]
    fn money_is_written_with_two_decimals() {
        let json = |cents| serde_json::to_string(&Cents::new(cents)).expect("money serialises");
        assert_eq!(json(123_450), "1234.50");
        assert_eq!(json(-5), "-0.05");
        assert_eq!(json(0), "0.00");
    }
}
