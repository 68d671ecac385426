//! Which rhythm a list of days follows, if any: every cadence that the gaps between them allow is laid over them, and the one that
//! explains most of them best is taken.
//!
//! Each day belongs to the slot whose expected day is nearest, within tolerance; a slot takes one. The work is linear in the days, a small
//! number of times.

use super::Cadence;
use super::calendar::{Grid, Holidays, Month, Ordinal, Rhythm, Shift};

/// A row of a group, as far as its rhythm and its level ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// Index into the ledger's rows.
    pub(super) row: usize,
    pub(super) day: Ordinal,
    pub(super) month: Month,
    pub(super) day_of_month: u8,
    /// Cents without sign.
    pub(super) amount: i64,
    /// It came back.
    pub(super) returned: bool,
}

/// A rhythm over some items.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    pub(super) rhythm: Rhythm,
    /// For each item the number of the slot that it fills.
    pub(super) slots: Vec<Option<i32>>,
    pub(super) tally: Tally,
}

/// How well a rhythm explains some items: of its best run, which no hole of several slots interrupts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// First and last slot.
    pub(super) first: i32,
    pub(super) last: i32,
    /// Slots with an item.
    pub(super) hits: u32,
    /// Items between the first and the last slot that fill none.
    pub(super) extras: u32,
    /// Days that the items lie from what was expected, together.
    off: u32,
}

impl Tally {
    /// Slots from the first to the last.
    pub(super) fn slots(&self) -> u32 {
        if self.hits == 0 { 0 } else { self.last.abs_diff(self.first) + 1 }
    }

    /// Thousandths: hits ÷ slots, less extras.
    pub(super) fn score(&self) -> i32 {
        if self.hits == 0 {
            return 0;
        }
        let share = |part: u32, of: u32| i32::try_from(u64::from(part) * 1000 / u64::from(of.max(1))).unwrap_or(1000);
        share(self.hits, self.slots()) - share(self.extras, self.hits + self.extras)
    }

    /// What a rhythm is chosen by: the score, the share of all items that it explains, and how near they come.
    fn rank(&self, rhythm: Rhythm, items: usize) -> i32 {
        let items = u32::try_from(items).unwrap_or(u32::MAX);
        let explained = i32::try_from(u64::from(self.hits) * 300 / u64::from(items.max(1))).unwrap_or(0);
        let scale = self.hits.max(1) * rhythm.cadence.tolerance().unsigned_abs().max(1);
        let off = i32::try_from(u64::from(self.off) * 100 / u64::from(scale)).unwrap_or(0);
        self.score() + explained - off - unusual(rhythm.cadence)
    }
}

/// Of two cadences that explain as much, the usual one: it takes fewer assumptions.
const fn unusual(cadence: Cadence) -> i32 {
    match cadence {
        Cadence::SemiMonthly => 30,
        Cadence::FourWeekly | Cadence::Bimonthly => 10,
        _ => 0,
    }
}

/// A hole of so many slots ends a run: it stopped, and began anew.
pub(super) const HOLE: i32 = 4;
/// Where that explains too little: two slots without a row end a run, as courses and care rest in the school holidays.
pub(super) const SHORT_HOLE: i32 = 3;

/// Days within which a payment that came back is tried again.
const RETRIED_WITHIN: i32 = 10;

/// The rhythm that explains the items best, whatever that is worth. The items stand by day; `None` below two days, and where their gaps
/// are no cadence's. `by_gap: false` tries cadences that the gaps speak against: several streams may lie in each other.
pub(super) fn best(items: &[Item], holidays: &Holidays, by_gap: bool) -> Option<Fit> {
    let gap = median_gap(items)?;
    let span = items.last()?.day - items.first()?.day;
    let mut best: Option<(i32, Rhythm)> = None;
    for cadence in Cadence::WITH_SLOTS {
        let days = i32::try_from(cadence.days().unwrap_or(1)).unwrap_or(1);
        let fits = if by_gap { cadence.gap().contains(&gap) } else { gap <= *cadence.gap().end() };
        // A rhythm with far more slots than items explains nothing, and would take long to lay.
        let slots = usize::try_from(span / days).unwrap_or(0);
        if !fits || slots > items.len() * 2 + 4 {
            continue;
        }
        candidates(cadence, items, |grid, shift| {
            let rhythm = Rhythm { cadence, grid, shift };
            let tally = tally(rhythm, items, holidays, HOLE, |_, _| {});
            let rank = if by_gap { tally.rank(rhythm, items.len()) } else { tally.rank(rhythm, items.len()) + alone(&tally) };
            if best.is_none_or(|(found, _)| rank > found) {
                best = Some((rank, rhythm));
            }
        });
    }
    best.map(|(_, rhythm)| lay(rhythm, items, holidays, HOLE))
}

/// Undoes what extras cost: they may be another stream's.
fn alone(tally: &Tally) -> i32 {
    i32::try_from(u64::from(tally.extras) * 1000 / u64::from((tally.hits + tally.extras).max(1))).unwrap_or(0)
}

/// Lays a rhythm over items: which item fills which slot.
pub(super) fn lay(rhythm: Rhythm, items: &[Item], holidays: &Holidays, hole: i32) -> Fit {
    let mut near: Vec<Option<(i32, u32)>> = vec![None; items.len()];
    let tally = tally(rhythm, items, holidays, hole, |at, slot| near[at] = Some(slot));
    let inside = |slot: i32| (tally.first..=tally.last).contains(&slot);
    let mut slots = vec![None; items.len()];
    let usual = usual_amount(items, &near);
    // Items of one slot stand together: the nearest takes it, of equals the one of the usual amount.
    let mut at = 0;
    while at < items.len() {
        let Some((slot, _)) = near[at].filter(|(slot, _)| inside(*slot)) else {
            at += 1;
            continue;
        };
        let end = (at..items.len()).take_while(|&next| near[next].is_none_or(|(other, _)| other == slot)).last().unwrap_or(at) + 1;
        let cost = |at: usize| {
            let unusual = items[at].amount.abs_diff(usual);
            let is_far = unusual > usual.unsigned_abs() / 20 + 1;
            (items[at].returned, is_far, near[at].map_or(u32::MAX, |(_, off)| off), unusual, at)
        };
        if let Some(taken) = (at..end).filter(|&of| near[of].is_some()).min_by_key(|&of| cost(of)) {
            slots[taken] = Some(slot);
        }
        at = end;
    }
    Fit { rhythm, slots, tally }
}

fn usual_amount(items: &[Item], near: &[Option<(i32, u32)>]) -> i64 {
    let mut amounts: Vec<i64> = items.iter().zip(near).filter(|(_, near)| near.is_some()).map(|(item, _)| item.amount).collect();
    if amounts.is_empty() {
        return 0;
    }
    let middle = amounts.len() / 2;
    *amounts.select_nth_unstable(middle).1
}

/// Days between neighbouring items that do not share a day: the middle one. A payment that is tried again after it came back is left out.
fn median_gap(items: &[Item]) -> Option<i32> {
    let mut gaps: Vec<i32> = Vec::with_capacity(items.len());
    let mut before: Option<Ordinal> = None;
    let mut came_back: Option<Ordinal> = None;
    for item in items {
        let is_retry = came_back.is_some_and(|day| item.day - day <= RETRIED_WITHIN);
        if !is_retry {
            gaps.extend(before.map(|before| item.day - before).filter(|gap| *gap > 0));
            before = Some(item.day);
        }
        came_back = if item.returned { Some(item.day) } else { came_back };
    }
    if gaps.is_empty() {
        return None;
    }
    let middle = (gaps.len() - 1) / 2;
    Some(*gaps.select_nth_unstable(middle).1)
}

/// Counts what a rhythm explains, and names each item within tolerance with its slot and the days it lies from it.
fn tally(rhythm: Rhythm, items: &[Item], holidays: &Holidays, hole: i32, mut name: impl FnMut(usize, (i32, u32))) -> Tally {
    let Some(start) = items.first() else { return Tally::default() };
    let mut number = rhythm.grid.before(start.day, start.month);
    let mut expected = rhythm.expected(number, holidays);
    let mut next = rhythm.expected(number + 1, holidays);
    let (mut run, mut best) = (Tally::default(), Tally::default());
    let mut extras = 0;
    let mut nearest = 0;
    let mut came_back: Option<Ordinal> = None;
    for (at, item) in items.iter().enumerate() {
        while (next - item.day).abs() <= (expected - item.day).abs() {
            number += 1;
            expected = next;
            next = rhythm.expected(number + 1, holidays);
        }
        // A payment that came back and was tried again is no payment beside the rhythm.
        let is_retry = came_back.is_some_and(|day: Ordinal| item.day - day <= RETRIED_WITHIN);
        let extra = u32::from(!item.returned && !is_retry);
        came_back = if item.returned { Some(item.day) } else { came_back };
        let off = item.day - expected;
        let is_within = off.abs() <= rhythm.cadence.tolerance();
        let is_taken = run.hits > 0 && run.last >= number;
        let (slot, off) = if is_within && !is_taken {
            (number, off.unsigned_abs())
        } else if !is_taken && rhythm.may_be_early(item.day, expected) {
            (number, 0)
        } else if rhythm.may_be_early(item.day, next) {
            (number + 1, 0)
        } else if is_within {
            (number, off.unsigned_abs())
        } else {
            extras += extra;
            continue;
        };
        name(at, (slot, off));
        if run.hits > 0 && run.last >= slot {
            extras += extra;
            let closer = off.min(nearest);
            run.off -= nearest - closer;
            nearest = closer;
            continue;
        }
        if run.hits > 0 && slot - run.last >= hole {
            best = better(best, run);
            run = Tally::default();
        }
        if run.hits == 0 {
            run.first = slot;
            extras = 0;
        }
        nearest = off;
        run = Tally { last: slot, hits: run.hits + 1, extras: run.extras + extras, off: run.off + nearest, ..run };
        extras = 0;
    }
    better(best, run)
}

/// The run with more hits, the later one of equals.
const fn better(a: Tally, b: Tally) -> Tally {
    if b.hits >= a.hits { b } else { a }
}

/// The grids and shifts of a cadence that the items suggest.
fn candidates(cadence: Cadence, items: &[Item], mut try_one: impl FnMut(Grid, Shift)) {
    if let Some(every) = cadence.fixed_days() {
        let phases = Circle::of(every, items.iter().map(|item| item.day.rem_euclid(every)));
        let window = phases.window(cadence.tolerance());
        for phase in distinct([window.mode, window.centre]) {
            for shift in Shift::ALL {
                try_one(Grid::Days { every, phase }, shift);
            }
        }
        return;
    }
    let days = Circle::of(31, items.iter().map(|item| i32::from(item.day_of_month) - 1));
    if cadence == Cadence::SemiMonthly {
        let one = days.window(cadence.tolerance());
        let other = days.without(one.centre, APART - 1).window(cadence.tolerance());
        for (shift, one, other) in [
            (Shift::Same, one.mode, other.mode),
            (Shift::Before, one.mode, other.mode),
            (Shift::After, one.mode, other.mode),
            (Shift::Before, one.latest, other.latest),
            (Shift::After, one.earliest, other.earliest),
        ] {
            let days = [one.min(other) + 1, one.max(other) + 1].map(|day| u8::try_from(day).unwrap_or(1));
            try_one(Grid::Twice { days }, shift);
        }
        return;
    }
    let Some(every) = cadence.months() else { return };
    let window = days.window(cadence.tolerance());
    let mut try_day = |day: i32, shift| {
        let day = u8::try_from(day + 1).unwrap_or(1);
        // Around the turn of a month the slot may be of the month before or after.
        for phase in phases(every, day, items) {
            try_one(Grid::Months { every, phase, day }, shift);
        }
    };
    for day in distinct([window.mode, window.centre]) {
        for shift in Shift::ALL {
            try_day(day, shift);
        }
    }
    try_day(window.latest, Shift::Before);
    try_day(window.earliest, Shift::After);
    if window.latest >= 27 || window.earliest >= 27 {
        try_day(30, Shift::Same);
        try_day(30, Shift::Before);
    }
}

/// The two days of a semi-monthly rhythm lie so far apart at least.
const APART: i32 = 10;

/// The months, counted round by a cadence's, that most items lie in.
fn phases(every: i32, day: u8, items: &[Item]) -> impl Iterator<Item = i32> {
    let months = Circle::of(every, items.iter().map(|item| (item.month + nearer(item.day_of_month, day)).rem_euclid(every)));
    let mode = months.mode();
    (0..every).filter(move |phase| *phase == mode)
}

/// The month whose day is nearest to a day of a month: the one before, the same, the one after.
fn nearer(day_of_month: u8, day: u8) -> i32 {
    match i32::from(day_of_month) - i32::from(day) {
        16.. => 1,
        ..=-16 => -1,
        _ => 0,
    }
}

/// How often each place of a round is taken.
struct Circle {
    round: i32,
    counts: [u32; 31],
}

/// Neighbouring places of a round with the most items.
#[derive(Clone, Copy)]
struct Arc {
    centre: i32,
    mode: i32,
    earliest: i32,
    latest: i32,
}

impl Circle {
    fn of(round: i32, places: impl Iterator<Item = i32>) -> Self {
        let mut counts = [0; 31];
        for place in places {
            if let Some(count) = usize::try_from(place).ok().and_then(|place| counts.get_mut(place)) {
                *count += 1;
            }
        }
        Self { round, counts }
    }

    fn count(&self, place: i32) -> u32 {
        usize::try_from(place.rem_euclid(self.round)).ok().and_then(|place| self.counts.get(place)).copied().unwrap_or(0)
    }

    fn mode(&self) -> i32 {
        (0..self.round).max_by_key(|&place| (self.count(place), -place)).unwrap_or(0)
    }

    fn window(&self, reach: i32) -> Arc {
        let near = |place: i32| (-reach..=reach).map(|by| self.count(place + by)).sum::<u32>();
        let centre = (0..self.round).max_by_key(|&place| (near(place), self.count(place), -place)).unwrap_or(0);
        let taken = || (-reach..=reach).filter(|by| self.count(centre + by) > 0);
        let place = |by: Option<i32>| (centre + by.unwrap_or(0)).rem_euclid(self.round);
        Arc {
            centre,
            mode: place(taken().max_by_key(|by| (self.count(centre + by), -by.abs()))),
            earliest: place(taken().next()),
            latest: place(taken().next_back()),
        }
    }

    /// The same without the places around one.
    fn without(&self, centre: i32, reach: i32) -> Self {
        let mut counts = self.counts;
        for by in -reach..=reach {
            if let Some(count) = usize::try_from((centre + by).rem_euclid(self.round)).ok().and_then(|place| counts.get_mut(place)) {
                *count = 0;
            }
        }
        Self { round: self.round, counts }
    }
}

fn distinct(pair: [i32; 2]) -> impl Iterator<Item = i32> {
    let second = (pair[0] != pair[1]).then_some(pair[1]);
    std::iter::once(pair[0]).chain(second)
}
