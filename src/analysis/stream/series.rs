//! A list of payments that follows a rhythm well enough to be a stream, and how well that is.

use super::Cadence;
use super::calendar::{Holidays, Ordinal, Rhythm};
use super::fit::{self, Fit, Item, SHORT_HOLE};
use crate::analysis::ruleset::Nature;

/// Payments of one stream, by day.
#[derive(Clone, Debug)]
pub(super) struct Series {
    /// Rows that were paid.
    pub(super) items: Vec<Item>,
    /// For each of them the slot that it fills.
    pub(super) slots: Vec<Option<Ordinal>>,
    /// Rows that came back.
    pub(super) returned: Vec<Item>,
    /// Slots between the first and the last without a row that are not paid in advance; a slot whose payment came back is none.
    pub(super) missed: Vec<Ordinal>,
    /// The rhythm of the last rows; `None` of an irregular stream.
    pub(super) rhythm: Option<Rhythm>,
}

/// What a list of payments must show to be a stream.
#[expect(clippy::struct_excessive_bools, reason = "facts of the payments, none of which excludes another")]
#[derive(Clone, Copy, Debug)]
pub(super) struct Demands {
    pub(super) nature: Nature,
    /// Taken by the payee, or paid to a biller's code.
    pub(super) is_billed: bool,
    /// It moved between accounts, not at a till.
    pub(super) is_transfer: bool,
    /// Something outside its rows speaks for it: two are enough.
    pub(super) promised: bool,
    /// Nobody buys it once: two are enough, a month apart or more.
    pub(super) known: bool,
    pub(super) is_credit: bool,
}

/// One missed slot in so many is allowed.
const MISSED_IN: u32 = 6;
/// One payment beside the rhythm for so many in it is allowed.
const EXTRAS_IN: u32 = 3;
/// Thousandths by which the amounts of bills and of pay with a cadence may spread: median deviation ÷ median.
const BILL_SPREAD: i64 = 350;
const PAY_SPREAD: i64 = 150;
/// Thousandths of neighbouring payments that must be near each other.
const NEAR_BY_CARD: usize = 750;
const NEAR_BY_TRANSFER: usize = 600;
/// Thousandths of neighbouring payments of a habit that must be the same, and how many there must be.
const SAME_HABIT: usize = 800;
const LEAST_HABIT: u32 = 4;
const LEAST_WEEKLY_HABIT: u32 = 6;

/// How the amounts of payments in order hold.
#[derive(Clone, Copy, Debug)]
struct Hold {
    /// Thousandths: median deviation from the median ÷ median.
    spread: i64,
    /// Thousandths of neighbours within 1.00 or 5 %.
    near: usize,
    /// Thousandths of neighbours within 1 %.
    same: usize,
}

/// Days that courses, clubs and care rest over the summer.
const SUMMER: i32 = 75;

impl Series {
    /// Payments without a rhythm.
    pub(super) fn irregular(items: Vec<Item>) -> Self {
        let (returned, items): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| item.returned);
        Self { slots: vec![None; items.len()], items, returned, missed: Vec::new(), rhythm: None }
    }

    /// How often.
    pub(super) fn cadence(&self) -> Cadence {
        self.rhythm.map_or(Cadence::Irregular, |rhythm| rhythm.cadence)
    }

    /// First and last day of a row.
    pub(super) fn span(&self) -> (Ordinal, Ordinal) {
        (self.items.first().map_or(0, |item| item.day), self.items.last().map_or(0, |item| item.day))
    }

    /// Adds payments beside the rhythm.
    pub(super) fn take_in(&mut self, items: Vec<Item>) {
        let (returned, paid): (Vec<Item>, Vec<Item>) = items.into_iter().partition(|item| item.returned);
        self.returned.extend(returned);
        self.returned.sort_unstable_by_key(|item| (item.day, item.row));
        self.take_slots(paid.into_iter().map(|item| (item, None)));
    }

    /// Adds payments with the slots that they fill.
    pub(super) fn take_slots(&mut self, paid: impl Iterator<Item = (Item, Option<Ordinal>)>) {
        let before = self.items.drain(..).zip(self.slots.drain(..));
        let mut all: Vec<(Item, Option<Ordinal>)> = before.chain(paid).collect();
        all.sort_unstable_by_key(|(item, _)| (item.day, item.row));
        (self.items, self.slots) = all.into_iter().unzip();
    }

    /// True where a later piece may be the same thing at another price: not long after, and not at a multiple of it.
    pub(super) fn may_be_repriced_as(&self, piece: &Self) -> bool {
        let days = i32::try_from(self.cadence().days().unwrap_or(0)).unwrap_or(0);
        let (before, after) = (self.items.last().map_or(0, |item| item.amount), piece.items.first().map_or(0, |item| item.amount));
        let most = if is_near(before, after) { (days * 3).max(SUMMER) } else { days * 3 };
        piece.span().0 - self.span().1 <= most && before.max(after) * 2 <= before.min(after) * 3
    }

    /// The usual amount of the payments that fill slots.
    pub(super) fn usual(&self) -> i64 {
        median(&mut self.paid().map(|item| item.amount).collect::<Vec<_>>())
    }

    /// The payments that fill slots, in order.
    pub(super) fn paid(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().zip(&self.slots).filter(|(_, slot)| slot.is_some()).map(|(item, _)| item)
    }
}

/// What the best rhythm of some payments comes to.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// A stream, and what is no part of it.
    Stream(Series, Vec<Item>),
    /// Two streams that take turns, and what is no part of either.
    Turns([Vec<Item>; 2], Vec<Item>),
    /// Nothing.
    None,
}

/// Takes the best rhythm of some payments, where it meets the demands. `by_gap: false` looks for one of several rhythms that lie in each
/// other.
pub(super) fn take(items: &[Item], demands: Demands, holidays: &Holidays, by_gap: bool) -> Outcome {
    let Some(fit) = fit::best(items, holidays, by_gap) else { return Outcome::None };
    if let Some((turns, rest)) = turns(items, &fit) {
        return Outcome::Turns(turns, rest);
    }
    let is_pausing = fit.tally.slots() > fit.tally.hits;
    let again = is_pausing.then(|| fit::lay(fit.rhythm, items, holidays, SHORT_HOLE));
    for fit in std::iter::once(fit).chain(again) {
        let (series, rest) = part(items, &fit, demands);
        let extras = if by_gap { fit.tally.extras } else { 0 };
        if meets(&series, &fit, extras, demands) {
            return Outcome::Stream(series, rest);
        }
    }
    Outcome::None
}

/// The payments of a rhythm, and the others. Of those inside its run, an equal amount and one that was tried again are part of it.
fn part(items: &[Item], fit: &Fit, demands: Demands) -> (Series, Vec<Item>) {
    let usual =
        median(&mut fit.slots.iter().zip(items).filter(|(slot, _)| slot.is_some()).map(|(_, item)| item.amount).collect::<Vec<_>>());
    let first = fit.slots.iter().position(Option::is_some).unwrap_or(0);
    let last = fit.slots.iter().rposition(Option::is_some).unwrap_or(0);
    let mut series = Series { items: Vec::new(), slots: Vec::new(), returned: Vec::new(), missed: Vec::new(), rhythm: Some(fit.rhythm) };
    let mut rest = Vec::new();
    // A slot whose payment came back, until it is paid after all.
    let mut open: Option<i32> = None;
    for (at, item) in items.iter().enumerate() {
        let is_inside = (first..=last + usize::from(open.is_some())).contains(&at);
        match fit.slots[at] {
            Some(slot) if item.returned => {
                open = Some(slot);
                series.returned.push(*item);
            }
            Some(slot) => {
                open = None;
                series.push(*item, Some(fit.rhythm.grid.slot(slot)));
            }
            None if is_inside && is_near(item.amount, usual) => {
                if item.returned {
                    series.returned.push(*item);
                } else {
                    let slot = open.take().map(|slot| fit.rhythm.grid.slot(slot));
                    series.push(*item, slot);
                }
            }
            None => rest.push(*item),
        }
    }
    series.missed = missed(fit, items, usual, demands);
    (series, rest)
}

/// The slots between the first and the last that nothing fills; of income, without those paid in advance.
fn missed(fit: &Fit, items: &[Item], usual: i64, demands: Demands) -> Vec<Ordinal> {
    let mut missed = Vec::new();
    let mut reached: Option<i32> = None;
    for (item, slot) in items.iter().zip(&fit.slots) {
        let ahead = if demands.is_credit { paid_ahead(item.amount, usual) } else { 0 };
        match (*slot, reached) {
            (Some(slot), until) => {
                let from = until.map_or(slot, |until| until + 1);
                missed.extend((from..slot).map(|slot| fit.rhythm.grid.slot(slot)));
                reached = Some(slot + ahead);
            }
            // A second pay beside one covers the next slot.
            (None, Some(until)) if demands.is_credit && is_near(item.amount, usual) => reached = Some(until + 1 + ahead),
            (None, _) => {}
        }
    }
    missed
}

/// Slots beyond its own that a payment covers: double pay before leave covers one.
pub(super) fn paid_ahead(amount: i64, usual: i64) -> i32 {
    if usual <= 0 { 0 } else { i32::try_from((amount.saturating_mul(5) / usual + 1) / 5 - 1).unwrap_or(0).clamp(0, MOST_AHEAD) }
}

/// Slots that one payment covers ahead at most: eight weeks of leave, paid by the week.
const MOST_AHEAD: i32 = 8;

impl Series {
    fn push(&mut self, item: Item, slot: Option<Ordinal>) {
        self.items.push(item);
        self.slots.push(slot);
    }
}

fn meets(series: &Series, fit: &Fit, extras: u32, demands: Demands) -> bool {
    let hits = u32::try_from(series.slots.iter().flatten().count()).unwrap_or(u32::MAX);
    let shown = fit.tally.hits;
    let missed = u32::try_from(series.missed.len()).unwrap_or(u32::MAX);
    let is_long = matches!(fit.rhythm.cadence, Cadence::HalfYearly | Cadence::Annual);
    let is_paid_out = demands.is_credit && is_long && demands.nature == Nature::Bill;
    let is_known = demands.known && fit.rhythm.cadence.months().is_some();
    let is_promised = demands.promised && fit.rhythm.cadence != Cadence::Weekly;
    let least = if is_promised || is_known || is_paid_out { 2 } else { least(fit.rhythm.cadence, demands) };
    // What two payments are enough for may miss one where there are more.
    let may_miss = (fit.tally.slots() / MISSED_IN).max(u32::from(demands.known && shown > 2));
    if hits < 2 || shown < least || missed > may_miss || extras * EXTRAS_IN > shown {
        return false;
    }
    let amounts: Vec<i64> = series.paid().map(|item| item.amount).collect();
    let hold = hold(&amounts);
    // Nobody buys by the quarter or twice a month; of many purchases some lie so by chance.
    let is_usual = !matches!(fit.rhythm.cadence, Cadence::SemiMonthly | Cadence::Bimonthly | Cadence::Quarterly | Cadence::HalfYearly);
    let is_long_enough = shown >= if fit.rhythm.cadence == Cadence::Weekly { LEAST_WEEKLY_HABIT } else { LEAST_HABIT };
    match demands.nature {
        Nature::Never => false,
        Nature::Pay if demands.is_credit => hold.spread <= PAY_SPREAD,
        Nature::Bill | Nature::Pay if demands.is_credit => true,
        Nature::Bill | Nature::Pay => hold.spread <= BILL_SPREAD && (shown > 2 || is_within(&amounts, BILL_SPREAD)),
        Nature::Open if demands.is_billed => hold.spread <= BILL_SPREAD && (shown > 3 || hold.near >= NEAR_BY_TRANSFER),
        Nature::Open if demands.is_transfer => hold.near >= NEAR_BY_TRANSFER,
        Nature::Open => hold.near >= NEAR_BY_CARD,
        Nature::Habit if demands.is_billed => hold.near >= NEAR_BY_CARD,
        Nature::Habit => hold.same >= SAME_HABIT && is_long_enough && extras == 0 && is_usual,
    }
}

/// Payments that a rhythm takes where nothing but they speaks for it. Two days of each month are always near some days; and what is a week
/// or more than a month apart lies in its slots by chance more easily than what is a month apart.
fn least(cadence: Cadence, demands: Demands) -> u32 {
    let is_open = matches!(demands.nature, Nature::Open) && !demands.is_billed;
    match cadence {
        Cadence::SemiMonthly => 4,
        Cadence::Monthly | Cadence::FourWeekly => 3,
        _ if is_open => 4,
        _ => 3,
    }
}

fn hold(amounts: &[i64]) -> Hold {
    let pairs = amounts.len().saturating_sub(1).max(1);
    let of_pairs = |test: fn(i64, i64) -> bool| amounts.windows(2).filter(|pair| test(pair[0], pair[1])).count() * 1000 / pairs;
    let middle = median(&mut amounts.to_vec());
    let deviation = median(&mut amounts.iter().map(|amount| (amount - middle).abs()).collect::<Vec<_>>());
    Hold {
        spread: i64::try_from(i128::from(deviation) * 1000 / i128::from(middle.max(1))).unwrap_or(i64::MAX),
        near: of_pairs(is_near),
        same: of_pairs(is_same),
    }
}

/// True where no amount is more than so many thousandths larger than the smallest.
fn is_within(amounts: &[i64], thousandths: i64) -> bool {
    let (least, most) = amounts.iter().fold((i64::MAX, 0), |(least, most), amount| (least.min(*amount), most.max(*amount)));
    i128::from(most - least) * 1000 <= i128::from(least) * i128::from(thousandths)
}

/// Within 1.00 or 5 % of the larger.
pub(super) fn is_near(a: i64, b: i64) -> bool {
    a.abs_diff(b) <= (a.max(b).unsigned_abs() / 20).max(100)
}

/// Within 1 % of the larger.
fn is_same(a: i64, b: i64) -> bool {
    a.abs_diff(b) <= a.max(b).unsigned_abs() / 100
}

/// The middle one, the lower of two; 0 of nothing.
pub(super) fn median(amounts: &mut [i64]) -> i64 {
    if amounts.is_empty() {
        return 0;
    }
    let middle = (amounts.len() - 1) / 2;
    *amounts.select_nth_unstable(middle).1
}

/// Two streams that take turns: every second payment is of one amount, the others of another.
fn turns(items: &[Item], fit: &Fit) -> Option<([Vec<Item>; 2], Vec<Item>)> {
    if !matches!(fit.rhythm.cadence, Cadence::Weekly | Cadence::SemiMonthly | Cadence::Monthly) {
        return None;
    }
    let is_in = |at: &usize| fit.slots[*at].is_some();
    let amounts: Vec<i64> = (0..items.len()).filter(is_in).map(|at| items[at].amount).collect();
    if amounts.len() < LEAST_TURNS {
        return None;
    }
    let share = |apart: usize| {
        let pairs = amounts.len() - apart;
        amounts.windows(apart + 1).filter(|window| is_same(window[0], window[apart])).count() * 1000 / pairs
    };
    if share(2) < SAME_HABIT || share(1) > 1000 - SAME_HABIT {
        return None;
    }
    let mut turns = [Vec::new(), Vec::new()];
    let mut rest = Vec::new();
    for (item, slot) in items.iter().zip(&fit.slots) {
        match slot {
            Some(slot) => turns[usize::from(slot.rem_euclid(2) == 1)].push(*item),
            None => rest.push(*item),
        }
    }
    Some((turns, rest))
}

/// Fewer payments than that do not take turns.
const LEAST_TURNS: usize = 4;
