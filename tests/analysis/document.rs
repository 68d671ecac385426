//! The document: names, nesting, order, and the figures of the published part.

use std::collections::BTreeSet;

use cdr_insights::analysis::analyse;
use cdr_insights::analysis::report::{Stamp, document};
use cdr_insights::submission::{Account, Submission, Transaction, Warning};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::*;

fn year() -> Vec<Transaction> {
    vec![
        row("2025-12-01", 100_000, "SALARY ACME PTY LTD").id("s1"),
        row("2026-06-01", 100_001, "SALARY ACME PTY LTD").id("s2"),
        row("2026-03-02", -1_000, "WOOLWORTHS 1234 SYDNEY").id("w1"),
        row("2026-03-04", -2_500, "WOOLWORTHS 1234 SYDNEY").id("w2"),
        row("2026-03-05", 500, "REFUND MYER SYDNEY").id("w3"),
    ]
}

/// Where each name first stands in the text, in the order given.
fn stand_in_order(text: &str, names: &[&str]) {
    let mut from = 0;
    for name in names {
        let found = text[from..].find(&format!("\"{name}\":"));
        from += found.unwrap_or_else(|| panic!("{name} stands after those before it")) + 1;
    }
}

#[test]
fn the_published_part_has_its_names_and_their_order() {
    let text = String::from_utf8(bytes(&everyday(year()))).expect("JSON is text");
    stand_in_order(
        &text,
        &[
            "meta",
            "status",
            "insightsHeader",
            "insightsId",
            "insightsPublishDate",
            "clientId",
            "clientName",
            "reports",
            "reportHeader",
            "reportId",
            "reportPublishDate",
            "reportingPeriodStartDate",
            "reportingPeriodEndDate",
            "applicationType",
            "numberOfApplicants",
            "numberOfDaysInReportingPeriod",
            "applicants",
            "applicantId",
            "applicantName",
            "combinedSummary",
            "combinedNumberOfInstitutions",
            "combinedNumberOfAccounts",
            "combinedNumberOfTransactions",
            "currency",
            "combinedTotalSummary",
            "credit",
            "sumAmount",
            "numberOfTransactions",
            "Average",
            "debit",
            "sumAmount",
            "numberOfTransactions",
            "Average",
            "combinedCategoryGroupSummary",
            "combinedCategoryGroups",
            "categoryGroup",
            "categoryGroupDescription",
            "debit",
            "credit",
            "categories",
            "category",
            "categoryDescription",
            "debit",
            "credit",
            "monthlyAverage",
            "dataQuality",
            "accounts",
            "transactions",
        ],
    );
    let summary = &report(&everyday(year()))["combinedSummary"];
    let names: BTreeSet<&str> = summary.as_object().expect("an object").keys().map(String::as_str).collect();
    let published = [
        "combinedNumberOfInstitutions",
        "combinedNumberOfAccounts",
        "combinedNumberOfTransactions",
        "currency",
        "combinedTotalSummary",
        "combinedCategoryGroupSummary",
    ];
    assert_eq!(names, published.into_iter().collect(), "ours stands beside it");
}

#[test]
fn the_header_says_who_and_when() {
    let header = report(&everyday(year()))["reportHeader"].take();
    assert_eq!(
        header,
        json!({
            "reportId": "00000000-0000-0000-0000-000000000000", "reportPublishDate": "2026-11-22T00:00:00Z",
            "reportingPeriodStartDate": "2025-12-01", "reportingPeriodEndDate": "2026-06-01", "applicationType": "SINGLE",
            "numberOfApplicants": 1, "numberOfDaysInReportingPeriod": 183, "applicants": [{"applicantId": "c1", "applicantName": "Alex Citizen"}]
        })
    );
}

#[test]
fn the_period_is_the_payloads_where_it_says_one() {
    let mut submission = everyday(year());
    submission.period_start = Some(day("2026-03-01"));
    let header = |submission: &Submission| report(submission)["reportHeader"].take();
    let half = header(&submission);
    assert_eq!((&half["reportingPeriodStartDate"], &half["reportingPeriodEndDate"]), (&json!("2026-03-01"), &json!("2026-06-01")));
    submission.period_end = Some(day("2026-03-31"));
    assert_eq!(header(&submission)["numberOfDaysInReportingPeriod"], 31);
    let none = header(&everyday(vec![row("2026-03-02", -1000, "PARKING").pending()]));
    assert!(none["reportingPeriodStartDate"].is_null() && none["numberOfDaysInReportingPeriod"].is_null());
}

#[test]
fn totals_and_averages_are_exact() {
    let text = String::from_utf8(bytes(&everyday(year()))).expect("JSON is text");
    let credit = r#""credit":{"sumAmount":2005.01,"numberOfTransactions":3,"Average":668.34}"#;
    let debit = r#""debit":{"sumAmount":-35.00,"numberOfTransactions":2,"Average":-17.50}"#;
    assert!(text.contains(&format!(r#""combinedTotalSummary":{{{credit},{debit}}}"#)), "{text}");
}

#[test]
fn without_rows_a_sum_is_zero_and_its_average_null() {
    let text = String::from_utf8(bytes(&everyday(year().drain(..2).collect()))).expect("JSON is text");
    assert!(text.contains(r#""debit":{"sumAmount":0.00,"numberOfTransactions":0,"Average":null}"#));
}

#[test]
fn a_row_of_no_money_is_counted_once() {
    let report = report(&everyday(vec![row("2026-03-02", 0, "FEE WAIVED")]));
    let total = &report["combinedSummary"]["combinedTotalSummary"];
    assert_eq!((&total["credit"]["numberOfTransactions"], &total["debit"]["numberOfTransactions"]), (&json!(1), &json!(0)));
}

#[test]
fn a_category_has_its_sums_and_its_monthly_net() {
    let groceries = category(&report(&everyday(year())), "GROCERIES");
    assert_eq!((cents(&groceries["debit"]["sumAmount"]), &groceries["debit"]["numberOfTransactions"]), (-3_500, &json!(2)));
    assert_eq!((&groceries["credit"]["Average"], &groceries["categoryDescription"]), (&Value::Null, &json!("Groceries")));
    // −35.00 × 30.4375 ÷ 365
    assert_eq!(cents(&groceries["monthlyAverage"]), -292);
    assert_eq!(groceries["evidence"]["monthlyAverage"], json!({"formula": "monthlyAverage", "flags": []}));
}

#[test]
fn a_monthly_figure_divides_by_the_days_there_are() {
    let short = Account { data_from: Some(day("2026-09-24")), ..account("short") };
    let rows = vec![row("2026-03-02", -9_999, "WOOLWORTHS 1234 SYDNEY"), row("2026-10-02", -6_000, "WOOLWORTHS 1234 SYDNEY").account(1)];
    let groceries = category(&report(&single(vec![account("long"), short], rows)), "GROCERIES");
    // Only the second row lies in the 60 days that both accounts have: −60.00 × 30.4375 ÷ 60.
    assert_eq!(cents(&groceries["monthlyAverage"]), -3_044);
    assert_eq!(groceries["evidence"]["monthlyAverage"]["flags"], json!(["shortWindow"]));
    assert_eq!(cents(&groceries["debit"]["sumAmount"]), -15_999, "the sums are of the whole period");
}

#[test]
fn below_a_month_there_is_no_monthly_figure_and_the_short_account_is_named() {
    let short = |from| Account { data_from: Some(day(from)), ..account("short") };
    let groceries =
        |from| category(&report(&single(vec![short(from)], vec![row("2026-11-10", -6_000, "WOOLWORTHS 1234 SYDNEY")])), "GROCERIES");
    assert_eq!(cents(&groceries("2026-10-24")["monthlyAverage"]), -6_088);
    let none = groceries("2026-10-25");
    assert!(none["monthlyAverage"].is_null());
    let evidence = &none["evidence"]["monthlyAverage"];
    assert_eq!((&evidence["reason"], &evidence["accountIds"]), (&json!("COVERAGE_TOO_SHORT"), &json!(["short"])));
}

#[test]
fn groups_stand_in_taxonomy_order_and_only_where_something_is() {
    let report = report(&everyday(year()));
    let groups = report["combinedSummary"]["combinedCategoryGroupSummary"]["combinedCategoryGroups"].as_array().expect("a list");
    let codes: Vec<&Value> = groups.iter().map(|group| &group["categoryGroup"]).collect();
    let position = |code: &str| codes.iter().position(|known| *known == code);
    assert!(position("OTHER_CREDITS").expect("a refund") < position("GROCERIES").expect("a supermarket"));
    assert_eq!(position("HOUSING"), None);
}

#[test]
fn the_share_of_sure_rows_is_given_by_count_and_by_value() {
    let share = |report: &Value| report["dataQuality"]["categorisedShare"].clone();
    let rows =
        vec![row("2026-03-02", -1_000, "WOOLWORTHS 1234 SYDNEY"), row("2026-03-03", -3_000, "QZXV"), row("2026-03-04", 3_000, "QZXV")];
    let text = String::from_utf8(bytes(&everyday(rows))).expect("JSON is text");
    assert!(text.contains(r#""categorisedShare":{"byCount":0.3333,"byValue":0.1429}"#), "{text}");
    assert_eq!(share(&report(&everyday(vec![row("2026-03-02", -1_000, "PARKING").pending()]))), json!({"byCount": null, "byValue": null}));
}

#[test]
fn the_age_of_the_data_is_given_in_days() {
    let report = report(&everyday(vec![row("2026-11-12", -1_000, "WOOLWORTHS"), row("2026-11-20", -1_000, "WOOLWORTHS").pending()]));
    assert_eq!(report["dataQuality"]["daysSinceLastTransaction"], 10);
}

#[test]
fn a_balance_that_nothing_confirms_is_neither_right_nor_wrong() {
    let quality = report(&everyday(year()))["dataQuality"].take();
    assert!(quality["accounts"][0]["balanceReconciles"].is_null());
    assert_eq!(quality["evidence"]["balanceReconciles"]["reason"], "NO_SECOND_BALANCE");
}

#[test]
fn the_head_names_what_the_report_rests_on() {
    let mut submission = everyday(year());
    submission.client_reference = Some("LOAN-1".into());
    submission.warnings = vec![Warning { code: "ROUNDED", detail: "an amount".into(), pointer: "/data".into() }];
    let meta = whole(&submission)["meta"].take();
    assert_eq!((&meta["status"], &meta["clientReference"], &meta["asOf"]), (&json!("COMPLETED"), &json!("LOAN-1"), &json!("2026-11-22")));
    assert_eq!(meta["inputDigest"], "07".repeat(32));
    assert_eq!((&meta["engineVersion"], &meta["rulesVersion"]), (&json!(cdr_insights::ENGINE_VERSION), &json!(RULES.version())));
    assert_eq!(meta["taxonomyVersion"], RULES.taxonomy_version());
    assert_eq!(meta["warnings"], json!([{"code": "ROUNDED", "detail": "an amount", "pointer": "/data"}]));
}

#[test]
fn warnings_are_bounded_and_the_last_says_what_is_left_out() {
    let accounts = (0..150).map(|at| account(&format!("a{at:03}"))).collect();
    let rows =
        (0..150).map(|at| row("2026-03-02", 1_000, "RETURNED").account(at).kind(cdr_insights::submission::TransactionType::DirectDebit));
    let codes = warning_codes(&single(accounts, rows.collect()));
    assert_eq!((codes.len(), codes[99].as_str()), (100, "MORE_WARNINGS"));
}

#[test]
fn each_report_is_one_element_with_its_own_stamp() {
    let mut submission = everyday(year());
    submission.orders.push(submission.orders[0].clone());
    let analysis = analyse(&submission, &RULES, AS_OF);
    let ids = [Uuid::from_u128(1), Uuid::from_u128(2)];
    let stamp = Stamp {
        insights_id: Uuid::from_u128(3),
        client_id: "lender",
        client_name: "A Lender",
        accepted_at: "2026-11-22T01:02:03.5Z".parse().expect("an instant"),
        order_ids: &ids,
        input_digest: [0; 32],
    };
    let document = document(&analysis, &submission, &RULES, &stamp);
    assert!(document.head.ends_with(br#""clientId":"lender","clientName":"A Lender","reports":["#));
    let parsed: Vec<Value> = document.reports.iter().map(|report| serde_json::from_slice(report).expect("an element is JSON")).collect();
    assert_eq!(parsed[1]["reportHeader"]["reportId"], ids[1].to_string());
    assert_eq!(parsed[0]["reportHeader"]["reportPublishDate"], "2026-11-22T01:02:03.5Z");
    assert_eq!(parsed[0]["transactions"], parsed[1]["transactions"]);
}

#[test]
fn every_row_says_what_its_category_rests_on() {
    let report = report(&everyday(year()));
    let row = rows(&report, "WOOLWORTHS 1234 SYDNEY")[0];
    let names: Vec<&str> = row.as_object().expect("an object").keys().map(String::as_str).collect();
    for name in
        ["transactionId", "accountId", "customerId", "date", "amount", "description", "merchant", "category", "categoryGroup", "flags"]
    {
        assert!(names.contains(&name), "{name}");
    }
    assert!(!row["evidence"]["rule"].as_str().expect("a rule").is_empty());
    let confidence = row["confidence"].as_f64().expect("a number");
    assert!((0.9..=1.0).contains(&confidence));
}

#[test]
fn every_formula_named_stands_in_the_documentation() {
    let documented = include_str!("../../docs/formulas.md");
    let mut named = BTreeSet::new();
    formulas(&report(&everyday(year())), &mut named);
    crate::households::HOUSEHOLDS.iter().for_each(|made| formulas(&made.report, &mut named));
    assert!(named.len() > 80, "{}", named.len());
    for formula in named {
        assert!(documented.contains(&format!("\n## `{formula}`\n")), "{formula} is not in docs/formulas.md");
    }
}

fn formulas(value: &Value, named: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            named.extend(members.get("formula").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| formulas(member, named));
        }
        Value::Array(elements) => elements.iter().for_each(|element| formulas(element, named)),
        _ => {}
    }
}
