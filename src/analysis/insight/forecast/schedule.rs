//! When a stream comes next, as far as a day knows it: the same for today and for a day in the past, so that the method can be tested.

use jiff::Span;
use jiff::civil::Date;

use crate::analysis::days::{between, plus};
use crate::analysis::insight::window::median;
use crate::analysis::ledger::{Ledger, Marks};
use crate::analysis::stream::{Cadence, Status, Stream};
use crate::money::Cents;

/// Rows whose median is the amount to expect.
const LEVEL: usize = 6;
/// Fewest rows that make a rhythm.
const LEAST: usize = 2;

/// What a stream does from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// It has no rhythm yet, or never: its rows are a part of what months bring.
    Unknown,
    /// It came to an end.
    Ended,
    /// It comes again on these days; money out is negative.
    Due(Vec<(Date, Cents)>),
}

/// The course of a stream after a day and up to another. `now` is true for the day of the report, which knows what the stream itself says
/// of its next row; a day in the past knows only the rows before it.
pub(super) fn course(stream: &Stream, ledger: &Ledger<'_>, after: Date, to: Date, now: bool) -> Course {
    let rows: Vec<(Date, Cents)> = stream
        .rows
        .iter()
        .map(|&row| &ledger.rows[row])
        .filter(|row| row.is_counted() && !row.marks.any(Marks::RETURNED))
        .filter_map(|row| Some((row.day.filter(|day| *day <= after)?, row.amount)))
        .collect();
    let (Some(period), Some(&(last, _))) = (stream.cadence.days(), rows.last()) else { return Course::Unknown };
    if rows.len() < LEAST {
        return Course::Unknown;
    }
    let has_ended = if now { stream.status == Status::Ended } else { 2 * between(last, after) > 3 * period };
    if has_ended {
        return Course::Ended;
    }
    let level: Vec<Cents> = rows[rows.len().saturating_sub(LEVEL)..].iter().map(|(_, amount)| *amount).collect();
    let mut amount = median(&level).unwrap_or_default();
    let mut slots = Slots::after(stream.cadence, &rows);
    if let Some(next) = stream.next.filter(|_| now) {
        amount = if stream.is_credit { next.amount.abs() } else { -next.amount.abs() };
        slots.begin_at(next.expected);
    }
    let mut due = Vec::new();
    // A payment that is late by less than half its period is still to come.
    let late = slots.next_day();
    if late <= after && 2 * between(late, after) < period {
        due.push((plus(after, 1), amount));
    }
    while slots.next_day() <= to {
        if slots.next_day() > after {
            due.push((slots.next_day(), amount));
        }
        if !slots.advance() {
            break;
        }
    }
    Course::Due(due)
}

/// The days on which a stream is due.
struct Slots {
    cadence: Cadence,
    /// The day of slot 0.
    first: Date,
    slot: i32,
    /// Days of the month of a stream that comes twice a month.
    twice: [i8; 2],
    day: Date,
}

impl Slots {
    fn after(cadence: Cadence, rows: &[(Date, Cents)]) -> Self {
        let last = rows[rows.len() - 1].0;
        let before = rows[rows.len() - 2].0;
        let twice = [before.day().min(last.day()), before.day().max(last.day())];
        let mut slots = Self { cadence, first: last, slot: 0, twice, day: last };
        slots.advance();
        slots
    }

    fn begin_at(&mut self, day: Date) {
        (self.first, self.slot, self.day) = (day, 0, day);
    }

    fn next_day(&self) -> Date {
        self.day
    }

    /// Goes to the next slot; false where there is none.
    fn advance(&mut self) -> bool {
        self.slot += 1;
        let months = |months: i32| self.first.checked_add(Span::new().months(months * self.slot)).ok();
        let next = match self.cadence {
            Cadence::Weekly | Cadence::Fortnightly | Cadence::FourWeekly => {
                self.cadence.days().map(|days| plus(self.first, days * i64::from(self.slot)))
            }
            Cadence::SemiMonthly => twice_a_month(self.day, self.twice),
            Cadence::Monthly => months(1),
            Cadence::Bimonthly => months(2),
            Cadence::Quarterly => months(3),
            Cadence::HalfYearly => months(6),
            Cadence::Annual => months(12),
            Cadence::Irregular => None,
        };
        let moved = next.filter(|next| *next > self.day);
        self.day = moved.unwrap_or(self.day);
        moved.is_some()
    }
}

/// The next of two days of the month, more than a few days later; the 31st is the last day of any month.
fn twice_a_month(day: Date, twice: [i8; 2]) -> Option<Date> {
    let next_month = day.last_of_month().checked_add(Span::new().days(1)).ok()?;
    let in_month = |of: Date, at: i8| Date::new(of.year(), of.month(), at.min(of.last_of_month().day())).ok();
    let candidates = [day, next_month].into_iter().flat_map(|of| twice.map(|at| in_month(of, at)));
    candidates.flatten().find(|next| between(day, *next) > 7)
}
