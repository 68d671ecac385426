//! From a checked request to a durable submission: replay or parse, seal, insert, hand over.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tracing::Instrument as _;
use uuid::Uuid;

use super::body::Payload;
use super::error::ApiError;
use super::{BASE, Http};
use crate::admission::{self, Permit};
use crate::app::App;
use crate::jobs::HandedOver;
use crate::store::seal::{Column, DataKey};
use crate::store::{Accepted, Counts, Lease, NewIdempotency, NewSubmission, Reason, Remembered, Submitted};
use crate::submission::{ReadContext, Submission, parse};

/// How long an Idempotency-Key is remembered.
const KEY_LIVES: SignedDuration = SignedDuration::from_hours(24);
/// The fence of a job that is inserted leased to its acceptor.
const FIRST_FENCE: i64 = 1;

/// A request that is to become a submission.
pub(super) struct Request {
    pub(super) client: Arc<str>,
    pub(super) key: Option<Arc<str>>,
    pub(super) payload: Payload,
}

/// The 201 body. It is kept, so that a replay is the same bytes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AcceptedBody<'a> {
    insights_id: String,
    meta: AcceptedMeta<'a>,
    orders: Vec<AcceptedOrder<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AcceptedMeta<'a> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_reference: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AcceptedOrder<'a> {
    order_id: String,
    customer_ids: Vec<&'a str>,
}

/// Parsed and sealed, ready to be inserted.
struct Prepared {
    new: NewSubmission,
    submission: Submission,
    data_key: DataKey,
    body: Vec<u8>,
    permit: Permit,
}

/// Accepts a request in a task of its own: a caller that hangs up between the insert and the hand-over must not leave a job that
/// nobody works on until its lease lapses.
pub(super) async fn accept(http: Http, request: Request) -> Result<Response, ApiError> {
    let work = async move { accept_whole(&http, request).await };
    match tokio::spawn(work.in_current_span()).await {
        Ok(outcome) => outcome,
        Err(failure) => std::panic::resume_unwind(failure.into_panic()),
    }
}

async fn accept_whole(http: &Http, request: Request) -> Result<Response, ApiError> {
    let Request { client, key, payload } = request;
    let app = &http.app;
    let now = app.clock.now();
    let _in_flight = match &key {
        Some(key) => Some(http.keys.enter(&client, key).ok_or(ApiError::KeyInFlight)?),
        None => None,
    };
    if let Some(key) = &key {
        match app.store.remembered(&client, key, &payload.digest, now).await? {
            Some(Remembered::SameBody(accepted)) => return replay(http, &client, accepted).await,
            Some(Remembered::OtherBody) => return Err(ApiError::KeyReused),
            None => {}
        }
    }
    let prepared = {
        let (app, client) = (Arc::clone(app), Arc::clone(&client));
        app.clone().cpu.run(move || prepare(&app, &client, key.as_deref(), payload, now)).await?
    };
    insert(http, &client, prepared).await
}

/// Everything that takes a processor's time.
fn prepare(app: &App, client: &str, key: Option<&str>, payload: Payload, now: Timestamp) -> Result<Prepared, ApiError> {
    let context = ReadContext { now, time_zone: app.limits.time_zone.clone() };
    let submission = parse(&payload.bytes, &context).map_err(ApiError::Rejected)?;
    let mut permit = payload.permit;
    let weight = admission::weight(&submission, payload.bytes.len() as u64, app.limits.max_body);
    permit.resize(weight)?;
    let insights_id = Uuid::new_v4();
    let orders: Vec<Uuid> = submission.orders.iter().map(|order| order.order_id.unwrap_or_else(Uuid::new_v4)).collect();
    let body = serde_json::to_vec(&accepted_body(insights_id, &submission, &orders)).expect("strings and ids are JSON");
    let (data_key, wrapped) = app.keyring.new_data_key(insights_id, client);
    let (expires_at, expiry_reason) = expiry(&submission, now, app.limits.retention);
    let new = NewSubmission {
        insights_id,
        client_id: client.to_owned(),
        accepted_at: now,
        expires_at,
        expiry_reason,
        as_of: submission.as_of.unwrap_or_else(|| now.to_zoned(app.limits.time_zone.clone()).date()),
        digest: payload.digest,
        raw_length: payload.bytes.len() as u64,
        weight,
        counts: counts(&submission),
        key: wrapped,
        accepted: data_key.seal(Column::Accepted, &body),
        payload: data_key.seal(Column::Payload, &payload.bytes),
        orders,
        idempotency: key.map(|key| NewIdempotency { key: key.to_owned(), expires_at: now + KEY_LIVES }),
        leased_until: None,
    };
    Ok(Prepared { new, submission, data_key, body, permit })
}

async fn insert(http: &Http, client: &Arc<str>, prepared: Prepared) -> Result<Response, ApiError> {
    let Prepared { mut new, submission, data_key, body, permit } = prepared;
    let app = &http.app;
    let slot = app.queue.reserve(new.weight);
    new.leased_until = slot.as_ref().map(|_| app.queue.lease_until(new.accepted_at));
    let insights_id = new.insights_id;
    // Without a slot the memory is given back after the insert, with one when the analysis is done.
    let (work, _held) = match slot {
        Some(slot) => {
            let lease = Lease { insights_id, fence: FIRST_FENCE };
            let (client_id, orders) = (new.client_id.clone(), new.orders.clone());
            let (accepted_at, as_of, digest) = (new.accepted_at, new.as_of, new.digest);
            (Some((slot, HandedOver { lease, client_id, accepted_at, as_of, digest, orders, submission, data_key, permit })), None)
        }
        None => (None, Some(permit)),
    };
    match app.store.submit(new).await? {
        Submitted::Inserted => {
            app.admission.job_added(client);
            match work {
                Some((slot, work)) => slot.hand_over(work),
                None => app.queue.wake(),
            }
            tracing::info!(insights.id = %insights_id, "submission accepted");
            Ok(created(insights_id, body))
        }
        Submitted::Replayed(accepted) => replay(http, client, accepted).await,
        Submitted::KeyConflict => Err(ApiError::KeyReused),
    }
}

async fn replay(http: &Http, client: &str, accepted: Accepted) -> Result<Response, ApiError> {
    let data_key = http.app.keyring.open(accepted.insights_id, client, &accepted.key)?;
    let body = http.app.cpu.run(move || data_key.open(Column::Accepted, &accepted.accepted, ACCEPTED_LIMIT)).await?;
    Ok(created(accepted.insights_id, body))
}

/// Sealed by us and opened with its key: the limit only stops the absurd.
pub(super) const ACCEPTED_LIMIT: usize = 1 << 30;

fn created(insights_id: Uuid, body: Vec<u8>) -> Response {
    let location = HeaderValue::try_from(format!("{BASE}/{insights_id}")).expect("a path is visible ASCII");
    let headers = [(header::LOCATION, location), (header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    (StatusCode::CREATED, headers, body).into_response()
}

fn accepted_body<'a>(insights_id: Uuid, submission: &'a Submission, orders: &[Uuid]) -> AcceptedBody<'a> {
    let customer_ids = |indices: &[usize]| indices.iter().map(|&index| &*submission.customers[index].customer_id).collect();
    let named = submission.orders.iter().zip(orders);
    AcceptedBody {
        insights_id: insights_id.to_string(),
        meta: AcceptedMeta { status: "ACCEPTED", client_reference: submission.client_reference.as_deref() },
        orders: named.map(|(order, id)| AcceptedOrder { order_id: id.to_string(), customer_ids: customer_ids(&order.customers) }).collect(),
    }
}

/// Retention, or the earliest consent; and which of the two it is.
fn expiry(submission: &Submission, now: Timestamp, retention: SignedDuration) -> (Timestamp, Reason) {
    let kept = now.saturating_add(retention).unwrap_or(Timestamp::MAX);
    match submission.consent_expires_at() {
        Some(consent) if consent < kept => (consent, Reason::Consent),
        _ => (kept, Reason::Expired),
    }
}

fn counts(submission: &Submission) -> Counts {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Counts {
        customers: count(submission.customers.len()),
        accounts: count(submission.customers.iter().map(|customer| customer.accounts.len()).sum()),
        transactions: count(submission.customers.iter().map(|customer| customer.transactions.len()).sum()),
    }
}
