//! What holds for every input.

use cdr_insights::submission::{MAX_VIOLATIONS, MAX_WARNINGS, Rejection, Submission, ViolationKind, parse};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::payload::{context, full, put};

/// A value that no detail may repeat.
const CANARY: &str = "canary-7f3a";

/// Members that can be broken, and what is then said of them. None stands inside another.
const LEAVES: [(&str, ViolationKind); 34] = {
    use ViolationKind::{Invalid, InvalidDate};
    [
        ("/meta/asOf", InvalidDate),
        ("/meta/reportingPeriodStartDate", InvalidDate),
        ("/meta/orders/0/orderId", Invalid),
        ("/meta/declared/grossAnnualIncome", Invalid),
        ("/meta/declared/dependants", Invalid),
        ("/data/customers/0/consentExpiresAt", InvalidDate),
        ("/data/customers/0/accounts/0/isOwned", Invalid),
        ("/data/customers/0/accounts/0/dataFrom", InvalidDate),
        ("/data/customers/0/accounts/0/dataTo", InvalidDate),
        ("/data/customers/0/accounts/1/creditCard/paymentDueAmount", Invalid),
        ("/data/customers/0/accounts/1/creditCard/paymentDueDate", InvalidDate),
        ("/data/customers/0/accounts/1/lendingRates/2", Invalid),
        ("/data/customers/0/accounts/2/loan/originalLoanAmount", Invalid),
        ("/data/customers/0/accounts/2/loan/nextInstalmentDate", InvalidDate),
        ("/data/customers/0/accounts/2/loan/offsetAccountIds", Invalid),
        ("/data/customers/0/accounts/2/consentExpiresAt", InvalidDate),
        ("/data/customers/0/balances/0/currentBalance", Invalid),
        ("/data/customers/0/balances/0/creditLimit", Invalid),
        ("/data/customers/0/balances/0/currency", Invalid),
        ("/data/customers/0/balances/0/balanceAt", InvalidDate),
        ("/data/customers/0/directDebitAuthorisations/0/authorisedEntity", Invalid),
        ("/data/customers/0/directDebitAuthorisations/0/lastDebitDateTime", InvalidDate),
        ("/data/customers/0/transactions/0/amount", Invalid),
        ("/data/customers/0/transactions/0/status", Invalid),
        ("/data/customers/0/transactions/0/postingDateTime", InvalidDate),
        ("/data/customers/0/transactions/0/isDetailAvailable", Invalid),
        ("/data/customers/0/transactions/1/extendedData/nppPayload", Invalid),
        ("/data/customers/0/scheduledPayments/0/paymentSet/0/amount", Invalid),
        ("/data/customers/0/scheduledPayments/0/paymentSet/1/to", Invalid),
        ("/data/customers/0/scheduledPayments/0/recurrence/nextPaymentDate", InvalidDate),
        ("/data/customers/0/scheduledPayments/0/recurrence/intervalSchedule/intervals/1", Invalid),
        ("/data/customers/1/accounts", Invalid),
        ("/data/customers/1/transactions/0/currency", Invalid),
        ("/data/customers/1/transactions/0/amount", Invalid),
    ]
};

/// Where each violation's member stands in the body.
fn places(body: &str, pointers: &[String]) -> Vec<usize> {
    pointers.iter().map(|pointer| body.find(&format!("\"{CANARY}:{pointer}\"")).expect("the broken value is in the body")).collect()
}

fn kinds(rejection: &Rejection) -> Vec<(String, ViolationKind)> {
    let mut kinds: Vec<_> = rejection.violations.iter().map(|violation| (violation.pointer.clone(), violation.kind)).collect();
    kinds.sort();
    kinds
}

/// What every answer keeps to.
fn check(answer: &Result<Submission, Rejection>) {
    match answer {
        Ok(submission) => {
            assert!(submission.warnings.len() <= MAX_WARNINGS && !submission.orders.is_empty());
            assert!(submission.orders.iter().flat_map(|order| &order.customers).all(|customer| *customer < submission.customers.len()));
            for customer in &submission.customers {
                assert!(customer.transactions.iter().all(|row| row.account < customer.accounts.len()));
                assert!(customer.balances.iter().all(|row| row.account < customer.accounts.len()));
                assert!(customer.direct_debits.iter().all(|row| row.account < customer.accounts.len()));
                assert!(customer.scheduled_payments.iter().all(|row| row.account < customer.accounts.len()));
            }
            assert!(submission.customers.iter().any(|customer| !customer.accounts.is_empty()));
            assert!(submission.customers.iter().any(|customer| !customer.transactions.is_empty()));
        }
        Err(rejection) => {
            assert!(!rejection.violations.is_empty() && rejection.violations.len() <= MAX_VIOLATIONS);
            assert!(rejection.violations.len() == rejection.total.min(MAX_VIOLATIONS));
            let classes = rejection.violations.iter().map(|violation| violation.kind >= ViolationKind::Contradiction);
            assert!(classes.into_iter().all(|is_422| is_422 == rejection.is_unprocessable()));
        }
    }
}

/// Any JSON, mostly made of names and values that the parser looks at.
fn any_json() -> impl Strategy<Value = Value> {
    let names = [
        "meta",
        "data",
        "customers",
        "customerId",
        "accounts",
        "accountId",
        "productCategory",
        "transactions",
        "status",
        "amount",
        "description",
        "postingDateTime",
        "extendedData",
        "nppPayload",
        "service",
        "balances",
        "currentBalance",
        "scheduledPayments",
        "from",
        "paymentSet",
        "to",
        "recurrence",
        "intervalSchedule",
        "intervals",
        "orders",
        "customerIds",
        "declared",
        "orderId",
        "loan",
        "offsetAccountIds",
        "lendingRates",
        "rate",
        "directDebitAuthorisations",
        "authorisedEntity",
        "transactionId",
        "x",
    ];
    let words = ["", "a1", "POSTED", "PENDING", "1.00", "2026-11-22", "2026-11-22T10:00:00Z", "LEASES", "default", "\u{0}", "é", "P1M"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(words.to_vec()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 200, 6, move |inner| {
        let members = proptest::collection::vec((select(names.to_vec()), inner.clone()), 0..6);
        prop_oneof![
            proptest::collection::vec(inner, 0..6).prop_map(Value::from),
            members.prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

/// Records of the right shape with arbitrary members, so that the later rules are reached.
fn near_payload() -> impl Strategy<Value = Value> {
    let account = (select(vec!["a1", "a2", "a3"]), any_json())
        .prop_map(|(id, extra)| json!({ "accountId": id, "productCategory": "LEASES", "loan": extra }));
    let row = (select(vec!["a1", "a2", "a4"]), select(vec!["t1", "t2"]), select(vec!["1.00", "2.00"])).prop_map(|(account, id, amount)| {
        json!({ "accountId": account, "transactionId": id, "status": "PENDING", "amount": amount, "description": "" })
    });
    let (accounts, rows) = (proptest::collection::vec(account, 0..4), proptest::collection::vec(row, 0..6));
    let customer = (select(vec!["c1", "c2", "c3"]), accounts, rows)
        .prop_map(|(id, accounts, rows)| json!({ "customerId": id, "accounts": accounts, "transactions": rows }));
    let ids = proptest::collection::vec(select(vec!["c1", "c2", "c4"]), 0..4);
    (proptest::collection::vec(customer, 0..4), ids)
        .prop_map(|(customers, ids)| json!({ "meta": { "orders": [{ "customerIds": ids }] }, "data": { "customers": customers } }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_broken_is_told_and_nothing_else(chosen in subsequence(LEAVES.to_vec(), 1..=LEAVES.len())) {
        let mut payload = full();
        for (pointer, _) in &chosen {
            put(&mut payload, pointer, json!(format!("{CANARY}:{pointer}")));
        }
        let body = payload.to_string();
        let rejection = parse(body.as_bytes(), &context()).expect_err("something is broken");
        let mut due: Vec<_> = chosen.iter().map(|(pointer, kind)| ((*pointer).to_owned(), *kind)).collect();
        due.sort();
        prop_assert_eq!(kinds(&rejection), due);
        prop_assert_eq!(rejection.total, chosen.len());
        prop_assert!(rejection.violations.iter().all(|violation| !violation.detail.contains(CANARY)));
    }

    #[test]
    fn leaves_are_told_in_the_order_of_the_body(chosen in subsequence(LEAVES.to_vec(), 2..=LEAVES.len())) {
        // Strings where values are due: their places in the body are known.
        let mut payload = full();
        for (pointer, _) in &chosen {
            put(&mut payload, pointer, json!(format!("{CANARY}:{pointer}")));
        }
        let body = payload.to_string();
        let rejection = parse(body.as_bytes(), &context()).expect_err("something is broken");
        let scalars = |pointer: &String| !["intervals/1", "lendingRates/2", "authorisedEntity", "nppPayload", "/to"].iter().any(|end| pointer.ends_with(end));
        let pointers: Vec<_> = rejection.violations.into_iter().map(|violation| violation.pointer).filter(scalars).collect();
        prop_assert!(places(&body, &pointers).is_sorted(), "{:?}", pointers);
    }

    #[test]
    fn any_json_has_an_answer(value in any_json()) {
        check(&parse(value.to_string().as_bytes(), &context()));
        check(&parse(json!({ "meta": {}, "data": value }).to_string().as_bytes(), &context()));
    }

    #[test]
    fn a_near_payload_has_an_answer(payload in near_payload()) {
        check(&parse(payload.to_string().as_bytes(), &context()));
    }

    #[test]
    fn a_payload_with_any_value_anywhere_has_an_answer(value in any_json(), leaf in select(LEAVES.to_vec())) {
        let mut payload = full();
        put(&mut payload, leaf.0, value);
        check(&parse(payload.to_string().as_bytes(), &context()));
    }

    #[test]
    fn broken_bytes_have_an_answer(cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4), end in any::<prop::sample::Index>()) {
        let mut body = full().to_string().into_bytes();
        for (at, byte) in cuts {
            let at = at.index(body.len());
            body[at] = byte;
        }
        check(&parse(&body, &context()));
        body.truncate(end.index(body.len()));
        check(&parse(&body, &context()));
    }

    #[test]
    fn any_bytes_have_an_answer(body in proptest::collection::vec(any::<u8>(), 0..64)) {
        check(&parse(&body, &context()));
    }

    #[test]
    fn the_same_bytes_have_the_same_answer(payload in near_payload()) {
        let body = payload.to_string();
        let answer = || parse(body.as_bytes(), &context()).map(|submission| format!("{submission:?}"));
        prop_assert_eq!(answer(), answer());
    }
}
