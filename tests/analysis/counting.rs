//! Which rows are in the figures.

use cdr_insights::submission::{ProductCategory, Transaction, TransactionType};

use crate::support::*;

const SPEND: &str = "WOOLWORTHS 1234 SYDNEY";

/// The report of one counted row and another that is apart, which must be listed with one flag and change no total.
fn apart(submission: &cdr_insights::submission::Submission, description: &str, flag: &str) {
    let report = report(submission);
    assert_eq!(counted(&report), 1, "{flag}");
    assert_eq!(cents(&report["combinedSummary"]["combinedTotalSummary"]["debit"]["sumAmount"]), -1000, "{flag}");
    assert_eq!(flags(rows(&report, description)[0]), [flag]);
}

#[test]
fn a_posted_row_in_dollars_is_counted() {
    let report = report(&everyday(vec![row("2026-03-02", -1000, SPEND), row("2026-03-03", 2500, "DEPOSIT")]));
    assert_eq!(counted(&report), 2);
    let total = &report["combinedSummary"]["combinedTotalSummary"];
    assert_eq!((cents(&total["credit"]["sumAmount"]), cents(&total["debit"]["sumAmount"])), (2500, -1000));
}

#[test]
fn a_pending_row_is_listed_and_not_counted() {
    apart(&everyday(vec![row("2026-03-02", -1000, SPEND), row("2026-03-03", -700, "PARKING").pending()]), "PARKING", "pending");
}

#[test]
fn a_pending_row_may_have_no_day() {
    let pending = Transaction { posted: None, ..row("2026-03-03", -700, "PARKING").pending() };
    let submission = everyday(vec![row("2026-03-02", -1000, SPEND), pending]);
    apart(&submission, "PARKING", "pending");
    assert!(rows(&report(&submission), "PARKING")[0]["date"].is_null());
}

#[test]
fn a_posted_authorisation_is_listed_and_not_counted() {
    let hold = "AUTHORISATION COLES EXPRESS 2145";
    apart(&everyday(vec![row("2026-03-02", -1000, SPEND), row("2026-03-03", -700, hold)]), hold, "authorisation");
}

#[test]
fn another_currency_is_listed_by_currency_and_not_counted() {
    let submission = everyday(vec![row("2026-03-02", -1000, SPEND), row("2026-03-03", -700, "CAFE PARIS").currency("EUR").id("e1")]);
    apart(&submission, "CAFE PARIS", "foreignCurrency");
    let report = report(&submission);
    assert_eq!(report["dataQuality"]["foreignCurrency"], serde_json::json!([{"currency": "EUR", "transactionIds": ["e1"]}]));
    assert_eq!(rows(&report, "CAFE PARIS")[0]["currency"], "EUR");
    assert!(rows(&report, SPEND)[0].get("currency").is_none());
}

#[test]
fn a_row_after_as_of_is_listed_and_not_counted() {
    apart(&everyday(vec![row("2026-11-22", -1000, SPEND), row("2026-11-23", -700, "PARKING")]), "PARKING", "afterAsOf");
}

#[test]
fn a_row_outside_the_period_is_listed_and_not_counted() {
    for outside in ["2026-02-28", "2026-04-01"] {
        let mut submission = everyday(vec![row("2026-03-01", -1000, SPEND), row(outside, -700, "PARKING")]);
        submission.period_start = Some(day("2026-03-01"));
        submission.period_end = Some(day("2026-03-31"));
        apart(&submission, "PARKING", "outsidePeriod");
    }
}

#[test]
fn an_authorised_users_account_is_in_no_figure() {
    let card = cdr_insights::submission::Account { is_owned: false, ..product("card", ProductCategory::CredAndChrgCards) };
    let rows = vec![row("2026-03-02", -1000, SPEND), row("2026-03-03", -700, "PARKING").account(1)];
    let submission = single(vec![account("everyday"), card], rows);
    apart(&submission, "PARKING", "notOwned");
    assert_eq!(report(&submission)["combinedSummary"]["combinedNumberOfAccounts"], 2, "it is an account of the order all the same");
}

#[test]
fn a_trust_account_is_in_no_figure() {
    let trust = product("trust", ProductCategory::RegulatedTrustAccounts);
    let rows = vec![row("2026-03-02", -1000, SPEND), row("2026-03-03", 70_000, "CLIENT MONEY").account(1)];
    apart(&single(vec![account("everyday"), trust], rows), "CLIENT MONEY", "trustAccount");
}

#[test]
fn an_account_with_turned_signs_is_in_no_figure() {
    let turned = |date: &str, cents| row(date, cents, "INTEREST CHARGED").account(1).kind(TransactionType::InterestCharged);
    let accounts = || vec![account("everyday"), product("card", ProductCategory::CredAndChrgCards)];
    let mut all = vec![row("2026-03-02", -1000, SPEND)];
    all.extend([turned("2026-01-03", 900), turned("2026-02-03", 910), turned("2026-03-03", 920), turned("2026-04-03", -930)]);
    let suspect = single(accounts(), all.clone());
    let suspect_report = report(&suspect);
    assert_eq!(counted(&suspect_report), 1);
    assert_eq!(suspect_report["dataQuality"]["accounts"][0]["signSuspect"], true, "accounts stand by id");
    assert!(rows(&suspect_report, "INTEREST CHARGED").iter().all(|row| flags(row).contains(&"signSuspect")));
    assert!(warning_codes(&suspect).contains(&"SIGN_SUSPECT".to_owned()));
    // Half of them is not most of them.
    all.push(turned("2026-05-03", -940));
    all.push(turned("2026-06-03", -950));
    let plain = report(&single(accounts(), all));
    assert_eq!(counted(&plain), 7);
    assert_eq!(plain["dataQuality"]["accounts"][0]["signSuspect"], false);
}

#[test]
fn merchant_credits_make_a_card_suspect_but_not_a_salary_account() {
    let named =
        |account, date: &str| Transaction { merchant_name: Some("ACME".into()), ..row(date, 5000, "ACME PTY LTD").account(account) };
    let accounts = || vec![account("everyday"), product("loan", ProductCategory::PersLoans)];
    let days = ["2026-03-02", "2026-03-16", "2026-03-30"];
    let on = |account| report(&single(accounts(), days.iter().map(|day| named(account, day)).collect()));
    assert_eq!(counted(&on(0)), 3);
    assert_eq!(counted(&on(1)), 0);
    let takings = days.map(|day| row(day, 45_000, "EFTPOS SETTLEMENT 123456"));
    assert_eq!(counted(&report(&everyday(takings.into()))), 3);
}

#[test]
fn a_type_that_contradicts_the_sign_is_flagged_and_the_sign_believed() {
    let submission = everyday(vec![row("2026-03-02", 1000, "RETURNED").kind(TransactionType::DirectDebit)]);
    let report = report(&submission);
    assert_eq!(cents(&report["combinedSummary"]["combinedTotalSummary"]["credit"]["sumAmount"]), 1000);
    assert_eq!(flags(rows(&report, "RETURNED")[0]), ["signContradictsType"]);
    assert_eq!(warning_codes(&submission), ["SIGN_CONTRADICTS_TYPE"]);
}

#[test]
fn only_the_orders_customers_are_counted() {
    let one = customer("c1", "Alex Citizen", vec![account("a")], vec![row("2026-03-02", -1000, SPEND)]);
    let two = customer("c2", "Sam Other", vec![account("b")], vec![row("2026-03-02", -900, SPEND), row("2026-03-03", -800, SPEND)]);
    let mut submission = submission(vec![one, two]);
    submission.orders =
        [vec![0], vec![1]].map(|customers| cdr_insights::submission::Order { order_id: None, customers, declared: None }).into();
    let reports = whole(&submission)["insightsHeader"]["reports"].take();
    assert_eq!((counted(&reports[0]), counted(&reports[1])), (1, 2));
    assert_eq!(reports[0]["reportHeader"]["applicants"], serde_json::json!([{"applicantId": "c1", "applicantName": "Alex Citizen"}]));
}

#[test]
fn a_pending_row_names_the_posted_row_that_it_became() {
    let pending = |date: &str, cents, text: &str, id: &str| row(date, cents, text).pending().id(id);
    let posted = |date: &str, cents, text: &str, id: &str| row(date, cents, text).id(id);
    let twin_of = |held: Transaction, paid: Transaction| report(&everyday(vec![held, paid]))["dataQuality"]["pending"][0]["twinOf"].take();
    let same = |cents_held, cents_paid, text: &str, paid_on: &str| {
        twin_of(pending("2026-03-02", cents_held, text, "p"), posted(paid_on, cents_paid, text, "q"))
    };
    assert_eq!(same(-1000, -1000, "WOOLWORTHS", "2026-03-05"), "q");
    assert!(same(-1000, -1100, "WOOLWORTHS", "2026-03-05").is_null(), "a supermarket charges what it held");
    assert!(same(-1000, -1000, "WOOLWORTHS", "2026-03-08").is_null(), "six days later");
    assert_eq!(same(-100, -8123, "SHELL COLES EXPRESS 1234", "2026-03-03"), "q", "a pump holds one dollar");
    assert!(same(-1000, 1000, "WOOLWORTHS", "2026-03-03").is_null(), "a refund is no twin");
    assert!(twin_of(pending("2026-03-02", -1000, "WOOLWORTHS", "p"), posted("2026-03-03", -1000, "NETFLIX", "q")).is_null());
}

#[test]
fn one_posted_row_is_the_twin_of_one_hold_only() {
    let hold = |id: &str| row("2026-03-02", -1000, "WOOLWORTHS").pending().id(id);
    let report = report(&everyday(vec![hold("p1"), hold("p2"), row("2026-03-03", -1000, "WOOLWORTHS").id("q")]));
    let pending = report["dataQuality"]["pending"].as_array().expect("a list");
    assert_eq!(pending.iter().filter(|hold| hold["twinOf"] == "q").count(), 1);
    assert_eq!(pending.len(), 2);
}

#[test]
fn a_pending_row_of_the_same_id_is_the_posted_row() {
    let list =
        Transaction { merchant_name: Some("Woolworths".into()), ..row("2026-03-02", -1000, "PENDING - WOOLWORTHS").pending().id("t") };
    let report = report(&everyday(vec![list, row("2026-03-04", -1020, SPEND).id("t")]));
    assert_eq!(report["transactions"].as_array().expect("a list").len(), 1);
    let row = &report["transactions"][0];
    assert_eq!((row["date"].as_str(), cents(&row["amount"])), (Some("2026-03-04"), -1020));
    assert_eq!(counted(&report), 1);
    assert_eq!(flags(row), ["wasPending"]);
    assert_eq!(report["dataQuality"]["pending"], serde_json::json!([{"transactionIds": ["t"], "twinOf": "t"}]));
}
