//! The same method, asked 60 days ago: how far it was from what came. It sees rows up to that day only; of the streams it knows the
//! rhythm, which was found in all rows.

use jiff::civil::Date;
use serde::Serialize;

use super::paths::{self, Draws, Start};
use super::{LEAST_MONTHS, NO_BALANCE, Pool, STEP};
use crate::analysis::days::{Window, plus};
use crate::analysis::exact::Day;
use crate::analysis::insight::evidence::{self, Evidence};
use crate::analysis::insight::window::mean;
use crate::money::Cents;

/// Days that are forecast again.
const DAYS: usize = 60;
/// The balances of those days do not chain.
const BALANCES_INCOMPLETE: &str = "BALANCES_INCOMPLETE";

/// What the method would have said, against what came. Errors are forecast less actual.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Backtest {
    from: Day,
    to: Day,
    mean_error: Cents,
    mean_absolute_error: Cents,
    end_error: Cents,
    /// Points, and those of them whose actual balance lay between P10 and P90.
    points: usize,
    points_within: usize,
}

/// Forecasts the last 60 days of the data; `None` without three complete months before them or with a balance missing among them.
pub(super) fn draw(pool: &Pool<'_, '_>, seed: [u8; 8]) -> (Option<Backtest>, Evidence) {
    let evidence = Evidence::of("backtest");
    let missing = |reason| (None, evidence.clone().because(Some(reason)));
    let ends = pool
        .indices()
        .filter(|&account| pool.carries[account])
        .map(|account| pool.context.walks[account].end_of_day.last().map(|(day, _)| *day));
    let Some(to) = ends.collect::<Option<Vec<Date>>>().and_then(|ends| ends.into_iter().min()) else { return missing(NO_BALANCE) };
    let after = plus(to, -i64::try_from(DAYS).expect("a few days"));
    let is_covered = pool.calendar.common.window.is_some_and(|window| window.contains(after) && window.contains(to));
    if !is_covered || pool.calendar.months.iter().filter(|month| month.to <= after).count() < LEAST_MONTHS {
        return missing(evidence::COVERAGE_TOO_SHORT);
    }
    let Some(balances) = Window::new(after, to).and_then(|days| together(pool, days)) else { return missing(BALANCES_INCOMPLETE) };
    let known = pool.known(after, to, false);
    let months = pool.months(after, &known);
    let start = Start { day: after, balance: balances[0], due: &known.due, months: &months };
    let drawn = paths::draw(&start, DAYS, STEP, &mut Draws::new(seed));
    let actual = drawn.points.iter().enumerate().map(|(at, _)| balances[((at + 1) * STEP).min(DAYS)]);
    let compared: Vec<_> = drawn.points.iter().map(|(_, spread)| *spread).zip(actual).collect();
    let errors: Vec<Cents> = compared.iter().map(|(spread, actual)| spread.p50 - *actual).collect();
    let absolute: Vec<Cents> = errors.iter().map(|error| error.abs()).collect();
    let backtest = Backtest {
        from: Day(plus(after, 1)),
        to: Day(to),
        mean_error: mean(&errors).unwrap_or_default(),
        mean_absolute_error: mean(&absolute).unwrap_or_default(),
        end_error: errors.last().copied().unwrap_or_default(),
        points: errors.len(),
        points_within: compared.iter().filter(|(spread, actual)| (spread.p10..=spread.p90).contains(actual)).count(),
    };
    (Some(backtest), evidence)
}

/// The balances of the accounts together at the end of each day; `None` where one account has none on some day.
fn together(pool: &Pool<'_, '_>, days: Window) -> Option<Vec<Cents>> {
    let length = usize::try_from(days.days()).ok()?;
    let mut sums = vec![Cents::ZERO; length];
    for account in pool.indices() {
        if !pool.carries[account] {
            // Nothing moved on it.
            let anchor = pool.context.walks[account].anchor?;
            for sum in &mut sums {
                *sum += anchor.balance;
            }
            continue;
        }
        let walk = &pool.context.walks[account].end_of_day;
        let first = walk.binary_search_by_key(&days.from, |(day, _)| *day).ok()?;
        let of_days = walk.get(first..first + length).filter(|of_days| of_days[length - 1].0 == days.to)?;
        sums.iter_mut().zip(of_days).for_each(|(sum, (_, balance))| *sum += *balance);
    }
    Some(sums)
}
