//! Which streams count, and what the assessment leaves of them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::streams::Scoped;
use crate::analysis::exact::Fraction;
use crate::analysis::insight::context::Context;
use crate::analysis::insight::evidence::{self, Evidence, Id};
use crate::analysis::insight::scope::{Scope, Who};
use crate::analysis::insight::window::Calendar;
use crate::analysis::ruleset::Category;
use crate::analysis::stream::Attribution;
use crate::money::Cents;

/// Days of coverage from which "no income seen" is a finding.
const ENOUGH_DAYS: i64 = 90;
/// The whole, in thousandths.
const WHOLE: u16 = 1_000;
/// Someone else's name, or no name, on an account of several holders.
const UNATTRIBUTED: &str = "JOINT_ACCOUNT_UNATTRIBUTED";
/// It cannot be said what it brings a month.
pub(super) const NO_EQUIVALENT: &str = "NO_MONTHLY_EQUIVALENT";
/// Some stream that goes on is not in the figure.
pub(super) const LEFT_OUT: &str = "streamsLeftOut";
/// Benefits arrive after deductions, advances and debts were taken from them.
pub(super) const GOVERNMENT: &str = "governmentIncomeAfterDeductions";

/// `assessedMonthly`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Assessed {
    pub(super) amount: Option<Cents>,
    haircuts: Vec<Haircut>,
    left_out: Vec<LeftOut>,
}

/// What is left of the ongoing income of one category.
#[expect(clippy::struct_field_names, reason = "the names of the report's fields")]
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Haircut {
    category: Box<str>,
    haircut: Fraction<3>,
    ongoing_month: Cents,
    assessed_month: Cents,
    stream_ids: Vec<Id>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LeftOut {
    stream_id: Id,
    reason: &'static str,
}

/// True where a stream is an applicant's as far as the scope asks.
///
/// A single applicant's figure takes only what is known to be theirs. Where several apply together, the holder that is not named may
/// well be one of them, and only what names a stranger stays out.
pub(super) fn is_theirs(scoped: &Scoped<'_>, context: &Context<'_>, scope: &Scope) -> bool {
    match scoped.attribution {
        Attribution::Applicant => true,
        Attribution::OtherHolder => false,
        Attribution::Unknown => scope.who == Who::Combined && context.ledger.applicants.len() > 1,
    }
}

/// Why a sum over streams is null, or `None` where it stands.
pub(super) fn no_streams(calendar: &Calendar, any: bool) -> Option<&'static str> {
    match (any, calendar.common.window) {
        (true, _) => None,
        (false, None) => Some(evidence::NO_COVERAGE),
        (false, Some(_)) => (!calendar.has_days(ENOUGH_DAYS)).then_some(evidence::COVERAGE_TOO_SHORT),
    }
}

/// `assessedMonthly`, its evidence, and what the largest stream adds to it.
pub(super) fn draw(
    context: &Context<'_>,
    scope: &Scope,
    calendar: &Calendar,
    streams: &[Scoped<'_>],
) -> (Assessed, Evidence, Option<Cents>) {
    let mut by_category: BTreeMap<(Category, u16), Vec<(Cents, Id)>> = BTreeMap::new();
    let mut left_out = Vec::new();
    for scoped in streams.iter().filter(|scoped| scoped.goes_on()) {
        let id = || Id::from(&*scoped.stream.id);
        let reason = match scoped.ongoing() {
            _ if !is_theirs(scoped, context, scope) => UNATTRIBUTED,
            None => NO_EQUIVALENT,
            Some(amount) => {
                let own = context.ruleset.known().business_income;
                let haircut = context.ruleset.profile().haircut(scoped.stream.category);
                // A company of one's own pays what one lets it pay: as certain as its receipts.
                let haircut = if scoped.self_paid { haircut.max(context.ruleset.profile().haircut(own)) } else { haircut };
                by_category.entry((scoped.stream.category, haircut)).or_default().push((amount, id()));
                continue;
            }
        };
        left_out.push(LeftOut { stream_id: id(), reason });
    }
    let after = |amount: Cents, haircut: u16| amount.mul_div(i128::from(WHOLE - haircut), i128::from(WHOLE)).unwrap_or_default();
    let largest = by_category.iter().flat_map(|((_, haircut), of)| of.iter().map(|(amount, _)| after(*amount, *haircut))).max();
    let haircuts: Vec<Haircut> = (by_category.into_iter())
        .map(|((category, haircut), of)| {
            let ongoing_month: Cents = of.iter().map(|(amount, _)| *amount).sum();
            Haircut {
                category: context.code(category),
                haircut: Fraction::units(i128::from(haircut)),
                ongoing_month,
                assessed_month: after(ongoing_month, haircut),
                stream_ids: of.into_iter().map(|(_, id)| id).collect(),
            }
        })
        .collect();
    let unknown = haircuts.is_empty() && left_out.iter().any(|left| left.reason == NO_EQUIVALENT);
    let reason = no_streams(calendar, !haircuts.is_empty() || !left_out.is_empty()).or(unknown.then_some(NO_EQUIVALENT));
    let amount = reason.is_none().then(|| haircuts.iter().map(|haircut| haircut.assessed_month).sum());
    let evidence = Evidence::of("assessedMonthly")
        .from_streams(haircuts.iter().flat_map(|haircut| haircut.stream_ids.iter().cloned()).collect())
        .because(reason)
        .flagged(LEFT_OUT, !left_out.is_empty())
        .flagged(GOVERNMENT, haircuts.iter().any(|haircut| haircut.category.starts_with("GOV_")));
    (Assessed { amount, haircuts, left_out }, evidence, largest.filter(|_| reason.is_none()))
}
