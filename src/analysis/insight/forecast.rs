//! `forecast`: the balance of the next 90 days, and how the same method did on the last 60.

use serde::Serialize;

use super::context::Context;
use super::scope::Scope;

/// The block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {}

pub(super) fn draw(_context: &Context<'_>, _combined: &Scope) -> Forecast {
    Forecast {}
}
