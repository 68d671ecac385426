//! `commitments`: whom the applicants owe, and what that costs a month.
//!
//! The terms of shared accounts come first; what flows to lenders that did not share an account comes second. A debt is in one list once:
//! the purchases on a shared card are the spend, so its repayments are no commitment here.

mod creditor;

use serde::Serialize;

use super::context::Context;
use super::income::Income;
use super::scope::Scope;
use crate::money::Cents;

pub use creditor::Creditor;

/// The block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Commitments {
    #[serde(skip)]
    creditors: Vec<Creditor>,
    #[serde(skip)]
    ongoing_monthly: Option<Cents>,
}

impl Commitments {
    /// Whom is owed: shared debts by account, then the others by name.
    #[must_use]
    pub fn creditors(&self) -> &[Creditor] {
        &self.creditors
    }

    /// Σ of the creditors' [`Creditor::ongoing_monthly`], positive; `None` when one of them cannot be said, or too few days are covered
    /// to say that there is none.
    #[must_use]
    pub fn ongoing_monthly(&self) -> Option<Cents> {
        self.ongoing_monthly
    }
}

pub(super) fn draw(_context: &Context<'_>, _scope: &Scope, _income: &Income) -> Commitments {
    Commitments { creditors: Vec::new(), ongoing_monthly: None }
}
