//! Streams of one counterparty that changed its wording: the rhythm goes on where another text begins.
//!
//! Words alone join nothing, and neither does the initiating institution's number: the next payment must come in its slot and at its amount.

use std::collections::HashMap;

use super::calendar::Holidays;
use super::finder::Found;
use super::fit::{HOLE, Item, lay};
use super::grouping::Key;
use super::series::{Series, is_near, median};
use super::splitting::{append, is_next};
use crate::analysis::ledger::{Ledger, TRANSFER_WORDS};

/// Streams that are looked at for one that may go on as another: more share a word by chance.
const MOST: usize = 16;
/// Payments that may belong to a stream under another text: more would be a stream of their own.
const MOST_LOOSE: usize = 6;
/// A word that tells a name has so many letters.
const TELLING: usize = 3;

/// Where streams are looked for: by account, direction and a word of the key, or the institution's number. Only asked, never walked.
type Index<'k> = HashMap<(usize, bool, &'k str), Vec<usize>>;

/// Joins what goes on under another text: whole streams, and the few payments before or after one.
pub(super) fn join(found: Vec<Found>, keys: &[Key], ledger: &Ledger<'_>, holidays: &Holidays) -> Vec<Found> {
    let (mut regular, loose): (Vec<Found>, Vec<Found>) = found.into_iter().partition(|found| found.series.rhythm.is_some());
    regular.sort_by_key(|found| (found.series.span(), found.series.items.first().map(|item| item.row)));
    let mut index = Index::new();
    let mut all: Vec<Found> = Vec::with_capacity(regular.len());
    for found in regular {
        let goes_on = |&at: &usize| goes_on(&all[at], &found, keys, ledger);
        if let Some(before) = near_names(&index, &found, keys, ledger).into_iter().find(goes_on) {
            all[before].key = found.key;
            append(&mut all[before].series, found.series);
            enter(&mut index, &all[before], before, keys, ledger);
        } else {
            enter(&mut index, &found, all.len(), keys, ledger);
            all.push(found);
        }
    }
    let mut rest = Vec::new();
    for found in loose {
        let candidates = if found.series.items.len() <= MOST_LOOSE { near_names(&index, &found, keys, ledger) } else { Vec::new() };
        let series = &found.series;
        match candidates.into_iter().find(|&at| extend(&mut all[at], series, found.key, keys, ledger, holidays)) {
            Some(_) => {}
            None => rest.push(found),
        }
    }
    all.append(&mut rest);
    all
}

/// Lists of two and more loose groups of one account whose texts share a word and whose usual amounts are near.
pub(super) fn alike(loose: Vec<Found>, keys: &[Key]) -> Vec<Vec<Found>> {
    let mut lists: Vec<Vec<usize>> = Vec::new();
    let mut of_word: HashMap<(usize, bool, &str), Vec<usize>> = HashMap::new();
    for (at, found) in loose.iter().enumerate() {
        let level = level(&found.series);
        let is_alike = |list: &usize| {
            let first = &loose[lists[*list][0]];
            lists[*list].len() < MOST && is_near(level, self::level(&first.series))
        };
        let words: Vec<&str> = telling(&keys[found.key].text).take(3).collect();
        let near = words.iter().filter_map(|word| of_word.get(&(found.account, found.is_credit, *word)));
        let list = near.flat_map(|lists| lists.iter().rev().take(MOST)).copied().find(is_alike).unwrap_or(lists.len());
        if list == lists.len() {
            lists.push(Vec::new());
        }
        lists[list].push(at);
        for word in words {
            let known = of_word.entry((found.account, found.is_credit, word)).or_default();
            if known.last() != Some(&list) {
                known.push(list);
            }
        }
    }
    let mut loose: Vec<Option<Found>> = loose.into_iter().map(Some).collect();
    let taken = lists.into_iter().filter(|list| list.len() > 1).map(|list| list.into_iter().filter_map(|at| loose[at].take()).collect());
    taken.collect()
}

fn enter<'k>(index: &mut Index<'k>, found: &Found, at: usize, keys: &'k [Key], ledger: &'k Ledger<'_>) {
    for name in names(found, keys, ledger) {
        let list = index.entry((found.account, found.is_credit, name)).or_default();
        if list.last() != Some(&at) {
            list.push(at);
        }
    }
}

/// The words of a key that tell whose it is, and the institution's number.
fn names<'k>(found: &Found, keys: &'k [Key], ledger: &'k Ledger<'_>) -> impl Iterator<Item = &'k str> + use<'k> {
    let number = found.series.items.first().and_then(|item| number(*item, ledger));
    telling(&keys[found.key].text).take(3).chain(number)
}

fn telling(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').filter(|word| word.len() >= TELLING && TRANSFER_WORDS.binary_search(word).is_err())
}

fn number<'l>(item: Item, ledger: &'l Ledger<'_>) -> Option<&'l str> {
    ledger.rows[item.row].transaction().apca_number.as_deref()
}

fn near_names(index: &Index<'_>, found: &Found, keys: &[Key], ledger: &Ledger<'_>) -> Vec<usize> {
    let mut near: Vec<usize> = Vec::new();
    for name in names(found, keys, ledger) {
        let list = index.get(&(found.account, found.is_credit, name)).map(Vec::as_slice).unwrap_or_default();
        // The latest: what goes on has ended last.
        for &at in list.iter().rev().take(MOST) {
            if !near.contains(&at) {
                near.push(at);
            }
        }
    }
    near
}

/// True where a stream goes on as another: its first payment comes a slot or two after the last one, at the amount it had.
fn goes_on(before: &Found, found: &Found, keys: &[Key], ledger: &Ledger<'_>) -> bool {
    if !is_next(&before.series, &found.series) {
        return false;
    }
    let days = i32::try_from(before.series.cadence().days().unwrap_or(0)).unwrap_or(0);
    let pause = found.series.span().0 - before.series.span().1;
    let reach = before.series.cadence().tolerance() * 2;
    let is_in_time = pause >= days - reach && pause <= 2 * days + reach;
    is_in_time && is_akin((before.key, &before.series), (found.key, &found.series), keys, ledger)
}

/// True where two texts may be one counterparty's, with amounts that are one stream's: the nearer, the less is said alike.
fn is_akin(before: (usize, &Series), after: (usize, &Series), keys: &[Key], ledger: &Ledger<'_>) -> bool {
    let (Some(last), Some(first)) = (before.1.items.last(), after.1.items.first()) else { return false };
    let (from, to) = (level(before.1), level(after.1));
    let is_about = from.abs_diff(to) <= from.max(to).unsigned_abs() * 35 / 100;
    if before.0 == after.0 {
        return is_about;
    }
    let mut words = telling(&keys[before.0].text);
    let begins_alike = words.next().is_some_and(|word| telling(&keys[after.0].text).next() == Some(word));
    let is_same_number = number(*last, ledger).is_some_and(|of| number(*first, ledger) == Some(of));
    (begins_alike && is_about) || (is_same_number && from.abs_diff(to) <= from.max(to).unsigned_abs() * 3 / 100)
}

/// The usual amount of the payments.
fn level(series: &Series) -> i64 {
    median(&mut series.items.iter().map(|item| item.amount).collect::<Vec<_>>())
}

/// Takes loose payments into a stream, where all of them come in slots right after it or right before it.
fn extend(into: &mut Found, loose: &Series, key: usize, keys: &[Key], ledger: &Ledger<'_>, holidays: &Holidays) -> bool {
    let (Some(rhythm), Some(first), Some(last)) = (into.series.rhythm, loose.items.first(), loose.items.last()) else { return false };
    let (from, to) = into.series.span();
    let is_after = first.day > to;
    if !is_after && last.day >= from {
        return false;
    }
    let sides = ((into.key, &into.series), (key, loose));
    let is_one = if is_after { is_akin(sides.0, sides.1, keys, ledger) } else { is_akin(sides.1, sides.0, keys, ledger) };
    let usual = level(&into.series);
    if !is_one || !loose.items.iter().all(|item| is_near(item.amount, usual) || into.key == key) {
        return false;
    }
    let fit = lay(rhythm, &loose.items, holidays, HOLE);
    let numbers: Vec<i32> = fit.slots.iter().copied().flatten().collect();
    let (Some(&begins), Some(&ends)) = (numbers.first(), numbers.last()) else { return false };
    let mut slots = into.series.slots.iter().copied().flatten();
    let edge = if is_after { slots.next_back() } else { slots.next() };
    let Some(edge) = edge.map(|slot| rhythm.number_of(slot)) else { return false };
    // One slot may be missed, in between or among them.
    let hole = if is_after { begins - edge } else { edge - ends };
    let span = ends.abs_diff(begins) as usize + 1;
    if numbers.len() < loose.items.len() || !(1..=2).contains(&hole) || span > numbers.len() + 1 {
        return false;
    }
    let slot = |number: i32| rhythm.grid.slot(number);
    let mut filled: Vec<i32> = numbers.clone();
    filled.push(edge);
    filled.sort_unstable();
    let missed = filled.windows(2).flat_map(|pair| pair[0] + 1..pair[1]).map(slot);
    into.series.missed.extend(missed);
    into.series.missed.sort_unstable();
    into.series.returned.extend(&loose.returned);
    into.series.returned.sort_unstable_by_key(|item| (item.day, item.row));
    let paired = loose.items.iter().copied().zip(numbers.into_iter().map(|number| Some(slot(number))));
    into.series.take_slots(paired);
    true
}
