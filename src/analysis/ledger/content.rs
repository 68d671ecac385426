//! What a row says, as an order and as an id: the ledger's order and the made ids depend on nothing else.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::{LedgerAccount, Row};
use crate::analysis::days;
use crate::money::Cents;
use crate::submission::{Extended, Moment, Submission, Transaction};

/// Holders' ids are ASCII without this prefix as a rule; where one has it, [`make_ids`] steps around it.
const MADE_PREFIX: &str = "made:";

/// Orders rows by all they say. Two rows are equal only when nothing tells them apart.
pub(super) fn compare(a: &Transaction, b: &Transaction) -> Ordering {
    compare_core(a, b)
        .then_with(|| a.status.cmp(&b.status))
        .then_with(|| a.transaction_id.cmp(&b.transaction_id))
        .then_with(|| (a.posted, a.executed, a.value).cmp(&(b.posted, b.executed, b.value)))
        .then_with(|| (a.kind as u8).cmp(&(b.kind as u8)))
        .then_with(|| a.merchant_name.cmp(&b.merchant_name))
        .then_with(|| a.merchant_category_code.cmp(&b.merchant_category_code))
        .then_with(|| (&a.biller_code, &a.biller_name, &a.crn).cmp(&(&b.biller_code, &b.biller_name, &b.crn)))
        .then_with(|| (&a.apca_number, &a.instalment_plan_id).cmp(&(&b.apca_number, &b.instalment_plan_id)))
        .then_with(|| a.extended.as_deref().map(members).cmp(&b.extended.as_deref().map(members)))
}

/// The rows by day, account and all they say, those without a day last.
pub(super) fn in_order(rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    // Sorted by short keys: a row is many times their size, and few rows are equal in all of them.
    let mut keys: Vec<(u128, i64, usize)> = rows.iter().enumerate().map(|(at, row)| (place(row), short(row.amount), at)).collect();
    keys.sort_unstable_by(|(place_a, amount_a, a), (place_b, amount_b, b)| {
        (place_a, amount_a).cmp(&(place_b, amount_b)).then_with(|| compare(rows[*a].transaction(), rows[*b].transaction()))
    });
    let mut rows: Vec<Option<Row<'_>>> = rows.into_iter().map(Some).collect();
    keys.into_iter().map(|(.., at)| rows[at].take().expect("each row has one key")).collect()
}

/// Day, account and view of a row as one number that sorts as they do; no day sorts last.
fn place(row: &Row<'_>) -> u128 {
    let day = row.day.map_or(u64::from(u32::MAX), |day| u64::from(days::number(day)));
    let [account, view] = [row.account, row.view].map(|index| u128::from(u32::try_from(index).expect("fewer accounts than that")));
    (u128::from(day) << 64) | (account << 32) | view
}

/// An amount as a short key: as it is, for every amount that a payload can hold.
pub(in crate::analysis) fn short(amount: Cents) -> i64 {
    i64::try_from(amount.get()).unwrap_or(if amount.is_negative() { i64::MIN } else { i64::MAX })
}

/// What an id is made of: it outlives a holder's later corrections of anything else.
fn compare_core(a: &Transaction, b: &Transaction) -> Ordering {
    (a.amount, a.currency, &a.description, &a.reference).cmp(&(b.amount, b.currency, &b.description, &b.reference))
}

fn members(extended: &Extended) -> [&Option<Box<str>>; 6] {
    let Extended { payer, payee, description, end_to_end_id, purpose_code, service } = extended;
    [payer, payee, description, end_to_end_id, purpose_code, service]
}

/// Gives an id to each row without one: SHA-256 of its account, day, amount, currency, description and reference, and of its ordinal
/// among rows that agree in those. The rows stand in canonical order.
pub(super) fn make_ids(submission: &Submission, accounts: &[LedgerAccount<'_>], rows: &mut [Row<'_>]) {
    let taken: BTreeSet<Box<str>> = rows
        .iter()
        .filter_map(|row| row.transaction().transaction_id.as_deref())
        .filter(|id| id.starts_with(MADE_PREFIX))
        .map(Into::into)
        .collect();
    let mut ordinal = 0_u64;
    for index in 0..rows.len() {
        let (before, rest) = rows.split_at_mut(index);
        let row = &mut rest[0];
        ordinal = match before.last() {
            Some(previous) if same_core(previous, row) => ordinal + 1,
            _ => 0,
        };
        if row.transaction().transaction_id.is_some() {
            continue;
        }
        let account = accounts[row.account].views[row.view].account;
        let mut salt = ordinal;
        let mut id = made_id(&submission.customers[row.customer].customer_id, &account.account_id, row, salt);
        while taken.contains(&id) {
            salt = salt.wrapping_add(1 << 32);
            id = made_id(&submission.customers[row.customer].customer_id, &account.account_id, row, salt);
        }
        row.made_id = Some(id);
    }
}

fn same_core(a: &Row<'_>, b: &Row<'_>) -> bool {
    (a.amount, a.day, a.account, a.view) == (b.amount, b.day, b.account, b.view) && compare_core(a.transaction(), b.transaction()).is_eq()
}

fn made_id(customer_id: &str, account_id: &str, row: &Row<'_>, ordinal: u64) -> Box<str> {
    let transaction = row.transaction();
    let mut hash = Sha256::new();
    // Lengths first, so that no two different rows give the same bytes.
    for text in [customer_id, account_id, &transaction.description, transaction.reference.as_deref().unwrap_or_default()] {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let day = row.day.map_or([0; 4], |day| {
        let [year, month, day] = [day.year().to_le_bytes(), [day.month().to_le_bytes()[0], 0], [day.day().to_le_bytes()[0], 0]];
        [year[0], year[1], month[0], day[0]]
    });
    hash.update(day);
    hash.update(transaction.amount.get().to_le_bytes());
    hash.update(transaction.currency.as_str());
    hash.update(ordinal.to_le_bytes());
    let digest = hash.finalize();
    let mut id = String::with_capacity(MADE_PREFIX.len() + 32);
    id.push_str(MADE_PREFIX);
    push_hex(&mut id, &digest[..16]);
    id.into()
}

/// Appends bytes as lower-case hex.
pub(in crate::analysis) fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).expect("four bits")));
    }
}

/// The instant that the row's card was used or its money moved, where the holder says one.
pub(super) fn instant(transaction: &Transaction) -> Option<jiff::Timestamp> {
    let at = |moment: Option<Moment>| moment.and_then(|moment| moment.at);
    at(transaction.executed).or_else(|| at(transaction.posted))
}
