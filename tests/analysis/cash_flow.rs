//! What came in and went out: each month by hand, and what only moved.

use cdr_insights::submission::{Account, ProductCategory, Submission, Transaction, TransactionType};
use serde_json::{Value, json};

use crate::support::*;

const FOOD: &str = "WOOLWORTHS 1234 SYDNEY";

fn cash_flow(submission: &Submission) -> Value {
    report(submission)["cashFlow"].take()
}

fn month<'a>(cash_flow: &'a Value, month: &str) -> &'a Value {
    cash_flow["months"].as_array().expect("a list").iter().find(|of| of["month"] == month).expect("a complete month")
}

fn sums(month: &Value) -> [i128; 6] {
    ["in", "out", "net", "inWithPersonMoney", "outWithPersonMoney", "netWithPersonMoney"].map(|figure| cents(&month[figure]))
}

fn numbered(id: &str, number: &str) -> Account {
    Account { masked_number: Some(format!("xxxx {number}").into()), ..account(id) }
}

/// A pay each second Thursday of the year.
pub(crate) fn pays(amount: i128) -> Vec<Transaction> {
    (0..26)
        .map(|at| row(&day("2025-11-27").saturating_add(jiff::Span::new().days(14 * at)).to_string(), amount, "SALARY ACME PTY LTD"))
        .collect()
}

#[test]
fn a_month_adds_up_by_what_each_row_is() {
    let rows = vec![
        row("2026-03-02", 400_000, "SALARY ACME PTY LTD"),
        row("2026-03-03", -33_000, "KMART 1042 MARION SA AUS Card xx8812"),
        row("2026-03-20", 13_000, "REFUND KMART MARION SA AUS Card xx8812"),
        row("2026-03-04", -10_000, "SPORTSBET"),
        row("2026-03-05", 4_000, "SPORTSBET WITHDRAWAL"),
        row("2026-03-06", -20_000, "Wdl ATM CBA ATM NEWTOWN"),
        row("2026-03-07", -5_000, "PAYMENT TO AFTERPAY"),
        row("2026-03-08", -15_000, "Osko Payment To Jo Nguyen"),
        row("2026-03-09", 7_000, "Osko Payment From Jo Nguyen"),
        row("2026-03-10", -50_000, "TRANSFER TO XX5678 SAVINGS"),
        row("2026-03-10", 50_000, "TRANSFER FROM XX1234 EVERYDAY").account(1),
        row("2026-03-11", -30_000, "COMMSEC"),
        row("2026-03-12", -6_000, "DIRECT DEBIT 20914 NETFLIX").kind(TransactionType::DirectDebit),
        row("2026-03-13", 6_000, "DIRECT DEBIT DISHONOUR NETFLIX"),
        row("2026-03-14", -7_777, FOOD).pending(),
    ];
    let report = report(&single(vec![numbered("everyday", "1234"), numbered("savings", "5678")], rows));
    let of: Vec<&str> =
        report["transactions"].as_array().expect("a list").iter().map(|row| row["category"].as_str().expect("a code")).collect();
    assert!(of.contains(&"INVESTMENT_CONTRIBUTION") && of.contains(&"GAMBLING_WINNINGS") && of.contains(&"REVERSAL"), "{of:?}");
    // In 4,000.00 and 40.00 of winnings; out 330.00 − 130.00 + 100.00 + 200.00 + 50.00.
    assert_eq!(sums(month(&report["cashFlow"], "2026-03")), [404_000, 55_000, 349_000, 411_000, 70_000, 341_000]);
    assert_eq!(sums(month(&report["cashFlow"], "2026-04")), [0; 6], "an empty month is a month");
    assert_eq!(report["cashFlow"]["months"].as_array().expect("a list").len(), 11);
    let transfers = &report["cashFlow"]["transfers"];
    assert_eq!((&transfers["own"]["count"], cents(&transfers["own"]["in"]), cents(&transfers["own"]["out"])), (&json!(1), 50_000, 50_000));
}

#[test]
fn a_month_of_three_pays_is_no_better_than_one_of_two() {
    let mut rows = pays(200_000);
    rows.extend((1..=10).map(|month| row(&format!("2026-{month:02}-05"), -100_000, FOOD)));
    rows.push(row("2025-12-05", -100_000, FOOD));
    let cash_flow = cash_flow(&everyday(rows));
    let posted: Vec<i128> = cash_flow["months"].as_array().expect("a list").iter().map(|month| cents(&month["in"])).collect();
    assert!(posted.contains(&600_000) && posted.contains(&400_000), "{posted:?}");
    // 2,000.00 a fortnight over 31 and over 30 days, less 1,000.00.
    assert_eq!((cents(&cash_flow["netCashFlow"]["median"]), cents(&cash_flow["netCashFlow"]["p20"])), (342_857, 328_571));
    assert_eq!(cash_flow["monthsInDeficit"], 0);
}

#[test]
fn months_in_deficit_are_counted_without_person_money() {
    let mut rows: Vec<Transaction> = (1..=6).map(|month| row(&format!("2026-{month:02}-05"), -100_000, FOOD)).collect();
    rows.extend((1..=6).map(|month| row(&format!("2026-{month:02}-06"), 500_000, "Osko Payment From Jo Nguyen")));
    let cash_flow = cash_flow(&everyday(rows));
    assert_eq!(cash_flow["monthsInDeficit"], 6);
    assert_eq!(cents(&cash_flow["netCashFlow"]["median"]), -100_000);
}

#[test]
fn too_few_months_have_no_middle() {
    let short = Account { data_from: Some(day("2026-08-01")), ..account("short") };
    let cash_flow = self::cash_flow(&single(vec![short], vec![row("2026-09-05", -100_000, FOOD)]));
    assert_eq!(cash_flow["months"].as_array().expect("a list").len(), 3);
    assert!(cash_flow["netCashFlow"]["median"].is_null() && cash_flow["netCashFlow"]["p20"].is_null());
    assert_eq!(cash_flow["evidence"]["netCashFlow"]["reason"], "COVERAGE_TOO_SHORT");
    assert_eq!(cash_flow["monthsInDeficit"], 1);
    let shorter = Account { data_from: Some(day("2026-10-14")), ..account("shorter") };
    let none = self::cash_flow(&single(vec![shorter], vec![row("2026-10-20", -100_000, FOOD)]));
    assert_eq!((&none["months"], &none["monthsInDeficit"]), (&json!([]), &Value::Null));
    assert_eq!(none["evidence"]["monthsInDeficit"]["reason"], "COVERAGE_TOO_SHORT");
}

#[test]
fn money_between_applicants_is_a_persons_to_each_and_moves_nothing_together() {
    let couple = submission(vec![
        customer("c1", "Alex Citizen", vec![numbered("a", "1234")], vec![row("2026-03-10", -50_037, "TRANSFER TO XX5678 SAM OTHER")]),
        customer("c2", "Sam Other", vec![numbered("b", "5678")], vec![row("2026-03-10", 50_037, "TRANSFER FROM XX1234 ALEX CITIZEN")]),
    ]);
    let report = report(&couple);
    let household = |block: &Value| {
        let moved = &block["cashFlow"]["transfers"]["household"];
        (moved["count"].as_u64().expect("a number"), cents(&moved["in"]), cents(&moved["out"]))
    };
    assert_eq!(household(&report), (1, 50_037, 50_037));
    assert_eq!(sums(month(&report["cashFlow"], "2026-03")), [0; 6]);
    let [alex, sam] = &report["applicants"].as_array().expect("a list")[..] else { panic!("two applicants") };
    assert_eq!((household(alex), household(sam)), ((1, 0, 50_037), (1, 50_037, 0)));
    assert_eq!(sums(month(&alex["cashFlow"], "2026-03")), [0, 0, 0, 0, 50_037, -50_037]);
    assert_eq!(sums(month(&sam["cashFlow"], "2026-03")), [0, 0, 0, 50_037, 0, 50_037]);
}

#[test]
fn a_repayment_of_a_shared_loan_goes_out_once_and_is_no_transfer() {
    let loan = Account { masked_number: Some("xxxx 9012".into()), ..product("loan", ProductCategory::ResidentialMortgages) };
    let rows = vec![
        row("2026-03-10", -250_013, "TRANSFER TO XX9012 HOME LOAN"),
        row("2026-03-10", 250_013, "TRANSFER FROM XX1234 REPAYMENT").account(1),
        row("2026-03-31", -190_000, "INTEREST CHARGED").account(1),
    ];
    let cash_flow = cash_flow(&single(vec![numbered("everyday", "1234"), loan], rows));
    assert_eq!(sums(month(&cash_flow, "2026-03"))[..3], [0, 250_013, -250_013]);
    assert_eq!(cash_flow["transfers"]["own"]["count"], 0);
}
