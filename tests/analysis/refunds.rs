//! Refunds, and the purchases that they give back.

use cdr_insights::submission::{ProductCategory, Transaction, TransactionType};
use serde_json::Value;

use crate::support::*;

const BOUGHT: &str = "KMART 1042 MARION SA AUS Card xx8812";
const REFUND: &str = "REFUND KMART MARION SA AUS Card xx8812";

/// What the row `back` refunds, and its category.
fn refunded(rows: Vec<Transaction>) -> (Value, Value) {
    let report = report(&single(vec![account("a"), account("b")], rows));
    let back = by_id(&report, "back");
    (back.get("refundOf").cloned().unwrap_or_default(), back["category"].clone())
}

fn bought(date: &str, cents: i128, text: &str, id: &str) -> Transaction {
    row(date, -cents, text).id(id)
}

fn back(date: &str, cents: i128, text: &str) -> Transaction {
    row(date, cents, text).id("back")
}

#[test]
fn a_refund_takes_the_category_of_its_purchase_and_nets_it() {
    let rows = vec![bought("2026-03-02", 8_437, BOUGHT, "bought"), back("2026-03-20", 8_437, REFUND)];
    assert_eq!(refunded(rows.clone()), ("bought".into(), "DEPARTMENT_STORE".into()));
    let store = category(&report(&everyday(rows)), "DEPARTMENT_STORE");
    assert_eq!((cents(&store["debit"]["sumAmount"]), cents(&store["credit"]["sumAmount"])), (-8_437, 8_437));
    assert_eq!(cents(&store["monthlyAverage"]), 0);
}

#[test]
fn a_refund_without_its_purchase_stays_one() {
    let none = |bought| refunded(vec![bought, back("2026-09-20", 8_437, REFUND)]);
    assert_eq!(none(bought("2026-03-02", 8_437, BOUGHT, "bought")), (Value::Null, "REFUND".into()), "half a year is over");
    assert_eq!(none(bought("2026-09-21", 8_437, BOUGHT, "bought")).0, Value::Null, "later");
    assert_eq!(none(bought("2026-09-02", 8_436, BOUGHT, "bought")).0, Value::Null, "less than the refund");
    assert_eq!(none(bought("2026-09-02", 8_437, "TARGET 5530 PENRITH", "bought")).0, Value::Null, "another shop");
    assert_eq!(none(bought("2026-09-02", 8_437, "KMART 1042 MARION", "bought").account(1)).0, Value::Null, "another account");
    assert_eq!(none(bought("2026-09-02", 8_437, BOUGHT, "bought").account(1)).0, "bought", "another account of one card");
}

#[test]
fn the_very_amount_comes_before_the_nearest_and_parts_share_a_purchase() {
    let purchases = || {
        vec![
            bought("2026-03-02", 8_437, BOUGHT, "same"),
            bought("2026-03-05", 9_000, BOUGHT, "near"),
            bought("2026-03-01", 20_000, BOUGHT, "large"),
        ]
    };
    let with = |refunds: Vec<Transaction>| report(&everyday(purchases().into_iter().chain(refunds).collect()));
    assert_eq!(by_id(&with(vec![back("2026-03-20", 8_437, REFUND)]), "back")["refundOf"], "same");
    let parts = with(vec![
        row("2026-03-20", 5_000, REFUND).id("1"),
        row("2026-03-21", 3_500, REFUND).id("2"),
        row("2026-03-22", 8_000, REFUND).id("3"),
        row("2026-03-23", 12_001, REFUND).id("4"),
    ]);
    assert_eq!([by_id(&parts, "1")["refundOf"].as_str(), by_id(&parts, "2")["refundOf"].as_str()], [Some("near"), Some("near")]);
    assert_eq!(by_id(&parts, "3")["refundOf"], "same", "the nearer one has only 5.00 left");
    assert_eq!(by_id(&parts, "4")["refundOf"], "large");
}

#[test]
fn an_unnamed_shop_is_known_by_its_words() {
    let rows = vec![
        bought("2026-03-02", 8_437, "QUILLFEATHER TRADERS HOBART", "bought"),
        back("2026-03-20", 8_437, "REFUND QUILLFEATHER TRADERS"),
    ];
    assert_eq!(refunded(rows).0, "bought");
}

#[test]
fn money_from_a_shop_is_a_refund_only_of_the_very_amount() {
    let credit = |cents| {
        let shop = Transaction {
            merchant_name: Some("Quillfeather Traders".into()),
            ..back("2026-03-20", cents, "DIRECT CREDIT 301500 QUILLFEATHER TRADERS")
        };
        refunded(vec![bought("2026-03-02", 8_437, "QUILLFEATHER TRADERS HOBART", "bought"), shop])
    };
    assert_eq!(credit(8_437).0, "bought");
    assert_eq!(credit(8_000).0, Value::Null);
}

#[test]
fn a_fee_that_is_given_back_nets_the_fee() {
    let fee = row("2026-03-31", -500, "MONTHLY ACCOUNT FEE").id("fee").kind(TransactionType::Fee);
    assert_eq!(refunded(vec![fee.clone(), back("2026-04-02", 500, "FEE REVERSAL")]), ("fee".into(), "BANK_FEE".into()));
    assert_eq!(refunded(vec![fee, back("2026-04-02", 400, "FEE REVERSAL")]).0, Value::Null);
}

#[test]
fn winnings_are_no_refund() {
    let rows = vec![bought("2026-03-02", 5_000, "SPORTSBET MELBOURNE", "bet"), back("2026-03-20", 5_000, "SPORTSBET WITHDRAWAL")];
    assert_eq!(refunded(rows), (Value::Null, "GAMBLING_WINNINGS".into()));
}

#[test]
fn a_claim_that_names_its_provider_nets_the_provider() {
    let dentist = bought("2026-03-02", 22_000, "WARRAGUL DENTAL CARE", "dentist");
    let claim = |text: &str| refunded(vec![dentist.clone(), back("2026-03-06", 11_500, text).account(1)]);
    assert_eq!(claim("MEDIBANK CLAIM WARRAGUL DENTAL CARE"), ("dentist".into(), "MEDICAL".into()));
    assert_eq!(claim("MCARE BENEFITS 5520114 AB").0, Value::Null, "it names nobody");
}

#[test]
fn a_card_purchase_and_its_refund_are_a_refund_and_no_transfer() {
    let accounts = vec![account("1-everyday"), product("2-card", ProductCategory::CredAndChrgCards)];
    let rows = vec![bought("2026-03-02", 8_437, BOUGHT, "bought"), back("2026-03-04", 8_437, REFUND).account(1)];
    let report = report(&single(accounts, rows));
    assert_eq!(by_id(&report, "back")["refundOf"], "bought");
    assert!(by_id(&report, "back").get("transferPairId").is_none());
}

#[test]
fn ten_thousand_equal_refunds_take_bounded_work() {
    let rows = (0..10_000).map(|at: usize| {
        let (cents, text) = if at.is_multiple_of(2) { (-5_000, BOUGHT) } else { (5_000, REFUND) };
        row("2026-03-02", cents, text).id(&format!("{at:05}"))
    });
    let report = report(&everyday(rows.collect()));
    let rows = report["transactions"].as_array().expect("a list");
    let mut purchases: Vec<&str> = rows.iter().filter_map(|row| row.get("refundOf")?.as_str()).collect();
    let refunds = purchases.len();
    purchases.sort_unstable();
    purchases.dedup();
    assert_eq!(purchases.len(), refunds, "a purchase is given back once");
    assert!(refunds > 0);
}

#[test]
fn of_several_purchases_a_part_is_of_the_one_of_that_shop() {
    let rows = vec![
        bought("2026-03-02", 8_437, "KMART 1042 MARION SA AUS", "there"),
        bought("2026-03-04", 9_000, "KMART 1187 PENRITH NSW AUS", "elsewhere"),
        back("2026-03-20", 4_000, "REFUND KMART MARION SA AUS"),
    ];
    assert_eq!(refunded(rows).0, "there");
}

#[test]
fn money_between_people_is_no_refund() {
    let friend = |text: &str| {
        refunded(vec![bought("2026-03-02", 8_000, "Osko W/D Robin Smith kids shoes", "paid"), back("2026-03-09", 8_000, text)])
    };
    assert_eq!(friend("Osko Deposit Robin Smith").0, Value::Null);
    assert_eq!(friend("Money received from Robin Smith").0, Value::Null);
}

#[test]
fn a_shop_whose_name_is_a_place_is_known_all_the_same() {
    let rows = vec![
        bought("2026-03-02", 7_535, "V6765 25/06 KOGAN 43161419322", "bought"),
        back("2026-03-20", 7_535, "V6765 13/07 REFUND KOGAN 58990406515"),
    ];
    assert_eq!(refunded(rows).0, "bought");
}
