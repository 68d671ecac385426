//! Rows that came twice, and rows that only look like it.

use cdr_insights::submission::{Extended, Transaction};
use serde_json::json;

use crate::support::*;

const CAFE: &str = "CAFE NERO NEWTOWN";

fn count(transactions: Vec<Transaction>) -> u64 {
    counted(&report(&everyday(transactions)))
}

#[test]
fn two_identical_coffees_of_one_day_are_two() {
    let report = report(&everyday(vec![row("2026-03-02", -550, CAFE), row("2026-03-02", -550, CAFE)]));
    assert_eq!(counted(&report), 2);
    assert!(rows(&report, CAFE).iter().all(|row| flags(row) == ["possibleDuplicate"]));
    assert_eq!(report["dataQuality"]["duplicates"], json!([]));
    assert_eq!(count(vec![row("2026-03-02", -550, CAFE).id("a"), row("2026-03-02", -550, CAFE).id("b")]), 2);
}

#[test]
fn one_id_is_one_row_however_often_it_comes() {
    let coffee = || row("2026-03-02", -550, CAFE).id("a");
    let report = report(&everyday(vec![coffee(), coffee(), coffee()]));
    assert_eq!(counted(&report), 1);
    assert_eq!(report["transactions"].as_array().expect("a list").len(), 1);
    assert_eq!(report["dataQuality"]["duplicates"], json!([{"transactionIds": ["a"], "reason": "SAME_ID"}]));
}

#[test]
fn one_id_on_two_accounts_is_two_rows() {
    let coffee = |account| row("2026-03-02", -550, CAFE).id("a").account(account);
    assert_eq!(counted(&report(&single(vec![account("one"), account("two")], vec![coffee(0), coffee(1)]))), 2);
}

#[test]
fn a_detail_row_completes_its_list_row() {
    let list = Transaction { merchant_name: Some("Cafe Nero".into()), ..row("2026-03-02", -550, "PURCHASE").id("a") };
    let detail = Transaction {
        extended: Some(Box::new(Extended { payee: Some("Nero".into()), ..Extended::default() })),
        ..row("2026-03-02", -550, "PURCHASE").id("a")
    };
    for order in [vec![list.clone(), detail.clone()], vec![detail, list]] {
        let report = report(&everyday(order));
        assert_eq!(counted(&report), 1);
        assert_eq!(rows(&report, "PURCHASE")[0]["merchant"], "Cafe Nero");
        assert_eq!(report["dataQuality"]["duplicates"], json!([]), "a detail is no repeat");
    }
}

#[test]
fn rows_of_one_id_that_disagree_are_one_row_and_a_warning() {
    let submission = everyday(vec![row("2026-03-02", -550, CAFE).id("a"), row("2026-03-02", -550, "CAFE NERO").id("a")]);
    assert_eq!(counted(&report(&submission)), 1);
    assert_eq!(warning_codes(&submission), ["CONFLICTING_REPEATS"]);
}

#[test]
fn money_in_without_an_id_is_not_counted_twice() {
    let report = report(&everyday(vec![row("2026-03-02", 231_245, "ACME PTY LTD"), row("2026-03-02", 231_245, "ACME PTY LTD")]));
    assert_eq!(counted(&report), 1);
    let twice = rows(&report, "ACME PTY LTD");
    assert_eq!(twice.iter().filter(|row| flags(row).contains(&"duplicate")).count(), 1);
    let ids: Vec<_> = twice.iter().map(|row| row["transactionId"].clone()).collect();
    assert_eq!(report["dataQuality"]["duplicates"], json!([{"transactionIds": ids, "reason": "SAME_CONTENT"}]));
}

#[test]
fn a_large_odd_amount_without_an_id_is_not_paid_twice_a_day() {
    assert_eq!(count(vec![row("2026-03-02", -8_437, "WOOLWORTHS"), row("2026-03-02", -8_437, "WOOLWORTHS")]), 1);
    // People take out and send round sums twice.
    assert_eq!(count(vec![row("2026-03-02", -10_000, "WDL ATM"), row("2026-03-02", -10_000, "WDL ATM")]), 2);
    assert_eq!(count(vec![row("2026-03-02", -8_437, "WOOLWORTHS"), row("2026-03-03", -8_437, "WOOLWORTHS")]), 2, "another day");
}

#[test]
fn the_same_second_is_the_same_coffee() {
    let coffee = |time: &str| row("2026-03-02", -550, CAFE).executed(at(time));
    assert_eq!(count(vec![coffee("2026-03-02T07:41:13Z"), coffee("2026-03-02T07:41:13Z")]), 1);
    assert_eq!(count(vec![coffee("2026-03-02T07:41:13Z"), coffee("2026-03-02T07:58:40Z")]), 2);
    // With ids too: posted again under another.
    let report = report(&everyday(vec![coffee("2026-03-02T07:41:13Z").id("a"), coffee("2026-03-02T07:41:13Z").id("b")]));
    assert_eq!(report["dataQuality"]["duplicates"], json!([{"transactionIds": ["a", "b"], "reason": "REPOSTED"}]));
}

#[test]
fn a_time_that_a_holder_invents_tells_nothing() {
    let mut all: Vec<Transaction> = (1..9)
        .map(|day| row(&format!("2026-03-0{day}"), -1_000 - day, "PARKING").executed(at(&format!("2026-03-0{day}T12:00:00Z"))))
        .collect();
    all.extend([row("2026-03-02", -550, CAFE), row("2026-03-02", -550, CAFE)].map(|row| row.executed(at("2026-03-02T12:00:00Z"))));
    assert_eq!(count(all), 10);
}

#[test]
fn a_page_that_came_twice_is_one_page() {
    let page = |texts: &[&str]| -> Vec<Transaction> { texts.iter().map(|text| row("2026-03-02", -550, text)).collect() };
    let mut twice = page(&["CAFE", "BAKERY", "BUS", "KIOSK"]);
    twice.extend(page(&["CAFE", "BAKERY", "BUS"]));
    assert_eq!(count(twice), 4);
    let mut coffees = page(&["CAFE", "BAKERY", "BUS", "KIOSK", "LIBRARY", "NEWSAGENT"]);
    coffees.extend(page(&["CAFE", "BAKERY"]));
    assert_eq!(count(coffees), 8, "two of six are two habits");
    let mut busy = page(&["CAFE", "BAKERY", "BUS", "KIOSK", "LIBRARY", "NEWSAGENT"]);
    busy.extend(page(&["CAFE", "BAKERY", "BUS"]));
    assert_eq!(count(busy), 9, "half of a day is no page");
}

#[test]
fn one_end_to_end_id_is_one_payment() {
    let paid = |id: &str, end_to_end: &str, date: &str| Transaction {
        extended: Some(Box::new(Extended { end_to_end_id: Some(end_to_end.into()), ..Extended::default() })),
        ..row(date, -2_000, "OSKO PAYMENT TO SAM").id(id)
    };
    assert_eq!(count(vec![paid("a", "E1", "2026-03-02"), paid("b", "E1", "2026-03-03")]), 1);
    assert_eq!(count(vec![paid("a", "E1", "2026-03-02"), paid("b", "E2", "2026-03-02")]), 2);
    assert_eq!(count(vec![paid("a", "NOTPROVIDED", "2026-03-02"), paid("b", "NOTPROVIDED", "2026-03-02")]), 2);
    assert_eq!(count(vec![paid("a", "E1", "2026-03-02"), paid("b", "E1", "2026-03-09")]), 2, "a week later it is the next one");
}

#[test]
fn one_receipt_is_one_purchase() {
    let bought = |id: &str, date: &str, receipt: &str| row(date, -550, &format!("Visa Purchase - Receipt {receipt} In NEWTOWN")).id(id);
    assert_eq!(count(vec![bought("a", "2026-03-02", "123456"), bought("b", "2026-03-03", "123456")]), 1);
    assert_eq!(count(vec![bought("a", "2026-03-02", "123456"), bought("b", "2026-03-02", "654321")]), 2);
}

#[test]
fn a_direct_debits_number_is_no_receipt() {
    let debit = |id: &str, date: &str| row(date, -8_437, "Direct Debit 123456 GYM").id(id);
    let twice_a_month = vec![debit("a", "2026-03-02"), debit("b", "2026-03-04"), debit("c", "2026-04-02")];
    assert_eq!(count(twice_a_month), 3);
}

#[test]
fn a_purchase_of_one_day_posted_on_two_is_one() {
    let bought = |id: &str, posted: &str, cents| row(posted, cents, "HARDWARE STORE").id(id).executed(on("2026-03-01"));
    assert_eq!(count(vec![bought("a", "2026-03-02", -8_437), bought("b", "2026-03-04", -8_437)]), 1);
    assert_eq!(count(vec![bought("a", "2026-03-02", -8_437), bought("b", "2026-03-02", -8_437)]), 2, "posted together");
    assert_eq!(count(vec![bought("a", "2026-03-02", -550), bought("b", "2026-03-04", -550)]), 2, "small change");
}

#[test]
fn made_ids_are_the_rows_own() {
    let submission = |more: Vec<Transaction>| everyday([vec![row("2026-03-02", -550, CAFE), row("2026-03-02", -550, CAFE)], more].concat());
    let ids = |report: &serde_json::Value| -> Vec<String> {
        rows(report, CAFE).iter().map(|row| row["transactionId"].as_str().expect("an id").to_owned()).collect()
    };
    let alone = ids(&report(&submission(Vec::new())));
    assert!(alone[0] != alone[1] && alone.iter().all(|id| id.starts_with("made:")));
    assert_eq!(ids(&report(&submission(vec![row("2026-03-01", -700, "PARKING"), row("2026-03-02", -550, "BAKERY")]))), alone);
    // A holder's id that happens to be one of ours is stepped around.
    let taken = ids(&report(&submission(vec![row("2026-03-09", -1, "ODD").id(&alone[0])])));
    assert!(!taken.contains(&alone[0]));
    assert_eq!(taken[1], alone[1]);
}

#[test]
fn a_debit_that_was_given_back_and_tried_again_is_no_repeat() {
    let rows = vec![
        row("2026-03-02", -9_416, "PAYMENT TO AGL SALES 244537812").id("1"),
        row("2026-03-04", 9_416, "RETURNED AGL SALES").id("2"),
        row("2026-03-06", -9_416, "PAYMENT TO AGL SALES 244537812").id("3"),
    ];
    let report = report(&everyday(rows));
    assert_eq!(report["dataQuality"]["duplicates"], serde_json::json!([]));
    assert_eq!(counted(&report), 3);
}

#[test]
fn what_keeps_its_rhythm_is_not_debited_twice_in_two_days() {
    let weekly = |extra: Option<(&str, i128)>| {
        let dates = ["2026-03-02", "2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30"];
        let mut rows: Vec<Transaction> =
            dates.iter().enumerate().map(|(at, date)| row(date, -18_312, "AUTOPAY HUMMING 501084059").id(&at.to_string())).collect();
        rows.extend(extra.map(|(date, cents)| row(date, cents, "AUTOPAY HUMMING 501084059").id("again")));
        report(&everyday(rows))["dataQuality"]["duplicates"].take()
    };
    assert_eq!(weekly(Some(("2026-03-17", -18_312)))[0]["reason"], "REPOSTED");
    assert_eq!(weekly(Some(("2026-03-19", -18_312))), serde_json::json!([]), "three days later it may be another");
    assert_eq!(weekly(Some(("2026-03-17", -18_313))), serde_json::json!([]));
    assert_eq!(weekly(None), serde_json::json!([]));
}
