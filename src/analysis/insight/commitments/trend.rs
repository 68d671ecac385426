//! The last 90 days against the 90 before.

use jiff::civil::Date;
use serde::Serialize;

use super::super::evidence::{self, Evidence};
use crate::analysis::days::{Window, plus};
use crate::money::Cents;

/// Days of each side.
const SIDE: i64 = 90;
/// Below a tenth of a difference two sums are the same.
const SAME: i128 = 10;

/// Rows of so many days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Side {
    count: u64,
    total: Cents,
}

/// Where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Direction {
    Rising,
    Falling,
    Stable,
}

/// `trend`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(in super::super) struct Trend {
    #[serde(rename = "last90Days")]
    last: Side,
    #[serde(rename = "previous90Days")]
    previous: Side,
    direction: Direction,
}

impl Trend {
    /// The trend of rows, each with its day and amount, at the end of a window; `None` below 180 days of it.
    pub(in super::super) fn of(rows: impl IntoIterator<Item = (Date, Cents)>, window: Option<Window>) -> Option<Self> {
        let window = window.filter(|window| window.days() >= 2 * SIDE)?;
        let (last_from, previous_from) = (plus(window.to, 1 - SIDE), plus(window.to, 1 - 2 * SIDE));
        let (mut last, mut previous) = (Side::default(), Side::default());
        for (day, amount) in rows {
            if day > window.to || day < previous_from {
                continue;
            }
            let side = if day >= last_from { &mut last } else { &mut previous };
            side.count += 1;
            side.total += amount;
        }
        let change = last.total - previous.total;
        let is_same = change.abs().get() * SAME <= previous.total.abs().get();
        let direction = match (is_same, change.is_negative()) {
            (true, _) => Direction::Stable,
            (false, true) => Direction::Falling,
            (false, false) => Direction::Rising,
        };
        Some(Self { last, previous, direction })
    }

    /// Its evidence: why it is missing, where it is.
    pub(in super::super) fn evidence(trend: Option<&Self>, has_coverage: bool) -> Evidence {
        let missing = if has_coverage { evidence::COVERAGE_TOO_SHORT } else { evidence::NO_COVERAGE };
        Evidence::of("trend90Days").because(trend.is_none().then_some(missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_last_ninety_days_are_held_against_the_ninety_before() {
        let window = Window::new(date(2026, 1, 1), date(2026, 6, 29));
        let rows = [(date(2026, 4, 1), 300), (date(2026, 3, 31), 200), (date(2026, 6, 29), 1), (date(2026, 6, 30), 7)];
        let rows = || rows.iter().map(|(day, cents)| (*day, Cents::new(*cents)));
        let trend = Trend::of(rows(), window).expect("180 days");
        assert_eq!((trend.last.total, trend.last.count), (Cents::new(301), 2));
        assert_eq!((trend.previous.total, trend.previous.count), (Cents::new(200), 1));
        assert_eq!(trend.direction, Direction::Rising);
        assert_eq!(Trend::of(rows(), Window::new(date(2026, 1, 2), date(2026, 6, 29))), None, "179 days");
        assert_eq!(Trend::of([], window).map(|trend| trend.direction), Some(Direction::Stable));
    }
}
