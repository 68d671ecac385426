//! Which accounts are one, and which days they cover.

use cdr_insights::submission::{Account, Balance, Currency, Ownership, ProductCategory, Submission, Transaction};
use serde_json::json;

use crate::support::*;

/// Rows of a joint account, each on its own day, as a holder shows them to either customer.
fn shared_rows(count: usize) -> Vec<Transaction> {
    (0..count)
        .map(|at| {
            let date =
                day("2026-01-01").checked_add(jiff::SignedDuration::from_hours(24 * i64::try_from(at).expect("few"))).expect("this year");
            row(&date.to_string(), -1_000 - i128::try_from(at).expect("few"), "WOOLWORTHS")
        })
        .collect()
}

fn couple(a: Account, of_a: Vec<Transaction>, b: Account, of_b: Vec<Transaction>) -> Submission {
    submission(vec![customer("c1", "Alex Citizen", vec![a], of_a), customer("c2", "Sam Other", vec![b], of_b)])
}

fn numbered(id: &str, bsb: &str, number: &str) -> Account {
    Account { bsb: Some(bsb.into()), account_number: Some(number.into()), ownership: Ownership::TwoParty, ..account(id) }
}

fn accounts(report: &serde_json::Value) -> u64 {
    report["combinedSummary"]["combinedNumberOfAccounts"].as_u64().expect("a number")
}

#[test]
fn one_number_under_two_customers_is_one_account() {
    let report = report(&couple(numbered("a", "062000", "12345678"), shared_rows(3), numbered("b", "062000", "12345678"), shared_rows(3)));
    assert_eq!((accounts(&report), counted(&report)), (1, 3));
    assert_eq!(report["accounts"][0]["applicantIds"], json!(["c1", "c2"]));
    assert_eq!(report["accounts"][0]["sharedAs"], json!([{"customerId": "c1", "accountId": "a"}, {"customerId": "c2", "accountId": "b"}]));
    let reasons: Vec<_> = report["dataQuality"]["duplicates"].as_array().expect("a list").iter().map(|entry| &entry["reason"]).collect();
    assert_eq!(reasons, ["SAME_ACCOUNT"; 3]);
    for entry in report["dataQuality"]["duplicates"].as_array().expect("a list") {
        assert_eq!(entry["transactionIds"].as_array().expect("a list").len(), 2, "the counted row and the one left out");
    }
    assert_eq!(report["transactions"].as_array().expect("a list").len(), 6, "all are listed");
}

#[test]
fn what_one_consent_has_more_of_counts_too() {
    let mut more = shared_rows(3);
    more.push(row("2026-02-20", -7_777, "PARKING"));
    let report = report(&couple(numbered("a", "062000", "12345678"), shared_rows(3), numbered("b", "062000", "12345678"), more));
    assert_eq!(counted(&report), 4);
}

#[test]
fn another_number_is_another_account_whatever_its_rows() {
    let report =
        report(&couple(numbered("a", "062000", "12345678"), shared_rows(30), numbered("b", "062000", "12345679"), shared_rows(30)));
    assert_eq!((accounts(&report), counted(&report)), (2, 60));
}

#[test]
fn twenty_equal_rows_are_one_account() {
    let same = |rows| couple(account("a"), shared_rows(rows), account("b"), shared_rows(rows));
    assert_eq!((accounts(&report(&same(20))), counted(&report(&same(20)))), (1, 20));
    assert_eq!((accounts(&report(&same(19))), counted(&report(&same(19)))), (2, 38));
    assert_eq!(warning_codes(&same(19)), ["POSSIBLY_SAME_ACCOUNT"]);
    assert!(warning_codes(&same(20)).is_empty());
}

#[test]
fn equal_rows_must_be_nearly_all_of_the_overlap() {
    let with_others = |others: i128| {
        let mut rows = shared_rows(40);
        rows.extend((0..others).map(|at| row("2026-01-15", -9_000 - at, "ELSEWHERE")));
        report(&couple(account("a"), shared_rows(40), account("b"), rows))
    };
    assert_eq!(accounts(&with_others(2)), 1);
    assert_eq!(accounts(&with_others(3)), 2);
    // Outside the overlap nothing can be equal.
    let mut longer = shared_rows(40);
    longer.extend((1..29).map(|at| row(&format!("2026-06-{at:02}"), -9_000 - at, "LATER")));
    assert_eq!(accounts(&report(&couple(account("a"), shared_rows(40), account("b"), longer))), 1);
}

#[test]
fn equal_rows_of_other_products_or_of_one_customer_are_two_accounts() {
    let saver = product("b", ProductCategory::TermDeposits);
    assert_eq!(accounts(&report(&couple(account("a"), shared_rows(30), saver, shared_rows(30)))), 2);
    let mut both = shared_rows(30);
    both.extend(shared_rows(30).into_iter().map(|row| row.account(1)));
    assert_eq!(accounts(&report(&single(vec![account("a"), account("b")], both.clone()))), 2);
    // Nor where another customer stands beside them.
    let beside = customer("c2", "Sam Other", vec![account("c")], vec![row("2026-01-15", -100, "ELSE")]);
    let alex = customer("c1", "Alex Citizen", vec![account("a"), account("b")], both);
    assert_eq!(accounts(&report(&submission(vec![alex, beside]))), 3);
}

#[test]
fn four_digits_and_a_product_name_are_no_proof() {
    let masked =
        |id: &str| Account { masked_number: Some("xxx-xxx xxxxx5678".into()), product_name: Some("Smart Access".into()), ..account(id) };
    let report = report(&couple(masked("a"), shared_rows(5), masked("b"), vec![row("2026-05-05", -100, "ELSE")]));
    assert_eq!((accounts(&report), counted(&report)), (2, 6));
}

#[test]
fn coverage_is_what_was_asked_for() {
    let report = report(&everyday(vec![row("2026-03-02", -1000, "A"), row("2026-03-05", -1000, "B")]));
    assert_eq!(report["accounts"][0]["coverage"], json!({"from": "2025-11-23", "to": "2026-11-22", "assumed": false}));
    let quality = &report["dataQuality"]["accounts"][0];
    assert_eq!(quality["daysWithoutTransactions"], 363);
    assert_eq!(quality["longestGapDays"], 262, "from the sixth of March to the end");
    assert_eq!((&quality["firstPostedDate"], &quality["lastPostedDate"]), (&json!("2026-03-02"), &json!("2026-03-05")));
    assert_eq!(report["dataQuality"]["windows"], json!({"30": true, "60": true, "90": true, "180": true, "365": true}));
}

#[test]
fn coverage_is_assumed_where_nobody_says_it() {
    let unsaid = Account { data_from: None, data_to: None, ..account("a") };
    let report = report(&single(vec![unsaid], vec![row("2026-03-01", -1000, "A"), row("2026-05-29", -1000, "B")]));
    assert_eq!(report["accounts"][0]["coverage"], json!({"from": "2026-03-01", "to": "2026-05-29", "assumed": true}));
    assert_eq!(report["dataQuality"]["windows"], json!({"30": true, "60": true, "90": true, "180": false, "365": false}));
    let evidence = &report["dataQuality"]["evidence"]["windows"];
    assert_eq!(evidence["reason"], "COVERAGE_TOO_SHORT");
    assert_eq!(evidence["accountIds"], json!(["a"]));
    assert_eq!(evidence["flags"], json!(["coverageAssumed"]));
}

#[test]
fn coverage_ends_at_as_of() {
    let future = Account { data_to: Some(day("2027-06-30")), ..account("a") };
    let report = report(&single(vec![future], vec![row("2026-03-01", -1000, "A")]));
    assert_eq!(report["accounts"][0]["coverage"]["to"], "2026-11-22");
}

#[test]
fn the_common_window_is_that_of_the_accounts_that_carry_a_figure() {
    let short = Account { data_from: Some(day("2026-09-24")), ..account("short") };
    let rows = vec![row("2026-03-02", -1000, "A"), row("2026-10-02", -1000, "B").account(1)];
    let both = report(&single(vec![account("long"), short.clone()], rows));
    assert_eq!(both["dataQuality"]["windows"], json!({"30": true, "60": true, "90": false, "180": false, "365": false}));
    assert_eq!(both["dataQuality"]["evidence"]["windows"]["accountIds"], json!(["short"]));
    let silent = report(&single(vec![account("long"), short], vec![row("2026-03-02", -1000, "A")]));
    assert_eq!(silent["dataQuality"]["windows"]["365"], true);
}

#[test]
fn institutions_are_told_apart_by_name() {
    let at = |id: &str, name: &str| Account { institution_name: Some(name.into()), ..account(id) };
    let all = vec![at("a", "Example Bank"), at("b", "EXAMPLE  bank"), at("c", "Other Bank")];
    assert_eq!(report(&single(all, vec![row("2026-03-02", -1000, "A")]))["combinedSummary"]["combinedNumberOfInstitutions"], 2);
    let unnamed = |id: &str| Account { institution_name: None, ..account(id) };
    let unnamed = couple(unnamed("a"), shared_rows(1), unnamed("b"), Vec::new());
    assert_eq!(report(&unnamed)["combinedSummary"]["combinedNumberOfInstitutions"], 2);
}

#[test]
fn an_account_is_listed_with_its_balance_and_without_its_number() {
    let account = Account {
        masked_number: Some("062-000 12345678".into()),
        display_name: Some("Everyday".into()),
        ..product("card", ProductCategory::CredAndChrgCards)
    };
    let mut submission = single(vec![account], vec![row("2026-03-02", -1000, "A")]);
    let limit = cdr_insights::money::Cents::new(500_000);
    submission.customers[0].balances = vec![Balance { credit_limit: Some(limit), ..balance(0, -12_345) }];
    let listed = report(&submission)["accounts"][0].take();
    assert_eq!(listed["maskedNumber"], "xxx-xxx xxxx5678");
    assert_eq!((cents(&listed["currentBalance"]), cents(&listed["limit"])), (-12_345, 500_000));
    assert_eq!((&listed["productCategory"], &listed["ownership"]), (&json!("CRED_AND_CHRG_CARDS"), &json!("ONE_PARTY")));
    submission.customers[0].balances[0].currency = Currency::parse("NZD").expect("a currency");
    assert!(report(&submission)["accounts"][0]["currentBalance"].is_null(), "dollars of another country");
}

#[test]
fn a_debt_above_zero_is_worth_a_warning() {
    let mut submission = single(vec![product("card", ProductCategory::CredAndChrgCards)], vec![row("2026-03-02", -1000, "A")]);
    submission.customers[0].balances = vec![balance(0, 100)];
    assert_eq!(warning_codes(&submission), ["DEBT_BALANCE_POSITIVE"]);
    assert_eq!(counted(&report(&submission)), 1, "overpaid cards exist");
}

#[test]
fn one_account_under_two_spellings_has_one_institution() {
    let spelt = |account: Account, name: &str| Account { institution_name: Some(name.into()), ..account };
    let joint = |id: &str, name: &str| spelt(numbered(id, "062000", "12345678"), name);
    let mut submission = couple(joint("a", "Commonwealth Bank"), Vec::new(), joint("b", "CommBank"), Vec::new());
    // Each has another account under its own spelling.
    submission.customers[0].accounts.push(spelt(account("own-a"), "COMMONWEALTH  BANK"));
    submission.customers[1].accounts.push(spelt(account("own-b"), "CommBank"));
    submission.customers[1].accounts.push(spelt(account("other"), "Other Bank"));
    let report = report(&submission);
    assert_eq!(report["combinedSummary"]["combinedNumberOfAccounts"], 4);
    assert_eq!(report["combinedSummary"]["combinedNumberOfInstitutions"], 2);
}

#[test]
fn an_account_id_that_two_customers_use_is_told_apart_by_the_customer() {
    let report = report(&couple(account("same"), vec![row("2026-03-02", -1_000, "A")], account("same"), Vec::new()));
    let listed = |list: &serde_json::Value| -> Vec<(String, String)> {
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        list.as_array().expect("a list").iter().map(|one| (text(&one["accountId"]), text(&one["customerId"]))).collect()
    };
    let (quality, accounts) = (listed(&report["dataQuality"]["accounts"]), listed(&report["accounts"]));
    assert_eq!(quality, accounts);
    assert_eq!(quality[0].0, quality[1].0);
    assert_ne!(quality[0].1, quality[1].1);
    assert_eq!(report["dataQuality"]["accounts"][0]["transactions"], 1);
    assert_eq!(report["dataQuality"]["accounts"][1]["transactions"], 0);
}
