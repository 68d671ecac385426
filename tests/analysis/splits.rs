//! Own transfers that left as one sum and arrived as several.

use cdr_insights::submission::{Account, ProductCategory, Submission, Transaction};
use serde_json::Value;

use crate::support::*;

/// An everyday account 1234, two savers 5678 and 9012, and a card 4321.
fn household(rows: Vec<Transaction>) -> Submission {
    let numbered = |account: Account, digits: &str| Account { masked_number: Some(format!("xxxx {digits}").into()), ..account };
    let card = product("4-card", ProductCategory::CredAndChrgCards);
    single(
        vec![numbered(account("1"), "1234"), numbered(account("2"), "5678"), numbered(account("3"), "9012"), numbered(card, "4321")],
        rows,
    )
}

/// The amounts of each transfer, in cents.
fn transfers(rows: Vec<Transaction>) -> Vec<Vec<i128>> {
    let report = report(&household(rows));
    let mut found = std::collections::BTreeMap::<&str, Vec<i128>>::new();
    for row in report["transactions"].as_array().expect("a list") {
        if let Some(id) = row.get("transferPairId").and_then(Value::as_str) {
            assert_eq!((&row["category"], &row["transferScope"]), (&"INTERNAL_TRANSFER".into(), &"OWN".into()));
            found.entry(id).or_default().push(cents(&row["amount"]));
        }
    }
    let mut found: Vec<Vec<i128>> = found.into_values().collect();
    for amounts in &mut found {
        amounts.sort_unstable();
    }
    found.sort();
    found
}

fn out(day: &str, cents: i128) -> Transaction {
    row(day, -cents, "Transfer to own accounts Alex Citizen")
}

fn into(account: usize, day: &str, cents: i128) -> Transaction {
    row(day, cents, "Transfer from xx1234").account(account)
}

#[test]
fn one_debit_may_arrive_in_two_accounts() {
    let rows = vec![out("2026-03-02", 100_000), into(1, "2026-03-02", 70_000), into(2, "2026-03-03", 30_000)];
    assert_eq!(transfers(rows), [[-100_000, 30_000, 70_000]]);
}

#[test]
fn several_debits_may_arrive_as_one_credit() {
    let rows = vec![out("2026-03-02", 60_000), out("2026-03-02", 40_000), into(1, "2026-03-03", 100_000)];
    assert_eq!(transfers(rows), [[-60_000, -40_000, 100_000]]);
}

#[test]
fn a_whole_transfer_comes_before_a_sum() {
    let rows =
        vec![out("2026-03-02", 100_000), into(1, "2026-03-02", 70_000), into(2, "2026-03-02", 30_000), into(1, "2026-03-03", 100_000)];
    assert_eq!(transfers(rows), [[-100_000, 100_000]]);
}

#[test]
fn a_sum_that_two_choices_of_parts_give_is_none() {
    let rows =
        vec![out("2026-03-02", 100_000), into(1, "2026-03-02", 70_000), into(2, "2026-03-02", 30_000), into(2, "2026-03-03", 30_000)];
    assert_eq!(transfers(rows), Vec::<Vec<i128>>::new());
}

#[test]
fn parts_add_up_to_the_cent_and_arrive_at_once() {
    assert_eq!(
        transfers(vec![out("2026-03-02", 100_000), into(1, "2026-03-02", 70_000), into(2, "2026-03-02", 30_001)]),
        Vec::<Vec<i128>>::new()
    );
    assert_eq!(
        transfers(vec![out("2026-03-02", 100_000), into(1, "2026-03-02", 70_000), into(2, "2026-03-05", 30_000)]),
        Vec::<Vec<i128>>::new()
    );
}

#[test]
fn each_part_needs_the_evidence_of_a_transfer() {
    let friend = |cents| row("2026-03-02", cents, "Osko Payment From Kim Jones").account(1);
    let rows = vec![row("2026-03-02", -100_000, "Osko Payment To Robin Smith"), friend(70_000), friend(30_000)];
    assert_eq!(transfers(rows), Vec::<Vec<i128>>::new());
    let pay = row("2026-03-02", 30_000, "SALARY ACME PTY LTD").account(2);
    assert_eq!(transfers(vec![out("2026-03-02", 100_000), into(1, "2026-03-02", 70_000), pay]), Vec::<Vec<i128>>::new());
}

#[test]
fn a_debt_is_no_part_of_a_sum() {
    let rows = vec![out("2026-03-02", 100_000), into(1, "2026-03-02", 70_000), into(3, "2026-03-02", 30_000)];
    assert_eq!(transfers(rows), Vec::<Vec<i128>>::new());
}

#[test]
fn a_crowd_of_parts_is_not_tried() {
    let mut rows = vec![out("2026-03-02", 100_000)];
    rows.extend((0..200).map(|at| into(1 + at % 2, "2026-03-02", 10_007 + i128::try_from(at).expect("small"))));
    assert_eq!(transfers(rows), Vec::<Vec<i128>>::new());
}
