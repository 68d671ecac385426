//! Calendar arithmetic on whole days.

use jiff::SignedDuration;
use jiff::civil::{Date, Weekday};

use super::ruleset::Ruleset;

/// Days from `from` to `to`; negative when `to` is earlier.
#[must_use]
pub fn between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// A number that grows with the day, always below 2²⁴; not a count of days.
#[must_use]
pub fn number(day: Date) -> u32 {
    let part = |part: i8| u32::from(part.unsigned_abs());
    // Years from −9999 to 9999.
    u32::from((day.year() + 10_000).unsigned_abs()) << 9 | part(day.month()) << 5 | part(day.day())
}

/// A day some days later, or earlier; the last or first day there is when that lies beyond the calendar.
#[must_use]
pub fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(SignedDuration::from_hours(24 * days))
}

/// The first day of the next month; `None` at the end of the calendar.
#[must_use]
pub fn next_month(day: Date) -> Option<Date> {
    day.last_of_month().checked_add(SignedDuration::from_hours(24)).ok()
}

/// True from Monday to Friday where the day is no public holiday everywhere.
#[must_use]
pub fn is_business_day(day: Date, ruleset: &Ruleset) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !ruleset.is_public_holiday(day, None)
}

/// A span of days, both ends included. Never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

impl Window {
    /// The days from one to another; `None` when there are none.
    #[must_use]
    pub fn new(from: Date, to: Date) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    /// How many days.
    #[must_use]
    pub fn days(self) -> i64 {
        between(self.from, self.to) + 1
    }

    /// True for a day inside.
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// The days that both have.
    #[must_use]
    pub fn intersect(self, other: Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.to.min(other.to))
    }

    /// True when no day lies between them.
    #[must_use]
    pub fn touches(self, other: Self) -> bool {
        let (first, second) = if self.from <= other.from { (self, other) } else { (other, self) };
        between(first.to, second.from) <= 1
    }

    /// The calendar months that lie wholly inside, ascending.
    #[must_use]
    pub fn months(self) -> Vec<Self> {
        let mut months = Vec::new();
        let mut first = if self.from.day() == 1 { Some(self.from) } else { next_month(self.from) };
        while let Some(from) = first {
            let to = from.last_of_month();
            if to > self.to {
                break;
            }
            months.push(Self { from, to });
            first = next_month(from);
        }
        months
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn numbers_sort_as_days_do() {
        let days = [Date::MIN, date(-1, 12, 31), date(0, 1, 1), date(2026, 1, 31), date(2026, 2, 1), date(2027, 1, 1), Date::MAX];
        assert!(days.windows(2).all(|pair| number(pair[0]) < number(pair[1])));
        assert!(number(Date::MAX) < 1 << 24);
    }

    #[test]
    fn both_ends_of_a_window_count() {
        let window = Window::new(date(2026, 1, 1), date(2026, 1, 31)).expect("not empty");
        assert_eq!(window.days(), 31);
        assert_eq!(Window::new(date(2026, 1, 2), date(2026, 1, 1)), None);
    }

    #[test]
    fn a_month_is_complete_only_with_its_first_and_last_day() {
        let months = |from, to| Window::new(from, to).expect("not empty").months().len();
        assert_eq!(months(date(2026, 1, 1), date(2026, 1, 31)), 1);
        assert_eq!(months(date(2026, 1, 2), date(2026, 1, 31)), 0);
        assert_eq!(months(date(2026, 1, 1), date(2026, 1, 30)), 0);
        assert_eq!(months(date(2025, 11, 22), date(2026, 11, 22)), 11);
        assert_eq!(months(date(2026, 1, 5), date(2026, 1, 6)), 0);
    }

    #[test]
    fn windows_that_follow_each_other_touch() {
        let window = |from, to| Window::new(from, to).expect("not empty");
        let january = window(date(2026, 1, 1), date(2026, 1, 31));
        assert!(january.touches(window(date(2026, 2, 1), date(2026, 2, 2))));
        assert!(!january.touches(window(date(2026, 2, 2), date(2026, 2, 3))));
    }
}
