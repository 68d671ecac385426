//! What debts take of the income. The proposed loan is not in it.

use super::super::context::Context;
use super::super::evidence::Evidence;
use super::super::income::Income;
use super::super::scope::{Role, Scope, Who};
use super::creditor::{Creditor, Source};
use crate::analysis::exact::Fraction;
use crate::analysis::stream::Status;
use crate::money::Cents;

/// No income that may be counted on: nothing to divide by.
pub(in super::super) const NO_INCOME: &str = "NO_INCOME";
/// The income cannot be said.
pub(in super::super) const INCOME_UNKNOWN: &str = "INCOME_UNKNOWN";
/// A creditor's monthly figure cannot be said.
const CREDITOR_UNKNOWN: &str = "CREDITOR_UNKNOWN";
/// The applicant's own gross annual income was not declared.
const NOT_DECLARED: &str = "NOT_DECLARED";
/// The rent cannot be said.
const RENT_UNKNOWN: &str = "RENT_UNKNOWN";
/// A shared debt came without a balance or a limit.
const BALANCE_UNKNOWN: &str = "BALANCE_UNKNOWN";
/// Lenders that shared no account are owed too; how much is unknown.
const UNDISCLOSED_LEFT_OUT: &str = "undisclosedLeftOut";

/// A ratio and what it rests on.
#[derive(Clone, Debug)]
pub(super) struct Ratio {
    pub(super) value: Option<Fraction<4>>,
    pub(super) evidence: Evidence,
}

/// Σ servicing ÷ assessed income, without and with rent.
pub(super) fn of_income(context: &Context<'_>, scope: &Scope, income: &Income, creditors: &[Creditor]) -> (Ratio, Ratio) {
    let servicing: Option<Cents> = creditors.iter().map(Creditor::servicing_monthly).sum();
    let unknown: Vec<Box<str>> = creditors
        .iter()
        .filter(|creditor| creditor.servicing_monthly.is_none())
        .filter_map(|creditor| creditor.account_id.clone())
        .collect();
    let assessed = income.assessed_monthly();
    let no_income = match assessed {
        None => Some(INCOME_UNKNOWN),
        Some(assessed) if !assessed.is_positive() => Some(NO_INCOME),
        Some(_) => None,
    };
    let ratio = |formula, part: Option<Cents>, missing| {
        let reason = no_income.or(part.is_none().then_some(missing));
        let mut evidence = Evidence::of(formula).because(reason);
        if reason == Some(CREDITOR_UNKNOWN) {
            evidence.account_ids.clone_from(&unknown);
        }
        let value = part.zip(assessed).filter(|_| reason.is_none());
        Ratio { value: value.and_then(|(part, assessed)| Fraction::of(part.get().max(0), assessed.get())), evidence }
    };
    let rent = rent(context, scope);
    let with_rent = servicing.zip(rent).map(|(servicing, rent)| servicing + rent);
    let missing = if servicing.is_none() { CREDITOR_UNKNOWN } else { RENT_UNKNOWN };
    (ratio("debtServiceRatio", servicing, CREDITOR_UNKNOWN), ratio("housingPlusDebtRatio", with_rent, missing))
}

/// Rent and board a month: the streams that go on; without one the mean of the months. 0 where none is paid.
fn rent(context: &Context<'_>, scope: &Scope) -> Option<Cents> {
    let known = context.ruleset.known();
    let rents: Vec<_> = scope.of_roles(&[Role::Expense]).filter(|entry| [known.rent, known.board].contains(&entry.category)).collect();
    if rents.is_empty() {
        return Some(Cents::ZERO);
    }
    let mut streams: Vec<u32> = rents.iter().filter_map(|entry| context.streams.of_row[entry.row]).collect();
    streams.sort_unstable();
    streams.dedup();
    let ongoing: Vec<Cents> = streams
        .iter()
        .map(|&stream| &context.streams.all[stream as usize])
        .filter(|stream| !stream.is_credit && stream.status != Status::Ended)
        .filter_map(|stream| stream.monthly)
        .collect();
    if !ongoing.is_empty() {
        return Some(ongoing.into_iter().sum());
    }
    let calendar = scope.calendar(context.ledger, &[Role::Expense]);
    let series = calendar.series(rents.iter().map(|entry| (entry.day, -entry.amount)));
    calendar.mean(&series)
}

/// Σ max(owed, limit) ÷ declared gross annual income, student loans left out.
pub(super) fn debt_to_income(context: &Context<'_>, scope: &Scope, creditors: &[Creditor]) -> Ratio {
    // What is declared is said of all applicants of the order together.
    let is_whole = scope.who == Who::Combined || context.ledger.applicants.len() == 1;
    let declared = context.ledger.order.declared.as_ref().and_then(|declared| declared.gross_annual_income).filter(|_| is_whole);
    let student = context.ruleset.known().student_loan_repayment;
    let is_counted =
        |creditor: &&Creditor| creditor.source == Source::Account && creditor.category != student && creditor.status != Status::Ended;
    let counted = || creditors.iter().filter(is_counted);
    let exposure = |creditor: &Creditor| creditor.balance.into_iter().chain(creditor.limit).max().map(|most| most.max(Cents::ZERO));
    let unknown: Vec<Box<str>> =
        counted().filter(|creditor| exposure(creditor).is_none()).filter_map(|creditor| creditor.account_id.clone()).collect();
    let reason = match declared {
        None => Some(NOT_DECLARED),
        Some(gross) if !gross.is_positive() => Some(NO_INCOME),
        Some(_) => (!unknown.is_empty()).then_some(BALANCE_UNKNOWN),
    };
    let owed: Option<Cents> = counted().map(exposure).sum();
    let has_undisclosed = creditors.iter().any(|creditor| creditor.source == Source::Payments && creditor.status != Status::Ended);
    let mut evidence = Evidence::of("debtToIncome").because(reason).flagged(UNDISCLOSED_LEFT_OUT, has_undisclosed);
    evidence.account_ids = unknown;
    let value = declared.zip(owed).filter(|_| reason.is_none()).and_then(|(gross, owed)| Fraction::of(owed.get(), gross.get()));
    Ratio { value, evidence }
}
