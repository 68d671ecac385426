//! Commitments: found, and what they cost a month.

use serde_json::Value;

use super::figure::{Bar, Figure, Section, percentile, ratio};
use super::join::{Ids, named};
use super::{cents, is_built, list};
use crate::accuracy::truth::{Commitment, Truth};

#[derive(Debug, Default)]
pub(crate) struct Debts {
    built: bool,
    truth: u64,
    found: u64,
    category: u64,
    errors: Vec<f64>,
    unsaid: u64,
    /// Creditors of the report that are none, and all of them.
    idle: (u64, u64),
}

impl Debts {
    pub(crate) fn add(&mut self, truth: &Truth, report: &Value, ids: &Ids) {
        if !is_built(&report["commitments"]) {
            return;
        }
        self.built = true;
        let said: Vec<(&Value, Vec<&str>)> =
            list(&report["commitments"]["creditors"]).iter().map(|one| (one, named(ids, &one["transactionIds"]))).collect();
        for debt in truth.commitments.iter().filter(|debt| debt.ids.len() >= 3) {
            self.truth += 1;
            let Some((creditor, _)) = said.iter().find(|(creditor, rows)| is_of(creditor, rows, debt)) else { continue };
            self.found += 1;
            self.category += u64::from(creditor["category"].as_str() == Some(debt.category));
            let Some(expected) = debt.monthly else { continue };
            match cents(&creditor["ongoingMonthly"]) {
                Some(said) => self.errors.push(ratio(said.abs_diff(expected), expected.unsigned_abs()).expect("a repayment")),
                None => self.unsaid += 1,
            }
        }
        let known = |(creditor, rows): &&(&Value, Vec<&str>)| {
            creditor["accountId"].is_string() || truth.commitments.iter().any(|debt| debt.ids.iter().any(|id| rows.contains(&id.as_str())))
        };
        self.idle = (self.idle.0 + said.iter().filter(|one| !known(one)).count() as u64, self.idle.1 + said.len() as u64);
    }

    pub(crate) fn section(&self) -> Section {
        let count = self.errors.len() as u64;
        let figures = vec![
            Figure::share("commitments found", Bar::AtLeast(0.95), self.found, self.truth),
            Figure::value("commitments, median monthly error", Bar::AtMost(0.01), percentile(&self.errors, 50), count),
            Figure::value("commitments, P90 of monthly error", Bar::Shown, percentile(&self.errors, 90), count),
            Figure::share("commitments, category", Bar::Shown, self.category, self.found),
            Figure::share("commitments without a monthly figure", Bar::Shown, self.unsaid, self.unsaid + count),
            Figure::share("creditors that are none", Bar::Shown, self.idle.0, self.idle.1),
        ];
        Section::new("Commitments", self.built, figures)
    }
}

fn is_of(creditor: &Value, rows: &[&str], debt: &Commitment) -> bool {
    let common = rows.iter().filter(|row| debt.ids.iter().any(|id| id == *row)).count();
    let by_account = debt.account_id.is_some() && creditor["accountId"].as_str() == debt.account_id.as_deref();
    by_account || common * 2 >= debt.ids.len()
}
