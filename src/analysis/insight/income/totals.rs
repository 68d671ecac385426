//! `totals`: what came in a month, what goes on, what of it governments pay.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use serde::Serialize;

use super::assessed::{self, GOVERNMENT, LEFT_OUT, NO_EQUIVALENT};
use super::streams::Scoped;
use crate::analysis::exact::Fraction;
use crate::analysis::insight::context::Context;
use crate::analysis::insight::evidence::{self, Evidence, Id};
use crate::analysis::insight::scope::{Entry, Role, Scope};
use crate::analysis::insight::window::Calendar;
use crate::analysis::ruleset::{Category, Ruleset};
use crate::analysis::stream::Attribution;
use crate::money::Cents;

/// Rows of income of the scope came from someone who is no applicant, or may be.
const UNATTRIBUTED: &str = "unattributedIncluded";

/// `totals`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Totals {
    pub(super) mean_month: Option<Cents>,
    median_month: Option<Cents>,
    pub(super) ongoing_month: Option<Cents>,
    by_category: Vec<OfCategory>,
    financial_year_to_date: Option<Cents>,
    government_share: Option<Fraction<4>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OfCategory {
    category: Box<str>,
    mean_month: Option<Cents>,
    median_month: Option<Cents>,
    ongoing_month: Option<Cents>,
}

/// Evidence of the members.
#[derive(Clone, Debug)]
pub(super) struct TotalsEvidence {
    pub(super) mean: Evidence,
    pub(super) median: Evidence,
    pub(super) ongoing: Evidence,
    pub(super) year: Evidence,
    pub(super) government: Evidence,
}

/// A sum of ongoing streams of one category, and whether any of them has no figure.
#[derive(Default)]
struct Ongoing {
    sum: Option<Cents>,
    unknown: bool,
}

pub(super) fn draw(context: &Context<'_>, scope: &Scope, calendar: &Calendar, streams: &[Scoped<'_>]) -> (Totals, TotalsEvidence) {
    let mut rows: BTreeMap<Category, Vec<&Entry>> = BTreeMap::new();
    for entry in scope.of_roles(&[Role::Income]) {
        rows.entry(entry.category).or_default().push(entry);
    }
    let (ongoing_of, ongoing, ongoing_evidence) = ongoing(context, scope, calendar, streams);
    let all = rows.values().flatten().map(|entry| (entry.day, entry.amount));
    let series = calendar.series(all.clone());
    let mut mean = calendar.evidence("incomeMeanMonth");
    let mut median = calendar.evidence_of_months("incomeMedianMonth", super::super::window::ENOUGH_MONTHS);
    let unattributed = streams.iter().any(|scoped| !assessed::is_theirs(scoped, context, scope));
    (mean, median) = (mean.flagged(UNATTRIBUTED, unattributed), median.flagged(UNATTRIBUTED, unattributed));
    let categories = rows.keys().chain(ongoing_of.keys()).copied().collect::<std::collections::BTreeSet<_>>();
    let of_category = |category: Category| {
        let series = calendar.series(rows.get(&category).into_iter().flatten().map(|entry| (entry.day, entry.amount)));
        OfCategory {
            category: context.code(category),
            mean_month: calendar.mean(&series),
            median_month: calendar.median(&series),
            ongoing_month: ongoing_of.get(&category).map_or(ongoing.map(|_| Cents::ZERO), |of| of.sum.filter(|_| ongoing.is_some())),
        }
    };
    let by_category: Vec<OfCategory> = categories.into_iter().map(of_category).collect();
    let (year, year_evidence) = financial_year(context, calendar, all);
    let (government_share, government) = government(context.ruleset, calendar, &rows);
    let totals = Totals {
        // Of the rounded figures, so that the categories add up to the total to the cent.
        mean_month: calendar.mean(&series).map(|_| by_category.iter().filter_map(|of| of.mean_month).sum()),
        median_month: calendar.median(&series),
        ongoing_month: ongoing,
        by_category,
        financial_year_to_date: year,
        government_share,
    };
    (totals, TotalsEvidence { mean, median, ongoing: ongoing_evidence, year: year_evidence, government })
}

/// Σ monthly equivalents of what goes on and is not known to be someone else's.
fn ongoing(
    context: &Context<'_>,
    scope: &Scope,
    calendar: &Calendar,
    streams: &[Scoped<'_>],
) -> (BTreeMap<Category, Ongoing>, Option<Cents>, Evidence) {
    let mut of: BTreeMap<Category, Ongoing> = BTreeMap::new();
    let mut ids: Vec<Id> = Vec::new();
    let mut left_out = false;
    for scoped in streams.iter().filter(|scoped| scoped.goes_on()) {
        if !goes_into(scoped, streams, context, scope) {
            left_out = true;
            continue;
        }
        let category = of.entry(scoped.stream.category).or_default();
        if let Some(amount) = scoped.ongoing() {
            category.sum = Some(category.sum.unwrap_or_default() + amount);
            ids.push((&*scoped.stream.id).into());
        } else {
            (category.unknown, left_out) = (true, true);
        }
    }
    let unknown = ids.is_empty() && of.values().any(|category| category.unknown);
    let reason = assessed::no_streams(calendar, !ids.is_empty() || left_out).or(unknown.then_some(NO_EQUIVALENT));
    let sum = reason.is_none().then(|| of.values().filter_map(|category| category.sum).sum());
    let evidence = Evidence::of("incomeOngoingMonth").from_streams(ids).because(reason).flagged(LEFT_OUT, left_out);
    (of, sum, evidence)
}

/// True where a stream that goes on is in the ongoing income. A pay on a joint account that names nobody is, where it is the only one that
/// could be the applicant's: beside a pay that is known to be theirs, or beside another such pay, it is as likely the other holder's.
fn goes_into(scoped: &Scoped<'_>, streams: &[Scoped<'_>], context: &Context<'_>, scope: &Scope) -> bool {
    if assessed::is_theirs(scoped, context, scope) {
        return true;
    }
    let salary = context.ruleset.known().salary;
    let rivals = streams.iter().filter(|other| other.at != scoped.at && other.goes_on() && other.stream.category == salary);
    scoped.attribution == Attribution::Unknown
        && (scoped.stream.category != salary || rivals.filter(|other| other.attribution != Attribution::OtherHolder).count() == 0)
}

/// Income since 1 July; `None` where the window begins later.
fn financial_year(context: &Context<'_>, calendar: &Calendar, rows: impl Iterator<Item = (Date, Cents)>) -> (Option<Cents>, Evidence) {
    let as_of = context.ledger.as_of;
    let july = date(if as_of.month() >= 7 { as_of.year() } else { as_of.year() - 1 }, 7, 1);
    let mut evidence = Evidence::of("incomeFinancialYearToDate");
    evidence.reason = match calendar.common.window {
        None => Some(evidence::NO_COVERAGE),
        Some(window) if window.from > july => Some(evidence::COVERAGE_TOO_SHORT),
        Some(_) => None,
    };
    if evidence.reason.is_some() {
        evidence.account_ids.clone_from(&calendar.common.binding);
        return (None, evidence);
    }
    (Some(rows.filter(|(day, _)| (july..=as_of).contains(day)).map(|(_, amount)| amount).sum()), evidence)
}

/// What governments pay of the income of the window; `None` without income.
fn government(ruleset: &Ruleset, calendar: &Calendar, rows: &BTreeMap<Category, Vec<&Entry>>) -> (Option<Fraction<4>>, Evidence) {
    let sum = |is_in: &dyn Fn(Category) -> bool| {
        let of = rows.iter().filter(|(category, _)| is_in(**category)).flat_map(|(_, of)| of);
        calendar.series(of.map(|entry| (entry.day, entry.amount))).total
    };
    let (part, whole) = (sum(&|category| ruleset.code(category).starts_with("GOV_")), sum(&|_| true));
    let share = Fraction::of(part.get().max(0), whole.get().max(0));
    let reason = match calendar.common.window {
        None => Some(evidence::NO_COVERAGE),
        Some(_) => share.is_none().then_some(evidence::NO_TRANSACTIONS),
    };
    (share.filter(|_| reason.is_none()), Evidence::of("governmentShare").because(reason).flagged(GOVERNMENT, part.is_positive()))
}
