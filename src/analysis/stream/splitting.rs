//! From the rows of one counterparty to its streams: as they are, by the account at the biller, by amount, by turns.
//!
//! Money out is split by amount: whatever has no rhythm as a whole is parted where amounts leave a gap, ever more finely. Income is not:
//! pay varies, and what is left of it without a rhythm is one irregular stream.

use std::collections::BTreeMap;

use super::Cadence;
use super::calendar::Holidays;
use super::fit::Item;
use super::series::{Demands, Outcome, Series, is_near, take};
use crate::analysis::ledger::Ledger;
use crate::analysis::ruleset::Nature;

/// How the rows of a group are parted, one way after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// Not at all.
    Whole,
    /// By the customer's number at the biller.
    Reference,
    /// By days alone: gas by the quarter and power every two months.
    Days,
    /// Where the next larger amount is more than 35 % larger.
    Wide,
    /// Where the next larger amount is more than 1.00 and 5 % larger.
    Narrow,
    /// By the cent.
    Exact,
}

/// Streams of one group that lie in each other at most; more are hardly one counterparty.
const MOST_ROUNDS: usize = 6;
/// Rows of a part that are worth a look, and of one that is bought when needed.
const LEAST: usize = 2;
const LEAST_HABIT: usize = 4;
/// Rows of one day that are looked at one by one.
const MOST_A_DAY: usize = 4;

/// The streams of a group of debits, or of credits that are no income, and the rows that are in none.
pub(super) fn by_amount(ledger: &Ledger<'_>, items: Vec<Item>, demands: Demands, holidays: &Holidays) -> (Vec<Series>, Vec<Item>) {
    // What is bought at a till does not come again by day alone: only its exact amounts are worth a look.
    if demands.nature == Nature::Habit && !demands.is_billed {
        let mut found = Vec::new();
        let rest = cut(Cut::Exact, ledger, items, demands, holidays, LEAST_HABIT, &mut found);
        return (found, rest);
    }
    // Bills nearly all come again: one way of parting them may explain them all.
    if demands.nature == Nature::Bill {
        for way in [Cut::Whole, Cut::Reference, Cut::Wide, Cut::Narrow, Cut::Days] {
            let mut found = Vec::new();
            let rest = cut(way, ledger, items.clone(), demands, holidays, LEAST, &mut found);
            if !found.is_empty() && rest.len() * MOST_ROUNDS <= items.len() {
                return (found, rest);
            }
        }
    }
    let mut found = Vec::new();
    let mut rest = items;
    for way in [Cut::Whole, Cut::Reference, Cut::Wide, Cut::Narrow, Cut::Exact] {
        if rest.len() < LEAST {
            break;
        }
        rest = cut(way, ledger, rest, demands, holidays, LEAST, &mut found);
    }
    (found, rest)
}

/// Parts rows one way and takes the streams of each part; gives back the rows that are in none.
fn cut(
    way: Cut,
    ledger: &Ledger<'_>,
    items: Vec<Item>,
    demands: Demands,
    holidays: &Holidays,
    least: usize,
    found: &mut Vec<Series>,
) -> Vec<Item> {
    if way == Cut::Days {
        return by_days_alone(items, demands, holidays, found);
    }
    let mut rest = Vec::new();
    for part in parts(way, ledger, items) {
        if part.len() < least {
            rest.extend(part);
        } else {
            rest.extend(streams(part, demands, holidays, found));
        }
    }
    rest.sort_unstable_by_key(|item| (item.day, item.row));
    rest
}

/// The streams of a group of credits that may be income, and the rows that are in none: never parted by amount.
pub(super) fn by_day(items: Vec<Item>, demands: Demands, holidays: &Holidays) -> (Vec<Series>, Vec<Item>) {
    let mut found = Vec::new();
    let rest = streams(items.clone(), demands, holidays, &mut found);
    // A rhythm of a few of many rows is chance.
    if rest.len() * 2 <= items.len() - rest.len() { (found, rest) } else { inside_each_other(items, demands, holidays) }
}

/// Takes streams from a list, one after the other; gives back what is in none.
fn streams(items: Vec<Item>, demands: Demands, holidays: &Holidays, found: &mut Vec<Series>) -> Vec<Item> {
    let before = found.len();
    let rest = one_by_one(items, demands, holidays, found);
    if found.len() == before { by_rank(rest, demands, holidays, found) } else { rest }
}

fn one_by_one(items: Vec<Item>, demands: Demands, holidays: &Holidays, found: &mut Vec<Series>) -> Vec<Item> {
    let mut rest = items;
    for _ in 0..MOST_ROUNDS {
        match take(&rest, demands, holidays, true) {
            Outcome::Stream(series, left) => {
                found.push(series);
                rest = left;
            }
            Outcome::Turns(turns, mut left) => {
                for turn in turns {
                    match take(&turn, demands, holidays, true) {
                        Outcome::Stream(series, more) => {
                            found.push(series);
                            left.extend(more);
                        }
                        _ => left.extend(turn),
                    }
                }
                left.sort_unstable_by_key(|item| (item.day, item.row));
                return left;
            }
            Outcome::None => break,
        }
    }
    rest
}

/// Several payments on each day: the largest of each day, the second largest and so on.
fn by_rank(items: Vec<Item>, demands: Demands, holidays: &Holidays, found: &mut Vec<Series>) -> Vec<Item> {
    let days = items.chunk_by(|a, b| a.day == b.day).count();
    if days < 3 || items.len() * 5 < days * 8 || items.len() > days * MOST_A_DAY {
        return items;
    }
    let mut ranks: Vec<Vec<Item>> = Vec::new();
    let mut day: Vec<Item> = Vec::new();
    for of_day in items.chunk_by(|a, b| a.day == b.day) {
        day.clear();
        day.extend_from_slice(of_day);
        day.sort_by_key(|item| (std::cmp::Reverse(item.amount), item.row));
        for (rank, item) in day.iter().enumerate() {
            if rank == ranks.len() {
                ranks.push(Vec::new());
            }
            ranks[rank].push(*item);
        }
    }
    let mut rest = Vec::new();
    for rank in ranks {
        rest.extend(one_by_one(rank, demands, holidays, found));
    }
    rest.sort_unstable_by_key(|item| (item.day, item.row));
    rest
}

/// Bills of one biller that lie in each other, each at its rhythm: all rows but a few must be in one of them.
fn by_days_alone(items: Vec<Item>, demands: Demands, holidays: &Holidays, found: &mut Vec<Series>) -> Vec<Item> {
    const LEAST: usize = 6;
    if !demands.is_billed || items.len() < LEAST {
        return items;
    }
    let mut inside: Vec<Series> = Vec::new();
    let mut rest = items.clone();
    while inside.len() < MOST_ROUNDS
        && let Outcome::Stream(series, left) = take(&rest, demands, holidays, false)
        && series.slots.iter().all(Option::is_some)
    {
        inside.push(series);
        rest = left;
    }
    if inside.len() < 2 || rest.len() * LEAST > items.len() {
        return items;
    }
    found.append(&mut inside);
    rest
}

/// Streams of one payer on different days: two benefits, or pay and now and then expenses paid back. Each must hold its amount, and what
/// is left must be of other amounts.
fn inside_each_other(items: Vec<Item>, demands: Demands, holidays: &Holidays) -> (Vec<Series>, Vec<Item>) {
    const LEAST: usize = 4;
    let strict = Demands { nature: Nature::Open, is_billed: false, is_transfer: false, ..demands };
    let mut found: Vec<Series> = Vec::new();
    let mut rest = items.clone();
    for _ in 0..MOST_ROUNDS {
        let Outcome::Stream(series, left) = take(&rest, strict, holidays, false) else { break };
        let usual = series.usual();
        let beside =
            left.iter().filter(|item| is_near(item.amount, usual)).count() + series.slots.iter().filter(|slot| slot.is_none()).count();
        if series.items.len() < LEAST || beside * LEAST > series.items.len() {
            break;
        }
        found.push(series);
        rest = left;
    }
    if found.is_empty() { (found, items) } else { (found, rest) }
}

fn parts(cut: Cut, ledger: &Ledger<'_>, items: Vec<Item>) -> Vec<Vec<Item>> {
    match cut {
        Cut::Whole | Cut::Days => vec![items],
        Cut::Reference => by_reference(ledger, items),
        Cut::Wide => where_amounts_part(items, |smaller, larger| larger > smaller + smaller * 35 / 100),
        Cut::Narrow => where_amounts_part(items, |smaller, larger| larger - smaller > (smaller / 20).max(100)),
        Cut::Exact => where_amounts_part(items, |smaller, larger| larger > smaller),
    }
}

/// By the customer's number at the biller, where every row has one and there is more than one.
fn by_reference(ledger: &Ledger<'_>, items: Vec<Item>) -> Vec<Vec<Item>> {
    let number = |item: &Item| ledger.rows[item.row].transaction().crn.as_deref();
    if number(&items[0]).is_none() || !items.iter().all(|item| number(item).is_some()) {
        return vec![items];
    }
    let mut parts: BTreeMap<&str, Vec<Item>> = BTreeMap::new();
    for item in items {
        parts.entry(number(&item).unwrap_or_default()).or_default().push(item);
    }
    parts.into_values().collect()
}

fn where_amounts_part(mut items: Vec<Item>, is_gap: impl Fn(i64, i64) -> bool) -> Vec<Vec<Item>> {
    items.sort_unstable_by_key(|item| (item.amount, item.day, item.row));
    let mut parts: Vec<Vec<Item>> = items.chunk_by(|a, b| !is_gap(a.amount, b.amount)).map(<[Item]>::to_vec).collect();
    for part in &mut parts {
        part.sort_unstable_by_key(|item| (item.day, item.row));
    }
    parts
}

/// Pieces of one group that follow each other at one cadence are one stream: it was interrupted, or its day changed.
pub(super) fn joined(mut pieces: Vec<Series>, is_one: impl Fn(&Series, &Series) -> bool) -> Vec<Series> {
    pieces.sort_by_key(|piece| (piece.span(), piece.items.first().map(|item| item.row)));
    let mut whole: Vec<Series> = Vec::new();
    for piece in pieces {
        match whole.iter_mut().rev().take(MOST_ROUNDS).find(|before| is_next(before, &piece) && is_one(before, &piece)) {
            Some(before) => append(before, piece),
            None => whole.push(piece),
        }
    }
    whole
}

/// Days that an interruption lasts at most; after that it is another stream.
const LONGEST_PAUSE: i32 = 400;

/// True where a piece begins after another of its cadence has ended, not too long ago.
pub(super) fn is_next(before: &Series, piece: &Series) -> bool {
    let pause = piece.span().0 - before.span().1;
    before.cadence() == piece.cadence() && before.cadence() != Cadence::Irregular && (1..=LONGEST_PAUSE).contains(&pause)
}

/// Puts a piece behind another: the slots between them are missed, the rhythm is the later one's.
pub(super) fn append(before: &mut Series, piece: Series) {
    if let (Some(rhythm), Some(last), Some(first)) =
        (piece.rhythm, before.slots.iter().rev().copied().flatten().next(), piece.slots.iter().copied().flatten().next())
    {
        let half = i32::try_from(rhythm.cadence.days().unwrap_or(0) / 2).unwrap_or(0);
        let mut between: Vec<i32> = Vec::new();
        let mut slot = rhythm.step(first, -1);
        while slot > last + half {
            between.push(slot);
            slot = rhythm.step(slot, -1);
        }
        before.missed.extend(between.into_iter().rev());
    }
    before.missed.extend(piece.missed);
    before.items.extend(piece.items);
    before.slots.extend(piece.slots);
    before.returned.extend(piece.returned);
    before.rhythm = piece.rhythm.or(before.rhythm);
}
