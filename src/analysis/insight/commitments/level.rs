//! What a debt costs a month, from the rows that pay it: streams where there are streams, else a rhythm of its own, else months.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::super::context::Context;
use super::super::evidence;
use super::super::window::{ENOUGH_MONTHS, median, per_month};
use super::payments::Payment;
use crate::analysis::days::{Window, between, plus};
use crate::analysis::stream::{Cadence, Status, Stream};
use crate::money::Cents;

/// Payments that an irregular creditor may miss before it counts as ended, in days: a month and a half.
const QUIET_DAYS: i64 = 45;
/// Months that a median needs.
const LEAST_MONTHS: usize = 3;
/// A monthly figure needs a month.
const LEAST_DAYS: i64 = 30;
/// Days that a mean looks back where there are no months for a median.
const LOOK_BACK: i64 = 90;
/// Payments within 5 % of each other are equal.
const EQUAL_SHARE: i128 = 20;
/// A stream of a revolving lender has at least so many payments, and four fifths of what was paid.
const STEADY: usize = 6;

/// How a monthly figure came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Basis {
    /// The terms of the account.
    Terms,
    /// Streams that go on.
    Streams,
    /// The rhythm of a few payments.
    Rhythm,
    /// The median of the complete months.
    MedianMonth,
    /// The mean of the days there are.
    Mean,
    /// One payment, taken as a month's.
    OnePayment,
    /// It ended, or its purchases are the spend.
    Nothing,
}

/// What the payments of a creditor come to.
#[derive(Clone, Debug)]
pub(super) struct Level {
    /// A month; 0 when it ended; `None` with a reason.
    pub(super) monthly: Option<Cents>,
    pub(super) reason: Option<&'static str>,
    pub(super) basis: Basis,
    pub(super) cadence: Option<Cadence>,
    pub(super) status: Status,
    /// When the next is due, where a rhythm says so.
    pub(super) next: Option<Date>,
    /// The streams, by number.
    pub(super) streams: Vec<usize>,
    /// Expected payments that did not come, and the last day of the data that says so.
    pub(super) missed: usize,
}

/// What is known of how a lender is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// Instalments: a loan, a lease, an agreement.
    Instalments,
    /// As much as was bought: cards, buy now pay later, wage advances.
    Varying,
}

/// The days that the accounts of some rows have in common. Few rows, many accounts: only the accounts of the rows are looked at.
pub(super) fn window_of(context: &Context<'_>, payments: &[Payment]) -> Option<Window> {
    let accounts: BTreeSet<usize> = payments.iter().map(|payment| context.ledger.rows[payment.row].account).collect();
    let windows: Option<Vec<Window>> = accounts.into_iter().map(|account| context.ledger.usable(account)).collect();
    let windows = windows?;
    Window::new(windows.iter().map(|window| window.from).max()?, windows.iter().map(|window| window.to).min()?)
}

/// The monthly figure of payments, in the ledger's order, inside a window.
pub(super) fn of(context: &Context<'_>, payments: &[Payment], habit: Habit, window: Option<Window>) -> Level {
    let mut level = Level {
        monthly: None,
        reason: None,
        basis: Basis::Nothing,
        cadence: None,
        status: Status::Ended,
        next: None,
        streams: Vec::new(),
        missed: 0,
    };
    let Some(window) = window else {
        level.reason = Some(evidence::NO_COVERAGE);
        return level;
    };
    let numbers: BTreeSet<usize> = payments.iter().filter_map(|payment| stream_of(context, payment)).collect();
    level.streams = numbers.into_iter().collect();
    let all = |number: usize| &context.streams.all[number];
    let goes_on = |number: &usize| all(*number).status != Status::Ended && all(*number).monthly.is_some();
    let ongoing: Vec<usize> = level.streams.iter().copied().filter(goes_on).collect();
    if !ongoing.is_empty() && (habit == Habit::Instalments || is_steady(context, &ongoing, payments, window)) {
        from_streams(context, &mut level, &ongoing, payments, window);
        return level;
    }
    // What came after the last stream ended is a new beginning.
    let ended = level.streams.iter().map(|&number| all(number)).filter(|stream| stream.status == Status::Ended);
    let ended = ended.filter_map(|stream| stream.rows.last()).max().copied();
    let fresh = payments.partition_point(|payment| ended.is_some_and(|ended| payment.row <= ended));
    let rest = if habit == Habit::Instalments { &payments[fresh..] } else { payments };
    if habit == Habit::Instalments && from_rhythm(&mut level, rest, window) {
        return level;
    }
    from_months(&mut level, rest, habit, window);
    level
}

fn sum_since(payments: &[Payment], day: Date) -> Cents {
    payments.iter().filter(|payment| payment.day > day).map(|payment| payment.amount).sum()
}

/// The number of the stream that a payment is in.
fn stream_of(context: &Context<'_>, payment: &Payment) -> Option<usize> {
    context.streams.of_row[payment.row].map(|number| number as usize)
}

/// Four fifths of what was paid lately came in long streams of equal payments.
fn is_steady(context: &Context<'_>, ongoing: &[usize], payments: &[Payment], window: Window) -> bool {
    let recent = || payments.iter().filter(|payment| payment.day > plus(window.to, -2 * LOOK_BACK));
    let is_long = |number: usize| ongoing.binary_search(&number).is_ok() && context.streams.all[number].rows.len() >= STEADY;
    let is_usual =
        |payment: &Payment, number: usize| context.streams.all[number].amount.is_some_and(|amount| is_equal(payment.amount, amount));
    let steady = recent().filter(|payment| stream_of(context, payment).is_some_and(|number| is_long(number) && is_usual(payment, number)));
    let sum = |amount: Cents| amount.get();
    sum(steady.map(|payment| payment.amount).sum()) * 5 >= sum(recent().map(|payment| payment.amount).sum()) * 4
}

/// The streams that go on, and the median month of what is paid beside them.
fn from_streams(context: &Context<'_>, level: &mut Level, ongoing: &[usize], payments: &[Payment], window: Window) {
    let is_beside = |payment: &&Payment| stream_of(context, payment).is_none_or(|number| ongoing.binary_search(&number).is_err());
    let beside: Vec<Payment> = payments.iter().filter(is_beside).copied().collect();
    let extra = median_month(&beside, payments, window).unwrap_or_default();
    let ongoing: Vec<&Stream> = ongoing.iter().map(|&number| &context.streams.all[number]).collect();
    let largest = ongoing.iter().max_by_key(|stream| stream.monthly).expect("there is one");
    level.monthly = Some(ongoing.iter().filter_map(|stream| stream.monthly).sum::<Cents>() + extra);
    level.basis = Basis::Streams;
    level.cadence = Some(largest.cadence);
    level.status = ongoing.iter().map(|stream| stream.status).max_by_key(|status| rank(*status)).expect("there is one");
    level.next = ongoing.iter().filter_map(|stream| stream.next).map(|next| next.expected).min();
    level.missed = ongoing.iter().map(|stream| stream.missed.len()).sum();
}

/// What a creditor with several streams is: late if one is late, new only if all are.
const fn rank(status: Status) -> u8 {
    match status {
        Status::Ended => 0,
        Status::New => 1,
        Status::UnknownStart => 2,
        Status::Active => 3,
        Status::Late => 4,
    }
}

/// A few equal payments at a rhythm: too few for a stream, or not yet one.
fn from_rhythm(level: &mut Level, payments: &[Payment], window: Window) -> bool {
    let Some(last) = payments.last() else { return false };
    let alike = payments.iter().rev().take_while(|payment| is_equal(payment.amount, last.amount)).count();
    let recent = &payments[payments.len() - alike..];
    let regular = if alike > 1 { recent } else { payments };
    let gaps: Vec<i64> = regular.windows(2).map(|pair| between(pair[0].day, pair[1].day)).collect();
    let Some(cadence) = rhythm(&gaps) else { return false };
    let days = cadence.days().expect("a rhythm has days");
    level.cadence = Some(cadence);
    level.basis = Basis::Rhythm;
    level.missed = gaps.iter().filter(|gap| **gap * 2 > days * 3).count();
    if between(last.day, window.to) * 2 > days * 3 {
        (level.status, level.monthly, level.basis) = (Status::Ended, Some(Cents::ZERO), Basis::Nothing);
        return true;
    }
    let typical = if alike > 1 { recent } else { &payments[payments.len().saturating_sub(STEADY)..] };
    let amounts: Vec<Cents> = typical.iter().map(|payment| payment.amount).collect();
    level.monthly = median(&amounts).and_then(|amount| cadence.monthly(amount));
    level.status = beginning(payments[0].day, days, window);
    level.next = Some(plus(last.day, days));
    true
}

fn is_equal(a: Cents, b: Cents) -> bool {
    (a - b).abs().get() * EQUAL_SHARE <= b.get()
}

/// New, when there was time to see it before; otherwise it cannot be known.
fn beginning(first: Date, days: i64, window: Window) -> Status {
    let is_young = between(first, window.to) <= 60;
    match between(window.from, first) >= 2 * days {
        true if is_young => Status::New,
        true => Status::Active,
        false => Status::UnknownStart,
    }
}

/// The cadence that seven gaps in ten keep, one slot or two apart.
pub(super) fn rhythm(gaps: &[i64]) -> Option<Cadence> {
    // Four weeks come before a month: a month is never 28 days twice.
    const CADENCES: [(Cadence, i64, i64); 6] = [
        (Cadence::Weekly, 7, 1),
        (Cadence::Fortnightly, 14, 2),
        (Cadence::FourWeekly, 28, 0),
        (Cadence::Monthly, 30, 4),
        (Cadence::Bimonthly, 61, 4),
        (Cadence::Quarterly, 91, 5),
    ];
    let fits = |(_, days, tolerance): &&(Cadence, i64, i64)| {
        let near = |gap: i64, times: i64| (gap - times * days).abs() <= tolerance * times;
        let once = gaps.iter().filter(|gap| near(**gap, 1)).count();
        let kept = gaps.iter().filter(|gap| near(**gap, 1) || near(**gap, 2)).count();
        // One gap of four weeks may be February.
        once > 0 && kept * 10 >= gaps.len() * 7 && (*tolerance > 0 || once > 1)
    };
    CADENCES.iter().find(fits).map(|(cadence, ..)| *cadence)
}

/// Payments without a rhythm: the median of the complete months since the first, the mean of the days there are below that.
fn from_months(level: &mut Level, payments: &[Payment], habit: Habit, window: Window) {
    let ended = |level: &mut Level| {
        (level.status, level.monthly, level.basis) = (Status::Ended, Some(Cents::ZERO), Basis::Nothing);
    };
    let (Some(first), Some(last)) = (payments.first(), payments.last()) else { return ended(level) };
    let mut gaps: Vec<i64> = payments.windows(2).map(|pair| between(pair[0].day, pair[1].day)).collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(0);
    if between(last.day, window.to) > QUIET_DAYS.max(2 * usual).min(LOOK_BACK + QUIET_DAYS) {
        return ended(level);
    }
    level.status = beginning(first.day, 30, window);
    if let Some(monthly) = median_month(payments, payments, window) {
        (level.monthly, level.basis) = (Some(monthly), Basis::MedianMonth);
        return;
    }
    if payments.len() == 1 && habit == Habit::Instalments {
        (level.monthly, level.basis) = (Some(last.amount), Basis::OnePayment);
        return;
    }
    let from = window.from.max(plus(window.to, 1 - LOOK_BACK));
    let days = between(from, window.to) + 1;
    if days < LEAST_DAYS {
        level.reason = Some(evidence::COVERAGE_TOO_SHORT);
        return;
    }
    level.monthly = per_month(sum_since(payments, plus(from, -1)), days);
    level.basis = Basis::Mean;
}

/// The median of the last six complete months since the creditor was first paid, months without a payment included; `None` below
/// three of them.
fn median_month(payments: &[Payment], all: &[Payment], window: Window) -> Option<Cents> {
    let since = Window::new(all.first()?.day.first_of_month().max(window.from), window.to)?;
    let months = since.months();
    let months = &months[months.len().saturating_sub(ENOUGH_MONTHS)..];
    if months.len() < LEAST_MONTHS {
        return None;
    }
    let sums: Vec<Cents> = months
        .iter()
        .map(|month| {
            let from = payments.partition_point(|payment| payment.day < month.from);
            let to = payments.partition_point(|payment| payment.day <= month.to);
            payments[from..to].iter().map(|payment| payment.amount).sum()
        })
        .collect();
    median(&sums)
}
