//! What every block is drawn from.

use super::evidence::Id;
use crate::analysis::balance::Walk;
use crate::analysis::label::{Narratives, Verdict};
use crate::analysis::ledger::Ledger;
use crate::analysis::ruleset::{Category, Ruleset};
use crate::analysis::stream::Streams;

/// A settled ledger with all that was found in it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// The rows.
    pub ledger: &'c Ledger<'c>,
    /// Their narratives, one a row.
    pub narratives: &'c Narratives,
    /// Their labels, one a row.
    pub verdicts: &'c [Verdict],
    /// The streams among them.
    pub streams: &'c Streams,
    /// The balances, one walk an account.
    pub walks: &'c [Walk],
    /// The rules.
    pub ruleset: &'c Ruleset,
    /// The rows' ids, one a row.
    pub ids: &'c [Id],
}

impl Context<'_> {
    /// The ids of rows.
    pub fn ids_of(&self, rows: impl IntoIterator<Item = usize>) -> Vec<Id> {
        rows.into_iter().map(|row| self.ids[row].clone()).collect()
    }

    /// The code of a category, as a text of its own.
    #[must_use]
    pub fn code(&self, category: Category) -> Box<str> {
        self.ruleset.code(category).into()
    }
}
