//! Rows that belong together: own transfers, reversals, refunds.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::figure::{Bar, Figure, Section};
use super::join::Ids;
use super::list;
use crate::accuracy::truth::{Transfer, Truth};

#[derive(Debug, Default)]
pub(crate) struct Links {
    /// Transfers of the report, right ones, transfers of the truth, found ones, found ones with the right scope.
    predicted: u64,
    right: u64,
    truth: u64,
    found: u64,
    scope: u64,
    reversals: (u64, u64, u64),
    refunds: (u64, u64, u64),
}

impl Links {
    pub(crate) fn add(&mut self, truth: &Truth, report: &Value, ids: &Ids) {
        let mut predicted: BTreeMap<&str, (BTreeSet<&str>, &str)> = BTreeMap::new();
        let (mut reversals, mut refunds) = (BTreeSet::new(), BTreeSet::new());
        for row in list(&report["transactions"]) {
            let named = |member: &str| row[member].as_str().and_then(|id| ids.get(id)).map(String::as_str);
            let Some(id) = named("transactionId") else { continue };
            if let Some(pair) = row["transferPairId"].as_str() {
                let entry = predicted.entry(pair).or_default();
                entry.0.insert(id);
                entry.1 = row["transferScope"].as_str().unwrap_or_default();
            }
            reversals.extend(named("reversalOf").map(|of| (id, of)));
            refunds.extend(named("refundOf").map(|of| (id, of)));
        }
        self.transfers(truth, &predicted);
        let failed: BTreeSet<(&str, &str)> =
            truth.failures.iter().filter_map(|failure| Some((failure.reversal.as_deref()?, failure.debit.as_deref()?))).collect();
        count(&mut self.reversals, &reversals, &failed);
        let repaid: BTreeSet<(&str, &str)> = truth.refunds.iter().map(|(refund, bought)| (&**refund, &**bought)).collect();
        let kind = |of: &str| truth.rows.get(of).map(|row| (row.account_id.as_str(), row.category));
        // Any purchase of that account and category may be the one that was repaid.
        let right =
            refunds.iter().filter(|(refund, bought)| repaid.iter().any(|(one, of)| one == refund && kind(of) == kind(bought))).count();
        let sums = &mut self.refunds;
        *sums = (sums.0 + refunds.len() as u64, sums.1 + right as u64, sums.2 + repaid.len() as u64);
    }

    fn transfers(&mut self, truth: &Truth, predicted: &BTreeMap<&str, (BTreeSet<&str>, &str)>) {
        let mut of_row: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, transfer) in truth.transfers.iter().enumerate() {
            of_row.extend(transfer.debits.iter().chain(&transfer.credits).map(|id| (id.as_str(), index)));
        }
        let mut found: BTreeMap<usize, &str> = BTreeMap::new();
        for (rows, scope) in predicted.values() {
            self.predicted += 1;
            let of: Option<Vec<usize>> = rows.iter().map(|row| of_row.get(row).copied()).collect();
            let Some(of) = of.filter(|of| alike(truth, of)) else { continue };
            self.right += 1;
            found.extend(of.into_iter().map(|index| (index, *scope)));
        }
        self.truth += truth.transfers.len() as u64;
        self.found += found.len() as u64;
        let scoped = |(index, scope): &(&usize, &&str)| (**scope == "HOUSEHOLD") == truth.transfers[**index].household;
        self.scope += found.iter().filter(scoped).count() as u64;
    }

    pub(crate) fn section(&self) -> Section {
        let (said, right, truth) = self.reversals;
        let (refunds, repaid, bought) = self.refunds;
        let figures = vec![
            Figure::share("own-transfer pairs, precision", Bar::AtLeast(0.99), self.right, self.predicted),
            Figure::share("own-transfer pairs, recall", Bar::AtLeast(0.95), self.found, self.truth),
            Figure::share("own-transfer pairs, scope", Bar::Shown, self.scope, self.found),
            Figure::share("reversals linked to the debit that failed, precision", Bar::Shown, right, said),
            Figure::share("reversals linked to the debit that failed, recall", Bar::Shown, right, truth),
            Figure::share("refunds linked to a purchase, precision", Bar::Shown, repaid, refunds),
            Figure::share("refunds linked to a purchase, recall", Bar::Shown, repaid, bought),
        ];
        Section::new("Transfers and links", true, figures)
    }
}

/// One transfer, or two of the same amount between the same accounts whose rows changed places.
fn alike(truth: &Truth, of: &[usize]) -> bool {
    let shape = |transfer: &Transfer| {
        let side = |ids: &[String]| ids.iter().map(|id| (truth.rows[id].account_id.clone(), truth.rows[id].cents)).collect::<BTreeSet<_>>();
        (side(&transfer.debits), side(&transfer.credits))
    };
    of.windows(2).all(|pair| pair[0] == pair[1] || shape(&truth.transfers[pair[0]]) == shape(&truth.transfers[pair[1]]))
}

fn count(sums: &mut (u64, u64, u64), said: &BTreeSet<(&str, &str)>, truth: &BTreeSet<(&str, &str)>) {
    let right = said.intersection(truth).count() as u64;
    *sums = (sums.0 + said.len() as u64, sums.1 + right, sums.2 + truth.len() as u64);
}
