//! The generator of households: it is one function of its seed, its lists keep their splits apart, its payloads are ones that the service takes.

#[expect(dead_code, reason = "the scorer uses more of it")]
#[path = "mod.rs"]
mod accuracy;

use std::collections::BTreeSet;

use accuracy::truth::Split;
use accuracy::{Recipe, household, lists, narrative};
use cdr_insights::analysis::ruleset::Ruleset;
use cdr_insights::submission::{ReadContext, parse};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const RECIPE: Recipe = Recipe { seed: 7, split: None, months: None };

fn context() -> ReadContext {
    ReadContext { now: Timestamp::UNIX_EPOCH, time_zone: TimeZone::get("Australia/Sydney").expect("a zone") }
}

#[test]
fn a_seed_is_a_household() {
    for index in 0..4 {
        assert_eq!(household(RECIPE, index).payload, household(RECIPE, index).payload);
    }
    assert_ne!(household(RECIPE, 0).payload, household(Recipe { seed: 8, ..RECIPE }, 0).payload);
}

#[test]
fn the_service_takes_every_payload() {
    for index in 0..24 {
        let made = household(RECIPE, index);
        let submission = parse(&made.payload, &context()).unwrap_or_else(|refused| panic!("household {index}: {refused:?}"));
        let posted = submission.customers.iter().map(|customer| customer.transactions.len()).sum::<usize>();
        assert!(posted >= made.truth.rows.len(), "household {index}: {posted} rows of the payload, {} of the truth", made.truth.rows.len());
        let odd: Vec<_> = submission.warnings.iter().filter(|warning| warning.code != "OLD_GENERATION").collect();
        assert!(odd.is_empty(), "household {index}: {odd:?}");
    }
}

#[test]
fn the_truth_speaks_of_rows_that_are_there_in_codes_that_exist() {
    let ruleset = Ruleset::embedded();
    let codes: BTreeSet<&str> = ruleset.categories().map(|category| ruleset.code(category)).collect();
    for index in 0..24 {
        let truth = household(RECIPE, index).truth;
        for row in truth.rows.values() {
            assert!(codes.contains(row.category), "{} is no category", row.category);
        }
        let streams = truth.streams.iter().flat_map(|stream| &stream.ids);
        let transfers = truth.transfers.iter().flat_map(|transfer| transfer.debits.iter().chain(&transfer.credits));
        let series = truth.series.iter().flat_map(|series| &series.ids);
        for id in streams.chain(transfers).chain(series) {
            assert!(truth.rows.contains_key(id), "household {index}: no row {id}");
        }
        for transfer in &truth.transfers {
            let sum: i64 = transfer.debits.iter().chain(&transfer.credits).map(|id| truth.rows[id].cents).sum();
            assert_eq!(sum, 0, "household {index}: a transfer that does not add up");
        }
    }
}

#[test]
fn no_name_and_no_bank_stands_in_both_splits() {
    let names =
        |split: Split| -> BTreeSet<&str> { lists::every_brand().filter(|brand| brand.split == split).map(|brand| brand.name).collect() };
    let (rule_writing, held_out) = (names(Split::RuleWriting), names(Split::HeldOut));
    assert!(rule_writing.len() >= 300 && held_out.len() >= 1_200, "{} and {}", rule_writing.len(), held_out.len());
    assert_eq!(rule_writing.intersection(&held_out).collect::<Vec<_>>(), Vec::<&&str>::new());
    let banks = |split| narrative::banks(split).len();
    assert!(banks(Split::RuleWriting) >= 5 && banks(Split::HeldOut) >= 3);
    let confusers = lists::confusers(Split::RuleWriting).len() + lists::confusers(Split::HeldOut).len();
    assert!(confusers >= 60, "{confusers} confusers");
}
