//! What a span of the payload may hold, one reader for each kind of value. A reader judges; it neither knows where the value stands
//! nor whether it must be there.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

use super::clock::{self, DayClock};
use super::findings::Lenience;
use super::{Currency, Moment, ViolationKind};
use crate::cdr::{Json, Leaf};
use crate::money::{Cents, ReadAmount};

/// A span, judged.
#[derive(Debug)]
pub(super) enum Read<T> {
    /// Not there, or `null`.
    Absent,
    /// As the standard has it.
    Value(T),
    /// Readable, though the standard has it otherwise.
    Lenient(T, Lenience),
    /// Left out, which is said.
    Dropped(Lenience),
    /// Refused.
    Bad(ViolationKind, &'static str),
}

const STRING_DUE: &str = "A string is due.";
pub(super) const OBJECT_DUE: &str = "An object is due.";
pub(super) const ARRAY_DUE: &str = "An array is due.";
const LONE_SURROGATE: &str = "An escape of the string is half a surrogate pair.";
const AMOUNT_DUE: &str = "An amount is due: a string of an optional minus, 1 to 16 digits, a point and at least two decimals.";
const DATE_DUE: &str = "A date is due: YYYY-MM-DD.";
const TIME_DUE: &str = "A date and time are due, with seconds and an offset: YYYY-MM-DDThh:mm:ssZ or ±hh:mm.";

/// No account that is open today was moved before it.
const EARLIEST_YEAR: i16 = 1900;

/// The text of a string; `None` for no value.
fn string(leaf: Leaf<'_>) -> Result<Option<Cow<'_, str>>, &'static str> {
    match leaf.json() {
        Json::Absent => Ok(None),
        Json::Text(quoted) => quoted.decode().map(Some).map_err(|_| LONE_SURROGATE),
        Json::Number(_) | Json::Bool(_) | Json::Array | Json::Object => Err(STRING_DUE),
    }
}

/// A string, judged by `judge`.
fn text_as<'a, T>(leaf: Leaf<'a>, judge: impl FnOnce(Cow<'a, str>) -> Read<T>) -> Read<T> {
    match string(leaf) {
        Ok(Some(text)) => judge(text),
        Ok(None) => Read::Absent,
        Err(detail) => Read::Bad(ViolationKind::Invalid, detail),
    }
}

/// A string that says something, judged by `judge`; an empty one is left out.
pub(super) fn said<'a, T>(leaf: Leaf<'a>, judge: impl FnOnce(Cow<'a, str>) -> Read<T>) -> Read<T> {
    text_as(leaf, |text| if text.is_empty() { Read::Dropped(Lenience::EmptyMember) } else { judge(text) })
}

/// A string, whatever it says.
pub(super) fn text(leaf: Leaf<'_>) -> Read<Box<str>> {
    text_as(leaf, |text| Read::Value(text.into()))
}

/// A label: a string; an empty one says nothing and is absent.
pub(super) fn label(leaf: Leaf<'_>) -> Read<Box<str>> {
    text_as(leaf, |text| if text.is_empty() { Read::Absent } else { Read::Value(text.into()) })
}

/// An id: opaque, without U+0000, which no store takes.
pub(super) fn id<'a, T: From<Cow<'a, str>>>(leaf: Leaf<'a>) -> Read<T> {
    said(
        leaf,
        |id| if id.contains('\0') { Read::Bad(ViolationKind::Invalid, "An id may not hold U+0000.") } else { Read::Value(id.into()) },
    )
}

/// The caller's name for a submission.
pub(super) fn client_reference(leaf: Leaf<'_>) -> Read<Box<str>> {
    text_as(leaf, |text| {
        if text.is_empty() || text.chars().nth(255).is_some() || text.contains(char::is_control) {
            return Read::Bad(ViolationKind::Invalid, "1 to 255 characters without controls are due.");
        }
        Read::Value(text.into())
    })
}

/// An `AmountString`, or a number in its place.
pub(super) fn amount(leaf: Leaf<'_>) -> Read<Cents> {
    let refused = Read::Bad(ViolationKind::Invalid, AMOUNT_DUE);
    match leaf.json() {
        Json::Number(number) => match Cents::parse_json_number(number) {
            Some(ReadAmount { cents, rounded: true }) => Read::Lenient(cents, Lenience::AmountRounded),
            Some(ReadAmount { cents, rounded: false }) => Read::Lenient(cents, Lenience::AmountAsNumber),
            None => refused,
        },
        Json::Bool(_) | Json::Array | Json::Object => refused,
        Json::Absent | Json::Text(_) => said(leaf, |text| match Cents::parse_amount_string(&text) {
            Some(ReadAmount { cents, rounded: true }) => Read::Lenient(cents, Lenience::AmountRounded),
            Some(ReadAmount { cents, rounded: false }) => Read::Value(cents),
            None => refused,
        }),
    }
}

/// A day: a `DateString`, or a `DateTimeString` in its place.
pub(super) fn date(clock: &mut DayClock, leaf: Leaf<'_>) -> Read<Date> {
    said(leaf, |text| match clock::date(&text) {
        Some(date) if is_no_date(date) => Read::Dropped(Lenience::NoDate),
        Some(date) => Read::Value(date),
        None => match clock.moment(&text) {
            Some(moment) if is_no_date(moment.day) => Read::Dropped(Lenience::NoDate),
            Some(moment) => Read::Lenient(moment.day, Lenience::DateTimeForDate),
            None => Read::Bad(ViolationKind::InvalidDate, DATE_DUE),
        },
    })
}

/// The time of a row or of a balance.
pub(super) fn moment(clock: &mut DayClock, leaf: Leaf<'_>) -> Read<Moment> {
    said(leaf, |text| match clock.moment(&text) {
        Some(moment) if is_no_date(moment.day) => Read::Dropped(Lenience::NoDate),
        Some(moment) => Read::Value(moment),
        None => Read::Bad(ViolationKind::InvalidDate, TIME_DUE),
    })
}

/// Systems that have no date to give write their earliest one, such as `0001-01-01`.
fn is_no_date(day: Date) -> bool {
    day.year() < EARLIEST_YEAR
}

/// A point in time.
pub(super) fn instant(leaf: Leaf<'_>) -> Read<Timestamp> {
    said(leaf, |text| clock::instant(&text).map_or(Read::Bad(ViolationKind::InvalidDate, TIME_DUE), Read::Value))
}

/// A currency code.
pub(super) fn currency(leaf: Leaf<'_>) -> Read<Currency> {
    let refused = Read::Bad(ViolationKind::Invalid, "A currency code is due: three upper-case letters.");
    said(leaf, |text| Currency::parse(&text).map_or(refused, Read::Value))
}

/// A Boolean.
pub(super) fn flag(leaf: Leaf<'_>) -> Read<bool> {
    match leaf.json() {
        Json::Absent => Read::Absent,
        Json::Bool(flag) => Read::Value(flag),
        Json::Text(_) | Json::Number(_) | Json::Array | Json::Object => Read::Bad(ViolationKind::Invalid, "A Boolean is due."),
    }
}

/// A whole number from 0.
pub(super) fn count(leaf: Leaf<'_>) -> Read<u32> {
    let refused = Read::Bad(ViolationKind::Invalid, "A whole number from 0 is due.");
    match leaf.json() {
        Json::Absent => Read::Absent,
        // `2.0` and `2e0` are whole numbers of JSON too.
        Json::Number(number) => match Cents::parse_json_number(number) {
            Some(ReadAmount { cents, rounded: false }) if cents.get() % 100 == 0 => {
                u32::try_from(cents.get() / 100).map_or(refused, Read::Value)
            }
            Some(_) | None => refused,
        },
        Json::Text(_) | Json::Bool(_) | Json::Array | Json::Object => refused,
    }
}

/// One of the standard's words; `unknown` stands for any other.
pub(super) fn word<T: Copy>(leaf: Leaf<'_>, words: &[(&str, T)], unknown: T) -> Read<T> {
    said(leaf, |text| match words.iter().find(|(word, _)| *word == text) {
        Some((_, meaning)) => Read::Value(*meaning),
        None => Read::Lenient(unknown, Lenience::UnknownValue),
    })
}

/// The status of a row: nothing but the standard's words, for a guess would put money into the figures or leave it out.
pub(super) fn status<T: Copy>(words: &[(&str, T)]) -> impl Fn(Leaf<'_>) -> Read<T> {
    |leaf| match word(leaf, words, words[0].1) {
        Read::Lenient(..) => Read::Bad(ViolationKind::Invalid, "POSTED or PENDING is due."),
        read => read,
    }
}

/// One of the standard's words, kept as sent whatever it is.
pub(super) fn kept_word(leaf: Leaf<'_>, words: &[&str]) -> Read<Box<str>> {
    said(leaf, |text| if words.contains(&&*text) { Read::Value(text.into()) } else { Read::Lenient(text.into(), Lenience::UnknownValue) })
}

/// A BSB: six digits, without the punctuation that some holders write.
pub(super) fn bsb(leaf: Leaf<'_>) -> Read<Box<str>> {
    said(leaf, |text| {
        if is_masked(&text) {
            return Read::Dropped(Lenience::MaskedNumber);
        }
        match digits(&text) {
            Some(digits) if digits.len() != 6 => Read::Dropped(Lenience::OddBsb),
            Some(digits) if digits.len() == text.len() => Read::Value(digits.into()),
            Some(digits) => Read::Lenient(digits.into(), Lenience::OddBsb),
            None => Read::Dropped(Lenience::OddBsb),
        }
    })
}

/// An account number: digits.
pub(super) fn account_number(leaf: Leaf<'_>) -> Read<Box<str>> {
    said(leaf, |text| match digits(&text) {
        Some(digits) => Read::Value(digits.into()),
        None if is_masked(&text) => Read::Dropped(Lenience::MaskedNumber),
        None => Read::Dropped(Lenience::OddValue),
    })
}

/// A number of exactly so many digits.
pub(super) fn digits_of(leaf: Leaf<'_>, length: usize) -> Read<Box<str>> {
    said(leaf, |text| match digits(&text) {
        Some(digits) if digits.len() == length => Read::Value(digits.into()),
        Some(_) | None => Read::Dropped(Lenience::OddValue),
    })
}

/// A merchant category code: up to four digits.
pub(super) fn merchant_category_code(leaf: Leaf<'_>) -> Read<u16> {
    said(leaf, |text| {
        let is_code = text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        let code = is_code.then(|| text.parse().ok()).flatten();
        code.map_or(Read::Dropped(Lenience::OddValue), Read::Value)
    })
}

fn is_masked(text: &str) -> bool {
    text.contains(['x', 'X', '*', '#'])
}

/// The digits of a number, where nothing but blanks and hyphens stands between them.
fn digits(text: &str) -> Option<Cow<'_, str>> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Cow::Borrowed(text));
    }
    let digits: String = text.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(Cow::Owned(digits))
}

/// A `RateString` in millionths: a fraction, so `0.0625` is 62 500.
pub(super) fn rate(leaf: Leaf<'_>) -> Read<i64> {
    let odd = Read::Dropped(Lenience::OddValue);
    match leaf.json() {
        Json::Number(number) => millionths(number).map_or(odd, Read::Value),
        Json::Absent | Json::Text(_) | Json::Bool(_) | Json::Array | Json::Object => {
            said(leaf, |text| millionths(&text).map_or(odd, Read::Value))
        }
    }
}

fn millionths(text: &str) -> Option<i64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_digits = |part: &str| (1..=16).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let digit = |at: usize| i64::from(fraction.as_bytes().get(at).map_or(0, |byte| byte - b'0'));
    let parts = (0..6).fold(0, |sum, at| sum * 10 + digit(at)) + i64::from(digit(6) >= 5);
    let rate = whole.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(parts)?;
    Some(if unsigned.len() < text.len() { -rate } else { rate })
}

/// An ISO 8601 duration, kept as sent.
pub(super) fn duration(leaf: Leaf<'_>) -> Read<Box<str>> {
    said(leaf, |text| if is_duration(&text) { Read::Value(text.into()) } else { Read::Lenient(text.into(), Lenience::OddDuration) })
}

fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    let (days, time) = rest.split_once('T').map_or((rest, None), |(days, time)| (days, Some(time)));
    let Some(in_days) = parts(days, "YMWD") else { return false };
    match time {
        None => in_days > 0,
        Some(time) => parts(time, "HMS").is_some_and(|in_time| in_time > 0),
    }
}

/// How many numbers with a unit there are, if there is nothing else and the units are in order.
fn parts(text: &str, units: &str) -> Option<usize> {
    let (mut rest, mut units, mut count) = (text, units, 0);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let unit = rest[digits..].chars().next().filter(|_| digits > 0)?;
        let (_, later) = units.split_once(unit)?;
        (rest, units, count) = (&rest[digits + unit.len_utf8()..], later, count + 1);
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_from_what_only_looks_like_one() {
        for text in ["P1M", "P1Y", "P2W", "P14D", "P1Y2M3D", "PT8H", "P1DT12H30M"] {
            assert!(is_duration(text), "{text}");
        }
        for text in ["", "P", "PT", "P1", "1M", "P1DT", "P5Y8M1DT8", "PM1", "P1D1M", "P1M1M", "monthly", "P\u{661}M", "P1\u{e9}"] {
            assert!(!is_duration(text), "{text}");
        }
    }

    #[test]
    fn rates_are_fractions_in_millionths() {
        for (text, due) in [("0.0625", 62_500), ("0.05", 50_000), ("-0.001", -1_000), ("1", 1_000_000), ("0.0000005", 1), ("0", 0)] {
            assert_eq!(millionths(text), Some(due), "{text}");
        }
        for text in ["", "-", "5,6", "5.6%", ".05", "1.", "1e-2", "12345678901234567", "9999999999999999"] {
            assert_eq!(millionths(text), None, "{text}");
        }
    }
}
