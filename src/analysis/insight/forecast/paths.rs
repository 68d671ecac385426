//! The paths of a balance: known payments on their days, and whole past months drawn again and again.
//!
//! The work is bounded: [`PATHS`] paths, each a draw of at most one past month a calendar month ahead.

use jiff::civil::Date;

use crate::analysis::days::plus;
use crate::money::Cents;

/// How many paths are drawn.
pub(super) const PATHS: usize = 200;
/// Most days of a month.
const MONTH: usize = 31;

/// What a past month brought and took by its day, payments of known streams left out.
pub(super) type PastMonth = [Cents; MONTH];

/// A small generator of numbers that look like chance and are the same each time: `SplitMix64` of Steele, Lea and Flood.
pub(super) struct Draws(u64);

impl Draws {
    pub(super) fn new(seed: [u8; 8]) -> Self {
        Self(u64::from_le_bytes(seed))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next()) * (bound as u128);
        usize::try_from(wide >> 64).expect("below the bound")
    }
}

/// Three points of a distribution: by nearest rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spread<T> {
    pub(super) p10: T,
    pub(super) p50: T,
    pub(super) p90: T,
}

/// What the paths come to.
pub(super) struct Paths {
    /// For each day that was asked for.
    pub(super) points: Vec<(Date, Spread<Cents>)>,
    /// The lowest balance of a path, with its day.
    pub(super) lowest: Spread<(Cents, Date)>,
}

/// What the paths start from.
pub(super) struct Start<'s> {
    /// The last known day, and its balance.
    pub(super) day: Date,
    pub(super) balance: Cents,
    /// Payments due after it.
    pub(super) due: &'s [(Date, Cents)],
    /// At least one.
    pub(super) months: &'s [PastMonth],
}

/// Draws the paths of so many days; the points are each `step` days apart, the last one the last day.
pub(super) fn draw(start: &Start<'_>, days: usize, step: usize, draws: &mut Draws) -> Paths {
    let dates: Vec<Date> = (1..=days).map(|day| plus(start.day, i64::try_from(day).expect("a few days"))).collect();
    let mut known = vec![Cents::ZERO; days];
    for (day, amount) in start.due {
        if let Ok(at) = dates.binary_search(day) {
            known[at] += *amount;
        }
    }
    let is_point = |at: usize| (at + 1).is_multiple_of(step) || at + 1 == days;
    let mut at_points: Vec<Vec<Cents>> = (0..days).filter(|at| is_point(*at)).map(|_| Vec::with_capacity(PATHS)).collect();
    let mut lowest = Vec::with_capacity(PATHS);
    for _ in 0..PATHS {
        let mut balance = start.balance;
        let mut least = (balance, start.day);
        let mut month = &start.months[draws.below(start.months.len())];
        let mut points = at_points.iter_mut();
        for (at, date) in dates.iter().enumerate() {
            if date.day() == 1 {
                month = &start.months[draws.below(start.months.len())];
            }
            balance += known[at] + of_day(month, *date);
            least = least.min((balance, *date));
            if is_point(at) {
                points.next().expect("one a point").push(balance);
            }
        }
        lowest.push(least);
    }
    let days_of_points = dates.iter().enumerate().filter(|(at, _)| is_point(*at)).map(|(_, date)| *date);
    Paths { points: days_of_points.zip(at_points).map(|(date, balances)| (date, spread(balances))).collect(), lowest: spread(lowest) }
}

/// What a past month brings on a day; the last day of a shorter month has the rest of it.
fn of_day(month: &PastMonth, date: Date) -> Cents {
    let day = usize::from(date.day().unsigned_abs());
    if date == date.last_of_month() { month[day - 1..].iter().copied().sum() } else { month[day - 1] }
}

fn spread<T: Copy + Ord>(mut all: Vec<T>) -> Spread<T> {
    all.sort_unstable();
    let rank = |percent: usize| all[(all.len() * percent).div_ceil(100).max(1) - 1];
    Spread { p10: rank(10), p50: rank(50), p90: rank(90) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn month(of_day: &[(usize, i128)]) -> PastMonth {
        let mut month = [Cents::ZERO; MONTH];
        for (day, cents) in of_day {
            month[day - 1] = Cents::new(*cents);
        }
        month
    }

    #[test]
    fn the_draws_are_those_of_the_reference() {
        // The first numbers of SplitMix64 from 1234567.
        let mut draws = Draws::new(1_234_567_u64.to_le_bytes());
        assert_eq!([draws.next(), draws.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn one_past_month_leaves_nothing_to_chance() {
        let months = [month(&[(5, -1_000), (31, -7)])];
        let due = [(date(2026, 2, 10), Cents::new(50_000))];
        let start = Start { day: date(2026, 1, 31), balance: Cents::new(10_000), due: &due, months: &months };
        let paths = draw(&start, 28, 7, &mut Draws::new([1; 8]));
        let p50: Vec<i128> = paths.points.iter().map(|(_, spread)| spread.p50.get()).collect();
        // The 31st falls on the last day of February.
        assert_eq!(p50, [9_000, 59_000, 59_000, 58_993]);
        assert_eq!(paths.lowest.p10, (Cents::new(9_000), date(2026, 2, 5)));
        assert!(paths.points.iter().all(|(_, spread)| spread.p10 == spread.p90));
    }
}
