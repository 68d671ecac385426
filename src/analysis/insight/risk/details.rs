//! What some indicators tell beside their count and total.

use serde::Serialize;

use crate::analysis::exact::{Day, Fraction};
use crate::analysis::insight::evidence::Id;
use crate::analysis::insight::expenses::Essential;
use crate::money::Cents;

/// `details`.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Details {
    /// Money out, and what came back of it.
    Net(Net),
    /// Payments that failed.
    Failures(Failures),
    /// Days below a balance.
    Spells(Spells),
    /// Of the income, what stays where it can be seen.
    Coverage(Coverage),
    /// What nothing pays.
    Missing(Missing),
    /// What changed.
    Changes(Changes),
    /// Money in that went out again.
    Trips(Trips),
    /// Streams.
    Streams(StreamsOf),
}

#[expect(clippy::struct_field_names, reason = "the names of the report's fields")]
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Net {
    pub(super) gross: Cents,
    pub(super) received: Cents,
    pub(super) net: Cents,
    /// The rows of what came back.
    pub(super) received_transaction_ids: Vec<Id>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failures {
    pub(super) fees: Cents,
    pub(super) failures: Vec<Failure>,
}

/// A payment that failed, as far as the rows show it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Failure {
    pub(super) date: Day,
    /// `None` where only the fee was posted.
    pub(super) amount: Option<Cents>,
    pub(super) payee: Option<Box<str>>,
    pub(super) payee_category: Option<Box<str>>,
    pub(super) transaction_id: Option<Id>,
    pub(super) reversal_transaction_id: Option<Id>,
    pub(super) fee_transaction_ids: Vec<Id>,
    pub(super) representments: usize,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Spells {
    /// Days at whose end the balance was beyond.
    pub(super) days: usize,
    /// The lowest such balance.
    pub(super) lowest_balance: Option<Cents>,
    pub(super) longest_spell_days: i64,
    pub(super) fees: Cents,
    pub(super) account_ids: Vec<Box<str>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Coverage {
    pub(super) spend_coverage: Option<Fraction<4>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Missing {
    pub(super) essentials: Vec<Essential>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Changes {
    pub(super) changes: Vec<Change>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Change {
    pub(super) kind: &'static str,
    pub(super) stream_id: Id,
    pub(super) date: Day,
    pub(super) monthly_before: Option<Cents>,
    pub(super) monthly_after: Option<Cents>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trips {
    pub(super) trips: Vec<Trip>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trip {
    pub(super) counterparty: Box<str>,
    pub(super) received: Cents,
    pub(super) sent: Cents,
    pub(super) transaction_ids: Vec<Id>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StreamsOf {
    pub(super) stream_ids: Vec<Id>,
}
