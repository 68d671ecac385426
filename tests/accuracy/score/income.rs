//! Income: which streams were found, what they are worth a month, what was kept out.

use std::collections::BTreeMap;

use serde_json::Value;

use super::figure::{Bar, Figure, Section, harmonic, percentile, ratio};
use super::join::{Ids, named, overlap};
use super::taxonomy::Taxonomy;
use super::{cents, is_built, list};
use crate::accuracy::truth::{IncomeStream, Kind, Truth};

/// Precision, recall and cadence of a sort of streams.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    predicted: u64,
    right: u64,
    truth: u64,
    caught: u64,
    cadence: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Income {
    built: bool,
    salary: Found,
    all: Found,
    /// Error of the ongoing month, truth and answer in cents, by kind.
    ongoing: BTreeMap<Kind, Vec<f64>>,
    overstated: BTreeMap<Kind, u64>,
    unsaid: u64,
    by_applicant: Vec<f64>,
    negatives: BTreeMap<&'static str, (u64, u64)>,
}

/// Streams are the same from this overlap, in thousandths.
const SAME: usize = 500;

impl Income {
    pub(crate) fn add(&mut self, truth: &Truth, report: &Value, ids: &Ids, taxonomy: &Taxonomy) {
        if !is_built(&report["income"]) {
            return;
        }
        self.built = true;
        let predicted: Vec<(&Value, Vec<&str>)> =
            list(&report["income"]["streams"]).iter().map(|stream| (stream, named(ids, &stream["transactionIds"]))).collect();
        self.streams(truth, &predicted, |category| category == "SALARY", true);
        self.streams(truth, &predicted, |category| taxonomy.is_income(category), false);
        self.kept_out(truth, report, &predicted);
        self.ongoing(truth, report);
    }

    fn streams(&mut self, truth: &Truth, predicted: &[(&Value, Vec<&str>)], of: impl Fn(&str) -> bool, salary: bool) {
        let found = if salary { &mut self.salary } else { &mut self.all };
        let category = |stream: &Value| stream["category"].as_str().unwrap_or_default().to_owned();
        let best = |rows: &[&str]| truth.streams.iter().max_by_key(|stream| overlap(rows, &stream.ids));
        for (stream, rows) in predicted.iter().filter(|(stream, _)| of(&category(stream))) {
            let of_truth = best(rows).filter(|of_truth| overlap(rows, &of_truth.ids) > 0);
            // Too short to be judged either way.
            if of_truth.is_some_and(|of_truth| !is_enough(of_truth)) {
                continue;
            }
            found.predicted += 1;
            let right = |of_truth: &&IncomeStream| of_truth.category == category(stream) && is_inside(rows, of_truth);
            found.right += u64::from(of_truth.as_ref().is_some_and(right));
        }
        for of_truth in truth.streams.iter().filter(|stream| of(stream.category) && is_enough(stream)) {
            found.truth += 1;
            let same =
                |(stream, rows): &&(&Value, Vec<&str>)| category(stream) == of_truth.category && overlap(rows, &of_truth.ids) >= SAME;
            if let Some((stream, _)) = predicted.iter().find(same) {
                found.caught += 1;
                found.cadence += u64::from(stream["cadence"].as_str() == Some(of_truth.cadence));
            }
        }
    }

    /// Regular credits that are not the applicant's income.
    fn kept_out(&mut self, truth: &Truth, report: &Value, predicted: &[(&Value, Vec<&str>)]) {
        let indicators = list(&report["riskIndicators"]);
        for negative in &truth.hard_negatives {
            let taken = predicted.iter().find(|(_, rows)| overlap(rows, &negative.ids) >= 300);
            let out = match negative.what {
                "partner's pay" => taken.is_none_or(|(stream, _)| stream["attribution"].as_str() != Some("APPLICANT")),
                "own company's pay" => indicators.iter().any(|fact| fact["code"].as_str() == Some("SELF_PAID_SALARY")),
                _ => taken.is_none(),
            };
            let count = self.negatives.entry(negative.what).or_default();
            *count = (count.0 + u64::from(out), count.1 + 1);
        }
    }

    fn ongoing(&mut self, truth: &Truth, report: &Value) {
        // A partner who is no applicant is paid too, and not counted on.
        let expected: i64 =
            truth.streams.iter().filter(|stream| !stream.ended && !stream.other_holder).filter_map(|stream| stream.monthly).sum();
        if expected <= 0 {
            return;
        }
        let said = cents(&report["income"]["totals"]["ongoingMonth"]);
        self.unsaid += u64::from(said.is_none());
        let said = said.unwrap_or(0);
        let error = ratio(said.abs_diff(expected), expected.unsigned_abs()).expect("an income");
        self.ongoing.entry(truth.kind).or_default().push(error);
        for applicant in &truth.applicants {
            let of = list(&report["applicants"]).iter().find(|one| one["applicantId"].as_str() == Some(&applicant.id));
            let said = of.and_then(|one| cents(&one["income"]["totals"]["ongoingMonth"])).unwrap_or(0);
            self.by_applicant.extend(ratio(said.abs_diff(applicant.ongoing_monthly), applicant.ongoing_monthly.unsigned_abs()));
        }
        *self.overstated.entry(truth.kind).or_default() += u64::from(said * 100 > expected * 105);
    }

    pub(crate) fn section(&self) -> Section {
        let (salary, all) = (self.salary, self.all);
        let errors: Vec<f64> = self.ongoing.values().flatten().copied().collect();
        let count = errors.len() as u64;
        let mut figures = vec![
            Figure::share("salary streams, precision", Bar::AtLeast(0.98), salary.right, salary.predicted),
            Figure::share("salary streams, recall", Bar::AtLeast(0.95), salary.caught, salary.truth),
            Figure::share("salary streams, cadence", Bar::AtLeast(0.97), salary.cadence, salary.caught),
            Figure::value("all income streams, F1", Bar::AtLeast(0.95), both(all), all.truth),
            Figure::share("all income streams, precision", Bar::Shown, all.right, all.predicted),
            Figure::share("all income streams, recall", Bar::Shown, all.caught, all.truth),
            Figure::value("ongoing monthly income, P90 of |error|", Bar::AtMost(0.05), percentile(&errors, 90), count),
            Figure::value("ongoing monthly income, median |error|", Bar::AtMost(0.01), percentile(&errors, 50), count),
            Figure::share("households overstated by more than 5 %", Bar::AtMost(0.01), self.overstated.values().sum(), count),
            Figure::value(
                "ongoing monthly income of each applicant, P90 of |error|",
                Bar::Shown,
                percentile(&self.by_applicant, 90),
                self.by_applicant.len() as u64,
            ),
            Figure::share("households without a figure", Bar::Shown, self.unsaid, count),
        ];
        for (what, (out, of)) in &self.negatives {
            figures.push(Figure::share(format!("kept out: {what}"), Bar::Shown, *out, *of));
        }
        Section::new("Income", self.built, figures)
    }

    pub(crate) fn by_kind(&self) -> Section {
        let mut figures = Vec::new();
        for kind in Kind::ALL {
            let Some(errors) = self.ongoing.get(&kind) else { continue };
            let count = errors.len() as u64;
            figures.push(Figure::value(format!("{kind:?}: P90 of |error|"), Bar::Shown, percentile(errors, 90), count));
            figures.push(Figure::value(format!("{kind:?}: median |error|"), Bar::Shown, percentile(errors, 50), count));
            figures.push(Figure::share(format!("{kind:?}: overstated by more than 5 %"), Bar::Shown, self.overstated[&kind], count));
        }
        Section::new("Ongoing monthly income by kind of household", self.built, figures)
    }
}

/// Pays enough to call it a stream.
fn is_enough(stream: &IncomeStream) -> bool {
    stream.ids.len() >= if matches!(stream.cadence, "HALF_YEARLY" | "ANNUAL") { 2 } else { 3 }
}

/// Most of what was taken is of that stream: a stream cut in two is two right halves, found once.
fn is_inside(rows: &[&str], of: &IncomeStream) -> bool {
    let common = rows.iter().filter(|row| of.ids.iter().any(|id| id == *row)).count();
    common * 10 >= rows.len() * 8
}

fn both(found: Found) -> Option<f64> {
    harmonic(ratio(found.right, found.predicted), ratio(found.caught, found.truth))
}
