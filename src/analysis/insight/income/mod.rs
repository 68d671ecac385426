//! `income`: what comes in and comes again, what may be counted on, and what may not.

mod accrual;
mod assessed;
mod changes;
mod employer;
mod numbers;
mod possible;
mod streams;
mod totals;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::context::Context;
use super::evidence::Evidence;
use super::scope::{Role, Scope};
use super::window::{Calendar, common_window};
use crate::analysis::stream::{Attribution, Stream};
use crate::money::Cents;
use assessed::Assessed;
use changes::{SalaryChanges, SalarySplit};
use employer::EmployerMatch;
use numbers::Numbers;
use possible::Possible;
use streams::{IncomeStream, Scoped};
use totals::Totals;

/// The block.
#[expect(clippy::struct_field_names, reason = "the names of the report's fields")]
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Income {
    streams: Vec<IncomeStream>,
    totals: Totals,
    salary_change: SalaryChanges,
    salary_split: Vec<SalarySplit>,
    employer_match: EmployerMatch,
    assessed_monthly: Assessed,
    possible_income: Vec<Possible>,
    evidence: BTreeMap<&'static str, Evidence>,
    #[serde(skip)]
    numbers: Numbers,
}

/// The block of a scope.
pub(super) fn draw(context: &Context<'_>, scope: &Scope) -> Income {
    let calendar = calendar(context, scope);
    let scoped = streams::scoped(context, scope);
    let known = context.ruleset.known();
    let is_salary = |of: &&Scoped<'_>| of.stream.category == known.salary && of.attribution != Attribution::OtherHolder;
    let salaries: Vec<&Scoped<'_>> = scoped.iter().filter(is_salary).collect();
    let salary_streams: Vec<&Stream> = salaries.iter().map(|of| of.stream).collect();
    let (totals, of_totals) = totals::draw(context, scope, &calendar, &scoped);
    let (assessed, of_assessed, largest) = assessed::draw(context, scope, &calendar, &scoped);
    let (salary_change, changes, of_changes) = changes::changes(context, &calendar, &salaries);
    let (employer_match, of_employer) = employer::draw(context, scope, &salary_streams);
    let numbers = Numbers {
        assessed_monthly: assessed.amount,
        ongoing_monthly: totals.ongoing_month,
        mean_monthly: totals.mean_month,
        accrued_months: accrued(context, scope, &calendar, &scoped),
        largest_stream_monthly: largest,
        salary_rows: salary_rows(&salaries),
        salary_changes: changes,
        self_paid: scoped.iter().filter(|of| of.self_paid).map(|of| of.at).collect(),
        unattributed: scoped.iter().filter(|of| of.goes_on() && !assessed::is_theirs(of, context, scope)).map(|of| of.at).collect(),
    };
    let evidence = BTreeMap::from([
        ("streams", Evidence::of("incomeStreams")),
        ("meanMonth", of_totals.mean),
        ("medianMonth", of_totals.median),
        ("ongoingMonth", of_totals.ongoing),
        ("financialYearToDate", of_totals.year),
        ("governmentShare", of_totals.government),
        ("salaryChange", of_changes),
        ("salarySplit", Evidence::of("salarySplit")),
        ("employerMatch", of_employer),
        ("assessedMonthly", of_assessed),
        ("possibleIncome", Evidence::of("possibleIncome")),
    ]);
    Income {
        streams: scoped.iter().map(|of| of.view(context)).collect(),
        totals,
        salary_change,
        salary_split: changes::splits(context, &salaries),
        employer_match,
        assessed_monthly: assessed,
        possible_income: possible::draw(context, scope),
        evidence,
        numbers,
    }
}

/// The days of the accounts that bear income; where none does, of those that could.
fn calendar(context: &Context<'_>, scope: &Scope) -> Calendar {
    if scope.of_roles(&[Role::Income]).next().is_some() {
        return scope.calendar(context.ledger, &[Role::Income]);
    }
    let accounts = &context.ledger.accounts;
    let could = |at: usize| {
        scope.accounts[at] && accounts[at].is_owned && !accounts[at].first().product_category.is_debt() && !accounts[at].is_trust()
    };
    Calendar::of(common_window(context.ledger, could))
}

/// What accrued in each complete month: streams spread over the days that they pay for, all other income in the month that it came.
fn accrued(context: &Context<'_>, scope: &Scope, calendar: &Calendar, scoped: &[Scoped<'_>]) -> Vec<(Date, Cents)> {
    let in_streams = |row: usize| context.streams.of(row).is_some_and(|stream| stream.is_income);
    let single = scope.of_roles(&[Role::Income]).filter(|entry| !in_streams(entry.row)).map(|entry| (entry.day, entry.amount));
    let mut sums = calendar.series(single).months;
    for of in scoped {
        for (sum, part) in sums.iter_mut().zip(of.accrual.months(&calendar.months)) {
            *sum += part;
        }
    }
    calendar.months.iter().map(|month| month.from).zip(sums).collect()
}

fn salary_rows(salaries: &[&Scoped<'_>]) -> Vec<usize> {
    let mut rows: Vec<usize> = salaries.iter().flat_map(|of| of.stream.rows.iter().copied()).collect();
    rows.sort_unstable();
    rows
}
