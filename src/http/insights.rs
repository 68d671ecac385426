//! The four routes. The extractors have checked; what is left is what the service is for.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::time::Instant;

use super::Http;
use super::body::Payload;
use super::error::ApiError;
use super::extract::{Admitted, Client, Headers, IdempotencyKey, Ids, ReportQuery, SendsJson, TakesJson, ToDelete, ToRead, ToWrite};
use super::negotiate::{self, Coding};
use super::represent::{self, Representation};
use super::submit::{self, accept};
use crate::store::{Found, Purged, State as Progress};

/// `POST`: keeps a payload; its reports will follow.
pub(super) async fn create(
    State(http): State<Http>,
    client: Client<ToWrite>,
    key: Option<IdempotencyKey>,
    _: Admitted,
    _: SendsJson,
    _: TakesJson,
    payload: Payload,
) -> Result<Response, ApiError> {
    accept(http, submit::Request { client: client.id, key: key.map(|key| key.0), payload }).await
}

/// `GET`: the reports, all or one order's; or how far they are.
pub(super) async fn read(
    State(http): State<Http>,
    client: Client<ToRead>,
    ids: Ids,
    query: ReportQuery,
    admitted: Admitted,
    _: TakesJson,
    Headers(headers): Headers,
) -> Result<Response, ApiError> {
    let wait = negotiate::wait(&headers);
    let found = look(&http, &client.id, ids, wait).await?;
    let representation = Representation { ids, as_string: query.as_string, coding: Coding::of_answer(&headers) };
    let response = match found.state {
        Progress::Processing => represent::processing(&found, http.app.clock.now()),
        Progress::Completed => represent::completed(&http, &client.id, &found, representation, &headers, admitted.take()).await?,
        Progress::Failed(failure) => represent::failed(&http, &client.id, &found, failure, representation, &headers).await?,
    };
    Ok(represent::with_preference(response, wait))
}

/// Where the submission is; with a wait, once it is done or the wait is over.
async fn look(http: &Http, client: &Arc<str>, ids: Ids, wait: Option<u64>) -> Result<Found, ApiError> {
    let app = &http.app;
    let until = Instant::now() + Duration::from_secs(wait.unwrap_or(0));
    loop {
        // Registered before the look: news that comes after it is not missed.
        let news = app.queue.news(ids.insights);
        let found = app.store.find(client, ids.insights, ids.order, app.clock.now()).await?.ok_or(ApiError::NotFound)?;
        let left = until.saturating_duration_since(Instant::now());
        if found.state != Progress::Processing || left.is_zero() || app.queue.is_draining() {
            return Ok(found);
        }
        news.wait(left).await;
    }
}

/// `DELETE`: purges a submission, whatever its state.
pub(super) async fn purge(State(http): State<Http>, client: Client<ToDelete>, ids: Ids, _: Admitted) -> Result<Response, ApiError> {
    match http.app.store.purge(&client.id, ids.insights, http.app.clock.now()).await? {
        Purged::Now | Purged::Before => Ok(StatusCode::NO_CONTENT.into_response()),
        Purged::NotFound => Err(ApiError::NotFound),
    }
}
