//! Protected earnings: what a share of the observed income of each repayment period leaves beside the repayments that are due in it.
//!
//! National Consumer Credit Protection Regulations 2010, 28LCA for small amount credit and 28LCB for household leases: 10 % of the
//! available income of the repayment period, other such contracts included. The period here is hypothetical: a week, a fortnight, a month.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::super::context::Context;
use super::super::evidence::Evidence;
use super::super::scope::{Role, Scope};
use super::super::window::mean;
use super::due::Due;
use super::looked;
use crate::analysis::days::{Window, plus};
use crate::analysis::ruleset::Category;
use crate::money::Cents;
use crate::submission::Ownership;

/// An agreement goes on, but its instalment is not yet known.
pub(super) const INSTALMENT_UNKNOWN: &str = "instalmentUnknown";

/// Why the observed income may not be the available one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Caveat {
    /// Benefits arrive after Centrepay and other deductions: the income may be higher.
    BenefitsAfterDeductions,
    /// Pay arrives after salary sacrifice: the income may be higher.
    PayAfterSalarySacrifice,
    /// Income on an account of several holders: it may be another's.
    JointAccount,
}

/// The figures of one length of repayment period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Period {
    /// Periods that were looked at.
    periods: usize,
    /// Mean over them.
    available_income_observed: Cents,
    /// Mean of what falls due.
    existing_repayments: Cents,
    headroom: Headroom,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Headroom {
    min: Cents,
    mean: Cents,
}

/// The figures by length of period; null below 90 days of coverage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct ProtectedEarnings {
    weekly: Option<Period>,
    fortnightly: Option<Period>,
    monthly: Option<Period>,
}

/// The headroom beside what is due on some agreements.
pub(super) fn draw(context: &Context<'_>, scope: &Scope, due: &[Due]) -> (ProtectedEarnings, Evidence) {
    let income: Vec<(Date, Cents)> = scope.of_roles(&[Role::Income]).map(|entry| (entry.day, entry.amount)).collect();
    let calendar = looked::calendar(context, scope, scope.of_roles(&[Role::Income]).map(|entry| entry.row));
    let evidence = looked::evidence(&calendar, "protectedEarnings");
    let Some((window, _)) = calendar.common.window.zip(looked::last_ninety(&calendar)) else {
        return (ProtectedEarnings::default(), evidence);
    };
    let share = i128::from(context.ruleset.profile().commitments.protected_earnings_share);
    let of = |periods: Vec<Window>| period(&periods, &income, due, share);
    let days = |days: i64, count: i64| {
        let start = |number: i64| plus(window.to, 1 - days * number);
        (1..=count).filter_map(|number| Window::new(start(number), plus(start(number), days - 1))).collect()
    };
    let figures = ProtectedEarnings { weekly: of(days(7, 12)), fortnightly: of(days(14, 6)), monthly: of(months(window)) };
    (figures, evidence)
}

/// The last three spans of a month that lie inside, counted back from the end.
fn months(window: Window) -> Vec<Window> {
    let end = |back: i32| window.to.saturating_sub(back.months());
    let spans = (0..3).filter_map(|back| Window::new(plus(end(back + 1), 1), end(back)));
    spans.filter(|span| span.from >= window.from).collect()
}

fn period(periods: &[Window], income: &[(Date, Cents)], due: &[Due], share: i128) -> Option<Period> {
    let (mut received, mut owed, mut headroom) = (Vec::new(), Vec::new(), Vec::new());
    for period in periods {
        let from = income.partition_point(|(day, _)| *day < period.from);
        let to = income.partition_point(|(day, _)| *day <= period.to);
        let available: Cents = income[from..to].iter().map(|(_, amount)| *amount).sum();
        let existing: Cents = due.iter().map(|due| due.within(*period)).sum();
        headroom.push(available.mul_div(share, 1000)? - existing);
        received.push(available);
        owed.push(existing);
    }
    Some(Period {
        periods: periods.len(),
        available_income_observed: mean(&received)?,
        existing_repayments: mean(&owed)?,
        headroom: Headroom { min: headroom.iter().copied().min()?, mean: mean(&headroom)? },
    })
}

/// The caveats of the observed income.
pub(super) fn caveats(context: &Context<'_>, scope: &Scope) -> Vec<Caveat> {
    let known = context.ruleset.known();
    let ruleset = context.ruleset;
    let government = ruleset.group(known.gov_other);
    let has = |is: &dyn Fn(Category, usize) -> bool| scope.of_roles(&[Role::Income]).any(|entry| is(entry.category, entry.row));
    let is_shared = |row: usize| {
        let account = &context.ledger.accounts[context.ledger.rows[row].account];
        account.first().ownership != Ownership::OneParty
    };
    [
        (Caveat::BenefitsAfterDeductions, has(&|category, _| ruleset.group(category) == government)),
        (Caveat::PayAfterSalarySacrifice, has(&|category, _| [known.salary, known.salary_packaging].contains(&category))),
        (Caveat::JointAccount, has(&|_, row| is_shared(row))),
    ]
    .into_iter()
    .filter_map(|(caveat, applies)| applies.then_some(caveat))
    .collect()
}
