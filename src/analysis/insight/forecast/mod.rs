//! `forecast`: the balance of the next 90 days if the past goes on, and how the same method did on the last 60.
//!
//! Deposit accounts together: what moves between them cancels out, a repayment of a card leaves them. Known streams come on their days;
//! everything else is drawn as whole past months, so that what belongs together stays together.

mod backtest;
mod paths;
mod schedule;

use jiff::civil::Date;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::context::Context;
use super::evidence::{Evidence, Id};
use super::scope::{Entry, Role, Scope};
use super::window::{Calendar, common_window};
use crate::analysis::days::{number, plus};
use crate::analysis::exact::Day;
use crate::analysis::ledger::content;
use crate::analysis::stream::Stream;
use crate::money::Cents;
use crate::submission::ProductCategory;
use backtest::Backtest;
use paths::{Draws, PATHS, PastMonth, Spread, Start};
use schedule::Course;

/// Days ahead.
const DAYS: usize = 90;
/// Days between two points.
const STEP: usize = 7;
/// Fewest past months to draw from.
const LEAST_MONTHS: usize = 3;
/// A deposit account without a balance to start from.
const NO_BALANCE: &str = "NO_BALANCE";
/// No account holds deposits.
const NO_DEPOSIT_ACCOUNT: &str = "NO_DEPOSIT_ACCOUNT";
/// A balance that it starts from is older than `asOf`.
const OLDER_BALANCE: &str = "olderBalance";
/// A balance that it starts from is uncertain.
const ANCHOR_UNCERTAIN: &str = "anchorUncertain";

/// The block. Balances are the customer's money: below zero is owed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    from: Day,
    to: Day,
    start_balance: Option<Cents>,
    points: Option<Vec<Point>>,
    lowest_balance: Option<Lowest>,
    backtest: Option<Backtest>,
    paths: usize,
    seed: Box<str>,
    evidence: ForecastEvidence,
}

#[derive(Clone, Debug, Serialize)]
struct Point {
    date: Day,
    p10: Cents,
    p50: Cents,
    p90: Cents,
}

#[derive(Clone, Debug, Serialize)]
struct Lowest {
    p10: LowestBalance,
    p50: LowestBalance,
    p90: LowestBalance,
}

#[derive(Clone, Debug, Serialize)]
struct LowestBalance {
    balance: Cents,
    date: Day,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ForecastEvidence {
    start_balance: Evidence,
    points: Evidence,
    lowest_balance: Evidence,
    backtest: Evidence,
}

/// The deposit accounts of a scope as one.
struct Pool<'p, 'c> {
    context: &'p Context<'c>,
    scope: &'p Scope,
    /// For each account of the ledger, whether it is in.
    accounts: Vec<bool>,
    /// For each account of the ledger, whether a counted row stands on it.
    carries: Vec<bool>,
    /// The days that those of them with rows have in common.
    calendar: Calendar,
}

/// Draws the block.
pub(super) fn draw(context: &Context<'_>, combined: &Scope) -> Forecast {
    let as_of = context.ledger.as_of;
    let pool = Pool::of(context, combined);
    let seed = seed(context, combined);
    let part = |at: usize| -> [u8; 8] { seed[at..at + 8].try_into().expect("eight bytes") };
    let (start_balance, start) = pool.start();
    let to = plus(as_of, i64::try_from(DAYS).expect("a few days"));
    let known = pool.known(as_of, to, true);
    let months = pool.months(as_of, &known);
    let mut of_points = pool.calendar.evidence_of_months("forecast", LEAST_MONTHS).from_streams(known.ids());
    of_points.reason = start.reason.or(of_points.reason);
    let drawn = start_balance.filter(|_| of_points.reason.is_none() && !months.is_empty()).map(|balance| {
        let start = Start { day: as_of, balance, due: &known.due, months: &months };
        paths::draw(&start, DAYS, STEP, &mut Draws::new(part(0)))
    });
    let (backtest, of_backtest) = backtest::draw(&pool, part(8));
    let mut hex = String::with_capacity(64);
    content::push_hex(&mut hex, &seed);
    Forecast {
        from: Day(plus(as_of, 1)),
        to: Day(to),
        start_balance,
        points: drawn.as_ref().map(|drawn| drawn.points.iter().map(Point::of).collect()),
        lowest_balance: drawn.as_ref().map(|drawn| Lowest::of(&drawn.lowest)),
        backtest,
        paths: PATHS,
        seed: hex.into(),
        evidence: ForecastEvidence {
            start_balance: start,
            lowest_balance: Evidence::of("forecast").because(of_points.reason),
            points: of_points,
            backtest: of_backtest,
        },
    }
}

/// SHA-256 over the counted rows in the ledger's order: the same rows draw the same paths.
fn seed(context: &Context<'_>, combined: &Scope) -> [u8; 32] {
    /// Bytes that are hashed at a time: a row by itself costs more to hand over than to hash.
    const BATCH: usize = 4096;
    let mut hash = Sha256::new();
    let mut batch = Vec::with_capacity(2 * BATCH);
    for entry in &combined.entries {
        let id = context.ledger.rows[entry.row].id();
        batch.extend_from_slice(&(id.len() as u64).to_le_bytes());
        batch.extend_from_slice(id.as_bytes());
        batch.extend_from_slice(&number(entry.day).to_le_bytes());
        batch.extend_from_slice(&entry.amount.get().to_le_bytes());
        if batch.len() >= BATCH {
            hash.update(&batch);
            batch.clear();
        }
    }
    hash.update(&batch);
    hash.finalize().into()
}

/// The streams of a pool as a day knows them.
struct Known<'s> {
    /// For each stream, whether its rows are no part of what months bring.
    is_apart: Vec<bool>,
    /// Payments of those that go on.
    due: Vec<(Date, Cents)>,
    going_on: Vec<&'s Stream>,
}

impl Known<'_> {
    fn ids(&self) -> Vec<Id> {
        self.going_on.iter().map(|stream| Id(stream.id.clone())).collect()
    }
}

impl<'p, 'c> Pool<'p, 'c> {
    fn of(context: &'p Context<'c>, scope: &'p Scope) -> Self {
        let ledger = context.ledger;
        let holds_deposits = |account: usize| {
            let (of, category) = (&ledger.accounts[account], ledger.accounts[account].first().product_category);
            let is_apart = !of.is_owned || of.sign_suspect || of.is_trust() || category == ProductCategory::TermDeposits;
            scope.accounts[account] && !is_apart && !category.is_debt()
        };
        let accounts: Vec<bool> = (0..ledger.accounts.len()).map(holds_deposits).collect();
        let mut carries = vec![false; accounts.len()];
        scope.entries.iter().for_each(|entry| carries[ledger.rows[entry.row].account] = true);
        let calendar = Calendar::of(common_window(ledger, |account| accounts[account] && carries[account]));
        Self { context, scope, accounts, carries, calendar }
    }

    fn indices(&self) -> impl Iterator<Item = usize> {
        (0..self.accounts.len()).filter(|&account| self.accounts[account])
    }

    /// What the accounts hold together at the end of the last day that is known of each.
    fn start(&self) -> (Option<Cents>, Evidence) {
        let ledger = self.context.ledger;
        let mut evidence = Evidence::of("forecastStart");
        if self.indices().next().is_none() {
            return (None, evidence.because(Some(NO_DEPOSIT_ACCOUNT)));
        }
        let mut sum = Cents::ZERO;
        for account in self.indices() {
            let walk = &self.context.walks[account];
            // Without a covered day the anchor is all that is known.
            match walk.end_of_day.last().copied().or(walk.anchor.map(|anchor| (anchor.day, anchor.balance))) {
                Some((day, balance)) => {
                    sum += balance;
                    let is_uncertain = walk.anchor.is_some_and(|anchor| anchor.uncertain);
                    for (flag, applies) in [(OLDER_BALANCE, day < ledger.as_of), (ANCHOR_UNCERTAIN, is_uncertain)] {
                        if applies && !evidence.flags.contains(&flag) {
                            evidence.flags.push(flag);
                        }
                    }
                }
                // A closed account has nothing left in it.
                None if !ledger.accounts[account].first().is_open => {}
                None => evidence.account_ids.push(ledger.accounts[account].name.clone()),
            }
        }
        if evidence.account_ids.is_empty() { (Some(sum), evidence) } else { (None, evidence.because(Some(NO_BALANCE))) }
    }

    /// The other account of a row's transfer is in the pool too.
    fn is_within(&self, row: usize) -> bool {
        let ledger = self.context.ledger;
        ledger.rows[row].pair.map(|pair| &ledger.pairing.pairs[pair]).is_some_and(|pair| {
            let other = if pair.debit == row { pair.credit } else { pair.debit };
            self.accounts[ledger.rows[other].account]
        })
    }

    /// What the streams do after a day and up to another.
    fn known(&self, after: Date, to: Date, now: bool) -> Known<'p> {
        let streams = &self.context.streams.all;
        let mut known = Known { is_apart: vec![false; streams.len()], due: Vec::new(), going_on: Vec::new() };
        for (at, stream) in streams.iter().enumerate().filter(|(_, stream)| self.accounts[stream.account]) {
            if stream.rows.last().is_some_and(|&row| self.is_within(row)) {
                known.is_apart[at] = true;
                continue;
            }
            match schedule::course(stream, self.context.ledger, after, to, now) {
                Course::Unknown => {}
                Course::Ended => known.is_apart[at] = true,
                Course::Due(due) => {
                    known.is_apart[at] = true;
                    known.due.extend(due);
                    known.going_on.push(stream);
                }
            }
        }
        known
    }

    /// The complete months up to a day, each by its day, without the streams that are known.
    fn months(&self, to: Date, known: &Known<'_>) -> Vec<PastMonth> {
        let ledger = self.context.ledger;
        let complete = self.calendar.months.iter().filter(|month| month.to <= to).count();
        let mut months = vec![[Cents::ZERO; 31]; complete];
        let Some(first) = self.calendar.months.first().map(|month| month.from) else { return months };
        let is_drawn = |entry: &&Entry| {
            let stream = self.context.streams.of_row.get(entry.row).copied().flatten();
            self.accounts[ledger.rows[entry.row].account]
                && entry.role != Role::Apart
                && !stream.is_some_and(|stream| known.is_apart[stream as usize])
                && !self.is_within(entry.row)
        };
        for entry in self.scope.entries.iter().filter(is_drawn).filter(|entry| entry.day >= first) {
            let month = i32::from(entry.day.year() - first.year()) * 12 + i32::from(entry.day.month() - first.month());
            if let Some(month) = usize::try_from(month).ok().and_then(|month| months.get_mut(month)) {
                month[usize::from(entry.day.day().unsigned_abs()) - 1] += entry.amount;
            }
        }
        months
    }
}

impl Point {
    fn of((date, spread): &(Date, Spread<Cents>)) -> Self {
        let Spread { p10, p50, p90 } = *spread;
        Self { date: Day(*date), p10, p50, p90 }
    }
}

impl Lowest {
    fn of(spread: &Spread<(Cents, Date)>) -> Self {
        let of = |(balance, date)| LowestBalance { balance, date: Day(date) };
        Self { p10: of(spread.p10), p50: of(spread.p50), p90: of(spread.p90) }
    }
}
