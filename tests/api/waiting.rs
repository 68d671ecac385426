//! `Prefer: wait`, and when to ask again.

use std::time::{Duration, Instant};

use crate::support::{Answer, BASE, TestApp};

#[tokio::test]
async fn a_wait_ends_with_the_report() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    let started = Instant::now();
    let (answer, ()) = tokio::join!(Answer::of(app.get(id).header("prefer", "wait=25")), app.complete(id));
    assert_eq!((answer.status, answer.header("preference-applied")), (200, "wait=25"));
    assert!(started.elapsed() < Duration::from_secs(20), "it did not wait to the end");
}

#[tokio::test]
async fn a_wait_ends_by_itself() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    let started = Instant::now();
    let answer = Answer::of(app.get(id).header("prefer", "respond-async, wait=1")).await;
    assert_eq!((answer.status, answer.header("preference-applied")), (204, "wait=1"));
    assert!(started.elapsed() >= Duration::from_secs(1), "it was held");
    assert_eq!(answer.header("retry-after"), "1");
}

#[tokio::test]
async fn a_wait_ends_when_the_process_drains() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    let started = Instant::now();
    let (answer, ()) = tokio::join!(Answer::of(app.get(id).header("prefer", "wait=99")), async { app.app.queue.drain() });
    assert_eq!((answer.status, answer.header("preference-applied")), (204, "wait=30"));
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_wait_for_what_is_not_there_or_goes_is_404() {
    let app = TestApp::start().await;
    assert_eq!(Answer::of(app.get(uuid::Uuid::new_v4()).header("prefer", "wait=30")).await.status, 404);
    let id = app.submit().await.insights_id();
    let purge = Answer::of(app.request("DELETE", &format!("{BASE}/{id}")));
    let (waiting, purged) = tokio::join!(Answer::of(app.get(id).header("prefer", "wait=25")), purge);
    assert_eq!((waiting.status, purged.status), (404, 204));
}

#[tokio::test]
async fn a_preference_that_does_not_read_is_ignored() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    for preference in ["wait=soon", "wait", "wait=-5", "return=minimal", ""] {
        let answer = Answer::of(app.get(id).header("prefer", preference)).await;
        assert_eq!((answer.status, answer.header("preference-applied")), (204, ""), "{preference}");
    }
}

#[tokio::test]
async fn the_pause_grows_with_the_time_it_takes() {
    let app = TestApp::start().await;
    let id = app.submit().await.insights_id();
    for (passed, pause) in [(0, "1"), (10, "5"), (30, "20"), (3600, "30")] {
        app.pass(passed);
        assert_eq!(Answer::of(app.get(id)).await.header("retry-after"), pause);
    }
}
