//! Whose figures: all applicants together, or one of them. What a row is to the figures of a scope is decided here and nowhere else.
//!
//! Rules 6 to 11 of the report live here: joint accounts once, money between applicants, failed payments out, refunds net, debts once.

use jiff::civil::Date;

use super::window::{Calendar, common_window};
use crate::analysis::label::Verdict;
use crate::analysis::ledger::{Ledger, Marks, Row};
use crate::analysis::ruleset::{Category, Kind, Ruleset};
use crate::money::Cents;
use crate::submission::ProductCategory;

/// Whose figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everyone of the order.
    Combined,
    /// One applicant: an index into [`Ledger::applicants`].
    Applicant(usize),
}

/// What a counted row is to the figures of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Income, and what was taken back of it.
    Income,
    /// Money in that is not income.
    Credit,
    /// A living expense; refunds of one are above zero.
    Expense,
    /// A repayment.
    Commitment,
    /// Gambling, lottery, crypto, cash.
    Risk,
    /// From or to other people; another applicant is another person to an applicant's own figures.
    Person,
    /// Voluntary saving: investments and super.
    Saving,
    /// Between own accounts, here or elsewhere.
    Transfer,
    /// In the totals and groups, in no other figure: a payment that failed, its reversal, what a shared loan costs.
    Apart,
}

/// A counted row in a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Index into [`Ledger::rows`].
    pub row: usize,
    /// What it is here.
    pub role: Role,
    /// Its category here: a transfer between applicants is a person's money to each of them.
    pub category: Category,
    /// Its day.
    pub day: Date,
    /// Negative = money out.
    pub amount: Cents,
}

/// The accounts and rows of whose figures are drawn.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Whose.
    pub who: Who,
    /// For each account of the ledger, whether it is in.
    pub accounts: Vec<bool>,
    /// The counted rows of those accounts, in the ledger's order.
    pub entries: Vec<Entry>,
}

impl Scope {
    /// The scope of all applicants or of one.
    #[must_use]
    pub fn of(who: Who, ledger: &Ledger<'_>, verdicts: &[Verdict], ruleset: &Ruleset) -> Self {
        let is_in = |account: usize| match who {
            Who::Combined => true,
            Who::Applicant(applicant) => ledger.accounts[account].applicants.contains(&applicant),
        };
        let accounts: Vec<bool> = (0..ledger.accounts.len()).map(is_in).collect();
        let mut entries = Vec::new();
        for (at, row) in ledger.rows.iter().enumerate().filter(|(_, row)| row.is_counted() && accounts[row.account]) {
            let Some(day) = row.day else { continue };
            let (role, category) = role(at, row, verdicts[at].category, &accounts, ledger, ruleset);
            entries.push(Entry { row: at, role, category, day, amount: row.amount });
        }
        Self { who, accounts, entries }
    }

    /// The entries of some roles.
    pub fn of_roles<'s>(&'s self, roles: &'s [Role]) -> impl Iterator<Item = &'s Entry> {
        self.entries.iter().filter(|entry| roles.contains(&entry.role))
    }

    /// The days that the accounts with rows of these roles have in common. Accounts that never bore such a row bound nothing.
    pub(super) fn calendar(&self, ledger: &Ledger<'_>, roles: &[Role]) -> Calendar {
        let mut carries = vec![false; self.accounts.len()];
        for entry in self.of_roles(roles) {
            carries[ledger.rows[entry.row].account] = true;
        }
        Calendar::of(common_window(ledger, |account| carries[account]))
    }

    /// As [`Self::calendar`]; where no row has such a role, the days of the accounts that spend, else of those that could, so that looking
    /// and finding none is 0. Spending stands on everyday accounts and cards, not on loans and term deposits.
    pub(super) fn calendar_of_spending(&self, ledger: &Ledger<'_>, roles: &[Role]) -> Calendar {
        for roles in [roles, &[Role::Expense, Role::Commitment, Role::Risk]] {
            if self.of_roles(roles).next().is_some() {
                return self.calendar(ledger, roles);
            }
        }
        let could = |account: usize| {
            let of = &ledger.accounts[account];
            let is_apart = !of.is_owned || of.sign_suspect || of.is_trust() || of.is_loan();
            self.accounts[account] && !is_apart && of.first().product_category != ProductCategory::TermDeposits
        };
        Calendar::of(common_window(ledger, could))
    }
}

fn role(at: usize, row: &Row<'_>, category: Category, accounts: &[bool], ledger: &Ledger<'_>, ruleset: &Ruleset) -> (Role, Category) {
    let known = ruleset.known();
    if row.marks.any(Marks::RETURNED) || row.marks.any(Marks::DEBT_COST) || category == known.reversal {
        return (Role::Apart, category);
    }
    if let Some(pair) = row.pair.map(|pair| &ledger.pairing.pairs[pair]) {
        let other = if pair.debit == at { pair.credit } else { pair.debit };
        if accounts[ledger.rows[other].account] {
            let is_repayment = ruleset.kind(category) == Kind::Commitment;
            return (if is_repayment { Role::Commitment } else { Role::Transfer }, category);
        }
        // To this applicant the other one is another person, unless it is a repayment of the other's loan.
        if ruleset.kind(category) == Kind::Transfer {
            let category = if row.amount.is_negative() { known.transfer_out } else { known.transfer_in };
            let arrives_on_debt = ledger.accounts[row.account].is_loan();
            return (if arrives_on_debt { Role::Transfer } else { Role::Person }, category);
        }
    }
    if ledger.accounts[row.account].is_loan() {
        return (Role::Apart, category);
    }
    let role = match ruleset.kind(category) {
        Kind::Income => Role::Income,
        Kind::Credit => Role::Credit,
        Kind::Person => Role::Person,
        Kind::Expense => Role::Expense,
        Kind::Commitment => Role::Commitment,
        Kind::Risk => Role::Risk,
        Kind::Transfer if [known.investment_contribution, known.super_contribution].contains(&category) => Role::Saving,
        Kind::Transfer => Role::Transfer,
    };
    (role, category)
}
