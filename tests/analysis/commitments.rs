//! `commitments`: each rule of a creditor, the ratios by hand, small amount credit, providers, new debts.

use cdr_insights::money::Cents;
use cdr_insights::submission::{Account, Balance, CreditCardTerms, Declared, LoanTerms, ProductCategory, Submission, Transaction};
use serde_json::{Value, json};

use crate::support::*;

const TO_LOAN: &str = "Transfer to xx8765 CommBank app";
const FROM_EVERYDAY: &str = "Transfer from xx1234 CommBank app";

/// An everyday account 1234.
fn everyday_account() -> Account {
    Account { masked_number: Some("xxxx 1234".into()), display_name: Some("Complete Access".into()), ..account("1-everyday") }
}

/// A shared debt with the last four digits of its number.
fn debt(id: &str, category: ProductCategory, digits: &str) -> Account {
    Account {
        masked_number: Some(format!("xxxx {digits}").into()),
        display_name: Some(id.into()),
        institution_name: Some("Harbour Mutual".into()),
        ..product(id, category)
    }
}

/// A home loan 8765 of 2,400.00 a month until November 2046 at 6.25 %.
fn home_loan() -> Account {
    let terms = LoanTerms {
        min_instalment: Some(Cents::new(240_000)),
        repayment_frequency: Some("P1M".into()),
        repayment_type: Some("PRINCIPAL_AND_INTEREST".into()),
        end_date: Some(day("2046-11-22")),
        next_instalment_date: Some(day("2026-12-05")),
        ..LoanTerms::default()
    };
    Account { loan: Some(terms), lending_rate_millionths: Some(62_500), ..debt("2-home", ProductCategory::ResidentialMortgages, "8765") }
}

/// A card 4321 with a minimum payment of 45.00.
fn card() -> Account {
    let terms =
        CreditCardTerms { min_payment: Some(Cents::new(4_500)), payment_due_date: Some(day("2026-12-10")), ..CreditCardTerms::default() };
    Account { credit_card: Some(terms), ..debt("3-card", ProductCategory::CredAndChrgCards, "4321") }
}

fn owing(account: usize, cents: i128, limit: Option<i128>) -> Balance {
    Balance { credit_limit: limit.map(Cents::new), ..balance(account, -cents) }
}

fn household(accounts: Vec<Account>, balances: Vec<Balance>, rows: Vec<Transaction>) -> Submission {
    let mut submission = single(accounts, rows);
    submission.customers[0].balances = balances;
    submission
}

/// One row on a day of each month from December 2025 to November 2026.
fn monthly(of_month: u8, cents: i128, text: &str) -> Vec<Transaction> {
    (0..12).map(|at| row(&month_day(at, of_month), cents, text)).collect()
}

fn month_day(at: u8, of_month: u8) -> String {
    let (year, month) = if at == 0 { (2025, 12) } else { (2026, at) };
    format!("{year}-{month:02}-{of_month:02}")
}

/// Rows every so many days up to a last day.
fn every(days: i64, count: i64, last: &str, cents: i128, text: &str) -> Vec<Transaction> {
    let last = day(last);
    let on = |back: i64| last.saturating_sub(jiff::ToSpan::days(back * days));
    (0..count).rev().map(|back| row(&on(back).to_string(), cents, text)).collect()
}

fn commitments(submission: &Submission) -> Value {
    report(submission)["commitments"].take()
}

fn creditors(commitments: &Value) -> &Vec<Value> {
    commitments["creditors"].as_array().expect("a list")
}

/// The only creditor.
fn creditor(submission: &Submission) -> Value {
    let commitments = commitments(submission);
    let all = creditors(&commitments);
    assert_eq!(all.len(), 1, "{all:#?}");
    all[0].clone()
}

/// A salary of 3,000.00 a fortnight: 6,500.00 a month.
fn pay() -> Vec<Transaction> {
    every(14, 26, "2026-11-19", 300_000, "SALARY ACME PTY LTD")
}

fn ids(value: &Value) -> usize {
    value.as_array().expect("a list").len()
}

#[test]
fn a_shared_loan_costs_what_its_terms_say() {
    let mut rows = monthly(5, -240_000, TO_LOAN);
    rows.extend(monthly(5, 240_000, FROM_EVERYDAY).into_iter().map(|row| row.account(1)));
    rows.extend(monthly(28, -190_000, "INTEREST CHARGED").into_iter().map(|row| row.account(1)));
    let submission = household(vec![everyday_account(), home_loan()], vec![owing(1, 41_200_000, None)], rows);
    let loan = creditor(&submission);
    assert_eq!((&loan["category"], &loan["lixiLiability"]), (&json!("MORTGAGE_REPAYMENT"), &json!("Mortgage Loan")));
    assert_eq!((&loan["source"], &loan["basis"], &loan["status"]), (&json!("ACCOUNT"), &json!("TERMS"), &json!("ACTIVE")));
    assert_eq!(cents(&loan["ongoingMonthly"]), 240_000, "once: not the repayment and the interest");
    assert_eq!(cents(&loan["balance"]), 41_200_000);
    assert_eq!((loan["rate"].to_string().as_str(), &loan["remainingMonths"]), ("0.0625", &json!(240)));
    assert_eq!((&loan["lastDate"], &loan["next"], ids(&loan["transactionIds"])), (&json!("2026-11-05"), &json!("2026-12-05"), 12));
    let block = commitments(&submission);
    assert_eq!((cents(&block["ongoingMonthly"]), ids(&block["undisclosed"])), (240_000, 0));
}

#[test]
fn an_instalment_is_brought_to_a_month_by_its_frequency() {
    let with = |frequency: Option<&str>, rows: Vec<Transaction>| {
        let mut account = home_loan();
        let terms = account.loan.as_mut().expect("a loan");
        terms.min_instalment = Some(Cents::new(110_000));
        terms.repayment_frequency = frequency.map(Into::into);
        creditor(&household(vec![everyday_account(), account], vec![owing(1, 41_200_000, None)], rows))
    };
    // 1,100.00 × 26 ÷ 12
    assert_eq!(cents(&with(Some("P2W"), Vec::new())["ongoingMonthly"]), 238_333);
    assert_eq!(cents(&with(Some("P14D"), Vec::new())["ongoingMonthly"]), 238_333);
    let fortnightly = with(None, every(14, 26, "2026-11-19", -110_000, "DIRECT DEBIT HARBOUR MUTUAL HOME LOAN"));
    assert_eq!(cents(&fortnightly["ongoingMonthly"]), 238_333, "the rows pay the instalment each fortnight");
    let silent = with(None, Vec::new());
    assert_eq!(cents(&silent["ongoingMonthly"]), 110_000);
    assert_eq!(silent["evidence"]["ongoingMonthly"]["flags"], json!(["frequencyAssumed"]));
}

#[test]
fn a_shared_loan_without_terms_costs_what_is_paid() {
    let mut rows = monthly(5, -185_000, TO_LOAN);
    rows.extend(monthly(5, 185_000, FROM_EVERYDAY).into_iter().map(|row| row.account(1)));
    let plain = debt("2-home", ProductCategory::ResidentialMortgages, "8765");
    let paid = household(vec![everyday_account(), plain.clone()], vec![owing(1, 41_200_000, None)], rows);
    assert_eq!(cents(&creditor(&paid)["ongoingMonthly"]), 185_000);
    let unpaid = household(vec![everyday_account(), plain], vec![owing(1, 41_200_000, None)], Vec::new());
    let loan = creditor(&unpaid);
    assert!(loan["ongoingMonthly"].is_null());
    assert_eq!(loan["evidence"]["ongoingMonthly"]["reason"], "TERMS_UNKNOWN");
    let block = commitments(&unpaid);
    assert!(block["ongoingMonthly"].is_null(), "what is not known is not 0");
    assert_eq!(block["evidence"]["ongoingMonthly"]["accountIds"], json!(["2-home"]));
}

#[test]
fn a_shared_loan_whose_rows_were_not_shared_is_not_a_second_debt() {
    // The lender is named otherwise than the institution, the instalment agrees to the cent.
    let rows = monthly(5, -240_000, "HOME LOAN REPAYMENT 70441255");
    let submission = household(vec![everyday_account(), home_loan()], vec![owing(1, 41_200_000, None)], rows);
    let loan = creditor(&submission);
    assert_eq!((&loan["source"], cents(&loan["ongoingMonthly"]), ids(&loan["transactionIds"])), (&json!("ACCOUNT"), 240_000, 12));
    // Another amount is another debt.
    let other = household(
        vec![everyday_account(), home_loan()],
        vec![owing(1, 41_200_000, None)],
        monthly(5, -99_000, "HOME LOAN REPAYMENT 70441255"),
    );
    assert_eq!(creditors(&commitments(&other)).len(), 2);
}

#[test]
fn a_loan_that_is_paid_out_or_closed_costs_nothing() {
    let paid_out = household(vec![everyday_account(), home_loan()], vec![balance(1, 0)], Vec::new());
    let loan = creditor(&paid_out);
    assert_eq!((&loan["status"], cents(&loan["ongoingMonthly"])), (&json!("ENDED"), 0));
    let closed = Account { is_open: false, ..home_loan() };
    assert_eq!(creditor(&household(vec![everyday_account(), closed], Vec::new(), Vec::new()))["status"], "ENDED");
    let turned = household(vec![everyday_account(), home_loan()], vec![balance(1, 41_200_000)], Vec::new());
    let loan = creditor(&turned);
    assert_eq!((cents(&loan["balance"]), cents(&loan["ongoingMonthly"])), (41_200_000, 240_000), "its holder turns the sign");
    assert_eq!(loan["evidence"]["ongoingMonthly"]["flags"], json!(["balanceSignTurned"]));
}

#[test]
fn the_purchases_on_a_shared_card_are_the_spend() {
    let mut rows = monthly(10, -80_000, "Transfer to xx4321 CommBank app");
    rows.extend(monthly(10, 80_000, FROM_EVERYDAY).into_iter().map(|row| row.account(1)));
    rows.extend(monthly(12, -80_000, "WOOLWORTHS 1234 SYDNEY").into_iter().map(|row| row.account(1)));
    let shared = household(vec![everyday_account(), card()], vec![owing(1, 123_456, Some(1_000_000))], rows);
    let card = creditor(&shared);
    assert_eq!((&card["category"], cents(&card["ongoingMonthly"])), (&json!("CREDIT_CARD_REPAYMENT"), 0));
    assert_eq!((cents(&card["servicingMonthly"]), cents(&card["limit"])), (30_000, 1_000_000), "3.0 % of the limit");
    assert_eq!((ids(&card["transactionIds"]), &card["next"]), (12, &json!("2026-12-10")));
}

#[test]
fn without_a_limit_a_card_counts_with_its_minimum_payment() {
    let purchase = row("2026-11-01", -80_000, "WOOLWORTHS 1234 SYDNEY").account(1);
    let of =
        |account: Account| creditor(&household(vec![everyday_account(), account], vec![owing(1, 80_000, None)], vec![purchase.clone()]));
    assert_eq!(cents(&of(card())["servicingMonthly"]), 4_500);
    let unknown = of(Account { credit_card: None, ..card() });
    assert!(unknown["servicingMonthly"].is_null());
    assert_eq!(unknown["evidence"]["servicingMonthly"]["reason"], "TERMS_UNKNOWN");
}

#[test]
fn an_unshared_card_costs_the_median_month_of_what_is_paid() {
    let amounts = [30_000, 90_000, 40_000, 50_000, 60_000, 45_000, 55_000, 70_000, 52_000, 48_000, 90_000, 51_000];
    let rows: Vec<Transaction> =
        (0..12).map(|at| row(&month_day(at, 10), -amounts[usize::from(at)], "BPAY LATITUDE CREDIT CARD 123456")).collect();
    let card = creditor(&everyday(rows));
    assert_eq!((&card["source"], &card["category"]), (&json!("PAYMENTS"), &json!("CREDIT_CARD_REPAYMENT")));
    // May to October: 450, 550, 700, 520, 480, 900.
    assert_eq!((&card["basis"], cents(&card["ongoingMonthly"])), (&json!("MEDIAN_MONTH"), 53_500));
}

#[test]
fn an_unshared_loan_is_found_by_its_payments() {
    let rows = every(14, 20, "2026-11-16", -21_550, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN");
    let submission = everyday(rows);
    let loan = creditor(&submission);
    assert_eq!((&loan["category"], &loan["cadence"]), (&json!("PERSONAL_LOAN_REPAYMENT"), &json!("FORTNIGHTLY")));
    // 215.50 × 26 ÷ 12
    assert_eq!((cents(&loan["ongoingMonthly"]), cents(&loan["servicingMonthly"])), (46_692, 46_692));
    let block = commitments(&submission);
    assert_eq!((ids(&block["undisclosed"]), &block["undisclosed"][0]["name"]), (1, &loan["name"]));
    assert!(loan.get("accountId").is_none() && loan.get("balance").is_none());
}

#[test]
fn three_payments_have_a_rhythm_and_one_is_taken_as_a_months() {
    let three = creditor(&everyday(every(14, 3, "2026-11-16", -21_550, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN")));
    assert_eq!(cents(&three["ongoingMonthly"]), 46_692);
    let two = creditor(&everyday(every(7, 2, "2026-11-16", -10_000, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN")));
    assert_eq!(cents(&two["ongoingMonthly"]), 43_333);
    let one = creditor(&everyday(every(7, 1, "2026-11-16", -10_000, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN")));
    assert_eq!((&one["basis"], cents(&one["ongoingMonthly"])), (&json!("ONE_PAYMENT"), 10_000));
    assert_eq!(one["evidence"]["ongoingMonthly"]["flags"], json!(["cadenceAssumed"]));
}

#[test]
fn what_is_no_longer_paid_is_no_longer_ongoing() {
    let rows = every(30, 8, "2026-08-01", -35_000, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN");
    let submission = everyday(rows);
    let loan = creditor(&submission);
    assert_eq!((&loan["status"], cents(&loan["ongoingMonthly"]), &loan["next"]), (&json!("ENDED"), 0, &Value::Null));
    assert_eq!(cents(&commitments(&submission)["ongoingMonthly"]), 0);
}

#[test]
fn a_loan_on_a_new_level_counts_with_the_new_one() {
    let mut rows = monthly(5, -50_000, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN");
    for row in &mut rows[8..] {
        row.amount = Cents::new(-56_000);
    }
    assert_eq!(cents(&creditor(&everyday(rows))["ongoingMonthly"]), 56_000);
}

#[test]
fn a_refinance_is_no_instalment() {
    let mut rows = monthly(5, -50_000, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN");
    rows.push(row("2026-08-13", 1_250_000, "LOAN DRAWDOWN 70441255").id("new"));
    rows.push(row("2026-08-15", -1_180_000, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN").id("split"));
    let loan = creditor(&everyday(rows.clone()));
    assert_eq!(cents(&loan["ongoingMonthly"]), 50_000);
    assert_eq!(loan["leftOut"], json!([{"transactionId": "split", "reason": "REFINANCE", "proceedsTransactionId": "new"}]));
    assert_eq!(ids(&loan["transactionIds"]), 13, "the row is named all the same");
    rows.remove(12);
    let alone = creditor(&everyday(rows));
    assert_eq!((&alone["leftOut"], cents(&alone["ongoingMonthly"])), (&json!([]), 50_000), "one payment more is no level either");
}

#[test]
fn a_loan_that_was_paid_out_by_another_is_over() {
    let mut rows = monthly(5, -50_000, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN");
    rows.pop();
    rows.push(row("2026-10-06", 1_250_000, "LOAN DRAWDOWN 70441255"));
    rows.push(row("2026-10-07", -1_180_000, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN"));
    let loan = creditor(&everyday(rows));
    assert_eq!((&loan["status"], cents(&loan["ongoingMonthly"])), (&json!("ENDED"), 0));
}

#[test]
fn the_repayment_of_another_applicants_loan_is_a_commitment_of_the_payer() {
    let mut loan = home_loan();
    loan.account_id = "loan".into();
    let payer = customer("c1", "Alex Citizen", vec![everyday_account()], monthly(5, -240_000, TO_LOAN));
    let rows: Vec<Transaction> = monthly(5, 240_000, FROM_EVERYDAY);
    let mut owner = customer("c2", "Robin Citizen", vec![loan], rows);
    owner.balances = vec![owing(0, 41_200_000, None)];
    let report = report(&submission(vec![payer, owner]));
    let of = |who: usize| report["applicants"][who]["commitments"].clone();
    assert_eq!(cents(&report["commitments"]["ongoingMonthly"]), 240_000, "once");
    assert_eq!((cents(&of(0)["ongoingMonthly"]), &of(0)["creditors"][0]["source"]), (240_000, &json!("PAYMENTS")));
    assert_eq!((cents(&of(1)["ongoingMonthly"]), &of(1)["creditors"][0]["source"]), (240_000, &json!("ACCOUNT")));
    assert_eq!(of(0)["creditors"][0]["accountId"], "loan");
    assert_eq!(ids(&of(0)["undisclosed"]), 0, "the account is in the payload");
}

#[test]
fn a_card_that_pays_a_loan_funds_credit_with_credit() {
    let purchase = row("2026-10-01", -1_000, "WOOLWORTHS 1234 SYDNEY").account(1);
    let debit = row("2026-11-02", -30_000, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN").account(1).id("paid");
    let submission = household(vec![everyday_account(), card()], vec![owing(1, 123_456, Some(1_000_000))], vec![purchase, debit]);
    let block = commitments(&submission);
    let loan = creditors(&block).iter().find(|creditor| creditor["source"] == "PAYMENTS").expect("the loan");
    assert_eq!(loan["fundedByCredit"], true);
    assert_eq!(loan["evidence"]["fundedByCredit"]["transactionIds"], json!(["paid"]));
}

#[test]
fn a_late_fee_and_a_returned_repayment_are_hints_of_arrears() {
    let text = "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN";
    let mut rows = monthly(5, -50_000, text);
    rows.push(row("2026-06-12", -50_000, text).id("failed"));
    rows.push(row("2026-06-14", 50_000, "DIRECT DEBIT DISHONOUR NORTHERN FINANCE PERSONAL LOAN").id("back"));
    let loan = creditor(&everyday(rows));
    let hints = loan["arrearsHints"].as_array().expect("a list");
    assert!(hints.iter().any(|hint| hint["code"] == "DISHONOURED" && hint["transactionIds"] == json!(["failed"])), "{hints:#?}");
    assert_eq!(ids(&loan["transactionIds"]), 12, "what came back paid nothing");
    let clean = creditor(&everyday(monthly(5, -50_000, text)));
    assert_eq!(clean["arrearsHints"], json!([]));
}

#[test]
fn ratios_by_hand() {
    let mut rows = pay();
    rows.extend(monthly(3, -130_000, "RENT RAY WHITE NEWTOWN"));
    rows.extend(every(14, 20, "2026-11-16", -21_550, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN"));
    rows.extend(monthly(12, -80_000, "WOOLWORTHS 1234 SYDNEY").into_iter().map(|row| row.account(1)));
    let mut submission = household(vec![everyday_account(), card()], vec![owing(1, 123_456, Some(1_000_000))], rows);
    submission.orders[0].declared = Some(Declared { gross_annual_income: Some(Cents::new(10_000_000)), ..Declared::default() });
    let report = report(&submission);
    assert_eq!(cents(&report["income"]["assessedMonthly"]["amount"]), 650_000);
    let block = &report["commitments"];
    // (466.92 + 300.00) ÷ 6,500.00, then with 1,300.00 of rent; 10,000.00 ÷ 100,000.00.
    assert_eq!(block["debtServiceRatio"].to_string(), "0.118");
    assert_eq!(block["housingPlusDebtRatio"].to_string(), "0.318");
    assert_eq!(block["debtToIncome"].to_string(), "0.1");
    assert_eq!(block["evidence"]["debtToIncome"]["flags"], json!(["undisclosedLeftOut"]));
}

#[test]
fn a_ratio_without_an_income_or_a_declaration_is_null_with_its_reason() {
    let block = commitments(&everyday(every(14, 20, "2026-11-16", -21_550, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN")));
    for (ratio, reason) in [("debtServiceRatio", "NO_INCOME"), ("housingPlusDebtRatio", "NO_INCOME"), ("debtToIncome", "NOT_DECLARED")] {
        assert!(block[ratio].is_null(), "{ratio}");
        assert_eq!(block["evidence"][ratio]["reason"], reason, "{ratio}");
    }
}

/// Proceeds of 1,000.00 on a day and five fortnightly instalments of 280.00 after it.
fn small_loan() -> Vec<Transaction> {
    let mut rows = vec![row("2026-09-10", 100_000, "Direct Credit 301500 SUNSHINE LOANS 44120").id("proceeds")];
    rows.extend(every(14, 5, "2026-11-19", -28_000, "DIRECT DEBIT SUNSHINE LOANS 20914"));
    rows
}

#[test]
fn a_small_loan_is_told_by_its_proceeds_and_instalments() {
    let mut rows = pay();
    rows.extend(small_loan());
    let block = commitments(&everyday(rows))["smallAmountCredit"].take();
    assert_eq!((&block["likely"], &block["unknown"], &block["lenders"]), (&json!(1), &json!(0), &json!(["Sunshine Loans"])));
    let loan = &block["loans"][0];
    assert_eq!((&loan["assessment"], &loan["active"], &loan["inLast90Days"]), (&json!("LIKELY"), &json!(true), &json!(true)));
    assert_eq!((cents(&loan["proceeds"]), cents(&loan["instalment"]), cents(&loan["repaid"])), (100_000, 28_000, 140_000));
    // 280.00 × 26 ÷ 12
    assert_eq!(cents(&block["repaymentsDue"]), 60_667);
    let fortnightly = &block["protectedEarnings"]["fortnightly"];
    // 10 % of 3,000.00, less 280.00
    assert_eq!((&fortnightly["periods"], cents(&fortnightly["availableIncomeObserved"])), (&json!(6), 300_000));
    assert_eq!(cents(&fortnightly["existingRepayments"]), 28_000);
    assert_eq!((cents(&fortnightly["headroom"]["min"]), cents(&fortnightly["headroom"]["mean"])), (2_000, 2_000));
    let weekly = &block["protectedEarnings"]["weekly"];
    // A week without a pay and without an instalment leaves nothing; one with both leaves 20.00.
    assert_eq!((cents(&weekly["headroom"]["min"]), cents(&weekly["headroom"]["mean"])), (0, 1_000));
    assert_eq!(block["caveats"], json!(["PAY_AFTER_SALARY_SACRIFICE"]));
}

#[test]
fn a_name_is_not_a_product() {
    let with = |proceeds: i128, instalment: i128| {
        let mut rows = small_loan();
        rows[0].amount = Cents::new(proceeds);
        rows[1..].iter_mut().for_each(|row| row.amount = Cents::new(-instalment));
        let block = commitments(&everyday(rows))["smallAmountCredit"].take();
        (block["likely"].clone(), block["unknown"].clone(), block["loans"][0]["assessment"].clone())
    };
    assert_eq!(with(500_000, 28_000), (json!(0), json!(0), Value::Null), "more than 2,000.00 is a loan of another kind");
    assert_eq!(with(200_000, 5_000), (json!(0), json!(0), json!("OTHER")), "not repaid within a year");
    let unseen = commitments(&everyday(small_loan().split_off(1)))["smallAmountCredit"].take();
    assert_eq!((&unseen["likely"], &unseen["unknown"]), (&json!(0), &json!(1)), "the proceeds are not seen");
    let old = every(14, 5, "2026-05-01", -28_000, "DIRECT DEBIT SUNSHINE LOANS 20914");
    let block = commitments(&everyday(old))["smallAmountCredit"].take();
    assert_eq!((&block["unknown"], &block["loans"][0]["inLast90Days"]), (&json!(0), &json!(false)));
}

/// The categories of the rows of a text.
fn categories(submission: &Submission, text: &str) -> Vec<String> {
    let report = report(submission);
    rows(&report, text).iter().map(|row| row["category"].as_str().expect("a code").to_owned()).collect()
}

#[test]
fn a_lender_that_no_rule_names_is_told_by_what_it_does() {
    let lent = "Direct Credit 301500 QUIBBLEDOCK 44120";
    let paid = "DIRECT DEBIT QUIBBLEDOCK 20914";
    let loan = |proceeds: i128, instalment: i128, count: i64| {
        let mut rows = vec![row("2026-09-10", proceeds, lent)];
        rows.extend(every(14, count, "2026-11-19", -instalment, paid));
        rows
    };
    let told = |rows: Vec<Transaction>| {
        let submission = everyday(rows);
        (categories(&submission, lent).remove(0), categories(&submission, paid).remove(0))
    };
    let small = ("SACC_PROCEEDS".to_owned(), "SACC_REPAYMENT".to_owned());
    assert_eq!(told(loan(100_000, 28_000, 5)), small);
    assert_eq!(told(loan(500_000, 28_000, 5)), ("LOAN_PROCEEDS".to_owned(), "PERSONAL_LOAN_REPAYMENT".to_owned()));
    let open = |rows: Vec<Transaction>| told(rows).1;
    assert_eq!(open(loan(100_000, 28_000, 2)), "UNCATEGORISED", "two debits are no instalments");
    assert_eq!(open(loan(30_000, 28_000, 5)), "UNCATEGORISED", "nobody pays back four times as much");
    let mut before = loan(100_000, 28_000, 5);
    before.push(row("2026-08-20", -28_000, paid));
    assert_eq!(open(before), "UNCATEGORISED", "who was paid before gives back");
    let block = commitments(&everyday(loan(100_000, 28_000, 5)));
    assert_eq!((&block["smallAmountCredit"]["likely"], cents(&block["ongoingMonthly"])), (&json!(1), 60_667));
}

#[test]
fn money_that_goes_back_with_a_fee_each_pay_is_an_advance() {
    let paid = "DIRECT DEBIT QUIBBLEDOCK 20914";
    let mut rows = Vec::new();
    for (out, back) in [("2026-08-03", "2026-08-13"), ("2026-09-07", "2026-09-17"), ("2026-10-05", "2026-10-15")] {
        rows.extend([row(out, 20_000, "Direct Credit 301500 QUIBBLEDOCK 44120"), row(back, -21_000, paid)]);
    }
    let submission = everyday(rows.clone());
    assert_eq!(categories(&submission, paid), ["WAGE_ADVANCE_REPAYMENT"; 3]);
    rows.truncate(2);
    assert_eq!(categories(&everyday(rows), paid), ["UNCATEGORISED"], "once may be anything");
}

#[test]
fn a_long_or_large_loan_of_a_small_lender_is_no_small_loan() {
    let text = "DIRECT DEBIT SUNSHINE LOANS 20914";
    let long = everyday(every(14, 26, "2026-11-19", -9_000, text));
    assert!(categories(&long, text).iter().all(|category| category == "PERSONAL_LOAN_REPAYMENT"), "from the first day to the last");
    assert_eq!(commitments(&long)["smallAmountCredit"]["unknown"], 0);
    let short = everyday(every(14, 10, "2026-11-19", -9_000, text));
    assert!(categories(&short, text).iter().all(|category| category == "SACC_REPAYMENT"));
}

#[test]
fn a_loan_without_a_repayment_yet_is_a_new_debt_and_in_no_sum() {
    let block = commitments(&everyday(vec![row("2026-11-18", 100_000, "Direct Credit 301500 SUNSHINE LOANS 44120")]));
    assert_eq!((cents(&block["ongoingMonthly"]), &block["creditors"]), (0, &json!([])));
    assert_eq!(block["evidence"]["ongoingMonthly"]["flags"], json!(["newDebtWithoutRepayment"]));
    assert_eq!(block["newDebt90Days"][0]["sign"], "PROCEEDS");
    assert_eq!(block["smallAmountCredit"]["evidence"]["repaymentsDue"]["flags"], json!(["instalmentUnknown"]));
}

#[test]
fn providers_are_counted_and_brought_to_a_month() {
    let mut rows = every(14, 20, "2026-11-16", -4_000, "Afterpay");
    rows.extend(every(14, 3, "2026-11-17", -2_500, "Direct Debit HUMM GROUP 8823914"));
    rows.extend(every(14, 4, "2026-11-18", -10_500, "BEFOREPAY DIRECT DEBIT 100482"));
    rows.push(row("2026-11-20", 10_000, "Direct Credit 301500 BEFOREPAY 44120"));
    let block = commitments(&everyday(rows));
    let bnpl = &block["buyNowPayLater"];
    assert_eq!((&bnpl["active"], &bnpl["newIn90Days"], ids(&bnpl["transactionIds"])), (&json!(2), &json!(1), 23));
    let afterpay = &bnpl["providers"][0];
    assert_eq!((&afterpay["name"], &afterpay["newIn90Days"]), (&json!("Afterpay"), &json!(false)));
    let wages = &block["wageAdvance"];
    assert_eq!((&wages["active"], ids(&wages["transactionIds"])), (&json!(1), 5));
    assert_eq!(block["consumerLease"]["providers"], json!([]));
    assert_eq!(cents(&block["consumerLease"]["monthly"]), 0, "looked and found none");
}

#[test]
fn a_new_debt_is_told_by_its_proceeds_or_its_first_repayment() {
    let mut rows = small_loan();
    rows.extend(every(14, 4, "2026-11-17", -2_500, "Direct Debit HUMM GROUP 8823914"));
    rows.extend(monthly(5, -50_000, "Direct Debit 301500 NORTHERN FINANCE PERSONAL LOAN"));
    rows.extend(monthly(6, -5_000, "DIRECT DEBIT COLLECTION HOUSE 20914").split_off(10));
    let block = commitments(&everyday(rows));
    let new: Vec<(&Value, &Value)> =
        block["newDebt90Days"].as_array().expect("a list").iter().map(|debt| (&debt["name"], &debt["sign"])).collect();
    assert_eq!(new, [(&json!("Sunshine Loans"), &json!("PROCEEDS")), (&json!("humm"), &json!("FIRST_REPAYMENT"))]);
}

#[test]
fn forty_days_say_what_forty_days_can() {
    let short = Account { data_from: Some(day("2026-10-14")), ..account("everyday") };
    let mut rows = every(14, 3, "2026-11-19", 300_000, "SALARY ACME PTY LTD");
    rows.extend(every(14, 3, "2026-11-19", -28_000, "DIRECT DEBIT SUNSHINE LOANS 20914"));
    let block = commitments(&single(vec![short], rows));
    assert!(block["newDebt90Days"].is_null());
    assert_eq!(block["evidence"]["newDebt90Days"]["reason"], "COVERAGE_TOO_SHORT");
    assert_eq!(block["evidence"]["newDebt90Days"]["accountIds"], json!(["everyday"]));
    let small = &block["smallAmountCredit"];
    for figure in ["likely", "unknown", "repaymentsDue"] {
        assert!(small[figure].is_null(), "{figure}");
        assert_eq!(small["evidence"][figure]["reason"], "COVERAGE_TOO_SHORT");
    }
    assert!(small["protectedEarnings"]["weekly"].is_null());
    assert_eq!(small["loans"].as_array().map(Vec::len), Some(1), "the rows are facts");
    let creditor = &creditors(&block)[0];
    assert_eq!((cents(&creditor["ongoingMonthly"]), &creditor["trend"]), (60_667, &Value::Null));
    assert_eq!(creditor["evidence"]["trend"]["reason"], "COVERAGE_TOO_SHORT");
}

#[test]
fn without_commitments_there_is_nothing_to_pay_and_without_days_nothing_to_say() {
    let none = commitments(&everyday(pay()));
    assert_eq!((cents(&none["ongoingMonthly"]), &none["creditors"]), (0, &json!([])));
    assert_eq!((none["debtServiceRatio"].to_string().as_str(), &none["newDebt90Days"]), ("0.0", &json!([])));
    let nothing = Account { data_from: None, data_to: None, ..account("everyday") };
    let block = commitments(&single(vec![nothing], Vec::new()));
    assert!(block["ongoingMonthly"].is_null());
    assert_eq!(block["evidence"]["ongoingMonthly"]["reason"], "NO_COVERAGE");
}

#[test]
fn an_account_of_which_one_is_only_a_user_is_no_debt_of_theirs() {
    let user = Account { is_owned: false, ..card() };
    let block = commitments(&household(vec![everyday_account(), user], vec![owing(1, 123_456, Some(1_000_000))], pay()));
    assert_eq!(block["creditors"], json!([]));
}

#[test]
fn a_joint_loan_under_two_customers_is_one_debt() {
    let mut loan = home_loan();
    loan.bsb = Some("062000".into());
    loan.account_number = Some("12348765".into());
    let of = |id: &str, name: &str| {
        let mut customer = customer(id, name, vec![loan.clone()], Vec::new());
        customer.balances = vec![owing(0, 41_200_000, None)];
        customer
    };
    let report = report(&submission(vec![of("c1", "Alex Citizen"), of("c2", "Robin Citizen")]));
    assert_eq!(cents(&report["commitments"]["ongoingMonthly"]), 240_000);
    assert_eq!(cents(&report["applicants"][0]["commitments"]["ongoingMonthly"]), 240_000, "in full for each");
}
