//! Rows that came twice. Two identical coffees on one day are legitimate: a repeat needs evidence.
//!
//! A row is a repeat of another of its account with the same status, amount, currency and description when something names the one
//! event that both are: the instant, an end-to-end id, a receipt number. Rows that carry an id are told apart by it unless a holder
//! posted one payment again under another id; rows without one are also judged by how likely two such payments on one day are, and
//! where a whole day came twice it was a page.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Marks, Row, content};
use crate::analysis::days::{between, plus};
use crate::money::Cents;

/// Rows that are one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// Indices into the rows, the counted one first; of [`Reason::SameId`] the one row that they became.
    pub rows: Vec<usize>,
    /// Why.
    pub reason: Reason,
}

/// Why rows are one payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// The same row again, with its id: rows of one id are one row of the ledger.
    SameId,
    /// The same content without an id.
    SameContent,
    /// Posted again under another id.
    Reposted,
    /// The same account under another customer.
    SameAccount,
}

/// Days within which a holder posts a payment again.
const REPOST_DAYS: i64 = 5;
/// Below this, two equal payments on one day are everyday life.
const EVERYDAY: Cents = Cents::new(30_00);
/// People transfer and withdraw multiples of this, and may do it twice a day.
const ROUND: i128 = 5_00;
/// Neighbours that a holder posted twice are as close, and the others of their rhythm as far apart.
const CLOSE: i64 = 2;
const APART: i64 = 5;
/// Days within which a payment that was given back is tried again.
const AGAIN_DAYS: i64 = 15;
/// A direct debit's number has so many digits.
const LEAST_DIGITS: usize = 5;
/// So many rows of one account beside its repeats share a time of day: the holder invents it.
const SHARED_TIMES: usize = 2;

/// Marks the rows that repeat another. The rows stand in canonical order.
pub(super) fn find(rows: &mut [Row<'_>]) -> Vec<Repeat> {
    let came_again = (0..rows.len()).filter(|&row| rows[row].marks.any(Marks::REPEATED));
    let mut repeats: Vec<Repeat> = came_again.map(|row| Repeat { rows: vec![row], reason: Reason::SameId }).collect();
    let alike = alike(rows);
    if alike.is_empty() {
        return repeats;
    }
    let clocks = Clocks::of(rows);
    let pages = pages(rows);
    let given_back = GivenBack::of(rows, &alike);
    for run in &alike {
        same_content(rows, run, &clocks, &pages, &mut repeats);
        reposted(rows, run, (&clocks, &given_back), &mut repeats);
    }
    repeats.sort_by(|a, b| a.rows.cmp(&b.rows));
    repeats
}

/// The runs of rows of one account that agree in status, amount, currency and description, each in canonical order.
fn alike(rows: &[Row<'_>]) -> Vec<Vec<usize>> {
    let mut keys: Vec<(u64, i64, u32)> = (0..).zip(rows).map(|(at, row)| (view(row), content::short(row.amount), at)).collect();
    keys.sort_unstable();
    let mut runs = Vec::new();
    let mut same_amount: Vec<usize> = Vec::new();
    for keys in keys.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(|keys| keys.len() > 1) {
        same_amount.clear();
        same_amount.extend(keys.iter().map(|key| key.2 as usize));
        if !has_near(rows, &same_amount) {
            continue;
        }
        let text = |row: usize| {
            let row = &rows[row];
            (row.status, row.currency, row.amount, &*row.transaction().description)
        };
        // Stable: rows of one text stay by day.
        same_amount.sort_by(|&a, &b| text(a).cmp(&text(b)));
        let alike = same_amount.chunk_by(|&a, &b| text(a) == text(b));
        runs.extend(alike.filter(|run| run.len() > 1 && has_near(rows, run)).map(<[usize]>::to_vec));
    }
    runs
}

/// Account and view of a row as one number.
fn view(row: &Row<'_>) -> u64 {
    let [account, view] = [row.account, row.view].map(|index| u64::from(u32::try_from(index).expect("fewer accounts than that")));
    account << 32 | view
}

/// True where two neighbours are close enough to be one payment.
fn has_near(rows: &[Row<'_>], by_day: &[usize]) -> bool {
    by_day.windows(2).any(|pair| days_apart(rows, pair[0], pair[1]) <= REPOST_DAYS)
}

/// Rows without an id that agree in everything.
fn same_content(rows: &mut [Row<'_>], run: &[usize], clocks: &Clocks, pages: &[bool], repeats: &mut Vec<Repeat>) {
    let unnamed: Vec<usize> = run.iter().copied().filter(|&row| rows[row].made_id.is_some()).collect();
    let mut left = &*unnamed;
    while let [first, others @ ..] = left {
        let same =
            others.iter().take_while(|&&other| content::compare(rows[*first].transaction(), rows[other].transaction()).is_eq()).count();
        let (equal, rest) = (&left[..=same], &others[..same]);
        left = &others[same..];
        if rest.is_empty() {
            continue;
        }
        let row = &rows[*first];
        let one_event = names_event(row)
            || clocks.tell(row, equal.len())
            || has_receipt(row, rows, run)
            || pages[*first]
            || !is_plausible_twice(row.amount);
        if one_event {
            mark(rows, rest, Marks::DUPLICATE);
            repeats.push(Repeat { rows: equal.to_vec(), reason: Reason::SameContent });
        } else {
            mark(rows, equal, Marks::POSSIBLE_DUPLICATE);
        }
    }
}

/// Rows under different ids that one event explains.
fn reposted(rows: &mut [Row<'_>], run: &[usize], (clocks, given_back): (&Clocks, &GivenBack), repeats: &mut Vec<Repeat>) {
    let mut named: Vec<usize> =
        run.iter().copied().filter(|&row| rows[row].made_id.is_none() && !rows[row].marks.any(Marks::DUPLICATE)).collect();
    if named.len() < 2 {
        return;
    }
    let one_receipt = has_receipt(&rows[named[0]], rows, run);
    let event = |row: &Row<'_>| -> Option<Event> {
        let transaction = row.transaction();
        if let Some(id) = end_to_end_id(row) {
            return Some(Event::EndToEnd(id.into()));
        }
        if one_receipt {
            return Some(Event::Receipt);
        }
        if let Some(at) = content::instant(transaction).filter(|_| clocks.tell(row, named.len())) {
            return Some(Event::Instant(at));
        }
        // A purchase of one day that was posted on two: two such purchases are posted together.
        let executed = transaction.executed.map(|moment| moment.day)?;
        (transaction.posted.is_some() && !is_plausible_twice(transaction.amount)).then_some(Event::Executed(executed))
    };
    let mut events: Vec<(Event, usize)> = named.iter().filter_map(|&row| Some((event(&rows[row])?, row))).collect();
    events.sort();
    for same in events.chunk_by(|a, b| a.0 == b.0) {
        let mut left: &[(Event, usize)] = same;
        while let [(event, first), rest @ ..] = left {
            let near = rest.iter().take_while(|(_, row)| days_apart(rows, *first, *row) <= REPOST_DAYS).count();
            let again: Vec<usize> = (rest[..near].iter().map(|(_, row)| *row))
                .filter(|&row| !matches!(event, Event::Executed(_)) || rows[row].day != rows[*first].day)
                .filter(|&row| !given_back.between(rows, *first, row, 0))
                .collect();
            if !again.is_empty() {
                mark(rows, &again, Marks::DUPLICATE);
                repeats.push(Repeat { rows: [&[*first], &*again].concat(), reason: Reason::Reposted });
            }
            left = &rest[near..];
        }
    }
    named.retain(|&row| !rows[row].marks.any(Marks::DUPLICATE));
    for again in against_rhythm(rows, &named) {
        // What was given back is tried again, be it on the day of the next one.
        if given_back.between(rows, again[0], again[1], AGAIN_DAYS) {
            continue;
        }
        mark(rows, &again[1..], Marks::DUPLICATE);
        repeats.push(Repeat { rows: again.to_vec(), reason: Reason::Reposted });
    }
    named.retain(|&row| !rows[row].marks.any(Marks::DUPLICATE));
    let day = |row: usize| rows[row].day;
    let twins: Vec<usize> = named.chunk_by(|&a, &b| day(a) == day(b)).filter(|equal| equal.len() > 1).flatten().copied().collect();
    mark(rows, &twins, Marks::POSSIBLE_DUPLICATE);
}

/// Pairs of neighbours at most [`CLOSE`] days apart among rows that otherwise keep their distance: what is debited by the week or the month
/// under one reference is not debited twice in two days.
fn against_rhythm(rows: &[Row<'_>], named: &[usize]) -> Vec<[usize; 2]> {
    let Some(first) = named.first().map(|&row| &rows[row]) else { return Vec::new() };
    if is_plausible_twice(first.amount) || longest_number(&first.transaction().description) < LEAST_DIGITS {
        return Vec::new();
    }
    let pairs: Vec<[usize; 2]> = named.windows(2).map(|pair| [pair[0], pair[1]]).collect();
    let gap = |pair: &[usize; 2]| days_apart(rows, pair[0], pair[1]);
    let (close, rest): (Vec<[usize; 2]>, Vec<[usize; 2]>) = pairs.into_iter().partition(|pair| gap(pair) <= CLOSE);
    let keeps = rest.len() >= 2 && rest.iter().all(|pair| gap(pair) >= APART) && close.len() * 3 <= rest.len() * 2;
    if keeps { close } else { Vec::new() }
}

/// When an amount was given back on an account: what is debited again after that was not debited twice.
struct GivenBack(HashMap<(u64, i64), Vec<Date>>);

impl GivenBack {
    fn of(rows: &[Row<'_>], runs: &[Vec<usize>]) -> Self {
        let key = |row: &Row<'_>| (view(row), content::short(row.amount));
        // Only looked up.
        let mut days: HashMap<(u64, i64), Vec<Date>> = runs.iter().map(|run| (key(&rows[run[0]]), Vec::new())).collect();
        for row in rows {
            let opposite = (view(row), content::short(-row.amount));
            if let Some((days, day)) = days.get_mut(&opposite).zip(row.day) {
                days.push(day);
            }
        }
        Self(days)
    }

    /// True where the amount was given back between two rows, or in so many days before the first.
    fn between(&self, rows: &[Row<'_>], first: usize, second: usize, before: i64) -> bool {
        let Some(days) = self.0.get(&(view(&rows[first]), content::short(rows[first].amount))) else { return false };
        let Some((from, to)) = rows[first].day.zip(rows[second].day).map(|(from, to)| (plus(from, -before), to)) else { return false };
        days[days.partition_point(|day| *day < from)..].first().is_some_and(|day| *day <= to)
    }
}

/// What makes two rows one payment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    EndToEnd(Box<str>),
    Receipt,
    Instant(Timestamp),
    Executed(Date),
}

fn mark(rows: &mut [Row<'_>], which: &[usize], mark: Marks) {
    for &row in which {
        rows[row].marks.add(mark);
    }
}

fn days_apart(rows: &[Row<'_>], a: usize, b: usize) -> i64 {
    match (rows[a].day, rows[b].day) {
        (Some(a), Some(b)) => between(a, b).abs(),
        (None, None) => 0,
        _ => i64::MAX,
    }
}

/// Money in is not counted twice in doubt; money out is, where life repeats itself.
fn is_plausible_twice(amount: Cents) -> bool {
    amount.is_negative() && (amount.abs() < EVERYDAY || amount.get() % ROUND == 0)
}

fn names_event(row: &Row<'_>) -> bool {
    end_to_end_id(row).is_some() || row.transaction().crn.is_some()
}

fn end_to_end_id<'r>(row: &'r Row<'_>) -> Option<&'r str> {
    let id = row.transaction().extended.as_deref()?.end_to_end_id.as_deref()?;
    // ISO 20022 writes NOTPROVIDED where there is none.
    (!id.trim().is_empty() && !id.eq_ignore_ascii_case("NOTPROVIDED")).then_some(id)
}

/// The description names a receipt, and no row of the account farther away has that description: a direct debit's number comes back
/// with every debit.
fn has_receipt(row: &Row<'_>, rows: &[Row<'_>], run: &[usize]) -> bool {
    let description = &row.transaction().description;
    let longest = longest_number(description);
    // Shorter numbers may be an account's: then a payment that may well be made twice is not one event.
    let enough = if is_plausible_twice(row.amount) && !description.to_ascii_uppercase().contains("RECEIPT") { 11 } else { 5 };
    longest >= enough && days_apart(rows, run[0], run[run.len() - 1]) <= REPOST_DAYS
}

/// Digits of the longest number in a text.
fn longest_number(text: &str) -> usize {
    let runs = text.as_bytes().chunk_by(|a, b| a.is_ascii_digit() && b.is_ascii_digit()).filter(|run| run[0].is_ascii_digit());
    runs.map(<[u8]>::len).max().unwrap_or(0)
}

/// Which times of day the rows of each account share.
struct Clocks(Vec<(usize, usize, i32)>);

impl Clocks {
    fn of(rows: &[Row<'_>]) -> Self {
        let mut times: Vec<_> = rows.iter().filter_map(|row| Some(Self::key(row, content::instant(row.transaction())?))).collect();
        times.sort_unstable();
        Self(times)
    }

    fn key(row: &Row<'_>, at: Timestamp) -> (usize, usize, i32) {
        let second = i32::try_from(at.as_second().rem_euclid(86_400)).expect("less than a day");
        (row.account, row.view, second)
    }

    /// True where the row has a time that its holder did not invent: few others of the account share it.
    fn tell(&self, row: &Row<'_>, repeats: usize) -> bool {
        let Some(at) = content::instant(row.transaction()) else { return false };
        let key = Self::key(row, at);
        let sharing = self.0.partition_point(|other| *other <= key) - self.0.partition_point(|other| *other < key);
        sharing <= repeats + SHARED_TIMES
    }
}

/// For each row whether most of its account's day came twice without ids: at least three different rows, and more than half of all.
fn pages(rows: &[Row<'_>]) -> Vec<bool> {
    let mut paged = Vec::with_capacity(rows.len());
    for day in rows.chunk_by(|a, b| (a.day, a.account, a.view) == (b.day, b.account, b.view)) {
        let mut different = 0;
        let mut repeated = 0;
        for equal in day.chunk_by(|a, b| a.made_id.is_some() && content::compare(a.transaction(), b.transaction()).is_eq()) {
            different += 1;
            repeated += usize::from(equal.len() > 1);
        }
        let is_page = repeated >= 3 && repeated * 2 > different;
        paged.extend(std::iter::repeat_n(is_page, day.len()));
    }
    paged
}
