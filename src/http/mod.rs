//! The only axum: every route and layer on one page.
//!
//! A request meets the layers from the outside in, then its handler's extractors in the order of their arguments, which is the
//! contract's order of judgement. Every answer that is not a success comes out of the one table in `error`.

pub mod auth;
pub mod listen;
pub mod ops;

mod body;
mod error;
mod extract;
mod in_flight;
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
    keys: in_flight::KeysInFlight,
}

/// The API.
pub fn router(app: Arc<App>) -> Router {
    let one = get(insights::read).delete(insights::purge);
    let routes = Router::new()
        .route(BASE, post(insights::create))
        .route(&format!("{BASE}/{{insightsId}}"), one)
        .route(&format!("{BASE}/{{insightsId}}/orders/{{orderId}}"), get(insights::read))
        .route("/openapi.yaml", get(description));
    layered(routes).with_state(Http { app, keys: in_flight::KeysInFlight::default() })
}

/// What stands around every route.
fn layered<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    routes
        .fallback(async || ApiError::UnknownRoute)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        // A panic is a 500 like any other; what it said stays in the process.
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| ApiError::Panicked.into_response()))
        .layer(axum::middleware::from_fn(observe::observe))
}

/// The contract, as the integrator reads it.
async fn description(_: Identified) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/yaml")], include_str!("../../openapi.yaml"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn a_panic_is_a_fault_like_any_other() {
        async fn panics() -> &'static str {
            panic!("with a name in it")
        }
        let request = Request::get("/panics").header("x-fapi-interaction-id", "0b6f4f4e-8a55-4f0e-9c1d-3a2b1c0d9e8f");
        let router: Router = layered(Router::new().route("/panics", get(panics)));
        let response = router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("it answers");
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["x-fapi-interaction-id"], "0b6f4f4e-8a55-4f0e-9c1d-3a2b1c0d9e8f");
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        let body = String::from_utf8_lossy(&body);
        assert!(body.contains("GeneralError/Unexpected") && !body.contains("name"), "{body}");
    }
}
