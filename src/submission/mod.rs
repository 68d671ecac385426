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
mod rows;
mod site;
mod value;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use uuid::Uuid;

use crate::money::Cents;

pub use parse::parse;

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
    /// When the whole submission expires: the earliest end of a consent that any customer or account names.
    #[must_use]
    pub fn consent_expires_at(&self) -> Option<Timestamp> {
        let accounts = |customer: &'_ Customer| customer.accounts.iter().filter_map(|account| account.consent_expires_at).min();
        self.customers.iter().filter_map(|customer| customer.consent_expires_at.into_iter().chain(accounts(customer)).min()).min()
    }
}

/// Most warnings that a submission carries.
pub const MAX_WARNINGS: usize = 100;

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

/// `accountOwnership`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the Data Standards' own words")]
pub enum Ownership {
    Unknown,
    OneParty,
    TwoParty,
    ManyParty,
    Other,
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
}

/// `productCategory`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the Data Standards' own words")]
pub enum ProductCategory {
    RegulatedTrustAccounts,
    TermDeposits,
    TransAndSavingsAccounts,
    TravelCards,
    BusinessLoans,
    BuyNowPayLater,
    CredAndChrgCards,
    Leases,
    MarginLoans,
    Overdrafts,
    PersLoans,
    ResidentialMortgages,
    TradeFinance,
    /// A value the standard does not know (a warning); treated as a deposit.
    Unrecognised,
}

impl ProductCategory {
    /// True where a negative balance is money owed under a credit contract.
    #[must_use]
    pub const fn is_debt(self) -> bool {
        !matches!(
            self,
            Self::RegulatedTrustAccounts | Self::TermDeposits | Self::TransAndSavingsAccounts | Self::TravelCards | Self::Unrecognised
        )
    }
}

/// One account, as far as the analysis reads it.
#[derive(Clone, Debug)]
pub struct Account {
    /// Opaque, unique within its customer.
    pub account_id: Box<str>,
    /// The holder's name for it.
    pub display_name: Option<Box<str>>,
    /// The customer's name for it.
    pub nickname: Option<Box<str>>,
    /// The product's name.
    pub product_name: Option<Box<str>>,
    /// `OPEN` unless the payload says `CLOSED`.
    pub is_open: bool,
    /// False for an authorised user: in no figure.
    pub is_owned: bool,
    /// `accountOwnership`; `UNKNOWN` when absent.
    pub ownership: Ownership,
    /// As sent; only its last four digits mean anything.
    pub masked_number: Option<Box<str>>,
    /// Kind of product.
    pub product_category: ProductCategory,
    /// Digits only, six of them; `None` when absent, masked or odd.
    pub bsb: Option<Box<str>>,
    /// Digits only; `None` when absent or masked.
    pub account_number: Option<Box<str>>,
    /// The account's own institution, else its customer's.
    pub institution_name: Option<Box<str>>,
    /// The account's own arrangement, else its customer's.
    pub cdr_arrangement_id: Option<Box<str>>,
    /// The end of the account's own consent, else of its customer's.
    pub consent_expires_at: Option<Timestamp>,
    /// First day that was asked of the holder.
    pub data_from: Option<Date>,
    /// Last day that was asked of the holder.
    pub data_to: Option<Date>,
    /// `specificAccountUType: creditCard`.
    pub credit_card: Option<CreditCardTerms>,
    /// `specificAccountUType: loan`.
    pub loan: Option<LoanTerms>,
    /// A fraction in millionths (0.0625 = 62 500): `lendingRate`, else the highest of `lendingRates` that is no discount or penalty.
    pub lending_rate_millionths: Option<i64>,
}

/// Credit card terms.
#[derive(Clone, Debug, Default)]
pub struct CreditCardTerms {
    /// `minPaymentAmount`.
    pub min_payment: Option<Cents>,
    /// `paymentDueAmount`.
    pub payment_due: Option<Cents>,
    /// `paymentDueDate`.
    pub payment_due_date: Option<Date>,
}

/// Loan terms.
#[derive(Clone, Debug, Default)]
pub struct LoanTerms {
    /// `originalLoanAmount`.
    pub original_amount: Option<Cents>,
    /// `loanEndDate`.
    pub end_date: Option<Date>,
    /// `nextInstalmentDate`.
    pub next_instalment_date: Option<Date>,
    /// `minInstalmentAmount`.
    pub min_instalment: Option<Cents>,
    /// `maxRedraw`.
    pub max_redraw: Option<Cents>,
    /// `repaymentType`, as sent.
    pub repayment_type: Option<Box<str>>,
    /// `repaymentFrequency`, as sent (an ISO 8601 duration).
    pub repayment_frequency: Option<Box<str>>,
    /// `offsetAccountIds`.
    pub offset_account_ids: Vec<Box<str>>,
}

/// One current balance.
#[derive(Clone, Debug)]
pub struct Balance {
    /// Index into the customer's accounts.
    pub account: usize,
    /// Negative = the customer owes.
    pub current: Cents,
    /// `availableBalance`.
    pub available: Option<Cents>,
    /// `creditLimit`.
    pub credit_limit: Option<Cents>,
    /// `AUD` unless said.
    pub currency: Currency,
    /// When it was read, where the payload says so.
    pub at: Option<Timestamp>,
}

/// One direct debit authorisation.
#[derive(Clone, Debug)]
pub struct DirectDebit {
    /// Index into the customer's accounts.
    pub account: usize,
    /// `authorisedEntity.description`.
    pub payee: Option<Box<str>>,
    /// `authorisedEntity.financialInstitution`.
    pub financial_institution: Option<Box<str>>,
    /// `authorisedEntity.abn`, digits.
    pub abn: Option<Box<str>>,
    /// Day of `lastDebitDateTime`.
    pub last_date: Option<Date>,
    /// `lastDebitAmount` without its sign (there is no sign rule).
    pub last_amount: Option<Cents>,
}

/// A currency code of ISO 4217: three upper-case letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Australian dollars: the only currency that is summed.
    pub const AUD: Self = Self(*b"AUD");

    /// Reads three upper-case ASCII letters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; 3] = text.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Self(code))
    }

    /// The code.
    ///
    /// # Panics
    /// Never: the bytes are ASCII letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("three ASCII letters")
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// `status` of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the Data Standards' own words")]
pub enum Status {
    Pending,
    Posted,
}

/// `type` of a row: coarse, and it may contradict the sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the Data Standards' own words")]
pub enum TransactionType {
    DirectDebit,
    Fee,
    InterestCharged,
    InterestPaid,
    Other,
    Payment,
    TransferIncoming,
    TransferOutgoing,
    /// Absent, or a value the standard does not know.
    Unrecognised,
}

/// A time of a row as a day, by the clock rule: `T00:00:00Z` is a date-only marker, an offset other than Z keeps its own local
/// date, any other Z time is turned into the configured zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The day.
    pub day: Date,
    /// The instant, where it was not a date-only marker or a bare date.
    pub at: Option<Timestamp>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// Index into the customer's accounts.
    pub account: usize,
    /// The holder's id, where there is one.
    pub transaction_id: Option<Box<str>>,
    /// Pending or posted.
    pub status: Status,
    /// `type`.
    pub kind: TransactionType,
    /// The narrative.
    pub description: Box<str>,
    /// `reference`, where it says something.
    pub reference: Option<Box<str>>,
    /// `postingDateTime`.
    pub posted: Option<Moment>,
    /// `executionDateTime`.
    pub executed: Option<Moment>,
    /// `valueDateTime`.
    pub value: Option<Moment>,
    /// Negative = the available balance falls.
    pub amount: Cents,
    /// `AUD` unless said.
    pub currency: Currency,
    /// `merchantName`.
    pub merchant_name: Option<Box<str>>,
    /// `merchantCategoryCode`, padded to four digits.
    pub merchant_category_code: Option<u16>,
    /// `billerCode`.
    pub biller_code: Option<Box<str>>,
    /// `billerName`.
    pub biller_name: Option<Box<str>>,
    /// `crn`.
    pub crn: Option<Box<str>>,
    /// `apcaNumber`: the initiating institution's, six digits.
    pub apca_number: Option<Box<str>>,
    /// `instalmentPlanId`.
    pub instalment_plan_id: Option<Box<str>>,
    /// `extendedData`, where the row is a detail.
    pub extended: Option<Box<Extended>>,
}

impl Transaction {
    /// The effective day: posting, else execution, else value. A posted row always has one.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        self.posted.or(self.executed).or(self.value).map(|moment| moment.day)
    }
}

/// `extendedData` of a detail row, of either generation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extended {
    /// `payer`.
    pub payer: Option<Box<str>>,
    /// `payee`.
    pub payee: Option<Box<str>>,
    /// `extendedDescription` of the NPP payload.
    pub description: Option<Box<str>>,
    /// `endToEndId`.
    pub end_to_end_id: Option<Box<str>>,
    /// `purposeCode`.
    pub purpose_code: Option<Box<str>>,
    /// `service`, as sent: `X2P1`, `X2P1.01`, `IFTI`, `BSCT`, `CATSCT`.
    pub service: Option<Box<str>>,
}

/// One scheduled payment.
#[derive(Clone, Debug)]
pub struct ScheduledPayment {
    /// Opaque.
    pub scheduled_payment_id: Box<str>,
    /// True for `ACTIVE`.
    pub is_active: bool,
    /// Index into the customer's accounts: the account that pays.
    pub account: usize,
    /// `nickname`, the first payee's `nickname`, `payerReference` or `payeeReference`: whichever says something first.
    pub label: Option<Box<str>>,
    /// One entry a payee.
    pub payments: Vec<PaymentSetEntry>,
    /// `recurrence.nextPaymentDate`, else the day of a single payment.
    pub next_date: Option<Date>,
    /// The interval of the first schedule, as sent (an ISO 8601 duration such as `P1M`).
    pub interval: Option<Box<str>>,
}

/// One payee of a scheduled payment.
#[derive(Clone, Debug)]
pub struct PaymentSetEntry {
    /// Positive, where it is fixed.
    pub amount: Option<Cents>,
    /// Biller, payee or account name, else the customer's `nickname` for the payee.
    pub payee: Option<Box<str>>,
    /// The own account it goes to.
    pub to_account_id: Option<Box<str>>,
}

/// Something that was accepted though the standard says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Stable code, `SCREAMING_SNAKE_CASE`.
    pub code: &'static str,
    /// What was done about it; never a value of the payload.
    pub detail: String,
    /// JSON Pointer into the payload.
    pub pointer: String,
}

/// What kind of error a violation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ViolationKind {
    /// A required member is not there (400, `Field/Missing`).
    Missing,
    /// A wrong type or a broken format (400, `Field/Invalid`).
    Invalid,
    /// A broken date or time (400, `Field/InvalidDateTime`).
    InvalidDate,
    /// Well formed, but it contradicts the rest of the payload (422, `Field/Invalid`).
    Contradiction,
    /// The payload as a whole is no submission: no account, no transaction, too many of something (422, `Resource/Invalid`).
    Unprocessable,
}

/// One thing that is wrong with a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which error.
    pub kind: ViolationKind,
    /// What is wrong and what is due; never a value of the payload.
    pub detail: String,
    /// JSON Pointer into the payload; empty for the payload itself.
    pub pointer: String,
}

/// Most violations that are listed; the total is always counted.
pub const MAX_VIOLATIONS: usize = 100;

/// Why a payload is no submission: all the violations of one class, 400 before 422.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// In payload order, at most [`MAX_VIOLATIONS`].
    pub violations: Vec<Violation>,
    /// How many there were.
    pub total: usize,
}

impl Rejection {
    /// True when the payload is well formed and its contents are refused (422); false for 400.
    #[must_use]
    pub fn is_unprocessable(&self) -> bool {
        self.violations.iter().all(|violation| violation.kind >= ViolationKind::Contradiction)
    }
}
