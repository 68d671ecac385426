//! What is accepted with a warning.

use cdr_insights::money::Cents;
use cdr_insights::submission::{Ownership, ProductCategory, TransactionType, parse};
use serde_json::{Value, json};

use crate::mock_files;
use crate::payload::{accepted, context, full, put, take, warnings, with};

/// One change and the one warning that follows from it.
fn each(cases: &[(&str, Value, &str)]) {
    for (pointer, value, code) in cases {
        let due: Vec<String> = if code.is_empty() { Vec::new() } else { vec![format!("{code} {pointer}")] };
        assert_eq!(warnings(&with(&[(pointer, value.clone())])), due, "{pointer}: {value}");
    }
}

#[test]
fn a_payload_as_the_standard_has_it_has_no_warning() {
    assert_eq!(warnings(&full()), Vec::<String>::new());
}

#[test]
fn a_time_may_stand_where_a_date_is_due() {
    let pointers = [
        "/meta/asOf",
        "/data/customers/0/accounts/0/dataTo",
        "/data/customers/0/accounts/1/creditCard/paymentDueDate",
        "/data/customers/0/accounts/2/loan/loanEndDate",
        "/data/customers/0/scheduledPayments/0/recurrence/nextPaymentDate",
    ];
    for pointer in pointers {
        assert_eq!(warnings(&with(&[(pointer, json!("2026-11-22T10:00:00Z"))])), [format!("DATE_TIME_FOR_DATE {pointer}")]);
    }
    let as_of = |time: &str| accepted(&with(&[("/meta/asOf", json!(time))])).as_of.expect("a day").to_string();
    assert_eq!(as_of("2026-11-21T14:00:00Z"), "2026-11-22");
    assert_eq!(as_of("2026-11-21T00:00:00Z"), "2026-11-21");
    assert_eq!(as_of("2026-11-21T23:30:00+08:00"), "2026-11-21");
}

#[test]
fn the_earliest_date_of_a_system_is_no_date() {
    each(&[
        ("/data/customers/0/accounts/0/dataFrom", json!("0001-01-01"), "NO_DATE"),
        ("/data/customers/0/accounts/0/dataFrom", json!("1899-12-31"), "NO_DATE"),
        ("/data/customers/0/transactions/0/executionDateTime", json!("0001-01-01T00:00:00Z"), "NO_DATE"),
        ("/data/customers/0/balances/0/balanceAt", json!("0000-01-01T00:00:00Z"), "NO_DATE"),
        ("/data/customers/0/accounts/0/dataFrom", json!("1900-01-01"), ""),
    ]);
    let row = "/data/customers/0/transactions/0";
    let mut payload = with(&[(&format!("{row}/postingDateTime"), json!("0001-01-01T00:00:00Z"))]);
    take(&mut payload, &format!("{row}/executionDateTime"));
    take(&mut payload, &format!("{row}/valueDateTime"));
    let rejection = parse(payload.to_string().as_bytes(), &context()).expect_err("a posted row needs a date");
    assert_eq!(rejection.violations[0].pointer, format!("{row}/postingDateTime"));
}

#[test]
fn a_number_may_stand_where_an_amount_is_due() {
    let amount = "/data/customers/0/transactions/0/amount";
    for (number, cents, code) in [
        ("-4.5", -450, "AMOUNT_AS_NUMBER"),
        ("0.1", 10, "AMOUNT_AS_NUMBER"),
        ("123456789012345.67", 12_345_678_901_234_567, "AMOUNT_AS_NUMBER"),
        ("1e2", 10_000, "AMOUNT_AS_NUMBER"),
        ("0.005", 1, "AMOUNT_ROUNDED"),
    ] {
        let body = full().to_string().replace("\"-4.50\"", number);
        let submission = parse(body.as_bytes(), &context()).expect("a number is read");
        assert_eq!(submission.customers[0].transactions[0].amount, Cents::new(cents), "{number}");
        assert_eq!((submission.warnings[0].code, submission.warnings[0].pointer.as_str()), (code, amount));
    }
}

#[test]
fn more_than_two_decimals_are_rounded_half_away_from_zero() {
    let amount = "/data/customers/0/transactions/0/amount";
    for (text, cents, code) in
        [("-4.505", -451, "AMOUNT_ROUNDED"), ("4.504999", 450, "AMOUNT_ROUNDED"), ("4.5000", 450, ""), ("-0.00", 0, "")]
    {
        each(&[(amount, json!(text), code)]);
        let row = &accepted(&with(&[(amount, json!(text))])).customers[0].transactions[0];
        assert_eq!(row.amount, Cents::new(cents), "{text}");
    }
}

#[test]
fn words_that_the_standard_does_not_know_are_unknown() {
    each(&[
        ("/data/customers/0/accounts/0/productCategory", json!("CRYPTO"), "UNKNOWN_VALUE"),
        ("/data/customers/0/accounts/0/openStatus", json!("FROZEN"), "UNKNOWN_VALUE"),
        ("/data/customers/0/accounts/0/accountOwnership", json!("COMPANY"), "UNKNOWN_VALUE"),
        ("/data/customers/0/accounts/2/loan/repaymentType", json!("BALLOON"), "UNKNOWN_VALUE"),
        ("/data/customers/0/transactions/0/type", json!("GIFT"), "UNKNOWN_VALUE"),
        ("/data/customers/0/transactions/1/extendedData/nppPayload/service", json!("X3"), "UNKNOWN_VALUE"),
        ("/data/customers/0/scheduledPayments/0/status", json!("DONE"), "UNKNOWN_VALUE"),
        ("/data/customers/0/scheduledPayments/0/paymentSet/0/to/toUType", json!("cash"), "UNKNOWN_VALUE"),
        ("/data/customers/0/scheduledPayments/0/recurrence/recurrenceUType", json!("often"), "UNKNOWN_VALUE"),
    ]);
    let customer = accepted(&with(&[
        ("/data/customers/0/accounts/0/productCategory", json!("CRYPTO")),
        ("/data/customers/0/accounts/0/openStatus", json!("FROZEN")),
        ("/data/customers/0/accounts/0/accountOwnership", json!("COMPANY")),
        ("/data/customers/0/transactions/0/type", json!("GIFT")),
        ("/data/customers/0/scheduledPayments/0/status", json!("DONE")),
    ]))
    .customers
    .swap_remove(0);
    let account = &customer.accounts[0];
    assert_eq!((account.product_category, account.is_open, account.ownership), (ProductCategory::Unrecognised, true, Ownership::Unknown));
    assert_eq!(customer.transactions[0].kind, TransactionType::Unrecognised);
    assert!(!customer.scheduled_payments[0].is_active);
}

#[test]
fn masked_and_odd_numbers_are_left_out() {
    let (bsb, number) = ("/data/customers/0/accounts/0/bsb", "/data/customers/0/accounts/0/accountNumber");
    each(&[
        (bsb, json!("062-000"), "ODD_BSB"),
        (bsb, json!("6200"), "ODD_BSB"),
        (bsb, json!("Sydney"), "ODD_BSB"),
        (bsb, json!("xxx-xxx"), "MASKED_NUMBER"),
        (bsb, json!(""), "EMPTY_MEMBER"),
        (number, json!("xxxxx1234"), "MASKED_NUMBER"),
        (number, json!("1234 1234"), ""),
        (number, json!("AB1234"), "ODD_VALUE"),
        ("/data/customers/0/directDebitAuthorisations/0/authorisedEntity/abn", json!("51 824 753 556"), ""),
        ("/data/customers/0/directDebitAuthorisations/0/authorisedEntity/abn", json!("123"), "ODD_VALUE"),
        ("/data/customers/0/transactions/0/apcaNumber", json!("12"), "ODD_VALUE"),
        ("/data/customers/0/transactions/0/merchantCategoryCode", json!("742"), ""),
        ("/data/customers/0/transactions/0/merchantCategoryCode", json!("58141"), "ODD_VALUE"),
        ("/data/customers/0/transactions/0/merchantCategoryCode", json!("food"), "ODD_VALUE"),
        ("/data/customers/0/accounts/2/lendingRate", json!("6.25%"), "ODD_VALUE"),
        ("/data/customers/0/accounts/2/lendingRate", json!(0.0625), ""),
        ("/data/customers/0/accounts/1/lendingRates/1/rate", json!("high"), "ODD_VALUE"),
    ]);
    let account = |pointer, value| accepted(&with(&[(pointer, value)])).customers.swap_remove(0).accounts.swap_remove(0);
    assert_eq!(account(bsb, json!("062-000")).bsb.as_deref(), Some("062000"));
    assert_eq!(account(bsb, json!("6200")).bsb, None);
    assert_eq!(account(bsb, json!("xxx-xxx")).bsb, None);
    assert_eq!(account(number, json!("1234 1234")).account_number.as_deref(), Some("12341234"));
    assert_eq!(account(number, json!("xxxxx1234")).account_number, None);
}

#[test]
fn empty_amounts_and_dates_are_absent_where_they_may_be() {
    for pointer in [
        "/meta/asOf",
        "/data/customers/0/consentExpiresAt",
        "/data/customers/0/applicantId",
        "/data/customers/0/accounts/1/creditCard/minPaymentAmount",
        "/data/customers/0/accounts/2/loan/loanEndDate",
        "/data/customers/0/balances/0/availableBalance",
        "/data/customers/0/balances/0/currency",
        "/data/customers/0/directDebitAuthorisations/0/lastDebitAmount",
        "/data/customers/0/directDebitAuthorisations/0/lastDebitDateTime",
        "/data/customers/0/transactions/0/transactionId",
        "/data/customers/0/transactions/0/valueDateTime",
        "/data/customers/0/transactions/0/currency",
        "/data/customers/0/transactions/0/type",
        "/data/customers/0/scheduledPayments/0/paymentSet/0/amount",
        "/data/customers/0/scheduledPayments/0/recurrence/nextPaymentDate",
    ] {
        assert_eq!(warnings(&with(&[(pointer, json!(""))])), [format!("EMPTY_MEMBER {pointer}")]);
    }
    // Labels that say nothing are not worth a word.
    each(&[
        ("/data/customers/0/name", json!(""), ""),
        ("/data/customers/0/accounts/0/nickname", json!(""), ""),
        ("/data/customers/0/transactions/0/description", json!(""), ""),
        ("/data/customers/0/transactions/0/merchantName", json!(""), ""),
    ]);
}

#[test]
fn what_the_standard_requires_and_the_contract_does_not_may_be_missing() {
    for pointer in [
        "/data/customers/0/accounts/0/displayName",
        "/data/customers/0/accounts/0/accountOwnership",
        "/data/customers/0/accounts/0/maskedNumber",
        "/data/customers/0/accounts/0/productName",
        "/data/customers/0/accounts/1/creditCard/paymentDueDate",
        "/data/customers/0/accounts/2/loan/repaymentType",
        "/data/customers/0/balances/0/availableBalance",
        "/data/customers/0/directDebitAuthorisations/0/authorisedEntity",
        "/data/customers/0/transactions/0/isDetailAvailable",
        "/data/customers/0/transactions/0/type",
        "/data/customers/0/transactions/0/reference",
        "/data/customers/0/transactions/1/extendedData/nppPayload/service",
        "/data/customers/0/scheduledPayments/0/payerReference",
        "/data/customers/0/scheduledPayments/0/paymentSet",
        "/data/customers/0/scheduledPayments/0/paymentSet/0/to",
        "/data/customers/0/scheduledPayments/0/recurrence",
        "/data/customers/0/scheduledPayments/0/recurrence/recurrenceUType",
    ] {
        let mut payload = full();
        take(&mut payload, pointer);
        assert_eq!(warnings(&payload), [format!("MISSING_MEMBER {pointer}")]);
    }
}

#[test]
fn equal_warnings_of_a_dataset_are_counted() {
    let mut payload = full();
    let row = json!({ "accountId": "a1", "status": "PENDING", "amount": 1, "description": "" });
    put(&mut payload, "/data/customers/0/transactions", Value::Array(vec![row.clone(); 5_000]));
    put(&mut payload, "/data/customers/1/transactions", json!([row]));
    let warnings = accepted(&payload).warnings;
    let listed: Vec<_> = warnings.iter().map(|warning| (warning.code, warning.pointer.as_str())).collect();
    let of = |customer: usize, name: &str| format!("/data/customers/{customer}/transactions/0/{name}");
    let names = ["isDetailAvailable", "type", "reference", "amount"];
    let due: Vec<_> = [0, 1].into_iter().flat_map(|customer| names.map(|name| of(customer, name))).collect();
    assert_eq!(listed.len(), 8);
    for pointer in &due {
        let code = if pointer.ends_with("amount") { "AMOUNT_AS_NUMBER" } else { "MISSING_MEMBER" };
        assert!(listed.contains(&(code, pointer)), "{pointer}: {listed:?}");
    }
    assert_eq!(warnings.iter().filter(|warning| warning.detail.ends_with("(5000 times; this is the first.)")).count(), 4);
}

#[test]
fn earlier_generations_are_read() {
    let row = "/data/customers/0/transactions/1/extendedData";
    let earlier = json!({
        "payer": "ACME PTY LTD", "service": "X2P1.01",
        "x2p101Payload": { "extendedDescription": "Salary", "endToEndId": "E1", "purposeCode": "SALA" },
    });
    let payload = with(&[(row, earlier)]);
    assert_eq!(warnings(&payload), [format!("OLD_GENERATION {row}/x2p101Payload"), format!("OLD_GENERATION {row}/service")]);
    let row = &accepted(&payload).customers[0].transactions[1];
    let extended = row.extended.as_deref().expect("a detail row");
    assert_eq!(extended.description.as_deref(), Some("Salary"));
    assert_eq!(extended.service.as_deref(), Some("X2P1.01"));
    let rates = json!([{ "rate": "0.01", "lendingRateType": "VARIABLE", "tiers": [{ "minimumValue": 0 }] }, {}]);
    let other = with(&[
        ("/data/customers/0/accounts/0/depositRates", json!({ "any": 1 })),
        ("/data/customers/0/accounts/0/fees", json!([{ "feeType": 1, "amount": 5 }])),
        ("/data/customers/0/accounts/0/features", json!("none")),
        ("/data/customers/0/accounts/0/lendingRates", rates),
    ]);
    assert_eq!(warnings(&other), Vec::<String>::new());
}

#[test]
fn odd_durations_are_kept() {
    let pointer = "/data/customers/0/accounts/2/loan/repaymentFrequency";
    let payload = with(&[(pointer, json!("P5Y8M1DT8"))]);
    assert_eq!(warnings(&payload), [format!("ODD_DURATION {pointer}")]);
    let loan = accepted(&payload).customers.swap_remove(0).accounts.swap_remove(2).loan.expect("a loan");
    assert_eq!(loan.repayment_frequency.as_deref(), Some("P5Y8M1DT8"));
}

#[test]
fn a_window_that_ends_before_it_starts_is_left_out() {
    let payload = with(&[("/data/customers/0/accounts/0/dataTo", json!("2025-01-01"))]);
    assert_eq!(warnings(&payload), ["WINDOW_REVERSED /data/customers/0/accounts/0/dataFrom"]);
    let account = accepted(&payload).customers.swap_remove(0).accounts.swap_remove(0);
    assert_eq!((account.data_from, account.data_to), (None, None));
}

#[test]
fn a_customer_that_no_order_names_is_told() {
    let payload = with(&[("/meta/orders/0/customerIds", json!(["c2"]))]);
    assert_eq!(warnings(&payload), ["CUSTOMER_NOT_ORDERED /data/customers/0"]);
}

#[test]
fn no_warning_repeats_a_value() {
    let canary = json!("canary-7f3a");
    let pointers = [
        "/data/customers/0/accounts/0/bsb",
        "/data/customers/0/accounts/0/accountNumber",
        "/data/customers/0/accounts/0/openStatus",
        "/data/customers/0/accounts/0/productCategory",
        "/data/customers/0/accounts/2/loan/repaymentFrequency",
        "/data/customers/0/transactions/0/type",
        "/data/customers/0/transactions/0/merchantCategoryCode",
        "/data/customers/0/transactions/1/extendedData/nppPayload/service",
        "/data/customers/0/scheduledPayments/0/status",
    ];
    let payload = with(&pointers.map(|pointer| (pointer, canary.clone())));
    let warnings = accepted(&payload).warnings;
    assert_eq!(warnings.len(), pointers.len());
    assert!(warnings.iter().all(|warning| !format!("{warning:?}").contains("canary")), "{warnings:?}");
}

#[test]
fn the_mock_files_of_the_data_standards_are_accepted() {
    let found: Vec<_> = mock_files::NAMES
        .iter()
        .map(|name| {
            let submission = accepted(&mock_files::wrapped(name));
            let count = |of: fn(&cdr_insights::submission::Customer) -> usize| submission.customers.iter().map(of).sum::<usize>();
            let counts = [
                count(|customer| customer.accounts.len()),
                count(|customer| customer.balances.len()),
                count(|customer| customer.transactions.len()),
                count(|customer| customer.direct_debits.len()),
                count(|customer| customer.scheduled_payments.len()),
            ];
            let mut codes: Vec<_> = submission.warnings.iter().map(|warning| warning.code).collect();
            codes.sort_unstable();
            codes.dedup();
            (counts, codes)
        })
        .collect();
    let codes = vec!["DATE_TIME_FOR_DATE", "ODD_DURATION"];
    assert_eq!(found, [([30, 30, 300, 6, 36], codes.clone()), ([15, 15, 825, 10, 20], codes)]);
}
