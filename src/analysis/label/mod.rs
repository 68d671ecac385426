//! Narrative to label: every answer is `{category, confidence, layer, rule, matched}`.
//!
//! A cascade, first sure answer wins: fees and interest by their type, phrases, cash machines, names, brands and cue words, purpose
//! codes, money back from a merchant, names that a narrative's width has cut, merchant category codes, transfers without a merchant.
//! What is left is not guessed: [`Layer::Abstained`].

mod candidates;
mod cascade;
mod evidence;
mod explain;
pub mod narrative;
mod numbers;
mod parts;
mod party;
mod proof;
mod reading;
mod structured;
mod tail;
mod tokens;

use std::sync::Arc;

use super::ruleset::{Category, Ruleset};
use crate::submission::{Account, Transaction};
use candidates::Candidates;
use cascade::{Case, STEPS};
use evidence::Evidence;
use narrative::Narrative;

pub use explain::{Asked, Considered, Explanation, explain};
pub use proof::{Contradiction, prove};
pub use reading::{Narratives, read};

/// Thousandths below which an answer is a guess, and not given.
pub const SURE_ENOUGH: u16 = 500;
/// How often no answer is the right one: where the truth has no category either.
const ABSTAINED: u16 = 10;
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
    pub rule: Arc<str>,
    /// The words of the row that it matched.
    pub matched: Arc<str>,
    /// The merchant, biller or payer, as the rule file names it.
    pub merchant: Option<Arc<str>>,
}

impl Verdict {
    /// A rule in code, with the words or the field that it read.
    fn by_code(layer: Layer, category: Category, confidence: u16, rule: &str, matched: &str) -> Self {
        Self { category, confidence, layer, rule: rule.into(), matched: matched.into(), merchant: None }
    }
}

/// Labels one row by itself: what it says, not what its neighbours say.
#[must_use]
pub fn label(row: &Transaction, account: &Account, narrative: &Narrative, ruleset: &Ruleset) -> Verdict {
    let evidence = Evidence::new(row, account, narrative);
    let candidates = Candidates::find(&evidence, ruleset, &mut ());
    let case = Case { evidence: &evidence, candidates: &candidates, ruleset };
    let answer = STEPS.iter().find_map(|(_, ask)| ask(&case));
    decide(answer.map(|answer| answer.weighed(ruleset)), &evidence, ruleset)
}

/// The answer, or none: a guess below the threshold leaves its rule as a trace.
fn decide(answer: Option<Verdict>, evidence: &Evidence<'_>, ruleset: &Ruleset) -> Verdict {
    let known = ruleset.known();
    let category = if evidence.is_credit { known.uncategorised_credit } else { known.uncategorised };
    match answer {
        Some(answer) if answer.confidence >= SURE_ENOUGH => answer,
        Some(guess) => Verdict { category, confidence: ABSTAINED, layer: Layer::Abstained, ..guess },
        // A payer without a word of what it pays: its rhythm may tell.
        None if evidence.is_credit && evidence.narrative.has_party() => {
            Verdict::by_code(Layer::Abstained, category, ABSTAINED, "words:payer-without-reason", &evidence.narrative.text)
        }
        None => Verdict::by_code(Layer::Abstained, category, ABSTAINED, "abstained", ""),
    }
}
