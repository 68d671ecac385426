//! The analysis engine: a pure function from a submission to its reports. No IO, no clock, no randomness, no globals.
//!
//! Stages, each using only the ones before it: [`ledger`] puts the rows in order, [`label`] says what each is, `insight` draws the
//! figures, [`report`] is the document.

pub mod insight;
pub mod label;
pub mod ledger;
pub mod report;
pub mod ruleset;

use jiff::civil::Date;

use crate::submission::{Submission, Warning};
use report::Report;
use ruleset::Ruleset;

/// What an analysis yields: one report an order, in the submission's order, and what was noticed on the way.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The payload's warnings, then the analysis's own.
    pub warnings: Vec<Warning>,
    /// One an order.
    pub reports: Vec<Report>,
}

/// Analyses a submission as of a day. The same arguments give the same value.
#[must_use]
pub fn analyse(_submission: &Submission, _ruleset: &Ruleset, _as_of: Date) -> Analysis {
    unimplemented!("being written")
}
