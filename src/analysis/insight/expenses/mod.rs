//! `expenses`: what living costs a month, by category, by group and by LIXI category.
//!
//! Living expenses only: own transfers, money to people, repayments, gambling, cash and crypto, voluntary saving, payments that came back
//! and what a shared loan costs stand elsewhere. Refunds are net. All of it speaks of one window, so that every split adds up.

mod bills;
mod essentials;
mod figures;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::context::Context;
use super::evidence::{Evidence, Id};
use super::scope::{Entry, Role, Scope, Who};
use super::window::{Calendar, ENOUGH_MONTHS, Series};
use crate::analysis::ruleset::{Category, Necessity};
use crate::money::Cents;

pub use essentials::Essential;
use essentials::MissingEssential;
use figures::{Figures, FiguresEvidence, Range, Sums};

/// Nothing was declared.
const NOT_DECLARED: &str = "NOT_DECLARED";
/// What was declared is of all applicants together.
const OF_ALL_APPLICANTS: &str = "OF_ALL_APPLICANTS";

/// The block. Positive is money out.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Expenses {
    by_category: Vec<CategoryExpenses>,
    by_group: Vec<GroupExpenses>,
    by_lixi: Vec<LixiExpenses>,
    total: Figures,
    essential: Option<Cents>,
    discretionary: Option<Cents>,
    unclassified: Option<Cents>,
    fixed: Option<Cents>,
    flexible: Option<Cents>,
    #[serde(rename = "flexibleP20")]
    flexible_p20: Option<Cents>,
    #[serde(rename = "flexibleP80")]
    flexible_p80: Option<Cents>,
    hem_covered: Option<Cents>,
    hem_benchmark: Option<Cents>,
    missing_essentials: Option<Vec<MissingEssential>>,
    evidence: ExpensesEvidence,
    /// First of each complete month and what was spent in it, lumpy bills spread.
    #[serde(skip)]
    months: Vec<(Date, Cents)>,
    #[serde(skip)]
    flexible_months: Vec<(Date, Cents)>,
    /// The annualised figure of each category.
    #[serde(skip)]
    annualised: BTreeMap<Category, Cents>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CategoryExpenses {
    category: Box<str>,
    #[serde(flatten)]
    figures: Figures,
    annualised_range: Option<Range>,
    transaction_ids: Vec<Id>,
    evidence: FiguresEvidence,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupExpenses {
    category_group: Box<str>,
    #[serde(flatten)]
    figures: Figures,
    categories: Vec<Box<str>>,
    evidence: FiguresEvidence,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LixiExpenses {
    lixi_category: Option<Box<str>>,
    #[serde(flatten)]
    figures: Figures,
    categories: Vec<Box<str>>,
    evidence: FiguresEvidence,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ExpensesEvidence {
    total: FiguresEvidence,
    essential: Evidence,
    discretionary: Evidence,
    unclassified: Evidence,
    fixed: Evidence,
    flexible: Evidence,
    #[serde(rename = "flexibleP20")]
    flexible_p20: Evidence,
    #[serde(rename = "flexibleP80")]
    flexible_p80: Evidence,
    hem_covered: Evidence,
    hem_benchmark: Evidence,
    missing_essentials: Evidence,
}

/// A row of the window.
#[derive(Clone, Copy, Debug)]
struct Item {
    row: usize,
    category: Category,
    day: Date,
    /// Positive is money out, negative a refund.
    amount: Cents,
    /// In a recurring stream.
    is_fixed: bool,
}

/// A category with its rows and sums.
struct Spent {
    category: Category,
    /// Positions in the items.
    at: Vec<usize>,
    sums: Sums,
    figures: Figures,
}

impl Expenses {
    /// All living expenses of a month, lumpy bills annualised; `None` where the coverage is too short. Positive is money out.
    #[must_use]
    pub fn mean_monthly(&self) -> Option<Cents> {
        self.total.annualised_lumpy
    }

    /// The essential part of [`Self::mean_monthly`].
    #[must_use]
    pub fn essential_monthly(&self) -> Option<Cents> {
        self.essential
    }

    /// The part of [`Self::mean_monthly`] that the Household Expenditure Measure covers.
    #[must_use]
    pub fn hem_covered(&self) -> Option<Cents> {
        self.hem_covered
    }

    /// The part of [`Self::mean_monthly`] that one category makes; 0 where it has no row.
    #[must_use]
    pub fn monthly_of(&self, category: Category) -> Option<Cents> {
        self.total.annualised_lumpy.map(|_| self.annualised.get(&category).copied().unwrap_or(Cents::ZERO))
    }

    /// What was spent in each complete month, by its first day, lumpy bills spread.
    #[must_use]
    pub fn months(&self) -> &[(Date, Cents)] {
        &self.months
    }

    /// What was spent outside recurring payments in each complete month, by its first day, lumpy bills spread.
    #[must_use]
    pub fn flexible_months(&self) -> &[(Date, Cents)] {
        &self.flexible_months
    }

    /// The essentials that no row pays; empty where the coverage is too short to tell.
    pub fn missing_essentials(&self) -> impl Iterator<Item = Essential> {
        self.missing_essentials.iter().flatten().map(|missing| missing.essential)
    }
}

/// Draws the block of a scope.
pub(super) fn draw(context: &Context<'_>, scope: &Scope) -> Expenses {
    let calendar = scope.calendar_of_spending(context.ledger, &[Role::Expense]);
    let items = items(context, scope, &calendar);
    let spent = spent(context, &items, &calendar);
    let total = together(&spent.iter().collect::<Vec<_>>(), &calendar);
    let part = |keep: &dyn Fn(Category) -> bool| -> Option<Cents> {
        let kept = spent.iter().filter(|of| keep(of.category));
        total.annualised_lumpy.map(|_| kept.filter_map(|of| of.figures.annualised_lumpy).sum())
    };
    let of_necessity = |necessity| part(&|category| context.ruleset.necessity(category) == necessity);
    let of_fixed = |of: &Spent| calendar.mean(&of.sums.fixed).unwrap_or_default() + of.sums.bills_fixed;
    let fixed = total.annualised_lumpy.map(|_| spent.iter().map(of_fixed).sum());
    let months = by_month(&spent, &calendar, |sums| (&sums.ordinary.months, sums.bills));
    let fixed_months = by_month(&spent, &calendar, |sums| (&sums.fixed.months, sums.bills_fixed));
    let flexible_months: Vec<(Date, Cents)> =
        months.iter().zip(fixed_months).map(|((month, all), (_, fixed))| (*month, *all - fixed)).collect();
    let flexible = Series { months: flexible_months.iter().map(|(_, amount)| *amount).collect(), total: Cents::ZERO };
    let (missing_essentials, missing) = essentials::missing(context, scope, &calendar);
    let (hem_benchmark, benchmark) = hem_benchmark(context, scope);
    Expenses {
        by_category: spent.iter().map(|of| of_category(context, of, &items, &calendar)).collect(),
        by_group: by_group(context, &spent, &calendar),
        by_lixi: by_lixi(context, &spent, &calendar),
        essential: of_necessity(Necessity::Essential),
        discretionary: of_necessity(Necessity::Discretionary),
        unclassified: of_necessity(Necessity::None),
        fixed,
        flexible: total.annualised_lumpy.zip(fixed).map(|(total, fixed)| total - fixed),
        flexible_p20: calendar.percentile(&flexible, 20),
        flexible_p80: calendar.percentile(&flexible, 80),
        hem_covered: part(&|category| context.ruleset.hem(category)),
        hem_benchmark,
        missing_essentials,
        evidence: ExpensesEvidence::of(context, &spent, &items, &calendar, benchmark, missing),
        annualised: spent.iter().filter_map(|of| Some((of.category, of.figures.annualised_lumpy?))).collect(),
        total,
        months,
        flexible_months,
    }
}

/// The rows of living expenses inside the window, in the ledger's order.
fn items(context: &Context<'_>, scope: &Scope, calendar: &Calendar) -> Vec<Item> {
    let window = calendar.common.window;
    let inside = scope.of_roles(&[Role::Expense]).filter(|entry| window.is_some_and(|window| window.contains(entry.day)));
    let item = |entry: &Entry| Item {
        row: entry.row,
        category: entry.category,
        day: entry.day,
        amount: -entry.amount,
        is_fixed: context.streams.of(entry.row).is_some_and(|stream| !stream.is_credit && stream.cadence.per_year().is_some()),
    };
    inside.map(item).collect()
}

/// The items by category, each category with its figures, in the taxonomy's order.
fn spent(context: &Context<'_>, items: &[Item], calendar: &Calendar) -> Vec<Spent> {
    let bills = calendar.common.window.map(|window| bills::find(context, items, window)).unwrap_or_default();
    let mut is_lumpy = vec![false; items.len()];
    bills.iter().flat_map(|bill| &bill.items).for_each(|&at| is_lumpy[at] = true);
    let mut by_category: BTreeMap<Category, Vec<usize>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        by_category.entry(item.category).or_default().push(at);
    }
    let mut sums: BTreeMap<Category, Sums> =
        by_category.iter().map(|(category, at)| (*category, Sums::of(calendar, items, at, &is_lumpy))).collect();
    for bill in &bills {
        let first = &items[bill.items[0]];
        if let Some(sums) = sums.get_mut(&first.category) {
            sums.add_bill(bill, first.is_fixed);
        }
    }
    let spent = |(category, at)| {
        let sums = sums.remove(&category)?;
        let figures = sums.figures(calendar);
        Some(Spent { category, at, sums, figures })
    };
    by_category.into_iter().filter_map(spent).collect()
}

fn of_category(context: &Context<'_>, of: &Spent, items: &[Item], calendar: &Calendar) -> CategoryExpenses {
    let lumpy = context.ids_of(of.sums.lumpy.iter().map(|&at| items[at].row));
    let mut evidence = FiguresEvidence::of(calendar).with_bills(of.sums.flags());
    if !lumpy.is_empty() {
        evidence.annualised_lumpy.transaction_ids = Some(lumpy);
    }
    CategoryExpenses {
        category: context.code(of.category),
        figures: of.figures,
        annualised_range: of.sums.range(&of.figures),
        transaction_ids: context.ids_of(of.at.iter().map(|&at| items[at].row)),
        evidence,
    }
}

fn by_group(context: &Context<'_>, spent: &[Spent], calendar: &Calendar) -> Vec<GroupExpenses> {
    let of_group = |group| {
        let of: Vec<&Spent> = spent.iter().filter(|of| context.ruleset.group(of.category) == group).collect();
        (!of.is_empty()).then(|| GroupExpenses {
            category_group: context.ruleset.group_code(group).into(),
            figures: together(&of, calendar),
            categories: of.iter().map(|of| context.code(of.category)).collect(),
            evidence: evidence_of(&of, calendar),
        })
    };
    context.ruleset.groups().filter_map(of_group).collect()
}

fn by_lixi(context: &Context<'_>, spent: &[Spent], calendar: &Calendar) -> Vec<LixiExpenses> {
    let mut lixi: BTreeMap<Option<&str>, Vec<&Spent>> = BTreeMap::new();
    for of in spent {
        lixi.entry(context.ruleset.lixi(of.category)).or_default().push(of);
    }
    let of_lixi = |(lixi, of): (Option<&str>, Vec<&Spent>)| LixiExpenses {
        lixi_category: lixi.map(Into::into),
        figures: together(&of, calendar),
        categories: of.iter().map(|of| context.code(of.category)).collect(),
        evidence: evidence_of(&of, calendar),
    };
    lixi.into_iter().map(of_lixi).collect()
}

fn together(of: &[&Spent], calendar: &Calendar) -> Figures {
    Figures::sum(of.iter().map(|of| (&of.figures, &of.sums.all)), calendar)
}

fn evidence_of(of: &[&Spent], calendar: &Calendar) -> FiguresEvidence {
    FiguresEvidence::of(calendar).with_bills(of.iter().flat_map(|of| of.sums.flags()))
}

/// For each complete month by its first day what is ordinary in it, with a month of bills.
fn by_month(spent: &[Spent], calendar: &Calendar, of: impl Fn(&Sums) -> (&[Cents], Cents)) -> Vec<(Date, Cents)> {
    let of_month = |at: usize| spent.iter().map(|spent| of(&spent.sums)).map(|(months, bills)| months[at] + bills).sum();
    calendar.months.iter().enumerate().map(|(at, month)| (month.from, of_month(at))).collect()
}

/// What the lender's benchmark says, where it speaks of the same people.
fn hem_benchmark(context: &Context<'_>, scope: &Scope) -> (Option<Cents>, Evidence) {
    let evidence = Evidence::of("hemBenchmark");
    let Some(declared) = context.ledger.order.declared.as_ref().and_then(|declared| declared.hem_benchmark) else {
        return (None, evidence.because(Some(NOT_DECLARED)));
    };
    if scope.who != Who::Combined {
        return (None, evidence.because(Some(OF_ALL_APPLICANTS)));
    }
    (Some(declared), evidence)
}

impl ExpensesEvidence {
    fn of(
        context: &Context<'_>,
        spent: &[Spent],
        items: &[Item],
        calendar: &Calendar,
        hem_benchmark: Evidence,
        missing_essentials: Evidence,
    ) -> Self {
        let streams: BTreeSet<Id> = items
            .iter()
            .filter(|item| item.is_fixed)
            .filter_map(|item| context.streams.of(item.row))
            .map(|stream| Id(stream.id.clone()))
            .collect();
        let months = |formula| calendar.evidence_of_months(formula, ENOUGH_MONTHS);
        Self {
            total: evidence_of(&spent.iter().collect::<Vec<_>>(), calendar),
            essential: calendar.evidence("expensesByNecessity"),
            discretionary: calendar.evidence("expensesByNecessity"),
            unclassified: calendar.evidence("expensesByNecessity"),
            fixed: calendar.evidence("fixedExpenses").from_streams(streams.into_iter().collect()),
            flexible: calendar.evidence("flexibleExpenses"),
            flexible_p20: months("flexibleExpenses"),
            flexible_p80: months("flexibleExpenses"),
            hem_covered: calendar.evidence("hemCovered"),
            hem_benchmark,
            missing_essentials,
        }
    }
}
