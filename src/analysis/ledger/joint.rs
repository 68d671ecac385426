//! One account under two customers. A joint account has another id under each consent, so that only its number or its rows tell.
//!
//! Four masked digits and a product name are no proof: they collide between strangers.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::accounts::{is_shared, pointer};
use super::{LedgerAccount, Marks, Reason, Repeat, Row, View, content};
use crate::analysis::days::Window;
use crate::submission::{Currency, ProductCategory, Status, Submission, Warning};

/// Equal rows that make two accounts one.
const EQUAL_ROWS: usize = 20;
/// Equal rows from which two accounts that stay two are worth a warning.
const SUSPICIOUS_ROWS: usize = 5;
/// A row that stands in more accounts than this tells none of them apart and is not compared.
const ACCOUNTS_A_ROW: usize = 8;

/// Up to so many views of one product each is held against the others to see whether its rows are worth comparing.
const MOST_COMPARED: usize = 1_000;

/// For each view the first view that is the same account; itself where there is none.
pub(super) fn same_accounts(
    submission: &Submission,
    views: &[View<'_>],
    spans: &[Option<Window>],
    rows: &[Row<'_>],
    warnings: &mut Vec<Warning>,
) -> Vec<usize> {
    let mut first: Vec<usize> = (0..views.len()).collect();
    if views.iter().all(|view| view.customer == views[0].customer) {
        return first;
    }
    let mut numbers: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (at, view) in views.iter().enumerate() {
        if let Some(number) = number(view) {
            let known = *numbers.entry(number).or_insert(at);
            // Sub-accounts of one customer may share a number and are still two accounts.
            if views[known].customer != view.customer {
                unite(&mut first, known, at);
            }
        }
    }
    // Most accounts give their number, and only a view that could be another's needs its rows compared.
    let could_be_one = |a: usize, b: usize| !differ(&views[a], &views[b]) && root(&first, a) != root(&first, b);
    let by_product = by_product(views);
    let is_in_question = |at: usize| {
        let others = &by_product[&views[at].account.product_category];
        others.len() > MOST_COMPARED || others.iter().any(|&other| could_be_one(at, other))
    };
    let in_question: Vec<bool> = (0..views.len()).map(is_in_question).collect();
    let days = posted_days(&in_question, rows);
    for ((a, b), equal) in equal_rows(views, &in_question, rows) {
        if root(&first, a) == root(&first, b) || differ(&views[a], &views[b]) {
            continue;
        }
        let overlap = spans[a].zip(spans[b]).and_then(|(a, b)| a.intersect(b));
        let in_overlap = overlap.map_or(0, |overlap| days_within(&days[a], overlap).max(days_within(&days[b], overlap)));
        if equal >= EQUAL_ROWS && equal * 100 >= in_overlap * 95 {
            unite(&mut first, a, b);
        } else if equal >= SUSPICIOUS_ROWS && (equal * 2 >= in_overlap || (is_shared(views[a].account) && is_shared(views[b].account))) {
            warnings.push(Warning {
                code: "POSSIBLY_SAME_ACCOUNT",
                detail: format!("{equal} rows of this account stand in another customer's account too; not enough to count them once"),
                pointer: pointer(submission, &views[b]),
            });
        }
    }
    (0..views.len()).map(|at| root(&first, at)).collect()
}

fn number<'a>(view: &View<'a>) -> Option<(&'a str, &'a str)> {
    Some((view.account.bsb.as_deref()?, view.account.account_number.as_deref()?.trim_start_matches('0')))
}

/// True where two accounts cannot be one.
fn differ(a: &View<'_>, b: &View<'_>) -> bool {
    a.customer == b.customer
        || a.account.product_category != b.account.product_category
        || number(a).zip(number(b)).is_some_and(|(a, b)| a != b)
}

/// The views of each product category.
fn by_product(views: &[View<'_>]) -> BTreeMap<ProductCategory, Vec<usize>> {
    let mut by_product: BTreeMap<ProductCategory, Vec<usize>> = BTreeMap::new();
    for (at, view) in views.iter().enumerate() {
        by_product.entry(view.account.product_category).or_default().push(at);
    }
    by_product
}

/// How many posted rows two views of different customers have in common: the same product category, day, amount and text.
fn equal_rows(views: &[View<'_>], in_question: &[bool], rows: &[Row<'_>]) -> BTreeMap<(usize, usize), usize> {
    // By what is short first: few rows of different accounts agree in it, and only their texts are compared.
    let mut keyed: Vec<((ProductCategory, Date, i64), usize)> = (rows.iter().enumerate())
        .filter(|(_, row)| in_question[row.account] && row.status == Status::Posted)
        .filter_map(|(at, row)| {
            let amount = content::short(row.amount);
            Some(((views[row.account].account.product_category, row.day?, amount), at))
        })
        .collect();
    keyed.sort_unstable();
    let mut equal = BTreeMap::new();
    let mut signed: Vec<(&str, usize)> = Vec::new();
    for alike in keyed.chunk_by(|a, b| a.0 == b.0) {
        let account = |at: usize| rows[at].account;
        if alike.iter().all(|(_, at)| account(*at) == account(alike[0].1)) {
            continue;
        }
        signed.clear();
        signed.extend(alike.iter().map(|(_, at)| (&*rows[*at].transaction().description, account(*at))));
        signed.sort_unstable();
        for alike in signed.chunk_by(|a, b| a.0 == b.0) {
            let counts: Vec<(usize, usize)> = alike.chunk_by(|a, b| a.1 == b.1).map(|same| (same[0].1, same.len())).collect();
            if !(2..=ACCOUNTS_A_ROW).contains(&counts.len()) {
                continue;
            }
            for (at, (a, of_a)) in counts.iter().enumerate() {
                for (b, of_b) in &counts[at + 1..] {
                    *equal.entry((*a, *b)).or_insert(0) += of_a.min(of_b);
                }
            }
        }
    }
    equal
}

/// The day of each posted row, ascending, by view.
fn posted_days(in_question: &[bool], rows: &[Row<'_>]) -> Vec<Vec<Date>> {
    let mut days: Vec<Vec<Date>> = vec![Vec::new(); in_question.len()];
    for row in rows.iter().filter(|row| in_question[row.account] && row.status == Status::Posted) {
        days[row.account].extend(row.day);
    }
    for days in &mut days {
        days.sort_unstable();
    }
    days
}

fn days_within(days: &[Date], window: Window) -> usize {
    days.partition_point(|day| *day <= window.to) - days.partition_point(|day| *day < window.from)
}

fn root(first: &[usize], mut at: usize) -> usize {
    while first[at] != at {
        at = first[at];
    }
    at
}

fn unite(first: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(first, a), root(first, b));
    first[a.max(b)] = a.min(b);
}

/// Account, status, day, currency and amount of a row.
type Shared = (usize, Status, Option<Date>, Currency, i64);

/// Marks the rows of an account that another customer's view of it already has. In one account a day and an amount are one row
/// whatever each consent calls it; what one view has more of than another counts too.
pub(super) fn find(accounts: &[LedgerAccount<'_>], rows: &mut [Row<'_>]) -> Vec<Repeat> {
    let mut shared: Vec<(Shared, usize)> = (rows.iter().enumerate())
        .filter(|(_, row)| accounts[row.account].views.len() > 1 && !row.marks.any(Marks::DUPLICATE))
        .map(|(at, row)| ((row.account, row.status, row.day, row.currency, content::short(row.amount)), at))
        .collect();
    // Rows stand by day, account and view: their places keep that order within equal keys.
    shared.sort_unstable();
    let mut repeats = Vec::new();
    for alike in shared.chunk_by(|a, b| a.0 == b.0) {
        let by_view: Vec<&[(Shared, usize)]> = alike.chunk_by(|a, b| rows[a.1].view == rows[b.1].view).collect();
        let most = by_view.iter().map(|of_view| of_view.len()).max().unwrap_or(0);
        let kept = by_view.iter().position(|of_view| of_view.len() == most).expect("one of them is the longest");
        for (number, (_, counted)) in by_view[kept].iter().enumerate() {
            let others = by_view.iter().enumerate().filter(|(at, _)| *at != kept);
            let left_out: Vec<usize> = others.filter_map(|(_, of_view)| of_view.get(number)).map(|(_, row)| *row).collect();
            for &row in &left_out {
                rows[row].marks.add(Marks::DUPLICATE);
            }
            if !left_out.is_empty() {
                repeats.push(Repeat { rows: [&[*counted], &*left_out].concat(), reason: Reason::SameAccount });
            }
        }
    }
    repeats.sort_by(|a, b| a.rows.cmp(&b.rows));
    repeats
}
