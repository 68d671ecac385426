//! `dataQuality.accounts[]`: coverage, activity and signs of each account.

use jiff::civil::Date;
use serde::Serialize;

use super::super::context::Context;
use super::super::evidence::{self, Evidence};
use crate::analysis::days::between;
use crate::analysis::exact::Day;
use crate::analysis::ledger::{Ledger, Marks};
use crate::submission::Status;

/// One account.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountQuality {
    account_id: Box<str>,
    customer_id: Box<str>,
    coverage: Option<CoverageFacts>,
    first_posted_date: Option<Day>,
    last_posted_date: Option<Day>,
    transactions: u64,
    counted_transactions: u64,
    longest_gap_days: Option<i64>,
    days_without_transactions: Option<i64>,
    balance_reconciles: Option<bool>,
    sign_suspect: bool,
}

/// `coverage` of an account.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct CoverageFacts {
    from: Day,
    to: Day,
    assumed: bool,
}

/// Days on which an account moved, met in order.
#[derive(Clone, Default)]
struct Activity {
    rows: u64,
    counted: u64,
    first: Option<Date>,
    last: Option<Date>,
    /// Inside the coverage.
    active_days: i64,
    last_inside: Option<Date>,
    longest_gap: i64,
}

/// Every account of the order.
pub(super) fn draw(context: &Context<'_>) -> Vec<AccountQuality> {
    let ledger = context.ledger;
    let mut all = vec![Activity::default(); ledger.accounts.len()];
    for row in &ledger.rows {
        let activity = &mut all[row.account];
        activity.rows += 1;
        activity.counted += u64::from(row.is_counted());
        let posted = row.status == Status::Posted && !row.marks.any(Marks::DUPLICATE);
        let Some(day) = row.day.filter(|day| posted && *day <= ledger.as_of) else { continue };
        activity.first.get_or_insert(day);
        activity.last = Some(day);
        let Some(window) = ledger.accounts[row.account].coverage.map(|coverage| coverage.window) else { continue };
        if window.contains(day) && activity.last_inside != Some(day) {
            // Days between two rows, or between the start and the first.
            let quiet = activity.last_inside.map_or_else(|| between(window.from, day), |last| between(last, day) - 1);
            activity.longest_gap = activity.longest_gap.max(quiet);
            activity.active_days += 1;
            activity.last_inside = Some(day);
        }
    }
    let quality = |(account, activity): (usize, Activity)| {
        let coverage = ledger.accounts[account].coverage;
        let window = coverage.map(|coverage| coverage.window);
        let until_end = window.map(|window| activity.last_inside.map_or(window.days(), |last| between(last, window.to)));
        AccountQuality {
            account_id: ledger.accounts[account].first().account_id.clone(),
            customer_id: ledger.submission.customers[ledger.accounts[account].views[0].customer].customer_id.clone(),
            coverage: coverage_facts(ledger, account),
            first_posted_date: activity.first.map(Day),
            last_posted_date: activity.last.map(Day),
            transactions: activity.rows,
            counted_transactions: activity.counted,
            longest_gap_days: until_end.map(|quiet| quiet.max(activity.longest_gap)),
            days_without_transactions: window.map(|window| window.days() - activity.active_days),
            balance_reconciles: context.walks[account].reconciles,
            sign_suspect: ledger.accounts[account].sign_suspect,
        }
    };
    all.into_iter().enumerate().map(quality).collect()
}

/// The coverage of an account, as the report writes it.
pub(in crate::analysis::insight) fn coverage_facts(ledger: &Ledger<'_>, account: usize) -> Option<CoverageFacts> {
    let coverage = ledger.accounts[account].coverage?;
    Some(CoverageFacts { from: Day(coverage.window.from), to: Day(coverage.window.to), assumed: coverage.assumed })
}

/// Why some balances cannot be said to be right or wrong.
pub(super) fn reconciliation(context: &Context<'_>) -> Evidence {
    let mut evidence = Evidence::of("balanceReconciles");
    let unknown = (0..context.walks.len()).filter(|&account| context.walks[account].reconciles.is_none());
    evidence.account_ids = unknown.map(|account| context.ledger.accounts[account].name.clone()).collect();
    evidence.reason = (!evidence.account_ids.is_empty()).then_some(evidence::NO_SECOND_BALANCE);
    evidence
}
