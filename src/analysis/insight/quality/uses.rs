//! `dataQuality.coverageFor`: whether the accounts cover the days that a use of the report wants. Not a verdict.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::context::Context;
use crate::analysis::days::{Window, plus};

/// One use of the report.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Use {
    /// Days that it wants, the last of them `asOf`.
    days: u16,
    /// All accounts cover them.
    covered: bool,
    accounts: Vec<AccountUse>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountUse {
    account_id: Box<str>,
    customer_id: Box<str>,
    covered: bool,
    days_missing: i64,
}

/// By use, each of the profile's, over the accounts that are in the figures.
pub(super) fn draw(context: &Context<'_>) -> BTreeMap<Box<str>, Use> {
    let ledger = context.ledger;
    let of_use = |name: &str, days: u16| {
        let wanted = Window { from: plus(ledger.as_of, 1 - i64::from(days.max(1))), to: ledger.as_of };
        let in_figures = ledger.accounts.iter().filter(|account| account.is_owned && !account.is_trust());
        let accounts: Vec<AccountUse> = in_figures
            .map(|account| {
                let covered = account.coverage.and_then(|coverage| coverage.window.intersect(wanted)).map_or(0, Window::days);
                let days_missing = wanted.days() - covered;
                AccountUse {
                    account_id: account.first().account_id.clone(),
                    customer_id: ledger.submission.customers[account.views[0].customer].customer_id.clone(),
                    covered: days_missing == 0,
                    days_missing,
                }
            })
            .collect();
        let covered = !accounts.is_empty() && accounts.iter().all(|account| account.covered);
        (name.into(), Use { days, covered, accounts })
    };
    context.ruleset.profile().coverage_for.iter().map(|(name, days)| of_use(name, *days)).collect()
}
