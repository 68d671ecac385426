//! `possibleIncome[]`: credits that come like income and cannot be said to be it. None of them is counted.

use serde::Serialize;

use crate::analysis::exact::{Day, Fraction};
use crate::analysis::insight::context::Context;
use crate::analysis::insight::evidence::Id;
use crate::analysis::insight::scope::Scope;
use crate::analysis::insight::window;
use crate::analysis::stream::{Cadence, Status, Stream};
use crate::money::Cents;

/// One element of it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Possible {
    stream_id: Id,
    category: Box<str>,
    payer: Box<str>,
    account_id: Box<str>,
    reason: &'static str,
    cadence: Cadence,
    status: Status,
    occurrences: usize,
    first_date: Option<Day>,
    last_date: Option<Day>,
    median_amount: Option<Cents>,
    monthly_equivalent: Option<Cents>,
    confidence: Fraction<3>,
    transaction_ids: Vec<Id>,
}

/// Streams of credits of the scope that are no income and not known to be something else.
pub(super) fn draw(context: &Context<'_>, scope: &Scope) -> Vec<Possible> {
    let all = context.streams.all.iter();
    all.filter(|stream| stream.is_credit && !stream.is_income && scope.accounts[stream.account] && stream.cadence != Cadence::Irregular)
        .filter_map(|stream| Some(view(context, stream, reason(context, stream)?)))
        .collect()
}

/// Why it is not counted; `None` for what is known to be no income.
fn reason(context: &Context<'_>, stream: &Stream) -> Option<&'static str> {
    let known = context.ruleset.known();
    let reasons = [
        (known.cash_deposit, "CASH"),
        (known.transfer_in, "PERSON"),
        (known.uncategorised_credit, "UNKNOWN_PAYER"),
        (known.other_credit, "UNKNOWN_PAYER"),
    ];
    reasons.into_iter().find(|(category, _)| *category == stream.category).map(|(_, reason)| reason)
}

fn view(context: &Context<'_>, stream: &Stream, reason: &'static str) -> Possible {
    let amounts: Vec<Cents> = stream.rows.iter().map(|&row| context.ledger.rows[row].amount).collect();
    let day = |row: Option<&usize>| row.and_then(|&row| context.ledger.rows[row].day).map(Day);
    Possible {
        stream_id: (&*stream.id).into(),
        category: context.code(stream.category),
        payer: stream.party.clone(),
        account_id: context.ledger.accounts[stream.account].first().account_id.clone(),
        reason,
        cadence: stream.cadence,
        status: stream.status,
        occurrences: stream.rows.len(),
        first_date: day(stream.rows.first()),
        last_date: day(stream.rows.last()),
        median_amount: window::median(&amounts),
        monthly_equivalent: stream.monthly,
        confidence: Fraction::units(i128::from(stream.confidence)),
        transaction_ids: context.ids_of(stream.rows.iter().copied()),
    }
}
