//! What a figure rests on: the formula, and why it is missing or to be read with care.

use serde::Serialize;

/// The evidence of one figure. Formulas stand in `docs/formulas.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The formula's name.
    pub formula: &'static str,
    /// Why the figure is null or false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The accounts that the reason is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub account_ids: Vec<Box<str>>,
    /// What to read it with.
    pub flags: Vec<&'static str>,
}

impl Evidence {
    /// A figure that stands by itself.
    #[must_use]
    pub const fn of(formula: &'static str) -> Self {
        Self { formula, reason: None, account_ids: Vec::new(), flags: Vec::new() }
    }

    /// With a reason, where there is one.
    #[must_use]
    pub fn because(mut self, reason: Option<&'static str>) -> Self {
        self.reason = reason;
        self
    }
}

/// No account that carries the figure has a covered day.
pub const NO_COVERAGE: &str = "NO_COVERAGE";
/// The accounts that carry the figure have too few days in common.
pub const COVERAGE_TOO_SHORT: &str = "COVERAGE_TOO_SHORT";
/// There is no row that the figure could be drawn from.
pub const NO_TRANSACTIONS: &str = "NO_TRANSACTIONS";
/// One balance says nothing about the rows before it.
pub const NO_SECOND_BALANCE: &str = "NO_SECOND_BALANCE";
/// Some day of the coverage was assumed, not told.
pub const COVERAGE_ASSUMED: &str = "coverageAssumed";
/// Fewer than six complete months.
pub const SHORT_WINDOW: &str = "shortWindow";
