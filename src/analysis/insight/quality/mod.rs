//! `dataQuality`: how far the data carry. Coverage, gaps, repeats, holds, foreign rows, how much of it is understood, what of the customer's
//! money lies elsewhere, and what was declared beside what is observed.

mod accounts;
mod declared;
mod gaps;
mod unseen;
mod uses;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::Blocks;
use super::context::Context;
use super::evidence::{self, Evidence};
use super::scope::Scope;
use super::window::{Common, common_window};
use crate::analysis::days::between;
use crate::analysis::exact::Fraction;
use crate::analysis::label::{Layer, Verdict};
use crate::analysis::ledger::{Ledger, Marks, Reason, Row};
use crate::money::Cents;
use crate::submission::Currency;

use accounts::AccountQuality;
pub use accounts::CoverageFacts;
pub(super) use accounts::coverage_facts;
use declared::Comparison;
use gaps::Gap;
pub use unseen::UnseenAccount;
pub(super) use unseen::{spend_coverage, unseen};
use uses::Use;

/// `dataQuality` of a report.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DataQuality {
    accounts: Vec<AccountQuality>,
    windows: Windows,
    gaps: Vec<Gap>,
    duplicates: Vec<Duplicate>,
    pending: Vec<Pending>,
    foreign_currency: Vec<Foreign>,
    categorised_share: Share,
    unseen_accounts: Vec<UnseenAccount>,
    spend_coverage: Option<Fraction<4>>,
    coverage_for: BTreeMap<Box<str>, Use>,
    declared: Comparison,
    days_since_last_transaction: Option<i64>,
    evidence: QualityEvidence,
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
    gaps: Evidence,
    duplicates: Evidence,
    pending: Evidence,
    foreign_currency: Evidence,
    categorised_share: Evidence,
    unseen_accounts: Evidence,
    spend_coverage: Evidence,
    coverage_for: Evidence,
    declared: Evidence,
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

/// Looks the ledger over. The scope and the blocks are those of all applicants.
pub(super) fn draw(context: &Context<'_>, combined: &Scope, blocks: &Blocks) -> DataQuality {
    let Context { ledger, verdicts, .. } = *context;
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
    let unseen_accounts = unseen(context, combined);
    let (spend_coverage, of_spend) = spend_coverage(context, combined, &unseen_accounts);
    let (declared, of_declared) = declared::compare(context, blocks);
    DataQuality {
        accounts: accounts::draw(context),
        windows,
        gaps: gaps::draw(context),
        duplicates: duplicates(ledger),
        pending: ledger
            .holds
            .iter()
            .map(|hold| Pending { transaction_ids: [id(&ledger.rows[hold.row])], twin_of: hold.twin.map(|twin| id(&ledger.rows[twin])) })
            .collect(),
        foreign_currency: foreign(ledger),
        categorised_share: share,
        unseen_accounts,
        spend_coverage,
        coverage_for: uses::draw(context),
        declared,
        days_since_last_transaction: last.map(|last| between(last, ledger.as_of)),
        evidence: QualityEvidence {
            accounts: Evidence::of("accountCoverage").flagged(evidence::COVERAGE_ASSUMED, assumed),
            balance_reconciles: accounts::reconciliation(context),
            windows: windows_evidence,
            gaps: Evidence::of("gaps"),
            duplicates: Evidence::of("duplicates"),
            pending: Evidence::of("pendingTwins"),
            foreign_currency: Evidence::of("foreignCurrency"),
            categorised_share: Evidence::of("categorisedShare").because(no_rows),
            unseen_accounts: Evidence::of("unseenAccounts"),
            spend_coverage: of_spend,
            coverage_for: Evidence::of("coverageFor").flagged(evidence::COVERAGE_ASSUMED, assumed),
            declared: of_declared,
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
        evidence.account_ids = short.map(|account| ledger.accounts[account].name.clone()).collect();
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
