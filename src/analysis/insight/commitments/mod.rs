//! `commitments`: whom the applicants owe, and what that costs a month.
//!
//! The terms of shared accounts come first; what flows to lenders that did not share an account comes second. A debt is in one list once:
//! the purchases on a shared card are the spend, so its repayments are no commitment here.

mod arrears;
mod build;
mod creditor;
mod due;
mod funding;
mod join;
mod level;
pub(super) mod looked;
mod new_debt;
mod payments;
mod protected;
mod providers;
pub(super) mod ratios;
mod refinance;
mod small_amount;
mod terms;
pub(super) mod trend;

use serde::Serialize;

use super::context::Context;
use super::evidence::{self, Evidence, Id};
use super::income::Income;
use super::scope::Scope;
use crate::analysis::exact::{Day, Fraction};
use crate::analysis::stream::Status;
use crate::money::Cents;
use build::Builder;
use due::Due;
use new_debt::NewDebt;
use payments::Payment;
use providers::Providers;
use small_amount::SmallAmountCredit;

pub use creditor::{Creditor, Source};

/// A creditor's monthly figure cannot be said.
const CREDITOR_UNKNOWN: &str = "CREDITOR_UNKNOWN";
/// A lender paid out and was not paid yet: what that will cost is in no figure.
const NEW_DEBT_UNPAID: &str = "newDebtWithoutRepayment";
/// To say that there is no commitment takes a month.
const LEAST_DAYS: i64 = 30;

/// The block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Commitments {
    creditors: Vec<Creditor>,
    ongoing_monthly: Option<Cents>,
    undisclosed: Vec<Undisclosed>,
    #[serde(rename = "newDebt90Days")]
    new_debt: Option<Vec<NewDebt>>,
    debt_service_ratio: Option<Fraction<4>>,
    housing_plus_debt_ratio: Option<Fraction<4>>,
    debt_to_income: Option<Fraction<4>>,
    small_amount_credit: SmallAmountCredit,
    buy_now_pay_later: Providers,
    wage_advance: Providers,
    consumer_lease: Providers,
    evidence: CommitmentsEvidence,
}

/// A lender that is paid and shared no account.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Undisclosed {
    name: Box<str>,
    category: Box<str>,
    status: Status,
    ongoing_monthly: Option<Cents>,
    last_date: Option<Day>,
    transaction_ids: Vec<Id>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CommitmentsEvidence {
    ongoing_monthly: Evidence,
    undisclosed: Evidence,
    #[serde(rename = "newDebt90Days")]
    new_debt: Evidence,
    debt_service_ratio: Evidence,
    housing_plus_debt_ratio: Evidence,
    debt_to_income: Evidence,
}

impl Commitments {
    /// Whom is owed: shared debts by account, then the others by name.
    #[must_use]
    pub fn creditors(&self) -> &[Creditor] {
        &self.creditors
    }

    /// Σ of the creditors' [`Creditor::ongoing_monthly`], positive; `None` when one of them cannot be said, or too few days are covered
    /// to say that there is none.
    #[must_use]
    pub fn ongoing_monthly(&self) -> Option<Cents> {
        self.ongoing_monthly
    }

    /// Rows that credit paid for, with those of the credit, in the ledger's order.
    pub(super) fn funded_by_credit(&self) -> Vec<usize> {
        let mut rows: Vec<usize> = self.creditors.iter().flat_map(|creditor| creditor.funded_rows.iter().copied()).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// Rows of the debts that began in the last 90 days, and how many those are; `None` where that cannot be told.
    pub(super) fn new_debt(&self) -> Option<(Vec<usize>, usize)> {
        let debts = self.new_debt.as_ref()?;
        let mut rows: Vec<usize> = debts.iter().flat_map(|debt| debt.rows.iter().copied()).collect();
        rows.sort_unstable();
        Some((rows, debts.len()))
    }

    /// Why the new debts cannot be told.
    pub(super) fn new_debt_evidence(&self) -> &Evidence {
        &self.evidence.new_debt
    }
}

pub(super) fn draw(context: &Context<'_>, scope: &Scope, income: &Income) -> Commitments {
    let mut payments = payments::gather(context, scope);
    join::join(context, scope, &mut payments);
    let creditors = creditors(context, scope, &mut payments);
    let known = context.ruleset.known();
    let (service, housing) = ratios::of_income(context, scope, income, &creditors);
    let debt_to_income = ratios::debt_to_income(context, scope, &creditors);
    let (new_debt, new_debt_evidence) = new_debt::draw(context, scope, &creditors, &payments);
    let (ongoing_monthly, ongoing_evidence) = ongoing(context, scope, &creditors);
    let is_unpaid = new_debt.iter().flatten().any(|debt| debt.is_proceeds() && creditors.iter().all(|creditor| creditor.name != debt.name));
    let ongoing_evidence = ongoing_evidence.flagged(NEW_DEBT_UNPAID, is_unpaid);
    let new = new_debt.as_deref().unwrap_or_default();
    let providers = |category, proceeds, earnings| providers::draw(context, scope, (category, proceeds), &creditors, new, earnings);
    let leases = leases(context, &creditors);
    Commitments {
        undisclosed: undisclosed(context, &creditors),
        debt_service_ratio: service.value,
        housing_plus_debt_ratio: housing.value,
        debt_to_income: debt_to_income.value,
        small_amount_credit: small_amount::draw(context, scope),
        buy_now_pay_later: providers(known.bnpl_repayment, None, None),
        wage_advance: providers(known.wage_advance_repayment, Some(known.wage_advance_proceeds), None),
        consumer_lease: providers(known.consumer_lease, None, Some(protected::draw(context, scope, &leases))),
        evidence: CommitmentsEvidence {
            ongoing_monthly: ongoing_evidence,
            undisclosed: Evidence::of("undisclosed"),
            new_debt: new_debt_evidence,
            debt_service_ratio: service.evidence,
            housing_plus_debt_ratio: housing.evidence,
            debt_to_income: debt_to_income.evidence,
        },
        creditors,
        ongoing_monthly,
        new_debt,
    }
}

/// Shared debts by account, then the lenders by name.
fn creditors(context: &Context<'_>, scope: &Scope, payments: &mut payments::Payments) -> Vec<Creditor> {
    let builder = Builder::new(context, scope);
    let flows = std::mem::take(&mut payments.flows);
    let is_in = |account: &usize| scope.accounts[*account] && context.ledger.accounts[*account].is_owned;
    let shared = (0..context.ledger.accounts.len()).filter(is_in).filter_map(|account| builder.shared(account, payments));
    shared.chain(flows.into_iter().map(|flow| builder.unshared(flow))).collect()
}

fn ongoing(context: &Context<'_>, scope: &Scope, creditors: &[Creditor]) -> (Option<Cents>, Evidence) {
    let mut evidence = Evidence::of("commitmentsOngoingMonthly");
    if let Some(creditor) = creditors.iter().find(|creditor| creditor.ongoing_monthly.is_none()) {
        evidence.reason = Some(CREDITOR_UNKNOWN);
        evidence.account_ids.extend(creditor.account_id.clone());
        return (None, evidence);
    }
    let calendar = looked::calendar(context, scope, creditors.iter().flat_map(|creditor| creditor.rows.iter().copied()));
    if creditors.is_empty() && !calendar.has_days(LEAST_DAYS) {
        let has_days = calendar.common.window.is_some();
        evidence.reason = Some(if has_days { evidence::COVERAGE_TOO_SHORT } else { evidence::NO_COVERAGE });
        return (None, evidence);
    }
    (creditors.iter().map(|creditor| creditor.ongoing_monthly).sum(), evidence)
}

/// What is paid to lenders whose accounts were not shared. Taxes, student loans and debt agreements have no account to share.
fn undisclosed(context: &Context<'_>, creditors: &[Creditor]) -> Vec<Undisclosed> {
    let known = context.ruleset.known();
    let no_account = [known.tax_debt_payment, known.student_loan_repayment, known.debt_agreement];
    let is_undisclosed = |creditor: &&Creditor| creditor.account.is_none() && !no_account.contains(&creditor.category);
    let listed = |creditor: &Creditor| Undisclosed {
        name: creditor.name.clone(),
        category: creditor.code.clone(),
        status: creditor.status,
        ongoing_monthly: creditor.ongoing_monthly,
        last_date: creditor.last_date,
        transaction_ids: creditor.transaction_ids.clone(),
    };
    creditors.iter().filter(is_undisclosed).map(listed).collect()
}

/// What falls due on the leases that go on.
fn leases(context: &Context<'_>, creditors: &[Creditor]) -> Vec<Due> {
    let lease = context.ruleset.known().consumer_lease;
    let ongoing = creditors.iter().filter(|creditor| creditor.category == lease && creditor.status != Status::Ended);
    let payments = |creditor: &Creditor| -> Vec<Payment> {
        let of = |&row: &usize| {
            let of = &context.ledger.rows[row];
            of.day.map(|day| Payment { row, day, amount: of.amount.abs() })
        };
        creditor.rows.iter().filter_map(of).collect()
    };
    ongoing.filter_map(|creditor| Due::of(&payments(creditor))).collect()
}
