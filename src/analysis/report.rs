//! The document's types, and how it becomes bytes.

use jiff::Timestamp;
use uuid::Uuid;

/// One element of `reports[]`, without its stamps.
#[derive(Clone, Debug)]
pub struct Report {}

/// What the service fixes at acceptance and stamps on the document.
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// The submission.
    pub insights_id: Uuid,
    /// Who sent it.
    pub client_id: &'a str,
    /// Its display name.
    pub client_name: &'a str,
    /// Publish date of the insights and of each report.
    pub accepted_at: Timestamp,
    /// One an order, in order.
    pub order_ids: &'a [Uuid],
    /// SHA-256 of the request body.
    pub input_digest: [u8; 32],
}

/// The document as bytes: `head` ends with `"reports":[`, each report is one element; [`assemble`] joins them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// `{"meta":{…},"insightsHeader":{…,"reports":[`
    pub head: Vec<u8>,
    /// One JSON object an order.
    pub reports: Vec<Vec<u8>>,
}

/// Writes the document.
#[must_use]
pub fn document(
    _analysis: &super::Analysis,
    _submission: &crate::submission::Submission,
    _ruleset: &super::ruleset::Ruleset,
    _stamp: &Stamp<'_>,
) -> Document {
    unimplemented!("being written")
}

/// Joins a head and its reports into the whole JSON document.
#[must_use]
pub fn assemble<R: AsRef<[u8]>>(head: &[u8], reports: &[R]) -> Vec<u8> {
    let mut out = Vec::with_capacity(head.len() + reports.iter().map(|report| report.as_ref().len() + 1).sum::<usize>() + 3);
    out.extend_from_slice(head);
    for (index, report) in reports.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(report.as_ref());
    }
    out.extend_from_slice(b"]}}");
    out
}
