//! Which days a figure looked at: those of the accounts that carry its rows, or, where none does, of every account that could have.

use std::collections::BTreeSet;

use super::super::context::Context;
use super::super::evidence::{self, Evidence};
use super::super::scope::Scope;
use super::super::window::{Calendar, common_window};
use crate::analysis::days::{Window, plus};
use crate::submission::ProductCategory;

/// Days of a 90-day figure.
pub(in super::super) const NINETY: i64 = 90;

/// The days in common of the accounts that carry some rows. Without rows: of the accounts that money is spent from.
pub(in super::super) fn calendar(context: &Context<'_>, scope: &Scope, rows: impl IntoIterator<Item = usize>) -> Calendar {
    let ledger = context.ledger;
    let bearing: BTreeSet<usize> = rows.into_iter().map(|row| ledger.rows[row].account).collect();
    if !bearing.is_empty() {
        return Calendar::of(common_window(ledger, |account| bearing.contains(&account)));
    }
    let is_spent_from = |account: usize| {
        let of = &ledger.accounts[account];
        let is_apart = of.is_loan() || of.is_trust() || of.first().product_category == ProductCategory::TermDeposits;
        scope.accounts[account] && of.is_owned && !is_apart && ledger.usable(account).is_some()
    };
    Calendar::of(common_window(ledger, is_spent_from))
}

/// The last 90 days of a calendar; `None` where it has fewer.
pub(in super::super) fn last_ninety(calendar: &Calendar) -> Option<Window> {
    let window = calendar.common.window.filter(|window| window.days() >= NINETY)?;
    Window::new(plus(window.to, 1 - NINETY), window.to)
}

/// The evidence of a 90-day figure: with its reason when there are fewer days.
pub(in super::super) fn evidence(calendar: &Calendar, formula: &'static str) -> Evidence {
    let mut evidence = Evidence::of(formula).flagged(evidence::COVERAGE_ASSUMED, calendar.common.assumed);
    if last_ninety(calendar).is_none() {
        let has_days = calendar.common.window.is_some();
        evidence.reason = Some(if has_days { evidence::COVERAGE_TOO_SHORT } else { evidence::NO_COVERAGE });
        evidence.account_ids.clone_from(&calendar.common.binding);
    }
    evidence
}
