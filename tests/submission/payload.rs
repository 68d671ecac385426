//! A payload that has everything, and how the tests change and read it.

use cdr_insights::submission::{ReadContext, Rejection, Submission, parse};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// When the tests' payloads are accepted.
pub(crate) fn context() -> ReadContext {
    ReadContext {
        now: "2026-11-22T08:00:00Z".parse().expect("a time"),
        time_zone: TimeZone::get("Australia/Sydney").expect("the zones are bundled"),
    }
}

/// Reads a payload.
pub(crate) fn read(payload: &Value) -> Result<Submission, Rejection> {
    parse(payload.to_string().as_bytes(), &context())
}

/// Reads a payload that is accepted.
pub(crate) fn accepted(payload: &Value) -> Submission {
    read(payload).unwrap_or_else(|rejection| panic!("{rejection:#?}\n{payload:#}"))
}

/// What is wrong with a payload, as `kind pointer`.
pub(crate) fn violations(payload: &Value) -> Vec<String> {
    match read(payload) {
        Ok(_) => Vec::new(),
        Err(rejection) => listed(&rejection),
    }
}

/// The violations of a rejection, as `kind pointer`.
pub(crate) fn listed(rejection: &Rejection) -> Vec<String> {
    rejection.violations.iter().map(|violation| format!("{:?} {}", violation.kind, violation.pointer)).collect()
}

/// The warnings of a payload that is accepted, as `CODE pointer`.
pub(crate) fn warnings(payload: &Value) -> Vec<String> {
    accepted(payload).warnings.iter().map(|warning| format!("{} {}", warning.code, warning.pointer)).collect()
}

/// Puts a value at a pointer; `-` behind an array's pointer adds one.
pub(crate) fn put(payload: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    match payload.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {parent}")) {
        Value::Array(elements) if name == "-" => elements.push(value),
        Value::Array(elements) => elements[name.parse::<usize>().expect("an index")] = value,
        Value::Object(members) => {
            members.insert(name.to_owned(), value);
        }
        _ => panic!("{parent} is no container"),
    }
}

/// Takes a member away.
pub(crate) fn take(payload: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    let members = payload.pointer_mut(parent).and_then(Value::as_object_mut).unwrap_or_else(|| panic!("no object at {parent}"));
    members.remove(name).unwrap_or_else(|| panic!("nothing at {pointer}"));
}

/// The payload with values at pointers; `null` takes the member away.
pub(crate) fn with(changes: &[(&str, Value)]) -> Value {
    let mut payload = full();
    for (pointer, value) in changes {
        if value.is_null() { take(&mut payload, pointer) } else { put(&mut payload, pointer, value.clone()) }
    }
    payload
}

/// The least that is accepted.
pub(crate) fn least() -> Value {
    json!({
        "meta": {},
        "data": {
            "accounts": [{ "accountId": "a1", "productCategory": "TRANS_AND_SAVINGS_ACCOUNTS" }],
            "transactions": [{ "accountId": "a1", "status": "PENDING", "amount": "-4.50", "description": "" }],
        },
    })
}

/// Every member that is read, as the standard has it: no violation and no warning.
pub(crate) fn full() -> Value {
    json!({
        "meta": {
            "clientReference": "LOAN-1234",
            "asOf": "2026-11-22",
            "reportingPeriodStartDate": "2025-11-22",
            "reportingPeriodEndDate": "2026-11-22",
            "orders": [{ "orderId": "0b5e2f9a-6c1d-4e8f-9a3b-2c4d5e6f7a8b", "customerIds": ["c1", "c2"] }],
            "declared": {
                "grossAnnualIncome": "95000.00", "netMonthlyIncome": "5900.00", "monthlyExpenses": "3200.00", "dependants": 2,
                "hemBenchmark": "2950.00",
            },
        },
        "data": { "customers": [first_customer(), second_customer()] },
    })
}

fn first_customer() -> Value {
    json!({
        "customerId": "c1",
        "name": "Alex Citizen",
        "declaredEmployer": "ACME PTY LTD",
        "institutionName": "Example Bank",
        "applicantId": "p1",
        "cdrArrangementId": "arrangement-1",
        "consentExpiresAt": "2027-05-01T00:00:00Z",
        "accounts": [
            {
                "accountId": "a1", "displayName": "Everyday", "nickname": "Bills", "openStatus": "OPEN", "isOwned": true,
                "accountOwnership": "ONE_PARTY", "maskedNumber": "xxx-xxx xxxxx1234", "productCategory": "TRANS_AND_SAVINGS_ACCOUNTS",
                "productName": "Everyday Account", "bsb": "062000", "accountNumber": "12341234", "dataFrom": "2025-11-22",
                "dataTo": "2026-11-22",
            },
            {
                "accountId": "a2", "displayName": "Card", "accountOwnership": "ONE_PARTY", "maskedNumber": "xxxx xxxx xxxx 1234",
                "productCategory": "CRED_AND_CHRG_CARDS", "productName": "Low Rate Card", "specificAccountUType": "creditCard",
                "creditCard": { "minPaymentAmount": "35.00", "paymentDueAmount": "812.40", "paymentDueDate": "2026-12-04" },
                "lendingRates": [
                    { "lendingRateType": "PURCHASE", "rate": "0.1349" }, { "lendingRateType": "CASH_ADVANCE", "rate": "0.2149" },
                    { "lendingRateType": "PENALTY", "rate": "0.3" },
                ],
            },
            {
                "accountId": "a3", "displayName": "Home loan", "accountOwnership": "TWO_PARTY", "maskedNumber": "xxxxx9876",
                "productCategory": "RESIDENTIAL_MORTGAGES", "productName": "Variable Home Loan", "specificAccountUType": "loan",
                "lendingRate": "0.0625", "institutionName": "Other Bank", "cdrArrangementId": "arrangement-2",
                "consentExpiresAt": "2027-03-01T00:00:00Z",
                "loan": {
                    "originalLoanAmount": "500000.00", "loanEndDate": "2051-06-30", "nextInstalmentDate": "2026-12-01",
                    "minInstalmentAmount": "3100.00", "maxRedraw": "12000.00", "repaymentType": "PRINCIPAL_AND_INTEREST",
                    "repaymentFrequency": "P1M", "offsetAccountIds": ["a1"],
                },
            },
        ],
        "balances": [
            {
                "accountId": "a1", "currentBalance": "1520.33", "availableBalance": "1500.00", "creditLimit": "0.00", "currency": "AUD",
                "balanceAt": "2026-11-22T07:00:00Z",
            },
        ],
        "directDebitAuthorisations": [
            {
                "accountId": "a1", "lastDebitDateTime": "2026-11-02T14:00:00Z", "lastDebitAmount": "-89.00",
                "authorisedEntity": { "description": "GYM CO", "financialInstitution": "Other Bank", "abn": "51824753556" },
            },
        ],
        "transactions": [
            {
                "accountId": "a1", "transactionId": "t1", "isDetailAvailable": true, "type": "PAYMENT", "status": "POSTED",
                "description": "CORNER CAFE", "postingDateTime": "2026-11-02T14:00:00Z", "valueDateTime": "2026-11-02T14:00:00Z",
                "executionDateTime": "2026-11-01T01:15:00Z", "amount": "-4.50", "currency": "AUD", "reference": "",
                "merchantName": "Corner Cafe", "merchantCategoryCode": "5814", "billerCode": "123456", "billerName": "A biller",
                "crn": "998877", "apcaNumber": "301500", "instalmentPlanId": "plan-1",
            },
            {
                "accountId": "a1", "transactionId": "t2", "isDetailAvailable": true, "type": "TRANSFER_INCOMING", "status": "POSTED",
                "description": "SALARY ACME", "postingDateTime": "2026-11-05T23:30:00+08:00", "amount": "2950.00", "reference": "PAY 11",
                "extendedData": {
                    "payer": "ACME PTY LTD", "payee": "A CITIZEN", "extensionUType": "nppPayload",
                    "nppPayload": {
                        "extendedDescription": "Salary November", "endToEndId": "E2E-1", "purposeCode": "SALA", "service": "CATSCT",
                        "serviceVersion": "01",
                    },
                },
            },
        ],
        "scheduledPayments": [
            {
                "scheduledPaymentId": "s1", "nickname": "Rent", "payerReference": "RENT", "payeeReference": "UNIT 4", "status": "ACTIVE",
                "from": { "accountId": "a1" },
                "paymentSet": [
                    {
                        "to": {
                            "toUType": "biller", "nickname": "Landlord", "payeeReference": "U4",
                            "biller": { "billerCode": "1", "billerName": "Rent Co" },
                        },
                        "isAmountCalculated": false, "amount": "550.00",
                    },
                    { "to": { "toUType": "accountId", "accountId": "a2" }, "isAmountCalculated": true },
                ],
                "recurrence": {
                    "nextPaymentDate": "2026-11-27", "recurrenceUType": "intervalSchedule",
                    "intervalSchedule": { "intervals": [{ "interval": "P1M", "dayInInterval": "P27D" }, { "interval": "P14D" }] },
                },
            },
        ],
    })
}

fn second_customer() -> Value {
    json!({
        "customerId": "c2",
        "accounts": [
            {
                "accountId": "a1", "displayName": "Saver", "accountOwnership": "ONE_PARTY", "maskedNumber": "xxxxx4444",
                "productCategory": "TRANS_AND_SAVINGS_ACCOUNTS", "productName": "Saver",
            },
        ],
        "transactions": [
            {
                "accountId": "a1", "isDetailAvailable": false, "type": "INTEREST_PAID", "status": "PENDING", "description": "INTEREST",
                "amount": "1.20", "reference": "",
            },
        ],
    })
}
