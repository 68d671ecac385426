//! Rows that look like what they are not, each as a small payload through the whole analysis.
//!
//! Those of the list that stand elsewhere: an employer that is a shop, Centrelink at Christmas, a month of three pays, a rise of five
//! dollars, packaged pay, a sole trader's receipts, a budget service's allowance, a partner's pay on a joint account and applicants who
//! pay each other in `income`; refunds in `refunds`; returned debits with and without a fee in `reversals`; repayments of shared cards
//! and loans in `transfers` and `affordability`, of cards that were not shared in `quality`; a quiet savings account in `balances`.

use cdr_insights::submission::{Account, ProductCategory, Submission, Transaction};
use serde_json::{Value, json};

use crate::households::{list, text};
use crate::support::*;

/// The category of one row on an everyday account.
fn alone(cents: i128, description: &str) -> String {
    let report = report(&everyday(vec![row("2026-03-02", cents, description)]));
    text(&report["transactions"][0]["category"]).to_owned()
}

fn indicator<'a>(report: &'a Value, code: &str) -> &'a Value {
    list(&report["riskIndicators"]).iter().find(|indicator| indicator["code"] == code).expect("an indicator")
}

fn fortnightly(cents: i128, description: &str) -> Vec<Transaction> {
    let first = day("2025-11-27");
    (0..26).map(|at| row(&first.saturating_add(jiff::Span::new().days(14 * at)).to_string(), cents, description)).collect()
}

#[test]
fn wages_from_a_supermarket_are_pay_and_its_goods_are_groceries() {
    let mut rows = fortnightly(182_345, "WOOLWORTHS WAGES 8812");
    rows.push(row("2026-03-05", -8_412, "WOOLWORTHS 1234 SYDNEY").id("shop"));
    let report = report(&everyday(rows));
    assert_eq!(category(&report, "SALARY")["credit"]["numberOfTransactions"], 26);
    assert_eq!(by_id(&report, "shop")["category"], "GROCERIES");
    assert_eq!(cents(&report["income"]["assessedMonthly"]["amount"]), 395_081, "1,823.45 × 26 ÷ 12");
    assert!(rows_of(&report, "REFUND").is_empty());
}

fn rows_of<'a>(report: &'a Value, category: &str) -> Vec<&'a Value> {
    list(&report["transactions"]).iter().filter(|row| row["category"] == category).collect()
}

#[test]
fn a_betting_shop_is_no_club_that_plays_table_tennis() {
    for bet in ["TAB MELBOURNE", "TABCORP ONLINE 1300", "VISA PURCHASE TAB SYDNEY NSW"] {
        assert_eq!(alone(-5_000, bet), "GAMBLING", "{bet}");
    }
    for other in ["TABLE TENNIS CENTRE PERTH", "EFTPOS TABLE TENNIS CENTRE FOOTSCRAY VIC", "TABLELANDS PHARMACY ATHERTON"] {
        assert_ne!(alone(-5_000, other), "GAMBLING", "{other}");
    }
    let report = report(&everyday(vec![row("2026-03-02", -5_000, "TABLE TENNIS CENTRE PERTH")]));
    assert_eq!(indicator(&report, "GAMBLING")["count"], 0);
}

#[test]
fn the_tax_office_is_no_greengrocer() {
    assert!(
        ["TAX_PAYMENT", "TAX_DEBT_PAYMENT"].contains(&&*alone(-80_000, "ATO PAYMENT 001234567")),
        "{}",
        alone(-80_000, "ATO PAYMENT 001234567")
    );
    assert_eq!(alone(80_000, "ATO ATO00300001234567"), "TAX_REFUND");
    for other in ["TOMATO BROTHERS MELBOURNE", "VISA PURCHASE TOMATO BROTHERS CARLTON VIC"] {
        assert!(!alone(-4_000, other).starts_with("TAX"), "{other}");
    }
}

#[test]
fn fuel_under_a_supermarkets_name_is_fuel() {
    assert_eq!(alone(-6_500, "COLES EXPRESS 1234 RICHMOND"), "FUEL");
    assert_eq!(alone(-6_500, "EFTPOS SHELL COLES EXPRESS 6699 PRESTON"), "FUEL");
    assert_eq!(alone(-6_500, "COLES 1234 RICHMOND"), "GROCERIES");
}

#[test]
fn a_person_who_is_called_like_a_restaurant_is_a_person() {
    assert_eq!(alone(-6_000, "Osko Payment To Sarah McDonald"), "TRANSFER_OUT");
    assert_eq!(alone(-6_000, "TRANSFER TO J MCDONALD"), "TRANSFER_OUT");
    assert_eq!(alone(6_000, "Osko Payment From Sarah McDonald"), "TRANSFER_IN");
    assert_eq!(alone(-1_495, "MCDONALDS 0342 NEWTOWN"), "TAKEAWAY");
}

/// Round dollars to the own savings account, and the same to a friend on the same day.
#[test]
fn a_friend_is_no_account_of_ones_own() {
    let numbered = |id: &str, digits: &str| Account { masked_number: Some(format!("xxxx {digits}").into()), ..account(id) };
    for friend_first in [false, true] {
        let mut rows = vec![
            row("2026-03-10", -20_000, "Transfer to xx5678 CommBank app").id("own"),
            row("2026-03-10", -20_000, "Transfer to Jo Nguyen CommBank app").id("friend"),
            row("2026-03-10", 20_000, "Transfer from xx1234 CommBank app").account(1).id("in"),
        ];
        if friend_first {
            rows.swap(0, 1);
        }
        let report = report(&single(vec![numbered("everyday", "1234"), numbered("savings", "5678")], rows));
        let of = |id: &str| by_id(&report, id)["category"].clone();
        assert_eq!([of("own"), of("friend"), of("in")], ["INTERNAL_TRANSFER", "TRANSFER_OUT", "INTERNAL_TRANSFER"].map(Value::from));
        assert_eq!(by_id(&report, "own")["transferPairId"], by_id(&report, "in")["transferPairId"]);
        assert!(by_id(&report, "friend").get("transferPairId").is_none());
    }
}

/// A failed debit is no expense and one dishonour, whether or not the holder takes a fee.
#[test]
fn a_dishonoured_debit_is_one_fact_with_and_without_its_fee() {
    let failed = || {
        vec![
            row("2026-03-02", -8_950, "DIRECT DEBIT 20914 ANYTIME FITNESS").id("tried"),
            row("2026-03-03", 8_950, "DIRECT DEBIT DISHONOUR ANYTIME FITNESS").id("back"),
        ]
    };
    let mut with_fee = failed();
    with_fee.push(row("2026-03-03", -1_500, "DISHONOUR FEE").id("fee"));
    for (rows, fee) in [(failed(), false), (with_fee, true)] {
        let report = report(&everyday(rows));
        assert_eq!(indicator(&report, "DISHONOUR")["count"], 1, "fee {fee}");
        assert_eq!(by_id(&report, "back")["reversalOf"], "tried");
        let fitness = list(&report["expenses"]["byCategory"]).iter().find(|category| category["category"] == "FITNESS");
        assert!(fitness.is_none_or(|category| cents(&category["last12Months"]) == 0), "fee {fee}");
    }
}

#[test]
fn rent_to_a_person_is_rent_where_the_words_say_so() {
    let monthly: Vec<Transaction> =
        (1..=10).map(|month| row(&format!("2026-{month:02}-03"), -180_000, "Osko Payment To Maria Rossi RENT UNIT 4")).collect();
    let report = report(&everyday(monthly));
    assert_eq!(category(&report, "RENT")["debit"]["numberOfTransactions"], 10);
    let missing = list(&report["expenses"]["missingEssentials"]);
    assert!(missing.iter().all(|essential| !essential.to_string().contains("RENT")), "{missing:?}");
}

/// Members that speak of the last 90 days, and what they say.
fn of_ninety_days(value: &Value, path: &str, out: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let named = ["newDebt90Days", "newIn90Days", "90"].contains(&name.as_str()) && !path.contains("evidence");
                // What the last 90 days were held against: the trend of an indicator or a creditor.
                let trend =
                    name == "trend" && (path.contains("riskIndicators") || path.contains("creditors")) && !path.contains("evidence");
                if named || trend {
                    out.push((format!("{path}.{name}"), member.clone()));
                }
                of_ninety_days(member, &format!("{path}.{name}"), out);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| of_ninety_days(element, path, out)),
        _ => {}
    }
}

fn forty_days() -> Submission {
    let short = Account { data_from: Some(day("2026-10-14")), ..account("everyday") };
    let card = Account { data_from: Some(day("2026-10-14")), ..product("card", ProductCategory::CredAndChrgCards) };
    let mut submission = single(
        vec![short, card],
        vec![
            row("2026-10-15", 250_000, "SALARY ACME PTY LTD"),
            row("2026-10-29", 250_000, "SALARY ACME PTY LTD"),
            row("2026-11-12", 250_000, "SALARY ACME PTY LTD"),
            row("2026-10-20", -5_000, "SPORTSBET"),
            row("2026-10-21", -6_000, "PAYMENT TO AFTERPAY"),
            row("2026-11-04", -6_000, "PAYMENT TO AFTERPAY"),
            row("2026-10-22", -20_000, "Wdl ATM CBA ATM NEWTOWN"),
            row("2026-10-23", -8_412, "WOOLWORTHS 1234 SYDNEY").account(1),
        ],
    );
    submission.customers[0].balances = vec![balance(0, 500_000), balance(1, -8_412)];
    submission
}

#[test]
fn forty_days_have_no_ninety() {
    let report = report(&forty_days());
    let mut said = Vec::new();
    of_ninety_days(&report, "", &mut said);
    let spoken: Vec<_> = said.iter().filter(|(path, _)| !path.starts_with(".dataQuality")).collect();
    assert!(spoken.len() > 40, "{}", spoken.len());
    for (path, value) in spoken {
        let is_null = value.is_null() || value.as_object().is_some_and(|window| window.values().all(Value::is_null));
        assert!(is_null, "{path} is {value}");
    }
    assert_eq!(report["dataQuality"]["windows"]["90"], false);
    assert_eq!(report["dataQuality"]["coverageFor"]["smallAmountCredit"]["covered"], false);
    assert!(report["commitments"]["smallAmountCredit"]["likely"].is_null());
    for indicator in list(&report["riskIndicators"]) {
        assert!(indicator["trend"].is_null() && indicator["evidence"]["trend"]["reason"].is_string(), "{indicator:#}");
    }
    let commitments = &report["commitments"]["evidence"];
    assert_eq!(commitments["newDebt90Days"]["reason"], "COVERAGE_TOO_SHORT");
    assert_eq!(indicator(&report, "GAMBLING")["count"], 1, "what was seen is said");
    assert_eq!(indicator(&report, "LOTTERY")["count"], 0, "and what was looked for");
    assert!(indicator(&report, "NEW_DEBT_90_DAYS")["count"].is_null());
}

#[test]
fn an_empty_month_a_closed_account_a_foreign_card_and_an_account_without_balance_are_no_nonsense() {
    let closed = Account { is_open: false, data_to: Some(day("2026-06-30")), ..account("closed") };
    let card = product("travel", ProductCategory::TravelCards);
    let mut submission = single(
        vec![account("everyday"), closed, card, account("unknown")],
        vec![
            row("2026-01-05", -11_000, "WOOLWORTHS 1234 SYDNEY"),
            row("2026-03-05", -11_000, "WOOLWORTHS 1234 SYDNEY"),
            row("2026-02-27", -4_000, "SPOTIFY").account(1),
            row("2026-04-05", -3_300, "CAFE PARIS").account(2).currency("EUR").id("abroad"),
            row("2026-05-05", -2_200, "NETFLIX.COM").account(3),
        ],
    );
    submission.customers[0].balances = vec![balance(0, 100_000), balance(1, 0)];
    let report = report(&submission);
    let of_card = list(&report["dataQuality"]["accounts"]).iter().find(|account| account["accountId"] == "travel").expect("the card");
    assert_eq!(of_card["countedTransactions"], 0);
    assert_eq!(cents(&report["combinedSummary"]["combinedTotalSummary"]["debit"]["sumAmount"]), -28_200);
    assert_eq!(flags(by_id(&report, "abroad")), ["foreignCurrency"]);
    let balances = list(&report["balances"]["accounts"]);
    let unknown = balances.iter().find(|account| account["accountId"] == "unknown").expect("it is listed");
    assert!(unknown["anchor"].is_null() && unknown["daysNegative"].is_null(), "{unknown:#}");
    assert_eq!(unknown["evidence"]["daysNegative"]["reason"], "NO_BALANCE");
    assert!(report["balances"]["combined"]["daysNegative"].is_null());
    for month in list(&report["cashFlow"]["months"]) {
        assert!(cents(&month["out"]) >= 0 && cents(&month["net"]) == cents(&month["in"]) - cents(&month["out"]));
    }
    let april = list(&report["cashFlow"]["months"]).iter().find(|month| month["month"] == "2026-04").expect("an empty month is a month");
    assert_eq!(["in", "out", "net"].map(|figure| cents(&april[figure])), [0, 0, 0]);
    assert_eq!(report["forecast"]["points"], json!(null), "one pool without a balance has no forecast");
}

#[test]
fn no_row_at_all_is_no_panic_and_no_zero() {
    let bare = Account { data_from: None, data_to: None, ..account("bare") };
    let report = report(&single(vec![bare], Vec::new()));
    assert_eq!(counted(&report), 0);
    assert!(report["income"]["assessedMonthly"]["amount"].is_null() && report["affordability"]["outgoings"].is_null());
    for indicator in list(&report["riskIndicators"]) {
        let said = &indicator["count"];
        assert!(said.is_null() || text(&indicator["code"]) != "GAMBLING", "{indicator:#}");
    }
}
