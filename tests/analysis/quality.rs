//! How far the data carry: own accounts elsewhere, coverage for uses, declared figures.

use cdr_insights::money::Cents;
use cdr_insights::submission::{Account, Declared, ProductCategory, Submission, Transaction};
use serde_json::{Value, json};

use crate::support::*;

fn unseen(submission: &Submission) -> Value {
    report(submission)["dataQuality"]["unseenAccounts"].take()
}

fn category_of(text: &str, cents: i128) -> String {
    let report = report(&everyday(vec![row("2026-03-02", cents, text).id("t")]));
    by_id(&report, "t")["category"].as_str().expect("a category").to_owned()
}

#[test]
fn a_transfer_to_the_own_name_goes_to_an_own_account_elsewhere() {
    assert_eq!(category_of("TRANSFER TO ALEX CITIZEN", -50_000), "OWN_ACCOUNT_ELSEWHERE");
    assert_eq!(category_of("Fast Transfer From Alex Citizen savings", 50_000), "OWN_ACCOUNT_ELSEWHERE");
    assert_eq!(category_of("TRANSFER TO A CITIZEN", -50_000), "OWN_ACCOUNT_ELSEWHERE");
    assert_eq!(category_of("TRANSFER TO ROBIN CITIZEN", -50_000), "TRANSFER_OUT", "a relative");
    assert_eq!(category_of("TRANSFER TO ALEX SMITH", -50_000), "TRANSFER_OUT");
}

#[test]
fn words_of_own_transfers_without_an_own_account_mean_one_elsewhere() {
    assert_eq!(category_of("Transfer to Savings", -50_000), "OWN_ACCOUNT_ELSEWHERE");
    let saver = Account { display_name: Some("Goal Saver".into()), ..account("saver") };
    let report = report(&single(vec![account("everyday"), saver], vec![row("2026-03-02", -50_000, "TRANSFER TO GOAL SAVER").id("t")]));
    assert_eq!(by_id(&report, "t")["category"], "INTERNAL_TRANSFER", "the payload has the account, but not the row");
}

#[test]
fn the_number_of_an_account_that_is_not_here_is_an_own_account_elsewhere_where_nobody_is_named() {
    assert_eq!(category_of("Transfer to xx9912 CommBank app", -50_000), "OWN_ACCOUNT_ELSEWHERE");
}

#[test]
fn unseen_accounts_have_their_rows_and_sums() {
    let rows = vec![
        row("2026-03-02", -50_000, "TRANSFER TO ALEX CITIZEN").id("1"),
        row("2026-04-02", -30_000, "TRANSFER TO ALEX CITIZEN").id("2"),
        row("2026-05-02", 10_000, "TRANSFER FROM ALEX CITIZEN").id("3"),
        row("2026-05-03", -40_000, "BPAY AMERICAN EXPRESS").id("4"),
        row("2026-05-04", -210_000, "HOME LOAN REPAYMENT ATHENA").id("5"),
        row("2026-05-05", -9_000, "WOOLWORTHS 1234 SYDNEY").id("6"),
    ];
    let found = unseen(&everyday(rows));
    let of = |kind: &str| -> Vec<&Value> { found.as_array().expect("a list").iter().filter(|account| account["kind"] == kind).collect() };
    let (accounts, cards, loans) = (of("ACCOUNT"), of("CARD"), of("LOAN"));
    assert_eq!((accounts.len(), cards.len(), loans.len()), (1, 1, 1));
    assert_eq!((cents(&accounts[0]["out"]), cents(&accounts[0]["in"]), &accounts[0]["count"]), (80_000, 10_000, &json!(3)));
    assert_eq!((&accounts[0]["label"], &accounts[0]["transactionIds"]), (&json!("ALEX CITIZEN"), &json!(["1", "2", "3"])));
    assert_eq!((cards[0]["transactionIds"].clone(), loans[0]["transactionIds"].clone()), (json!(["4"]), json!(["5"])));
}

#[test]
fn a_card_that_is_shared_is_not_unseen_and_a_payment_from_nowhere_is() {
    let card = Account { display_name: Some("Platinum Visa".into()), ..product("2-card", ProductCategory::CredAndChrgCards) };
    let paid = |credit: Option<Transaction>| {
        let mut rows = vec![row("2026-03-02", -123_457, "BPAY PLATINUM VISA").id("paid")];
        rows.extend(credit);
        single(vec![account("1-everyday"), card.clone()], rows)
    };
    let received = row("2026-03-03", 123_457, "PAYMENT RECEIVED THANK YOU").account(1).id("received");
    assert_eq!(unseen(&paid(Some(received))), json!([]));
    let other = row("2026-06-03", 77_700, "PAYMENT RECEIVED THANK YOU").account(1).id("other");
    let found = unseen(&single(vec![account("1-everyday"), card.clone()], vec![other]));
    assert_eq!((&found[0]["kind"], cents(&found[0]["in"]), &found[0]["transactionIds"]), (&json!("ACCOUNT"), 77_700, &json!(["other"])));
}

/// Two pays a month of 2,000.00, and so much a month to a card that is not here.
fn with_card(cents: i128) -> Submission {
    let months = ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"];
    let mut rows = Vec::new();
    for month in months {
        rows.push(row(&format!("{month}-05"), 200_000, "SALARY ACME PTY LTD"));
        rows.push(row(&format!("{month}-19"), 200_000, "SALARY ACME PTY LTD"));
        rows.push(row(&format!("{month}-20"), -cents, "BPAY AMERICAN EXPRESS"));
        rows.push(row(&format!("{month}-21"), -150_000, "HOME LOAN REPAYMENT ATHENA"));
    }
    everyday(rows)
}

#[test]
fn spend_coverage_is_the_share_of_income_that_stays_in_sight() {
    let coverage = |cents| bytes(&with_card(cents));
    let says =
        |cents, share: &str| String::from_utf8(coverage(cents)).expect("JSON is text").contains(&format!("\"spendCoverage\":{share}"));
    assert!(says(100_000, "0.7500"), "a mortgage repays, it does not spend");
    assert!(says(0, "1.0000"));
    let none = report(&everyday(vec![row("2026-03-02", -9_000, "WOOLWORTHS 1234 SYDNEY")]));
    assert!(none["dataQuality"]["spendCoverage"].is_null());
    assert_eq!(none["dataQuality"]["evidence"]["spendCoverage"]["reason"], "NO_COVERAGE");
}

#[test]
fn each_use_says_how_many_days_are_missing() {
    let forty = Account { data_from: Some(day("2026-10-14")), ..account("forty") };
    let uses =
        report(&single(vec![forty, account("year")], vec![row("2026-11-02", -5_000, "COLES 4512")]))["dataQuality"]["coverageFor"].take();
    let account = |name: &str, at: usize| uses[name]["accounts"][at].clone();
    assert_eq!((&uses["smallAmountCredit"]["days"], &uses["smallAmountCredit"]["covered"]), (&json!(90), &json!(false)));
    assert_eq!(account("smallAmountCredit", 0)["daysMissing"], 50);
    assert_eq!(account("smallAmountCredit", 1), json!({"accountId": "year", "customerId": "c1", "covered": true, "daysMissing": 0}));
    assert_eq!((account("homeLoan", 0)["daysMissing"].clone(), account("homeLoan", 1)["daysMissing"].clone()), (json!(325), json!(0)));
}

#[test]
fn what_was_declared_stands_beside_what_is_observed() {
    let mut submission = with_card(100_000);
    let none = report(&submission)["dataQuality"].take();
    assert!(none["declared"]["netMonthlyIncome"].is_null());
    assert_eq!(none["evidence"]["declared"]["reason"], "NOT_DECLARED");
    let before = report(&submission);
    submission.orders[0].declared = Some(Declared {
        gross_annual_income: Some(Cents::new(9_500_000)),
        net_monthly_income: Some(Cents::new(450_000)),
        monthly_expenses: None,
        dependants: Some(2),
        hem_benchmark: None,
    });
    let after = report(&submission);
    let declared = &after["dataQuality"]["declared"];
    assert_eq!((cents(&declared["grossAnnualIncome"]), &declared["dependants"]), (9_500_000, &json!(2)));
    let income = &declared["netMonthlyIncome"];
    let ongoing = cents(&before["income"]["totals"]["ongoingMonth"]);
    assert_eq!((cents(&income["observed"]), cents(&income["difference"])), (ongoing, 450_000 - ongoing));
    assert!(declared["monthlyExpenses"].is_null());
    for block in ["income", "balances", "cashFlow"] {
        assert_eq!(before[block]["totals"], after[block]["totals"], "it changes nothing that is observed");
    }
}

#[test]
fn a_loan_that_another_pays_out_is_no_repayment() {
    let loan = |id: &str| product(id, ProductCategory::ResidentialMortgages);
    let rows = vec![
        row("2026-05-04", 40_000_000, "LOAN PAYOUT").account(0).id("old"),
        row("2026-05-04", -25_000_000, "LOAN ADVANCE FIXED").account(1).id("fixed"),
        row("2026-05-05", -15_000_000, "LOAN ADVANCE VARIABLE").account(2).id("variable"),
    ];
    let report = report(&single(vec![loan("1-old"), loan("2-fixed"), loan("3-variable")], rows));
    assert_eq!(by_id(&report, "old")["category"], "INTERNAL_TRANSFER");
    for id in ["old", "fixed", "variable"] {
        assert_eq!(flags(by_id(&report, id)), ["refinance"], "{id}");
    }
    assert_eq!(report["dataQuality"]["unseenAccounts"], json!([]));
}
