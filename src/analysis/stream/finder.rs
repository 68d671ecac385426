//! What streams are found from, and the way from groups of rows to streams.

use super::{Cadence, Stream, Streams};
use crate::analysis::label::{Narratives, Verdict};
use crate::analysis::ledger::Ledger;
use crate::analysis::ruleset::Ruleset;

/// Finds the streams of a settled ledger.
#[derive(Debug)]
pub(crate) struct Finder<'f, 'a> {
    /// The rows.
    pub(super) ledger: &'f Ledger<'a>,
    /// Their narratives.
    pub(super) narratives: &'f Narratives,
    /// The rules.
    pub(super) ruleset: &'f Ruleset,
}

impl<'f, 'a> Finder<'f, 'a> {
    pub(super) fn new(ledger: &'f Ledger<'a>, narratives: &'f Narratives, ruleset: &'f Ruleset) -> Self {
        Self { ledger, narratives, ruleset }
    }

    /// All groups of credits that may be income, by first row: one payer each on one account, with cadence (IRREGULAR where there is
    /// none, of one row upward), levels and status. Own transfers, reversals, refunds and payments to debts are not among them; all else
    /// is, what is never income too: see the category.
    pub(super) fn credits(&self, _verdicts: &[Verdict]) -> Vec<Stream> {
        Vec::new()
    }

    /// The streams of debits.
    pub(super) fn debits(&self, _verdicts: &[Verdict]) -> Vec<Stream> {
        Vec::new()
    }

    /// One stream of these rows, whatever their rhythm: all must be of one account and direction, in the ledger's order, at least one.
    /// For streams that are joined or parted: it measures everything anew. `None` of no rows.
    pub(super) fn measure(&self, rows: &[usize], returned: &[usize], verdicts: &[Verdict]) -> Option<Stream> {
        let _ = (rows, returned, verdicts, Cadence::Irregular);
        None
    }

    /// Puts the streams in order and gives each its id.
    pub(super) fn close(&self, all: Vec<Stream>) -> Streams {
        let mut of_row = vec![None; self.ledger.rows.len()];
        for (at, stream) in (0_u32..).zip(&all) {
            for &row in stream.rows.iter().chain(&stream.returned) {
                of_row[row] = Some(at);
            }
        }
        Streams { all, of_row }
    }
}
