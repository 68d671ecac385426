//! `recurring`.

use serde::Serialize;

use super::context::Context;
use super::scope::Scope;

/// One element of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recurring {}

pub(super) fn draw(_context: &Context<'_>, _combined: &Scope) -> Vec<Recurring> {
    Vec::new()
}
