//! What is left of the income: each part of the outgoings by hand, nothing twice, nothing that is no outgoing.

use cdr_insights::submission::{Account, LoanTerms, ProductCategory, Submission, Transaction, TransactionType};
use serde_json::{Value, json};

use crate::cash_flow::pays;
use crate::support::*;

const FOOD: &str = "WOOLWORTHS 1234 SYDNEY";
/// The complete months of an account of `support`.
const MONTHS: [&str; 11] =
    ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10"];

pub(crate) fn affordability(submission: &Submission) -> Value {
    report(submission)["affordability"].take()
}

/// A row in each complete month.
fn monthly(on: &str, amount: i128, text: &str) -> Vec<Transaction> {
    MONTHS.iter().map(|month| row(&format!("{month}-{on}"), amount, text)).collect()
}

fn parts(affordability: &Value) -> [i128; 5] {
    ["expenses", "commitments", "gamblingAndLottery", "crypto", "cash"].map(|part| cents(&affordability["outgoingsParts"][part]))
}

fn numbered(id: &str, number: &str) -> Account {
    Account { masked_number: Some(format!("xxxx {number}").into()), ..account(id) }
}

fn mortgage() -> Account {
    Account {
        masked_number: Some("xxxx 9012".into()),
        loan: Some(LoanTerms { end_date: Some(day("2051-11-22")), min_instalment: None, ..LoanTerms::default() }),
        lending_rate_millionths: Some(62_500),
        ..product("loan", ProductCategory::ResidentialMortgages)
    }
}

/// A household with a pay of 4,000.00 a fortnight, food of 1,100.00 a month, and a mortgage of 500,000.00 that is paid with 3,400.00.
fn with_mortgage(loan: Account, balance_of_loan: Option<i128>) -> Submission {
    let mut rows = pays(400_000);
    rows.extend(monthly("05", -110_000, FOOD));
    rows.extend(monthly("10", -340_017, "TRANSFER TO XX9012 HOME LOAN"));
    rows.extend(monthly("10", 340_017, "TRANSFER FROM XX1234 REPAYMENT").into_iter().map(|row| row.account(1)));
    let mut submission = single(vec![numbered("everyday", "1234"), loan], rows);
    submission.customers[0].balances = balance_of_loan.map(|owed| balance(1, -owed)).into_iter().collect();
    submission
}

fn scenario<'a>(affordability: &'a Value, name: &str) -> &'a Value {
    affordability["stress"].as_array().expect("a list").iter().find(|of| of["scenario"] == name).expect("a scenario")
}

#[test]
fn outgoings_are_the_sum_of_their_parts_and_the_surplus_what_is_left() {
    let mut rows = pays(400_000);
    rows.extend(monthly("05", -110_000, FOOD));
    rows.extend(monthly("06", -10_000, "SPORTSBET"));
    rows.push(row("2026-03-07", 33_000, "SPORTSBET WITHDRAWAL"));
    rows.extend(monthly("08", -20_000, "Wdl ATM CBA ATM NEWTOWN"));
    rows.push(row("2026-03-08", 50_000, "CASH DEPOSIT BRANCH"));
    let affordability = affordability(&everyday(rows));
    // Winnings of 330.00 over 11 months; cash in full, whatever was paid in.
    assert_eq!(parts(&affordability), [110_000, 0, 7_000, 0, 20_000]);
    assert_eq!(cents(&affordability["outgoings"]), 137_000);
    // 4,000.00 × 26 ÷ 12
    assert_eq!(cents(&affordability["assessedIncome"]), 866_667);
    assert_eq!(cents(&affordability["observedMonthlySurplus"]), 729_667);
}

#[test]
fn winnings_and_proceeds_never_make_an_outgoing_negative() {
    let with = |rows: Vec<Transaction>| parts(&affordability(&everyday(rows)))[2..4].to_vec();
    assert_eq!(with(vec![row("2026-03-02", -11_000, "SPORTSBET"), row("2026-03-03", 99_000, "SPORTSBET WITHDRAWAL")]), [0, 0]);
    let bought = row("2026-03-02", -22_000, "PAYMENT TO COINSPOT 7741205");
    assert_eq!(with(vec![bought.clone()]), [0, 2_000]);
    assert_eq!(with(vec![bought.clone(), row("2026-03-09", 11_000, "DEPOSIT COINSPOT 558210")]), [0, 1_000]);
    assert_eq!(with(vec![bought.clone(), row("2026-03-09", 99_000, "DEPOSIT COINSPOT 558210")]), [0, 0]);
    assert_eq!(with(vec![bought, row("2026-03-09", 99_000, "Deposit - Receipt 100294 Commsec")]), [0, 2_000], "shares are no crypto");
}

#[test]
fn gambling_and_lottery_are_one() {
    let rows = vec![
        row("2026-03-02", -11_000, "SPORTSBET"),
        row("2026-03-03", -11_000, "THE LOTT"),
        row("2026-03-04", 11_000, "SPORTSBET WITHDRAWAL"),
    ];
    assert_eq!(parts(&affordability(&everyday(rows)))[2], 1_000);
}

#[test]
fn a_shared_card_is_spent_once() {
    let card = Account { masked_number: Some("xxxx 4321".into()), ..product("card", ProductCategory::CredAndChrgCards) };
    let mut rows: Vec<Transaction> = monthly("05", -110_000, FOOD).into_iter().map(|row| row.account(1)).collect();
    rows.extend(monthly("20", -110_023, "Transfer to xx4321 CommBank app"));
    rows.extend(monthly("20", 110_023, "PAYMENT RECEIVED THANK YOU").into_iter().map(|row| row.account(1)));
    let affordability = affordability(&single(vec![numbered("everyday", "1234"), card], rows));
    assert_eq!(parts(&affordability), [110_000, 0, 0, 0, 0], "the purchases, not the repayment");
}

#[test]
fn a_shared_loan_is_paid_once_and_its_interest_is_no_expense() {
    let mut submission = with_mortgage(mortgage(), Some(50_000_000));
    submission.customers[0].transactions.extend(monthly("28", -260_000, "INTEREST CHARGED").into_iter().map(|row| row.account(1)));
    assert_eq!(parts(&affordability(&submission)), [110_000, 340_017, 0, 0, 0]);
}

#[test]
fn voluntary_saving_and_people_are_beside_the_surplus_and_not_in_the_outgoings() {
    let mut rows = pays(400_000);
    rows.extend(monthly("05", -110_000, FOOD));
    rows.extend(monthly("06", -30_000, "COMMSEC"));
    rows.extend(monthly("07", -40_000, "Osko Payment To Jo Nguyen"));
    rows.extend(monthly("08", 15_000, "Osko Payment From Kim Tran"));
    rows.extend(monthly("09", -5_000, "XQZVWK"));
    let affordability = affordability(&everyday(rows));
    assert_eq!(cents(&affordability["outgoings"]), 115_000, "food and what nobody knows");
    assert_eq!(cents(&affordability["voluntarySaving"]), 30_000);
    assert_eq!(cents(&affordability["netPersonMoney"]), -25_000);
    assert_eq!(cents(&affordability["observedMonthlySurplus"]) - cents(&affordability["withPersonMoney"]), 25_000);
    let unexplained = &affordability["unexplainedParts"];
    assert_eq!((cents(&unexplained["uncategorised"]), cents(&unexplained["personMoneyOut"])), (5_000, 40_000));
    assert_eq!(cents(&affordability["unexplained"]), 45_000, "a memo: it is subtracted from nothing");
}

#[test]
fn own_accounts_elsewhere_are_unexplained() {
    let mut rows = monthly("05", -110_000, FOOD);
    rows.extend(monthly("06", -22_000, "TRANSFER TO TRAVEL MONEY CARD"));
    let affordability = affordability(&everyday(rows));
    assert_eq!(cents(&affordability["unexplainedParts"]["ownAccountsElsewhere"]), 22_000);
    assert_eq!((cents(&affordability["unexplained"]), cents(&affordability["outgoings"])), (22_000, 110_000));
}

#[test]
fn the_range_is_of_the_months_as_pays_accrue() {
    let mut rows = pays(400_000);
    // Food of 1,000.00, 1,100.00 … 2,000.00.
    rows.extend(MONTHS.iter().zip(0..).map(|(month, at)| row(&format!("{month}-05"), -100_000 - 10_000 * at, FOOD)));
    let affordability = affordability(&everyday(rows));
    let range = ["p20", "median", "p80"].map(|rank| cents(&affordability["surplusRange"][rank]));
    // By hand: 400,000 ÷ 14 a day; the months less their food, in order: Feb 680,000; Oct 685,714; Sep 677,143 …
    let days = [31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31];
    let mut left: Vec<i128> = days.iter().zip(0..).map(|(days, at)| (days * 400_000 + 7) / 14 - 100_000 - 10_000 * at).collect();
    left.sort_unstable();
    assert_eq!(range, [left[2], left[5], left[8]]);
}

#[test]
fn a_lower_income_leaves_less() {
    let affordability = affordability(&with_mortgage(mortgage(), Some(50_000_000)));
    let falls: Vec<(i128, i128)> = affordability["stress"].as_array().expect("a list")[..2]
        .iter()
        .map(|stress| (cents(&stress["assessedIncome"]), cents(&stress["surplus"])))
        .collect();
    // 8,666.67 less a tenth and a fifth; outgoings 1,100.00 + 3,400.17.
    assert_eq!(falls, [(780_000, 329_983), (693_334, 243_317)]);
    assert_eq!(affordability["stress"][0]["share"], 0.1);
    let lost = scenario(&affordability, "LARGEST_STREAM_LOST");
    assert_eq!((cents(&lost["assessedIncome"]), cents(&lost["surplus"])), (0, -450_017));
}

#[test]
fn a_mortgage_is_amortised_anew_at_the_higher_rate() {
    let affordability = affordability(&with_mortgage(mortgage(), Some(50_000_000)));
    let stress = scenario(&affordability, "MORTGAGE_RATE_RISE");
    let mortgage = &stress["mortgages"][0];
    assert_eq!((mortgage["remainingMonths"].as_u64(), mortgage["rate"].as_f64()), (Some(300), Some(0.0625)));
    // 500,000.00 at 9.25 % over 300 months.
    assert_eq!((cents(&mortgage["ongoingMonthly"]), cents(&mortgage["stressedMonthly"])), (340_017, 428_191));
    assert_eq!(cents(&stress["outgoings"]), 110_000 + 428_191);
    assert_eq!(cents(&stress["surplus"]), 866_667 - 110_000 - 428_191);
    assert_eq!((&stress["points"], &stress["evidence"]["surplus"]["flags"]), (&json!(3.0), &json!([])));
}

#[test]
fn a_mortgage_whose_terms_are_unknown_gives_no_figure() {
    let without_rate = Account { lending_rate_millionths: None, ..mortgage() };
    let without_end = Account { loan: Some(LoanTerms::default()), ..mortgage() };
    for submission in
        [with_mortgage(without_rate, Some(50_000_000)), with_mortgage(without_end, Some(50_000_000)), with_mortgage(mortgage(), None)]
    {
        let affordability = affordability(&submission);
        let stress = scenario(&affordability, "MORTGAGE_RATE_RISE");
        assert!(stress["surplus"].is_null() && stress["outgoings"].is_null(), "{stress}");
        assert_eq!(stress["evidence"]["surplus"]["reason"], "MORTGAGE_TERMS_UNKNOWN");
        assert!(!affordability["observedMonthlySurplus"].is_null());
    }
}

#[test]
fn an_interest_only_loan_counts_with_principal_too() {
    let terms = LoanTerms { repayment_type: Some("INTEREST_ONLY".into()), ..mortgage().loan.expect("it has terms") };
    let affordability = affordability(&with_mortgage(Account { loan: Some(terms), ..mortgage() }, Some(50_000_000)));
    let stress = scenario(&affordability, "MORTGAGE_RATE_RISE");
    assert_eq!(cents(&stress["mortgages"][0]["stressedMonthly"]), 428_191);
    assert_eq!(stress["evidence"]["surplus"]["flags"], json!(["interestOnly"]));
}

#[test]
fn who_pays_more_than_the_stressed_repayment_goes_on_paying_it() {
    let affordability = affordability(&with_mortgage(mortgage(), Some(20_000_000)));
    let stress = scenario(&affordability, "MORTGAGE_RATE_RISE");
    assert_eq!(cents(&stress["mortgages"][0]["stressedMonthly"]), 340_017, "1,712.76 would be due");
    assert_eq!(stress["surplus"], affordability["observedMonthlySurplus"]);
    assert_eq!(stress["evidence"]["surplus"]["flags"], json!(["paysMoreThanStressed"]));
}

#[test]
fn without_a_mortgage_a_rise_changes_nothing() {
    let mut rows = pays(400_000);
    rows.extend(monthly("05", -110_000, FOOD));
    let affordability = affordability(&everyday(rows));
    let stress = scenario(&affordability, "MORTGAGE_RATE_RISE");
    assert_eq!((&stress["mortgages"], &stress["surplus"]), (&json!([]), &affordability["observedMonthlySurplus"]));
    assert_eq!(stress["evidence"]["surplus"]["flags"], json!(["noMortgage"]));
}

#[test]
fn too_few_days_give_null_and_a_reason() {
    let short = Account { data_from: Some(day("2026-11-01")), ..account("short") };
    let affordability = affordability(&single(vec![short], vec![row("2026-11-05", -110_000, FOOD)]));
    for member in ["outgoings", "observedMonthlySurplus", "withPersonMoney", "voluntarySaving", "unexplained"] {
        assert!(affordability[member].is_null(), "{member}");
        assert!(affordability["evidence"][member]["reason"].is_string(), "{member}");
    }
    assert!(affordability["surplusRange"]["p20"].is_null());
    assert!(affordability["stress"].as_array().expect("a list").iter().all(|stress| stress["surplus"].is_null()));
}

#[test]
fn an_applicant_pays_the_other_ones_loan_as_a_commitment_or_a_person() {
    let couple = submission(vec![
        customer("c1", "Alex Citizen", vec![numbered("a", "1234")], {
            let mut rows = monthly("05", -110_000, FOOD);
            rows.extend(monthly("10", -50_037, "TRANSFER TO XX5678 SAM OTHER"));
            rows
        }),
        customer("c2", "Sam Other", vec![numbered("b", "5678")], monthly("10", 50_037, "TRANSFER FROM XX1234 ALEX CITIZEN")),
    ]);
    let report = report(&couple);
    let [alex, sam] = &report["applicants"].as_array().expect("a list")[..] else { panic!("two applicants") };
    let net = |block: &Value| cents(&block["affordability"]["netPersonMoney"]);
    assert_eq!((net(&report), net(alex), net(sam)), (0, -50_037, 50_037));
    assert_eq!(cents(&report["affordability"]["outgoings"]), 110_000);
    assert_eq!(cents(&alex["affordability"]["outgoings"]), 110_000, "a person's money is no outgoing");
}

#[test]
fn a_payment_that_came_back_is_no_outgoing() {
    let mut rows = monthly("05", -110_000, FOOD);
    rows.push(row("2026-03-12", -66_000, "DIRECT DEBIT 20914 NETFLIX").kind(TransactionType::DirectDebit));
    rows.push(row("2026-03-13", 66_000, "DIRECT DEBIT DISHONOUR NETFLIX"));
    assert_eq!(cents(&affordability(&everyday(rows))["outgoings"]), 110_000);
}
