//! Every hand-written line decides its example, for the direction it is written for, and leaves its counter-example alone.

use cdr_insights::analysis::ruleset::{Example, Ruleset};
use cdr_insights::submission::ProductCategory;

use crate::support::{Question, credit, debit};

#[test]
fn every_example_is_decided_by_its_line() {
    let rules = Ruleset::embedded();
    let wrong: Vec<String> = rules.examples().iter().flat_map(|example| wrong_answers(&rules, example)).collect();
    assert!(rules.examples().len() > 1_000, "the files are there");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_counter_example_is_decided_by_the_line() {
    let rules = Ruleset::embedded();
    let mut asked = 0;
    let mut wrong = Vec::new();
    for example in rules.examples() {
        for is_credit in signs(example) {
            let Some(counter) = &example.counter else { continue };
            let verdict = ask(&rules, example, counter, is_credit).verdict();
            asked += 1;
            if verdict.rule == example.rule {
                wrong.push(format!("{}: {counter}", example.rule));
            }
        }
    }
    assert!(asked > 50, "there are counter-examples");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn wrong_answers(rules: &Ruleset, example: &Example) -> Vec<String> {
    let mut wrong = Vec::new();
    for is_credit in signs(example) {
        let verdict = ask(rules, example, &example.narrative, is_credit).verdict();
        if verdict.category != example.category || verdict.rule != example.rule {
            let (due, got) = (rules.code(example.category), rules.code(verdict.category));
            let sign = if is_credit { '+' } else { '-' };
            wrong.push(format!(
                "{}: {sign} {} is {due}, got {got} {} by {} [{}]",
                example.rule, example.narrative, verdict.confidence, verdict.rule, verdict.matched
            ));
        }
    }
    wrong
}

fn signs(example: &Example) -> Vec<bool> {
    example.is_credit.map_or_else(|| vec![false, true], |is_credit| vec![is_credit])
}

fn ask<'a>(rules: &'a Ruleset, example: &Example, narrative: &str, is_credit: bool) -> Question<'a> {
    let mut question = if is_credit { credit(rules, narrative) } else { debit(rules, narrative) };
    if let Some(code) = example.merchant_category_code {
        question = question.mcc(code);
    }
    if let Some(kind) = example.kind {
        question = question.kind(kind);
    }
    if example.is_debt == Some(true) {
        question = question.on(ProductCategory::PersLoans);
    }
    question
}
