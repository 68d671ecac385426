//! The five figures of a category, a group or the whole, and how they add up.
//!
//! A category's figures are rounded to the cent; groups, LIXI categories and totals are sums of those, so that every split adds up to the
//! same total. A median is no sum: it is taken of the months of the whole.

use serde::Serialize;

use super::Item;
use super::bills::{Bill, YEAR};
use crate::analysis::days::between;
use crate::analysis::insight::evidence::{self, Evidence};
use crate::analysis::insight::window::{Calendar, ENOUGH_MONTHS, Series};
use crate::money::Cents;

/// The last 365 days stand for twelve complete months that the window does not have.
const LAST_365_DAYS: &str = "last365Days";
/// Some of it are lumpy bills: their annual total ÷ 12.
const LUMPY_BILLS: &str = "lumpyBills";
/// The usual number of bills of the category stood in for one that was not seen.
const DEFAULT_CADENCE: &str = "defaultCadence";
/// Only a range can be said; the figure is its upper end.
const RANGE: &str = "range";

/// Monthly figures; positive is money out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Figures {
    pub(super) mean_month: Option<Cents>,
    pub(super) median_month: Option<Cents>,
    pub(super) last3_months: Option<Cents>,
    pub(super) last12_months: Option<Cents>,
    pub(super) annualised_lumpy: Option<Cents>,
}

/// The evidence of each of the five.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FiguresEvidence {
    mean_month: Evidence,
    median_month: Evidence,
    last3_months: Evidence,
    last12_months: Evidence,
    pub(super) annualised_lumpy: Evidence,
}

/// The two ends of what bills may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Range {
    low: Cents,
    high: Cents,
}

/// What one category comes to.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    /// All of it.
    pub(super) all: Series,
    /// Without the lumpy bills.
    pub(super) ordinary: Series,
    /// The recurring part of [`Self::ordinary`].
    pub(super) fixed: Series,
    /// The last 365 days.
    year: Cents,
    /// A month of lumpy bills.
    pub(super) bills: Cents,
    bills_least: Cents,
    /// The recurring part of [`Self::bills`].
    pub(super) bills_fixed: Cents,
    by_default: bool,
    /// Positions of the lumpy items.
    pub(super) lumpy: Vec<usize>,
}

impl Sums {
    /// Adds up the items at these positions; `is_lumpy` says which of all items are bills.
    pub(super) fn of(calendar: &Calendar, items: &[Item], at: &[usize], is_lumpy: &[bool]) -> Self {
        let last = calendar.common.window.map(|window| window.to);
        let in_year = |item: &&Item| last.is_some_and(|last| between(item.day, last) < YEAR);
        Self {
            all: series(calendar, items, at, |_| true),
            ordinary: series(calendar, items, at, |at| !is_lumpy[at]),
            fixed: series(calendar, items, at, |at| !is_lumpy[at] && items[at].is_fixed),
            year: at.iter().map(|&at| &items[at]).filter(in_year).map(|item| item.amount).sum(),
            bills: Cents::ZERO,
            bills_least: Cents::ZERO,
            bills_fixed: Cents::ZERO,
            by_default: false,
            lumpy: Vec::new(),
        }
    }

    /// Adds the bills of one payee.
    pub(super) fn add_bill(&mut self, bill: &Bill, is_fixed: bool) {
        self.bills += bill.cost.monthly;
        self.bills_least += bill.cost.least;
        self.bills_fixed += if is_fixed { bill.cost.monthly } else { Cents::ZERO };
        self.by_default |= bill.cost.by_default;
        self.lumpy.extend(&bill.items);
    }

    /// The figures, each null where the window is too short for it.
    pub(super) fn figures(&self, calendar: &Calendar) -> Figures {
        Figures {
            mean_month: calendar.mean(&self.all),
            median_month: calendar.median(&self.all),
            last3_months: self.all.mean_of_last(3),
            last12_months: match self.all.mean_of_last(12) {
                None if calendar.has_days(YEAR) => self.year.mul_div(1, 12),
                mean => mean,
            },
            annualised_lumpy: calendar.mean(&self.ordinary).map(|mean| mean + self.bills),
        }
    }

    /// What it may cost, where a bill can only be said to lie in a range.
    pub(super) fn range(&self, figures: &Figures) -> Option<Range> {
        let high = figures.annualised_lumpy.filter(|_| self.bills != self.bills_least)?;
        Some(Range { low: high - self.bills + self.bills_least, high })
    }

    /// What to read the annualised figure with.
    pub(super) fn flags(&self) -> Vec<&'static str> {
        let flags = [(LUMPY_BILLS, !self.lumpy.is_empty()), (DEFAULT_CADENCE, self.by_default), (RANGE, self.bills != self.bills_least)];
        flags.into_iter().filter(|(_, applies)| *applies).map(|(flag, _)| flag).collect()
    }
}

fn series(calendar: &Calendar, items: &[Item], at: &[usize], keep: impl Fn(usize) -> bool) -> Series {
    calendar.series(at.iter().filter(|at| keep(**at)).map(|&at| (items[at].day, items[at].amount)))
}

impl Figures {
    /// The figures of several categories together; all of one calendar, so that they are null together.
    pub(super) fn sum<'f>(all: impl IntoIterator<Item = (&'f Self, &'f Series)>, calendar: &Calendar) -> Self {
        let mut months = vec![Cents::ZERO; calendar.months.len()];
        let nothing = Series { months: months.clone(), total: Cents::ZERO };
        // A sum of nothing is 0 where one category could have been something.
        let zero = |figure: Option<Cents>| figure.map(|_| Cents::ZERO);
        let mut sum = Self {
            mean_month: zero(calendar.mean(&nothing)),
            median_month: None,
            last3_months: zero(nothing.mean_of_last(3)),
            last12_months: zero(nothing.mean_of_last(12)).or_else(|| calendar.has_days(YEAR).then_some(Cents::ZERO)),
            annualised_lumpy: zero(calendar.mean(&nothing)),
        };
        let add = |sum: &mut Option<Cents>, figure: Option<Cents>| *sum = sum.zip(figure).map(|(sum, figure)| sum + figure);
        for (figures, series) in all {
            add(&mut sum.mean_month, figures.mean_month);
            add(&mut sum.last3_months, figures.last3_months);
            add(&mut sum.last12_months, figures.last12_months);
            add(&mut sum.annualised_lumpy, figures.annualised_lumpy);
            months.iter_mut().zip(&series.months).for_each(|(month, amount)| *month += *amount);
        }
        sum.median_month = calendar.median(&Series { months, total: Cents::ZERO });
        sum
    }
}

impl FiguresEvidence {
    /// Why figures of this calendar are null, and what to read them with.
    pub(super) fn of(calendar: &Calendar) -> Self {
        let twelve = calendar.evidence_of_months("expenseLast12Months", 12);
        let by_days = twelve.reason == Some(evidence::COVERAGE_TOO_SHORT) && calendar.has_days(YEAR);
        let last12_months = if by_days { calendar.evidence("expenseLast12Months").flagged(LAST_365_DAYS, true) } else { twelve };
        Self {
            mean_month: calendar.evidence("expenseMeanMonth"),
            median_month: calendar.evidence_of_months("expenseMedianMonth", ENOUGH_MONTHS),
            last3_months: calendar.evidence_of_months("expenseLast3Months", 3),
            last12_months,
            annualised_lumpy: calendar.evidence("annualisedLumpy"),
        }
    }

    /// With the flags of the annualised figure.
    pub(super) fn with_bills(mut self, flags: impl IntoIterator<Item = &'static str>) -> Self {
        for flag in flags {
            if !self.annualised_lumpy.flags.contains(&flag) {
                self.annualised_lumpy.flags.push(flag);
            }
        }
        self
    }
}
