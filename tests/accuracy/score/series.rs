//! Payments that come back.

use std::collections::BTreeSet;

use serde_json::Value;

use super::figure::{Bar, Figure, Section, harmonic, ratio};
use super::join::{Ids, named, overlap};
use super::list;
use crate::accuracy::truth::{Series, Truth};

#[derive(Debug, Default)]
pub(crate) struct SeriesScore {
    built: bool,
    predicted: u64,
    right: u64,
    truth: u64,
    found: u64,
    cadence: u64,
}

const SAME: usize = 500;

impl SeriesScore {
    pub(crate) fn add(&mut self, truth: &Truth, report: &Value, ids: &Ids) {
        let said: Vec<(&Value, Vec<&str>)> =
            list(&report["recurring"]).iter().map(|one| (one, named(ids, &one["transactionIds"]))).collect();
        self.built |= !said.is_empty();
        let neither = neither(truth);
        for (_, rows) in &said {
            let best = truth.series.iter().max_by_key(|one| overlap(rows, &one.ids)).filter(|one| overlap(rows, &one.ids) > 0);
            let right = best.is_some_and(|one| one.observable && is_inside(rows, one));
            let beside = rows.iter().filter(|row| neither.contains(*row)).count() * 2 > rows.len();
            if !right && (beside || best.is_some_and(|one| !one.observable)) {
                continue;
            }
            self.predicted += 1;
            self.right += u64::from(right);
        }
        for one in truth.series.iter().filter(|one| one.observable) {
            self.truth += 1;
            if let Some((said, _)) = said.iter().find(|(_, rows)| overlap(rows, &one.ids) >= SAME) {
                self.found += 1;
                self.cadence += u64::from(said["cadence"].as_str() == Some(one.cadence));
            }
        }
    }

    pub(crate) fn section(&self) -> Section {
        let f1 = harmonic(ratio(self.right, self.predicted), ratio(self.found, self.truth));
        let figures = vec![
            Figure::value("recurring series, F1", Bar::AtLeast(0.90), f1, self.truth),
            Figure::share("recurring series, precision", Bar::Shown, self.right, self.predicted),
            Figure::share("recurring series, recall", Bar::Shown, self.found, self.truth),
            Figure::share("recurring series, cadence", Bar::Shown, self.cadence, self.found),
        ];
        Section::new("Recurring", self.built, figures)
    }
}

/// Rows that come in a rhythm of a kind that the truth does not list: own transfers, instalments, interest, irregular pay.
fn neither(truth: &Truth) -> BTreeSet<&str> {
    let transfers = truth.transfers.iter().flat_map(|one| one.debits.iter().chain(&one.credits));
    let debts = truth.commitments.iter().flat_map(|one| &one.ids);
    let pays = truth.streams.iter().flat_map(|one| &one.ids);
    let negatives = truth.hard_negatives.iter().flat_map(|one| &one.ids);
    let words = ["INTEREST_CHARGED", "INTEREST_INCOME", "OWN_ACCOUNT_ELSEWHERE", "TAX_PAYMENT"];
    let interest = truth.rows.iter().filter(move |(_, row)| words.contains(&row.category)).map(|(id, _)| id);
    transfers.chain(debts).chain(pays).chain(negatives).chain(interest).map(String::as_str).collect()
}

fn is_inside(rows: &[&str], of: &Series) -> bool {
    let common = rows.iter().filter(|row| of.ids.iter().any(|id| id == *row)).count();
    common * 10 >= rows.len() * 8
}
