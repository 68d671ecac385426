//! `stress[]`: the surplus if income fell, if the largest stream stopped, if mortgage rates rose. What would be, not what is likely.

use serde::Serialize;

use super::NO_ASSESSED_INCOME;
use super::amortise::level_repayment;
use crate::analysis::exact::Fraction;
use crate::analysis::insight::commitments::{Commitments, Creditor};
use crate::analysis::insight::context::Context;
use crate::analysis::insight::evidence::Evidence;
use crate::analysis::insight::income::Income;
use crate::money::Cents;

/// There is no stream to lose.
const NO_INCOME_STREAM: &str = "NO_INCOME_STREAM";
/// A mortgage whose balance, rate or remaining term the payload does not say.
const MORTGAGE_TERMS_UNKNOWN: &str = "MORTGAGE_TERMS_UNKNOWN";
/// There is no mortgage, so a rise of its rate changes nothing.
const NO_MORTGAGE: &str = "noMortgage";
/// The loan pays interest only now; it is counted with principal and interest over what is left of its term.
const INTEREST_ONLY: &str = "interestOnly";
/// They pay more than a repayment at the higher rate would be: what they pay stands.
const PAYS_MORE: &str = "paysMoreThanStressed";
/// A whole, in thousandths.
const WHOLE: i128 = 1000;
/// A hundredth of a per cent, in millionths.
const BASIS_POINT: i64 = 100;

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Scenario {
    IncomeFall,
    LargestStreamLost,
    MortgageRateRise,
}

/// One scenario, a month.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stress {
    scenario: Scenario,
    /// Share that the income falls by.
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<Fraction<3>>,
    /// Percentage points that the rate rises by.
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<Fraction<2>>,
    /// Each mortgage with its repayment at the higher rate.
    #[serde(skip_serializing_if = "Option::is_none")]
    mortgages: Option<Vec<Mortgage>>,
    assessed_income: Option<Cents>,
    outgoings: Option<Cents>,
    surplus: Option<Cents>,
    evidence: StressEvidence,
}

#[derive(Clone, Debug, Serialize)]
struct StressEvidence {
    surplus: Evidence,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Mortgage {
    name: Box<str>,
    account_id: Option<Box<str>>,
    balance: Option<Cents>,
    rate: Option<Fraction<6>>,
    remaining_months: Option<u32>,
    ongoing_monthly: Option<Cents>,
    stressed_monthly: Option<Cents>,
    #[serde(skip)]
    is_interest_only: bool,
}

/// The scenarios of the profile, in its order.
pub(super) fn draw(
    context: &Context<'_>,
    income: &Income,
    commitments: &Commitments,
    outgoings: Option<Cents>,
    lacks: Option<&'static str>,
) -> Vec<Stress> {
    let profile = &context.ruleset.profile().affordability;
    let assessed = income.assessed_monthly();
    let surplus_lacks = if assessed.is_none() { Some(NO_ASSESSED_INCOME) } else { lacks };
    let base = |scenario, assessed: Option<Cents>, outgoings: Option<Cents>, formula, reason| Stress {
        scenario,
        share: None,
        points: None,
        mortgages: None,
        assessed_income: assessed,
        outgoings,
        surplus: assessed.zip(outgoings).map(|(assessed, outgoings)| assessed - outgoings),
        evidence: StressEvidence { surplus: Evidence::of(formula).because(reason) },
    };
    let fall = |share: &u16| {
        let left = assessed.and_then(|assessed| assessed.mul_div(WHOLE - i128::from(*share), WHOLE));
        let stress = base(Scenario::IncomeFall, left, outgoings, "stressIncomeFall", surplus_lacks);
        Stress { share: Some(Fraction::units(i128::from(*share))), ..stress }
    };
    let largest = income.largest_stream_monthly();
    let without = assessed.zip(largest).map(|(assessed, largest)| assessed - largest);
    let lost_reason = surplus_lacks.or(largest.is_none().then_some(NO_INCOME_STREAM));
    let lost = base(Scenario::LargestStreamLost, without, outgoings, "stressLargestStreamLost", lost_reason);

    let rise = profile.mortgage_rate_rise_basis_points;
    let mortgages = mortgages(context, commitments, i64::from(rise) * BASIS_POINT);
    let more: Option<Cents> =
        mortgages.iter().map(|mortgage| mortgage.stressed_monthly.zip(mortgage.ongoing_monthly).map(|(then, now)| then - now)).sum();
    let rise_reason = surplus_lacks.or(more.is_none().then_some(MORTGAGE_TERMS_UNKNOWN));
    let then = outgoings.zip(more).map(|(outgoings, more)| outgoings + more);
    let mut risen = base(Scenario::MortgageRateRise, assessed, then, "stressMortgageRateRise", rise_reason);
    let pays_more = |mortgage: &Mortgage| mortgage.stressed_monthly.is_some() && mortgage.stressed_monthly == mortgage.ongoing_monthly;
    risen.evidence.surplus = (risen.evidence.surplus)
        .flagged(NO_MORTGAGE, mortgages.is_empty())
        .flagged(INTEREST_ONLY, mortgages.iter().any(|mortgage| mortgage.is_interest_only))
        .flagged(PAYS_MORE, mortgages.iter().any(pays_more));
    risen.points = Some(Fraction::units(i128::from(rise)));
    risen.mortgages = Some(mortgages);
    profile.income_falls.iter().map(fall).chain([lost, risen]).collect()
}

/// The mortgages that still cost something, each with its repayment at a rate higher by `rise` millionths.
fn mortgages(context: &Context<'_>, commitments: &Commitments, rise: i64) -> Vec<Mortgage> {
    let known = context.ruleset.known();
    let is_owed = |creditor: &&Creditor| {
        let is_paid_off = creditor.balance().is_some_and(|balance| !balance.is_positive());
        let is_over = creditor.balance().is_none() && creditor.ongoing_monthly() == Some(Cents::ZERO);
        creditor.category() == known.mortgage_repayment && !is_paid_off && !is_over
    };
    let mortgage = |creditor: &Creditor| {
        let repayment = || level_repayment(creditor.balance()?, creditor.rate_millionths()? + rise, creditor.remaining_months()?);
        Mortgage {
            name: creditor.name().into(),
            account_id: creditor.account().map(|account| context.ledger.accounts[account].first().account_id.clone()),
            balance: creditor.balance(),
            rate: creditor.rate_millionths().map(|rate| Fraction::units(i128::from(rate))),
            remaining_months: creditor.remaining_months(),
            ongoing_monthly: creditor.ongoing_monthly(),
            stressed_monthly: creditor.ongoing_monthly().zip(repayment()).map(|(now, then)| now.max(then)),
            is_interest_only: creditor.is_interest_only(),
        }
    };
    commitments.creditors().iter().filter(is_owed).map(mortgage).collect()
}
