//! Dates and times as they stand in a payload, and the day that each means.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::Moment;

/// A date and time of RFC 3339.
struct Stamp {
    civil: DateTime,
    /// `None` for UTC, however it is written.
    offset: Option<Offset>,
}

impl Stamp {
    fn instant(&self) -> Option<Timestamp> {
        self.offset.unwrap_or(Offset::UTC).to_timestamp(self.civil).ok()
    }
}

/// Reads an RFC 3339 full-date.
pub(super) fn date(text: &str) -> Option<Date> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else { return None };
    let year = number([y1, y2])? * 100 + number([y3, y4])?;
    Date::new(year, i8::try_from(number([m1, m2])?).ok()?, i8::try_from(number([d1, d2])?).ok()?).ok()
}

/// Reads an RFC 3339 date-time with its offset as an instant.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    stamp(text)?.instant()
}

/// Two digits.
fn number(digits: [u8; 2]) -> Option<i16> {
    let [tens, ones] = digits;
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| i16::from(tens - b'0') * 10 + i16::from(ones - b'0'))
}

/// Two digits that are less than `limit`.
fn part(digits: [u8; 2], limit: i8) -> Option<i8> {
    let value = i8::try_from(number(digits)?).ok()?;
    (value < limit).then_some(value)
}

fn stamp(text: &str) -> Option<Stamp> {
    let (day, rest) = text.split_at_checked(10)?;
    let date = date(day)?;
    let (clock, rest) = rest.as_bytes().split_at_checked(9)?;
    let [b'T' | b't', h1, h2, b':', m1, m2, b':', s1, s2] = *clock else { return None };
    // A leap second is the last second of its minute here.
    let second = part([s1, s2], 61)?.min(59);
    let (nanosecond, zone) = match rest.split_first() {
        Some((b'.', fraction)) => nanoseconds(fraction)?,
        _ => (0, rest),
    };
    let time = Time::new(part([h1, h2], 24)?, part([m1, m2], 60)?, second, nanosecond).ok()?;
    Some(Stamp { civil: DateTime::from_parts(date, time), offset: offset(zone)? })
}

/// Any number of fraction digits, at least one; what is finer than a nanosecond is dropped.
fn nanoseconds(text: &[u8]) -> Option<(i32, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let fraction = (0..9).fold(0, |sum, at| sum * 10 + if at < digits { i32::from(text[at] - b'0') } else { 0 });
    (digits > 0).then_some((fraction, &text[digits..]))
}

/// The outer `None` is no offset at all.
#[expect(clippy::option_option, reason = "no offset, UTC and another offset are three things")]
fn offset(zone: &[u8]) -> Option<Option<Offset>> {
    match *zone {
        [b'Z' | b'z'] => Some(None),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let seconds = i32::from(part([h1, h2], 24)?) * 3600 + i32::from(part([m1, m2], 60)?) * 60;
            if seconds == 0 {
                return Some(None);
            }
            Some(Some(Offset::from_seconds(if sign == b'-' { -seconds } else { seconds }).ok()?))
        }
        _ => None,
    }
}

/// Turns times into days. Remembers the spans of equal offset it has met, for a look-up in the zone's rules costs more than the rest
/// of reading a time.
#[derive(Debug)]
pub(super) struct DayClock {
    zone: TimeZone,
    spans: Vec<Span>,
    next: usize,
}

/// From the first instant up to, but without, the second the zone keeps one offset.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: Timestamp,
    to: Timestamp,
    offset: Offset,
}

/// A year of rows meets three spans; a payload of all centuries must not make the search long.
const MOST_SPANS: usize = 8;

impl DayClock {
    pub(super) const fn new(zone: TimeZone) -> Self {
        Self { zone, spans: Vec::new(), next: 0 }
    }

    /// Reads an RFC 3339 date-time by the clock rule: `T00:00:00Z` is a date-only marker, an offset keeps its own local date, any
    /// other UTC time is turned into the zone.
    pub(super) fn moment(&mut self, text: &str) -> Option<Moment> {
        let stamp = stamp(text)?;
        let instant = stamp.instant()?;
        let is_marker = stamp.offset.is_none() && stamp.civil.time() == Time::midnight();
        if is_marker {
            return Some(Moment { day: stamp.civil.date(), at: None });
        }
        let day = if stamp.offset.is_some() { stamp.civil.date() } else { self.day(instant) };
        Some(Moment { day, at: Some(instant) })
    }

    /// The zone's day of an instant.
    fn day(&mut self, instant: Timestamp) -> Date {
        let known = self.spans.iter().find(|span| span.from <= instant && instant < span.to).map(|span| span.offset);
        let offset = known.unwrap_or_else(|| self.look_up(instant));
        offset.to_datetime(instant).date()
    }

    fn look_up(&mut self, instant: Timestamp) -> Offset {
        let offset = self.zone.to_offset(instant);
        // `preceding` leaves out a transition at the instant itself.
        let after = instant.checked_add(SignedDuration::from_nanos(1)).unwrap_or(instant);
        let from = self.zone.preceding(after).next().map_or(Timestamp::MIN, |transition| transition.timestamp());
        let to = self.zone.following(instant).next().map_or(Timestamp::MAX, |transition| transition.timestamp());
        let span = Span { from, to, offset };
        if self.spans.len() < MOST_SPANS {
            self.spans.push(span);
        } else {
            self.spans[self.next] = span;
            self.next = (self.next + 1) % MOST_SPANS;
        }
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sydney() -> DayClock {
        DayClock::new(TimeZone::get("Australia/Sydney").expect("the zones are bundled"))
    }

    /// What is due, for each time; `None` is no date-time.
    fn days(clock: &mut DayClock, table: &[(&str, Option<&str>)]) {
        for (text, day) in table {
            assert_eq!(clock.moment(text).map(|moment| moment.day.to_string()).as_deref(), *day, "{text}");
        }
    }

    #[test]
    fn the_day_of_a_time_follows_the_clock_rule() {
        days(
            &mut sydney(),
            &[
                ("2026-06-30T23:30:00+08:00", Some("2026-06-30")), // late in Perth
                ("2026-06-30T00:00:00+10:00", Some("2026-06-30")),
                ("2026-06-30T00:00:00-11:00", Some("2026-06-30")),
                ("2026-06-30T00:00:00Z", Some("2026-06-30")), // date-only markers
                ("2026-06-30T00:00:00.000Z", Some("2026-06-30")),
                ("2026-06-30T00:00:00+00:00", Some("2026-06-30")),
                ("2026-06-30t00:00:00z", Some("2026-06-30")),
                ("2026-12-31T00:00:00Z", Some("2026-12-31")),
                ("2026-06-30T00:00:01Z", Some("2026-06-30")),
                ("2026-06-30T13:59:59Z", Some("2026-06-30")), // AEST: UTC+10
                ("2026-06-30T14:00:00Z", Some("2026-07-01")),
                ("2026-12-31T12:59:59.999Z", Some("2026-12-31")), // AEDT: UTC+11
                ("2026-12-31T13:00:00Z", Some("2027-01-01")),
                ("2026-12-31T14:00:00+00:00", Some("2027-01-01")),
                ("2026-12-31T14:00:00-00:00", Some("2027-01-01")),
            ],
        );
    }

    #[test]
    fn daylight_saving_begins_and_ends_at_two_in_the_morning() {
        // 4 October 2026 at 02:00 AEST (16:00Z the day before), 5 April 2026 at 03:00 AEDT (16:00Z the day before).
        let table = [
            ("2026-10-03T13:59:59Z", Some("2026-10-03")),
            ("2026-10-03T14:00:00Z", Some("2026-10-04")),
            ("2026-10-03T16:00:00Z", Some("2026-10-04")),
            ("2026-10-04T12:59:59Z", Some("2026-10-04")),
            ("2026-10-04T13:00:00Z", Some("2026-10-05")),
            ("2026-04-04T13:00:00Z", Some("2026-04-05")),
            ("2026-04-04T16:00:00Z", Some("2026-04-05")),
            ("2026-04-05T13:30:00Z", Some("2026-04-05")),
            ("2026-04-05T14:00:00Z", Some("2026-04-06")),
        ];
        days(&mut sydney(), &table);
        let mut backwards = table;
        backwards.reverse();
        days(&mut sydney(), &backwards);
    }

    #[test]
    fn remembered_offsets_say_what_the_zone_says() {
        let mut clock = sydney();
        let zone = clock.zone.clone();
        let start: Timestamp = "1990-01-01T00:30:00Z".parse().expect("a time");
        for step in 0..20_000 {
            // Days of 45 years, visited out of order, so that spans are forgotten too.
            let instant = start + SignedDuration::from_hours((step * 7_919) % (45 * 365 * 24));
            assert_eq!(clock.day(instant), instant.to_zoned(zone.clone()).date(), "{instant}");
        }
        assert_eq!(DayClock::new(TimeZone::UTC).day(start).to_string(), "1990-01-01");
    }

    #[test]
    fn a_date_time_has_seconds_and_an_offset() {
        let none = [
            "",
            "2026-06-30",
            "2026-06-30T10:00Z",
            "2026-06-30T10:00:00",
            "2026-06-30 10:00:00Z",
            "2026-06-30T10:00:00+1000",
            "2026-06-30T10:00:00+10",
            "2026-06-30T10:00:00.Z",
            "2026-06-30T24:00:00Z",
            "2026-06-30T10:60:00Z",
            "2026-06-30T10:00:61Z",
            "2026-06-31T10:00:00Z",
            "2026-02-29T10:00:00Z",
            "2026-13-01T10:00:00Z",
            "2026-06-30T10:00:00+24:00",
            "2026-06-30T10:00:00+10:60",
            "2026-06-30T10:00:00Z ",
            "+12026-06-30T10:00:00Z",
            "2026-06-3\u{e9}T10:00:00Z",
            "9999-12-31T23:59:59-11:00",
        ];
        days(&mut sydney(), &none.map(|text| (text, None)));
    }

    #[test]
    fn any_number_of_fraction_digits_is_read_and_a_leap_second_is_the_last_of_its_minute() {
        let at = |text: &str| instant(text).map(|instant| instant.to_string());
        assert_eq!(at("2026-06-30T10:00:00.5Z").as_deref(), Some("2026-06-30T10:00:00.5Z"));
        assert_eq!(at("2026-06-30T10:00:00.12345678901234567890Z").as_deref(), Some("2026-06-30T10:00:00.123456789Z"));
        assert_eq!(at("2026-06-30T23:59:60Z").as_deref(), Some("2026-06-30T23:59:59Z"));
        assert_eq!(at("2026-06-30T10:00:00.25+09:30").as_deref(), Some("2026-06-30T00:30:00.25Z"));
        assert_eq!(at("0000-01-01T00:00:00Z").as_deref(), Some("0000-01-01T00:00:00Z"));
    }

    #[test]
    fn a_date_is_ten_characters() {
        assert_eq!(date("2028-02-29").map(|date| date.to_string()).as_deref(), Some("2028-02-29"));
        for text in ["", "2026-2-1", "2026-02-30", "2026-00-01", "20260201", "2026-02-01 ", "2026/02/01", "\u{662}026-02-01"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
