//! The ledger: the rows of every account of an order in one canonical order, each with what sets it apart.
//!
//! Nothing is thrown away. A row that is in no figure stays in the ledger with the mark that says why, so that the report can list it.
//! [`Ledger::open`] needs nothing but the payload; [`settle`] needs to know what each row is.

mod accounts;
pub(super) mod content;
mod debts;
mod elsewhere;
mod evidence;
mod joint;
mod links;
mod marks;
mod matching;
mod merge;
mod movements;
mod names;
mod party;
mod refinances;
mod refunds;
mod repeats;
mod reversals;
mod signs;
mod splits;
mod transfers;
mod twins;
mod vocabulary;

use jiff::civil::Date;

use super::days::Window;
use super::label::Narratives;
use super::label::Verdict;
use super::ruleset::Ruleset;
use crate::money::Cents;
use crate::submission::{Account, Currency, Customer, Order, Status, Submission, Transaction, TransactionType, Warning};

pub use accounts::{Coverage, LedgerAccount, View};
pub use links::{Follow, Link, Links};
pub use marks::Marks;
pub(super) use party::core as party_words;
pub use repeats::{Reason, Repeat};
pub use transfers::{Basis, LOOKS, Pair, Pairing, Scope};
pub use twins::Hold;
pub(super) use vocabulary::TRANSFER_WORDS;

/// The accounts and rows of one order.
#[derive(Debug)]
pub struct Ledger<'a> {
    /// Where they came from.
    pub submission: &'a Submission,
    /// The order.
    pub order: &'a Order,
    /// The people, in the order's sequence.
    pub applicants: Vec<Applicant<'a>>,
    /// The distinct accounts, by customer and account id.
    pub accounts: Vec<LedgerAccount<'a>>,
    /// Every row, by day, account and content; rows without a day last.
    pub rows: Vec<Row<'a>>,
    /// The day that the report speaks of.
    pub as_of: Date,
    /// Rows that are one payment.
    pub repeats: Vec<Repeat>,
    /// Pending rows and authorisations, with the row that they became.
    pub holds: Vec<Hold>,
    /// Money that moved between the order's own accounts.
    pub pairing: Pairing,
    /// Reversals and refunds, with what they undo.
    pub links: Links,
    /// What was noticed.
    pub warnings: Vec<Warning>,
}

/// A person of the order.
#[derive(Clone, Debug)]
pub struct Applicant<'a> {
    /// Unique in the order.
    pub applicant_id: &'a str,
    /// As the first of their customers that has one says it.
    pub name: Option<&'a str>,
}

/// One row, and where it stands.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// Index into [`Submission::customers`].
    pub customer: usize,
    /// Index into the customer's transactions: the row that the others of its id were merged into.
    pub index: usize,
    original: &'a Transaction,
    /// The row completed by others of its id, where there was something to complete.
    pub merged: Option<Box<Transaction>>,
    /// Index into [`Ledger::accounts`].
    pub account: usize,
    /// Index into [`LedgerAccount::views`].
    pub view: usize,
    /// The id of a row that the holder gave none.
    pub made_id: Option<Box<str>>,
    /// Of the row: what nearly every pass asks for stands here, the rest lies farther away in memory.
    pub amount: Cents,
    /// Of the row.
    pub currency: Currency,
    /// Of the row.
    pub status: Status,
    /// Of the row.
    pub kind: TransactionType,
    /// The effective day; only a pending row may have none.
    pub day: Option<Date>,
    /// What sets it apart.
    pub marks: Marks,
    /// Index into [`Pairing::pairs`].
    pub pair: Option<usize>,
}

impl Row<'_> {
    /// The row, completed.
    #[must_use]
    pub fn transaction(&self) -> &Transaction {
        self.merged.as_deref().unwrap_or(self.original)
    }

    /// The holder's id, else the made one.
    #[must_use]
    pub(crate) fn id(&self) -> &str {
        self.transaction().transaction_id.as_deref().or(self.made_id.as_deref()).expect("rows without an id are given one")
    }

    /// True for a row that is in the figures.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        !self.marks.any(Marks::EXCLUDING)
    }
}

impl<'a> Ledger<'a> {
    /// Puts the rows of an order in order: which accounts are one, which rows are one, which are in the figures.
    #[must_use]
    pub fn open(submission: &'a Submission, order: &'a Order, as_of: Date) -> Self {
        let mut warnings = Vec::new();
        let applicants = applicants_of(submission, order);
        let mut rows = merge::rows(submission, order, &mut warnings);
        let accounts = accounts::accounts(submission, order, &applicants, &mut rows, as_of, &mut warnings);
        let mut rows = content::in_order(rows);
        content::make_ids(submission, &accounts, &mut rows);
        let mut ledger = Self {
            submission,
            order,
            applicants,
            accounts,
            rows,
            as_of,
            repeats: Vec::new(),
            holds: Vec::new(),
            pairing: Pairing::default(),
            links: Links::default(),
            warnings,
        };
        ledger.mark();
        ledger.repeats = repeats::find(&mut ledger.rows);
        ledger.repeats.extend(joint::find(&ledger.accounts, &mut ledger.rows));
        ledger
    }

    fn mark(&mut self) {
        let (start, end) = (self.submission.period_start, self.submission.period_end);
        for row in &mut self.rows {
            let account = &self.accounts[row.account];
            let apart = [
                (Marks::PENDING, row.status == Status::Pending),
                (Marks::FOREIGN_CURRENCY, row.currency != Currency::AUD),
                (Marks::AFTER_AS_OF, row.day.is_some_and(|day| day > self.as_of)),
                (
                    Marks::OUTSIDE_PERIOD,
                    row.day.is_some_and(|day| start.is_some_and(|start| day < start) || end.is_some_and(|end| day > end)),
                ),
                (Marks::NOT_OWNED, !account.is_owned),
                (Marks::TRUST_ACCOUNT, account.is_trust()),
            ];
            apart.into_iter().filter(|(_, applies)| *applies).for_each(|(mark, _)| row.marks.add(mark));
        }
    }

    /// The account of a row, as its own customer's consent shows it.
    #[must_use]
    pub fn account_of(&self, row: &Row<'_>) -> &'a Account {
        self.accounts[row.account].views[row.view].account
    }

    /// The reporting period: the payload's, else from the first to the last counted day; `None` for a side that neither gives.
    #[must_use]
    pub fn period(&self) -> Option<Window> {
        let mut counted = self.rows.iter().filter(|row| row.is_counted()).filter_map(|row| row.day);
        // Rows stand by day.
        let first = counted.next();
        let last = counted.next_back().or(first);
        let (start, end) = (self.submission.period_start, self.submission.period_end);
        let from = start.or(first).or(end)?;
        let to = end.or(last).or(start)?;
        Window::new(from, to.max(from))
    }

    /// The days of an account that figures may use: its coverage, inside the reporting period and not after `asOf`.
    #[must_use]
    pub fn usable(&self, account: usize) -> Option<Window> {
        let window = self.accounts[account].coverage?.window;
        let from = self.submission.period_start.map_or(window.from, |start| start.max(window.from));
        let to = self.submission.period_end.map_or(window.to, |end| end.min(window.to));
        Window::new(from, to)
    }
}

/// Says, now that every row has a label, which rows are holds, which are one payment and which moved money between own accounts; those
/// are labelled anew.
pub fn settle(ledger: &mut Ledger<'_>, narratives: &Narratives, verdicts: &mut [Verdict], ruleset: &Ruleset) {
    for (at, row) in ledger.rows.iter_mut().enumerate() {
        let narrative = &narratives[at];
        if narrative.authorisation && row.status == Status::Posted {
            row.marks.add(Marks::AUTHORISATION);
        }
    }
    signs::judge(ledger, narratives);
    ledger.holds = twins::find(ledger, narratives, verdicts, ruleset);
    reversals::link(ledger, narratives, verdicts, ruleset);
    ledger.pairing = transfers::pair(ledger, narratives, verdicts, ruleset);
    if ledger.pairing.limited {
        ledger.warnings.push(Warning {
            code: "TRANSFER_MATCHING_LIMITED",
            detail: "so many equal amounts lie close together that not every pair of rows was looked at for own transfers".to_owned(),
            pointer: String::new(),
        });
    }
    transfers::relabel(ledger, verdicts, ruleset);
    refunds::link(ledger, narratives, verdicts, ruleset);
    debts::relabel(ledger, narratives, verdicts, ruleset);
    refinances::relabel(ledger, verdicts, ruleset);
    elsewhere::relabel(ledger, narratives, verdicts, ruleset);
}

fn applicants_of<'a>(submission: &'a Submission, order: &Order) -> Vec<Applicant<'a>> {
    let mut applicants: Vec<Applicant<'a>> = Vec::new();
    for customer in customers(submission, order) {
        match applicants.iter_mut().find(|applicant| applicant.applicant_id == &*customer.applicant_id) {
            Some(applicant) => applicant.name = applicant.name.or(customer.name.as_deref()),
            None => applicants.push(Applicant { applicant_id: &customer.applicant_id, name: customer.name.as_deref() }),
        }
    }
    applicants
}

fn customers<'a>(submission: &'a Submission, order: &Order) -> impl Iterator<Item = &'a Customer> {
    order.customers.iter().map(|&customer| &submission.customers[customer])
}
