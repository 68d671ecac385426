//! Australian households with known truth: payloads that a caller could POST, and what is true of them.
//!
//! Everything follows from a seed. A household is written from one split of names and bank formats: from the part that rule
//! writers may look at, or from the part that is held out. What the rules file says is not known here, and nothing here is read by it.

pub(crate) mod beside;
pub(crate) mod bills;
pub(crate) mod book;
pub(crate) mod calendar;
pub(crate) mod commitments;
pub(crate) mod finish;
pub(crate) mod home;
pub(crate) mod income;
pub(crate) mod lists;
pub(crate) mod misfortunes;
pub(crate) mod narrative;
pub(crate) mod payload;
pub(crate) mod people;
pub(crate) mod random;
pub(crate) mod spending;
pub(crate) mod tally;
pub(crate) mod transfers;
pub(crate) mod truth;

use random::Random;
use truth::{Household, Split};

/// Households over which the floors are measured, seed 1.
pub(crate) const FLOOR_HOUSEHOLDS: u64 = 40;

/// What a set of households is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipe {
    pub(crate) seed: u64,
    /// Only this split; both by turns otherwise.
    pub(crate) split: Option<Split>,
    /// Months of data, 3 to 24; each household its own length otherwise.
    pub(crate) months: Option<i32>,
}

/// One household. The same recipe and index give the same bytes.
pub(crate) fn household(recipe: Recipe, index: u64) -> Household {
    let random = Random::of(recipe.seed, index);
    let split = recipe.split.unwrap_or(if index.is_multiple_of(2) { Split::HeldOut } else { Split::RuleWriting });
    let (mut book, owns_home) = home::found(random, split, recipe.months);
    people::live(&mut book);
    if owns_home {
        let shared = book.random.chance(65);
        commitments::home_loan(&mut book, shared);
    }
    bills::pay(&mut book, owns_home);
    spending::spend(&mut book);
    commitments::others(&mut book);
    transfers::move_money(&mut book);
    finished(book, index)
}

fn finished(mut book: book::Book, index: u64) -> Household {
    let ids_given = book.random.chance(92);
    misfortunes::failures(&mut book);
    misfortunes::overdrawn_fees(&mut book);
    misfortunes::pending(&mut book);
    misfortunes::repeats(&mut book, ids_given);
    misfortunes::gaps(&mut book);
    finish::settle(&mut book);
    let written = finish::write(&mut book);
    let envelope = payload::Envelope { ids_given, window_stated: book.random.chance(85), newest_first: book.random.chance(70) };
    Household { payload: payload::body(&book, &written, envelope), truth: tally::truth(&book, &written, envelope, index) }
}

/// One household of so many rows or a few more, for measuring speed.
pub(crate) fn long(seed: u64, rows: usize) -> Household {
    let (mut book, _) = home::found(Random::of(seed, 0), Split::RuleWriting, Some(24));
    book.clean = true;
    people::live(&mut book);
    bills::pay(&mut book, false);
    while book.rows.len() < rows {
        spending::spend(&mut book);
        transfers::move_money(&mut book);
    }
    finished(book, 0)
}
