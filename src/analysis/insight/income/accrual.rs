//! Income as it is earned: each pay spread over the days since the slot before it, so that a month with three fortnightly pays is no
//! better than one with two.

use jiff::civil::Date;

use crate::analysis::days::{Window, between, plus};
use crate::analysis::insight::window;
use crate::analysis::ledger::Ledger;
use crate::analysis::stream::{Cadence, Status, Stream};
use crate::money::Cents;

/// Days that a pay without a slot before it is spread over at most.
const LONGEST: i64 = 31;
/// Days after which a pay that has not come is not counted on for the days that it would pay.
const GRACE: i64 = 4;
/// A month stays as it is while it moves by no more than so many thousandths of the one before.
const STEADY: i128 = 100;

/// Money earned evenly over some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    days: Window,
    amount: Cents,
}

/// What a stream earns in each month.
#[derive(Clone, Debug)]
pub(super) struct Accrual {
    spans: Vec<Span>,
    /// The same with no pay above its level: a bonus makes no month stand out.
    level: Vec<Span>,
}

impl Accrual {
    /// Spreads the rows of a stream.
    pub(super) fn of(stream: &Stream, ledger: &Ledger<'_>) -> Self {
        let rows: Vec<(Date, Cents)> =
            stream.rows.iter().filter_map(|&row| Some((ledger.rows[row].day?, ledger.rows[row].amount))).collect();
        let levels = levels(stream, &rows);
        let mut spans = Vec::with_capacity(rows.len() + 1);
        for (at, &(_, amount)) in rows.iter().enumerate() {
            spans.push(Span { days: days(stream, &rows, &levels, at), amount });
        }
        let mut level = spans.clone();
        for &at in &stream.outliers {
            let most = levels.get(at).copied().unwrap_or_default();
            if let Some(span) = level.get_mut(at).filter(|span| span.amount > most) {
                span.amount = if stream.slots.get(at).copied().flatten().is_some() || stream.cadence == Cadence::Irregular {
                    most
                } else {
                    Cents::ZERO
                };
            }
        }
        if let Some(due) = due(stream, &spans, ledger) {
            spans.push(due);
            level.push(due);
        }
        Self { spans, level }
    }

    /// The sum of each month.
    pub(super) fn months(&self, months: &[Window]) -> Vec<Cents> {
        sums(&self.spans, months)
    }

    /// Trailing months whose daily mean moved, and fell, by no more than a tenth of that of the month before; the first of a run counts
    /// too. By day, because March is a tenth longer than February.
    pub(super) fn steady(&self, months: &[Window]) -> (u32, u32) {
        let of_day: Vec<(i128, i128)> =
            sums(&self.level, months).into_iter().zip(months).map(|(sum, month)| (sum.get(), i128::from(month.days()))).collect();
        let run = |holds: &dyn Fn(i128, i128) -> bool| {
            let from = of_day.iter().rev().take_while(|(sum, _)| *sum > 0).count();
            let positive = &of_day[of_day.len() - from..];
            let steady = positive.windows(2).rev().take_while(|pair| {
                let ((before, days_before), (after, days_after)) = (pair[0], pair[1]);
                holds(before * days_after, after * days_before)
            });
            u32::try_from(steady.count() + usize::from(from > 0)).unwrap_or(u32::MAX)
        };
        let fell = |before: i128, after: i128| (before - after) * 1_000 > before * STEADY;
        let rose = |before: i128, after: i128| (after - before) * 1_000 > before * STEADY;
        (run(&|before, after| !fell(before, after) && !rose(before, after)), run(&|before, after| !fell(before, after)))
    }
}

/// The level of amounts that each row belongs to.
fn levels(stream: &Stream, rows: &[(Date, Cents)]) -> Vec<Cents> {
    let middle = window::median(&rows.iter().map(|(_, amount)| *amount).collect::<Vec<_>>()).unwrap_or_default();
    let first = stream.level_changes.first().map_or(stream.amount.unwrap_or(middle), |change| change.from);
    let level =
        |(day, _): &(Date, Cents)| stream.level_changes.iter().rev().find(|change| change.date <= *day).map_or(first, |change| change.to);
    rows.iter().map(level).collect()
}

/// The days that one row pays for.
fn days(stream: &Stream, rows: &[(Date, Cents)], levels: &[Cents], at: usize) -> Window {
    let (day, amount) = rows[at];
    let slot = |at: usize| stream.slots.get(at).copied().flatten();
    let single = Window { from: day, to: day };
    let Some(cadence) = stream.cadence.days() else {
        let before = at.checked_sub(1).map_or_else(|| plus(day, -typical_gap(rows)), |before| rows[before].0);
        return Window::new(plus(before, 1).max(plus(day, 1 - LONGEST)), day).unwrap_or(single);
    };
    let Some(to) = slot(at) else { return single };
    // A slot that was missed is nobody's: what comes after it pays for its own days only.
    let before = (0..at).rev().find_map(slot).filter(|before| between(*before, to) * 2 <= cadence * 3);
    let from = plus(before.unwrap_or_else(|| plus(to, -cadence)), 1);
    // Paid ahead: twice the pay, then nothing for as long.
    let next = (at + 1..rows.len()).find_map(slot);
    let ahead = next.filter(|next| between(to, *next) * 2 >= cadence * 3 && amount.get() * 2 >= levels[at].get() * 3);
    let to = ahead.map_or(to, |next| plus(next, -cadence)).max(to);
    Window::new(from, to).unwrap_or(single)
}

/// Middle of the days between rows, within a month; a week where there is but one row.
fn typical_gap(rows: &[(Date, Cents)]) -> i64 {
    let mut gaps: Vec<i64> = rows.windows(2).map(|pair| between(pair[0].0, pair[1].0)).collect();
    gaps.sort_unstable();
    gaps.get(gaps.len() / 2).copied().unwrap_or(7).clamp(1, LONGEST)
}

/// The pay that is being earned and not yet due: the days since the last slot are no fall of the income.
fn due(stream: &Stream, spans: &[Span], ledger: &Ledger<'_>) -> Option<Span> {
    let last = spans.iter().map(|span| span.days.to).max()?;
    let end = ledger.usable(stream.account)?.to;
    let cadence = stream.cadence.days()?;
    let amount = stream.amount.filter(|_| stream.status != Status::Ended)?;
    let to = plus(last, cadence);
    (end <= plus(to, GRACE)).then_some(Span { days: Window::new(plus(last, 1), to)?, amount })
}

/// Sums by month, exact to the cent: the parts of a span add up to its amount.
fn sums(spans: &[Span], months: &[Window]) -> Vec<Cents> {
    let mut sums = vec![Cents::ZERO; months.len()];
    let Some(first) = months.first() else { return sums };
    for span in spans {
        let length = i128::from(span.days.days());
        let upto = |day: Date| span.amount.mul_div(i128::from(between(span.days.from, day) + 1), length).unwrap_or_default();
        let index = |day: Date| i64::from(day.year() - first.from.year()) * 12 + i64::from(day.month() - first.from.month());
        let from = usize::try_from(index(span.days.from).max(0)).unwrap_or(0);
        for (sum, month) in sums.iter_mut().zip(months).skip(from) {
            let Some(part) = span.days.intersect(*month) else { break };
            *sum += upto(part.to) - upto(plus(part.from, -1));
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn month(year: i16, month: i8) -> Window {
        let from = date(year, month, 1);
        Window { from, to: from.last_of_month() }
    }

    #[test]
    fn the_parts_of_a_pay_add_up_to_it() {
        let span = Span { days: Window { from: date(2026, 1, 25), to: date(2026, 2, 7) }, amount: Cents::new(100_001) };
        let months = [month(2026, 1), month(2026, 2)];
        let sums = sums(&[span], &months);
        assert_eq!(sums[0], Cents::new(50_001), "7 of 14 days, half a cent away from zero");
        assert_eq!(sums[0] + sums[1], span.amount);
    }

    #[test]
    fn days_outside_the_months_are_left_out() {
        let span = Span { days: Window { from: date(2026, 1, 1), to: date(2026, 3, 31) }, amount: Cents::new(9_000) };
        assert_eq!(sums(&[span], &[month(2026, 2)]), [Cents::new(2_800)]);
        assert!(sums(&[span], &[]).is_empty());
    }
}
