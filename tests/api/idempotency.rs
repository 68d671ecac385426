//! `Idempotency-Key`.

use sqlx::Connection as _;

use crate::support::{Answer, BASE, TestApp, payload};

async fn post(app: &TestApp, key: &str, body: &str) -> Answer {
    Answer::of(app.post(body.to_owned()).header("idempotency-key", key)).await
}

#[tokio::test]
async fn a_replay_is_the_same_bytes() {
    let app = TestApp::start().await;
    let body = payload().to_string();
    let first = post(&app, "k1", &body).await;
    app.complete(first.insights_id()).await;
    app.pass(23 * 3600);
    let again = post(&app, "k1", &body).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("content-type"), "application/json");
    assert_ne!(post(&app, "k2", &body).await.body, first.body, "another key is another submission");
    assert_ne!(app.submit().await.body, first.body, "no key, no replay");
}

#[tokio::test]
async fn another_body_is_422() {
    let app = TestApp::start().await;
    assert_eq!(post(&app, "k", &payload().to_string()).await.status, 201);
    let other = post(&app, "k", &format!("{} ", payload())).await;
    assert_eq!(other.status, 422);
    insta::assert_snapshot!(other.shown(), @r#"
    422
    cache-control: no-store
    content-type: application/json
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:Field/Invalid","title":"Invalid Field","detail":"This Idempotency-Key stands for another body.","meta":{"source":{"header":"Idempotency-Key"}}}]}
    "#);
}

#[tokio::test]
async fn keys_are_a_clients_own() {
    let app = TestApp::start().await;
    let body = payload().to_string();
    let mine = post(&app, "k", &body).await;
    let other = app.bare("POST", BASE).bearer_auth(app.token("other")).header("content-type", "application/json");
    let theirs = Answer::of(other.header("idempotency-key", "k").body(format!("{body} "))).await;
    assert_eq!(theirs.status, 201);
    assert_ne!(theirs.body, mine.body);
}

#[tokio::test]
async fn a_key_is_free_after_a_day_and_after_a_purge() {
    let app = TestApp::start().await;
    let body = payload().to_string();
    let first = post(&app, "k", &body).await;
    app.pass(24 * 3600 + 1);
    let second = post(&app, "k", &body).await;
    assert_eq!(second.status, 201);
    assert_ne!(second.body, first.body);
    let path = format!("{BASE}/{}", second.insights_id());
    assert_eq!(Answer::of(app.request("DELETE", &path)).await.status, 204);
    assert_ne!(post(&app, "k", &body).await.insights_id(), second.insights_id());
}

#[tokio::test]
async fn an_error_uses_no_key_up() {
    let app = TestApp::start().await;
    assert_eq!(post(&app, "k", "{").await.status, 400);
    assert_eq!(post(&app, "k", r#"{"meta":{},"data":{"accounts":[],"transactions":[]}}"#).await.status, 422);
    assert_eq!(post(&app, "k", &payload().to_string()).await.status, 201);
}

#[tokio::test]
async fn a_key_is_visible_ascii_of_one_line() {
    let app = TestApp::start().await;
    for key in ["!", "~", &"k".repeat(255)] {
        assert_eq!(post(&app, key, &payload().to_string()).await.status, 201, "{key}");
    }
    for key in ["", " ", "a b", "\u{e9}", &"k".repeat(256), "a\tb"] {
        assert_eq!(post(&app, key, &payload().to_string()).await.status, 400, "{key}");
    }
    let twice = app.post(payload().to_string()).header("idempotency-key", "a").header("idempotency-key", "a");
    assert_eq!(Answer::of(twice).await.status, 400);
}

#[tokio::test]
async fn the_same_key_in_flight_is_409() {
    let app = TestApp::start().await;
    let url = format!("sqlite:{}", app.directory.path().join("insights.db").display());
    let mut writer = sqlx::SqliteConnection::connect(&url).await.expect("the file opens");
    // Nobody else can write now: whichever of the two requests comes first waits with its key in flight.
    sqlx::query("BEGIN IMMEDIATE").execute(&mut writer).await.expect("nobody writes");
    let body = payload().to_string();
    let (one, two) = (post(&app, "k", &body), post(&app, "k", &body));
    tokio::pin!(one, two);
    let (first, second) = tokio::select! {
        answer = &mut one => {
            sqlx::query("ROLLBACK").execute(&mut writer).await.expect("it ends");
            (answer, two.await)
        }
        answer = &mut two => {
            sqlx::query("ROLLBACK").execute(&mut writer).await.expect("it ends");
            (answer, one.await)
        }
    };
    assert_eq!(second.status, 201);
    insta::assert_snapshot!(first.shown(), @r#"
    409
    cache-control: no-store
    content-type: application/json
    retry-after: 1
    x-fapi-interaction-id: [uuid]
    {"errors":[{"code":"urn:au-cds:error:cds-all:GeneralError/Expected","title":"Expected Error Encountered","detail":"A request with this Idempotency-Key is being served."}]}
    "#);
    assert_eq!(post(&app, "k", &body).await.body, second.body);
}
