//! Narrative to label: every answer is `{category, confidence, layer, rule, matched}`.
//!
//! A cascade, first sure answer wins: fees and interest by their type, phrases, cash machines, names, brands and cue words, purpose
//! codes, money back from a merchant, names that a narrative's width has cut, merchant category codes, transfers without a merchant.
//! What is left is not guessed: [`Layer::Abstained`].

mod candidates;
mod evidence;
pub mod narrative;
mod numbers;
mod parts;
mod party;
mod reading;
mod structured;
mod tokens;

use std::sync::Arc;

use super::ruleset::{Category, MccPrior, Ruleset, Source};
use crate::submission::{Account, Transaction};
use candidates::{Candidate, Candidates};
use evidence::Evidence;
use narrative::Narrative;

pub use reading::{Narratives, read};

/// Thousandths below which an answer is a guess, and not given.
pub const SURE_ENOUGH: u16 = 500;
/// Confidence of having no answer.
const ABSTAINED: u16 = 300;
/// A second, independent witness adds this much, up to [`MOST`].
const AGREEMENT: u16 = 10;
const MOST: u16 = 990;
/// What a witness that disagrees takes away.
const DISAGREEMENT: u16 = 60;
/// A merchant category code this sure may contradict a name.
const SURE_CODE: u16 = 900;

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
    let known = ruleset.known();
    let verdict = structured::fee_or_interest(&evidence, &candidates, ruleset)
        .or_else(|| structured::cash_machine(&evidence, &candidates, known))
        .or_else(|| candidates.best().map(|best| by_rule(&best, &evidence, &candidates, ruleset)))
        .or_else(|| structured::failure(&evidence, known))
        .or_else(|| structured::purpose(&evidence, known))
        .or_else(|| structured::debt_payment(&evidence, &candidates, known))
        .or_else(|| candidates.other_way().and_then(|other| structured::money_back(&other, &evidence, ruleset)))
        .or_else(|| candidates.cut_off(&evidence, ruleset).map(|cut| by_rule(&cut, &evidence, &candidates, ruleset)))
        .or_else(|| mcc_prior(&evidence, ruleset).map(|(code, prior)| structured::by_code(&evidence, code, prior, known)))
        .or_else(|| structured::by_channel(&evidence, &candidates, known));
    match verdict {
        Some(verdict) if verdict.confidence >= SURE_ENOUGH => verdict,
        guess => abstain(&evidence, guess, ruleset),
    }
}

/// No answer; a guess below the threshold leaves its rule as a trace.
fn abstain(evidence: &Evidence<'_>, guess: Option<Verdict>, ruleset: &Ruleset) -> Verdict {
    let known = ruleset.known();
    let category = if evidence.is_credit { known.uncategorised_credit } else { known.uncategorised };
    match guess {
        Some(guess) => Verdict { category, layer: Layer::Abstained, ..guess },
        None => Verdict::by_code(Layer::Abstained, category, ABSTAINED, "abstained", ""),
    }
}

fn by_rule(best: &Candidate<'_>, evidence: &Evidence<'_>, candidates: &Candidates<'_>, ruleset: &Ruleset) -> Verdict {
    let rule = best.rule;
    let mut confidence = best.confidence;
    if candidates.disputes(rule.category, confidence) {
        confidence = confidence.saturating_sub(DISAGREEMENT).max(confidence.min(SURE_ENOUGH));
    }
    if let Some((code, prior)) = mcc_prior(evidence, ruleset).filter(|_| rule.source != Source::Phrase && !evidence.is_credit) {
        if prior.category == rule.category {
            confidence = confidence.max(prior.confidence.min(confidence + DISAGREEMENT)).saturating_add(AGREEMENT).min(MOST);
        } else if prior.confidence >= SURE_CODE && are_apart(prior.category, rule.category, ruleset) {
            if rule.source == Source::Cue {
                return structured::by_code(evidence, code, prior, ruleset.known());
            }
            confidence = confidence.saturating_sub(if rule.source == Source::Name { AGREEMENT } else { DISAGREEMENT });
        }
    }
    let layer = match rule.source {
        Source::Phrase => Layer::Phrase,
        Source::Name | Source::Brand => Layer::Name,
        Source::Cue => Layer::Cue,
    };
    Verdict {
        category: rule.category,
        confidence,
        layer,
        rule: rule.id.clone(),
        matched: best.matched(evidence).into(),
        merchant: rule.merchant.clone(),
    }
}

fn mcc_prior(evidence: &Evidence<'_>, ruleset: &Ruleset) -> Option<(u16, MccPrior)> {
    let code = evidence.row.merchant_category_code?;
    ruleset.mcc_prior(code).map(|prior| (code, structured::corrected(evidence, code, prior, ruleset.known())))
}

/// True for categories that a narrative alone can tell apart.
fn are_apart(one: Category, other: Category, ruleset: &Ruleset) -> bool {
    ruleset.group(one) != ruleset.group(other)
        && !ruleset.ambiguous_with(one).contains(&other)
        && !ruleset.ambiguous_with(other).contains(&one)
}
