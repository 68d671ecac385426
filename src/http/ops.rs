//! The second listener, which the public never reaches: is the process alive, should it get traffic, and its metrics.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::jobs::Queue;
use crate::store::Store;

/// How long the store may take to say that it is there.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// What the process is asked about.
#[derive(Clone, Debug)]
struct Ops {
    store: Arc<dyn Store>,
    queue: Queue,
    metrics: PrometheusHandle,
}

/// `/livez`, `/readyz` and `/metrics`.
pub fn router(store: Arc<dyn Store>, queue: Queue, metrics: PrometheusHandle) -> Router {
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(render))
        .layer(axum::middleware::map_response(no_store))
        .with_state(Ops { store, queue, metrics })
}

async fn ready(State(ops): State<Ops>) -> Response {
    let state = if ops.queue.is_draining() {
        Err("draining\n")
    } else if !ops.queue.is_moving() {
        Err("an analysis is stuck\n")
    } else {
        match tokio::time::timeout(READY_WITHIN, ops.store.ready()).await {
            Ok(Ok(())) => Ok("ready\n"),
            Ok(Err(error)) => {
                tracing::warn!(%error, "not ready");
                Err("the store is not ready\n")
            }
            Err(_) => Err("the store does not answer\n"),
        }
    };
    match state {
        Ok(text) => text.into_response(),
        Err(text) => (StatusCode::SERVICE_UNAVAILABLE, text).into_response(),
    }
}

async fn render(State(ops): State<Ops>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], ops.metrics.render())
}

async fn no_store(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
