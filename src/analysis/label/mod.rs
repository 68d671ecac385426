//! Narrative to label: every answer is `{category, confidence, layer, rule, matched}`.

pub mod narrative;

use super::ruleset::{Category, Ruleset};
use crate::submission::{Account, Transaction};

/// Which layer of the cascade answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the layers of the cascade, in order")]
pub enum Layer {
    Structured,
    Phrase,
    Name,
    Cue,
    MerchantCategoryCode,
    Stream,
    Ledger,
    Abstained,
}

/// What a row is, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The category.
    pub category: Category,
    /// Thousandths: 985 = 0.985.
    pub confidence: u16,
    /// Who said so.
    pub layer: Layer,
    /// Which rule: `file:line` of a data file, or a name for a rule in code.
    pub rule: std::sync::Arc<str>,
    /// The words of the row that it matched.
    pub matched: Box<str>,
    /// The merchant, biller or payer, as the rule file names it.
    pub merchant: Option<std::sync::Arc<str>>,
}

/// Labels one row by itself: what it says, not what its neighbours say.
#[must_use]
pub fn label(row: &Transaction, _account: &Account, _narrative: &narrative::Narrative, ruleset: &Ruleset) -> Verdict {
    let known = ruleset.known();
    Verdict {
        category: if row.amount.is_positive() { known.uncategorised_credit } else { known.uncategorised },
        confidence: 300,
        layer: Layer::Abstained,
        rule: "nothing".into(),
        matched: "".into(),
        merchant: None,
    }
}
