//! What is left after a pay, and how soon it is gone.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::window::mean;
use super::statistics::Run;
use crate::analysis::days::{between, plus};
use crate::money::Cents;

/// Days after a pay on which is looked what is left.
const AFTER: i64 = 3;
/// A pay is gone when no more than so many hundredths of it are above what there was before.
const LEFT: i128 = 10;
/// Pays from which a middle can be told.
const ENOUGH: usize = 3;

/// The pays of a scope by day.
pub(super) type Pays = BTreeMap<Date, Cents>;

/// Mean of the balances three days after each pay; `None` where none of those days lies in the run.
pub(super) fn mean_after(run: &Run, pays: &Pays) -> Option<Cents> {
    let balances: Vec<Cents> = pays.keys().filter_map(|day| run.on(plus(*day, AFTER))).collect();
    mean(&balances)
}

/// The middle number of days from a pay to the day on which at most a tenth of it is left above the balance of the day before it; until the
/// next pay where it is never gone. The last pay has no next one and is left out. `None` below three pays.
pub(super) fn depletion_days(run: &Run, pays: &Pays) -> Option<i64> {
    let days: Vec<Date> = pays.keys().copied().collect();
    let mut gone: Vec<i64> = days.windows(2).filter_map(|pair| days_until_gone(run, pair[0], pair[1], pays[&pair[0]])).collect();
    gone.sort_unstable();
    (gone.len() >= ENOUGH).then(|| gone[(gone.len() - 1) / 2])
}

fn days_until_gone(run: &Run, paid: Date, next: Date, amount: Cents) -> Option<i64> {
    let rest = run.on(plus(paid, -1))? + amount.mul_div(LEFT, 100)?;
    run.on(plus(next, -1))?;
    let until = between(paid, next);
    (0..until).find(|days| run.on(plus(paid, *days)).is_some_and(|balance| balance <= rest)).or(Some(until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// 2,000 on each pay day, and so much spent on each day after it.
    fn paid(spent: i128) -> (Run, Pays) {
        let first = date(2026, 1, 1);
        let pays: Pays = (0..5).map(|number| (plus(first, 14 * number), Cents::new(200_000))).collect();
        let mut balance = 10_000;
        let end_of_day = (-1..60).map(|day| {
            let today = plus(first, day);
            balance += if pays.contains_key(&today) {
                200_000
            } else if day < 0 {
                0
            } else {
                -spent.min(balance - 10_000)
            };
            (today, Cents::new(balance))
        });
        (Run(end_of_day.collect()), pays)
    }

    #[test]
    fn a_pay_is_gone_when_a_tenth_is_left() {
        let (run, pays) = paid(30_000);
        // 2,000.00 less 6 × 300.00 leaves 200.00.
        assert_eq!(depletion_days(&run, &pays), Some(6));
        assert_eq!(mean_after(&run, &pays), Some(Cents::new(120_000)));
    }

    #[test]
    fn a_pay_that_is_not_spent_lasts_until_the_next() {
        let (run, pays) = paid(1_000);
        assert_eq!(depletion_days(&run, &pays), Some(14));
        let few: Pays = pays.into_iter().take(3).collect();
        assert_eq!(depletion_days(&run, &few), None, "two pays with a next one");
    }
}
