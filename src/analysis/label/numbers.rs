//! Numbers in a description, read for what they are: dates, times, amounts, masked cards, references.

use jiff::civil::Date;

/// Fewest characters of a receipt or reference number.
pub(super) const REFERENCE: usize = 5;

/// A date as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    Of(Date),
    WithoutYear,
}

/// An amount as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Amount<'a> {
    Plain,
    /// With the currency glued to it.
    In(&'a str),
}

/// Many digits, or letters and digits in turns: no name reads like that.
pub(super) fn is_reference(word: &[u8], digits: usize) -> bool {
    let turns = word.windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count();
    // A telephone number in words is a name: 1300FLOWERS.
    let is_telephone = turns == 1 && (word.starts_with(b"1300") || word.starts_with(b"1800")) && word.len() >= 8;
    let is_store = word.len() >= 4 && digits == word.len() - 1 && word[0].is_ascii_alphabetic();
    is_store || (word.len() >= REFERENCE && digits >= 4 && !is_telephone) || (word.len() >= 6 && turns >= 3)
}

pub(super) fn read_day(chunk: &str) -> Option<Day> {
    let bytes = chunk.as_bytes();
    if !(4..=16).contains(&bytes.len()) || !bytes[0].is_ascii_digit() {
        return None;
    }
    if let Some(mark) = bytes.iter().copied().find(|byte| matches!(byte, b'/' | b'-')) {
        return read_numeric_day(chunk, mark);
    }
    let at = bytes.iter().position(u8::is_ascii_alphabetic).filter(|&at| at <= 2)?;
    let month = month(chunk.get(at..at + 3)?)?;
    let day: i8 = chunk[..at].parse().ok()?;
    let rest = &chunk[at + 3..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (year, tail) = match (digits, rest.as_bytes().get(digits)) {
        (0, None) => (None, ""),
        // Day, month and time in one: 20DEC08:47.
        (1 | 2, Some(b':')) => (None, rest),
        (2 | 4, _) => (year(&rest[..digits]), &rest[digits..]),
        _ => return None,
    };
    if !(tail.is_empty() || is_time(tail)) || !(1..=31).contains(&day) {
        return None;
    }
    Some(year.and_then(|year| Date::new(year, month, day).ok()).map_or(Day::WithoutYear, Day::Of))
}

/// `03/02/2026`, `3-2-26`, `2026-02-03`, `03/02`.
fn read_numeric_day(chunk: &str, mark: u8) -> Option<Day> {
    let mut parts = chunk.split(char::from(mark));
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next());
    let is_number = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || ![first, second].into_iter().chain(third).all(is_number) {
        return None;
    }
    match third {
        Some(third) if first.len() == 4 => Date::new(first.parse().ok()?, second.parse().ok()?, third.parse().ok()?).ok().map(Day::Of),
        Some(third) => Date::new(year(third)?, second.parse().ok()?, first.parse().ok()?).ok().map(Day::Of),
        // 24/7 is no date, and 7-11 is a shop.
        None if mark == b'/' && first.len() == 2 && second.len() == 2 => {
            Date::new(2024, second.parse().ok()?, first.parse().ok()?).ok().map(|_| Day::WithoutYear)
        }
        None => None,
    }
}

fn year(digits: &str) -> Option<i16> {
    let year: i16 = digits.parse().ok()?;
    match digits.len() {
        2 => Some(2000 + year),
        4 => Some(year),
        _ => None,
    }
}

pub(super) fn month(word: &str) -> Option<i8> {
    Some(match word {
        "JAN" => 1,
        "FEB" => 2,
        "MAR" => 3,
        "APR" => 4,
        "MAY" => 5,
        "JUN" => 6,
        "JUL" => 7,
        "AUG" => 8,
        "SEP" => 9,
        "OCT" => 10,
        "NOV" => 11,
        "DEC" => 12,
        _ => return None,
    })
}

/// `08:47`, `8:47:10`, `8:47PM`.
pub(super) fn is_time(chunk: &str) -> bool {
    let chunk = chunk.strip_suffix("AM").or_else(|| chunk.strip_suffix("PM")).unwrap_or(chunk);
    let mut parts = chunk.split(':');
    let is_pair = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let (Some(first), Some(second)) = (parts.next(), parts.next()) else { return false };
    is_pair(first) && second.len() == 2 && is_pair(second) && parts.next().is_none_or(is_pair) && parts.next().is_none()
}

pub(super) fn is_bsb(chunk: &str) -> bool {
    let bytes = chunk.as_bytes();
    bytes.len() == 7 && bytes[3] == b'-' && bytes.iter().enumerate().all(|(at, byte)| at == 3 || byte.is_ascii_digit())
}

/// `12.34`, `1,234.56`, `USD12.34`.
pub(super) fn read_amount(chunk: &str) -> Option<Amount<'_>> {
    let (currency, number) = match chunk.get(..3).filter(|code| is_currency(code)) {
        Some(code) => (Some(code), chunk[3..].trim_start_matches('$')),
        None => match chunk.strip_suffix(|last: char| last.is_ascii_alphabetic()) {
            Some(_) if chunk.len() > 3 && chunk.get(chunk.len() - 3..).is_some_and(is_currency) => {
                (chunk.get(chunk.len() - 3..), &chunk[..chunk.len() - 3])
            }
            _ => (None, chunk.trim_start_matches("US$").trim_start_matches("A$")),
        },
    };
    let (whole, cents) = number.rsplit_once('.')?;
    let is_amount = cents.len() == 2
        && cents.bytes().all(|byte| byte.is_ascii_digit())
        && !whole.is_empty()
        && whole.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
    is_amount.then_some(currency.map_or(Amount::Plain, Amount::In))
}

/// The last four digits of a masked number: `XX1234`, `462263XXXXXX1234`, `****1234`.
pub(super) fn read_masked(chunk: &str) -> Option<[u8; 4]> {
    let bytes = chunk.as_bytes();
    let masks = bytes.iter().filter(|byte| matches!(byte, b'X' | b'*')).count();
    let suffix: [u8; 4] = bytes.last_chunk().copied()?;
    let is_masked = masks > 0
        && suffix.iter().all(u8::is_ascii_digit)
        && bytes.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'X' | b'*' | b'-'));
    is_masked.then_some(suffix)
}

/// Sixteen characters of a Visa or a Mastercard number, masked or not.
pub(super) fn is_card_number(number: &str) -> bool {
    number.len() == 16 && matches!(number.as_bytes()[0], b'4' | b'5')
}

pub(super) fn is_currency(word: &str) -> bool {
    matches!(
        word,
        "AED"
            | "AUD"
            | "BRL"
            | "CAD"
            | "CHF"
            | "CNY"
            | "DKK"
            | "EUR"
            | "FJD"
            | "GBP"
            | "HKD"
            | "IDR"
            | "ILS"
            | "INR"
            | "JPY"
            | "KRW"
            | "LKR"
            | "MXN"
            | "MYR"
            | "NOK"
            | "NPR"
            | "NZD"
            | "PGK"
            | "PHP"
            | "PLN"
            | "SEK"
            | "SGD"
            | "THB"
            | "TRY"
            | "TWD"
            | "USD"
            | "VND"
            | "XPF"
            | "ZAR"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let day = |year, month, day| Day::Of(Date::new(year, month, day).expect("a date"));
        for (chunk, expected) in [
            ("03/02/2026", Some(day(2026, 2, 3))),
            ("3/2/26", Some(day(2026, 2, 3))),
            ("2026-02-03", Some(day(2026, 2, 3))),
            ("03/02", Some(Day::WithoutYear)),
            ("20DEC08:47", Some(Day::WithoutYear)),
            ("20DEC", Some(Day::WithoutYear)),
            ("3FEB2026", Some(day(2026, 2, 3))),
            ("24/7", None),
            ("7-11", None),
            ("31/02/2026", None),
            ("123456", None),
            ("4CYTE", None),
            ("5MARKETS", None),
        ] {
            assert_eq!(read_day(chunk), expected, "{chunk}");
        }
        for (chunk, is) in [("08:47", true), ("8:47PM", true), ("8:47:10", true), ("8:4", false), ("12", false)] {
            assert_eq!(is_time(chunk), is, "{chunk}");
        }
        for (chunk, expected) in [
            ("12.34", Some(Amount::Plain)),
            ("1,234.56", Some(Amount::Plain)),
            ("USD12.34", Some(Amount::In("USD"))),
            ("12.34EUR", Some(Amount::In("EUR"))),
            ("12", None),
            ("5.1", None),
            ("NETFLIX.20", None),
        ] {
            assert_eq!(read_amount(chunk), expected, "{chunk}");
        }
        for (chunk, expected) in [
            ("XX1234", Some(*b"1234")),
            ("462263XXXXXX1234", Some(*b"1234")),
            ("****1234", Some(*b"1234")),
            ("XX123", None),
            ("MAXX1234", None),
            ("1234", None),
        ] {
            assert_eq!(read_masked(chunk), expected, "{chunk}");
        }
        for (word, is) in [
            ("BET365", false),
            ("7ELEVEN", false),
            ("F45", false),
            ("RENT4KEEPS", false),
            ("1300FLOWERS", false),
            ("MENULOG24", false),
            ("A1234567", true),
            ("204581234A", true),
            ("XK3J9PQ2", true),
            ("W1234", true),
            ("S053", true),
        ] {
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            assert_eq!(is_reference(word.as_bytes(), digits), is, "{word}");
        }
    }
}
