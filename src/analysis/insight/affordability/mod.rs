//! `affordability`: what is left of the assessed income each month, and what would be left under stress.
//!
//! It speaks of the household as it is seen. The loan that is applied for is not in it, and it gives no verdict.

mod amortise;
mod stress;

use jiff::civil::Date;
use serde::Serialize;

use super::cash_flow::accrued;
use super::commitments::Commitments;
use super::context::Context;
use super::evidence::{self, Evidence};
use super::expenses::Expenses;
use super::income::Income;
use super::scope::{Entry, Role, Scope};
use super::window::{Calendar, ENOUGH_MONTHS, Series, median, percentile};
use crate::analysis::ruleset::Category;
use crate::money::Cents;
use stress::Stress;

/// No income can be assessed.
const NO_ASSESSED_INCOME: &str = "NO_ASSESSED_INCOME";
/// The expenses are null: their evidence says why.
const NO_EXPENSES: &str = "NO_EXPENSES";
/// The commitments are null: their evidence says why.
const NO_COMMITMENTS: &str = "NO_COMMITMENTS";

/// The block. All figures are a month; money out is positive.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Affordability {
    assessed_income: Option<Cents>,
    outgoings: Option<Cents>,
    outgoings_parts: OutgoingsParts,
    unexplained: Option<Cents>,
    unexplained_parts: UnexplainedParts,
    observed_monthly_surplus: Option<Cents>,
    surplus_range: SurplusRange,
    net_person_money: Option<Cents>,
    with_person_money: Option<Cents>,
    voluntary_saving: Option<Cents>,
    stress: Vec<Stress>,
    evidence: AffordabilityEvidence,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OutgoingsParts {
    expenses: Option<Cents>,
    commitments: Option<Cents>,
    gambling_and_lottery: Option<Cents>,
    crypto: Option<Cents>,
    cash: Option<Cents>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UnexplainedParts {
    uncategorised: Option<Cents>,
    person_money_out: Option<Cents>,
    own_accounts_elsewhere: Option<Cents>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct SurplusRange {
    p20: Option<Cents>,
    median: Option<Cents>,
    p80: Option<Cents>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AffordabilityEvidence {
    assessed_income: Evidence,
    outgoings: Evidence,
    gambling_and_lottery: Evidence,
    crypto: Evidence,
    cash: Evidence,
    unexplained: Evidence,
    observed_monthly_surplus: Evidence,
    surplus_range: Evidence,
    net_person_money: Evidence,
    with_person_money: Evidence,
    voluntary_saving: Evidence,
}

/// Entries that make one figure, and its monthly mean.
struct Part {
    mean: Option<Cents>,
    series: Series,
    evidence: Evidence,
}

/// The money that a lender looks at on its own.
struct Risks {
    calendar: Calendar,
    gambling: Part,
    crypto: Part,
    cash: Part,
}

/// Draws the block of a scope.
pub(super) fn draw(context: &Context<'_>, scope: &Scope, income: &Income, expenses: &Expenses, commitments: &Commitments) -> Affordability {
    let risks = Risks::of(context, scope);
    let parts = OutgoingsParts {
        expenses: expenses.mean_monthly(),
        commitments: commitments.ongoing_monthly(),
        gambling_and_lottery: risks.gambling.mean,
        crypto: risks.crypto.mean,
        cash: risks.cash.mean,
    };
    let outgoings = parts.sum();
    let assessed = income.assessed_monthly();
    let surplus = assessed.zip(outgoings).map(|(assessed, outgoings)| assessed - outgoings);
    let people = monthly(context, scope, &[Role::Person], |_| true, "netPersonMoney");
    let saving = monthly(context, scope, &[Role::Saving], |_| true, "voluntarySaving");
    let (unexplained_parts, unexplained) = unexplained(context, scope, expenses);
    let (surplus_range, range_evidence) = surplus_range(scope, income, expenses, commitments, &risks);
    let lacks = parts.lacks();
    let surplus_lacks = if assessed.is_none() { Some(NO_ASSESSED_INCOME) } else { lacks };
    Affordability {
        assessed_income: assessed,
        outgoings,
        outgoings_parts: parts,
        unexplained: unexplained_parts.sum(),
        unexplained_parts,
        observed_monthly_surplus: surplus,
        surplus_range,
        // What people send adds to it.
        net_person_money: people.mean,
        with_person_money: surplus.zip(people.mean).map(|(surplus, net)| surplus + net),
        voluntary_saving: saving.mean.map(|mean| -mean),
        stress: stress::draw(context, income, commitments, outgoings, lacks),
        evidence: AffordabilityEvidence {
            assessed_income: Evidence::of("assessedIncome").because(assessed.is_none().then_some(NO_ASSESSED_INCOME)),
            outgoings: Evidence::of("outgoings").because(lacks),
            gambling_and_lottery: risks.gambling.evidence,
            crypto: risks.crypto.evidence,
            cash: risks.cash.evidence,
            unexplained,
            observed_monthly_surplus: Evidence::of("observedMonthlySurplus").because(surplus_lacks),
            surplus_range: range_evidence,
            with_person_money: Evidence::of("surplusWithPersonMoney").because(surplus_lacks.or(people.evidence.reason)),
            net_person_money: people.evidence,
            voluntary_saving: saving.evidence,
        },
    }
}

impl OutgoingsParts {
    fn sum(&self) -> Option<Cents> {
        let Self { expenses, commitments, gambling_and_lottery, crypto, cash } = *self;
        [expenses, commitments, gambling_and_lottery, crypto, cash].into_iter().sum()
    }

    /// What is missing for the sum.
    fn lacks(&self) -> Option<&'static str> {
        if self.expenses.is_none() {
            Some(NO_EXPENSES)
        } else if self.commitments.is_none() {
            Some(NO_COMMITMENTS)
        } else {
            self.sum().is_none().then_some(evidence::COVERAGE_TOO_SHORT)
        }
    }
}

impl UnexplainedParts {
    fn sum(&self) -> Option<Cents> {
        [self.uncategorised, self.person_money_out, self.own_accounts_elsewhere].into_iter().sum()
    }
}

impl Part {
    /// The mean month of some entries; money in is positive.
    fn of<'s>(context: &Context<'_>, calendar: &Calendar, entries: impl Iterator<Item = &'s Entry>, formula: &'static str) -> Self {
        let window = calendar.common.window;
        let inside: Vec<&Entry> = entries.filter(|entry| window.is_some_and(|window| window.contains(entry.day))).collect();
        let series = calendar.series(inside.iter().map(|entry| (entry.day, entry.amount)));
        let evidence = calendar.evidence(formula).from_rows(context.ids_of(inside.iter().map(|entry| entry.row)));
        Self { mean: calendar.mean(&series), series, evidence }
    }

    /// Of money out, net of what came back, never below zero over the window.
    fn cost(mut self) -> Self {
        self.mean = self.mean.map(|mean| (-mean).max(Cents::ZERO));
        self
    }
}

/// The mean month of the entries of some roles, over the days of the accounts that have such.
fn monthly(context: &Context<'_>, scope: &Scope, roles: &[Role], keep: impl Fn(&Entry) -> bool, formula: &'static str) -> Part {
    let calendar = scope.calendar_of_spending(context.ledger, roles);
    Part::of(context, &calendar, scope.of_roles(roles).filter(|entry| keep(entry)), formula)
}

impl Risks {
    fn of(context: &Context<'_>, scope: &Scope) -> Self {
        let known = context.ruleset.known();
        let calendar = scope.calendar_of_spending(context.ledger, &[Role::Risk]);
        let part = |categories: &[Category], formula| {
            let entries = scope.entries.iter().filter(|entry| matches!(entry.role, Role::Risk | Role::Credit));
            let of_these = entries.filter(|entry| categories.contains(&entry.category));
            Part::of(
                context,
                &calendar,
                of_these.filter(|entry| entry.category != known.investment_proceeds || is_crypto(context, entry)),
                formula,
            )
            .cost()
        };
        let gambling = part(&[known.gambling, known.lottery, known.gambling_winnings], "netGambling");
        let crypto = part(&[known.crypto, known.investment_proceeds], "netCrypto");
        let cash = part(&[known.cash_withdrawal, known.cash_advance], "cashOut");
        Self { calendar, gambling, crypto, cash }
    }

    /// The cost of the month that begins on a day, each part floored at 0 over the window and not by month; `None` outside the window.
    fn of_month(&self, month: Date) -> Option<Cents> {
        let at = self.calendar.months.iter().position(|window| window.from == month)?;
        let parts = [&self.gambling, &self.crypto, &self.cash];
        Some(parts.into_iter().filter(|part| part.mean.is_some_and(Cents::is_positive)).map(|part| -part.series.months[at]).sum())
    }
}

fn is_crypto(context: &Context<'_>, entry: &Entry) -> bool {
    context.verdicts[entry.row].merchant.as_deref().is_some_and(|merchant| context.ruleset.is_crypto_merchant(merchant))
}

/// Money whose use cannot be seen. A memo: its uncategorised part is in the outgoings already, the rest is no outgoing.
fn unexplained(context: &Context<'_>, scope: &Scope, expenses: &Expenses) -> (UnexplainedParts, Evidence) {
    let known = context.ruleset.known();
    let to_people = monthly(context, scope, &[Role::Person], |entry| entry.amount.is_negative(), "unexplained");
    let is_elsewhere = |entry: &Entry| entry.category == known.own_account_elsewhere && entry.amount.is_negative();
    let elsewhere = monthly(context, scope, &[Role::Transfer], is_elsewhere, "unexplained");
    let parts = UnexplainedParts {
        uncategorised: expenses.monthly_of(known.uncategorised),
        person_money_out: to_people.mean.map(|mean| -mean),
        own_accounts_elsewhere: elsewhere.mean.map(|mean| -mean),
    };
    let mut evidence = to_people.evidence;
    evidence.transaction_ids.get_or_insert_default().extend(elsewhere.evidence.transaction_ids.into_iter().flatten());
    for flag in elsewhere.evidence.flags {
        if !evidence.flags.contains(&flag) {
            evidence.flags.push(flag);
        }
    }
    evidence.reason = evidence.reason.or(elsewhere.evidence.reason).or(parts.uncategorised.is_none().then_some(NO_EXPENSES));
    (parts, evidence)
}

/// What was left in each complete month, each pay spread over the days that it is for, lumpy bills spread over the year, debts as they
/// go on: a loan that was paid out or taken up in one month says nothing of the next.
fn surplus_range(
    scope: &Scope,
    income: &Income,
    expenses: &Expenses,
    commitments: &Commitments,
    risks: &Risks,
) -> (SurplusRange, Evidence) {
    let accrued = accrued(scope, income);
    let left =
        |(month, spent): &(Date, Cents)| Some(accrued.of(*month)? - *spent - commitments.ongoing_monthly()? - risks.of_month(*month)?);
    let months: Vec<Cents> = expenses.months().iter().filter_map(left).collect();
    let evidence = Evidence::of("surplusRange");
    if months.len() < ENOUGH_MONTHS {
        let reason = if commitments.ongoing_monthly().is_none() { NO_COMMITMENTS } else { evidence::COVERAGE_TOO_SHORT };
        return (SurplusRange { p20: None, median: None, p80: None }, evidence.because(Some(reason)));
    }
    (SurplusRange { p20: percentile(&months, 20), median: median(&months), p80: percentile(&months, 80) }, evidence)
}
