//! The figures of the block that other blocks read. The block itself is for the report's readers only.

use jiff::civil::Date;

use super::Income;
use crate::money::Cents;

/// The figures of a scope that other blocks read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers {
    /// Σ ongoing × (1 − haircut), a month.
    pub(super) assessed_monthly: Option<Cents>,
    /// Σ monthly equivalents of the streams that have not ended.
    pub(super) ongoing_monthly: Option<Cents>,
    /// Mean of the complete months of income.
    pub(super) mean_monthly: Option<Cents>,
    /// First of each complete month, and the income that accrued in it.
    pub(super) accrued_months: Vec<(Date, Cents)>,
    /// The assessed stream that brings most, a month after its haircut.
    pub(super) largest_stream_monthly: Option<Cents>,
    /// Rows of salary streams, in the ledger's order.
    pub(super) salary_rows: Vec<usize>,
    /// Changes of the salary.
    pub(super) salary_changes: Vec<SalaryChange>,
    /// Streams whose payer seems to be the applicant's own company: indices into `Streams::all`.
    pub(super) self_paid: Vec<usize>,
    /// Streams on accounts of several holders that cannot be said to be an applicant's: indices into `Streams::all`.
    pub(super) unattributed: Vec<usize>,
}

/// A change of what a salary brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SalaryChange {
    /// `NEW`, `ENDED`, `LEVEL_UP` or `LEVEL_DOWN`.
    pub(crate) kind: &'static str,
    /// Index into `Streams::all`.
    pub(crate) stream: usize,
    /// First pay of the new stream or level, last pay of one that ended.
    pub(crate) date: Date,
    /// A month, before: 0 for a new stream, `None` where it cannot be said.
    pub(crate) from: Option<Cents>,
    /// A month, after: 0 for a stream that ended, `None` where it cannot be said.
    pub(crate) to: Option<Cents>,
}

impl Income {
    /// Σ ongoing × (1 − haircut), a month; `None` where no figure can be given.
    #[must_use]
    pub(crate) fn assessed_monthly(&self) -> Option<Cents> {
        self.numbers.assessed_monthly
    }

    /// Σ monthly equivalents of the streams that have not ended; `None` where no figure can be given.
    #[must_use]
    pub(crate) fn ongoing_monthly(&self) -> Option<Cents> {
        self.numbers.ongoing_monthly
    }

    /// Mean income of the complete months, below six of them the whole window brought to a month; `None` where it is too short.
    #[must_use]
    pub(crate) fn mean_monthly(&self) -> Option<Cents> {
        self.numbers.mean_monthly
    }

    /// Each complete month by its first day, with the income that accrued in it, ascending.
    #[must_use]
    pub(crate) fn accrued_months(&self) -> &[(Date, Cents)] {
        &self.numbers.accrued_months
    }

    /// What the largest assessed stream adds to the assessed income a month; `None` where there is none.
    #[must_use]
    pub(crate) fn largest_stream_monthly(&self) -> Option<Cents> {
        self.numbers.largest_stream_monthly
    }

    /// Rows of salary streams of the scope, in the ledger's order.
    #[must_use]
    pub(crate) fn salary_rows(&self) -> &[usize] {
        &self.numbers.salary_rows
    }

    /// Salary streams that began or ended, and levels that changed, by date.
    #[must_use]
    pub(crate) fn salary_change(&self) -> &[SalaryChange] {
        &self.numbers.salary_changes
    }

    /// Streams whose payer seems to be the applicant's own company: indices into `Streams::all`.
    #[must_use]
    pub(crate) fn self_paid(&self) -> &[usize] {
        &self.numbers.self_paid
    }

    /// Streams on accounts of several holders that cannot be said to be an applicant's: indices into `Streams::all`.
    #[must_use]
    pub(crate) fn unattributed(&self) -> &[usize] {
        &self.numbers.unattributed
    }
}
