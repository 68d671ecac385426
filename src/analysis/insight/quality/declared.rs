//! `dataQuality.declared`: what the applicants say of themselves beside what is observed. It changes no observed figure.

use serde::Serialize;

use super::super::Blocks;
use super::super::context::Context;
use super::super::evidence::Evidence;
use crate::money::Cents;

/// Nothing was declared.
const NOT_DECLARED: &str = "NOT_DECLARED";

/// What was declared, member by member; `null` for what was not.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Comparison {
    /// Before tax: rows show what is left after it, so nothing is compared.
    gross_annual_income: Option<Cents>,
    net_monthly_income: Option<Compared>,
    monthly_expenses: Option<Compared>,
    dependants: Option<u32>,
    hem_benchmark: Option<Compared>,
}

/// A declared figure and the observed one.
#[derive(Clone, Copy, Debug, Serialize)]
struct Compared {
    declared: Cents,
    observed: Option<Cents>,
    /// Declared − observed.
    difference: Option<Cents>,
}

/// Compares with the blocks of all applicants.
pub(super) fn compare(context: &Context<'_>, blocks: &Blocks) -> (Comparison, Evidence) {
    let evidence = Evidence::of("declared");
    let Some(declared) = &context.ledger.order.declared else {
        return (Comparison::default(), evidence.because(Some(NOT_DECLARED)));
    };
    let compared = |declared: Option<Cents>, observed: Option<Cents>| {
        declared.map(|declared| Compared { declared, observed, difference: observed.map(|observed| declared - observed) })
    };
    let comparison = Comparison {
        gross_annual_income: declared.gross_annual_income,
        net_monthly_income: compared(declared.net_monthly_income, blocks.income.ongoing_monthly()),
        monthly_expenses: compared(declared.monthly_expenses, blocks.expenses.mean_monthly()),
        dependants: declared.dependants,
        hem_benchmark: compared(declared.hem_benchmark, blocks.expenses.hem_covered()),
    };
    (comparison, evidence)
}
