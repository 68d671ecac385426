//! One creditor, as the report lists it and as other blocks ask for it.

use serde::Serialize;

use super::arrears::Hint;
use super::level::Basis;
use super::refinance::LeftOut;
use super::trend::Trend;
use crate::analysis::exact::{Day, Fraction};
use crate::analysis::insight::evidence::{Evidence, Id};
use crate::analysis::ruleset::Category;
use crate::analysis::stream::{Cadence, Status};
use crate::money::Cents;

/// Where a creditor is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Source {
    /// A shared account.
    Account,
    /// Rows that pay it.
    Payments,
}

/// A debt: a shared account, or a lender that is paid. Amounts are positive.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Creditor {
    pub(super) name: Box<str>,
    #[serde(rename = "category")]
    pub(super) code: Box<str>,
    #[serde(skip)]
    pub(super) category: Category,
    pub(super) lixi_liability: Option<Box<str>>,
    pub(super) source: Source,
    pub(super) status: Status,
    #[serde(skip)]
    pub(super) account: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account_id: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) balance: Option<Cents>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) limit: Option<Cents>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rate: Option<Fraction<6>>,
    #[serde(skip)]
    pub(super) rate_millionths: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) repayment_type: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_date: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remaining_months: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) instalment: Option<Cents>,
    pub(super) cadence: Option<Cadence>,
    pub(super) basis: Basis,
    pub(super) ongoing_monthly: Option<Cents>,
    pub(super) servicing_monthly: Option<Cents>,
    pub(super) observed_monthly: Option<Cents>,
    pub(super) last_date: Option<Day>,
    pub(super) next: Option<Day>,
    pub(super) trend: Option<Trend>,
    pub(super) arrears_hints: Vec<Hint>,
    pub(super) funded_by_credit: bool,
    pub(super) transaction_ids: Vec<Id>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) evidence: CreditorEvidence,
    /// The rows, in the ledger's order.
    #[serde(skip)]
    pub(super) rows: Vec<usize>,
    /// The rows that credit paid for, with those of the credit.
    #[serde(skip)]
    pub(super) funded_rows: Vec<usize>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreditorEvidence {
    pub(super) ongoing_monthly: Evidence,
    pub(super) servicing_monthly: Evidence,
    pub(super) observed_monthly: Evidence,
    pub(super) trend: Evidence,
    pub(super) funded_by_credit: Evidence,
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

    /// Where it is known from.
    #[must_use]
    pub const fn source(&self) -> Source {
        self.source
    }

    /// How it stands at the end of the data.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
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
    pub fn is_interest_only(&self) -> bool {
        self.repayment_type.as_deref() == Some("INTEREST_ONLY")
    }

    /// What it costs a month as long as it goes on, positive; 0 when it ended, and for a shared card or buy-now-pay-later account, whose
    /// purchases are the spend. `None` when it cannot be said.
    #[must_use]
    pub const fn ongoing_monthly(&self) -> Option<Cents> {
        self.ongoing_monthly
    }

    /// What the ratios count for it a month: [`Self::ongoing_monthly`], and for revolving credit the share of its limit, else the minimum
    /// payment. `None` when it cannot be said.
    #[must_use]
    pub const fn servicing_monthly(&self) -> Option<Cents> {
        self.servicing_monthly
    }

    /// Rows of its repayments, in the ledger's order.
    #[must_use]
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }
}
