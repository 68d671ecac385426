//! The Data Standards Body's mock files, wrapped into the request envelope.

use serde_json::{Value, json};

/// Every file there is, by its name.
pub(crate) const NAMES: [&str; 2] = ["dsb_mock_holder_1.33.0_banking.json", "testdata_cli_generated_banking.json"];

/// A mock file as a request body.
pub(crate) fn wrapped(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/cds/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let file: Value = serde_json::from_str(&text).expect("a mock file is JSON");
    let customers: Vec<_> = elements(&file["customers"]).iter().enumerate().map(|(index, holder)| customer(index, holder)).collect();
    json!({ "meta": { "clientReference": name }, "data": { "customers": customers } })
}

fn customer(index: usize, holder: &Value) -> Value {
    let banking = &holder["banking"];
    let accounts = elements(&banking["accounts"]);
    let person = &holder["customer"]["person"];
    json!({
        "customerId": format!("mock-{}", index + 1),
        "name": person["lastName"],
        "institutionName": "Mock Data Holder",
        "accounts": accounts.iter().map(|entry| entry["account"].clone()).collect::<Vec<_>>(),
        "balances": accounts.iter().map(|entry| entry["balance"].clone()).filter(|balance| !balance.is_null()).collect::<Vec<_>>(),
        "transactions": accounts.iter().flat_map(|entry| elements(&entry["transactions"])).cloned().collect::<Vec<_>>(),
        "directDebitAuthorisations": banking["directDebits"],
        "scheduledPayments": banking["payments"],
    })
}

fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
