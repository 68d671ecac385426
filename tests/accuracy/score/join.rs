//! Which row of a report is which row of the truth.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{cents, list};
use crate::accuracy::truth::Truth;

/// Ids of the truth, by the ids of the report.
pub(crate) type Ids = BTreeMap<String, String>;

/// Joins by `transactionId`, or, where the holder gave none, by account, amount, words and day.
pub(crate) fn join(truth: &Truth, report: &Value) -> Ids {
    let rows = list(&report["transactions"]);
    if truth.ids_given {
        let ids = rows.iter().filter_map(|row| row["transactionId"].as_str());
        return ids.filter(|id| truth.rows.contains_key(*id)).map(|id| (id.to_owned(), id.to_owned())).collect();
    }
    let mut waiting: BTreeMap<(&str, i64, &str, String), Vec<&str>> = BTreeMap::new();
    for (id, row) in truth.rows.iter().rev() {
        waiting.entry((&row.account_id, row.cents, &row.description, row.day.to_string())).or_default().push(id);
    }
    let mut ids = Ids::new();
    for row in rows {
        let text = |member: &str| row[member].as_str().unwrap_or_default();
        let Some(amount) = cents(&row["amount"]) else { continue };
        let key = (text("accountId"), amount, text("description"), text("date").to_owned());
        if let Some(id) = waiting.get_mut(&key).and_then(Vec::pop) {
            ids.insert(text("transactionId").to_owned(), id.to_owned());
        }
    }
    ids
}

/// Ids of a list of the report, as the truth names them.
pub(crate) fn named<'a>(ids: &'a Ids, value: &Value) -> Vec<&'a str> {
    super::texts(value).into_iter().filter_map(|id| ids.get(id).map(String::as_str)).collect()
}

/// How much two sets of rows are the same: common ÷ all of them, in thousandths.
pub(crate) fn overlap(one: &[&str], other: &[String]) -> usize {
    let one: std::collections::BTreeSet<&str> = one.iter().copied().collect();
    let common = other.iter().filter(|id| one.contains(id.as_str())).count();
    let all = one.len() + other.len() - common;
    (common * 1_000).checked_div(all).unwrap_or(0)
}
