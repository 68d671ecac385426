//! Indicators of balances: below zero, beyond a limit, cards on which little more than the minimum is paid.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::details::{Details, Spells};
use super::figures::{Draft, NOT_OBSERVABLE};
use crate::analysis::balance::Walk;
use crate::analysis::days::{between, plus};
use crate::analysis::insight::commitments::Commitments;
use crate::analysis::insight::context::Context;
use crate::analysis::insight::scope::Scope;
use crate::analysis::ledger::LedgerAccount;
use crate::analysis::stream::Status;
use crate::money::Cents;
use crate::submission::ProductCategory;

/// The balances start from one that may not be what it seems.
const ANCHOR_UNCERTAIN: &str = "anchorUncertain";
/// Days between a fee and the balance that it is for.
const FEE_DAYS: i64 = 5;
/// Words of a fee for a balance below zero. The beginnings of words.
const OVERDRAWN_WORDS: [&str; 4] = ["OVERDRAW", "OVERDRAFT", "HONOUR", "UNARRANGED"];
/// Words of a fee for a balance beyond a limit. The beginnings of words.
const LIMIT_WORDS: [&str; 2] = ["OVERLIMIT", "LIMIT"];
/// Words of a fee for being late: no balance is meant. The beginnings of words.
const LATE_WORDS: [&str; 6] = ["LATE", "OVERDUE", "ARREARS", "DEFAULT", "MISSED", "COLLECTION"];

/// Days in a row beyond a balance.
struct Spell {
    account: usize,
    from: Date,
    to: Date,
    lowest: Cents,
}

/// What is looked at: accounts, and the balance that each must not fall below.
struct Looked {
    spells: Vec<Spell>,
    fees: Vec<(usize, Date, Cents)>,
    is_observable: bool,
    is_uncertain: bool,
}

/// Accounts without a limit below zero.
pub(super) fn overdrawn(context: &Context<'_>, scope: &Scope) -> Draft {
    let bound = |account: &LedgerAccount<'_>| (holds_money(account) && limit(account).is_none()).then_some(Cents::ZERO);
    let is_fee = |account: &LedgerAccount<'_>, says: &dyn Fn(&[&str]) -> bool| {
        !account.is_revolving() && says(&OVERDRAWN_WORDS) && !says(&LIMIT_WORDS)
    };
    let looked = look(context, scope, bound, is_fee);
    let draft = Draft::new("OVERDRAWN", "riskOverdrawn", "spell below zero or fee for one", "spells below zero or fees for them");
    draw(context, scope, draft, &looked)
}

/// Accounts beyond their limit: cards, overdrafts, accounts that may go below zero so far.
pub(super) fn limit_exceeded(context: &Context<'_>, scope: &Scope) -> Draft {
    let bound = |account: &LedgerAccount<'_>| {
        let is_revolving = account.is_revolving() || account.first().product_category == ProductCategory::Overdrafts;
        let limit = limit(account).filter(|_| is_revolving || holds_money(account))?;
        Some(Cents::ZERO - limit)
    };
    let is_fee =
        |account: &LedgerAccount<'_>, says: &dyn Fn(&[&str]) -> bool| says(&LIMIT_WORDS) || (account.is_revolving() && !says(&LATE_WORDS));
    let looked = look(context, scope, bound, is_fee);
    let draft =
        Draft::new("LIMIT_EXCEEDED", "riskLimitExceeded", "spell beyond a limit or fee for one", "spells beyond a limit or fees for them");
    draw(context, scope, draft, &looked)
}

fn holds_money(account: &LedgerAccount<'_>) -> bool {
    matches!(
        account.first().product_category,
        ProductCategory::TransAndSavingsAccounts | ProductCategory::TravelCards | ProductCategory::Unrecognised
    )
}

fn limit(account: &LedgerAccount<'_>) -> Option<Cents> {
    account.balance().and_then(|balance| balance.credit_limit).filter(|limit| limit.is_positive())
}

/// A walk that contradicts itself says nothing.
fn is_usable(walk: &Walk) -> bool {
    walk.reconciles != Some(false) && !walk.end_of_day.is_empty()
}

fn look(
    context: &Context<'_>,
    scope: &Scope,
    bound: impl Fn(&LedgerAccount<'_>) -> Option<Cents>,
    is_fee: impl Fn(&LedgerAccount<'_>, &dyn Fn(&[&str]) -> bool) -> bool,
) -> Looked {
    let ledger = context.ledger;
    let mut looked = Looked { spells: Vec::new(), fees: Vec::new(), is_observable: false, is_uncertain: false };
    for (number, account) in ledger.accounts.iter().enumerate() {
        let walk = &context.walks[number];
        let Some(bound) = bound(account).filter(|_| scope.accounts[number] && account.is_owned) else { continue };
        if is_usable(walk) {
            looked.is_observable = true;
            looked.is_uncertain |= walk.anchor.is_none_or(|anchor| anchor.uncertain);
            looked.spells.extend(spells(number, walk, bound, ledger.usable(number)));
        }
    }
    let overdrawn_fee = context.ruleset.known().overdrawn_fee;
    for entry in scope.entries.iter().filter(|entry| entry.category == overdrawn_fee && entry.amount.is_negative()) {
        let folded = &context.narratives[entry.row].folded;
        let says = |words: &[&str]| folded.split(' ').any(|word| words.iter().any(|begin| word.starts_with(begin)));
        let account = &ledger.accounts[ledger.rows[entry.row].account];
        if !account.is_loan() && is_fee(account, &says) {
            looked.fees.push((entry.row, entry.day, -entry.amount));
        }
    }
    looked
}

fn spells(account: usize, walk: &Walk, bound: Cents, usable: Option<crate::analysis::days::Window>) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    for &(day, balance) in &walk.end_of_day {
        if balance >= bound || !usable.is_some_and(|window| window.contains(day)) {
            continue;
        }
        match spells.last_mut().filter(|spell| between(spell.to, day) == 1) {
            Some(spell) => (spell.to, spell.lowest) = (day, spell.lowest.min(balance)),
            None => spells.push(Spell { account, from: day, to: day, lowest: balance }),
        }
    }
    spells
}

/// One event a spell, and one a fee that no spell explains. The total is what was charged for it.
fn draw(context: &Context<'_>, scope: &Scope, mut draft: Draft, looked: &Looked) -> Draft {
    let Looked { spells, fees, is_observable, is_uncertain } = looked;
    if !is_observable && fees.is_empty() {
        return draft.because(Some(NOT_OBSERVABLE));
    }
    let mut of_account: BTreeMap<usize, Vec<&Spell>> = BTreeMap::new();
    for spell in spells {
        of_account.entry(spell.account).or_default().push(spell);
    }
    let explains = |row: usize, day: Date| {
        let spells = of_account.get(&context.ledger.rows[row].account).map(Vec::as_slice).unwrap_or_default();
        let at = spells.partition_point(|spell| spell.from <= day);
        at.checked_sub(1).is_some_and(|before| between(spells[before].to, day) <= FEE_DAYS)
    };
    let mut count = spells.len();
    for &(row, day, amount) in fees {
        draft.add(row, day, amount);
        count += usize::from(!explains(row, day));
    }
    let charged: Cents = fees.iter().map(|(.., amount)| *amount).sum();
    let last = spells.iter().map(|spell| spell.to).chain(fees.iter().map(|(_, day, _)| *day)).max();
    let draft = draft.with_rows(causes(context, scope, spells)).counted(count).last_on(last).flagged(ANCHOR_UNCERTAIN, *is_uncertain);
    if count == 0 {
        return draft;
    }
    let days = |spell: &Spell| between(spell.from, spell.to) + 1;
    let total: i64 = spells.iter().map(days).sum();
    let accounts: BTreeSet<usize> =
        spells.iter().map(|spell| spell.account).chain(fees.iter().map(|(row, ..)| context.ledger.rows[*row].account)).collect();
    let details = Spells {
        days: usize::try_from(total).unwrap_or_default(),
        lowest_balance: spells.iter().map(|spell| spell.lowest).min(),
        longest_spell_days: spells.iter().map(days).max().unwrap_or(0),
        fees: charged,
        account_ids: accounts.into_iter().map(|account| context.ledger.accounts[account].first().account_id.clone()).collect(),
    };
    let more = match details.lowest_balance {
        Some(lowest) => format!("{total} days in all, the lowest balance {lowest}. The total is what was charged for it."),
        None => "The total is what was charged for it.".to_owned(),
    };
    draft.saying(&more).detailed(Details::Spells(details))
}

/// The debits of the days on which the spells began.
fn causes(context: &Context<'_>, scope: &Scope, spells: &[Spell]) -> Vec<usize> {
    let begins: BTreeSet<(Date, usize)> = spells.iter().map(|spell| (spell.from, spell.account)).collect();
    if begins.is_empty() {
        return Vec::new();
    }
    let began = |day: Date, row: usize| begins.contains(&(day, context.ledger.rows[row].account));
    scope.entries.iter().filter(|entry| entry.amount.is_negative() && began(entry.day, entry.row)).map(|entry| entry.row).collect()
}

/// Months in which a card that is owed on was paid no more than the minimum.
pub(super) fn minimum_card_payments(context: &Context<'_>, commitments: &Commitments) -> Draft {
    let profile = &context.ruleset.profile().risk;
    let draft = Draft::new(
        "MINIMUM_CARD_PAYMENTS",
        "riskMinimumCardPayments",
        "month in which a card was paid little more than its minimum",
        "months in which cards were paid little more than their minimum",
    );
    let mut draft = draft.with_threshold(Some(profile.minimum_payment_floor), Some(profile.minimum_payment_share));
    let (mut is_observable, mut is_uncertain, mut months) = (false, false, 0);
    for creditor in commitments.creditors().iter().filter(|creditor| creditor.status() != Status::Ended) {
        let Some(number) = creditor.account() else { continue };
        let (account, walk) = (&context.ledger.accounts[number], &context.walks[number]);
        let usable = context.ledger.usable(number).filter(|_| is_usable(walk));
        let Some(usable) = usable.filter(|_| account.first().product_category == ProductCategory::CredAndChrgCards) else { continue };
        let minimum = account.first().credit_card.as_ref().and_then(|terms| terms.min_payment);
        for month in usable.months() {
            let Some(owed) = owed_at(walk, plus(month.from, -1)) else { continue };
            is_observable = true;
            is_uncertain |= walk.anchor.is_none_or(|anchor| anchor.uncertain);
            let day = |row: usize| context.ledger.rows[row].day;
            let rows: Vec<usize> = creditor.rows().iter().copied().filter(|&row| day(row).is_some_and(|day| month.contains(day))).collect();
            let paid: Cents = rows.iter().map(|&row| context.ledger.rows[row].amount.abs()).sum();
            let share = owed.mul_div(i128::from(profile.minimum_payment_share), 1000).unwrap_or_default();
            let is_minimum = minimum.is_some_and(|minimum| (paid - minimum).abs() <= Cents::new(100));
            if paid.is_positive() && paid < owed && (paid <= share.max(profile.minimum_payment_floor) || is_minimum) {
                months += 1;
                for row in rows {
                    if let Some(day) = day(row) {
                        draft.add(row, day, context.ledger.rows[row].amount.abs());
                    }
                }
            }
        }
    }
    draft.counted(months).because((!is_observable).then_some(NOT_OBSERVABLE)).flagged(ANCHOR_UNCERTAIN, is_uncertain)
}

/// What is owed at the end of a day.
fn owed_at(walk: &Walk, day: Date) -> Option<Cents> {
    let at = walk.end_of_day.binary_search_by_key(&day, |(day, _)| *day).ok()?;
    Some(Cents::ZERO - walk.end_of_day[at].1)
}
