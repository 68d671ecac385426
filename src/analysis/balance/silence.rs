//! Stretches without a row that an account's own rhythm does not explain.
//!
//! The days between two active days of an account follow its habits: a busy account rests a day or two, a savings account a month. From the
//! habit comes how long a rest is still to be expected once in a hundred such payloads; what is longer is a stretch whose rows are missing.
//! An account with few active days has no rhythm, and none is guessed.

use jiff::civil::Date;

use super::super::days::{Window, between, plus};
use super::super::ledger::{Ledger, Marks};
use crate::submission::Status;

/// Rests from which a rhythm can be told.
const LEAST_RESTS: usize = 8;
/// Shorter stretches are holidays, whatever the rhythm.
const SHORTEST: i64 = 12;
/// ln(100) in thousandths: a rest that chance would bring to one payload in a hundred.
const ONE_IN_A_HUNDRED: i64 = 4_605;
/// By how much a rest grows while it becomes so many times rarer: quantile in per cent, and −ln(1 − quantile) in thousandths.
const TAIL: [(usize, i64); 3] = [(80, 1_609), (90, 2_303), (95, 2_996)];

/// By account the days with a posted row, ascending, as far as `asOf`.
pub(super) fn active_days(ledger: &Ledger<'_>) -> Vec<Vec<Date>> {
    let mut days: Vec<Vec<Date>> = vec![Vec::new(); ledger.accounts.len()];
    for row in ledger.rows.iter().filter(|row| row.status == Status::Posted && !row.marks.any(Marks::DUPLICATE)) {
        let Some(day) = row.day.filter(|day| *day <= ledger.as_of) else { continue };
        if days[row.account].last() != Some(&day) {
            days[row.account].push(day);
        }
    }
    days
}

/// The stretches of an account inside its coverage, ascending: between two active days, and from the last to the end where the payload
/// says that it was asked for and the account is open. Before the first row an account may not have been used.
pub(super) fn find(ledger: &Ledger<'_>, account: usize, active: &[Date]) -> Vec<Window> {
    let of = &ledger.accounts[account];
    let Some(coverage) = of.coverage else { return Vec::new() };
    let inside =
        &active[active.partition_point(|day| *day < coverage.window.from)..active.partition_point(|day| *day <= coverage.window.to)];
    let rests: Vec<i64> = inside.windows(2).map(|pair| between(pair[0], pair[1])).collect();
    let Some(longest) = longest_expected(&rests) else { return Vec::new() };
    let is_open = of.views.iter().any(|view| view.account.is_open);
    let is_told = of.views.iter().any(|view| view.account.data_to.is_some());
    let end = inside.last().filter(|_| is_open && is_told).map(|last| (*last, plus(coverage.window.to, 1)));
    let between_two = inside.windows(2).map(|pair| (pair[0], pair[1]));
    let too_long = between_two.chain(end).filter(|(before, after)| between(*before, *after) > longest);
    too_long.filter_map(|(before, after)| Window::new(plus(before, 1), plus(after, -1))).collect()
}

/// The longest rest, in days from one active day to the next, that the rhythm explains: with rests that are as good as exponential beyond
/// their middle, `scale × ln(rests × 100)`, where the scale is the largest that the 80th, 90th and 95th percentiles give. The
/// longest rest itself is left out of its own measure.
fn longest_expected(rests: &[i64]) -> Option<i64> {
    let mut sorted = rests.to_vec();
    sorted.sort_unstable();
    sorted.pop();
    if sorted.len() < LEAST_RESTS {
        return None;
    }
    let quantile = |percent: usize| sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1];
    let scale = TAIL.into_iter().map(|(percent, tail)| quantile(percent) * 1_000_000 / tail).max()?;
    let rarity = thousandths_of_ln(rests.len()) + ONE_IN_A_HUNDRED;
    Some((scale * rarity / 1_000_000).max(SHORTEST))
}

/// ln(n) in thousandths, from the binary logarithm by its whole part and a straight line between powers of two.
fn thousandths_of_ln(n: usize) -> i64 {
    let whole = i64::from(n.max(1).ilog2());
    let power = 1_usize << whole;
    let rest = i64::try_from((n.max(1) - power) * 1_000 / power).expect("less than a thousand");
    (whole * 1_000 + rest) * 693 / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_account_rests_a_fortnight_at_most_and_a_monthly_one_a_season() {
        let busy: Vec<i64> = (0..200).map(|at| [1, 1, 2, 1, 3][at % 5]).collect();
        assert_eq!(longest_expected(&busy), Some(12));
        let monthly = longest_expected(&[31; 12]).expect("a rhythm");
        assert!((120..=140).contains(&monthly), "{monthly}");
        assert_eq!(longest_expected(&[1, 1, 60, 2, 90, 1, 1]), None, "too few to tell");
    }

    #[test]
    fn one_long_rest_does_not_hide_itself() {
        let mut rests = vec![2; 60];
        let without = longest_expected(&rests);
        rests[30] = 40;
        assert_eq!(longest_expected(&rests), without);
    }

    #[test]
    fn the_logarithm_is_near() {
        for (n, due) in [(1, 0), (2, 693), (8, 2_079), (100, 4_605), (365, 5_900)] {
            assert!((thousandths_of_ln(n) - due).abs() <= 65, "{n}: {}", thousandths_of_ln(n));
        }
    }
}
