//! A pending row or an authorisation and the row that it became are one payment. Holds are in no figure either way; this says which
//! posted row each became.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{Ledger, Marks};
use crate::analysis::days::{Window, between};
use crate::analysis::label::Narratives;
use crate::analysis::label::Verdict;
use crate::analysis::ruleset::{Category, Known, Ruleset};
use crate::money::Cents;
use crate::submission::Currency;

/// A pending row or an authorisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Index into the rows.
    pub row: usize,
    /// The posted row that it became: itself, where both had one id.
    pub twin: Option<usize>,
}

/// Days from a hold to its posting. A holder may date the hold a day late.
const DAYS: std::ops::RangeInclusive<i64> = -1..=5;
/// Posted rows that are compared with one hold.
const CANDIDATES: usize = 64;
/// Up to here a fuel pump's hold and what was filled may differ freely.
const FUEL_LIMIT: Cents = Cents::new(30_000);

/// The holds of the ledger, in row order.
pub(super) fn find(ledger: &Ledger<'_>, narratives: &Narratives, verdicts: &[Verdict], ruleset: &Ruleset) -> Vec<Hold> {
    let replaced = (0..ledger.rows.len()).filter(|&row| ledger.rows[row].marks.any(Marks::WAS_PENDING));
    let mut found: Vec<Hold> = replaced.map(|row| Hold { row, twin: Some(row) }).collect();
    let holds: Vec<usize> = (0..ledger.rows.len())
        .filter(|&row| ledger.rows[row].marks.any(Marks::HOLD) && !ledger.rows[row].marks.any(Marks::DUPLICATE))
        .collect();
    if holds.is_empty() {
        return found;
    }
    let posted = Posted::of(ledger, narratives, verdicts, &holds);
    let mut taken = vec![false; ledger.rows.len()];
    for row in holds {
        let day = ledger.rows[row].day.or(posted.newest[ledger.rows[row].account]);
        let key = key(ledger, narratives, verdicts, row);
        let candidates = day.map(|day| posted.near(&key, day)).unwrap_or_default();
        let twin = candidates
            .iter()
            .filter(|(_, candidate)| !taken[*candidate])
            .filter_map(|(posted_on, candidate)| {
                let known = ruleset.known();
                let difference = tolerated(ledger, (row, *candidate), verdicts, narratives, known)?;
                Some((difference, between(day?, *posted_on).abs(), *candidate))
            })
            .min();
        if let Some((.., candidate)) = twin {
            taken[candidate] = true;
        }
        found.push(Hold { row, twin: twin.map(|(.., candidate)| candidate) });
    }
    found.sort_by_key(|hold| hold.row);
    found
}

/// Account, currency, direction and merchant.
type Key<'a> = (usize, Currency, bool, &'a str);

fn key<'a>(ledger: &'a Ledger<'_>, narratives: &'a Narratives, verdicts: &'a [Verdict], row: usize) -> Key<'a> {
    let transaction = ledger.rows[row].transaction();
    let named = verdicts[row].merchant.as_deref().or(transaction.merchant_name.as_deref());
    // Without a name the first two words stand for it: what follows is often a branch or a place.
    let text = &narratives[row].text;
    let words = text.match_indices(' ').nth(1).map_or(&**text, |(end, _)| &text[..end]);
    (ledger.rows[row].account, transaction.currency, transaction.amount.is_negative(), named.unwrap_or(words))
}

struct Posted<'a> {
    /// Only looked up, never walked.
    by_key: HashMap<Key<'a>, Vec<(Date, usize)>>,
    /// Last posted day of each account.
    newest: Vec<Option<Date>>,
}

impl<'a> Posted<'a> {
    /// The posted rows that have the merchant of a hold.
    fn of(ledger: &'a Ledger<'_>, narratives: &'a Narratives, verdicts: &'a [Verdict], holds: &[usize]) -> Self {
        let key = |row| key(ledger, narratives, verdicts, row);
        let mut by_key: HashMap<Key<'a>, Vec<(Date, usize)>> = holds.iter().map(|&hold| (key(hold), Vec::new())).collect();
        // As a rule holds are of the last days: most rows need no look at their merchant.
        let mut spans: Vec<Option<Window>> = vec![None; ledger.accounts.len()];
        for hold in holds.iter().map(|&hold| &ledger.rows[hold]) {
            let (from, to) = hold.day.map_or((Date::MIN, Date::MAX), |day| (day, day));
            let span = spans[hold.account].get_or_insert(Window { from, to });
            *span = Window { from: span.from.min(from), to: span.to.max(to) };
        }
        let may_be_near = |account: usize, day: Date| {
            spans[account].is_some_and(|span| between(span.from, day) >= *DAYS.start() && between(span.to, day) <= *DAYS.end())
        };
        let mut newest = vec![None; ledger.accounts.len()];
        for (at, row) in ledger.rows.iter().enumerate() {
            let Some(day) = row.day.filter(|_| !row.marks.any(Marks::HOLD) && !row.marks.any(Marks::DUPLICATE)) else {
                continue;
            };
            // Rows stand by day: each list is in order, and the last day wins.
            newest[row.account] = Some(day);
            if may_be_near(row.account, day)
                && let Some(same) = by_key.get_mut(&key(at))
            {
                same.push((day, at));
            }
        }
        Self { by_key, newest }
    }

    /// Rows of the same merchant whose day fits, the earliest first, at most [`CANDIDATES`].
    fn near<'s>(&'s self, key: &Key<'a>, day: Date) -> &'s [(Date, usize)] {
        let all = self.by_key.get(key).map(Vec::as_slice).unwrap_or_default();
        let start = all.partition_point(|(posted, _)| between(day, *posted) < *DAYS.start());
        let end = all.partition_point(|(posted, _)| between(day, *posted) <= *DAYS.end());
        &all[start..end.min(start + CANDIDATES)]
    }
}

/// By how much two amounts differ, if a hold of one may become the other: fuel is held at a round sum or at one dollar, a hotel holds a
/// deposit, a restaurant's tip and a currency's rate come later.
fn tolerated(
    ledger: &Ledger<'_>,
    (hold, posted): (usize, usize),
    verdicts: &[Verdict],
    narratives: &Narratives,
    known: &Known,
) -> Option<Cents> {
    let promised = ledger.rows[hold].amount.abs();
    let paid = ledger.rows[posted].amount.abs();
    let is = |categories: &[Category]| categories.contains(&verdicts[hold].category) || categories.contains(&verdicts[posted].category);
    let within = |less: i128, more: i128| {
        let bound = |percent| promised.mul_div(percent, 100).expect("100 is not 0");
        (bound(100 - less)..=bound(100 + more)).contains(&paid)
    };
    let fits = promised == paid
        || (is(&[known.fuel]) && promised <= FUEL_LIMIT && paid <= FUEL_LIMIT)
        || (is(&[known.travel]) && within(50, 50))
        || (is(&[known.dining, known.takeaway, known.rideshare_and_taxi]) && within(0, 25))
        || ((narratives[hold].foreign || narratives[posted].foreign) && within(6, 6));
    fits.then(|| (promised - paid).abs())
}
