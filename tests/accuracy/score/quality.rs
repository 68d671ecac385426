//! Rows that came twice, rows that wait, rows that are missing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde_json::Value;

use super::figure::{Bar, Figure, Section};
use super::join::{Ids, named};
use super::list;
use crate::accuracy::calendar::between;
use crate::accuracy::truth::{Duplicate, Repeat, Truth};

#[derive(Debug, Default)]
pub(crate) struct Quality {
    predicted: u64,
    right: u64,
    /// Truth and found, by what kind of repeat.
    by_repeat: BTreeMap<Repeat, (u64, u64)>,
    copies: (u64, u64),
    twins: (u64, u64),
    gaps_built: bool,
    gaps: (u64, u64, u64),
}

impl Quality {
    pub(crate) fn add(&mut self, truth: &Truth, report: &Value, ids: &Ids) {
        let quality = &report["dataQuality"];
        let groups: Vec<(Vec<&str>, &str)> = (list(&quality["duplicates"]).iter())
            .map(|group| (named(ids, &group["transactionIds"]), group["reason"].as_str().unwrap_or_default()))
            .collect();
        let (accounts, others): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(_, reason)| *reason == "SAME_ACCOUNT");
        self.second_views(truth, &accounts);
        let repeats: Vec<&Duplicate> = truth.duplicates.iter().filter(|one| one.repeat != Repeat::SameAccount).collect();
        for (rows, _) in &others {
            self.predicted += 1;
            self.right += u64::from(repeats.iter().any(|truth| is_of(rows, truth)));
        }
        for one in repeats {
            let sums = self.by_repeat.entry(one.repeat).or_default();
            *sums = (sums.0 + 1, sums.1 + u64::from(others.iter().any(|(rows, _)| is_of(rows, one))));
        }
        self.pending(truth, quality, ids);
        self.missing(truth, quality);
    }

    /// Rows of a joint account under its second consent count once.
    fn second_views(&mut self, truth: &Truth, groups: &[(Vec<&str>, &str)]) {
        let said: BTreeSet<&str> = groups.iter().flat_map(|(rows, _)| rows.iter().copied()).collect();
        for one in truth.duplicates.iter().filter(|one| one.repeat == Repeat::SameAccount) {
            let once = one.ids.iter().any(|id| said.contains(id.as_str()));
            self.copies = (self.copies.0 + 1, self.copies.1 + u64::from(once));
        }
    }

    fn pending(&mut self, truth: &Truth, quality: &Value, ids: &Ids) {
        let twins: BTreeMap<&str, &str> = (list(&quality["pending"]).iter())
            .filter_map(|hold| Some((*named(ids, &hold["transactionIds"]).first()?, ids.get(hold["twinOf"].as_str()?)?.as_str())))
            .collect();
        for (waiting, twin) in truth.pending.iter().filter_map(|(row, twin)| Some((row, twin.as_ref()?))) {
            self.twins = (self.twins.0 + 1, self.twins.1 + u64::from(twins.get(waiting.as_str()) == Some(&twin.as_str())));
        }
    }

    fn missing(&mut self, truth: &Truth, quality: &Value) {
        let Some(said) = quality["gaps"].as_array() else { return };
        self.gaps_built = true;
        let day = |value: &Value| value.as_str().and_then(|day| day.parse::<Date>().ok());
        let said: Vec<(&str, Date, Date)> =
            said.iter().filter_map(|gap| Some((gap["accountId"].as_str()?, day(&gap["from"])?, day(&gap["to"])?))).collect();
        let meets = |(account, from, to): &(String, Date, Date), (other, first, last): &(&str, Date, Date)| {
            let common = between(*from.max(first), *to.min(last)) + 1;
            account == other && common * 2 > between(*from, *to)
        };
        let found = truth.gaps.iter().filter(|gap| said.iter().any(|one| meets(gap, one))).count();
        let idle = said.iter().filter(|one| !truth.gaps.iter().any(|gap| meets(gap, one))).count();
        self.gaps = (self.gaps.0 + truth.gaps.len() as u64, self.gaps.1 + found as u64, self.gaps.2 + idle as u64);
    }

    pub(crate) fn section(&self) -> Section {
        let (truth, found) = self.by_repeat.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let mut figures = vec![
            Figure::share("duplicates, recall", Bar::AtLeast(0.95), found, truth),
            Figure::share("duplicates, precision", Bar::AtLeast(0.98), self.right, self.predicted),
        ];
        for (repeat, (truth, found)) in &self.by_repeat {
            figures.push(Figure::share(format!("duplicates, recall: {repeat:?}"), Bar::Shown, *found, *truth));
        }
        figures.push(Figure::share("rows of a joint account under two consents counted once", Bar::Shown, self.copies.1, self.copies.0));
        figures.push(Figure::share("pending rows told to be their posted twin", Bar::Shown, self.twins.1, self.twins.0));
        let gaps = Figure::share("gaps, recall", Bar::AtLeast(0.90), self.gaps.1, self.gaps.0);
        let idle = Figure::value("gaps that are none", Bar::Shown, super::figure::ratio(self.gaps.2, 1), self.gaps.0);
        figures.extend([gaps, idle].map(|figure| if self.gaps_built { figure } else { Figure { value: None, ..figure } }));
        Section::new("Data quality", true, figures)
    }
}

fn is_of(rows: &[&str], one: &Duplicate) -> bool {
    let common = rows.iter().filter(|row| one.ids.iter().any(|id| id == *row)).count();
    common >= one.ids.len().min(2)
}
