//! `newDebt90Days[]`: who lent, or was first paid, in the last 90 days.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::super::context::Context;
use super::super::evidence::{Evidence, Id};
use super::super::scope::Scope;
use super::creditor::{Creditor, Source};
use super::looked;
use super::payments::{Payments, lender};
use crate::analysis::days::{Window, between};
use crate::analysis::exact::Day;
use crate::analysis::ruleset::Category;
use crate::analysis::stream::Cadence;
use crate::money::Cents;

/// What says that a debt is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Sign {
    /// The lender paid out.
    Proceeds,
    /// It was paid for the first time, with two cadences of coverage before.
    FirstRepayment,
    /// The first row of a shared loan is a drawing, with a month of coverage before.
    Drawdown,
}

/// One element.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewDebt {
    pub(super) name: Box<str>,
    #[serde(rename = "category")]
    code: Box<str>,
    #[serde(skip)]
    category: Category,
    sign: Sign,
    pub(super) date: Day,
    amount: Cents,
    transaction_ids: Vec<Id>,
    #[serde(skip)]
    pub(super) rows: Vec<usize>,
}

impl NewDebt {
    /// True for a debt of a category, or for what its lenders pay out.
    pub(super) fn is_of(&self, category: Category, proceeds: Option<Category>) -> bool {
        self.category == category || Some(self.category) == proceeds
    }

    /// True where the lender paid out.
    pub(super) fn is_proceeds(&self) -> bool {
        self.sign == Sign::Proceeds
    }
}

/// The new debts by day and name, or why they cannot be told.
pub(super) fn draw(context: &Context<'_>, scope: &Scope, creditors: &[Creditor], payments: &Payments) -> (Option<Vec<NewDebt>>, Evidence) {
    let known = context.ruleset.known();
    let lent = [known.loan_proceeds, known.sacc_proceeds, known.wage_advance_proceeds];
    let proceeds: Vec<_> = scope.entries.iter().filter(|entry| lent.contains(&entry.category) && entry.amount.is_positive()).collect();
    let carried = creditors.iter().flat_map(|creditor| creditor.rows.iter().copied()).chain(proceeds.iter().map(|entry| entry.row));
    let calendar = looked::calendar(context, scope, carried);
    let evidence = looked::evidence(&calendar, "newDebt90Days");
    let Some(ninety) = looked::last_ninety(&calendar) else { return (None, evidence) };
    let mut found: BTreeMap<(Box<str>, Category), NewDebt> = BTreeMap::new();
    for entry in proceeds.iter().filter(|entry| ninety.contains(entry.day)) {
        let name: Box<str> = lender(context, entry.row, entry.category).into();
        let debt = found
            .entry((name.clone(), entry.category))
            .or_insert_with(|| debt(context, (name, entry.category), Sign::Proceeds, (entry.day, Cents::ZERO), Vec::new()));
        debt.amount += entry.amount;
        debt.rows.push(entry.row);
        debt.transaction_ids.push(context.ids[entry.row].clone());
    }
    let paid_out: BTreeSet<Box<str>> = found.keys().map(|(name, _)| name.clone()).collect();
    for creditor in creditors {
        let Some((sign, row)) = begins(context, creditor, payments, ninety) else { continue };
        // What it paid out says the same.
        if paid_out.contains(&creditor.name) {
            continue;
        }
        let of = &context.ledger.rows[row];
        let Some(day) = of.day else { continue };
        let new = debt(context, (creditor.name.clone(), creditor.category), sign, (day, of.amount.abs()), vec![row]);
        found.insert((creditor.name.clone(), creditor.category), new);
    }
    let mut debts: Vec<NewDebt> = found.into_values().collect();
    debts.sort_by(|a, b| (a.date, &a.name).cmp(&(b.date, &b.name)));
    (Some(debts), evidence)
}

fn debt(
    context: &Context<'_>,
    (name, category): (Box<str>, Category),
    sign: Sign,
    (day, amount): (Date, Cents),
    rows: Vec<usize>,
) -> NewDebt {
    NewDebt {
        name,
        code: context.code(category),
        category,
        sign,
        date: Day(day),
        amount,
        transaction_ids: context.ids_of(rows.iter().copied()),
        rows,
    }
}

/// What says that a creditor is new, with the row that does.
fn begins(context: &Context<'_>, creditor: &Creditor, payments: &Payments, ninety: Window) -> Option<(Sign, usize)> {
    let known = context.ruleset.known();
    // What is collected, agreed on or owed to the state was owed before.
    let old = [known.debt_collection, known.debt_agreement, known.tax_debt_payment, known.student_loan_repayment];
    if old.contains(&creditor.category) {
        return None;
    }
    let covered = |row: usize, days: i64| {
        let of = &context.ledger.rows[row];
        let window = context.ledger.usable(of.account)?;
        of.day.filter(|day| ninety.contains(*day) && between(window.from, *day) >= days)
    };
    if creditor.source == Source::Payments {
        let first = *creditor.rows.first()?;
        let wait = 2 * creditor.cadence.and_then(Cadence::days).unwrap_or(31);
        return covered(first, wait).map(|_| (Sign::FirstRepayment, first));
    }
    let account = creditor.account?;
    let first = payments.first_row[account]?;
    let is_told = context.ledger.accounts[account].coverage.is_some_and(|coverage| !coverage.assumed);
    let is_drawing = context.ledger.accounts[account].is_loan() && context.ledger.rows[first].amount.is_negative();
    (is_told && is_drawing && payments.last_drawn[account].is_some()).then_some(())?;
    covered(first, 31).map(|_| (Sign::Drawdown, first))
}
