//! The balances that the payload gives of an account, and what each holds: which rows, and whether the pending ones.

use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;

use super::super::ledger::{Ledger, Marks};
use crate::money::Cents;
use crate::submission::{Balance, Currency, Moment};

/// So many rows of an account share a time of day: the holder invents it, and it says nothing about an instant.
const SHARED_TIMES: usize = 3;

/// A balance, and the sum of the rows that it holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading<'a> {
    pub(super) balance: &'a Balance,
    pub(super) at: Option<Moment>,
    /// Σ of the rows of its day that were posted after it was read: the only day that a balance may hold in part.
    pub(super) later_that_day: Cents,
}

/// What stands beside the rows of an account.
#[derive(Clone, Debug, Default)]
pub(super) struct Readings<'a> {
    /// The balances in dollars, those with a time first and by it; one a time.
    pub(super) all: Vec<Reading<'a>>,
    /// Σ of the pending rows that have no posted twin; `None` where there are none.
    pub(super) pending: Option<Cents>,
    /// Rows in another currency moved it on these days, ascending.
    pub(super) foreign: Vec<Date>,
    /// Some row has no posting date.
    pub(super) posting_assumed: bool,
}

/// The readings of every account.
pub(super) fn readings<'a>(ledger: &Ledger<'a>) -> Vec<Readings<'a>> {
    let mut readings: Vec<Readings<'a>> = (0..ledger.accounts.len()).map(|account| balances(ledger, account)).collect();
    let mut partial = Partial::of(ledger, &readings);
    let mut twins = ledger.holds.iter().filter(|hold| hold.twin.is_some()).map(|hold| hold.row).peekable();
    for (at, row) in ledger.rows.iter().enumerate() {
        while twins.peek().is_some_and(|twin| *twin < at) {
            twins.next();
        }
        let of = &mut readings[row.account];
        if row.marks.any(Marks::HOLD) {
            let is_dollars = !row.marks.any(Marks::DUPLICATE.or(Marks::FOREIGN_CURRENCY));
            if is_dollars && twins.peek() != Some(&at) {
                *of.pending.get_or_insert(Cents::ZERO) += row.amount;
            }
        } else if row.marks.any(Marks::FOREIGN_CURRENCY) && !row.marks.any(Marks::DUPLICATE) {
            of.foreign.extend(row.day.filter(|day| of.foreign.last() != Some(day)));
        } else if row.moves_balance() {
            of.posting_assumed |= row.transaction().posted.is_none();
            partial.see(row.account, row.transaction().posted, row.amount);
        }
    }
    for (account, sum) in partial.sums() {
        for (reading, later) in readings[account].all.iter_mut().zip(sum) {
            reading.later_that_day = later;
        }
    }
    readings
}

fn balances<'a>(ledger: &Ledger<'a>, account: usize) -> Readings<'a> {
    let given = ledger.accounts[account].views.iter().filter_map(|view| view.balance).filter(|balance| balance.currency == Currency::AUD);
    let mut all: Vec<Reading<'a>> = given.map(|balance| Reading { balance, at: balance.at, later_that_day: Cents::ZERO }).collect();
    // Without a time only the first one stands, and only where none has a time.
    all.sort_by_key(|reading| (reading.at.is_none(), reading.at));
    all.dedup_by_key(|reading| reading.at);
    if all.first().is_some_and(|reading| reading.at.is_some()) {
        all.retain(|reading| reading.at.is_some());
    }
    Readings { all, ..Readings::default() }
}

/// The rows of the days on which balances were read. Kept until it is known which times of day an account's holder invents.
struct Partial {
    accounts: BTreeMap<usize, Days>,
}

struct Days {
    read_at: Vec<(Date, Option<Timestamp>)>,
    /// Instant and amount of the rows of those days.
    rows: Vec<(Date, Timestamp, Cents)>,
    /// How many rows of the account have a time of day, in seconds.
    times: BTreeMap<i64, usize>,
}

impl Partial {
    fn of(ledger: &Ledger<'_>, readings: &[Readings<'_>]) -> Self {
        let timed = (0..ledger.accounts.len()).filter_map(|account| {
            let read_at: Vec<_> = readings[account].all.iter().filter_map(|reading| reading.at.map(|at| (at.day, at.at))).collect();
            (!read_at.is_empty()).then(|| (account, Days { read_at, rows: Vec::new(), times: BTreeMap::new() }))
        });
        Self { accounts: timed.collect() }
    }

    fn see(&mut self, account: usize, posted: Option<Moment>, amount: Cents) {
        let Some((days, posted)) = self.accounts.get_mut(&account).zip(posted) else { return };
        let Some(at) = posted.at else { return };
        *days.times.entry(time_of_day(at)).or_insert(0) += 1;
        if days.read_at.iter().any(|(day, _)| *day == posted.day) {
            days.rows.push((posted.day, at, amount));
        }
    }

    /// By account, for each of its balances, what was posted later that day.
    fn sums(self) -> impl Iterator<Item = (usize, Vec<Cents>)> {
        self.accounts.into_iter().map(|(account, days)| {
            let is_told = |at: &Timestamp| days.times.get(&time_of_day(*at)).is_none_or(|rows| *rows < SHARED_TIMES);
            let later = |(day, read): &(Date, Option<Timestamp>)| {
                let Some(read) = read else { return Cents::ZERO };
                let after = days.rows.iter().filter(|(on, at, _)| on == day && at > read && is_told(at));
                after.map(|(.., amount)| *amount).sum()
            };
            (account, days.read_at.iter().map(later).collect())
        })
    }
}

fn time_of_day(at: Timestamp) -> i64 {
    at.as_second().rem_euclid(86_400)
}
