//! Facts that a lender looks at: found where they show, silent where there are none.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::figure::{Bar, Figure, Section, ratio};
use super::join::{Ids, named};
use super::list;
use crate::accuracy::truth::{Failure, Truth};

/// Rows of the truth, found ones, rows of the report, right ones, clean households where it was cried without cause.
#[derive(Clone, Copy, Debug, Default)]
struct Fact {
    truth: u64,
    found: u64,
    said: u64,
    right: u64,
    alarms: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Risks {
    built: bool,
    clean: u64,
    facts: BTreeMap<&'static str, Fact>,
    benefits: Fact,
}

const CODES: [&str; 14] = [
    "DISHONOUR",
    "SMALL_AMOUNT_CREDIT",
    "BUY_NOW_PAY_LATER",
    "WAGE_ADVANCE",
    "GAMBLING",
    "DEBT_COLLECTION",
    "CASH_WITHDRAWAL",
    "CASH_ADVANCE",
    "CRYPTO",
    "LOTTERY",
    "DEBT_AGREEMENT",
    "TAX_DEBT",
    "CONSUMER_LEASE",
    "SELF_PAID_SALARY",
];
/// Those of the bars.
const HELD: usize = 9;

impl Risks {
    pub(crate) fn add(&mut self, truth: &Truth, report: &Value, ids: &Ids) {
        self.benefits(truth, report, ids);
        let indicators = list(&report["riskIndicators"]);
        self.built |= indicators.iter().any(|one| one["code"].is_string());
        self.clean += u64::from(truth.clean);
        for code in CODES {
            let indicator = indicators.iter().find(|one| one["code"].as_str() == Some(code));
            let said: BTreeSet<&str> = indicator.map(|one| named(ids, &one["transactionIds"]).into_iter().collect()).unwrap_or_default();
            let fact = self.facts.entry(code).or_default();
            if code == "DISHONOUR" {
                dishonours(fact, truth, &said);
            } else {
                let of: BTreeSet<&str> = truth.risks.get(code).iter().flat_map(|of| of.ids.iter().map(String::as_str)).collect();
                fact.truth += of.len() as u64;
                fact.found += of.intersection(&said).count() as u64;
                fact.said += said.len() as u64;
                fact.right += of.intersection(&said).count() as u64;
            }
            let cause = truth.risks.contains_key(code);
            fact.alarms += u64::from(truth.clean && !cause && !said.is_empty());
        }
    }

    fn benefits(&mut self, truth: &Truth, report: &Value, ids: &Ids) {
        for row in list(&report["transactions"]) {
            let Some(of) = row["transactionId"].as_str().and_then(|id| truth.rows.get(ids.get(id)?)) else { continue };
            let (is, said) = (of.category.starts_with("GOV_"), row["category"].as_str().is_some_and(|code| code.starts_with("GOV_")));
            let fact = &mut self.benefits;
            fact.truth += u64::from(is);
            fact.said += u64::from(said);
            fact.found += u64::from(is && said);
            fact.right += u64::from(is && said);
        }
    }

    pub(crate) fn section(&self) -> Section {
        let mut figures = vec![
            Figure::share("benefits (any GOV_ category), recall", Bar::AtLeast(0.97), self.benefits.found, self.benefits.truth),
            Figure::share("benefits (any GOV_ category), precision", Bar::AtLeast(0.97), self.benefits.right, self.benefits.said),
        ];
        for (index, code) in CODES.into_iter().enumerate() {
            let fact = self.facts.get(code).copied().unwrap_or_default();
            let (bar, alarms) = if index < HELD { (Bar::AtLeast(0.97), Bar::AtMost(0.02)) } else { (Bar::Shown, Bar::Shown) };
            figures.push(Figure::share(format!("{code}, recall"), bar, fact.found, fact.truth));
            figures.push(Figure::share(format!("{code}, precision"), bar, fact.right, fact.said));
            figures.push(Figure::value(
                format!("{code}, false alarms a clean household"),
                alarms,
                ratio(fact.alarms, self.clean),
                self.clean,
            ));
        }
        Section::new("Risk facts", self.built, figures)
    }
}

/// A dishonour is one fact, whichever of its rows shows it.
fn dishonours(fact: &mut Fact, truth: &Truth, said: &BTreeSet<&str>) {
    let rows = |failure: &Failure| -> Vec<String> {
        let shown = [&failure.debit, &failure.reversal, &failure.fee, &failure.represented];
        shown.into_iter().flatten().cloned().collect()
    };
    let observable = truth.failures.iter().filter(|failure| failure.reversal.is_some() || failure.fee.is_some());
    let mut known: BTreeSet<String> = BTreeSet::new();
    for failure in observable {
        let of = rows(failure);
        fact.truth += 1;
        fact.found += u64::from(of.iter().any(|id| said.contains(id.as_str())));
        known.extend(of);
    }
    fact.said += said.len() as u64;
    fact.right += said.iter().filter(|id| known.contains(**id)).count() as u64;
}
