//! `salaryChange` and `salarySplit`: pay that began, ended or moved, and pay that seems to be a part of one.

use jiff::civil::Date;
use serde::Serialize;

use super::numbers::SalaryChange;
use super::streams::{Scoped, bounds};
use crate::analysis::days::{between, plus};
use crate::analysis::exact::Day;
use crate::analysis::insight::context::Context;
use crate::analysis::insight::evidence::{self, Evidence, Id};
use crate::analysis::insight::window::Calendar;
use crate::analysis::stream::{Cadence, Status};
use crate::money::Cents;

/// Days before `asOf` that a change is told of.
const RECENT: i64 = 60;
/// A part of a pay is a whole number of these.
const ROUND: i128 = 5_000;
/// Rows of a fixed amount from which it looks like a part of a pay.
const FEWEST: usize = 3;

/// `salaryChange`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SalaryChanges {
    /// `None` where the data are too short to say no.
    changed: Option<bool>,
    changes: Vec<ChangeView>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeView {
    kind: &'static str,
    stream_id: Id,
    date: Day,
    monthly_before: Option<Cents>,
    monthly_after: Option<Cents>,
}

/// One element of `salarySplit[]`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SalarySplit {
    stream_id: Id,
    amount: Cents,
    /// The stream of the same days that seems to bring the rest.
    rest_stream_id: Option<Id>,
}

/// Salaries that began or ended, and levels that moved, in the last sixty days.
pub(super) fn changes(
    context: &Context<'_>,
    calendar: &Calendar,
    salaries: &[&Scoped<'_>],
) -> (SalaryChanges, Vec<SalaryChange>, Evidence) {
    let as_of = context.ledger.as_of;
    let mut found: Vec<SalaryChange> = salaries.iter().flat_map(|salary| of_stream(context, salary)).collect();
    found.retain(|change| between(change.date, as_of) <= RECENT);
    drop_moves(salaries, &mut found);
    found.sort_by_key(|change| (change.date, change.stream));
    let view = |change: &SalaryChange| ChangeView {
        kind: change.kind,
        stream_id: (&*context.streams.all[change.stream].id).into(),
        date: Day(change.date),
        monthly_before: change.from,
        monthly_after: change.to,
    };
    let reason = match calendar.common.window {
        _ if !found.is_empty() => None,
        None => Some(evidence::NO_COVERAGE),
        Some(window) => (window.days() < RECENT).then_some(evidence::COVERAGE_TOO_SHORT),
    };
    let evidence = Evidence::of("salaryChange").because(reason);
    let view = SalaryChanges { changed: reason.is_none().then_some(!found.is_empty()), changes: found.iter().map(view).collect() };
    (view, found, evidence)
}

/// What changed of one salary, whenever it was.
fn of_stream(context: &Context<'_>, salary: &Scoped<'_>) -> Vec<SalaryChange> {
    let stream = salary.stream;
    let change = |kind, date, from, to| SalaryChange { kind, stream: salary.at, date, from, to };
    let Some((first, last)) = bounds(context, stream) else { return Vec::new() };
    let mut found = Vec::new();
    match stream.status {
        Status::New => found.push(change("NEW", first, Some(Cents::ZERO), stream.monthly)),
        // What ended is told of from the day that its next pay did not come.
        Status::Ended => {
            let due = plus(last, stream.cadence.days().unwrap_or(0));
            found.push(change("ENDED", due.max(last), stream.monthly, Some(Cents::ZERO)));
        }
        Status::Active | Status::UnknownStart | Status::Late => {}
    }
    let threshold = i128::from(context.ruleset.profile().risk.income_change_share);
    for level in &stream.level_changes {
        let moved = (level.to - level.from).get().abs() * 1_000 > level.from.get().abs() * threshold;
        // Two pays make a level.
        let pays = stream.rows.iter().filter(|&&row| context.ledger.rows[row].day.is_some_and(|day| day >= level.date)).count();
        if moved && pays >= 2 {
            let kind = if level.to > level.from { "LEVEL_UP" } else { "LEVEL_DOWN" };
            found.push(change(kind, level.date, stream.cadence.monthly(level.from), stream.cadence.monthly(level.to)));
        }
    }
    found
}

/// A pay that moved to another account of the scope neither ended nor began.
fn drop_moves(salaries: &[&Scoped<'_>], found: &mut Vec<SalaryChange>) {
    let payer = |change: &SalaryChange| {
        let stream = salaries.iter().find(|salary| salary.at == change.stream).map(|salary| salary.stream);
        stream.map(|stream| (stream.party.clone(), stream.account))
    };
    let moved = |a: &SalaryChange, b: &SalaryChange| match (payer(a), payer(b)) {
        (Some((own, account)), Some((theirs, other))) => own == theirs && account != other,
        _ => false,
    };
    let is_move = |change: &SalaryChange| {
        let opposite = match change.kind {
            "NEW" => "ENDED",
            "ENDED" => "NEW",
            _ => return false,
        };
        found.iter().any(|other| other.kind == opposite && moved(change, other))
    };
    let dropped: Vec<bool> = found.iter().map(is_move).collect();
    let mut at = 0;
    found.retain(|_| {
        at += 1;
        !dropped[at - 1]
    });
}

/// Round fixed pays: an employee who has a part of the pay sent elsewhere fixes that part.
pub(super) fn splits(context: &Context<'_>, salaries: &[&Scoped<'_>]) -> Vec<SalarySplit> {
    let days = |salary: &Scoped<'_>| -> Vec<Date> { salary.stream.rows.iter().filter_map(|&row| context.ledger.rows[row].day).collect() };
    let parts = salaries.iter().filter(|salary| salary.goes_on() && salary.stream.cadence != Cadence::Irregular);
    parts
        .filter_map(|salary| {
            let rows = &salary.stream.rows;
            let amount = context.ledger.rows[*rows.last()?].amount;
            let fixed = rows.iter().filter(|&&row| context.ledger.rows[row].amount == amount).count();
            if rows.len() < FEWEST || fixed * 10 < rows.len() * 9 || amount.get() % ROUND != 0 {
                return None;
            }
            let own = days(salary);
            let shared = |other: &Scoped<'_>| days(other).iter().filter(|day| own.binary_search(day).is_ok()).count();
            let rest = salaries.iter().filter(|other| other.at != salary.at && shared(other) * 10 >= own.len() * 8).max_by_key(|other| {
                let is_same_payer = other.stream.party == salary.stream.party;
                (is_same_payer, other.stream.monthly, std::cmp::Reverse(other.at))
            });
            Some(SalarySplit {
                stream_id: (&*salary.stream.id).into(),
                amount,
                rest_stream_id: rest.map(|other| (&*other.stream.id).into()),
            })
        })
        .collect()
}
