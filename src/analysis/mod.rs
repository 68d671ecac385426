//! The analysis engine: a pure function from a submission to its reports. No IO, no clock, no randomness, no globals.
//!
//! Stages, each using only the ones before it: [`ledger`] puts the rows in order, [`label`] says what each is, [`ledger::settle`] finds
//! the rows that are one payment, [`balance`] walks the balances, [`stream`] finds what comes again, [`insight`] draws the figures,
//! [`report`] is the document.

pub mod balance;
pub mod days;
pub mod exact;
pub mod insight;
pub mod label;
pub mod ledger;
pub mod report;
pub mod ruleset;
pub mod stream;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::submission::{MAX_WARNINGS, Order, Submission, Warning};
use ledger::Ledger;
use report::Report;
use ruleset::Ruleset;

/// What an analysis yields: one report an order, in the submission's order, and what was noticed on the way.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The day that it speaks of.
    pub as_of: Date,
    /// The payload's warnings, then the analysis's own, at most [`MAX_WARNINGS`] of each.
    pub warnings: Vec<Warning>,
    /// One an order.
    pub reports: Vec<Report>,
}

/// Analyses a submission as of a day. The same arguments give the same value.
#[must_use]
pub fn analyse(submission: &Submission, ruleset: &Ruleset, as_of: Date) -> Analysis {
    let mut own: Vec<Warning> = Vec::new();
    let mut noticed = BTreeSet::new();
    let mut reports = Vec::with_capacity(submission.orders.len());
    for order in &submission.orders {
        let (report, warnings) = analyse_order(submission, order, ruleset, as_of);
        // Two orders over one customer notice the same thing twice.
        own.extend(warnings.into_iter().filter(|warning| noticed.insert((warning.code, warning.pointer.clone()))));
        reports.push(report);
    }
    Analysis { as_of, warnings: submission.warnings.iter().cloned().chain(bounded(own)).collect(), reports }
}

fn analyse_order(submission: &Submission, order: &Order, ruleset: &Ruleset, as_of: Date) -> (Report, Vec<Warning>) {
    let mut ledger = Ledger::open(submission, order, as_of);
    let (narratives, mut verdicts) = label::read(ledger.rows.iter().map(|row| (row.transaction(), ledger.account_of(row))), ruleset);
    ledger::settle(&mut ledger, &narratives, &mut verdicts, ruleset);
    let walks = balance::walk(&ledger);
    let streams = stream::find(&mut ledger, &narratives, &mut verdicts, ruleset);
    let figures = insight::draw(&ledger, &narratives, &verdicts, &streams, &walks, ruleset);
    drop(narratives);
    let warnings = std::mem::take(&mut ledger.warnings);
    (Report::new(ledger, verdicts, &streams, figures), warnings)
}

fn bounded(mut warnings: Vec<Warning>) -> Vec<Warning> {
    if warnings.len() > MAX_WARNINGS {
        let left_out = warnings.len() - (MAX_WARNINGS - 1);
        warnings.truncate(MAX_WARNINGS - 1);
        warnings.push(Warning {
            code: "MORE_WARNINGS",
            detail: format!("{left_out} further warnings of the analysis are left out"),
            pointer: String::new(),
        });
    }
    warnings
}
