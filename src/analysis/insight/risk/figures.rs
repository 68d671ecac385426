//! From what was found to an indicator: count, total, month, share of income, trend.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::Serialize;

use super::details::Details;
use crate::analysis::exact::{Day, Fraction};
use crate::analysis::insight::commitments::looked;
use crate::analysis::insight::commitments::ratios::{INCOME_UNKNOWN, NO_INCOME};
use crate::analysis::insight::commitments::trend::Trend;
use crate::analysis::insight::context::Context;
use crate::analysis::insight::evidence::{self, Evidence, Id};
use crate::analysis::insight::income::Income;
use crate::analysis::insight::scope::Scope;
use crate::money::Cents;

/// The payload has nothing that this could be seen in.
pub(super) const NOT_OBSERVABLE: &str = "NOT_OBSERVABLE";
/// It is a fact without an amount.
const NO_AMOUNT: &str = "NO_AMOUNT";

/// One element of `riskIndicators[]`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RiskIndicator {
    code: &'static str,
    count: Option<usize>,
    total: Option<Cents>,
    monthly_average: Option<Cents>,
    share_of_income: Option<Fraction<4>>,
    last_date: Option<Day>,
    trend: Option<Trend>,
    threshold: Option<Threshold>,
    explanation: String,
    transaction_ids: Vec<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details>,
    evidence: RiskEvidence,
}

/// From where on something is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Threshold {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) amount: Option<Cents>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) share: Option<Fraction<3>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RiskEvidence {
    count: Evidence,
    total: Evidence,
    monthly_average: Evidence,
    share_of_income: Evidence,
    trend: Evidence,
}

/// What was looked for, and what was found of it.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    code: &'static str,
    formula: &'static str,
    /// Every row behind it.
    rows: Vec<usize>,
    /// What is counted and summed.
    events: Vec<(Date, Cents)>,
    /// How many, where events are not what is counted.
    count: Option<usize>,
    has_amount: bool,
    last: Option<Date>,
    threshold: Option<Threshold>,
    details: Option<Details>,
    reason: Option<&'static str>,
    flags: Vec<&'static str>,
    /// What one and what several are called.
    words: (Cow<'static, str>, Cow<'static, str>),
    /// A sentence behind the first.
    more: String,
}

impl Draft {
    /// An indicator of which nothing was found yet; the words say what one is and what several are.
    pub(super) fn new(code: &'static str, formula: &'static str, one: &'static str, many: &'static str) -> Self {
        Self {
            code,
            formula,
            rows: Vec::new(),
            events: Vec::new(),
            count: None,
            has_amount: true,
            last: None,
            threshold: None,
            details: None,
            reason: None,
            flags: Vec::new(),
            words: (one.into(), many.into()),
            more: String::new(),
        }
    }

    /// One more event, of a row.
    pub(super) fn add(&mut self, row: usize, day: Date, amount: Cents) {
        self.rows.push(row);
        self.events.push((day, amount));
    }

    /// An event without a row of its own.
    pub(super) fn add_event(&mut self, day: Date, amount: Cents) {
        self.events.push((day, amount));
    }

    /// Rows that stand behind it and are no events.
    pub(super) fn with_rows(mut self, rows: impl IntoIterator<Item = usize>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// So many, whatever the events.
    pub(super) fn counted(mut self, count: usize) -> Self {
        self.count = Some(count);
        self
    }

    /// A fact without an amount.
    pub(super) fn without_amount(mut self) -> Self {
        self.has_amount = false;
        self
    }

    /// Its last day, where it is no event's.
    pub(super) fn last_on(mut self, day: Option<Date>) -> Self {
        self.last = day;
        self
    }

    pub(super) fn with_threshold(mut self, amount: Option<Cents>, share: Option<u16>) -> Self {
        self.threshold = Some(Threshold { amount, share: share.map(|share| Fraction::units(i128::from(share))) });
        self
    }

    pub(super) fn detailed(mut self, details: Details) -> Self {
        self.details = Some(details);
        self
    }

    /// It cannot be said, and why.
    pub(super) fn because(mut self, reason: Option<&'static str>) -> Self {
        self.reason = reason;
        self
    }

    pub(super) fn flagged(mut self, flag: &'static str, applies: bool) -> Self {
        self.flags.extend(applies.then_some(flag));
        self
    }

    /// A sentence more, where something was found.
    pub(super) fn saying(mut self, more: &str) -> Self {
        if !self.more.is_empty() && !more.is_empty() {
            self.more.push(' ');
        }
        self.more.push_str(more);
        self
    }

    /// Its last day so far.
    pub(super) fn last_day(&self) -> Option<Date> {
        self.last.or(self.events.iter().map(|(day, _)| *day).max())
    }

    /// How many there are so far.
    pub(super) fn found(&self) -> usize {
        self.count.unwrap_or(self.events.len())
    }

    /// The indicator.
    pub(super) fn finish(mut self, context: &Context<'_>, scope: &Scope, income: &Income) -> RiskIndicator {
        self.rows.sort_unstable();
        self.rows.dedup();
        self.events.sort_unstable();
        let calendar = looked::calendar(context, scope, self.rows.iter().copied());
        let count = self.found();
        let no_days = (calendar.common.window.is_none() && count == 0).then_some(evidence::NO_COVERAGE);
        let reason = self.reason.or(no_days);
        let amount_reason = reason.or((!self.has_amount).then_some(NO_AMOUNT));
        let total: Cents = self.events.iter().map(|(_, amount)| *amount).sum();
        let series = calendar.series(self.events.iter().copied());
        let mut of_month = calendar.evidence("riskMonthlyAverage");
        of_month.reason = amount_reason.or(of_month.reason);
        let monthly_average = if of_month.reason.is_none() { calendar.mean(&series) } else { None };
        let (share_of_income, of_share) = share(monthly_average, income, &of_month);
        let trend = if amount_reason.is_some() { None } else { Trend::of(self.events.iter().copied(), calendar.common.window) };
        let mut of_trend = Trend::evidence(trend.as_ref(), calendar.common.window.is_some());
        of_trend.reason = amount_reason.or(of_trend.reason);
        let last = self.last.or(self.events.last().map(|(day, _)| *day)).filter(|_| reason.is_none());
        let mut of_count = Evidence::of(self.formula).because(reason);
        of_count.flags.clone_from(&self.flags);
        RiskIndicator {
            code: self.code,
            explanation: self.explain(reason, count, total, last),
            count: Some(count).filter(|_| reason.is_none()),
            total: Some(total).filter(|_| amount_reason.is_none()),
            monthly_average,
            share_of_income,
            last_date: last.map(Day),
            trend,
            threshold: self.threshold,
            transaction_ids: context.ids_of(self.rows),
            details: self.details,
            evidence: RiskEvidence {
                count: of_count,
                total: Evidence::of("riskTotal").because(amount_reason),
                monthly_average: of_month,
                share_of_income: of_share,
                trend: of_trend,
            },
        }
    }

    /// A plain sentence: how many, how much, when last. Without a verdict.
    fn explain(&self, reason: Option<&'static str>, count: usize, total: Cents, last: Option<Date>) -> String {
        let (one, many) = &self.words;
        if let Some(reason) = reason {
            let why = match reason {
                NOT_OBSERVABLE => "the payload has nothing that they could be seen in",
                evidence::NO_COVERAGE => "no day is covered",
                evidence::COVERAGE_TOO_SHORT => "too few days are covered",
                _ => "what it rests on is unknown",
            };
            return format!("Nothing can be said of {many}: {why}.");
        }
        if count == 0 {
            return format!("Looked for {many} and found none.");
        }
        let words = if count == 1 { one } else { many };
        let total = if self.has_amount { format!(", {total} in all") } else { String::new() };
        let last = last.map(|last| format!(", the last on {last}")).unwrap_or_default();
        let mut sentence = format!("{count} {words}{total}{last}.");
        if !self.more.is_empty() {
            sentence.push(' ');
            sentence.push_str(&self.more);
        }
        sentence
    }
}

/// A month of it ÷ the mean month of income.
fn share(monthly: Option<Cents>, income: &Income, of_month: &Evidence) -> (Option<Fraction<4>>, Evidence) {
    let mean = income.mean_monthly();
    let no_income = match mean {
        None => Some(INCOME_UNKNOWN),
        Some(mean) if !mean.is_positive() => Some(NO_INCOME),
        Some(_) => None,
    };
    let reason = of_month.reason.or(no_income);
    let share = monthly.zip(mean).filter(|_| reason.is_none());
    let share = share.and_then(|(monthly, mean)| Fraction::of(monthly.get().max(0), mean.get()));
    (share, Evidence::of("riskShareOfIncome").because(reason))
}
