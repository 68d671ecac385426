//! The only axum: every route and layer on one page.
//!
//! A request meets the layers from the outside in, then its handler's extractors in the order of their arguments, which is the
//! contract's order of judgement. Every answer that is not a success comes out of the one table in `error`.

pub mod auth;
pub mod limits;
pub mod listen;
pub mod ops;

mod body;
mod error;
mod extract;
mod insights;
mod jwks;
mod negotiate;
mod observe;
mod represent;
mod submit;

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use error::ApiError;
pub use error::rejection_json;
use extract::Identified;

/// Where everything of the contract stands.
pub const BASE: &str = "/cdr-data/v2/banking-data-insights";

/// What a handler works with. Cheap to clone.
#[derive(Clone, Debug)]
struct Http {
    app: Arc<App>,
    keys: limits::KeysInFlight,
}

/// The API.
pub fn router(app: Arc<App>) -> Router {
    let one = get(insights::read).delete(insights::purge);
    Router::new()
        .route(BASE, post(insights::create))
        .route(&format!("{BASE}/{{insightsId}}"), one)
        .route(&format!("{BASE}/{{insightsId}}/orders/{{orderId}}"), get(insights::read))
        .route("/openapi.yaml", get(description))
        .fallback(async || ApiError::UnknownRoute)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        // A panic is a 500 like any other; what it said stays in the process.
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| ApiError::Panicked.into_response()))
        .layer(axum::middleware::from_fn(observe::observe))
        .with_state(Http { app, keys: limits::KeysInFlight::default() })
}

/// The contract, as the integrator reads it.
async fn description(_: Identified) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/yaml")], include_str!("../../openapi.yaml"))
}
