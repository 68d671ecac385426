//! The form of a payload: every 400.

use cdr_insights::submission::parse;
use serde_json::{Value, json};

use crate::payload::{context, full, least, listed, put, read, take, violations, with};

/// One change and the one violation that follows from it.
fn each(cases: &[(&str, Value, &str)]) {
    for (pointer, value, due) in cases {
        assert_eq!(violations(&with(&[(pointer, value.clone())])), [*due], "{pointer}: {value}");
    }
}

#[test]
fn the_tests_payloads_are_accepted() {
    assert_eq!(violations(&least()), Vec::<String>::new());
    assert_eq!(violations(&full()), Vec::<String>::new());
}

#[test]
fn a_required_member_may_not_be_missing() {
    let customer = "/data/customers/0";
    let required = [
        "/meta",
        "/data",
        "/data/customers/0/customerId",
        "/data/customers/0/accounts/0/accountId",
        "/data/customers/0/accounts/0/productCategory",
        "/data/customers/0/transactions/0/accountId",
        "/data/customers/0/transactions/0/status",
        "/data/customers/0/transactions/0/amount",
        "/data/customers/0/transactions/0/description",
        "/data/customers/0/balances/0/accountId",
        "/data/customers/0/balances/0/currentBalance",
        "/data/customers/0/directDebitAuthorisations/0/accountId",
        "/data/customers/0/scheduledPayments/0/scheduledPaymentId",
        "/data/customers/0/scheduledPayments/0/status",
        "/data/customers/0/scheduledPayments/0/from/accountId",
    ];
    for pointer in required {
        let due = [format!("Missing {pointer}")];
        let mut payload = full();
        take(&mut payload, pointer);
        assert_eq!(violations(&payload), due);
        put(&mut payload, pointer, Value::Null);
        assert_eq!(violations(&payload), due, "null is absent");
    }
    let mut payload = full();
    take(&mut payload, &format!("{customer}/scheduledPayments/0/from"));
    assert_eq!(violations(&payload), [format!("Missing {customer}/scheduledPayments/0/from/accountId")]);
}

#[test]
fn nothing_else_is_required() {
    assert_eq!(violations(&least()), Vec::<String>::new());
    let mut payload = full();
    for pointer in ["accounts/0", "balances/0", "directDebitAuthorisations/0", "transactions/1", "scheduledPayments/0"] {
        let record = payload.pointer_mut(&format!("/data/customers/0/{pointer}")).and_then(Value::as_object_mut).expect("a record");
        let required = [
            "accountId",
            "productCategory",
            "status",
            "amount",
            "description",
            "postingDateTime",
            "currentBalance",
            "scheduledPaymentId",
            "from",
        ];
        record.retain(|name, _| required.contains(&name.as_str()));
    }
    assert_eq!(violations(&payload), Vec::<String>::new());
}

#[test]
fn a_posted_row_needs_a_date_of_some_kind() {
    let row = "/data/customers/0/transactions/1";
    let mut payload = full();
    take(&mut payload, &format!("{row}/postingDateTime"));
    assert_eq!(violations(&payload), [format!("Missing {row}/postingDateTime")]);
    for name in ["valueDateTime", "executionDateTime"] {
        let mut payload = payload.clone();
        put(&mut payload, &format!("{row}/{name}"), json!("2026-11-02T14:00:00Z"));
        assert_eq!(violations(&payload), Vec::<String>::new());
        put(&mut payload, &format!("{row}/{name}"), json!("yesterday"));
        assert_eq!(violations(&payload), [format!("InvalidDate {row}/{name}")], "a broken date is not a missing one");
    }
    put(&mut payload, &format!("{row}/status"), json!("PENDING"));
    assert_eq!(violations(&payload), Vec::<String>::new());
}

#[test]
fn a_value_of_the_wrong_type_is_refused() {
    each(&[
        ("/meta", json!([]), "Invalid /meta"),
        ("/meta", json!("x"), "Invalid /meta"),
        ("/data", json!([]), "Invalid /data"),
        ("/meta/clientReference", json!(7), "Invalid /meta/clientReference"),
        ("/meta/asOf", json!(20_261_122), "Invalid /meta/asOf"),
        ("/meta/orders", json!({}), "Invalid /meta/orders"),
        ("/meta/orders/0", json!("c1"), "Invalid /meta/orders/0"),
        ("/meta/orders/0/customerIds", json!("c1"), "Invalid /meta/orders/0/customerIds"),
        ("/meta/orders/0/customerIds/1", json!(2), "Invalid /meta/orders/0/customerIds/1"),
        ("/meta/orders/0/customerIds/1", json!({}), "Invalid /meta/orders/0/customerIds/1"),
        ("/meta/declared", json!(1), "Invalid /meta/declared"),
        ("/meta/declared/dependants", json!("2"), "Invalid /meta/declared/dependants"),
        ("/meta/declared/dependants", json!(-1), "Invalid /meta/declared/dependants"),
        ("/meta/declared/dependants", json!(1.5), "Invalid /meta/declared/dependants"),
        ("/meta/declared/dependants", json!(4_294_967_296_u64), "Invalid /meta/declared/dependants"),
        ("/meta/declared/hemBenchmark", json!(true), "Invalid /meta/declared/hemBenchmark"),
        ("/data/customers", json!({}), "Invalid /data/customers"),
        ("/data/customers/1", json!([]), "Invalid /data/customers/1"),
        ("/data/customers/0/customerId", json!(1), "Invalid /data/customers/0/customerId"),
        ("/data/customers/0/name", json!({}), "Invalid /data/customers/0/name"),
        ("/data/customers/0/accounts", json!("x"), "Invalid /data/customers/0/accounts"),
        ("/data/customers/0/accounts/1", json!("x"), "Invalid /data/customers/0/accounts/1"),
        ("/data/customers/0/accounts/0/isOwned", json!("true"), "Invalid /data/customers/0/accounts/0/isOwned"),
        ("/data/customers/0/accounts/0/displayName", json!(5), "Invalid /data/customers/0/accounts/0/displayName"),
        ("/data/customers/0/accounts/0/productCategory", json!(5), "Invalid /data/customers/0/accounts/0/productCategory"),
        ("/data/customers/0/accounts/1/creditCard", json!([]), "Invalid /data/customers/0/accounts/1/creditCard"),
        ("/data/customers/0/accounts/1/lendingRates", json!({}), "Invalid /data/customers/0/accounts/1/lendingRates"),
        ("/data/customers/0/accounts/1/lendingRates/0", json!(1), "Invalid /data/customers/0/accounts/1/lendingRates/0"),
        ("/data/customers/0/accounts/2/loan/offsetAccountIds/0", json!(1), "Invalid /data/customers/0/accounts/2/loan/offsetAccountIds/0"),
        ("/data/customers/0/transactions/1", json!(false), "Invalid /data/customers/0/transactions/1"),
        ("/data/customers/0/transactions/0/description", json!(1), "Invalid /data/customers/0/transactions/0/description"),
        ("/data/customers/0/transactions/0/isDetailAvailable", json!(1), "Invalid /data/customers/0/transactions/0/isDetailAvailable"),
        ("/data/customers/0/transactions/1/extendedData", json!("x"), "Invalid /data/customers/0/transactions/1/extendedData"),
        (
            "/data/customers/0/transactions/1/extendedData/nppPayload",
            json!(1),
            "Invalid /data/customers/0/transactions/1/extendedData/nppPayload",
        ),
        ("/data/customers/0/scheduledPayments/0/from", json!("a1"), "Invalid /data/customers/0/scheduledPayments/0/from"),
        ("/data/customers/0/scheduledPayments/0/paymentSet", json!({}), "Invalid /data/customers/0/scheduledPayments/0/paymentSet"),
        ("/data/customers/0/scheduledPayments/0/paymentSet/1", json!(9), "Invalid /data/customers/0/scheduledPayments/0/paymentSet/1"),
        (
            "/data/customers/0/scheduledPayments/0/paymentSet/0/to/biller/billerName",
            json!(9),
            "Invalid /data/customers/0/scheduledPayments/0/paymentSet/0/to/biller/billerName",
        ),
        (
            "/data/customers/0/scheduledPayments/0/recurrence/intervalSchedule/intervals/1/interval",
            json!(14),
            "Invalid /data/customers/0/scheduledPayments/0/recurrence/intervalSchedule/intervals/1/interval",
        ),
    ]);
    let mut payload = full();
    put(&mut payload, "/data/customers/0/transactions/-", Value::Null);
    assert_eq!(violations(&payload), ["Invalid /data/customers/0/transactions/2"], "null is no element");
}

#[test]
fn a_broken_format_is_refused() {
    let row = "/data/customers/0/transactions/0";
    for amount in
        [json!("4.5"), json!("4"), json!("+4.50"), json!("4,50"), json!(""), json!("NaN"), json!(1e300), json!("12345678901234567.00")]
    {
        let payload = with(&[(&format!("{row}/amount"), amount.clone())]);
        assert_eq!(violations(&payload), [format!("Invalid {row}/amount")], "{amount}");
    }
    let huge = full().to_string().replace("\"-4.50\"", &"9".repeat(5_000));
    assert_eq!(listed(&parse(huge.as_bytes(), &context()).expect_err("too many digits")), [format!("Invalid {row}/amount")]);
    for time in ["2026-11-02", "2026-11-02T14:00:00", "2026-11-31T14:00:00Z", "10000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "noon"] {
        let payload = with(&[(&format!("{row}/postingDateTime"), json!(time))]);
        assert_eq!(violations(&payload), [format!("InvalidDate {row}/postingDateTime")], "{time}");
    }
    each(&[
        ("/meta/asOf", json!("22/11/2026"), "InvalidDate /meta/asOf"),
        ("/meta/reportingPeriodStartDate", json!("2025-02-29"), "InvalidDate /meta/reportingPeriodStartDate"),
        ("/meta/clientReference", json!(""), "Invalid /meta/clientReference"),
        ("/meta/clientReference", json!("a\nb"), "Invalid /meta/clientReference"),
        ("/meta/clientReference", json!("a\u{0}b"), "Invalid /meta/clientReference"),
        ("/meta/clientReference", json!("é".repeat(256)), "Invalid /meta/clientReference"),
        ("/meta/declared/netMonthlyIncome", json!("1"), "Invalid /meta/declared/netMonthlyIncome"),
        ("/data/customers/0/consentExpiresAt", json!("2027-05-01"), "InvalidDate /data/customers/0/consentExpiresAt"),
        ("/data/customers/0/customerId", json!("c\u{0}1"), "Invalid /data/customers/0/customerId"),
        ("/data/customers/0/customerId", json!(""), "Invalid /data/customers/0/customerId"),
        ("/data/customers/0/applicantId", json!("p\u{0}"), "Invalid /data/customers/0/applicantId"),
        ("/data/customers/0/cdrArrangementId", json!("\u{0}"), "Invalid /data/customers/0/cdrArrangementId"),
        ("/data/customers/0/accounts/0/accountId", json!("\u{0}"), "Invalid /data/customers/0/accounts/0/accountId"),
        ("/data/customers/0/accounts/0/productCategory", json!(""), "Invalid /data/customers/0/accounts/0/productCategory"),
        ("/data/customers/0/accounts/0/dataFrom", json!("soon"), "InvalidDate /data/customers/0/accounts/0/dataFrom"),
        ("/data/customers/0/transactions/0/transactionId", json!("t\u{0}"), "Invalid /data/customers/0/transactions/0/transactionId"),
        ("/data/customers/0/transactions/0/status", json!("SETTLED"), "Invalid /data/customers/0/transactions/0/status"),
        ("/data/customers/0/transactions/0/status", json!("posted"), "Invalid /data/customers/0/transactions/0/status"),
        ("/data/customers/0/transactions/0/status", json!(""), "Invalid /data/customers/0/transactions/0/status"),
        ("/data/customers/0/transactions/0/currency", json!("aud"), "Invalid /data/customers/0/transactions/0/currency"),
        ("/data/customers/0/transactions/0/currency", json!("AUDX"), "Invalid /data/customers/0/transactions/0/currency"),
        ("/data/customers/0/balances/0/creditLimit", json!("none"), "Invalid /data/customers/0/balances/0/creditLimit"),
        ("/data/customers/0/balances/0/balanceAt", json!("2026-11-22"), "InvalidDate /data/customers/0/balances/0/balanceAt"),
    ]);
    let longest = with(&[("/meta/clientReference", json!("é".repeat(255)))]);
    assert_eq!(violations(&longest), Vec::<String>::new(), "characters are counted, not bytes");
}

#[test]
fn an_order_id_has_the_published_pattern() {
    let accepted = ["00000000-0000-0000-0000-000000000000", "01234567-89ab-5def-bfff-0123456789ab", "ffffffff-ffff-1fff-8fff-ffffffffffff"];
    for id in accepted {
        assert_eq!(violations(&with(&[("/meta/orders/0/orderId", json!(id))])), Vec::<String>::new(), "{id}");
    }
    let refused = [
        "0B5E2F9A-6C1D-4E8F-9A3B-2C4D5E6F7A8B",
        "0b5e2f9a-6c1d-6e8f-9a3b-2c4d5e6f7a8b",
        "0b5e2f9a-6c1d-4e8f-7a3b-2c4d5e6f7a8b",
        "0b5e2f9a-6c1d-4e8f-ca3b-2c4d5e6f7a8b",
        "0b5e2f9a6c1d4e8f9a3b2c4d5e6f7a8b",
        "{0b5e2f9a-6c1d-4e8f-9a3b-2c4d5e6f7a8b}",
        "0b5e2f9a-6c1d-4e8f-9a3b-2c4d5e6f7a8",
        "0b5e2f9a-6c1d-4e8f-9a3b-2c4d5e6f7a8bb",
        "0b5e2f9a-6c1d-4e8f-9a3b-2c4d5e6f7a8g",
        "0b5e2f9a_6c1d-4e8f-9a3b-2c4d5e6f7a8b",
        "0b5e2f9a-6c1d-4e8f-9a3b-2c4d5e6f7a\u{e9}",
    ];
    for id in refused {
        assert_eq!(violations(&with(&[("/meta/orders/0/orderId", json!(id))])), ["Invalid /meta/orders/0/orderId"], "{id}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once_in_the_payload_s_order() {
    let body = r#"{
        "data": { "customers": [
            { "transactions": [
                { "description": 1, "amount": "1.00", "status": "GONE", "accountId": "a1" },
                7,
                { "accountId": "a1", "status": "POSTED", "amount": "x", "description": "ok" }
              ],
              "consentExpiresAt": "never",
              "accounts": [{ "productCategory": "LEASES" }, { "accountId": "a1", "productCategory": 1 }],
              "balances": 3 },
            null
        ] },
        "meta": { "asOf": "x", "orders": [{ "customerIds": [1], "orderId": "?" }], "clientReference": false }
    }"#;
    let rejection = parse(body.as_bytes(), &context()).expect_err("much is wrong");
    assert_eq!(
        listed(&rejection),
        [
            "Missing /data/customers/0/customerId",
            "Invalid /data/customers/0/transactions/0/description",
            "Invalid /data/customers/0/transactions/0/status",
            "Invalid /data/customers/0/transactions/1",
            "Missing /data/customers/0/transactions/2/postingDateTime",
            "Invalid /data/customers/0/transactions/2/amount",
            "InvalidDate /data/customers/0/consentExpiresAt",
            "Missing /data/customers/0/accounts/0/accountId",
            "Invalid /data/customers/0/accounts/1/productCategory",
            "Invalid /data/customers/0/balances",
            "Invalid /data/customers/1",
            "InvalidDate /meta/asOf",
            "Invalid /meta/orders/0/customerIds/0",
            "Invalid /meta/orders/0/orderId",
            "Invalid /meta/clientReference",
        ]
    );
    assert_eq!(rejection.total, 15);
    assert!(!rejection.is_unprocessable());
}

#[test]
fn the_first_hundred_are_listed_and_all_are_counted() {
    let mut payload = full();
    let row = json!({ "accountId": "a1", "status": "PENDING", "amount": "x", "description": 1 });
    put(&mut payload, "/data/customers/0/transactions", Value::Array(vec![row; 170]));
    let rejection = read(&payload).expect_err("every row is broken");
    assert_eq!((rejection.violations.len(), rejection.total), (100, 340));
    let due: Vec<_> = (0..50)
        .flat_map(|row| ["amount", "description"].map(|name| format!("Invalid /data/customers/0/transactions/{row}/{name}")))
        .collect();
    assert_eq!(listed(&rejection), due);
}

#[test]
fn no_422_stands_beside_a_400() {
    let payload = with(&[
        ("/meta/reportingPeriodStartDate", json!("2027-01-01")),
        ("/data/customers/0/transactions/0/accountId", json!("nobody")),
        ("/data/customers/1/transactions/0/amount", json!("x")),
    ]);
    assert_eq!(violations(&payload), ["Invalid /data/customers/1/transactions/0/amount"]);
}

#[test]
fn the_datasets_may_stand_under_data_itself() {
    let payload = json!({ "meta": {}, "data": { "transactions": [{ "accountId": 1 }], "accounts": 7, "scheduledPayments": [{}] } });
    assert_eq!(
        violations(&payload),
        [
            "Invalid /data/accounts",
            "Missing /data/scheduledPayments/0/scheduledPaymentId",
            "Missing /data/scheduledPayments/0/status",
            "Missing /data/scheduledPayments/0/from/accountId",
            "Missing /data/transactions/0/status",
            "Missing /data/transactions/0/description",
            "Missing /data/transactions/0/amount",
            "Invalid /data/transactions/0/accountId",
        ]
    );
}
