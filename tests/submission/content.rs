//! What a well-formed payload may not say: every 422.

use serde_json::{Value, json};

use crate::payload::{accepted, full, least, put, read, take, violations, warnings, with};

const CONTRADICTION: &str = "Contradiction";

/// One change and the violations that follow from it.
fn each(cases: &[(&str, Value, &[&str])]) {
    for (pointer, value, due) in cases {
        assert_eq!(violations(&with(&[(pointer, value.clone())])), *due, "{pointer}: {value}");
    }
}

#[test]
fn there_must_be_an_account_and_a_transaction() {
    let none = ["Unprocessable /data", "Unprocessable /data"];
    assert_eq!(violations(&json!({ "meta": {}, "data": {} })), none);
    assert_eq!(violations(&json!({ "meta": {}, "data": { "customers": [] } })), none);
    assert_eq!(violations(&json!({ "meta": {}, "data": { "customers": [{ "customerId": "c1" }] } })), none);
    assert_eq!(violations(&json!({ "meta": {}, "data": { "accounts": [], "transactions": null } })), none);
    let mut payload = least();
    take(&mut payload, "/data/transactions");
    let rejection = read(&payload).expect_err("there is no transaction");
    assert!(rejection.is_unprocessable());
    assert_eq!(rejection.violations[0].detail, "At least one transaction is due.");
    let mut payload = least();
    take(&mut payload, "/data/accounts");
    assert_eq!(violations(&payload), ["Unprocessable /data", "Contradiction /data/transactions/0/accountId"]);
    let elsewhere = with(&[("/data/customers/1/transactions", Value::Null)]);
    assert_eq!(violations(&elsewhere), Vec::<String>::new(), "one in the payload is enough");
}

#[test]
fn both_forms_at_once_are_refused() {
    let account = json!({ "accountId": "a1", "productCategory": "LEASES" });
    each(&[
        ("/data/accounts", json!([account]), &["Contradiction /data"]),
        ("/data/balances", json!([]), &["Contradiction /data"]),
        (
            "/data/balances",
            json!([{ "accountId": "a1", "currentBalance": "1.00" }]),
            &["Contradiction /data", "Contradiction /data/balances/0/accountId"],
        ),
    ]);
    let mut payload = full();
    put(&mut payload, "/data/accounts", Value::Null);
    assert_eq!(violations(&payload), Vec::<String>::new(), "null is absent");
    let mut payload = least();
    put(&mut payload, "/data/customers", Value::Null);
    assert_eq!(violations(&payload), Vec::<String>::new());
    put(&mut payload, "/data/customers", json!([]));
    assert_eq!(violations(&payload), ["Contradiction /data"]);
}

#[test]
fn a_row_names_an_account_of_its_own_customer() {
    let nobody = json!("nobody");
    each(&[
        ("/data/customers/0/balances/0/accountId", nobody.clone(), &["Contradiction /data/customers/0/balances/0/accountId"]),
        (
            "/data/customers/0/directDebitAuthorisations/0/accountId",
            nobody.clone(),
            &["Contradiction /data/customers/0/directDebitAuthorisations/0/accountId"],
        ),
        ("/data/customers/0/transactions/1/accountId", nobody.clone(), &["Contradiction /data/customers/0/transactions/1/accountId"]),
        (
            "/data/customers/0/scheduledPayments/0/from/accountId",
            nobody,
            &["Contradiction /data/customers/0/scheduledPayments/0/from/accountId"],
        ),
        // An account of the other customer is not the own.
        ("/data/customers/1/transactions/0/accountId", json!("a2"), &["Contradiction /data/customers/1/transactions/0/accountId"]),
    ]);
    // Whom a payment goes to may be anyone.
    each(&[("/data/customers/0/scheduledPayments/0/paymentSet/1/to/accountId", json!("elsewhere"), &[])]);
}

#[test]
fn ids_are_unique() {
    each(&[
        ("/data/customers/0/accounts/2/accountId", json!("a1"), &["Contradiction /data/customers/0/accounts/2/accountId"]),
        (
            "/data/customers/1/customerId",
            json!("c1"),
            &["Contradiction /data/customers/1/customerId", "Contradiction /meta/orders/0/customerIds/1"],
        ),
    ]);
}

#[test]
fn orders_name_customers_of_the_payload() {
    let id = "0b5e2f9a-6c1d-4e8f-9a3b-2c4d5e6f7a8b";
    each(&[
        ("/meta/orders/0/customerIds/1", json!("c9"), &["Contradiction /meta/orders/0/customerIds/1"]),
        ("/meta/orders/0/customerIds", json!([]), &["Contradiction /meta/orders/0/customerIds"]),
        ("/meta/orders/0/customerIds", Value::Null, &["Contradiction /meta/orders/0/customerIds"]),
    ]);
    let two = |first: Value, second: Value| {
        let mut payload = with(&[("/meta/orders", json!([first, second]))]);
        take(&mut payload, "/meta/declared");
        violations(&payload)
    };
    let order = |id: &str| json!({ "orderId": id, "customerIds": ["c1"] });
    assert_eq!(two(order(id), order(id)), ["Contradiction /meta/orders/1/orderId"]);
    assert_eq!(two(order(id), order("1b5e2f9a-6c1d-4e8f-9a3b-2c4d5e6f7a8b")), Vec::<String>::new());
    assert_eq!(two(json!({ "customerIds": ["c1"] }), json!({ "customerIds": ["c1"] })), Vec::<String>::new());
    assert_eq!(two(order(id), json!({})), ["Contradiction /meta/orders/1/customerIds"]);
}

#[test]
fn what_is_declared_belongs_to_one_order() {
    let declared = json!({ "dependants": 1 });
    let own = json!({ "customerIds": ["c1"], "declared": declared });
    let plain = json!({ "customerIds": ["c2"] });
    let of = |orders: Value, meta: bool| {
        let mut payload = with(&[("/meta/orders", orders)]);
        if !meta {
            take(&mut payload, "/meta/declared");
        }
        payload
    };
    assert_eq!(violations(&of(json!([own, plain]), true)), ["Contradiction /meta/declared"]);
    assert_eq!(violations(&of(json!([own]), true)), ["Contradiction /meta/declared"]);
    let each_own = accepted(&of(json!([own, plain]), false));
    let dependants: Vec<_> = each_own.orders.iter().map(|order| order.declared.as_ref().and_then(|own| own.dependants)).collect();
    assert_eq!(dependants, [Some(1), None]);
    let only = accepted(&full());
    assert_eq!(only.orders[0].declared.as_ref().and_then(|declared| declared.dependants), Some(2));
}

#[test]
fn the_period_does_not_end_before_it_starts() {
    let start = "/meta/reportingPeriodStartDate";
    each(&[(start, json!("2026-11-22"), &[]), (start, json!("2026-11-23"), &["Contradiction /meta/reportingPeriodStartDate"])]);
}

#[test]
fn a_consent_that_has_ended_is_refused() {
    each(&[
        ("/data/customers/0/consentExpiresAt", json!("2026-11-22T08:00:00Z"), &["Contradiction /data/customers/0/consentExpiresAt"]),
        ("/data/customers/0/consentExpiresAt", json!("2026-11-22T18:59:59+11:00"), &["Contradiction /data/customers/0/consentExpiresAt"]),
        ("/data/customers/0/consentExpiresAt", json!("2026-11-22T08:00:01Z"), &[]),
        (
            "/data/customers/0/accounts/1/consentExpiresAt",
            json!("2020-01-01T00:00:00Z"),
            &["Contradiction /data/customers/0/accounts/1/consentExpiresAt"],
        ),
    ]);
    let end = |payload: &Value| accepted(payload).consent_expires_at().map(|end| end.to_string());
    assert_eq!(end(&full()).as_deref(), Some("2027-03-01T00:00:00Z"));
    let later = with(&[("/data/customers/0/accounts/2/consentExpiresAt", json!("2028-01-01T00:00:00Z"))]);
    assert_eq!(end(&later).as_deref(), Some("2027-05-01T00:00:00Z"));
    assert_eq!(end(&least()), None);
}

/// Two rows of one id, the second with changes, and what follows.
fn repeat(changes: &[(&str, Value)]) -> Vec<String> {
    let mut payload = full();
    let mut row = payload["data"]["customers"][0]["transactions"][0].clone();
    for (name, value) in changes {
        row[*name] = value.clone();
    }
    put(&mut payload, "/data/customers/0/transactions/-", row);
    violations(&payload)
}

#[test]
fn one_transaction_has_one_amount_one_currency_and_one_day() {
    let contradiction = [format!("{CONTRADICTION} /data/customers/0/transactions/2/transactionId")];
    let accepted: [String; 0] = [];
    assert_eq!(repeat(&[]), accepted, "the same row twice");
    assert_eq!(repeat(&[("amount", json!("-4.51"))]), contradiction);
    assert_eq!(repeat(&[("currency", json!("NZD"))]), contradiction);
    assert_eq!(repeat(&[("postingDateTime", json!("2026-11-02T12:00:00Z"))]), contradiction);
    assert_eq!(repeat(&[("postingDateTime", json!("2026-11-02T13:00:00Z"))]), accepted, "the same day in Sydney");
    assert_eq!(repeat(&[("description", json!("CORNER CAFE SYDNEY"))]), accepted, "a detail row completes its list row");
    assert_eq!(repeat(&[("status", json!("PENDING")), ("amount", json!("-5.00"))]), accepted, "POSTED wins over PENDING");
    assert_eq!(repeat(&[("accountId", json!("a2")), ("amount", json!("-5.00"))]), accepted, "another account");
    assert_eq!(repeat(&[("transactionId", Value::Null), ("amount", json!("-5.00"))]), accepted, "no id, no claim");
}

#[test]
fn a_row_without_a_day_contradicts_none() {
    let mut payload = full();
    let row = |day: Option<&str>| {
        let time = day.map(|day| format!("{day}T00:00:00Z"));
        json!({ "accountId": "a1", "transactionId": "t9", "status": "PENDING", "amount": "1.00", "description": "", "postingDateTime": time })
    };
    put(&mut payload, "/data/customers/0/transactions", json!([row(None), row(Some("2026-11-01")), row(None), row(Some("2026-11-02"))]));
    assert_eq!(violations(&payload), ["Contradiction /data/customers/0/transactions/3/transactionId"]);
}

#[test]
fn the_limits_are_a_hundred_customers_a_hundred_orders_and_a_thousand_accounts() {
    let customer = |index: usize| {
        json!({ "customerId": format!("c{index}"), "accounts": [{ "accountId": "a1", "productCategory": "LEASES" }],
                "transactions": [{ "accountId": "a1", "status": "PENDING", "amount": "1.00", "description": "" }] })
    };
    let customers = |count: usize| json!({ "meta": {}, "data": { "customers": (0..count).map(customer).collect::<Vec<_>>() } });
    assert_eq!(accepted(&customers(100)).orders[0].customers.len(), 100);
    assert_eq!(violations(&customers(101)), ["Unprocessable /data/customers"]);

    let orders = |count: usize| {
        let mut payload = customers(2);
        put(&mut payload, "/meta/orders", json!(vec![json!({ "customerIds": ["c0", "c1"] }); count]));
        violations(&payload)
    };
    assert_eq!(orders(100), Vec::<String>::new());
    assert_eq!(orders(101), ["Unprocessable /meta/orders"]);

    let accounts = |count: usize| {
        let account = |index: usize| json!({ "accountId": format!("a{index}"), "productCategory": "LEASES" });
        let mut payload = least();
        put(&mut payload, "/data/accounts", (0..count).map(account).collect());
        put(&mut payload, "/data/transactions/0/accountId", json!(format!("a{}", count - 1)));
        violations(&payload)
    };
    assert_eq!(accounts(1_000), Vec::<String>::new());
    assert_eq!(accounts(1_001), ["Unprocessable /data/accounts"]);
}

#[test]
fn a_customer_listed_twice_in_an_order_counts_once() {
    let payload = with(&[("/meta/orders/0/customerIds", json!(["c2", "c1", "c2"]))]);
    assert_eq!(warnings(&payload), ["REPEATED_CUSTOMER /meta/orders/0/customerIds/2"]);
    assert_eq!(accepted(&payload).orders[0].customers, [1, 0]);
}

#[test]
fn all_contradictions_are_told_at_once() {
    let payload = with(&[
        ("/meta/reportingPeriodStartDate", json!("2027-01-01")),
        ("/meta/orders/0/customerIds/0", json!("c9")),
        ("/data/customers/0/consentExpiresAt", json!("2020-01-01T00:00:00Z")),
        ("/data/customers/0/balances/0/accountId", json!("x")),
        ("/data/customers/0/transactions/0/accountId", json!("x")),
        ("/data/customers/1/transactions/0/accountId", json!("x")),
    ]);
    assert_eq!(
        violations(&payload),
        [
            "Contradiction /data/customers/0/balances/0/accountId",
            "Contradiction /data/customers/0/consentExpiresAt",
            "Contradiction /data/customers/0/transactions/0/accountId",
            "Contradiction /data/customers/1/transactions/0/accountId",
            "Contradiction /meta/orders/0/customerIds/0",
            "Contradiction /meta/reportingPeriodStartDate",
        ]
    );
}
