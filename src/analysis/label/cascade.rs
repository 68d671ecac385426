//! The layers in the order in which they are asked. The first that answers decides.

use super::candidates::{Candidate, Candidates};
use super::evidence::Evidence;
use super::{Layer, Verdict, structured};
use crate::analysis::ruleset::{Category, Class, MccPrior, Ruleset, Source, Witness, Witnesses};

/// A merchant category code this sure may contradict a name.
const SURE_CODE: u16 = 900;

/// A row with all that was found in it.
pub(super) struct Case<'a> {
    pub(super) evidence: &'a Evidence<'a>,
    pub(super) candidates: &'a Candidates<'a>,
    pub(super) ruleset: &'a Ruleset,
}

/// What a layer says. The verdict's confidence is what its line states; class and witnesses make a frequency of it.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) verdict: Verdict,
    pub(super) class: Class,
    pub(super) witnesses: Witnesses,
}

impl Answer {
    pub(super) fn new(class: Class, verdict: Verdict) -> Self {
        Self { verdict, class, witnesses: Witnesses::default() }
    }

    /// The verdict with a confidence that is a frequency.
    pub(super) fn weighed(self, ruleset: &Ruleset) -> Verdict {
        let confidence = ruleset.confidence().of(self.class, self.verdict.confidence, self.witnesses);
        Verdict { confidence, ..self.verdict }
    }
}

/// One layer: what an analyst calls it, and how it is asked.
pub(super) type Step = (&'static str, fn(&Case<'_>) -> Option<Answer>);

/// The cascade.
pub(super) const STEPS: [Step; 11] = [
    ("credit that reads like a failure", |case| {
        structured::failure(case.evidence, case.candidates, case.ruleset.known()).map(|verdict| Answer::new(Class::Rule, verdict))
    }),
    ("fee or interest by its type", |case| {
        structured::fee_or_interest(case.evidence, case.candidates, case.ruleset).map(|verdict| Answer::new(Class::Rule, verdict))
    }),
    ("cash machine", |case| {
        structured::cash_machine(case.evidence, case.candidates, case.ruleset.known()).map(|verdict| Answer::new(Class::Rule, verdict))
    }),
    ("phrases, names, brands and cue words", words),
    ("purpose code", |case| structured::purpose(case.evidence, case.ruleset.known()).map(|verdict| Answer::new(Class::Rule, verdict))),
    ("credit on a debt", |case| {
        structured::debt_payment(case.evidence, case.candidates, case.ruleset.known()).map(|verdict| Answer::new(Class::Rule, verdict))
    }),
    ("money back from where it was spent", |case| {
        let other = case.candidates.other_way()?;
        structured::money_back(&other, case.evidence, case.ruleset).map(|verdict| Answer::new(Class::Back, verdict))
    }),
    ("name cut by the width of its field", |case| case.candidates.cut_off(case.evidence, case.ruleset).map(|cut| by_rule(&cut, case))),
    ("merchant category code", |case| {
        let (code, prior) = mcc_prior(case)?;
        Some(Answer::new(Class::Code, structured::by_code(case.evidence, code, prior, case.ruleset.known())))
    }),
    ("cash over a counter", |case| {
        structured::over_a_counter(case.evidence, case.ruleset.known()).map(|verdict| Answer::new(Class::Rule, verdict))
    }),
    ("payment between accounts", |case| {
        structured::between_accounts(case.evidence, &case.candidates.party, case.ruleset.known())
            .map(|verdict| Answer::new(Class::Party, verdict))
    }),
];

/// The rules whose words stand in the row.
fn words(case: &Case<'_>) -> Option<Answer> {
    let best = case.candidates.best()?;
    // What ends the text may be cut, and say more than what stands whole: SHELL COLES EXPRES, EASTGATE DISCOUNT PHARMA.
    let may_be_cut = best.rule.source != Source::Phrase && !best.ends_the_name(case.evidence);
    let cut = may_be_cut.then(|| case.candidates.cut_off(case.evidence, case.ruleset)).flatten();
    Some(by_rule(&cut.filter(|cut| cut.says_more_than(&best)).unwrap_or(best), case))
}

fn by_rule(best: &Candidate<'_>, case: &Case<'_>) -> Answer {
    let rule = best.rule;
    let ruleset = case.ruleset;
    let mut witnesses =
        best.witnesses.with_if(case.candidates.disputes(best), Witness::Disputed).with_if(case.candidates.agrees(best), Witness::SameField);
    if let Some((code, prior)) = mcc_prior(case).filter(|_| rule.source != Source::Phrase && !case.evidence.is_credit) {
        if prior.category == rule.category {
            witnesses = witnesses.with(Witness::SameCode);
        } else if prior.confidence >= SURE_CODE && are_apart(prior.category, rule.category, ruleset) {
            if rule.source == Source::Cue {
                return Answer::new(Class::Code, structured::by_code(case.evidence, code, prior, ruleset.known()));
            }
            witnesses = witnesses.with(Witness::OtherCode);
        }
    }
    let (layer, class) = match rule.source {
        Source::Phrase => (Layer::Phrase, Class::Phrase),
        Source::Name => (Layer::Name, Class::Name),
        Source::Brand => (Layer::Name, Class::Brand),
        Source::Cue => (Layer::Cue, Class::Cue),
    };
    let verdict = Verdict {
        category: rule.category,
        confidence: rule.confidence,
        layer,
        rule: rule.id.clone(),
        matched: best.matched(case.evidence).into(),
        merchant: rule.merchant.clone(),
    };
    Answer { verdict, class, witnesses }
}

fn mcc_prior(case: &Case<'_>) -> Option<(u16, MccPrior)> {
    let code = case.evidence.row.merchant_category_code?;
    case.ruleset.mcc_prior(code).map(|prior| (code, structured::corrected(case.evidence, code, prior, case.ruleset.known())))
}

/// True for categories that a narrative alone can tell apart.
fn are_apart(one: Category, other: Category, ruleset: &Ruleset) -> bool {
    ruleset.group(one) != ruleset.group(other)
        && !ruleset.ambiguous_with(one).contains(&other)
        && !ruleset.ambiguous_with(other).contains(&one)
}
