//! `expenses`.

use serde::Serialize;

use super::context::Context;
use super::scope::Scope;

/// The block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Expenses {}

pub(super) fn draw(_context: &Context<'_>, _scope: &Scope) -> Expenses {
    Expenses {}
}
