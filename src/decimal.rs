//! Whole units of a last decimal as text: 123450 with two decimals is `1234.50`. No float on the way, nothing allocated.

use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

/// Sign, 39 digits of 128 bits, the point, and a zero before it.
const LONGEST: usize = 44;

/// A number with a fixed count of decimals, as text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal {
    text: [u8; LONGEST],
    start: usize,
}

impl Decimal {
    /// So many units of the last of so many decimals, at most 38.
    pub(crate) fn new(units: i128, places: usize) -> Self {
        let mut decimal = Self { text: [b'0'; LONGEST], start: LONGEST };
        let mut rest = units.unsigned_abs();
        let mut written = 0;
        // 128-bit divisions are slow, and amounts that need them are rare.
        while rest > u128::from(u64::MAX) {
            written = decimal.push(digit(rest % 10), written, places);
            rest /= 10;
        }
        let mut rest = u64::try_from(rest).expect("made small enough");
        while rest > 0 || written <= places {
            written = decimal.push(digit(u128::from(rest % 10)), written, places);
            rest /= 10;
        }
        if units < 0 {
            decimal.start -= 1;
            decimal.text[decimal.start] = b'-';
        }
        decimal
    }

    /// Puts a digit before the others, with the point before it where it is the last decimal of all. Returns how many digits there are.
    fn push(&mut self, digit: u8, written: usize, places: usize) -> usize {
        if written == places && places > 0 {
            self.start -= 1;
            self.text[self.start] = b'.';
        }
        self.start -= 1;
        self.text[self.start] = digit;
        written + 1
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[self.start..]).expect("ASCII digits")
    }
}

fn digit(value: u128) -> u8 {
    b'0' + u8::try_from(value).expect("one digit")
}

/// A JSON number with exactly its decimals.
impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The text is a valid JSON number; a raw value is the one way to make serde_json write `1234.50` and not `1234.5`.
        let raw: &RawValue = serde_json::from_str(self.as_str()).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_written_with_their_decimals() {
        let written = |units, places| Decimal::new(units, places).as_str().to_owned();
        assert_eq!(written(123_450, 2), "1234.50");
        assert_eq!(written(-5, 2), "-0.05");
        assert_eq!(written(0, 2), "0.00");
        assert_eq!(written(985, 3), "0.985");
        assert_eq!(written(42, 0), "42");
        assert_eq!(written(0, 0), "0");
        assert_eq!(written(i128::from(u64::MAX) * 10 + 7, 2), "1844674407370955161.57");
        assert_eq!(written(i128::MIN, 2), "-1701411834604692317316873037158841057.28");
    }
}
