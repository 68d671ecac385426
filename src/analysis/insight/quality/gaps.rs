//! `dataQuality.gaps[]`: days of which the payload seems to lack rows.

use serde::Serialize;

use super::super::context::Context;
use crate::analysis::days::Window;
use crate::analysis::exact::Day;

/// A stretch of one account.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Gap {
    account_id: Box<str>,
    customer_id: Box<str>,
    from: Day,
    to: Day,
    reason: Cause,
}

/// What tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Cause {
    /// No row for much longer than the account's rhythm.
    NoTransactions,
    /// The balances do not chain.
    BalanceBreak,
}

/// By account, then by day.
pub(super) fn draw(context: &Context<'_>) -> Vec<Gap> {
    let of_account = |account: usize| {
        let walk = &context.walks[account];
        let silent = walk.silences.iter().map(|window| (*window, Cause::NoTransactions));
        let mut gaps: Vec<(Window, Cause)> = silent.chain(walk.breaks.iter().map(|window| (*window, Cause::BalanceBreak))).collect();
        gaps.sort_unstable_by_key(|(window, cause)| (window.from, window.to, *cause));
        let of = &context.ledger.accounts[account];
        gaps.into_iter().map(move |(window, reason)| Gap {
            account_id: of.first().account_id.clone(),
            customer_id: context.ledger.submission.customers[of.views[0].customer].customer_id.clone(),
            from: Day(window.from),
            to: Day(window.to),
            reason,
        })
    };
    (0..context.ledger.accounts.len()).flat_map(of_account).collect()
}
