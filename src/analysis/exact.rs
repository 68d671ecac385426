//! How exact values are written: shares as numbers with fixed decimals, days as `YYYY-MM-DD`. No float on the way.

use std::fmt;

use jiff::civil::Date;
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

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

impl<const PLACES: u32> fmt::Display for Fraction<PLACES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (units, one) = (self.0.unsigned_abs(), Self::ONE.unsigned_abs());
        let places = usize::try_from(PLACES).expect("a few decimals");
        write!(f, "{sign}{}.{:0places$}", units / one, units % one)
    }
}

/// A JSON number with exactly the decimals of its type.
impl<const PLACES: u32> Serialize for Fraction<PLACES> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.to_string();
        let raw: &RawValue = serde_json::from_str(&text).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

/// A day, written `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
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
    }
}
