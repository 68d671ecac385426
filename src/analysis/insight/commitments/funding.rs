//! Repayments of credit with credit: from a credit account, or with a loan's money that had just come in.

use super::super::context::Context;
use super::super::scope::Scope;
use super::payments::{Payment, is_debt};
use crate::analysis::days::{between, plus};
use crate::money::Cents;

/// Days from the loan's money to the repayment.
const REACH: i64 = 2;
/// Where no balance says that the money was needed: the repayment takes at least so many hundredths of it.
const SHARE: i128 = 80;
/// Most proceeds that one repayment is compared with.
const LOOKS: usize = 16;

/// What lenders paid into accounts that hold money, by day.
pub(super) fn proceeds(context: &Context<'_>, scope: &Scope) -> Vec<Payment> {
    let known = context.ruleset.known();
    let credit = [known.loan_proceeds, known.sacc_proceeds, known.wage_advance_proceeds, known.redraw];
    let is_proceeds =
        |category, row: usize| credit.contains(&category) && !is_debt(&context.ledger.accounts[context.ledger.rows[row].account]);
    scope
        .entries
        .iter()
        .filter(|entry| entry.amount.is_positive() && is_proceeds(entry.category, entry.row))
        .map(|entry| Payment { row: entry.row, day: entry.day, amount: entry.amount })
        .collect()
}

/// The repayments that credit paid for, each with the row of the loan's money where that is what paid.
pub(super) fn by_credit(context: &Context<'_>, payments: &[Payment], proceeds: &[Payment]) -> Vec<usize> {
    let mut rows = Vec::new();
    for payment in payments {
        // A credit that arrives on the debt says nothing of where it came from.
        if !context.ledger.rows[payment.row].amount.is_negative() {
            continue;
        }
        let account = context.ledger.rows[payment.row].account;
        if is_debt(&context.ledger.accounts[account]) {
            rows.push(payment.row);
        } else if let Some(source) = source(context, payment, account, proceeds) {
            rows.extend([source, payment.row]);
        }
    }
    rows.sort_unstable();
    rows.dedup();
    rows
}

/// The loan's money on the same account without which the repayment could not have been made.
fn source(context: &Context<'_>, payment: &Payment, account: usize, proceeds: &[Payment]) -> Option<usize> {
    let from = proceeds.partition_point(|money| money.day < plus(payment.day, -REACH));
    let near = proceeds[from..].iter().take(LOOKS).take_while(|money| money.day <= payment.day);
    let enough = near.filter(|money| context.ledger.rows[money.row].account == account && money.amount >= payment.amount);
    enough
        .filter(|money| match balance_before(context, account, money) {
            Some(before) => before < payment.amount,
            None => between(money.day, payment.day) <= 1 && payment.amount.get() * 100 >= money.amount.get() * SHARE,
        })
        .map(|money| money.row)
        .next()
}

/// The balance at the end of the day before, where it is known for certain.
fn balance_before(context: &Context<'_>, account: usize, money: &Payment) -> Option<Cents> {
    let walk = &context.walks[account];
    let is_sure = walk.anchor.is_some_and(|anchor| !anchor.uncertain) || walk.reconciles == Some(true);
    let before = plus(money.day, -1);
    let at = walk.end_of_day.binary_search_by_key(&before, |(day, _)| *day).ok().filter(|_| is_sure)?;
    Some(walk.end_of_day[at].1)
}
