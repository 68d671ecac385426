//! The accounts of the order, as the report lists them.

use serde::Serialize;

use super::quality::{CoverageFacts, coverage_facts};
use crate::analysis::ledger::{Ledger, View};
use crate::money::Cents;
use crate::submission::{Ownership, ProductCategory};

/// One element of `accounts[]`: a distinct account.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountFacts {
    account_id: Box<str>,
    customer_id: Box<str>,
    applicant_ids: Vec<Box<str>>,
    institution_name: Option<Box<str>>,
    display_name: Option<Box<str>>,
    masked_number: Option<Box<str>>,
    product_category: Option<ProductCategory>,
    ownership: Ownership,
    current_balance: Option<Cents>,
    limit: Option<Cents>,
    coverage: Option<CoverageFacts>,
    transactions: u64,
    /// Only where it came under several customers: each of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    shared_as: Vec<SharedAs>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SharedAs {
    customer_id: Box<str>,
    account_id: Box<str>,
}

pub(super) fn draw(ledger: &Ledger<'_>) -> Vec<AccountFacts> {
    let mut rows = vec![0_u64; ledger.accounts.len()];
    ledger.rows.iter().for_each(|row| rows[row.account] += 1);
    let facts = |(index, transactions): (usize, u64)| {
        let account = &ledger.accounts[index];
        let first = account.first();
        let customer_of = |view: &View<'_>| ledger.submission.customers[view.customer].customer_id.clone();
        let balance = account.balance();
        AccountFacts {
            account_id: first.account_id.clone(),
            customer_id: customer_of(&account.views[0]),
            applicant_ids: account.applicants.iter().map(|&applicant| ledger.applicants[applicant].applicant_id.into()).collect(),
            institution_name: first.institution_name.clone(),
            display_name: first.display_name.clone(),
            masked_number: first.masked_number.as_deref().map(masked),
            product_category: Some(first.product_category).filter(|category| *category != ProductCategory::Unrecognised),
            ownership: first.ownership,
            current_balance: balance.map(|balance| balance.current),
            limit: balance.and_then(|balance| balance.credit_limit),
            coverage: coverage_facts(ledger, index),
            transactions,
            shared_as: (account.views.iter().filter(|_| account.views.len() > 1))
                .map(|view| SharedAs { customer_id: customer_of(view), account_id: view.account.account_id.clone() })
                .collect(),
        }
    };
    rows.into_iter().enumerate().map(facts).collect()
}

/// The number with no digit but the last four: some holders send it whole.
fn masked(number: &str) -> Box<str> {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let mut seen = 0;
    let hide = |c: char| {
        seen += usize::from(c.is_ascii_digit());
        if c.is_ascii_digit() && seen + 4 <= digits { 'x' } else { c }
    };
    number.chars().map(hide).collect::<String>().into()
}
