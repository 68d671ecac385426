//! From a balance to the end of every day: backwards over the days of the coverage, until the coverage ends or the chain breaks.

use jiff::civil::Date;

use super::super::days::{Window, plus};
use super::super::ledger::Ledger;
use super::anchor::{Reading, Readings};
use super::facts::{self, Bounds};
use super::{Anchor, Doubt, Walk};
use crate::money::Cents;
use crate::submission::ProductCategory;

/// Most days that a walk goes back: two years. No figure looks farther.
pub const LONGEST: i64 = 731;

/// Walks one account. The silences are known; the rest is filled in.
pub(super) fn walk(ledger: &Ledger<'_>, account: usize, movements: &[(Date, Cents)], readings: &Readings<'_>, walk: &mut Walk) {
    let Some(latest) = readings.all.last() else { return };
    let said_to = ledger.accounts[account].views.iter().filter_map(|view| view.account.data_to).max();
    let last_row = movements.last().map(|(day, _)| *day);
    let day = latest.at.map_or_else(|| said_to.into_iter().chain(last_row).max().unwrap_or(ledger.as_of), |at| at.day);
    walk.doubts.extend(latest.at.is_none().then_some(Doubt::TimeNotStated));
    walk.doubts.extend(readings.posting_assumed.then_some(Doubt::PostingAssumed));
    walk.doubts.extend((latest.at.is_some() && said_to.is_some_and(|to| to < day)).then_some(Doubt::RowsEndBefore));
    let agrees = agree(readings, movements);
    let began_at_nothing = reach(ledger, account, movements, readings, agrees == Some(true), walk);
    let includes_pending = judge(ledger, account, readings, began_at_nothing || agrees == Some(true), walk);
    if agrees == Some(false) {
        walk.reconciles = Some(false);
    }
    walk.doubts.extend((walk.reconciles == Some(false)).then_some(Doubt::DoesNotReconcile));
    walk.doubts.sort_unstable();
    walk.doubts.dedup();
    let uncertain = walk.doubts.iter().any(|doubt| doubt.is_of_anchor());
    walk.anchor = Some(Anchor { day, balance: latest.balance.current, uncertain, includes_pending });
}

/// Fills in the days that the chain reaches. True where it begins at nothing.
fn reach(ledger: &Ledger<'_>, account: usize, movements: &[(Date, Cents)], readings: &Readings<'_>, agrees: bool, walk: &mut Walk) -> bool {
    let (Some(window), Some(latest)) = (coverage(ledger, account), readings.all.last()) else { return false };
    walk.breaks = breaks(ledger, account, readings, movements);
    walk.end_of_day = chain(unbroken(window, &walk.breaks, &[]), end_of(window.to, latest, movements), movements);
    let began_at_nothing = facts::began_at_nothing(&walk.end_of_day, movements.first().copied());
    // Nothing is missing between two ends that meet to the cent: the account was quiet.
    let first = readings.all.first().and_then(|reading| reading.at).map_or(Date::MAX, |at| at.day);
    walk.silences.retain(|silence| !(began_at_nothing || (agrees && silence.from > first)));
    // What no row follows does not part the days before from those after, but the balance may know of rows that did not come.
    let at_last = walk.silences.pop_if(|silence| silence.to >= window.to);
    walk.doubts.extend(at_last.map(|_| Doubt::RowsEndBefore));
    let from = unbroken(window, &walk.breaks, &walk.silences).from;
    walk.end_of_day.drain(..walk.end_of_day.partition_point(|(day, _)| *day < from));
    walk.silences.extend(at_last);
    began_at_nothing
}

/// Says whether the balances are what the product allows, and takes the pending rows out of them where nothing else is. True then.
fn judge(ledger: &Ledger<'_>, account: usize, readings: &Readings<'_>, is_proved: bool, walk: &mut Walk) -> bool {
    let Some(latest) = readings.all.last() else { return false };
    let of = &ledger.accounts[account];
    let pending = readings.pending.unwrap_or(Cents::ZERO);
    let bounds = Bounds::of(of, latest.balance, pending);
    let is_possible = |walk: &Walk, less: Cents| bounds.allow(walk.end_of_day.iter().map(|(_, balance)| *balance - less));
    let mut includes_pending = false;
    if !pending.is_zero() && !is_proved && !tells_pending(latest, pending) {
        walk.doubts.push(Doubt::PendingUnclear);
        includes_pending = bounds.is_told && !is_possible(walk, Cents::ZERO) && is_possible(walk, pending);
        if includes_pending {
            walk.end_of_day.iter_mut().for_each(|(_, balance)| *balance -= pending);
        }
    }
    let is_confirmed = is_proved || facts::is_statement(of, &walk.end_of_day);
    walk.reconciles = if is_possible(walk, Cents::ZERO) { is_confirmed.then_some(true) } else { Some(false) };
    includes_pending
}

fn coverage(ledger: &Ledger<'_>, account: usize) -> Option<Window> {
    let window = ledger.accounts[account].coverage?.window;
    Window::new(window.from.max(plus(window.to, 1 - LONGEST)), window.to)
}

/// The balance at the end of a day, by one reading: what came between the two is added or taken off.
fn end_of(day: Date, reading: &Reading<'_>, movements: &[(Date, Cents)]) -> Cents {
    let balance = reading.balance.current;
    let Some(at) = reading.at else {
        // It holds every row that there is.
        return balance - sum_after(day, movements);
    };
    if day >= at.day {
        let later = sum_after(at.day, movements) - sum_after(day, movements);
        balance + reading.later_that_day + later
    } else {
        balance + reading.later_that_day - (sum_after(day, movements) - sum_after(at.day, movements))
    }
}

fn sum_after(day: Date, movements: &[(Date, Cents)]) -> Cents {
    movements[movements.partition_point(|(on, _)| *on <= day)..].iter().map(|(_, sum)| *sum).sum()
}

/// The end of each day of a window, ascending, from the end of its last.
fn chain(window: Window, at_end: Cents, movements: &[(Date, Cents)]) -> Vec<(Date, Cents)> {
    let mut left = movements[..movements.partition_point(|(day, _)| *day <= window.to)].iter().rev().peekable();
    let mut end_of_day = Vec::with_capacity(usize::try_from(window.days()).unwrap_or(0));
    let (mut day, mut balance) = (window.to, at_end);
    loop {
        end_of_day.push((day, balance));
        if day <= window.from {
            break;
        }
        if let Some((_, sum)) = left.next_if(|(on, _)| *on == day) {
            balance -= *sum;
        }
        day = plus(day, -1);
    }
    end_of_day.reverse();
    end_of_day
}

/// Days across which the balances do not chain: a row in another currency moved the balance by what it does not say, and between two
/// balances that do not meet some row is missing or too much.
fn breaks(ledger: &Ledger<'_>, account: usize, readings: &Readings<'_>, movements: &[(Date, Cents)]) -> Vec<Window> {
    // The purses of a travel card stand beside its balance in dollars.
    let has_purses = ledger.accounts[account].first().product_category == ProductCategory::TravelCards;
    let foreign = readings.foreign.iter().filter(|_| !has_purses).map(|day| Window { from: *day, to: *day });
    let apart = readings.all.windows(2).filter(|pair| meets(&pair[0], &pair[1], movements) == Some(false));
    let mut breaks: Vec<Window> = foreign.chain(apart.filter_map(|pair| Window::new(pair[0].at?.day, pair[1].at?.day))).collect();
    breaks.sort_unstable_by_key(|window| (window.from, window.to));
    breaks
}

/// The days of the window that no break and no silence parts from its end.
fn unbroken(window: Window, breaks: &[Window], silences: &[Window]) -> Window {
    let apart = breaks.iter().chain(silences).filter(|apart| apart.from <= window.to);
    let from = apart.map(|apart| apart.to.min(window.to)).max().unwrap_or(window.from);
    Window { from: from.max(window.from), to: window.to }
}

/// Whether all neighbouring balances meet; `None` where there is one only.
fn agree(readings: &Readings<'_>, movements: &[(Date, Cents)]) -> Option<bool> {
    let mut pairs = readings.all.windows(2).filter_map(|pair| meets(&pair[0], &pair[1], movements)).peekable();
    pairs.peek()?;
    Some(pairs.all(|meets| meets))
}

/// Whether two balances differ by what was posted between them; `None` where they say the same on one day.
fn meets(earlier: &Reading<'_>, later: &Reading<'_>, movements: &[(Date, Cents)]) -> Option<bool> {
    let day = later.at?.day;
    (earlier.at?.day < day).then(|| end_of(day, earlier, movements) == end_of(day, later, movements))
}

/// What is available tells that the balance does not hold the pending rows: it is less by just them.
fn tells_pending(reading: &Reading<'_>, pending: Cents) -> bool {
    let Some(available) = reading.balance.available else { return false };
    let limit = reading.balance.credit_limit.unwrap_or(Cents::ZERO);
    let held = reading.balance.current + pending;
    available == held || available == held + limit
}
