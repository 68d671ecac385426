//! Holds reports to the truth of their households: every figure of the bars, by split.
//!
//! Reads the JSON document by the member names that callers see, nothing else of the library.

mod balances;
mod debts;
pub(crate) mod figure;
pub(crate) mod floor;
mod income;
mod join;
mod links;
mod quality;
mod risks;
mod rows;
mod series;
pub(crate) mod taxonomy;

use cdr_insights::analysis::report::{Stamp, assemble, document};
use cdr_insights::analysis::{analyse, ruleset::Ruleset};
use cdr_insights::submission::{ReadContext, parse};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use uuid::Uuid;

use crate::accuracy::truth::{Household, Truth};

pub(crate) use figure::Section;
pub(crate) use rows::Wrong;
use taxonomy::Taxonomy;

/// What is counted over the households of a split.
#[derive(Debug, Default)]
pub(crate) struct Score {
    pub(crate) households: u64,
    rows: rows::Rows,
    income: income::Income,
    links: links::Links,
    quality: quality::Quality,
    series: series::SeriesScore,
    debts: debts::Debts,
    risks: risks::Risks,
    balances: balances::Balances,
}

impl Score {
    /// Counts one household's report.
    pub(crate) fn add(&mut self, truth: &Truth, report: &Value, taxonomy: &Taxonomy) {
        let ids = join::join(truth, report);
        self.households += 1;
        self.rows.add(truth, report, &ids, taxonomy);
        self.income.add(truth, report, &ids, taxonomy);
        self.links.add(truth, report, &ids);
        self.quality.add(truth, report, &ids);
        self.series.add(truth, report, &ids);
        self.debts.add(truth, report, &ids);
        self.risks.add(truth, report, &ids);
        self.balances.add(truth, report);
    }

    /// Every figure with its bar.
    pub(crate) fn sections(&self) -> Vec<Section> {
        vec![
            self.rows.section(),
            self.rows.strata(),
            self.rows.banks(),
            self.rows.calibration(),
            self.income.section(),
            self.income.by_kind(),
            self.links.section(),
            self.quality.section(),
            self.series.section(),
            self.debts.section(),
            self.risks.section(),
            self.balances.section(),
        ]
    }

    /// The most frequent wrong answers.
    pub(crate) fn wrong(&self) -> Vec<Wrong> {
        self.rows.wrong()
    }

    /// Share right by stratum and category: the truth's code, rows, right ones, abstained ones.
    pub(crate) fn by_category(&self) -> Vec<(&'static str, u64, u64, u64)> {
        self.rows.by_category()
    }
}

/// The report of a household, as a caller would get it.
pub(crate) fn report(household: &Household, ruleset: &Ruleset) -> Value {
    let zone = TimeZone::get("Australia/Sydney").expect("a zone");
    let context = ReadContext { now: Timestamp::UNIX_EPOCH, time_zone: zone };
    let submission = parse(&household.payload, &context).expect("a payload that the service takes");
    let analysis = analyse(&submission, ruleset, household.truth.as_of);
    let stamp = Stamp {
        insights_id: Uuid::nil(),
        client_id: "local",
        client_name: "Local",
        accepted_at: Timestamp::UNIX_EPOCH,
        order_ids: &[Uuid::nil()],
        input_digest: [0; 32],
    };
    let document = document(&analysis, &submission, ruleset, &stamp);
    let mut whole: Value = serde_json::from_slice(&assemble(&document.head, &document.reports)).expect("the document is JSON");
    whole["insightsHeader"]["reports"][0].take()
}

/// An amount in cents, from its JSON number; `None` for null or nothing.
fn cents(value: &Value) -> Option<i64> {
    let text = value.as_number()?.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = format!("{fraction:0<2}");
    Some(sign * (whole.parse::<i64>().ok()? * 100 + fraction[..2].parse::<i64>().ok()?))
}

/// The members of a list; nothing where there is none.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Texts of a list.
fn texts(value: &Value) -> Vec<&str> {
    list(value).iter().filter_map(Value::as_str).collect()
}

/// An object without members is a block that nobody has built yet.
fn is_built(block: &Value) -> bool {
    block.as_object().is_some_and(|members| !members.is_empty())
}
