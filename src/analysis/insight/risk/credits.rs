//! Indicators of money in: large credits outside everything known, and money that goes out again to where it came from.

use std::collections::BTreeMap;

use super::details::{Details, Trip, Trips};
use super::figures::Draft;
use crate::analysis::days::between;
use crate::analysis::insight::context::Context;
use crate::analysis::insight::income::Income;
use crate::analysis::insight::scope::{Entry, Role, Scope};
use crate::analysis::ledger::{Row, party_words};
use crate::analysis::ruleset::Kind;
use crate::money::Cents;

/// The mean income is unknown: the fixed amount alone decides.
const INCOME_LEFT_OUT: &str = "incomeLeftOut";
/// Debits that one credit is compared with at most.
const LOOKS: usize = 32;
/// What went out may be more than what came in by so many hundredths: rounding up, a fee.
const MOST: i128 = 110;
/// Words of a name have so many letters.
const SHORTEST: usize = 3;

/// Credits outside streams, transfers and refunds.
pub(super) fn large(context: &Context<'_>, scope: &Scope, income: &Income) -> Draft {
    let profile = &context.ruleset.profile().risk;
    let by_income = income.mean_monthly().and_then(|mean| mean.mul_div(i128::from(profile.large_credit_income_share), 1000));
    let threshold = by_income.unwrap_or_default().max(profile.large_credit_above);
    let mut draft = Draft::new("LARGE_CREDIT", "riskLargeCredit", "large credit", "large credits")
        .with_threshold(Some(threshold), None)
        .flagged(INCOME_LEFT_OUT, by_income.is_none());
    for entry in scope.entries.iter().filter(|entry| entry.amount > threshold && is_unexplained(context, entry)) {
        draft.add(entry.row, entry.day, entry.amount);
    }
    draft.saying(&format!("Each is above {threshold}, and is no part of a stream, no transfer and no refund."))
}

fn is_unexplained(context: &Context<'_>, entry: &Entry) -> bool {
    let (known, ledger) = (context.ruleset.known(), context.ledger);
    let row = &ledger.rows[entry.row];
    let is_undone = [known.refund, known.reversal].contains(&entry.category) || ledger.links.refund_of(entry.row).is_some();
    let is_money_in = matches!(entry.role, Role::Income | Role::Credit | Role::Person);
    is_money_in
        && !is_undone
        && row.pair.is_none()
        && !ledger.accounts[row.account].first().product_category.is_debt()
        && context.ruleset.kind(entry.category) != Kind::Transfer
        && context.streams.of(entry.row).is_none()
}

/// Money in that went out again to the same counterparty within hours. Salary, bills and own transfers have other categories.
pub(super) fn round_trips(context: &Context<'_>, scope: &Scope) -> Draft {
    let profile = &context.ruleset.profile().risk;
    let mut draft = Draft::new(
        "ROUND_TRIP",
        "riskRoundTrip",
        "amount that came in and went out again to the same counterparty",
        "amounts that came in and went out again to the same counterparty",
    )
    .with_threshold(Some(profile.round_trip_above), Some(profile.round_trip_share));
    let mut by_party: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in &scope.entries {
        if let Some(party) = party(context, entry) {
            by_party.entry(party).or_default().push(entry);
        }
    }
    let mut trips = Vec::new();
    for (party, entries) in by_party {
        let mut used = vec![false; entries.len()];
        for (at, credit) in entries.iter().enumerate() {
            if !credit.amount.is_positive() || credit.amount < profile.round_trip_above {
                continue;
            }
            let Some(sent) = sent_back(context, &entries, at, &mut used) else { continue };
            let out: Cents = sent.iter().map(|&at| entries[at].amount.abs()).sum();
            let rows: Vec<usize> = std::iter::once(credit.row).chain(sent.iter().map(|&at| entries[at].row)).collect();
            draft.add_event(credit.day, credit.amount);
            trips.push((
                credit.day,
                credit.row,
                rows,
                Trip { counterparty: party.as_str().into(), received: credit.amount, sent: out, transaction_ids: Vec::new() },
            ));
        }
    }
    if trips.is_empty() {
        return draft;
    }
    trips.sort_by_key(|(day, row, ..)| (*day, *row));
    let rows: Vec<usize> = trips.iter().flat_map(|(_, _, rows, _)| rows.iter().copied()).collect();
    let trips = trips.into_iter().map(|(_, _, rows, trip)| Trip { transaction_ids: context.ids_of(rows), ..trip }).collect();
    draft.with_rows(rows).detailed(Details::Trips(Trips { trips }))
}

/// Whom money came from or went to, where it may come back: people, own accounts elsewhere, what nothing names.
fn party(context: &Context<'_>, entry: &Entry) -> Option<String> {
    let known = context.ruleset.known();
    let is_own = entry.category == known.own_account_elsewhere;
    let may_return = entry.role == Role::Person
        || is_own
        || [known.uncategorised, known.uncategorised_credit, known.other_credit].contains(&entry.category);
    if !may_return || context.ledger.rows[entry.row].pair.is_some() {
        return None;
    }
    // Words of transfers name nobody.
    let words: Vec<&str> = party_words(&context.narratives[entry.row]).filter(|word| word.len() >= SHORTEST).collect();
    let name = context.verdicts[entry.row].merchant.as_deref().map_or_else(|| words.join(" "), str::to_owned);
    Some(name).filter(|name| !name.is_empty())
}

/// The debits of the next hours that take out again the share of a credit that the profile names.
fn sent_back(context: &Context<'_>, entries: &[&Entry], at: usize, used: &mut [bool]) -> Option<Vec<usize>> {
    let profile = &context.ruleset.profile().risk;
    let credit = entries[at];
    let hours = i64::from(profile.round_trip_hours);
    let (mut sent, mut sum) = (Vec::new(), Cents::ZERO);
    // Rows of one day stand in no order of time: those before the credit may have come after it.
    let from = entries.partition_point(|entry| entry.day < credit.day);
    for (number, debit) in entries.iter().enumerate().skip(from).take(LOOKS) {
        if between(credit.day, debit.day) * 24 > hours {
            break;
        }
        let most = credit.amount.get() * MOST;
        let fits = (sum + debit.amount.abs()).get() * 100 <= most;
        if debit.amount.is_negative() && !used[number] && fits && is_after(context, credit, debit, hours) {
            sum += debit.amount.abs();
            sent.push(number);
        }
    }
    let is_back = sum.get() * 1000 >= credit.amount.get() * i128::from(profile.round_trip_share);
    is_back.then(|| {
        for &number in &sent {
            used[number] = true;
        }
        sent
    })
}

/// By the instants where both rows have one, else by the days.
fn is_after(context: &Context<'_>, credit: &Entry, debit: &Entry, hours: i64) -> bool {
    let at = |row: &Row<'_>| row.transaction().executed.or(row.transaction().posted).and_then(|moment| moment.at);
    match at(&context.ledger.rows[credit.row]).zip(at(&context.ledger.rows[debit.row])) {
        Some((came, went)) => (0..=hours * 3600).contains(&(went.as_second() - came.as_second())),
        None => true,
    }
}
