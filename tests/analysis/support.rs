//! Small payloads, and what the report says of them.

use cdr_insights::analysis::ledger::{self, Ledger};
use cdr_insights::analysis::report::{Stamp, assemble, document};
use cdr_insights::analysis::ruleset::Ruleset;
use cdr_insights::analysis::{analyse, label};
use cdr_insights::money::Cents;
use cdr_insights::submission::{
    Account, Balance, Currency, Customer, Moment, Order, Ownership, ProductCategory, Status, Submission, Transaction, TransactionType,
};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use std::sync::LazyLock;
use uuid::Uuid;

/// The rules are read once for all tests.
pub(crate) static RULES: LazyLock<Ruleset> = LazyLock::new(Ruleset::embedded);

/// The day that the reports speak of.
pub(crate) const AS_OF: Date = jiff::civil::date(2026, 11, 22);

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

/// A moment with nothing but a day.
pub(crate) fn on(text: &str) -> Moment {
    Moment { day: day(text), at: None }
}

/// A moment with an instant.
pub(crate) fn at(instant: &str) -> Moment {
    let at: Timestamp = instant.parse().expect("an instant");
    Moment { day: at.to_zoned(jiff::tz::TimeZone::UTC).date(), at: Some(at) }
}

/// An everyday account whose window of 365 days was asked of the holder.
pub(crate) fn account(id: &str) -> Account {
    Account {
        account_id: id.into(),
        display_name: None,
        nickname: None,
        product_name: None,
        is_open: true,
        is_owned: true,
        ownership: Ownership::OneParty,
        masked_number: None,
        product_category: ProductCategory::TransAndSavingsAccounts,
        bsb: None,
        account_number: None,
        institution_name: Some("Example Bank".into()),
        cdr_arrangement_id: None,
        consent_expires_at: None,
        data_from: Some(day("2025-11-23")),
        data_to: Some(AS_OF),
        credit_card: None,
        loan: None,
        lending_rate_millionths: None,
    }
}

pub(crate) fn product(id: &str, product_category: ProductCategory) -> Account {
    Account { product_category, ..account(id) }
}

/// A posted row without an id on the customer's first account.
pub(crate) fn row(date: &str, cents: i128, description: &str) -> Transaction {
    Transaction {
        account: 0,
        transaction_id: None,
        status: Status::Posted,
        kind: TransactionType::Other,
        description: description.into(),
        reference: None,
        posted: Some(on(date)),
        executed: None,
        value: None,
        amount: Cents::new(cents),
        currency: Currency::AUD,
        merchant_name: None,
        merchant_category_code: None,
        biller_code: None,
        biller_name: None,
        crn: None,
        apca_number: None,
        instalment_plan_id: None,
        extended: None,
    }
}

pub(crate) trait RowWith {
    fn id(self, id: &str) -> Self;
    fn account(self, account: usize) -> Self;
    fn pending(self) -> Self;
    fn executed(self, moment: Moment) -> Self;
    fn kind(self, kind: TransactionType) -> Self;
    fn currency(self, code: &str) -> Self;
}

impl RowWith for Transaction {
    fn id(self, id: &str) -> Self {
        Self { transaction_id: Some(id.into()), ..self }
    }
    fn account(self, account: usize) -> Self {
        Self { account, ..self }
    }
    fn pending(self) -> Self {
        Self { status: Status::Pending, ..self }
    }
    fn executed(self, moment: Moment) -> Self {
        Self { executed: Some(moment), ..self }
    }
    fn kind(self, kind: TransactionType) -> Self {
        Self { kind, ..self }
    }
    fn currency(self, code: &str) -> Self {
        Self { currency: Currency::parse(code).expect("a currency"), ..self }
    }
}

pub(crate) fn balance(account: usize, cents: i128) -> Balance {
    Balance { account, current: Cents::new(cents), available: None, credit_limit: None, currency: Currency::AUD, at: None }
}

pub(crate) fn customer(id: &str, name: &str, accounts: Vec<Account>, transactions: Vec<Transaction>) -> Customer {
    Customer {
        customer_id: id.into(),
        applicant_id: id.into(),
        name: Some(name.into()),
        declared_employer: None,
        institution_name: Some("Example Bank".into()),
        cdr_arrangement_id: None,
        consent_expires_at: None,
        accounts,
        balances: Vec::new(),
        direct_debits: Vec::new(),
        transactions,
        scheduled_payments: Vec::new(),
    }
}

/// One order over all customers.
pub(crate) fn submission(customers: Vec<Customer>) -> Submission {
    let order = Order { order_id: None, customers: (0..customers.len()).collect(), declared: None };
    Submission {
        client_reference: None,
        as_of: None,
        period_start: None,
        period_end: None,
        orders: vec![order],
        customers,
        warnings: Vec::new(),
    }
}

/// One customer with these accounts and rows.
pub(crate) fn single(accounts: Vec<Account>, transactions: Vec<Transaction>) -> Submission {
    submission(vec![customer("c1", "Alex Citizen", accounts, transactions)])
}

/// One customer with one everyday account.
pub(crate) fn everyday(transactions: Vec<Transaction>) -> Submission {
    single(vec![account("everyday")], transactions)
}

/// The whole document, with nil ids.
pub(crate) fn bytes(submission: &Submission) -> Vec<u8> {
    let analysis = analyse(submission, &RULES, AS_OF);
    let stamp = Stamp {
        insights_id: Uuid::nil(),
        client_id: "local",
        client_name: "Local",
        accepted_at: "2026-11-22T00:00:00Z".parse().expect("an instant"),
        order_ids: &vec![Uuid::nil(); submission.orders.len()],
        input_digest: [7; 32],
    };
    let document = document(&analysis, submission, &RULES, &stamp);
    assemble(&document.head, &document.reports)
}

pub(crate) fn whole(submission: &Submission) -> Value {
    serde_json::from_slice(&bytes(submission)).expect("the document is JSON")
}

/// The report of the first order.
pub(crate) fn report(submission: &Submission) -> Value {
    whole(submission)["insightsHeader"]["reports"][0].take()
}

pub(crate) fn warning_codes(submission: &Submission) -> Vec<String> {
    let warnings = whole(submission)["meta"]["warnings"].take();
    warnings.as_array().expect("a list").iter().map(|warning| warning["code"].as_str().expect("a code").to_owned()).collect()
}

/// Number of counted rows.
pub(crate) fn counted(report: &Value) -> u64 {
    report["combinedSummary"]["combinedNumberOfTransactions"].as_u64().expect("a number")
}

/// An amount as cents, from its JSON text.
pub(crate) fn cents(value: &Value) -> i128 {
    let text = value.to_string();
    let text = if text.contains('.') { text } else { format!("{text}.00") };
    let (whole, fraction) = text.split_once('.').expect("two parts");
    // serde_json reads 1234.50 as 1234.5.
    let fraction = format!("{fraction:0<2}");
    let unsigned: i128 = format!("{}{fraction}", whole.trim_start_matches('-')).parse().expect("digits");
    if whole.starts_with('-') { -unsigned } else { unsigned }
}

/// `transactions[]` whose description is this.
pub(crate) fn rows<'a>(report: &'a Value, description: &str) -> Vec<&'a Value> {
    let all = report["transactions"].as_array().expect("a list");
    all.iter().filter(|row| row["description"] == description).collect()
}

pub(crate) fn flags(row: &Value) -> Vec<&str> {
    row["flags"].as_array().expect("a list").iter().map(|flag| flag.as_str().expect("a flag")).collect()
}

/// The figures of a category, or `Null`.
pub(crate) fn category(report: &Value, code: &str) -> Value {
    let groups = report["combinedSummary"]["combinedCategoryGroupSummary"]["combinedCategoryGroups"].as_array().expect("a list");
    let mut categories = groups.iter().flat_map(|group| group["categories"].as_array().expect("a list"));
    categories.find(|category| category["category"] == code).cloned().unwrap_or_default()
}

/// The settled ledger of the only order.
pub(crate) fn settled(submission: &Submission) -> Ledger<'_> {
    let mut ledger = Ledger::open(submission, &submission.orders[0], AS_OF);
    let (narratives, mut verdicts) = label::read(ledger.rows.iter().map(|row| (row.transaction(), ledger.account_of(row))), &RULES);
    ledger::settle(&mut ledger, &narratives, &mut verdicts, &RULES);
    ledger
}

/// `transactions[]` of this id.
pub(crate) fn by_id<'a>(report: &'a Value, id: &str) -> &'a Value {
    let rows = report["transactions"].as_array().expect("a list");
    rows.iter().find(|row| row["transactionId"] == id).expect("it is there")
}
