//! The published part: totals, category groups, and beside each group its categories.
//!
//! Every counted row is summed by its sign, transfers and reversals included, so that the groups add up to the totals to the cent.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::evidence::Evidence;
use super::window::{Common, common_window, monthly};
use crate::analysis::days::Window;
use crate::analysis::label::Verdict;
use crate::analysis::ledger::{Ledger, View};
use crate::analysis::ruleset::{Category, Ruleset};
use crate::money::Cents;

/// A sum of rows of one direction: `{sumAmount, numberOfTransactions, Average}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Debits are negative.
    pub amount: Cents,
    /// How many rows.
    pub rows: u64,
}

/// The capital of `Average` is the publication's; without rows it is `null`.
impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sum = serializer.serialize_struct("Sum", 3)?;
        sum.serialize_field("sumAmount", &self.amount)?;
        sum.serialize_field("numberOfTransactions", &self.rows)?;
        sum.serialize_field("Average", &self.amount.mul_div(1, i128::from(self.rows)))?;
        sum.end()
    }
}

impl Sum {
    fn add(&mut self, amount: Cents) {
        self.amount += amount;
        self.rows += 1;
    }

    fn merge(&mut self, other: Self) {
        self.amount += other.amount;
        self.rows += other.rows;
    }
}

/// Money in and money out. A row of no money counts as money in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Total {
    /// Rows of zero and above.
    pub credit: Sum,
    /// Rows below zero.
    pub debit: Sum,
}

impl Total {
    fn add(&mut self, amount: Cents) {
        if amount.is_negative() { self.debit.add(amount) } else { self.credit.add(amount) }
    }

    fn merge(&mut self, other: Self) {
        self.credit.merge(other.credit);
        self.debit.merge(other.debit);
    }
}

/// One group. Debit stands before credit here, as published.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryGroup {
    #[serde(rename = "categoryGroup")]
    code: Box<str>,
    #[serde(rename = "categoryGroupDescription")]
    description: Box<str>,
    debit: Sum,
    credit: Sum,
    categories: Vec<CategoryFigures>,
}

/// One category of a group.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct CategoryFigures {
    category: Box<str>,
    category_description: Box<str>,
    debit: Sum,
    credit: Sum,
    monthly_average: Option<Cents>,
    evidence: CategoryEvidence,
}

#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct CategoryEvidence {
    monthly_average: Evidence,
}

/// What `combinedSummary` and the header's period are made of.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The reporting period; `None` when the payload names none and no row is counted.
    pub period: Option<Window>,
    /// Distinct institutions of the order.
    pub institutions: usize,
    /// Distinct accounts of the order.
    pub accounts: usize,
    /// All counted rows.
    pub total: Total,
    /// The groups that have a counted row, in taxonomy order.
    pub groups: Vec<CategoryGroup>,
}

/// Sums the counted rows.
pub(super) fn draw(ledger: &Ledger<'_>, verdicts: &[Verdict], ruleset: &Ruleset) -> Summary {
    let categories = ruleset.categories().len();
    let mut totals = vec![Total::default(); categories];
    let mut carried = vec![vec![false; categories]; ledger.accounts.len()];
    for (row, verdict) in counted(ledger, verdicts) {
        totals[index(verdict.category)].add(row.amount);
        carried[row.account][index(verdict.category)] = true;
    }
    let windows: Vec<Common> =
        ruleset.categories().map(|category| common_window(ledger, |account| carried[account][index(category)])).collect();
    let mut net = vec![Cents::ZERO; categories];
    for (row, verdict) in counted(ledger, verdicts) {
        let window = windows[index(verdict.category)].window;
        if window.zip(row.day).is_some_and(|(window, day)| window.contains(day)) {
            net[index(verdict.category)] += row.amount;
        }
    }
    let mut total = Total::default();
    for of_category in &totals {
        total.merge(*of_category);
    }
    let figures = |category: Category| -> Option<CategoryFigures> {
        let Total { credit, debit } = totals[index(category)];
        let (monthly_average, evidence) = monthly(net[index(category)], &windows[index(category)]);
        (credit.rows + debit.rows > 0).then(|| CategoryFigures {
            category: ruleset.code(category).into(),
            category_description: ruleset.name(category).into(),
            debit,
            credit,
            monthly_average,
            evidence: CategoryEvidence { monthly_average: evidence },
        })
    };
    let groups = ruleset.groups().filter_map(|group| {
        let of_group = || ruleset.categories().filter(|category| ruleset.group(*category) == group);
        let mut sum = Total::default();
        for category in of_group() {
            sum.merge(totals[index(category)]);
        }
        let categories: Vec<CategoryFigures> = of_group().filter_map(figures).collect();
        (!categories.is_empty()).then(|| CategoryGroup {
            code: ruleset.group_code(group).into(),
            description: ruleset.group_name(group).into(),
            debit: sum.debit,
            credit: sum.credit,
            categories,
        })
    });
    Summary {
        period: ledger.period(),
        institutions: institutions(ledger),
        accounts: ledger.accounts.len(),
        total,
        groups: groups.collect(),
    }
}

fn counted<'l>(
    ledger: &'l Ledger<'_>,
    verdicts: &'l [Verdict],
) -> impl Iterator<Item = (&'l crate::analysis::ledger::Row<'l>, &'l Verdict)> {
    ledger.rows.iter().zip(verdicts).filter(|(row, _)| row.is_counted())
}

fn index(category: Category) -> usize {
    usize::from(category.0)
}

/// Distinct institutions by name; a customer whose institution nobody names is one of its own. An account that came under two names is
/// one account, so the names are one institution's.
fn institutions(ledger: &Ledger<'_>) -> usize {
    let mut numbers: BTreeMap<(String, Option<usize>), usize> = BTreeMap::new();
    // Each points to an earlier name of its institution, the first to itself.
    let mut same: Vec<usize> = Vec::new();
    let root = |same: &[usize], mut at: usize| {
        while same[at] != at {
            at = same[at];
        }
        at
    };
    for account in &ledger.accounts {
        let is_named = account.views.iter().any(|view| institution(view).is_some());
        let names = account.views.iter().filter(|view| !is_named || institution(view).is_some()).map(|view| {
            let name = institution(view);
            let customer = name.is_none().then_some(view.customer);
            (name.unwrap_or_default(), customer)
        });
        let mut first = None;
        for name in names {
            let next = same.len();
            let number = *numbers.entry(name).or_insert(next);
            if number == next {
                same.push(next);
            }
            let (a, b) = (root(&same, number), root(&same, first.unwrap_or(number)));
            same[a.max(b)] = a.min(b);
            first = first.or(Some(number));
        }
    }
    same.iter().enumerate().filter(|(at, of)| at == *of).count()
}

/// The name of a view's institution, however it is spaced and capitalised.
fn institution(view: &View<'_>) -> Option<String> {
    let name = view.account.institution_name.as_deref()?;
    let name = name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ");
    (!name.is_empty()).then_some(name)
}
