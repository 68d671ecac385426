//! Days as Australians are paid and charged on them: slots of a cadence, weekends and public holidays by state.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

static HOLIDAYS: LazyLock<BTreeSet<(Date, &'static str)>> = LazyLock::new(|| {
    let rows = include_str!("data/public_holidays.tsv").lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.flat_map(|line| {
        let mut fields = line.split('\t');
        let day: Date = fields.next().expect("a day").parse().expect("a date");
        fields.next().expect("regions").split(',').map(move |region| (day, region))
    })
    .collect()
});

/// How often something happens. The truth's word for it is [`Every::cadence`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Every {
    /// Every 7, 14 or 28 days.
    Days(i64),
    /// On the 15th and the last day.
    HalfMonth,
    /// Every so many months on this day of the month (the last one where the month is shorter).
    Months(i64, i8),
}

impl Every {
    pub(crate) fn cadence(self) -> &'static str {
        match self {
            Self::Days(7) => "WEEKLY",
            Self::Days(14) => "FORTNIGHTLY",
            Self::Days(28) => "FOUR_WEEKLY",
            Self::HalfMonth => "SEMI_MONTHLY",
            Self::Months(1, _) => "MONTHLY",
            Self::Months(2, _) => "BIMONTHLY",
            Self::Months(3, _) => "QUARTERLY",
            Self::Months(6, _) => "HALF_YEARLY",
            Self::Months(12, _) => "ANNUAL",
            Self::Days(_) | Self::Months(..) => "IRREGULAR",
        }
    }

    /// A month's worth of an amount, rounded half up.
    pub(crate) fn monthly(self, cents: i64) -> i64 {
        let (numerator, denominator) = match self {
            Self::Days(days) => (364, 12 * days),
            Self::HalfMonth => (2, 1),
            Self::Months(months, _) => (1, months),
        };
        (cents * numerator * 2 + denominator) / (denominator * 2)
    }

    /// Days between two, about.
    pub(crate) fn days(self) -> i64 {
        match self {
            Self::Days(days) => days,
            Self::HalfMonth => 15,
            Self::Months(months, _) => months * 30,
        }
    }

    /// The nominal days from `first` to `last`.
    pub(crate) fn slots(self, first: Date, last: Date) -> Vec<Date> {
        let mut slots = Vec::new();
        match self {
            Self::Days(days) => {
                let mut day = first;
                while day <= last {
                    slots.push(day);
                    day = after(day, days);
                }
            }
            Self::HalfMonth => {
                let mut month = first.first_of_month();
                while month <= last {
                    slots.extend([month.with().day(15).build().expect("a 15th"), month.last_of_month()]);
                    month = month.saturating_add(1.month());
                }
            }
            Self::Months(months, on) => {
                let mut month = first.first_of_month();
                while month <= last {
                    slots.push(on_day(month, on));
                    month = month.saturating_add(Span::new().months(months));
                }
            }
        }
        slots.retain(|day| (first..=last).contains(day));
        slots
    }
}

/// That day of the month, or its last one.
pub(crate) fn on_day(month: Date, day: i8) -> Date {
    month.with().day(day.clamp(1, month.days_in_month())).build().expect("a day of that month")
}

/// So many days later.
pub(crate) fn after(day: Date, days: i64) -> Date {
    day.saturating_add(Span::new().days(days))
}

/// Days from one to the other.
pub(crate) fn between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// What happens to a slot on a day when banks do not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shift {
    /// Paid on the business day before.
    Before,
    /// Charged on the next business day.
    After,
    /// It happens all the same.
    No,
}

pub(crate) fn is_business_day(day: Date, state: &str) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    !weekend && ![state, "*"].into_iter().any(|region| HOLIDAYS.contains(&(day, region)))
}

/// The day on which a slot is really paid.
pub(crate) fn shifted(mut day: Date, shift: Shift, state: &str) -> Date {
    let step = match shift {
        Shift::Before => -1,
        Shift::After => 1,
        Shift::No => return day,
    };
    while !is_business_day(day, state) {
        day = after(day, step);
    }
    day
}

/// Calendar months wholly inside a window, each as its first and last day.
pub(crate) fn complete_months(from: Date, to: Date) -> Vec<(Date, Date)> {
    let mut months = Vec::new();
    let mut month = from.first_of_month();
    while month <= to {
        if month >= from && month.last_of_month() <= to {
            months.push((month, month.last_of_month()));
        }
        month = month.saturating_add(1.month());
    }
    months
}
