//! Lumpy bills: what comes one to four times a year, and what it costs a month.
//!
//! Bills are told by their payee: the stream that they are in, else merchant and category, for the categories that the profile says
//! bill so seldom. A shop that is visited twice a year sends no bills, and is not here.

use std::collections::BTreeMap;

use super::Item;
use crate::analysis::days::{Window, between};
use crate::analysis::insight::context::Context;
use crate::analysis::insight::window::per_month;
use crate::analysis::ruleset::Category;
use crate::analysis::stream::Status;
use crate::money::Cents;

/// Days of a year of bills.
pub(super) const YEAR: i64 = 365;
/// More than so many a year are no lumpy bills.
const MOST_A_YEAR: i128 = 4;
/// Two bills that lie a month apart do not make a payee one that bills monthly.
const LEAST_FREQUENT: usize = 3;
/// From so many days from first to last on, a fifth bill within a year is the first of the next.
const FOUR_QUARTERS: i64 = 336;

/// The bills of one payee.
#[derive(Clone, Debug)]
pub(super) struct Bill {
    /// Positions in the items, ascending.
    pub(super) items: Vec<usize>,
    /// What they cost.
    pub(super) cost: Cost,
}

/// What bills cost a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cost {
    /// The upper end, where only a range can be said.
    pub(super) monthly: Cents,
    /// The lower end; the same where there is no range.
    pub(super) least: Cents,
    /// The usual number of the category stood in for one that was not seen.
    pub(super) by_default: bool,
}

/// What holds bills together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Payee<'c> {
    /// Index into the streams.
    Stream(u32),
    /// Category and name.
    Named(Category, &'c str),
}

/// Finds the bills among the items of a window, each with its payee's others. Only rows of billing categories are sorted.
pub(super) fn find(context: &Context<'_>, items: &[Item], window: Window) -> Vec<Bill> {
    let mut payees: BTreeMap<Payee<'_>, Vec<usize>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        // A refund goes with the bill that it is of.
        let bill = context.ledger.links.refund_of(item.row).and_then(|debit| items.binary_search_by_key(&debit, |item| item.row).ok());
        if let Some(payee) = payee(context, bill.map_or(item, |bill| &items[bill])) {
            payees.entry(payee).or_default().push(at);
        }
    }
    let bill = |(payee, of_payee): (Payee<'_>, Vec<usize>)| {
        let tally = Tally::of(items, &of_payee, window);
        let cost = match payee {
            Payee::Stream(stream) => {
                let stream = &context.streams.all[stream as usize];
                tally.of_stream(stream.cadence.per_year()?, stream.status == Status::Ended)
            }
            Payee::Named(category, _) => {
                let usual = context.ruleset.profile().bills_a_year(category)?;
                tally.of_payee(usual.fewest.into(), usual.most.into())
            }
        };
        Some(Bill { items: of_payee, cost: cost? })
    };
    payees.into_iter().filter_map(bill).collect()
}

/// Who sent a row that may be a lumpy bill.
fn payee<'c>(context: &Context<'c>, item: &Item) -> Option<Payee<'c>> {
    let stream = context.streams.of_row.get(item.row).copied().flatten();
    let rhythm = stream.and_then(|at| {
        let stream = &context.streams.all[at as usize];
        Some((at, stream.cadence.per_year()?, stream.rows.len()))
    });
    match rhythm {
        Some((at, times, _)) if times <= MOST_A_YEAR => return Some(Payee::Stream(at)),
        Some((_, _, rows)) if rows >= LEAST_FREQUENT => return None,
        _ => {}
    }
    context.ruleset.profile().bills_a_year(item.category)?;
    let name = context.verdicts[item.row].merchant.as_deref().unwrap_or(&context.narratives[item.row].text);
    Some(Payee::Named(item.category, name))
}

/// A payee's rows, added up.
#[derive(Clone, Copy, Debug)]
struct Tally {
    days: i64,
    /// Net of refunds, and the number of debits.
    total: (Cents, i128),
    /// The same of the last 365 days.
    year: (Cents, i128),
    /// Days from the first to the last row of those.
    span: i64,
}

impl Tally {
    fn of(items: &[Item], of_payee: &[usize], window: Window) -> Self {
        let mut tally = Self { days: window.days(), total: (Cents::ZERO, 0), year: (Cents::ZERO, 0), span: 0 };
        let add = |sum: &mut (Cents, i128), item: &Item| {
            sum.0 += item.amount;
            sum.1 += i128::from(item.amount.is_positive());
        };
        let mut first = None;
        for item in of_payee.iter().map(|&at| &items[at]) {
            add(&mut tally.total, item);
            if between(item.day, window.to) < YEAR {
                add(&mut tally.year, item);
                // Items stand by day.
                tally.span = between(*first.get_or_insert(item.day), item.day);
            }
        }
        tally
    }

    /// Bills of a stream that comes so many times a year.
    fn of_stream(self, times: i128, has_ended: bool) -> Option<Cost> {
        let (sum, bills) = if self.days >= YEAR { self.year } else { self.total };
        if self.days >= YEAR && bills <= times {
            return Cost::of(sum.mul_div(1, 12));
        }
        if bills == 0 || has_ended {
            return Cost::of(per_month(self.total.0, self.days));
        }
        // A fifth quarterly bill within the year belongs to the next.
        Cost::of(sum.mul_div(times, 12 * bills))
    }

    /// Bills of a payee without a stream, of a category that usually bills between so many times a year; `None` for more than four a year.
    fn of_payee(self, fewest: i128, most: i128) -> Option<Cost> {
        let (sum, bills) = self.total;
        if self.days >= YEAR {
            return match self.year {
                (sum, bills) if bills <= MOST_A_YEAR => Cost::of(sum.mul_div(1, 12)),
                (sum, bills) if bills == MOST_A_YEAR + 1 && self.span >= FOUR_QUARTERS => Cost::of(sum.mul_div(MOST_A_YEAR, 12 * bills)),
                _ => None,
            };
        }
        if bills == 0 || !self.is_at_most(MOST_A_YEAR) {
            return None;
        }
        let mut usual = (fewest..=most).filter(|times| self.may_be(*times));
        let Some(least) = usual.next() else { return Cost::of(per_month(sum, self.days)) };
        let most = usual.next_back().unwrap_or(least);
        Some(Cost { monthly: sum.mul_div(most, 12 * bills)?, least: sum.mul_div(least, 12 * bills)?, by_default: true })
    }

    /// True when bills that come so many times a year could have come so often in these days, give or take a sixth of their period.
    fn may_be(self, times: i128) -> bool {
        let days = i128::from(self.days);
        let due_at_least = days * times * 6 / (i128::from(YEAR) * 7);
        due_at_least <= self.total.1 && self.is_at_most(times)
    }

    fn is_at_most(self, times: i128) -> bool {
        self.total.1 <= i128::from(self.days) * times / i128::from(YEAR) + 1
    }
}

impl Cost {
    fn of(monthly: Option<Cents>) -> Option<Self> {
        monthly.map(|monthly| Self { monthly, least: monthly, by_default: false })
    }
}
