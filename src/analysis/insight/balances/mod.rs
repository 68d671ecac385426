//! `balances`: the end of every day that the chain of an account reaches, and what those days say, by account and over the deposit accounts
//! together.
//!
//! Accounts of other people's money and accounts of which the applicant is only a user are not here; term deposits are out of what is
//! together: a buffer can be drawn on.

mod account;
mod combined;
mod pay;
mod statistics;

use jiff::civil::Date;
use serde::Serialize;

use super::context::Context;
use super::expenses::Expenses;
use super::income::Income;
use super::scope::Scope;
use crate::analysis::exact::Day;
use crate::money::Cents;
use account::AccountBalances;
use combined::Combined;

/// The block.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Balances {
    accounts: Vec<AccountBalances>,
    combined: Combined,
}

/// One end of a day.
#[derive(Clone, Copy, Debug, Serialize)]
struct EndOfDay {
    date: Day,
    balance: Cents,
}

fn listed(end_of_day: &[(Date, Cents)]) -> Vec<EndOfDay> {
    end_of_day.iter().map(|(date, balance)| EndOfDay { date: Day(*date), balance: *balance }).collect()
}

/// The payload gives no balance of the account in Australian dollars.
const NO_BALANCE: &str = "NO_BALANCE";
/// The holder seems to have turned the signs round.
const SIGN_SUSPECT: &str = "SIGN_SUSPECT";
/// Days without rows, or that do not chain, part the older days from the balance.
const GAP: &str = "GAP";
/// There is no pay, or none whose days after are there.
const NO_SALARY: &str = "NO_SALARY";
/// What is asked cannot be asked of such an account.
const NOT_APPLICABLE: &str = "NOT_APPLICABLE";
/// It never happened on the days that are there.
const NEVER: &str = "NEVER";
/// Some account's anchor is uncertain.
const ANCHOR_UNCERTAIN: &str = "anchorUncertain";

/// The block of a scope.
pub(super) fn draw(context: &Context<'_>, scope: &Scope, income: &Income, expenses: &Expenses) -> Balances {
    let ledger = context.ledger;
    let of_account = |account: usize| account::draw(context, account, income);
    let is_in = |account: &usize| {
        let of = &ledger.accounts[*account];
        scope.accounts[*account] && of.is_owned && !of.is_trust()
    };
    Balances {
        accounts: (0..ledger.accounts.len()).filter(is_in).map(of_account).collect(),
        combined: combined::draw(context, scope, income, expenses),
    }
}
