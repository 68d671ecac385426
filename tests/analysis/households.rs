//! Generated households, read once for all tests: their payloads, and what a report says of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use cdr_insights::analysis::analyse;
use cdr_insights::analysis::report::{Stamp, document};
use cdr_insights::submission::{ReadContext, Submission, parse};
use jiff::tz::TimeZone;
use serde_json::Value;
use uuid::Uuid;

use crate::accuracy::{Recipe, household};
use crate::support::{AS_OF, RULES};

/// One household as it came, and its report.
pub(crate) struct Made {
    pub(crate) index: u64,
    pub(crate) payload: Value,
    pub(crate) submission: Submission,
    pub(crate) report: Value,
    /// The report's own bytes.
    pub(crate) text: Vec<u8>,
}

/// Of several kinds: alone and together, on benefits and on wages, with ids and without; from four months to a year.
pub(crate) static HOUSEHOLDS: LazyLock<Vec<Made>> = LazyLock::new(|| {
    let months = |index: u64| Some([4, 7, 4, 12][usize::try_from(index % 4).expect("below four")]);
    (0..10).map(|index| made(Recipe { seed: 41, split: None, months: months(index) }, index)).collect()
});

fn made(recipe: Recipe, index: u64) -> Made {
    let payload: Value = serde_json::from_slice(&household(recipe, index).payload).expect("a payload is JSON");
    let submission = read(&payload);
    let text = text_of(&submission);
    let report = serde_json::from_slice(&text).expect("a report is JSON");
    Made { index, payload, submission, report, text }
}

/// The payload as the service reads it.
pub(crate) fn read(payload: &Value) -> Submission {
    let body = serde_json::to_vec(payload).expect("it is JSON");
    let context = ReadContext { now: "2026-11-22T00:00:00Z".parse().expect("an instant"), time_zone: TimeZone::UTC };
    parse(&body, &context).unwrap_or_else(|refused| panic!("{refused:?}"))
}

/// The bytes of the first report, as of the payload's own day.
pub(crate) fn text_of(submission: &Submission) -> Vec<u8> {
    let analysis = analyse(submission, &RULES, submission.as_of.unwrap_or(AS_OF));
    let stamp = Stamp {
        insights_id: Uuid::nil(),
        client_id: "local",
        client_name: "Local",
        accepted_at: "2026-11-22T00:00:00Z".parse().expect("an instant"),
        order_ids: &vec![Uuid::nil(); submission.orders.len()],
        input_digest: [7; 32],
    };
    document(&analysis, submission, &RULES, &stamp).reports.swap_remove(0)
}

pub(crate) fn report_of(submission: &Submission) -> Value {
    serde_json::from_slice(&text_of(submission)).expect("a report is JSON")
}

impl Made {
    /// The report of the payload less the rows of these ids, and less their second view where a joint account came under two consents:
    /// there the generator puts a J before the id.
    pub(crate) fn without(&self, ids: &BTreeSet<&str>) -> Value {
        let mut left = self.submission.clone();
        for customer in &mut left.customers {
            customer.transactions.retain(|row| {
                let is_of = |id: &str| ids.iter().any(|gone| gone.trim_start_matches('J') == id.trim_start_matches('J'));
                row.transaction_id.as_deref().is_none_or(|id| !is_of(id))
            });
        }
        report_of(&left)
    }

    /// True where the holder gave ids, so that rows can be told by them.
    pub(crate) fn has_ids(&self) -> bool {
        self.submission.customers.iter().all(|customer| customer.transactions.iter().all(|row| row.transaction_id.is_some()))
    }
}

pub(crate) fn list(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// `transactionIds` of something.
pub(crate) fn ids(value: &Value) -> BTreeSet<&str> {
    list(&value["transactionIds"]).iter().map(text).collect()
}

/// `transactionId` → category of every row.
pub(crate) fn categories(report: &Value) -> BTreeMap<(&str, &str), &str> {
    let rows = list(&report["transactions"]).iter();
    rows.map(|row| ((text(&row["accountId"]), text(&row["transactionId"])), text(&row["category"]))).collect()
}

/// The combined report and each applicant's: whatever has the blocks.
pub(crate) fn scopes(report: &Value) -> Vec<&Value> {
    std::iter::once(report).chain(list(&report["applicants"])).collect()
}
