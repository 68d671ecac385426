//! `SplitMix64`: the one source of chance of the generator, so that a seed is a household for ever.

/// A stream of pseudo-random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream of its own for each thing, so that a change of one does not move the others.
    pub(crate) fn of(seed: u64, index: u64) -> Self {
        let mut mixed = Self(seed ^ index.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        Self(mixed.next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn within(&mut self, low: i64, high: i64) -> i64 {
        assert!(low <= high, "{low} to {high} is empty");
        let span = high.abs_diff(low) + 1;
        low + i64::try_from(self.next() % span).expect("a span of i64")
    }

    /// True so many times in a hundred.
    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.next() % 100 < u64::from(percent)
    }

    /// An index below `length`.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        assert!(length > 0, "nothing to pick from");
        usize::try_from(self.next() % length as u64).expect("below a usize")
    }

    pub(crate) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.index(list.len())]
    }

    /// An entry by its weight.
    pub(crate) fn weighted<T: Copy>(&mut self, list: &[(u32, T)]) -> T {
        let total: u32 = list.iter().map(|(weight, _)| weight).sum();
        let mut at = self.within(0, i64::from(total) - 1);
        for (weight, entry) in list {
            at -= i64::from(*weight);
            if at < 0 {
                return *entry;
            }
        }
        unreachable!("the weights add up to {total}")
    }

    /// So many digits, the first not zero.
    pub(crate) fn digits(&mut self, count: usize) -> String {
        let mut text = String::with_capacity(count);
        for at in 0..count {
            let low = i64::from(at == 0);
            text.push(char::from_digit(u32::try_from(self.within(low, 9)).expect("a digit"), 10).expect("a digit"));
        }
        text
    }

    /// Cents from `low` to `high` dollars, shaped like prices: most small ones near the low end, many ending in 0, 5, 9 or 00.
    pub(crate) fn price(&mut self, low: i64, high: i64) -> i64 {
        let (first, second) = (self.within(low * 100, high * 100), self.within(low * 100, high * 100));
        let cents = first.min(second);
        match self.within(0, 9) {
            0..=2 => (cents / 100 * 100).max(100),
            3..=4 => cents / 10 * 10 + 5,
            5..=6 => cents / 100 * 100 + 95,
            _ => cents.max(50),
        }
    }
}
