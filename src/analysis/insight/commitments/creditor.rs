//! One creditor, as the report lists it and as other blocks ask for it.

use crate::analysis::ruleset::Category;
use crate::money::Cents;

/// A debt: a shared account, or a lender that is paid.
#[derive(Clone, Debug)]
pub struct Creditor {
    pub(super) name: Box<str>,
    pub(super) category: Category,
    pub(super) account: Option<usize>,
    pub(super) balance: Option<Cents>,
    pub(super) limit: Option<Cents>,
    pub(super) rate_millionths: Option<i64>,
    pub(super) remaining_months: Option<u32>,
    pub(super) is_interest_only: bool,
    pub(super) ongoing_monthly: Option<Cents>,
}

impl Creditor {
    /// The institution and product, or the lender.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The category of its repayments.
    #[must_use]
    pub const fn category(&self) -> Category {
        self.category
    }

    /// Index into the ledger's accounts, where the account was shared.
    #[must_use]
    pub const fn account(&self) -> Option<usize> {
        self.account
    }

    /// What is owed: positive; below zero when overpaid. `None` when the payload does not say.
    #[must_use]
    pub const fn balance(&self) -> Option<Cents> {
        self.balance
    }

    /// The credit limit.
    #[must_use]
    pub const fn limit(&self) -> Option<Cents> {
        self.limit
    }

    /// The yearly rate as a fraction in millionths: 62 500 = 6.25 %.
    #[must_use]
    pub const fn rate_millionths(&self) -> Option<i64> {
        self.rate_millionths
    }

    /// Whole months from `asOf` to the end of the loan, a part of one counting as one.
    #[must_use]
    pub const fn remaining_months(&self) -> Option<u32> {
        self.remaining_months
    }

    /// The terms say that only interest is paid now.
    #[must_use]
    pub const fn is_interest_only(&self) -> bool {
        self.is_interest_only
    }

    /// What it costs a month as long as it goes on, positive; 0 when it ended, and for a shared card or buy-now-pay-later account, whose
    /// purchases are the spend. `None` when it cannot be said.
    #[must_use]
    pub const fn ongoing_monthly(&self) -> Option<Cents> {
        self.ongoing_monthly
    }
}
