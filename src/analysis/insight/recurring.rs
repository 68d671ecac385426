//! `recurring`: payments that come again and again, in and out, as the streams have them.
//!
//! Income streams stand here too, under the same id; irregular income has no rhythm and does not.

use serde::Serialize;

use super::context::Context;
use super::evidence::{Evidence, Id};
use super::scope::Scope;
use super::window::median;
use crate::analysis::exact::{Day, Fraction};
use crate::analysis::stream::{Cadence, Corroboration, Method, Status, Stream};
use crate::money::Cents;

/// One element of it. Amounts have no sign.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Recurring {
    stream_id: Id,
    direction: Direction,
    payee: Box<str>,
    category: Box<str>,
    method: Method,
    cadence: Cadence,
    occurrences: usize,
    first_date: Option<Day>,
    last_date: Option<Day>,
    amount: Amount,
    price_change: Option<PriceChange>,
    missed: usize,
    returned: usize,
    next: Option<Next>,
    status: Standing,
    confidence: Fraction<3>,
    corroborated_by: Vec<Corroboration>,
    transaction_ids: Vec<Id>,
    evidence: RecurringEvidence,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Direction {
    Credit,
    Debit,
}

#[derive(Clone, Debug, Serialize)]
struct Amount {
    median: Option<Cents>,
    last: Option<Cents>,
    min: Option<Cents>,
    max: Option<Cents>,
}

#[derive(Clone, Debug, Serialize)]
struct PriceChange {
    date: Day,
    from: Cents,
    to: Cents,
}

#[derive(Clone, Debug, Serialize)]
struct Next {
    expected: Day,
    earliest: Day,
    latest: Day,
    amount: Cents,
}

/// Whether a stream is new cannot always be known: then it is active here.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Standing {
    New,
    Active,
    Late,
    Ended,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RecurringEvidence {
    cadence: Evidence,
    amount: Evidence,
    price_change: Evidence,
    missed: Evidence,
    returned: Evidence,
    next: Evidence,
    status: Evidence,
    confidence: Evidence,
    corroborated_by: Evidence,
}

/// It came to an end: nothing more is due.
const ENDED: &str = "STREAM_ENDED";
/// Every payment was of one level.
const ONE_LEVEL: &str = "ONE_LEVEL";

/// The streams with a rhythm, in the order of their first rows.
pub(super) fn draw(context: &Context<'_>, combined: &Scope) -> Vec<Recurring> {
    let of_scope = |stream: &&Stream| stream.cadence != Cadence::Irregular && combined.accounts[stream.account];
    context.streams.all.iter().filter(of_scope).map(|stream| recurring(context, stream)).collect()
}

fn recurring(context: &Context<'_>, stream: &Stream) -> Recurring {
    let ledger = context.ledger;
    let amounts: Vec<Cents> = stream.rows.iter().map(|&row| ledger.rows[row].amount.abs()).collect();
    let day = |row: Option<&usize>| row.and_then(|&row| ledger.rows[row].day).map(Day);
    let mut all: Vec<usize> = stream.rows.iter().chain(&stream.returned).copied().collect();
    all.sort_unstable();
    Recurring {
        stream_id: Id(stream.id.clone()),
        direction: if stream.is_credit { Direction::Credit } else { Direction::Debit },
        payee: stream.party.clone(),
        category: context.code(stream.category),
        method: Method::of_most(ledger, context.narratives, stream.rows.iter().copied()),
        cadence: stream.cadence,
        occurrences: stream.rows.len(),
        first_date: day(stream.rows.first()),
        last_date: day(stream.rows.last()),
        amount: Amount {
            median: median(&amounts),
            last: amounts.last().copied(),
            min: amounts.iter().min().copied(),
            max: amounts.iter().max().copied(),
        },
        price_change: stream.level_changes.last().map(|change| PriceChange { date: Day(change.date), from: change.from, to: change.to }),
        missed: stream.missed.len(),
        returned: stream.returned.len(),
        next: stream.next.map(|next| Next {
            expected: Day(next.expected),
            earliest: Day(next.earliest),
            latest: Day(next.latest),
            amount: next.amount,
        }),
        status: match stream.status {
            Status::New => Standing::New,
            Status::Active | Status::UnknownStart => Standing::Active,
            Status::Late => Standing::Late,
            Status::Ended => Standing::Ended,
        },
        confidence: Fraction::units(i128::from(stream.confidence)),
        corroborated_by: stream.corroborated_by.clone(),
        transaction_ids: context.ids_of(all),
        evidence: evidence(context, stream),
    }
}

fn evidence(context: &Context<'_>, stream: &Stream) -> RecurringEvidence {
    let level = stream.rows[stream.level_start.min(stream.rows.len())..].iter().copied();
    RecurringEvidence {
        cadence: Evidence::of("streamCadence"),
        amount: Evidence::of("streamAmount"),
        price_change: match stream.level_changes.last() {
            Some(_) => Evidence::of("streamPriceChange").from_rows(context.ids_of(level)),
            None => Evidence::of("streamPriceChange").because(Some(ONE_LEVEL)),
        },
        missed: Evidence::of("streamMissed"),
        returned: Evidence::of("streamReturned").from_rows(context.ids_of(stream.returned.iter().copied())),
        next: Evidence::of("streamNext").because(stream.next.is_none().then_some(ENDED)),
        status: Evidence::of("streamStatus"),
        confidence: Evidence::of("streamConfidence"),
        corroborated_by: Evidence::of("streamCorroboration"),
    }
}
