//! `balances`.

use serde::Serialize;

use super::context::Context;
use super::expenses::Expenses;
use super::scope::Scope;

/// The block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Balances {}

pub(super) fn draw(_context: &Context<'_>, _scope: &Scope, _expenses: &Expenses) -> Balances {
    Balances {}
}
