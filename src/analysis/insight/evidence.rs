//! What a figure rests on: the formula, and why it is missing or to be read with care.

use std::sync::Arc;

use serde::ser::{Serialize, Serializer};

/// An id of a row or a stream, as the report writes it; shared by all that name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(pub Arc<str>);

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// The evidence of one figure. Formulas stand in `docs/formulas.md`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The formula's name.
    pub formula: &'static str,
    /// Why the figure is null or false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// The rows that the figure is made of. Absent where `streamIds` or the block's own lists name them, as `docs/formulas.md` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_ids: Option<Vec<Id>>,
    /// The streams that the figure is made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream_ids: Option<Vec<Id>>,
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
        Self { formula, reason: None, transaction_ids: None, stream_ids: None, account_ids: Vec::new(), flags: Vec::new() }
    }

    /// Made of these rows.
    #[must_use]
    pub fn from_rows(mut self, ids: Vec<Id>) -> Self {
        self.transaction_ids = Some(ids);
        self
    }

    /// Made of these streams.
    #[must_use]
    pub fn from_streams(mut self, ids: Vec<Id>) -> Self {
        self.stream_ids = Some(ids);
        self
    }

    /// With a flag, where it applies.
    #[must_use]
    pub fn flagged(mut self, flag: &'static str, applies: bool) -> Self {
        self.flags.extend(applies.then_some(flag));
        self
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
