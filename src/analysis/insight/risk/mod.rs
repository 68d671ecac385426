//! `riskIndicators[]`: facts with their rows.

use serde::Serialize;

use super::Blocks;
use super::context::Context;
use super::scope::Scope;

/// One element of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RiskIndicator {}

pub(super) fn draw(_context: &Context<'_>, _combined: &Scope, _blocks: &Blocks) -> Vec<RiskIndicator> {
    Vec::new()
}
