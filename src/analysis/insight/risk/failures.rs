//! `DISHONOUR` and `RETURNED_LOAN_REPAYMENT`: payments that failed, from the reversal, the fee or the words, whichever the holder posts.
//!
//! A purchase on a card that was voided is no failure; neither is a fee that was given back.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::details::{Details, Failure, Failures};
use super::figures::{Draft, NOT_OBSERVABLE};
use crate::analysis::exact::Day;
use crate::analysis::insight::context::Context;
use crate::analysis::insight::scope::{Entry, Scope};
use crate::analysis::label::narrative::Channel;
use crate::analysis::ruleset::Kind;
use crate::money::Cents;

/// Words of a credit that gives back a payment which failed. A plain REVERSAL may be anything. The beginnings of words.
const FAILURE_WORDS: [&str; 7] = ["DISHON", "RETURN", "UNPAID", "INSUFFICIENT", "FAILED", "REJECT", "REFER"];
/// Some holders post neither the reversal nor a fee: then nothing is found though something failed.
const HOLDERS_MAY_POST_NEITHER: &str = "holdersMayPostNeither";

/// One payment that failed.
struct Event {
    day: Date,
    debit: Option<usize>,
    reversal: Option<usize>,
    fees: Vec<usize>,
}

/// What failed, in the order of its days.
pub(super) struct Failed {
    events: Vec<Event>,
    /// How often each failed debit was tried again.
    again: BTreeMap<usize, usize>,
    is_observable: bool,
}

/// Looks for the payments of a scope that failed.
pub(super) fn find(context: &Context<'_>, scope: &Scope) -> Failed {
    let ledger = context.ledger;
    let known = context.ruleset.known();
    let mut events: BTreeMap<usize, Event> = BTreeMap::new();
    let mut alone: Vec<Event> = Vec::new();
    let mut fees: Vec<&Entry> = Vec::new();
    for entry in &scope.entries {
        if entry.category == known.dishonour_fee && entry.amount.is_negative() {
            fees.push(entry);
        }
        if entry.category != known.reversal || !entry.amount.is_positive() {
            continue;
        }
        match ledger.links.reversal_of(entry.row).filter(|&debit| ledger.rows[debit].is_counted()) {
            Some(debit) if may_fail(context, debit, entry.row) => {
                let event = Event { day: entry.day, debit: Some(debit), reversal: Some(entry.row), fees: Vec::new() };
                events.insert(debit, event);
            }
            None if says_failure(context, entry.row) => {
                alone.push(Event { day: entry.day, debit: None, reversal: Some(entry.row), fees: Vec::new() });
            }
            _ => {}
        }
    }
    for fee in fees {
        let failed = ledger.links.fee_for(fee.row).and_then(|debit| events.get_mut(&debit));
        match failed {
            Some(event) => event.fees.push(fee.row),
            None => alone.push(Event { day: fee.day, debit: None, reversal: None, fees: vec![fee.row] }),
        }
    }
    let mut again: BTreeMap<usize, usize> = BTreeMap::new();
    for follow in &ledger.links.tried_again {
        *again.entry(follow.failed).or_default() += 1;
    }
    let mut events: Vec<Event> = events.into_values().chain(join_fees(alone)).collect();
    events.sort_by_key(|event| (event.day, event.debit, event.reversal, event.fees.clone()));
    Failed { events, again, is_observable: is_observable(context, scope) }
}

/// A fee without its debit belongs to the reversal without its debit next to it: one failure, told twice.
fn join_fees(alone: Vec<Event>) -> Vec<Event> {
    let (mut reversals, fees): (Vec<Event>, Vec<Event>) = alone.into_iter().partition(|event| event.reversal.is_some());
    let mut rest = Vec::new();
    for fee in fees {
        // Both stand by day.
        let from = reversals.partition_point(|event| crate::analysis::days::between(event.day, fee.day) > 5);
        let near = reversals[from..].iter_mut().take_while(|event| crate::analysis::days::between(fee.day, event.day) <= 1);
        match near.into_iter().find(|event| event.fees.is_empty()) {
            Some(event) => event.fees.extend(fee.fees),
            None => rest.push(fee),
        }
    }
    reversals.extend(rest);
    reversals
}

/// A payment by authority, not a purchase and not a fee; anything whose reversal says that it failed.
fn may_fail(context: &Context<'_>, debit: usize, reversal: usize) -> bool {
    let known = context.ruleset.known();
    let row = context.ledger.rows[debit].transaction();
    let is_purchase = matches!(context.narratives[debit].channel, Channel::CardPurchase | Channel::Eftpos | Channel::Atm)
        || row.merchant_category_code.is_some();
    let fees = [known.bank_fee, known.dishonour_fee, known.overdrawn_fee, known.interest_charged];
    if fees.contains(&context.verdicts[debit].category) {
        return false;
    }
    !is_purchase || says_failure(context, reversal)
}

fn says_failure(context: &Context<'_>, row: usize) -> bool {
    let folded = &context.narratives[row].folded;
    folded.split(' ').any(|word| FAILURE_WORDS.iter().any(|begin| word.starts_with(begin)))
}

/// Payments can only fail on an account that they are made from.
fn is_observable(context: &Context<'_>, scope: &Scope) -> bool {
    let can_pay = |account: usize| {
        let of = &context.ledger.accounts[account];
        !of.is_loan() && !of.is_trust() && of.is_owned
    };
    scope.entries.iter().any(|entry| can_pay(context.ledger.rows[entry.row].account))
}

impl Failed {
    /// All of them.
    pub(super) fn dishonour(&self, context: &Context<'_>) -> Draft {
        let draft = Draft::new("DISHONOUR", "riskDishonour", "payment that failed or came back", "payments that failed or came back");
        let none = self.events.is_empty();
        self.draw(context, draft, |_| true).flagged(HOLDERS_MAY_POST_NEITHER, none && self.is_observable)
    }

    /// Repayments of debts among them.
    pub(super) fn loan_repayments(&self, context: &Context<'_>) -> Draft {
        let draft = Draft::new(
            "RETURNED_LOAN_REPAYMENT",
            "riskReturnedLoanRepayment",
            "repayment of a debt that came back",
            "repayments of debts that came back",
        );
        self.draw(context, draft, |event| {
            event.debit.is_some_and(|debit| context.ruleset.kind(context.verdicts[debit].category) == Kind::Commitment)
        })
    }

    fn draw(&self, context: &Context<'_>, mut draft: Draft, is_meant: impl Fn(&Event) -> bool) -> Draft {
        if self.events.is_empty() && !self.is_observable {
            return draft.because(Some(NOT_OBSERVABLE));
        }
        let amount = |row: usize| context.ledger.rows[row].amount.abs();
        let mut failures = Vec::new();
        let mut fees = Cents::ZERO;
        let mut rows = Vec::new();
        for event in self.events.iter().filter(|event| is_meant(event)) {
            fees += event.fees.iter().map(|&fee| amount(fee)).sum();
            rows.extend(event.debit.into_iter().chain(event.reversal).chain(event.fees.iter().copied()));
            let failed = event.debit.or(event.reversal);
            draft.add_event(event.day, failed.map(amount).unwrap_or_default());
            failures.push(self.failure(context, event));
        }
        if failures.is_empty() {
            return draft;
        }
        let more = if fees.is_zero() { String::new() } else { format!("Fees for it came to {fees}.") };
        draft.with_rows(rows).saying(&more).detailed(Details::Failures(Failures { fees, failures }))
    }

    fn failure(&self, context: &Context<'_>, event: &Event) -> Failure {
        let id = |row: usize| context.ids[row].clone();
        let named = event.debit.or(event.reversal);
        let payee = named.and_then(|row| {
            let text = &*context.narratives[row].text;
            context.verdicts[row].merchant.as_deref().or(Some(text).filter(|text| !text.is_empty()))
        });
        Failure {
            date: Day(event.day),
            amount: named.map(|row| context.ledger.rows[row].amount.abs()),
            payee: payee.map(Into::into),
            payee_category: event.debit.map(|debit| context.code(context.verdicts[debit].category)),
            transaction_id: event.debit.map(id),
            reversal_transaction_id: event.reversal.map(id),
            fee_transaction_ids: event.fees.iter().map(|&fee| id(fee)).collect(),
            representments: event.debit.and_then(|debit| self.again.get(&debit).copied()).unwrap_or(0),
        }
    }
}
