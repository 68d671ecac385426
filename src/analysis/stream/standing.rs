//! How a stream stands at the end of its account's coverage: whether it goes on, what it missed, when it is due.

use super::calendar::{Holidays, Ordinal, Rhythm, date, ordinal};
use super::levels::Levels;
use super::series::{Series, paid_ahead};
use super::{Cadence, Next, Status};
use crate::analysis::days::Window;
use crate::money::Cents;

/// Days within which a first payment is new.
const NEW_WITHIN: i32 = 60;
/// Cadences of coverage before a first payment that show that there was none.
const SEEN_BEFORE: i32 = 2;
/// Days after which one single payment without a rhythm is over.
const ONCE: i32 = 31;
/// Complete months that the means of an irregular income are taken over.
const MEANS_OVER: [usize; 3] = [3, 6, 12];
/// Fewer credits say nothing of an irregular income.
const LEAST_CREDITS: usize = 4;

/// How a stream stands.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) status: Status,
    /// Slots after the last payment that should have brought one.
    pub(super) missed: Vec<Ordinal>,
    pub(super) next: Option<Next>,
}

/// How a series stands at the end of the days that its account covers.
pub(super) fn standing(series: &Series, levels: &Levels, covered: Window, is_credit: bool, holidays: &Holidays) -> Standing {
    let end = ordinal(covered.to);
    let (first, paid) = series.span();
    let last = paid.max(series.returned.last().map_or(paid, |item| item.day));
    let (days, ahead) = match series.rhythm {
        Some(rhythm) => (i32::try_from(rhythm.cadence.days().unwrap_or(0)).unwrap_or(0), ahead(series, levels, is_credit)),
        None => (0, 0),
    };
    // 1.5 cadences, or twice the usual gap of what has none.
    let most = if series.rhythm.is_some() { (3 + 2 * ahead) * days } else { 4 * usual_gap(series).unwrap_or(ONCE / 2) };
    let is_over = 2 * (end - last) > most;
    let (mut missed, next) = match series.rhythm.filter(|_| !is_over) {
        Some(rhythm) => due(series, rhythm, ahead, end, levels.current, holidays),
        None => (Vec::new(), None),
    };
    missed.retain(|slot| *slot > last);
    let is_recent = first > end - NEW_WITHIN;
    let step = if series.rhythm.is_some() { days } else { usual_gap(series).unwrap_or(ONCE) };
    let seen_before = first - ordinal(covered.from) >= SEEN_BEFORE * step;
    let status = match (is_over, is_recent) {
        (true, _) => Status::Ended,
        (_, true) if seen_before => Status::New,
        (_, true) => Status::UnknownStart,
        _ if !is_credit && !missed.is_empty() => Status::Late,
        _ => Status::Active,
    };
    Standing { status, missed, next }
}

/// Slots that the last payment covers beyond its own.
fn ahead(series: &Series, levels: &Levels, is_credit: bool) -> i32 {
    let usual = levels.medians.last().copied().unwrap_or(0);
    let last = series.items.last().map_or(0, |item| item.amount);
    if is_credit { paid_ahead(last, usual) } else { 0 }
}

/// The slots after the last payment that are overdue, and the first that is not.
fn due(series: &Series, rhythm: Rhythm, ahead: i32, end: Ordinal, amount: i64, holidays: &Holidays) -> (Vec<Ordinal>, Option<Next>) {
    let Some(last) = series.slots.iter().rev().copied().flatten().next() else { return (Vec::new(), None) };
    let mut missed = Vec::new();
    let mut number = rhythm.number_of(last) + 1 + ahead;
    loop {
        let expected = rhythm.expected(number, holidays);
        let days = rhythm.cadence.tolerance();
        if expected + days >= end {
            let next = Next {
                expected: date(expected),
                earliest: date(expected - days),
                latest: date(expected + days),
                amount: Cents::new(i128::from(amount)),
            };
            return (missed, Some(next));
        }
        missed.push(rhythm.grid.slot(number));
        number += 1;
    }
}

/// The middle one of the days between neighbouring payments; `None` of one.
fn usual_gap(series: &Series) -> Option<i32> {
    let mut gaps: Vec<i32> = series.items.windows(2).map(|pair| pair[1].day - pair[0].day).collect();
    if gaps.is_empty() {
        return None;
    }
    let middle = gaps.len() / 2;
    Some((*gaps.select_nth_unstable(middle).1).max(1))
}

/// Gaps between slots that followed each other, and all gaps; a payment beside the rhythm is a gap that did not.
pub(super) fn on_time(series: &Series) -> (u32, u32) {
    let mut missed = series.missed.iter().peekable();
    let mut followed = 0_u32;
    let mut before = None;
    for slot in series.slots.iter().flatten() {
        let mut is_hole = false;
        while missed.next_if(|missed| *missed < slot).is_some() {
            is_hole = true;
        }
        followed += u32::from(before.is_some() && !is_hole);
        before = Some(slot);
    }
    (followed, u32::try_from(series.items.len().saturating_sub(1)).unwrap_or(u32::MAX))
}

/// What an irregular income brings a month: the lowest of the means over the last 3, 6 and 12 complete months, months without a credit
/// included. `None` below three months or four credits.
pub(super) fn irregular_month(series: &Series, covered: Window) -> Option<Cents> {
    let months = covered.months();
    if months.len() < MEANS_OVER[0] || series.items.len() < LEAST_CREDITS {
        return None;
    }
    let mean = |over: usize| {
        let from = ordinal(months[months.len() - over].from);
        let to = ordinal(months[months.len() - 1].to);
        let sum: i128 = series.items.iter().filter(|item| (from..=to).contains(&item.day)).map(|item| i128::from(item.amount)).sum();
        Cents::new(sum).mul_div(1, i128::try_from(over).ok()?)
    };
    MEANS_OVER.into_iter().filter(|over| *over <= months.len()).filter_map(mean).min()
}

/// One payment brought to a month.
pub(super) fn month(cadence: Cadence, amount: i64) -> Option<Cents> {
    cadence.monthly(Cents::new(i128::from(amount)))
}
