//! The level repayment of a loan, exact to the cent: integers of any length, no rounding on the way.

use crate::money::Cents;

/// Months of a year × millionths: a yearly rate in millionths over this is a monthly rate.
const MONTHLY: u64 = 12_000_000;
/// A rate of 100 % a year and more is no mortgage rate.
const HIGHEST_RATE: i64 = 1_000_000;
/// Nor are 50 years and more a term.
const LONGEST: u32 = 600;

/// The level monthly repayment of principal and interest that pays off `balance` in so many months: `B·i ÷ (1 − (1 + i)^−n)` with
/// `i` = yearly rate ÷ 12, rounded half up to the cent. `None` without a balance to pay, without a month, or beyond 100 % a year or 50 years.
pub(super) fn level_repayment(balance: Cents, rate_millionths: i64, months: u32) -> Option<Cents> {
    let is_within = (1..=LONGEST).contains(&months) && (0..HIGHEST_RATE).contains(&rate_millionths);
    let owed = u64::try_from(balance.get()).ok().filter(|owed| is_within && (1..=u64::MAX / 8).contains(owed))?;
    let rate = u64::try_from(rate_millionths).ok()?;
    if rate == 0 {
        return balance.mul_div(1, months.into());
    }
    // With D = MONTHLY, X = (D + r)^n and Y = D^n the repayment is B·r·X ÷ (D·(X − Y)).
    let power = |base: u64| (0..months).fold(Natural::of(1), |power, _| power.times(base));
    let grown = power(MONTHLY + rate);
    let factor = grown.less(&power(MONTHLY)).times(MONTHLY);
    let twice = grown.times(owed).times(rate).times(2);
    // The smallest p whose half-cent above exceeds the quotient: (2p + 1)·factor > 2·B·r·X.
    let (mut low, mut high) = (0, 2 * owed);
    while low < high {
        let middle = u64::midpoint(low, high);
        if factor.times(2 * middle + 1).exceeds(&twice) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(Cents::new(low.into()))
}

/// A natural number: 64 bits a limb, the lowest first, none of them a leading zero.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Natural(Vec<u64>);

impl Natural {
    fn of(number: u64) -> Self {
        Self(vec![number])
    }

    fn times(&self, factor: u64) -> Self {
        let mut limbs = Vec::with_capacity(self.0.len() + 1);
        let mut carry = 0_u128;
        for limb in &self.0 {
            carry += u128::from(*limb) * u128::from(factor);
            limbs.push(low(carry));
            carry >>= 64;
        }
        limbs.extend((carry > 0).then(|| low(carry)));
        Self(limbs)
    }

    /// `self − other`, where `other` is not larger.
    fn less(&self, other: &Self) -> Self {
        let mut borrow = false;
        let theirs = other.0.iter().copied().chain(std::iter::repeat(0));
        let difference = |(mine, theirs): (&u64, u64)| {
            let (partly, first) = mine.overflowing_sub(theirs);
            let (whole, second) = partly.overflowing_sub(u64::from(borrow));
            borrow = first || second;
            whole
        };
        let mut limbs: Vec<u64> = self.0.iter().zip(theirs).map(difference).collect();
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        Self(limbs)
    }

    fn exceeds(&self, other: &Self) -> bool {
        let longer = self.0.len().cmp(&other.0.len());
        longer.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev())).is_gt()
    }
}

/// The lowest 64 bits.
fn low(number: u128) -> u64 {
    u64::try_from(number & u128::from(u64::MAX)).expect("64 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_repayments_are_those_of_the_tables() {
        let repayment = |dollars: i128, rate, months| level_repayment(Cents::new(dollars * 100), rate, months).map(Cents::get);
        assert_eq!(repayment(500_000, 60_000, 360), Some(299_775));
        assert_eq!(repayment(0, 60_000, 360), None);
        assert_eq!(repayment(100_000, 0, 300), Some(33_333));
        assert_eq!(repayment(100_000, 60_000, 0), None);
        assert_eq!(repayment(1_200, 120_000, 1), Some(121_200), "one month: all of it with a month of interest");
    }

    #[test]
    fn the_cent_is_exact_where_many_digits_decide_it() {
        // Each from the formula in rational arithmetic.
        for (cents, rate, months, due) in [
            (60_000_000, 62_500, 360, 369_430),
            (41_234_567, 91_900, 287, 355_603),
            (99_999_999_999, 999_999, 599, 8_333_325_000),
            (100_000_000, 1, 480, 208_338),
            (1, 60_000, 360, 0),
        ] {
            assert_eq!(level_repayment(Cents::new(cents), rate, months), Some(Cents::new(due)), "{cents} at {rate} over {months}");
        }
    }
}
