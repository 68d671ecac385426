//! `commitments`.

use serde::Serialize;

use super::context::Context;
use super::income::Income;
use super::scope::Scope;

/// The block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Commitments {}

pub(super) fn draw(_context: &Context<'_>, _scope: &Scope, _income: &Income) -> Commitments {
    Commitments {}
}
