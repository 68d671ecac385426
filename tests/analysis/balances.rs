//! End-of-day balances, and what they say.

use cdr_insights::analysis::balance::{Doubt, LONGEST, Walk, walk};
use cdr_insights::money::Cents;
use cdr_insights::submission::{Account, Balance, CreditCardTerms, Currency, LoanTerms, ProductCategory, Submission, Transaction};
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::support::*;

/// A balance read at the end of a day.
fn read_on(date: &str, cents: i128) -> Balance {
    Balance { at: Some(on(date)), ..balance(0, cents) }
}

fn with_balance(account: Account, balance: Balance, rows: Vec<Transaction>) -> Submission {
    let mut submission = single(vec![account], rows);
    submission.customers[0].balances = vec![balance];
    submission
}

fn first_walk(submission: &Submission) -> Walk {
    walk(&settled(submission)).swap_remove(0)
}

fn end_of(walk: &Walk, date: &str) -> Option<i128> {
    let day: Date = day(date);
    walk.end_of_day.iter().find(|(on, _)| *on == day).map(|(_, balance)| balance.get())
}

fn spend() -> Vec<Transaction> {
    vec![
        row("2026-11-10", 200_000, "SALARY ACME PTY LTD"),
        row("2026-11-12", -5_000, "WOOLWORTHS 1234 SYDNEY"),
        row("2026-11-12", -1_000, "NETFLIX"),
        row("2026-11-20", -4_000, "WOOLWORTHS 1234 SYDNEY"),
    ]
}

#[test]
fn the_end_of_each_day_is_the_balance_less_what_came_after() {
    let walk = first_walk(&with_balance(account("a"), read_on("2026-11-22", 190_000), spend()));
    let anchor = walk.anchor.expect("a balance");
    assert!(!anchor.uncertain && walk.doubts.is_empty());
    assert_eq!((anchor.day, anchor.balance), (AS_OF, Cents::new(190_000)));
    for (date, cents) in [
        ("2026-11-22", 190_000),
        ("2026-11-20", 190_000),
        ("2026-11-19", 194_000),
        ("2026-11-12", 194_000),
        ("2026-11-11", 200_000),
        ("2026-11-10", 200_000),
        ("2026-11-09", 0),
        ("2025-11-23", 0),
    ] {
        assert_eq!(end_of(&walk, date), Some(cents), "{date}");
    }
    assert_eq!(walk.end_of_day.len(), 365, "the days of the coverage");
}

#[test]
fn the_balance_may_have_been_read_before_or_after_as_of() {
    let early = first_walk(&with_balance(account("a"), read_on("2026-11-15", 194_000), spend()));
    assert_eq!((end_of(&early, "2026-11-22"), end_of(&early, "2026-11-09")), (Some(190_000), Some(0)));
    let mut rows = spend();
    rows.push(row("2026-11-24", -7_000, "AFTER AS OF"));
    rows.push(row("2026-11-28", -900, "AFTER IT WAS READ"));
    let told = Account { data_to: Some(day("2026-11-30")), ..account("a") };
    let late = first_walk(&with_balance(told, read_on("2026-11-25", 183_000), rows));
    assert_eq!((end_of(&late, "2026-11-22"), end_of(&late, "2026-11-09")), (Some(190_000), Some(0)));
    assert_eq!(end_of(&late, "2026-11-23"), None, "figures speak of days up to asOf");
}

#[test]
fn rows_outside_the_period_move_the_balance_too() {
    let mut submission = with_balance(account("a"), read_on("2026-11-22", 190_000), spend());
    submission.period_start = Some(day("2026-11-01"));
    submission.period_end = Some(day("2026-11-15"));
    let account = &report(&submission)["balances"]["accounts"][0];
    let days = account["endOfDay"].as_array().expect("a list");
    assert_eq!((days.len(), &days[0]["date"], &days[14]["date"]), (15, &json!("2026-11-01"), &json!("2026-11-15")));
    assert_eq!(cents(&days[14]["balance"]), 194_000, "the purchase of the 20th lies after it");
}

#[test]
fn a_row_of_the_day_of_the_balance_counts_by_its_time() {
    let posted = |instant: &str, cents, text: &str| Transaction { posted: Some(at(instant)), ..row("2026-11-20", cents, text) };
    let rows = vec![posted("2026-11-20T01:00:00Z", -1_000, "EARLIER"), posted("2026-11-20T05:30:10Z", -300, "LATER")];
    let balance = Balance { at: Some(at("2026-11-20T03:00:00Z")), ..balance(0, 50_000) };
    let walk = first_walk(&with_balance(account("a"), balance, rows));
    assert_eq!((end_of(&walk, "2026-11-20"), end_of(&walk, "2026-11-19")), (Some(49_700), Some(51_000)));
    // All rows at one time: the holder invents it.
    let rows = (10..21).map(|day| posted(&format!("2026-11-{day}T05:30:10Z"), -300, "INVENTED")).collect();
    let walk = first_walk(&with_balance(account("a"), balance_at("2026-11-20T03:00:00Z"), rows));
    assert_eq!((end_of(&walk, "2026-11-20"), end_of(&walk, "2026-11-19")), (Some(50_000), Some(50_300)));
}

fn balance_at(instant: &str) -> Balance {
    Balance { at: Some(at(instant)), ..balance(0, 50_000) }
}

#[test]
fn without_its_time_a_balance_is_an_uncertain_anchor() {
    let walk = first_walk(&with_balance(account("a"), balance(0, 190_000), spend()));
    assert!(walk.anchor.is_some_and(|anchor| anchor.uncertain));
    assert_eq!(walk.doubts, [Doubt::TimeNotStated]);
    assert_eq!(end_of(&walk, "2026-11-09"), Some(0), "it holds every posted row");
}

#[test]
fn what_is_available_tells_whether_the_balance_holds_pending_rows() {
    let with_pending = |available: Option<i128>| {
        let mut rows = spend();
        rows.push(row("2026-11-21", -2_500, "PARKING").pending());
        let balance = Balance { available: available.map(Cents::new), ..read_on("2026-11-22", 190_000) };
        first_walk(&with_balance(Account { data_from: Some(day("2026-11-10")), ..account("a") }, balance, rows))
    };
    let told = with_pending(Some(187_500));
    assert!(told.doubts.is_empty());
    assert_eq!(end_of(&told, "2026-11-22"), Some(190_000));
    for available in [Some(190_000), None] {
        let walk = with_pending(available);
        assert_eq!(walk.doubts, [Doubt::PendingUnclear]);
        assert!(walk.anchor.is_some_and(|anchor| anchor.uncertain));
    }
}

#[test]
fn pending_rows_are_taken_out_where_nothing_else_is_possible() {
    // 900.00 of pending purchases are in the balance: with them the card would have been 450.00 beyond its limit of 1,000.00.
    let card = Account { data_from: Some(day("2026-11-01")), ..product("card", ProductCategory::CredAndChrgCards) };
    let rows = vec![row("2026-11-10", 50_000, "PAYMENT RECEIVED"), row("2026-11-21", -90_000, "HARVEY NORMAN").pending()];
    let balance = Balance { credit_limit: Some(Cents::new(100_000)), ..read_on("2026-11-22", -95_000) };
    let walk = first_walk(&with_balance(card, balance, rows));
    let anchor = walk.anchor.expect("a balance");
    assert!(anchor.includes_pending && anchor.uncertain);
    assert_eq!((end_of(&walk, "2026-11-22"), end_of(&walk, "2026-11-09")), (Some(-5_000), Some(-55_000)));
}

#[test]
fn a_pending_row_with_a_posted_twin_is_no_doubt() {
    let mut rows = spend();
    rows.push(row("2026-11-19", -4_000, "WOOLWORTHS 1234 SYDNEY").pending());
    assert!(first_walk(&with_balance(account("a"), read_on("2026-11-22", 190_000), rows)).doubts.is_empty());
}

#[test]
fn each_payment_moves_the_balance_once() {
    let mut rows = spend();
    let salary = row("2026-11-10", 200_000, "SALARY ACME PTY LTD");
    rows.push(salary);
    rows.push(row("2026-11-18", -9_900, "AUTHORISATION COLES EXPRESS 2145"));
    let walk = first_walk(&with_balance(account("a"), read_on("2026-11-22", 190_000), rows));
    assert_eq!(end_of(&walk, "2026-11-09"), Some(0));
}

#[test]
fn rows_that_end_before_the_balance_make_it_uncertain() {
    let told = Account { data_to: Some(day("2026-11-20")), ..account("a") };
    let walk = first_walk(&with_balance(told, read_on("2026-11-22", 190_000), spend()));
    assert_eq!(walk.doubts, [Doubt::RowsEndBefore]);
}

#[test]
fn a_row_in_another_currency_breaks_the_chain() {
    let mut rows = spend();
    rows.push(row("2026-11-11", -1_500, "CAFE PARIS").currency("EUR"));
    let submission = with_balance(product("card", ProductCategory::CredAndChrgCards), read_on("2026-11-22", -10_000), rows);
    let walk = first_walk(&submission);
    assert_eq!((end_of(&walk, "2026-11-11"), end_of(&walk, "2026-11-10")), (Some(0), None));
    assert_eq!(walk.breaks.len(), 1);
    let gaps = report(&submission)["dataQuality"]["gaps"].take();
    assert_eq!(gaps[0]["reason"], "BALANCE_BREAK");
    assert_eq!((&gaps[0]["from"], &gaps[0]["to"]), (&json!("2026-11-11"), &json!("2026-11-11")));
}

#[test]
fn a_balance_in_another_currency_is_none() {
    let balance = Balance { currency: Currency::parse("USD").expect("a currency"), ..read_on("2026-11-22", 190_000) };
    let report = report(&with_balance(account("a"), balance, spend()));
    let account = &report["balances"]["accounts"][0];
    assert!(account["anchor"].is_null() && account["endOfDay"].as_array().is_some_and(Vec::is_empty));
    assert_eq!(account["evidence"]["endOfDay"]["reason"], "NO_BALANCE");
    assert_eq!(report["balances"]["combined"]["evidence"]["bufferDays"]["reason"], "NO_BALANCE");
}

/// One account under two customers, whose balances were read on two days.
fn shared(first: i128, second: i128) -> Submission {
    let joint = |id: &str| Account { bsb: Some("062000".into()), account_number: Some("12345678".into()), ..account(id) };
    let of = |id: &str, name: &str, balance: Balance| {
        let mut customer = customer(id, name, vec![joint(id)], spend());
        customer.balances = vec![balance];
        customer
    };
    submission(vec![of("c1", "Alex Citizen", read_on("2026-11-22", first)), of("c2", "Sam Other", read_on("2026-11-11", second))])
}

#[test]
fn two_balances_confirm_or_refute_each_other() {
    let agreed = first_walk(&shared(190_000, 200_000));
    assert_eq!((agreed.reconciles, agreed.breaks.len(), agreed.doubts.len()), (Some(true), 0, 0));
    let refuted = first_walk(&shared(190_000, 200_001));
    assert_eq!((refuted.reconciles, refuted.doubts), (Some(false), vec![Doubt::DoesNotReconcile]));
    assert_eq!(refuted.end_of_day.first().map(|(day, _)| *day), Some(AS_OF), "days between the two are not known");
    let report = report(&shared(190_000, 200_001));
    assert_eq!(report["dataQuality"]["accounts"][0]["balanceReconciles"], false);
}

#[test]
fn two_balances_that_chain_only_with_the_signs_turned_make_them_suspect() {
    // From 11 to 22 November 100.00 were spent.
    let turned = shared(210_000, 200_000);
    assert!(warning_codes(&turned).contains(&"SIGN_SUSPECT".to_owned()));
    let report = report(&turned);
    assert_eq!((counted(&report), &report["dataQuality"]["accounts"][0]["signSuspect"]), (0, &json!(true)));
    assert_eq!(report["balances"]["accounts"][0]["evidence"]["endOfDay"]["reason"], "SIGN_SUSPECT");
    assert!(!warning_codes(&shared(190_000, 200_000)).contains(&"SIGN_SUSPECT".to_owned()));
}

#[test]
fn a_loan_that_would_have_been_overpaid_before_its_repayments_has_its_signs_turned() {
    let loan = || Account {
        loan: Some(LoanTerms { original_amount: Some(Cents::new(2_000_000)), ..LoanTerms::default() }),
        ..product("loan", ProductCategory::PersLoans)
    };
    let repaid = |cents| (1..=11).map(|month| row(&format!("2026-{month:02}-05"), cents, "REPAYMENT")).collect::<Vec<_>>();
    let suspect =
        |cents| warning_codes(&with_balance(loan(), read_on("2026-11-22", -500_000), repaid(cents))).contains(&"SIGN_SUSPECT".to_owned());
    assert!(suspect(-90_000), "it owed 5,000.00 − 9,900.00 before");
    assert!(!suspect(90_000));
}

#[test]
fn what_a_product_does_not_allow_does_not_reconcile() {
    let card = |limit, cents| {
        let balance = Balance { credit_limit: Some(Cents::new(limit)), ..read_on("2026-11-22", cents) };
        first_walk(&with_balance(product("card", ProductCategory::CredAndChrgCards), balance, spend())).reconciles
    };
    assert_eq!(card(500_000, -100_000), None, "nothing speaks against it, nothing for it");
    assert_eq!(card(100_000, -100_000), Some(false), "it owed 2,900.00 before the payment");
    let deposit = |cents| first_walk(&with_balance(account("a"), read_on("2026-11-22", cents), spend())).reconciles;
    assert_eq!(deposit(100_000), None, "900.00 below nothing, without a limit");
    assert_eq!(deposit(50_000), Some(false));
    let loan = Account {
        loan: Some(LoanTerms { original_amount: Some(Cents::new(100_000)), ..LoanTerms::default() }),
        ..product("loan", ProductCategory::PersLoans)
    };
    assert_eq!(first_walk(&with_balance(loan, read_on("2026-11-22", -900_000), spend())).reconciles, Some(false));
}

#[test]
fn a_statement_and_an_opening_at_nothing_confirm() {
    let due = |cents| {
        let terms = CreditCardTerms { payment_due: Some(Cents::new(cents)), ..CreditCardTerms::default() };
        let card = Account { credit_card: Some(terms), ..product("card", ProductCategory::CredAndChrgCards) };
        let rows = vec![row("2026-10-05", -12_345, "BUNNINGS"), row("2026-11-15", -4_321, "COLES")];
        first_walk(&with_balance(card, read_on("2026-11-22", -16_666 - 100_000), rows)).reconciles
    };
    assert_eq!(due(112_345), Some(true));
    assert_eq!(due(112_346), None);
    let opened = |cents| first_walk(&with_balance(account("a"), read_on("2026-11-22", cents), spend())).reconciles;
    assert_eq!(opened(190_000), Some(true), "0.00 before its first row");
    assert_eq!(opened(190_001), None);
}

/// Purchases every other day but for some days, and a pay.
fn busy(skip: std::ops::RangeInclusive<i64>) -> Vec<Transaction> {
    let first = day("2025-11-24");
    let dates = (0..180).map(|number| 2 * number).filter(|number| !skip.contains(number));
    dates
        .map(|number| {
            row(&first.saturating_add(jiff::SignedDuration::from_hours(24 * number)).to_string(), -1_000 - i128::from(number), "COLES 4512")
        })
        .collect()
}

fn gaps(submission: &Submission) -> Value {
    report(submission)["dataQuality"]["gaps"].take()
}

#[test]
fn a_removed_stretch_is_a_gap_and_the_days_before_it_are_not_said() {
    let whole = with_balance(account("a"), read_on("2026-11-22", 1_000_000), busy(1000..=1001));
    assert_eq!(gaps(&whole), json!([]));
    assert_eq!(first_walk(&whole).end_of_day.len(), 365);
    // From 3 to 26 March.
    let torn = with_balance(account("a"), read_on("2026-11-22", 1_000_000), busy(99..=122));
    let found = gaps(&torn);
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&found[0]["from"], &found[0]["to"], &found[0]["reason"]),
        (&json!("2026-03-03"), &json!("2026-03-27"), &json!("NO_TRANSACTIONS"))
    );
    let walk = first_walk(&torn);
    assert_eq!(walk.end_of_day.first().map(|(day, _)| day.to_string()).as_deref(), Some("2026-03-27"));
    let account = &report(&torn)["balances"]["accounts"][0];
    assert_eq!(account["evidence"]["windows"]["reason"], "GAP");
    assert!(account["windows"]["365"]["mean"].is_null() && account["windows"]["180"]["mean"].is_number());
}

#[test]
fn a_quiet_savings_account_has_no_gap() {
    let monthly = (1..=11).map(|month| row(&format!("2026-{month:02}-28").replace("11-28", "11-20"), 350, "INTEREST PAID")).collect();
    assert_eq!(gaps(&with_balance(account("a"), read_on("2026-11-22", 1_000_000), monthly)), json!([]));
    let twice = vec![row("2026-01-05", 50_000, "TRANSFER FROM XX1234"), row("2026-09-05", -50_000, "TRANSFER TO XX1234")];
    let quiet = with_balance(account("a"), read_on("2026-11-22", 1_000_000), twice);
    assert_eq!(gaps(&quiet), json!([]));
    assert_eq!(first_walk(&quiet).end_of_day.len(), 365, "the coverage is what was asked for");
}

#[test]
fn an_account_that_began_at_nothing_was_quiet() {
    let rows = busy(99..=122);
    let spent: i128 = rows.iter().map(|row| row.amount.get()).sum();
    let quiet = with_balance(account("a"), read_on("2026-11-22", spent), rows);
    assert_eq!(gaps(&quiet), json!([]), "no row is missing: the sums meet at 0.00");
    assert_eq!(first_walk(&quiet).end_of_day.len(), 365);
}

#[test]
fn an_account_that_fell_silent_is_a_gap_and_an_uncertain_anchor() {
    let silent = with_balance(account("a"), read_on("2026-11-22", 1_000_000), busy(300..=360));
    assert_eq!(gaps(&silent)[0]["to"], "2026-11-22");
    let walk = first_walk(&silent);
    assert_eq!((walk.end_of_day.len(), walk.doubts), (365, vec![Doubt::RowsEndBefore]));
    let closed = Account { is_open: false, ..account("a") };
    assert_eq!(gaps(&with_balance(closed, read_on("2026-11-22", 0), busy(300..=360))), json!([]));
}

#[test]
fn a_walk_is_bounded() {
    let old = Account { data_from: Some(day("1900-01-01")), ..account("a") };
    let walk = first_walk(&with_balance(old, read_on("2026-11-22", 190_000), spend()));
    assert_eq!(walk.end_of_day.len(), usize::try_from(LONGEST).expect("fits"));
}

#[test]
fn the_windows_have_exact_figures_and_null_where_days_lack() {
    let short = Account { data_from: Some(day("2026-10-14")), ..account("a") };
    let account = report(&with_balance(short, read_on("2026-11-22", 190_000), spend()))["balances"]["accounts"][0].take();
    let month = &account["windows"]["30"];
    assert_eq!((cents(&month["min"]), cents(&month["max"])), (0, 200_000));
    // 24 October to 9 November 0.00, two days 2,000.00, eight days 1,940.00, three days 1,900.00.
    assert_eq!(cents(&month["mean"]), 84_067);
    assert_eq!(cents(&month["standardDeviation"]), 96_155);
    for window in ["60", "90", "180", "365"] {
        assert!(account["windows"][window]["mean"].is_null(), "forty days are not {window}");
    }
    assert_eq!(account["evidence"]["windows"]["reason"], "COVERAGE_TOO_SHORT");
    assert!(account["trend"].is_null());
}

#[test]
fn days_in_the_red_are_counted_on_deposits_and_days_beyond_the_limit_on_cards() {
    let rows = || vec![row("2026-11-10", -10_000, "RENT"), row("2026-11-14", 30_000, "SALARY ACME PTY LTD")];
    let deposit = report(&with_balance(account("a"), read_on("2026-11-22", 25_000), rows()))["balances"]["accounts"][0].take();
    assert_eq!(
        (&deposit["daysNegative"], &deposit["daysSinceNegative"], &deposit["longestNegativeSpell"]),
        (&json!(4), &json!(9), &json!(4))
    );
    assert_eq!((&deposit["daysBelow100"], &deposit["daysBeyondLimit"]), (&json!(356), &Value::Null));
    let card = Balance { credit_limit: Some(Cents::new(100_000)), ..read_on("2026-11-22", -75_000) };
    let card = report(&with_balance(product("card", ProductCategory::CredAndChrgCards), card, rows()))["balances"]["accounts"][0].take();
    assert_eq!((&card["daysNegative"], &card["daysBeyondLimit"]), (&Value::Null, &json!(4)));
    let text = card["limitUtilisation"].to_string();
    assert!(text.contains("0.75") && text.contains("1.05"), "{text}");
    assert_eq!(card["evidence"]["daysNegative"]["reason"], "NOT_APPLICABLE");
    let never = report(&with_balance(account("a"), read_on("2026-11-22", 900_000), rows()))["balances"]["accounts"][0].take();
    assert_eq!((&never["daysNegative"], &never["daysSinceNegative"]), (&json!(0), &Value::Null));
    assert_eq!(never["evidence"]["daysSinceNegative"]["reason"], "NEVER");
}

/// An everyday account, a saver, a term deposit and another's money, each with a balance.
fn household() -> Submission {
    let accounts = vec![
        account("1-everyday"),
        account("2-saver"),
        product("3-term", ProductCategory::TermDeposits),
        product("4-trust", ProductCategory::RegulatedTrustAccounts),
    ];
    let mut rows = spend();
    rows.push(row("2026-11-15", 3_000, "INTEREST PAID").account(1));
    let mut submission = single(accounts, rows);
    submission.customers[0].balances = [190_000, 53_000, 900_000, 70_000]
        .iter()
        .enumerate()
        .map(|(account, cents)| Balance { account, ..read_on("2026-11-22", *cents) })
        .collect();
    submission
}

#[test]
fn together_are_the_deposits_that_can_be_drawn_on() {
    let balances = report(&household())["balances"].take();
    let listed: Vec<&Value> = balances["accounts"].as_array().expect("a list").iter().map(|account| &account["accountId"]).collect();
    assert_eq!(listed, ["1-everyday", "2-saver", "3-term"], "another's money is not here");
    let combined = &balances["combined"];
    assert_eq!(combined["accountIds"], json!(["1-everyday", "2-saver"]));
    let last = combined["endOfDay"].as_array().and_then(|days| days.last()).expect("a day");
    assert_eq!((last["date"].as_str(), cents(&last["balance"])), (Some("2026-11-22"), 243_000));
}

#[test]
fn one_account_without_a_balance_leaves_nothing_to_be_said_of_all() {
    let mut submission = household();
    submission.customers[0].balances.remove(1);
    let combined = report(&submission)["balances"]["combined"].take();
    assert!(combined["windows"]["30"]["mean"].is_null() && combined["daysNegative"].is_null());
    let evidence = &combined["evidence"]["endOfDay"];
    assert_eq!((&evidence["reason"], &evidence["accountIds"]), (&json!("NO_BALANCE"), &json!(["2-saver"])));
    submission.customers[0].accounts[1].is_open = false;
    let combined = report(&submission)["balances"]["combined"].take();
    assert_eq!(combined["accountIds"], json!(["1-everyday"]), "a closed one holds nothing");
    assert!(combined["daysNegative"].is_number());
}

#[test]
fn an_empty_account_and_one_without_rows_are_no_panic() {
    let bare = Account { data_from: None, data_to: None, ..account("1-bare") };
    let mut submission = single(vec![bare, account("2-everyday")], spend().into_iter().map(|row| row.account(1)).collect());
    submission.customers[0].balances = vec![read_on("2026-11-22", 7_000), Balance { account: 1, ..read_on("2026-11-22", 190_000) }];
    let combined = report(&submission)["balances"]["combined"].take();
    let last = combined["endOfDay"].as_array().and_then(|days| days.last()).expect("a day");
    assert_eq!(cents(&last["balance"]), 197_000);
    assert_eq!(combined["evidence"]["endOfDay"]["flags"], json!(["coverageAssumed"]));
}

#[test]
fn ids_that_two_customers_share_are_told_apart() {
    let of = |id: &str, name: &str, text: &str| customer(id, name, vec![account("same")], vec![row("2026-11-02", -5_000, text)]);
    let submission = submission(vec![of("c1", "Alex Citizen", "COLES 4512"), of("c2", "Sam Other", "ALDI 77")]);
    let combined = report(&submission)["balances"]["combined"].take();
    assert_eq!(combined["evidence"]["endOfDay"]["accountIds"], json!(["c1/same", "c2/same"]));
}
