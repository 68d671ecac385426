//! The five datasets of one customer, read row by row: only what is judged is kept, and nothing once the payload is known to be
//! malformed. When all is read, every row gets its account.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use jiff::civil::Date;
use serde::de::MapAccess;

use super::findings::{Path, Rank};
use super::rows::OfAccount;
use super::site::{Reader, Site};
use super::value::{ARRAY_DUE, OBJECT_DUE};
use super::{Account, Balance, DirectDebit, ScheduledPayment, Status, Transaction, ViolationKind, accounts, rows};
use crate::cdr::{At, Elements, Record, Records, Shape};

/// Most accounts of one customer.
const MAX_ACCOUNTS: usize = 1_000;

#[derive(Clone, Copy, Debug)]
enum Dataset {
    Accounts,
    Balances,
    DirectDebits,
    Transactions,
    ScheduledPayments,
}

impl Dataset {
    const fn member(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Balances => "balances",
            Self::DirectDebits => "directDebitAuthorisations",
            Self::Transactions => "transactions",
            Self::ScheduledPayments => "scheduledPayments",
        }
    }
}

/// What the payload holds of one dataset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Presence {
    #[default]
    Absent,
    /// `null`.
    Null,
    /// Something else; it begins here.
    From(usize),
}

/// The rows of one customer, and the accounts they name.
#[derive(Debug, Default)]
pub(super) struct Datasets<'a> {
    names: Names<'a>,
    presence: [Presence; 5],
    /// Elements of `accounts`, kept or not.
    accounts_sent: usize,
    pub(super) accounts: Vec<Account>,
    pub(super) balances: Vec<Balance>,
    pub(super) direct_debits: Vec<DirectDebit>,
    pub(super) transactions: Vec<Transaction>,
    pub(super) scheduled_payments: Vec<ScheduledPayment>,
}

impl<'a> Datasets<'a> {
    /// True when any of the five stands in the payload.
    pub(super) fn are_present(&self) -> bool {
        self.presence.iter().any(|presence| matches!(presence, Presence::From(_)))
    }

    /// Takes a dataset, if the member is one.
    pub(super) fn field<A: MapAccess<'a>>(
        &mut self,
        reader: &mut Reader<'_>,
        path: &Path<'_>,
        name: &str,
        value: &mut A,
        at: At<'_>,
    ) -> Result<bool, A::Error> {
        match name {
            "accounts" => self.records(Dataset::Accounts, reader, path, value, at, |own, site, path, index, record| {
                let account = accounts::account(site, record);
                own.add_account(site.reader, path, index, account);
            }),
            "balances" => self.records(Dataset::Balances, reader, path, value, at, |own, site, _, _, record| {
                let balance = rows::balance(site, record);
                own.names.keep(site.reader, balance, &mut own.balances, |row| &mut row.account);
            }),
            "directDebitAuthorisations" => self.records(Dataset::DirectDebits, reader, path, value, at, |own, site, _, _, record| {
                let direct_debit = rows::direct_debit(site, record);
                own.names.keep(site.reader, direct_debit, &mut own.direct_debits, |row| &mut row.account);
            }),
            "transactions" => self.records(Dataset::Transactions, reader, path, value, at, |own, site, _, _, record| {
                let transaction = rows::transaction(site, record);
                own.names.keep(site.reader, transaction, &mut own.transactions, |row| &mut row.account);
            }),
            "scheduledPayments" => self.records(Dataset::ScheduledPayments, reader, path, value, at, |own, site, _, _, record| {
                let payment = accounts::scheduled_payment(site, record);
                own.names.keep(site.reader, payment, &mut own.scheduled_payments, |row| &mut row.account);
            }),
            _ => Ok(false),
        }
    }

    fn records<'r, T: Record<'a>, A: MapAccess<'a>>(
        &mut self,
        dataset: Dataset,
        reader: &mut Reader<'r>,
        path: &Path<'_>,
        value: &mut A,
        at: At<'_>,
        judge: impl Fn(&mut Self, &mut Site<'_, '_, 'r>, &Path<'_>, usize, &T),
    ) -> Result<bool, A::Error> {
        let path = path.member(dataset.member());
        let start = reader.pass.position();
        if self.presence[dataset as usize] != Presence::Absent {
            reader.repeated(&path);
            return Ok(false);
        }
        self.presence[dataset as usize] = Presence::From(start);
        reader.findings.begin_scope();
        let mut each = Records::new(|index, record: Option<&T>| {
            let path = path.index(index);
            match record {
                Some(record) => judge(self, &mut Site::new(reader, &path, record), &path, index, record),
                None => reader.findings.violation(ViolationKind::Invalid, (reader.pass.position(), 0), &path, OBJECT_DUE),
            }
        });
        let shape = value.next_value_seed(Elements { each: &mut each, at })?;
        match shape {
            Shape::Array => {}
            Shape::Null => self.presence[dataset as usize] = Presence::Null,
            Shape::Object | Shape::Scalar => reader.findings.violation(ViolationKind::Invalid, (start, 0), &path, ARRAY_DUE),
        }
        Ok(true)
    }

    fn add_account(&mut self, reader: &mut Reader<'_>, path: &Path<'_>, index: usize, account: OfAccount<'a, Account>) {
        self.accounts_sent += 1;
        let Some((account_id, account)) = account else { return };
        let name = self.names.of(account_id);
        if self.names.owners[name].is_some() {
            let rank = self.rank(Dataset::Accounts, index);
            let detail = "Another account of the customer has the same accountId.";
            reader.findings.violation(ViolationKind::Contradiction, rank, &path.member("accountId"), detail);
            return;
        }
        self.names.owners[name] = Some(self.accounts.len());
        if reader.findings.is_well_formed() && self.accounts_sent <= MAX_ACCOUNTS {
            self.accounts.push(account);
        }
    }

    fn rank(&self, dataset: Dataset, index: usize) -> Rank {
        match self.presence[dataset as usize] {
            Presence::From(start) => (start, index),
            Presence::Absent | Presence::Null => (0, index),
        }
    }

    /// Gives every row its account, and files what contradicts. Call it when the form of the customer is judged.
    pub(super) fn settle(&mut self, reader: &mut Reader<'_>, path: &Path<'_>) {
        if self.accounts_sent > MAX_ACCOUNTS {
            let detail = "A customer may have 1,000 accounts at most.";
            let rank = self.rank(Dataset::Accounts, 0);
            reader.findings.violation(ViolationKind::Unprocessable, rank, &path.member("accounts"), detail);
        }
        if !reader.findings.is_well_formed() {
            return;
        }
        let rank = |dataset| self.rank(dataset, 0).0;
        let starts = [Dataset::Balances, Dataset::DirectDebits, Dataset::Transactions, Dataset::ScheduledPayments].map(rank);
        let mut owners = Owners { accounts: &self.names.owners, reader, path };
        owners.resolve(Dataset::Balances, starts[0], self.balances.iter_mut().map(|row| &mut row.account));
        owners.resolve(Dataset::DirectDebits, starts[1], self.direct_debits.iter_mut().map(|row| &mut row.account));
        owners.resolve(Dataset::Transactions, starts[2], self.transactions.iter_mut().map(|row| &mut row.account));
        owners.resolve(Dataset::ScheduledPayments, starts[3], self.scheduled_payments.iter_mut().map(|row| &mut row.account));
        self.compare_repeats(reader, path);
    }

    /// One id, one account, one status: one transaction, so it has one amount, currency and day.
    fn compare_repeats(&self, reader: &mut Reader<'_>, path: &Path<'_>) {
        // Hashes are sorted instead of kept in a map: 16 bytes a row, whatever the ids are.
        let state = RandomState::new();
        let ids = self.transactions.iter().enumerate().filter(|(_, row)| row.transaction_id.is_some());
        let mut hashes: Vec<_> = ids.map(|(index, row)| (state.hash_one(identity(row)), index)).collect();
        hashes.sort_unstable();
        for group in hashes.chunk_by(|(one, _), (other, _)| one == other).filter(|group| group.len() > 1) {
            let mut firsts: Vec<(&Transaction, Option<Date>)> = Vec::new();
            for &(_, index) in group {
                let row = &self.transactions[index];
                let Some((first, day)) = firsts.iter_mut().find(|(first, _)| identity(first) == identity(row)) else {
                    firsts.push((row, row.day()));
                    continue;
                };
                // A day that is not said contradicts none.
                let is_other_day = day.zip(row.day()).is_some_and(|(one, other)| one != other);
                *day = day.or(row.day());
                if first.amount != row.amount || first.currency != row.currency || is_other_day {
                    let detail =
                        "An earlier row of the account has the same transactionId and status, and another amount, currency or day.";
                    let path = path.member(Dataset::Transactions.member());
                    let rank = self.rank(Dataset::Transactions, index);
                    let path = path.index(index);
                    reader.findings.violation(ViolationKind::Contradiction, rank, &path.member("transactionId"), detail);
                }
            }
        }
    }
}

/// What makes two rows one transaction.
fn identity(row: &Transaction) -> (usize, Status, Option<&str>) {
    (row.account, row.status, row.transaction_id.as_deref())
}

/// The names that rows call accounts by, in the order of their first use: rows may stand before the accounts.
#[derive(Debug, Default)]
struct Names<'a> {
    numbers: HashMap<Cow<'a, str>, usize>,
    /// The account of each name, if there is one.
    owners: Vec<Option<usize>>,
    /// Rows of one account mostly follow each other.
    last: Option<(Cow<'a, str>, usize)>,
}

impl<'a> Names<'a> {
    fn of(&mut self, name: Cow<'a, str>) -> usize {
        if let Some((last, number)) = &self.last
            && *last == name
        {
            return *number;
        }
        let number = *self.numbers.entry(name.clone()).or_insert(self.owners.len());
        if number == self.owners.len() {
            self.owners.push(None);
        }
        self.last = Some((name, number));
        number
    }

    /// Keeps a row with the number of its account's name, as long as the payload may be accepted.
    fn keep<T>(&mut self, reader: &Reader<'_>, row: OfAccount<'a, T>, rows: &mut Vec<T>, account: impl Fn(&mut T) -> &mut usize) {
        if let Some((name, mut row)) = row
            && reader.findings.is_well_formed()
        {
            *account(&mut row) = self.of(name);
            rows.push(row);
        }
    }
}

/// Turns numbers of names into accounts.
struct Owners<'o, 'p, 'r> {
    accounts: &'o [Option<usize>],
    reader: &'o mut Reader<'r>,
    path: &'p Path<'p>,
}

impl Owners<'_, '_, '_> {
    fn resolve<'t>(&mut self, dataset: Dataset, start: usize, accounts: impl Iterator<Item = &'t mut usize>) {
        let path = self.path.member(dataset.member());
        for (index, account) in accounts.enumerate() {
            if let Some(owner) = self.accounts[*account] {
                *account = owner;
                continue;
            }
            let element = path.index(index);
            let from = element.member("from");
            let record = if matches!(dataset, Dataset::ScheduledPayments) { &from } else { &element };
            let detail = "The customer has no account with this accountId.";
            self.reader.findings.violation(ViolationKind::Contradiction, (start, index), &record.member("accountId"), detail);
        }
    }
}
