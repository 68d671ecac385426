//! Money between own accounts.

use cdr_insights::analysis::ledger::{self, LOOKS};
use cdr_insights::submission::{Account, ProductCategory, Submission, Transaction, TransactionType};
use serde_json::Value;

use crate::support::*;

/// An everyday account 1234, a saver 5678, a card 4321 and a home loan 8765, one bank.
fn accounts() -> Vec<Account> {
    let named = |account: Account, name: &str, digits: &str| Account {
        display_name: Some(name.into()),
        masked_number: Some(format!("xxxx xxxx xxxx {digits}").into()),
        ..account
    };
    vec![
        named(account("1-everyday"), "Complete Access", "1234"),
        named(account("2-saver"), "Goal Saver", "5678"),
        named(product("3-card", ProductCategory::CredAndChrgCards), "Platinum Visa", "4321"),
        named(product("4-loan", ProductCategory::ResidentialMortgages), "Variable Home Loan", "8765"),
    ]
}

fn household(rows: Vec<Transaction>) -> Submission {
    single(accounts(), rows)
}

/// Debit on the everyday account and credit on another: are they one transfer?
fn pairs(debit: Transaction, credit: Transaction) -> bool {
    let report = report(&household(vec![debit, credit]));
    let rows = report["transactions"].as_array().expect("a list");
    let ids: Vec<&Value> = rows.iter().filter_map(|row| row.get("transferPairId")).collect();
    assert!(ids.is_empty() || (ids.len() == 2 && ids[0] == ids[1]));
    !ids.is_empty()
}

fn out(date: &str, cents: i128, text: &str) -> Transaction {
    row(date, -cents, text)
}

fn into_saver(date: &str, cents: i128, text: &str) -> Transaction {
    row(date, cents, text).account(1)
}

const TO: &str = "Transfer to xx5678 CommBank app";
const FROM: &str = "Transfer from xx1234 CommBank app";

#[test]
fn a_transfer_is_a_transfer_on_both_sides() {
    let report = report(&household(vec![out("2026-03-02", 50_000, TO), into_saver("2026-03-02", 50_000, FROM)]));
    for text in [TO, FROM] {
        let row = rows(&report, text)[0];
        assert_eq!((&row["category"], &row["categoryGroup"]), (&"INTERNAL_TRANSFER".into(), &"TRANSFERS".into()));
        assert_eq!((&row["transferScope"], &row["evidence"]["layer"]), (&"OWN".into(), &"LEDGER".into()));
        assert_eq!(row["evidence"]["rule"], "own-transfer:account-number");
    }
    assert_eq!(rows(&report, TO)[0]["transferPairId"], rows(&report, FROM)[0]["transferPairId"]);
    assert_eq!(counted(&report), 2, "transfers stay in totals and groups");
}

#[test]
fn the_credit_comes_from_one_day_before_to_four_days_after() {
    for (credit_on, expected) in
        [("2026-03-03", false), ("2026-03-04", true), ("2026-03-05", true), ("2026-03-09", true), ("2026-03-10", false)]
    {
        assert_eq!(pairs(out("2026-03-05", 50_000, TO), into_saver(credit_on, 50_000, FROM)), expected, "{credit_on}");
    }
}

#[test]
fn amounts_are_equal_to_the_cent() {
    assert!(!pairs(out("2026-03-02", 50_000, TO), into_saver("2026-03-02", 50_001, FROM)));
}

#[test]
fn one_account_does_not_transfer_to_itself() {
    assert!(!pairs(out("2026-03-02", 50_000, TO), row("2026-03-02", 50_000, FROM)));
}

#[test]
fn a_round_amount_needs_words() {
    assert!(!pairs(out("2026-03-02", 50_000, "WITHDRAWAL"), into_saver("2026-03-02", 50_000, "DEPOSIT")));
    assert!(pairs(out("2026-03-02", 50_000, "INTERNET TRANSFER"), into_saver("2026-03-02", 50_000, "INTERNET TRANSFER")));
    assert!(pairs(out("2026-03-02", 50_000, "TRANSFER TO GOAL SAVER"), into_saver("2026-03-02", 50_000, "DEPOSIT")));
}

#[test]
fn an_odd_amount_that_only_two_rows_have_needs_none() {
    let debit = || out("2026-03-02", 123_457, "WITHDRAWAL");
    let credit = || into_saver("2026-03-02", 123_457, "DEPOSIT");
    let one = report(&household(vec![debit(), credit()]));
    assert_eq!(rows(&one, "DEPOSIT")[0]["evidence"]["rule"], "own-transfer:amount");
    let third = row("2026-03-03", 123_457, "CREDIT").account(2);
    assert!(rows(&report(&household(vec![debit(), credit(), third])), "DEPOSIT")[0].get("transferPairId").is_none(), "now it is ambiguous");
}

#[test]
fn the_customers_own_name_is_evidence_and_another_name_speaks_against() {
    assert!(pairs(out("2026-03-02", 50_000, "TRANSFER TO ALEX CITIZEN"), into_saver("2026-03-03", 50_000, "TRANSFER FROM A CITIZEN")));
    assert!(!pairs(out("2026-03-02", 5_000, "TRANSFER TO ROBIN SMITH"), into_saver("2026-03-02", 5_000, "TRANSFER FROM KIM JONES")));
}

#[test]
fn one_name_is_enough_for_a_round_amount() {
    assert!(pairs(out("2026-03-02", 50_000, "WITHDRAWAL ALEX CITIZEN"), into_saver("2026-03-03", 50_000, "DEPOSIT")));
    assert!(!pairs(out("2026-03-02", 50_000, "WITHDRAWAL ROBIN SMITH"), into_saver("2026-03-03", 50_000, "DEPOSIT")));
}

#[test]
fn fees_and_interest_are_no_transfer() {
    let charged = |row: Transaction, kind| row.kind(kind);
    let fee = charged(out("2026-03-02", 123_457, "WITHDRAWAL"), TransactionType::Fee);
    assert!(!pairs(fee, into_saver("2026-03-02", 123_457, "DEPOSIT")));
    let interest = charged(into_saver("2026-03-02", 123_457, "DEPOSIT"), TransactionType::InterestPaid);
    assert!(!pairs(out("2026-03-02", 123_457, "WITHDRAWAL"), interest));
}

#[test]
fn the_same_day_beats_the_day_before() {
    let submission = household(vec![
        into_saver("2026-03-04", 50_000, FROM).id("before"),
        out("2026-03-05", 50_000, TO),
        into_saver("2026-03-05", 50_000, FROM).id("same"),
    ]);
    let report = report(&submission);
    let paired = |id: &str| rows(&report, FROM).into_iter().any(|row| row["transactionId"] == id && row.get("transferPairId").is_some());
    assert!(paired("same") && !paired("before"));
}

#[test]
fn another_accounts_number_speaks_against() {
    assert!(!pairs(out("2026-03-02", 50_000, "Transfer to xx9999 CommBank app"), into_saver("2026-03-02", 50_000, "INTERNET TRANSFER")));
    assert!(!pairs(
        out("2026-03-02", 50_000, "Transfer to xx9999 CommBank app"),
        into_saver("2026-03-02", 50_000, "TRANSFER FROM KIM JONES")
    ));
}

#[test]
fn a_shared_receipt_is_evidence() {
    let debit = "ANZ M-BANKING FUNDS TFER TRANSFER 718293 TO 012345678";
    let credit = "ANZ M-BANKING FUNDS TFER TRANSFER 718293 FROM 987654321";
    assert!(pairs(out("2026-03-02", 50_000, debit), into_saver("2026-03-02", 50_000, credit)));
    assert!(pairs(out("2026-03-02", 50_000, "WITHDRAWAL 718293"), into_saver("2026-03-02", 50_000, "DEPOSIT 718293")));
    assert!(!pairs(out("2026-03-02", 50_000, "WITHDRAWAL 718293"), into_saver("2026-03-02", 50_000, "DEPOSIT 718294")));
}

#[test]
fn a_merchants_row_is_no_transfer() {
    assert!(!pairs(out("2026-03-02", 8_437, "WOOLWORTHS 1234 SYDNEY"), into_saver("2026-03-03", 8_437, "DEPOSIT")));
    assert!(!pairs(out("2026-03-02", 8_437, "SPORTSBET MELBOURNE"), into_saver("2026-03-03", 8_437, "DEPOSIT")));
}

#[test]
fn a_purchase_and_its_refund_on_another_card_are_no_transfer() {
    let card = |text: &str, cents| Transaction { merchant_category_code: Some(5732), ..row("2026-03-02", cents, text) };
    let refund = card("JB HI FI SYDNEY", 8_437).account(2);
    assert!(!pairs(card("JB HI FI SYDNEY", -8_437), refund));
}

#[test]
fn a_salary_is_no_transfer() {
    assert!(!pairs(out("2026-03-02", 123_457, "WITHDRAWAL"), into_saver("2026-03-02", 123_457, "SALARY ACME PTY LTD")));
}

#[test]
fn the_nearest_pairs_win() {
    let submission = household(vec![
        out("2026-03-02", 50_000, TO),
        into_saver("2026-03-02", 50_000, FROM),
        out("2026-03-04", 50_000, TO),
        into_saver("2026-03-05", 50_000, FROM),
    ]);
    let report = report(&submission);
    let ids: Vec<&str> = (report["transactions"].as_array().expect("a list").iter())
        .map(|row| row["transferPairId"].as_str().expect("all are paired"))
        .collect();
    assert!(ids[0] == ids[1] && ids[2] == ids[3] && ids[0] != ids[2]);
}

#[test]
fn between_two_applicants_a_transfer_is_the_households() {
    let sams = Account { masked_number: Some("xxxx 5678".into()), ..account("2-sam") };
    let alexs = Account { masked_number: Some("xxxx 1234".into()), ..account("1-alex") };
    let alex = customer("c1", "Alex Citizen", vec![alexs], vec![out("2026-03-02", 50_000, TO)]);
    let sam = customer("c2", "Sam Other", vec![sams], vec![row("2026-03-02", 50_000, FROM)]);
    assert_eq!(rows(&report(&submission(vec![alex.clone(), sam.clone()])), TO)[0]["transferScope"], "HOUSEHOLD");
    // One person with consents at two banks.
    let one_person = cdr_insights::submission::Customer { applicant_id: "c1".into(), ..sam };
    let report = report(&submission(vec![alex, one_person]));
    assert_eq!(rows(&report, TO)[0]["transferScope"], "OWN");
    assert_eq!(report["reportHeader"]["applicationType"], "SINGLE");
}

#[test]
fn a_repayment_to_a_shared_card_is_a_transfer() {
    let submission = household(vec![
        out("2026-03-02", 123_457, "BPAY PLATINUM VISA"),
        row("2026-03-03", 123_457, "PAYMENT RECEIVED THANK YOU").account(2),
    ]);
    let report = report(&submission);
    for text in ["BPAY PLATINUM VISA", "PAYMENT RECEIVED THANK YOU"] {
        let row = rows(&report, text)[0];
        assert_eq!((row["category"].as_str(), flags(row)), (Some("INTERNAL_TRANSFER"), vec!["debtRepayment"]), "{text}");
    }
}

#[test]
fn a_repayment_to_a_shared_loan_is_the_commitment_where_it_is_paid() {
    let submission = household(vec![
        out("2026-03-02", 210_000, "TRANSFER TO xx8765 HOME LOAN"),
        row("2026-03-02", 210_000, "REPAYMENT").account(3),
        row("2026-03-31", -150_000, "INTEREST CHARGED").account(3).kind(TransactionType::InterestCharged),
    ]);
    let report = report(&submission);
    let (paid, received) = (rows(&report, "TRANSFER TO xx8765 HOME LOAN")[0], rows(&report, "REPAYMENT")[0]);
    assert_eq!((&paid["category"], &received["category"]), (&"MORTGAGE_REPAYMENT".into(), &"INTERNAL_TRANSFER".into()));
    assert_eq!(paid["transferPairId"], received["transferPairId"]);
    assert_eq!((flags(paid), flags(received)), (vec!["debtRepayment"], vec!["debtRepayment"]));
    let interest = rows(&report, "INTEREST CHARGED")[0];
    assert_eq!((interest["category"].as_str(), flags(interest)), (Some("INTEREST_CHARGED"), vec!["debtCost"]));
    assert_eq!(counted(&report), 3, "what a debt costs stays in the totals");
}

#[test]
fn a_repayment_is_of_the_kind_of_the_loan_that_it_goes_to() {
    use ProductCategory::{BusinessLoans, Leases, PersLoans, ResidentialMortgages};
    for (product_category, text, expected) in [
        (ResidentialMortgages, "Loan Repayment LN REPAY 704412553", "MORTGAGE_REPAYMENT"),
        (ResidentialMortgages, "TRANSFER TO PERSONAL LOAN", "MORTGAGE_REPAYMENT"),
        (PersLoans, "Loan Repayment LN REPAY 704412553", "PERSONAL_LOAN_REPAYMENT"),
        (PersLoans, "CAR LOAN REPAYMENT", "VEHICLE_LOAN_REPAYMENT"),
        (Leases, "LOAN REPAYMENT 704412", "CONSUMER_LEASE"),
        (BusinessLoans, "BUSINESS LOAN 70441", "OTHER_LOAN_REPAYMENT"),
    ] {
        let mut accounts = accounts();
        accounts[3].product_category = product_category;
        let paid = out("2026-03-02", 312_000, text);
        let report = report(&single(accounts, vec![paid, row("2026-03-02", 312_000, "Loan repayment from xx1234").account(3)]));
        let (paid, received) = (rows(&report, text)[0], rows(&report, "Loan repayment from xx1234")[0]);
        assert_eq!((&paid["category"], &received["category"]), (&expected.into(), &"INTERNAL_TRANSFER".into()), "{text}");
        assert_eq!((flags(paid), flags(received)), (vec!["debtRepayment"], vec!["debtRepayment"]), "{text}");
    }
}

#[test]
fn a_repayment_to_shared_buy_now_pay_later_is_a_transfer() {
    let mut accounts = accounts();
    accounts[2].product_category = ProductCategory::BuyNowPayLater;
    let report = report(&single(
        accounts,
        vec![out("2026-03-02", 12_345, "TRANSFER TO xx4321"), row("2026-03-02", 12_345, "PAYMENT RECEIVED THANK YOU").account(2)],
    ));
    for row in report["transactions"].as_array().expect("a list") {
        assert_eq!((row["category"].as_str(), flags(row)), (Some("INTERNAL_TRANSFER"), vec!["debtRepayment"]));
    }
}

#[test]
fn a_payment_to_a_shared_debt_without_its_debit_is_received() {
    let report = report(&household(vec![row("2026-03-02", 210_000, "REPAYMENT").account(3)]));
    assert_eq!(rows(&report, "REPAYMENT")[0]["category"], "DEBT_PAYMENT_RECEIVED");
}

#[test]
fn rows_out_of_the_figures_pair_with_nothing() {
    assert!(!pairs(out("2026-03-02", 50_000, TO), into_saver("2026-03-02", 50_000, FROM).pending()));
    assert!(!pairs(out("2026-03-02", 50_000, TO), into_saver("2026-03-02", 50_000, FROM).currency("NZD")));
    assert!(!pairs(out("2026-11-22", 50_000, TO), into_saver("2026-11-23", 50_000, FROM)), "after asOf");
}

#[test]
fn the_other_half_may_lie_outside_the_period() {
    let mut submission = household(vec![out("2026-02-28", 50_000, TO), into_saver("2026-03-01", 50_000, FROM)]);
    submission.period_start = Some(day("2026-03-01"));
    submission.period_end = Some(day("2026-03-31"));
    let report = report(&submission);
    assert_eq!(rows(&report, FROM)[0]["category"], "INTERNAL_TRANSFER");
    assert_eq!(counted(&report), 1);
}

#[test]
fn ten_thousand_equal_amounts_of_one_day_take_bounded_work() {
    let half = 5_000_usize;
    let rows = (0..half).flat_map(|at| {
        let id = |side: &str| format!("{side}{at:05}");
        [out("2026-03-02", 50_000, TO).id(&id("d")), into_saver("2026-03-02", 50_000, FROM).id(&id("c"))]
    });
    let submission = household(rows.collect());
    let ledger = settled(&submission);
    let bound = u64::try_from(half * LOOKS).expect("fits");
    assert!(ledger.pairing.looked <= bound, "{} looks", ledger.pairing.looked);
    assert!(ledger.pairing.limited);
    assert_eq!(ledger.pairing.pairs.len(), half, "crowds still meet one to one");
    assert!(ledger.warnings.iter().any(|warning| warning.code == "TRANSFER_MATCHING_LIMITED"));
}

#[test]
fn a_crowd_on_one_account_takes_bounded_work() {
    let rows = (0..10_000).map(|at: usize| row("2026-03-02", if at.is_multiple_of(2) { 50_000 } else { -50_000 }, TO).id(&at.to_string()));
    let submission = household(rows.collect());
    let ledger = settled(&submission);
    assert!(ledger.pairing.looked <= u64::try_from(5_000 * LOOKS).expect("fits"));
    assert!(ledger.pairing.pairs.is_empty());
}

#[test]
fn a_crowd_of_accounts_of_one_name_and_number_names_none() {
    let crowd = |at: usize| Account {
        display_name: Some("Wattle Smart".into()),
        masked_number: Some("xxxx 1234".into()),
        ..account(&format!("{at:04}"))
    };
    let rows = (0..3_000_usize).map(|at| {
        let cents = if at.is_multiple_of(2) { -50_000 } else { 50_000 };
        row("2026-03-02", cents, "Payment Wattle Smart xx1234").account(at).id(&at.to_string())
    });
    let submission = single((0..3_000).map(crowd).collect(), rows.collect());
    let ledger = settled(&submission);
    assert!(ledger.pairing.looked <= u64::try_from(3_000 * LOOKS).expect("fits"));
    assert!(ledger.pairing.pairs.iter().all(|pair| pair.basis != ledger::Basis::Number), "four digits that all share prove nothing");
}

/// An everyday account and a saver of generic names, a card, and a joint account of two people.
fn generic(rows: Vec<Transaction>) -> Value {
    let named = |account: Account, name: &str, nickname: &str, digits: &str| Account {
        display_name: Some(name.into()),
        nickname: (!nickname.is_empty()).then(|| nickname.into()),
        masked_number: Some(format!("xxx-xxx xxxxx{digits}").into()),
        ..account
    };
    let accounts = vec![
        named(account("1-everyday"), "Access Account", "", "0522"),
        named(account("2-saver"), "Goal Saver", "Rainy day", "8570"),
        named(product("3-card", ProductCategory::CredAndChrgCards), "Rewards Card", "Visa", "1208"),
    ];
    report(&single(accounts, rows))
}

fn are_paired(debit: Transaction, credit: Transaction) -> bool {
    generic(vec![debit, credit])["transactions"].as_array().expect("a list").iter().all(|row| row.get("transferPairId").is_some())
}

#[test]
fn the_words_of_a_transfer_may_be_a_merchants_too() {
    // A cue of telephone companies, a cue of accountants, the word of a card.
    assert!(are_paired(
        out("2026-07-30", 35_000, "INTERNET TFR TO RAINY DAY 514800"),
        into_saver("2026-07-30", 35_000, "INTERNET TFR FROM ACCESS ACCOUNT 119")
    ));
    assert!(are_paired(out("2026-07-30", 35_000, "Transfer to Visa"), row("2026-07-30", 35_000, "Repayment").account(2)));
    assert!(are_paired(
        out("2026-07-30", 35_000, "INTERNET TFR TO REWARDS CARD 514800"),
        row("2026-07-30", 35_000, "PMT TFR RECEIVED").account(2)
    ));
    assert!(!are_paired(out("2026-07-30", 35_000, "INTERNET TFR TO AUSSIE BROADBAND"), into_saver("2026-07-30", 35_000, "DEPOSIT")));
}

#[test]
fn a_whole_number_that_ends_like_an_account_is_evidence() {
    assert!(are_paired(out("2026-07-30", 35_000, "TFR TO S7-8570 WEB REF 43206"), into_saver("2026-07-30", 35_000, "DEPOSIT")));
    assert!(are_paired(out("2026-07-30", 35_000, "TRANSFER TO 330218570"), into_saver("2026-07-30", 35_000, "DEPOSIT")));
    assert!(!are_paired(out("2026-07-30", 35_000, "TRANSFER TO 330218571"), into_saver("2026-07-30", 35_000, "DEPOSIT")));
}

#[test]
fn a_friend_is_paid_the_same_on_the_same_day() {
    let report = generic(vec![
        out("2026-07-30", 35_000, "Transfer to Rainy day").id("own"),
        out("2026-07-30", 35_000, "PAYMENT TO FATIMA KAUR BIRTHDAY").id("friend"),
        into_saver("2026-07-30", 35_000, "Transfer from Access Account").id("credit"),
    ]);
    assert_eq!(by_id(&report, "own")["transferPairId"], by_id(&report, "credit")["transferPairId"]);
    assert_eq!(by_id(&report, "friend")["category"], "TRANSFER_OUT");
}

#[test]
fn two_applicants_who_pay_the_same_into_one_account_are_told_by_their_names() {
    let of = |id: &str, name: &str, rows| customer(id, name, vec![account(id)], rows);
    let alex = of("c1", "Alex Citizen", vec![out("2026-07-30", 175_000, "OSKO PAYMENT SAM OTHER").id("alex")]);
    let kim = of("c2", "Kim Third", vec![out("2026-07-30", 175_000, "OSKO PAYMENT SAM OTHER").id("kim")]);
    let credits = [("from-kim", "DEPOSIT OSKO KIM THIRD"), ("from-alex", "DEPOSIT OSKO ALEX CITIZEN")];
    let sam = of("c3", "Sam Other", credits.map(|(id, text)| row("2026-07-30", 175_000, text).id(id)).into());
    let report = report(&submission(vec![alex, kim, sam]));
    for (debit, credit) in [("alex", "from-alex"), ("kim", "from-kim")] {
        assert_eq!(by_id(&report, debit)["transferPairId"], by_id(&report, credit)["transferPairId"]);
        assert_eq!(by_id(&report, debit)["transferScope"], "HOUSEHOLD");
    }
}
