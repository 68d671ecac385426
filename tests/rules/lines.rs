//! Every hand-written line decides its example, for the direction it is written for, and leaves its counter-example alone.

use cdr_insights::analysis::label::prove;

use crate::support::embedded;

#[test]
fn every_line_does_what_it_says() {
    let rules = embedded();
    let counters = rules.examples().iter().filter(|example| example.counter.is_some()).count();
    assert!(rules.examples().len() > 10_000 && counters > 200, "the files are there: {}, {counters}", rules.examples().len());
    let wrong: Vec<String> = prove(rules).iter().map(|wrong| wrong.text(rules)).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
