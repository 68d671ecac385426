//! The figures, one file or folder a block of the report.

pub mod accounts;
pub mod affordability;
pub mod balances;
pub mod cash_flow;
pub mod commitments;
pub mod context;
pub mod evidence;
pub mod expenses;
pub mod forecast;
pub mod income;
pub mod quality;
pub mod recurring;
pub mod risk;
pub mod scope;
pub mod summary;
mod window;

use std::sync::Arc;

use super::balance::Walk;
use super::label::{Narratives, Verdict};
use super::ledger::Ledger;
use super::ruleset::Ruleset;
use super::stream::Streams;

pub use accounts::AccountFacts;
pub use affordability::Affordability;
pub use balances::Balances;
pub use cash_flow::CashFlow;
pub use commitments::Commitments;
pub use context::Context;
pub use evidence::Evidence;
pub use expenses::Expenses;
pub use forecast::Forecast;
pub use income::Income;
pub use quality::DataQuality;
pub use recurring::Recurring;
pub use risk::RiskIndicator;
pub use scope::{Scope, Who};
pub use summary::Summary;

/// Every figure of one order's report.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The published part.
    pub summary: Summary,
    /// How far the data carry.
    pub quality: DataQuality,
    /// The blocks of all applicants together.
    pub combined: Arc<Blocks>,
    /// The blocks of each applicant, in the order's sequence.
    pub applicants: Vec<Arc<Blocks>>,
    /// Facts that a lender asks about.
    pub risk: Vec<RiskIndicator>,
    /// Payments that come again and again.
    pub recurring: Vec<Recurring>,
    /// The next 90 days.
    pub forecast: Forecast,
    /// The accounts, as listed.
    pub accounts: Vec<AccountFacts>,
}

/// The blocks that stand once combined and once for each applicant.
#[derive(Clone, Debug)]
pub struct Blocks {
    /// `income`.
    pub income: Income,
    /// `expenses`.
    pub expenses: Expenses,
    /// `commitments`.
    pub commitments: Commitments,
    /// `balances`.
    pub balances: Balances,
    /// `cashFlow`.
    pub cash_flow: CashFlow,
    /// `affordability`.
    pub affordability: Affordability,
}

/// Draws the figures of a settled ledger.
#[must_use]
pub fn draw(
    ledger: &Ledger<'_>,
    narratives: &Narratives,
    verdicts: &[Verdict],
    streams: &Streams,
    walks: &[Walk],
    ruleset: &Ruleset,
) -> Figures {
    let ids: Vec<evidence::Id> = ledger.rows.iter().map(|row| row.id().into()).collect();
    let context = Context { ledger, narratives, verdicts, streams, walks, ruleset, ids: &ids };
    let scope = |who| Scope::of(who, ledger, verdicts, ruleset);
    let everyone = scope(Who::Combined);
    let combined = Arc::new(blocks(&context, &everyone));
    let applicants = match ledger.applicants.len() {
        // One applicant alone is everyone.
        1 => vec![Arc::clone(&combined)],
        several => (0..several).map(|applicant| Arc::new(blocks(&context, &scope(Who::Applicant(applicant))))).collect(),
    };
    Figures {
        summary: summary::draw(ledger, verdicts, ruleset),
        quality: quality::draw(&context, &everyone, &combined),
        risk: risk::draw(&context, &everyone, &combined),
        recurring: recurring::draw(&context, &everyone),
        forecast: forecast::draw(&context, &everyone),
        accounts: accounts::draw(ledger),
        combined,
        applicants,
    }
}

fn blocks(context: &Context<'_>, scope: &Scope) -> Blocks {
    let income = income::draw(context, scope);
    let expenses = expenses::draw(context, scope);
    let commitments = commitments::draw(context, scope, &income);
    let balances = balances::draw(context, scope, &income, &expenses);
    let cash_flow = cash_flow::draw(context, scope, &income);
    let affordability = affordability::draw(context, scope, &income, &expenses, &commitments);
    Blocks { income, expenses, commitments, balances, cash_flow, affordability }
}
