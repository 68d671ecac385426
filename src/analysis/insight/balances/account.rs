//! The balances of one account.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::context::Context;
use super::super::evidence::{self, Evidence};
use super::super::income::Income;
use super::pay::{self, Pays};
use super::statistics::{Run, Statistics};
use super::{EndOfDay, GAP, NEVER, NO_BALANCE, NO_SALARY, NOT_APPLICABLE, SIGN_SUSPECT, listed};
use crate::analysis::days::Window;
use crate::analysis::exact::{Day, Fraction};
use crate::analysis::ledger::LedgerAccount;
use crate::money::Cents;

/// One element of `accounts[]`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountBalances {
    account_id: Box<str>,
    customer_id: Box<str>,
    anchor: Option<AnchorFacts>,
    anchor_uncertain: Option<bool>,
    end_of_day: Vec<EndOfDay>,
    windows: BTreeMap<u16, Statistics>,
    days_negative: Option<usize>,
    days_since_negative: Option<usize>,
    longest_negative_spell: Option<usize>,
    days_beyond_limit: Option<usize>,
    #[serde(rename = "daysBelow100")]
    days_below_100: Option<usize>,
    mean_after_pay: Option<Cents>,
    limit_utilisation: Option<Utilisation>,
    trend: Option<Cents>,
    evidence: BTreeMap<&'static str, Evidence>,
}

/// Where the walk starts.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AnchorFacts {
    date: Day,
    balance: Cents,
    includes_pending: bool,
}

/// What is owed as a share of the limit; above 1 beyond it.
#[derive(Clone, Copy, Debug, Serialize)]
struct Utilisation {
    latest: Option<Fraction<4>>,
    mean: Option<Fraction<4>>,
    highest: Option<Fraction<4>>,
}

/// The days of an account that figures may use, and why there are none or no more of them.
pub(super) fn run(context: &Context<'_>, account: usize) -> (Run, Option<&'static str>) {
    let (ledger, walk) = (context.ledger, &context.walks[account]);
    let Some(usable) = ledger.usable(account) else { return (Run::default(), Some(evidence::NO_COVERAGE)) };
    if ledger.accounts[account].sign_suspect {
        return (Run::default(), Some(SIGN_SUSPECT));
    }
    if walk.anchor.is_none() {
        return (Run::default(), Some(NO_BALANCE));
    }
    let days = walk.end_of_day.iter().filter(|(day, _)| usable.contains(*day)).copied().collect();
    let is_cut = |apart: &&Window| apart.to >= usable.from && apart.from <= usable.to;
    let has_gap = walk.silences.iter().chain(&walk.breaks).any(|apart| is_cut(&apart));
    (Run(days), Some(if has_gap { GAP } else { evidence::COVERAGE_TOO_SHORT }))
}

/// The limit down to which an account may be overdrawn, where the payload gives one.
fn limit(account: &LedgerAccount<'_>) -> Option<Cents> {
    account.balance()?.credit_limit.filter(|limit| limit.is_positive())
}

/// Draws the account.
pub(super) fn draw(context: &Context<'_>, account: usize, income: &Income) -> AccountBalances {
    let (ledger, walk) = (context.ledger, &context.walks[account]);
    let of = &ledger.accounts[account];
    let (run, short) = run(context, account);
    let has_days = !run.0.is_empty();
    let is_deposit = !of.first().product_category.is_debt();
    let (is_red, may_be_low) = (has_days && is_deposit && limit(of).is_none(), has_days && is_deposit);
    let limit = limit(of).filter(|_| has_days);
    let pays: Pays = pays_on(context, income, |row| ledger.rows[row].account == account);
    let mean_after_pay = pay::mean_after(&run, &pays);
    let since = run.days_since_negative().filter(|_| is_red);
    let no_days = short.filter(|_| !has_days);
    let assumed = of.coverage.is_some_and(|coverage| coverage.assumed);
    let named = |formula: &'static str, reason: Option<&'static str>| {
        let mut evidence = Evidence::of(formula).because(reason).flagged(evidence::COVERAGE_ASSUMED, assumed && has_days);
        evidence.flags.extend(walk.doubts.iter().map(|doubt| doubt.flag()));
        evidence
    };
    let unless = |given: bool, reason: &'static str| no_days.or((!given).then_some(reason));
    let lacks_days = |days: usize| short.filter(|_| run.0.len() < days);
    let since_reason = unless(is_red, NOT_APPLICABLE).or(since.is_none().then_some(NEVER));
    let evidence = BTreeMap::from([
        ("endOfDay", named("endOfDayBalance", no_days)),
        ("windows", named("balanceWindows", lacks_days(365))),
        ("daysNegative", named("daysNegative", unless(is_red, NOT_APPLICABLE))),
        ("daysSinceNegative", named("daysSinceNegative", since_reason)),
        ("longestNegativeSpell", named("longestNegativeSpell", unless(is_red, NOT_APPLICABLE))),
        ("daysBeyondLimit", named("daysBeyondLimit", unless(limit.is_some(), NOT_APPLICABLE))),
        ("daysBelow100", named("daysBelow100", unless(may_be_low, NOT_APPLICABLE))),
        ("meanAfterPay", named("meanAfterPay", unless(mean_after_pay.is_some(), NO_SALARY))),
        ("limitUtilisation", named("limitUtilisation", unless(limit.is_some(), NOT_APPLICABLE))),
        ("trend", named("balanceTrend", lacks_days(180))),
    ]);
    AccountBalances {
        account_id: of.first().account_id.clone(),
        customer_id: ledger.submission.customers[of.views[0].customer].customer_id.clone(),
        anchor: walk.anchor.map(|anchor| AnchorFacts {
            date: Day(anchor.day),
            balance: anchor.balance,
            includes_pending: anchor.includes_pending,
        }),
        anchor_uncertain: walk.anchor.map(|anchor| anchor.uncertain),
        windows: run.windows(),
        days_negative: is_red.then(|| run.days_below(Cents::ZERO)),
        days_since_negative: since,
        longest_negative_spell: is_red.then(|| run.longest_negative_spell()),
        days_beyond_limit: limit.map(|limit| run.days_below(-limit)),
        days_below_100: may_be_low.then(|| run.days_low()),
        mean_after_pay,
        limit_utilisation: limit.map(|limit| utilisation(&run, limit)),
        trend: run.trend(),
        end_of_day: listed(&run.0),
        evidence,
    }
}

/// The salaries of some rows by day.
pub(super) fn pays_on(context: &Context<'_>, income: &Income, is_in: impl Fn(usize) -> bool) -> Pays {
    let mut pays = Pays::new();
    for &row in income.salary_rows().iter().filter(|row| is_in(**row)) {
        if let Some(day) = context.ledger.rows[row].day {
            *pays.entry(day).or_default() += context.ledger.rows[row].amount;
        }
    }
    pays
}

fn utilisation(run: &Run, limit: Cents) -> Utilisation {
    let owed: Vec<i128> = run.0.iter().map(|(_, balance)| (-balance.get()).max(0)).collect();
    let share = |owed: i128| Fraction::of(owed, limit.get());
    let days = i128::try_from(owed.len()).unwrap_or(0);
    Utilisation {
        latest: owed.last().copied().and_then(share),
        mean: limit.get().checked_mul(days).and_then(|whole| Fraction::of(owed.iter().sum(), whole)),
        highest: owed.iter().max().copied().and_then(share),
    }
}
