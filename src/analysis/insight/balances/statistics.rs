//! What a run of end-of-day balances says: extremes, mean, deviation, days in the red, trend. Whole cents, no floats.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::super::window::mean;
use crate::analysis::days::{Window, between};
use crate::money::Cents;

/// Days that the windows look back.
pub(super) const WINDOWS: [u16; 5] = [30, 60, 90, 180, 365];
/// Days that a trend compares with as many before them.
const TREND: usize = 90;
/// A balance below this is low.
const LOW: Cents = Cents::new(10_000);

/// The end of each day of a run, ascending, one a day without holes.
#[derive(Clone, Debug, Default)]
pub(super) struct Run(pub(super) Vec<(Date, Cents)>);

/// The figures of the last days of a run.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Statistics {
    min: Option<Cents>,
    max: Option<Cents>,
    mean: Option<Cents>,
    standard_deviation: Option<Cents>,
}

impl Run {
    /// The days of the run; `None` of nothing.
    pub(super) fn window(&self) -> Option<Window> {
        Window::new(self.0.first()?.0, self.0.last()?.0)
    }

    /// The balance at the end of a day of the run.
    pub(super) fn on(&self, day: Date) -> Option<Cents> {
        let from = self.window().filter(|window| window.contains(day))?.from;
        self.0.get(usize::try_from(between(from, day)).ok()?).map(|(_, balance)| *balance)
    }

    /// The last so many days; `None` where the run is shorter.
    pub(super) fn last(&self, days: usize) -> Option<Vec<Cents>> {
        let from = self.0.len().checked_sub(days)?;
        Some(self.0[from..].iter().map(|(_, balance)| *balance).collect())
    }

    /// The mean of the last so many days; `None` where the run is shorter.
    pub(super) fn mean_of_last(&self, days: usize) -> Option<Cents> {
        mean(&self.last(days)?)
    }

    /// By number of days the figures of those days; `null` where the run is shorter.
    pub(super) fn windows(&self) -> BTreeMap<u16, Statistics> {
        WINDOWS.into_iter().map(|days| (days, Statistics::of(self.last(usize::from(days)).as_deref()))).collect()
    }

    /// Mean of the last 90 days less the mean of the 90 before them; `None` below 180 days.
    pub(super) fn trend(&self) -> Option<Cents> {
        let both = self.last(2 * TREND)?;
        Some(mean(&both[TREND..])? - mean(&both[..TREND])?)
    }

    /// Days on which the balance was below a bound.
    pub(super) fn days_below(&self, bound: Cents) -> usize {
        self.0.iter().filter(|(_, balance)| *balance < bound).count()
    }

    /// Days below 100.00.
    pub(super) fn days_low(&self) -> usize {
        self.days_below(LOW)
    }

    /// Days from the last negative day to the end of the run; `None` where no day is negative.
    pub(super) fn days_since_negative(&self) -> Option<usize> {
        self.0.iter().rev().position(|(_, balance)| balance.is_negative())
    }

    /// The most negative days in a row.
    pub(super) fn longest_negative_spell(&self) -> usize {
        let spells = self.0.chunk_by(|a, b| a.1.is_negative() == b.1.is_negative());
        spells.filter(|spell| spell[0].1.is_negative()).map(<[_]>::len).max().unwrap_or(0)
    }
}

impl Statistics {
    fn of(balances: Option<&[Cents]>) -> Self {
        let balances = balances.unwrap_or_default();
        Self {
            min: balances.iter().copied().min(),
            max: balances.iter().copied().max(),
            mean: mean(balances),
            standard_deviation: deviation(balances),
        }
    }
}

/// The standard deviation of all the balances, `√(Σ(x − mean)² ÷ n)`, rounded half up; `None` of nothing, or beyond reach.
fn deviation(balances: &[Cents]) -> Option<Cents> {
    let count = i128::try_from(balances.len()).ok().filter(|count| *count > 0)?;
    // From the first: the sums of squares of small distances stay small.
    let first = balances[0].get();
    let (mut sum, mut squares) = (0_i128, 0_i128);
    for balance in balances {
        let distance = balance.get() - first;
        sum = sum.checked_add(distance)?;
        squares = squares.checked_add(distance.checked_mul(distance)?)?;
    }
    // n² × variance.
    let scaled = count.checked_mul(squares)?.checked_sub(sum.checked_mul(sum)?)?;
    let floor = (scaled / (count * count)).isqrt();
    let half = (2 * floor + 1).checked_mul(2 * floor + 1)?.checked_mul(count * count)?;
    Some(Cents::new(floor + i128::from(half <= scaled.checked_mul(4)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn run(cents: &[i128]) -> Run {
        Run((1..).zip(cents).map(|(day, cents)| (date(2026, 1, day), Cents::new(*cents))).collect())
    }

    #[test]
    fn the_deviation_is_of_all_days_and_rounded() {
        let of = |cents: &[i128]| deviation(&cents.iter().map(|cents| Cents::new(*cents)).collect::<Vec<_>>());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[500]), Some(Cents::ZERO));
        assert_eq!(of(&[200, 400, 400, 400, 500, 500, 700, 900]), Some(Cents::new(200)));
        assert_eq!(of(&[0, 1]), Some(Cents::new(1)), "0.5 is rounded up");
        assert_eq!(of(&[0, 0, 0, 1]), Some(Cents::ZERO), "0.43 is rounded down");
        assert_eq!(of(&[i128::MAX / 4, -(i128::MAX / 4)]), None);
    }

    #[test]
    fn days_in_the_red_are_counted_in_spells() {
        let run = run(&[-1, -1, 5, -1, 20_000, 0]);
        assert_eq!((run.days_below(Cents::ZERO), run.longest_negative_spell(), run.days_since_negative()), (3, 2, Some(2)));
        assert_eq!(run.days_low(), 5);
        assert_eq!(Run::default().longest_negative_spell(), 0);
    }

    #[test]
    fn a_day_is_found_inside_the_run_only() {
        let run = run(&[7, 8, 9]);
        assert_eq!((run.on(date(2026, 1, 2)), run.on(date(2026, 1, 4)), run.on(date(2025, 12, 31))), (Some(Cents::new(8)), None, None));
    }
}
