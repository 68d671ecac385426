//! Refinances and loan splits: a repayment far above the others, with the new loan's money beside it. They are no ongoing cost.

use super::super::context::Context;
use super::super::evidence::Id;
use super::super::scope::Scope;
use super::payments::{Flow, Payment};
use crate::analysis::days::{between, plus};
use crate::analysis::ledger::Marks;
use crate::money::Cents;

use jiff::civil::Date;

/// Days between the new loan's money and the repayment of the old one.
const REACH: i64 = 10;
/// So many times the creditor's usual payment is far above it.
const TIMES: i128 = 4;
/// The new loan brings at least so many hundredths of what is repaid.
const SHARE: i128 = 80;
/// A creditor's only payment is far above the others from here on.
const LARGE: Cents = Cents::new(200_000);
/// Most proceeds that one repayment is compared with.
const LOOKS: usize = 32;

/// A repayment that is in no ongoing figure.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LeftOut {
    transaction_id: Id,
    reason: &'static str,
    /// The new loan's money.
    proceeds_transaction_id: Id,
}

/// What lenders paid out, by day: credits of loans and redraws, and what was drawn on shared loans.
pub(super) fn proceeds(context: &Context<'_>, scope: &Scope) -> Vec<Payment> {
    let known = context.ruleset.known();
    let of = |row: usize, day: Date, amount: Cents| Payment { row, day, amount: amount.abs() };
    let is_proceeds = |category| [known.loan_proceeds, known.redraw, known.sacc_proceeds].contains(&category);
    let drawn = |row: usize| {
        let row = &context.ledger.rows[row];
        context.ledger.accounts[row.account].is_loan() && !row.marks.any(Marks::DEBT_COST) && row.pair.is_none()
    };
    scope
        .entries
        .iter()
        .filter(|entry| if entry.amount.is_positive() { is_proceeds(entry.category) } else { drawn(entry.row) })
        .map(|entry| of(entry.row, entry.day, entry.amount))
        .collect()
}

/// Takes the refinances out of a creditor's payments.
pub(super) fn leave_out(context: &Context<'_>, flow: &mut Flow, proceeds: &[Payment]) -> Vec<LeftOut> {
    let mut amounts: Vec<Cents> = flow.payments.iter().map(|payment| payment.amount).collect();
    amounts.sort_unstable();
    // The lower of the two in the middle: one instalment and one payout are no middle.
    let usual = amounts.get(amounts.len().saturating_sub(1) / 2).copied().unwrap_or_default();
    let mut left_out = Vec::new();
    let is_large = |amount: Cents| match amounts.len() {
        1 => amount >= LARGE,
        _ => amount.get() >= usual.get() * TIMES,
    };
    flow.payments.retain(|payment| {
        let Some(new) = is_large(payment.amount).then(|| partner(payment, proceeds)).flatten() else { return true };
        left_out.push(LeftOut {
            transaction_id: context.ids[payment.row].clone(),
            reason: "REFINANCE",
            proceeds_transaction_id: context.ids[new.row].clone(),
        });
        false
    });
    left_out
}

fn partner<'p>(payment: &Payment, proceeds: &'p [Payment]) -> Option<&'p Payment> {
    let from = proceeds.partition_point(|new| new.day < plus(payment.day, -REACH));
    let near = proceeds[from..].iter().take(LOOKS).take_while(|new| between(payment.day, new.day) <= REACH);
    near.filter(|new| new.amount.get() * 100 >= payment.amount.get() * SHARE)
        .min_by_key(|new| (between(payment.day, new.day).abs(), new.row))
}
