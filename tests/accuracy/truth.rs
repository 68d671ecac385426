//! What is true of a generated household: the answers that the scorer holds a report to.
//!
//! Rows are named by `transactionId`. A payload whose holder gives no ids still has them here: the scorer then joins by content.
//! Amounts are cents, debits negative where a sign has a meaning.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// Which part of the names and formats a household is written from. The two have no merchant and no bank in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Split {
    /// Whoever writes rules may look at it.
    RuleWriting,
    /// No rule is written from it.
    HeldOut,
}

/// What makes a row easy or hard to name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stratum {
    /// A brand or biller that really exists.
    KnownBrand,
    /// A brand that stands in no list: invented.
    UnnamedBrand,
    /// A local business whose trade stands in its name.
    LocalBusiness,
    /// The bank's own words: fees, interest, cash.
    BankWords,
    /// Money to or from a person.
    Person,
    /// Money between own accounts, or to own accounts elsewhere.
    OwnTransfer,
    /// Income of every kind.
    Income,
    /// Credits that are not income: refunds, claims, proceeds.
    OtherCredit,
    /// Repayments of debts and leases.
    Commitment,
    /// Gambling, lotteries, crypto.
    Risk,
    /// A name that looks like another one.
    Confuser,
}

impl Stratum {
    pub(crate) const ALL: [Self; 11] = [
        Self::KnownBrand,
        Self::UnnamedBrand,
        Self::LocalBusiness,
        Self::BankWords,
        Self::Person,
        Self::OwnTransfer,
        Self::Income,
        Self::OtherCredit,
        Self::Commitment,
        Self::Risk,
        Self::Confuser,
    ];
}

/// The kind of household, by where most of its money comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Salary,
    Casual,
    Joint,
    Gig,
    Pension,
    Benefits,
    Packaged,
    SoleTrader,
    NinetyDays,
}

impl Kind {
    pub(crate) const ALL: [Self; 9] = [
        Self::Salary,
        Self::Casual,
        Self::Joint,
        Self::Gig,
        Self::Pension,
        Self::Benefits,
        Self::Packaged,
        Self::SoleTrader,
        Self::NinetyDays,
    ];
}

/// A request body and what is true of it.
#[derive(Clone, Debug)]
pub(crate) struct Household {
    /// The bytes that a caller would POST.
    pub(crate) payload: Vec<u8>,
    pub(crate) truth: Truth,
}

/// What is true of a household.
#[derive(Clone, Debug)]
pub(crate) struct Truth {
    /// Its number in the set.
    pub(crate) index: u64,
    pub(crate) split: Split,
    pub(crate) kind: Kind,
    /// First day asked of the holders.
    pub(crate) from: Date,
    /// `meta.asOf`.
    pub(crate) as_of: Date,
    /// No gambling, dishonour, debt in trouble, cash advance or day overdrawn.
    pub(crate) clean: bool,
    /// False where the holders gave no `transactionId`.
    pub(crate) ids_given: bool,
    pub(crate) applicants: Vec<Applicant>,
    pub(crate) accounts: Vec<AccountTruth>,
    /// By `transactionId`, every row of the payload once.
    pub(crate) rows: BTreeMap<String, RowTruth>,
    pub(crate) transfers: Vec<Transfer>,
    pub(crate) failures: Vec<Failure>,
    /// Refund and the purchase that it repays.
    pub(crate) refunds: Vec<(String, String)>,
    pub(crate) duplicates: Vec<Duplicate>,
    /// Pending rows, each with the posted row that it became.
    pub(crate) pending: Vec<(String, Option<String>)>,
    /// Rows that were left out of the payload: account, first and last day.
    pub(crate) gaps: Vec<(String, Date, Date)>,
    pub(crate) streams: Vec<IncomeStream>,
    /// Regular credits that look like income and are none of the applicant's.
    pub(crate) hard_negatives: Vec<HardNegative>,
    pub(crate) series: Vec<Series>,
    pub(crate) commitments: Vec<Commitment>,
    /// By the code of the report's `riskIndicators[]`.
    pub(crate) risks: BTreeMap<&'static str, RiskFact>,
}

#[derive(Clone, Debug)]
pub(crate) struct Applicant {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Σ of what goes on of the streams on accounts of this applicant, a month; their partner's own pay on them left out.
    pub(crate) ongoing_monthly: i64,
}

/// How the balance of an account was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// With its time: every end of day follows to the cent.
    True,
    /// Right, but the payload does not say when it was read.
    Unstated,
    /// Some posted rows of the last days are not in it.
    Lagging,
    /// Pending rows are in it.
    PendingInclusive,
}

#[derive(Clone, Debug)]
pub(crate) struct AccountTruth {
    pub(crate) account_id: String,
    pub(crate) bank: &'static str,
    pub(crate) anchor: Anchor,
    /// The same account also stands in the payload as this id, under another customer.
    pub(crate) copy_of: Option<String>,
    /// Balance at the end of each day that the account's data cover, the rows of gaps included.
    pub(crate) end_of_day: Vec<(Date, i64)>,
}

#[derive(Clone, Debug)]
pub(crate) struct RowTruth {
    pub(crate) account_id: String,
    pub(crate) day: Date,
    pub(crate) cents: i64,
    /// A code of the taxonomy.
    pub(crate) category: &'static str,
    pub(crate) stratum: Stratum,
    /// Which bank's words it is in.
    pub(crate) bank: &'static str,
    pub(crate) description: String,
    /// False for pending rows: they are in no figure.
    pub(crate) posted: bool,
}

/// Money between accounts of the payload.
#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    /// One, or all the parts of a split.
    pub(crate) debits: Vec<String>,
    /// One, or all the parts of a split.
    pub(crate) credits: Vec<String>,
    /// Between the accounts of two applicants.
    pub(crate) household: bool,
}

/// A debit that failed.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// The debit, where the holder posts it.
    pub(crate) debit: Option<String>,
    /// The credit that gives it back, where the holder posts it.
    pub(crate) reversal: Option<String>,
    pub(crate) fee: Option<String>,
    /// The same debit tried again.
    pub(crate) represented: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Repeat {
    /// The same row with the same id, twice.
    SameId,
    /// The same content where no ids are given.
    SameContent,
    /// Posted again under another id.
    Reposted,
    /// A joint account that came under two consents.
    SameAccount,
}

#[derive(Clone, Debug)]
pub(crate) struct Duplicate {
    pub(crate) repeat: Repeat,
    /// The rows that are one payment; of [`Repeat::SameId`] the one id.
    pub(crate) ids: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct IncomeStream {
    pub(crate) category: &'static str,
    pub(crate) payer: String,
    pub(crate) account_id: String,
    pub(crate) cadence: &'static str,
    pub(crate) ids: Vec<String>,
    /// As the report defines it: the current level a month; of irregular ones the lowest of the means over 3, 6 and 12 complete
    /// months. `None` where there is too little of it.
    pub(crate) monthly: Option<i64>,
    /// It has stopped.
    pub(crate) ended: bool,
    /// Paid to the other holder of a joint account.
    pub(crate) other_holder: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct HardNegative {
    /// What it is, in a word or two.
    pub(crate) what: &'static str,
    pub(crate) ids: Vec<String>,
}

/// A payment that comes back.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) payee: String,
    pub(crate) category: &'static str,
    pub(crate) cadence: &'static str,
    pub(crate) ids: Vec<String>,
    /// Rows enough to see the rhythm: 3, or 2 where a direct debit authorisation, a scheduled payment or the brand says so.
    pub(crate) observable: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Commitment {
    pub(crate) name: String,
    pub(crate) category: &'static str,
    /// The debt is an account of the payload.
    pub(crate) account_id: Option<String>,
    /// What it costs a month from now on, where that is a figure.
    pub(crate) monthly: Option<i64>,
    pub(crate) ids: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct RiskFact {
    pub(crate) ids: Vec<String>,
    /// False where the holder posts no row that shows it.
    pub(crate) observable: bool,
}
