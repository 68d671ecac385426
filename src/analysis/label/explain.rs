//! Why a row is labelled as it is: what was read, every rule whose words stand in it and what became of it, the layers in their order,
//! and how the confidence was made. The same code as the label itself, asked to the end and with someone listening.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use super::candidates::{Candidate, Candidates, Hearer, Refusal};
use super::cascade::{Answer, Case, STEPS};
use super::evidence::Evidence;
use super::narrative::Narrative;
use super::party::Party;
use super::{SURE_ENOUGH, Verdict, decide};
use crate::analysis::ruleset::{Category, Rule, Ruleset, Source};
use crate::submission::{Account, Transaction};

/// Everything that led to a verdict, in the order in which it was found out.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// What the normaliser made of the description.
    pub narrative: Narrative,
    /// Who the words name, where that was asked.
    pub party: String,
    /// The rules whose words stand in the row, best first, then the refused ones.
    pub candidates: Vec<Considered>,
    /// The layers in order, with their answers; those behind the one that decided are asked too.
    pub layers: Vec<Asked>,
    /// How the confidence was made, step by step.
    pub confidence: Vec<String>,
    /// The label.
    pub verdict: Verdict,
}

/// A rule whose words stand in the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Considered {
    /// `file:line`.
    pub rule: Arc<str>,
    /// What kind of rule it is.
    pub kind: &'static str,
    /// The words that it matched.
    pub words: String,
    /// Which text they stand in: 0 is the description, then the named fields that say something else.
    pub text: usize,
    /// The category of its line.
    pub category: Category,
    /// What its line states, thousandths.
    pub stated: u16,
    /// What became of it.
    pub outcome: String,
}

/// One layer of the cascade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Its name.
    pub layer: &'static str,
    /// What it answered: category, confidence in thousandths, rule, words.
    pub answer: Option<(Category, u16, Arc<str>, Arc<str>)>,
    /// Its answer is the verdict.
    pub decides: bool,
}

/// Listens to what is refused.
#[derive(Default)]
struct Listener(Vec<Refused>);

/// A rule that was refused.
struct Refused {
    segment: usize,
    words: Range<usize>,
    rule: Arc<str>,
    source: Source,
    category: Category,
    /// Confidence in thousandths.
    stated: u16,
    why: Refusal,
    /// The condition that was not met, as the rule writes it; empty where the refusal is no condition's.
    condition: String,
}

impl Hearer for Listener {
    fn refused(&mut self, segment: usize, words: Range<usize>, rule: &Rule, why: Refusal) {
        let condition = match why {
            Refusal::Condition(index) => rule.needs.get(index).map(ToString::to_string).unwrap_or_default(),
            _ => String::new(),
        };
        self.0.push(Refused {
            segment,
            words,
            rule: rule.id.clone(),
            source: rule.source,
            category: rule.category,
            stated: rule.confidence,
            why,
            condition,
        });
    }
}

/// Explains the label of one row by itself. Its verdict is that of [`label`](super::label()).
#[must_use]
pub fn explain(row: &Transaction, account: &Account, narrative: &Narrative, ruleset: &Ruleset) -> Explanation {
    let evidence = Evidence::new(row, account, narrative);
    let mut listener = Listener::default();
    let candidates = Candidates::find(&evidence, ruleset, &mut listener);
    let case = Case { evidence: &evidence, candidates: &candidates, ruleset };
    let answers: Vec<(&'static str, Option<Answer>)> = STEPS.iter().map(|(name, ask)| (*name, ask(&case))).collect();
    let decided = answers.iter().position(|(_, answer)| answer.is_some());
    let deciding = decided.and_then(|index| answers[index].1.clone());
    let confidence = deciding.as_ref().map(|answer| weighing(answer, ruleset)).unwrap_or_default();
    let verdict = decide(deciding.map(|answer| answer.weighed(ruleset)), &evidence, ruleset);
    let layers = (answers.into_iter().enumerate())
        .map(|(index, (layer, answer))| Asked {
            layer,
            answer: answer.map(|answer| {
                let weighed = answer.weighed(ruleset);
                (weighed.category, weighed.confidence, weighed.rule, weighed.matched)
            }),
            decides: decided == Some(index),
        })
        .collect();
    Explanation {
        narrative: narrative.clone(),
        party: party(&candidates.party, &evidence),
        candidates: considered(&candidates, listener, &evidence, ruleset),
        layers,
        confidence,
        verdict,
    }
}

fn party(party: &Party, evidence: &Evidence<'_>) -> String {
    match party {
        Party::Person { segment, name, is_full } => {
            let name = &evidence.segments[*segment].padded[name.clone()];
            format!("a person: {name}{}", if *is_full { "" } else { " (not a full name)" })
        }
        Party::Message => "nobody: only what people write to each other".to_owned(),
        Party::Account => "an account, as its owner or a bank calls it".to_owned(),
        Party::Company => "a business".to_owned(),
        Party::Unsaid => "not said, or not asked".to_owned(),
    }
}

/// How a line's number became a frequency.
fn weighing(answer: &Answer, ruleset: &Ruleset) -> Vec<String> {
    let table = ruleset.confidence();
    let stated = answer.verdict.confidence;
    let mut steps = vec![
        format!("stated: {}", thousandths(stated)),
        format!("curve of {}: {}", answer.class.name(), thousandths(table.worth(answer.class, stated))),
    ];
    steps.extend(answer.witnesses.each().map(|witness| {
        format!("{}: odds of being wrong × {}.{:02}", witness.name(), table.odds(witness) / 100, table.odds(witness) % 100)
    }));
    steps
}

fn considered(candidates: &Candidates<'_>, listener: Listener, evidence: &Evidence<'_>, ruleset: &Ruleset) -> Vec<Considered> {
    let best = candidates.best();
    let mut heard: Vec<&Candidate<'_>> = candidates.list.iter().collect();
    heard.sort_by_key(|one| (!one.is_way, std::cmp::Reverse(one.score(evidence.is_credit))));
    let mut list: Vec<Considered> = heard
        .into_iter()
        .map(|one| {
            let is_best = best.as_ref().is_some_and(|best| best.rule.id == one.rule.id && best.segment == one.segment);
            let outcome = match (is_best, one.is_way) {
                (true, _) => "the best of its direction".to_owned(),
                (_, true) => "heard, another ranks before it".to_owned(),
                (_, false) => "is for the other direction of money".to_owned(),
            };
            Considered {
                rule: one.rule.id.clone(),
                kind: kind(one.rule.source),
                words: one.matched(evidence).to_owned(),
                text: one.segment,
                category: one.rule.category,
                stated: one.rule.confidence,
                outcome,
            }
        })
        .collect();
    list.extend(listener.0.into_iter().map(|refused| Considered {
        rule: refused.rule,
        kind: kind(refused.source),
        words: evidence.segments[refused.segment].padded[refused.words].to_owned(),
        text: refused.segment,
        category: refused.category,
        stated: refused.stated,
        outcome: refusal(&refused.why, &refused.condition, ruleset),
    }));
    list
}

fn refusal(why: &Refusal, condition: &str, _ruleset: &Ruleset) -> String {
    match why {
        Refusal::NotInName => "refused: the words are the channel's or the place's, not the name's".to_owned(),
        Refusal::Condition(_) => format!("refused: its condition {condition} does not hold"),
        Refusal::Message => "refused: a person's name, or what people write to each other".to_owned(),
        Refusal::OneWord => "refused: one word of the brand index says too little in a payment between accounts".to_owned(),
        Refusal::Ordinary => "refused: an ordinary word beside the word of another trade".to_owned(),
        Refusal::Inside(rule) => format!("silent: its words lie inside the longer words of {rule}"),
    }
}

const fn kind(source: Source) -> &'static str {
    match source {
        Source::Phrase => "phrase",
        Source::Name => "name",
        Source::Brand => "brand",
        Source::Cue => "cue",
    }
}

fn thousandths(number: u16) -> String {
    format!("0.{number:03}")
}

impl Explanation {
    /// The explanation as text, one thought a line.
    ///
    /// # Panics
    /// Never: writing to a string does not fail.
    #[must_use]
    pub fn text(&self, ruleset: &Ruleset) -> String {
        let mut out = String::new();
        let narrative = &self.narrative;
        let mut line = |text: String| writeln!(out, "{text}").expect("writing to a string does not fail");
        line("read".to_owned());
        line(format!("  name of the other party   {}", narrative.text));
        line(format!("  channel                   {:?}", narrative.channel));
        if let Some(intermediary) = &narrative.intermediary {
            line(format!("  through                   {intermediary}"));
        }
        if !narrative.references.is_empty() {
            line(format!("  references                {}", narrative.references.join(", ")));
        }
        line(format!("  the words name            {}", self.party));
        line("rules whose words stand in the row".to_owned());
        if self.candidates.is_empty() {
            line("  none".to_owned());
        }
        for one in &self.candidates {
            let field = if one.text == 0 { String::new() } else { format!(" in field {}", one.text) };
            line(format!(
                "  {:6} {} {} [{}]{field} {}: {}",
                one.kind,
                one.rule,
                ruleset.code(one.category),
                one.words,
                thousandths(one.stated),
                one.outcome
            ));
        }
        line("layers in their order".to_owned());
        for (index, asked) in self.layers.iter().enumerate() {
            let answer = match &asked.answer {
                None => "no answer".to_owned(),
                Some((category, confidence, rule, matched)) => {
                    let mark = if asked.decides { "decides: " } else { "would say: " };
                    format!("{mark}{} {} by {rule} [{matched}]", ruleset.code(*category), thousandths(*confidence))
                }
            };
            line(format!("  {:2} {:38} {answer}", index + 1, asked.layer));
        }
        if !self.confidence.is_empty() {
            line(format!("confidence: {}", self.confidence.join("; ")));
        }
        let Verdict { category, confidence, rule, matched, layer, .. } = &self.verdict;
        line(format!("label: {} {} by {layer:?}, {rule} [{matched}]", ruleset.code(*category), thousandths(*confidence)));
        if *confidence < SURE_ENOUGH {
            line(format!("  a guess below {} is not given", thousandths(SURE_ENOUGH)));
        }
        out
    }
}
