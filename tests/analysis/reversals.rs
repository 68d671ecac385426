//! Payments that failed, and credits that were taken back.

use cdr_insights::analysis::ledger::{Follow, LOOKS};
use cdr_insights::submission::{Transaction, TransactionType};
use serde_json::Value;

use crate::support::*;

const DEBIT: &str = "DIRECT DEBIT 20914 AFTERPAY";

fn debit(date: &str, cents: i128, text: &str, id: &str) -> Transaction {
    row(date, -cents, text).id(id).kind(TransactionType::DirectDebit)
}

fn back(date: &str, cents: i128, text: &str, id: &str) -> Transaction {
    row(date, cents, text).id(id)
}

/// What the row `back` reverses.
fn reversed(rows: Vec<Transaction>) -> Value {
    by_id(&report(&everyday(rows)), "back").get("reversalOf").cloned().unwrap_or_default()
}

#[test]
fn a_returned_debit_keeps_its_category_and_its_credit_is_the_reversal() {
    let report = report(&everyday(vec![
        debit("2026-03-02", 5_000, DEBIT, "failed"),
        back("2026-03-04", 5_000, "DIRECT DEBIT DISHONOUR AFTERPAY", "back"),
    ]));
    let (failed, back) = (by_id(&report, "failed"), by_id(&report, "back"));
    assert_eq!((failed["category"].as_str(), flags(failed)), (Some("BNPL_REPAYMENT"), vec!["returned"]));
    assert_eq!((&back["category"], &back["reversalOf"]), (&"REVERSAL".into(), &"failed".into()));
    assert_eq!(back["evidence"]["layer"], "LEDGER");
    assert_eq!(counted(&report), 2, "both stay in totals and groups");
}

#[test]
fn it_comes_back_within_five_business_days() {
    // Good Friday is 3 April 2026, Easter Monday 6 April.
    for (debited, returned, expected) in [
        ("2026-03-02", "2026-03-09", true),
        ("2026-03-02", "2026-03-10", false),
        ("2026-04-01", "2026-04-10", true),
        ("2026-03-04", "2026-03-02", false),
    ] {
        let found = reversed(vec![debit(debited, 5_000, DEBIT, "failed"), back(returned, 5_000, "RETURNED AFTERPAY", "back")]);
        assert_eq!(found == "failed", expected, "{debited} {returned}");
    }
}

#[test]
fn the_words_may_name_nobody_but_not_somebody_else() {
    let of = |text: &str| reversed(vec![debit("2026-03-02", 5_000, DEBIT, "failed"), back("2026-03-04", 5_000, text, "back")]);
    assert_eq!(of("REVERSAL OF DEBIT ENTRY"), "failed");
    assert_eq!(of("RETURNED DIRECT DEBIT"), "failed");
    assert!(of("RETURNED ORIGIN ENERGY").is_null(), "another payee's");
    assert!(of("DIRECT CREDIT 301500 ACME PTY LTD").is_null(), "no words of failure");
}

#[test]
fn a_direct_debit_with_its_sign_turned_needs_no_words() {
    let of =
        |kind, text: &str| reversed(vec![debit("2026-03-02", 5_137, DEBIT, "failed"), back("2026-03-04", 5_137, text, "back").kind(kind)]);
    assert_eq!(of(TransactionType::DirectDebit, DEBIT), "failed");
    assert!(of(TransactionType::DirectDebit, "DIRECT DEBIT 20914 ZIP").is_null());
    assert!(of(TransactionType::Other, "AFTERPAY REFUND").is_null(), "a refund is none");
}

#[test]
fn a_bpay_payment_and_a_cheque_come_back_too() {
    let bpay = |row: Transaction| Transaction { biller_code: Some("23796".into()), biller_name: Some("Hornsby Water".into()), ..row };
    let rows = vec![
        bpay(row("2026-03-02", -18_845, "BPAY HORNSBY WATER").id("failed")),
        bpay(back("2026-03-03", 18_845, "BPAY HORNSBY WATER", "back")),
    ];
    assert_eq!(reversed(rows), "failed");
    let rows = vec![row("2026-03-02", -70_000, "CHEQUE 000214").id("failed"), back("2026-03-05", 70_000, "CHEQUE 000214 RETURNED", "back")];
    assert_eq!(reversed(rows), "failed");
}

#[test]
fn of_several_equal_debits_the_one_of_that_party_then_the_nearest() {
    let rows = vec![
        debit("2026-03-02", 5_000, DEBIT, "first"),
        debit("2026-03-03", 5_000, DEBIT, "second"),
        debit("2026-03-04", 5_000, "DIRECT DEBIT 771 ZIP PAY", "other"),
        back("2026-03-05", 5_000, "RETURNED AFTERPAY", "back"),
    ];
    assert_eq!(reversed(rows), "second");
}

#[test]
fn one_debit_fails_once() {
    let report = report(&everyday(vec![
        debit("2026-03-02", 5_000, DEBIT, "failed"),
        back("2026-03-03", 5_000, "RETURNED AFTERPAY", "one"),
        back("2026-03-04", 5_000, "RETURNED AFTERPAY", "two"),
    ]));
    let linked = ["one", "two"].iter().filter(|id| by_id(&report, id).get("reversalOf").is_some()).count();
    assert_eq!(linked, 1);
}

#[test]
fn another_account_or_amount_is_another_payment() {
    let report = report(&single(
        vec![account("a"), account("b")],
        vec![
            debit("2026-03-02", 5_000, DEBIT, "failed"),
            back("2026-03-03", 5_000, "RETURNED AFTERPAY", "elsewhere").account(1),
            back("2026-03-03", 5_001, "RETURNED AFTERPAY", "more"),
        ],
    ));
    assert!(flags(by_id(&report, "failed")).is_empty());
}

#[test]
fn the_fee_and_the_second_try_are_known() {
    let submission = everyday(vec![
        debit("2026-03-02", 5_000, DEBIT, "1"),
        back("2026-03-04", 5_000, "DIRECT DEBIT DISHONOUR AFTERPAY", "2"),
        row("2026-03-04", -1_500, "DISHONOUR FEE").id("3"),
        debit("2026-03-09", 5_000, DEBIT, "4"),
        debit("2026-05-09", 5_000, DEBIT, "5"),
    ]);
    let ledger = settled(&submission);
    let at = |id: &str| ledger.rows.iter().position(|row| row.transaction().transaction_id.as_deref() == Some(id)).expect("it is there");
    assert_eq!(ledger.links.fees, [Follow { row: at("3"), failed: at("1") }]);
    assert_eq!(ledger.links.tried_again, [Follow { row: at("4"), failed: at("1") }], "two months later is the next instalment");
    assert_eq!((ledger.links.fee_for(at("3")), ledger.links.tries_again(at("4"))), (Some(at("1")), Some(at("1"))));
}

#[test]
fn a_failure_without_a_fee_has_none() {
    let submission = everyday(vec![
        debit("2026-03-02", 5_000, DEBIT, "1"),
        back("2026-03-04", 5_000, "DIRECT DEBIT DISHONOUR AFTERPAY", "2"),
        row("2026-03-31", -500, "MONTHLY ACCOUNT FEE").id("3"),
        row("2026-06-30", -1_500, "DISHONOUR FEE").id("4"),
    ]);
    let ledger = settled(&submission);
    assert_eq!((ledger.links.reversals.len(), ledger.links.fees.len()), (1, 0));
}

#[test]
fn a_pay_that_is_taken_back_is_no_pay() {
    let report = report(&everyday(vec![
        row("2026-03-02", 234_567, "SALARY ACME PTY LTD").id("paid"),
        row("2026-03-04", -234_567, "REVERSAL SALARY ACME PTY LTD").id("taken"),
    ]));
    let (paid, taken) = (by_id(&report, "paid"), by_id(&report, "taken"));
    assert_eq!((paid["category"].as_str(), flags(paid)), (Some("SALARY"), vec!["returned"]));
    assert_eq!((&taken["category"], &taken["reversalOf"]), (&"REVERSAL".into(), &"paid".into()));
}

#[test]
fn a_failed_repayment_of_an_own_card_is_no_transfer() {
    use cdr_insights::submission::ProductCategory::CredAndChrgCards;
    let report = report(&single(
        vec![account("1-everyday"), product("2-card", CredAndChrgCards)],
        vec![
            debit("2026-03-02", 50_000, "DIRECT DEBIT 771 EXAMPLE BANK CARD", "1"),
            row("2026-03-02", 50_000, "PAYMENT RECEIVED THANK YOU").account(1).id("2"),
            row("2026-03-04", -50_000, "PAYMENT DISHONOURED").account(1).id("3"),
            back("2026-03-04", 50_000, "RETURNED DIRECT DEBIT", "4"),
        ],
    ));
    for (id, expected) in [("1", "returned"), ("2", "returned")] {
        assert_eq!(flags(by_id(&report, id)), [expected], "{id}");
    }
    for id in ["3", "4"] {
        assert_eq!(by_id(&report, id)["category"], "REVERSAL", "{id}");
    }
    assert!(report["transactions"].as_array().expect("a list").iter().all(|row| row.get("transferPairId").is_none()));
}

#[test]
fn a_crowd_of_equal_failures_takes_bounded_work() {
    let count = 3_000_usize;
    let rows = (0..count).flat_map(|at| {
        [debit("2026-03-02", 5_000, DEBIT, &format!("d{at:04}")), back("2026-03-03", 5_000, "RETURNED AFTERPAY", &format!("c{at:04}"))]
    });
    let submission = everyday(rows.collect());
    let ledger = settled(&submission);
    assert!(ledger.links.reversals.len() >= LOOKS);
    let mut debits: Vec<usize> = ledger.links.reversals.iter().map(|link| link.debit).collect();
    debits.sort_unstable();
    debits.dedup();
    assert_eq!(debits.len(), ledger.links.reversals.len(), "each debit fails once");
}

#[test]
fn a_failure_that_also_names_a_lender_is_one_where_its_debit_is_there() {
    let of = |text: &str| {
        reversed(vec![debit("2026-03-02", 5_137, "DIRECT DEBIT 20914 NIMBLE LOANS", "failed"), back("2026-03-04", 5_137, text, "back")])
    };
    assert_eq!(of("RETURNED DD NIMBLE LOANS REF 800372"), "failed", "not a new loan");
    assert_eq!(of("DISH NIMBLE LOANS 313808"), "failed", "as some print it");
    assert!(of("DIRECT CREDIT 301500 NIMBLE LOANS").is_null());
}
