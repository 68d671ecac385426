//! The calendar of streams: days as numbers, business days, and the slots of each cadence.
//!
//! A slot is a day by the rhythm alone; the day that a payment is expected on is the slot, moved off weekends and public holidays as the
//! stream moves.

use jiff::civil::Date;

use super::Cadence;
use crate::analysis::days;
use crate::analysis::ruleset::Ruleset;

/// Days since 1970-01-01.
pub(super) type Ordinal = i32;

/// Months since the year 0.
pub(super) type Month = i32;

const EPOCH: Date = jiff::civil::date(1970, 1, 1);
const DAYS_OF_WEEK: i32 = 7;

/// The number of a day.
pub(super) fn ordinal(day: Date) -> Ordinal {
    first_of(month_of(day)) + i32::from(day.day()) - 1
}

/// The day of a number; the last or first day there is where that lies beyond the calendar.
pub(super) fn date(day: Ordinal) -> Date {
    days::plus(EPOCH, i64::from(day))
}

/// The month of a day.
pub(super) fn month_of(day: Date) -> Month {
    i32::from(day.year()) * 12 + i32::from(day.month()) - 1
}

/// The number of a month's first day.
fn first_of(month: Month) -> Ordinal {
    // Years that begin in March end in the day that comes and goes.
    let from_march = month - 2;
    let (year, month) = (from_march.div_euclid(12), from_march.rem_euclid(12));
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let before_month = (153 * month + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + before_month - 719_468
}

/// A day of a month; the last one where the month is shorter.
fn day_in(month: Month, day: u8) -> Ordinal {
    let (first, next) = (first_of(month), first_of(month + 1));
    (first + i32::from(day) - 1).min(next - 1)
}

/// Which days are no business days, from some weeks before the first row to more than a year after `asOf`.
#[derive(Clone, Debug)]
pub(super) struct Holidays {
    first: Ordinal,
    /// One bit a state or territory.
    regions: Vec<u8>,
}

impl Holidays {
    pub(super) fn new(from: Date, to: Date, ruleset: &Ruleset) -> Self {
        let mut all = ruleset.public_holidays(from, to).peekable();
        let first = all.peek().map_or(0, |(day, _)| ordinal(*day));
        let mut regions = Vec::new();
        for (day, of) in all {
            let at = usize::try_from(ordinal(day) - first).expect("holidays come in order");
            regions.resize(at + 1, 0);
            regions[at] = of;
        }
        Self { first, regions }
    }

    fn bits(&self, day: Ordinal) -> u8 {
        usize::try_from(day - self.first).ok().and_then(|at| self.regions.get(at)).copied().unwrap_or(0)
    }

    pub(super) fn is_business_day(&self, day: Ordinal) -> bool {
        // 1970-01-01 was a Thursday.
        if (day + 3).rem_euclid(DAYS_OF_WEEK) >= 5 {
            return false;
        }
        self.bits(day) != u8::MAX
    }
}

/// Where a payment goes whose slot is no business day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shift {
    /// It stays.
    Same,
    /// To the last business day before.
    Before,
    /// To the next business day.
    After,
}

impl Shift {
    pub(super) const ALL: [Self; 3] = [Self::Same, Self::Before, Self::After];

    fn apply(self, slot: Ordinal, holidays: &Holidays) -> Ordinal {
        let step = match self {
            Self::Same => return slot,
            Self::Before => -1,
            Self::After => 1,
        };
        let mut day = slot;
        // The longest run of closed days is Easter or Christmas.
        for _ in 0..DAYS_OF_WEEK {
            if holidays.is_business_day(day) {
                return day;
            }
            day += step;
        }
        slot
    }
}

/// The slots of a rhythm, numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Grid {
    /// Every so many days, from a day.
    Days { every: i32, phase: i32 },
    /// A day of every so many months.
    Months { every: i32, phase: i32, day: u8 },
    /// Two days of every month, the earlier one first.
    Twice { days: [u8; 2] },
}

impl Grid {
    /// The day of a slot.
    pub(super) fn slot(self, number: i32) -> Ordinal {
        match self {
            Self::Days { every, phase } => number * every + phase,
            Self::Months { every, phase, day } => day_in(number * every + phase, day),
            Self::Twice { days } => day_in(number.div_euclid(2), days[usize::from(number.rem_euclid(2) == 1)]),
        }
    }

    /// The number of a slot that lies near a day of a month, and not after it.
    pub(super) fn before(self, day: Ordinal, month: Month) -> i32 {
        match self {
            Self::Days { every, phase } => (day - phase).div_euclid(every) - 1,
            Self::Months { every, phase, .. } => (month - phase).div_euclid(every) - 1,
            Self::Twice { .. } => month * 2 - 1,
        }
    }
}

/// How a stream comes: its slots, and how it avoids days when banks are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// How often.
    pub(super) cadence: Cadence,
    pub(super) grid: Grid,
    pub(super) shift: Shift,
}

impl Rhythm {
    /// The day that the payment of a slot is expected on.
    pub(super) fn expected(self, number: i32, holidays: &Holidays) -> Ordinal {
        self.shift.apply(self.grid.slot(number), holidays)
    }

    /// True where a payment may be the one that is expected some days later: benefits and pays of the days when offices are closed come
    /// before Christmas.
    pub(super) fn may_be_early(self, day: Ordinal, expected: Ordinal) -> bool {
        let ahead = expected - day;
        self.cadence != Cadence::Weekly && (1..=YEAR_END_EARLY).contains(&ahead) && is_year_end(expected)
    }

    /// The slot before another, both without the shift.
    #[must_use]
    pub fn slot_before(self, slot: Date) -> Date {
        date(self.step(ordinal(slot), -1))
    }

    /// The slot after another, both without the shift.
    #[must_use]
    pub fn slot_after(self, slot: Date) -> Date {
        date(self.step(ordinal(slot), 1))
    }

    /// The slot so many after another, or before it.
    pub(super) fn step(self, slot: Ordinal, by: i32) -> Ordinal {
        self.grid.slot(self.number_of(slot) + by)
    }

    /// The number of a slot.
    pub(super) fn number_of(self, slot: Ordinal) -> i32 {
        self.number(slot, month_of(date(slot)))
    }

    /// The number of the slot that is nearest to a day.
    pub(super) fn number(self, day: Ordinal, month: Month) -> i32 {
        let mut number = self.grid.before(day, month);
        let away = |number| (self.grid.slot(number) - day).abs();
        while away(number + 1) <= away(number) {
            number += 1;
        }
        number
    }
}

/// How much earlier than expected a payment may come around the turn of the year.
const YEAR_END_EARLY: i32 = 9;

/// 24 December to 5 January.
fn is_year_end(day: Ordinal) -> bool {
    let day = date(day);
    (day.month() == 12 && day.day() >= 24) || (day.month() == 1 && day.day() <= 5)
}

impl Cadence {
    /// The cadences that have slots, shortest first.
    pub(super) const WITH_SLOTS: [Self; 9] = [
        Self::Weekly,
        Self::Fortnightly,
        Self::SemiMonthly,
        Self::FourWeekly,
        Self::Monthly,
        Self::Bimonthly,
        Self::Quarterly,
        Self::HalfYearly,
        Self::Annual,
    ];

    /// Days that a payment may lie from its expected day.
    pub(super) const fn tolerance(self) -> i32 {
        match self {
            Self::Weekly => 1,
            Self::Fortnightly | Self::FourWeekly => 2,
            Self::SemiMonthly | Self::Monthly => 3,
            Self::Bimonthly | Self::Quarterly | Self::HalfYearly | Self::Annual => 7,
            Self::Irregular => 0,
        }
    }

    /// Days between two rows that the cadence can explain: none of an irregular stream.
    #[expect(clippy::reversed_empty_ranges, reason = "without a rhythm no gap is explained")]
    pub(super) const fn gap(self) -> std::ops::RangeInclusive<i32> {
        match self {
            Self::Weekly => 5..=9,
            Self::Fortnightly => 11..=17,
            Self::SemiMonthly => 11..=20,
            Self::FourWeekly => 25..=31,
            Self::Monthly => 25..=37,
            Self::Bimonthly => 52..=70,
            Self::Quarterly => 78..=105,
            Self::HalfYearly => 167..=199,
            Self::Annual => 350..=380,
            Self::Irregular => 1..=0,
        }
    }

    /// Months between two slots, of the cadences that count months.
    pub(super) const fn months(self) -> Option<i32> {
        match self {
            Self::Monthly => Some(1),
            Self::Bimonthly => Some(2),
            Self::Quarterly => Some(3),
            Self::HalfYearly => Some(6),
            Self::Annual => Some(12),
            _ => None,
        }
    }

    /// Days between two slots, of the cadences that count days.
    pub(super) const fn fixed_days(self) -> Option<i32> {
        match self {
            Self::Weekly => Some(7),
            Self::Fortnightly => Some(14),
            Self::FourWeekly => Some(28),
            _ => None,
        }
    }
}
