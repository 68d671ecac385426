//! The second listener.

use axum::body::Body;
use axum::http::Request;
use cdr_insights::http::ops;
use http_body_util::BodyExt as _;
use metrics_exporter_prometheus::PrometheusBuilder;
use tower::ServiceExt as _;

use crate::support::{BASE, TestApp};

async fn ask(router: &axum::Router, path: &str) -> (u16, String) {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.expect("it answers");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn readiness_falls_when_the_process_drains_but_life_goes_on() {
    let app = TestApp::start().await;
    let recorder = PrometheusBuilder::new().build_recorder();
    let router = ops::router(app.app.store.clone(), app.app.queue.clone(), recorder.handle());
    assert_eq!(ask(&router, "/livez").await, (200, "alive\n".to_owned()));
    assert_eq!(ask(&router, "/readyz").await, (200, "ready\n".to_owned()));
    app.app.queue.drain();
    assert_eq!(ask(&router, "/readyz").await, (503, "draining\n".to_owned()));
    assert_eq!(ask(&router, "/livez").await.0, 200);
    assert_eq!(ask(&router, BASE).await.0, 404, "the API is not here");
}

#[tokio::test]
async fn readiness_needs_the_store() {
    let app = TestApp::start().await;
    let recorder = PrometheusBuilder::new().build_recorder();
    let router = ops::router(app.app.store.clone(), app.app.queue.clone(), recorder.handle());
    app.app.store.close().await;
    assert_eq!(ask(&router, "/readyz").await, (503, "the store is not ready\n".to_owned()));
}

#[test]
fn requests_are_counted_by_route_and_class() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    metrics::with_local_recorder(&recorder, || {
        runtime.block_on(async {
            let app = TestApp::start().await;
            let id = app.submit().await.insights_id();
            assert_eq!(crate::support::Answer::of(app.get(id)).await.status, 204);
            assert_eq!(crate::support::Answer::of(app.bare("BREW", "/coffee/pot")).await.status, 404);
            app.shutdown.cancel();
            app.served.await.expect("it ends");
        });
    });
    let text = recorder.handle().render();
    for line in [
        r#"http_requests_total{method="POST",route="/cdr-data/v2/banking-data-insights",status="2xx"} 1"#,
        r#"http_requests_total{method="GET",route="/cdr-data/v2/banking-data-insights/{insightsId}",status="2xx"} 1"#,
        r#"http_requests_total{method="other",route="unknown",status="4xx"} 1"#,
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    assert!(text.contains("http_request_duration_seconds"), "{text}");
}
