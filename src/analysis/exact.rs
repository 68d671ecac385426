//! How exact values are written: shares as numbers with fixed decimals, days as `YYYY-MM-DD`. No float on the way.

use std::fmt;

use jiff::civil::Date;
use serde::ser::{Serialize, Serializer};

use crate::decimal::Decimal;

/// A number with a fixed count of decimals: `Fraction<4>` of one third is `0.3333`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fraction<const PLACES: u32>(i128);

impl<const PLACES: u32> Fraction<PLACES> {
    const ONE: i128 = 10_i128.pow(PLACES);

    /// So many units of the last decimal.
    #[must_use]
    pub const fn units(units: i128) -> Self {
        Self(units)
    }

    /// `part ÷ whole` of two numbers that are not negative, rounded half up; `None` when the whole is 0 or the part is beyond reach.
    #[must_use]
    pub fn of(part: i128, whole: i128) -> Option<Self> {
        let scaled = part.checked_mul(Self::ONE)?;
        let (quotient, rest) = (scaled.checked_div(whole)?, scaled % whole);
        Some(Self(quotient + i128::from(rest * 2 >= whole)))
    }
}

impl<const PLACES: u32> Fraction<PLACES> {
    fn decimal(self) -> Decimal {
        Decimal::new(self.0, usize::try_from(PLACES).expect("a few decimals"))
    }
}

impl<const PLACES: u32> fmt::Display for Fraction<PLACES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.decimal().as_str())
    }
}

/// A JSON number with exactly the decimals of its type.
impl<const PLACES: u32> Serialize for Fraction<PLACES> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.decimal().serialize(serializer)
    }
}

/// A day, written `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // A row of a report has one: written by hand, it costs a fifth of what going through the formatter does.
        let (year, month, day) = (self.0.year().unsigned_abs(), self.0.month().unsigned_abs(), self.0.day().unsigned_abs());
        if self.0.year() < 0 {
            return serializer.collect_str(&self.0);
        }
        let [century, year] = [year / 100, year % 100].map(|part| u8::try_from(part).expect("below 100"));
        let mut text = *b"0000-00-00";
        for (at, part) in [(0, century), (2, year), (5, month), (8, day)] {
            text[at] = b'0' + part / 10;
            text[at + 1] = b'0' + part % 10;
        }
        serializer.serialize_str(std::str::from_utf8(&text).expect("ASCII digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_and_written_with_their_decimals() {
        let json = |part, whole| Fraction::<4>::of(part, whole).map(|share| serde_json::to_string(&share).expect("serialises"));
        assert_eq!(json(1, 3).as_deref(), Some("0.3333"));
        assert_eq!(json(2, 3).as_deref(), Some("0.6667"));
        assert_eq!(json(1, 1).as_deref(), Some("1.0000"));
        assert_eq!(json(0, 7).as_deref(), Some("0.0000"));
        assert_eq!(json(1, 20_000).as_deref(), Some("0.0001"), "half is rounded up");
        assert_eq!(json(0, 0), None);
    }

    #[test]
    fn days_are_written_as_dates() {
        assert_eq!(serde_json::to_string(&Day(jiff::civil::date(2026, 1, 2))).expect("serialises"), "\"2026-01-02\"");
        assert_eq!(serde_json::to_string(&Day(jiff::civil::date(987, 12, 31))).expect("serialises"), "\"0987-12-31\"");
    }
}
