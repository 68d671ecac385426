//! The five datasets of a customer, checked: accounts, balances, direct debits, rows, scheduled payments.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::money::Cents;

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
    pub at: Option<Moment>,
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
    /// The instant, where it was not a date-only marker.
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
