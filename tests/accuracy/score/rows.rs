//! Categories, row by row: exact, by group and by LIXI; by stratum; how far the confidence can be believed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::figure::{Bar, Figure, Section, f1, ratio};
use super::join::Ids;
use super::list;
use super::taxonomy::{Taxonomy, abstains};
use crate::accuracy::truth::{RowTruth, Stratum, Truth};

/// Counts of a stratum, by rows and by cents.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    rows: u64,
    exact: u64,
    group: u64,
    lixi: u64,
    ambiguous: u64,
    abstained: u64,
    cents: u64,
    exact_cents: u64,
}

/// Counts of a category.
#[derive(Clone, Copy, Debug, Default)]
struct Code {
    truth: u64,
    answered: u64,
    right: u64,
    abstained: u64,
}

/// A wrong answer and how often it was given.
#[derive(Clone, Debug)]
pub(crate) struct Wrong {
    pub(crate) truth: &'static str,
    pub(crate) answer: String,
    pub(crate) times: u64,
    pub(crate) examples: Vec<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Rows {
    strata: BTreeMap<Stratum, Tally>,
    /// Rows and right ones of each bank's words.
    banks: BTreeMap<&'static str, (u64, u64)>,
    codes: BTreeMap<String, Code>,
    /// Rows, right ones, Σ confidence in thousandths.
    bands: [(u64, u64, u64); 10],
    sure: (u64, u64),
    wrong: BTreeMap<(&'static str, String), (u64, Vec<String>)>,
    names: BTreeMap<String, &'static str>,
}

/// From this confidence a row is called sure.
const SURE: u64 = 980;
const EXAMPLES: usize = 6;

impl Rows {
    pub(crate) fn add(&mut self, truth: &Truth, report: &Value, ids: &Ids, taxonomy: &Taxonomy) {
        let copies: Vec<&str> =
            truth.accounts.iter().filter(|account| account.copy_of.is_some()).map(|account| &*account.account_id).collect();
        for row in list(&report["transactions"]) {
            let id = row["transactionId"].as_str().and_then(|id| ids.get(id));
            let Some(of) = id.and_then(|id| truth.rows.get(id)) else { continue };
            if of.posted && !copies.contains(&&*of.account_id) {
                self.row(of, row, taxonomy);
            }
        }
    }

    fn row(&mut self, of: &RowTruth, row: &Value, taxonomy: &Taxonomy) {
        let answer = row["category"].as_str().unwrap_or_default();
        let thousandths = confidence(&row["confidence"]);
        let right = answer == of.category;
        let abstained = abstains(answer) && !right;
        let cents = of.cents.unsigned_abs();
        let tally = self.strata.entry(of.stratum).or_default();
        tally.rows += 1;
        tally.cents += cents;
        tally.exact += u64::from(right);
        tally.exact_cents += if right { cents } else { 0 };
        tally.group += u64::from(taxonomy.same_group(answer, of.category));
        tally.lixi += u64::from(taxonomy.same_lixi(answer, of.category));
        tally.ambiguous += u64::from(right || taxonomy.is_ambiguous(answer, of.category));
        tally.abstained += u64::from(abstained);
        let bank = self.banks.entry(of.bank).or_default();
        *bank = (bank.0 + 1, bank.1 + u64::from(right));
        self.names.insert(of.category.to_owned(), of.category);
        let code = self.codes.entry(of.category.to_owned()).or_default();
        code.truth += 1;
        code.right += u64::from(right);
        code.abstained += u64::from(abstained);
        self.codes.entry(answer.to_owned()).or_default().answered += 1;
        let of_band = &mut self.bands[usize::try_from(thousandths.min(999) / 100).expect("below ten")];
        *of_band = (of_band.0 + 1, of_band.1 + u64::from(right), of_band.2 + thousandths);
        if thousandths >= SURE {
            self.sure = (self.sure.0 + 1, self.sure.1 + u64::from(right));
        }
        if !right {
            let (times, examples) = self.wrong.entry((of.category, answer.to_owned())).or_default();
            *times += 1;
            if examples.len() < EXAMPLES && !examples.contains(&of.description) {
                examples.push(of.description.clone());
            }
        }
    }

    fn all(&self) -> Tally {
        self.strata.values().fold(Tally::default(), |sum, one| Tally {
            rows: sum.rows + one.rows,
            exact: sum.exact + one.exact,
            group: sum.group + one.group,
            lixi: sum.lixi + one.lixi,
            ambiguous: sum.ambiguous + one.ambiguous,
            abstained: sum.abstained + one.abstained,
            cents: sum.cents + one.cents,
            exact_cents: sum.exact_cents + one.exact_cents,
        })
    }

    pub(crate) fn section(&self) -> Section {
        let all = self.all();
        let of = |stratum: Stratum| self.strata.get(&stratum).copied().unwrap_or_default();
        let (known, unnamed, local, confuser) =
            (of(Stratum::KnownBrand), of(Stratum::UnnamedBrand), of(Stratum::LocalBusiness), of(Stratum::Confuser));
        let figures = vec![
            Figure::share("known brands and billers, exact", Bar::AtLeast(0.97), known.exact, known.rows),
            Figure::share(
                "brands that no file names, precision of answers",
                Bar::AtLeast(0.92),
                unnamed.exact,
                unnamed.rows - unnamed.abstained,
            ),
            Figure::share("brands that no file names, coverage", Bar::Shown, unnamed.rows - unnamed.abstained, unnamed.rows),
            Figure::share("local businesses told by a word, exact", Bar::AtLeast(0.92), local.exact, local.rows),
            Figure::share("all rows, exact", Bar::AtLeast(0.92), all.exact, all.rows),
            Figure::share("all rows, exact, by value", Bar::AtLeast(0.92), all.exact_cents, all.cents),
            Figure::share("all rows, group", Bar::AtLeast(0.95), all.group, all.rows),
            Figure::share("all rows, LIXI", Bar::Shown, all.lixi, all.rows),
            Figure::share("all rows, exact or a neighbour by `ambiguous_with`", Bar::Shown, all.ambiguous, all.rows),
            Figure::value("macro-F1, categories of 30 rows or more", Bar::AtLeast(0.85), self.macro_f1(), all.rows),
            Figure::share("rows with confidence ≥ 0.98: right", Bar::AtLeast(0.98), self.sure.1, self.sure.0),
            Figure::share("rows with confidence ≥ 0.98: share of rows", Bar::AtLeast(0.75), self.sure.0, all.rows),
            Figure::share("names that look like others, exact", Bar::AtLeast(0.92), confuser.exact, confuser.rows),
            Figure::share("all rows, precision of answers", Bar::AtLeast(0.95), all.exact, all.rows - all.abstained),
            Figure::share("all rows, answered", Bar::Shown, all.rows - all.abstained, all.rows),
            Figure::value("calibration error (ECE, ten bands)", Bar::AtMost(0.03), self.calibration_error(), all.rows),
        ];
        Section::new("Categories", all.rows > 0, figures)
    }

    pub(crate) fn strata(&self) -> Section {
        let mut figures = Vec::new();
        for stratum in Stratum::ALL {
            let Some(tally) = self.strata.get(&stratum) else { continue };
            figures.push(Figure::share(format!("{stratum:?}: exact"), Bar::Shown, tally.exact, tally.rows));
            figures.push(Figure::share(
                format!("{stratum:?}: exact, by value (dollars)"),
                Bar::Shown,
                tally.exact_cents / 100,
                tally.cents / 100,
            ));
            figures.push(Figure::share(format!("{stratum:?}: group"), Bar::Shown, tally.group, tally.rows));
            figures.push(Figure::share(format!("{stratum:?}: LIXI"), Bar::Shown, tally.lixi, tally.rows));
            figures.push(Figure::share(format!("{stratum:?}: exact or a neighbour"), Bar::Shown, tally.ambiguous, tally.rows));
            figures.push(Figure::share(
                format!("{stratum:?}: precision of answers"),
                Bar::Shown,
                tally.exact,
                tally.rows - tally.abstained,
            ));
        }
        Section::new("By stratum", true, figures)
    }

    pub(crate) fn banks(&self) -> Section {
        let figures = self.banks.iter().map(|(bank, (rows, right))| Figure::share(format!("{bank}: exact"), Bar::Shown, *right, *rows));
        Section::new("By bank", true, figures.collect())
    }

    pub(crate) fn calibration(&self) -> Section {
        let mut figures = Vec::new();
        for (index, (rows, right, confidence)) in self.bands.into_iter().enumerate() {
            let band = format!("confidence 0.{index}–{}", if index == 9 { "1.0".to_owned() } else { format!("0.{}", index + 1) });
            figures.push(Figure::share(format!("{band}: right"), Bar::Shown, right, rows));
            figures.push(Figure::value(format!("{band}: said"), Bar::Shown, ratio(confidence, rows * 1_000), rows));
        }
        Section::new("Reliability", true, figures)
    }

    fn macro_f1(&self) -> Option<f64> {
        let scores: Vec<f64> =
            self.codes.values().filter(|code| code.truth >= 30).filter_map(|code| f1(code.right, code.answered, code.truth)).collect();
        let count = u32::try_from(scores.len()).expect("a hundred categories");
        (count > 0).then(|| scores.iter().sum::<f64>() / f64::from(count))
    }

    fn calibration_error(&self) -> Option<f64> {
        let all: u64 = self.bands.iter().map(|(rows, _, _)| rows).sum();
        // Σ |right − said| over bands, each weighted by its rows, in thousandths of a row.
        let off: u64 = self.bands.iter().map(|(_, right, said)| (right * 1_000).abs_diff(*said)).sum();
        ratio(off, all * 1_000)
    }

    pub(crate) fn wrong(&self) -> Vec<Wrong> {
        let of = |((truth, answer), (times, examples)): (&(&'static str, String), &(u64, Vec<String>))| Wrong {
            truth,
            answer: answer.clone(),
            times: *times,
            examples: examples.clone(),
        };
        let mut wrong: Vec<Wrong> = self.wrong.iter().map(of).collect();
        wrong.sort_by_key(|one| std::cmp::Reverse(one.times));
        wrong
    }

    pub(crate) fn by_category(&self) -> Vec<(&'static str, u64, u64, u64)> {
        self.codes.iter().filter_map(|(code, of)| Some((*self.names.get(code)?, of.truth, of.right, of.abstained))).collect()
    }
}

/// A confidence in thousandths, from its JSON number.
fn confidence(value: &Value) -> u64 {
    let text = value.as_number().map(ToString::to_string).unwrap_or_default();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = format!("{fraction:0<3}");
    whole.parse::<u64>().unwrap_or(0) * 1_000 + fraction[..3].parse::<u64>().unwrap_or(0)
}
