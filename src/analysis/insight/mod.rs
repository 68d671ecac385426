//! The figures, one file a block of the report.

pub mod accounts;
pub mod evidence;
pub mod quality;
pub mod summary;

use super::label::Verdict;
use super::ledger::Ledger;
use super::ruleset::Ruleset;

pub use accounts::AccountFacts;
pub use evidence::Evidence;
pub use quality::DataQuality;
pub use summary::Summary;

/// Every figure of one order's report.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The published part.
    pub summary: Summary,
    /// How far the data carry.
    pub quality: DataQuality,
    /// The accounts, as listed.
    pub accounts: Vec<AccountFacts>,
}

/// Draws the figures of a settled ledger.
#[must_use]
pub fn draw(ledger: &Ledger<'_>, verdicts: &[Verdict], ruleset: &Ruleset) -> Figures {
    Figures {
        summary: summary::draw(ledger, verdicts, ruleset),
        quality: quality::draw(ledger, verdicts),
        accounts: accounts::draw(ledger),
    }
}
