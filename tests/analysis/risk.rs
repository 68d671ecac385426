//! `riskIndicators[]`: each code by a payload that raises it and one that does not; what holds for all of them.

use std::collections::BTreeSet;

use cdr_insights::money::Cents;
use cdr_insights::submission::{Account, Balance, CreditCardTerms, ProductCategory, Submission, Transaction};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::support::*;

const CODES: [&str; 31] = [
    "GAMBLING",
    "LOTTERY",
    "CASH_WITHDRAWAL",
    "CASH_ADVANCE",
    "DEBT_COLLECTION",
    "DEBT_AGREEMENT",
    "TAX_DEBT",
    "CONSUMER_LEASE",
    "FINES",
    "SUPER_RELEASE",
    "CRYPTO",
    "SMALL_AMOUNT_CREDIT",
    "BUY_NOW_PAY_LATER",
    "WAGE_ADVANCE",
    "LOAN_PROCEEDS",
    "REDRAW",
    "DISHONOUR",
    "RETURNED_LOAN_REPAYMENT",
    "OVERDRAWN",
    "LIMIT_EXCEEDED",
    "MINIMUM_CARD_PAYMENTS",
    "LARGE_CREDIT",
    "ROUND_TRIP",
    "NEW_DEBT_90_DAYS",
    "CREDIT_FUNDED_CREDIT",
    "UNSEEN_ACCOUNT",
    "SPEND_ELSEWHERE",
    "JOINT_ACCOUNT_UNATTRIBUTED",
    "MISSING_ESSENTIALS",
    "INCOME_CHANGE",
    "SELF_PAID_SALARY",
];

fn indicators(submission: &Submission) -> Vec<Value> {
    report(submission)["riskIndicators"].take().as_array().expect("a list").clone()
}

/// The indicator of a code.
fn indicator(submission: &Submission, code: &str) -> Value {
    let found = indicators(submission).into_iter().find(|indicator| indicator["code"] == code);
    found.unwrap_or_else(|| panic!("{code} is listed"))
}

fn names(indicator: &Value) -> Vec<&str> {
    indicator["transactionIds"].as_array().expect("a list").iter().map(|id| id.as_str().expect("an id")).collect()
}

/// A salary of 3,000.00 a fortnight, groceries and rent: nothing that a lender reads twice.
fn quiet() -> Vec<Transaction> {
    let mut rows = Vec::new();
    for week in 0..51_i64 {
        let on = day("2025-11-26").saturating_add(jiff::ToSpan::days(7 * week)).to_string();
        if week % 2 == 0 {
            rows.push(row(&on, 300_000, "SALARY ACME PTY LTD").id(&format!("pay{week}")));
        }
        rows.push(row(&on, -15_000 - i128::from(week), "WOOLWORTHS 1234 SYDNEY").id(&format!("shop{week}")));
        if week % 4 == 1 {
            rows.push(row(&on, -180_000, "RENT RAY WHITE NEWTOWN").id(&format!("rent{week}")));
            rows.push(row(&on, -8_000, "TELSTRA SERVICES").id(&format!("phone{week}")));
            rows.push(row(&on, -20_000 - i128::from(week), "AGL ENERGY").id(&format!("power{week}")));
        }
    }
    rows
}

/// The quiet rows with others, on one everyday account.
fn with(rows: Vec<Transaction>) -> Submission {
    everyday(quiet().into_iter().chain(rows).collect())
}

#[test]
fn every_code_is_listed_once_and_the_two_that_can_mean_violence_are_not() {
    let listed: Vec<String> =
        indicators(&with(Vec::new())).iter().map(|indicator| indicator["code"].as_str().expect("a code").to_owned()).collect();
    assert_eq!(listed, CODES);
}

#[test]
fn a_quiet_household_raises_nothing() {
    for indicator in indicators(&with(Vec::new())) {
        let code = &indicator["code"];
        let unseen = ["OVERDRAWN", "LIMIT_EXCEEDED", "MINIMUM_CARD_PAYMENTS"].contains(&code.as_str().expect("a code"));
        if unseen {
            assert!(indicator["count"].is_null() && indicator["total"].is_null(), "{code}: no balance, no card");
            assert_eq!(indicator["evidence"]["count"]["reason"], "NOT_OBSERVABLE", "{code}");
        } else {
            assert_eq!(indicator["count"], 0, "{code}: {indicator:#}");
            assert_eq!(names(&indicator), Vec::<&str>::new(), "{code}");
        }
        assert!(indicator["lastDate"].is_null(), "{code}");
    }
}

/// Indicators that are rows of one category: the row that raises one, and a neighbour that does not.
const ROWS: [(&str, i128, &str, &str); 13] = [
    ("GAMBLING", -5_000, "SPORTSBET DARWIN", "TABLE TENNIS CENTRE NEWTOWN"),
    ("LOTTERY", -2_000, "THE LOTT ONLINE BRISBANE", "THE LOCAL NEWTOWN"),
    ("CASH_WITHDRAWAL", -20_000, "ATM WITHDRAWAL ANZ PENRITH", "ATM OPERATOR FEE 2.50"),
    ("DEBT_COLLECTION", -6_000, "DIRECT DEBIT CREDIT CORP 20914", "DIRECT DEBIT CREDIT CORNER STORE 20914"),
    ("TAX_DEBT", -30_000, "ATO PAYMENT PLAN 551009", "TOMATO BROTHERS NEWTOWN"),
    ("CONSUMER_LEASE", -4_000, "DIRECT DEBIT RADIO RENTALS 20914", "RENT RAY WHITE NEWTOWN"),
    ("FINES", -28_700, "FINES VICTORIA", "FINE WINES NEWTOWN"),
    ("SUPER_RELEASE", 1_000_000, "EARLY RELEASE OF SUPER 220914", "SUPERCHEAP AUTO REFUND"),
    ("CRYPTO", -30_000, "COINSPOT MELBOURNE", "COIN LAUNDRY NEWTOWN"),
    ("SMALL_AMOUNT_CREDIT", -9_000, "DIRECT DEBIT SUNSHINE LOANS 20914", "SUNSHINE BAKERY NEWTOWN"),
    ("BUY_NOW_PAY_LATER", -4_000, "AFTERPAY", "AFTER PARTY HIRE PENRITH"),
    ("WAGE_ADVANCE", 10_000, "Direct Credit 301500 BEFOREPAY 44120", "Direct Credit 301500 BEFORE SCHOOL CARE"),
    ("LOAN_PROCEEDS", 500_000, "LOAN DRAWDOWN 70441255", "Direct Credit 301500 LOANED TOOLS REFUND"),
];

#[test]
fn rows_of_a_category_raise_their_indicator_and_their_neighbours_do_not() {
    for (code, cents, text, neighbour) in ROWS {
        let raised = indicator(&with(vec![row("2026-10-20", cents, text).id("it")]), code);
        assert_eq!((&raised["count"], names(&raised)), (&json!(1), vec!["it"]), "{code}: {raised:#}");
        assert_eq!(raised["lastDate"], "2026-10-20", "{code}");
        let apart = indicator(&with(vec![row("2026-10-20", cents, neighbour)]), code);
        assert_eq!(apart["count"], 0, "{code}: {neighbour}");
    }
}

#[test]
fn a_row_is_a_fact_with_its_figures() {
    let bets = |day: &str, cents: i128, id: &str| row(day, cents, "SPORTSBET DARWIN").id(id);
    let won = row("2026-11-03", 4_000, "DEPOSIT SPORTSBET WINNINGS").id("won");
    let gambling = indicator(&with(vec![bets("2026-11-01", -10_000, "a"), bets("2026-06-01", -2_000, "b"), won]), "GAMBLING");
    assert_eq!((&gambling["count"], cents(&gambling["total"]), names(&gambling)), (&json!(2), 12_000, vec!["b", "a"]));
    let details = &gambling["details"];
    assert_eq!((cents(&details["gross"]), cents(&details["received"]), cents(&details["net"])), (12_000, 4_000, 8_000));
    assert_eq!(details["receivedTransactionIds"], json!(["won"]));
    // Complete months from December to October: 20.00 ÷ 11 is the mean of what lies in them.
    assert_eq!(cents(&gambling["monthlyAverage"]), 182);
    assert_eq!(gambling["shareOfIncome"].to_string(), "0.0003");
    let trend = &gambling["trend"];
    assert_eq!((cents(&trend["last90Days"]["total"]), cents(&trend["previous90Days"]["total"])), (10_000, 2_000));
    assert_eq!((&trend["last90Days"]["count"], &trend["direction"]), (&json!(1), &json!("RISING")));
    assert_eq!(
        gambling["explanation"],
        "2 payments to betting or gaming, 120.00 in all, the last on 2026-11-01. 40.00 was won: 80.00 net."
    );
}

#[test]
fn forty_days_have_no_trend_and_no_new_debts() {
    let short = Account { data_from: Some(day("2026-10-14")), ..account("everyday") };
    let rows =
        vec![row("2026-11-01", -10_000, "SPORTSBET DARWIN"), row("2026-11-05", 100_000, "Direct Credit 301500 SUNSHINE LOANS 44120")];
    let submission = single(vec![short], rows);
    let gambling = indicator(&submission, "GAMBLING");
    assert_eq!((&gambling["count"], &gambling["trend"]), (&json!(1), &Value::Null));
    assert_eq!(gambling["evidence"]["trend"]["reason"], "COVERAGE_TOO_SHORT");
    // 100.00 × 30.4375 ÷ 40
    assert_eq!(cents(&gambling["monthlyAverage"]), 7_609);
    assert_eq!(
        (&gambling["shareOfIncome"], gambling["evidence"]["monthlyAverage"]["flags"][0].as_str()),
        (&Value::Null, Some("shortWindow"))
    );
    let new = indicator(&submission, "NEW_DEBT_90_DAYS");
    assert!(new["count"].is_null() && new["total"].is_null());
    assert_eq!(new["evidence"]["count"]["reason"], "COVERAGE_TOO_SHORT");
    assert_eq!(new["explanation"], "Nothing can be said of debts that began in the last 90 days: too few days are covered.");
}

#[test]
fn without_a_covered_day_nothing_is_zero() {
    let nothing = Account { data_from: None, data_to: None, ..account("everyday") };
    for indicator in indicators(&single(vec![nothing], Vec::new())) {
        assert!(indicator["count"].is_null(), "{}", indicator["code"]);
        assert!(indicator["evidence"]["count"]["reason"].is_string(), "{}", indicator["code"]);
    }
}

#[test]
fn a_returned_debit_is_a_dishonour_with_its_fee_and_its_second_try() {
    let text = "DIRECT DEBIT 301500 NORTHERN FINANCE PERSONAL LOAN";
    let failed = vec![
        row("2026-06-12", -50_000, text).id("debit"),
        row("2026-06-14", 50_000, "DIRECT DEBIT DISHONOUR NORTHERN FINANCE PERSONAL LOAN").id("back"),
        row("2026-06-15", -1_500, "DISHONOUR FEE").id("fee"),
        row("2026-06-19", -50_000, text).id("again"),
    ];
    let submission = with(failed);
    let dishonour = indicator(&submission, "DISHONOUR");
    assert_eq!((&dishonour["count"], cents(&dishonour["total"])), (&json!(1), 50_000));
    assert_eq!(names(&dishonour), ["debit", "back", "fee"]);
    let failure = &dishonour["details"]["failures"][0];
    assert_eq!((&failure["transactionId"], &failure["reversalTransactionId"]), (&json!("debit"), &json!("back")));
    assert_eq!((&failure["payeeCategory"], &failure["representments"]), (&json!("PERSONAL_LOAN_REPAYMENT"), &json!(1)));
    assert_eq!((&failure["feeTransactionIds"], cents(&dishonour["details"]["fees"])), (&json!(["fee"]), 1_500));
    let loan = indicator(&submission, "RETURNED_LOAN_REPAYMENT");
    assert_eq!((&loan["count"], cents(&loan["total"])), (&json!(1), 50_000));
}

#[test]
fn a_holder_that_posts_only_the_fee_or_only_the_reversal_shows_a_dishonour_too() {
    let fee = indicator(&with(vec![row("2026-06-15", -1_500, "DISHONOUR FEE").id("fee")]), "DISHONOUR");
    assert_eq!((&fee["count"], cents(&fee["total"]), names(&fee)), (&json!(1), 0, vec!["fee"]));
    assert!(fee["details"]["failures"][0]["amount"].is_null());
    let gym = || row("2026-06-12", -4_999, "DIRECT DEBIT ANYTIME FITNESS 8812").id("debit");
    let quietly = indicator(&with(vec![gym(), row("2026-06-14", 4_999, "RETURNED ANYTIME FITNESS 8812").id("back")]), "DISHONOUR");
    assert_eq!((&quietly["count"], names(&quietly)), (&json!(1), vec!["debit", "back"]));
    assert_eq!(indicator(&with(vec![gym()]), "RETURNED_LOAN_REPAYMENT")["count"], 0);
}

#[test]
fn a_voided_purchase_and_a_fee_given_back_are_no_dishonour() {
    let void = vec![
        row("2026-06-12", -7_350, "VISA DEBIT PURCHASE CARD 4521 KMART MARION"),
        row("2026-06-13", 7_350, "REVERSAL VISA DEBIT PURCHASE CARD 4521 KMART MARION"),
        row("2026-06-20", -500, "MONTHLY ACCOUNT FEE"),
        row("2026-06-22", 500, "FEE REVERSAL"),
    ];
    let none = indicator(&with(void), "DISHONOUR");
    assert_eq!((&none["count"], &none["evidence"]["count"]["flags"]), (&json!(0), &json!(["holdersMayPostNeither"])));
}

fn balanced(accounts: Vec<Account>, balances: Vec<Balance>, rows: Vec<Transaction>) -> Submission {
    let mut submission = single(accounts, rows);
    submission.customers[0].balances = balances;
    submission
}

fn read_at(instant: &str, cents: i128) -> Balance {
    Balance { at: Some(at(instant)), ..balance(0, cents) }
}

#[test]
fn days_below_zero_and_their_fees_are_spells() {
    let rows = vec![
        row("2026-09-01", 100_000, "SALARY ACME PTY LTD").id("pay"),
        row("2026-09-10", -120_000, "RENT RAY WHITE NEWTOWN").id("rent"),
        row("2026-09-11", -1_500, "OVERDRAWN FEE").id("fee"),
        row("2026-09-15", 100_000, "SALARY ACME PTY LTD").id("next"),
        row("2026-10-15", -1_000, "UNARRANGED OVERDRAFT FEE").id("alone"),
    ];
    // 775.00 at the end: nothing at the start.
    let balance = read_at("2026-11-22T12:00:00Z", 77_500);
    let overdrawn = indicator(&balanced(vec![account("everyday")], vec![balance.clone()], rows), "OVERDRAWN");
    assert_eq!((&overdrawn["count"], cents(&overdrawn["total"])), (&json!(2), 2_500), "{overdrawn:#}");
    assert_eq!(names(&overdrawn), ["rent", "fee", "alone"]);
    let details = &overdrawn["details"];
    assert_eq!((&details["days"], cents(&details["lowestBalance"]), &details["longestSpellDays"]), (&json!(5), -21_500, &json!(5)));
    let never = balanced(vec![account("everyday")], vec![balance], vec![row("2026-09-01", 77_500, "SALARY ACME PTY LTD")]);
    assert_eq!(indicator(&never, "OVERDRAWN")["count"], 0);
}

#[test]
fn a_card_beyond_its_limit_is_told_by_its_balance_and_by_a_fee() {
    let card = product("card", ProductCategory::CredAndChrgCards);
    let owing = |cents: i128| Balance { credit_limit: Some(Cents::new(100_000)), ..read_at("2026-11-22T12:00:00Z", -cents) };
    let bought = vec![row("2026-10-01", -110_000, "JB HI-FI SYDNEY").id("tv"), row("2026-10-05", 50_000, "PAYMENT RECEIVED THANK YOU")];
    let beyond = indicator(&balanced(vec![card.clone()], vec![owing(60_000)], bought.clone()), "LIMIT_EXCEEDED");
    assert_eq!((&beyond["count"], names(&beyond), &beyond["details"]["days"]), (&json!(1), vec!["tv"], &json!(4)));
    let fee = vec![row("2026-10-01", -2_000, "OVERLIMIT FEE").id("fee")];
    assert_eq!(indicator(&balanced(vec![card.clone()], vec![owing(2_000)], fee), "LIMIT_EXCEEDED")["count"], 1);
    let late = vec![row("2026-10-01", -2_000, "LATE PAYMENT FEE").id("fee")];
    assert_eq!(indicator(&balanced(vec![card], vec![owing(2_000)], late), "LIMIT_EXCEEDED")["count"], 0);
}

#[test]
fn months_of_the_minimum_are_counted() {
    let terms = CreditCardTerms { min_payment: Some(Cents::new(6_000)), ..CreditCardTerms::default() };
    let card = Account { credit_card: Some(terms), ..product("card", ProductCategory::CredAndChrgCards) };
    let pay = |month: u8, cents: i128| row(&format!("2026-{month:02}-10"), cents, "PAYMENT RECEIVED THANK YOU").id(&format!("p{month}"));
    let owing = |cents: i128| read_at("2026-11-22T12:00:00Z", -cents);
    let minimum: Vec<Transaction> = (8..11).map(|month| pay(month, 6_000)).collect();
    let raised = indicator(&balanced(vec![card.clone()], vec![owing(250_000)], minimum), "MINIMUM_CARD_PAYMENTS");
    assert_eq!((&raised["count"], names(&raised), cents(&raised["total"])), (&json!(3), vec!["p8", "p9", "p10"], 18_000));
    let in_full = vec![row("2026-08-20", -90_000, "JB HI-FI SYDNEY"), pay(9, 90_000)];
    assert_eq!(indicator(&balanced(vec![card], vec![owing(0)], in_full), "MINIMUM_CARD_PAYMENTS")["count"], 0);
}

#[test]
fn cash_from_a_card_is_an_advance() {
    let card = product("card", ProductCategory::CredAndChrgCards);
    let advance = single(vec![card], vec![row("2026-10-01", -20_000, "ATM WITHDRAWAL NAB DARWIN").id("cash")]);
    assert_eq!(names(&indicator(&advance, "CASH_ADVANCE")), ["cash"]);
    assert_eq!(indicator(&advance, "CASH_WITHDRAWAL")["count"], 0);
}

#[test]
fn a_large_credit_is_outside_streams_transfers_and_refunds() {
    let credit = |cents: i128, text: &str| indicator(&with(vec![row("2026-10-20", cents, text).id("it")]), "LARGE_CREDIT");
    // Half of 6,500.00.
    let raised = credit(400_000, "DEPOSIT J BLOGGS CAR SALE");
    assert_eq!((&raised["count"], names(&raised)), (&json!(1), vec!["it"]));
    assert!(cents(&raised["threshold"]["amount"]) > 300_000, "half the mean monthly income");
    assert_eq!(credit(250_000, "DEPOSIT J BLOGGS CAR SALE")["count"], 0, "below it");
    assert_eq!(credit(400_000, "REFUND KMART MARION")["count"], 0);
    assert_eq!(credit(400_000, "Internal Transfer - Receipt 104882 Savings Maximiser")["count"], 0);
}

#[test]
fn money_that_goes_out_again_where_it_came_from_is_a_round_trip() {
    let came = || row("2026-10-20", 500_000, "TRANSFER FROM ROBIN BLENKINSOP").id("in");
    let went = |day: &str, cents: i128, text: &str| row(day, -cents, text).id("out");
    let trip = |rows: Vec<Transaction>| indicator(&with(rows), "ROUND_TRIP");
    let raised = trip(vec![came(), went("2026-10-21", 490_000, "TRANSFER TO ROBIN BLENKINSOP")]);
    assert_eq!((&raised["count"], names(&raised), cents(&raised["total"])), (&json!(1), vec!["in", "out"], 500_000));
    assert_eq!(cents(&raised["details"]["trips"][0]["sent"]), 490_000);
    assert_eq!(trip(vec![came(), went("2026-10-23", 490_000, "TRANSFER TO ROBIN BLENKINSOP")])["count"], 0, "after three days");
    assert_eq!(trip(vec![came(), went("2026-10-21", 440_000, "TRANSFER TO ROBIN BLENKINSOP")])["count"], 0, "less than 90 %");
    assert_eq!(trip(vec![came(), went("2026-10-21", 490_000, "TRANSFER TO KIM MANNERING")])["count"], 0, "to someone else");
    let small = vec![row("2026-10-20", 4_000, "TRANSFER FROM ROBIN BLENKINSOP"), went("2026-10-21", 4_000, "TRANSFER TO ROBIN BLENKINSOP")];
    assert_eq!(trip(small)["count"], 0, "friends share a pizza");
}

#[test]
fn credit_that_repays_credit_is_named_with_what_paid() {
    let rows = vec![
        row("2026-10-20", 50_000, "Direct Credit 301500 BEFOREPAY 44120").id("advance"),
        row("2026-10-20", -45_000, "DIRECT DEBIT SUNSHINE LOANS 20914").id("repaid"),
    ];
    let raised = indicator(&everyday(rows.clone()), "CREDIT_FUNDED_CREDIT");
    assert_eq!((&raised["count"], cents(&raised["total"]), names(&raised)), (&json!(1), 45_000, vec!["repaid", "advance"]), "{raised:#}");
    let later = vec![rows[0].clone(), row("2026-11-05", -45_000, "DIRECT DEBIT SUNSHINE LOANS 20914")];
    assert_eq!(indicator(&everyday(later), "CREDIT_FUNDED_CREDIT")["count"], 0);
    // With 2,000.00 in the account the advance was not what paid.
    let balance = read_at("2026-11-22T12:00:00Z", 205_000);
    assert_eq!(indicator(&balanced(vec![account("everyday")], vec![balance], rows), "CREDIT_FUNDED_CREDIT")["count"], 0);
}

#[test]
fn a_redraw_is_told_by_its_words_and_by_its_transfer() {
    assert_eq!(indicator(&with(vec![row("2026-10-20", 500_000, "LOAN REDRAW 70441255").id("it")]), "REDRAW")["count"], 1);
    let loan = Account { masked_number: Some("xxxx 8765".into()), ..product("loan", ProductCategory::ResidentialMortgages) };
    let first = Account { masked_number: Some("xxxx 1234".into()), ..account("everyday") };
    let rows = vec![
        row("2026-10-20", 512_345, "Transfer from xx8765").id("in"),
        row("2026-10-20", -512_345, "Transfer to xx1234").account(1).id("out"),
    ];
    assert_eq!(names(&indicator(&single(vec![first, loan], rows), "REDRAW")), ["in"]);
    assert_eq!(indicator(&with(vec![row("2026-10-20", 512_345, "Transfer from xx5678")]), "REDRAW")["count"], 0);
}

#[test]
fn what_is_paid_to_a_shared_buy_now_pay_later_account_counts_once() {
    let plan = Account { masked_number: Some("xxxx 8765".into()), ..product("plan", ProductCategory::BuyNowPayLater) };
    let first = Account { masked_number: Some("xxxx 1234".into()), ..account("everyday") };
    let rows = vec![
        row("2026-10-20", -12_345, "Transfer to xx8765").id("out"),
        row("2026-10-20", 12_345, "Transfer from xx1234").account(1).id("in"),
        row("2026-10-25", 5_000, "PAYMENT RECEIVED").account(1).id("elsewhere"),
    ];
    let raised = indicator(&single(vec![first, plan], rows), "BUY_NOW_PAY_LATER");
    assert_eq!((&raised["count"], cents(&raised["total"]), names(&raised)), (&json!(2), 17_345, vec!["out", "elsewhere"]));
}

#[test]
fn money_to_accounts_that_were_not_shared_is_told() {
    let out = row("2026-10-20", -100_000, "REVOLUT**8812* SYDNEY").id("out");
    assert_eq!(names(&indicator(&with(vec![out.clone()]), "UNSEEN_ACCOUNT")), ["out"]);
    assert_eq!(indicator(&with(vec![out]), "SPEND_ELSEWHERE")["count"], 0, "most of the income stays");
    let most: Vec<Transaction> =
        (1..11).map(|month| row(&format!("2026-{month:02}-20"), -400_000, "REVOLUT**8812* SYDNEY").id(&format!("out{month}"))).collect();
    let elsewhere = indicator(&with(most), "SPEND_ELSEWHERE");
    assert_eq!((&elsewhere["count"], names(&elsewhere).len()), (&json!(10), 10), "{elsewhere:#}");
    let coverage = elsewhere["details"]["spendCoverage"].as_f64().expect("a number");
    assert!(coverage < 0.8 && elsewhere["threshold"]["share"] == json!(0.8), "{coverage}");
}

#[test]
fn a_repayment_of_a_shared_card_without_rows_pays_no_unseen_account() {
    let card = Account {
        institution_name: Some("Latitude".into()),
        display_name: Some("Latitude Gem Visa".into()),
        ..product("2-card", ProductCategory::CredAndChrgCards)
    };
    let paid = || row("2026-10-20", -50_000, "BPAY LATITUDE CREDIT CARD 123456").id("paid");
    assert_eq!(names(&indicator(&with(vec![paid()]), "UNSEEN_ACCOUNT")), ["paid"]);
    let shared = single(vec![account("1"), card], quiet().into_iter().chain([paid()]).collect());
    assert_eq!(indicator(&shared, "UNSEEN_ACCOUNT")["count"], 0);
}

#[test]
fn essentials_that_no_row_pays_are_named() {
    let without: Vec<Transaction> = quiet().into_iter().filter(|row| !row.description.contains("WOOLWORTHS")).collect();
    let missing = indicator(&everyday(without), "MISSING_ESSENTIALS");
    assert_eq!((&missing["count"], &missing["details"]["essentials"]), (&json!(1), &json!(["GROCERIES"])));
    assert!(missing["total"].is_null());
    assert_eq!(missing["evidence"]["total"]["reason"], "NO_AMOUNT");
}

#[test]
fn a_salary_that_moved_is_a_fact_with_its_rows() {
    let mut rows = quiet();
    let mut raised: Vec<String> = Vec::new();
    for row in rows.iter_mut().filter(|row| &*row.description == "SALARY ACME PTY LTD") {
        if row.posted.expect("posted").day > day("2026-09-25") {
            row.amount = Cents::new(240_000);
            raised.extend(row.transaction_id.as_deref().map(str::to_owned));
        }
    }
    let change = indicator(&everyday(rows), "INCOME_CHANGE");
    assert_eq!(change["count"], 1, "{change:#}");
    assert_eq!(change["details"]["changes"][0]["kind"], "LEVEL_DOWN");
    assert_eq!(names(&change), raised);
    assert_eq!(indicator(&with(Vec::new()), "INCOME_CHANGE")["count"], 0);
}

/// What of the profile is turned on.
fn turned_on(name: &str, text: &str) -> Vec<Value> {
    use cdr_insights::analysis::{analyse, report, ruleset::Ruleset};
    let directory = std::env::temp_dir().join(format!("risk-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory");
    let profile = include_str!("../../src/analysis/rules/profile.toml").replace(&format!("{name} = false"), &format!("{name} = true"));
    std::fs::write(directory.join("profile.toml"), profile).expect("a file");
    let rules = Ruleset::with_directory(&directory).expect("a profile");
    std::fs::remove_dir_all(&directory).expect("it was there");
    let submission = with(vec![row("2026-10-20", 50_000, text).id("it"), row("2026-10-21", 50_000, "HARDSHIPS NEWTOWN")]);
    let analysis = analyse(&submission, &rules, AS_OF);
    let stamp = report::Stamp {
        insights_id: uuid::Uuid::nil(),
        client_id: "local",
        client_name: "Local",
        accepted_at: "2026-11-22T00:00:00Z".parse().expect("an instant"),
        order_ids: &[uuid::Uuid::nil()],
        input_digest: [0; 32],
    };
    let document = report::document(&analysis, &submission, &rules, &stamp);
    let report: Value = serde_json::from_slice(&document.reports[0]).expect("JSON");
    report["riskIndicators"].as_array().expect("a list").clone()
}

#[test]
fn facts_that_can_mean_violence_are_told_only_when_turned_on() {
    for (flag, code, text) in [
        ("hardship_words", "HARDSHIP_WORDS", "EMERGENCY RELIEF SALVATION ARMY"),
        ("government_crisis_payment", "GOVERNMENT_CRISIS_PAYMENT", "CENTRELINK CRISIS PAYMENT 123X"),
    ] {
        let indicators = turned_on(flag, text);
        let found = indicators.iter().find(|indicator| indicator["code"] == code).expect("it is turned on");
        assert_eq!((&found["count"], names(found)), (&json!(1), vec!["it"]), "{code}");
        assert_eq!(indicators.len(), CODES.len() + 1);
    }
}

/// Rows that raise several indicators.
fn facts() -> Vec<Transaction> {
    let rows = ROWS.iter().enumerate().map(|(at, (_, cents, text, _))| row("2026-10-20", *cents, text).id(&format!("fact{at}")));
    let failed = [
        row("2026-06-12", -4_999, "DIRECT DEBIT ANYTIME FITNESS 8812").id("debit"),
        row("2026-06-14", 4_999, "DIRECT DEBIT DISHONOUR ANYTIME FITNESS 8812").id("back"),
        row("2026-06-15", -1_500, "DISHONOUR FEE").id("fee"),
        row("2026-08-03", 500_000, "TRANSFER FROM ROBIN BLENKINSOP").id("in"),
        row("2026-08-04", -500_000, "TRANSFER TO ROBIN BLENKINSOP").id("out"),
        row("2026-07-20", -100_000, "REVOLUT**8812* SYDNEY").id("away"),
    ];
    rows.chain(failed).collect()
}

/// Indicators that are made of rows alone: not of balances, of what is missing, of other blocks' rhythms.
const OF_ROWS: [&str; 20] = [
    "GAMBLING",
    "LOTTERY",
    "CASH_WITHDRAWAL",
    "CASH_ADVANCE",
    "DEBT_COLLECTION",
    "DEBT_AGREEMENT",
    "TAX_DEBT",
    "CONSUMER_LEASE",
    "FINES",
    "SUPER_RELEASE",
    "CRYPTO",
    "SMALL_AMOUNT_CREDIT",
    "BUY_NOW_PAY_LATER",
    "WAGE_ADVANCE",
    "LOAN_PROCEEDS",
    "DISHONOUR",
    "LARGE_CREDIT",
    "ROUND_TRIP",
    "NEW_DEBT_90_DAYS",
    "UNSEEN_ACCOUNT",
];

#[test]
fn removing_the_rows_of_an_indicator_removes_it() {
    let mut raised = 0;
    for code in OF_ROWS {
        let rows = with(facts());
        let named: BTreeSet<String> = names(&indicator(&rows, code)).into_iter().map(str::to_owned).collect();
        raised += usize::from(!named.is_empty());
        let mut without = rows;
        without.customers[0].transactions.retain(|row| !row.transaction_id.as_deref().is_some_and(|id| named.contains(id)));
        let gone = indicator(&without, code);
        assert_eq!((&gone["count"], &gone["transactionIds"]), (&json!(0), &json!([])), "{code}");
    }
    assert_eq!(raised, OF_ROWS.len() - 2, "all but CASH_ADVANCE and DEBT_AGREEMENT");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn unrelated_rows_change_no_indicator(
        days in proptest::collection::vec(1..29_u8, 1..12), month in 1..11_u8, cents in 500..9_000_i128,
        text in select(vec!["WOOLWORTHS 1234 SYDNEY", "BUNNINGS 447000 ALEXANDRIA", "COLES EXPRESS 2201", "PHARMACY 4 LESS NEWTOWN"]),
    ) {
        let before = indicators(&with(facts()));
        let more = days.iter().enumerate().map(|(at, of_month)| {
            row(&format!("2026-{month:02}-{of_month:02}"), -cents - i128::try_from(at).expect("few") * 111, text)
        });
        let after = indicators(&with(facts().into_iter().chain(more).collect()));
        for (before, after) in before.iter().zip(&after) {
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn the_order_of_rows_changes_no_indicator(shift in 1..60_usize) {
        let mut turned = with(facts());
        turned.customers[0].transactions.rotate_left(shift);
        prop_assert_eq!(indicators(&with(facts())), indicators(&turned));
    }
}
