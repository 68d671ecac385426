//! Which days a figure speaks of, and how sums over them become monthly figures.

use jiff::civil::Date;

use super::evidence::{self, Evidence};
use crate::analysis::days::Window;
use crate::analysis::ledger::Ledger;
use crate::money::Cents;

/// Days in a month, in ten-thousandths: 365.25 ÷ 12.
const MONTH_DAYS: (i128, i128) = (304_375, 10_000);
/// A monthly figure needs a month.
const LEAST_DAYS: i64 = 30;
/// From so many complete months a window is not short: means are over months, and medians and percentiles are given.
pub(super) const ENOUGH_MONTHS: usize = 6;

/// The days that several accounts have in common.
#[derive(Clone, Debug, Default)]
pub(super) struct Common {
    pub(super) window: Option<Window>,
    /// One of the accounts has an assumed coverage.
    pub(super) assumed: bool,
    /// The accounts that bound it, by account id.
    pub(super) binding: Vec<Box<str>>,
}

/// The common window of the accounts that carry a figure.
pub(super) fn common_window(ledger: &Ledger<'_>, carries: impl Fn(usize) -> bool) -> Common {
    let bearing: Vec<usize> = (0..ledger.accounts.len()).filter(|&account| carries(account)).collect();
    let latest = bearing.iter().filter_map(|&account| ledger.usable(account)).map(|window| window.from).max();
    let earliest = bearing.iter().filter_map(|&account| ledger.usable(account)).map(|window| window.to).min();
    let all_covered = bearing.iter().all(|&account| ledger.usable(account).is_some());
    let binds = |account: &&usize| ledger.usable(**account).is_none_or(|window| Some(window.from) == latest || Some(window.to) == earliest);
    Common {
        window: latest.zip(earliest).filter(|_| all_covered).and_then(|(from, to)| Window::new(from, to)),
        assumed: bearing.iter().any(|&account| ledger.accounts[account].coverage.is_some_and(|coverage| coverage.assumed)),
        binding: bearing.iter().filter(binds).map(|&account| ledger.accounts[account].name.clone()).collect(),
    }
}

/// The net sum of the common window, brought to a month.
pub(super) fn monthly(net: Cents, common: &Common) -> (Option<Cents>, Evidence) {
    let calendar = Calendar::of(common.clone());
    let evidence = calendar.evidence("monthlyAverage");
    let value = calendar.common.window.filter(|_| evidence.reason.is_none()).and_then(|window| per_month(net, window.days()));
    (value, evidence)
}

/// A sum over so many days, brought to a month of 30.4375 days. `None` for no days.
pub(super) fn per_month(sum: Cents, days: i64) -> Option<Cents> {
    sum.mul_div(MONTH_DAYS.0, MONTH_DAYS.1 * i128::from(days))
}

/// The common window of a block with its complete calendar months.
#[derive(Clone, Debug, Default)]
pub(super) struct Calendar {
    /// The days.
    pub(super) common: Common,
    /// The complete months, ascending.
    pub(super) months: Vec<Window>,
}

/// Sums of some rows by complete month, and over the whole window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Series {
    /// One sum for each of [`Calendar::months`], 0 for a month without a row.
    pub(super) months: Vec<Cents>,
    /// All rows of the window.
    pub(super) total: Cents,
}

impl Series {
    /// Mean of the last so many complete months; `None` when there are fewer.
    pub(super) fn mean_of_last(&self, months: usize) -> Option<Cents> {
        self.months.len().checked_sub(months).and_then(|from| mean(&self.months[from..]))
    }
}

impl Calendar {
    /// The months of a common window.
    pub(super) fn of(common: Common) -> Self {
        let months = common.window.map(Window::months).unwrap_or_default();
        Self { common, months }
    }

    /// True below six complete months: means are the whole window brought to a month, medians and percentiles are null.
    pub(super) fn is_short(&self) -> bool {
        self.months.len() < ENOUGH_MONTHS
    }

    /// True when the window has so many days.
    pub(super) fn has_days(&self, days: i64) -> bool {
        self.common.window.is_some_and(|window| window.days() >= days)
    }

    /// The evidence of a monthly mean: with its reason when there is none, with the flags of the window.
    pub(super) fn evidence(&self, formula: &'static str) -> Evidence {
        let mut evidence = Evidence::of(formula);
        if self.common.window.is_none() {
            evidence.reason = Some(evidence::NO_COVERAGE);
            evidence.account_ids.clone_from(&self.common.binding);
            return evidence;
        }
        if self.common.assumed {
            evidence.flags.push(evidence::COVERAGE_ASSUMED);
        }
        if self.is_short() {
            evidence.flags.push(evidence::SHORT_WINDOW);
        }
        if !self.has_days(LEAST_DAYS) {
            evidence.reason = Some(evidence::COVERAGE_TOO_SHORT);
            evidence.account_ids.clone_from(&self.common.binding);
        }
        evidence
    }

    /// The evidence of a figure that needs so many complete months.
    pub(super) fn evidence_of_months(&self, formula: &'static str, months: usize) -> Evidence {
        let mut evidence = self.evidence(formula);
        if evidence.reason.is_none() && self.months.len() < months {
            evidence.reason = Some(evidence::COVERAGE_TOO_SHORT);
            evidence.account_ids.clone_from(&self.common.binding);
        }
        evidence
    }

    /// Sums rows by month; rows outside the window are left out.
    pub(super) fn series(&self, rows: impl IntoIterator<Item = (Date, Cents)>) -> Series {
        let mut series = Series { months: vec![Cents::ZERO; self.months.len()], total: Cents::ZERO };
        for (day, amount) in rows {
            if !self.common.window.is_some_and(|window| window.contains(day)) {
                continue;
            }
            series.total += amount;
            if let Some(first) = self.months.first().map(|month| month.from).filter(|first| day >= *first) {
                let month = i32::from(day.year() - first.year()) * 12 + i32::from(day.month() - first.month());
                if let Some(sum) = usize::try_from(month).ok().and_then(|month| series.months.get_mut(month)) {
                    *sum += amount;
                }
            }
        }
        series
    }

    /// Mean of the complete months; below six of them the whole window brought to a month; `None` below 30 days.
    pub(super) fn mean(&self, series: &Series) -> Option<Cents> {
        let window = self.common.window.filter(|window| window.days() >= LEAST_DAYS)?;
        if self.is_short() { per_month(series.total, window.days()) } else { mean(&series.months) }
    }

    /// Median of the complete months; `None` below six.
    pub(super) fn median(&self, series: &Series) -> Option<Cents> {
        if self.is_short() { None } else { median(&series.months) }
    }

    /// A percentile of the complete months by nearest rank: the smallest month that at least so many per cent do not exceed; `None` below six.
    pub(super) fn percentile(&self, series: &Series, percent: usize) -> Option<Cents> {
        if self.is_short() { None } else { percentile(&series.months, percent) }
    }
}

/// The mean, rounded half away from zero; `None` of nothing.
pub(super) fn mean(amounts: &[Cents]) -> Option<Cents> {
    let count = i128::try_from(amounts.len()).ok()?;
    amounts.iter().copied().sum::<Cents>().mul_div(1, count)
}

/// The middle one, or the mean of the two; `None` of nothing.
pub(super) fn median(amounts: &[Cents]) -> Option<Cents> {
    let mut sorted = amounts.to_vec();
    sorted.sort_unstable();
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = if sorted.len().is_multiple_of(2) { sorted[sorted.len() / 2 - 1] } else { upper };
    (lower + upper).mul_div(1, 2)
}

/// Percentile by nearest rank; `None` of nothing.
pub(super) fn percentile(amounts: &[Cents], percent: usize) -> Option<Cents> {
    let mut sorted = amounts.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn calendar(from: Date, to: Date) -> Calendar {
        Calendar::of(Common { window: Window::new(from, to), assumed: false, binding: Vec::new() })
    }

    fn all(cents: &[i128]) -> Vec<Cents> {
        cents.iter().map(|cents| Cents::new(*cents)).collect()
    }

    #[test]
    fn rows_fall_into_their_complete_months() {
        let calendar = calendar(date(2025, 11, 15), date(2026, 2, 28));
        let row = |day, cents| (day, Cents::new(cents));
        let rows = [
            row(date(2025, 11, 20), 1),
            row(date(2025, 12, 1), 2),
            row(date(2026, 1, 31), 3),
            row(date(2026, 2, 28), 4),
            row(date(2026, 3, 1), 5),
        ];
        let series = calendar.series(rows);
        assert_eq!(series.months, all(&[2, 3, 4]));
        assert_eq!(series.total, Cents::new(10));
        assert_eq!(calendar.median(&series), None, "three months are short");
    }

    #[test]
    fn a_short_window_is_brought_to_a_month() {
        let calendar = calendar(date(2026, 1, 1), date(2026, 3, 1));
        let series = calendar.series([(date(2026, 1, 5), Cents::new(60_000))]);
        assert_eq!(calendar.mean(&series), Some(Cents::new(30_438)), "60,000 × 30.4375 ÷ 60");
    }

    #[test]
    fn middles_and_percentiles() {
        assert_eq!(median(&all(&[5, 1, 3])), Some(Cents::new(3)));
        assert_eq!(median(&all(&[1, 4])), Some(Cents::new(3)), "half is rounded away from zero");
        assert_eq!(median(&[]), None);
        assert_eq!(percentile(&all(&[10, 20, 30, 40, 50, 60, 70, 80, 90, 100]), 20), Some(Cents::new(20)));
        assert_eq!(percentile(&all(&[10, 20, 30]), 80), Some(Cents::new(30)));
    }
}
