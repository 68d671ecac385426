//! The balances of the deposit accounts of a scope together: what there is to live on.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::context::Context;
use super::super::evidence::{self, Evidence};
use super::super::expenses::Expenses;
use super::super::income::Income;
use super::super::scope::Scope;
use super::account::{pays_on, run};
use super::pay;
use super::statistics::{Run, Statistics};
use super::{ANCHOR_UNCERTAIN, EndOfDay, NEVER, NO_SALARY, listed};
use crate::analysis::days::Window;
use crate::analysis::exact::Fraction;
use crate::analysis::ledger::LedgerAccount;
use crate::money::Cents;
use crate::submission::ProductCategory;

/// Days over which a buffer's mean is taken.
const BUFFER_DAYS: usize = 90;
/// Days in a month, in ten-thousandths.
const MONTH: (i128, i128) = (304_375, 10_000);
/// There is no account to put together.
const NO_ACCOUNTS: &str = "NO_ACCOUNTS";
/// No essential spending is known.
const NO_EXPENSES: &str = "NO_EXPENSES";
/// Fewer than three pays with a next one.
const TOO_FEW_PAYS: &str = "TOO_FEW_PAYS";

/// The member.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Combined {
    account_ids: Vec<Box<str>>,
    end_of_day: Vec<EndOfDay>,
    windows: BTreeMap<u16, Statistics>,
    days_negative: Option<usize>,
    days_since_negative: Option<usize>,
    longest_negative_spell: Option<usize>,
    #[serde(rename = "daysBelow100")]
    days_below_100: Option<usize>,
    mean_after_pay: Option<Cents>,
    buffer_days: Option<Fraction<1>>,
    payday_depletion_days: Option<i64>,
    trend: Option<Cents>,
    evidence: BTreeMap<&'static str, Evidence>,
}

/// The accounts together, as far as all of them reach.
struct Together {
    accounts: Vec<usize>,
    run: Run,
    /// Why there are no days, or no more of them, and whose fault it is.
    short: Option<&'static str>,
    binding: Vec<usize>,
    flags: Vec<&'static str>,
}

/// Draws the member of a scope.
pub(super) fn draw(context: &Context<'_>, scope: &Scope, income: &Income, expenses: &Expenses) -> Combined {
    let together = together(context, scope);
    let Together { run, short, .. } = &together;
    let has_days = !run.0.is_empty();
    let pays = pays_on(context, income, |_| true);
    let mean_after_pay = pay::mean_after(run, &pays);
    let depletion = pay::depletion_days(run, &pays);
    let since = run.days_since_negative();
    let buffer_days = run.mean_of_last(BUFFER_DAYS).zip(expenses.essential_monthly()).and_then(|(mean, essential)| buffer(mean, essential));
    let no_days = short.filter(|_| !has_days);
    let lacks_days = |days: usize| short.filter(|_| run.0.len() < days);
    let named = |formula: &'static str, reason: Option<&'static str>| {
        let mut evidence = Evidence::of(formula).because(reason);
        if reason.is_some() && reason == *short {
            evidence.account_ids = together.binding.iter().map(|&account| context.ledger.accounts[account].name.clone()).collect();
        }
        evidence.flags.clone_from(&together.flags);
        evidence
    };
    let unless = |given: bool, reason: &'static str| no_days.or((!given).then_some(reason));
    let evidence = BTreeMap::from([
        ("endOfDay", named("endOfDayBalance", no_days)),
        ("windows", named("balanceWindows", lacks_days(365))),
        ("daysNegative", named("daysNegative", no_days)),
        ("daysSinceNegative", named("daysSinceNegative", unless(since.is_some(), NEVER))),
        ("longestNegativeSpell", named("longestNegativeSpell", no_days)),
        ("daysBelow100", named("daysBelow100", no_days)),
        ("meanAfterPay", named("meanAfterPay", unless(mean_after_pay.is_some(), NO_SALARY))),
        ("bufferDays", named("bufferDays", lacks_days(BUFFER_DAYS).or(buffer_days.is_none().then_some(NO_EXPENSES)))),
        ("paydayDepletionDays", named("paydayDepletionDays", unless(depletion.is_some(), TOO_FEW_PAYS))),
        ("trend", named("balanceTrend", lacks_days(180))),
    ]);
    Combined {
        account_ids: together.accounts.iter().map(|&account| context.ledger.accounts[account].name.clone()).collect(),
        windows: run.windows(),
        days_negative: has_days.then(|| run.days_below(Cents::ZERO)),
        days_since_negative: since,
        longest_negative_spell: has_days.then(|| run.longest_negative_spell()),
        days_below_100: has_days.then(|| run.days_low()),
        mean_after_pay,
        buffer_days,
        payday_depletion_days: depletion,
        trend: run.trend(),
        end_of_day: listed(&run.0),
        evidence,
    }
}

/// Deposit accounts that can be drawn on.
fn is_buffer(account: &LedgerAccount<'_>) -> bool {
    let category = account.first().product_category;
    account.is_owned && !category.is_debt() && !account.is_trust() && category != ProductCategory::TermDeposits
}

/// Adds the accounts up over the days that the chains of all have in common. An account without a row and without told coverage stood
/// still as far as the payload says; a closed one without a balance holds nothing.
fn together(context: &Context<'_>, scope: &Scope) -> Together {
    let ledger = context.ledger;
    let is_closed = |account: usize| {
        let views = &ledger.accounts[account].views;
        views.iter().all(|view| !view.account.is_open && view.balance.is_none())
    };
    let is_in = |account: &usize| scope.accounts[*account] && is_buffer(&ledger.accounts[*account]) && !is_closed(*account);
    let accounts: Vec<usize> = (0..ledger.accounts.len()).filter(is_in).collect();
    let mut found = Together { accounts, run: Run::default(), short: Some(NO_ACCOUNTS), binding: Vec::new(), flags: Vec::new() };
    let (mut moving, mut still) = (Vec::new(), Cents::ZERO);
    for &account in &found.accounts {
        let (run, short) = run(context, account);
        let is_still = ledger.accounts[account].coverage.is_none();
        match context.walks[account].anchor {
            Some(anchor) if is_still => still += anchor.balance,
            _ if run.0.is_empty() => {
                // One that cannot be said leaves nothing to be said of all.
                found.short = short;
                found.binding.push(account);
            }
            _ => moving.push((account, run, short)),
        }
    }
    let flags = found.accounts.iter().map(|&account| (context.walks[account].anchor, ledger.accounts[account].coverage));
    let (mut uncertain, mut assumed) = (false, false);
    for (anchor, coverage) in flags {
        uncertain |= anchor.is_some_and(|anchor| anchor.uncertain);
        assumed |= coverage.is_none_or(|coverage| coverage.assumed);
    }
    found.flags.extend(assumed.then_some(evidence::COVERAGE_ASSUMED));
    found.flags.extend(uncertain.then_some(ANCHOR_UNCERTAIN));
    if found.binding.is_empty() {
        add_up(&mut found, &moving, still);
    }
    found
}

fn add_up(found: &mut Together, moving: &[(usize, Run, Option<&'static str>)], still: Cents) {
    let windows: Vec<Window> = moving.iter().filter_map(|(_, run, _)| run.window()).collect();
    let Some(latest) = windows.iter().map(|window| window.from).max() else { return };
    let Some(earliest) = windows.iter().map(|window| window.to).min() else { return };
    let bound: Vec<&(usize, Run, Option<&'static str>)> =
        moving.iter().filter(|(_, run, _)| run.window().is_some_and(|window| window.from == latest || window.to == earliest)).collect();
    found.binding = bound.iter().map(|(account, ..)| *account).collect();
    found.short = bound.first().and_then(|(.., short)| *short).or(Some(evidence::COVERAGE_TOO_SHORT));
    let Some(common) = Window::new(latest, earliest) else {
        found.short = Some(evidence::NO_COVERAGE);
        return;
    };
    let days = usize::try_from(common.days()).unwrap_or(0);
    let mut sums = vec![still; days];
    for (_, run, _) in moving {
        let from = run.0.partition_point(|(day, _)| *day < common.from);
        for (sum, (_, balance)) in sums.iter_mut().zip(&run.0[from..]) {
            *sum += *balance;
        }
    }
    let first = &moving[0].1.0;
    let from = first.partition_point(|(day, _)| *day < common.from);
    found.run = Run(first[from..].iter().map(|(day, _)| *day).zip(sums).collect());
}

/// Mean balance ÷ essential spending of a day, one decimal; 0 below nothing, `None` where nothing essential is spent.
fn buffer(mean: Cents, essential_monthly: Cents) -> Option<Fraction<1>> {
    let whole = essential_monthly.get().checked_mul(MONTH.1).filter(|whole| *whole > 0)?;
    Fraction::of(mean.get().max(0).checked_mul(MONTH.0)?, whole)
}
