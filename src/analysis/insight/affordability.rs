//! `affordability`: what is left of the assessed income, and what would be under stress.

use serde::Serialize;

use super::commitments::Commitments;
use super::context::Context;
use super::expenses::Expenses;
use super::income::Income;
use super::scope::Scope;

/// The block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Affordability {}

pub(super) fn draw(
    _context: &Context<'_>,
    _scope: &Scope,
    _income: &Income,
    _expenses: &Expenses,
    _commitments: &Commitments,
) -> Affordability {
    Affordability {}
}
