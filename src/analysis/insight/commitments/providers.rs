//! `buyNowPayLater`, `wageAdvance`, `consumerLease`: who provides it, and what it comes to a month.

use std::collections::BTreeSet;

use serde::Serialize;

use super::super::context::Context;
use super::super::evidence::{Evidence, Id};
use super::super::scope::Scope;
use super::creditor::Creditor;
use super::looked;
use super::new_debt::NewDebt;
use super::protected::ProtectedEarnings;
use crate::analysis::exact::Day;
use crate::analysis::ruleset::Category;
use crate::analysis::stream::Status;
use crate::money::Cents;

/// One provider.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    name: Box<str>,
    status: Status,
    #[serde(rename = "newIn90Days")]
    is_new: Option<bool>,
    first_date: Option<Day>,
    last_date: Option<Day>,
    monthly: Option<Cents>,
}

/// One of the three blocks.
#[expect(clippy::struct_field_names, reason = "the names of the report's fields")]
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Providers {
    providers: Vec<Provider>,
    active: usize,
    #[serde(rename = "newIn90Days")]
    new: Option<usize>,
    monthly: Option<Cents>,
    transaction_ids: Vec<Id>,
    /// Only of leases.
    #[serde(skip_serializing_if = "Option::is_none")]
    protected_earnings: Option<ProtectedEarnings>,
    evidence: ProvidersEvidence,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ProvidersEvidence {
    active: Evidence,
    #[serde(rename = "newIn90Days")]
    new: Evidence,
    monthly: Evidence,
    #[serde(skip_serializing_if = "Option::is_none")]
    protected_earnings: Option<Evidence>,
}

/// The providers of a category: its creditors, and who paid out without having been paid yet.
pub(super) fn draw(
    context: &Context<'_>,
    scope: &Scope,
    (category, proceeds): (Category, Option<Category>),
    creditors: &[Creditor],
    new_debt: &[NewDebt],
    earnings: Option<(ProtectedEarnings, Evidence)>,
) -> Providers {
    let of_category: Vec<&Creditor> = creditors.iter().filter(|creditor| creditor.category == category).collect();
    let paid_out: Vec<usize> = scope
        .entries
        .iter()
        .filter(|entry| Some(entry.category) == proceeds && entry.amount.is_positive())
        .map(|entry| entry.row)
        .collect();
    let mut rows: Vec<usize> = of_category.iter().flat_map(|creditor| creditor.rows.iter().copied()).chain(paid_out).collect();
    rows.sort_unstable();
    rows.dedup();
    let calendar = looked::calendar(context, scope, rows.iter().copied());
    let is_covered = looked::last_ninety(&calendar).is_some();
    let new: Vec<&NewDebt> = new_debt.iter().filter(|debt| debt.is_of(category, proceeds)).collect();
    let names: BTreeSet<&str> = new.iter().map(|debt| &*debt.name).collect();
    let paid: BTreeSet<&str> = of_category.iter().map(|creditor| creditor.name()).collect();
    let day = |row: Option<&usize>| row.and_then(|&row| context.ledger.rows[row].day).map(Day);
    let mut providers: Vec<Provider> = of_category
        .iter()
        .map(|creditor| Provider {
            name: creditor.name.clone(),
            status: creditor.status,
            is_new: is_covered.then(|| names.contains(creditor.name())),
            first_date: day(creditor.rows.first()),
            last_date: day(creditor.rows.last()),
            monthly: monthly(creditor),
        })
        .collect();
    providers.extend(new.iter().filter(|debt| debt.is_proceeds() && !paid.contains(&*debt.name)).map(|debt| advanced(debt)));
    let active = providers.iter().filter(|provider| provider.status != Status::Ended).count();
    let total: Option<Cents> = of_category.iter().map(|creditor| monthly(creditor)).sum();
    let missing = of_category.iter().find(|creditor| monthly(creditor).is_none());
    let missing = missing.map(|creditor| creditor.evidence.observed_monthly.reason.unwrap_or(super::CREDITOR_UNKNOWN));
    let new = is_covered.then(|| providers.iter().filter(|provider| provider.is_new == Some(true)).count());
    let (protected_earnings, of_earnings) = earnings.unzip();
    Providers {
        providers,
        active,
        new,
        monthly: total,
        transaction_ids: context.ids_of(rows),
        protected_earnings,
        evidence: ProvidersEvidence {
            active: Evidence::of("activeProviders"),
            new: looked::evidence(&calendar, "newProviders"),
            monthly: Evidence::of("providersMonthly").because(missing),
            protected_earnings: of_earnings,
        },
    }
}

/// What is paid a month: of a shared account too, whose purchases are the spend.
fn monthly(creditor: &Creditor) -> Option<Cents> {
    if creditor.rows.is_empty() || creditor.status == Status::Ended { Some(Cents::ZERO) } else { creditor.observed_monthly }
}

/// A provider that paid out and was not paid yet.
fn advanced(debt: &NewDebt) -> Provider {
    let (name, date) = (debt.name.clone(), Some(debt.date));
    Provider { name, status: Status::New, is_new: Some(true), first_date: date, last_date: date, monthly: None }
}
