//! `expenses`.

use jiff::civil::Date;
use serde::Serialize;

use super::context::Context;
use super::scope::Scope;
use crate::money::Cents;

/// The block.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Expenses {
    #[serde(skip)]
    total: Option<Cents>,
    #[serde(skip)]
    essential: Option<Cents>,
    #[serde(skip)]
    hem_covered: Option<Cents>,
    #[serde(skip)]
    flexible_months: Vec<(Date, Cents)>,
    #[serde(skip)]
    missing_essentials: Vec<Essential>,
}

/// What a household cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Essential {
    /// Food.
    Groceries,
    /// Telephone or internet.
    Telephone,
    /// Electricity, gas or water.
    Utilities,
    /// Rent, board or a mortgage.
    RentOrMortgage,
}

impl Expenses {
    /// All living expenses of a month, lumpy bills annualised; `None` where the coverage is too short. Positive is money out.
    #[must_use]
    pub fn mean_monthly(&self) -> Option<Cents> {
        self.total
    }

    /// The essential part of [`Self::mean_monthly`].
    #[must_use]
    pub fn essential_monthly(&self) -> Option<Cents> {
        self.essential
    }

    /// The part of [`Self::mean_monthly`] that the Household Expenditure Measure covers.
    #[must_use]
    pub fn hem_covered(&self) -> Option<Cents> {
        self.hem_covered
    }

    /// What was spent outside recurring payments in each complete month, by its first day, lumpy bills spread.
    #[must_use]
    pub fn flexible_months(&self) -> &[(Date, Cents)] {
        &self.flexible_months
    }

    /// The essentials that no row pays; empty where the coverage is too short to tell.
    #[must_use]
    pub fn missing_essentials(&self) -> &[Essential] {
        &self.missing_essentials
    }
}

pub(super) fn draw(_context: &Context<'_>, _scope: &Scope) -> Expenses {
    Expenses::default()
}
