//! End-of-day balances: walked back from the one balance that the payload gives, checked, never spread over a gap.
//!
//! `EOD(d) = anchor − Σ posted after d`, over every posted row in dollars up to the anchor's time, each payment once. Days before a gap
//! are not said: what is missing there would be in them.

mod anchor;
mod chain;
mod facts;
mod silence;

use jiff::civil::Date;

use super::days::Window;
use super::ledger::Ledger;
use crate::money::Cents;

pub use chain::LONGEST;

/// What the walk starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The day on which the balance was read.
    pub day: Date,
    /// The balance, as the payload says it.
    pub balance: Cents,
    /// True where [`Walk::doubts`] says why the walk may start from a wrong sum.
    pub uncertain: bool,
    /// The balance holds the pending rows: they are taken out of it. Only where that alone stays within the product's limits.
    pub includes_pending: bool,
}

/// Why the balances of an account are to be read with care, or cannot be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// The payload does not say when the balance was read.
    TimeNotStated,
    /// There are pending rows, and nothing tells whether the balance holds them.
    PendingUnclear,
    /// The rows that were asked for end before the balance was read.
    RowsEndBefore,
    /// The balances lie beyond what the product allows, or do not meet another balance of the account.
    DoesNotReconcile,
    /// Rows without a posting date moved the balance on a day that is not quite known.
    PostingAssumed,
}

impl Doubt {
    /// The flag of the report.
    #[must_use]
    pub const fn flag(self) -> &'static str {
        match self {
            Self::TimeNotStated => "balanceTimeNotStated",
            Self::PendingUnclear => "pendingUnclear",
            Self::RowsEndBefore => "rowsEndBeforeBalance",
            Self::DoesNotReconcile => "doesNotReconcile",
            Self::PostingAssumed => "postingDatesAssumed",
        }
    }

    /// True where it makes the anchor uncertain.
    #[must_use]
    pub const fn is_of_anchor(self) -> bool {
        !matches!(self, Self::PostingAssumed)
    }
}

/// The balances of one account.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// Where it starts; `None` without a balance in Australian dollars, or where the signs of the rows are suspect.
    pub anchor: Option<Anchor>,
    /// The end of each day of the coverage that the chain reaches, ascending, one a day, [`LONGEST`] at most.
    pub end_of_day: Vec<(Date, Cents)>,
    /// Days whose balances do not chain: rows in another currency, two balances that do not meet.
    pub breaks: Vec<Window>,
    /// Stretches without a row, much longer than the account's rhythm: rows are missing, as far as can be told.
    pub silences: Vec<Window>,
    /// Whether what can be checked agrees; `None` when nothing can be.
    pub reconciles: Option<bool>,
    /// What to read it with, ascending.
    pub doubts: Vec<Doubt>,
}

/// Walks every account of a settled ledger, one walk each.
#[must_use]
pub fn walk(ledger: &Ledger<'_>) -> Vec<Walk> {
    let movements = ledger.movements();
    let activity = silence::active_days(ledger);
    let readings = anchor::readings(ledger);
    (0..ledger.accounts.len())
        .map(|account| {
            let mut walk = Walk { silences: silence::find(ledger, account, &activity[account]), ..Walk::default() };
            if !ledger.accounts[account].sign_suspect {
                chain::walk(ledger, account, &movements[account], &readings[account], &mut walk);
            }
            walk
        })
        .collect()
}
