//! A submission as an answer: processing, completed or failed; validated, encoded.

use std::io::Write as _;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Http;
use super::error::ApiError;
use super::extract::Ids;
use super::negotiate::{self, Coding};
use super::submit::ACCEPTED_LIMIT;
use crate::admission::Permit;
use crate::analysis::report;
use crate::store::seal::{Column, DataKey};
use crate::store::{Failure, Found, StoredReports};

/// Most bytes of a document before its reports: ids, versions and at most a hundred warnings.
const HEAD_LIMIT: usize = 16 << 20;
/// What every answer to a GET depends on.
const VARY: HeaderValue = HeaderValue::from_static("Accept, Accept-Encoding");
/// Nobody needs to ask less often than this, in seconds.
const LONGEST_PAUSE: i64 = 30;

/// Which of a resource's representations.
#[derive(Clone, Copy)]
pub(super) struct Representation {
    pub(super) ids: Ids,
    pub(super) as_string: bool,
    pub(super) coding: Coding,
}

impl Representation {
    /// Strong, with its quotes. A completed or failed submission never changes, so what was asked for names the bytes.
    fn etag(self, data_key: &DataKey, state: &str) -> String {
        let order = self.ids.order.map(|order| order.to_string()).unwrap_or_default();
        let Self { as_string, coding, .. } = self;
        format!("\"{}\"", data_key.etag(&format!("{state} json {order} string={as_string} {}", coding.name())))
    }
}

/// 204 with the time after which asking again is worth it: half as long again as it has taken so far.
pub(super) fn processing(found: &Found, now: Timestamp) -> Response {
    let pause = (now.duration_since(found.accepted_at).as_secs() / 2).clamp(1, LONGEST_PAUSE);
    (StatusCode::NO_CONTENT, [(header::RETRY_AFTER, HeaderValue::from(pause)), (header::VARY, VARY)]).into_response()
}

/// 200 with the reports, or 304.
pub(super) async fn completed(
    http: &Http,
    client: &str,
    found: &Found,
    representation: Representation,
    headers: &HeaderMap,
    mut permit: Permit,
) -> Result<Response, ApiError> {
    let app = &http.app;
    let Ids { insights, order } = representation.ids;
    let data_key = app.keyring.open(insights, client, &found.key)?;
    let etag = representation.etag(&data_key, "completed");
    if negotiate::holds(headers, &etag) {
        return Ok(not_modified(&etag));
    }
    permit.resize(found.report_length * if representation.as_string { 3 } else { 1 })?;
    let stored = app.store.report(client, insights, order, app.clock.now()).await?.ok_or(ApiError::NotFound)?;
    let limit = usize::try_from(found.report_length).unwrap_or(usize::MAX);
    let bytes = app.cpu.run(move || encoded(document(&data_key, &stored, limit)?, representation)).await?;
    Ok(ok(&etag, representation.coding, Bytes::from_owner(Weighed { bytes, _permit: permit })))
}

/// 200 that says why there is no report, or 304.
pub(super) async fn failed(
    http: &Http,
    client: &str,
    found: &Found,
    failure: Failure,
    representation: Representation,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let data_key = http.app.keyring.open(representation.ids.insights, client, &found.key)?;
    let etag = representation.etag(&data_key, failure.code());
    if negotiate::holds(headers, &etag) {
        return Ok(not_modified(&etag));
    }
    let accepted = found.accepted.clone();
    let bytes = http
        .app
        .cpu
        .run(move || {
            let accepted = data_key.open(Column::Accepted, &accepted, ACCEPTED_LIMIT)?;
            let accepted: Kept =
                serde_json::from_slice(&accepted).map_err(|_| ApiError::Inconsistent("a stored 201 body does not read"))?;
            let document = FailedBody::new(failure, accepted.meta.client_reference);
            encoded(serde_json::to_vec(&document).expect("strings are JSON"), representation)
        })
        .await?;
    Ok(ok(&etag, representation.coding, bytes.into()))
}

/// Says that the caller's wait was understood.
pub(super) fn with_preference(mut response: Response, wait: Option<u64>) -> Response {
    if let Some(seconds) = wait {
        let applied = HeaderValue::try_from(format!("wait={seconds}")).expect("digits are visible ASCII");
        response.headers_mut().insert("preference-applied", applied);
    }
    response
}

/// Bytes on their way out, and the memory they were admitted with.
struct Weighed {
    bytes: Vec<u8>,
    _permit: Permit,
}

impl AsRef<[u8]> for Weighed {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn ok(etag: &str, coding: Coding, body: Bytes) -> Response {
    let mut response = (StatusCode::OK, [(header::CONTENT_TYPE, "application/json"), (header::ETAG, etag)], body).into_response();
    response.headers_mut().insert(header::VARY, VARY);
    if coding != Coding::Identity {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
    response
}

fn not_modified(etag: &str) -> Response {
    let mut response = (StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response();
    response.headers_mut().insert(header::VARY, VARY);
    response
}

fn document(data_key: &DataKey, stored: &StoredReports, limit: usize) -> Result<Vec<u8>, ApiError> {
    let head = data_key.open(Column::Head, &stored.head, HEAD_LIMIT)?;
    let open = |report: &crate::store::StoredReport| data_key.open(Column::Report(report.order_id), &report.body, limit);
    let reports = stored.reports.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    Ok(report::assemble(&head, &reports))
}

/// The document as it goes out. It is never read back into values: its amounts would lose their decimals.
fn encoded(document: Vec<u8>, representation: Representation) -> Result<Vec<u8>, ApiError> {
    let document = if representation.as_string { with_string(document)? } else { document };
    Ok(match representation.coding {
        Coding::Identity => document,
        Coding::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(4));
            encoder.write_all(&document).expect("a Vec takes everything");
            encoder.finish().expect("a Vec takes everything")
        }
        Coding::Zstd => zstd::bulk::compress(&document, 3).expect("a Vec takes everything"),
    })
}

/// The document, with itself as its last member.
fn with_string(mut document: Vec<u8>) -> Result<Vec<u8>, ApiError> {
    let wrong = || ApiError::Inconsistent("a stored report is not a JSON object");
    let text = std::str::from_utf8(&document).map_err(|_| wrong())?;
    let string = serde_json::to_string(text).expect("a string is JSON");
    if document.pop() != Some(b'}') {
        return Err(wrong());
    }
    document.extend_from_slice(b",\"reportString\":");
    document.extend_from_slice(string.as_bytes());
    document.push(b'}');
    Ok(document)
}

/// What is read of a 201 body that was given before.
#[derive(Deserialize)]
struct Kept {
    meta: KeptMeta,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeptMeta {
    client_reference: Option<String>,
}

#[derive(Serialize)]
struct FailedBody {
    meta: FailedMeta,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FailedMeta {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_reference: Option<String>,
    errors: [FailedError; 1],
}

#[derive(Serialize)]
struct FailedError {
    code: &'static str,
    title: &'static str,
    detail: &'static str,
}

impl FailedBody {
    fn new(failure: Failure, client_reference: Option<String>) -> Self {
        let (title, detail) = match failure {
            Failure::AnalysisPanic => ("Analysis Failed", "The analysis met a fault of the service, twice."),
            Failure::AnalysisLimit => ("Analysis Limit Exceeded", "The analysis would exceed a limit of the service."),
            Failure::AttemptsExhausted => ("Attempts Exhausted", "The analysis was begun five times and could not be finished."),
        };
        Self { meta: FailedMeta { status: "FAILED", client_reference, errors: [FailedError { code: failure.code(), title, detail }] } }
    }
}
