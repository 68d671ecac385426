//! How far the data carry: coverage, repeats, holds, foreign rows, and how much of it is understood.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::context::Context;
use super::evidence::{self, Evidence};
use super::scope::Scope;
use super::window::{Common, common_window};
use crate::analysis::days::between;
use crate::analysis::exact::{Day, Fraction};
use crate::analysis::label::{Layer, Verdict};
use crate::analysis::ledger::{Ledger, Marks, Reason, Row};
use crate::money::Cents;
use crate::submission::{Currency, Status};

/// `dataQuality` of a report.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DataQuality {
    accounts: Vec<AccountQuality>,
    windows: Windows,
    duplicates: Vec<Duplicate>,
    pending: Vec<Pending>,
    foreign_currency: Vec<Foreign>,
    categorised_share: Share,
    days_since_last_transaction: Option<i64>,
    evidence: QualityEvidence,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountQuality {
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

/// Whether the common window has so many days.
type Windows = BTreeMap<u16, bool>;

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Duplicate {
    transaction_ids: Vec<Box<str>>,
    reason: Reason,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Pending {
    transaction_ids: [Box<str>; 1],
    twin_of: Option<Box<str>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Foreign {
    currency: Currency,
    transaction_ids: Vec<Box<str>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Share {
    by_count: Option<Fraction<4>>,
    by_value: Option<Fraction<4>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct QualityEvidence {
    accounts: Evidence,
    balance_reconciles: Evidence,
    windows: Evidence,
    duplicates: Evidence,
    pending: Evidence,
    foreign_currency: Evidence,
    categorised_share: Evidence,
    days_since_last_transaction: Evidence,
    reporting_period: Evidence,
    combined_number_of_institutions: Evidence,
    combined_number_of_accounts: Evidence,
    combined_number_of_transactions: Evidence,
    combined_total_summary: Evidence,
    combined_category_groups: Evidence,
}

/// Days that figures of other blocks look back.
const WINDOWS: [u16; 5] = [30, 60, 90, 180, 365];
/// From this confidence, in thousandths, a row counts as categorised.
const CATEGORISED: u16 = 900;

/// Looks the ledger over.
pub(super) fn draw(context: &Context<'_>, _combined: &Scope) -> DataQuality {
    let Context { ledger, verdicts, .. } = *context;
    let accounts = accounts(ledger);
    let mut carries = vec![false; ledger.accounts.len()];
    let mut last: Option<Date> = None;
    for row in ledger.rows.iter().filter(|row| row.is_counted()) {
        carries[row.account] = true;
        last = last.max(row.day);
    }
    let common = common_window(ledger, |account| carries[account]);
    let (windows, windows_evidence) = windows(ledger, &common, &carries);
    let share = categorised(ledger, verdicts);
    let no_rows = last.is_none().then_some(evidence::NO_TRANSACTIONS);
    let assumed = ledger.accounts.iter().any(|account| account.coverage.is_some_and(|coverage| coverage.assumed));
    let mut of_accounts = Evidence::of("accountCoverage");
    of_accounts.flags.extend(assumed.then_some(evidence::COVERAGE_ASSUMED));
    DataQuality {
        accounts,
        windows,
        duplicates: duplicates(ledger),
        pending: ledger
            .holds
            .iter()
            .map(|hold| Pending { transaction_ids: [id(&ledger.rows[hold.row])], twin_of: hold.twin.map(|twin| id(&ledger.rows[twin])) })
            .collect(),
        foreign_currency: foreign(ledger),
        categorised_share: share,
        days_since_last_transaction: last.map(|last| between(last, ledger.as_of)),
        evidence: QualityEvidence {
            accounts: of_accounts,
            balance_reconciles: Evidence::of("balanceReconciles").because(Some(evidence::NO_SECOND_BALANCE)),
            windows: windows_evidence,
            duplicates: Evidence::of("duplicates"),
            pending: Evidence::of("pendingTwins"),
            foreign_currency: Evidence::of("foreignCurrency"),
            categorised_share: Evidence::of("categorisedShare").because(no_rows),
            days_since_last_transaction: Evidence::of("daysSinceLastTransaction").because(no_rows),
            reporting_period: Evidence::of("reportingPeriod").because(ledger.period().is_none().then_some(evidence::NO_TRANSACTIONS)),
            combined_number_of_institutions: Evidence::of("distinctInstitutions"),
            combined_number_of_accounts: Evidence::of("distinctAccounts"),
            combined_number_of_transactions: Evidence::of("countedTransactions"),
            combined_total_summary: Evidence::of("countedSums"),
            combined_category_groups: Evidence::of("countedSums"),
        },
    }
}

fn id(row: &Row<'_>) -> Box<str> {
    row.id().into()
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

fn accounts(ledger: &Ledger<'_>) -> Vec<AccountQuality> {
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
            balance_reconciles: None,
            sign_suspect: ledger.accounts[account].sign_suspect,
        }
    };
    all.into_iter().enumerate().map(quality).collect()
}

/// The coverage of an account, as the report writes it.
pub(super) fn coverage_facts(ledger: &Ledger<'_>, account: usize) -> Option<CoverageFacts> {
    let coverage = ledger.accounts[account].coverage?;
    Some(CoverageFacts { from: Day(coverage.window.from), to: Day(coverage.window.to), assumed: coverage.assumed })
}

fn windows(ledger: &Ledger<'_>, common: &Common, carries: &[bool]) -> (Windows, Evidence) {
    let days = common.window.map_or(0, crate::analysis::days::Window::days);
    let windows = WINDOWS.into_iter().map(|length| (length, days >= i64::from(length))).collect();
    let mut evidence = Evidence::of("commonWindow");
    if common.assumed {
        evidence.flags.push(evidence::COVERAGE_ASSUMED);
    }
    if days < 365 {
        evidence.reason = Some(if days == 0 { evidence::NO_COVERAGE } else { evidence::COVERAGE_TOO_SHORT });
        let short = (0..ledger.accounts.len())
            .filter(|&account| carries[account] && ledger.usable(account).is_none_or(|window| window.days() < 365));
        evidence.account_ids = short.map(|account| ledger.accounts[account].first().account_id.clone()).collect();
        if evidence.account_ids.is_empty() {
            // Each is long enough, but not on the same days.
            evidence.account_ids.clone_from(&common.binding);
        }
    }
    (windows, evidence)
}

fn duplicates(ledger: &Ledger<'_>) -> Vec<Duplicate> {
    let named = |rows: &[usize]| rows.iter().map(|&row| id(&ledger.rows[row])).collect();
    ledger.repeats.iter().map(|repeat| Duplicate { transaction_ids: named(&repeat.rows), reason: repeat.reason }).collect()
}

fn foreign(ledger: &Ledger<'_>) -> Vec<Foreign> {
    let mut by_currency: BTreeMap<Currency, Vec<Box<str>>> = BTreeMap::new();
    for row in ledger.rows.iter().filter(|row| row.marks.any(Marks::FOREIGN_CURRENCY)) {
        by_currency.entry(row.currency).or_default().push(id(row));
    }
    by_currency.into_iter().map(|(currency, transaction_ids)| Foreign { currency, transaction_ids }).collect()
}

/// The share of the counted rows whose category is sure.
fn categorised(ledger: &Ledger<'_>, verdicts: &[Verdict]) -> Share {
    let (mut rows, mut sure_rows) = (0_i128, 0_i128);
    let (mut value, mut sure_value) = (Cents::ZERO, Cents::ZERO);
    for (row, verdict) in ledger.rows.iter().zip(verdicts).filter(|(row, _)| row.is_counted()) {
        let amount = row.amount.abs();
        rows += 1;
        value += amount;
        if verdict.confidence >= CATEGORISED && verdict.layer != Layer::Abstained {
            sure_rows += 1;
            sure_value += amount;
        }
    }
    Share { by_count: Fraction::of(sure_rows, rows), by_value: Fraction::of(sure_value.get(), value.get()) }
}
