//! The level of a stream's amounts: where it changed, which payments are out of line, what one payment is now.
//!
//! Level changes are found first: two payments in a row more than 3 % off the level, on one side. Then outliers within each level. The
//! current amount is the median of the last six of the current level; less counts at once, more after three payments.

/// Amounts in order, with what holds of them. Cents without sign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Levels {
    /// Where each level begins: positions, the first is 0.
    pub(super) starts: Vec<usize>,
    /// The median of each level, its outliers left out.
    pub(super) medians: Vec<i64>,
    /// Positions of payments out of line.
    pub(super) outliers: Vec<usize>,
    /// One payment, now.
    pub(super) current: i64,
}

/// Payments that the current amount is the median of.
const RECENT: usize = 6;
/// Payments after which a rise counts.
const RISE_AFTER: usize = 3;

/// The levels of amounts. A price may change with its last payment, and counts at once; what else is off the level must last.
pub(super) fn levels(amounts: &[i64], is_price: bool) -> Levels {
    let mut starts = vec![0];
    let mut at = 1;
    while at < amounts.len() {
        let start = *starts.last().unwrap_or(&0);
        if begins_level(amounts, start, at, is_price) {
            starts.push(at);
        }
        at += 1;
    }
    // A first payment of a part of a period is no level of its own.
    if starts.len() > 1 && starts[1] == 1 {
        starts.remove(1);
    }
    let mut found = Levels { starts, ..Levels::default() };
    for index in 0..found.starts.len() {
        let start = found.starts[index];
        let end = found.starts.get(index + 1).copied().unwrap_or(amounts.len());
        let outliers = out_of_line(&amounts[start..end]);
        let kept = (start..end).filter(|at| !outliers.contains(&(at - start)));
        found.medians.push(median(&mut kept.map(|at| amounts[at]).collect::<Vec<_>>()));
        found.outliers.extend(outliers.into_iter().map(|at| at + start));
    }
    found.current = current(amounts, &found, is_price);
    found
}

/// True where a level begins: this payment and the next are off the level before on one side, by more than it wavers.
fn begins_level(amounts: &[i64], start: usize, at: usize, is_price: bool) -> bool {
    let before = &amounts[start.max(at.saturating_sub(RECENT))..at];
    let level = median(&mut before.to_vec());
    let waver = median(&mut before.iter().map(|amount| (amount - level).abs()).collect::<Vec<_>>());
    let least = (level * 3 / 100).max(waver * 3);
    let off = |at: usize| amounts.get(at).map(|amount| amount - level);
    let (Some(this), Some(next)) = (off(at), off(at + 1)) else {
        let is_steady = is_price && before.len() >= RISE_AFTER && waver == 0;
        return is_steady && off(at).is_some_and(|off| off != 0 && off.abs() <= level / 2);
    };
    let agree = (this - next).abs() <= (amounts[at].max(amounts[at + 1]) / 10).max(waver * 3);
    if is_price && waver == 0 && this == next && this != 0 {
        return true;
    }
    this.signum() == next.signum() && this.abs() > least && next.abs() > least && agree
}

/// Positions of amounts with |x − median| > max(4.45 × median deviation, 10 % of the median), on both sides.
fn out_of_line(amounts: &[i64]) -> Vec<usize> {
    let middle = median(&mut amounts.to_vec());
    let deviation = median(&mut amounts.iter().map(|amount| (amount - middle).abs()).collect::<Vec<_>>());
    let most = (i128::from(deviation) * 445).max(i128::from(middle) * 10);
    (0..amounts.len()).filter(|&at| i128::from((amounts[at] - middle).abs()) * 100 > most).collect()
}

/// The median of the last six of the current level. Less: the lower of that and the last two, when both are more than 5 % lower. More: the
/// level before, until three payments confirm it.
fn current(amounts: &[i64], levels: &Levels, is_price: bool) -> i64 {
    let start = levels.starts.last().copied().unwrap_or(0);
    let mut kept: Vec<i64> = (start..amounts.len()).filter(|at| levels.outliers.binary_search(at).is_err()).map(|at| amounts[at]).collect();
    let count = kept.len();
    let mut now = median(&mut kept.split_off(count.saturating_sub(RECENT)));
    if let Some(last) = amounts.last_chunk::<2>().filter(|_| amounts.len() - start >= 2)
        && last.iter().all(|amount| i128::from(*amount) * 100 < i128::from(now) * 95)
    {
        now = now.min(midpoint(last[0], last[1]));
    }
    let before = levels.medians.len().checked_sub(2).map(|index| levels.medians[index]);
    match before {
        Some(before) if !is_price && now > before && amounts.len() - start < RISE_AFTER => before,
        _ => now,
    }
}

fn midpoint(a: i64, b: i64) -> i64 {
    // Amounts have no sign here: half a cent is rounded up.
    i64::midpoint(a, b) + (a ^ b) % 2
}

/// The middle one, or halfway between the two; 0 of nothing.
fn median(amounts: &mut [i64]) -> i64 {
    amounts.sort_unstable();
    let Some(&upper) = amounts.get(amounts.len() / 2) else { return 0 };
    let lower = if amounts.len().is_multiple_of(2) { amounts[amounts.len() / 2 - 1] } else { upper };
    midpoint(lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_of_a_half_per_cent_is_no_level_and_no_outlier() {
        let found = levels(&[100_000, 100_000, 100_000, 100_500, 100_500, 100_500], false);
        assert_eq!((found.starts, found.outliers), (vec![0], vec![]));
    }

    #[test]
    fn a_rise_counts_after_three_pays_and_a_fall_at_once() {
        let now = |amounts: &[i64]| levels(amounts, false).current;
        assert_eq!(now(&[1000, 1000, 1000, 1100, 1100]), 1000);
        assert_eq!(now(&[1000, 1000, 1000, 1100, 1100, 1100]), 1100);
        assert_eq!(now(&[1000, 1000, 1000, 900, 900]), 900);
        assert_eq!(now(&[1000, 1000, 1000, 900]), 1000, "one low pay is an outlier");
    }

    #[test]
    fn a_bonus_is_an_outlier() {
        let found = levels(&[1000, 1010, 990, 2500, 1000, 1005], false);
        assert_eq!((found.starts, found.outliers, found.current), (vec![0], vec![3], 1000));
    }

    #[test]
    fn a_first_part_of_a_pay_is_no_level() {
        let found = levels(&[400, 1000, 1000, 1000], false);
        assert_eq!((found.starts, found.outliers), (vec![0], vec![0]));
    }

    #[test]
    fn a_price_changes_with_one_payment() {
        let found = levels(&[1699, 1699, 1699, 1699, 1899], true);
        assert_eq!((found.starts, found.medians), (vec![0, 4], vec![1699, 1899]));
        assert_eq!(levels(&[1699, 1699, 1699, 1699, 1899], false).starts, [0]);
    }
}
