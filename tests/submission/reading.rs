//! What is read from a payload, value by value.

use cdr_insights::money::Cents;
use cdr_insights::submission::{Currency, Ownership, ProductCategory, Status, TransactionType, parse_insights_id};
use serde_json::json;

use crate::payload::{accepted, full, least, with};

#[test]
fn the_envelope_is_read() {
    let submission = accepted(&full());
    assert_eq!(submission.client_reference.as_deref(), Some("LOAN-1234"));
    let days = [submission.as_of, submission.period_start, submission.period_end].map(|day| day.expect("a day").to_string());
    assert_eq!(days, ["2026-11-22", "2025-11-22", "2026-11-22"]);
    let order = &submission.orders[0];
    assert_eq!((submission.orders.len(), order.order_id), (1, parse_insights_id("0b5e2f9a-6c1d-4e8f-9a3b-2c4d5e6f7a8b")));
    assert_eq!(order.customers, [0, 1]);
    let declared = order.declared.as_ref().expect("what is declared");
    assert_eq!(declared.gross_annual_income, Some(Cents::new(9_500_000)));
    assert_eq!(declared.net_monthly_income, Some(Cents::new(590_000)));
    assert_eq!(declared.monthly_expenses, Some(Cents::new(320_000)));
    assert_eq!(declared.hem_benchmark, Some(Cents::new(295_000)));
    let dependants = |number: &str| {
        let payload = with(&[("/meta/declared/dependants", serde_json::from_str(number).expect("a number"))]);
        accepted(&payload).orders[0].declared.as_ref().and_then(|declared| declared.dependants)
    };
    assert_eq!([dependants("0"), dependants("2.0"), dependants("3e0")], [Some(0), Some(2), Some(3)]);
}

#[test]
fn a_payload_without_orders_is_one_order_over_all_customers() {
    for orders in [json!(null), json!([])] {
        let mut payload = full();
        payload["meta"]["orders"] = orders;
        let submission = accepted(&payload);
        assert_eq!((submission.orders.len(), submission.orders[0].order_id), (1, None));
        assert_eq!(submission.orders[0].customers, [0, 1]);
        assert!(submission.orders[0].declared.is_some());
    }
}

#[test]
fn the_unnamed_customer_is_the_default_one() {
    let mut payload = least();
    payload["meta"]["orders"] = json!([{ "customerIds": ["default"] }]);
    let submission = accepted(&payload);
    assert_eq!((submission.orders.len(), submission.customers.len()), (1, 1));
    let customer = &submission.customers[0];
    assert_eq!((&*customer.customer_id, &*customer.applicant_id), ("default", "default"));
    assert_eq!((customer.accounts.len(), customer.transactions.len()), (1, 1));
    let row = &customer.transactions[0];
    assert_eq!((row.status, row.kind, row.currency, row.day()), (Status::Pending, TransactionType::Unrecognised, Currency::AUD, None));
    assert_eq!((&*row.description, row.reference.as_deref(), row.amount), ("", None, Cents::new(-450)));
    let account = &customer.accounts[0];
    assert!(account.is_open && account.is_owned);
    assert_eq!(account.ownership, Ownership::Unknown);
}

#[test]
fn customers_and_accounts_are_read() {
    let submission = accepted(&full());
    let [first, second] = &submission.customers[..] else { panic!("there are two customers") };
    assert_eq!((&*first.customer_id, &*first.applicant_id, first.name.as_deref()), ("c1", "p1", Some("Alex Citizen")));
    assert_eq!(first.declared_employer.as_deref(), Some("ACME PTY LTD"));
    assert_eq!((&*second.customer_id, &*second.applicant_id, second.name.as_deref()), ("c2", "c2", None));
    let [everyday, card, loan] = &first.accounts[..] else { panic!("there are three accounts") };
    assert_eq!((everyday.bsb.as_deref(), everyday.account_number.as_deref()), (Some("062000"), Some("12341234")));
    assert_eq!((everyday.nickname.as_deref(), everyday.product_category), (Some("Bills"), ProductCategory::TransAndSavingsAccounts));
    assert_eq!(everyday.data_from.expect("a day").to_string(), "2025-11-22");
    let card_terms = card.credit_card.as_ref().expect("a card");
    assert_eq!((card_terms.min_payment, card_terms.payment_due), (Some(Cents::new(3_500)), Some(Cents::new(81_240))));
    assert_eq!(card.lending_rate_millionths, Some(214_900), "the highest that is no penalty");
    assert_eq!(loan.lending_rate_millionths, Some(62_500));
    let terms = loan.loan.as_ref().expect("a loan");
    assert_eq!((terms.original_amount, terms.max_redraw), (Some(Cents::new(50_000_000)), Some(Cents::new(1_200_000))));
    assert_eq!(terms.offset_account_ids, ["a1".into()]);
}

#[test]
fn an_account_s_own_institution_and_consent_override_its_customer_s() {
    let submission = accepted(&full());
    let [everyday, _, loan] = &submission.customers[0].accounts[..] else { panic!("there are three accounts") };
    assert_eq!(
        (everyday.institution_name.as_deref(), everyday.cdr_arrangement_id.as_deref()),
        (Some("Example Bank"), Some("arrangement-1"))
    );
    assert_eq!((loan.institution_name.as_deref(), loan.cdr_arrangement_id.as_deref()), (Some("Other Bank"), Some("arrangement-2")));
    assert_eq!(everyday.consent_expires_at, submission.customers[0].consent_expires_at);
    assert_eq!(loan.consent_expires_at.expect("an end").to_string(), "2027-03-01T00:00:00Z");
}

#[test]
fn rows_are_read() {
    let customer = &accepted(&full()).customers[0];
    let [coffee, salary] = &customer.transactions[..] else { panic!("there are two rows") };
    assert_eq!((coffee.transaction_id.as_deref(), coffee.status, coffee.kind), (Some("t1"), Status::Posted, TransactionType::Payment));
    assert_eq!((&*coffee.description, coffee.amount, coffee.account), ("CORNER CAFE", Cents::new(-450), 0));
    let posted = coffee.posted.expect("a posting date");
    assert_eq!((posted.day.to_string(), posted.at.map(|at| at.to_string())), ("2026-11-03".into(), Some("2026-11-02T14:00:00Z".into())));
    assert_eq!(coffee.executed.expect("an execution date").day.to_string(), "2026-11-01");
    assert_eq!((coffee.merchant_category_code, coffee.merchant_name.as_deref()), (Some(5_814), Some("Corner Cafe")));
    assert_eq!((coffee.apca_number.as_deref(), coffee.instalment_plan_id.as_deref()), (Some("301500"), Some("plan-1")));
    assert_eq!(salary.day().expect("a day").to_string(), "2026-11-05");
    let extended = salary.extended.as_deref().expect("a detail row");
    assert_eq!((extended.payer.as_deref(), extended.purpose_code.as_deref()), (Some("ACME PTY LTD"), Some("SALA")));
    assert_eq!((extended.service.as_deref(), extended.end_to_end_id.as_deref()), (Some("CATSCT"), Some("E2E-1")));
    let balance = &customer.balances[0];
    assert_eq!((balance.current, balance.available), (Cents::new(152_033), Some(Cents::new(150_000))));
    let read = balance.at.expect("a time");
    assert_eq!((read.day.to_string().as_str(), read.at.expect("an instant").to_string().as_str()), ("2026-11-22", "2026-11-22T07:00:00Z"));
}

#[test]
fn a_date_only_marker_has_no_instant() {
    let posted = "/data/customers/0/transactions/0/postingDateTime";
    let row = accepted(&with(&[(posted, json!("2026-11-02T00:00:00Z"))])).customers.swap_remove(0).transactions.swap_remove(0);
    let posted = row.posted.expect("a posting date");
    assert_eq!((posted.day.to_string().as_str(), posted.at), ("2026-11-02", None));
}

#[test]
fn payments_to_come_are_read() {
    let customer = &accepted(&full()).customers[0];
    let debit = &customer.direct_debits[0];
    assert_eq!(
        (debit.payee.as_deref(), debit.abn.as_deref(), debit.last_amount),
        (Some("GYM CO"), Some("51824753556"), Some(Cents::new(8_900)))
    );
    assert_eq!(debit.last_date.expect("a day").to_string(), "2026-11-03");
    let payment = &customer.scheduled_payments[0];
    assert_eq!((payment.is_active, payment.account, payment.label.as_deref()), (true, 0, Some("Rent")));
    assert_eq!((payment.interval.as_deref(), payment.next_date.expect("a day").to_string()), (Some("P1M"), "2026-11-27".into()));
    assert_eq!((payment.payments[0].amount, payment.payments[0].payee.as_deref()), (Some(Cents::new(55_000)), Some("Rent Co")));
    assert_eq!(payment.payments[1].to_account_id.as_deref(), Some("a2"));
    let once = json!({ "recurrenceUType": "onceOff", "onceOff": { "paymentDate": "2026-12-24" } });
    let payload = with(&[("/data/customers/0/scheduledPayments/0/recurrence", once)]);
    let next = accepted(&payload).customers[0].scheduled_payments[0].next_date.expect("a day");
    assert_eq!(next.to_string(), "2026-12-24");
}

#[test]
fn rows_may_stand_before_the_accounts_they_name() {
    let account = |id: &str| format!(r#"{{"accountId":"{id}","productCategory":"LEASES"}}"#);
    let row = |id: &str, amount: &str| format!(r#"{{"accountId":"{id}","status":"PENDING","amount":"{amount}","description":""}}"#);
    let body = format!(
        r#"{{"data":{{"transactions":[{},{},{}],"balances":[{{"accountId":"z","currentBalance":"1.00"}}],"accounts":[{},{}]}},"meta":{{}}}}"#,
        row("z", "1.00"),
        row("y", "2.00"),
        row("z", "3.00"),
        account("y"),
        account("z"),
    );
    let payload = serde_json::from_str(&body).expect("a payload");
    let _: &serde_json::Value = &payload;
    let submission = cdr_insights::submission::parse(body.as_bytes(), &crate::payload::context()).expect("order is no rule");
    let customer = &submission.customers[0];
    let of: Vec<_> = customer.transactions.iter().map(|row| &*customer.accounts[row.account].account_id).collect();
    assert_eq!(of, ["z", "y", "z"]);
    assert_eq!(&*customer.accounts[customer.balances[0].account].account_id, "z");
}
