//! Rows of one id are one row: paging repeats them, a detail row completes its list row, a posted row replaces its pending one.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::{Marks, Row, content};
use crate::submission::{Extended, Order, Status, Submission, Transaction, Warning};

/// The rows of the order's customers, one for each id of an account and one for each row without an id, in payload order. Their
/// accounts are still the customer's own.
pub(super) fn rows<'a>(submission: &'a Submission, order: &Order, warnings: &mut Vec<Warning>) -> Vec<Row<'a>> {
    let count = order.customers.iter().map(|&customer| submission.customers[customer].transactions.len()).sum();
    let mut rows = Vec::with_capacity(count);
    let mut conflicting = 0_usize;
    for &customer in &order.customers {
        // Only looked up, never walked: its order cannot reach the report.
        let mut by_id: HashMap<(usize, &str), usize> = HashMap::with_capacity(submission.customers[customer].transactions.len());
        let mut repeated: Vec<(usize, &'a Transaction, usize)> = Vec::new();
        for (index, transaction) in submission.customers[customer].transactions.iter().enumerate() {
            if let Some(id) = transaction.transaction_id.as_deref() {
                if let Some(&first) = by_id.get(&(transaction.account, id)) {
                    repeated.push((first, transaction, index));
                    continue;
                }
                by_id.insert((transaction.account, id), rows.len());
            }
            rows.push(row(customer, index, transaction));
        }
        repeated.sort_by_key(|(first, ..)| *first);
        for same_id in repeated.chunk_by(|a, b| a.0 == b.0) {
            let at = same_id[0].0;
            let mut all = vec![(rows[at].original, rows[at].index)];
            all.extend(same_id.iter().map(|(_, transaction, index)| (*transaction, *index)));
            let (merged, agrees) = merge(customer, &mut all);
            conflicting += usize::from(!agrees);
            rows[at] = merged;
        }
    }
    if conflicting > 0 {
        warnings.push(Warning {
            code: "CONFLICTING_REPEATS",
            detail: format!("{conflicting} transaction ids came with rows that describe them differently; the most complete row was kept"),
            pointer: String::new(),
        });
    }
    rows
}

fn row(customer: usize, index: usize, original: &Transaction) -> Row<'_> {
    Row {
        customer,
        index,
        original,
        merged: None,
        account: original.account,
        view: 0,
        made_id: None,
        amount: original.amount,
        currency: original.currency,
        status: original.status,
        kind: original.kind,
        day: original.day(),
        marks: Marks::default(),
        pair: None,
    }
}

/// One row of all that share an id, and whether those of one status described it alike.
fn merge<'a>(customer: usize, all: &mut [(&'a Transaction, usize)]) -> (Row<'a>, bool) {
    // The most final and most complete first; the rest of the key only makes the choice the same for any order of the payload.
    all.sort_by(|(a, _), (b, _)| {
        let rank = |row: &Transaction| Reverse((row.status == Status::Posted, row.extended.is_some(), known_members(row)));
        rank(a).cmp(&rank(b)).then_with(|| content::compare(a, b))
    });
    let (best, index) = all[0];
    let mut row = row(customer, index, best);
    let mut whole = Box::new(best.clone());
    let mut agrees = true;
    if all.windows(2).any(|pair| content::compare(pair[0].0, pair[1].0).is_eq()) {
        row.marks.add(Marks::REPEATED);
    }
    for (other, _) in &all[1..] {
        if other.status != best.status {
            row.marks.add(Marks::WAS_PENDING);
        }
        agrees &= other.status != best.status || (other.description == best.description && other.amount == best.amount);
        complete(&mut whole, other);
    }
    if content::compare(&whole, best).is_ne() {
        row.day = whole.day();
        row.merged = Some(whole);
    }
    (row, agrees)
}

fn known_members(row: &Transaction) -> usize {
    let texts =
        [&row.reference, &row.merchant_name, &row.biller_code, &row.biller_name, &row.crn, &row.apca_number, &row.instalment_plan_id];
    let times = [row.posted, row.executed, row.value];
    texts.into_iter().filter(|text| text.is_some()).count()
        + times.into_iter().flatten().count()
        + usize::from(row.merchant_category_code.is_some())
}

/// Takes from another row of the same id what this one does not say.
fn complete(row: &mut Transaction, other: &Transaction) {
    fill(&mut row.reference, other.reference.as_ref());
    fill(&mut row.merchant_name, other.merchant_name.as_ref());
    fill(&mut row.biller_code, other.biller_code.as_ref());
    fill(&mut row.biller_name, other.biller_name.as_ref());
    fill(&mut row.crn, other.crn.as_ref());
    fill(&mut row.apca_number, other.apca_number.as_ref());
    fill(&mut row.instalment_plan_id, other.instalment_plan_id.as_ref());
    fill(&mut row.merchant_category_code, other.merchant_category_code.as_ref());
    if other.status == row.status {
        // A pending row's times are not the posted row's.
        fill(&mut row.posted, other.posted.as_ref());
        fill(&mut row.executed, other.executed.as_ref());
        fill(&mut row.value, other.value.as_ref());
    }
    match (&mut row.extended, &other.extended) {
        (Some(extended), Some(other)) => complete_extended(extended, other),
        (extended @ None, Some(other)) => *extended = Some(other.clone()),
        (_, None) => {}
    }
}

fn complete_extended(extended: &mut Extended, other: &Extended) {
    fill(&mut extended.payer, other.payer.as_ref());
    fill(&mut extended.payee, other.payee.as_ref());
    fill(&mut extended.description, other.description.as_ref());
    fill(&mut extended.end_to_end_id, other.end_to_end_id.as_ref());
    fill(&mut extended.purpose_code, other.purpose_code.as_ref());
    fill(&mut extended.service, other.service.as_ref());
}

fn fill<T: Clone>(member: &mut Option<T>, other: Option<&T>) {
    if member.is_none() {
        *member = other.cloned();
    }
}
