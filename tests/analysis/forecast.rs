//! The next 90 days: what leaves nothing to chance is reckoned by hand, what chance decides is the same each time.

use cdr_insights::submission::{Account, Balance, ProductCategory, Submission, Transaction};
use serde_json::{Value, json};

use crate::support::*;

const FOOD: &str = "WOOLWORTHS 1234 SYDNEY";
/// The complete months of an account of `support`.
const MONTHS: [&str; 11] =
    ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10"];

fn forecast(submission: &Submission) -> Value {
    report(submission)["forecast"].take()
}

fn known(account: usize, cents: i128) -> Balance {
    Balance { at: Some(at("2026-11-22T12:59:00Z")), ..balance(account, cents) }
}

fn with_balances(mut submission: Submission, balances: Vec<Balance>) -> Submission {
    submission.customers[0].balances = balances;
    submission
}

/// A pay of 4,000.00 on the 15th and food of 1,000.00 on the 20th of each month.
fn steady() -> Vec<Transaction> {
    let months = || MONTHS.iter().chain(&["2026-11"]);
    let pay = months().map(|month| row(&format!("{month}-15"), 400_000, "SALARY ACME PTY LTD"));
    pay.chain(months().map(|month| row(&format!("{month}-20"), -100_000, FOOD))).collect()
}

fn p50(forecast: &Value) -> Vec<(String, i128)> {
    let points = forecast["points"].as_array().expect("a list");
    points.iter().map(|point| (point["date"].as_str().expect("a day").to_owned(), cents(&point["p50"]))).collect()
}

#[test]
fn a_steady_life_leaves_nothing_to_chance() {
    let forecast = forecast(&with_balances(everyday(steady()), vec![known(0, 1_000_000)]));
    assert_eq!((&forecast["from"], &forecast["to"]), (&json!("2026-11-23"), &json!("2027-02-20")));
    assert_eq!(cents(&forecast["startBalance"]), 1_000_000);
    let points = p50(&forecast);
    assert_eq!(points.len(), 13);
    let at = |date: &str| points.iter().find(|point| point.0 == date).expect("a point").1;
    assert_eq!(at("2026-12-13"), 1_000_000);
    assert_eq!(at("2026-12-20"), 1_300_000, "a pay and the food of 20 December");
    assert_eq!(at("2027-01-17"), 1_700_000);
    assert_eq!(at("2027-02-20"), 1_900_000);
    for point in forecast["points"].as_array().expect("a list") {
        assert_eq!((&point["p10"], &point["p50"]), (&point["p50"], &point["p90"]), "{point}");
    }
    assert_eq!(forecast["lowestBalance"]["p50"], json!({"balance": 10000.0, "date": "2026-11-22"}));
    let backtest = &forecast["backtest"];
    assert_eq!((&backtest["from"], &backtest["to"]), (&json!("2026-09-24"), &json!("2026-11-22")));
    assert_eq!((cents(&backtest["meanAbsoluteError"]), cents(&backtest["endError"])), (0, 0));
    assert_eq!((&backtest["points"], &backtest["pointsWithin"]), (&json!(9), &json!(9)));
}

#[test]
fn past_months_are_drawn_whole() {
    let mut rows: Vec<Transaction> = steady().into_iter().filter(|row| row.amount.is_positive()).collect();
    // What is lent early in a month comes back before its 20th, never the same amount.
    let lent = [31_700, 5_900, 88_300, 41_900, 73_700, 21_100, 61_300, 84_700, 35_900, 97_300, 52_100];
    for (month, (at, amount)) in MONTHS.iter().zip((0..).zip(lent)) {
        rows.push(row(&format!("{month}-{:02}", 2 + at % 5), -amount, "Osko Payment To Jo Nguyen"));
        rows.push(row(&format!("{month}-{:02}", 16 + at % 4), amount, "Osko Payment From Jo Nguyen"));
    }
    let submission = with_balances(everyday(rows), vec![known(0, 1_000_000)]);
    let forecast = forecast(&submission);
    let point = |date: &str| {
        let points = forecast["points"].as_array().expect("a list");
        let point = points.iter().find(|point| point["date"] == date).expect("a point");
        ["p10", "p50", "p90"].map(|rank| cents(&point[rank]))
    };
    let [p10, p50, p90] = point("2026-12-13");
    assert!(p10 < p50 && p50 < p90, "{p10} {p50} {p90}");
    assert!(lent.contains(&(1_000_000 - p50)), "one month's loan is out: {p50}");
    assert_eq!(point("2027-01-31"), [1_800_000; 3], "and all of it came back, whichever months were drawn");
    assert_eq!(bytes(&submission), bytes(&submission));
}

#[test]
fn other_rows_draw_other_paths() {
    let seed = |rows| forecast(&with_balances(everyday(rows), vec![known(0, 1_000_000)]))["seed"].take();
    let mut more = steady();
    more.push(row("2026-03-03", -1, "PARKING"));
    let mut turned = steady();
    turned.reverse();
    assert_eq!(seed(steady()), seed(turned), "the order of the rows is nothing");
    assert_ne!(seed(steady()), seed(more));
}

#[test]
fn deposits_are_one_pool_and_debts_are_outside_it() {
    let numbered = |account: Account, number: &str| Account { masked_number: Some(format!("xxxx {number}").into()), ..account };
    let accounts = vec![
        numbered(account("everyday"), "1234"),
        numbered(account("savings"), "5678"),
        numbered(product("card", ProductCategory::CredAndChrgCards), "4321"),
        product("deposit", ProductCategory::TermDeposits),
    ];
    let mut rows: Vec<Transaction> = steady();
    for month in MONTHS.iter().chain(&["2026-11"]) {
        rows.push(row(&format!("{month}-16"), -50_011, "Transfer to xx5678 CommBank app"));
        rows.push(row(&format!("{month}-16"), 50_011, "Transfer from xx1234 CommBank app").account(1));
        rows.push(row(&format!("{month}-17"), -70_013, "Transfer to xx4321 CommBank app"));
        rows.push(row(&format!("{month}-17"), 70_013, "PAYMENT RECEIVED THANK YOU").account(2));
        rows.push(row(&format!("{month}-08"), -70_013, "CAFE NERO NEWTOWN").account(2));
    }
    // Underway over the end of a month: neither month is drawn without the other.
    rows.push(row("2026-01-30", -123_457, "Transfer to xx5678 CommBank app"));
    rows.push(row("2026-02-02", 123_457, "Transfer from xx1234 CommBank app").account(1));
    let balances = vec![known(0, 500_000), known(1, 600_000), known(2, -100_000), known(3, 9_000_000)];
    let forecast = forecast(&with_balances(single(accounts, rows), balances));
    assert_eq!(cents(&forecast["startBalance"]), 1_100_000, "the two deposit accounts");
    let last = p50(&forecast)[12].1;
    assert_eq!(last, 1_100_000 + 3 * (400_000 - 100_000 - 70_013), "what goes to savings stays, what goes to the card leaves");
    assert_eq!(forecast["points"][12]["p10"], forecast["points"][12]["p90"]);
    assert_eq!(cents(&forecast["backtest"]["meanAbsoluteError"]), 0);
}

#[test]
fn without_a_balance_there_is_no_forecast() {
    let forecast = forecast(&single(vec![account("everyday"), account("other")], steady()));
    for member in ["startBalance", "points", "lowestBalance", "backtest"] {
        assert!(forecast[member].is_null(), "{member}");
        assert_eq!(forecast["evidence"][member]["reason"], "NO_BALANCE", "{member}");
    }
    assert_eq!(forecast["evidence"]["startBalance"]["accountIds"], json!(["everyday", "other"]));
    let card = self::forecast(&with_balances(single(vec![product("card", ProductCategory::CredAndChrgCards)], vec![]), vec![known(0, -5)]));
    assert_eq!((&card["startBalance"], &card["evidence"]["points"]["reason"]), (&Value::Null, &json!("NO_DEPOSIT_ACCOUNT")));
}

#[test]
fn a_forecast_needs_three_past_months_and_its_test_five() {
    let since = |from: &str| {
        let account = Account { data_from: Some(day(from)), ..account("everyday") };
        let rows = steady().into_iter().filter(|row| row.posted.is_some_and(|posted| posted.day >= day(from))).collect();
        forecast(&with_balances(single(vec![account], rows), vec![known(0, 1_000_000)]))
    };
    let two = since("2026-08-24");
    assert_eq!((cents(&two["startBalance"]), &two["points"], &two["lowestBalance"]), (1_000_000, &Value::Null, &Value::Null));
    assert_eq!(two["evidence"]["points"]["reason"], "COVERAGE_TOO_SHORT");
    let three = since("2026-08-01");
    assert!(three["points"].is_array() && three["backtest"].is_null());
    assert_eq!(three["evidence"]["backtest"]["reason"], "COVERAGE_TOO_SHORT");
    assert!(since("2026-06-01")["backtest"].is_object());
}

#[test]
fn a_stream_that_ended_is_not_paid_again() {
    let mut rows: Vec<Transaction> = steady().into_iter().filter(|row| !row.amount.is_positive()).collect();
    rows.extend(MONTHS[..6].iter().map(|month| row(&format!("{month}-15"), 400_000, "SALARY ACME PTY LTD")));
    let forecast = forecast(&with_balances(everyday(rows), vec![known(0, 1_000_000)]));
    assert_eq!(p50(&forecast)[12].1, 1_000_000 - 3 * 100_000);
}
