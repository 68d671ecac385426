//! A payload that has been checked: after this nothing is optional by accident.
//!
//! [`parse`](parse::parse) turns the bytes of a request into a [`Submission`], or into every violation at once. This module owns
//! the types; what the wire looks like is `cdr`'s, what the figures mean is `analysis`'s.

mod accounts;
mod clock;
mod datasets;
mod envelope;
mod findings;
mod parse;
mod records;
mod rows;
mod site;
mod value;
mod verdict;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::money::Cents;

pub use parse::parse;
pub use records::*;
pub use verdict::*;

/// Reads an `insightsId` or `orderId` by the published pattern,
/// `^[0-9a-f]{8}-[0-9a-f]{4}-[0-5][0-9a-f]{3}-[089ab][0-9a-f]{3}-[0-9a-f]{12}$`; `None` for anything else.
///
/// The pattern, not the words "V4 UUID" beside it, is the rule, in paths and in payloads alike.
#[must_use]
pub fn parse_insights_id(text: &str) -> Option<Uuid> {
    let is_lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let fits = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => matches!(byte, b'0'..=b'5'),
            19 => matches!(byte, b'0' | b'8' | b'9' | b'a' | b'b'),
            _ => is_lower_hex(byte),
        });
    if fits { Uuid::try_parse(text).ok() } else { None }
}

/// What reading a payload needs to know from outside.
#[derive(Clone, Debug)]
pub struct ReadContext {
    /// The moment of acceptance: a consent that ended before it is a violation.
    pub now: Timestamp,
    /// Where a `Z` time is turned into a day (Australia/Sydney unless configured).
    pub time_zone: TimeZone,
}

/// One accepted request.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The caller's own name for it, 1–255 characters.
    pub client_reference: Option<Box<str>>,
    /// `meta.asOf`.
    pub as_of: Option<Date>,
    /// `meta.reportingPeriodStartDate`.
    pub period_start: Option<Date>,
    /// `meta.reportingPeriodEndDate`.
    pub period_end: Option<Date>,
    /// At least one; each becomes one report.
    pub orders: Vec<Order>,
    /// At least one, each with its accounts and rows, as sent.
    pub customers: Vec<Customer>,
    /// What was lenient, in payload order; at most [`MAX_WARNINGS`], the last then says how many were left out.
    pub warnings: Vec<Warning>,
}

impl Submission {
    /// Rows of the payload.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.customers.iter().map(|customer| customer.transactions.len()).sum()
    }

    /// Rows that the reports list: those of a customer count once for every order over them.
    #[must_use]
    pub fn order_rows(&self) -> usize {
        let customers = self.orders.iter().flat_map(|order| &order.customers);
        customers.map(|&customer| self.customers[customer].transactions.len()).sum()
    }

    /// When the whole submission expires: the earliest end of a consent that any customer or account names.
    #[must_use]
    pub fn consent_expires_at(&self) -> Option<Timestamp> {
        let accounts = |customer: &'_ Customer| customer.accounts.iter().filter_map(|account| account.consent_expires_at).min();
        self.customers.iter().filter_map(|customer| customer.consent_expires_at.into_iter().chain(accounts(customer)).min()).min()
    }
}

/// One report is asked for over these customers.
#[derive(Clone, Debug)]
pub struct Order {
    /// The caller's id, in the published pattern; the service makes one where there is none.
    pub order_id: Option<Uuid>,
    /// Indices into [`Submission::customers`], in the order's sequence, without repeats.
    pub customers: Vec<usize>,
    /// What the applicant says of themselves.
    pub declared: Option<Declared>,
}

/// `meta.declared`: reported beside what is observed, never instead of it.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Gross annual income.
    pub gross_annual_income: Option<Cents>,
    /// Net monthly income.
    pub net_monthly_income: Option<Cents>,
    /// Monthly living expenses.
    pub monthly_expenses: Option<Cents>,
    /// Number of dependants.
    pub dependants: Option<u32>,
    /// The lender's Household Expenditure Measure figure, monthly.
    pub hem_benchmark: Option<Cents>,
}

/// One customer of one institution (one consent), with the five datasets.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Unique in the payload.
    pub customer_id: Box<str>,
    /// The person: customers that share it are one applicant. Defaults to the customer id.
    pub applicant_id: Box<str>,
    /// As the holder or the lender writes it.
    pub name: Option<Box<str>>,
    /// For the employer match.
    pub declared_employer: Option<Box<str>>,
    /// The data holder.
    pub institution_name: Option<Box<str>>,
    /// The CDR arrangement the data came under.
    pub cdr_arrangement_id: Option<Box<str>>,
    /// When the consent ends.
    pub consent_expires_at: Option<Timestamp>,
    /// Accounts, unique by id within the customer.
    pub accounts: Vec<Account>,
    /// Current balances.
    pub balances: Vec<Balance>,
    /// Direct debit authorisations.
    pub direct_debits: Vec<DirectDebit>,
    /// Rows, as sent: repeats of one id included, the ledger merges them.
    pub transactions: Vec<Transaction>,
    /// Scheduled payments.
    pub scheduled_payments: Vec<ScheduledPayment>,
}
