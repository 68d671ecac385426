//! `income`: what comes in and comes again, what may be counted on, and what may not.

mod numbers;

use serde::Serialize;

use super::context::Context;
use super::scope::Scope;

use numbers::Numbers;
pub(crate) use numbers::SalaryChange;

/// The block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Income {
    #[serde(skip)]
    numbers: Numbers,
}

pub(super) fn draw(_context: &Context<'_>, _scope: &Scope) -> Income {
    Income { numbers: Numbers::default() }
}
